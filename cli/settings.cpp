// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
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

#include "crypto/base/encoding.hpp"
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

/// A profile as it stands in a file.
struct Profile {
  std::string where;  ///< `path profile.name`
  std::map<std::string, std::string> values;
};

/// The text members that a profile may have.
constexpr std::string_view kMembers[] = {"node", "keys", "key", "trust", "state", "lang"};

/// The wanted (or default) profile of the user's or the system's file.
Result<Profile> read_profile(const std::string& wanted) {
  for (const std::string& path : config_paths()) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) continue;
    const toml::parse_result parsed = toml::parse_file(path);
    if (!parsed) {
      return Error{Errc::malformed, path + ":" + std::to_string(parsed.error().source().begin.line) + ": " +
                                        std::string(parsed.error().description())};
    }
    for (const auto& [key, node] : parsed.table()) {
      if (key.str() != "profile" && key.str() != "default_profile") {
        return Error{Errc::usage, path + ": " + std::string(key.str()) + " is unknown"};
      }
    }
    const std::string name = !wanted.empty() ? wanted : parsed.table()["default_profile"].value_or(std::string("default"));
    const toml::table* table = parsed.table()["profile"][name].as_table();
    if (!table) {
      if (wanted.empty()) return Profile{};
      continue;
    }
    Profile profile{path + " profile." + name, {}};
    for (const auto& [key, node] : *table) {
      const auto text = node.value<std::string>();
      if (std::ranges::find(kMembers, key.str()) == std::end(kMembers) || !text) {
        return Error{Errc::usage, path + ": profile." + name + "." + std::string(key.str()) + " is unknown or no text"};
      }
      profile.values.emplace(key.str(), *text);
    }
    return profile;
  }
  if (!wanted.empty()) return Error{Errc::usage, "no profile " + wanted};
  return Profile{};
}

/// `'text'` for a shell.
std::string shell_word(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

termios shown_terminal;             ///< what an interrupt restores
volatile sig_atomic_t echo_off = 0;

}  // namespace

ledger::Language Settings::language() const {
  const auto of = [](std::string_view text) {
    return text.starts_with("zh") ? ledger::Language::zh : ledger::Language::en;
  };
  if (!lang.empty()) return of(lang);
  for (const char* name : {"QINGLU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const std::string value = environment(name); !value.empty()) return of(value);
  }
  return ledger::Language::en;
}

std::string default_trust_path() { return home_based("XDG_CONFIG_HOME", ".config") + "/trust.json"; }

std::vector<std::string> config_paths() {
  return {home_based("XDG_CONFIG_HOME", ".config") + "/config.toml", "/etc/qinglu/config.toml"};
}

Result<std::vector<Origin>> layer_settings(Settings& settings, const std::function<bool(const char*)>& given) {
  if (!given("--profile")) settings.profile = environment("QINGLU_PROFILE");
  auto profile = read_profile(settings.profile);
  if (!profile) return std::move(profile).error();
  const std::string data = home_based("XDG_DATA_HOME", ".local/share");
  struct Layer {
    const char* member;
    std::string* value;
    std::string fallback;
  };
  const Layer layers[] = {{"node", &settings.node, settings.node}, {"keys", &settings.keys, data + "/keys"},
                          {"key", &settings.key, ""},              {"trust", &settings.trust, default_trust_path()},
                          {"state", &settings.state, data + "/state"}, {"lang", &settings.lang, ""}};
  std::vector<Origin> origins;
  for (const auto& [member, value, fallback] : layers) {
    std::string variable = std::string("QINGLU_") + member;
    std::ranges::transform(variable, variable.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    std::string from = "flag";
    if (!given((std::string("--") + member).c_str())) {
      const std::string text = environment(variable.c_str());
      const auto at = profile->values.find(member);
      from = !text.empty() ? variable : at != profile->values.end() ? profile->where : "default";
      *value = !text.empty() ? text : at != profile->values.end() ? at->second : fallback;
    }
    origins.push_back({member, *value, from});
  }
  if (settings.lang != "" && settings.lang != "zh" && settings.lang != "en") {
    return Error{Errc::usage, "lang is zh or en, not " + settings.lang + " (" + origins.back().from + ")"};
  }
  return origins;
}

Result<api::Client> node_of(const Settings& settings) {
  auto node = api::Client::to(settings.node, settings.timeout_ms);
  if (!node || (!settings.verbose && !settings.curl)) return node;
  node->watch([url = settings.node, curl = settings.curl, verbose = settings.verbose](
                  std::string_view method, std::string_view target, std::string_view body, std::optional<unsigned> status) {
    const std::string address = url + std::string(target);
    if (curl && !status) {
      std::cerr << "curl -sS";
      if (method != "GET") {
        std::cerr << " -X " << method << " -H 'Content-Type: application/json' --data-binary " << shell_word(body);
      }
      std::cerr << " " << shell_word(address) << "\n";
    }
    if (verbose && status) {
      std::cerr << method << " " << address << "  " << (*status ? std::to_string(*status) : "failed") << "\n";
    }
  });
  return node;
}

void end_on_interrupt() {
  struct sigaction action {};
  action.sa_handler = [](int) {
    if (echo_off) ::tcsetattr(STDIN_FILENO, TCSANOW, &shown_terminal);
    ::_exit(kInterrupted);
  };
  ::sigaction(SIGINT, &action, nullptr);
}

int report_error(const Settings& settings, const Error& error, int code) {
  // A node's words may stand in it: nothing of them may move the cursor of a terminal.
  std::string detail = error.detail;
  while (const auto bad = first_utf8_error(detail)) detail[*bad] = '?';
  std::ranges::replace_if(detail, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  if (settings.json) {
    std::cerr << "{\"code\":\"" << name(error.code) << "\",\"detail\":" << ledger::to_json_string(detail)
              << ",\"exit\":" << code << "}\n";
  } else {
    std::cerr << settings.say("错误：", "error: ") << detail << " [" << name(error.code) << "]\n";
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
    ::tcgetattr(STDIN_FILENO, &shown_terminal);
    termios silent = shown_terminal;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    echo_off = 1;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::string line;
    std::getline(std::cin, line);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_terminal);
    echo_off = 0;
    std::cerr << "\n";
    return line;
  };
  std::string first = ask(settings.say("口令：", "passphrase: "));
  if (twice && ask(settings.say("再输一次：", "once more: ")) != first) {
    return Error{Errc::denied, "the two passphrases differ"};
  }
  return first;
}

Result<void> confirm(const Settings& settings, std::string_view question) {
  if (settings.yes) return {};
  if (::isatty(STDIN_FILENO) == 0) return Error{Errc::usage, "no terminal to ask on before signing: use --yes"};
  std::cerr << question << settings.say(" [y/N] ", " [y/N] ") << std::flush;
  std::string line;
  std::getline(std::cin, line);
  if (line == "y" || line == "Y" || line == "yes") return {};
  return Error{Errc::denied, "not signed"};
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

Result<void> write_output(const std::string& path, std::string_view bytes, bool force, Access access) {
  std::error_code ignored;
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, ignored);
  // Of this process alone: others may be writing the same file.
  const std::string temporary = path + ".new." + std::to_string(::getpid());
  const auto failed = [&](const char* act) {
    Error error{Errc::io, std::string(act) + " " + path + ": " + std::strerror(errno)};
    ::unlink(temporary.c_str());
    return error;
  };
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, access == Access::owner ? 0600 : 0644);
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
  if (force) {
    if (::rename(temporary.c_str(), path.c_str()) != 0) return failed("cannot rename to");
  } else {
    // A link fails where the name is taken, so that two writers cannot both believe they made it.
    const bool linked = ::link(temporary.c_str(), path.c_str()) == 0;
    if (!linked && errno == EEXIST) {
      ::unlink(temporary.c_str());
      return Error{Errc::conflict, path + " exists already: --force overwrites"};
    }
    if (!linked) return failed("cannot name");
    ::unlink(temporary.c_str());
  }
  const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
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
