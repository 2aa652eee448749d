// SPDX-License-Identifier: Apache-2.0
// The agreement of one member as what it is: a function from inputs to ordered outputs. What several
// members come to is the simulation's to show.
#include "node/agreement/engine.hpp"

#include <map>

#include "crypto/base/binary.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "crypto/note.hpp"
#include "ledger/kv/memory_store.hpp"
#include "node/chain_image.hpp"
#include "tests/node/running_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::agreement;
using ledger::Family;

namespace {

constexpr std::int64_t kNow = test::kLedgerBeginMs;

/// An engine, the rows that its Persists made durable, and blocks to give it.
struct Seat {
  const ledger::Genesis& genesis = test::office_genesis();
  node::NodeKeys keys = test::office_keys();
  ledger::MemoryStore store;
  std::unique_ptr<Engine> engine;

  Seat() { sit_down(); }
  void sit_down() {
    const Signers signers{
        [this](BytesView message) { return keys.vote.sign({message}); },
        [this](std::string_view text) { return crypto::sign_note(text, genesis.origin, keys.log); },
        [this](std::string_view text, std::uint64_t time_s) { return keys.cosign.sign({crypto::cosignature_message(time_s, text)}); }};
    const auto verify = [](const PublicKey& key, BytesView message, const Signature& signature) {
      return crypto::verify(key, message, signature);
    };
    engine = std::make_unique<Engine>(genesis.validators, 0, genesis.ledger_id, genesis.origin, signers, verify);
  }

  Tip genesis_tip() const {
    Tip tip;
    tip.block_hash = genesis.ledger_id;
    tip.log_size = 2;
    tip.log_root = crypto::sha256("root of genesis");
    tip.state_root = crypto::sha256("state of genesis");
    tip.next_valset_hash = genesis.valset_hash;
    tip.time_ms = kNow - 1;
    return tip;
  }
  DurableImage fresh_image() const {
    DurableImage image;
    image.tip = genesis_tip();
    return image;
  }
  /// What a node would load from the rows after a restart.
  DurableImage durable_image() const {
    auto image = node::read_chain_image(store, *Tip::decode(get(chain_key::meta("tip"))));
    REQUIRE(image);
    return *image;
  }

  std::vector<Output> step(const Input& input, std::int64_t now_ms = kNow) {
    auto outputs = engine->step(input, now_ms);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      // One member has nobody to talk to and no views to wait for.
      REQUIRE_FALSE(std::holds_alternative<Send>(outputs[i]));
      REQUIRE_FALSE(std::holds_alternative<SetTimer>(outputs[i]));
      if (const auto* rows = std::get_if<Persist>(&outputs[i])) {
        REQUIRE(i == 0);  // nothing is said before it
        REQUIRE(store.write(rows->batch, ledger::Sync::yes));
      }
    }
    return outputs;
  }
  Bytes get(const Bytes& key) const {
    const auto row = store.get(Family::chain, key);
    REQUIRE(row);
    REQUIRE(*row);
    return **row;
  }
  bool has(const Bytes& key) const { return store.get(Family::chain, key)->has_value(); }

  /// A block as the executor would build it at `order`.
  BuiltBlock block(const Build& order, std::int64_t time_ms = kNow) const {
    ledger::Seal seal;
    seal.ledger = genesis.ledger_id;
    seal.epoch = order.epoch;
    seal.view = order.view;
    seal.height = order.parent.height + 1;
    seal.parent = order.parent.block_hash;
    seal.parent_view = order.parent.view;
    seal.proposer = order.proposer;
    seal.time_ms = std::max(time_ms, order.parent.time_ms + 1);
    seal.record_count = 1;
    seal.records_root = crypto::sha256("records");
    seal.log_size_before = order.parent.log_size;
    seal.log_root_before = order.parent.log_root;
    seal.state_root = crypto::sha256({"state", order.parent.state_root});
    seal.next_valset_hash = order.next_valset_hash;
    seal.justification_hash = ledger::justification_hash(order.justification);
    BuiltBlock built;
    built.seal = ledger::encode_seal(seal);
    built.block_hash = ledger::block_hash(built.seal);
    built.body = "body of " + std::to_string(order.view);
    built.after = {order.epoch,           order.view,      seal.height,           built.block_hash, order.parent.log_size + 2,
                   crypto::sha256(built.seal), seal.state_root, seal.next_valset_hash, seal.time_ms};
    return built;
  }
  /// Started at genesis.
  Seat& started() {
    step(Start{fresh_image()});
    return *this;
  }
  Build asked_to_build(std::int64_t now_ms = kNow) {
    const auto outputs = step(PoolHint{true}, now_ms);
    REQUIRE(outputs.size() == 1);
    REQUIRE(std::holds_alternative<Build>(outputs[0]));
    return std::get<Build>(outputs[0]);
  }
  std::vector<Output> add_block(std::int64_t now_ms = kNow) {
    const BuiltBlock built = block(asked_to_build(now_ms), now_ms);
    return step(Built{built}, now_ms);
  }
  std::uint64_t cosigned_at() const { return CosignRow::decode(get(chain_key::cosign()))->time_s; }
};

/// A member that voted to notarize one block of view 1, its body durable, and was stopped before more.
struct Stopped {
  Seat seat;
  BuiltBlock block;
  DurableImage image;
  Stopped() {
    seat.started();
    const Build order = seat.asked_to_build();
    block = seat.block(order);
    image = seat.fresh_image();
    image.votes[1] = {block.block_hash, block.block_hash, false, std::nullopt};
    image.candidates.push_back({block.seal, order.justification, block.body});
    seat.sit_down();
  }
};

/// The output of a kind that a step has exactly one of.
template <class T>
const T& the(const std::vector<Output>& outputs) {
  const T* found = nullptr;
  for (const Output& output : outputs) {
    const T* each = std::get_if<T>(&output);
    REQUIRE_FALSE((each && found));
    if (each) found = each;
  }
  REQUIRE(found);
  return *found;
}
template <class T>
const T& only(const std::vector<Output>& outputs) {
  REQUIRE(outputs.size() == 1);
  return the<T>(outputs);
}

struct GuardRows {
  std::uint64_t height = 0;
  CosignRow cosign;
  std::map<std::pair<std::uint64_t, std::uint64_t>, VoteRow> votes;
};
GuardRows read_guard(const Bytes& payload) {
  BinaryReader in(payload);
  GuardRows rows;
  rows.height = in.u64();
  rows.cosign = *CosignRow::decode(in.bytes16());
  const std::uint16_t count = in.u16();
  for (std::uint16_t i = 0; i < count; ++i) {
    const std::uint64_t epoch = in.u64();
    const std::uint64_t view = in.u64();
    rows.votes[{epoch, view}] = *VoteRow::decode(in.bytes16());
  }
  REQUIRE(in.finish());
  return rows;
}

}  // namespace

TEST_CASE("a start cosigns the tip, and says so only once that is durable", "[agreement]") {
  Seat seat;
  const auto outputs = seat.step(Start{seat.fresh_image()});
  REQUIRE(outputs.size() == 2);
  const auto& persist = std::get<Persist>(outputs[0]);
  CHECK(persist.commits.empty());
  CHECK(persist.batch.changes().size() == 2);
  const auto head = HeadRow::decode(seat.get(chain_key::head(2)));
  REQUIRE(head);
  CHECK(head->first == head->newest);
  CHECK(CosignRow::decode(seat.get(chain_key::cosign()))->size == 2);
  const GuardRows guard = read_guard(persist.guard);
  CHECK(guard.height == 0);
  CHECK(guard.cosign.size == 2);
  CHECK(guard.votes.empty());
  CHECK(std::get<Cosigned>(outputs[1]).size == 2);
  CHECK(std::get<Cosigned>(outputs[1]).checkpoint == head->newest);
}

TEST_CASE("an idle member builds nothing; with records waiting it builds once", "[agreement]") {
  Seat seat;
  seat.started();
  CHECK(seat.step(PoolHint{false}).empty());
  const Build build = seat.asked_to_build();
  CHECK(build.epoch == 1);
  CHECK(build.view == 1);
  CHECK(build.parent == seat.genesis_tip());
  CHECK(build.base == seat.genesis.ledger_id);
  CHECK(build.proposer == 0);
  CHECK(build.justification == Bytes(4, '\0'));
  CHECK(build.next_valset_hash == seat.genesis.valset_hash);
  CHECK(build.halvings == 0);
  CHECK(seat.step(PoolHint{true}).empty());
  // Nothing passed the rules: no block, and the next hint asks again, for the same view.
  CHECK(seat.step(Built{std::nullopt}).empty());
  CHECK(seat.asked_to_build().view == 1);
}

TEST_CASE("a member alone casts its three votes and commits in one step, and nothing is said before it is durable",
          "[agreement]") {
  Seat seat;
  seat.started();
  const BuiltBlock block = seat.block(seat.asked_to_build());
  const auto outputs = seat.step(Built{block});
  REQUIRE(outputs.size() == 3);
  const auto& persist = std::get<Persist>(outputs[0]);
  CHECK(persist.commits == std::vector{block.block_hash});
  // V1: one Propose and one Notarize; V2: no Nullify beside Finalize; V3: all for one block.
  const VoteRow votes = *VoteRow::decode(seat.get(chain_key::votes(1, 1)));
  CHECK(votes == VoteRow{block.block_hash, block.block_hash, false, block.block_hash});
  CHECK(*Tip::decode(seat.get(chain_key::meta("tip"))) == block.after);
  // A final block's entries lie in the log, so its row holds none.
  const BlockRow row = *BlockRow::decode(seat.get(chain_key::block(1, 1, block.block_hash)));
  CHECK(row.final);
  CHECK(row.seal == block.seal);
  CHECK(row.entries.empty());
  CHECK(HeightRow::decode(seat.get(chain_key::height(1)))->view == 1);
  // V3, V4: both certificates are there and verify, the finalization over the block's own roots.
  for (const std::uint8_t kind : {std::uint8_t{5}, std::uint8_t{7}}) {
    const auto certificate = Certificate::decode(seat.get(chain_key::certificate(kind, 1, 1)), seat.genesis.validators);
    REQUIRE(certificate);
    CHECK(certificate->statement.block_hash == block.block_hash);
    CHECK(verify_certificate(*certificate, seat.genesis.validators, seat.genesis.ledger_id, seat.genesis.origin));
    if (kind != 7) continue;
    CHECK(certificate->statement.size == block.after.log_size);
    CHECK(certificate->statement.root == block.after.log_root);
    CHECK(certificate->statement.state_root == block.after.state_root);
    CHECK(certificate->statement.next_valset_hash == seat.genesis.valset_hash);
  }
  const GuardRows guard = read_guard(persist.guard);
  CHECK(guard.height == 1);
  CHECK(guard.cosign.size == block.after.log_size);
  REQUIRE(guard.votes.size() == 1);
  CHECK(guard.votes.at({1, 1}) == votes);

  const auto& committed = std::get<Committed>(outputs[1]);
  CHECK(committed.tip == block.after);
  const auto finalization = Certificate::decode(seat.get(chain_key::certificate(7, 1, 1)), seat.genesis.validators);
  CHECK(committed.finality_note ==
        finality_note(*finalization, seat.genesis.validators, seat.genesis.ledger_id, seat.genesis.origin));
  CHECK(std::get<Cosigned>(outputs[2]).checkpoint == HeadRow::decode(seat.get(chain_key::head(block.after.log_size)))->first);

  const Build next = seat.asked_to_build();
  CHECK(next.view == 2);
  CHECK(next.parent == block.after);
  CHECK(next.base == block.block_hash);
  CHECK(next.justification == justification_section({seat.get(chain_key::certificate(5, 1, 1))}));
}

TEST_CASE("a second block of a view is let fall, and gets no vote", "[agreement]") {
  Seat seat;
  seat.started();
  const Build order = seat.asked_to_build();
  const BuiltBlock block = seat.block(order);
  seat.step(Built{block});
  CHECK(seat.step(Built{seat.block(order, kNow + 5)}).empty());
  CHECK(VoteRow::decode(seat.get(chain_key::votes(1, 1)))->notarized == block.block_hash);
  CHECK(seat.engine->tip() == block.after);
}

TEST_CASE("cosigning while a block is being built disturbs neither", "[agreement]") {
  Seat seat;
  seat.started();
  const BuiltBlock block = seat.block(seat.asked_to_build());
  CHECK(the<Cosigned>(seat.step(RecosignDue{}, kNow + 1'000)).size == 2);
  CHECK(the<Committed>(seat.step(Built{block}, kNow + 2'000)).tip == block.after);
}

TEST_CASE("a cosignature's time never falls, whatever the clock says [F25]", "[agreement][F25]") {
  Seat seat;
  seat.started();
  const std::uint64_t start_s = kNow / 1000;
  CHECK(seat.cosigned_at() == start_s);
  seat.step(RecosignDue{}, kNow + 60'000);
  CHECK(seat.cosigned_at() == start_s + 60);
  seat.step(RecosignDue{}, kNow - 3'600'000);
  CHECK(seat.cosigned_at() == start_s + 60);
  seat.add_block(kNow - 3'600'000);
  CHECK(seat.cosigned_at() == start_s + 60);
  // Nor before the block's own time, which is its parent's plus one when the clock is behind.
  seat.step(Built{seat.block(seat.asked_to_build(), kNow + 120'001)});
  CHECK(seat.cosigned_at() == start_s + 121);
  // A clock before 1970 is as good as none.
  seat.step(RecosignDue{}, -5'000);
  CHECK(seat.cosigned_at() == start_s + 121);
}

TEST_CASE("cosigning again keeps the first note of a size for ever", "[agreement]") {
  Seat seat;
  seat.started();
  seat.add_block();
  const std::uint64_t size = seat.engine->tip().log_size;
  const Bytes first = HeadRow::decode(seat.get(chain_key::head(size)))->first;
  const auto outputs = seat.step(RecosignDue{}, kNow + 60'000);
  REQUIRE(outputs.size() == 2);
  const auto& persist = std::get<Persist>(outputs[0]);
  CHECK(persist.commits.empty());
  CHECK(read_guard(persist.guard).votes.empty());
  CHECK(read_guard(persist.guard).height == 1);
  const auto head = HeadRow::decode(seat.get(chain_key::head(size)));
  CHECK(head->first == first);
  CHECK(head->newest != first);
  CHECK(std::get<Cosigned>(outputs[1]).checkpoint == head->newest);
  // Also across a restart.
  const DurableImage image = seat.durable_image();
  seat.sit_down();
  seat.step(Start{image}, kNow + 90'000);
  CHECK(HeadRow::decode(seat.get(chain_key::head(size)))->first == first);
}

TEST_CASE("a restart votes in no view again and goes on behind the tip", "[agreement]") {
  Seat seat;
  seat.started();
  for (int i = 0; i < 3; ++i) seat.add_block();
  const DurableImage image = seat.durable_image();
  CHECK(image.votes.size() == 3);
  CHECK(image.candidates.empty());
  seat.sit_down();
  const auto outputs = seat.step(Start{image}, kNow + 1'000);
  for (const auto& change : std::get<Persist>(outputs.at(0)).batch.changes()) {
    CHECK_FALSE((change.key.starts_with("v") || change.key.starts_with("c")));
  }
  CHECK(seat.engine->tip() == image.tip);
  const Build build = seat.asked_to_build();
  CHECK(build.view == 4);
  CHECK(build.parent == image.tip);
  CHECK(build.justification == justification_section({image.tip_certificate}));
}

TEST_CASE("a restart executes again what was voted for, and commits that very block", "[agreement]") {
  Stopped stopped;
  Seat& seat = stopped.seat;
  const auto outputs = seat.step(Start{stopped.image});
  const auto& execute = the<Execute>(outputs);
  CHECK(execute.block_hash == stopped.block.block_hash);
  CHECK(execute.parent == seat.genesis_tip());
  CHECK(execute.base == seat.genesis.ledger_id);
  CHECK(execute.seal == stopped.block.seal);
  CHECK(execute.body == stopped.block.body);
  const auto done = seat.step(Executed{execute.block_hash, Executed::Verdict::valid, stopped.block.after, {}});
  CHECK(the<Persist>(done).commits == std::vector{stopped.block.block_hash});
  CHECK(the<Committed>(done).tip == stopped.block.after);
  CHECK(seat.asked_to_build().view == 2);
}

TEST_CASE("a restart without the block that it voted for votes for no other of that view", "[agreement]") {
  Stopped stopped;
  stopped.image.candidates.clear();
  Seat& seat = stopped.seat;
  seat.step(Start{stopped.image});
  CHECK(seat.step(PoolHint{true}).empty());
  CHECK(seat.step(Built{stopped.block}).empty());
  CHECK_FALSE(seat.has(chain_key::votes(1, 1)));
  CHECK(seat.engine->tip() == seat.genesis_tip());
}

TEST_CASE("a certified block that this member's own execution denies ends its voting", "[agreement]") {
  Stopped stopped;
  Seat& seat = stopped.seat;
  seat.step(Start{stopped.image});
  const auto outputs = seat.step(Executed{stopped.block.block_hash, Executed::Verdict::invalid, {}, "REPLAY"});
  CHECK(only<Diverged>(outputs).why == "REPLAY");
  CHECK_FALSE(seat.engine->voting());
  CHECK(seat.step(PoolHint{true}).empty());
  CHECK(seat.step(RecosignDue{}).empty());
}

TEST_CASE("votes are kept for the last 32 views and finalizations for ever, whatever restarts lie between", "[agreement]") {
  Seat seat;
  seat.started();
  for (int i = 0; i < 40; ++i) {
    seat.add_block();
    if (i % 11 != 10) continue;
    const DurableImage image = seat.durable_image();
    seat.sit_down();
    seat.step(Start{image});
  }
  for (std::uint64_t view = 1; view <= 40; ++view) {
    INFO("view " << view);
    CHECK(seat.has(chain_key::votes(1, view)) == (view > 8));
    CHECK(seat.has(chain_key::certificate(5, 1, view)) == (view > 8));
    CHECK(seat.has(chain_key::certificate(7, 1, view)));
  }
}

TEST_CASE("the same inputs give the same outputs, byte for byte", "[agreement]") {
  const auto run = [] {
    Seat seat;
    seat.started();
    for (int i = 0; i < 5; ++i) seat.add_block(kNow + 1'000 * i);
    seat.step(RecosignDue{}, kNow + 70'000);
    BinaryWriter rows;
    REQUIRE(seat.store.scan(Family::chain, {}, {}, [&](BytesView key, BytesView value) {
      rows.bytes32(key).bytes32(value);
      return true;
    }));
    return crypto::sha256(rows.bytes());
  };
  CHECK(run() == run());
}

TEST_CASE("a vote under one's own key that was not cast stops this member, also after a restart [F19]", "[agreement][F19]") {
  Seat seat;
  seat.started();
  Statement foreign;
  foreign.kind = Statement::Kind::nullify;
  foreign.epoch = 1;
  foreign.view = 1;
  const auto vote_of = [&](const crypto::SigningKey& key) {
    return Vote{foreign, 0, key.sign({signed_bytes(foreign, seat.genesis.ledger_id, seat.genesis.origin)})};
  };
  // Anybody may say so; the signature must be this member's.
  CHECK(seat.step(Received{1, vote_of(seat.keys.cosign)}).empty());
  CHECK(seat.engine->voting());
  const auto outputs = seat.step(Received{1, vote_of(seat.keys.vote)});
  CHECK(the<Impersonated>(outputs).statement == foreign);
  CHECK_FALSE(seat.engine->voting());
  REQUIRE(seat.engine->abstaining());
  CHECK_FALSE(seat.engine->abstaining()->reason.empty());
  CHECK(seat.step(PoolHint{true}).empty());
  CHECK(seat.step(RecosignDue{}, kNow + 60'000).empty());
  CHECK(seat.step(Received{1, vote_of(seat.keys.vote)}).empty());  // once

  DurableImage image = seat.fresh_image();
  image.abstain = *AbstainRow::decode(seat.get(chain_key::meta("abstain")));
  seat.sit_down();
  seat.step(Start{image});
  CHECK_FALSE(seat.engine->voting());
  CHECK(seat.step(PoolHint{true}).empty());
  // Nobody else can answer for a member alone: the operators' command gives the bound.
  seat.step(AbstainUntil{1});
  REQUIRE(seat.engine->abstaining());
  CHECK(seat.engine->abstaining()->state == AbstainRow::State::bounded);
  CHECK(seat.step(PoolHint{false}).empty());
  CHECK(seat.step(PoolHint{true}).empty());  // view 1 is not above it
}

TEST_CASE("what is cast by this member itself is no other's", "[agreement]") {
  Seat seat;
  seat.started();
  seat.add_block();
  const Bytes finalization = seat.get(chain_key::certificate(7, 1, 1));
  for (const Message& message : {Message(CertificateMessage{finalization}), Message(CertificateMessage{seat.get(chain_key::certificate(5, 1, 1))})}) {
    CHECK(seat.step(Received{1, message}).empty());
  }
  CHECK(seat.engine->voting());
}

TEST_CASE("the block that ends an epoch leads to view 0 of the next, durably and with it", "[agreement][F60]") {
  Seat seat;
  seat.started();
  const Build order = seat.asked_to_build();
  BuiltBlock last = seat.block(order);
  auto seal = *ledger::decode_seal(last.seal);
  seal.epoch_end = true;
  seal.next_valset_hash = crypto::sha256("the next set");
  last.seal = ledger::encode_seal(seal);
  last.block_hash = ledger::block_hash(last.seal);
  last.after.block_hash = last.block_hash;
  last.after.next_valset_hash = seal.next_valset_hash;
  const auto outputs = seat.step(Built{last});
  Tip begin = last.after;
  begin.epoch = 2;
  begin.view = 0;
  CHECK(the<Committed>(outputs).tip == last.after);
  CHECK(the<EpochEnded>(outputs).tip == begin);
  CHECK(*Tip::decode(seat.get(chain_key::meta("tip"))) == begin);
  const EpochRow row = *EpochRow::decode(seat.get(chain_key::meta("epoch")));
  CHECK(row.epoch == 2);
  CHECK(row.genesis == last.block_hash);
  CHECK(row.handover == seat.get(chain_key::certificate(7, 1, 1)));
  // It votes no more, and hands out what ended it.
  CHECK_FALSE(seat.engine->voting());
  CHECK(seat.step(PoolHint{true}).empty());

  DurableImage image;
  image.tip = begin;
  image.epoch = row;
  auto set = seat.genesis.validators;
  set.epoch = 2;
  const Signers signers{[&](BytesView message) { return seat.keys.vote.sign({message}); },
                        [&](std::string_view text) { return crypto::sign_note(text, seat.genesis.origin, seat.keys.log); },
                        [&](std::string_view text, std::uint64_t time_s) { return seat.keys.cosign.sign({crypto::cosignature_message(time_s, text)}); }};
  seat.engine = std::make_unique<Engine>(set, 0, seat.genesis.ledger_id, seat.genesis.origin, signers,
                                         [](const PublicKey& key, BytesView message, const Signature& signature) { return crypto::verify(key, message, signature); });
  CHECK(the<Cosigned>(seat.step(Start{image})).size == begin.log_size);
  const Build next = seat.asked_to_build();
  CHECK(next.epoch == 2);
  CHECK(next.view == 1);
  CHECK(next.parent == begin);
  CHECK(next.justification == Bytes(4, '\0'));
  const auto answers = seat.engine->step(Received{3, GetCerts{1, 1, 9}}, kNow);
  CHECK(std::get<CertificateMessage>(only<Send>(answers).message).certificate == row.handover);
}

TEST_CASE("rows of the chain are read as they were written, and nothing else is", "[agreement][formats]") {
  const Digest a = crypto::sha256("a");
  const VoteRow votes{a, std::nullopt, true, std::nullopt};
  CHECK(*VoteRow::decode(votes.encode()) == votes);
  const Tip tip = Seat().genesis_tip();
  CHECK(*Tip::decode(tip.encode()) == tip);
  for (const Bytes& bytes : {votes.encode(), tip.encode(), CosignRow{5, a, 6}.encode(), HeadRow{"a", "b"}.encode(),
                             HeightRow{1, 2}.encode(), BlockRow{true, "s", "j", ""}.encode()}) {
    const Bytes shorter = bytes.substr(0, bytes.size() - 1);
    CHECK_FALSE((VoteRow::decode(shorter) && Tip::decode(shorter) && CosignRow::decode(shorter)));
  }
  CHECK_FALSE(VoteRow::decode(votes.encode() + "x"));
  CHECK_FALSE(Tip::decode(tip.encode() + "x"));
  CHECK_FALSE(CosignRow::decode(CosignRow{5, a, 6}.encode() + "x"));
  CHECK_FALSE(HeadRow::decode(HeadRow{"a", "b"}.encode() + "x"));
  CHECK_FALSE(HeightRow::decode(HeightRow{1, 2}.encode() + "x"));
  CHECK_FALSE(BlockRow::decode(Bytes("\x02").append(BlockRow{}.encode().substr(1))));
}
