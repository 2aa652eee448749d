// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/preserve.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kIntervalsMax = 16;  ///< that have not ended
constexpr std::size_t kRenewalsMax = 64;   ///< of one order, so that its row keeps its bound

// --- fields ---

constexpr Field kOrderNo = need("order_no", FieldType::text, "裁定文号", "number of the order");
constexpr Field kCourtField = need("court", FieldType::party, "法院", "court");
constexpr Field kRequestedUntil = need("requested_until", FieldType::date, "请求保全至", "last day asked for");
constexpr std::string_view kKinds[] = {"ACT", "EVIDENCE", "PROPERTY"};
constexpr Field kOrderFields[] = {
    kOrderNo,
    kCourtField,
    of(need("kind", FieldType::choice, "种类：行为、证据、财产", "kind: act, evidence or property"), kKinds),
    need("target", FieldType::subject, "保全对象：专利或主体", "what is preserved: a patent or a party"),
    need("requested_from", FieldType::date, "请求保全自", "first day asked for"),
    kRequestedUntil};
constexpr std::string_view kOrderTypes[] = {"preserve.order"};
constexpr std::string_view kReceivedTypes[] = {"preserve.order", "preserve.release", "preserve.renew"};
constexpr Field kOrder = of(need("order", FieldType::record_id, "保全裁定", "the order"), kOrderTypes);
constexpr Field kRenewFields[] = {kOrder, kOrderNo, kCourtField, kRequestedUntil};
constexpr Field kReleaseFields[] = {kOrder, need("date", FieldType::date, "解除日", "day of the release"),
                                    need("reason", FieldType::text, "理由", "reason")};
constexpr Field kReceiveFields[] = {
    of(need("order", FieldType::record_id, "收到的裁定、续行或解除", "the order, renewal or release received"), kReceivedTypes),
    need("received_at", FieldType::date, "收到日", "day of receipt"),
    may("from", FieldType::date, "保全自（解除不填）", "first day preserved; not for a release"),
    may("until", FieldType::date, "保全至（解除不填）", "last day preserved; not for a release")};

constexpr Role kCourts[] = {Role::court};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "保全对象已在链上", "what is preserved is on the ledger"};
constexpr Precondition kCapped = {"PRESERVATION_TOO_LONG", "PDR", "9", "财产保全每次不超过六个月", "property: no longer than the period (rule pack) at a time"};
constexpr Precondition kNotTwice = {"DOUBLE_PRESERVATION", "PDR", "9", "标记：不得重复保全，不改变日期",
                                    "flag: preserved already; it changes no date"};
constexpr Precondition kOwnCourt = {"ROLE_NOT_PERMITTED", "QLR", "3.6", "由所述法院提交", "the court that is named submits"};
constexpr Precondition kDates = {"EVENT_BEFORE_PRIOR", "PDR", "9", "截止日不早于起始日", "the end is not before the start"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kOrderRules[] = {
    kKnown,
    {"SCHEMA_INVALID", "QLR", "6.9", "对象为中国专利或主体", "a Chinese patent or a party"},
    kOwnCourt,
    kCapped,
    kNotTwice,
    {"PATENT_NOT_IN_FORCE", "QLR", "2.5", "标记：专利权已终止或无效", "flag: the right has ended or is void"},
    kDates};
constexpr Precondition kRenewRules[] = {
    {"STATE_FORBIDS", "PDR", "9", "保全尚在进行，未解除", "the preservation is running and not released"},
    kOwnCourt,
    kCapped,
    kNotTwice,
    {"SIZE_LIMIT", "QLR", "6.9", "续行次数有上限", "the number of renewals is bounded"},
    kDates};
constexpr Precondition kReleaseRules[] = {
    {"STATE_FORBIDS", "CPL", "107", "尚未解除", "not released before"}, kNotFuture};
constexpr Precondition kReceiveRules[] = {
    kKnown,
    {"REF_WRONG_TYPE", "PDR", "9", "登记簿只因对专利的财产保全而冻结", "only a property order on a patent freezes the register"},
    {"SCHEMA_INVALID", "QLR", "6.9", "写明起止日；解除时不写", "both days are stated; neither for a release"},
    kCapped,
    {"RENEWAL_LATE", "PDR", "9", "续行须在期满前送达", "a renewal arrives before the end"},
    kNotTwice,
    {"SIZE_LIMIT", "QLR", "6.9", "同时存在的保全数量有上限", "the number of preservations at once is bounded"},
    kDates,
    kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "preserve.order",
     .zh = "保全裁定",
     .en = "preservation order",
     .category = Category::dispute,
     .fields = kOrderFields,
     .signers = {.roles = kCourts},
     .preconditions = kOrderRules,
     .effect_zh = "记下裁定；登记簿自专利局收到（preserve.receive）起冻结；行为和证据保全以裁定的日期为准",
     .effect_en = "the order is on record; the register is frozen by the office's preserve.receive; for acts and evidence the order's own dates hold"},
    {.name = "preserve.receive",
     .zh = "保全裁定的收到和执行",
     .en = "receipt of an order by the office",
     .category = Category::dispute,
     .fields = kReceiveFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kReceiveRules,
     .effect_zh = "自起始日至截止日保全（含当日），到期自行终止；解除：收到日为最后一日",
     .effect_en = "preserved from the first to the last day, and over by itself; a release: the day of receipt is the last one",
     .subjects_of = "order",
     .date_field = "received_at"},
    {.name = "preserve.release",
     .zh = "解除保全",
     .en = "release of a preservation",
     .category = Category::dispute,
     .fields = kReleaseFields,
     .signers = {.roles = kCourts},
     .preconditions = kReleaseRules,
     .effect_zh = "记下解除；登记簿自专利局收到后解冻",
     .effect_en = "the release is on record; the register opens after the office's receipt",
     .subjects_of = "order",
     .date_field = "date"},
    {.name = "preserve.renew",
     .zh = "续行保全",
     .en = "renewal of a preservation",
     .category = Category::dispute,
     .fields = kRenewFields,
     .signers = {.roles = kCourts},
     .preconditions = kRenewRules,
     .effect_zh = "记下续行；自专利局收到起延长",
     .effect_en = "the renewal is on record; the office's receipt extends the preservation",
     .subjects_of = "order"}};

// --- orders: an E row under what they preserve ---

/// An order, as its row has it.
struct Order {
  std::string id;      ///< of the preserve.order that the row began with
  std::string target;  ///< subject key
  RowKey key;
  Value row;
};

/// The order that `order` names, itself or by a renewal or a release of it.
std::optional<Order> order_of(const RuleInput& in, Verdict& verdict) {
  std::string id(in.data.text_of("order"));
  auto digest = from_sha256_id(id);
  auto record = digest ? in.rows.find_record(*digest) : nullptr;
  if (record && record->body.text_of("type") != "preserve.order") {
    id = record->body.find("data")->text_of("order");
    digest = from_sha256_id(id);
    record = digest ? in.rows.find_record(*digest) : nullptr;
  }
  if (!record) return std::nullopt;  // the framework has asked for the record itself
  std::string target(record->body.find("data")->text_of("target"));
  RowKey key = encumbrance_row(target, id);
  const auto row = in.rows.find(key);
  if (!row) {
    raise(verdict, issue("SUBJECT_NOT_FOUND", "/data/order", target));
    return std::nullopt;
  }
  return Order{std::move(id), std::move(target), std::move(key), *row};
}

bool is_patent(std::string_view subject) { return subject.starts_with("pat:"); }

std::optional<Date> date_at(const Value& row, std::string_view object, std::string_view member) {
  const Value* found = row.find(object);
  return found ? parse_date(found->text_of(member)) : std::nullopt;
}

void check_until(Verdict& verdict, std::string_view field, Date from, Date until) {
  if (until < from) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/" + std::string(field), to_string(until) + " < " + to_string(from)));
  }
}

/// The cap is the corresponding day of the last month, or that month's last one: no holiday moves it.
void check_cap(const RuleInput& in, Verdict& verdict, std::string_view field, Date from, Date until) {
  const Date longest = add_months(from, in.pack.integer("preservation_months"));
  if (until > longest) {
    raise(verdict, issue("PRESERVATION_TOO_LONG", "/data/" + std::string(field), to_string(until) + " > " + to_string(longest)));
  }
}

void check_own_court(const RuleInput& in, Verdict& verdict) {
  if (in.data.text_of("court") != in.body.text_of("submitter")) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/court", std::string(in.data.text_of("court"))));
  }
}

/// The matrix's row of a preservation, for a patent as it stands on the day of the order.
void judge_patent(const RuleInput& in, Verdict& verdict, std::string_view target, const Value& patent, Date from, Date until) {
  const auto day = parse_date(in.body.text_of("event_date"));
  if (!day) return;
  Consents none(in);
  judge_right_use(in, verdict,
                  {.act = RightAct::preservation,
                   .patent = target,
                   .row = patent,
                   .pointer = "/data/target",
                   .day = *day,
                   .scope = whole_patent(from, until),
                   .actors = {},
                   .consent_to = {}},
                  none);
}

void order(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto from = date_in(in, "requested_from");
  const auto until = date_in(in, "requested_until");
  const std::string target(in.data.text_of("target"));
  check_own_court(in, verdict);
  if (!from || !until) return;
  check_until(verdict, "requested_until", *from, *until);
  const bool property = in.data.text_of("kind") == "PROPERTY";
  if (property) check_cap(in, verdict, "requested_until", *from, *until);
  if (is_patent(target)) {
    const auto patent = require_subject(in, verdict, target, "/data/target");
    if (patent && property) judge_patent(in, verdict, target, *patent, *from, *until);
  } else if (!target.starts_with("org:") && !target.starts_with("per:")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/target", target));
  } else if (!in.rows.find(party_row(target))) {
    raise(verdict, issue("SUBJECT_NOT_FOUND", "/data/target", target));
  }
  Value row;
  copy(in, row, {"court", "kind", "order_no", "requested_from", "requested_until"});
  verdict.set(encumbrance_row(target, to_sha256_id(in.record_id)), std::move(row));
}

void renew(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = parse_date(in.body.text_of("event_date"));
  const auto until = date_in(in, "requested_until");
  check_own_court(in, verdict);
  auto found = order_of(in, verdict);
  if (!found || !day || !until) return;
  const bool property = found->row.text_of("kind") == "PROPERTY";
  // For acts and evidence the order's own dates run; for property those that the office received.
  const auto running = property ? date_at(found->row, "received", "until") : parse_date(found->row.text_of("requested_until"));
  if (!running || *running < *day || found->row.find("released")) {
    raise(verdict, issue("STATE_FORBIDS", "/data/order", running ? to_string(*running) : "-"));
  }
  if (running) {
    check_until(verdict, "requested_until", *running, *until);
    if (property) check_cap(in, verdict, "requested_until", *running, *until);
  }
  if (property && in.data.text_of("court") != found->row.text_of("court")) {
    Issue other = issue("DOUBLE_PRESERVATION", "/data/court", std::string(found->row.text_of("court")));
    other.blocking.push_back(found->id);
    raise(verdict, std::move(other));
  }
  Value::Items renewals = found->row.items_of("renewals");
  if (renewals.size() >= kRenewalsMax) return raise(verdict, issue("SIZE_LIMIT", "/data/order", std::to_string(kRenewalsMax)));
  Value renewal(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, renewal, {"court", "requested_until"});
  renewals.push_back(std::move(renewal));
  found->row.set("renewals", std::move(renewals));
  verdict.set(found->key, std::move(found->row));
}

void release(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  past_date(in, verdict, "date");
  auto found = order_of(in, verdict);
  if (!found) return;
  if (const Value* before = found->row.find("released")) {
    raise(verdict, issue("STATE_FORBIDS", "/data/order", std::string(before->text_of("date"))));
  }
  Value released(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, released, {"date"});
  found->row.set("released", std::move(released));
  verdict.set(found->key, std::move(found->row));
}

// --- what holds in the register ---

/// A preservation that shares a day with from..until, of another order or, with `own`, of any.
const Value* in_the_way(const Value& patent, std::string_view order_id, bool own, Date from, Date until) {
  for (const Value& each : patent.items_of("preserved")) {
    const auto first = parse_date(each.text_of("from"));
    const auto last = parse_date(each.text_of("until"));
    if (!first || !last || *first > until || *last < from) continue;
    if (own || each.text_of("order") != order_id) return &each;
  }
  return nullptr;
}

/// The day of receipt is the last one on which the order freezes the register.
void receive_release(Verdict& verdict, const Order& order, Date received, Value patent) {
  Value::Items kept;
  for (Value each : patent.items_of("preserved")) {
    const auto from = parse_date(each.text_of("from"));
    const auto until = parse_date(each.text_of("until"));
    if (each.text_of("order") == order.id && from && until) {
      if (*from > received) continue;
      if (*until > received) each.set("until", to_string(received));
    }
    kept.push_back(std::move(each));
  }
  set_list(patent, "preserved", std::move(kept));
  Value row = order.row;
  if (Value* held = row.find("received")) {
    const auto until = parse_date(held->text_of("until"));
    if (until && *until > received) held->set("until", to_string(received));
  }
  verdict.set(order.key, std::move(row));
  verdict.set(subject_row(order.target), std::move(patent));
}

/// The renewal of the order's own court that the record receives, while it was not received before.
Value* fresh_renewal(const RuleInput& in, Order& order) {
  Value* renewals = order.row.find("renewals");
  if (!renewals) return nullptr;
  for (Value& each : renewals->items()) {
    if (each.text_of("record") != in.data.text_of("order")) continue;
    return each.text_of("court") == order.row.text_of("court") && !each.find("received") ? &each : nullptr;
  }
  return nullptr;
}

/// An interval of days, both included, that the office puts into the register.
void receive_interval(const RuleInput& in, Verdict& verdict, Order order, bool renewal, Date received, Value patent) {
  const auto from = date_in(in, "from");
  const auto until = date_in(in, "until");
  if (!from || !until) return;
  check_until(verdict, "until", *from, *until);
  const auto running = date_at(order.row, "received", "until");
  Value* own = renewal ? fresh_renewal(in, order) : nullptr;
  const bool in_time = own && running && received <= *running;
  if (own && !in_time) {
    raise(verdict, issue("RENEWAL_LATE", "/data/received_at", to_string(received) + " > " + (running ? to_string(*running) : "-")));
  }
  // In time it goes on from the running end; otherwise it is a new preservation from its receipt.
  check_cap(in, verdict, "until", in_time ? *running : received, *until);
  if (const Value* other = in_the_way(patent, order.id, !in_time, *from, *until)) {
    Issue twice = issue("DOUBLE_PRESERVATION", "/data/order", std::string(other->text_of("until")));
    twice.blocking.emplace_back(other->text_of("record"));
    return raise(verdict, std::move(twice));  // changes no date
  }
  Value::Items preserved = not_ended(patent.items_of("preserved"), today(in));
  if (preserved.size() >= kIntervalsMax) return raise(verdict, issue("SIZE_LIMIT", "/data/order", std::to_string(kIntervalsMax)));
  Value interval(Value::Members{{"order", order.id}, {"record", to_sha256_id(in.record_id)}});
  copy(in, interval, {"from", "until"});
  preserved.push_back(interval);
  set_list(patent, "preserved", std::move(preserved));
  if (own) own->set("received", to_string(received));
  interval.erase("order");
  order.row.set("received", std::move(interval));
  verdict.set(order.key, std::move(order.row));
  verdict.set(subject_row(order.target), std::move(patent));
}

void receive(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto received = past_date(in, verdict, "received_at");
  auto found = order_of(in, verdict);
  if (!found || !received) return;
  const auto digest = from_sha256_id(in.data.text_of("order"));
  const auto record = digest ? in.rows.find_record(*digest) : nullptr;
  if (!record) return;
  const std::string_view type = record->body.text_of("type");
  const bool releases = type == "preserve.release";
  for (const std::string_view member : {"from", "until"}) {
    if ((in.data.find(member) == nullptr) != releases) {
      return raise(verdict, issue("SCHEMA_INVALID", "/data/" + std::string(member), std::string(type)));
    }
  }
  if (!is_patent(found->target) || found->row.text_of("kind") != "PROPERTY") {
    return raise(verdict, issue("REF_WRONG_TYPE", "/data/order", found->target + ", " + std::string(found->row.text_of("kind"))));
  }
  const auto patent = require_subject(in, verdict, found->target, "/data/order");
  if (!patent) return;
  if (releases) {
    receive_release(verdict, *found, *received, *patent);
  } else {
    receive_interval(in, verdict, std::move(*found), type == "preserve.renew", *received, *patent);
  }
}

}  // namespace

std::span<const RecordType> preserve_types() { return kTypes; }

Rule preserve_rule(std::string_view type) {
  if (type == "preserve.order") return order;
  if (type == "preserve.receive") return receive;
  if (type == "preserve.release") return release;
  return type == "preserve.renew" ? renew : nullptr;
}

}  // namespace qinglu::ledger
