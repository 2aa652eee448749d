// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/commands.hpp"

namespace qinglu::cli {

/// Completion script for `bash`, `zsh` or `fish`; nullopt for another shell.
std::optional<std::string> completion_script(const CommandTree& whole, std::string_view shell);

/// roff of `qinglu.1` (empty noun) or `qinglu-NOUN.1`; nullopt when there is no such noun.
std::optional<std::string> manual_page(const CommandTree& whole, std::string_view noun);

}  // namespace qinglu::cli
