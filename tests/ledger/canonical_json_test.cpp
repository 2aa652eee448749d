// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/canonical_json.hpp"

#include <filesystem>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/entry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::ledger;

namespace {

struct Trap {
  const char* name;
  std::string text;
  std::uint64_t offset;  ///< of the byte that is wrong
};

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 1; i < depth; ++i) text += "{\"a\":";
  return text + "{}" + std::string(depth - 1, '}');
}

}  // namespace

TEST_CASE("the strict reader refuses every trap at its byte [F79]", "[json][F79]") {
  using namespace std::string_literals;
  const Trap traps[] = {
      {"empty input", "", 0},
      {"byte order mark", "\xEF\xBB\xBF{}", 0},
      {"leading blank", " {}", 0},
      {"no object", "[]", 0},
      {"duplicate key", R"({"a":1,"a":2})", 7},
      {"duplicate by escape", "{\"a\":1,\"\\u0061\":2}", 8},
      {"unsorted keys", R"({"b":1,"a":2})", 7},
      {"blank after colon", R"({"a": 1})", 5},
      {"line feed between", "{\"a\":1,\n\"b\":2}", 7},
      {"trailing bytes", "{} ", 2},
      {"trailing NUL and more", "{\"a\":1}\0x"s, 7},
      {"null", R"({"a":null})", 5},
      {"float", R"({"a":1.0})", 5},
      {"exponent", R"({"a":1e2})", 5},
      {"huge exponent", R"({"a":1e400})", 5},
      {"minus zero", R"({"a":-0})", 5},
      {"plus sign", R"({"a":+1})", 5},
      {"leading zero", R"({"a":01})", 5},
      {"NaN", R"({"a":NaN})", 5},
      {"2^53", R"({"a":9007199254740992})", 5},
      {"number of many digits", "{\"a\":" + std::string(50'000, '9') + "}", 5},
      {"needless escape", R"({"a":"\/"})", 6},
      {"escaped letter", "{\"a\":\"\\u0041\"}", 6},
      {"raw control character", "{\"a\":\"\x01\"}", 6},
      {"tab", "{\"a\":\"\t\"}", 6},
      {"C1 control", "{\"a\":\"\xC2\x85\"}", 6},
      {"bidi override", "{\"a\":\"\xE2\x80\xAE\"}", 6},
      {"left-to-right mark", "{\"a\":\"\xE2\x80\x8E\"}", 6},
      {"line separator", "{\"a\":\"\xE2\x80\xA8\"}", 6},
      {"byte order mark inside", "{\"a\":\"\xEF\xBB\xBF\"}", 6},
      {"noncharacter", "{\"a\":\"\xEF\xBF\xBF\"}", 6},
      {"lone surrogate", "{\"a\":\"\xED\xA0\x80\"}", 6},
      {"overlong", "{\"a\":\"\xC0\xAF\"}", 6},
      {"cut short UTF-8", "{\"a\":\"\xE7\x94\"}", 6},
      {"upper-case key", R"({"A":1})", 2},
      {"key beginning with a digit", R"({"1a":1})", 2},
      {"empty key", R"({"":1})", 1},
      {"key of 49 characters", "{\"" + std::string(49, 'a') + "\":1}", 1},
      {"unterminated string", R"({"a":"x)", 7},
      {"unterminated object", R"({"a":1)", 6},
      {"comment", R"({"a":1/**/})", 6},
      {"trailing comma", R"({"a":1,})", 7},
  };
  for (const Trap& trap : traps) {
    INFO(trap.name);
    const auto value = parse_canonical(trap.text);
    REQUIRE_FALSE(value);
    CHECK(value.error().code == Errc::malformed);
    REQUIRE(value.error().offset);
    CHECK(*value.error().offset == trap.offset);
  }
}

TEST_CASE("depth, counts and size are bounded before anything is built [F79]", "[json][F79]") {
  CHECK(parse_canonical(nested(16)));
  for (const std::size_t depth : {std::size_t{17}, std::size_t{10'000}}) {
    const auto value = parse_canonical(nested(depth));
    REQUIRE_FALSE(value);
    CHECK(value.error().code == Errc::limit);
  }
  const auto array_of = [](std::size_t n) {
    std::string text = "{\"a\":[1";
    for (std::size_t i = 1; i < n; ++i) text += ",1";
    return text + "]}";
  };
  CHECK(parse_canonical(array_of(4'096)));
  CHECK(parse_canonical(array_of(4'097)).error().code == Errc::limit);
  const std::string full = "{\"a\":\"" + std::string(kEntryBytesMax - 8, 'x') + "\"}";
  CHECK(parse_canonical(full));
  CHECK(parse_canonical("{\"a\":\"" + std::string(kEntryBytesMax - 7, 'x') + "\"}").error().code == Errc::limit);
  std::string wide = "{";
  for (int i = 100; i < 357; ++i) wide += (i > 100 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  CHECK(parse_canonical(wide + "}").error().code == Errc::limit);
}

TEST_CASE("all twelve RFC 8785 vectors leave the profile and are refused", "[json][vectors]") {
  int refused = 0;
  for (const char* folder : {"input", "output"}) {
    for (const char* name : {"arrays", "french", "structures", "unicode", "values", "weird"}) {
      INFO(folder << "/" << name);
      const std::string text = test::read_test_file(std::string("vectors/jcs/") + folder + "/" + name + ".json");
      const auto value = parse_canonical(text);
      CHECK_FALSE(value);
      if (!value) ++refused;
    }
  }
  CHECK(refused == 12);
}

TEST_CASE("what is written is read back, rare characters included", "[json]") {
  Value value(Value::Members{{"a", Value(Value::Items{1, -5, true, "𠀀甲\n\"\\/\x7f"})}, {"b", Value(Value::Members{{"c", "é"}})}});
  const std::string text = to_canonical(value);
  const auto read = parse_canonical(text);
  REQUIRE(read);
  CHECK((*read == value));
  const Value* inner = read->find("b");
  CHECK(text.substr(inner->begin(), inner->end() - inner->begin()) == "{\"c\":\"é\"}");
}
