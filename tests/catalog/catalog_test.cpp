// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "ledger/catalog/messages.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/table.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::ledger;

namespace {

/// Codes of the framework: form, replay, signatures, references, batches.
const std::set<std::string_view> kFramework = {"AMOUNT_INVALID",
                                               "BAD_SIGNATURE",
                                               "BATCH_COUNT",
                                               "BATCH_DUPLICATE_MEMBER",
                                               "BATCH_MEMBER_REFUSED",
                                               "BATCH_ROOT_MISMATCH",
                                               "BATCH_TOO_LARGE",
                                               "BATCH_TYPE_NOT_ALLOWED",
                                               "DUPLICATE_RECORD",
                                               "FUTURE_EVENT_DATE",
                                               "KEY_OUTSIDE_WINDOW",
                                               "KEY_REVOKED",
                                               "LATE_ENTRY",
                                               "MANDATE_SCOPE",
                                               "MISSING_SIGNATURE",
                                               "NOT_CANONICAL",
                                               "PERSONAL_DATA_ON_CHAIN",
                                               "REF_NOT_FOUND",
                                               "REF_WRONG_TYPE",
                                               "REPLAY",
                                               "ROLE_NOT_PERMITTED",
                                               "RULE_PACK_UNKNOWN",
                                               "SCHEMA_INVALID",
                                               "SIZE_LIMIT",
                                               "STALE",
                                               "SUBJECTS_MISMATCH",
                                               "UNKNOWN_PARTY",
                                               "WRONG_LEDGER",
                                               "QUORUM_MISSING"};

std::string_view family(std::string_view type) { return type.substr(0, type.find('.')); }

void check_fields(std::span<const Field> fields) {
  static const std::regex kName("[a-z][a-z0-9_]{0,47}");
  std::set<std::string_view> names;
  for (const Field& field : fields) {
    INFO("field " << field.name);
    CHECK(std::regex_match(std::string(field.name), kName));
    CHECK(names.insert(field.name).second);
    CHECK_FALSE(field.zh.empty());
    CHECK_FALSE(field.en.empty());
    CHECK((field.type == FieldType::choice) ==
          (!field.allowed.empty() && field.type != FieldType::record_id));
    CHECK(std::ranges::is_sorted(field.allowed));
    CHECK((field.type == FieldType::object) == !field.members.empty());
    CHECK(field.min <= field.max);
    if (field.shape != Shape::one) CHECK(field.max <= 4'096);
    check_fields(field.members);
  }
}

bool names_parties(const RecordType& type, std::string_view name) {
  const auto at = std::ranges::find(type.fields, name, &Field::name);
  if (at == type.fields.end()) return false;
  if (at->type != FieldType::object) return at->type == FieldType::party;
  const auto party = std::ranges::find(at->members, "party", &Field::name);
  return party != at->members.end() && party->type == FieldType::party;
}

}  // namespace

TEST_CASE("the types of this wave are all there, sorted, each with its rule", "[catalog]") {
  const std::vector<std::string_view> expected = {
      "annuity.notice", "annuity.paid", "auction.bid", "auction.close",
      "auction.open", "bid.commit", "bid.reveal", "case.accept",
      "case.answer", "case.appeal", "case.correct", "case.decide",
      "case.effective", "case.enforce", "case.evidence", "case.file",
      "case.mediation", "case.refer", "case.refuse", "case.resume",
      "case.retrial", "case.settle", "case.stay", "case.withdraw",
      "compulsory.end", "compulsory.grant", "consent.give", "consent.withdraw", "contract.amend", "contract.perform",
      "contract.rescind", "contract.sign", "contract.terminate", "contract.void",
      "coowner.agreement", "correction", "counterfeit.decision", "deal.confirm",
      "equity.contribute", "eval_report.issue", "evidence.deposit", "evidence.notarise", "evidence.timestamp",
      "evidence.transfer", "evidence.verify", "fasttrack.decide", "fasttrack.exit",
      "fasttrack.recommend", "fasttrack.request", "foreign.event", "foreign.register",
      "invalidation.decide", "invalidation.final", "invalidation.judgment", "invalidation.request",
      "invalidation.suit", "inventor.correct", "judgment.perform", "key.add",
      "key.compromise", "key.revoke", "key.rotate", "license.record",
      "license.record_cancel", "license.record_change", "license.sublicense", "mandate.end",
      "mandate.grant", "market.accept", "market.delist", "market.list",
      "market.offer", "market.reject", "market.update", "openlicense.accept",
      "openlicense.announce", "openlicense.declare", "openlicense.withdraw", "owner.change_address",
      "owner.change_name", "party.change", "party.register", "patent.abandon",
      "patent.accept", "patent.commit", "patent.deemed_withdrawn", "patent.exam_request",
      "patent.expire", "patent.grant", "patent.grant_notice", "patent.green_tag",
      "patent.lapse", "patent.not_accept", "patent.office_action", "patent.prelim_result",
      "patent.publish", "patent.reject", "patent.response", "patent.restore",
      "patent.withdraw", "pledge.change", "pledge.enforce", "pledge.register",
      "pledge.release", "preserve.order", "preserve.receive", "preserve.release",
      "preserve.renew", "privacy.correct", "privacy.erase_notice", "privacy.restrict",
      "promise.stop", "publicity.notice", "reexam.decide", "reexam.judgment",
      "reexam.request", "reexam.suit", "role.grant", "role.revoke",
      "rulepack.publish", "settlement.confirm", "settlement.dispute", "settlement.pay",
      "stat.snapshot", "suspend.end", "suspend.extend", "suspend.start",
      "table.publish", "target.report", "target.set", "techreg.apply",
      "techreg.cancel", "techreg.decide", "term.adjust", "transfer.register",
      "validator.change", "validator.ready", "warn.letter"};
  std::vector<std::string_view> found;
  for (const RecordType* type : record_types()) found.push_back(type->name);
  CHECK(found == expected);
  for (const std::string_view name : found) {
    CHECK(find_record_type(name)->name == name);
    CHECK(find_rule(name) != nullptr);
  }
  CHECK(find_record_type("patent.unheard_of") == nullptr);
  CHECK(find_rule("patent.unheard_of") == nullptr);
}

TEST_CASE("every table is complete and consistent in itself", "[catalog]") {
  for (const RecordType* type : record_types()) {
    INFO(type->name);
    CHECK_FALSE(type->zh.empty());
    CHECK_FALSE(type->en.empty());
    CHECK_FALSE(type->effect_zh.empty());
    CHECK_FALSE(type->effect_en.empty());
    CHECK_FALSE(type->signers.roles.empty());
    check_fields(type->fields);
    for (const std::string_view field : type->signers.must_sign) CHECK(names_parties(*type, field));
    for (const std::string_view field : type->signers.may_sign) CHECK(names_parties(*type, field));
    if (!type->date_field.empty()) {
      const auto at = std::ranges::find(type->fields, type->date_field, &Field::name);
      REQUIRE(at != type->fields.end());
      CHECK(at->type == FieldType::date);
    }
    std::set<std::string_view> announced;
    for (const Precondition& each : type->preconditions) {
      INFO(each.code);
      CHECK(find_message(each.code) != nullptr);
      CHECK(announced.insert(each.code).second);
      CHECK_FALSE((each.law.empty() || each.article.empty() || each.zh.empty() || each.en.empty()));
    }
    CHECK(type->private_slots.size() <= 32);
    for (const std::string_view slot : type->private_slots) {
      const auto at = std::ranges::find(type->fields, slot, &Field::name);
      if (at != type->fields.end()) CHECK_FALSE(at->required);
    }
  }
}

TEST_CASE("the private slots are those that version 1 froze", "[catalog]") {
  const std::map<std::string_view, std::string> frozen = {
      {"auction.open", "conditions minimum fee_detail buyer_ref doc_list note"},
      {"case.answer", "claims_amount arguments secrets orders_detail doc_list note"},
      {"case.decide", "claims_amount arguments secrets orders_detail doc_list note"},
      {"case.evidence", "claims_amount arguments secrets orders_detail doc_list note"},
      {"case.file", "claims_amount arguments secrets orders_detail doc_list note"},
      {"case.mediation", "claims_amount arguments secrets orders_detail doc_list note"},
      {"case.settle", "claims_amount arguments secrets orders_detail doc_list note"},
      {"consent.give", "terms doc_list note"},
      {"contract.amend", "tech_amount entry_fee royalty min_royalty pay_schedule price_terms tech_scope improvements acceptance " "warranty liability confidentiality assistance doc_list note"},
      {"contract.perform", "terms amount doc_list note"},
      {"contract.rescind", "terms amount doc_list note"},
      {"contract.sign", "tech_amount entry_fee royalty min_royalty pay_schedule price_terms tech_scope improvements acceptance " "warranty liability confidentiality assistance doc_list note"},
      {"contract.terminate", "terms amount doc_list note"},
      {"contract.void", "terms amount doc_list note"},
      {"coowner.agreement", "terms fees doc_list note"},
      {"deal.confirm", "conditions minimum fee_detail buyer_ref doc_list note"},
      {"equity.contribute", "price terms cost_detail doc_list note"},
      {"evidence.deposit", "device place procedure persons doc_list note"},
      {"evidence.transfer", "device place procedure persons doc_list note"},
      {"fasttrack.request", "arguments doc_list note"},
      {"invalidation.request", "arguments doc_list note"},
      {"license.sublicense", "entry_fee royalty pay_schedule terms doc_list note"},
      {"mandate.grant", "terms fees doc_list note"},
      {"market.accept", "conditions minimum fee_detail buyer_ref doc_list note"},
      {"market.list", "conditions minimum fee_detail buyer_ref doc_list note"},
      {"market.offer", "conditions minimum fee_detail buyer_ref doc_list note"},
      {"openlicense.accept", "entry_fee royalty pay_schedule terms doc_list note"},
      {"patent.commit", "abstract inventors ipc agent_ref doc_list note"},
      {"patent.office_action", "arguments doc_list note"},
      {"patent.response", "arguments doc_list note"},
      {"pledge.change", "interest schedule covenants debtor proceeds doc_list note"},
      {"pledge.enforce", "interest schedule covenants debtor proceeds doc_list note"},
      {"pledge.register", "interest schedule covenants debtor proceeds doc_list note"},
      {"promise.stop", "claims_amount arguments secrets orders_detail doc_list note"},
      {"reexam.request", "arguments doc_list note"},
      {"reexam.suit", "arguments doc_list note"},
      {"settlement.pay", "conditions minimum fee_detail buyer_ref doc_list note"},
      {"techreg.apply", "price terms cost_detail doc_list note"},
      {"transfer.register", "price terms cost_detail doc_list note"},
      {"warn.letter", "claims_amount arguments secrets orders_detail doc_list note"}};
  for (const RecordType* type : record_types()) {
    std::string slots;
    for (const std::string_view slot : type->private_slots)
      slots += (slots.empty() ? "" : " ") + std::string(slot);
    const auto at = frozen.find(type->name);
    INFO(type->name);
    CHECK(slots == (at == frozen.end() ? std::string() : at->second));
  }
}

TEST_CASE("every family stands in one category", "[catalog]") {
  const std::map<std::string_view, Category> categories = {
      {"annuity", Category::filing},
      {"auction", Category::market},
      {"bid", Category::market},
      {"case", Category::infringement},
      {"compulsory", Category::market},
      {"consent", Category::market},
      {"contract", Category::market},
      {"coowner", Category::market},
      {"correction", Category::of_target},
      {"counterfeit", Category::infringement},
      {"deal", Category::market},
      {"equity", Category::market},
      {"eval_report", Category::filing},
      {"evidence", Category::governance},
      {"fasttrack", Category::filing},
      {"foreign", Category::filing},
      {"invalidation", Category::filing},
      {"inventor", Category::filing},
      {"judgment", Category::infringement},
      {"key", Category::governance},
      {"license", Category::market},
      {"mandate", Category::governance},
      {"market", Category::market},
      {"openlicense", Category::market},
      {"owner", Category::filing},
      {"party", Category::governance},
      {"patent", Category::filing},
      {"pledge", Category::finance},
      {"preserve", Category::dispute},
      {"privacy", Category::governance},
      {"promise", Category::infringement},
      {"publicity", Category::governance},
      {"reexam", Category::filing},
      {"role", Category::governance},
      {"rulepack", Category::governance},
      {"settlement", Category::market},
      {"stat", Category::governance},
      {"suspend", Category::dispute},
      {"table", Category::governance},
      {"target", Category::governance},
      {"techreg", Category::market},
      {"term", Category::filing},
      {"transfer", Category::market},
      {"validator", Category::governance},
      {"warn", Category::infringement}};
  std::set<std::string_view> families;
  for (const RecordType* type : record_types()) {
    INFO(type->name);
    families.insert(family(type->name));
    REQUIRE(categories.contains(family(type->name)));
    CHECK(categories.at(family(type->name)) == type->category);
  }
  CHECK(families.size() == categories.size());
}

TEST_CASE("a batch takes everything but keys, roles, rule packs and validators", "[catalog]") {
  const std::set<std::string_view> alone = {"key", "role", "rulepack", "validator"};
  for (const RecordType* type : record_types()) {
    INFO(type->name);
    CHECK(type->in_batch == !alone.contains(family(type->name)));
  }
}

TEST_CASE("the registry and the codes of tables and framework are the same set",
          "[catalog][messages]") {
  std::set<std::string_view> used = kFramework;
  for (const RecordType* type : record_types()) {
    for (const Precondition& each : type->preconditions) used.insert(each.code);
  }
  std::set<std::string_view> registered;
  for (const Message& each : messages()) registered.insert(each.code);
  CHECK(used == registered);
}

TEST_CASE("every code that the sources answer with is registered", "[catalog][messages]") {
  static const std::regex kAnswer(R"re(issue\(\s*"([A-Z][A-Z0-9_]+)")re");
  std::set<std::string> codes;
  for (const char* folder : {"catalog", "apply"}) {
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(QINGLU_TESTS) + "/../ledger/" + folder)) {
      if (file.path().extension() != ".cpp") continue;
      const std::string text = test::read_test_file("../ledger/" + std::string(folder) + "/" +
                                                    file.path().filename().string());
      for (std::sregex_iterator at(text.begin(), text.end(), kAnswer), end; at != end; ++at)
        codes.insert((*at)[1]);
    }
  }
  CHECK(codes.size() > 50);
  for (const std::string& code : codes) {
    INFO(code);
    CHECK(find_message(code) != nullptr);
  }
}

TEST_CASE("every message speaks both languages and says what to do", "[catalog][messages]") {
  CHECK(std::ranges::is_sorted(messages(), {}, &Message::code));
  for (const Message& each : messages()) {
    INFO(each.code);
    CHECK_FALSE(
        (each.zh.empty() || each.en.empty() || each.next_zh.empty() || each.next_en.empty()));
    CHECK_FALSE((each.law.empty() || each.article.empty()));
    CHECK((each.zh.find("{detail}") == std::string_view::npos) ==
          (each.en.find("{detail}") == std::string_view::npos));
    CHECK(find_message(each.code) == &each);
  }
  CHECK(find_message("UNHEARD_OF") == nullptr);
}

TEST_CASE("codes behave by their class and exit by their group", "[catalog][messages]") {
  const std::set<std::string_view> law = {
      "ANNUITY_AFTER_GRACE", "ANNUITY_ARREARS", "APPEAL_LATE", "APPEAL_WINDOW_OPEN",
      "CASE_STATE_FORBIDS", "COAPPLICANT_CONSENT_MISSING", "COMMIT_MISMATCH", "COMPULSORY_TOO_EARLY", "CONSENT_EXPIRED",
      "COOWNER_CONSENT_MISSING", "DEADLINE_PASSED", "DUAL_GRANT", "EVAL_REPORT_EXISTS",
      "EVAL_REPORT_REQUIRED", "EVENT_BEFORE_PRIOR", "EXAM_REQUEST_LATE", "EXPORT_APPROVAL_MISSING",
      "FASTTRACK_NOT_ELIGIBLE", "FASTTRACK_STAGE", "FORMALITY_LATE", "GRACE_NOT_OVER",
      "INVALIDATION_RES_JUDICATA", "IPC_NO_MATCH", "LICENSEE_CONSENT_MISSING", "LICENSE_OVERLAP",
      "MULTIPLE_OUT_OF_RANGE", "NOT_RIGHT_HOLDER", "NOT_UM_OR_DESIGN", "NO_STANDING",
      "OPEN_LICENSE_ACTIVE", "OPEN_LICENSE_NOT_ACTIVE", "OWNER_MISMATCH", "PATENT_FROZEN",
      "PATENT_NOT_GRANTED", "PATENT_NOT_IN_FORCE", "PATENT_NOT_IN_FORCE_AT_ACT", "PCT_ENTRY_LATE",
      "PLEDGEE_CONSENT_MISSING", "PLEDGE_EXISTS", "PLEDGE_TERM_BEYOND_PATENT", "PRESERVATION_TOO_LONG",
      "PRIORITY_BASE_USED", "PRIORITY_EXPIRED", "PTA_DUAL_FILING", "PTA_REQUEST_LATE",
      "PUBLISH_TOO_EARLY", "PUNITIVE_BASE_STATUTORY", "RECORDAL_DUPLICATE", "RENEWAL_LATE",
      "RESTORE_WINDOW_CLOSED", "SCOPE_EXCEEDS_HEAD", "SELF_DEALING", "STATE_FORBIDS",
      "SUBLICENSE_NOT_PERMITTED", "SUSPENSION_TOO_LONG", "TERM_BEYOND_PATENT", "TERM_NOT_ENDED",
      "VALIDITY_CONTESTED", "ZL_BEFORE_GRANT"};
  const std::set<std::string_view> flags = {
      "ACT_IN_RESTORED_GAP", "ACT_PARTLY_OUTSIDE_TERM", "ANNUITY_DUE_DIFFERS", "APP_NO_YEAR_DIFFERS",
      "CLASS_NESTING_UNKNOWN", "CLOCK_EXCEEDED", "COURT_NOT_COMPETENT", "CUSTODY_GAP",
      "DAMAGES_MISMATCH", "DAMAGES_OUT_OF_RANGE", "DOUBLE_DISPOSAL", "DOUBLE_PRESERVATION",
      "FOREIGN_REF_UNRESOLVED", "LATE_ENTRY", "LICENSE_ENDS_WITH_PATENT", "LICENSE_ON_VOID",
      "MONOPOLY_CLAUSE_DECLARED", "OVERPAID", "PLEDGE_PRIORITY", "PREEMPTION_NOT_OFFERED",
      "PRIOR_LICENSE_SURVIVES", "RECORDAL_LATE", "SERVICE_UNKNOWN", "TECHREG_LATE"};
  const std::set<std::string_view> denied = {
      "BAD_SIGNATURE",      "KEY_OUTSIDE_WINDOW",  "KEY_REVOKED",
      "MANDATE_SCOPE",      "MISSING_SIGNATURE",   "QUORUM_MISSING",
      "ROLE_NOT_PERMITTED", "SCOPE_NOT_PERMITTED", "UNKNOWN_PARTY"};
  for (const Message& each : messages()) {
    INFO(each.code);
    CHECK((each.code_class == CodeClass::law) == law.contains(each.code));
    CHECK((each.code_class == CodeClass::flag) == flags.contains(each.code));
    CHECK((each.exit == ExitGroup::denied) == denied.contains(each.code));
    const bool conflict = each.code.ends_with("_EXISTS") ||  each.code.ends_with("STATE_FORBIDS") ||
                          each.code == "REPLAY" || each.code == "OWNER_MISMATCH";
    CHECK((each.exit == ExitGroup::conflict) == conflict);

    Verdict party(false);
    Verdict authority(true);
    raise(party, issue(each.code, "/x"));
    raise(authority, issue(each.code, "/x"));
    CHECK(party.refused() != flags.contains(each.code));
    CHECK(authority.refused() == (!flags.contains(each.code) && !law.contains(each.code)));
  }
}

TEST_CASE("a sentence carries its detail in both languages, or ends without one",
          "[catalog][messages]") {
  const Issue found = issue("APP_NO_CHECK_DIGIT", "/data/app_no", "X");
  CHECK(sentence(found, Language::zh) == "申请号校验位应为 X");
  CHECK(sentence(found, Language::en) == "the application number's check character must be X");
  CHECK(sentence(issue("STALE", ""), Language::en) ==
        "the submission has expired, or is valid for too long");
  CHECK(sentence(issue("UNHEARD_OF", ""), Language::en) == "UNHEARD_OF");
}
