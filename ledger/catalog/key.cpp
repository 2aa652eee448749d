// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/key.hpp"

#include <algorithm>

#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/signers.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kOpenKeysMax = 16;

constexpr Field kParty = need("party", FieldType::party, "主体", "party");
constexpr Field kKeyId = need("key_id", FieldType::code, "密钥编号", "key id");
constexpr Field kSuite = within(need("suite", FieldType::integer, "算法套件", "suite"), 1, 1);
constexpr Field kPub = need("pub", FieldType::key_hex, "公钥", "public key");
constexpr Field kAddFields[] = {
    kParty, kKeyId, kSuite, kPub,
    may("owner_key_lost", FieldType::boolean, "主体已无可用密钥", "the owner has no key left")};
constexpr Field kRotateFields[] = {
    kParty, need("old_key_id", FieldType::code, "旧密钥编号", "id of the key that ends"), kKeyId,
    kSuite, kPub};
constexpr Field kRevokeFields[] = {kParty, kKeyId,
                                   need("reason", FieldType::text, "理由", "reason")};
constexpr Field kCompromiseFields[] = {
    kParty, kKeyId,
    need("compromised_from", FieldType::integer, "失密时间（POSIX 秒）",
         "time of the compromise, POSIX seconds")};

constexpr Role kRegistrars[] = {Role::exch, Role::gov, Role::ipo};
constexpr Role kOwner[] = {Role::party};

constexpr Precondition kAddRules[] = {
    {"KEY_EXISTS", "QLR", "6.3", "密钥编号和公钥从未登记过",
     "neither the key id nor the public key was ever registered"},
    {"MISSING_SIGNATURE", "ESL", "13", "主体以原有密钥签名；首个密钥只需登记机构与新密钥",
     "the owner signs with a key of its own; a first key needs registrar and new key only"},
    {"QUORUM_MISSING", "QLR", "6.3", "主体无可用密钥时须理事会法定人数签名",
     "an owner without a key needs the council's quorum"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.3", "由登记该主体的机构或理事会办理",
     "the institution that registered the party, or the council, acts"},
    {"SIZE_LIMIT", "QLR", "6.3", "同时有效的密钥数有上限", "the number of open keys is bounded"}};
constexpr Precondition kRotateRules[] = {
    kAddRules[0],
    kAddRules[1],
    kAddRules[2],
    kAddRules[3],
    kAddRules[4],
    {"REF_NOT_FOUND", "QLR", "6.3", "旧密钥仍在有效期内", "the old key's window is open"}};
constexpr Precondition kRevokeRules[] = {
    {"REF_NOT_FOUND", "QLR", "6.3", "密钥仍在有效期内", "the key's window is open"},
    {"QUORUM_LOST", "QLR", "6.3", "撤销后理事会仍能达到法定人数",
     "the council can still reach its quorum"},
    kAddRules[1],
    kAddRules[2],
    kAddRules[3]};
constexpr Precondition kCompromiseRules[] = {
    {"REF_NOT_FOUND", "QLR", "6.3", "密钥已登记", "the key is registered"},
    {"ROLE_NOT_PERMITTED", "ESL", "15", "由密钥的主体报告", "the key's owner reports"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "失密时间不晚于区块时间",
     "the stated time is not after block time"},
    {"QUORUM_LOST", "QLR", "6.3", "标记：理事会可能无法达到法定人数",
     "flag: the council may not reach its quorum"}};

constexpr RecordType kTypes[] = {
    {.name = "key.add",
     .zh = "登记密钥",
     .en = "registration of a key",
     .category = Category::governance,
     .fields = kAddFields,
     .signers = {.roles = kRegistrars, .judged_by_rule = true},
     .preconditions = kAddRules,
     .effect_zh = "密钥自本记录起有效",
     .effect_en = "the key is good from this record on",
     .in_batch = false},
    {.name = "key.compromise",
     .zh = "密钥失密报告",
     .en = "report of a compromised key",
     .category = Category::governance,
     .fields = kCompromiseFields,
     .signers = {.roles = kOwner},
     .preconditions = kCompromiseRules,
     .effect_zh = "密钥自本记录之后失效；所述时间之后的记录在各处显示警示，但不因此无效",
     .effect_en = "the key ends behind this record; records after the stated time carry a warning "
                  "and stay valid",
     .in_batch = false},
    {.name = "key.revoke",
     .zh = "撤销密钥",
     .en = "end of a key",
     .category = Category::governance,
     .fields = kRevokeFields,
     .signers = {.roles = kRegistrars, .judged_by_rule = true},
     .preconditions = kRevokeRules,
     .effect_zh = "密钥自本记录之后失效",
     .effect_en = "the key ends behind this record",
     .in_batch = false},
    {.name = "key.rotate",
     .zh = "更换密钥",
     .en = "replacement of a key",
     .category = Category::governance,
     .fields = kRotateFields,
     .signers = {.roles = kRegistrars, .judged_by_rule = true},
     .preconditions = kRotateRules,
     .effect_zh = "新密钥自本记录起有效，旧密钥自本记录之后失效",
     .effect_en = "the new key is good from this record on, the old one ends behind it",
     .in_batch = false}};

bool is_open(const Value& key_row) {
  const Value::Items& windows = key_row.items_of("windows");
  return !windows.empty() && !windows.back().find("until_index");
}

void close_window(Value& key_row, std::uint64_t index) {
  Value::Items& windows = key_row.find("windows")->items();
  if (!windows.back().find("until_index")) windows.back().set("until_index", index + 1);
}

void add_open_key(Value& party, std::string_view key_id) {
  Value::Items ids = party.items_of("open_keys");
  const auto at = std::ranges::lower_bound(ids, key_id, {}, &Value::text);
  ids.insert(at, Value(key_id));
  party.set("open_keys", std::move(ids));
}

void drop_open_key(Value& party, std::string_view key_id) {
  Value::Items ids = party.items_of("open_keys");
  std::erase(ids, Value(key_id));
  if (ids.empty()) {
    party.erase("open_keys");
  } else {
    party.set("open_keys", std::move(ids));
  }
}

/// Registrar and owner. An own signature is one by a key that this record does not register.
void check_registrar_and_owner(const RuleInput& in, Verdict& verdict, const Value& party) {
  const std::string owner(in.data.text_of("party"));
  const bool lost = in.data.boolean_of("owner_key_lost");
  std::vector<std::string> others = {owner};
  if (const Value* registrar = party.find("registrar")) {
    // Without the owner's key the registrar vouches beside the council.
    if (lost) {
      others.push_back(registrar->text());
      if (!names_party(in.body.items_of("signers"), registrar->text())) {
        raise(verdict, issue("MISSING_SIGNATURE", "/signers", registrar->text()));
      }
    }
  }
  if (lost && in.body.text_of("role") != "GOV") {
    raise(verdict, issue("QUORUM_MISSING", "/role", std::string(in.body.text_of("role"))));
  } else {
    check_registrar(in, verdict, &party, others);
  }

  const auto new_key = new_key_signature(in.type, in.body);
  const bool own = std::ranges::any_of(
      in.signed_by, [&](const SignedBy& by) { return by.first == owner && by != new_key; });
  const bool first = party.integer_of("key_count") == 0;
  if (!own && !lost && !first) raise(verdict, issue("MISSING_SIGNATURE", "/signers", owner));
}

/// The rows of a new key.
void open_key(const RuleInput& in, Verdict& verdict, Value& party) {
  const std::string_view owner = in.data.text_of("party");
  const std::string_view key_id = in.data.text_of("key_id");
  const std::string_view pub = in.data.text_of("pub");
  if (in.rows.find(key_row(owner, key_id))) {
    raise(verdict, issue("KEY_EXISTS", "/data/key_id", std::string(key_id)));
  }
  if (const auto known = in.rows.find(key_row("", pub))) {
    raise(verdict, issue("KEY_EXISTS", "/data/pub", std::string(known->text_of("party"))));
  }
  if (party.items_of("open_keys").size() >= kOpenKeysMax) {
    raise(verdict, issue("SIZE_LIMIT", "/data/key_id", std::to_string(kOpenKeysMax)));
  }
  Value window(Value::Members{{"from_index", in.index}});
  verdict.set(key_row(owner, key_id), Value(Value::Members{{"pub", pub},
                                                           {"suite", *in.data.find("suite")},
                                                           {"windows", Value::Items{window}}}));
  verdict.set(key_row("", pub), Value(Value::Members{{"party", owner}, {"purpose", "record"}}));
  add_open_key(party, key_id);
  party.set("key_count", party.integer_of("key_count") + 1);
}

/// Closes the open window of a key; REF_NOT_FOUND when it has none.
void close_key(const RuleInput& in, Verdict& verdict, Value& party, std::string_view field) {
  const std::string_view owner = in.data.text_of("party");
  const std::string_view key_id = in.data.text_of(field);
  const auto row = in.rows.find(key_row(owner, key_id));
  if (!row || !is_open(*row)) {
    return raise(verdict,
                 issue("REF_NOT_FOUND", "/data/" + std::string(field), std::string(key_id)));
  }
  Value next = *row;
  close_window(next, in.index);
  verdict.set(key_row(owner, key_id), std::move(next));
  drop_open_key(party, key_id);
}

/// The arithmetic when too few members of the council would have an open key; empty when enough do.
std::string lost_quorum(const RuleInput& in, std::string_view party, const Value& changed) {
  const Council council = council_in_force(in.rows);
  if (std::ranges::find(council.parties, party) == council.parties.end()) return {};
  std::size_t able = 0;
  for (const std::string& member : council.parties) {
    const auto row = in.rows.find(party_row(member));
    const Value* now = member == party ? &changed : row.get();
    if (now && now->find("open_keys")) ++able;
  }
  if (able >= council.quorum) return {};
  return "n " + std::to_string(council.parties.size()) + ", q " + std::to_string(council.quorum) +
         ", " + std::to_string(able);
}

/// The owner's P row to change; UNKNOWN_PARTY when there is none.
std::optional<Value> owner_row(const RuleInput& in, Verdict& verdict) {
  const std::string_view party = in.data.text_of("party");
  const auto row = in.rows.find(party_row(party));
  if (row) return *row;
  raise(verdict, issue("UNKNOWN_PARTY", "/data/party", std::string(party)));
  return std::nullopt;
}

void add(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto party = owner_row(in, verdict);
  if (!party) return;
  check_registrar_and_owner(in, verdict, *party);
  open_key(in, verdict, *party);
  verdict.set(party_row(in.data.text_of("party")), std::move(*party));
}

void rotate(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto party = owner_row(in, verdict);
  if (!party) return;
  check_registrar_and_owner(in, verdict, *party);
  close_key(in, verdict, *party, "old_key_id");
  open_key(in, verdict, *party);
  verdict.set(party_row(in.data.text_of("party")), std::move(*party));
}

void revoke(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto party = owner_row(in, verdict);
  if (!party) return;
  check_registrar_and_owner(in, verdict, *party);
  close_key(in, verdict, *party, "key_id");
  const std::string lost = lost_quorum(in, in.data.text_of("party"), *party);
  if (!lost.empty()) raise(verdict, issue("QUORUM_LOST", "/data/key_id", lost));
  verdict.set(party_row(in.data.text_of("party")), std::move(*party));
}

void compromise(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const std::string_view owner = in.data.text_of("party");
  if (in.body.text_of("submitter") != owner || in.body.find("acting_for")) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", std::string(owner)));
  }
  auto party = owner_row(in, verdict);
  const std::string_view key_id = in.data.text_of("key_id");
  const auto row = in.rows.find(key_row(owner, key_id));
  if (!row) raise(verdict, issue("REF_NOT_FOUND", "/data/key_id", std::string(key_id)));
  const std::int64_t from = in.data.integer_of("compromised_from");
  if (from > in.block_time_ms / 1000) {
    raise(verdict, issue("FUTURE_EVENT_DATE", "/data/compromised_from", std::to_string(from)));
  }
  if (!party || !row) return;

  Value next = *row;
  close_window(next, in.index);
  // A later report may only move the stated time earlier.
  next.set("compromised_from", std::min(from, row->integer_of("compromised_from", from)));
  drop_open_key(*party, key_id);
  // Never refused: a stolen key must be reportable whatever it costs the council.
  const std::string lost = lost_quorum(in, owner, *party);
  if (!lost.empty()) verdict.flag(issue("QUORUM_LOST", "/data/key_id", lost));
  verdict.set(key_row(owner, key_id), std::move(next));
  verdict.set(party_row(owner), std::move(*party));
}

}  // namespace

std::span<const RecordType> key_types() { return kTypes; }

Rule key_rule(std::string_view type) {
  if (type == "key.add") return add;
  if (type == "key.compromise") return compromise;
  if (type == "key.revoke") return revoke;
  return type == "key.rotate" ? rotate : nullptr;
}

}  // namespace qinglu::ledger
