// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"

namespace qinglu::ledger {

/// A node's signed word that it holds no opening of the fields that a `privacy.erase_notice` names: what
/// it held is destroyed, key and text.   Source: evidence.md §5 "Erasure"; docs/formats/erasure.md.
struct Erasure {
  Digest ledger_id;
  Digest notice;  ///< record id of the notice
  std::string node;  ///< member id of the validator
  std::vector<std::pair<Digest, std::string>> fields;  ///< record id and name, as the notice lists them
  std::int64_t time_ms = 0;  ///< of the node's clock, ms since 1970-01-01T00:00:00Z
};

/// `{"body":{…},"sig":"<base64>","suite":1}`, signed over "qinglu/erasure/1\0" ‖ ledger id ‖ body.
Bytes sign_erasure(const Erasure& erasure, const crypto::SigningKey& intake_key);

/// What the bytes say, not yet who says it.   Errors: malformed.
Result<Erasure> parse_erasure(BytesView bytes);
/// Errors: malformed, bad_signature.
Result<Erasure> verify_erasure(BytesView bytes, const PublicKey& intake_key);

}  // namespace qinglu::ledger
