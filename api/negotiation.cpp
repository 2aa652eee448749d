// SPDX-License-Identifier: Apache-2.0
#include "api/negotiation.hpp"

#include <algorithm>
#include <array>

#include "api/http/http.hpp"

namespace qinglu::api {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes the part of `rest` up to the next `separator`.
std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trim(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// `q` in thousandths; 1000 when it is not stated, 0 when it is no weight.
int weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string part = lower(next_part(parameters, ';'));
    if (!part.starts_with("q=")) continue;
    const std::string_view digits = std::string_view(part).substr(2);
    if (digits.empty() || digits.size() > 5 || (digits.size() > 1 && digits[1] != '.')) return 0;
    int weight = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      if (i == 1) continue;
      const char digit = i < digits.size() ? digits[i] : '0';
      if (digit < '0' || digit > '9') return 0;
      weight = weight * 10 + (digit - '0');
    }
    return weight;
  }
  return 1000;
}

}  // namespace

std::vector<std::string> preferences(std::string_view header) {
  std::vector<std::pair<int, std::string>> weighed;
  while (!header.empty()) {
    std::string_view item = next_part(header, ',');
    std::string value = lower(next_part(item, ';'));
    const int weight = weight_of(item);
    if (!value.empty() && weight > 0) weighed.emplace_back(weight, std::move(value));
  }
  std::ranges::stable_sort(weighed, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> values;
  for (auto& [weight, value] : weighed) values.push_back(std::move(value));
  return values;
}

bool accepts(std::string_view header, std::string_view media_type) {
  if (trim(header).empty()) return true;
  const std::string_view offered = media_type.substr(0, media_type.find(';'));
  const std::string any_of_kind = std::string(offered.substr(0, offered.find('/'))) + "/*";
  const bool json = offered.ends_with("+json");
  return std::ranges::any_of(preferences(header), [&](const std::string& wanted) {
    return wanted == "*/*" || wanted == any_of_kind || wanted == offered || (json && wanted == "application/json");
  });
}

bool is_json(std::string_view content_type) {
  static constexpr std::array<std::string_view, 3> kJson = {"application/json", "application/x-ndjson",
                                                            "application/vnd.qinglu.entry+json"};
  return std::ranges::find(kJson, lower(next_part(content_type, ';'))) != kJson.end();
}

bool matches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view tag = next_part(if_none_match, ',');
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == "*" || tag == etag) return true;
  }
  return false;
}

}  // namespace qinglu::api
