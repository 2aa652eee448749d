// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/kv/kv_store.hpp"

namespace qinglu::node {

// The operators' way out of an abstention that no enquiry can end, because a quorum of others cannot
// answer (always for n ≤ 3): the member's own operator and those of q − 1 others say that it may vote
// again. Documents are canonical JSON.   Source: agreement.md §2.12, reliability.md §3.6.

// Names in the node's directory for them.
inline constexpr const char* kRequestFile = "/request.json";
inline constexpr const char* kVouchesFile = "/vouches.json";
inline constexpr const char* kAppliedFile = "/applied.json";  ///< the newest that were taken, as a record
inline constexpr std::size_t kVouchesMax = std::size_t{1} << 20;

/// What an abstaining node asks; it writes this into its directory. The nonce is fresh for every
/// abstention of every start, so that what was vouched before a disk was set back says nothing after.
struct VouchRequest {
  Digest ledger_id;
  std::uint64_t epoch = 0;
  std::string member;  ///< who abstains
  Digest nonce;
  bool operator==(const VouchRequest&) const = default;
};
Bytes encode_vouch_request(const VouchRequest& request);
/// Errors: malformed.
Result<VouchRequest> decode_vouch_request(BytesView bytes);

/// A member's signed statement for the request: the highest certificate that its store holds. `vote`
/// signs, the key that a quorum counts.
/// Errors: wrong_ledger: the request is of another ledger, or epoch; usage: it is this member's own, or
/// this or the asking member is in no set; conflict: this member abstains itself; those of the store.
Result<Bytes> vouch(const ledger::KvReader& store, const ledger::Genesis& genesis, const VouchRequest& request,
                    const std::string& signer, const crypto::SigningKey& vote);

/// A statement that holds for the request.
struct Vouched {
  std::string signer;
  std::uint64_t view = 0;  ///< highest certified view of the request's epoch that it proves
};
/// Errors: malformed; wrong_ledger: another ledger or epoch; usage: for another member, by itself, or by
/// none of the set; conflict: another nonce; bad_signature: of the statement, or of its certificate.
Result<Vouched> check_vouch(BytesView statement, const VouchRequest& request, const ledger::ValidatorSet& set,
                            const std::string& origin);

/// The statements as one document, in which the command hands them to the node.
Bytes encode_vouches(const std::vector<Bytes>& statements);

/// What statements of a quorum, the asking member counted in, come to.
struct Release {
  std::uint64_t view = 0;  ///< highest certified view among them
  std::string signers;     ///< for the log: `a, b`
};
/// Errors: those of check_vouch(), the signer named; conflict: two of one signer; limit: too few.
Result<Release> check_vouches(BytesView document, const VouchRequest& request, const ledger::ValidatorSet& set,
                              const std::string& origin);

}  // namespace qinglu::node
