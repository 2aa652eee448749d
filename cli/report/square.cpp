// SPDX-License-Identifier: Apache-2.0
#include "cli/report/square.hpp"

#include <qrcodegen/qrcodegen.hpp>

namespace qinglu::cli {

ledger::Document::Square square_of(const std::string& text) {
  const auto code = qrcodegen::QrCode::encodeText(text.c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
  ledger::Document::Square square;
  square.side = static_cast<std::size_t>(code.getSize());
  for (int y = 0; y < code.getSize(); ++y) {
    for (int x = 0; x < code.getSize(); ++x) square.dark.push_back(code.getModule(x, y));
  }
  return square;
}

}  // namespace qinglu::cli
