// SPDX-License-Identifier: Apache-2.0
#include "ledger/proving/cose_receipt.hpp"

#include "crypto/base/check.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"

namespace qinglu::ledger {
namespace {

// What of CBOR a receipt needs, in its one deterministic encoding.   Source: RFC 8949 §3, §4.2.1.
// (nlohmann/json writes maps with text keys alone, and COSE's are integers.) An item is the bytes of its encoding;
// whoever writes a map puts its keys in the order of theirs.

Bytes head(std::uint8_t major, std::uint64_t argument) {
  const unsigned bytes = argument < 24 ? 0u : argument <= 0xff ? 1u : argument <= 0xffff ? 2u : argument <= 0xffffffff ? 4u : 8u;
  const std::uint64_t low = bytes == 0 ? argument : bytes == 1 ? 24u : bytes == 2 ? 25u : bytes == 4 ? 26u : 27u;
  Bytes out(1, static_cast<char>(std::uint64_t{major} << 5 | low));
  for (unsigned left = bytes; left-- > 0;) out += static_cast<char>(argument >> (8 * left) & 0xff);
  return out;
}
Bytes integer(std::int64_t value) {
  return value < 0 ? head(1, static_cast<std::uint64_t>(-1 - value)) : head(0, static_cast<std::uint64_t>(value));
}
Bytes byte_string(BytesView bytes) { return head(2, bytes.size()) + Bytes(bytes); }
Bytes text(std::string_view utf8) { return head(3, utf8.size()) + Bytes(utf8); }
Bytes array(const std::vector<Bytes>& items) {
  Bytes out = head(4, items.size());
  for (const Bytes& item : items) out += item;
  return out;
}
Bytes map(const std::vector<std::pair<std::int64_t, Bytes>>& members) {
  Bytes out = head(5, members.size());
  for (const auto& [label, item] : members) out += integer(label) + item;
  return out;
}
const Bytes kNull(1, '\xf6');
constexpr std::uint64_t kSign1Tag = 18;

// Labels and values of the registries "COSE Header Parameters", "COSE Algorithms", "CWT Claims".
constexpr int kAlg = 1, kKid = 4, kCwtClaims = 15, kVds = 395, kVdp = 396;
constexpr int kEdDsa = -8, kRfc9162Sha256 = 1, kInclusion = -1;
constexpr int kIssuer = 1, kSubject = 2;

}  // namespace

Digest cose_key_thumbprint(const PublicKey& key) {
  return crypto::sha256(map({{1, integer(1)}, {-1, integer(6)}, {-2, byte_string(key)}}));  // kty OKP, crv Ed25519, x
}

Bytes sign_inclusion_receipt(const InclusionReceipt& receipt, const crypto::SigningKey& intake_key) {
  QL_CHECK(!receipt.path.empty());
  const Bytes protected_header = map({
      {kAlg, integer(kEdDsa)},
      {kKid, byte_string(cose_key_thumbprint(intake_key.public_key()))},
      {kCwtClaims, map({{kIssuer, text(receipt.origin)}, {kSubject, text(to_sha256_id(receipt.record_id))}})},
      {kVds, integer(kRfc9162Sha256)},
  });
  std::vector<Bytes> path;
  for (const Digest& hash : receipt.path) path.push_back(byte_string(hash));
  const Bytes proof = array({head(0, receipt.size), head(0, receipt.index), array(path)});
  const Bytes signed_bytes = array({text("Signature1"), byte_string(protected_header), byte_string({}), byte_string(receipt.root)});
  return head(6, kSign1Tag) + array({byte_string(protected_header), map({{kVdp, map({{kInclusion, array({byte_string(proof)})}})}}), kNull,
                                     byte_string(intake_key.sign({signed_bytes}))});
}

}  // namespace qinglu::ledger
