// SPDX-License-Identifier: Apache-2.0
// The agreement with one validator as what it is: a function from inputs to ordered outputs.
#include "node/agreement/engine.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "crypto/base/binary.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/kv/memory_store.hpp"
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
  std::uint64_t token = 0;  // of the newest Persist

  Seat() { sit_down(); }
  void sit_down() {
    engine = std::make_unique<Engine>(genesis.validators, 0, genesis.ledger_id, genesis.origin,
                                      Signers{&keys.vote, &keys.cosign, &keys.log});
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
    DurableImage image;
    image.tip = *Tip::decode(get(chain_key::meta("tip")));
    image.tip_notarization = get(chain_key::certificate(5, 1, image.tip.view));
    image.cosigned = *CosignRow::decode(get(chain_key::cosign()));
    image.first_note = HeadRow::decode(get(chain_key::head(image.tip.log_size)))->first;
    return image;
  }

  std::vector<Output> step(const Input& input, std::int64_t now_ms = kNow) {
    auto outputs = engine->step(input, now_ms);
    for (const Output& output : outputs) {
      if (const auto* rows = std::get_if<Persist>(&output)) {
        REQUIRE(store.write(rows->batch, ledger::Sync::yes));
        token = rows->token;
      }
    }
    return outputs;
  }
  std::vector<Output> persisted() { return step(PersistDone{token}); }
  Bytes get(const Bytes& key) const {
    const auto row = store.get(Family::chain, key);
    REQUIRE(row);
    REQUIRE(*row);
    return **row;
  }
  bool has(const Bytes& key) const { return store.get(Family::chain, key)->has_value(); }

  /// A block on the present tip, as the executor would build it.
  BuiltBlock block(std::int64_t time_ms = kNow) const {
    BuiltBlock built;
    built.seal = "seal of view " + std::to_string(engine->tip().view + 1);
    built.block_hash = ledger::block_hash(built.seal);
    built.after = engine->tip();
    ++built.after.view;
    ++built.after.height;
    built.after.block_hash = built.block_hash;
    built.after.log_size += 2;
    built.after.log_root = crypto::sha256(built.seal);
    built.after.state_root = crypto::sha256("state " + built.seal);
    built.after.time_ms = time_ms;
    return built;
  }
  /// Started at genesis and its first cosignature durable.
  Seat& started() {
    step(Start{fresh_image()});
    persisted();
    return *this;
  }
  void add_block(std::int64_t now_ms = kNow) {
    step(PoolHint{true}, now_ms);
    step(Built{block(now_ms)}, now_ms);
    step(PoolHint{false});
    persisted();
  }
  std::uint64_t cosigned_at() const { return CosignRow::decode(get(chain_key::cosign()))->time_s; }
};

template <class T>
const T& only(const std::vector<Output>& outputs) {
  REQUIRE(outputs.size() == 1);
  REQUIRE(std::holds_alternative<T>(outputs[0]));
  return std::get<T>(outputs[0]);
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

/// Whether `act` ends the process by a check, in a child.
template <class Act>
bool stops_the_process(Act act) {
  const ::pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL);
    ::close(STDERR_FILENO);
    act();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TEST_CASE("a start cosigns the tip, and says so only once that is durable", "[agreement]") {
  Seat seat;
  const auto outputs = seat.step(Start{seat.fresh_image()});
  const auto& persist = only<Persist>(outputs);
  CHECK_FALSE(persist.commits);
  CHECK(persist.batch.changes().size() == 2);
  const auto head = HeadRow::decode(seat.get(chain_key::head(2)));
  REQUIRE(head);
  CHECK(head->first == head->newest);
  CHECK(CosignRow::decode(seat.get(chain_key::cosign()))->size == 2);
  const GuardRows guard = read_guard(persist.guard);
  CHECK(guard.height == 0);
  CHECK(guard.cosign.size == 2);
  CHECK(guard.votes.empty());
  CHECK(only<Recosigned>(seat.persisted()).checkpoint == head->newest);
}

TEST_CASE("an idle engine builds nothing; with records waiting it builds once", "[agreement]") {
  Seat seat;
  seat.started();
  CHECK(seat.step(PoolHint{false}).empty());
  const auto outputs = seat.step(PoolHint{true});
  const auto& build = only<Build>(outputs);
  CHECK(build.epoch == 1);
  CHECK(build.view == 1);
  CHECK(build.parent == seat.genesis_tip());
  CHECK(build.proposer == 0);
  CHECK(build.justification == Bytes(4, '\0'));
  CHECK(build.next_valset_hash == seat.genesis.valset_hash);
  CHECK(seat.step(PoolHint{true}).empty());
  CHECK(seat.step(RecosignDue{}).empty());
  // Nothing passed the rules: no block, and the next hint asks again, for the same view.
  CHECK(seat.step(Built{std::nullopt}).empty());
  CHECK(only<Build>(seat.step(PoolHint{true})).view == 1);
}

TEST_CASE("records that arrive during a Persist are built right after it, behind its own outputs", "[agreement]") {
  Seat seat;
  seat.step(Start{seat.fresh_image()});
  CHECK(seat.step(PoolHint{true}).empty());
  const auto outputs = seat.persisted();
  REQUIRE(outputs.size() == 2);
  CHECK(std::holds_alternative<Recosigned>(outputs[0]));
  CHECK(std::holds_alternative<Build>(outputs[1]));
}

TEST_CASE("a block's votes, certificates, cosignature and tip are one Persist, and nothing is said before it",
          "[agreement]") {
  Seat seat;
  seat.started();
  seat.step(PoolHint{true});
  const BuiltBlock block = seat.block();
  const auto outputs = seat.step(Built{block});
  const auto& persist = only<Persist>(outputs);
  CHECK(persist.commits);
  // V1: one Propose and one Notarize; V2: no Nullify beside Finalize; V3: all for one block.
  const VoteRow votes = *VoteRow::decode(seat.get(chain_key::votes(1, 1)));
  CHECK(votes == VoteRow{block.block_hash, block.block_hash, false, block.block_hash});
  CHECK(*Tip::decode(seat.get(chain_key::meta("tip"))) == block.after);
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

  const auto said = seat.persisted();
  REQUIRE(said.size() == 2);  // then the next Build, as records still wait
  const auto* committed = std::get_if<Committed>(&said[0]);
  REQUIRE(committed != nullptr);
  CHECK(committed->tip == block.after);
  const auto finalization = Certificate::decode(seat.get(chain_key::certificate(7, 1, 1)), seat.genesis.validators);
  CHECK(committed->finality_note ==
        finality_note(*finalization, seat.genesis.validators, seat.genesis.ledger_id, seat.genesis.origin));
  CHECK(committed->checkpoint == HeadRow::decode(seat.get(chain_key::head(block.after.log_size)))->first);
  const auto* build = std::get_if<Build>(&said[1]);
  REQUIRE(build != nullptr);
  CHECK(build->view == 2);
  CHECK(build->parent == block.after);
  CHECK(build->justification == justification_section({seat.get(chain_key::certificate(5, 1, 1))}));
}

TEST_CASE("a second block in a view, and an answer to another Persist, stop the process", "[agreement]") {
  Seat seat;
  seat.started();
  seat.add_block();
  seat.step(PoolHint{true});
  BuiltBlock again = seat.block();
  --again.after.view;
  CHECK(stops_the_process([&] { seat.engine->step(Built{again}, kNow); }));
  CHECK(stops_the_process([&] { seat.engine->step(PersistDone{seat.token}, kNow); }));
  seat.step(Built{seat.block()});
  CHECK(stops_the_process([&] { seat.engine->step(PersistDone{seat.token + 1}, kNow); }));
  CHECK_FALSE(stops_the_process([&] { seat.engine->step(PersistDone{seat.token}, kNow); }));
}

TEST_CASE("a cosignature's time never falls, whatever the clock says [F25]", "[agreement][F25]") {
  Seat seat;
  seat.started();
  const std::uint64_t start_s = kNow / 1000;
  CHECK(seat.cosigned_at() == start_s);
  seat.step(RecosignDue{}, kNow + 60'000);
  seat.persisted();
  CHECK(seat.cosigned_at() == start_s + 60);
  seat.step(RecosignDue{}, kNow - 3'600'000);
  seat.persisted();
  CHECK(seat.cosigned_at() == start_s + 60);
  seat.add_block(kNow - 3'600'000);
  CHECK(seat.cosigned_at() == start_s + 60);
  // Nor before the block's own time, which is its parent's plus one when the clock is behind.
  seat.step(PoolHint{true});
  seat.step(Built{seat.block(kNow + 120'001)}, kNow);
  seat.persisted();
  CHECK(seat.cosigned_at() == start_s + 121);
  // A clock before 1970 is as good as none.
  seat.step(Built{std::nullopt});
  seat.step(RecosignDue{}, -5'000);
  seat.persisted();
  CHECK(seat.cosigned_at() == start_s + 121);
}

TEST_CASE("cosigning again keeps the first note of a size for ever", "[agreement]") {
  Seat seat;
  seat.started();
  seat.add_block();
  const std::uint64_t size = seat.engine->tip().log_size;
  const Bytes first = HeadRow::decode(seat.get(chain_key::head(size)))->first;
  const auto outputs = seat.step(RecosignDue{}, kNow + 60'000);
  const auto& persist = only<Persist>(outputs);
  CHECK_FALSE(persist.commits);
  CHECK(read_guard(persist.guard).votes.empty());
  CHECK(read_guard(persist.guard).height == 1);
  const auto head = HeadRow::decode(seat.get(chain_key::head(size)));
  CHECK(head->first == first);
  CHECK(head->newest != first);
  CHECK(only<Recosigned>(seat.persisted()).checkpoint == head->newest);
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
  seat.sit_down();
  const auto outputs = seat.step(Start{image}, kNow + 1'000);
  const auto& persist = only<Persist>(outputs);
  for (const auto& change : persist.batch.changes()) {
    CHECK_FALSE((change.key.starts_with("v") || change.key.starts_with("c")));
  }
  CHECK(seat.engine->tip() == image.tip);
  seat.persisted();
  const auto build = only<Build>(seat.step(PoolHint{true}));
  CHECK(build.view == 4);
  CHECK(build.parent == image.tip);
  CHECK(build.justification == justification_section({image.tip_notarization}));
}

TEST_CASE("votes are kept for the last 32 views and finalizations for ever", "[agreement]") {
  Seat seat;
  seat.started();
  for (int i = 0; i < 40; ++i) seat.add_block();
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
