// SPDX-License-Identifier: Apache-2.0
// For the offline verifier: the digests by libsodium, and no signature. Those who execute records link OpenSSL.
#include <sodium.h>

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/x509_signature.hpp"

namespace qinglu::crypto {
namespace {

/// SHA-384, which libsodium does not name, is SHA-512 from another beginning, cut short.   Source: FIPS 180-4 §5.3.4, §6.5.
constexpr std::uint64_t kSha384[] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
                                     0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};

}  // namespace

Bytes signature_digest(SignatureHash hash, BytesView message) {
  if (hash == SignatureHash::sha256) return Bytes(sha256(message).view());
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  if (hash == SignatureHash::sha384) std::ranges::copy(kSha384, state.state);
  crypto_hash_sha512_update(&state, reinterpret_cast<const unsigned char*>(message.data()), message.size());
  unsigned char out[crypto_hash_sha512_BYTES];
  crypto_hash_sha512_final(&state, out);
  return Bytes(reinterpret_cast<const char*>(out), hash == SignatureHash::sha384 ? 48 : 64);
}

std::optional<bool> verify_x509_signature(BytesView, SignatureHash, BytesView, BytesView) { return std::nullopt; }

}  // namespace qinglu::crypto
