// SPDX-License-Identifier: Apache-2.0
// What the EPO hands out: DOCDB exchange documents and INPADOC legal events.   Source: ip-data.md §1.6.
#include <algorithm>

#include "cli/foreign_patent.hpp"
#include "cli/xml_document.hpp"

namespace qinglu::cli {
namespace {

/// `A61K   9/16        20060101A I20051008RMEP` -> `A61K9/16`: behind the symbol stand edition and position.
std::string symbol_in(const std::string& text) {
  std::string symbol;
  std::size_t at = 0;
  while (at < text.size() && symbol.find('/') == symbol.npos) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    symbol += text.substr(at, end - at);
    at = end + 1;
  }
  return normal_symbol(symbol);
}

ImportRow read_exchange_document(pugi::xml_node document, std::string where) {
  ForeignPatent patent;
  patent.office = document.attribute("country").value();
  patent.raw_number = document.attribute("doc-number").value();
  patent.raw_kind = document.attribute("kind").value();
  patent.family = document.attribute("family-id").value();
  const std::string published = iso_date(document.attribute("date-publ").value());
  const pugi::xml_node biblio = child(document, "bibliographic-data");
  for (pugi::xml_node node : biblio.children()) {
    const std::string_view name = local_name(node);
    const bool docdb = std::string_view(node.attribute("data-format").value()) == "docdb";
    if (name == "application-reference" && docdb) patent.filing = iso_date(text_of(child(node, "document-id"), "date"));
    if (name == "invention-title" && (patent.title.empty() || std::string_view(node.attribute("lang").value()) == "en")) {
      patent.title = text_of(node);
    }
  }
  // A grant's kind begins with B or C; what else is published is a publication.
  (patent.raw_kind.starts_with('B') || patent.raw_kind.starts_with('C') ? patent.grant : patent.publication) = published;
  each_named(child(biblio, "priority-claims"), "priority-claim", [&](pugi::xml_node claim) {
    const std::string date = iso_date(text_of(child(claim, "document-id"), "date"));
    if (!date.empty() && (patent.priority.empty() || date < patent.priority)) patent.priority = date;
  });
  each_named(child(biblio, "classifications-ipcr"), "classification-ipcr",
             [&](pugi::xml_node node) { add_symbol(patent.ipc, symbol_in(text_of(node, "text")), 128); });
  each_named(child(biblio, "patent-classifications"), "patent-classification", [&](pugi::xml_node node) {
    if (std::string_view(child(node, "classification-scheme").attribute("scheme").value()).starts_with("CPC")) {
      add_symbol(patent.cpc, symbol_in(text_of(node, "classification-symbol")), 256);
    }
  });
  // DOCDB does not say who is a person; `docdb` is the normalised spelling of each name.
  each_named(child(biblio, "parties"), "applicant", [&](pugi::xml_node node) {
    if (std::string_view(node.attribute("data-format").value()) != "docdb") return;
    const std::string name = text_of(child(node, "applicant-name"), "name");
    if (!is_organisation_name(name) || patent.organisations.size() >= 16) return;
    std::string country = text_of(child(node, "residence"), "country");
    if (country.size() != 2) country.clear();
    patent.organisations.push_back({name, "APPLICANT", country});
  });
  return finish_row(std::move(where), std::move(patent));
}

/// One `ops:legal` of a right.
ForeignEvent read_legal(pugi::xml_node legal, const ForeignEvent& of_right) {
  ForeignEvent event = of_right;
  event.date = text_of(legal, "L007EP");
  event.code = text_of(legal, "L008EP");
  event.text = squeezed(legal.attribute("desc").value());
  const pugi::xml_node more = child(legal, "L500EP");
  // REG only points at an event of a national office: that one is meant.
  const std::string country = text_of(more, "L501EP");
  const std::string national = text_of(more, "L502EP");
  if (event.code == "REG" && !country.empty() && !national.empty()) event.code = country + "-" + national;
  if (const std::string effective = iso_date(text_of(more, "L525EP")); !effective.empty()) event.date = effective;
  add_party(event, event.to, text_of(more, "L509EP"));
  return event;
}

}  // namespace

std::vector<ImportRow> read_docdb_xml(std::string_view file, const std::string& name) {
  std::vector<ImportRow> rows;
  ImportRow whole;
  whole.where = name;
  pugi::xml_document document;
  whole.problem = read_xml(file, document);
  if (!whole.problem.empty()) return {whole};
  each_named(document, "exchange-document", [&](pugi::xml_node node) {
    rows.push_back(read_exchange_document(node, name + "#" + std::to_string(rows.size() + 1)));
  });
  return rows;
}

std::vector<ImportRow> read_ops_legal_xml(std::string_view file, const std::string& name) {
  std::vector<ImportRow> rows;
  ImportRow whole;
  whole.where = name;
  pugi::xml_document document;
  whole.problem = read_xml(file, document);
  if (!whole.problem.empty()) return {whole};
  each_named(document, "family-member", [&](pugi::xml_node member) {
    ImportRow row;
    row.where = name + "#" + std::to_string(rows.size() + 1);
    ForeignPatent patent;
    for (pugi::xml_node id : child(member, "publication-reference").children()) {
      if (std::string_view(id.attribute("document-id-type").value()) != "docdb") continue;
      patent.office = text_of(id, "country");
      patent.raw_number = text_of(id, "doc-number");
      patent.raw_kind = text_of(id, "kind");
    }
    normalise_number(patent);
    ForeignEvent of_right;
    of_right.office = patent.office;
    of_right.number = patent.number;
    of_right.kinds = {patent.kind};
    for (pugi::xml_node node : member.children()) {
      if (local_name(node) == "legal") row.events.push_back(read_legal(node, of_right));
    }
    row.problem = "OPS legal events do not describe the right: register it first";
    rows.push_back(std::move(row));
  });
  return rows;
}

}  // namespace qinglu::cli
