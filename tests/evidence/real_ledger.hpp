// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/apply/block.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/evidence/verify.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/proving/evidence_builder.hpp"
#include "tests/crypto/started.hpp"
#include "tests/evidence/judged.hpp"
#include "tests/evidence/sample_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

namespace qinglu::test {

using namespace ledger;

inline const std::string kUscc = "91500000QL0002010E";

inline EvidenceRequest history_of(const std::string& id, std::vector<Category> categories = {Category::all}) {
  EvidenceRequest request;
  request.type = Claim::Type::history;
  request.subject = Claim::Subject{id, *kind_of_subject(id), std::move(categories)};
  return request;
}

/// `verified`, or the check that does not hold.
inline std::string told(const Report& report) {
  return report.verified() ? "verified" : std::string(info_of(report.decisive()->check).code);
}

/// Genesis, blocks and cosigned heads made with the product's own execution.
class RealLedger {
 public:
  RealLedger() {
    Genesis draft;
    draft.nonce = std::string(32, '0');
    draft.origin = sample_.origin();
    draft.time_ms = SampleLedger::kStartMs;
    draft.validators = sample_.validators(1);
    draft.rule_pack = *parse_canonical(read_test_file("data/rulepack-1.json"));
    std::map<std::string, Genesis::Party> parties;
    for (const Validator& member : draft.validators.members) {
      parties[member.party] = {
          member.party, "机构", {}, {{"k1", key_of(member.party).public_key()}}};
    }
    parties[SampleLedger::kOffice].roles.push_back({"IPO", *parse_canonical(R"({"region":"50"})")});
    for (auto& [id, party] : parties) draft.parties.push_back(party);
    auto genesis = decode_genesis(encode_genesis(draft));
    REQUIRE(genesis);
    genesis_ = *std::move(genesis);
    auto block = load_genesis(genesis_);
    REQUIRE(block);
    take(std::move(block->sealed));
  }

  static crypto::SigningKey key_of(const std::string& party) {
    return crypto::SigningKey::from_seed(crypto::sha256(party).view());
  }

  Bytes body(const std::string& uscc) const {
    Value value = *parse_canonical(sample_.office_body(1));
    value.find("data")->set("uscc", uscc);
    value.set("ledger_id", to_sha256_id(genesis_.ledger_id));
    value.set("nonce", to_hex(crypto::sha256(uscc).view().substr(0, 16)));
    value.set("subjects", Value::Items{"org:" + uscc});
    return to_canonical(value);
  }

  Digest add(std::vector<Unit> units) {
    ++height_;
    const std::int64_t time_ms = SampleLedger::kStartMs + 1000 * static_cast<std::int64_t>(height_);
    BlockBuilder builder(StateView{store_->snapshot()}, genesis_, frontier_.size(), height_, time_ms);
    for (Unit& unit : units) {
      const auto judgement = builder.add(unit);
      REQUIRE(judgement);
      INFO((judgement->issues.empty() ? ""
                                      : judgement->issues[0].code + judgement->issues[0].detail));
      REQUIRE(judgement->accepted());
    }
    auto executed = std::move(builder).finish();
    REQUIRE(executed);
    Seal seal;
    seal.ledger = genesis_.ledger_id;
    seal.epoch = 1;
    seal.view = height_;
    seal.height = height_;
    seal.parent = genesis_.ledger_id;
    seal.time_ms = time_ms;
    seal.record_count = executed->entries.size();
    seal.records_root = executed->records_root;
    seal.log_size_before = frontier_.size();
    seal.log_root_before = frontier_.root();
    seal.state_root = executed->state_root;
    seal.next_valset_hash = genesis_.valset_hash;
    auto sealed = seal_block(*store_, *std::move(executed), frontier_, encode_seal(seal), height_);
    REQUIRE(sealed);
    take(std::move(*sealed));
    return units[0].main.id;
  }

  Unit record(const std::string& uscc) const { return signed_by_office(body(uscc)); }

  Unit renaming(const std::string& uscc, const std::string& old, const std::string& name) const {
    Value value = *parse_canonical(body(uscc));
    value.set("data", Value::Members{{"field", "name"}, {"new", name}, {"old", old}, {"party", "org:" + uscc}});
    value.set("nonce", to_hex(crypto::sha256(uscc + name).view().substr(0, 16)));
    value.set("type", "party.change");
    return signed_by_office(to_canonical(value));
  }

  /// A notice of the council that erases these fields: (record id, field).
  Unit erasure(const std::vector<std::pair<std::string, std::string>>& fields) const {
    Value value = *parse_canonical(body("91500000QL0002010E"));
    std::vector<std::string> parties;
    for (std::size_t i = 0; i < 3; ++i) parties.push_back(genesis_.validators.members[i].party);
    std::ranges::sort(parties);
    Value::Items named;
    for (const auto& [record, field] : fields) named.emplace_back(Value::Members{{"field", field}, {"record", record}});
    const Digest person = crypto::sha256(to_canonical(value));
    value.set("data", Value::Members{{"basis", "PIPL 47"}, {"date", "2026-09-21"}, {"fields", std::move(named)}, {"subject_commit", to_sha256_id(person)}});
    value.set("nonce", to_hex(crypto::sha256(fields[0].first + fields[0].second).view().substr(0, 16)));
    value.set("role", "GOV");
    value.set("signers", Value::Items(parties.begin(), parties.end()));
    value.set("subjects", Value::Items{"per:" + to_hex(person)});
    value.set("submitter", parties[0]);
    value.set("type", "privacy.erase_notice");
    return signed_by(parties, to_canonical(value));
  }

  Unit signed_by_office(const Bytes& text) const { return signed_by({SampleLedger::kOffice}, text); }

  /// Requires: `parties` ascend.
  Unit signed_by(const std::vector<std::string>& parties, const Bytes& text) const {
    std::vector<EntrySignature> signatures;
    for (const std::string& party : parties) {
      signatures.push_back({party, "k1", key_of(party).sign({crypto::domain::kRecord, genesis_.ledger_id, text})});
    }
    auto unit = parse_record_unit(make_entry(text, signatures));
    REQUIRE(std::holds_alternative<Unit>(unit));
    return std::get<Unit>(std::move(unit));
  }

  Unit batch(const std::vector<std::string>& usccs) const {
    std::vector<Bytes> bodies;
    for (const std::string& uscc : usccs) bodies.push_back(body(uscc));
    const std::vector<BytesView> views(bodies.begin(), bodies.end());
    const Bytes manifest =
        to_canonical(Value::Members{{"count", static_cast<std::int64_t>(bodies.size())},
                                    {"expires_at", 1'790'003'600},
                                    {"ledger_id", to_sha256_id(genesis_.ledger_id)},
                                    {"nonce", std::string(32, 'b')},
                                    {"root", to_sha256_id(batch_root(views))},
                                    {"signers", Value::Items{SampleLedger::kOffice}},
                                    {"submitter", SampleLedger::kOffice},
                                    {"type", "batch"},
                                    {"v", 1}});
    const Signature signature =
        key_of(SampleLedger::kOffice).sign({crypto::domain::kBatch, genesis_.ledger_id, manifest});
    auto unit = parse_batch_unit(make_entry(manifest, {{SampleLedger::kOffice, "k1", signature}}),
                                 views, 1u << 20);
    REQUIRE(std::holds_alternative<Unit>(unit));
    return std::get<Unit>(std::move(unit));
  }

  Bytes evidence(const Digest& record_id) const {
    EvidenceRequest request;
    request.record_id = record_id;
    return evidence(request);
  }

  Bytes evidence(const EvidenceRequest& request) const {
    auto file = try_evidence(request);
    INFO((file ? "" : file.error().detail));
    REQUIRE(file);
    return *std::move(file);
  }

  Result<Bytes> try_evidence(const EvidenceRequest& request) const {
    const auto snapshot = store_->snapshot();
    const Overlay rows(StateView{snapshot});
    const ProvingHead head{
        snapshot,
        rows,
        genesis_,
        height_,
        frontier_.size(),
        notes_.rbegin()->second,
        [this](std::uint64_t index) -> Result<std::optional<std::pair<std::uint64_t, Bytes>>> {
          const auto at = notes_.upper_bound(index);
          if (at == notes_.end()) return std::optional<std::pair<std::uint64_t, Bytes>>{};
          return std::optional(std::pair(at->first, at->second));
        }};
    return build_evidence(head, request);
  }

  Report verified(const EvidenceRequest& request) const { return judged(evidence(request), trust()); }

  Bytes trust() const {
    const ValidatorSet& set = genesis_.validators;
    return encode_trust({genesis_.ledger_id, genesis_.origin, 1, policy_text(set, genesis_.origin),
                         set, std::nullopt});
  }

 private:
  void take(SealedBlock sealed) {
    REQUIRE(store_->write(sealed.batch, Sync::yes));
    frontier_ = sealed.frontier;
    const auto time = static_cast<std::uint64_t>(SampleLedger::kStartMs / 1000) + height_ + 2;
    notes_[frontier_.size()] = sample_.note_over(
        {genesis_.origin, frontier_.size(), frontier_.root()}, 1, {0, 2, 3}, time);
  }

  SampleLedger sample_;
  Genesis genesis_;
  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
  Frontier frontier_;
  std::uint64_t height_ = 0;
  std::map<std::uint64_t, std::string> notes_;
};

}  // namespace qinglu::test
