// SPDX-License-Identifier: Apache-2.0
#include "tests/api/raw_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "tests/support/catch.hpp"

namespace qinglu::test {
namespace {

constexpr int kPatienceMs = 30'000;

void await(int fd, short events) {
  pollfd poller{fd, events, 0};
  INFO("the peer neither answers nor closes");
  REQUIRE(::poll(&poller, 1, kPatienceMs) == 1);
}

}  // namespace

RawSocket::RawSocket(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  REQUIRE(fd_ >= 0);
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

RawSocket::RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), rest_(std::move(other.rest_)) {}

RawSocket::~RawSocket() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      await(fd_, POLLOUT);
    } else {
      return false;
    }
  }
  return true;
}

std::string RawSocket::some() {
  await(fd_, POLLIN);
  char buffer[16'384];
  const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
  return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string();
}

std::string RawSocket::read_to_end(std::size_t most) {
  std::string all = std::exchange(rest_, {});
  while (all.size() < most) {
    const std::string more = some();
    if (more.empty()) break;
    all += more;
  }
  return all;
}

std::string RawSocket::read_response() {
  std::string all = std::exchange(rest_, {});
  for (;;) {
    const std::size_t header = all.find("\r\n\r\n");
    if (header != all.npos) {
      const std::size_t length = all.find("Content-Length: ");
      REQUIRE(length < header);
      const std::size_t size = header + 4 + std::strtoul(all.c_str() + length + 16, nullptr, 10);
      if (all.size() >= size) {
        rest_ = all.substr(size);
        return all.substr(0, size);
      }
    }
    const std::string more = some();
    INFO("so far: " << all);
    REQUIRE_FALSE(more.empty());
    all += more;
  }
}

void RawSocket::wait_for_close() { await(fd_, POLLRDHUP); }

int status_in(std::string_view response) {
  constexpr std::string_view kStart = "HTTP/1.1 ";
  if (!response.starts_with(kStart) || response.size() < 12) return 0;
  return std::atoi(std::string(response.substr(kStart.size(), 3)).c_str());
}

}  // namespace qinglu::test
