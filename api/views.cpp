// SPDX-License-Identifier: Apache-2.0
#include "api/views.hpp"

#include <algorithm>

#include "api/problem.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/codec/entry.hpp"

namespace qinglu::api {
namespace {

using ledger::Value;

constexpr std::size_t kTimelineMax = 500;

/// What time adds to a patent's recorded status, on the day of the newest block.
Value derived_value(const LedgerView& view, const Value& row) {
  const auto pack = ledger::rule_pack_at(view.rows(), view.head().time_ms);
  if (!pack) return Value();
  const ledger::Date day = ledger::shanghai_date(view.head().time_ms);
  const auto derived = ledger::derived_status(row, *pack, ledger::calendar_at(view.rows(), day), day);
  Value value(Value::Members{{"on", ledger::to_string(day)}, {"status", derived.status}});
  if (derived.annuity) {
    value.set("annuity", Value(Value::Members{{"due", ledger::to_string(derived.annuity->due)},
                                              {"grace_end", ledger::to_string(derived.annuity->grace_end)},
                                              {"year", derived.annuity->year}}));
  }
  if (derived.restorable_until) {
    value.set("restorable_until", Value(ledger::to_string(*derived.restorable_until)));
  }
  if (derived.restorable) value.set("restorable", Value(true));
  return value;
}

/// A row repeats texts of its records under the same names: what a line of their history may not show,
/// the row does not show either.
void hide_repeated(const Value& line, Value& row) {
  for (const Value& mark : line.items_of("privacy")) {
    if (row.find(mark.text_of("field"))) row.set(mark.text_of("field"), ledger::shown_word(mark));
  }
}

}  // namespace

Value status_value(const RecordStatus& status) {
  Value value(Value::Members{{"id", to_sha256_id(status.id)}, {"state", name(status.state)}});
  switch (status.state) {
    case State::final:
      value.set("cosigned", Value(status.cosigned));
      value.set("height", Value(status.height));
      value.set("index", Value(status.index));
      value.set("time_ms", Value(status.time_ms));
      break;
    case State::pending:
      value.set("pursued", Value(status.pursued));
      if (status.lapsed) value.set("lapsed", Value(true));
      break;
    case State::refused: {
      Value::Items errors;
      for (const auto& issue : status.issues) errors.push_back(issue_value(issue));
      value.set("errors", Value(std::move(errors)));
      value.set("judged_height", Value(status.judged_height));
      break;
    }
    case State::expired: break;
  }
  if (!status.flags.empty()) {
    Value::Items flags;
    for (const auto& flag : status.flags) flags.push_back(issue_value(flag));
    value.set("flags", Value(std::move(flags)));
  }
  if (!status.receipt.empty()) {
    if (auto receipt = ledger::parse_canonical(status.receipt)) value.set("receipt", std::move(*receipt));
  }
  return value;
}

Value path_value(std::span<const Digest> path) {
  Value::Items items;
  for (const Digest& hash : path) items.push_back(Value(to_base64(hash)));
  return Value(std::move(items));
}

Value inclusion_value(std::uint64_t leaf, std::uint64_t size, std::span<const Digest> path) {
  return Value(Value::Members{{"leaf", leaf}, {"path", path_value(path)}, {"size", size}});
}

void hide_restricted(const LedgerView& view, const Digest& record_id, Value& answer) {
  const auto privacy = view.rows().find(ledger::privacy_row(to_sha256_id(record_id)));
  Value* entry = privacy ? answer.find("entry") : nullptr;
  Value* body = entry ? entry->find("body") : nullptr;
  if (!body) return;
  *body = ledger::shown_body(std::move(*body), privacy.get());
  answer.set("privacy", *privacy->find("fields"));
}

Standing standing_of(const NodeStatus& status) {
  Standing standing;
  if (status.members.empty()) {  // a node that knows of no members says itself what may fail
    standing.voting = status.quorum + status.may_fail;
  } else {
    standing.voting = static_cast<std::size_t>(std::ranges::count(status.members, true, &MemberStatus::connected));
  }
  standing.may_fail = standing.voting > status.quorum ? standing.voting - status.quorum : 0;
  standing.lacking = status.quorum > standing.voting ? status.quorum - standing.voting : 0;
  return standing;
}

Value node_value(const LedgerView& view, const NodeStatus& status) {
  const Head& head = view.head();
  const Standing standing = standing_of(status);
  Value::Items members;
  for (const MemberStatus& member : status.members) {
    Value item(Value::Members{{"clock_offset_ms", member.clock_offset_ms},
                              {"connected", member.connected},
                              {"cosigned_size", member.cosigned_size},
                              {"heard", member.heard},
                              {"height", member.height},
                              {"id", member.id},
                              {"self", member.self},
                              {"view", member.view}});
    if (member.heard) item.set("silent_ms", Value(member.silent_ms));
    if (!member.version.empty()) item.set("version", Value(member.version));
    if (!member.problem.empty()) item.set("problem", Value(member.problem));
    members.push_back(std::move(item));
  }
  Value::Items contradictions;
  for (const Contradiction& each : status.contradictions) {
    contradictions.push_back(Value(Value::Members{{"code", each.code}, {"file", each.file}, {"member", each.member}}));
  }
  Value value(Value::Members{
      {"checkpoint", head.checkpoint},
      {"contradictions", std::move(contradictions)},
      {"epoch", status.epoch},
      {"height", head.height},
      {"lacking", static_cast<std::uint64_t>(standing.lacking)},
      {"ledger_id", to_sha256_id(view.genesis().ledger_id)},
      {"log_root", to_sha256_id(head.root)},
      {"log_size", head.size},
      {"may_fail", static_cast<std::uint64_t>(standing.may_fail)},
      {"member", status.member},
      {"members", std::move(members)},
      {"pool_bytes", static_cast<std::uint64_t>(status.pool_bytes)},
      {"pool_units", static_cast<std::uint64_t>(status.pool_units)},
      {"quorum", static_cast<std::uint64_t>(status.quorum)},
      {"serving", status.serving},
      {"state_root", to_sha256_id(head.state_root)},
      {"time_ms", head.time_ms},
      {"validators", static_cast<std::uint64_t>(status.validators)},
      {"view", status.view}});
  if (const auto pack = ledger::rule_pack_at(view.rows(), head.time_ms)) value.set("rule_pack", Value(pack->id));
  if (!status.halted.empty()) value.set("halted", Value(status.halted));
  if (!status.abstaining.empty()) value.set("abstaining", Value(status.abstaining));
  if (status.asks_operators) value.set("asks_operators", Value(true));
  if (!status.version.empty()) value.set("version", Value(status.version));
  return value;
}

Result<Value> history_value(const LedgerView& view, std::string_view subject,
                            std::uint8_t category, std::uint64_t from, std::size_t limit) {
  auto page = view.history(subject, category, from, limit);
  if (!page) return std::move(page).error();
  Value::Items lines;
  for (const HistoryLine& line : page->lines) {
    Value item(Value::Members{{"index", line.index},
                              {"leaf_hash", to_sha256_id(line.leaf_hash)},
                              {"seq", line.seq}});
    auto bytes = view.entry(line.index);
    if (!bytes) return std::move(bytes).error();
    if (*bytes) {
      auto entry = ledger::parse_entry(**bytes);
      if (!entry) return Error{Errc::corrupt, "entry " + std::to_string(line.index) + " does not parse"};
      const Digest id = ledger::record_id_of(entry->body_bytes);
      item.set("id", Value(to_sha256_id(id)));
      for (std::string_view member : {"type", "event_date", "submitter"}) {
        item.set(member, Value(entry->body().text_of(member)));
      }
      if (const auto flags = view.rows().find(ledger::flags_row(id))) item.set("flags", *flags->find("flags"));
      if (const auto privacy = view.rows().find(ledger::privacy_row(to_sha256_id(id)))) {
        item.set("privacy", *privacy->find("fields"));
      }
    }
    lines.push_back(std::move(item));
  }
  Value value(Value::Members{{"count", page->count}, {"from", from}, {"subject", subject}});
  const std::uint64_t next = from + lines.size();
  if (!lines.empty() && next < page->count) value.set("next", Value(next));
  value.set("items", Value(std::move(lines)));
  return value;
}

Result<Value> subject_value(const LedgerView& view, std::string_view key) {
  const auto row = view.rows().find(ledger::subject_row(key));
  if (auto ok = view.rows().status(); !ok) return std::move(ok).error();
  if (!row) return Error{Errc::not_found, "no subject " + std::string(key)};
  Value::Items ids = {Value(key)};
  if (const auto alias = view.rows().find(ledger::alias_row(key))) ids = alias->items_of("ids");
  Value shown = *row;
  Value::Items timeline;
  bool synthetic = row->boolean_of("synthetic");
  std::uint64_t count = 0;
  for (const Value& id : ids) {
    auto page = history_value(view, id.text(), 0, 0, kTimelineMax);
    if (!page) return std::move(page).error();
    count += static_cast<std::uint64_t>(page->integer_of("count"));
    for (Value& line : page->find("items")->items()) {
      hide_repeated(line, shown);
      timeline.push_back(std::move(line));
    }
  }
  Value value(Value::Members{{"aliases", std::move(ids)},
                             {"key", key},
                             {"record_count", count},
                             {"row", std::move(shown)},
                             {"synthetic", synthetic},
                             {"timeline", std::move(timeline)}});
  if (key.starts_with("pat:")) value.set("derived", derived_value(view, *row));
  return value;
}

Result<Value> party_value(const LedgerView& view, std::string_view id) {
  const auto row = view.rows().find(ledger::party_row(id));
  if (auto ok = view.rows().status(); !ok) return std::move(ok).error();
  if (!row) return Error{Errc::not_found, "no party " + std::string(id)};
  Value::Items keys;
  for (const Value& key_id : row->items_of("open_keys")) {
    if (const auto key = view.rows().find(ledger::key_row(id, key_id.text()))) {
      Value item = *key;
      item.set("key_id", key_id);
      keys.push_back(std::move(item));
    }
  }
  Value::Items roles;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(ledger::Role::aud); ++i) {
    const std::string_view role = ledger::name(static_cast<ledger::Role>(i));
    if (const auto grants = view.rows().find(ledger::role_row(id, role))) {
      roles.push_back(Value(Value::Members{{"grants", *grants->find("grants")}, {"role", role}}));
    }
  }
  auto history = history_value(view, id, 0, 0, 100);
  if (!history) return std::move(history).error();
  Value shown = *row;
  for (const Value& line : history->items_of("items")) hide_repeated(line, shown);
  return Value(Value::Members{{"history", std::move(*history)},
                              {"id", id},
                              {"keys", std::move(keys)},
                              {"roles", std::move(roles)},
                              {"row", std::move(shown)}});
}

Result<Value> statistics_value(const LedgerView& view, std::string_view query, const ledger::Months& months) {
  const auto pack = ledger::rule_pack_at(view.rows(), view.head().time_ms);
  if (!pack) return Error{Errc::corrupt, "the state has no rule pack"};
  Value result = to_value(ledger::answer_query(view.rows(), *pack, query, months));
  if (auto ok = view.rows().status(); !ok) return std::move(ok).error();
  Value value(Value::Members{{"from", ledger::to_string(months.from)},
                             {"query", query},
                             {"result_hash", to_sha256_id(ledger::statistic_hash(query, months, result))},
                             {"until", ledger::to_string(months.until)}});
  value.set("result", std::move(result));
  return value;
}

}  // namespace qinglu::api
