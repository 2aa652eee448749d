// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/transfer.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/deal.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::string_view kBases[] = {"AUCTION", "CONTRACT", "INHERIT", "JUDGMENT", "MERGER"};
constexpr std::string_view kEnforcements[] = {"pledge.enforce"};
constexpr Field kToMembers[] = {need("party", FieldType::party, "权利人", "owner"),
                                may("share", FieldType::basis_points, "份额（基点）", "share in basis points")};
const Field kFields[] = {
    kPat,
    need("date", FieldType::date, "登记日（转让生效日）", "day of the registration, on which the transfer takes effect"),
    set(may("from", FieldType::party, "转让前的全体权利人", "all owners before"), 32),
    list(with(may("to", FieldType::object, "转让后的全体权利人", "all owners after"), kToMembers), 32),
    may("to_commit", FieldType::commitment, "转让后的申请人（承诺；未公布的申请，代替前两项）",
        "applicants after, as a commitment; in place of both for an unpublished application"),
    of(need("basis", FieldType::choice, "转移事由", "what the transfer rests on"), kBases),
    may("ctr", FieldType::contract, "转让合同", "contract of the transfer"),
    may("judgment", FieldType::text, "裁判文书号", "number of the judgment or ruling"),
    of(may("enforce", FieldType::record_id, "质权实现记录", "enforcement of a pledge"), kEnforcements),
    kDealOfContract,
    need("announce_no", FieldType::code, "公告号", "number of the announcement"),
    may("export_ref", FieldType::code, "技术出口审批编号", "reference of the export approval"),
    kConsents};

constexpr std::string_view kMaySign[] = {"from", "to"};
constexpr std::string_view kSlots[] = {"price", "terms", "cost_detail", "doc_list", "note"};

constexpr Precondition kRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利和合同已在链上", "patent and contract are on the ledger"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "未公布的申请只写承诺", "of an unpublished application a commitment only"},
    {"SCHEMA_INVALID", "QLR", "6.5", "转移事由与所引文件相符；公布后写明前后权利人",
     "the basis fits what is cited; after publication both owners stand in clear"},
    {"OWNER_MISMATCH", "PL", "10", "转让前后的权利人与登记簿、合同相符", "the owners before and after fit the register and the contract"},
    {"NOT_RIGHT_HOLDER", "PL", "10", "共同签署的转让人、合同的转让人为现权利人",
     "who co-signs as transferor, or sold by the contract, is an owner"},
    {"STATE_FORBIDS", "PL", "10", "所引合同、质权实现尚未据以登记，先登记者得",
     "no transfer was registered yet on the contract or enforcement cited; the first registered wins"},
    {"REF_WRONG_TYPE", "QLR", "6.5", "所引质权实现针对该专利，所引成交属于该合同",
     "the enforcement cited is about this patent, the deal cited of this contract"},
    {"SHARE_SUM_INVALID", "PL", "14", "份额全填且合计 10000，或全不填", "shares for all, 10,000 in sum, or for none"},
    {"SELF_DEALING", "QLR", "6.2", "前后权利人或份额不同", "owners or shares change"},
    {"EXPORT_APPROVAL_MISSING", "PL", "10", "向境外转让须有审批编号", "a transfer abroad has its approval"},
    {"EVENT_BEFORE_PRIOR", "PL", "10", "不早于申请日和上次转让", "not before the filing and the last transfer"},
    {"PRIOR_LICENSE_SURVIVES", "TCI", "24", "标记：在先许可继续有效", "flag: earlier licences run on"},
    {"OPEN_LICENSE_ACTIVE", "PL", "51", "标记：开放许可声明须撤回或重新声明", "flag: the open declaration must be withdrawn or declared anew"},
    kPledgeeConsents,
    {"PLEDGE_PRIORITY", "PDR", "9", "标记：司法转让，质权人优先受偿", "flag: by court order; a pledgee comes first in the proceeds"},
    {"PATENT_FROZEN", "IR", "103-105", "未中止、未保全；司法转让为标记", "neither suspended nor preserved; by court order a flag"},
    {"ANNUITY_ARREARS", "IR", "115", "标记：年费逾期", "flag: an annuity is overdue"},
    kUncontested,
    kInForce,
    kCoownersConsent,
    kConsentInForce,
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};

constexpr RecordType kTypes[] = {
    {.name = "transfer.register",
     .zh = "专利权（申请权）转移登记",
     .en = "registration of a transfer",
     .category = Category::market,
     .fields = kFields,
     .signers = {.roles = kOnlyIpo, .may_sign = kMaySign},
     .preconditions = kRules,
     .effect_zh = "权利人自登记日变更；在先许可和质权不变",
     .effect_en = "the owners change on that day; licences and pledges stay",
     .private_slots = kSlots,
     .date_field = "date"}};

using Parties = std::set<std::string, std::less<>>;

Parties parties_of(const Value::Items& items) {
  Parties parties;
  for (const Value& each : items) parties.emplace(each.is_string() ? each.text() : each.text_of("party"));
  return parties;
}

Parties present_owners(const Value& row) {
  const std::vector<std::string> owners = holders(row);
  return {owners.begin(), owners.end()};
}

bool by_court(const RuleInput& in) { return in.data.find("judgment") || in.data.find("enforce"); }

/// Whether `data` has what the state of the application and the basis ask for.
bool check_members(const RuleInput& in, Verdict& verdict, const Value& row) {
  const auto has = [&](std::string_view member) { return in.data.find(member) != nullptr; };
  bool complete = true;
  const auto refuse = [&](std::string_view code, std::string_view member) {
    raise(verdict, issue(code, "/data/" + std::string(member), std::string(in.data.text_of("basis"))));
    complete = false;
  };
  if (!is_published(row)) {
    for (const std::string_view clear : {"from", "to", "ctr", "deal", "enforce", "consents"}) {
      if (has(clear)) refuse("UNPUBLISHED_DATA_IN_CLEAR", clear);
    }
    if (!has("to_commit")) refuse("SCHEMA_INVALID", "to_commit");
    return complete;
  }
  if (has("to_commit")) refuse("SCHEMA_INVALID", "to_commit");
  for (const std::string_view clear : {"from", "to"}) {
    if (!has(clear)) refuse("SCHEMA_INVALID", clear);
  }
  const std::string_view basis = in.data.text_of("basis");
  const bool forced = basis == "JUDGMENT" || basis == "AUCTION";
  if (has("ctr") != (basis == "CONTRACT")) refuse("SCHEMA_INVALID", "ctr");
  if (by_court(in) != forced) refuse("SCHEMA_INVALID", "judgment");
  return complete;
}

/// `from` is compared first, then who co-signs as transferor.   Source: domain.md 2.5 rule 12.
void check_owners(const RuleInput& in, Verdict& verdict, const Value& row) {
  const Parties owners = present_owners(row);
  const Parties from = parties_of(in.data.items_of("from"));
  if (from != owners) {
    std::string registered;
    for (const std::string& owner : owners) registered += (registered.empty() ? "" : ", ") + owner;
    raise(verdict, issue("OWNER_MISMATCH", "/data/from", std::move(registered)));
  }
  for (const Value& signer : in.body.items_of("signers")) {
    if (from.contains(signer.text()) && !owners.contains(signer.text())) {
      raise(verdict, issue("NOT_RIGHT_HOLDER", "/data/from", signer.text()));
    }
  }
  check_shares(in, verdict, "to");
  const bool same_shares = row.find("owners") == nullptr || std::ranges::is_permutation(in.data.items_of("to"), row.items_of("owners"));
  if (parties_of(in.data.items_of("to")) == owners && same_shares) {
    raise(verdict, issue("SELF_DEALING", "/data/to"));
  }
}

/// The open contract that is carried out: an owner has sold by it, to those who come in.
/// Returns the log index of its signature; 0 where that is not known.
std::uint64_t check_contract(const RuleInput& in, Verdict& verdict, const Value& row) {
  const std::string key(in.data.text_of("ctr"));
  const auto contract = require_subject(in, verdict, key, "/data/ctr");
  if (!contract) return 0;
  const Value::Items& open = row.items_of("transfers");
  if (std::ranges::find(open, Value(key)) == open.end()) {
    raise(verdict, issue("STATE_FORBIDS", "/data/ctr", key));
  }
  const Value::Items& sides = contract->items_of("parties");
  const Parties owners = present_owners(row);
  if (std::ranges::none_of(owners, [&](const std::string& owner) { return names_party(sides, owner); })) {
    raise(verdict, issue("NOT_RIGHT_HOLDER", "/data/ctr", key));
  }
  for (const std::string& party : parties_of(in.data.items_of("to"))) {
    if (!owners.contains(party) && !names_party(sides, party)) raise(verdict, issue("OWNER_MISMATCH", "/data/to", party));
  }
  const auto signature = from_sha256_id(contract->text_of("record"));
  const auto record = signature ? in.rows.find_record(*signature) : nullptr;
  return record ? record->index : 0;
}

/// The pledge that the transfer enforces; empty: none. An enforcement moves a patent once: the new owner
/// owes nothing for it.
std::string use_enforcement(const RuleInput& in, Verdict& verdict) {
  const std::string_view id = in.data.text_of("enforce");
  const auto digest = from_sha256_id(id);
  const auto record = digest ? in.rows.find_record(*digest) : nullptr;
  if (!record) return {};
  const std::string pledge(record->body.find("data")->text_of("pledge"));
  const RowKey key = encumbrance_row(in.data.text_of("pat"), pledge);
  const auto known = in.rows.find(key);
  Value row = known ? *known : Value();
  Value* steps = row.find("enforced");
  Value* step = nullptr;
  for (std::size_t i = 0; steps && i < steps->items().size(); ++i) {
    if (steps->items()[i].text_of("record") == id) step = &steps->items()[i];
  }
  if (!step) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/enforce", std::string(in.data.text_of("pat"))));
    return pledge;
  }
  if (const Value* earlier = step->find("transfer")) {
    Issue used = issue("STATE_FORBIDS", "/data/enforce", earlier->text());
    used.blocking.push_back(earlier->text());
    raise(verdict, std::move(used));
  }
  step->set("transfer", to_sha256_id(in.record_id));
  verdict.set(key, std::move(row));
  return pledge;
}

bool is_abroad(const RuleInput& in, std::string_view party) {
  const auto row = in.rows.find(party_row(party));
  const std::string_view region = row ? row->text_of("region") : std::string_view();
  return !region.empty() && !region_covers("CN", region);
}

/// From a Chinese owner to a party abroad.   Source: PL 10, STP 34; domain.md 2.5 rule 8.
void check_export(const RuleInput& in, Verdict& verdict, const Parties& owners) {
  if (in.data.find("export_ref")) return;
  if (std::ranges::all_of(owners, [&](const std::string& owner) { return is_abroad(in, owner); })) return;
  for (const std::string& party : parties_of(in.data.items_of("to"))) {
    if (!owners.contains(party) && is_abroad(in, party)) {
      raise(verdict, issue("EXPORT_APPROVAL_MISSING", "/data/export_ref", party));
    }
  }
}

/// Who has agreed: everybody who co-signs, and in a succession the owners who leave by law.
std::vector<std::string> who_acts(const RuleInput& in, const Parties& owners) {
  const std::string_view basis = in.data.text_of("basis");
  const bool succession = basis == "INHERIT" || basis == "MERGER";
  const Parties to = parties_of(in.data.items_of("to"));
  std::vector<std::string> acting;
  for (const Value& signer : in.body.items_of("signers")) acting.push_back(signer.text());
  for (const std::string& owner : owners) {
    if (succession && !to.contains(owner)) acting.push_back(owner);
  }
  return acting;
}

/// Names and addresses of those who left, and what only the former owners agreed on, go.
void change_owners(const RuleInput& in, Value& row) {
  const Value::Items& to = in.data.items_of("to");
  const Parties parties = parties_of(to);
  if (parties != present_owners(row)) row.erase("coowners");
  if (row.find("grant")) {
    row.set("owners", to);
  } else {
    row.set("applicants", Value::Items(parties.begin(), parties.end()));
  }
  Value::Items display = row.items_of("display");
  std::erase_if(display, [&](const Value& each) { return !parties.contains(each.text_of("party")); });
  set_list(row, "display", std::move(display));
  Value::Items open = row.items_of("transfers");
  std::erase(open, Value(in.data.text_of("ctr")));
  set_list(row, "transfers", std::move(open));
}

void register_transfer(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row || !day || !check_members(in, verdict, *row)) return;
  const Value* last = row->find("transfer");
  const std::string prior(last ? last->text_of("date") : row->text_of("filing_date"));
  if (to_string(*day) < prior) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + prior));

  const bool clear = is_published(*row);
  const Parties owners = present_owners(*row);
  RightUse use{.act = RightAct::transfer,
               .patent = in.data.text_of("pat"),
               .row = *row,
               .pointer = "/data/pat",
               .day = *day,
               .scope = rest_of_patent(in, *row, *day),
               .actors = who_acts(in, owners),
               .consent_to = "transfer.register"};
  if (clear) {
    check_owners(in, verdict, *row);
    check_export(in, verdict, owners);
  }
  check_deal_of_contract(in, verdict);
  if (in.data.find("ctr")) {
    use.asks_consent = false;
    use.agreed_at = check_contract(in, verdict, *row);
  }
  const std::string enforced = use_enforcement(in, verdict);
  use.court_ordered = by_court(in);
  use.enforces = enforced;
  Consents consents(in);
  judge_right_use(in, verdict, use, consents);
  consents.use_up(verdict);

  Value next = *row;
  if (clear) {
    change_owners(in, next);
  } else {
    next.set("applicant_commit", *in.data.find("to_commit"));
  }
  next.set("transfer", Value(Value::Members{{"date", to_string(*day)}, {"record", to_sha256_id(in.record_id)}}));
  store_patent(in, verdict, std::move(next));
}

}  // namespace

std::span<const RecordType> transfer_types() { return kTypes; }

Rule transfer_rule(std::string_view type) { return type == "transfer.register" ? register_transfer : nullptr; }

}  // namespace qinglu::ledger
