// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/ports/ports.hpp"
#include "ledger/apply/unit.hpp"
#include "ledger/codec/genesis.hpp"

namespace qinglu::node {

// A submission's outward forms: what the pool journal keeps of it, and what its submitter is told.

std::variant<ledger::Unit, ledger::Refusal> parse(const api::Submission& submission, const ledger::LedgerLimits& limits);

/// Lines `record|batch <received_ms>`, entry, bodies: canonical JSON holds no raw LF. The receipt
/// follows from them: Ed25519 signs alike every time.
Bytes journal_row(const ledger::Unit& unit, std::int64_t received_ms);

struct Journalled {
  api::Submission submission;
  std::int64_t received_ms = 0;
};
std::optional<Journalled> read_journal_row(BytesView row);

/// Whether all signatures have been verified, one of a registered key among them. Input without leaves no
/// row, whatever it is refused for (F93). The proof of a new key is no such signature: anybody can make one.
bool signed_by_registered_keys(const ledger::Unit& unit);

Error over_budget();
api::RecordStatus refusal_status(const Digest& id, std::vector<ledger::Issue> issues, std::optional<std::size_t> member,
                                 std::uint64_t height);
api::RecordStatus replay_status(const Digest& id, const std::string& pending_id, std::uint64_t height);
api::RecordStatus expired_status(const Digest& id);

}  // namespace qinglu::node
