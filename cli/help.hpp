// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "cli/settings.hpp"
#include "ledger/catalog/table.hpp"

namespace qinglu::cli {

/// Help topics: exit-codes, environment, trust.
int print_help(const Settings& settings, const std::string& topic);
/// Example `data` of a type, canonical.
int print_template(const ledger::RecordType& type);
/// "Did you mean": the nearest names by edit distance. Returns the exit code for usage.
int unknown_noun(const Settings& settings, const std::string& word, const std::set<std::string>& known);

}  // namespace qinglu::cli
