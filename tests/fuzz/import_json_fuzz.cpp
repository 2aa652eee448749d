// SPDX-License-Identifier: Apache-2.0
// JSON from strangers: every line or entry gives a row, and a row is a patent or a reason.
#include <cstdint>

#include "cli/foreign_patent.hpp"
#include "crypto/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglu::cli;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  for (const auto read : {read_us_json_lines, read_us_board_json}) {
    for (const auto& row : read(file, "input")) QL_CHECK(row.patent.has_value() == row.problem.empty());
  }
  return 0;
}
