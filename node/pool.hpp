// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/ports/ports.hpp"
#include "ledger/apply/unit.hpp"

namespace qinglu::node {

/// Bounds of what a node holds for submitters. All are configuration; the figures are defaults.
struct PoolLimits {
  /// Units (a batch is one) and bytes that wait; beyond 80 % submitters are told to wait (429).
  std::size_t units_max = 10'000;
  std::size_t bytes_max = 64u << 20;
  /// Units of one submitter.
  std::size_t units_per_submitter = 500;
  /// A record is proposed for this long; then it stays pending and is not pursued.
  std::int64_t pursued_ms = 600'000;
  /// Refusals remembered in all, and per submitter.
  std::size_t refusals_max = 10'000;
  std::size_t refusals_per_submitter = 500;
  /// Submissions (a batch is one) a second and key, and how many may come at once; 0: no limit.
  double submissions_per_second = 10;
  double submissions_burst = 20;
};

/// A submission that is not yet final: taken in here, and durable in the journal, or told by a member.
struct Pending {
  std::shared_ptr<ledger::Unit> unit;
  std::int64_t received_ms = 0;
  std::int64_t expires_at = 0;  ///< POSIX seconds
  bool own = true;              ///< taken in here: this node answers for it and tells the others
  bool judged = true;           ///< a finalized state has accepted it; what members tell comes in before
  bool pursued = true;
  bool held = false;      ///< in the notarized chain
  bool deferred = false;  ///< the newest executed state refuses it; the finalized one has not been asked
  struct Waiter {
    bool cosigned = false;  ///< waits until a quorum has cosigned, not only until it is final
    std::function<void(const api::RecordStatus&)> tell;
  };
  std::vector<Waiter> waiters;  ///< each is told once
};

/// Submissions that wait for a block, in order of arrival, and the answers to those that were
/// refused or expired.   Threads: outside synchronisation (the node's lock).
class Pool {
 public:
  explicit Pool(PoolLimits limits) : limits_(limits) {}

  /// Whether a unit of this submitter may come in now.
  /// Errors: unavailable (pool full, too many of this submitter); conflict: the same (submitter,
  /// nonce) with another body is pending (REPLAY), `detail` its record id.
  Result<void> admits(const ledger::Unit& unit) const;
  /// Requires: admits(), unknown so far.
  Pending& add(std::shared_ptr<ledger::Unit> unit, std::int64_t received_ms, bool own = true);

  /// The pending unit that holds a record: by its id, a member's or the manifest's.
  Pending* find(const Digest& record_id);
  /// The pending unit of a unit hash; nullptr: none.
  std::shared_ptr<ledger::Unit> find_unit(const Digest& unit_hash) const;

  /// The oldest units that wait for a block: pursued, in no block of the notarized chain, not deferred.
  std::vector<std::shared_ptr<ledger::Unit>> oldest(std::size_t units_max) const;
  /// Whether a judged one is among them: records that the rules may refuse keep no view active.
  bool waiting() const { return waiting_ > 0; }
  /// The oldest of those that nobody has judged, as long as none is waiting(); nullptr: none.
  std::shared_ptr<ledger::Unit> to_judge() const;
  /// A finalized state has accepted it.
  void judged(const Digest& unit_id);
  /// The unit has been taken in here too, and hence judged.
  void own(Pending& pending);

  /// The units of the notarized chain above the finalized tip, by unit id. What was deferred on
  /// another chain may be tried again.
  void hold(std::set<Digest> unit_ids);
  void defer(const Digest& unit_id);

  /// Takes a unit out; its waiters go with it.
  std::optional<Pending> take(const Digest& unit_id);
  /// Marks what was received before `now_ms − pursued_ms` as not pursued.
  void let_rest(std::int64_t now_ms);
  /// Stops proposing a unit (it passed its `expires_at` by this node's clock).
  void stop_pursuing(const Digest& unit_id);
  /// Ids of units whose `expires_at` lies before a final block's time.
  std::vector<Digest> expired_by(std::int64_t block_time_ms) const;

  /// Answers that are kept after a unit left without becoming final.
  void remember(api::RecordStatus status, const ledger::Unit& unit);
  const api::RecordStatus* remembered(const Digest& record_id) const;
  void forget(const Digest& record_id);

  enum class Of { this_node, anybody };
  /// Units that have waited since `received_ms` or longer, oldest first.
  std::vector<std::shared_ptr<ledger::Unit>> since(std::int64_t received_ms, std::size_t units_max, Of whose) const;

  std::size_t units() const { return by_id_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::vector<std::shared_ptr<ledger::Unit>> all() const;
  const Pending* find(const Digest& record_id) const;

 private:
  struct Memory {
    api::RecordStatus status;
    std::string submitter;
  };

  static bool is_free(const Pending& pending) { return pending.pursued && !pending.held && !pending.deferred; }
  std::size_t& count_of(const Pending& pending) { return pending.judged ? waiting_ : unjudged_; }
  /// Keeps the counts of free units while `act` changes the marks of one.
  template <class Act>
  void mark(Pending& pending, Act act) {
    if (is_free(pending)) --count_of(pending);
    act(pending);
    if (is_free(pending)) ++count_of(pending);
  }

  PoolLimits limits_;
  std::size_t waiting_ = 0;   // free units: judged
  std::size_t unjudged_ = 0;  // and not
  std::set<Digest> held_;
  std::set<Digest> deferred_;
  std::list<Pending> queue_;
  std::map<Digest, std::list<Pending>::iterator> by_id_;
  std::map<Digest, Digest> member_of_;  // member record id -> unit id
  std::map<Digest, Digest> by_hash_;    // unit hash -> unit id
  std::map<std::pair<std::string, std::string>, Digest> nonces_;
  std::map<std::string, std::size_t> per_submitter_;
  std::size_t bytes_ = 0;
  std::map<Digest, Memory> memory_;
  std::deque<Digest> memory_order_;
  std::map<std::string, std::size_t> memory_per_submitter_;
};

}  // namespace qinglu::node
