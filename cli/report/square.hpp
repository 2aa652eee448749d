// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ledger/evidence/report_document.hpp"

namespace qinglu::cli {

/// QR code of a short text, error correction M (15 %). Requires: at most 1,000 bytes.
/// Source: ISO/IEC 18004; the work is qrcodegen's.
ledger::Document::Square square_of(const std::string& text);

}  // namespace qinglu::cli
