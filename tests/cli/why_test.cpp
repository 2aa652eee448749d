// SPDX-License-Identifier: Apache-2.0
// `status --why`: what a network waits for, as an operator reads it.
#include "cli/why.hpp"

#include <algorithm>

#include "tests/cli/captured.hpp"
#include "tests/cli/environment.hpp"
#include "tests/cli/sample_node.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using ledger::Value;

namespace {

Value member(const char* id, bool connected, Value::Members more = {}) {
  Value value(Value::Members{{"clock_offset_ms", 0}, {"connected", connected}, {"cosigned_size", 0}, {"heard", connected},
                             {"height", 7}, {"id", id}, {"self", false}, {"view", 3}});
  for (auto& each : more) value.set(each.key, std::move(each.value));
  return value;
}

/// A node of four that all is well with; `may_fail` and `lacking` as the API works them out.
Value status(Value::Items members, std::int64_t may_fail, std::int64_t lacking, Value::Members more = {}) {
  Value value(Value::Members{{"contradictions", Value(Value::Items{})}, {"height", 7}, {"lacking", lacking}, {"may_fail", may_fail},
                             {"member", "a.example"}, {"members", Value(std::move(members))}, {"pool_units", 0}, {"quorum", 3},
                             {"serving", true}, {"validators", 4}, {"view", 3}});
  for (auto& each : more) value.set(each.key, std::move(each.value));
  return value;
}

Value::Items four(bool b = true, bool c = true, bool d = true) {
  return {member("a.example", true, {{"self", true}}), member("b.example", b), member("c.example", c), member("d.example", d)};
}

bool told(const Value& status, const std::string& sentence, ledger::Language language = ledger::Language::en) {
  const auto lines = cli::why(status, language);
  for (const std::string& line : lines) UNSCOPED_INFO(line);
  return std::ranges::find(lines, sentence) != lines.end();
}

}  // namespace

TEST_CASE("a whole network says how many may fail and that nothing waits", "[cli][why]") {
  const Value whole = status(four(), 1, 0);
  CHECK(told(whole, "4 validators, quorum 3"));
  CHECK(told(whole, "1 more may fail"));
  CHECK(told(whole, "nothing waits: an idle network makes no blocks"));
  CHECK(told(whole, "还可容忍 1 个故障", ledger::Language::zh));
  CHECK(cli::why(whole, ledger::Language::en).size() == 3);
}

TEST_CASE("a network at its quorum says that no more may fail and who is missing since when", "[cli][why]") {
  Value::Items members = four(true, true, false);
  members[3].set("heard", Value(true));
  members[3].set("silent_ms", Value(190'000));
  members[3].set("problem", Value("connection refused"));
  const Value at_quorum = status(std::move(members), 0, 0);
  CHECK(told(at_quorum, "no more may fail: without one more member nothing becomes final"));
  CHECK(told(at_quorum, "missing: d.example, silent for 3 min (connection refused)"));
  CHECK(told(at_quorum, "失联：d.example，已 3 分钟 没有消息（connection refused）", ledger::Language::zh));
}

TEST_CASE("a network without a quorum names those of whom some must come back [F33]", "[cli][why][F33]") {
  const Value halted = status(four(true, false, false), 0, 1, {{"pool_units", 5}});
  CHECK(told(halted, "nothing can become final until 1 more of these come back: c.example, d.example"));
  CHECK(told(halted, "在下列成员中再有 1 个恢复之前，任何提交都不能终局：c.example、d.example", ledger::Language::zh));
  CHECK(told(halted, "missing: c.example, not heard since this node started"));
  CHECK(told(halted, "5 submissions wait for a quorum"));
}

TEST_CASE("a clock that is more than two seconds off is named with its member [F24]", "[cli][why][F24]") {
  Value::Items members = four();
  members[1].set("clock_offset_ms", Value(2'000));
  members[2].set("clock_offset_ms", Value(-3'600'000));
  const Value one = status(members, 1, 0);
  CHECK(told(one, "clock: c.example is 60 min behind this node"));
  CHECK(told(one, "时钟偏差：c.example 比本节点慢 60 分钟", ledger::Language::zh));
  CHECK_FALSE(told(one, "clock: b.example is 2 s ahead of this node"));
  members[1].set("clock_offset_ms", Value(2'001));
  const Value two = status(members, 1, 0);
  CHECK(told(two, "clock: b.example is 2 s ahead of this node"));
  CHECK(told(two, "most clocks differ from this node's: check the clock of this node"));
  members[2].set("connected", Value(false));  // what it said long ago is no news
  CHECK_FALSE(told(status(members, 0, 0), "clock: c.example is 60 min behind this node"));
}

TEST_CASE("a node that abstains or is behind says so", "[cli][why]") {
  Value::Items members = four();
  members[2].set("height", Value(12));
  const Value slow = status(std::move(members), 1, 0, {{"abstaining", "it catches up"}, {"pool_units", 2}});
  CHECK(told(slow, "this node runs but does not vote: it catches up"));
  CHECK(told(slow, "this node is behind: height 7, c.example says 12"));
  CHECK(told(slow, "本节点落后：高度 7，c.example 称已到 12", ledger::Language::zh));
  CHECK(told(slow, "2 submissions wait for a block (view 3)"));
}

TEST_CASE("the operators' command is named where no quorum of others can answer, and only there", "[cli][why]") {
  const std::string command = "fewer than 3 others can answer, so the operators of 2 others must vouch: hand them abstention/request.json "
                              "(qinglud network vouch), then run qinglud network end-abstention";
  Value few = status(four(true, true, false), 0, 0, {{"abstaining", "its disk was lost"}, {"asks_operators", true}});
  CHECK(told(few, command));
  const auto chinese = cli::why(few, ledger::Language::zh);
  CHECK(std::ranges::any_of(chinese, [](const std::string& line) { return line.find("qinglud network end-abstention") != line.npos; }));
  CHECK_FALSE(told(status(four(), 1, 0, {{"abstaining", "its disk was lost"}, {"asks_operators", true}}), command));
  few.set("asks_operators", Value(false));
  CHECK_FALSE(told(few, command));
}

TEST_CASE("members that contradicted themselves are named with the evidence [F44]", "[cli][why][F44]") {
  Value::Items found = {Value(Value::Members{{"code", "E2"}, {"file", "evidence/1.json"}, {"member", "b.example"}})};
  const Value betrayed = status(four(), 1, 0, {{"contradictions", Value(std::move(found))}});
  CHECK(told(betrayed, "contradiction: b.example signed what cannot both be honest (E2); evidence in the node's directory: evidence/1.json"));
}

TEST_CASE("a halted node says why, and a small network that it tolerates no fault", "[cli][why]") {
  Value stopped = status({member("a.example", false, {{"self", true}})}, 0, 1, {{"serving", false}, {"halted", "the disk is dead"}});
  stopped.set("validators", Value(1));
  CHECK(told(stopped, "halted: the disk is dead"));
  CHECK(told(stopped, "a network of fewer than 4 validators tolerates no fault"));
}

TEST_CASE("status explains by itself when something is wrong, and with --why always", "[cli][why]") {
  const test::Home home;
  const test::SampleLedger ledger;
  test::SampleNode node(ledger, 0);
  Value answer;
  node.lie([&](const std::string& path, std::string& body) {
    if (path == "/v1/status") body = ledger::to_canonical(answer);
  });
  const auto ask = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"status", "--node", node.address()};
    words.insert(words.end(), more.begin(), more.end());
    return test::qinglu(words);
  };
  answer = status(four(), 1, 0);
  CHECK(ask({}).out.find("quorum") == std::string::npos);
  CHECK(ask({"--why"}).out.find("1 more may fail") != std::string::npos);
  answer = status(four(false, false, true), 0, 1);
  const test::Ran ran = ask({});
  CHECK(ran.code == 0);  // it answers; that nothing becomes final is no failure of the question
  CHECK(ran.out.find("until 1 more of these come back: b.example, c.example") != std::string::npos);
  CHECK(ask({"--json"}).document().integer_of("lacking") == 1);
}
