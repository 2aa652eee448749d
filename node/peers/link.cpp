// SPDX-License-Identifier: Apache-2.0
#include "node/peers/link.hpp"

#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

#include "node/peers/certificate.hpp"
#include "node/peers/peers.hpp"

namespace qinglu::node {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

constexpr std::size_t kReadBytes = 64u << 10;
/// What is copied into one write: a TLS record.
constexpr std::size_t kGatherBytes = 16u << 10;
constexpr Millis kFarewell{1'000};

/// Place of the Link in its SSL; Asio owns what stands in the first one.
int ssl_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

Link::Link(tcp::socket socket, asio::ssl::context& tls, Owner& owner, const PeersOptions& options, bool dials)
    : dialled(dials),
      stream_(std::move(socket), tls),
      owner_(owner),
      options_(options),
      since_(SteadyClock::now()),
      heard_(since_),
      written_(since_),
      parser_(kHandshakeBytesMax) {}

Link* Link::of(const SSL* ssl) { return static_cast<Link*>(SSL_get_ex_data(ssl, ssl_index())); }

void Link::expect_connection() { deadline_ = SteadyClock::now() + Millis(options_.connect_ms); }

void Link::secure() {
  deadline_ = SteadyClock::now() + Millis(options_.handshake_ms);
  boost::system::error_code ignored;
  socket().set_option(tcp::no_delay(true), ignored);
  SSL_set_ex_data(stream_.native_handle(), ssl_index(), this);
  const auto side = dialled ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
  stream_.async_handshake(side, [self = shared_from_this()](const ErrorCode& error) {
    if (self->stage_ == Stage::closed) return;
    if (error) return self->close(self->sentence(error));
    X509* shown = SSL_get0_peer_certificate(self->stream_.native_handle());
    const auto key = shown ? transport_key_hash(shown) : std::nullopt;
    if (!key) return self->close("the other side shows no key");
    self->stage_ = Stage::greeting;  // under the deadline of the handshake
    self->owner_.on_secure(*self, *key);
    self->read();
  });
}

void Link::become(Stage stage) {
  const bool waited = std::exchange(stage_, stage) == Stage::judged;
  since_ = SteadyClock::now();
  deadline_.reset();
  if (stage != Stage::live) return;
  parser_.allow(kMessageBytesMax);
  heard_ = since_;
  write();
  if (waited) take_frames();
}

void Link::greet(const Hello& hello) {
  first_ = std::make_shared<const Bytes>(hello.encode());
  write();
}

void Link::write() {
  if (writing_ || stage_ == Stage::opening || stage_ == Stage::closed) return;
  if (first_) {
    queue(std::exchange(first_, nullptr));
    return start_write();
  }
  if (stage_ == Stage::ending) {
    ErrorCode ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
    return;
  }
  if (stage_ != Stage::live) return;
  const auto keep_alive = [&](bool answer, std::uint64_t number) {
    queue(std::make_shared<const Bytes>(KeepAlive{answer, number}.encode()));
  };
  if (pong_) keep_alive(true, *std::exchange(pong_, std::nullopt));
  if (ping_) keep_alive(false, *std::exchange(ping_, std::nullopt));
  while (!large_ && flat_.size() < kGatherBytes) {
    auto message = owner_.next_message(*this);
    if (!message) break;
    queue(std::move(message));
  }
  if (!flat_.empty()) start_write();
}

/// Adds a message to what is written next. Each buffer becomes TLS records of its own, so heads and small
/// messages are copied into one; the body of a large message follows as it is.
void Link::queue(std::shared_ptr<const Bytes> message) {
  const auto head = frame_head(*message);
  flat_.append(head.data(), head.size());
  if (flat_.size() + message->size() <= kGatherBytes) {
    flat_.append(*message, 1);
  } else {
    large_ = std::move(message);
  }
}

void Link::start_write() {
  writing_ = true;
  const asio::const_buffer body = large_ ? asio::buffer(*large_) + 1 : asio::const_buffer();
  const std::array<asio::const_buffer, 2> parts = {asio::buffer(flat_), body};
  asio::async_write(stream_, parts, [self = shared_from_this()](const ErrorCode& error, std::size_t) {
    self->writing_ = false;
    self->flat_.clear();
    self->large_.reset();
    if (self->stage_ == Stage::closed) return;
    if (error) return self->close(self->sentence(error));
    self->written_ = SteadyClock::now();
    self->write();
  });
}

void Link::ping() {
  ping_ = ++asked_;
  write();
}

void Link::read() {
  if (reading_ || paused_ || stage_ == Stage::judged || stage_ == Stage::closed) return;
  reading_ = true;
  buffer_.resize(stage_ == Stage::live ? kReadBytes : kHandshakeBytesMax);
  stream_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](const ErrorCode& error, std::size_t n) {
    self->reading_ = false;
    if (self->stage_ == Stage::closed) return;
    if (error) return self->close(self->sentence(error));
    self->on_read(n);
  });
}

void Link::on_read(std::size_t n) {
  if (stage_ == Stage::ending) return read();  // and forget it
  heard_ = SteadyClock::now();
  owner_.on_heard(*this);
  unread_ = BytesView(buffer_.data(), n);
  take_frames();
}

void Link::take_frames() {
  while (!unread_.empty()) {
    // In the midst of a frame there is nothing to ask: it has its place already.
    if (stage_ == Stage::live && !parser_.in_frame() && !owner_.may_read(*this)) {
      paused_ = true;
      return;
    }
    auto message = parser_.take(unread_);
    if (!message) return refuse("sent " + message.error().detail, true);
    if (!*message) break;
    frame_deadline_.reset();
    on_frame(std::move(**message));
    if (stage_ == Stage::closed || stage_ == Stage::judged) return;
    if (stage_ == Stage::ending) break;
  }
  if (stage_ == Stage::live && parser_.in_frame() && !frame_deadline_) {
    frame_deadline_ = SteadyClock::now() + Millis(options_.frame_ms);
  }
  read();
}

void Link::on_frame(Bytes message) {
  const auto type = static_cast<std::uint8_t>(message[0]);
  if (type == kRefusal) {
    const auto reason = decode_refusal(message);
    if (!reason) return refuse("sent " + reason.error().detail, true);
    return close("refused by the other side: " + *reason);
  }
  if (type != kKeepAlive || stage_ != Stage::live) return owner_.on_message(*this, std::move(message));
  const auto sign = KeepAlive::decode(message);
  if (!sign) return refuse("sent " + sign.error().detail, true);
  owner_.on_keep_alive(*this);
  if (sign->answer) {
    if (sign->number == asked_) owner_.on_answer(*this);
    return;
  }
  pong_ = sign->number;
  write();
}

void Link::resume() {
  if (!paused_ || stage_ != Stage::live || !owner_.may_read(*this)) return;
  paused_ = false;
  heard_ = SteadyClock::now();  // the silence was ours
  take_frames();
}

void Link::refuse(const std::string& reason, bool fault) {
  if (stage_ == Stage::ending || stage_ == Stage::closed) return;
  const bool midst = writing_;
  owner_.on_lost(*this, reason, fault);
  if (midst) return shut();  // half a frame is out, or waits for a reader that does not read
  become(Stage::ending);
  deadline_ = since_ + kFarewell;
  paused_ = false;
  unread_ = {};
  first_ = std::make_shared<const Bytes>(encode_refusal(reason));
  write();
  read();
}

void Link::close(const std::string& reason) {
  if (stage_ == Stage::closed) return;
  if (stage_ != Stage::ending) owner_.on_lost(*this, reason, false);
  shut();
}

void Link::shut() {
  if (stage_ == Stage::closed) return;
  stage_ = Stage::closed;
  ErrorCode ignored;
  socket().shutdown(tcp::socket::shutdown_both, ignored);
  socket().close(ignored);
  owner_.on_gone(*this);
}

void Link::tick(TimePoint now) {
  if (deadline_ && now >= *deadline_) {
    return close(stage_ == Stage::opening && dialled ? "no connection and no handshake in time"
                                                     : "the handshake took too long");
  }
  if (stage_ != Stage::live) return;
  if (paused_) {
    resume();
  } else if (frame_deadline_ && now >= *frame_deadline_) {
    return refuse("sent a frame that did not end in time", true);
  } else if (now >= heard_ + Millis(options_.idle_ms)) {
    return close("nothing was heard for " + std::to_string(options_.idle_ms) + " ms");
  }
  if (stage_ == Stage::live && !writing_ && now >= written_ + Millis(options_.ping_ms)) ping();
}

bool Link::ended_by_peer() {
  pollfd poll{socket().native_handle(), POLLRDHUP, 0};
  return ::poll(&poll, 1, 0) > 0;
}

std::string Link::sentence(const ErrorCode& error) const {
  if (unknown_key) return "the key that the other side shows is no peer's";
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return "the other side closed the connection";
  }
  if (error.category() == asio::error::get_ssl_category() &&
      ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE) {
    return "the other side does not know this node's transport key";
  }
  return error.message();
}

}  // namespace qinglu::node
