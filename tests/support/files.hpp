// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qinglu::test {

/// Path of `tests/<name>`.
std::string test_file(const std::string& name);
/// Whole content of `tests/<name>`; fails the test when it cannot be read.
std::string read_test_file(const std::string& name);

/// The files of `dir` that are not empty and have `part` in their names, sorted.
std::vector<std::filesystem::path> files_like(const std::string& dir, const std::string& part);

/// Turns one bit of a file; throws when it cannot be written.
void flip_bit(const std::filesystem::path& path, std::uint64_t offset, unsigned bit);

/// A fresh directory that is removed with everything in it when the object goes.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace qinglu::test
