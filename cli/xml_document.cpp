// SPDX-License-Identifier: Apache-2.0
#include "cli/xml_document.hpp"

#include <algorithm>
#include <optional>

#include "cli/foreign_patent.hpp"
#include "crypto/base/encoding.hpp"

namespace qinglu::cli {
namespace {

constexpr std::size_t kDepthMax = 100;
constexpr std::size_t kDocumentMax = 64u << 20;

struct Trouble {
  std::size_t offset;
  std::string what;
};

/// A reference that XML itself defines: no DTD is read, so nothing else has a meaning.
bool is_known_reference(std::string_view text, std::size_t at) {
  const std::string_view window = text.substr(at + 1, 12);
  const std::string_view name = window.substr(0, std::min(window.find(';'), window.size()));
  if (name.size() == window.size()) return false;
  return name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos" ||
         (name.size() > 1 && name[0] == '#');
}

/// What pugixml would let pass and must not (ip-data.md §1.6): found on the raw bytes, in one pass.
std::optional<Trouble> check_raw(std::string_view text) {
  if (text.size() > kDocumentMax) return Trouble{kDocumentMax, "document too long"};
  if (const auto bad = first_utf8_error(text)) return Trouble{*bad, "ill-formed UTF-8"};
  const auto control = std::ranges::find_if(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  if (control != text.end()) return Trouble{static_cast<std::size_t>(control - text.begin()), "a control character"};
  std::size_t depth = 0;
  for (std::size_t at = text.find_first_of("<&"); at < text.size(); at = text.find_first_of("<&", at + 1)) {
    if (text[at] == '&') {
      if (!is_known_reference(text, at)) return Trouble{at, "an entity that is not defined"};
      continue;
    }
    // Comments and character data hold no tags.
    const bool comment = text.substr(at).starts_with("<!--");
    if (comment || text.substr(at).starts_with("<![CDATA[")) {
      at = text.find(comment ? "-->" : "]]>", at + 4);
      if (at == text.npos) return Trouble{text.size(), "a comment or CDATA section that does not end"};
      continue;
    }
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == '!' || next == '?') continue;
    const std::size_t close = text.find_first_of("<>", at + 1);
    if (close == text.npos || text[close] == '<') return Trouble{at, "a tag that does not end"};
    if (next == '/') {
      if (depth > 0) --depth;
    } else if (text[close - 1] != '/' && ++depth > kDepthMax) {
      return Trouble{at, "nested too deep"};
    }
  }
  return std::nullopt;
}

/// An element that names one attribute twice, which no XML may do; nullptr when there is none.
const char* twice_attributed(pugi::xml_node root) {
  struct Walker : pugi::xml_tree_walker {
    const char* found = nullptr;
    bool for_each(pugi::xml_node& each) override {
      for (pugi::xml_attribute a : each.attributes()) {
        for (pugi::xml_attribute b = a.next_attribute(); b; b = b.next_attribute()) {
          if (std::string_view(a.name()) == b.name()) found = each.name();
        }
      }
      return !found;
    }
  } walker;
  root.traverse(walker);
  return walker.found;
}

}  // namespace

std::size_t line_of(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())), '\n'));
}

std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.rfind(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(pugi::xml_node parent, std::string_view name) {
  for (pugi::xml_node node : parent.children()) {
    if (local_name(node) == name) return node;
  }
  return {};
}

std::string text_of(pugi::xml_node node) {
  std::string out;
  // Titles hold inline markup (sub, sup, i): their text counts, in order.
  struct Walker : pugi::xml_tree_walker {
    std::string* out = nullptr;
    bool for_each(pugi::xml_node& each) override {
      if (each.type() == pugi::node_pcdata || each.type() == pugi::node_cdata) out->append(each.value());
      return true;
    }
  } walker;
  walker.out = &out;
  node.traverse(walker);
  return squeezed(out);
}

std::string text_of(pugi::xml_node parent, std::string_view name) { return text_of(child(parent, name)); }

std::string iso_date(const std::string& date) {
  if (date.size() != 8) return {};
  return date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2);
}

void each_named(pugi::xml_node parent, std::string_view name, const std::function<void(pugi::xml_node)>& visit) {
  struct Walker : pugi::xml_tree_walker {
    std::string_view name;
    const std::function<void(pugi::xml_node)>* visit = nullptr;
    bool for_each(pugi::xml_node& each) override {
      if (each.type() == pugi::node_element && local_name(each) == name) (*visit)(each);
      return true;
    }
  } walker;
  walker.name = name;
  walker.visit = &visit;
  parent.traverse(walker);
}

std::string read_xml(std::string_view text, pugi::xml_document& document) {
  if (const auto trouble = check_raw(text)) {
    return "line " + std::to_string(line_of(text, trouble->offset)) + " of the document: " + trouble->what;
  }
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!parsed) {
    return "line " + std::to_string(line_of(text, static_cast<std::size_t>(parsed.offset))) +
           " of the document: not well-formed XML: " + parsed.description();
  }
  std::size_t roots = 0;
  for (pugi::xml_node node : document.children()) roots += node.type() == pugi::node_element ? 1u : 0u;
  if (roots != 1) return "the document has " + std::to_string(roots) + " roots";
  if (const char* element = twice_attributed(document)) return "<" + std::string(element) + "> names an attribute twice";
  return {};
}

}  // namespace qinglu::cli
