// SPDX-License-Identifier: Apache-2.0
// What real recordings of foreign offices become: events by the published table, and chains of title.
#include <algorithm>
#include <map>
#include <set>

#include "cli/event_map.hpp"
#include "cli/title_chain.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu::cli;
using qinglu::ledger::Value;
using qinglu::test::read_test_file;
using Flag = TitleChain::Flag;

namespace {

const EventMap& the_map() {
  static const EventMap map = EventMap::read(read_test_file("data/tables/FOREIGN_EVENT_MAP.json")).value();
  return map;
}

/// Events of all rights of a file, as `data` of their records.
std::map<std::string, std::vector<Value>> events_of(const std::string& name) {
  const Value source(Value::Members{{"name", name}, {"sha256", "sha256:" + std::string(64, 'a')}});
  std::map<std::string, std::vector<Value>> events;
  for (const ImportRow& row : read_source(read_test_file(name), name)) {
    for (const ForeignEvent& event : row.events) {
      const std::string key = "fpat:" + event.office + "/" + event.number + "-" + event.kinds.front();
      events[key].push_back(the_map().data_of(event, key, source));
    }
  }
  return events;
}

std::string meaning_of(const std::vector<Value>& events, std::string_view ref) {
  const auto at = std::ranges::find_if(events, [&](const Value& each) { return each.text_of("office_ref") == ref; });
  return at == events.end() ? "absent" : std::string(at->text_of("meaning"));
}

const TitleChain::Lien* lien(const TitleChain& chain, std::string_view ref) {
  const auto at = std::ranges::find(chain.liens, ref, &TitleChain::Lien::ref);
  return at == chain.liens.end() ? nullptr : &*at;
}

Value event(const char* date, const char* ref, const char* meaning, std::vector<std::string> from, std::vector<std::string> to,
            std::vector<std::string> refers_to = {}) {
  const auto items = [](const std::vector<std::string>& texts) {
    Value::Items list;
    for (const auto& each : texts) list.emplace_back(each);
    return Value(std::move(list));
  };
  return Value(Value::Members{{"code", "X"}, {"date", date}, {"from", items(from)}, {"meaning", meaning}, {"office_ref", ref},
                              {"refers_to", items(refers_to)}, {"to", items(to)}});
}

}  // namespace

TEST_CASE("the assignment search gives one event for each recording and property", "[cli][import][events]") {
  const auto rows = read_source(read_test_file("data/uspto/assignments.xml"), "a");
  std::set<std::string> recordings;
  std::size_t events = 0;
  for (const ImportRow& row : rows) {
    CHECK(row.patent.has_value() == row.problem.empty());
    for (const ForeignEvent& each : row.events) {
      recordings.insert(each.office_ref);
      ++events;
      CHECK(each.date > "1900");
      CHECK(the_map().of(each) != nullptr);
    }
  }
  CHECK(rows.size() == 401);
  CHECK(events == 401);
  CHECK(recordings.size() == 28);
}

TEST_CASE("a lien over many properties is closed by the release that names it, and its twin stays open", "[cli][import][events]") {
  const auto events = events_of("data/uspto/assignments.xml");
  std::size_t closed = 0;
  std::size_t twins = 0;
  std::size_t wider = 0;
  for (const auto& [right, recorded] : events) {
    const TitleChain chain = title_chain(recorded);
    const auto* released = lien(chain, "48818-520");
    const auto* twin = lien(chain, "49342-819");
    const bool unresolved = std::ranges::find(chain.flags, Flag{"RELEASE_UNRESOLVED", "49109-610", ""}) != chain.flags.end();
    if (released) {
      ++closed;
      CHECK(released->released_by == "49109-610");
    }
    if (twin) {
      ++twins;
      CHECK(twin->released_by.empty());
    }
    // The release names 44 properties, the lien 39: for the rest there is no lien to close.
    if (!released && meaning_of(recorded, "49109-610") == "RELEASE") {
      ++wider;
      CHECK(unresolved);
    }
    for (const char* open : {"49107-392", "49111-583", "57434-429"}) {
      if (const auto* left = lien(chain, open)) CHECK(left->released_by.empty());
    }
  }
  CHECK(closed == 39);
  CHECK(twins > 0);
  CHECK(wider == 5);
}

TEST_CASE("two mergers of one day make one chain, in whatever order they were recorded", "[cli][import][events]") {
  for (const auto& [right, recorded] : events_of("data/uspto/assignments.xml")) {
    if (meaning_of(recorded, "43053-871") == "absent") continue;
    auto backwards = recorded;
    std::ranges::reverse(backwards);
    const TitleChain chain = title_chain(backwards);
    INFO(right);
    CHECK(chain.follows());
    REQUIRE(chain.links.size() >= 2);
    CHECK(std::ranges::find(chain.links, "43054-290") == std::ranges::find(chain.links, "43053-871") + 1);
    return;
  }
  FAIL("no right of both mergers");
}

TEST_CASE("what a corrective recording corrects is not in the data, and that is said", "[cli][import][events]") {
  std::size_t seen = 0;
  for (const auto& [right, recorded] : events_of("data/uspto/assignments.xml")) {
    if (meaning_of(recorded, "66552-292") == "absent") continue;
    ++seen;
    const TitleChain chain = title_chain(recorded);
    CHECK(meaning_of(recorded, "66552-292") == "CORRECTION");
    CHECK(std::ranges::find(chain.flags, Flag{"CORRECTION_UNRESOLVED", "66552-292", "66284-247"}) != chain.flags.end());
    CHECK_FALSE(chain.follows());
  }
  CHECK(seen > 0);
}

TEST_CASE("a file of eleven conveyances: liens, releases, changes of name, and what does not fit", "[cli][import][events]") {
  const TitleChain chain = title_chain(events_of("data/uspto/peds_apps.jsonl").at("fpat:US/9281085-B2"));
  CHECK(chain.follows());
  CHECK(chain.links == std::vector<std::string>{"16922-433", "23649-856", "27651-252", "33361-55", "33361-85"});
  CHECK(chain.holders == std::vector<std::string>{"STRUCTURAL INTEGRITY ASSOCIATES, INC.", "AZZ WSI LLC"});
  REQUIRE(chain.liens.size() == 3);
  // The last release names its lien by its recording; the one of 2011 is closed by the only lien of its holder.
  CHECK(lien(chain, "22034-216")->released_by == "30147-676");
  CHECK(lien(chain, "27241-531")->released_by == "27659-273");
  // A partial release leaves the lien.
  CHECK(lien(chain, "27648-515")->released_by.empty());
  // The lien of 2011 was granted by a company that holds no recorded title.
  CHECK(std::ranges::find(chain.flags, Flag{"LIEN_BY_OTHER", "27241-531", "23649-856"}) != chain.flags.end());
}

TEST_CASE("an old lien is released and a new one granted on one day; a misspelt twin is not guessed away", "[cli][import][events]") {
  const TitleChain chain = title_chain(events_of("data/uspto/peds_apps.jsonl").at("fpat:US/5904343-A"));
  REQUIRE(chain.liens.size() == 3);
  CHECK(lien(chain, "13045-624")->released_by == "14363-357");  // JPMORGAN and JP MORGAN are one spelling
  // The bank's name is misspelt in the first recording and carries its office in the second; the release of
  // 2016 names neither: nothing is closed for it, and that is flagged.
  CHECK(lien(chain, "13845-986")->released_by.empty());
  CHECK(lien(chain, "14363-352")->released_by.empty());
  CHECK(std::ranges::find(chain.flags, Flag{"RELEASE_UNRESOLVED", "39527-390", ""}) != chain.flags.end());
}

TEST_CASE("a chain whose link is dropped is flagged with the link that the next does not follow", "[cli][events]") {
  const std::vector<Value> links = {event("2001-01-01", "1-1", "OWNERSHIP", {}, {"Alpha Inc."}), event("2002-01-01", "2-1", "OWNERSHIP", {"ALPHA, INCORPORATED"}, {"Beta LLC"}),
                                    event("2003-01-01", "3-1", "OWNERSHIP", {"Beta LLC"}, {"Gamma Ltd"})};
  CHECK(title_chain(links).follows());
  CHECK(title_chain(links).holders == std::vector<std::string>{"Gamma Ltd"});
  const TitleChain broken = title_chain({links[0], links[2]});
  CHECK_FALSE(broken.follows());
  CHECK(broken.flags == std::vector<Flag>{{"TITLE_BREAK", "3-1", "1-1"}});
}

TEST_CASE("co-owners convey one by one, inventors to one employer, and a person in between is not guessed", "[cli][events]") {
  const TitleChain shared = title_chain({event("2001-01-01", "1-1", "OWNERSHIP", {}, {"Alpha Inc.", "Beta LLC"}),
                                         event("2002-01-01", "2-1", "OWNERSHIP", {"Beta LLC"}, {"Gamma Ltd"})});
  CHECK(shared.holders == std::vector<std::string>{"Alpha Inc.", "Gamma Ltd"});
  CHECK(shared.follows());
  const TitleChain employer = title_chain({event("2001-01-01", "1-1", "OWNERSHIP", {}, {"Alpha Inc."}),
                                           event("2001-02-01", "1-2", "OWNERSHIP", {}, {"Alpha, Inc."})});
  CHECK(employer.flags.empty());
  const TitleChain person = title_chain({event("2001-01-01", "1-1", "OWNERSHIP", {}, {"Alpha Inc."}),
                                         event("2002-01-01", "2-1", "OWNERSHIP", {}, {"Beta LLC"})});
  CHECK(person.flags == std::vector<Flag>{{"TITLE_UNCHECKED", "2-1", "1-1"}});
}

TEST_CASE("a correction takes the place of the last link", "[cli][events]") {
  const TitleChain chain = title_chain({event("2001-01-01", "1-1", "OWNERSHIP", {}, {"Alpha Inc."}),
                                        event("2002-01-01", "2-1", "OWNERSHIP", {"Alpha Inc."}, {"Beto LLC"}),
                                        event("2002-02-01", "2-9", "CORRECTION", {"Alpha Inc."}, {"Beta LLC"}, {"2-1"})});
  CHECK(chain.follows());
  CHECK(chain.holders == std::vector<std::string>{"Beta LLC"});
}

TEST_CASE("real sources together: chains follow or are flagged, and both are counted", "[cli][import][events]") {
  std::size_t follow = 0;
  std::size_t flagged = 0;
  std::size_t unmapped = 0;
  for (const char* name : {"data/uspto/assignments.xml", "data/uspto/peds_apps.jsonl", "data/uspto/odp_apps.jsonl"}) {
    for (const auto& [right, recorded] : events_of(name)) {
      const TitleChain chain = title_chain(recorded);
      for (const Value& data : recorded) unmapped += data.text_of("meaning") == "OTHER" ? 1u : 0u;
      if (!chain.silent()) ++(chain.follows() ? follow : flagged);
    }
  }
  CHECK(follow > 100);
  CHECK(flagged > 0);
  CHECK(unmapped > 0);
}

TEST_CASE("the board's answers name rights, dates and numbers of proceedings", "[cli][import][events]") {
  const auto proceedings = read_source(read_test_file("data/uspto/ptab/search_trial_proceedings.json"), "p");
  REQUIRE(proceedings.size() == 3);
  const ForeignEvent& trial = proceedings[0].events.at(0);
  CHECK(trial.number == "11329655");
  CHECK(trial.code == "IPR");
  CHECK(trial.office_ref == "IPR2026-00387");
  CHECK(trial.date == "2026-06-05");
  CHECK(the_map().of(trial)->meaning == "CHALLENGE");
  CHECK(trial.from == std::vector<std::string>{"Optiver US LLC et al."});
  // Both parties of an interference have a right; a published application counts by its publication.
  const auto interference = read_source(read_test_file("data/uspto/ptab/search_interference_decisions.json"), "i");
  REQUIRE(interference[0].events.size() == 2);
  CHECK(interference[0].events[0].number == "20150306152");
  CHECK(interference[0].events[0].kinds.front() == "A1");
  CHECK(interference[0].events[1].number == "10149867");
  for (const char* name : {"search_trial_decisions", "search_appeal_decisions", "search_petitions"}) {
    for (const ImportRow& row : read_source(read_test_file(std::string("data/uspto/ptab/") + name + ".json"), name)) {
      CHECK_FALSE(row.problem.empty());
      for (const ForeignEvent& each : row.events) CHECK(the_map().of(each) != nullptr);
    }
  }
}

TEST_CASE("legal events of the EPO keep their codes; a reference to a national code is that code", "[cli][import][events]") {
  const auto rows = read_source(read_test_file("data/epo/EP2400812-legal.xml"), "l");
  std::vector<ForeignEvent> events;
  for (const ImportRow& row : rows) events.insert(events.end(), row.events.begin(), row.events.end());
  REQUIRE(events.size() == 69);
  CHECK(std::ranges::none_of(events, [](const ForeignEvent& each) { return each.code == "REG" || each.code.find(' ') != std::string::npos; }));
  const auto find = [&](std::string_view code) { return *std::ranges::find(events, code, &ForeignEvent::code); };
  CHECK(find("GB-FG4D").date == "2019-11-27");
  CHECK(the_map().of(find("GB-FG4D"))->letter == "F");
  CHECK(find("INTG").date == "2019-06-27");  // effective, not the gazette's day
  CHECK(find("RAP1").to == std::vector<std::string>{"9SOLUTIONS OY"});
  CHECK(the_map().of(find("RAP1"))->meaning == "OWNERSHIP");
  CHECK(the_map().of(find("PG25"))->meaning == "LAPSE");
}

TEST_CASE("exchange documents are read with and without a prefix, in whatever spelling of a symbol", "[cli][import]") {
  const auto german = read_source(read_test_file("data/epo/DE-backfile.xml"), "de");
  CHECK(german.size() == 10);
  const auto bosch = std::ranges::find_if(german, [](const ImportRow& row) { return row.patent && row.patent->number == "1258188"; });
  REQUIRE(bosch != german.end());
  CHECK(bosch->patent->key() == "fpat:DE/1258188-B");
  CHECK(bosch->patent->grant == "1968-01-04");
  CHECK(bosch->patent->ipc == std::vector<std::string>{"F02M41/12", "F02M59/34", "F02M59/36"});
  CHECK(bosch->patent->family == "6979546");
  const auto aripo = read_source(read_test_file("data/epo/AP-1206-A_302101161.xml"), "ap");
  REQUIRE(aripo.size() == 1);
  REQUIRE(aripo[0].patent);
  CHECK(aripo[0].patent->key() == "fpat:AP/1206-A");
  CHECK(aripo[0].patent->priority == "1998-05-22");
  CHECK(aripo[0].patent->organisations[0].name == "BRISTOL MYERS SQUIBB CO");
}

TEST_CASE("a recording whose lists differ in length gives nothing, and the others are read", "[cli][import][events]") {
  const std::string good = "<doc><str name=\"id\">1-2</str><str name=\"reelNo\">1</str><str name=\"frameNo\">2</str><date name=\"recordedDate\">2019-01-07T05:00:00Z</date>"
                           "<str name=\"conveyanceText\">ASSIGNMENT</str><arr name=\"applNum\"><str>1</str></arr><arr name=\"patNum\"><str>7649168</str></arr>"
                           "<arr name=\"publNum\"><str>NULL</str></arr><arr name=\"filingDate\"><date>2005-01-01T05:00:00Z</date></arr><arr name=\"issueDate\"><date>2010-01-19T05:00:00Z</date></arr>"
                           "<arr name=\"publDate\"><date>0001-01-01T00:00:00Z</date></arr><arr name=\"inventionTitle\"><str>LAMP</str></arr>"
                           "<arr name=\"patAssigneeName\"><str>EXAMPLE INC.</str><str>ROE, JANE</str></arr><str name=\"corrAddress1\">5 SECRET LANE</str></doc>";
  std::string bad = good;
  bad.replace(bad.find("<str>LAMP</str>"), 15, "");
  const auto rows = read_us_assignments("<response>" + bad + good + "</response>", "f");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].problem.find("inventionTitle") != std::string::npos);
  CHECK(rows[0].events.empty());
  REQUIRE(rows[1].patent);
  CHECK(rows[1].patent->key() == "fpat:US/7649168-B1");
  CHECK(rows[1].patent->publication.empty());
  CHECK(rows[1].events.at(0).to == std::vector<std::string>{"EXAMPLE INC."});
  CHECK(rows[1].events.at(0).persons == 1);
  CHECK(rows[1].events.at(0).date == "2019-01-07");
}

TEST_CASE("recordings are found in every spelling that the office uses", "[cli][events]") {
  CHECK(recordings_in("RELEASE RECORDED AT REEL 048818/FRAME 0520") == std::vector<std::string>{"48818-520"});
  CHECK(recordings_in("PREVIOUSLY RECORDED AT REEL/FRAME 016702/0546(CORRECTION") == std::vector<std::string>{"16702-546"});
  CHECK(recordings_in("RECORDED ON REEL 022678, FRAME 0308.  ASSIGNOR") == std::vector<std::string>{"22678-308"});
  CHECK(recordings_in("REEL 1 FRAME 2 AND REEL 3 FRAME 4") == std::vector<std::string>{"1-2", "3-4"});
  CHECK(recordings_in("NO REEL HERE").empty());
}

TEST_CASE("an event that no row knows is kept raw, and its text by its digest", "[cli][events]") {
  ForeignEvent strange;
  strange.text = "DEED OF SOMETHING";
  strange.date = "2019-01-07";
  const Value source(Value::Members{{"name", "f"}, {"sha256", "sha256:" + std::string(64, 'a')}});
  const Value data = the_map().data_of(strange, "fpat:US/7649168-B1", source);
  CHECK(data.text_of("meaning") == "OTHER");
  CHECK(data.text_of("code") == "UNCLASSIFIED");
  CHECK_FALSE(data.text_of("text_hash").empty());
  strange.code = "N/=.";
  CHECK(the_map().data_of(strange, "fpat:US/7649168-B1", source).text_of("code") == "UNCLASSIFIED");
  strange.code = "SENT";
  CHECK(the_map().data_of(strange, "fpat:US/7649168-B1", source).text_of("code") == "SENT");
}

TEST_CASE("only parts of one version of the table make a map", "[cli][events]") {
  const std::string part = read_test_file("data/tables/FOREIGN_EVENT_MAP.json");
  CHECK(EventMap::read(part));
  CHECK_FALSE(EventMap::read(""));
  CHECK_FALSE(EventMap::read("{}"));
  CHECK_FALSE(EventMap::read(read_test_file("data/tables/ST3_OFFICES.json")));
  std::string other = part;
  other.replace(other.rfind("\"version\":1"), 11, "\"version\":2");
  CHECK_FALSE(EventMap::read(part + other));
}
