// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"

namespace qinglu::ledger {

/// A node's signed word that it holds a submission durably. Not finality.
/// Source: ecosystem.md §10; docs/formats/receipt.md.
struct Receipt {
  Digest ledger_id;
  Digest record_id;           ///< a batch: its manifest's
  std::string node;           ///< member id of the validator
  std::int64_t received_ms = 0;
  std::int64_t valid_until = 0;  ///< the record's `expires_at`, POSIX seconds
};

/// `{"body":{…},"sig":"<base64>","suite":1}`, signed over "qinglu/receipt/1\0" ‖ ledger id ‖ body.
Bytes sign_receipt(const Receipt& receipt, const crypto::SigningKey& intake_key);

/// Errors: malformed, bad_signature.
Result<Receipt> verify_receipt(BytesView bytes, const PublicKey& intake_key);

}  // namespace qinglu::ledger
