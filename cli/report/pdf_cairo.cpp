// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "cli/report/pdf.hpp"

namespace qinglu::cli {
namespace {

using Document = ledger::Document;
using ledger::Text;
using Tone = Document::Tone;

// Everything in points (1/72 inch); A4 is 210 × 297 mm.
constexpr double kPageWidth = 595.276, kPageHeight = 841.890;
constexpr double kMargin = 40, kTop = 27, kBottom = 34;
constexpr double kWidth = kPageWidth - 2 * kMargin;
constexpr double kSquare = 72;
constexpr double kGutter = 5;     // between columns
constexpr std::size_t kShort = 40; // bytes of Chinese behind which the English goes on in the same line
constexpr double kRowSpace = .9;  // above and below a row's text
// Noto CJK is made for lines of 1.45 times its size, room for every script; ours are Han and Latin.
constexpr double kLineHeight = .85;

// Song type, in which Chinese courts write.
constexpr const char* kSerif = "Noto Serif CJK SC";
constexpr const char* kMono = "Noto Sans Mono CJK SC";

struct Ink {
  double red, green, blue;
};
constexpr Ink kBlack{.1, .1, .1}, kGrey{.35, .35, .35}, kBlue{.12, .23, .30}, kRule{.82, .85, .87};

Ink ink_of(Tone tone) {
  switch (tone) {
    case Tone::plain: return kBlack;
    case Tone::good: return {.08, .40, .18};
    case Tone::open: return {.48, .32, 0};
    case Tone::bad: return {.63, .07, .07};
  }
  return kBlack;
}

struct Style {
  double size = 7;
  bool bold = false;
  bool mono = false;
  Ink ink = kBlack;
  bool same_line = false;  ///< English behind the Chinese and not below it
};

struct Release {
  void operator()(void* object) const { g_object_unref(object); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

bool has_family(const char* wanted) {
  PangoFontFamily** families = nullptr;
  int count = 0;
  pango_font_map_list_families(pango_cairo_font_map_get_default(), &families, &count);
  const bool found = std::any_of(families, families + count, [&](PangoFontFamily* family) {
    return std::string_view(pango_font_family_get_name(family)) == wanted;
  });
  g_free(families);
  return found;
}

/// A text set to a width, as lines that can stand on different pages.
class Set {
 public:
  Set(PangoContext* context, const Text& text, const Style& style, double width) : ink_(style.ink), layout_(pango_layout_new(context)) {
    std::string content = text.zh;
    const std::size_t second = content.size();
    if (text.en != text.zh) content += (style.same_line ? "  " : "\n") + text.en;
    pango_layout_set_text(layout_.get(), content.data(), static_cast<int>(content.size()));
    pango_layout_set_width(layout_.get(), static_cast<int>(std::lround(width * PANGO_SCALE)));
    pango_layout_set_wrap(layout_.get(), style.mono ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
    const Owned<PangoFontDescription> font(pango_font_description_new());
    pango_font_description_set_family(font.get(), style.mono ? kMono : kSerif);
    pango_font_description_set_weight(font.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(font.get(), std::round(style.size * PANGO_SCALE));
    pango_layout_set_font_description(layout_.get(), font.get());
    PangoAttrList* attributes = pango_attr_list_new();
    // No other font takes over where a character is missing: the page looks the same on every machine.
    pango_attr_list_insert(attributes, pango_attr_fallback_new(FALSE));
    if (second < content.size()) {
      PangoAttribute* smaller = pango_attr_scale_new(.92);
      smaller->start_index = static_cast<guint>(second);
      pango_attr_list_insert(attributes, smaller);
      PangoAttribute* light = pango_attr_weight_new(PANGO_WEIGHT_NORMAL);
      light->start_index = static_cast<guint>(second);
      pango_attr_list_insert(attributes, light);
    }
    pango_layout_set_attributes(layout_.get(), attributes);
    pango_attr_list_unref(attributes);
    PangoLayoutIter* iter = pango_layout_get_iter(layout_.get());
    do {
      PangoRectangle area;
      pango_layout_iter_get_line_extents(iter, nullptr, &area);
      const double top = static_cast<double>(area.y) / PANGO_SCALE;
      const double baseline = static_cast<double>(pango_layout_iter_get_baseline(iter)) / PANGO_SCALE;
      const double height = static_cast<double>(area.height) / PANGO_SCALE;
      const double cut = height * (1 - kLineHeight);
      lines_.push_back({pango_layout_iter_get_line_readonly(iter), baseline - top - cut / 2, height - cut});
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
  }

  bool done() const { return next_ == lines_.size(); }
  /// Height of the lines that are still to be drawn.
  double height() const {
    double sum = 0;
    for (std::size_t i = next_; i < lines_.size(); ++i) sum += lines_[i].height;
    return sum;
  }
  /// Width of the widest line.
  double width() const {
    PangoRectangle area;
    pango_layout_get_extents(layout_.get(), nullptr, &area);
    return static_cast<double>(area.width) / PANGO_SCALE;
  }
  /// Draws the next lines, as many as fit into `room`. Returns the height taken.
  double draw(cairo_t* cairo, double x, double y, double room) {
    cairo_set_source_rgb(cairo, ink_.red, ink_.green, ink_.blue);
    double taken = 0;
    for (; next_ < lines_.size() && taken + lines_[next_].height <= room; ++next_) {
      cairo_move_to(cairo, x, y + taken + lines_[next_].ascent);
      pango_cairo_show_layout_line(cairo, lines_[next_].line);
      taken += lines_[next_].height;
    }
    return taken;
  }

 private:
  struct Line {
    PangoLayoutLine* line;  ///< belongs to the layout
    double ascent;
    double height;
  };
  Ink ink_;
  Owned<PangoLayout> layout_;
  std::vector<Line> lines_;
  std::size_t next_ = 0;
};

/// Sets a document page by page. Two runs: the first one counts the pages.
class Setter {
 public:
  Setter(cairo_surface_t* surface, const Document& document, std::size_t pages)
      : document_(document), pages_(pages), cairo_(cairo_create(surface)), context_(pango_cairo_create_context(cairo_.get())) {
    // Whatever the machine's own settings for screens are.
    const Owned<cairo_font_options_t> options(cairo_font_options_create());
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context_.get(), options.get());
    pango_cairo_context_set_resolution(context_.get(), 72);
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
    pango_context_set_language(context_.get(), pango_language_from_string("zh-cn"));
    pango_context_set_base_dir(context_.get(), PANGO_DIRECTION_LTR);
  }

  /// Returns the number of pages.
  std::size_t run() {
    title();
    for (std::size_t i = 0; i < document_.blocks.size(); ++i) {
      const auto& block = document_.blocks[i];
      if (const auto* heading = std::get_if<Document::Heading>(&block)) {
        this->heading(heading->text);
      } else if (const auto* paragraph = std::get_if<Document::Paragraph>(&block)) {
        std::vector<Set> row;
        // Both languages on one line where they fit: Han 7 points, Latin some 3.1.
        const bool short_one = static_cast<double>(paragraph->text.zh.size()) * 7 / 3 + static_cast<double>(paragraph->text.en.size()) * 3.1 < kWidth;
        row.push_back(set(paragraph->text, {.size = 6.8, .bold = paragraph->tone == Tone::bad, .ink = ink_of(paragraph->tone), .same_line = short_one}, kWidth));
        draw_row(row, {0}, nullptr);
      } else {
        table(std::get<Document::Table>(block));
      }
    }
    finish_page();
    return page_;
  }

 private:
  Set set(const Text& text, const Style& style, double width) { return Set(context_.get(), text, style, width); }
  double room() const { return kPageHeight - kBottom - y_; }

  void finish_page() {
    const double y = kPageHeight - kBottom + 12;
    rule(y - 3, kRule, .5);
    const std::string page = std::to_string(page_), pages = std::to_string(pages_);
    Set digest = set(ledger::same(document_.scanned), {.size = 6, .mono = true, .ink = kGrey}, kWidth);
    digest.draw(cairo_.get(), kMargin, y, kPageHeight);
    Set number = set({"第 " + page + " 页，共 " + pages + " 页", "page " + page + " of " + pages}, {.size = 6, .ink = kGrey, .same_line = true}, kWidth);
    number.draw(cairo_.get(), kPageWidth - kMargin - number.width(), y, kPageHeight);
    cairo_show_page(cairo_.get());
  }
  void next_page() {
    finish_page();
    ++page_;
    y_ = kTop;
  }

  void rule(double y, Ink ink, double width) {
    cairo_set_source_rgb(cairo_.get(), ink.red, ink.green, ink.blue);
    cairo_set_line_width(cairo_.get(), width);
    cairo_move_to(cairo_.get(), kMargin, y);
    cairo_line_to(cairo_.get(), kPageWidth - kMargin, y);
    cairo_stroke(cairo_.get());
  }

  void title() {
    const double width = document_.square ? kWidth - kSquare - 14 : kWidth;
    const double top = y_;
    const auto draw = [&](const Text& text, const Style& style, double space) {
      Set lines = set(text, style, width);
      y_ += lines.draw(cairo_.get(), kMargin, y_, room()) + space;
    };
    draw(document_.title, {.size = 14, .bold = true, .ink = kBlue, .same_line = true}, 1);
    draw(document_.verdict, {.size = 12, .bold = true, .ink = ink_of(document_.tone), .same_line = true}, 1);
    draw(document_.statement, {.size = 7.4}, 0);
    if (document_.square) {
      square(*document_.square, kPageWidth - kMargin - kSquare + 7, top - 7);
      y_ = std::max(y_, top + kSquare - 4);
    }
    y_ += 2;
    rule(y_, kBlue, 1.2);
    y_ += 1;
  }

  /// Dark modules in runs, so that no hair-line stands between them; four modules of quiet zone.
  void square(const Document::Square& square, double x, double y) {
    const double module = kSquare / static_cast<double>(square.side + 8);
    cairo_set_source_rgb(cairo_.get(), 0, 0, 0);
    for (std::size_t row = 0; row < square.side; ++row) {
      for (std::size_t column = 0; column < square.side;) {
        std::size_t end = column;
        while (end < square.side && square.dark[row * square.side + end]) ++end;
        if (end > column) {
          cairo_rectangle(cairo_.get(), x + module * static_cast<double>(column + 4), y + module * static_cast<double>(row + 4),
                          module * static_cast<double>(end - column), module);
        }
        column = std::max(end, column + 1);
      }
    }
    cairo_fill(cairo_.get());
  }

  void heading(const Text& text) {
    Set line = set(text, {.size = 8, .bold = true, .ink = kBlue, .same_line = true}, kWidth);
    constexpr double kWithNext = 40;  // a heading does not stand alone at the foot of a page
    if (room() < line.height() + kWithNext) next_page();
    y_ += 2.5;
    y_ += line.draw(cairo_.get(), kMargin, y_, room());
    rule(y_ + .5, kRule, .6);
    y_ += 1;
  }

  void table(const Document::Table& table) {
    std::vector<double> places, widths;
    double x = 0;
    for (const int width : table.widths) {
      places.push_back(x);
      widths.push_back(kWidth * width / 100 - kGutter);
      x += kWidth * width / 100;
    }
    const auto head = [&] {
      std::vector<Set> row;
      for (std::size_t i = 0; i < table.head.size(); ++i) {
        row.push_back(set(table.head[i], {.size = 6.6, .bold = true, .ink = kGrey, .same_line = true}, widths[i]));
      }
      if (!row.empty()) draw_row(row, places, nullptr);
    };
    head();
    for (const auto& cells : table.rows) {
      std::vector<Set> row;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const Document::Cell& cell = cells[i];
        const bool label = table.head.empty() && i == 0;
        row.push_back(set(cell.text, {.size = cell.literal ? 6.4 : 7, .bold = cell.tone == Tone::bad, .mono = cell.literal,
                                      .ink = label ? kGrey : ink_of(cell.tone), .same_line = cell.text.zh.size() < kShort || cells.size() == 2}, widths[i]));
      }
      draw_row(row, places, head);
    }
  }

  /// One row; goes on over the foot of the page only where a whole page would not hold it. `head`, where there
  /// is one, is drawn again on a new page.
  template <class Head>
  void draw_row(std::vector<Set>& row, const std::vector<double>& places, const Head& head) {
    const auto fresh = [&] {
      next_page();
      if constexpr (!std::is_null_pointer_v<Head>) head();
    };
    const auto height = [&] {
      double most = 0;
      for (const Set& cell : row) most = std::max(most, cell.height());
      return most + 2 * kRowSpace;
    };
    if (height() > room() && height() < kPageHeight - kTop - kBottom - 40) fresh();
    for (;;) {
      double most = 0;
      for (std::size_t i = 0; i < row.size(); ++i) {
        most = std::max(most, row[i].draw(cairo_.get(), kMargin + places[i], y_ + kRowSpace, room() - 2 * kRowSpace));
      }
      y_ += most + 2 * kRowSpace;
      if (std::all_of(row.begin(), row.end(), [](const Set& cell) { return cell.done(); })) break;
      fresh();
    }
    if (places.size() > 1) rule(y_, kRule, .35);
  }

  const Document& document_;
  std::size_t pages_;
  Owned<cairo_t> cairo_;
  Owned<PangoContext> context_;
  std::size_t page_ = 1;
  double y_ = kTop;
};

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

/// Sets the document once; `pages` is what stands at the foot. Returns the number of pages.
std::size_t set_once(const Document& document, std::size_t pages, std::string& bytes) {
  const Owned<cairo_surface_t> surface(cairo_pdf_surface_create_for_stream(append, &bytes, kPageWidth, kPageHeight));
  cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_5);
  // Where no time is established the date is the beginning of POSIX time: left out, cairo would ask the clock.
  const std::string date = ledger::format_instant(document.time.value_or(0));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, date.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, document.title.zh.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "qinglu-report " QINGLU_VERSION);
  const std::size_t count = Setter(surface.get(), document, pages).run();
  cairo_surface_finish(surface.get());
  return count;
}

}  // namespace

Result<std::string> render_pdf(const Document& document) {
  for (const char* family : {kSerif, kMono}) {
    if (!has_family(family)) return Error{Errc::unsupported, std::string("the font ") + family + " is not installed (package fonts-noto-cjk)", {}};
  }
  std::string draft;
  const std::size_t pages = set_once(document, 0, draft);
  std::string bytes;
  set_once(document, pages, bytes);
  return bytes;
}

}  // namespace qinglu::cli
