// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/model/rows.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// One refusal or flag: a code of the registry and where it bites.
/// The sentences (zh, en), the article and the next step come from catalog/messages.
struct Issue {
  std::string code;                    ///< UPPER_SNAKE, e.g. `APP_NO_CHECK_DIGIT`
  std::string pointer;                 ///< JSON Pointer into the body, e.g. `/data/app_no`
  std::string detail;                  ///< what was found or expected, in figures and ids
  std::vector<std::string> blocking;   ///< record ids (or row names) that stand in the way
  std::string law;                     ///< article when it depends on the case; else the registry's
  std::string article;
  bool operator==(const Issue&) const = default;
};

/// What the rules answer to one record.
class Verdict {
 public:
  /// A record signed by competent authorities alone: codes of class *law* become flags.
  explicit Verdict(bool authority) : authority_(authority) {}

  /// Refuses, whatever the class of the code (form, computed, programme).
  void refuse(Issue issue) { issues_.push_back(std::move(issue)); }
  /// A flag, whoever signs.
  void flag(Issue issue) { flags_.push_back(std::move(issue)); }
  /// A code of class *law*: refuses a party's act, flags an authority's.   Source: domain.md 6.13.
  void object(Issue issue) { (authority_ ? flags_ : issues_).push_back(std::move(issue)); }

  void set(RowKey row, Value value) { changes_.push_back({std::move(row), std::move(value)}); }

  bool refused() const { return !issues_.empty(); }
  bool authority() const { return authority_; }
  const std::vector<Issue>& issues() const { return issues_; }
  const std::vector<Issue>& flags() const { return flags_; }
  std::vector<RowChange>& changes() { return changes_; }
  const std::vector<RowChange>& changes() const { return changes_; }

 private:
  bool authority_;
  std::vector<Issue> issues_;
  std::vector<Issue> flags_;
  std::vector<RowChange> changes_;
};

/// The rule pack in force, and how a rule asks it.   Source: domain.md 6.3, 6.11.
struct RulePack {
  struct Former {
    std::int64_t effective_ms = 0;
    std::shared_ptr<const Value> row;
  };
  std::uint64_t id = 0;
  std::shared_ptr<const Value> row;  ///< the L row
  std::int64_t effective_ms = 0;
  std::vector<Former> former;        ///< packs that were in force before, by their first day

  /// A parameter that every pack must have (rulepack.publish refuses one without it).
  std::int64_t integer(std::string_view name) const;
  /// Length of a period in which a party may act and that began on `since`: by the pack in force then or
  /// by this one, whichever is longer, for no change of law shortens a period that runs.
  /// Source: Legislation Law art. 104.
  std::int64_t period(std::string_view name, Date since) const;
  /// period() of a name, by the day on which it began.
  auto periods(std::string_view name) const {
    return [this, name](Date since) { return period(name, since); };
  }
  const Value& params() const;
};

/// Everything that a rule may look at. No clock: block time is the only time.
struct RuleInput {
  const Value& body;
  const Value& data;
  const RecordType& type;
  const RowReader& rows;
  const RulePack& pack;
  const Digest& ledger_id;
  const Digest& record_id;
  std::uint64_t index = 0;         ///< log index that the record would get
  std::int64_t block_time_ms = 0;  ///< seal's time, ms since 1970-01-01T00:00:00Z
  /// (party, key_id) of each signature, in order; a batch member has its manifest's.
  std::vector<std::pair<std::string, std::string>> signed_by;
  std::uint64_t height = 0;           ///< of the block that judges the record
  std::string_view origin = {};       ///< of the log
  std::uint64_t activation_lead = 0;  ///< genesis: heights between a change of the set and its effect
};

/// Judges a record whose form, signatures, keys, roles, references and subjects have passed, and
/// says what it changes. Deterministic; reads only its input.
using Rule = void (*)(const RuleInput& input, Verdict& verdict);

/// nullptr: unknown type. Only apply and dry run refer to this, so the verifier links no rule.
Rule find_rule(std::string_view type);

}  // namespace qinglu::ledger
