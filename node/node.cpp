// SPDX-License-Identifier: Apache-2.0
#include "node/node.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/receipt.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/model/rows.hpp"

namespace qinglu::node {
namespace {

using api::RecordStatus;
using api::State;
using ledger::Family;
namespace chain_key = agreement::chain_key;

RecordStatus refusal_status(const Digest& id, std::vector<ledger::Issue> issues,
                            std::optional<std::size_t> member, std::uint64_t height) {
  RecordStatus status;
  status.id = id;
  status.state = State::refused;
  status.issues = std::move(issues);
  status.member = member;
  status.judged_height = height;
  return status;
}

RecordStatus replay_status(const Digest& id, const std::string& pending_id, std::uint64_t height) {
  return refusal_status(id, {{"REPLAY", "/nonce", "", {pending_id}, {}, {}}}, {}, height);
}

RecordStatus expired_status(const Digest& id) {
  RecordStatus status;
  status.id = id;
  status.state = State::expired;
  return status;
}

/// Input that no registered key signs leaves no row, whatever it is refused for (F93). The proof of a
/// new key is no such signature: anybody can make one.
bool signed_by_registered_keys(const ledger::Unit& unit) {
  const auto new_key = unit.main.type ? ledger::new_key_signature(*unit.main.type, unit.main.value) : std::nullopt;
  const bool registered = std::ranges::any_of(unit.signed_by, [&](const auto& by) { return by != new_key; });
  return registered && std::ranges::all_of(unit.verified, [](const auto& key) { return key.has_value(); });
}

Error over_budget() { return {Errc::limit, "too many submissions under one key"}; }

/// Lines `record|batch <received_ms>`, entry, bodies: canonical JSON holds no raw LF. The receipt
/// follows from them: Ed25519 signs alike every time.
Bytes journal_row(const ledger::Unit& unit, std::int64_t received_ms) {
  Bytes row = (unit.batch ? "batch " : "record ") + std::to_string(received_ms) + "\n" + unit.entry;
  for (const auto& member : unit.members) row.append("\n").append(member.bytes);
  return row;
}

struct Journalled {
  api::Submission submission;
  std::int64_t received_ms = 0;
};

std::optional<Journalled> read_journal_row(BytesView row) {
  std::vector<Bytes> lines;
  for (;;) {
    const std::size_t end = row.find('\n');
    lines.emplace_back(row.substr(0, end));
    if (end == row.npos) break;
    row.remove_prefix(end + 1);
  }
  if (lines.size() < 2) return std::nullopt;
  const std::size_t space = std::min(lines[0].find(' '), lines[0].size() - 1);
  const auto received = parse_decimal(std::string_view(lines[0]).substr(space + 1));
  if (!received) return std::nullopt;
  Journalled result;
  result.submission.batch = lines[0].starts_with("batch ");
  result.received_ms = static_cast<std::int64_t>(*received);
  result.submission.entry = std::move(lines[1]);
  result.submission.bodies.assign(lines.begin() + 2, lines.end());
  return result;
}

std::variant<ledger::Unit, ledger::Refusal> parse(const api::Submission& submission,
                                                  const ledger::LedgerLimits& limits) {
  if (!submission.batch) return ledger::parse_record_unit(submission.entry);
  std::vector<BytesView> bodies(submission.bodies.begin(), submission.bodies.end());
  return ledger::parse_batch_unit(submission.entry, bodies, limits.batch_bytes);
}

Result<std::optional<Bytes>> read_meta(const ledger::KvReader& reader, std::string_view name) {
  return reader.get(Family::chain, chain_key::meta(name));
}

/// The row of `key`, decoded; nullopt when there is none.
template <class Row>
Result<std::optional<Row>> read_row(const ledger::KvReader& reader, const Bytes& key) {
  auto bytes = reader.get(Family::chain, key);
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return std::optional<Row>();
  auto row = Row::decode(**bytes);
  if (!row) return std::move(row).error();
  return std::optional<Row>(std::move(*row));
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

LedgerNode::LedgerNode(NodeOptions options, NodeDisk disk, ledger::Genesis genesis, NodeKeys keys,
                       Clock clock)
    : options_(std::move(options)),
      disk_(std::move(disk)),
      genesis_(std::make_shared<const ledger::Genesis>(std::move(genesis))),
      keys_(std::move(keys)),
      clock_(std::move(clock)),
      cache_(std::make_shared<ledger::StateCache>()),
      budget_(options_.pool.submissions_per_second, options_.pool.submissions_burst),
      pool_(options_.pool) {}

LedgerNode::~LedgerNode() { stop(); }

Result<std::unique_ptr<LedgerNode>> LedgerNode::start(NodeOptions options, NodeDisk disk,
                                                      ledger::Genesis genesis, NodeKeys keys,
                                                      Clock clock) {
  std::unique_ptr<LedgerNode> node(new LedgerNode(std::move(options), std::move(disk),
                                                  std::move(genesis), std::move(keys),
                                                  std::move(clock)));
  if (auto ok = node->load(); !ok) return std::move(ok).error();
  if (auto ok = node->recover_journal(); !ok) return std::move(ok).error();
  node->driver_ = std::thread([raw = node.get()] { raw->drive(); });
  node->journal_thread_ = std::thread([raw = node.get()] { raw->sync_journal(); });
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
  const bool genesis_tip = (*tip)->height == 0;
  if (!*seal || (*seal)->index + 1 != (*tip)->log_size ||
      (*seal)->seal.state_root != (*tip)->state_root ||
      (!genesis_tip && ledger::block_hash((*seal)->bytes) != (*tip)->block_hash)) {
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
  if (auto ok = check_guard(**tip); !ok) return ok;

  agreement::DurableImage image;
  image.tip = **tip;
  if (image.tip.view > 0) {
    auto notarization = store.get(Family::chain,
                                  chain_key::certificate(5, image.tip.epoch, image.tip.view));
    if (!notarization) return std::move(notarization).error();
    if (!*notarization) return Error{Errc::corrupt, "the tip's notarization is missing"};
    image.tip_notarization = std::move(**notarization);
  }
  auto cosigned = read_row<agreement::CosignRow>(store, chain_key::cosign());
  if (!cosigned) return std::move(cosigned).error();
  if (*cosigned) image.cosigned = **cosigned;
  auto head = read_row<agreement::HeadRow>(store, chain_key::head(image.tip.log_size));
  if (!head) return std::move(head).error();
  if (*head) image.first_note = (*head)->first;

  const auto& members = genesis_->validators.members;
  const auto self = std::ranges::find(members, options_.member, &ledger::Validator::id);
  if (self == members.end()) {
    return Error{Errc::usage, options_.member + " is no member of the validator set"};
  }
  if (self->vote_key != keys_.vote.public_key() || self->cosign_key != keys_.cosign.public_key() ||
      self->log_key != keys_.log.public_key() || self->intake_key != keys_.intake.public_key()) {
    return Error{Errc::usage, "the keys are not those of " + options_.member + " in the set"};
  }
  if (members.size() != 1) {
    return Error{Errc::unsupported, "this version runs a ledger of one validator"};
  }
  engine_ = std::make_unique<agreement::Engine>(
      genesis_->validators, 0, genesis_->ledger_id, genesis_->origin,
      agreement::Signers{&keys_.vote, &keys_.cosign, &keys_.log});

  auto fresh = std::make_shared<Snapshot>();
  fresh->genesis = genesis_;
  fresh->on_damage = [this](const Error& error) { halt(error); };
  fresh->state = {store.snapshot(), nullptr, cache_, cache_->generation()};
  const agreement::Tip& t = image.tip;
  fresh->head = {t.height, t.log_size, t.log_root, t.state_root, t.time_ms,
                 *head ? (*head)->newest : std::string()};
  snapshot_ = std::move(fresh);
  // Cosigns the tip anew; from here on the engine owns the chain rows.
  run_engine(agreement::Start{std::move(image)});
  if (halted_) return *halted_;
  return {};
}

Result<void> LedgerNode::check_guard(const agreement::Tip& tip) {
  auto bytes = read_meta(*disk_.store, "step");
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return Error{Errc::corrupt, "the database has no step counter"};
  step_ = BinaryReader(**bytes).u64();
  const ledger::GuardState guard = disk_.guard->state();
  if (guard.step == step_) return {};
  // Every Persist writes the database first and the guard after, and nothing is said before both: a
  // guard one step behind is what a crash between the two leaves.
  if (guard.step + 1 == step_) {
    return disk_.guard->write({step_, tip.height, guard.payload});
  }
  return Error{Errc::corrupt, "the guard file stands at step " + std::to_string(guard.step) +
                                  " (height " + std::to_string(guard.height) +
                                  "), the database at step " + std::to_string(step_) + " (height " +
                                  std::to_string(tip.height) +
                                  "): one of them is an older copy. With one validator there is no "
                                  "peer to fetch from: restore data directory and guard from the "
                                  "same backup"};
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
  wake_driver_.notify_all();
  wake_journal_.notify_all();
  if (driver_.joinable()) driver_.join();
  if (journal_thread_.joinable()) journal_thread_.join();
  keep_time();  // for what reached the journal after the driver had ended
}

// --- the driver ---------------------------------------------------------------------------------

void LedgerNode::drive() {
  recosign_at_ms_ = clock_() + options_.recosign_ms;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_driver_.wait_for(lock, std::chrono::milliseconds(100), [&] {
        return stopping_ || (!halted_ && pool_.waiting());
      });
    }
    if (auto failed = disk_.store->failure()) halt(std::move(*failed));
    keep_time();
    bool waiting = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (halted_) continue;
      waiting = pool_.waiting();
    }
    if (waiting) run_engine(agreement::PoolHint{true});
    if (options_.recosign_ms > 0 && clock_() >= recosign_at_ms_) {
      recosign_at_ms_ = clock_() + options_.recosign_ms;
      run_engine(agreement::RecosignDue{});
    }
  }
}

void LedgerNode::keep_time() {
  const std::int64_t now = clock_();
  std::vector<Timeout> late;
  {
    const std::lock_guard lock(mutex_);
    pool_.let_rest(now);
    const bool over = stopping_ || halted_;  // nothing more becomes final here
    while (!timeouts_.empty() && (over || timeouts_.begin()->first <= now)) {
      late.push_back(std::move(timeouts_.begin()->second));
      timeouts_.erase(timeouts_.begin());
    }
  }
  for (const Timeout& timeout : late) {
    if (std::exchange(*timeout.answered, true)) continue;
    auto status = status_of(timeout.record_id);
    if (status && *status) {
      timeout.done(std::move(**status));
    } else {
      timeout.done(Error{Errc::unavailable, "the outcome is open: ask again by record id"});
    }
  }
}

void LedgerNode::run_engine(agreement::Input input) {
  std::deque<agreement::Input> inputs;
  inputs.push_back(std::move(input));
  while (!inputs.empty()) {
    const agreement::Input next = std::move(inputs.front());
    inputs.pop_front();
    for (agreement::Output& output : engine_->step(next, clock_())) {
      if (auto* order = std::get_if<agreement::Build>(&output)) {
        inputs.push_back(build(*order));
      } else if (auto* rows = std::get_if<agreement::Persist>(&output)) {
        if (auto ok = persist(*rows); !ok) return halt(ok.error());
        inputs.push_back(agreement::PersistDone{rows->token});
      } else if (auto* done = std::get_if<agreement::Committed>(&output)) {
        committed(*done);
        keep_time();  // while records keep coming, this is the only place that sees the clock
        const std::lock_guard lock(mutex_);
        if (stopping_ || halted_) return;
        inputs.push_back(agreement::PoolHint{pool_.waiting()});
      } else if (auto* newer = std::get_if<agreement::Recosigned>(&output)) {
        auto fresh = std::make_shared<Snapshot>(*snapshot());
        fresh->state.committed = disk_.store->snapshot();
        fresh->head.checkpoint = newer->checkpoint;
        const std::lock_guard lock(mutex_);
        snapshot_ = std::move(fresh);
      }
    }
  }
}

agreement::Built LedgerNode::build(const agreement::Build& order) {
  const auto base = snapshot();
  const std::int64_t time_ms = std::max(clock_(), order.parent.time_ms + 1);
  std::vector<std::shared_ptr<ledger::Unit>> units;
  {
    const std::lock_guard lock(mutex_);
    units = pool_.oldest(options_.block_units_max);
  }
  ledger::BlockBuilder builder(base->state, genesis_->ledger_id, genesis_->limits,
                               order.parent.log_size, time_ms);
  block_units_.clear();
  for (const auto& unit : units) {
    if (!builder.fits(*unit)) break;
    const std::uint64_t index = order.parent.log_size + builder.entry_count();
    auto judgement = builder.add(*unit);
    if (!judgement) {
      halt(judgement.error());
      return {};
    }
    if (judgement->accepted()) {
      RecordStatus status;
      status.id = unit->main.id;
      status.state = State::final;
      status.cosigned = true;
      status.index = index;
      status.height = order.parent.height + 1;
      status.time_ms = time_ms;
      if (!unit->batch) status.flags = std::move(judgement->flags[0]);
      block_units_.push_back(std::move(status));
      continue;
    }
    // Refused on the records before it in this block, or on the finalized state? Only the latter
    // is an answer (agreement.md §2.8); the former waits for the next block.
    std::optional<RecordStatus> alone;
    if (builder.entry_count() > 0) {
      alone = judge_alone(*unit, time_ms);
      if (!alone) continue;
    } else {
      alone = refusal_status(unit->main.id, std::move(judgement->issues), judgement->member,
                             base->head.height);
    }
    const bool stale = std::ranges::any_of(alone->issues, [](const auto& issue) {
      return issue.code == "STALE" || issue.detail.starts_with("STALE: ");
    });
    std::optional<Pending> refused;
    {
      const std::lock_guard lock(mutex_);
      if (stale) {
        pool_.stop_pursuing(unit->main.id);  // only a final block's time can say `expired`
      } else if ((refused = pool_.take(unit->main.id))) {
        pool_.remember(*alone, *unit);
      }
    }
    // Whoever is answered may ask the node at once, so the lock is open.
    if (refused) answer(std::move(*refused), *alone);
  }
  if (builder.entry_count() == 0) return {};
  auto executed = std::move(builder).finish();
  if (!executed) {
    halt(executed.error());
    return {};
  }
  ledger::Seal seal;
  seal.ledger = genesis_->ledger_id;
  seal.epoch = order.epoch;
  seal.view = order.view;
  seal.height = order.parent.height + 1;
  seal.parent = order.parent.block_hash;
  seal.parent_view = order.parent.view;
  seal.proposer = order.proposer;
  seal.time_ms = time_ms;
  seal.record_count = executed->entries.size();
  seal.records_root = executed->records_root;
  seal.log_size_before = order.parent.log_size;
  seal.log_root_before = order.parent.log_root;
  seal.state_root = executed->state_root;
  seal.next_valset_hash = order.next_valset_hash;
  seal.justification_hash = ledger::justification_hash(order.justification);
  const Bytes seal_bytes = ledger::encode_seal(seal);
  auto sealed = ledger::seal_block(*base->state.committed, std::move(*executed), frontier_,
                                   seal_bytes, seal.height);
  if (!sealed) {
    halt(sealed.error());
    return {};
  }
  agreement::BuiltBlock block;
  block.seal = seal_bytes;
  block.block_hash = ledger::block_hash(seal_bytes);
  block.after = {seal.epoch,       seal.view,
                 seal.height,      block.block_hash,
                 sealed->frontier.size(), sealed->frontier.root(),
                 seal.state_root,  seal.next_valset_hash,
                 seal.time_ms};
  sealed->batch.put(Family::chain, chain_key::block(seal.epoch, seal.view, block.block_hash),
                    agreement::BlockRow{true, seal_bytes, order.justification, {}}.encode());
  sealed->batch.put(Family::chain, chain_key::height(seal.height),
                    agreement::HeightRow{seal.epoch, seal.view}.encode());
  sealed_ = std::move(*sealed);
  return {std::move(block)};
}

Result<void> LedgerNode::persist(const agreement::Persist& order) {
  ledger::KvBatch batch = order.batch;
  if (order.commits) {
    QL_CHECK(sealed_.has_value());
    batch.append(std::move(sealed_->batch));
  }
  batch.put(Family::chain, chain_key::meta("step"), u64_key(step_ + 1));
  if (auto ok = disk_.store->write(batch, ledger::Sync::yes); !ok) return ok;
  ++step_;
  return disk_.guard->write({step_, engine_->tip().height, order.guard});
}

void LedgerNode::committed(const agreement::Committed& done) {
  frontier_ = std::move(sealed_->frontier);
  auto fresh = std::make_shared<Snapshot>(*snapshot());
  fresh->state.committed = disk_.store->snapshot();
  fresh->state.generation = cache_->commit(sealed_->cache_rows);
  const agreement::Tip& tip = done.tip;
  fresh->head = {tip.height, tip.log_size, tip.log_root, tip.state_root, tip.time_ms, done.checkpoint};
  sealed_.reset();

  std::vector<std::pair<Pending, RecordStatus>> answers;
  {
    const std::lock_guard lock(mutex_);
    snapshot_ = fresh;
    for (RecordStatus& status : block_units_) {
      auto pending = pool_.take(status.id);
      if (pending) answers.emplace_back(std::move(*pending), std::move(status));
    }
    for (const Digest& id : pool_.expired_by(tip.time_ms)) {
      auto pending = pool_.take(id);
      pool_.remember(expired_status(id), *pending->unit);
      answers.emplace_back(std::move(*pending), expired_status(id));
    }
    if (disk_.journal->size() > pool_.bytes() + options_.journal_slack) {
      compact_ = true;
      wake_journal_.notify_one();
    }
  }
  ledger::LogReader log(fresh->state.reader(), tip.log_size);
  for (auto& [pending, status] : answers) {
    if (pending.waiters.empty()) continue;
    if (status.state == State::final) {
      auto path = log.inclusion_path(status.index, tip.log_size);
      if (!path) return halt(path.error());
      status.finality = {done.finality_note, tip.log_size, std::move(*path)};
    }
    answer(std::move(pending), status);
  }
}

void LedgerNode::answer(Pending pending, const RecordStatus& status) {
  for (const auto& waiter : pending.waiters) waiter(status);
}

void LedgerNode::halt(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (halted_) return;
    halted_ = error;
  }
  if (options_.on_halt) options_.on_halt(error);
}

std::optional<RecordStatus> LedgerNode::judge_alone(ledger::Unit& unit, std::int64_t time_ms) {
  const auto base = snapshot();
  ledger::Overlay state(base->state);
  auto judgement = ledger::judge(unit, state, {genesis_->ledger_id, time_ms, base->head.size});
  if (!judgement) {
    halt(judgement.error());
    return std::nullopt;
  }
  if (judgement->accepted()) return std::nullopt;
  return refusal_status(unit.main.id, std::move(judgement->issues), judgement->member,
                        base->head.height);
}

// --- the journal --------------------------------------------------------------------------------

void LedgerNode::sync_journal() {
  for (;;) {
    std::deque<Arrival> arrivals;
    bool compact = false;
    Result<void> ok;
    {
      std::unique_lock lock(mutex_);
      wake_journal_.wait(lock, [&] { return stopping_ || compact_ || !arrivals_.empty(); });
      if (arrivals_.empty() && stopping_) return;
      arrivals.swap(arrivals_);
      compact = std::exchange(compact_, false);
      if (halted_) ok = closed_error();
    }
    if (ok && !arrivals.empty()) {
      // One sync for all that arrived while the last one ran. One that failed is never tried again (F12).
      std::vector<Bytes> rows;
      for (const Arrival& arrival : arrivals) rows.push_back(journal_row(*arrival.unit, arrival.received_ms));
      ok = disk_.journal->append(rows);
      if (!ok) halt(ok.error());
    }
    for (Arrival& arrival : arrivals) {
      if (ok) {
        enter_pool(std::move(arrival));
      } else {
        arrival.done(ok.error());
      }
    }
    if (compact && ok) compact_journal();
  }
}

void LedgerNode::enter_pool(Arrival arrival) {
  const Digest& id = arrival.unit->main.id;
  std::optional<RecordStatus> status;
  std::shared_ptr<const Snapshot> logged_at;
  Result<std::optional<std::uint64_t>> logged = std::optional<std::uint64_t>();
  {
    const std::lock_guard lock(mutex_);
    Pending* pending = pool_.find(id);
    // The same record may have become final on another way in since this one was judged.
    if (!pending && snapshot_ != arrival.judged_on) {
      logged_at = snapshot_;
      logged = ledger::find_record_index(snapshot_->state.reader(), id);
    }
    if (!pending && logged && !*logged) {
      if (auto admitted = pool_.admits(*arrival.unit); !admitted && admitted.error().code == Errc::conflict) {
        status = replay_status(id, admitted.error().detail, snapshot_->head.height);
      } else {
        pending = &pool_.add(arrival.unit, arrival.received_ms);
      }
    }
    if (pending && arrival.waits) {
      wait_for(*pending, id, arrival.received_ms + arrival.timeout_ms, std::exchange(arrival.done, nullptr));
    } else if (pending) {
      status = pending_status(*pending, id);
    }
  }
  wake_driver_.notify_one();
  if (!arrival.done) return;
  if (status) return arrival.done(std::move(*status));
  if (!logged) return arrival.done(std::move(logged).error());
  auto final = final_status(logged_at, id);
  if (!final) return arrival.done(std::move(final).error());
  arrival.done(std::move(**final));
}

void LedgerNode::wait_for(Pending& pending, const Digest& record_id, std::int64_t until_ms, Done done) {
  const auto answered = std::make_shared<bool>(false);
  pending.waiters.push_back([answered, done](const RecordStatus& status) {
    if (!std::exchange(*answered, true)) done(status);
  });
  timeouts_.emplace(until_ms, Timeout{record_id, answered, std::move(done)});
}

void LedgerNode::compact_journal() {
  std::vector<Bytes> rows;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& unit : pool_.all()) {
      const Pending* pending = std::as_const(pool_).find(unit->main.id);
      rows.push_back(journal_row(*unit, pending->received_ms));
    }
  }
  if (auto ok = disk_.journal->rewrite(rows); !ok) halt(ok.error());
}

// --- the ports ----------------------------------------------------------------------------------

void LedgerNode::submit(api::Submission submission, api::Wait wait, std::int64_t timeout_ms,
                        Done done) {
  auto parsed = parse(submission, genesis_->limits);
  const auto base = snapshot();
  if (auto* refusal = std::get_if<ledger::Refusal>(&parsed)) {
    done(refusal_status(Digest{}, std::move(refusal->issues), refusal->member, base->head.height));
    return;
  }
  auto unit = std::make_shared<ledger::Unit>(std::move(std::get<ledger::Unit>(parsed)));
  if (!budget_.take(unit->signed_by, submission.from, clock_())) {
    done(over_budget());
    return;
  }
  const Digest id = unit->main.id;
  // The same body again is the same record, whatever its signatures: answer with its state (F61).
  auto logged = final_status(base, id);
  if (!logged || *logged) {
    if (!logged) {
      done(std::move(logged).error());
    } else {
      done(std::move(**logged));
    }
    return;
  }
  const std::int64_t now = clock_();
  const bool waits = wait == api::Wait::final || wait == api::Wait::cosigned;
  {
    std::unique_lock lock(mutex_);
    if (stopping_ || halted_) {
      Error closed = closed_error();
      lock.unlock();
      done(std::move(closed));
      return;
    }
    if (Pending* pending = pool_.find(id)) {
      if (waits) {
        wait_for(*pending, id, now + timeout_ms, std::move(done));
        return;
      }
      RecordStatus status = pending_status(*pending, id);
      lock.unlock();
      done(std::move(status));
      return;
    }
    const Result<void> admitted = pool_.admits(*unit);
    if (!admitted) {
      lock.unlock();
      if (admitted.error().code == Errc::conflict) {
        done(replay_status(id, admitted.error().detail, base->head.height));
      } else {
        done(admitted.error());
      }
      return;
    }
  }
  ledger::Overlay state(base->state);
  auto judgement = ledger::judge(
      *unit, state,
      {genesis_->ledger_id, std::max(now, base->head.time_ms + 1), base->head.size});
  if (!judgement) {
    done(std::move(judgement).error());
    return;
  }
  if (!judgement->accepted()) {
    RecordStatus status = refusal_status(id, std::move(judgement->issues), judgement->member,
                                         base->head.height);
    if (signed_by_registered_keys(*unit)) {
      const std::lock_guard lock(mutex_);
      pool_.remember(status, *unit);
    }
    done(std::move(status));
    return;
  }
  Arrival arrival{unit, now, base, waits, timeout_ms, std::move(done)};
  {
    std::unique_lock lock(mutex_);
    if (stopping_ || halted_) {
      Error closed = closed_error();
      lock.unlock();
      arrival.done(std::move(closed));
      return;
    }
    arrivals_.push_back(std::move(arrival));
  }
  wake_journal_.notify_one();
}

Error LedgerNode::closed_error() const {
  return {Errc::unavailable, halted_ ? "the node has halted: " + halted_->detail : "the node is stopping"};
}

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
      {genesis_->ledger_id, std::max(clock_(), base->head.time_ms + 1), base->head.size},
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
  status.cosigned = !current->head.checkpoint.empty();
  status.index = **index;
  status.height = seal->seal.height;
  status.time_ms = seal->seal.time_ms;
  const auto view = make_ledger_view(current);
  auto record = view->record(record_id);
  if (!record) return std::move(record).error();
  if (*record) status.flags = std::move((*record)->flags);
  auto note = view->finality_note(status.height);
  if (!note) return std::move(note).error();
  auto path = view->inclusion(status.index, current->head.size);
  if (!path) return std::move(path).error();
  status.finality = {note->value_or(""), current->head.size, std::move(*path)};
  return std::optional<RecordStatus>(std::move(status));
}

RecordStatus LedgerNode::pending_status(const Pending& pending, const Digest& record_id) const {
  RecordStatus status;
  status.id = record_id;
  status.receipt = ledger::sign_receipt({genesis_->ledger_id, pending.unit->main.id, options_.member,
                                         pending.received_ms, pending.expires_at},
                                        keys_.intake);
  status.pursued = pending.pursued;
  status.lapsed = clock_() > 1000 * pending.expires_at;
  return status;
}

std::shared_ptr<const Snapshot> LedgerNode::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

std::shared_ptr<const api::LedgerView> LedgerNode::view() const { return make_ledger_view(snapshot()); }

api::NodeStatus LedgerNode::status() const {
  const ledger::ValidatorSet& set = genesis_->validators;
  api::NodeStatus status;
  status.member = options_.member;
  status.validators = set.n();
  status.quorum = set.quorum();
  status.may_fail = set.n() - set.quorum();
  const std::lock_guard lock(mutex_);
  status.pool_units = pool_.units();
  status.pool_bytes = pool_.bytes();
  status.serving = !halted_;
  if (halted_) status.halted = halted_->detail;
  return status;
}

}  // namespace qinglu::node
