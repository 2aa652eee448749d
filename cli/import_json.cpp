// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include <algorithm>

#include "cli/foreign_patent.hpp"

namespace qinglu::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLineMax = 8u << 20;
constexpr int kDepthMax = 32;
constexpr std::size_t kOrganisationsMax = 16;

/// Text member, or the first text of an array member; empty when it is anything else.
std::string text(const Json& row, const char* key) {
  const auto at = row.find(key);
  if (at == row.end()) return {};
  const Json& value = at->is_array() && !at->empty() ? at->front() : *at;
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// `2017-03-14T00:00:00Z` or `2014-03-31`: the date part is the date.
std::string date(const Json& row, const char* key) { return text(row, key).substr(0, 10); }

void split_symbols(const std::string& joined, std::vector<std::string>& out, std::size_t max) {
  std::string_view rest = joined;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    add_symbol(out, normal_symbol(rest.substr(0, end)), max);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

/// These sources do not say who is a person, so only recognisable organisations are kept.
void add_name(ForeignPatent& patent, const std::string& raw, const char* role) {
  const std::string name = squeezed(raw);
  if (!is_organisation_name(name) || patent.organisations.size() >= kOrganisationsMax) return;
  const ForeignPatent::Organisation organisation{name, role, {}};
  if (std::ranges::find(patent.organisations, organisation) == patent.organisations.end()) {
    patent.organisations.push_back(organisation);
  }
}

void add_names(ForeignPatent& patent, const Json& row, const char* key, const char* role) {
  const auto at = row.find(key);
  if (at == row.end()) return;
  if (at->is_string()) add_name(patent, at->get<std::string>(), role);
  if (!at->is_array()) return;
  for (const Json& each : *at) {
    if (each.is_string()) add_name(patent, each.get<std::string>(), role);
  }
}

/// Full-text search rows (`guid`).
ForeignPatent from_search(const Json& row) {
  ForeignPatent patent;
  patent.raw_number = text(row, "publicationReferenceDocumentNumber");
  patent.raw_kind = text(row, "kindCode");
  const bool grant = text(row, "type") == "USPAT";
  (grant ? patent.grant : patent.publication) = date(row, "datePublished");
  patent.filing = date(row, "applicationFilingDate");
  patent.priority = date(row, "priorityClaimsDate");
  patent.title = text(row, "inventionTitle");
  split_symbols(text(row, "ipcCodeFlattened"), patent.ipc, 128);
  split_symbols(text(row, "cpcInventiveFlattened"), patent.cpc, 256);
  split_symbols(text(row, "cpcAdditionalFlattened"), patent.cpc, 256);
  add_names(patent, row, "applicantName", "APPLICANT");
  add_names(patent, row, "assigneeName", "ASSIGNEE");
  if (const auto family = row.find("familyIdentifierCur"); family != row.end() && family->is_number_unsigned()) {
    patent.family = family->dump();
  }
  return patent;
}

/// The kind of a US grant by its number and filing: PEDS and ODP do not print it. Empty where the
/// number does not tell (H, T, AI): such a row is left out.
std::string kind_of_grant(const std::string& number, bool published_before) {
  if (number.starts_with("D")) return "S1";
  if (number.starts_with("RE")) return "E1";
  if (number.starts_with("PP")) return published_before ? "P3" : "P2";
  if (number.empty() || number[0] < '0' || number[0] > '9') return {};
  // Kind codes A (until 2000), B1 without and B2 with an earlier publication of the application.
  if (number.size() < 7 || (number.size() == 7 && number < "6167569")) return "A";
  return published_before ? "B2" : "B1";
}

/// Application files of PEDS (`applId`).
ForeignPatent from_peds(const Json& row) {
  ForeignPatent patent;
  patent.raw_number = text(row, "patentNumber");
  if (!patent.raw_number.empty()) {
    patent.raw_kind = kind_of_grant(patent.raw_number, !text(row, "appEarlyPubNumber").empty());
  }
  patent.grant = date(row, "patentIssueDate");
  patent.publication = date(row, "appEarlyPubDate");
  patent.filing = date(row, "appFilingDate");
  patent.title = text(row, "patentTitle");
  if (const auto assignments = row.find("assignments"); assignments != row.end() && assignments->is_array()) {
    for (const Json& assignment : *assignments) {
      const auto assignees = assignment.find("assignee");
      if (assignees == assignment.end() || !assignees->is_array()) continue;
      for (const Json& assignee : *assignees) {
        if (assignee.is_object()) add_name(patent, text(assignee, "assigneeName"), "ASSIGNEE");
      }
    }
  }
  return patent;
}

/// Application files of ODP (`applicationNumberText`).
ForeignPatent from_odp(const Json& row) {
  ForeignPatent patent;
  patent.raw_number = text(row, "patentNumber");
  if (!patent.raw_number.empty()) {
    patent.raw_kind = kind_of_grant(patent.raw_number, !text(row, "earliestPublicationNumber").empty());
  }
  patent.grant = date(row, "grantDate");
  patent.publication = date(row, "earliestPublicationDate");
  patent.filing = date(row, "filingDate");
  patent.title = text(row, "inventionTitle");
  if (const auto symbols = row.find("cpcClassificationBag"); symbols != row.end() && symbols->is_array()) {
    for (const Json& symbol : *symbols) {
      if (symbol.is_string()) add_symbol(patent.cpc, normal_symbol(symbol.get<std::string>()), 256);
    }
  }
  if (const auto bag = row.find("assignmentBag"); bag != row.end() && bag->is_array()) {
    for (const Json& assignment : *bag) {
      const auto assignees = assignment.find("assigneeBag");
      if (assignees == assignment.end() || !assignees->is_array()) continue;
      for (const Json& assignee : *assignees) {
        if (assignee.is_object()) add_name(patent, text(assignee, "assigneeNameText"), "ASSIGNEE");
      }
    }
  }
  return patent;
}

ImportRow read_line(std::string_view line, std::string where) {
  ImportRow row;
  row.where = where;
  if (line.size() > kLineMax) {
    row.problem = "the line is too long";
    return row;
  }
  // The depth is bounded before a tree exists: the library would recurse in its destructor.
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  if (deepest > kDepthMax) {
    row.problem = "nested too deep";
    return row;
  }
  const Json parsed = Json::parse(line.begin(), line.end(), nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object()) {
    row.problem = "no JSON object";
    return row;
  }
  if (parsed.contains("guid")) return finish_row(std::move(where), from_search(parsed));
  if (parsed.contains("applId")) return finish_row(std::move(where), from_peds(parsed));
  if (parsed.contains("applicationNumberText")) return finish_row(std::move(where), from_odp(parsed));
  row.problem = "neither a search, a PEDS nor an ODP row";
  return row;
}

}  // namespace

std::vector<ImportRow> read_us_json_lines(std::string_view file, const std::string& name) {
  std::vector<ImportRow> rows;
  std::size_t number = 0;
  while (!file.empty()) {
    const std::size_t end = std::min(file.find('\n'), file.size());
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    ++number;
    if (squeezed(line).empty()) continue;
    rows.push_back(read_line(line, name + ":" + std::to_string(number)));
  }
  return rows;
}

}  // namespace qinglu::cli
