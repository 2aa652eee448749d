// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/patent.hpp"
#include "tests/catalog/register.hpp"

namespace qinglu::test {

// One invention's life in office records, filed 2022-05-10 by the university through the agency:
// each function gives the record as it should be, and a test spoils what it is about.

inline const std::string kPatent = "pat:2022102345684";
inline const std::string kUtility = "pat:202220234567X";

std::string app_no(std::string_view twelve_digits);
/// `sha256:` commitment to a title or a list of applicants under the salt of the openings.
std::string committed(std::string_view name, const ledger::Value& value);
ledger::Value opening(std::string_view name, const ledger::Value& value);
/// One electronic service on each party, on the same day.
ledger::Value served(std::initializer_list<std::string_view> parties, std::string_view date);

Act commit();
Act accept();
Act prelim_result(std::string_view kind = "PASSED");
Act publish();
Act exam_entered();
Act office_action();
Act grant_notice();
Act grant();
Act paid(int year, std::string_view date);
Act lapse();
Act restore();

/// Submits the records up to and including the one after which the status is `until`.
void grow(Register& reg, ledger::PatentStatus until);

}  // namespace qinglu::test
