// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "node/node.hpp"
#include "node/setup.hpp"
#include "tests/support/files.hpp"
#include "tests/support/signed_records.hpp"

namespace qinglu::test {

/// The keys of the office's node, the same on every run.
node::NodeKeys office_keys();
/// Its public identity, as `qinglud init` would write it.
node::Identity office_identity();
/// The genesis document of the office's ledger, made by node/setup; the same on every run.
const ledger::Genesis& office_genesis();
/// Defaults, and no cosignatures while idle, so that a run of blocks is the same every time.
node::NodeOptions office_options();

api::Submission submission_of(const SignedUnit& unit);

/// Where a submission's one answer arrives. Whoever waits gives up after a minute.
class Answer {
 public:
  Answer() : box_(std::make_shared<Box>()) {}
  api::Submitter::Done done() const;
  /// The first answer. Fails the test when none comes.
  Result<api::RecordStatus> get() const;
  /// get() that must be a status in state `state`.
  api::RecordStatus must(api::State state) const;
  int calls() const;

 private:
  struct Box {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Result<api::RecordStatus>> answer;
    int calls = 0;
  };
  std::shared_ptr<Box> box_;
};

/// A ledger of one validator in a directory, run through the product's own ways: create_ledger(),
/// open_disk(), LedgerNode::start(). The clock is a number that the test sets.
class RunningLedger {
 public:
  /// In a directory of its own that goes with the object, or in `dir`.
  explicit RunningLedger(std::string dir = {});
  ~RunningLedger();

  node::Config config() const;
  const std::string& dir() const { return dir_; }
  const Digest& ledger_id() const { return office_genesis().ledger_id; }

  void create();
  /// open_disk() and LedgerNode::start().
  Result<void> start(node::NodeOptions options = office_options());
  /// start() on a disk that the caller opened.
  Result<void> start_on(node::NodeDisk disk, node::NodeOptions options = office_options());
  /// create() and start() that must succeed.
  RunningLedger& founded(node::NodeOptions options = office_options());
  /// Ends the node as a controlled stop does; the directory stays.
  void stop() { node_.reset(); }

  node::LedgerNode& node() const { return *node_; }
  bool running() const { return node_ != nullptr; }

  void set_clock(std::int64_t ms) { *clock_ = ms; }
  /// Second `n` of the ledger's life.
  void set_second(std::uint64_t n) { set_clock(kLedgerBeginMs + 1000 * static_cast<std::int64_t>(n)); }
  node::Clock clock() const;

  Answer submit(const SignedUnit& unit, api::Wait wait, std::int64_t timeout_ms = 3'600'000);
  /// Submits and waits until it is final.
  api::RecordStatus record(const SignedUnit& unit);
  /// Records units `from`…`until` of the story, each at its own second, one a block.
  void tell(std::uint64_t from, std::uint64_t until);
  std::uint64_t height() const { return node_->view()->head().height; }
  /// What the node says of a record; must be known to it.
  api::RecordStatus status_of(const Digest& id) const;

 private:
  std::optional<TempDir> own_;
  std::string dir_;
  std::shared_ptr<std::atomic<std::int64_t>> clock_;
  std::unique_ptr<node::LedgerNode> node_;
};

/// SHA-256 of every row of a store that blocks alone determine: without the step counter and the
/// times at which restarts cosigned.
Digest block_content(const ledger::KvReader& reader);

/// The store of a directory that no node runs on, for looking and for damaging it.
std::unique_ptr<ledger::KvStore> open_store(const node::Config& config);

}  // namespace qinglu::test
