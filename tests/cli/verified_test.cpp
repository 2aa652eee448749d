// SPDX-License-Identifier: Apache-2.0
// `final` is printed only with its proof; the checkpoint last seen shuts out older and other logs.
#include "tests/cli/captured.hpp"
#include "tests/cli/environment.hpp"
#include "tests/cli/sample_node.hpp"

#include <filesystem>
#include <fstream>

#include "cli/settings.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::test;
namespace fs = std::filesystem;

namespace {

/// A reader with a trust file, and a node with one record in the third block of five.
struct Reader {
  Home home;
  SampleLedger ledger;
  std::uint64_t record = 0;
  std::unique_ptr<SampleNode> node;

  Reader() {
    ledger.add_block({ledger.record(ledger.office_body(1), {SampleLedger::kOffice})});
    record = ledger.add_block({ledger.record(ledger.office_body(2), {SampleLedger::kOffice}),
                               ledger.record(ledger.office_body(3), {SampleLedger::kOffice})});
    ledger.add_block({ledger.record(ledger.office_body(4), {SampleLedger::kOffice})});
    node = std::make_unique<SampleNode>(ledger, record);
    pin(ledger.trust());
  }
  void pin(const ledger::Trust& trust) const {
    fs::create_directories(home.path() + "/config/qinglu");
    std::ofstream(home.path() + "/config/qinglu/trust.json") << ledger::encode_trust(trust);
  }
  Ran show(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"record", "show", record_id(ledger, record), "--json", "--node", node->address(),
                                      "--timeout", "1s"};
    words.insert(words.end(), more.begin(), more.end());
    return qinglu::test::qinglu(words);
  }
  fs::path seen() const {
    return fs::path(home.path()) / ".local/share/qinglu/state/seen" / (to_hex(ledger.ledger_id()) + ".checkpoint");
  }
};

void check_refuted(const Reader& reader, int code, std::string_view check) {
  const Ran ran = reader.show();
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == code);
  CHECK(ran.document().text_of("check") == check);
  CHECK(ran.document().text_of("state") != "final");
  CHECK(!ran.document().boolean_of("verified", true));
}

}  // namespace

TEST_CASE("a final record is shown as verified when its proof holds", "[cli][verified]") {
  const Reader reader;
  const Ran ran = reader.show();
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
  CHECK(ran.document().text_of("state") == "final");
  CHECK(ran.document().boolean_of("verified"));
  CHECK(fs::exists(reader.seen()));
}

TEST_CASE("each step of the proof is explained with its hashes", "[cli][verified]") {
  const Reader reader;
  const Ran ran = reader.show({"--explain"});
  for (const char* words : {"1. trust ", "leaf hash ", "votes of the quorum", "inclusion of leaf ", "cosigned under the policy"}) {
    CHECK(ran.err.find(words) != std::string::npos);
  }
}

TEST_CASE("what a lying node says is refuted by the check that finds it out", "[cli][verified]") {
  Reader reader;
  SECTION("another record's entry") {
    reader.node->lie([&](const std::string& path, std::string& body) {
      if (path.ends_with("/entry")) body = reader.ledger.entry(reader.record + 1);
    });
    check_refuted(reader, 1, "E40_RECORD_INCLUSION");
  }
  SECTION("an entry with its signature replaced") {
    const Bytes forged = reader.ledger.record(reader.ledger.office_body(2), {SampleLedger::kCompany});
    reader.node->lie([&](const std::string& path, std::string& body) {
      if (path.ends_with("/entry")) body = forged;
    });
    check_refuted(reader, 1, "E40_RECORD_INCLUSION");
  }
  SECTION("a block that too few voted for") {
    const std::string note = finality_note(reader.ledger, reader.record, {0, 1});
    reader.node->lie([&](const std::string& path, std::string& body) {
      if (!path.starts_with("/v1/blocks/")) return;
      ledger::Value block = *ledger::parse_canonical(body);
      block.set("finality_note", ledger::Value(note));
      body = ledger::to_canonical(block);
    });
    check_refuted(reader, 3, "E24_QUORUM_NOT_MET");
  }
  SECTION("a vote that does not hold") {
    const std::string note = finality_note(reader.ledger, reader.record + 2, {0});
    reader.node->lie([&](const std::string& path, std::string& body) {
      if (!path.starts_with("/v1/blocks/")) return;
      ledger::Value block = *ledger::parse_canonical(body);
      // The signature of another block's note under this block's text.
      std::string mixed(block.text_of("finality_note"));
      mixed = mixed.substr(0, mixed.find("\n\n") + 2) + note.substr(note.find("\n\n") + 2);
      block.set("finality_note", ledger::Value(mixed));
      body = ledger::to_canonical(block);
    });
    check_refuted(reader, 1, "E23_BAD_KNOWN_SIGNATURE");
  }
  SECTION("a seal that is not the one voted") {
    reader.node->lie([&](const std::string& path, std::string& body) {
      if (!path.starts_with("/v1/blocks/")) return;
      ledger::Value block = *ledger::parse_canonical(body);
      ledger::Value seal = *block.find("seal");
      seal.set("time_ms", ledger::Value(seal.integer_of("time_ms") + 1));
      block.set("seal", seal);
      body = ledger::to_canonical(block);
    });
    check_refuted(reader, 1, "E32_SEAL_CONTENT");
  }
  SECTION("a place outside the block") {
    reader.node->lie([&](const std::string& path, std::string& body) {
      if (!path.starts_with("/v1/records") || path.ends_with("/entry")) return;
      ledger::Value answer = *ledger::parse_canonical(body);
      answer.set("index", ledger::Value(std::uint64_t{2}));
      body = ledger::to_canonical(answer);
    });
    check_refuted(reader, 1, "E33_SEAL_NOT_OF_RECORD");
  }
  SECTION("a checkpoint without its quorum") {
    const std::string note = reader.ledger.note(reader.ledger.size(), {0});
    reader.node->lie([&](const std::string& path, std::string& body) {
      if (path == "/v1/checkpoint") body = note;
    });
    check_refuted(reader, 3, "E24_QUORUM_NOT_MET");
  }
  SECTION("a checkpoint that is no note") {
    reader.node->lie([&](const std::string& path, std::string& body) {
      if (path == "/v1/checkpoint") body = "\x1b[2J";
    });
    check_refuted(reader, 1, "E20_NOTE_SYNTAX");
  }
}

TEST_CASE("a node of another ledger than the trusted one is refuted", "[cli][verified][F99]") {
  Reader reader;
  ledger::Trust trust = reader.ledger.trust();
  trust.ledger_id = Digest{};
  reader.pin(trust);
  check_refuted(reader, 1, "E11_WRONG_LEDGER");
}

TEST_CASE("without a trust file nothing is called final, unless the node's word is asked for", "[cli][verified]") {
  const Reader reader;
  fs::remove(reader.home.path() + "/config/qinglu/trust.json");
  const Ran refused = reader.show();
  CHECK(refused.code == 3);
  CHECK(refused.document().text_of("check") == "E10_NO_TRUST_ANCHOR");
  CHECK(refused.document().text_of("next").find("qinglu trust pin") != std::string::npos);

  const Ran told = reader.show({"--unverified"});
  CHECK(told.code == 0);
  CHECK(told.document().text_of("state") == "final");
  CHECK(!told.document().boolean_of("verified", true));
  CHECK(!fs::exists(reader.seen()));
}

TEST_CASE("a trust file that was named and is not there is not found; a broken one decides nothing", "[cli][verified]") {
  const Reader reader;
  CHECK(reader.show({"--trust", reader.home.path() + "/none.json"}).code == 5);
  const std::string broken = reader.home.path() + "/broken.json";
  std::ofstream(broken) << "{}";
  CHECK(reader.show({"--trust", broken}).code == 3);
}

TEST_CASE("an older copy of the log is a rollback, and both signed heads are kept", "[cli][verified]") {
  Reader reader;
  REQUIRE(reader.show().code == 0);
  const std::string newest = reader.ledger.note(reader.ledger.size());
  reader.node->serve_size(reader.record + 3);
  const Ran ran = reader.show();
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 10);
  const std::string proof(ran.document().text_of("proof"));
  std::ifstream file(proof);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto kept = ledger::parse_canonical(text.substr(0, text.size() - 1));
  REQUIRE(kept);
  REQUIRE(kept->items_of("notes").size() == 2);
  CHECK(kept->items_of("notes")[0].text() == newest);
  CHECK(kept->items_of("notes")[1].text() == reader.ledger.note(reader.record + 3));
  SECTION("scripts that keep no state do not notice") { CHECK(reader.show({"--no-state"}).code == 0); }
  SECTION("the newer checkpoint stays the one that was seen") {
    reader.node->serve_size(reader.ledger.size());
    CHECK(reader.show().code == 0);
  }
}

TEST_CASE("two logs signed by the same keys are a fork", "[cli][verified]") {
  Reader reader;
  REQUIRE(reader.show().code == 0);
  SampleLedger other;
  other.add_block({other.record(other.office_body(7), {SampleLedger::kOffice})});
  const std::uint64_t record = other.add_block({other.record(other.office_body(2), {SampleLedger::kOffice}),
                                                other.record(other.office_body(3), {SampleLedger::kOffice})});
  other.add_block({other.record(other.office_body(4), {SampleLedger::kOffice})});
  SECTION("of the same size") {}
  SECTION("where the other one is longer") { other.add_block({other.record(other.office_body(9), {SampleLedger::kOffice})}); }
  reader.node->serve(other, record);
  const Ran ran = reader.show();
  INFO(ran.out << ran.err);
  CHECK(ran.code == 10);
  CHECK(ran.document().text_of("check") == "E81_FORK_EVIDENCE");
  CHECK(fs::exists(std::string(ran.document().text_of("proof"))));
}

TEST_CASE("a head that grew out of the one last seen takes its place", "[cli][verified]") {
  Reader reader;
  reader.node->serve_size(reader.record + 3);
  REQUIRE(reader.show().code == 0);
  const auto before = fs::file_size(reader.seen());
  reader.node->serve_size(reader.ledger.size());
  REQUIRE(reader.show().code == 0);
  std::ifstream file(reader.seen());
  const std::string kept((std::istreambuf_iterator<char>(file)), {});
  CHECK(kept == reader.ledger.note(reader.ledger.size()));
  CHECK(before > 0);
}

TEST_CASE("a cosigned head may lag behind a block that is final already", "[cli][verified]") {
  Reader reader;
  reader.node->serve_size(reader.record);
  CHECK(reader.show().code == 0);
}

TEST_CASE("a damaged last checkpoint decides nothing and is named", "[cli][verified]") {
  const Reader reader;
  REQUIRE(reader.show().code == 0);
  std::ofstream(reader.seen()) << "not a note";
  const Ran ran = reader.show();
  CHECK(ran.code == 3);
  CHECK(ran.document().text_of("detail").find(reader.seen().string()) != std::string::npos);
}

TEST_CASE("a record of a later epoch is verified by the chain of validator sets", "[cli][verified]") {
  Reader reader;
  reader.ledger.change_validators({reader.ledger.record(reader.ledger.office_body(5), {SampleLedger::kOffice})});
  reader.record = reader.ledger.add_block({reader.ledger.record(reader.ledger.office_body(6), {SampleLedger::kOffice})});
  reader.node->serve(reader.ledger, reader.record);
  const Ran ran = reader.show();
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  CHECK(ran.document().boolean_of("verified"));
}

namespace {

/// A reader whose trust file is of genesis, and a ledger whose set has changed since, all keys of it.
struct Changed : Reader {
  Changed() { change(5); }
  void change(int n) {
    ledger.change_validators({ledger.record(ledger.office_body(n), {SampleLedger::kOffice})});
    record = ledger.add_block({ledger.record(ledger.office_body(n + 1), {SampleLedger::kOffice})});
    node->serve(ledger, record);
  }
  /// A verified read of the head alone.
  Ran head(std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"patent", "show", "pat:CN202310000001.X", "--json", "--node", node->address(),
                                      "--timeout", "1s", "--explain", "--lang", "en"};
    words.insert(words.end(), more.begin(), more.end());
    return qinglu::test::qinglu(words);
  }
  fs::path followed() const {
    return fs::path(home.path()) / ".local/share/qinglu/state/seen" / (to_hex(ledger.ledger_id()) + ".set.json");
  }
};

bool said(const Ran& ran, std::string_view sentence) {
  UNSCOPED_INFO(ran.code << " " << ran.out << ran.err);
  return (ran.out + ran.err).find(sentence) != std::string::npos;
}

}  // namespace

TEST_CASE("the same trust file works across changes of the validator set", "[cli][verified][F60]") {
  Changed reader;
  CHECK(said(reader.head(), "followed the validator sets from epoch 1 to 2"));
  REQUIRE(fs::exists(reader.followed()));
  const Ran again = reader.head();
  CHECK_FALSE(said(again, "followed"));  // it is remembered
  CHECK(said(again, "checkpoint cosigned under the policy"));
  reader.change(20);
  CHECK(said(reader.head(), "followed the validator sets from epoch 2 to 3"));
  CHECK(reader.show().code == 0);
  // Without a memory it follows from the trust file every time.
  CHECK(said(reader.head({"--no-state"}), "followed the validator sets from epoch 1 to 3"));
}

TEST_CASE("a chain of sets that was not voted step by step is refuted and not followed", "[cli][verified]") {
  const Changed reader;
  reader.node->lie([](const std::string& path, std::string& body) {
    const std::size_t policy = body.find("\"policy\":\"log ");
    if (path == "/v1/policy-chain" && policy != body.npos) body.insert(policy + 10, "# mine\\n");
  });
  const Ran forged = reader.head();
  CHECK(forged.code == 1);
  CHECK(said(forged, "the policy is not that of the set"));
  reader.node->lie([](const std::string& path, std::string& body) {
    if (path == "/v1/policy-chain") body = "{\"policy_chain\":[]}";
  });
  CHECK(reader.head().code == 3);  // its keys stay unknown
  CHECK_FALSE(fs::exists(reader.followed()));
}

TEST_CASE("a chain that goes back or another way than before is refused", "[cli][verified]") {
  Changed reader;
  CHECK(said(reader.head(), "from epoch 1 to 2"));
  std::ifstream file(reader.followed());
  ledger::Trust seen = *ledger::decode_trust(std::string(std::istreambuf_iterator<char>(file), {}));
  const auto remember = [&] { std::ofstream(reader.followed()) << ledger::encode_trust(seen); };
  reader.change(20);
  // The way must lead through the epoch that was seen, as it began then.
  const Digest root = seen.floor->root;
  seen.floor->root = crypto::sha256("another history");
  remember();
  const Ran forked = reader.head();
  CHECK(forked.code == 1);
  CHECK(said(forked, "began with another tree"));
  seen.floor->root = root;
  seen.epoch = seen.validators->epoch = 9;
  remember();
  const Ran older = reader.head();
  CHECK(older.code == 3);
  CHECK(said(older, "epoch 9 was followed before"));
}
