// SPDX-License-Identifier: Apache-2.0
#include "crypto/checkpoint.hpp"

namespace crypto = qinglu::crypto;

/// Each text that is read is written again byte for byte, and none is of both forms.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qinglu::BytesView input(reinterpret_cast<const char*>(data), size);
  const auto checkpoint = crypto::parse_checkpoint(input);
  const auto finality = crypto::parse_finality_text(input);
  if (checkpoint) QL_CHECK(crypto::format_checkpoint(*checkpoint) == input);
  if (finality) QL_CHECK(crypto::format_finality_text(*finality) == input);
  QL_CHECK(!(checkpoint && finality));
  if (crypto::is_origin(input)) QL_CHECK(crypto::is_member_id(input) && size <= 223);
  return 0;
}
