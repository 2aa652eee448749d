// SPDX-License-Identifier: Apache-2.0
// Values on the command line: money, dates, lists, durations; widths and files.
#include <filesystem>
#include <fstream>

#include "cli/commands.hpp"
#include "cli/nfc.hpp"
#include "cli/output.hpp"
#include "cli/records.hpp"
#include "cli/settings.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::cli;

namespace {

using Fields = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// Canonical data of a type from its flags, or the error's sentence.
std::string data_of(std::string_view type, Fields fields) {
  RecordOptions options;
  options.fields = std::move(fields);
  auto data = data_from(*ledger::find_record_type(type), options);
  return data ? ledger::to_canonical(*data) : data.error().detail;
}

std::string amount(const std::string& text) { return data_of("annuity.paid", {{"amount", {text}}}); }

}  // namespace

TEST_CASE("money is fen, yuan with two decimals, or another currency by its letters", "[cli][arguments]") {
  CHECK(amount("120050fen") == R"({"amount":{"fen":120050}})");
  CHECK(amount("1200.50") == R"({"amount":{"fen":120050}})");
  CHECK(amount("1200.5") == R"({"amount":{"fen":120050}})");
  CHECK(amount("1200") == R"({"amount":{"fen":120000}})");
  CHECK(amount("0.01") == R"({"amount":{"fen":1}})");
  CHECK(amount("0") == R"({"amount":{"fen":0}})");
  CHECK(amount("12500.00USD") == R"({"amount":{"amount":"12500.00","cur":"USD"}})");
  for (const char* bad : {"", "12.345", "-5", "1e3", "1,200", "12.5.0", " 5", "fen", "1.5fen", ".5.", ".", "99999999999999999999"}) {
    INFO(bad);
    CHECK(amount(bad).starts_with("--amount"));
  }
}

TEST_CASE("whole numbers and yes or no are read as such, or the flag is named", "[cli][arguments]") {
  CHECK(data_of("annuity.paid", {{"year", {"4"}}}) == R"({"year":4})");
  for (const char* bad : {"four", "4.0", "-4", "9007199254740992", "04"}) {
    INFO(bad);
    CHECK(data_of("annuity.paid", {{"year", {bad}}}) == "--year is a whole number");
  }
  CHECK(data_of("evidence.deposit", {{"clock_offset_ms", {"-12"}}}) == R"({"clock_offset_ms":-12})");
  CHECK(data_of("evidence.deposit", {{"clock_offset_ms", {"--12"}}}) == "--clock-offset-ms is a whole number");
  CHECK(data_of("patent.accept", {{"synthetic", {"yes"}}}) == R"({"synthetic":true})");
  CHECK(data_of("patent.accept", {{"synthetic", {"maybe"}}}) == "--synthetic is true or false");
}

TEST_CASE("a field of one value is given once, lists may repeat and sets are sorted", "[cli][arguments]") {
  CHECK(data_of("annuity.paid", {{"year", {"4", "5"}}}) == "--year is given once");
  CHECK(data_of("patent.green_tag", {{"codes", {"Y02E", "Y02A", "Y02E"}}}) == R"({"codes":["Y02A","Y02E"]})");
}

TEST_CASE("an object is NAME=VALUE pairs or canonical JSON, and unknown names list the known ones", "[cli][arguments]") {
  CHECK(data_of("patent.grant", {{"owners", {"party=org:91500112MAQL000116,share=5000"}}}) ==
        R"({"owners":[{"party":"org:91500112MAQL000116","share":5000}]})");
  CHECK(data_of("patent.grant", {{"owners", {R"({"party":"org:x"})"}}}) == R"({"owners":[{"party":"org:x"}]})");
  CHECK(data_of("patent.grant", {{"owners", {"who=x"}}}).find("--owners takes NAME=VALUE") == 0);
  CHECK(data_of("patent.grant", {{"owners", {"{\"b\":1,\"a\":2}"}}}).find("--owners: ") == 0);
}

TEST_CASE("durations have the unit s, m, h or d", "[cli][arguments]") {
  CHECK(duration_s("90") == 90u);
  CHECK(duration_s("90s") == 90u);
  CHECK(duration_s("15m") == 900u);
  CHECK(duration_s("24h") == 86'400u);
  CHECK(duration_s("7d") == 604'800u);
  for (const char* bad : {"", "s", "-1s", "1.5h", "1w", "99999999999d"}) CHECK(!duration_s(bad));
}

TEST_CASE("Chinese characters take two columns and cutting keeps them whole", "[cli][output]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("专利") == 4);
  CHECK(display_width("ＡＢ") == 4);
  CHECK(display_width("…") == 1);
  CHECK(padded("专利", 6) == "专利  ");
  CHECK(padded("专利", 3) == "专利");
  CHECK(cut("专利证书", 8) == "专利证书");
  CHECK(cut("专利证书", 7) == "专利...");
  CHECK(cut("专利证书", 6) == "专...");
  CHECK(display_width(cut(std::string(500, 'x'), 120)) == 120);
}

TEST_CASE("a text that is not in form NFC is noticed, a composed one is not", "[cli][nfc]") {
  CHECK(!first_not_nfc("一种余热回收装置 Ångström café ガ 한글"));
  CHECK(first_not_nfc("cafe\u0301") == 4u);
  CHECK(first_not_nfc("カ\u3099") == 3u);
  CHECK(first_not_nfc("\u1112\u1161\u11ab") == 3u);
  CHECK(first_not_nfc("10 \u2126") == 3u);
  CHECK(first_not_nfc("\uf9d1") == 0u);
  CHECK(!first_not_nfc("\ufa0e"));
}

TEST_CASE("a file is written whole or not at all, and never over another unless told to", "[cli][output]") {
  const test::TempDir directory;
  const std::string path = directory.path() + "/deep/er/out.json";
  REQUIRE(write_output(path, "first", false));
  CHECK(read_input(path, 100).value() == "first");
  const auto again = write_output(path, "second", false);
  REQUIRE(!again);
  CHECK(again.error().code == Errc::conflict);
  CHECK(read_input(path, 100).value() == "first");
  REQUIRE(write_output(path, "third", true));
  CHECK(read_input(path, 100).value() == "third");
  CHECK(!write_output(directory.path() + "/deep", "x", true));
  std::size_t files = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator(directory.path())) files += each.is_regular_file() ? 1u : 0u;
  CHECK(files == 1);
}

TEST_CASE("input that is missing or larger than it may be is refused by name", "[cli][output]") {
  const test::TempDir directory;
  const std::string path = directory.path() + "/big";
  std::ofstream(path) << std::string(1'001, 'x');
  CHECK(read_input(path, 1'001).value().size() == 1'001);
  CHECK(read_input(path, 1'000).error().code == Errc::limit);
  CHECK(read_input(directory.path() + "/none", 10).error().code == Errc::not_found);
}
