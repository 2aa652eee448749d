// SPDX-License-Identifier: Apache-2.0
// Rows of the chain family and certificates, as a damaged disk or a lying peer would hand them over.
#include <cstdint>

#include "crypto/base/check.hpp"
#include "node/agreement/certificate.hpp"
#include "node/agreement/chain_rows.hpp"
#include "node/agreement/engine.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  if (const auto row = agreement::BlockRow::decode(bytes)) QL_CHECK(row->encode() == bytes);
  if (const auto row = agreement::Tip::decode(bytes)) QL_CHECK(row->encode() == bytes);
  if (const auto row = agreement::HeadRow::decode(bytes)) QL_CHECK(row->encode() == bytes);
  if (const auto row = agreement::CosignRow::decode(bytes)) QL_CHECK(row->encode() == bytes);
  if (const auto row = agreement::VoteRow::decode(bytes)) QL_CHECK(!row->encode().empty());
  ledger::ValidatorSet set;
  set.members.resize(4);
  if (const auto certificate = agreement::Certificate::decode(bytes, set)) {
    QL_CHECK(certificate->encode(4) == bytes);
  }
  return 0;
}
