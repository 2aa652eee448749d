// SPDX-License-Identifier: Apache-2.0
#include "ledger/apply/block.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/model/ids.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/state/undo.hpp"

namespace qinglu::ledger {
namespace {

/// Sets rows of the genesis state; the first failure stays.
class GenesisRows {
 public:
  explicit GenesisRows(Overlay& state) : state_(state) {}

  void set(const RowKey& row, Value value) {
    if (auto ok = state_.set(row, std::move(value)); !ok && !error_) error_ = ok.error();
  }
  void register_key(const PublicKey& key, std::string_view party, std::string_view purpose) {
    set(key_row("", to_hex(key)), Value(Value::Members{{"party", party}, {"purpose", purpose}}));
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  Overlay& state_;
  std::optional<Error> error_;
};

Value from_start() { return Value(Value::Members{{"from_index", 0}}); }

void load_party(const Genesis::Party& party, GenesisRows& rows) {
  Value::Items open_keys;
  for (const auto& key : party.keys) {
    open_keys.push_back(Value(key.key_id));
    rows.set(key_row(party.id, key.key_id),
             Value(Value::Members{{"pub", to_hex(key.pub)},
                                  {"suite", 1},
                                  {"windows", Value::Items{from_start()}}}));
    rows.register_key(key.pub, party.id, "record");
  }
  const auto key_count = static_cast<std::int64_t>(party.keys.size());
  rows.set(party_row(party.id), Value(Value::Members{{"first_index", 0},
                                                     {"key_count", key_count},
                                                     {"kind", "PUBLIC_BODY"},
                                                     {"name", party.name},
                                                     {"open_keys", std::move(open_keys)},
                                                     {"status", "ACTIVE"}}));
  for (const auto& grant : party.roles) {
    Value item = from_start();
    if (!grant.scope.members().empty()) item.set("scope", grant.scope);
    rows.set(role_row(party.id, grant.role), Value(Value::Members{{"grants", Value::Items{item}}}));
  }
}

void load_rule_pack(const Genesis& genesis, GenesisRows& rows) {
  const auto id = static_cast<std::uint64_t>(genesis.rule_pack.integer_of("id"));
  rows.set(rule_pack_row(id), Value(Value::Members{{"effective_ms", genesis.time_ms},
                                                   {"id", id},
                                                   {"params", *genesis.rule_pack.find("params")},
                                                   {"source_docs", *genesis.rule_pack.find("source_docs")}}));
  const Value entry(Value::Members{{"effective_ms", genesis.time_ms}, {"id", id}});
  rows.set(rule_pack_row(0), Value(Value::Members{{"packs", Value::Items{entry}}}));
}

}  // namespace

BlockBuilder::BlockBuilder(StateView view, const Genesis& genesis, std::uint64_t log_size_before, std::uint64_t height,
                           std::int64_t time_ms)
    : overlay_(std::move(view)),
      limits_(genesis.limits),
      place_(place_in(genesis, time_ms, log_size_before, height)),
      log_size_before_(log_size_before),
      due_(set_due(overlay_, height, time_ms)) {}

bool BlockBuilder::fits(const Unit& unit) const {
  return bytes_ + unit.byte_count() <= limits_.block_bytes &&
         records_ + unit.record_count() <= limits_.block_records;
}

Result<Judgement> BlockBuilder::add(Unit& unit) {
  place_.index = log_size_before_ + entries_.size();
  auto judgement = judge(unit, overlay_, place_);
  if (!judgement || !judgement->accepted()) return judgement;
  for (Bytes& entry : judgement->entries) {
    bytes_ += entry.size();
    entries_.push_back(std::move(entry));
  }
  leaf_hashes_.insert(leaf_hashes_.end(), judgement->leaf_hashes.begin(), judgement->leaf_hashes.end());
  records_ += unit.record_count();
  judgement->entries.clear();
  return judgement;
}

Result<ExecutedBlock> BlockBuilder::finish() && {
  QL_CHECK(!entries_.empty());
  if (due_) {
    Value row = *overlay_.find(validators_row(due_->epoch));
    row.set("from_size", Value(log_size_before_ + entries_.size() + 1));
    Value directory(Value::Members{{"epoch", due_->epoch}});
    if (auto ok = overlay_.set(validators_row(due_->epoch), std::move(row)); !ok) return std::move(ok).error();
    if (auto ok = overlay_.set(validators_row(0), std::move(directory)); !ok) return std::move(ok).error();
  }
  auto changes = overlay_.finish();
  if (!changes) return std::move(changes).error();
  auto trie = update_trie(overlay_.view().reader(), changes->trie_ops);
  if (!trie) return std::move(trie).error();
  ExecutedBlock block;
  block.entries = std::move(entries_);
  block.records_root = crypto::log_root(leaf_hashes_);
  block.state_root = trie->root;
  block.changes = std::move(*changes);
  block.trie = std::move(*trie);
  if (due_) block.next_set = due_->hash;
  return block;
}

Result<SealedBlock> seal_block(const KvReader& reader, ExecutedBlock block, Frontier frontier,
                               BytesView seal_bytes, std::uint64_t height) {
  SealedBlock sealed;
  sealed.batch = state_batch(block.changes, block.trie, height);
  sealed.cache_rows = block.changes.cache_rows();
  std::uint64_t index = frontier.size();
  std::vector<Digest> leaves;
  leaves.reserve(block.entries.size() + 1);
  block.entries.push_back(Bytes(seal_bytes));
  for (Bytes& entry : block.entries) {
    leaves.push_back(crypto::log_leaf_hash(entry));
    sealed.batch.put(Family::entries, u64_key(index++), std::move(entry));
  }
  auto tiles = grow_tiles(reader, frontier, leaves);
  if (!tiles) return std::move(tiles).error();
  sealed.batch.append(std::move(*tiles));
  sealed.batch.put(Family::derived, seal_index_key(index - 1), u64_key(height));
  sealed.batch.put(Family::derived, seal_height_key(height), u64_key(index - 1));
  sealed.batch.put(Family::derived, derived_height_key(), u64_key(height));
  sealed.batch.put(Family::chain, Bytes(kFrontierKey), frontier.encode());
  sealed.frontier = std::move(frontier);
  return sealed;
}

Result<GenesisBlock> load_genesis(const Genesis& genesis) {
  const auto problems = check_params(*genesis.rule_pack.find("params"), "/rule_pack/params");
  if (!problems.empty()) {
    return Error{Errc::malformed, "genesis " + problems[0].pointer + ": " + problems[0].detail};
  }
  for (const auto& party : genesis.parties) {
    if (!is_party_id(party.id) || !party.id.starts_with("org:")) {
      return Error{Errc::malformed, "genesis: " + party.id + " is no organisation's id"};
    }
    for (const auto& grant : party.roles) {
      Role role{};
      if (!role_from(grant.role, role) || !is_granted_role(role)) {
        return Error{Errc::malformed, "genesis: " + grant.role + " is no role that can be granted"};
      }
    }
  }
  const auto store = std::make_shared<MemoryStore>();
  Overlay state(StateView{store->snapshot()});
  GenesisRows rows(state);
  for (const auto& party : genesis.parties) load_party(party, rows);
  for (const Validator& v : genesis.validators.members) {
    rows.register_key(v.vote_key, v.party, "vote");
    rows.register_key(v.cosign_key, v.party, "cosign");
    rows.register_key(v.log_key, v.party, "log");
    rows.register_key(v.intake_key, v.party, "intake");
  }
  rows.set(validators_row(0), Value(Value::Members{{"epoch", 1}}));
  rows.set(validators_row(1),
           Value(Value::Members{{"from_size", 2}, {"set", to_value(genesis.validators)}}));
  load_rule_pack(genesis, rows);
  if (rows.error()) return *rows.error();

  auto changes = state.finish();
  if (!changes) return std::move(changes).error();
  auto trie = update_trie(*store, changes->trie_ops);
  if (!trie) return std::move(trie).error();
  GenesisBlock result;
  result.seal = genesis_seal(genesis, trie->root);
  ExecutedBlock block;
  block.entries.push_back(genesis.bytes);
  block.changes = std::move(*changes);
  block.trie = std::move(*trie);
  auto sealed = seal_block(*store, std::move(block), Frontier{}, encode_seal(result.seal), 0);
  if (!sealed) return std::move(sealed).error();
  result.sealed = std::move(*sealed);
  return result;
}

}  // namespace qinglu::ledger
