// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/validators.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/valset.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

/// How long a member's word that it is ready counts where not all have given it.
/// Source: agreement.md §2.10 "Readiness".
constexpr std::int64_t kReadyMs = 24 * 3'600 * 1'000;
/// Below so many members a set tolerates no fault, and the record says so.
constexpr std::size_t kFaultTolerant = 4;

constexpr std::string_view kPurposes[] = {"cosign", "intake", "log", "vote"};
constexpr Field kProofMembers[] = {
    need("member", FieldType::text, "成员标识", "member id"),
    of(need("key", FieldType::choice, "密钥用途", "purpose of the key"), kPurposes),
    need("proof", FieldType::base64, "持有证明", "proof of possession: suite and signature")};
constexpr Field kChangeFields[] = {
    need("set", FieldType::any, "验证节点集合（qinglu-valset/1）", "validator set (qinglu-valset/1)"),
    need("from_height", FieldType::integer, "起始高度", "height from which it may take effect"),
    list(with(may("possession", FieldType::object, "新密钥的持有证明", "proofs of possession of new keys"), kProofMembers), 256),
    may("tolerates_none", FieldType::boolean, "不足四个成员，不容忍任何故障", "fewer than four members: no fault is tolerated")};
constexpr Field kReadyFields[] = {
    within(need("epoch", FieldType::integer, "期次", "epoch"), 2, 1'000'000'000),
    need("set_hash", FieldType::hash, "集合摘要", "hash of the set"),
    need("member", FieldType::text, "成员标识", "member id"),
    need("party", FieldType::party, "主体", "party"),
    need("size", FieldType::integer, "已执行的日志长度", "size of the log that it has executed"),
    need("root", FieldType::hash, "该长度的日志根", "root of the log at that size")};

constexpr Role kCouncil[] = {Role::gov};
constexpr Role kAnybody[] = {Role::party};
constexpr std::string_view kPartyField[] = {"party"};

constexpr Precondition kChangeRules[] = {
    {"BAD_SIGNATURE", "QLR", "6.3", "新密钥的持有证明成立", "the proofs of possession of the new keys hold"},
    {"KEY_EXISTS", "QLR", "6.3", "新密钥从未登记过", "no new key was ever registered"},
    {"MISSING_SIGNATURE", "QLR", "6.3", "每个新密钥都有持有证明", "every new key proves possession"},
    {"QUORUM_LOST", "QLR", "6.3", "新集合的主体能达到法定人数", "the new set's parties can reach its quorum"},
    {"QUORUM_MISSING", "QLR", "6.3", "理事会法定人数签名", "the council's quorum signs"},
    {"SCHEMA_INVALID", "QLR", "6.3", "集合文件有效；不足四个成员须明示不容忍故障",
     "the set document is valid; fewer than four members must be stated"},
    {"STATE_FORBIDS", "QLR", "6.3", "期次为下一期，起始高度留足准备，待生效的集合尚未到期",
     "the epoch is the next one, the height leaves time to prepare, the scheduled set is not due"},
    {"UNKNOWN_PARTY", "QLR", "6.3", "各成员的主体已登记", "every member's party is registered"}};
constexpr Precondition kReadyRules[] = {
    {"REF_NOT_FOUND", "QLR", "6.3", "该期次有此摘要的待生效集合，且含该成员",
     "a set with this hash is scheduled for the epoch and holds the member"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.3", "由该成员的主体自行声明", "the member's party states it, alone"},
    {"SNAPSHOT_MISMATCH", "QLR", "6.3", "所述日志根与账本一致", "the stated root is the ledger's at that size"}};

constexpr RecordType kTypes[] = {
    {.name = "validator.change",
     .zh = "变更验证节点集合",
     .en = "change of the validator set",
     .category = Category::governance,
     .fields = kChangeFields,
     .signers = {.roles = kCouncil, .council = true},
     .preconditions = kChangeRules,
     .effect_zh = "新集合待生效：到起始高度且成员就绪后的首个区块结束本期；未到期前可由同期的另一集合取代",
     .effect_en = "the set is scheduled: the first block at its height with its members ready ends the epoch; "
                  "until it is due another set of the same epoch may take its place",
     .in_batch = false},
    {.name = "validator.ready",
     .zh = "验证节点就绪",
     .en = "readiness of a validator",
     .category = Category::governance,
     .fields = kReadyFields,
     .signers = {.roles = kAnybody, .must_sign = kPartyField},
     .preconditions = kReadyRules,
     .effect_zh = "记入待生效集合，再次声明取代前次",
     .effect_en = "noted with the scheduled set; a later statement takes the place of the former",
     .in_batch = false}};

std::uint64_t present_epoch(const RowReader& rows) {
  const auto directory = rows.find(validators_row(0));
  return directory ? static_cast<std::uint64_t>(directory->integer_of("epoch")) : 0;
}

const PublicKey& key_for(const Validator& member, std::string_view purpose) {
  if (purpose == "cosign") return member.cosign_key;
  if (purpose == "intake") return member.intake_key;
  return purpose == "log" ? member.log_key : member.vote_key;
}

const Validator* find_member(const ValidatorSet& set, std::string_view id) {
  const auto at = std::ranges::find(set.members, id, &Validator::id);
  return at == set.members.end() ? nullptr : &*at;
}

std::optional<ValidatorSet> set_of(const RowReader& rows, std::uint64_t epoch, std::string_view origin) {
  const auto row = rows.find(validators_row(epoch));
  const Value* document = row ? row->find("set") : nullptr;
  if (!document) return std::nullopt;
  auto set = parse_validator_set(*document, origin);
  if (!set) return std::nullopt;
  return std::move(*set);
}

std::size_t quorum_of(std::size_t n) { return n - (n - 1) / 3; }

bool can_sign(const RowReader& rows, std::string_view party) {
  const auto row = rows.find(party_row(party));
  return row && !row->items_of("open_keys").empty();
}

/// Proofs of the keys that a member brings, in the order in which the record must hold them.
void check_possession(const RuleInput& in, Verdict& verdict, const ValidatorSet& set, const ValidatorSet& present) {
  const Bytes message = Bytes(crypto::domain::kPossession) + Bytes(in.ledger_id.view()) +
                        Bytes(valset_hash(to_canonical(*in.data.find("set"))).view());
  const Value::Items& proofs = in.data.items_of("possession");
  std::size_t next = 0;
  for (const Validator& member : set.members) {
    const Validator* before = find_member(present, member.id);
    for (const std::string_view purpose : kPurposes) {
      const PublicKey& key = key_for(member, purpose);
      if (before && key_for(*before, purpose) == key) continue;
      const std::string which = member.id + " " + std::string(purpose);
      const RowKey registered = key_row("", to_hex(key));
      // A key that was scheduled for this epoch in a set which gave way was never in force.
      const Value row(Value::Members{{"epoch", set.epoch}, {"party", member.party}, {"purpose", purpose}});
      const auto known = in.rows.find(registered);
      if (known && *known != row) raise(verdict, issue("KEY_EXISTS", "/data/set", which));
      if (!known) verdict.set(registered, row);
      if (next >= proofs.size() || proofs[next].text_of("member") != member.id || proofs[next].text_of("key") != purpose) {
        raise(verdict, issue("MISSING_SIGNATURE", "/data/possession", which));
        continue;
      }
      const auto proof = from_base64(proofs[next++].text_of("proof"));
      const bool holds = proof && proof->size() == 1 + Signature::kSize && proof->front() == 1 && crypto::may_enrol(key) &&
                         crypto::verify(key, message, Signature::from(BytesView(*proof).substr(1)));
      if (!holds) raise(verdict, issue("BAD_SIGNATURE", "/data/possession/" + std::to_string(next - 1), which));
    }
  }
  if (next < proofs.size()) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/possession/" + std::to_string(next), "no new key of the set"));
  }
}

void change_set(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto set = parse_validator_set(*in.data.find("set"), in.origin);
  if (!set) return raise(verdict, issue("SCHEMA_INVALID", "/data/set", set.error().detail));
  const std::uint64_t epoch = present_epoch(in.rows) + 1;
  const auto present = set_of(in.rows, epoch - 1, in.origin);
  if (!present) return raise(verdict, issue("STATE_FORBIDS", "/data/set", "no set is in force"));
  if (set->epoch != epoch) raise(verdict, issue("STATE_FORBIDS", "/data/set/epoch", std::to_string(epoch)));
  const std::uint64_t earliest = in.height + in.activation_lead;
  if (static_cast<std::uint64_t>(in.data.integer_of("from_height")) < earliest) {
    raise(verdict, issue("STATE_FORBIDS", "/data/from_height", ">= " + std::to_string(earliest)));
  }
  if (const auto due = set_due(in.rows, in.height, in.block_time_ms)) {
    Issue late = issue("STATE_FORBIDS", "/data/set", "the scheduled set takes effect with this block");
    late.blocking.emplace_back(due->row->text_of("record"));
    raise(verdict, std::move(late));
  }
  const std::size_t n = set->n();
  if ((n < kFaultTolerant) != in.data.boolean_of("tolerates_none")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/tolerates_none", "n = " + std::to_string(n)));
  }
  std::size_t able = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string& party = set->members[i].party;
    const auto row = in.rows.find(party_row(party));
    if (!row || row->text_of("status") != "ACTIVE") {
      raise(verdict, issue("UNKNOWN_PARTY", "/data/set/members/" + std::to_string(i) + "/party", party));
    }
    if (can_sign(in.rows, party)) ++able;
  }
  if (able < set->quorum()) {
    raise(verdict, issue("QUORUM_LOST", "/data/set",
                         "n = " + std::to_string(n) + ", q = " + std::to_string(set->quorum()) + ", " + std::to_string(able)));
  }
  // Two log keys share the origin as their name, so their key ids must tell them apart, old from new too.
  for (const Validator& member : set->members) {
    for (const Validator& former : present->members) {
      const bool same = member.log_key == former.log_key;
      if (!same && log_note_key(member, in.origin).id == log_note_key(former, in.origin).id) {
        raise(verdict, issue("KEY_EXISTS", "/data/set", member.id + " log: the key id of " + former.id));
      }
    }
  }
  check_possession(in, verdict, *set, *present);
  verdict.set(validators_row(epoch), Value(Value::Members{{"from_height", *in.data.find("from_height")},
                                                          {"ready", Value::Items{}},
                                                          {"record", to_sha256_id(in.record_id)},
                                                          {"set", *in.data.find("set")}}));
}

void state_ready(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto pending = pending_set(in.rows);
  const auto epoch = static_cast<std::uint64_t>(in.data.integer_of("epoch"));
  const std::string_view id = in.data.text_of("member");
  const std::string_view party = in.data.text_of("party");
  if (!pending || pending->epoch != epoch || to_sha256_id(pending->hash) != in.data.text_of("set_hash")) {
    return raise(verdict, issue("REF_NOT_FOUND", "/data/set_hash", pending ? to_sha256_id(pending->hash) : "no set is scheduled"));
  }
  const bool member = std::ranges::any_of(pending->row->find("set")->items_of("members"), [&](const Value& each) {
    return each.text_of("id") == id && each.text_of("party") == party;
  });
  if (!member) raise(verdict, issue("REF_NOT_FOUND", "/data/member", std::string(id)));
  if (in.body.text_of("submitter") != party || in.body.items_of("signers").size() != 1) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", std::string(party)));
  }
  const auto size = static_cast<std::uint64_t>(in.data.integer_of("size"));
  const auto root = in.rows.log_root(size);
  if (!root || to_sha256_id(*root) != in.data.text_of("root")) {
    raise(verdict, issue("SNAPSHOT_MISMATCH", "/data/root", root ? to_sha256_id(*root) : "size " + std::to_string(size)));
  }
  Value row = *pending->row;
  Value::Items ready;
  for (const Value& each : row.items_of("ready")) {
    if (each.text_of("member") != id) ready.push_back(each);
  }
  ready.emplace_back(Value::Members{{"member", id}, {"time_ms", in.block_time_ms}});
  std::ranges::sort(ready, {}, [](const Value& each) { return std::string(each.text_of("member")); });
  row.set("ready", Value(std::move(ready)));
  verdict.set(validators_row(epoch), std::move(row));
}

}  // namespace

std::span<const RecordType> validators_types() { return kTypes; }

Rule validators_rule(std::string_view type) {
  if (type == "validator.change") return change_set;
  return type == "validator.ready" ? state_ready : nullptr;
}

std::optional<ValidatorSet> validators_in_force(const RowReader& rows, std::string_view origin) {
  return set_of(rows, present_epoch(rows), origin);
}

std::optional<PendingSet> pending_set(const RowReader& rows) {
  PendingSet pending;
  pending.epoch = present_epoch(rows) + 1;
  pending.row = rows.find(validators_row(pending.epoch));
  const Value* document = pending.row ? pending.row->find("set") : nullptr;
  if (!document) return std::nullopt;
  pending.hash = valset_hash(to_canonical(*document));
  return pending;
}

std::optional<PendingSet> set_due(const RowReader& rows, std::uint64_t height, std::int64_t time_ms) {
  auto pending = pending_set(rows);
  if (!pending || height < static_cast<std::uint64_t>(pending->row->integer_of("from_height"))) return std::nullopt;
  const std::size_t n = pending->row->find("set")->items_of("members").size();
  const Value::Items& ready = pending->row->items_of("ready");
  const auto fresh = std::ranges::count_if(ready, [&](const Value& each) { return each.integer_of("time_ms") >= time_ms - kReadyMs; });
  if (ready.size() < n && static_cast<std::size_t>(fresh) < quorum_of(n)) return std::nullopt;
  return pending;
}

}  // namespace qinglu::ledger
