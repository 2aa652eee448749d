// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/erasure.hpp"
#include "ledger/codec/openings_request.hpp"
#include "node/node.hpp"

namespace qinglu::node {
namespace {

using ledger::Family;
using ledger::Value;

constexpr std::string_view kNoticeType = "privacy.erase_notice";
constexpr char kAcknowledged = 'a';  ///< of Family::priv: `a ‖ notice ‖ member id` -> signed statement
/// How far the clock of who asks for openings may be from this node's.
constexpr std::int64_t kRequestAgeMs = 120'000;

Bytes acknowledged_key(const Digest& notice, std::string_view member) {
  return kAcknowledged + Bytes(notice.view()) + Bytes(member);
}

/// Fields of a record that may no longer be shown; `state`: nullptr for any mark.
std::vector<std::string> marked(const ledger::RowReader& rows, const Digest& record, const char* state) {
  std::vector<std::string> names;
  const auto row = rows.find(ledger::privacy_row(to_sha256_id(record)));
  if (!row) return names;
  for (const Value& mark : row->items_of("fields")) {
    if (!state || mark.text_of("state") == state) names.emplace_back(mark.text_of("field"));
  }
  return names;
}

bool holds(const std::vector<std::string>& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

/// Whether the party may see what a record hides: it signed the record, or is a court.
bool may_open(const ledger::RowReader& rows, const Value& body, std::string_view party, std::uint64_t index) {
  const Value::Items& signers = body.items_of("signers");
  if (std::ranges::any_of(signers, [&](const Value& each) { return each.text() == party; })) return true;
  const auto grants = rows.find(ledger::role_row(party, "COURT"));
  return grants && std::ranges::any_of(grants->items_of("grants"), [&](const Value& grant) { return ledger::grant_good_at(grant, index); });
}

}  // namespace

/// A final notice of erasure.
struct LedgerNode::Notice {
  Digest id;
  std::vector<std::pair<Digest, std::string>> fields;  ///< record, name
};

Result<std::optional<LedgerNode::Notice>> LedgerNode::find_notice(const Digest& id) const {
  const ledger::Overlay rows(snapshot()->state);
  const auto record = rows.find_record(id);
  if (auto ok = rows.status(); !ok) return std::move(ok).error();
  if (!record || record->body.text_of("type") != kNoticeType) return std::optional<Notice>();
  Notice notice{id, {}};
  for (const Value& item : record->body.find("data")->items_of("fields")) {
    notice.fields.emplace_back(*from_sha256_id(item.text_of("record")), std::string(item.text_of("field")));
  }
  return std::optional(std::move(notice));
}

Result<std::optional<Bytes>> LedgerNode::acknowledge(const Notice& notice) {
  for (const auto& [record, field] : notice.fields) {
    if (!openings_) break;
    if (auto ok = openings_->erase(record, {&field, 1}); !ok) return std::move(ok).error();
  }
  const Bytes key = acknowledged_key(notice.id, options_.member);
  auto said = disk_.store->get(Family::priv, key);
  if (!said || *said) return said;
  {
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(set_->members, options_.member, &ledger::Validator::id) == set_->members.end()) return std::optional<Bytes>();
  }
  Bytes statement = ledger::sign_erasure({genesis_->ledger_id, notice.id, options_.member, notice.fields, clock_()}, keys_.intake);
  ledger::KvBatch batch;
  batch.put(Family::priv, key, statement);
  if (auto ok = disk_.store->write(batch, ledger::Sync::yes); !ok) return std::move(ok).error();
  return std::optional(std::move(statement));
}

void LedgerNode::note_erasures(const ledger::KvBatch& block) {
  for (const ledger::KvChange& change : block.changes()) {
    // Most entries are not parsed for it.
    if (change.family != Family::entries || !change.value || change.value->find(kNoticeType) == Bytes::npos) continue;
    const auto entry = ledger::parse_entry(*change.value);
    if (entry && entry->body().text_of("type") == kNoticeType) notices_.push_back(ledger::record_id_of(entry->body_bytes));
  }
}

void LedgerNode::erase_named(const std::vector<Digest>& notices) {
  for (const Digest& id : notices) {
    auto notice = find_notice(id);
    Result<std::optional<Bytes>> said = std::optional<Bytes>();
    if (notice && *notice) {
      const std::lock_guard lock(openings_mutex_);
      said = acknowledge(**notice);
    }
    if (!notice || !said) {
      // What is not destroyed is not acknowledged; the next start, or whoever asks, tries again.
      if (options_.on_alarm) {
        options_.on_alarm("openings that " + to_sha256_id(id) + " has erased are not destroyed: " + (notice ? said : Result<std::optional<Bytes>>(notice.error())).error().detail);
      }
      continue;
    }
    if (!alone()) broadcast(encode(Gossip(Erased{id, said->value_or(Bytes()), true})));
  }
}

Result<void> LedgerNode::finish_erasures() {
  if (options_.openings_dir.empty()) return {};
  openings_.emplace(*disk_.store, options_.openings_dir);
  if (auto ok = openings_->sweep(); !ok) return ok;
  const auto held = openings_->records();
  if (!held) return held.error();
  const ledger::Overlay rows(snapshot()->state);
  for (const Digest& record : *held) {
    const auto erased = marked(rows, record, "ERASED");
    if (auto ok = rows.status(); !ok) return ok;
    if (erased.empty()) continue;
    if (auto ok = openings_->erase(record, erased); !ok) return ok;
  }
  return {};
}

void LedgerNode::hear_erased(const std::string& from, const Erased& said) {
  const auto notice = find_notice(said.notice);
  if (!notice || !*notice) return;  // not final here yet: this node will ask when it is
  std::optional<PublicKey> key;
  {
    const std::lock_guard lock(mutex_);
    const auto member = std::ranges::find(set_->members, from, &ledger::Validator::id);
    if (member != set_->members.end()) key = member->intake_key;
  }
  const std::lock_guard lock(openings_mutex_);
  if (key && !said.acknowledgement.empty()) {
    const auto erasure = ledger::verify_erasure(said.acknowledgement, *key);
    if (erasure && erasure->ledger_id == genesis_->ledger_id && erasure->notice == said.notice && erasure->node == from && erasure->fields == (*notice)->fields) {
      ledger::KvBatch batch;
      batch.put(Family::priv, acknowledged_key(said.notice, from), said.acknowledgement);
      if (!disk_.store->write(batch, ledger::Sync::no)) return;  // the driver sees that the store has failed
    }
  }
  if (!said.asks) return;
  const auto own = acknowledge(**notice);
  if (own && *own) channel_->send(from, std::make_shared<const Bytes>(encode(Gossip(Erased{said.notice, **own, false}))));
}

Result<api::ErasureStatus> LedgerNode::erasure(const Digest& id) {
  const auto notice = find_notice(id);
  if (!notice) return notice.error();
  if (!*notice) return Error{Errc::not_found, "there is no final notice of erasure " + to_sha256_id(id)};
  api::ErasureStatus status;
  Bytes own;
  {
    const std::lock_guard lock(openings_mutex_);
    auto said = acknowledge(**notice);
    if (!said) return std::move(said).error();
    own = said->value_or(Bytes());
  }
  std::vector<std::string> members;
  {
    const std::lock_guard lock(mutex_);
    for (const ledger::Validator& member : set_->members) members.push_back(member.id);
  }
  std::vector<std::string> heard;
  const Bytes prefix = acknowledged_key(id, "");
  auto ok = disk_.store->scan(Family::priv, prefix, {}, [&](BytesView key, BytesView value) {
    if (!key.starts_with(prefix)) return false;
    heard.emplace_back(key.substr(prefix.size()));
    status.acknowledgements.emplace_back(value);
    return true;
  });
  if (!ok) return std::move(ok).error();
  for (const std::string& member : members) {
    if (!holds(heard, member)) status.outstanding.push_back(member);
  }
  const auto question = std::make_shared<const Bytes>(encode(Gossip(Erased{id, own, true})));
  for (const std::string& member : status.outstanding) {
    if (!alone() && member != options_.member) channel_->send(member, question);
  }
  return status;
}

Result<void> LedgerNode::keep_openings(const ledger::Openings& openings) {
  const std::lock_guard lock(openings_mutex_);
  if (!openings_) return Error{Errc::unsupported, "this node keeps no openings"};
  // Under the lock, so that an erasure that is final is seen here, or comes after and finds them.
  const ledger::Overlay rows(snapshot()->state);
  const auto record = rows.find_record(openings.record);
  const auto hidden = marked(rows, openings.record, nullptr);
  if (auto ok = rows.status(); !ok) return ok;
  if (!record) return Error{Errc::not_found, "there is no final record " + to_sha256_id(openings.record)};
  for (const ledger::Opening& each : openings.openings) {
    if (auto opened = ledger::open_field(record->body, each); !opened) return Error{opened.error().code, each.name + ": " + opened.error().detail};
    if (holds(hidden, ledger::field_of(each))) return Error{Errc::denied, each.name + " of this record may no longer be kept or shown"};
  }
  return openings_->keep(openings);
}

Result<ledger::Openings> LedgerNode::openings(BytesView bytes) {
  const auto read = ledger::read_openings_request(bytes);
  if (!read) return read.error();
  const ledger::OpeningsRequest& request = read->request;
  if (request.ledger_id != genesis_->ledger_id) return Error{Errc::wrong_ledger, "the request is for another ledger"};
  if (request.node != options_.member) return Error{Errc::denied, "the request is for " + request.node + ", this is " + options_.member};
  const std::int64_t now = clock_();
  if (request.time_ms < now - kRequestAgeMs || request.time_ms > now + kRequestAgeMs) {
    return Error{Errc::denied, "the request was not signed within two minutes of this node's time"};
  }
  const std::lock_guard lock(openings_mutex_);
  if (!openings_) return Error{Errc::unsupported, "this node keeps no openings"};
  const auto at = snapshot();
  const ledger::Overlay rows(at->state);
  const auto key = rows.find(ledger::key_row(request.party, request.key_id));
  const auto record = rows.find_record(request.record);
  const auto hidden = marked(rows, request.record, nullptr);
  const bool permitted = record && may_open(rows, record->body, request.party, at->head.size);
  if (auto ok = rows.status(); !ok) return std::move(ok).error();
  const auto pub = key ? fixed_from_hex<PublicKey>(key->text_of("pub")) : std::nullopt;
  if (!pub || !ledger::key_good_at(*key, at->head.size)) return Error{Errc::denied, request.party + " has no key " + request.key_id + " in force"};
  if (auto ok = read->verify(*pub); !ok) return std::move(ok).error();
  if (!record) return Error{Errc::not_found, "there is no final record " + to_sha256_id(request.record)};
  if (!permitted) return Error{Errc::denied, request.party + " has not signed the record and is no court"};
  auto held = openings_->find(request.record);
  if (!held) return std::move(held).error();
  if (*held) std::erase_if((*held)->openings, [&](const ledger::Opening& each) { return holds(hidden, ledger::field_of(each)); });
  if (!*held || (*held)->openings.empty()) return Error{Errc::not_found, "this node keeps no openings of the record"};
  return **held;
}

}  // namespace qinglu::node
