// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <set>

#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

// The rows open licence, transfer, pledge and abandonment of the conflict matrix, every cell through
// real records. The letters are written out from domain.md 2.5, not read from the product's table.

namespace {

/// A cell: the letter (R, F or empty for OK), its code, and who can take the obstacle away by a consent.
struct Expected {
  char letter;
  std::string_view code;
  std::string_view consent_of = {};
};

struct MatrixRow {
  RightAct act;
  std::string_view consent_to;
  Act (*record)();
  std::array<Expected, kBurdens> cells;
};

constexpr Expected kOk{' ', {}};

// clang-format off
const MatrixRow kRows[] = {
    {RightAct::open_license, "openlicense.declare", declaration,
     {{{'R', "LICENSE_OVERLAP"}, {'R', "LICENSE_OVERLAP"}, kOk, {'R', "OPEN_LICENSE_ACTIVE"},
       {'R', "PLEDGEE_CONSENT_MISSING", "bank"}, {'R', "PATENT_FROZEN"}, {'R', "ANNUITY_ARREARS"},
       {'F', "VALIDITY_CONTESTED"}, {'R', "PATENT_NOT_IN_FORCE"}, {'R', "COOWNER_CONSENT_MISSING", "company"}}}},
    {RightAct::transfer, "transfer.register", transfer,
     {{{'F', "PRIOR_LICENSE_SURVIVES"}, {'F', "PRIOR_LICENSE_SURVIVES"}, {'F', "PRIOR_LICENSE_SURVIVES"},
       {'F', "OPEN_LICENSE_ACTIVE"}, {'R', "PLEDGEE_CONSENT_MISSING", "bank"}, {'R', "PATENT_FROZEN"},
       {'F', "ANNUITY_ARREARS"}, {'F', "VALIDITY_CONTESTED"}, {'R', "PATENT_NOT_IN_FORCE"},
       {'R', "COOWNER_CONSENT_MISSING", "company"}}}},
    {RightAct::pledge, "pledge.register", pledge,
     {{{'F', "PRIOR_LICENSE_SURVIVES"}, {'F', "PRIOR_LICENSE_SURVIVES"}, kOk, {'F', "OPEN_LICENSE_ACTIVE"},
       {'R', "PLEDGE_EXISTS"}, {'R', "PATENT_FROZEN"}, {'R', "ANNUITY_ARREARS"}, {'R', "VALIDITY_CONTESTED"},
       {'R', "PATENT_NOT_IN_FORCE"}, {'R', "COOWNER_CONSENT_MISSING", "company"}}}},
    {RightAct::abandon, "patent.abandon", abandonment,
     {{{'R', "LICENSEE_CONSENT_MISSING", "buyer"}, {'R', "LICENSEE_CONSENT_MISSING", "buyer"},
       {'F', "LICENSE_ENDS_WITH_PATENT"}, {'F', "OPEN_LICENSE_ACTIVE"}, {'R', "PLEDGEE_CONSENT_MISSING", "bank"},
       {'R', "PATENT_FROZEN"}, kOk, {'F', "VALIDITY_CONTESTED"}, {'R', "PATENT_NOT_IN_FORCE"},
       {'R', "COOWNER_CONSENT_MISSING", "company"}}}}};
// clang-format on

Burden column(std::size_t i) { return static_cast<Burden>(i); }

const std::string& party_of(std::string_view word) { return word == "bank" ? kBank : word == "buyer" ? kBuyer : kCompany; }

/// The act as it stands when the company owns a part: a transfer names all owners before and after.
Act act_of(const MatrixRow& row, bool co_owned) {
  Act act = row.record();
  if (row.act != RightAct::transfer || !co_owned) return act;
  return act.set("from", set_of({kUniversity, kCompany}))
      .set("to", Value::Items{Value(Value::Members{{"party", kBuyer}, {"share", 6'000}}),
                              Value(Value::Members{{"party", kCompany}, {"share", 4'000}})});
}

std::string only(std::string_view code) { return std::string(code); }

/// Codes of two sets, as Outcome::codes() writes them.
std::string both(std::string_view a, std::string_view b) {
  std::set<std::string> codes;
  for (const std::string_view each : {a, b}) {
    if (!each.empty()) codes.emplace(each);
  }
  std::string text;
  for (const std::string& code : codes) text += (text.empty() ? "" : " ") + code;
  return text;
}

}  // namespace

TEST_CASE("every cell of open licence, transfer, pledge and abandonment says what the law says", "[conflict][matrix]") {
  const Register clean = with_patent();
  for (const MatrixRow& row : kRows) {
    INFO(name(row.act));
    Register free(clean);
    free.must(row.record());
    for (std::size_t i = 0; i < kBurdens; ++i) {
      const Expected& expected = row.cells[i];
      INFO(name(column(i)));
      Register reg(clean);
      const std::string blocking = burden(reg, column(i));
      const Act act = act_of(row, column(i) == Burden::coowner);
      const Outcome out = Register(reg).submit(act);
      CHECK(out.codes() == (expected.letter == 'R' ? only(expected.code) : ""));
      CHECK(out.flag_codes() == (expected.letter == 'F' ? only(expected.code) : ""));
      const auto& said = expected.letter == 'R' ? out.issues : out.flags;
      if (expected.letter != ' ' && !blocking.empty()) {
        REQUIRE(said.size() == 1);
        CHECK(said.front().blocking == std::vector<std::string>{blocking});
      }
      if (expected.consent_of.empty()) continue;
      const std::string& asked = party_of(expected.consent_of);
      Register given(reg);
      const std::string right = given.must(consent(asked, row.consent_to));
      CHECK(given.submit(citing(act, right)).codes().empty());
      Register other(reg);
      const std::string wrong = other.must(consent(asked, "license.grant"));
      CHECK(other.submit(citing(act, wrong)).codes() == only(expected.code));
    }
  }
}

TEST_CASE("two obstacles are answered both, in every pair of columns", "[conflict][matrix]") {
  const Register clean = with_patent();
  for (const MatrixRow& row : kRows) {
    for (std::size_t i = 0; i < kBurdens; ++i) {
      for (std::size_t j = i; j < kBurdens; ++j) {
        // A right that has ended is no longer in grace; and owners are replaced, not added.
        if (column(j) == Burden::ended || column(i) == Burden::ended || (i == j && column(i) == Burden::coowner)) continue;
        INFO(name(row.act) << ": " << name(column(i)) << ", " << name(column(j)));
        Register reg(clean);
        burden(reg, column(i), '1');
        burden(reg, column(j), '2');
        const Outcome out = reg.submit(act_of(row, column(j) == Burden::coowner));
        const Expected& a = row.cells[i];
        const Expected& b = row.cells[j];
        CHECK(out.codes() == both(a.letter == 'R' ? a.code : "", b.letter == 'R' ? b.code : ""));
        CHECK(out.flag_codes() == both(a.letter == 'F' ? a.code : "", b.letter == 'F' ? b.code : ""));
      }
    }
  }
}

TEST_CASE("what the office alone states of a transfer is flagged where a party would be refused", "[conflict][matrix]") {
  const Register clean = with_patent();
  const MatrixRow& row = kRows[1];
  for (std::size_t i = 0; i < kBurdens; ++i) {
    INFO(name(column(i)));
    Register reg(clean);
    burden(reg, column(i));
    const Outcome out = reg.submit(act_of(row, column(i) == Burden::coowner).by(kIpo, "IPO"));
    CHECK(out.accepted());
    CHECK(out.flag_codes() == only(row.cells[i].code));
    CHECK(reg.row(kPatent).items_of("owners").front().text_of("party") == kBuyer);
  }
}

TEST_CASE("licences count where they meet the whole patent from the day of the act", "[conflict][matrix]") {
  const Register clean = with_patent();
  const char* over = R"({"fields":["ALL"],"from":"2025-01-01","manner":["MAKE"],"territory":["CN"],"to":"2026-11-22"})";
  const char* last = R"({"fields":["ALL"],"from":"2025-01-01","manner":["MAKE"],"territory":["CN"],"to":"2026-11-23"})";
  const char* to_begin = R"({"fields":["F27D17/00"],"from":"2030-01-01","manner":["MAKE"],"territory":["50"],"to":"2031-12-31"})";
  for (const MatrixRow& row : kRows) {
    INFO(name(row.act));
    Register ended(clean);
    license(ended, "EXCL", '1', over);
    CHECK(ended.submit(row.record()).flag_codes().empty());
    Register running(clean);
    license(running, "EXCL", '1', last);
    const Outcome today = running.submit(row.record());
    CHECK(today.codes() + today.flag_codes() == row.cells[0].code);
    Register later(clean);
    license(later, "EXCL", '1', to_begin);
    const Outcome begun = later.submit(row.record());
    // An open declaration reaches to the last day of its last licence: 2028-11-22 and 24 months.
    CHECK(begun.codes() + begun.flag_codes() == row.cells[0].code);
  }
  Register behind(clean);
  license(behind, "EXCL", '1', R"({"fields":["ALL"],"from":"2030-11-22","manner":["MAKE"],"territory":["CN"]})");
  CHECK(behind.submit(declaration()).accepted());
}

TEST_CASE("a pledge on a contested patent says that the requests are known", "[conflict][matrix][pledge]") {
  Register reg = with_patent();
  burden(reg, Burden::contested);
  const Outcome out = reg.submit(pledge().set("ack_invalidation", true));
  CHECK(out.accepted());
  CHECK(out.flag_codes() == "VALIDITY_CONTESTED");
  CHECK(Register(with_patent()).submit(pledge().set("ack_invalidation", true)).flag_codes().empty());
}

TEST_CASE("a suspension holds the register like a preservation", "[conflict][matrix]") {
  Register reg = with_patent();
  const std::string record =
      reg.must(Act("suspend.start", R"({"cause":"OWNERSHIP","from":"2026-05-06","until":"2027-05-05"})").set("pat", kPatent).set("doc", hash_of('f')));
  for (const MatrixRow& row : kRows) {
    const Outcome out = Register(reg).submit(row.record());
    CHECK(out.codes() == "PATENT_FROZEN");
    CHECK(out.issues.front().blocking == std::vector<std::string>{record});
  }
}
