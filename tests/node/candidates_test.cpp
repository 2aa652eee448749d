// SPDX-License-Identifier: Apache-2.0
// A node that was stopped between voting for blocks and having them final. A member alone does both
// in one write, so the rows in between are written here by hand.
#include "crypto/base/binary.hpp"
#include "ledger/codec/body.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/log/seals.hpp"
#include "node/agreement/chain_rows.hpp"
#include "node/agreement/votes.hpp"
#include "node/candidates.hpp"
#include "node/chain_image.hpp"
#include "tests/node/running_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using test::RunningLedger;
namespace chain_key = agreement::chain_key;

namespace {

constexpr std::uint64_t kFinal = 4;

/// A ledger that told `kFinal` blocks, and another that stopped after two of them.
struct Twins {
  RunningLedger whole;
  RunningLedger behind;
  Twins() {
    whole.founded().tell(1, kFinal);
    whole.stop();
    behind.founded().tell(1, 2);
    behind.stop();
  }

  /// Makes block `height` of the whole ledger durable in the other as a candidate that was voted for.
  void vote_for(std::uint64_t height, bool then_nullified) {
    const auto from = test::open_store(whole.config());
    const auto to = test::open_store(behind.config());
    const auto seal = seal_at(*from, height);
    REQUIRE(seal);
    const Digest hash = block_hash((*seal)->bytes);
    const Bytes key = chain_key::block(1, height, hash);
    auto row = *agreement::BlockRow::decode(**from->get(Family::chain, key));
    std::vector<Bytes> entries;
    for (std::uint64_t index = (*seal)->seal.log_size_before; index < (*seal)->index; ++index) {
      entries.push_back(**read_entry(*from, index));
    }
    row.final = false;
    row.entries = encode_body(entries);
    KvBatch batch;
    batch.put(Family::chain, key, row.encode());
    batch.put(Family::chain, chain_key::votes(1, height), agreement::VoteRow{hash, hash, then_nullified, std::nullopt}.encode());
    REQUIRE(to->write(batch, Sync::yes));
  }
};

}  // namespace

TEST_CASE("a node that was stopped between vote and finality makes that very block final", "[node][agreement]") {
  Twins twins;
  twins.vote_for(3, false);
  twins.behind.set_second(3);
  REQUIRE(twins.behind.start());
  CHECK(twins.behind.height() == 3);
  twins.behind.tell(4, kFinal);
  twins.behind.stop();
  CHECK(test::block_content(*test::open_store(twins.behind.config())) ==
        test::block_content(*test::open_store(twins.whole.config())));
}

TEST_CASE("a block is executed on one that is not final yet, and both become final in one write", "[node][agreement]") {
  Twins twins;
  twins.vote_for(3, true);  // what was also nullified may not be finalized itself
  twins.vote_for(4, false);
  twins.behind.set_second(4);
  REQUIRE(twins.behind.start());
  const api::Head head = twins.behind.node().view()->head();
  CHECK(head.height == 4);
  CHECK_FALSE(head.checkpoint.empty());
  REQUIRE(twins.whole.start());
  const api::Head right = twins.whole.node().view()->head();
  CHECK(head.root == right.root);
  CHECK(head.state_root == right.state_root);
  for (std::uint64_t n = 1; n <= kFinal; ++n) {
    CHECK(twins.behind.status_of(test::story_unit(twins.behind.ledger_id(), n).id).height == n);
  }
  twins.behind.tell(5, 6);
  twins.whole.tell(5, 6);
  CHECK(twins.behind.node().view()->head().state_root == twins.whole.node().view()->head().state_root);
}

TEST_CASE("a node whose voted block is damaged does not start: nobody else has it", "[node][agreement]") {
  Twins twins;
  twins.vote_for(3, false);
  {
    const auto store = test::open_store(twins.behind.config());
    const auto image = node::read_chain_image(*store, *agreement::Tip::decode(**store->get(Family::chain, chain_key::meta("tip"))));
    REQUIRE(image);
    REQUIRE(image->candidates.size() == 1);
    const Bytes key = chain_key::block(1, 3, block_hash(image->candidates[0].seal));
    auto row = *agreement::BlockRow::decode(**store->get(Family::chain, key));
    row.entries.back() = static_cast<char>(row.entries.back() ^ 1);
    KvBatch batch;
    batch.put(Family::chain, key, row.encode());
    REQUIRE(store->write(batch, Sync::yes));
  }
  const auto started = twins.behind.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == Errc::corrupt);
}

TEST_CASE("a body is read as it was written, and nothing else is", "[formats]") {
  const std::vector<Bytes> entries{"one", "", "three"};
  const Bytes body = encode_body(entries);
  CHECK(body == BinaryWriter().u32(3).bytes32("one").bytes32("").bytes32("three").bytes());
  CHECK(*decode_body(body) == entries);
  CHECK_FALSE(decode_body(body + "x"));
  CHECK_FALSE(decode_body(body.substr(0, body.size() - 1)));
  CHECK_FALSE(decode_body(Bytes("\xff\xff\xff\xff", 4)));
}

TEST_CASE("the state after a candidate shows its rows above those of its base", "[node]") {
  const auto store = std::make_shared<MemoryStore>();
  KvBatch committed;
  committed.put(Family::rows, "a", "committed");
  committed.put(Family::rows, "b", "committed");
  REQUIRE(store->write(committed, Sync::yes));
  const auto id = [](char c) { return Digest::from(Bytes(32, c)); };
  node::Candidates candidates;
  const auto add = [&](char name, char base, std::uint64_t view, const Bytes& row) {
    node::Candidate candidate;
    candidate.view = view;
    candidate.base = id(base);
    candidate.sealed.batch.put(Family::rows, row, Bytes("block ") + name);
    candidates.add(id(name), std::move(candidate));
  };
  add('1', '0', 1, "a");
  add('2', '1', 2, "c");
  const auto read = [&](char base, const Bytes& row) {
    return candidates.state_after(id(base), StateView{store->snapshot()}).reader().get(Family::rows, row)->value_or("none");
  };
  CHECK(read('0', "a") == "committed");
  CHECK(read('1', "a") == "block 1");
  CHECK(read('1', "c") == "none");
  CHECK(read('2', "a") == "block 1");
  CHECK(read('2', "b") == "committed");
  CHECK(read('2', "c") == "block 2");
  CHECK(candidates.take(id('1')).view == 1);
  CHECK(read('2', "c") == "block 2");
  candidates.drop_until(2);
  CHECK(candidates.find(id('2')) == nullptr);
}
