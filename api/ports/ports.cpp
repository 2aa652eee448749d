// SPDX-License-Identifier: Apache-2.0
#include "api/ports/ports.hpp"

namespace qinglu::api {

std::string_view name(State state) {
  switch (state) {
    case State::pending: return "pending";
    case State::final: return "final";
    case State::refused: return "refused";
    case State::expired: return "expired";
  }
  return "unknown";
}

}  // namespace qinglu::api
