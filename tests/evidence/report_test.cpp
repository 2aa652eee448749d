// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "ledger/evidence/court_questions.hpp"
#include "ledger/evidence/report_html.hpp"
#include "tests/evidence/real_ledger.hpp"

namespace qinglu::test {
namespace {

using namespace ledger;
using Mark = CourtAnswer::Mark;

const std::string& kCompany = SampleLedger::kCompany;

Report report_of(const SampleLedger& ledger, const Evidence& evidence) {
  return judged(encode_evidence(evidence), encode_trust(ledger.trust()));
}

Report report_of(const SampleLedger& ledger, std::uint64_t index) { return report_of(ledger, ledger.evidence(index)); }

CourtAnswer answer(const Report& report, const std::string& article) {
  for (const CourtAnswer& each : court_answers(report)) {
    if (each.article == article) return each;
  }
  FAIL("no such article");
  return {};
}

bool tells(const Report& report, const std::string& text) {
  const std::string page = render_document_text(report_document(report));
  INFO(page);
  return page.find(text) != std::string::npos;
}

/// A deposit by the company; its exhibit was captured at eight and held from `from` on.
Bytes deposit_body(const SampleLedger& ledger, const std::string& from) {
  Value body = *parse_canonical(ledger.office_body(7));
  const std::string digest = "sha256:" + std::string(64, 'a');
  body.set("data", Value::Members{
      {"captured_at", "2026-09-20T08:00:00Z"},
      {"clock_offset_ms", 12},
      {"clock_source", "NTSC"},
      {"custody", Value::Items{Value::Members{{"from", from}, {"note", "封存 <b>\"一\"</b> & 二"}, {"party", kCompany}}}},
      {"digest", Value::Members{{"sha256", digest}}},
      {"env_check_hash", digest},
      {"media", "video/mp4"},
      {"method", "网页录屏"},
      {"operator_commit", digest},
      {"size", 1024},
      {"source", "https://shop.example/item/1"},
      {"tool", Value::Members{{"hash", digest}, {"name", "recorder"}, {"ver", "2.1"}}}});
  body.set("role", "PARTY");
  body.set("signers", Value::Items{kCompany});
  body.set("subjects", Value::Items{kCompany});
  body.set("submitter", kCompany);
  body.set("type", "evidence.deposit");
  return to_canonical(body);
}

Report deposit(const std::string& held_from) {
  SampleLedger ledger;
  const std::uint64_t index = ledger.add_block({ledger.record(deposit_body(ledger, held_from), {kCompany})});
  const Report report = report_of(ledger, index);
  INFO(render_text(report, Language::en, true));
  REQUIRE(report.verified());
  return report;
}

Report frozen_report(const std::string& name) {
  const Report report = verify(read_test_file("vectors/evidence/" + name + ".qinglu.json"), read_test_file("vectors/evidence/" + name + ".trust.json"), {});
  REQUIRE(report.verified());
  return report;
}

constexpr const char* kGolden[] = {"record", "disclosure", "history-withheld"};

}  // namespace

TEST_CASE("a verified record answers what the file can answer, and nothing more", "[evidence][report]") {
  SampleLedger ledger;
  const std::uint64_t index = ledger.add_block({ledger.record(ledger.office_body(1), {SampleLedger::kOffice})});
  const Report report = report_of(ledger, index);
  REQUIRE(report.verified());
  CHECK(answer(report, "16").mark == Mark::pass);
  CHECK(answer(report, "17(1)").mark == Mark::unknown);
  // The office cosigns, and it is the office that submits.
  CHECK(answer(report, "17(2)").mark == Mark::unknown);
  CHECK(answer(report, "17(2)").reason.en.find("member-2.example (" + SampleLedger::kOffice + ")") != std::string::npos);
  CHECK(answer(report, "17(3)").mark == Mark::unknown);
  CHECK(answer(report, "17(4)").mark == Mark::unknown);
  CHECK(answer(report, "18").mark == Mark::unknown);
  CHECK(answer(report, "19").mark == Mark::pass);
  CHECK(report.facts->quorum == 3);
  CHECK(report.facts->institutions == 4);
  CHECK(tells(report, "示例1公司"));
  CHECK(tells(report, "3 of 4 institutions cosigned the checkpoint; 3 are needed"));
  CHECK(tells(report, "北京时间 2026-09-21 22:13:20，前一区块的时间"));
  CHECK(report_document(report).scanned == to_sha256_id(report.file_hash));
  CHECK(report_document(report).time == static_cast<std::int64_t>(report.facts->cosigners.back().time));
}

TEST_CASE("a cosigner that is a party to what is proven is named", "[evidence][report]") {
  SampleLedger ledger;
  // For the company, which is member 0; by the agency, which is member 3 and did not cosign.
  const std::uint64_t index = ledger.add_block({ledger.record(ledger.agency_body(3), {SampleLedger::kAgency})});
  const Report report = report_of(ledger, index);
  REQUIRE(report.verified());
  const auto found = interests(*report.facts);
  REQUIRE(found.size() == 1);
  CHECK(found[0].name == "member-0.example");
  CHECK(found[0].capacity == Interest::Capacity::party);
  CHECK(answer(report, "17(2)").mark == Mark::fail);
  CHECK(answer(report, "17(2)").reason.en.find("2 others cosigned the checkpoint (3 are needed)") != std::string::npos);
  CHECK(tells(report, "注意：联署机构 member-0.example (" + kCompany + ") 同时是所证事项的当事人"));

  SECTION("and where the trust file names no parties, the answer is not known") {
    Trust trust = ledger.trust();
    trust.validators.reset();
    const Report blind = judged(encode_evidence(ledger.evidence(index)), encode_trust(trust));
    REQUIRE(blind.verified());
    CHECK(answer(blind, "17(2)").mark == Mark::unknown);
    CHECK(tells(blind, "not stated"));
  }
}

TEST_CASE("who is not named has no interest that the file shows", "[evidence][report]") {
  RealLedger ledger;
  EvidenceRequest request;
  request.type = Claim::Type::absence;
  request.subject = Claim::Subject{"pat:202610123456X", SubjectKind::patent, {Category::infringement}};
  const Report report = ledger.verified(request);
  REQUIRE(report.verified());
  CHECK(answer(report, "17(2)").mark == Mark::pass);
  CHECK(answer(report, "18").mark == Mark::unknown);
  CHECK(answer(report, "18").reason.en.find("the ledger's own state") != std::string::npos);
  CHECK(tells(report, "Nothing is recorded about the subject in: infringement"));
  CHECK(tells(report, "Scope: this ledger up to the height shown"));

  request.subject = Claim::Subject{SampleLedger::kOffice, SubjectKind::party, {Category::infringement}};  // a cosigner
  const Report own = ledger.verified(request);
  REQUIRE(own.verified());
  CHECK(answer(own, "17(2)").mark == Mark::fail);
}

TEST_CASE("a deposit answers for the time before the chain by its custody", "[evidence][report]") {
  const Report whole = deposit("2026-09-20T08:00:00Z");
  CHECK(answer(whole, "18").mark == Mark::pass);
  CHECK(answer(whole, "18").reason.en.find("clock NTSC, offset 12 ms") != std::string::npos);
  CHECK(tells(whole, "取证工具 › 版本 | 2.1"));
  CHECK(tells(whole, "commitment, withheld"));

  const Report late = deposit("2026-09-20T08:00:01Z");
  CHECK(answer(late, "18").mark == Mark::fail);
  CHECK(answer(late, "18").reason.en.find("link 1 (2026-09-20T08:00:01Z)") != std::string::npos);
  CHECK(answer(late, "16").mark == Mark::pass);  // an answer of its own
}

TEST_CASE("what is not verified has a report without facts", "[evidence][report]") {
  SampleLedger ledger;
  const std::uint64_t index = ledger.add_block({ledger.record(ledger.office_body(1), {SampleLedger::kOffice})});
  Evidence evidence = ledger.evidence(index);

  SECTION("refuted") {
    evidence.records[0].entry = ledger.record(ledger.office_body(2), {SampleLedger::kOffice});
    const Report report = report_of(ledger, evidence);
    REQUIRE(report.exit_code(false) == 1);
    CHECK(answer(report, "16").mark == Mark::fail);
    CHECK(answer(report, "19").mark == Mark::unknown);
    CHECK(tells(report, "REFUTED"));
    CHECK(tells(report, "Check E40_RECORD_INCLUSION"));
    CHECK_FALSE(tells(report, "示例"));
    CHECK_FALSE(report_document(report).time);
  }
  SECTION("undecided is no refutation") {
    const Report report = judged(encode_evidence(evidence), {});
    REQUIRE(report.exit_code(false) == 3);
    for (const CourtAnswer& each : court_answers(report)) CHECK(each.mark == Mark::unknown);
    CHECK(tells(report, "it is no refutation"));
  }
}

TEST_CASE("a history's report lists every line, withheld ones too", "[evidence][report]") {
  const Report shown = frozen_report("history");
  for (const auto& record : shown.facts->records) CHECK(tells(shown, to_sha256_id(record.id)));
  CHECK(tells(shown, "all: 5 records"));
  CHECK(tells(shown, "第4次改名公司"));
  const Report hidden = frozen_report("history-withheld");
  CHECK(tells(hidden, "withheld"));
  CHECK_FALSE(tells(hidden, "改名公司"));
}

TEST_CASE("sums stand as people write them, and made-up data is marked", "[evidence][report]") {
  Report report = frozen_report("disclosure");
  report.facts->records[0].disclosed = {{"entry_fee", Value::Members{{"fen", 30000005}}},
                                        {"cap", Value::Members{{"amount", "12500.5"}, {"cur", "USD"}}}};
  CHECK(tells(report, "entry_fee | 300000.05 CNY"));
  CHECK(tells(report, "cap | 12500.5 USD"));

  Report row = frozen_report("state-value");
  CHECK_FALSE(tells(row, "Synthetic"));
  row.facts->row->value->set("synthetic", true);
  CHECK(tells(row, "Synthetic data"));
}

TEST_CASE("the page escapes what the record says, and loads nothing", "[evidence][report]") {
  const std::string page = render_html(report_document(deposit("2026-09-20T08:00:00Z")));
  CHECK(page.find("封存 &lt;b&gt;&quot;一&quot;&lt;/b&gt; &amp; 二") != std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  for (const char* loads : {"<script", "src=", "href=", "url(", "@import"}) CHECK(page.find(loads) == std::string::npos);

  Report report = frozen_report("record");
  report.facts->records[0].body.find("data")->set("name", "a\xE2\x80\xAE" "b");  // U+202E turns what follows around
  CHECK(render_html(report_document(report)).find("a&lt;U+202E&gt;b") != std::string::npos);
}

TEST_CASE("the reports of frozen evidence are frozen", "[evidence][report]") {
  for (const std::string name : kGolden) {
    INFO(name << ", rewritten by: test_evidence \"[write]\"; look at what changed");
    CHECK(render_html(report_document(frozen_report(name))) == read_test_file("evidence/reports/" + name + ".html"));
  }
}

TEST_CASE("write the reports of frozen evidence", "[.][write]") {
  for (const std::string name : kGolden) {
    std::ofstream(test_file("evidence/reports/" + name + ".html"), std::ios::binary) << render_html(report_document(frozen_report(name)));
  }
}

}  // namespace qinglu::test
