// SPDX-License-Identifier: Apache-2.0
#include "cli/event_map.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::cli {
namespace {

using ledger::Value;

constexpr std::size_t kPartyTextMax = 2'000;  // bytes of a record's text field

std::vector<std::string> texts_of(const Value& row, std::string_view member) {
  std::vector<std::string> texts;
  for (const Value& each : row.items_of(member)) texts.emplace_back(each.text());
  return texts;
}

/// What any record may hold as a code.
bool is_code(std::string_view code) {
  const auto alnum = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return !code.empty() && code.size() <= 64 && alnum(code[0]) &&
         std::ranges::all_of(code, [&](char c) { return alnum(c) || std::string_view("._/-").find(c) != std::string_view::npos; });
}

Value items(const std::vector<std::string>& texts) {
  Value::Items items;
  for (const std::string& text : texts) items.emplace_back(text.substr(0, kPartyTextMax));
  return Value(std::move(items));
}

}  // namespace

Result<EventMap> EventMap::read(std::string_view text) {
  EventMap map;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    auto part = ledger::parse_canonical(line, ledger::kBodyLimits);
    if (!part) return std::move(part).error();
    const std::int64_t version = part->integer_of("version");
    if (part->text_of("name") != "FOREIGN_EVENT_MAP" || (map.version_ != 0 && map.version_ != version)) {
      return Error{Errc::malformed, "no part of one version of table FOREIGN_EVENT_MAP"};
    }
    map.version_ = version;
    for (const Value& row : part->items_of("rows")) {
      map.rows_.push_back({std::string(row.text_of("office")), std::string(row.text_of("code")), std::string(row.text_of("meaning")),
                           std::string(row.text_of("class")), texts_of(row, "words")});
    }
  }
  if (map.rows_.empty()) return Error{Errc::malformed, "table FOREIGN_EVENT_MAP has no rows"};
  return map;
}

const EventMap::Row* EventMap::of(const ForeignEvent& event) const {
  const auto found = std::ranges::find_if(rows_, [&](const Row& row) {
    if (row.office != event.office) return false;
    if (!event.code.empty()) return row.code == event.code;
    return std::ranges::any_of(row.words, [&](const std::string& phrase) { return event.text.find(phrase) != std::string::npos; });
  });
  return found == rows_.end() ? nullptr : &*found;
}

Value EventMap::data_of(const ForeignEvent& event, const std::string& subject, const Value& source) const {
  const Row* row = of(event);
  std::string code = row ? row->code : event.code;
  std::string text = event.text;
  if (!is_code(code)) {  // free text that no row knows, or a code with characters that no record holds
    if (!code.empty()) text = code + " " + text;
    code = "UNCLASSIFIED";
  }
  Value data(Value::Members{{"code", code},
                            {"date", event.date},
                            {"fpat", subject},
                            {"meaning", row ? row->meaning : "OTHER"},
                            {"source", source},
                            {"table_version", version_}});
  if (row && !row->letter.empty()) data.set("class", Value(row->letter));
  if (!event.executed.empty()) data.set("executed", items(event.executed));
  if (!event.from.empty()) data.set("from", items(event.from));
  if (!event.to.empty()) data.set("to", items(event.to));
  if (is_code(event.office_ref)) data.set("office_ref", Value(event.office_ref));
  if (!event.refers_to.empty()) data.set("refers_to", items(event.refers_to));
  if (!text.empty()) data.set("text_hash", Value(to_sha256_id(crypto::sha256(text))));
  return data;
}

}  // namespace qinglu::cli
