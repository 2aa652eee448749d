// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/owner.hpp"

#include <algorithm>

#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kNameMax = 300;  ///< bytes; keeps 32 holders' names within the patent's row

constexpr Field kParty = need("party", FieldType::party, "专利权人或申请人", "owner or applicant");
constexpr Field kNameFields[] = {
    kPat, kParty, need("before", FieldType::text, "变更前名称", "name before"),
    need("after", FieldType::text, "变更后名称", "name after"), kCnipaCode};
constexpr Field kAddressFields[] = {
    kPat, kParty,
    need("before", FieldType::commitment, "变更前地址（承诺）", "address before, as a commitment"),
    need("after", FieldType::commitment, "变更后地址（承诺）", "address after, as a commitment"),
    kCnipaCode};
constexpr Field kInventorFields[] = {
    kPat, need("before_commit", FieldType::commitment, "更正前发明人（承诺）", "inventor before"),
    need("after_commit", FieldType::commitment, "更正后发明人（承诺）", "inventor after"),
    need("proof", FieldType::hash, "证明材料摘要", "digest of the proof"), kCnipaCode};

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上",
                                 "the patent is on the ledger"};
constexpr Precondition kOwnerRules[] = {
    kKnown,
    {"STATE_FORBIDS", "IR", "106", "申请或专利有效", "a pending application or a patent in force"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "已公布", "the application is public"},
    {"OWNER_MISMATCH", "PL", "10", "是登记的权利人，且原值与登记一致",
     "a registered holder, and the value before is the registered one"},
    {"SIZE_LIMIT", "QLR", "6.4", "名称长度有上限", "the length of a name is bounded"},
    kNotSuspended};
constexpr Precondition kInventorRules[] = {
    kKnown,
    {"STATE_FORBIDS", "PL", "16", "申请或专利有效", "a pending application or a patent in force"},
    {"COMMIT_MISMATCH", "PL", "16", "更正前的发明人在登记之列",
     "the inventor before is registered"}};

constexpr RecordType kTypes[] = {
    {.name = "inventor.correct",
     .zh = "发明人更正",
     .en = "correction of an inventor",
     .category = Category::filing,
     .fields = kInventorFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kInventorRules,
     .effect_zh = "发明人列表中的一项被替换",
     .effect_en = "one of the inventors is replaced"},
    {.name = "owner.change_address",
     .zh = "权利人地址变更",
     .en = "change of a holder's address",
     .category = Category::filing,
     .fields = kAddressFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kOwnerRules,
     .effect_zh = "登记的地址承诺改为新值；权利归属不变",
     .effect_en = "the registered address commitment changes; the ownership does not"},
    {.name = "owner.change_name",
     .zh = "权利人名称变更",
     .en = "change of a holder's name",
     .category = Category::filing,
     .fields = kNameFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kOwnerRules,
     .effect_zh = "登记显示的名称改为新值；权利归属不变",
     .effect_en = "the registered name changes; the ownership does not"}};

/// Display value of one holder: the same party id before and after.
void change_display(const RuleInput& in, Verdict& verdict, std::string_view member) {
  check_event_date(in, verdict);
  auto row = load_patent(in, verdict);
  if (!row) return;
  const std::string party(in.data.text_of("party"));
  if (!is_published(*row)) raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/party"));
  take_act(verdict, in.type.name, std::nullopt, *row);
  const std::vector<std::string> parties = holders(*row);
  if (std::ranges::find(parties, party) == parties.end()) {
    raise(verdict, issue("OWNER_MISMATCH", "/data/party", party));
  }
  if (in.data.text_of("after").size() > kNameMax) {
    raise(verdict, issue("SIZE_LIMIT", "/data/after", std::to_string(kNameMax)));
  }
  Value::Items display = row->items_of("display");
  auto at = std::ranges::find_if(display,
                                 [&](const Value& each) { return each.text_of("party") == party; });
  if (at == display.end()) {
    at = display.insert(at, Value(Value::Members{{"party", party}}));
  }
  const Value* present = at->find(member);
  if (present && present->text() != in.data.text_of("before")) {
    raise(verdict, issue("OWNER_MISMATCH", "/data/before", present->text()));
  }
  at->set(member, *in.data.find("after"));
  row->set("display", std::move(display));
  verdict.set(subject_row(in.data.text_of("pat")), std::move(*row));
}

void change_name(const RuleInput& in, Verdict& verdict) { change_display(in, verdict, "name"); }
void change_address(const RuleInput& in, Verdict& verdict) {
  change_display(in, verdict, "address_commit");
}

void correct_inventor(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto row = load_patent(in, verdict);
  if (!row) return;
  take_act(verdict, in.type.name, std::nullopt, *row);
  Value::Items inventors = row->items_of("inventors");
  const auto at = std::ranges::find(inventors, *in.data.find("before_commit"));
  if (at == inventors.end()) {
    return raise(verdict, issue("COMMIT_MISMATCH", "/data/before_commit",
                                std::string(in.data.text_of("before_commit"))));
  }
  *at = *in.data.find("after_commit");
  row->set("inventors", std::move(inventors));
  verdict.set(subject_row(in.data.text_of("pat")), std::move(*row));
}

}  // namespace

std::span<const RecordType> owner_types() { return kTypes; }

Rule owner_rule(std::string_view type) {
  if (type == "inventor.correct") return correct_inventor;
  if (type == "owner.change_address") return change_address;
  return type == "owner.change_name" ? change_name : nullptr;
}

}  // namespace qinglu::ledger
