// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "ledger/log/sublog.hpp"
#include "node/node.hpp"
#include "node/submissions.hpp"

namespace qinglu::node {

using api::RecordStatus;
using api::State;

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
  const std::optional<api::Wait> waits = wait == api::Wait::final || wait == api::Wait::cosigned ? std::optional(wait) : std::nullopt;
  {
    std::unique_lock lock(mutex_);
    if (stopping_ || halted_) {
      Error closed = closed_error();
      lock.unlock();
      done(std::move(closed));
      return;
    }
    if (auto observes = observer_error()) {
      lock.unlock();
      done(std::move(*observes));
      return;
    }
    Pending* pending = pool_.find(id);
    // What a member has told is not in this node's journal yet, so it goes the whole way.
    if (pending && pending->own) {
      if (waits) {
        wait_for(*pending, id, *waits, now + timeout_ms, std::move(done));
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
      ledger::place_in(*genesis_, std::max(now, base->head.time_ms + 1), base->head.size, base->head.height + 1));
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
    if (ok) {
      std::vector<std::shared_ptr<ledger::Unit>> units;
      for (const Arrival& arrival : arrivals) units.push_back(arrival.unit);
      tell(units);
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
    if (pending) pool_.own(*pending);  // a member may have told of it meanwhile
    if (pending && arrival.waits) {
      wait_for(*pending, id, *arrival.waits, arrival.received_ms + arrival.timeout_ms, std::exchange(arrival.done, nullptr));
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

void LedgerNode::wait_for(Pending& pending, const Digest& record_id, api::Wait wait, std::int64_t until_ms, Done done) {
  const auto answered = std::make_shared<bool>(false);
  pending.waiters.push_back({wait == api::Wait::cosigned, [answered, done](const RecordStatus& status) {
                               if (!std::exchange(*answered, true)) done(status);
                             }});
  timeouts_.emplace(until_ms, Timeout{record_id, answered, std::move(done)});
}

void LedgerNode::answer(Pending pending, const RecordStatus& status) {
  for (auto& waiter : pending.waiters) {
    if (status.state == State::final && !status.cosigned && waiter.cosigned) {
      const std::lock_guard lock(mutex_);
      await_cosigned_.emplace(status.index, std::pair(status.id, std::move(waiter.tell)));
    } else {
      waiter.tell(status);
    }
  }
}

void LedgerNode::compact_journal() {
  std::vector<Bytes> rows;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& unit : pool_.all()) {
      const Pending* pending = std::as_const(pool_).find(unit->main.id);
      if (pending->own) rows.push_back(journal_row(*unit, pending->received_ms));
    }
  }
  if (auto ok = disk_.journal->rewrite(rows); !ok) halt(ok.error());
}

}  // namespace qinglu::node
