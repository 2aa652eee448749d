// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/deal.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/contract.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/market.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// --- fields ---

constexpr std::string_view kAgreements[] = {"auction.close", "market.accept"};
constexpr std::string_view kNotices[] = {"publicity.notice"};
constexpr std::string_view kDealTypes[] = {"deal.confirm"};
constexpr std::string_view kAuctionTypes[] = {"auction.open"};
constexpr std::string_view kPaymentTypes[] = {"settlement.pay"};

constexpr Field kContract = need("ctr", FieldType::contract, "合同", "key of the contract");
constexpr Field kDeal = of(need("deal", FieldType::record_id, "成交确认", "the deal"), kDealTypes);
constexpr Field kPayment = of(need("payment", FieldType::record_id, "支付记录", "the payment"), kPaymentTypes);
constexpr Field kConfirmFields[] = {
    kContract,
    may("listing", FieldType::listing, "挂牌", "listing that it comes from"),
    of(may("agreed_by", FieldType::record_id, "承诺或拍卖结果", "acceptance or close of the auction that it comes from"), kAgreements),
    set(need("seller", FieldType::party, "出让方", "who gives, by the contract"), 32),
    set(need("buyer", FieldType::party, "受让方", "who takes, by the contract"), 32),
    need("date", FieldType::date, "成交日", "day of the deal"),
    may("price", FieldType::money, "成交价", "the price"),
    may("price_commit", FieldType::commitment, "成交价承诺", "commitment to the price"),
    need("fees", FieldType::money, "服务费合计（可为 0）", "fees in all; may be 0"),
    may("broker", FieldType::party, "中介方", "broker"),
    of(may("publicity_ref", FieldType::record_id, "价格公示", "public notice of the price"), kNotices)};
constexpr Field kPayFields[] = {
    may("ctr", FieldType::contract, "合同（支付价款）", "contract, where a deal is paid"),
    of(may("deal", FieldType::record_id, "成交确认（支付价款）", "the deal that is paid"), kDealTypes),
    may("listing", FieldType::listing, "挂牌（交纳保证金）", "listing, where a deposit is paid"),
    of(may("auction", FieldType::record_id, "拍卖（交纳保证金）", "auction for which a deposit is paid"), kAuctionTypes),
    need("payer", FieldType::party, "付款方", "who pays"),
    need("amount_commit", FieldType::commitment, "金额承诺", "commitment to the sum"),
    need("date", FieldType::date, "付款日", "day of the payment"),
    need("escrow", FieldType::boolean, "由交易所保管", "held by the exchange")};
constexpr Field kPaidFields[] = {kContract, kDeal, kPayment,
                                 need("date", FieldType::date, "到账确认日", "day on which the seller had it")};
constexpr Field kDisputeFields[] = {kContract, kDeal, kPayment, need("date", FieldType::date, "提出日", "day of the objection"),
                                    need("reason", FieldType::text, "理由", "reason")};

constexpr Role kExchanges[] = {Role::exch};
constexpr std::string_view kPartiesSign[] = {"buyer", "seller"};
constexpr std::string_view kBrokerSigns[] = {"broker"};
constexpr std::string_view kPayerSigns[] = {"payer"};

}  // namespace

constexpr Field kDealOfContract = of(may("deal", FieldType::record_id, "成交确认", "deal that the contract comes from"), kDealTypes);

namespace {

// --- preconditions ---

constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kOfDeal = {"REF_WRONG_TYPE", "QLR", "6.6", "所引成交属于该合同，支付属于该成交",
                                  "the deal is of the contract, the payment of the deal"};
constexpr Precondition kSameExchange = {"ROLE_NOT_PERMITTED", "QLR", "6.6", "由确认成交的交易所提交",
                                         "the exchange that confirmed the deal submits"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "QLR", "6.6", "不早于成交、付款", "not before the deal, nor before the payment"};
constexpr Precondition kConfirmRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "合同和挂牌已在链上", "contract and listing are on the ledger"},
    {"STATE_FORBIDS", "QLR", "6.6", "合同有效且尚未确认成交；挂牌待成交", "the contract is open and no deal yet; the listing waits for this deal"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.6", "由挂牌的交易所提交，写明合同的双方",
     "the exchange of the listing submits; both sides are those of the contract"},
    {"SCHEMA_INVALID", "QLR", "6.6", "一种价格；挂牌与其成交依据并列；挂牌和中介方与合同一致",
     "one price; a listing with what was agreed on it; listing and broker are those of the contract"},
    {"REF_WRONG_TYPE", "QLR", "6.6", "合同的权利、方式和当事人与挂牌、承诺或拍卖结果相符；公示出自出让方",
     "the contract fits the listing and the acceptance or auction, in right, kind and parties; the notice is the seller's"},
    {"AUCTION_RESULT_MISMATCH", "AUL", "51", "拍卖的成交价与拍卖结果一致", "behind an auction the price is the one that won"},
    {"UNKNOWN_PARTY", "QLR", "6.3", "中介方在册", "the broker is active"},
    {"SELF_DEALING", "QLR", "6.2", "中介方不是当事人", "the broker is no party of the deal"},
    {"PRICE_PUBLICITY_MISSING", "PTL", "18", "公立机构未经挂牌或拍卖的，已公示价格",
     "a public body that sells neither by listing nor by auction has announced the price"},
    {"PUBLICITY_PERIOD_OPEN", "PTL", "18", "公示期已满", "the period of the notice is over"},
    {"EVENT_BEFORE_PRIOR", "QLR", "6.6", "不早于签约、承诺或拍卖结束", "not before the contract, nor before what was agreed"},
    kNotFuture};
constexpr Precondition kPayRules[] = {
    {"SCHEMA_INVALID", "QLR", "6.6", "合同与成交，或挂牌与拍卖", "contract and deal, or listing and auction"},
    {"REF_WRONG_TYPE", "QLR", "6.6", "所引成交属于该合同，所引拍卖属于该挂牌", "the deal is of the contract, the auction of the listing"},
    {"STATE_FORBIDS", "QLR", "6.6", "拍卖尚未结束", "the auction was not closed"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.6", "由该交易所提交；价款由受让方支付", "that exchange submits; a buyer pays the price"},
    kOrder,
    kNotFuture};
constexpr Precondition kPaidRules[] = {
    kOfDeal, {"STATE_FORBIDS", "QLR", "6.6", "已付款，尚未确认", "paid, and not confirmed"}, kSameExchange, kOrder, kNotFuture};
constexpr Precondition kDisputeRules[] = {
    kOfDeal, {"STATE_FORBIDS", "QLR", "6.6", "已付款，未确认，无争议", "paid, neither confirmed nor disputed"},
    kSameExchange, kOrder, kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "deal.confirm",
     .zh = "成交确认",
     .en = "confirmation of a deal",
     .category = Category::market,
     .fields = kConfirmFields,
     .signers = {.roles = kExchanges, .must_sign = kPartiesSign, .may_sign = kBrokerSigns},
     .preconditions = kConfirmRules,
     .effect_zh = "成交计入交易和中介绩效；权利依合同和登记变动",
     .effect_en = "the deal counts, for its broker too; rights move by contract and register alone",
     .private_slots = kMarketSlots,
     .date_field = "date"},
    {.name = "settlement.confirm",
     .zh = "到账确认",
     .en = "confirmation of a payment",
     .category = Category::market,
     .fields = kPaidFields,
     .signers = {.roles = kExchanges},
     .preconditions = kPaidRules,
     .effect_zh = "记为已履行",
     .effect_en = "the payment counts as performed",
     .date_field = "date"},
    {.name = "settlement.dispute",
     .zh = "支付争议",
     .en = "dispute over a payment",
     .category = Category::market,
     .fields = kDisputeFields,
     .signers = {.roles = kExchanges},
     .preconditions = kDisputeRules,
     .effect_zh = "支付有争议，至到账确认为止",
     .effect_en = "the payment is disputed until it is confirmed",
     .date_field = "date"},
    {.name = "settlement.pay",
     .zh = "支付",
     .en = "payment",
     .category = Category::market,
     .fields = kPayFields,
     .signers = {.roles = kExchanges, .may_sign = kPayerSigns},
     .preconditions = kPayRules,
     .effect_zh = "记下付款；保证金可供竞买引用",
     .effect_en = "the payment is kept; a bid may cite a deposit",
     .private_slots = kMarketSlots,
     .date_field = "date"}};

// Stages of a payment.
constexpr std::string_view kPaid[] = {"PAID"};
constexpr std::string_view kUnsettled[] = {"DISPUTED", "PAID"};
constexpr Step kSteps[] = {{"settlement.confirm", kUnsettled, "CONFIRMED"}, {"settlement.dispute", kPaid, "DISPUTED"}};

// --- a deal and what it rests on ---

/// What acceptance or auction has settled on a listing.
struct Agreement {
  std::vector<std::string> buyers;
  std::string kind;             ///< EXCL, ORD, SOLE, TRANSFER
  std::optional<Value> price;   ///< of an auction
  bool pending = false;         ///< the listing waits for this deal
  RowKey row{};                 ///< of the offer or the auction
  std::string date;             ///< legal date of the record
};

/// REF_WRONG_TYPE and nullopt where the record cited settled nothing on this listing, or another deal
/// rests on it already.
std::optional<Agreement> agreement_of(const RuleInput& in, Verdict& verdict, const Value& listing) {
  const std::string id(in.data.text_of("agreed_by"));
  const auto digest = from_sha256_id(id);
  const auto record = digest ? in.rows.find_record(*digest) : nullptr;
  if (!record) return std::nullopt;  // REF_NOT_FOUND is the framework's
  const Value& data = *record->body.find("data");
  const bool accepted = record->body.text_of("type") == "market.accept";
  Agreement made;
  made.row = encumbrance_row(in.data.text_of("listing"), data.text_of(accepted ? "offer" : "auction"));
  made.date = record->body.text_of("event_date");
  made.pending = listing.text_of("pending") == id;
  const auto row = in.rows.find(made.row);
  const Value* result = row ? row->find("result") : nullptr;
  const bool won = result && result->text_of("record") == id && result->find("winner");
  const bool settled = row && (accepted ? row->text_of("answer") == id : won);
  if (!settled || row->find("deal")) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/agreed_by", std::string(in.data.text_of("listing"))));
    return std::nullopt;
  }
  if (accepted) {
    made.kind = row->text_of("deal_kind");
    for (const Value& each : row->items_of("from")) made.buyers.push_back(each.text());
  } else {
    made.kind = listing.items_of("deal_kinds").front().text();
    made.buyers.emplace_back(result->text_of("winner"));
    made.price = *result->find("price");
  }
  return made;
}

bool contains(const std::vector<std::string>& list, std::string_view text) { return std::ranges::find(list, text) != list.end(); }

/// Whether the contract gives what is listed, in the kind agreed on, as it stands or as it was signed:
/// an opening puts the patent in the place of its commitment.
bool gives(const RuleInput& in, const Value& contract, const Value& listing, std::string_view kind) {
  const auto fits = [&](const Value& right) {
    const auto same = [&](std::string_view member) {
      return right.find(member) && right.text_of(member) == listing.text_of(member);
    };
    return deal_kind_of(right) == kind && (same("fpat") || same("pat") || same("patent_data_commit"));
  };
  const auto signature = signature_of(in, contract);
  return std::ranges::any_of(contract.items_of("rights"), fits) ||
         (signature && std::ranges::any_of(signature->body.find("data")->items_of("rights"), fits));
}

/// The listing behind the deal goes on, or is sold.
void settle_listing(const RuleInput& in, Verdict& verdict, const Value& contract) {
  auto listing = load_listing(in, verdict);
  if (!listing) return;
  check_exchange(in, verdict, *listing);
  const auto made = agreement_of(in, verdict, *listing);
  if (!made) return;
  const std::vector<std::string> sellers = sellers_of(contract);
  const std::vector<std::string> buyers = buyers_of(contract);
  const bool sold = std::ranges::all_of(listing->items_of("seller"), [&](const Value& each) { return contains(sellers, each.text()); });
  const bool bought = std::ranges::all_of(made->buyers, [&](const std::string& each) { return contains(buyers, each); });
  if (!sold || !bought) raise(verdict, issue("REF_WRONG_TYPE", "/data/agreed_by", made->buyers.front()));
  if (!gives(in, contract, *listing, made->kind)) raise(verdict, issue("REF_WRONG_TYPE", "/data/listing", made->kind));
  if (made->price && (!in.data.find("price") || *in.data.find("price") != *made->price)) {
    raise(verdict, issue("AUCTION_RESULT_MISMATCH", "/data/price", std::to_string(made->price->integer_of("fen"))));
  }
  if (in.data.text_of("date") < made->date) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", made->date));
  // An ordinary licence that was agreed on leaves the listing to others.
  take_listing_step(verdict, made->pending || made->kind != "ORD" ? "deal.confirm" : "deal.confirm:ORD", *listing);
  if (made->pending) listing->erase("pending");
  Value agreed = *in.rows.find(made->row);
  agreed.set("deal", to_sha256_id(in.record_id));
  verdict.set(made->row, std::move(agreed));
  verdict.set(subject_row(in.data.text_of("listing")), std::move(*listing));
}

/// Both sides of the deal are those of the contract, each of them once.
void check_side(Verdict& verdict, const RuleInput& in, std::string_view member, const std::vector<std::string>& side) {
  const Value::Items& stated = in.data.items_of(member);
  const auto belongs = [&](const Value& each) { return contains(side, each.text()); };
  if (stated.size() == side.size() && std::ranges::all_of(stated, belongs)) return;
  raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/" + std::string(member), side.empty() ? std::string() : side.front()));
}

/// Listing and broker that the contract names are those of the deal.
void check_named(const RuleInput& in, Verdict& verdict, const Value& contract) {
  const auto signature = signature_of(in, contract);
  for (const std::string_view member : {"broker", "listing"}) {
    const Value* named = signature ? signature->body.find("data")->find(member) : nullptr;
    const Value* stated = in.data.find(member);
    if (!named || (stated && *stated == *named)) continue;
    raise(verdict, issue("SCHEMA_INVALID", "/data/" + std::string(member), named->text()));
  }
  const std::string broker(in.data.text_of("broker"));
  if (broker.empty()) return;
  const auto row = in.rows.find(party_row(broker));
  if (row && row->text_of("status") != "ACTIVE") raise(verdict, issue("UNKNOWN_PARTY", "/data/broker", broker));
  if (contains(sellers_of(contract), broker) || contains(buyers_of(contract), broker)) {
    raise(verdict, issue("SELF_DEALING", "/data/broker", broker));
  }
}

void confirm(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto contract = load_contract(in, verdict);
  if (!contract || !day) return;
  if (contract->text_of("status") != "OPEN") {
    raise(verdict, issue("STATE_FORBIDS", "/data/ctr", std::string(contract->text_of("status"))));
  }
  if (const Value* earlier = contract->find("deal")) {
    Issue twice = issue("STATE_FORBIDS", "/data/ctr", earlier->text());
    twice.blocking.push_back(earlier->text());
    raise(verdict, std::move(twice));
  }
  if ((in.data.find("price") != nullptr) == (in.data.find("price_commit") != nullptr)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/price", "price, price_commit"));
  }
  const bool listed = in.data.find("listing") != nullptr;
  if (listed != (in.data.find("agreed_by") != nullptr)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/agreed_by", "listing, agreed_by"));
  }
  check_side(verdict, in, "seller", sellers_of(*contract));
  check_side(verdict, in, "buyer", buyers_of(*contract));
  check_named(in, verdict, *contract);
  // A public body whose price was not found on the exchange has announced it, here or at the contract, whatever
  // the contract says of its price.
  check_price_notice(in, verdict, *contract, *day, !listed && !price_announced(in, *contract));
  if (in.data.text_of("date") < contract->text_of("sign_date")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(contract->text_of("sign_date"))));
  }
  if (listed && in.data.find("agreed_by")) settle_listing(in, verdict, *contract);
  const std::string id = to_sha256_id(in.record_id);
  Value row(Value::Members{{"exchange", in.body.text_of("submitter")}, {"record", id}});
  copy(in, row, {"agreed_by", "broker", "buyer", "date", "fees", "listing", "price", "price_commit", "seller"});
  verdict.set(encumbrance_row(in.data.text_of("ctr"), id), std::move(row));
  contract->set("deal", id);
  verdict.set(subject_row(in.data.text_of("ctr")), std::move(*contract));
}

// --- payments ---

void check_not_before(const RuleInput& in, Verdict& verdict, std::string_view prior) {
  if (in.data.text_of("date") < prior) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(prior)));
}

/// The deal that `data` names, with its exchange; REF_WRONG_TYPE and nullopt when it is another contract's.
std::optional<Value> load_deal(const RuleInput& in, Verdict& verdict) {
  const auto row = in.rows.find(encumbrance_row(in.data.text_of("ctr"), in.data.text_of("deal")));
  if (!row || !row->find("buyer")) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/deal", std::string(in.data.text_of("ctr"))));
    return std::nullopt;
  }
  check_exchange(in, verdict, *row);
  return *row;
}

/// For a deposit: the auction is open, and the exchange its own.
void check_deposited(const RuleInput& in, Verdict& verdict) {
  const std::string_view listing = in.data.text_of("listing");
  const auto row = in.rows.find(encumbrance_row(listing, in.data.text_of("auction")));
  const auto kept = in.rows.find(subject_row(listing));
  if (!row || !kept || !row->find("reserve_commit")) {
    return raise(verdict, issue("REF_WRONG_TYPE", "/data/auction", std::string(listing)));
  }
  check_exchange(in, verdict, *kept);
  if (row->text_of("stage") != "OPEN") {
    raise(verdict, issue("STATE_FORBIDS", "/data/auction", std::string(row->text_of("stage"))));
  }
}

void pay(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  past_date(in, verdict, "date");
  const auto has = [&](std::string_view member) { return in.data.find(member) != nullptr; };
  const bool price = has("ctr") && has("deal") && !has("listing") && !has("auction");
  const bool deposit = has("listing") && has("auction") && !has("ctr") && !has("deal");
  if (!price && !deposit) return raise(verdict, issue("SCHEMA_INVALID", "/data/deal", "ctr, deal; listing, auction"));
  if (deposit) check_deposited(in, verdict);
  if (price) {
    const auto deal = load_deal(in, verdict);
    if (!deal) return;
    if (!lists_text(deal->items_of("buyer"), in.data.text_of("payer"))) {
      raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/payer", std::string(in.data.text_of("payer"))));
    }
    check_not_before(in, verdict, deal->text_of("date"));
  }
  const std::string id = to_sha256_id(in.record_id);
  Value row(Value::Members{{"record", id}, {"stage", "PAID"}});
  copy(in, row, {"amount_commit", "auction", "date", "deal", "escrow", "payer"});
  verdict.set(encumbrance_row(in.data.text_of(price ? "ctr" : "listing"), id), std::move(row));
}

/// settlement.confirm, settlement.dispute.
void settle(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  past_date(in, verdict, "date");
  auto deal = load_deal(in, verdict);
  const RowKey key = encumbrance_row(in.data.text_of("ctr"), in.data.text_of("payment"));
  const auto known = in.rows.find(key);
  // A contract has one deal, so a payment under its key is of that deal.
  if (!known) raise(verdict, issue("REF_WRONG_TYPE", "/data/payment", std::string(in.data.text_of("deal"))));
  if (!deal || !known) return;
  Value row = *known;
  take_step(verdict, kSteps, in.type.name, row);
  check_not_before(in, verdict, row.text_of("date"));
  if (in.type.name == "settlement.confirm") {
    Value performed(Value::Members{{"count", 1}});
    if (const Value* before = deal->find("performed")) performed.set("count", before->integer_of("count") + 1);
    performed.set("last", in.data.text_of("date"));
    deal->set("performed", std::move(performed));
    verdict.set(encumbrance_row(in.data.text_of("ctr"), in.data.text_of("deal")), std::move(*deal));
  }
  row.set("settled", to_sha256_id(in.record_id));
  verdict.set(key, std::move(row));
}

}  // namespace

std::span<const RecordType> deal_types() { return kTypes; }

Rule deal_rule(std::string_view type) {
  if (type == "deal.confirm") return confirm;
  if (type == "settlement.pay") return pay;
  return type == "settlement.confirm" || type == "settlement.dispute" ? settle : nullptr;
}

void check_deal_of_contract(const RuleInput& input, Verdict& verdict) {
  const Value* deal = input.data.find("deal");
  if (!deal) return;
  const auto contract = input.rows.find(subject_row(input.data.text_of("ctr")));
  if (!contract || contract->text_of("deal") != deal->text()) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/deal", std::string(input.data.text_of("ctr"))));
  }
}

}  // namespace qinglu::ledger
