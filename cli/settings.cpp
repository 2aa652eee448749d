// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "ledger/codec/canonical_json.hpp"

namespace qinglu::cli {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string home_based(const char* variable, const char* fallback) {
  const std::string base = environment(variable);
  return (base.empty() ? environment("HOME") + "/" + fallback : base) + "/qinglu";
}

/// Text members of the profile, from the user's or the system's file.
Result<std::map<std::string, std::string>> read_profile(const std::string& wanted) {
  std::map<std::string, std::string> values;
  for (const std::string& path : {home_based("XDG_CONFIG_HOME", ".config") + "/config.toml",
                                  std::string("/etc/qinglu/config.toml")}) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) continue;
    const toml::parse_result parsed = toml::parse_file(path);
    if (!parsed) {
      return Error{Errc::malformed, path + ":" + std::to_string(parsed.error().source().begin.line) + ": " +
                                        std::string(parsed.error().description())};
    }
    const std::string name = !wanted.empty() ? wanted : parsed.table()["default_profile"].value_or(std::string("default"));
    const toml::table* profile = parsed.table()["profile"][name].as_table();
    if (!profile) {
      if (wanted.empty()) return values;
      continue;
    }
    for (const auto& [key, node] : *profile) {
      const auto text = node.value<std::string>();
      const std::string member(key.str());
      const bool known = member == "node" || member == "keys" || member == "key" || member == "trust" ||
                         member == "state" || member == "lang";
      if (!known || !text) return Error{Errc::usage, path + ": profile." + name + "." + member + " is unknown or no text"};
      values.emplace(member, *text);
    }
    return values;
  }
  if (!wanted.empty()) return Error{Errc::usage, "no profile " + wanted};
  return values;
}

}  // namespace

ledger::Language Settings::language() const {
  const auto of = [](std::string_view text) {
    return text.starts_with("zh") ? ledger::Language::zh : ledger::Language::en;
  };
  if (!lang.empty()) return of(lang);
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const std::string value = environment(name); !value.empty()) return of(value);
  }
  return ledger::Language::en;
}

Result<void> layer_settings(Settings& settings, bool (*given)(const char*, void*), void* context) {
  if (!given("--profile", context)) settings.profile = environment("QINGLU_PROFILE");
  auto profile = read_profile(settings.profile);
  if (!profile) return std::move(profile).error();
  const auto layer = [&](const char* flag, const char* variable, const char* member, std::string& value,
                         const std::string& fallback) {
    if (given(flag, context)) return;
    if (const std::string text = environment(variable); !text.empty()) {
      value = text;
    } else if (const auto at = profile->find(member); at != profile->end()) {
      value = at->second;
    } else if (!fallback.empty()) {
      value = fallback;
    }
  };
  const std::string data = home_based("XDG_DATA_HOME", ".local/share");
  layer("--node", "QINGLU_NODE", "node", settings.node, "");
  layer("--keys", "QINGLU_KEYS", "keys", settings.keys, data + "/keys");
  layer("--key", "QINGLU_KEY", "key", settings.key, "");
  layer("--trust", "QINGLU_TRUST", "trust", settings.trust, "");
  layer("--state", "QINGLU_STATE", "state", settings.state, data + "/state");
  layer("--lang", "QINGLU_LANG", "lang", settings.lang, "");
  return {};
}

int report_error(const Settings& settings, const Error& error, int code) {
  if (settings.json) {
    std::cerr << "{\"code\":\"" << name(error.code) << "\",\"detail\":"
              << ledger::to_json_string(error.detail) << ",\"exit\":" << code << "}\n";
  } else {
    std::cerr << settings.say("错误：", "error: ") << error.detail << " [" << name(error.code) << "]\n";
  }
  return code;
}

int exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::usage: return kUsage;
    case Errc::denied: return kDenied;
    case Errc::not_found: return kNotFound;
    case Errc::conflict: return kConflict;
    case Errc::unavailable: return kUnreachable;
    case Errc::malformed:
    case Errc::limit: return kUsage;
    case Errc::wrong_ledger: return kConfiguration;
    default: return kInternal;
  }
}

Result<std::string> read_passphrase(const Settings& settings, bool twice) {
  int fd = settings.passphrase_fd;
  bool opened = false;
  if (fd < 0) {
    const std::string directory = environment("CREDENTIALS_DIRECTORY");
    if (!directory.empty()) fd = ::open((directory + "/qinglu-passphrase").c_str(), O_RDONLY | O_CLOEXEC);
    opened = fd >= 0;
  }
  if (fd >= 0) {
    std::string text;
    char buffer[256];
    ssize_t n = 0;
    while ((n = ::read(fd, buffer, sizeof buffer)) > 0 && text.size() <= 1024) {
      text.append(buffer, static_cast<std::size_t>(n));
    }
    if (opened) ::close(fd);
    if (n < 0) return Error{Errc::io, "cannot read the passphrase"};
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return text;
  }
  if (::isatty(STDIN_FILENO) == 0) {
    return Error{Errc::denied, "the key is locked: use --passphrase-fd N, or a terminal"};
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
  std::string first = ask(settings.say("口令：", "passphrase: "));
  if (twice && ask(settings.say("再输一次：", "once more: ")) != first) {
    return Error{Errc::denied, "the two passphrases differ"};
  }
  return first;
}

Result<std::string> read_input(const std::string& path, std::size_t bytes_max) {
  std::ifstream file;
  if (path != "-") {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return Error{Errc::not_found, path + " does not exist"};
    file.open(path, std::ios::binary);
    if (!file) return Error{Errc::io, "cannot read " + path};
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string bytes;
  char buffer[65'536];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    bytes.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > bytes_max) {
      return Error{Errc::limit, path + " has more than " + std::to_string(bytes_max) + " bytes"};
    }
  }
  return bytes;
}

Result<void> write_output(const std::string& path, std::string_view bytes, bool force) {
  const auto failed = [&](const char* act) {
    return Error{Errc::io, std::string(act) + " " + path + ": " + std::strerror(errno)};
  };
  std::error_code ignored;
  if (!force && fs::exists(path, ignored)) {
    return Error{Errc::conflict, path + " exists already: --force overwrites"};
  }
  if (const auto parent = fs::path(path).parent_path(); !parent.empty()) fs::create_directories(parent, ignored);
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return failed("cannot create");
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      ::close(fd);
      return failed("cannot write");
    }
    done += static_cast<std::size_t>(n);
  }
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) return failed("cannot sync");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed("cannot rename to");
  return {};
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Progress::Progress(const Settings& settings, std::string what, std::uint64_t total)
    : shown_(!settings.quiet && !settings.json),
      terminal_(::isatty(STDERR_FILENO) == 1),
      what_(std::move(what)),
      total_(total),
      started_ms_(now_ms()) {}

Progress::~Progress() {
  if (shown_ && terminal_ && last_ms_ > 0) std::cerr << "\n";
}

void Progress::step(std::uint64_t done) {
  const std::int64_t now = now_ms();
  if (!shown_ || (done < total_ && now - last_ms_ < (terminal_ ? 100 : 5'000))) return;
  if (!terminal_ && last_ms_ == 0 && done < total_) {
    last_ms_ = now;
    return;
  }
  last_ms_ = now;
  std::string line = what_ + " " + std::to_string(done) + "/" + std::to_string(total_);
  if (done > 0 && done < total_) {
    const auto left = (now - started_ms_) * static_cast<std::int64_t>(total_ - done) / static_cast<std::int64_t>(done);
    line += "  ~" + std::to_string(left / 1000 + 1) + " s";
  }
  std::cerr << (terminal_ ? "\r\033[K" : "") << line << (terminal_ ? "" : "\n") << std::flush;
}

}  // namespace qinglu::cli
