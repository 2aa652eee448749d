// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/draft.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Technology contracts from the signature to the end: contract.*. The inner acts license.grant and
/// transfer.contract are the `rights` of contract.sign.   Source: CC 843-887; domain.md 2.1, 6.5.
std::span<const RecordType> contract_types();
/// nullptr: no type of this family.
Rule contract_rule(std::string_view type);

/// Kinds of contracts.   Source: CC 851-887; domain.md 2.1.
std::span<const std::string_view> contract_kinds();
/// Fields `patents`, `openings`: what was hidden while an application was not published.
extern const Field kRightOpenings;
extern const Field kOpenedPatents;

/// The parties of a contract that give (sellers) or take; a PARTNER does both.
std::vector<std::string> sellers_of(const Value& contract);
std::vector<std::string> buyers_of(const Value& contract);

/// The contract that `data.ctr` names; SUBJECT_NOT_FOUND and nullopt when there is none.
std::optional<Value> load_contract(const RuleInput& input, Verdict& verdict);
/// The record by which a contract was signed; nullptr where it is not known.
std::shared_ptr<const FoundRecord> signature_of(const RuleInput& input, const Value& contract);
/// Whether one of the parties is registered as PUBLIC_BODY.
bool has_public_body(const RuleInput& input, std::span<const std::string> parties);
/// Whether the contract itself was signed on a notice of its price.
bool price_announced(const RuleInput& input, const Value& contract);
/// Asks a public body for the notice behind a price that was `agreed` on (`data.publicity_ref`), and judges the
/// notice wherever one is cited. Raises what check_price_publicity() can.   Source: PTL 18.
void check_price_notice(const RuleInput& input, Verdict& verdict, const Value& contract, Date day, bool agreed);
/// Everybody who signs is the submitter or a party of the contract.
void check_contract_signers(const RuleInput& input, Verdict& verdict, const Value& contract);

/// Opens the commitments of `data.openings` in a contract's rights, and judges and grants each right
/// as though it had been written in clear, at the register or at the contract.
/// Raises COMMIT_MISMATCH and what a right can answer.   Source: PL 21; domain.md 6.5.
void open_rights(const RuleInput& input, Verdict& verdict, bool at_contract, Draft& draft, Consents& consents,
                 Value& contract);

}  // namespace qinglu::ledger
