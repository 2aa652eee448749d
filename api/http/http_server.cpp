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

/// Whom the bounds per address count as one: an IPv6 network of 64 bits is one customer.
std::string bucket_of(const asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes).to_string();
}

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

class Session;

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  Impl(HttpOptions given, HttpHandler handle, HttpFaultHandler faults)
      : options(std::move(given)),
        handler(std::move(handle)),
        fault(std::move(faults)),
        context(static_cast<int>(options.threads)),
        acceptor(context),
        limiter(options.requests_per_second, options.burst) {}

  void accept();
  void leave(Session* session, const std::string& address);
  /// Makes room for one more connection by closing the one that has kept us waiting longest, of the
  /// same address when that has its full share; so honest clients still get in (F84).
  bool admit(const std::string& address);
  bool answers_to(std::string_view host) const;
  std::vector<std::shared_ptr<Session>> open_sessions();

  HttpOptions options;
  HttpHandler handler;
  HttpFaultHandler fault;
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
      : server_(std::move(server)),
        stream_(std::move(socket)),
        address_(std::move(address)),
        buffer_(server_->options.header_bytes + kBufferSlack) {}
  ~Session() { server_->leave(this, address_); }

  const std::string& address() const { return address_; }
  void run() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->wait(); });
  }
  void close() {
    waits_since_ = 0;
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->shut(); });
  }
  /// Since when the peer keeps us waiting: for a request, for the rest of one, or for its reading;
  /// nullopt while a request is being answered or the end has been ordered.
  std::optional<SteadyClock::time_point> waits_since() const {
    const std::int64_t at = waits_since_.load();
    if (at == 0) return std::nullopt;
    return SteadyClock::time_point(SteadyClock::duration(at));
  }

 private:
  using Millis = std::chrono::milliseconds;
  static constexpr std::size_t kBufferSlack = 128u << 10;

  void now_waits() { waits_since_ = SteadyClock::now().time_since_epoch().count(); }

  void wait() {
    now_waits();
    request_ = {};
    request_.address = address_;
    if (buffer_.size() > 0) return begin_header();
    stream_.expires_after(Millis(server_->options.idle_ms));
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](beast::error_code error, std::size_t n) {
                              if (error) return self->shut();
                              self->buffer_.commit(n);
                              self->begin_header();
                            });
  }

  void begin_header() {
    stream_.expires_after(Millis(server_->options.header_ms));
    read_header();
  }

  /// Reads up to the blank line: the header is judged as it came, for Beast repairs what we refuse.
  void read_header() {
    const std::string_view read(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    const std::size_t end = read.find("\r\n\r\n");
    if (std::min(end, read.size()) > server_->options.header_bytes) return refuse(HttpFault::header_size);
    if (end != read.npos) return parse_header(read.substr(0, end + 4));
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](beast::error_code error, std::size_t n) {
                              if (error) return self->shut();
                              self->buffer_.commit(n);
                              self->read_header();
                            });
  }

  void parse_header(std::string_view header) {
    const bool folded = header.find("\r\n ") != header.npos || header.find("\r\n\t") != header.npos;
    if (folded) return refuse(HttpFault::malformed);
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(header.size()));
    parser_->body_limit(boost::none);  // the route's limit follows below, before the body is read
    beast::error_code error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error || !parser_->is_header_done()) return refuse(HttpFault::malformed);
    on_header();
  }

  void on_header() {
    const auto& message = parser_->get();
    request_.method = std::string(message.method_string());
    head_ = message.method() == http::verb::head;
    for (const auto& field : message) {
      request_.headers.emplace_back(lower(view_of(field.name_string())), std::string(field.value()));
    }
    if (!framing_is_plain()) return refuse(HttpFault::malformed);
    if (!server_->answers_to(request_.header("host"))) return refuse(HttpFault::host);
    if (!split_target(view_of(message.target()), request_)) return refuse(HttpFault::target);
    const std::size_t limit =
        server_->options.body_bytes ? server_->options.body_bytes(request_.method, request_.path) : 0;
    if (parser_->content_length() && *parser_->content_length() > limit) return refuse(HttpFault::body_size);
    parser_->body_limit(limit);
    if (lower(request_.header("expect")) == "100-continue") return send_continue();
    read_body();
  }

  /// One `Host`, and at most one statement of where the body ends; whatever a proxy before us could
  /// read in another way is refused.   Source: RFC 9112 §3.2, §6.1, §6.3.
  bool framing_is_plain() const {
    const auto count = [&](std::string_view name) {
      return std::ranges::count(request_.headers, name, &std::pair<std::string, std::string>::first);
    };
    const auto codings = count("transfer-encoding");
    const bool chunked = codings == 0 || lower(request_.header("transfer-encoding")) == "chunked";
    const bool digits = request_.header("content-length").find_first_not_of("0123456789") == std::string_view::npos;
    return count("host") == 1 && chunked && digits && codings + count("content-length") <= 1;
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
                       if (!error) return self->handle();
                       if (error == http::error::body_limit) return self->refuse(HttpFault::body_size);
                       const bool of_http = error.category() == make_error_code(http::error::bad_chunk).category();
                       if (!of_http || error == http::error::partial_message) return self->shut();
                       self->refuse(HttpFault::malformed);
                     });
  }

  void handle() {
    waits_since_ = 0;
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    request_.body = std::move(message.body());
    if (!server_->limiter.allows(address_)) return send(server_->fault(HttpFault::rate, request_));
    stream_.expires_never();  // the answer has its own deadline, which the handler keeps
    // Whoever answers may keep the reply for longer, but not this connection and its place among all.
    auto held = std::make_shared<std::shared_ptr<Session>>(shared_from_this());
    server_->handler(std::move(request_), [held](HttpResponse response) {
      const auto self = std::exchange(*held, nullptr);
      if (!self || self->server_->stopping) return;  // nobody would run what is posted
      asio::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable {
        self->send(std::move(response));
      });
    });
  }

  /// A request whose bytes cannot be trusted any further: answer and close.
  void refuse(HttpFault fault) {
    keep_alive_ = false;
    send(server_->fault(fault, request_));
  }

  void send(HttpResponse response) {
    now_waits();
    message_.emplace(static_cast<http::status>(response.status), 11);
    message_->set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : response.headers) message_->insert(name, value);
    message_->keep_alive(keep_alive_ && !server_->stopping);
    // A 304 has neither body nor length; HEAD is told the length of the body that it does not get.
    if (response.status != 304) {
      message_->set(http::field::content_type, response.content_type);
      message_->content_length(response.body.size());
      if (!head_) message_->body() = std::move(response.body);
    }
    stream_.expires_after(Millis(server_->options.write_ms));
    http::async_write(stream_, *message_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error) return self->shut();
                        if (!self->message_->keep_alive()) return self->linger();
                        self->message_.reset();
                        self->wait();
                      });
  }

  /// Lets the peer read the last answer: closing while its bytes are unread would reset the
  /// connection under it.   Source: RFC 9112 §9.6.
  void linger() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(Millis(server_->options.header_ms));
    drain();
  }
  void drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return self->shut();
      self->drain();
    });
  }

  void shut() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  std::shared_ptr<HttpServer::Impl> server_;  // first, so last to go: the stream lives in its context
  beast::tcp_stream stream_;
  std::string address_;
  beast::flat_buffer buffer_;  // bounded: a peer cannot make it grow (F82)
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> message_;
  std::optional<http::response<http::empty_body>> continue_;
  HttpRequest request_;
  bool head_ = false;
  bool keep_alive_ = true;
  std::atomic<std::int64_t> waits_since_{1};
};

}  // namespace

bool HttpServer::Impl::answers_to(std::string_view host) const {
  std::string name = lower(host);
  const std::size_t colon = name.rfind(':');
  const bool port = colon != name.npos && name.find_first_not_of("0123456789", colon + 1) == name.npos &&
                    name.find(']', colon) == name.npos;
  if (port) name.erase(colon);
  const auto is = [&](const std::string& own) { return lower(own) == name || "[" + lower(own) + "]" == name; };
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]" || is(options.address) ||
         std::ranges::any_of(options.hosts, is);
}

/// Held, so that none of them ends while the lock is: its end takes the lock itself.
std::vector<std::shared_ptr<Session>> HttpServer::Impl::open_sessions() {
  std::vector<std::shared_ptr<Session>> open;
  const std::lock_guard lock(mutex);
  for (const auto& [raw, weak] : sessions) open.push_back(weak.lock());
  return open;
}

bool HttpServer::Impl::admit(const std::string& address) {
  bool address_full = false;
  {
    const std::lock_guard lock(mutex);
    const auto count = per_address.find(address);
    address_full = count != per_address.end() && count->second >= options.connections_per_address;
    if (!address_full && sessions.size() < options.connections) return true;
  }
  std::shared_ptr<Session> slowest;
  auto since = SteadyClock::time_point::max();
  for (const auto& session : open_sessions()) {
    if (!session || (address_full && session->address() != address)) continue;
    const auto waits = session->waits_since();
    if (!waits || *waits >= since) continue;
    since = *waits;
    slowest = session;
  }
  if (!slowest) return false;
  slowest->close();
  return true;
}

void HttpServer::Impl::accept() {
  acceptor.async_accept(asio::make_strand(context), [self = shared_from_this()](
                                                        beast::error_code error, tcp::socket socket) {
    if (self->stopping) return;
    if (!error) {
      beast::error_code ignored;
      const auto peer = socket.remote_endpoint(ignored);
      std::string address = ignored ? std::string() : bucket_of(peer.address());
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

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpOptions options, HttpHandler handler,
                                                      HttpFaultHandler fault) {
  auto impl = std::make_shared<Impl>(std::move(options), std::move(handler), std::move(fault));
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
  for (const auto& session : impl_->open_sessions()) {
    if (session) session->close();
  }
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
