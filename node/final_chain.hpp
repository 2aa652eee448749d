// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/base/result.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/kv/kv_store.hpp"
#include "node/agreement/certificate.hpp"
#include "node/agreement/message.hpp"

namespace qinglu::node {

// The final chain as the store holds it: blocks with records, whose entries lie in the log, and the
// empty blocks between them, which are rows of their own.   Source: agreement.md §2.2.

/// A block of the chain, by what names it.
struct BlockPlace {
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  Digest block_hash;
};

/// Whether the final chain leads from `head` down to the block `below` with nothing but final blocks
/// between, each the parent that the one above it names.
/// Errors: corrupt: a block on the way is missing or is another; those of the reader.
Result<bool> leads_down(const ledger::KvReader& reader, BlockPlace head, const BlockPlace& below);

/// The validator set of an epoch, from the state. Errors: corrupt; those of the reader.
Result<ledger::ValidatorSet> validators_of(const ledger::KvReader& reader, const ledger::Genesis& genesis,
                                           std::uint64_t epoch);

/// The finalization that covers a block: its own, or that of the next final block which has one.
struct CoveringFinality {
  agreement::Certificate finalization;
  ledger::ValidatorSet set;  ///< whose votes they are
  std::string note;        ///< on `<origin>/final`
  std::uint64_t size = 0;  ///< of the log that the note is about
};
/// nullopt: there is none.   Errors: corrupt, malformed; those of the reader.   The certificate's
/// signatures are not verified.
Result<std::optional<CoveringFinality>> finality_of(const ledger::KvReader& reader, const ledger::Genesis& genesis,
                                                    const BlockPlace& block);
/// The same for the block of a height; nullopt also: it is that of genesis, or above the tip.
Result<std::optional<CoveringFinality>> finality_at(const ledger::KvReader& reader, const ledger::Genesis& genesis,
                                                    std::uint64_t height);

/// A final block of the newest views in the form in which members hand it on; nullopt: not among them.
Result<std::optional<agreement::BlockMessage>> find_final_block(const ledger::KvReader& reader, const BlockPlace& tip,
                                                                const Digest& block_hash);
/// Final blocks of an epoch behind a view, as many as an answer holds.   Source: agreement.md §2.13.
Result<agreement::Range> final_range(const ledger::KvReader& reader, std::uint64_t epoch, std::uint64_t after_view);

}  // namespace qinglu::node
