// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/binary.hpp"

#include <limits>

namespace qinglu {
namespace {

template <class Int>
void append_big_endian(Bytes& out, Int value) {
  for (int shift = static_cast<int>(sizeof(Int)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

std::uint64_t read_big_endian(BytesView bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = (value << 8) | static_cast<std::uint8_t>(c);
  return value;
}

}  // namespace

BinaryWriter& BinaryWriter::u8(std::uint8_t value) {
  out_.push_back(static_cast<char>(value));
  return *this;
}
BinaryWriter& BinaryWriter::u16(std::uint16_t value) {
  append_big_endian(out_, value);
  return *this;
}
BinaryWriter& BinaryWriter::u32(std::uint32_t value) {
  append_big_endian(out_, value);
  return *this;
}
BinaryWriter& BinaryWriter::u64(std::uint64_t value) {
  append_big_endian(out_, value);
  return *this;
}
BinaryWriter& BinaryWriter::raw(BytesView bytes) {
  out_.append(bytes);
  return *this;
}
BinaryWriter& BinaryWriter::bytes16(BytesView bytes) {
  QL_CHECK(bytes.size() <= std::numeric_limits<std::uint16_t>::max());
  return u16(static_cast<std::uint16_t>(bytes.size())).raw(bytes);
}
BinaryWriter& BinaryWriter::bytes32(BytesView bytes) {
  QL_CHECK(bytes.size() <= std::numeric_limits<std::uint32_t>::max());
  return u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}

BytesView BinaryReader::raw(std::size_t count) {
  if (failed_ || left() < count) {
    failed_ = true;
    return {};
  }
  const BytesView bytes = input_.substr(offset_, count);
  offset_ += count;
  return bytes;
}
std::uint8_t BinaryReader::u8() { return static_cast<std::uint8_t>(read_big_endian(raw(1))); }
std::uint16_t BinaryReader::u16() { return static_cast<std::uint16_t>(read_big_endian(raw(2))); }
std::uint32_t BinaryReader::u32() { return static_cast<std::uint32_t>(read_big_endian(raw(4))); }
std::uint64_t BinaryReader::u64() { return read_big_endian(raw(8)); }
BytesView BinaryReader::bytes16() { return raw(u16()); }
BytesView BinaryReader::bytes32() { return raw(u32()); }
Digest BinaryReader::digest() {
  const BytesView bytes = raw(Digest::kSize);
  return failed_ ? Digest{} : Digest::from(bytes);
}

Result<void> BinaryReader::finish() const {
  if (failed_) return Error{Errc::malformed, "the bytes end too early", offset_};
  if (left() != 0) return Error{Errc::malformed, "bytes are left over", offset_};
  return {};
}

Bytes u64_key(std::uint64_t value) { return BinaryWriter().u64(value).bytes(); }

}  // namespace qinglu
