// SPDX-License-Identifier: Apache-2.0
#include "node/audit.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "ledger/apply/replay.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/state/trie.hpp"
#include "node/agreement/certificate.hpp"
#include "node/agreement/chain_rows.hpp"
#include "node/final_chain.hpp"

namespace qinglu::node {
namespace {

using ledger::Family;
namespace chain_key = agreement::chain_key;

Error corrupt(std::string what) { return {Errc::corrupt, std::move(what)}; }

/// Follows the log from genesis, block by block, into a store of its own.
class Replay {
 public:
  Replay(const ledger::KvReader& store, const ledger::Genesis& genesis, ledger::KvStore& scratch)
      : store_(store), genesis_(genesis), scratch_(scratch), parent_(genesis.ledger_id) {}

  Result<void> run(const agreement::Tip& tip, const Progress& progress) {
    if (auto ok = load(); !ok) return ok;
    while (frontier_.size() < tip.log_size) {
      if (auto ok = block(tip.log_size); !ok) return ok;
      if (progress) progress(frontier_.size(), tip.log_size);
    }
    const bool same = frontier_.root() == tip.log_root && height_ == tip.height && last_.state_root == tip.state_root &&
                      (tip.block_hash != parent_ || last_.time_ms == tip.time_ms);
    auto linked = leads_down(store_, {tip.epoch, tip.view, tip.block_hash}, parent_place());
    if (!linked) return std::move(linked).error();
    if (!same || !*linked) return corrupt("the log does not lead to the tip that the database claims");
    return {};
  }

 private:
  Result<Bytes> entry(std::uint64_t index) const {
    auto bytes = ledger::read_entry(store_, index);
    if (!bytes) return std::move(bytes).error();
    if (!*bytes) return corrupt("entry " + std::to_string(index) + " is missing");
    return std::move(**bytes);
  }

  Result<void> load() {
    auto genesis = ledger::load_genesis(genesis_);
    if (!genesis) return std::move(genesis).error();
    last_ = genesis->seal;
    const Bytes expected[] = {genesis_.bytes, ledger::encode_seal(genesis->seal)};
    for (std::uint64_t index = 0; index < 2; ++index) {
      auto bytes = entry(index);
      if (!bytes) return std::move(bytes).error();
      if (*bytes != expected[index]) return corrupt("entry " + std::to_string(index) + " is not that of the genesis document");
    }
    return take(std::move(genesis->sealed));
  }

  Result<void> take(ledger::SealedBlock block) {
    frontier_ = std::move(block.frontier);
    if (auto ok = scratch_.write(block.batch, ledger::Sync::no); !ok) return ok;
    state_.committed = scratch_.snapshot();
    state_.cache = cache_;
    state_.generation = cache_->commit(block.cache_rows);
    return {};
  }

  Result<void> block(std::uint64_t log_size) {
    std::vector<Bytes> entries;
    for (std::uint64_t index = frontier_.size(); index < log_size; ++index) {
      auto bytes = entry(index);
      if (!bytes) return std::move(bytes).error();
      // A record may hold any text, so only its form tells a seal.
      const auto form = ledger::parse_entry(*bytes);
      if (form && form->form == ledger::EntryForm::seal) return seal(entries, *bytes);
      if (entries.size() > genesis_.limits.block_records * 2) break;
      entries.push_back(std::move(*bytes));
    }
    return corrupt("no seal closes the block that begins at entry " + std::to_string(frontier_.size()));
  }

  Result<void> seal(const std::vector<Bytes>& entries, const Bytes& bytes) {
    const std::string where = "height " + std::to_string(height_ + 1) + " (entries from " +
                              std::to_string(frontier_.size()) + "): ";
    auto seal = ledger::decode_seal(bytes);
    if (!seal) return corrupt(where + seal.error().detail);
    // Empty blocks may lie between the two; they are rows, not entries.
    const bool follows = seal->height == height_ + 1 && seal->time_ms > last_.time_ms &&
                         (seal->epoch_end || seal->next_valset_hash == last_.next_valset_hash);
    auto linked = leads_down(store_, {seal->epoch, seal->parent_view, seal->parent}, parent_place());
    if (!linked) return corrupt(where + linked.error().detail);
    if (!follows || !*linked) return corrupt(where + "the seal does not follow its parent");
    const auto units = ledger::units_of(entries, genesis_.limits);
    if (!units) return corrupt(where + units.error().detail);
    auto replayed = ledger::replay_block(state_, genesis_, std::move(frontier_), entries, *units, bytes);
    if (!replayed) return corrupt(where + replayed.error().detail);
    parent_ = ledger::block_hash(bytes);
    if (auto ok = votes(*seal, where); !ok) return ok;
    ++height_;
    last_ = std::move(*seal);
    return take(std::move(*replayed));
  }

  /// What the next block builds on: the block just replayed, or the beginning of the epoch behind it.
  BlockPlace parent_place() const {
    return last_.epoch_end ? BlockPlace{last_.epoch + 1, 0, parent_} : BlockPlace{last_.epoch, last_.view, parent_};
  }

  /// The finalization that covers the block just replayed, and its votes.
  Result<void> votes(const ledger::Seal& seal, const std::string& where) const {
    auto finality = finality_of(store_, genesis_, {seal.epoch, seal.view, parent_});
    if (!finality) return corrupt(where + finality.error().detail);
    if (!*finality) return corrupt(where + "its finalization is missing");
    const agreement::Certificate& certificate = (*finality)->finalization;
    if (certificate.statement.view == seal.view && certificate.statement.state_root != seal.state_root) {
      return corrupt(where + "its finalization is of another state");
    }
    if (auto ok = agreement::verify_certificate(certificate, (*finality)->set, genesis_.ledger_id, genesis_.origin);
        !ok) {
      return corrupt(where + ok.error().detail);
    }
    return {};
  }

  const ledger::KvReader& store_;
  const ledger::Genesis& genesis_;
  ledger::KvStore& scratch_;
  const std::shared_ptr<ledger::StateCache> cache_ = std::make_shared<ledger::StateCache>();
  ledger::StateView state_;
  ledger::Frontier frontier_;
  Digest parent_;
  ledger::Seal last_;
  std::uint64_t height_ = 0;
};

Result<agreement::Tip> read_tip(const ledger::KvReader& store, const ledger::Genesis& genesis) {
  auto known = store.get(Family::chain, chain_key::meta("genesis"));
  if (!known) return std::move(known).error();
  if (!*known || **known != genesis.ledger_id.view()) {
    return Error{Errc::wrong_ledger, "the database holds ledger " + to_hex(known->value_or("")) +
                                         ", the genesis document is of " + to_hex(genesis.ledger_id)};
  }
  auto tip = store.get(Family::chain, chain_key::meta("tip"));
  if (!tip) return std::move(tip).error();
  if (!*tip) return corrupt("the database has no tip");
  return agreement::Tip::decode(**tip);
}

/// Every row of `left` in `right`, byte for byte, and as many.
Result<void> compare_family(Family family, const ledger::KvReader& left, const ledger::KvReader& right) {
  std::uint64_t balance = 0;
  std::optional<Error> failure;
  const auto row = [&](BytesView key) { return std::string(name(family)) + "[" + to_hex(key) + "]"; };
  auto ok = left.scan(family, {}, {}, [&](BytesView key, BytesView value) {
    ++balance;
    auto other = right.get(family, key);
    if (!other) {
      failure = std::move(other).error();
    } else if (*other != value) {
      failure = corrupt(row(key) + " is not what the log leads to");
    }
    return !failure;
  });
  if (!ok) return ok;
  if (failure) return *failure;
  ok = right.scan(family, {}, {}, [&](BytesView key, BytesView) {
    if (balance == 0) failure = corrupt(row(key) + " or a row before it is missing");
    --balance;
    return !failure;
  });
  if (!ok) return ok;
  if (failure) return *failure;
  return {};
}

}  // namespace

Result<AuditReport> check_store(const ledger::KvReader& store, const ledger::Genesis& genesis) {
  auto tip = read_tip(store, genesis);
  if (!tip) return std::move(tip).error();
  auto root = ledger::trie_root(store);
  if (!root) return std::move(root).error();
  if (*root != tip->state_root) return corrupt("the state's root is not that of the tip");
  return AuditReport{tip->height, tip->log_size, tip->state_root};
}

Result<AuditReport> replay_store(const ledger::KvReader& store, const ledger::Genesis& genesis,
                                 ledger::KvStore& scratch, const Progress& progress) {
  auto tip = read_tip(store, genesis);
  if (!tip) return std::move(tip).error();
  if (auto ok = Replay(store, genesis, scratch).run(*tip, progress); !ok) return std::move(ok).error();
  return AuditReport{tip->height, tip->log_size, tip->state_root};
}

Result<void> compare_derived(const ledger::KvReader& store, const ledger::KvReader& replayed) {
  for (Family family : {Family::rows, Family::nodes, Family::tiles, Family::derived}) {
    if (auto ok = compare_family(family, store, replayed); !ok) return ok;
  }
  return {};
}

Result<void> rebuild_indexes(ledger::RocksStore& store, const ledger::KvReader& replayed) {
  constexpr std::size_t kChunk = 10'000;
  if (auto ok = store.drop_family(Family::derived); !ok) return ok;
  // The height row says that all is there, so it comes last and synced.
  const Bytes last = ledger::derived_height_key();
  auto height = replayed.get(Family::derived, last);
  if (!height) return std::move(height).error();
  QL_CHECK(height->has_value());
  ledger::KvBatch batch;
  Result<void> written;
  auto ok = replayed.scan(Family::derived, {}, {}, [&](BytesView key, BytesView value) {
    if (key == last) return true;
    batch.put(Family::derived, Bytes(key), Bytes(value));
    if (batch.changes().size() < kChunk) return true;
    written = store.write(std::exchange(batch, {}), ledger::Sync::no);
    return static_cast<bool>(written);
  });
  if (!ok) return ok;
  if (!written) return written;
  batch.put(Family::derived, last, **height);
  return store.write(batch, ledger::Sync::yes);
}

}  // namespace qinglu::node
