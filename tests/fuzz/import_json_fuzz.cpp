// SPDX-License-Identifier: Apache-2.0
// JSON lines from strangers: every line gives a row, and a row is a patent or a reason.
#include <cstdint>

#include "cli/foreign_patent.hpp"
#include "crypto/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto& row : qinglu::cli::read_us_json_lines({reinterpret_cast<const char*>(data), size}, "input")) {
    QL_CHECK(row.patent.has_value() == row.problem.empty());
  }
  return 0;
}
