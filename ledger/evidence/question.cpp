// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/question.hpp"

#include <algorithm>

namespace qinglu::ledger {
namespace {

using enum Category;
using enum SubjectKind;

constexpr Category kAll[] = {all};
constexpr Category kFiling[] = {filing};
constexpr Category kInfringement[] = {infringement};
constexpr Category kMarket[] = {market};
constexpr Category kBurdens[] = {finance, dispute};
constexpr Category kBurdensAndLicences[] = {infringement, market, finance, dispute};
constexpr Category kDispute[] = {dispute};

constexpr SubjectKind kPatents[] = {patent};
constexpr SubjectKind kAgencies[] = {agency};
constexpr SubjectKind kPatentsAndParties[] = {party, patent};
constexpr SubjectKind kAnything[] = {party, patent, contract, case_file, other};

constexpr Question kQuestions[] = {
    {"clear-title", "现在谁是权利人、有何负担（登记状态）", "who holds it now and under which burdens (the register's row)",
     Claim::Type::state_value, {}, kPatents},
    {"unencumbered", "是否从无许可、转让、质押、保全、争议与侵权记录", "has there never been a licence, transfer, pledge, preservation, dispute or infringement case",
     Claim::Type::history, kBurdensAndLicences, kPatents},
    {"encumbrances", "全部质押、保全、中止与争议记录", "every pledge, preservation, suspension and dispute", Claim::Type::history, kBurdens,
     kPatentsAndParties},
    {"infringement-history", "全部侵权记录", "every infringement record", Claim::Type::history, kInfringement, kPatentsAndParties},
    {"title-chain", "全部许可、转让、合同与交易记录", "every licence, transfer, contract and deal", Claim::Type::history, kMarket,
     kPatentsAndParties},
    {"status-history", "全部申请与法律状态记录", "every filing and change of status", Claim::Type::history, kFiling, kPatents},
    {"disputes", "全部保全、中止与争议记录", "every preservation, suspension and dispute", Claim::Type::history, kDispute,
     kPatentsAndParties},
    {"agency-filings", "该机构代理提交的全部记录", "every record that the agency submitted for others", Claim::Type::history, kAll, kAgencies},
    {"complete-history", "有关该对象的全部记录", "every record about the subject", Claim::Type::history, kAll, kAnything},
};

}  // namespace

std::span<const Question> questions() { return kQuestions; }

Result<EvidenceRequest> request_for(std::string_view question, std::string_view subject) {
  const auto asked = std::ranges::find(kQuestions, question, &Question::name);
  if (asked == std::end(kQuestions)) return Error{Errc::usage, "no question " + std::string(question)};
  auto kind = kind_of_subject(subject);
  if (!kind) return Error{Errc::usage, std::string(subject) + " is no subject key"};
  if (std::ranges::find(asked->kinds, agency) != asked->kinds.end() && subject.starts_with("org:")) kind = agency;
  if (std::ranges::find(asked->kinds, *kind) == asked->kinds.end()) {
    return Error{Errc::usage, std::string(question) + " cannot be asked of " + std::string(subject)};
  }
  EvidenceRequest request;
  request.type = asked->claim;
  if (asked->claim == Claim::Type::state_value) {
    request.row = subject_row(subject);
  } else {
    request.subject = Claim::Subject{std::string(subject), *kind, {asked->categories.begin(), asked->categories.end()}};
  }
  return request;
}

}  // namespace qinglu::ledger
