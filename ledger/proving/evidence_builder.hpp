// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/evidence/question.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/model/rows.hpp"
#include "ledger/model/value.hpp"
#include "ledger/state/undo.hpp"

namespace qinglu::ledger {

/// What an evidence builder stands on: one consistent moment of the ledger.
struct ProvingHead {
  std::shared_ptr<const KvReader> present;
  const RowReader& rows;
  const Genesis& genesis;
  std::uint64_t height = 0; ///< of the newest block
  std::uint64_t size = 0;   ///< of the log; the seal is leaf size − 1
  std::string checkpoint;   ///< cosigned note of that size
  /// First quorum's note with the smallest size > `index`; nullopt: none is kept.
  std::function<Result<std::optional<std::pair<std::uint64_t, Bytes>>>(std::uint64_t index)>
      first_quorum;
  /// Finality note of the block that ended an epoch at this log size, or of an empty one on it; may be
  /// left out while no epoch has ended.
  std::function<Result<std::optional<std::string>>(std::uint64_t height)> finality_note{};
  UndoLimits undo{};  ///< how far back a claim may be as of
};

/// Records that one file may show; beyond, the lines alone.
inline constexpr std::size_t kShownMax = 4'000;

/// Evidence file (`qinglu-evidence/1`, canonical JSON).
///
/// What the ledger says decides between the two answers to one question: a history without any record
/// is given as an absence, a row that is not there likewise.
/// Errors: not_found: no such record, height or subject id; conflict: an absence is asked of what is
/// there; limit: as_of lies too far back, or too many records to show; usage: the parts of the request
/// do not fit; those of the reader.   Source: evidence.md §8.
Result<Bytes> build_evidence(const ProvingHead& head, const EvidenceRequest& request);

/// The chain of validator sets from genesis to the one in force, alone: `{"policy_chain":[…]}`.
/// Errors: those of the reader.
Result<Bytes> build_policy_chain(const ProvingHead& head);

/// A state proof as evidence files and the API write it: {depth, mask, siblings, terminal}.
Result<Value> state_proof_value(const KvReader& reader, const RowKey& row);

}  // namespace qinglu::ledger
