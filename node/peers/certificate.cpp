// SPDX-License-Identifier: Apache-2.0
#include "node/peers/certificate.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

#include "crypto/hash.hpp"

namespace qinglu::node {
namespace {

constexpr std::string_view kSpkiPrefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);

struct Freed {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
};

/// The secret stays in OpenSSL's own memory: neither locked nor guarded, but wiped when it goes.
std::unique_ptr<EVP_PKEY, Freed> to_openssl(const crypto::SigningKey& key) {
  const BytesView seed = key.seed();
  return std::unique_ptr<EVP_PKEY, Freed>(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
}

std::unique_ptr<X509, Freed> self_signed(EVP_PKEY* key) {
  std::unique_ptr<X509, Freed> made(X509_new());
  if (!made) return nullptr;
  X509_NAME* name = X509_get_subject_name(made.get());
  const bool done =
      X509_set_version(made.get(), X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1) == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notBefore(made.get()), "19700101000000Z") == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notAfter(made.get()), "99991231235959Z") == 1 &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("qinglu"), -1,
                                 -1, 0) == 1 &&
      X509_set_issuer_name(made.get(), name) == 1 && X509_set_pubkey(made.get(), key) == 1 &&
      X509_sign(made.get(), key, nullptr) > 0;
  return done ? std::move(made) : nullptr;
}

}  // namespace

Digest transport_key_hash(const PublicKey& key) { return crypto::sha256({kSpkiPrefix, key}); }

std::optional<Digest> transport_key_hash(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return std::nullopt;
  const Digest hash = crypto::sha256(BytesView(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  return hash;
}

Result<void> prepare_context(SSL_CTX* context, const crypto::SigningKey& key) {
  const auto secret = to_openssl(key);
  const auto certificate = secret ? self_signed(secret.get()) : nullptr;
  const bool done = certificate && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
                    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                    SSL_CTX_set1_groups_list(context, "X25519") == 1 &&
                    SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1 &&
                    SSL_CTX_set_num_tickets(context, 0) == 1 && SSL_CTX_set_max_early_data(context, 0) == 1 &&
                    SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
                    SSL_CTX_use_PrivateKey(context, secret.get()) == 1;
  if (!done) {
    ERR_clear_error();
    return Error{Errc::io, "OpenSSL refuses the settings or the key of the channel between nodes"};
  }
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // A certificate of ours has some 250 bytes; nothing longer is read from strangers.
  SSL_CTX_set_max_cert_list(context, 4'096);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

}  // namespace qinglu::node
