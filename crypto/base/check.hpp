// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace qinglu {

/// Prints `file:line: expression` to stderr and aborts. Called by QL_CHECK only.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace qinglu

/// Stops the process when an invariant of ours is broken; never compiled out.
/// Never use it on anything that a peer, a file or a user can choose.
#define QL_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::qinglu::check_failed(#condition, __FILE__, __LINE__))
