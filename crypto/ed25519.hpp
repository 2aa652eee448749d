// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::crypto {

/// An Ed25519 key pair whose secret half is locked in memory and wiped when it goes.
/// Not copyable, not printable.   Source: RFC 8032; libsodium.
class SigningKey {
 public:
  /// A fresh key from the system's random source.
  static SigningKey generate();
  /// Requires: `seed` has 32 bytes.
  static SigningKey from_seed(BytesView seed);

  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();

  const PublicKey& public_key() const { return public_; }
  /// Deterministic signature over the concatenation of `parts`; verified before it is returned,
  /// so that a computing fault never lets a broken signature out.
  Signature sign(std::initializer_list<BytesView> parts) const;
  /// The 32 seed bytes, for sealing into a key file only. Valid while the key lives.
  BytesView seed() const;

 private:
  SigningKey() = default;
  std::uint8_t* secret_ = nullptr;  // 64 bytes from sodium_malloc: seed ‖ public key
  PublicKey public_{};
};

/// Suite 1's one verification rule: libsodium's strict one (canonical S and A, small-order A and R
/// refused, cofactorless).   Source: evidence.md §7.3, ip-data.md §4.3.
bool verify(const PublicKey& key, BytesView message, const Signature& signature);
bool verify(const PublicKey& key, std::initializer_list<BytesView> parts,
            const Signature& signature);

/// Whether a key may be enrolled: a point of the prime-order group, so that neither small-order nor
/// mixed-order keys ever get registered (reliability.md §0.3).
bool may_enrol(const PublicKey& key);

/// Fills a buffer from the system's random source (nonces, salts; never in the pure core).
Bytes random_bytes(std::size_t count);

/// Starts libsodium; every program calls it first. Stops the process if that fails.
void start();

}  // namespace qinglu::crypto
