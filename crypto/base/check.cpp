// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace qinglu {

void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, expression);
  std::abort();
}

}  // namespace qinglu
