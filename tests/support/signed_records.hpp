// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::test {

/// Noon in Beijing of 2026-11-23: when test ledgers begin.
inline constexpr std::int64_t kLedgerBeginMs = 1'795'406'400'000;

/// The founding IP office of test ledgers, and an applicant that it registers.
inline const std::string kOfficeParty = "org:11500000QL000009XA";
inline const std::string kApplicantParty = "org:12500000QL0000014H";

/// Key `k1` of a party, the same on every run.
crypto::SigningKey record_key(std::string_view party);

/// What a submitter hands in, as bytes; a single record has no bodies.
struct SignedUnit {
  Bytes entry;
  std::vector<Bytes> bodies;
  Digest id;  ///< record id of the record or of the batch's manifest
};

/// A body with its envelope: the office's record of today, class PUBLIC, subjects derived.
/// `nonce`: any number that tells this body from every other one of the ledger.
ledger::Value record_body(const Digest& ledger_id, std::string_view type, ledger::Value data,
                          std::uint64_t nonce);

/// Signs with `k1` of each of the body's signers.
SignedUnit sign_record(const ledger::Value& body);
/// One signature by the office over all of the bodies.
SignedUnit sign_batch(const Digest& ledger_id, const std::vector<ledger::Value>& bodies, std::uint64_t nonce);

/// Record `n` of a story that begins with n = 1 on an empty ledger of the office: a table, the
/// applicant and its key, then foreign rights (singly and in batches of three), commitments,
/// applications and their examination, companies. Each is valid once those before it are final.
SignedUnit story_unit(const Digest& ledger_id, std::uint64_t n);

/// A registration of company `n`, which needs nothing but the office.
ledger::Value company_body(const Digest& ledger_id, std::uint64_t n);

}  // namespace qinglu::test
