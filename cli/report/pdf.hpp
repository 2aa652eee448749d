// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "crypto/base/result.hpp"
#include "ledger/evidence/report_document.hpp"

namespace qinglu::cli {

/// The document as PDF on A4, fonts embedded. Same document, fonts and libraries, same bytes: no clock, no
/// locale, no path goes in. Two ends to choose from at link time: `pdf_cairo.cpp` (qinglu-report) and
/// `pdf_none.cpp` (qinglu-verify, which is static and has no fonts).
/// Errors: unsupported: this program makes none, or the font is not installed.
Result<std::string> render_pdf(const ledger::Document& document);

}  // namespace qinglu::cli
