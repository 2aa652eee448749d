// SPDX-License-Identifier: Apache-2.0
// Evidence as the node builds it, from a real ledger in memory, before the real verifier.
#include "tests/evidence/real_ledger.hpp"

namespace qinglu::test {

TEST_CASE("what the node builds, the verifier verifies: records and batch members of every block",
          "[evidence][proving]") {
  RealLedger ledger;
  std::vector<Digest> ids;
  ids.push_back(
      ledger.add({ledger.record("91500000QL0002010E"), ledger.record("91500000QL0002011H")}));
  Unit batch = ledger.batch({"91500000QL0002012L", "91500000QL0002013P"});
  for (const auto& member : batch.members) ids.push_back(member.id);
  ledger.add({batch});
  ids.push_back(ledger.add({ledger.record("91500000QL0002014T")}));
  std::uint64_t height = 0;
  for (const Digest& id : ids) {
    const Report report = verify(ledger.evidence(id), ledger.trust(), {});
    INFO(render_text(report, Language::en, false));
    REQUIRE(report.exit_code(true) == 0);
    CHECK(report.facts->records[0].id == id);
    CHECK(report.facts->records[0].height >= height);
    CHECK(report.facts->records[0].recorded_at.has_value());
    height = report.facts->records[0].height;
  }
  CHECK(height == 3);
}

TEST_CASE("the file that the node builds is in the one form of the format", "[evidence][proving]") {
  RealLedger ledger;
  const Digest id = ledger.add({ledger.record("91500000QL0002010E")});
  const Bytes file = ledger.evidence(id);
  Evidence evidence;
  REQUIRE_FALSE(decode_evidence(file, evidence));
  CHECK(encode_evidence(evidence) == file);
}

}  // namespace qinglu::test
