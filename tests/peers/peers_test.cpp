// SPDX-License-Identifier: Apache-2.0
#include "node/peers/peers.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "crypto/base/encoding.hpp"
#include "tests/peers/nodes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/says.hpp"

using namespace qinglu;
using test::ChannelNode;
using test::eventually;
using test::message;
using test::says;

namespace {

std::vector<Bytes> numbered(int count) {
  std::vector<Bytes> all;
  for (int i = 0; i < count; ++i) all.push_back(*message(2, std::to_string(i)));
  return all;
}

}  // namespace

TEST_CASE("two nodes hear each other in order", "[peers]") {
  ChannelNode a("a");
  ChannelNode b("b");
  test::connect({&a, &b});

  for (int i = 0; i < 500; ++i) {
    a.send("b", 2, std::to_string(i));
    b.send("a", 2, std::to_string(i));
  }

  CHECK(eventually([&] { return a.received("b").size() == 500 && b.received("a").size() == 500; }));
  CHECK(a.received("b") == numbered(500));
  CHECK(b.received("a") == numbered(500));
  CHECK(a.state("b").heard);
  CHECK(a.state("b").problem.empty());
}

TEST_CASE("four nodes hear each other, over one connection per pair", "[peers]") {
  ChannelNode a("a");
  ChannelNode b("b");
  ChannelNode c("c");
  ChannelNode d("d");
  const std::vector<ChannelNode*> all = {&a, &b, &c, &d};
  test::connect(all);

  for (int i = 0; i < 100; ++i) {
    for (ChannelNode* from : all) {
      for (ChannelNode* to : all) from->send(to->id(), 2, std::to_string(i));
    }
  }

  for (ChannelNode* to : all) {
    for (ChannelNode* from : all) {
      if (from == to) continue;
      CHECK(eventually([&] { return to->received(from->id()).size() == 100; }));
      CHECK(to->received(from->id()) == numbered(100));
    }
    CHECK(to->peers().counts().connections == 3);
  }
}

TEST_CASE("a message of 16 MiB passes, a longer one and the channel's own types are not sent", "[peers]") {
  ChannelNode a("a");
  ChannelNode b("b");
  test::connect({&a, &b});
  const std::string largest((16u << 20) - 1, 'x');

  a.send("b", 11, largest + "y");
  a.send("b", 255, "ping");
  a.send("b", 11, largest);

  CHECK(eventually([&] { return !b.received("a").empty(); }));
  CHECK(b.received("a") == std::vector<Bytes>{*message(11, largest)});
  CHECK(a.peers().counts().dropped == 2);
  CHECK(a.connected("b"));
}

TEST_CASE("what is sent to a node that is not connected, or not known, is dropped", "[peers]") {
  ChannelNode a("a");
  a.join(std::vector<node::KnownPeer>{{"b", test::ledger_of("no key"), "127.0.0.1:1", true}});

  a.send("b", 2, "vote");
  a.send("nobody", 2, "vote");

  CHECK(a.peers().counts().dropped == 2);
  CHECK(eventually([&] { return says(a.state("b").problem, "127.0.0.1:1: Connection refused"); }));
  CHECK_FALSE(a.state("b").heard);
}

TEST_CASE("a node that starts again is connected again", "[peers][F30]") {
  ChannelNode a("a");
  auto b = std::make_unique<ChannelNode>("b");
  const std::uint16_t port = b->port();
  test::connect({&a, b.get()});

  for (int round = 0; round < 3; ++round) {
    b.reset();
    REQUIRE(eventually([&] { return !a.connected("b"); }));
    CHECK_FALSE(a.state("b").problem.empty());
    b = std::make_unique<ChannelNode>("b", [&](node::PeersOptions& o) { o.port = port; });
    b->join({&a});
    REQUIRE(eventually([&] { return a.connected("b") && b->connected("a"); }));
    a.send("b", 2, "again");
    CHECK(eventually([&] { return b->received("a").size() == 1; }));
    CHECK(a.state("b").problem.empty());
  }
}

TEST_CASE("the other side may start again as well", "[peers][F30]") {
  auto a = std::make_unique<ChannelNode>("a");
  ChannelNode b("b");
  test::connect({a.get(), &b});

  a.reset();
  REQUIRE(eventually([&] { return !b.connected("a"); }));
  a = std::make_unique<ChannelNode>("a");
  a->join({&b});

  CHECK(eventually([&] { return b.connected("a") && a->connected("b"); }));
  CHECK(b.peers().counts().duplicates == 0);
}

TEST_CASE("a link that comes and goes fifty times leaves no descriptor and no thread behind", "[peers][F30][F36]") {
  const auto at_once = [](node::PeersOptions& o) { o.backoff_max_ms = 20; };
  ChannelNode a("a", at_once);
  ChannelNode b("b", at_once);
  test::connect({&a, &b});
  const std::size_t descriptors = test::descriptors();
  const std::size_t threads = test::threads();

  for (std::uint64_t round = 1; round <= 50; ++round) {
    b.peers().cut("a", "the link flaps");
    REQUIRE(eventually([&] { return a.peers().counts().connections == round + 1; }));
  }

  REQUIRE(eventually([&] { return a.connected("b") && b.connected("a"); }));
  CHECK(eventually([&] { return test::descriptors() == descriptors && test::threads() == threads; }));
  CHECK(b.peers().counts().connections == 51);
}

TEST_CASE("a new list of peers ends the connections of those who are gone, and begins others", "[peers]") {
  ChannelNode a("a");
  ChannelNode b("b");
  ChannelNode c("c");
  test::connect({&a, &b});
  c.join({&a});
  CHECK(eventually([&] { return a.peers().counts().unknown_keys == 0 && !c.connected("a"); }));

  a.peers().set_peers({c.known(true)});

  CHECK(eventually([&] { return a.connected("c") && c.connected("a") && !b.connected("a"); }));
  CHECK(a.peers().peers().size() == 1);
  a.send("b", 2, "lost");
  a.send("c", 2, "vote");
  CHECK(eventually([&] { return c.received("a").size() == 1; }));
  CHECK(b.received("a").empty());

  a.peers().set_peers({b.known(true), c.known(true)});
  CHECK(eventually([&] { return a.connected("b") && a.connected("c"); }));
  CHECK(a.peers().counts().connections == 3);  // the one to c was never touched
}

TEST_CASE("a list may be replaced while a message of one who goes is being taken", "[peers]") {
  ChannelNode a("a");
  ChannelNode b("b");
  b.on_message = [&](const std::string&, const Bytes&) { b.peers().set_peers({}); };
  test::connect({&a, &b});

  a.send("b", 2, "the last vote");

  CHECK(eventually([&] { return b.received("a").size() == 1 && !a.connected("b"); }));
  CHECK(b.peers().peers().empty());
}

TEST_CASE("two validators that both dial end with one connection", "[peers]") {
  ChannelNode a("a");
  ChannelNode b("b");
  a.join({b.known(true)});
  b.join({a.known(true)});

  REQUIRE(eventually([&] { return a.connected("b") && b.connected("a"); }));
  a.send("b", 2, "vote");
  b.send("a", 2, "vote");

  CHECK(eventually([&] { return a.received("b").size() == 1 && b.received("a").size() == 1; }));
  CHECK(b.peers().counts().duplicates == 0);
}

TEST_CASE("a receiver that does not go on holds up its own peer only", "[peers]") {
  std::mutex gate;
  std::unique_lock closed(gate);
  const auto impatient = [](node::PeersOptions& o) { o.inbound_messages = 4, o.ping_ms = 50, o.idle_ms = 500; };
  ChannelNode b("b", impatient);
  b.on_message = [&](const std::string& from, const Bytes&) {
    if (from == "a") const std::lock_guard wait(gate);
  };
  ChannelNode a("a", impatient);
  ChannelNode c("c", impatient);
  test::connect({&a, &b, &c});

  for (int i = 0; i < 200; ++i) a.send("b", 2, std::to_string(i));
  for (int i = 0; i < 200; ++i) c.send("b", 2, std::to_string(i));

  CHECK(eventually([&] { return b.received("c").size() == 200; }));
  CHECK(b.received("a").empty());
  b.send("a", 2, "votes go out");
  CHECK(eventually([&] { return a.received("b").size() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));  // longer than silence is suffered
  closed.unlock();
  CHECK(eventually([&] { return b.received("a").size() == 200; }));
  CHECK(b.received("a") == numbered(200));
  CHECK(a.peers().counts().connections == 2);  // a slow reader is no dead one
}

TEST_CASE("a node that sends beyond its rate is read more slowly and loses nothing", "[peers]") {
  ChannelNode a("a");
  ChannelNode b("b", [](node::PeersOptions& o) { o.rates = {{2, 4, 200, 5}}; });
  test::connect({&a, &b});

  for (int i = 0; i < 100; ++i) a.send("b", 2, std::to_string(i));

  CHECK(eventually([&] { return b.received("a").size() == 100; }));
  CHECK(b.received("a") == numbered(100));
  CHECK(a.peers().counts().connections == 1);
}

TEST_CASE("a peer is dialled by its name as well, and a name that means nothing is a problem", "[peers]") {
  ChannelNode a("a");
  ChannelNode b("b");
  auto named = b.known(true);
  named.address = "localhost:" + std::to_string(b.port());
  node::KnownPeer lost{"c", test::ledger_of("no key"), "nowhere.invalid:7181", true};
  node::KnownPeer wrong{"d", test::ledger_of("no key either"), "7181", true};
  b.join({&a});
  a.join({named, lost, wrong});

  CHECK(eventually([&] { return a.connected("b"); }));
  CHECK(eventually([&] { return says(a.state("c").problem, "nowhere.invalid:7181: its name is not resolved"); }));
  CHECK(eventually([&] { return says(a.state("d").problem, "7181: no host:port"); }));
}

TEST_CASE("options that make no sense are refused", "[peers]") {
  const auto refused = [](const ChannelNode::Tweak& tweak) {
    node::PeersOptions options;
    options.id = "a";
    tweak(options);
    const auto made = node::Peers::listen(options, test::key_of("a"));
    return made ? std::string() : made.error().detail;
  };
  ChannelNode other("b");
  CHECK(says(refused([](auto& o) { o.id = ""; }), "needs an id"));
  CHECK(says(refused([](auto& o) { o.address = "localhost"; }), "localhost is no IP address"));
  CHECK(says(refused([&](auto& o) { o.port = other.port(); }), "Address already in use"));
  CHECK(refused([](auto&) {}).empty());
}
