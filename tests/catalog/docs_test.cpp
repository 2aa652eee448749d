// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "ledger/catalog/conflict.hpp"
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

/// A Mermaid diagram of the moves between states, from the table that drives the rule; `name` gives a
/// state's word, `–` where there was none before.
template <class Move, class Name>
std::string diagram(std::span<const Move> moves, std::size_t states, Name name) {
  std::string text = "```mermaid\nstateDiagram-v2\n";
  for (const Move& each : moves) {
    if (!each.moves) continue;
    const RecordType* type = find_record_type(each.act.substr(0, each.act.find(':')));
    const std::string variant = each.act.find(':') == each.act.npos ? "" : " " + std::string(each.act.substr(each.act.find(':') + 1));
    const std::string label = (type ? std::string(type->zh) + " " : "") + std::string(each.act.substr(0, each.act.find(':'))) + variant + " (" +
                              basis(each.law, each.article) + ")";
    const auto to = static_cast<std::size_t>(each.to);
    for (std::size_t i = 0; i < states; ++i) {
      if (!(each.from & (1u << i))) continue;
      text += "  " + (i == 0 ? std::string("[*]") : std::string(name(i))) + " --> " + (to == 0 ? std::string("FORMER") : std::string(name(to))) + " : " + label + "\n";
    }
  }
  return text + "```\n";
}

/// The conflict matrix as the rules have it, a cell a letter and a code.
std::string matrix() {
  constexpr std::string_view kActs[] = {"独占许可 / exclusive licence", "排他许可 / sole licence", "普通许可 / ordinary licence", "分许可 / sublicence",
                                        "开放许可 / open licence", "转让 / transfer", "质押 / pledge", "放弃 / abandonment", "保全 / preservation",
                                        "挂牌 / listing", "强制许可 / compulsory licence"};
  constexpr std::string_view kBurdensText[] = {"独占许可在先 EXCL", "排他许可在先 SOLE", "普通许可在先 ORD", "开放许可 OPEN", "已质押 PLEDGED",
                                               "保全或中止 FROZEN", "欠缴年费 IN_GRACE", "无效请求未决 CONTESTED", "权利终止 ENDED", "其他共有人 COOWNER"};
  constexpr std::string_view kLetters[] = {"–", "R", "F", "C", "Cf", "X", "S", "A", "K", "H"};
  static_assert(std::size(kActs) == kRightActs && std::size(kBurdensText) == kBurdens);
  std::string text = "| 行为 / act |";
  std::string rule = "|---|";
  for (const std::string_view burden : kBurdensText) {
    text += " " + std::string(burden) + " |";
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (std::size_t act = 0; act < kRightActs; ++act) {
    text += "| " + std::string(kActs[act]) + " |";
    for (std::size_t burden = 0; burden < kBurdens; ++burden) {
      const Cell cell = conflict_cell(static_cast<RightAct>(act), static_cast<Burden>(burden));
      text += " " + std::string(kLetters[static_cast<std::size_t>(cell.letter)]) + (cell.code.empty() ? "" : " `" + std::string(cell.code) + "`") + " |";
    }
    text += "\n";
  }
  return text;
}

/// docs/law/diagrams.md, whole.
std::string diagrams_page() {
  return "# 状态图与冲突表 / State diagrams and the conflict matrix\n\n"
         "由驱动规则的同一张表生成（`test_catalog \"[write]\"`）；不移动状态的行为见 [state-machines.md](state-machines.md)。 / "
         "Made from the tables that drive the rules; acts that move no state: [state-machines.md](state-machines.md). `FORMER`: 回到原状态 / back to the former state.\n\n"
         "## 专利 / Patents\n" +
         diagram(patent_transitions(), kPatentStatuses, [](std::size_t i) { return name(static_cast<PatentStatus>(i)); }) +
         "\n## 案件 / Cases\n" + diagram(case_moves(), kCaseStatuses, [](std::size_t i) { return name(static_cast<CaseStatus>(i)); }) +
         "\n## 冲突表 / Conflict matrix\n"
         "新行为（行）遇到专利上已有的负担（列）时的结果。 / What a new act (row) meets on the patent (column).\n\n"
         "`–` 允许 / accepted · `R` 拒绝（机关单独签署时为标记） / refused (a flag where an authority signs alone) · `F` 标记 / flag · "
         "`C` 须经负担权利人同意，否则 R / R unless who holds the burden consents · `Cf` 未经同意为标记 / a flag unless it consents · "
         "`X` 列明例外的为标记，否则 R / a flag where the act excepts that licence, else R · `S` 排他许可人自行许可一次，否则 R / the one licence beside a sole one, else R · "
         "`A` 登记时 R，合同时 F / R at the register, F at the contract · `K` 声明知悉为标记，否则 R / a flag where it is acknowledged, else R · "
         "`H` 由主许可决定 / decided by the head licence\n\n" +
         matrix();
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

TEST_CASE("docs/law/diagrams.md draws the tables that drive the rules", "[docs]") {
  CHECK(read_test_file("../docs/law/diagrams.md") == diagrams_page());
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
  std::ofstream(qinglu::test::test_file("../docs/law/diagrams.md"), std::ios::binary) << diagrams_page();
}
