// SPDX-License-Identifier: Apache-2.0
// `evidence unpack` of files that nobody vouches for; tests/tools asks whether other tools can read the parts.
#include <filesystem>

#include "cli/settings.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/cli/captured.hpp"
#include "tests/cli/environment.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using ledger::Value;

namespace {

Value evidence(const std::string& name) {
  return ledger::parse_canonical(test::read_test_file("vectors/evidence/" + name + ".qinglu.json"), ledger::kEvidenceLimits).value();
}

/// Unpacks a document into `home`/parts; the run.
test::Ran unpack(const test::Home& home, const Value& document) {
  REQUIRE(cli::write_output(home.path() + "/file.json", ledger::to_canonical(document), true));
  std::filesystem::remove_all(home.path() + "/parts");
  return test::qinglu({"evidence", "unpack", home.path() + "/file.json", "-d", home.path() + "/parts", "--json"});
}

}  // namespace

TEST_CASE("unpacking believes nothing that stands in a note", "[cli][unpack]") {
  const test::Home home;
  for (const char* note : {"x", "\n", "x\n0\n", "x\n18446744073709551615\n", "x\n99999999999999999999\n\n\n"}) {
    Value document = evidence("policy-chain");
    document.set("checkpoint", Value(note));
    document.find("policy_chain")->items()[0].set("note", Value(note));
    INFO(note);
    const auto ran = unpack(home, document);
    REQUIRE(ran.code == 0);
    CHECK(cli::read_input(home.path() + "/parts/checkpoint", 1'000).value() == note);
    CHECK(cli::read_input(home.path() + "/parts/step-0.add-checkpoint", 10'000).value().ends_with("\n\n" + std::string(note)));
  }
}

TEST_CASE("unpacking refuses what does not decode, and writes nothing", "[cli][unpack]") {
  const test::Home home;
  Value document = evidence("record");
  document.set("colour", Value("green"));
  CHECK(unpack(home, document).code == 1);
  CHECK_FALSE(std::filesystem::exists(home.path() + "/parts"));
}
