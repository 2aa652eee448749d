// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/trust.hpp"

#include "crypto/checkpoint.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::ledger {
namespace {

/// Room for 64 members and their policy.
constexpr JsonLimits kTrustLimits{.bytes_max = 1u << 20};

}  // namespace

Result<Trust> decode_trust(BytesView bytes) {
  const auto document = parse_canonical(bytes, kTrustLimits);
  if (!document) return document.error();
  Fields in(*document, "trust file");
  in.literal("format", "qinglu-trust/1");
  in.literal("suite", 1);
  Trust trust;
  trust.ledger_id = in.sha256_id("ledger_id");
  trust.origin = in.text("origin");
  trust.epoch = in.unsigned_integer("epoch", 1);
  trust.policy = in.text("policy");
  if (!crypto::is_origin(trust.origin)) in.fail("origin", "is not acceptable");
  if (auto ok = in.finish({"epoch", "format", "ledger_id", "origin", "policy", "suite"},
                          {"floor", "validators"});
      !ok) {
    return std::move(ok).error();
  }
  if (const Value* floor = document->find("floor")) {
    Fields at(*floor, "trust file: floor");
    trust.floor = {at.unsigned_integer("size", 1), at.sha256_id("root")};
    if (auto ok = at.finish({"root", "size"}); !ok) return std::move(ok).error();
  }
  if (const Value* validators = document->find("validators")) {
    auto set = parse_validator_set(*validators, trust.origin);
    if (!set) return std::move(set).error();
    if (set->epoch != trust.epoch) {
      return Error{Errc::malformed, "trust file: `validators` are of another epoch",
                   validators->begin()};
    }
    if (policy_text(*set, trust.origin) != trust.policy) {
      return Error{Errc::malformed, "trust file: `policy` is not that of the validators"};
    }
    trust.validators = *std::move(set);
  }
  return trust;
}

Bytes encode_trust(const Trust& trust) {
  Value document(Value::Members{{"epoch", trust.epoch},
                                {"format", "qinglu-trust/1"},
                                {"ledger_id", to_sha256_id(trust.ledger_id)},
                                {"origin", trust.origin},
                                {"policy", trust.policy},
                                {"suite", 1}});
  if (trust.validators) document.set("validators", to_value(*trust.validators));
  if (trust.floor) {
    document.set("floor", Value::Members{{"root", to_sha256_id(trust.floor->root)},
                                         {"size", trust.floor->size}});
  }
  return to_canonical(document);
}

Trust trust_of(const Genesis& genesis) {
  return {genesis.ledger_id, genesis.origin, 1, policy_text(genesis.validators, genesis.origin), genesis.validators, std::nullopt};
}

}  // namespace qinglu::ledger
