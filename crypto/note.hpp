// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"

namespace qinglu::crypto {

/// C2SP signed notes: a text, an empty line, signature lines.   Source: signed-note; evidence.md
/// §1.1.

inline constexpr std::size_t kNoteLinesMax = 64;

/// Type bytes of the note keys that we use; never change.
enum class NoteKeyType : std::uint8_t {
  ed25519 = 0x01,      ///< signs the note's text
  cosignature = 0x04,  ///< signs a time and the note's text (crypto/cosignature.hpp)
};

using NoteKeyId = FixedBytes<4, struct NoteKeyIdTag>;

/// A public key under a note name. The pair (name, id) is what signature lines quote.
struct NoteKey {
  std::string name;
  NoteKeyType type{};
  PublicKey key;
  NoteKeyId id;
  bool operator==(const NoteKey&) const = default;
};

/// Not empty, well-formed UTF-8 without Unicode spaces, control characters and `+`.
bool is_note_key_name(std::string_view name);

/// SHA-256(name ‖ LF ‖ type ‖ key)[0:4]: short on purpose, and no proof of anything.
NoteKeyId note_key_id(std::string_view name, NoteKeyType type, const PublicKey& key);

/// Requires: is_note_key_name(name).
NoteKey make_note_key(std::string_view name, NoteKeyType type, const PublicKey& key);

/// `name+hex id+base64(type ‖ key)`.
std::string format_vkey(const NoteKey& key);
/// Errors: malformed (also an id that is not that of the key); unsupported type byte.
Result<NoteKey> parse_vkey(std::string_view text);

/// One signature line; `signature` is what follows the key id, of any length.
struct NoteLine {
  std::string name;
  NoteKeyId id;
  Bytes signature;
  bool operator==(const NoteLine&) const = default;

  bool is_of(const NoteKey& key) const { return name == key.name && id == key.id; }
};

/// A note whose grammar holds; nothing in it is verified.
struct Note {
  std::string text;  ///< ends with LF; this is what is signed
  std::vector<NoteLine> lines;
  bool operator==(const Note&) const = default;
};

/// Splits at the last empty line. Grammar only: verify before you use or show the text.
/// Errors: malformed with the byte offset; limit: more than 64 signature lines; conflict: the same
/// (name, id) twice, which no writer emits (check E23).
Result<Note> parse_note(BytesView bytes);

/// Requires: the text ends with LF and is what parse_note() accepts.
std::string format_note(const Note& note);
/// `— <name> <base64>` and LF.
std::string format_note_line(const NoteLine& line);

/// A line of type 0x01 over `text`.
NoteLine sign_note(std::string_view text, std::string_view name, const SigningKey& key);

/// Whether a line of type 0x01 holds. Requires: line.is_of(key) and key.type is ed25519.
bool verify_note_line(std::string_view text, const NoteLine& line, const NoteKey& key);

}  // namespace qinglu::crypto
