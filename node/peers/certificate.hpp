// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"

struct ssl_ctx_st;
struct x509_st;

namespace qinglu::node {

/// SHA-256 of the key's DER SubjectPublicKeyInfo, under which the validator set pins it.
/// Source: RFC 8410 §4; agreement.md §2.1.
Digest transport_key_hash(const PublicKey& key);

/// The same of the key in a certificate. nullopt: it cannot be encoded.
std::optional<Digest> transport_key_hash(const x509_st* certificate);

/// Makes a TLS context one of this channel: TLS 1.3 alone, X25519, Ed25519, no tickets, no early data,
/// both sides must show a certificate. The own one is made here, in memory, and signed by the key
/// itself; its dates and names say nothing, for the validator set is what makes a key valid and no
/// certificate may stop the network on some day. The context keeps a copy of the secret key.
/// Whose key is accepted is for the caller's verify callback.   Errors: io (OpenSSL refuses).
/// Source: reliability.md §5.1.
Result<void> prepare_context(ssl_ctx_st* context, const crypto::SigningKey& key);

}  // namespace qinglu::node
