// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/result.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/model/value.hpp"
#include "node/config.hpp"
#include "node/node.hpp"
#include "node/setup.hpp"

namespace qinglu::node {

// The operators' side of validator.change: its data, made of identities and proven by their owners.
// Source: domain.md 6.3; agreement.md §2.10.

/// `data` of a validator.change from the set in force: institutions that join, or come back with other
/// keys or another address under the same member id; member ids that leave.
/// Errors: usage: who leaves is no member, or nothing changes; malformed: the set would be none.
Result<ledger::Value> compose_change(const ledger::ValidatorSet& present, std::string_view origin,
                                     const std::vector<Identity>& join, const std::vector<std::string>& leave,
                                     std::uint64_t from_height);

/// Adds to the data the proofs of one member's keys that the set in force does not hold.
/// Errors: usage: the set does not name the member with these keys; malformed.
Result<ledger::Value> prove_change(ledger::Value data, const ledger::ValidatorSet& present, std::string_view origin,
                                   const Digest& ledger_id, const std::string& member, const NodeKeys& keys);

/// Makes an institution's next vote, cosign, log and intake keys beside the present ones, and the
/// identity that brings them into a set. They take the present ones' place when that set does.
/// Errors: conflict: next keys exist already; those of crypto::load_key_file(); io.
Result<Identity> rotate_keys(const Config& config, BytesView passphrase, crypto::KeyCost cost);

/// The next keys have come into force: they take the place of the former ones, which are destroyed, so
/// that they can never make another history (agreement.md §2.10).   Errors: io.
Result<void> adopt_next_keys(const Config& config);

}  // namespace qinglu::node
