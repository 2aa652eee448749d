// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/frontier.hpp"

#include <bit>

#include "crypto/merkle.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::uint64_t kSizeLimit = std::uint64_t{1} << 53;

}  // namespace

void Frontier::append(const Digest& leaf_hash, const Sink& sink) {
  QL_CHECK(size_ + 1 < kSizeLimit);
  Digest hash = leaf_hash;
  std::uint64_t index = size_;
  unsigned level = 0;
  if (sink) sink(level, index, hash);
  for (; (index & 1) != 0; index >>= 1) {
    hash = crypto::log_node_hash(hashes_.back(), hash);
    hashes_.pop_back();
    ++level;
    if (sink) sink(level, index >> 1, hash);
  }
  hashes_.push_back(hash);
  ++size_;
}

Digest Frontier::root() const {
  if (hashes_.empty()) return crypto::empty_log_root();
  Digest root = hashes_.back();
  for (std::size_t i = hashes_.size() - 1; i-- > 0;) root = crypto::log_node_hash(hashes_[i], root);
  return root;
}

Bytes Frontier::encode() const {
  BinaryWriter out;
  encode_to(out);
  return std::move(out).bytes();
}

void Frontier::encode_to(BinaryWriter& out) const {
  out.u64(size_);
  for (const Digest& hash : hashes_) out.raw(hash);
}

Result<Frontier> Frontier::decode(BytesView bytes) {
  BinaryReader in(bytes);
  Frontier frontier = decode_from(in);
  if (auto done = in.finish(); !done) return std::move(done).error();
  return frontier;
}

Frontier Frontier::decode_from(BinaryReader& in) {
  Frontier frontier;
  const std::uint64_t size = in.u64();
  if (size >= kSizeLimit) {
    in.raw(in.left() + 1);  // fails the reader
    return frontier;
  }
  for (int count = std::popcount(size); count > 0; --count) frontier.hashes_.push_back(in.digest());
  frontier.size_ = size;
  return frontier;
}

}  // namespace qinglu::ledger
