// SPDX-License-Identifier: Apache-2.0
#include "ledger/model/numbers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "crypto/base/check.hpp"

namespace qinglu::ledger {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool digits(std::string_view text) { return std::ranges::all_of(text, digit); }
int value(char c) { return c - '0'; }

constexpr std::string_view kUsccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr std::string_view kTypeDigits = "12389";
constexpr std::size_t kOldBody = 8;   ///< YY T NNNNN, before 2003-10-01
constexpr std::size_t kNewBody = 12;  ///< YYYY T NNNNNNN

int two_digit_year(std::string_view body) { return 10 * value(body[0]) + value(body[1]); }

/// Year and type digit of 8 or 12 digits fit each other and the office's history. The old form is
/// bound to its years: else a publication number of nine digits would pass as one.
bool is_body(std::string_view body) {
  if (!digits(body)) return false;
  if (body.size() == kOldBody) {
    const int year = two_digit_year(body);
    return (year >= 85 || year <= 3) && kTypeDigits.find(body[2]) != std::string_view::npos;
  }
  return body.size() == kNewBody && (body.substr(0, 2) == "19" || body.substr(0, 2) == "20") &&
         kTypeDigits.find(body[4]) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Year, type digit and serial with at most one blank between them, then the check character with
/// or without its dot, or nothing.
std::optional<ReadAppNumber> scan_app_no(std::string_view text, std::size_t year,
                                         std::size_t serial) {
  std::string body;
  for (const std::size_t count : {year, std::size_t{1}, serial}) {
    if (!body.empty() && text.substr(0, 1) == " ") text.remove_prefix(1);
    const std::string_view part = text.substr(0, count);
    body.append(part);
    text.remove_prefix(part.size());
  }
  if (body.size() != year + 1 + serial || !is_body(body)) return std::nullopt;
  if (text.empty()) return ReadAppNumber{body + app_no_check(body), true};
  if (text.size() == 2 && text[0] == '.') text.remove_prefix(1);
  const std::string normal = body + std::string(text);
  if (text.size() != 1 || !parse_app_no(normal)) return std::nullopt;
  return ReadAppNumber{normal, false};
}

}  // namespace

std::optional<AppNumber> parse_app_no(std::string_view normal) {
  if (normal.size() != kOldBody + 1 && normal.size() != kNewBody + 1) return std::nullopt;
  const std::string_view body = normal.substr(0, normal.size() - 1);
  const char check = normal.back();
  if (!is_body(body) || !(digit(check) || check == 'X')) return std::nullopt;
  AppNumber number;
  if (body.size() == kOldBody) {
    const int year = two_digit_year(body);
    number.year = year + (year >= 85 ? 1900 : 2000);
    number.type_digit = body[2];
  } else {
    number.year = 100 * two_digit_year(body) + two_digit_year(body.substr(2));
    number.type_digit = body[4];
  }
  number.pct = number.type_digit == '8' || number.type_digit == '9';
  number.check = check;
  return number;
}

char app_no_check(std::string_view digits_only) {
  constexpr std::array<int, kNewBody> kWeights = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
  QL_CHECK((digits_only.size() == kOldBody || digits_only.size() == kNewBody) &&
           digits(digits_only));
  int sum = 0;
  for (std::size_t i = 0; i < digits_only.size(); ++i) sum += kWeights[i] * value(digits_only[i]);
  const int rest = sum % 11;
  return rest == 10 ? 'X' : static_cast<char>('0' + rest);
}

bool app_no_check_holds(std::string_view normal) {
  const auto number = parse_app_no(normal);
  return number && number->check == app_no_check(normal.substr(0, normal.size() - 1));
}

std::optional<ReadAppNumber> read_app_no(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  if (text.size() > kLongest) return std::nullopt;
  std::string upper_case;
  for (const char c : text) {
    upper_case.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  std::string_view rest = trimmed(upper_case);
  const bool cn = rest.substr(0, 2) == "CN";
  if (cn || rest.substr(0, 2) == "ZL") rest = trimmed(rest.substr(2));
  if (auto read = scan_app_no(rest, 4, 7)) return read;
  if (auto read = scan_app_no(rest, 2, 5)) return read;
  // The epodoc spelling of old numbers: year in four digits, a zero before the serial.
  if (!cn || rest.size() != 11 || rest[5] != '0') return std::nullopt;
  const int year =
      digits(rest.substr(0, 4)) ? 100 * two_digit_year(rest) + two_digit_year(rest.substr(2)) : 0;
  if (year < 1985 || year > 2003) return std::nullopt;
  return scan_app_no(std::string(rest.substr(2, 3)) + std::string(rest.substr(6)), 2, 5);
}

std::string display_app_no(std::string_view normal) {
  if (normal.empty()) return {};
  return std::string(normal.substr(0, normal.size() - 1)) + '.' + normal.back();
}

std::string_view patent_type_of_digit(char type_digit) {
  switch (type_digit) {
    case '1':
    case '8': return "INV";
    case '2':
    case '9': return "UM";
    case '3': return "DES";
    default: return {};
  }
}

bool is_uscc_form(std::string_view text) {
  return text.size() == 18 && std::ranges::all_of(text, [](char c) {
           return kUsccAlphabet.find(c) != std::string_view::npos;
         });
}

bool uscc_check_holds(std::string_view uscc) {
  constexpr std::array<int, 17> kWeights = {1,  3,  9,  27, 19, 26, 16, 17, 20,
                                            29, 25, 13, 8,  24, 10, 30, 28};
  QL_CHECK(is_uscc_form(uscc));
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) {
    sum += kWeights[i] * static_cast<int>(kUsccAlphabet.find(uscc[i]));
  }
  return kUsccAlphabet[static_cast<std::size_t>((31 - sum % 31) % 31)] == uscc.back();
}

bool organisation_code_check_holds(std::string_view uscc) {
  constexpr std::array<int, 8> kWeights = {3, 7, 9, 10, 5, 8, 4, 2};
  QL_CHECK(is_uscc_form(uscc));
  const std::string_view code = uscc.substr(8, 9);
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) {
    sum += kWeights[i] * (digit(code[i]) ? value(code[i]) : code[i] - 'A' + 10);
  }
  const int check = 11 - sum % 11;
  const char expected = check == 10 ? 'X' : check == 11 ? '0' : static_cast<char>('0' + check);
  return code.back() == expected;
}

std::optional<PubNumber> parse_pub_no(std::string_view text) {
  // Kind letters of standards ZC 0007 and ZC 0008; C, Y and D also stand for grants before 2010-04.
  constexpr std::string_view kKinds[] = {"A",  "A8", "A9", "B",  "B8", "B9", "C",  "C1", "C2",
                                         "C3", "C4", "C5", "C6", "C7", "D",  "U",  "U8", "U9",
                                         "Y",  "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7", "S",
                                         "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9"};
  if (text.substr(0, 2) != "CN" || text.size() < 10) return std::nullopt;
  const std::string_view rest = text.substr(2);
  if (rest[0] < '1' || rest[0] > '3') return std::nullopt;
  std::size_t end = 1;
  while (end < rest.size() && digit(rest[end])) ++end;
  // Type digit and eight digits; six before 2007-08.
  if (end != 9 && end != 7) return std::nullopt;
  const std::string_view kind = rest.substr(end);
  if (std::ranges::find(kKinds, kind) == std::end(kKinds)) return std::nullopt;
  return PubNumber{rest[0], kind};
}

std::optional<ClassSymbol> parse_class_symbol(std::string_view text) {
  ClassSymbol symbol;
  const auto take = [&text](std::size_t count) {
    const std::string_view part = text.substr(0, count);
    text.remove_prefix(part.size());
    return part;
  };
  symbol.section = take(1);
  if (symbol.section.empty() ||
      !((symbol.section[0] >= 'A' && symbol.section[0] <= 'H') || symbol.section[0] == 'Y')) {
    return std::nullopt;
  }
  if (text.empty()) return symbol;
  symbol.main_class = take(2);
  if (symbol.main_class.size() != 2 || !digits(symbol.main_class)) return std::nullopt;
  if (text.empty()) return symbol;
  symbol.subclass = take(1);
  if (!upper(symbol.subclass[0])) return std::nullopt;
  if (text.empty()) return symbol;
  const std::size_t slash = text.find('/');
  symbol.main_group = take(slash == std::string_view::npos ? text.size() : slash);
  if (symbol.main_group.empty() || symbol.main_group.size() > 4 || !digits(symbol.main_group)) {
    return std::nullopt;
  }
  if (text.empty()) return symbol;
  take(1);
  symbol.subgroup = take(text.size());
  if (symbol.subgroup.size() < 2 || symbol.subgroup.size() > 6 || !digits(symbol.subgroup)) {
    return std::nullopt;
  }
  return symbol;
}

bool is_ipc_symbol(std::string_view text) {
  const auto symbol = parse_class_symbol(text);
  return symbol && !symbol->subclass.empty() &&
         symbol->main_group.empty() == symbol->subgroup.empty();
}

bool class_covers(std::string_view outer, std::string_view inner) {
  if (outer == "ALL") return true;
  const auto a = parse_class_symbol(outer);
  const auto b = parse_class_symbol(inner);
  if (!a || !b) return false;
  const auto fits = [](std::string_view x, std::string_view y) { return x.empty() || x == y; };
  return fits(a->section, b->section) && fits(a->main_class, b->main_class) &&
         fits(a->subclass, b->subclass) && fits(a->main_group, b->main_group) &&
         (a->subgroup == "00" || fits(a->subgroup, b->subgroup));
}

bool class_nesting_unknown(std::string_view left, std::string_view right) {
  const auto a = parse_class_symbol(left);
  const auto b = parse_class_symbol(right);
  return a && b && !a->subgroup.empty() && !b->subgroup.empty() && a->subgroup != "00" &&
         b->subgroup != "00" && a->subgroup != b->subgroup && a->main_group == b->main_group &&
         a->subclass == b->subclass && a->main_class == b->main_class && a->section == b->section;
}

bool is_region(std::string_view text) {
  if (text.size() == 2 && upper(text[0]) && upper(text[1])) return true;
  if (text.empty() || text.size() > 6 || text.size() % 2 != 0 || !digits(text)) return false;
  return text[0] != '0' && text.substr(text.size() - 2) != "00";
}

bool region_covers(std::string_view outer, std::string_view inner) {
  if (outer == inner) return true;
  const bool coded = !inner.empty() && digit(inner[0]);
  if (outer == "CN") return coded;
  return coded && !outer.empty() && digit(outer[0]) && inner.size() > outer.size() &&
         inner.substr(0, outer.size()) == outer;
}

}  // namespace qinglu::ledger
