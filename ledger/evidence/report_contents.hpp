// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/evidence/report_document.hpp"

namespace qinglu::ledger {

/// What a record says, field by field in the order and under the names of the catalogue: field, contents, and
/// whether a confidential one is shown or withheld. Objects are spread over rows.
Document::Table record_contents(const Report::Record& record);
/// Name and contents of a state row.
Document::Table row_contents(const Report::Row& row);

}  // namespace qinglu::ledger
