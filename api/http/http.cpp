// SPDX-License-Identifier: Apache-2.0
#include "api/http/http.hpp"

#include <algorithm>
#include <optional>

#include "crypto/base/encoding.hpp"

namespace qinglu::api {
namespace {

constexpr std::size_t kParametersMax = 32;

std::string_view first(const std::vector<std::pair<std::string, std::string>>& pairs,
                       std::string_view name) {
  const auto at = std::ranges::find(pairs, name, &std::pair<std::string, std::string>::first);
  return at == pairs.end() ? std::string_view() : std::string_view(at->second);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      const int octet = high * 16 + low;
      if (high < 0 || low < 0 || octet < 0x20 || octet == 0x7f) return std::nullopt;
      out.push_back(static_cast<char>(octet));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  if (first_utf8_error(out)) return std::nullopt;  // decoded texts come back in JSON answers
  return out;
}

}  // namespace

std::string_view HttpRequest::parameter(std::string_view name) const { return first(query, name); }
std::string_view HttpRequest::header(std::string_view name) const { return first(headers, name); }

HttpResponse bare_answer(HttpFault fault, const HttpRequest&) {
  switch (fault) {
    case HttpFault::malformed:
    case HttpFault::target: return {400, "text/plain", {}, {}};
    case HttpFault::host: return {421, "text/plain", {}, {}};
    case HttpFault::header_size: return {431, "text/plain", {}, {}};
    case HttpFault::body_size: return {413, "text/plain", {}, {}};
    case HttpFault::rate: return {429, "text/plain", {}, {{"Retry-After", "1"}}};
  }
  return {400, "text/plain", {}, {}};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool split_target(std::string_view target, HttpRequest& request) {
  if (target.empty() || target[0] != '/') return false;
  const auto bad = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#'; };
  if (std::ranges::any_of(target, bad)) return false;
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  // Subject keys hold `:` and `/`, which need no escape in a path; whatever is escaped is decoded
  // once, and what then climbs is refused.
  const auto decoded = decode(path);
  if (!decoded || path.find('+') != path.npos) return false;
  if (decoded->find("/../") != decoded->npos || decoded->ends_with("/..") || decoded->find("//") != decoded->npos) {
    return false;
  }
  request.path = *decoded;
  request.query.clear();
  if (mark == target.npos) return true;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    if (request.query.size() == kParametersMax) return false;
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals));
    auto value = decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view());
    if (!name || !value) return false;
    request.query.emplace_back(std::move(*name), std::move(*value));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return true;
}

}  // namespace qinglu::api
