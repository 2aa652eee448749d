// SPDX-License-Identifier: Apache-2.0
#include "ledger/model/rows.hpp"

#include "crypto/base/binary.hpp"

namespace qinglu::ledger {
namespace {

Bytes joined(std::string_view left, std::string_view right) {
  Bytes key(left);
  key.push_back('\0');
  key.append(right);
  return key;
}

}  // namespace

RowKey party_row(std::string_view party) { return {Namespace::party, Bytes(party)}; }
RowKey key_row(std::string_view party, std::string_view key_id) {
  return {Namespace::key, joined(party, key_id)};
}
RowKey role_row(std::string_view party, std::string_view role) {
  return {Namespace::role, joined(party, role)};
}
RowKey mandate_row(std::string_view principal, std::string_view agent) {
  return {Namespace::mandate, joined(principal, agent)};
}
RowKey validators_row(std::uint64_t epoch) { return {Namespace::validators, u64_key(epoch)}; }
RowKey rule_pack_row(std::uint64_t id) { return {Namespace::rule_pack, u64_key(id)}; }
RowKey table_row(std::string_view name, std::uint32_t version, std::uint16_t part) {
  return {Namespace::table, joined(name, BinaryWriter().u32(version).u16(part).bytes())};
}
RowKey subject_row(std::string_view subject) { return {Namespace::subject, Bytes(subject)}; }
RowKey encumbrance_row(std::string_view patent, std::string_view id) {
  return {Namespace::encumbrance, joined(patent, id)};
}
RowKey history_row(std::string_view subject) { return {Namespace::history, Bytes(subject)}; }
RowKey flags_row(const Digest& record_id) { return {Namespace::flags, Bytes(record_id.view())}; }
RowKey alias_row(std::string_view subject) { return {Namespace::alias, Bytes(subject)}; }
RowKey statistic_row(std::string_view month, std::string_view indicator) {
  return {Namespace::statistic, joined(month, indicator)};
}

}  // namespace qinglu::ledger
