// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/patent.hpp"

#include <algorithm>
#include <array>

#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/fasttrack.hpp"
#include "ledger/catalog/fields.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// --- the state machine (domain.md 1.8) ---

using enum PatentStatus;

template <class... Status>
constexpr std::uint32_t any(Status... status) {
  return ((1u << static_cast<unsigned>(status)) | ...);
}

constexpr std::uint32_t kBeforeGrant = any(filed, prelim, published, subst, allowed);
constexpr std::uint32_t kLive = kBeforeGrant | any(granted);
/// A right that has ended can still be invalidated: it was in force for a while.
constexpr std::uint32_t kOnceGranted = any(granted, expired, lapsed, abandoned);

constexpr Transition kTransitions[] = {
    {"annuity.notice", any(granted), kAllTypes, false, none, "IR", "115"},
    {"annuity.paid", any(granted), kAllTypes, false, none, "IR", "115"},
    {"compulsory.grant", any(granted), kInv | kUm, false, none, "PL", "53, 54"},
    {"eval_report.issue", kOnceGranted, kAllTypes, false, none, "IR", "62"},
    {"invalidation.final", kOnceGranted, kAllTypes, false, none, "PL", "47"},
    {"invalidation.final:WHOLE", kOnceGranted, kAllTypes, true, invalidated, "PL", "47"},
    {"invalidation.request", kOnceGranted, kAllTypes, false, none, "PL", "45"},
    {"inventor.correct", kLive | any(rejected), kAllTypes, false, none, "PL", "16"},
    {"owner.change_address", kLive | any(rejected), kAllTypes, false, none, "IR", "106"},
    {"owner.change_name", kLive | any(rejected), kAllTypes, false, none, "IR", "106"},
    {"patent.abandon", any(granted), kAllTypes, true, abandoned, "PL", "44"},
    {"patent.accept", any(none, committed), kAllTypes, true, filed, "PL", "28"},
    {"patent.commit", any(none), kAllTypes, true, committed, "PL", "21"},
    {"patent.deemed_withdrawn", kBeforeGrant, kAllTypes, true, deemed_withdrawn, "PL", "37"},
    {"patent.exam_request", any(filed, prelim, published), kInv, false, none, "PL", "35"},
    {"patent.exam_request:ENTERED", any(published), kInv, true, subst, "PL", "35"},
    {"patent.expire", any(granted), kAllTypes, true, expired, "PL", "42"},
    {"patent.grant", any(allowed), kAllTypes, true, granted, "PL", "39, 40"},
    {"patent.grant_notice", any(prelim), kUm | kDes, true, allowed, "PL", "40"},
    {"patent.grant_notice", any(subst), kInv, true, allowed, "PL", "39"},
    {"patent.green_tag", kLive | any(rejected), kAllTypes, false, none, "QLR", "6.4"},
    {"patent.lapse", any(granted), kAllTypes, true, lapsed, "PL", "44"},
    {"patent.not_accept", any(committed), kAllTypes, true, not_accepted, "IR", "44"},
    {"patent.office_action", any(prelim, subst), kAllTypes, false, none, "PL", "37"},
    {"patent.prelim_result:FAILED", any(filed), kAllTypes, true, rejected, "IR", "50"},
    {"patent.prelim_result:PASSED", any(filed), kAllTypes, true, prelim, "PL", "34, 40"},
    {"patent.publish", any(prelim), kInv, true, published, "PL", "34"},
    {"patent.reject", any(prelim, subst), kAllTypes, true, rejected, "PL", "38"},
    {"patent.response", any(prelim, subst), kAllTypes, false, none, "PL", "37"},
    {"patent.restore", any(lapsed, deemed_withdrawn), kAllTypes, true, none, "IR", "6"},
    {"patent.withdraw", kBeforeGrant | any(rejected), kAllTypes, true, withdrawn, "PL", "32"},
    {"reexam.decide:REVOKED", any(rejected), kAllTypes, true, none, "PL", "41"},
    {"reexam.decide:UPHELD", any(rejected), kAllTypes, false, none, "PL", "41"},
    {"reexam.judgment", any(rejected), kAllTypes, false, none, "PL", "41"},
    {"reexam.judgment:REVOKED", any(rejected), kAllTypes, false, none, "PL", "41"},
    {"reexam.judgment:UPHELD", any(rejected), kAllTypes, true, rejected_final, "PL", "41"},
    {"reexam.request", any(rejected), kAllTypes, false, none, "PL", "41"},
    {"reexam.suit", any(rejected), kAllTypes, false, none, "PL", "41"},
    {"suspend.start", kLive | any(rejected), kAllTypes, false, none, "IR", "103"},
    {"term.adjust", any(granted), kInv, false, none, "PL", "42"}};

// In the order of the enumeration.
constexpr std::array<std::string_view, kPatentStatuses> kStatusNames = {"",
                                                                        "COMMITTED",
                                                                        "NOT_ACCEPTED",
                                                                        "FILED",
                                                                        "PRELIM",
                                                                        "PUBLISHED",
                                                                        "SUBST",
                                                                        "ALLOWED",
                                                                        "GRANTED",
                                                                        "REJECTED",
                                                                        "REJECTED_FINAL",
                                                                        "WITHDRAWN",
                                                                        "DEEMED_WITHDRAWN",
                                                                        "EXPIRED",
                                                                        "LAPSED",
                                                                        "ABANDONED",
                                                                        "INVALIDATED"};

std::uint8_t type_bit(std::string_view type) {
  return type == "INV" ? kInv : type == "UM" ? kUm : type == "DES" ? kDes : 0;
}

// --- fields ---

constexpr Field kType =
    of(need("type", FieldType::choice, "专利类型", "type of patent"), kPatentTypeWords);
constexpr Field kDate = need("date", FieldType::date, "日期", "date");
constexpr Field kDocHash = may("doc_hash", FieldType::hash, "文书摘要", "digest of the document");
constexpr Field kDue = may("due", FieldType::date, "答复期限", "last day to reply");
constexpr Field kGround = need("ground", FieldType::text, "理由", "ground");
constexpr Field kInventors = list(
    need("inventors", FieldType::commitment, "发明人（承诺）", "inventors, as commitments"), 64);
constexpr Field kIpc = list(need("ipc", FieldType::ipc, "分类号", "classes, main class first"), 64);

constexpr std::string_view kOpeningNames[] = {"applicant", "title"};
constexpr Field kOpeningMembers[] = {
    need("commit", FieldType::commitment, "承诺", "commitment that is opened"),
    of(need("name", FieldType::choice, "字段", "field that was committed"), kOpeningNames),
    need("salt", FieldType::key_hex, "盐值", "salt, 64 hex digits"),
    need("value", FieldType::any, "内容", "value: a title, or the list of applicants")};
constexpr Field kOpenings(bool required) {
  return list(
      with(Field{"openings", FieldType::object, required, "公开承诺", "openings of commitments"},
           kOpeningMembers),
      8);
}

constexpr Field kCommitFields[] = {
    kType,
    need("doc_commit", FieldType::doc_commit, "申请文件承诺",
         "commitment to the application's documents"),
    need("applicant_commit", FieldType::commitment, "申请人承诺", "commitment to the applicants"),
    may("agent", FieldType::party, "代理机构", "agency"),
    may("receipt_hint", FieldType::text, "回执线索", "hint to the office's receipt"),
    may("intended_green", FieldType::boolean, "拟为绿色技术", "intended as green technology"),
    kSynthetic};

constexpr Field kPriorityMembers[] = {
    need("country", FieldType::country, "国别", "country"),
    need("date", FieldType::date, "在先申请日", "date of the earlier filing"),
    need("no", FieldType::text, "在先申请号",
         "number of the earlier filing; Chinese ones in normal form")};
constexpr std::string_view kRestorations[] = {"GRANTED", "REFUSED", "REQUESTED"};
constexpr Field kAcceptFields[] = {
    need("app_no", FieldType::app_no, "申请号", "application number"),
    kType,
    need("filing_date", FieldType::date, "申请日", "filing date"),
    may("commit_ref", FieldType::commit_ref, "在先承诺记录", "record of the commitment"),
    within(need("applicant_count", FieldType::integer, "申请人数", "number of applicants"), 1,
           1'000),
    need("title_commit", FieldType::commitment, "名称承诺", "commitment to the title"),
    list(with(may("priority", FieldType::object, "优先权", "priorities claimed"), kPriorityMembers),
         32),
    of(may("priority_restoration", FieldType::choice, "优先权恢复", "restoration of priority"),
       kRestorations),
    may("divisional_of", FieldType::patent, "分案的原申请", "parent of a divisional"),
    may("pair_um_inv", FieldType::patent, "同日另一申请", "parallel filing of the same day"),
    may("pct_no", FieldType::text, "国际申请号", "international application number"),
    may("entry_date", FieldType::date, "进入国家阶段日", "entry into the national phase"),
    may("entry_surcharge", FieldType::boolean, "已缴宽限费", "surcharge for late entry paid"),
    set(may("green_declared", FieldType::code, "声明的绿色代码", "green codes declared"), 16),
    kCnipaCode,
    kSynthetic};

constexpr Field kNotAcceptFields[] = {
    need("commit_ref", FieldType::commit_ref, "承诺记录", "record of the commitment"), kDate,
    kGround, kCnipaCode};

constexpr std::string_view kPrelimKinds[] = {"FAILED", "PASSED"};
constexpr Field kPrelimFields[] = {
    kPat,      of(need("kind", FieldType::choice, "结论", "result"), kPrelimKinds),
    kDate,     kDue,
    kDocHash,  kServed,
    kCnipaCode};
constexpr std::string_view kActionKinds[] = {"CORRECTION", "EXAMINATION", "ORAL", "OTHER"};
constexpr Field kActionFields[] = {
    kPat,      of(need("kind", FieldType::choice, "通知类别", "kind of action"), kActionKinds),
    kDate,     kDue,
    kDocHash,  kServed,
    kCnipaCode};
constexpr std::string_view kResponseKinds[] = {"AMENDMENT", "CORRECTION", "OBSERVATIONS"};
constexpr Field kResponseFields[] = {
    kPat, of(need("kind", FieldType::choice, "答复类别", "kind of response"), kResponseKinds),
    kDate, kDocHash, kCnipaCode};

constexpr Field kPublishFields[] = {
    kPat,
    need("pub_no", FieldType::pub_no, "公布号", "publication number"),
    need("pub_date", FieldType::date, "公布日", "publication date"),
    need("title", FieldType::text, "发明名称", "title"),
    list(need("applicants", FieldType::party, "申请人", "applicants"), 32),
    kInventors,
    kIpc,
    need("abstract_hash", FieldType::hash, "摘要文字的摘要值", "digest of the abstract"),
    kOpenings(true),
    may("early_request", FieldType::boolean, "请求提前公布", "early publication was requested"),
    kCnipaCode};

constexpr Field kExamFields[] = {kPat,
                                 need("date", FieldType::date, "请求日", "day of the request"),
                                 may("fee_paid", FieldType::boolean, "已缴费", "fee paid"),
                                 may("entered_date", FieldType::date, "进入实质审查日（仅专利局）",
                                     "day on which examination starts; the office only"),
                                 kCnipaCode};

constexpr Field kRejectFields[] = {kPat, kDate, kGround, kDocHash, kServed, kCnipaCode};
constexpr Field kWithdrawFields[] = {
    kPat, kDate, kGround,
    set(may("applicants", FieldType::party, "签名的申请人（公布后）",
            "applicants who sign; after publication only"),
        32),
    kCnipaCode};

constexpr Field kNoticeFields[] = {kPat, kDate, kDue, kDocHash, kServed, kCnipaCode};
constexpr Field kOwnerMembers[] = {
    need("party", FieldType::party, "专利权人", "owner"),
    may("share", FieldType::basis_points, "份额（基点）", "share in basis points")};
constexpr Field kGrantFields[] = {
    kPat,
    need("grant_date", FieldType::date, "授权公告日", "date of the grant announcement"),
    need("grant_no", FieldType::pub_no, "授权公告号", "number of the grant document"),
    need("kind", FieldType::code, "文献种类代码", "kind code"),
    list(with(need("owners", FieldType::object, "专利权人", "owners"), kOwnerMembers), 32),
    kInventors,
    need("claims_hash", FieldType::hash, "权利要求摘要", "digest of the claims"),
    within(need("claim_count", FieldType::integer, "权利要求数", "number of claims"), 1, 10'000),
    kIpc,
    within(need("first_annuity_year", FieldType::integer, "首次年费年度",
                "patent year paid with the grant"),
           1, 50),
    may("formalities_date", FieldType::date, "办理登记手续日", "day of the grant formalities"),
    may("title", FieldType::text, "名称（实用新型、外观设计）", "title (utility model, design)"),
    kOpenings(false),
    kCnipaCode};

constexpr std::string_view kTaggers[] = {"AUTO", "EVALUATOR"};
constexpr Field kGreenFields[] = {
    may("pat", FieldType::patent, "专利", "patent or application"),
    may("fpat", FieldType::foreign, "外国专利", "foreign right"),
    need("scheme", FieldType::code, "分类体系", "scheme"),
    set(need("codes", FieldType::code, "绿色代码", "codes"), 16),
    of(need("by", FieldType::choice, "认定方式", "how it was decided"), kTaggers),
    need("evidence", FieldType::hash, "依据摘要", "digest of what it rests on"),
    kCnipaCode};

constexpr std::string_view kLapseCauses[] = {"ANNUITY_UNPAID", "OTHER"};
constexpr Field kLapseFields[] = {
    kPat,
    need("as_of", FieldType::date, "失效首日", "first day not in force"),
    need("announce_date", FieldType::date, "公告日", "day of the announcement"),
    of(need("cause", FieldType::choice, "原因", "cause"), kLapseCauses),
    kServed,
    kCnipaCode};
constexpr std::string_view kRestoreBases[] = {"FORCE_MAJEURE", "JUST_CAUSE"};
constexpr Field kRestoreFields[] = {
    kPat,
    of(need("basis", FieldType::choice, "事由", "ground"), kRestoreBases),
    need("request_date", FieldType::date, "请求日", "day of the request"),
    need("decision_date", FieldType::date, "决定日", "day of the decision"),
    may("obstacle_removed", FieldType::date, "障碍消除日（不可抗力）",
        "day on which the obstacle was removed (force majeure)"),
    kCnipaCode};
constexpr Field kExpireFields[] = {
    kPat, need("date", FieldType::date, "终止日（保护期届满次日）", "the day after the term"),
    kCnipaCode};

constexpr std::string_view kWhole[] = {"WHOLE"};
constexpr Field kAbandonFields[] = {
    kPat,
    need("date", FieldType::date, "失效首日", "first day not in force"),
    of(need("scope", FieldType::choice, "放弃范围", "what is abandoned"), kWhole),
    set(need("owners", FieldType::party, "签名的专利权人", "owners who sign"), 32),
    kConsents,
    kCnipaCode};

// --- who signs ---

constexpr Role kFilers[] = {Role::agent, Role::party};
constexpr Role kFilersAndOffice[] = {Role::agent, Role::ipo, Role::party};
constexpr Role kTaggerRoles[] = {Role::cert, Role::ipo};
constexpr std::string_view kOwnersSign[] = {"owners"};
constexpr std::string_view kApplicantsSign[] = {"applicants"};

constexpr std::string_view kCommitSlots[] = {"abstract",  "inventors", "ipc",
                                             "agent_ref", "doc_list",  "note"};
constexpr std::string_view kActionSlots[] = {"arguments", "doc_list", "note"};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "申请已在链上",
                                 "the application is on the ledger"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "IR", "5", "日期不早于在前的事项",
                                 "the date is not before what it builds on"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来",
                                     "dates are not in the future"};
constexpr Precondition kHidden = {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "公布前不写明当事人",
                                  "before publication nobody is named"};
constexpr Precondition kServedForm = {
    "SCHEMA_INVALID", "QLR", "6.1", "送达按主体排列且每方一项，公布后须写明受送达人",
    "services by party, one each, named once the application is public"};
constexpr Precondition kMayAct = {"ROLE_NOT_PERMITTED", "PL", "18",
                                  "由申请人、其代理机构或专利局提交",
                                  "the applicant, its agency or the office submits"};
constexpr Precondition state(std::string_view law, std::string_view article, std::string_view zh,
                             std::string_view en) {
  return {"STATE_FORBIDS", law, article, zh, en};
}

constexpr Precondition kCommitRules[] = {
    state("PL", "21", "同一承诺未用过", "the commitment was not used before")};
constexpr Precondition kAcceptRules[] = {
    {"APP_NO_CHECK_DIGIT", "QLR", "1.2", "申请号校验位正确", "the number's check character holds"},
    {"APP_NO_TYPE_MISMATCH", "QLR", "1.2", "类型位与类型相符", "its type digit fits the type"},
    {"APP_NO_EXISTS", "PL", "28", "申请号未上链", "the number is not on the ledger yet"},
    {"APP_NO_YEAR_DIFFERS", "QLR", "1.2", "标记：年份与申请日不同（分案、PCT 除外）",
     "flag: year and filing date differ (not for divisionals and PCT)"},
    {"PRIORITY_EXPIRED", "PL", "29", "在优先权期限内", "filed within the priority period"},
    {"PRIORITY_BASE_USED", "IR", "35", "在先申请可作优先权基础",
     "the earlier filing may be a base of priority"},
    {"PCT_ENTRY_LATE", "IR", "120", "按期进入国家阶段", "the national phase was entered in time"},
    {"COMMIT_MISMATCH", "PL", "21", "类型与承诺记录相同", "the type is that of the commitment"},
    state("PL", "28", "承诺尚未受理", "the commitment was not accepted before"),
    {"SCHEMA_INVALID", "QLR", "6.4", "国际申请号、进入日和宽限费配套",
     "number, day and surcharge of a PCT entry go together"},
    kOrder,
    kNotFuture};
constexpr Precondition kNotAcceptRules[] = {
    state("IR", "44", "承诺未受理", "the commitment is open"), kKnown, kNotFuture, kOrder};
constexpr Precondition kPrelimRules[] = {
    kKnown,  state("PL", "34, 40", "已受理、尚未初审", "filed, not yet examined"),
    kOrder,  kNotFuture,
    kHidden, kServedForm,
    kNotSuspended,
    kTrackClock};
constexpr Precondition kActionRules[] = {
    kKnown,
    state("PL", "37", "初审合格后或实质审查中", "after preliminary or in substantive examination"),
    kOrder,
    kNotFuture,
    kHidden,
    kServedForm,
    kNotSuspended,
    kTrackClock};
constexpr Precondition kResponseRules[] = {
    kKnown,
    state("PL", "37", "初审合格后或实质审查中", "after preliminary or in substantive examination"),
    kOrder, kNotFuture, kMayAct};
constexpr Precondition kPublishRules[] = {
    kKnown,
    state("PL", "34", "发明，初审合格", "an invention that passed preliminary examination"),
    {"PUBLISH_TOO_EARLY", "PL", "34", "满十八个月或有提前公布请求",
     "after the statutory months, or early on request"},
    {"COMMIT_MISMATCH", "PL", "21", "公开的内容与承诺相符", "the openings fit the commitments"},
    {"KIND_CODE_INVALID", "QLR", "1.2", "公布号为发明的 A 类", "an invention's number of kind A"},
    kOrder,
    kNotFuture,
    kTrackClass};
constexpr Precondition kExamRules[] = {
    kKnown,
    state("PL", "35", "发明，授权程序中；公布后方可进入实审",
          "an invention; examination starts after publication"),
    {"EXAM_REQUEST_LATE", "PL", "35", "申请日（优先权日）起三年内",
     "within the period from filing or priority"},
    kOrder,
    kNotFuture,
    kMayAct};
constexpr Precondition kRejectRules[] = {kKnown,  state("PL", "38", "审查中", "under examination"),
                                         kOrder,  kNotFuture,
                                         kHidden, kServedForm,
    kNotSuspended,
    kTrackClock};
constexpr Precondition kWithdrawRules[] = {
    kKnown,
    state("PL", "32", "授权前", "before the grant"),
    {"COAPPLICANT_CONSENT_MISSING", "PL", "14", "全体申请人签名", "all applicants sign"},
    kHidden,
    kOrder,
    kNotFuture,
    kMayAct,
    kNotSuspended};
constexpr Precondition kDeemedRules[] = {kKnown,  state("PL", "37", "授权前", "before the grant"),
                                         kOrder,  kNotFuture,
                                         kHidden, kServedForm};
constexpr Precondition kNoticeRules[] = {
    kKnown,
    state("PL", "39, 40", "发明实审合格，其他初审合格",
          "inventions after substantive, others after preliminary examination"),
    kOrder,
    kNotFuture,
    kHidden,
    kServedForm,
    kNotSuspended,
    kTrackClock};
constexpr Precondition kGrantRules[] = {
    kKnown,
    state("PL", "39, 40", "已发授权通知", "the grant was notified"),
    {"DUAL_GRANT", "IR", "47", "同日的另一专利已放弃或终止",
     "a parallel patent of the same day has ended"},
    {"FORMALITY_LATE", "IR", "60", "按期办理登记手续", "formalities in time"},
    {"KIND_CODE_INVALID", "QLR", "1.2", "公告号与类型相符", "the grant number fits the type"},
    {"COMMIT_MISMATCH", "PL", "21", "实用新型、外观设计公开的内容与承诺相符",
     "utility models and designs: the openings fit the commitments"},
    {"SHARE_SUM_INVALID", "PL", "14", "份额全填且合计 10000，或全不填",
     "shares for all, 10,000 in sum, or for none"},
    {"SCHEMA_INVALID", "QLR", "6.4", "实用新型、外观设计须有名称和公开承诺，发明不填",
     "utility models and designs state title and openings, inventions do not"},
    kOrder,
    kNotFuture,
    kNotSuspended,
    kTrackClass};
constexpr Precondition kGreenRules[] = {
    {"GREEN_CODE_UNKNOWN", "QLR", "6.4", "代码在现行分类表中",
     "the codes are in the table in force"},
    {"IPC_NO_MATCH", "QLR", "6.11", "自动认定须分类号相符", "decided by class: the classes match"},
    kKnown,
    state("QLR", "6.4", "申请或专利有效", "a pending application or a patent in force"),
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "已公布", "the application is public"},
    {"SCHEMA_INVALID", "QLR", "6.4", "中国专利与外国专利择一",
     "a Chinese or a foreign right, not both"},
    {"SIZE_LIMIT", "QLR", "6.4", "体系数量有上限", "the number of schemes is bounded"}};
constexpr Precondition kLapseRules[] = {
    kKnown,
    state("PL", "44", "已授权", "granted"),
    {"GRACE_NOT_OVER", "IR", "115", "补缴期已届满", "the grace period is over"},
    {"ANNUITY_DUE_DIFFERS", "IR", "115", "标记：失效首日与推算不同",
     "flag: the first day without effect differs from the derived one"},
    kOrder,
    kNotFuture,
    kServedForm,
    kNotSuspended};
constexpr Precondition kRestoreRules[] = {
    kKnown,
    state("IR", "6", "已失效或视为撤回", "lapsed or deemed withdrawn"),
    {"RESTORE_WINDOW_CLOSED", "IR", "6", "在恢复期限内请求", "asked for in time"},
    {"SIZE_LIMIT", "QLR", "6.4", "恢复次数有上限", "the number of restorations is bounded"},
    kOrder,
    kNotFuture};
constexpr Precondition kExpireRules[] = {
    kKnown,
    state("PL", "42", "已授权", "granted"),
    {"TERM_NOT_ENDED", "PL", "42", "为保护期届满次日", "the day after the term"},
    kOrder,
    kNotFuture};

constexpr Precondition kAbandonRules[] = {
    kKnown,
    state("PL", "44", "已授权", "granted"),
    {"NOT_RIGHT_HOLDER", "PL", "10", "放弃人均为专利权人", "everybody who abandons is an owner"},
    {"LICENSEE_CONSENT_MISSING", "TCI", "26", "独占、排他被许可人同意", "exclusive and sole licensees have consented"},
    {"LICENSE_ENDS_WITH_PATENT", "TCI", "26", "标记：普通许可随之终止", "flag: ordinary licences end with the right"},
    {"OPEN_LICENSE_ACTIVE", "PL", "51", "标记：开放许可声明生效中", "flag: an open declaration is active"},
    kPledgeeConsents,
    kNotFrozen,
    kUncontested,
    kInForce,
    kCoownersConsent,
    kConsentInForce,
    kOrder,
    kNotFuture};

// --- the types ---

constexpr RecordType kTypes[] = {
    {.name = "patent.abandon",
     .zh = "放弃专利权",
     .en = "abandonment",
     .category = Category::filing,
     .fields = kAbandonFields,
     .signers = {.roles = kOnlyIpo, .must_sign = kOwnersSign},
     .preconditions = kAbandonRules,
     .effect_zh = "专利权自所述首日起终止（ABANDONED）",
     .effect_en = "the right is ABANDONED as of the day stated",
     .date_field = "date"},
    {.name = "patent.accept",
     .zh = "专利申请受理",
     .en = "acceptance of an application",
     .category = Category::filing,
     .fields = kAcceptFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kAcceptRules,
     .effect_zh = "申请成立（FILED），在先承诺成为其别名",
     .effect_en = "the application is FILED; the earlier commitment becomes its alias",
     .date_field = {}},
    {.name = "patent.commit",
     .zh = "申请文件存证承诺",
     .en = "commitment to an application",
     .category = Category::filing,
     .fields = kCommitFields,
     .signers = {.roles = kFilers, .mandate_power = "FILING"},
     .preconditions = kCommitRules,
     .effect_zh = "证明某时已持有申请文件；不产生申请日",
     .effect_en = "proof of possession at a time; it gives no filing date",
     .private_slots = kCommitSlots},
    {.name = "patent.deemed_withdrawn",
     .zh = "视为撤回",
     .en = "application deemed withdrawn",
     .category = Category::filing,
     .fields = kRejectFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kDeemedRules,
     .effect_zh = "申请视为撤回，可在期限内请求恢复",
     .effect_en = "the application is deemed withdrawn; restoration may be asked for in time",
     .date_field = "date"},
    {.name = "patent.exam_request",
     .zh = "实质审查请求与进入",
     .en = "request for and start of substantive examination",
     .category = Category::filing,
     .fields = kExamFields,
     .signers = {.roles = kFilersAndOffice, .mandate_power = "EXAMINATION"},
     .preconditions = kExamRules,
     .effect_zh = "记下请求；专利局写明进入日的，进入实质审查",
     .effect_en = "keeps the request; with the office's starting day, examination starts",
     .date_field = "date"},
    {.name = "patent.expire",
     .zh = "保护期届满",
     .en = "end of the term",
     .category = Category::filing,
     .fields = kExpireFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kExpireRules,
     .effect_zh = "专利权终止（EXPIRED）",
     .effect_en = "the right has EXPIRED",
     .date_field = "date"},
    {.name = "patent.grant",
     .zh = "授权公告",
     .en = "grant",
     .category = Category::filing,
     .fields = kGrantFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kGrantRules,
     .effect_zh = "专利权生效（GRANTED），确定专利权人、保护期和首次年费年度",
     .effect_en = "the right is GRANTED: owners, term and first annuity are set",
     .date_field = "grant_date"},
    {.name = "patent.grant_notice",
     .zh = "授权通知",
     .en = "notice of the coming grant",
     .category = Category::filing,
     .fields = kNoticeFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kNoticeRules,
     .effect_zh = "可授权（ALLOWED），开始办理登记手续的期限",
     .effect_en = "ALLOWED; the time for the formalities runs",
     .date_field = "date"},
    {.name = "patent.green_tag",
     .zh = "绿色技术标识",
     .en = "green classification",
     .category = Category::filing,
     .fields = kGreenFields,
     .signers = {.roles = kTaggerRoles},
     .preconditions = kGreenRules,
     .effect_zh = "客体带有该体系的绿色代码及所依据的表版本",
     .effect_en = "the right carries the scheme's codes and the version of the table"},
    {.name = "patent.lapse",
     .zh = "专利权终止",
     .en = "lapse",
     .category = Category::filing,
     .fields = kLapseFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kLapseRules,
     .effect_zh = "专利权自所述首日起失效（LAPSED），可在期限内请求恢复",
     .effect_en = "the right has LAPSED as of the day stated; restoration may be asked for in time",
     .date_field = "announce_date"},
    {.name = "patent.not_accept",
     .zh = "不予受理",
     .en = "refusal to accept",
     .category = Category::filing,
     .fields = kNotAcceptFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kNotAcceptRules,
     .effect_zh = "承诺的申请不予受理（NOT_ACCEPTED）",
     .effect_en = "the committed application is NOT_ACCEPTED",
     .date_field = "date"},
    {.name = "patent.office_action",
     .zh = "审查意见通知",
     .en = "office action",
     .category = Category::filing,
     .fields = kActionFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kActionRules,
     .effect_zh = "记下通知、期限和送达",
     .effect_en = "keeps the action, its due day and services",
     .private_slots = kActionSlots,
     .date_field = "date"},
    {.name = "patent.prelim_result",
     .zh = "初步审查结论",
     .en = "result of preliminary examination",
     .category = Category::filing,
     .fields = kPrelimFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kPrelimRules,
     .effect_zh = "合格：PRELIM；不合格：REJECTED",
     .effect_en = "passed: PRELIM; failed: REJECTED",
     .date_field = "date"},
    {.name = "patent.publish",
     .zh = "发明专利申请公布",
     .en = "publication of an invention",
     .category = Category::filing,
     .fields = kPublishFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kPublishRules,
     .effect_zh = "公布（PUBLISHED），名称、申请人和分类公开",
     .effect_en = "PUBLISHED: title, applicants and classes are public",
     .date_field = "pub_date"},
    {.name = "patent.reject",
     .zh = "驳回决定",
     .en = "rejection",
     .category = Category::filing,
     .fields = kRejectFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kRejectRules,
     .effect_zh = "驳回（REJECTED），自送达起可请求复审",
     .effect_en = "REJECTED; reexamination may be asked for from the service on",
     .date_field = "date"},
    {.name = "patent.response",
     .zh = "答复审查意见",
     .en = "response to an office action",
     .category = Category::filing,
     .fields = kResponseFields,
     .signers = {.roles = kFilersAndOffice, .mandate_power = "EXAMINATION"},
     .preconditions = kResponseRules,
     .effect_zh = "记下答复，状态不变",
     .effect_en = "keeps the response; the status stays",
     .private_slots = kActionSlots,
     .date_field = "date"},
    {.name = "patent.restore",
     .zh = "恢复权利",
     .en = "restoration",
     .category = Category::filing,
     .fields = kRestoreFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kRestoreRules,
     .effect_zh = "回到失效前的状态；失效期间予以记载，视为有效",
     .effect_en = "back to the former status; the gap is kept and counts as in force",
     .date_field = "decision_date"},
    {.name = "patent.withdraw",
     .zh = "撤回申请",
     .en = "withdrawal",
     .category = Category::filing,
     .fields = kWithdrawFields,
     .signers = {.roles = kFilersAndOffice,
                 .must_sign = kApplicantsSign,
                 .mandate_power = "WITHDRAWAL"},
     .preconditions = kWithdrawRules,
     .effect_zh = "申请撤回（WITHDRAWN）",
     .effect_en = "the application is WITHDRAWN",
     .date_field = "date"}};

}  // namespace

std::span<const RecordType> patent_types() { return kTypes; }

std::span<const Transition> patent_transitions() { return kTransitions; }

std::string_view name(PatentStatus status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}

PatentStatus patent_status(std::string_view word) {
  const auto at = std::ranges::find(kStatusNames, word);
  return at == kStatusNames.end() ? none : static_cast<PatentStatus>(at - kStatusNames.begin());
}

const Transition* find_transition(std::string_view act, PatentStatus status,
                                  std::string_view type) {
  for (const Transition& each : kTransitions) {
    if (each.act == act && (each.from & any(status)) && (each.types & type_bit(type))) return &each;
  }
  return nullptr;
}

std::vector<std::string> holders(const Value& patent_row) {
  std::vector<std::string> parties;
  for (const Value& owner : patent_row.items_of("owners"))
    parties.emplace_back(owner.text_of("party"));
  if (!parties.empty()) return parties;
  for (const Value& applicant : patent_row.items_of("applicants"))
    parties.push_back(applicant.text());
  return parties;
}

bool priority_in_time(const RulePack& pack, const Calendar& calendar, std::string_view type,
                      Date from, Date filed, bool restored) {
  if (type == "DES")
    return filed <= period_end(from, pack.period("priority_months_des", from), calendar);
  const Date unmoved = add_months(from, pack.period("priority_months_inv_um", from));
  if (filed <= calendar.shift(unmoved)) return true;
  // The months of the restoration are counted from the unmoved end of the period.
  return restored &&
         filed <= period_end(unmoved, pack.period("priority_restoration_months", unmoved), calendar);
}

Annuity annuity_of(const RulePack& pack, const Calendar& calendar, Date filed, std::int64_t year) {
  const Date unmoved = annuity_due_unmoved(filed, year);
  return Annuity{year, unmoved, calendar.shift(unmoved),
                 period_end(unmoved, pack.period("annuity_grace_months", unmoved), calendar)};
}

std::optional<Annuity> open_annuity(const Value& patent_row, const RulePack& pack,
                                    const Calendar& calendar) {
  const auto filed = parse_date(patent_row.text_of("filing_date"));
  const auto end = parse_date(patent_row.text_of("term_end"));
  const Value* annuities = patent_row.find("annuities");
  if (!filed || !end || !annuities) return std::nullopt;
  const Value::Items& paid = annuities->items_of("paid");
  for (std::int64_t year = annuities->integer_of("first_year") + 1;; ++year) {
    if (annuity_due_unmoved(*filed, year) > *end) return std::nullopt;
    if (std::ranges::find(paid, Value(year)) == paid.end()) {
      return annuity_of(pack, calendar, *filed, year);
    }
  }
}

namespace {

/// The services of the latest `act`; an empty list while nobody has been served.
const Value::Items& services(const Value& row, std::string_view act) {
  static const Value::Items kNobody;
  const Value* decisions = row.find("decisions");
  const Value* decision = decisions ? decisions->find(act) : nullptr;
  return decision ? decision->items_of("served") : kNobody;
}

/// Last day to attack the rejection, or the decision that upheld it; nullopt: open, or attacked.
std::optional<Date> rejection_window(const Value& row, const std::vector<std::string>& parties,
                                     const RulePack& pack, const Calendar& calendar) {
  const Value* reexam = row.find("reexam");
  if (!reexam) return window_end(services(row, "reject"), parties, pack.periods("reexam_months"), calendar);
  if (reexam->text_of("stage") != "UPHELD") return std::nullopt;
  return window_end(services(row, "reexam_decide"), parties, pack.periods("reexam_suit_months"), calendar);
}

void derive_grant(const Value& row, const RulePack& pack, const Calendar& calendar, Date date,
                  DerivedStatus& derived) {
  derived.annuity = open_annuity(row, pack, calendar);
  const auto end = parse_date(row.text_of("term_end"));
  if (end && date > *end) {
    derived.status = "TERM_ENDED";
  } else if (derived.annuity && date > derived.annuity->grace_end) {
    derived.status = "GRACE_OVER";
  } else if (derived.annuity && date > derived.annuity->due) {
    derived.status = "IN_GRACE";
  }
}

}  // namespace

DerivedStatus derived_status(const Value& subject_row, const RulePack& pack,
                             const Calendar& calendar, Date date) {
  DerivedStatus derived;
  derived.status = subject_row.text_of("status");
  const PatentStatus status = patent_status(derived.status);
  const std::vector<std::string> parties = holders(subject_row);
  if (status == granted) derive_grant(subject_row, pack, calendar, date, derived);
  if (status == rejected) {
    const auto end = rejection_window(subject_row, parties, pack, calendar);
    if (end && date > *end) derived.status = name(rejected_final);
  }
  if (status == lapsed || status == deemed_withdrawn) {
    const std::string_view act = status == lapsed ? "lapse" : "deemed_withdrawn";
    derived.restorable_until =
        window_end(services(subject_row, act), parties, pack.periods("restore_months"), calendar);
    derived.restorable = !derived.restorable_until || date <= *derived.restorable_until;
  }
  return derived;
}

}  // namespace qinglu::ledger
