// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/evidence_deposit.hpp"

#include <algorithm>

#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// The tables alone: the rules, which need the signatures of certificates, are not linked into the
// verifier.

constexpr std::int64_t kLinksMax = 64;
constexpr std::int64_t kRelatedMax = 32;
constexpr std::int64_t kDayMs = 86'400'000;  ///< a clock that is further off is no clock

constexpr std::string_view kDeposits[] = {"evidence.deposit"};
constexpr std::string_view kResults[] = {"DIFFERS", "MATCHES", "UNDECIDED"};

constexpr Field kDigestMembers[] = {may("sha256", FieldType::hash, "SHA-256 摘要", "SHA-256 digest"),
                                    may("sm3", FieldType::text, "SM3 摘要", "SM3 digest")};
constexpr Field kToolMembers[] = {need("name", FieldType::text, "名称", "name"),
                                  need("ver", FieldType::text, "版本", "version"),
                                  need("hash", FieldType::hash, "程序摘要", "digest of the program")};
constexpr Field kCustodyMembers[] = {
    may("party", FieldType::party, "保管方（已登记）", "who held it, a registered party"),
    may("holder_commit", FieldType::commitment, "保管人承诺（未登记）", "who held it, as a commitment"),
    need("from", FieldType::instant, "起", "from"),
    may("until", FieldType::instant, "止；不填为至今", "until; left out: still"),
    may("note", FieldType::text, "保管方式", "how it was kept")};

constexpr Field kDepositFields[] = {
    with(need("digest", FieldType::object, "数据摘要", "digests of the exhibit"), kDigestMembers),
    within(need("size", FieldType::integer, "字节数", "size in bytes"), 1, (std::int64_t{1} << 53) - 1),
    need("media", FieldType::text, "媒体类型", "media type"),
    need("source", FieldType::text, "来源", "where it comes from"),
    need("method", FieldType::text, "取得方法", "how it was captured"),
    with(need("tool", FieldType::object, "取证工具", "tool of the capture"), kToolMembers),
    need("operator_commit", FieldType::commitment, "操作人承诺", "operator, as a commitment"),
    need("captured_at", FieldType::instant, "取得时间", "time of the capture"),
    need("clock_source", FieldType::code, "时钟来源", "source of the clock"),
    within(need("clock_offset_ms", FieldType::integer, "时钟偏差（毫秒）", "offset of the clock, ms"), -kDayMs, kDayMs),
    need("env_check_hash", FieldType::hash, "环境检查记录摘要", "digest of the check of the environment"),
    list(with(need("custody", FieldType::object, "上链前的保管经过", "who held it from the capture on"), kCustodyMembers),
         kLinksMax),
    set(may("related", FieldType::subject, "相关客体（专利、案件等）", "patents, cases and others that it is about"), kRelatedMax)};

constexpr Field kDeposit = of(need("target", FieldType::record_id, "所涉存证", "the deposit"), kDeposits);
constexpr Field kAnyRecord = need("target", FieldType::record_id, "所涉记录", "the record");

constexpr Field kTimestampFields[] = {kAnyRecord, need("token", FieldType::base64, "时间戳（RFC 3161，DER）", "token of RFC 3161, DER"),
                                      need("tsa", FieldType::party, "时间戳机构", "time-stamp authority")};
constexpr Field kNotariseFields[] = {kDeposit, need("deed_no", FieldType::text, "公证书编号", "number of the deed"),
                                     need("notary", FieldType::party, "公证机构", "notary"),
                                     need("date", FieldType::date, "公证日", "day of the deed"),
                                     need("hash", FieldType::hash, "公证书摘要", "digest of the deed")};
constexpr Field kTransferFields[] = {kDeposit, need("from", FieldType::party, "移交方", "holder before"),
                                     need("to", FieldType::party, "接收方", "holder after"),
                                     need("date", FieldType::date, "移交日", "day of the handing over"),
                                     need("reason", FieldType::text, "事由", "reason")};
constexpr Field kVerifyFields[] = {
    kAnyRecord, need("report_hash", FieldType::hash, "验证报告摘要", "digest of the report"),
    of(need("result", FieldType::choice, "结果：不符、相符、无法判断", "result"), kResults),
    need("date", FieldType::date, "验证日", "day of the verification"),
    with(may("tool", FieldType::object, "验证工具", "tool"), kToolMembers)};

constexpr Role kEveryone[] = {Role::agent, Role::ipo,  Role::admin, Role::court,  Role::exch, Role::reg,
                              Role::party, Role::bank, Role::ins,   Role::appr,   Role::cert, Role::notary,
                              Role::tsa,   Role::sci,  Role::drc,   Role::miit,   Role::inst, Role::aud};
constexpr Role kNotaries[] = {Role::notary};
constexpr Role kStampers[] = {Role::tsa};
constexpr std::string_view kBothSign[] = {"from", "to"};
constexpr std::string_view kSlots[] = {"device", "place", "procedure", "persons", "doc_list", "note"};

constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kDepositRules[] = {
    {"DIGEST_MISSING", "OLR", "16", "载明 SHA-256 摘要；有附件的，附件之一即该数据",
     "the SHA-256 digest is stated; where files are attached, the exhibit is one of them"},
    {"SCHEMA_INVALID", "QLR", "6.10", "SM3 摘要符合格式；每段保管写明一个保管方",
     "an SM3 digest has its form; every link of the custody names one holder"},
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "相关客体已在链上", "the subjects named are on the ledger"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "不写明未公布的申请", "no application is named before its publication"},
    {"EVENT_BEFORE_PRIOR", "QLR", "4.3", "保管各段按时间先后", "the links of the custody are in the order of time"},
    {"CUSTODY_GAP", "OLR", "17, 18", "标记：自取得至上链，保管有缺口或不止于提交方",
     "flag: from the capture to the entry the custody has a gap, or does not end with the depositor"},
    kNotFuture};
constexpr Precondition kTimestampRules[] = {
    {"TSA_TOKEN_INVALID", "RFC", "3161", "时间戳成立，且针对该记录或其数据；列有证书表的，证书在表中",
     "the token holds and stamps the record or its exhibit; where a table lists certificates, its own is there"},
    {"ROLE_NOT_PERMITTED", "QLR", "3.6", "由该时间戳机构提交", "the authority named submits it"},
    {"CUSTODY_GAP", "OLR", "18", "标记：时间戳早于所述取得时间", "flag: the token is older than the capture that is stated"},
    kNotFuture};
constexpr Precondition kNotariseRules[] = {
    {"ROLE_NOT_PERMITTED", "QLR", "3.6", "由该公证机构提交", "the notary named submits it"},
    {"EVENT_BEFORE_PRIOR", "OLR", "18", "公证日不早于取得日", "the deed is not older than the capture"},
    kNotFuture};
constexpr Precondition kTransferRules[] = {
    {"STATE_FORBIDS", "OLR", "17, 18", "移交方为当前保管方", "who hands over is the present holder"},
    {"SCHEMA_INVALID", "QLR", "6.10", "移交方与接收方不同", "the holder changes"},
    {"EVENT_BEFORE_PRIOR", "OLR", "17, 18", "移交日不早于取得日和上次移交", "not before the capture and the last transfer"},
    kNotFuture};
constexpr Precondition kVerifyRules[] = {
    {"EVENT_BEFORE_PRIOR", "QLR", "4.3", "验证日不早于所涉记录", "the verification is not older than the record"}, kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "evidence.deposit",
     .zh = "电子证据存证",
     .en = "deposit of evidence",
     .category = Category::governance,
     .fields = kDepositFields,
     .signers = {.roles = kEveryone, .mandate_power = "DISPUTE"},
     .preconditions = kDepositRules,
     .effect_zh = "摘要自区块时间起固定；此前的真实性由所载取得和保管经过说明",
     .effect_en = "the digest is fixed from the block's time on; what was before is told by capture and custody",
     .private_slots = kSlots},
    {.name = "evidence.notarise",
     .zh = "存证公证",
     .en = "notarial deed on a deposit",
     .category = Category::governance,
     .fields = kNotariseFields,
     .signers = {.roles = kNotaries},
     .preconditions = kNotariseRules,
     .effect_zh = "经公证的内容推定真实，有相反证据的除外",
     .effect_en = "what is notarised is presumed true unless rebutted",
     .date_field = "date"},
    {.name = "evidence.timestamp",
     .zh = "存证时间戳",
     .en = "time-stamp on a record",
     .category = Category::governance,
     .fields = kTimestampFields,
     .signers = {.roles = kStampers},
     .preconditions = kTimestampRules,
     .effect_zh = "数据不晚于时间戳所载时间存在；证书链由核验者判断",
     .effect_en = "the data existed at the token's time at the latest; the certificate's chain is for the verifier"},
    {.name = "evidence.transfer",
     .zh = "存证移交",
     .en = "transfer of custody",
     .category = Category::governance,
     .fields = kTransferFields,
     .signers = {.roles = kEveryone, .must_sign = kBothSign},
     .preconditions = kTransferRules,
     .effect_zh = "接收方成为保管方",
     .effect_en = "the receiver holds the exhibit",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "evidence.verify",
     .zh = "核验记载",
     .en = "logged verification",
     .category = Category::governance,
     .fields = kVerifyFields,
     .signers = {.roles = kEveryone},
     .preconditions = kVerifyRules,
     .effect_zh = "载明何人何日核验及其报告摘要，不改变证据",
     .effect_en = "says who verified it when, and by which report; it changes nothing of the evidence",
     .date_field = "date"}};

}  // namespace

std::span<const RecordType> evidence_types() { return kTypes; }

std::string_view depositor_of(const Value& body) { return body.text_of("acting_for", body.text_of("submitter")); }

std::vector<CustodyGap> custody_gaps(const Value& deposit, const Value::Items& links, std::int64_t block_time_ms) {
  std::vector<CustodyGap> gaps;
  std::int64_t held_until = *parse_instant(deposit.find("data")->text_of("captured_at"));
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (*parse_instant(links[i].text_of("from")) > held_until) gaps.push_back({i, links[i].text_of("from")});
    // A link without an end that is not the last one ends where the next begins.
    const auto until = parse_instant(links[i].text_of("until"));
    held_until = until ? std::max(held_until, *until) : block_time_ms;
  }
  const std::size_t last = links.size() - 1;
  if (links[last].find("until")) gaps.push_back({last, links[last].text_of("until")});
  if (links[last].text_of("party") != depositor_of(deposit)) gaps.push_back({last, depositor_of(deposit)});
  return gaps;
}

bool check_custody(const RuleInput& in, Verdict& verdict, const Value& deposit, const Value::Items& links, std::string_view pointer) {
  const std::vector<CustodyGap> gaps = custody_gaps(deposit, links, in.block_time_ms);
  std::int64_t last_from = 0;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const Value& link = links[i];
    const std::string here = std::string(pointer) + "/" + std::to_string(i);
    if ((link.find("party") != nullptr) == (link.find("holder_commit") != nullptr)) {
      raise(verdict, issue("SCHEMA_INVALID", here, "party, holder_commit"));
    }
    const std::int64_t from = *parse_instant(link.text_of("from"));
    const auto until = parse_instant(link.text_of("until"));
    if ((i > 0 && from < last_from) || (until && *until < from)) {
      raise(verdict, issue("EVENT_BEFORE_PRIOR", here, std::string(link.text_of("from"))));
    }
    if (std::max(from, until.value_or(from)) > in.block_time_ms) {
      raise(verdict, issue("FUTURE_EVENT_DATE", here, std::string(link.text_of("until", link.text_of("from")))));
    }
    for (const CustodyGap& gap : gaps) {
      if (gap.link == i) raise(verdict, issue("CUSTODY_GAP", here, std::string(gap.detail)));
    }
    last_from = from;
  }
  return gaps.empty();
}

}  // namespace qinglu::ledger
