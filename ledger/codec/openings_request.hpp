// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/codec/statement.hpp"

namespace qinglu::ledger {

/// A party asks a node for the openings of a record that the node keeps.   Source: docs/formats/erasure.md.
struct OpeningsRequest {
  Digest ledger_id;
  Digest record;       ///< record id
  std::string party;   ///< who asks
  std::string key_id;  ///< of its key that signs
  std::string node;    ///< member id of the node that is asked, so that no other can be asked with it
  std::int64_t time_ms = 0;  ///< when it was signed, ms since 1970-01-01T00:00:00Z
};

/// Signed over "qinglu/openings-request/1\0" ‖ ledger id ‖ body.
Bytes sign_openings_request(const OpeningsRequest& request, const crypto::SigningKey& key);

/// A request and the statement that it was read from, whose signature is still to be verified.
struct ReadOpeningsRequest {
  OpeningsRequest request;
  SignedStatement statement;

  /// Errors: bad_signature.
  Result<void> verify(const PublicKey& key) const;
};
/// `bytes` must outlive what is returned.   Errors: malformed.
Result<ReadOpeningsRequest> read_openings_request(BytesView bytes);

}  // namespace qinglu::ledger
