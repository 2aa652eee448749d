// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "crypto/base/result.hpp"
#include "ledger/codec/valset.hpp"
#include "node/agreement/ballots.hpp"

namespace qinglu::node {

/// What the agreement found of a member, as a file that anybody can check: ledger/evidence/contradiction.
struct ContradictionFile {
  std::string name;  ///< of the member, the code and the file's own digest: the same finding, the same name
  Bytes bytes;
};
/// Errors: malformed: the pair is none of E1…E6 (the agreement has a bug).
Result<ContradictionFile> contradiction_file(const agreement::Misbehaviour& found, const ledger::ValidatorSet& set,
                                             const Digest& ledger_id, const std::string& origin);

}  // namespace qinglu::node
