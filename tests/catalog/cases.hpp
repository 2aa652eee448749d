// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/catalog/patents.hpp"

namespace qinglu::test {

// A case about the invention of patents.hpp: the university sues the company before the court of the
// Register, or asks a department, for claims 1 and 2 and acts of 2025. Each function gives the record
// as it should be.

inline const std::string kHighCourt = org("11500000QL0000061");
inline const std::string kDepartment = org("11500000QL0000071");
inline const std::string kForeigner = org("91500000QL0000081");
// Made of the same characters as kCourt, which another file may not have made yet.
inline const std::string kCaseKey = "case:" + org("11500000QL0000031").substr(4) + "/2026-17";
inline const std::string kAdminCase = "case:" + kDepartment.substr(4) + "/2026-3";

/// A register with the granted invention, a second court, a department and a company abroad.
Register court_register();

Act case_filed();
Act case_accepted(const char* date = "2026-03-06");
Act case_answered(const char* date = "2026-03-25");
Act case_evidence();
Act case_decided(const char* result = "INFRINGED");
Act case_appealed(const std::string& by, const char* date);
Act case_effective(const char* date = "2026-06-23");
Act case_settled(bool promise);
Act case_mediated();
/// The same before the department: FILED, ACCEPTED, ADMIN_DECIDED.
Act admin_filed();
Act admin_accepted();
Act admin_decided();
/// Files, dockets and decides, so that the case stands at DECIDED_1; the decision's id.
std::string decided_case(Register& reg, const char* result = "INFRINGED");

}  // namespace qinglu::test
