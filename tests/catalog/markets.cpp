// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/markets.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/auction.hpp"

namespace qinglu::test {

using namespace qinglu::ledger;

namespace {

constexpr std::int64_t kReserve = 50'000;

Value set_from(std::vector<std::string> items) {
  std::ranges::sort(items);
  return Value::Items(items.begin(), items.end());
}

Act on_listing(const char* type, const char* data) { return Act(type, data).set("listing", listing_key()).on(kDay); }

/// The number that a bidder goes by in these tests.
std::string number_of(std::string_view bidder) { return "N-" + std::string(bidder.substr(4)); }

std::string digits(char digit) { return std::string(64, digit); }

}  // namespace

std::string listing_key(std::string_view local) { return "lst:" + kExchange.substr(4) + "/" + std::string(local); }

Act listing(const Register& reg) {
  Act act = on_listing("market.list",
                       R"({"deal_kinds":["EXCL","ORD","TRANSFER"],"from":"2026-11-01","price":{"mode":"NEGOTIABLE"},"to":"2026-12-31","venue":"ONLINE"})");
  act.set("pat", kPatent).set("seller", Value::Items{kUniversity}).set("snapshot_size", reg.next_index());
  return act.by(kExchange, "EXCH").with({kUniversity});
}

Act for_auction(const Register& reg, std::string_view kind) {
  return listing(reg).set("deal_kinds", Value::Items{kind}).set("price", json(R"({"min":{"fen":10000},"mode":"AUCTION"})"));
}

Act stating(Act act, std::vector<std::string> records, std::vector<std::string> licenses) {
  if (!records.empty()) act.set("encumbrances", set_from(std::move(records)));
  if (!licenses.empty()) act.set("licenses", set_from(std::move(licenses)));
  return act;
}

Act offer(std::string_view from, std::string_view kind) {
  Act act = on_listing("market.offer", R"({"valid_to":"2026-11-20"})");
  act.set("deal_kind", kind).set("from", Value::Items{from}).set("terms_commit", "sha256:" + digits('b'));
  return act.by(from, "PARTY");
}

Act acceptance(const std::string& made) {
  return on_listing("market.accept", "{}").set("offer", made).set("from", Value::Items{kUniversity}).by(kUniversity, "PARTY");
}

Act rejection(const std::string& made) {
  return on_listing("market.reject", "{}").set("offer", made).set("from", Value::Items{kUniversity}).by(kUniversity, "PARTY");
}

Value fen(std::int64_t n) { return Value::Members{{"fen", n}}; }

crypto::Salt salt_of(char digit) { return *fixed_from_hex<crypto::Salt>(digits(digit)); }

Act auction(std::string_view kind) {
  Act act = on_listing("auction.open", R"({"deposit":{"fen":1000},"end":"2026-11-12T04:00:00Z","start":"2026-11-10T04:00:00Z"})");
  act.set("kind", kind).set("rules_hash", "sha256:" + digits('c'));
  act.set("reserve_commit", to_sha256_id(reserve_commitment(kReserve, salt_of('e'))));
  if (kind == "SEALED") {
    act.set("reveal_end", "2026-11-14T04:00:00Z");
  } else {
    act.set("step", fen(500));
  }
  return act.by(kExchange, "EXCH");
}

Act deposit(const std::string& opened, std::string_view payer) {
  Act act = on_listing("settlement.pay", R"({"escrow":true})");
  act.set("auction", opened).set("payer", payer).set("amount_commit", "sha256:" + digits('d')).set("date", kDay);
  return act.by(kExchange, "EXCH");
}

Act bid(const std::string& opened, const std::string& paid, std::string_view bidder, std::int64_t amount) {
  Act act = on_listing("auction.bid", "{}");
  act.set("auction", opened).set("amount", fen(amount)).set("bidder_pseudonym", number_of(bidder));
  if (!paid.empty()) act.set("deposit_ref", paid);
  return act.by(bidder, "PARTY");
}

Act sealed_bid(const std::string& opened, const std::string& paid, std::string_view bidder, std::int64_t amount, char salt) {
  Act act = on_listing("bid.commit", "{}");
  act.set("auction", opened).set("bidder_pseudonym", number_of(bidder));
  act.set("commit", to_sha256_id(bid_commitment(opened, bidder, amount, salt_of(salt))));
  if (!paid.empty()) act.set("deposit_ref", paid);
  return act.by(bidder, "PARTY");
}

Act revealed(const std::string& opened, const std::string& made, std::string_view bidder, std::int64_t amount, char salt) {
  Act act = on_listing("bid.reveal", "{}");
  act.set("auction", opened).set("bid", made).set("amount", fen(amount)).set("salt", digits(salt));
  return act.by(bidder, "PARTY");
}

Act closed(const std::string& opened, std::string_view winner, std::int64_t price) {
  Act act = on_listing("auction.close", "{}");
  act.set("auction", opened).set("reserve_open", Value::Members{{"amount", fen(kReserve)}, {"salt", digits('e')}});
  if (!winner.empty()) act.set("winner", winner).set("price", fen(price));
  return act.by(kExchange, "EXCH");
}

}  // namespace qinglu::test
