// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::test {

/// What the program writes to stdout and stderr while this stands.
class Captured {
 public:
  Captured() : out_before_(std::cout.rdbuf(out_.rdbuf())), err_before_(std::cerr.rdbuf(err_.rdbuf())) {}
  ~Captured() {
    std::cout.rdbuf(out_before_);
    std::cerr.rdbuf(err_before_);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

 private:
  std::ostringstream out_, err_;
  std::streambuf* out_before_;
  std::streambuf* err_before_;
};

/// One run of the command line.
struct Ran {
  int code = 0;
  std::string out, err;
  /// The one JSON document on stdout.
  ledger::Value document() const { return ledger::parse_canonical(out.substr(0, out.find('\n')), ledger::kEvidenceLimits).value(); }
};

inline Ran qinglu(std::vector<std::string> words) {
  words.insert(words.begin(), "qinglu");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  const Captured captured;
  const int code = cli::run(static_cast<int>(argv.size()), argv.data());
  return {code, captured.out(), captured.err()};
}

}  // namespace qinglu::test
