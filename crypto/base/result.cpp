// SPDX-License-Identifier: Apache-2.0
#include "crypto/base/result.hpp"

namespace qinglu {

std::string_view name(Errc code) {
  switch (code) {
    case Errc::malformed: return "MALFORMED";
    case Errc::limit: return "LIMIT";
    case Errc::bad_signature: return "BAD_SIGNATURE";
    case Errc::not_found: return "NOT_FOUND";
    case Errc::conflict: return "CONFLICT";
    case Errc::denied: return "DENIED";
    case Errc::io: return "IO";
    case Errc::corrupt: return "CORRUPT";
    case Errc::unsupported: return "UNSUPPORTED";
    case Errc::wrong_ledger: return "WRONG_LEDGER";
    case Errc::unavailable: return "UNAVAILABLE";
    case Errc::usage: return "USAGE";
  }
  return "UNKNOWN";
}

}  // namespace qinglu
