// SPDX-License-Identifier: Apache-2.0
// A node at work: what becomes of submissions, and that each is answered exactly once.
#include <algorithm>
#include <filesystem>
#include <future>
#include <thread>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/receipt.hpp"
#include "tests/node/running_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using api::RecordStatus;
using api::State;
using api::Wait;
using test::Answer;
using test::company_body;
using test::RunningLedger;
using test::sign_record;
using test::SignedUnit;
using test::story_unit;

namespace {

SignedUnit company(const RunningLedger& ledger, std::uint64_t n) {
  return sign_record(company_body(ledger.ledger_id(), n));
}

/// Another registration of the same company.
SignedUnit rival(const RunningLedger& ledger, std::uint64_t n) {
  ledger::Value body = company_body(ledger.ledger_id(), n);
  body.set("nonce", std::string(32, 'a'));
  return sign_record(body);
}

SignedUnit brief_company(const RunningLedger& ledger, std::uint64_t n, std::int64_t expires_at) {
  ledger::Value body = company_body(ledger.ledger_id(), n);
  body.set("expires_at", expires_at);
  return sign_record(body);
}

std::string codes(const RecordStatus& status) {
  std::string text;
  for (const auto& issue : status.issues) text += (text.empty() ? "" : " ") + issue.code;
  return text;
}

/// Keeps the node's driver busy inside the answer to a record of its own until released, so that what is
/// handed in meanwhile meets in the next block.
class HeldDriver {
 public:
  HeldDriver(RunningLedger& ledger, std::uint64_t company_number) {
    const auto unit = company(ledger, company_number);
    ledger.node().submit(test::submission_of(unit), Wait::final, 3'600'000,
                         [state = state_](const Result<RecordStatus>&) {
                           state->entered.set_value();
                           state->released.get_future().wait();
                         });
    state_->entered.get_future().wait();
  }
  ~HeldDriver() { release(); }
  HeldDriver(const HeldDriver&) = delete;
  HeldDriver& operator=(const HeldDriver&) = delete;
  void release() {
    if (std::exchange(held_, false)) state_->released.set_value();
  }

 private:
  struct State {
    std::promise<void> entered;
    std::promise<void> released;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  bool held_ = true;
};

}  // namespace

TEST_CASE("a story of every kind of submission becomes one block each, and goes on after a restart", "[node]") {
  RunningLedger ledger;
  ledger.founded().tell(1, 12);
  CHECK(ledger.height() == 12);
  ledger.stop();
  REQUIRE(ledger.start());
  CHECK(ledger.height() == 12);
  ledger.tell(13, 14);
}

TEST_CASE("pending comes with a receipt that the node signed, the same whenever it is asked", "[node]") {
  RunningLedger ledger;
  ledger.founded();
  ledger.set_second(5);
  HeldDriver held(ledger, 1);
  const auto unit = company(ledger, 2);
  const auto pending = ledger.submit(unit, Wait::pending).must(State::pending);
  CHECK(pending.id == unit.id);
  const auto receipt = ledger::verify_receipt(pending.receipt, test::office_keys().intake.public_key());
  REQUIRE(receipt);
  CHECK(receipt->ledger_id == ledger.ledger_id());
  CHECK(receipt->record_id == unit.id);
  CHECK(receipt->node == "ip-office.example");
  CHECK(receipt->received_ms == test::kLedgerBeginMs + 5'000);
  CHECK(receipt->valid_until == test::kLedgerBeginMs / 1000 + 86'400);
  ledger.set_second(6);
  CHECK(ledger.submit(unit, Wait::none).must(State::pending).receipt == pending.receipt);
  CHECK(ledger.status_of(unit.id).receipt == pending.receipt);
  CHECK(ledger.node().status().pool_units == 1);
}

TEST_CASE("final comes with the block's note and a path under the log's root", "[node]") {
  RunningLedger ledger;
  ledger.founded().tell(1, 3);
  const auto unit = company(ledger, 1);
  const auto final = ledger.record(unit);
  CHECK(final.id == unit.id);
  CHECK(final.height == 4);
  CHECK(final.cosigned);
  REQUIRE(final.finality);
  const auto view = ledger.node().view();
  CHECK(final.finality->note == **view->finality_note(4));
  CHECK(final.finality->size == view->head().size);
  CHECK(**view->entry(final.index) == unit.entry);
  CHECK(crypto::verify_inclusion(final.index, final.finality->size, crypto::log_leaf_hash(unit.entry),
                                 final.finality->path, view->head().root));
  // Handed in again, or asked for, it is the same record.
  for (const auto& again : {ledger.record(unit), ledger.status_of(unit.id)}) {
    CHECK(again.state == State::final);
    CHECK(again.index == final.index);
    CHECK(again.time_ms == final.time_ms);
  }
  CHECK(ledger.height() == 4);
}

TEST_CASE("a refusal at intake is remembered; one without a valid signature leaves nothing [F93]", "[node][F93]") {
  RunningLedger ledger;
  ledger.founded();
  ledger.record(company(ledger, 1));
  const auto refused = ledger.submit(rival(ledger, 1), Wait::final).must(State::refused);
  CHECK(codes(refused) == "PARTY_EXISTS");
  CHECK(refused.judged_height == 1);
  const auto remembered = ledger.status_of(rival(ledger, 1).id);
  CHECK(remembered.state == State::refused);
  CHECK(codes(remembered) == "PARTY_EXISTS");

  SignedUnit forged = company(ledger, 2);
  const std::size_t at = forged.entry.find("\"sig\":\"") + 7;
  forged.entry[at] = forged.entry[at] == 'A' ? 'B' : 'A';
  CHECK(codes(ledger.submit(forged, Wait::final).must(State::refused)) == "BAD_SIGNATURE");
  CHECK_FALSE(*ledger.node().status_of(forged.id));
  // So that the record itself may still come.
  CHECK(ledger.record(company(ledger, 2)).height == 2);
}

TEST_CASE("a dry run tells all problems and has no effect", "[node]") {
  RunningLedger ledger;
  ledger.founded();
  ledger::Value body = company_body(ledger.ledger_id(), 1);
  const auto good = ledger.node().dry_run(test::submission_of(sign_record(body)));
  REQUIRE(good);
  CHECK(good->state == State::pending);
  body.set("rule_pack", 9);
  body.find("data")->set("region", "11");
  const auto bad = ledger.node().dry_run(test::submission_of(sign_record(body)));
  REQUIRE(bad);
  CHECK(bad->state == State::refused);
  CHECK(codes(*bad).find("RULE_PACK_UNKNOWN") != std::string::npos);
  CHECK_FALSE(*ledger.node().status_of(bad->id));
  CHECK(ledger.height() == 0);
  CHECK(ledger.node().status().pool_units == 0);
}

TEST_CASE("of two records that exclude each other the first wins; the other waits and is refused on final ground",
          "[node]") {
  RunningLedger ledger;
  ledger.founded();
  HeldDriver held(ledger, 1);
  const auto first = ledger.submit(company(ledger, 2), Wait::final);
  const auto ready = ledger.submit(company(ledger, 2), Wait::pending).must(State::pending);
  // Whoever is answered may ask the node at once.
  Answer loser;
  std::promise<State> seen_inside;
  ledger.node().submit(test::submission_of(rival(ledger, 2)), Wait::final, 3'600'000,
                       [&, done = loser.done()](Result<RecordStatus> status) {
                         seen_inside.set_value((*ledger.node().status_of(rival(ledger, 2).id))->state);
                         done(std::move(status));
                       });
  const auto third = ledger.submit(company(ledger, 3), Wait::final);
  ledger.submit(company(ledger, 3), Wait::pending).must(State::pending);
  ledger.submit(rival(ledger, 2), Wait::pending).must(State::pending);
  held.release();
  CHECK(first.must(State::final).height == 2);
  CHECK(third.must(State::final).height == 2);
  const auto refused = loser.must(State::refused);
  CHECK(codes(refused) == "PARTY_EXISTS");
  CHECK(refused.judged_height == 2);
  CHECK(seen_inside.get_future().get() == State::refused);
  CHECK(ledger.height() == 2);  // no block for the refused one
  CHECK(ledger.node().status().pool_units == 0);
}

TEST_CASE("a batch is taken as a whole or refused as a whole, and the member is named", "[node]") {
  RunningLedger ledger;
  ledger.founded();
  ledger.record(company(ledger, 2));
  const Digest& id = ledger.ledger_id();
  const auto bad = test::sign_batch(id, {company_body(id, 1), company_body(id, 2), company_body(id, 3)}, 1);
  const auto refused = ledger.submit(bad, Wait::final).must(State::refused);
  CHECK(codes(refused) == "BATCH_MEMBER_REFUSED");
  CHECK(refused.member == 1);
  const auto good = test::sign_batch(id, {company_body(id, 1), company_body(id, 3)}, 2);
  const auto final = ledger.record(good);
  CHECK(final.height == 2);
  CHECK(ledger.node().view()->head().size == final.index + 4);  // manifest, two members, seal
  CHECK(ledger.status_of(company(ledger, 3).id).index == final.index + 2);
}

TEST_CASE("a member that conflicts within a block takes its batch out of it", "[node]") {
  RunningLedger ledger;
  ledger.founded();
  const Digest& id = ledger.ledger_id();
  HeldDriver held(ledger, 1);
  const auto batch = test::sign_batch(id, {company_body(id, 4), company_body(id, 5)}, 1);
  ledger.submit(company(ledger, 5), Wait::pending).must(State::pending);
  ledger.submit(batch, Wait::pending).must(State::pending);
  CHECK(ledger.status_of(company(ledger, 4).id).state == State::pending);  // found by its member
  const auto outcome = ledger.submit(batch, Wait::final);
  held.release();
  const auto refused = outcome.must(State::refused);
  CHECK(codes(refused) == "BATCH_MEMBER_REFUSED");
  CHECK(refused.member == 1);
  CHECK(refused.judged_height == 2);
  CHECK_FALSE(*ledger.node().status_of(company(ledger, 4).id));  // nothing of it stayed
}

TEST_CASE("a block is built from no more units than configured; the rest wait for the next", "[node]") {
  RunningLedger ledger;
  node::NodeOptions options = test::office_options();
  options.block_units_max = 2;
  ledger.founded(options);
  HeldDriver held(ledger, 1);
  std::vector<Answer> answers;
  for (std::uint64_t n = 2; n <= 6; ++n) {
    answers.push_back(ledger.submit(company(ledger, n), Wait::final));
    ledger.submit(company(ledger, n), Wait::pending).must(State::pending);
  }
  held.release();
  std::vector<std::uint64_t> heights;
  for (const Answer& answer : answers) heights.push_back(answer.must(State::final).height);
  CHECK(heights == std::vector<std::uint64_t>{2, 2, 3, 3, 4});
}

TEST_CASE("a record past its time lapses by the clock and expires only by a block, also after a restart", "[node]") {
  RunningLedger ledger;
  ledger.founded();
  ledger.set_second(0);
  const auto brief = brief_company(ledger, 2, test::kLedgerBeginMs / 1000 + 10);
  Answer expired;
  {
    HeldDriver held(ledger, 1);
    ledger.submit(brief, Wait::pending).must(State::pending);
    ledger.node().submit(test::submission_of(brief), Wait::final, 3'600'000,
                         [&, done = expired.done()](Result<RecordStatus> status) {
                           CHECK(ledger.node().view()->head().height == 2);  // asked while being answered
                           done(std::move(status));
                         });
    CHECK_FALSE(ledger.status_of(brief.id).lapsed);
    ledger.set_second(11);
    CHECK(ledger.status_of(brief.id).lapsed);
  }
  // Another record makes the block by whose time it has expired.
  CHECK(ledger.record(company(ledger, 3)).height == 2);
  CHECK(expired.must(State::expired).id == brief.id);
  CHECK(ledger.status_of(brief.id).state == State::expired);
  CHECK(codes(ledger.submit(brief_company(ledger, 4, test::kLedgerBeginMs / 1000 + 10), Wait::final)
                  .must(State::refused)) == "STALE");
  ledger.stop();
  REQUIRE(ledger.start());
  CHECK(ledger.status_of(brief.id).state == State::expired);
  CHECK(ledger.node().status().pool_units == 0);
}

TEST_CASE("a record that waited too long stays pending and is pursued no more, also after a restart", "[node]") {
  RunningLedger ledger;
  node::NodeOptions options = test::office_options();
  options.pool.pursued_ms = 1'000;
  ledger.founded(options);
  Answer waiter;
  const auto unit = company(ledger, 2);
  Bytes receipt;
  {
    HeldDriver held(ledger, 1);
    receipt = ledger.submit(unit, Wait::pending).must(State::pending).receipt;
    waiter = ledger.submit(unit, Wait::final, 1'500);
    ledger.set_clock(test::kLedgerBeginMs + 1'501);
  }
  const auto answer = waiter.must(State::pending);
  CHECK_FALSE(answer.pursued);
  CHECK(answer.receipt == receipt);
  CHECK(ledger.record(company(ledger, 3)).height == 2);
  CHECK(ledger.status_of(unit.id).state == State::pending);
  ledger.stop();
  REQUIRE(ledger.start(options));
  ledger.record(company(ledger, 4));
  CHECK(ledger.status_of(unit.id).state == State::pending);
  CHECK(ledger.status_of(unit.id).receipt == receipt);
  CHECK_FALSE(ledger.status_of(unit.id).pursued);
}

TEST_CASE("a waiter whose time is over is told pending, once, and the record becomes final all the same", "[node]") {
  RunningLedger ledger;
  ledger.founded();
  std::vector<Answer> waiters;
  const auto unit = company(ledger, 2);
  {
    HeldDriver held(ledger, 1);
    ledger.submit(unit, Wait::pending).must(State::pending);
    for (int i = 0; i < 3; ++i) waiters.push_back(ledger.submit(unit, Wait::final, 500));
    waiters.push_back(ledger.submit(unit, Wait::final, 3'600'000));
    ledger.set_clock(test::kLedgerBeginMs + 500);
  }
  CHECK(waiters[3].must(State::final).height == 2);
  ledger.stop();
  for (int i = 0; i < 3; ++i) waiters[static_cast<std::size_t>(i)].must(State::pending);
  for (const Answer& waiter : waiters) CHECK(waiter.calls() == 1);
}

TEST_CASE("a nonce used twice names the pending record", "[node][F62]") {
  RunningLedger ledger;
  ledger.founded();
  HeldDriver held(ledger, 1);
  ledger.submit(company(ledger, 2), Wait::pending).must(State::pending);
  ledger::Value body = company_body(ledger.ledger_id(), 3);
  body.set("nonce", company_body(ledger.ledger_id(), 2).text_of("nonce"));
  const auto refused = ledger.submit(sign_record(body), Wait::pending).must(State::refused);
  CHECK(codes(refused) == "REPLAY");
  CHECK(refused.issues[0].blocking == std::vector{to_sha256_id(company(ledger, 2).id)});
}

TEST_CASE("a full pool tells submitters to wait and takes them in later", "[node]") {
  RunningLedger ledger;
  node::NodeOptions options = test::office_options();
  options.pool.units_max = 5;
  ledger.founded(options);
  HeldDriver held(ledger, 1);
  for (std::uint64_t n = 2; n <= 5; ++n) ledger.submit(company(ledger, n), Wait::pending).must(State::pending);
  const auto full = ledger.submit(company(ledger, 6), Wait::final).get();
  REQUIRE_FALSE(full);
  CHECK(full.error().code == Errc::unavailable);
  // What is pending may be asked for again without taking room.
  const auto last = ledger.submit(company(ledger, 5), Wait::final);
  held.release();
  last.must(State::final);
  ledger.record(company(ledger, 6));
}

TEST_CASE("the same record from many submitters at once is one record and final to all", "[node][F61]") {
  RunningLedger ledger;
  ledger.founded();
  for (std::uint64_t n = 1; n <= 30; ++n) {
    const auto unit = company(ledger, n);
    std::vector<std::thread> threads;
    std::vector<Answer> answers(6);
    for (Answer& answer : answers) {
      threads.emplace_back(
          [&] { ledger.node().submit(test::submission_of(unit), Wait::final, 3'600'000, answer.done()); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const Answer& answer : answers) CHECK(answer.must(State::final).height == n);
  }
  CHECK(ledger.node().status().pool_units == 0);
}

TEST_CASE("a record that became final while it was handed in once more is final, not refused", "[node][F61]") {
  RunningLedger ledger;
  ledger.founded();
  const auto unit = company(ledger, 1);
  // The second answer to `pending` and the block race; whichever comes first, neither is a refusal.
  for (std::uint64_t n = 1; n <= 60; ++n) {
    const auto once = company(ledger, n);
    const auto first = ledger.submit(once, Wait::pending).get();
    REQUIRE(first);
    ledger.record(once);
    CHECK(ledger.status_of(once.id).state == State::final);
  }
  CHECK(ledger.height() == 60);
  CHECK(ledger.record(unit).height == 1);
}

TEST_CASE("a stop answers everyone who waits, exactly once, and keeps what was promised", "[node]") {
  test::TempDir dir;
  std::uint64_t next = 1;
  for (int round = 0; round < 12; ++round) {
    RunningLedger ledger(dir.path());
    if (round == 0) ledger.create();
    REQUIRE(ledger.start());
    std::vector<SignedUnit> units;
    for (int i = 0; i < 40; ++i) units.push_back(company(ledger, next++));
    std::vector<Answer> answers(units.size());
    std::vector<std::thread> threads;
    std::atomic<std::size_t> handed_in{0};
    for (std::size_t thread = 0; thread < 2; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = thread; i < units.size(); i += 2) {
          ledger.node().submit(test::submission_of(units[i]), i % 4 < 2 ? Wait::final : Wait::pending, 3'600'000,
                               answers[i].done());
          ++handed_in;
        }
      });
    }
    while (handed_in < static_cast<std::size_t>(3 * round)) std::this_thread::yield();
    ledger.node().stop();
    for (std::thread& thread : threads) thread.join();
    for (std::size_t i = 0; i < units.size(); ++i) {
      const auto answer = answers[i].get();
      CHECK(answers[i].calls() == 1);
      if (!answer) CHECK(answer.error().code == Errc::unavailable);
    }
    const auto after = ledger.submit(company(ledger, next), Wait::final).get();
    REQUIRE_FALSE(after);
    CHECK(after.error().code == Errc::unavailable);
    ledger.stop();
    REQUIRE(ledger.start());
    for (std::size_t i = 0; i < units.size(); ++i) {
      const auto answer = answers[i].get();
      if (!answer) continue;
      const State now = ledger.status_of(units[i].id).state;
      CHECK((now == State::final || (now == State::pending && answer->state == State::pending)));
    }
  }
}

TEST_CASE("the pool's journal is written anew, keeps what is pending, and does not grow for ever", "[node]") {
  RunningLedger ledger;
  node::NodeOptions options = test::office_options();
  options.journal_slack = 8 << 10;
  options.pool.pursued_ms = 1'000;
  ledger.founded(options);
  const auto kept = company(ledger, 500);
  Bytes receipt;
  {
    HeldDriver held(ledger, 501);
    receipt = ledger.submit(kept, Wait::pending).must(State::pending).receipt;
    ledger.set_second(2);  // no longer pursued, so that it outlives the others
  }
  std::uintmax_t longest = 0;
  for (std::uint64_t n = 1; n <= 80; ++n) {
    ledger.record(company(ledger, n));
    longest = std::max(longest, std::filesystem::file_size(ledger.config().journal_path()));
  }
  const std::size_t one = company(ledger, 1).entry.size();
  CHECK(80 * one > 4 * options.journal_slack);  // else the test shows nothing
  CHECK(longest < options.journal_slack + 8 * one);
  ledger.stop();
  CHECK_FALSE(std::filesystem::exists(ledger.config().journal_path() + ".new"));
  REQUIRE(ledger.start(options));
  CHECK(ledger.status_of(kept.id).state == State::pending);
  CHECK(ledger.status_of(kept.id).receipt == receipt);
  CHECK(ledger.node().status().pool_units == 1);
}

TEST_CASE("block time rises when the clock falls back [F25]", "[node][F25]") {
  RunningLedger ledger;
  ledger.founded();
  ledger.set_second(100);
  const auto first = ledger.record(company(ledger, 1));
  ledger.set_second(40);
  const auto second = ledger.record(company(ledger, 2));
  CHECK(first.time_ms == test::kLedgerBeginMs + 100'000);
  CHECK(second.time_ms == first.time_ms + 1);
  ledger.stop();
  REQUIRE(ledger.start());
  CHECK(ledger.record(company(ledger, 3)).time_ms == first.time_ms + 2);
}

TEST_CASE("an unchanged checkpoint is cosigned again when its time has come", "[node]") {
  RunningLedger ledger;
  node::NodeOptions options = test::office_options();
  options.recosign_ms = 60'000;
  ledger.founded(options).tell(1, 1);
  const std::string before = ledger.node().view()->head().checkpoint;
  ledger.set_second(70);
  std::string after = before;
  // The driver looks at the clock ten times a second.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (after == before && std::chrono::steady_clock::now() < give_up) {
    after = ledger.node().view()->head().checkpoint;
    std::this_thread::yield();
  }
  CHECK(after != before);
  CHECK(after.substr(0, after.find("\n\n")) == before.substr(0, before.find("\n\n")));
  CHECK(ledger.height() == 1);
}
