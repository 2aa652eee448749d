// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "ledger/apply/replay.hpp"
#include "ledger/codec/body.hpp"
#include "ledger/log/tiles.hpp"
#include "node/chain_image.hpp"
#include "node/node.hpp"
#include "node/submissions.hpp"

namespace qinglu::node {
namespace {

using api::RecordStatus;
using api::State;
using ledger::Family;
namespace chain_key = agreement::chain_key;

constexpr std::int64_t kStatusMs = 1'000;
constexpr std::int64_t kOperatorsMs = 500;
/// A record that waits for so long is asked about anew on each finalized state.
constexpr std::int64_t kRecheckMs = 1'000;
/// What the driver judges between two messages may take; the unit at hand is finished.
constexpr std::int64_t kJudgeBudgetMs = 10;
/// A round of questions is so many times shorter than the pause after it: a batch may take 50 ms.
constexpr std::int64_t kRecheckShare = 100;
constexpr std::size_t kRecheckUnits = 256;
/// Records that a leader refuses on its way to one block; whoever tells such must not make it late.
constexpr std::size_t kRefusedOfBlock = 1'000;
/// Snapshots that wait for cosignatures.
constexpr std::size_t kUncosignedMax = 16;

/// The log's tip once the block under `seal` is final, `frontier` being that of the log after it.
agreement::Tip tip_after(const ledger::Seal& seal, const Digest& block_hash, const ledger::Frontier& frontier) {
  return {seal.epoch,      seal.view,       seal.height,           block_hash,  frontier.size(),
          frontier.root(), seal.state_root, seal.next_valset_hash, seal.time_ms};
}

/// What becomes of a unit once the block that has accepted it is final.
RecordStatus status_in(const ledger::Unit& unit, std::uint64_t index, std::uint64_t height, std::int64_t time_ms,
                       ledger::Judgement& judgement) {
  RecordStatus status;
  status.id = unit.main.id;
  status.state = State::final;
  status.index = index;
  status.height = height;
  status.time_ms = time_ms;
  if (!unit.batch) status.flags = std::move(judgement.flags[0]);
  return status;
}

/// Whether these are the entries that the seal names.
bool is_body_of(const std::vector<Bytes>& entries, const ledger::Seal& seal) {
  std::vector<Digest> leaves;
  leaves.reserve(entries.size());
  for (const Bytes& entry : entries) leaves.push_back(crypto::log_leaf_hash(entry));
  return entries.size() == seal.record_count && crypto::log_root(leaves) == seal.records_root;
}

}  // namespace

void LedgerNode::drive() {
  recosign_at_ms_ = options_.monotonic() + options_.recosign_ms;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_driver_.wait_for(lock, until_next_timer(), [&] {
        return stopping_ || (!halted_ && (!inbox_.empty() || pool_.waiting() != hinted_ || pool_.to_judge()));
      });
    }
    if (auto failed = disk_.store->failure()) halt(std::move(*failed));
    keep_time();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (halted_) continue;
    }
    hear_members();
    recheck();
    hint();
    fire_timers();
    const std::int64_t now = options_.monotonic();
    if (options_.recosign_ms > 0 && now >= recosign_at_ms_) {
      recosign_at_ms_ = now + options_.recosign_ms;
      run_engine(agreement::RecosignDue{});
    }
    if (alone()) continue;
    if (now >= status_at_ms_) {
      status_at_ms_ = now + kStatusMs;
      say_status();
    }
    if (now >= operators_at_ms_) {
      operators_at_ms_ = now + kOperatorsMs;
      hear_operators();
    }
    watch_members();
    tell_again();
  }
}

std::chrono::milliseconds LedgerNode::until_next_timer() const {
  std::int64_t wait_ms = 100;  // also for stop, timeouts of submitters and a store that failed by itself
  const std::int64_t now = options_.monotonic();
  for (const auto& [timer, due_ms] : timers_) wait_ms = std::min(wait_ms, std::max<std::int64_t>(due_ms - now, 0));
  return std::chrono::milliseconds(wait_ms);
}

void LedgerNode::fire_timers() {
  const auto due = [&](const auto& each) { return each.second <= options_.monotonic(); };
  for (auto at = std::ranges::find_if(timers_, due); at != timers_.end(); at = std::ranges::find_if(timers_, due)) {
    const agreement::Timer timer = at->first;
    timers_.erase(at);
    run_engine(agreement::TimerFired{timer});
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
    bool grew = false;
    for (agreement::Output& output : engine_->step(next, clock_())) {
      grew = grew || std::holds_alternative<agreement::Committed>(output);
      auto answer = carry_out(output);
      if (!answer) return halt(std::move(answer).error());
      if (*answer) inputs.push_back(std::move(**answer));
    }
    publish();
    if (grew) announce_sets();
    if (const auto begin = std::exchange(next_epoch_, std::nullopt)) {
      inputs.clear();  // answers to an engine that is gone
      if (auto ok = begin_epoch(*begin, {}); !ok) return halt(std::move(ok).error());
    }
    if (grew) keep_time();  // while records keep coming, this is the only place that sees the clock
    const std::lock_guard lock(mutex_);
    view_ = engine_->view();
    abstaining_ = engine_->abstaining() ? engine_->abstaining()->reason : std::string();
    if (stopping_ || halted_) return;
    std::vector<Digest> chain = engine_->notarized_chain();
    if (grew || chain != chain_) {
      chain_ = std::move(chain);
      std::set<Digest> held;
      for (const Digest& block : chain_) {
        const Candidate* candidate = candidates_.find(block);
        if (!candidate) continue;
        for (const RecordStatus& unit : candidate->units) held.insert(unit.id);
      }
      pool_.hold(std::move(held));
    }
    if (inputs.empty() && pool_.waiting() != hinted_) {
      hinted_ = pool_.waiting();
      inputs.push_back(agreement::PoolHint{hinted_});
    }
  }
}

void LedgerNode::judge_waiting() {
  const std::int64_t began = options_.monotonic();
  do {
    std::shared_ptr<ledger::Unit> unit;
    {
      const std::lock_guard lock(mutex_);
      unit = pool_.to_judge();
    }
    if (!unit) return;
    auto refused = judge_alone(*unit, std::max(clock_(), newest()->head.time_ms + 1));
    if (!refused) return halt(std::move(refused).error());
    if (*refused) {
      refuse(*unit, **refused);
    } else {
      const std::lock_guard lock(mutex_);
      pool_.judged(unit->main.id);
    }
  } while (options_.monotonic() - began < kJudgeBudgetMs);
}

void LedgerNode::hint() {
  judge_waiting();
  bool waiting = false;
  {
    const std::lock_guard lock(mutex_);
    waiting = pool_.waiting();
  }
  if (waiting != hinted_) run_engine(agreement::PoolHint{hinted_ = waiting});
}

Result<std::optional<agreement::Input>> LedgerNode::carry_out(agreement::Output& output) {
  using Answer = std::optional<agreement::Input>;
  if (auto* rows = std::get_if<agreement::Persist>(&output)) {
    if (auto ok = persist(std::move(*rows)); !ok) return std::move(ok).error();
  } else if (const auto* message = std::get_if<agreement::Send>(&output)) {
    send(*message);
  } else if (const auto* build_order = std::get_if<agreement::Build>(&output)) {
    auto built = build(*build_order);
    if (!built) return std::move(built).error();
    if (!built->block) hinted_ = false;  // so the engine takes it
    return Answer(std::move(*built));
  } else if (const auto* order = std::get_if<agreement::Execute>(&output)) {
    auto executed = execute(*order);
    if (!executed) return std::move(executed).error();
    return Answer(std::move(*executed));
  } else if (auto* done = std::get_if<agreement::Committed>(&output)) {
    committed(std::move(*done));
    hinted_ = false;  // so the engine takes it
  } else if (auto* newer = std::get_if<agreement::Cosigned>(&output)) {
    cosigned(std::move(*newer));
  } else if (const auto* timer = std::get_if<agreement::SetTimer>(&output)) {
    timers_[timer->timer] = options_.monotonic() + timer->after_ms;
  } else if (const auto* cancelled = std::get_if<agreement::CancelTimer>(&output)) {
    timers_.erase(cancelled->timer);
  } else if (const auto* diverged = std::get_if<agreement::Diverged>(&output)) {
    return Error{Errc::corrupt, "the quorum's block " + to_hex(diverged->block_hash) +
                                    " is not what this node comes to: " + diverged->why};
  } else if (const auto* wanted = std::get_if<agreement::Lookup>(&output)) {
    if (auto ok = look_up(*wanted); !ok) return std::move(ok).error();
  } else if (const auto* range = std::get_if<agreement::LookupRange>(&output)) {
    if (auto ok = look_up(*range); !ok) return std::move(ok).error();
  } else if (const auto* ended = std::get_if<agreement::EpochEnded>(&output)) {
    next_epoch_ = ended->tip;
  } else if (const auto* twin = std::get_if<agreement::Impersonated>(&output)) {
    vouch_request_.reset();  // what was vouched before knew nothing of it
    if (options_.on_alarm) {
      options_.on_alarm("a vote of view " + std::to_string(twin->statement.view) +
                        " bears this member's key and is not in its record: another node uses the key, or this disk is an older copy");
    }
  } else if (const auto* liar = std::get_if<agreement::Misbehaviour>(&output)) {
    if (auto ok = keep_contradiction(*liar); !ok) return std::move(ok).error();
  }
  return Answer();
}

ledger::StateView LedgerNode::state_after(const Digest& base) const {
  return candidates_.state_after(base, newest()->state);
}

const ledger::Frontier& LedgerNode::frontier_after(const Digest& base) const {
  const Candidate* candidate = candidates_.find(base);
  return candidate ? candidate->sealed.frontier : frontier_;
}

Result<agreement::Built> LedgerNode::build(const agreement::Build& order) {
  const std::uint64_t judged_height = newest()->head.height;
  const ledger::StateView parent = state_after(order.base);
  const std::int64_t time_ms = std::max(clock_(), order.parent.time_ms + 1);
  std::vector<std::shared_ptr<ledger::Unit>> units;
  {
    const std::lock_guard lock(mutex_);
    units = pool_.oldest(std::max<std::size_t>(options_.block_units_max >> order.halvings, 1));
  }
  ledger::BlockBuilder builder(parent, *genesis_, order.parent.log_size, order.parent.height + 1, time_ms);
  Candidate candidate{order.view, order.base, {}, {}, {}};
  std::size_t refused = 0;
  for (const auto& unit : units) {
    if (!builder.fits(*unit) || refused >= kRefusedOfBlock) break;
    const std::uint64_t index = order.parent.log_size + builder.entry_count();
    auto judgement = builder.add(*unit);
    if (!judgement) return std::move(judgement).error();
    if (judgement->accepted()) {
      candidate.units.push_back(status_in(*unit, index, order.parent.height + 1, time_ms, *judgement));
      candidate.unit_hashes.push_back(unit->hash);
      continue;
    }
    refused += unit->record_count();
    // Refused on the records before it in this block or in candidates, or on the finalized state? Only the latter
    // is an answer (agreement.md §2.8); the former waits for the next block.
    std::optional<RecordStatus> alone;
    if (builder.entry_count() > 0 || parent.pending) {
      auto judged = judge_alone(*unit, time_ms);
      if (!judged) return std::move(judged).error();
      alone = std::move(*judged);
      if (!alone) {
        const std::lock_guard lock(mutex_);
        pool_.defer(unit->main.id);
        continue;
      }
    } else {
      alone = refusal_status(unit->main.id, std::move(judgement->issues), judgement->member, judged_height);
    }
    refuse(*unit, *alone);
  }
  if (builder.entry_count() == 0) return agreement::Built{};
  auto executed = std::move(builder).finish();
  if (!executed) return std::move(executed).error();
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
  seal.epoch_end = executed->next_set.has_value();
  seal.next_valset_hash = executed->next_set.value_or(order.next_valset_hash);
  seal.justification_hash = ledger::justification_hash(order.justification);
  agreement::BuiltBlock block;
  block.seal = ledger::encode_seal(seal);
  block.block_hash = ledger::block_hash(block.seal);
  // One of one sends its block to nobody and has it final in the step that takes it: megabytes spared.
  if (!alone()) block.body = ledger::encode_body(executed->entries);
  auto sealed = ledger::seal_block(parent.reader(), std::move(*executed), frontier_after(order.base), block.seal, seal.height);
  if (!sealed) return std::move(sealed).error();
  block.after = tip_after(seal, block.block_hash, sealed->frontier);
  candidate.sealed = std::move(*sealed);
  candidates_.add(block.block_hash, std::move(candidate));
  return agreement::Built{std::move(block)};
}

Result<agreement::Executed> LedgerNode::execute(const agreement::Execute& order) {
  using Verdict = agreement::Executed::Verdict;
  const auto seal = ledger::decode_seal(order.seal);
  QL_CHECK(static_cast<bool>(seal));  // the engine has read it
  const auto entries = ledger::decode_body(order.body);
  if (!entries || !is_body_of(*entries, *seal)) {
    // One of one has its bodies from its own store alone, and nobody to ask for a whole one.
    if (alone()) {
      return Error{Errc::corrupt, "the stored entries of block " + to_hex(order.block_hash) + " are not those that its seal names"};
    }
    return agreement::Executed{order.block_hash, Verdict::not_its_body, {}, {}};
  }
  // What this node has taken in or was told is parsed, and its signatures are verified.
  const auto units = ledger::units_of(*entries, genesis_->limits, [&](const Digest& hash) {
    const std::lock_guard lock(mutex_);
    return pool_.find_unit(hash);
  });
  if (!units) return agreement::Executed{order.block_hash, Verdict::invalid, {}, units.error().detail};
  std::vector<RecordStatus> statuses;
  auto sealed = ledger::replay_block(state_after(order.base), *genesis_, frontier_after(order.base), *entries, *units, order.seal,
                                     [&](const ledger::Unit& unit, std::uint64_t index, ledger::Judgement& judgement) {
                                       statuses.push_back(status_in(unit, index, seal->height, seal->time_ms, judgement));
                                     });
  if (!sealed && sealed.error().code != Errc::malformed) return std::move(sealed).error();
  if (!sealed) return agreement::Executed{order.block_hash, Verdict::invalid, {}, sealed.error().detail};
  Candidate candidate{seal->view, order.base, std::move(*sealed), std::move(statuses), {}};
  const agreement::Tip after = tip_after(*seal, order.block_hash, candidate.sealed.frontier);
  candidates_.add(order.block_hash, std::move(candidate));
  return agreement::Executed{order.block_hash, Verdict::valid, after, {}};
}

Result<void> LedgerNode::persist(agreement::Persist order) {
  ledger::KvBatch batch = std::move(order.batch);
  std::vector<Candidate> blocks;
  for (const Digest& hash : order.commits) {
    blocks.push_back(candidates_.take(hash));
    note_erasures(blocks.back().sealed.batch);
    batch.append(std::move(blocks.back().sealed.batch));
  }
  // Certificates and notes that no vote rests on yet may wait for the next sync: the log of the store
  // keeps their order, so a later synced write makes them durable too. Guard and counter rest with them.
  const bool promises = !order.guard.empty() || !order.commits.empty();
  if (!order.guard.empty()) batch.put(Family::chain, chain_key::meta("step"), u64_key(step_ + 1));
  if (auto ok = disk_.store->write(batch, promises ? ledger::Sync::yes : ledger::Sync::no); !ok) return ok;
  if (!order.guard.empty()) {
    ++step_;
    if (auto ok = disk_.guard->write({step_, engine_->tip().height, std::move(order.guard)}); !ok) return ok;
  }
  if (order.commits.empty()) return {};
  Snapshot& fresh = fresh_snapshot();
  fresh.state.committed = disk_.store->snapshot();
  for (Candidate& block : blocks) {
    fresh.state.generation = cache_->commit(block.sealed.cache_rows);
    frontier_ = std::move(block.sealed.frontier);
    final_.push_back(std::move(block));
  }
  return {};
}

std::shared_ptr<const Snapshot> LedgerNode::newest() const { return fresh_ ? fresh_ : snapshot(); }

Snapshot& LedgerNode::fresh_snapshot() {
  if (!fresh_) fresh_ = std::make_shared<Snapshot>(*snapshot());
  return *fresh_;
}

void LedgerNode::committed(agreement::Committed done) {
  const agreement::Tip& tip = done.tip;
  Snapshot& fresh = fresh_snapshot();
  // An empty block moves neither log nor state, so what is cosigned stays so.
  std::string checkpoint = fresh.head.size == tip.log_size ? std::move(fresh.head.checkpoint) : std::string();
  fresh.head = {tip.height, tip.log_size, tip.log_root, tip.state_root, tip.time_ms, std::move(checkpoint)};
  finality_note_ = std::move(done.finality_note);
  if (keeper_) keeper_->offer(fresh.state.committed, tip.height);
  candidates_.drop_until(tip.view);
}

void LedgerNode::cosigned(agreement::Cosigned done) {
  std::shared_ptr<const Snapshot> at = newest();
  if (at->head.size != done.size) {
    const std::lock_guard lock(mutex_);
    const auto held = uncosigned_.find(done.size);
    if (held == uncosigned_.end()) return;  // older than what readers have, or let go
    at = held->second;
  }
  auto readable = std::make_shared<Snapshot>(*at);
  readable->head.checkpoint = done.checkpoint;
  fresh_readable_ = std::move(readable);
  if (newest()->head.size == done.size) fresh_snapshot().head.checkpoint = std::move(done.checkpoint);
}

void LedgerNode::publish() {
  if (!fresh_ && !fresh_readable_) return;
  const std::shared_ptr<const Snapshot> fresh = fresh_ ? std::shared_ptr<const Snapshot>(std::exchange(fresh_, nullptr)) : snapshot();
  std::vector<Candidate> blocks = std::exchange(final_, {});

  struct Outcome {
    Pending pending;
    RecordStatus status;
  };
  std::vector<Outcome> outcomes;
  std::vector<std::pair<Digest, std::function<void(const RecordStatus&)>>> cosigned;
  {
    const std::lock_guard lock(mutex_);
    snapshot_ = fresh;
    uncosigned_[fresh->head.size] = fresh;
    if (fresh_readable_) {
      readable_ = std::exchange(fresh_readable_, nullptr);
      uncosigned_.erase(uncosigned_.begin(), uncosigned_.upper_bound(readable_->head.size));
      const auto until = await_cosigned_.lower_bound(readable_->head.size);
      for (auto at = await_cosigned_.begin(); at != until; ++at) cosigned.push_back(std::move(at->second));
      await_cosigned_.erase(await_cosigned_.begin(), until);
    }
    if (uncosigned_.size() > kUncosignedMax) uncosigned_.erase(uncosigned_.begin());
    for (Candidate& block : blocks) {
      for (RecordStatus& status : block.units) {
        auto pending = pool_.take(status.id);
        if (pending) outcomes.push_back({std::move(*pending), std::move(status)});
      }
    }
    if (!blocks.empty()) {
      for (const Digest& id : pool_.expired_by(fresh->head.time_ms)) {
        auto pending = pool_.take(id);
        if (pending->own) pool_.remember(expired_status(id), *pending->unit);
        outcomes.push_back({std::move(*pending), expired_status(id)});
      }
    }
    if (disk_.journal->size() > pool_.bytes() + options_.journal_slack) {
      compact_ = true;
      wake_journal_.notify_one();
    }
  }
  ledger::LogReader log(fresh->state.reader(), fresh->head.size);
  for (auto& [pending, status] : outcomes) {
    if (pending.waiters.empty()) continue;
    if (status.state == State::final) {
      auto path = log.inclusion_path(status.index, fresh->head.size);
      if (!path) return halt(path.error());
      status.cosigned = !fresh->head.checkpoint.empty();
      status.finality = {finality_note_, fresh->head.size, std::move(*path)};
    }
    answer(std::move(pending), status);
  }
  for (const auto& [id, waiter] : cosigned) {
    auto read = final_status(fresh, id);
    if (!read) return halt(read.error());
    waiter(**read);
  }
  erase_named(std::exchange(notices_, {}));
}

void LedgerNode::recheck() {
  const std::int64_t now = options_.monotonic();
  if (now < recheck_at_ms_ || newest()->head.height == rechecked_height_ || !chain_.empty()) return;
  rechecked_height_ = newest()->head.height;
  std::vector<std::shared_ptr<ledger::Unit>> units;
  {
    const std::lock_guard lock(mutex_);
    units = pool_.since(clock_() - kRecheckMs, kRecheckUnits, Pool::Of::anybody);
  }
  for (const auto& unit : units) {
    auto refused = judge_alone(*unit, std::max(clock_(), newest()->head.time_ms + 1));
    if (!refused) return halt(std::move(refused).error());
    if (*refused) refuse(*unit, **refused);
    if (options_.monotonic() - now > kJudgeBudgetMs) break;
  }
  recheck_at_ms_ = now + std::max(kRecheckMs, kRecheckShare * (options_.monotonic() - now));
}

void LedgerNode::refuse(const ledger::Unit& unit, const RecordStatus& refusal) {
  const bool stale = std::ranges::any_of(refusal.issues, [](const auto& issue) {
    return issue.code == "STALE" || issue.detail.starts_with("STALE: ");
  });
  std::optional<Pending> refused;
  {
    const std::lock_guard lock(mutex_);
    if (stale) {
      pool_.stop_pursuing(unit.main.id);  // only a final block's time can say `expired`
    } else if ((refused = pool_.take(unit.main.id)) && refused->own) {
      pool_.remember(refusal, unit);
    }
  }
  // Whoever is answered may ask the node at once, so the lock is open.
  if (refused) answer(std::move(*refused), refusal);
}

Result<std::optional<RecordStatus>> LedgerNode::judge_alone(ledger::Unit& unit, std::int64_t time_ms) const {
  const auto base = newest();
  ledger::Overlay state(base->state);
  auto judgement = ledger::judge(unit, state, ledger::place_in(*genesis_, time_ms, base->head.size, base->head.height + 1));
  if (!judgement) return std::move(judgement).error();
  if (judgement->accepted()) return std::optional<RecordStatus>();
  return std::optional(refusal_status(unit.main.id, std::move(judgement->issues), judgement->member, base->head.height));
}

}  // namespace qinglu::node
