// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/peers/frame.hpp"

namespace qinglu::node {

struct PeersOptions;
struct Member;

/// One TLS connection: frames in, frames out, and its deadlines. What they mean, and who may speak, is
/// its owner's matter.   Threads: that of the io_context only.
class Link : public std::enable_shared_from_this<Link> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Stage {
    opening,   ///< TCP and TLS
    greeting,  ///< TLS is done, the hello is awaited
    judged,    ///< an older connection has to prove first that it lives
    live,
    ending,  ///< refused: it may still read why
    closed,
  };

  class Owner {
   public:
    virtual ~Owner() = default;
    /// TLS is done; `key` is the hash of the other side's key, which was on the list.
    virtual void on_secure(Link& link, const Digest& key) = 0;
    virtual void on_message(Link& link, Bytes message) = 0;
    virtual void on_keep_alive(Link& link) = 0;
    virtual void on_answer(Link& link) = 0;  ///< to ping()
    /// Asked before each frame of a live link; false: resume() will be called.
    virtual bool may_read(Link& link) = 0;
    virtual std::shared_ptr<const Bytes> next_message(Link& link) = 0;
    virtual void on_heard(Link& link) = 0;
    /// The link no longer serves, for a reason in English; `fault`: of the bytes that came.
    virtual void on_lost(Link& link, const std::string& reason, bool fault) = 0;
    virtual void on_gone(Link& link) = 0;  ///< last call
  };

  Link(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls, Owner& owner,
       const PeersOptions& options, bool dialled);

  boost::asio::ip::tcp::socket& socket() { return stream_.next_layer(); }
  /// The link that a verify callback is asked about.
  static Link* of(const SSL* ssl);
  /// From now on the connection has to come about within its deadline.
  void expect_connection();
  /// Starts TLS on the connected socket.
  void secure();
  void become(Stage stage);
  void greet(const Hello& hello);
  /// Writes what waits; called when there is something new.
  void write();
  /// Asks for a sign of life: on_answer().
  void ping();
  void resume();
  /// Tells the other side why, then closes.
  void refuse(const std::string& reason, bool fault = false);
  void close(const std::string& reason);
  /// Keeps the deadlines.
  void tick(TimePoint now);
  /// Whether the other side has ended the connection, seen past what was not read of it.
  bool ended_by_peer();

  const bool dialled;
  Stage stage() const { return stage_; }
  bool paused() const { return paused_; }
  TimePoint since() const { return since_; }  ///< of the stage
  /// Whom the verify callback turned away.
  std::optional<Digest> unknown_key;
  std::string address;             ///< of the other side, `ip:port`
  std::string bucket;              ///< whom the bounds per address count as one
  std::shared_ptr<Member> member;  ///< nullptr: not known yet

 private:
  using ErrorCode = boost::system::error_code;
  void read();
  void on_read(std::size_t n);
  void take_frames();
  void on_frame(Bytes message);
  void queue(std::shared_ptr<const Bytes> message);
  void start_write();
  void shut();
  std::string sentence(const ErrorCode& error) const;

  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
  Owner& owner_;
  const PeersOptions& options_;
  Stage stage_ = Stage::opening;
  TimePoint since_;
  std::optional<TimePoint> deadline_;  ///< of the stage
  std::optional<TimePoint> frame_deadline_;
  TimePoint heard_;
  TimePoint written_;

  FrameParser parser_;
  std::vector<char> buffer_;
  BytesView unread_;  ///< of buffer_
  bool reading_ = false;
  bool paused_ = false;

  bool writing_ = false;
  Bytes flat_;                          ///< being written: frames, the last one without its body
  std::shared_ptr<const Bytes> large_;  ///< if that is large
  std::shared_ptr<const Bytes> first_;  ///< hello or refusal: before all else
  std::optional<std::uint64_t> ping_;   ///< owed; one at a time, however many the other side sends
  std::optional<std::uint64_t> pong_;
  std::uint64_t asked_ = 0;  ///< number of the newest ping
};

}  // namespace qinglu::node
