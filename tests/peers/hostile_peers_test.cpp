// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "crypto/base/encoding.hpp"
#include "node/peers/frame.hpp"
#include "tests/peers/nodes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/says.hpp"

using namespace qinglu;
using test::ChannelNode;
using test::eventually;
using test::message;
using test::RawPeer;
using test::says;

namespace {

/// b and c are connected; the place of a is left to a raw peer.
struct Town {
  explicit Town(ChannelNode::Tweak tweak = {}) : b("b", std::move(tweak)), c("c") {
    ChannelNode a("a");
    const auto absent = a.known(false);
    b.join({absent, c.known(true)});
    c.join({absent, b.known(false)});
    REQUIRE(eventually([&] { return b.connected("c") && c.connected("b"); }));
  }
  /// Whether b and c still hear each other.
  bool goes_on() {
    const std::size_t before = b.received("c").size();
    c.send("b", 2, "vote");
    return eventually([&] { return b.received("c").size() == before + 1; });
  }
  ChannelNode b;
  ChannelNode c;
};

}  // namespace

TEST_CASE("a node whose key is no peer's is refused, counted, and told so", "[peers][F59][F92]") {
  std::mutex mutex;
  std::vector<std::string> sentences;
  ChannelNode b("b", [&](node::PeersOptions& o) {
    o.on_refused = [&](const std::string& sentence) {
      const std::lock_guard lock(mutex);
      sentences.push_back(sentence);
    };
  });
  ChannelNode a("a", {}, "another key");
  b.join({a.known(false)});
  a.join({b.known(true)});

  CHECK(eventually([&] { return b.peers().counts().unknown_keys >= 3; }));

  CHECK(says(a.state("b").problem, "does not know this node's transport key"));
  CHECK_FALSE(a.connected("b"));
  CHECK_FALSE(b.connected("a"));
  const std::lock_guard lock(mutex);
  REQUIRE(sentences.size() == 1);  // once a minute
  CHECK(says(sentences[0], "whose key is no peer's, the last one from 127.0.0.1:"));
}

TEST_CASE("a node that answers with another key than the dialled one's is left", "[peers][F92]") {
  ChannelNode b("b");
  ChannelNode c("c");
  ChannelNode a("a");
  auto wrong_place = b.known(true);
  wrong_place.address = c.known(true).address;
  c.join({a.known(false)});
  b.join({a.known(false)});

  SECTION("the key of another peer") {
    a.join({wrong_place, c.known(false)});
    CHECK(eventually([&] { return says(a.state("b").problem, "holds the key of c"); }));
  }
  SECTION("a key of nobody") {
    a.join({wrong_place});
    CHECK(eventually([&] { return says(a.state("b").problem, "the key that the other side shows is no peer's"); }));
    CHECK(eventually([&] { return a.peers().counts().unknown_keys > 0; }));
  }
  CHECK_FALSE(a.connected("b"));
}

TEST_CASE("who has no certificate, or speaks an older TLS, does not get in", "[peers][F92]") {
  Town town;

  CHECK_FALSE(RawPeer(town.b.port(), {.key = {}}).greet("a"));
  CHECK_FALSE(RawPeer(town.b.port(), {.key = {}, .tls12 = true}).secured());
  CHECK_FALSE(RawPeer(town.b.port(), {.key = "a", .tls12 = true}).secured());
  CHECK_FALSE(RawPeer(town.b.port(), {.key = "stranger"}).greet("a"));

  CHECK(RawPeer(town.b.port(), {.key = "a"}).greet("a"));
  CHECK(town.goes_on());
}

TEST_CASE("a node of another ledger is refused by name on both sides", "[peers][F39]") {
  ChannelNode a("a", [](node::PeersOptions& o) { o.ledger = test::ledger_of("trial"); });
  ChannelNode b("b");
  a.join({&b});
  b.join({&a});

  const std::string sentence = "a node of the ledger " + to_hex(test::ledger_of("trial")) + ", this one of " +
                               to_hex(test::ledger_of("test"));
  CHECK(eventually([&] { return says(a.state("b").problem, "refused by the other side: ") &&
                                says(a.state("b").problem, sentence); }));
  CHECK(eventually([&] { return says(b.state("a").problem, sentence); }));
  CHECK_FALSE(a.connected("b"));
  CHECK_FALSE(b.connected("a"));
}

TEST_CASE("a node that claims another's id with its own key is refused by name", "[peers]") {
  Town town;
  RawPeer raw(town.b.port(), {.key = "a"});

  CHECK(raw.send_message(node::Hello{test::ledger_of("test"), "c", "raw"}.encode()));

  CHECK(raw.read_refusal() == "calls itself c with the key of a");
  CHECK(eventually([&] { return says(town.b.state("a").problem, "calls itself c with the key of a"); }));
  CHECK(town.goes_on());
}

TEST_CASE("two nodes with one key: the second is refused and both addresses are named", "[peers][F19]") {
  std::mutex mutex;
  std::vector<std::string> named;
  ChannelNode b("b", [&](node::PeersOptions& o) {
    o.on_duplicate = [&](const std::string& id, const std::string& first, const std::string& second) {
      const std::lock_guard lock(mutex);
      named = {id, first, second};
    };
  });
  ChannelNode a("a");
  test::connect({&a, &b});

  RawPeer clone(b.port(), {.key = "a"});
  const std::string address = clone.address();
  CHECK(clone.send_message(node::Hello{test::ledger_of("test"), "a", "raw"}.encode()));
  const std::string refusal = clone.read_refusal();

  REQUIRE(eventually([&] { return b.peers().counts().duplicates == 1; }));
  {
    const std::lock_guard lock(mutex);
    REQUIRE(named.size() == 3);
    CHECK(named[0] == "a");
    CHECK(named[1] != named[2]);
    CHECK(named[2] == address);
    CHECK(says(refusal, named[1]));
    CHECK(says(b.state("a").problem, named[1]));
  }
  CHECK(says(refusal, address));
  CHECK(says(b.state("a").problem, address));
  a.send("b", 2, "the first goes on");
  CHECK(eventually([&] { return b.received("a").size() == 1; }));
  CHECK(b.peers().counts().connections == 1);
}

TEST_CASE("a second whole node with the same key is refused for as long as the first one answers", "[peers][F19]") {
  auto a = std::make_unique<ChannelNode>("a");
  ChannelNode clone("a");
  ChannelNode b("b");
  test::connect({a.get(), &b});

  clone.join({&b});
  CHECK(eventually([&] { return says(clone.state("b").problem, "another node with the same key"); }));
  CHECK(b.connected("a"));
  CHECK(a->connected("b"));

  a.reset();
  CHECK(eventually([&] { return clone.connected("b"); }));
}

TEST_CASE("a connection that does not answer gives way to the one that came second", "[peers][F40]") {
  Town town([](node::PeersOptions& o) { o.challenge_ms = 200; });
  RawPeer dead(town.b.port(), {.key = "a"});  // it never answers a ping
  REQUIRE(dead.greet("a"));

  RawPeer alive(town.b.port(), {.key = "a"});

  CHECK(alive.greet("a"));
  CHECK(dead.read_refusal().empty());  // closed
  CHECK(town.b.peers().counts().duplicates == 0);
  alive.send_message(*message(2, "vote"));
  CHECK(eventually([&] { return town.b.received("a").size() == 1; }));
}

TEST_CASE("a peer whose bytes are no frames is cut, named, and the others go on", "[peers][F41]") {
  Town town;
  struct Case {
    Bytes bytes;
    std::string problem;
  };
  const Case sent = GENERATE(values<Case>({
      {Bytes("\0\1\1\xff\xff\xff\xff", 7), "sent a frame of 4294967295 bytes"},
      {Bytes("\0\1\1\1\0\0\0", 7), "sent a frame of 16777216 bytes"},
      {"GET / HTTP/1.1\r\n\r\n", "sent a frame of protocol 18245"},
      {Bytes("\0\1\xfe\0\0\0\0", 7), "sent a second hello"},
      {Bytes("\0\1\xff\0\0\0\0", 7), "sent a keep-alive that is malformed"},
      {Bytes("\0\1\xfd\0\0\0\1\a", 8), "sent a refusal that is malformed"},
  }));
  INFO(sent.problem);
  RawPeer raw(town.b.port(), {.key = "a"});
  REQUIRE(raw.greet("a"));

  CHECK(raw.send(sent.bytes));

  CHECK(says(raw.read_refusal(), sent.problem));
  CHECK(eventually([&] { return says(town.b.state("a").problem, sent.problem); }));
  CHECK_FALSE(town.b.connected("a"));
  CHECK(town.b.peers().counts().malformed == 1);
  CHECK(town.goes_on());
}

TEST_CASE("before the hello nothing else is heard", "[peers][F41]") {
  Town town;
  const Bytes bytes = GENERATE(Bytes("\0\1\2\0\0\0\1x", 8), Bytes("\0\1\xfe\0\0\x10\0", 7),
                               Bytes("\0\1\xfe\0\0\0\1x", 8), Bytes(100, '\0'));
  RawPeer raw(town.b.port(), {.key = "a"});

  CHECK(raw.send(bytes));

  CHECK_FALSE(raw.read_refusal().empty());
  CHECK(town.b.peers().counts().malformed == 1);
  CHECK(town.b.received("a").empty());
  CHECK(town.goes_on());
}

TEST_CASE("a peer that sent no frames has to wait before it may come back", "[peers][F41]") {
  Town town([](node::PeersOptions& o) { o.backoff_min_ms = o.backoff_max_ms = 3'000; });
  RawPeer raw(town.b.port(), {.key = "a"});
  REQUIRE(raw.greet("a"));
  CHECK(raw.send("garbage"));
  CHECK_FALSE(raw.read_refusal().empty());

  RawPeer again(town.b.port(), {.key = "a"});
  CHECK(again.send_message(node::Hello{test::ledger_of("test"), "a", "raw"}.encode()));
  CHECK(says(again.read_refusal(), "has to wait"));

  CHECK(eventually([&] { return RawPeer(town.b.port(), {.key = "a"}).greet("a"); }));
}

TEST_CASE("a peer that trickles a frame, or falls silent, is cut and the others go on", "[peers][F40]") {
  SECTION("a byte now and then") {
    Town town([](node::PeersOptions& o) { o.frame_ms = 500; });
    RawPeer raw(town.b.port(), {.key = "a"});
    REQUIRE(raw.greet("a"));
    const Bytes frame("\0\1\2\0\0\1\0", 7);
    for (std::size_t i = 0; i < 256 && raw.send(frame.substr(std::min<std::size_t>(i, 6), 1)); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (!town.b.connected("a")) break;
    }
    CHECK(eventually([&] { return says(town.b.state("a").problem, "sent a frame that did not end in time"); }));
    CHECK(town.goes_on());
  }
  SECTION("half a frame and then nothing") {
    Town town([](node::PeersOptions& o) { o.frame_ms = 200; });
    RawPeer raw(town.b.port(), {.key = "a"});
    REQUIRE(raw.greet("a"));
    CHECK(raw.send(Bytes("\0\1\2\0\0\1\0half", 11)));
    CHECK(says(raw.read_refusal(), "did not end in time"));
    CHECK(town.goes_on());
  }
  SECTION("nothing at all: a half-open connection") {
    Town town([](node::PeersOptions& o) { o.ping_ms = 50, o.idle_ms = 400; });
    RawPeer raw(town.b.port(), {.key = "a"});
    REQUIRE(raw.greet("a"));
    CHECK(node::KeepAlive::decode(raw.read_message()));  // it is asked
    CHECK(eventually([&] { return says(town.b.state("a").problem, "nothing was heard for 400 ms"); }));
  }
  SECTION("a frame cut by the end of the connection") {
    Town town;
    {
      RawPeer raw(town.b.port(), {.key = "a"});
      REQUIRE(raw.greet("a"));
      CHECK(raw.send(Bytes("\0\1\2\0\0\1\0half", 11)));
    }
    CHECK(eventually([&] { return says(town.b.state("a").problem, "closed the connection"); }));
    CHECK(town.b.received("a").empty());
    CHECK(town.goes_on());
  }
}

TEST_CASE("a flood of pings is read no faster than other messages", "[peers]") {
  Town town([](node::PeersOptions& o) { o.rates = {{253, 255, 0.001, 3}}; });
  RawPeer raw(town.b.port(), {.key = "a"});
  REQUIRE(raw.greet("a"));

  for (std::uint64_t i = 1; i <= 3; ++i) {
    raw.send_message(node::KeepAlive{false, i}.encode());
    CHECK(raw.read_message() == node::KeepAlive{true, i}.encode());
  }
  raw.send_message(node::KeepAlive{false, 4}.encode());
  raw.send_message(*message(2, "behind the flood"));

  CHECK(raw.read_message() == node::KeepAlive{true, 4}.encode());
  CHECK(town.goes_on());
  CHECK(town.b.received("a").empty());
}

TEST_CASE("who connects and does not say who it is, is cut; honest nodes get in meanwhile", "[peers][F40]") {
  SECTION("a stranger keeps its place for the time of a handshake") {
    Town town([](node::PeersOptions& o) { o.handshake_ms = 300; });
    RawPeer raw(town.b.port(), {.key = "a"});  // TLS, and then no hello
    CHECK(raw.read_refusal().empty());
    CHECK(eventually([&] { return says(town.b.state("a").problem, "the handshake took too long"); }));
  }
  SECTION("one address gets few places, and keeps none for others") {
    ChannelNode b("b", [](node::PeersOptions& o) { o.handshakes_per_address = 2, o.handshake_ms = 1'000; });
    ChannelNode a("a");
    b.join({a.known(false)});
    std::vector<int> strangers;
    for (int i = 0; i < 8; ++i) strangers.push_back(test::open_connection(b.port()));
    a.join({b.known(true)});
    CHECK(eventually([&] { return a.connected("b"); }));
    for (const int fd : strangers) test::close_connection(fd);
  }
  SECTION("where all places are taken the oldest goes") {
    ChannelNode b("b", [](node::PeersOptions& o) { o.handshakes = 2; });
    ChannelNode a("a");
    b.join({a.known(false)});
    std::vector<int> strangers;
    for (int i = 0; i < 8; ++i) strangers.push_back(test::open_connection(b.port()));
    a.join({b.known(true)});
    CHECK(eventually([&] { return a.connected("b"); }));
    for (const int fd : strangers) test::close_connection(fd);
  }
}

TEST_CASE("send neither blocks nor grows when the other side does not read", "[peers][F36]") {
  Town town;
  RawPeer raw(town.b.port(), {.key = "a"});
  REQUIRE(raw.greet("a"));
  const auto body = message(11, std::string(1u << 20, 'x'));

  for (int i = 0; i < 1'000; ++i) town.b.peers().send("a", body);
  town.b.send("a", 2, "vote");

  CHECK(town.b.peers().counts().dropped > 900);
  CHECK(town.goes_on());
  std::size_t bodies = 0;  // that were already on their way
  for (Bytes got = raw.read_message(); got != *message(2, "vote"); got = raw.read_message()) {
    REQUIRE_FALSE(got.empty());
    bodies += got == *body;
  }
  CHECK(bodies < 32);
}

TEST_CASE("without a descriptor left nobody new gets in, and the listener goes on", "[peers][F16]") {
  Town town;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int socket = test::open_connection(0);  // made while there are descriptors, connected when not
  const int lowest_free = ::dup(socket);
  ::close(lowest_free);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest_free);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);

  test::connect_to(socket, town.b.port());
  for (int i = 0; i < 3; ++i) CHECK(town.goes_on());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // some failed attempts to accept
  CHECK(town.goes_on());

  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  test::close_connection(socket);
  CHECK(eventually([&] { return RawPeer(town.b.port(), {.key = "a"}).greet("a"); }));
}
