// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/openings_request.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::ledger {

Bytes sign_openings_request(const OpeningsRequest& request, const crypto::SigningKey& key) {
  const Value body(Value::Members{
      {"format", "qinglu-openings-request/1"},
      {"key_id", request.key_id},
      {"ledger_id", to_sha256_id(request.ledger_id)},
      {"node", request.node},
      {"party", request.party},
      {"record", to_sha256_id(request.record)},
      {"time_ms", request.time_ms}});
  return SignedStatement::sign(body, crypto::domain::kOpeningsRequest, request.ledger_id, key);
}

Result<void> ReadOpeningsRequest::verify(const PublicKey& key) const {
  return statement.verify(key, crypto::domain::kOpeningsRequest, request.ledger_id);
}

Result<ReadOpeningsRequest> read_openings_request(BytesView bytes) {
  auto statement = SignedStatement::parse(bytes, "request for openings");
  if (!statement) return std::move(statement).error();
  ReadOpeningsRequest read{{}, *std::move(statement)};
  Fields f(read.statement.body(), "request body");
  f.literal("format", "qinglu-openings-request/1");
  read.request.ledger_id = f.sha256_id("ledger_id");
  read.request.record = f.sha256_id("record");
  read.request.party = f.text("party");
  read.request.key_id = f.text("key_id");
  read.request.node = f.text("node");
  read.request.time_ms = static_cast<std::int64_t>(f.unsigned_integer("time_ms"));
  if (auto ok = f.finish({"format", "key_id", "ledger_id", "node", "party", "record", "time_ms"}); !ok) return std::move(ok).error();
  return read;
}

}  // namespace qinglu::ledger
