// SPDX-License-Identifier: Apache-2.0
// Absences, state rows, complete histories and consistency: as the node builds them from a real ledger,
// and as forgers would have them.
#include <cstdlib>
#include <functional>
#include <random>
#include <utility>

#include "crypto/merkle.hpp"
#include "ledger/evidence/report_document.hpp"
#include "ledger/evidence/report_html.hpp"
#include "ledger/log/sublog.hpp"
#include "tests/evidence/judged.hpp"
#include "tests/evidence/real_ledger.hpp"

namespace qinglu::test {
namespace {

const std::string kOther = "91500000QL0002011H";

/// A party that is registered and renamed four times among others.
struct Story {
  RealLedger ledger;
  std::vector<Digest> ids;

  Story() {
    ids.push_back(ledger.add({ledger.record(kUscc), ledger.record(kOther)}));
    std::string name = "示例1公司";
    std::string other = name;
    for (int n = 1; n <= 4; ++n) {
      const std::string old = std::exchange(name, "第" + std::to_string(n) + "次改名公司");
      ids.push_back(ledger.add({ledger.renaming(kUscc, old, name)}));
      const std::string former = std::exchange(other, "其他公司" + std::to_string(n));
      ledger.add({ledger.renaming(kOther, former, other)});
    }
  }
};

EvidenceRequest absence_of(const std::string& id, std::vector<Category> categories) {
  EvidenceRequest request = history_of(id, std::move(categories));
  request.type = Claim::Type::absence;
  return request;
}

EvidenceRequest row(Claim::Type type, RowKey key) {
  EvidenceRequest request;
  request.type = type;
  request.row = std::move(key);
  return request;
}

/// A genuine file, changed by a forger.
std::string forged(const RealLedger& ledger, const EvidenceRequest& request, const std::function<void(Evidence&)>& forge) {
  Evidence evidence;
  REQUIRE_FALSE(decode_evidence(ledger.evidence(request), evidence));
  forge(evidence);
  return told(judged(encode_evidence(evidence), ledger.trust()));
}

}  // namespace

TEST_CASE("a complete history shows every record about a subject, and nothing else", "[evidence][claims]") {
  const Story s;
  const Report report = s.ledger.verified(history_of("org:" + kUscc));
  INFO(render_text(report, Language::en, true));
  REQUIRE(report.exit_code(true) == 0);
  const Report::Facts& f = *report.facts;
  CHECK(f.claim == Claim::Type::history);
  REQUIRE(f.lists.size() == 1);
  CHECK(f.lists[0].count == 5);
  REQUIRE(f.records.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(f.lists[0].lines[i].record == i);
    CHECK(f.records[i].id == s.ids[i]);
    CHECK(f.records[i].recorded_at.has_value());
  }
  CHECK(render_text(report, Language::zh, false).find("共 5 条") != std::string::npos);
}

TEST_CASE("a history may withhold its records, begin later, and be of several categories", "[evidence][claims]") {
  const Story s;
  EvidenceRequest request = history_of("org:" + kUscc);
  request.withhold = true;
  const Report hashes = s.ledger.verified(request);
  REQUIRE(hashes.exit_code(true) == 0);
  CHECK(hashes.facts->lists[0].lines.size() == 5);
  CHECK(hashes.facts->records.empty());

  request = history_of("org:" + kUscc);
  request.from_seq = 3;
  const Report end = s.ledger.verified(request);
  INFO(render_text(end, Language::en, false));
  REQUIRE(end.exit_code(true) == 0);
  CHECK(end.facts->lists[0].count == 5);
  CHECK(end.facts->lists[0].lines.size() == 2);
  request.from_seq = 5;
  CHECK(s.ledger.try_evidence(request).error().code == Errc::not_found);

  const Report several = s.ledger.verified(history_of("org:" + kUscc, {Category::infringement, Category::governance}));
  REQUIRE(several.exit_code(true) == 0);
  CHECK(several.facts->lists.size() == 1);  // nothing of the other category, and that is proven too
  CHECK(several.facts->subject->categories.size() == 2);
}

TEST_CASE("nothing recorded is proven, at once and as the answer to a history", "[evidence][claims]") {
  const Story s;
  for (const auto& request : {absence_of("org:" + kUscc, {Category::infringement, Category::finance, Category::dispute}),
                              history_of("org:" + kUscc, {Category::infringement}),
                              absence_of("pat:202610123456X", {Category::all})}) {
    const Report report = s.ledger.verified(request);
    INFO(render_text(report, Language::en, false));
    REQUIRE(report.exit_code(true) == 0);
    CHECK(report.facts->claim == Claim::Type::absence);
    CHECK(report.facts->records.empty());
  }
  const auto untrue = s.ledger.try_evidence(absence_of("org:" + kUscc, {Category::governance}));
  CHECK(untrue.error().code == Errc::conflict);
}

TEST_CASE("nothing since an earlier block is proven by the last index alone", "[evidence][claims]") {
  const Story s;
  EvidenceRequest request = absence_of("org:" + kUscc, {Category::all});
  request.since = 8;  // the block of the last renaming
  const Report report = s.ledger.verified(request);
  INFO(render_text(report, Language::en, false));
  REQUIRE(report.exit_code(true) == 0);
  CHECK(report.facts->since->height == 8);
  request.since = 7;
  CHECK(s.ledger.try_evidence(request).error().code == Errc::conflict);
  request.since = 8;
  CHECK(forged(s.ledger, request, [&](Evidence& e) {
          EvidenceRequest earlier = absence_of("org:" + kUscc, {Category::dispute});
          earlier.since = 7;
          Evidence other;
          REQUIRE_FALSE(decode_evidence(s.ledger.evidence(earlier), other));
          e.seals[*e.claim.from_seal_ref] = other.seals[*other.claim.from_seal_ref];
        }) == "E53_CLAIMED_ABSENT_IS_PRESENT");
}

TEST_CASE("a state row is proven, and so is one that is not there", "[evidence][claims]") {
  const Story s;
  const Report party = s.ledger.verified(row(Claim::Type::state_value, party_row("org:" + kUscc)));
  REQUIRE(party.exit_code(true) == 0);
  CHECK(party.facts->row->value->text_of("name") == "第4次改名公司");
  const Report nobody = s.ledger.verified(row(Claim::Type::state_value, party_row("org:91500000QL0002012L")));
  REQUIRE(nobody.exit_code(true) == 0);
  CHECK(nobody.facts->claim == Claim::Type::absence);
  CHECK(s.ledger.try_evidence(row(Claim::Type::absence, party_row("org:" + kUscc))).error().code == Errc::conflict);
}

TEST_CASE("the absence of a row of any octets is told in characters", "[evidence][claims]") {
  const Story s;
  Bytes every;
  for (int octet = 0; octet < 256; ++octet) every.push_back(static_cast<char>(octet));
  for (const Bytes& key : {Bytes("\xff"), Bytes("ok\xe4\xb8"), Bytes("\xe2\x80\xae\xed\xa0\x80x"), every}) {
    for (const char ns : std::string("PKRMVLTSEHFAN")) {
      const Report report = s.ledger.verified(row(Claim::Type::absence, {static_cast<Namespace>(ns), key}));
      REQUIRE(report.exit_code(true) == 0);
      for (const std::string& text : {render_text(report, Language::zh, true), to_canonical(render_json(report, false)),
                                      render_document_text(report_document(report)), render_html(report_document(report))}) {
        CHECK_FALSE(first_forbidden_code_point(text));
      }
    }
  }
  const Report report = s.ledger.verified(row(Claim::Type::absence, {Namespace::party, Bytes("\xe2\x80\xae\xff\nVERIFIED\x7f")}));
  CHECK(render_text(report, Language::en, false).find("P <U+202E><0xff><U+000A>VERIFIED<U+007F>\n") != std::string::npos);
}

TEST_CASE("state and history are proven as they were at an earlier height", "[evidence][claims]") {
  const Story s;
  EvidenceRequest request = row(Claim::Type::state_value, party_row("org:" + kUscc));
  request.as_of = 4;
  const Report then = s.ledger.verified(request);
  INFO(render_text(then, Language::en, false));
  REQUIRE(then.exit_code(true) == 0);
  CHECK(then.facts->as_of.height == 4);
  CHECK(then.facts->row->value->text_of("name") == "第2次改名公司");

  request = history_of("org:" + kUscc);
  request.as_of = 4;
  const Report history = s.ledger.verified(request);
  INFO(render_text(history, Language::en, false));
  REQUIRE(history.exit_code(true) == 0);
  CHECK(history.facts->lists[0].count == 3);

  request = absence_of("org:" + kUscc, {Category::all});
  request.as_of = 0;
  CHECK(s.ledger.verified(request).exit_code(true) == 0);
  request.as_of = 100;
  CHECK(s.ledger.try_evidence(request).error().code == Errc::not_found);
}

TEST_CASE("an older checkpoint is proven to be a prefix of the present one", "[evidence][claims]") {
  const Story s;
  EvidenceRequest request;
  request.type = Claim::Type::consistency;
  request.since = 3;
  const Report report = s.ledger.verified(request);
  INFO(render_text(report, Language::en, false));
  REQUIRE(report.exit_code(true) == 0);
  REQUIRE(report.facts->older.size() == 1);
  CHECK(report.facts->older[0].size < report.facts->size);
  CHECK(report.facts->older[0].cosigners.size() == 3);
  CHECK(forged(s.ledger, request, [](Evidence& e) { e.consistency[0].path[0].octets[0] ^= 1; }) == "E80_CONSISTENCY");
  CHECK(forged(s.ledger, request, [](Evidence& e) { e.consistency.clear(); }) == "E55_CLAIM_MISMATCH");
}

TEST_CASE("a careless verifier's traps are told by name", "[evidence][claims][F81]") {
  const Story s;
  const auto history = history_of("org:" + kUscc);
  const auto absence = absence_of("org:" + kUscc, {Category::infringement});
  const auto value = row(Claim::Type::state_value, party_row("org:" + kUscc));

  // The lists.
  CHECK(forged(s.ledger, history, [](Evidence& e) { e.history[0].leaves.erase(e.history[0].leaves.begin() + 2); e.history[0].records.clear(); e.claim.all_disclosed = false; for (auto& r : e.records) r.claimed = false; }) == "E61_HISTORY_COUNT");
  CHECK(forged(s.ledger, history, [](Evidence& e) { std::swap(e.history[0].leaves[1], e.history[0].leaves[2]); }) == "E62_HISTORY_ROOT");
  CHECK(forged(s.ledger, history, [](Evidence& e) { e.history[0].leaves[1].flags = 1; }) == "E62_HISTORY_ROOT");
  CHECK(forged(s.ledger, history, [](Evidence& e) { std::swap(e.history[0].records[0].record_ref, e.history[0].records[1].record_ref); }) ==
        "E64_HISTORY_RECORD_MISMATCH");
  CHECK(forged(s.ledger, history, [](Evidence& e) { std::swap(e.history[0].records[0], e.history[0].records[1]); }) ==
        "E64_HISTORY_RECORD_MISMATCH");
  CHECK(forged(s.ledger, history, [](Evidence& e) { e.history[0].records[4].seq = 5; }) == "E64_HISTORY_RECORD_MISMATCH");
  // A part that is offered as the whole.
  EvidenceRequest end = history;
  end.from_seq = 3;
  CHECK(forged(s.ledger, end, [](Evidence& e) { e.claim.from_seq = 0; }) == "E65_HISTORY_PARTIAL");
  CHECK(forged(s.ledger, history, [](Evidence& e) {
          e.history[0].records.pop_back();
          e.records[4].claimed = false;
        }) == "E65_HISTORY_PARTIAL");
  CHECK(forged(s.ledger, history, [](Evidence& e) { e.history.clear(); for (auto& r : e.records) r.claimed = false; }) == "E54_CLAIMED_PRESENT_IS_ABSENT");
  CHECK(forged(s.ledger, history, [](Evidence& e) { e.claim.subject->categories = {Category::all, Category::governance}; }) == "E60_SUBJECT_ID");
  CHECK(forged(s.ledger, history, [](Evidence& e) { e.claim.subject->categories = {Category::governance}; }) == "E60_SUBJECT_ID");

  // What is claimed and what is shown.
  CHECK(forged(s.ledger, absence, [](Evidence& e) { e.claim.subject->categories = {Category::governance}; }) ==
        "E53_CLAIMED_ABSENT_IS_PRESENT");
  CHECK(forged(s.ledger, absence, [](Evidence& e) { e.claim.subject->id = "org:" + kOther; }) == "E60_SUBJECT_ID");
  CHECK(forged(s.ledger, absence, [](Evidence& e) { e.claim.subject->kind = SubjectKind::patent; }) == "E55_CLAIM_MISMATCH");
  CHECK(forged(s.ledger, absence, [](Evidence& e) { std::erase_if(e.state, [](const auto& r) { return r.ns == 'A'; }); }) == "E60_SUBJECT_ID");
  CHECK(forged(s.ledger, absence, [](Evidence& e) { std::erase_if(e.state, [](const auto& r) { return r.ns == 'H'; }); }) == "E60_SUBJECT_ID");
  CHECK(forged(s.ledger, value, [](Evidence& e) { e.claim.type = Claim::Type::absence; }) == "E53_CLAIMED_ABSENT_IS_PRESENT");
  CHECK(forged(s.ledger, value, [](Evidence& e) { e.claim.row = party_row("org:" + kOther); }) == "E55_CLAIM_MISMATCH");
  CHECK(forged(s.ledger, row(Claim::Type::absence, party_row("org:91500000QL0002012L")),
               [](Evidence& e) { e.claim.type = Claim::Type::state_value; }) == "E54_CLAIMED_PRESENT_IS_ABSENT");

  // One claim, one moment.
  EvidenceRequest then = value;
  then.as_of = 4;
  CHECK(forged(s.ledger, then, [](Evidence& e) { e.claim.as_of_size = e.seal.index + 1; }) == "E55_CLAIM_MISMATCH");
  CHECK(forged(s.ledger, then, [](Evidence& e) { e.state[0].seal_ref.reset(); }) == "E51_STATE_ROOT_MISMATCH");
  CHECK(forged(s.ledger, then, [](Evidence& e) { e.claim.as_of_size -= 1; }) == "E55_CLAIM_MISMATCH");
}

TEST_CASE("what stands under another id of the subject cannot be left out", "[evidence][claims]") {
  // By hand: an application that was a commitment first, with one record under each id.
  const std::string pat = "pat:202610123456X";
  const std::string cmt = "cmt:" + std::string(64, 'c');
  SampleLedger ledger;
  const std::uint64_t first = ledger.add_block({ledger.record(ledger.office_body(1), {SampleLedger::kOffice})});
  const std::uint64_t second = ledger.add_block({ledger.record(ledger.agency_body(2), {SampleLedger::kAgency})});
  std::map<std::string, SubjectLeaf> leaves;
  for (const auto& [id, index] : {std::pair(cmt, first), std::pair(pat, second)}) {
    leaves[id] = {index, crypto::log_leaf_hash(ledger.entry(index)), 0};
    SubjectLists lists;
    lists.append(static_cast<std::uint8_t>(Category::filing), leaves[id]);
    ledger.set_row(history_row(id), lists.history_value());
    ledger.set_row(alias_row(id), Value::Members{{"ids", Value::Items{cmt, pat}}});
  }
  ledger.add_block({ledger.record(ledger.office_body(3), {SampleLedger::kOffice})});

  Evidence e = ledger.evidence(first);
  const auto proven = [&](const RowKey& key) { return ledger.proven_row(key, ledger.size() - 1); };
  e.claim.type = Claim::Type::history;
  e.claim.subject = Claim::Subject{pat, SubjectKind::patent, {Category::all}};
  e.records.clear();
  e.first_quorum.clear();
  e.issuer.reset();
  e.state = {proven(alias_row(pat)), proven(history_row(cmt)), proven(history_row(pat))};
  e.history = {{cmt, 0, 1, 0, {}, {leaves[cmt]}, {}}, {pat, 0, 2, 0, {}, {leaves[pat]}, {}}};
  const auto judge = [&](const std::function<void(Evidence&)>& forge) {
    Evidence forged = e;
    forge(forged);
    return told(judged(encode_evidence(forged), encode_trust(ledger.trust())));
  };
  REQUIRE(judge([](Evidence&) {}) == "verified");
  const Report whole = judged(encode_evidence(e), encode_trust(ledger.trust()));
  CHECK(whole.facts->aliases == std::vector<std::string>{cmt});
  CHECK(whole.facts->lists.size() == 2);
  CHECK(judge([](Evidence& f) { f.history.erase(f.history.begin()); }) == "E60_SUBJECT_ID");
  CHECK(judge([](Evidence& f) {
          f.history = {f.history[1]};
          f.history[0].state_ref = 1;
          f.state.erase(f.state.begin() + 1);
        }) == "E60_SUBJECT_ID");
  CHECK(judge([&](Evidence& f) {  // the present row of an alias that is shown absent
          f.history = {f.history[1]};
          f.history[0].state_ref = 1;
          f.state = {proven(alias_row("pat:2026101234577")), f.state[2]};
        }) == "E60_SUBJECT_ID");
  CHECK(judge([](Evidence& f) { f.history.push_back(f.history[0]); }) == "E60_SUBJECT_ID");
  CHECK(judge([](Evidence& f) { f.history[0].state_ref = 2; }) == "E55_CLAIM_MISMATCH");
  CHECK(judge([&](Evidence& f) { std::swap(f.history[0].id, f.history[1].id); }) == "E55_CLAIM_MISMATCH");
  CHECK(judge([](Evidence& f) {
          f.claim.type = Claim::Type::absence;
          f.history.clear();
          f.claim.subject->categories = {Category::infringement};
        }) == "verified");
  CHECK(judge([](Evidence& f) {
          f.claim.type = Claim::Type::absence;
          f.history.clear();
        }) == "E53_CLAIMED_ABSENT_IS_PRESENT");
}

TEST_CASE("no file of any claim with one flipped bit proves anything untrue", "[evidence][claims][mutation]") {
  const Story s;
  EvidenceRequest then = row(Claim::Type::state_value, party_row("org:" + kUscc));
  then.as_of = 4;
  EvidenceRequest since = absence_of("org:" + kUscc, {Category::all});
  since.since = 8;
  EvidenceRequest older;
  older.type = Claim::Type::consistency;
  older.since = 3;
  const std::uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const Bytes trust = s.ledger.trust();
  const bool every = std::getenv("QINGLU_LONG") != nullptr;
  for (const auto& request : {history_of("org:" + kUscc), then, since, older}) {
    const Bytes file = s.ledger.evidence(request);
    for (std::size_t round = 0; round < (every ? 8 * file.size() : 300); ++round) {
      const std::size_t bit = every ? round : random() % (8 * file.size());
      Bytes broken = file;
      const std::size_t at = bit / 8;
      broken[at] = static_cast<char>(broken[at] ^ (1 << (bit % 8)));
      INFO("byte " << at << " of a claim of " << name(request.type));
      const Report report = verify(broken, trust, {});
      // Nothing at all since a block, and nothing of one category: the flip of a digit claims less, and truly.
      const bool less = report.verified() && request.since && request.type == Claim::Type::absence &&
                        report.facts->subject->id == request.subject->id && report.facts->since->height == *request.since;
      REQUIRE((!report.verified() || less));
    }
  }
}

TEST_CASE("what is explained of a proof leads step by step to what was signed", "[evidence][claims]") {
  const Story s;
  EvidenceRequest since = absence_of("org:" + kUscc, {Category::all});
  since.since = 8;
  VerifyOptions options;
  options.steps = true;
  for (const auto& request : {history_of("org:" + kUscc), since, row(Claim::Type::state_value, party_row("org:" + kUscc))}) {
    const Report report = verify(s.ledger.evidence(request), s.ledger.trust(), options);
    REQUIRE(report.verified());
    std::size_t paths = 0;
    for (std::size_t i = 1; i < report.steps.size(); ++i) {
      const std::string& text = report.steps[i].text;
      if (!text.starts_with("  = root ")) continue;
      INFO(report.steps[i - 1].text);
      CHECK(report.steps[i - 1].text.ends_with("= " + text.substr(9)));
      ++paths;
    }
    CHECK(paths >= 1);
  }
}

TEST_CASE("every file that the node builds is in the one form of the format", "[evidence][claims][formats]") {
  const Story s;
  EvidenceRequest since = absence_of("org:" + kUscc, {Category::all});
  since.since = 8;
  EvidenceRequest part = history_of("org:" + kUscc);
  part.from_seq = 2;
  for (const auto& request : {history_of("org:" + kUscc), part, since, row(Claim::Type::state_value, party_row("org:" + kUscc))}) {
    const Bytes file = s.ledger.evidence(request);
    Evidence evidence;
    REQUIRE_FALSE(decode_evidence(file, evidence));
    CHECK(encode_evidence(evidence) == file);
  }
}

}  // namespace qinglu::test
