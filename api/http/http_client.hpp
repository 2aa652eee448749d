// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/http.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::api {

/// A blocking HTTP/1.1 client for one server, with a kept connection.   Threads: one.
class HttpClient {
 public:
  /// `url`: `http://host:port`.   Errors: usage.
  static Result<HttpClient> to(std::string_view url);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  struct Options {
    std::int64_t timeout_ms = 30'000;
    std::size_t body_max = 64u << 20;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  /// Errors: unavailable: not reachable, timed out, broken off; limit: the answer is too large.
  Result<HttpResponse> request(std::string_view method, std::string_view target, std::string body,
                               std::string_view content_type, const Options& options);

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// `text` with everything but unreserved characters, `:` and `/` percent-encoded.
std::string encode_target(std::string_view text);

}  // namespace qinglu::api
