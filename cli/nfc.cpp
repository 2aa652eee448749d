// SPDX-License-Identifier: Apache-2.0
#include "cli/nfc.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"

namespace qinglu::cli {
namespace {

// Compatibility ideographs that have no other form, out of U+F900..FAFF.   Source: Unicode, unified
// ideographs in the compatibility block.
constexpr char32_t kUnified[] = {0xfa0e, 0xfa0f, 0xfa11, 0xfa13, 0xfa14, 0xfa1f,
                                 0xfa21, 0xfa23, 0xfa24, 0xfa27, 0xfa28, 0xfa29};
// Ohm, kelvin and ångström signs, and what else is only another way to write a letter.
constexpr char32_t kSingletons[] = {0x0340, 0x0341, 0x0343, 0x0344, 0x0374, 0x037e, 0x0387, 0x2000,
                                    0x2001, 0x2126, 0x212a, 0x212b, 0x2329, 0x232a};

bool is_latin(char32_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xc0 && c <= 0x24f) || (c >= 0x1e00 && c <= 0x1eff);
}

/// Marks that Latin letters have composed forms with.
bool is_latin_mark(char32_t c) {
  return (c >= 0x300 && c <= 0x30f) || c == 0x311 || c == 0x31b || (c >= 0x323 && c <= 0x331);
}

bool is_voiced_mark(char32_t c) { return c == 0x3099 || c == 0x309a; }
bool is_kana(char32_t c) { return c >= 0x3041 && c <= 0x30ff; }
/// A Hangul vowel or final consonant alone belongs into a syllable.
bool is_jamo_behind(char32_t c) { return (c >= 0x1161 && c <= 0x1175) || (c >= 0x11a8 && c <= 0x11c2); }

}  // namespace

std::optional<std::size_t> first_not_nfc(std::string_view text) {
  char32_t before = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [c, length] = code_point_at(text, at);
    const bool compatibility = (c >= 0xf900 && c <= 0xfaff && !std::ranges::binary_search(kUnified, c)) ||
                               (c >= 0x2f800 && c <= 0x2fa1f);
    if (compatibility || std::ranges::binary_search(kSingletons, c) || (is_latin_mark(c) && is_latin(before)) ||
        (is_voiced_mark(c) && is_kana(before)) || is_jamo_behind(c)) {
      return at;
    }
    before = c;
    at += length;
  }
  return std::nullopt;
}

}  // namespace qinglu::cli
