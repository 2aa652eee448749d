// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <map>

#include "ledger/catalog/conflict.hpp"
#include "tests/catalog/contracts.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

// The conflict matrix of the licences, cell by cell, through real records. The letters are written
// out here from the law, not taken from the product's table.   Source: domain.md 2.5.

namespace {

void alter(Register& reg, const std::function<void(Value&)>& change) {
  Value row = reg.row(kPatent);
  change(row);
  reg.put(subject_row(kPatent), row);
}

std::string granted_to(Register& reg, std::string_view kind, std::string_view licensee, const char* local) {
  return reg.must(contract(local, license_right(kind), licensee)) + "/0";
}

/// Something that stands on the patent, and how it comes there.
struct BurdenCase {
  Burden burden;
  Fees fees;
  std::function<void(Register&)> arises;
};

void is_open(Register& reg) {
  alter(reg, [](Value& row) {
    row.set("open", json(R"({"from":"2026-10-01","record":"sha256:00","until":"2027-10-01"})"));
  });
}
void is_pledged(Register& reg) {
  const std::string id = reg.must(consent_of(kRival, "patent.withdraw"));  // any record of that time
  Value pledge = json(R"({"date":"2026-11-09","reg_no":"Y2026500000001"})");
  pledge.set("pledgees", Value::Items{kLender});
  reg.put(encumbrance_row(kPatent, id), pledge);
  alter(reg, [&](Value& row) { row.set("pledges", Value::Items{id}); });
}
void is_preserved(Register& reg) {
  alter(reg, [](Value& row) {
    row.set("preserved", Value::Items{json(R"({"from":"2026-10-01","order":"sha256:00","record":"sha256:00","until":"2027-03-31"})")});
  });
}
void is_suspended(Register& reg) {
  Act act("suspend.start", R"({"cause":"OWNERSHIP","from":"2026-10-09","until":"2027-10-08"})");
  reg.must(at(act.set("pat", kPatent).set("doc", "sha256:" + std::string(64, 'f'))));
}
void is_contested(Register& reg) {
  Act act("invalidation.request", R"({"claims":[1],"date":"2026-10-08","grounds":["PL22_3"],"no":"5W-2026-0001"})");
  reg.must(at(act.set("pat", kPatent).set("requester", kRival).by(kRival, "PARTY")));
}
void is_over(Register& reg) { reg.must(at(lapse())); }

const BurdenCase kCases[] = {
    {Burden::excl, Fees::paid, [](Register& reg) { granted_to(reg, "EXCL", kRival, "old"); }},
    {Burden::sole, Fees::paid, [](Register& reg) { granted_to(reg, "SOLE", kRival, "old"); }},
    {Burden::ord, Fees::paid, [](Register& reg) { granted_to(reg, "ORD", kRival, "old"); }},
    {Burden::open, Fees::paid, is_open},
    {Burden::pledged, Fees::paid, is_pledged},
    {Burden::frozen, Fees::paid, is_preserved},
    {Burden::frozen, Fees::paid, is_suspended},
    {Burden::grace, Fees::in_grace, [](Register&) {}},
    {Burden::contested, Fees::paid, is_contested},
    {Burden::ended, Fees::lapsing, is_over},
    {Burden::coowner, Fees::paid, share_with_coowner}};

struct Row {
  const char* kind;
  const char* cell[kBurdens];
};
// EXCL, SOLE, ORD, OPEN, PLEDGED, FROZEN, IN_GRACE, CONTESTED, ENDED, COOWNER
constexpr Row kAtContract[] = {
    {"EXCL",
     {"R:LICENSE_OVERLAP", "R:LICENSE_OVERLAP", "R:LICENSE_OVERLAP", "R:OPEN_LICENSE_ACTIVE", "R:PLEDGEE_CONSENT_MISSING",
      "F:PATENT_FROZEN", "F:ANNUITY_ARREARS", "F:VALIDITY_CONTESTED", "R:PATENT_NOT_IN_FORCE", "R:COOWNER_CONSENT_MISSING"}},
    {"SOLE",
     {"R:LICENSE_OVERLAP", "R:LICENSE_OVERLAP", "R:LICENSE_OVERLAP", "R:OPEN_LICENSE_ACTIVE", "R:PLEDGEE_CONSENT_MISSING",
      "F:PATENT_FROZEN", "F:ANNUITY_ARREARS", "F:VALIDITY_CONTESTED", "R:PATENT_NOT_IN_FORCE", "R:COOWNER_CONSENT_MISSING"}},
    {"ORD",
     {"R:LICENSE_OVERLAP", "R:LICENSE_OVERLAP", "OK", "OK", "R:PLEDGEE_CONSENT_MISSING", "F:PATENT_FROZEN",
      "F:ANNUITY_ARREARS", "F:VALIDITY_CONTESTED", "R:PATENT_NOT_IN_FORCE", "OK"}}};
constexpr Row kSale = {"TRANSFER",
                       {"F:PRIOR_LICENSE_SURVIVES", "F:PRIOR_LICENSE_SURVIVES", "F:PRIOR_LICENSE_SURVIVES", "F:OPEN_LICENSE_ACTIVE",
                        "R:PLEDGEE_CONSENT_MISSING", "F:PATENT_FROZEN", "F:ANNUITY_ARREARS", "F:VALIDITY_CONTESTED",
                        "R:PATENT_NOT_IN_FORCE", "R:COOWNER_CONSENT_MISSING"}};
// The contract came first; what stands on the patent since then meets the recordal. No licence can
// have come between, and co-owners are asked at the contract alone.
constexpr Row kAtRegister[] = {
    {"EXCL",
     {nullptr, nullptr, nullptr, "R:OPEN_LICENSE_ACTIVE", "R:PLEDGEE_CONSENT_MISSING", "R:PATENT_FROZEN",
      "R:ANNUITY_ARREARS", "F:VALIDITY_CONTESTED", "R:PATENT_NOT_IN_FORCE", "OK"}},
    {"SOLE",
     {nullptr, nullptr, nullptr, "R:OPEN_LICENSE_ACTIVE", "R:PLEDGEE_CONSENT_MISSING", "R:PATENT_FROZEN",
      "R:ANNUITY_ARREARS", "F:VALIDITY_CONTESTED", "R:PATENT_NOT_IN_FORCE", "OK"}},
    {"ORD",
     {nullptr, nullptr, "OK", "OK", "R:PLEDGEE_CONSENT_MISSING", "R:PATENT_FROZEN", "R:ANNUITY_ARREARS",
      "F:VALIDITY_CONTESTED", "R:PATENT_NOT_IN_FORCE", "OK"}}};

Value shared(Value right) {
  right.set("share_rule", "均分");
  return right;
}

std::string as_flag(std::string cell) {
  if (cell.starts_with("R:")) cell[0] = 'F';
  return cell;
}

/// A licence that its licensee may hand on, and the head of a sublicence.
std::string head_of(Register& reg, std::string_view kind) {
  Value right = license_right(kind);
  right.set("sublicense_allowed", true);
  return reg.must(contract("head", right, kCompany)) + "/0";
}

}  // namespace

TEST_CASE("a licence meets what stands on the patent as the matrix says", "[conflict]") {
  for (const Row& row : kAtContract) {
    for (const BurdenCase& each : kCases) {
      INFO(row.kind << " x " << name(each.burden));
      Register reg = granted(each.fees);
      each.arises(reg);
      CHECK(letter(reg.submit(contract("new", shared(license_right(row.kind)), kCompany))) ==
            row.cell[static_cast<std::size_t>(each.burden)]);
    }
  }
}

TEST_CASE("a contract of sale meets what stands on the patent as the matrix says", "[conflict]") {
  for (const BurdenCase& each : kCases) {
    INFO("sale x " << name(each.burden));
    Register reg = granted(each.fees);
    each.arises(reg);
    CHECK(letter(reg.submit(contract("new", sale_right(), kCompany))) == kSale.cell[static_cast<std::size_t>(each.burden)]);
  }
}

TEST_CASE("a recordal meets what came after the contract, and the office alone is flagged", "[conflict]") {
  for (const Row& row : kAtRegister) {
    for (const BurdenCase& each : kCases) {
      const char* cell = row.cell[static_cast<std::size_t>(each.burden)];
      if (!cell) continue;
      INFO(row.kind << " x " << name(each.burden));
      Register reg = granted(each.fees);
      const Outcome signing = reg.submit(contract("new", license_right(row.kind), kCompany));
      REQUIRE(signing.accepted());
      each.arises(reg);
      CHECK(letter(Register(reg).submit(recordal("new").with({kCompany}))) == cell);
      CHECK(letter(reg.submit(recordal("new"))) == as_flag(cell));
    }
  }
}

TEST_CASE("consents of pledgee and co-owner lift the refusal", "[conflict]") {
  for (const char* kind : {"EXCL", "SOLE", "ORD"}) {
    INFO(kind);
    Register reg = granted();
    is_pledged(reg);
    const std::string given = reg.must(consent_of(kLender, "license.grant"));
    CHECK(letter(reg.submit(contract("new", license_right(kind), kCompany).set("consents", Value::Items{given}))) == "OK");
  }
  for (const char* kind : {"EXCL", "SOLE"}) {
    INFO(kind);
    Register reg = granted();
    share_with_coowner(reg);
    const std::string given = reg.must(consent_of(kCoowner, "license.grant"));
    CHECK(letter(reg.submit(contract("new", shared(license_right(kind)), kCompany).set("consents", Value::Items{given}))) ==
          "OK");
    CHECK(reg.find(encumbrance_row(kCoowner, given))->find("used_by"));
    CHECK(letter(Register(reg).submit(ends("contract.void", "new"))) == "OK");
    // It was for one use, and voidness gives it back to nobody.
    CHECK(letter(reg.submit(contract("next", shared(license_right("ORD")), kRival).set("consents", Value::Items{given}))) ==
          "R:LICENSE_OVERLAP");
    reg.must(ends("contract.void", "new"));
    CHECK(letter(reg.submit(contract("next", shared(license_right(kind)), kRival).set("consents", Value::Items{given}))) ==
          "R:CONSENT_EXPIRED");
  }
}

TEST_CASE("a sublicence meets what stands on the patent as the matrix says", "[conflict]") {
  // The columns of licences are those of its head.
  for (const char* kind : {"EXCL", "SOLE", "ORD"}) {
    INFO(kind);
    Register reg = granted();
    CHECK(letter(reg.submit(sublicense(granted_to(reg, kind, kCompany, "plain")))) == "R:SUBLICENSE_NOT_PERMITTED");
    Register allowed = granted();
    CHECK(letter(allowed.submit(sublicense(head_of(allowed, kind)))) == "OK");
  }
  const std::map<Burden, const char*> at_contract = {
      {Burden::ord, "OK"}, {Burden::open, "OK"}, {Burden::pledged, "F:PLEDGEE_CONSENT_MISSING"}, {Burden::frozen, "F:PATENT_FROZEN"},
      {Burden::grace, "F:ANNUITY_ARREARS"}, {Burden::contested, "F:VALIDITY_CONTESTED"},
      {Burden::ended, "R:PATENT_NOT_IN_FORCE"}, {Burden::coowner, "OK"}};
  const std::map<Burden, const char*> at_register = {
      {Burden::ord, "OK"}, {Burden::open, "OK"}, {Burden::pledged, "F:PLEDGEE_CONSENT_MISSING"}, {Burden::frozen, "R:PATENT_FROZEN"},
      {Burden::grace, "R:ANNUITY_ARREARS"}, {Burden::contested, "F:VALIDITY_CONTESTED"},
      {Burden::ended, "R:PATENT_NOT_IN_FORCE"}, {Burden::coowner, "OK"}};
  for (const BurdenCase& each : kCases) {
    if (!at_contract.contains(each.burden)) continue;
    INFO("sublicence x " << name(each.burden));
    Register reg = granted(each.fees);
    Value right = license_right("ORD");
    right.set("sublicense_allowed", true);
    const Outcome head = reg.submit(contract("head", right, kCompany));
    REQUIRE(head.accepted());
    Register later = reg;
    each.arises(reg);
    CHECK(letter(reg.submit(sublicense(head.id + "/0"))) == at_contract.at(each.burden));

    const Outcome made = later.submit(sublicense(head.id + "/0"));
    REQUIRE(made.accepted());
    each.arises(later);
    Act record = at(Act("license.record", R"({"recordal_no":"X2026500000002"})").set("date", kDay).set("patents", Value::Items{kPatent}));
    record.set("license", made.id + "/0");
    CHECK(letter(Register(later).submit(Act(record).with({kRival}))) == at_register.at(each.burden));
    CHECK(letter(later.submit(record)) == as_flag(at_register.at(each.burden)));
  }
}

TEST_CASE("nobody sublicenses an accepted open licence or a compulsory one", "[conflict]") {
  for (const char* kind : {"OPEN", "COMP"}) {
    Register reg = granted();
    const std::string id = "sha256:" + std::string(64, '2') + "/0";
    Value row = json(R"({"record":"sha256:22","sublicense_allowed":true})");
    row.set("kind", kind);
    row.set("licensees", Value::Items{kCompany});
    row.set("licensors", Value::Items{kUniversity});
    row.set("scope", scope_of());
    reg.put(encumbrance_row(kPatent, id), row);
    alter(reg, [&](Value& patent) { patent.set("licenses", Value::Items{id}); });
    CHECK(letter(reg.submit(sublicense(id))) == "R:SUBLICENSE_NOT_PERMITTED");
  }
}

TEST_CASE("only what overlaps counts: in time, territory, field and manner", "[conflict]") {
  struct Elsewhere {
    const char* member;
    Value value;
  };
  const Elsewhere apart[] = {{"territory", Value::Items{"51"}},
                             {"fields", Value::Items{"F27D1"}},
                             {"manner", Value::Items{"IMPORT"}},
                             {"from", "2031-12-01"}};
  const Elsewhere within[] = {{"territory", Value::Items{"5001"}},
                              {"fields", Value::Items{"F27D17/00"}},
                              {"manner", Value::Items{"USE"}},
                              {"from", "2031-11-30"}};
  const auto outcome = [](const Elsewhere& each) {
    Register reg = granted();
    granted_to(reg, "EXCL", kRival, "old");
    Value right = license_right("EXCL");
    right.find("scope")->set("to", "2036-11-30");
    right.find("scope")->set(each.member, each.value);
    return letter(reg.submit(contract("new", right, kCompany)));
  };
  for (const Elsewhere& each : apart) CHECK(outcome(each) == "OK");
  for (const Elsewhere& each : within) CHECK(outcome(each) == "R:LICENSE_OVERLAP");
}

TEST_CASE("subgroups whose nesting is unknown keep licences apart, with a flag", "[conflict]") {
  Register reg = granted();
  Value first = license_right("EXCL");
  first.find("scope")->set("fields", Value::Items{"F27D17/004"});
  reg.must(contract("old", first, kRival));
  Value second = license_right("EXCL");
  second.find("scope")->set("fields", Value::Items{"F27D17/008"});
  CHECK(letter(reg.submit(contract("new", second, kCompany))) == "F:CLASS_NESTING_UNKNOWN");
}

TEST_CASE("of two exclusive licences the second is refused and names the first", "[conflict][F70]") {
  Register reg = granted();
  const std::string first = reg.must(contract("one", license_right("EXCL"), kRival)) + "/0";
  const Outcome second = reg.submit(contract("two", license_right("EXCL"), kCompany));
  CHECK(second.codes() == "LICENSE_OVERLAP");
  CHECK(second.issues[0].blocking == std::vector<std::string>{first});
  CHECK_FALSE(reg.find(subject_row(key_of("two"))));
}

TEST_CASE("one contract does not grant the same exclusivity twice", "[conflict][F70]") {
  Register reg = granted();
  Act both = contract("one", license_right("EXCL"), kCompany);
  both.set("rights", Value::Items{license_right("EXCL"), license_right("EXCL")});
  CHECK(letter(reg.submit(both)) == "R:LICENSE_OVERLAP");
}
