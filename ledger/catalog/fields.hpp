// SPDX-License-Identifier: Apache-2.0
#pragma once

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
inline constexpr Field kPosted =
    may("posted_date", FieldType::date, "交邮日", "day on which the paper was posted to the court");
inline constexpr std::string_view kInstances[] = {"FIRST", "RETRIAL", "SECOND"};
inline constexpr Field kInstance = of(need("instance", FieldType::choice, "审级", "instance"), kInstances);

/// Of the acts that stop while a patent is suspended (catalog/suspend).
inline constexpr Precondition kNotSuspended = {"PATENT_FROZEN", "IR", "105", "程序未中止", "the proceedings are not suspended"};

inline constexpr Role kOnlyIpo[] = {Role::ipo};

}  // namespace qinglu::ledger::fields
