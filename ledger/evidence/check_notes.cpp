// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "crypto/merkle.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {
namespace {

/// Position in v.notes of the note with this text, added if it is new.
std::size_t note_of(Verification& v, const std::string& text, std::string where) {
  const auto [at, added] = v.note_positions.emplace(text, v.notes.size());
  if (added) v.notes.push_back({std::move(where), text});
  return at->second;
}

/// Whether a note vouches for nothing but the floor, which is trusted without signatures.
bool is_floor(const Verification& v, const ReliedNote& note) {
  return v.trust.floor && !note.needs_quorum && note.tree.size == v.trust.floor->size &&
         note.tree.root == v.trust.floor->root;
}

/// The new policy judges sizes over its E, the one before it sizes below; at E either may.
std::vector<std::size_t> policies_for(const Verification& v, std::uint64_t size) {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < v.policies.size(); ++i) {
    const bool begun = size >= v.policies[i].from_size;
    const bool ended = i + 1 < v.policies.size() && size > v.policies[i + 1].from_size;
    if (begun && !ended) result.push_back(i);
  }
  return result;
}

/// How well a note does under a policy; more is better. One that knows no line of it is the worst judge.
int score(const crypto::PolicyVerdict& verdict) {
  return (verdict.accepted() ? 4 : 0) + (verdict.logs.empty() ? 0 : 2) +
         (verdict.failed.empty() ? 1 : 0);
}

void judge_note(const Verification& v, ReliedNote& note) {
  int best = -1;
  std::string failed;  // of either policy, a log key before all
  for (std::size_t i : policies_for(v, note.tree.size)) {
    crypto::PolicyVerdict verdict = crypto::judge(v.policies[i].policy, note.note);
    if (failed.empty() || verdict.failed == v.trust.origin) failed = verdict.failed;
    for (std::size_t log : verdict.logs) note.signers.push_back(v.policies[i].policy.logs[log]);
    for (const auto& cosigned : verdict.witnesses) {
      note.signers.push_back(v.policies[i].policy.witnesses[cosigned.witness].key);
      note.times.push_back(cosigned.time);
    }
    if (score(verdict) <= best) continue;
    best = score(verdict);
    note.policy = i;
    note.verdict = std::move(verdict);
  }
  note.verdict.failed = std::move(failed);
}

/// A key whose signature holds on both notes, of whichever of the policies that may judge their size.
std::string common_signer(const ReliedNote& a, const ReliedNote& b) {
  for (const crypto::NoteKey& key : a.signers) {
    if (std::ranges::find(b.signers, key) != b.signers.end()) return crypto::format_vkey(key);
  }
  return {};
}

}  // namespace

Outcome check_note_syntax(Verification& v) {
  v.notes.clear();
  v.note_positions.clear();
  v.notes[note_of(v, v.evidence.checkpoint, "/checkpoint")].needs_quorum = true;
  for (EntryWork& work : v.records) work.note = note_of(v, work.proof.checkpoint, work.where);
  for (EntryWork& work : v.batches) work.note = note_of(v, work.proof.checkpoint, work.where);
  // Where the older trees are the claim, a quorum stands behind them too.
  const bool claimed = v.evidence.claim.type == Claim::Type::consistency;
  for (const auto& older : v.evidence.consistency) {
    ReliedNote& note = v.notes[note_of(v, older.note, "/consistency")];
    note.needs_quorum = note.needs_quorum || claimed;
  }
  for (const auto& older : v.evidence.first_quorum) {
    v.notes[note_of(v, older.note, "/first_quorum")].needs_quorum = true;
  }
  for (ReliedNote& relied : v.notes) {
    auto note = crypto::parse_note(relied.text);
    if (!note) {
      const bool twice = note.error().code == Errc::conflict;
      return failure(twice ? Check::known_signatures : Check::note_syntax,
                     relied.where + ": " + note.error().detail);
    }
    relied.note = *std::move(note);
  }
  return std::nullopt;
}

Outcome check_checkpoint_bodies(Verification& v) {
  for (ReliedNote& relied : v.notes) {
    auto tree = crypto::parse_checkpoint(relied.note.text);
    if (!tree) return failure(Check::checkpoint_body, relied.where + ": " + tree.error().detail);
    relied.tree = *std::move(tree);
    if (relied.tree.origin != v.trust.origin) {
      return failure(Check::checkpoint_body, relied.where + ": of log " + relied.tree.origin);
    }
  }
  return std::nullopt;
}

Outcome check_log_signatures(Verification& v) {
  for (ReliedNote& relied : v.notes) {
    judge_note(v, relied);
    if (is_floor(v, relied)) continue;
    if (relied.verdict.failed == v.trust.origin) {
      return failure(Check::log_signature,
                     relied.where + ": the signature of a log key does not hold");
    }
    if (relied.verdict.logs.empty()) {
      return failure(Check::log_signature, CheckClass::undecided,
                     relied.where + ": no known log key signed");
    }
  }
  return std::nullopt;
}

Outcome check_known_signatures(Verification& v) {
  for (const ReliedNote& relied : v.notes) {
    if (is_floor(v, relied) || relied.verdict.failed.empty()) continue;
    return failure(Check::known_signatures,
                   relied.where + ": the signature of " + relied.verdict.failed + " does not hold");
  }
  return std::nullopt;
}

Outcome check_quorums(Verification& v) {
  for (const ReliedNote& relied : v.notes) {
    if (!relied.needs_quorum || relied.verdict.quorum) continue;
    return failure(Check::quorum, relied.where + ": " +
                                      std::to_string(relied.verdict.witnesses.size()) +
                                      " known cosignatures are no quorum");
  }
  if (v.own_policy) {
    const crypto::PolicyVerdict verdict = crypto::judge(*v.own_policy, v.notes[0].note);
    if (!verdict.failed.empty()) {
      return failure(Check::known_signatures,
                     "own policy: the signature of " + verdict.failed + " does not hold");
    }
    if (!verdict.accepted())
      return failure(Check::quorum, "/checkpoint: the reader's own policy is not met");
  }
  return std::nullopt;
}

Outcome check_times(Verification& v) {
  const auto seal = decode_seal(v.evidence.seal.entry);
  for (const ReliedNote& relied : v.notes) {
    if (relied.times.empty()) continue;
    const auto [first, last] = std::ranges::minmax(relied.times);
    if (last - first > kSpreadSeconds) {
      return failure(Check::times, relied.where + ": cosignatures lie " +
                                       std::to_string(last - first) + " s apart");
    }
    if (v.options.now &&
        (*v.options.now < 0 || last > static_cast<std::uint64_t>(*v.options.now))) {
      return failure(Check::times, relied.where + ": a cosignature is of a later time than now");
    }
    const bool head = &relied == &v.notes[0];
    if (head && seal &&
        first + kClockSkewSeconds < static_cast<std::uint64_t>(seal->time_ms) / 1000) {
      return failure(Check::times,
                     relied.where + ": a cosignature is of an earlier time than the seal");
    }
  }
  return std::nullopt;
}

Outcome check_forks(Verification& v) {
  std::map<std::uint64_t, std::map<Digest, std::vector<const ReliedNote*>>> by_size;
  for (const ReliedNote& other : v.notes) {
    auto& roots = by_size[other.tree.size];
    for (const auto& [root, notes] : roots) {
      if (root == other.tree.root) continue;
      for (const ReliedNote* one : notes) {
        if (const std::string signer = common_signer(*one, other); !signer.empty()) {
          return failure(Check::fork, one->where + " and " + other.where + " are two trees of size " +
                                          std::to_string(one->tree.size) + ", both signed by " + signer);
        }
      }
    }
    roots[other.tree.root].push_back(&other);
  }
  return std::nullopt;
}

Outcome check_same_head(Verification& v) {
  std::set<std::size_t> lead_to_head = {0};
  for (const auto& older : v.evidence.consistency) lead_to_head.insert(v.note_positions.find(older.note)->second);
  for (const auto* works : {&v.records, &v.batches}) {
    for (const EntryWork& work : *works) {
      if (lead_to_head.contains(work.note)) continue;
      return failure(Check::same_head, work.where + ": another head, and no path from it");
    }
  }
  return std::nullopt;
}

Outcome check_consistency(Verification& v) {
  for (const auto* list : {&v.evidence.consistency, &v.evidence.first_quorum}) {
    for (const auto& older : *list) {
      const crypto::Checkpoint& tree = v.note(older.note).tree;
      const auto ok = crypto::verify_consistency(tree.size, tree.root, v.head().size, v.head().root,
                                                 older.path);
      if (!ok) {
        return failure(Check::consistency,
                       "tree of size " + std::to_string(tree.size) + ": " + ok.error().detail);
      }
    }
  }
  return std::nullopt;
}

Outcome check_age(Verification& v) {
  if (!v.options.max_age) return std::nullopt;
  std::uint64_t newest = 0;
  for (const auto& cosigned : v.notes[0].verdict.witnesses)
    newest = std::max(newest, cosigned.time);
  const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(0, v.options.now.value_or(0)));
  if (now <= newest || now - newest <= *v.options.max_age) return std::nullopt;
  return failure(Check::age, "newest cosignature is " + std::to_string(now - newest) + " s old");
}

}  // namespace qinglu::ledger
