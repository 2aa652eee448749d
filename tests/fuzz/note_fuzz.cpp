// SPDX-License-Identifier: Apache-2.0
#include "crypto/note.hpp"

namespace crypto = qinglu::crypto;

/// A note that is read is written again byte for byte; so is a vkey.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qinglu::BytesView input(reinterpret_cast<const char*>(data), size);
  if (const auto note = crypto::parse_note(input)) {
    QL_CHECK(crypto::format_note(*note) == input);
    QL_CHECK(note->lines.size() <= crypto::kNoteLinesMax && note->text.ends_with('\n'));
  }
  if (const auto key = crypto::parse_vkey(input)) QL_CHECK(crypto::format_vkey(*key) == input);
  return 0;
}
