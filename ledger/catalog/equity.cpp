// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/equity.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/contract.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/license.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::string_view kRights[] = {"LICENSE", "TRANSFER"};
constexpr std::string_view kMethods[] = {"AGREEMENT", "APPRAISAL", "AUCTION", "LISTING"};
constexpr std::string_view kNotices[] = {"publicity.notice"};
constexpr Field kContributeFields[] = {
    need("ctr", FieldType::contract, "转让或许可合同", "contract of the transfer or licence"),
    set(need("contributor", FieldType::party, "作价投资的一方，即合同的让与人或许可人",
             "who contributes: all who give by the contract"), 32),
    need("company", FieldType::party, "接受投资的公司", "company that takes the contribution"),
    of(need("right", FieldType::choice, "许可或转让", "licence or transfer"), kRights),
    set(need("pats", FieldType::patent, "作价的专利", "patents contributed"), 16),
    need("date", FieldType::date, "作价投资日", "day of the contribution"),
    need("valuation", FieldType::money, "作价金额", "value agreed on"),
    of(need("method", FieldType::choice, "定价方式：协议、评估、拍卖、挂牌", "how the value was found"), kMethods),
    need("share_bp", FieldType::basis_points, "所得股权的比例（基点）", "share of the company obtained, basis points"),
    need("inventor_share_bp", FieldType::basis_points, "完成人在所得股权中的份额（基点）",
         "the inventors' part of the equity obtained, basis points"),
    may("registered_capital", FieldType::money, "公司注册资本", "registered capital of the company"),
    may("appraisal_hash", FieldType::hash, "评估报告摘要", "digest of the appraisal"),
    of(may("publicity_ref", FieldType::record_id, "价格公示", "public notice of the price"), kNotices),
    kConsents};

constexpr Role kParties[] = {Role::agent, Role::inst, Role::party};
constexpr std::string_view kBothSign[] = {"contributor", "company"};
constexpr std::string_view kSlots[] = {"price", "terms", "cost_detail", "doc_list", "note"};

constexpr Precondition kContributeOnly[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "合同和专利已在链上", "contract and patents are on the ledger"},
    {"STATE_FORBIDS", "QLR", "6.5", "合同有效，尚未据以作价投资", "the contract is open and was not contributed before"},
    {"REF_WRONG_TYPE", "QLR", "6.5", "合同就每件专利约定了该项权利；公示出自投资方",
     "the contract gives that right on each patent; the notice is the contributor's"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.5", "投资方为合同的全体让与人、许可人，公司为受让人、被许可人",
     "all who give by the contract contribute, and the company takes by it"},
    {"SCHEMA_INVALID", "QLR", "2.6", "公司为单位；所得比例大于零", "the company is an organisation; it gives a share above 0"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "申请已经公布", "the applications are published"},
    {"INVENTOR_SHARE_BELOW_MIN", "PTL", "45", "公立机构的完成人份额不低于最低比例；其他单位为标记",
     "a public body's inventors get the minimum at least; a flag for other organisations"},
    {"APPRAISAL_REQUIRED", "CQP11", "25", "以评估定价的、公立机构非由市场定价的，有评估报告",
     "a value by appraisal, and a public body's that no market found, has its report"},
    {"PRICE_PUBLICITY_MISSING", "PTL", "18", "公立机构非由市场定价的，已公示", "a public body's value that no market found has been announced"},
    {"PUBLICITY_PERIOD_OPEN", "PTL", "18", "公示期已满", "the period of the notice is over"},
    {"EVENT_BEFORE_PRIOR", "QLR", "6.5", "不早于合同签订日", "not before the signature of the contract"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};
constexpr auto kContributeRules = join(kContributeOnly, kRightRules);

constexpr RecordType kTypes[] = {
    {.name = "equity.contribute",
     .zh = "专利作价投资",
     .en = "contribution of patents to capital",
     .category = Category::market,
     .fields = kContributeFields,
     .signers = {.roles = kParties, .must_sign = kBothSign, .mandate_power = "CONTRACT"},
     .preconditions = kContributeRules,
     .effect_zh = "投资方所得股权记在公司名下；权利仍依合同和登记变动",
     .effect_en = "the equity obtained is kept under the company; the rights move by contract and register alone",
     .private_slots = kSlots,
     .date_field = "date"}};

bool holds(const std::vector<std::string>& list, std::string_view text) { return std::ranges::find(list, text) != list.end(); }

/// Contributors are all who give by the contract, and the company takes by it. Among partners both sides are one
/// list, in which the company stands too.
std::vector<std::string> check_sides(const RuleInput& in, Verdict& verdict, const Value& contract) {
  const std::string company(in.data.text_of("company"));
  std::vector<std::string> givers = sellers_of(contract);
  std::erase(givers, company);
  const auto& stated = in.data.items_of("contributor");
  const bool all = stated.size() == givers.size() &&
                   std::ranges::all_of(stated, [&](const Value& each) { return holds(givers, each.text()); });
  if (!all) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/contributor", givers.empty() ? company : givers.front()));
  if (!holds(buyers_of(contract), company)) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/company", company));
  return givers;
}

/// Of a contract that has ended, or was contributed already.
void check_contract_state(const RuleInput& in, Verdict& verdict, const Value& contract) {
  if (contract.text_of("status") != "OPEN") {
    Issue over = issue("STATE_FORBIDS", "/data/ctr", std::string(contract.text_of("status")));
    if (const Value* ended = contract.find("ended")) over.blocking.emplace_back(ended->text_of("record"));
    raise(verdict, std::move(over));
  }
  if (const Value* earlier = contract.find("equity")) {
    Issue twice = issue("STATE_FORBIDS", "/data/ctr", earlier->text());
    twice.blocking.push_back(earlier->text());
    raise(verdict, std::move(twice));
  }
  if (in.data.text_of("date") < contract.text_of("sign_date")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(contract.text_of("sign_date"))));
  }
}

/// What binds institutes that the state has founded: an announced and appraised price unless a market found it, and
/// the inventors' part. Other organisations may agree on less for their inventors, which is shown; nobody asks it of
/// a person who contributes what is his own.   Source: PTL 18, 45; CQP11 25.
void check_public_duties(const RuleInput& in, Verdict& verdict, const Value& contract, std::span<const std::string> givers, Date day) {
  const bool is_public = has_public_body(in, givers);
  const std::string method(in.data.text_of("method"));
  const bool market = method == "AUCTION" || method == "LISTING";
  check_price_notice(in, verdict, contract, day, !market && !price_announced(in, contract));
  const bool appraised = in.data.find("appraisal_hash") != nullptr;
  const bool required = is_public && !market && in.pack.integer("equity_appraisal_public") != 0;
  if (!appraised && (required || method == "APPRAISAL")) {
    raise(verdict, issue("APPRAISAL_REQUIRED", "/data/appraisal_hash", method));
  }
  const std::int64_t least = in.pack.integer("inventor_share_min_bp");
  const std::int64_t share = in.data.integer_of("inventor_share_bp");
  const bool organisation = std::ranges::any_of(givers, [](const std::string& each) { return each.starts_with("org:"); });
  if (share >= least || !organisation) return;
  Issue below = issue("INVENTOR_SHARE_BELOW_MIN", "/data/inventor_share_bp", std::to_string(share) + " < " + std::to_string(least));
  if (is_public) {
    raise(verdict, std::move(below));
  } else {
    verdict.flag(std::move(below));
  }
}

/// The right that is contributed, judged as the transfer or licence that it is, on the day of the contribution. Its
/// contract was judged when it was signed: who consented then is not asked again, a pledgee who came since is.
class Contribution {
 public:
  Contribution(const RuleInput& in, Verdict& verdict, const Value& contract, std::span<const std::string> givers, Date day)
      : in_(in), verdict_(verdict), contract_(contract), givers_(givers), day_(day), consents_(in) {
    const auto signature = signature_of(in, contract);
    signed_at_ = signature ? signature->index : 0;
  }

  void run() {
    const auto& patents = in_.data.items_of("pats");
    for (std::size_t i = 0; i < patents.size(); ++i) judge(patents[i].text(), "/data/pats/" + std::to_string(i));
    consents_.use_up(verdict_);
  }

 private:
  void judge(const std::string& patent, const std::string& pointer) {
    const auto row = require_subject(in_, verdict_, patent, pointer);
    if (!row) return;
    if (!is_published(*row)) return raise(verdict_, issue("UNPUBLISHED_DATA_IN_CLEAR", pointer, patent));
    const auto& rights = contract_.items_of("rights");
    const auto right = std::ranges::find_if(rights, [&](const Value& each) {
      return each.text_of("pat") == patent && each.text_of("deal") == in_.data.text_of("right");
    });
    if (right == rights.end()) return raise(verdict_, issue("REF_WRONG_TYPE", pointer, patent));
    const bool license = in_.data.text_of("right") == "LICENSE";
    // A transfer that was registered meanwhile has been judged there, and the right is the company's.
    const auto& open = row->items_of("transfers");
    if (!license && std::ranges::find(open, *in_.data.find("ctr")) == open.end()) return;
    const std::vector<std::string> owners = holders(*row);
    if (std::ranges::none_of(givers_, [&](const std::string& each) { return holds(owners, each); })) {
      raise(verdict_, issue("NOT_RIGHT_HOLDER", pointer, givers_.empty() ? patent : givers_.front()));
    }
    if (license) {
      // Two licences on one patent are two rights of the contract, and go together.
      for (const Value& each : rights) {
        if (each.text_of("pat") != patent || !each.find("license")) continue;
        judge_license_again(in_, verdict_, consents_, patent, each.text_of("license"),
                            {.pointer = pointer, .day = day_, .consent_to = "equity.contribute", .at_contract = true});
      }
      return;
    }
    judge_right_use(in_, verdict_,
                    {.act = RightAct::transfer,
                     .patent = patent,
                     .row = *row,
                     .pointer = pointer,
                     .day = day_,
                     .scope = rest_of_patent(in_, *row, day_),
                     .actors = {},
                     .consent_to = "equity.contribute",
                     .at_contract = true,
                     .asks_consent = false,
                     .agreed_at = signed_at_},
                    consents_);
  }

  const RuleInput& in_;
  Verdict& verdict_;
  const Value& contract_;
  std::span<const std::string> givers_;
  Date day_;
  Consents consents_;
  std::uint64_t signed_at_ = 0;
};

void contribute(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  const std::string company(in.data.text_of("company"));
  if (!company.starts_with("org:")) raise(verdict, issue("SCHEMA_INVALID", "/data/company", company));
  if (in.data.integer_of("share_bp") == 0) raise(verdict, issue("SCHEMA_INVALID", "/data/share_bp", "0"));
  auto contract = load_contract(in, verdict);
  if (!contract || !day) return;
  check_contract_state(in, verdict, *contract);
  const std::vector<std::string> givers = check_sides(in, verdict, *contract);
  check_public_duties(in, verdict, *contract, givers, *day);
  Contribution(in, verdict, *contract, givers, *day).run();

  const std::string id = to_sha256_id(in.record_id);
  Value holding(Value::Members{{"record", id}});
  copy(in, holding, {"appraisal_hash", "contributor", "ctr", "date", "inventor_share_bp", "method", "pats", "registered_capital", "right",
                     "share_bp", "valuation"});
  verdict.set(encumbrance_row(company, id), std::move(holding));
  contract->set("equity", id);
  verdict.set(subject_row(in.data.text_of("ctr")), std::move(*contract));
}

}  // namespace

std::span<const RecordType> equity_types() { return kTypes; }

Rule equity_rule(std::string_view type) { return type == "equity.contribute" ? contribute : nullptr; }

}  // namespace qinglu::ledger
