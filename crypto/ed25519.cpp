// SPDX-License-Identifier: Apache-2.0
#include "crypto/ed25519.hpp"

#include <sodium.h>

#include <utility>

namespace qinglu::crypto {
namespace {

Bytes join(std::initializer_list<BytesView> parts) {
  Bytes message;
  for (BytesView part : parts) message.append(part);
  return message;
}

const unsigned char* octets(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

void start() { QL_CHECK(sodium_init() >= 0); }

SigningKey SigningKey::from_seed(BytesView seed) {
  QL_CHECK(seed.size() == crypto_sign_SEEDBYTES);
  SigningKey key;
  key.secret_ = static_cast<std::uint8_t*>(sodium_malloc(crypto_sign_SECRETKEYBYTES));
  QL_CHECK(key.secret_ != nullptr);
  crypto_sign_seed_keypair(key.public_.data(), key.secret_, octets(seed));
  return key;
}

SigningKey SigningKey::generate() {
  unsigned char seed[crypto_sign_SEEDBYTES];
  randombytes_buf(seed, sizeof seed);
  SigningKey key = from_seed({reinterpret_cast<const char*>(seed), sizeof seed});
  sodium_memzero(seed, sizeof seed);
  return key;
}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : secret_(std::exchange(other.secret_, nullptr)), public_(other.public_) {}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  std::swap(secret_, other.secret_);
  std::swap(public_, other.public_);
  return *this;
}

SigningKey::~SigningKey() { sodium_free(secret_); }

Signature SigningKey::sign(std::initializer_list<BytesView> parts) const {
  QL_CHECK(secret_ != nullptr);
  const Bytes message = join(parts);
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, octets(message), message.size(), secret_);
  QL_CHECK(verify(public_, message, signature));
  return signature;
}

BytesView SigningKey::seed() const {
  QL_CHECK(secret_ != nullptr);
  return {reinterpret_cast<const char*>(secret_), crypto_sign_SEEDBYTES};
}

bool verify(const PublicKey& key, BytesView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), octets(message), message.size(),
                                     key.data()) == 0;
}

bool verify(const PublicKey& key, std::initializer_list<BytesView> parts,
            const Signature& signature) {
  return verify(key, join(parts), signature);
}

bool may_enrol(const PublicKey& key) { return crypto_core_ed25519_is_valid_point(key.data()) == 1; }

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace qinglu::crypto
