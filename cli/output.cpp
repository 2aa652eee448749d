// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::cli {

namespace {

bool wants_colour(const Settings& settings) {
  if (settings.colour != "auto") return settings.colour == "always";
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && !(no_colour && *no_colour) &&
         !(term && std::string_view(term) == "dumb");
}

}  // namespace

void print_document(const Settings& settings, ledger::Value document) {
  if (!settings.fields) {
    std::cout << ledger::to_canonical(document) << "\n";
    return;
  }
  if (settings.fields->empty()) {
    for (const auto& member : document.members()) std::cout << member.key << "\n";
    return;
  }
  ledger::Value chosen;
  for (const std::string& field : *settings.fields) {
    if (const ledger::Value* value = document.find(field)) chosen.set(field, *value);
  }
  std::cout << ledger::to_canonical(chosen) << "\n";
}

Output::Output(const Settings& settings, std::string name)
    : settings_(settings), name_(std::move(name)), colour_(wants_colour(settings)) {}

Output::~Output() {
  if (settings_.json) {
    document_.set("schema", ledger::Value("qinglu.cli." + name_ + "/v1"));
    print_document(settings_, std::move(document_));
  }
  std::cout.flush();
}

void Output::line(std::string_view text) {
  if (!settings_.json && !settings_.quiet) std::cout << text << "\n";
}

std::string Output::strong(std::string_view text) const {
  return colour_ ? "\033[1m" + std::string(text) + "\033[0m" : std::string(text);
}
std::string Output::good(std::string_view text) const {
  return colour_ ? "\033[32m" + std::string(text) + "\033[0m" : std::string(text);
}
std::string Output::bad(std::string_view text) const {
  return colour_ ? "\033[31m" + std::string(text) + "\033[0m" : std::string(text);
}

std::size_t display_width(std::string_view text) {
  if (first_utf8_error(text)) return text.size();
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    const char32_t c = point.value;
    const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                      (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                      (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                      (c >= 0xffe0 && c <= 0xffe6) || c >= 0x20000;
    width += wide ? 2 : 1;
    at += point.length;
  }
  return width;
}

std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width || first_utf8_error(text)) return std::string(text);
  std::size_t at = 0;
  std::size_t used = 0;
  while (at < text.size()) {
    const std::size_t length = code_point_at(text, at).length;
    const std::size_t columns = display_width(text.substr(at, length));
    if (used + columns + 3 > width) break;
    used += columns;
    at += length;
  }
  return std::string(text.substr(0, at)) + "...";
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  for (std::size_t used = display_width(text); used < width; ++used) out.push_back(' ');
  return out;
}

}  // namespace qinglu::cli
