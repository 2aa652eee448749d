// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace qinglu::test {

/// Whole content of `tests/<name>`; fails the test when it cannot be read.
std::string read_test_file(const std::string& name);

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
