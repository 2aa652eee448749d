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

/// What a handler gets beside the request: the node, and the parts of the path in `{}`.
struct Call {
  Node& node;
  const HttpRequest& request;
  std::vector<std::string> parts;
};
using RouteHandler = void (*)(const Call& call, const HttpReply& reply);

/// One line of the API. `{id}` takes one path segment, `{key*}` all that follow.
struct Route {
  std::string_view method;
  std::string_view pattern;
  RouteHandler handler;
  std::string_view purpose;
};

/// Every route, in the order of docs/api.md.
std::span<const Route> routes();

/// Matches method and path: 404 for no such path, 405 (with Allow) for another method.
void dispatch(Node& node, const HttpRequest& request, const HttpReply& reply);

/// Body limit of a route; 0 where no body is expected.   Source: ecosystem.md §5.2.
std::size_t body_limit(std::string_view method, std::string_view path);

}  // namespace qinglu::api
