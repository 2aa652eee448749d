// SPDX-License-Identifier: Apache-2.0
#include "node/agreement/message.hpp"

#include <algorithm>

#include "crypto/base/binary.hpp"

namespace qinglu::agreement {
namespace {

// Types of agreement.md §2.3.
enum Type : std::uint8_t {
  kPropose = 1,
  kNotarize = 2,
  kNullify = 3,
  kFinalize = 4,
  kCertificate = 5,  // the certificate's own kind byte follows
  kCosign = 8,
  kStatus = 9,
  kGetBlock = 10,
  kBlock = 11,
  kGetCerts = 12,
  kCerts = 13,
  kGetRange = 14,
  kRange = 15,
  kEnquiry = 24,
  kEnquiryAnswer = 25,
};

void put(BinaryWriter& out, const Signature& signature) { out.u8(kSuite).raw(signature); }

Signature read_signature(BinaryReader& in, bool& suites) {
  suites = in.u8() == kSuite && suites;
  const BytesView bytes = in.raw(Signature::kSize);
  return in.failed() ? Signature{} : Signature::from(bytes);
}

void put(BinaryWriter& out, const BlockMessage& m) { out.bytes32(m.seal).bytes32(m.justification).bytes32(m.body); }

BlockMessage read_block(BinaryReader& in) {
  BlockMessage m;
  m.seal = Bytes(in.bytes32());
  m.justification = Bytes(in.bytes32());
  m.body = Bytes(in.bytes32());
  return m;
}

void put(BinaryWriter& out, const EnquiryId& id) { out.raw({reinterpret_cast<const char*>(id.data()), id.size()}); }

EnquiryId read_id(BinaryReader& in) {
  EnquiryId id{};
  const BytesView bytes = in.raw(id.size());
  std::ranges::transform(bytes, id.begin(), [](char c) { return static_cast<unsigned char>(c); });
  return id;
}

std::uint8_t type_of(Statement::Kind kind) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(kind) - 3);  // 5, 6, 7 -> 2, 3, 4
}

struct Encoder {
  BinaryWriter out;

  void operator()(const Vote& vote) {
    const Statement& s = vote.statement;
    out.u8(type_of(s.kind)).u64(s.epoch).u64(s.view);
    if (s.kind != Statement::Kind::nullify) out.raw(s.block_hash);
    if (s.kind == Statement::Kind::finalize) out.u64(s.size).raw(s.root).raw(s.state_root).raw(s.next_valset_hash);
    out.u16(static_cast<std::uint16_t>(vote.signer));
    put(out, vote.signature);
  }
  void operator()(const Propose& m) {
    out.u8(kPropose).bytes32(m.seal).bytes32(m.justification).bytes32(m.body);
    put(out, m.proposed);
    put(out, m.notarized);
  }
  void operator()(const CertificateMessage& m) { out.u8(kCertificate).raw(m.certificate); }
  void operator()(const Cosign& m) {
    out.u8(kCosign).u64(m.size).raw(m.root).u64(m.time_s).u16(static_cast<std::uint16_t>(m.signer));
    put(out, m.signature);
  }
  void operator()(const Status& m) {
    out.u8(kStatus).u64(m.epoch).u64(m.view).u64(m.finalized_epoch).u64(m.finalized_view).u64(m.finalized_height);
    out.u64(m.cosigned_size).u64(static_cast<std::uint64_t>(m.time_ms)).u32(m.pool_bytes);
    out.bytes16(BytesView(m.version).substr(0, kVersionMax));
  }
  void operator()(const GetBlock& m) { out.u8(kGetBlock).raw(m.block_hash); }
  void operator()(const BlockMessage& m) {
    out.u8(kBlock);
    put(out, m);
  }
  void operator()(const GetCerts& m) { out.u8(kGetCerts).u64(m.epoch).u64(m.from).u64(m.to); }
  void operator()(const Certs& m) {
    out.u8(kCerts).u32(static_cast<std::uint32_t>(m.certificates.size()));
    for (const Bytes& certificate : m.certificates) out.bytes32(certificate);
  }
  void operator()(const GetRange& m) { out.u8(kGetRange).u64(m.epoch).u64(m.after_view); }
  void operator()(const Range& m) {
    out.u8(kRange).bytes32(m.finalization).u32(static_cast<std::uint32_t>(m.blocks.size()));
    for (const BlockMessage& block : m.blocks) put(out, block);
  }
  void operator()(const Enquiry& m) {
    out.u8(kEnquiry);
    put(out, m.id);
  }
  void operator()(const EnquiryAnswer& m) {
    out.u8(kEnquiryAnswer);
    put(out, m.id);
    out.u8(m.abstains ? 1 : 0).bytes32(m.certificate).u16(static_cast<std::uint16_t>(m.said.size()));
    for (const Bytes& each : m.said) out.bytes16(each);
  }
};

}  // namespace

Bytes encode(const Message& message) {
  Encoder encoder;
  std::visit(encoder, message);
  return std::move(encoder.out).bytes();
}

Result<Message> decode_message(BytesView bytes) {
  if (bytes.size() > kMessageMax) return Error{Errc::limit, "the message is too long"};
  BinaryReader in(bytes);
  bool suites = true;
  Message message;
  switch (const std::uint8_t type = in.u8(); type) {
    case kNotarize:
    case kNullify:
    case kFinalize: {
      Vote vote;
      Statement& s = vote.statement;
      s.kind = static_cast<Statement::Kind>(type + 3);
      s.epoch = in.u64();
      s.view = in.u64();
      if (type != kNullify) s.block_hash = in.digest();
      if (type == kFinalize) {
        s.size = in.u64();
        s.root = in.digest();
        s.state_root = in.digest();
        s.next_valset_hash = in.digest();
      }
      vote.signer = in.u16();
      vote.signature = read_signature(in, suites);
      message = vote;
      break;
    }
    case kPropose: {
      Propose m;
      m.seal = Bytes(in.bytes32());
      m.justification = Bytes(in.bytes32());
      m.body = Bytes(in.bytes32());
      m.proposed = read_signature(in, suites);
      m.notarized = read_signature(in, suites);
      message = std::move(m);
      break;
    }
    case kCertificate: message = CertificateMessage{Bytes(in.raw(in.left()))}; break;
    case kCosign: {
      Cosign m;
      m.size = in.u64();
      m.root = in.digest();
      m.time_s = in.u64();
      m.signer = in.u16();
      m.signature = read_signature(in, suites);
      message = m;
      break;
    }
    case kStatus: {
      Status m;
      m.epoch = in.u64();
      m.view = in.u64();
      m.finalized_epoch = in.u64();
      m.finalized_view = in.u64();
      m.finalized_height = in.u64();
      m.cosigned_size = in.u64();
      m.time_ms = static_cast<std::int64_t>(in.u64());
      m.pool_bytes = in.u32();
      const BytesView version = in.bytes16();
      if (version.size() > kVersionMax) return Error{Errc::limit, "the version is too long", in.offset()};
      m.version = std::string(version);
      message = std::move(m);
      break;
    }
    case kGetBlock: message = GetBlock{in.digest()}; break;
    case kBlock: message = read_block(in); break;
    case kGetCerts: {
      GetCerts m;
      m.epoch = in.u64();
      m.from = in.u64();
      m.to = in.u64();
      message = m;
      break;
    }
    case kCerts: {
      Certs m;
      const std::uint32_t count = in.u32();
      if (count > kCertsMax) return Error{Errc::limit, "too many certificates", in.offset()};
      for (std::uint32_t i = 0; i < count && !in.failed(); ++i) m.certificates.emplace_back(in.bytes32());
      message = std::move(m);
      break;
    }
    case kGetRange: {
      GetRange m;
      m.epoch = in.u64();
      m.after_view = in.u64();
      message = m;
      break;
    }
    case kRange: {
      Range m;
      m.finalization = Bytes(in.bytes32());
      const std::uint32_t count = in.u32();
      if (count > kRangeBlocksMax) return Error{Errc::limit, "too many blocks", in.offset()};
      for (std::uint32_t i = 0; i < count && !in.failed(); ++i) m.blocks.push_back(read_block(in));
      message = std::move(m);
      break;
    }
    case kEnquiry: message = Enquiry{read_id(in)}; break;
    case kEnquiryAnswer: {
      EnquiryAnswer m;
      m.id = read_id(in);
      const std::uint8_t abstains = in.u8();
      if (abstains > 1) return Error{Errc::malformed, "neither yes nor no", in.offset()};
      m.abstains = abstains == 1;
      m.certificate = Bytes(in.bytes32());
      const std::uint16_t count = in.u16();
      if (count > kSaidMax) return Error{Errc::limit, "too many votes", in.offset()};
      for (std::uint16_t i = 0; i < count && !in.failed(); ++i) m.said.emplace_back(in.bytes16());
      message = std::move(m);
      break;
    }
    default: return Error{Errc::malformed, "unknown type of message", 0};
  }
  if (auto ok = in.finish(); !ok) return std::move(ok).error();
  if (!suites) return Error{Errc::malformed, "unknown suite of a signature"};
  return message;
}

}  // namespace qinglu::agreement
