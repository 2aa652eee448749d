// SPDX-License-Identifier: Apache-2.0
#include "tests/evidence/sample_ledger.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"

namespace qinglu::test {

using namespace ledger;

const std::string SampleLedger::kOffice = "org:11500000QL0001041M";
const std::string SampleLedger::kAgency = "org:91500000QL0001033J";
const std::string SampleLedger::kCompany = "org:11500000QL00010175";

namespace {

constexpr int kVote = 0x10, kCosign = 0x20, kLog = 0x30, kIntake = 0x50;

/// Consistency path by the recursive definition of RFC 9162 §2.1.4.1.
std::vector<Digest> subproof(std::size_t m, std::span<const Digest> leaves, bool whole) {
  if (m == leaves.size()) {
    return whole ? std::vector<Digest>{} : std::vector<Digest>{crypto::log_root(leaves)};
  }
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  const bool left = m <= k;
  std::vector<Digest> path =
      left ? subproof(m, leaves.first(k), whole) : subproof(m - k, leaves.subspan(k), false);
  path.push_back(crypto::log_root(left ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

struct Leaf {
  Digest path;
  Digest value_hash;
};

std::vector<Leaf> half_of(const std::vector<Leaf>& leaves, unsigned depth, bool bit) {
  std::vector<Leaf> half;
  for (const Leaf& leaf : leaves) {
    if (crypto::path_bit(leaf.path, depth) == bit) half.push_back(leaf);
  }
  return half;
}

/// Root of a state by its definition (evidence.md §3.4).
Digest state_root(const std::vector<Leaf>& leaves, unsigned depth = 0) {
  if (leaves.empty()) return crypto::kEmptySubtree;
  if (leaves.size() == 1) return crypto::state_leaf_hash(leaves[0].path, leaves[0].value_hash);
  return crypto::state_node_hash(state_root(half_of(leaves, depth, false), depth + 1),
                                 state_root(half_of(leaves, depth, true), depth + 1));
}

crypto::TrieProof prove(std::vector<Leaf> leaves, const Digest& path) {
  crypto::TrieProof proof;
  while (leaves.size() > 1) {
    const bool bit = crypto::path_bit(path, proof.depth);
    const Digest sibling = state_root(half_of(leaves, proof.depth, !bit), proof.depth + 1);
    if (proof.depth % 8 == 0) proof.mask.push_back('\0');
    if (sibling != crypto::kEmptySubtree) {
      proof.mask.back() = static_cast<char>(proof.mask.back() | (0x80 >> (proof.depth % 8)));
      proof.siblings.push_back(sibling);
    }
    leaves = half_of(leaves, proof.depth, bit);
    ++proof.depth;
  }
  if (!leaves.empty()) proof.terminal = {leaves[0].path, leaves[0].value_hash};
  return proof;
}

std::vector<Leaf> leaves_of(const std::map<RowKey, Bytes>& rows) {
  std::vector<Leaf> leaves;
  for (const auto& [key, value] : rows) {
    leaves.push_back(
        {crypto::state_path(static_cast<char>(key.ns), key.key), crypto::state_value_hash(value)});
  }
  return leaves;
}

Value from_index(std::int64_t index) { return Value::Members{{"from_index", index}}; }

Value text_list(const std::vector<std::string>& texts) {
  Value::Items items;
  for (const std::string& text : texts) items.emplace_back(text);
  return items;
}

/// Shows every row of a map, for signer_rows().
class MapRows final : public RowReader {
 public:
  explicit MapRows(const std::map<RowKey, Bytes>& rows) : rows_(rows) {}
  std::shared_ptr<const Value> find(const RowKey& row) const override {
    const auto at = rows_.find(row);
    return at == rows_.end() ? nullptr
                             : std::make_shared<const Value>(*parse_canonical(at->second));
  }
  std::shared_ptr<const FoundRecord> find_record(const Digest&) const override { return nullptr; }
  Result<void> status() const override { return {}; }

 private:
  const std::map<RowKey, Bytes>& rows_;
};

}  // namespace

crypto::SigningKey SampleLedger::key_of(const std::string& party) {
  const int seed = party == kOffice ? 0x60 : party == kAgency ? 0x61 : 0x62;
  return crypto::SigningKey::from_seed(Bytes(32, static_cast<char>(seed)));
}

crypto::SigningKey SampleLedger::member_key(std::uint64_t epoch, std::size_t member,
                                            int purpose) const {
  const int seed = purpose + static_cast<int>(member) + 8 * (static_cast<int>(epoch) - 1);
  return crypto::SigningKey::from_seed(Bytes(32, static_cast<char>(seed)));
}

ValidatorSet SampleLedger::validators(std::uint64_t epoch) const {
  ValidatorSet set{epoch, {}};
  const std::string parties[] = {kCompany, "org:11500000QL00010250", kOffice, kAgency};
  for (std::size_t i = 0; i < 4; ++i) {
    Validator v;
    v.id = "member-" + std::to_string(i) + ".example";
    v.party = parties[i];
    v.vote_key = member_key(epoch, i, kVote).public_key();
    v.cosign_key = member_key(epoch, i, kCosign).public_key();
    v.log_key = member_key(epoch, i, kLog).public_key();
    v.intake_key = member_key(epoch, i, kIntake).public_key();
    v.transport_key_hash = crypto::sha256(v.vote_key);
    v.address = "127.0.0.1:710" + std::to_string(i);
    set.members.push_back(v);
  }
  return set;
}

SampleLedger::SampleLedger() : ledger_id_(crypto::sha256("sample ledger")) {
  entries_.push_back("genesis stand-in");
  leaves_.push_back(crypto::log_leaf_hash(entries_[0]));
  for (const std::string& party : {kOffice, kAgency, kCompany}) {
    set_row(key_row(party, "k1"), Value::Members{{"pub", to_hex(key_of(party).public_key())},
                                                 {"suite", 1},
                                                 {"windows", Value::Items{from_index(0)}}});
  }
  set_row(role_row(kOffice, "IPO"), Value::Members{{"grants", Value::Items{from_index(0)}}});
  set_row(mandate_row(kCompany, kAgency),
          Value::Members{{"grants", Value::Items{Value::Members{{"from", "2026-01-01"},
                                                                {"from_index", 0},
                                                                {"powers", text_list({"ALL"})}}}}});
  seal(0, true);
  epoch_ = 1;
}

void SampleLedger::set_row(const RowKey& row, Value value) { rows_[row] = to_canonical(value); }

void SampleLedger::seal(std::uint64_t size_before, bool epoch_end) {
  Seal seal;
  seal.ledger = ledger_id_;
  seal.epoch = epoch_;
  seal.height = states_.size();
  seal.view = seal.height;
  seal.parent = ledger_id_;
  seal.time_ms = kStartMs + 1000 * static_cast<std::int64_t>(seal.height);
  seal.epoch_end = epoch_end;
  seal.log_size_before = size_before;
  seal.record_count = entries_.size() - size_before;
  const std::span<const Digest> all = leaves_;
  seal.records_root = crypto::log_root(all.subspan(size_before));
  seal.log_root_before = crypto::log_root(all.first(size_before));
  seal.state_root = state_root(leaves_of(rows_));
  const std::uint64_t next = epoch_end ? epoch_ + 1 : epoch_;
  seal.next_valset_hash = valset_hash(to_canonical(to_value(validators(next))));
  states_[entries_.size()] = rows_;
  entries_.push_back(encode_seal(seal));
  leaves_.push_back(crypto::log_leaf_hash(entries_.back()));
}

Bytes SampleLedger::office_body(int n) const {
  return to_canonical(
      Value::Members{{"class", "PUBLIC"},
                     {"data", Value::Members{{"kind", "ORG"},
                                             {"name", "示例" + std::to_string(n) + "公司"},
                                             {"region", "50"},
                                             {"uscc", "91500000QL0001033J"}}},
                     {"event_date", "2026-09-21"},
                     {"expires_at", 1'790'003'600},
                     {"ledger_id", to_sha256_id(ledger_id_)},
                     {"nonce", to_hex(BytesView(crypto::sha256(std::to_string(n))).substr(0, 16))},
                     {"role", "IPO"},
                     {"rule_pack", 1},
                     {"signers", text_list({kOffice})},
                     {"subjects", text_list({"org:91500000QL0001033J"})},
                     {"submitter", kOffice},
                     {"type", "party.register"},
                     {"v", 1}});
}

Bytes SampleLedger::agency_body(int n) const {
  Value body = *parse_canonical(office_body(n));
  body.set("acting_for", kCompany);
  body.set("data", Value::Members{{"date", "2026-09-21"}, {"pat", "pat:202610123456X"}});
  body.set("role", "AGENT");
  body.set("signers", text_list({kAgency}));
  body.set("submitter", kAgency);
  body.set("subjects", text_list({kCompany, "pat:202610123456X"}));
  body.set("type", "patent.exam_request");
  return to_canonical(body);
}

Bytes SampleLedger::record(BytesView body, const std::vector<std::string>& signers) const {
  std::vector<EntrySignature> signatures;
  for (const std::string& party : signers) {
    signatures.push_back(
        {party, "k1", key_of(party).sign({crypto::domain::kRecord, ledger_id_, body})});
  }
  return make_entry(body, signatures);
}

std::uint64_t SampleLedger::add_block(const std::vector<Bytes>& records) {
  const std::uint64_t first = size();
  for (const Bytes& record : records) {
    entries_.push_back(record);
    leaves_.push_back(crypto::log_leaf_hash(record));
  }
  seal(first, false);
  return first;
}

std::uint64_t SampleLedger::add_batch(const std::vector<Bytes>& bodies) {
  const Bytes manifest = to_canonical(
      Value::Members{{"count", static_cast<std::int64_t>(bodies.size())},
                     {"expires_at", 1'790'003'600},
                     {"ledger_id", to_sha256_id(ledger_id_)},
                     {"nonce", "000102030405060708090a0b0c0d0e0f"},
                     {"root", to_sha256_id(batch_root({bodies.begin(), bodies.end()}))},
                     {"signers", text_list({kOffice})},
                     {"submitter", kOffice},
                     {"type", "batch"},
                     {"v", 1}});
  const Signature signature = key_of(kOffice).sign({crypto::domain::kBatch, ledger_id_, manifest});
  std::vector<Bytes> entries = {make_entry(manifest, {{kOffice, "k1", signature}})};
  for (std::size_t n = 0; n < bodies.size(); ++n) {
    entries.push_back(make_member_entry(size(), bodies[n], n));
  }
  return add_block(entries);
}

void SampleLedger::change_validators(const std::vector<Bytes>& records) {
  const std::uint64_t first = size();
  for (const Bytes& record : records) {
    entries_.push_back(record);
    leaves_.push_back(crypto::log_leaf_hash(record));
  }
  seal(first, true);
  const Seal ended = *decode_seal(entries_.back());
  const crypto::Checkpoint tree_now = tree(size());
  const std::string text = crypto::format_finality_text(
      {origin_, tree_now.size, tree_now.root, ended.state_root, epoch_, ended.view,
       block_hash(entries_.back()), ended.next_valset_hash});
  crypto::Note finality{text, {}};
  for (std::size_t i : {0u, 1u, 3u}) {
    finality.lines.push_back(crypto::sign_note(text, validators(epoch_).members[i].id + "/vote",
                                               member_key(epoch_, i, kVote)));
  }
  ++epoch_;
  const ValidatorSet next = validators(epoch_);
  steps_.push_back({crypto::format_note(finality),
                    entries_.back(),
                    path(size() - 1, size()),
                    to_canonical(to_value(next)),
                    policy_text(next, origin_),
                    {}});
  step_sizes_.push_back(size());
}

crypto::Checkpoint SampleLedger::tree(std::uint64_t size) const {
  return {origin_, size, crypto::log_root(std::span(leaves_).first(size))};
}

std::string SampleLedger::note_over(const crypto::Checkpoint& tree, std::size_t epoch,
                                    std::vector<std::size_t> members, std::uint64_t time) const {
  const std::string text = crypto::format_checkpoint(tree);
  crypto::Note note{text, {crypto::sign_note(text, origin_, member_key(epoch, 0, kLog))}};
  for (std::size_t i : members) {
    note.lines.push_back(crypto::cosign(text, validators(epoch).members[i].id,
                                        member_key(epoch, i, kCosign), time + i));
  }
  return crypto::format_note(note);
}

std::string SampleLedger::note(std::uint64_t size, std::vector<std::size_t> members,
                               std::uint64_t time) const {
  std::uint64_t epoch = 1;
  for (std::uint64_t end : step_sizes_) epoch += size > end ? 1 : 0;
  if (time == 0)
    time = static_cast<std::uint64_t>(decode_seal(entries_[size - 1])->time_ms / 1000) + 2;
  return note_over(tree(size), epoch, std::move(members), time);
}

Trust SampleLedger::trust() const {
  const ValidatorSet set = validators(1);
  return {ledger_id_, origin_, 1, policy_text(set, origin_), set, std::nullopt};
}

std::vector<Digest> SampleLedger::path(std::uint64_t index, std::uint64_t size) const {
  return crypto::inclusion_path(std::span(leaves_).first(size), index);
}

std::vector<Digest> SampleLedger::consistency(std::uint64_t from, std::uint64_t to) const {
  return subproof(from, std::span(leaves_).first(to), true);
}

Evidence::ProvenSeal SampleLedger::proven_seal(std::uint64_t index, std::uint64_t size) const {
  return {entries_[index], index, path(index, size)};
}

Evidence::Row SampleLedger::proven_row(const RowKey& row, std::uint64_t seal_index) const {
  const Rows& rows = states_.at(seal_index);
  Evidence::Row proven{static_cast<char>(row.ns), row.key, {}, std::nullopt, std::nullopt};
  proven.proof = prove(leaves_of(rows), crypto::state_path(proven.ns, row.key));
  if (const auto at = rows.find(row); at != rows.end()) proven.value = at->second;
  return proven;
}

Seal SampleLedger::seal_of(std::uint64_t index) const {
  return *decode_seal(entries_[states_.upper_bound(index)->first]);
}

Evidence SampleLedger::evidence(std::uint64_t index, std::uint64_t head_size) const {
  const std::uint64_t head = head_size == 0 ? size() : head_size;
  const Entry entry = *parse_entry(entries_[index]);
  const Seal block = seal_of(index);
  Evidence e;
  e.claim.as_of_size = head;
  e.origin = origin_;
  e.ledger_id = ledger_id_;
  e.checkpoint = note(head);
  e.seal = proven_seal(head - 1, head);
  e.seals.push_back(proven_seal(block.log_size_before - 1, head));
  std::optional<std::size_t> seal_ref;
  if (block.index() != head - 1) {
    e.seals.push_back(proven_seal(block.index(), head));
    seal_ref = 1;
  }
  for (std::size_t i = 0; i < steps_.size() && step_sizes_[i] < head; ++i) {
    const bool last = i + 1 == steps_.size() || step_sizes_[i + 1] >= head;
    e.policy_chain.push_back(steps_[i]);
    e.policy_chain.back().consistency =
        consistency(step_sizes_[i], last ? head : step_sizes_[i + 1]);
  }
  e.first_quorum.push_back({note(block.index() + 1), consistency(block.index() + 1, head)});
  e.records.push_back({entries_[index],
                       crypto::format_tlog_proof({index, path(index, head), e.checkpoint}), true,
                       seal_ref, std::nullopt});
  std::vector<SignedBy> by;
  const auto signers_of = [&by](const Entry& signed_entry) {
    for (const auto& s : signed_entry.signatures) by.emplace_back(s.party, s.key_id);
  };
  signers_of(entry);
  if (entry.form == EntryForm::member) {
    const Entry manifest = *parse_entry(entries_[entry.batch]);
    signers_of(manifest);
    std::vector<Digest> leaves;
    for (std::int64_t n = 0; n < manifest.body().integer_of("count"); ++n) {
      const Bytes& member = entries_[entry.batch + 1 + static_cast<std::uint64_t>(n)];
      leaves.push_back(crypto::log_leaf_hash(parse_entry(member)->body_bytes));
    }
    e.batches.push_back(
        {entries_[entry.batch],
         crypto::format_tlog_proof({entry.batch, path(entry.batch, head), e.checkpoint})});
    e.records[0].member = {0, crypto::inclusion_path(leaves, entry.n)};
  }
  const RecordType* type = find_record_type(entry.body().text_of("type"));
  QL_CHECK(type != nullptr);
  for (const RowKey& row : signer_rows(*type, entry.body(), by, MapRows(states_.at(head - 1)))) {
    e.state.push_back(proven_row(row, head - 1));
  }
  e.issuer = {"测试", "qinglu 0.1.0", "2026-09-21T13:20:00Z", {}, {}};
  sign_as_issuer(e, key_of(kOffice));
  return e;
}

}  // namespace qinglu::test
