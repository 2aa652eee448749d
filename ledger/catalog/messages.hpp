// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ledger/catalog/verdict.hpp"
#include "ledger/model/language.hpp"

namespace qinglu::ledger {

/// How a code behaves.   Source: domain.md 6.13.
enum class CodeClass : std::uint8_t {
  form,       ///< refused, whoever signs
  computed,   ///< refused: every node can compute the right value
  programme,  ///< refused: the programme's own rules
  law,        ///< refuses a party's act, flags an authority's
  flag,       ///< never a refusal
};

/// Group of process exit codes: 4 denied, 6 refused, 7 conflict.   Source: ecosystem.md §4.3.
enum class ExitGroup : std::uint8_t { denied = 4, refused = 6, conflict = 7 };

/// One code of the registry, in both languages.
struct Message {
  std::string_view code;
  CodeClass code_class;
  ExitGroup exit;
  std::string_view law;
  std::string_view article;
  std::string_view zh;  ///< what is wrong; `{detail}` stands for the issue's detail
  std::string_view en;
  std::string_view next_zh;  ///< what to do
  std::string_view next_en;
};

/// Every code that this version can answer with, ascending by code.
std::span<const Message> messages();
/// nullptr: no such code.
const Message* find_message(std::string_view code);

/// The sentence of an issue with its detail filled in; the bare code when it is not registered.
std::string sentence(const Issue& issue, Language language);

/// Refuses or flags by the class of the code, so that a rule cannot mistake it.
/// Requires: a registered code.
void raise(Verdict& verdict, Issue issue);

}  // namespace qinglu::ledger
