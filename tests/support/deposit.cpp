// SPDX-License-Identifier: Apache-2.0
#include "tests/support/deposit.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::test {

using ledger::Value;

ledger::Opening opening(const std::string& name, const std::string& value) {
  return {name, Value(value), crypto::Salt::from(crypto::sha256("salt of " + name).view()), {}};
}

Deposit::Deposit(const Digest& ledger_id)
    : operator_of(opening("operator", "Li Lei")),
      commitment(to_sha256_id(crypto::field_commitment("operator", operator_of.salt, ledger::to_canonical(operator_of.value)))) {
  const std::string hash = "sha256:" + std::string(64, 'a');
  Value data(Value::Members{{"captured_at", "2026-11-20T01:00:00Z"},
                            {"clock_offset_ms", 0},
                            {"clock_source", "NTSC"},
                            {"custody", Value::Items{Value::Members{{"from", "2026-11-20T01:00:00Z"}, {"party", kOfficeParty}}}},
                            {"digest", Value::Members{{"sha256", hash}}},
                            {"env_check_hash", hash},
                            {"media", "text/plain"},
                            {"method", "photo"},
                            {"operator_commit", commitment},
                            {"size", 1},
                            {"source", "a letter"},
                            {"tool", Value::Members{{"hash", hash}, {"name", "camera"}, {"ver", "1"}}}});
  unit = sign_record(record_body(ledger_id, "evidence.deposit", std::move(data), 1));
}

SignedUnit notice_of(const Deposit& deposit, const Digest& ledger_id) {
  Value data(Value::Members{{"basis", "PIPL 47"},
                            {"date", "2026-11-23"},
                            {"fields", Value::Items{Value::Members{{"field", "operator_commit"}, {"record", to_sha256_id(deposit.unit.id)}}}},
                            {"subject_commit", deposit.commitment}});
  Value body = record_body(ledger_id, "privacy.erase_notice", std::move(data), 2);
  body.set("role", "GOV");
  return sign_record(body);
}

}  // namespace qinglu::test
