// SPDX-License-Identifier: Apache-2.0
// Openings, requests for them and acknowledgements of erasures come from strangers and from other members.
#include <cstdint>

#include "crypto/ed25519.hpp"
#include "ledger/catalog/opening.hpp"
#include "ledger/codec/erasure.hpp"
#include "ledger/codec/openings_request.hpp"

using namespace qinglu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (crypto::start(), true);
  static const auto key = crypto::SigningKey::from_seed(std::string(32, '\x50'));
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  if (!started) return 0;
  const auto openings = ledger::decode_openings(bytes);
  if (openings && ledger::encode_openings(*openings) != bytes) __builtin_trap();  // one form only
  const auto request = ledger::read_openings_request(bytes);
  if (request && request->verify(key.public_key()) && ledger::sign_openings_request(request->request, key) != bytes) __builtin_trap();
  const auto erasure = ledger::verify_erasure(bytes, key.public_key());
  if (erasure && ledger::sign_erasure(*erasure, key) != bytes) __builtin_trap();
  return 0;
}
