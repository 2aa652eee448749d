// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/timestamp_token.hpp"
#include "ledger/catalog/opening.hpp"
#include "tests/catalog/cases.hpp"
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

// The exhibit and the tokens of tests/vectors/rfc3161, made in the evening of 2026-11-24 (UTC).
std::string exhibit_digest() { return to_sha256_id(crypto::sha256(read_test_file("vectors/rfc3161/exhibit"))); }
std::string token_text(const std::string& name) { return to_base64(read_test_file("vectors/rfc3161/" + name + ".der")); }
/// A register on the day after the tokens, with a notary and a time-stamp authority.
Register with_witnesses() {
  Register reg;
  const Value granted = json(R"({"grants":[{"from_index":0}]})");
  reg.put(role_row(kRegistry, "NOT"), granted);
  reg.put(role_row(kRegistry, "TSA"), granted);
  reg.put(role_row(kExchange, "TSA"), granted);
  reg.today("2026-11-25");
  return reg;
}

/// The company's capture of 2026-11-20, which it kept itself; without one of the fields.
Act deposited(std::string_view without = {}) {
  Value data = json(
      R"({"captured_at":"2026-11-20T01:00:00Z","clock_offset_ms":-12,"clock_source":"NTSC","media":"text/plain",)"
      R"("method":"screen capture","size":23,"source":"https://shop.example/item/7"})");
  data.set("custody", Value::Items{Value(Value::Members{{"from", "2026-11-20T01:00:00Z"}, {"party", kCompany}})});
  data.set("digest", Value(Value::Members{{"sha256", exhibit_digest()}}));
  data.set("env_check_hash", hash_of('e'));
  data.set("operator_commit", hash_of('0'));
  data.set("tool", Value(Value::Members{{"hash", hash_of('7')}, {"name", "capture"}, {"ver", "2.1"}}));
  data.erase(without);
  return Act("evidence.deposit", std::move(data)).by(kCompany, "PARTY");
}

Act stamped(const std::string& target, const std::string& token = "good_p256") {
  return Act("evidence.timestamp", Value()).set("target", target).set("token", token_text(token)).set("tsa", kRegistry).by(kRegistry, "TSA");
}

Act notarised(const std::string& target) {
  return Act("evidence.notarise", R"({"date":"2026-11-21","deed_no":"(2026) 17"})")
      .set("target", target).set("notary", kRegistry).set("hash", hash_of('d')).by(kRegistry, "NOT");
}

Act handed_over(const std::string& target, const std::string& from, const std::string& to, const char* date = "2026-11-22") {
  return Act("evidence.transfer", R"({"reason":"appraisal"})")
      .set("target", target).set("from", from).set("to", to).set("date", date).by(from, "PARTY").with({to});
}

Act verified(const std::string& target) {
  return Act("evidence.verify", R"({"date":"2026-11-25","result":"MATCHES"})")
      .set("target", target).set("report_hash", hash_of('9')).by(kCourt, "COURT");
}

Value deposit_row(const Register& reg, const std::string& id, const std::string& by = kCompany) {
  const auto row = reg.find(encumbrance_row(by, id));
  REQUIRE(row != nullptr);
  return *row;
}

Value custody(const std::string& text) { return *json("{\"c\":" + text + "}").find("c"); }
/// One link; `until` may be empty.
std::string link(const std::string& party, const std::string& from, const std::string& until = {}) {
  return R"({"from":")" + from + R"(","party":")" + party + "\"" + (until.empty() ? "" : R"(,"until":")" + until + "\"") + "}";
}

/// A table of certificates in force, with one row.
void list_certificate(Register& reg, const std::string& party, const std::string& digest, const char* days = "") {
  const Value rows = *json(R"({"r":[{)" + std::string(days) + R"("party":")" + party + R"(","sha256":")" + digest + R"("}]})").find("r");
  Value table = json(R"({"effective_from":"2026-01-01","name":"TSA_CERTIFICATES","part":1,"parts":1,"version":1})");
  table.set("hash", to_sha256_id(crypto::sha256(to_canonical(rows))));
  table.set("rows", rows);
  reg.must(Act("table.publish", table).by(kIpo, "GOV").with({kExchange, kCourt}));
}

/// SHA-256 of the certificate that signed good_p256.
std::string certificate_digest() {
  const auto token = crypto::read_timestamp_token(read_test_file("vectors/rfc3161/good_p256.der"));
  REQUIRE(token);
  return to_sha256_id(token->certificate);
}

}  // namespace

TEST_CASE("a deposit is anybody's, and fixes the digest with how it was captured", "[evidence]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  const Value row = deposit_row(reg, id);
  CHECK(row.text_of("holder") == kCompany);
  CHECK(row.text_of("since") == "2026-11-20");
  CHECK(row.find("digest")->text_of("sha256") == exhibit_digest());
  CHECK_FALSE(row.find("interest"));
  reg.must(deposited().by(kCourt, "COURT").set("custody", custody("[" + link(kCourt, "2026-11-20T01:00:00Z") + "]")));
  CHECK(reg.submit(deposited().with({kUniversity})).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(deposited().by(kCompany, "GOV")).codes() == "ROLE_NOT_PERMITTED");
  for (const char* field : {"captured_at", "clock_offset_ms", "clock_source", "custody", "digest", "env_check_hash", "media", "method",
                            "operator_commit", "size", "source", "tool"}) {
    INFO(field);
    CHECK(reg.submit(deposited(field)).codes() == "SCHEMA_INVALID");
  }
}

TEST_CASE("a deposit without its SHA-256 digest is refused; SM3 stands beside it", "[evidence]") {
  Register reg = with_witnesses();
  const std::string sm3 = "sm3:" + std::string(64, 'b');
  CHECK(reg.submit(deposited().set("digest", Value(Value::Members{{"sm3", sm3}}))).codes() == "DIGEST_MISSING");
  const auto with_sm3 = [&](const std::string& text) {
    return Register(reg).submit(deposited().set("digest", Value(Value::Members{{"sha256", exhibit_digest()}, {"sm3", text}}))).codes();
  };
  CHECK(with_sm3(sm3).empty());
  CHECK(with_sm3("sm3:" + std::string(63, 'b')) == "SCHEMA_INVALID");
  CHECK(with_sm3(hash_of('b')) == "SCHEMA_INVALID");
  CHECK(with_sm3("sm3:" + std::string(64, 'B')) == "SCHEMA_INVALID");
}

TEST_CASE("where files are attached, the exhibit is one of them", "[evidence]") {
  Register reg = with_witnesses();
  const auto attached = [&](const std::string& digest, int size) {
    const Value file(Value::Members{{"media", "text/plain"}, {"name", "a.txt"}, {"sha256", digest}, {"size", size}});
    return Register(reg).submit(deposited().envelope("attach", Value::Items{file})).codes();
  };
  CHECK(attached(exhibit_digest(), 23).empty());
  CHECK(attached(exhibit_digest(), 24) == "DIGEST_MISSING");
  CHECK(attached(hash_of('a'), 23) == "DIGEST_MISSING");
}

TEST_CASE("an agency deposits for its client under a mandate, and the client holds", "[evidence]") {
  Register reg = with_witnesses();
  CHECK(reg.submit(deposited().by(kAgency, "AGENT").acting_for(kCompany)).codes() == "MANDATE_SCOPE");
  reg.put(mandate_row(kCompany, kAgency), json(R"({"grants":[{"from":"2026-01-01","from_index":0,"powers":["DISPUTE"]}]})"));
  const std::string id = reg.must(deposited().by(kAgency, "AGENT").acting_for(kCompany));
  CHECK(deposit_row(reg, id).text_of("holder") == kCompany);
  reg.must(handed_over(id, kCompany, kExchange));
}

TEST_CASE("custody runs from the capture to the depositor; every gap is flagged and none refuses", "[evidence]") {
  Register reg = with_witnesses();
  const std::string start = "2026-11-20T01:00:00Z";
  const auto answer = [&](const std::string& links) {
    const Outcome out = Register(reg).submit(deposited().set("custody", custody("[" + links + "]")));
    return out.codes() + "|" + out.flag_codes();
  };
  const std::string noon = "2026-11-20T04:00:00Z";
  const std::string evening = "2026-11-20T10:00:00Z";
  CHECK(answer(link(kUniversity, start, noon) + "," + link(kCompany, noon)) == "|");
  CHECK(answer(link(kUniversity, start, evening) + "," + link(kCompany, noon)) == "|");
  CHECK(answer(link(kUniversity, start) + "," + link(kCompany, noon)) == "|");
  CHECK(answer(R"({"from":")" + start + R"(","holder_commit":")" + hash_of('1') + "\"}," + link(kCompany, noon)) == "|");
  CHECK(answer(link(kCompany, noon)) == "|CUSTODY_GAP");
  CHECK(answer(link(kUniversity, start, noon) + "," + link(kCompany, evening)) == "|CUSTODY_GAP");
  CHECK(answer(link(kCompany, start, evening)) == "|CUSTODY_GAP");
  CHECK(answer(link(kUniversity, start)) == "|CUSTODY_GAP");
  CHECK(answer(link(kUniversity, noon) + "," + link(kCompany, start)) == "EVENT_BEFORE_PRIOR|CUSTODY_GAP");
  CHECK(answer(link(kUniversity, noon, start) + "," + link(kCompany, noon)) == "EVENT_BEFORE_PRIOR|CUSTODY_GAP");
  CHECK(answer(link(kCompany, start, "2027-01-01T00:00:00Z")).starts_with("FUTURE_EVENT_DATE|"));
  CHECK(answer(R"({"from":")" + start + "\"}").starts_with("SCHEMA_INVALID|"));
  CHECK(answer(R"({"from":")" + start + R"(","holder_commit":")" + hash_of('1') + R"(","party":")" + kCompany + "\"}").starts_with("SCHEMA_INVALID|"));
}

TEST_CASE("a gap follows the deposit into a case until the depositor supplies the missing link", "[evidence][correction]") {
  Register reg = court_register();
  reg.today("2026-11-25");
  reg.must(case_filed());
  reg.must(case_accepted());
  const std::string start = "2026-11-20T01:00:00Z";
  const std::string noon = "2026-11-20T04:00:00Z";
  const Value gappy = custody("[" + link(kUniversity, noon) + "]");
  const Value whole = custody("[" + link(kAgency, start, noon) + "," + link(kUniversity, noon) + "]");
  const auto offer = [&](const std::string& id) { return Register(reg).submit(case_evidence().set("evidence", Value::Items{id})); };
  const Outcome made = reg.submit(deposited().by(kUniversity, "PARTY").set("custody", gappy));
  REQUIRE(made.flag_codes() == "CUSTODY_GAP");
  REQUIRE(offer(made.id).codes().empty());
  CHECK(offer(made.id).flag_codes().find("CUSTODY_GAP") != std::string::npos);

  const auto corrected = [&](const Value& old, const Value& fresh) {
    return Act("correction", R"({"field":"custody","reason":"a link was left out"})")
        .set("target", made.id).set("old", old).set("new", fresh).by(kUniversity, "PARTY");
  };
  CHECK(reg.submit(corrected(gappy, whole).by(kAgency, "PARTY")).codes() == "CORRECTION_NOT_AUTHORITY");
  CHECK(reg.submit(corrected(whole, whole)).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(corrected(gappy, custody("[" + link(org("91500000QL0000999"), start) + "]"))).codes() == "UNKNOWN_PARTY");
  CHECK(reg.submit(corrected(gappy, custody("[" + link(kAgency, noon) + "," + link(kUniversity, start) + "]"))).codes() == "EVENT_BEFORE_PRIOR");
  Register still = reg;
  CHECK(still.submit(corrected(gappy, custody("[" + link(kAgency, noon) + "," + link(kUniversity, noon) + "]"))).flag_codes() == "CUSTODY_GAP");
  CHECK_FALSE(still.find(flags_row(*from_sha256_id(made.id)))->items_of("flags")[0].find("cleared_by"));

  const std::string by = reg.must(corrected(gappy, whole));
  CHECK(reg.find(flags_row(*from_sha256_id(made.id)))->items_of("flags")[0].text_of("cleared_by") == by);
  CHECK(offer(made.id).flag_codes().find("CUSTODY_GAP") == std::string::npos);
}

TEST_CASE("of random chains exactly those without a gap carry no flag", "[evidence]") {
  Register reg = with_witnesses();
  Random random(17);
  const auto instant = [](std::uint64_t minute) {
    const auto two = [](std::uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return "2026-11-20T" + two(1 + minute / 60) + ":" + two(minute % 60) + ":00Z";
  };
  int flagged = 0;
  for (int run = 0; run < 200; ++run) {
    std::string links;
    std::uint64_t at = 0;  // minutes behind the capture
    bool gap = false;
    const std::uint64_t count = 1 + random.below(5);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t late = random.below(4) == 0 ? 1 + random.below(9) : 0;
      gap = gap || late > 0;
      const std::uint64_t from = at + late;
      at = from + 1 + random.below(60);
      const bool last = i + 1 == count;
      links += (i > 0 ? "," : "") + (last ? link(kCompany, instant(from)) : link(kUniversity, instant(from), instant(at)));
    }
    INFO(links);
    const Outcome out = Register(reg).submit(deposited().set("custody", custody("[" + links + "]")));
    CHECK(out.codes().empty());
    CHECK(out.flag_codes() == (gap ? "CUSTODY_GAP" : ""));
    flagged += gap;
  }
  CHECK((flagged > 20 && flagged < 180));
}

TEST_CASE("a capture of tomorrow is refused", "[evidence]") {
  Register reg = with_witnesses();
  CHECK(reg.submit(deposited().set("captured_at", "2026-11-25T04:00:01Z")
                       .set("custody", custody("[" + link(kCompany, "2026-11-25T04:00:00Z") + "]"))).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(deposited().set("captured_at", "2026-11-20T24:00:00Z")).codes() == "SCHEMA_INVALID");
}

TEST_CASE("a deposit names subjects that are there and public, and tells the depositor's interest", "[evidence]") {
  Register reg = court_register();
  reg.today("2026-11-25");
  const Act about = deposited().set("related", Value::Items{kCaseKey});
  CHECK(Register(reg).submit(about).codes() == "SUBJECT_NOT_FOUND");
  reg.must(case_filed());
  const std::string id = reg.must(about);
  REQUIRE(deposit_row(reg, id).items_of("interest").size() == 1);
  CHECK(deposit_row(reg, id).items_of("interest")[0] == Value(kCaseKey));
  const std::string court = reg.must(deposited().by(kCourt, "COURT").set("related", Value::Items{kCaseKey})
                                         .set("custody", custody("[" + link(kCourt, "2026-11-20T01:00:00Z") + "]")));
  CHECK_FALSE(deposit_row(reg, court, kCourt).find("interest"));
  reg.must(deposited().set("related", Value::Items{kUniversity}));
  CHECK(reg.submit(deposited().set("related", Value::Items{org("91500000QL0000999")})).codes() == "SUBJECT_NOT_FOUND");
  reg.must(deposited().set("related", Value::Items{kPatent}));
  Register early = with_witnesses();
  early.must(accept());
  CHECK(early.submit(deposited().set("related", Value::Items{kPatent})).codes() == "UNPUBLISHED_DATA_IN_CLEAR");
}

TEST_CASE("a time-stamp token is checked and its time kept beside the record", "[evidence][timestamp]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  for (const char* token : {"good_rsa", "good_p256", "good_p384", "sha512_rsa", "good_cms", "good_chain"}) {
    INFO(token);
    const std::string stamp = reg.must(stamped(id, token));
    const auto row = reg.find(encumbrance_row(id, stamp));
    REQUIRE(row);
    CHECK(row->text_of("stamps") == "EXHIBIT");
    CHECK(row->integer_of("time_ms") / 60'000 == 29'925'824);
    CHECK(row->text_of("tsa") == kRegistry);
    CHECK(row->text_of("tsa_name").starts_with("TSA "));
    CHECK_FALSE(row->find("listed"));
  }
  for (const char* token : {"imprint_sha1", "imprint_sha384", "signature_sha1", "certificate_id_sha1", "without_certificate", "weak_key",
                            "expired", "eku_not_critical", "eku_mail", "eku_two", "not_a_timestamp"}) {
    INFO(token);
    CHECK(reg.submit(stamped(id, token)).codes() == "TSA_TOKEN_INVALID");
  }
  CHECK(reg.submit(stamped(id).set("token", to_base64("\x30"))).codes() == "TSA_TOKEN_INVALID");
  CHECK(reg.submit(stamped(id).set("token", to_base64(read_test_file("vectors/rfc3161/good_rsa.der") + "x"))).codes() == "TSA_TOKEN_INVALID");
  CHECK(reg.submit(stamped(id).set("token", to_base64(Bytes(20'000, '0')))).codes() == "TSA_TOKEN_INVALID");
}

TEST_CASE("a name in a certificate that no text of the ledger may hold is left out of the row", "[evidence][timestamp]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  const std::string by = reg.must(stamped(id, "name_with_direction_mark"));
  const auto row = reg.find(encumbrance_row(id, by));
  REQUIRE(row);
  CHECK_FALSE(row->find("tsa_name"));
  CHECK(parse_canonical(to_canonical(*row)));
}

TEST_CASE("a token stamps the exhibit of its deposit, or the record itself, and nothing else", "[evidence][timestamp]") {
  Register reg = with_witnesses();
  const std::string other = reg.must(deposited().set("digest", Value(Value::Members{{"sha256", hash_of('5')}})));
  CHECK(reg.submit(stamped(other)).codes() == "TSA_TOKEN_INVALID");
  const std::string verification = reg.must(verified(other));
  CHECK(reg.submit(stamped(verification)).codes() == "TSA_TOKEN_INVALID");
}

TEST_CASE("the time-stamp authority submits its own tokens", "[evidence][timestamp]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  CHECK(reg.submit(stamped(id).by(kExchange, "TSA")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(stamped(id).by(kCompany, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(stamped(hash_of('1'))).codes() == "REF_NOT_FOUND");
}

TEST_CASE("a token of the future is refused, one older than the capture is flagged", "[evidence][timestamp]") {
  Register reg = with_witnesses();
  Register yesterday = reg;
  yesterday.today("2026-11-24");  // noon in Beijing: before the token
  CHECK(yesterday.submit(stamped(yesterday.must(deposited()))).codes() == "FUTURE_EVENT_DATE");
  const std::string id = reg.must(deposited().set("captured_at", "2026-11-25T03:00:00Z")
                                      .set("custody", custody("[" + link(kCompany, "2026-11-25T03:00:00Z") + "]")));
  const Outcome out = reg.submit(stamped(id));
  CHECK(out.codes().empty());
  CHECK(out.flag_codes() == "CUSTODY_GAP");
}

TEST_CASE("where the council lists certificates, a token's own must be listed for its authority and day", "[evidence][timestamp]") {
  const std::string digest = certificate_digest();
  const auto answer = [&](const std::string& party, const std::string& certificate, const char* days) {
    Register reg = with_witnesses();
    list_certificate(reg, party, certificate, days);
    const std::string id = reg.must(deposited());
    const Outcome out = reg.submit(stamped(id));
    if (out.accepted()) CHECK(reg.find(encumbrance_row(id, out.id))->boolean_of("listed"));
    return out.codes();
  };
  CHECK(answer(kRegistry, digest, "").empty());
  CHECK(answer(kRegistry, digest, R"("from":"2026-11-25",)").empty());
  CHECK(answer(kExchange, digest, "") == "TSA_TOKEN_INVALID");
  CHECK(answer(kRegistry, hash_of('c'), "") == "TSA_TOKEN_INVALID");
  CHECK(answer(kRegistry, digest, R"("from":"2026-11-26",)") == "TSA_TOKEN_INVALID");
}

TEST_CASE("the table of certificates has parties, digests and days", "[evidence][timestamp]") {
  Register reg = with_witnesses();
  const auto answer = [&](const char* row) {
    const Value rows = *json(std::string(R"({"r":[)") + row + "]}").find("r");
    Value table = json(R"({"effective_from":"2026-01-01","name":"TSA_CERTIFICATES","part":1,"parts":1,"version":1})");
    table.set("hash", to_sha256_id(crypto::sha256(to_canonical(rows))));
    table.set("rows", rows);
    return Register(reg).submit(Act("table.publish", table).by(kIpo, "GOV").with({kExchange, kCourt})).codes();
  };
  CHECK(answer(R"({"party":"org:1","sha256":"sha256:ab"})") == "SCHEMA_INVALID");
  CHECK(answer(R"({"party":"org:1"})") == "SCHEMA_INVALID");
  const std::string hash = hash_of('a');
  CHECK(answer((R"({"party":"org:1","sha256":")" + hash + R"(","until":"2026-13-01"})").c_str()) == "SCHEMA_INVALID");
  CHECK(answer((R"({"party":"org:1","sha256":")" + hash + R"(","until":"2026-12-01"})").c_str()).empty());
}

TEST_CASE("a notary's deed stands beside the deposit, and is no older than the capture", "[evidence]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  const std::string deed = reg.must(notarised(id));
  CHECK(reg.find(encumbrance_row(id, deed))->text_of("deed_no") == "(2026) 17");
  CHECK(reg.submit(notarised(id).set("date", "2026-11-19")).codes() == "EVENT_BEFORE_PRIOR");
  CHECK(reg.submit(notarised(id).set("date", "2026-11-26")).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(notarised(id).set("notary", kExchange)).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(notarised(id).by(kRegistry, "TSA")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(notarised(deed)).codes() == "REF_WRONG_TYPE");
}

TEST_CASE("each transfer of custody joins the last one: a broken chain is refused", "[evidence]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  CHECK(reg.submit(handed_over(id, kUniversity, kExchange)).codes() == "STATE_FORBIDS");
  const std::string first = reg.must(handed_over(id, kCompany, kExchange));
  CHECK(deposit_row(reg, id).text_of("holder") == kExchange);
  const Outcome again = reg.submit(handed_over(id, kCompany, kUniversity));
  REQUIRE(again.codes() == "STATE_FORBIDS");
  CHECK(again.issues[0].law == "OLR");
  CHECK(again.issues[0].detail == kExchange);
  CHECK(again.issues[0].blocking == std::vector<std::string>{first});
  reg.must(handed_over(id, kExchange, kUniversity, "2026-11-23"));
  CHECK(deposit_row(reg, id).integer_of("transfers") == 2);
}

TEST_CASE("both sides sign a transfer of custody, on a day in order, and it changes the holder", "[evidence]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  CHECK(reg.submit(handed_over(id, kCompany, kExchange).by(kCompany, "PARTY")).codes() == "MISSING_SIGNATURE");
  CHECK(reg.submit(handed_over(id, kCompany, kExchange).by(kExchange, "EXCH")).codes() == "MISSING_SIGNATURE");
  CHECK(reg.submit(handed_over(id, kCompany, kExchange).with({kUniversity})).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(handed_over(id, kCompany, kCompany)).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(handed_over(id, kCompany, kExchange, "2026-11-19")).codes() == "EVENT_BEFORE_PRIOR");
  CHECK(reg.submit(handed_over(id, kCompany, kExchange, "2026-11-26")).codes() == "FUTURE_EVENT_DATE");
  reg.must(handed_over(id, kCompany, kExchange, "2026-11-22"));
  CHECK(reg.submit(handed_over(id, kExchange, kCompany, "2026-11-21")).codes() == "EVENT_BEFORE_PRIOR");
  CHECK(reg.submit(handed_over(reg.must(notarised(id)), kExchange, kCompany)).codes() == "REF_WRONG_TYPE");
}

TEST_CASE("of random transfers exactly those by the holder of the day are taken", "[evidence]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  const std::vector<std::string> parties = {kCompany, kExchange, kUniversity, kCourt};
  std::string holder = kCompany;
  Random random(3);
  int taken = 0;
  for (int run = 0; run < 150; ++run) {
    const std::string& from = parties[random.below(parties.size())];
    const std::string& to = parties[random.below(parties.size())];
    if (from == to) continue;
    const Outcome out = reg.submit(handed_over(id, from, to));
    INFO(from << " -> " << to << ", held by " << holder);
    CHECK(out.codes() == (from == holder ? "" : "STATE_FORBIDS"));
    if (out.accepted()) {
      holder = to;
      ++taken;
    }
    CHECK(deposit_row(reg, id).text_of("holder") == holder);
  }
  CHECK(taken > 10);
}

TEST_CASE("a verification is logged for any record, by anybody, and changes nothing of it", "[evidence]") {
  Register reg = with_witnesses();
  const std::string id = reg.must(deposited());
  const Value before = deposit_row(reg, id);
  const std::string check = reg.must(verified(id));
  reg.must(verified(id).by(kCompany, "PARTY").set("result", "DIFFERS"));
  CHECK(reg.find(encumbrance_row(id, check))->text_of("result") == "MATCHES");
  CHECK(reg.find(encumbrance_row(id, check))->text_of("by") == kCourt);
  CHECK(deposit_row(reg, id) == before);
  reg.must(verified(check));
  CHECK(reg.submit(verified(id).set("date", "2026-11-26")).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(verified(id).by(kCompany, "PARTY").set("date", "2026-11-22")).codes() == "EVENT_BEFORE_PRIOR");
  CHECK(reg.submit(verified(id).set("date", "2026-11-22")).flag_codes() == "EVENT_BEFORE_PRIOR");
  CHECK(reg.submit(verified(id).set("result", "TRUE")).codes() == "SCHEMA_INVALID");
}

// --- confidential fields shown later ---

namespace {

std::vector<Digest> filler_of(Random& random, std::size_t count) {
  std::vector<Digest> filler;
  for (std::size_t i = 0; i < count; ++i) filler.push_back(random.digest());
  return filler;
}

const crypto::RecordSecret kSecret = crypto::RecordSecret::from(Bytes(32, '\4'));

}  // namespace

TEST_CASE("the price of a registered transfer is shown alone, and only as it was", "[opening]") {
  Register reg = with_patent();
  Random random(5);
  const RecordType& type = *find_record_type("transfer.register");
  const auto filler = filler_of(random, private_width(type));
  const auto section = PrivateSection::make(type, kSecret, {{"price", json(R"({"fen":30000000})")}, {"terms", json(R"({"a":"in two parts"})")}}, filler);
  REQUIRE(section);
  Value holder;
  section->put_into(holder);
  Act act = transfer();
  act.envelope("private_root", *holder.find("private_root")).envelope("private_width", *holder.find("private_width"));
  act.envelope("ct_hash", hash_of('c')).envelope("key_commit", hash_of('d')).envelope("wraps_hash", hash_of('e'));
  const std::string id = reg.must(act);
  const Value& body = reg.find_record(*from_sha256_id(id))->body;

  const auto price = section->open("price");
  REQUIRE(price);
  const auto shown = open_field(body, *price);
  REQUIRE(shown);
  CHECK(shown->integer_of("fen") == 30'000'000);
  CHECK_FALSE(section->open("note"));

  const auto refused = [&](const std::function<void(Opening&)>& spoil, Errc code) {
    Opening wrong = *price;
    spoil(wrong);
    const auto answer = open_field(body, wrong);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == code);
  };
  refused([](Opening& o) { o.value = json(R"({"fen":30000001})"); }, Errc::malformed);
  refused([](Opening& o) { o.salt.data()[0] ^= 1; }, Errc::malformed);
  refused([](Opening& o) { o.name = "terms"; }, Errc::malformed);
  refused([](Opening& o) { o.name = "fee"; }, Errc::not_found);
  refused([](Opening& o) { o.path.pop_back(); }, Errc::malformed);
  refused([](Opening& o) { o.path[1].data()[3] ^= 1; }, Errc::malformed);
  refused([](Opening& o) { o.path.clear(); }, Errc::not_found);
}

TEST_CASE("an opening shows nothing of the other fields", "[opening]") {
  // The same deposit with quite other secrets beside the one that is shown: every byte of the opening
  // but hashes is the same, and the hash of a field cannot be found by guessing its value.
  const RecordType& type = *find_record_type("evidence.deposit");
  Random random(11);
  const auto filler = filler_of(random, private_width(type));
  const auto one = PrivateSection::make(type, kSecret, {{"device", Value("phone")}, {"place", Value("A")}}, filler);
  const auto two = PrivateSection::make(type, kSecret, {{"device", Value("phone")}, {"persons", Value("B")}}, filler);
  REQUIRE((one && two));
  const Opening a = *one->open("device");
  const Opening b = *two->open("device");
  CHECK((a.name == b.name && a.value == b.value && a.salt == b.salt && a.path.size() == b.path.size()));
  // Whoever guesses `place` right has still no salt for it: the salt that is shown serves one name.
  const Digest guess = crypto::field_commitment("place", a.salt, to_canonical(Value("A")));
  for (const Digest& hash : a.path) CHECK(hash != guess);
  CHECK(crypto::field_salt(kSecret, "place") != a.salt);
  // Each opening leads to its own record's root alone.
  Value first = json(R"({"data":{},"type":"evidence.deposit"})");
  Value second = first;
  one->put_into(first);
  two->put_into(second);
  CHECK(open_field(first, a));
  CHECK_FALSE(open_field(second, a));
  CHECK(open_field(second, b));
}

TEST_CASE("every slot of every type is opened by its own name only", "[opening]") {
  Random random(2);
  std::size_t slots = 0;
  for (const RecordType* type : record_types()) {
    const std::size_t width = private_width(*type);
    const auto filler = filler_of(random, 32);
    if (width == 0) {
      CHECK_FALSE(PrivateSection::make(*type, kSecret, {}, filler));
      continue;
    }
    std::vector<std::pair<std::string, Value>> fields;
    for (const std::string_view name : type->private_slots) fields.emplace_back(name, Value("value of " + std::string(name)));
    const auto section = PrivateSection::make(*type, kSecret, fields, filler);
    REQUIRE(section);
    Value body = json(R"({"data":{}})");
    body.set("type", type->name);
    section->put_into(body);
    for (const auto& [name, value] : fields) {
      INFO(type->name << " " << name);
      const auto opening = section->open(name);
      REQUIRE(opening);
      const auto shown = open_field(body, *opening);
      REQUIRE(shown);
      CHECK(*shown == value);
      for (const std::string_view other : type->private_slots) {
        Opening wrong = *opening;
        wrong.name = other;
        CHECK(static_cast<bool>(open_field(body, wrong)) == (other == name));
      }
      ++slots;
    }
  }
  CHECK(slots > 100);
}

TEST_CASE("a section takes the names of its type, each once, and enough filler", "[opening]") {
  Random random(8);
  const RecordType& type = *find_record_type("evidence.deposit");
  const auto filler = filler_of(random, 8);
  CHECK_FALSE(PrivateSection::make(type, kSecret, {{"price", Value("1")}}, filler));
  CHECK_FALSE(PrivateSection::make(type, kSecret, {{"place", Value("1")}, {"place", Value("2")}}, filler));
  CHECK_FALSE(PrivateSection::make(type, kSecret, {}, std::span(filler).first(7)));
}

TEST_CASE("a commitment that stands in the open part is opened alone too", "[opening]") {
  Register reg = with_witnesses();
  const crypto::Salt salt = crypto::field_salt(kSecret, "operator");
  const Value name("Li Lei");
  const Digest commitment = crypto::field_commitment("operator", salt, to_canonical(name));
  const std::string id = reg.must(deposited().set("operator_commit", to_sha256_id(commitment)));
  const Value& body = reg.find_record(*from_sha256_id(id))->body;
  CHECK(open_field(body, {"operator", name, salt, {}}));
  CHECK_FALSE(open_field(body, {"operator", Value("Han Mei"), salt, {}}));
  CHECK_FALSE(open_field(body, {"place", name, salt, {}}));
}
