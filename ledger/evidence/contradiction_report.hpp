// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "ledger/evidence/checks.hpp"
#include "ledger/evidence/contradiction.hpp"
#include "ledger/model/language.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// What a verifier answers about a file that names a member: every check that was asked, and what the
/// member said if all held.
struct ContradictionReport {
  /// In the order of the table; their codes are stable.
  enum class Asked : std::uint8_t { file, trust, ledger, member, signatures, contradiction };
  struct Failed {
    Asked at{};
    CheckClass cls{};  ///< refuted or undecided
    std::string detail;
  };
  Digest file_hash;
  std::optional<Digest> trust_hash;
  std::optional<Failed> failed;  ///< nullopt: verified
  std::optional<Contradiction> contradiction;  ///< once it could be read
  std::vector<Said> said;                      ///< the two, when verified

  bool verified() const { return !failed; }
  /// 0 verified, 1 refuted, 3 undecided.
  int exit_code() const;
};

/// What is asked of such a file, in order; a program that shows each step names it from here.
struct ContradictionCheck {
  std::string_view code;  ///< e.g. `C05_SIGNATURES`
  std::string_view zh;
  std::string_view en;
};
std::span<const ContradictionCheck> contradiction_checks();

/// Whether a file says of itself that it is a contradiction; it may be ill-formed all the same.
bool is_contradiction(BytesView file);

/// Verifies offline that a member of the trust file's validator set signed two statements that no honest
/// member signs both. `trust` empty = none given. Pure.   Source: docs/formats/contradiction.md.
ContradictionReport verify_contradiction(BytesView file, BytesView trust);

/// For people; ends with LF. `explain`: every check, also those that passed.
std::string render_text(const ContradictionReport& report, Language language, bool explain);
/// For programs: one canonical JSON object.
Value render_json(const ContradictionReport& report);

}  // namespace qinglu::ledger
