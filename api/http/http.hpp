// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qinglu::api {

/// One request, read whole and within its limits. Header names are lower case.
struct HttpRequest {
  std::string method;
  std::string path;  ///< percent-decoding is not done: our paths need none
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string address;  ///< of the peer, without port

  /// First value of a query parameter or header; empty when it is not there.
  std::string_view parameter(std::string_view name) const;
  std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

using HttpReply = std::function<void(HttpResponse)>;
/// Answers through `reply` exactly once, from any thread.
using HttpHandler = std::function<void(HttpRequest, HttpReply)>;

/// Splits a request target into path and decoded query. Absolute form, a fragment, `%00`, control
/// characters and broken escapes are refused (false).
bool split_target(std::string_view target, HttpRequest& request);

}  // namespace qinglu::api
