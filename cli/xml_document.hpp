// SPDX-License-Identifier: Apache-2.0
// Foreign XML: checked on its raw bytes before it is parsed, because pugixml lets pass what must not pass
// (ip-data.md §1.6), and read by local names, because prefixes vary.
#pragma once

#include <pugixml.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace qinglu::cli {

/// Parses one document.   Returns why it is refused, with its line; empty when `document` holds it.
std::string read_xml(std::string_view text, pugi::xml_document& document);
/// Line of an offset, from 1.
std::size_t line_of(std::string_view text, std::size_t offset);

/// Name without its prefix.
std::string_view local_name(pugi::xml_node node);
/// First child of that local name, or an empty node.
pugi::xml_node child(pugi::xml_node parent, std::string_view name);
/// Text below a node in order, inline markup included, blanks squeezed.
std::string text_of(pugi::xml_node node);
std::string text_of(pugi::xml_node parent, std::string_view name);
/// YYYYMMDD -> YYYY-MM-DD; empty for anything else.
std::string iso_date(const std::string& date);
/// Visits every element of that local name below `parent`, without recursion.
void each_named(pugi::xml_node parent, std::string_view name, const std::function<void(pugi::xml_node)>& visit);

}  // namespace qinglu::cli
