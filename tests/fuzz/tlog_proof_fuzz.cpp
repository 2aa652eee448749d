// SPDX-License-Identifier: Apache-2.0
#include "crypto/checkpoint.hpp"
#include "crypto/merkle.hpp"
#include "crypto/note.hpp"

namespace crypto = qinglu::crypto;

/// A proof that is read is written again byte for byte; one that verifies does so for one leaf.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qinglu::BytesView input(reinterpret_cast<const char*>(data), size);
  const auto proof = crypto::parse_tlog_proof(input);
  if (!proof) return 0;
  QL_CHECK(crypto::format_tlog_proof(*proof) == input);
  const auto note = crypto::parse_note(proof->checkpoint);
  if (!note) return 0;
  const auto head = crypto::parse_checkpoint(note->text);
  if (!head) return 0;
  const auto verify = [&](std::string_view entry) {
    return static_cast<bool>(crypto::verify_inclusion(
        proof->index, head->size, crypto::log_leaf_hash(entry), proof->path, head->root));
  };
  QL_CHECK(!(verify("record 5") && verify("record 6")));
  return 0;
}
