// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "api/ports/ports.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/apply/block.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/store/guard.hpp"
#include "ledger/store/journal.hpp"
#include "node/agreement/engine.hpp"
#include "node/candidates.hpp"
#include "node/key_budget.hpp"
#include "node/ledger_view.hpp"
#include "node/pool.hpp"

namespace qinglu::node {

/// Secret halves of a validator's keys.
struct NodeKeys {
  crypto::SigningKey vote;
  crypto::SigningKey cosign;
  crypto::SigningKey log;
  crypto::SigningKey intake;
};

struct NodeOptions {
  std::string member;  ///< this node's member id in the validator set
  PoolLimits pool;
  /// Distance of cosignatures of an unchanged checkpoint. 0: never again.
  std::int64_t recosign_ms = 60'000;
  /// Units that a block is built from; more wait for the next one.
  std::size_t block_units_max = 10'000;
  /// Called once when the node halts, with the reason, from any of its threads.
  std::function<void(const Error&)> on_halt{};
  /// The journal is written anew once it holds this many bytes more than what is pending.
  std::size_t journal_slack = 64u << 20;
};

/// The disk of a node, opened and found whole.
struct NodeDisk {
  std::unique_ptr<ledger::KvStore> store;
  std::unique_ptr<ledger::Guard> guard;
  std::unique_ptr<ledger::Journal> journal;
  std::vector<Bytes> journalled;  ///< rows that the journal held
};

/// Wall clock; tests hand in their own.
using Clock = std::function<std::int64_t()>;

/// A validator at work: intake, pool, execution, the agreement engine's driver, reads.
///
/// Threads: one drives engine and store, one syncs the journal; ports may be called from any. The
/// order of promises is that of agreement.md §2.12: nothing is answered `pending` before the journal
/// is synced, nothing `final` before block, certificates and guard are.
/// When the store fails, the node halts: no votes, no submissions, reads go on (F12, F13).
class LedgerNode final : public api::Node {
 public:
  /// Compares the disk with the genesis document and the guard, completes the guard when a crash
  /// fell between the two, takes pending submissions back from the journal, and starts.
  /// Errors: wrong_ledger, corrupt (guard and database disagree: F08, F10), io.
  static Result<std::unique_ptr<LedgerNode>> start(NodeOptions options, NodeDisk disk,
                                                   ledger::Genesis genesis, NodeKeys keys,
                                                   Clock clock);
  ~LedgerNode() override;

  void submit(api::Submission submission, api::Wait wait, std::int64_t timeout_ms,
              Done done) override;
  Result<api::RecordStatus> dry_run(const api::Submission& submission) override;
  Result<std::optional<api::RecordStatus>> status_of(const Digest& record_id) override;
  std::shared_ptr<const api::LedgerView> view() const override;
  api::NodeStatus status() const override;

  /// Ends both threads after the step under way; pending submissions stay in the journal.
  void stop();

 private:
  LedgerNode(NodeOptions options, NodeDisk disk, ledger::Genesis genesis, NodeKeys keys,
             Clock clock);

  struct Timeout {
    Digest record_id;
    std::shared_ptr<bool> answered;
    Done done;
  };
  /// A submission between intake and journal.
  struct Arrival {
    std::shared_ptr<ledger::Unit> unit;
    std::int64_t received_ms = 0;
    std::shared_ptr<const Snapshot> judged_on;
    bool waits = false;
    std::int64_t timeout_ms = 0;
    Done done;
  };

  Result<void> load();
  Result<void> check_guard(const agreement::Tip& tip);
  Result<void> recover_journal();

  void drive();
  /// Answers those whose time is over, and lets records rest that waited too long.
  void keep_time();
  std::chrono::milliseconds until_next_timer() const;
  void fire_timers();
  /// One input and the answers to what it calls for, until the engine has nothing more to say.
  void run_engine(agreement::Input input);
  /// An output's answer, if it wants one. Errors: why the node must halt.
  Result<std::optional<agreement::Input>> carry_out(agreement::Output& output);
  Result<agreement::Built> build(const agreement::Build& order);
  Result<agreement::Executed> execute(const agreement::Execute& order);
  ledger::StateView state_after(const Digest& base) const;
  const ledger::Frontier& frontier_after(const Digest& base) const;
  Result<void> persist(agreement::Persist order);
  void committed(agreement::Committed done);
  /// The snapshot that the step at hand leads to, and what the driver itself goes by meanwhile.
  Snapshot& fresh_snapshot();
  std::shared_ptr<const Snapshot> newest() const;
  /// Shows readers and submitters what the step has made final or cosigned, all of it in one moment.
  void publish();
  void answer(Pending pending, const api::RecordStatus& status);
  void halt(Error error);
  void sync_journal();
  void enter_pool(Arrival arrival);
  void compact_journal();
  /// The refusal of a unit on the finalized state; nullopt: it would be accepted there.
  Result<std::optional<api::RecordStatus>> judge_alone(ledger::Unit& unit, std::int64_t time_ms) const;
  Error closed_error() const;
  void wait_for(Pending& pending, const Digest& record_id, std::int64_t until_ms, Done done);

  std::shared_ptr<const Snapshot> snapshot() const;
  Result<std::optional<api::RecordStatus>> final_status(const std::shared_ptr<const Snapshot>& at,
                                                        const Digest& record_id) const;
  /// With a receipt, which is signed when it is given: whoever waits for `final` needs none.
  api::RecordStatus pending_status(const Pending& pending, const Digest& record_id) const;

  const NodeOptions options_;
  NodeDisk disk_;
  const std::shared_ptr<const ledger::Genesis> genesis_;
  const NodeKeys keys_;
  const Clock clock_;
  const std::shared_ptr<ledger::StateCache> cache_;
  KeyBudget budget_;

  // The driver's own.
  std::unique_ptr<agreement::Engine> engine_;
  ledger::Frontier frontier_;
  std::uint64_t step_ = 0;
  Candidates candidates_;
  std::map<agreement::Timer, std::int64_t> timers_;  // when each is due
  std::int64_t recosign_at_ms_ = 0;
  // Of the step at hand, until publish().
  std::vector<Candidate> final_;
  std::shared_ptr<Snapshot> fresh_;
  std::string finality_note_;

  mutable std::mutex mutex_;
  std::condition_variable wake_driver_;
  std::condition_variable wake_journal_;
  std::shared_ptr<const Snapshot> snapshot_;
  Pool pool_;
  std::multimap<std::int64_t, Timeout> timeouts_;
  std::deque<Arrival> arrivals_;
  bool compact_ = false;
  bool stopping_ = false;
  std::optional<Error> halted_;

  std::thread driver_;
  std::thread journal_thread_;
};

/// Rows of a brand-new ledger: genesis block, tip and step counter; written by `network create`.
Result<ledger::KvBatch> genesis_batch(const ledger::Genesis& genesis);

}  // namespace qinglu::node
