// SPDX-License-Identifier: Apache-2.0
#include "node/final_chain.hpp"

#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/codec/body.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/model/rows.hpp"
#include "node/agreement/chain_rows.hpp"
#include "node/agreement/range.hpp"
#include "node/chain_image.hpp"

namespace qinglu::node {
namespace {

using ledger::Family;
namespace chain_key = agreement::chain_key;

/// Views behind the tip in which a block is looked for by its hash alone; older ones are asked for by
/// their height.
constexpr std::uint64_t kLookupViews = 64;

Error corrupt(std::string what) { return {Errc::corrupt, std::move(what)}; }


/// The row with what the log holds of its block put back.
Result<agreement::BlockMessage> whole(const ledger::KvReader& reader, agreement::BlockRow row) {
  auto seal = ledger::decode_seal(row.seal);
  if (!seal) return std::move(seal).error();
  agreement::BlockMessage block{std::move(row.seal), std::move(row.justification), std::move(row.entries)};
  if (!row.final || seal->empty) return block;
  std::vector<Bytes> entries;
  for (std::uint64_t i = 0; i < seal->record_count; ++i) {
    auto entry = ledger::read_entry(reader, seal->log_size_before + i);
    if (!entry) return std::move(entry).error();
    if (!*entry) return corrupt("entry " + std::to_string(seal->log_size_before + i) + " is missing");
    entries.push_back(std::move(**entry));
  }
  block.body = ledger::encode_body(entries);
  return block;
}

}  // namespace

Result<bool> leads_down(const ledger::KvReader& reader, BlockPlace head, const BlockPlace& below) {
  while (head.epoch == below.epoch && head.view > below.view) {
    auto row = read_row<agreement::BlockRow>(reader, chain_key::block(head.epoch, head.view, head.block_hash));
    if (!row) return std::move(row).error();
    if (!*row || !(*row)->final || ledger::block_hash((*row)->seal) != head.block_hash) {
      return corrupt("block " + to_hex(head.block_hash) + " of the final chain is missing");
    }
    auto seal = ledger::decode_seal((*row)->seal);
    if (!seal) return std::move(seal).error();
    head.view = seal->parent_view;
    head.block_hash = seal->parent;
  }
  return head.epoch == below.epoch && head.view == below.view && head.block_hash == below.block_hash;
}

Result<std::optional<CoveringFinality>> finality_of(const ledger::KvReader& reader, const ledger::Genesis& genesis,
                                                    const BlockPlace& block) {
  using Answer = std::optional<CoveringFinality>;
  Bytes bytes;
  auto ok = reader.scan(Family::chain, chain_key::finalization(block.epoch, block.view),
                        chain_key::finalization(block.epoch + 1, 0), [&](BytesView, BytesView value) {
                          bytes = Bytes(value);
                          return false;
                        });
  if (!ok) return std::move(ok).error();
  if (bytes.empty()) return Answer();
  auto set = validators_of(reader, genesis, block.epoch);
  if (!set) return std::move(set).error();
  auto certificate = agreement::Certificate::decode(bytes, *set);
  if (!certificate) return std::move(certificate).error();
  const agreement::Statement& s = certificate->statement;
  auto covers = leads_down(reader, {block.epoch, s.view, s.block_hash}, block);
  if (!covers) return std::move(covers).error();
  if (!*covers) return corrupt("the finalization of block " + to_hex(block.block_hash) + " is of another block");
  CoveringFinality found;
  found.note = agreement::finality_note(*certificate, *set, genesis.ledger_id, genesis.origin);
  found.size = s.size;
  found.set = std::move(*set);
  found.finalization = std::move(*certificate);
  return Answer(std::move(found));
}

Result<std::optional<CoveringFinality>> finality_at(const ledger::KvReader& reader, const ledger::Genesis& genesis,
                                                    std::uint64_t height) {
  auto place = read_row<agreement::HeightRow>(reader, chain_key::height(height));
  if (!place) return std::move(place).error();
  if (!*place) return std::optional<CoveringFinality>();
  auto seal = ledger::seal_at(reader, height);
  if (!seal) return std::move(seal).error();
  if (!*seal) return corrupt("the seal of height " + std::to_string(height) + " is missing");
  return finality_of(reader, genesis, {(*place)->epoch, (*place)->view, ledger::block_hash((*seal)->bytes)});
}

Result<std::optional<agreement::BlockMessage>> find_final_block(const ledger::KvReader& reader, const BlockPlace& tip,
                                                                const Digest& block_hash) {
  using Answer = std::optional<agreement::BlockMessage>;
  const std::uint64_t from = tip.view > kLookupViews ? tip.view - kLookupViews : 0;
  std::optional<Bytes> found;
  const std::string_view wanted = block_hash.view();
  auto ok = reader.scan(Family::chain, chain_key::block(tip.epoch, from, Digest{}), chain_key::block(tip.epoch + 1, 0, Digest{}),
                        [&](BytesView key, BytesView value) {
                          if (key.ends_with(wanted)) found = Bytes(value);
                          return !found;
                        });
  if (!ok) return std::move(ok).error();
  if (!found) return Answer();
  auto row = agreement::BlockRow::decode(*found);
  if (!row) return std::move(row).error();
  auto block = whole(reader, std::move(*row));
  if (!block) return std::move(block).error();
  return Answer(std::move(*block));
}

Result<ledger::ValidatorSet> validators_of(const ledger::KvReader& reader, const ledger::Genesis& genesis,
                                           std::uint64_t epoch) {
  if (epoch == genesis.validators.epoch) return genesis.validators;
  auto bytes = reader.get(Family::rows, ledger::validators_row(epoch).stored());
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return corrupt("the state has no validator set of epoch " + std::to_string(epoch));
  auto row = ledger::parse_canonical(**bytes);
  if (!row || !row->find("set")) return corrupt("the validator set of epoch " + std::to_string(epoch) + " is no row");
  return ledger::parse_validator_set(*row->find("set"), genesis.origin);
}

Result<agreement::Range> final_range(const ledger::KvReader& reader, std::uint64_t epoch, std::uint64_t after_view) {
  agreement::RangeBuilder builder;
  Result<void> taken;
  const auto take = [&](BytesView key, BytesView value) -> Result<bool> {
    auto row = agreement::BlockRow::decode(value);
    if (!row) return std::move(row).error();
    if (!row->final) return true;
    const std::uint64_t view = BinaryReader(key.substr(1 + sizeof epoch)).u64();
    auto finalization = reader.get(Family::chain, chain_key::finalization(epoch, view));
    if (!finalization) return std::move(finalization).error();
    auto block = whole(reader, std::move(*row));
    if (!block) return std::move(block).error();
    return builder.add(std::move(*block), finalization->value_or(Bytes()));
  };
  auto ok = reader.scan(Family::chain, chain_key::block(epoch, after_view + 1, Digest{}), chain_key::block(epoch + 1, 0, Digest{}),
                        [&](BytesView key, BytesView value) {
                          auto more = take(key, value);
                          if (!more) taken = std::move(more).error();
                          return more && *more;
                        });
  if (!ok) return std::move(ok).error();
  if (!taken) return std::move(taken).error();
  return std::move(builder).finish();
}

}  // namespace qinglu::node
