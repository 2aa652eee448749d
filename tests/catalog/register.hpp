// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ed25519.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/catalog/verdict.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/model/rows.hpp"

namespace qinglu::test {

/// A value from canonical text; fails the test when it is none.
ledger::Value json(std::string_view text);
/// A list alone, `[...]`.
ledger::Value list_of(const std::string& text);

/// Of some file that nobody shows.
inline const std::string kSomeHash = "sha256:" + std::string(64, 'f');

/// `org:` id with a right check character, made of 17 characters.
std::string org(std::string_view body);

// The founding institutions (the council: n = 4, q = 3), an agency and two companies.
extern const std::string kIpo, kExchange, kCourt, kRegistry;
extern const std::string kAgency, kUniversity, kCompany;

/// A record as its author writes it; envelope members have defaults.
class Act {
 public:
  Act(std::string_view type, const char* data) : Act(type, json(data)) {}
  Act(std::string_view type, const std::string& data) : Act(type, json(data)) {}
  Act(std::string_view type, ledger::Value data);

  Act& by(std::string_view party, std::string_view role);
  /// Further parties who sign with their key `k1`.
  Act& with(std::initializer_list<std::string_view> parties);
  Act& acting_for(std::string_view principal);
  /// Another signature: a new key, or an own key that is not `k1`.
  Act& key(std::string_view party, std::string_view key_id);
  /// The party signs with nothing but the keys stated by key().
  Act& without_key(std::string_view party);
  Act& on(std::string_view event_date);
  Act& set(std::string_view field, ledger::Value value);
  Act& envelope(std::string_view member, ledger::Value value);

 private:
  friend class Register;
  ledger::Value body_;
  std::vector<ledger::SignedBy> extra_;
  std::vector<std::string> keyless_;
};

// Validator sets of test parties: their keys are made of the party's id.
crypto::SigningKey validator_key(std::string_view party, std::string_view purpose);
ledger::ValidatorSet validators_of(std::uint64_t epoch, const std::vector<std::string>& parties);
/// A member's keys by purpose, in the order in which a change proves them.
std::vector<std::pair<std::string, PublicKey>> keys_of(const ledger::Validator& member);
/// The council's act that schedules a set, with the proofs of every key that `before` has not.
Act change_to(const ledger::ValidatorSet& set, const ledger::ValidatorSet& before, std::int64_t from_height);

/// What genesis says of the ledger that a Register plays.
inline constexpr std::string_view kOrigin = "ledger.example/qinglu";
inline constexpr std::uint64_t kActivationLead = 10;

struct Outcome {
  std::vector<ledger::Issue> issues;
  std::vector<ledger::Issue> flags;
  std::string id;

  bool accepted() const { return issues.empty(); }
  /// Codes, sorted: `CHECK(out.codes() == "A B")`.
  std::string codes() const;
  std::string flag_codes() const;
};

/// A ledger in a map: form, signers and rules of the product, no log and no trie.
///
/// Starts as genesis does, with rule pack 1 and the tables of tests/data, at noon of 2026-11-23.
class Register final : public ledger::RowReader {
 public:
  Register();

  std::shared_ptr<const ledger::Value> find(const ledger::RowKey& row) const override;
  std::shared_ptr<const ledger::FoundRecord> find_record(const Digest& record_id) const override;
  Result<void> status() const override { return {}; }

  /// Noon in Beijing of a day is the next block's time.
  Register& today(std::string_view date);
  Outcome submit(const Act& act);
  /// submit() that must be accepted without a flag; its record id.
  std::string must(const Act& act);

  ledger::Value row(std::string_view subject) const;
  std::string status_of(std::string_view subject) const;
  ledger::Value party(std::string_view id) const;
  ledger::RulePack pack() const;
  void put(const ledger::RowKey& key, ledger::Value value);
  std::uint64_t next_index() const { return index_; }
  std::optional<Digest> log_root(std::uint64_t size) const override;
  /// The height of the block that the next record would stand in.
  Register& at_height(std::uint64_t height);

 private:
  std::map<ledger::RowKey, std::shared_ptr<const ledger::Value>> rows_;
  std::map<Digest, std::shared_ptr<const ledger::FoundRecord>> records_;
  std::int64_t time_ms_ = 0;
  std::uint64_t index_ = 2;
  std::uint64_t height_ = 1;
};

}  // namespace qinglu::test
