// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/question.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"

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

/// JSON of the profile ends at 2^53 − 1.
std::optional<std::uint64_t> number_of(std::string_view text) {
  const auto value = parse_decimal(text);
  return value && *value <= crypto::kTreeSizeMax ? value : std::nullopt;
}

/// A list of category numbers, `2,5`; empty where one is wrong.
std::vector<Category> categories_of(std::string_view text) {
  std::vector<Category> categories;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto each = parse_decimal(text.substr(0, comma));
    if (!each || *each > 6 || (!categories.empty() && *each <= static_cast<std::uint64_t>(categories.back()))) return {};
    categories.push_back(static_cast<Category>(*each));
    if (comma == text.size()) return categories;
    text.remove_prefix(comma + 1);
  }
}

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

Result<RowKey> read_row_name(std::string_view ns, std::string_view key) {
  static constexpr std::string_view kNamespaces = "PKRMVLTSEHFAN";
  auto bytes = from_base64(key);
  if (ns.size() != 1 || kNamespaces.find(ns[0]) == kNamespaces.npos || !bytes) {
    return Error{Errc::usage, "`ns` is one letter of " + std::string(kNamespaces) + ", `key` base64 of the key bytes"};
  }
  return RowKey{static_cast<Namespace>(ns[0]), *std::move(bytes)};
}

Result<EvidenceRequest> read_request(const Parameters& parameter) {
  const auto given = [&](std::string_view name) { return !parameter(name).empty(); };
  const std::string_view subject = parameter("subject");
  EvidenceRequest request;
  if (given("question")) {
    if (given("claim") || given("category") || given("ns") || given("key")) {
      return Error{Errc::usage, "either a question or the parts of a claim"};
    }
    auto asked = request_for(parameter("question"), subject);
    if (!asked) return std::move(asked).error();
    request = *std::move(asked);
  } else {
    const auto type = std::ranges::find(kClaimNames, parameter("claim"));
    if (type == kClaimNames.end()) return Error{Errc::usage, "`claim`: record is asked for at its own path; absence, state-value, history, consistency"};
    request.type = static_cast<Claim::Type>(type - kClaimNames.begin());
    if (request.type == Claim::Type::record) return Error{Errc::usage, "a record's evidence is at /v1/records/{id}/evidence"};
    if (given("ns") || given("key")) {
      auto row = read_row_name(parameter("ns"), parameter("key"));
      if (!row) return std::move(row).error();
      request.row = *std::move(row);
    }
    if (given("subject")) {
      const bool agency = parameter("kind") == "agency";
      const auto kind = agency ? std::optional(SubjectKind::agency) : kind_of_subject(subject);
      auto categories = given("category") ? categories_of(parameter("category")) : std::vector{Category::all};
      if (!kind || categories.empty()) return Error{Errc::usage, "`subject` is a subject key, `category` ascending numbers 0..6, as 2,5"};
      request.subject = Claim::Subject{std::string(subject), *kind, std::move(categories)};
    }
  }
  for (const auto& [name, into] : {std::pair("as_of", &request.as_of), std::pair("since", &request.since)}) {
    if (!given(name)) continue;
    *into = number_of(parameter(name));
    if (!*into) return Error{Errc::usage, std::string(name) + " is a height"};
  }
  if (given("from_seq")) {
    const auto from = number_of(parameter("from_seq"));
    if (!from) return Error{Errc::usage, "`from_seq` is a decimal number"};
    request.from_seq = *from;
  }
  const std::string_view withhold = parameter("withhold");
  if (!withhold.empty() && withhold != "records") return Error{Errc::usage, "`withhold` is `records` or left out"};
  request.withhold = !withhold.empty();
  return request;
}

}  // namespace qinglu::ledger
