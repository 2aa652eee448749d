// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/settings.hpp"

namespace qinglu::cli {

/// Takes an evidence file apart into `directory`, so that tools which know nothing of this project check the parts:
/// C2SP texts and log entries, byte for byte, with a README that says how. Verifies nothing; a file that does not
/// decode is refused, and so is a directory that is not empty, unless `force`.
/// Source: evidence.md §8; tlog-proof, tlog-policy, tlog-witness (C2SP).
int evidence_unpack(const Settings& settings, const std::string& file, const std::string& directory, bool force);

}  // namespace qinglu::cli
