// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/settings.hpp"

namespace qinglu::cli {

int show_status(const Settings& settings, bool why);
/// A subject (patent, foreign patent, commitment, …) with its timeline.
int show_subject(const Settings& settings, const std::string& key);
int show_party(const Settings& settings, const std::string& id);
int schema_ls(const Settings& settings, bool markdown);
int schema_show(const Settings& settings, const std::string& type);

}  // namespace qinglu::cli
