// SPDX-License-Identifier: Apache-2.0
#include "tests/peers/nodes.hpp"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "crypto/hash.hpp"
#include "node/peers/certificate.hpp"
#include "node/peers/frame.hpp"
#include "tests/crypto/started.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::test {
namespace {

// A raw peer writes to connections that the node has closed.
const bool kNoSigpipe = ::signal(SIGPIPE, SIG_IGN) != SIG_ERR;

std::size_t entries(const char* folder) {
  const std::filesystem::directory_iterator all(folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

bool eventually(const std::function<bool()>& happens) {
  for (int i = 0; i < 12'000; ++i) {
    if (happens()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

crypto::SigningKey key_of(const std::string& name) {
  return crypto::SigningKey::from_seed(crypto::sha256("key of " + name));
}

Digest ledger_of(const std::string& name) { return crypto::sha256("ledger " + name); }

std::shared_ptr<const Bytes> message(std::uint8_t type, const std::string& payload) {
  return std::make_shared<const Bytes>(Bytes(1, static_cast<char>(type)) + payload);
}

ChannelNode::ChannelNode(std::string id, Tweak tweak, std::string key) : id_(std::move(id)) {
  node::PeersOptions options;
  options.id = id_;
  options.ledger = ledger_of("test");
  options.version = "test";
  options.backoff_min_ms = 20;
  options.backoff_max_ms = 200;
  if (tweak) tweak(options);
  auto made = node::Peers::listen(std::move(options), key_of(key.empty() ? id_ : key));
  REQUIRE(made);
  peers_ = std::move(*made);
}

node::KnownPeer ChannelNode::known(bool dial) const {
  return {id_, node::transport_key_hash(key_of(id_).public_key()), "127.0.0.1:" + std::to_string(port()), dial};
}

void ChannelNode::join(const std::vector<const ChannelNode*>& others) {
  std::vector<node::KnownPeer> list;
  for (const ChannelNode* other : others) list.push_back(other->known(node::Peers::dials(id_, other->id_)));
  join(std::move(list));
}

void ChannelNode::join(std::vector<node::KnownPeer> others) {
  peers_->set_peers(others);
  peers_->start([this](const std::string& from, Bytes got) {
    if (on_message) on_message(from, got);
    const std::lock_guard lock(mutex_);
    received_[from].push_back(std::move(got));
  });
}

node::PeerState ChannelNode::state(const std::string& of) const {
  const auto states = peers_->peers();
  const auto at = std::ranges::find(states, of, &node::PeerState::id);
  return at == states.end() ? node::PeerState{} : *at;
}

std::vector<Bytes> ChannelNode::received(const std::string& from) const {
  const std::lock_guard lock(mutex_);
  const auto at = received_.find(from);
  return at == received_.end() ? std::vector<Bytes>{} : at->second;
}

void connect(const std::vector<ChannelNode*>& nodes) {
  const std::vector<const ChannelNode*> all(nodes.begin(), nodes.end());
  for (ChannelNode* each : nodes) each->join(all);
  REQUIRE(eventually([&] {
    return std::ranges::all_of(nodes, [&](ChannelNode* each) {
      return std::ranges::all_of(each->peers().peers(), &node::PeerState::connected);
    });
  }));
}

int open_connection(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(fd >= 0);
  if (port != 0) connect_to(fd, port);
  return fd;
}

void connect_to(int socket, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
}

void close_connection(int socket) { ::close(socket); }

struct RawPeer::Tls {
  ~Tls() {
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (fd >= 0) ::close(fd);
  }
  int fd = -1;
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;
};

RawPeer::RawPeer(std::uint16_t port, How how) : tls_(std::make_unique<Tls>()) {
  tls_->fd = open_connection(port);
  const timeval patience{60, 0};  // a test that waits in vain ends some time
  ::setsockopt(tls_->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  tls_->context = SSL_CTX_new(TLS_client_method());
  if (how.key) REQUIRE(node::prepare_context(tls_->context, key_of(*how.key)));
  SSL_CTX_set_verify(tls_->context, SSL_VERIFY_NONE, nullptr);
  if (how.tls12) {
    SSL_CTX_set_min_proto_version(tls_->context, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(tls_->context, TLS1_2_VERSION);
  }
  tls_->ssl = SSL_new(tls_->context);
  SSL_set_fd(tls_->ssl, tls_->fd);
  secured_ = SSL_connect(tls_->ssl) == 1;
}

RawPeer::~RawPeer() = default;

std::string RawPeer::address() const {
  sockaddr_in own{};
  socklen_t size = sizeof own;
  ::getsockname(tls_->fd, reinterpret_cast<sockaddr*>(&own), &size);
  return "127.0.0.1:" + std::to_string(ntohs(own.sin_port));
}

bool RawPeer::send(const Bytes& bytes) {
  return SSL_write(tls_->ssl, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
}

bool RawPeer::send_message(const Bytes& message) {
  const auto head = node::frame_head(message);
  return send(Bytes(head.data(), head.size()) + message.substr(1));
}

bool RawPeer::greet(const std::string& id, const std::string& ledger) {
  if (!secured_ || !send_message(node::Hello{ledger_of(ledger), id, "raw"}.encode())) return false;
  return bool(node::Hello::decode(read_message()));
}

Bytes RawPeer::read(std::size_t count) {
  Bytes bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const int n = SSL_read(tls_->ssl, bytes.data() + done, static_cast<int>(count - done));
    if (n <= 0) return {};
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

Bytes RawPeer::read_message() {
  node::FrameParser parser(node::kMessageBytesMax);
  for (;;) {
    const Bytes byte = read(1);
    if (byte.empty()) return {};
    BytesView input = byte;
    auto got = parser.take(input);
    if (!got) return {};
    if (*got) return std::move(**got);
  }
}

std::string RawPeer::read_refusal() {
  std::string reason;
  for (Bytes got = read_message(); !got.empty(); got = read_message()) {
    if (auto refusal = node::decode_refusal(got)) reason = *refusal;
  }
  return reason;
}

std::size_t descriptors() { return entries("/proc/self/fd"); }
std::size_t threads() { return entries("/proc/self/task"); }

}  // namespace qinglu::test
