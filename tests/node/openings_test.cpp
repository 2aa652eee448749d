// SPDX-License-Identifier: Apache-2.0
// Openings of confidential fields that nodes keep off the log, and their erasure.
#include <filesystem>
#include <fstream>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/erasure.hpp"
#include "ledger/codec/openings_request.hpp"
#include "ledger/kv/memory_store.hpp"
#include "node/openings.hpp"
#include "tests/node/members.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/deposit.hpp"

using namespace qinglu;
using ledger::Value;
using test::kOfficeParty;
using test::Deposit;
using test::Members;
using test::notice_of;
using test::opening;

namespace {

const Digest kRecord = crypto::sha256("a record");

ledger::Openings openings_of(const Digest& record, std::vector<ledger::Opening> openings) { return {record, std::move(openings)}; }

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code none;
  for (std::filesystem::directory_iterator at(directory, none), end; !none && at != end; at.increment(none)) paths.push_back(at->path().string());
  return paths;
}

std::vector<std::string> names(const ledger::Openings& openings) {
  std::vector<std::string> result;
  for (const auto& each : openings.openings) result.push_back(each.name);
  std::ranges::sort(result);
  return result;
}

Bytes request_by(const std::string& party, const test::RunningLedger& ledger, const Digest& record, std::int64_t time_ms, std::string node = "") {
  if (node.empty()) node = ledger.node().status().member;
  return ledger::sign_openings_request({ledger.ledger_id(), record, party, "k1", node, time_ms}, test::record_key(party));
}

node::NodeOptions keeping(const std::string& directory) {
  node::NodeOptions options = test::office_options();
  options.openings_dir = directory + "/openings";
  return options;
}

}  // namespace

TEST_CASE("openings are kept by name and come back, sealed under a key outside the store", "[openings]") {
  ledger::MemoryStore store;
  const test::TempDir dir;
  node::Openings held(store, dir.path() + "/keys");
  CHECK_FALSE(*held.find(kRecord));
  REQUIRE(held.keep(openings_of(kRecord, {opening("fee", "300000"), opening("term", "3 years")})));
  REQUIRE(held.keep(openings_of(kRecord, {opening("fee", "400000"), opening("place", "Chongqing")})));
  const auto found = *held.find(kRecord);
  REQUIRE(found);
  CHECK(names(*found) == std::vector<std::string>{"fee", "place", "term"});
  CHECK(std::ranges::find(found->openings, "fee", &ledger::Opening::name)->value.text() == "400000");
  CHECK(*held.records() == std::vector<Digest>{kRecord});
  CHECK(files_in(dir.path() + "/keys").size() == 1);
  Bytes stored;
  REQUIRE(store.scan(ledger::Family::priv, "", "", [&](BytesView, BytesView value) { stored.append(value); return true; }));
  CHECK(stored.find("Chongqing") == Bytes::npos);
}

TEST_CASE("what is erased cannot be opened from any copy of the store", "[openings]") {
  ledger::MemoryStore store;
  const test::TempDir dir;
  const std::string keys = dir.path() + "/keys";
  node::Openings held(store, keys);
  REQUIRE(held.keep(openings_of(kRecord, {opening("fee", "300000"), opening("term", "3 years")})));
  const auto backup = store.snapshot();  // as a backup, or the store's own old files, would have it
  const std::vector<std::string> before = files_in(keys);
  const std::string fee = "fee_commit", term = "term_commit", other = "other_commit";
  REQUIRE(held.erase(kRecord, {&other, 1}));
  CHECK(files_in(keys) == before);  // nothing of that name, nothing done
  REQUIRE(held.erase(kRecord, {&fee, 1}));
  CHECK(names(**held.find(kRecord)) == std::vector<std::string>{"term"});
  CHECK(files_in(keys).size() == 1);
  CHECK(files_in(keys) != before);  // the key that opens the backup's row is gone
  REQUIRE(held.erase(kRecord, {&term, 1}));
  CHECK_FALSE(*held.find(kRecord));
  CHECK(files_in(keys).empty());
  CHECK(held.records()->empty());
  CHECK(held.erase(kRecord, {&term, 1}));  // again: no harm

  // The row of the backup, put back: nothing opens it.
  ledger::KvBatch batch;
  REQUIRE(backup->scan(ledger::Family::priv, "", "", [&](BytesView key, BytesView value) { batch.put(ledger::Family::priv, Bytes(key), Bytes(value)); return true; }));
  REQUIRE(store.write(batch, ledger::Sync::yes));
  CHECK(held.find(kRecord).error().code == Errc::corrupt);
  // And erasing what cannot be opened takes it away whole.
  REQUIRE(held.erase(kRecord, {&fee, 1}));
  CHECK(held.records()->empty());
}

TEST_CASE("a key that a crash left without its row is destroyed at the next start", "[openings]") {
  ledger::MemoryStore store;
  const test::TempDir dir;
  const std::string keys = dir.path() + "/keys";
  node::Openings held(store, keys);
  REQUIRE(held.keep(openings_of(kRecord, {opening("fee", "300000")})));
  std::ofstream(keys + "/" + std::string(32, '0') + ".key") << std::string(32, 'k');
  REQUIRE(held.sweep());
  CHECK(files_in(keys).size() == 1);
  CHECK(*held.find(kRecord));
}

TEST_CASE("a node keeps what opens a commitment, and shows it to signers of the record and to courts alone", "[openings]") {
  test::RunningLedger ledger;
  ledger.founded(keeping(ledger.dir()));
  ledger.tell(1, 3);  // the applicant and its key
  const Deposit deposit(ledger.ledger_id());
  node::LedgerNode& node = ledger.node();
  CHECK(node.keep_openings(deposit.openings()).error().code == Errc::not_found);  // not final yet
  ledger.record(deposit.unit);
  const std::int64_t now = ledger.clock()();

  auto other = deposit.openings();
  other.openings[0].value = Value("Han Meimei");
  CHECK(node.keep_openings(other).error().code == Errc::malformed);
  other.openings[0].name = "source";
  CHECK(node.keep_openings(other).error().code == Errc::not_found);
  CHECK(node.openings(request_by(kOfficeParty, ledger, deposit.unit.id, now)).error().code == Errc::not_found);
  REQUIRE(node.keep_openings(deposit.openings()));

  const auto shown = node.openings(request_by(kOfficeParty, ledger, deposit.unit.id, now));
  REQUIRE(shown);
  CHECK(ledger::encode_openings(*shown) == ledger::encode_openings(deposit.openings()));

  const auto refused = [&](const Bytes& request, Errc code) { CHECK(node.openings(request).error().code == code); };
  refused(request_by(test::kApplicantParty, ledger, deposit.unit.id, now), Errc::denied);       // neither a signer nor a court
  refused(request_by("org:11500000QL000001X1", ledger, deposit.unit.id, now), Errc::denied);    // no such key
  refused(request_by(kOfficeParty, ledger, deposit.unit.id, now - 120'001), Errc::denied);      // an old request, played again
  refused(request_by(kOfficeParty, ledger, deposit.unit.id, now + 120'001), Errc::denied);
  refused(request_by(kOfficeParty, ledger, deposit.unit.id, now, "another.example"), Errc::denied);
  refused(request_by(kOfficeParty, ledger, kRecord, now), Errc::not_found);
  Bytes forged = request_by(kOfficeParty, ledger, deposit.unit.id, now);
  forged.replace(forged.find(kOfficeParty), kOfficeParty.size(), test::kApplicantParty);
  refused(forged, Errc::bad_signature);
  refused("{}", Errc::malformed);

  // A node that has no place for keys keeps none.
  ledger.stop();
  REQUIRE(ledger.start());
  CHECK(ledger.node().keep_openings(deposit.openings()).error().code == Errc::unsupported);
}

TEST_CASE("an erasure destroys what a node holds, and is acknowledged under its key", "[openings]") {
  test::RunningLedger ledger;
  ledger.founded(keeping(ledger.dir()));
  const Deposit deposit(ledger.ledger_id());
  ledger.record(deposit.unit);
  REQUIRE(ledger.node().keep_openings(deposit.openings()));
  const std::string keys = ledger.dir() + "/openings";
  CHECK(files_in(keys).size() == 1);
  CHECK(ledger.node().erasure(deposit.unit.id).error().code == Errc::not_found);  // a record, but no notice

  const test::SignedUnit notice = notice_of(deposit, ledger.ledger_id());
  ledger.record(notice);
  const auto status = ledger.node().erasure(notice.id);
  REQUIRE(status);
  CHECK(files_in(keys).empty());
  CHECK(status->outstanding.empty());
  REQUIRE(status->acknowledgements.size() == 1);
  const auto said = ledger::verify_erasure(status->acknowledgements[0], test::office_keys().intake.public_key());
  REQUIRE(said);
  CHECK(said->notice == notice.id);
  CHECK(said->node == ledger.node().status().member);
  CHECK(said->fields == std::vector<std::pair<Digest, std::string>>{{deposit.unit.id, "operator_commit"}});
  CHECK(ledger::verify_erasure(status->acknowledgements[0], test::office_keys().vote.public_key()).error().code == Errc::bad_signature);

  CHECK(ledger.node().keep_openings(deposit.openings()).error().code == Errc::denied);
  CHECK(ledger.node().openings(request_by(kOfficeParty, ledger, deposit.unit.id, ledger.clock()())).error().code == Errc::not_found);

  // The word is the same after a restart, and the record is proven as before.
  ledger.stop();
  REQUIRE(ledger.start(keeping(ledger.dir())));
  CHECK(ledger.node().erasure(notice.id)->acknowledgements == status->acknowledgements);
  CHECK(ledger.node().view()->record_evidence(deposit.unit.id));
}

TEST_CASE("an erasure that a crash cut short is finished before the node serves", "[openings]") {
  test::RunningLedger ledger;
  ledger.founded();
  const Deposit deposit(ledger.ledger_id());
  ledger.record(deposit.unit);
  ledger.record(notice_of(deposit, ledger.ledger_id()));
  ledger.stop();
  {
    const auto store = test::open_store(ledger.config());
    node::Openings held(*store, ledger.dir() + "/openings");
    REQUIRE(held.keep(deposit.openings()));  // as it was when the machine died
  }
  REQUIRE(ledger.start(keeping(ledger.dir())));
  CHECK(files_in(ledger.dir() + "/openings").empty());
}

TEST_CASE("every member says that it has erased, and who was away is outstanding until it is back", "[openings]") {
  Members members(4);
  const Digest ledger_id = members.genesis().ledger_id;
  const Deposit deposit(ledger_id);
  members.submit(0, deposit.unit, api::Wait::final).must(api::State::final);
  members.everybody_has(deposit.unit.id);
  for (std::size_t i = 0; i < 4; ++i) REQUIRE(members.node(i).keep_openings(deposit.openings()));
  members.stop(3);

  const test::SignedUnit notice = notice_of(deposit, ledger_id);
  members.submit(0, notice, api::Wait::final).must(api::State::final);
  const auto outstanding = [&](std::size_t i) {
    const auto status = members.node(i).erasure(notice.id);
    return status ? status->outstanding : std::vector<std::string>{"unknown"};
  };
  Members::eventually("three have acknowledged", [&] {
    return outstanding(0) == std::vector<std::string>{members.id(3)} && outstanding(1) == std::vector<std::string>{members.id(3)};
  });
  for (std::size_t i = 0; i < 3; ++i) CHECK(files_in(members.config(i).openings_path()).empty());
  CHECK(files_in(members.config(3).openings_path()).size() == 1);

  members.start(3);
  members.everybody_has(notice.id);
  for (std::size_t i = 0; i < 4; ++i) Members::eventually("all have acknowledged", [&] { return outstanding(i).empty(); });
  CHECK(files_in(members.config(3).openings_path()).empty());
  const auto status = members.node(1).erasure(notice.id);
  REQUIRE(status->acknowledgements.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto said = ledger::parse_erasure(status->acknowledgements[i]);
    REQUIRE(said);
    const auto& member = *std::ranges::find(members.genesis().validators.members, said->node, &ledger::Validator::id);
    CHECK(ledger::verify_erasure(status->acknowledgements[i], member.intake_key));
  }
}

TEST_CASE("nobody acknowledges for another member", "[openings][adversary]") {
  Members members(4);
  members.wires().cut(members.id(3), members.id(0));  // what it says does not reach the first
  const Deposit deposit(members.genesis().ledger_id);
  members.submit(0, deposit.unit, api::Wait::final).must(api::State::final);
  const test::SignedUnit notice = notice_of(deposit, members.genesis().ledger_id);
  // The second passes the fourth's word off as its own, beside what it says itself.
  members.wires().tap([&](const std::string& from, const std::string& to, const Bytes& message) {
    std::vector<Bytes> passes{message};
    if (from == members.id(1) && to == members.id(0) && node::is_gossip(message)) {
      const Bytes forged = ledger::sign_erasure({members.genesis().ledger_id, notice.id, members.id(3), {{deposit.unit.id, "operator_commit"}}, 1}, Members::keys(3).intake);
      passes.push_back(node::encode(node::Gossip(node::Erased{notice.id, forged, false})));
    }
    return passes;
  });
  members.submit(0, notice, api::Wait::final).must(api::State::final);
  Members::eventually("the two that are heard have acknowledged", [&] {
    const auto status = members.node(0).erasure(notice.id);
    return status && status->acknowledgements.size() == 3;
  });
  CHECK(members.node(0).erasure(notice.id)->outstanding == std::vector<std::string>{members.id(3)});
}
