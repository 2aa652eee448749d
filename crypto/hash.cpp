// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.hpp"

namespace qinglu::crypto {

Digest sha256(BytesView bytes) { return sha256({bytes}); }

Digest tagged_hash(HashTag tag, BytesView a, BytesView b) {
  const char first = static_cast<char>(tag);
  return sha256({BytesView(&first, 1), a, b});
}

}  // namespace qinglu::crypto
