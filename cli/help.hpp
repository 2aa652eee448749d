// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "cli/settings.hpp"
#include "ledger/catalog/table.hpp"

namespace qinglu::cli {

inline constexpr std::string_view kHelpTopics[] = {"exit-codes", "environment", "trust", "privacy"};
/// Text of a topic; empty when there is none.
std::string_view help_text(std::string_view topic);
int print_help(const Settings& settings, const std::string& topic);
/// Example `data` of a type, canonical.
int print_template(const ledger::RecordType& type);
/// "Did you mean": the nearest of the known names by edit distance. `before`: the words that lead there.
/// Returns the exit code for usage.
int unknown_word(const Settings& settings, const std::string& before, const std::string& word,
                 const std::set<std::string>& known);

}  // namespace qinglu::cli
