// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::crypto {

/// 32 bytes that open what they sealed.
using SealKey = FixedBytes<32, struct SealKeyTag>;

/// `nonce (24) ‖ XChaCha20-Poly1305 of text`, bound to `about`; the nonce is random.
Bytes seal(const SealKey& key, BytesView about, BytesView text);
/// Errors: corrupt: other bytes, another key, or about something else.
Result<Bytes> open_sealed(const SealKey& key, BytesView about, BytesView sealed);

}  // namespace qinglu::crypto
