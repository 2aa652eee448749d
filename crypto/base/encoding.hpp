// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu {

/// Lower-case hexadecimal.
std::string to_hex(BytesView bytes);
/// Errors: malformed (odd length, upper case, other characters) with the offset.
Result<Bytes> from_hex(std::string_view text);

/// RFC 4648 §4: standard alphabet, with padding.
std::string to_base64(BytesView bytes);
/// Errors: malformed: white space, missing padding, non-zero spare bits, other characters.
Result<Bytes> from_base64(std::string_view text);

/// `FixedBytes` from exactly 2N lower-case hex digits.
template <class Fixed>
std::optional<Fixed> fixed_from_hex(std::string_view text) {
  if (text.size() != 2 * Fixed::kSize) return std::nullopt;
  auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  return Fixed::from(*bytes);
}

/// `FixedBytes` from canonical base64 of exactly N bytes.
template <class Fixed>
std::optional<Fixed> fixed_from_base64(std::string_view text) {
  auto bytes = from_base64(text);
  if (!bytes || bytes->size() != Fixed::kSize) return std::nullopt;
  return Fixed::from(*bytes);
}

/// `sha256:<64 hex>`: how records, evidence and state rows write a digest.
std::string to_sha256_id(const Digest& digest);
std::optional<Digest> from_sha256_id(std::string_view text);

/// Parses a decimal without sign and leading zeros; nullopt when it does not fit.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// Offset of the first byte that is not well-formed UTF-8 (no overlongs, no surrogates).
std::optional<std::size_t> first_utf8_error(BytesView text);

/// The code point at `offset` and its length. Requires: well-formed UTF-8 there.
struct CodePoint {
  char32_t value;
  std::size_t length;
};
CodePoint code_point_at(BytesView text, std::size_t offset);

}  // namespace qinglu
