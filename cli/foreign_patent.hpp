// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/model/value.hpp"

namespace qinglu::cli {

/// A foreign publication as a source file tells it, already in normal form. Organisations only.
struct ForeignPatent {
  struct Organisation {
    std::string name;
    std::string role;     ///< APPLICANT, ASSIGNEE
    std::string country;  ///< two letters, or empty
    bool operator==(const Organisation&) const = default;
  };
  std::string office = "US";
  std::string number, kind;
  std::string raw_number, raw_kind;  ///< as printed, where they differ
  std::string filing, grant, publication, priority;  ///< YYYY-MM-DD or empty
  std::string title;
  std::vector<Organisation> organisations;
  std::vector<std::string> ipc, cpc;
  std::string family;

  std::string key() const { return "fpat:" + office + "/" + number + "-" + kind; }
};

/// One document or line of a source file: what it became, or why nothing.
struct ImportRow {
  std::string where;  ///< `file:line` or `file#n (line l)`
  std::optional<ForeignPatent> patent;
  std::string problem;   ///< why it is left out; empty when `patent` is there
  bool ignored = false;  ///< not a patent at all (a sequence listing in a weekly file)
};

/// US grant and application XML (ST.36-based), also weekly files that concatenate documents. Every
/// document is checked before it is parsed; a bad one does not take the others with it.
/// Source: ip-data.md §1.6, §3.2.
std::vector<ImportRow> read_us_xml(std::string_view file, const std::string& name);

/// JSON lines of USPTO data: full-text search, PEDS and ODP rows, told apart by their members.
std::vector<ImportRow> read_us_json_lines(std::string_view file, const std::string& name);

/// Normal form of a US publication number and kind: `D0558902` S is `D558902` S1.
void normalise_us_number(ForeignPatent& patent);
/// `H01M50/46` from any of the spellings of ip-data.md §2.2; empty when it is no symbol.
std::string normal_symbol(std::string_view text);
/// Adds a symbol that is not there yet.
void add_symbol(std::vector<std::string>& symbols, std::string symbol, std::size_t max);
/// Whether a name is recognisably that of an organisation. Where a source does not say who is a
/// person, only such names may enter the log.
bool is_organisation_name(std::string_view name);
/// Text with runs of white space made one blank, ends trimmed.
std::string squeezed(std::string_view text);
/// Completes a row: number, dates, title and organisation must be there.
ImportRow finish_row(std::string where, ForeignPatent patent);

}  // namespace qinglu::cli
