// SPDX-License-Identifier: Apache-2.0
// Requests to vouch and statements that vouch come from other institutions' operators.
#include <cstdint>

#include "crypto/ed25519.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "node/abstention.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (crypto::start(), true);
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  if (!started) return 0;
  const auto request = node::decode_vouch_request(bytes);
  if (request && node::encode_vouch_request(*request) != bytes) __builtin_trap();  // one form only
  // The request that a statement names, so that what follows it is reached.
  const auto document = ledger::parse_canonical(bytes);
  const ledger::Value* named = document ? document->find("request") : nullptr;
  const auto asked = named ? node::decode_vouch_request(ledger::to_canonical(*named)) : request;
  if (!asked) return 0;
  if (node::check_vouch(bytes, *asked, ledger::ValidatorSet{}, "fuzz.example/qinglu")) __builtin_trap();  // nobody's
  return 0;
}
