// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <utility>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/body.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/evidence/contradiction.hpp"
#include "ledger/log/sublog.hpp"
#include "node/chain_image.hpp"
#include "node/contradiction.hpp"
#include "node/final_chain.hpp"
#include "node/node.hpp"
#include "node/setup.hpp"
#include "node/submissions.hpp"

namespace qinglu::node {
namespace {

/// Messages of one member that wait for the engine; beyond it no more is read from that member.
constexpr std::size_t kInboxOfMember = 256;
/// Bytes of units that wait for the pool; beyond it they are dropped: they are told again.
constexpr std::size_t kToldBytes = 64u << 20;
/// A body up to this size travels with its proposal.   Source: agreement.md §2.1 "Numbers".
constexpr std::size_t kInlineBody = 64u << 10;
/// Proposals that wait for units; each is of a view at hand, so more would be somebody's mischief.
constexpr std::size_t kIncompleteMax = 8;
constexpr std::int64_t kTellAgainMs = 2'000;
constexpr std::int64_t kTellAgainMaxMs = 60'000;
constexpr std::int64_t kWatchMs = 100;
/// Ten hops (agreement.md §2.1 "leader inactive"); a member says its status every second.
constexpr std::int64_t kSilentMs = 4'000;
constexpr std::size_t kTellAgainUnits = 1'000;
/// Contradictions of one member and code that are kept: one proves it, and a liar makes one in every view.
constexpr std::ptrdiff_t kContradictionsOfOne = 8;
constexpr std::size_t kContradictionBytes = 16u << 10;

}  // namespace

// --- what others say ----------------------------------------------------------------------------

std::size_t LedgerNode::number_of(const std::string& id) {
  const auto& members = set_->members;
  const auto member = std::ranges::find(members, id, &ledger::Validator::id);
  if (member != members.end()) return static_cast<std::size_t>(member - members.begin());
  auto other = std::ranges::find(others_, id);
  if (other == others_.end()) other = others_.insert(others_.end(), id);
  return members.size() + static_cast<std::size_t>(other - others_.begin());
}

std::string LedgerNode::id_of(std::size_t number) const {
  const std::lock_guard lock(mutex_);
  const std::size_t n = set_->n();
  return number < n ? set_->members[number].id : others_.at(number - n);
}

void LedgerNode::received(const std::string& from, Bytes message) {
  if (!is_gossip(message)) {
    auto decoded = agreement::decode_message(message);
    if (decoded) deliver(from, std::move(*decoded));
    return;
  }
  auto gossip = decode_gossip(message);
  if (!gossip) return;
  if (auto* records = std::get_if<Records>(&*gossip)) {
    const std::lock_guard lock(mutex_);
    if (told_bytes_ + message.size() > kToldBytes) return;
    told_bytes_ += message.size();
    told_.push_back({message.size(), std::move(records->units)});
    wake_told_.notify_one();
  } else if (const auto* wanted = std::get_if<GetRecords>(&*gossip)) {
    answer_records(from, *wanted);
  } else if (const auto* erased = std::get_if<Erased>(&*gossip)) {
    hear_erased(from, *erased);
  } else {
    expand(from, std::move(std::get<CompactPropose>(*gossip)));
  }
}

void LedgerNode::deliver(const std::string& from, agreement::Message message) {
  std::unique_lock lock(mutex_);
  inbox_room_.wait(lock, [&] { return stopping_ || inbox_of_[from] < kInboxOfMember; });
  if (stopping_ || halted_) return;
  if (const auto* status = std::get_if<agreement::Status>(&message)) {
    heard_[from] = {*status, status->time_ms - clock_(), options_.monotonic()};
  }
  ++inbox_of_[from];
  inbox_.push_back({from, std::move(message)});
  wake_driver_.notify_one();
}

void LedgerNode::hear_members() {
  for (;;) {
    std::optional<Inbound> next;
    std::size_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || halted_ || inbox_.empty()) return;
      next = std::move(inbox_.front());
      inbox_.pop_front();
      --inbox_of_[next->from];
      number = number_of(next->from);
    }
    inbox_room_.notify_all();
    run_engine(agreement::Received{number, std::move(next->message)});
    // Timers and submitters must not wait for a member that never falls silent.
    fire_timers();
  }
}

void LedgerNode::hear_told() {
  for (;;) {
    std::optional<Told> next;
    {
      std::unique_lock lock(mutex_);
      wake_told_.wait(lock, [&] { return stopping_ || !told_.empty(); });
      if (stopping_) return;
      next = std::move(told_.front());
      told_.pop_front();
      told_bytes_ -= next->bytes;
    }
    for (const UnitBytes& unit : next->units) take_told(unit);
  }
}

void LedgerNode::take_told(const UnitBytes& bytes) {
  auto parsed = parse(api::Submission{bytes.entry, bytes.bodies, bytes.batch}, genesis_->limits);
  if (!std::holds_alternative<ledger::Unit>(parsed)) return;
  auto unit = std::make_shared<ledger::Unit>(std::move(std::get<ledger::Unit>(parsed)));
  const auto base = snapshot();
  {
    const std::lock_guard lock(mutex_);
    for (auto at = incomplete_.begin(); at != incomplete_.end();) {
      const bool wanted = std::ranges::find(at->second.compact.units, unit->hash) != at->second.compact.units.end();
      if (wanted) at->second.units.emplace(unit->hash, unit);
      at = wanted && complete(at->second) ? incomplete_.erase(at) : std::next(at);
    }
    if (pool_.find(unit->main.id) || halted_ || !pool_.admits(*unit)) return;
  }
  auto logged = ledger::find_record_index(base->state.reader(), unit->main.id);
  if (!logged || *logged) return;
  // Who signed is looked at here, apart from the driver; what the rules say is the block's matter, and
  // the driver's before it lets the unit keep a view active.
  const std::int64_t now = clock_();
  if (!unit->main.form.empty() || now > 1000 * unit->main.value.integer_of("expires_at")) return;
  const ledger::Overlay state(base->state);
  if (!ledger::verify_unit_signatures(*unit, genesis_->ledger_id, state).empty() || !state.status()) return;
  if (!signed_by_registered_keys(*unit)) return;
  const std::lock_guard lock(mutex_);
  if (pool_.find(unit->main.id) || !pool_.admits(*unit)) return;
  if (snapshot_ != base) {  // it may have become final since
    logged = ledger::find_record_index(snapshot_->state.reader(), unit->main.id);
    if (!logged || *logged) return;
  }
  pool_.add(std::move(unit), now, false);
  wake_driver_.notify_one();
}

void LedgerNode::answer_records(const std::string& to, const GetRecords& wanted) {
  std::vector<std::shared_ptr<ledger::Unit>> units;
  {
    const std::lock_guard lock(mutex_);
    for (const Digest& hash : wanted.units) {
      if (auto unit = pool_.find_unit(hash)) units.push_back(std::move(unit));
    }
  }
  for (Bytes& message : records_messages(units)) channel_->send(to, std::make_shared<const Bytes>(std::move(message)));
}

void LedgerNode::expand(const std::string& from, CompactPropose compact) {
  const Digest block = ledger::block_hash(compact.proposal.seal);
  GetRecords missing;
  {
    const std::lock_guard lock(mutex_);
    Incomplete waiting{from, std::move(compact), {}};
    for (const Digest& hash : waiting.compact.units) {
      if (auto unit = pool_.find_unit(hash)) {
        waiting.units.emplace(hash, std::move(unit));
      } else {
        missing.units.push_back(hash);
      }
    }
    if (complete(waiting)) return;
    // What waits for longest goes: its view is over, or it comes again with its body.
    if (incomplete_.size() >= kIncompleteMax) incomplete_.clear();
    incomplete_[block] = std::move(waiting);
  }
  channel_->send(from, std::make_shared<const Bytes>(encode(Gossip(std::move(missing)))));
}

bool LedgerNode::complete(Incomplete& waiting) {
  CompactPropose& compact = waiting.compact;
  if (!std::ranges::all_of(compact.units, [&](const Digest& hash) { return waiting.units.contains(hash); })) return false;
  const auto seal = ledger::decode_seal(compact.proposal.seal);
  if (!seal) return true;  // nothing that an engine would take
  std::vector<Bytes> entries;
  for (const Digest& hash : compact.units) {
    const ledger::Unit& unit = *waiting.units.at(hash);
    const std::uint64_t index = seal->log_size_before + entries.size();
    entries.push_back(unit.entry);
    for (std::size_t n = 0; n < unit.members.size(); ++n) entries.push_back(ledger::make_member_entry(index, unit.members[n].bytes, n));
  }
  compact.proposal.body = ledger::encode_body(entries);
  // Not deliver(): the lock is held, and one message more does no harm.
  ++inbox_of_[waiting.from];
  inbox_.push_back({waiting.from, std::move(compact.proposal)});
  wake_driver_.notify_one();
  return true;
}

// --- what others are told -----------------------------------------------------------------------

void LedgerNode::send(const agreement::Send& order) {
  Bytes message;
  const auto* proposal = std::get_if<agreement::Propose>(&order.message);
  if (proposal && proposal->body.size() > kInlineBody) {
    const Digest block = ledger::block_hash(proposal->seal);
    const Candidate* built = candidates_.find(block);
    // Said again, it comes whole.
    if (built && !built->unit_hashes.empty() && sent_compact_ != block) {
      sent_compact_ = block;
      CompactPropose compact{*proposal, built->unit_hashes};
      compact.proposal.body.clear();
      message = encode(Gossip(std::move(compact)));
    }
  }
  if (message.empty()) message = agreement::encode(order.message);
  if (!order.to) return broadcast(std::move(message));
  channel_->send(id_of(*order.to), std::make_shared<const Bytes>(std::move(message)));
}

void LedgerNode::broadcast(Bytes message) {
  const auto shared = std::make_shared<const Bytes>(std::move(message));
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const ledger::Validator& member : set_->members) ids.push_back(member.id);
    ids.insert(ids.end(), others_.begin(), others_.end());
  }
  for (const std::string& id : ids) {
    if (id != options_.member) channel_->send(id, shared);
  }
}

void LedgerNode::tell(const std::vector<std::shared_ptr<ledger::Unit>>& units) {
  if (!channel_) return;
  for (Bytes& message : records_messages(units)) broadcast(std::move(message));
}

void LedgerNode::tell_again() {
  const std::int64_t now = options_.monotonic();
  if (now < tell_at_ms_) return;
  std::vector<std::shared_ptr<ledger::Unit>> units;
  {
    const std::lock_guard lock(mutex_);
    units = pool_.since(clock_() - kTellAgainMs, kTellAgainUnits, Pool::Of::this_node);
  }
  tell_again_ms_ = units.empty() ? kTellAgainMs : std::min(2 * tell_again_ms_, kTellAgainMaxMs);
  tell_at_ms_ = now + tell_again_ms_;
  tell(units);
}

void LedgerNode::say_status() {
  agreement::Status status = engine_->status(clock_());
  {
    const std::lock_guard lock(mutex_);
    status.pool_bytes = static_cast<std::uint32_t>(pool_.bytes());
  }
  status.version = QINGLU_VERSION;
  broadcast(agreement::encode(status));
}

void LedgerNode::hear_operators() {
  if (options_.abstention_dir.empty()) return;
  namespace fs = std::filesystem;
  const std::string request = options_.abstention_dir + kRequestFile, vouches = options_.abstention_dir + kVouchesFile;
  const auto doubtful = [&] { return engine_->abstaining() && engine_->abstaining()->state == agreement::AbstainRow::State::doubtful; };
  std::error_code ignored;
  if (doubtful()) {
    if (!vouch_request_ || vouch_request_->epoch != set_->epoch) {
      fs::remove(vouches, ignored);
      fs::create_directories(options_.abstention_dir, ignored);
      VouchRequest asked{genesis_->ledger_id, set_->epoch, options_.member, Digest::from(crypto::random_bytes(Digest::kSize))};
      // A convenience that fails halts nothing: the next round tries again.
      if (write_file(request, encode_vouch_request(asked), true)) vouch_request_ = std::move(asked);
    } else if (fs::exists(vouches, ignored)) {
      take_vouches();
    }
  }
  if (!doubtful()) {
    vouch_request_.reset();
    if (fs::exists(request, ignored)) fs::remove(request, ignored);  // also one of an earlier start
  }
  const std::lock_guard lock(mutex_);
  asks_operators_ = vouch_request_.has_value();
}

void LedgerNode::take_vouches() {
  const std::string vouches = options_.abstention_dir + kVouchesFile;
  auto document = read_file(vouches, kVouchesMax);
  auto release = document ? check_vouches(*document, *vouch_request_, *set_, genesis_->origin) : Result<Release>(document.error());
  std::error_code ignored;
  if (!release) {
    std::filesystem::remove(vouches, ignored);
    if (options_.on_alarm) options_.on_alarm("what others vouch for is refused: " + release.error().detail);
    return;
  }
  run_engine(agreement::AbstainUntil{release->view});
  // Not before q − 1 others have told it which votes of its own they hold: the next round asks again.
  if (engine_->abstaining() && engine_->abstaining()->state == agreement::AbstainRow::State::doubtful) return;
  std::filesystem::rename(vouches, options_.abstention_dir + kAppliedFile, ignored);
  if (options_.on_vouched) options_.on_vouched(release->view, release->signers);
}

void LedgerNode::watch_members() {
  const std::int64_t now = options_.monotonic();
  if (now < watch_at_ms_) return;
  watch_at_ms_ = now + kWatchMs;
  const std::vector<PeerState> peers = channel_->peers();
  std::set<std::size_t> absent;
  for (std::size_t i = 0; i < set_->n(); ++i) {
    const std::string& id = set_->members[i].id;
    if (id == options_.member) continue;
    const auto peer = std::ranges::find(peers, id, &PeerState::id);
    if (peer == peers.end() || !peer->connected || peer->silent_ms > kSilentMs) absent.insert(i);
  }
  // Alone with too few it is this node that may be cut off: no view is anybody's fault.
  if (set_->n() - absent.size() < set_->quorum()) absent.clear();
  if (absent != absent_) run_engine(agreement::Absent{absent_ = std::move(absent)});
}

Result<void> LedgerNode::look_up(const agreement::Lookup& wanted) {
  const agreement::Tip& tip = engine_->tip();
  auto block = find_final_block(*disk_.store, {tip.epoch, tip.view, tip.block_hash}, wanted.block_hash);
  if (!block) return std::move(block).error();
  if (*block) send({wanted.peer, std::move(**block)});
  return {};
}

Result<void> LedgerNode::look_up(const agreement::LookupRange& wanted) {
  auto range = final_range(*disk_.store, wanted.epoch, wanted.after_view);
  if (!range) return std::move(range).error();
  send({wanted.peer, std::move(*range)});
  return {};
}

// --- facts for operators ------------------------------------------------------------------------

Result<void> LedgerNode::keep_contradiction(const agreement::Misbehaviour& found) {
  const auto set = set_;  // changed by this thread alone
  const ledger::Validator& member = set->members[found.signer];
  api::Contradiction kept{member.id, "E" + std::to_string(found.code), {}};
  {
    const std::lock_guard lock(mutex_);
    const auto same = [&](const api::Contradiction& each) { return each.member == kept.member && each.code == kept.code; };
    if (std::ranges::count_if(contradictions_, same) >= kContradictionsOfOne) return {};
  }
  auto evidence = contradiction_file(found, *set, genesis_->ledger_id, genesis_->origin);
  if (!evidence) return std::move(evidence).error();
  if (!options_.evidence_dir.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(options_.evidence_dir, failed);
    kept.file = options_.evidence_dir + "/" + evidence->name;
    // The same contradiction again, after a restart: what is there already says it.
    auto written = write_file(kept.file, evidence->bytes, false);
    if (!written && written.error().code != Errc::conflict) {
      // A liar must not be able to stop the node that names it.
      kept.file.clear();
      if (options_.on_alarm) options_.on_alarm(kept.member + " contradicts itself (" + kept.code + "), and the file that proves it cannot be kept: " + written.error().detail);
    }
  }
  const std::lock_guard lock(mutex_);
  contradictions_.push_back(std::move(kept));
  return {};
}

void LedgerNode::recall_contradictions() {
  if (options_.evidence_dir.empty()) return;
  std::error_code failed;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator at(options_.evidence_dir, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".json") paths.push_back(at->path().string());
  }
  std::ranges::sort(paths);
  std::map<std::pair<std::string, std::string>, std::ptrdiff_t> kept;
  for (const std::string& path : paths) {
    const auto bytes = read_file(path, kContradictionBytes);
    const auto found = bytes ? ledger::decode_contradiction(*bytes) : Result<ledger::Contradiction>(bytes.error());
    if (!found || found->ledger_id != genesis_->ledger_id || !ledger::check_contradiction(*found)) continue;
    if (++kept[{found->member, found->code}] <= kContradictionsOfOne) contradictions_.push_back({found->member, found->code, path});
  }
}

api::NodeStatus LedgerNode::status() const {
  std::shared_ptr<const ledger::ValidatorSet> in_force;
  {
    const std::lock_guard lock(mutex_);
    in_force = set_;
  }
  const ledger::ValidatorSet& set = *in_force;
  api::NodeStatus status;
  status.member = options_.member;
  status.version = QINGLU_VERSION;
  status.validators = set.n();
  status.quorum = set.quorum();
  status.epoch = set.epoch;
  const std::vector<PeerState> peers = channel_ ? channel_->peers() : std::vector<PeerState>();
  const std::lock_guard lock(mutex_);
  status.view = view_;
  status.pool_units = pool_.units();
  status.pool_bytes = pool_.bytes();
  status.serving = !halted_;
  if (halted_) status.halted = halted_->detail;
  status.contradictions = contradictions_;
  status.abstaining = abstaining_;
  status.asks_operators = asks_operators_;
  const std::int64_t now = options_.monotonic();
  std::size_t at_work = 0;
  for (std::size_t i = 0; i < set.n(); ++i) {
    api::MemberStatus& member = status.members.emplace_back();
    member.id = set.members[i].id;
    member.self = member.id == options_.member;
    if (member.self) {
      member.connected = status.serving && status.abstaining.empty();
      member.heard = true;
      member.view = view_;
      member.height = snapshot_->head.height;
      member.cosigned_size = readable_->head.checkpoint.empty() ? 0 : readable_->head.size;
      member.version = status.version;
    } else {
      const auto peer = std::ranges::find(peers, member.id, &PeerState::id);
      if (peer != peers.end()) {
        member.connected = peer->connected;
        member.silent_ms = peer->silent_ms;
        member.heard = peer->heard;
        member.problem = peer->problem;
      }
      if (const auto heard = heard_.find(member.id); heard != heard_.end()) {
        member.view = heard->second.status.view;
        member.height = heard->second.status.finalized_height;
        member.cosigned_size = heard->second.status.cosigned_size;
        member.clock_offset_ms = heard->second.clock_offset_ms;
        member.silent_ms = now - heard->second.at_ms;
        member.version = heard->second.status.version;
      }
    }
    at_work += member.connected ? 1 : 0;
  }
  status.may_fail = at_work > set.quorum() ? at_work - set.quorum() : 0;
  if (observer_error()) {
    std::uint64_t highest = 0;
    for (const auto& [id, heard] : heard_) highest = std::max(highest, heard.status.finalized_height);
    const std::uint64_t own = snapshot_->head.height;
    status.abstaining = "it observes: it is in no validator set; " +
                        (highest > own ? std::to_string(highest - own) + " blocks behind the members" : std::string("it has all blocks that it has heard of"));
  }
  return status;
}

}  // namespace qinglu::node
