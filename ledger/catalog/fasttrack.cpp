// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/fasttrack.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/scope.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::int64_t kKeyIndustry = 1;       ///< ground 1: its class must lie in a table
constexpr std::int64_t kForeignSameSubject = 5;  ///< ground 5: needs no recommendation

// --- fields ---

constexpr std::string_view kTracks[] = {"PREEXAM", "PRIORITY"};
constexpr std::string_view kStages[] = {"EXAMINATION", "INVALIDATION", "REEXAMINATION"};
constexpr Field kRequestFields[] = {
    kPat,
    of(need("track", FieldType::choice, "通道：预审或优先审查", "track"), kTracks),
    of(need("stage", FieldType::choice, "阶段", "stage"), kStages),
    within(need("ground", FieldType::integer, "事由（1–6）", "ground, 1 to 6"), 1, 6),
    may("ipc_main", FieldType::ipc, "主分类号（公布后）", "main class; once public"),
    may("green_code", FieldType::code, "绿色代码（公布后）", "green code; once public"),
    kConsents,
    may("patent_data_commit", FieldType::commitment, "未公布时以承诺代替", "commitment in their place before publication"),
    need("prior_art_hash", FieldType::hash, "现有技术材料摘要", "digest of the prior-art material"),
    may("recommender", FieldType::party, "推荐单位", "who recommends"),
    kCnipaCode};
constexpr std::string_view kResults[] = {"ACCEPTED", "REFUSED"};
constexpr Field kResult = of(need("result", FieldType::choice, "结论", "result"), kResults);
constexpr Field kDate = need("date", FieldType::date, "日期", "date");
constexpr Field kReason = may("reason", FieldType::text, "理由", "reason");
constexpr Field kRecommendFields[] = {kPat, kResult, kDate, kReason, kCnipaCode};
constexpr Field kDecideFields[] = {
    kPat,
    kResult,
    kDate,
    kReason,
    may("class_ok", FieldType::boolean, "分类在表中（未公布时）", "the class lies in the table; before publication"),
    may("table_version", FieldType::integer, "所用分类表版本（未公布时）", "version of that table; before publication"),
    may("all_consent", FieldType::boolean, "全体申请人同意（未公布时）", "all applicants consent; before publication"),
    kCnipaCode};
constexpr std::string_view kExits[] = {"ABNORMAL_FILING", "FALSE_MATERIAL", "LATE_REPLY", "OWN_AMENDMENT", "WITHDRAWN"};
constexpr Field kExitFields[] = {
    kPat, of(need("result", FieldType::choice, "退出原因", "cause"), kExits), kDate, kReason, kCnipaCode};

constexpr Role kAskers[] = {Role::agent, Role::ipo, Role::party};
constexpr Role kRecommenders[] = {Role::admin, Role::ipo, Role::sci};
constexpr std::string_view kSlots[] = {"arguments", "doc_list", "note"};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "申请已在链上", "the application is on the ledger"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "IR", "5", "日期不早于在前的事项",
                                 "the date is not before what it builds on"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kHidden = {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "公布前不写明分类与同意人",
                                  "before publication neither class nor consents are named"};
constexpr Precondition kRequestRules[] = {
    kKnown,
    {"FASTTRACK_STAGE", "QLR", "1.7", "阶段相符：实质审查（尚无审查意见）、初步审查、复审或无效进行中",
     "the proceeding of that stage is running; an invention is examined, and the office has not acted on it yet"},
    {"FASTTRACK_NOT_ELIGIBLE", "QLR", "1.7", "事由一须分类在表中；除事由五外须有推荐单位",
     "ground 1: the class lies in a table; all but ground 5: somebody recommends"},
    {"COAPPLICANT_CONSENT_MISSING", "QLR", "1.7", "全体申请人同意", "all applicants consent"},
    kConsentInForce,
    {"ROLE_NOT_PERMITTED", "PL", "18", "由申请人、其代理机构或专利局提交", "the applicant, its agency or the office submits"},
    kHidden,
    {"SCHEMA_INVALID", "PL", "21", "公布前须写承诺，公布后不写", "a commitment before publication, none after"},
    {"STATE_FORBIDS", "QLR", "1.7", "没有进行中的快速通道请求", "no request is open"},
    kNotFuture};
constexpr Precondition kRecommendRules[] = {
    kKnown, {"STATE_FORBIDS", "QLR", "1.7", "请求尚未决定", "the request is open"}, kOrder, kNotFuture};
constexpr Precondition kDecideRules[] = {
    kKnown,
    {"STATE_FORBIDS", "QLR", "1.7", "请求尚未决定", "the request is open"},
    {"SCHEMA_INVALID", "PL", "21", "公布前专利局写明分类与同意", "before publication the office states class and consents"},
    kOrder,
    kNotFuture};
constexpr Precondition kExitRules[] = {
    kKnown, {"STATE_FORBIDS", "QLR", "1.7", "已进入快速通道", "on the fast track"}, kOrder, kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "fasttrack.decide",
     .zh = "快速通道决定",
     .en = "decision on the fast track",
     .category = Category::filing,
     .fields = kDecideFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kDecideRules,
     .effect_zh = "同意：进入快速通道，各阶段的时限自该日起算；不同意：请求终结",
     .effect_en = "accepted: on the fast track, whose clocks run from that day; refused: the request is closed",
     .date_field = "date"},
    {.name = "fasttrack.exit",
     .zh = "退出快速通道",
     .en = "exit from the fast track",
     .category = Category::filing,
     .fields = kExitFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kExitRules,
     .effect_zh = "回到普通程序",
     .effect_en = "back to the normal queue",
     .date_field = "date"},
    {.name = "fasttrack.recommend",
     .zh = "快速通道推荐意见",
     .en = "recommendation for the fast track",
     .category = Category::filing,
     .fields = kRecommendFields,
     .signers = {.roles = kRecommenders},
     .preconditions = kRecommendRules,
     .effect_zh = "记下推荐意见",
     .effect_en = "keeps the recommendation",
     .date_field = "date"},
    {.name = "fasttrack.request",
     .zh = "快速通道请求",
     .en = "request for the fast track",
     .category = Category::filing,
     .fields = kRequestFields,
     .signers = {.roles = kAskers, .mandate_power = "EXAMINATION"},
     .preconditions = kRequestRules,
     .effect_zh = "请求待决定",
     .effect_en = "the request is open",
     .private_slots = kSlots}};

// --- the proceeding: member `fasttrack` of the application's row ---

constexpr std::string_view kFree[] = {"", "EXITED", "REFUSED"};
constexpr std::string_view kAsked[] = {"REQUESTED"};
constexpr std::string_view kOnTrack[] = {"ACCEPTED"};
constexpr Step kSteps[] = {{"fasttrack.decide:ACCEPTED", kAsked, "ACCEPTED"},
                           {"fasttrack.decide:REFUSED", kAsked, "REFUSED"},
                           {"fasttrack.exit", kOnTrack, "EXITED"},
                           {"fasttrack.recommend", kAsked, ""},
                           {"fasttrack.request", kFree, "REQUESTED"}};

bool runs(std::string_view stage, const Value& row) {
  const PatentStatus status = patent_status(row.text_of("status"));
  if (stage == "INVALIDATION") return row.find("contested") != nullptr;
  if (stage == "REEXAMINATION") return status == PatentStatus::rejected && row.find("reexam");
  // An invention that the office has acted on is examined already.   Source: domain.md 1.7.
  if (row.text_of("type") == "INV") return status == PatentStatus::subst && !row.find("first_action");
  return status == PatentStatus::filed || status == PatentStatus::prelim;
}

/// Whether the main class lies within a class of one of the tables.   Source: domain.md 1.7, ground 1.
bool in_tables(const RuleInput& in, std::string_view symbol) {
  const ClassNesting nesting(table_at(in.rows, "CLASS_NESTING", today(in)));
  for (const std::string_view name : {"IPC_GREEN", "SEI"}) {
    for (const auto& part : table_at(in.rows, name, today(in)).parts) {
      for (const Value& row : part->items_of("rows")) {
        for (const Value& outer : row.items_of("symbols")) {
          if (nesting.covers(outer.text(), symbol)) return true;
        }
      }
    }
  }
  return false;
}

void check_eligible(const RuleInput& in, Verdict& verdict, bool published) {
  const std::int64_t ground = in.data.integer_of("ground");
  if (published && ground == kKeyIndustry && !in_tables(in, in.data.text_of("ipc_main"))) {
    raise(verdict, issue("FASTTRACK_NOT_ELIGIBLE", "/data/ipc_main", std::string(in.data.text_of("ipc_main"))));
  }
  if (in.data.text_of("track") == "PRIORITY" && ground != kForeignSameSubject && !in.data.find("recommender")) {
    raise(verdict, issue("FASTTRACK_NOT_ELIGIBLE", "/data/recommender", std::to_string(ground)));
  }
}

/// All applicants sign, have it signed for them, or have consented.
void check_all_consent(const RuleInput& in, Verdict& verdict, const Value& row) {
  Consents consents(in);
  for (const std::string& party : holders(row)) {
    if (names_party(in.body.items_of("signers"), party) || in.body.text_of("acting_for") == party) continue;
    const Consent consent = consents.of(party, "fasttrack.request", in.data.text_of("pat"));
    if (consent == Consent::given) continue;
    raise(verdict, issue(consent == Consent::expired ? "CONSENT_EXPIRED" : "COAPPLICANT_CONSENT_MISSING", "/data/consents", party));
  }
  consents.use_up(verdict);
}

/// EVENT_BEFORE_PRIOR for a day before the request's last step.
void take(Verdict& verdict, std::string_view act, std::optional<Date> day, Value& request) {
  take_step(verdict, kSteps, act, request);
  const auto since = parse_date(request.text_of("since"));
  if (day && since && *day < *since) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + to_string(*since)));
  }
  if (day) request.set("since", to_string(*day));
}

void request(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto row = load_patent(in, verdict);
  if (!row) return;
  const bool published = is_published(*row);
  check_applicant_speaks(in, verdict, *row);
  const std::string_view stage = in.data.text_of("stage");
  if (!runs(stage, *row)) {
    raise(verdict, issue("FASTTRACK_STAGE", "/data/stage", std::string(row->text_of("type")) + " " + std::string(row->text_of("status"))));
  }
  for (const std::string_view member : {"consents", "green_code", "ipc_main"}) {
    if (!published && in.data.find(member)) raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/" + std::string(member)));
  }
  if (published == (in.data.find("patent_data_commit") != nullptr) || (published && !in.data.find("ipc_main"))) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/patent_data_commit", "ipc_main, patent_data_commit"));
  }
  check_eligible(in, verdict, published);
  if (published && !by_office(in)) check_all_consent(in, verdict, *row);
  // An earlier request that was refused, or left the track, stays in the history alone.
  Value before = row->find("fasttrack") ? *row->find("fasttrack") : Value();
  take(verdict, "fasttrack.request", parse_date(in.body.text_of("event_date")), before);
  Value fresh(Value::Members{{"record", to_sha256_id(in.record_id)}, {"since", before.text_of("since")}, {"stage", before.text_of("stage")}});
  fresh.set("at", stage);
  copy(in, fresh, {"ground", "recommender", "track"});
  row->set("fasttrack", std::move(fresh));
  store_patent(in, verdict, std::move(*row));
}

/// Days by which the office means to act, from table FASTTRACK_CLOCKS as it is on the day of the decision.
Value::Items clocks(const RuleInput& in, const Value& row, std::string_view at, Date from) {
  Value::Items result;
  for (const auto& part : table_at(in.rows, "FASTTRACK_CLOCKS", today(in)).parts) {
    for (const Value& each : part->items_of("rows")) {
      const bool fits = each.text_of("stage") == at && each.text_of("type") == row.text_of("type");
      if (!fits) continue;
      const Date due = each.find("days") ? add_days(from, each.integer_of("days")) : add_months(from, each.integer_of("months"));
      result.emplace_back(Value::Members{{"due", to_string(due)}, {"step", each.text_of("step")}});
    }
  }
  return result;
}

void follow(const RuleInput& in, Verdict& verdict, std::string_view act) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  Value request = row->find("fasttrack") ? *row->find("fasttrack") : Value();
  take(verdict, act, day, request);
  if (act.starts_with("fasttrack.decide")) request.set("decision", to_sha256_id(in.record_id));
  if (act == "fasttrack.recommend") request.set("recommended", in.data.text_of("result") == "ACCEPTED");
  request.erase("clocks");
  if (act == "fasttrack.decide:ACCEPTED") {
    if (Value::Items due = clocks(in, *row, request.text_of("at"), *day); !due.empty()) request.set("clocks", std::move(due));
  }
  row->set("fasttrack", std::move(request));
  store_patent(in, verdict, std::move(*row));
}

void recommend(const RuleInput& in, Verdict& verdict) { follow(in, verdict, "fasttrack.recommend"); }
void leave(const RuleInput& in, Verdict& verdict) { follow(in, verdict, "fasttrack.exit"); }
void decide(const RuleInput& in, Verdict& verdict) {
  const auto row = in.rows.find(subject_row(in.data.text_of("pat")));
  const bool hidden = row && !is_published(*row);
  for (const std::string_view member : {"all_consent", "class_ok", "table_version"}) {
    if ((in.data.find(member) != nullptr) != hidden) raise(verdict, issue("SCHEMA_INVALID", "/data/" + std::string(member)));
  }
  follow(in, verdict, "fasttrack.decide:" + std::string(in.data.text_of("result")));
}

}  // namespace

std::span<const RecordType> fasttrack_types() { return kTypes; }

Rule fasttrack_rule(std::string_view type) {
  if (type == "fasttrack.decide") return decide;
  if (type == "fasttrack.exit") return leave;
  if (type == "fasttrack.recommend") return recommend;
  return type == "fasttrack.request" ? request : nullptr;
}

void check_track_clock(const RuleInput&, Verdict& verdict, const Value& row, std::string_view stage, std::string_view step,
                       std::optional<Date> day) {
  const Value* track = row.find("fasttrack");
  if (!track || track->text_of("stage") != "ACCEPTED" || track->text_of("at") != stage || !day) return;
  for (const Value& clock : track->items_of("clocks")) {
    if (clock.text_of("step") != step || to_string(*day) <= clock.text_of("due")) continue;
    Issue late = issue("CLOCK_EXCEEDED", "/data/date", to_string(*day) + " > " + std::string(clock.text_of("due")));
    late.blocking.emplace_back(track->text_of("decision"));
    raise(verdict, std::move(late));
  }
}

void check_track_class(const RuleInput& in, Verdict& verdict, const Value& row) {
  const Value* track = row.find("fasttrack");
  const Value::Items& classes = in.data.items_of("ipc");
  if (!track || track->text_of("stage") != "ACCEPTED" || track->integer_of("ground") != kKeyIndustry || is_published(row)) return;
  if (!classes.empty() && in_tables(in, classes.front().text())) return;
  Issue missed = issue("FASTTRACK_NOT_ELIGIBLE", "/data/ipc/0", classes.empty() ? std::string() : classes.front().text());
  missed.blocking.emplace_back(track->text_of("decision"));
  raise(verdict, std::move(missed));
}

}  // namespace qinglu::ledger
