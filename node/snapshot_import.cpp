// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "crypto/trie_proof.hpp"
#include "ledger/apply/replay.hpp"
#include "ledger/codec/body.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/log/frontier.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/model/rows.hpp"
#include "ledger/state/trie.hpp"
#include "node/agreement/certificate.hpp"
#include "node/agreement/message.hpp"
#include "node/final_chain.hpp"
#include "node/snapshot.hpp"

namespace qinglu::node {
namespace {

using ledger::Family;
namespace chain_key = agreement::chain_key;

/// Bytes and rows that wait for one write.
constexpr std::size_t kBatchBytes = 4u << 20;
constexpr std::size_t kBatchRows = 10'000;
/// Of a seal, and of the certificates that justify it.
constexpr std::size_t kSealMax = 4'096;
constexpr std::size_t kRowKeyMax = 1'024;

Error wrong(std::string what) { return {Errc::corrupt, "snapshot: " + std::move(what)}; }

class Import {
 public:
  Import(const SnapshotManifest& manifest, const ChunkSource& source, const ledger::Genesis& genesis, ledger::KvStore& into,
         const SnapshotProgress& progress)
      : m_(manifest), source_(source), genesis_(genesis), into_(into), progress_(progress) {
    for (const auto* section : {&m_.entries, &m_.blocks, &m_.state, &m_.proof}) all_ += section->bytes;
  }

  Result<SnapshotProven> run() {
    if (m_.ledger != genesis_.ledger_id) {
      return Error{Errc::wrong_ledger, "the snapshot is of ledger " + to_hex(m_.ledger) + ", the genesis document of " + to_hex(genesis_.ledger_id)};
    }
    for (auto step : {&Import::entries, &Import::blocks, &Import::state, &Import::proof, &Import::finish}) {
      if (auto ok = (this->*step)(); !ok) return std::move(ok).error();
    }
    return std::move(proven_);
  }

 private:
  // --- the log: everything that follows from the entries alone

  Result<void> entries() {
    SectionReader in(m_, "entries", source_);
    std::uint64_t begin = 0;  // of the block at hand
    Digest root_before;
    while (!in.at_end()) {
      auto entry = in.take_bytes32(ledger::kEntryBytesMax);
      if (!entry) return std::move(entry).error();
      const std::uint64_t index = log_.size();
      const std::string where = "entry " + std::to_string(index);
      if (index == begin) root_before = log_.root();
      if (index == 0 && *entry != genesis_.bytes) return wrong("entry 0 is not the genesis document");
      auto parsed = ledger::parse_entry(*entry);
      if (!parsed) return wrong(where + ": " + parsed.error().detail);
      const Digest leaf = crypto::log_leaf_hash(*entry);
      if (parsed->form == ledger::EntryForm::seal) {
        auto seal = ledger::decode_seal(*entry);
        if (!seal) return wrong(where + ": " + seal.error().detail);
        const bool follows = seal->height == height_ && seal->log_size_before == begin && seal->record_count == block_.size() &&
                             seal->log_root_before == root_before && seal->records_root == crypto::log_root(block_) && !seal->empty;
        if (!follows) return wrong(where + ": the seal is not that of the entries before it");
        batch_.put(Family::derived, ledger::seal_index_key(index), u64_key(height_));
        batch_.put(Family::derived, ledger::seal_height_key(height_), u64_key(index));
        ++height_;
        begin = index + 1;
        block_.clear();
      } else {
        if (parsed->form != ledger::EntryForm::genesis) {
          batch_.put(Family::derived, ledger::record_index_key(ledger::record_id_of(parsed->body_bytes)), u64_key(index));
        } else if (index != 0) {
          return wrong(where + " is a second genesis document");
        }
        block_.push_back(leaf);
        if (block_.size() > 2 * genesis_.limits.block_records) return wrong("no seal closes the block that begins at entry " + std::to_string(begin));
      }
      log_.append(leaf);
      leaves_.push_back(leaf);
      batch_.put(Family::entries, u64_key(index), Bytes(*entry));
      bytes_ += entry->size();
      if (bytes_ >= kBatchBytes || leaves_.size() >= kBatchRows) {
        if (auto ok = flush_log(in); !ok) return ok;
      }
    }
    if (auto ok = flush_log(in); !ok) return ok;
    if (begin != log_.size()) return wrong("the log does not end with a seal");
    if (log_.size() != m_.log_size || log_.root() != m_.log_root) return wrong("the entries have another root than the manifest says");
    if (height_ != m_.height + 1) return wrong("the log has another height than the manifest says");
    batch_.put(Family::derived, ledger::derived_height_key(), u64_key(m_.height));
    batch_.put(Family::chain, Bytes(ledger::kFrontierKey), tiled_.encode());
    return flush(in);
  }

  Result<void> flush_log(const SectionReader& in) {
    auto tiles = ledger::grow_tiles(into_, tiled_, leaves_);
    if (!tiles) return std::move(tiles).error();
    leaves_.clear();
    batch_.append(std::move(*tiles));
    return flush(in);
  }

  Result<void> flush(const SectionReader& in) {
    const ledger::KvBatch batch = std::exchange(batch_, {});
    bytes_ = 0;
    if (!batch.empty()) {
      if (auto ok = into_.write(batch, ledger::Sync::no); !ok) return ok;
    }
    if (progress_ && !progress_(all_ - later_ - in.left(), all_)) return Error{Errc::unavailable, "the restore was broken off"};
    return {};
  }

  // --- the chain: one block's seal names the hash of the one before it

  /// Takes a block that must follow the last one; whether its records are here is the caller's to check.
  Result<ledger::Seal> follow(BytesView seal_bytes, BytesView justification) {
    auto seal = ledger::decode_seal(seal_bytes);
    if (!seal) return wrong("a block: " + seal.error().detail);
    const std::string where = "block of epoch " + std::to_string(seal->epoch) + ", view " + std::to_string(seal->view) + ": ";
    if (seal->ledger != genesis_.ledger_id || seal->epoch != at_.epoch || seal->view <= at_.view || seal->parent != at_.block_hash ||
        seal->parent_view != at_.view) {
      return wrong(where + "it does not follow the block before it");
    }
    if (seal->justification_hash != ledger::justification_hash(justification)) return wrong(where + "another justification");
    at_ = {seal->epoch, seal->view, ledger::block_hash(seal_bytes)};
    batch_.put(Family::chain, chain_key::block(at_.epoch, at_.view, at_.block_hash),
               agreement::BlockRow{true, Bytes(seal_bytes), Bytes(justification), {}}.encode());
    if (!seal->empty) batch_.put(Family::chain, chain_key::height(seal->height), agreement::HeightRow{seal->epoch, seal->view}.encode());
    ++proven_.blocks;
    return seal;
  }

  Result<void> blocks() {
    later_ = m_.state.bytes + m_.proof.bytes;
    SectionReader in(m_, "blocks", source_);
    at_ = {genesis_.validators.epoch, 0, genesis_.ledger_id};
    std::uint64_t height = 0;
    while (!in.at_end()) {
      auto bytes = in.take_bytes32(kSealMax);
      if (!bytes) return std::move(bytes).error();
      const Bytes seal_bytes(*bytes);
      auto justification = in.take_bytes32(agreement::kMessageMax);
      if (!justification) return std::move(justification).error();
      auto seal = follow(seal_bytes, *justification);
      if (!seal) return std::move(seal).error();
      if (!seal->empty) {
        auto logged = into_.get(Family::entries, u64_key(seal->index()));
        if (!logged) return std::move(logged).error();
        if (seal->height != ++height || *logged != seal_bytes) return wrong("the seal of height " + std::to_string(seal->height) + " is not the log's");
      } else if (seal->height != height) {
        return wrong("an empty block names another height");
      }
      last_ = std::move(*seal);
      if (last_.epoch_end) {
        ends_[last_.epoch] = {at_, last_.next_valset_hash};
        at_ = {last_.epoch + 1, 0, at_.block_hash};
      }
      bytes_ += seal_bytes.size() + justification->size();
      if (bytes_ >= kBatchBytes) {
        if (auto ok = flush(in); !ok) return ok;
      }
    }
    const Digest head = at_.block_hash;
    if (last_.empty || height != m_.height || last_.epoch != m_.epoch || last_.view != m_.view || head != m_.block ||
        last_.index() + 1 != m_.log_size || last_.state_root != m_.state_root || last_.time_ms != m_.time_ms) {
      return wrong("the chain does not end with the block that the manifest names");
    }
    proven_.tip = {last_.epoch, last_.view, last_.height, head, m_.log_size, m_.log_root, m_.state_root, last_.next_valset_hash, last_.time_ms};
    return flush(in);
  }

  // --- the state: rows, the trie over them, the histories that its H rows commit to

  Result<void> state() {
    later_ = m_.proof.bytes;
    SectionReader in(m_, "state", source_);
    Bytes last_key;
    while (!in.at_end()) {
      auto kind = in.take_number(1);
      if (!kind) return std::move(kind).error();
      if (*kind == 2) {
        if (auto ok = lines(in); !ok) return ok;
      } else if (*kind == 1) {
        if (auto ok = close_history(); !ok) return ok;
        auto length = in.take_number(2);
        if (!length) return std::move(length).error();
        if (*length == 0 || *length > kRowKeyMax) return wrong("a state row has a key of no form");
        auto key_bytes = in.take(static_cast<std::size_t>(*length));
        if (!key_bytes) return std::move(key_bytes).error();
        Bytes key(*key_bytes);
        auto value = in.take_bytes32(ledger::kRowBytesMax);
        if (!value) return std::move(value).error();
        if (key <= last_key) return wrong("the state rows do not ascend");
        ops_.push_back({crypto::state_path(key[0], BytesView(key).substr(1)), crypto::state_value_hash(*value)});
        if (key[0] == static_cast<char>(ledger::Namespace::history)) history_ = History{key.substr(1), Bytes(*value), {}};
        bytes_ += key.size() + value->size();
        last_key = key;
        batch_.put(Family::rows, std::move(key), Bytes(*value));
        ++proven_.rows;
      } else {
        return wrong("an item of the state of no known kind");
      }
      if (bytes_ >= kBatchBytes || ops_.size() >= kBatchRows) {
        if (auto ok = flush_state(in); !ok) return ok;
      }
    }
    if (auto ok = close_history(); !ok) return ok;
    if (auto ok = flush_state(in); !ok) return ok;
    auto root = ledger::trie_root(into_);
    if (!root) return std::move(root).error();
    if (*root != m_.state_root) return wrong("the rows have another root than the seal of the height says");
    return {};
  }

  Result<void> flush_state(const SectionReader& in) {
    std::ranges::sort(ops_, {}, &ledger::TrieOp::path);
    auto trie = ledger::update_trie(into_, ops_);
    if (!trie) return std::move(trie).error();
    ops_.clear();
    for (ledger::NodeChange& node : trie->nodes) {
      if (node.value) {
        batch_.put(Family::nodes, std::move(node.key), std::move(*node.value));
      } else {
        batch_.erase(Family::nodes, std::move(node.key));
      }
    }
    return flush(in);
  }

  Result<void> lines(SectionReader& in) {
    auto category = in.take_number(1);
    if (!category) return std::move(category).error();
    auto count = in.take_number(2);
    if (!count) return std::move(count).error();
    if (!history_) return wrong("history lines behind a row that has none");
    auto& lists = history_->lists.lists;
    if (lists.empty() || lists.back().category < *category) {
      lists.push_back({static_cast<std::uint8_t>(*category), 0, {}});
    } else if (lists.back().category != *category) {
      return wrong("history lists out of order");
    }
    ledger::SubjectList& list = lists.back();
    const Digest subject = ledger::subject_hash(history_->subject);
    for (std::uint64_t i = 0; i < *count; ++i) {
      auto bytes = in.take(ledger::SubjectLeaf::kSize);
      if (!bytes) return std::move(bytes).error();
      auto leaf = ledger::SubjectLeaf::decode(*bytes);
      if (!leaf) return std::move(leaf).error();
      batch_.put(Family::derived, ledger::subject_leaf_key(subject, list.category, list.frontier.size()), Bytes(*bytes));
      list.frontier.append(leaf->hash());
      list.last_index = leaf->index;
    }
    bytes_ += *count * ledger::SubjectLeaf::kSize;
    return {};
  }

  /// The lists that were read must be those that the row commits to.
  Result<void> close_history() {
    if (!history_) return {};
    const History history = std::move(*std::exchange(history_, std::nullopt));
    if (ledger::to_canonical(history.lists.history_value()) != history.row) {
      return wrong("the history of " + history.subject + " is not the one that the state commits to");
    }
    batch_.put(Family::derived, ledger::subject_lists_key(ledger::subject_hash(history.subject)), history.lists.encode());
    return {};
  }

  // --- who says so: finalizations under the sets that the chain leads to

  Result<void> proof() {
    later_ = 0;
    SectionReader in(m_, "proof", source_);
    at_ = {};
    while (!in.at_end()) {
      auto kind = in.take_number(1);
      if (!kind) return std::move(kind).error();
      if (*kind != 1 && *kind != 2) return wrong("an item of the proof of no known kind");
      if (auto ok = *kind == 1 ? finalization(in) : cover(in); !ok) return ok;
      if (auto ok = flush(in); !ok) return ok;
    }
    if (auto ok = end_epoch(m_.epoch); !ok) return ok;
    if (m_.finality != note_) return wrong("the manifest's finality note is not the one that the proof ends with");
    return {};
  }

  /// The epoch's last block must have been made final by the certificates so far; the next one begins.
  Result<void> end_epoch(std::uint64_t epoch) {
    const BlockPlace end = end_of(epoch);
    if (finalized_.epoch != epoch || finalized_.view < end.view) return wrong("no finalization covers the end of epoch " + std::to_string(epoch));
    ++proven_.epochs;
    return {};
  }

  BlockPlace end_of(std::uint64_t epoch) const {
    const auto ended = ends_.find(epoch);
    return ended == ends_.end() ? BlockPlace{m_.epoch, m_.view, m_.block} : ended->second.first;
  }

  Result<const ledger::ValidatorSet*> set_of(std::uint64_t epoch) {
    if (set_ && set_->epoch == epoch) return &*set_;
    if (epoch != (set_ ? set_->epoch + 1 : genesis_.validators.epoch) || epoch > m_.epoch) return wrong("finalizations out of order");
    if (set_) {
      if (auto ok = end_epoch(set_->epoch); !ok) return std::move(ok).error();
    }
    auto set = validators_of(into_, genesis_, epoch);
    if (!set) return std::move(set).error();
    if (set_ && ledger::valset_hash(ledger::to_canonical(ledger::to_value(*set))) != ends_.at(set_->epoch).second) {
      return wrong("the validator set of epoch " + std::to_string(epoch) + " is not the one that the epoch before handed over to");
    }
    set_ = std::move(*set);
    return &*set_;
  }

  Result<void> finalization(SectionReader& in) {
    auto bytes = in.take_bytes32(agreement::kMessageMax);
    if (!bytes) return std::move(bytes).error();
    if (bytes->size() < 17) return wrong("a certificate is too short");
    const std::uint64_t epoch = BinaryReader(bytes->substr(1)).u64();
    auto set = set_of(epoch);
    if (!set) return std::move(set).error();
    auto certificate = agreement::Certificate::decode(*bytes, **set);
    if (!certificate) return std::move(certificate).error();
    const agreement::Statement& s = certificate->statement;
    const std::string where = "the finalization of epoch " + std::to_string(epoch) + ", view " + std::to_string(s.view) + ": ";
    if (s.kind != agreement::Statement::Kind::finalize || s.epoch != epoch) return wrong("a certificate that is no finalization");
    if (finalized_.epoch == epoch && s.view <= finalized_.view) return wrong("finalizations out of order");
    if (auto ok = agreement::verify_certificate(*certificate, **set, genesis_.ledger_id, genesis_.origin); !ok) {
      return Error{ok.error().code, "snapshot: " + where + ok.error().detail};
    }
    auto block = into_.get(Family::chain, chain_key::block(epoch, s.view, s.block_hash));
    if (!block) return std::move(block).error();
    if (!*block) return wrong(where + "its block is not in the chain");
    const bool covers = s.view >= end_of(epoch).view;
    if (covers && epoch == m_.epoch) {
      const agreement::Tip& tip = proven_.tip;
      if (s.size != tip.log_size || s.root != tip.log_root || s.state_root != tip.state_root || s.next_valset_hash != tip.next_valset_hash) {
        return wrong(where + "it is of another log or state");
      }
      note_ = agreement::finality_note(*certificate, **set, genesis_.ledger_id, genesis_.origin);
    }
    handover_ = Bytes(*bytes);
    finalized_ = {epoch, s.view, s.block_hash};
    batch_.put(Family::chain, chain_key::finalization(epoch, s.view), handover_);
    ++proven_.certificates;
    return {};
  }

  /// A block between the last one of the chain in its epoch and the one whose finalization covers it.
  Result<void> cover(SectionReader& in) {
    Bytes parts[3];
    for (Bytes& part : parts) {
      auto bytes = in.take_bytes32(agreement::kMessageMax);
      if (!bytes) return std::move(bytes).error();
      part = Bytes(*bytes);
    }
    const auto& [seal_bytes, justification, body] = parts;
    auto peek = ledger::decode_seal(seal_bytes);
    if (!peek) return wrong("a block of the proof: " + peek.error().detail);
    if (peek->epoch > m_.epoch) return wrong("a block of the proof is of a later epoch");
    if (at_.epoch != peek->epoch) at_ = end_of(peek->epoch);
    auto seal = follow(seal_bytes, justification);
    if (!seal) return std::move(seal).error();
    const bool open = seal->epoch == m_.epoch && !ends_.contains(m_.epoch);
    if (!open && !seal->empty) return wrong("a block with records behind the end of its epoch");
    if (!open) return {};
    agreement::Tip& tip = proven_.tip;
    if (!seal->empty) {
      if (auto ok = execute(*seal, seal_bytes, body); !ok) return ok;
    }
    if (seal->epoch_end) {
      ends_[seal->epoch] = {at_, seal->next_valset_hash};
      tip.next_valset_hash = seal->next_valset_hash;
    }
    if (seal->height != tip.height || seal->state_root != tip.state_root || seal->next_valset_hash != tip.next_valset_hash) {
      return wrong("a block of the proof names another height or state");
    }
    tip.view = seal->view;
    tip.block_hash = at_.block_hash;
    tip.time_ms = seal->time_ms;
    return {};
  }

  /// Records that became final together with the height are executed on its state, as a follower would.
  Result<void> execute(const ledger::Seal& seal, BytesView seal_bytes, BytesView body) {
    auto entries = ledger::decode_body(body);
    if (!entries) return wrong("a block of the proof: " + entries.error().detail);
    const auto units = ledger::units_of(*entries, genesis_.limits);
    if (!units) return wrong("a block of the proof: " + units.error().detail);
    // What follow() has put aside belongs to the state that comes now.
    if (auto ok = into_.write(std::exchange(batch_, {}), ledger::Sync::no); !ok) return ok;
    auto sealed = ledger::replay_block({into_.snapshot()}, genesis_, std::move(tiled_), *entries, *units, seal_bytes);
    if (!sealed) return wrong("a block of the proof: " + sealed.error().detail);
    agreement::Tip& tip = proven_.tip;
    if (seal.height != tip.height + 1) return wrong("a block of the proof names another height");
    tiled_ = std::move(sealed->frontier);
    tip.height = seal.height;
    tip.log_size = tiled_.size();
    tip.log_root = tiled_.root();
    tip.state_root = seal.state_root;
    return into_.write(sealed->batch, ledger::Sync::no);
  }

  // --- what a node starts from

  Result<void> finish() {
    agreement::Tip& tip = proven_.tip;
    const bool ended = ends_.contains(m_.epoch);
    const bool at_tip = ended || (finalized_.view == tip.view && finalized_.block_hash == tip.block_hash);
    if (!at_tip) return wrong("the proof does not end with a finalization");
    if (ended) {
      ++tip.epoch;
      tip.view = 0;
    }
    if (tip.epoch > genesis_.validators.epoch) {
      auto before = into_.get(Family::chain, chain_key::finalization(tip.epoch - 1, last_of_epoch_before()));
      if (!before) return std::move(before).error();
      if (!*before) return wrong("the finalization that handed over to epoch " + std::to_string(tip.epoch) + " is missing");
      const agreement::EpochRow row{tip.epoch, ends_.at(tip.epoch - 1).first.block_hash, std::move(**before)};
      batch_.put(Family::chain, chain_key::meta("epoch"), row.encode());
    }
    batch_.put(Family::chain, chain_key::meta("tip"), tip.encode());
    batch_.put(Family::chain, chain_key::meta("step"), u64_key(0));
    batch_.put(Family::chain, chain_key::meta("genesis"), Bytes(genesis_.ledger_id.view()));
    return into_.write(std::exchange(batch_, {}), ledger::Sync::yes);
  }

  /// View of the newest finalization of the epoch before the tip's.
  std::uint64_t last_of_epoch_before() const {
    std::uint64_t view = 0;
    const std::uint64_t epoch = proven_.tip.epoch - 1;
    into_.scan(Family::chain, chain_key::finalization(epoch, 0), chain_key::finalization(epoch + 1, 0),
               [&](BytesView key, BytesView) {
                 view = BinaryReader(key.substr(key.size() - sizeof view)).u64();
                 return true;
               })
        .ignore("a view that was not found is missed by the caller");
    return view;
  }

  struct History {
    Bytes subject;
    Bytes row;
    ledger::SubjectLists lists;
  };

  const SnapshotManifest& m_;
  const ChunkSource& source_;
  const ledger::Genesis& genesis_;
  ledger::KvStore& into_;
  const SnapshotProgress& progress_;
  std::uint64_t all_ = 0;
  std::uint64_t later_ = m_.blocks.bytes + m_.state.bytes + m_.proof.bytes;  // bytes of the sections to come
  SnapshotProven proven_;
  ledger::KvBatch batch_;
  std::size_t bytes_ = 0;
  // entries
  ledger::Frontier log_;
  ledger::Frontier tiled_;  // a batch behind
  std::vector<Digest> leaves_;
  std::vector<Digest> block_;
  std::uint64_t height_ = 0;
  // blocks
  BlockPlace at_;
  ledger::Seal last_;
  std::map<std::uint64_t, std::pair<BlockPlace, Digest>> ends_;  // of epochs: last block, hash of the next set
  // state
  std::vector<ledger::TrieOp> ops_;
  std::optional<History> history_;
  // proof
  std::optional<ledger::ValidatorSet> set_;
  BlockPlace finalized_;
  Bytes handover_;
  std::string note_;
};

}  // namespace

Result<SnapshotProven> import_snapshot(const SnapshotManifest& manifest, const ChunkSource& source, const ledger::Genesis& genesis,
                                       ledger::KvStore& into, const SnapshotProgress& progress) {
  return Import(manifest, source, genesis, into, progress).run();
}

Result<ledger::Genesis> genesis_of(const SnapshotManifest& manifest, const ChunkSource& source) {
  SectionReader in(manifest, "entries", source);
  auto bytes = in.take_bytes32(ledger::kEntryBytesMax);
  if (!bytes) return std::move(bytes).error();
  return ledger::decode_genesis(*bytes);
}

}  // namespace qinglu::node
