// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/ed25519.hpp"

namespace qinglu::ledger {

/// That an entry is in the log, in the words of COSE.
struct InclusionReceipt {
  std::string origin;  ///< of the log
  Digest record_id;    ///< of the record that the entry holds
  std::uint64_t size = 0;
  Digest root;  ///< of the tree of `size`; signed, and not in the receipt: whoever checks it computes it
  std::uint64_t index = 0;
  std::vector<Digest> path;  ///< leaf's sibling first
};

/// A COSE_Sign1 with the inclusion proof (RFC 9162), signed with one member's key over the root.
/// Requires: a path that is not empty.   Source: RFC 9942 §5.2; RFC 9052 §4.4; docs/formats/receipt-cose.md.
Bytes sign_inclusion_receipt(const InclusionReceipt& receipt, const crypto::SigningKey& intake_key);

/// COSE key thumbprint of an Ed25519 key: `kid` of a receipt.   Source: RFC 9679 §3.
Digest cose_key_thumbprint(const PublicKey& key);

}  // namespace qinglu::ledger
