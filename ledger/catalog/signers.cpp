// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/signers.hpp"

#include <algorithm>
#include <set>

namespace qinglu::ledger {
namespace {

Issue issue(std::string code, std::string pointer, std::string detail) {
  return Issue{std::move(code), std::move(pointer), std::move(detail), {}, {}, {}};
}

bool window_holds(const Value& window, std::uint64_t index) {
  const auto at = static_cast<std::int64_t>(index);
  const Value* until = window.find("until_index");
  return window.integer_of("from_index", 0) <= at && (!until || at < until->integer());
}

/// Whether `day` lies in from..until of a grant; canonical dates compare as text.
bool dates_hold(const Value& grant, std::string_view day) {
  const Value* until = grant.find("until");
  return grant.text_of("from") <= day && (!until || day <= until->text());
}

/// The parties that a field of `data` names: one id, or a list of ids or of objects with a `party`.
void add_parties(const Value& data, std::string_view field, std::set<std::string>& out) {
  const Value* value = data.find(field);
  if (!value) return;
  if (value->is_string()) out.insert(value->text());
  if (value->is_array()) {
    for (const Value& item : value->items()) {
      if (item.is_string()) out.insert(item.text());
      if (item.is_object()) out.emplace(item.text_of("party"));
    }
  }
}

std::string windows_text(const Value& key_row) {
  std::string text;
  for (const Value& window : key_row.items_of("windows")) {
    const Value* until = window.find("until_index");
    text += (text.empty() ? "[" : ", [") + std::to_string(window.integer_of("from_index")) + ", " +
            (until ? std::to_string(until->integer()) : "…") + ")";
  }
  return text;
}

void check_keys(std::span<const SignedBy> signed_by, const std::optional<SignedBy>& new_key,
                std::uint64_t index, const RowReader& rows, std::vector<Issue>& issues) {
  for (const SignedBy& by : signed_by) {
    if (by == new_key) continue;
    const auto row = rows.find(key_row(by.first, by.second));
    const std::string who = by.first + " / " + by.second;
    if (!row) {
      issues.push_back(issue("BAD_SIGNATURE", "/sigs", "no key " + who + " is registered"));
    } else if (!key_good_at(*row, index)) {
      const bool compromised = row->find("compromised_from") != nullptr;
      issues.push_back(issue(compromised ? "KEY_REVOKED" : "KEY_OUTSIDE_WINDOW", "/sigs",
                             who + ": index " + std::to_string(index) + ", windows " +
                                 windows_text(*row)));
    }
  }
}

void check_role(const RecordType& type, const Value& body, std::uint64_t index,
                const RowReader& rows, std::vector<Issue>& issues) {
  Role role{};
  const std::string_view word = body.text_of("role");
  const bool known = role_from(word, role);
  if (!known || std::ranges::find(type.signers.roles, role) == type.signers.roles.end()) {
    std::string allowed;
    for (Role each : type.signers.roles) allowed += (allowed.empty() ? "" : ", ") + std::string(name(each));
    issues.push_back(issue("ROLE_NOT_PERMITTED", "/role",
                           std::string(word) + "; " + std::string(type.name) + ": " + allowed));
    return;
  }
  if (!is_granted_role(role)) return;
  const auto row = rows.find(role_row(body.text_of("submitter"), word));
  const std::string_view day = body.text_of("event_date");
  const bool granted = row && std::ranges::any_of(row->items_of("grants"), [&](const Value& grant) {
                         return grant_good_at(grant, index) && dates_hold(grant, day);
                       });
  if (!granted) {
    issues.push_back(issue("ROLE_NOT_PERMITTED", "/role",
                           std::string(body.text_of("submitter")) + ": " + std::string(word)));
  }
}

void check_mandate(const RecordType& type, const Value& body, std::uint64_t index,
                   const RowReader& rows, std::vector<Issue>& issues) {
  const Value* principal = body.find("acting_for");
  if (!principal) return;
  // Authority is one step deep: the row of exactly (principal, submitter) decides, and a mandate
  // never hands on another's (F69).
  const auto row = rows.find(mandate_row(principal->text(), body.text_of("submitter")));
  const std::string_view power = type.signers.mandate_power;
  const std::string_view day = body.text_of("event_date");
  const bool granted =
      row && !power.empty() && std::ranges::any_of(row->items_of("grants"), [&](const Value& grant) {
        const Value::Items& powers = grant.items_of("powers");
        const bool has_power = std::ranges::any_of(powers, [&](const Value& each) {
          return each == Value(power) || each == Value("ALL");
        });
        const Value* subject = grant.find("subject");
        const Value::Items& subjects = body.items_of("subjects");
        const bool fits = !subject || std::ranges::find(subjects, *subject) != subjects.end();
        return has_power && fits && grant_good_at(grant, index) && dates_hold(grant, day);
      });
  if (!granted) {
    issues.push_back(issue("MANDATE_SCOPE", "/acting_for",
                           principal->text() + " -> " + std::string(body.text_of("submitter")) +
                               ": " + std::string(power.empty() ? type.name : power)));
  }
}

}  // namespace

bool key_good_at(const Value& key_row, std::uint64_t index) {
  return std::ranges::any_of(key_row.items_of("windows"),
                             [&](const Value& window) { return window_holds(window, index); });
}

bool grant_good_at(const Value& grant, std::uint64_t index) { return window_holds(grant, index); }

std::optional<SignedBy> new_key_signature(const RecordType& type, const Value& body) {
  if (type.name != "key.add" && type.name != "key.rotate") return std::nullopt;
  const Value* data = body.find("data");
  if (!data) return std::nullopt;
  return SignedBy{data->text_of("party"), data->text_of("key_id")};
}

Council council_in_force(const RowReader& rows) {
  Council council;
  const auto directory = rows.find(validators_row(0));
  if (!directory) return council;
  const auto row = rows.find(validators_row(static_cast<std::uint64_t>(directory->integer_of("epoch"))));
  const Value* set = row ? row->find("set") : nullptr;
  if (!set) return council;
  for (const Value& member : set->items_of("members")) {
    council.parties.emplace_back(member.text_of("party"));
  }
  const std::size_t n = council.parties.size();
  council.quorum = n == 0 ? 0 : n - (n - 1) / 3;
  return council;
}

std::vector<Issue> check_signers(const RecordType& type, const Value& body,
                                 std::span<const SignedBy> signed_by, std::uint64_t index,
                                 const RowReader& rows) {
  std::vector<Issue> issues;
  const SignerRule& rule = type.signers;
  const Value& data = *body.find("data");
  const std::string submitter(body.text_of("submitter"));

  std::set<std::string> named;
  for (const Value& item : body.items_of("signers")) named.insert(item.text());
  const auto new_key = new_key_signature(type, body);
  std::set<std::string> signing;
  for (const SignedBy& by : signed_by) {
    if (by == new_key) continue;
    if (!signing.insert(by.first).second) {
      issues.push_back(issue("ROLE_NOT_PERMITTED", "/sigs", by.first + " signs more than once"));
    }
    if (!named.contains(by.first)) {
      issues.push_back(issue("ROLE_NOT_PERMITTED", "/sigs", by.first + " is not in `signers`"));
    }
  }
  for (const std::string& party : named) {
    // For its first key a party has no other signature than the proof of possession; whether an own
    // one is needed beside it is the rule's matter.
    const bool by_new_key = new_key && new_key->first == party && party != submitter;
    if (!signing.contains(party) && !by_new_key) {
      issues.push_back(issue("MISSING_SIGNATURE", "/sigs", party));
    }
  }
  if (new_key && !named.contains(new_key->first)) {
    issues.push_back(issue("ROLE_NOT_PERMITTED", "/sigs", new_key->first + " is not in `signers`"));
  }
  if (new_key && std::ranges::find(signed_by, *new_key) == signed_by.end()) {
    issues.push_back(issue("MISSING_SIGNATURE", "/sigs",
                           "proof of possession by " + new_key->first + " / " + new_key->second));
  }
  if (!named.contains(submitter)) {
    issues.push_back(issue("MISSING_SIGNATURE", "/signers", submitter + " submits and must sign"));
  }
  check_keys(signed_by, new_key, index, rows, issues);
  check_role(type, body, index, rows, issues);
  if (!rule.judged_by_rule) {
    std::set<std::string> required;
    for (std::string_view field : rule.must_sign) add_parties(data, field, required);
    std::set<std::string> permitted = required;
    permitted.insert(submitter);
    for (std::string_view field : rule.may_sign) add_parties(data, field, permitted);
    if (rule.council) {
      const Council council = council_in_force(rows);
      std::size_t votes = 0;
      for (const std::string& party : council.parties) {
        permitted.insert(party);
        if (named.contains(party)) ++votes;
      }
      if (council.quorum == 0 || votes < council.quorum) {
        issues.push_back(issue("QUORUM_MISSING", "/signers",
                               std::to_string(votes) + " of " + std::to_string(council.quorum) +
                                   " needed members sign"));
      }
    }
    for (const std::string& party : required) {
      if (!named.contains(party)) issues.push_back(issue("MISSING_SIGNATURE", "/signers", party));
    }
    for (const std::string& party : named) {
      if (!permitted.contains(party)) {
        issues.push_back(issue("ROLE_NOT_PERMITTED", "/signers", party));
      }
    }
  }
  check_mandate(type, body, index, rows, issues);
  return issues;
}

std::vector<RowKey> signer_rows(const RecordType& type, const Value& body,
                                std::span<const SignedBy> signed_by, const RowReader& rows) {
  std::set<RowKey> result;
  for (const SignedBy& by : signed_by) result.insert(key_row(by.first, by.second));
  Role role{};
  if (role_from(body.text_of("role"), role) && is_granted_role(role)) {
    result.insert(role_row(body.text_of("submitter"), body.text_of("role")));
  }
  if (const Value* principal = body.find("acting_for")) {
    result.insert(mandate_row(principal->text(), body.text_of("submitter")));
  }
  if (type.signers.council) {
    result.insert(validators_row(0));
    if (const auto directory = rows.find(validators_row(0))) {
      result.insert(validators_row(static_cast<std::uint64_t>(directory->integer_of("epoch"))));
    }
  }
  return {result.begin(), result.end()};
}

}  // namespace qinglu::ledger
