// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>

#include <memory>

#include "crypto/base/check.hpp"
#include "crypto/hash.hpp"

namespace qinglu::crypto {
namespace {

// Fetching the algorithm costs more than hashing a tree node, so it is done once, and each thread
// keeps one context (ecosystem.md §3.2).
const EVP_MD* algorithm() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  QL_CHECK(fetched != nullptr);
  return fetched;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

Digest sha256(std::initializer_list<BytesView> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  QL_CHECK(context != nullptr);
  QL_CHECK(EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) == 1);
  for (BytesView part : parts) {
    QL_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  Digest digest;
  QL_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

Digest sha256_of(const std::function<BytesView()>& next) {
  // Not the thread's context: `next` may hash something itself.
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  QL_CHECK(context != nullptr && EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) == 1);
  for (BytesView part = next(); !part.empty(); part = next()) {
    QL_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  Digest digest;
  QL_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

std::string_view hash_backend() { return "openssl"; }

}  // namespace qinglu::crypto
