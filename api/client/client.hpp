// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/http/http_client.hpp"
#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::api {

/// Answer of a node: HTTP status and its JSON body.
struct Answer {
  unsigned status = 0;
  ledger::Value body;
  bool ok() const { return status >= 200 && status < 300; }
};

/// Sees each call twice: before it is sent (no status), and after (0: it failed).
using Watch = std::function<void(std::string_view method, std::string_view target, std::string_view body,
                                 std::optional<unsigned> status)>;

/// Typed calls to one node.   Threads: one.
class Client {
 public:
  /// Errors: usage.
  static Result<Client> to(const std::string& url, std::int64_t timeout_ms);
  void watch(Watch watch) { watch_ = std::move(watch); }

  /// Errors: unavailable; malformed: the answer is no JSON of the profile.
  Result<Answer> get(const std::string& target);
  Result<Answer> post(const std::string& target, std::string body);
  /// Body as it came, for files and texts.   Errors: unavailable (also 429 and 503); not_found; io for
  /// other statuses.
  Result<Bytes> download(const std::string& target);

  /// POST /v1/records or /v1/batches. 429 and 503 are tried again with back-off until `timeout_ms`.
  Result<Answer> submit(const std::string& target, const std::string& body);

 private:
  Client(HttpClient http, std::int64_t timeout_ms) : http_(std::move(http)), timeout_ms_(timeout_ms) {}
  Result<HttpResponse> call(std::string_view method, const std::string& target, std::string body,
                            std::string_view content_type, std::int64_t timeout_ms);
  static Result<Answer> parse(Result<HttpResponse> response);

  HttpClient http_;
  Watch watch_;
  std::int64_t timeout_ms_;
};

}  // namespace qinglu::api
