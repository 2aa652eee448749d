// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// A file outside the log that a record names.
struct NamedFile {
  std::string media;
  Digest sha256;
  std::optional<std::string> sm3;  ///< as the record writes it
  std::uint64_t size = 0;          ///< bytes
};

/// The attachments of a record (`attach`), and of a deposit its exhibit. `body`: of a form that was checked.
/// Source: domain.md 6.1, 6.10; docs/records.md `evidence.deposit`.
std::vector<NamedFile> named_files(const Value& body);

}  // namespace qinglu::ledger
