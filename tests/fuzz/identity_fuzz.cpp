// SPDX-License-Identifier: Apache-2.0
// Identity files and receipts come from other institutions.
#include <cstdint>

#include "crypto/ed25519.hpp"
#include "ledger/codec/receipt.hpp"
#include "node/setup.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (crypto::start(), true);
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  if (started) node::decode_identity(bytes).ignore("only faults count");
  ledger::verify_receipt(bytes, PublicKey{}).ignore("only faults count");
  return 0;
}
