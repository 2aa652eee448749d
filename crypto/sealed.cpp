// SPDX-License-Identifier: Apache-2.0
#include "crypto/sealed.hpp"

#include <sodium.h>

namespace qinglu::crypto {
namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(SealKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* octets(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

}  // namespace

Bytes seal(const SealKey& key, BytesView about, BytesView text) {
  Bytes sealed(kNonce + text.size() + kTag, '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(out, kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + kNonce, nullptr, octets(text.data()), text.size(), octets(about.data()), about.size(),
                                             nullptr, out, key.data());
  return sealed;
}

Result<Bytes> open_sealed(const SealKey& key, BytesView about, BytesView sealed) {
  const Error wrong{Errc::corrupt, "the sealed bytes do not open with this key"};
  if (sealed.size() < kNonce + kTag) return wrong;
  Bytes text(sealed.size() - kNonce - kTag, '\0');
  const unsigned char* in = octets(sealed.data());
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(text.data()), nullptr, nullptr, in + kNonce,
                                                 sealed.size() - kNonce, octets(about.data()), about.size(), in, key.data()) != 0) {
    return wrong;
  }
  return text;
}

}  // namespace qinglu::crypto
