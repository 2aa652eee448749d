// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/evidence/report_words.hpp"

namespace qinglu::ledger {

/// The report of a verification as a page: made once, then rendered as text, HTML or PDF.
///
/// Everything is in Chinese and English. Texts are plain: no markup, bidi and control characters already
/// stand as `<U+202E>`; the only control character is the line feed.   Source: evidence.md §8.2; domain.md 4.4.
struct Document {
  enum class Tone : std::uint8_t { plain, good, open, bad };

  struct Heading {
    Text text;
  };
  struct Paragraph {
    Text text;
    Tone tone = Tone::plain;
  };
  struct Cell {
    Text text;
    bool literal = false;  ///< ids, digests, values, commands: the same in both languages
    Tone tone = Tone::plain;

    // With what must not be seen as it is already visible.
    static Cell of_words(const Text& content, Tone tone = Tone::plain);
    static Cell of_literal(std::string_view content);
  };
  struct Table {
    std::vector<int> widths;  ///< per cent of the page, 100 together
    std::vector<Text> head;   ///< empty: none
    std::vector<std::vector<Cell>> rows;
  };
  using Block = std::variant<Heading, Paragraph, Table>;
  /// A two-dimensional code; whoever has a library for it fills it in.
  struct Square {
    std::size_t side = 0;    ///< modules
    std::vector<bool> dark;  ///< side × side, by rows
  };

  Text title;
  Text verdict;
  Tone tone = Tone::plain;
  Text statement;             ///< what is proven; of what is not verified: why
  std::string scanned;        ///< what the square holds: `sha256:` and the digest of the evidence file
  std::optional<Square> square;
  std::vector<Block> blocks;
  std::optional<std::int64_t> time;  ///< POSIX seconds of the newest cosignature; no clock is asked
};

/// Requires: `report` comes from verify().
Document report_document(const Report& report);

/// Both languages, for a screen or a file; ends with LF.
std::string render_document_text(const Document& document);

}  // namespace qinglu::ledger
