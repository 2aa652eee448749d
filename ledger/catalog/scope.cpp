// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/scope.hpp"

#include <algorithm>

#include "ledger/catalog/fields.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr int kNestingDepthMax = 32;

// Ascending by word, with the bit of each.
constexpr std::string_view kManners[] = {"IMPORT", "MAKE", "OFFER", "SELL", "USE", "USE_PROCESS"};
constexpr std::uint8_t kMannerBits[] = {kImport, kMake, kOffer, kSell, kUse, kUseProcess};

constexpr Field kScopeFields[] = {
    need("from", FieldType::date, "起始日（含）", "first day"),
    may("to", FieldType::date, "截止日（含），不填为至保护期届满", "last day; left out: to the end of the term"),
    set(need("territory", FieldType::region, "地域", "regions"), 64),
    set(need("fields", FieldType::class_code, "技术领域或产品的分类，ALL 为全部", "classes of fields or products, or ALL"),
        64),
    set(of(need("manner", FieldType::choice, "实施方式", "ways to work the patent"), kManners), 6)};

std::vector<std::string_view> texts(const Value::Items& items) {
  std::vector<std::string_view> result;
  for (const Value& each : items) result.push_back(each.text());
  return result;
}

bool either_covers(std::string_view a, std::string_view b) { return region_covers(a, b) || region_covers(b, a); }

/// Whether some pair of the two lists fulfils `meets`.
template <class Meets>
bool any_pair(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b, Meets meets) {
  return std::ranges::any_of(
      a, [&](std::string_view x) { return std::ranges::any_of(b, [&](std::string_view y) { return meets(x, y); }); });
}

/// Whether every item of `inner` is covered by one of `outer`.
template <class Covers>
bool all_covered(const std::vector<std::string_view>& outer, const std::vector<std::string_view>& inner, Covers covers) {
  return std::ranges::all_of(inner, [&](std::string_view y) {
    return std::ranges::any_of(outer, [&](std::string_view x) { return covers(x, y); });
  });
}

}  // namespace

std::span<const Field> scope_fields() { return kScopeFields; }

Scope scope_of(const Value& scope, Date term_end) {
  Scope result;
  result.from = parse_date(scope.text_of("from")).value_or(Date{});
  result.to = parse_date(scope.text_of("to")).value_or(term_end);
  result.territory = texts(scope.items_of("territory"));
  result.fields = texts(scope.items_of("fields"));
  for (const Value& word : scope.items_of("manner")) {
    const auto at = std::ranges::find(kManners, std::string_view(word.text()));
    result.manner = static_cast<std::uint8_t>(result.manner | kMannerBits[at - std::begin(kManners)]);
  }
  return result;
}

Value scope_value(const Scope& scope) {
  Value::Items manner;
  for (std::size_t i = 0; i < std::size(kManners); ++i) {
    if (scope.manner & kMannerBits[i]) manner.emplace_back(kManners[i]);
  }
  return Value(Value::Members{{"fields", Value::Items(scope.fields.begin(), scope.fields.end())},
                              {"from", to_string(scope.from)},
                              {"manner", std::move(manner)},
                              {"territory", Value::Items(scope.territory.begin(), scope.territory.end())},
                              {"to", to_string(scope.to)}});
}

Scope whole_patent(Date from, Date to) { return {from, to, {"CN"}, {"ALL"}, kEveryManner}; }

bool ClassNesting::covers(std::string_view outer, std::string_view inner) const {
  if (class_covers(outer, inner)) return true;
  const Value* row = row_of(inner);
  for (int depth = 0; row && depth < kNestingDepthMax; ++depth) {
    const std::string_view parent = row->text_of("parent");
    if (class_covers(outer, parent)) return true;
    row = row_of(parent);
  }
  return false;
}

bool ClassNesting::unknown(std::string_view a, std::string_view b) const {
  return class_nesting_unknown(a, b) && !(row_of(a) && row_of(b));
}

Overlap overlap(const Scope& a, const Scope& b, const ClassNesting& nesting) {
  if (a.to < b.from || b.to < a.from || a.to < a.from || b.to < b.from) return Overlap::none;
  if (!(a.manner & b.manner) || !any_pair(a.territory, b.territory, either_covers)) return Overlap::none;
  if (any_pair(a.fields, b.fields, [&](std::string_view x, std::string_view y) {
        return nesting.covers(x, y) || nesting.covers(y, x);
      })) {
    return Overlap::yes;
  }
  const bool unknown =
      any_pair(a.fields, b.fields, [&](std::string_view x, std::string_view y) { return nesting.unknown(x, y); });
  return unknown ? Overlap::unknown : Overlap::none;
}

bool covers(const Scope& outer, const Scope& inner, const ClassNesting& nesting) {
  return outer.from <= inner.from && inner.to <= outer.to && (inner.manner & ~outer.manner) == 0 &&
         all_covered(outer.territory, inner.territory, region_covers) &&
         all_covered(outer.fields, inner.fields,
                     [&](std::string_view x, std::string_view y) { return nesting.covers(x, y); });
}

}  // namespace qinglu::ledger
