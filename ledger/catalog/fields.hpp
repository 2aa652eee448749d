// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "ledger/catalog/table.hpp"

namespace qinglu::ledger::fields {

// Short words for writing the tables of the families; included by their .cpp files only.

constexpr Field need(std::string_view name, FieldType type, std::string_view zh,
                     std::string_view en) {
  return Field{name, type, true, zh, en};
}
constexpr Field may(std::string_view name, FieldType type, std::string_view zh,
                    std::string_view en) {
  return Field{name, type, false, zh, en};
}
/// One of the words, or for a record id: of the types.
constexpr Field of(Field field, std::span<const std::string_view> allowed) {
  field.allowed = allowed;
  return field;
}
constexpr Field with(Field field, std::span<const Field> members) {
  field.members = members;
  return field;
}
constexpr Field within(Field field, std::int64_t min, std::int64_t max) {
  field.min = min;
  field.max = max;
  return field;
}
constexpr Field list(Field field, std::int64_t max) {
  field.shape = Shape::list;
  field.max = max;
  return field;
}
constexpr Field set(Field field, std::int64_t max) {
  field.shape = Shape::set;
  field.max = max;
  return field;
}

inline constexpr Field kPat = need("pat", FieldType::patent, "专利", "patent or application");
inline constexpr Field kCnipaCode =
    may("cnipa_code", FieldType::code, "公报事务代码", "code of the office's gazette");
inline constexpr Field kSynthetic =
    may("synthetic", FieldType::boolean, "合成数据", "synthetic: made up for a demonstration");

inline constexpr std::string_view kPatentTypeWords[] = {"DES", "INV", "UM"};
inline constexpr std::string_view kServiceModes[] = {
    "DIRECT", "ELECTRONIC", "ENTRUSTED", "FORWARDED", "LEFT", "POST", "PUBLIC"};
/// One service of a decision; `party` is left out before publication.   Source: domain.md 6.1, 6.5.
inline constexpr Field kServedMembers[] = {
    need("date", FieldType::date, "送达日", "day on which service counts as done"),
    of(need("mode", FieldType::choice, "送达方式", "mode of service"), kServiceModes),
    may("party", FieldType::party, "受送达人", "party served; left out before publication")};
inline constexpr Field kServed = list(
    with(may("served", FieldType::object, "送达情况", "services of this decision"), kServedMembers),
    32);

inline constexpr Field kCase = need("case", FieldType::lawsuit, "案件", "key of the case");
inline constexpr Field kListing = need("listing", FieldType::listing, "挂牌", "key of the listing");
inline constexpr Field kPosted =
    may("posted_date", FieldType::date, "交邮日", "day on which the paper was posted to the court");
inline constexpr std::string_view kInstances[] = {"FIRST", "RETRIAL", "SECOND"};
inline constexpr Field kInstance = of(need("instance", FieldType::choice, "审级", "instance"), kInstances);

inline constexpr std::string_view kConsentTypes[] = {"consent.give"};
/// Of the records that rest on consents (catalog/consent).
inline constexpr Field kConsents =
    set(of(may("consents", FieldType::record_id, "所依据的同意", "consents that the act rests on"), kConsentTypes), 64);

/// Of the acts that stop while a patent is suspended (catalog/suspend).
inline constexpr Precondition kNotSuspended = {"PATENT_FROZEN", "IR", "105", "程序未中止", "the proceedings are not suspended"};

// What the conflict matrix can answer (catalog/conflict).
inline constexpr Precondition kNoOverlap = {"LICENSE_OVERLAP", "TCI", "25, 28", "与独占、排他许可的范围不重叠",
                                            "no overlap with an exclusive or sole licence"};
inline constexpr Precondition kPriorSurvives = {"PRIOR_LICENSE_SURVIVES", "TCI", "24", "标记：在先许可继续有效",
                                                "flag: earlier licences run on"};
inline constexpr Precondition kNestingKnown = {"CLASS_NESTING_UNKNOWN", "TCI", "28", "标记：分类的包含关系未知",
                                               "flag: whether one class lies in the other is not known"};
inline constexpr Precondition kOpenInactive = {"OPEN_LICENSE_ACTIVE", "PL", "51", "没有生效的开放许可声明",
                                               "no open declaration is active"};
inline constexpr Precondition kPledgeeConsents = {"PLEDGEE_CONSENT_MISSING", "CC", "444", "已出质的须质权人同意",
                                                  "a pledgee has consented"};
inline constexpr Precondition kConsentInForce = {"CONSENT_EXPIRED", "QLR", "6.5", "所引用的同意仍然有效",
                                                 "the consents cited are in force"};
inline constexpr Precondition kNotFrozen = {"PATENT_FROZEN", "IR", "103-105", "未中止、未保全",
                                            "neither suspended nor preserved"};
inline constexpr Precondition kNoArrears = {"ANNUITY_ARREARS", "IR", "115", "年费已缴", "no annuity is overdue"};
inline constexpr Precondition kUncontested = {"VALIDITY_CONTESTED", "PL", "45, 47", "标记：有未结的无效宣告请求",
                                              "flag: a request for invalidation is open"};
inline constexpr Precondition kInForce = {"PATENT_NOT_IN_FORCE", "CC", "865", "申请或专利有效",
                                          "a pending application or a patent in force"};
inline constexpr Precondition kCoownersConsent = {"COOWNER_CONSENT_MISSING", "PL", "14", "其他共有人同意",
                                                  "the other owners have consented"};

/// What the matrix and the terms beside it can answer where a right is licensed or sold.
inline constexpr Precondition kRightRules[] = {
    {"NOT_RIGHT_HOLDER", "PL", "10", "授予权利的各方均为权利人", "everybody who grants is an owner"},
    {"TERM_BEYOND_PATENT", "CC", "865", "许可期限不超过专利权期限", "the licence does not outlast the patent"},
    kNoOverlap, kPriorSurvives, kNestingKnown, kOpenInactive, kPledgeeConsents, kConsentInForce, kNotFrozen, kNoArrears,
    kUncontested, kInForce, kCoownersConsent};

/// What the matrix, and the burdens stated beside it, can answer where a right is listed or auctioned.
inline constexpr Precondition kListedRight[] = {
    {"NOT_RIGHT_HOLDER", "PL", "10", "出让方均为权利人", "every seller is an owner"},
    {"LISTING_ENCUMBRANCE_HIDDEN", "CC", "500", "所列负担与账本一致，且在查询时已经存在",
     "the burdens stated are those on the ledger, and were there when they were looked up"},
    {"PLEDGEE_CONSENT_MISSING", "CC", "444", "标记：已出质，交易须质权人同意", "flag: pledged, so that the deal needs the pledgee's consent"},
    {"ANNUITY_ARREARS", "IR", "115", "标记：年费逾期", "flag: an annuity is overdue"},
    kNotFrozen,
    kUncontested,
    kInForce};

/// One list of preconditions behind another.
template <std::size_t N, std::size_t M>
constexpr std::array<Precondition, N + M> join(const Precondition (&a)[N], const Precondition (&b)[M]) {
  std::array<Precondition, N + M> all{};
  for (std::size_t i = 0; i < N; ++i) all[i] = a[i];
  for (std::size_t i = 0; i < M; ++i) all[N + i] = b[i];
  return all;
}

inline constexpr Role kOnlyIpo[] = {Role::ipo};

}  // namespace qinglu::ledger::fields
