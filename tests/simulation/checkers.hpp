// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "node/agreement/ballots.hpp"
#include "node/agreement/chain_rows.hpp"
#include "node/agreement/message.hpp"
#include "node/agreement/votes.hpp"

namespace qinglu::sim {

/// What must hold of a run, judged on everything that honest members said and kept. Written apart from
/// the engine: it knows messages and their meaning, no rule of how they come about.
/// Source: agreement.md §3.1 (S1–S8, S10, L1–L5).
class Checkers {
 public:
  struct Block {
    Digest hash;
    std::vector<std::uint64_t> records;
  };

  /// What a node's store shows of its chain.
  struct Shown {
    std::vector<agreement::BlockRow> blocks;
    std::vector<Bytes> finalizations;
  };
  using Place = std::pair<std::uint64_t, std::uint64_t>;  ///< epoch and view
  using Members = std::vector<std::vector<std::pair<std::size_t, std::size_t>>>;

  using Verify = bool (*)(const PublicKey&, BytesView, const Signature&);
  Checkers(const std::vector<ledger::ValidatorSet>& sets, const Members& members, const Digest& ledger_id, std::string origin, Verify verify)
      : sets_(sets), members_(members), ledger_id_(ledger_id), origin_(std::move(origin)), verify_(verify) {}

  void submitted(std::uint64_t record) { submitted_.insert(record); }
  /// A node that must never be accused.
  void honest(std::size_t member) { honest_.insert(member); }
  void sent(std::size_t member, std::uint64_t epoch, const agreement::Message& message);
  /// A row of own votes that a member has synced; `body`: whether what it notarized is synced too.
  void durable(std::size_t member, Place at, const agreement::VoteRow& row, bool body);
  void committed(std::size_t member, const Digest& hash, const std::vector<std::uint64_t>& records);
  /// A member has left its epoch, durably.
  void switched(std::size_t member, const agreement::Tip& begin);
  /// A disk was lost or is an older one: what was durable is not; what was said was said.
  void forgot(std::size_t member, std::size_t records);
  /// S10: whoever holds the chains of a fork can name f+1 liars, and nobody else.
  void accountable(const std::map<std::size_t, Shown>& chains, std::size_t liars);
  void cosigned(std::size_t member, std::uint64_t epoch, bool has_seat, std::uint64_t size, const std::string& checkpoint);
  void accused(std::size_t by, const agreement::Misbehaviour& found);
  void traffic(std::int64_t now) { last_traffic_ = now; }
  void progress(std::size_t member, std::int64_t now, std::size_t records);
  void ended(std::size_t member, const std::vector<std::uint64_t>& committed, std::size_t records);
  void quiet_since(std::int64_t end);
  void fail(const std::string& what) {
    if (failure_.empty()) failure_ = what;
  }

  const std::string& failure() const { return failure_; }
  std::int64_t finished_ms() const { return finished_; }
  /// The one chain of non-empty blocks, as first committed by anybody honest.
  const std::vector<Block>& chain() const { return chain_; }
  const std::map<std::string, std::uint64_t>& marks() const { return marks_; }

 private:
  struct Cast {
    std::set<Digest> notarized;
    std::set<Digest> finalized;
    bool nullified = false;
  };
  struct View {
    std::set<Digest> notarizations;
    std::set<Digest> finalizations;
    bool nullification = false;
  };
  bool is(std::size_t member, std::uint64_t epoch, std::size_t seat) const;
  void vote(std::size_t member, const agreement::Vote& vote);
  void certificate(const Bytes& bytes);

  const std::vector<ledger::ValidatorSet>& sets_;
  const Members& members_;
  const Digest ledger_id_;
  const std::string origin_;
  const Verify verify_;
  std::string failure_;
  std::set<std::uint64_t> submitted_;
  std::map<std::pair<std::size_t, Place>, Cast> cast_;
  std::map<std::pair<std::size_t, Place>, agreement::VoteRow> durable_;
  std::map<Place, View> views_;
  std::map<std::size_t, std::uint64_t> epochs_;
  std::map<std::uint64_t, agreement::Tip> begins_;  // of epochs
  std::vector<Block> chain_;
  std::map<std::size_t, std::size_t> heights_;  // blocks that a member has committed
  std::map<std::size_t, std::pair<std::uint64_t, Digest>> cosigned_;
  std::map<std::uint64_t, Digest> roots_;  // by size
  std::map<std::size_t, std::uint64_t> cosign_times_;
  std::int64_t last_traffic_ = 0;
  std::int64_t finished_ = 0;
  std::map<std::size_t, std::size_t> progress_;
  std::map<std::string, std::uint64_t> marks_;
  std::set<std::size_t> honest_;
  std::set<std::tuple<std::size_t, std::size_t, std::uint8_t, std::uint64_t, std::uint64_t>> accused_;
};

}  // namespace qinglu::sim
