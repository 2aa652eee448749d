// SPDX-License-Identifier: Apache-2.0
#include "node/submissions.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/signers.hpp"

namespace qinglu::node {

using api::RecordStatus;
using api::State;

bool signed_by_registered_keys(const ledger::Unit& unit) {
  const auto new_key = unit.main.type ? ledger::new_key_signature(*unit.main.type, unit.main.value) : std::nullopt;
  const bool registered = std::ranges::any_of(unit.signed_by, [&](const auto& by) { return by != new_key; });
  return registered && std::ranges::all_of(unit.verified, [](const auto& key) { return key.has_value(); });
}

Error over_budget() { return {Errc::limit, "too many submissions under one key"}; }

RecordStatus refusal_status(const Digest& id, std::vector<ledger::Issue> issues,
                            std::optional<std::size_t> member, std::uint64_t height) {
  RecordStatus status;
  status.id = id;
  status.state = State::refused;
  status.issues = std::move(issues);
  status.member = member;
  status.judged_height = height;
  return status;
}

RecordStatus replay_status(const Digest& id, const std::string& pending_id, std::uint64_t height) {
  return refusal_status(id, {{"REPLAY", "/nonce", "", {pending_id}, {}, {}}}, {}, height);
}

RecordStatus expired_status(const Digest& id) {
  RecordStatus status;
  status.id = id;
  status.state = State::expired;
  return status;
}

Bytes journal_row(const ledger::Unit& unit, std::int64_t received_ms) {
  Bytes row = (unit.batch ? "batch " : "record ") + std::to_string(received_ms) + "\n" + unit.entry;
  for (const auto& member : unit.members) row.append("\n").append(member.bytes);
  return row;
}

std::optional<Journalled> read_journal_row(BytesView row) {
  std::vector<Bytes> lines;
  for (;;) {
    const std::size_t end = row.find('\n');
    lines.emplace_back(row.substr(0, end));
    if (end == row.npos) break;
    row.remove_prefix(end + 1);
  }
  if (lines.size() < 2) return std::nullopt;
  const std::size_t space = std::min(lines[0].find(' '), lines[0].size() - 1);
  const auto received = parse_decimal(std::string_view(lines[0]).substr(space + 1));
  if (!received) return std::nullopt;
  Journalled result;
  result.submission.batch = lines[0].starts_with("batch ");
  result.received_ms = static_cast<std::int64_t>(*received);
  result.submission.entry = std::move(lines[1]);
  result.submission.bodies.assign(lines.begin() + 2, lines.end());
  return result;
}

std::variant<ledger::Unit, ledger::Refusal> parse(const api::Submission& submission,
                                                  const ledger::LedgerLimits& limits) {
  if (!submission.batch) return ledger::parse_record_unit(submission.entry);
  std::vector<BytesView> bodies(submission.bodies.begin(), submission.bodies.end());
  return ledger::parse_batch_unit(submission.entry, bodies, limits.batch_bytes);
}

}  // namespace qinglu::node
