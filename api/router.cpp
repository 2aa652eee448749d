// SPDX-License-Identifier: Apache-2.0
#include "api/router.hpp"

#include <optional>

#include "api/problem.hpp"

namespace qinglu::api {
namespace {

constexpr std::size_t kRecordBodyMax = 256u << 10;
constexpr std::size_t kBatchBodyMax = 1'153'434;  // 1.1 MiB

std::string_view next_segment(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return segment;
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parts;
  pattern.remove_prefix(1);
  path.remove_prefix(1);
  while (!pattern.empty()) {
    if (path.empty()) return std::nullopt;
    const std::string_view expected = next_segment(pattern);
    if (expected.starts_with('{') && expected.ends_with("*}")) {
      parts.emplace_back(path);
      return parts;
    }
    const std::string_view found = next_segment(path);
    if (expected.starts_with('{')) {
      parts.emplace_back(found);
    } else if (expected != found) {
      return std::nullopt;
    }
  }
  if (!path.empty()) return std::nullopt;
  return parts;
}

}  // namespace

void dispatch(Node& node, const HttpRequest& request, const HttpReply& reply) {
  std::string allowed;
  for (const Route& route : routes()) {
    auto parts = match(route.pattern, request.path);
    if (!parts) continue;
    const bool head = request.method == "HEAD" && route.method == "GET";
    if (route.method == request.method || head) {
      route.handler(Call{node, request, std::move(*parts)}, reply);
      return;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  if (allowed.empty()) {
    reply(problem(404, "NOT_FOUND", "no such path"));
    return;
  }
  HttpResponse response = problem(405, "METHOD", "this path takes " + allowed);
  response.headers.emplace_back("Allow", allowed);
  reply(std::move(response));
}

std::size_t body_limit(std::string_view method, std::string_view path) {
  if (method != "POST") return 0;
  return path.starts_with("/v1/batches") ? kBatchBodyMax : kRecordBodyMax;
}

}  // namespace qinglu::api
