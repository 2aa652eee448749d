// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/finality.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/cosignature.hpp"

namespace qinglu::ledger {
namespace {

/// Grammar of a note; a line that stands twice has a check of its own.
Outcome read_note(std::string_view text, crypto::Note& note) {
  auto parsed = crypto::parse_note(text);
  if (parsed) {
    note = *std::move(parsed);
    return std::nullopt;
  }
  const bool twice = parsed.error().code == Errc::conflict;
  return failure(twice ? Check::known_signatures : Check::note_syntax, parsed.error().detail);
}

}  // namespace

Outcome judge_votes(const crypto::Note& note, const ValidatorSet& set) {
  std::size_t held = 0;
  for (const Validator& member : set.members) {
    const crypto::NoteKey key = vote_note_key(member);
    const auto line = std::ranges::find_if(note.lines, [&](const auto& l) { return l.is_of(key); });
    if (line == note.lines.end()) continue;
    if (!crypto::verify_note_line(note.text, *line, key)) {
      return failure(Check::known_signatures, "the vote of " + member.id + " does not hold");
    }
    ++held;
  }
  if (held >= set.quorum()) return std::nullopt;
  return failure(Check::quorum, std::to_string(held) + " of " + std::to_string(set.quorum()) +
                                    " needed members voted");
}

Outcome check_final_block(std::string_view note_text, const Seal& seal, const Trust& trust,
                          FinalBlock& block) {
  crypto::Note note;
  if (Outcome bad = read_note(note_text, note)) return bad;
  auto text = crypto::parse_finality_text(note.text);
  if (!text) return failure(Check::note_syntax, text.error().detail);
  if (text->origin != trust.origin) return failure(Check::ledger, "a finality note of " + text->origin);
  // The seal's own word is enough to refuse it; that it is this ledger's the votes must show.
  if (seal.ledger != trust.ledger_id) {
    return failure(Check::ledger, "the block is of ledger " + to_sha256_id(seal.ledger) + ", trust is in " +
                                      to_sha256_id(trust.ledger_id));
  }
  if (!trust.validators || text->epoch != trust.epoch) {
    return failure(Check::policy_in_force, CheckClass::undecided,
                   "the block is of epoch " + std::to_string(text->epoch) + ", trust of epoch " +
                       std::to_string(trust.epoch));
  }
  if (Outcome bad = judge_votes(note, *trust.validators)) return bad;
  const bool same = block_hash(encode_seal(seal)) == text->block_hash && seal.epoch == text->epoch &&
                    seal.view == text->view && seal.state_root == text->state_root &&
                    seal.index() + 1 == text->size;
  if (!same) return failure(Check::seal_content, "the seal is not that of the block voted final");
  block = {*std::move(text), seal};
  return std::nullopt;
}

Outcome check_head(std::string_view note_text, const Trust& trust, crypto::Checkpoint& tree) {
  crypto::Note note;
  if (Outcome bad = read_note(note_text, note)) return bad;
  auto parsed = crypto::parse_checkpoint(note.text);
  if (!parsed) return failure(Check::checkpoint_body, parsed.error().detail);
  if (parsed->origin != trust.origin) {
    return failure(Check::ledger, "a checkpoint of log " + parsed->origin + ", trust is in " + trust.origin);
  }
  const auto policy = crypto::parse_policy(trust.policy);
  if (!policy) return failure(Check::policy_syntax, CheckClass::undecided, policy.error().detail);
  const crypto::PolicyVerdict verdict = crypto::judge(*policy, note);
  if (!verdict.failed.empty()) {
    return failure(verdict.failed == trust.origin ? Check::log_signature : Check::known_signatures,
                   "the signature of " + verdict.failed + " does not hold");
  }
  if (verdict.logs.empty()) {
    return failure(Check::log_signature, CheckClass::undecided, "no known log key signed");
  }
  if (!verdict.quorum) {
    return failure(Check::quorum,
                   std::to_string(verdict.witnesses.size()) + " known cosignatures are no quorum");
  }
  tree = *std::move(parsed);
  return std::nullopt;
}

}  // namespace qinglu::ledger
