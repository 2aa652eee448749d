// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qinglu::api {

/// Values of an `Accept…` header in lower case without parameters, the most wanted first; those of
/// weight 0 are left out.   Source: RFC 9110 §12.4.2.
std::vector<std::string> preferences(std::string_view header);

/// Whether an `Accept` header (empty: anything) takes a media type; JSON of a more special name is
/// JSON too.
bool accepts(std::string_view header, std::string_view media_type);

/// Whether a `Content-Type` header names JSON, which no HTML form can send (F88).
bool is_json(std::string_view content_type);

/// Whether an `If-None-Match` header holds `etag` (weak comparison).   Source: RFC 9110 §13.1.2.
bool matches(std::string_view if_none_match, std::string_view etag);

}  // namespace qinglu::api
