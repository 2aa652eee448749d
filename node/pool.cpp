// SPDX-License-Identifier: Apache-2.0
#include "node/pool.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base/encoding.hpp"

namespace qinglu::node {
namespace {

std::string submitter_of(const ledger::Unit& unit) {
  return std::string(unit.main.value.text_of("submitter"));
}

std::pair<std::string, std::string> nonce_of(const ledger::Unit& unit) {
  return {submitter_of(unit), std::string(unit.main.value.text_of("nonce"))};
}

}  // namespace

Result<void> Pool::admits(const ledger::Unit& unit) const {
  if (units() + 1 > limits_.units_max * 4 / 5 ||
      bytes_ + unit.byte_count() > limits_.bytes_max / 5 * 4) {
    return Error{Errc::unavailable, "the pool is full: try again shortly"};
  }
  const auto count = per_submitter_.find(submitter_of(unit));
  if (count != per_submitter_.end() && count->second >= limits_.units_per_submitter) {
    return Error{Errc::unavailable, "too many submissions of this party are pending"};
  }
  const auto nonce = nonces_.find(nonce_of(unit));
  if (nonce != nonces_.end() && nonce->second != unit.main.id) {
    return Error{Errc::conflict, to_sha256_id(nonce->second)};
  }
  return {};
}

Pending& Pool::add(std::shared_ptr<ledger::Unit> unit, std::int64_t received_ms, bool own) {
  const Digest id = unit->main.id;
  QL_CHECK(!by_id_.contains(id));
  bytes_ += unit->byte_count();
  ++per_submitter_[submitter_of(*unit)];
  nonces_.emplace(nonce_of(*unit), id);
  for (const auto& member : unit->members) member_of_.emplace(member.id, id);
  by_hash_.emplace(unit->hash, id);
  Pending& pending = queue_.emplace_back();
  pending.expires_at = unit->main.value.integer_of("expires_at");
  pending.unit = std::move(unit);
  pending.received_ms = received_ms;
  pending.own = own;
  pending.judged = own;
  pending.held = held_.contains(id);
  if (is_free(pending)) ++count_of(pending);
  by_id_.emplace(id, std::prev(queue_.end()));
  forget(id);
  return queue_.back();
}

const Pending* Pool::find(const Digest& record_id) const {
  const auto member = member_of_.find(record_id);
  const auto at = by_id_.find(member == member_of_.end() ? record_id : member->second);
  return at == by_id_.end() ? nullptr : &*at->second;
}

Pending* Pool::find(const Digest& record_id) {
  return const_cast<Pending*>(std::as_const(*this).find(record_id));
}

std::vector<std::shared_ptr<ledger::Unit>> Pool::oldest(std::size_t units_max) const {
  std::vector<std::shared_ptr<ledger::Unit>> units;
  for (const Pending& pending : queue_) {
    if (units.size() == units_max) break;
    if (is_free(pending)) units.push_back(pending.unit);
  }
  return units;
}

std::shared_ptr<ledger::Unit> Pool::to_judge() const {
  if (waiting_ > 0 || unjudged_ == 0) return nullptr;
  return std::ranges::find_if(queue_, is_free)->unit;
}

void Pool::judged(const Digest& unit_id) {
  if (Pending* pending = find(unit_id)) mark(*pending, [](Pending& accepted) { accepted.judged = true; });
}

void Pool::own(Pending& pending) {
  mark(pending, [](Pending& taken) { taken.own = taken.judged = true; });
}

std::vector<std::shared_ptr<ledger::Unit>> Pool::all() const {
  std::vector<std::shared_ptr<ledger::Unit>> units;
  for (const Pending& pending : queue_) units.push_back(pending.unit);
  return units;
}

std::vector<std::shared_ptr<ledger::Unit>> Pool::since(std::int64_t received_ms, std::size_t units_max, Of whose) const {
  std::vector<std::shared_ptr<ledger::Unit>> units;
  for (const Pending& pending : queue_) {
    if (units.size() == units_max || pending.received_ms > received_ms) break;
    if (is_free(pending) && (pending.own || whose == Of::anybody)) units.push_back(pending.unit);
  }
  return units;
}

std::shared_ptr<ledger::Unit> Pool::find_unit(const Digest& unit_hash) const {
  const auto id = by_hash_.find(unit_hash);
  return id == by_hash_.end() ? nullptr : by_id_.at(id->second)->unit;
}

void Pool::hold(std::set<Digest> unit_ids) {
  for (const Digest& id : std::exchange(deferred_, {})) {
    const auto at = by_id_.find(id);
    if (at != by_id_.end()) mark(*at->second, [](Pending& pending) { pending.deferred = false; });
  }
  const auto set_held = [&](const std::set<Digest>& ids, bool held) {
    for (const Digest& id : ids) {
      const auto at = by_id_.find(id);
      if (at != by_id_.end()) mark(*at->second, [&](Pending& pending) { pending.held = held; });
    }
  };
  set_held(held_, false);
  held_ = std::move(unit_ids);
  set_held(held_, true);
}

void Pool::defer(const Digest& unit_id) {
  const auto at = by_id_.find(unit_id);
  if (at == by_id_.end()) return;
  mark(*at->second, [](Pending& pending) { pending.deferred = true; });
  deferred_.insert(unit_id);
}

std::optional<Pending> Pool::take(const Digest& unit_id) {
  const auto at = by_id_.find(unit_id);
  if (at == by_id_.end()) return std::nullopt;
  if (is_free(*at->second)) --count_of(*at->second);
  Pending pending = std::move(*at->second);
  queue_.erase(at->second);
  by_id_.erase(at);
  bytes_ -= pending.unit->byte_count();
  const auto count = per_submitter_.find(submitter_of(*pending.unit));
  if (--count->second == 0) per_submitter_.erase(count);
  nonces_.erase(nonce_of(*pending.unit));
  for (const auto& member : pending.unit->members) member_of_.erase(member.id);
  by_hash_.erase(pending.unit->hash);
  return pending;
}

void Pool::let_rest(std::int64_t now_ms) {
  for (Pending& pending : queue_) {
    if (pending.received_ms + limits_.pursued_ms < now_ms) mark(pending, [](Pending& late) { late.pursued = false; });
  }
}

void Pool::stop_pursuing(const Digest& unit_id) {
  if (Pending* pending = find(unit_id)) mark(*pending, [](Pending& stale) { stale.pursued = false; });
}

std::vector<Digest> Pool::expired_by(std::int64_t block_time_ms) const {
  std::vector<Digest> ids;
  for (const Pending& pending : queue_) {
    if (block_time_ms > 1000 * pending.expires_at) ids.push_back(pending.unit->main.id);
  }
  return ids;
}

void Pool::remember(api::RecordStatus status, const ledger::Unit& unit) {
  const std::string submitter = submitter_of(unit);
  const auto drop_oldest = [&](const std::string* of) {
    const auto at = std::ranges::find_if(memory_order_, [&](const Digest& id) {
      const auto found = memory_.find(id);
      return found != memory_.end() && (!of || found->second.submitter == *of);
    });
    if (at != memory_order_.end()) forget(Digest(*at));
  };
  forget(status.id);
  const auto count = memory_per_submitter_.find(submitter);
  if (count != memory_per_submitter_.end() && count->second >= limits_.refusals_per_submitter) {
    drop_oldest(&submitter);
  } else if (memory_.size() >= limits_.refusals_max) {
    drop_oldest(nullptr);
  }
  ++memory_per_submitter_[submitter];
  memory_order_.push_back(status.id);
  const Digest id = status.id;
  memory_.emplace(id, Memory{std::move(status), submitter});
}

const api::RecordStatus* Pool::remembered(const Digest& record_id) const {
  const auto at = memory_.find(record_id);
  return at == memory_.end() ? nullptr : &at->second.status;
}

void Pool::forget(const Digest& record_id) {
  const auto at = memory_.find(record_id);
  if (at == memory_.end()) return;
  const auto count = memory_per_submitter_.find(at->second.submitter);
  if (--count->second == 0) memory_per_submitter_.erase(count);
  memory_.erase(at);
  memory_order_.erase(std::ranges::find(memory_order_, record_id));
}

}  // namespace qinglu::node
