// SPDX-License-Identifier: Apache-2.0
#include "cli/report/report_file.hpp"

#include "cli/report/pdf.hpp"
#include "cli/report/square.hpp"
#include "ledger/evidence/report_html.hpp"

namespace qinglu::cli {

bool is_report_name(const std::string& path) {
  return path.ends_with(".html") || path.ends_with(".txt") || path.ends_with(".pdf");
}

Result<std::string> report_file(const ledger::Report& report, const std::string& path) {
  ledger::Document document = ledger::report_document(report);
  if (path.ends_with(".txt")) return ledger::render_document_text(document);
  document.square = square_of(document.scanned);
  if (path.ends_with(".pdf")) return render_pdf(document);
  return ledger::render_html(document);
}

}  // namespace qinglu::cli
