// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "crypto/base/encoding.hpp"
#include "crypto/commitment.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/catalog/contracts.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

/// The published example: an exclusive licence of the university for five years.   Source: domain.md 6.14.
const std::string kPublished =
    R"({"attach":[{"media":"application/pdf","name":"contract.pdf","sha256":"sha256:0bb3f30dd813bffef6adc38202b321ea1d989930a237a81a0acb036f87238478","size":184320}],"basis":[{"article":"863","law":"CC"},{"article":"14","law":"PL"}],"class":"PUBLIC","data":{"amount":{"fen":120000000},"ctr":"ctr:12500000QL0000014H/2026-0042","declarations":{"export_ok":false,"no_monopoly":true,"service_invention":true},"direction":"LOCAL","effective_date":"2026-12-01","end_date":"2031-11-30","entry_fee":{"fen":30000000},"green_codes":["ECO-2.1"],"kind":"LIC-P","parties":[{"party":"org:12500000QL0000014H","side":"LICENSOR"},{"party":"org:91500112MAQL000116","side":"LICENSEE"}],"pay_mode":"ROYALTY_ENTRY","price_method":"AGREEMENT","publicity_ref":"sha256:925917f3323ad3d616437686803e93f1c2920c0ab4a4714f196df4b7cb8b54b2","rights":[{"deal":"LICENSE","license_kind":"EXCL","pat":"pat:2022102345684","patent_data":{"app_no":"CN2022102345684","filing_date":"2022-05-10","holders":["org:12500000QL0000014H"],"patent_no":"ZL2022102345684","title":"一种余热回收装置","valid_to":"2042-05-09"},"scope":{"fields":["F27D17"],"from":"2026-12-01","manner":["MAKE","SELL","USE"],"territory":["50"],"to":"2031-11-30"},"sublicense_allowed":false}],"royalty":{"base":"SALES","bp":350,"shape":"FIXED"},"sign_date":"2026-11-23","tech_amount":{"fen":100000000},"text_commit":"sha256:1d0d3cf98fd95f41f3d7233aba1e8f3d71a68e86cf202ca91b546cbe3f792888","title":"余热回收装置专利实施许可合同","venue":"PRIVATE"},"event_date":"2026-11-23","expires_at":1797350400,"ledger_id":"sha256:22cc115ed3351431c12ce19df837212fc754e6ad78529d56ec5cd5e08257be55","nonce":"64feb9d13d8065bf3144b3c617fdf2af","role":"PARTY","rule_pack":1,"signers":["org:12500000QL0000014H","org:91500112MAQL000116"],"subjects":["ctr:12500000QL0000014H/2026-0042","org:12500000QL0000014H","org:91500112MAQL000116","pat:2022102345684"],"submitter":"org:12500000QL0000014H","type":"contract.sign","v":1})";

Act price_notice(std::string_view subject = kPatent) {
  Act act("publicity.notice", R"({"from":"2026-10-10","kind":"PRICE","to":"2026-10-24"})");
  return at(act.set("subject", subject).set("text_hash", "sha256:" + std::string(64, 'c')).by(kUniversity, "INST"));
}

/// The published contract of the next day of `reg`, with a notice that is on this ledger.
Act published_contract(const std::string& notice) {
  Act act("contract.sign", *json(kPublished).find("data"));
  act.set("publicity_ref", notice);
  return act.by(kUniversity, "PARTY").with({kCompany});
}

Act agreed(const std::string& notice) {
  Act act = contract("a", license_right("ORD"), kCompany).set("price_method", "AGREEMENT");
  return notice.empty() ? act : act.set("publicity_ref", notice);
}

Act with_right(const char* member, Value value) {
  Value right = license_right("EXCL");
  right.set(member, std::move(value));
  return contract("a", right, kCompany);
}

// --- an application that is not published ---

const std::string kSalt(64, '7');

Value hidden_data() { return *license_right("ORD").find("patent_data"); }

std::string hidden_commit(const Value& data) {
  const auto salt = fixed_from_hex<crypto::Salt>(kSalt);
  return to_sha256_id(crypto::field_commitment("patent_data", *salt, to_canonical(data)));
}

Value hidden_right(const Value& data) {
  Value right = license_right("EXCL");
  right.erase("pat");
  right.erase("patent_data");
  right.set("patent_data_commit", hidden_commit(data));
  return right;
}

Value opened(const Value& data) {
  return Value::Items{Value(Value::Members{{"commit", hidden_commit(data)}, {"name", "patent_data"}, {"salt", kSalt}, {"value", data}})};
}

Act amendment(std::string_view local) {
  Act act("contract.amend", R"({"reason":"协商一致"})");
  return at(act.set("ctr", key_of(local)).set("date", kDay).by(kUniversity, "PARTY").with({kCompany}));
}

Act performance(std::int64_t fen) {
  Act act("contract.perform", R"({"milestone":"首付款"})");
  act.set("amount", Value(Value::Members{{"fen", fen}}));
  return at(act.set("ctr", key_of("a")).set("date", kDay).by(kUniversity, "PARTY").with({kCompany}));
}

std::string licence_of(const Register& reg, std::size_t i) { return reg.row(kPatent).items_of("licenses").at(i).text(); }

}  // namespace

TEST_CASE("the published contract has its published size, id and subjects", "[contract]") {
  CHECK(kPublished.size() == 1946);
  CHECK(to_sha256_id(crypto::sha256(kPublished)) ==
        "sha256:89333877e4f5fb23cb5af66e9280496fc7195b8b17a24bb658f2bc094d876574");
  const Value body = json(kPublished);
  CHECK(check_form(body).empty());
  const auto subjects = derive_subjects(*find_record_type("contract.sign"), body);
  CHECK((Value::Items(subjects.begin(), subjects.end()) == body.items_of("subjects")));
}

TEST_CASE("the published contract passes the rules, and a second exclusive licence within it does not", "[contract]") {
  Register reg = granted();
  const std::string notice = reg.must(price_notice());
  reg.today("2026-11-23");
  const std::string id = reg.must(published_contract(notice));
  CHECK(reg.status_of(key_of("2026-0042")) == "OPEN");
  const auto row = reg.find(encumbrance_row(kPatent, id + "/0"));
  REQUIRE(row);
  CHECK(row->text_of("kind") == "EXCL");
  CHECK((row->items_of("licensees") == Value::Items{kCompany}));
  CHECK((row->items_of("licensors") == Value::Items{kUniversity}));
  CHECK((reg.row(kPatent).items_of("licenses") == Value::Items{id + "/0"}));

  const auto second = [&](const char* member, const char* value) {
    Act act = published_contract(notice).set("ctr", key_of("2026-0043"));
    Value right = json(kPublished).find("data")->items_of("rights")[0];
    right.find("scope")->set(member, Value::Items{value});
    return letter(Register(reg).submit(act.set("rights", Value::Items{right})));
  };
  CHECK(second("territory", "5001") == "R:LICENSE_OVERLAP");
  CHECK(second("fields", "F27D17/00") == "R:LICENSE_OVERLAP");
  CHECK(second("territory", "51") == "OK");
  CHECK(second("fields", "F27D1") == "OK");
}

TEST_CASE("all parties sign a contract and nobody else", "[contract]") {
  Register reg = granted();
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany).by(kUniversity, "PARTY"))) == "R:MISSING_SIGNATURE");
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany).with({kRival}))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany).set("broker", kRival).with({kRival}))) == "OK");
}

TEST_CASE("the key of a contract is a party's and is used once", "[contract]") {
  Register reg = granted();
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany).set("ctr", "ctr:" + kRival.substr(4) + "/a"))) ==
        "R:ROLE_NOT_PERMITTED");
  reg.must(contract("a", license_right("ORD"), kCompany));
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany))) == "R:STATE_FORBIDS");
}

TEST_CASE("a party that was removed signs no contract", "[contract]") {
  Register reg = granted();
  Value row = reg.party(kCompany);
  row.set("status", "REMOVED");
  reg.put(party_row(kCompany), row);
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany))) == "R:UNKNOWN_PARTY");
}

TEST_CASE("nobody licenses to itself, a co-owner may take from the others", "[contract][F73]") {
  Register reg = granted();
  const auto sides = [&](Value parties) {
    Act act = contract("a", license_right("ORD"), kUniversity).set("parties", std::move(parties));
    Value right = license_right("ORD");
    right.set("share_rule", "均分");
    return letter(Register(reg).submit(act.set("rights", Value::Items{right}).with({kCompany})));
  };
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kUniversity))) == "R:SELF_DEALING");
  CHECK(sides(Value::Items{party_of(kUniversity, "LICENSOR"), party_of(kCompany, "LICENSEE"), party_of(kUniversity, "LICENSEE")}) ==
        "R:SELF_DEALING");
  share_with_coowner(reg);
  Act act = contract("a", license_right("EXCL"), kCoowner);
  act.set("parties", Value::Items{party_of(kUniversity, "LICENSOR"), party_of(kCoowner, "LICENSOR"), party_of(kCoowner, "LICENSEE")});
  Value right = license_right("EXCL");
  right.set("share_rule", "均分");
  CHECK(letter(reg.submit(act.set("rights", Value::Items{right}))) == "OK");
}

TEST_CASE("a contract has two sides, partners are both", "[contract]") {
  Register reg = granted();
  const Value::Items one_side{party_of(kUniversity, "LICENSOR"), party_of(kCompany, "LICENSOR")};
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany).set("parties", one_side))) == "R:NOT_RIGHT_HOLDER SELF_DEALING");
  CHECK(letter(Register(reg).submit(contract("a", license_right("ORD"), kUniversity)
                                        .set("parties", Value::Items{party_of(kUniversity, "PARTNER")}))) == "R:SELF_DEALING");
  reg.must(contract("b", license_right("ORD"), kCompany)
               .set("parties", Value::Items{party_of(kUniversity, "PARTNER"), party_of(kCompany, "PARTNER"), party_of(kRival, "CLIENT")})
               .with({kRival}));
  CHECK((reg.find(encumbrance_row(kPatent, licence_of(reg, 0)))->items_of("licensees") == Value::Items{kCompany, kRival}));
  reg.must(ends("contract.terminate", "b").with({kRival}));
  reg.must(contract("a", license_right("ORD"), kCompany)
               .set("parties", Value::Items{party_of(kUniversity, "PARTNER"), party_of(kCompany, "PARTNER")}));
  const auto row = reg.find(encumbrance_row(kPatent, licence_of(reg, 0)));
  CHECK((row->items_of("licensors") == Value::Items{kUniversity}));
  CHECK((row->items_of("licensees") == Value::Items{kCompany}));
}

TEST_CASE("only owners grant", "[contract]") {
  Register reg = granted();
  Act by_stranger = contract("a", license_right("ORD"), kUniversity);
  by_stranger.set("parties", Value::Items{party_of(kCompany, "LICENSOR"), party_of(kUniversity, "LICENSEE")}).with({kCompany});
  CHECK(letter(reg.submit(by_stranger)) == "R:NOT_RIGHT_HOLDER");
  Value right = license_right("ORD");
  right.find("patent_data")->set("holders", Value::Items{kRival});
  CHECK(letter(reg.submit(contract("a", right, kCompany))) == "R:NOT_RIGHT_HOLDER");
}

TEST_CASE("a public body announces the price that it agrees on", "[contract][publicity]") {
  Register reg = granted();
  CHECK(letter(reg.submit(agreed(""))) == "R:PRICE_PUBLICITY_MISSING");
  CHECK(letter(Register(reg).submit(agreed("").set("price_method", "AUCTION"))) == "OK");
  const auto with_notice = [&](const Act& notice) {
    Register branch = reg;
    const std::string id = branch.must(notice);
    return letter(branch.submit(agreed(id)));
  };
  CHECK(with_notice(price_notice()) == "OK");
  CHECK(with_notice(price_notice(key_of("a"))) == "OK");
  CHECK(with_notice(price_notice(kCompany)) == "R:REF_WRONG_TYPE");
  CHECK(with_notice(price_notice().set("kind", "REWARD")) == "R:REF_WRONG_TYPE");
  CHECK(with_notice(price_notice().by(kExchange, "EXCH")) == "R:REF_WRONG_TYPE");
  CHECK(with_notice(price_notice().set("to", kDay)) == "R:PUBLICITY_PERIOD_OPEN");
  CHECK(with_notice(price_notice().set("to", "2026-11-08")) == "OK");
  // A company agrees on its prices without one.
  Value row = reg.party(kUniversity);
  row.set("kind", "ORG");
  reg.put(party_row(kUniversity), row);
  CHECK(letter(reg.submit(agreed(""))) == "OK");
}

TEST_CASE("a public notice lasts its days and names no hidden application", "[publicity]") {
  Register reg = granted();
  CHECK(letter(reg.submit(price_notice().set("to", "2026-10-23"))) == "R:PUBLICITY_PERIOD_OPEN");
  CHECK(letter(reg.submit(price_notice("pat:2026101234564"))) == "R:SUBJECT_NOT_FOUND");
  Register hidden = granted();
  Value row = hidden.row(kPatent);
  row.erase("pub");
  row.erase("grant");
  hidden.put(subject_row(kPatent), row);
  CHECK(letter(hidden.submit(price_notice())) == "R:UNPUBLISHED_DATA_IN_CLEAR");
}

TEST_CASE("a right is whole, and fits the kind of the contract", "[contract]") {
  Register reg = granted();
  const auto form = [&](const Act& act) { return letter(Register(reg).submit(act)); };
  CHECK(form(with_right("fpat", "fpat:US/10000000-B2")) == "R:SCHEMA_INVALID");
  CHECK(form(with_right("patent_data_commit", "sha256:" + std::string(64, '1'))) == "R:SCHEMA_INVALID");
  CHECK(form(with_right("licensor_cannot_work", true)) == "R:SCHEMA_INVALID");
  for (const char* member : {"scope", "patent_data", "pat"}) {
    INFO(member);
    Value right = license_right("ORD");
    right.erase(member);
    CHECK(form(contract("a", right, kCompany)) == "R:SCHEMA_INVALID");
  }
  Value ordinary = license_right("ORD");
  ordinary.set("except", Value::Items{"sha256:" + std::string(64, '1') + "/0"});
  CHECK(form(contract("a", ordinary, kCompany)) == "R:SCHEMA_INVALID");
  for (const auto& [member, value] : std::map<const char*, Value>{{"license_kind", "ORD"}, {"share_rule", "均分"}, {"scope", scope_of()}}) {
    INFO(member);
    Value sale = sale_right();
    sale.set(member, value);
    CHECK(form(contract("a", sale, kCompany)) == "R:SCHEMA_INVALID");
  }
  CHECK(form(contract("a", license_right("ORD"), kCompany).set("kind", "TRF-P")) == "R:SCHEMA_INVALID");
  CHECK(form(contract("a", sale_right(), kCompany).set("kind", "LIC-P")) == "R:SCHEMA_INVALID");
  Value foreign = license_right("ORD");
  foreign.erase("pat");
  foreign.set("fpat", "fpat:US/10000000-B2");
  CHECK(form(contract("a", foreign, kCompany)) == "OK");
  Value data = json(R"({"effective_date":"2026-12-01","kind":"SRV","title":"技术服务合同"})");
  data.set("ctr", key_of("a"));
  data.set("sign_date", kDay);
  data.set("text_commit", "sha256:" + std::string(64, 'a'));
  data.set("parties", Value::Items{party_of(kUniversity, "PROVIDER"), party_of(kCompany, "CLIENT")});
  CHECK(form(at(Act("contract.sign", data).by(kUniversity, "PARTY").with({kCompany}))) == "OK");
}

TEST_CASE("the data of the patent are those of its number", "[contract]") {
  Register reg = granted();
  const auto stated = [&](const char* member, const char* value) {
    Value right = license_right("ORD");
    right.find("patent_data")->set(member, value);
    return letter(Register(reg).submit(contract("a", right, kCompany)));
  };
  CHECK(stated("app_no", "CN2022102345685") == "R:SCHEMA_INVALID");
  CHECK(stated("patent_no", "ZL2022102345685") == "R:SCHEMA_INVALID");
  CHECK(stated("title", "余热回收装置") == "OK");
}

TEST_CASE("before the grant there is no patent number, before the publication no application in clear", "[contract]") {
  Register reg = granted();
  Register published;
  grow(published, PatentStatus::published);
  published.today(kDay);
  CHECK(letter(published.submit(contract("a", license_right("ORD"), kCompany))) == "R:ZL_BEFORE_GRANT");
  Value right = license_right("ORD");
  right.find("patent_data")->erase("patent_no");
  CHECK(letter(Register(published).submit(contract("a", right, kCompany))) == "OK");
  Register filed;
  grow(filed, PatentStatus::filed);
  filed.today(kDay);
  CHECK(letter(filed.submit(contract("a", right, kCompany))) == "R:UNPUBLISHED_DATA_IN_CLEAR");
  CHECK(letter(Register().today(kDay).submit(contract("a", right, kCompany))) == "R:SUBJECT_NOT_FOUND");
}

TEST_CASE("a licence does not outlast the patent, nor end before it begins", "[contract][F72]") {
  Register reg = granted();
  CHECK(letter(Register(reg).submit(with_right("scope", scope_of("2026-12-01", "2042-05-09")))) == "OK");
  CHECK(letter(reg.submit(with_right("scope", scope_of("2026-12-01", "2042-05-10")))) == "R:TERM_BEYOND_PATENT");
  CHECK(letter(reg.submit(with_right("scope", scope_of("2042-05-10", "2042-05-11")))) == "R:TERM_BEYOND_PATENT");
  CHECK(letter(reg.submit(with_right("scope", scope_of("2026-12-02", "2026-12-01")))) == "R:EVENT_BEFORE_PRIOR");
  Value unlimited = scope_of();
  unlimited.erase("to");
  CHECK(letter(reg.submit(with_right("scope", unlimited))) == "OK");
}

TEST_CASE("the dates of a contract follow each other", "[contract]") {
  Register reg = granted();
  const auto stated = [&](const char* member, const char* date) {
    return letter(Register(reg).submit(contract("a", license_right("ORD"), kCompany).set(member, date)));
  };
  CHECK(stated("effective_date", "2026-11-08") == "R:EVENT_BEFORE_PRIOR");
  CHECK(stated("effective_date", kDay) == "OK");
  CHECK(stated("end_date", "2026-11-30") == "R:EVENT_BEFORE_PRIOR");
  CHECK(stated("end_date", "2026-12-01") == "OK");
  CHECK(stated("sign_date", "2026-11-08") == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany).set("sign_date", "2026-11-10").on("2026-11-10"))) ==
        "R:FUTURE_EVENT_DATE");
}

TEST_CASE("co-owners say how they share, or have agreed on it before", "[contract]") {
  Register reg = granted();
  share_with_coowner(reg);
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany))) == "R:SCHEMA_INVALID");
  const std::string agreement = reg.must(consent_of(kRival, "patent.withdraw"));  // stands for coowner.agreement
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany).set("coowner_rule", agreement))) == "OK");
}

TEST_CASE("sums are consistent, and stated or committed to", "[contract]") {
  Register reg = granted();
  const auto sums = [&](const char* total, const char* tech) {
    return letter(Register(reg).submit(contract("a", license_right("ORD"), kCompany).set("amount", json(total)).set("tech_amount", json(tech))));
  };
  CHECK(sums(R"({"fen":100})", R"({"fen":100})") == "OK");
  CHECK(sums(R"({"fen":100})", R"({"fen":101})") == "R:TECH_AMOUNT_EXCEEDS");
  CHECK(sums(R"({"amount":"1.00","cur":"USD"})", R"({"fen":101})") == "OK");
  CHECK(letter(reg.submit(contract("a", license_right("ORD"), kCompany)
                              .set("amount", json(R"({"fen":1})"))
                              .set("amount_commit", "sha256:" + std::string(64, '1')))) == "R:SCHEMA_INVALID");
}

TEST_CASE("what the parties declare is flagged, an export without approval is refused", "[contract]") {
  Register reg = granted();
  const auto declared = [&](Value right, const char* direction, const char* declarations) {
    Act act = contract("a", std::move(right), kCompany).set("direction", direction).set("declarations", json(declarations));
    return letter(Register(reg).submit(act));
  };
  CHECK(declared(license_right("ORD"), "LOCAL", R"({"no_monopoly":false})") == "F:MONOPOLY_CLAUSE_DECLARED");
  CHECK(declared(sale_right(), "EXPORT", R"({"no_monopoly":true})") == "R:EXPORT_APPROVAL_MISSING");
  CHECK(declared(sale_right(), "EXPORT", R"({"export_ok":true})") == "OK");
  CHECK(declared(sale_right(), "OUT", R"({"export_ok":false})") == "OK");
  CHECK(declared(license_right("ORD"), "EXPORT", R"({"export_ok":false})") == "OK");
  CHECK(letter(Register(reg).submit(contract("a", sale_right(), kCompany).set("direction", "EXPORT"))) ==
        "R:EXPORT_APPROVAL_MISSING");
}

TEST_CASE("a service invention is offered first to those with pre-emption", "[contract]") {
  Register reg = granted();
  const Act sale = contract("a", sale_right(), kCompany).set("declarations", json(R"({"service_invention":true})"));
  CHECK(letter(Register(reg).submit(sale)) == "F:PREEMPTION_NOT_OFFERED");
  const std::string waived = reg.must(consent_of(kRival, "transfer.contract"));
  CHECK(letter(Register(reg).submit(Act(sale).set("consents", Value::Items{waived}))) == "OK");
  const std::string owners = reg.must(consent_of(kUniversity, "transfer.contract"));
  CHECK(letter(Register(reg).submit(Act(sale).set("consents", Value::Items{owners}))) == "F:PREEMPTION_NOT_OFFERED");
  CHECK(letter(reg.submit(contract("b", license_right("ORD"), kCompany).set("declarations", json(R"({"service_invention":true})")))) == "OK");
}

TEST_CASE("a second sale is flagged while the first is open, and ends with its contract", "[contract]") {
  Register reg = granted();
  const std::string first = reg.must(contract("a", sale_right(), kCompany));
  CHECK((reg.row(kPatent).items_of("transfers") == Value::Items{key_of("a")}));
  const Outcome second = reg.submit(contract("b", sale_right(), kRival));
  CHECK(letter(second) == "F:DOUBLE_DISPOSAL");
  CHECK(second.flags[0].blocking == std::vector<std::string>{first});
  reg.must(ends("contract.terminate", "a"));
  CHECK((reg.row(kPatent).items_of("transfers") == Value::Items{key_of("b")}));
  reg.must(ends("contract.rescind", "b").by(kUniversity, "PARTY").with({kRival}));
  CHECK_FALSE(reg.row(kPatent).find("transfers"));
}

TEST_CASE("exclusive licences leave the ordinary ones alone that they list", "[contract]") {
  for (const char* kind : {"EXCL", "SOLE"}) {
    INFO(kind);
    Register reg = granted();
    const std::string one = reg.must(contract("one", license_right("ORD"), kRival)) + "/0";
    const std::string two = reg.must(contract("two", license_right("ORD"), kLender)) + "/0";
    const auto listed = [&](Value::Items ids) {
      std::ranges::sort(ids, {}, &Value::text);
      Value right = license_right(kind);
      right.set("except", std::move(ids));
      return Register(reg).submit(contract("new", right, kCompany));
    };
    const Outcome some = listed({one});
    CHECK(letter(some) == "R:LICENSE_OVERLAP");
    CHECK(some.issues[0].blocking == std::vector<std::string>{two});
    CHECK(letter(listed({one, two})) == "F:PRIOR_LICENSE_SURVIVES");
    CHECK(letter(listed({"sha256:" + std::string(64, '0') + "/0", one, two})) == "R:REF_NOT_FOUND");
  }
  Register reg = granted();
  const std::string old = reg.must(contract("one", license_right("EXCL"), kRival)) + "/0";
  Value right = license_right("EXCL");
  right.set("except", Value::Items{old});
  CHECK(letter(reg.submit(contract("new", right, kCompany))) == "R:LICENSE_OVERLAP");
}

TEST_CASE("a sole licensor who cannot work the patent grants one licence in its place", "[contract]") {
  Register reg = granted();
  Value sole = license_right("SOLE");
  sole.set("licensor_cannot_work", true);
  const std::string head = reg.must(contract("sole", sole, kCompany)) + "/0";
  const std::string beside = reg.must(contract("one", license_right("ORD"), kRival)) + "/0";
  CHECK((reg.find(encumbrance_row(kPatent, beside))->items_of("under") == Value::Items{head}));
  CHECK(reg.find(encumbrance_row(kPatent, head))->text_of("place_taken") == beside);
  const Outcome second = Register(reg).submit(contract("two", license_right("ORD"), kLender));
  CHECK(letter(second) == "R:LICENSE_OVERLAP");
  CHECK(second.issues[0].blocking == std::vector<std::string>{head, beside});
  const auto after = [&](const char* act) {
    Register branch = reg;
    branch.must(ends(act, "one").by(kUniversity, "PARTY").with({kRival}));
    return letter(branch.submit(contract("two", license_right("ORD"), kLender)));
  };
  CHECK(after("contract.terminate") == "R:LICENSE_OVERLAP");
  CHECK(after("contract.rescind") == "OK");
  CHECK(after("contract.void") == "OK");
  // Both may be recorded: they stand beside each other.
  reg.must(recordal("sole"));
  reg.must(recordal("one"));
}

TEST_CASE("the mark of a sole licence is set later by both parties", "[contract]") {
  Register reg = granted();
  const std::string head = reg.must(contract("sole", license_right("SOLE"), kCompany)) + "/0";
  CHECK(letter(reg.submit(contract("one", license_right("ORD"), kRival))) == "R:LICENSE_OVERLAP");
  Value marked = license_right("SOLE");
  marked.set("licensor_cannot_work", true);
  reg.must(amendment("sole").set("rights", Value::Items{marked}));
  CHECK(licence_of(reg, 0) == head);
  CHECK(letter(reg.submit(contract("one", license_right("ORD"), kRival))) == "OK");
}

TEST_CASE("an older ordinary licence takes no place beside a sole one, an amended one keeps its own", "[contract]") {
  Register reg = granted();
  const std::string old = reg.must(contract("old", license_right("ORD"), kRival)) + "/0";
  Value sole = license_right("SOLE");
  sole.set("licensor_cannot_work", true);
  sole.set("except", Value::Items{old});
  CHECK(letter(reg.submit(contract("sole", sole, kCompany))) == "F:PRIOR_LICENSE_SURVIVES");
  reg.must(contract("one", license_right("ORD"), kLender));
  Value longer = license_right("ORD");
  longer.set("scope", scope_of("2026-12-01", "2030-11-30"));
  Act amended = amendment("one").set("rights", Value::Items{longer}).by(kUniversity, "PARTY").with({kLender});
  reg.must(amended);
  CHECK(letter(reg.submit(contract("two", license_right("ORD"), kCoowner))) == "R:LICENSE_OVERLAP");
}

TEST_CASE("an agency may submit a contract under a mandate, and the parties sign all the same", "[contract]") {
  Register reg = granted();
  Value mandate = json(R"({"grants":[{"from":"2026-01-01","from_index":0,"powers":["CONTRACT"]}]})");
  reg.put(mandate_row(kUniversity, kAgency), mandate);
  const auto submitted = [&](std::initializer_list<std::string_view> others) {
    Act act = contract("a", license_right("ORD"), kCompany);
    return letter(Register(reg).submit(act.by(kAgency, "AGENT").acting_for(kUniversity).with(others)));
  };
  CHECK(submitted({kUniversity, kCompany}) == "OK");
  CHECK(submitted({kCompany}) == "R:MISSING_SIGNATURE");
}

TEST_CASE("a place beside several sole licences must be free beside each", "[contract]") {
  Register reg = granted();
  const auto sole = [&](const char* local, const char* from, const char* to, bool marked) {
    Value right = license_right("SOLE");
    right.set("scope", scope_of(from, to));
    if (marked) right.set("licensor_cannot_work", true);
    return reg.must(contract(local, right, kCompany)) + "/0";
  };
  const std::string one = sole("s1", "2026-12-01", "2028-11-30", true);
  const std::string two = sole("s2", "2028-12-01", "2031-11-30", true);
  Register unmarked = reg;
  reg.must(contract("o", license_right("ORD"), kRival));
  const std::string beside = licence_of(reg, 2);
  for (const std::string& id : {one, two}) CHECK(reg.find(encumbrance_row(kPatent, id))->text_of("place_taken") == beside);
  Value third = license_right("SOLE");
  third.set("scope", scope_of("2031-12-01", "2033-11-30"));
  unmarked.must(contract("s3", third, kCompany));
  Value across = license_right("ORD");
  across.set("scope", scope_of("2028-12-01", "2032-11-30"));
  CHECK(letter(unmarked.submit(contract("o", across, kRival))) == "R:LICENSE_OVERLAP");
}

TEST_CASE("an amended licence is judged as a new one and keeps its id", "[contract]") {
  Register reg = granted();
  Value narrow = license_right("EXCL");
  narrow.find("scope")->set("territory", Value::Items{"51"});
  reg.must(contract("other", narrow, kRival));
  const std::string id = reg.must(contract("a", license_right("EXCL"), kCompany)) + "/0";
  reg.must(recordal("a"));
  Value wide = license_right("EXCL");
  wide.find("scope")->set("territory", Value::Items{"CN"});
  CHECK(letter(reg.submit(amendment("a").set("rights", Value::Items{wide}))) == "R:LICENSE_OVERLAP");
  Value longer = license_right("EXCL");
  longer.set("scope", scope_of("2026-12-01", "2036-11-30"));
  reg.must(amendment("a").set("rights", Value::Items{longer}));
  const auto row = reg.find(encumbrance_row(kPatent, id));
  CHECK(row->find("scope")->text_of("to") == "2036-11-30");
  CHECK(row->find("recordal"));
  CHECK(reg.row(kPatent).items_of("licenses").size() == 2);
  // A further right gets an id of the amendment.
  Value more = license_right("ORD");
  more.find("scope")->set("territory", Value::Items{"US"});
  const std::string amended = reg.must(amendment("a").set("rights", Value::Items{longer, more}));
  CHECK(licence_of(reg, 2) == amended + "/1");
}

TEST_CASE("an amendment restates the rights, in their order and about the same things", "[contract]") {
  Register reg = granted();
  reg.must(contract("a", license_right("ORD"), kCompany));
  CHECK(letter(reg.submit(amendment("a").set("rights", Value::Items{sale_right()}))) == "R:SCHEMA_INVALID");
  Register two = granted();
  Value east = license_right("ORD");
  Act both = contract("a", east, kCompany);
  both.set("rights", Value::Items{east, license_right("ORD")});
  two.must(both);
  CHECK(letter(two.submit(amendment("a").set("rights", Value::Items{east}))) == "R:SCHEMA_INVALID");
  CHECK(letter(two.submit(amendment("a").set("rights", Value::Items{east, license_right("ORD")}))) == "OK");
}

TEST_CASE("an amendment may change the sums, within each other", "[contract]") {
  Register reg = granted();
  reg.must(contract("a", license_right("ORD"), kCompany).set("amount", json(R"({"fen":1000})")));
  CHECK(letter(reg.submit(amendment("a").set("tech_amount", json(R"({"fen":1001})")))) == "R:TECH_AMOUNT_EXCEEDS");
  CHECK(letter(reg.submit(amendment("a").set("end_date", "2026-11-30"))) == "R:EVENT_BEFORE_PRIOR");
  reg.must(amendment("a").set("amount", json(R"({"fen":2000})")));
  CHECK(reg.row(key_of("a")).find("amount")->integer_of("fen") == 2000);
}

TEST_CASE("every act on a contract is allowed in some states only", "[contract]") {
  const std::map<std::string, std::string> allowed = {{"contract.amend", "OPEN"},
                                                      {"contract.perform", "OPEN TERMINATED"},
                                                      {"contract.rescind", "OPEN"},
                                                      {"contract.terminate", "OPEN"},
                                                      {"contract.void", "OPEN RESCINDED TERMINATED"}};
  const std::map<std::string, std::string> leads = {
      {"contract.rescind", "RESCINDED"}, {"contract.terminate", "TERMINATED"}, {"contract.void", "VOID"}};
  for (const auto& [act, states] : allowed) {
    for (const char* state : {"OPEN", "RESCINDED", "TERMINATED", "VOID"}) {
      INFO(act << " in " << state);
      Register reg = granted();
      reg.must(contract("a", license_right("ORD"), kCompany));
      for (const auto& [way, to] : leads) {
        if (to == state) reg.must(ends(way, "a"));
      }
      Act next = act == "contract.perform" ? performance(1) : act == "contract.amend" ? amendment("a") : ends(act, "a");
      const bool good = (" " + states + " ").find(" " + std::string(state) + " ") != std::string::npos;
      CHECK(letter(reg.submit(next)) == (good ? "OK" : "R:STATE_FORBIDS"));
      CHECK(reg.status_of(key_of("a")) == (good && leads.contains(act) ? leads.at(act) : state));
    }
  }
}

TEST_CASE("a contract that ends takes its licences and their sublicences along", "[contract]") {
  for (const char* act : {"contract.rescind", "contract.terminate", "contract.void"}) {
    INFO(act);
    Register reg = granted();
    Value right = license_right("EXCL");
    right.set("sublicense_allowed", true);
    const std::string head = reg.must(contract("a", right, kCompany)) + "/0";
    const std::string sub = reg.must(sublicense(head)) + "/0";
    reg.must(ends(act, "a"));
    CHECK_FALSE(reg.row(kPatent).find("licenses"));
    for (const std::string& id : {head, sub}) CHECK(reg.find(encumbrance_row(kPatent, id))->text_of("ended") == kDay);
    CHECK(reg.row(key_of("a")).find("ended")->text_of("date") == kDay);
    CHECK(letter(reg.submit(contract("b", license_right("EXCL"), kRival))) == "OK");
  }
}

TEST_CASE("the parties end a contract together, a court ends it alone", "[contract]") {
  for (const char* act : {"contract.amend", "contract.rescind", "contract.terminate", "contract.void"}) {
    INFO(act);
    Register reg = granted();
    reg.must(contract("a", license_right("ORD"), kCompany));
    const auto signed_by = [&](Act made) { return letter(Register(reg).submit(made)); };
    CHECK(signed_by(ends(act, "a").by(kUniversity, "PARTY")) == "R:MISSING_SIGNATURE");
    CHECK(signed_by(ends(act, "a").by(kRival, "PARTY").with({kUniversity, kCompany})) == "R:ROLE_NOT_PERMITTED");
    CHECK(signed_by(ends(act, "a").by(kCourt, "COURT").with({kCompany})) == "R:ROLE_NOT_PERMITTED");
    CHECK(signed_by(ends(act, "a").by(kCourt, "COURT")) == "OK");
    CHECK(signed_by(ends(act, "b")) == "R:SUBJECT_NOT_FOUND");
    CHECK(signed_by(ends(act, "a").set("date", "2026-11-08")) == "R:EVENT_BEFORE_PRIOR");
    CHECK(signed_by(ends(act, "a").set("date", "2026-11-10")) == "R:FUTURE_EVENT_DATE");
  }
  // What a court states in a state that does not allow it is kept with a flag.
  Register reg = granted();
  reg.must(contract("a", license_right("ORD"), kCompany));
  reg.must(ends("contract.terminate", "a"));
  CHECK(letter(reg.submit(ends("contract.rescind", "a").by(kCourt, "COURT"))) == "F:STATE_FORBIDS");
  CHECK(reg.status_of(key_of("a")) == "RESCINDED");
}

TEST_CASE("payer and payee sign a performance, and more than the total is flagged", "[contract]") {
  Register reg = granted();
  reg.must(contract("a", license_right("ORD"), kCompany).set("amount", json(R"({"fen":1000})")));
  CHECK(letter(reg.submit(performance(1).by(kUniversity, "PARTY"))) == "R:MISSING_SIGNATURE");
  CHECK(letter(reg.submit(performance(1).with({kRival}))) == "R:ROLE_NOT_PERMITTED");
  reg.must(performance(600));
  reg.must(performance(400));
  CHECK(letter(reg.submit(performance(1))) == "F:OVERPAID");
  CHECK(reg.row(key_of("a")).find("performed")->integer_of("fen") == 1001);
  CHECK(reg.row(key_of("a")).find("performed")->integer_of("count") == 3);
  CHECK(letter(reg.submit(performance((std::int64_t{1} << 53) - 1))) == "R:AMOUNT_INVALID");
  CHECK(letter(reg.submit(performance(1).set("date", "2026-11-08"))) == "R:EVENT_BEFORE_PRIOR");
}

TEST_CASE("a licence of a hidden application is judged when its commitment is opened", "[contract]") {
  Register reg = granted();
  const Value data = hidden_data();
  const std::string id = reg.must(contract("a", hidden_right(data), kCompany));
  CHECK_FALSE(reg.row(kPatent).find("licenses"));
  const Act opening = amendment("a").set("openings", opened(data)).set("patents", Value::Items{kPatent});
  Register taken = reg;
  taken.must(contract("b", license_right("EXCL"), kRival));
  CHECK(letter(taken.submit(opening)) == "R:LICENSE_OVERLAP");
  const Outcome recorded = taken.submit(recordal("a").set("openings", opened(data)));
  CHECK(letter(recorded) == "F:LICENSE_OVERLAP");
  CHECK(recorded.flags.size() == 1);
  reg.must(opening);
  CHECK(licence_of(reg, 0) == id + "/0");
  CHECK(reg.row(key_of("a")).items_of("rights")[0].text_of("pat") == kPatent);
  CHECK_FALSE(reg.row(key_of("a")).items_of("rights")[0].find("patent_data_commit"));
  CHECK(letter(reg.submit(opening)) == "R:COMMIT_MISMATCH");
}

TEST_CASE("a contract that has ended is not opened at the register", "[contract]") {
  for (const char* act : {"contract.rescind", "contract.terminate", "contract.void"}) {
    INFO(act);
    Register reg = granted();
    const Value data = hidden_data();
    reg.must(contract("a", hidden_right(data), kCompany));
    reg.must(ends(act, "a"));
    CHECK(letter(reg.submit(recordal("a").set("openings", opened(data)).with({kCompany}))) == "R:SCHEMA_INVALID STATE_FORBIDS");
    CHECK_FALSE(reg.submit(recordal("a").set("openings", opened(data))).accepted());
    CHECK_FALSE(reg.row(kPatent).find("licenses"));
  }
}

TEST_CASE("an answer says all that is wrong with a contract, its rights too", "[contract]") {
  Register reg = granted();
  reg.must(contract("a", license_right("ORD"), kCompany));
  Value narrow = license_right("SOLE");
  narrow.find("scope")->set("territory", Value::Items{"51"});
  reg.must(contract("b", narrow, kRival));
  Value wide = license_right("EXCL");
  wide.find("scope")->set("territory", Value::Items{"CN"});
  const Act again = amendment("a").set("rights", Value::Items{wide}).set("end_date", "2026-11-01");
  CHECK(letter(reg.submit(again)) == "R:EVENT_BEFORE_PRIOR LICENSE_OVERLAP");
  CHECK(letter(reg.submit(contract("c", wide, kCompany).set("effective_date", "2026-11-01"))) == "R:EVENT_BEFORE_PRIOR LICENSE_OVERLAP");
}

TEST_CASE("an opening fits its commitment, and its patent is named", "[contract]") {
  Register reg = granted();
  Value data = hidden_data();
  reg.must(contract("a", hidden_right(data), kCompany));
  const Act opening = amendment("a").set("openings", opened(data)).set("patents", Value::Items{kPatent});
  CHECK(letter(reg.submit(amendment("a").set("openings", opened(data)))) == "R:SCHEMA_INVALID");
  Value other = data;
  other.set("title", "另一名称");
  Value forged = opened(other);
  forged.items()[0].set("commit", hidden_commit(data));
  CHECK(letter(reg.submit(Act(opening).set("openings", forged))) == "R:COMMIT_MISMATCH");
  CHECK(letter(reg.submit(Act(opening).set("openings", opened(other)))) == "R:COMMIT_MISMATCH");
  Register owned = reg;
  Value row = owned.row(kPatent);
  row.set("owners", Value::Items{Value(Value::Members{{"party", kRival}})});
  owned.put(subject_row(kPatent), row);
  CHECK(letter(owned.submit(opening)) == "R:COOWNER_CONSENT_MISSING NOT_RIGHT_HOLDER");
  CHECK(letter(owned.submit(recordal("a").set("openings", opened(data)))) == "F:COOWNER_CONSENT_MISSING NOT_RIGHT_HOLDER");
}

TEST_CASE("the licences and open sales of a patent are bounded", "[contract]") {
  Register reg = granted();
  Value row = reg.row(kPatent);
  Value::Items ids;
  for (int i = 0; i < 64; ++i) {
    const std::string id = "sha256:" + std::string(64, '3') + "/" + std::to_string(i);
    Value old = json(R"({"kind":"ORD"})");
    old.set("scope", scope_of("2024-01-01", i == 0 ? "2026-11-08" : "2027-01-01"));
    reg.put(encumbrance_row(kPatent, id), old);
    ids.emplace_back(id);
  }
  row.set("licenses", ids);
  reg.put(subject_row(kPatent), row);
  // One is over by time and makes room, once.
  reg.must(contract("a", license_right("ORD"), kCompany));
  CHECK(reg.row(kPatent).items_of("licenses").size() == 64);
  CHECK(letter(reg.submit(contract("b", license_right("ORD"), kCompany))) == "R:SIZE_LIMIT");
  Value sold = reg.row(kPatent);
  sold.set("transfers", Value::Items(16, Value(key_of("x"))));
  sold.erase("licenses");
  reg.put(subject_row(kPatent), sold);
  CHECK(letter(reg.submit(contract("b", sale_right(), kCompany))) == "R:SIZE_LIMIT");
}

TEST_CASE("the row of a contract leaves room for what comes later", "[contract]") {
  Register reg = granted();
  const auto of_rights = [&](std::size_t n, std::size_t bytes) {
    Value right = license_right("ORD");
    right.set("share_rule", std::string(bytes, 'x'));
    Act act = contract("a", right, kCompany);
    return letter(Register(reg).submit(act.set("rights", Value::Items(n, right))));
  };
  CHECK(of_rights(16, 1'900) == "OK");
  Value wide = license_right("ORD");
  Value::Items regions;
  for (int i = 11; i < 75; ++i) regions.emplace_back(std::to_string(i) + "0102");
  wide.find("scope")->set("territory", regions);
  wide.find("scope")->set("fields", [] {
    Value::Items fields;
    for (int i = 100; i < 164; ++i) fields.emplace_back("F27D17/" + std::to_string(i));
    return fields;
  }());
  wide.set("share_rule", std::string(2'000, 'x'));
  Act act = contract("a", wide, kCompany);
  CHECK(letter(reg.submit(act.set("rights", Value::Items(16, wide)))) == "R:SIZE_LIMIT");
}

TEST_CASE("of all licences that are ever granted none overlaps an exclusive one that it does not name", "[contract]") {
  // Two regions, one within the other, and one apart; the same of classes and of periods.
  const char* const regions[] = {"50", "5001", "51"};
  const char* const classes[] = {"F27D17", "F27D17/00", "F27D1"};
  const std::pair<const char*, const char*> periods[] = {{"2026-12-01", "2028-11-30"}, {"2028-11-30", "2030-01-01"}, {"2028-12-01", "2030-01-01"}};
  const bool meets[3][3] = {{true, true, false}, {true, true, false}, {false, false, true}};
  const bool period_meets[3][3] = {{true, true, false}, {true, true, true}, {false, true, true}};
  const char* const kinds[] = {"EXCL", "ORD", "SOLE"};
  struct Granted {
    int region, field, period;
    std::string kind, local;
  };
  std::uint32_t state = 20261109;
  const auto next = [&](int n) {
    state = state * 1664525u + 1013904223u;
    return static_cast<int>((state >> 16) % static_cast<std::uint32_t>(n));
  };
  Register reg = granted();
  std::vector<Granted> live;
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    if (live.size() > 4 || (!live.empty() && next(5) == 0)) {
      const std::size_t which = static_cast<std::size_t>(next(static_cast<int>(live.size())));
      reg.must(ends("contract.terminate", live[which].local));
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
      continue;
    }
    const Granted wanted{next(3), next(3), next(3), kinds[next(3)], "c" + std::to_string(i)};
    Value right = license_right(wanted.kind);
    Value scope = qinglu::test::scope_of(periods[wanted.period].first, periods[wanted.period].second);
    scope.set("territory", Value::Items{regions[wanted.region]});
    scope.set("fields", Value::Items{classes[wanted.field]});
    right.set("scope", scope);
    const bool conflict = std::ranges::any_of(live, [&](const Granted& each) {
      return meets[each.region][wanted.region] && meets[each.field][wanted.field] && period_meets[each.period][wanted.period] &&
             !(each.kind == "ORD" && wanted.kind == "ORD");
    });
    INFO(i);
    CHECK(letter(reg.submit(contract(wanted.local, right, kCompany))) == (conflict ? "R:LICENSE_OVERLAP" : "OK"));
    if (!conflict) live.push_back(wanted);
    refused += conflict;
  }
  CHECK(refused > 30);
  CHECK(reg.row(kPatent).items_of("licenses").size() == live.size());
}
