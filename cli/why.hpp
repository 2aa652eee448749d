// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ledger/model/language.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::cli {

/// What a network waits for, in sentences for operators, from the answer to GET /v1/status: how many
/// members may still fail or must come back, who is missing since when, whose clock is off, whether
/// the asked node is behind or does not vote, and who has signed contradictions.
std::vector<std::string> why(const ledger::Value& status, ledger::Language language);

}  // namespace qinglu::cli
