// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/foreign_patent.hpp"
#include "cli/xml_document.hpp"

namespace qinglu::cli {
namespace {

constexpr std::size_t kIpcMax = 128;
constexpr std::size_t kCpcMax = 256;

std::string symbol_of(pugi::xml_node node) {
  return normal_symbol(text_of(node, "section") + text_of(node, "class") + text_of(node, "subclass") +
                       text_of(node, "main-group") + "/" + text_of(node, "subgroup"));
}

void add_organisation(ForeignPatent& patent, pugi::xml_node holder, const char* role) {
  const pugi::xml_node book = child(holder, "addressbook") ? child(holder, "addressbook") : holder;
  // A person has first and last name; only `orgname` may enter. Streets are not read at all.
  const std::string name = text_of(book, "orgname");
  if (name.empty() || patent.organisations.size() >= ForeignPatent::kOrganisationsMax) return;
  std::string country = text_of(child(book, "address"), "country");
  const bool letters = country.size() == 2 && std::ranges::all_of(country, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!letters) country.clear();
  const ForeignPatent::Organisation organisation{name, role, country};
  if (std::ranges::find(patent.organisations, organisation) == patent.organisations.end()) {
    patent.organisations.push_back(organisation);
  }
}

ImportRow read_document(std::string_view text, std::string where) {
  ImportRow row;
  row.where = where;
  pugi::xml_document document;
  row.problem = read_xml(text, document);
  if (!row.problem.empty()) return row;
  const pugi::xml_node root = document.document_element();
  const bool grant = local_name(root) == "us-patent-grant";
  if (!grant && local_name(root) != "us-patent-application") {
    row.ignored = true;
    row.problem = "no patent but <" + std::string(local_name(root)) + ">";
    return row;
  }
  const pugi::xml_node biblio =
      child(root, grant ? "us-bibliographic-data-grant" : "us-bibliographic-data-application");
  const pugi::xml_node publication = child(child(biblio, "publication-reference"), "document-id");
  ForeignPatent patent;
  patent.office = text_of(publication, "country");
  patent.raw_number = text_of(publication, "doc-number");
  patent.raw_kind = text_of(publication, "kind");
  (grant ? patent.grant : patent.publication) = iso_date(text_of(publication, "date"));
  patent.filing = iso_date(text_of(child(child(biblio, "application-reference"), "document-id"), "date"));
  for (pugi::xml_node claim : child(biblio, "priority-claims").children()) {
    const std::string date = iso_date(text_of(claim, "date"));
    if (!date.empty() && (patent.priority.empty() || date < patent.priority)) patent.priority = date;
  }
  patent.title = text_of(biblio, "invention-title");
  each_named(biblio, "classification-ipcr", [&](pugi::xml_node node) { add_symbol(patent.ipc, symbol_of(node), kIpcMax); });
  each_named(biblio, "classification-cpc", [&](pugi::xml_node node) { add_symbol(patent.cpc, symbol_of(node), kCpcMax); });
  each_named(child(biblio, "assignees"), "assignee", [&](pugi::xml_node node) { add_organisation(patent, node, "ASSIGNEE"); });
  for (const char* parties : {"us-parties", "parties"}) {
    for (const char* holder : {"us-applicant", "applicant"}) {
      each_named(child(biblio, parties), holder, [&](pugi::xml_node node) { add_organisation(patent, node, "APPLICANT"); });
    }
  }
  return finish_row(std::move(where), std::move(patent));
}

}  // namespace

std::vector<ImportRow> read_us_xml(std::string_view file, const std::string& name) {
  std::vector<ImportRow> rows;
  constexpr std::string_view kStart = "<?xml ";
  std::size_t at = file.find(kStart);
  if (at == file.npos) at = 0;
  std::size_t number = 0;
  std::size_t line = line_of(file, at);
  while (at < file.size()) {
    std::size_t end = file.find(kStart, at + 1);
    if (end == file.npos) end = file.size();
    ++number;
    rows.push_back(read_document(file.substr(at, end - at),
                                 name + "#" + std::to_string(number) + " (line " + std::to_string(line) + ")"));
    line += line_of(file.substr(at, end - at), end - at) - 1;
    at = end;
  }
  return rows;
}

}  // namespace qinglu::cli
