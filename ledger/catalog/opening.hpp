// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/result.hpp"
#include "crypto/commitment.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

// Confidential fields: what a record commits to, and how its author shows one of them later.
// Source: evidence.md §5; domain.md 6.1 "Commitments", "Private slots".

/// One confidential field, shown. It says nothing of the others: they stand in `path` as hashes over
/// salts that nobody else has.
struct Opening {
  std::string name;
  Value value;
  crypto::Salt salt;
  std::vector<Digest> path;  ///< of a private slot; empty: the field `<name>_commit` of `data`
};

/// The field that an opening of this name and path is of, as `privacy.*` names it: the slot, or `<name>_commit`.
std::string field_of(std::string_view name, std::span<const Digest> path);
inline std::string field_of(const Opening& opening) { return field_of(opening.name, opening.path); }

/// The value, if the record with this body committed to it: in the slot that its type gives to the
/// name, or in a `<name>_commit`. Bodies whose form has been checked.
/// Errors: not_found: the record has no such commitment; malformed: it committed to something else.
Result<Value> open_field(const Value& body, const Opening& opening);

/// What opens confidential fields of one record: `{"format":"qinglu-openings/1","openings":[{"name","path",
/// "salt","value"},…],"record":"sha256:…"}`, canonical JSON. Whoever holds it can show the fields.
struct Openings {
  Digest record;  ///< record id
  std::vector<Opening> openings;
};
inline constexpr std::size_t kOpeningsMax = 32;             ///< of one document
inline constexpr std::size_t kOpeningsBytesMax = 1u << 20;  ///< of one document
Bytes encode_openings(const Openings& openings);
/// Errors: malformed; limit.
Result<Openings> decode_openings(BytesView bytes);

/// The private section of a record that is being written; its author keeps it.
class PrivateSection {
 public:
  /// `filler` gives 32 random bytes for each slot of the width, so that nobody sees which fields are
  /// there. Errors: usage: a name that the type has no slot for, a name twice, or too little filler.
  static Result<PrivateSection> make(const RecordType& type, const crypto::RecordSecret& secret,
                                     std::vector<std::pair<std::string, Value>> fields, std::span<const Digest> filler);

  /// Sets `private_root` and `private_width`.
  void put_into(Value& body) const;
  /// nullopt: the section has no such field.
  std::optional<Opening> open(std::string_view name) const;

 private:
  PrivateSection() = default;

  const RecordType* type_ = nullptr;
  crypto::RecordSecret secret_;
  std::vector<std::pair<std::string, Value>> fields_;
  std::vector<Digest> slots_;
};

/// Slots of a type's private section; 0: it has none.
std::size_t private_width(const RecordType& type);

}  // namespace qinglu::ledger
