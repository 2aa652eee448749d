// SPDX-License-Identifier: Apache-2.0
#include "ledger/model/numbers.hpp"

#include <sstream>

#include "ledger/model/ids.hpp"
#include "ledger/model/money.hpp"
#include "tests/catalog/register.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using qinglu::test::json;
using qinglu::test::read_test_file;

namespace {

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> result;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) result.push_back(cell);
  return result;
}

std::string normal(std::string text) {
  std::erase(text, '.');
  return text;
}

}  // namespace

TEST_CASE("published application numbers have the check character that the weights give",
          "[numbers]") {
  for (const char* number :
       {"202010566088.9", "201510958772.0", "200510096239.4", "202322865413.3", "201811564288.X",
        "201810336559.X", "201810698291.4", "202510942578.7", "201710601862.3", "95115608.X",
        "97101765.4", "201510163325.6", "201710117081.7", "200610108546.4", "200330126879.7",
        "200430018723.1", "202610123456.X", "202210234568.4"}) {
    INFO(number);
    CHECK(app_no_check_holds(normal(number)));
    CHECK(display_app_no(normal(number)) == number);
  }
}

TEST_CASE("the usual example number of a tutorial is not a valid application number", "[numbers]") {
  CHECK(app_no_check("201910123456") == 'X');
  CHECK(app_no_check("202310123456") == '6');
  CHECK(app_no_check("202410123456") == '0');
  CHECK_FALSE(app_no_check_holds("2019101234567"));
  CHECK_FALSE(app_no_check_holds("2023101234567"));
  CHECK_FALSE(app_no_check_holds("2024101234567"));
  CHECK(parse_app_no("2019101234567"));  // form and check are two questions
}

TEST_CASE("the fifty numbers found in public texts get the verdict of the data file", "[numbers]") {
  std::stringstream file(read_test_file("catalog/data/cn_application_numbers.csv"));
  std::string line;
  std::getline(file, line);
  int valid = 0;
  int invalid = 0;
  while (std::getline(file, line)) {
    const auto cells = columns(line);
    INFO(line);
    CHECK(app_no_check(cells[1]) == cells[5][0]);
    const bool holds = app_no_check_holds(normal(cells[0]));
    CHECK(holds == (cells[6] == "valid"));
    ++(holds ? valid : invalid);
    // Every slip of one digit is noticed.
    for (std::size_t i = 0; i < cells[1].size(); ++i) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string changed = cells[1];
        if (changed[i] == digit) continue;
        changed[i] = digit;
        CHECK(app_no_check(changed) != cells[5][0]);
      }
    }
  }
  CHECK(valid == 49);
  CHECK(invalid == 1);
}

TEST_CASE("the ledger takes the normal form of a number and no other spelling", "[numbers]") {
  const auto number = parse_app_no("201811564288X");
  REQUIRE(number);
  CHECK(number->year == 2018);
  CHECK(number->type_digit == '1');
  CHECK_FALSE(number->pct);
  CHECK(parse_app_no("951156085")->year == 1995);
  CHECK(parse_app_no("021156085")->year == 2002);
  CHECK(parse_app_no("2008801239686")->pct);
  for (const char* text :
       {"", "201811564288x", "201811564288.X", "CN201811564288X", "20181156428", "201841564288X",
        "181811564288X", "101911042", "0415608X5", "２018115642881"}) {
    INFO(text);
    CHECK_FALSE(parse_app_no(text));
  }
}

TEST_CASE("spellings met in the wild are read for a person to confirm", "[numbers]") {
  const auto reads = [](const char* text, const char* wanted, bool missing) {
    INFO(text);
    const auto read = read_app_no(text);
    REQUIRE(read);
    CHECK(read->normal == wanted);
    CHECK(read->check_was_missing == missing);
  };
  reads("ZL 2020 2 0046462.8", "2020200464628", false);
  reads("CN201710117081.7", "2017101170817", false);
  reads("2003 3 01268797", "2003301268797", false);
  reads("2004300187231", "2004300187231", false);
  reads("2007 1 0203437", "2007102034375", true);
  reads("201810358967", "2018103589675", true);
  reads("200880123968", "2008801239686", true);
  reads("98814060", "988140608", true);
  reads("CN19988014060", "988140608", true);
  reads("201811564288.x", "201811564288X", false);
  for (const char* text : {"PCT/CN2008/071839", "CN2018112487", "CN 101911042", "2018.115642881",
                           "2 0 1 8 1 1 5 6 4 2 8 8 X", "CN108938619B", ""}) {
    INFO(text);
    CHECK_FALSE(read_app_no(text));
  }
}

TEST_CASE("the check character of a credit code tells a slip from a code", "[numbers]") {
  CHECK(uscc_check_holds("91350100M000100Y43"));
  CHECK(organisation_code_check_holds("91350100M000100Y43"));
  CHECK(uscc_check_holds("11500000QL000009XA"));
  CHECK(organisation_code_check_holds("11500000QL000009XA"));
  CHECK(uscc_check_holds("12500000QL0000014H"));
  CHECK(uscc_check_holds("91500112MAQL000116"));
  CHECK_FALSE(uscc_check_holds("91350100M000100Y44"));
  CHECK_FALSE(is_uscc_form("91350100M000100Y4"));
  CHECK_FALSE(is_uscc_form("91350100M000100I43"));  // I, O, S, V and Z are not in the alphabet
}

TEST_CASE("publication numbers carry type digit and kind", "[numbers]") {
  const std::string text = "CN108938619B";
  const auto number = parse_pub_no(text);
  REQUIRE(number);
  CHECK(number->type_digit == '1');
  CHECK(number->kind == "B");
  CHECK(parse_pub_no("CN1340998A"));
  CHECK(parse_pub_no("CN215000001U"));
  CHECK(parse_pub_no("CN306000001S"));
  for (const char* bad : {"CN108938619", "CN408938619B", "CN10893861B", "CN108938619Z",
                          "CN108938619B7", "US108938619B", "cn108938619B"}) {
    INFO(bad);
    CHECK_FALSE(parse_pub_no(bad));
  }
}

TEST_CASE("a class covers by component and never by character", "[numbers]") {
  CHECK(class_covers("F27D17", "F27D17/00"));
  CHECK(class_covers("F27D17/00", "F27D17"));
  CHECK(class_covers("F27D", "F27D1/02"));
  CHECK(class_covers("H02J7/00", "H02J7/35"));
  CHECK(class_covers("ALL", "Y02E10/50"));
  CHECK(class_covers("Y02E", "Y02E10/547"));
  CHECK_FALSE(class_covers("H01M1", "H01M10/05"));
  CHECK_FALSE(class_covers("F27D17", "F27D1"));
  CHECK_FALSE(class_covers("H02J7/34", "H02J7/345"));
  CHECK_FALSE(class_covers("H02J7/35", "H02J7"));
  CHECK(class_nesting_unknown("H02J7/34", "H02J7/345"));
  CHECK_FALSE(class_nesting_unknown("H02J7/00", "H02J7/345"));
  CHECK_FALSE(class_nesting_unknown("H02J7/34", "H02J9/34"));
  CHECK(is_ipc_symbol("F27D17/00"));
  CHECK(is_ipc_symbol("Y02E10/547"));
  CHECK(is_ipc_symbol("F27D"));
  CHECK_FALSE(is_ipc_symbol("F27D17"));
  CHECK_FALSE(is_ipc_symbol("I27D17/00"));
  CHECK_FALSE(parse_class_symbol("H02J 7/35"));
  CHECK_FALSE(parse_class_symbol("H02J7/"));
}

TEST_CASE("a region covers its districts, and CN every code of digits", "[numbers]") {
  CHECK(region_covers("50", "5001"));
  CHECK(region_covers("5001", "500112"));
  CHECK(region_covers("CN", "500112"));
  CHECK(region_covers("US", "US"));
  CHECK_FALSE(region_covers("5001", "50"));
  CHECK_FALSE(region_covers("50", "51"));
  CHECK_FALSE(region_covers("CN", "US"));
  CHECK_FALSE(region_covers("50", "US"));
  CHECK(is_region("CN"));
  CHECK_FALSE(is_region("5000"));  // one spelling: no trailing pair of zeros
  CHECK_FALSE(is_region("501"));
  CHECK_FALSE(is_region("05"));
}

TEST_CASE("every subject key has one form and one kind", "[ids]") {
  const std::string hex(64, 'a');
  CHECK(kind_of_subject("org:91350100M000100Y43") == SubjectKind::party);
  CHECK(kind_of_subject("per:" + hex) == SubjectKind::party);
  CHECK(kind_of_subject("pat:201811564288X") == SubjectKind::patent);
  CHECK(kind_of_subject("fpat:US/10000000-B2") == SubjectKind::patent);
  CHECK(kind_of_subject("fpat:US/D558902-S1") == SubjectKind::patent);
  CHECK(kind_of_subject("cmt:" + hex) == SubjectKind::patent);
  CHECK(kind_of_subject("ctr:12500000QL0000014H/2026-0042") == SubjectKind::contract);
  CHECK(kind_of_subject("case:11500000QL000009XA/c1") == SubjectKind::case_file);
  for (const char* prefix : {"lst", "dem", "res", "prj", "all", "loan", "pol", "cert", "fac", "evt",
                             "fund", "std", "dat"}) {
    CHECK(kind_of_subject(std::string(prefix) + ":12500000QL0000014H/a_b.c-1") ==
          SubjectKind::other);
  }
  CHECK(kind_of_subject("rec:FIRST_SET/org:91350100M000100Y43") == SubjectKind::other);
  CHECK(kind_of_subject("tgt:2026.patents") == SubjectKind::other);
  for (const std::string& bad :
       {std::string(), std::string("agt:org:91350100M000100Y43"), "per:" + hex.substr(1),
        "cmt:" + std::string(64, 'A'), std::string("fpat:CN/1-A"), std::string("fpat:US/1"),
        std::string("fpat:US/-A"), std::string("fpat:US/1-a"),
        std::string("fpat:US/0123456789012345678901-A"), std::string("ctr:12500000QL0000014H/"),
        std::string("ctr:12500000QL0000014H/a b"), "ctr:12500000QL0000014H/" + std::string(41, 'a'),
        std::string("zzz:1"), std::string("pat:1")}) {
    INFO(bad);
    CHECK_FALSE(kind_of_subject(bad));
  }
}

TEST_CASE("an amount is whole fen or a decimal with its currency", "[money]") {
  CHECK(parse_money(json(R"({"fen":0})"))->fen == 0);
  CHECK(parse_money(json(R"({"fen":9007199254740991})"))->fen == kMaxInteger);
  const auto dollars = parse_money(json(R"({"amount":"12500.00","cur":"USD"})"));
  REQUIRE(dollars);
  CHECK(dollars->currency == "USD");
  for (const char* bad : {R"({"fen":-1})", R"({"fen":"1"})", R"({"amount":"1.00"})",
                          R"({"amount":"1,0","cur":"USD"})", R"({"amount":"-1","cur":"USD"})",
                          R"({"amount":"01","cur":"USD"})", R"({"amount":"1.","cur":"USD"})",
                          R"({"amount":"1.00001","cur":"USD"})", R"({"amount":"1","cur":"usd"})",
                          R"({"amount":"1","cur":"CNY"})", R"({"amount":"1","cur":"USD","fen":1})",
                          R"({"amount":"1234567890123456789","cur":"USD"})"}) {
    INFO(bad);
    CHECK_FALSE(parse_money(json(bad)));
  }
}

TEST_CASE("sums and products of amounts never wrap [F78]", "[money][F78]") {
  CHECK(checked_add(kMaxInteger, 0) == kMaxInteger);
  CHECK_FALSE(checked_add(kMaxInteger, 1));
  CHECK_FALSE(checked_add(-kMaxInteger, -1));
  CHECK_FALSE(checked_add(INT64_MAX, 1));
  CHECK_FALSE(checked_multiply(kMaxInteger, 2));
  CHECK_FALSE(checked_multiply(INT64_MAX, INT64_MAX));
  CHECK(checked_multiply(3, -4) == -12);
  CHECK(share_of(kMaxInteger, 10'000) == kMaxInteger);
  CHECK(share_of(100, 333) == 3);
  CHECK(share_of(9'999, 1) == 0);
  CHECK_FALSE(share_of(kMaxInteger, 10'001));
}
