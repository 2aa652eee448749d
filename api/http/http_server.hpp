// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http/http.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::api {

/// Bounds of what strangers may ask of the server. All are configuration.
/// Source: reliability.md §5.3.
struct HttpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 7180;  ///< 0: any free port
  /// Names that `Host` may hold beside `address`, `localhost`, `127.0.0.1` and `[::1]`, without port;
  /// any other is a page that was rebound to us (F88).
  std::vector<std::string> hosts;
  unsigned threads = 2;
  std::size_t header_bytes = 8u << 10;
  /// Body limit by method and path.
  std::function<std::size_t(std::string_view, std::string_view)> body_bytes;
  std::int64_t header_ms = 5'000;
  std::int64_t body_ms = 10'000;
  std::int64_t idle_ms = 30'000;
  std::int64_t write_ms = 10'000;
  std::size_t connections = 1'000;
  std::size_t connections_per_address = 32;
  /// Requests per second and address, and how many may come at once; 0: no limit.
  double requests_per_second = 20;
  double burst = 40;
};

/// HTTP/1.1 server: connections, deadlines, limits. What a request means is the handler's matter.
class HttpServer {
 public:
  /// Errors: io (address in use, no permission).
  static Result<std::unique_ptr<HttpServer>> start(HttpOptions options, HttpHandler handler,
                                                   HttpFaultHandler fault = bare_answer);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  /// Closes the listener and every connection, and ends the threads.
  void stop();

  struct Impl;  ///< in the one translation unit that knows Beast

 private:
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace qinglu::api
