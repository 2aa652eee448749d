// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/body.hpp"

#include "crypto/base/binary.hpp"

namespace qinglu::ledger {

Bytes encode_body(std::span<const Bytes> entries) {
  BinaryWriter out;
  out.u32(static_cast<std::uint32_t>(entries.size()));
  for (const Bytes& entry : entries) out.bytes32(entry);
  return std::move(out).bytes();
}

Result<std::vector<Bytes>> decode_body(BytesView body) {
  BinaryReader in(body);
  std::vector<Bytes> entries;
  for (std::uint32_t left = in.u32(); left > 0 && !in.failed(); --left) entries.emplace_back(in.bytes32());
  if (auto ok = in.finish(); !ok) return std::move(ok).error();
  return entries;
}

}  // namespace qinglu::ledger
