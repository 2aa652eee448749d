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
  static constexpr std::size_t kOrganisationsMax = 16;  ///< the rest is left out
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

/// Something that the foreign office recorded of a right. Organisations only.
struct ForeignEvent {
  std::string office = "US";
  std::string number;                 ///< publication number, normal form
  std::vector<std::string> kinds;     ///< that the right may have, the likeliest first: few sources print it
  std::string date;                   ///< recorded or effective
  std::vector<std::string> executed;  ///< days of execution, ascending
  std::string code;                   ///< the office's own; empty where the source has free text only
  std::string text;                   ///< free text: classified by its words, kept as its digest
  std::vector<std::string> from, to;
  std::string office_ref;             ///< reel-frame `48041-605`, gazette or trial number; or empty
  std::vector<std::string> refers_to;
  std::size_t persons = 0;            ///< names that are not recognisably those of organisations, left out
};

/// One document or line of a source file: what it became, or why nothing.
struct ImportRow {
  std::string where;  ///< `file:line` or `file#n (line l)`
  std::optional<ForeignPatent> patent;
  std::vector<ForeignEvent> events;
  std::string problem;   ///< why it is left out; empty when `patent` is there
  bool ignored = false;  ///< not a patent at all (a sequence listing in a weekly file)
};

/// US grant and application XML (ST.36-based), also weekly files that concatenate documents. Every
/// document is checked before it is parsed; a bad one does not take the others with it.
/// Source: ip-data.md §1.6, §3.2.
std::vector<ImportRow> read_us_xml(std::string_view file, const std::string& name);

/// JSON lines of USPTO data: full-text search, PEDS and ODP rows, told apart by their members. PEDS and
/// ODP rows bring the conveyances and the events of the file with them.
std::vector<ImportRow> read_us_json_lines(std::string_view file, const std::string& name);

/// One answer of the USPTO's trial and appeal board: proceedings, decisions, appeals, interferences, petitions.
std::vector<ImportRow> read_us_board_json(std::string_view file, const std::string& name);

/// Answers of the USPTO's assignment search: one row a recording and property.
std::vector<ImportRow> read_us_assignments(std::string_view file, const std::string& name);

/// DOCDB exchange documents of any office.   Source: ip-data.md §1.6 "DOCDB".
std::vector<ImportRow> read_docdb_xml(std::string_view file, const std::string& name);

/// Legal events as OPS gives them.   Source: ip-data.md §1.6 "OPS legal".
std::vector<ImportRow> read_ops_legal_xml(std::string_view file, const std::string& name);

/// Whatever a file is, by its content.
std::vector<ImportRow> read_source(std::string_view file, const std::string& name);

/// Normal form of a publication number and kind: US `D0558902` S is `D558902` S1.
void normalise_number(ForeignPatent& patent);
/// The kind of a US grant by its number and by whether its application was published: few sources print it.
/// Empty where the number does not tell (H, T, AI).
std::string kind_of_us_grant(const std::string& number, bool published_before);
/// Number and kinds of the right that a US grant or, without one, a published application is; false: neither.
bool names_us_right(ForeignEvent& event, const std::string& grant, const std::string& publication);
/// Recordings that a conveyance's text names, `REEL 048818/FRAME 0520` as `48818-520`.
std::vector<std::string> recordings_in(std::string_view text);
/// `048041`, `0605` -> `48041-605`; empty where either is no number.
std::string recording(std::string_view reel, std::string_view frame);
/// Takes a party's name where it is an organisation's, else counts a person.
void add_party(ForeignEvent& event, std::vector<std::string>& side, const std::string& raw);
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
