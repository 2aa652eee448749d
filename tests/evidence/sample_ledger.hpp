// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/evidence/evidence_file.hpp"
#include "ledger/evidence/trust.hpp"
#include "ledger/model/rows.hpp"

namespace qinglu::test {

/// A ledger in memory, made by hand: it knows nothing of rules, store or proving, so it is a second
/// opinion on what an evidence file must hold. Seeds as in agreement.md §2.15.
class SampleLedger {
 public:
  static constexpr std::int64_t kStartMs = 1'790'000'000'000;

  /// Genesis, its seal (size 2), and the keys and roles of the parties from index 0.
  SampleLedger();

  // The parties: `office` has role IPO, `agency` acts for `company` under a mandate.
  static const std::string kOffice, kAgency, kCompany;

  const Digest& ledger_id() const { return ledger_id_; }
  const std::string& origin() const { return origin_; }
  std::uint64_t size() const { return entries_.size(); }
  const Bytes& entry(std::uint64_t index) const { return entries_[index]; }
  static crypto::SigningKey key_of(const std::string& party);

  /// Body of a `party.register` by the office; `n` makes it another one.
  Bytes office_body(int n) const;
  /// Body of a record that the agency submits for the company.
  Bytes agency_body(int n) const;
  /// A single record signed by the parties named.
  Bytes record(BytesView body, const std::vector<std::string>& signers) const;

  /// One block with these record entries; returns the index of the first.
  std::uint64_t add_block(const std::vector<Bytes>& records);
  /// One block with a batch of the office's bodies; returns the manifest's index.
  std::uint64_t add_batch(const std::vector<Bytes>& bodies);
  /// One block that ends the epoch: from then on other members decide.
  void change_validators(const std::vector<Bytes>& records);

  void set_row(const ledger::RowKey& row, ledger::Value value);

  /// Checkpoint of the tree of `size`, signed by a log key and cosigned by the members named.
  std::string note(std::uint64_t size, std::vector<std::size_t> members = {0, 1, 2},
                   std::uint64_t time = 0) const;
  std::string note_over(const crypto::Checkpoint& tree, std::size_t epoch,
                        std::vector<std::size_t> members, std::uint64_t time) const;
  crypto::Checkpoint tree(std::uint64_t size) const;

  ledger::Trust trust() const;
  /// Full evidence for the record at `index` under the head of `size` (0: the present one), with
  /// the interval of recording.
  ledger::Evidence evidence(std::uint64_t index, std::uint64_t size = 0) const;
  ledger::Evidence::ProvenSeal proven_seal(std::uint64_t index, std::uint64_t size) const;
  ledger::Evidence::Row proven_row(const ledger::RowKey& row, std::uint64_t seal_index) const;
  std::vector<Digest> path(std::uint64_t index, std::uint64_t size) const;
  std::vector<Digest> consistency(std::uint64_t from, std::uint64_t to) const;
  /// Seal of the block that holds the entry.
  ledger::Seal seal_of(std::uint64_t index) const;

  /// Members of an epoch's set.
  ledger::ValidatorSet validators(std::uint64_t epoch) const;
  crypto::SigningKey member_key(std::uint64_t epoch, std::size_t member, int purpose) const;

 private:
  using Rows = std::map<ledger::RowKey, Bytes>;
  void seal(std::uint64_t size_before, bool epoch_end);

  std::string origin_ = "ledger.example/qinglu";
  Digest ledger_id_;
  std::vector<Bytes> entries_;
  std::vector<Digest> leaves_;
  Rows rows_;
  std::map<std::uint64_t, Rows> states_;  // by seal index
  std::uint64_t epoch_ = 0;
  std::vector<ledger::Evidence::PolicyStep> steps_;
  std::vector<std::uint64_t> step_sizes_;
};

}  // namespace qinglu::test
