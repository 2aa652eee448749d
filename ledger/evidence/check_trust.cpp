// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/finality.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {
namespace {

/// Parses a policy whose logs are all of `origin`; its failure in a file of the reader's own is
/// nothing that the evidence did.
Outcome read_policy(std::string_view text, std::string_view origin, std::string_view where,
                    CheckClass cls, crypto::Policy& policy) {
  auto parsed = crypto::parse_policy(text);
  if (!parsed) {
    return failure(Check::policy_syntax, cls,
                   std::string(where) + ": " + parsed.error().detail + " at byte " +
                       std::to_string(parsed.error().offset.value_or(0)));
  }
  policy = *std::move(parsed);
  const auto of_origin = [&](const crypto::NoteKey& log) { return log.name == origin; };
  if (!std::ranges::all_of(policy.logs, of_origin)) {
    return failure(Check::policy_syntax, cls, std::string(where) + ": a log of another origin");
  }
  return std::nullopt;
}

/// Text of the checkpoint inside a note, neither of which is verified yet.
Result<crypto::Checkpoint> tree_in(std::string_view note_text) {
  const auto note = crypto::parse_note(note_text);
  if (!note) return note.error();
  return crypto::parse_checkpoint(note->text);
}

/// A floor is trusted as it is: the head must be that tree or grow out of it (the path itself is
/// checked with the others, E80).
Outcome check_floor(const Verification& v, const crypto::Checkpoint& head) {
  if (!v.trust.floor) return std::nullopt;
  const Trust::Floor& floor = *v.trust.floor;
  if (head.size < floor.size)
    return failure(Check::policy_in_force, "the head is below the trusted floor");
  if (head.size == floor.size) {
    if (head.root == floor.root) return std::nullopt;
    return failure(Check::policy_in_force, "the head differs from the trusted floor");
  }
  const bool shown = std::ranges::any_of(v.evidence.consistency, [&](const auto& older) {
    const auto tree = tree_in(older.note);
    return tree && tree->size == floor.size && tree->root == floor.root;
  });
  if (shown) return std::nullopt;
  return failure(Check::policy_in_force, CheckClass::undecided,
                 "no path from the trusted floor of size " + std::to_string(floor.size));
}

/// One step from `set` (epoch e) to the next; on success `set` and `tree` are those of the step.
class StepCheck {
 public:
  StepCheck(const Digest& ledger_id, const std::string& origin, const Evidence::PolicyStep& step, std::string where)
      : ledger_id_(ledger_id), origin_(origin), step_(step), where_(std::move(where)) {}

  Outcome run(ValidatorSet& set, crypto::FinalityText& text) {
    const auto note = crypto::parse_note(step_.note);
    if (!note) return refuse("note: " + note.error().detail);
    auto parsed = crypto::parse_finality_text(note->text);
    if (!parsed) return refuse("note: " + parsed.error().detail);
    if (parsed->origin != origin_) return refuse("note of another origin");
    if (parsed->epoch != set.epoch) return refuse("a step is left out, or stands twice");
    if (parsed->size <= text.size) return refuse("the size does not grow");
    if (Outcome bad = judge_votes(*note, set)) return refuse(bad->detail);
    text = *std::move(parsed);
    if (Outcome bad = check_seal(text)) return bad;
    return next_set(text, set);
  }

 private:
  Failure refuse(const std::string& why) const {
    return failure(Check::policy_chain, where_ + ": " + why);
  }

  Outcome check_seal(const crypto::FinalityText& text) const {
    Seal seal;
    const crypto::Checkpoint tree{text.origin, text.size, text.root};
    if (Outcome bad = check_one_seal(ledger_id_, step_.seal_entry, text.size - 1,
                                     step_.seal_path, tree, seal)) {
      return refuse(bad->detail);
    }
    if (seal.epoch != text.epoch || !seal.epoch_end)
      return refuse("the seal does not end the epoch");
    if (seal.view != text.view || block_hash(step_.seal_entry) != text.block_hash || seal.state_root != text.state_root ||
        seal.next_valset_hash != text.next_valset_hash) {
      return refuse("seal and note differ");
    }
    return std::nullopt;
  }

  Outcome next_set(const crypto::FinalityText& text, ValidatorSet& set) const {
    const auto document = parse_canonical(step_.set);
    if (!document) return refuse("set: " + document.error().detail);
    auto next = parse_validator_set(*document, origin_);
    if (!next) return refuse(next.error().detail);
    if (next->epoch != set.epoch + 1) return refuse("the set is not of the next epoch");
    if (valset_hash(step_.set) != text.next_valset_hash)
      return refuse("the set is not the one voted");
    if (policy_text(*next, origin_) != step_.policy) {
      return refuse("the policy is not that of the set");
    }
    set = *std::move(next);
    return std::nullopt;
  }

  const Digest& ledger_id_;
  const std::string& origin_;
  const Evidence::PolicyStep& step_;
  std::string where_;
};

}  // namespace

Outcome check_form_of_file(Verification& v) {
  if (Outcome bad = decode_evidence(v.file, v.evidence)) return bad;
  const auto read = [](const Bytes& entry, const std::string& proof_text, std::string where,
                       std::vector<EntryWork>& works) -> Outcome {
    auto proof = crypto::parse_tlog_proof(proof_text);
    if (!proof) return failure(Check::encoding, where + "/tlog_proof: " + proof.error().detail);
    works.push_back({&entry, std::move(where), *std::move(proof)});
    return std::nullopt;
  };
  for (const auto& record : v.evidence.records) {
    std::string where = "/records/" + std::to_string(v.records.size());
    if (Outcome bad = read(record.entry, record.tlog_proof, std::move(where), v.records))
      return bad;
  }
  for (const auto& batch : v.evidence.batches) {
    std::string where = "/batches/" + std::to_string(v.batches.size());
    if (Outcome bad = read(batch.entry, batch.tlog_proof, std::move(where), v.batches)) return bad;
  }
  return std::nullopt;
}

Outcome check_trust(Verification& v) {
  if (v.trust_bytes.empty()) return failure(Check::trust, "no trust file is given");
  auto trust = decode_trust(v.trust_bytes);
  if (!trust) return failure(Check::trust, trust.error().detail);
  v.trust = *std::move(trust);
  if (!v.evidence.policy_chain.empty() && !v.trust.validators) {
    return failure(Check::trust,
                   "the trust file has no validators, so later sets cannot be judged");
  }
  return std::nullopt;
}

Outcome check_ledger(Verification& v) {
  if (v.evidence.ledger_id != v.trust.ledger_id) {
    return failure(Check::ledger, "evidence is of ledger " + to_sha256_id(v.evidence.ledger_id) +
                                      ", trust is in " + to_sha256_id(v.trust.ledger_id));
  }
  if (v.evidence.origin != v.trust.origin) {
    return failure(Check::ledger,
                   "evidence is of log " + v.evidence.origin + ", trust is in " + v.trust.origin);
  }
  return std::nullopt;
}

Outcome check_policy_syntax(Verification& v) {
  const std::string& origin = v.trust.origin;
  // The first set of all is in force from the size that genesis and its seal make.
  v.policies.push_back({v.trust.epoch, 0, {}, v.trust.validators});
  if (Outcome bad = read_policy(v.trust.policy, origin, "trust file", CheckClass::undecided,
                                v.policies.back().policy)) {
    return bad;
  }
  if (v.options.policy) {
    v.own_policy.emplace();
    if (Outcome bad = read_policy(*v.options.policy, origin, "own policy", CheckClass::undecided,
                                  *v.own_policy)) {
      return bad;
    }
  }
  for (const auto& step : v.evidence.policy_chain) {
    const std::string where = "/policy_chain/" + std::to_string(v.policies.size() - 1);
    v.policies.push_back({v.policies.back().epoch + 1, 0, {}});
    if (Outcome bad = read_policy(step.policy, origin, where, CheckClass::refuted,
                                  v.policies.back().policy)) {
      return bad;
    }
  }
  return std::nullopt;
}

Outcome check_policy_chain(Verification& v) {
  const auto& chain = v.evidence.policy_chain;
  if (chain.empty()) return std::nullopt;
  ValidatorSet set = *v.trust.validators;
  std::vector<crypto::FinalityText> ends;
  crypto::FinalityText text;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    StepCheck step(v.evidence.ledger_id, v.evidence.origin, chain[i], "/policy_chain/" + std::to_string(i));
    if (Outcome bad = step.run(set, text)) return bad;
    v.policies[i + 1].from_size = text.size;
    v.policies[i + 1].set = set;
    ends.push_back(text);
  }
  // Consistency ties every step's tree to the head, so that no later quorum rewrites what is older.
  const auto head = tree_in(v.evidence.checkpoint);
  if (!head) return failure(Check::note_syntax, "/checkpoint: " + head.error().detail);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const bool last = i + 1 == ends.size();
    const std::uint64_t size = last ? head->size : ends[i + 1].size;
    const Digest& root = last ? head->root : ends[i + 1].root;
    if (!crypto::verify_consistency(ends[i].size, ends[i].root, size, root, chain[i].consistency)) {
      return failure(Check::policy_chain,
                     "/policy_chain/" + std::to_string(i) + ": not a prefix of the next tree");
    }
  }
  return std::nullopt;
}

Outcome follow_sets(const std::vector<Evidence::PolicyStep>& chain, Trust& trust) {
  if (!trust.validators) return failure(Check::trust, "the trust file has no validators, so later sets cannot be judged");
  ValidatorSet set = *trust.validators;
  crypto::FinalityText text;  // of the step before; size 0: there is none
  if (trust.floor) {
    text.size = trust.floor->size;
    text.root = trust.floor->root;
  }
  const std::vector<Digest>* path = nullptr;  // from the step before to the next
  std::uint64_t reached = 0;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const std::string where = "/policy_chain/" + std::to_string(i);
    const auto note = crypto::parse_note(chain[i].note);
    const auto ended = note ? crypto::parse_finality_text(note->text) : Result<crypto::FinalityText>(note.error());
    if (!ended) return failure(Check::policy_chain, where + ": note: " + ended.error().detail);
    reached = ended->epoch + 1;
    if (reached == trust.epoch && trust.floor && (ended->size != text.size || ended->root != text.root)) {
      return failure(Check::policy_chain, where + ": epoch " + std::to_string(trust.epoch) + " began with another tree when it was followed before");
    }
    if (reached > trust.epoch) {
      const crypto::FinalityText before = text;
      StepCheck step(trust.ledger_id, trust.origin, chain[i], where);
      if (Outcome bad = step.run(set, text)) return bad;
      const bool grown = before.size == 0 || (path && crypto::verify_consistency(before.size, before.root, text.size, text.root, *path));
      if (!grown) return failure(Check::policy_chain, where + ": its tree did not grow out of the one before");
    }
    path = &chain[i].consistency;
  }
  if (trust.floor && reached < trust.epoch) {
    return failure(Check::policy_chain, CheckClass::undecided,
                   "the chain ends with epoch " + std::to_string(reached) + ", and epoch " + std::to_string(trust.epoch) + " was followed before");
  }
  if (set.epoch == trust.epoch) return std::nullopt;
  trust.epoch = set.epoch;
  trust.policy = policy_text(set, trust.origin);
  trust.validators = std::move(set);
  trust.floor = Trust::Floor{text.size, text.root};
  return std::nullopt;
}

Outcome check_policy_in_force(Verification& v) {
  const auto seal = decode_seal(v.evidence.seal.entry);
  // A seal that cannot be read fails by its own name (E32).
  if (!seal) return std::nullopt;
  const std::uint64_t epoch = v.policies.back().epoch;
  const bool in_force = seal->epoch == epoch || (seal->epoch + 1 == epoch && seal->epoch_end);
  if (!in_force) {
    return failure(Check::policy_in_force,
                   seal->epoch > epoch ? CheckClass::undecided : CheckClass::refuted,
                   "the head is of epoch " + std::to_string(seal->epoch) + ", the last policy of " +
                       std::to_string(epoch));
  }
  const auto head = tree_in(v.evidence.checkpoint);
  return head ? check_floor(v, *head) : std::nullopt;
}

}  // namespace qinglu::ledger
