// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include <algorithm>

#include "cli/foreign_patent.hpp"
#include "ledger/catalog/deadlines.hpp"

namespace qinglu::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLineMax = 8u << 20;
constexpr int kDepthMax = 32;

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
  if (!is_organisation_name(name) || patent.organisations.size() >= ForeignPatent::kOrganisationsMax) return;
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

/// Application files of PEDS (`applId`).
ForeignPatent from_peds(const Json& row) {
  ForeignPatent patent;
  patent.raw_number = text(row, "patentNumber");
  if (!patent.raw_number.empty()) {
    patent.raw_kind = kind_of_us_grant(patent.raw_number, !text(row, "appEarlyPubNumber").empty());
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

/// `MM-DD-YYYY` -> `YYYY-MM-DD`.
std::string american_date(const std::string& date) {
  return date.size() == 10 ? date.substr(6) + "-" + date.substr(0, 2) + "-" + date.substr(3, 2) : std::string();
}

const Json& array_of(const Json& row, const char* key) {
  static const Json none = Json::array();
  const auto at = row.find(key);
  return at != row.end() && at->is_array() ? *at : none;
}

/// A text or a number, as text.
std::string word(const Json& row, const char* key) {
  const auto at = row.find(key);
  return at != row.end() && at->is_number_unsigned() ? at->dump() : text(row, key);
}

void add_day(std::vector<std::string>& days, const std::string& day) {
  const auto at = std::ranges::lower_bound(days, day);
  if (ledger::parse_date(day) && (at == days.end() || *at != day)) days.insert(at, day);
}

/// What PEDS tells of the file: its conveyances and its dated events.
void add_peds_events(const Json& row, std::vector<ForeignEvent>& events) {
  ForeignEvent of_right;
  if (!names_us_right(of_right, text(row, "patentNumber"), text(row, "appEarlyPubNumber"))) return;
  for (const Json& each : array_of(row, "assignments")) {
    ForeignEvent event = of_right;
    event.text = squeezed(text(each, "converyanceName"));  // spelt so in the source
    event.date = american_date(text(each, "recordedDate"));
    event.office_ref = recording(word(each, "reelNumber"), word(each, "frameNumber"));
    event.refers_to = recordings_in(event.text);
    for (const Json& assignor : array_of(each, "assignors")) {
      add_party(event, event.from, text(assignor, "assignorName"));
      add_day(event.executed, american_date(text(assignor, "execDate")));
    }
    for (const Json& assignee : array_of(each, "assignee")) add_party(event, event.to, text(assignee, "assigneeName"));
    events.push_back(std::move(event));
  }
  for (const Json& each : array_of(row, "transactions")) {
    ForeignEvent event = of_right;
    event.code = text(each, "code");
    event.text = squeezed(text(each, "description"));
    event.date = date(each, "recordDate");
    events.push_back(std::move(event));
  }
}

void add_odp_events(const Json& row, std::vector<ForeignEvent>& events) {
  ForeignEvent of_right;
  if (!names_us_right(of_right, text(row, "patentNumber"), text(row, "earliestPublicationNumber"))) return;
  for (const Json& each : array_of(row, "assignmentBag")) {
    ForeignEvent event = of_right;
    event.text = squeezed(text(each, "conveyanceText"));
    event.date = date(each, "assignmentRecordedDate");
    event.office_ref = recording(word(each, "reelNumber"), word(each, "frameNumber"));
    event.refers_to = recordings_in(event.text);
    for (const Json& assignor : array_of(each, "assignorBag")) {
      add_party(event, event.from, text(assignor, "assignorName"));
      add_day(event.executed, date(assignor, "executionDate"));
    }
    for (const Json& assignee : array_of(each, "assigneeBag")) add_party(event, event.to, text(assignee, "assigneeNameText"));
    events.push_back(std::move(event));
  }
  for (const Json& each : array_of(row, "eventDataBag")) {
    ForeignEvent event = of_right;
    event.code = text(each, "eventCode");
    event.text = squeezed(text(each, "eventDescriptionText"));
    event.date = date(each, "eventDate");
    events.push_back(std::move(event));
  }
}

/// Application files of ODP (`applicationNumberText`).
ForeignPatent from_odp(const Json& row) {
  ForeignPatent patent;
  patent.raw_number = text(row, "patentNumber");
  if (!patent.raw_number.empty()) {
    patent.raw_kind = kind_of_us_grant(patent.raw_number, !text(row, "earliestPublicationNumber").empty());
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

/// A document that is small and flat enough, or why not.
Json parse_bounded(std::string_view text, std::string& problem) {
  // The depth is bounded before a tree exists: the library would recurse in its destructor.
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
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
    problem = "nested too deep";
    return {};
  }
  Json parsed = Json::parse(text.begin(), text.end(), nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object()) problem = "no JSON object";
  return parsed;
}

ImportRow read_line(std::string_view line, std::string where) {
  ImportRow row;
  row.where = where;
  if (line.size() > kLineMax) {
    row.problem = "the line is too long";
    return row;
  }
  const Json parsed = parse_bounded(line, row.problem);
  if (!row.problem.empty()) return row;
  if (parsed.contains("guid")) return finish_row(std::move(where), from_search(parsed));
  if (parsed.contains("applId")) {
    row = finish_row(std::move(where), from_peds(parsed));
    add_peds_events(parsed, row.events);
    return row;
  }
  if (parsed.contains("applicationNumberText")) {
    row = finish_row(std::move(where), from_odp(parsed));
    add_odp_events(parsed, row.events);
    return row;
  }
  row.problem = "neither a search, a PEDS nor an ODP row";
  return row;
}

/// Member of an object; an empty object where there is none.
const Json& part(const Json& each, const char* name) {
  static const Json none = Json::object();
  const auto at = each.find(name);
  return at != each.end() && at->is_object() ? *at : none;
}

/// What a proceeding or decision says, without its right.
ForeignEvent board_event(const Json& each, const std::string& bag) {
  ForeignEvent event;
  event.date = text(part(each, "decisionData"), "decisionIssueDate");
  if (bag == "patentTrialProceedingDataBag") {
    event.code = text(part(each, "trialMetaData"), "trialTypeCode");
    event.date = text(part(each, "trialMetaData"), "petitionFilingDate");
    event.office_ref = text(each, "trialNumber");
  } else if (bag == "patentTrialDocumentDataBag") {
    event.text = "TRIAL DECISION " + text(part(each, "decisionData"), "trialOutcomeCategory");
    event.office_ref = text(each, "trialNumber");
  } else if (bag == "patentAppealDataBag") {
    event.text = "APPEAL DECISION " + text(part(each, "decisionData"), "appealOutcomeCategory");
    event.office_ref = text(each, "appealNumber");
  } else if (bag == "patentInterferenceDataBag") {
    event.text = "INTERFERENCE DECISION";
    event.date = text(part(each, "documentData"), "decisionIssueDate");
    event.office_ref = text(each, "interferenceNumber");
  } else {
    event.text = "PETITION DECISION";
    event.date = text(each, "decisionDate");
  }
  add_party(event, event.from, text(part(each, "regularPetitionerData"), "realPartyInInterestName"));
  return event;
}

/// One event for each right that the entry names.
void add_board_events(const Json& each, const std::string& bag, ImportRow& row) {
  const ForeignEvent said = board_event(each, bag);
  for (const char* name : {"patentOwnerData", "appellantData", "seniorPartyData", "juniorPartyData"}) {
    const Json& right = part(each, name);
    ForeignEvent event = said;
    if (!names_us_right(event, text(right, "patentNumber"), text(right, "publicationNumber"))) continue;
    add_party(event, event.to, text(right, "realPartyInInterestName"));
    row.events.push_back(std::move(event));
  }
}

}  // namespace

std::vector<ImportRow> read_us_board_json(std::string_view file, const std::string& name) {
  std::vector<ImportRow> rows;
  ImportRow whole;
  whole.where = name;
  const Json parsed = parse_bounded(file, whole.problem);
  if (!whole.problem.empty()) return {whole};
  for (const auto& [bag, list] : parsed.items()) {
    if (!list.is_array()) continue;
    std::size_t number = 0;
    for (const Json& each : list) {
      ImportRow row;
      row.where = name + "#" + std::to_string(++number);
      if (each.is_object()) add_board_events(each, bag, row);
      row.problem = row.events.empty() ? "it names no granted or published right" : "the board's data do not describe the right: register it first";
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

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
