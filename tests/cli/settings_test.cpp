// SPDX-License-Identifier: Apache-2.0
// Flag > environment > profile > default; configuration errors; key files; exit codes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/keys.hpp"
#include "cli/records.hpp"
#include "cli/settings.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "crypto/keyfile.hpp"
#include "ledger/evidence/contradiction.hpp"
#include "tests/cli/captured.hpp"
#include "tests/cli/environment.hpp"
#include "tests/evidence/sample_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::test;
namespace fs = std::filesystem;

namespace {

void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << text;
}

std::string config_of(const Home& home) { return home.path() + "/config/qinglu/config.toml"; }

/// Value and origin of one setting, as `config show --origin` tells.
std::pair<std::string, std::string> setting(const std::string& name, std::vector<std::string> flags = {}) {
  std::vector<std::string> words = {"config", "show", "--origin", "--json"};
  words.insert(words.end(), flags.begin(), flags.end());
  const Ran ran = qinglu::test::qinglu(words);
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
  const ledger::Value document = ran.document();
  const ledger::Value* item = document.find(name);
  REQUIRE(item);
  return {std::string(item->text_of("value")), std::string(item->text_of("from"))};
}

/// A descriptor from which the passphrase can be read once.
std::string passphrase(const std::string& text) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  return std::to_string(ends[0]);
}

}  // namespace

TEST_CASE("a flag wins over the environment, that over the profile, that over the default", "[cli][settings]") {
  const Home home;
  CHECK(setting("node") == std::pair<std::string, std::string>{"http://127.0.0.1:7180", "default"});
  CHECK(setting("trust").first == home.path() + "/config/qinglu/trust.json");
  write(config_of(home), "default_profile = \"ipo\"\n[profile.ipo]\nnode = \"http://profile:1\"\nlang = \"zh\"\n"
                         "[profile.court]\nnode = \"http://court:2\"\n");
  CHECK(setting("node") == std::pair<std::string, std::string>{"http://profile:1", config_of(home) + " profile.ipo"});
  CHECK(setting("node", {"--profile", "court"}).first == "http://court:2");
  Home::set("QINGLU_NODE", "http://variable:3");
  CHECK(setting("node") == std::pair<std::string, std::string>{"http://variable:3", "QINGLU_NODE"});
  CHECK(setting("node", {"--node", "http://flag:4"}) == std::pair<std::string, std::string>{"http://flag:4", "flag"});
}

TEST_CASE("a configuration that cannot be meant is 78 and names file and member", "[cli][settings][F99]") {
  const Home home;
  const std::pair<const char*, const char*> wrong[] = {
      {"[profile.default]\nnodes = \"x\"\n", "profile.default.nodes is unknown"},
      {"[profile.default]\nnode = 5\n", "profile.default.node is unknown or no text"},
      {"trust = \"x\"\n", "trust is unknown"},
      {"[profile.default\n", "config.toml:1"}};
  for (const auto& [text, sentence] : wrong) {
    write(config_of(home), text);
    const Ran ran = qinglu::test::qinglu({"config", "show"});
    INFO(ran.err);
    CHECK(ran.code == 78);
    CHECK(ran.err.find(sentence) != std::string::npos);
    CHECK(ran.out.empty());
  }
  write(config_of(home), "");
  CHECK(qinglu::test::qinglu({"config", "show", "--profile", "none"}).code == 78);
  Home::set("QINGLU_LANG", "fr");
  const Ran french = qinglu::test::qinglu({"config", "show"});
  CHECK(french.code == 78);
  CHECK(french.err.find("lang is zh or en, not fr (QINGLU_LANG)") != std::string::npos);
}

TEST_CASE("a key is made, listed and opened with its passphrase", "[cli][keys]") {
  const Home home;
  const Ran made = qinglu::test::qinglu({"key", "new", "--party", SampleLedger::kOffice, "--key-id", "k1", "--kdf", "interactive",
                                         "--passphrase-fd", passphrase("secret\n"), "--json"});
  INFO(made.err);
  REQUIRE(made.code == 0);
  const Ran listed = qinglu::test::qinglu({"key", "ls", "--json"});
  const ledger::Value document = listed.document();
  REQUIRE(document.items_of("keys").size() == 1);
  CHECK(document.items_of("keys")[0].text_of("pub") == made.document().text_of("pub"));
  CHECK(made.err.find("secret") == std::string::npos);
}

TEST_CASE("key files that are damaged, open to others, locked or of another ledger are refused exactly", "[cli][keys][F97]") {
  const Home home;
  cli::Settings settings;
  settings.keys = home.path() + "/keys";
  settings.lang = "en";
  const auto place = cli::place_of(settings, SampleLedger::kOffice, "k1");
  fs::create_directories(fs::path(place.path).parent_path());
  const auto key = crypto::SigningKey::from_seed(Bytes(32, 'k'));
  const Digest bound = Digest::from(Bytes(32, 'l'));
  const crypto::KeyCost cheap{2, std::uint64_t{64} << 20};
  const std::string good = crypto::seal_key(key, "record", std::nullopt, "secret", cheap).value();
  const auto open_with = [&](const std::string& text, const std::string& word, mode_t mode = 0600) {
    fs::remove(place.path);
    write(place.path, text);
    ::chmod(place.path.c_str(), mode);
    cli::Settings asking = settings;
    asking.passphrase_fd = std::stoi(passphrase(word));
    return cli::open_key(asking, place);
  };
  REQUIRE(open_with(good, "secret"));

  const auto wrong = open_with(good, "Secret");
  REQUIRE(!wrong);
  CHECK(cli::exit_code_of(wrong.error()) == 4);
  CHECK(wrong.error().detail.find("passphrase") != std::string::npos);

  const auto shared = open_with(good, "secret", 0644);
  REQUIRE(!shared);
  CHECK(cli::exit_code_of(shared.error()) == 4);
  CHECK(shared.error().detail.find(place.path) != std::string::npos);

  for (std::size_t cut : {std::size_t{0}, std::size_t{1}, good.size() / 2, good.size() - 1}) {
    const auto damaged = open_with(good.substr(0, cut), "secret");
    REQUIRE(!damaged);
    CHECK(damaged.error().code == Errc::corrupt);
  }
  const std::string elsewhere = crypto::seal_key(key, "record", bound, "secret", cheap).value();
  fs::remove(place.path);
  write(place.path, elsewhere);
  ::chmod(place.path.c_str(), 0600);
  const auto other = crypto::load_key_file(place.path, Digest::from(Bytes(32, 'm')), "secret");
  REQUIRE(!other);
  CHECK(other.error().code == Errc::wrong_ledger);
  CHECK(cli::exit_code_of(other.error()) == 78);
  CHECK(other.error().detail.find(to_sha256_id(bound)) != std::string::npos);
}

TEST_CASE("without a terminal nothing is asked: a locked key is 4, an unconfirmed signature 2", "[cli][prompt]") {
  const Home home;
  cli::Settings settings;
  settings.lang = "en";
  // Tests run without a terminal on stdin, or with one taken away.
  const int before = ::dup(0);
  const int nothing = ::open("/dev/null", 0);
  ::dup2(nothing, 0);
  const auto locked = cli::read_passphrase(settings, false);
  const auto asked = cli::confirm(settings, "sign?");
  ::dup2(before, 0);
  ::close(before);
  ::close(nothing);
  REQUIRE(!locked);
  CHECK(cli::exit_code_of(locked.error()) == 4);
  CHECK(locked.error().detail.find("--passphrase-fd") != std::string::npos);
  REQUIRE(!asked);
  CHECK(cli::exit_code_of(asked.error()) == 2);
  CHECK(asked.error().detail.find("--yes") != std::string::npos);
  settings.yes = true;
  CHECK(cli::confirm(settings, "sign?"));
}

TEST_CASE("a file to submit must be there and hold an entry", "[cli][exit]") {
  const Home home;
  CHECK(qinglu::test::qinglu({"record", "submit", home.path() + "/none.json"}).code == 5);
  write(home.path() + "/bad.json", "{\"body\":1}");
  CHECK(qinglu::test::qinglu({"record", "submit", home.path() + "/bad.json"}).code == 2);
}

TEST_CASE("every error of ours and every status of a node has its exit code", "[cli][exit]") {
  using cli::exit_code_of;
  const std::pair<Errc, int> errors[] = {{Errc::usage, 2},      {Errc::malformed, 2},     {Errc::limit, 2},
                                         {Errc::denied, 4},     {Errc::not_found, 5},     {Errc::conflict, 7},
                                         {Errc::unavailable, 8}, {Errc::wrong_ledger, 78}, {Errc::io, 70},
                                         {Errc::corrupt, 70}};
  for (const auto& [code, exit] : errors) CHECK(exit_code_of(Error{code, ""}) == exit);
  const std::pair<unsigned, int> statuses[] = {{400, 6}, {401, 4}, {403, 4}, {404, 5}, {409, 7},
                                               {413, 6}, {415, 6}, {422, 6}, {429, 8}, {503, 8}};
  for (const auto& [status, exit] : statuses) CHECK(cli::exit_code_of_status(status) == exit);
  const Ran table = qinglu::test::qinglu({"help", "exit-codes"});
  for (const int code : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 70, 78, 130}) {
    INFO(code);
    CHECK(("\n" + table.out).find("\n" + std::to_string(code) + " ") != std::string::npos);
  }
}

TEST_CASE("evidence verify ends by the class of the check, several files with the worst", "[cli][evidence]") {
  const Home home;
  SampleLedger ledger;
  const auto index = ledger.add_block({ledger.record(ledger.office_body(1), {SampleLedger::kOffice})});
  const ledger::Evidence good = ledger.evidence(index);
  const std::string at = home.path() + "/";
  write(at + "trust.json", ledger::encode_trust(ledger.trust()));
  write(at + "good.json", ledger::encode_evidence(good));
  ledger::Evidence forged = good;
  forged.records[0].entry = ledger.record(ledger.office_body(2), {SampleLedger::kOffice});
  write(at + "forged.json", ledger::encode_evidence(forged));
  ledger::Evidence early = good;
  early.checkpoint = ledger.note(ledger.size(), {0});
  early.records[0].tlog_proof = crypto::format_tlog_proof({index, ledger.path(index, ledger.size()), early.checkpoint});
  write(at + "undecided.json", ledger::encode_evidence(early));
  ledger::Evidence unsigned_issuer = good;
  unsigned_issuer.issuer->name += "x";
  write(at + "warning.json", ledger::encode_evidence(unsigned_issuer));
  const auto verify = [&](std::vector<std::string> words, bool trusted = true) {
    std::vector<std::string> all = {"evidence", "verify"};
    for (std::string& word : words) all.push_back(word.ends_with(".json") ? at + word : word);
    if (trusted) all.insert(all.end(), {"--trust", at + "trust.json"});
    return qinglu::test::qinglu(all).code;
  };
  CHECK(verify({"good.json"}) == 0);
  CHECK(verify({"forged.json"}) == 1);
  CHECK(verify({"undecided.json"}) == 3);
  CHECK(verify({"good.json"}, false) == 3);
  CHECK(verify({"warning.json"}) == 0);
  CHECK(verify({"warning.json", "--strict"}) == 11);
  CHECK(verify({"good.json", "--strict"}) == 0);
  CHECK(verify({"none.json"}) == 5);
  CHECK(verify({"good.json", "--max-age", "soon"}) == 2);
  const std::string now = std::to_string(SampleLedger::kStartMs / 1000 + 3'600);
  CHECK(verify({"good.json", "--max-age", "2h", "--now", now}) == 0);
  CHECK(verify({"good.json", "--max-age", "30m", "--now", now}) == 3);
  CHECK(verify({"good.json", "warning.json", "--strict"}) == 11);
  CHECK(verify({"good.json", "undecided.json", "warning.json", "--strict"}) == 3);
  CHECK(verify({"undecided.json", "forged.json", "good.json"}) == 1);
}

TEST_CASE("evidence verify judges a file that names a liar by its own head", "[cli][evidence]") {
  const Home home;
  const SampleLedger ledger;
  const std::string at = home.path() + "/";
  write(at + "trust.json", ledger::encode_trust(ledger.trust()));
  const crypto::SigningKey cosigning = ledger.member_key(1, 3, 0x20);
  const auto cosigned = [&](const char* root) {
    return crypto::cosignature_message(1'790'000'000, crypto::format_checkpoint({ledger.origin(), 9, crypto::sha256(root)}));
  };
  const Bytes first = cosigned("one"), second = cosigned("another");
  const ledger::Contradiction liar{"E6", ledger.ledger_id(), ledger.origin(), "member-3.example", cosigning.public_key(),
                                   {first, cosigning.sign({first})}, {second, cosigning.sign({second})}};
  write(at + "liar.json", ledger::encode_contradiction(liar));
  ledger::Contradiction slander = liar;
  slander.second = slander.first;  // the same thing, said twice
  write(at + "slander.json", ledger::encode_contradiction(slander));
  const auto verify = [&](std::vector<std::string> words) {
    std::vector<std::string> all = {"evidence", "verify"};
    for (std::string& word : words) all.push_back(word.ends_with(".json") ? at + word : word);
    return qinglu::test::qinglu(all);
  };
  const auto proven = verify({"liar.json", "--trust", "trust.json", "--lang", "en"});
  CHECK(proven.code == 0);
  CHECK(proven.out.find("member-3.example") != std::string::npos);
  CHECK(verify({"liar.json", "--trust", "trust.json", "--json"}).out.find("qinglu.cli.evidence.verify/v1") != std::string::npos);
  CHECK(verify({"slander.json", "--trust", "trust.json"}).code == 1);
  CHECK(verify({"liar.json", "slander.json", "--trust", "trust.json"}).code == 1);
  CHECK(verify({"liar.json"}).code == 3);
}
