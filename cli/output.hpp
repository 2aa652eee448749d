// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/settings.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::cli {

/// What a command prints on stdout: lines for people, or one JSON document with `--json`.
class Output {
 public:
  /// `name`: `<noun>.<verb>`; the document's `schema` is `qinglu.cli.<name>/v1`.
  Output(const Settings& settings, std::string name);
  ~Output();

  /// A line for people; dropped with --json.
  void line(std::string_view text);
  /// The document; printed at the end with --json. Object members only.
  void document(ledger::Value value) { document_ = std::move(value); }
  ledger::Value& document() { return document_; }

  bool colour() const { return colour_; }
  /// Words in bold, green or red on a terminal.
  std::string strong(std::string_view text) const;
  std::string good(std::string_view text) const;
  std::string bad(std::string_view text) const;

 private:
  const Settings& settings_;
  std::string name_;
  ledger::Value document_;
  bool colour_;
};

/// One JSON document on stdout, of the fields that --fields names; without a name, the names.
void print_document(const Settings& settings, ledger::Value document);

/// Columns that a text takes in a terminal: CJK and full-width characters take two.
std::size_t display_width(std::string_view text);
/// Text of at most `width` columns; what is left out stands as `...`. Whole characters only.
std::string cut(std::string_view text, std::size_t width);
/// Text followed by blanks up to `width` columns.
std::string padded(std::string_view text, std::size_t width);

}  // namespace qinglu::cli
