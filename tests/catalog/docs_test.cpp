// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "ledger/catalog/court_case.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/statistics.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu::ledger;
using qinglu::test::read_test_file;

namespace {

std::string states(std::uint32_t from) {
  std::string text;
  for (std::size_t i = 0; i < kPatentStatuses; ++i) {
    if (!(from & (1u << i))) continue;
    const std::string_view word = i == 0 ? "–" : name(static_cast<PatentStatus>(i));
    text += (text.empty() ? "" : ", ") + std::string(word);
  }
  return text;
}

std::string types(std::uint8_t bits) {
  std::string text;
  if (bits & kInv) text += "INV ";
  if (bits & kUm) text += "UM ";
  if (bits & kDes) text += "DES ";
  text.pop_back();
  return text;
}

std::string target(const Transition& each) {
  if (!each.moves) return "same";
  return each.to == PatentStatus::none ? "the former one" : std::string(name(each.to));
}

std::string case_states(std::uint32_t from) {
  std::string text;
  for (std::size_t i = 0; i < kCaseStatuses; ++i) {
    if (!(from & (1u << i))) continue;
    const std::string_view word = i == 0 ? "–" : name(static_cast<CaseStatus>(i));
    text += (text.empty() ? "" : ", ") + std::string(word);
  }
  return text;
}

std::string writers(std::uint8_t bits) {
  constexpr std::pair<std::uint8_t, std::string_view> kWords[] = {
      {kClaimant, "claimant"}, {kRespondent, "respondent"}, {kBody, "body"}, {kAnyCourt, "any court"}, {kMediator, "mediator"}};
  std::string text;
  for (const auto& [bit, word] : kWords) {
    if (bits & bit) text += (text.empty() ? "" : ", ") + std::string(word);
  }
  return text;
}

std::string case_target(const CaseMove& each) {
  if (!each.moves) return "same";
  return each.to == CaseStatus::none ? "the former one" : std::string(name(each.to));
}

/// A line of a table.
std::string line(std::initializer_list<std::string_view> cells) {
  std::string text = "|";
  for (const std::string_view cell : cells) text += " " + std::string(cell) + " |";
  return text + "\n";
}

std::string basis(std::string_view law, std::string_view article) {
  return std::string(law) + " " + std::string(article);
}

/// A table of a page, made from the tables of the product: its head, which is found in the page, and
/// its lines.
struct MadeTable {
  std::string page;
  std::string head;
  std::string lines;
};

std::vector<MadeTable> made_tables() {
  MadeTable rules{"mapping.md", line({"record", "code", "basis", "条件", "condition"}), {}};
  MadeTable titles{"glossary-zh-en.md", "## Records 记录类型\n" + line({"中文", "English"}), {}};
  for (const RecordType* type : record_types()) {
    for (const Precondition& each : type->preconditions) {
      rules.lines += line({type->name, "`" + std::string(each.code) + "`", basis(each.law, each.article), each.zh, each.en});
    }
    titles.lines += line({type->zh, type->en});
  }
  MadeTable periods{"mapping.md", line({"parameter", "article", "中文", "meaning"}), {}};
  for (const Parameter& each : parameters()) {
    periods.lines += line({"`" + std::string(each.name) + "`", basis(each.law, each.article), each.zh, each.en});
  }
  periods.lines += line({"`term_years`", "PL 42", "保护期（年），按类型与申请日", "years of the term, by type and filing date"});
  MadeTable moves{"state-machines.md", line({"act", "from", "types", "to", "basis"}), {}};
  for (const Transition& each : patent_transitions()) {
    moves.lines += line({each.act, states(each.from), types(each.types), target(each), basis(each.law, each.article)});
  }
  MadeTable cases{"state-machines.md", line({"act", "from", "to", "who may write", "basis"}), {}};
  for (const CaseMove& each : case_moves()) {
    cases.lines += line({each.act, case_states(each.from), case_target(each), writers(each.writers), basis(each.law, each.article)});
  }
  MadeTable numbers{"statistics.md", line({"indicator", "query", "中文", "English", "divided by", "sums"}), {}};
  for (const Indicator& each : indicators()) {
    const std::string by = each.class_en.empty() ? "-" : std::string(each.class_zh) + " / " + std::string(each.class_en);
    const std::string_view sums = each.tech_fen ? "`fen`, `tech_fen`" : each.fen ? "`fen`" : "-";
    numbers.lines += line({"`" + std::string(each.name) + "`", each.query, each.zh, each.en, by, sums});
  }
  return {rules, titles, periods, moves, cases, numbers};
}

/// Where the table's lines stand in the page: from behind its head to the first line that is none.
std::pair<std::size_t, std::size_t> place_of(const std::string& page, const MadeTable& table) {
  const std::size_t head = page.find(table.head);
  REQUIRE(head != std::string::npos);
  const std::size_t begin = page.find('\n', head + table.head.size()) + 1;  // behind |---|
  std::size_t end = begin;
  while (end < page.size() && page[end] == '|') end = page.find('\n', end) + 1;
  return {begin, end};
}

/// docs/formats/signers.json: who had to sign each type, for verifiers of other hands; a line a type.
std::string signers_json() {
  const auto words = [](const auto& list, auto text) {
    Value::Items items;
    for (const auto& each : list) items.emplace_back(text(each));
    return Value(std::move(items));
  };
  const auto as_is = [](std::string_view word) { return word; };
  std::string text;
  for (const RecordType* type : record_types()) {
    const SignerRule& rule = type->signers;
    const Value line(Value::Members{{"by_rule", rule.judged_by_rule},
                                    {"council", rule.council},
                                    {"in_batch", type->in_batch},
                                    {"mandate", rule.mandate_power},
                                    {"may_sign", words(rule.may_sign, as_is)},
                                    {"must_sign", words(rule.must_sign, as_is)},
                                    {"private_slots", words(type->private_slots, as_is)},
                                    {"roles", words(rule.roles, [](Role role) { return name(role); })}});
    text += (text.empty() ? "{\n\"" : ",\n\"") + std::string(type->name) + "\":" + to_canonical(line);
  }
  return text + "\n}\n";
}

std::string page_of(const MadeTable& table) { return read_test_file("../docs/law/" + table.page); }

}  // namespace

TEST_CASE("docs/law shows the tables that drive the rules", "[docs]") {
  for (const MadeTable& table : made_tables()) {
    INFO(table.page << ", rewritten by: test_catalog [write]");
    const std::string page = page_of(table);
    const auto [begin, end] = place_of(page, table);
    CHECK(page.substr(begin, end - begin) == table.lines);
  }
}

TEST_CASE("docs/formats/signers.json says who signs, as the catalogue does", "[docs][formats]") {
  CHECK(read_test_file("../docs/formats/signers.json") == signers_json());
}

// Not run by default: writes the tables into the pages.
TEST_CASE("write the tables of docs/law", "[.][write]") {
  for (const MadeTable& table : made_tables()) {
    std::string page = page_of(table);
    const auto [begin, end] = place_of(page, table);
    page.replace(begin, end - begin, table.lines);
    std::ofstream(qinglu::test::test_file("../docs/law/" + table.page), std::ios::binary) << page;
  }
  std::ofstream(qinglu::test::test_file("../docs/formats/signers.json"), std::ios::binary) << signers_json();
}
