// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

const std::string kContract = "ctr:12500000QL0000014H/2026-7";

Value owner(std::string_view party) { return Value(Value::Members{{"party", party}}); }
Value owner(std::string_view party, int share) { return Value(Value::Members{{"party", party}, {"share", share}}); }

/// An open contract of sale on the patent, as contract.sign leaves it.
void sell(Register& reg, const std::string& contract, const std::string& seller, const std::string& buyer, const std::string& record = {}) {
  Value row = json(R"({"kind":"TRF-P","status":"OPEN"})");
  row.set("parties", Value::Items{Value(Value::Members{{"party", seller}, {"side", "ASSIGNOR"}}),
                                  Value(Value::Members{{"party", buyer}, {"side", "ASSIGNEE"}})});
  row.set("rights", Value::Items{Value(Value::Members{{"deal", "TRANSFER"}, {"pat", kPatent}})});
  if (!record.empty()) row.set("record", record);
  reg.put(subject_row(contract), std::move(row));
  Value::Items open = reg.row(kPatent).items_of("transfers");
  open.emplace_back(contract);
  put_member(reg, "transfers", std::move(open));
}

Act by_contract(const std::string& contract = kContract) { return transfer().set("basis", "CONTRACT").set("ctr", contract); }

/// A court's order, which the office alone carries out; no owner signs.
Act by_judgment() {
  return transfer().set("basis", "JUDGMENT").set("judgment", "（2026）渝01执17号").by(kIpo, "IPO");
}

std::string owners_of(const Register& reg) {
  std::string text;
  for (const std::string& each : holders(reg.row(kPatent))) text += (text.empty() ? "" : " ") + each;
  return text;
}

}  // namespace

TEST_CASE("a transfer takes effect on its registration: the owners are replaced", "[transfer]") {
  Register reg = with_patent();
  const std::string id = reg.must(transfer());
  CHECK(owners_of(reg) == kBuyer);
  CHECK(reg.row(kPatent).find("transfer")->text_of("date") == "2026-11-23");
  CHECK(reg.row(kPatent).find("transfer")->text_of("record") == id);
  CHECK(reg.status_of(kPatent) == "GRANTED");
  CHECK(reg.submit(transfer()).codes() == "NOT_RIGHT_HOLDER OWNER_MISMATCH SELF_DEALING");
}

TEST_CASE("only the owner can transfer: `from` is compared first, then who co-signs", "[transfer]") {
  Register reg = with_patent();
  const Outcome out = reg.submit(transfer().set("from", Value::Items{kCompany}).by(kIpo, "IPO").with({kCompany, kBuyer}));
  REQUIRE(out.codes() == "NOT_RIGHT_HOLDER OWNER_MISMATCH");
  CHECK(out.issues[0].code == "OWNER_MISMATCH");
  CHECK(out.issues[0].detail == kUniversity);
  // The office's own statement stands, flagged; nobody who is no party can co-sign.
  CHECK(Register(reg).submit(transfer().set("from", Value::Items{kCompany}).by(kIpo, "IPO")).flag_codes() == "OWNER_MISMATCH");
  CHECK(reg.submit(transfer().with({kCompany})).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(transfer().by(kUniversity, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
}

TEST_CASE("shares after a transfer are stated for all and add up, or for none", "[transfer]") {
  const Register reg = with_patent();
  const auto to = [](Value::Items owners) { return transfer().set("to", std::move(owners)).with({kCompany}); };
  CHECK(Register(reg).submit(to({owner(kBuyer, 6'000), owner(kCompany, 4'000)})).accepted());
  CHECK(Register(reg).submit(to({owner(kBuyer), owner(kCompany)})).accepted());
  CHECK(Register(reg).submit(to({owner(kBuyer, 6'000), owner(kCompany, 3'999)})).codes() == "SHARE_SUM_INVALID");
  CHECK(Register(reg).submit(to({owner(kBuyer, 10'000), owner(kCompany)})).codes() == "SHARE_SUM_INVALID");
  CHECK(Register(reg).submit(to({owner(kBuyer), owner(kCompany), owner(kCompany)})).codes() == "SHARE_SUM_INVALID");
}

TEST_CASE("a transfer to oneself is none, unless the shares change", "[transfer]") {
  Register reg = with_patent();
  CHECK(Register(reg).submit(transfer().set("to", Value::Items{owner(kUniversity)}).by(kIpo, "IPO")).flag_codes() ==
        "COOWNER_CONSENT_MISSING SELF_DEALING");
  share(reg, 6'000, 4'000);
  const auto shares = [](int a, int b) {
    return transfer()
        .set("from", set_of({kUniversity, kCompany}))
        .set("to", Value::Items{owner(kUniversity, a), owner(kCompany, b)})
        .by(kIpo, "IPO")
        .with({kUniversity, kCompany});
  };
  CHECK(Register(reg).submit(shares(6'000, 4'000)).codes() == "SELF_DEALING");
  CHECK(Register(reg).submit(shares(5'000, 5'000)).accepted());
}

TEST_CASE("who succeeds by law needs no act of the owner that left, but the others' consent", "[transfer]") {
  Register reg = with_patent();
  share(reg, 6'000, 4'000);
  const Act act = transfer()
                      .set("basis", "INHERIT")
                      .set("from", set_of({kUniversity, kCompany}))
                      .set("to", Value::Items{owner(kBuyer, 6'000), owner(kCompany, 4'000)})
                      .by(kIpo, "IPO")
                      .with({kBuyer});
  const Outcome out = Register(reg).submit(act);
  CHECK(out.codes() == "COOWNER_CONSENT_MISSING");
  CHECK(out.issues[0].detail == kCompany);
  CHECK(Register(reg).submit(Act(act).with({kCompany})).accepted());
  const std::string given = reg.must(consent(kCompany, "transfer.register"));
  CHECK(reg.submit(citing(act, given)).accepted());
}

TEST_CASE("dates of transfers go forward, and none lies in the future", "[transfer]") {
  Register reg = with_patent();
  CHECK(Register(reg).submit(transfer().set("date", "2022-05-09")).codes() == "EVENT_BEFORE_PRIOR");
  CHECK(Register(reg).submit(transfer().set("date", "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  reg.must(transfer().set("date", "2026-10-12"));
  Act back = transfer().set("from", Value::Items{kBuyer}).set("to", Value::Items{owner(kUniversity)});
  CHECK(Register(reg).submit(Act(back).set("date", "2026-10-11")).codes() == "EVENT_BEFORE_PRIOR");
  CHECK(Register(reg).submit(Act(back).set("date", "2026-10-12")).accepted());
}

TEST_CASE("the basis of a transfer fits what it cites", "[transfer]") {
  Register reg = with_patent();
  sell(reg, kContract, kUniversity, kBuyer);
  const auto codes = [&](const Act& act) { return Register(reg).submit(act).codes(); };
  CHECK(codes(transfer().set("basis", "CONTRACT")) == "SCHEMA_INVALID");
  CHECK(codes(transfer().set("basis", "INHERIT").set("ctr", kContract)) == "SCHEMA_INVALID");
  CHECK(codes(transfer().set("basis", "JUDGMENT")) == "SCHEMA_INVALID");
  CHECK(codes(transfer().set("basis", "AUCTION")) == "SCHEMA_INVALID");
  CHECK(codes(transfer().set("judgment", "（2026）渝01执17号")) == "SCHEMA_INVALID");
  CHECK(codes(transfer().set("to_commit", hash_of('a'))) == "SCHEMA_INVALID");
  CHECK(codes(by_contract()).empty());
  CHECK(codes(by_judgment()).empty());
}

TEST_CASE("of two sales the first that is registered wins", "[transfer]") {
  Register reg = with_patent();
  const std::string second = "ctr:12500000QL0000014H/2026-8";
  sell(reg, kContract, kUniversity, kBuyer);
  sell(reg, second, kUniversity, kCompany);
  const Act other = by_contract(second).set("to", Value::Items{owner(kCompany)}).by(kIpo, "IPO").with({kUniversity, kCompany});
  CHECK(Register(reg).submit(other).accepted());
  reg.must(by_contract());
  CHECK(reg.row(kPatent).items_of("transfers") == Value::Items{second});
  const Outcome late = reg.submit(other);
  CHECK(late.codes() == "NOT_RIGHT_HOLDER OWNER_MISMATCH");
  // Even where the office names the right owners: who sold is none of them any more.
  CHECK(reg.submit(Act(other).set("from", Value::Items{kBuyer}).by(kIpo, "IPO").with({kCompany})).codes() == "NOT_RIGHT_HOLDER");
  CHECK(owners_of(reg) == kBuyer);
}

TEST_CASE("a contract is carried out once, on its patent, for its own buyer", "[transfer]") {
  Register reg = with_patent();
  CHECK(Register(reg).submit(by_contract()).codes() == "SUBJECT_NOT_FOUND");
  sell(reg, kContract, kUniversity, kBuyer);
  CHECK(Register(reg).submit(by_contract().set("to", Value::Items{owner(kCompany)}).by(kIpo, "IPO").with({kUniversity})).codes() == "OWNER_MISMATCH");
  reg.must(by_contract());
  const Act again = by_contract().set("from", Value::Items{kBuyer}).set("to", Value::Items{owner(kUniversity)});
  CHECK(reg.submit(again).codes() == "STATE_FORBIDS");
}

TEST_CASE("the consents of a contract are not asked again, but those whose right came later are", "[transfer][consent]") {
  Register reg = with_patent();
  share(reg, 6'000, 4'000);
  burden(reg, Burden::pledged);
  // Any record of the log stands for the contract's: what came after it is later.
  const std::string signature = reg.must(consent(kCompany, "transfer.contract"));
  sell(reg, kContract, kUniversity, kBuyer, signature);
  const Act act = by_contract()
                      .set("from", set_of({kUniversity, kCompany}))
                      .set("to", Value::Items{owner(kBuyer, 6'000), owner(kCompany, 4'000)});
  CHECK(Register(reg).submit(act).accepted());
  // The first pledge is older than the contract; now another is registered.
  Value row = reg.row(kPatent);
  row.erase("pledges");
  reg.put(subject_row(kPatent), row);
  const std::string later = reg.must(pledge().with({kCompany}).set("pledgor", set_of({kUniversity, kCompany})));
  const Outcome out = Register(reg).submit(act);
  CHECK(out.codes() == "PLEDGEE_CONSENT_MISSING");
  CHECK(out.issues[0].blocking == std::vector<std::string>{later});
  const std::string given = reg.must(consent(kBank, "transfer.register"));
  CHECK(reg.submit(citing(act, given)).accepted());
}

TEST_CASE("a transfer abroad has its export approval", "[transfer]") {
  Register reg = with_patent();
  const auto live_in = [&](const std::string& party, const char* region) {
    Value row = reg.party(party);
    row.set("region", region);
    reg.put(party_row(party), row);
  };
  live_in(kUniversity, "500106");
  live_in(kBuyer, "310000");
  CHECK(Register(reg).submit(transfer()).accepted());
  live_in(kBuyer, "DE");
  const Outcome out = Register(reg).submit(transfer());
  CHECK(out.codes() == "EXPORT_APPROVAL_MISSING");
  CHECK(out.issues[0].detail == kBuyer);
  CHECK(Register(reg).submit(transfer().by(kIpo, "IPO")).flag_codes() == "EXPORT_APPROVAL_MISSING");
  CHECK(Register(reg).submit(transfer().set("export_ref", "EXP-2026-1")).accepted());
  // A foreign co-owner who stays takes nothing abroad.
  Register shared(reg);
  put_member(shared, "owners", Value::Items{owner(kUniversity, 6'000), owner(kBuyer, 4'000)});
  CHECK(shared
            .submit(transfer()
                        .set("from", set_of({kUniversity, kBuyer}))
                        .set("to", Value::Items{owner(kCompany, 6'000), owner(kBuyer, 4'000)})
                        .with({kBuyer, kCompany}))
            .accepted());
  live_in(kUniversity, "JP");
  CHECK(reg.submit(transfer()).accepted());
}

TEST_CASE("an application is transferred with its applicants", "[transfer]") {
  Register reg;
  grow(reg, PatentStatus::published);
  reg.must(transfer());
  CHECK(owners_of(reg) == kBuyer);
  CHECK(reg.row(kPatent).items_of("applicants") == Value::Items{kBuyer});
  CHECK_FALSE(reg.row(kPatent).find("owners"));
}

TEST_CASE("of an unpublished application a transfer shows a commitment only", "[transfer]") {
  Register reg;
  reg.must(commit());
  reg.must(accept().set("commit_ref", reg.must(commit().set("doc_commit", hash_of('9')))));
  const Act clear = transfer().by(kIpo, "IPO");
  CHECK(Register(reg).submit(clear).codes() == "SCHEMA_INVALID UNPUBLISHED_DATA_IN_CLEAR");
  const auto hidden = [] {
    return Act("transfer.register", R"({"announce_no":"CN2026-47","basis":"CONTRACT","date":"2026-11-23"})").set("pat", kPatent);
  };
  CHECK(Register(reg).submit(hidden()).codes() == "SCHEMA_INVALID");
  CHECK(Register(reg).submit(hidden().set("to_commit", hash_of('8')).set("ctr", kContract)).codes() == "UNPUBLISHED_DATA_IN_CLEAR");
  reg.must(hidden().set("to_commit", hash_of('8')));
  CHECK(reg.row(kPatent).text_of("applicant_commit") == hash_of('8'));
}

TEST_CASE("names of former owners and what they agreed on go with them", "[transfer]") {
  Register reg = with_patent();
  put_member(reg, "display", Value::Items{Value(Value::Members{{"name", "大学"}, {"party", kUniversity}})});
  put_member(reg, "coowners", json(R"({"consent_threshold":6000})"));
  reg.must(transfer());
  CHECK_FALSE(reg.row(kPatent).find("display"));
  CHECK_FALSE(reg.row(kPatent).find("coowners"));
}

TEST_CASE("a party cannot transfer what a court froze; a court's order and the office's register go on [F71]",
          "[transfer][F71]") {
  Register reg = with_patent();
  const std::string order = burden(reg, Burden::frozen);
  const Outcome party = Register(reg).submit(transfer());
  REQUIRE(party.codes() == "PATENT_FROZEN");
  CHECK(party.issues[0].blocking == std::vector<std::string>{order});
  Register office(reg);
  CHECK(office.submit(transfer().by(kIpo, "IPO")).flag_codes() == "PATENT_FROZEN");
  CHECK(owners_of(office) == kBuyer);
  for (const Act& ordered : {by_judgment(), by_judgment().with({kBuyer})}) {
    Register court(reg);
    const Outcome out = court.submit(ordered);
    CHECK(out.accepted());
    CHECK(out.flag_codes() == "PATENT_FROZEN");
    CHECK(owners_of(court) == kBuyer);
  }
  // The first and the last day count.
  CHECK(Register(reg).submit(transfer().set("date", "2026-10-07")).accepted());
  CHECK(Register(reg).submit(transfer().set("date", "2026-10-08")).codes() == "PATENT_FROZEN");
}

TEST_CASE("a court's transfer asks nobody and leaves the pledge its priority", "[transfer][pledge]") {
  Register reg = with_patent();
  share(reg, 6'000, 4'000);
  const std::string kept = burden(reg, Burden::pledged);
  const Act act = by_judgment().set("from", set_of({kUniversity, kCompany}));
  const Outcome out = reg.submit(act);
  CHECK(out.accepted());
  CHECK(out.flag_codes() == "PLEDGE_PRIORITY");
  CHECK(out.flags[0].blocking == std::vector<std::string>{kept});
  CHECK(reg.row(kPatent).items_of("pledges") == Value::Items{kept});
}

TEST_CASE("a transfer that enforces a pledge is not flagged for that pledge", "[transfer][pledge]") {
  Register reg = with_patent();
  const std::string own = reg.must(pledge());
  const std::string other = burden(reg, Burden::pledged, '7');
  const std::string enforced = reg.must(Act("pledge.enforce", R"({"date":"2026-11-23","mode":"AUCTION","reason":"到期未清偿"})")
                                            .set("pledge", own)
                                            .set("patents", Value::Items{kPatent})
                                            .by(kCourt, "COURT"));
  const Act act = transfer().set("basis", "AUCTION").set("enforce", enforced).by(kIpo, "IPO").with({kBuyer});
  const Outcome out = Register(reg).submit(act);
  CHECK(out.accepted());
  REQUIRE(out.flag_codes() == "PLEDGE_PRIORITY");
  REQUIRE(out.flags.size() == 1);
  CHECK(out.flags[0].blocking == std::vector<std::string>{other});
  put_member(reg, "pledges", Value::Items{own});
  Register alone(reg);
  alone.must(act);
  CHECK(alone.row(kPatent).items_of("pledges") == Value::Items{own});
  // The enforcement of a pledge on another patent is no order about this one.
  const std::string elsewhere = "pat:" + app_no("202310234568");
  reg.put(subject_row(elsewhere), reg.row(kPatent));
  CHECK(reg.submit(Act(act).set("pat", elsewhere)).codes() == "REF_WRONG_TYPE");
}

TEST_CASE("a pledge is enforced from the default to the buyer, step by step", "[transfer][pledge]") {
  Register reg = with_patent();
  license(reg, "ORD", '3');
  const std::string pledged = reg.must(pledge());
  CHECK(Register(reg).submit(transfer()).codes() == "PLEDGEE_CONSENT_MISSING");
  const std::string enforced = reg.must(Act("pledge.enforce", R"({"date":"2026-11-23","mode":"AUCTION","reason":"到期未清偿"})")
                                            .set("judgment", "（2026）渝01执17号")
                                            .set("patents", Value::Items{kPatent})
                                            .set("pledge", pledged)
                                            .by(kCourt, "COURT"));
  const Act sold = transfer().set("basis", "AUCTION").set("enforce", enforced).by(kIpo, "IPO").with({kBuyer});
  const Outcome out = reg.submit(sold);
  CHECK(out.accepted());
  CHECK(out.flag_codes() == "PRIOR_LICENSE_SURVIVES");
  CHECK(owners_of(reg) == kBuyer);
  CHECK(reg.find(encumbrance_row(kPatent, pledged))->items_of("enforced")[0].text_of("transfer") == out.id);
  // The enforcement is used: it takes nothing from the new owner.
  const Act again = Act(sold).set("from", Value::Items{kBuyer}).set("to", Value::Items{owner(kCompany)}).by(kIpo, "IPO").with({kCompany});
  const Outcome second = reg.submit(again);
  CHECK(second.codes() == "STATE_FORBIDS");
  CHECK(second.issues[0].blocking == std::vector<std::string>{out.id});
  // Until the release the pledge binds the buyer too.
  const Act onward = transfer().set("from", Value::Items{kBuyer}).set("to", Value::Items{owner(kCompany)}).by(kIpo, "IPO").with({kBuyer, kCompany});
  CHECK(Register(reg).submit(onward).codes() == "PLEDGEE_CONSENT_MISSING");
  reg.must(Act("pledge.release", R"({"date":"2026-11-23","reason":"价款已清偿"})")
               .set("patents", Value::Items{kPatent})
               .set("pledge", pledged)
               .by(kCourt, "COURT"));
  CHECK(reg.submit(onward).flag_codes() == "PRIOR_LICENSE_SURVIVES");
  CHECK(owners_of(reg) == kCompany);
}
