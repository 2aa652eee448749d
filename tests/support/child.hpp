// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

namespace qinglu::test {

/// Starts this test program again for one hidden test case; its file descriptor 3 is the end of a
/// pipe whose other end is returned in `pipe`, and QINGLU_CHILD holds `argument`.
::pid_t start_child(const std::string& test_case, const std::string& argument, int& pipe);

/// Waits for a child; its exit code, or 128 + the signal that ended it.
int wait_child(::pid_t child);

}  // namespace qinglu::test
