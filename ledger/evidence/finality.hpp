// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "crypto/checkpoint.hpp"
#include "crypto/note.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/evidence/checks.hpp"
#include "ledger/evidence/evidence_file.hpp"
#include "ledger/evidence/trust.hpp"

namespace qinglu::ledger {

/// Votes of a finality note: no known vote key fails, and q members of `set` voted.
Outcome judge_votes(const crypto::Note& note, const ValidatorSet& set);

/// A block that a quorum voted final: what the note says, and the seal whose hash it names.
struct FinalBlock {
  crypto::FinalityText text;
  Seal seal;
};

/// Whether `note` makes the block of `seal` final on the trusted ledger. The votes are those of the
/// trust file's own epoch; of a later one only an evidence file with its chain of sets can tell
/// (undecided).   Source: docs/formats/finality.md.
Outcome check_final_block(std::string_view note, const Seal& seal, const Trust& trust, FinalBlock& block);

/// Moves `trust` on to the newest set of a chain that begins with genesis, step by step; its floor is the
/// tree with which that epoch began. A floor that it has already must be that of its own epoch: the chain
/// must go through it. Whether a head grew out of the floor is the caller's to check.
/// Outcome: refuted: a step that does not hold, or another way than before; undecided: an older chain.
Outcome follow_sets(const std::vector<Evidence::PolicyStep>& chain, Trust& trust);

/// A head as a node serves it: of the trusted log, signed by it, cosigned by the quorum of `policy`.
Outcome check_head(std::string_view note, const Trust& trust, crypto::Checkpoint& tree);

}  // namespace qinglu::ledger
