// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/canonical_json.hpp"

#include <optional>

#include "crypto/base/encoding.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;
constexpr std::size_t kKeyMax = 48;
constexpr std::size_t kMembersExpected = 8;  // of most objects; more cost one allocation

bool is_forbidden(char32_t c) {
  if (c < 0x20) return c != '\n';
  return (c >= 0x80 && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f || c == 0x2028 ||
         c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0xfeff || (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

/// One pass over the bytes. Canonical form leaves no choice to the writer, so everything but the
/// single right byte is refused where it stands; nothing needs to be emitted again and compared.
class Parser {
 public:
  Parser(BytesView text, const JsonLimits& limits) : text_(text), limits_(limits) {}

  Result<Value> parse_document(bool any_kind) {
    if (text_.size() > limits_.bytes_max) {
      return Error{Errc::limit, "more than " + std::to_string(limits_.bytes_max) + " bytes",
                   limits_.bytes_max};
    }
    if (text_.starts_with("\xEF\xBB\xBF")) return fail_at(0, "a byte order mark");
    if (!any_kind && peek() != '{') return fail_at(0, "the document must be one object");
    Value value;
    if (!parse_value(value, 0)) return std::move(*error_);
    if (at_ != text_.size()) return fail_at(at_, "bytes after the end of the document");
    return value;
  }

 private:
  int peek() const { return at_ < text_.size() ? static_cast<std::uint8_t>(text_[at_]) : -1; }

  Error fail_at(std::size_t offset, std::string why) const {
    return {Errc::malformed, std::move(why), offset};
  }
  bool fail(std::string why) { return fail_here(at_, std::move(why)); }
  bool fail_here(std::size_t offset, std::string why, Errc code = Errc::malformed) {
    error_ = Error{code, std::move(why), offset};
    return false;
  }

  bool expect(char c) {
    if (peek() == static_cast<std::uint8_t>(c)) {
      ++at_;
      return true;
    }
    if (at_ >= text_.size()) return fail("the document ends too early");
    const int found = peek();
    if (found == ' ' || found == '\n' || found == '\t' || found == '\r') {
      return fail("white space outside a string");
    }
    return fail(std::string("expected '") + c + "'");
  }

  bool word(std::string_view literal) {
    if (text_.substr(at_, literal.size()) != literal) return fail("no JSON value of the profile");
    at_ += literal.size();
    return true;
  }

  bool parse_value(Value& out, std::size_t depth) {
    const std::size_t start = at_;
    bool ok = false;
    switch (peek()) {
      case '{': ok = parse_object(out, depth + 1); break;
      case '[': ok = parse_array(out, depth + 1); break;
      case '"': {
        std::string text;
        ok = parse_string(text);
        out = Value(std::move(text));
        break;
      }
      case 't':
        ok = word("true");
        out = Value(true);
        break;
      case 'f':
        ok = word("false");
        out = Value(false);
        break;
      case 'n': return fail("null is not part of the profile: leave the member out");
      case ' ':
      case '\n':
      case '\t':
      case '\r': return fail("white space outside a string");
      case -1: return fail("the document ends too early");
      default: ok = parse_integer(out); break;
    }
    if (ok) out.set_range(static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(at_));
    return ok;
  }

  bool parse_integer(Value& out) {
    const std::size_t start = at_;
    const bool negative = peek() == '-';
    if (negative) ++at_;
    if (peek() < '0' || peek() > '9') {
      return fail_here(start, "no JSON value of the profile");
    }
    if (peek() == '0') {
      ++at_;
      if (negative) return fail_here(start, "-0 is not canonical");
      if (peek() >= '0' && peek() <= '9') return fail_here(start, "a leading zero");
    }
    std::int64_t value = 0;
    while (peek() >= '0' && peek() <= '9') {
      value = value * 10 + (peek() - '0');
      if (value > kMaxInteger) return fail_here(start, "an integer beyond 2^53-1");
      ++at_;
    }
    if (peek() == '.' || peek() == 'e' || peek() == 'E') {
      return fail_here(start, "floating point is not part of the profile");
    }
    out = Value(negative ? -value : value);
    return true;
  }

  /// A character that stands for itself, one byte long.
  static bool is_plain(int c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

  bool parse_string(std::string& out) {
    ++at_;
    for (;;) {
      const int c = peek();
      if (c < 0) return fail("the document ends inside a string");
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\\') {
        const std::size_t start = at_++;
        switch (peek()) {
          case '"': out.push_back('"'); break;
          case '\\': out.push_back('\\'); break;
          case 'n': out.push_back('\n'); break;
          default: return fail_here(start, "an escape that canonical form does not use");
        }
        ++at_;
        continue;
      }
      if (c >= 0x20 && c < 0x80) {
        const std::size_t start = at_;
        while (is_plain(peek())) ++at_;
        out.append(text_.substr(start, at_ - start));
        continue;
      }
      if (!parse_wide(out)) return false;
    }
  }

  /// A control character (refused) or one multi-byte code point.
  bool parse_wide(std::string& out) {
    if (peek() < 0x20) {
      return fail(peek() == '\n' ? "a raw line feed in a string: write \\n"
                                 : "a control character in a string");
    }
    const std::size_t lead = static_cast<std::size_t>(peek());
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const BytesView piece = text_.substr(at_, length);
    if (first_utf8_error(piece)) return fail("ill-formed UTF-8");
    const CodePoint point = code_point_at(piece, 0);
    if (is_forbidden(point.value)) return fail("a code point that no string may hold");
    out.append(piece);
    at_ += length;
    return true;
  }

  bool parse_key(std::string& key) {
    const std::size_t start = at_;
    if (peek() != '"') return expect('"');
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_];
      const bool letter = c >= 'a' && c <= 'z';
      const bool other = (c >= '0' && c <= '9') || c == '_';
      if (!letter && (!other || key.empty())) {
        return fail("a key outside [a-z][a-z0-9_]{0,47}");
      }
      if (key.size() == kKeyMax) return fail_here(start, "a key of more than 48 characters");
      key.push_back(c);
      ++at_;
    }
    if (at_ >= text_.size()) return fail("the document ends inside a key");
    if (key.empty()) return fail_here(start, "an empty key");
    ++at_;
    return true;
  }

  bool enter(std::size_t depth) {
    if (depth > limits_.depth_max) {
      return fail_here(at_, "nested deeper than " + std::to_string(limits_.depth_max), Errc::limit);
    }
    ++at_;
    return true;
  }

  bool parse_object(Value& out, std::size_t depth) {
    if (!enter(depth)) return false;
    Value::Members members;
    if (peek() == '}') {
      ++at_;
      out = Value(std::move(members));
      return true;
    }
    members.reserve(kMembersExpected);
    for (;;) {
      const std::size_t start = at_;
      if (members.size() == limits_.members_max) {
        return fail_here(start, "too many members in one object", Errc::limit);
      }
      Value::Member& member = members.emplace_back();
      if (!parse_key(member.key)) return false;
      const std::string* last = members.size() > 1 ? &members[members.size() - 2].key : nullptr;
      if (last && member.key <= *last) {
        return fail_here(start, member.key == *last ? "a duplicate key" : "keys are not in order");
      }
      if (!expect(':') || !parse_value(member.value, depth)) return false;
      if (peek() == '}') break;
      if (!expect(',')) return false;
    }
    ++at_;
    out = Value(std::move(members));
    return true;
  }

  bool parse_array(Value& out, std::size_t depth) {
    if (!enter(depth)) return false;
    Value::Items items;
    if (peek() == ']') {
      ++at_;
      out = Value(std::move(items));
      return true;
    }
    for (;;) {
      if (items.size() == limits_.array_max) {
        return fail_here(at_, "too many items in one array", Errc::limit);
      }
      if (!parse_value(items.emplace_back(), depth)) return false;
      if (peek() == ']') break;
      if (!expect(',')) return false;
    }
    ++at_;
    out = Value(std::move(items));
    return true;
  }

  BytesView text_;
  const JsonLimits& limits_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

void write_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void write(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::object: {
      char separator = '{';
      if (value.members().empty()) out.push_back('{');
      for (const auto& member : value.members()) {
        out.push_back(separator);
        write_string(out, member.key);
        out.push_back(':');
        write(out, member.value);
        separator = ',';
      }
      out.push_back('}');
      break;
    }
    case Value::Kind::array: {
      char separator = '[';
      if (value.items().empty()) out.push_back('[');
      for (const Value& item : value.items()) {
        out.push_back(separator);
        write(out, item);
        separator = ',';
      }
      out.push_back(']');
      break;
    }
    case Value::Kind::string: write_string(out, value.text()); break;
    case Value::Kind::integer: out.append(std::to_string(value.integer())); break;
    case Value::Kind::boolean: out.append(value.boolean() ? "true" : "false"); break;
  }
}

}  // namespace

Result<Value> parse_canonical(BytesView text, const JsonLimits& limits) {
  return Parser(text, limits).parse_document(false);
}

Result<Value> parse_canonical_value(BytesView text, const JsonLimits& limits) {
  return Parser(text, limits).parse_document(true);
}

std::string to_canonical(const Value& value) {
  std::string out;
  write(out, value);
  return out;
}

std::string to_json_string(std::string_view text) {
  std::string out;
  write_string(out, text);
  return out;
}

std::optional<std::size_t> first_forbidden_code_point(BytesView text) {
  if (auto bad = first_utf8_error(text)) return bad;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (is_forbidden(point.value)) return at;
    at += point.length;
  }
  return std::nullopt;
}

}  // namespace qinglu::ledger
