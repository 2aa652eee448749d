// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "ledger/model/value.hpp"

namespace qinglu {

// Exit codes: ecosystem.md §4.3.
inline constexpr int kUsage = 2;
inline constexpr int kDenied = 4;
inline constexpr int kNotFound = 5;
inline constexpr int kConflict = 7;
inline constexpr int kUnreachable = 8;
inline constexpr int kHalted = 12;
inline constexpr int kInternal = 70;
inline constexpr int kConfiguration = 78;

/// Whether whoever runs the program reads Chinese (QINGLU_LANG, then the locale).
bool chinese();
inline const char* say(const char* zh, const char* en) { return chinese() ? zh : en; }

/// Prints an error; returns `code`.
int fail(const Error& error, int code);
int code_of(const Error& error);
/// Prints a document as one line, for programs.
void print(const ledger::Value& document);

/// Passphrase from `--passphrase-fd`, a systemd credential, or the terminal; never argv or environment.
Result<Bytes> passphrase(int fd, bool twice);

std::int64_t wall_clock_ms();

}  // namespace qinglu
