// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/verify.hpp"

namespace qinglu::test {

/// The verifier's answer. Where QINGLU_VECTORS names a directory, what was asked and answered is left
/// there as N.qinglu.json, N.trust.json and N.verdict.json, for another verifier to be held against.
inline ledger::Report judged(const Bytes& file, const Bytes& trust, const ledger::VerifyOptions& options = {}) {
  ledger::Report report = ledger::verify(file, trust, options);
  const char* directory = std::getenv("QINGLU_VECTORS");
  const bool plain = !options.policy && !options.now && !options.max_age;
  if (directory && plain) {
    static int number = 0;
    const std::string stem = directory + ("/" + std::to_string(++number));
    std::ofstream(stem + ".qinglu.json", std::ios::binary) << file;
    std::ofstream(stem + ".trust.json", std::ios::binary) << trust;
    std::ofstream(stem + ".verdict.json", std::ios::binary) << ledger::to_canonical(ledger::render_json(report, false));
  }
  return report;
}

}  // namespace qinglu::test
