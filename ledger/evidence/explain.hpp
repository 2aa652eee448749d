// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "ledger/evidence/report.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {

/// Every hash and signature of a verified file with its inputs, in the notation of docs/formats, so that
/// an expert can redo each with sha256sum and openssl from what `qinglu evidence unpack` writes.
/// Requires: all checks passed.
std::vector<Report::Step> explain(const Verification& v);

}  // namespace qinglu::ledger
