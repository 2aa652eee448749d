// SPDX-License-Identifier: Apache-2.0
// Oracles: an accepted record or member is written back byte for byte; its form is judged without a fault.
#include <cstdint>

#include "crypto/base/check.hpp"
#include "ledger/apply/unit.hpp"
#include "ledger/codec/entry.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  const auto entry = ledger::parse_entry(bytes);
  if (entry && entry->form == ledger::EntryForm::member) {
    QL_CHECK(ledger::make_member_entry(entry->batch, entry->body_bytes, entry->n) == bytes);
  }
  if (entry && (entry->form == ledger::EntryForm::record || entry->form == ledger::EntryForm::manifest)) {
    QL_CHECK(ledger::make_entry(entry->body_bytes, entry->signatures) == bytes);
  }
  const auto unit = ledger::parse_record_unit(bytes);
  if (const auto* parsed = std::get_if<ledger::Unit>(&unit)) {
    QL_CHECK(parsed->main.type != nullptr || !parsed->main.form.empty());
  } else {
    QL_CHECK(!std::get<ledger::Refusal>(unit).issues.empty());
  }
  return 0;
}
