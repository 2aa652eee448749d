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
#include <set>
#include <string>
#include <thread>

#include "api/ports/ports.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/apply/block.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/store/guard.hpp"
#include "ledger/store/journal.hpp"
#include "node/abstention.hpp"
#include "node/agreement/engine.hpp"
#include "node/candidates.hpp"
#include "node/gossip.hpp"
#include "node/key_budget.hpp"
#include "node/ledger_view.hpp"
#include "node/openings.hpp"
#include "node/peers/channel.hpp"
#include "node/pool.hpp"
#include "node/snapshot_keeper.hpp"

namespace qinglu::node {

/// Secret halves of a validator's keys.
struct NodeKeys {
  crypto::SigningKey vote;
  crypto::SigningKey cosign;
  crypto::SigningKey log;
  crypto::SigningKey intake;
};

/// Milliseconds of some clock; tests hand in their own.
using Clock = std::function<std::int64_t()>;
/// Of the clock that nobody sets.
std::int64_t monotonic_ms();

struct NodeOptions {
  std::string member;  ///< this node's member id in the validator set
  /// Where a contradiction of another member is kept as a file; empty: nowhere.
  std::string evidence_dir{};
  /// Where snapshots of fixed heights are kept, and how many; empty or 0: none are made.
  std::string snapshot_dir{};
  /// Where an abstaining member asks other operators and finds what they vouch for; empty: nowhere.
  std::string abstention_dir{};
  std::size_t snapshots_kept = 2;
  /// Where the keys of openings are that this node keeps for their authors; empty: it keeps none.
  std::string openings_dir{};
  /// Of timers and silences; the wall clock that start() takes is for block times and deadlines.
  Clock monotonic = monotonic_ms;
  PoolLimits pool;
  /// Distance of cosignatures of an unchanged checkpoint. 0: never again.
  std::int64_t recosign_ms = 60'000;
  /// Units that a block is built from; more wait for the next one.
  std::size_t block_units_max = 10'000;
  /// Told of the validator set in force and of one that is scheduled, at the start and at each change:
  /// whom the channel lets in follows them. A member that is to come must be able to catch up before.
  std::function<void(const ledger::ValidatorSet&, const std::optional<ledger::ValidatorSet>& scheduled)> on_set{};
  /// Told, in one sentence, of what an operator should look into at once.
  std::function<void(const std::string&)> on_alarm{};
  /// Told, with the view and the signers, when other operators' word has ended the doubt in own votes.
  std::function<void(std::uint64_t view, const std::string& signers)> on_vouched{};
  /// Keys that a scheduled set brings in for this member, and who is told when it has (durably, once).
  std::shared_ptr<NodeKeys> next_keys{};
  std::function<void()> on_next_keys{};
  /// Called once when the node halts, with the reason, from any of its threads.
  std::function<void(const Error&)> on_halt{};
  /// The journal is written anew once it holds this many bytes more than what is pending.
  std::size_t journal_slack = 64u << 20;
};

/// The disk of a node, opened and found whole.
struct NodeDisk {
  std::unique_ptr<ledger::KvStore> store;
  std::unique_ptr<ledger::Guard> guard;  ///< nullptr: see guard_fault
  std::unique_ptr<ledger::Journal> journal;
  std::vector<Bytes> journalled;  ///< rows that the journal held
  std::string guard_path{};       ///< where a new guard is made once the loss of the old one is durable
  Error guard_fault{};            ///< why there is no guard: it is missing, or no slot of it is whole
};

/// A validator at work: intake, pool, execution, the agreement engine's driver, reads.
///
/// Threads: one drives engine and store, one syncs the journal, one takes in what members tell; ports
/// may be called from any. The order of promises is that of agreement.md §2.12: nothing is answered
/// `pending` before the journal is synced, nothing `final` and no vote sent before block, certificates
/// and guard are. When the store fails, the node halts: no votes, no submissions, reads go on (F12, F13).
///
/// By file: node.cpp start and reads, intake.cpp submissions and pool, driver.cpp the engine's outputs,
/// members.cpp what other nodes say and are told, erasure.cpp openings that are kept and erased.
class LedgerNode final : public api::Node {
 public:
  /// Compares the disk with the genesis document and the guard, completes the guard when a crash
  /// fell between the two, takes pending submissions back from the journal, and starts.
  /// `channel`: to the other members; a ledger of one validator needs none.
  /// Errors: wrong_ledger, corrupt (guard and database disagree: F08, F10), io, usage.
  static Result<std::unique_ptr<LedgerNode>> start(NodeOptions options, NodeDisk disk,
                                                   ledger::Genesis genesis, NodeKeys keys,
                                                   Clock clock, std::unique_ptr<Channel> channel = nullptr);
  ~LedgerNode() override;

  void submit(api::Submission submission, api::Wait wait, std::int64_t timeout_ms,
              Done done) override;
  Result<api::RecordStatus> dry_run(const api::Submission& submission) override;
  Result<std::optional<api::RecordStatus>> status_of(const Digest& record_id) override;
  /// At the newest checkpoint that a quorum has cosigned, so that every answer can be verified.
  std::shared_ptr<const api::LedgerView> view() const override;
  api::NodeStatus status() const override;
  Result<Bytes> inclusion_receipt(const api::LedgerView& at, const Digest& record_id) const override;
  std::vector<api::SnapshotFacts> snapshots() const override;
  Result<Bytes> snapshot_file(std::uint64_t height, std::optional<std::size_t> chunk) const override;
  Result<void> keep_openings(const ledger::Openings& openings) override;
  Result<ledger::Openings> openings(BytesView request) override;
  Result<api::ErasureStatus> erasure(const Digest& notice) override;

  /// Ends all threads after the step under way; pending submissions stay in the journal.
  void stop();

 private:
  LedgerNode(NodeOptions options, NodeDisk disk, ledger::Genesis genesis, NodeKeys keys,
             Clock clock, std::unique_ptr<Channel> channel);

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
    std::optional<api::Wait> waits;  ///< final or cosigned
    std::int64_t timeout_ms = 0;
    Done done;
  };
  /// A message of another member, on its way to the engine.
  struct Inbound {
    std::string from;
    agreement::Message message;
  };
  /// Units that another member tells, on their way to the pool.
  struct Told {
    std::size_t bytes = 0;
    std::vector<UnitBytes> units;
  };
  /// A proposal whose units are not all at hand yet.
  struct Incomplete {
    std::string from;
    CompactPropose compact;
    std::map<Digest, std::shared_ptr<ledger::Unit>> units;  ///< those at hand, by unit hash
  };
  /// What a member last said of itself.
  struct Heard {
    agreement::Status status;
    std::int64_t clock_offset_ms = 0;
    std::int64_t at_ms = 0;
  };

  // start and reads
  Result<void> load();
  /// Tells of a change of the sets.
  void announce_sets();
  /// Starts the engine of the epoch that the store stands in.
  Result<void> begin_epoch(const agreement::Tip& tip, std::string doubt);
  /// What speaks against the record of own votes; empty: nothing.
  Result<std::string> check_guard(const agreement::Tip& tip);
  /// Goes on without the guard that was lost: the doubt becomes durable, then a new guard is made.
  Result<std::string> replace_guard(const agreement::Tip& tip);
  Result<void> recover_journal();
  std::shared_ptr<const Snapshot> snapshot() const;
  Result<std::optional<api::RecordStatus>> final_status(const std::shared_ptr<const Snapshot>& at,
                                                        const Digest& record_id) const;
  /// With a receipt, which is signed when it is given: whoever waits for `final` needs none.
  api::RecordStatus pending_status(const Pending& pending, const Digest& record_id) const;
  Error closed_error() const;
  /// Why this node takes no submissions though it runs: it is in no set.   Requires: the lock.
  std::optional<Error> observer_error() const;
  void halt(Error error);

  // the engine's driver
  void drive();
  /// Answers those whose time is over, and lets records rest that waited too long.
  void keep_time();
  std::chrono::milliseconds until_next_timer() const;
  void fire_timers();
  /// One input and the answers to what it calls for, until the engine has nothing more to say.
  void run_engine(agreement::Input input);
  /// Judges what members told until a record is accepted, so that no other keeps a view active.
  void judge_waiting();
  /// Tells the engine when records have begun or ceased to wait.
  void hint();
  /// An output's answer, if it wants one. Errors: why the node must halt.
  Result<std::optional<agreement::Input>> carry_out(agreement::Output& output);
  Result<agreement::Built> build(const agreement::Build& order);
  Result<agreement::Executed> execute(const agreement::Execute& order);
  ledger::StateView state_after(const Digest& base) const;
  const ledger::Frontier& frontier_after(const Digest& base) const;
  Result<void> persist(agreement::Persist order);
  void committed(agreement::Committed done);
  void cosigned(agreement::Cosigned done);
  /// The snapshot that the step at hand leads to, and what the driver itself goes by meanwhile.
  Snapshot& fresh_snapshot();
  std::shared_ptr<const Snapshot> newest() const;
  /// Shows readers and submitters what the step has made final or cosigned, all of it in one moment.
  void publish();
  /// Asks the finalized state about records that wait for long, and answers those that it refuses.
  void recheck();
  void refuse(const ledger::Unit& unit, const api::RecordStatus& refusal);
  /// The refusal of a unit on the finalized state; nullopt: it would be accepted there.
  Result<std::optional<api::RecordStatus>> judge_alone(ledger::Unit& unit, std::int64_t time_ms) const;

  // submissions
  void sync_journal();
  void enter_pool(Arrival arrival);
  void compact_journal();
  void wait_for(Pending& pending, const Digest& record_id, api::Wait wait, std::int64_t until_ms, Done done);
  /// Answers who waited for the pending unit; who waits for cosignatures goes on waiting if it is final.
  void answer(Pending pending, const api::RecordStatus& status);

  // other members
  bool alone() const { return !channel_; }
  /// The engine's number of a node: its index in the set, or one from n on.   Requires: the lock.
  std::size_t number_of(const std::string& id);
  std::string id_of(std::size_t number) const;
  void received(const std::string& from, Bytes message);
  void deliver(const std::string& from, agreement::Message message);
  void send(const agreement::Send& order);
  void broadcast(Bytes message);
  void tell(const std::vector<std::shared_ptr<ledger::Unit>>& units);
  void tell_again();
  void say_status();
  /// Tells the engine which members are not there.
  void watch_members();
  /// While this member does not know its own votes: asks the operators of others, and takes their word.
  void hear_operators();
  void take_vouches();
  /// Hands the engine what members have said since.
  void hear_members();
  /// Takes the units that members tell into the pool, apart from votes, which must not wait for them.
  void hear_told();
  void take_told(const UnitBytes& unit);
  void answer_records(const std::string& to, const GetRecords& wanted);
  void expand(const std::string& from, CompactPropose compact);
  bool complete(Incomplete& waiting);
  Result<void> look_up(const agreement::Lookup& wanted);
  Result<void> look_up(const agreement::LookupRange& wanted);
  Result<void> keep_contradiction(const agreement::Misbehaviour& found);
  /// What earlier runs kept.
  void recall_contradictions();

  // openings
  struct Notice;
  /// nullopt: no final notice of erasure of this id.
  Result<std::optional<Notice>> find_notice(const Digest& id) const;
  /// Destroys what is held of a notice's fields and says so, durably; nullopt: this node is in no set.
  /// Requires: openings_mutex_.
  Result<std::optional<Bytes>> acknowledge(const Notice& notice);
  /// Notes the notices of erasure in a block that becomes final, for publish().
  void note_erasures(const ledger::KvBatch& block);
  void erase_named(const std::vector<Digest>& notices);
  /// What a crash may have left: openings of fields that are erased, keys without a row.
  Result<void> finish_erasures();
  void hear_erased(const std::string& from, const Erased& said);

  NodeOptions options_;
  NodeDisk disk_;
  const std::shared_ptr<const ledger::Genesis> genesis_;
  NodeKeys keys_;
  const Clock clock_;
  const std::unique_ptr<Channel> channel_;
  const std::shared_ptr<ledger::StateCache> cache_;
  KeyBudget budget_;

  // The driver's own.
  std::unique_ptr<agreement::Engine> engine_;
  ledger::Frontier frontier_;
  std::uint64_t step_ = 0;
  Candidates candidates_;
  std::map<agreement::Timer, std::int64_t> timers_;  // when each is due, monotonic
  std::int64_t recosign_at_ms_ = 0;
  std::int64_t status_at_ms_ = 0;
  std::int64_t watch_at_ms_ = 0;
  std::set<std::size_t> absent_;
  std::int64_t operators_at_ms_ = 0;
  std::optional<VouchRequest> vouch_request_;  // of the abstention at hand; its file is there
  std::int64_t tell_at_ms_ = 0;
  std::int64_t tell_again_ms_ = 0;
  std::int64_t recheck_at_ms_ = 0;
  std::uint64_t rechecked_height_ = 0;
  std::optional<std::pair<std::uint64_t, Digest>> announced_;  // epoch, hash of the scheduled set
  std::optional<agreement::Tip> next_epoch_;  // where it begins, when the step at hand ended one
  bool hinted_ = false;  // what the engine believes of the pool
  std::vector<Digest> chain_;
  std::optional<Digest> sent_compact_;
  // Of the step at hand, until publish().
  std::vector<Candidate> final_;
  std::shared_ptr<Snapshot> fresh_;
  std::shared_ptr<const Snapshot> fresh_readable_;
  std::string finality_note_;
  std::vector<Digest> notices_;  // of erasure

  mutable std::mutex mutex_;
  std::condition_variable wake_driver_;
  std::condition_variable wake_journal_;
  std::condition_variable wake_told_;
  std::condition_variable inbox_room_;
  std::shared_ptr<const Snapshot> snapshot_;  // newest final
  std::shared_ptr<const Snapshot> readable_;  // newest cosigned
  std::map<std::uint64_t, std::shared_ptr<const Snapshot>> uncosigned_;  // by log size, newer than readable_
  Pool pool_;
  std::multimap<std::int64_t, Timeout> timeouts_;
  std::multimap<std::uint64_t, std::pair<Digest, std::function<void(const api::RecordStatus&)>>> await_cosigned_;  // by log index
  std::deque<Arrival> arrivals_;
  std::deque<Inbound> inbox_;
  std::map<std::string, std::size_t> inbox_of_;  // messages of each node in it
  std::shared_ptr<const ledger::ValidatorSet> set_;  // of the epoch at hand
  std::vector<std::string> others_;  // nodes that are in no such set, by their number from n on
  std::deque<Told> told_;
  std::size_t told_bytes_ = 0;
  std::map<Digest, Incomplete> incomplete_;  // by block hash
  std::map<std::string, Heard> heard_;
  std::vector<api::Contradiction> contradictions_;
  std::uint64_t view_ = 0;
  std::string abstaining_;
  bool asks_operators_ = false;
  bool compact_ = false;
  bool stopping_ = false;
  std::optional<Error> halted_;

  std::mutex openings_mutex_;  // taken before mutex_
  std::optional<Openings> openings_;

  std::unique_ptr<SnapshotKeeper> keeper_;  ///< nullptr: no snapshots here
  std::thread driver_;
  std::thread journal_thread_;
  std::thread told_thread_;
};

/// Rows of a brand-new ledger: genesis block, tip and step counter; written by `network create`.
Result<ledger::KvBatch> genesis_batch(const ledger::Genesis& genesis);

}  // namespace qinglu::node
