// SPDX-License-Identifier: Apache-2.0
#include "crypto/timestamp_token.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <memory>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using crypto::read_timestamp_token;

namespace {

Bytes vector_file(const std::string& name) { return test::read_test_file("vectors/rfc3161/" + name); }
Bytes token_file(const std::string& name) { return vector_file(name + ".der"); }

/// What the library's own time-stamp code says of a token, with the test root and at the token's time.
struct Theirs {
  bool holds = false;
  std::string serial;
};

Theirs ask_openssl(const Bytes& token) {
  Theirs theirs;
  const auto* at = reinterpret_cast<const unsigned char*>(token.data());
  const std::unique_ptr<PKCS7, decltype(&PKCS7_free)> parsed(d2i_PKCS7(nullptr, &at, static_cast<long>(token.size())), PKCS7_free);
  if (!parsed || !PKCS7_type_is_signed(parsed.get())) return theirs;
  const std::unique_ptr<TS_TST_INFO, decltype(&TS_TST_INFO_free)> info(PKCS7_to_TS_TST_INFO(parsed.get()), TS_TST_INFO_free);
  if (!info) return theirs;
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> serial(ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info.get()), nullptr), BN_free);
  Bytes octets(static_cast<std::size_t>(BN_num_bytes(serial.get())), '\0');
  BN_bn2bin(serial.get(), reinterpret_cast<unsigned char*>(octets.data()));
  theirs.serial = to_hex(octets);

  const Bytes pem = vector_file("ca.pem");
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> root(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  X509_STORE* store = X509_STORE_new();  // the context below frees it
  X509_STORE_add_cert(store, root.get());
  std::tm when{};
  ASN1_TIME_to_tm(TS_TST_INFO_get_time(info.get()), &when);
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), timegm(&when));
  X509_STORE_set_purpose(store, X509_PURPOSE_TIMESTAMP_SIGN);
  const std::unique_ptr<TS_VERIFY_CTX, decltype(&TS_VERIFY_CTX_free)> context(TS_VERIFY_CTX_new(), TS_VERIFY_CTX_free);
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA);
  TS_VERIFY_CTX_set_store(context.get(), store);
  const Bytes exhibit = vector_file("exhibit");
  TS_VERIFY_CTX_set_data(context.get(), BIO_new_mem_buf(exhibit.data(), static_cast<int>(exhibit.size())));
  theirs.holds = TS_RESP_verify_token(context.get(), parsed.get()) == 1;
  return theirs;
}

}  // namespace

TEST_CASE("tokens of four kinds of keys hold, and the library's own code agrees", "[crypto][timestamp]") {
  const Digest exhibit = crypto::sha256(vector_file("exhibit"));
  for (const auto& [name, tsa] : {std::pair("good_rsa", "TSA rsa"), {"good_p256", "TSA p256"}, {"good_p384", "TSA p384"},
                                  {"sha512_rsa", "TSA rsa"}, {"good_cms", "TSA p256"}, {"good_chain", "TSA p256"}}) {
    INFO(name);
    const Bytes bytes = token_file(name);
    const auto token = read_timestamp_token(bytes);
    REQUIRE(token);
    CHECK(token->imprint == exhibit);
    CHECK(token->tsa == tsa);
    CHECK(token->policy == "1.3.6.1.4.1.99999.1");
    // Made on 2026-11-24 at 19:44 UTC.
    CHECK(token->time_ms / 60'000 == 29'925'824);
    CHECK(token->time_ms % 1'000 == (std::string_view(name) == "good_chain" ? 708 : 0));
    const Theirs theirs = ask_openssl(bytes);
    CHECK(theirs.holds);
    CHECK(theirs.serial == token->serial);
  }
}

TEST_CASE("a token that does not hold says by name why", "[crypto][timestamp]") {
  struct Case {
    const char* file;
    Errc code;
    const char* detail;
  };
  for (const Case& each : {Case{"imprint_sha1", Errc::unsupported, "the imprint is not of SHA-256"},
                           Case{"imprint_sha384", Errc::unsupported, "the imprint is not of SHA-256"},
                           Case{"signature_sha1", Errc::unsupported, "the digest is none of SHA-256, SHA-384, SHA-512"},
                           Case{"certificate_id_sha1", Errc::unsupported, "the certificate is not named by SigningCertificateV2"},
                           Case{"without_certificate", Errc::denied, "the signer's certificate is not in the token"},
                           Case{"weak_key", Errc::unsupported, "the key or the signature algorithm is not on the list"},
                           Case{"expired", Errc::denied, "the certificate was not valid at the time stated"},
                           Case{"eku_not_critical", Errc::denied, "the certificate is not for time-stamping alone"},
                           Case{"eku_mail", Errc::denied, "the certificate is not for time-stamping alone"},
                           Case{"eku_two", Errc::denied, "the certificate is not for time-stamping alone"},
                           Case{"not_a_timestamp", Errc::malformed, "the token is not strict DER of one signed TSTInfo"}}) {
    INFO(each.file);
    const auto token = read_timestamp_token(token_file(each.file));
    REQUIRE_FALSE(token);
    CHECK(token.error().code == each.code);
    CHECK(token.error().detail == each.detail);
  }
}

TEST_CASE("what the library refuses for its certificate or key is refused here too", "[crypto][timestamp]") {
  for (const char* name : {"expired", "eku_not_critical", "eku_mail", "eku_two", "without_certificate"}) {
    INFO(name);
    CHECK_FALSE(ask_openssl(token_file(name)).holds);
    CHECK_FALSE(read_timestamp_token(token_file(name)));
  }
}

// (Certificates beside the signer's, as in good_chain, are nobody's word: they are read and not judged.)
TEST_CASE("not one byte of a token can change", "[crypto][timestamp]") {
  for (const char* name : {"good_rsa", "good_p256", "good_p384"}) {
    const Bytes good = token_file(name);
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
        Bytes changed = good;
        changed[i] = static_cast<char>(changed[i] ^ flip);
        INFO(name << " byte " << i << " ^ " << flip);
        CHECK_FALSE(read_timestamp_token(changed));
      }
    }
  }
}

TEST_CASE("a token is whole, without a byte behind it, and not too long", "[crypto][timestamp]") {
  const Bytes good = token_file("good_p256");
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(read_timestamp_token(good.substr(0, size)));
  for (const char tail : {'\0', '0'}) {
    const auto longer = read_timestamp_token(good + tail);
    REQUIRE_FALSE(longer);
    CHECK(longer.error().code == Errc::malformed);
  }
  const auto huge = read_timestamp_token(good + Bytes(crypto::kTimestampTokenMax, '\0'));
  REQUIRE_FALSE(huge);
  CHECK(huge.error().code == Errc::limit);
}

TEST_CASE("the time stated is one that exists, in the shortest form", "[crypto][timestamp]") {
  const Bytes good = token_file("good_p256");
  const std::string stated = "20261124194421Z";
  const std::size_t at = good.find(stated);
  REQUIRE(at != Bytes::npos);
  const auto answer = [&](const std::string& text) {
    REQUIRE(text.size() == stated.size());
    Bytes changed = good;
    changed.replace(at, text.size(), text);
    return read_timestamp_token(changed).error().code;
  };
  // Another time that exists is believed by nobody: the signed digest is not that of the content.
  for (const char* text : {"20261124194422Z", "20280229194421Z", "19700101000000Z", "20261124235959Z"}) CHECK(answer(text) == Errc::bad_signature);
  for (const char* text : {"20261324194421Z", "20260001194421Z", "20260229194421Z", "20261131194421Z", "20261124244421Z", "20261124196021Z",
                           "20261124194460Z", "202611241944.5Z", "2026112419442 Z", "20261124194421+", "2026112419442aZ", "19691231235959Z"}) {
    INFO(text);
    CHECK(answer(text) == Errc::malformed);
  }
}

TEST_CASE("a fraction of a second ends with no zero", "[crypto][timestamp]") {
  const Bytes good = token_file("good_chain");
  const std::string stated = "20261124194421.708Z";
  const std::size_t at = good.find(stated);
  REQUIRE(at != Bytes::npos);
  for (const auto& [text, code] : {std::pair("20261124194421.709Z", Errc::bad_signature), {"20261124194421.710Z", Errc::malformed},
                                   {"20261124194421.000Z", Errc::malformed}, {"20261124194421,708Z", Errc::malformed},
                                   {"20261124194421.7.8Z", Errc::malformed}, {"2026112419442100.8Z", Errc::malformed}}) {
    INFO(text);
    Bytes changed = good;
    changed.replace(at, stated.size(), text);
    CHECK(read_timestamp_token(changed).error().code == code);
  }
}

TEST_CASE("of an authority's answer the token is taken, or its refusal told", "[crypto][timestamp]") {
  const Bytes token = token_file("good_p256");
  CHECK(*crypto::timestamp_token_in(token) == token);
  const auto answer = [](const Bytes& status, const Bytes& rest) {
    const Bytes inside = "\x30\x03\x02\x01" + status + rest;
    return Bytes("\x30\x82") + static_cast<char>(inside.size() >> 8) + static_cast<char>(inside.size() & 255) + inside;
  };
  for (const char granted : {'\0', '\1'}) CHECK(*crypto::timestamp_token_in(answer(Bytes(1, granted), token)) == token);
  const auto refused = crypto::timestamp_token_in(Bytes("\x30\x05\x30\x03\x02\x01\x02", 7));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::denied);
  for (const Bytes& none : {Bytes(), Bytes("text"), answer(Bytes(1, '\0'), token + token), answer(Bytes(1, '\0'), token) + "x", Bytes("\x30\x05\x30\x03\x02\x01\x00", 7)}) {
    const auto taken = crypto::timestamp_token_in(none);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Errc::malformed);
  }
  // What is asked for is what openssl asks for (openssl ts -query -digest 00… -sha256 -cert -no_nonce).
  CHECK(to_hex(crypto::timestamp_query(Digest{})) ==
        "30390201013031300d060960864801650304020105000420" + std::string(64, '0') + "0101ff");
}

TEST_CASE("a signature of another token does not hold", "[crypto][timestamp]") {
  const Bytes bytes = token_file("good_rsa");
  const Bytes other = token_file("sha512_rsa");
  const Bytes mixed = bytes.substr(0, bytes.size() - 256) + other.substr(other.size() - 256);
  const auto token = read_timestamp_token(mixed);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == Errc::bad_signature);
  CHECK(token.error().detail == "the signature does not hold");
  CHECK_FALSE(ask_openssl(mixed).holds);
}
