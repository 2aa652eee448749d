// SPDX-License-Identifier: Apache-2.0
// Oracle: an accepted manifest is written back byte for byte, and each of its chunks has a size.
#include <cstdint>

#include "crypto/base/check.hpp"
#include "crypto/ed25519.hpp"
#include "node/snapshot_format.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (crypto::start(), true);
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  const auto manifest = node::decode_manifest(bytes);
  if (!started || !manifest) return 0;
  QL_CHECK(node::encode_manifest(*manifest) == bytes);
  for (std::size_t n = 0; n < manifest->chunk_count(); ++n) {
    const auto chunk = manifest->chunk(n);
    QL_CHECK(chunk.bytes > 0 && chunk.bytes <= node::kChunkBytes);
  }
  return 0;
}
