// SPDX-License-Identifier: Apache-2.0
// qinglu-verify: checks evidence files offline. No network, no store, no configuration. Linked with a maker of
// PDF (cli/report) it is qinglu-report.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/report_file.hpp"
#include "cli/verifier/files_beside.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/contradiction_report.hpp"
#include "ledger/evidence/verify.hpp"

namespace {

using qinglu::ledger::Language;

// Exit codes shared by all commands (ecosystem.md §4.3); 0, 1, 3, 10, 11 come from the report.
constexpr int kOk = 0;
constexpr int kUsage = 2;
constexpr int kNotFound = 5;

constexpr std::string_view kHelp =
    "usage: " QINGLU_PROGRAM " FILE... --trust TRUST [options]\n"
    "\n"
    "Verifies evidence files (*.qinglu.json) offline against a trust file, and files that say of a member\n"
    "that it contradicts itself (evidence/*.json of a node).\n"
    "\n"
    "  --trust FILE     what you believe beforehand: qinglu-trust/1 (from the gazette, not from "
    "the sender)\n"
    "  --contradiction  take every FILE for one about a member, whatever it says of itself\n"
    "  --policy FILE    your own C2SP policy, which the head must meet in addition\n"
    "  --attachments DIR  where the files lie that the evidence lists (else beside it)\n"
    "  --now SECONDS    POSIX time after which no cosignature may lie\n"
    "  --max-age TIME   newest cosignature must not be older: 3600, 90m, 24h, 7d (needs a clock: "
    "--now or\n"
    "                   the system's)\n"
    "  --report FILE    the report of one evidence file as FILE.html or FILE.txt (in qinglu-report also FILE.pdf),\n"
    "                   Chinese and English: verdict, what is proven and what not, the questions of a court\n"
    "  --strict         warnings end with 11\n"
    "  --json           one JSON object per file and line\n"
    "  --explain        every check, also those that passed, and every hash and signature with its inputs\n"
    "  --lang zh|en     language of the text (else from LC_ALL, LANG)\n"
    "  --version, --help\n"
    "\n"
    "exit: 0 verified, 1 refuted, 2 usage, 3 undecided, 5 file not found, 10 fork, 11 warnings "
    "(--strict)\n";

struct Arguments {
  std::vector<std::string> files;
  std::string trust;
  std::optional<std::string> policy;
  std::optional<std::string> attachments;
  std::optional<std::int64_t> now;
  std::optional<std::uint64_t> max_age;
  bool strict = false;
  bool json = false;
  bool explain = false;
  bool contradiction = false;
  std::string report;  ///< where the report goes; empty: none is asked for
  Language language = Language::en;
};

int usage(const std::string& why) {
  std::fprintf(stderr, QINGLU_PROGRAM ": %s (--help shows how)\n", why.c_str());
  return kUsage;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

Language system_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value)
      return std::string_view(value).starts_with("zh") ? Language::zh : Language::en;
  }
  return Language::en;
}

/// Seconds, or a number with the unit s, m, h or d.
std::optional<std::uint64_t> parse_duration(std::string_view text) {
  std::uint64_t unit = 1;
  if (!text.empty()) {
    const char last = text.back();
    if (last == 'm') unit = 60;
    if (last == 'h') unit = 3600;
    if (last == 'd') unit = 86'400;
    if (unit != 1 || last == 's') text.remove_suffix(1);
  }
  const auto number = qinglu::parse_decimal(text);
  if (!number || *number > (std::uint64_t{1} << 40)) return std::nullopt;
  return *number * unit;
}

/// Whole content of a file of at most `max` bytes; one byte more stands for all that is over.
std::optional<std::string> read_file(const std::string& path, std::size_t max) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) return std::nullopt;
  std::string content;
  char buffer[1 << 16];
  while (content.size() <= max) {
    const std::size_t got = std::fread(buffer, 1, sizeof buffer, file);
    if (got == 0) break;
    content.append(buffer, got);
  }
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) return std::nullopt;
  if (content.size() > max) content.resize(max + 1);
  return content;
}

/// Empty when the arguments make sense, else why they do not.
std::string parse(int argc, char** argv, Arguments& out) {
  out.language = system_language();
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--strict") {
      out.strict = true;
    } else if (word == "--json") {
      out.json = true;
    } else if (word == "--explain") {
      out.explain = true;
    } else if (word == "--contradiction") {
      out.contradiction = true;
    } else if (!word.starts_with("-")) {
      out.files.emplace_back(word);
    } else if (word != "--trust" && word != "--policy" && word != "--attachments" && word != "--now" && word != "--max-age" &&
               word != "--lang" && word != "--report") {
      return "unknown option " + std::string(word);
    } else if (++i == argc) {
      return std::string(word) + " needs a value";
    } else {
      const std::string value = argv[i];
      const auto number = qinglu::parse_decimal(value);
      if (word == "--trust") out.trust = value;
      if (word == "--policy") out.policy = value;
      if (word == "--attachments") out.attachments = value;
      if (word == "--report") {
        if (!qinglu::cli::is_report_name(value)) return "--report must end with .html, .txt or .pdf";
        out.report = value;
      }
      if (word == "--now") {
        if (!number || *number > (std::uint64_t{1} << 53)) return "--now must be POSIX seconds";
        out.now = static_cast<std::int64_t>(*number);
      }
      if (word == "--max-age") {
        out.max_age = parse_duration(value);
        if (!out.max_age) return "--max-age must be a number with unit s, m, h or d";
      }
      if (word == "--lang") {
        if (value != "zh" && value != "en") return "--lang must be zh or en";
        out.language = value == "zh" ? Language::zh : Language::en;
      }
    }
  }
  if (out.files.empty()) return "no evidence file is named";
  if (!out.report.empty() && out.files.size() > 1) return "--report is for one evidence file";
  if (out.max_age && !out.now) out.now = static_cast<std::int64_t>(std::time(nullptr));
  return {};
}

/// The worst of several answers decides: 10 > 1 > 3 > 11 > 0.
int worse(int a, int b) {
  for (int code : {kNotFound, 10, 1, 3, 11}) {
    if (a == code || b == code) return code;
  }
  return kOk;
}

void show(const Arguments& arguments, const std::string& path, const qinglu::ledger::Value& json, const std::string& text) {
  print(arguments.json ? qinglu::ledger::to_canonical(json) + "\n" : path + ": " + text);
}

/// False, with a line on stderr, when the report could not be made or written.
bool write_report(const qinglu::ledger::Report& report, const std::string& path) {
  const auto content = qinglu::cli::report_file(report, path);
  if (!content) {
    std::fprintf(stderr, QINGLU_PROGRAM ": %s\n", content.error().detail.c_str());
    return false;
  }
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const bool written = file && std::fwrite(content->data(), 1, content->size(), file) == content->size();
  if ((file && std::fclose(file) != 0) || !written) {
    std::fprintf(stderr, QINGLU_PROGRAM ": cannot write %s\n", path.c_str());
    return false;
  }
  return true;
}

int run(const Arguments& arguments) {
  constexpr std::size_t kTrustMax = 1u << 20;
  qinglu::ledger::VerifyOptions options{std::nullopt, arguments.now, arguments.max_age, arguments.explain, {}};
  std::string trust;
  const auto need = [](const std::string& path, std::size_t max) {
    auto content = read_file(path, max);
    if (!content) std::fprintf(stderr, QINGLU_PROGRAM ": cannot read %s\n", path.c_str());
    return content;
  };
  if (!arguments.trust.empty()) {
    const auto content = need(arguments.trust, kTrustMax);
    if (!content) return kNotFound;
    trust = *content;
  }
  if (arguments.policy) {
    options.policy = need(*arguments.policy, kTrustMax);
    if (!options.policy) return kNotFound;
  }
  int code = kOk;
  for (const std::string& path : arguments.files) {
    const auto file = need(path, qinglu::ledger::kEvidenceLimits.bytes_max);
    if (!file) {
      code = worse(code, kNotFound);
      continue;
    }
    if (arguments.contradiction || qinglu::ledger::is_contradiction(*file)) {
      if (!arguments.report.empty()) return usage("--report is for evidence, and this file is one about a member");
      const auto report = qinglu::ledger::verify_contradiction(*file, trust);
      show(arguments, path, qinglu::ledger::render_json(report),
           qinglu::ledger::render_text(report, arguments.language, arguments.explain));
      code = worse(code, report.exit_code());
      continue;
    }
    options.files = qinglu::cli::files_beside(*file, arguments.attachments.value_or(path.substr(0, path.rfind('/') + 1)));
    const auto report = qinglu::ledger::verify(*file, trust, options);
    show(arguments, path, qinglu::ledger::render_json(report, arguments.strict),
         qinglu::ledger::render_text(report, arguments.language, arguments.explain));
    code = worse(code, report.exit_code(arguments.strict));
    if (!arguments.report.empty() && !write_report(report, arguments.report)) return kUsage;
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--help") {
      print(kHelp);
      return kOk;
    }
    if (word == "--version") {
      print(QINGLU_PROGRAM " " QINGLU_VERSION ", suite 1, hash " +
            std::string(qinglu::crypto::hash_backend()) + "\n");
      return kOk;
    }
  }
  Arguments arguments;
  if (const std::string why = parse(argc, argv, arguments); !why.empty()) return usage(why);
  qinglu::crypto::start();
  return run(arguments);
}
