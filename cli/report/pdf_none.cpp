// SPDX-License-Identifier: Apache-2.0
#include "cli/report/pdf.hpp"

namespace qinglu::cli {

Result<std::string> render_pdf(const ledger::Document&) {
  return Error{Errc::unsupported, "this program writes .html and .txt; qinglu-report writes .pdf", {}};
}

}  // namespace qinglu::cli
