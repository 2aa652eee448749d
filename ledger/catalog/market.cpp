// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/market.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/license.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// --- fields ---

constexpr std::string_view kDealKinds[] = {"EXCL", "ORD", "SOLE", "TRANSFER"};
constexpr std::string_view kPriceModes[] = {"AUCTION", "FIXED", "NEGOTIABLE", "RANGE"};
constexpr std::string_view kVenues[] = {"OFFLINE", "ONLINE"};
constexpr std::string_view kOfferTypes[] = {"market.offer"};

constexpr Field kPriceMembers[] = {
    may("amount", FieldType::money, "价格（一口价）", "the price, where it is fixed"),
    may("max", FieldType::money, "最高价", "highest price of a range"),
    may("min", FieldType::money, "最低价；拍卖的起拍价", "lowest price of a range; where an auction starts"),
    of(need("mode", FieldType::choice, "定价方式", "how the price is found"), kPriceModes)};
constexpr Field kSeller = set(need("seller", FieldType::party, "出让方", "who sells or licenses"), 32);
constexpr Field kPrice = with(may("price", FieldType::object, "价格", "price"), kPriceMembers);
constexpr Field kPriceCommit = may("price_commit", FieldType::commitment, "价格承诺", "commitment to the price");
constexpr Field kGreen = set(may("green_codes", FieldType::code, "绿色技术代码", "green codes"), 16);
constexpr Field kEncumbrances =
    set(may("encumbrances", FieldType::record_id, "专利上的负担（产生各项负担的记录）",
            "what stands on the patent beside licences: records that began it"),
        160);
constexpr Field kLicenses = set(may("licenses", FieldType::license_id, "专利上的许可", "licences on the patent"), 64);
constexpr Field kSnapshot = need("snapshot_size", FieldType::integer, "查得负担时的日志大小", "log size at which that was looked up");
constexpr Field kReason = need("reason", FieldType::text, "理由", "reason");
constexpr Field kListFields[] = {
    kListing,
    kSeller,
    may("pat", FieldType::patent, "专利", "patent or published application"),
    may("fpat", FieldType::foreign, "外国专利", "foreign patent"),
    may("patent_data_commit", FieldType::commitment, "未公布申请的数据承诺", "commitment to the data of an unpublished application"),
    set(of(need("deal_kinds", FieldType::choice, "交易方式：独占、普通、排他许可或转让",
                "what may be had: an exclusive, ordinary or sole licence, a transfer"),
           kDealKinds),
        4),
    kPrice,
    kPriceCommit,
    need("from", FieldType::date, "挂牌起始日（含）", "first day"),
    need("to", FieldType::date, "挂牌截止日（含）", "last day"),
    of(need("venue", FieldType::choice, "场所", "venue"), kVenues),
    kGreen,
    kEncumbrances,
    kLicenses,
    kSnapshot};
constexpr Field kUpdateFields[] = {kListing,
                                   kSeller,
                                   kReason,
                                   kPrice,
                                   kPriceCommit,
                                   may("to", FieldType::date, "挂牌截止日（含）", "last day"),
                                   kGreen,
                                   kEncumbrances,
                                   kLicenses,
                                   kSnapshot};
constexpr Field kDelistFields[] = {kListing, kSeller, kReason};
constexpr Field kOffer = of(need("offer", FieldType::record_id, "要约", "the offer"), kOfferTypes);
constexpr Field kOfferFields[] = {
    kListing,
    set(need("from", FieldType::party, "要约人", "who offers"), 16),
    of(need("deal_kind", FieldType::choice, "所求交易方式", "what is asked for"), kDealKinds),
    need("terms_commit", FieldType::commitment, "条件承诺", "commitment to the terms"),
    need("valid_to", FieldType::date, "承诺期限（含）", "last day to accept")};
constexpr Field kAcceptFields[] = {
    kListing, kOffer, set(need("from", FieldType::party, "承诺人（全体出让方）", "who accepts: all sellers"), 32)};
constexpr Field kRejectFields[] = {
    kListing, kOffer, set(need("from", FieldType::party, "拒绝的出让方", "the sellers who reject"), 32)};

constexpr Role kExchanges[] = {Role::exch};
constexpr Role kTraders[] = {Role::agent, Role::inst, Role::party};
constexpr std::string_view kSellerSigns[] = {"seller"};
constexpr std::string_view kFromSigns[] = {"from"};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "挂牌已在链上", "the listing is on the ledger"};
constexpr Precondition kHolder = {"NOT_RIGHT_HOLDER", "PL", "10", "出让方均为权利人", "every seller is an owner"};
constexpr Precondition kPriceForm = {"AMOUNT_INVALID", "QLR", "6.6", "区间价、起拍价以人民币填写", "a range and a starting price are in RMB"};
constexpr Precondition kSameSellers = {"ROLE_NOT_PERMITTED", "QLR", "6.6", "由挂牌的交易所和出让方签署",
                                       "the exchange and the sellers of the listing sign"};
constexpr Precondition kListOnly[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "所列权利已在链上", "the right is on the ledger"},
    {"STATE_FORBIDS", "QLR", "6.1", "该挂牌编号尚未使用", "the key of the listing is new"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.1", "挂牌编号以交易所的代码开头", "the key is scoped by the exchange's code"},
    {"SCHEMA_INVALID", "QLR", "6.6", "一项权利、一种定价；拍卖只有一种交易方式",
     "one right and one price; an auction is of one kind of deal; the log has had the size stated"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "未公布的申请只写承诺", "an unpublished application is named by a commitment only"},
    kPriceForm,
    {"EVENT_BEFORE_PRIOR", "QLR", "6.6", "日期顺序正确，尚未截止", "the dates are in order, and the last one is not over"}};
constexpr auto kListRules = join(kListOnly, kListedRight);
constexpr Precondition kUpdateOnly[] = {
    kKnown,
    {"STATE_FORBIDS", "QLR", "6.6", "挂牌有效，未在拍卖", "the listing is active, and no auction is running"},
    kSameSellers,
    {"SCHEMA_INVALID", "QLR", "6.6", "价格形式正确", "the price has its form; the log has had the size stated"},
    kPriceForm,
    {"EVENT_BEFORE_PRIOR", "QLR", "6.6", "尚未截止", "the last day is not over"}};
constexpr auto kUpdateRules = join(kUpdateOnly, kListedRight);
constexpr Precondition kDelistRules[] = {
    kKnown, {"STATE_FORBIDS", "QLR", "6.6", "挂牌有效或成交未果", "active, or a deal that came to nothing"}, kSameSellers};
constexpr Precondition kOfferRules[] = {
    kKnown,
    {"STATE_FORBIDS", "CC", "472", "挂牌有效，在期限内，不以拍卖成交", "active, within its dates, and not for auction"},
    {"SCHEMA_INVALID", "QLR", "6.6", "属于挂牌的交易方式", "one of the listing's kinds of deal"},
    {"SELF_DEALING", "QLR", "6.2", "要约人不包括全体出让方", "the sellers do not offer to themselves"},
    {"EVENT_BEFORE_PRIOR", "CC", "481", "承诺期限未过", "the last day to accept is not over"}};
constexpr Precondition kAcceptRules[] = {
    kKnown,
    {"REF_WRONG_TYPE", "QLR", "6.6", "所引要约针对该挂牌", "the offer cited is on this listing"},
    {"STATE_FORBIDS", "CC", "481", "挂牌有效，要约未答复、未过期", "the listing is active, the offer neither answered nor over"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.6", "由全体出让方承诺", "all sellers accept"},
    kHolder};
constexpr Precondition kRejectRules[] = {
    kKnown,
    {"REF_WRONG_TYPE", "QLR", "6.6", "所引要约针对该挂牌", "the offer cited is on this listing"},
    {"STATE_FORBIDS", "CC", "478", "要约未答复", "the offer was not answered"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.6", "由出让方拒绝", "sellers of the listing reject"}};

constexpr RecordType kTypes[] = {
    {.name = "market.accept",
     .zh = "承诺（接受要约）",
     .en = "acceptance of an offer",
     .category = Category::market,
     .fields = kAcceptFields,
     .signers = {.roles = kTraders, .must_sign = kFromSigns, .mandate_power = "MARKET"},
     .preconditions = kAcceptRules,
     .effect_zh = "等待签约；普通许可的挂牌继续有效",
     .effect_en = "the deal waits for its contract; where it is an ordinary licence the listing stays active",
     .private_slots = kMarketSlots},
    {.name = "market.delist",
     .zh = "摘牌",
     .en = "end of a listing",
     .category = Category::market,
     .fields = kDelistFields,
     .signers = {.roles = kExchanges, .must_sign = kSellerSigns},
     .preconditions = kDelistRules,
     .effect_zh = "挂牌终止",
     .effect_en = "the listing ends"},
    {.name = "market.list",
     .zh = "挂牌",
     .en = "listing",
     .category = Category::market,
     .fields = kListFields,
     .signers = {.roles = kExchanges, .must_sign = kSellerSigns},
     .preconditions = kListRules,
     .effect_zh = "挂牌有效，连同负担公示；不改变权利",
     .effect_en = "the listing is active and shows the burdens; no right changes",
     .private_slots = kMarketSlots},
    {.name = "market.offer",
     .zh = "要约",
     .en = "offer on a listing",
     .category = Category::market,
     .fields = kOfferFields,
     .signers = {.roles = kTraders, .must_sign = kFromSigns, .mandate_power = "MARKET"},
     .preconditions = kOfferRules,
     .effect_zh = "在承诺期限内可被接受，不得撤销",
     .effect_en = "it can be accepted up to its last day, and is not withdrawn",
     .private_slots = kMarketSlots},
    {.name = "market.reject",
     .zh = "拒绝要约",
     .en = "rejection of an offer",
     .category = Category::market,
     .fields = kRejectFields,
     .signers = {.roles = kTraders, .must_sign = kFromSigns, .mandate_power = "MARKET"},
     .preconditions = kRejectRules,
     .effect_zh = "要约失效",
     .effect_en = "the offer lapses"},
    {.name = "market.update",
     .zh = "挂牌变更",
     .en = "change of a listing",
     .category = Category::market,
     .fields = kUpdateFields,
     .signers = {.roles = kExchanges, .must_sign = kSellerSigns},
     .preconditions = kUpdateRules,
     .effect_zh = "挂牌以变更后的内容为准，负担重新核对",
     .effect_en = "the listing goes on as changed, its burdens compared anew"}};

constexpr std::string_view kActive[] = {"ACTIVE"};
constexpr std::string_view kAuctioned[] = {"AUCTION"};
constexpr std::string_view kPending[] = {"PENDING"};
constexpr std::string_view kNotSold[] = {"ACTIVE", "PENDING"};
constexpr std::string_view kAny[] = {"ACTIVE", "AUCTION", "DELISTED", "PENDING", "SOLD"};
// The variant :ORD is an ordinary licence that was agreed on by offer and acceptance: there may be many.
constexpr Step kSteps[] = {{"auction.close", kAuctioned, "PENDING"},
                           {"auction.close:UNSOLD", kAuctioned, "ACTIVE"},
                           {"auction.open", kActive, "AUCTION"},
                           {"deal.confirm", kPending, "SOLD"},
                           {"deal.confirm:ORD", kAny, {}},
                           {"market.accept", kActive, "PENDING"},
                           {"market.accept:ORD", kActive, {}},
                           {"market.delist", kNotSold, "DELISTED"},
                           {"market.offer", kActive, {}},
                           {"market.update", kActive, {}}};

// --- price and burdens ---

/// One price, open or committed, with the members that its mode has.
void check_price(const RuleInput& in, Verdict& verdict, bool required) {
  const Value* price = in.data.find("price");
  const bool committed = in.data.find("price_commit") != nullptr;
  if ((price && committed) || (required && !price && !committed)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/price", "price, price_commit"));
  }
  if (!price) return;
  const std::string_view mode = price->text_of("mode");
  const auto has = [&](std::string_view member) { return price->find(member) != nullptr; };
  const bool range = mode == "RANGE";
  const bool least = has("min") == range || (mode == "AUCTION" && has("min"));
  const bool fits = has("amount") == (mode == "FIXED") && has("max") == range && least;
  if (!fits) raise(verdict, issue("SCHEMA_INVALID", "/data/price", std::string(mode)));
  for (const std::string_view member : {"max", "min"}) {
    const Value* money = price->find(member);
    if (money && !money->find("fen")) {
      raise(verdict, issue("AMOUNT_INVALID", "/data/price/" + std::string(member), std::string(money->text_of("cur"))));
    }
  }
  if (range && has("max") && has("min") && price->find("max")->integer_of("fen") < price->find("min")->integer_of("fen")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/price/max", "max < min"));
  }
}

/// An auction has one object, so that its winner knows what was won.
void check_auctioned(Verdict& verdict, const Value& listing) {
  const Value* price = listing.find("price");
  if (price && price->text_of("mode") == "AUCTION" && listing.items_of("deal_kinds").size() != 1) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/price/mode", "deal_kinds"));
  }
}

Issue hidden(std::string_view pointer, const std::vector<std::string>& ids) {
  Issue found = issue("LISTING_ENCUMBRANCE_HIDDEN", pointer, std::to_string(ids.size()));
  found.blocking = ids;
  return found;
}

/// The burdens that a list should have and has not, or has and should not.
void compare(Verdict& verdict, const Value::Items& stated, const std::set<std::string>& present, std::string_view pointer) {
  std::set<std::string> listed;
  for (const Value& each : stated) listed.insert(each.text());
  std::vector<std::string> differ;
  std::ranges::set_symmetric_difference(listed, present, std::back_inserter(differ));
  if (!differ.empty()) raise(verdict, hidden(pointer, differ));
}

/// What the record states of the burdens takes the place of what was shown before.
void show_encumbrances(const RuleInput& in, Value& listing) {
  for (const std::string_view member : {"encumbrances", "licenses"}) set_list(listing, member, in.data.items_of(member));
  copy(in, listing, {"snapshot_size"});
}

/// What is stated must be what stands on the patent now, and must have been there at the size at which
/// the exchange looked: what came later, nobody has seen.
void check_encumbrances(const RuleInput& in, Verdict& verdict, const Value& listing, const std::vector<Encumbrance>& present) {
  const std::int64_t size = listing.integer_of("snapshot_size");
  if (size > static_cast<std::int64_t>(in.index)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/snapshot_size", std::to_string(size) + " > " + std::to_string(in.index)));
  }
  std::set<std::string> records;
  std::set<std::string> licenses;
  std::vector<std::string> later;
  for (const Encumbrance& each : present) {
    (each.license ? licenses : records).insert(each.id);
    const auto digest = from_sha256_id(each.record);
    const auto record = digest ? in.rows.find_record(*digest) : nullptr;
    if (record && static_cast<std::int64_t>(record->index) >= size) later.push_back(each.id);
  }
  // An auction rests on what its listing states.
  const bool stated = in.data.find("snapshot_size") != nullptr;
  const auto at = [&](const char* member) { return std::string("/data/") + (stated ? member : "listing"); };
  compare(verdict, listing.items_of("encumbrances"), records, at("encumbrances"));
  compare(verdict, listing.items_of("licenses"), licenses, at("licenses"));
  if (!later.empty()) raise(verdict, hidden(at("snapshot_size"), later));
}

void check_last_day(const RuleInput& in, Verdict& verdict, const Value& listing) {
  const std::string now = to_string(today(in));
  if (listing.text_of("to") < std::max(listing.text_of("from"), std::string_view(now))) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/to", std::string(listing.text_of("to"))));
  }
}

void store(const RuleInput& in, Verdict& verdict, Value listing) {
  verdict.set(subject_row(in.data.text_of("listing")), std::move(listing));
}

// --- listings ---

void list_right(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const std::string key(in.data.text_of("listing"));
  const std::string exchange(in.body.text_of("submitter"));
  if (const auto known = in.rows.find(subject_row(key))) {
    Issue used = issue("STATE_FORBIDS", "/data/listing", key);
    used.blocking.emplace_back(known->text_of("record"));
    return raise(verdict, std::move(used));
  }
  if (!key.starts_with("lst:" + exchange.substr(4) + "/")) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/listing", key));
  }
  int rights = 0;
  for (const std::string_view member : {"fpat", "pat", "patent_data_commit"}) rights += in.data.find(member) != nullptr;
  if (rights != 1) return raise(verdict, issue("SCHEMA_INVALID", "/data/pat", "fpat, pat, patent_data_commit"));
  check_price(in, verdict, true);
  Value listing(Value::Members{{"exchange", exchange}, {"record", to_sha256_id(in.record_id)}, {"status", "ACTIVE"}});
  copy(in, listing, {"deal_kinds", "fpat", "from", "green_codes", "pat", "patent_data_commit", "price", "price_commit",
                     "seller", "to", "venue"});
  check_auctioned(verdict, listing);
  check_last_day(in, verdict, listing);
  if (in.data.find("fpat")) require_subject(in, verdict, in.data.text_of("fpat"), "/data/fpat");
  show_encumbrances(in, listing);
  judge_listing(in, verdict, listing);
  store(in, verdict, std::move(listing));
}

/// The listing that exchange and sellers change together; nullopt: there is none.
std::optional<Value> own_listing(const RuleInput& in, Verdict& verdict) {
  auto listing = load_listing(in, verdict);
  if (!listing) return std::nullopt;
  check_exchange(in, verdict, *listing);
  if (*in.data.find("seller") != *listing->find("seller")) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/seller", listing->items_of("seller").front().text()));
  }
  take_listing_step(verdict, in.type.name, *listing);
  return listing;
}

void update(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto listing = own_listing(in, verdict);
  if (!listing) return;
  check_price(in, verdict, false);
  if (in.data.find("price") || in.data.find("price_commit")) {
    listing->erase("price");
    listing->erase("price_commit");
  }
  copy(in, *listing, {"green_codes", "price", "price_commit", "to"});
  check_auctioned(verdict, *listing);
  check_last_day(in, verdict, *listing);
  show_encumbrances(in, *listing);
  judge_listing(in, verdict, *listing);
  store(in, verdict, std::move(*listing));
}

void delist(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto listing = own_listing(in, verdict);
  if (!listing) return;
  listing->erase("pending");
  listing->set("ended", to_sha256_id(in.record_id));
  store(in, verdict, std::move(*listing));
}

// --- offers ---

void offer(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto listing = load_listing(in, verdict);
  if (!listing) return;
  const Date day = today(in);
  take_listing_step(verdict, in.type.name, *listing);
  check_listed(verdict, *listing, day, "/data/listing");
  const Value* price = listing->find("price");
  if (price && price->text_of("mode") == "AUCTION") raise(verdict, issue("STATE_FORBIDS", "/data/listing", "AUCTION"));
  if (!lists_text(listing->items_of("deal_kinds"), in.data.text_of("deal_kind"))) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/deal_kind", std::string(in.data.text_of("deal_kind"))));
  }
  // A co-owner may buy from the others; who sells alone does not buy, nor its agent for another.
  const Value::Items& sellers = listing->items_of("seller");
  const Value::Items& from = in.data.items_of("from");
  const bool itself = std::ranges::all_of(sellers, [&](const Value& each) { return lists_text(from, each.text()); });
  const bool by_seller = in.body.find("acting_for") && lists_text(sellers, in.body.text_of("submitter"));
  if (itself || by_seller) raise(verdict, issue("SELF_DEALING", "/data/from", sellers.front().text()));
  if (in.data.text_of("valid_to") < to_string(day)) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/valid_to", std::string(in.data.text_of("valid_to"))));
  }
  const std::string id = to_sha256_id(in.record_id);
  Value row(Value::Members{{"record", id}, {"stage", "OPEN"}});
  copy(in, row, {"deal_kind", "from", "valid_to"});
  verdict.set(encumbrance_row(in.data.text_of("listing"), id), std::move(row));
}

/// market.accept, market.reject: the answer to an offer, by the block's day.
void answer(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto listing = load_listing(in, verdict);
  if (!listing) return;
  const RowKey key = encumbrance_row(in.data.text_of("listing"), in.data.text_of("offer"));
  const auto known = in.rows.find(key);
  if (!known) return raise(verdict, issue("REF_WRONG_TYPE", "/data/offer", std::string(in.data.text_of("listing"))));
  Value row = *known;
  if (row.text_of("stage") != "OPEN") {
    Issue answered = issue("STATE_FORBIDS", "/data/offer", std::string(row.text_of("stage")));
    answered.blocking.emplace_back(row.text_of("answer"));
    raise(verdict, std::move(answered));
  }
  const bool accepts = in.type.name == "market.accept";
  const Value::Items& sellers = listing->items_of("seller");
  const Value::Items& from = in.data.items_of("from");
  const bool all = std::ranges::all_of(sellers, [&](const Value& each) { return lists_text(from, each.text()); });
  for (const Value& each : from) {
    if (!lists_text(sellers, each.text())) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/from", each.text()));
  }
  const std::string id = to_sha256_id(in.record_id);
  if (accepts) {
    if (!all) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/from", sellers.front().text()));
    if (row.text_of("valid_to") < to_string(today(in))) {
      raise(verdict, issue("STATE_FORBIDS", "/data/offer", std::string(row.text_of("valid_to"))));
    }
    check_sellers(in, verdict, *listing, "/data/from");
    const bool ordinary = row.text_of("deal_kind") == "ORD";
    take_listing_step(verdict, ordinary ? "market.accept:ORD" : "market.accept", *listing);
    if (!ordinary) listing->set("pending", id);
    store(in, verdict, std::move(*listing));
  }
  row.set("stage", accepts ? "ACCEPTED" : "REJECTED");
  row.set("answer", id);
  verdict.set(key, std::move(row));
}

}  // namespace

std::span<const RecordType> market_types() { return kTypes; }

Rule market_rule(std::string_view type) {
  if (type == "market.delist") return delist;
  if (type == "market.list") return list_right;
  if (type == "market.offer") return offer;
  if (type == "market.update") return update;
  return type == "market.accept" || type == "market.reject" ? answer : nullptr;
}

std::vector<Encumbrance> encumbrances_on(const RowReader& rows, std::string_view patent, const Value& patent_row, Date day) {
  std::vector<Encumbrance> found;
  const auto add = [&](std::string_view record) { found.push_back({std::string(record), std::string(record), false}); };
  for (const LicenseRow& license : licenses_on(rows, patent, patent_row)) {
    const std::string_view status = license_status(license.row, patent_row, day);
    if (status != "RUNNING" && status != "TO_BEGIN") continue;
    found.push_back({license.id, std::string(license.row.text_of("record")), true});
  }
  for (const std::string_view member : {"contested", "pledges"}) {
    for (const Value& id : patent_row.items_of(member)) add(id.text());
  }
  for (const std::string_view member : {"preserved", "suspended"}) {
    for (const Value& each : not_ended(patent_row.items_of(member), day)) add(each.text_of("record"));
  }
  const Value* open = patent_row.find("open");
  if (open && open->text_of("until") >= to_string(day)) add(open->text_of("record"));
  for (const Value& key : patent_row.items_of("transfers")) {
    if (const auto contract = rows.find(subject_row(key.text()))) add(contract->text_of("record"));
  }
  return found;
}

std::optional<Value> load_listing(const RuleInput& input, Verdict& verdict) {
  const auto row = require_subject(input, verdict, input.data.text_of("listing"), "/data/listing");
  return row ? std::optional(*row) : std::nullopt;
}

void take_listing_step(Verdict& verdict, std::string_view act, Value& listing) {
  take_step(verdict, kSteps, act, listing, "status");
}

void check_exchange(const RuleInput& input, Verdict& verdict, const Value& listing) {
  if (input.body.text_of("submitter") != listing.text_of("exchange")) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", std::string(listing.text_of("exchange"))));
  }
}

void check_listed(Verdict& verdict, const Value& listing, Date day, std::string_view pointer) {
  const std::string text = to_string(day);
  if (text < listing.text_of("from") || text > listing.text_of("to")) {
    raise(verdict, issue("STATE_FORBIDS", pointer,
                         text + "; " + std::string(listing.text_of("from")) + ".." + std::string(listing.text_of("to"))));
  }
}

void check_sellers(const RuleInput& input, Verdict& verdict, const Value& listing, std::string_view pointer) {
  const auto row = listing.find("pat") ? input.rows.find(subject_row(listing.text_of("pat"))) : nullptr;
  if (!row) return;
  const std::vector<std::string> owners = holders(*row);
  for (const Value& seller : listing.items_of("seller")) {
    if (std::ranges::find(owners, seller.text()) != owners.end()) continue;
    raise(verdict, issue("NOT_RIGHT_HOLDER", pointer, seller.text()));
  }
}

void judge_listing(const RuleInput& input, Verdict& verdict, const Value& listing) {
  const Date day = today(input);
  const std::string patent(listing.text_of("pat"));
  // Of a foreign right and of one that is not published nothing is judged.
  if (patent.empty()) return check_encumbrances(input, verdict, listing, {});
  const auto row = require_subject(input, verdict, patent, "/data/pat");
  if (!row) return;
  if (!is_published(*row)) return raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/pat", patent));
  check_sellers(input, verdict, listing, input.data.find("seller") ? "/data/seller" : "/data/listing");
  check_encumbrances(input, verdict, listing, encumbrances_on(input.rows, patent, *row, day));
  const RightUse use{.act = RightAct::listing,
                     .patent = patent,
                     .row = *row,
                     .pointer = "/data/listing",
                     .day = day,
                     .scope = rest_of_patent(input, *row, day),
                     .actors = {},
                     .consent_to = {}};
  Consents none(input);
  judge_right_use(input, verdict, use, none);
}

std::string speaker_of(const RuleInput& input) {
  return std::string(input.body.text_of("acting_for", input.body.text_of("submitter")));
}

bool lists_text(const Value::Items& list, std::string_view text) {
  return std::ranges::any_of(list, [&](const Value& each) { return each.text() == text; });
}

std::string_view deal_kind_of(const Value& right) {
  return right.text_of("deal") == "TRANSFER" ? "TRANSFER" : right.text_of("license_kind", "ORD");
}

}  // namespace qinglu::ledger
