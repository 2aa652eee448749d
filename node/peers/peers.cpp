// SPDX-License-Identifier: Apache-2.0
#include "node/peers/peers.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "crypto/base/encoding.hpp"
#include "node/peers/certificate.hpp"
#include "node/peers/link.hpp"

namespace qinglu::node {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;
using ErrorCode = boost::system::error_code;

/// A peer of the list. (m): under Peers::Impl::mutex; the rest is the I/O thread's.
struct Member {
  Member(KnownPeer peer, const PeersOptions& o)
      : id(peer.id),
        key(peer.transport_key_hash),
        inbox(o.inbound_messages, o.inbound_bytes, kMessageBytesMax),
        known(std::move(peer)),
        outbox({o.outbound_small, o.outbound_messages, o.outbound_bytes}),
        rates(o.rates),
        backoff(o.backoff_min_ms) {}

  const std::string id;
  const Digest key;
  Inbox inbox;
  std::thread worker;                           ///< (m)
  std::atomic<bool> worker_ended{false};
  std::atomic<SteadyClock::rep> heard_at{0};    ///< 0: never

  KnownPeer known;           ///< (m)
  Outbox outbox;             ///< (m)
  bool connected = false;    ///< (m)
  bool wake_posted = false;  ///< (m)
  std::string problem;       ///< (m)

  Rates rates;
  std::shared_ptr<Link> live;
  std::shared_ptr<Link> attempt;     ///< dialled, not live yet
  std::shared_ptr<Link> challenger;  ///< waits for `live` to prove that it lives
  SteadyClock::time_point challenged_at;
  Millis backoff;
  SteadyClock::time_point not_before{};  ///< to dial
  SteadyClock::time_point barred_until{};  ///< to be let in, after a fault
  bool removed = false;
};

namespace {

constexpr Millis kTick{50};
constexpr Millis kAcceptPause{100};
constexpr std::chrono::minutes kRefusalsEvery{1};

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string ip = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + ip + "]" : ip) + ":" + std::to_string(endpoint.port());
}

/// Whom the bounds per address count as one: an IPv6 network of 64 bits is one customer.
std::string bucket_of(const asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes).to_string();
}

struct HostPort {
  std::string host;
  std::string port;
};
std::optional<HostPort> split(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == address.npos || colon == 0) return std::nullopt;
  HostPort parts{address.substr(0, colon), address.substr(colon + 1)};
  if (parts.host.front() == '[' && parts.host.back() == ']') parts.host = parts.host.substr(1, parts.host.size() - 2);
  const auto port = parse_decimal(parts.port);
  if (parts.host.empty() || !port || *port == 0 || *port > 65'535) return std::nullopt;
  return parts;
}

}  // namespace

struct Peers::Impl final : Link::Owner {
  explicit Impl(PeersOptions given)
      : options(std::move(given)), tls(asio::ssl::context::tls), acceptor(context), resolver(context), timer(context) {}

  using MemberPtr = std::shared_ptr<Member>;
  using LinkPtr = std::shared_ptr<Link>;

  static int verify(X509_STORE_CTX* store, void* self);
  MemberPtr owner_of(const Digest& key) const;
  std::shared_ptr<Link> make_link(tcp::socket socket, bool dialled);
  void accept();
  void welcome(tcp::socket socket);
  bool admit(const std::string& bucket);
  void dial(const MemberPtr& member);
  void connect(const LinkPtr& link, const tcp::resolver::results_type& endpoints);
  void tick();
  void greeted(const LinkPtr& link, const Hello& hello);
  void establish(const LinkPtr& link);
  void judge(Member& member, bool answered);
  void release(Member& member);
  void later(Member& member, bool lasted);
  void complain(Member& member, const std::string& problem);
  void deliver(const MemberPtr& member);
  void add(const KnownPeer& peer);
  void join_ended();
  void count_stranger(const std::string& address);
  Hello own_hello() const { return {options.ledger, options.id, options.version}; }

  void on_secure(Link& link, const Digest& key) override;
  void on_message(Link& link, Bytes message) override;
  void on_keep_alive(Link& link) override { link.member->rates.spend(kKeepAlive); }
  void on_answer(Link& link) override;
  bool may_read(Link& link) override;
  std::shared_ptr<const Bytes> next_message(Link& link) override;
  void on_heard(Link& link) override;
  void on_lost(Link& link, const std::string& reason, bool fault) override;
  void on_gone(Link& link) override;

  const PeersOptions options;
  asio::io_context context{1};
  asio::ssl::context tls;
  tcp::acceptor acceptor;
  tcp::resolver resolver;
  asio::steady_timer timer;
  std::uint16_t bound_port = 0;
  std::thread thread;
  Received received;

  mutable std::mutex mutex;
  std::map<std::string, MemberPtr> members;  // (m)
  std::vector<MemberPtr> retired;            // (m) their workers may still be at it
  PeersCounts sums;                          // (m)
  bool started = false;                      // (m)
  bool stopped = false;                      // (m)

  std::atomic<bool> stopping{false};
  std::set<LinkPtr> links;
  bool accepting = false;
  SteadyClock::time_point accept_after{};
  SteadyClock::time_point refusals_after{};
  std::uint64_t refusals = 0;
  std::minstd_rand random{std::random_device{}()};
};

// Whose key is known.

int Peers::Impl::verify(X509_STORE_CTX* store, void* self) {
  const auto* impl = static_cast<const Impl*>(self);
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const X509* shown = X509_STORE_CTX_get0_cert(store);
  const auto key = shown ? transport_key_hash(shown) : std::nullopt;
  if (key && impl->owner_of(*key)) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  Link::of(ssl)->unknown_key = key.value_or(Digest{});
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

Peers::Impl::MemberPtr Peers::Impl::owner_of(const Digest& key) const {
  const std::lock_guard lock(mutex);
  for (const auto& [id, member] : members) {
    if (member->key == key) return member;
  }
  return nullptr;
}

// Connections come and go.

Peers::Impl::LinkPtr Peers::Impl::make_link(tcp::socket socket, bool dialled) {
  auto link = std::make_shared<Link>(std::move(socket), tls, *this, options, dialled);
  links.insert(link);
  return link;
}

void Peers::Impl::accept() {
  accepting = true;
  acceptor.async_accept([this](const ErrorCode& error, tcp::socket socket) {
    accepting = false;
    if (stopping) return;
    if (error) {
      // No descriptor left, most likely: trying at once would only spin (F16). tick() goes on.
      accept_after = SteadyClock::now() + kAcceptPause;
      return;
    }
    welcome(std::move(socket));
    accept();
  });
}

void Peers::Impl::welcome(tcp::socket socket) {
  ErrorCode gone;
  const auto endpoint = socket.remote_endpoint(gone);
  if (gone) return;
  const std::string bucket = bucket_of(endpoint.address());
  if (!admit(bucket)) return;
  const LinkPtr link = make_link(std::move(socket), false);
  link->address = text_of(endpoint);
  link->bucket = bucket;
  link->secure();
}

/// A stranger's place: an address that has its share gets no more, and where all places are taken the
/// one that has kept us waiting longest goes, so that honest nodes still get in.
bool Peers::Impl::admit(const std::string& bucket) {
  std::size_t all = 0;
  std::size_t here = 0;
  LinkPtr oldest;
  for (const LinkPtr& link : links) {
    if (link->dialled || link->member) continue;
    ++all;
    here += link->bucket == bucket;
    if (!oldest || link->since() < oldest->since()) oldest = link;
  }
  if (here >= options.handshakes_per_address) return false;
  if (all >= options.handshakes && oldest) oldest->close("others wait for the place");
  return true;
}

void Peers::Impl::dial(const MemberPtr& member) {
  std::string address;
  {
    const std::lock_guard lock(mutex);
    address = member->known.address;
  }
  const LinkPtr link = make_link(tcp::socket(context), true);
  link->address = address;
  link->member = member;
  member->attempt = link;
  const auto parts = split(address);
  if (!parts) return link->close("no host:port");
  ErrorCode no_ip;
  const auto ip = asio::ip::make_address(parts->host, no_ip);
  if (!no_ip) {
    const auto port = static_cast<std::uint16_t>(*parse_decimal(parts->port));
    return connect(link, tcp::resolver::results_type::create(tcp::endpoint(ip, port), parts->host, parts->port));
  }
  // Without a deadline, for there is none for the system's resolver: what waited would only pile up.
  resolver.async_resolve(parts->host, parts->port, tcp::resolver::numeric_service,
                         [this, link](const ErrorCode& error, const tcp::resolver::results_type& found) {
                           if (link->stage() == Link::Stage::closed) return;
                           if (error) return link->close("its name is not resolved: " + error.message());
                           connect(link, found);
                         });
}

void Peers::Impl::connect(const LinkPtr& link, const tcp::resolver::results_type& endpoints) {
  link->expect_connection();
  asio::async_connect(link->socket(), endpoints, [link](const ErrorCode& error, const tcp::endpoint& endpoint) {
    if (link->stage() == Link::Stage::closed) return;
    if (error) return link->close(error.message());
    link->address = text_of(endpoint);
    link->secure();
  });
}

/// One tick serves all deadlines and all pauses.
void Peers::Impl::tick() {
  if (stopping) return;
  const auto now = SteadyClock::now();
  for (const LinkPtr& link : std::vector<LinkPtr>(links.begin(), links.end())) link->tick(now);
  std::vector<MemberPtr> to_dial;
  std::vector<MemberPtr> to_judge;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [id, member] : members) {
      const bool alone = !member->live && !member->attempt;
      if (member->known.dial && alone && now >= member->not_before) to_dial.push_back(member);
      const bool silent = member->challenger && now >= member->challenged_at + Millis(options.challenge_ms);
      if (silent) to_judge.push_back(member);
    }
  }
  for (const MemberPtr& member : to_dial) dial(member);
  for (const MemberPtr& member : to_judge) judge(*member, false);
  if (!accepting && now >= accept_after) accept();
  timer.expires_after(kTick);
  timer.async_wait([this](const ErrorCode&) { tick(); });
}

// Who it is.

void Peers::Impl::on_secure(Link& link, const Digest& key) {
  const MemberPtr owner = owner_of(key);
  if (!owner) return link.close("the key that the other side shows is no peer's any more");
  if (link.dialled) {
    if (owner != link.member) return link.close(link.address + " holds the key of " + owner->id);
    return link.greet(own_hello());
  }
  link.member = owner;
}

void Peers::Impl::on_message(Link& link, Bytes message) {
  const auto type = static_cast<std::uint8_t>(message[0]);
  if (link.stage() == Link::Stage::live) {
    if (type >= kOwnTypes) return link.refuse("sent a second hello", true);
    link.member->rates.spend(type);
    return link.member->inbox.push(std::move(message));
  }
  if (type != kHello) return link.refuse("sent a message before its hello", true);
  const auto hello = Hello::decode(message);
  if (!hello) return link.refuse("sent " + hello.error().detail, true);
  greeted(link.shared_from_this(), *hello);
}

void Peers::Impl::greeted(const LinkPtr& link, const Hello& hello) {
  Member& member = *link->member;
  if (hello.ledger != options.ledger) {
    return link->refuse("the other side is a node of the ledger " + to_hex(hello.ledger) + ", this one of " +
                        to_hex(options.ledger));
  }
  if (hello.id != member.id) return link->refuse("calls itself " + hello.id + " with the key of " + member.id);
  if (link->dialled) return member.live ? link->close("there is a connection already") : establish(link);
  const auto now = SteadyClock::now();
  if (now < member.barred_until) return link->refuse("has to wait after it sent what is no frame");
  bool dialled_here = false;
  {
    const std::lock_guard lock(mutex);
    dialled_here = member.known.dial && dials(options.id, member.id);
  }
  if (dialled_here) return link->refuse(options.id + " dials " + member.id + ", not the other way");
  if (!member.live) return establish(link);
  if (member.challenger) return link->refuse("another connection of " + member.id + " is being judged");
  if (member.live->paused()) {
    // What it may have said is not read yet. Only its end shows, and that decides.
    if (!member.live->ended_by_peer()) return link->refuse("the older connection is still being read");
    member.live->close("the other side closed the connection");
    return establish(link);
  }
  member.challenger = link;
  member.challenged_at = now;
  link->become(Link::Stage::judged);
  member.live->ping();
}

void Peers::Impl::on_answer(Link& link) {
  if (link.member->live.get() == &link && link.member->challenger) judge(*link.member, true);
}

/// Decides between the live connection and the one that came second: who answers is no leftover of a
/// node that started again, so there are two nodes with one key (F19).
void Peers::Impl::judge(Member& member, bool answered) {
  const LinkPtr second = std::exchange(member.challenger, nullptr);
  const LinkPtr first = member.live;
  if (!answered || !first) {
    if (first) first->close("it did not answer when " + second->address + " came");
    return establish(second);
  }
  second->refuse(member.id + " is connected from " + first->address + " and answers there, so the connection from " +
                 second->address + " is of another node with the same key");
  {
    const std::lock_guard lock(mutex);
    ++sums.duplicates;
  }
  if (options.on_duplicate) options.on_duplicate(member.id, first->address, second->address);
}

void Peers::Impl::establish(const LinkPtr& link) {
  Member& member = *link->member;
  if (member.removed) return link->close("no peer any more");
  if (member.attempt == link) member.attempt.reset();
  member.live = link;
  member.heard_at = SteadyClock::now().time_since_epoch().count();
  {
    const std::lock_guard lock(mutex);
    member.connected = true;
    member.problem.clear();
    ++sums.connections;
  }
  if (!link->dialled) link->greet(own_hello());
  link->become(Link::Stage::live);
}

void Peers::Impl::on_lost(Link& link, const std::string& reason, bool fault) {
  if (!link.member) {
    if (link.unknown_key) count_stranger(link.address);
    return;
  }
  Member& member = *link.member;
  const bool was_live = member.live.get() == &link;
  if (was_live) {
    member.live.reset();
    const std::lock_guard lock(mutex);
    member.connected = false;
    member.outbox.clear();
  }
  if (member.attempt.get() == &link) member.attempt.reset();
  if (member.challenger.get() == &link) member.challenger.reset();
  later(member, was_live && SteadyClock::now() - link.since() >= Millis(options.lasted_ms));
  if (fault) member.barred_until = member.not_before;
  if (!stopping) complain(member, link.address + ": " + reason);
  {
    const std::lock_guard lock(mutex);
    sums.malformed += fault;
    sums.refused += !fault && !was_live && !link.dialled;
    sums.unknown_keys += link.unknown_key.has_value();
  }
  if (was_live && member.challenger) judge(member, false);
}

void Peers::Impl::on_gone(Link& link) { links.erase(link.shared_from_this()); }

void Peers::Impl::later(Member& member, bool lasted) {
  if (lasted) member.backoff = Millis(options.backoff_min_ms);
  const double jitter = std::uniform_real_distribution<>(0.5, 1.0)(random);
  member.not_before = SteadyClock::now() + std::chrono::duration_cast<Millis>(member.backoff * jitter);
  member.backoff = std::min(member.backoff * 2, Millis(options.backoff_max_ms));
}

void Peers::Impl::complain(Member& member, const std::string& problem) {
  const std::lock_guard lock(mutex);
  member.problem = problem;
}

void Peers::Impl::count_stranger(const std::string& address) {
  {
    const std::lock_guard lock(mutex);
    ++sums.unknown_keys;
  }
  ++refusals;
  const auto now = SteadyClock::now();
  if (now < refusals_after || !options.on_refused) return;
  refusals_after = now + kRefusalsEvery;
  options.on_refused("refused " + std::to_string(std::exchange(refusals, 0)) +
                     " connections whose key is no peer's, the last one from " + address);
}

// Messages.

std::shared_ptr<const Bytes> Peers::Impl::next_message(Link& link) {
  const std::lock_guard lock(mutex);
  return link.member->outbox.pop();
}

bool Peers::Impl::may_read(Link& link) {
  return link.member->rates.allow(SteadyClock::now()) && link.member->inbox.has_room();
}

void Peers::Impl::on_heard(Link& link) {
  if (link.member) link.member->heard_at = SteadyClock::now().time_since_epoch().count();
}

void Peers::Impl::deliver(const MemberPtr& member) {
  while (auto taken = member->inbox.pop()) {
    if (taken->reader_waits) {
      asio::post(context, [member] {
        if (member->live) member->live->resume();
      });
    }
    received(member->id, std::move(taken->message));
  }
  member->worker_ended = true;
}

// The list. All under the mutex.

void Peers::Impl::add(const KnownPeer& peer) {
  const auto member = std::make_shared<Member>(peer, options);
  members.emplace(peer.id, member);
  if (started) member->worker = std::thread([this, member] { deliver(member); });
}

/// A worker may still be in `received`, which may be waiting for whoever calls set_peers(); so only
/// those that have ended are joined.
void Peers::Impl::join_ended() {
  std::erase_if(retired, [](const MemberPtr& member) {
    if (!member->worker.joinable()) return true;
    if (!member->worker_ended) return false;
    member->worker.join();
    return true;
  });
}

/// Lets go of a peer that is on the list no more; in the I/O thread.
void Peers::Impl::release(Member& member) {
  member.removed = true;
  for (const LinkPtr& link : std::vector<LinkPtr>(links.begin(), links.end())) {
    if (link->member.get() == &member) link->close("no peer any more");
  }
}

// The class itself.

Peers::Peers(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Peers::~Peers() { stop(); }

Result<std::unique_ptr<Peers>> Peers::listen(PeersOptions options, const crypto::SigningKey& transport) {
  if (options.id.empty() || options.version.size() > 64 || options.backoff_min_ms <= 0 ||
      options.backoff_max_ms < options.backoff_min_ms || options.inbound_messages == 0) {
    return Error{Errc::usage, "the channel between nodes needs an id, a version of at most 64 characters, "
                              "pauses above zero and room for a message"};
  }
  auto impl = std::make_unique<Impl>(std::move(options));
  if (auto ready = prepare_context(impl->tls.native_handle(), transport); !ready) return std::move(ready).error();
  SSL_CTX_set_cert_verify_callback(impl->tls.native_handle(), &Impl::verify, impl.get());

  const PeersOptions& o = impl->options;
  ErrorCode error;
  const auto ip = asio::ip::make_address(o.address, error);
  if (error) return Error{Errc::usage, o.address + " is no IP address"};
  const tcp::endpoint endpoint(ip, o.port);
  impl->acceptor.open(endpoint.protocol(), error);
  if (!error) impl->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) impl->acceptor.bind(endpoint, error);
  if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return Error{Errc::io, "cannot listen on " + o.address + ":" + std::to_string(o.port) + ": " + error.message()};
  }
  impl->bound_port = impl->acceptor.local_endpoint(error).port();
  std::unique_ptr<Peers> made(new Peers(std::move(impl)));
  made->set_peers(made->impl_->options.peers);
  return made;
}

std::uint16_t Peers::port() const { return impl_->bound_port; }

void Peers::start(Received received) {
  const std::lock_guard lock(impl_->mutex);
  QL_CHECK(!impl_->started && !impl_->stopped);
  impl_->received = std::move(received);
  impl_->started = true;
  for (const auto& [id, member] : impl_->members) {
    member->worker = std::thread([impl = impl_.get(), member = member] { impl->deliver(member); });
  }
  asio::post(impl_->context, [impl = impl_.get()] { impl->tick(); });
  impl_->thread = std::thread([impl = impl_.get()] { impl->context.run(); });
}

void Peers::set_peers(const std::vector<KnownPeer>& peers) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->stopped) return;
  std::map<std::string, const KnownPeer*> wanted;
  for (const KnownPeer& peer : peers) {
    if (peer.id != impl_->options.id) wanted.emplace(peer.id, &peer);
  }
  std::erase_if(impl_->members, [&](const auto& item) {
    const auto& [id, member] = item;
    const auto kept = wanted.find(id);
    if (kept != wanted.end() && kept->second->transport_key_hash == member->key) return false;
    member->inbox.end();
    impl_->retired.push_back(member);
    asio::post(impl_->context, [impl = impl_.get(), member = member] { impl->release(*member); });
    return true;
  });
  for (const auto& [id, peer] : wanted) {
    const auto at = impl_->members.find(id);
    if (at == impl_->members.end()) {
      impl_->add(*peer);
    } else {
      at->second->known = *peer;
    }
  }
  impl_->join_ended();
}

void Peers::cut(const std::string& id, const std::string& reason) {
  const std::lock_guard lock(impl_->mutex);
  const auto at = impl_->members.find(id);
  if (at == impl_->members.end()) return;
  asio::post(impl_->context, [member = at->second, reason] {
    if (member->live) member->live->refuse(reason, true);
  });
}

PeersCounts Peers::counts() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->sums;
}

void Peers::send(const std::string& to, std::shared_ptr<const Bytes> message) {
  const std::lock_guard lock(impl_->mutex);
  const auto at = impl_->members.find(to);
  const bool carried = message && !message->empty() && message->size() <= kMessageBytesMax &&
                       static_cast<std::uint8_t>((*message)[0]) < kOwnTypes;
  if (at == impl_->members.end() || !at->second->connected || !carried) {
    ++impl_->sums.dropped;
    return;
  }
  const auto& member = at->second;
  impl_->sums.dropped += member->outbox.push(std::move(message));
  if (std::exchange(member->wake_posted, true)) return;
  asio::post(impl_->context, [impl = impl_.get(), member] {
    {
      const std::lock_guard relock(impl->mutex);
      member->wake_posted = false;
    }
    if (member->live) member->live->write();
  });
}

std::vector<PeerState> Peers::peers() const {
  const auto now = SteadyClock::now();
  const std::lock_guard lock(impl_->mutex);
  std::vector<PeerState> states;
  for (const auto& [id, member] : impl_->members) {
    PeerState state;
    state.id = id;
    state.connected = member->connected;
    state.problem = member->problem;
    const auto heard = member->heard_at.load();
    state.heard = heard != 0;
    const SteadyClock::time_point at{SteadyClock::duration(heard)};
    if (state.heard) state.silent_ms = std::max<std::int64_t>(0, std::chrono::duration_cast<Millis>(now - at).count());
    states.push_back(std::move(state));
  }
  return states;
}

void Peers::stop() {
  std::vector<Impl::MemberPtr> all;
  {
    const std::lock_guard lock(impl_->mutex);
    if (std::exchange(impl_->stopped, true)) return;
    all = std::move(impl_->retired);
    for (const auto& [id, member] : impl_->members) all.push_back(member);
  }
  for (const auto& member : all) member->inbox.end();
  impl_->stopping = true;
  asio::post(impl_->context, [impl = impl_.get()] {
    ErrorCode ignored;
    impl->acceptor.close(ignored);
    impl->timer.cancel();
    impl->resolver.cancel();
    for (const auto& link : std::vector<Impl::LinkPtr>(impl->links.begin(), impl->links.end())) {
      link->close("this node stops");
    }
  });
  if (impl_->thread.joinable()) impl_->thread.join();  // nothing is left to wait for
  for (const auto& member : all) {
    if (member->worker.joinable()) member->worker.join();
  }
  ErrorCode ignored;
  impl_->acceptor.close(ignored);  // where it was never started
}

}  // namespace qinglu::node
