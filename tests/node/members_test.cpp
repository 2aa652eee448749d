// SPDX-License-Identifier: Apache-2.0
// Several nodes in one process: real stores, keys and threads, wires instead of sockets.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/contradiction.hpp"
#include "ledger/evidence/trust.hpp"
#include "ledger/evidence/verify.hpp"
#include "ledger/kv/memory_store.hpp"
#include "node/audit.hpp"
#include "node/snapshot.hpp"
#include "node/set_change.hpp"
#include "tests/node/members.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using ledger::Value;
using test::Members;

namespace {

/// A change of the validator set on its way, as operators make it.
struct Change {
  explicit Change(Members& of) : members(of) {}

  /// The council (the first three members' parties) schedules a set; `fresh`: whose keys are new.
  void schedule(const std::vector<node::Identity>& join, const std::vector<std::string>& leave, std::size_t fresh) {
    const ledger::Genesis& genesis = members.genesis();
    auto data = node::compose_change(genesis.validators, genesis.origin, join, leave, kFromHeight);
    REQUIRE(data);
    for (const node::Identity& identity : join) {
      data = node::prove_change(std::move(*data), genesis.validators, genesis.origin, genesis.ledger_id, identity.validator.id,
                                Members::keys(fresh));
      if (!data) FAIL(data.error().detail);
    }
    set_hash = ledger::valset_hash(ledger::to_canonical(*data->find("set")));
    Value body = test::record_body(genesis.ledger_id, "validator.change", std::move(*data), ++nonce);
    std::vector<std::string> council;
    for (std::size_t i = 0; i < 3; ++i) council.push_back(members.validator(i).party);
    std::ranges::sort(council);
    Value::Items signers;
    for (const std::string& party : council) signers.emplace_back(party);
    body.set("role", Value("GOV"));
    body.set("signers", Value(std::move(signers)));
    const auto scheduled = test::sign_record(body);
    members.submit(0, scheduled, api::Wait::final).must(api::State::final);
    members.everybody_has(scheduled.id);
  }

  void ready(std::size_t i) {
    const api::Head head = members.node(1).view()->head();
    const std::string& party = members.validator(i).party;
    Value body = test::record_body(members.genesis().ledger_id, "validator.ready",
                                   Value(Value::Members{{"epoch", 2}, {"member", members.id(i)}, {"party", party},
                                                        {"root", to_sha256_id(head.root)}, {"set_hash", to_sha256_id(set_hash)},
                                                        {"size", head.size}}), ++nonce);
    body.set("role", Value("PARTY"));
    body.set("signers", Value(Value::Items{party}));
    body.set("submitter", Value(party));
    members.submit(1, test::sign_record(body), api::Wait::final).must(api::State::final);
  }

  std::uint64_t one_more(std::size_t at) {
    const auto unit = company(members, number++);
    last = unit.id;
    return members.submit(at, unit, api::Wait::final).must(api::State::final).height;
  }
  void reach_height(std::size_t at) {
    while (one_more(at) < kFromHeight) continue;
  }
  void in_force(const std::vector<std::size_t>& nodes) {
    Members::eventually("the new set is in force", [&] {
      return std::ranges::all_of(nodes, [&](std::size_t i) { return members.node(i).status().epoch == 2; });
    });
  }

  static constexpr std::uint64_t kFromHeight = 12;
  Members& members;
  std::uint64_t nonce = 5'000;
  std::uint64_t number = 0;
  Digest set_hash;
  Digest last;
};

Digest root_of(const node::LedgerNode& node) { return node.view()->head().state_root; }

}  // namespace

TEST_CASE("four members agree on a record that one of them took in", "[members]") {
  Members members(4);
  const auto unit = company(members, 1);
  const auto status = members.submit(2, unit, api::Wait::final).must(api::State::final);
  CHECK(status.height == 1);
  members.everybody_has(unit.id);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(root_of(members.node(i)) == root_of(members.node(0)));
    CHECK(members.node(i).status().may_fail == 1);
  }
}

TEST_CASE("records told to different members become final once each, everywhere", "[members]") {
  Members members(4);
  std::vector<test::SignedUnit> units;
  std::vector<test::Answer> answers;
  for (std::uint64_t n = 0; n < 60; ++n) {
    units.push_back(company(members, n));
    answers.push_back(members.submit(n % 4, units.back(), api::Wait::cosigned));
  }
  for (const auto& answer : answers) CHECK(answer.must(api::State::final).cosigned);
  for (const auto& unit : units) members.everybody_has(unit.id);
  for (std::size_t i = 0; i < 4; ++i) CHECK(root_of(members.node(i)) == root_of(members.node(0)));
  const auto log_size = members.node(0).view()->head().size;
  CHECK(log_size == 2 + 60 + members.node(0).view()->head().height);
}

TEST_CASE("with one of four members down the others go on, and it catches up when it comes back", "[members][F30]") {
  Members members(4);
  const auto before = company(members, 1);
  members.submit(0, before, api::Wait::final).must(api::State::final);
  members.everybody_has(before.id);
  members.stop(3);
  std::vector<test::SignedUnit> units;
  for (std::uint64_t n = 2; n < 8; ++n) {
    units.push_back(company(members, n));
    members.submit(n % 3, units.back(), api::Wait::final).must(api::State::final);
  }
  Members::eventually("the loss is seen", [&] { return members.node(0).status().may_fail == 0; });
  members.start(3);
  for (const auto& unit : units) members.everybody_has(unit.id);
  CHECK(root_of(members.node(3)) == root_of(members.node(0)));
}

TEST_CASE("without a quorum nothing becomes final, and everything does once it is back", "[members][F33]") {
  Members members(4);
  const auto first = company(members, 1);
  members.submit(0, first, api::Wait::final).must(api::State::final);
  members.everybody_has(first.id);
  members.stop(2);
  members.stop(3);
  const auto waiting = company(members, 2);
  members.submit(0, waiting, api::Wait::pending).must(api::State::pending);
  CHECK(members.node(0).status_of(waiting.id)->value().state == api::State::pending);
  members.start(2);
  members.everybody_has(waiting.id);
}

namespace {

/// What a member that does not keep to the rules tells the others: its own node is down.
class Teller {
 public:
  Teller(Members& members, std::size_t liar) : members_(members), liar_(liar) {
    members.stop(liar);
    channel_ = members.wires().channel(members.id(liar));
  }
  void tell(const std::vector<test::SignedUnit>& units) {
    node::Records records;
    for (const auto& unit : units) records.units.push_back({unit.entry, unit.bodies, !unit.bodies.empty()});
    const auto message = std::make_shared<const Bytes>(node::encode(node::Gossip(std::move(records))));
    for (std::size_t i = 0; i < members_.n(); ++i) {
      if (i != liar_) channel_->send(members_.id(i), message);
    }
  }

 private:
  Members& members_;
  std::size_t liar_;
  std::unique_ptr<node::Channel> channel_;
};

/// The registration of a company once more, well signed, under a nonce of its own.
test::SignedUnit registered_again(const Members& members, std::uint64_t n, std::uint64_t nonce) {
  ledger::Value body = test::company_body(members.genesis().ledger_id, n);
  body.set("nonce", *test::company_body(members.genesis().ledger_id, nonce).find("nonce"));
  return test::sign_record(body);
}

}  // namespace

TEST_CASE("a told record that the rules refuse becomes final nowhere, leaves the pools and wakes nobody", "[members][F93]") {
  Members members(4);
  const auto first = company(members, 1);
  members.submit(0, first, api::Wait::final).must(api::State::final);
  members.everybody_has(first.id);
  Teller liar(members, 3);
  const auto view_of = [&](std::size_t i) { return members.node(i).status().view; };
  Members::eventually("all stand in one view", [&] { return view_of(0) == view_of(1) && view_of(1) == view_of(2); });
  const std::uint64_t view = view_of(0);

  const auto refused = registered_again(members, 1, 700);
  liar.tell({refused});
  // Longer than a member waits for a leader that has something to propose.
  std::this_thread::sleep_for(std::chrono::seconds(3));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(view_of(i) == view);
    CHECK(members.node(i).status().pool_units == 0);
    CHECK_FALSE(members.node(i).status_of(refused.id)->has_value());
  }

  // Beside good ones a leader meets it on its way to a block, and leaves it out.
  const auto again = registered_again(members, 1, 701);
  const auto good = company(members, 2);
  liar.tell({again, good});
  members.everybody_has(good.id);
  Members::eventually("the pools are empty", [&] {
    return members.node(0).status().pool_units + members.node(1).status().pool_units + members.node(2).status().pool_units == 0;
  });
  for (std::size_t i = 0; i < 3; ++i) CHECK_FALSE(members.node(i).status_of(again.id)->has_value());
  CHECK(members.node(0).view()->head().size == 2 + 2 + members.node(0).view()->head().height);
}

TEST_CASE("a flood of told records that the rules refuse fills no pool and holds no honest record up", "[members][F93]") {
  Members members(4);
  const auto first = company(members, 1);
  members.submit(0, first, api::Wait::final).must(api::State::final);
  members.everybody_has(first.id);
  Teller liar(members, 3);
  for (std::uint64_t nonce = 0; nonce < 3'000; nonce += 100) {
    std::vector<test::SignedUnit> flood;
    for (std::uint64_t i = 0; i < 100; ++i) flood.push_back(registered_again(members, 1, 10'000 + nonce + i));
    liar.tell(flood);
    for (std::size_t i = 0; i < 3; ++i) CHECK(members.node(i).status().pool_units <= node::PoolLimits{}.units_per_submitter);
    if (nonce % 1'000 == 0) members.submit(nonce / 1'000, company(members, 2 + nonce), api::Wait::final).must(api::State::final);
  }
  Members::eventually("the pools are empty", [&] {
    return members.node(0).status().pool_units + members.node(1).status().pool_units + members.node(2).status().pool_units == 0;
  });
  CHECK(members.node(0).view()->head().size == 2 + 4 + members.node(0).view()->head().height);
}

TEST_CASE("a batch that is too long to travel with its proposal is named by its hash, and agreed on", "[members][F42]") {
  Members members(4);
  std::vector<ledger::Value> bodies;
  for (std::uint64_t n = 0; n < 200; ++n) bodies.push_back(test::company_body(members.genesis().ledger_id, n));
  const auto batch = test::sign_batch(members.genesis().ledger_id, bodies, 1'000);
  std::atomic<int> compact = 0;
  std::atomic<int> asked = 0;
  members.wires().tap([&](const std::string&, const std::string& to, const Bytes& message) -> std::vector<Bytes> {
    const auto gossip = node::is_gossip(message) ? node::decode_gossip(message) : Result<node::Gossip>(Error{Errc::malformed, ""});
    if (gossip && std::holds_alternative<node::CompactPropose>(*gossip)) ++compact;
    if (gossip && std::holds_alternative<node::GetRecords>(*gossip)) ++asked;
    // One member is told of the batch by nobody, and asks for it when the proposal names it.
    const bool told = gossip && std::holds_alternative<node::Records>(*gossip);
    if (told && to == "member-b.example" && asked == 0) return {};
    return {message};
  });
  // Whoever leads first may be the one that knows of nothing; so a single record wakes the others.
  CHECK(members.submit(0, batch, api::Wait::final).must(api::State::final).height >= 1);
  members.everybody_has(batch.id);
  CHECK(compact > 0);
  for (std::size_t i = 0; i < 4; ++i) CHECK(root_of(members.node(i)) == root_of(members.node(0)));
  members.wires().tap(nullptr);
}

TEST_CASE("a member that notarizes two blocks in one view is named, with a file that proves it", "[members][F43]") {
  Members members(4);
  const auto& set = members.genesis().validators;
  const std::string liar = set.members[3].id;
  members.wires().tap([&](const std::string& from, const std::string&, const Bytes& message) -> std::vector<Bytes> {
    const auto decoded = from == liar && !node::is_gossip(message) ? agreement::decode_message(message)
                                                                   : Result<agreement::Message>(Error{Errc::malformed, ""});
    const auto* vote = decoded ? std::get_if<agreement::Vote>(&*decoded) : nullptr;
    if (!vote || vote->statement.kind != agreement::Statement::Kind::notarize) return {message};
    agreement::Vote other = *vote;
    other.statement.block_hash = crypto::sha256({"another block", vote->statement.block_hash});
    other.signature = Members::keys(3).vote.sign(
        {signed_bytes(other.statement, members.genesis().ledger_id, members.genesis().origin)});
    return {message, agreement::encode(other)};
  });
  for (std::uint64_t n = 0; n < 5; ++n) members.submit(n % 3, company(members, n), api::Wait::final).must(api::State::final);
  Members::eventually("the liar is named", [&] { return !members.node(0).status().contradictions.empty(); });
  const api::Contradiction found = members.node(0).status().contradictions.front();
  CHECK(found.member == liar);
  CHECK(found.code == "E2");
  const auto bytes = node::read_file(found.file, 16'384);
  REQUIRE(bytes);
  const auto contradiction = ledger::decode_contradiction(*bytes);
  REQUIRE(contradiction);
  CHECK(contradiction->key == set.members[3].vote_key);
  CHECK(ledger::check_contradiction(*contradiction));
  // A liar that goes on for ever fills no disk.
  for (std::uint64_t n = 5; n < 25; ++n) members.submit(n % 3, company(members, n), api::Wait::final).must(api::State::final);
  // Nobody honest is named, and nothing has stopped.
  for (std::size_t i = 0; i < 3; ++i) {
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(members.evidence_dir(i))) ++files;
    CHECK((files >= 1 && files <= 6 * 8));
    CHECK(members.node(i).status().serving);
    for (const auto& each : members.node(i).status().contradictions) CHECK(each.member == liar);
  }
  members.wires().tap(nullptr);
}

TEST_CASE("the council admits a fifth member and removes one of the first, and the new set goes on", "[members][validators]") {
  Members members(4, 1);
  Change change(members);
  node::Identity candidate;
  candidate.validator = members.validator(4);
  change.schedule({candidate}, {members.id(0)}, 4);
  for (std::size_t i = 1; i < 5; ++i) change.ready(i);
  CHECK(members.node(1).status().epoch == 1);
  change.reach_height(1);
  change.in_force({0, 1, 2, 3, 4});
  // Member a has no vote any more; with it down the four of the new set still may lose one.
  members.stop(0);
  change.one_more(4);
  members.stop(2);
  change.one_more(1);
  change.one_more(3);
  members.start(2);
  members.start(0);  // which follows now as an observer
  members.everybody_has(change.last);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(root_of(members.node(i)) == root_of(members.node(1)));
    CHECK(members.node(i).status().contradictions.empty());
  }
  // Evidence under the new set is believed by who trusts genesis alone.
  Members::eventually("the head is cosigned by the new set", [&] {
    const api::Head head = members.node(1).view()->head();
    return head.size > 0 && !head.checkpoint.empty() && members.node(1).view()->record(change.last)->has_value();
  });
  const auto evidence = members.node(1).view()->record_evidence(change.last);
  if (!evidence) FAIL(evidence.error().detail);
  const ledger::Genesis& genesis = members.genesis();
  const ledger::Trust trust = ledger::trust_of(genesis);
  const ledger::Report verified = ledger::verify(*evidence, ledger::encode_trust(trust), {});
  INFO(render_text(verified, ledger::Language::en, true));
  CHECK(verified.exit_code(true) == 0);
  // Sets over time are proven by the log alone.
  members.stop(4);
  auto store = test::open_store(members.config(4));
  ledger::MemoryStore scratch;
  const auto report = node::replay_store(*store, members.genesis(), scratch, nullptr);
  if (!report) FAIL(report.error().detail);
  // So they are by a snapshot of any height: before the change, of the block that ends the epoch, after it.
  members.stop(1);
  auto other = test::open_store(members.config(1));
  std::uint64_t sets = 0;
  for (std::uint64_t height = 1; height <= report->height; ++height) {
    const std::string at = members.config(4).dir + "/at-" + std::to_string(height), there = members.config(1).dir + "/at-" + std::to_string(height);
    const auto manifest = node::export_snapshot(store->snapshot(), members.genesis(), height, at);
    if (!manifest) FAIL(manifest.error().detail);
    const auto same = node::export_snapshot(other->snapshot(), members.genesis(), height, there);
    if (!same) FAIL(same.error().detail);
    CHECK(content_hash(*manifest) == content_hash(*same));
    ledger::MemoryStore into;
    const auto proven = node::import_snapshot(*same, node::chunks_in(there), members.genesis(), into);
    if (!proven) FAIL(proven.error().detail);
    sets = proven->epochs;
    ledger::MemoryStore again;
    CHECK(node::replay_store(into, members.genesis(), again, nullptr));
    CHECK(node::compare_derived(into, again));
  }
  CHECK(sets == 2);
}

TEST_CASE("a member's next keys come into force with their set, and the former ones go", "[members][validators]") {
  Members members(4);
  members.stop(3);
  bool adopted = false;
  members.start(3, [&](node::NodeOptions& options) {
    options.next_keys = std::make_shared<node::NodeKeys>(Members::keys(7));
    options.on_next_keys = [&] { adopted = true; };
  });
  const node::NodeKeys next = Members::keys(7);
  node::Identity renewed;
  renewed.validator = members.validator(3);
  renewed.validator.vote_key = next.vote.public_key();
  renewed.validator.cosign_key = next.cosign.public_key();
  renewed.validator.log_key = next.log.public_key();
  renewed.validator.intake_key = next.intake.public_key();
  Change change(members);
  change.schedule({renewed}, {}, 7);
  for (std::size_t i = 0; i < 4; ++i) change.ready(i);
  change.reach_height(0);
  change.in_force({0, 1, 2, 3});
  CHECK(adopted);
  // Its vote counts under the new key: with another member down there is no quorum without it.
  members.stop(1);
  change.one_more(0);
  change.one_more(3);
}

TEST_CASE("every member's store passes the full audit, whoever led its blocks", "[members]") {
  Members members(4);
  members.stop(1);  // some views have no leader, so that empty blocks and gaps come about
  for (std::uint64_t n = 0; n < 12; ++n) members.submit(0, company(members, n), api::Wait::final).must(api::State::final);
  members.start(1);
  members.everybody_has(company(members, 11).id);
  for (std::size_t i = 0; i < 4; ++i) {
    members.stop(i);
    auto store = test::open_store(members.config(i));
    ledger::MemoryStore scratch;
    const auto report = node::replay_store(*store, members.genesis(), scratch, nullptr);
    if (!report) FAIL(report.error().detail);
    CHECK(node::compare_derived(*store, scratch));
  }
}

namespace {

namespace fs = std::filesystem;

/// Records through members that are up until the one in doubt votes again, and then such that it must.
void votes_again(Members& members, std::size_t doubtful, std::uint64_t next) {
  Members::eventually("it votes again", [&] {
    members.submit((doubtful + 1 + next % 3) % 4, company(members, next), api::Wait::final).must(api::State::final);
    ++next;
    return members.node(doubtful).status().abstaining.empty();
  });
  const std::size_t down = (doubtful + 1) % 4;
  members.stop(down);
  for (const std::uint64_t until = next + 3; next < until; ++next) {
    members.submit(doubtful, company(members, next), api::Wait::final).must(api::State::final);
  }
  members.start(down);
  members.everybody_has(company(members, next - 1).id);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(members.node(i).status().contradictions.empty());
    CHECK(members.node(i).status().serving);
  }
}

void copy_data(const node::Config& from, const std::string& to, const char* what) {
  fs::remove_all(to + what);
  fs::copy(from.dir + what, to + what, fs::copy_options::recursive);
}

constexpr std::uint64_t kCopied = 4;
constexpr std::uint64_t kGoneOn = 10;  ///< records in all

/// Four records, a copy of a member's data and guard in `older`, six more records; the member is stopped.
/// Returns where the copy lies.
node::Config go_on_from(Members& members, std::size_t member, const test::TempDir& older) {
  const auto record = [&](std::uint64_t from, std::uint64_t until) {
    for (std::uint64_t n = from; n < until; ++n) members.submit(n % 4, company(members, n), api::Wait::final).must(api::State::final);
    members.everybody_has(company(members, until - 1).id);
    members.stop(member);
  };
  record(0, kCopied);
  for (const char* what : {"/data", "/guard"}) copy_data(members.config(member), older.path(), what);
  members.start(member);
  record(kCopied, kGoneOn);
  node::Config copy = members.config(member);
  copy.dir = older.path();
  return copy;
}

}  // namespace

TEST_CASE("a member that has lost its disk under load rejoins, abstains, and votes again without contradicting itself", "[members][F09]") {
  Members members(4);
  std::uint64_t next = 0;
  for (; next < 6; ++next) members.submit(next % 4, company(members, next), api::Wait::final).must(api::State::final);
  std::vector<test::Answer> load;
  for (std::uint64_t n = 100; n < 140; ++n) load.push_back(members.submit(n % 3, company(members, n), api::Wait::final));
  members.stop(3);
  fs::remove_all(members.config(3).data_path());
  CHECK_FALSE(members.try_start(3));
  SECTION("its guard is still there") {}
  SECTION("its guard is gone too") { fs::remove_all(members.config(3).dir + "/guard"); }
  // Not by an ordinary join: that would promise that it never voted.
  if (fs::exists(members.config(3).guard_path())) CHECK(node::create_ledger(members.config(3), members.genesis()).error().code == Errc::conflict);
  REQUIRE(node::create_ledger(members.config(3), members.genesis(), node::OwnVotes::doubtful));
  members.start(3);
  CHECK_FALSE(members.node(3).status().abstaining.empty());
  for (const auto& answer : load) answer.must(api::State::final);
  for (std::uint64_t n = 100; n < 140; ++n) members.everybody_has(company(members, n).id);
  votes_again(members, 3, 200);
}

TEST_CASE("a member whose data is older than its guard, or whose guard is lost, abstains and votes again", "[members][F08][F10]") {
  Members members(4);
  const test::TempDir older;
  const node::Config from = go_on_from(members, 2, older);
  const std::string dir = members.config(2).dir;
  SECTION("data of an older backup under the newer guard") { copy_data(from, dir, "/data"); }
  SECTION("a guard of an older backup beside newer data") { copy_data(from, dir, "/guard"); }
  SECTION("no guard") { fs::remove(members.config(2).guard_path()); }
  SECTION("a guard without a whole slot") { fs::resize_file(members.config(2).guard_path(), 100); }
  members.start(2);
  CHECK_FALSE(members.node(2).status().abstaining.empty());
  votes_again(members, 2, 300);
}

TEST_CASE("a machine that was rolled back as a whole never contradicts what it said before", "[members][F10]") {
  Members members(4);
  const test::TempDir older;
  const node::Config from = go_on_from(members, 2, older);
  for (const char* what : {"/data", "/guard"}) copy_data(from, members.config(2).dir, what);
  members.start(2);
  members.everybody_has(company(members, kGoneOn - 1).id);
  votes_again(members, 2, 400);
}

TEST_CASE("a node in no set follows, serves reads and snapshots, and sends submitters to the members", "[members][observer]") {
  Members members(4, 1, 3);  // the fifth is in no set
  for (std::uint64_t n = 0; n < 7; ++n) members.submit(n % 4, company(members, n), api::Wait::final).must(api::State::final);
  members.everybody_has(company(members, 6).id);
  CHECK(root_of(members.node(4)) == root_of(members.node(0)));
  CHECK(members.node(4).view()->record_evidence(company(members, 2).id));
  const auto refused = members.submit(4, company(members, 50), api::Wait::final).get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::denied);
  CHECK(refused.error().detail.find(members.id(0)) != std::string::npos);
  CHECK(members.node(4).status().abstaining.find("observes") != std::string::npos);
  // Each makes it beside its work, so for a moment one of them may be a snapshot behind.
  Members::eventually("its snapshot", [&] {
    const auto own = members.node(4).snapshots(), of_a_member = members.node(0).snapshots();
    return !own.empty() && !of_a_member.empty() && own[0].height == 6 && of_a_member[0].height == 6;
  });
  CHECK(members.node(4).snapshots()[0].content == members.node(0).snapshots()[0].content);
  // What it holds is nobody's vote: without it all goes on as before.
  members.stop(4);
  members.submit(0, company(members, 60), api::Wait::final).must(api::State::final);
  members.start(4);
  members.everybody_has(company(members, 60).id);
}
