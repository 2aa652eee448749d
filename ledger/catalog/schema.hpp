// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ledger/catalog/table.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// JSON Schema (2020-12) of a record type's body, made from its table. JSON text, not canonical:
/// schema keywords lie outside the profile.
std::string json_schema(const RecordType& type);

/// Example body of a type: every required field filled with a value of its form.
/// `now_s`: POSIX seconds for dates and `expires_at`.
Value example_data(const RecordType& type);

/// docs/records.md: all types with fields, signers, preconditions and effects.
std::string records_markdown();

}  // namespace qinglu::ledger
