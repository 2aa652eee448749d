// SPDX-License-Identifier: Apache-2.0
#include "node/audit.hpp"

#include <algorithm>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "crypto/trie_proof.hpp"
#include "ledger/apply/block.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/log/frontier.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/state/trie.hpp"
#include "node/agreement/certificate.hpp"
#include "node/agreement/chain_rows.hpp"

namespace qinglu::node {
namespace {

using ledger::Family;
namespace chain_key = agreement::chain_key;

Error corrupt(std::string what) { return {Errc::corrupt, std::move(what)}; }

/// Follows the chain from genesis: entries into a tree, seals into each other, votes to keys.
class ChainAudit {
 public:
  ChainAudit(const ledger::KvReader& store, const ledger::Genesis& genesis)
      : store_(store), genesis_(genesis), parent_(genesis.ledger_id), root_before_(crypto::empty_log_root()) {}

  Result<void> entry(std::uint64_t index, const Bytes& bytes) {
    const Digest leaf = crypto::log_leaf_hash(bytes);
    if (index == next_seal_) {
      if (auto ok = seal(index, bytes); !ok) return ok;
    } else {
      records_.push_back(leaf);
    }
    log_.append(leaf);
    if (log_.size() == next_seal_ + 1) return find_next();
    return {};
  }

  /// Looks up where the next block ends.
  Result<void> find_next() {
    size_before_ = log_.size();
    root_before_ = log_.root();
    records_.clear();
    auto found = ledger::seal_at(store_, height_);
    if (!found) return std::move(found).error();
    next_seal_ = *found ? (*found)->index : UINT64_MAX;
    return {};
  }

  const ledger::Frontier& log() const { return log_; }

 private:
  Result<void> seal(std::uint64_t index, const Bytes& bytes) {
    auto seal = ledger::decode_seal(bytes);
    const std::string where = "seal of height " + std::to_string(height_) + " (entry " + std::to_string(index) + ")";
    if (!seal) return corrupt(where + ": " + seal.error().detail);
    const bool chained = seal->ledger == genesis_.ledger_id && seal->height == height_ &&
                         seal->parent == parent_ && seal->log_size_before == size_before_ &&
                         seal->log_root_before == root_before_ && seal->record_count == records_.size() &&
                         seal->records_root == crypto::log_root(records_);
    if (!chained) return corrupt(where + " does not follow from what lies before it");
    if (height_ > 0) {
      parent_ = ledger::block_hash(bytes);
      if (auto ok = votes(*seal, where); !ok) return ok;
    }
    ++height_;
    return {};
  }

  Result<void> votes(const ledger::Seal& seal, const std::string& where) {
    auto bytes = store_.get(Family::chain, chain_key::certificate(7, seal.epoch, seal.view));
    if (!bytes) return std::move(bytes).error();
    if (!*bytes) return corrupt(where + ": its finalization is missing");
    auto certificate = agreement::Certificate::decode(**bytes, genesis_.validators);
    if (!certificate) return corrupt(where + ": " + certificate.error().detail);
    if (certificate->statement.block_hash != parent_ ||
        certificate->statement.state_root != seal.state_root) {
      return corrupt(where + ": its finalization is of another block");
    }
    if (auto ok = agreement::verify_certificate(*certificate, genesis_.validators,
                                                genesis_.ledger_id, genesis_.origin);
        !ok) {
      return corrupt(where + ": " + ok.error().detail);
    }
    return {};
  }

  const ledger::KvReader& store_;
  const ledger::Genesis& genesis_;
  ledger::Frontier log_;
  std::vector<Digest> records_;
  Digest parent_;
  Digest root_before_;
  std::uint64_t size_before_ = 0;
  std::uint64_t next_seal_ = 1;
  std::uint64_t height_ = 0;
};

Result<Digest> rebuild_state_root(const ledger::KvReader& store) {
  std::vector<ledger::TrieOp> ops;
  auto ok = store.scan(Family::rows, {}, {}, [&](BytesView key, BytesView value) {
    ops.push_back({crypto::state_path(key[0], key.substr(1)), crypto::state_value_hash(value)});
    return true;
  });
  if (!ok) return std::move(ok).error();
  std::ranges::sort(ops, {}, &ledger::TrieOp::path);
  const ledger::MemoryStore empty;
  auto trie = ledger::update_trie(empty, ops);
  if (!trie) return std::move(trie).error();
  return trie->root;
}

}  // namespace

Result<AuditReport> audit_store(const ledger::KvReader& store, const ledger::Genesis& genesis,
                                bool full,
                                const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  auto known = store.get(Family::chain, chain_key::meta("genesis"));
  if (!known) return std::move(known).error();
  if (!*known || **known != genesis.ledger_id.view()) {
    return Error{Errc::wrong_ledger, "the database holds ledger " + to_hex(known->value_or("")) +
                                         ", the genesis document is of " + to_hex(genesis.ledger_id)};
  }
  auto tip_bytes = store.get(Family::chain, chain_key::meta("tip"));
  if (!tip_bytes) return std::move(tip_bytes).error();
  if (!*tip_bytes) return corrupt("the database has no tip");
  auto tip = agreement::Tip::decode(**tip_bytes);
  if (!tip) return std::move(tip).error();
  auto root = ledger::trie_root(store);
  if (!root) return std::move(root).error();
  if (*root != tip->state_root) return corrupt("the state's root is not that of the tip");
  if (full) {
    ChainAudit audit(store, genesis);
    for (std::uint64_t index = 0; index < tip->log_size; ++index) {
      auto bytes = ledger::read_entry(store, index);
      if (!bytes) return std::move(bytes).error();
      if (!*bytes) return corrupt("entry " + std::to_string(index) + " is missing");
      if (index == 0 && **bytes != genesis.bytes) return corrupt("entry 0 is not the genesis document");
      if (auto ok = audit.entry(index, **bytes); !ok) return std::move(ok).error();
      if (progress && index % 4096 == 0) progress(index, tip->log_size);
    }
    if (audit.log().root() != tip->log_root) return corrupt("the log's root is not that of the tip");
    auto rebuilt = rebuild_state_root(store);
    if (!rebuilt) return std::move(rebuilt).error();
    if (*rebuilt != tip->state_root) return corrupt("the rows of the state do not give the tip's root");
    if (progress) progress(tip->log_size, tip->log_size);
  }
  return AuditReport{tip->height, tip->log_size, tip->state_root};
}

}  // namespace qinglu::node
