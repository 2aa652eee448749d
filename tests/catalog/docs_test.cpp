// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu::ledger;
using qinglu::test::read_test_file;

namespace {

void check_line(const std::string& document, const std::string& line) {
  INFO(line);
  CHECK(document.find(line) != std::string::npos);
}

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
  return text;
}

std::string target(const Transition& each) {
  if (!each.moves) return "same";
  return each.to == PatentStatus::none ? "the former one" : std::string(name(each.to));
}

}  // namespace

TEST_CASE("docs/law/mapping.md names the article of every rule", "[docs]") {
  const std::string document = read_test_file("../docs/law/mapping.md");
  for (const RecordType* type : record_types()) {
    for (const Precondition& each : type->preconditions) {
      check_line(document, "| " + std::string(type->name) + " | `" + std::string(each.code) +
                               "` | " + std::string(each.law) + " " + std::string(each.article) +
                               " | " + std::string(each.zh) + " | " + std::string(each.en) +
                               " |\n");
    }
  }
  for (const Parameter& each : parameters()) {
    check_line(document, "| `" + std::string(each.name) + "` | " + std::string(each.law) + " " +
                             std::string(each.article) + " | " + std::string(each.zh) + " | " +
                             std::string(each.en) + " |\n");
  }
}

TEST_CASE("docs/law/state-machines.md shows the table that drives the rules", "[docs]") {
  const std::string document = read_test_file("../docs/law/state-machines.md");
  for (const Transition& each : patent_transitions()) {
    check_line(document, "| " + std::string(each.act) + " | " + states(each.from) + " | " +
                             types(each.types) + "| " + target(each) + " | " +
                             std::string(each.law) + " " + std::string(each.article) + " |\n");
  }
}

TEST_CASE("docs/law/glossary-zh-en.md knows the title of every record", "[docs]") {
  const std::string document = read_test_file("../docs/law/glossary-zh-en.md");
  for (const RecordType* type : record_types()) {
    check_line(document, "| " + std::string(type->zh) + " | " + std::string(type->en) + " |");
  }
}
