// SPDX-License-Identifier: Apache-2.0
#include "tests/support/files.hpp"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace qinglu::test {

std::string test_file(const std::string& name) { return std::string(QINGLU_TESTS) + "/" + name; }

std::string read_test_file(const std::string& name) {
  const std::string path = test_file(name);
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> files_like(const std::string& dir, const std::string& part) {
  std::vector<std::filesystem::path> found;
  for (const auto& file : std::filesystem::directory_iterator(dir)) {
    const std::string name = file.path().filename().string();
    if (name.find(part) != name.npos && file.file_size() > 0) found.push_back(file.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void flip_bit(const std::filesystem::path& path, std::uint64_t offset, unsigned bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int octet = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(octet ^ (1 << bit)));
  if (!file) throw std::runtime_error("cannot turn a bit of " + path.string());
}

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "qinglu-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace qinglu::test
