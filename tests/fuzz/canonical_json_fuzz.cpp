// SPDX-License-Identifier: Apache-2.0
// Oracles: what is accepted is its own canonical form, and an outside parser reads the same document.
#include <nlohmann/json.hpp>

#include <cstdint>

#include "crypto/base/check.hpp"
#include "ledger/codec/canonical_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qinglu::BytesView text(reinterpret_cast<const char*>(data), size);
  const auto value = qinglu::ledger::parse_canonical(text);
  if (!value) return 0;
  QL_CHECK(qinglu::ledger::to_canonical(*value) == text);
  const auto outside = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  QL_CHECK(!outside.is_discarded());
  QL_CHECK(outside.dump() == text);
  return 0;
}
