// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// A body under one signature, off the log: `{"body":{…},"sig":"<base64>","suite":1}`, Ed25519 over
/// domain ‖ ledger id ‖ body bytes.   Source: docs/formats/receipt.md, erasure.md.
class SignedStatement {
 public:
  static Bytes sign(const Value& body, std::string_view domain, const Digest& ledger_id, const crypto::SigningKey& key);

  /// `what` names it in error sentences; `bytes` must outlive the statement.
  /// Errors: malformed.
  static Result<SignedStatement> parse(BytesView bytes, std::string_view what);

  const Value& body() const;
  /// Errors: bad_signature.
  Result<void> verify(const PublicKey& key, std::string_view domain, const Digest& ledger_id) const;

 private:
  BytesView bytes_;
  std::string_view what_;
  Value document_;
  Signature signature_{};
};

}  // namespace qinglu::ledger
