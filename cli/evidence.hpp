// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/settings.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::cli {

struct VerifyFlags {
  std::string policy;
  std::string attachments;  ///< folder; empty: that of each file
  std::optional<std::int64_t> now;
  std::optional<std::uint64_t> max_age_s;
  bool strict = false;
};

struct ExportFlags {
  std::string question;
  std::string claim;
  std::string kind;
  std::string category;
  std::string ns;
  std::string key;
  std::optional<std::uint64_t> as_of;  ///< height
  std::optional<std::uint64_t> since;  ///< height
  std::optional<std::uint64_t> from_seq;
  bool withhold = false;
  std::vector<std::string> attach;  ///< files that a record shown names
};

/// Evidence of a record (`sha256:…`), or of what the flags claim about a subject.
int evidence_export(const Settings& settings, const std::string& id, const ExportFlags& flags, const std::string& output, bool force);
/// COSE receipt of a record, signed by the node that is asked (docs/formats/receipt-cose.md).
int evidence_receipt(const Settings& settings, const std::string& id, const std::string& output, bool force);
/// What `--question` may be.
int evidence_questions(const Settings& settings);
/// Several files: the worst of 10 > 1 > 3 > 11 > 0.
int evidence_verify(const Settings& settings, const std::vector<std::string>& files, const VerifyFlags& flags);

/// Trust file of epoch 1 from a genesis document.
int trust_pin(const Settings& settings, const std::string& genesis, const std::string& output, bool force);
int trust_show(const Settings& settings);

}  // namespace qinglu::cli
