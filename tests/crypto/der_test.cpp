// SPDX-License-Identifier: Apache-2.0
#include "crypto/der.hpp"

#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::crypto;
using namespace std::string_view_literals;

namespace {

/// Whether the bytes are one octet string and nothing else.
bool reads(BytesView bytes) {
  bool failed = false;
  DerReader reader(bytes, failed);
  reader.take(der::kOctets);
  reader.finish();
  return !failed;
}

Bytes octets(std::size_t size, BytesView header) { return Bytes(header) + Bytes(size, 'x'); }

}  // namespace

TEST_CASE("lengths are definite, the shortest, and no longer than what is there", "[crypto][der]") {
  CHECK(reads("\x04\x00"sv));
  CHECK(reads("\x04\x02xx"sv));
  CHECK(reads(octets(127, "\x04\x7F"sv)));
  CHECK(reads(octets(128, "\x04\x81\x80"sv)));
  CHECK(reads(octets(256, "\x04\x82\x01\x00"sv)));
  CHECK(reads(octets(65'536, "\x04\x83\x01\x00\x00"sv)));
  CHECK_FALSE(reads(octets(127, "\x04\x81\x7F"sv)));
  CHECK_FALSE(reads(octets(128, "\x04\x82\x00\x80"sv)));
  CHECK_FALSE(reads(octets(1, "\x04\x84\x00\x00\x00\x01"sv)));
  CHECK_FALSE(reads("\x04\x84\xFF\xFF\xFF\xFF"sv));
  CHECK_FALSE(reads("\x04\x80xx\x00\x00"sv));
  CHECK_FALSE(reads("\x24\x80\x04\x01x\x00\x00"sv));
  for (const BytesView bytes : {""sv, "\x04"sv, "\x04\x01"sv, "\x04\x81"sv, "\x04\x82\x01"sv, "\x04\x02x"sv}) CHECK_FALSE(reads(bytes));
}

TEST_CASE("tags are of one byte and the one that is asked for; nothing is left over", "[crypto][der]") {
  CHECK_FALSE(reads("\x05\x00"sv));
  CHECK_FALSE(reads("\x24\x00"sv));
  CHECK_FALSE(reads("\x1F\x04\x00"sv));
  CHECK_FALSE(reads("\x04\x00\x00"sv));
}

TEST_CASE("a failure stays, whatever is read afterwards and by whichever reader", "[crypto][der]") {
  bool failed = false;
  DerReader outer("\x30\x02\x05\x00\x04\x00"sv, failed);
  DerReader inner = outer.inside(der::kSequence);
  CHECK(inner.at(der::kNull));
  CHECK(inner.take(der::kOctets).whole.empty());
  CHECK(failed);
  CHECK_FALSE(outer.more());
  CHECK_FALSE(outer.at(der::kOctets));
  CHECK(outer.take(der::kOctets).whole.empty());
}
