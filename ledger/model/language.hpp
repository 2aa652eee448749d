// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace qinglu::ledger {

/// Languages of everything that people read.
enum class Language : std::uint8_t { zh, en };

}  // namespace qinglu::ledger
