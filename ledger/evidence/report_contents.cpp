// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/report_contents.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/money.hpp"

namespace qinglu::ledger {
namespace {

using Tone = Document::Tone;
using Cell = Document::Cell;
using Table = Document::Table;

/// Rows of a value: label, value, mark. Objects and lists of objects are spread over rows.
class Contents {
 public:
  Contents(const Report::Record& record, Table& table) : record_(record), table_(table) {}

  void fields(std::span<const Field> fields, const Value& data, const Text& above) {
    for (const Field& field : fields) {
      if (const Value* value = data.find(field.name)) one(field, *value, above);
    }
  }

  void plain(const Text& label, const Value& value) {
    if (value.is_object() && !parse_money(value)) {
      for (const auto& member : value.members()) plain(below(label, same(member.key)), member.value);
      return;
    }
    const bool spread = value.is_array() && std::ranges::any_of(value.items(), [](const Value& item) { return item.is_object(); });
    if (spread) {
      for (std::size_t i = 0; i < value.items().size(); ++i) plain(below(label, same(std::to_string(i + 1))), value.items()[i]);
      return;
    }
    row(label, shown(value), {});
  }

  void row(const Text& label, const std::string& value, const Text& mark, Tone tone = Tone::plain) {
    table_.rows.push_back({Cell::of_words(label), Cell::of_literal(value), Cell::of_words(mark, tone)});
  }

  static Text below(const Text& above, const Text& label) {
    if (above.zh.empty()) return label;
    return {above.zh + " › " + label.zh, above.en + " › " + label.en};
  }
  /// Texts and sums as people write them, all else as JSON does.
  static std::string shown(const Value& value) {
    if (value.is_string()) return value.text();
    const auto money = parse_money(value);
    if (!money) return to_json(value);
    if (!money->currency.empty()) return money->amount + " " + money->currency;
    const std::string fen = std::to_string(money->fen % 100);
    return std::to_string(money->fen / 100) + (fen.size() < 2 ? ".0" : ".") + fen + " CNY";
  }

 private:
  /// Scalars and lists of scalars as JSON writes them, an item a line.
  static std::string to_json(const Value& value) {
    if (value.is_array()) {
      std::string list;
      for (const Value& item : value.items()) list += (list.empty() ? "" : ",\n") + to_json(item);
      return "[" + list + "]";
    }
    const std::string wrapped = to_canonical(Value::Members{{"v", value}});  // {"v":…}
    return wrapped.substr(5, wrapped.size() - 6);
  }

  void one(const Field& field, const Value& value, const Text& above) {
    const Text label = below(above, {std::string(field.zh), std::string(field.en)});
    const auto object = [&](const Value& item, const Text& here) {
      if (field.members.empty() || !item.is_object()) return plain(here, item);
      fields(field.members, item, here);
    };
    if (field.shape != Shape::one && value.is_array() && field.type == FieldType::object) {
      for (std::size_t i = 0; i < value.items().size(); ++i) object(value.items()[i], below(label, same(std::to_string(i + 1))));
    } else if (field.type == FieldType::object) {
      object(value, label);
    } else if (field.type == FieldType::commitment || field.type == FieldType::doc_commit) {
      const bool open = std::ranges::any_of(record_.disclosed, [&](const auto& d) { return d.name + "_commit" == field.name || d.name == field.name; });
      const bool gone = std::ranges::any_of(record_.erased, [&](const auto& e) { return e.name == field.name; });
      row(label, shown(value), open ? Text{"承诺，已出示", "commitment, shown"} : gone ? Text{"承诺，已删除", "commitment, erased"} : Text{"承诺，未出示", "commitment, withheld"},
          open ? Tone::good : Tone::open);
    } else {
      plain(label, value);
    }
  }

  const Report::Record& record_;
  Table& table_;
};

Table contents_table() { return {{36, 48, 16}, {{"字段", "field"}, {"内容", "contents"}, {"", ""}}, {}}; }

}  // namespace

Table record_contents(const Report::Record& r) {
  Table table = contents_table();
  Contents contents(r, table);
  const Value* data = r.body.find("data");
  if (const RecordType* type = find_record_type(r.type); type && data) contents.fields(type->fields, *data, {});
  for (const auto& shown : r.disclosed) {
    contents.row(same(shown.name), Contents::shown(shown.value), {"保密，已出示", "confidential, shown"}, Tone::good);
  }
  for (const auto& gone : r.erased) {
    contents.row(same(gone.name), gone.by + ", " + gone.date + ", PIPL 47, index " + std::to_string(gone.index) + ", " + to_sha256_id(gone.notice),
                 {"已删除", "erased"}, Tone::open);
  }
  if (r.body.find("private_root")) {
    contents.row({"其他保密字段", "other confidential fields"}, std::string(r.body.text_of("private_root")), {"未出示", "withheld"}, Tone::open);
  }
  // The envelope, without what stands above and what says nothing to people (nonce, expiry, versions).
  constexpr std::string_view kLeftOut[] = {"data", "expires_at", "ledger_id", "nonce", "private_root", "private_width", "signers", "submitter", "type", "v"};
  for (const EnvelopeMember& member : envelope_members()) {
    const Value* value = r.body.find(member.name);
    if (!value || std::ranges::find(kLeftOut, member.name) != std::end(kLeftOut)) continue;
    contents.plain({std::string(member.zh), std::string(member.en)}, *value);
  }
  return table;
}

Table row_contents(const Report::Row& row) {
  Table table = contents_table();
  const Report::Record none;
  Contents contents(none, table);
  contents.row({"名称", "name"}, row_name(row.key), {});
  if (row.value) {
    contents.plain({}, *row.value);
  } else {
    contents.row({"内容", "contents"}, "—", {"不存在", "absent"}, Tone::open);
  }
  return table;
}

}  // namespace qinglu::ledger
