// SPDX-License-Identifier: Apache-2.0
#include "api/http/http_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace qinglu::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kAddressesMax = 65'536;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Tokens per address: `burst` at once, then `rate` a second.
class RateLimiter {
 public:
  RateLimiter(double rate, double burst) : rate_(rate), burst_(burst) {}

  bool allows(const std::string& address) {
    if (rate_ <= 0) return true;
    const auto now = SteadyClock::now();
    const std::lock_guard lock(mutex_);
    if (buckets_.size() >= kAddressesMax) buckets_.clear();  // bounded; a full bucket is the default
    auto [at, fresh] = buckets_.try_emplace(address, Bucket{burst_, now});
    Bucket& bucket = at->second;
    const std::chrono::duration<double> passed = now - bucket.since;
    bucket.tokens = std::min(burst_, bucket.tokens + passed.count() * rate_);
    bucket.since = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

 private:
  struct Bucket {
    double tokens;
    SteadyClock::time_point since;
  };
  double rate_;
  double burst_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

HttpResponse plain(unsigned status, std::string_view code, std::string_view text) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = "{\"code\":\"" + std::string(code) + "\",\"status\":" + std::to_string(status) +
                  ",\"title\":\"" + std::string(text) + "\",\"type\":\"/v1/problems/" +
                  std::string(code) + "\"}";
  return response;
}

class Session;

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  Impl(HttpOptions given, HttpHandler handle)
      : options(std::move(given)),
        handler(std::move(handle)),
        context(static_cast<int>(options.threads)),
        acceptor(context),
        limiter(options.requests_per_second, options.burst) {}

  void accept();
  void leave(Session* session, const std::string& address);
  /// Room for one more connection: makes it by closing the connection that has been idle longest.
  bool admit(const std::string& address);

  HttpOptions options;
  HttpHandler handler;
  asio::io_context context;
  tcp::acceptor acceptor;
  RateLimiter limiter;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::map<Session*, std::weak_ptr<Session>> sessions;
  std::map<std::string, std::size_t> per_address;
  std::atomic<bool> stopping{false};
};

namespace {

/// One connection: wait for a byte, read a request under its deadlines, answer, again.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::string address, std::shared_ptr<HttpServer::Impl> server)
      : stream_(std::move(socket)), address_(std::move(address)), server_(std::move(server)) {}
  ~Session() { server_->leave(this, address_); }

  void run() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->wait(); });
  }
  void close() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->shut(); });
  }
  /// Since when nothing of a request has come; nullopt while one is being answered.
  std::optional<SteadyClock::time_point> idle_since() const {
    const std::int64_t at = idle_since_.load();
    if (at == 0) return std::nullopt;
    return SteadyClock::time_point(SteadyClock::duration(at));
  }

 private:
  using Millis = std::chrono::milliseconds;

  void wait() {
    idle_since_ = SteadyClock::now().time_since_epoch().count();
    if (buffer_.size() > 0) return read_header();
    stream_.expires_after(Millis(server_->options.idle_ms));
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](beast::error_code error, std::size_t n) {
                              if (error) return self->shut();
                              self->buffer_.commit(n);
                              self->read_header();
                            });
  }

  void read_header() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_->options.header_bytes));
    parser_->body_limit(boost::none);  // on_header() sets the route's limit before the body is read
    stream_.expires_after(Millis(server_->options.header_ms));
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](beast::error_code error, std::size_t) {
                              self->on_header(error);
                            });
  }

  void on_header(beast::error_code error) {
    if (error) return fail(error);
    idle_since_ = 0;
    const auto& message = parser_->get();
    const std::string method(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    if (message.method() == http::verb::unknown) return refuse(plain(405, "METHOD", "unknown method"));
    if (!split_target(target, request_)) return refuse(plain(400, "TARGET", "malformed request target"));
    if (target.size() > 4096) return refuse(plain(414, "TARGET", "request target too long"));
    request_.method = method;
    const std::size_t limit =
        server_->options.body_bytes ? server_->options.body_bytes(method, request_.path) : 0;
    if (parser_->content_length() && *parser_->content_length() > limit) {
      return refuse(plain(413, "SIZE_LIMIT", "the body is too large"));
    }
    parser_->body_limit(limit);
    if (lower(std::string_view(message[http::field::expect].data(), message[http::field::expect].size())) ==
        "100-continue") {
      return send_continue();
    }
    read_body();
  }

  void send_continue() {
    continue_.emplace(http::status::continue_, 11);
    http::async_write(stream_, *continue_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error) return self->shut();
                        self->read_body();
                      });
  }

  void read_body() {
    stream_.expires_after(Millis(server_->options.body_ms));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (error) return self->fail(error);
                       self->handle();
                     });
  }

  void handle() {
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    request_.headers.clear();
    for (const auto& field : message) {
      request_.headers.emplace_back(lower({field.name_string().data(), field.name_string().size()}),
                                    std::string(field.value()));
    }
    request_.body = std::move(message.body());
    request_.address = address_;
    if (!server_->limiter.allows(address_)) {
      HttpResponse busy = plain(429, "RATE_LIMIT", "too many requests");
      busy.headers.emplace_back("Retry-After", "1");
      return send(std::move(busy));
    }
    stream_.expires_never();  // the answer has its own deadline, which the handler keeps
    server_->handler(std::move(request_), [self = shared_from_this()](HttpResponse response) {
      asio::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable {
        self->send(std::move(response));
      });
    });
    request_ = {};
  }

  /// A request whose bytes cannot be trusted any further: answer and close.
  void refuse(HttpResponse response) {
    keep_alive_ = false;
    send(std::move(response));
  }

  void fail(beast::error_code error) {
    if (error == http::error::end_of_stream || error == asio::error::operation_aborted) return shut();
    if (error == beast::error::timeout) return shut();
    if (error == http::error::header_limit) return refuse(plain(431, "HEADER_LIMIT", "header too large"));
    if (error == http::error::body_limit) return refuse(plain(413, "SIZE_LIMIT", "the body is too large"));
    if (error.category() == http::make_error_code(http::error::bad_method).category()) {
      return refuse(plain(400, "HTTP", "malformed HTTP"));
    }
    shut();
  }

  void send(HttpResponse response) {
    message_.emplace(static_cast<http::status>(response.status), 11);
    message_->set(http::field::content_type, response.content_type);
    message_->set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : response.headers) message_->insert(name, value);
    message_->body() = std::move(response.body);
    message_->keep_alive(keep_alive_ && !server_->stopping);
    message_->prepare_payload();
    stream_.expires_after(Millis(server_->options.write_ms));
    http::async_write(stream_, *message_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error || !self->message_->keep_alive()) return self->shut();
                        self->message_.reset();
                        self->wait();
                      });
  }

  void shut() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  beast::tcp_stream stream_;
  std::string address_;
  std::shared_ptr<HttpServer::Impl> server_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> message_;
  std::optional<http::response<http::empty_body>> continue_;
  HttpRequest request_;
  bool keep_alive_ = true;
  std::atomic<std::int64_t> idle_since_{1};
};

}  // namespace

bool HttpServer::Impl::admit(const std::string& address) {
  std::shared_ptr<Session> oldest;
  {
    const std::lock_guard lock(mutex);
    const auto count = per_address.find(address);
    const bool address_full = count != per_address.end() && count->second >= options.connections_per_address;
    if (!address_full && sessions.size() < options.connections) return true;
    // Full: the connection that has been idle longest makes room, so honest clients still get in.
    auto since = SteadyClock::time_point::max();
    for (auto& [raw, weak] : sessions) {
      auto session = weak.lock();
      if (!session) continue;
      const auto idle = session->idle_since();
      if (idle && *idle < since) {
        since = *idle;
        oldest = std::move(session);
      }
    }
    if (address_full) oldest.reset();
  }
  if (!oldest) return false;
  oldest->close();
  return true;
}

void HttpServer::Impl::accept() {
  acceptor.async_accept(asio::make_strand(context), [self = shared_from_this()](
                                                        beast::error_code error, tcp::socket socket) {
    if (self->stopping) return;
    if (!error) {
      beast::error_code ignored;
      const auto peer = socket.remote_endpoint(ignored);
      std::string address = ignored ? std::string() : peer.address().to_string();
      if (!address.empty() && self->admit(address)) {
        socket.set_option(tcp::no_delay(true), ignored);
        auto session = std::make_shared<Session>(std::move(socket), address, self);
        {
          const std::lock_guard lock(self->mutex);
          self->sessions.emplace(session.get(), session);
          ++self->per_address[address];
        }
        session->run();
      }
    }
    self->accept();
  });
}

void HttpServer::Impl::leave(Session* session, const std::string& address) {
  const std::lock_guard lock(mutex);
  sessions.erase(session);
  const auto count = per_address.find(address);
  if (count != per_address.end() && --count->second == 0) per_address.erase(count);
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(); }

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpOptions options, HttpHandler handler) {
  auto impl = std::make_shared<Impl>(std::move(options), std::move(handler));
  beast::error_code error;
  const auto address = asio::ip::make_address(impl->options.address, error);
  if (error) return Error{Errc::usage, impl->options.address + " is no IP address"};
  const tcp::endpoint endpoint(address, impl->options.port);
  const auto failed = [&](const char* act) {
    return Error{Errc::io, std::string(act) + " " + impl->options.address + ":" +
                               std::to_string(impl->options.port) + ": " + error.message()};
  };
  impl->acceptor.open(endpoint.protocol(), error);
  if (error) return failed("cannot open");
  impl->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  impl->acceptor.bind(endpoint, error);
  if (error) return failed("cannot bind");
  impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed("cannot listen on");
  impl->accept();
  for (unsigned i = 0; i < std::max(1u, impl->options.threads); ++i) {
    impl->threads.emplace_back([raw = impl.get()] { raw->context.run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->acceptor.local_endpoint().port(); }

void HttpServer::stop() {
  if (impl_->stopping.exchange(true)) return;
  asio::post(impl_->acceptor.get_executor(), [impl = impl_] {
    beast::error_code ignored;
    impl->acceptor.close(ignored);
  });
  // The last reference may go here, and a session's end takes the lock.
  std::vector<std::shared_ptr<Session>> open;
  {
    const std::lock_guard lock(impl_->mutex);
    for (auto& [raw, weak] : impl_->sessions) open.push_back(weak.lock());
  }
  for (const auto& session : open) {
    if (session) session->close();
  }
  open.clear();
  // Answers that are still due get a moment; then the threads end whatever happens.
  for (int i = 0; i < 20; ++i) {
    {
      const std::lock_guard lock(impl_->mutex);
      if (impl_->sessions.empty()) break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  impl_->context.stop();
  for (std::thread& thread : impl_->threads) thread.join();
  // What is still queued holds the server that owns the queue: it runs here, alone, and lets go.
  beast::error_code ignored;
  impl_->acceptor.close(ignored);
  impl_->context.restart();
  impl_->context.poll();
}

}  // namespace qinglu::api
