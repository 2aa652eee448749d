// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/receipt.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/fields.hpp"
#include "ledger/codec/statement.hpp"

namespace qinglu::ledger {

Bytes sign_receipt(const Receipt& receipt, const crypto::SigningKey& intake_key) {
  const Value body(Value::Members{
      {"format", "qinglu-receipt/1"},
      {"ledger_id", to_sha256_id(receipt.ledger_id)},
      {"node", receipt.node},
      {"received_ms", receipt.received_ms},
      {"record_id", to_sha256_id(receipt.record_id)},
      {"valid_until", receipt.valid_until}});
  return SignedStatement::sign(body, crypto::domain::kReceipt, receipt.ledger_id, intake_key);
}

Result<Receipt> verify_receipt(BytesView bytes, const PublicKey& intake_key) {
  const auto statement = SignedStatement::parse(bytes, "receipt");
  if (!statement) return statement.error();
  Fields f(statement->body(), "receipt body");
  f.literal("format", "qinglu-receipt/1");
  Receipt receipt;
  receipt.ledger_id = f.sha256_id("ledger_id");
  receipt.record_id = f.sha256_id("record_id");
  receipt.node = f.text("node");
  receipt.received_ms = static_cast<std::int64_t>(f.unsigned_integer("received_ms"));
  receipt.valid_until = static_cast<std::int64_t>(f.unsigned_integer("valid_until"));
  if (auto ok = f.finish({"format", "ledger_id", "node", "received_ms", "record_id", "valid_until"});
      !ok) {
    return std::move(ok).error();
  }
  if (auto ok = statement->verify(intake_key, crypto::domain::kReceipt, receipt.ledger_id); !ok) return std::move(ok).error();
  return receipt;
}

}  // namespace qinglu::ledger
