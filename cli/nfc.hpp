// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace qinglu::cli {

/// Offset of the first character that a text in Unicode form NFC would most likely not hold: a mark
/// behind a letter that it composes with, a compatibility ideograph, a letter that stands for another.
/// Good enough to warn a person, who alone may change the text. Requires: well-formed UTF-8.
std::optional<std::size_t> first_not_nfc(std::string_view text);

}  // namespace qinglu::cli
