// SPDX-License-Identifier: Apache-2.0
#include "cli/evidence_additions.hpp"

#include <filesystem>
#include <fstream>

#include "cli/verifier/files_beside.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/crypto/started.hpp"
#include "tests/evidence/sample_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

namespace qinglu::test {

using namespace ledger;

TEST_CASE("a file that a record names is listed beside its evidence, another is refused", "[cli][evidence]") {
  const TempDir dir;
  const std::string path = dir.path() + "/合同 (1).pdf";
  const std::string content(100'000, 'q');
  std::ofstream(path, std::ios::binary) << content;
  std::ofstream(dir.path() + "/other", std::ios::binary) << content << "q";
  std::ofstream(dir.path() + "/.hidden", std::ios::binary) << content;

  SampleLedger sample;
  Value body = *parse_canonical(sample.office_body(1));
  const std::string digest = to_sha256_id(crypto::sha256(content));
  body.set("attach", Value::Items{Value::Members{{"media", "application/pdf"}, {"name", "contract"}, {"sha256", digest}, {"size", 100'000}, {"sm3", "sm3:x"}}});
  const std::uint64_t index = sample.add_block({sample.record(to_canonical(body), {SampleLedger::kOffice})});
  const Bytes plain = encode_evidence(sample.evidence(index));

  const auto listed = cli::with_attachments(plain, {path});
  REQUIRE(listed);
  Evidence evidence;
  REQUIRE_FALSE(decode_evidence(*listed, evidence));
  REQUIRE(evidence.attachments.size() == 1);
  CHECK(evidence.attachments[0].name == "合同 (1).pdf");
  CHECK(evidence.attachments[0].media == "application/pdf");
  CHECK(evidence.attachments[0].sm3 == "sm3:x");
  CHECK_FALSE(evidence.issuer);

  VerifyOptions options;
  options.files = cli::files_beside(*listed, dir.path());
  REQUIRE(options.files.size() == 1);
  CHECK(options.files[0].size == content.size());
  CHECK(options.files[0].sha256 == crypto::sha256(content));
  const Report report = verify(*listed, encode_trust(sample.trust()), options);
  INFO(render_text(report, Language::en, false));
  REQUIRE(report.exit_code(true) == 0);
  CHECK(report.facts->attachments[0].given);
  CHECK(cli::files_beside(plain, dir.path()).empty());

  for (const auto& [paths, code] : {std::pair<std::vector<std::string>, Errc>{{dir.path() + "/other"}, Errc::usage},
                                    {{dir.path() + "/nothing"}, Errc::not_found},
                                    {{dir.path()}, Errc::not_found},
                                    {{dir.path() + "/.hidden"}, Errc::usage},
                                    {{path, path}, Errc::usage}}) {
    INFO(paths[0]);
    const auto refused = cli::with_attachments(plain, paths);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == code);
  }
  CHECK(cli::with_attachments("{}", {path}).error().code == Errc::malformed);
}

TEST_CASE("no more of a file is read than its evidence lists, and one byte", "[cli][evidence]") {
  const TempDir dir;
  std::ofstream(dir.path() + "/long", std::ios::binary) << std::string(200'000, 'q');
  const auto cut = cli::read_given_file(dir.path() + "/long", 70'000);
  REQUIRE(cut);
  CHECK(cut->size == 70'001);
  CHECK(cut->sha256 == crypto::sha256(std::string(70'001, 'q')));
  CHECK_FALSE(cli::read_given_file(dir.path(), 10));
}

}  // namespace qinglu::test
