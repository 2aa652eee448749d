// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/report_html.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"

namespace qinglu::ledger {
namespace {

using Tone = Document::Tone;

constexpr std::string_view kStyle = R"(
@page { size: A4; margin: 11mm 14mm; }
* { box-sizing: border-box; }
body { font: 9pt/1.35 "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #1c1c1c; background: #fff; max-width: 180mm; margin: 6mm auto; padding: 0 2mm; }
header { display: flex; gap: 6mm; border-bottom: 1.5pt solid #1f3a4d; padding-bottom: 2mm; }
header div { flex: 1; }
h1 { font-size: 15pt; margin: 0 0 1mm; color: #1f3a4d; font-weight: 600; }
h2 { font-size: 10pt; margin: 3.5mm 0 1mm; color: #1f3a4d; font-weight: 600; border-bottom: .5pt solid #b8c4cc; }
h1 small, h2 small { font-weight: 400; font-size: 70%; color: #555; margin-left: 2mm; }
h2 small { font-size: 85%; }
p { margin: 1mm 0; }
.verdict { font-size: 13pt; font-weight: 600; }
.en { color: #555; font-size: 92%; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; margin: 1mm 0; }
th, td { text-align: left; vertical-align: top; padding: .5mm 1.5mm .5mm 0; border-bottom: .4pt solid #dde3e7; overflow-wrap: anywhere; white-space: pre-line; }
th { font-weight: 600; border-bottom: .8pt solid #8a99a3; }
tr { break-inside: avoid; }
h2 { break-after: avoid; }
code { font-family: "Noto Sans Mono CJK SC", "DejaVu Sans Mono", Consolas, monospace; font-size: 92%; white-space: pre-wrap; }
.good { color: #14652f; }
.open { color: #7a5200; }
.bad { color: #a11212; font-weight: 600; }
figure { margin: 0; width: 27mm; text-align: center; font-size: 7pt; color: #555; }
svg { width: 27mm; height: 27mm; display: block; }
@media print {
  body { font-size: 6.9pt; line-height: 1.2; margin: 0; padding: 0; max-width: none; }
  h1 { font-size: 13pt; }
  h2 { font-size: 8pt; margin: 1.6mm 0 .4mm; }
  p, table { margin: .4mm 0; }
  th, td { padding: .2mm 1mm .2mm 0; }
  .verdict { font-size: 11pt; }
}
)";

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::plain: return "plain";
    case Tone::good: return "good";
    case Tone::open: return "open";
    case Tone::bad: return "bad";
  }
  return {};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

/// Both languages; the second smaller, on a line of its own or behind the first.
std::string both(const Text& text, std::string_view tag) {
  std::string out = escaped(text.zh);
  if (text.en != text.zh) {
    out += " <" + std::string(tag) + " class=\"en\" lang=\"en\">" + escaped(text.en) + "</" + std::string(tag) + ">";
  }
  return out;
}

std::string cell(const Document::Cell& cell, std::string_view tag) {
  const std::string name(tag);
  const std::string content = cell.literal ? "<code>" + escaped(cell.text.zh) + "</code>" : both(cell.text, "span");
  return "<" + name + " class=\"" + std::string(class_of(cell.tone)) + "\">" + content + "</" + name + ">";
}

std::string table(const Document::Table& table) {
  std::string out = "<table>\n<colgroup>";
  for (const int width : table.widths) out += "<col width=\"" + std::to_string(width) + "%\"/>";
  out += "</colgroup>\n";
  if (!table.head.empty()) {
    out += "<thead><tr>";
    for (const Text& text : table.head) out += cell({text, false, Tone::plain}, "th");
    out += "</tr></thead>\n";
  }
  out += "<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (const auto& each : row) out += cell(each, "td");
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

/// Dark modules as one path, with the quiet zone of four that readers ask for.   Source: ISO/IEC 18004.
std::string square(const Document::Square& square) {
  const std::string side = std::to_string(square.side + 8);
  std::string path;
  for (std::size_t y = 0; y < square.side; ++y) {
    for (std::size_t x = 0; x < square.side; ++x) {
      if (square.dark[y * square.side + x]) path += "M" + std::to_string(x + 4) + " " + std::to_string(y + 4) + "h1v1h-1z";
    }
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side + "\" shape-rendering=\"crispEdges\"><path d=\"" + path + "\"/></svg>";
}

}  // namespace

std::string render_html(const Document& document) {
  const std::string policy = "default-src 'none'; style-src 'sha256-" + to_base64(crypto::sha256(kStyle).view()) + "'; base-uri 'none'; form-action 'none'";
  std::string out = "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\"/>\n";
  out += "<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\"/>\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n";
  out += "<title>" + escaped(document.title.zh) + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n";
  out += "<header>\n<div>\n<h1>" + both(document.title, "small") + "</h1>\n";
  out += "<p class=\"verdict " + std::string(class_of(document.tone)) + "\">" + both(document.verdict, "span") + "</p>\n";
  out += "<p>" + both(document.statement, "span") + "</p>\n</div>\n";
  if (document.square) {
    out += "<figure>" + square(*document.square) + "<figcaption>证据文件 SHA-256<br/>evidence file</figcaption></figure>\n";
  }
  out += "</header>\n";
  for (const auto& block : document.blocks) {
    if (const auto* heading = std::get_if<Document::Heading>(&block)) {
      out += "<h2>" + both(heading->text, "small") + "</h2>\n";
    } else if (const auto* paragraph = std::get_if<Document::Paragraph>(&block)) {
      out += "<p class=\"" + std::string(class_of(paragraph->tone)) + "\">" + both(paragraph->text, "span") + "</p>\n";
    } else {
      out += table(std::get<Document::Table>(block));
    }
  }
  return out + "</body>\n</html>\n";
}

}  // namespace qinglu::ledger
