// SPDX-License-Identifier: Apache-2.0
#include "crypto/note.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"

namespace qinglu::crypto {
namespace {

constexpr std::string_view kEmDash = "\xe2\x80\x94 ";
constexpr std::size_t kVkeyBody = 1 + PublicKey::kSize;

/// White_Space of Unicode above the control characters.
bool is_unicode_space(char32_t c) {
  return c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
         c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

Error malformed(std::string why, std::size_t offset) {
  return Error{Errc::malformed, std::move(why), offset};
}

/// One signature line without its LF; `offset` is where it stands in the note.
Result<NoteLine> parse_line(std::string_view line, std::size_t offset) {
  if (!line.starts_with(kEmDash)) return malformed("signature line without em dash", offset);
  line.remove_prefix(kEmDash.size());
  const std::size_t space = line.find(' ');
  if (space == line.npos) return malformed("signature line without signature", offset);
  const std::string_view name = line.substr(0, space);
  if (!is_note_key_name(name)) return malformed("not a key name", offset + kEmDash.size());
  const auto field = from_base64(line.substr(space + 1));
  if (!field) return malformed(field.error().detail, offset + kEmDash.size() + space + 1);
  if (field->size() <= NoteKeyId::kSize) return malformed("signature is empty", offset);
  const BytesView bytes = *field;
  return NoteLine{std::string(name), NoteKeyId::from(bytes.substr(0, NoteKeyId::kSize)),
                  Bytes(bytes.substr(NoteKeyId::kSize))};
}

}  // namespace

bool is_note_key_name(std::string_view name) {
  if (name.empty() || first_utf8_error(name)) return false;
  for (std::size_t i = 0; i < name.size();) {
    const CodePoint c = code_point_at(name, i);
    if (c.value < 0x20 || c.value == '+' || is_unicode_space(c.value)) return false;
    i += c.length;
  }
  return true;
}

NoteKeyId note_key_id(std::string_view name, NoteKeyType type, const PublicKey& key) {
  const char middle[2] = {'\n', static_cast<char>(type)};
  const Digest digest = sha256({name, BytesView(middle, 2), key});
  return NoteKeyId::from(digest.view().substr(0, NoteKeyId::kSize));
}

NoteKey make_note_key(std::string_view name, NoteKeyType type, const PublicKey& key) {
  QL_CHECK(is_note_key_name(name));
  return {std::string(name), type, key, note_key_id(name, type, key)};
}

std::string format_vkey(const NoteKey& key) {
  Bytes body(1, static_cast<char>(key.type));
  body.append(key.key.view());
  return key.name + "+" + to_hex(key.id) + "+" + to_base64(body);
}

Result<NoteKey> parse_vkey(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos) return malformed("vkey has no three parts", text.size());
  const std::string_view name = text.substr(0, first);
  if (!is_note_key_name(name)) return malformed("not a key name", 0);
  const auto id = fixed_from_hex<NoteKeyId>(text.substr(first + 1, second - first - 1));
  if (!id) return malformed("key id is no eight lower-case hex digits", first + 1);
  const auto body = from_base64(text.substr(second + 1));
  if (!body) return malformed(body.error().detail, second + 1);
  if (body->empty()) return malformed("vkey without key", second + 1);
  const auto type = static_cast<NoteKeyType>((*body)[0]);
  if (type != NoteKeyType::ed25519 && type != NoteKeyType::cosignature) {
    return Error{Errc::unsupported, "type byte of the vkey is not 0x01 or 0x04", second + 1};
  }
  if (body->size() != kVkeyBody) return malformed("key has a wrong length", second + 1);
  NoteKey key = make_note_key(name, type, PublicKey::from(BytesView(*body).substr(1)));
  if (key.id != *id) return malformed("key id is not that of the key", first + 1);
  return key;
}

Result<Note> parse_note(BytesView bytes) {
  if (const auto bad = first_utf8_error(bytes)) return malformed("ill-formed UTF-8", *bad);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (static_cast<std::uint8_t>(bytes[i]) < 0x20 && bytes[i] != '\n') {
      return malformed("control character in a note", i);
    }
  }
  const std::size_t split = bytes.rfind("\n\n");
  if (split == bytes.npos) return malformed("note has no empty line", bytes.size());
  if (bytes.back() != '\n') return malformed("last line is not ended", bytes.size());
  Note note{std::string(bytes.substr(0, split + 1)), {}};

  std::size_t offset = split + 2;
  if (offset == bytes.size()) return malformed("note has no signature line", offset);
  while (offset < bytes.size()) {
    if (note.lines.size() == kNoteLinesMax) {
      return Error{Errc::limit, "more than 64 signature lines", offset};
    }
    const std::size_t end = bytes.find('\n', offset);
    auto line = parse_line(bytes.substr(offset, end - offset), offset);
    if (!line) return std::move(line).error();
    const auto same = [&](const NoteLine& other) {
      return other.name == line->name && other.id == line->id;
    };
    if (std::ranges::any_of(note.lines, same)) {
      return Error{Errc::conflict, "key " + line->name + " signs twice", offset};
    }
    note.lines.push_back(*std::move(line));
    offset = end + 1;
  }
  return note;
}

std::string format_note_line(const NoteLine& line) {
  Bytes field(line.id.view());
  field.append(line.signature);
  return std::string(kEmDash) + line.name + " " + to_base64(field) + "\n";
}

std::string format_note(const Note& note) {
  QL_CHECK(note.text.ends_with('\n'));
  std::string out = note.text + "\n";
  for (const NoteLine& line : note.lines) out += format_note_line(line);
  return out;
}

NoteLine sign_note(std::string_view text, std::string_view name, const SigningKey& key) {
  QL_CHECK(text.ends_with('\n'));
  return {std::string(name), note_key_id(name, NoteKeyType::ed25519, key.public_key()),
          Bytes(key.sign({text}).view())};
}

bool verify_note_line(std::string_view text, const NoteLine& line, const NoteKey& key) {
  QL_CHECK(line.is_of(key) && key.type == NoteKeyType::ed25519);
  return line.signature.size() == Signature::kSize &&
         verify(key.key, text, Signature::from(line.signature));
}

}  // namespace qinglu::crypto
