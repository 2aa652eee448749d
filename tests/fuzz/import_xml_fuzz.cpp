// SPDX-License-Identifier: Apache-2.0
// Patent XML from strangers: every document gives a row, and a row is a patent or a reason.
#include <cstdint>

#include "cli/foreign_patent.hpp"
#include "crypto/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglu::cli;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  for (const auto read : {read_us_xml, read_docdb_xml, read_us_assignments, read_ops_legal_xml}) {
    for (const auto& row : read(file, "input")) QL_CHECK(row.patent.has_value() == row.problem.empty());
  }
  for (const auto& row : read_source(file, "input")) QL_CHECK(row.patent.has_value() == row.problem.empty());
  return 0;
}
