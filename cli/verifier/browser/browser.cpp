// SPDX-License-Identifier: Apache-2.0
// qinglu-verify inside a web page: the same verifier, compiled to WebAssembly. The page fills two buffers,
// asks for a verdict, and takes the answers as UTF-8. It runs each verification in an instance of its own,
// so nothing here is ever freed or reset.
//
// crypto::start() is not called: it prepares keys and random numbers, which a verifier has no use for.
// Hashing and checking of signatures need nothing prepared (tests/browser holds them to the native answers).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "crypto/base/check.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/contradiction_report.hpp"
#include "ledger/evidence/evidence_file.hpp"
#include "ledger/evidence/verify.hpp"

#define QL_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace {

using namespace qinglu::ledger;
using qinglu::Bytes;

constexpr std::size_t kTrustMax = 1u << 20;

Bytes evidence;
Bytes trust;
std::variant<std::monostate, Report, ContradictionReport> report;
std::string answer;

template <typename Info>
Value meaning(const Info& info) {
  return Value::Members{{"code", info.code}, {"en", info.en}, {"zh", info.zh}};
}

/// Code and meaning of every check that a report may name.
Value meanings() {
  Value::Items items;
  for (const CheckInfo& info : check_table()) items.push_back(meaning(info));
  for (const ContradictionCheck& info : contradiction_checks()) items.push_back(meaning(info));
  return items;
}

std::string text(Language language) {
  if (const auto* found = std::get_if<Report>(&report)) return render_text(*found, language, false);
  if (const auto* found = std::get_if<ContradictionReport>(&report)) return render_text(*found, language, false);
  return {};
}

std::string json() {
  if (const auto* found = std::get_if<Report>(&report)) return to_canonical(render_json(*found, false));
  if (const auto* found = std::get_if<ContradictionReport>(&report)) return to_canonical(render_json(*found));
  return {};
}

}  // namespace

/// Bytes that are looked at: of a longer file one byte more is enough to refuse it.
QL_EXPORT(evidence_max) std::size_t evidence_max() { return kEvidenceLimits.bytes_max; }
QL_EXPORT(trust_max) std::size_t trust_max() { return kTrustMax; }

/// Room for `size` bytes of the evidence file, of the trust file. Moves nothing that was asked for before.
QL_EXPORT(evidence_at) char* evidence_at(std::size_t size) {
  evidence.resize(size);
  return evidence.data();
}
QL_EXPORT(trust_at) char* trust_at(std::size_t size) {
  trust.resize(size);
  return trust.data();
}

/// Judges what the buffers hold; an empty trust file is none. Returns qinglu-verify's exit code.
QL_EXPORT(verify) int verify_buffers() {
  if (is_contradiction(evidence)) {
    return std::get<ContradictionReport>(report = verify_contradiction(evidence, trust)).exit_code();
  }
  return std::get<Report>(report = qinglu::ledger::verify(evidence, trust, {})).exit_code(false);
}

/// Length of what was asked for, which then stands at answer(): the report as `j`son, in `z`h or in `e`n;
/// `m`eanings of the checks; the `d`igest (SHA-256, hex) of the bytes in the evidence buffer.
QL_EXPORT(ask) std::size_t ask(int what) {
  switch (what) {
    case 'j': answer = json(); break;
    case 'z': answer = text(Language::zh); break;
    case 'e': answer = text(Language::en); break;
    case 'm': answer = to_canonical(meanings()); break;
    case 'd': answer = qinglu::to_hex(qinglu::crypto::sha256({evidence})); break;
    default: QL_CHECK(!"asked for what there is not");
  }
  return answer.size();
}
QL_EXPORT(answer) const char* answer_at() { return answer.data(); }
