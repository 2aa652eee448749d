// SPDX-License-Identifier: Apache-2.0
#include "api/http/http_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <optional>

namespace qinglu::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

}  // namespace

struct HttpClient::Impl {
  std::string host;
  std::string port;
  asio::io_context context;
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer;

  /// Runs one asynchronous operation to its end; the stream's deadline bounds it.
  template <class Start>
  beast::error_code run(Start start) {
    beast::error_code result = asio::error::would_block;
    start([&](beast::error_code error, auto&&...) { result = error; });
    context.restart();
    context.run();
    return result;
  }

  beast::error_code connect(std::chrono::milliseconds timeout) {
    beast::error_code error;
    tcp::resolver resolver(context);
    const auto endpoints = resolver.resolve(host, port, error);
    if (error) return error;
    stream.emplace(context);
    buffer.clear();
    stream->expires_after(timeout);
    error = run([&](auto done) { stream->async_connect(endpoints, std::move(done)); });
    if (!error) stream->socket().set_option(tcp::no_delay(true), error);
    if (error) stream.reset();
    return error;
  }
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpClient> HttpClient::to(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return Error{Errc::usage, "a node's address begins with http://"};
  url.remove_prefix(kScheme.size());
  while (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t colon = url.rfind(':');
  auto impl = std::make_unique<Impl>();
  impl->host = std::string(url.substr(0, colon));
  impl->port = colon == url.npos ? "80" : std::string(url.substr(colon + 1));
  if (impl->host.empty() || impl->port.empty() || impl->host.find('/') != std::string::npos) {
    return Error{Errc::usage, "a node's address is http://host:port"};
  }
  return HttpClient(std::move(impl));
}

Result<HttpResponse> HttpClient::request(std::string_view method, std::string_view target,
                                         std::string body, std::string_view content_type,
                                         const Options& options) {
  const auto timeout = std::chrono::milliseconds(options.timeout_ms);
  http::request<http::string_body> message;
  message.method_string({method.data(), method.size()});
  message.target({target.data(), target.size()});
  message.version(11);
  message.set(http::field::host, impl_->host + ":" + impl_->port);
  if (!content_type.empty()) message.set(http::field::content_type, {content_type.data(), content_type.size()});
  for (const auto& [name, value] : options.headers) message.set(name, value);
  message.body() = std::move(body);
  message.prepare_payload();
  const auto unreachable = [&](const beast::error_code& error) {
    return Error{Errc::unavailable, "http://" + impl_->host + ":" + impl_->port + ": " + error.message()};
  };
  // A kept connection may have been closed meanwhile; one fresh attempt decides. Submissions are
  // idempotent by record id, so sending twice is harmless.
  for (int attempt = 0;; ++attempt) {
    const bool fresh = !impl_->stream;
    if (fresh) {
      if (const auto error = impl_->connect(timeout)) return unreachable(error);
    }
    impl_->stream->expires_after(timeout);
    beast::error_code error =
        impl_->run([&](auto done) { http::async_write(*impl_->stream, message, std::move(done)); });
    http::response_parser<http::string_body> parser;
    parser.body_limit(options.body_max);
    if (method == "HEAD") parser.skip(true);
    if (!error) {
      error = impl_->run(
          [&](auto done) { http::async_read(*impl_->stream, impl_->buffer, parser, std::move(done)); });
    }
    if (error) {
      impl_->stream.reset();
      if (error == http::error::body_limit) return Error{Errc::limit, "the answer is too large"};
      if (!fresh && attempt == 0 && error != beast::error::timeout) continue;
      return unreachable(error);
    }
    auto answer = parser.release();
    HttpResponse response;
    response.status = answer.result_int();
    response.content_type = std::string(answer[http::field::content_type]);
    for (const auto& field : answer) {
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.body = std::move(answer.body());
    if (!answer.keep_alive()) impl_->stream.reset();
    return response;
  }
}

std::string encode_target(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || c == ':' || c == '/';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kHex[static_cast<unsigned char>(c) & 15]);
    }
  }
  return out;
}

}  // namespace qinglu::api
