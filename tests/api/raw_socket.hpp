// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qinglu::test {

/// A TCP connection to loopback that sends whatever it is told: what a hostile client has.
/// Every wait ends after half a minute at the latest and then fails the test.
class RawSocket {
 public:
  /// `receive_buffer`: bytes the kernel takes in before the peer must wait; 0: as the system likes.
  explicit RawSocket(std::uint16_t port, int receive_buffer = 0);
  ~RawSocket();
  RawSocket(RawSocket&& other) noexcept;
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  /// Sends all of it, or as much as the peer takes before it closes; false: it closed.
  bool send(std::string_view bytes);
  /// Reads until the peer closes, at most `most` bytes.
  std::string read_to_end(std::size_t most = 64u << 20);
  /// Reads one response whose length is stated.
  std::string read_response();
  /// Waits until the peer has closed, reading nothing before.
  void wait_for_close();

 private:
  /// Bytes that have come; empty: closed.
  std::string some();

  int fd_;
  std::string rest_;
};

/// Status of an HTTP response as it came over the wire; 0: none.
int status_in(std::string_view response);

}  // namespace qinglu::test
