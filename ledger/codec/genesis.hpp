// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// Bounds that must be the same on every node.   Source: agreement.md §2.1.
struct LedgerLimits {
  std::uint64_t activation_lead = 10;
  std::uint64_t batch_bytes = 1u << 20;
  std::uint64_t batch_records = 1'000;
  std::uint64_t block_bytes = 8u << 20;
  std::uint64_t block_records = 10'000;
  std::uint64_t message_bytes = 16u << 20;
};

/// The genesis document: log entry 0, from which the ledger id follows.
struct Genesis {
  struct Key {
    std::string key_id;
    PublicKey pub;
  };
  struct RoleGrant {
    std::string role;
    Value scope;
  };
  struct Party {
    std::string id;
    std::string name;
    std::vector<RoleGrant> roles;
    std::vector<Key> keys;
  };

  std::string nonce;   ///< 32 hex digits
  std::string origin;  ///< the log's origin line
  std::int64_t time_ms = 0;
  std::vector<Party> parties;
  ValidatorSet validators;
  Value rule_pack;  ///< {id, params, source_docs}
  LedgerLimits limits;
  std::uint64_t snapshot_every = 10'000;

  Bytes bytes;            ///< the document as received
  Bytes validator_bytes;  ///< its slice that holds the validator set
  Digest ledger_id;       ///< SHA-256("qinglu/genesis/1\0" ‖ bytes)
  Digest valset_hash;
};

/// Errors: malformed with byte offset, limit, unsupported. Checks every rule of agreement.md §2.1,
/// among them that every key may be enrolled and that none stands twice.
Result<Genesis> decode_genesis(BytesView bytes);
/// Canonical bytes of the document's fields (the derived members are not read).
Bytes encode_genesis(const Genesis& genesis);

/// Entry 1: derived by every node, voted on by none.   Source: agreement.md §2.2.
Seal genesis_seal(const Genesis& genesis, const Digest& state_root);

/// Eight words that operators read to each other over the telephone to compare ledger ids: the first
/// 88 bits of the id, eleven each, as syllable words.
std::string fingerprint_words(const Digest& ledger_id);

}  // namespace qinglu::ledger
