// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/receipt.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::ledger {

Bytes sign_receipt(const Receipt& receipt, const crypto::SigningKey& intake_key) {
  const Bytes body = to_canonical(Value(Value::Members{
      {"format", "qinglu-receipt/1"},
      {"ledger_id", to_sha256_id(receipt.ledger_id)},
      {"node", receipt.node},
      {"received_ms", receipt.received_ms},
      {"record_id", to_sha256_id(receipt.record_id)},
      {"valid_until", receipt.valid_until}}));
  const Signature signature = intake_key.sign({crypto::domain::kReceipt, receipt.ledger_id, body});
  return "{\"body\":" + body + ",\"sig\":\"" + to_base64(signature) + "\",\"suite\":1}";
}

Result<Receipt> verify_receipt(BytesView bytes, const PublicKey& intake_key) {
  auto document = parse_canonical(bytes);
  if (!document) return std::move(document).error();
  Fields outer(*document, "receipt");
  outer.literal("suite", 1);
  const Value& body = outer.object("body");
  const auto signature = fixed_from_base64<Signature>(outer.text("sig"));
  if (auto ok = outer.finish({"body", "sig", "suite"}); !ok) return std::move(ok).error();
  Fields f(body, "receipt body");
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
  const BytesView slice = bytes.substr(body.begin(), body.end() - body.begin());
  if (!signature ||
      !crypto::verify(intake_key, {crypto::domain::kReceipt, receipt.ledger_id, slice}, *signature)) {
    return Error{Errc::bad_signature, "the receipt's signature does not verify"};
  }
  return receipt;
}

}  // namespace qinglu::ledger
