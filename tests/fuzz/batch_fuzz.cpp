// SPDX-License-Identifier: Apache-2.0
// Lines of a batch submission: manifest entry, then bodies.
#include <cstdint>

#include "crypto/base/check.hpp"
#include "ledger/apply/unit.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  BytesView rest(reinterpret_cast<const char*>(data), size);
  const std::size_t first = std::min(rest.find('\n'), rest.size());
  const BytesView manifest = rest.substr(0, first);
  rest.remove_prefix(std::min(first + 1, rest.size()));
  std::vector<BytesView> bodies;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    bodies.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto unit = ledger::parse_batch_unit(manifest, bodies, 1u << 20);
  if (const auto* parsed = std::get_if<ledger::Unit>(&unit)) {
    QL_CHECK(parsed->members.size() == bodies.size());
  } else {
    QL_CHECK(!std::get<ledger::Refusal>(unit).issues.empty());
  }
  return 0;
}
