// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/evidence/report.hpp"

namespace qinglu::ledger {

// Words that every rendering of a report shares.

/// A sentence in both languages.
struct Text {
  std::string zh;
  std::string en;
  const std::string& in(Language language) const { return language == Language::zh ? zh : en; }
};
/// What is not language: names, numbers, digests.
inline Text same(std::string text) { return {text, text}; }

/// Characters that could move or hide others on a screen stand as `<U+202E>`, octets that are none as `<0xff>`.
std::string visible(std::string_view text);

/// A state row as `P org:…`, on one line whatever its key holds.
std::string row_name(const RowKey& row);

/// A name that somebody gave to a file or to himself: ASCII, Chinese characters and Chinese punctuation stand, what
/// may look like them (Cyrillic, full-width letters, invisible characters) as `<U+XXXX>`.
std::string plain_name(std::string_view text);
/// Time of a token with its milliseconds and accuracy, where it states them.
std::string stamped_time(const Report::Timestamp& token);

Text verdict_of(const Report& report);
Text category_name(Category category);
Text moment(const Report::Moment& at);
/// What the claim says, in one sentence.
Text claim_sentence(const Report::Facts& facts);

}  // namespace qinglu::ledger
