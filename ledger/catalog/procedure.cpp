// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/procedure.hpp"

#include <algorithm>

#include "crypto/base/check.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {

void take_step(Verdict& verdict, std::span<const Step> steps, std::string_view act, Value& proceeding,
               std::string_view member) {
  const auto step = std::ranges::find(steps, act, &Step::act);
  QL_CHECK(step != steps.end());
  const std::string_view stage = proceeding.text_of(member);
  if (std::ranges::find(step->from, stage) == step->from.end()) {
    raise(verdict, issue("STATE_FORBIDS", "/type", std::string(act) + "; " + (stage.empty() ? "-" : std::string(stage))));
  }
  if (!step->to.empty()) proceeding.set(member, step->to);
}

std::optional<Date> filed_in_court(const RuleInput& input, Verdict& verdict) {
  const auto day = past_date(input, verdict, "date");
  const auto posted = past_date(input, verdict, "posted_date");
  if (day && posted && *posted > *day) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/posted_date", to_string(*day) + " < " + to_string(*posted)));
  }
  return posted ? posted : day;
}

void check_deadline(Verdict& verdict, std::optional<Date> day, std::optional<Date> window, std::string_view pointer) {
  if (day && window && *day > *window) {
    raise(verdict, issue("DEADLINE_PASSED", pointer, to_string(*day) + " > " + to_string(*window)));
  }
}

}  // namespace qinglu::ledger
