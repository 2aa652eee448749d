// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/messages.hpp"

#include <algorithm>
#include <iterator>

#include "crypto/base/check.hpp"

namespace qinglu::ledger {
namespace {

using enum CodeClass;
using enum ExitGroup;

constexpr Message kMessages[] = {
    {"AMOUNT_INVALID", form, refused, "QLR", "6.1", "金额无效：{detail}",
     "the amount is invalid: {detail}", "人民币以分为单位填整数；外币填十进制数和币种",
     "write RMB in fen, other currencies as a decimal with its code"},
    {"ANNUITY_AFTER_GRACE", law, refused, "IR", "115", "缴费日晚于补缴期届满日：{detail}",
     "the payment lies after the end of the grace period: {detail}",
     "专利权可能已终止；核对缴费日，或办理恢复",
     "the right may have ended: check the day of payment, or ask for restoration"},
    {"ANNUITY_DUE_DIFFERS", flag, refused, "IR", "115", "所述日期与推算的缴费日不同：{detail}",
     "the stated day differs from the derived one: {detail}", "核对申请日、年度和节假日表",
     "check the filing date, the year and the table of holidays"},
    {"ANNUITY_DUPLICATE", form, refused, "IR", "115", "该年度年费已缴：{detail}",
     "the annuity of this year is already paid: {detail}", "核对年度", "check the year"},
    {"APPEAL_WINDOW_OPEN", law, refused, "PL", "46", "起诉或上诉期限尚未届满：{detail}",
     "a party may still sue or appeal: {detail}", "期限届满后再提交，或更正送达日期",
     "submit it when the time is over, or correct the day of service"},
    {"APP_NO_CHECK_DIGIT", form, refused, "QLR", "1.2", "申请号校验位应为 {detail}",
     "the application number's check character must be {detail}", "对照受理通知书改正申请号",
     "compare the number with the notice of acceptance"},
    {"APP_NO_EXISTS", form, conflict, "PL", "28", "该申请号已在链上：{detail}",
     "this application number is already on the ledger: {detail}", "查看已有记录，需要时提交更正",
     "read the record that is there; submit a correction where needed"},
    {"APP_NO_TYPE_MISMATCH", form, refused, "QLR", "1.2", "申请号的类型位与专利类型不符：{detail}",
     "the number's type digit does not fit the type: {detail}",
     "核对类型：1、8 发明，2、9 实用新型，3 外观设计",
     "check the type: 1, 8 invention; 2, 9 utility model; 3 design"},
    {"APP_NO_YEAR_DIFFERS", flag, refused, "QLR", "1.2", "申请号中的年份与申请日不同：{detail}",
     "the year in the number differs from the filing date: {detail}",
     "分案和 PCT 申请除外，请核对申请日",
     "check the filing date; divisionals and PCT entries are exempt"},
    {"BAD_SIGNATURE", form, denied, "ESL", "13", "签名或密钥不成立：{detail}",
     "a signature or its key does not hold: {detail}", "用已登记的密钥重新签名",
     "sign again with a registered key"},
    {"BATCH_COUNT", form, refused, "QLR", "evidence.md §7.4", "批次的数目不符：{detail}",
     "the batch's count does not hold: {detail}", "重新生成批次清单", "make the manifest again"},
    {"BATCH_DUPLICATE_MEMBER", form, refused, "QLR", "evidence.md §7.4",
     "批次中有重复的记录：{detail}", "a record occurs twice in the batch: {detail}",
     "去掉重复的记录", "leave the repetition out"},
    {"BATCH_MEMBER_REFUSED", form, refused, "QLR", "evidence.md §7.4",
     "批次中的一条记录被拒绝：{detail}", "a member of the batch is refused: {detail}",
     "改正或去掉该记录，整批重新提交",
     "correct the member or leave it out, and submit the batch again"},
    {"BATCH_ROOT_MISMATCH", form, refused, "QLR", "evidence.md §7.4", "批次根与各记录不符",
     "the batch's root does not fit its members", "重新生成批次清单", "make the manifest again"},
    {"BATCH_TOO_LARGE", form, refused, "QLR", "evidence.md §7.4", "批次超过大小上限：{detail}",
     "the batch is over its limit: {detail}", "分成较小的批次", "split the batch"},
    {"BATCH_TYPE_NOT_ALLOWED", form, refused, "QLR", "evidence.md §7.4",
     "该类型的记录不能批量提交：{detail}", "records of this type cannot be in a batch: {detail}",
     "单独提交该记录", "submit the record alone"},
    {"COAPPLICANT_CONSENT_MISSING", law, refused, "PL", "14", "缺少共同申请人的签名：{detail}",
     "a co-applicant's signature is missing: {detail}", "由全体申请人签名",
     "let all applicants sign"},
    {"COMMIT_MISMATCH", law, refused, "PL", "21", "公开的内容与先前的承诺不符：{detail}",
     "what is opened does not fit the earlier commitment: {detail}", "核对公开内容、盐值和承诺",
     "check the opened value, its salt and the commitment"},
    {"CORRECTION_NOT_AUTHORITY", form, refused, "QLR", "6.10",
     "更正只能由作出原记录的机构以同一角色提交：{detail}",
     "only the author of the record may correct it, in the same role: {detail}", "请原机构提交更正",
     "ask the author of the record"},
    {"DEADLINE_PASSED", law, refused, "PL", "41", "已过法定期限：{detail}",
     "the statutory period is over: {detail}", "核对送达日和邮寄日；符合条件的办理恢复权利",
     "check the day of service and of posting; ask for restoration where the law allows it"},
    {"DUAL_GRANT", law, refused, "IR", "47", "同日的另一件专利仍然有效：{detail}",
     "the parallel patent of the same day is still in force: {detail}", "先记录实用新型的放弃",
     "record the end of the utility model first"},
    {"DUPLICATE_RECORD", form, refused, "QLR", "6.1", "同一记录已经上链：{detail}",
     "this record is already in the log: {detail}", "查看已有记录，不要重复提交",
     "read the record that is there; do not submit it again"},
    {"EVAL_REPORT_EXISTS", law, conflict, "IR", "63", "该专利已有评价报告：{detail}",
     "this patent has an evaluation report: {detail}", "查阅已有报告；一件专利只出具一份",
     "read the report that is there: one for each patent"},
    {"EVENT_BEFORE_PRIOR", law, refused, "IR", "5", "日期早于在前的事项：{detail}",
     "the date lies before what it builds on: {detail}", "核对日期的先后",
     "check the order of the dates"},
    {"EXAM_REQUEST_LATE", law, refused, "PL", "35", "实质审查请求已逾期：{detail}",
     "the request for examination is late: {detail}", "查看是否可以恢复权利",
     "see whether restoration is open"},
    {"FOREIGN_EXISTS", form, conflict, "QLR", "6.4", "该外国专利已登记：{detail}",
     "this foreign right is already registered: {detail}", "使用已有的客体",
     "use the subject that is there"},
    {"FORMALITY_LATE", law, refused, "IR", "60", "登记手续已逾期：{detail}",
     "the grant formalities are late: {detail}", "核对通知的送达日和办理日",
     "check the service of the notice and the day of the formalities"},
    {"FUTURE_EVENT_DATE", form, refused, "QLR", "4.3", "日期在将来：{detail}",
     "the date lies in the future: {detail}", "待该日到来后提交，或核对日期",
     "submit when the day has come, or check the date"},
    {"GRACE_NOT_OVER", law, refused, "IR", "115", "补缴期尚未届满：{detail}",
     "the grace period is not over: {detail}", "补缴期届满后再提交",
     "wait for the end of the grace period"},
    {"GREEN_CODE_UNKNOWN", form, refused, "QLR", "6.4", "分类表中没有该绿色技术代码：{detail}",
     "the table in force has no such green code: {detail}", "从现行分类表中选取代码",
     "choose a code of the table in force"},
    {"INVALIDATION_RES_JUDICATA", law, refused, "IR", "70", "同样的理由和证据已经审理：{detail}",
     "these grounds with this evidence were decided before: {detail}", "以新的理由或新的证据提出请求",
     "ask on other grounds or with other evidence"},
    {"IPC_NO_MATCH", law, refused, "QLR", "6.11", "专利的分类号不在该代码的范围内：{detail}",
     "no class of the right lies within the code: {detail}", "核对分类号，或由评价机构认定",
     "check the classes, or let an evaluator decide"},
    {"KEY_EXISTS", form, conflict, "QLR", "6.3", "密钥编号或公钥已登记过：{detail}",
     "the key id or the public key was registered before: {detail}", "生成新的密钥",
     "make a new key"},
    {"KEY_OUTSIDE_WINDOW", form, denied, "ESL", "13", "密钥不在有效期内：{detail}",
     "the key is outside its window: {detail}", "用有效的密钥签名",
     "sign with a key whose window is open"},
    {"KEY_REVOKED", form, denied, "ESL", "15", "密钥已报告失密：{detail}",
     "the key was reported as compromised: {detail}", "登记新密钥后重新签名",
     "register a new key and sign again"},
    {"KIND_CODE_INVALID", form, refused, "QLR", "1.2",
     "公布号或公告号与专利类型、文献种类不符：{detail}",
     "the document number or its kind does not fit: {detail}", "对照公报改正",
     "compare with the gazette"},
    {"LATE_ENTRY", flag, refused, "QLR", "4.3", "事项发生较久之后才上链：{detail}",
     "the event was entered long after it happened: {detail}", "无须处理；如日期有误请更正",
     "nothing to do; correct the date if it is wrong"},
    {"MANDATE_SCOPE", form, denied, "CC", "162", "代理权限不足：{detail}",
     "the mandate does not cover this act: {detail}", "取得相应的委托，或由委托人自己签名",
     "get a mandate for it, or let the principal sign"},
    {"MISSING_SIGNATURE", form, denied, "ESL", "13", "缺少签名：{detail}",
     "a signature is missing: {detail}", "请该方签名后一并提交",
     "let that party sign, then submit"},
    {"NOT_CANONICAL", form, refused, "QLR", "6.1", "不是规范形式的 JSON：{detail}",
     "the bytes are not in canonical form: {detail}", "用本系统的工具生成记录",
     "let the tools of this system write the record"},
    {"NOT_UM_OR_DESIGN", law, refused, "PL", "66", "评价报告只针对实用新型和外观设计：{detail}",
     "evaluation reports are for utility models and designs: {detail}", "发明专利不需要评价报告",
     "an invention needs none"},
    {"OFFICE_CODE_UNKNOWN", form, refused, "QLR", "6.4",
     "表中没有该专利局代码，或该代码为 CN：{detail}",
     "the office is not in the table, or it is CN: {detail}",
     "使用 WIPO ST.3 代码；中国专利用 patent 类记录",
     "use the code of WIPO ST.3; Chinese patents have their own records"},
    {"OWNER_MISMATCH", law, conflict, "PL", "10", "与登记的权利人不符：{detail}",
     "this does not fit the registered holder: {detail}", "核对登记簿", "check the register"},
    {"PARTY_EXISTS", form, conflict, "QLR", "6.3", "该主体已登记：{detail}",
     "this party is already registered: {detail}", "使用已有的主体", "use the party that is there"},
    {"PATENT_FROZEN", law, refused, "IR", "105", "专利处于中止或保全中：{detail}",
     "the patent is suspended or preserved: {detail}", "等中止或保全结束，或由作出机构解除",
     "wait for the end, or ask the body that ordered it for release"},
    {"PCT_ENTRY_LATE", law, refused, "IR", "120", "进入国家阶段已逾期：{detail}",
     "the entry into the national phase is late: {detail}", "核对优先权日、进入日和宽限费",
     "check priority, day of entry and surcharge"},
    {"PERSONAL_DATA_ON_CHAIN", form, refused, "PIPL", "28",
     "公开文字中有身份证号或电话号码：{detail}",
     "the open text holds an identity or telephone number: {detail}", "删去个人信息，只填承诺",
     "remove it; state a commitment only"},
    {"PRIORITY_BASE_USED", law, refused, "IR", "35", "在先申请不能作为优先权基础：{detail}",
     "the earlier application cannot be a base of priority: {detail}",
     "核对在先申请是否已要求优先权、已授权或为分案",
     "see whether it claims priority, is granted or is a divisional"},
    {"PRIORITY_EXPIRED", law, refused, "PL", "29", "优先权期限已过：{detail}",
     "the priority period is over: {detail}", "核对日期；优先权恢复后以更正记录说明",
     "check the dates; a restoration is stated by a correction"},
    {"PTA_DUAL_FILING", law, refused, "IR", "77", "同日申请的实用新型与发明不予期限补偿：{detail}",
     "no compensation for an invention with a utility model of the same day: {detail}", "核对同日申请",
     "check the parallel filing"},
    {"PTA_REQUEST_LATE", law, refused, "IR", "77", "期限补偿请求已逾期：{detail}",
     "the request for compensation is late: {detail}", "核对请求日与授权公告日",
     "check the days of the request and of the grant"},
    {"PUBLISH_TOO_EARLY", law, refused, "PL", "34", "公布早于法定期限且无提前公布请求：{detail}",
     "the publication is early and no request for it is stated: {detail}",
     "核对公布日，或注明提前公布请求", "check the day, or state the request"},
    {"QUORUM_LOST", form, refused, "QLR", "6.3", "理事会将无法达到法定人数：{detail}",
     "the council could not reach its quorum: {detail}", "更换密钥而不是撤销",
     "replace the key in place of ending it"},
    {"QUORUM_MISSING", form, denied, "QLR", "6.3", "签名的理事会成员不足法定人数：{detail}",
     "too few members of the council sign: {detail}", "请更多成员签名", "let more members sign"},
    {"REF_NOT_FOUND", form, refused, "QLR", "6.1", "所引用的对象不在链上或已终止：{detail}",
     "what is referred to is not there or has ended: {detail}", "核对编号；先提交被引用的记录",
     "check the id; submit that record first"},
    {"REF_WRONG_TYPE", form, refused, "QLR", "6.1", "所引用的记录类型不对：{detail}",
     "the record referred to has the wrong type: {detail}", "核对编号", "check the id"},
    {"REPLAY", form, conflict, "QLR", "6.1", "同一随机数的另一条记录正在等待：{detail}",
     "another record with this nonce is waiting: {detail}", "重新生成随机数", "make a new nonce"},
    {"RESTORE_WINDOW_CLOSED", law, refused, "IR", "6", "恢复权利的期限已过：{detail}",
     "the time for restoration is over: {detail}", "核对送达日和请求日",
     "check the service and the day of the request"},
    {"RETROACTIVE_RULES", form, refused, "QLR", "6.3", "规则包不得追溯生效或重复编号：{detail}",
     "a rule pack neither reaches back nor reuses an id: {detail}", "选择将来的日期和新的编号",
     "choose a day in the future and a new id"},
    {"ROLE_NOT_PERMITTED", form, denied, "QLR", "3.6", "无权提交或签署此记录：{detail}",
     "not permitted to submit or sign this record: {detail}", "由有权的机构提交",
     "let the competent institution submit it"},
    {"RULE_PACK_UNKNOWN", form, refused, "QLR", "6.3", "没有该规则包：{detail}",
     "there is no such rule pack: {detail}", "用现行规则包的编号",
     "use the id of the pack in force"},
    {"SCHEMA_INVALID", form, refused, "QLR", "6.1", "内容不符合格式：{detail}",
     "the content does not have the required form: {detail}", "按字段说明改正",
     "correct the field"},
    {"SCOPE_NOT_PERMITTED", form, denied, "QLR", "3.6", "超出授权范围：{detail}",
     "outside the role's scope: {detail}", "由授权范围内的机构提交",
     "let an institution of that scope submit it"},
    {"SELF_DEALING", law, refused, "QLR", "6.2", "双方为同一主体：{detail}",
     "both sides are the same party: {detail}", "核对双方", "check the two sides"},
    {"SERVICE_UNKNOWN", flag, refused, "CPL", "85", "有当事人的送达未上链：{detail}",
     "the ledger knows no service on this party: {detail}", "以更正补记送达",
     "add the service by a correction"},
    {"SHARE_SUM_INVALID", form, refused, "PL", "14", "份额之和不是 10000 个基点：{detail}",
     "the shares do not add up to 10,000 basis points: {detail}", "改正份额，或全部不填",
     "correct the shares, or leave them all out"},
    {"SIZE_LIMIT", form, refused, "QLR", "6.1", "超过上限：{detail}", "over the limit: {detail}",
     "缩小内容", "make it smaller"},
    {"SNAPSHOT_MISMATCH", form, refused, "QLR", "6.3", "所述的根与账本不符：{detail}",
     "the stated root is not the ledger's: {detail}", "对照本节点的日志重新填写", "state what your node holds"},
    {"STALE", form, refused, "QLR", "6.1", "提交已过期，或有效期过长：{detail}",
     "the submission has expired, or is valid for too long: {detail}", "重新签名并提交",
     "sign and submit again"},
    {"STATE_FORBIDS", law, conflict, "QLR", "1.8", "当前状态不允许：{detail}",
     "the present state does not allow this: {detail}", "查看客体的当前状态",
     "read the subject's present state"},
    {"SUBJECTS_MISMATCH", form, refused, "QLR", "6.1", "客体列表与内容不符：{detail}",
     "the list of subjects does not fit the content: {detail}", "由工具重新生成客体列表",
     "let the tools derive the subjects"},
    {"SUBJECT_NOT_FOUND", form, refused, "QLR", "6.1", "客体不在链上：{detail}",
     "the subject is not on the ledger: {detail}", "核对编号；先登记该客体",
     "check the key; register the subject first"},
    {"SUSPENSION_TOO_LONG", law, refused, "IR", "104", "中止期限过长：{detail}",
     "the suspension is too long: {detail}", "每次不超过规定期限，届满前可以延长",
     "state no more than the period; it can be extended before it ends"},
    {"TERM_NOT_ENDED", law, refused, "PL", "42", "保护期届满日不符：{detail}",
     "this is not the day after the term: {detail}", "核对保护期", "check the term"},
    {"UNKNOWN_PARTY", form, denied, "QLR", "6.3", "主体未登记或已注销：{detail}",
     "the party is not registered, or removed: {detail}", "先登记该主体",
     "register the party first"},
    {"UNPUBLISHED_DATA_IN_CLEAR", form, refused, "PL", "21",
     "未公布申请的信息不得明文上链：{detail}",
     "data of an unpublished application stand in clear: {detail}", "改填承诺，或等公布之后",
     "state a commitment, or wait for the publication"},
    {"USCC_INVALID", form, refused, "QLR", "1.2", "统一社会信用代码校验位不符：{detail}",
     "the credit code's check character does not hold: {detail}", "对照营业执照或证书改正",
     "compare with the certificate"},
    {"WRONG_LEDGER", form, refused, "QLR", "6.1", "记录属于另一账本：{detail}",
     "the record is for another ledger: {detail}", "用本账本的编号重新签名",
     "sign again for this ledger"}};

}  // namespace

std::span<const Message> messages() { return kMessages; }

const Message* find_message(std::string_view code) {
  const auto at = std::ranges::lower_bound(kMessages, code, {}, &Message::code);
  return at != std::end(kMessages) && at->code == code ? at : nullptr;
}

std::string sentence(const Issue& issue, Language language) {
  const Message* message = find_message(issue.code);
  if (!message) return issue.code;
  std::string text(language == Language::zh ? message->zh : message->en);
  // Without a detail the sentence ends before its colon.
  for (const std::string_view place : {"：{detail}", ": {detail}"}) {
    const std::size_t at = text.find(place);
    if (issue.detail.empty() && at != std::string::npos) text.erase(at, place.size());
  }
  constexpr std::string_view kPlace = "{detail}";
  const std::size_t at = text.find(kPlace);
  if (at != std::string::npos) text.replace(at, kPlace.size(), issue.detail);
  return text;
}

void raise(Verdict& verdict, Issue issue) {
  const Message* message = find_message(issue.code);
  QL_CHECK(message != nullptr);
  if (issue.law.empty()) {
    issue.law = message->law;
    issue.article = message->article;
  }
  switch (message->code_class) {
    case form:
    case computed:
    case programme: return verdict.refuse(std::move(issue));
    case law: return verdict.object(std::move(issue));
    case CodeClass::flag: return verdict.flag(std::move(issue));
  }
}

}  // namespace qinglu::ledger
