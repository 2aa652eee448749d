// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "crypto/base/result.hpp"

namespace qinglu::test {

/// Whether a sentence, or an error's detail, has these words.
inline bool says(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }
inline bool says(const Error& error, std::string_view part) { return says(error.detail, part); }

}  // namespace qinglu::test
