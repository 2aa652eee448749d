// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/commitment.hpp"
#include "tests/catalog/contracts.hpp"

namespace qinglu::test {

// The patent of patents.hpp on the exchange, on the day of contracts.hpp: each function gives the
// record as it should be, and a test spoils what it is about.

std::string listing_key(std::string_view local = "1");
/// `market.list` by exchange and university, for a licence or a sale, its price to be agreed on.
Act listing(const Register& reg);
/// The same for one kind of deal by auction, from 10,000 fen on.
Act for_auction(const Register& reg, std::string_view kind = "TRANSFER");
/// The burdens that a listing states, records and licences.
Act stating(Act act, std::vector<std::string> records, std::vector<std::string> licenses = {});
Act offer(std::string_view from, std::string_view kind = "TRANSFER");
Act acceptance(const std::string& offer);
Act rejection(const std::string& offer);

ledger::Value fen(std::int64_t n);
/// A salt of one digit.
crypto::Salt salt_of(char digit);

/// `auction.open` from noon of 2026-11-10 to noon of 2026-11-12, the reveals to noon of 2026-11-14; the
/// reserve price is 50,000 fen.
Act auction(std::string_view kind);
Act deposit(const std::string& auction, std::string_view payer);
Act bid(const std::string& auction, const std::string& deposit, std::string_view bidder, std::int64_t amount);
Act sealed_bid(const std::string& auction, const std::string& deposit, std::string_view bidder, std::int64_t amount, char salt = '1');
Act revealed(const std::string& auction, const std::string& bid, std::string_view bidder, std::int64_t amount, char salt = '1');
/// `auction.close`; without a winner: nobody has won.
Act closed(const std::string& auction, std::string_view winner = {}, std::int64_t price = 0);

}  // namespace qinglu::test
