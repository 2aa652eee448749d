// SPDX-License-Identifier: Apache-2.0
#include "node/ledger_view.hpp"

#include <algorithm>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/proving/evidence_builder.hpp"
#include "node/agreement/chain_rows.hpp"
#include "node/chain_image.hpp"
#include "node/final_chain.hpp"

namespace qinglu::node {
namespace {

using ledger::Family;
namespace chain_key = agreement::chain_key;

std::vector<ledger::Issue> flags_from(const ledger::Value& row) {
  std::vector<ledger::Issue> flags;
  for (const ledger::Value& item : row.items_of("flags")) {
    ledger::Issue flag;
    flag.code = item.text_of("code");
    flag.pointer = item.text_of("pointer");
    flag.detail = item.text_of("detail");
    flag.law = item.text_of("law");
    flag.article = item.text_of("article");
    for (const ledger::Value& id : item.items_of("blocking")) flag.blocking.push_back(id.text());
    flags.push_back(std::move(flag));
  }
  return flags;
}

class View final : public api::LedgerView {
 public:
  explicit View(std::shared_ptr<const Snapshot> snapshot)
      : snapshot_(std::move(snapshot)), rows_(snapshot_->state) {}

  const ledger::Genesis& genesis() const override { return *snapshot_->genesis; }
  const api::Head& head() const override { return snapshot_->head; }
  const ledger::RowReader& rows() const override { return rows_; }

  Result<std::optional<api::LoggedRecord>> record(const Digest& id) const override {
    return watched(find_record(id));
  }
  Result<std::optional<Bytes>> entry(std::uint64_t index) const override {
    return watched(ledger::read_entry(reader(), index));
  }
  Result<std::optional<Bytes>> seal(std::uint64_t height) const override { return watched(find_seal(height)); }
  Result<std::optional<std::string>> finality_note(std::uint64_t height) const override {
    return watched(find_finality_note(height));
  }
  Result<api::HistoryPage> history(std::string_view subject, std::uint8_t category,
                                   std::uint64_t from, std::size_t limit) const override {
    return watched(find_history(subject, category, from, limit));
  }
  Result<std::vector<Digest>> inclusion(std::uint64_t index, std::uint64_t size) const override {
    return watched(ledger::LogReader(reader(), head().size).inclusion_path(index, size));
  }
  Result<std::vector<Digest>> consistency(std::uint64_t from, std::uint64_t to) const override {
    return watched(ledger::LogReader(reader(), head().size).consistency_path(from, to));
  }
  Result<api::StateProof> state_proof(const ledger::RowKey& row) const override {
    return watched(prove_row(row));
  }
  Result<Bytes> tile(std::string_view path) const override {
    const auto tile = ledger::parse_tile_path("tile/" + std::string(path));
    if (!tile) return Error{Errc::malformed, "no tile path"};
    return watched(tile->entries ? ledger::read_entry_bundle(reader(), *tile)
                                 : ledger::read_tile(reader(), *tile));
  }
  Result<Bytes> evidence(const ledger::EvidenceRequest& request) const override {
    return watched(ledger::build_evidence(proving_head(), request));
  }
  Result<Bytes> policy_chain() const override { return watched(ledger::build_policy_chain(proving_head())); }

 private:
  const ledger::KvReader& reader() const { return snapshot_->state.reader(); }
  ledger::ProvingHead proving_head() const {
    const ledger::StateView& state = snapshot_->state;
    return {state.pending ? std::shared_ptr<const ledger::KvReader>(state.pending) : state.committed, rows_, genesis(), head().height, head().size, head().checkpoint,
            [this](std::uint64_t index) { return first_quorum(index); },
            [this](std::uint64_t height) { return find_finality_note(height); }, snapshot_->undo};
  }

  template <class T>
  Result<T> watched(Result<T> result) const {
    const bool damaged = !result && (result.error().code == Errc::corrupt || result.error().code == Errc::io);
    if (damaged && snapshot_->on_damage) snapshot_->on_damage(result.error());
    return result;
  }

  Result<std::optional<api::LoggedRecord>> find_record(const Digest& id) const {
    using Answer = std::optional<api::LoggedRecord>;
    auto index = ledger::find_record_index(reader(), id);
    if (!index) return std::move(index).error();
    if (!*index) return Answer();
    auto bytes = ledger::read_entry(reader(), **index);
    if (!bytes) return std::move(bytes).error();
    if (!*bytes) return Error{Errc::corrupt, "entry " + std::to_string(**index) + " is missing"};
    const auto entry = ledger::parse_entry(**bytes);
    if (!entry || ledger::record_id_of(entry->body_bytes) != id) {
      return Error{Errc::corrupt, "entry " + std::to_string(**index) + " is not record " + to_sha256_id(id)};
    }
    auto seal = ledger::seal_of_entry(reader(), **index);
    if (!seal) return std::move(seal).error();
    api::LoggedRecord record{**index, std::move(**bytes), seal->seal.height, seal->seal.time_ms, {}};
    if (const auto flags = rows_.find(ledger::flags_row(id))) record.flags = flags_from(*flags);
    if (auto ok = rows_.status(); !ok) return std::move(ok).error();
    return Answer(std::move(record));
  }

  Result<std::optional<Bytes>> find_seal(std::uint64_t height) const {
    auto seal = ledger::seal_at(reader(), height);
    if (!seal) return std::move(seal).error();
    if (!*seal) return std::optional<Bytes>();
    return std::optional<Bytes>((*seal)->bytes);
  }

  Result<std::optional<std::string>> find_finality_note(std::uint64_t height) const {
    auto finality = finality_at(reader(), genesis(), height);
    if (!finality) return std::move(finality).error();
    if (!*finality) return std::optional<std::string>();
    return std::optional((*finality)->note);
  }

  Result<api::HistoryPage> find_history(std::string_view subject, std::uint8_t category,
                                        std::uint64_t from, std::size_t limit) const {
    auto lists = ledger::read_subject_lists(reader(), subject);
    if (!lists) return std::move(lists).error();
    api::HistoryPage page;
    const ledger::SubjectList* list = lists->find(category);
    if (!list) return page;
    page.count = list->frontier.size();
    const std::uint64_t until = std::min<std::uint64_t>(page.count, from + limit);
    if (from >= until) return page;
    auto leaves = ledger::read_subject_leaves(reader(), subject, category, from, until);
    if (!leaves) return std::move(leaves).error();
    for (const auto& leaf : *leaves) page.lines.push_back({from++, leaf.index, leaf.leaf_hash, leaf.flags});
    return page;
  }

  Result<api::StateProof> prove_row(const ledger::RowKey& row) const {
    auto proof = ledger::state_proof_value(reader(), row);
    if (!proof) return std::move(proof).error();
    auto value = reader().get(Family::rows, row.stored());
    if (!value) return std::move(value).error();
    return api::StateProof{std::move(*value), ledger::to_canonical(*proof), head().size - 1};
  }

  Result<std::optional<std::pair<std::uint64_t, Bytes>>> first_quorum(std::uint64_t index) const {
    using Answer = std::optional<std::pair<std::uint64_t, Bytes>>;
    Answer found;
    std::optional<Error> broken;
    auto ok = reader().scan(Family::chain, chain_key::head(index + 1), "i",
                            [&](BytesView key, BytesView value) {
                              auto row = agreement::HeadRow::decode(value);
                              if (!row) {
                                broken = row.error();
                              } else {
                                BinaryReader size(key.substr(1));
                                found = {size.u64(), std::move(row->first)};
                              }
                              return false;
                            });
    if (!ok) return std::move(ok).error();
    if (broken) return *broken;
    if (found && found->first > head().size) found.reset();
    return found;
  }

  std::shared_ptr<const Snapshot> snapshot_;
  ledger::Overlay rows_;
};

}  // namespace

Result<Snapshot> stored_snapshot(std::shared_ptr<const ledger::KvReader> store, std::shared_ptr<const ledger::Genesis> genesis) {
  auto known = store->get(Family::chain, chain_key::meta("genesis"));
  if (!known) return std::move(known).error();
  if (!*known || **known != genesis->ledger_id.view()) return Error{Errc::wrong_ledger, "the database is not of the ledger of this genesis document"};
  auto tip = read_row<agreement::Tip>(*store, chain_key::meta("tip"));
  if (!tip) return std::move(tip).error();
  if (!*tip) return Error{Errc::corrupt, "the database has no tip"};
  auto head = read_row<agreement::HeadRow>(*store, chain_key::head((*tip)->log_size));
  if (!head) return std::move(head).error();
  Snapshot at;
  at.genesis = std::move(genesis);
  at.state.committed = std::move(store);
  at.head = {(*tip)->height, (*tip)->log_size, (*tip)->log_root, (*tip)->state_root, (*tip)->time_ms, *head ? (*head)->newest : std::string()};
  return at;
}

std::shared_ptr<const api::LedgerView> make_ledger_view(std::shared_ptr<const Snapshot> snapshot) {
  return std::make_shared<View>(std::move(snapshot));
}

}  // namespace qinglu::node
