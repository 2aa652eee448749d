// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/encoding.hpp"

#include <array>
#include <limits>

namespace qinglu {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> inverse(std::string_view alphabet) {
  std::array<std::int8_t, 256> table{};
  for (auto& slot : table) slot = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}
constexpr auto kHexValue = inverse(kHex);
constexpr auto kBase64Value = inverse(kBase64);

std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

}  // namespace

std::string to_hex(BytesView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    out.push_back(kHex[octet(c) >> 4]);
    out.push_back(kHex[octet(c) & 15]);
  }
  return out;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return Error{Errc::malformed, "odd number of hex digits", text.size()};
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = kHexValue[octet(text[i])];
    const int low = kHexValue[octet(text[i + 1])];
    if (high < 0 || low < 0) return Error{Errc::malformed, "not a lower-case hex digit", i};
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string to_base64(BytesView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = (group << 8) | (k < have ? octet(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(k <= have ? kBase64[(group >> (18 - 6 * k)) & 63] : '=');
    }
  }
  return out;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return Error{Errc::malformed, "base64 length is no multiple of four", text.size()};
  }
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::size_t have = 4;
    if (i + 4 == text.size()) {
      if (text[i + 3] == '=') have = text[i + 2] == '=' ? 2 : 3;
    }
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const int value = k < have ? kBase64Value[octet(text[i + k])] : 0;
      if (value < 0) return Error{Errc::malformed, "not a base64 character", i + k};
      group = (group << 6) | static_cast<std::uint32_t>(value);
    }
    const std::uint32_t spare = have == 2 ? group & 0xffff : have == 3 ? group & 0xff : 0;
    if (spare != 0) return Error{Errc::malformed, "spare base64 bits are not zero", i};
    for (std::size_t k = 0; k + 1 < have; ++k) {
      out.push_back(static_cast<char>((group >> (16 - 8 * k)) & 0xff));
    }
  }
  return out;
}

std::string to_sha256_id(const Digest& digest) { return "sha256:" + to_hex(digest); }

std::optional<Digest> from_sha256_id(std::string_view text) {
  if (!text.starts_with("sha256:")) return std::nullopt;
  return fixed_from_hex<Digest>(text.substr(7));
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || text.size() > 20 || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

std::optional<std::size_t> first_utf8_error(BytesView text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::uint8_t lead = octet(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t length = 0;
    char32_t value = 0;
    if (lead >= 0xc2 && lead <= 0xdf) {
      length = 2;
      value = lead & 0x1f;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      length = 3;
      value = lead & 0x0f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      length = 4;
      value = lead & 0x07;
    } else {
      return i;
    }
    if (text.size() - i < length) return i;
    for (std::size_t k = 1; k < length; ++k) {
      const std::uint8_t next = octet(text[i + k]);
      if ((next & 0xc0) != 0x80) return i;
      value = (value << 6) | (next & 0x3f);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (overlong || surrogate || value > 0x10ffff) return i;
    i += length;
  }
  return std::nullopt;
}

CodePoint code_point_at(BytesView text, std::size_t offset) {
  const std::uint8_t lead = octet(text[offset]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t value = lead & (0xffu >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) value = (value << 6) | (octet(text[offset + k]) & 0x3f);
  return {value, length};
}

}  // namespace qinglu
