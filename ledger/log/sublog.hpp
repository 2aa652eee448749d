// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/kv/kv_store.hpp"
#include "ledger/log/frontier.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// One line of a subject's complete history.   Source: evidence.md §4.1.
struct SubjectLeaf {
  static constexpr std::size_t kSize = 41;
  static constexpr std::uint8_t kSealed = 1;      ///< the body's `class` is SEALED
  static constexpr std::uint8_t kSupersedes = 2;  ///< the body has `supersedes`

  std::uint64_t index = 0;  ///< log index of the entry
  Digest leaf_hash;         ///< of the entry's bytes
  std::uint8_t flags = 0;   ///< of the moment of appending

  /// `u64 index ‖ leaf hash ‖ u8 flags`.
  Bytes encode() const;
  /// Errors: malformed: not 41 bytes, or one of the flag bits 2–7 set.
  static Result<SubjectLeaf> decode(BytesView bytes);
  /// SHA-256(0x00 ‖ the 41 bytes): its hash in the sub-log.
  Digest hash() const;
  bool operator==(const SubjectLeaf&) const = default;
};

/// The list of one category (0 = all) of a subject.
struct SubjectList {
  std::uint8_t category = 0;
  std::uint64_t last_index = 0;
  Frontier frontier;  ///< its size is the list's count
  bool operator==(const SubjectList&) const = default;
};

/// All lists of a subject, ascending by category, every one with at least one leaf.
struct SubjectLists {
  static constexpr std::uint8_t kCategoryMax = 6;

  std::vector<SubjectList> lists;

  /// The list of a category, or nullptr when nothing was ever appended to it.
  const SubjectList* find(std::uint8_t category) const;
  /// Appends to category 0 and, if it is another, to `category`; returns the sequence numbers that
  /// the leaf got there. Requires: category ≤ 6, index above every earlier one (checked).
  struct Placed {
    std::uint64_t in_all;
    std::uint64_t in_category;
  };
  Placed append(std::uint8_t category, const SubjectLeaf& leaf);

  /// Value of the `H` row: `{"lists":[{"category","count","last_index","root"},…]}`.
  Value history_value() const;

  /// `u8 count ‖ (u8 category ‖ u64 last_index ‖ frontier)…`: the row under `J`.
  Bytes encode() const;
  /// Errors: malformed: order, an empty list, a category above 6, lengths.
  static Result<SubjectLists> decode(BytesView bytes);
  bool operator==(const SubjectLists&) const = default;
};

/// SHA-256("qinglu/subject/1\0" ‖ key bytes of the H row).
Digest subject_hash(BytesView subject);

/// Keys of Family::derived, told apart by their first byte (docs/formats/store.md).
Bytes subject_leaf_key(const Digest& subject_hash, std::uint8_t category, std::uint64_t seq);
Bytes subject_lists_key(const Digest& subject_hash);
Bytes record_index_key(const Digest& record_id);

/// Lists of a subject; no lists when it has none.
/// Errors: those of the reader, corrupt.
Result<SubjectLists> read_subject_lists(const KvReader& reader, BytesView subject);

/// Leaves [from, until) of a list. Requires: until − from is what the caller can hold.
/// Errors: those of the reader; corrupt when one is missing or malformed.
Result<std::vector<SubjectLeaf>> read_subject_leaves(const KvReader& reader, BytesView subject,
                                                     std::uint8_t category, std::uint64_t from,
                                                     std::uint64_t until);

/// Index of the entry whose body has this id, or nullopt.
/// Errors: those of the reader, corrupt.
Result<std::optional<std::uint64_t>> find_record_index(const KvReader& reader,
                                                       const Digest& record_id);

}  // namespace qinglu::ledger
