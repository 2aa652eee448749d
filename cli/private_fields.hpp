// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/settings.hpp"
#include "ledger/catalog/opening.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::cli {

// Confidential fields of a record: what goes into it are commitments, what opens them stays in a file
// of its author.   Source: evidence.md §5; docs/agents.md "Confidential fields".

/// `NAME=VALUE` (text, or JSON where it is an object, a list, a number or true/false) into commitments:
/// `<name>_commit` of `data`, or a slot of the private section. What opens each of them is returned.
struct Committed {
  std::vector<ledger::Opening> openings;
  ledger::Value envelope{ledger::Value::Members{}};  ///< private_root and private_width, where slots are used
};
/// Errors: usage: a name that the type has neither as a slot nor as a commitment, a name twice.
Result<Committed> commit_fields(const ledger::RecordType& type, const std::vector<std::string>& texts, ledger::Value& data);

/// Keeps the openings of a record in the state directory, readable by its owner alone, before anything
/// of the record leaves this program.   Errors: io.
Result<std::string> keep_openings(const Settings& settings, const std::string& record_id, const std::vector<ledger::Opening>& openings);

/// A file that keep_openings() wrote.   Errors: not_found, limit, io; usage: no file of openings.
Result<ledger::Openings> read_openings(const std::string& file);

/// `qinglu evidence disclose`: adds fields to an evidence file that shows their record.
int evidence_disclose(const Settings& settings, const std::string& file, const std::string& openings,
                      const std::vector<std::string>& names, const std::string& output, bool force);

}  // namespace qinglu::cli
