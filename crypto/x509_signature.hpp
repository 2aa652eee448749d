// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/base/bytes.hpp"

namespace qinglu::crypto {

/// Signatures of others' certificates: RSA and ECDSA, which libsodium has not. The backend that has them is
/// OpenSSL (`x509_signature_openssl.cpp`), linked into every program that executes records. The offline
/// verifier executes none and links `x509_signature_none.cpp`, which computes digests and says of no
/// signature whether it holds.
///
/// Both functions are mathematics of their arguments: their own library context, the default provider
/// alone, no configuration, no clock, no trust store.   Source: docs/decisions/0009.

enum class SignatureHash : std::uint8_t { sha256, sha384, sha512 };

Bytes signature_digest(SignatureHash hash, BytesView message);

/// Whether `signature` is the key's over `message`: PKCS #1 v1.5 for RSA, ECDSA else. nullopt: this program
/// cannot tell.
/// Requires: `public_key` is a SubjectPublicKeyInfo that the caller has read as strict DER.
std::optional<bool> verify_x509_signature(BytesView public_key, SignatureHash hash, BytesView message, BytesView signature);

}  // namespace qinglu::crypto
