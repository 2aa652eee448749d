// SPDX-License-Identifier: Apache-2.0
#include "cli/verifier/files_beside.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "crypto/hash.hpp"
#include "ledger/evidence/evidence_file.hpp"

namespace qinglu::cli {

std::optional<ledger::GivenFile> read_given_file(const std::string& path, std::uint64_t max) {
  // Asked before it is opened: opening a pipe waits for whoever writes to it.
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return std::nullopt;
  ledger::GivenFile found;
  std::string buffer(1 << 16, '\0');
  found.sha256 = crypto::sha256_of([&]() -> BytesView {
    const std::uint64_t left = max + 1 - found.size;
    const std::size_t got = std::fread(buffer.data(), 1, std::min<std::uint64_t>(left, buffer.size()), file.get());
    found.size += got;
    return BytesView(buffer).substr(0, got);
  });
  if (std::ferror(file.get())) return std::nullopt;
  return found;
}

std::vector<ledger::GivenFile> files_beside(BytesView evidence, const std::string& folder) {
  std::vector<ledger::GivenFile> files;
  ledger::Evidence read;
  // Most files have none, and need not be read twice.
  if (evidence.find("\"attachments\"") == evidence.npos || ledger::decode_evidence(evidence, read)) return files;
  for (const auto& wanted : read.attachments) {
    auto found = read_given_file(folder.empty() ? wanted.name : folder + "/" + wanted.name, wanted.size);
    if (!found) continue;
    found->name = wanted.name;
    files.push_back(*std::move(found));
  }
  return files;
}

}  // namespace qinglu::cli
