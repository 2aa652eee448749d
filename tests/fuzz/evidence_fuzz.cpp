// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/ed25519.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/evidence_file.hpp"
#include "ledger/evidence/finality.hpp"
#include "ledger/evidence/report_html.hpp"
#include "ledger/evidence/trust.hpp"
#include "ledger/evidence/verify.hpp"

namespace ledger = qinglu::ledger;

/// Input: a trust file, LF, an evidence file. What is read is written again byte for byte; a report
/// always renders; and only a file that came whole through the decoder can be verified.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (qinglu::crypto::start(), true);
  QL_CHECK(started);
  const qinglu::BytesView input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = std::min(input.find('\n'), input.size());
  const qinglu::BytesView trust = input.substr(0, split);
  const qinglu::BytesView file = input.substr(std::min(split + 1, input.size()));
  if (const auto read = ledger::decode_trust(trust)) QL_CHECK(ledger::encode_trust(*read) == trust);
  ledger::Evidence evidence;
  const bool decoded = !ledger::decode_evidence(file, evidence);
  if (decoded) QL_CHECK(ledger::encode_evidence(evidence) == file);
  const ledger::Report report = ledger::verify(file, trust, {});
  QL_CHECK(!report.verified() || decoded);
  QL_CHECK(!ledger::render_text(report, ledger::Language::zh, true).empty());
  QL_CHECK(!ledger::render_html(ledger::report_document(report)).empty());
  // The chain of sets, from the file or alone as a node serves it, only ever leads on.
  std::vector<ledger::Evidence::PolicyStep> chain;
  if (auto read = ledger::decode_trust(trust); read && (decoded || !ledger::decode_policy_chain(file, chain))) {
    const std::uint64_t epoch = read->epoch;
    const bool followed = !ledger::follow_sets(decoded ? evidence.policy_chain : chain, *read);
    QL_CHECK(read->epoch >= epoch && (followed || read->epoch == epoch));
  }
  const auto json = ledger::to_canonical(ledger::render_json(report, false));
  QL_CHECK(ledger::parse_canonical(json, ledger::kEvidenceLimits));
  return 0;
}
