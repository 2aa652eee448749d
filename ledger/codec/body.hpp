// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::ledger {

/// A block's entries without its seal, as members send and keep them before the block is final:
/// `u32 count ‖ count × (u32 length ‖ entry)`.   Source: docs/formats/seal.md.
Bytes encode_body(std::span<const Bytes> entries);
/// Errors: malformed with the offset.
Result<std::vector<Bytes>> decode_body(BytesView body);

}  // namespace qinglu::ledger
