// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "api/client/client.hpp"
#include "cli/settings.hpp"

namespace qinglu::cli {

/// Whether a subject's row, as the node tells it, says that its story was made up.
bool is_synthetic(api::Client& node, std::string_view subject);
/// The line that every view of such a story carries.
std::string synthetic_mark(const Settings& settings);

int show_status(const Settings& settings, bool explain);
/// A subject (patent, foreign patent, commitment, …) with its timeline.
int show_subject(const Settings& settings, const std::string& key);
/// Chain of title and liens of a foreign right, from the events that the ledger holds of it.
int show_title(const Settings& settings, const std::string& key);
int show_party(const Settings& settings, const std::string& id);
/// Statistics of a group of indicators from one month (YYYY-MM) to another, both included.
int show_statistics(const Settings& settings, const std::string& query, const std::string& from, const std::string& until);
int schema_ls(const Settings& settings, bool markdown);
int schema_show(const Settings& settings, const std::string& type);

}  // namespace qinglu::cli
