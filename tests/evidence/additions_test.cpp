// SPDX-License-Identifier: Apache-2.0
// Time-stamps, files beside the evidence, erased fields; and what the opening of one field tells of others.
#include <functional>
#include <set>

#include "ledger/catalog/opening.hpp"
#include "tests/evidence/real_ledger.hpp"

namespace qinglu::test {
namespace {

struct Frozen {
  Bytes file, trust;
  Evidence evidence;
};

/// A frozen file (tests/vectors/evidence), read.
Frozen frozen(const std::string& name) {
  Frozen f{read_test_file("vectors/evidence/" + name + ".qinglu.json"), read_test_file("vectors/evidence/" + name + ".trust.json"), {}};
  REQUIRE_FALSE(decode_evidence(f.file, f.evidence));
  REQUIRE(encode_evidence(f.evidence) == f.file);
  return f;
}

}  // namespace

TEST_CASE("a token is told with its time, its authority and that its signature was checked", "[evidence][additions]") {
  const Frozen f = frozen("time-stamp");
  const Report report = verify(f.file, f.trust, {});
  INFO(render_text(report, Language::en, false));
  REQUIRE(report.exit_code(true) == 0);
  REQUIRE(report.facts->timestamps.size() == 1);
  const auto& token = report.facts->timestamps[0];
  CHECK(token.time_ms == 1'790'002'000'125);
  CHECK(token.accuracy_us == 1'000'000);
  CHECK(token.policy == "1.2.3");
  CHECK(token.tsa == "Forged Time");
  CHECK(token.imprint == crypto::sha256(f.evidence.checkpoint));
  CHECK(token.signature_checked);  // OpenSSL is linked here; qinglu-verify says false (both_verifiers.py)
  CHECK(render_text(report, Language::zh, false).find("2026-09-21T14:46:40.125Z") != std::string::npos);

  VerifyOptions early;
  early.now = token.time_ms / 1000 - 1;
  CHECK(verify(f.file, f.trust, early).exit_code(true) == 11);
}

TEST_CASE("no bit of a token can change, its signature included", "[evidence][additions][mutation]") {
  const Frozen f = frozen("time-stamp");
  const Bytes& token = f.evidence.timestamps[0].token;
  for (std::size_t i = 0; i < token.size(); ++i) {
    Evidence broken = f.evidence;
    broken.timestamps[0].token[i] = static_cast<char>(token[i] ^ (1 << (i % 8)));
    INFO("byte " << i);
    REQUIRE(told(verify(encode_evidence(broken), f.trust, {})) == "E90_TIMESTAMP");
  }
}

TEST_CASE("what is put to a file may be taken away, and changes nothing else that it says", "[evidence][additions]") {
  for (const auto& [name, take] : {std::pair<const char*, void (*)(Evidence&)>{"time-stamp", [](Evidence& e) { e.timestamps.clear(); }},
                                   {"attachment", [](Evidence& e) { e.attachments.clear(); }},
                                   {"erased-field", [](Evidence& e) { e.erased.clear(); }}}) {
    Frozen f = frozen(name);
    const Report whole = verify(f.file, f.trust, {});
    take(f.evidence);
    const Report less = verify(encode_evidence(f.evidence), f.trust, {});
    INFO(name);
    REQUIRE(whole.verified());
    REQUIRE(less.exit_code(true) == 0);
    CHECK(less.facts->records[0].id == whole.facts->records[0].id);
    CHECK((less.facts->timestamps.empty() && less.facts->attachments.empty() && less.facts->records[0].erased.empty()));
  }
}

TEST_CASE("a file that is given is the one that the record names, or refuted; one that is not is not shown", "[evidence][additions]") {
  const Frozen f = frozen("attachment");
  const auto& listed = f.evidence.attachments.at(0);
  const auto answer = [&](std::vector<GivenFile> files) {
    VerifyOptions options;
    options.files = std::move(files);
    return verify(f.file, f.trust, options);
  };
  const Report without = answer({});
  REQUIRE(without.exit_code(true) == 0);
  REQUIRE(without.facts->attachments.size() == 1);
  CHECK_FALSE(without.facts->attachments[0].given);
  CHECK(without.facts->attachments[0].record == without.facts->records[0].id);
  const Report with = answer({{listed.name, listed.size, listed.sha256}});
  REQUIRE(with.exit_code(true) == 0);
  CHECK(with.facts->attachments[0].given);
  CHECK(told(answer({{listed.name, listed.size + 1, listed.sha256}})) == "E92_ATTACHMENT");
  CHECK(told(answer({{listed.name, listed.size, crypto::sha256("x")}})) == "E92_ATTACHMENT");
  CHECK_FALSE(answer({{"another", 7, crypto::sha256("x")}}).facts->attachments[0].given);
}

TEST_CASE("a name that only looks like another is written out", "[evidence][additions]") {
  // Cyrillic a; a right-to-left mark cannot even stand in a file; zero width; full-width letters.
  for (const auto& [name, shown] : {std::pair<std::string, std::string>{"p\u0430tent.pdf", "p<U+0430>tent.pdf"},
                                    {"a\u200b.pdf", "a<U+200B>.pdf"}, {"\uff41.pdf", "<U+FF41>.pdf"}, {"\U0001F4C4.pdf", "<U+1F4C4>.pdf"},
                                    {"合同（一）.pdf", "合同（一）.pdf"}, {"<b>&\"'.pdf", "<b>&\"'.pdf"}}) {
    Frozen f = frozen("attachment");
    f.evidence.attachments[0].name = name;
    const Report report = verify(encode_evidence(f.evidence), f.trust, {});
    INFO(shown);
    REQUIRE(report.exit_code(true) == 0);
    CHECK(render_text(report, Language::en, false).find("attachment: " + shown + ",") != std::string::npos);
    const auto json = parse_canonical(to_canonical(render_json(report, false)));
    REQUIRE(json);
    CHECK(json->find("facts")->items_of("attachments")[0].text_of("name") == name);
  }
}

TEST_CASE("a record with an erased field verifies in every claim that shows it, and says so", "[evidence][additions][proving]") {
  RealLedger ledger;
  const Digest plain = ledger.add({ledger.record("91500000QL0002014T")});
  const Digest id = ledger.add({ledger.record(kUscc)});
  Unit batch = ledger.batch({"91500000QL0002012L", "91500000QL0002013P"});
  const Digest member = batch.members[1].id;
  ledger.add({batch});
  ledger.add({ledger.renaming(kUscc, "示例1公司", "另一公司")});
  const std::uint64_t before = 4;
  const Digest notice = ledger.add({ledger.erasure({{to_sha256_id(id), "name"}, {to_sha256_id(member), "name"}})});

  const auto check = [&](const Bytes& file, const Digest& erased) {
    Evidence evidence;
    REQUIRE_FALSE(decode_evidence(file, evidence));
    CHECK(encode_evidence(evidence) == file);
    const Report report = judged(file, ledger.trust());
    INFO(render_text(report, Language::en, false));
    REQUIRE(report.exit_code(true) == 0);
    const auto record = std::ranges::find(report.facts->records, erased, &Report::Record::id);
    REQUIRE(record != report.facts->records.end());
    REQUIRE(record->erased.size() == 1);
    CHECK(record->erased[0].name == "name");
    CHECK(record->erased[0].notice == notice);
    CHECK(record->erased[0].date == "2026-09-21");
    CHECK(render_text(report, Language::en, false).find("erased field, name: at index " + std::to_string(record->erased[0].index)) != std::string::npos);
    for (const auto& each : report.facts->records) CHECK((each.id == erased || each.erased.empty()));
    return evidence;
  };
  EvidenceRequest request;
  request.record_id = id;
  const Evidence single = check(ledger.evidence(request), id);
  REQUIRE(single.records.size() == 2);
  CHECK_FALSE(single.records[single.erased[0].notice_ref].claimed);
  request.record_id = member;
  check(ledger.evidence(request), member);
  check(ledger.evidence(history_of("org:" + kUscc)), id);
  EvidenceRequest then = history_of("org:" + kUscc);
  then.as_of = before;  // the notice came later, and is shown all the same
  check(ledger.evidence(then), id);

  // Nothing is said where nothing was erased or no record is shown; the notice itself can be what is claimed.
  request.record_id = plain;
  CHECK(ledger.verified(request).facts->records[0].erased.empty());
  EvidenceRequest withheld = history_of("org:" + kUscc);
  withheld.withhold = true;
  CHECK(ledger.verified(withheld).exit_code(true) == 0);
  request.record_id = notice;
  CHECK(ledger.verified(request).exit_code(true) == 0);

  // A forger takes the line away, or says it of another field or record.
  const auto forged = [&](const std::function<void(Evidence&)>& forge) {
    Evidence e = single;
    forge(e);
    return told(judged(encode_evidence(e), ledger.trust()));
  };
  CHECK(forged([](Evidence& e) { e.erased[0].name = "region"; }) == "E71_ERASED_FIELD");
  CHECK(forged([](Evidence& e) { e.erased[0].record_ref = 1; }) == "E71_ERASED_FIELD");
  CHECK(forged([](Evidence& e) { e.erased[0].notice_ref = 0; }) == "E71_ERASED_FIELD");
  CHECK(forged([](Evidence& e) { e.erased.clear(); }) == "verified");
}

TEST_CASE("an erased notice brings its own notice", "[evidence][additions][proving]") {
  RealLedger ledger;
  const Digest id = ledger.add({ledger.record(kUscc)});
  const Digest notice = ledger.add({ledger.erasure({{to_sha256_id(id), "name"}})});
  ledger.add({ledger.erasure({{to_sha256_id(notice), "subject_commit"}})});
  EvidenceRequest request;
  request.record_id = id;
  Evidence evidence;
  REQUIRE_FALSE(decode_evidence(ledger.evidence(request), evidence));
  CHECK(evidence.records.size() == 3);
  REQUIRE(evidence.erased.size() == 2);
  CHECK(evidence.erased[1].name == "subject_commit");
  CHECK(ledger.verified(request).exit_code(true) == 0);
}

TEST_CASE("the opening of one field shows nothing of the others", "[evidence][additions][privacy]") {
  SampleLedger ledger;
  const RecordType* type = find_record_type("patent.commit");
  REQUIRE(type);
  const std::string hidden = "同一保密内容", shown = "H02S 20/00";
  std::vector<PrivateSection> sections;
  std::vector<std::vector<Digest>> fillers;
  std::vector<Digest> commits;  // of each record's doc
  std::vector<crypto::RecordSecret> secrets;
  std::vector<Bytes> entries;
  for (int n = 0; n < 2; ++n) {
    secrets.push_back(crypto::RecordSecret::from(crypto::sha256("secret " + std::to_string(n)).view()));
    std::vector<Digest> filler;
    for (int i = 0; i < 8; ++i) filler.push_back(crypto::sha256("filler " + std::to_string(8 * n + i)));
    auto section = PrivateSection::make(*type, secrets.back(), {{"abstract", Value(hidden)}, {"ipc", Value(shown)}}, filler);
    REQUIRE(section);
    const auto commit = [&](const std::string& name) {
      return crypto::field_commitment(name, crypto::field_salt(secrets.back(), name), to_canonical(Value(hidden)));
    };
    Value body = *parse_canonical(ledger.agency_body(n));
    body.set("data", Value::Members{{"applicant_commit", to_sha256_id(commit("applicant"))}, {"doc_commit", to_sha256_id(commit("doc"))}, {"type", "INV"}});
    body.set("type", "patent.commit");
    section->put_into(body);
    commits.push_back(commit("doc"));
    sections.push_back(*std::move(section));
    entries.push_back(ledger.record(to_canonical(body), {SampleLedger::kAgency}));
  }
  const std::uint64_t first = ledger.add_block(entries);

  std::vector<std::set<std::string>> hashes;  // that stand in each file for the record's confidential fields
  for (std::size_t n = 0; n < 2; ++n) {
    const auto opening = sections[n].open("ipc");
    REQUIRE(opening);
    Evidence e = ledger.evidence(first + n);
    e.disclosures = {{0, "ipc", to_canonical(opening->value), opening->salt, opening->path}};
    e.issuer.reset();
    const Bytes file = encode_evidence(e);
    const Report report = judged(file, encode_trust(ledger.trust()));
    INFO(render_text(report, Language::en, false));
    REQUIRE(report.exit_code(true) == 0);
    REQUIRE(report.facts->records[0].disclosed.size() == 1);
    Evidence endless = e;
    endless.disclosures[0].name = std::string(70'000, 'x');
    REQUIRE(told(judged(encode_evidence(endless), encode_trust(ledger.trust()))) == "E05_ENCODING");

    // All that the file holds, also what stands in base64 inside it.
    Bytes everything = file + e.records[0].entry;
    const auto nowhere = [&](BytesView bytes) {
      return everything.find(bytes) == Bytes::npos && file.find(to_base64(bytes)) == Bytes::npos && everything.find(to_hex(bytes)) == Bytes::npos;
    };
    for (const char* name : {"abstract", "applicant", "doc"}) {
      const crypto::Salt salt = crypto::field_salt(secrets[n], name);
      CHECK(nowhere(salt.view()));
    }
    CHECK(nowhere(hidden));
    CHECK(nowhere(to_canonical(Value(hidden))));
    CHECK(nowhere(secrets[n].view()));
    // Of the slot beside it not even the commitment: its leaf hash alone, in the path.
    const Digest beside = crypto::field_commitment("abstract", crypto::field_salt(secrets[n], "abstract"), to_canonical(Value(hidden)));
    CHECK(nowhere(beside.view()));
    REQUIRE(opening->path.size() == 3);

    std::set<std::string> of_this = {to_hex(commits[n]), to_hex(opening->salt), std::string(parse_entry(entries[n])->body().text_of("private_root"))};
    for (const Digest& hash : opening->path) of_this.insert(to_hex(hash));
    CHECK(of_this.size() == 6);
    hashes.push_back(std::move(of_this));
  }
  // The two hide the same words in the same fields; nothing in one is found in the other.
  for (const std::string& hash : hashes[0]) CHECK_FALSE(hashes[1].contains(hash));
}

}  // namespace qinglu::test
