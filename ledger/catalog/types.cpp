// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "ledger/catalog/annuity.hpp"
#include "ledger/catalog/auction.hpp"
#include "ledger/catalog/compulsory.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/contract.hpp"
#include "ledger/catalog/coowner.hpp"
#include "ledger/catalog/correction.hpp"
#include "ledger/catalog/court_case.hpp"
#include "ledger/catalog/deal.hpp"
#include "ledger/catalog/equity.hpp"
#include "ledger/catalog/eval_report.hpp"
#include "ledger/catalog/evidence_deposit.hpp"
#include "ledger/catalog/fasttrack.hpp"
#include "ledger/catalog/foreign.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/invalidation.hpp"
#include "ledger/catalog/judgment.hpp"
#include "ledger/catalog/key.hpp"
#include "ledger/catalog/license.hpp"
#include "ledger/catalog/mandate.hpp"
#include "ledger/catalog/market.hpp"
#include "ledger/catalog/openlicense.hpp"
#include "ledger/catalog/owner.hpp"
#include "ledger/catalog/party.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/pledge.hpp"
#include "ledger/catalog/preserve.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/catalog/publicity.hpp"
#include "ledger/catalog/reexam.hpp"
#include "ledger/catalog/role.hpp"
#include "ledger/catalog/stat.hpp"
#include "ledger/catalog/suspend.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/target.hpp"
#include "ledger/catalog/techreg.hpp"
#include "ledger/catalog/term.hpp"
#include "ledger/catalog/transfer.hpp"
#include "ledger/catalog/validators.hpp"
#include "ledger/catalog/warning.hpp"

namespace qinglu::ledger {
namespace {

std::vector<const RecordType*> collect() {
  std::vector<const RecordType*> all;
  for (const auto family :
       {annuity_types(), auction_types(), case_types(), compulsory_types(), consent_types(), contract_types(),
        coowner_types(), correction_types(), deal_types(), equity_types(), eval_report_types(),
        evidence_types(), fasttrack_types(), foreign_types(), governance_types(),
        invalidation_types(), judgment_types(), key_types(), license_types(), mandate_types(),
        market_types(), openlicense_types(), owner_types(), party_types(), patent_types(),
        pledge_types(), preserve_types(), privacy_types(), publicity_types(), reexam_types(),
        role_types(), stat_types(), suspend_types(), target_types(), techreg_types(), term_types(),
        transfer_types(), validators_types(), warning_types()}) {
    for (const RecordType& type : family) all.push_back(&type);
  }
  std::ranges::sort(all, {}, &RecordType::name);
  return all;
}

}  // namespace

std::span<const RecordType* const> record_types() {
  static const std::vector<const RecordType*> all = collect();
  return all;
}

const RecordType* find_record_type(std::string_view name) {
  const auto all = record_types();
  const auto at = std::ranges::lower_bound(all, name, {}, &RecordType::name);
  return at != all.end() && (*at)->name == name ? *at : nullptr;
}

}  // namespace qinglu::ledger
