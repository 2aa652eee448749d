// SPDX-License-Identifier: Apache-2.0
#include "ledger/store/journal.hpp"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/hash.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::string_view kFileMagic = "QLJRNL1\n";
// Rows are UTF-8 text, in which this cannot occur: no row can pose as a later one.
constexpr std::string_view kRowMagic = "\xd1QLr";
constexpr std::size_t kChecksum = 8;
// magic ‖ u64 group ‖ u32 row of the group ‖ u32 rows of the group ‖ u32 length ‖ checksum ‖ row.
// The checksum is the first 8 bytes of SHA-256 over everything else: it guards against decay and
// torn writes, not against people.
constexpr std::size_t kHeader = kRowMagic.size() + 8 + 4 + 4 + 4 + kChecksum;

struct Row {
  std::uint64_t group = 0;
  std::uint32_t position = 0;
  std::uint32_t count = 0;
  BytesView bytes;
  std::size_t end = 0;  // offset behind the row
};

BytesView checksum_of(const Digest& digest) { return digest.view().substr(0, kChecksum); }

void encode_row(BinaryWriter& out, const Row& row) {
  const Bytes head = BinaryWriter()
                         .raw(kRowMagic)
                         .u64(row.group)
                         .u32(row.position)
                         .u32(row.count)
                         .u32(static_cast<std::uint32_t>(row.bytes.size()))
                         .bytes();
  const Digest digest = crypto::sha256({head, row.bytes});
  out.raw(head).raw(checksum_of(digest)).raw(row.bytes);
}

std::optional<Row> decode_row(BytesView file, std::size_t offset) {
  const BytesView all = file.substr(offset);
  BinaryReader in(all);
  if (in.raw(kRowMagic.size()) != kRowMagic) return std::nullopt;
  Row row;
  row.group = in.u64();
  row.position = in.u32();
  row.count = in.u32();
  const std::uint32_t length = in.u32();
  const std::size_t head = in.offset();
  const BytesView checksum = in.raw(kChecksum);
  if (length > Journal::kRowMax || row.position >= row.count) return std::nullopt;
  row.bytes = in.raw(length);
  if (in.failed()) return std::nullopt;
  const Digest digest = crypto::sha256({all.substr(0, head), row.bytes});
  if (checksum_of(digest) != checksum) return std::nullopt;
  row.end = offset + in.offset();
  return row;
}

// Whether a whole row of a group after `group` stands anywhere behind `offset`.
bool later_group_follows(BytesView file, std::size_t offset, std::uint64_t group) {
  while ((offset = file.find(kRowMagic, offset)) != BytesView::npos) {
    if (auto row = decode_row(file, offset); row && row->group > group) return true;
    ++offset;
  }
  return false;
}

Result<void> check_size(std::span<const Bytes> rows, std::uint64_t size) {
  for (const Bytes& row : rows) {
    if (row.size() > Journal::kRowMax) {
      return Error{Errc::limit, "a journal row of " + std::to_string(row.size()) + " bytes"};
    }
    size += kHeader + row.size();
  }
  if (size > Journal::kFileMax) return Error{Errc::limit, "the journal is full"};
  return {};
}

Result<File> create_file(const std::string& path, BytesView content) {
  auto file = File::create(path);
  if (!file) return file;
  if (auto done = file->write_at(0, content); !done) return std::move(done).error();
  if (auto done = file->sync(); !done) return std::move(done).error();
  return file;
}

}  // namespace

Result<Journal> Journal::create(const std::string& path) {
  auto file = create_file(path, kFileMagic);
  if (!file) return std::move(file).error();
  if (auto done = sync_directory_of(path); !done) return std::move(done).error();
  return Journal(std::move(*file), kFileMagic.size(), 1);
}

Result<Journal::Recovered> Journal::recover(const std::string& path) {
  auto file = File::open(path);
  if (!file) return std::move(file).error();
  auto size = file->size();
  if (!size) return std::move(size).error();
  if (*size > kFileMax) return Error{Errc::limit, path + " is too long for a journal"};
  auto content = file->read_at(0, static_cast<std::size_t>(*size));
  if (!content) return std::move(content).error();
  const BytesView bytes = *content;
  if (bytes.substr(0, kFileMagic.size()) != kFileMagic) {
    return Error{Errc::unsupported, path + " is no journal of this version", 0};
  }

  std::vector<Bytes> rows;
  std::size_t whole = kFileMagic.size();  // end of the last complete group
  std::size_t whole_rows = 0;
  std::uint64_t group = 0;  // of the last complete group
  std::size_t offset = whole;
  std::uint32_t expected = 0;
  while (offset < bytes.size()) {
    const auto row = decode_row(bytes, offset);
    if (!row || row->group != group + 1 || row->position != expected) break;
    rows.emplace_back(row->bytes);
    offset = row->end;
    if (++expected == row->count) {
      whole = offset;
      whole_rows = rows.size();
      group = row->group;
      expected = 0;
    }
  }
  // What follows the last complete group is torn only if it is the last group that was begun.
  if (offset < bytes.size() && later_group_follows(bytes, offset, group + 1)) {
    return Error{Errc::corrupt, path + " is damaged before rows that are whole", offset};
  }
  rows.resize(whole_rows);
  if (whole < bytes.size()) {
    if (auto done = file->truncate(whole); !done) return std::move(done).error();
    if (auto done = file->sync(); !done) return std::move(done).error();
  }
  return Recovered{Journal(std::move(*file), whole, group + 1), std::move(rows),
                   bytes.size() - whole};
}

Result<void> Journal::append(std::span<const Bytes> rows) {
  if (rows.empty()) return {};
  if (auto fits = check_size(rows, size_); !fits) return fits;
  BinaryWriter out;
  const auto count = static_cast<std::uint32_t>(rows.size());
  for (std::uint32_t i = 0; i < count; ++i) encode_row(out, {next_group_, i, count, rows[i]});
  if (auto done = file_.write_at(size_, out.bytes()); !done) return done;
  if (auto done = file_.sync(); !done) return done;
  size_ += out.bytes().size();
  ++next_group_;
  return {};
}

Result<void> Journal::rewrite(std::span<const Bytes> rows) {
  if (auto fits = check_size(rows, kFileMagic.size()); !fits) return fits;
  const std::string path = file_.path();
  const std::string temporary = path + ".new";
  std::error_code error;
  std::filesystem::remove(temporary, error);  // left by a crash

  // The new file is synced before it gets its name, so no group of it can be torn. One row each
  // makes damage show in every row but the last.
  BinaryWriter out;
  out.raw(kFileMagic);
  std::uint64_t group = 0;
  for (const Bytes& row : rows) encode_row(out, {++group, 0, 1, row});
  auto file = create_file(temporary, out.bytes());
  if (!file) return std::move(file).error();
  std::filesystem::rename(temporary, path, error);
  if (error) return Error{Errc::io, path + ": rename: " + error.message()};
  if (auto done = sync_directory_of(path); !done) return done;
  auto renamed = File::open(path);
  if (!renamed) return std::move(renamed).error();
  file_ = std::move(*renamed);
  size_ = out.bytes().size();
  next_group_ = group + 1;
  return {};
}

}  // namespace qinglu::ledger
