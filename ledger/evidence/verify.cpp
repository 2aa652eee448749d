// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/verify.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {
namespace {

/// One function answers the checks `first` to `last`, in this order.
struct Step {
  Check first;
  Check last;
  Outcome (*run)(Verification&);
};

constexpr Step one(Check check, Outcome (*run)(Verification&)) { return {check, check, run}; }

constexpr Step kSteps[] = {
    {Check::file, Check::encoding, check_form_of_file},
    one(Check::trust, check_trust),
    one(Check::ledger, check_ledger),
    one(Check::policy_syntax, check_policy_syntax),
    one(Check::policy_chain, check_policy_chain),
    one(Check::policy_in_force, check_policy_in_force),
    one(Check::note_syntax, check_note_syntax),
    one(Check::checkpoint_body, check_checkpoint_bodies),
    one(Check::log_signature, check_log_signatures),
    one(Check::known_signatures, check_known_signatures),
    one(Check::quorum, check_quorums),
    one(Check::times, check_times),
    one(Check::fork, check_forks),
    one(Check::seal_position, check_seal_positions),
    one(Check::seal_inclusion, check_seal_inclusion),
    one(Check::seal_content, check_seal_content),
    one(Check::proof_shape, check_proof_shapes),
    one(Check::state_root, check_state_roots),
    one(Check::state_value, check_state_values),
    one(Check::record_inclusion, check_record_inclusion),
    one(Check::seal_of_record, check_seals_of_records),
    one(Check::record_canonical, check_canonical_entries),
    one(Check::batch_form, check_entry_forms),
    one(Check::batch_inclusion, check_batch_inclusion),
    one(Check::batch_position, check_batch_positions),
    one(Check::batch_path, check_batch_paths),
    one(Check::batch_signature, check_batch_signatures),
    one(Check::record_signature, check_record_signatures),
    one(Check::signers, check_authority),
    one(Check::same_head, check_same_head),
    one(Check::claim, check_claim),
    one(Check::consistency, check_consistency),
    one(Check::issuer, check_issuer),
    one(Check::compromised_key, check_compromised_keys),
    one(Check::age, check_age),
};

std::vector<Report::Cosigner> cosigners_of(const Verification& v, const ReliedNote& note) {
  std::vector<Report::Cosigner> result;
  const crypto::Policy& policy = v.policies[note.policy].policy;
  for (const auto& cosigned : note.verdict.witnesses) {
    result.push_back({policy.witnesses[cosigned.witness].key.name, cosigned.time});
  }
  return result;
}

/// Element ⌊m/2⌋ of the ascending times. Requires: at least one.
std::uint64_t median_time(const std::vector<Report::Cosigner>& cosigners) {
  std::vector<std::uint64_t> times;
  for (const auto& cosigner : cosigners) times.push_back(cosigner.time);
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// From the previous seal's time to the median of the first quorum over the record; nothing where
/// the file lacks one of the two.
void find_interval(const Verification& v, const Seal& seal, Report::Facts& facts) {
  const auto previous = std::ranges::find_if(
      v.seals, [&](const Seal& s) { return s.index() + 1 == seal.log_size_before; });
  const ReliedNote* first = nullptr;
  for (const auto& older : v.evidence.first_quorum) {
    const auto note = std::ranges::find(v.notes, older.note, &ReliedNote::text);
    if (note->tree.size > facts.index && (!first || note->tree.size < first->tree.size))
      first = &*note;
  }
  if (!first) return;
  facts.first_quorum = cosigners_of(v, *first);
  if (previous == v.seals.end()) return;
  facts.recorded_at = {previous->time_ms / 1000,
                       static_cast<std::int64_t>(median_time(facts.first_quorum))};
}

Report::Facts facts_of(const Verification& v) {
  const std::size_t claimed = v.evidence.record_ref;
  const EntryWork& record = v.records[claimed];
  const EntryWork& signed_entry = v.signed_entry(claimed);
  const Value& body = record.entry->body();
  const Seal& seal = v.seal(v.evidence.records[claimed].seal_ref);

  Report::Facts facts;
  facts.origin = v.evidence.origin;
  facts.ledger_id = v.evidence.ledger_id;
  facts.size = v.head().size;
  facts.root = v.head().root;
  facts.head_height = v.head_seal.height;
  facts.cosigners = cosigners_of(v, v.notes[0]);
  facts.record_id = record_id_of(record.entry->body_bytes);
  facts.index = record.proof.index;
  facts.type = record.type->name;
  facts.title_zh = record.type->zh;
  facts.title_en = record.type->en;
  facts.submitter = body.text_of("submitter");
  facts.height = seal.height;
  facts.block_time_ms = seal.time_ms;
  facts.body = body;
  const ProvenRows rows(v.rows, signed_entry.proof.index);
  for (const SignedBy& by : signed_by(*signed_entry.entry)) {
    Report::Signer signer{by.first, by.second, {}, std::nullopt};
    // The new key of a key record has no row before it: its own record shows it.
    std::string_view pub =
        new_key_signature(*record.type, body) == by ? body.find("data")->text_of("pub") : "";
    if (const auto row = rows.find(key_row(by.first, by.second))) {
      pub = row->text_of("pub");
      if (const Value* from = row->find("compromised_from"))
        signer.compromised_from = from->integer();
    }
    signer.pub = fixed_from_hex<PublicKey>(pub).value_or(PublicKey{});
    facts.signers.push_back(std::move(signer));
  }
  if (record.entry->form == EntryForm::member) {
    facts.batch = {record.entry->n,
                   static_cast<std::uint64_t>(signed_entry.entry->body().integer_of("count")),
                   record.entry->batch};
  }
  find_interval(v, seal, facts);
  return facts;
}

}  // namespace

Report verify(BytesView file, BytesView trust, const VerifyOptions& options) {
  QL_CHECK(!options.max_age || options.now);
  Verification v{file, trust, options};
  Report report;
  report.file_hash = crypto::sha256(file);
  if (!trust.empty()) report.trust_hash = crypto::sha256(trust);
  for (const Step& step : kSteps) {
    Outcome bad = step.run(v);
    // A check that shows that an earlier one passed too soon takes that answer back.
    if (bad)
      std::erase_if(report.asked, [&](const auto& asked) { return asked.check == bad->check; });
    const auto end = static_cast<std::size_t>(step.last);
    for (auto i = static_cast<std::size_t>(step.first); i <= end; ++i) {
      const Check check = static_cast<Check>(i);
      if (bad && (bad->check == check || i == end)) {
        report.asked.push_back({bad->check, bad});
        break;
      }
      report.asked.push_back({check, std::nullopt});
    }
    if (bad && bad->cls != CheckClass::warning) return report;
  }
  report.facts = facts_of(v);
  return report;
}

}  // namespace qinglu::ledger
