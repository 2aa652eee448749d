// SPDX-License-Identifier: Apache-2.0
// The command tree: names, completion, manual, and the conventions of every command.
#include <CLI/CLI.hpp>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/manual.hpp"
#include "cli/output.hpp"
#include "ledger/catalog/table.hpp"
#include "tests/cli/captured.hpp"
#include "tests/cli/environment.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::test;

namespace {

const CLI::App* child(const CLI::App& parent, const std::string& name) {
  for (const CLI::App* each : parent.get_subcommands({})) {
    if (each->get_name() == name) return each;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("no act of the catalogue has a reserved verb, no family a reserved noun", "[cli][commands]") {
  for (const ledger::RecordType* type : ledger::record_types()) {
    const std::size_t dot = type->name.find('.');
    const std::string_view family = type->name.substr(0, dot);
    const std::string_view act = dot == type->name.npos ? std::string_view() : type->name.substr(dot + 1);
    INFO(type->name);
    CHECK(std::ranges::find(cli::kReservedVerbs, act) == std::end(cli::kReservedVerbs));
    CHECK(std::ranges::find(cli::kReservedNouns, family) == std::end(cli::kReservedNouns));
  }
}

TEST_CASE("every record type is a command with a flag for each of its fields", "[cli][commands]") {
  const auto whole = cli::CommandTree::whole();
  for (const ledger::RecordType* type : ledger::record_types()) {
    INFO(type->name);
    std::string name(type->name);
    std::ranges::replace(name, '_', '-');
    const std::size_t dot = name.find('.');
    const CLI::App* command = child(whole.app(), name.substr(0, dot));
    if (command && dot != name.npos) command = child(*command, cli::verb_of(*type));
    REQUIRE(command);
    for (const auto& field : type->fields) {
      std::string flag = "--" + std::string(field.name);
      std::ranges::replace(flag, '_', '-');
      INFO(flag);
      CHECK(command->get_option_no_throw(flag));
    }
  }
}

TEST_CASE("only the family that is named is built", "[cli][commands]") {
  const cli::CommandTree tree("annuity");
  REQUIRE(tree.app().get_subcommands({}).size() == 1);
  CHECK(!tree.app().get_subcommands({})[0]->get_subcommands({}).empty());
  const cli::CommandTree names("");
  for (const CLI::App* noun : names.app().get_subcommands({})) CHECK(noun->get_subcommands({}).empty());
}

TEST_CASE("completion and manual are those checked in", "[cli][commands][docs]") {
  const auto whole = cli::CommandTree::whole();
  for (const char* shell : {"bash", "zsh", "fish"}) {
    INFO(shell);
    CHECK(*cli::completion_script(whole, shell) == read_test_file("../docs/completion/qinglu." + std::string(shell)));
  }
  CHECK(*cli::manual_page(whole, "") == read_test_file("../docs/man/qinglu.1"));
  for (const std::string& noun : cli::nouns()) {
    INFO(noun);
    const auto page = cli::manual_page(whole, noun);
    REQUIRE(page);
    CHECK(*page == read_test_file("../docs/man/qinglu-" + noun + ".1"));
    CHECK(page->find(".SH EXIT STATUS") != std::string::npos);
  }
  CHECK(!cli::manual_page(whole, "nothing"));
  CHECK(!cli::completion_script(whole, "tcsh"));
}

TEST_CASE("a word that is nearly a command is answered with the command", "[cli][commands]") {
  const Home home;
  const std::pair<std::vector<std::string>, const char*> nearly[] = {
      {{"patnt", "show", "x"}, "did you mean patent?"},
      {{"patent", "shwo", "x"}, "did you mean patent show?"},
      {{"--node", "http://127.0.0.1:1", "patent", "grnt"}, "did you mean patent grant?"},
      {{"patent", "--lang", "en", "grnt"}, "did you mean patent grant?"}};
  for (const auto& [words, sentence] : nearly) {
    const Ran ran = qinglu::test::qinglu(words);
    INFO(ran.err);
    CHECK(ran.code == 2);
    CHECK(ran.err.find(sentence) != std::string::npos);
    CHECK(ran.out.empty());
  }
  CHECK(qinglu::test::qinglu({"xylophone"}).err.find("did you mean") == std::string::npos);
}

TEST_CASE("wrong use is 2 and says so on stderr only", "[cli][commands][exit]") {
  const Home home;
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {}, {"patent"}, {"patent", "show"}, {"status", "--no-such-flag"}, {"status", "--timeout", "61s"},
           {"status", "--timeout", "0"}, {"status", "--lang", "fr"}, {"status", "--color", "blue"}, {"help", "nothing"},
           {"completion", "tcsh"}, {"man", "nothing"}, {"patent", "show", "not-a-number"}, {"record", "wait", "x"},
           {"status", "--node", "ftp://x"}, {"record", "draft", "no.type", "--from", "-"}}) {
    const Ran ran = qinglu::test::qinglu(words);
    INFO((words.empty() ? "" : words[0] + " " + words.back()) << ran.out << ran.err);
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
    CHECK(!ran.err.empty());
  }
}

TEST_CASE("a node that is not there is 8", "[cli][exit]") {
  const Home home;
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"status"}, {"record", "show", "sha256:" + std::string(64, '0')}, {"party", "show", "org:91500000QL0001033J"},
           {"stat", "show", "PATENTS", "--from", "2026-01", "--until", "2026-12"}}) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--node", "http://127.0.0.1:1", "--unverified"});
    CHECK(qinglu::test::qinglu(all).code == 8);
  }
}

TEST_CASE("--json prints one document with its schema, --fields a part of it, and the names without a value", "[cli][commands]") {
  const Home home;
  const Ran whole = qinglu::test::qinglu({"version", "--json"});
  CHECK(whole.document().text_of("schema") == "qinglu.cli.version/v1");
  CHECK(whole.document().text_of("version") == QINGLU_VERSION);
  CHECK(std::ranges::count(whole.out, '\n') == 1);
  CHECK(qinglu::test::qinglu({"version", "--fields", "suite,version"}).out == "{\"suite\":1,\"version\":\"" QINGLU_VERSION "\"}\n");
  CHECK(qinglu::test::qinglu({"version", "--fields"}).out == "hash\nschema\nsuite\nversion\n");
  CHECK(qinglu::test::qinglu({"version", "--quiet"}).out.empty());
}

TEST_CASE("colour is off where no terminal is, on when it is asked for", "[cli][commands]") {
  const Home home;
  const auto colour = [](const char* when) {
    cli::Settings settings;
    settings.colour = when;
    const Captured captured;
    return cli::Output(settings, "x").good("ok");
  };
  CHECK(colour("auto") == "ok");
  CHECK(colour("never") == "ok");
  CHECK(colour("always") == "\033[32mok\033[0m");
}

TEST_CASE("--curl and --verbose name the calls on stderr, and quotes are safe for a shell", "[cli][commands]") {
  const Home home;
  const Ran ran = qinglu::test::qinglu({"status", "--node", "http://127.0.0.1:1", "--unverified", "--curl", "-v"});
  CHECK(ran.err.find("curl -sS 'http://127.0.0.1:1/v1/status'\n") != std::string::npos);
  CHECK(ran.err.find("GET http://127.0.0.1:1/v1/status  failed\n") != std::string::npos);
  CHECK(ran.out.empty());
}

TEST_CASE("every help topic has a text in both languages", "[cli][commands]") {
  for (const std::string_view topic : cli::kHelpTopics) {
    const std::string_view text = cli::help_text(topic);
    INFO(topic);
    CHECK(text.size() > 200);
    CHECK(std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xe4; }));
    CHECK(std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; }));
  }
}
