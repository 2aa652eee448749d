// SPDX-License-Identifier: Apache-2.0
#include "node/contradiction.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/evidence/contradiction.hpp"
#include "node/agreement/message.hpp"

namespace qinglu::node {
namespace {

constexpr std::uint8_t kCosignatures = 6;

/// The bytes that the member signed, and its signature under them.
Result<ledger::Contradiction::Signed> statement_of(BytesView message, const Digest& ledger_id, const std::string& origin) {
  auto decoded = agreement::decode_message(message);
  if (!decoded) return std::move(decoded).error();
  if (const auto* vote = std::get_if<agreement::Vote>(&*decoded)) {
    return ledger::Contradiction::Signed{signed_bytes(vote->statement, ledger_id, origin), vote->signature};
  }
  if (const auto* propose = std::get_if<agreement::Propose>(&*decoded)) {
    auto seal = ledger::decode_seal(propose->seal);
    if (!seal) return std::move(seal).error();
    return ledger::Contradiction::Signed{
        agreement::propose_bytes(ledger_id, seal->epoch, seal->view, ledger::block_hash(propose->seal)), propose->proposed};
  }
  if (const auto* cosign = std::get_if<agreement::Cosign>(&*decoded)) {
    const std::string text = crypto::format_checkpoint({origin, cosign->size, cosign->root});
    return ledger::Contradiction::Signed{crypto::cosignature_message(cosign->time_s, text), cosign->signature};
  }
  return Error{Errc::malformed, "a message that nobody signs"};
}

}  // namespace

Result<ContradictionFile> contradiction_file(const agreement::Misbehaviour& found, const ledger::ValidatorSet& set,
                                             const Digest& ledger_id, const std::string& origin) {
  const ledger::Validator& member = set.members[found.signer];
  auto first = statement_of(found.first, ledger_id, origin);
  if (!first) return std::move(first).error();
  auto second = statement_of(found.second, ledger_id, origin);
  if (!second) return std::move(second).error();
  ledger::Contradiction contradiction;
  contradiction.code = "E" + std::to_string(found.code);
  contradiction.ledger_id = ledger_id;
  contradiction.origin = origin;
  contradiction.member = member.id;
  contradiction.key = found.code == kCosignatures ? member.cosign_key : member.vote_key;
  contradiction.first = std::move(*first);
  contradiction.second = std::move(*second);
  ContradictionFile file;
  file.bytes = ledger::encode_contradiction(contradiction);
  std::string id = member.id;
  std::ranges::replace(id, '/', '_');
  file.name = contradiction.code + "-" + id + "-" + to_hex(crypto::sha256(file.bytes)).substr(0, 16) + ".json";
  return file;
}

}  // namespace qinglu::node
