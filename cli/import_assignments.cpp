// SPDX-License-Identifier: Apache-2.0
// Recorded conveyances as the USPTO's assignment search answers them (Solr XML).   Source: ip-data.md §3.2.
#include <algorithm>
#include <map>

#include "cli/foreign_patent.hpp"
#include "cli/xml_document.hpp"
#include "ledger/catalog/deadlines.hpp"

namespace qinglu::cli {
namespace {

/// The named values of one recording. Its counters (`…Size`) are wrong in real files and are not read.
struct Recording {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<std::string>> lists;

  explicit Recording(pugi::xml_node doc) {
    for (pugi::xml_node node : doc.children()) {
      const std::string name = node.attribute("name").value();
      if (local_name(node) == "arr") {
        for (pugi::xml_node item : node.children()) lists[name].push_back(text_of(item));
      } else {
        texts[name] = text_of(node);
      }
    }
  }
  const std::string& text(const std::string& name) { return texts[name]; }
  /// What stands beside property `i`; empty where the list is absent.
  std::string beside(const std::string& name, std::size_t i) {
    const auto& list = lists[name];
    const std::string value = i < list.size() ? list[i] : std::string();
    return value == "NULL" ? std::string() : value;
  }
};

/// The date part, which is the date: midnight US Eastern is written in UTC. `0001-01-01` means none.
std::string day(const std::string& instant) {
  const std::string date = instant.substr(0, 10);
  return ledger::parse_date(date) && date > "0001-01-01" ? date : std::string();
}

/// Lists that belong together by position and differ in length: nothing of the recording can be trusted.
std::string unequal(Recording& recording) {
  const std::size_t properties = recording.lists["applNum"].size();
  for (const char* name : {"patNum", "publNum", "filingDate", "issueDate", "publDate", "inventionTitle"}) {
    if (recording.lists[name].size() != properties) return name;
  }
  return recording.lists["patAssignorName"].size() == recording.lists["patAssignorExDate"].size() ? "" : "patAssignorExDate";
}

}  // namespace

std::vector<ImportRow> read_us_assignments(std::string_view file, const std::string& name) {
  std::vector<ImportRow> rows;
  ImportRow whole;
  whole.where = name;
  pugi::xml_document document;
  whole.problem = read_xml(file, document);
  if (!whole.problem.empty()) return {whole};
  each_named(document, "doc", [&](pugi::xml_node doc) {
    Recording recording(doc);
    const std::string where = name + "#" + recording.text("id");
    if (const std::string list = unequal(recording); !list.empty()) {
      whole.where = where;
      whole.problem = "lists that belong together differ in length: " + list;
      rows.push_back(whole);
      return;
    }
    ForeignEvent event;
    event.text = recording.text("conveyanceText");
    event.date = day(recording.text("recordedDate"));
    event.office_ref = cli::recording(recording.text("reelNo"), recording.text("frameNo"));
    event.refers_to = recordings_in(event.text);
    for (const std::string& assignor : recording.lists["patAssignorName"]) add_party(event, event.from, assignor);
    for (const std::string& assignee : recording.lists["patAssigneeName"]) add_party(event, event.to, assignee);
    for (const std::string& executed : recording.lists["patAssignorExDate"]) {
      const std::string date = day(executed);
      if (!date.empty()) event.executed.push_back(date);
    }
    std::ranges::sort(event.executed);
    event.executed.erase(std::unique(event.executed.begin(), event.executed.end()), event.executed.end());
    for (std::size_t i = 0; i < recording.lists["applNum"].size(); ++i) {
      ImportRow row;
      const std::string grant = recording.beside("patNum", i);
      const std::string publication = recording.beside("publNum", i);
      if (!names_us_right(event, grant, publication)) {
        row.where = where + " property " + std::to_string(i + 1);
        row.problem = "neither granted nor published";
        rows.push_back(std::move(row));
        continue;
      }
      ForeignPatent patent;
      patent.raw_number = grant.empty() ? publication : grant;
      patent.raw_kind = event.kinds.front();
      patent.title = recording.beside("inventionTitle", i);
      patent.filing = day(recording.beside("filingDate", i));
      patent.grant = grant.empty() ? std::string() : day(recording.beside("issueDate", i));
      patent.publication = day(recording.beside("publDate", i));
      for (const std::string& party : event.to) patent.organisations.push_back({party, "ASSIGNEE", {}});
      if (patent.organisations.size() > 16) patent.organisations.resize(16);
      row = finish_row(where + " property " + std::to_string(i + 1), std::move(patent));
      row.events.push_back(event);
      rows.push_back(std::move(row));
    }
  });
  return rows;
}

}  // namespace qinglu::cli
