// SPDX-License-Identifier: Apache-2.0
#include "crypto/keyfile.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "crypto/base/encoding.hpp"
#include "tests/crypto/started.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

namespace qinglu::crypto {
namespace {

constexpr KeyCost kCheap{1, 8192};
const Digest kLedger = *fixed_from_hex<Digest>(std::string(64, 'a'));
const Digest kOtherLedger = *fixed_from_hex<Digest>(std::string(64, 'b'));

SigningKey sample_key() { return SigningKey::from_seed(Bytes(32, '\x07')); }

std::string sample_text() { return *seal_key(sample_key(), "vote", kLedger, "passphrase", kCheap); }

void write_file(const std::string& path, BytesView text, unsigned mode) {
  std::ofstream(path, std::ios::binary) << text;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("a sealed key opens with its passphrase and signs as before", "[keyfile]") {
  const std::string text = sample_text();
  const auto info = read_key_info(text);
  REQUIRE(info);
  CHECK(info->pub == sample_key().public_key());
  CHECK(info->purpose == "vote");
  CHECK(info->ledger == kLedger);
  CHECK(info->cost == kCheap);
  const auto key = open_key(text, "passphrase");
  REQUIRE(key);
  CHECK(key->sign({"x"}) == sample_key().sign({"x"}));
  CHECK(text.find(to_hex(sample_key().seed())) == text.npos);
  CHECK(sample_text() != text);  // salt and nonce are fresh
}

TEST_CASE("a key that is bound to no ledger has no such member", "[keyfile]") {
  const std::string text = *seal_key(sample_key(), "record", std::nullopt, "p", kCheap);
  CHECK(text.find("ledger") == text.npos);
  REQUIRE(read_key_info(text));
  CHECK_FALSE(read_key_info(text)->ledger);
  CHECK(open_key(text, "p"));
}

TEST_CASE("F97 a wrong passphrase is refused by name", "[keyfile][F97]") {
  const auto key = open_key(sample_text(), "Passphrase");
  REQUIRE_FALSE(key);
  CHECK(key.error().code == Errc::denied);
  CHECK(key.error().detail == "wrong passphrase, or the key file was altered");
}

TEST_CASE("F97 no changed, missing or added byte of a key file is accepted", "[keyfile][F97]") {
  const std::string text = sample_text();
  const std::size_t box_end = text.find("\",\"kdf\"");
  for (std::size_t i = 0; i < text.size(); ++i) {
    INFO("byte " << i);
    std::string broken = text;
    broken[i] = static_cast<char>(broken[i] ^ 1);
    const auto info = read_key_info(broken);
    // A changed cost could ask for gigabytes; it is told apart before any work is done.
    if (info && info->cost == kCheap) REQUIRE_FALSE(open_key(broken, "passphrase"));
    if (!info) REQUIRE((info.error().code == Errc::corrupt || info.error().code == Errc::limit));
    broken = text;
    broken.erase(i, 1);
    if (i > 8 && i < box_end) REQUIRE(read_key_info(broken).error().code == Errc::corrupt);
    if (const auto cut = read_key_info(broken); cut && cut->cost == kCheap) {
      REQUIRE_FALSE(open_key(broken, "passphrase"));
    }
    REQUIRE(read_key_info(text.substr(0, i)).error().code == Errc::corrupt);
  }
  CHECK(read_key_info(text + "\n").error().code == Errc::corrupt);
  CHECK(read_key_info(" " + text).error().code == Errc::corrupt);
  CHECK(read_key_info(std::string(1'000'000, 'x')).error().code == Errc::corrupt);
}

TEST_CASE("F97 a key file that asks for endless work is refused before any is done",
          "[keyfile][F97]") {
  std::string text = sample_text();
  text.replace(text.find("\"mem\":8192"), 10, "\"mem\":9007199254740991");
  CHECK(read_key_info(text).error().code == Errc::limit);
  text = sample_text();
  text.replace(text.find("\"ops\":1"), 7, "\"ops\":4000000000");
  CHECK(open_key(text, "passphrase").error().code == Errc::limit);
}

TEST_CASE("F97 a key file that others can read is refused by name", "[keyfile][F97]") {
  const test::TempDir directory;
  const std::string path = directory.path() + "/vote.key";
  write_file(path, sample_text(), 0600);
  REQUIRE(load_key_file(path, kLedger, "passphrase"));
  for (const unsigned mode : {0640u, 0604u, 0644u, 0660u, 0601u}) {
    write_file(path, sample_text(), mode);
    const auto key = load_key_file(path, kLedger, "passphrase");
    REQUIRE_FALSE(key);
    CHECK(key.error().code == Errc::denied);
    CHECK(key.error().detail ==
          "key file " + path + " can be read by others; its mode must be 0600");
  }
}

TEST_CASE("F97 a key for another ledger is refused with both ids", "[keyfile][F97]") {
  const test::TempDir directory;
  const std::string path = directory.path() + "/vote.key";
  REQUIRE(save_key_file(path, sample_text()));
  const auto key = load_key_file(path, kOtherLedger, "passphrase");
  REQUIRE_FALSE(key);
  CHECK(key.error().code == Errc::wrong_ledger);
  CHECK(key.error().detail.find(to_sha256_id(kLedger)) != std::string::npos);
  CHECK(key.error().detail.find(to_sha256_id(kOtherLedger)) != std::string::npos);
  CHECK(load_key_file(path, std::nullopt, "passphrase"));
}

TEST_CASE("a saved key file has mode 0600 and is never overwritten", "[keyfile]") {
  const test::TempDir directory;
  const std::string path = directory.path() + "/vote.key";
  const std::string first = sample_text();
  REQUIRE(save_key_file(path, first));
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(*read_key_file(path) == first);

  const auto again = save_key_file(path, sample_text());
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::conflict);
  CHECK(*read_key_file(path) == first);
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);

  CHECK(save_key_file(directory.path() + "/none/vote.key", first).error().code == Errc::io);
  CHECK(read_key_file(directory.path() + "/absent").error().code == Errc::not_found);
}

TEST_CASE("a key file longer than any of ours is not read", "[keyfile]") {
  const test::TempDir directory;
  write_file(directory.path() + "/big", std::string(5000, 'x'), 0600);
  CHECK(read_key_file(directory.path() + "/big").error().code == Errc::limit);
}

TEST_CASE("a key is not sealed under an empty passphrase, a strange purpose or no work",
          "[keyfile]") {
  CHECK_FALSE(seal_key(sample_key(), "vote", std::nullopt, "", kCheap));
  CHECK_FALSE(seal_key(sample_key(), "", std::nullopt, "p", kCheap));
  CHECK_FALSE(seal_key(sample_key(), "a\"b", std::nullopt, "p", kCheap));
  CHECK_FALSE(seal_key(sample_key(), "vote", std::nullopt, "p", {0, 8192}));
  CHECK_FALSE(seal_key(sample_key(), "vote", std::nullopt, "p", {1, 1}));
}

}  // namespace qinglu::crypto
