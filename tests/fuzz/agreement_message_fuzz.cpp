// SPDX-License-Identifier: Apache-2.0
// What another member sends, as anybody on the wire could make it up.
#include <cstdint>

#include "crypto/base/check.hpp"
#include "node/agreement/message.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  // One encoding: what is read is what would be written.
  if (const auto message = agreement::decode_message(bytes)) QL_CHECK(agreement::encode(*message) == bytes);
  return 0;
}
