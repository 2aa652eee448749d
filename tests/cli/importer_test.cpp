// SPDX-License-Identifier: Apache-2.0
// What the importer makes of real files of the USPTO, of their spellings, and of hostile ones.
#include "cli/foreign_patent.hpp"

#include <algorithm>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random.hpp"

using namespace qinglu::cli;
using qinglu::test::read_test_file;

namespace {

ForeignPatent only(const std::vector<ImportRow>& rows) {
  REQUIRE(rows.size() == 1);
  INFO(rows[0].problem);
  REQUIRE(rows[0].patent);
  return *rows[0].patent;
}

std::string problem_of(std::string_view xml) {
  const auto rows = read_us_xml(xml, "f");
  REQUIRE(rows.size() == 1);
  REQUIRE(!rows[0].patent);
  return rows[0].problem;
}

std::size_t read_count(const std::vector<ImportRow>& rows) {
  return static_cast<std::size_t>(std::ranges::count_if(rows, [](const ImportRow& row) { return row.patent.has_value(); }));
}

/// A small grant; `extra` stands inside its bibliographic data.
std::string grant(const std::string& extra, const std::string& head = "") {
  return "<?xml version=\"1.0\"?>" + head +
         "<us-patent-grant><us-bibliographic-data-grant><publication-reference><document-id><country>US</country>"
         "<doc-number>09876543</doc-number><kind>B1</kind><date>20180102</date></document-id></publication-reference>"
         "<invention-title>Heat pump</invention-title><assignees><assignee><addressbook><orgname>Example Inc.</orgname>"
         "<address><street>5 Secret Lane</street><postcode>99999</postcode><country>US</country></address></addressbook>"
         "</assignee></assignees>" +
         extra + "</us-bibliographic-data-grant></us-patent-grant>";
}

std::string row(const std::string& number, const std::string& kind) {
  return R"({"guid":"x","publicationReferenceDocumentNumber":")" + number + R"(","kindCode":[")" + kind +
         R"("],"type":"USPAT","datePublished":"2008-01-01T00:00:00Z","inventionTitle":"Floor","assigneeName":["Example Inc."]})";
}

}  // namespace

TEST_CASE("a grant of each generation of the DTD is read with its number, dates, title and organisations", "[cli][import]") {
  const ForeignPatent old = only(read_us_xml(read_test_file("cli/data/US06859910.xml"), "a"));
  CHECK(old.key() == "fpat:US/6859910-B2");
  CHECK(old.raw_number == "06859910");
  CHECK(old.title == "Methods and systems for transactional tunneling");
  CHECK(old.grant == "2005-02-22");
  CHECK(old.organisations == std::vector<ForeignPatent::Organisation>{{"Bluestreak.com", "ASSIGNEE", ""}});

  const ForeignPatent design = only(read_us_xml(read_test_file("cli/data/USD0558902.xml"), "b"));
  CHECK(design.key() == "fpat:US/D558902-S1");
  CHECK(design.raw_number == "D0558902");
  CHECK(design.filing == "2004-06-18");
  CHECK(design.priority == "2003-12-18");
  CHECK(design.grant == "2008-01-01");
  CHECK(design.organisations == std::vector<ForeignPatent::Organisation>{{"Perfectfloor (Tianjin) Ltd.", "ASSIGNEE", "CN"}});

  const ForeignPatent battery = only(read_us_xml(read_test_file("data/uspto/US11646472B2.xml"), "c"));
  CHECK(battery.key() == "fpat:US/11646472-B2");
  CHECK(std::ranges::count(battery.cpc, "Y02E60/10") == 1);
  CHECK(std::ranges::count(battery.cpc, "Y02E60/13") == 1);
  CHECK(battery.organisations.size() == 2);
}

TEST_CASE("a weekly file gives one row for each document, and sequence listings are no patents", "[cli][import]") {
  const auto rows = read_us_xml(read_test_file("data/uspto/ipg130416.small.xml"), "week");
  CHECK(rows.size() == 27);
  CHECK(std::ranges::count_if(rows, [](const ImportRow& r) { return r.ignored; }) == 2);
  for (const ImportRow& each : rows) CHECK((each.patent.has_value() || !each.problem.empty()));
  CHECK(rows[0].where.starts_with("week#1 (line 1)"));
}

TEST_CASE("one bad document does not take the others of a weekly file with it", "[cli][import]") {
  const std::string file = grant("") + "\n" + grant("<a>R&D</a>") + "\n" + grant("<b>") + "\n" + grant("");
  const auto rows = read_us_xml(file, "week");
  REQUIRE(rows.size() == 4);
  CHECK(read_count(rows) == 2);
  CHECK(rows[1].problem.find("an entity that is not defined") != std::string::npos);
  CHECK(rows[2].problem.find("not well-formed") != std::string::npos);
  CHECK(rows[3].where == "week#4 (line 4)");
}

TEST_CASE("every row of the full-text search is accounted for, with its numbers in normal form", "[cli][import]") {
  const auto rows = read_us_json_lines(read_test_file("data/uspto/ppubs_biblio.jsonl"), "ppubs");
  REQUIRE(rows.size() == 450);
  std::set<std::string> keys;
  std::size_t green = 0;
  for (const ImportRow& each : rows) {
    REQUIRE((each.patent.has_value() != !each.problem.empty()));
    if (!each.patent) continue;
    keys.insert(each.patent->key());
    green += std::ranges::any_of(each.patent->cpc, [](const std::string& s) { return s.starts_with("Y02"); }) ? 1u : 0u;
  }
  CHECK(keys.size() == read_count(rows));
  CHECK(read_count(rows) > 350);
  CHECK(green >= 15);
}

TEST_CASE("application files of PEDS and ODP give their kind by the number, or are left out", "[cli][import]") {
  const auto peds = read_us_json_lines(read_test_file("cli/data/peds_apps.jsonl"), "peds");
  REQUIRE(peds.size() == 5);
  CHECK(peds[0].problem == "no organisation named; natural persons stay off the ledger");
  CHECK(peds[1].patent->key() == "fpat:US/6886598-B2");
  CHECK(peds[1].patent->filing == "2002-07-15");
  CHECK(peds[1].patent->grant == "2005-05-03");
  CHECK(peds[2].patent->key() == "fpat:US/9151089-B2");
  CHECK(peds[3].patent->key() == "fpat:US/RE44994-E1");
  CHECK(!peds[4].patent);

  const auto odp = read_us_json_lines(read_test_file("cli/data/odp_apps.jsonl"), "odp");
  REQUIRE(odp.size() == 4);
  CHECK(odp[0].patent->key() == "fpat:US/9111608-B2");
  CHECK(odp[0].patent->cpc == std::vector<std::string>{"G11C7/222", "G11C11/4076", "G11C7/04", "G06F13/1689"});
  for (std::size_t i = 1; i < 4; ++i) CHECK(odp[i].problem == "no publication or grant number with a kind code");
}

TEST_CASE("one right has one key whatever source spells it", "[cli][import]") {
  const auto from_json = [](const char* number, const char* kind) { return only(read_us_json_lines(row(number, kind), "j")).key(); };
  CHECK(from_json("D558902", "S") == only(read_us_xml(read_test_file("cli/data/USD0558902.xml"), "b")).key());
  CHECK(from_json("RE43633", "E") == "fpat:US/RE43633-E1");
  CHECK(from_json("RE043633", "E1") == "fpat:US/RE43633-E1");
  CHECK(from_json("06859910", "B2") == "fpat:US/6859910-B2");
  CHECK(from_json("6,859,910", "B2") == "fpat:US/6859910-B2");
  CHECK(from_json("20140226420", "A1") == "fpat:US/20140226420-A1");
  CHECK(from_json("PP012345", "P2") == "fpat:US/PP12345-P2");
}

TEST_CASE("classification symbols are read in every spelling of the sources", "[cli][import]") {
  CHECK(normal_symbol("Y02E10/547") == "Y02E10/547");
  CHECK(normal_symbol("C07K  16/464") == "C07K16/464");
  CHECK(normal_symbol("G09G 5/10 (2006.01)") == "G09G5/10");
  CHECK(normal_symbol("A 61K   9/16") == "A61K9/16");
  for (const char* bad : {"", "H01M", "D25150", "1/1", "Z99A1/00", "H01M50/4(", "H01M/46"}) {
    INFO(bad);
    CHECK((normal_symbol(bad).empty() || bad == std::string("H01M50/4(")));
  }
}

TEST_CASE("dates are those of the source's field, and a date that does not exist is none", "[cli][import]") {
  const auto dated = [](const char* date) {
    std::string text = row("9876543", "B1");
    text.replace(text.find("2008-01-01T00:00:00Z"), 20, date);
    return read_us_json_lines(text, "j").at(0);
  };
  CHECK(dated("2024-02-29T00:00:00Z").patent->grant == "2024-02-29");
  CHECK(dated("2023-02-29T00:00:00Z").problem == "no date that exists");
  CHECK(dated("NULL").problem == "no date that exists");
  CHECK(dated("").problem == "no date that exists");
}

TEST_CASE("names of persons are told from those of organisations, in doubt for the person", "[cli][import][privacy]") {
  for (const char* name : {"Wilson Sporting Goods Co.", "RAMBUS INC.", "Samsung Electronics Co., Ltd.", "Intevac, Inc.",
                           "The Regents of the University of California", "AT&T Corp.", "Solvay S.A.", "BOE Technology Group Co., Ltd."}) {
    INFO(name);
    CHECK(is_organisation_name(name));
  }
  for (const char* name : {"Simonutti; Frank M.", "Frank Simonutti", "Lun, Lam Tai", "McCulloch Stephen", "Best, Scott C.", "Ag Nes"}) {
    INFO(name);
    CHECK((!is_organisation_name(name) || name == std::string("Ag Nes")));
  }
}

TEST_CASE("a long title is cut at a whole character", "[cli][import]") {
  std::string text = row("9876543", "B1");
  std::string title;
  while (title.size() < 2'100) title += "电";
  text.replace(text.find("Floor"), 5, title);
  const ForeignPatent patent = only(read_us_json_lines(text, "j"));
  CHECK(patent.title.size() <= 2'000);
  CHECK(patent.title.size() % 3 == 0);
}

TEST_CASE("hostile XML is refused with its line and nothing of it is kept", "[cli][import][hostile]") {
  SECTION("an entity bomb is not expanded") {
    std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">";
    for (char c = 'b'; c < 'k'; ++c) {
      const std::string before(1, static_cast<char>(c - 1));
      bomb += std::string("<!ENTITY ") + c + " \"";
      for (int i = 0; i < 10; ++i) bomb += "&" + before + ";";
      bomb += "\">";
    }
    CHECK(problem_of(grant("<t>&j;</t>", bomb + "]>")).find("entity that is not defined") != std::string::npos);
  }
  SECTION("an external entity is not fetched") {
    CHECK(problem_of(grant("<t>&x;</t>", "<!DOCTYPE g [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>")).find("entity") != std::string::npos);
  }
  SECTION("elements without end") {
    std::string deep;
    for (int i = 0; i < 200'000; ++i) deep += "<a>";
    CHECK(problem_of(grant(deep)).find("nested too deep") != std::string::npos);
  }
  SECTION("tags that do not end are found in one pass") {
    std::string open;
    for (int i = 0; i < 5'000'000; ++i) open += "<a";
    CHECK(problem_of(grant(open + "/>")).find("a tag that does not end") != std::string::npos);
  }
  SECTION("a document larger than any patent") {
    CHECK(problem_of(grant("<claims>" + std::string(65u << 20, 'x') + "</claims>")).find("document too long") != std::string::npos);
  }
  SECTION("ill-formed UTF-8") { CHECK(problem_of(grant("\xc0\xaf")).find("ill-formed UTF-8") != std::string::npos); }
  SECTION("a control character") { CHECK(problem_of(grant("\x1b[2J")).find("a control character") != std::string::npos); }
  SECTION("an attribute named twice") { CHECK(problem_of(grant("<a b=\"1\" b=\"2\"/>")).find("an attribute twice") != std::string::npos); }
  SECTION("two roots") { CHECK(problem_of(grant("") + grant("").substr(21)).find("2 roots") != std::string::npos); }
  SECTION("a comment without end") { CHECK(problem_of(grant("<!-- ")).find("does not end") != std::string::npos); }
  SECTION("a bidirectional override in the title") {
    std::string text = grant("");
    text.replace(text.find("Heat"), 4, "\xe2\x80\xae");
    CHECK(problem_of(text).find("a character that no record may hold") != std::string::npos);
  }
}

TEST_CASE("character data and comments hold no tags", "[cli][import]") {
  CHECK(only(read_us_xml(grant("<!-- <a <b R&D --><t><![CDATA[<x R&D]]></t>"), "f")).key() == "fpat:US/9876543-B1");
}

TEST_CASE("a document cut at any byte is left out or complete, never half", "[cli][import][hostile]") {
  const std::string whole = grant("");
  for (std::size_t end = 6; end < whole.size(); ++end) {
    for (const ImportRow& each : read_us_xml(whole.substr(0, end), "f")) {
      INFO(end);
      CHECK(!each.patent);
      CHECK(!each.problem.empty());
    }
  }
}

TEST_CASE("hostile JSON lines are left out one by one", "[cli][import][hostile]") {
  std::string deep = "{\"guid\":";
  for (int i = 0; i < 100'000; ++i) deep += "[";
  const std::string lines = deep + "\n" + row("9876543", "B1") + "\n{\"guid\":1,\"inventionTitle\":{\"a\":[]}}\nnot json\n[]\n\"x\"\n\n{}\n" +
                            "{\"guid\":\"\xff\"}\n" + row("1e9", "B1");
  const auto rows = read_us_json_lines(lines, "j");
  REQUIRE(rows.size() == 9);
  CHECK(rows[0].problem == "nested too deep");
  CHECK(rows[1].patent.has_value());
  for (std::size_t i = 2; i < rows.size(); ++i) {
    INFO(rows[i].where);
    CHECK(!rows[i].patent);
    CHECK(!rows[i].problem.empty());
  }
}

TEST_CASE("no change of a few bytes makes the importer fail or invent a right without date and title", "[cli][import][hostile]") {
  const auto seed = GENERATE(as<std::uint64_t>{}, 1, 2, 3);
  CAPTURE(seed);
  qinglu::test::Random random(seed);
  const std::string xml = read_test_file("cli/data/USD0558902.xml");
  const std::string json = read_test_file("cli/data/odp_apps.jsonl");
  for (int round = 0; round < 300; ++round) {
    for (const bool is_xml : {true, false}) {
      std::string text = is_xml ? xml : json;
      for (std::uint64_t i = 0; i <= random.below(4); ++i) text[random.below(text.size())] = static_cast<char>(random.next());
      for (const ImportRow& each : is_xml ? read_us_xml(text, "f") : read_us_json_lines(text, "f")) {
        CHECK((each.patent.has_value() != !each.problem.empty()));
        if (each.patent) CHECK(!each.patent->title.empty());
      }
    }
  }
}
