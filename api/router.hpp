// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/http.hpp"
#include "api/ports/ports.hpp"

namespace qinglu::api {

/// What a handler gets beside the request: the node, its view of one moment, and the parts of the
/// path in `{}`.
struct Call {
  Node& node;
  const HttpRequest& request;
  std::shared_ptr<const LedgerView> view;
  std::vector<std::string> parts;
};
using RouteHandler = void (*)(const Call& call, const HttpReply& reply);

/// How long a good answer stays true, and so its ETag.   Source: ecosystem.md §5.1.
enum class Freshness {
  none,       ///< changes without a block: not stored
  head,       ///< what one block says until the next: ETag = height and log root
  content,    ///< ETag = SHA-256 of the bytes, asked again each time
  immutable,  ///< the same for ever: ETag = SHA-256 of the bytes
};

/// One line of the API. `{id}` takes one path segment, `{key*}` all that follow.
struct Route {
  std::string_view method;
  std::string_view pattern;
  RouteHandler handler;
  std::string_view media_type;  ///< of a good answer
  Freshness freshness;
  std::string_view parameters;  ///< of the query, apart by spaces; any other is refused
  std::string_view statuses;    ///< that this route adds to kCommonStatuses, apart by spaces
  std::string_view zh;          ///< what it is for
  std::string_view en;
};
/// Statuses that every route may answer with: malformed, not acceptable, wrong host, header too
/// large, rate, store failed.
inline constexpr std::string_view kCommonStatuses = "400 406 413 421 429 431 503";

/// Every route, in the order of docs/api.md.
std::span<const Route> routes();

/// Finds the route and negotiates: 404 for no such path, 405 (with Allow) for another method, 400 for
/// a parameter that it does not know, 406, 415; 304 for what the asker has already.
void dispatch(Node& node, const HttpRequest& request, const HttpReply& reply);

/// The route that a request takes; nullptr: none.
const Route* find_route(std::string_view method, std::string_view path);

/// Body limit of a route; 0 where no body is expected.   Source: ecosystem.md §5.2.
std::size_t body_limit(std::string_view method, std::string_view path);

}  // namespace qinglu::api
