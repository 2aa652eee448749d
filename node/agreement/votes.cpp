// SPDX-License-Identifier: Apache-2.0
#include "node/agreement/votes.hpp"

#include "crypto/base/binary.hpp"

namespace qinglu::agreement {
namespace {

void write_optional(BinaryWriter& out, const std::optional<Digest>& digest) {
  out.u8(digest ? 1 : 0);
  if (digest) out.raw(*digest);
}

std::optional<Digest> read_optional(BinaryReader& in) {
  return in.u8() == 0 ? std::nullopt : std::optional<Digest>(in.digest());
}

}  // namespace

Bytes VoteRow::encode() const {
  BinaryWriter out;
  write_optional(out, proposed);
  write_optional(out, notarized);
  out.u8(nullified ? 1 : 0);
  write_optional(out, finalized);
  return std::move(out).bytes();
}

Result<VoteRow> VoteRow::decode(BytesView bytes) {
  BinaryReader in(bytes);
  VoteRow row;
  row.proposed = read_optional(in);
  row.notarized = read_optional(in);
  row.nullified = in.u8() != 0;
  row.finalized = read_optional(in);
  if (auto ok = in.finish(); !ok) return std::move(ok).error();
  return row;
}

VoteRow OwnVotes::at(std::uint64_t view) const {
  const auto row = rows_.find(view);
  return row == rows_.end() ? VoteRow{} : row->second;
}

bool OwnVotes::has(const Statement& statement) const {
  const VoteRow row = at(statement.view);
  switch (statement.kind) {
    case Statement::Kind::notarize: return row.notarized == statement.block_hash;
    case Statement::Kind::nullify: return row.nullified;
    case Statement::Kind::finalize: return row.finalized == statement.block_hash;
  }
  return false;
}

bool OwnVotes::may_propose(std::uint64_t view) const {
  const VoteRow row = at(view);
  return !spent(view) && !row.proposed && !row.notarized;  // a Propose carries the leader's Notarize
}

bool OwnVotes::may_notarize(std::uint64_t view, const Digest& block) const {
  const VoteRow row = at(view);
  return !spent(view) && !row.notarized && (!row.proposed || *row.proposed == block);
}

bool OwnVotes::may_nullify(std::uint64_t view) const {
  const VoteRow row = at(view);
  return !spent(view) && !row.nullified && !row.finalized;
}

bool OwnVotes::may_finalize(std::uint64_t view, const Digest& block) const {
  const VoteRow row = at(view);
  return !spent(view) && !row.finalized && !row.nullified && row.notarized == block;
}

VoteRow& OwnVotes::change(std::uint64_t view) {
  changed_.insert(view);
  return rows_[view];
}

void OwnVotes::propose(std::uint64_t view, const Digest& block) {
  QL_CHECK(may_propose(view));
  change(view).proposed = block;
}

void OwnVotes::notarize(std::uint64_t view, const Digest& block) {
  QL_CHECK(may_notarize(view, block));
  change(view).notarized = block;
}

void OwnVotes::nullify(std::uint64_t view) {
  QL_CHECK(may_nullify(view));
  change(view).nullified = true;
}

void OwnVotes::finalize(std::uint64_t view, const Digest& block) {
  QL_CHECK(may_finalize(view, block));
  change(view).finalized = block;
}

std::vector<std::uint64_t> OwnVotes::drop_below(std::uint64_t view) {
  std::vector<std::uint64_t> dropped;
  while (!rows_.empty() && rows_.begin()->first < view) {
    dropped.push_back(rows_.begin()->first);
    rows_.erase(rows_.begin());
  }
  if (!dropped.empty()) spend_until(view - 1);
  return dropped;
}

}  // namespace qinglu::agreement
