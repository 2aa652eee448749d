// SPDX-License-Identifier: Apache-2.0
#include "node/agreement/certificate.hpp"

#include <algorithm>
#include <numeric>

#include "crypto/base/binary.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"

namespace qinglu::agreement {
namespace {


crypto::FinalityText finality_text(const Statement& s, std::string_view origin) {
  return {std::string(origin), s.size, s.root,       s.state_root,
          s.epoch,             s.view, s.block_hash, s.next_valset_hash};
}

Bytes vote_bytes(std::string_view domain, const Digest& ledger_id, std::uint64_t epoch,
                 std::uint64_t view) {
  return BinaryWriter().raw(domain).raw(ledger_id).u64(epoch).u64(view).bytes();
}

}  // namespace

Bytes signed_bytes(const Statement& s, const Digest& ledger_id, std::string_view origin) {
  switch (s.kind) {
    case Statement::Kind::notarize:
      return vote_bytes(crypto::domain::kNotarize, ledger_id, s.epoch, s.view) +
             Bytes(s.block_hash.view());
    case Statement::Kind::nullify:
      return vote_bytes(crypto::domain::kNullify, ledger_id, s.epoch, s.view);
    case Statement::Kind::finalize: return crypto::format_finality_text(finality_text(s, origin));
  }
  QL_CHECK(false);
  return {};
}

Bytes propose_bytes(const Digest& ledger_id, std::uint64_t epoch, std::uint64_t view,
                    const Digest& block_hash) {
  return vote_bytes(crypto::domain::kPropose, ledger_id, epoch, view) + Bytes(block_hash.view());
}

Bytes Certificate::encode(std::size_t n) const {
  BinaryWriter out;
  out.u8(static_cast<std::uint8_t>(statement.kind)).u64(statement.epoch).u64(statement.view);
  if (statement.kind != Statement::Kind::nullify) out.raw(statement.block_hash);
  if (statement.kind == Statement::Kind::finalize) {
    out.u64(statement.size)
        .raw(statement.root)
        .raw(statement.state_root)
        .raw(statement.next_valset_hash);
  }
  Bytes bitmap((n + 7) / 8, '\0');
  for (const auto& [member, signature] : signatures) {
    QL_CHECK(member < n);
    bitmap[member / 8] = static_cast<char>(bitmap[member / 8] | (1 << (member % 8)));
  }
  out.raw(bitmap);
  for (const auto& [member, signature] : signatures) out.u8(kSuite).raw(signature);
  return std::move(out).bytes();
}

Result<Certificate> Certificate::decode(BytesView bytes, const ledger::ValidatorSet& set) {
  std::size_t length = 0;
  auto certificate = decode_prefix(bytes, set, length);
  if (certificate && length != bytes.size()) return Error{Errc::malformed, "bytes are left over", length};
  return certificate;
}

Result<Certificate> Certificate::decode_prefix(BytesView bytes, const ledger::ValidatorSet& set, std::size_t& length) {
  BinaryReader in(bytes);
  Certificate result;
  Statement& s = result.statement;
  const std::uint8_t kind = in.u8();
  if (kind < 5 || kind > 7) return Error{Errc::malformed, "unknown kind of certificate", 0};
  s.kind = static_cast<Statement::Kind>(kind);
  s.epoch = in.u64();
  s.view = in.u64();
  if (s.kind != Statement::Kind::nullify) s.block_hash = in.digest();
  if (s.kind == Statement::Kind::finalize) {
    s.size = in.u64();
    s.root = in.digest();
    s.state_root = in.digest();
    s.next_valset_hash = in.digest();
  }
  const BytesView bitmap = in.raw((set.n() + 7) / 8);
  for (std::size_t member = 0; member < bitmap.size() * 8; ++member) {
    if (((static_cast<unsigned char>(bitmap[member / 8]) >> (member % 8)) & 1) == 0) continue;
    if (member >= set.n()) return Error{Errc::malformed, "a bit beyond the members", in.offset()};
    if (in.u8() != kSuite) return Error{Errc::malformed, "unknown suite", in.offset()};
    const BytesView signature = in.raw(Signature::kSize);
    if (!in.failed()) result.signatures.emplace_back(member, Signature::from(signature));
  }
  if (in.failed()) return Error{Errc::malformed, "the certificate is cut short", in.offset()};
  length = in.offset();
  const std::size_t count = result.signatures.size();
  const bool exact = s.kind != Statement::Kind::finalize;
  if (count < set.quorum() || (exact && count > set.quorum())) {
    return Error{Errc::malformed, "the number of signatures is not the quorum"};
  }
  return result;
}

Result<void> verify_certificate(const Certificate& certificate, const ledger::ValidatorSet& set,
                                const Digest& ledger_id, std::string_view origin) {
  if (certificate.statement.epoch != set.epoch) {
    return Error{Errc::bad_signature, "the certificate is of another epoch"};
  }
  const Bytes message = signed_bytes(certificate.statement, ledger_id, origin);
  for (const auto& [member, signature] : certificate.signatures) {
    if (!crypto::verify(set.members[member].vote_key, message, signature)) {
      return Error{Errc::bad_signature, "the vote of " + set.members[member].id + " does not verify"};
    }
  }
  return {};
}

std::string finality_note(const Certificate& finalization, const ledger::ValidatorSet& set,
                          const Digest& ledger_id, std::string_view origin) {
  crypto::Note note{signed_bytes(finalization.statement, ledger_id, origin), {}};
  for (const auto& [member, signature] : finalization.signatures) {
    const crypto::NoteKey key = ledger::vote_note_key(set.members[member]);
    note.lines.push_back({key.name, key.id, Bytes(signature.view())});
  }
  return crypto::format_note(note);
}

Bytes justification_section(const std::vector<Bytes>& certificates) {
  BinaryWriter out;
  out.u32(static_cast<std::uint32_t>(certificates.size()));
  for (const Bytes& certificate : certificates) out.raw(certificate);
  return std::move(out).bytes();
}

std::size_t leader(const Digest& epoch_genesis, std::size_t n, std::uint64_t view) {
  QL_CHECK(n >= 1 && view >= 1);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n - 1; i > 0; --i) {
    const Bytes position = BinaryWriter().u32(static_cast<std::uint32_t>(i)).bytes();
    const Digest draw = crypto::sha256({crypto::domain::kLeader, epoch_genesis, position});
    std::swap(order[i], order[BinaryReader(draw.view()).u64() % (i + 1)]);
  }
  return order[(view - 1) % n];
}

}  // namespace qinglu::agreement
