// SPDX-License-Identifier: Apache-2.0
#include "ledger/apply/replay.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "crypto/merkle.hpp"
#include "ledger/codec/entry.hpp"

namespace qinglu::ledger {
namespace {

Error invalid(std::string what) { return {Errc::malformed, std::move(what)}; }

std::string text_of(const std::vector<Issue>& issues) {
  if (issues.empty()) return "refused";
  return issues[0].code + " " + issues[0].pointer + " " + issues[0].detail;
}

std::string at(std::size_t position) { return "entry " + std::to_string(position) + " of the block: "; }

}  // namespace

Result<std::vector<std::shared_ptr<Unit>>> units_of(std::span<const Bytes> entries, const LedgerLimits& limits,
                                                    const KnownUnits& known) {
  std::vector<std::shared_ptr<Unit>> units;
  for (std::size_t position = 0; position < entries.size();) {
    const std::size_t first = position;
    if (auto unit = known ? known(crypto::log_leaf_hash(entries[first])) : nullptr) {
      position += unit->entry_count();
      if (position > entries.size()) return invalid(at(first) + "a batch is cut short");
      units.push_back(std::move(unit));
      continue;
    }
    auto entry = parse_entry(entries[position++]);
    if (!entry) return invalid(at(first) + entry.error().detail);
    std::variant<Unit, Refusal> unit;
    if (entry->form == EntryForm::record) {
      unit = parse_record_unit(entries[first]);
    } else if (entry->form == EntryForm::manifest) {
      std::vector<BytesView> bodies;
      const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(entry->body().integer_of("count"), 0));
      while (bodies.size() < count && position < entries.size()) {
        auto member = parse_entry(entries[position]);
        if (!member || member->form != EntryForm::member) break;
        bodies.push_back(member->body_bytes);
        ++position;
      }
      unit = parse_batch_unit(entries[first], bodies, limits.batch_bytes);
    } else {
      return invalid(at(first) + "neither a record nor a batch begins here");
    }
    if (const auto* refusal = std::get_if<Refusal>(&unit)) return invalid(at(first) + text_of(refusal->issues));
    units.push_back(std::make_shared<Unit>(std::move(std::get<Unit>(unit))));
  }
  return units;
}

Result<SealedBlock> replay_block(const StateView& parent, const Genesis& genesis, Frontier frontier,
                                 std::span<const Bytes> entries, const std::vector<std::shared_ptr<Unit>>& units,
                                 BytesView seal_bytes, const OnAccepted& on_accepted) {
  auto seal = decode_seal(seal_bytes);
  if (!seal) return invalid("the seal: " + seal.error().detail);
  const auto differs = [&](std::string_view member) {
    return invalid("the seal of height " + std::to_string(seal->height) + ": " + std::string(member) +
                   " is not what the block comes to");
  };
  if (seal->ledger != genesis.ledger_id) return differs("ledger");
  if (seal->empty || entries.empty()) return differs("empty");
  if (seal->log_size_before != frontier.size()) return differs("log_size_before");
  if (seal->log_root_before != frontier.root()) return differs("log_root_before");
  if (seal->record_count != entries.size()) return differs("record_count");

  BlockBuilder builder(parent, genesis.ledger_id, genesis.limits, frontier.size(), seal->time_ms);
  for (const auto& unit : units) {
    const std::size_t position = builder.entry_count();
    if (!builder.fits(*unit)) return invalid(at(position) + "the block is over its limits");
    auto judgement = builder.add(*unit);
    if (!judgement) return std::move(judgement).error();
    if (!judgement->accepted()) return invalid(at(position) + text_of(judgement->issues));
    if (on_accepted) on_accepted(*unit, seal->log_size_before + position, *judgement);
  }
  auto executed = std::move(builder).finish();
  if (!executed) return std::move(executed).error();
  // Member entries carry the manifest's index, so the builder writes them anew; units that were known
  // have shown nothing of theirs yet.
  if (!std::ranges::equal(executed->entries, entries)) return invalid("a batch member stands at a wrong place");
  if (executed->records_root != seal->records_root) return differs("records_root");
  if (executed->state_root != seal->state_root) return differs("state_root");
  return seal_block(parent.reader(), std::move(*executed), std::move(frontier), seal_bytes, seal->height);
}

}  // namespace qinglu::ledger
