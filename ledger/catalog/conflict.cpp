// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/conflict.hpp"

#include <algorithm>
#include <optional>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/suspend.hpp"
#include "ledger/catalog/term.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::int64_t kWhole = 10'000;  ///< basis points

constexpr Cell kOk{Letter::ok, {}};
constexpr Cell R(std::string_view code) { return {Letter::refuse, code}; }
constexpr Cell F(std::string_view code) { return {Letter::flag, code}; }
constexpr Cell kHead{Letter::by_head, {}};
constexpr Cell kOverlap = R("LICENSE_OVERLAP");
constexpr Cell kExcept{Letter::excepted, "LICENSE_OVERLAP"};
constexpr Cell kSurvives = F("PRIOR_LICENSE_SURVIVES");
constexpr Cell kOpenR = R("OPEN_LICENSE_ACTIVE");
constexpr Cell kOpenF = F("OPEN_LICENSE_ACTIVE");
constexpr Cell kPledgee{Letter::consent, "PLEDGEE_CONSENT_MISSING"};
constexpr Cell kLicensee{Letter::consent, "LICENSEE_CONSENT_MISSING"};
constexpr Cell kFrozenR = R("PATENT_FROZEN");
constexpr Cell kFrozen{Letter::at_register, "PATENT_FROZEN"};
constexpr Cell kArrearsR = R("ANNUITY_ARREARS");
constexpr Cell kArrears{Letter::at_register, "ANNUITY_ARREARS"};
constexpr Cell kValid = F("VALIDITY_CONTESTED");
constexpr Cell kEnded = R("PATENT_NOT_IN_FORCE");
constexpr Cell kCoowner{Letter::consent, "COOWNER_CONSENT_MISSING"};

// clang-format off
constexpr Cell kMatrix[kRightActs][kBurdens] = {
    // EXCL      SOLE       ORD        OPEN    PLEDGED   FROZEN     GRACE      CONTESTED  ENDED    COOWNER
    {kOverlap,  kOverlap,  kExcept,   kOpenR, kPledgee, kFrozen,   kArrears,  kValid,    kEnded,  kCoowner},   // licence EXCL
    {kOverlap,  kOverlap,  kExcept,   kOpenR, kPledgee, kFrozen,   kArrears,  kValid,    kEnded,  kCoowner},   // licence SOLE
    {kOverlap,  {Letter::beside_sole, "LICENSE_OVERLAP"},
                           kOk,       kOk,    kPledgee, kFrozen,   kArrears,  kValid,    kEnded,  kOk},        // licence ORD
    {kHead,     kHead,     kHead,     kHead,  {Letter::consent_flag, "PLEDGEE_CONSENT_MISSING"},
                                                        kFrozen,   kArrears,  kValid,    kEnded,  kOk},        // sublicence
    {kOverlap,  kOverlap,  kOk,       kOpenR, kPledgee, kFrozenR,  kArrearsR, kValid,    kEnded,  kCoowner},   // open licence
    {kSurvives, kSurvives, kSurvives, kOpenF, kPledgee, kFrozen,   F("ANNUITY_ARREARS"), kValid, kEnded, kCoowner},  // transfer
    {kSurvives, kSurvives, kOk,       kOpenF, R("PLEDGE_EXISTS"),
                                                        kFrozenR,  kArrearsR,
                                             {Letter::acknowledged, "VALIDITY_CONTESTED"}, kEnded, kCoowner},  // pledge
    {kLicensee, kLicensee, F("LICENSE_ENDS_WITH_PATENT"),
                                      kOpenF, kPledgee, kFrozenR,  kOk,       kValid,    kEnded,  kCoowner},   // abandonment
    {kOk,       kOk,       kOk,       kOk,    kOk,      F("DOUBLE_PRESERVATION"),
                                                                   kOk,       kOk,  F("PATENT_NOT_IN_FORCE"), kOk},   // preservation
    {kOk,       kOk,       kOk,       kOk,    {Letter::consent_flag, "PLEDGEE_CONSENT_MISSING"},
                                                        kFrozenR,  F("ANNUITY_ARREARS"), kValid, kEnded, kOk},   // listing
    {kOverlap,  kOverlap,  kOk,       kOk,    kOk,      kFrozenR,  kArrearsR, kValid,    kEnded,  kOk}};       // compulsory licence
// clang-format on

constexpr std::string_view kActNames[] = {"license EXCL", "license SOLE", "license ORD", "sublicense", "open license",
                                          "transfer",     "pledge",       "abandon",     "preservation", "listing",
                                          "compulsory licence"};
constexpr std::string_view kBurdenNames[] = {"EXCL",   "SOLE",     "ORD",       "OPEN",  "PLEDGED",
                                             "FROZEN", "IN_GRACE", "CONTESTED", "ENDED", "COOWNER"};

Burden column_of(const LicenseRow& license) {
  const std::string_view kind = license.row.text_of("kind");
  return kind == "EXCL" ? Burden::excl : kind == "SOLE" ? Burden::sole : Burden::ord;
}

/// Judges one act; keeps what its cells need.
class Judge {
 public:
  Judge(const RuleInput& in, Verdict& verdict, const RightUse& use, Consents& consents)
      : in_(in), verdict_(verdict), use_(use), consents_(consents) {}

  RightUseResult run() {
    licenses();
    open();
    pledges();
    frozen();
    grace();
    contested();
    ended();
    coowners();
    return std::move(result_);
  }

 private:
  Cell cell(Burden burden) const { return conflict_cell(use_.act, burden); }

  Issue found(std::string_view code, std::string detail, std::vector<std::string> blocking) const {
    Issue issue{std::string(code), use_.pointer, std::move(detail), std::move(blocking), {}, {}};
    return issue;
  }

  bool acts(std::string_view party) const { return std::ranges::find(use_.actors, party) != use_.actors.end(); }

  /// What a cell without a special case says.
  void say(const Cell& cell, std::string detail, std::vector<std::string> blocking) {
    Issue issue = found(cell.code, std::move(detail), std::move(blocking));
    const bool flags = cell.letter == Letter::flag || (cell.letter == Letter::at_register && use_.at_contract) ||
                       (cell.letter == Letter::acknowledged && use_.acknowledged);
    if (flags) {
      verdict_.flag(std::move(issue));
    } else {
      raise(verdict_, std::move(issue));
    }
  }

  /// A party whose consent the cell asks for; `later`: its right is younger than the contract.
  void ask(const Cell& cell, std::string_view party, std::vector<std::string> blocking, bool later = false) {
    if (!(use_.asks_consent || later) || use_.court_ordered) return;
    if (acts(party)) return;
    const Consent consent = consents_.of(party, use_.consent_to, use_.patent, use_.license_kind);
    if (consent == Consent::given) return;
    Issue missing = found(consent == Consent::expired ? std::string_view("CONSENT_EXPIRED") : cell.code, std::string(party),
                          std::move(blocking));
    if (cell.letter == Letter::consent_flag) {
      verdict_.flag(std::move(missing));
    } else {
      raise(verdict_, std::move(missing));
    }
  }

  void licenses() {
    const auto term_end = parse_date(use_.row.text_of("term_end"));
    const Date last = term_end.value_or(use_.scope.to);
    const ClassNesting nesting(table_at(in_.rows, "CLASS_NESTING", today(in_)));
    for (const LicenseRow& license : licenses_on(in_.rows, use_.patent, use_.row)) {
      const Scope scope = scope_of(*license.row.find("scope"), last);
      const Overlap meets = overlap(use_.scope, scope, nesting);
      if (meets == Overlap::unknown) unknown_nesting(license);
      if (meets == Overlap::yes) overlapping(license);
    }
  }

  /// Only an unknown nesting of classes keeps a new licence and an exclusive one apart.
  void unknown_nesting(const LicenseRow& license) {
    const Cell says = cell(column_of(license));
    const bool would = says.letter == Letter::refuse || says.letter == Letter::excepted || says.letter == Letter::beside_sole;
    if (would) verdict_.flag(found("CLASS_NESTING_UNKNOWN", license.id, {license.id}));
  }

  void overlapping(const LicenseRow& license) {
    const Cell says = cell(column_of(license));
    switch (says.letter) {
      case Letter::ok:
      case Letter::by_head: return;
      case Letter::excepted:
        if (std::ranges::find(use_.except, license.id) != use_.except.end()) {
          verdict_.flag(found("PRIOR_LICENSE_SURVIVES", license.id, {license.id}));
        } else {
          raise(verdict_, found(says.code, license.id, {license.id}));
        }
        return;
      case Letter::beside_sole: return beside_sole(says, license);
      case Letter::consent:
        for (const Value& licensee : license.row.items_of("licensees")) ask(says, licensee.text(), {license.id});
        return;
      default: say(says, license.id, {license.id});
    }
  }

  /// The sole licensor who cannot work the patent grants one ordinary licence in place of its own use.
  void beside_sole(const Cell& says, const LicenseRow& sole) {
    if (sole.row.boolean_of("licensor_cannot_work") && !sole.row.find("place_taken")) {
      result_.under.push_back(sole.id);
      return;
    }
    std::vector<std::string> blocking{sole.id};
    if (sole.row.find("place_taken")) blocking.emplace_back(sole.row.text_of("place_taken"));
    raise(verdict_, found(says.code, sole.id, std::move(blocking)));
  }

  void open() {
    const Value* declaration = open_license_on(use_.row, use_.day);
    const Cell says = cell(Burden::open);
    if (!declaration || says.letter == Letter::ok || says.letter == Letter::by_head) return;
    say(says, std::string(declaration->text_of("until")), {std::string(declaration->text_of("record"))});
  }

  void pledges() {
    const Cell says = cell(Burden::pledged);
    if (says.letter == Letter::ok) return;
    const Value::Items& pledges = use_.row.items_of("pledges");
    // Where the rule pack has room for a further pledge, it ranks behind those that are there.
    const bool ranks = use_.act == RightAct::pledge &&
                       static_cast<std::int64_t>(pledges.size()) < in_.pack.integer("pledges_at_once");
    for (const Value& id : pledges) {
      const auto pledge = in_.rows.find(encumbrance_row(use_.patent, id.text()));
      if (!pledge || id.text() == use_.enforces) continue;
      if (ranks || use_.court_ordered) {
        verdict_.flag(found("PLEDGE_PRIORITY", std::string(pledge->text_of("reg_no")), {id.text()}));
      } else if (says.letter == Letter::refuse) {
        say(says, std::string(pledge->text_of("reg_no")), {id.text()});
      } else {
        for (const Value& pledgee : pledge->items_of("pledgees")) ask(says, pledgee.text(), {id.text()}, is_later(id.text()));
      }
    }
  }

  /// Whether a burden was registered after the contract that the record carries out: who holds it was
  /// not asked then.   Source: domain.md 6.5 "Consents".
  bool is_later(std::string_view record_id) const {
    const auto digest = from_sha256_id(record_id);
    const auto record = use_.agreed_at && digest ? in_.rows.find_record(*digest) : nullptr;
    return record && record->index > *use_.agreed_at;
  }

  void frozen() {
    const Cell says = cell(Burden::frozen);
    const Value* preserved = preserved_on(use_.row, use_.day);
    // A second preservation is one; a suspension alone is nothing to a court's order.
    const bool only_preserved = use_.act == RightAct::preservation;
    const Value* holds = preserved || only_preserved ? preserved : suspended_on(use_.row, use_.day);
    if (!holds) return;
    std::string until(holds->text_of("until"));
    std::vector<std::string> blocking{std::string(holds->text_of("record"))};
    if (use_.court_ordered) {
      // What holds the patent for the creditors does not hold back its sale for them (F71).
      verdict_.flag(found(says.code, std::move(until), std::move(blocking)));
    } else {
      say(says, std::move(until), std::move(blocking));
    }
  }

  void grace() {
    const Cell says = cell(Burden::grace);
    if (says.letter == Letter::ok || use_.row.text_of("status") != name(PatentStatus::granted)) return;
    const DerivedStatus derived = derived_status(use_.row, in_.pack, calendar_at(in_.rows, today(in_)), use_.day);
    if (derived.status == "IN_GRACE" || derived.status == "GRACE_OVER") {
      say(says, derived.status + ", " + std::to_string(derived.annuity->year), {});
    }
  }

  void contested() {
    const Cell says = cell(Burden::contested);
    const Value::Items& open = use_.row.items_of("contested");
    if (open.empty() || says.letter == Letter::ok) return;
    std::vector<std::string> blocking;
    for (const Value& id : open) blocking.push_back(id.text());
    say(says, std::to_string(open.size()), std::move(blocking));
  }

  void ended() {
    if (!has_ended(use_.row, use_.day)) return;
    say(cell(Burden::ended), std::string(use_.row.text_of("status")), {std::string(use_.row.text_of("record"))});
  }

  /// An agreement of the co-owners goes before PL 14: it may say who licenses alone, and which part of
  /// the shares carries an act.
  void coowners() {
    Cell says = cell(Burden::coowner);
    const Value* agreement = use_.row.find("coowners");
    const bool licenses = use_.act == RightAct::license_excl || use_.act == RightAct::license_sole ||
                          use_.act == RightAct::license_ord || use_.act == RightAct::open_license;
    if (licenses && agreement && agreement->find("who_may_license")) {
      const Value::Items& alone = agreement->items_of("who_may_license");
      if (std::ranges::any_of(alone, [&](const Value& each) { return acts(each.text()); })) return;
      says = kCoowner;  // also for an ordinary licence, which PL 14 leaves to each of them
    }
    if (says.letter == Letter::ok || (agreement && carried(agreement->integer_of("consent_threshold")))) return;
    for (const std::string& owner : holders(use_.row)) ask(says, owner, {});
  }

  /// Whether the owners who act or consent hold the shares that were agreed on; heads count where the
  /// owners have no shares.   Units: basis points; 0: nothing was agreed.
  bool carried(std::int64_t threshold) {
    if (threshold == 0 || !use_.asks_consent || use_.court_ordered) return false;
    const Value::Items& owners = use_.row.items_of("owners");
    const bool shares = !owners.empty() && owners.front().find("share");
    std::int64_t total = 0;
    std::int64_t agree = 0;
    for (const std::string& owner : holders(use_.row)) {
      const auto at = std::ranges::find_if(owners, [&](const Value& each) { return each.text_of("party") == owner; });
      const std::int64_t weight = shares ? at->integer_of("share") : 1;
      total += weight;
      if (acts(owner) || consents_.of(owner, use_.consent_to, use_.patent, use_.license_kind) == Consent::given) agree += weight;
    }
    return agree * kWhole >= threshold * total;
  }

  const RuleInput& in_;
  Verdict& verdict_;
  const RightUse& use_;
  Consents& consents_;
  RightUseResult result_;
};

}  // namespace

std::string_view name(RightAct act) { return kActNames[static_cast<std::size_t>(act)]; }
std::string_view name(Burden burden) { return kBurdenNames[static_cast<std::size_t>(burden)]; }

Cell conflict_cell(RightAct act, Burden burden) {
  return kMatrix[static_cast<std::size_t>(act)][static_cast<std::size_t>(burden)];
}

std::vector<LicenseRow> licenses_on(const RowReader& rows, std::string_view patent, const Value& patent_row) {
  std::vector<LicenseRow> result;
  for (const Value& id : patent_row.items_of("licenses")) {
    const auto row = rows.find(encumbrance_row(patent, id.text()));
    if (row && !row->find("ended")) result.push_back({id.text(), *row});
  }
  return result;
}

bool has_ended(const Value& patent_row, Date day) {
  using enum PatentStatus;
  constexpr PatentStatus kOver[] = {not_accepted, rejected_final, withdrawn, deemed_withdrawn, expired, lapsed, abandoned, invalidated};
  const auto end = parse_date(patent_row.text_of("term_end"));
  return std::ranges::find(kOver, patent_status(patent_row.text_of("status"))) != std::end(kOver) || (end && day > *end);
}

const Value* open_license_on(const Value& patent_row, Date day) {
  const Value* declaration = patent_row.find("open");
  const auto from = declaration ? parse_date(declaration->text_of("from")) : std::nullopt;
  const auto until = declaration ? parse_date(declaration->text_of("until")) : std::nullopt;
  return from && until && *from <= day && day <= *until ? declaration : nullptr;
}

const Value* preserved_on(const Value& patent_row, Date day) { return interval_on(patent_row.items_of("preserved"), day); }

Scope rest_of_patent(const RuleInput& input, const Value& patent_row, Date from) {
  const auto end = parse_date(patent_row.text_of("term_end"));
  const Date filed = parse_date(patent_row.text_of("filing_date")).value_or(from);
  return whole_patent(from, end ? *end : full_term_end(patent_row, input.pack, filed));
}

RightUseResult judge_right_use(const RuleInput& input, Verdict& verdict, const RightUse& use, Consents& consents) {
  return Judge(input, verdict, use, consents).run();
}

}  // namespace qinglu::ledger
