// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/commitment.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/fasttrack.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/suspend.hpp"
#include "ledger/catalog/term.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::size_t kGapsMax = 20;
constexpr std::size_t kSchemesMax = 16;

std::optional<Date> date_of_member(const Value& object, std::string_view member) {
  return parse_date(object.text_of(member));
}

// --- commitments ---

/// One filed commitment, and what the publication says in its place.
struct Filed {
  std::string_view name;
  std::string_view commit;
  Value published;
};

/// Every filed commitment is opened, by its value, and the published value is the filed one.
/// The office may change a title ex officio: on its own record a misfit is a flag.
void check_openings(const RuleInput& in, Verdict& verdict, const std::vector<Filed>& filed) {
  const Value::Items& openings = in.data.items_of("openings");
  std::set<std::string_view> opened;
  for (std::size_t i = 0; i < openings.size(); ++i) {
    const Value& opening = openings[i];
    const std::string pointer = "/data/openings/" + std::to_string(i);
    const std::string_view name = opening.text_of("name");
    const Value& value = *opening.find("value");
    const auto salt =
        fixed_from_hex<crypto::Salt>(opening.text_of("salt")).value_or(crypto::Salt{});
    const std::string made =
        to_sha256_id(crypto::field_commitment(name, salt, to_canonical(value)));
    const auto known = std::ranges::find(filed, name, &Filed::name);
    if (known == filed.end() || known->commit != opening.text_of("commit") ||
        known->commit != made) {
      raise(verdict, issue("COMMIT_MISMATCH", pointer, std::string(name)));
    } else if (value != known->published) {
      raise(verdict, issue("COMMIT_MISMATCH", pointer + "/value", std::string(name)));
    }
    opened.insert(name);
  }
  for (const Filed& each : filed) {
    if (opened.contains(each.name)) continue;
    raise(verdict, issue("COMMIT_MISMATCH", "/data/openings", std::string(each.name)));
  }
}

std::vector<Filed> filed_commitments(const Value& row, Value title, Value applicants) {
  std::vector<Filed> filed = {{"title", row.text_of("title_commit"), std::move(title)}};
  if (row.find("applicant_commit")) {
    filed.push_back({"applicant", row.text_of("applicant_commit"), std::move(applicants)});
  }
  return filed;
}

// --- filing ---

void commit(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const std::string subject = "cmt:" + in.data.find("doc_commit")->text().substr(7);
  const auto known = in.rows.find(subject_row(subject));
  Value row = known ? *known : Value();
  copy(in, row, {"type"});
  take_act(verdict, "patent.commit", parse_date(in.body.text_of("event_date")), row);
  copy(in, row, {"applicant_commit", "synthetic"});
  if (in.data.boolean_of("intended_green")) row.set("green_declared", true);
  row.set("filer", in.body.text_of("submitter"));
  row.set("record", to_sha256_id(in.record_id));
  verdict.set(subject_row(subject), std::move(row));
}

/// The commitment that a record of the office names: its key and its S row.
struct Committed {
  std::string subject;
  std::shared_ptr<const Value> row;
};
Committed committed_filing(const RuleInput& in) {
  const auto id = from_sha256_id(in.data.text_of("commit_ref"));
  const auto record = id ? in.rows.find_record(*id) : nullptr;
  const Value* data = record ? record->body.find("data") : nullptr;
  if (!data || !data->find("doc_commit")) return {};
  std::string subject = "cmt:" + data->find("doc_commit")->text().substr(7);
  auto row = in.rows.find(subject_row(subject));
  return {std::move(subject), std::move(row)};
}

void check_number(const RuleInput& in, Verdict& verdict, Date filed) {
  const std::string app_no(in.data.text_of("app_no"));
  const auto number = parse_app_no(app_no);
  if (!number) return;
  const char check = app_no_check(std::string_view(app_no).substr(0, app_no.size() - 1));
  if (check != number->check) {
    raise(verdict, issue("APP_NO_CHECK_DIGIT", "/data/app_no", std::string(1, check)));
  }
  const bool pct = in.data.find("pct_no") != nullptr;
  if (patent_type_of_digit(number->type_digit) != in.data.text_of("type") || number->pct != pct) {
    raise(verdict,
          issue("APP_NO_TYPE_MISMATCH", "/data/app_no", std::string(1, number->type_digit)));
  }
  if (!pct && !in.data.find("divisional_of") && number->year != split(filed).year) {
    raise(verdict, issue("APP_NO_YEAR_DIFFERS", "/data/app_no", std::to_string(number->year)));
  }
  if (!pct && (in.data.find("entry_date") || in.data.find("entry_surcharge"))) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/pct_no", "entry_date"));
  }
}

/// A domestic base that already claims priority, is granted or is a divisional.   Source: IR 35.
void check_priority_bases(const RuleInput& in, Verdict& verdict) {
  const Value::Items& priorities = in.data.items_of("priority");
  for (std::size_t i = 0; i < priorities.size(); ++i) {
    if (priorities[i].text_of("country") != "CN") continue;
    const std::string subject = "pat:" + std::string(priorities[i].text_of("no"));
    const auto base = in.rows.find(subject_row(subject));
    if (!base ||
        !(base->find("priority_claimed") || base->find("grant") || base->find("divisional_of"))) {
      continue;
    }
    Issue used = issue("PRIORITY_BASE_USED", "/data/priority/" + std::to_string(i), subject);
    used.blocking.emplace_back(base->text_of("record"));
    raise(verdict, std::move(used));
  }
}

/// Earliest priority date that is claimed; sets what the row keeps of it.
std::optional<Date> check_priority(const RuleInput& in, Verdict& verdict, const Calendar& calendar,
                                   Date filed, Value& row) {
  std::optional<Date> from;
  for (const Value& each : in.data.items_of("priority")) {
    const auto date = date_of_member(each, "date");
    if (date && (!from || *date < *from)) from = date;
  }
  if (!from) return from;
  check_priority_bases(in, verdict);
  row.set("priority_claimed", to_string(*from));
  const bool restored = in.data.text_of("priority_restoration") == "GRANTED";
  if (restored) row.set("priority_restored", true);
  if (filed < *from) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/priority",
                         to_string(filed) + " < " + to_string(*from)));
  } else if (priority_in_time(in.pack, calendar, in.data.text_of("type"), *from, filed, restored)) {
    row.set("priority_date", to_string(*from));
  } else {
    raise(verdict, issue("PRIORITY_EXPIRED", "/data/priority",
                         to_string(*from) + " -> " + to_string(filed)));
  }
  return from;
}

void check_pct_entry(const RuleInput& in, Verdict& verdict, const Calendar& calendar, Date filed, Date base) {
  if (!in.data.find("pct_no")) return;
  const auto entry = past_date(in, verdict, "entry_date");
  if (!entry) return raise(verdict, issue("SCHEMA_INVALID", "/data/entry_date", "pct_no"));
  if (*entry < filed) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/entry_date", to_string(*entry) + " < " + to_string(filed)));
  }
  const std::string_view months =
      in.data.boolean_of("entry_surcharge") ? "pct_entry_surcharge_months" : "pct_entry_months";
  const Date end = period_end(base, in.pack.period(months, base), calendar);
  if (*entry > end) {
    raise(verdict,
          issue("PCT_ENTRY_LATE", "/data/entry_date", to_string(*entry) + " > " + to_string(end)));
  }
}

/// The commitment behind an application: its filer and applicants are kept, its key is an alias.
void link_commitment(const RuleInput& in, Verdict& verdict, const Committed& filing,
                     const std::string& subject, Value& row) {
  const Value& before = *filing.row;
  row.set("commit", *in.data.find("commit_ref"));
  for (const std::string_view member : {"applicant_commit", "filer", "synthetic"}) {
    if (const Value* value = before.find(member)) row.set(member, *value);
  }
  if (before.text_of("type") != in.data.text_of("type")) {
    raise(verdict, issue("COMMIT_MISMATCH", "/data/type", std::string(before.text_of("type"))));
  }
  // A commitment that another application already stands on names no second one.
  if (before.find("pat")) return;
  Value accepted = before;
  accepted.set("status", name(PatentStatus::filed));
  accepted.set("since", *in.data.find("filing_date"));
  accepted.set("pat", subject);
  verdict.set(subject_row(filing.subject), std::move(accepted));
  const Value aliases(Value::Members{{"ids", Value::Items{filing.subject, subject}}});
  verdict.set(alias_row(filing.subject), aliases);
  verdict.set(alias_row(subject), aliases);
}

void accept(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto stated = past_date(in, verdict, "filing_date");
  if (!stated) return;
  const std::string subject = "pat:" + std::string(in.data.text_of("app_no"));
  const Calendar calendar = calendar_at(in.rows, today(in));
  check_number(in, verdict, *stated);
  if (const auto known = in.rows.find(subject_row(subject))) {
    Issue exists = issue("APP_NO_EXISTS", "/data/app_no", subject);
    exists.blocking.emplace_back(known->text_of("record"));
    raise(verdict, std::move(exists));
  }

  Value row;
  copy(in, row, {"type"});
  const Committed filing = committed_filing(in);
  if (filing.row) row.set("status", filing.row->text_of("status"));
  take_act(verdict, "patent.accept", stated, row);
  copy(in, row,
       {"applicant_count", "divisional_of", "green_declared", "synthetic", "title_commit"});
  row.set("record", to_sha256_id(in.record_id));
  // A divisional keeps its parent's filing date (IR 49), which the ledger knows better.
  Date filed = *stated;
  if (const auto parent = in.rows.find(subject_row(in.data.text_of("divisional_of")))) {
    filed = date_of_member(*parent, "filing_date").value_or(*stated);
  }
  row.set("filing_date", to_string(filed));
  const auto priority = check_priority(in, verdict, calendar, filed, row);
  check_pct_entry(in, verdict, calendar, filed, priority.value_or(filed));
  if (const Value* pct = in.data.find("pct_no")) {
    Value kept(Value::Members{{"no", *pct}});
    copy(in, kept, {"entry_date"});
    row.set("pct", std::move(kept));
  }
  if (const Value* pair = in.data.find("pair_um_inv")) {
    row.set("pair", *pair);
    const auto other = in.rows.find(subject_row(pair->text()));
    if (other && !other->find("pair")) {
      Value linked = *other;
      linked.set("pair", subject);
      verdict.set(subject_row(pair->text()), std::move(linked));
    }
  }
  if (filing.row) link_commitment(in, verdict, filing, subject, row);
  verdict.set(subject_row(subject), std::move(row));
}

void not_accept(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  const Committed filing = committed_filing(in);
  if (!filing.row) {
    return raise(verdict, issue("SUBJECT_NOT_FOUND", "/data/commit_ref", filing.subject));
  }
  Value row = *filing.row;
  take_act(verdict, "patent.not_accept", day, row);
  verdict.set(subject_row(filing.subject), std::move(row));
}

// --- examination ---

/// The first action of the examination of an invention, and the end of an examination, by the clocks of the fast track.
void time_examination(const RuleInput& in, Verdict& verdict, std::string_view act, std::optional<Date> day, Value& row) {
  if (act == "patent.deemed_withdrawn" || act == "patent.prelim_result:PASSED" || !day) return;
  const bool examined = row.text_of("type") == "INV" && patent_status(row.text_of("status")) == PatentStatus::subst;
  if (examined && !row.find("first_action")) {
    check_track_clock(in, verdict, row, "EXAMINATION", "FIRST_ACTION", day);
    row.set("first_action", to_string(*day));
  }
  if (act != "patent.office_action") check_track_clock(in, verdict, row, "EXAMINATION", "CLOSE", day);
}

/// Acts of the office that are a date, perhaps services, and a move of the status.
void office_act(const RuleInput& in, Verdict& verdict, std::string_view act,
                std::string_view decision) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row) return;
  check_served(in, verdict, *row, day);
  const auto due = date_in(in, "due");
  if (due && day && *due < *day) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/due", to_string(*due)));
  }
  const Transition* move = find_transition(act, patent_status(row->text_of("status")), row->text_of("type"));
  if (act == "patent.deemed_withdrawn" || (move && move->to == PatentStatus::rejected)) {
    row->set("previous", row->text_of("status"));
  }
  if (move) time_examination(in, verdict, act, day, *row);
  take_act(verdict, act, day, *row);
  keep_decision(in, decision, "date", *row);
  store_patent(in, verdict, std::move(*row));
}

void prelim_result(const RuleInput& in, Verdict& verdict) {
  // A failed preliminary examination is a rejection (PL 38, IR 50), and opens the same window.
  if (in.data.text_of("kind") == "FAILED") {
    office_act(in, verdict, "patent.prelim_result:FAILED", "reject");
  } else {
    office_act(in, verdict, "patent.prelim_result:PASSED", "prelim_result");
  }
}
void office_action(const RuleInput& in, Verdict& verdict) {
  office_act(in, verdict, "patent.office_action", "office_action");
}
void reject(const RuleInput& in, Verdict& verdict) {
  office_act(in, verdict, "patent.reject", "reject");
}
void deemed_withdrawn(const RuleInput& in, Verdict& verdict) {
  office_act(in, verdict, "patent.deemed_withdrawn", "deemed_withdrawn");
}
void grant_notice(const RuleInput& in, Verdict& verdict) {
  office_act(in, verdict, "patent.grant_notice", "grant_notice");
}

void response(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row) return;
  check_applicant_speaks(in, verdict, *row);
  take_act(verdict, "patent.response", day, *row);
}

void exam_request(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  const auto entered = past_date(in, verdict, "entered_date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  check_applicant_speaks(in, verdict, *row);
  if (entered && !by_office(in)) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/entered_date", "IPO"));
  }
  const auto filed = date_of_member(*row, "filing_date");
  if (entered && (*entered < *day || (filed && *day < *filed))) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + ", " + to_string(*entered)));
  }
  const auto from =
      date_of_member(*row, row->find("priority_date") ? "priority_date" : "filing_date");
  const Date since = from.value_or(*day);
  const Date end = period_end(since, in.pack.period("exam_request_months", since), calendar_at(in.rows, today(in)));
  if (*day > end) {
    raise(verdict,
          issue("EXAM_REQUEST_LATE", "/data/date", to_string(*day) + " > " + to_string(end)));
  }
  take_act(verdict, entered ? "patent.exam_request:ENTERED" : "patent.exam_request",
           entered ? entered : day, *row);
  row->set("exam_requested", to_string(*day));
  store_patent(in, verdict, std::move(*row));
}

void withdraw(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row) return;
  check_applicant_speaks(in, verdict, *row);
  if (in.data.find("applicants") && !is_published(*row)) {
    raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/applicants"));
  }
  if (!by_office(in)) {
    for (const Value& applicant : row->items_of("applicants")) {
      if (names_party(in.body.items_of("signers"), applicant.text()) ||
          in.body.text_of("acting_for") == applicant.text()) {
        continue;
      }
      raise(verdict, issue("COAPPLICANT_CONSENT_MISSING", "/signers", applicant.text()));
    }
  }
  take_act(verdict, "patent.withdraw", day, *row);
  store_patent(in, verdict, std::move(*row));
}

// --- publication and grant ---

void check_document_number(const RuleInput& in, Verdict& verdict, const Value& row,
                           std::string_view field, std::string_view kinds) {
  const auto number = parse_pub_no(in.data.text_of(field));
  const bool fits = number && patent_type_of_digit(number->type_digit) == row.text_of("type") &&
                    kinds.find(number->kind[0]) != std::string_view::npos &&
                    in.data.text_of("kind", number->kind) == number->kind;
  if (!fits) {
    raise(verdict, issue("KIND_CODE_INVALID", "/data/" + std::string(field),
                         std::string(in.data.text_of(field))));
  }
}

void publish(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "pub_date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  check_document_number(in, verdict, *row, "pub_no", "A");
  const auto from =
      date_of_member(*row, row->find("priority_date") ? "priority_date" : "filing_date");
  const Date earliest = add_months(from.value_or(*day), in.pack.integer("publish_months"));
  if (*day < earliest && !in.data.boolean_of("early_request")) {
    raise(verdict, issue("PUBLISH_TOO_EARLY", "/data/pub_date",
                         to_string(*day) + " < " + to_string(earliest)));
  }
  check_openings(in, verdict,
                 filed_commitments(*row, *in.data.find("title"), *in.data.find("applicants")));
  check_track_class(in, verdict, *row);
  take_act(verdict, "patent.publish", day, *row);
  copy(in, *row, {"applicants", "inventors", "ipc", "title"});
  row->set("pub", Value(Value::Members{{"date", to_string(*day)},
                                       {"no", in.data.text_of("pub_no")},
                                       {"record", to_sha256_id(in.record_id)}}));
  store_patent(in, verdict, std::move(*row));
}

void check_pair(const RuleInput& in, Verdict& verdict, const Value& row) {
  const auto other = in.rows.find(subject_row(row.text_of("pair")));
  if (!row.find("pair") || !other) return;
  if (patent_status(other->text_of("status")) != PatentStatus::granted) return;
  Issue dual = issue("DUAL_GRANT", "/data/pat", std::string(row.text_of("pair")));
  dual.blocking.emplace_back(other->text_of("record"));
  raise(verdict, std::move(dual));
}

/// Utility models and designs become public with the grant; inventions were so before.
void check_first_publication(const RuleInput& in, Verdict& verdict, const Value& row) {
  const bool first = row.text_of("type") != "INV";
  for (const std::string_view member : {"title", "openings"}) {
    if ((in.data.find(member) != nullptr) != first) {
      raise(verdict, issue("SCHEMA_INVALID", "/data/" + std::string(member),
                           std::string(row.text_of("type"))));
    }
  }
  if (!first || !in.data.find("title")) return;
  Value::Items owners;
  for (const Value& owner : in.data.items_of("owners")) owners.push_back(*owner.find("party"));
  check_openings(in, verdict, filed_commitments(row, *in.data.find("title"), std::move(owners)));
}

void grant(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "grant_date");
  const auto formalities = past_date(in, verdict, "formalities_date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  const std::string type(row->text_of("type"));
  check_document_number(in, verdict, *row, "grant_no",
                        type == "INV"  ? "BC"
                        : type == "UM" ? "UY"
                                       : "SD");
  check_shares(in, verdict, "owners");
  check_pair(in, verdict, *row);
  check_first_publication(in, verdict, *row);
  check_track_class(in, verdict, *row);
  const auto end = window_of(in, *row, "grant_notice", "formality_months");
  if (formalities && end && *formalities > *end) {
    raise(verdict, issue("FORMALITY_LATE", "/data/formalities_date",
                         to_string(*formalities) + " > " + to_string(*end)));
  }

  take_act(verdict, "patent.grant", day, *row);
  copy(in, *row, {"inventors", "ipc", "owners", "title"});
  Value document(Value::Members{{"date", to_string(*day)},
                                {"no", in.data.text_of("grant_no")},
                                {"record", to_sha256_id(in.record_id)}});
  copy(in, document, {"claim_count", "kind"});
  row->set("grant", std::move(document));
  row->set("annuities", Value(Value::Members{{"first_year", *in.data.find("first_annuity_year")}}));
  const Date filed = date_of_member(*row, "filing_date").value_or(*day);
  row->set("term_end", to_string(full_term_end(*row, in.pack, filed)));
  store_patent(in, verdict, std::move(*row));
}

// --- the end of the right, and its return ---

void lapse(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto announced = past_date(in, verdict, "announce_date");
  const auto as_of = past_date(in, verdict, "as_of");
  auto row = load_patent(in, verdict);
  if (!row || !announced || !as_of) return;
  check_served(in, verdict, *row, announced);
  if (*announced < *as_of) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/announce_date", to_string(*announced)));
  }
  Date period_over = *as_of;
  if (in.data.text_of("cause") == "ANNUITY_UNPAID") {
    const auto open = open_annuity(*row, in.pack, calendar_at(in.rows, today(in)));
    if (!open || *announced <= open->grace_end) {
      raise(verdict,
            issue("GRACE_NOT_OVER", "/data/as_of", open ? to_string(open->grace_end) : ""));
    }
    if (open && open->due_unmoved != *as_of) {
      raise(verdict, issue("ANNUITY_DUE_DIFFERS", "/data/as_of", to_string(open->due_unmoved)));
    }
    if (open) period_over = open->grace_end;
  }
  row->set("previous", row->text_of("status"));
  take_act(verdict, "patent.lapse", announced, *row);
  row->set("lapse", Value(Value::Members{{"as_of", to_string(*as_of)},
                                         {"cause", in.data.text_of("cause")},
                                         {"period_end", to_string(period_over)}}));
  keep_decision(in, "lapse", "announce_date", *row);
  store_patent(in, verdict, std::move(*row));
}

/// Last day to ask for restoration; nullopt: open.   Source: IR 6; domain.md 1.4, 6.11.
std::optional<Date> restoration_end(const RuleInput& in, const Value& row) {
  const bool lapsed = row.find("lapse") != nullptr;
  const std::string_view act = lapsed ? "lapse" : "deemed_withdrawn";
  if (in.data.text_of("basis") == "JUST_CAUSE") return window_of(in, row, act, "restore_months");
  const Calendar calendar = calendar_at(in.rows, today(in));
  std::optional<Date> missed;
  if (lapsed) {
    missed = date_of_member(*row.find("lapse"), "period_end");
  } else if (const Value* decision = decision_of(row, act)) {
    missed = date_of_member(*decision, "date");
  }
  std::optional<Date> end;
  if (missed) end = period_end(*missed, in.pack.period("restore_force_majeure_months", *missed), calendar);
  if (const auto removed = date_in(in, "obstacle_removed")) {
    const Date own = period_end(*removed, in.pack.period("restore_months", *removed), calendar);
    end = end ? std::min(*end, own) : own;
  }
  return end;
}

void restore(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto requested = past_date(in, verdict, "request_date");
  const auto decided = past_date(in, verdict, "decision_date");
  past_date(in, verdict, "obstacle_removed");
  auto row = load_patent(in, verdict);
  if (!row || !requested || !decided) return;
  if (*decided < *requested) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/decision_date", to_string(*decided)));
  }
  const auto end = restoration_end(in, *row);
  if (end && *requested > *end) {
    raise(verdict, issue("RESTORE_WINDOW_CLOSED", "/data/request_date",
                         to_string(*requested) + " > " + to_string(*end)));
  }
  take_act(verdict, "patent.restore", decided, *row);
  if (const Value* lapsed = row->find("lapse")) {
    Value::Items gaps = row->items_of("gaps");
    if (gaps.size() >= kGapsMax) {
      raise(verdict, issue("SIZE_LIMIT", "/data/pat", std::to_string(kGapsMax)));
    }
    gaps.emplace_back(
        Value::Members{{"from", *lapsed->find("as_of")}, {"to", to_string(*decided)}});
    row->set("gaps", std::move(gaps));
  }
  row->erase("lapse");
  row->erase("previous");
  store_patent(in, verdict, std::move(*row));
}

void expire(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row) return;
  const auto end = date_of_member(*row, "term_end");
  if (!end || !day || *day != add_days(*end, 1)) {
    raise(verdict, issue("TERM_NOT_ENDED", "/data/date", end ? to_string(add_days(*end, 1)) : ""));
  }
  take_act(verdict, "patent.expire", day, *row);
  store_patent(in, verdict, std::move(*row));
}

/// All owners give the right up, as of the first day without it.   Source: PL 44; domain.md 2.5, 6.4.
void abandon(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  const std::vector<std::string> owners = holders(*row);
  std::vector<std::string> actors;
  for (const Value& owner : in.data.items_of("owners")) {
    actors.push_back(owner.text());
    if (std::ranges::find(owners, owner.text()) == owners.end()) {
      raise(verdict, issue("NOT_RIGHT_HOLDER", "/data/owners", owner.text()));
    }
  }
  Consents consents(in);
  judge_right_use(in, verdict,
                  {.act = RightAct::abandon,
                   .patent = in.data.text_of("pat"),
                   .row = *row,
                   .pointer = "/data/pat",
                   .day = *day,
                   .scope = rest_of_patent(in, *row, *day),
                   .actors = std::move(actors),
                   .consent_to = "patent.abandon"},
                  consents);
  consents.use_up(verdict);
  // A right that has ended is the matrix's matter; the state machine speaks of what was never granted.
  if (!has_ended(*row, *day)) take_act(verdict, "patent.abandon", day, *row);
  store_patent(in, verdict, std::move(*row));
}

// --- green classification ---

/// Whether a class of the right lies within one of the code's symbols.
bool classes_match(const Value& row, const Value& code) {
  for (const std::string_view list : {"cpc", "ipc"}) {
    for (const Value& symbol : row.items_of(list)) {
      for (const Value& outer : code.items_of("symbols")) {
        if (class_covers(outer.text(), symbol.text())) return true;
      }
    }
  }
  return false;
}

void check_green_codes(const RuleInput& in, Verdict& verdict, const TableView& table,
                       const Value& row) {
  const std::string_view scheme = in.data.text_of("scheme");
  const Value::Items& codes = in.data.items_of("codes");
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string pointer = "/data/codes/" + std::to_string(i);
    const std::string name = std::string(scheme) + " " + codes[i].text();
    const Value* known = nullptr;
    for (const auto& part : table.parts) {
      for (const Value& each : part->items_of("rows")) {
        if (each.text_of("scheme") == scheme && each.text_of("code") == codes[i].text())
          known = &each;
      }
    }
    if (!known) {
      raise(verdict, issue("GREEN_CODE_UNKNOWN", pointer, name));
    } else if (in.data.text_of("by") == "AUTO" && !classes_match(row, *known)) {
      raise(verdict, issue("IPC_NO_MATCH", pointer, name));
    }
  }
}

void green_tag(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const Value* patent = in.data.find("pat");
  const Value* foreign = in.data.find("fpat");
  if ((patent != nullptr) == (foreign != nullptr)) {
    return raise(verdict, issue("SCHEMA_INVALID", "/data/pat", "pat, fpat"));
  }
  const std::string subject = (patent ? patent : foreign)->text();
  const auto known = require_subject(in, verdict, subject, patent ? "/data/pat" : "/data/fpat");
  if (!known) return;
  Value row = *known;
  if (patent) {
    // The classes of an application are part of what stays secret.
    if (!is_published(row))
      raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/codes", subject));
    take_act(verdict, "patent.green_tag", std::nullopt, row);
    // A term that has run out ends the right also where the office has not said so yet.
    const auto end = date_of_member(row, "term_end");
    if (patent_status(row.text_of("status")) == PatentStatus::granted && end && *end < today(in)) {
      raise(verdict, issue("STATE_FORBIDS", "/data/pat", to_string(*end)));
    }
  }
  const TableView table = table_at(in.rows, "IPC_GREEN", today(in));
  check_green_codes(in, verdict, table, row);

  Value tag(
      Value::Members{{"record", to_sha256_id(in.record_id)}, {"table_version", table.version}});
  copy(in, tag, {"by", "codes", "scheme"});
  Value::Items tags = row.items_of("green");
  // A newer judgement by the same scheme takes the older one's place.
  std::erase_if(tags,
                [&](const Value& each) { return each.text_of("scheme") == tag.text_of("scheme"); });
  if (tags.size() >= kSchemesMax) {
    raise(verdict, issue("SIZE_LIMIT", "/data/scheme", std::to_string(kSchemesMax)));
  }
  tags.push_back(std::move(tag));
  row.set("green", std::move(tags));
  verdict.set(subject_row(subject), std::move(row));
}

struct NamedRule {
  std::string_view type;
  Rule rule;
};
constexpr NamedRule kRules[] = {{"patent.abandon", abandon},
                                {"patent.accept", accept},
                                {"patent.commit", commit},
                                {"patent.deemed_withdrawn", deemed_withdrawn},
                                {"patent.exam_request", exam_request},
                                {"patent.expire", expire},
                                {"patent.grant", grant},
                                {"patent.grant_notice", grant_notice},
                                {"patent.green_tag", green_tag},
                                {"patent.lapse", lapse},
                                {"patent.not_accept", not_accept},
                                {"patent.office_action", office_action},
                                {"patent.prelim_result", prelim_result},
                                {"patent.publish", publish},
                                {"patent.reject", reject},
                                {"patent.response", response},
                                {"patent.restore", restore},
                                {"patent.withdraw", withdraw}};

/// What the state allows, so that a refusal says what would be possible.
std::string allowed_acts(PatentStatus status, std::string_view type) {
  std::string acts;
  for (const Transition& each : patent_transitions()) {
    if (find_transition(each.act, status, type) != &each) continue;
    acts += (acts.empty() ? "" : ", ") + std::string(each.act);
  }
  return acts;
}

}  // namespace

Rule patent_rule(std::string_view type) {
  const auto at = std::ranges::find(kRules, type, &NamedRule::type);
  return at == std::end(kRules) ? nullptr : at->rule;
}

void check_served(const RuleInput& in, Verdict& verdict, const Value& row,
                  std::optional<Date> decided) {
  check_services(in, verdict, is_published(row), decided);
}

void check_services(const RuleInput& in, Verdict& verdict, bool named, std::optional<Date> decided) {
  const Value::Items& served = in.data.items_of("served");
  std::string last;
  for (std::size_t i = 0; i < served.size(); ++i) {
    const std::string pointer = "/data/served/" + std::to_string(i);
    const Value* party = served[i].find("party");
    const auto day = date_of_member(served[i], "date");
    if (day && *day > today(in)) {
      raise(verdict, issue("FUTURE_EVENT_DATE", pointer + "/date", to_string(*day)));
    }
    if (day && decided && *day < *decided) {
      raise(verdict, issue("EVENT_BEFORE_PRIOR", pointer + "/date",
                           to_string(*day) + " < " + to_string(*decided)));
    }
    if (!named) {
      if (party) raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", pointer + "/party"));
      if (i > 0) raise(verdict, issue("SCHEMA_INVALID", pointer, "served"));
    } else if (!party || party->text() <= last) {
      raise(verdict, issue("SCHEMA_INVALID", pointer + "/party", "served"));
    }
    if (party) last = party->text();
  }
}

void check_shares(const RuleInput& in, Verdict& verdict, std::string_view field) {
  const Value::Items& owners = in.data.items_of(field);
  std::int64_t sum = 0;
  std::size_t stated = 0;
  std::set<std::string_view> parties;
  for (const Value& owner : owners) {
    sum += owner.integer_of("share");
    if (owner.find("share")) ++stated;
    parties.insert(owner.text_of("party"));
  }
  const bool complete = stated == 0 || (stated == owners.size() && sum == 10'000);
  if (!complete || parties.size() != owners.size()) {
    raise(verdict, issue("SHARE_SUM_INVALID", "/data/" + std::string(field), std::to_string(sum)));
  }
}

void keep_decision(const RuleInput& in, std::string_view act, std::string_view date_field,
                   Value& row) {
  Value decision(
      Value::Members{{"date", *in.data.find(date_field)}, {"record", to_sha256_id(in.record_id)}});
  copy(in, decision, {"due", "served"});
  Value decisions = row.find("decisions") ? *row.find("decisions") : Value();
  decisions.set(act, std::move(decision));
  row.set("decisions", std::move(decisions));
}

const Value* decision_of(const Value& row, std::string_view act) {
  const Value* decisions = row.find("decisions");
  return decisions ? decisions->find(act) : nullptr;
}

std::optional<Date> window_of(const RuleInput& in, const Value& row, std::string_view act,
                              std::string_view parameter) {
  const Value* decision = decision_of(row, act);
  if (!decision) return std::nullopt;
  return window_end(decision->items_of("served"), holders(row), in.pack.periods(parameter),
                    calendar_at(in.rows, today(in)));
}

std::optional<Date> own_window_of(const RuleInput& in, const Value& row, std::string_view act,
                                  std::string_view parameter) {
  // Before publication nobody is named, and what the office enters is of all.
  if (by_office(in) || !is_published(row)) return window_of(in, row, act, parameter);
  const Value* decision = decision_of(row, act);
  if (!decision) return std::nullopt;
  const std::string speaker(in.body.text_of("acting_for", in.body.text_of("submitter")));
  return window_end(decision->items_of("served"), std::span(&speaker, 1), in.pack.periods(parameter),
                    calendar_at(in.rows, today(in)));
}

void check_applicant_speaks(const RuleInput& in, Verdict& verdict, const Value& row) {
  if (by_office(in)) return;
  const std::string_view submitter = in.body.text_of("submitter");
  const std::string_view speaker = in.body.text_of("acting_for", submitter);
  const std::vector<std::string> parties = holders(row);
  const bool known = is_published(row) ? std::ranges::find(parties, speaker) != parties.end()
                                       : row.text_of("filer") == submitter;
  if (!known) raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", std::string(speaker)));
}

void store_patent(const RuleInput& input, Verdict& verdict, Value row) {
  verdict.set(subject_row(input.data.text_of("pat")), std::move(row));
}

std::optional<Value> load_patent(const RuleInput& input, Verdict& verdict) {
  const auto row = require_subject(input, verdict, input.data.text_of("pat"), "/data/pat");
  if (!row) return std::nullopt;
  check_not_suspended(input, verdict, *row);
  return *row;
}

void take_act(Verdict& verdict, std::string_view act, std::optional<Date> day, Value& row) {
  const PatentStatus status = patent_status(row.text_of("status"));
  const std::string_view type = row.text_of("type");
  const Transition* transition = find_transition(act, status, type);
  if (!transition) {
    // An authority's act has its effect all the same: any row of the act says where it leads.
    const auto acts = patent_transitions();
    const auto at = std::ranges::find(acts, act, &Transition::act);
    QL_CHECK(at != acts.end());
    transition = &*at;
    Issue forbidden = issue(
        "STATE_FORBIDS", "/type",
        std::string(type) + " " + std::string(name(status)) + "; " + allowed_acts(status, type));
    forbidden.law = transition->law;
    forbidden.article = transition->article;
    raise(verdict, std::move(forbidden));
  }
  const auto prior = date_of_member(row, transition->moves ? "since" : "filing_date");
  if (day && prior && *day < *prior) {
    raise(verdict,
          issue("EVENT_BEFORE_PRIOR", "/data", to_string(*day) + " < " + to_string(*prior)));
  }
  if (!transition->moves) return;
  const PatentStatus to = transition->to == PatentStatus::none
                              ? patent_status(row.text_of("previous"))
                              : transition->to;
  if (to != PatentStatus::none) row.set("status", name(to));
  if (day) row.set("since", to_string(*day));
}

}  // namespace qinglu::ledger
