// SPDX-License-Identifier: Apache-2.0
// The founders' file comes from the institution that coordinates.
#include <cstdint>

#include "crypto/ed25519.hpp"
#include "ledger/codec/genesis.hpp"
#include "node/founding.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (crypto::start(), true);
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  if (!started) return 0;
  const auto founders = node::decode_founders(bytes);
  if (!founders) return 0;
  // Nobody founds a ledger that names nobody.
  if (node::check_founders(ledger::Genesis{}, *founders)) __builtin_trap();
  return 0;
}
