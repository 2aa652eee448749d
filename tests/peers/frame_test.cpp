// SPDX-License-Identifier: Apache-2.0
#include "node/peers/frame.hpp"

#include "crypto/base/encoding.hpp"
#include "node/peers/certificate.hpp"
#include "node/peers/queues.hpp"
#include "tests/peers/nodes.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::node;
using test::message;

namespace {

Bytes framed(const Bytes& bytes) {
  const auto head = frame_head(bytes);
  return Bytes(head.data(), head.size()) + bytes.substr(1);
}

}  // namespace

TEST_CASE("a stream of frames is cut into its messages, byte by byte as well as at once", "[peers]") {
  const std::vector<Bytes> messages = {*message(2, "vote"), *message(1, ""), *message(25, std::string(5'000, 'x'))};
  Bytes stream;
  for (const Bytes& each : messages) stream += framed(each);

  const std::size_t piece = GENERATE(1u, 7u, 4'096u, 1u << 20);
  FrameParser parser(kMessageBytesMax);
  std::vector<Bytes> cut;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    BytesView input = BytesView(stream).substr(at, piece);
    while (!input.empty()) {
      auto got = parser.take(input);
      REQUIRE(got);
      if (*got) cut.push_back(**got);
    }
  }

  CHECK(cut == messages);
  CHECK_FALSE(parser.in_frame());
}

TEST_CASE("a frame of another protocol or over its length is refused by its head alone", "[peers][F41]") {
  FrameParser parser(kMessageBytesMax);
  const auto refusal_of = [&](const Bytes& bytes) {
    BytesView input = bytes;
    const auto got = parser.take(input);
    return got ? std::string() : got.error().detail;
  };
  SECTION("longest length") {
    CHECK(refusal_of(Bytes("\0\1\1\xff\xff\xff\xff", 7)) == "a frame of 4294967295 bytes, allowed are 16777215");
    CHECK(refusal_of("x") != "");  // nothing behind it means anything
  }
  SECTION("one byte too many, and just enough") {
    CHECK(refusal_of(Bytes("\0\1\1\1\0\0\0", 7)) == "a frame of 16777216 bytes, allowed are 16777215");
    parser = FrameParser(kMessageBytesMax);
    CHECK(refusal_of(Bytes("\0\1\1\0\xff\xff\xff", 7)) == "");
  }
  SECTION("before the hello little is allowed") {
    parser.allow(kHandshakeBytesMax);
    CHECK(refusal_of(Bytes("\0\1\xfe\0\0\x10\0", 7)) == "a frame of 4096 bytes, allowed are 4095");
  }
  SECTION("unknown protocol") {
    CHECK(refusal_of(Bytes("\0\2\1\0\0\0\0", 7)) == "a frame of protocol 2, this node speaks 1");
  }
}

TEST_CASE("the channel's own messages come back as they were, and in no other form", "[peers][F41]") {
  const Hello hello{test::ledger_of("test"), "node1.example.org", "0.1.0"};
  const Bytes bytes = hello.encode();
  const auto back = Hello::decode(bytes);
  REQUIRE(back);
  CHECK(back->ledger == hello.ledger);
  CHECK(back->id == hello.id);
  CHECK(back->version == hello.version);
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(Hello::decode(bytes.substr(0, size)));
  CHECK_FALSE(Hello::decode(bytes + "x"));
  CHECK_FALSE(Hello::decode(Hello{hello.ledger, "", "1"}.encode()));
  CHECK_FALSE(Hello::decode(Hello{hello.ledger, "two\nlines", "1"}.encode()));
  CHECK_FALSE(Hello::decode(Hello{hello.ledger, std::string(256, 'i'), "1"}.encode()));
  CHECK_FALSE(Hello::decode(Hello{hello.ledger, "id", std::string(65, 'v')}.encode()));
  CHECK_FALSE(KeepAlive::decode(KeepAlive{true, 1}.encode() + "x"));
  CHECK_FALSE(decode_refusal(encode_refusal("a bell \a")));
  CHECK_FALSE(decode_refusal(encode_refusal("\xff")));
  CHECK(*decode_refusal(encode_refusal(std::string(5'000, 'r'))) == std::string(1'000, 'r'));
}

TEST_CASE("a key is pinned by the hash of its SubjectPublicKeyInfo", "[peers]") {
  // RFC 8032 §7.1, test 1; hash by `openssl pkey -pubin -outform DER | sha256sum`.
  const auto key = fixed_from_hex<PublicKey>("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(to_hex(transport_key_hash(*key)) == "06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9");
}

TEST_CASE("votes never wait behind bodies, and the oldest body goes where there is no room", "[peers]") {
  Outbox outbox({.small_messages = 3, .large_messages = 2, .large_bytes = 30'000});
  const auto body = [](char c) { return message(1, std::string(9'999, c)); };

  CHECK(outbox.push(body('a')) == 0);
  CHECK(outbox.push(body('b')) == 0);
  CHECK(outbox.push(message(2, "vote 1")) == 0);
  CHECK(outbox.push(body('c')) == 1);                                // a goes by count
  CHECK(outbox.push(message(1, std::string(24'999, 'd'))) == 2);     // b and c by size
  for (int i = 2; i <= 4; ++i) outbox.push(message(2, "vote " + std::to_string(i)));

  CHECK(*outbox.pop() == *message(2, "vote 2"));
  CHECK(*outbox.pop() == *message(2, "vote 3"));
  CHECK(*outbox.pop() == *message(2, "vote 4"));
  CHECK(outbox.pop()->at(1) == 'd');
  CHECK(outbox.pop() == nullptr);
}

TEST_CASE("a peer that sends more than its rate is read on when its tokens are back", "[peers]") {
  Rates rates({{2, 4, 10, 3}, {5, 7, 10, 100}});
  const auto start = std::chrono::steady_clock::now();
  CHECK(rates.allow(start));
  for (int i = 0; i < 4; ++i) rates.spend(3);
  CHECK_FALSE(rates.allow(start));
  CHECK_FALSE(rates.allow(start + std::chrono::milliseconds(50)));
  CHECK(rates.allow(start + std::chrono::milliseconds(100)));
  for (int i = 0; i < 1'000; ++i) rates.spend(9);  // of no class
  CHECK(rates.allow(start + std::chrono::milliseconds(100)));
}
