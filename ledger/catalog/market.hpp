// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Listings of an exchange, and offers on them: market.*.   Source: CC 472-500; domain.md 6.6.
std::span<const RecordType> market_types();
/// nullptr: no type of this family.
Rule market_rule(std::string_view type);

/// Private slots of the records of the market.   Source: domain.md 6.1.
inline constexpr std::string_view kMarketSlots[] = {"conditions", "minimum", "fee_detail", "buyer_ref", "doc_list", "note"};

/// Something on a patent that a buyer must be told of.
struct Encumbrance {
  std::string id;      ///< record id, or licence id
  std::string record;  ///< that began it
  bool license;
};
/// Licences running or still to begin, pledges, open requests for invalidation, preservations,
/// suspensions and open declarations that have not ended, and contracts of sale not yet registered.
std::vector<Encumbrance> encumbrances_on(const RowReader& rows, std::string_view patent, const Value& patent_row, Date day);

/// The listing that `data.listing` names; SUBJECT_NOT_FOUND and nullopt when there is none.
std::optional<Value> load_listing(const RuleInput& input, Verdict& verdict);
/// Takes an act on a listing; STATE_FORBIDS where its status does not allow it.
void take_listing_step(Verdict& verdict, std::string_view act, Value& listing);
/// ROLE_NOT_PERMITTED unless the exchange that keeps the listing submits.
void check_exchange(const RuleInput& input, Verdict& verdict, const Value& listing);
/// STATE_FORBIDS for a day outside the listing's dates.
void check_listed(Verdict& verdict, const Value& listing, Date day, std::string_view pointer);
/// NOT_RIGHT_HOLDER for each seller who is no owner of the listed patent, or is none any more.
void check_sellers(const RuleInput& input, Verdict& verdict, const Value& listing, std::string_view pointer);

/// The right that is listed, today: who holds it, whether the listing states what stands on it, and what
/// the matrix says.   Raises what `fields::kListedRight` announces.
void judge_listing(const RuleInput& input, Verdict& verdict, const Value& listing);

/// Who speaks: the principal, else the submitter.
std::string speaker_of(const RuleInput& input);
/// Whether the text is an item of a list of texts.
bool lists_text(const Value::Items& list, std::string_view text);
/// EXCL, ORD, SOLE or TRANSFER: what a right of a contract gives.
std::string_view deal_kind_of(const Value& right);

}  // namespace qinglu::ledger
