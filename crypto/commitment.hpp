// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::crypto {

/// The private section of a record: one slot per private field of its type, one root in the open
/// body.   Source: evidence.md §5.

using RecordSecret = FixedBytes<32, struct RecordSecretTag>;  ///< rk: made by the submitter
using Salt = FixedBytes<32, struct FieldSaltTag>;

/// BLAKE2b-256 keyed with rk over "qinglu/salt/1\0" ‖ name. A verifier gets salts, never rk.
Salt field_salt(const RecordSecret& secret, std::string_view name);

/// SHA-256(0x05 ‖ u16 len name ‖ name ‖ salt ‖ u32 len value ‖ value); `value` is the canonical
/// JSON of the field. Requires: name.size() < 2^16, value.size() < 2^32.
Digest field_commitment(std::string_view name, const Salt& salt, BytesView value);

/// A section has 8, 16 or 32 slots.
bool is_private_width(std::size_t width);

/// Root over the slots in order; an unused slot holds 32 random bytes in place of a commitment.
/// Requires: is_private_width(slots.size()).
Digest private_root(std::span<const Digest> slots);
/// Path of a slot, sibling first: log2(width) hashes. Requires: as above, slot < slots.size().
std::vector<Digest> private_path(std::span<const Digest> slots, std::size_t slot);

/// Errors: malformed: width, slot, length of the path, or the root differs (check E70).
Result<void> verify_private_slot(std::size_t slot, std::size_t width, const Digest& commitment,
                                 std::span<const Digest> path, const Digest& root);

}  // namespace qinglu::crypto
