// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/store/file.hpp"

namespace qinglu::ledger {

/// An append-only file of rows (UTF-8 text) whose groups are durable when append() returns: the
/// pool's journal.
///
/// Each append() is one group. As only the last group can be torn by a crash, damage before a later
/// group that is whole is corruption.   Threads: one.   Source: reliability.md F01; agreement.md
/// §2.8.
class Journal {
 public:
  static constexpr std::size_t kRowMax = 1'153'434;      ///< 1.1 MiB
  static constexpr std::uint64_t kFileMax = 1ull << 30;  ///< 1 GiB; rewrite() long before

  struct Recovered;

  /// Makes an empty journal.   Errors: conflict; io.
  static Result<Journal> create(const std::string& path);
  /// Opens a journal and reads its rows, cutting off a torn last group.
  /// Errors: not_found; corrupt with the offset (damage in the middle); unsupported; limit; io.
  static Result<Recovered> recover(const std::string& path);

  /// Appends rows and syncs them.   Errors: limit (row or file too long); io, after which nothing
  /// more may be appended: the caller stops the node.
  Result<void> append(std::span<const Bytes> rows);

  /// Replaces the whole content durably: old or new after a crash, never a mixture.
  /// Errors: as append.
  Result<void> rewrite(std::span<const Bytes> rows);

  std::uint64_t size() const { return size_; }

 private:
  Journal(File file, std::uint64_t size, std::uint64_t next_group)
      : file_(std::move(file)), size_(size), next_group_(next_group) {}

  File file_;
  std::uint64_t size_;
  std::uint64_t next_group_;
};

struct Journal::Recovered {
  Journal journal;
  std::vector<Bytes> rows;
  std::uint64_t bytes_cut = 0;  ///< of a torn last group; never acknowledged
};

}  // namespace qinglu::ledger
