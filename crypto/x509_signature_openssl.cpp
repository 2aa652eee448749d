// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include <memory>

#include "crypto/base/check.hpp"
#include "crypto/x509_signature.hpp"

namespace qinglu::crypto {
namespace {

/// A context of its own: neither the machine's configuration nor another provider has a say. It lives
/// as long as the program.
OSSL_LIB_CTX* library() {
  static OSSL_LIB_CTX* const context = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    QL_CHECK(made != nullptr && OSSL_PROVIDER_load(made, "default") != nullptr);
    return made;
  }();
  return context;
}

const char* name_of(SignatureHash hash) {
  switch (hash) {
    case SignatureHash::sha256: return "SHA256";
    case SignatureHash::sha384: return "SHA384";
    case SignatureHash::sha512: return "SHA512";
  }
  return nullptr;
}

const unsigned char* octets(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

template <class T, void (*free)(T*)>
struct Freed {
  void operator()(T* pointer) const { free(pointer); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using DigestPointer = std::unique_ptr<EVP_MD, Freed<EVP_MD, EVP_MD_free>>;
using ContextPointer = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX, EVP_MD_CTX_free>>;

}  // namespace

Bytes signature_digest(SignatureHash hash, BytesView message) {
  const DigestPointer digest(EVP_MD_fetch(library(), name_of(hash), nullptr));
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  QL_CHECK(digest && EVP_Digest(message.data(), message.size(), out, &size, digest.get(), nullptr) == 1);
  return Bytes(reinterpret_cast<const char*>(out), size);
}

std::optional<bool> verify_x509_signature(BytesView public_key, SignatureHash hash, BytesView message, BytesView signature) {
  const unsigned char* at = octets(public_key);
  const KeyPointer key(d2i_PUBKEY_ex(nullptr, &at, static_cast<long>(public_key.size()), library(), nullptr));
  const ContextPointer context(EVP_MD_CTX_new());
  QL_CHECK(context != nullptr);
  return key && at == octets(public_key) + public_key.size() &&
         EVP_DigestVerifyInit_ex(context.get(), nullptr, name_of(hash), library(), nullptr, key.get(), nullptr) == 1 &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size()) == 1;
}

}  // namespace qinglu::crypto
