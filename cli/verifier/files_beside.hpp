// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/evidence/verify.hpp"

namespace qinglu::cli {

/// Size and SHA-256 of an ordinary file, read piece by piece; what is longer than `max` bytes is cut one byte
/// after that. nullopt: there is none, it cannot be read, or it is a folder, a pipe or a device.
std::optional<ledger::GivenFile> read_given_file(const std::string& path, std::uint64_t max);

/// The attachments of an evidence file that lie in the folder, by the names that the file gives them and no
/// other. `folder` empty: where the program runs.
std::vector<ledger::GivenFile> files_beside(BytesView evidence, const std::string& folder);

}  // namespace qinglu::cli
