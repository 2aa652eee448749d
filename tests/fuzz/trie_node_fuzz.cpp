// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "crypto/base/check.hpp"
#include "ledger/log/frontier.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/state/trie.hpp"
#include "ledger/state/undo.hpp"

/// A node row is refused or has exactly these bytes; so are the other binary rows of the state.
/// Input: u8 key length ‖ key ‖ row.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglu;
  using namespace qinglu::ledger;
  const BytesView input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const BytesView key = input.substr(1, data[0] % 40);
  const BytesView value = input.substr(1 + key.size());
  if (auto row = decode_trie_row(key, value)) QL_CHECK(encode_trie_row(*row) == value);
  if (auto frontier = Frontier::decode(value)) QL_CHECK(frontier->encode() == value);
  if (auto leaf = SubjectLeaf::decode(value)) QL_CHECK(leaf->encode() == value);
  if (auto lists = SubjectLists::decode(value)) QL_CHECK(lists->encode() == value);
  decode_undo(value).ignore("bundles have no second form to compare with");
  return 0;
}
