// SPDX-License-Identifier: Apache-2.0
#include "node/qinglud/program.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "ledger/codec/canonical_json.hpp"

namespace qinglu {
namespace {

Result<Bytes> read_all(int fd) {
  Bytes text;
  char buffer[256];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0) return Error{Errc::io, "cannot read the passphrase"};
    if (n == 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > 1024) return Error{Errc::limit, "the passphrase is too long"};
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

bool chinese() {
  for (const char* name : {"QINGLU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value) return std::string_view(value).starts_with("zh");
  }
  return false;
}

int fail(const Error& error, int code) {
  std::cerr << (chinese() ? "错误：" : "error: ") << error.detail << " [" << name(error.code) << "]\n";
  return code;
}

int code_of(const Error& error) {
  switch (error.code) {
    case Errc::denied: return kDenied;
    case Errc::not_found: return kNotFound;
    case Errc::conflict: return kConflict;
    case Errc::usage: return kUsage;
    case Errc::unavailable: return kUnreachable;
    default: return kInternal;
  }
}

void print(const ledger::Value& document) { std::cout << ledger::to_canonical(document) << "\n"; }

Result<Bytes> passphrase(int fd, bool twice) {
  if (fd >= 0) return read_all(fd);
  if (const char* directory = std::getenv("CREDENTIALS_DIRECTORY")) {
    const std::string path = std::string(directory) + "/qinglu-passphrase";
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
      auto text = read_all(file);
      ::close(file);
      return text;
    }
  }
  if (::isatty(STDIN_FILENO) == 0) {
    return Error{Errc::denied, "no passphrase: use --passphrase-fd N, a systemd credential, or a terminal"};
  }
  const auto ask = [](const char* prompt) {
    std::cerr << prompt << std::flush;
    termios old{};
    ::tcgetattr(STDIN_FILENO, &old);
    termios silent = old;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::string line;
    std::getline(std::cin, line);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    std::cerr << "\n";
    return line;
  };
  Bytes first = ask(chinese() ? "口令：" : "passphrase: ");
  if (twice && ask(chinese() ? "再输一次：" : "once more: ") != first) {
    return Error{Errc::denied, "the two passphrases differ"};
  }
  return first;
}

std::int64_t wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace qinglu
