// SPDX-License-Identifier: Apache-2.0
// Built twice: linked with the OpenSSL backend and with the libsodium one.
#include "crypto/hash.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/base/encoding.hpp"
#include "crypto/x509_signature.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::crypto {

TEST_CASE("SHA-256 gives the values of FIPS 180-4", "[hash]") {
  INFO("backend " << hash_backend());
  CHECK(to_hex(sha256(BytesView(""))) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256(BytesView("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256(BytesView("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(BytesView(std::string(1'000'000, 'a')))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 agrees with another implementation for every length from 0 to 257", "[hash]") {
  // Digest of the digests; computed with Python's hashlib.
  std::string digests;
  for (unsigned n = 0; n < 258; ++n) {
    std::string message;
    for (unsigned i = 0; i < n; ++i) message.push_back(static_cast<char>((i * 7 + n) & 255));
    digests.append(sha256(BytesView(message)).view());
  }
  CHECK(to_hex(sha256(BytesView(digests))) ==
        "20cbd727cf88cf378289b88c715b382f14c0d53d49ff3365e37dbdf4337f9c11");
}

TEST_CASE("hashing parts equals hashing their concatenation", "[hash]") {
  const std::string text = "The quick brown fox jumps over the lazy dog, twice as far as before.";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const BytesView whole = text;
    CHECK(sha256({whole.substr(0, cut), BytesView(), whole.substr(cut)}) == sha256(whole));
    std::size_t at = 0;
    const auto pieces = [&]() -> BytesView { return whole.substr(std::exchange(at, std::min(at + cut, whole.size())), cut); };
    if (cut > 0) CHECK(sha256_of(pieces) == sha256(whole));
  }
  CHECK(tagged_hash(HashTag::log_node, "a", "b") == sha256(BytesView("\x01"
                                                                     "ab",
                                                                     3)));
}

TEST_CASE("SHA-384 and SHA-512 of both backends have the published values", "[hash]") {
  // FIPS 180-4, examples of NIST; the last of 0 to 300 bytes each, computed with Python's hashlib.
  CHECK(to_hex(signature_digest(SignatureHash::sha384, "abc")) ==
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  CHECK(to_hex(signature_digest(SignatureHash::sha512, "abc")) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  Bytes digests;
  for (std::size_t n = 0; n <= 300; ++n) digests += signature_digest(SignatureHash::sha384, Bytes(n, 'q'));
  CHECK(to_hex(signature_digest(SignatureHash::sha256, digests)) == "24d8404faf9590b2740e4c832ce25b9727277f8f44cbea5da630d818d629c141");
}

TEST_CASE("no domain string is a prefix of another, and each ends with NUL", "[hash]") {
  for (BytesView a : domain::kAll) {
    CHECK(a.starts_with("qinglu/"));
    CHECK(a.back() == '\0');
    CHECK(a.find('\0') == a.size() - 1);
    int found = 0;
    for (BytesView b : domain::kAll) found += b.starts_with(a) ? 1 : 0;
    CHECK(found == 1);
  }
}

}  // namespace qinglu::crypto
