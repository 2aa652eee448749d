// SPDX-License-Identifier: Apache-2.0
#include "crypto/ed25519.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "crypto/base/encoding.hpp"
#include "tests/crypto/started.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

namespace qinglu::crypto {
namespace {

using nlohmann::json;

json read_vectors(const std::string& name) {
  return json::parse(test::read_test_file("vectors/" + name));
}

}  // namespace

TEST_CASE("Wycheproof: all 151 Ed25519 tests end as expected", "[ed25519]") {
  int tests = 0;
  int refused_by_length = 0;
  const json vectors = read_vectors("wycheproof/ed25519_test.json");
  for (const json& group : vectors["testGroups"]) {
    const auto key = fixed_from_hex<PublicKey>(group["publicKey"]["pk"].get<std::string>());
    REQUIRE(key);
    for (const json& vector : group["tests"]) {
      ++tests;
      const bool valid = vector["result"] == "valid";
      const auto signature = fixed_from_hex<Signature>(vector["sig"].get<std::string>());
      const Bytes message = *from_hex(vector["msg"].get<std::string>());
      INFO("tcId " << vector["tcId"]);
      if (!signature) {
        ++refused_by_length;
        CHECK_FALSE(valid);
      } else {
        CHECK(verify(*key, message, *signature) == valid);
      }
    }
  }
  CHECK(tests == 151);
  CHECK(refused_by_length == 12);
}

TEST_CASE("CCTV: exactly 43 of the 914 Ed25519 edge cases are accepted", "[ed25519]") {
  std::set<int> accepted;
  const json vectors = read_vectors("cctv/ed25519vectors.json");
  for (const json& vector : vectors) {
    const auto key = fixed_from_hex<PublicKey>(vector["key"].get<std::string>());
    const auto signature = fixed_from_hex<Signature>(vector["sig"].get<std::string>());
    REQUIRE((key && signature));
    if (verify(*key, vector["msg"].get<std::string>(), *signature)) {
      accepted.insert(vector["number"].get<int>());
    }
  }
  CHECK(vectors.size() == 914);
  CHECK(accepted.size() == 43);
  const json expected = read_vectors("cctv/libsodium_1_0_18_accepted.json")["accepted_numbers"];
  CHECK(accepted == expected.get<std::set<int>>());
}

TEST_CASE("a key of small or mixed order may not be enrolled", "[ed25519]") {
  const SigningKey key = SigningKey::from_seed(Bytes(32, '\x01'));
  CHECK(may_enrol(key.public_key()));
  // The neutral element and a point of order 8; then a good key with a point of order 2 added, as
  // CCTV makes them.
  PublicKey neutral;
  neutral.octets[0] = 1;
  CHECK_FALSE(may_enrol(neutral));
  CHECK_FALSE(may_enrol(*fixed_from_hex<PublicKey>(
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")));
  int mixed = 0;
  for (const json& vector : read_vectors("cctv/ed25519vectors.json")) {
    const auto flags = vector["flags"].is_null() ? std::set<std::string>{}
                                                 : vector["flags"].get<std::set<std::string>>();
    if (!flags.contains("low_order_component_A")) continue;
    ++mixed;
    CHECK_FALSE(may_enrol(*fixed_from_hex<PublicKey>(vector["key"].get<std::string>())));
  }
  CHECK(mixed > 0);
}

TEST_CASE("a signature covers the concatenation of its parts and nothing else", "[ed25519]") {
  const SigningKey key = SigningKey::from_seed(Bytes(32, '\x03'));
  CHECK(to_hex(key.public_key()) ==
        "ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1");
  const Signature signature = key.sign({"qinglu/", "record/1"});
  CHECK(verify(key.public_key(), "qinglu/record/1", signature));
  CHECK(verify(key.public_key(), {"q", "inglu/record", "/1"}, signature));
  CHECK_FALSE(verify(key.public_key(), "qinglu/record/2", signature));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Signature broken = signature;
    broken.octets[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    CHECK_FALSE(verify(key.public_key(), "qinglu/record/1", broken));
  }
}

TEST_CASE("a moved key still signs, and fresh keys differ", "[ed25519]") {
  SigningKey first = SigningKey::generate();
  const PublicKey pub = first.public_key();
  SigningKey second = std::move(first);
  CHECK(verify(pub, "x", second.sign({"x"})));
  CHECK(SigningKey::generate().public_key() != pub);
  CHECK(SigningKey::from_seed(second.seed()).public_key() == pub);
}

}  // namespace qinglu::crypto
