// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "tests/api/served_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using ledger::Value;
using test::check_problem;
using test::company_body;
using test::Json;
using test::kApplicantParty;
using test::kOfficeParty;
using test::Reply;
using test::ServedLedger;
using test::sign_batch;
using test::sign_record;
using test::SignedUnit;
using test::story_unit;

namespace {

using Signer = std::pair<std::string, std::string>;  // party, key id

crypto::SigningKey key_named(const Signer& signer) {
  return test::record_key(signer.second == "k1" ? signer.first : signer.first + "/" + signer.second);
}

/// Signs any text as the body of a record, well-formed or not.
SignedUnit sign_text(const Digest& ledger_id, const std::string& body, const std::vector<Signer>& signers) {
  std::vector<ledger::EntrySignature> signatures;
  for (const Signer& signer : signers) {
    signatures.push_back(
        {signer.first, signer.second, key_named(signer).sign({crypto::domain::kRecord, ledger_id, body})});
  }
  return {ledger::make_entry(body, std::move(signatures)), {}, ledger::record_id_of(body)};
}

SignedUnit sign_text(const Digest& ledger_id, const std::string& body) {
  return sign_text(ledger_id, body, {{kOfficeParty, "k1"}});
}

/// What tests of submissions share: a served ledger, and short names for its records.
struct Desk : ServedLedger {
  using ServedLedger::ServedLedger;

  Value body(std::uint64_t n) const { return company_body(office_id(), n); }
  SignedUnit company(std::uint64_t n) const { return sign_record(body(n)); }
  static const Digest& office_id() { return test::office_genesis().ledger_id; }
  std::string path(const SignedUnit& unit) const { return "/v1/records/" + to_sha256_id(unit.id); }
  std::string state(const SignedUnit& unit) {
    const Reply reply = get(path(unit));
    return reply.status == 404 ? "unknown" : reply.json()["state"].get<std::string>();
  }
  /// A second key of the office.
  void add_second_key() {
    const Signer second = {kOfficeParty, "k2"};
    Value add = test::record_body(id(), "key.add",
                                  Value::Members{{"key_id", "k2"},
                                                 {"party", kOfficeParty},
                                                 {"pub", to_hex(key_named(second).public_key())},
                                                 {"suite", 1}},
                                  900);
    add.set("role", "GOV");  // a founder has no registrar: the council acts, here the office alone
    record(sign_text(id(), ledger::to_canonical(add), {{kOfficeParty, "k1"}, second}));
  }
};

Value with(Value body, std::string_view member, Value value) {
  body.set(member, std::move(value));
  return body;
}

/// The body's canonical text with one part written in another way.
std::string spoiled(const Value& body, std::string_view part, std::string_view instead) {
  std::string text = ledger::to_canonical(body);
  const std::size_t at = text.find(part);
  INFO(text);
  REQUIRE(at != text.npos);
  return text.replace(at, part.size(), instead);
}

}  // namespace

TEST_CASE("a record that comes again is answered with its state and logged once", "[api][F61]") {
  Desk desk;
  desk.add_second_key();
  const SignedUnit once = desk.company(101);
  const SignedUnit otherwise = sign_text(desk.id(), ledger::to_canonical(desk.body(101)), {{kOfficeParty, "k2"}});
  REQUIRE(once.id == otherwise.id);
  SECTION("when it is final") {
    const Json first = desk.record(once);
    const std::uint64_t size = desk.log_size();
    for (const SignedUnit& again : {once, otherwise}) {
      const Reply reply = desk.submit(again);
      CHECK(reply.status == 200);
      CHECK(reply.json()["id"] == first["id"]);
      CHECK(reply.json()["index"] == first["index"]);
      CHECK(reply.json()["state"] == "final");
      CHECK(reply.json().contains("finality_note"));
      CHECK(reply.json().contains("proof"));
    }
    CHECK(desk.log_size() == size);
    CHECK(desk.get(desk.path(once) + "/entry").body == once.entry);  // the first one's signatures
  }
  SECTION("while it is pending") {
    desk.gate().close();
    const Reply first = desk.submit(once, "?wait=pending");
    CHECK(first.status == 202);
    CHECK(first.header("location") == desk.path(once));
    for (const SignedUnit& again : {once, otherwise}) {
      const Reply reply = desk.submit(again, "?wait=pending");
      CHECK(reply.status == 202);
      CHECK(reply.json()["receipt"] == first.json()["receipt"]);
    }
    CHECK(desk.get("/v1/status").json()["pool_units"] == 1);
    desk.gate().open();
    CHECK(desk.record(otherwise)["height"] == 2);
  }
  SECTION("as a batch, and its members alone") {
    const std::vector<Value> bodies = {desk.body(102), desk.body(103), desk.body(104)};
    const SignedUnit batch = sign_batch(desk.id(), bodies, 1);
    const Json first = desk.record(batch);
    const std::uint64_t size = desk.log_size();
    CHECK(desk.record(batch)["index"] == first["index"]);
    for (std::uint64_t n = 0; n < 3; ++n) {
      const Json member = desk.record(sign_record(bodies[n]));
      CHECK(member["index"] == first["index"].get<std::uint64_t>() + 1 + n);
      CHECK(member["height"] == first["height"]);
    }
    CHECK(desk.log_size() == size);
  }
  SECTION("inside a batch: the batch is refused and names it") {
    const Json first = desk.record(once);
    const std::uint64_t size = desk.log_size();
    const Reply reply = desk.submit(sign_batch(desk.id(), {desk.body(105), desk.body(101)}, 2));
    check_problem(reply, 422, "BATCH_MEMBER_REFUSED");
    CHECK(reply.json()["n"] == 1);
    CHECK(reply.json()["detail"].get<std::string>().starts_with("DUPLICATE_RECORD"));
    CHECK(reply.json()["blocking"] == Json::array({first["id"]}));
    CHECK(desk.log_size() == size);
    CHECK(desk.state(once) == "final");
    CHECK(desk.state(desk.company(105)) == "unknown");
  }
}

TEST_CASE("the parties who sign are exactly those whom the body names", "[api][F61]") {
  Desk desk;
  desk.record(story_unit(desk.id(), 1));
  desk.record(story_unit(desk.id(), 2));
  const SignedUnit key = story_unit(desk.id(), 3);
  const auto parsed = ledger::parse_entry(key.entry);
  REQUIRE(parsed);
  REQUIRE(parsed->signatures.size() == 2);
  for (std::size_t left_out = 0; left_out < 2; ++left_out) {
    auto signatures = parsed->signatures;
    signatures.erase(signatures.begin() + static_cast<std::ptrdiff_t>(left_out));
    check_problem(desk.submit({ledger::make_entry(parsed->body_bytes, signatures), {}, key.id}), 403,
                  "MISSING_SIGNATURE");
  }
  desk.record(key);
  const std::string body = ledger::to_canonical(desk.body(106));
  const SignedUnit two = sign_text(desk.id(), body, {{kOfficeParty, "k1"}, {kApplicantParty, "k1"}});
  check_problem(desk.submit(two), 403, "ROLE_NOT_PERMITTED");
  CHECK(desk.record(sign_text(desk.id(), body))["state"] == "final");
}

TEST_CASE("a nonce stands for one record while that is pending", "[api][F62]") {
  Desk desk;
  desk.gate().close();
  const SignedUnit first = desk.company(107);
  CHECK(desk.submit(first, "?wait=pending").status == 202);
  const Value other = with(desk.body(108), "nonce", *desk.body(107).find("nonce"));
  const Reply refused = desk.submit(sign_record(other), "?wait=pending");
  check_problem(refused, 409, "REPLAY");
  CHECK(refused.json()["blocking"] == Json::array({to_sha256_id(first.id)}));
  CHECK(refused.json()["errors"][0]["pointer"] == "/nonce");
  desk.gate().open();
  desk.record(first);
  // No rule of a block: nothing is keyed by it.
  CHECK(desk.record(sign_record(other))["state"] == "final");
}

TEST_CASE("what builds on a record that is not there is refused and can be sent again", "[api][F63]") {
  Desk desk;
  for (std::uint64_t n = 1; n <= 3; ++n) desk.record(story_unit(desk.id(), n));
  const SignedUnit examined = story_unit(desk.id(), 8);
  check_problem(desk.submit(examined), 422, "SUBJECT_NOT_FOUND");
  CHECK(desk.state(examined) == "refused");
  const SignedUnit named = desk.company(109);
  const SignedUnit naming = sign_record(with(desk.body(110), "refs", Value::Items{to_sha256_id(named.id)}));
  check_problem(desk.submit(naming), 422, "REF_NOT_FOUND");
  CHECK(desk.get("/v1/status").json()["pool_units"] == 0);  // nothing is parked
  desk.record(story_unit(desk.id(), 7));
  desk.record(named);
  CHECK(desk.state(examined) == "refused");  // nobody sent it again
  CHECK(desk.record(examined)["state"] == "final");
  CHECK(desk.record(naming)["state"] == "final");
}

TEST_CASE("extreme nonces and validities are refused with the field", "[api][F64]") {
  Desk desk;
  const Value body = desk.body(111);
  const std::string nonce = "\"nonce\":\"" + std::string(body.text_of("nonce")) + "\"";
  const std::string expires = "\"expires_at\":" + std::to_string(body.integer_of("expires_at"));
  const auto refused = [&](std::string_view part, const std::string& instead, unsigned status, std::string_view code,
                           std::string_view pointer) {
    INFO(instead);
    const Reply reply = desk.submit(sign_text(desk.id(), spoiled(body, part, instead)));
    check_problem(reply, status, code);
    CHECK(reply.json()["errors"][0]["pointer"] == pointer);
  };
  const std::string digits(31, 'a');
  refused(nonce, "\"nonce\":\"" + digits + "\"", 400, "SCHEMA_INVALID", "/nonce");
  refused(nonce, "\"nonce\":\"" + digits + "bc\"", 400, "SCHEMA_INVALID", "/nonce");
  refused(nonce, "\"nonce\":\"" + digits + "B\"", 400, "SCHEMA_INVALID", "/nonce");
  refused(nonce, "\"nonce\":\"" + digits + "g\"", 400, "SCHEMA_INVALID", "/nonce");
  refused(nonce, "\"nonce\":\"\"", 400, "SCHEMA_INVALID", "/nonce");
  refused(nonce, "\"nonce\":7", 400, "SCHEMA_INVALID", "/nonce");
  refused(nonce, "\"nonce\":18446744073709551615", 400, "NOT_CANONICAL", "");
  refused(expires, "\"expires_at\":-1", 400, "SCHEMA_INVALID", "/expires_at");
  refused(expires, "\"expires_at\":\"1795492800\"", 400, "SCHEMA_INVALID", "/expires_at");
  refused(expires, "\"expires_at\":9007199254740992", 400, "NOT_CANONICAL", "");
  refused(expires, "\"expires_at\":9007199254740991", 400, "SCHEMA_INVALID", "/expires_at");
  refused(expires, "\"expires_at\":1", 422, "STALE", "/expires_at");
  const std::int64_t now = test::kLedgerBeginMs / 1000 + 1;
  refused(expires, "\"expires_at\":" + std::to_string(now - 1), 422, "STALE", "/expires_at");
  refused(expires, "\"expires_at\":" + std::to_string(now + 604'801), 400, "SCHEMA_INVALID", "/expires_at");
  CHECK(desk.log_size() == 2);
  SECTION("zero is past") { refused(expires, "\"expires_at\":0", 422, "STALE", "/expires_at"); }
  SECTION("the second that is block time is still in time, a millisecond later is not") {
    CHECK(desk.record(sign_record(with(body, "expires_at", now)))["time_ms"] == 1000 * now);
    desk.ledger().set_clock(1000 * now + 1);
    check_problem(desk.submit(sign_record(with(desk.body(112), "expires_at", now))), 422, "STALE");
  }
  SECTION("the longest validity is accepted") {
    CHECK(desk.record(sign_record(with(body, "expires_at", now + 604'800)))["state"] == "final");
  }
}

TEST_CASE("a key signs from its registration on and until it ends", "[api][F65]") {
  Desk desk;
  const std::string body = ledger::to_canonical(desk.body(113));
  const Signer second = {kOfficeParty, "k2"};
  check_problem(desk.submit(sign_text(desk.id(), body, {second})), 403, "BAD_SIGNATURE");
  desk.add_second_key();
  CHECK(desk.record(sign_text(desk.id(), body, {second}))["state"] == "final");
  const SignedUnit revocation = sign_record(with(
      test::record_body(desk.id(), "key.revoke",
                        Value::Members{{"key_id", "k2"}, {"party", kOfficeParty}, {"reason", "更换"}}, 901),
      "role", "GOV"));
  desk.record(revocation);
  const SignedUnit late = sign_text(desk.id(), ledger::to_canonical(desk.body(114)), {second});
  const Reply reply = desk.submit(late);
  check_problem(reply, 403, "KEY_OUTSIDE_WINDOW");
  // The window that the sentence names ends behind the revocation's place in the log.
  const std::string end = ", " + std::to_string(desk.get(desk.path(revocation)).json()["index"].get<int>() + 1) + ")";
  INFO(reply.body);
  CHECK(reply.json()["detail"].get<std::string>().find(end) != std::string::npos);
  CHECK(desk.state(desk.company(113)) == "final");  // what it signed before stays
}

TEST_CASE("a party that was removed can neither act nor be named", "[api][F67]") {
  Desk desk;
  for (std::uint64_t n = 1; n <= 3; ++n) desk.record(story_unit(desk.id(), n));
  desk.record(sign_record(test::record_body(
      desk.id(), "party.change",
      Value::Members{{"field", "status"}, {"new", "REMOVED"}, {"old", "ACTIVE"}, {"party", kApplicantParty}}, 902)));
  const Reply acting = desk.submit(story_unit(desk.id(), 9));  // a commitment by the applicant
  check_problem(acting, 403, "UNKNOWN_PARTY");
  const Value grant = test::record_body(desk.id(), "role.grant",
                                        Value::Members{{"from", "2026-01-01"},
                                                       {"party", kApplicantParty},
                                                       {"role", "SCI"},
                                                       {"scope", Value::Members{{"region", "50"}}}},
                                        903);
  check_problem(desk.submit(sign_record(with(grant, "role", "GOV"))), 403, "UNKNOWN_PARTY");
}

TEST_CASE("bytes that are not the one form of a record are refused where they differ", "[api][F79]") {
  Desk desk;
  const Value body = desk.body(115);
  const std::string good = desk.company(115).entry;
  const std::string text = ledger::to_canonical(body);
  const auto at = [&](std::string_view part) { return good.find(part); };
  const std::string name = "\"name\":\"示例115公司\"";
  const std::string region = "\"region\":\"50\"";
  /// The entry with a part of it replaced, its signature still that of the good one: bytes come first.
  const auto spoil = [&](std::string_view part, const std::string& instead) {
    std::string entry = good;
    REQUIRE(at(part) != entry.npos);
    return entry.replace(at(part), part.size(), instead);
  };
  const auto not_canonical = [&](const std::string& entry, std::optional<std::size_t> offset = {}) {
    INFO(entry.substr(0, 300));
    const Reply reply = desk.post("/v1/records?wait=final", entry);
    check_problem(reply, 400, "NOT_CANONICAL");
    const std::string detail = reply.json()["detail"];
    INFO(detail);
    if (offset) CHECK(detail.starts_with("byte " + std::to_string(*offset) + ":"));
  };
  const std::size_t n = at(name);
  not_canonical("", 0);
  not_canonical(std::string("\xEF\xBB\xBF") + good, 0);
  not_canonical(" " + good, 0);
  not_canonical(good + "\n", good.size());
  not_canonical(good + std::string(1, '\0'), good.size());
  not_canonical(good + good, good.size());
  not_canonical(good.substr(0, good.size() - 1));
  not_canonical("[" + good + "]", 0);
  not_canonical(spoil(name, name + "," + name));
  not_canonical(spoil(name, "\"name\": \"x\""), n + 7);
  not_canonical(spoil(name, "\"name\":null"), n + 7);
  not_canonical(spoil(name, "\"name\":NaN"), n + 7);
  not_canonical(spoil(name, "\"name\":-0"));
  not_canonical(spoil(name, "\"name\":1.5"));
  not_canonical(spoil(name, "\"name\":1e400"));
  not_canonical(spoil(name, "\"name\":" + std::string(50'000, '9')));
  not_canonical(spoil(name, "\"name\":\"\\u4f60\""));
  not_canonical(spoil(name, "\"name\":\"\\/\""));
  not_canonical(spoil(name, "\"name\":\"\xed\xa0\x80\""), n + 8);        // a surrogate
  not_canonical(spoil(name, "\"name\":\"\xc0\xaf\""), n + 8);            // overlong
  not_canonical(spoil(name, "\"name\":\"x\xe2\x80\xae\""), n + 9);       // U+202E
  not_canonical(spoil(name, "\"name\":\"x\xef\xbb\xbf\""), n + 9);       // U+FEFF
  not_canonical(spoil(name, std::string("\"name\":\"a\0b\"", 12)), n + 9);
  not_canonical(spoil(name, "\"Name\":\"x\""), n + 1);
  not_canonical(spoil(name, "\"" + std::string(49, 'k') + "\":\"x\""));
  not_canonical(spoil(name + "," + region, region + "," + name));  // unsorted
  not_canonical(spoil(name, "\"name\":" + std::string(15, '[') + std::string(15, ']')));
  not_canonical(std::string(60'000, '['));
  check_problem(desk.post("/v1/records", std::string(100'000, '[')), 413, "SIZE_LIMIT");
  not_canonical("{\"body\":" + text + ",\"sigs\":[]}");
  not_canonical("{\"body\":" + text + "}");
  not_canonical("{\"format\":\"qinglu-seal/1\"}");
  std::string many = "\"name\":[0";
  for (int i = 0; i < 4'097; ++i) many += ",0";
  not_canonical(spoil(name, many + "]"));
  check_problem(desk.post("/v1/records", spoil(name, "\"name\":\"" + std::string(61'440, 'x') + "\"")), 413, "SIZE_LIMIT");
  check_problem(desk.post("/v1/records", std::string(262'145, 'x')), 413, "SIZE_LIMIT");

  const auto schema = [&](std::string_view part, const std::string& instead, std::string_view pointer) {
    INFO(instead);
    const Reply reply = desk.submit(sign_text(desk.id(), spoiled(body, part, instead)));
    check_problem(reply, 400, "SCHEMA_INVALID");
    CHECK(reply.json()["errors"][0]["pointer"] == pointer);
  };
  schema(name, "\"name\":\"\"", "/data/name");
  schema(name, "\"name\":[]", "/data/name");
  schema(name, "\"name\":{}", "/data/name");
  schema(name, "\"name\":7", "/data/name");
  schema(name, "\"moniker\":\"x\",\"name\":\"x\"", "/data/moniker");
  schema(region, "\"region\":true", "/data/region");
  schema("\"v\":1", "\"v\":1,\"zzz\":1", "/zzz");
  schema("\"type\":\"party.register\"", "\"type\":\"party.abolish\"", "/type");

  // NFC and NFD are two texts, both accepted as they are.
  const SignedUnit nfc = sign_text(desk.id(), spoiled(desk.body(116), "示例116公司", "Caf\xc3\xa9"));
  const SignedUnit nfd = sign_text(desk.id(), spoiled(desk.body(117), "示例117公司", "Cafe\xcc\x81"));
  CHECK(desk.record(nfc)["id"] != desk.record(nfd)["id"]);
  CHECK(desk.get(desk.path(nfd) + "/entry").body == nfd.entry);
}

TEST_CASE("batches that are none are refused whole", "[api][F79]") {
  Desk desk;
  const std::vector<Value> bodies = {desk.body(118), desk.body(119)};
  const SignedUnit good = sign_batch(desk.id(), bodies, 3);
  const std::uint64_t size = desk.log_size();
  const auto refused = [&](const SignedUnit& batch, unsigned status, std::string_view code) {
    check_problem(desk.post("/v1/batches?wait=final", submission_text(batch)), status, code);
    check_problem(desk.post("/v1/batches/check", submission_text(batch)), status, code);
  };
  SignedUnit fewer = good;
  fewer.bodies.pop_back();
  refused(fewer, 422, "BATCH_COUNT");
  SignedUnit swapped = good;
  std::swap(swapped.bodies[0], swapped.bodies[1]);
  refused(swapped, 422, "BATCH_ROOT_MISMATCH");
  SignedUnit more = good;
  for (int i = 0; i < 1'000; ++i) more.bodies.push_back("{}");
  refused(more, 422, "BATCH_COUNT");
  refused(sign_batch(desk.id(), {bodies[0], bodies[0]}, 4), 422, "BATCH_DUPLICATE_MEMBER");
  refused(sign_batch(desk.id(), {}, 5), 422, "BATCH_COUNT");
  refused({desk.company(118).entry, {good.bodies[0]}, {}}, 400, "NOT_CANONICAL");
  const Value key = test::record_body(
      desk.id(), "key.revoke", Value::Members{{"key_id", "k1"}, {"party", kOfficeParty}, {"reason", "x"}}, 905);
  refused(sign_batch(desk.id(), {bodies[0], key}, 6), 422, "BATCH_TYPE_NOT_ALLOWED");
  std::vector<Value> heavy;
  for (std::uint64_t i = 0; i < 20; ++i) {
    Value::Items notes;
    for (int k = 0; k < 27; ++k) notes.emplace_back(std::string(1'990, 'x'));
    heavy.push_back(with(desk.body(200 + i), "refs", notes));
  }
  refused(sign_batch(desk.id(), heavy, 7), 413, "BATCH_TOO_LARGE");
  Value wrong = with(bodies[1], "nonce", "x");
  const Reply member = desk.submit(sign_batch(desk.id(), {bodies[0], wrong}, 8));
  check_problem(member, 400, "BATCH_MEMBER_REFUSED");
  CHECK(member.json()["n"] == 1);
  CHECK(member.json()["errors"][0]["pointer"] == "/nonce");
  CHECK(desk.log_size() == size);
  CHECK(desk.record(good)["state"] == "final");
}

TEST_CASE("a key's submissions are bounded before its signatures are looked at", "[api][F93]") {
  node::NodeOptions options = test::office_options();
  options.pool.submissions_per_second = 10;
  options.pool.submissions_burst = 4;
  Desk desk(ServedLedger::http_options(), options);
  CHECK(desk.submit(desk.company(120)).status == 200);
  // A batch is one, a dry run is one, and so is a signature that does not hold.
  CHECK(desk.submit(sign_batch(desk.id(), {desk.body(121), desk.body(122), desk.body(123)}, 9)).status == 200);
  CHECK(desk.post("/v1/records/check", desk.company(124).entry).status == 200);
  SignedUnit forged = sign_text(desk.id(), ledger::to_canonical(desk.body(125)));
  forged.entry.replace(forged.entry.find("\"sig\":\"") + 7, 4, "AAAA");
  check_problem(desk.submit(forged), 403, "BAD_SIGNATURE");
  for (int i = 0; i < 20; ++i) check_problem(desk.submit(forged), 429, "KEY_BUDGET");
  check_problem(desk.post("/v1/records/check", desk.company(124).entry), 429, "KEY_BUDGET");
  check_problem(desk.submit(desk.company(124)), 429, "KEY_BUDGET");
  // Another key has its own.
  const SignedUnit other = sign_text(desk.id(), ledger::to_canonical(desk.body(126)), {{kOfficeParty, "k7"}});
  check_problem(desk.submit(other), 403, "BAD_SIGNATURE");
  // A tenth of a second gives one back, a second as many as come at once.
  desk.ledger().set_clock(test::kLedgerBeginMs + 1'100);
  CHECK(desk.submit(desk.company(124)).status == 200);
  check_problem(desk.submit(desk.company(127)), 429, "KEY_BUDGET");
  desk.ledger().set_clock(test::kLedgerBeginMs + 10'000);
  for (std::uint64_t n = 127; n < 131; ++n) CHECK(desk.submit(desk.company(n)).status == 200);
  check_problem(desk.submit(desk.company(131)), 429, "KEY_BUDGET");
}

TEST_CASE("refusals are remembered within bounds, and of unsigned input nothing is", "[api][F93]") {
  node::NodeOptions options = test::office_options();
  options.pool.refusals_per_submitter = 5;
  Desk desk(ServedLedger::http_options(), options);
  const auto stale = [&](std::uint64_t n) { return with(desk.body(n), "expires_at", 1'000'000'000 + static_cast<int>(n)); };
  for (std::uint64_t n = 140; n < 150; ++n) check_problem(desk.submit(sign_record(stale(n))), 422, "STALE");
  for (std::uint64_t n = 140; n < 150; ++n) {
    CHECK(desk.state(sign_record(stale(n))) == (n < 145 ? "unknown" : "refused"));
  }
  const auto leaves_nothing = [&](const SignedUnit& unit, unsigned status, std::string_view code) {
    check_problem(desk.submit(unit), status, code);
    CHECK(desk.state(unit) == "unknown");
  };
  SignedUnit forged = desk.company(150);
  forged.entry.replace(forged.entry.find("\"sig\":\"") + 7, 4, "AAAA");
  leaves_nothing(forged, 403, "BAD_SIGNATURE");
  // Refused for something else first: still nobody known has signed it.
  const std::vector<Signer> unknown_key = {{kOfficeParty, "k7"}};
  leaves_nothing(sign_text(desk.id(), ledger::to_canonical(stale(151)), unknown_key), 422, "STALE");
  SignedUnit batch = sign_batch(desk.id(), {desk.body(152)}, 10);
  batch.entry.replace(batch.entry.find("\"key_id\":\"k1\""), 13, "\"key_id\":\"k7\"");
  leaves_nothing(batch, 403, "BATCH_MEMBER_REFUSED");
  const Signer fresh = {"org:91500112MAQL000116", "k1"};
  Value add = test::record_body(desk.id(), "key.add",
                                Value::Members{{"key_id", fresh.second},
                                               {"party", fresh.first},
                                               {"pub", to_hex(key_named(fresh).public_key())},
                                               {"suite", 1}},
                                906);
  add.set("signers", Value::Items{fresh.first});
  add.set("submitter", fresh.first);
  leaves_nothing(sign_text(desk.id(), ledger::to_canonical(add), {fresh}), 403, "MISSING_SIGNATURE");
  for (std::uint64_t n = 145; n < 150; ++n) CHECK(desk.state(sign_record(stale(n))) == "refused");
}

TEST_CASE("submissions that wait hold no thread of the server", "[api]") {
  api::HttpOptions http = ServedLedger::http_options();
  http.threads = 1;
  Desk desk(http);
  desk.gate().close();
  constexpr std::uint64_t kWaiting = 8;
  std::vector<std::thread> waiting;
  std::atomic<int> final{0};
  for (std::uint64_t n = 0; n < kWaiting; ++n) {
    waiting.emplace_back([&, n] {
      auto client = api::HttpClient::to("http://127.0.0.1:" + std::to_string(desk.port()));
      const auto answer = client->request("POST", "/v1/records?wait=final&timeout=60s", desk.company(160 + n).entry,
                                          "application/json", {});
      final += answer && answer->status == 200 && answer->body.find("\"final\"") != std::string::npos;
    });
  }
  while (desk.get("/v1/status").json()["pool_units"] != kWaiting) std::this_thread::yield();
  CHECK(desk.get("/livez").status == 200);
  CHECK(final == 0);
  desk.gate().open();
  for (std::thread& each : waiting) each.join();
  CHECK(final == static_cast<int>(kWaiting));
}

TEST_CASE("a wait that is over is answered with the open state, never with a failure", "[api]") {
  Desk desk;
  desk.gate().close();
  const SignedUnit unit = desk.company(170);
  std::thread time([&] {
    while (desk.ledger().node().status().pool_units == 0) std::this_thread::yield();
    desk.ledger().set_clock(test::kLedgerBeginMs + 30'000);
    desk.gate().open();
  });
  // Whichever the driver sees first, the block or the deadline: both are true answers.
  const Reply reply = desk.submit(unit, "?wait=final&timeout=5s");
  time.join();
  const bool open_or_final = reply.status == 202 || reply.status == 200;
  CHECK(open_or_final);
  CHECK(desk.record(unit)["state"] == "final");
  check_problem(desk.submit(unit, "?wait=forever"), 400, "USAGE");
  check_problem(desk.submit(unit, "?timeout=61s"), 400, "USAGE");
  check_problem(desk.submit(unit, "?timeout=-1s"), 400, "USAGE");
  check_problem(desk.submit(unit, "?timeout=18446744073709551615"), 400, "USAGE");
  check_problem(desk.submit(unit, "?patience=5s"), 400, "USAGE");
  check_problem(desk.submit(unit, "?wait=final&wait=none"), 400, "USAGE");
}

TEST_CASE("a full pool tells submitters to come again, and takes them when it has room", "[api]") {
  node::NodeOptions options = test::office_options();
  SECTION("full for all") { options.pool.units_max = 5; }
  SECTION("full for this party") { options.pool.units_per_submitter = 4; }
  Desk desk(ServedLedger::http_options(), options);
  desk.gate().close();
  for (std::uint64_t n = 180; n < 184; ++n) CHECK(desk.submit(desk.company(n), "?wait=pending").status == 202);
  check_problem(desk.submit(desk.company(184), "?wait=pending"), 429, "BUSY");
  CHECK(desk.submit(desk.company(180), "?wait=pending").status == 202);  // known already
  CHECK(desk.state(desk.company(184)) == "unknown");
  desk.gate().open();
  for (std::uint64_t n = 180; n < 184; ++n) desk.record(desk.company(n));
  CHECK(desk.record(desk.company(184))["state"] == "final");
}

TEST_CASE("a node that has halted says so and answers reads", "[api]") {
  Desk desk;
  desk.record(desk.company(190));
  CHECK(desk.get("/readyz").json()["ready"] == true);
  desk.gate().break_disk();
  CHECK(desk.submit(desk.company(191), "?wait=pending").status == 202);  // the journal has it
  while (desk.ledger().node().status().serving) std::this_thread::yield();
  check_problem(desk.submit(desk.company(192)), 503, "HALTED");
  check_problem(desk.get("/readyz"), 503, "HALTED");
  CHECK(desk.get("/livez").status == 200);
  CHECK(desk.get("/v1/status").json()["halted"] == "the disk is dead");
  CHECK(desk.state(desk.company(190)) == "final");
  CHECK(desk.state(desk.company(191)) == "pending");
}

TEST_CASE("a record whose validity a block has passed is expired for good", "[api]") {
  Desk desk;
  const SignedUnit soon = sign_record(with(desk.body(195), "expires_at", test::kLedgerBeginMs / 1000 + 2));
  // A block is under way and not yet stored; the record waits behind it until its time is over.
  desk.gate().close();
  CHECK(desk.submit(desk.company(196), "?wait=pending").status == 202);
  desk.gate().wait_for_writer();
  CHECK(desk.submit(soon, "?wait=pending").status == 202);
  desk.ledger().set_clock(test::kLedgerBeginMs + 5'000);
  CHECK(desk.get(desk.path(soon)).json()["lapsed"] == true);
  desk.gate().open();
  desk.record(desk.company(196));
  desk.record(desk.company(197));  // a block whose time is after the validity
  CHECK(desk.state(soon) == "expired");
  check_problem(desk.submit(soon), 422, "STALE");
}
