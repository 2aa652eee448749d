// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign_patent.hpp"

#include <algorithm>
#include <array>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/ids.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::cli {
namespace {

// Words that only organisations carry in their names, upper case; the list errs towards leaving out.
constexpr std::array<std::string_view, 70> kOrganisationWords = {
    "AB", "ADMINISTRATION", "AG", "AGENCY", "APS", "AS", "ASSOCIATION", "ASSOCIATES", "BANK", "BV", "CAPITAL", "CENTER", "CENTRE",
    "CO", "COLLEGE", "COMPANY", "COMPANIES", "CONSULTING", "CORP", "CORPORATION", "DEPARTMENT",
    "DEVELOPMENT", "ELECTRONICS", "ENERGY", "ENGINEERING", "ENTERPRISES", "FINANCE", "FINANCIAL", "FOUNDATION",
    "FRAUNHOFER", "GESELLSCHAFT", "GMBH", "GOVERNMENT", "GROUP", "HOLDING", "HOLDINGS", "HOSPITAL",
    "INC", "INCORPORATED", "INDUSTRIES", "INDUSTRY", "INSTITUT", "INSTITUTE", "INTERNATIONAL", "KABUSHIKI",
    "KAISHA", "KG", "KK", "LABORATORIES", "LABORATORY", "LABS", "LIMITED", "LLC", "LLP", "LP", "LTD",
    "MINISTRY", "NV", "OY", "PLC", "PARTNERS", "PRODUCTS", "PTY", "SA", "SOCIETY", "SYSTEMS", "TECHNOLOGIES",
    "TECHNOLOGY", "TRUST", "UNIVERSITY"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string squeezed(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (is_blank(c)) {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else {
      out.push_back(c);
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

bool is_organisation_name(std::string_view name) {
  if (name.find(';') != name.npos) return false;  // "Simonutti; Frank M."
  std::string word;
  const auto known = [&] {
    return std::ranges::find(kOrganisationWords, std::string_view(word)) != kOrganisationWords.end();
  };
  for (std::size_t i = 0; i <= name.size(); ++i) {
    const char c = i < name.size() ? name[i] : ' ';
    if (c == '.' || c == '&') continue;  // S.A., AT&T
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (letter) {
      word.push_back(c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c);
      continue;
    }
    if (known()) return true;
    word.clear();
  }
  return false;
}

std::string normal_symbol(std::string_view text) {
  std::string symbol;
  for (char c : text) {
    if (!is_blank(c)) symbol.push_back(c);
  }
  // An edition in brackets, `G09G5/10(2006.01)`, is no part of the symbol.
  if (const std::size_t bracket = symbol.find('('); bracket != symbol.npos) symbol.resize(bracket);
  return symbol.find('/') != symbol.npos && ledger::is_ipc_symbol(symbol) ? symbol : std::string();
}

void add_symbol(std::vector<std::string>& symbols, std::string symbol, std::size_t max) {
  if (symbol.empty() || symbols.size() >= max) return;
  if (std::ranges::find(symbols, symbol) == symbols.end()) symbols.push_back(std::move(symbol));
}

void normalise_number(ForeignPatent& patent) {
  std::string number;
  for (char c : patent.raw_number) {
    if (is_digit(c) || (c >= 'A' && c <= 'Z')) {
      number.push_back(c);
    } else if (!is_blank(c) && std::string_view(",-/.").find(c) == std::string_view::npos) {
      return;  // no separator: what it means is not ours to guess
    }
  }
  std::size_t letters = 0;
  while (letters < number.size() && !is_digit(number[letters])) ++letters;
  std::size_t zeros = letters;
  while (zeros + 1 < number.size() && number[zeros] == '0') ++zeros;
  // Publications of applications are year and seven digits: 20140226420 keeps its zeros.
  patent.number = number.substr(0, letters) + number.substr(zeros);
  const bool us = patent.office == "US";
  patent.kind = us && patent.raw_kind == "S" ? "S1" : us && patent.raw_kind == "E" ? "E1" : patent.raw_kind;
}

std::string kind_of_us_grant(const std::string& number, bool published_before) {
  if (number.starts_with("D")) return "S1";
  if (number.starts_with("RE")) return "E1";
  if (number.starts_with("PP")) return published_before ? "P3" : "P2";
  if (number.empty() || !is_digit(number[0])) return {};
  // Kind codes A (until 2000), B1 without and B2 with an earlier publication of the application.
  if (number.size() < 7 || (number.size() == 7 && number < "6167569")) return "A";
  return published_before ? "B2" : "B1";
}

bool names_us_right(ForeignEvent& event, const std::string& grant, const std::string& publication) {
  ForeignPatent patent;
  patent.raw_number = grant.empty() ? publication : grant;
  patent.raw_kind = grant.empty() ? "A1" : kind_of_us_grant(grant, !publication.empty());
  if (grant.empty() && publication.starts_with("US") && publication.size() > 4) {  // US20150306152A1
    patent.raw_number = publication.substr(2, publication.size() - 4);
    patent.raw_kind = publication.substr(publication.size() - 2);
  }
  normalise_number(patent);
  if (patent.number.empty() || patent.kind.empty()) return false;
  event.number = patent.number;
  event.kinds = {patent.kind};
  // Whether the application was published first is what sources leave out.
  if (patent.kind == "B1") event.kinds.push_back("B2");
  if (patent.kind == "B2") event.kinds.push_back("B1");
  if (patent.kind == "A1") event.kinds.insert(event.kinds.end(), {"A2", "A9"});
  return true;
}

std::string recording(std::string_view reel, std::string_view frame) {
  const auto number = [](std::string_view text) {
    while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
    return !text.empty() && text.size() <= 9 && std::ranges::all_of(text, is_digit) ? std::string(text) : std::string();
  };
  const std::string left = number(reel);
  const std::string right = number(frame);
  return left.empty() || right.empty() ? std::string() : left + "-" + right;
}

std::vector<std::string> recordings_in(std::string_view text) {
  // "REEL 048818/FRAME 0520", "REEL/FRAME 016702/0546", "ON REEL 022678, FRAME 0308": behind the word
  // REEL, the next two numbers.
  std::vector<std::string> found;
  for (std::size_t at = text.find("REEL"); at != text.npos; at = text.find("REEL", at + 4)) {
    std::vector<std::string_view> numbers;
    for (std::size_t i = at; i < text.size() && i < at + 48 && numbers.size() < 2; ++i) {
      if (!is_digit(text[i])) continue;
      std::size_t end = i;
      while (end < text.size() && is_digit(text[end])) ++end;
      numbers.push_back(text.substr(i, end - i));
      i = end;
    }
    const std::string ref = numbers.size() == 2 ? recording(numbers[0], numbers[1]) : std::string();
    if (!ref.empty() && std::ranges::find(found, ref) == found.end()) found.push_back(ref);
  }
  return found;
}

void add_party(ForeignEvent& event, std::vector<std::string>& side, const std::string& raw) {
  const std::string name = squeezed(raw);
  if (name.empty() || name == "NULL") return;
  if (!is_organisation_name(name) || ledger::first_forbidden_code_point(name)) {
    ++event.persons;
  } else if (side.size() < 64 && std::ranges::find(side, name) == side.end()) {
    side.push_back(name);
  }
}

std::vector<ImportRow> read_source(std::string_view file, const std::string& name) {
  const std::string_view head = file.substr(0, 2'048);
  if (head.find('<') == head.npos || file.starts_with('{')) {
    // One document over many lines is an answer of the board; a line a document, a file of applications.
    return head.find("DataBag\": [\n") != head.npos || head.find("DataBag\":[") != head.npos ? read_us_board_json(file, name)
                                                                                           : read_us_json_lines(file, name);
  }
  if (head.find("exchange-document") != head.npos && head.find("world-patent-data") == head.npos) return read_docdb_xml(file, name);
  if (head.find("world-patent-data") != head.npos) return read_ops_legal_xml(file, name);
  if (head.find("<response>") != head.npos) return read_us_assignments(file, name);
  return read_us_xml(file, name);
}

ImportRow finish_row(std::string where, ForeignPatent patent) {
  ImportRow row;
  row.where = std::move(where);
  normalise_number(patent);
  for (std::string* date : {&patent.filing, &patent.grant, &patent.publication, &patent.priority}) {
    if (!ledger::parse_date(*date)) date->clear();
  }
  patent.title = squeezed(patent.title);
  if (patent.title.size() > 2'000) {
    // Cut at a whole character.
    std::size_t end = 2'000;
    while ((static_cast<unsigned char>(patent.title[end]) & 0xc0) == 0x80) --end;
    patent.title.resize(end);
  }
  const bool dated = !patent.filing.empty() || !patent.grant.empty() || !patent.publication.empty() ||
                     !patent.priority.empty();
  if (patent.number.empty() || patent.kind.empty()) {
    row.problem = "no publication or grant number with a kind code";
  } else if (!ledger::is_foreign_key(patent.key())) {
    row.problem = "number and kind have no normal form: " + patent.key();
  } else if (!dated) {
    row.problem = "no date that exists";
  } else if (patent.title.empty()) {
    row.problem = "no title";
  } else if (patent.organisations.empty()) {
    row.problem = "no organisation named; natural persons stay off the ledger";
  } else if (ledger::first_forbidden_code_point(patent.title)) {
    row.problem = "the title holds a character that no record may hold";
  } else {
    row.patent = std::move(patent);
  }
  return row;
}

}  // namespace qinglu::cli
