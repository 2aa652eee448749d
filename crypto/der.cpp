// SPDX-License-Identifier: Apache-2.0
#include "crypto/der.hpp"

namespace qinglu::crypto {

DerElement DerReader::any() {
  const auto octet = [this](std::size_t at) { return static_cast<std::uint8_t>(left_[at]); };
  if (failed_ || left_.size() < 2 || (octet(0) & 0x1F) == 0x1F) {
    failed_ = true;
    return {};
  }
  std::size_t header = 2;
  std::size_t length = octet(1);
  if (length >= 0x80) {
    // At most three octets of length: no document here comes near 16 MiB.
    const std::size_t count = length & 0x7F;
    header += count;
    length = 0;
    failed_ = count == 0 || count > 3 || left_.size() < header || octet(2) == 0;
    for (std::size_t i = 2; !failed_ && i < header; ++i) length = length << 8 | octet(i);
    failed_ = failed_ || length < 0x80;
  }
  if (failed_ || left_.size() - header < length) {
    failed_ = true;
    return {};
  }
  const DerElement element{octet(0), left_.substr(header, length), left_.substr(0, header + length)};
  left_.remove_prefix(header + length);
  return element;
}

DerElement DerReader::take(std::uint8_t tag) {
  const DerElement element = any();
  if (failed_ || element.tag != tag) {
    failed_ = true;
    return {};
  }
  return element;
}

}  // namespace qinglu::crypto
