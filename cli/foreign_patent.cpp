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
constexpr std::array<std::string_view, 66> kOrganisationWords = {
    "AB", "ADMINISTRATION", "AG", "AGENCY", "APS", "AS", "ASSOCIATION", "ASSOCIATES", "BV", "CENTER", "CENTRE",
    "CO", "COLLEGE", "COMPANY", "COMPANIES", "CONSULTING", "CORP", "CORPORATION", "DEPARTMENT",
    "DEVELOPMENT", "ELECTRONICS", "ENERGY", "ENGINEERING", "ENTERPRISES", "FOUNDATION",
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

void normalise_us_number(ForeignPatent& patent) {
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
  patent.kind = patent.raw_kind == "S" ? "S1" : patent.raw_kind == "E" ? "E1" : patent.raw_kind;
}

ImportRow finish_row(std::string where, ForeignPatent patent) {
  ImportRow row;
  row.where = std::move(where);
  normalise_us_number(patent);
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
