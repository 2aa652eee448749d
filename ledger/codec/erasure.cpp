// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/erasure.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/fields.hpp"
#include "ledger/codec/statement.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::size_t kFieldsMax = 32;  ///< of one notice (catalogue)

Result<Erasure> erasure_of(const Value& body) {
  Fields f(body, "erasure body");
  f.literal("format", "qinglu-erasure/1");
  Erasure erasure;
  erasure.ledger_id = f.sha256_id("ledger_id");
  erasure.notice = f.sha256_id("notice");
  erasure.node = f.text("node");
  erasure.time_ms = static_cast<std::int64_t>(f.unsigned_integer("time_ms"));
  for (const Value& item : f.array("fields", 1, kFieldsMax)) {
    if (!item.is_object()) return Error{Errc::malformed, "an erased field is an object"};
    Fields field(item, "erased field");
    const Digest record = field.sha256_id("record");
    erasure.fields.emplace_back(record, field.text("field"));
    if (auto ok = field.finish({"field", "record"}); !ok) return std::move(ok).error();
  }
  if (auto ok = f.finish({"fields", "format", "ledger_id", "node", "notice", "time_ms"}); !ok) return std::move(ok).error();
  return erasure;
}

}  // namespace

Bytes sign_erasure(const Erasure& erasure, const crypto::SigningKey& intake_key) {
  Value::Items fields;
  for (const auto& [record, name] : erasure.fields) {
    fields.emplace_back(Value::Members{{"field", name}, {"record", to_sha256_id(record)}});
  }
  const Value body(Value::Members{
      {"fields", std::move(fields)},
      {"format", "qinglu-erasure/1"},
      {"ledger_id", to_sha256_id(erasure.ledger_id)},
      {"node", erasure.node},
      {"notice", to_sha256_id(erasure.notice)},
      {"time_ms", erasure.time_ms}});
  return SignedStatement::sign(body, crypto::domain::kErasure, erasure.ledger_id, intake_key);
}

Result<Erasure> parse_erasure(BytesView bytes) {
  const auto statement = SignedStatement::parse(bytes, "erasure");
  if (!statement) return statement.error();
  return erasure_of(statement->body());
}

Result<Erasure> verify_erasure(BytesView bytes, const PublicKey& intake_key) {
  const auto statement = SignedStatement::parse(bytes, "erasure");
  if (!statement) return statement.error();
  auto erasure = erasure_of(statement->body());
  if (!erasure) return erasure;
  if (auto ok = statement->verify(intake_key, crypto::domain::kErasure, erasure->ledger_id); !ok) return std::move(ok).error();
  return erasure;
}

}  // namespace qinglu::ledger
