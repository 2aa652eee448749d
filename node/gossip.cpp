// SPDX-License-Identifier: Apache-2.0
#include "node/gossip.hpp"

#include <memory>
#include <utility>

#include "crypto/base/binary.hpp"

namespace qinglu::node {
namespace {

enum Type : std::uint8_t { kRecords = 18, kGetRecords = 19, kErased = 20, kCompactPropose = 26 };
constexpr std::uint8_t kSuite = 1;

void put(BinaryWriter& out, const UnitBytes& unit) {
  out.u8(unit.batch ? 1 : 0).bytes32(unit.entry);
  if (!unit.batch) return;
  out.u16(static_cast<std::uint16_t>(unit.bodies.size()));
  for (const Bytes& body : unit.bodies) out.bytes32(body);
}

void put(BinaryWriter& out, const std::vector<Digest>& hashes) {
  out.u32(static_cast<std::uint32_t>(hashes.size()));
  for (const Digest& hash : hashes) out.raw(hash);
}

std::size_t bytes_of_message(const UnitBytes& unit) {
  std::size_t size = 1 + 4 + unit.entry.size() + 2;
  for (const Bytes& body : unit.bodies) size += 4 + body.size();
  return size;
}

bool read_hashes(BinaryReader& in, std::vector<Digest>& hashes) {
  const std::uint32_t count = in.u32();
  if (count > kGossipUnits) return false;
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) hashes.push_back(in.digest());
  return true;
}

}  // namespace

UnitBytes bytes_of(const ledger::Unit& unit) {
  UnitBytes bytes{unit.entry, {}, unit.batch};
  for (const auto& member : unit.members) bytes.bodies.push_back(member.bytes);
  return bytes;
}

bool is_gossip(BytesView message) {
  if (message.empty()) return false;
  const auto type = static_cast<std::uint8_t>(message.front());
  return type == kRecords || type == kGetRecords || type == kErased || type == kCompactPropose;
}

Bytes encode(const Gossip& message) {
  BinaryWriter out;
  if (const auto* records = std::get_if<Records>(&message)) {
    out.u8(kRecords).u32(static_cast<std::uint32_t>(records->units.size()));
    for (const UnitBytes& unit : records->units) put(out, unit);
  } else if (const auto* wanted = std::get_if<GetRecords>(&message)) {
    out.u8(kGetRecords);
    put(out, wanted->units);
  } else if (const auto* erased = std::get_if<Erased>(&message)) {
    out.u8(kErased).u8(erased->asks ? 1 : 0).raw(erased->notice).bytes32(erased->acknowledgement);
  } else {
    const auto& compact = std::get<CompactPropose>(message);
    out.u8(kCompactPropose).bytes32(compact.proposal.seal).bytes32(compact.proposal.justification);
    out.u8(kSuite).raw(compact.proposal.proposed).u8(kSuite).raw(compact.proposal.notarized);
    put(out, compact.units);
  }
  return std::move(out).bytes();
}

Result<Gossip> decode_gossip(BytesView bytes) {
  if (bytes.size() > agreement::kMessageMax) return Error{Errc::limit, "the message is too long"};
  BinaryReader in(bytes);
  Gossip message;
  bool within = true;
  bool suites = true;
  switch (in.u8()) {
    case kRecords: {
      Records records;
      const std::uint32_t count = in.u32();
      within = count <= kGossipUnits;
      for (std::uint32_t i = 0; within && i < count && !in.failed(); ++i) {
        UnitBytes unit;
        const std::uint8_t form = in.u8();
        if (form > 1) return Error{Errc::malformed, "unknown form of a unit", in.offset()};
        unit.batch = form == 1;
        unit.entry = Bytes(in.bytes32());
        const std::uint16_t bodies = unit.batch ? in.u16() : std::uint16_t{0};
        for (std::uint16_t n = 0; n < bodies && !in.failed(); ++n) unit.bodies.emplace_back(in.bytes32());
        records.units.push_back(std::move(unit));
      }
      message = std::move(records);
      break;
    }
    case kGetRecords: {
      GetRecords wanted;
      within = read_hashes(in, wanted.units);
      message = std::move(wanted);
      break;
    }
    case kErased: {
      Erased erased;
      const std::uint8_t asks = in.u8();
      if (asks > 1) return Error{Errc::malformed, "a flag is 0 or 1", in.offset()};
      erased.asks = asks == 1;
      erased.notice = in.digest();
      erased.acknowledgement = Bytes(in.bytes32());
      message = std::move(erased);
      break;
    }
    case kCompactPropose: {
      CompactPropose compact;
      compact.proposal.seal = Bytes(in.bytes32());
      compact.proposal.justification = Bytes(in.bytes32());
      for (Signature* signature : {&compact.proposal.proposed, &compact.proposal.notarized}) {
        suites = in.u8() == kSuite && suites;
        const BytesView raw = in.raw(Signature::kSize);
        if (!in.failed()) *signature = Signature::from(raw);
      }
      within = read_hashes(in, compact.units);
      message = std::move(compact);
      break;
    }
    default: return Error{Errc::malformed, "unknown type of message", 0};
  }
  if (!within) return Error{Errc::limit, "too many units", in.offset()};
  if (auto ok = in.finish(); !ok) return std::move(ok).error();
  if (!suites) return Error{Errc::malformed, "unknown suite of a signature"};
  return message;
}

std::vector<Bytes> records_messages(const std::vector<std::shared_ptr<ledger::Unit>>& units) {
  std::vector<Bytes> messages;
  Records records;
  std::size_t size = 0;
  const auto flush = [&] {
    if (!records.units.empty()) messages.push_back(encode(Gossip(std::exchange(records, {}))));
    size = 0;
  };
  for (const auto& unit : units) {
    UnitBytes bytes = bytes_of(*unit);
    const std::size_t more = bytes_of_message(bytes);
    if (size + more > kGossipBytes || records.units.size() == kGossipUnits) flush();
    size += more;
    records.units.push_back(std::move(bytes));
  }
  flush();
  return messages;
}

}  // namespace qinglu::node
