// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qinglu::ledger {

/// What a failed check means to whoever relies on the evidence.   Source: ecosystem.md §4.3.
enum class CheckClass : std::uint8_t {
  refuted,    ///< the file is wrong, and that is shown
  undecided,  ///< cannot tell from what is at hand
  fork,       ///< two heads of one size, signed by one key: keep both
  warning,    ///< verified, with a remark
};
/// `refuted`, `undecided`, `fork`, `warning`.
std::string_view name(CheckClass cls);

/// The checks of an evidence file, in order. Their names are stable; quote them in full.
/// Source: evidence.md §8.1.
enum class Check : std::uint8_t {
  file,              // E01
  strict_json,       // E02
  format,            // E03
  fields,            // E04
  encoding,          // E05
  trust,             // E10
  ledger,            // E11
  policy_syntax,     // E12
  policy_chain,      // E13
  policy_in_force,   // E14
  note_syntax,       // E20
  checkpoint_body,   // E21
  log_signature,     // E22
  known_signatures,  // E23
  quorum,            // E24
  times,             // E25
  fork,              // E81: asked before the proofs that a fork would break
  seal_position,     // E30
  seal_inclusion,    // E31
  seal_content,      // E32
  proof_shape,       // E50
  state_root,        // E51
  state_value,       // E52
  record_inclusion,  // E40
  seal_of_record,    // E33
  record_canonical,  // E41
  batch_form,        // E45
  batch_inclusion,   // E46
  batch_position,    // E47
  batch_path,        // E48
  batch_signature,   // E49
  record_signature,  // E42
  signers,           // E43
  same_head,         // E44
  claim,             // E55
  claimed_absent,    // E53
  claimed_present,   // E54
  alias_set,         // E60
  list_count,        // E61
  list_root,         // E62
  list_order,        // E63
  listed_record,     // E64
  list_part,         // E65
  disclosure,        // E70
  erased,            // E71
  consistency,       // E80
  timestamp,         // E90
  attachment,        // E92
  issuer,            // E93
  compromised_key,   // E94
  age,               // CHECKPOINT_TOO_OLD
};

/// One row of the table of checks.
struct CheckInfo {
  Check check;
  std::string_view code;  ///< e.g. `E31_SEAL_INCLUSION`
  CheckClass cls;         ///< where a failure does not say otherwise
  std::string_view zh;    ///< what is checked
  std::string_view en;
};
std::span<const CheckInfo> check_table();
const CheckInfo& info_of(Check check);

/// Why a check did not pass. `check` may name an earlier row than the one that was being worked on,
/// when only then it showed that something is missing.
struct Failure {
  Check check;
  CheckClass cls;
  std::string detail;
};
/// A failure of the class that the table names.
Failure failure(Check check, std::string detail);
Failure failure(Check check, CheckClass cls, std::string detail);

/// Nothing, or why not.
using Outcome = std::optional<Failure>;

}  // namespace qinglu::ledger
