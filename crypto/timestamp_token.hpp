// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::crypto {

/// A time-stamp token of a time-stamp authority: CMS SignedData over a TSTInfo.
/// Source: RFC 3161, RFC 5652, RFC 5816; GB/T 20520.
struct TimestampToken {
  Digest imprint;            ///< SHA-256 that was stamped
  std::int64_t time_ms = 0;  ///< genTime, ms since 1970-01-01T00:00:00Z
  std::string policy;        ///< dotted object identifier
  std::string serial;        ///< lower-case hex
  std::string tsa;           ///< commonName of the certificate's subject; empty: it has no plain one
  Digest certificate;        ///< SHA-256 of the certificate that signed
  std::optional<std::uint64_t> accuracy_us;  ///< as stated, ± µs; nullopt: not stated, or not in a form that can be read
  bool signature_checked = false;            ///< false: this program has neither RSA nor ECDSA (crypto/x509_signature.hpp)
};

/// No token is larger; one with its certificate chain has some KiB.
inline constexpr std::size_t kTimestampTokenMax = 16'384;

/// Reads a token and checks what its own bytes decide: the form (strict DER, one signer, its
/// certificate inside), the digest of the content, the certificate's digest in the signed attributes,
/// the certificate's purpose (time-stamping alone, critical), that it was valid at genTime, and the
/// signature. SHA-256, -384, -512; RSA of 2,048 to 8,192 bits (PKCS #1 v1.5), ECDSA on P-256 and P-384.
///
/// Not judged: who issued the certificate, and whether it was revoked. A pure function of its argument:
/// every node comes to the same answer whatever its library.   Source: docs/decisions/0009.
/// Errors: limit: longer than kTimestampTokenMax. malformed: form. unsupported: an algorithm or a
/// critical extension that is not on the list. bad_signature: a digest or the signature does not hold.
/// denied: the certificate is not there, not for time-stamping, or was not valid at genTime.
Result<TimestampToken> read_timestamp_token(BytesView der);

/// A TimeStampReq for this SHA-256 imprint, which asks for the certificate. Without a nonce: who asks keeps
/// nothing to compare it with, and an older token over the same imprint would say more, not less.
/// Source: RFC 3161 §2.4.1.
Bytes timestamp_query(const Digest& imprint);

/// The token in a TimeStampResp that grants one; a bare token is given back as it is. Not read further.
/// Errors: malformed: neither of the two. denied: the authority did not grant it.   Source: RFC 3161 §2.4.2.
Result<Bytes> timestamp_token_in(BytesView der);

}  // namespace qinglu::crypto
