// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/settings.hpp"

namespace qinglu::cli {

// Openings of confidential fields that a node keeps for their author, and what becomes of them.
// Source: docs/formats/erasure.md.

/// Leaves a file of openings with the node, where signers of the record and courts can ask for them.
int openings_keep(const Settings& settings, const std::string& file);
/// Asks the node for the openings of a record, signed with this user's key.
int openings_read(const Settings& settings, const std::string& record, const std::string& output, bool force);
/// `qinglu privacy erased`: which members have signed that they hold nothing any more of what a notice
/// names. 0: all members of the set in force; 3: some are outstanding; 1: a signature that does not verify.
int erasure_status(const Settings& settings, const std::string& notice);

}  // namespace qinglu::cli
