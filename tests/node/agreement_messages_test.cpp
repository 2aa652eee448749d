// SPDX-License-Identifier: Apache-2.0
// Messages between members, and how a range of final blocks is cut.
#include <string>
#include <vector>

#include "crypto/hash.hpp"
#include "node/agreement/message.hpp"
#include "node/agreement/range.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::agreement;

namespace {

BlockMessage block(std::size_t body, char name = 'b') { return {"{}", Bytes(4, '\0'), Bytes(body, name)}; }

}  // namespace

TEST_CASE("every message is read as it was written, and no shorter or longer one is", "[agreement][formats]") {
  const Digest a = crypto::sha256("a");
  const EnquiryId id{1, 2, 3};
  const std::vector<Message> messages{
      Status{1, 2, 3, 4, 5, 6, 7, 8, "0.4.0"}, GetRange{2, 7}, Range{{block(3), block(0)}, "certificate"}, Enquiry{id},
      EnquiryAnswer{id, true, "certificate", {"one", "two"}}, EnquiryAnswer{}, GetBlock{a}, block(9), GetCerts{1, 2, 3}, Certs{{"c", ""}}};
  for (const Message& message : messages) {
    const Bytes bytes = encode(message);
    const auto again = decode_message(bytes);
    REQUIRE(again);
    CHECK(*again == message);
    CHECK_FALSE(decode_message(bytes + "x"));
    CHECK_FALSE(decode_message(bytes.substr(0, bytes.size() - 1)));
  }
}

TEST_CASE("counts and lengths of messages are bounded before anything is taken [F54]", "[agreement][F54]") {
  CHECK_FALSE(decode_message(Bytes("\x0f") + Bytes(4, '\0') + Bytes(4, '\xff')));        // blocks of a Range
  CHECK_FALSE(decode_message(Bytes("\x19") + Bytes(21, '\0') + Bytes(2, '\xff')));       // votes of an answer
  Status status;
  status.version = std::string(kVersionMax, 'v');
  const Bytes bytes = encode(status);
  CHECK(decode_message(bytes));
  Bytes longer = bytes + "v";
  longer[longer.size() - kVersionMax - 2] = static_cast<char>(kVersionMax + 1);
  CHECK_FALSE(decode_message(longer));
  CHECK_FALSE(decode_message(Bytes("\x19") + Bytes(16, '\0') + "\x02" + Bytes(6, '\0')));  // abstains: neither yes nor no
}

TEST_CASE("a range ends with a block that has its own finalization", "[agreement]") {
  RangeBuilder builder;
  CHECK(builder.add(block(1, '1'), "f1"));
  CHECK(builder.add(block(0, '2'), {}));
  CHECK(builder.add(block(1, '3'), "f3"));
  CHECK(builder.add(block(1, '4'), {}));  // its finalization is not here yet
  const Range range = std::move(builder).finish();
  CHECK(range.finalization == "f3");
  REQUIRE(range.blocks.size() == 3);
  CHECK(range.blocks[2] == block(1, '3'));

  RangeBuilder none;
  CHECK(none.add(block(1), {}));
  CHECK(std::move(none).finish() == Range{});
}

TEST_CASE("a range is cut at 1 MiB, and holds one chunk at least, of which the last blocks if not all fit", "[agreement]") {
  RangeBuilder small;
  std::size_t taken = 0;
  while (small.add(block(100'000), "f")) ++taken;
  CHECK(taken == 10);
  CHECK(std::move(small).finish().blocks.size() == 10);

  RangeBuilder large;
  CHECK_FALSE(large.add(block(8u << 20), "f"));
  CHECK(std::move(large).finish().blocks.size() == 1);

  RangeBuilder many;
  for (char name : {'1', '2', '3'}) CHECK(many.add(block(7u << 20, name), {}));
  CHECK_FALSE(many.add(block(7u << 20, '4'), "f"));
  const Range last = std::move(many).finish();
  REQUIRE(last.blocks.size() == 2);
  CHECK(last.blocks[0].body[0] == '3');
  CHECK(last.blocks[1].body[0] == '4');
  CHECK(encode(last).size() <= kMessageMax);
}
