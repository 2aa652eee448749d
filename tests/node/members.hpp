// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/node/running_ledger.hpp"

namespace qinglu::test {

/// Messages between the nodes of one process: each is handed on by a thread of its sender and receiver
/// pair, as sockets would, and a test may cut any direction or look at what passes.
class Wires {
 public:
  Wires();
  ~Wires();

  std::unique_ptr<node::Channel> channel(const std::string& id);
  /// Nothing passes from `a` to `b` any more, or everything again.
  void cut(const std::string& a, const std::string& b, bool cut = true);
  /// Sees each message before it passes and says what does.
  using Tap = std::function<std::vector<Bytes>(const std::string& from, const std::string& to, const Bytes& message)>;
  void tap(Tap tap);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// A ledger of several validators in one process: real nodes, stores and keys, wires between them.
class Members {
 public:
  /// `candidates`: nodes beside the founders, whose parties genesis knows, in no set yet.
  explicit Members(std::size_t founders, std::size_t candidates = 0, std::uint64_t snapshot_every = 10'000);

  std::size_t n() const { return nodes_.size(); }
  node::LedgerNode& node(std::size_t i) const { return *nodes_[i].node; }
  const ledger::Genesis& genesis() const { return genesis_; }
  const std::string& id(std::size_t i) const { return everybody_[i].id; }
  /// What node `i` is, or would be, in a set.
  const ledger::Validator& validator(std::size_t i) const { return everybody_[i]; }
  Wires& wires() { return wires_; }
  std::string evidence_dir(std::size_t i) const { return nodes_[i].dir.path() + "/evidence"; }
  node::Config config(std::size_t i) const;
  /// The keys of member `i`, the same on every run.
  static node::NodeKeys keys(std::size_t i);

  using Adjust = std::function<void(node::NodeOptions&)>;
  void start(std::size_t i, const Adjust& adjust = nullptr);
  /// The same, with what a start says when it refuses.
  Result<void> try_start(std::size_t i, const Adjust& adjust = nullptr);
  void stop(std::size_t i) { nodes_[i].node.reset(); }
  Answer submit(std::size_t i, const SignedUnit& unit, api::Wait wait);
  /// Waits until every running node has the record final and cosigned.
  void everybody_has(const Digest& record_id) const;
  /// Waits until `holds` does; fails after a minute.
  static void eventually(const std::string& what, const std::function<bool()>& holds);

 private:
  struct Member {
    TempDir dir;
    std::unique_ptr<node::LedgerNode> node;
  };
  ledger::Genesis genesis_;
  std::vector<ledger::Validator> everybody_;
  Wires wires_;
  std::deque<Member> nodes_;
};

/// A signed record of the ledger of these members, another for each `n`.
inline SignedUnit company(const Members& members, std::uint64_t n) { return sign_record(company_body(members.genesis().ledger_id, n)); }

}  // namespace qinglu::test
