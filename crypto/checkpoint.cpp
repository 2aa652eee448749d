// SPDX-License-Identifier: Apache-2.0
#include "crypto/checkpoint.hpp"

#include <algorithm>
#include <optional>

#include "crypto/base/encoding.hpp"

namespace qinglu::crypto {
namespace {

constexpr std::string_view kFinal = "/final";
constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";
constexpr std::size_t kPathMax = 53;  // of a tree of kTreeSizeMax leaves

bool is_part(std::string_view part, std::size_t length_max, std::string_view extra) {
  const auto allowed = [extra](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != extra.npos;
  };
  return !part.empty() && part.size() <= length_max && std::ranges::all_of(part, allowed);
}

/// Walks a text of LF-ended lines; the first failure sticks and names its offset.
class Lines {
 public:
  explicit Lines(BytesView text) : text_(text) {}

  std::string_view next() {
    start_ = offset_;
    const std::size_t end = text_.find('\n', offset_);
    if (end == text_.npos) {
      fail(offset_ == text_.size() ? "a line is missing" : "last line is not ended");
      return {};
    }
    offset_ = end + 1;
    return text_.substr(start_, end - start_);
  }
  /// The rest of the next line behind `prefix`.
  std::string_view after(std::string_view prefix) {
    std::string_view line = next();
    if (!line.starts_with(prefix)) {
      fail("line does not begin with `" + std::string(prefix) + "`");
      return {};
    }
    return line.substr(prefix.size());
  }
  std::uint64_t number(std::string_view text) {
    const auto value = parse_decimal(text);
    if (!value) fail("not a decimal number without leading zeros");
    if (value && *value > kTreeSizeMax) fail("number over 2^53 - 1", Errc::limit);
    return value.value_or(0);
  }
  Digest base64(std::string_view text) {
    const auto value = fixed_from_base64<Digest>(text);
    if (!value) fail("not the base64 of 32 bytes");
    return value.value_or(Digest{});
  }
  Digest hex(std::string_view text) {
    const auto value = fixed_from_hex<Digest>(text);
    if (!value) fail("not 64 lower-case hex digits");
    return value.value_or(Digest{});
  }
  void fail(std::string why, Errc code = Errc::malformed) {
    if (!error_) error_ = Error{code, std::move(why), start_};
  }
  bool ok() const { return !error_; }
  std::string_view rest() const { return text_.substr(offset_); }
  Result<void> finish() {
    start_ = offset_;
    if (offset_ != text_.size()) fail("more lines than the form has");
    if (error_) return *error_;
    return {};
  }

 private:
  BytesView text_;
  std::size_t offset_ = 0;
  std::size_t start_ = 0;
  std::optional<Error> error_;
};

/// An origin may have any form to a reader, but must be there and hold no control character.
std::string read_origin(Lines& lines, std::string_view line) {
  const bool plain =
      std::ranges::all_of(line, [](char c) { return static_cast<std::uint8_t>(c) >= 0x20; });
  if (line.empty() || !plain) lines.fail("origin is empty or not printable");
  return std::string(line);
}

}  // namespace

bool is_member_id(std::string_view id) {
  if (id.ends_with("/vote") || id.ends_with(kFinal)) return false;
  std::size_t slash = std::min(id.find('/'), id.size());
  if (!is_part(id.substr(0, slash), 100, ".-")) return false;
  for (int parts = 0; slash < id.size(); ++parts) {
    if (parts == 3) return false;
    const std::size_t begin = slash + 1;
    slash = std::min(id.find('/', begin), id.size());
    if (!is_part(id.substr(begin, slash - begin), 40, "._-")) return false;
  }
  return true;
}

bool is_origin(std::string_view origin) {
  return is_member_id(origin) && origin != "cosignature/v1";
}

std::string format_checkpoint(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         to_base64(checkpoint.root) + "\n";
}

Result<Checkpoint> parse_checkpoint(BytesView text) {
  Lines lines(text);
  Checkpoint checkpoint;
  checkpoint.origin = read_origin(lines, lines.next());
  checkpoint.size = lines.number(lines.next());
  checkpoint.root = lines.base64(lines.next());
  if (auto ok = lines.finish(); !ok) return std::move(ok).error();
  return checkpoint;
}

std::string format_finality_text(const FinalityText& text) {
  return text.origin + std::string(kFinal) + "\n" + std::to_string(text.size) + "\n" +
         to_base64(text.root) + "\nstate " + to_base64(text.state_root) + "\nfinal " +
         std::to_string(text.epoch) + " " + std::to_string(text.view) + " " +
         to_hex(text.block_hash) + "\nnext " + to_hex(text.next_valset_hash) + "\n";
}

Result<FinalityText> parse_finality_text(BytesView text) {
  Lines lines(text);
  FinalityText result;
  const std::string first = read_origin(lines, lines.next());
  if (!first.ends_with(kFinal) || first.size() == kFinal.size()) {
    lines.fail("first line is not <origin>/final");
  } else {
    result.origin = first.substr(0, first.size() - kFinal.size());
  }
  result.size = lines.number(lines.next());
  result.root = lines.base64(lines.next());
  result.state_root = lines.base64(lines.after("state "));
  const std::string_view block = lines.after("final ");
  const std::size_t space1 = std::min(block.find(' '), block.size());
  const std::size_t space2 = std::min(block.find(' ', space1 + 1), block.size());
  if (space2 == block.size()) {
    lines.fail("final line has no three parts");
  } else {
    result.epoch = lines.number(block.substr(0, space1));
    result.view = lines.number(block.substr(space1 + 1, space2 - space1 - 1));
    result.block_hash = lines.hex(block.substr(space2 + 1));
  }
  result.next_valset_hash = lines.hex(lines.after("next "));
  if (auto ok = lines.finish(); !ok) return std::move(ok).error();
  return result;
}

std::string format_tlog_proof(const TlogProof& proof) {
  std::string text = std::string(kProofHeader) + "\nindex " + std::to_string(proof.index) + "\n";
  for (const Digest& hash : proof.path) text += to_base64(hash) + "\n";
  return text + "\n" + proof.checkpoint;
}

Result<TlogProof> parse_tlog_proof(BytesView text) {
  Lines lines(text);
  if (lines.next() != kProofHeader) lines.fail("not a tlog-proof@v1");
  TlogProof proof;
  proof.index = lines.number(lines.after("index "));
  for (std::string_view line = lines.next(); lines.ok() && !line.empty(); line = lines.next()) {
    if (proof.path.size() == kPathMax) lines.fail("path is too long", Errc::limit);
    proof.path.push_back(lines.base64(line));
  }
  proof.checkpoint = lines.rest();
  if (!lines.ok()) return lines.finish().error();
  if (proof.checkpoint.empty()) return Error{Errc::malformed, "no checkpoint", text.size()};
  return proof;
}

}  // namespace qinglu::crypto
