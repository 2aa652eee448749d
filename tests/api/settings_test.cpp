// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "api/http/http_server.hpp"
#include "node/config.hpp"
#include "node/key_budget.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using node::KeyBudget;

namespace {

Result<node::Config> configured(const std::string& text) {
  test::TempDir dir;
  std::ofstream(dir.path() + "/qinglud.toml") << text;
  return node::load_config(dir.path());
}

constexpr std::string_view kHere = "192.0.2.7";

std::vector<ledger::SignedBy> key(std::uint64_t n) { return {{"org:" + std::to_string(n), "k1"}}; }

}  // namespace

TEST_CASE("hosts and the budget of a key are configuration", "[api][F99]") {
  const auto shown = configured(node::config_template("ip-office.example"));
  REQUIRE(shown);
  CHECK(shown->http.hosts.empty());
  CHECK(shown->pool.submissions_per_second == 10);
  CHECK(shown->pool.submissions_burst == 20);
  const std::string member = "[node]\nmember = \"m.example\"\n";
  const auto set = configured(member + "[http]\nhosts = [\"a.example\", \"b.example\"]\n[pool]\nsubmissions_per_second = 0\n");
  REQUIRE(set);
  CHECK(set->http.hosts == std::vector<std::string>{"a.example", "b.example"});
  CHECK(set->pool.submissions_per_second == 0);
  for (const auto& [text, field] : std::vector<std::pair<std::string, std::string>>{
           {"[http]\nhosts = \"a.example\"\n", "http.hosts"},
           {"[http]\nhosts = [1]\n", "http.hosts"},
           {"[http]\nhosts = [\"\"]\n", "http.hosts"},
           {"[pool]\nsubmissions_per_second = -1\n", "pool.submissions_per_second"},
           {"[pool]\nsubmissions_burst = \"many\"\n", "pool.submissions_burst"}}) {
    INFO(text);
    const auto wrong = configured(member + text);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == Errc::usage);
    CHECK(wrong.error().detail.find(field) != std::string::npos);
  }
}

TEST_CASE("a key's budget refills with time and never beyond the burst", "[api][F93]") {
  KeyBudget budget(2, 3);
  for (int i = 0; i < 3; ++i) CHECK(budget.take(key(1), kHere, 1'000));
  CHECK_FALSE(budget.take(key(1), kHere, 1'000));
  CHECK_FALSE(budget.take(key(1), kHere, 1'499));
  CHECK(budget.take(key(1), kHere, 1'500));
  CHECK_FALSE(budget.take(key(1), kHere, 900));  // a clock that is set back gives nothing
  for (int i = 0; i < 3; ++i) CHECK(budget.take(key(1), kHere, 1'000'000));
  CHECK_FALSE(budget.take(key(1), kHere, 1'000'000));
}

TEST_CASE("a submission of several keys takes from all of them or from none", "[api][F93]") {
  KeyBudget budget(1, 2);
  const std::vector<ledger::SignedBy> both = {{"org:1", "k1"}, {"org:2", "k1"}};
  CHECK(budget.take(key(1), kHere, 0));
  CHECK(budget.take(both, kHere, 0));
  CHECK_FALSE(budget.take(both, kHere, 0));  // the first has nothing left
  CHECK(budget.take(key(2), kHere, 0));      // so the second was not charged
  CHECK_FALSE(budget.take(key(2), kHere, 0));
}

TEST_CASE("a stranger who names somebody's key does not use its budget up for the owner", "[api][F93]") {
  KeyBudget budget(1, 2);
  while (budget.take(key(1), "198.51.100.9", 0)) {
  }
  CHECK(budget.take(key(1), kHere, 0));
}

TEST_CASE("names made up by strangers do not fill the memory of budgets", "[api][F93]") {
  KeyBudget budget(1, 2);
  std::uint64_t taken = 0;
  while (budget.take(key(taken), kHere, 0)) ++taken;
  CHECK(taken == 65'536);
  CHECK(budget.take(key(taken), kHere, 2'000));  // the others are full again and forgotten
}
