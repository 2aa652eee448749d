// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Consents of pledgees, co-owners, licensees and co-applicants: consent.*.   Source: domain.md 6.5.
std::span<const RecordType> consent_types();
/// nullptr: no type of this family.
Rule consent_rule(std::string_view type);

/// Whether a consent stands behind an act.
enum class Consent : std::uint8_t {
  none,
  expired,  ///< it covered the act, but is over: outside its dates, withdrawn, or used
  given,
};

/// The consents that a record cites (`data.consents`). Checked once, where the act is agreed on; the
/// register record that follows asks for none again.   Source: domain.md 6.5 "Consents".
class Consents {
 public:
  explicit Consents(const RuleInput& input);

  /// Whether `party` has consented to `act` (a record type or inner type, `license.grant` also by
  /// `kind`) on `subject`. One that is relied on will be used up.
  Consent of(std::string_view party, std::string_view act, std::string_view subject, std::string_view kind = {});
  /// Writes the consents for one use that were relied on as used by this record.
  void use_up(Verdict& verdict) const;

 private:
  struct Cited {
    RowKey key;
    Value row;
    bool relied_on = false;
  };

  const RuleInput& input_;
  std::vector<Cited> cited_;
};

}  // namespace qinglu::ledger
