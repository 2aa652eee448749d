// SPDX-License-Identifier: Apache-2.0
// Several institutions found a network: what each checks before it takes part.
#include "node/founding.hpp"

#include <filesystem>
#include <fstream>

#include "crypto/base/encoding.hpp"
#include "crypto/cosignature.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/says.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using test::says;
using test::TempDir;
namespace fs = std::filesystem;

namespace {

constexpr crypto::KeyCost kCheap{2, std::uint64_t{64} << 20};
constexpr char kPassphrase[] = "a passphrase";

Value rule_pack() {
  std::string text = test::read_test_file("data/rulepack-1.json");
  while (text.ends_with('\n')) text.pop_back();
  return parse_canonical(text).value();
}

/// Institutions on one machine, with what the coordinator made of their identities.
struct Founded {
  TempDir dir;
  std::vector<Bytes> identities;
  Bytes founders;
  Genesis genesis;

  explicit Founded(std::size_t n) {
    auto made = node::init_local_network({dir.path() + "/net", node::sample_members(n), 7280, 7180, kCheap}, kPassphrase);
    REQUIRE(made);
    identities = *made;
    founders = node::encode_founders(identities);
    genesis = found(identities);
  }
  static Genesis found(const std::vector<Bytes>& identities) {
    std::vector<node::Identity> stated;
    for (const Bytes& bytes : identities) stated.push_back(node::decode_identity(bytes).value());
    auto made = node::make_genesis(stated, {"ledger.example/qinglu", rule_pack(), 1'790'000'000'000});
    REQUIRE(made);
    return *made;
  }
  node::Config config(const std::string& member) const { return node::load_config(dir.path() + "/net/" + member).value(); }
  Result<Genesis> join(const std::string& member) const { return node::join_network(config(member), genesis.bytes, founders); }
};

/// The identity of a second node that calls itself the IP office.
Bytes impostor(const TempDir& dir) {
  const node::LocalMember office = node::sample_members(1)[0];
  node::InitOptions init;
  init.dir = dir.path() + "/impostor";
  init.member = office.member;
  init.party = office.party;
  init.name = office.name;
  init.roles = office.roles;
  init.address = "127.0.0.1:7280";
  init.cost = kCheap;
  REQUIRE(node::init_node(init, kPassphrase));
  return node::read_file(init.dir + "/identity.json", 61'440).value();
}

}  // namespace

TEST_CASE("institutions found a network, and each joins with its own keys", "[node][founding]") {
  const Founded founded(4);
  CHECK(founded.genesis.validators.n() == 4);
  CHECK(founded.genesis.validators.quorum() == 3);
  for (const char* member : {"ip-office.example", "exchange.example", "court-1.example", "court-2.example"}) {
    INFO(member);
    const auto joined = founded.join(member);
    REQUIRE(joined);
    CHECK(joined->ledger_id == founded.genesis.ledger_id);
    const auto stored = node::load_genesis_file(founded.config(member));
    REQUIRE(stored);
    CHECK(stored->bytes == founded.genesis.bytes);
    CHECK(node::open_disk(founded.config(member)));
    CHECK(node::load_keys(founded.config(member), kPassphrase));
  }
}

TEST_CASE("the members of a local network have ports of their own", "[node][founding]") {
  const Founded founded(3);
  const std::pair<const char*, unsigned> members[] = {{"ip-office.example", 0}, {"exchange.example", 1}, {"court-1.example", 2}};
  for (const auto& [member, k] : members) {
    CHECK(founded.config(member).http.port == 7180 + k);
    const auto at = std::ranges::find(founded.genesis.validators.members, member, &Validator::id);
    REQUIRE(at != founded.genesis.validators.members.end());
    CHECK(at->address == "127.0.0.1:" + std::to_string(7280 + k));
  }
  TempDir dir;
  const auto refused = [&](std::uint16_t peer, std::uint16_t http, const char* part) {
    const auto made = node::init_local_network({dir.path() + "/net", node::sample_members(3), peer, http, kCheap}, kPassphrase);
    REQUIRE_FALSE(made);
    CHECK(says(made.error(), part));
  };
  refused(65'534, 7180, "do not fit");
  refused(7280, 7282, "overlap");
  refused(7280, 7280, "overlap");
}

TEST_CASE("a founder's ledger is never overwritten [F99]", "[node][founding][F99]") {
  const Founded founded(1);
  REQUIRE(founded.join("ip-office.example"));
  const auto again = founded.join("ip-office.example");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::conflict);
  CHECK(node::open_disk(founded.config("ip-office.example")));
}

TEST_CASE("a genesis document that came by hand into the directory is taken, another is not [F99]", "[node][founding][F99]") {
  const Founded founded(2);
  const node::Config office = founded.config("ip-office.example");
  std::ofstream(office.genesis_path()) << founded.genesis.bytes;
  CHECK(founded.join("ip-office.example"));
  std::ofstream(founded.config("exchange.example").genesis_path()) << "{}";
  const auto other = founded.join("exchange.example");
  REQUIRE_FALSE(other);
  CHECK(other.error().code == Errc::conflict);
}

TEST_CASE("an institution does not join a network that lacks its keys or its members' proofs [F99]", "[node][founding][F99]") {
  Founded founded(2);
  const auto refused = [&](const char* member, const std::string& part) {
    const auto joined = founded.join(member);
    REQUIRE_FALSE(joined);
    INFO(joined.error().detail);
    CHECK(says(joined.error(), part));
    CHECK_FALSE(fs::exists(founded.config(member).store_path()));
  };
  SECTION("another holds keys in its name") {
    founded.identities[0] = impostor(founded.dir);
    founded.founders = node::encode_founders(founded.identities);
    founded.genesis = Founded::found(founded.identities);
    refused("ip-office.example", "key of ip-office.example is not the one in ");
    REQUIRE(founded.join("exchange.example"));  // which cannot know; the office's telephone call tells
  }
  SECTION("the set holds other keys than a founder stated") {
    founded.founders = node::encode_founders({impostor(founded.dir), founded.identities[1]});
    refused("exchange.example", "ip-office.example stated other keys");
  }
  SECTION("a founder is missing") {
    founded.founders = node::encode_founders({founded.identities[0]});
    refused("ip-office.example", "no founder proves the keys of exchange.example");
  }
  SECTION("a founder is no member") {
    founded.genesis = Founded::found({founded.identities[0]});
    refused("ip-office.example", "exchange.example is a founder but no validator");
  }
  SECTION("a founder stands twice") {
    founded.founders = node::encode_founders({founded.identities[0], founded.identities[1], founded.identities[1]});
    refused("ip-office.example", "a founder stands twice");
  }
  SECTION("a proof is another's") {
    const std::string text = founded.founders;
    const std::size_t first = text.find("\"sig\":\"");
    const std::size_t second = text.find("\"sig\":\"", first + 1);
    std::string mixed = text;
    mixed.replace(first + 7, 88, text.substr(second + 7, 88));
    founded.founders = mixed;
    refused("ip-office.example", "founder 1: identity: a key does not prove possession");
  }
  SECTION("the institution is not in it at all") {
    Founded other(1);
    founded.genesis = other.genesis;
    founded.founders = other.founders;
    refused("exchange.example", "exchange.example is no validator");
  }
  SECTION("a party has a role that nobody stated") {
    Genesis more = founded.genesis;
    more.parties[0].roles.push_back({"NOT", Value(Value::Members{})});
    founded.genesis.bytes = encode_genesis(more);
    refused("ip-office.example", "is not as ");
  }
  SECTION("the file is no list of founders") {
    founded.founders = "{}";
    refused("ip-office.example", "founders");
  }
}

TEST_CASE("the policy of a founded network is read back with its quorum and its members' keys", "[node][founding][policy]") {
  const Founded founded(4);
  const ValidatorSet& set = founded.genesis.validators;
  const auto policy = crypto::parse_policy(policy_text(set, founded.genesis.origin));
  REQUIRE(policy);
  REQUIRE(policy->witnesses.size() == 4);
  REQUIRE(policy->logs.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(policy->witnesses[i].key == cosign_note_key(set.members[i]));
    CHECK(policy->logs[i] == log_note_key(set.members[i], founded.genesis.origin));
  }
  REQUIRE(policy->groups.size() == 1);
  CHECK(policy->groups[0].threshold == 3);
  CHECK(policy->quorum == policy->groups[0].name);
}
