// SPDX-License-Identifier: Apache-2.0
// Oracle: an accepted seal is written back byte for byte.
#include <cstdint>

#include "crypto/base/check.hpp"
#include "ledger/codec/seal.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  const auto seal = ledger::decode_seal(bytes);
  if (seal) QL_CHECK(ledger::encode_seal(*seal) == bytes);
  return 0;
}
