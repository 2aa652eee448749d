// SPDX-License-Identifier: Apache-2.0
#include "crypto/keyfile.hpp"

namespace crypto = qinglu::crypto;

/// Reading the open part never crashes and costs no work; a file that asks for little work is also
/// opened, and only the seed's own text may succeed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (crypto::start(), true);
  QL_CHECK(started);
  const qinglu::BytesView input(reinterpret_cast<const char*>(data), size);
  const auto info = crypto::read_key_info(input);
  if (!info) return 0;
  QL_CHECK(!info->purpose.empty() && info->purpose.size() <= 20);
  if (info->cost.mem > 16'384 || info->cost.ops > 1) return 0;
  if (const auto key = crypto::open_key(input, "passphrase")) {
    QL_CHECK(key->public_key() == info->pub);
  }
  return 0;
}
