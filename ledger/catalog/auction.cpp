// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/auction.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/market.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/money.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// --- fields ---

constexpr std::string_view kKinds[] = {"ENGLISH", "SEALED"};
constexpr std::string_view kAuctionTypes[] = {"auction.open"};
constexpr std::string_view kCommitTypes[] = {"bid.commit"};
constexpr std::string_view kPaymentTypes[] = {"settlement.pay"};

constexpr Field kAuction = of(need("auction", FieldType::record_id, "拍卖", "the auction"), kAuctionTypes);
constexpr Field kPseudonym = need("bidder_pseudonym", FieldType::code, "竞买号牌", "number that the bidder goes by");
constexpr Field kDeposit =
    of(may("deposit_ref", FieldType::record_id, "保证金支付记录", "payment of the deposit"), kPaymentTypes);
constexpr Field kAmount = need("amount", FieldType::money, "出价（人民币）", "the bid, in RMB");
constexpr Field kSalt = need("salt", FieldType::key_hex, "盐值", "salt, 64 hex digits");
constexpr Field kReserveMembers[] = {need("amount", FieldType::money, "保留价（人民币）", "reserve price, in RMB"), kSalt};
constexpr Field kOpenFields[] = {
    kListing,
    of(need("kind", FieldType::choice, "方式：公开增价或密封报价", "open and rising, or sealed"), kKinds),
    need("start", FieldType::instant, "开始时刻（含）", "first moment of the bidding"),
    need("end", FieldType::instant, "截止时刻（不含）", "moment from which no bid is taken"),
    may("reveal_end", FieldType::instant, "揭示截止时刻（不含；密封）", "moment from which no bid is revealed; sealed auctions"),
    need("reserve_commit", FieldType::commitment, "保留价承诺", "commitment to the reserve price"),
    need("deposit", FieldType::money, "保证金（人民币，可为 0）", "deposit, in RMB; may be 0"),
    may("step", FieldType::money, "加价幅度（人民币；公开增价）", "what a bid must add, in RMB; open auctions"),
    need("rules_hash", FieldType::hash, "拍卖规则摘要", "digest of the auction's rules")};
constexpr Field kBidFields[] = {kListing, kAuction, kPseudonym, kAmount, kDeposit};
constexpr Field kCommitFields[] = {kListing, kAuction, kPseudonym,
                                   need("commit", FieldType::commitment, "出价承诺", "commitment to the bid"), kDeposit};
constexpr Field kRevealFields[] = {
    kListing, kAuction, of(need("bid", FieldType::record_id, "所揭示的出价", "the bid that is revealed"), kCommitTypes), kAmount, kSalt};
constexpr Field kCloseFields[] = {
    kListing, kAuction, may("winner", FieldType::party, "买受人（流拍不填）", "who has won; left out when nobody has"),
    may("price", FieldType::money, "成交价（流拍不填）", "the price; left out when nobody has won"),
    with(need("reserve_open", FieldType::object, "公开保留价", "opening of the reserve price"), kReserveMembers)};

constexpr Role kExchanges[] = {Role::exch};
constexpr Role kBidders[] = {Role::agent, Role::inst, Role::party};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "挂牌已在链上", "the listing is on the ledger"};
constexpr Precondition kRmb = {"AMOUNT_INVALID", "QLR", "6.6", "以人民币填写，出价不为 0", "sums are in RMB, and no bid is 0"};
constexpr Precondition kOfListing = {"REF_WRONG_TYPE", "QLR", "6.6", "所引拍卖属于该挂牌，方式相符",
                                     "the auction cited is of this listing, and of this kind"};
constexpr Precondition kInTime = {"BID_LATE", "AUL", "46", "在截止时刻之前", "before the bidding closes (block time)"};
constexpr Precondition kBegun = {"STATE_FORBIDS", "AUL", "46", "拍卖已经开始", "the bidding has begun"};
constexpr Precondition kHighEnough = {"BID_TOO_LOW", "AUL", "36", "不低于起拍价；公开增价的，不低于最高出价加一个幅度",
                                      "not below the starting price, and where bids are open not below the highest and a step"};
constexpr Precondition kDepositPaid = {"DEPOSIT_MISSING", "AUL", "46", "已为本次拍卖交纳保证金",
                                       "the bidder has paid the deposit of this auction"};
constexpr Precondition kStranger = {"SELF_DEALING", "AUL", "30", "委托人不参与竞买", "no seller bids, nor its agent"};
constexpr Precondition kOwnNumber = {"ROLE_NOT_PERMITTED", "AUL", "22", "拍卖人不参与竞买；一人一号牌",
                                     "the exchange does not bid; one number for one bidder"};
constexpr Precondition kOpenOnly[] = {
    kKnown,
    {"STATE_FORBIDS", "QLR", "6.6", "挂牌有效，以拍卖定价，拍卖期间在挂牌期内",
     "the listing is active, for auction, and lasts as long as the auction"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.6", "由挂牌的交易所提交", "the exchange of the listing submits"},
    {"SCHEMA_INVALID", "QLR", "6.6", "公开增价写明幅度，密封写明揭示截止时刻", "open auctions state a step, sealed ones the end of the reveals"},
    {"EVENT_BEFORE_PRIOR", "QLR", "6.6", "时刻依次，尚未截止", "the moments are in order, and the end lies ahead"},
    kRmb};
constexpr auto kOpenRules = join(kOpenOnly, kListedRight);
constexpr Precondition kBidRules[] = {kKnown,       kOfListing, kInTime,    kBegun, kHighEnough,
                                      kDepositPaid, kStranger,  kOwnNumber, kRmb};
constexpr Precondition kCommitRules[] = {
    kKnown, kOfListing, kInTime, {"STATE_FORBIDS", "AUL", "46", "拍卖已经开始，每人一次", "the bidding has begun; one sealed bid each"},
    kDepositPaid, kStranger, kOwnNumber};
constexpr Precondition kRevealRules[] = {
    kKnown,
    {"REF_WRONG_TYPE", "QLR", "6.6", "所引拍卖属于该挂牌，所引出价属于该竞买人", "the auction is of this listing, the bid cited this bidder's"},
    {"BID_LATE", "AUL", "46", "在揭示截止时刻之前", "before the reveals end (block time)"},
    {"STATE_FORBIDS", "AUL", "46", "出价已经截止，尚未揭示", "the bidding is over, and this bid was not revealed"},
    {"REVEAL_MISMATCH", "QLR", "6.6", "与出价承诺相符", "it fits the bid's commitment"},
    {"BID_TOO_LOW", "AUL", "36", "不低于起拍价", "not below the starting price"},
    kRmb};
constexpr Precondition kCloseRules[] = {
    kKnown,
    {"REF_WRONG_TYPE", "QLR", "6.6", "所引拍卖属于该挂牌", "the auction cited is of this listing"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.6", "由挂牌的交易所提交", "the exchange of the listing submits"},
    {"STATE_FORBIDS", "QLR", "6.6", "出价或揭示已经截止，尚未结束拍卖", "bidding or reveals are over, and the auction was not closed"},
    {"REVEAL_MISMATCH", "QLR", "6.6", "保留价与承诺相符", "the reserve price fits its commitment"},
    {"AUCTION_RESULT_MISMATCH", "AUL", "51", "买受人和价格与由出价推算的一致", "winner and price are those that follow from the bids"},
    kRmb};

constexpr RecordType kTypes[] = {
    {.name = "auction.bid",
     .zh = "竞买出价",
     .en = "open bid",
     .category = Category::market,
     .fields = kBidFields,
     .signers = {.roles = kBidders, .mandate_power = "MARKET"},
     .preconditions = kBidRules,
     .effect_zh = "成为最高出价",
     .effect_en = "it is the highest bid"},
    {.name = "auction.close",
     .zh = "拍卖结束",
     .en = "close of an auction",
     .category = Category::market,
     .fields = kCloseFields,
     .signers = {.roles = kExchanges},
     .preconditions = kCloseRules,
     .effect_zh = "成交的等待签约，流拍的挂牌恢复有效",
     .effect_en = "what was sold waits for its contract; else the listing is active again"},
    {.name = "auction.open",
     .zh = "拍卖开始",
     .en = "opening of an auction",
     .category = Category::market,
     .fields = kOpenFields,
     .signers = {.roles = kExchanges},
     .preconditions = kOpenRules,
     .effect_zh = "在期间内接受出价，挂牌不得变更",
     .effect_en = "bids are taken within its window, and the listing cannot change",
     .private_slots = kMarketSlots},
    {.name = "bid.commit",
     .zh = "密封报价",
     .en = "sealed bid",
     .category = Category::market,
     .fields = kCommitFields,
     .signers = {.roles = kBidders, .mandate_power = "MARKET"},
     .preconditions = kCommitRules,
     .effect_zh = "须在揭示期间揭示，否则不计",
     .effect_en = "it counts once it is revealed within the time for it"},
    {.name = "bid.reveal",
     .zh = "揭示报价",
     .en = "reveal of a sealed bid",
     .category = Category::market,
     .fields = kRevealFields,
     .signers = {.roles = kBidders, .mandate_power = "MARKET"},
     .preconditions = kRevealRules,
     .effect_zh = "报价计入；同价以先提交者为先",
     .effect_en = "the bid counts; of equal ones the first that was committed"}};

constexpr std::string_view kOpen[] = {"OPEN"};
constexpr Step kSteps[] = {{"auction.close", kOpen, "CLOSED"}};

// --- what the records share ---

/// Fen of a sum; AMOUNT_INVALID and nullopt for another currency.
std::optional<std::int64_t> fen_in(Verdict& verdict, const Value& money, const std::string& pointer) {
  if (money.find("fen")) return money.integer_of("fen");
  raise(verdict, issue("AMOUNT_INVALID", pointer, std::string(money.text_of("cur"))));
  return std::nullopt;
}

/// A bid's sum, which is not 0.
std::optional<std::int64_t> bid_in(const RuleInput& in, Verdict& verdict) {
  const auto fen = fen_in(verdict, *in.data.find("amount"), "/data/amount");
  if (fen && *fen == 0) raise(verdict, issue("AMOUNT_INVALID", "/data/amount", "0"));
  return fen;
}

Value money(std::int64_t fen) { return Value::Members{{"fen", fen}}; }

std::int64_t moment(const Value& row, std::string_view member) { return parse_instant(row.text_of(member)).value_or(0); }

RowKey auction_row(const RuleInput& in) { return encumbrance_row(in.data.text_of("listing"), in.data.text_of("auction")); }
/// What one bidder has done in the auction, and whose a number is; no party id is a number.
RowKey bidder_row(const RuleInput& in, std::string_view bidder_or_number) {
  return encumbrance_row(in.data.text_of("auction"), bidder_or_number);
}

/// The auction that `data` names, of the listing and of a kind; REF_WRONG_TYPE and nullopt else.
std::optional<Value> load_auction(const RuleInput& in, Verdict& verdict, std::string_view kind) {
  const auto row = in.rows.find(auction_row(in));
  if (!row || !row->find("reserve_commit") || (!kind.empty() && row->text_of("kind") != kind)) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/auction", std::string(kind.empty() ? in.data.text_of("listing") : kind)));
    return std::nullopt;
  }
  return *row;
}

/// BID_LATE from `until` on, STATE_FORBIDS before `from`: by block time, half-open.
void check_moment(const RuleInput& in, Verdict& verdict, const Value& auction, std::string_view from, std::string_view until) {
  if (in.block_time_ms >= moment(auction, until)) {
    raise(verdict, issue("BID_LATE", "/data/auction", std::string(auction.text_of(until))));
  }
  if (in.block_time_ms < moment(auction, from)) {
    raise(verdict, issue("STATE_FORBIDS", "/data/auction", std::string(auction.text_of(from))));
  }
}

/// No seller bids, nor the exchange, nor an agent that is one of them.   Source: AUL 22, 30.
void check_stranger(const RuleInput& in, Verdict& verdict, const Value& listing, const std::string& bidder) {
  const Value::Items& sellers = listing.items_of("seller");
  const std::string submitter(in.body.text_of("submitter"));
  for (const std::string& each : {bidder, submitter}) {
    if (lists_text(sellers, each)) return raise(verdict, issue("SELF_DEALING", "/submitter", each));
    if (each == listing.text_of("exchange")) return raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", each));
  }
}

/// One number for one bidder, one bidder for one number: it is taken with the first bid.
void take_number(const RuleInput& in, Verdict& verdict, const std::string& bidder, const std::shared_ptr<const Value>& before) {
  const std::string number(in.data.text_of("bidder_pseudonym"));
  const auto holder = in.rows.find(bidder_row(in, number));
  const bool others = holder && holder->text_of("bidder") != bidder;
  if (others || (before && before->text_of("pseudonym") != number)) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/bidder_pseudonym", number));
  }
  if (!holder) verdict.set(bidder_row(in, number), Value::Members{{"bidder", bidder}});
}

/// The exchange has stated that the bidder paid the deposit of this auction.
void check_deposit(const RuleInput& in, Verdict& verdict, const Value& auction, const std::string& bidder) {
  if (auction.find("deposit")->integer_of("fen") == 0) return;
  const std::string paid(in.data.text_of("deposit_ref"));
  const auto row = paid.empty() ? nullptr : in.rows.find(encumbrance_row(in.data.text_of("listing"), paid));
  if (!row || row->text_of("auction") != in.data.text_of("auction") || row->text_of("payer") != bidder) {
    raise(verdict, issue("DEPOSIT_MISSING", "/data/deposit_ref", std::to_string(auction.find("deposit")->integer_of("fen"))));
  }
}

void check_at_least(Verdict& verdict, std::int64_t fen, std::int64_t least) {
  if (fen < least) raise(verdict, issue("BID_TOO_LOW", "/data/amount", std::to_string(fen) + " < " + std::to_string(least)));
}

/// Listing and auction of a bid, whose bidder has been looked at.
struct Bidding {
  Value listing;
  Value auction;
  std::string bidder;
  std::shared_ptr<const Value> before;  ///< the bidder's row
};
std::optional<Bidding> load_bidding(const RuleInput& in, Verdict& verdict, std::string_view kind) {
  check_event_date(in, verdict);
  auto listing = load_listing(in, verdict);
  auto auction = load_auction(in, verdict, kind);
  if (!listing || !auction) return std::nullopt;
  std::string bidder = speaker_of(in);
  auto before = in.rows.find(bidder_row(in, bidder));
  return Bidding{std::move(*listing), std::move(*auction), std::move(bidder), std::move(before)};
}

// --- the acts ---

void open(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto listing = load_listing(in, verdict);
  if (!listing) return;
  check_exchange(in, verdict, *listing);
  take_listing_step(verdict, in.type.name, *listing);
  const Value* price = listing->find("price");
  if (!price || price->text_of("mode") != "AUCTION") {
    raise(verdict, issue("STATE_FORBIDS", "/data/listing", std::string(price ? price->text_of("mode") : "price_commit")));
  }
  // Who bids relies on what the listing shows.
  judge_listing(in, verdict, *listing);
  const bool sealed = in.data.text_of("kind") == "SEALED";
  const auto only = [&](bool has_it, const char* member) {
    if (has_it != (in.data.find(member) != nullptr)) {
      raise(verdict, issue("SCHEMA_INVALID", std::string("/data/") + member, std::string(in.data.text_of("kind"))));
    }
  };
  only(sealed, "reveal_end");
  only(!sealed, "step");
  const std::int64_t start = moment(in.data, "start");
  const std::int64_t end = moment(in.data, "end");
  const std::int64_t last = sealed ? moment(in.data, "reveal_end") : end;
  const auto order = [&](bool holds, std::string_view member) {
    if (!holds) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/" + std::string(member), std::string(in.data.text_of(member))));
  };
  order(start < end && in.block_time_ms < end, "end");
  order(!sealed || end < last, "reveal_end");
  check_listed(verdict, *listing, shanghai_date(start), "/data/start");
  check_listed(verdict, *listing, shanghai_date(last - 1), sealed ? "/data/reveal_end" : "/data/end");
  const std::string id = to_sha256_id(in.record_id);
  Value row(Value::Members{{"record", id}, {"stage", "OPEN"}});
  copy(in, row, {"deposit", "end", "kind", "reserve_commit", "reveal_end", "start", "step"});
  for (const std::string_view member : {"deposit", "step"}) {
    if (const Value* sum = in.data.find(member)) fen_in(verdict, *sum, "/data/" + std::string(member));
  }
  if (const Value* least = price ? price->find("min") : nullptr) row.set("minimum", *least);
  verdict.set(encumbrance_row(in.data.text_of("listing"), id), std::move(row));
  verdict.set(subject_row(in.data.text_of("listing")), std::move(*listing));
}

std::int64_t starting_price(const Value& auction) {
  const Value* least = auction.find("minimum");
  return least ? least->integer_of("fen") : 0;
}

/// The bid that leads from now on.
Value leader(const std::string& bidder, std::int64_t fen, std::string_view record, std::int64_t index) {
  return Value::Members{{"amount", money(fen)}, {"bidder", bidder}, {"index", index}, {"record", record}};
}

void bid(const RuleInput& in, Verdict& verdict) {
  auto at = load_bidding(in, verdict, "ENGLISH");
  const auto fen = bid_in(in, verdict);
  if (!at || !fen) return;
  check_moment(in, verdict, at->auction, "start", "end");
  check_stranger(in, verdict, at->listing, at->bidder);
  take_number(in, verdict, at->bidder, at->before);
  check_deposit(in, verdict, at->auction, at->bidder);
  std::int64_t least = starting_price(at->auction);
  if (const Value* leads = at->auction.find("leader")) {
    const std::int64_t highest = leads->find("amount")->integer_of("fen");
    // A step of 0 still asks for more than the highest bid; a sum that no record can state, for more
    // than anybody can bid.
    const std::int64_t step = std::max<std::int64_t>(at->auction.find("step")->integer_of("fen"), 1);
    least = checked_add(highest, step).value_or(kMaxInteger + 1);
  }
  check_at_least(verdict, *fen, least);
  const std::string id = to_sha256_id(in.record_id);
  at->auction.set("leader", leader(at->bidder, *fen, id, static_cast<std::int64_t>(in.index)));
  verdict.set(auction_row(in), std::move(at->auction));
  verdict.set(bidder_row(in, at->bidder),
              Value::Members{{"amount", money(*fen)}, {"pseudonym", in.data.text_of("bidder_pseudonym")}, {"record", id}});
}

void commit(const RuleInput& in, Verdict& verdict) {
  const auto at = load_bidding(in, verdict, "SEALED");
  if (!at) return;
  check_moment(in, verdict, at->auction, "start", "end");
  check_stranger(in, verdict, at->listing, at->bidder);
  take_number(in, verdict, at->bidder, at->before);
  check_deposit(in, verdict, at->auction, at->bidder);
  if (at->before) {
    Issue twice = issue("STATE_FORBIDS", "/data/commit", std::string(at->before->text_of("record")));
    twice.blocking.emplace_back(at->before->text_of("record"));
    raise(verdict, std::move(twice));
  }
  verdict.set(bidder_row(in, at->bidder), Value::Members{{"commit", *in.data.find("commit")},
                                                         {"index", in.index},
                                                         {"pseudonym", in.data.text_of("bidder_pseudonym")},
                                                         {"record", to_sha256_id(in.record_id)}});
}

crypto::Salt salt_of(const Value& object) {
  return fixed_from_hex<crypto::Salt>(object.text_of("salt")).value_or(crypto::Salt{});
}

void reveal(const RuleInput& in, Verdict& verdict) {
  auto at = load_bidding(in, verdict, "SEALED");
  const auto fen = bid_in(in, verdict);
  if (!at || !fen) return;
  check_moment(in, verdict, at->auction, "end", "reveal_end");
  if (!at->before || at->before->text_of("record") != in.data.text_of("bid")) {
    return raise(verdict, issue("REF_WRONG_TYPE", "/data/bid", at->bidder));
  }
  if (const Value* earlier = at->before->find("revealed")) {
    Issue twice = issue("STATE_FORBIDS", "/data/bid", earlier->text());
    twice.blocking.push_back(earlier->text());
    raise(verdict, std::move(twice));
  }
  const Digest made = bid_commitment(in.data.text_of("auction"), at->bidder, *fen, salt_of(in.data));
  if (to_sha256_id(made) != at->before->text_of("commit")) {
    raise(verdict, issue("REVEAL_MISMATCH", "/data/salt", std::string(at->before->text_of("commit"))));
  }
  check_at_least(verdict, *fen, starting_price(at->auction));
  Value mine = *at->before;
  mine.set("amount", money(*fen));
  mine.set("revealed", to_sha256_id(in.record_id));
  // Ties go to the bid that was committed first.
  const Value* leads = at->auction.find("leader");
  const std::int64_t index = mine.integer_of("index");
  const std::int64_t highest = leads ? leads->find("amount")->integer_of("fen") : -1;
  if (*fen > highest || (*fen == highest && index < leads->integer_of("index"))) {
    at->auction.set("leader", leader(at->bidder, *fen, mine.text_of("record"), index));
    verdict.set(auction_row(in), std::move(at->auction));
  }
  verdict.set(bidder_row(in, at->bidder), std::move(mine));
}

/// The reserve price as it was committed to; nullopt after an issue.
std::optional<std::int64_t> open_reserve(const RuleInput& in, Verdict& verdict, const Value& auction) {
  const Value& opening = *in.data.find("reserve_open");
  const auto fen = fen_in(verdict, *opening.find("amount"), "/data/reserve_open/amount");
  if (!fen) return std::nullopt;
  if (to_sha256_id(reserve_commitment(*fen, salt_of(opening))) != auction.text_of("reserve_commit")) {
    raise(verdict, issue("REVEAL_MISMATCH", "/data/reserve_open", std::string(auction.text_of("reserve_commit"))));
    return std::nullopt;
  }
  return fen;
}

/// Compares the stated result with the computed one: the leading bid, if it reaches the reserve price.
void check_result(const RuleInput& in, Verdict& verdict, const Value* won) {
  const Value* winner = in.data.find("winner");
  const Value* price = in.data.find("price");
  const auto is = [](const Value* stated, const Value* computed) {
    return stated && computed ? *stated == *computed : stated == computed;
  };
  if (is(winner, won ? won->find("bidder") : nullptr) && is(price, won ? won->find("amount") : nullptr)) return;
  Issue differs = issue("AUCTION_RESULT_MISMATCH", winner ? "/data/winner" : "/data", "-");
  if (won) {
    differs.detail = std::string(won->text_of("bidder")) + ", " + std::to_string(won->find("amount")->integer_of("fen"));
    differs.blocking.emplace_back(won->text_of("record"));
  }
  raise(verdict, std::move(differs));
}

void close(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto listing = load_listing(in, verdict);
  auto auction = load_auction(in, verdict, {});
  if (!listing || !auction) return;
  check_exchange(in, verdict, *listing);
  take_step(verdict, kSteps, in.type.name, *auction);
  const std::string_view last = auction->find("reveal_end") ? "reveal_end" : "end";
  if (in.block_time_ms < moment(*auction, last)) {
    raise(verdict, issue("STATE_FORBIDS", "/data/auction", std::string(auction->text_of(last))));
  }
  const auto reserve = open_reserve(in, verdict, *auction);
  if (!reserve) return;
  const Value* leads = auction->find("leader");
  const Value* won = leads && leads->find("amount")->integer_of("fen") >= *reserve ? leads : nullptr;
  check_result(in, verdict, won);
  const std::string id = to_sha256_id(in.record_id);
  if (verdict.refused()) return;
  Value result(Value::Members{{"record", id}});
  copy(in, result, {"price", "winner"});
  auction->set("result", std::move(result));
  take_listing_step(verdict, won ? "auction.close" : "auction.close:UNSOLD", *listing);
  if (won) listing->set("pending", id);
  verdict.set(auction_row(in), std::move(*auction));
  verdict.set(subject_row(in.data.text_of("listing")), std::move(*listing));
}

}  // namespace

std::span<const RecordType> auction_types() { return kTypes; }

Rule auction_rule(std::string_view type) {
  if (type == "auction.bid") return bid;
  if (type == "auction.close") return close;
  if (type == "auction.open") return open;
  if (type == "bid.commit") return commit;
  return type == "bid.reveal" ? reveal : nullptr;
}

Digest bid_commitment(std::string_view auction, std::string_view bidder, std::int64_t fen, const crypto::Salt& salt) {
  const Value bid(Value::Members{{"amount", money(fen)}, {"auction", auction}, {"bidder", bidder}});
  return crypto::field_commitment("bid", salt, to_canonical(bid));
}

Digest reserve_commitment(std::int64_t fen, const crypto::Salt& salt) {
  return crypto::field_commitment("reserve", salt, to_canonical(money(fen)));
}

}  // namespace qinglu::ledger
