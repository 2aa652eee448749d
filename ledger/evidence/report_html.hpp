// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ledger/evidence/report_document.hpp"

namespace qinglu::ledger {

/// The document as one HTML page, well-formed as XML too: no script, no link, nothing loaded; its policy
/// allows one style by hash and nothing else. Prints on A4. Same document, same bytes.
std::string render_html(const Document& document);

}  // namespace qinglu::ledger
