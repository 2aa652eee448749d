// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "node/agreement/certificate.hpp"

namespace qinglu::agreement {

/// Own votes of one view; consulted before every vote, durable before any leaves.
/// Source: agreement.md §2.6, §2.7 (V1–V4).
struct VoteRow {
  std::optional<Digest> proposed;
  std::optional<Digest> notarized;
  bool nullified = false;
  std::optional<Digest> finalized;

  Bytes encode() const;
  static Result<VoteRow> decode(BytesView bytes);
  bool operator==(const VoteRow&) const = default;
};

/// The record of this member's own votes, and the one place that says whether a further one may be
/// cast. It mirrors the durable rows: what changes here must be synced before any of it is sent.
///
/// V1: at most one Propose and one Notarize a view. V2: never both Nullify and Finalize. V3: Finalize
/// only for what was notarized by this member. V4 and the rest of V3 (justified, valid, durable,
/// certified) are the caller's to know, and are stated by calling. Views up to spent_until() may not
/// be voted in at all: their rows were dropped, or abstain mode forbids them.
class OwnVotes {
 public:
  void load(std::uint64_t view, VoteRow row) { rows_[view] = std::move(row); }
  void spend_until(std::uint64_t view) { spent_until_ = std::max(spent_until_, view); }
  std::uint64_t spent_until() const { return spent_until_; }

  VoteRow at(std::uint64_t view) const;
  /// Whether the record holds this very vote.
  bool has(const Statement& statement) const;

  bool may_propose(std::uint64_t view) const;
  bool may_notarize(std::uint64_t view, const Digest& block) const;
  bool may_nullify(std::uint64_t view) const;
  bool may_finalize(std::uint64_t view, const Digest& block) const;

  // Requires: the may_… of the same arguments (checked).
  void propose(std::uint64_t view, const Digest& block);
  void notarize(std::uint64_t view, const Digest& block);
  void nullify(std::uint64_t view);
  void finalize(std::uint64_t view, const Digest& block);

  /// Views whose rows have changed since the last call, ascending.
  std::set<std::uint64_t> take_changed() { return std::exchange(changed_, {}); }
  /// Forgets rows of views below `view`; they count as spent. Returns the views forgotten.
  std::vector<std::uint64_t> drop_below(std::uint64_t view);

 private:
  VoteRow& change(std::uint64_t view);
  bool spent(std::uint64_t view) const { return view <= spent_until_; }

  std::map<std::uint64_t, VoteRow> rows_;
  std::set<std::uint64_t> changed_;
  std::uint64_t spent_until_ = 0;
};

}  // namespace qinglu::agreement
