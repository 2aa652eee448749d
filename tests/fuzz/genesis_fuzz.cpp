// SPDX-License-Identifier: Apache-2.0
// Oracle: an accepted genesis document is written back byte for byte.
#include <cstdint>

#include "crypto/base/check.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/apply/block.hpp"
#include "ledger/codec/genesis.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (crypto::start(), true);
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  const auto genesis = ledger::decode_genesis(bytes);
  if (!started || !genesis) return 0;
  QL_CHECK(ledger::encode_genesis(*genesis) == bytes);
  ledger::load_genesis(*genesis).ignore("a rule pack may lack parameters");
  return 0;
}
