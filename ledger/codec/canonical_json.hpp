// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// Bounds of one kind of document.   Source: evidence.md §7.2.
struct JsonLimits {
  std::size_t bytes_max = 61'440;
  std::size_t depth_max = 16;  ///< the outermost object is depth 1; scalars add none
  std::size_t array_max = 4'096;
  std::size_t members_max = 256;
};
inline constexpr JsonLimits kEntryLimits{};
/// A batch body lies one level below its member entry and 42 bytes inside it (evidence.md §7.4).
inline constexpr JsonLimits kBodyLimits{.bytes_max = 61'398, .depth_max = 15};
inline constexpr JsonLimits kEvidenceLimits{.bytes_max = 64u << 20, .array_max = 1'000'000};

/// Parses one JSON object that is its own canonical form, or says at which byte it is not.
///
/// Refused, never repaired: white space, escapes that need not be, unsorted or duplicate keys, keys
/// outside `[a-z][a-z0-9_]{0,47}`, null, floats, exponents, -0, integers beyond ±(2^53−1), empty
/// input, BOM, NUL, trailing bytes, ill-formed UTF-8, control, bidi and non-characters, depth and
/// counts over the limits. Empty strings, arrays and objects are well-formed here (the record form
/// refuses them).
/// Shape: every Value carries its byte range in `text`.
/// Errors: malformed with the byte offset; limit for sizes.   Source: evidence.md §7.2.
Result<Value> parse_canonical(BytesView text, const JsonLimits& limits = kEntryLimits);

/// As parse_canonical(), of a value of any kind: also a text, a number, a list.
Result<Value> parse_canonical_value(BytesView text, const JsonLimits& limits = kEntryLimits);

/// Canonical text of a value (RFC 8785 on our profile): parse_canonical(to_canonical(v)) == v when
/// the value's strings and keys fit the profile.
std::string to_canonical(const Value& value);

/// A text as a JSON string with its quotes. Requires: no control character but the line feed.
std::string to_json_string(std::string_view text);

/// First code point of `text` that no string of the profile may hold, as a byte offset.
std::optional<std::size_t> first_forbidden_code_point(BytesView text);

}  // namespace qinglu::ledger
