// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/contract.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/commitment.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/license.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/publicity.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/ids.hpp"
#include "ledger/model/money.hpp"

namespace qinglu::ledger {

using namespace fields;

namespace {

constexpr std::size_t kOpenTransfersMax = 16;
// Of a contract's row, so that what comes later (its end, its registration) always has room.
constexpr std::size_t kRowMax = 56 * 1024;

constexpr std::string_view kKinds[] = {"BRK",   "CON", "DEV-C", "DEV-J", "LIC-K", "LIC-P",
                                       "SRV",   "TRF-A", "TRF-K", "TRF-P", "TRN"};

/// Who gives and who takes. Partners (joint development, crossed licences) do both.
struct Side {
  std::string_view word;
  bool sells;
  bool buys;
};
constexpr Side kSideTable[] = {{"ASSIGNEE", false, true}, {"ASSIGNOR", true, false}, {"CLIENT", false, true},
                               {"LICENSEE", false, true}, {"LICENSOR", true, false}, {"PARTNER", true, true},
                               {"PROVIDER", true, false}};
constexpr std::string_view kSides[] = {"ASSIGNEE", "ASSIGNOR", "CLIENT", "LICENSEE", "LICENSOR", "PARTNER", "PROVIDER"};
constexpr std::string_view kDeals[] = {"LICENSE", "TRANSFER"};
constexpr std::string_view kLicenseKinds[] = {"EXCL", "ORD", "SOLE"};
constexpr std::string_view kPayModes[] = {"INSTALMENTS", "ROYALTY", "ROYALTY_ENTRY", "TOTAL"};
constexpr std::string_view kRoyaltyBases[] = {"OUTPUT", "PRICE", "PROFIT", "SALES"};
constexpr std::string_view kRoyaltyShapes[] = {"FALLING", "FIXED", "RISING"};
constexpr std::string_view kVenues[] = {"OFFLINE", "ONLINE", "PRIVATE"};
constexpr std::string_view kDirections[] = {"EXPORT", "IMPORT", "IN", "LOCAL", "OUT"};
constexpr std::string_view kPriceMethods[] = {"AGREEMENT", "AUCTION", "LISTING"};
constexpr std::string_view kNoticeTypes[] = {"publicity.notice"};
constexpr std::string_view kOpeningNames[] = {"patent_data"};

constexpr Field kContract = need("ctr", FieldType::contract, "合同", "key of the contract");
constexpr Field kPartyMembers[] = {
    need("party", FieldType::party, "当事人", "party"),
    of(need("side", FieldType::choice, "地位", "side: who gives (ASSIGNOR, LICENSOR, PROVIDER), who takes, or PARTNER"),
       kSides)};
// The data that a contract about a patent must state (CC 845).
constexpr Field kPatentDataMembers[] = {
    need("app_no", FieldType::code, "申请号（CN 与申请号）", "CN and the application number"),
    need("filing_date", FieldType::date, "申请日", "filing date"),
    set(may("holders", FieldType::party, "申请人或专利权人", "applicants or owners"), 32),
    may("patent_no", FieldType::code, "专利号（ZL 与申请号）", "ZL and the application number"),
    need("title", FieldType::text, "名称", "title"),
    may("valid_to", FieldType::date, "有效期届满日", "last day of the term")};
const Field kRightMembers[] = {
    of(need("deal", FieldType::choice, "许可或转让", "licence or transfer"), kDeals),
    set(may("except", FieldType::license_id, "不受影响的在先许可", "earlier licences that run on"), 64),
    may("fpat", FieldType::foreign, "外国专利", "foreign patent"),
    of(may("license_kind", FieldType::choice, "许可方式，不填为普通许可", "kind of licence; left out: ordinary"), kLicenseKinds),
    may("licensor_cannot_work", FieldType::boolean, "许可人不具备独立实施条件（排他许可）",
        "the sole licensor cannot work the patent himself"),
    may("pat", FieldType::patent, "专利", "patent or published application"),
    with(may("patent_data", FieldType::object, "专利信息", "data of the patent"), kPatentDataMembers),
    may("patent_data_commit", FieldType::commitment, "未公布申请的数据承诺", "commitment to the data of an unpublished application"),
    with(may("scope", FieldType::object, "许可范围", "scope of the licence"), scope_fields()),
    may("share_rule", FieldType::text, "共有人之间的分配", "how co-owners share what it brings"),
    may("sublicense_allowed", FieldType::boolean, "允许分许可", "sublicences are allowed")};
constexpr Field kOpeningMembers[] = {
    need("commit", FieldType::commitment, "承诺", "commitment that is opened"),
    of(need("name", FieldType::choice, "字段", "field that was committed"), kOpeningNames),
    need("salt", FieldType::key_hex, "盐值", "salt, 64 hex digits"),
    with(need("value", FieldType::object, "专利信息", "data of the patent"), kPatentDataMembers)};
constexpr Field kRoyaltyMembers[] = {
    of(need("base", FieldType::choice, "提成基数", "what it is a share of"), kRoyaltyBases),
    need("bp", FieldType::basis_points, "比例（万分之一）", "basis points"),
    of(need("shape", FieldType::choice, "比例固定、递增或递减", "fixed, rising or falling"), kRoyaltyShapes)};
constexpr Field kDeclarationMembers[] = {
    may("export_ok", FieldType::boolean, "出口已获许可或登记", "the export is approved or registered"),
    may("no_monopoly", FieldType::boolean, "无非法垄断技术条款", "no clause monopolises technology"),
    may("service_invention", FieldType::boolean, "职务技术成果", "a service invention")};

constexpr Field kAmount = may("amount", FieldType::money, "合同交易总额", "total sum");
constexpr Field kAmountCommit = may("amount_commit", FieldType::commitment, "总额承诺", "commitment to the sum");
constexpr Field kTechAmount = may("tech_amount", FieldType::money, "技术交易额", "technology amount");
constexpr Field kEnd = may("end_date", FieldType::date, "合同期满日（含）", "last day of the contract");

Field rights_field(bool required) {
  Field field = with(may("rights", FieldType::object, "所涉权利", "rights that are licensed or transferred"), kRightMembers);
  field.required = required;
  return list(field, 16);
}

}  // namespace

constexpr Field kRightOpenings =
    list(with(may("openings", FieldType::object, "公开承诺", "openings of commitments"), kOpeningMembers), 16);
constexpr Field kOpenedPatents = set(may("patents", FieldType::patent, "所公开的专利", "patents that are opened"), 16);

namespace {

const Field kSignFields[] = {
    kContract,
    of(need("kind", FieldType::choice, "合同类别", "kind"), kKinds),
    need("title", FieldType::text, "合同名称", "title"),
    list(with(need("parties", FieldType::object, "当事人", "parties"), kPartyMembers), 32),
    need("sign_date", FieldType::date, "签订日", "day of the signature"),
    need("effective_date", FieldType::date, "生效日", "first day of its effect"),
    kEnd,
    rights_field(false),
    kConsents,
    need("text_commit", FieldType::commitment, "合同文本承诺", "commitment to the text"),
    kAmount,
    kAmountCommit,
    kTechAmount,
    of(may("pay_mode", FieldType::choice, "价款支付方式", "mode of payment"), kPayModes),
    with(may("royalty", FieldType::object, "提成", "royalty"), kRoyaltyMembers),
    may("entry_fee", FieldType::money, "入门费", "entry fee"),
    may("broker", FieldType::party, "中介方", "broker"),
    of(may("venue", FieldType::choice, "成交场所", "venue"), kVenues),
    may("listing", FieldType::listing, "挂牌", "listing that it comes from"),
    of(may("direction", FieldType::choice, "流向", "direction"), kDirections),
    may("zone", FieldType::code, "区域", "zone"),
    of(may("price_method", FieldType::choice, "定价方式", "how the price was found"), kPriceMethods),
    of(may("publicity_ref", FieldType::record_id, "价格公示", "public notice of the price"), kNoticeTypes),
    may("coowner_rule", FieldType::record_id, "共有人约定", "agreement of the co-owners"),
    with(may("declarations", FieldType::object, "声明", "declarations"), kDeclarationMembers),
    set(may("green_codes", FieldType::code, "绿色技术代码", "green codes"), 16)};
const Field kAmendFields[] = {kContract,
                              need("date", FieldType::date, "变更日", "day of the amendment"),
                              need("reason", FieldType::text, "理由", "reason"),
                              may("judgment_ref", FieldType::record_id, "裁判", "judgment"),
                              rights_field(false),
                              kConsents,
                              kOpenedPatents,
                              kRightOpenings,
                              kAmount,
                              kAmountCommit,
                              kTechAmount,
                              kEnd,
                              may("text_commit", FieldType::commitment, "变更文本承诺", "commitment to the text")};
constexpr Field kEndFields[] = {kContract, need("date", FieldType::date, "日期", "day"),
                                need("reason", FieldType::text, "理由", "reason"),
                                may("judgment_ref", FieldType::record_id, "裁判", "judgment")};
constexpr Field kPerformFields[] = {kContract, need("milestone", FieldType::text, "履行节点", "milestone"),
                                    need("date", FieldType::date, "履行日", "day"), kAmount};

constexpr Role kParties[] = {Role::agent, Role::inst, Role::party};
constexpr Role kPartiesOrCourt[] = {Role::agent, Role::court, Role::inst, Role::party};
constexpr std::string_view kAllParties[] = {"parties"};
constexpr std::string_view kBroker[] = {"broker"};
constexpr std::string_view kSignSlots[] = {
    "tech_amount", "entry_fee",  "royalty",  "min_royalty", "pay_schedule",    "price_terms", "tech_scope", "improvements",
    "acceptance",  "warranty",   "liability", "confidentiality", "assistance", "doc_list",    "note"};
constexpr std::string_view kEndSlots[] = {"terms", "amount", "doc_list", "note"};

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "合同已在链上", "the contract is on the ledger"};
constexpr Precondition kAllSign = {"MISSING_SIGNATURE", "CC", "543, 562", "全体当事人签署，或由法院作出",
                                   "all parties sign, or a court decides alone"};
constexpr Precondition kNobodyElse = {"ROLE_NOT_PERMITTED", "QLR", "6.5", "签署方均为合同当事人", "nobody else signs"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kAfterSigning = {"EVENT_BEFORE_PRIOR", "QLR", "6.5", "日期顺序正确，不早于签订日",
                                        "dates in order, none before the signature"};
constexpr Precondition kTechWithin = {"TECH_AMOUNT_EXCEEDS", "QLR", "2.7", "技术交易额不超过合同交易总额",
                                      "the technology amount lies within the total"};
constexpr Precondition kNotSelf = {"SELF_DEALING", "QLR", "6.2", "双方不为同一主体", "who grants and who takes differ"};
constexpr Precondition kNotClear = {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "未公布的申请只写承诺",
                                    "an unpublished application is named by a commitment only"};
constexpr Precondition kZl = {"ZL_BEFORE_GRANT", "IR", "101", "授权前不写专利号", "no patent number before the grant"};
constexpr Precondition kExceptKnown = {"REF_NOT_FOUND", "TCI", "28", "所列在先许可在该专利上",
                                       "the licences excepted are on that patent"};
constexpr Precondition kDouble = {"DOUBLE_DISPOSAL", "PL", "10", "标记：已有尚未登记的转让合同",
                                  "flag: another contract of sale is open; the first registered wins"};
constexpr Precondition kBounded = {"SIZE_LIMIT", "QLR", "6.5", "合同的大小、一件专利的许可和未登记转让数量有上限",
                                   "a contract's size, and the licences and open transfers of a patent, are bounded"};
constexpr Precondition kSignOnly[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "所涉专利和挂牌已在链上", "the patents and the listing are on the ledger"},
    {"STATE_FORBIDS", "QLR", "6.1", "该合同编号尚未使用", "the key of the contract is new"},
    {"UNKNOWN_PARTY", "QLR", "6.3", "当事人在册", "the parties are active"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.1", "合同编号以当事人的代码开头", "the key is scoped by the code of a party"},
    {"SCHEMA_INVALID", "QLR", "6.5", "各项权利完整，与类别相符", "the rights are complete and fit the kind"},
    {"PRICE_PUBLICITY_MISSING", "PTL", "18", "公立机构协议定价的，已公示", "a price that a public body agrees on has been announced"},
    {"REF_WRONG_TYPE", "PTL", "18", "公示出自出让方，涉及该专利或合同", "the notice is the seller's, about the patent or the contract"},
    {"PUBLICITY_PERIOD_OPEN", "PTL", "18", "公示期已满", "the period of the notice is over"},
    {"EXPORT_APPROVAL_MISSING", "STP", "34", "转让出口的，已获许可或登记", "a transfer abroad is approved"},
    {"MONOPOLY_CLAUSE_DECLARED", "CC", "850", "标记：声明含有非法垄断技术的条款", "flag: a clause that monopolises technology is declared"},
    {"PREEMPTION_NOT_OFFERED", "CC", "847", "标记：转让职务技术成果，未附优先受让权人的同意",
     "flag: a service invention is sold, and no consent of those with pre-emption is cited"},
    kNotSelf, kNotClear, kZl, kExceptKnown, kDouble, kBounded, kTechWithin, kAfterSigning, kNotFuture};
constexpr auto kSignRules = join(kSignOnly, kRightRules);
constexpr Precondition kAmendOnly[] = {
    kKnown,
    {"STATE_FORBIDS", "CC", "543", "合同有效", "the contract is open"},
    {"SCHEMA_INVALID", "QLR", "6.5", "逐项重述权利，客体和类型不变", "the rights are restated one by one, with the same objects and deals"},
    {"COMMIT_MISMATCH", "PL", "21", "公开的内容与承诺相符", "the openings fit the commitments"},
    kAllSign, kNobodyElse, kNotSelf, kNotClear, kZl, kExceptKnown, kDouble, kBounded, kTechWithin, kAfterSigning, kNotFuture};
constexpr auto kAmendRules = join(kAmendOnly, kRightRules);
constexpr Precondition kEndRules[] = {kKnown,
                                      {"STATE_FORBIDS", "CC", "557, 562", "合同状态允许", "the state of the contract allows it"},
                                      kAllSign, kNobodyElse, kAfterSigning, kNotFuture};
constexpr Precondition kPerformRules[] = {
    kKnown,
    {"STATE_FORBIDS", "CC", "509, 567", "合同有效，或终止后的结算", "the contract is open, or is settled after its end"},
    {"OVERPAID", "CC", "846", "标记：累计支付超过总额", "flag: more was paid than the total"},
    {"MISSING_SIGNATURE", "QLR", "6.5", "付款方和收款方均签署", "payer and payee sign"},
    {"AMOUNT_INVALID", "QLR", "6.1", "累计金额可表示", "the sum can be told"},
    kNobodyElse, kAfterSigning, kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "contract.amend",
     .zh = "合同变更",
     .en = "amendment of a contract",
     .category = Category::market,
     .fields = kAmendFields,
     .signers = {.roles = kPartiesOrCourt, .judged_by_rule = true, .mandate_power = "CONTRACT"},
     .preconditions = kAmendRules,
     .effect_zh = "变更的权利按新的权利审查，许可编号不变",
     .effect_en = "a changed right is judged as a new one; its licence keeps its id",
     .private_slots = kSignSlots,
     .date_field = "date"},
    {.name = "contract.perform",
     .zh = "合同履行",
     .en = "performance of a contract",
     .category = Category::market,
     .fields = kPerformFields,
     .signers = {.roles = kParties, .judged_by_rule = true, .mandate_power = "CONTRACT"},
     .preconditions = kPerformRules,
     .effect_zh = "记录已履行的部分",
     .effect_en = "marks what has been performed",
     .private_slots = kEndSlots,
     .date_field = "date"},
    {.name = "contract.rescind",
     .zh = "合同解除",
     .en = "rescission of a contract",
     .category = Category::market,
     .fields = kEndFields,
     .signers = {.roles = kPartiesOrCourt, .judged_by_rule = true, .mandate_power = "CONTRACT"},
     .preconditions = kEndRules,
     .effect_zh = "合同解除，许可结束，所占排他许可之外的名额退还",
     .effect_en = "the contract is rescinded, its licences end, a place beside a sole licence is free again",
     .private_slots = kEndSlots,
     .date_field = "date"},
    {.name = "contract.sign",
     .zh = "技术合同签订",
     .en = "signature of a technology contract",
     .category = Category::market,
     .fields = kSignFields,
     .signers = {.roles = kParties, .must_sign = kAllParties, .may_sign = kBroker, .mandate_power = "CONTRACT"},
     .preconditions = kSignRules,
     .effect_zh = "合同成立；许可按范围生效，转让待登记；一次性同意用尽",
     .effect_en = "the obligations arise; licences run by their scopes, transfers wait for the register; "
                  "consents for one use are used up",
     .private_slots = kSignSlots,
     .date_field = "sign_date"},
    {.name = "contract.terminate",
     .zh = "合同终止",
     .en = "termination of a contract",
     .category = Category::market,
     .fields = kEndFields,
     .signers = {.roles = kPartiesOrCourt, .judged_by_rule = true, .mandate_power = "CONTRACT"},
     .preconditions = kEndRules,
     .effect_zh = "合同终止，许可结束；其备案应当注销",
     .effect_en = "the contract and its licences end; their recordal must be cancelled",
     .private_slots = kEndSlots,
     .date_field = "date"},
    {.name = "contract.void",
     .zh = "合同无效",
     .en = "voidness of a contract",
     .category = Category::market,
     .fields = kEndFields,
     .signers = {.roles = kPartiesOrCourt, .judged_by_rule = true, .mandate_power = "CONTRACT"},
     .preconditions = kEndRules,
     .effect_zh = "合同自始无效，许可视为未授予",
     .effect_en = "the contract was void from the beginning, its licences never were",
     .private_slots = kEndSlots,
     .date_field = "date"}};

constexpr std::string_view kOpen[] = {"OPEN"};
constexpr std::string_view kSettled[] = {"OPEN", "TERMINATED"};
constexpr std::string_view kAny[] = {"OPEN", "TERMINATED", "RESCINDED"};
constexpr Step kSteps[] = {{"contract.amend", kOpen, {}},
                           {"contract.perform", kSettled, {}},
                           {"contract.rescind", kOpen, "RESCINDED"},
                           {"contract.terminate", kOpen, "TERMINATED"},
                           {"contract.void", kAny, "VOID"}};

// --- parties ---

bool one_of(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

std::vector<std::string> side_of(const Value& contract, bool Side::*does) {
  std::vector<std::string> result;
  for (const Value& each : contract.items_of("parties")) {
    const auto side = std::ranges::find(kSideTable, each.text_of("side"), &Side::word);
    if (side != std::end(kSideTable) && side->*does && !one_of(result, each.text_of("party"))) {
      result.emplace_back(each.text_of("party"));
    }
  }
  return result;
}

std::vector<std::string> parties_of(const Value& contract) {
  std::vector<std::string> result;
  for (const Value& each : contract.items_of("parties")) result.emplace_back(each.text_of("party"));
  return result;
}

bool is_partner(const Value& contract, std::string_view party) {
  return std::ranges::any_of(contract.items_of("parties"), [&](const Value& each) {
    return each.text_of("party") == party && each.text_of("side") == "PARTNER";
  });
}

void check_parties(const RuleInput& in, Verdict& verdict) {
  const auto& parties = in.data.items_of("parties");
  bool scoped = false;
  for (std::size_t i = 0; i < parties.size(); ++i) {
    const std::string_view party = parties[i].text_of("party");
    const auto row = in.rows.find(party_row(party));
    if (row && row->text_of("status") != "ACTIVE") {
      raise(verdict, issue("UNKNOWN_PARTY", "/data/parties/" + std::to_string(i), std::string(party)));
    }
    scoped = scoped || (party.starts_with("org:") &&
                        in.data.text_of("ctr").starts_with("ctr:" + std::string(party.substr(4)) + "/"));
  }
  if (!scoped) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/ctr", std::string(in.data.text_of("ctr"))));
  // A contract needs a party on each side that is not on the other alone: partners need each other,
  // and who gives to nobody but itself deals with itself.
  const std::vector<std::string> sellers = sellers_of(in.data);
  const std::vector<std::string> buyers = buyers_of(in.data);
  std::set<std::string> all(sellers.begin(), sellers.end());
  all.insert(buyers.begin(), buyers.end());
  const bool itself = std::ranges::all_of(
      sellers, [&](const std::string& each) { return one_of(buyers, each) && !is_partner(in.data, each); });
  if (all.size() < 2 || buyers.empty() || itself) {
    raise(verdict, issue("SELF_DEALING", "/data/parties", std::string(parties.front().text_of("party"))));
  }
}

/// All parties sign, or a court decides alone.
void check_all_sign(const RuleInput& in, Verdict& verdict, const Value& contract) {
  const auto& signers = in.body.items_of("signers");
  if (in.body.text_of("role") == "COURT") {
    if (signers.size() != 1) raise(verdict, issue("ROLE_NOT_PERMITTED", "/signers", "COURT"));
    return;
  }
  check_contract_signers(in, verdict, contract);
  for (const std::string& party : parties_of(contract)) {
    if (!std::ranges::any_of(signers, [&](const Value& each) { return each.text() == party; })) {
      raise(verdict, issue("MISSING_SIGNATURE", "/signers", party));
    }
  }
}

// --- rights ---

/// One right of a contract on the way to the state.
struct RightDeal {
  const Value& contract;   ///< its parties
  std::string key;         ///< of the contract
  const Value& right;
  std::string pointer;
  std::string license_id;  ///< that its licence gets, or has
  Date day;                ///< of the signature
  bool at_contract;
};

/// Grants one right: judges it, and writes what arises into the draft.
class Grant {
 public:
  Grant(const RuleInput& in, Verdict& verdict, Draft& draft, Consents& consents, const RightDeal& deal)
      : in_(in), verdict_(verdict), draft_(draft), consents_(consents), deal_(deal), patent_(deal.right.text_of("pat")) {}

  void run() {
    const auto row = draft_.find(subject_row(patent_));
    if (!row) return raise(verdict_, issue("SUBJECT_NOT_FOUND", deal_.pointer + "/pat", patent_));
    if (!is_published(*row)) return raise(verdict_, issue("UNPUBLISHED_DATA_IN_CLEAR", deal_.pointer + "/pat", patent_));
    row_ = *row;
    check_data();
    share_out();
    if (deal_.right.text_of("deal") == "LICENSE") {
      license();
    } else {
      transfer();
    }
    draft_.set(subject_row(patent_), std::move(row_));
  }

 private:
  void check_data() {
    const Value* data = deal_.right.find("patent_data");
    if (!data) return;
    const std::string here = deal_.pointer + "/patent_data";
    const std::string number = patent_.substr(4);
    const std::vector<std::string> owners = holders(row_);
    if (data->text_of("app_no") != "CN" + number) raise(verdict_, issue("SCHEMA_INVALID", here + "/app_no", "CN" + number));
    if (const Value* no = data->find("patent_no")) {
      if (!row_.find("grant")) raise(verdict_, issue("ZL_BEFORE_GRANT", here + "/patent_no", no->text()));
      if (no->text() != "ZL" + number) raise(verdict_, issue("SCHEMA_INVALID", here + "/patent_no", "ZL" + number));
    }
    for (const Value& holder : data->items_of("holders")) {
      if (!one_of(owners, holder.text())) raise(verdict_, issue("NOT_RIGHT_HOLDER", here + "/holders", holder.text()));
    }
  }

  /// Who grants and who takes: the sides, or among partners those who own and those who do not.
  void share_out() {
    const std::vector<std::string> owners = holders(row_);
    const std::vector<std::string> buyers = buyers_of(deal_.contract);
    for (const std::string& each : sellers_of(deal_.contract)) {
      const bool partner = is_partner(deal_.contract, each);
      if (!partner || one_of(owners, each)) grantors_.push_back(each);
      if (!one_of(owners, each) && !partner) raise(verdict_, issue("NOT_RIGHT_HOLDER", deal_.pointer + "/pat", each));
    }
    if (grantors_.empty()) raise(verdict_, issue("NOT_RIGHT_HOLDER", deal_.pointer + "/pat", patent_));
    for (const std::string& each : buyers) {
      if (!is_partner(deal_.contract, each) || !one_of(grantors_, each)) grantees_.push_back(each);
    }
    if (grantees_.empty()) raise(verdict_, issue("SELF_DEALING", deal_.pointer + "/pat", patent_));
  }

  RightUse use_of(RightAct act, const Value& seen, Scope scope, std::string_view consent_to) const {
    return {.act = act,
            .patent = patent_,
            .row = seen,
            .pointer = deal_.pointer + "/pat",
            .day = deal_.day,
            .scope = std::move(scope),
            .actors = parties_of(deal_.contract),  // who signs has agreed, also a co-owner who takes
            .consent_to = consent_to,
            .at_contract = deal_.at_contract};
  }

  /// The patent without the licence itself and what rests on it, when it is judged anew.
  Value without_own() const {
    Value seen = row_;
    Value::Items others;
    for (const Value& id : row_.items_of("licenses")) {
      const auto other = draft_.find(encumbrance_row(patent_, id.text()));
      const auto names = [&](std::string_view member) {
        return other && std::ranges::any_of(other->items_of(member), [&](const Value& each) { return each.text() == deal_.license_id; });
      };
      const bool rests = other && (other->text_of("head") == deal_.license_id || names("under"));
      if (id.text() != deal_.license_id && !rests) others.push_back(id);
    }
    seen.set("licenses", std::move(others));
    return seen;
  }

  void license() {
    const std::string kind(deal_.right.text_of("license_kind", "ORD"));
    const Value& scope = *deal_.right.find("scope");
    if (holders(row_).size() > 1 && !deal_.right.find("share_rule") && !in_.data.find("coowner_rule")) {
      raise(verdict_, issue("SCHEMA_INVALID", deal_.pointer + "/share_rule", patent_));
    }
    check_license_term(in_, verdict_, scope, row_, deal_.pointer + "/scope");
    const std::vector<std::string> except = excepted();
    const RowKey key = encumbrance_row(patent_, deal_.license_id);
    const auto before = draft_.find(key);
    if (before) take_places(draft_, patent_, deal_.license_id, *before, false);
    const Value seen = without_own();
    const RightAct act = kind == "EXCL" ? RightAct::license_excl : kind == "SOLE" ? RightAct::license_sole : RightAct::license_ord;
    RightUse use = use_of(act, seen, scope_of(scope, last_day_of(row_, in_.pack)), "license.grant");
    use.license_kind = kind;
    use.except = except;
    const RightUseResult result = judge_right_use(on_draft(in_, draft_), verdict_, use, consents_);

    Value row = license_row(kind, grantors_, grantees_, scope, in_.record_id);
    row.set("contract", deal_.key);
    row.set("record", parse_license_id(deal_.license_id)->record);
    for (const std::string_view mark : {"licensor_cannot_work", "sublicense_allowed"}) {
      if (deal_.right.boolean_of(mark)) row.set(mark, true);
    }
    if (const Value* list = deal_.right.find("except")) row.set("except", *list);
    if (!result.under.empty()) row.set("under", Value::Items(result.under.begin(), result.under.end()));
    if (before) {
      for (const std::string_view kept : {"place_taken", "recordal"}) {
        if (const Value* value = before->find(kept)) row.set(kept, *value);
      }
    }
    take_places(draft_, patent_, deal_.license_id, row, true);
    draft_.set(key, std::move(row));
    list_license(on_draft(in_, draft_), verdict_, patent_, deal_.license_id, deal_.pointer + "/pat", row_);
  }

  /// Ids of earlier licences that the right lists; each is one on the same patent.
  std::vector<std::string> excepted() {
    std::vector<std::string> ids;
    for (const Value& id : deal_.right.items_of("except")) {
      const auto known = draft_.find(encumbrance_row(patent_, id.text()));
      if (!known || !known->find("licensees")) {
        raise(verdict_, issue("REF_NOT_FOUND", deal_.pointer + "/except", id.text()));
      }
      ids.push_back(id.text());
    }
    return ids;
  }

  void transfer() {
    judge_right_use(on_draft(in_, draft_), verdict_,
                    use_of(RightAct::transfer, row_, whole_patent(deal_.day, last_day_of(row_, in_.pack)), "transfer.contract"),
                    consents_);
    check_preemption();
    Value::Items open = row_.items_of("transfers");
    if (std::ranges::any_of(open, [&](const Value& each) { return each.text() == deal_.key; })) return;
    if (!open.empty()) {
      Issue twice = issue("DOUBLE_DISPOSAL", deal_.pointer + "/pat", open.front().text());
      for (const Value& each : open) {
        const auto other = draft_.find(subject_row(each.text()));
        if (other) twice.blocking.emplace_back(other->text_of("record"));
      }
      verdict_.flag(std::move(twice));
    }
    if (open.size() >= kOpenTransfersMax) {
      return raise(verdict_, issue("SIZE_LIMIT", deal_.pointer + "/pat", std::to_string(kOpenTransfersMax)));
    }
    open.emplace_back(deal_.key);
    row_.set("transfers", std::move(open));
  }

  /// Employees, principals and partners may buy first (CC 847, 859, 860): a consent of somebody who
  /// is neither owner nor pledgee shows that they have been asked.
  void check_preemption() {
    const Value* declared = in_.data.find("declarations");
    if (!declared || !declared->boolean_of("service_invention")) return;
    std::set<std::string, std::less<>> others;
    for (const std::string& owner : holders(row_)) others.insert(owner);
    for (const Value& id : row_.items_of("pledges")) {
      const auto pledge = draft_.find(encumbrance_row(patent_, id.text()));
      if (!pledge) continue;
      for (const Value& pledgee : pledge->items_of("pledgees")) others.insert(pledgee.text());
    }
    for (const Value& id : in_.data.items_of("consents")) {
      const auto digest = from_sha256_id(id.text());
      const auto given = digest ? in_.rows.find_record(*digest) : nullptr;
      const Value* data = given ? given->body.find("data") : nullptr;
      const std::string_view by = data ? data->text_of("by") : std::string_view();
      if (!by.empty() && !others.contains(by) && consents_.of(by, "transfer.contract", patent_) == Consent::given) return;
    }
    verdict_.flag(issue("PREEMPTION_NOT_OFFERED", deal_.pointer + "/pat", patent_));
  }

  const RuleInput& in_;
  Verdict& verdict_;
  Draft& draft_;
  Consents& consents_;
  const RightDeal& deal_;
  std::string patent_;
  Value row_;
  std::vector<std::string> grantors_;
  std::vector<std::string> grantees_;
};

/// A right in itself: one object, and the terms that its deal has; false where it is none.
bool check_right_form(Verdict& verdict, const Value& right, const std::string& pointer) {
  bool formed = true;
  const auto wrong = [&](std::string_view member) {
    formed = false;
    raise(verdict, issue("SCHEMA_INVALID", pointer + "/" + std::string(member), std::string(right.text_of("deal"))));
  };
  int objects = 0;
  for (const std::string_view member : {"fpat", "pat", "patent_data_commit"}) objects += right.find(member) != nullptr;
  if (objects != 1) wrong("pat");
  // CC 845: a contract about a patent states its data, but for what is not published.
  if ((right.find("patent_data_commit") != nullptr) == (right.find("patent_data") != nullptr)) wrong("patent_data");
  const bool license = right.text_of("deal") == "LICENSE";
  const std::string_view kind = right.text_of("license_kind", "ORD");
  if (license != (right.find("scope") != nullptr)) wrong("scope");
  if (!license) {
    for (const std::string_view member : {"license_kind", "share_rule", "sublicense_allowed"}) {
      if (right.find(member)) wrong(member);
    }
  }
  if (right.find("except") && (!license || kind == "ORD")) wrong("except");
  if (right.find("licensor_cannot_work") && (!license || kind != "SOLE")) wrong("licensor_cannot_work");
  return formed;
}

std::string right_at(std::size_t i) { return "/data/rights/" + std::to_string(i); }

/// Licence n of a record gets the id `record/n`.
std::string license_id(const Digest& record, std::size_t place) { return to_sha256_id(record) + "/" + std::to_string(place); }

/// Grants a right of the contract, when its patent is named, and notes its licence in it.
void grant(const RuleInput& in, Verdict& verdict, bool at_contract, Draft& draft, Consents& consents, const Value& contract,
           const std::string& pointer, const std::string& id, Value& right) {
  if (!right.find("pat")) return;
  const RightDeal deal{contract,
                       std::string(in.data.text_of("ctr")),
                       right,
                       pointer,
                       id,
                       parse_date(in.body.text_of("event_date")).value_or(Date{}),
                       at_contract};
  Grant(in, verdict, draft, consents, deal).run();
  if (right.text_of("deal") == "LICENSE") right.set("license", id);
}

// --- money ---

/// Fen of a sum; nullopt for another currency, or none.
std::optional<std::int64_t> fen_of(const Value* money) {
  return money && money->find("fen") ? std::optional(money->integer_of("fen")) : std::nullopt;
}

void check_amounts(const RuleInput& in, Verdict& verdict, const Value& contract) {
  if (in.data.find("amount") && in.data.find("amount_commit")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/amount_commit", "amount, amount_commit"));
  }
  const auto total = fen_of(contract.find("amount"));
  const auto tech = fen_of(contract.find("tech_amount"));
  if (total && tech && *tech > *total) {
    raise(verdict, issue("TECH_AMOUNT_EXCEEDS", "/data/tech_amount", std::to_string(*tech) + " > " + std::to_string(*total)));
  }
}

// --- the acts ---

/// SIZE_LIMIT for a contract whose row would leave no room for what comes later.
void store_contract(const RuleInput& in, Verdict& verdict, Draft& draft, const Value& contract) {
  const std::size_t size = to_canonical(contract).size();
  if (size > kRowMax) raise(verdict, issue("SIZE_LIMIT", "/data/ctr", std::to_string(size) + " > " + std::to_string(kRowMax)));
  draft.set(subject_row(in.data.text_of("ctr")), contract);
}

/// What the kind of a contract says of its rights.
void check_kind(const RuleInput& in, Verdict& verdict) {
  const std::string_view kind = in.data.text_of("kind");
  const std::string_view deal = kind == "LIC-P" ? "LICENSE" : kind == "TRF-P" || kind == "TRF-A" ? "TRANSFER" : "";
  const auto& rights = in.data.items_of("rights");
  const bool has = std::ranges::any_of(rights, [&](const Value& each) { return each.text_of("deal") == deal; });
  if (!deal.empty() && !has) raise(verdict, issue("SCHEMA_INVALID", "/data/rights", std::string(kind) + ": " + std::string(deal)));
}

void check_declarations(const RuleInput& in, Verdict& verdict) {
  const Value* declared = in.data.find("declarations");
  if (declared && declared->find("no_monopoly") && !declared->boolean_of("no_monopoly")) {
    verdict.flag(issue("MONOPOLY_CLAUSE_DECLARED", "/data/declarations/no_monopoly"));
  }
  const bool transfers = std::ranges::any_of(in.data.items_of("rights"),
                                             [](const Value& each) { return each.text_of("deal") == "TRANSFER"; });
  const bool approved = declared && declared->boolean_of("export_ok");
  if (transfers && in.data.text_of("direction") == "EXPORT" && !approved) {
    raise(verdict, issue("EXPORT_APPROVAL_MISSING", "/data/declarations"));
  }
}

void check_dates(const RuleInput& in, Verdict& verdict) {
  const auto order = [&](std::string_view first, std::string_view second) {
    const auto a = date_in(in, first);
    const auto b = date_in(in, second);
    if (a && b && *b < *a) {
      raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/" + std::string(second), to_string(*b) + " < " + to_string(*a)));
    }
  };
  order("sign_date", "effective_date");
  order("effective_date", "end_date");
  if (in.data.text_of("sign_date") != in.body.text_of("event_date")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/sign_date", std::string(in.body.text_of("event_date"))));
  }
}

void sign(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "sign_date");
  const RowKey key = subject_row(in.data.text_of("ctr"));
  if (const auto known = in.rows.find(key)) {
    Issue used = issue("STATE_FORBIDS", "/data/ctr", std::string(in.data.text_of("ctr")));
    used.blocking.emplace_back(known->text_of("record"));
    return raise(verdict, std::move(used));
  }
  check_parties(in, verdict);
  check_dates(in, verdict);
  check_kind(in, verdict);
  check_declarations(in, verdict);
  if (in.data.find("listing")) require_subject(in, verdict, in.data.text_of("listing"), "/data/listing");
  check_amounts(in, verdict, in.data);
  // Exchange and auction show the price anyway.
  if (day) check_price_notice(in, verdict, in.data, *day, in.data.text_of("price_method", "AGREEMENT") == "AGREEMENT");
  Value contract(Value::Members{{"record", to_sha256_id(in.record_id)}, {"status", "OPEN"}});
  copy(in, contract, {"amount", "effective_date", "end_date", "kind", "parties", "sign_date", "tech_amount"});
  Value::Items rights = in.data.items_of("rights");
  bool formed = true;
  for (std::size_t i = 0; i < rights.size(); ++i) formed = check_right_form(verdict, rights[i], right_at(i)) && formed;
  if (!formed) return;  // all else can be judged beside what was refused before
  Draft draft(in.rows);
  Consents consents(in);
  for (std::size_t i = 0; i < rights.size(); ++i) {
    grant(in, verdict, true, draft, consents, contract, right_at(i), license_id(in.record_id, i), rights[i]);
  }
  if (!rights.empty()) contract.set("rights", std::move(rights));
  store_contract(in, verdict, draft, contract);
  draft.write(verdict);
  consents.use_up(verdict);
}

/// A right as its parties wrote it.
Value as_written(Value right) {
  right.erase("license");
  return right;
}

bool same_object(const Value& a, const Value& b) {
  return std::ranges::all_of(std::initializer_list<std::string_view>{"deal", "fpat", "pat", "patent_data_commit"},
                             [&](std::string_view member) { return a.text_of(member) == b.text_of(member); });
}

/// The rights restated one by one, in their order; new ones behind them.
void amend_rights(const RuleInput& in, Verdict& verdict, Draft& draft, Consents& consents, Value& contract) {
  const Value* stated = in.data.find("rights");
  if (!stated) return;
  const Value::Items before = contract.items_of("rights");
  Value::Items rights = stated->items();
  bool same = rights.size() >= before.size();
  bool formed = true;
  for (std::size_t i = 0; i < rights.size(); ++i) {
    formed = check_right_form(verdict, rights[i], right_at(i)) && formed;
    same = same && (i >= before.size() || same_object(before[i], rights[i]));
  }
  if (!same) raise(verdict, issue("SCHEMA_INVALID", "/data/rights", std::to_string(before.size())));
  if (!formed || !same) return;
  for (std::size_t i = 0; i < rights.size(); ++i) {
    if (i < before.size() && as_written(before[i]) == rights[i]) {
      rights[i] = before[i];
      continue;
    }
    const bool has_license = i < before.size() && before[i].find("license");
    const std::string id = has_license ? std::string(before[i].text_of("license")) : license_id(in.record_id, i);
    grant(in, verdict, true, draft, consents, contract, right_at(i), id, rights[i]);
  }
  contract.set("rights", std::move(rights));
}

/// EVENT_BEFORE_PRIOR for an act that is dated before the contract was signed.
void check_after_signature(const RuleInput& in, Verdict& verdict, const Value& contract) {
  if (in.data.text_of("date") < contract.text_of("sign_date")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(contract.text_of("sign_date"))));
  }
}

void amend(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto contract = load_contract(in, verdict);
  if (!contract || !day) return;
  check_all_sign(in, verdict, *contract);
  take_step(verdict, kSteps, in.type.name, *contract, "status");
  check_after_signature(in, verdict, *contract);
  copy(in, *contract, {"amount", "end_date", "tech_amount"});
  if (in.data.find("amount_commit")) contract->erase("amount");
  check_amounts(in, verdict, *contract);
  if (contract->find("end_date") && contract->text_of("end_date") < contract->text_of("effective_date")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/end_date", std::string(contract->text_of("effective_date"))));
  }
  Draft draft(in.rows);
  Consents consents(in);
  open_rights(in, verdict, true, draft, consents, *contract);
  amend_rights(in, verdict, draft, consents, *contract);
  store_contract(in, verdict, draft, *contract);
  draft.write(verdict);
  consents.use_up(verdict);
}

/// What a contract gave comes to its end: licences, and a transfer that is not registered.
void end_rights(Draft& draft, const Value& contract, std::string_view key, std::string_view day, bool never_was) {
  for (const Value& right : contract.items_of("rights")) {
    if (right.find("license")) end_license(draft, right.text_of("pat"), right.text_of("license"), day, never_was);
    const RowKey patent = subject_row(right.text_of("pat"));
    const auto row = right.find("pat") ? draft.find(patent) : nullptr;
    if (!row || right.text_of("deal") != "TRANSFER") continue;
    Value next = *row;
    Value::Items open = next.items_of("transfers");
    std::erase_if(open, [&](const Value& each) { return each.text() == key; });
    set_list(next, "transfers", std::move(open));
    draft.set(patent, std::move(next));
  }
}

/// contract.terminate, contract.rescind, contract.void.
void end(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto contract = load_contract(in, verdict);
  if (!contract || !day) return;
  check_all_sign(in, verdict, *contract);
  take_step(verdict, kSteps, in.type.name, *contract, "status");
  check_after_signature(in, verdict, *contract);
  contract->set("ended", Value::Members{{"date", to_string(*day)}, {"record", to_sha256_id(in.record_id)}});
  Draft draft(in.rows);
  const std::string_view key = in.data.text_of("ctr");
  end_rights(draft, *contract, key, in.data.text_of("date"), in.type.name != "contract.terminate");
  draft.set(subject_row(key), std::move(*contract));
  draft.write(verdict);
}

void perform(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto contract = load_contract(in, verdict);
  if (!contract || !day) return;
  check_contract_signers(in, verdict, *contract);
  take_step(verdict, kSteps, in.type.name, *contract, "status");
  check_after_signature(in, verdict, *contract);
  // Payer and payee: one of each side; among partners, two of them.
  const auto signs = [&](const std::string& party) {
    return std::ranges::any_of(in.body.items_of("signers"), [&](const Value& each) { return each.text() == party; });
  };
  const auto sellers = sellers_of(*contract);
  const auto buyers = buyers_of(*contract);
  const bool both = std::ranges::any_of(sellers, [&](const std::string& seller) {
    return signs(seller) &&
           std::ranges::any_of(buyers, [&](const std::string& buyer) { return buyer != seller && signs(buyer); });
  });
  if (!both) raise(verdict, issue("MISSING_SIGNATURE", "/signers", "payer, payee"));
  Value done(Value::Members{{"count", 0}, {"fen", 0}});
  if (const Value* before = contract->find("performed")) done = *before;
  done.set("count", done.integer_of("count") + 1);
  done.set("last", in.data.text_of("date"));
  if (const auto paid = fen_of(in.data.find("amount"))) {
    const auto sum = checked_add(done.integer_of("fen"), *paid);
    if (!sum) return raise(verdict, issue("AMOUNT_INVALID", "/data/amount", std::to_string(*paid)));
    done.set("fen", *sum);
    const auto total = fen_of(contract->find("amount"));
    if (total && *sum > *total) {
      raise(verdict, issue("OVERPAID", "/data/amount", std::to_string(*sum) + " > " + std::to_string(*total)));
    }
  }
  contract->set("performed", std::move(done));
  verdict.set(subject_row(in.data.text_of("ctr")), std::move(*contract));
}

}  // namespace

std::span<const RecordType> contract_types() { return kTypes; }

Rule contract_rule(std::string_view type) {
  if (type == "contract.amend") return amend;
  if (type == "contract.perform") return perform;
  if (type == "contract.sign") return sign;
  return type == "contract.rescind" || type == "contract.terminate" || type == "contract.void" ? end : nullptr;
}

std::span<const std::string_view> contract_kinds() { return kKinds; }

std::vector<std::string> sellers_of(const Value& contract) { return side_of(contract, &Side::sells); }
std::vector<std::string> buyers_of(const Value& contract) { return side_of(contract, &Side::buys); }

std::optional<Value> load_contract(const RuleInput& input, Verdict& verdict) {
  const auto row = require_subject(input, verdict, input.data.text_of("ctr"), "/data/ctr");
  return row ? std::optional(*row) : std::nullopt;
}

std::shared_ptr<const FoundRecord> signature_of(const RuleInput& input, const Value& contract) {
  const auto digest = from_sha256_id(contract.text_of("record"));
  return digest ? input.rows.find_record(*digest) : nullptr;
}

bool has_public_body(const RuleInput& input, std::span<const std::string> parties) {
  return std::ranges::any_of(parties, [&](const std::string& party) {
    const auto row = input.rows.find(party_row(party));
    return row && row->text_of("kind") == "PUBLIC_BODY";
  });
}

bool price_announced(const RuleInput& input, const Value& contract) {
  const auto signature = signature_of(input, contract);
  return signature && signature->body.find("data")->find("publicity_ref");
}

void check_price_notice(const RuleInput& input, Verdict& verdict, const Value& contract, Date day, bool agreed) {
  const std::vector<std::string> sellers = sellers_of(contract);
  const bool due = agreed && contract.find("rights") && has_public_body(input, sellers);
  if (!due && !input.data.find("publicity_ref")) return;
  std::vector<std::string> about{std::string(input.data.text_of("ctr"))};
  for (const Value& right : contract.items_of("rights")) {
    for (const std::string_view member : {"fpat", "pat"}) {
      if (right.find(member)) about.emplace_back(right.text_of(member));
    }
  }
  check_price_publicity(input, verdict, about, sellers, day);
}

void check_contract_signers(const RuleInput& input, Verdict& verdict, const Value& contract) {
  const std::vector<std::string> parties = parties_of(contract);
  const bool office = by_office(input);
  for (const Value& signer : input.body.items_of("signers")) {
    const bool submits = (office || input.body.find("acting_for")) && signer.text() == input.body.text_of("submitter");
    if (!submits && !one_of(parties, signer.text())) {
      raise(verdict, issue("ROLE_NOT_PERMITTED", "/signers", signer.text()));
    }
  }
}

void open_rights(const RuleInput& input, Verdict& verdict, bool at_contract, Draft& draft, Consents& consents,
                 Value& contract) {
  const Value::Items& openings = input.data.items_of("openings");
  if (openings.empty()) return;
  const auto record = from_sha256_id(contract.text_of("record"));
  Value::Items rights = contract.items_of("rights");
  for (std::size_t k = 0; k < openings.size(); ++k) {
    const Value& opening = openings[k];
    const std::string here = "/data/openings/" + std::to_string(k);
    const Value& value = *opening.find("value");
    const auto salt = fixed_from_hex<crypto::Salt>(opening.text_of("salt")).value_or(crypto::Salt{});
    const std::string made = to_sha256_id(crypto::field_commitment("patent_data", salt, to_canonical(value)));
    const auto right = std::ranges::find_if(
        rights, [&](const Value& each) { return each.text_of("patent_data_commit") == opening.text_of("commit"); });
    if (right == rights.end() || made != opening.text_of("commit")) {
      raise(verdict, issue("COMMIT_MISMATCH", here, std::string(opening.text_of("commit"))));
      continue;
    }
    const std::string_view number = value.text_of("app_no");
    const std::string patent = "pat:" + std::string(number.starts_with("CN") ? number.substr(2) : number);
    // From now on the patent is a subject of the contract, so the record must name it.
    const auto& named = input.data.items_of("patents");
    if (!std::ranges::any_of(named, [&](const Value& each) { return each.text() == patent; })) {
      raise(verdict, issue("SCHEMA_INVALID", "/data/patents", patent));
      continue;
    }
    right->erase("patent_data_commit");
    right->set("pat", patent);
    right->set("patent_data", value);
    const auto i = static_cast<std::size_t>(right - rights.begin());
    if (record) grant(input, verdict, at_contract, draft, consents, contract, here + "/value", license_id(*record, i), *right);
  }
  contract.set("rights", std::move(rights));
  store_contract(input, verdict, draft, contract);
}

}  // namespace qinglu::ledger
