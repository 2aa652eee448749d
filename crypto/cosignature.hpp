// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/note.hpp"

namespace qinglu::crypto {

/// `cosignature/v1` LF `time <seconds>` LF ‖ checkpoint text: what a cosigner signs.
/// `time`: POSIX seconds, at most 2^63 − 1.   Source: tlog-cosignature; evidence.md §1.3.
std::string cosignature_message(std::uint64_t time, std::string_view checkpoint_text);

/// A line of type 0x04. The cosigner must have persisted (size, root, time) before it calls this.
NoteLine cosign(std::string_view checkpoint_text, std::string_view name, const SigningKey& key,
                std::uint64_t time);

/// Time of a line of type 0x04 that holds; nullopt when it does not.
/// Requires: line.is_of(key) and key.type is cosignature.
std::optional<std::uint64_t> verify_cosignature(std::string_view checkpoint_text,
                                                const NoteLine& line, const NoteKey& key);

/// Who must have signed a checkpoint: logs, named witnesses, groups and one quorum.
/// Source: tlog-policy; evidence.md §1.7.
struct Policy {
  struct Witness {
    std::string name;  ///< within the policy; the cosigner's name is key.name
    NoteKey key;
  };
  struct Group {
    std::string name;
    std::size_t threshold = 0;
    std::vector<std::string> members;  ///< names of witnesses and of earlier groups
  };
  std::vector<NoteKey> logs;
  std::vector<Witness> witnesses;
  std::vector<Group> groups;  ///< each refers to earlier ones only
  std::string quorum;         ///< name of a witness or group
};

/// Stricter than the format where the project says so: a log line and a real quorum are demanded,
/// no key may serve twice, no two keys of one name share a key id, unknown keywords are refused.
/// Errors: malformed with the offset of the line; limit: more than 256 lines of one kind.
Result<Policy> parse_policy(BytesView text);

/// What a note says under a policy.
struct PolicyVerdict {
  struct Cosigned {
    std::size_t witness = 0;  ///< position in Policy::witnesses
    std::uint64_t time = 0;   ///< POSIX seconds
  };
  std::vector<std::size_t> logs;    ///< positions in Policy::logs whose signature holds
  std::vector<Cosigned> witnesses;  ///< cosignatures that hold, in order of the policy
  std::string failed;  ///< first known key whose signature does not hold (logs before witnesses)
  bool quorum = false;

  /// A log signed, the quorum is met, and no known key fails.
  bool accepted() const { return !logs.empty() && failed.empty() && quorum; }
};

/// Verifies every line of a known key; lines of unknown keys do not count.
PolicyVerdict judge(const Policy& policy, const Note& note);

}  // namespace qinglu::crypto
