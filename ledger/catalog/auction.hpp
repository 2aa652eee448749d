// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "crypto/commitment.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Auctions of a listing, open (ENGLISH) or sealed: auction.*, bid.*. The winner is computed from the
/// bids; the exchange's close only states it.   Source: domain.md 6.6; the auction's `rules_hash`.
std::span<const RecordType> auction_types();
/// nullptr: no type of these families.
Rule auction_rule(std::string_view type);

/// What `bid.commit` states of a sealed bid: field commitment `bid` to `{"amount","auction","bidder"}`,
/// so that nobody's commitment serves another bidder or another auction.   Units: fen.
Digest bid_commitment(std::string_view auction, std::string_view bidder, std::int64_t fen, const crypto::Salt& salt);
/// What `auction.open` states of the reserve price: field commitment `reserve` to `{"fen"}`.
Digest reserve_commitment(std::int64_t fen, const crypto::Salt& salt);

}  // namespace qinglu::ledger
