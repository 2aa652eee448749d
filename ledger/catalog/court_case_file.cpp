// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/court_case_parts.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger::court_case {
namespace {

/// A licence of one of the claimants that runs on a day of the acts, of the kind that `standing` states.
bool has_license(const RuleInput& in, std::string_view pat, const Value& patent, std::string_view standing, InForce acts) {
  for (const LicenseRow& license : licenses_on(in.rows, pat, patent)) {
    const std::string_view kind = license.row.text_of("kind");
    const bool ordinary = kind != "EXCL" && kind != "SOLE";
    if (standing == "ORD" ? !ordinary : kind != standing) continue;
    const bool named = std::ranges::any_of(in.data.items_of("claimants"), [&](const Value& claimant) {
      return lists(license.row.items_of("licensees"), claimant.text());
    });
    const Value* scope = license.row.find("scope");
    const auto from = parse_date(scope ? scope->text_of("from") : std::string_view());
    const auto to = parse_date(scope ? scope->text_of("to") : std::string_view());
    if (named && (!from || *from <= acts.to) && (!to || *to >= acts.from)) return true;
  }
  return false;
}

void check_standing(const RuleInput& in, Verdict& verdict, std::string_view pat, const Value& patent, InForce acts) {
  const std::string_view standing = in.data.text_of("standing");
  bool holds = false;
  if (standing == "OWNER") {
    const std::vector<std::string> owners = holders(patent);
    holds = std::ranges::any_of(in.data.items_of("claimants"), [&](const Value& claimant) {
      return std::ranges::find(owners, claimant.text()) != owners.end();
    });
  } else {
    holds = has_license(in, pat, patent, standing, acts) && (standing != "SOLE" || in.data.boolean_of("owner_inaction")) &&
            (standing != "ORD" || in.data.find("authority"));
  }
  if (!holds) raise(verdict, issue("NO_STANDING", "/data/standing", std::string(standing) + ", " + std::string(pat)));
}

/// A utility model or design is sued on with its evaluation report.   Source: PL 66.
void check_report(const RuleInput& in, Verdict& verdict, bool examined_only) {
  if (examined_only || in.data.find("eval_report")) return;
  Issue missing = issue("EVAL_REPORT_REQUIRED", "/data/eval_report");
  missing.law = "PL";
  missing.article = "66";
  const bool required = in.data.text_of("route") == "ADMIN" && in.pack.integer("case_admin_eval_report") != 0;
  if (required) {
    raise(verdict, std::move(missing));
  } else {
    verdict.flag(std::move(missing));
  }
}

void check_report_is_of(const RuleInput& in, Verdict& verdict) {
  const auto id = from_sha256_id(in.data.text_of("eval_report"));
  const auto report = id ? in.rows.find_record(*id) : nullptr;
  const Value* data = report ? report->body.find("data") : nullptr;
  if (data && !lists(in.data.items_of("pats"), data->text_of("pat"))) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/eval_report", std::string(data->text_of("pat"))));
  }
}

/// Whether a grant of the body reaches the case: by level, and by the place of the acts or the domicile
/// of a respondent.
bool grant_reaches(const RuleInput& in, const Value& grant, bool designs_only) {
  if (!grant_good_at(grant, in.index)) return false;
  const Value* scope = grant.find("scope");
  if (!scope) return true;
  if (scope->text_of("court_level") == "BASIC" && !designs_only) return false;
  const std::string_view region = scope->text_of("region");
  if (region.empty() || region_covers(region, in.data.text_of("place"))) return true;
  return std::ranges::any_of(in.data.items_of("respondents"), [&](const Value& respondent) {
    const auto row = in.rows.find(party_row(respondent.text()));
    return row && row->find("region") && region_covers(region, row->text_of("region"));
  });
}

void check_competence(const RuleInput& in, Verdict& verdict, bool designs_only) {
  const std::string_view body = in.data.text_of("body");
  const bool civil = in.data.text_of("route") == "CIVIL";
  bool reached = false;
  for (const std::string_view role : {"ADMIN", "COURT", "IPO"}) {
    if ((role == "COURT") != civil) continue;
    const auto row = in.rows.find(role_row(body, role));
    reached = reached || (row && std::ranges::any_of(row->items_of("grants"), [&](const Value& grant) {
                            return grant_reaches(in, grant, designs_only);
                          }));
  }
  if (!reached) raise(verdict, issue("COURT_NOT_COMPETENT", "/data/body", std::string(body)));
}

/// `case:` and official number are free, and the key is the body's.
void check_names(const RuleInput& in, Verdict& verdict) {
  const std::string_view key = in.data.text_of("case");
  const std::string own = "case:" + std::string(in.data.text_of("body")).substr(4) + "/";
  if (!key.starts_with(own)) raise(verdict, issue("SCHEMA_INVALID", "/data/case", own));
  const auto known = in.rows.find(subject_row(key));
  if (known) {
    Issue exists = issue("CASE_EXISTS", "/data/case", std::string(key));
    exists.blocking.emplace_back(known->text_of("record"));
    raise(verdict, std::move(exists));
  }
  if (const auto index = in.rows.find(case_no_row(in.data.text_of("case_no")))) {
    raise(verdict, issue("CASE_EXISTS", "/data/case_no", std::string(index->text_of("case"))));
  }
}

/// Each patent has its claims, in the order of `pats`; nobody stands on both sides.
void check_claim_form(const RuleInput& in, Verdict& verdict) {
  const Value::Items& pats = in.data.items_of("pats");
  const Value::Items& asserted = in.data.items_of("asserted_claims");
  const bool fits = std::ranges::equal(pats, asserted, [](const Value& pat, const Value& item) {
    return item.text_of("pat") == pat.text();
  });
  if (!fits) raise(verdict, issue("SCHEMA_INVALID", "/data/asserted_claims", "pats"));
  for (const Value& each : in.data.items_of("respondents")) {
    if (lists(in.data.items_of("claimants"), each.text())) {
      raise(verdict, issue("SCHEMA_INVALID", "/data/respondents", each.text()));
    }
  }
}

void check_patents(const RuleInput& in, Verdict& verdict, InForce acts) {
  const Value::Items& asserted = in.data.items_of("asserted_claims");
  bool inventions_only = true;
  bool designs_only = true;
  for (std::size_t i = 0; i < asserted.size(); ++i) {
    const std::string pointer = "/data/asserted_claims/" + std::to_string(i);
    const std::string_view pat = asserted[i].text_of("pat");
    const auto patent = require_subject(in, verdict, pat, pointer + "/pat");
    if (!patent) continue;
    inventions_only = inventions_only && patent->text_of("type") == "INV";
    designs_only = designs_only && patent->text_of("type") == "DES";
    judge_acts(verdict, pointer, *patent, asserted[i].items_of("claims"), acts, true);
    check_standing(in, verdict, pat, *patent, acts);
  }
  check_report(in, verdict, inventions_only);
  check_competence(in, verdict, designs_only);
}

}  // namespace

void file(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto first = past_date(in, verdict, "first_act");
  const auto last = past_date(in, verdict, "last_act");
  if (!first || !last) return;
  if (*last < *first) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/last_act", to_string(*last) + " < " + to_string(*first)));
  }
  check_names(in, verdict);
  check_claim_form(in, verdict);
  check_report_is_of(in, verdict);
  check_patents(in, verdict, {*first, *last});

  Value row;
  copy(in, row, {"body", "case_no", "claimants", "pats", "place", "respondents", "route"});
  row.set("asserted", *in.data.find("asserted_claims"));
  row.set("acts", Value(Value::Members{{"first", to_string(*first)}, {"last", to_string(*last)}}));
  row.set("bodies", Value::Items{*in.data.find("body")});
  row.set("filed", in.body.text_of("event_date"));
  row.set("record", to_sha256_id(in.record_id));
  take_case_act(in, verdict, "case.file", parse_date(in.body.text_of("event_date")), row);
  verdict.set(case_no_row(in.data.text_of("case_no")), Value(Value::Members{{"case", *in.data.find("case")}}));
  store_case(in, verdict, std::move(row));
}

}  // namespace qinglu::ledger::court_case
