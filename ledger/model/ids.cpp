// SPDX-License-Identifier: Apache-2.0
#include "ledger/model/ids.hpp"

#include <algorithm>
#include <utility>

#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool letter(char c) { return upper(c) || (c >= 'a' && c <= 'z'); }

/// `[A-Za-z0-9._-]{1,40}`: the part of a key that its maker chose.
bool is_local(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
    return digit(c) || letter(c) || c == '.' || c == '_' || c == '-';
  });
}

/// `<uscc>/<local>`.
bool is_scoped(std::string_view text) {
  return text.size() > 19 && text[18] == '/' && is_uscc_form(text.substr(0, 18)) &&
         is_local(text.substr(19));
}

/// `<record type>/<org or product>`.
bool is_recognition(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view scheme = text.substr(0, slash);
  const std::string_view holder = text.substr(slash + 1);
  return is_local(scheme) && (is_local(holder) || is_scoped(holder) ||
                              (holder.substr(0, 4) == "org:" && is_party_id(holder)));
}

}  // namespace

bool is_hex64(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_party_id(std::string_view text) {
  const std::string_view rest = text.substr(std::min<std::size_t>(4, text.size()));
  if (text.substr(0, 4) == "org:") return is_uscc_form(rest);
  return text.substr(0, 4) == "per:" && is_hex64(rest);
}

bool is_patent_key(std::string_view text) {
  return text.substr(0, 4) == "pat:" && parse_app_no(text.substr(4)).has_value();
}

bool is_foreign_key(std::string_view text) {
  if (text.substr(0, 5) != "fpat:") return false;
  text.remove_prefix(5);
  if (text.size() < 3 || !upper(text[0]) || !upper(text[1]) || text[2] != '/') return false;
  if (text.substr(0, 2) == "CN") return false;
  text.remove_prefix(3);
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || dash < 1 || dash > 20) return false;
  const std::string_view number = text.substr(0, dash);
  const std::string_view kind = text.substr(dash + 1);
  return std::ranges::all_of(number, [](char c) { return digit(c) || upper(c); }) &&
         (kind.size() == 1 || kind.size() == 2) && upper(kind[0]) &&
         (kind.size() == 1 || digit(kind[1]));
}

std::optional<LicenseId> parse_license_id(std::string_view text) {
  constexpr std::size_t kRecord = 7 + 64;
  if (text.size() < kRecord + 2 || text.size() > kRecord + 4 || text[kRecord] != '/') return std::nullopt;
  if (!text.starts_with("sha256:") || !is_hex64(text.substr(7, 64))) return std::nullopt;
  const std::string_view digits = text.substr(kRecord + 1);
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  int place = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    place = place * 10 + (c - '0');
  }
  return LicenseId{text.substr(0, kRecord), place};
}

std::optional<SubjectKind> kind_of_subject(std::string_view key) {
  const std::size_t colon = key.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view prefix = key.substr(0, colon);
  const std::string_view rest = key.substr(colon + 1);
  const auto when = [](bool fits, SubjectKind kind) {
    return fits ? std::optional<SubjectKind>(kind) : std::nullopt;
  };

  if (prefix == "org" || prefix == "per") return when(is_party_id(key), SubjectKind::party);
  if (prefix == "pat") return when(is_patent_key(key), SubjectKind::patent);
  if (prefix == "fpat") return when(is_foreign_key(key), SubjectKind::patent);
  if (prefix == "cmt") return when(is_hex64(rest), SubjectKind::patent);
  if (prefix == "ctr") return when(is_scoped(rest), SubjectKind::contract);
  if (prefix == "case") return when(is_scoped(rest), SubjectKind::case_file);
  if (prefix == "rec") return when(is_recognition(rest), SubjectKind::other);
  if (prefix == "tgt") return when(is_local(rest), SubjectKind::other);
  constexpr std::string_view kScoped[] = {"lst",  "dem", "res", "prj",  "all", "loan", "pol",
                                          "cert", "fac", "evt", "fund", "std", "dat"};
  const bool scoped = std::ranges::find(kScoped, prefix) != std::end(kScoped);
  return when(scoped && is_scoped(rest), SubjectKind::other);
}

}  // namespace qinglu::ledger
