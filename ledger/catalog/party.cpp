// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/party.hpp"

#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::string_view kKinds[] = {"ORG", "PERSON", "PUBLIC_BODY"};
constexpr Field kRegisterFields[] = {
    of(need("kind", FieldType::choice, "类别", "kind"), kKinds),
    may("name", FieldType::text, "名称（单位）", "name of an organisation"),
    may("name_commit", FieldType::commitment, "姓名承诺（自然人）",
        "commitment to a person's name"),
    may("uscc", FieldType::uscc, "统一社会信用代码", "unified social credit code"),
    may("id_commit", FieldType::commitment, "身份承诺（自然人）",
        "commitment to a person's identity"),
    need("region", FieldType::region, "地区代码", "region code"),
    may("nature_code", FieldType::code, "单位性质代码", "code of the organisation's nature"),
    may("agency_code", FieldType::code, "专利代理机构代码", "patent agency code"),
    may("cert_chain", FieldType::hash, "证书链摘要", "digest of the certificate chain"),
    kSynthetic};
constexpr std::string_view kMakes[] = {"org:{uscc}", "per:{id_commit}"};

constexpr std::string_view kChangeable[] = {"agency_code", "cert_chain", "name",  "name_commit",
                                            "nature_code", "region",     "status"};
constexpr std::string_view kStatuses[] = {"ACTIVE", "REMOVED"};
constexpr Field kChangeFields[] = {
    need("party", FieldType::party, "主体", "party"),
    of(need("field", FieldType::choice, "变更项", "member that changes"), kChangeable),
    may("old", FieldType::text, "原值（原来没有则不填）",
        "old value; left out where there was none"),
    need("new", FieldType::text, "新值", "new value"),
    may("proof", FieldType::hash, "证明材料摘要", "digest of the proof")};

constexpr Role kRegistrars[] = {Role::exch, Role::gov, Role::ipo};

constexpr Precondition kRegisterRules[] = {
    {"USCC_INVALID", "QLR", "1.2", "统一社会信用代码校验位正确",
     "the credit code's check character holds"},
    {"PARTY_EXISTS", "QLR", "6.3", "主体尚未登记", "the party is not registered yet"},
    {"QUORUM_MISSING", "QLR", "6.3", "由理事会登记时须达到法定人数",
     "a registration by the council has its quorum"},
    {"SCOPE_NOT_PERMITTED", "QLR", "3.6", "主体所在地在登记机构的授权地区内",
     "the party's region lies in the registrar's scope"},
    {"SCHEMA_INVALID", "QLR", "6.3", "单位填名称和信用代码，自然人只填承诺",
     "organisations state name and code, persons commitments only"}};
constexpr Precondition kChangeRules[] = {
    {"ROLE_NOT_PERMITTED", "QLR", "6.3", "由登记该主体的机构或理事会变更",
     "the institution that registered the party, or the council, makes the change"},
    {"STATE_FORBIDS", "QLR", "6.3", "原值与登记一致", "the old value is the registered one"},
    {"QUORUM_MISSING", "QLR", "6.3", "由理事会变更时须达到法定人数",
     "a change by the council has its quorum"},
    {"SCHEMA_INVALID", "QLR", "6.3", "新值符合该项的格式", "the new value has the member's form"}};

constexpr RecordType kTypes[] = {
    {.name = "party.change",
     .zh = "主体信息变更",
     .en = "change of a party's data",
     .category = Category::governance,
     .fields = kChangeFields,
     .signers = {.roles = kRegistrars, .judged_by_rule = true},
     .preconditions = kChangeRules,
     .effect_zh = "主体登记改为新值，历史保留",
     .effect_en = "the party's row takes the new value; the history keeps the old one"},
    {.name = "party.register",
     .zh = "主体登记",
     .en = "registration of a party",
     .category = Category::governance,
     .fields = kRegisterFields,
     .signers = {.roles = kRegistrars, .judged_by_rule = true},
     .preconditions = kRegisterRules,
     .effect_zh = "主体生效，可以被授予角色和密钥",
     .effect_en = "the party is active and may get keys and roles",
     .makes = kMakes}};

/// Members that an organisation states and a person must not, and the other way round.
void check_identity(const RuleInput& in, Verdict& verdict, bool person) {
  const auto expect = [&](std::string_view field, bool wanted) {
    if ((in.data.find(field) != nullptr) == wanted) return;
    raise(verdict, issue("SCHEMA_INVALID", "/data/" + std::string(field),
                         wanted ? "required" : "not for this kind"));
  };
  expect("name", !person);
  expect("uscc", !person);
  expect("name_commit", person);
  expect("id_commit", person);
}

void register_party(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  check_registrar(in, verdict, nullptr, {});
  const Value& data = in.data;
  const bool person = data.text_of("kind") == "PERSON";
  check_identity(in, verdict, person);
  check_region_scope(in, verdict, data.text_of("region"), "/data/region");

  constexpr std::size_t kHashPrefix = 7;  // `sha256:`
  const Value* identity = data.find(person ? "id_commit" : "uscc");
  if (!identity) return;
  const std::string id =
      person ? "per:" + identity->text().substr(kHashPrefix) : "org:" + identity->text();
  if (!person && !uscc_check_holds(identity->text())) {
    raise(verdict, issue("USCC_INVALID", "/data/uscc", identity->text()));
  }
  if (in.rows.find(party_row(id))) {
    raise(verdict, issue("PARTY_EXISTS", person ? "/data/id_commit" : "/data/uscc", id));
  }

  Value row;
  for (const std::string_view member : {"agency_code", "cert_chain", "kind", "name", "name_commit",
                                        "nature_code", "region", "synthetic"}) {
    if (const Value* value = data.find(member)) row.set(member, *value);
  }
  row.set("first_index", in.index);
  row.set("key_count", 0);
  row.set("status", "ACTIVE");
  if (in.body.text_of("role") != "GOV") row.set("registrar", in.body.text_of("submitter"));
  verdict.set(party_row(id), std::move(row));
}

/// The form that the member has in party.register; text of any form for names.
bool has_form(std::string_view field, std::string_view text) {
  if (field == "region") return is_region(text);
  if (field == "status") return text == kStatuses[0] || text == kStatuses[1];
  return true;
}

void change_party(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const std::string party(in.data.text_of("party"));
  const auto row = in.rows.find(party_row(party));
  if (!row) return raise(verdict, issue("UNKNOWN_PARTY", "/data/party", party));
  check_registrar(in, verdict, row.get(), {});

  const std::string_view field = in.data.text_of("field");
  const std::string_view fresh = in.data.text_of("new");
  const bool person = row->text_of("kind") == "PERSON";
  if (!has_form(field, fresh) || (person ? field == "name" : field == "name_commit")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/new", std::string(field)));
  }
  const std::string_view present = row->text_of(field);
  if (present != in.data.text_of("old")) {
    raise(verdict, issue("STATE_FORBIDS", "/data/old", std::string(present)));
  }
  Value next = *row;
  next.set(field, fresh);
  verdict.set(party_row(party), std::move(next));
}

}  // namespace

std::span<const RecordType> party_types() { return kTypes; }

Rule party_rule(std::string_view type) {
  if (type == "party.register") return register_party;
  return type == "party.change" ? change_party : nullptr;
}

}  // namespace qinglu::ledger
