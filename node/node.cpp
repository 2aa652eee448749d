// SPDX-License-Identifier: Apache-2.0
#include "node/node.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "ledger/apply/block.hpp"
#include "ledger/catalog/validators.hpp"
#include "ledger/codec/receipt.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/model/rows.hpp"
#include "ledger/proving/cose_receipt.hpp"
#include "node/chain_image.hpp"
#include "node/final_chain.hpp"
#include "node/submissions.hpp"

namespace qinglu::node {
namespace {

using api::RecordStatus;
using api::State;
using ledger::Family;
namespace chain_key = agreement::chain_key;

Result<std::optional<Bytes>> read_meta(const ledger::KvReader& reader, std::string_view name) {
  return reader.get(Family::chain, chain_key::meta(name));
}

agreement::Signers signers_of(const NodeKeys& keys, const std::string& origin) {
  return {[&](BytesView message) { return keys.vote.sign({message}); },
          [&keys, origin](std::string_view checkpoint) { return crypto::sign_note(checkpoint, origin, keys.log); },
          [&](std::string_view checkpoint, std::uint64_t time_s) {
            return keys.cosign.sign({crypto::cosignature_message(time_s, checkpoint)});
          }};
}

}  // namespace

Result<ledger::KvBatch> genesis_batch(const ledger::Genesis& genesis) {
  auto block = ledger::load_genesis(genesis);
  if (!block) return std::move(block).error();
  agreement::Tip tip;
  tip.block_hash = genesis.ledger_id;
  tip.log_size = block->sealed.frontier.size();
  tip.log_root = block->sealed.frontier.root();
  tip.state_root = block->seal.state_root;
  tip.next_valset_hash = genesis.valset_hash;
  tip.time_ms = genesis.time_ms;
  ledger::KvBatch batch = std::move(block->sealed.batch);
  batch.put(Family::chain, chain_key::meta("tip"), tip.encode());
  batch.put(Family::chain, chain_key::meta("step"), u64_key(0));
  batch.put(Family::chain, chain_key::meta("genesis"), Bytes(genesis.ledger_id.view()));
  return batch;
}

std::int64_t monotonic_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

LedgerNode::LedgerNode(NodeOptions options, NodeDisk disk, ledger::Genesis genesis, NodeKeys keys,
                       Clock clock, std::unique_ptr<Channel> channel)
    : options_(std::move(options)),
      disk_(std::move(disk)),
      genesis_(std::make_shared<const ledger::Genesis>(std::move(genesis))),
      keys_(std::move(keys)),
      clock_(std::move(clock)),
      channel_(std::move(channel)),
      cache_(std::make_shared<ledger::StateCache>()),
      budget_(options_.pool.submissions_per_second, options_.pool.submissions_burst),
      pool_(options_.pool) {}

LedgerNode::~LedgerNode() { stop(); }

Result<std::unique_ptr<LedgerNode>> LedgerNode::start(NodeOptions options, NodeDisk disk,
                                                      ledger::Genesis genesis, NodeKeys keys,
                                                      Clock clock, std::unique_ptr<Channel> channel) {
  std::unique_ptr<LedgerNode> node(new LedgerNode(std::move(options), std::move(disk),
                                                  std::move(genesis), std::move(keys),
                                                  std::move(clock), std::move(channel)));
  const NodeOptions& set = node->options_;
  if (!set.snapshot_dir.empty() && set.snapshots_kept > 0) {
    node->keeper_ = std::make_unique<SnapshotKeeper>(set.snapshot_dir, set.snapshots_kept, node->genesis_, set.on_alarm);
  }
  if (auto ok = node->load(); !ok) return std::move(ok).error();
  if (node->keeper_) node->keeper_->offer(node->snapshot_->state.committed, node->snapshot_->head.height);
  if (auto ok = node->recover_journal(); !ok) return std::move(ok).error();
  node->recall_contradictions();
  if (auto ok = node->finish_erasures(); !ok) return std::move(ok).error();
  node->driver_ = std::thread([raw = node.get()] { raw->drive(); });
  node->journal_thread_ = std::thread([raw = node.get()] { raw->sync_journal(); });
  if (node->channel_) {
    node->told_thread_ = std::thread([raw = node.get()] { raw->hear_told(); });
    node->channel_->start([raw = node.get()](const std::string& from, Bytes message) { raw->received(from, std::move(message)); });
  }
  return node;
}

Result<void> LedgerNode::load() {
  const ledger::KvStore& store = *disk_.store;
  auto known = read_meta(store, "genesis");
  if (!known) return std::move(known).error();
  if (!*known || **known != genesis_->ledger_id.view()) {
    return Error{Errc::wrong_ledger, "the database holds ledger " + to_hex(known->value_or("")) +
                                         ", the genesis document is of " +
                                         to_hex(genesis_->ledger_id)};
  }
  auto tip = read_row<agreement::Tip>(store, chain_key::meta("tip"));
  if (!tip) return std::move(tip).error();
  auto frontier_bytes = read_meta(store, "frontier");
  if (!frontier_bytes) return std::move(frontier_bytes).error();
  if (!*tip || !*frontier_bytes) return Error{Errc::corrupt, "the database has no tip"};
  auto indexed = store.get(Family::derived, ledger::derived_height_key());
  if (!indexed) return std::move(indexed).error();
  if (!*indexed || **indexed != u64_key((*tip)->height)) {
    return Error{Errc::corrupt, "the indexes do not reach the tip's height " + std::to_string((*tip)->height) +
                                    ": rebuild them from the log with qinglud reindex"};
  }
  auto frontier = ledger::Frontier::decode(**frontier_bytes);
  if (!frontier) return std::move(frontier).error();
  if (frontier->size() != (*tip)->log_size || frontier->root() != (*tip)->log_root) {
    return Error{Errc::corrupt, "the log's frontier is not that of the tip at size " +
                                    std::to_string((*tip)->log_size)};
  }
  // F20, F21: the block that the tip names is read back and must be the one that was signed.
  auto seal = ledger::seal_at(store, (*tip)->height);
  if (!seal) return std::move(seal).error();
  // Empty blocks may be final above the last one with records.
  BlockPlace newest_seal{0, 0, genesis_->ledger_id};
  if (*seal) {
    const ledger::Seal& s = (*seal)->seal;
    if (s.height > 0) newest_seal.block_hash = ledger::block_hash((*seal)->bytes);
    newest_seal.epoch = s.epoch_end ? s.epoch + 1 : s.epoch;
    newest_seal.view = s.epoch_end ? 0 : s.view;
  }
  auto same = leads_down(store, {(*tip)->epoch, (*tip)->view, (*tip)->block_hash}, newest_seal);
  if (!same) return std::move(same).error();
  if (!*seal || (*seal)->index + 1 != (*tip)->log_size ||
      (*seal)->seal.state_root != (*tip)->state_root || !*same) {
    return Error{Errc::corrupt, "the stored seal of height " + std::to_string((*tip)->height) +
                                    " is not the one that was signed"};
  }
  auto state_root = ledger::trie_root(store);
  if (!state_root) return std::move(state_root).error();
  if (*state_root != (*tip)->state_root) {
    return Error{Errc::corrupt, "the state's root is not that of the seal at height " +
                                    std::to_string((*tip)->height)};
  }
  frontier_ = std::move(*frontier);
  auto doubt = check_guard(**tip);
  if (!doubt) return std::move(doubt).error();
  auto stored = stored_snapshot(store.snapshot(), genesis_);
  if (!stored) return std::move(stored).error();
  auto fresh = std::make_shared<Snapshot>(*std::move(stored));
  fresh->on_damage = [this](const Error& error) { halt(error); };
  fresh->state.cache = cache_;
  fresh->state.generation = cache_->generation();
  readable_ = snapshot_ = std::move(fresh);
  if (auto ok = begin_epoch(**tip, std::move(*doubt)); !ok) return ok;
  if (halted_) return *halted_;
  return {};
}

Result<void> LedgerNode::begin_epoch(const agreement::Tip& tip, std::string doubt) {
  auto set = validators_of(*disk_.store, *genesis_, tip.epoch);
  if (!set) return std::move(set).error();
  if (set->n() > 1 && !channel_) {
    return Error{Errc::usage, "a ledger of several validators needs a channel to them"};
  }
  std::optional<std::size_t> self;
  const auto member = std::ranges::find(set->members, options_.member, &ledger::Validator::id);
  if (member != set->members.end()) {
    const auto fit = [&](const NodeKeys& keys) {
      return member->vote_key == keys.vote.public_key() && member->cosign_key == keys.cosign.public_key() &&
             member->log_key == keys.log.public_key() && member->intake_key == keys.intake.public_key();
    };
    if (!fit(keys_) && options_.next_keys && fit(*options_.next_keys)) {
      engine_.reset();  // it signs with the keys that go now
      const std::lock_guard lock(mutex_);
      keys_ = std::move(*options_.next_keys);
      options_.next_keys.reset();
      if (options_.on_next_keys) options_.on_next_keys();
    }
    if (!fit(keys_)) return Error{Errc::usage, "the keys are not those of " + options_.member + " in the set"};
    self = static_cast<std::size_t>(member - set->members.begin());
  } else if (!channel_) {
    return Error{Errc::usage, options_.member + " is no member of the validator set"};
  }
  auto image = read_chain_image(*disk_.store, tip);
  if (!image) return std::move(image).error();
  image->doubt = std::move(doubt);
  image->nonce = Digest::from(crypto::random_bytes(Digest::kSize));
  const auto verify = [](const PublicKey& key, BytesView message, const Signature& signature) {
    return crypto::verify(key, message, signature);
  };
  engine_ = std::make_unique<agreement::Engine>(*set, self, genesis_->ledger_id, genesis_->origin,
                                                signers_of(keys_, genesis_->origin), verify);
  {
    const std::lock_guard lock(mutex_);
    set_ = std::make_shared<const ledger::ValidatorSet>(std::move(*set));
    others_.clear();
    incomplete_.clear();
    heard_.clear();
  }
  announce_sets();
  timers_.clear();
  absent_.clear();
  candidates_ = {};
  hinted_ = false;
  // Executes again what was voted for and is not final, and cosigns the tip anew; from here on the
  // engine owns the chain rows.
  run_engine(agreement::Start{std::move(*image)});
  return {};
}

void LedgerNode::announce_sets() {
  if (!options_.on_set) return;
  const ledger::Overlay rows(newest()->state);
  const auto pending = ledger::pending_set(rows);
  const std::pair now{set_->epoch, pending ? pending->hash : Digest{}};
  if (announced_ == now) return;
  announced_ = now;
  std::optional<ledger::ValidatorSet> scheduled;
  if (pending) {
    auto set = ledger::parse_validator_set(*pending->row->find("set"), genesis_->origin);
    if (set) scheduled = std::move(*set);  // the rule that scheduled it has read it
  }
  options_.on_set(*set_, scheduled);
}

Result<std::string> LedgerNode::check_guard(const agreement::Tip& tip) {
  auto bytes = read_meta(*disk_.store, "step");
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return Error{Errc::corrupt, "the database has no step counter"};
  step_ = BinaryReader(**bytes).u64();
  if (!disk_.guard) return replace_guard(tip);
  const ledger::GuardState guard = disk_.guard->state();
  if (guard.step == step_) return std::string();
  // Every Persist that promises something writes the database first and the guard after, and nothing is
  // said before both: a guard one step behind is what a crash between the two leaves.
  if (guard.step + 1 == step_) {
    if (auto ok = disk_.guard->write({step_, tip.height, guard.payload}); !ok) return std::move(ok).error();
    return std::string();
  }
  std::string doubt = "the guard file stands at step " + std::to_string(guard.step) + " (height " + std::to_string(guard.height) +
                      "), the database at step " + std::to_string(step_) + " (height " + std::to_string(tip.height) +
                      "): one of them is an older copy";
  if (alone()) {
    return Error{Errc::corrupt, doubt + ". With one validator there is no peer to fetch from: restore data directory and "
                                        "guard from the same backup"};
  }
  step_ = std::max(step_, guard.step);
  return doubt;
}

Result<std::string> LedgerNode::replace_guard(const agreement::Tip& tip) {
  if (alone()) return disk_.guard_fault;
  std::string doubt = "the guard file is lost: " + disk_.guard_fault.detail;
  // In this order: a crash between the two must not leave a new guard that vouches for the database.
  ledger::KvBatch batch;
  batch.put(Family::chain, chain_key::meta("abstain"),
            agreement::AbstainRow{agreement::AbstainRow::State::doubtful, tip.epoch, 0, doubt}.encode());
  if (auto ok = disk_.store->write(batch, ledger::Sync::yes); !ok) return std::move(ok).error();
  std::error_code failed;
  if (std::filesystem::exists(disk_.guard_path)) {
    std::filesystem::rename(disk_.guard_path, disk_.guard_path + ".damaged", failed);
    if (failed) return Error{Errc::io, "cannot rename " + disk_.guard_path + ": " + failed.message()};
  }
  std::filesystem::create_directories(std::filesystem::path(disk_.guard_path).parent_path(), failed);
  auto guard = ledger::Guard::create(disk_.guard_path, {step_, tip.height, {}});
  if (!guard) return std::move(guard).error();
  disk_.guard = std::make_unique<ledger::Guard>(std::move(*guard));
  return doubt;
}

Result<void> LedgerNode::recover_journal() {
  for (const Bytes& row : disk_.journalled) {
    auto journalled = read_journal_row(row);
    if (!journalled) continue;  // rows carry checksums: this one is of another version
    auto unit = parse(journalled->submission, genesis_->limits);
    if (!std::holds_alternative<ledger::Unit>(unit)) continue;
    auto known = std::make_shared<ledger::Unit>(std::move(std::get<ledger::Unit>(unit)));
    auto logged = ledger::find_record_index(*disk_.store, known->main.id);
    if (!logged) return std::move(logged).error();  // a promise is never dropped unread
    if (*logged || pool_.find(known->main.id)) continue;
    // Of two bodies with one nonce the one that came first was taken in, here as at intake.
    if (auto admitted = pool_.admits(*known); !admitted && admitted.error().code == Errc::conflict) continue;
    pool_.add(std::move(known), journalled->received_ms);
  }
  disk_.journalled.clear();
  // `expired` is a fact of the ledger, so it holds after a restart too.
  for (const Digest& id : pool_.expired_by(snapshot_->head.time_ms)) {
    const auto pending = pool_.take(id);
    pool_.remember(expired_status(id), *pending->unit);
  }
  return {};
}

void LedgerNode::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (auto* waiting : {&wake_driver_, &wake_journal_, &wake_told_, &inbox_room_}) waiting->notify_all();
  if (channel_) channel_->stop();
  for (auto* thread : {&driver_, &journal_thread_, &told_thread_}) {
    if (thread->joinable()) thread->join();
  }
  if (keeper_) keeper_->stop();
  keep_time();  // for what reached the journal after the driver had ended
}

void LedgerNode::halt(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (halted_) return;
    halted_ = error;
  }
  if (options_.on_halt) options_.on_halt(error);
}

Error LedgerNode::closed_error() const {
  return {Errc::unavailable, halted_ ? "the node has halted: " + halted_->detail : "the node is stopping"};
}

std::optional<Error> LedgerNode::observer_error() const {
  std::string members;
  for (const ledger::Validator& member : set_->members) {
    if (member.id == options_.member) return std::nullopt;
    members += (members.empty() ? "" : ", ") + member.id;
  }
  return Error{Errc::denied, options_.member + " is in no validator set; members are " + members};
}

// --- the ports ----------------------------------------------------------------------------------

Result<RecordStatus> LedgerNode::dry_run(const api::Submission& submission) {
  const auto base = snapshot();
  auto parsed = parse(submission, genesis_->limits);
  if (auto* refusal = std::get_if<ledger::Refusal>(&parsed)) {
    return refusal_status(Digest{}, std::move(refusal->issues), refusal->member, base->head.height);
  }
  auto& unit = std::get<ledger::Unit>(parsed);
  if (!budget_.take(unit.signed_by, submission.from, clock_())) return over_budget();
  ledger::Overlay state(base->state);
  auto judgement = ledger::judge(
      unit, state,
      ledger::place_in(*genesis_, std::max(clock_(), base->head.time_ms + 1), base->head.size, base->head.height + 1),
      ledger::Answer::all_problems);
  if (!judgement) return std::move(judgement).error();
  if (!judgement->accepted()) {
    return refusal_status(unit.main.id, std::move(judgement->issues), judgement->member,
                          base->head.height);
  }
  RecordStatus status;
  status.id = unit.main.id;
  for (const auto& flags : judgement->flags) {
    status.flags.insert(status.flags.end(), flags.begin(), flags.end());
  }
  return status;
}

Result<std::optional<RecordStatus>> LedgerNode::status_of(const Digest& record_id) {
  // Pool and chain are looked at in one moment, in which a record is in one of them.
  std::shared_ptr<const Snapshot> current;
  std::optional<RecordStatus> remembered;
  {
    const std::lock_guard lock(mutex_);
    if (const Pending* pending = std::as_const(pool_).find(record_id)) {
      return std::optional<RecordStatus>(pending_status(*pending, record_id));
    }
    if (const RecordStatus* status = pool_.remembered(record_id)) remembered = *status;
    current = snapshot_;
  }
  auto logged = final_status(current, record_id);
  if (!logged || *logged) return logged;
  return remembered;
}

Result<std::optional<RecordStatus>> LedgerNode::final_status(
    const std::shared_ptr<const Snapshot>& current, const Digest& record_id) const {
  const ledger::KvReader& reader = current->state.reader();
  auto index = ledger::find_record_index(reader, record_id);
  if (!index) return std::move(index).error();
  if (!*index) return std::optional<RecordStatus>();
  auto seal = ledger::seal_of_entry(reader, **index);
  if (!seal) return std::move(seal).error();
  RecordStatus status;
  status.id = record_id;
  status.state = State::final;
  {
    const std::lock_guard lock(mutex_);
    status.cosigned = !readable_->head.checkpoint.empty() && **index < readable_->head.size;
  }
  status.index = **index;
  status.height = seal->seal.height;
  status.time_ms = seal->seal.time_ms;
  const auto view = make_ledger_view(current);
  auto record = view->record(record_id);
  if (!record) return std::move(record).error();
  if (*record) status.flags = std::move((*record)->flags);
  auto finality = finality_at(reader, *genesis_, status.height);
  if (!finality) return std::move(finality).error();
  const std::uint64_t size = *finality ? (*finality)->size : current->head.size;
  auto path = view->inclusion(status.index, size);
  if (!path) return std::move(path).error();
  status.finality = {*finality ? std::move((*finality)->note) : std::string(), size, std::move(*path)};
  return std::optional<RecordStatus>(std::move(status));
}

RecordStatus LedgerNode::pending_status(const Pending& pending, const Digest& record_id) const {
  RecordStatus status;
  status.id = record_id;
  // What a member told is in no journal here, so nothing is promised.
  if (pending.own) {
    status.receipt = ledger::sign_receipt({genesis_->ledger_id, pending.unit->main.id, options_.member,
                                           pending.received_ms, pending.expires_at},
                                          keys_.intake);
  }
  status.pursued = pending.pursued;
  status.lapsed = clock_() > 1000 * pending.expires_at;
  return status;
}

Result<Bytes> LedgerNode::inclusion_receipt(const api::LedgerView& at, const Digest& record_id) const {
  auto record = at.record(record_id);
  if (!record) return std::move(record).error();
  if (!*record) return Error{Errc::not_found, "the log holds no such record"};
  auto path = at.inclusion((*record)->index, at.head().size);
  if (!path) return std::move(path).error();
  const std::lock_guard lock(mutex_);
  if (auto observes = observer_error()) return *std::move(observes);
  return ledger::sign_inclusion_receipt(
      {genesis_->origin, record_id, at.head().size, at.head().root, (*record)->index, *std::move(path)}, keys_.intake);
}

std::vector<api::SnapshotFacts> LedgerNode::snapshots() const {
  return keeper_ ? keeper_->list() : std::vector<api::SnapshotFacts>();
}

Result<Bytes> LedgerNode::snapshot_file(std::uint64_t height, std::optional<std::size_t> chunk) const {
  if (!keeper_) return Error{Errc::not_found, "this node makes no snapshots"};
  return keeper_->file(height, chunk);
}

std::shared_ptr<const Snapshot> LedgerNode::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

std::shared_ptr<const api::LedgerView> LedgerNode::view() const {
  std::shared_ptr<const Snapshot> at;
  {
    const std::lock_guard lock(mutex_);
    at = readable_;
  }
  return make_ledger_view(std::move(at));
}

}  // namespace qinglu::node
