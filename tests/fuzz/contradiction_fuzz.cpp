// SPDX-License-Identifier: Apache-2.0
// A file that names a member, from anybody.
#include <algorithm>
#include <cstdint>

#include "crypto/base/check.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/contradiction_report.hpp"

using namespace qinglu;

/// Input: a trust file, LF, a contradiction. What is read is written again byte for byte; a report always renders.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (crypto::start(), true);
  QL_CHECK(started);
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = std::min(input.find('\n'), input.size());
  const BytesView trust = input.substr(0, split);
  const BytesView file = input.substr(std::min(split + 1, input.size()));
  const auto read = ledger::decode_contradiction(file);
  if (read) {
    QL_CHECK(ledger::encode_contradiction(*read) == file);
    QL_CHECK(ledger::is_contradiction(file));
    for (const auto* each : {&read->first, &read->second}) {
      static_cast<void>(ledger::read_statement(each->bytes, read->ledger_id, read->origin));
    }
  }
  const auto report = ledger::verify_contradiction(file, trust);
  QL_CHECK(!report.verified() || read);
  for (const auto language : {ledger::Language::zh, ledger::Language::en}) {
    QL_CHECK(!ledger::render_text(report, language, true).empty());
  }
  QL_CHECK(ledger::parse_canonical(ledger::to_canonical(ledger::render_json(report)), ledger::kEvidenceLimits));
  return 0;
}
