// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/table.hpp"

#include <array>

namespace qinglu::ledger {
namespace {

// In the order of enum Role.
constexpr std::array<std::string_view, 19> kNames = {
    "AGENT", "IPO", "ADMIN", "COURT", "EXCH", "REG", "PARTY", "BANK", "INS", "APPR",
    "CERT",  "NOT", "TSA",   "SCI",   "DRC",  "MIIT", "INST",  "GOV",  "AUD"};

}  // namespace

std::string_view name(Role role) { return kNames[static_cast<std::size_t>(role)]; }

bool role_from(std::string_view word, Role& role) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == word) {
      role = static_cast<Role>(i);
      return true;
    }
  }
  return false;
}

bool is_granted_role(Role role) {
  return role != Role::party && role != Role::agent && role != Role::gov;
}

bool is_authority(Role role) {
  return role == Role::ipo || role == Role::admin || role == Role::court;
}

}  // namespace qinglu::ledger
