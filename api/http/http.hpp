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
  std::string path;  ///< decoded
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

/// What the server refuses by itself, before a handler is asked.
enum class HttpFault {
  malformed,    ///< 400: bytes that are no HTTP/1.1, or that two readers could read in two ways
  target,       ///< 400: absolute, climbing or wrongly escaped
  host,         ///< 421: a name that this server does not answer to
  header_size,  ///< 431
  body_size,    ///< 413
  rate,         ///< 429
};
/// Answer to a fault; `request` holds as much as was read.
using HttpFaultHandler = std::function<HttpResponse(HttpFault, const HttpRequest& request)>;
/// The bare status, for servers without an interface of their own.
HttpResponse bare_answer(HttpFault fault, const HttpRequest& request);

/// ASCII letters in lower case.
std::string lower(std::string_view text);

/// Splits a request target into path and decoded query. Absolute form, a fragment, `%00`, control
/// characters, broken escapes and what is no UTF-8 once decoded are refused (false).
bool split_target(std::string_view target, HttpRequest& request);

}  // namespace qinglu::api
