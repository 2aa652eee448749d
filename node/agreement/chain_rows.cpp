// SPDX-License-Identifier: Apache-2.0
#include "node/agreement/chain_rows.hpp"

#include "crypto/base/binary.hpp"
#include "node/agreement/certificate.hpp"

namespace qinglu::agreement {
namespace {

BinaryWriter key(char prefix) {
  BinaryWriter writer;
  writer.u8(static_cast<std::uint8_t>(prefix));
  return writer;
}

}  // namespace

namespace chain_key {
Bytes block(std::uint64_t epoch, std::uint64_t view, const Digest& block_hash) {
  return key('b').u64(epoch).u64(view).raw(block_hash).bytes();
}
Bytes height(std::uint64_t height) { return key('g').u64(height).bytes(); }
Bytes certificate(std::uint8_t kind, std::uint64_t epoch, std::uint64_t view) {
  return key('c').u8(kind).u64(epoch).u64(view).bytes();
}
Bytes finalization(std::uint64_t epoch, std::uint64_t view) {
  return certificate(static_cast<std::uint8_t>(Statement::Kind::finalize), epoch, view);
}
Bytes votes(std::uint64_t epoch, std::uint64_t view) { return key('v').u64(epoch).u64(view).bytes(); }
Bytes cosign() { return key('s').bytes(); }
Bytes head(std::uint64_t size) { return key('h').u64(size).bytes(); }
Bytes meta(std::string_view name) { return key('m').raw(name).bytes(); }
}  // namespace chain_key

Bytes BlockRow::encode() const {
  return BinaryWriter().u8(final ? 1 : 0).bytes32(seal).bytes32(justification).raw(entries).bytes();
}

Result<BlockRow> BlockRow::decode(BytesView bytes) {
  BinaryReader reader(bytes);
  BlockRow row;
  const std::uint8_t status = reader.u8();
  row.final = status == 1;
  row.seal = Bytes(reader.bytes32());
  row.justification = Bytes(reader.bytes32());
  row.entries = Bytes(reader.raw(reader.left()));
  if (auto ok = reader.finish(); !ok) return std::move(ok).error();
  if (status > 1) return Error{Errc::malformed, "unknown status of a block row", 0};
  return row;
}

Bytes HeightRow::encode() const { return BinaryWriter().u64(epoch).u64(view).bytes(); }

Result<HeightRow> HeightRow::decode(BytesView bytes) {
  BinaryReader reader(bytes);
  HeightRow row;
  row.epoch = reader.u64();
  row.view = reader.u64();
  if (auto ok = reader.finish(); !ok) return std::move(ok).error();
  return row;
}

Bytes Tip::encode() const {
  return BinaryWriter()
      .u64(epoch)
      .u64(view)
      .u64(height)
      .raw(block_hash)
      .u64(log_size)
      .raw(log_root)
      .raw(state_root)
      .raw(next_valset_hash)
      .u64(static_cast<std::uint64_t>(time_ms))
      .bytes();
}

Result<Tip> Tip::decode(BytesView bytes) {
  BinaryReader reader(bytes);
  Tip tip;
  tip.epoch = reader.u64();
  tip.view = reader.u64();
  tip.height = reader.u64();
  tip.block_hash = reader.digest();
  tip.log_size = reader.u64();
  tip.log_root = reader.digest();
  tip.state_root = reader.digest();
  tip.next_valset_hash = reader.digest();
  tip.time_ms = static_cast<std::int64_t>(reader.u64());
  if (auto ok = reader.finish(); !ok) return std::move(ok).error();
  return tip;
}

Bytes CosignRow::encode() const { return BinaryWriter().u64(size).raw(root).u64(time_s).bytes(); }

Result<CosignRow> CosignRow::decode(BytesView bytes) {
  BinaryReader reader(bytes);
  CosignRow row;
  row.size = reader.u64();
  row.root = reader.digest();
  row.time_s = reader.u64();
  if (auto ok = reader.finish(); !ok) return std::move(ok).error();
  return row;
}

Bytes EpochRow::encode() const { return BinaryWriter().u64(epoch).raw(genesis).bytes32(handover).bytes(); }

Result<EpochRow> EpochRow::decode(BytesView bytes) {
  BinaryReader reader(bytes);
  EpochRow row;
  row.epoch = reader.u64();
  row.genesis = reader.digest();
  row.handover = Bytes(reader.bytes32());
  if (auto ok = reader.finish(); !ok) return std::move(ok).error();
  return row;
}

Bytes AbstainRow::encode() const {
  return BinaryWriter().u8(static_cast<std::uint8_t>(state)).u64(epoch).u64(until).bytes16(reason).bytes();
}

Result<AbstainRow> AbstainRow::decode(BytesView bytes) {
  BinaryReader reader(bytes);
  AbstainRow row;
  const std::uint8_t state = reader.u8();
  row.state = static_cast<State>(state);
  row.epoch = reader.u64();
  row.until = reader.u64();
  row.reason = std::string(reader.bytes16());
  if (auto ok = reader.finish(); !ok) return std::move(ok).error();
  if (state > 2) return Error{Errc::malformed, "unknown state of abstaining", 0};
  return row;
}

Bytes HeadRow::encode() const { return BinaryWriter().bytes32(first).bytes32(newest).bytes(); }

Result<HeadRow> HeadRow::decode(BytesView bytes) {
  BinaryReader reader(bytes);
  HeadRow row;
  row.first = Bytes(reader.bytes32());
  row.newest = Bytes(reader.bytes32());
  if (auto ok = reader.finish(); !ok) return std::move(ok).error();
  return row;
}

}  // namespace qinglu::agreement
