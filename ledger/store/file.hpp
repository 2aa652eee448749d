// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::ledger {

/// An open file of our own formats (guard, journal); errors name the path.
///
/// A failed sync is never tried again: the kernel may have dropped the pages (F12).
class File {
 public:
  /// Opens for reading and writing.   Errors: not_found; io.
  static Result<File> open(const std::string& path);
  /// Makes a file with mode 0600 that must not exist.   Errors: conflict; io.
  static Result<File> create(const std::string& path);

  File(File&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();

  const std::string& path() const { return path_; }
  Result<std::uint64_t> size() const;
  /// Exactly `count` bytes at `offset`.   Errors: io, also when the file is shorter.
  Result<Bytes> read_at(std::uint64_t offset, std::size_t count) const;
  Result<void> write_at(std::uint64_t offset, BytesView bytes);
  Result<void> truncate(std::uint64_t size);
  /// Data, and what of the metadata is needed to read it (fdatasync).
  Result<void> sync();

 private:
  File(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Error failure(const char* act) const;

  std::string path_;
  int fd_ = -1;
};

/// Makes the names in the directory of `path` durable.
Result<void> sync_directory_of(const std::string& path);

}  // namespace qinglu::ledger
