// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/settings.hpp"
#include "crypto/base/bytes.hpp"

namespace qinglu::cli {

// What is put to an evidence file after it was made. The issuer's signature, which was over the file without
// it, is dropped.

/// The evidence file with these files listed as attachments.
/// Errors: malformed: no evidence file; not_found: a file that cannot be read; usage: one that no record
/// shown names, or whose name cannot stand there.
Result<Bytes> with_attachments(BytesView evidence, const std::vector<std::string>& paths);

/// `qinglu evidence timestamp`: the request to a time-stamp authority (`answer` empty), or the file with the
/// token of its answer, which must be of this file's checkpoint and hold.
int evidence_timestamp(const Settings& settings, const std::string& file, const std::string& answer, const std::string& output, bool force);

}  // namespace qinglu::cli
