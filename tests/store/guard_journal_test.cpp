// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ledger/store/guard.hpp"
#include "ledger/store/journal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using test::TempDir;
namespace fs = std::filesystem;

namespace {

Bytes read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::string& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

std::vector<Bytes> rows_from(int first, int count) {
  std::vector<Bytes> rows;
  for (int i = first; i < first + count; ++i) {
    rows.push_back("row " + std::to_string(i) + Bytes(static_cast<std::size_t>(i % 7) * 10, '.'));
  }
  return rows;
}

}  // namespace

TEST_CASE("the guard keeps the newest state over openings", "[guard]") {
  TempDir dir;
  const std::string path = dir.path() + "/last_sign";
  CHECK(Guard::open(path).error().code == Errc::not_found);
  CHECK_FALSE(fs::exists(path));
  REQUIRE(Guard::create(path, {0, 0, "first"}));
  CHECK(Guard::create(path, {0, 0, ""}).error().code == Errc::conflict);
  for (std::uint64_t step = 1; step <= 5; ++step) {
    auto guard = Guard::open(path);
    REQUIRE(guard);
    CHECK(guard->state().step == step - 1);
    const GuardState next{step, step * 10, Bytes(step * 100, 'v')};
    REQUIRE(guard->write(next));
    CHECK(guard->state() == next);
    CHECK(Guard::open(path)->state() == next);
  }
  auto guard = Guard::open(path);
  CHECK(guard->write({6, 0, Bytes(Guard::kPayloadMax, 'x')}));
  CHECK(guard->write({7, 0, Bytes(Guard::kPayloadMax + 1, 'x')}).error().code == Errc::limit);
  CHECK(guard->state().step == 6);
}

TEST_CASE("a torn or flipped slot shows the state before it, two damaged ones none [F10]",
          "[guard][F10]") {
  constexpr std::uint64_t kSeed = 91;
  INFO("seed " << kSeed);
  test::Random random(kSeed);
  TempDir dir;
  const std::string path = dir.path() + "/last_sign";
  auto guard = Guard::create(path, {1, 1, "one"});
  REQUIRE(guard);
  REQUIRE(guard->write({2, 2, Bytes(6000, '2')}));
  const Bytes before = read_all(path);
  REQUIRE(guard->write({3, 3, Bytes(6000, '3')}));
  const Bytes after = read_all(path);
  REQUIRE(before.size() == after.size());
  std::size_t first = 0;
  while (before[first] == after[first]) ++first;
  std::size_t last = before.size() - 1;
  while (before[last] == after[last]) --last;
  for (int i = 0; i < 50; ++i) {
    const std::size_t torn = first + random.below(last - first + 1);
    write_all(path, after.substr(0, torn) + before.substr(torn));
    REQUIRE(Guard::open(path));
    CHECK(Guard::open(path)->state().step == 2);  // behind by one: the caller compares
    Bytes flipped = after;
    const std::size_t at = first - first % 4096 + random.below(6000);
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << random.below(8)));
    write_all(path, flipped);
    CHECK(Guard::open(path)->state().step == 2);
  }
  write_all(path, Bytes(after.size(), '\0'));
  CHECK(Guard::open(path).error().code == Errc::corrupt);
  write_all(path, after.substr(0, 100));
  CHECK(Guard::open(path).error().code == Errc::corrupt);
}

TEST_CASE("the journal gives back what was appended", "[journal]") {
  TempDir dir;
  const std::string path = dir.path() + "/pool";
  CHECK(Journal::recover(path).error().code == Errc::not_found);
  {
    auto journal = Journal::create(path);
    REQUIRE(journal);
    CHECK(Journal::create(path).error().code == Errc::conflict);
    REQUIRE(journal->append(rows_from(0, 3)));
    REQUIRE(journal->append({}));
    REQUIRE(journal->append(rows_from(3, 1)));
  }
  auto recovered = Journal::recover(path);
  REQUIRE(recovered);
  CHECK(recovered->rows == rows_from(0, 4));
  CHECK(recovered->bytes_cut == 0);
  REQUIRE(recovered->journal.append(rows_from(4, 2)));
  REQUIRE(recovered->journal.rewrite(rows_from(2, 4)));
  REQUIRE(recovered->journal.append(rows_from(6, 1)));
  auto again = Journal::recover(path);
  REQUIRE(again);
  CHECK(again->rows == rows_from(2, 5));
  CHECK(again->journal.size() == fs::file_size(path));
  CHECK_FALSE(fs::exists(path + ".new"));
  REQUIRE(again->journal.rewrite({}));
  REQUIRE(again->journal.append(rows_from(9, 2)));
  CHECK(Journal::recover(path)->rows == rows_from(9, 2));
}

TEST_CASE("a torn last group of the journal is cut off at every byte [F01]", "[journal][F01]") {
  TempDir dir;
  const std::string path = dir.path() + "/pool";
  auto journal = Journal::create(path);
  REQUIRE(journal);
  REQUIRE(journal->append(rows_from(0, 3)));
  const std::size_t whole = fs::file_size(path);
  REQUIRE(journal->append(rows_from(3, 3)));
  const Bytes full = read_all(path);
  for (std::size_t length = whole; length < full.size(); ++length) {
    write_all(path, full.substr(0, length));
    auto recovered = Journal::recover(path);
    REQUIRE(recovered);
    REQUIRE(recovered->rows == rows_from(0, 3));
    REQUIRE(recovered->bytes_cut == length - whole);
    REQUIRE(fs::file_size(path) == whole);
    // A power cut may also keep later sectors and lose earlier ones.
    Bytes holes = full;
    holes[length] = static_cast<char>(holes[length] ^ 1);
    write_all(path, holes);
    REQUIRE(Journal::recover(path)->rows == rows_from(0, 3));
  }
  write_all(path, full.substr(0, whole));
  auto recovered = Journal::recover(path);
  REQUIRE(recovered->journal.append(rows_from(6, 1)));
  CHECK(Journal::recover(path)->rows.size() == 4);
}

TEST_CASE("damage before a later whole group of the journal is refused", "[journal]") {
  TempDir dir;
  const std::string path = dir.path() + "/pool";
  auto journal = Journal::create(path);
  REQUIRE(journal);
  const std::size_t start = fs::file_size(path);
  REQUIRE(journal->append(rows_from(0, 3)));
  const std::size_t first = fs::file_size(path);
  REQUIRE(journal->append(rows_from(3, 2)));
  const Bytes full = read_all(path);
  for (std::size_t offset = start; offset < first; ++offset) {
    Bytes damaged = full;
    damaged[offset] = static_cast<char>(damaged[offset] ^ 0x10);
    write_all(path, damaged);
    auto recovered = Journal::recover(path);
    REQUIRE_FALSE(recovered);
    REQUIRE(recovered.error().code == Errc::corrupt);
    REQUIRE(read_all(path) == damaged);
  }
  write_all(path, "something else");
  CHECK(Journal::recover(path).error().code == Errc::unsupported);
}

TEST_CASE("a journal row over 1.1 MiB is refused and nothing is written", "[journal]") {
  TempDir dir;
  const std::string path = dir.path() + "/pool";
  auto journal = Journal::create(path);
  REQUIRE(journal);
  CHECK(journal->append(std::vector<Bytes>{Bytes(Journal::kRowMax, 'x')}));
  const auto size = fs::file_size(path);
  CHECK(journal->append(std::vector<Bytes>{"a", Bytes(Journal::kRowMax + 1, 'x')}).error().code ==
        Errc::limit);
  CHECK(fs::file_size(path) == size);
  CHECK(Journal::recover(path)->rows.size() == 1);
}
