// SPDX-License-Identifier: Apache-2.0
#include "api/router.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "api/negotiation.hpp"
#include "api/problem.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"

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
  if (path.ends_with('/')) return std::nullopt;  // one spelling for every resource
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

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

bool is_word_of(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    if (take_word(words) == wanted) return true;
  }
  return false;
}

/// A parameter that the route does not take, or that stands twice.
std::optional<std::string> wrong_parameter(const Route& route, const HttpRequest& request) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    if (!is_word_of(route.parameters, name)) return "`" + name + "` is no parameter of this path";
    if (!seen.insert(name).second) return "`" + name + "` stands twice";
  }
  return std::nullopt;
}

/// Marks of the ledger and the moment that every answer carries (ecosystem.md §5.1).
void mark(HttpResponse& response, const LedgerView& view) {
  const Head& head = view.head();
  const std::string text = view.genesis().origin + "\n" + std::to_string(head.size) + "\n" +
                           to_base64(head.root) + "\n";
  response.headers.emplace_back("Qinglu-Ledger", to_sha256_id(view.genesis().ledger_id));
  response.headers.emplace_back("Qinglu-Height", std::to_string(head.height));
  response.headers.emplace_back("Qinglu-Checkpoint", to_sha256_id(crypto::sha256(text)));
}

std::string head_etag(const Head& head) {
  return "\"" + std::to_string(head.height) + "-" + to_hex(head.root).substr(0, 16) + "\"";
}

std::string_view cache_control(Freshness freshness) {
  switch (freshness) {
    case Freshness::none: return "no-store";
    case Freshness::head:
    case Freshness::content: return "no-cache";
    case Freshness::immutable: return "public, max-age=31536000, immutable";
  }
  return "no-store";
}

HttpResponse not_modified(Freshness freshness, const std::string& etag) {
  HttpResponse response;
  response.status = 304;
  response.headers = {{"Cache-Control", std::string(cache_control(freshness))}, {"ETag", etag}};
  return response;
}

/// Gives a good answer its ETag, or leaves it out when the asker has it already.
HttpResponse validated(HttpResponse response, const Route& route, const LedgerView& view,
                       std::string_view if_none_match) {
  if (response.status != 200) return response;
  const bool hashed = route.freshness == Freshness::content || route.freshness == Freshness::immutable;
  if (route.freshness != Freshness::none) {
    const std::string etag =
        hashed ? "\"" + to_hex(crypto::sha256(response.body)) + "\"" : head_etag(view.head());
    if (matches(if_none_match, etag)) return not_modified(route.freshness, etag);
    response.headers.emplace_back("ETag", etag);
  }
  response.headers.emplace_back("Cache-Control", cache_control(route.freshness));
  return response;
}

void serve(Node& node, const Route& route, const HttpRequest& request, std::vector<std::string> parts,
           const HttpReply& reply) {
  if (auto wrong = wrong_parameter(route, request)) return reply(problem(request, "USAGE", *wrong));
  if (!accepts(request.header("accept"), route.media_type)) {
    return reply(problem(request, "NOT_ACCEPTABLE", std::string(route.media_type)));
  }
  if (route.method == "POST" && !is_json(request.header("content-type"))) return reply(problem(request, "MEDIA_TYPE"));
  auto view = node.view();
  std::string if_none_match(request.header("if-none-match"));
  // What one block says is not worked out again for an asker who has that block's answer.
  if (route.freshness == Freshness::head && matches(if_none_match, head_etag(view->head()))) {
    HttpResponse response = not_modified(route.freshness, head_etag(view->head()));
    mark(response, *view);
    return reply(std::move(response));
  }
  route.handler(Call{node, request, view, std::move(parts)},
                [&node, &route, view, reply, if_none_match = std::move(if_none_match)](HttpResponse response) {
                  response = validated(std::move(response), route, *view, if_none_match);
                  mark(response, route.freshness == Freshness::none ? *node.view() : *view);
                  reply(std::move(response));
                });
}

}  // namespace

void dispatch(Node& node, const HttpRequest& request, const HttpReply& reply) {
  std::string allowed;
  for (const Route& route : routes()) {
    auto parts = match(route.pattern, request.path);
    if (!parts) continue;
    const bool head = request.method == "HEAD" && route.method == "GET";
    if (route.method == request.method || head) return serve(node, route, request, std::move(*parts), reply);
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") allowed += ", HEAD";
  }
  if (allowed.empty()) return reply(problem(request, "NOT_FOUND", "no such path"));
  HttpResponse response = problem(request, "METHOD_NOT_ALLOWED", allowed);
  response.headers.emplace_back("Allow", allowed);
  reply(std::move(response));
}

const Route* find_route(std::string_view method, std::string_view path) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  const auto at = std::ranges::find_if(
      routes(), [&](const Route& route) { return route.method == wanted && match(route.pattern, path); });
  return at == routes().end() ? nullptr : &*at;
}

std::size_t body_limit(std::string_view method, std::string_view path) {
  if (method != "POST" || !find_route(method, path)) return 0;
  return path.starts_with("/v1/batches") ? kBatchBodyMax : kRecordBodyMax;
}

}  // namespace qinglu::api
