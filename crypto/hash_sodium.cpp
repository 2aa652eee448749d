// SPDX-License-Identifier: Apache-2.0
#include <sodium.h>

#include "crypto/hash.hpp"

namespace qinglu::crypto {

Digest sha256(std::initializer_list<BytesView> parts) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (BytesView part : parts) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  Digest digest;
  crypto_hash_sha256_final(&state, digest.data());
  return digest;
}

Digest sha256_of(const std::function<BytesView()>& next) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (BytesView part = next(); !part.empty(); part = next()) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  }
  Digest digest;
  crypto_hash_sha256_final(&state, digest.data());
  return digest;
}

std::string_view hash_backend() { return "libsodium"; }

}  // namespace qinglu::crypto
