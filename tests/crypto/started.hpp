// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crypto/ed25519.hpp"

namespace qinglu::test {

/// libsodium is started before the first test of every file that includes this.
inline const bool kStarted = (crypto::start(), true);

}  // namespace qinglu::test
