// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/contradiction.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::size_t kFileMax = 16 * 1024;
constexpr std::string_view kFormat = "qinglu-contradiction/1";
/// What a seal can hold, and so what a view of any block can be.
constexpr std::uint64_t kNumberMax = (std::uint64_t{1} << 53) - 1;
constexpr std::string_view kCosigned = "cosignature/v1\ntime ";

Error unread() { return {Errc::malformed, "the signed bytes are no statement of a member of this ledger"}; }

Result<Said> read_vote(BytesView bytes, Said::Kind kind, std::string_view domain, const Digest& ledger_id) {
  BinaryReader in(bytes.substr(domain.size()));
  Said said;
  said.kind = kind;
  const Digest ledger = in.digest();
  said.epoch = in.u64();
  said.view = in.u64();
  if (kind != Said::Kind::nullify) said.block_hash = in.digest();
  if (!in.finish() || ledger != ledger_id) return unread();
  return said;
}

Result<Said> read_any(BytesView bytes, const Digest& ledger_id, std::string_view origin) {
  using crypto::domain::kNotarize;
  using crypto::domain::kNullify;
  using crypto::domain::kPropose;
  if (bytes.starts_with(kPropose)) return read_vote(bytes, Said::Kind::propose, kPropose, ledger_id);
  if (bytes.starts_with(kNotarize)) return read_vote(bytes, Said::Kind::notarize, kNotarize, ledger_id);
  if (bytes.starts_with(kNullify)) return read_vote(bytes, Said::Kind::nullify, kNullify, ledger_id);
  Said said;
  if (bytes.starts_with(kCosigned)) {
    const std::size_t end = bytes.find('\n', kCosigned.size());
    if (end == bytes.npos || !parse_decimal(bytes.substr(kCosigned.size(), end - kCosigned.size()))) return unread();
    const auto tree = crypto::parse_checkpoint(bytes.substr(end + 1));
    if (!tree || tree->origin != origin) return unread();
    said.kind = Said::Kind::cosign;
    said.size = tree->size;
    said.root = tree->root;
    return said;
  }
  const auto text = crypto::parse_finality_text(bytes);
  if (!text || text->origin != origin) return unread();
  said.kind = Said::Kind::finalize;
  said.epoch = text->epoch;
  said.view = text->view;
  said.block_hash = text->block_hash;
  return said;
}

/// The table of agreement.md §2.11; the bytes of the two differ.
bool contradict(std::string_view code, const Said& a, const Said& b) {
  using Kind = Said::Kind;
  if (code == "E6") return a.kind == Kind::cosign && b.kind == Kind::cosign && a.size == b.size && a.root != b.root;
  if (a.epoch != b.epoch || a.view != b.view) return false;
  const auto both = [&](Kind kind) { return a.kind == kind && b.kind == kind; };
  const auto pair = [&](Kind one, Kind other) { return (a.kind == one && b.kind == other) || (a.kind == other && b.kind == one); };
  if (code == "E1") return both(Kind::propose) && a.block_hash != b.block_hash;
  if (code == "E2") return both(Kind::notarize) && a.block_hash != b.block_hash;
  if (code == "E3") return pair(Kind::nullify, Kind::finalize);
  if (code == "E4") return both(Kind::finalize);
  if (code == "E5") return pair(Kind::notarize, Kind::finalize) && a.block_hash != b.block_hash;
  return false;
}

Value to_value(const Contradiction::Signed& statement) {
  return Value(Value::Members{{"bytes", to_base64(statement.bytes)}, {"signature", to_base64(statement.signature)}});
}

std::optional<Contradiction::Signed> read_signed(const Value& value) {
  Fields fields(value, "statement");
  auto bytes = from_base64(fields.text("bytes"));
  const auto signature = fixed_from_base64<Signature>(fields.text("signature"));
  if (!fields.finish({"bytes", "signature"}) || !bytes || !signature) return std::nullopt;
  return Contradiction::Signed{std::move(*bytes), *signature};
}

}  // namespace

Result<Said> read_statement(BytesView bytes, const Digest& ledger_id, std::string_view origin) {
  auto said = read_any(bytes, ledger_id, origin);
  if (said && std::max({said->epoch, said->view, said->size}) > kNumberMax) return unread();
  return said;
}

Bytes encode_contradiction(const Contradiction& c) {
  return to_canonical(Value(Value::Members{{"code", c.code},
                                           {"first", to_value(c.first)},
                                           {"format", kFormat},
                                           {"key", to_hex(c.key)},
                                           {"ledger_id", to_sha256_id(c.ledger_id)},
                                           {"member", c.member},
                                           {"origin", c.origin},
                                           {"second", to_value(c.second)},
                                           {"suite", 1}}));
}

Result<Contradiction> decode_contradiction(BytesView file) {
  if (file.size() > kFileMax) return Error{Errc::limit, "a contradiction of more than 16 KiB"};
  auto document = parse_canonical(file);
  if (!document) return std::move(document).error();
  Fields fields(*document, "contradiction");
  fields.literal("format", kFormat);
  fields.literal("suite", 1);
  Contradiction result;
  result.code = fields.text("code");
  result.key = fields.hex<PublicKey>("key");
  result.ledger_id = fields.sha256_id("ledger_id");
  result.member = fields.text("member");
  result.origin = fields.text("origin");
  const Value& first = fields.object("first");
  const Value& second = fields.object("second");
  if (auto ok = fields.finish({"code", "first", "format", "key", "ledger_id", "member", "origin", "second", "suite"}); !ok) {
    return std::move(ok).error();
  }
  auto one = read_signed(first);
  auto other = read_signed(second);
  if (!one || !other) return Error{Errc::malformed, "contradiction: a statement is not {bytes, signature} in base64"};
  result.first = std::move(*one);
  result.second = std::move(*other);
  return result;
}

Result<void> check_contradiction(const Contradiction& c) {
  for (const auto* statement : {&c.first, &c.second}) {
    if (!crypto::verify(c.key, statement->bytes, statement->signature)) {
      return Error{Errc::bad_signature, "a signature is not that of " + c.member};
    }
  }
  auto first = read_statement(c.first.bytes, c.ledger_id, c.origin);
  if (!first) return std::move(first).error();
  auto second = read_statement(c.second.bytes, c.ledger_id, c.origin);
  if (!second) return std::move(second).error();
  if (c.first.bytes == c.second.bytes || !contradict(c.code, *first, *second)) {
    return Error{Errc::conflict, "one member may say both: this is no contradiction " + c.code};
  }
  return {};
}

}  // namespace qinglu::ledger
