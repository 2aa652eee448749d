// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/correction.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/catalog/evidence_deposit.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/term.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr int kChainMax = 64;
constexpr std::size_t kServedMax = 32;

constexpr std::string_view kCorrectable[] = {
    "after",    "applicants", "custody", "filing_date", "grant_date", "priority_restoration",
    "pub_date", "served",     "title"};
constexpr Field kFields[] = {
    need("target", FieldType::record_id, "被更正的记录", "record that is corrected"),
    of(need("field", FieldType::choice, "更正项", "field that is corrected"), kCorrectable),
    may("old", FieldType::any, "原值（原来没有、或补充送达则不填）",
        "old value; left out where there was none, and for services that are added"),
    need("new", FieldType::any, "新值；送达为补充的各项",
         "new value; of `served`: the services added"),
    need("reason", FieldType::text, "理由", "reason")};

constexpr Role kEveryone[] = {Role::agent, Role::ipo,    Role::admin, Role::court, Role::exch,
                              Role::reg,   Role::party,  Role::bank,  Role::ins,   Role::appr,
                              Role::cert,  Role::notary, Role::tsa,   Role::sci,   Role::drc,
                              Role::miit,  Role::inst,   Role::aud};

constexpr Precondition kRules[] = {
    {"CORRECTION_NOT_AUTHORITY", "QLR", "6.10", "由原提交方以同一角色更正",
     "the submitter of the record corrects it, in the same role"},
    {"REF_WRONG_TYPE", "QLR", "6.10", "该类记录的该项可以更正",
     "this field of this type can be corrected"},
    {"SCHEMA_INVALID", "QLR", "6.10", "原值与记录一致，新值符合格式",
     "the old value is the record's, the new one has the field's form"},
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "客体已在链上", "the subject is on the ledger"},
    {"UNKNOWN_PARTY", "QLR", "6.3", "所列主体已登记", "the parties named are registered"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "公布前不写明当事人",
     "before publication nobody is named"},
    {"EVENT_BEFORE_PRIOR", "IR", "5", "日期不早于在前的事项",
     "dates are not before what they build on"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"},
    {"PRIORITY_EXPIRED", "PL", "29", "恢复后仍在期限内",
     "the priority is in time with the restoration"},
    {"CUSTODY_GAP", "OLR", "17, 18", "标记：更正后的保管经过仍有缺口", "flag: the custody as corrected has a gap still"},
    {"SIZE_LIMIT", "QLR", "6.10", "更正次数和送达数有上限",
     "the chain of corrections and the list of services are bounded"}};

constexpr RecordType kTypes[] = {
    {.name = "correction",
     .zh = "更正",
     .en = "correction of a record",
     .category = Category::of_target,
     .fields = kFields,
     .signers = {.roles = kEveryone},
     .preconditions = kRules,
     .effect_zh = "客体按新值显示；原记录保留，由其引起的标记可被消除；送达只为所列主体开启期限",
     .effect_en =
         "the subject takes the new value; the record stays, and a flag that it caused may be "
         "cleared; a service opens the window of the party it names and of no other",
     .subjects_of = "target"}};

/// The fields that can be corrected in the records of one type.
struct Correctable {
  std::string_view type;
  std::string_view field;
};
constexpr Correctable kPairs[] = {{"case.accept", "served"},
                                  {"case.decide", "served"},
                                  {"case.refuse", "served"},
                                  {"compulsory.grant", "served"},
                                  {"counterfeit.decision", "served"},
                                  {"evidence.deposit", "custody"},
                                  {"foreign.register", "title"},
                                  {"invalidation.decide", "served"},
                                  {"owner.change_address", "after"},
                                  {"owner.change_name", "after"},
                                  {"patent.accept", "filing_date"},
                                  {"patent.accept", "priority_restoration"},
                                  {"patent.deemed_withdrawn", "served"},
                                  {"patent.grant", "grant_date"},
                                  {"patent.grant", "title"},
                                  {"patent.grant_notice", "served"},
                                  {"patent.lapse", "served"},
                                  {"patent.office_action", "served"},
                                  {"patent.prelim_result", "served"},
                                  {"patent.publish", "applicants"},
                                  {"patent.publish", "pub_date"},
                                  {"patent.publish", "title"},
                                  {"patent.reject", "served"},
                                  {"reexam.decide", "served"},
                                  {"reexam.judgment", "served"}};

/// The record at the end of a chain of corrections, and the value that stands now.
struct Original {
  Digest id;
  std::shared_ptr<const FoundRecord> record;
  const Value* present = nullptr;
};

/// nullopt after an issue: no such record, another field in the chain, or too long a chain.
std::optional<Original> find_original(const RuleInput& in, Verdict& verdict,
                                      std::shared_ptr<const FoundRecord>& target) {
  const std::string_view field = in.data.text_of("field");
  Original original;
  std::string id(in.data.text_of("target"));
  for (int step = 0; step < kChainMax; ++step) {
    const auto digest = from_sha256_id(id);
    const auto record = digest ? in.rows.find_record(*digest) : nullptr;
    if (!record) return std::nullopt;  // the framework has asked for the target itself
    if (!target) target = record;
    const Value& data = *record->body.find("data");
    if (record->body.text_of("type") != "correction") {
      original.id = *digest;
      original.record = record;
      if (step == 0) original.present = data.find(field);
      return original;
    }
    if (data.text_of("field") != field) {
      raise(verdict, issue("REF_WRONG_TYPE", "/data/field", std::string(data.text_of("field"))));
      return std::nullopt;
    }
    if (step == 0) original.present = data.find("new");
    id = data.text_of("target");
  }
  raise(verdict, issue("SIZE_LIMIT", "/data/target", std::to_string(kChainMax)));
  return std::nullopt;
}

/// Form of the new value: the corrected record must itself be well-formed, and name known parties.
void check_new_value(const RuleInput& in, Verdict& verdict, const RecordType& type,
                     const Value& body) {
  const std::string field(in.data.text_of("field"));
  Value corrected = body;
  corrected.find("data")->set(field, *in.data.find("new"));
  for (const Issue& found : check_form(corrected)) {
    raise(verdict, issue(found.code, "/data/new", found.pointer + ": " + found.detail));
  }
  if (verdict.refused()) return;
  for (const auto& [party, pointer] : named_parties(type, corrected)) {
    if (pointer.find("/data/" + field) == 0 && !in.rows.find(party_row(party))) {
      raise(verdict, issue("UNKNOWN_PARTY", "/data/new", party));
    }
  }
}

std::string subject_of(const Value& body) {
  const Value& data = *body.find("data");
  if (const Value* patent = data.find("pat")) return patent->text();
  if (const Value* lawsuit = data.find("case")) return lawsuit->text();
  if (const Value* number = data.find("app_no")) return "pat:" + number->text();
  return "fpat:" + std::string(data.text_of("office")) + "/" + std::string(data.text_of("number")) +
         "-" + std::string(data.text_of("kind"));
}

/// A service for each party named, beside those that the decision has.   Source: domain.md 6.10, 6.11.
void add_services(const RuleInput& in, Verdict& verdict, bool published, Value& decision) {
  Value::Items served = decision.items_of("served");
  for (const Value& added : in.data.find("new")->items()) {
    const std::string_view party = added.text_of("party");
    const std::string_view day = added.text_of("date");
    if (party.empty() == published) {
      raise(verdict, issue(party.empty() ? "SCHEMA_INVALID" : "UNPUBLISHED_DATA_IN_CLEAR",
                           "/data/new", std::string(party)));
    }
    if (day < decision.text_of("date")) {
      raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/new", std::string(day)));
    }
    if (parse_date(day) > today(in)) {
      raise(verdict, issue("FUTURE_EVENT_DATE", "/data/new", std::string(day)));
    }
    if (std::ranges::any_of(served,
                            [&](const Value& each) { return each.text_of("party") == party; })) {
      raise(verdict, issue("SCHEMA_INVALID", "/data/new", std::string(party)));
    }
    served.push_back(added);
  }
  if (served.size() > kServedMax) {
    raise(verdict, issue("SIZE_LIMIT", "/data/new", std::to_string(kServedMax)));
  }
  std::ranges::sort(served, {},
                    [](const Value& each) { return std::string(each.text_of("party")); });
  decision.set("served", std::move(served));
}

/// Adds to the decision that is the original record. A later act of the same kind may have taken its
/// place: then the history keeps the service.
void add_to_decisions(const RuleInput& in, Verdict& verdict, const Original& original, Value& row) {
  Value* decisions = row.find("decisions");
  if (!decisions) return;
  for (Value::Member& decision : decisions->members()) {
    if (decision.value.text_of("record") == to_sha256_id(original.id)) {
      const bool named = is_published(row) || original.record->body.text_of("type").starts_with("case.");
      add_services(in, verdict, named, decision.value);
    }
  }
}

/// The same for a decision that stands in an E row: on invalidation, in that of its request; on a
/// counterfeit, in its own; on a compulsory licence, in the licence's.
void add_to_encumbrance(const RuleInput& in, Verdict& verdict, const Original& original, const RowKey& key) {
  const auto row = in.rows.find(key);
  const Value* decision = row ? row->find("decision") : nullptr;
  if (!decision || verdict.refused() || decision->text_of("record") != to_sha256_id(original.id)) return;
  Value served = *decision;
  add_services(in, verdict, true, served);
  Value next = *row;
  next.set("decision", std::move(served));
  verdict.set(key, std::move(next));
}

/// Marks a flag of the original record as cleared by this one.
void clear_flag(const RuleInput& in, Verdict& verdict, const Original& original,
                std::string_view code) {
  const auto row = in.rows.find(flags_row(original.id));
  if (!row) return;
  Value next = *row;
  for (Value& flag : next.find("flags")->items()) {
    if (flag.text_of("code") == code && !flag.find("cleared_by")) {
      flag.set("cleared_by", to_sha256_id(in.record_id));
    }
  }
  verdict.set(flags_row(original.id), std::move(next));
}

/// Priority and term follow from the filing date and the restoration.
void derive_again(const RuleInput& in, Verdict& verdict, const Original& original, Value& row) {
  const auto filed = parse_date(row.text_of("filing_date"));
  if (!filed) return;
  if (row.find("term_end")) {
    row.set("term_end", to_string(full_term_end(row, in.pack, *filed)));
  }
  const auto from = parse_date(row.text_of("priority_claimed"));
  if (!from) return;
  row.erase("priority_date");
  const Calendar calendar = calendar_at(in.rows, today(in));
  if (*filed >= *from && priority_in_time(in.pack, calendar, row.text_of("type"), *from, *filed,
                                          row.boolean_of("priority_restored"))) {
    row.set("priority_date", to_string(*from));
    clear_flag(in, verdict, original, "PRIORITY_EXPIRED");
  } else {
    raise(verdict,
          issue("PRIORITY_EXPIRED", "/data/new", to_string(*from) + " -> " + to_string(*filed)));
  }
}

/// A date of the publication or the grant, and of the status that rests on it.
void set_document_date(Value& row, std::string_view document, PatentStatus status,
                       const Value& date) {
  Value* kept = row.find(document);
  if (!kept) return;
  kept->set("date", date);
  if (patent_status(row.text_of("status")) == status) row.set("since", date);
}

void set_display(const Value& body, std::string_view member, const Value& fresh, Value& row) {
  Value* display = row.find("display");
  if (!display) return;
  for (Value& each : display->items()) {
    if (each.text_of("party") == body.find("data")->text_of("party")) each.set(member, fresh);
  }
}

/// A date is corrected from what stands: a record that was corrected, at the end of its chain. A divisional
/// has its parent's filing date, whatever its own record says.
void check_stands(const RuleInput& in, Verdict& verdict, const Value& row) {
  const std::string_view field = in.data.text_of("field");
  const Value* document = field == "pub_date" ? row.find("pub") : field == "grant_date" ? row.find("grant") : nullptr;
  const std::string_view stands = document ? document->text_of("date") : row.text_of("filing_date");
  if (field == "filing_date" && row.find("divisional_of")) return;
  if (in.data.text_of("old") != stands) raise(verdict, issue("SCHEMA_INVALID", "/data/old", std::string(stands)));
}

void apply_new_value(const RuleInput& in, Verdict& verdict, const Original& original, Value& row) {
  const Value& body = original.record->body;
  const Value& fresh = *in.data.find("new");
  const std::string_view field = in.data.text_of("field");
  if (field == "served") return add_to_decisions(in, verdict, original, row);
  if (field == "after") {
    const bool name = body.text_of("type") == "owner.change_name";
    return set_display(body, name ? "name" : "address_commit", fresh, row);
  }
  if (field == "title" || field == "applicants") return row.set(field, fresh);
  if (field == "priority_restoration") {
    if (fresh.text() == "GRANTED") {
      row.set("priority_restored", true);
    } else {
      row.erase("priority_restored");
    }
    return derive_again(in, verdict, original, row);
  }
  check_stands(in, verdict, row);
  if (parse_date(fresh.text()) > today(in)) {
    raise(verdict, issue("FUTURE_EVENT_DATE", "/data/new", fresh.text()));
  }
  if (field == "filing_date") {
    row.set("filing_date", fresh);
    // The status of what was only filed dates from the filing.
    if (patent_status(row.text_of("status")) == PatentStatus::filed) row.set("since", fresh);
    return derive_again(in, verdict, original, row);
  }
  if (fresh.text() < row.text_of("filing_date")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/new", fresh.text()));
  }
  const bool grant = field == "grant_date";
  set_document_date(row, grant ? "grant" : "pub",
                    grant ? PatentStatus::granted : PatentStatus::published, fresh);
}

void correct(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  std::shared_ptr<const FoundRecord> target;
  const auto original = find_original(in, verdict, target);
  if (!original) return;
  const Value& body = original->record->body;
  const std::string_view field = in.data.text_of("field");
  if (target->body.text_of("submitter") != in.body.text_of("submitter") ||
      target->body.text_of("role") != in.body.text_of("role")) {
    raise(verdict, issue("CORRECTION_NOT_AUTHORITY", "/submitter",
                         std::string(target->body.text_of("submitter")) + ", " +
                             std::string(target->body.text_of("role"))));
  }
  const Value* supersedes = in.body.find("supersedes");
  if (supersedes && *supersedes != *in.data.find("target")) {
    raise(verdict, issue("REF_WRONG_TYPE", "/supersedes", supersedes->text()));
  }
  const std::string_view type_name = body.text_of("type");
  const RecordType* type = find_record_type(type_name);
  const bool can = std::ranges::any_of(kPairs, [&](const Correctable& each) {
    return each.type == type_name && each.field == field;
  });
  if (!type || !can) {
    return raise(verdict, issue("REF_WRONG_TYPE", "/data/field",
                                std::string(type_name) + ": " + std::string(field)));
  }
  const Value* old = in.data.find("old");
  const Value* present = field == "served" ? nullptr : original->present;
  if ((old != nullptr) != (present != nullptr) || (old && *old != *present)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/old", std::string(field)));
  }
  check_new_value(in, verdict, *type, body);
  const Value& data = *body.find("data");
  if (type_name == "invalidation.decide") {
    return add_to_encumbrance(in, verdict, *original, encumbrance_row(data.text_of("pat"), data.text_of("request")));
  }
  if (type_name == "compulsory.grant") {
    return add_to_encumbrance(in, verdict, *original, encumbrance_row(data.text_of("pat"), to_sha256_id(original->id) + "/0"));
  }
  if (type_name == "counterfeit.decision") {
    return add_to_encumbrance(in, verdict, *original, encumbrance_row(data.text_of("party"), to_sha256_id(original->id)));
  }
  if (type_name == "evidence.deposit") {
    if (verdict.refused()) return;
    const bool whole = check_custody(in, verdict, body, in.data.find("new")->items(), "/data/new");
    if (whole && !verdict.refused()) clear_flag(in, verdict, *original, "CUSTODY_GAP");
    return;
  }
  const std::string subject = subject_of(body);
  const auto row = require_subject(in, verdict, subject, "/data/target");
  if (!row || verdict.refused()) return;
  Value next = *row;
  apply_new_value(in, verdict, *original, next);
  verdict.set(subject_row(subject), std::move(next));
}

}  // namespace

std::span<const RecordType> correction_types() { return kTypes; }

Rule correction_rule(std::string_view type) { return type == "correction" ? correct : nullptr; }

}  // namespace qinglu::ledger
