// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "crypto/base/result.hpp"
#include "ledger/evidence/report.hpp"

namespace qinglu::cli {

/// Whether the name of a report says what it is: `.html`, `.txt` or `.pdf`.
bool is_report_name(const std::string& path);

/// The report of a verification as bytes, in the form that the ending of `path` names, with its QR code.
/// Requires: is_report_name(path). Errors: unsupported, as render_pdf().
Result<std::string> report_file(const ledger::Report& report, const std::string& path);

}  // namespace qinglu::cli
