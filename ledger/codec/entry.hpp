// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

inline constexpr std::size_t kEntryBytesMax = 61'440;
inline constexpr std::size_t kMemberBodyBytesMax = 61'398;
inline constexpr std::size_t kMemberWrapperMax = 42;
inline constexpr std::size_t kBatchCountMax = 1'000;

/// The five forms of log entry, told apart by their exact set of top-level keys.
/// Source: evidence.md §1.9.
enum class EntryForm { record, manifest, member, seal, genesis };

/// One signature beside a body; `party` and `key_id` are not signed.
struct EntrySignature {
  std::string party;
  std::string key_id;
  Signature signature;
  bool operator==(const EntrySignature&) const = default;
};

/// An entry as parsed from its stored bytes. `body` and its bytes are of records, manifests and
/// members; seals and genesis documents have `root` only.
struct Entry {
  EntryForm form;
  Value root;                              ///< the whole document
  BytesView body_bytes;                    ///< slice of the parsed bytes (not owned)
  std::vector<EntrySignature> signatures;  ///< records and manifests: ascending (party, key_id)
  std::uint64_t batch = 0;                 ///< members: log index of the manifest
  std::uint64_t n = 0;                     ///< members: position in the batch

  const Value& body() const;
};

/// Parses one entry; `bytes` must outlive the result.
/// Errors: malformed with the byte offset, limit.   Source: evidence.md §1.9, §7.3, §7.4.
Result<Entry> parse_entry(BytesView bytes);

/// `{"body":<body>,"sigs":[…]}` from body bytes and signatures (sorted here).
Bytes make_entry(BytesView body, std::vector<EntrySignature> signatures);

/// `{"batch":<manifest index>,"body":<body>,"n":<position>}`.
Bytes make_member_entry(std::uint64_t batch, BytesView body, std::uint64_t n);

/// SHA-256 of the body's bytes; shown as `sha256:…`.
Digest record_id_of(BytesView body);

/// Root of the RFC 6962 tree over the bodies' bytes.   Source: evidence.md §7.4.
Digest batch_root(const std::vector<BytesView>& bodies);
/// Body bytes of a stored member entry by its canonical frame, `{"batch":i,"body":` … `,"n":i}`, without parsing
/// it. For whoever holds what it comes to against the manifest's root.   nullopt: not that frame.
std::optional<BytesView> member_body(BytesView entry);

}  // namespace qinglu::ledger
