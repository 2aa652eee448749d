// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/privacy.hpp"

#include "crypto/base/encoding.hpp"
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

const std::string kPerson = "sha256:" + std::string(64, '6');
const std::string kPersonId = "per:" + std::string(64, '6');

/// A consent that the person gave, with a text in it: the record that the measures are about.
std::string personal_record(Register& reg) {
  Value row = json(R"({"first_index":0,"key_count":1,"kind":"PERSON","open_keys":["k1"],"status":"ACTIVE"})");
  reg.put(party_row(kPersonId), row);
  reg.put(key_row(kPersonId, "k1"), json(R"({"pub":")" + std::string(64, '6') + R"(","suite":1,"windows":[{"from_index":0}]})"));
  Act act("evidence.deposit",
          R"({"captured_at":"2026-11-20T01:00:00Z","clock_offset_ms":0,"clock_source":"NTSC","custody":[{"from":"2026-11-20T01:00:00Z","party":")" +
              kPersonId + R"("}],"digest":{"sha256":")" + hash_of('a') + R"("},"env_check_hash":")" + hash_of('b') +
              R"(","media":"text/plain","method":"photo","operator_commit":")" + hash_of('c') +
              R"(","size":1,"source":"a letter to Li Lei","tool":{"hash":")" + hash_of('d') + R"(","name":"camera","ver":"1"}})");
  return reg.must(act.by(kPersonId, "PARTY"));
}

Act measure(std::string_view type, const std::string& record, const char* field = "source") {
  Value item(Value::Members{{"field", field}, {"record", record}});
  const bool correct = type == "privacy.correct";
  if (correct) item.set("value_commit", hash_of('9'));
  return Act(type, R"({"date":"2026-11-23"})")
      .set("subject_commit", kPerson).set("basis", correct ? "PIPL 46" : "PIPL 47").set("fields", Value::Items{item})
      .by(kCourt, "GOV").with({kPersonId});
}
Act restricted(const std::string& record, const char* field = "source") { return measure("privacy.restrict", record, field); }
Act corrected(const std::string& record, const char* field = "source") { return measure("privacy.correct", record, field); }
Act erased(const std::string& record, const char* field = "source") { return measure("privacy.erase_notice", record, field); }

std::string state_of(const Register& reg, const std::string& record, std::string_view field = "source") {
  const auto row = reg.find(privacy_row(record));
  if (!row) return "";
  for (const Value& each : row->items_of("fields")) {
    if (each.text_of("field") == field) return std::string(each.text_of("state"));
  }
  return "";
}

Value shown(const Register& reg, const std::string& record) {
  const auto row = reg.find(privacy_row(record));
  return *shown_body(reg.find_record(*from_sha256_id(record))->body, row.get()).find("data");
}

}  // namespace

TEST_CASE("what is restricted is shown to no reader, and the record stays as it was signed", "[privacy]") {
  Register reg;
  const std::string id = personal_record(reg);
  CHECK(shown(reg, id).text_of("source") == "a letter to Li Lei");
  const Value before = reg.find_record(*from_sha256_id(id))->body;
  const std::string by = reg.must(restricted(id));
  CHECK(shown(reg, id).text_of("source") == "restricted");
  CHECK(shown(reg, id).text_of("method") == "photo");
  CHECK(reg.find_record(*from_sha256_id(id))->body == before);
  CHECK(reg.find(privacy_row(id))->items_of("fields")[0].text_of("record") == by);
}

TEST_CASE("a correction names the right value by a commitment, and may be corrected again", "[privacy]") {
  Register reg;
  const std::string id = personal_record(reg);
  reg.must(corrected(id));
  CHECK(shown(reg, id).text_of("source") == "corrected");
  CHECK(reg.find(privacy_row(id))->items_of("fields")[0].text_of("value_commit") == hash_of('9'));
  reg.must(corrected(id));
  reg.must(erased(id));
  CHECK_FALSE(reg.find(privacy_row(id))->items_of("fields")[0].find("value_commit"));
  Value bare(Value::Members{{"field", "source"}, {"record", id}});
  CHECK(reg.submit(corrected(id).set("fields", Value::Items{bare})).codes() == "SCHEMA_INVALID");
}

TEST_CASE("each measure is taken in the states that the table names and no other", "[privacy]") {
  struct Case {
    const char* before;
    const char* correct;
    const char* restrict_;
    const char* erase;
  };
  for (const Case& each : {Case{"", "", "", ""}, Case{"CORRECTED", "", "", ""}, Case{"RESTRICTED", "STATE_FORBIDS", "STATE_FORBIDS", ""},
                           Case{"ERASED", "STATE_FORBIDS", "STATE_FORBIDS", "STATE_FORBIDS"}}) {
    Register reg;
    const std::string id = personal_record(reg);
    const std::string before = each.before;
    if (before == "CORRECTED") reg.must(corrected(id));
    if (before == "RESTRICTED") reg.must(restricted(id));
    if (before == "ERASED") reg.must(erased(id));
    INFO(before);
    REQUIRE(state_of(reg, id) == before);
    CHECK(Register(reg).submit(corrected(id)).codes() == each.correct);
    CHECK(Register(reg).submit(restricted(id)).codes() == each.restrict_);
    CHECK(Register(reg).submit(erased(id)).codes() == each.erase);
    // Another field of the record has a state of its own.
    CHECK(Register(reg).submit(restricted(id, "method")).codes().empty());
  }
}

TEST_CASE("what was erased reads so, and its private slots may be named too", "[privacy]") {
  Register reg;
  const std::string id = personal_record(reg);
  reg.must(erased(id));
  CHECK(shown(reg, id).text_of("source") == "erased");
  reg.must(erased(id, "persons"));
  CHECK(state_of(reg, id, "persons") == "ERASED");
  CHECK_FALSE(shown(reg, id).find("persons"));
  reg.must(restricted(id, "operator_commit"));
  CHECK(shown(reg, id).text_of("operator_commit") == "restricted");
  const auto& marks = reg.find(privacy_row(id))->items_of("fields");
  REQUIRE(marks.size() == 3);
  CHECK(std::ranges::is_sorted(marks, {}, [](const Value& each) { return each.text_of("field"); }));
}

TEST_CASE("only texts, commitments and private slots are hidden, never what the ledger reasons with", "[privacy]") {
  Register reg;
  const std::string id = personal_record(reg);
  for (const char* field : {"captured_at", "size", "clock_source", "env_check_hash", "custody", "price", "nonce"}) {
    INFO(field);
    CHECK(reg.submit(restricted(id, field)).codes() == "SCHEMA_INVALID");
  }
  Value item(Value::Members{{"field", "source"}, {"record", id}});
  CHECK(reg.submit(restricted(id).set("fields", Value::Items{item, item})).codes() == "SCHEMA_INVALID");
}

TEST_CASE("who owns a right is never hidden; what an opening shows may be", "[privacy]") {
  Register reg;
  grow(reg, PatentStatus::granted);
  const Value row = reg.row(kPatent);
  const std::string publication(row.find("pub")->text_of("record"));
  const std::string granted(row.find("grant")->text_of("record"));
  const auto by_quorum = [&](const std::string& record, const char* field) {
    return Register(reg).submit(restricted(record, field).by(kCourt, "GOV").with({kIpo, kExchange})).codes();
  };
  CHECK(by_quorum(publication, "openings").empty());
  CHECK(by_quorum(publication, "title").empty());
  CHECK(by_quorum(publication, "applicants") == "SCHEMA_INVALID");
  CHECK(by_quorum(granted, "owners") == "SCHEMA_INVALID");
  CHECK(by_quorum(granted, "grant_date") == "SCHEMA_INVALID");
}

TEST_CASE("the record names the person by the commitment, else the council's quorum decides", "[privacy]") {
  Register reg;
  const std::string id = personal_record(reg);
  Register other = reg;
  Act stranger = restricted(id);
  stranger.set("subject_commit", "sha256:" + std::string(64, '8'));
  CHECK(other.submit(stranger.by(kCourt, "GOV")).codes() == "NOT_DATA_SUBJECT");
  CHECK(other.submit(stranger.by(kCourt, "GOV").with({kIpo})).codes() == "NOT_DATA_SUBJECT");
  other.must(stranger.by(kCourt, "GOV").with({kIpo, kExchange}));
  // The person of another record of the same list does not serve.
  const std::string office = reg.must(accept());
  Value mine(Value::Members{{"field", "source"}, {"record", id}});
  Value foreign(Value::Members{{"field", "title_commit"}, {"record", office}});
  CHECK(reg.submit(restricted(id).set("fields", Value::Items{mine, foreign})).codes() == "NOT_DATA_SUBJECT");
}

TEST_CASE("a member of the council submits, and with it signs nobody but members and the person", "[privacy]") {
  Register reg;
  const std::string id = personal_record(reg);
  CHECK(reg.submit(restricted(id).by(kCompany, "GOV")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(restricted(id).by(kPersonId, "GOV")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(restricted(id).by(kCourt, "COURT")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(restricted(id).with({kUniversity})).codes() == "ROLE_NOT_PERMITTED");
  Register(reg).must(restricted(id).by(kCourt, "GOV"));  // at the person's request, without its key
  Register(reg).must(restricted(id).with({kIpo}));
}

TEST_CASE("correction rests on article 46, restriction and erasure on article 47", "[privacy]") {
  Register reg;
  const std::string id = personal_record(reg);
  CHECK(reg.submit(corrected(id).set("basis", "PIPL 47")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(restricted(id).set("basis", "PIPL 46")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(erased(id).set("basis", "PIPL 46")).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(restricted(id).set("date", "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(restricted(hash_of('1'))).codes() == "REF_NOT_FOUND");
  CHECK(reg.submit(restricted(id).set("reason", "13800138000")).codes() == "PERSONAL_DATA_ON_CHAIN");
}

TEST_CASE("one measure reaches fields of several records, and names the person in its subjects", "[privacy]") {
  Register reg;
  const std::string first = personal_record(reg);
  const std::string second = personal_record(reg);
  Value::Items items;
  for (const std::string& record : {first, second}) {
    for (const char* field : {"method", "source"}) items.emplace_back(Value::Members{{"field", field}, {"record", record}});
  }
  const std::string id = reg.must(restricted(first).set("fields", items));
  for (const std::string& record : {first, second}) {
    CHECK(shown(reg, record).text_of("source") == "restricted");
    CHECK(shown(reg, record).text_of("method") == "restricted");
  }
  CHECK(reg.find_record(*from_sha256_id(id))->body.items_of("subjects") == Value::Items{Value(kPersonId)});
}

TEST_CASE("the marks of one record are bounded", "[privacy]") {
  Register reg;
  const std::string id = personal_record(reg);
  Value::Items marks;
  for (int i = 100; i < 164; ++i) marks.emplace_back(Value::Members{{"field", "f" + std::to_string(i)}, {"record", id}, {"state", "ERASED"}});
  reg.put(privacy_row(id), Value(Value::Members{{"fields", marks}}));
  CHECK(reg.submit(restricted(id)).codes() == "SIZE_LIMIT");
}
