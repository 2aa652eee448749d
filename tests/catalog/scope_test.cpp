// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/scope.hpp"

#include "ledger/codec/canonical_json.hpp"
#include "tests/catalog/register.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

const Date kTermEnd = *parse_date("2042-05-09");

/// A scope for the whole year 2027, to make and sell, of one region and one class.
Value stated(std::string_view territory, std::string_view field, std::string_view to = "2027-12-31") {
  Value scope = json(R"({"from":"2027-01-01","manner":["MAKE","SELL"]})");
  scope.set("territory", Value::Items{territory});
  scope.set("fields", Value::Items{field});
  if (!to.empty()) scope.set("to", to);
  return scope;
}

ClassNesting nesting_with(const char* rows) {
  TableView table;
  table.version = 1;
  table.parts.push_back(std::make_shared<const Value>(json(rows)));
  return ClassNesting(std::move(table));
}

Overlap between(const Value& a, const Value& b, const ClassNesting& nesting = ClassNesting({})) {
  const Overlap one = overlap(scope_of(a, kTermEnd), scope_of(b, kTermEnd), nesting);
  CHECK(overlap(scope_of(b, kTermEnd), scope_of(a, kTermEnd), nesting) == one);
  return one;
}

}  // namespace

TEST_CASE("two scopes overlap when time, territory, field and manner all do", "[scope]") {
  const Value scope = stated("50", "H02J");
  CHECK(between(scope, stated("500112", "H02J7/35")) == Overlap::yes);
  CHECK(between(scope, stated("51", "H02J")) == Overlap::none);
  CHECK(between(scope, stated("50", "F27D")) == Overlap::none);
  Value other = stated("50", "H02J");
  other.set("manner", Value::Items{"USE"});
  CHECK(between(scope, other) == Overlap::none);
  other = stated("50", "H02J");
  other.set("from", "2027-12-31");
  other.set("to", "2028-12-31");
  CHECK(between(scope, other) == Overlap::yes);
  other.set("from", "2028-01-01");
  CHECK(between(scope, other) == Overlap::none);
}

TEST_CASE("a scope without a last day runs to the end of the term", "[scope]") {
  CHECK(scope_of(stated("50", "ALL", ""), kTermEnd).to == kTermEnd);
  Value late = stated("50", "ALL", "");
  late.set("from", "2042-05-09");
  CHECK(between(stated("50", "ALL", ""), late) == Overlap::yes);
}

TEST_CASE("regions and classes are compared by component and never by character", "[scope]") {
  CHECK(between(stated("50", "H01M1/00"), stated("50", "H01M10/05")) == Overlap::none);
  CHECK(between(stated("50", "H02J7"), stated("50", "H02J7/00")) == Overlap::yes);
  CHECK(between(stated("50", "H02J7/00"), stated("50", "H02J7/345")) == Overlap::yes);
  CHECK(between(stated("CN", "ALL"), stated("5001", "A")) == Overlap::yes);
  CHECK(between(stated("CN", "ALL"), stated("US", "A")) == Overlap::none);
  CHECK(between(stated("US", "ALL"), stated("US", "A01B")) == Overlap::yes);
}

TEST_CASE("whether one subgroup lies in another only the table says", "[scope]") {
  const Value outer = stated("50", "H02J7/34");
  const Value inner = stated("50", "H02J7/345");
  CHECK(between(outer, inner) == Overlap::unknown);
  const ClassNesting both = nesting_with(
      R"({"rows":[{"parent":"H02J7/00","symbol":"H02J7/34"},{"parent":"H02J7/34","symbol":"H02J7/345"}]})");
  CHECK(between(outer, inner, both) == Overlap::yes);
  // Both have a row, and neither lies in the other: disjoint for certain.
  const ClassNesting apart = nesting_with(
      R"({"rows":[{"parent":"H02J7/00","symbol":"H02J7/34"},{"parent":"H02J7/00","symbol":"H02J7/345"}]})");
  CHECK(between(outer, inner, apart) == Overlap::none);
  CHECK(between(outer, stated("51", "H02J7/345")) == Overlap::none);
}

TEST_CASE("a head licence covers a sublicence in all four dimensions or not at all", "[scope]") {
  const auto within = [](const Value& head, const Value& sub, const ClassNesting& nesting = ClassNesting({})) {
    return covers(scope_of(head, kTermEnd), scope_of(sub, kTermEnd), nesting);
  };
  const Value head = stated("50", "H02J7");
  CHECK(within(head, stated("500112", "H02J7/35", "2027-06-30")));
  CHECK_FALSE(within(head, stated("CN", "H02J7")));
  CHECK_FALSE(within(head, stated("50", "H02J")));
  CHECK_FALSE(within(head, stated("50", "H02J7", "2028-01-01")));
  Value sub = stated("50", "H02J7");
  sub.set("manner", Value::Items{"MAKE", "USE"});
  CHECK_FALSE(within(head, sub));
  CHECK_FALSE(within(stated("50", "H02J7/34"), stated("50", "H02J7/345")));
  CHECK(within(stated("50", "H02J7/34"), stated("50", "H02J7/345"),
               nesting_with(R"({"rows":[{"parent":"H02J7/34","symbol":"H02J7/345"}]})")));
}

TEST_CASE("an act without a scope of its own takes the whole patent", "[scope]") {
  const Scope whole = whole_patent(*parse_date("2027-06-01"), kTermEnd);
  CHECK(overlap(whole, scope_of(stated("500112", "H02J7/35"), kTermEnd), ClassNesting({})) == Overlap::yes);
  CHECK(overlap(whole, scope_of(stated("500112", "H02J7/35", "2027-05-31"), kTermEnd), ClassNesting({})) ==
        Overlap::none);
}
