// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/verify.hpp"

#include <algorithm>
#include <map>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/explain.hpp"
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
    one(Check::claimed_absent, check_claimed_absent),
    one(Check::claimed_present, check_claimed_present),
    one(Check::alias_set, check_alias_set),
    one(Check::list_count, check_list_counts),
    one(Check::list_root, check_list_roots),
    one(Check::list_order, check_list_order),
    one(Check::listed_record, check_listed_records),
    one(Check::list_part, check_list_parts),
    one(Check::disclosure, check_disclosures),
    one(Check::erased, check_erased),
    one(Check::consistency, check_consistency),
    one(Check::timestamp, check_timestamps),
    one(Check::attachment, check_attachments),
    one(Check::issuer, check_issuer),
    one(Check::compromised_key, check_compromised_keys),
    one(Check::age, check_age),
};

std::vector<Report::Cosigner> cosigners_of(const Verification& v, const ReliedNote& note) {
  std::vector<Report::Cosigner> result;
  const crypto::Policy& policy = v.policies[note.policy].policy;
  const std::optional<ValidatorSet>& set = v.policies[note.policy].set;
  for (const auto& cosigned : note.verdict.witnesses) {
    Report::Cosigner cosigner{policy.witnesses[cosigned.witness].key.name, cosigned.time};
    if (set) {
      const auto member = std::ranges::find(set->members, cosigner.name, &Validator::id);
      if (member != set->members.end()) cosigner.party = member->party;
    }
    result.push_back(std::move(cosigner));
  }
  return result;
}

/// Cosigners that a policy asks for: the threshold of the group that is its quorum.
std::size_t threshold_of(const crypto::Policy& policy) {
  const auto group = std::ranges::find(policy.groups, policy.quorum, &crypto::Policy::Group::name);
  return group == policy.groups.end() ? 1 : group->threshold;
}

/// Element ⌊m/2⌋ of the ascending times. Requires: at least one.
std::uint64_t median_time(const std::vector<Report::Cosigner>& cosigners) {
  std::vector<std::uint64_t> times;
  for (const auto& cosigner : cosigners) times.push_back(cosigner.time);
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// What the file shows of each size: the seal that ends it, the first of its quorums.
struct Moments {
  std::map<std::uint64_t, const Seal*> seals;
  std::map<std::uint64_t, const ReliedNote*> quorums;

  explicit Moments(const Verification& v) {
    for (const Seal& seal : v.seals) seals.emplace(seal.index() + 1, &seal);
    for (const auto& older : v.evidence.first_quorum) {
      const ReliedNote& note = v.note(older.note);
      quorums.emplace(note.tree.size, &note);
    }
  }
};

/// From the previous seal's time to the median of the first quorum over the record; nothing where
/// the file lacks one of the two.
void find_interval(const Verification& v, const Moments& moments, const Seal& seal, Report::Record& record) {
  const auto previous = moments.seals.find(seal.log_size_before);
  const auto first = moments.quorums.upper_bound(record.index);
  if (first == moments.quorums.end()) return;
  record.first_quorum = cosigners_of(v, *first->second);
  if (previous == moments.seals.end()) return;
  record.recorded_at = {previous->second->time_ms / 1000,
                        static_cast<std::int64_t>(median_time(record.first_quorum))};
}

Report::Record record_of(const Verification& v, const Moments& moments, std::size_t position) {
  const EntryWork& work = v.records[position];
  const EntryWork& signed_entry = v.signed_entry(position);
  const Value& body = work.entry->body();
  const Seal& seal = v.seal(v.evidence.records[position].seal_ref);

  Report::Record record;
  record.id = record_id_of(work.entry->body_bytes);
  record.index = work.proof.index;
  record.type = work.type->name;
  record.title_zh = work.type->zh;
  record.title_en = work.type->en;
  record.submitter = body.text_of("submitter");
  record.height = seal.height;
  record.block_time_ms = seal.time_ms;
  record.body = body;
  const ProvenRows rows(v.rows, signed_entry.proof.index);
  for (const SignedBy& by : signed_by(*signed_entry.entry)) {
    Report::Signer signer{by.first, by.second, {}, std::nullopt};
    // The new key of a key record has no row before it: its own record shows it.
    std::string_view pub =
        new_key_signature(*work.type, body) == by ? body.find("data")->text_of("pub") : "";
    if (const auto row = rows.find(key_row(by.first, by.second))) {
      pub = row->text_of("pub");
      if (const Value* from = row->find("compromised_from"))
        signer.compromised_from = from->integer();
    }
    signer.pub = fixed_from_hex<PublicKey>(pub).value_or(PublicKey{});
    record.signers.push_back(std::move(signer));
  }
  if (work.entry->form == EntryForm::member) {
    record.batch = {work.entry->n,
                    static_cast<std::uint64_t>(signed_entry.entry->body().integer_of("count")),
                    work.entry->batch};
  }
  for (const auto& shown : v.evidence.disclosures) {
    if (shown.record_ref == position) record.disclosed.push_back({shown.name, *parse_canonical_value(shown.value)});
  }
  for (const auto& field : v.evidence.erased) {
    if (field.record_ref != position) continue;
    const EntryWork& notice = v.records[field.notice_ref];
    record.erased.push_back({field.name, record_id_of(notice.entry->body_bytes), notice.proof.index,
                             std::string(notice.entry->body().text_of("submitter")),
                             std::string(notice.entry->body().find("data")->text_of("date"))});
  }
  find_interval(v, moments, seal, record);
  return record;
}

Report::Moment moment_of(const Seal& seal) { return {seal.index() + 1, seal.height, seal.time_ms}; }

Report::Facts facts_of(const Verification& v) {
  const Claim& claim = v.evidence.claim;
  Report::Facts facts;
  facts.origin = v.evidence.origin;
  facts.ledger_id = v.evidence.ledger_id;
  facts.size = v.head().size;
  facts.root = v.head().root;
  facts.head_height = v.head_seal.height;
  facts.cosigners = cosigners_of(v, v.notes[0]);
  const crypto::Policy& policy = v.policies[v.notes[0].policy].policy;
  facts.quorum = threshold_of(policy);
  facts.institutions = policy.witnesses.size();

  facts.claim = claim.type;
  facts.as_of = moment_of(v.head_seal);
  for (const Seal& seal : v.seals) {
    if (seal.index() + 1 == claim.as_of_size) facts.as_of = moment_of(seal);
  }
  const Moments moments(v);
  std::vector<std::optional<std::size_t>> shown(v.records.size());
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    if (!v.evidence.records[i].claimed) continue;
    shown[i] = facts.records.size();
    facts.records.push_back(record_of(v, moments, i));
  }
  if (claim.subject) {
    facts.subject = claim.subject;
    facts.aliases = alias_set(v);
    std::erase(facts.aliases, claim.subject->id);
  }
  if (claim.from_seal_ref) facts.since = moment_of(v.seals[*claim.from_seal_ref]);
  for (const Evidence::List& list : v.evidence.history) {
    Report::List told{list.id, static_cast<Category>(list.category), list.from_seq + list.leaves.size(), list.from_seq, {}};
    for (const SubjectLeaf& leaf : list.leaves) told.lines.push_back({leaf.index, leaf.flags, std::nullopt});
    for (const auto& each : list.records) told.lines[each.seq - list.from_seq].record = shown[each.record_ref];
    facts.lists.push_back(std::move(told));
  }
  if (claim.row) {
    const auto& value = claimed_row(v, *claim.row)->value;
    facts.row = {*claim.row, value ? std::optional(*value) : std::nullopt};
  }
  if (claim.type == Claim::Type::consistency) {
    for (const auto& older : v.evidence.consistency) {
      const ReliedNote& note = v.note(older.note);
      facts.older.push_back({note.tree.size, note.tree.root, cosigners_of(v, note)});
    }
  }
  for (const crypto::TimestampToken& token : v.timestamps) {
    const bool readable = !first_forbidden_code_point(token.tsa);
    facts.timestamps.push_back({token.time_ms, token.accuracy_us, token.policy, readable ? token.tsa : std::string(), token.imprint,
                                token.signature_checked});
  }
  for (std::size_t i = 0; i < v.evidence.attachments.size(); ++i) {
    const auto& file = v.evidence.attachments[i];
    const bool given = std::ranges::any_of(v.options.files, [&](const GivenFile& each) { return each.name == file.name; });
    const Digest by = record_id_of(v.records[v.attachment_records[i]].entry->body_bytes);
    facts.attachments.push_back({file.name, file.media, file.sha256, file.size, by, given});
  }
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
  if (options.steps) report.steps = explain(v);
  report.facts = facts_of(v);
  return report;
}

}  // namespace qinglu::ledger
