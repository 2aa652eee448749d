// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/court_case.hpp"

#include <algorithm>
#include <array>

#include "ledger/catalog/fields.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// --- the state machine (domain.md 3.3) ---

using enum CaseStatus;

template <class... Status>
constexpr std::uint32_t any(Status... status) {
  return ((1u << static_cast<unsigned>(status)) | ...);
}

constexpr std::uint32_t kHearing = any(accepted, answered, evidence);
constexpr std::uint32_t kSecondLook = any(appealed, admin_sued, retrial);  ///< before a court again
constexpr std::uint32_t kUndecided = any(filed, stayed) | kHearing;
constexpr std::uint32_t kOpen = kUndecided | kSecondLook | any(decided_1, admin_decided);
/// The last word is spoken; it can be enforced and retried.
constexpr std::uint32_t kFinal =
    any(effective, admin_effective, decided_2, decided_r, mediated, enforcement, enforced, enforce_terminated);
constexpr std::uint32_t kEvery = (1u << kCaseStatuses) - 1 - any(none);

constexpr CaseMove kMoves[] = {
    {"case.accept", any(filed), true, accepted, kBody, "CPL", "126"},
    {"case.accept:ON_APPEAL", any(appealed), true, accepted, kBody, "CPL", "126, 177"},
    {"case.answer", any(accepted, answered), true, answered, kRespondent | kBody, "CPL", "128"},
    {"case.answer", any(evidence, stayed), false, none, kRespondent | kBody, "CPL", "128"},
    {"case.appeal", any(decided_1, appealed, refused), true, appealed, kCaseParty | kBody | kAnyCourt, "CPL", "171"},
    {"case.appeal:SUIT", any(admin_decided, admin_sued), true, admin_sued, kCaseParty | kBody | kAnyCourt, "PL", "65"},
    {"case.correct", kEvery, false, none, kBody, "QLR", "6.9"},
    {"case.decide:ADMIN", kHearing, true, admin_decided, kBody, "PL", "65"},
    {"case.decide:FIRST", kHearing | any(admin_sued), true, decided_1, kBody, "CPL", "152"},
    {"case.decide:REMAND", any(appealed, retrial), true, accepted, kBody, "CPL", "177, 218"},
    {"case.decide:RETRIAL", any(retrial), true, decided_r, kBody, "CPL", "218"},
    {"case.decide:SECOND", any(appealed), true, decided_2, kBody, "CPL", "177, 182"},
    {"case.effective", any(decided_1, decided_2, decided_r), true, effective, kBody, "CPL", "158"},
    {"case.effective:ADMIN", any(admin_decided), true, admin_effective, kBody, "PL", "65"},
    {"case.enforce:APPLIED", kFinal & ~any(enforcement, enforced), true, enforcement, kAnyCourt, "CPL", "250"},
    {"case.enforce:ENFORCED", any(enforcement), true, enforced, kAnyCourt, "CPL", "250"},
    {"case.enforce:TERMINATED", any(enforcement), true, enforce_terminated, kAnyCourt, "CPL", "268"},
    {"case.evidence", kHearing, true, evidence, kCaseParty | kBody, "CPL", "66"},
    {"case.evidence", kSecondLook | any(stayed), false, none, kCaseParty | kBody, "CPL", "66"},
    {"case.file", any(none), true, filed, kClaimant | kBody, "PL", "65"},
    {"case.mediation", kOpen, true, mediated, kBody | kMediator, "CPL", "96"},
    {"case.mediation:CONFIRMED", any(mediated), true, mediated, kAnyCourt, "CPL", "205"},
    {"case.refer", kEvery, false, none, kBody, "QLR", "6.9"},
    {"case.refuse", any(filed), true, refused, kBody, "CPL", "126"},
    {"case.resume", any(stayed), true, none, kBody, "CPL", "153"},
    {"case.retrial:DISMISSED", any(retrial_petition), true, none, kAnyCourt, "CPL", "215"},
    {"case.retrial:OPENED", kFinal | any(retrial_petition), true, retrial, kAnyCourt, "CPL", "209, 215"},
    {"case.retrial:PETITION", kFinal, true, retrial_petition, kAnyCourt, "CPL", "210, 216"},
    {"case.retrial:REVOKED", any(retrial), true, decided_r, kAnyCourt, "CPL", "218"},
    {"case.retrial:UPHELD", any(retrial), true, decided_r, kAnyCourt, "CPL", "218"},
    {"case.settle", kOpen, true, settled, kCaseParty | kBody, "CPL", "53"},
    {"case.stay", kHearing | kSecondLook | any(enforcement), true, stayed, kBody, "CPL", "153"},
    {"case.withdraw", kUndecided, true, withdrawn, kBody, "CPL", "148"},
    {"judgment.perform", kFinal, false, none, kAnyCourt, "PL", "47"}};

// In the order of the enumeration.
constexpr std::array<std::string_view, kCaseStatuses> kStatusNames = {"",
                                                                      "FILED",
                                                                      "ACCEPTED",
                                                                      "REFUSED",
                                                                      "ANSWERED",
                                                                      "EVIDENCE",
                                                                      "STAYED",
                                                                      "MEDIATED",
                                                                      "SETTLED",
                                                                      "WITHDRAWN",
                                                                      "DECIDED_1",
                                                                      "APPEALED",
                                                                      "DECIDED_2",
                                                                      "EFFECTIVE",
                                                                      "ENFORCEMENT",
                                                                      "ENFORCED",
                                                                      "ENFORCE_TERMINATED",
                                                                      "RETRIAL_PETITION",
                                                                      "RETRIAL",
                                                                      "DECIDED_R",
                                                                      "ADMIN_DECIDED",
                                                                      "ADMIN_EFFECTIVE",
                                                                      "ADMIN_SUED"};

// --- fields ---

constexpr Field kDate = need("date", FieldType::date, "日期", "date");
constexpr Field kReason(bool required) { return Field{"reason", FieldType::text, required, "理由", "reason"}; }
constexpr Field kBy = need("by", FieldType::party, "当事人", "the party that acts");
constexpr Field kParties =
    set(need("parties", FieldType::party, "签名的各方当事人（全体）", "the parties who sign: all of the case"), 32);
constexpr Field kTerms = need("terms_commit", FieldType::commitment, "协议内容承诺", "commitment to the terms");

constexpr Field kClaims = set(within(need("claims", FieldType::integer, "权利要求（外观设计填 1）", "claims; 1 for a design"), 1, 10'000), 50);
constexpr Field kAssertedMembers[] = {kClaims, kPat};
constexpr std::string_view kRoutes[] = {"ADMIN", "CIVIL"};
constexpr std::string_view kActs[] = {"IMPORT", "MAKE", "OFFER", "SELL", "USE", "USE_PROCESS"};
constexpr std::string_view kStandings[] = {"EXCL", "ORD", "OWNER", "SOLE"};
constexpr std::string_view kReportTypes[] = {"eval_report.issue"};
constexpr Field kFileFields[] = {
    kCase,
    need("case_no", FieldType::text, "案号", "official number of the case"),
    need("body", FieldType::party, "受理机构", "court or department that has the case"),
    of(need("route", FieldType::choice, "途径：行政裁决或民事诉讼", "route: administrative or civil"), kRoutes),
    set(need("claimants", FieldType::party, "原告或请求人", "claimants"), 8),
    set(need("pats", FieldType::patent, "所涉专利", "patents asserted"), 8),
    list(with(need("asserted_claims", FieldType::object, "所主张的权利要求，按专利依次", "claims asserted, patent by patent"),
              kAssertedMembers),
         8),
    set(need("respondents", FieldType::party, "被告或被请求人", "respondents"), 24),
    set(of(need("acts", FieldType::choice, "被控行为", "acts alleged"), kActs), 6),
    need("first_act", FieldType::date, "最早行为日", "first day of the acts"),
    need("last_act", FieldType::date, "最晚行为日", "last day of the acts"),
    need("place", FieldType::region, "行为地", "place of the acts"),
    may("desc_commit", FieldType::commitment, "被控产品或方法描述的承诺", "commitment to the description of product or process"),
    of(may("eval_report", FieldType::record_id, "专利权评价报告", "evaluation report"), kReportTypes),
    of(need("standing", FieldType::choice, "主体资格：专利权人、独占、排他、普通被许可人", "standing"), kStandings),
    may("owner_inaction", FieldType::boolean, "专利权人不起诉（排他被许可人声明）", "the owner does not act; a sole licensee states it"),
    may("authority", FieldType::hash, "专利权人授权文件摘要（普通被许可人）", "digest of the owner's authority; an ordinary licensee")};

constexpr Field kAcceptFields[] = {kCase, kDate, kReason(false), kServed};
constexpr std::string_view kDefences[] = {"BOLAR",          "EXHAUSTION", "EXPIRED",   "LEGITIMATE_SOURCE", "LICENSE", "NON_INFRINGEMENT",
                                          "OTHER",          "PRIOR_ART",  "PRIOR_USE", "RESEARCH",          "TRANSIT"};
constexpr Field kAnswerFields[] = {
    kCase,
    kDate,
    kPosted,
    need("by", FieldType::party, "答辩的被告", "the respondent who answers"),
    set(of(need("defences", FieldType::choice, "抗辩", "defences"), kDefences), 11),
    may("doc_commit", FieldType::commitment, "答辩状承诺", "commitment to the paper")};
constexpr Field kEvidenceFields[] = {
    kCase, set(need("evidence", FieldType::record_id, "证据记录", "records of the evidence"), 64),
    need("offered_by", FieldType::party, "提供人", "who offers it")};
constexpr std::string_view kInvalidationTypes[] = {"invalidation.request"};
constexpr Field kStayFields[] = {
    kCase, kDate, kReason(true),
    of(need("invalidation", FieldType::record_id, "相关的无效宣告请求", "request for invalidation that it turns on"),
       kInvalidationTypes)};
constexpr Field kMediationFields[] = {
    kCase, kDate, kParties, kTerms,
    may("judicial_confirmation", FieldType::boolean, "司法确认（仅法院）", "judicial confirmation; stated by a court only")};
constexpr std::string_view kResults[] = {"DISMISSED", "INFRINGED", "NOT_INFRINGED", "REMANDED", "SETTLED", "WITHDRAWN"};
constexpr Field kOutcomeMembers[] = {kClaims, kPat, of(need("result", FieldType::choice, "结论", "result"), kResults)};
constexpr std::string_view kOrders[] = {"DESTROY", "PAY", "STOP"};
constexpr std::string_view kMethods[] = {"AGREED", "GAIN", "LOSS", "ROYALTY_MULTIPLE", "STATUTORY"};
constexpr Field kDamages[] = {
    of(need("method", FieldType::choice, "计算方法", "how they were found"), kMethods),
    may("base", FieldType::money, "基数", "base"),
    may("multiple_milli", FieldType::integer, "倍数（千分之一）", "multiple, in thousandths"),
    may("punitive", FieldType::boolean, "惩罚性赔偿", "punitive"),
    may("expenses", FieldType::money, "合理开支", "reasonable expenses"),
    need("total", FieldType::money, "赔偿总额", "total as stated")};
constexpr std::string_view kIntents[] = {"INTENTIONAL", "NOT_INTENTIONAL"};
constexpr Field kIntent[] = {of(need("finding", FieldType::choice, "故意认定", "finding on intent"), kIntents),
                             may("ground", FieldType::code, "理由代码", "code of the ground")};
constexpr std::string_view kForms[] = {"JUDGMENT", "RULING"};
constexpr std::string_view kRepeatTypes[] = {"case.decide", "case.mediation", "case.settle", "promise.stop"};
constexpr Field kDecideFields[] = {
    kCase,
    kDate,
    kInstance,
    list(with(need("outcome", FieldType::object, "各权利要求的结论", "outcome, claim by claim"), kOutcomeMembers), 24),
    set(of(may("orders", FieldType::choice, "裁判主文：停止、销毁、赔偿", "orders: stop, destroy, pay"), kOrders), 3),
    with(may("damages", FieldType::object, "赔偿", "damages"), kDamages),
    with(may("intent", FieldType::object, "故意", "intent"), kIntent),
    set(may("serious", FieldType::code, "情节严重的理由代码", "grounds of seriousness, as codes"), 16),
    set(of(may("repeat_of", FieldType::record_id, "在先的生效认定或停止侵权承诺", "earlier effective findings, or promises to stop"),
           kRepeatTypes),
        16),
    set(may("linked_parties", FieldType::party, "受在先认定或承诺约束、与本案被告有关联的主体",
            "parties bound before that the body holds to be linked with a respondent"),
        16),
    of(may("form", FieldType::choice, "判决或裁定（法院；不填为判决）", "judgment or ruling; left out: judgment"), kForms),
    kServed};
constexpr Field kAppealFields[] = {kCase, kDate, kPosted, kBy,
                                   need("court", FieldType::party, "上诉或起诉的法院", "court appealed to")};
constexpr Field kEffectiveFields[] = {kCase, kDate};
constexpr std::string_view kEnforceWords[] = {"APPLIED", "ENFORCED", "TERMINATED"};
constexpr Field kEnforceFields[] = {
    kCase, kDate, of(need("status", FieldType::choice, "执行情况：申请、执行完毕、终结", "status of the enforcement"), kEnforceWords)};
constexpr std::string_view kRetrialKinds[] = {"DECIDED", "OPENED", "PETITION"};
constexpr std::string_view kRetrialOutcomes[] = {"DISMISSED", "REVOKED", "UPHELD"};
constexpr Field kRetrialFields[] = {
    kCase, kDate, of(need("kind", FieldType::choice, "申请、立案再审、再审裁判", "petition, opened or decided"), kRetrialKinds),
    of(may("outcome", FieldType::choice, "结论（改判以 case.decide 记录）", "outcome; another judgment is stated by case.decide"),
       kRetrialOutcomes)};
constexpr Field kWithdrawFields[] = {kCase, kDate, kBy};
constexpr Field kCorrectFields[] = {
    kCase, need("target", FieldType::record_id, "被更正的记录", "record that is corrected"),
    need("field", FieldType::code, "更正项", "field that is corrected"),
    may("new", FieldType::any, "新值", "value that stands in its place"), kReason(true)};
constexpr Field kReferFields[] = {kCase, need("from_body", FieldType::party, "移送机构", "body that refers"),
                                  need("to_body", FieldType::party, "联动机构", "body that it is referred to")};
constexpr Field kSettleFields[] = {
    kCase, kParties, kTerms, need("stop_promise", FieldType::boolean, "承诺停止侵权", "the respondents promise to stop")};

constexpr Role kBodies[] = {Role::admin, Role::court, Role::ipo};
constexpr Role kBodiesAndParties[] = {Role::admin, Role::agent, Role::court, Role::ipo, Role::party};
constexpr Role kAppellants[] = {Role::agent, Role::court, Role::party};
constexpr Role kCourts[] = {Role::court};
constexpr Role kReferrers[] = {Role::admin, Role::court};
constexpr Role kMediators[] = {Role::admin, Role::court, Role::inst, Role::ipo, Role::party};
constexpr std::string_view kSignClaimants[] = {"claimants"};
constexpr std::string_view kSignParties[] = {"parties"};
constexpr std::string_view kSignBy[] = {"by"};
constexpr std::string_view kSlots[] = {"claims_amount", "arguments", "secrets", "orders_detail", "doc_list", "note"};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "案件已在链上", "the case is on the ledger"};
constexpr Precondition kState(std::string_view law, std::string_view article, std::string_view zh, std::string_view en) {
  return {"CASE_STATE_FORBIDS", law, article, zh, en};
}
constexpr Precondition kWriter = {"ROLE_NOT_PERMITTED", "QLR", "3.3", "由状态表所列的当事人或机构提交",
                                  "a party or body that the table of states names submits"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "CPL", "85", "日期不早于在前的事项",
                                 "the date is not before what it builds on"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kServedForm = {"SCHEMA_INVALID", "QLR", "6.1", "送达按主体排列且每方一项", "services by party, one each"};
constexpr Precondition kBounded = {"SIZE_LIMIT", "QLR", "6.9", "参与机构数量有上限", "the number of bodies is bounded"};
constexpr Precondition kAllSign = {"MISSING_SIGNATURE", "QLR", "6.9", "全体当事人签名", "every party of the case signs"};

constexpr Precondition kFileRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "所涉专利已在链上", "the patents are on the ledger"},
    {"CASE_EXISTS", "QLR", "6.1", "案件编号和案号均未使用（不分全角半角括号）",
     "neither the key nor the official number is taken, however its brackets are typed"},
    {"SCHEMA_INVALID", "QLR", "6.9", "编号属于受理机构；每件专利依次写明权利要求；双方不同",
     "the key is the body's; every patent has its claims, in order; the two sides differ"},
    {"ROLE_NOT_PERMITTED", "QLR", "3.3", "由原告、其代理机构或受理机构提交", "a claimant, its agency or the body's clerk submits"},
    {"NO_STANDING", "INJ", "2", "专利权人，或独占、排他（专利权人不起诉）、普通（经授权）被许可人",
     "owner, exclusive licensee, sole licensee while the owner does not act, ordinary licensee with authority"},
    {"PATENT_NOT_IN_FORCE_AT_ACT", "PL", "11, 39, 40, 42, 44, 47", "至少一天行为在专利有效期间，且有权利要求有效",
     "at least one day of the acts lies in the days in force of claims that stand"},
    {"ACT_PARTLY_OUTSIDE_TERM", "PL", "11, 42, 44", "标记：部分行为不在有效期间", "flag: some of the acts lie outside the days in force"},
    {"ACT_IN_RESTORED_GAP", "IR", "6", "标记：行为发生在后来恢复的失效期间", "flag: acts within a lapse that was restored"},
    {"EVAL_REPORT_REQUIRED", "PL", "66", "实用新型、外观设计附评价报告（民事：标记；行政：依规则包）",
     "a utility model or design comes with its report; civil: a flag; administrative: as the rule pack says"},
    {"REF_WRONG_TYPE", "QLR", "6.9", "评价报告属于所涉专利", "the report is of a patent of the case"},
    {"COURT_NOT_COMPETENT", "PDR", "2", "标记：机构的授权、级别或地域不符", "flag: grant, level or region of the body does not fit"},
    {"EVENT_BEFORE_PRIOR", "QLR", "6.9", "最晚行为日不早于最早行为日", "the last act is not before the first"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "行为日不在将来", "the acts do not lie in the future"}};
constexpr Precondition kClock = {"CLOCK_EXCEEDED", "CPL", "126", "标记：法院七日、行政机关五个工作日内",
                                 "flag: within seven days, a department within five working days (rule pack)"};
constexpr Precondition kAcceptRules[] = {
    kKnown, kState("CPL", "126", "已提起且未立案", "filed and not yet docketed"), kClock, kWriter, kOrder, kNotFuture, kServedForm};
constexpr Precondition kAnswerRules[] = {
    kKnown,
    kState("CPL", "128", "已立案，尚未裁判", "docketed and not decided"),
    {"CLOCK_EXCEEDED", "CPL", "128", "标记：自该被告收到起诉状起十五日内", "flag: within the days (rule pack) from the service on that respondent"},
    kWriter, kOrder, kNotFuture};
constexpr Precondition kEvidenceRules[] = {
    kKnown,
    kState("CPL", "66", "审理中", "in hearing"),
    {"CUSTODY_GAP", "OLR", "17, 18", "标记：所引证据的保管链有缺口", "flag: the custody of a deposit has a gap"},
    kWriter, kOrder};
constexpr Precondition kOfCase = {"REF_WRONG_TYPE", "QLR", "6.9", "无效宣告请求针对本案专利", "the request is about a patent of the case"};
constexpr Precondition kStayRules[] = {
    kKnown, kState("CPL", "153", "审理或执行中", "in hearing or enforcement"), kOfCase, kWriter, kOrder, kNotFuture};
constexpr Precondition kResumeRules[] = {
    kKnown, kState("CPL", "153", "已中止", "stayed"), kOfCase, kWriter, kOrder, kNotFuture};
constexpr Precondition kMediationRules[] = {
    kKnown, kState("CPL", "96", "尚未生效", "no decision is effective"), kAllSign, kWriter, kOrder, kNotFuture};
constexpr Precondition kDecideRules[] = {
    kKnown,
    kState("CPL", "152", "审理中，审级相符", "in hearing, and the instance fits"),
    {"SCHEMA_INVALID", "QLR", "6.9", "所主张的权利要求各有一项结论，发回重审为全案；惩罚性赔偿写明倍数；关联主体与所引认定并列；送达按主体排列",
     "each claim asserted has one result, and a remand is of the whole case, by a higher court; punitive damages state their multiple; "
     "linked parties go with a repetition; services are in order"},
    {"PUNITIVE_BASE_STATUTORY", "PUN21", "5", "惩罚性赔偿的基数不是法定赔偿", "the base of punitive damages is not a statutory sum"},
    {"MULTIPLE_OUT_OF_RANGE", "PL", "71", "惩罚性倍数在一倍以上五倍以下", "the punitive multiple lies within the bounds of the rule pack"},
    {"DAMAGES_OUT_OF_RANGE", "PL", "71", "标记：法定赔偿在法定幅度内", "flag: statutory damages lie within their bounds"},
    {"DAMAGES_MISMATCH", "PUN21", "5", "标记：总额与基数、倍数的任何一种算法都不符", "flag: the total fits no reading of base and multiple"},
    {"PATENT_NOT_IN_FORCE_AT_ACT", "PL", "11, 47", "认定侵权的权利要求在行为时有效，未被宣告无效",
     "claims found infringed were in force at the acts, and are not void"},
    {"REF_WRONG_TYPE", "QLR", "3.5", "重复侵权所引为同一当事人（或所列关联主体）的生效认定或停止承诺",
     "what a repetition cites is an effective finding against, or a promise of, the same party or a linked one that is named"},
    {"EVENT_BEFORE_PRIOR", "QLR", "3.5", "重复的行为晚于所引的认定或承诺；日期有序", "repeated acts lie after what is cited; dates are in order"},
    kWriter, kNotFuture};
constexpr Precondition kAppealRules[] = {
    kKnown,
    kState("CPL", "171", "一审裁判、不予受理或行政决定之后", "after a first decision, a refusal or an administrative decision"),
    {"APPEAL_LATE", "CPL", "171", "自送达该当事人起判决十五日、裁定十日、行政决定十五日内；未送达为在期限内",
     "within the days (rule pack) from the service on that party; in time while it was not served"},
    kWriter, kOrder, kNotFuture, kBounded};
constexpr Precondition kEffectiveRules[] = {
    kKnown,
    kState("CPL", "158", "已作出裁判", "decided"),
    {"APPEAL_WINDOW_OPEN", "CPL", "171", "各方上诉或起诉期限届满", "every party's time to appeal or sue is over"},
    {"SERVICE_UNKNOWN", "CPL", "171", "标记：有当事人的送达未上链", "flag: a party's service is not on the ledger"},
    {"PATENT_NOT_IN_FORCE_AT_ACT", "PL", "47", "认定侵权的权利要求未被宣告无效", "claims found infringed are not void"},
    kWriter, kOrder, kNotFuture};
constexpr Precondition kEnforceRules[] = {
    kKnown,
    kState("CPL", "250", "已生效；执行中方可执行完毕或终结", "effective; ended only while running"),
    {"DEADLINE_PASSED", "CPL", "250", "自生效起两年内申请执行", "applied for within the period (rule pack) from the effective day"},
    kWriter, kOrder, kNotFuture, kBounded};
constexpr Precondition kRetrialRules[] = {
    kKnown,
    kState("CPL", "209-218", "已生效；再审中方可裁判", "effective; decided only while open"),
    {"CLOCK_EXCEEDED", "CPL", "216", "标记：自生效起六个月内申请", "flag: asked for within the period (rule pack) from the effective day"},
    {"SCHEMA_INVALID", "QLR", "6.9", "裁判时且仅在裁判时写明结论", "an outcome is stated when, and only when, it is decided"},
    kWriter, kOrder, kNotFuture, kBounded};
constexpr Precondition kWithdrawRules[] = {
    kKnown, kState("CPL", "148", "裁判之前", "before the decision"), kWriter, kOrder, kNotFuture};
constexpr Precondition kCorrectRules[] = {
    kKnown,
    kState("QLR", "6.9", "案件已提起", "the case was filed"),
    {"CORRECTION_NOT_AUTHORITY", "QLR", "6.10", "由原提交机构更正", "the submitter of the record corrects it"},
    {"REF_WRONG_TYPE", "QLR", "6.9", "是本案的记录", "it is a record of this case"},
    kWriter};
constexpr Precondition kReferRules[] = {
    kKnown, kState("QLR", "6.9", "案件已提起", "the case was filed"),
    {"SIZE_LIMIT", "QLR", "6.9", "联动机构数量有上限", "the number of linked bodies is bounded"}, kWriter};
constexpr Precondition kSettleRules[] = {
    kKnown, kState("CPL", "53", "尚未生效", "no decision is effective"), kAllSign, kWriter, kOrder};

constexpr RecordType kTypes[] = {
    {.name = "case.accept",
     .zh = "立案",
     .en = "docketing of a case",
     .category = Category::infringement,
     .fields = kAcceptFields,
     .signers = {.roles = kBodies},
     .preconditions = kAcceptRules,
     .effect_zh = "ACCEPTED；自送达起各被告的答辩期起算",
     .effect_en = "ACCEPTED; each respondent's time to answer runs from its service",
     .date_field = "date"},
    {.name = "case.answer",
     .zh = "答辩",
     .en = "answer to a complaint",
     .category = Category::infringement,
     .fields = kAnswerFields,
     .signers = {.roles = kBodiesAndParties, .mandate_power = "DISPUTE"},
     .preconditions = kAnswerRules,
     .effect_zh = "ANSWERED；记下抗辩",
     .effect_en = "ANSWERED; the defences are kept",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "case.appeal",
     .zh = "上诉，或对行政决定起诉",
     .en = "appeal, or suit against an administrative decision",
     .category = Category::infringement,
     .fields = kAppealFields,
     .signers = {.roles = kAppellants, .mandate_power = "DISPUTE"},
     .preconditions = kAppealRules,
     .effect_zh = "APPEALED 或 ADMIN_SUED；该法院可在本案中写入",
     .effect_en = "APPEALED or ADMIN_SUED; the court may write in the case from now on",
     .date_field = "date"},
    {.name = "case.correct",
     .zh = "案件记录更正",
     .en = "correction in a case",
     .category = Category::infringement,
     .fields = kCorrectFields,
     .signers = {.roles = kBodies},
     .preconditions = kCorrectRules,
     .effect_zh = "说明原记录的某项有误；原记录保留，状态不变；送达以 correction 补充",
     .effect_en = "says that a field of a record was wrong; the record stays and no state moves; services are added by `correction`"},
    {.name = "case.decide",
     .zh = "裁判或行政裁决",
     .en = "decision in a case",
     .category = Category::infringement,
     .fields = kDecideFields,
     .signers = {.roles = kBodies},
     .preconditions = kDecideRules,
     .effect_zh = "DECIDED_1、DECIDED_2、DECIDED_R 或 ADMIN_DECIDED；自各方送达起其期限起算；终审即为生效认定",
     .effect_en = "DECIDED_1, DECIDED_2, DECIDED_R or ADMIN_DECIDED; one window for each party from its service; the last instance is effective at once",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "case.effective",
     .zh = "裁判生效",
     .en = "effect of a decision",
     .category = Category::infringement,
     .fields = kEffectiveFields,
     .signers = {.roles = kBodies},
     .preconditions = kEffectiveRules,
     .effect_zh = "EFFECTIVE 或 ADMIN_EFFECTIVE；认定侵权的自此为生效认定",
     .effect_en = "EFFECTIVE or ADMIN_EFFECTIVE; a finding of infringement counts from now on",
     .date_field = "date"},
    {.name = "case.enforce",
     .zh = "执行",
     .en = "enforcement",
     .category = Category::infringement,
     .fields = kEnforceFields,
     .signers = {.roles = kCourts},
     .preconditions = kEnforceRules,
     .effect_zh = "ENFORCEMENT、ENFORCED 或 ENFORCE_TERMINATED",
     .effect_en = "ENFORCEMENT, ENFORCED or ENFORCE_TERMINATED",
     .date_field = "date"},
    {.name = "case.evidence",
     .zh = "举证",
     .en = "evidence offered in a case",
     .category = Category::infringement,
     .fields = kEvidenceFields,
     .signers = {.roles = kBodiesAndParties, .mandate_power = "DISPUTE"},
     .preconditions = kEvidenceRules,
     .effect_zh = "EVIDENCE；中止或上级审理中状态不变",
     .effect_en = "EVIDENCE; while stayed or before a higher court the state stays",
     .private_slots = kSlots},
    {.name = "case.file",
     .zh = "提起案件",
     .en = "filing of a case",
     .category = Category::infringement,
     .fields = kFileFields,
     .signers = {.roles = kBodiesAndParties, .may_sign = kSignClaimants, .mandate_power = "DISPUTE"},
     .preconditions = kFileRules,
     .effect_zh = "FILED；只是主张，不是认定",
     .effect_en = "FILED; an allegation, no finding",
     .private_slots = kSlots},
    {.name = "case.mediation",
     .zh = "调解协议",
     .en = "agreement by mediation",
     .category = Category::infringement,
     .fields = kMediationFields,
     .signers = {.roles = kMediators, .must_sign = kSignParties},
     .preconditions = kMediationRules,
     .effect_zh = "MEDIATED；仅法院调解或经司法确认的才是生效认定",
     .effect_en = "MEDIATED; a finding only where a court mediated or confirmed it",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "case.refer",
     .zh = "联动移送",
     .en = "referral to another body",
     .category = Category::infringement,
     .fields = kReferFields,
     .signers = {.roles = kReferrers},
     .preconditions = kReferRules,
     .effect_zh = "记下联动机构；不给予写入权",
     .effect_en = "the other body is linked; it may not write in the case for that"},
    {.name = "case.refuse",
     .zh = "不予受理",
     .en = "refusal to docket a case",
     .category = Category::infringement,
     .fields = kAcceptFields,
     .signers = {.roles = kBodies},
     .preconditions = kAcceptRules,
     .effect_zh = "REFUSED；自送达起可上诉",
     .effect_en = "REFUSED; an appeal lies from the service on",
     .date_field = "date"},
    {.name = "case.resume",
     .zh = "恢复审理",
     .en = "resumption of a case",
     .category = Category::infringement,
     .fields = kStayFields,
     .signers = {.roles = kBodies},
     .preconditions = kResumeRules,
     .effect_zh = "回到中止前的状态",
     .effect_en = "back to the state before the stay",
     .date_field = "date"},
    {.name = "case.retrial",
     .zh = "再审",
     .en = "retrial",
     .category = Category::infringement,
     .fields = kRetrialFields,
     .signers = {.roles = kCourts},
     .preconditions = kRetrialRules,
     .effect_zh = "RETRIAL_PETITION、RETRIAL 或 DECIDED_R；再审期间认定不计入",
     .effect_en = "RETRIAL_PETITION, RETRIAL or DECIDED_R; while a retrial runs there is no finding",
     .date_field = "date"},
    {.name = "case.settle",
     .zh = "和解",
     .en = "settlement of a case",
     .category = Category::infringement,
     .fields = kSettleFields,
     .signers = {.roles = kBodiesAndParties, .must_sign = kSignParties, .mandate_power = "DISPUTE"},
     .preconditions = kSettleRules,
     .effect_zh = "SETTLED；停止侵权的承诺可为重复侵权的依据",
     .effect_en = "SETTLED; a promise to stop may later show a repetition",
     .private_slots = kSlots},
    {.name = "case.stay",
     .zh = "中止审理",
     .en = "stay of a case",
     .category = Category::infringement,
     .fields = kStayFields,
     .signers = {.roles = kBodies},
     .preconditions = kStayRules,
     .effect_zh = "STAYED",
     .effect_en = "STAYED",
     .date_field = "date"},
    {.name = "case.withdraw",
     .zh = "撤诉",
     .en = "withdrawal of a case",
     .category = Category::infringement,
     .fields = kWithdrawFields,
     .signers = {.roles = kBodies, .must_sign = kSignBy},
     .preconditions = kWithdrawRules,
     .effect_zh = "WITHDRAWN",
     .effect_en = "WITHDRAWN",
     .date_field = "date"}};

}  // namespace

std::span<const RecordType> case_types() { return kTypes; }

std::string_view name(CaseStatus status) { return kStatusNames[static_cast<std::size_t>(status)]; }

CaseStatus case_status(std::string_view word) {
  const auto at = std::ranges::find(kStatusNames, word);
  return at == kStatusNames.end() ? none : static_cast<CaseStatus>(at - kStatusNames.begin());
}

std::span<const CaseMove> case_moves() { return kMoves; }

const CaseMove* find_case_move(std::string_view act, CaseStatus status) {
  for (const CaseMove& each : kMoves) {
    if (each.act == act && (each.from & any(status))) return &each;
  }
  return nullptr;
}

}  // namespace qinglu::ledger
