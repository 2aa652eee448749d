// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/statistics.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "crypto/base/check.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/money.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;

// --- what is kept ---

constexpr Indicator kIndicators[] = {
    {.name = "auction.closed", .query = "MARKET", .zh = "拍卖结束", .en = "auctions that were closed",
     .class_zh = "成交或流拍", .class_en = "sold or not"},
    {.name = "auction.opened", .query = "MARKET", .zh = "拍卖开始", .en = "auctions that were opened",
     .class_zh = "方式", .class_en = "kind"},
    {.name = "case.decided", .query = "CASES", .zh = "裁判和裁决", .en = "decisions in cases",
     .class_zh = "途径与结论", .class_en = "route and result"},
    {.name = "case.filed", .query = "CASES", .zh = "提起的案件", .en = "cases that were filed",
     .class_zh = "途径", .class_en = "route"},
    {.name = "case.found", .query = "CASES", .zh = "生效的侵权认定", .en = "findings of infringement that took effect",
     .class_zh = "途径", .class_en = "route"},
    {.name = "case.mediated", .query = "CASES", .zh = "调解", .en = "cases that were mediated",
     .class_zh = "途径", .class_en = "route"},
    {.name = "case.punitive", .query = "CASES", .zh = "判处惩罚性赔偿", .en = "decisions with punitive damages",
     .class_zh = "途径", .class_en = "route"},
    {.name = "case.settled", .query = "CASES", .zh = "和解", .en = "cases that were settled",
     .class_zh = "途径", .class_en = "route"},
    {.name = "case.withdrawn", .query = "CASES", .zh = "撤诉", .en = "cases that were withdrawn",
     .class_zh = "途径", .class_en = "route"},
    {.name = "contract.ended", .query = "CONTRACTS", .zh = "终止的合同", .en = "contracts that ended",
     .class_zh = "终止、解除或无效", .class_en = "terminated, rescinded or void"},
    {.name = "contract.signed", .query = "CONTRACTS", .zh = "签订的合同", .en = "contracts that were signed",
     .class_zh = "类别", .class_en = "kind"},
    {.name = "counterfeit.decided", .query = "CASES", .zh = "假冒专利的处理决定", .en = "decisions on counterfeits"},
    {.name = "deal.confirmed", .query = "MARKET", .zh = "确认的成交；金额为公开的成交价",
     .en = "deals that were confirmed; the sum is of open prices", .class_zh = "挂牌、拍卖或场外",
     .class_en = "by listing, by auction, or neither", .fen = true, .price = true},
    {.name = "fasttrack.decided", .query = "FASTTRACK", .zh = "快速通道决定", .en = "decisions on the fast track",
     .class_zh = "结论", .class_en = "result"},
    {.name = "fasttrack.left", .query = "FASTTRACK", .zh = "退出快速通道", .en = "exits from the fast track",
     .class_zh = "原因", .class_en = "cause"},
    {.name = "fasttrack.requested", .query = "FASTTRACK", .zh = "快速通道请求", .en = "requests for the fast track",
     .class_zh = "通道", .class_en = "track"},
    {.name = "invalidation.decided", .query = "PATENTS", .zh = "无效宣告决定", .en = "decisions on invalidation",
     .class_zh = "结论", .class_en = "outcome"},
    {.name = "invalidation.requested", .query = "PATENTS", .zh = "无效宣告请求", .en = "requests for invalidation"},
    {.name = "license.granted", .query = "LICENSES", .zh = "许可（按合同、分许可、开放许可、强制许可）",
     .en = "licences, by contract, sublicence, open or compulsory licence", .class_zh = "种类", .class_en = "kind"},
    {.name = "license.record_cancelled", .query = "LICENSES", .zh = "许可备案注销", .en = "recordals that were cancelled"},
    {.name = "license.recorded", .query = "LICENSES", .zh = "许可备案", .en = "recordals of licences"},
    {.name = "market.delisted", .query = "MARKET", .zh = "摘牌", .en = "listings that ended"},
    {.name = "market.listed", .query = "MARKET", .zh = "挂牌", .en = "listings", .class_zh = "场所", .class_en = "venue"},
    {.name = "openlicense.declared", .query = "LICENSES", .zh = "开放许可声明", .en = "declarations of open licences"},
    {.name = "patent.abandoned", .query = "PATENTS", .zh = "放弃的专利", .en = "patents that were abandoned",
     .class_zh = "类型", .class_en = "type"},
    {.name = "patent.expired", .query = "PATENTS", .zh = "期满的专利", .en = "patents whose term ended",
     .class_zh = "类型", .class_en = "type"},
    {.name = "patent.filed", .query = "PATENTS", .zh = "申请", .en = "filings", .class_zh = "类型", .class_en = "type"},
    {.name = "patent.granted", .query = "PATENTS", .zh = "授权", .en = "grants", .class_zh = "类型", .class_en = "type"},
    {.name = "patent.green", .query = "PATENTS", .zh = "首次标识为绿色的专利", .en = "patents tagged as green for the first time",
     .class_zh = "类型", .class_en = "type"},
    {.name = "patent.invalidated", .query = "PATENTS", .zh = "全部无效的专利", .en = "patents that were wholly invalidated",
     .class_zh = "类型", .class_en = "type"},
    {.name = "patent.lapsed", .query = "PATENTS", .zh = "终止的专利", .en = "patents that lapsed",
     .class_zh = "类型", .class_en = "type"},
    {.name = "patent.lapsed_unpaid", .query = "PATENTS", .zh = "其中因未缴年费终止的", .en = "of these: for annuities",
     .class_zh = "类型", .class_en = "type"},
    {.name = "patent.published", .query = "PATENTS", .zh = "公布", .en = "publications", .class_zh = "类型", .class_en = "type"},
    {.name = "patent.restored", .query = "PATENTS", .zh = "终止后恢复的专利", .en = "patents restored after a lapse",
     .class_zh = "类型", .class_en = "type"},
    {.name = "pledge.patents", .query = "PLEDGES", .zh = "出质的专利（件次）", .en = "patents in pledges that were registered"},
    {.name = "pledge.registered", .query = "PLEDGES", .zh = "质押登记；金额为公开的主债权数额",
     .en = "pledges that were registered; the sum is of claims that are stated", .fen = true},
    {.name = "pledge.released", .query = "PLEDGES", .zh = "解除质押的专利（件次）", .en = "patents released from a pledge"},
    {.name = "preserve.ordered", .query = "PRESERVATIONS", .zh = "保全裁定", .en = "preservation orders",
     .class_zh = "种类", .class_en = "kind"},
    {.name = "preserve.released", .query = "PRESERVATIONS", .zh = "解除保全", .en = "releases of a preservation"},
    {.name = "techreg.cancelled", .query = "CONTRACTS", .zh = "撤销的技术合同登记", .en = "registrations that were cancelled"},
    {.name = "techreg.kinds", .query = "CONTRACTS", .zh = "登记的技术合同，按类别；已撤销的不计",
     .en = "technology contracts registered, by kind; without those cancelled since", .class_zh = "认定的类别",
     .class_en = "kind that was recognised", .fen = true, .tech_fen = true},
    {.name = "techreg.refused", .query = "CONTRACTS", .zh = "不予登记的技术合同", .en = "registrations that were refused"},
    {.name = "techreg.registered", .query = "CONTRACTS", .zh = "登记的技术合同，按流向；已撤销的不计",
     .en = "technology contracts registered, by direction; without those cancelled since", .class_zh = "流向",
     .class_en = "direction", .fen = true, .tech_fen = true},
    {.name = "transfer.registered", .query = "TRANSFERS", .zh = "转移登记", .en = "transfers that were registered",
     .class_zh = "事由", .class_en = "basis"}};

// --- what a record counts for ---

/// A record on its way into the numbers: the state before it, and the rows that it sets.
struct Counted {
  const Value& body;
  const Value& data;
  const RowReader& before;
  std::span<const RowChange> changes;
  const Value* item = nullptr;  ///< one of a list, where each of its items counts

  std::shared_ptr<const Value> row_before(std::string_view subject) const { return before.find(subject_row(data.text_of(subject))); }
  const Value* row_after(std::string_view subject) const {
    const RowKey key = subject_row(data.text_of(subject));
    const auto at = std::ranges::find(changes, key, &RowChange::row);
    return at == changes.end() ? nullptr : &at->value;
  }
  /// `data` of the signature of the contract that the record is about; nullptr: there is none.
  std::shared_ptr<const FoundRecord> signature() const {
    const auto contract = row_before("ctr");
    const auto id = contract ? from_sha256_id(contract->text_of("record")) : std::nullopt;
    return id ? before.find_record(*id) : nullptr;
  }
  std::shared_ptr<const FoundRecord> record(std::string_view member) const {
    const auto id = from_sha256_id(data.text_of(member));
    return id ? before.find_record(*id) : nullptr;
  }
};

const Value& data_of(const FoundRecord& record) { return *record.body.find("data"); }

/// Where the class of a cell comes from.
struct Word {
  enum class From : std::uint8_t { nothing, literal, data, item, row, signature, computed } from = From::nothing;
  std::string_view name = {};      ///< the literal, or a member
  std::string_view subject = {};   ///< of a row: the field of `data` that names it
  std::string_view otherwise = {}; ///< where the member is left out
  std::string (*compute)(const Counted&) = nullptr;
};
constexpr Word literal(std::string_view word) { return {.from = Word::From::literal, .name = word}; }
constexpr Word in_data(std::string_view name) { return {.from = Word::From::data, .name = name}; }
constexpr Word in_item(std::string_view name, std::string_view otherwise) {
  return {.from = Word::From::item, .name = name, .otherwise = otherwise};
}
constexpr Word in_row(std::string_view subject, std::string_view name) {
  return {.from = Word::From::row, .name = name, .subject = subject};
}
constexpr Word as_signed(std::string_view name) { return {.from = Word::From::signature, .name = name}; }
constexpr Word computed(std::string (*compute)(const Counted&)) { return {.from = Word::From::computed, .compute = compute}; }

std::string text(const Word& word, const Counted& counted) {
  switch (word.from) {
    case Word::From::nothing: return {};
    case Word::From::literal: return std::string(word.name);
    case Word::From::data: return std::string(counted.data.text_of(word.name));
    case Word::From::item: return std::string(counted.item->text_of(word.name, word.otherwise));
    case Word::From::row: {
      // The row as it was, or of a subject that the record itself makes.
      const auto before = counted.row_before(word.subject);
      const Value* row = before ? before.get() : counted.row_after(word.subject);
      return std::string(row ? row->text_of(word.name) : std::string_view());
    }
    case Word::From::signature: {
      const auto record = counted.signature();
      return std::string(record ? data_of(*record).text_of(word.name) : std::string_view());
    }
    case Word::From::computed: return word.compute(counted);
  }
  return {};
}

// Conditions and classes that are more than a member.
bool declared_green(const Counted& c) { return c.data.find("green_declared") != nullptr; }
bool green_codes(const Counted& c) { return c.data.find("green_codes") != nullptr; }
bool signed_green(const Counted& c) {
  const auto record = c.signature();
  return record && data_of(*record).find("green_codes");
}
bool is_license(const Counted& c) { return c.item->text_of("deal") == "LICENSE"; }
bool unpaid(const Counted& c) { return c.data.text_of("cause") == "ANNUITY_UNPAID"; }
bool was_lapsed(const Counted& c) {
  const auto row = c.row_before("pat");
  return row && row->find("lapse");
}
bool first_tag(const Counted& c) {
  const auto row = c.row_before("pat");
  return row && !row->find("green");
}
bool wholly_void(const Counted& c) {
  const Value* row = c.row_after("pat");
  return row && row->text_of("status") == "INVALIDATED";
}
bool is_registered(const Counted& c) { return !c.data.find("refused_reason"); }
bool is_refused(const Counted& c) { return !is_registered(c); }
bool is_punitive(const Counted& c) {
  const Value* damages = c.data.find("damages");
  return damages && damages->boolean_of("punitive");
}
/// The record lets the case count as a finding.
bool makes_finding(const Counted& c) {
  const auto before = c.row_before("case");
  const Value* after = c.row_after("case");
  return after && after->find("finding") && !(before && before->find("finding"));
}
std::string sold(const Counted& c) { return c.data.find("winner") ? "SOLD" : "UNSOLD"; }
std::string found_by(const Counted& c) {
  const auto agreement = c.record("agreed_by");
  if (!agreement) return "PRIVATE";
  return agreement->body.text_of("type") == "auction.close" ? "AUCTION" : "LISTING";
}
/// Route, and INFRINGED where any claim is, else the first result.
std::string route_and_result(const Counted& c) {
  const auto row = c.row_before("case");
  const Value::Items& outcome = c.data.items_of("outcome");
  const bool infringed = std::ranges::any_of(outcome, [](const Value& each) { return each.text_of("result") == "INFRINGED"; });
  return std::string(row ? row->text_of("route") : std::string_view()) + "_" +
         (infringed ? "INFRINGED" : std::string(outcome.front().text_of("result")));
}

struct Counter {
  std::string_view type;
  std::string_view indicator;
  Word word = {};
  bool (*when)(const Counted&) = nullptr;   ///< nullptr: always
  bool (*green)(const Counted&) = nullptr;  ///< nullptr: the indicator asks not
  std::string_view each = {};               ///< list of `data` of which every item counts
  std::string_view date = {};               ///< field of the legal date; left out: the type's
  std::string_view money = {};              ///< sum: a money field of `data`
  std::string_view inside = {};             ///< object of `data` that holds it
  bool tech = false;                        ///< `tech_amount` too
};

// Ascending by type. A correction of the date moves what the record counts for; what kReversals names takes it back.
constexpr Counter kCounters[] = {
    {.type = "auction.close", .indicator = "auction.closed", .word = computed(sold)},
    {.type = "auction.open", .indicator = "auction.opened", .word = in_data("kind")},
    {.type = "case.decide", .indicator = "case.decided", .word = computed(route_and_result)},
    {.type = "case.decide", .indicator = "case.found", .word = in_row("case", "route"), .when = makes_finding},
    {.type = "case.decide", .indicator = "case.punitive", .word = in_row("case", "route"), .when = is_punitive},
    {.type = "case.effective", .indicator = "case.found", .word = in_row("case", "route"), .when = makes_finding},
    {.type = "case.file", .indicator = "case.filed", .word = in_data("route")},
    {.type = "case.mediation", .indicator = "case.found", .word = in_row("case", "route"), .when = makes_finding},
    {.type = "case.mediation", .indicator = "case.mediated", .word = in_row("case", "route")},
    {.type = "case.settle", .indicator = "case.settled", .word = in_row("case", "route")},
    {.type = "case.withdraw", .indicator = "case.withdrawn", .word = in_row("case", "route")},
    {.type = "compulsory.grant", .indicator = "license.granted", .word = literal("COMP")},
    {.type = "contract.rescind", .indicator = "contract.ended", .word = literal("RESCINDED")},
    {.type = "contract.sign", .indicator = "contract.signed", .word = in_data("kind"), .green = green_codes},
    {.type = "contract.sign", .indicator = "license.granted", .word = in_item("license_kind", "ORD"), .when = is_license, .each = "rights"},
    {.type = "contract.terminate", .indicator = "contract.ended", .word = literal("TERMINATED")},
    {.type = "contract.void", .indicator = "contract.ended", .word = literal("VOID")},
    {.type = "counterfeit.decision", .indicator = "counterfeit.decided"},
    {.type = "deal.confirm", .indicator = "deal.confirmed", .word = computed(found_by), .green = signed_green, .money = "price"},
    {.type = "fasttrack.decide", .indicator = "fasttrack.decided", .word = in_data("result")},
    {.type = "fasttrack.exit", .indicator = "fasttrack.left", .word = in_data("result")},
    {.type = "fasttrack.request", .indicator = "fasttrack.requested", .word = in_data("track")},
    {.type = "invalidation.decide", .indicator = "invalidation.decided", .word = in_data("outcome")},
    {.type = "invalidation.final", .indicator = "patent.invalidated", .word = in_row("pat", "type"), .when = wholly_void},
    {.type = "invalidation.request", .indicator = "invalidation.requested"},
    {.type = "license.record", .indicator = "license.recorded"},
    {.type = "license.record_cancel", .indicator = "license.record_cancelled"},
    {.type = "license.sublicense", .indicator = "license.granted", .word = literal("SUB")},
    {.type = "market.delist", .indicator = "market.delisted"},
    {.type = "market.list", .indicator = "market.listed", .word = in_data("venue"), .green = green_codes},
    {.type = "openlicense.accept", .indicator = "license.granted", .word = literal("OPEN")},
    {.type = "openlicense.declare", .indicator = "openlicense.declared"},
    {.type = "patent.abandon", .indicator = "patent.abandoned", .word = in_row("pat", "type")},
    {.type = "patent.accept", .indicator = "patent.filed", .word = in_data("type"), .green = declared_green, .date = "filing_date"},
    {.type = "patent.expire", .indicator = "patent.expired", .word = in_row("pat", "type")},
    {.type = "patent.grant", .indicator = "patent.granted", .word = in_row("pat", "type")},
    {.type = "patent.green_tag", .indicator = "patent.green", .word = in_row("pat", "type"), .when = first_tag},
    {.type = "patent.lapse", .indicator = "patent.lapsed", .word = in_row("pat", "type")},
    {.type = "patent.lapse", .indicator = "patent.lapsed_unpaid", .word = in_row("pat", "type"), .when = unpaid},
    {.type = "patent.publish", .indicator = "patent.published", .word = in_row("pat", "type")},
    {.type = "patent.restore", .indicator = "patent.restored", .word = in_row("pat", "type"), .when = was_lapsed},
    {.type = "pledge.register", .indicator = "pledge.patents", .each = "patents"},
    {.type = "pledge.register", .indicator = "pledge.registered", .money = "amount", .inside = "claim"},
    {.type = "pledge.release", .indicator = "pledge.released", .each = "patents"},
    {.type = "preserve.order", .indicator = "preserve.ordered", .word = in_data("kind")},
    {.type = "preserve.release", .indicator = "preserve.released"},
    {.type = "techreg.cancel", .indicator = "techreg.cancelled"},
    {.type = "techreg.decide", .indicator = "techreg.kinds", .word = in_data("kind"), .when = is_registered, .green = signed_green, .money = "amount", .tech = true},
    {.type = "techreg.decide", .indicator = "techreg.refused", .when = is_refused},
    {.type = "techreg.decide", .indicator = "techreg.registered", .word = as_signed("direction"), .when = is_registered, .green = signed_green, .money = "amount", .tech = true},
    {.type = "transfer.register", .indicator = "transfer.registered", .word = in_data("basis")}};

constexpr bool by_type(const Counter& a, const Counter& b) { return a.type < b.type; }
static_assert(std::is_sorted(std::begin(kCounters), std::end(kCounters), by_type));

/// A record after which an earlier one counts no more.
struct Reversal {
  std::string_view type;
  std::shared_ptr<const FoundRecord> (*reversed)(const RuleInput&);
};

/// The decision that registered the contract, by the number's row: the contract's own names the cancellation.
std::shared_ptr<const FoundRecord> registration(const RuleInput& in) {
  const auto number = in.rows.find(encumbrance_row(in.body.text_of("submitter"), in.data.text_of("reg_no")));
  const auto id = number ? from_sha256_id(number->text_of("record")) : std::nullopt;
  return id ? in.rows.find_record(*id) : nullptr;
}
constexpr Reversal kReversals[] = {{"techreg.cancel", registration}};

// --- rows ---

std::int64_t plus(std::int64_t sum, std::int64_t more) {
  if (sum >= kMost) return kMost;  // once there, no subtraction makes it right again
  return checked_add(sum, more).value_or(more < 0 ? -kMost : kMost);
}

void add(StatisticCell& cell, const StatisticCell& more, std::int64_t times = 1) {
  cell.count = plus(cell.count, times * more.count);
  cell.stated = plus(cell.stated, times * more.stated);
  cell.fen = plus(cell.fen, times * more.fen);
  cell.tech_fen = plus(cell.tech_fen, times * more.tech_fen);
}

StatisticCell cell_of(const Value& kept, const Indicator& indicator) {
  return {.indicator = indicator.name,
          .word = std::string(kept.text_of("class")),
          .green = kept.boolean_of("green"),
          .count = kept.integer_of("count"),
          .stated = kept.integer_of("stated"),
          .fen = kept.integer_of("fen"),
          .tech_fen = kept.integer_of("tech_fen")};
}

Value to_row(const std::map<std::pair<std::string, bool>, StatisticCell>& cells, const Indicator& indicator) {
  Value::Items items;
  for (const auto& [name, cell] : cells) {
    Value item(Value::Members{{"count", cell.count}});
    if (!cell.word.empty()) item.set("class", cell.word);
    if (cell.green) item.set("green", true);
    if (indicator.fen) {
      item.set("fen", cell.fen);
      item.set("stated", cell.stated);
    }
    if (indicator.tech_fen) item.set("tech_fen", cell.tech_fen);
    items.push_back(std::move(item));
  }
  return Value(Value::Members{{"cells", std::move(items)}});
}

std::string month_of(Date day) { return to_string(day).substr(0, 7); }

/// The rows that one record moves, each read once.
class Tally {
 public:
  explicit Tally(const RowReader& rows) : rows_(rows) {}

  void add_cell(const std::string& month, const Indicator& indicator, const StatisticCell& cell, std::int64_t times) {
    auto [at, fresh] = moved_.try_emplace(statistic_row(month, indicator.name));
    at->second.indicator = &indicator;
    if (fresh) {
      if (const auto kept = rows_.find(at->first)) {
        for (const Value& each : kept->items_of("cells")) {
          StatisticCell before = cell_of(each, indicator);
          at->second.cells.emplace(std::pair(before.word, before.green), std::move(before));
        }
      }
    }
    StatisticCell& place = at->second.cells[{cell.word, cell.green}];
    place.word = cell.word;
    place.green = cell.green;
    add(place, cell, times);
  }
  void write(Verdict& verdict) const {
    for (const auto& [key, row] : moved_) verdict.set(key, to_row(row.cells, *row.indicator));
  }

 private:
  struct Row {
    const Indicator* indicator = nullptr;
    std::map<std::pair<std::string, bool>, StatisticCell> cells;
  };
  const RowReader& rows_;
  std::map<RowKey, Row> moved_;
};

StatisticCell cell_for(const Counter& counter, const Counted& counted) {
  StatisticCell cell;
  cell.word = text(counter.word, counted);
  cell.green = counter.green && counter.green(counted);
  cell.count = 1;
  const Value* holder = counter.inside.empty() ? &counted.data : counted.data.find(counter.inside);
  const Value* money = holder && !counter.money.empty() ? holder->find(counter.money) : nullptr;
  if (money && money->find("fen")) {
    cell.stated = 1;
    cell.fen = money->integer_of("fen");
    if (counter.tech) cell.tech_fen = counted.data.find("tech_amount") ? counted.data.find("tech_amount")->integer_of("fen") : 0;
  }
  return cell;
}

std::string_view date_field(const Counter& counter) {
  return counter.date.empty() ? find_record_type(counter.type)->date_field : counter.date;
}

std::string_view legal_date(const Counter& counter, const Counted& counted) {
  const std::string_view field = date_field(counter);
  const std::string_view stated = field.empty() ? std::string_view() : counted.data.text_of(field);
  return stated.empty() ? counted.body.text_of("event_date") : stated;
}

/// What a record counts for under one counter, so many times, in the month of `date`.
void count(const Counter& counter, Counted counted, std::string_view date, std::int64_t times, Tally& tally) {
  const Indicator& indicator = *find_indicator(counter.indicator);
  const std::string month(date.substr(0, 7));
  const auto one = [&] {
    if (counter.when && !counter.when(counted)) return;
    tally.add_cell(month, indicator, cell_for(counter, counted), times);
  };
  if (counter.each.empty()) return one();
  for (const Value& item : counted.data.items_of(counter.each)) {
    counted.item = &item;
    one();
  }
}

std::span<const Counter> counters_of(std::string_view type) {
  return {std::ranges::lower_bound(kCounters, type, {}, &Counter::type), std::ranges::upper_bound(kCounters, type, {}, &Counter::type)};
}

/// A corrected date takes the record to another month.
void count_correction(const RuleInput& in, std::span<const RowChange> changes, Tally& tally) {
  auto original = in.rows.find_record(*from_sha256_id(in.data.text_of("target")));
  while (original && original->body.text_of("type") == "correction") {
    original = in.rows.find_record(*from_sha256_id(data_of(*original).text_of("target")));
  }
  if (!original) return;
  for (const Counter& counter : counters_of(original->body.text_of("type"))) {
    if (date_field(counter) != in.data.text_of("field")) continue;
    const Counted counted{original->body, data_of(*original), in.rows, changes};
    count(counter, counted, in.data.text_of("old"), -1, tally);
    count(counter, counted, in.data.text_of("new"), 1, tally);
  }
}

template <std::string_view Indicator::*Member>
std::vector<std::string_view> words_of() {
  std::set<std::string_view> words;
  for (const Indicator& each : kIndicators) words.insert(each.*Member);
  return {words.begin(), words.end()};
}

}  // namespace

std::span<const Indicator> indicators() { return kIndicators; }

const Indicator* find_indicator(std::string_view name) {
  const auto at = std::ranges::lower_bound(kIndicators, name, {}, &Indicator::name);
  return at != std::end(kIndicators) && at->name == name ? &*at : nullptr;
}

std::vector<std::string_view> counted_types(std::string_view indicator) {
  std::vector<std::string_view> types;
  for (const Counter& each : kCounters) {
    if (each.indicator == indicator) types.push_back(each.type);
  }
  return types;
}

void count_record(const RuleInput& input, Verdict& verdict) {
  const std::string_view type = input.type.name;
  Tally tally(input.rows);
  const Counted counted{input.body, input.data, input.rows, verdict.changes()};
  for (const Counter& counter : counters_of(type)) count(counter, counted, legal_date(counter, counted), 1, tally);
  if (type == "correction") count_correction(input, verdict.changes(), tally);
  const auto reversal = std::ranges::find(kReversals, type, &Reversal::type);
  const auto reversed = reversal == std::end(kReversals) ? nullptr : reversal->reversed(input);
  if (reversed) {
    const Counted before{reversed->body, data_of(*reversed), input.rows, {}};
    for (const Counter& counter : counters_of(reversed->body.text_of("type"))) {
      count(counter, before, legal_date(counter, before), -1, tally);
    }
  }
  tally.write(verdict);
}

int month_count(const Months& months) {
  const YearMonthDay from = split(months.from);
  const YearMonthDay until = split(months.until);
  return 12 * (until.year - from.year) + until.month - from.month + 1;
}

std::optional<Months> whole_months(Date from, Date until) {
  const Months months{from, until};
  if (until < from || month_count(months) > kMonthsMax) return std::nullopt;
  if (split(from).day != 1 || split(add_days(until, 1)).day != 1) return std::nullopt;
  return months;
}

std::optional<Months> parse_months(std::string_view from, std::string_view until) {
  const auto first = [](std::string_view month) { return parse_date(std::string(month) + "-01"); };
  const auto begin = first(from);
  const auto end = first(until);
  return begin && end ? whole_months(*begin, add_days(add_months(*end, 1), -1)) : std::nullopt;
}

std::vector<StatisticCell> count_months(const RowReader& rows, const Indicator& indicator, const Months& months) {
  std::map<std::pair<std::string, bool>, StatisticCell> sums;
  const YearMonthDay from = split(months.from);
  for (int n = 0; n < month_count(months); ++n) {
    const int month = from.month - 1 + n;
    const auto row = rows.find(statistic_row(month_of(date_of(from.year + month / 12, month % 12 + 1, 1)), indicator.name));
    if (!row) continue;
    for (const Value& each : row->items_of("cells")) {
      const StatisticCell kept = cell_of(each, indicator);
      StatisticCell& sum = sums[{kept.word, kept.green}];
      sum.indicator = indicator.name;
      sum.word = kept.word;
      sum.green = kept.green;
      add(sum, kept);
    }
  }
  std::vector<StatisticCell> cells;
  for (auto& [name, sum] : sums) {
    if (sum.count != 0) cells.push_back(std::move(sum));
  }
  return cells;
}

std::vector<StatisticCell> answer_query(const RowReader& rows, const RulePack& pack, std::string_view query, const Months& months) {
  std::vector<StatisticCell> cells;
  for (const Indicator& indicator : kIndicators) {
    if (indicator.query != query) continue;
    for (StatisticCell& cell : count_months(rows, indicator, months)) {
      if (indicator.price && cell.stated > 0 && cell.stated < pack.integer("k_anonymity")) {
        cell.suppressed = true;
        cell.stated = cell.fen = 0;
      }
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

Value to_value(std::span<const StatisticCell> cells) {
  Value::Items items;
  for (const StatisticCell& cell : cells) {
    Value item(Value::Members{{"count", cell.count}, {"indicator", cell.indicator}});
    if (!cell.word.empty()) item.set("class", cell.word);
    if (cell.green) item.set("green", true);
    if (cell.suppressed) item.set("suppressed", true);
    if (cell.stated > 0) {
      item.set("fen", cell.fen);
      item.set("stated", cell.stated);
      if (find_indicator(cell.indicator)->tech_fen) item.set("tech_fen", cell.tech_fen);
    }
    items.push_back(std::move(item));
  }
  return items;
}

Digest statistic_hash(std::string_view query, const Months& months, const Value& result) {
  Value asked(Value::Members{{"from", to_string(months.from)}, {"query", query}, {"until", to_string(months.until)}});
  if (!result.items().empty()) asked.set("result", result);
  return crypto::sha256(to_canonical(asked));
}

std::span<const std::string_view> indicator_names() {
  static const std::vector<std::string_view> names = words_of<&Indicator::name>();
  return names;
}

std::span<const std::string_view> statistic_queries() {
  static const std::vector<std::string_view> queries = words_of<&Indicator::query>();
  return queries;
}

}  // namespace qinglu::ledger
