// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"

namespace qinglu::ledger {

/// Two statements under one key that no honest member signs both. Nothing else is needed to see it:
/// the signed bytes say ledger, epoch, view and block themselves.
/// Source: agreement.md §2.11; docs/formats/contradiction.md.
struct Contradiction {
  struct Signed {
    Bytes bytes;  ///< exactly what was signed
    Signature signature;
  };
  std::string code;  ///< E1…E6
  Digest ledger_id;
  std::string origin;
  std::string member;  ///< id in the validator set
  PublicKey key;       ///< its vote key; E6: its cosign key
  Signed first;
  Signed second;
};

/// What a member said, read from the bytes that it signed.
struct Said {
  enum class Kind : std::uint8_t { propose, notarize, nullify, finalize, cosign } kind{};
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  Digest block_hash;       ///< propose, notarize, finalize
  std::uint64_t size = 0;  ///< cosign
  Digest root;
};
/// Errors: malformed: the bytes are no statement of a member of this ledger.
Result<Said> read_statement(BytesView signed_bytes, const Digest& ledger_id, std::string_view origin);

/// Canonical JSON, `qinglu-contradiction/1`.
Bytes encode_contradiction(const Contradiction& contradiction);
/// Errors: malformed, limit.
Result<Contradiction> decode_contradiction(BytesView file);

/// Whether both signatures hold and the two statements contradict each other as the code says. That
/// the key is the member's is for the validator set to say.
/// Errors: bad_signature; malformed: bytes of no statement; conflict: they may both be honest.
Result<void> check_contradiction(const Contradiction& contradiction);

}  // namespace qinglu::ledger
