// SPDX-License-Identifier: Apache-2.0
#include "node/node.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/apply/replay.hpp"
#include "ledger/codec/body.hpp"
#include "ledger/codec/receipt.hpp"
#include "ledger/log/seals.hpp"
#include "ledger/log/sublog.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/model/rows.hpp"
#include "node/chain_image.hpp"

namespace qinglu::node {
namespace {

using api::RecordStatus;
using api::State;
using ledger::Family;
namespace chain_key = agreement::chain_key;

RecordStatus refusal_status(const Digest& id, std::vector<ledger::Issue> issues,
                            std::optional<std::size_t> member, std::uint64_t height) {
  RecordStatus status;
  status.id = id;
  status.state = State::refused;
  status.issues = std::move(issues);
  status.member = member;
  status.judged_height = height;
  return status;
}

RecordStatus replay_status(const Digest& id, const std::string& pending_id, std::uint64_t height) {
  return refusal_status(id, {{"REPLAY", "/nonce", "", {pending_id}, {}, {}}}, {}, height);
}

RecordStatus expired_status(const Digest& id) {
  RecordStatus status;
  status.id = id;
  status.state = State::expired;
  return status;
}

/// Input that no registered key signs leaves no row, whatever it is refused for (F93). The proof of a
/// new key is no such signature: anybody can make one.
bool signed_by_registered_keys(const ledger::Unit& unit) {
  const auto new_key = unit.main.type ? ledger::new_key_signature(*unit.main.type, unit.main.value) : std::nullopt;
  const bool registered = std::ranges::any_of(unit.signed_by, [&](const auto& by) { return by != new_key; });
  return registered && std::ranges::all_of(unit.verified, [](const auto& key) { return key.has_value(); });
}

Error over_budget() { return {Errc::limit, "too many submissions under one key"}; }

/// Lines `record|batch <received_ms>`, entry, bodies: canonical JSON holds no raw LF. The receipt
/// follows from them: Ed25519 signs alike every time.
Bytes journal_row(const ledger::Unit& unit, std::int64_t received_ms) {
  Bytes row = (unit.batch ? "batch " : "record ") + std::to_string(received_ms) + "\n" + unit.entry;
  for (const auto& member : unit.members) row.append("\n").append(member.bytes);
  return row;
}

struct Journalled {
  api::Submission submission;
  std::int64_t received_ms = 0;
};

std::optional<Journalled> read_journal_row(BytesView row) {
  std::vector<Bytes> lines;
  for (;;) {
    const std::size_t end = row.find('\n');
    lines.emplace_back(row.substr(0, end));
    if (end == row.npos) break;
    row.remove_prefix(end + 1);
  }
  if (lines.size() < 2) return std::nullopt;
  const std::size_t space = std::min(lines[0].find(' '), lines[0].size() - 1);
  const auto received = parse_decimal(std::string_view(lines[0]).substr(space + 1));
  if (!received) return std::nullopt;
  Journalled result;
  result.submission.batch = lines[0].starts_with("batch ");
  result.received_ms = static_cast<std::int64_t>(*received);
  result.submission.entry = std::move(lines[1]);
  result.submission.bodies.assign(lines.begin() + 2, lines.end());
  return result;
}

std::variant<ledger::Unit, ledger::Refusal> parse(const api::Submission& submission,
                                                  const ledger::LedgerLimits& limits) {
  if (!submission.batch) return ledger::parse_record_unit(submission.entry);
  std::vector<BytesView> bodies(submission.bodies.begin(), submission.bodies.end());
  return ledger::parse_batch_unit(submission.entry, bodies, limits.batch_bytes);
}

Result<std::optional<Bytes>> read_meta(const ledger::KvReader& reader, std::string_view name) {
  return reader.get(Family::chain, chain_key::meta(name));
}

agreement::Signers signers_of(const NodeKeys& keys, const std::string& origin) {
  return {[&](BytesView message) { return keys.vote.sign({message}); },
          [&keys, origin](std::string_view checkpoint) { return crypto::sign_note(checkpoint, origin, keys.log); },
          [&](std::string_view checkpoint, std::uint64_t time_s) {
            return keys.cosign.sign({crypto::cosignature_message(time_s, checkpoint)});
          }};
}

/// The log's tip once the block under `seal` is final, `frontier` being that of the log after it.
agreement::Tip tip_after(const ledger::Seal& seal, const Digest& block_hash, const ledger::Frontier& frontier) {
  return {seal.epoch,      seal.view,       seal.height,           block_hash,  frontier.size(),
          frontier.root(), seal.state_root, seal.next_valset_hash, seal.time_ms};
}

/// Whether these are the entries that the seal names.
bool is_body_of(const std::vector<Bytes>& entries, const ledger::Seal& seal) {
  std::vector<Digest> leaves;
  leaves.reserve(entries.size());
  for (const Bytes& entry : entries) leaves.push_back(crypto::log_leaf_hash(entry));
  return entries.size() == seal.record_count && crypto::log_root(leaves) == seal.records_root;
}

}  // namespace

Result<ledger::KvBatch> genesis_batch(const ledger::Genesis& genesis) {
  auto block = ledger::load_genesis(genesis);
  if (!block) return std::move(block).error();
  agreement::Tip tip;
  tip.block_hash = genesis.ledger_id;
  tip.log_size = block->sealed.frontier.size();
  tip.log_root = block->sealed.frontier.root();
  tip.state_root = block->seal.state_root;
  tip.next_valset_hash = genesis.valset_hash;
  tip.time_ms = genesis.time_ms;
  ledger::KvBatch batch = std::move(block->sealed.batch);
  batch.put(Family::chain, chain_key::meta("tip"), tip.encode());
  batch.put(Family::chain, chain_key::meta("step"), u64_key(0));
  batch.put(Family::chain, chain_key::meta("genesis"), Bytes(genesis.ledger_id.view()));
  return batch;
}

LedgerNode::LedgerNode(NodeOptions options, NodeDisk disk, ledger::Genesis genesis, NodeKeys keys,
                       Clock clock)
    : options_(std::move(options)),
      disk_(std::move(disk)),
      genesis_(std::make_shared<const ledger::Genesis>(std::move(genesis))),
      keys_(std::move(keys)),
      clock_(std::move(clock)),
      cache_(std::make_shared<ledger::StateCache>()),
      budget_(options_.pool.submissions_per_second, options_.pool.submissions_burst),
      pool_(options_.pool) {}

LedgerNode::~LedgerNode() { stop(); }

Result<std::unique_ptr<LedgerNode>> LedgerNode::start(NodeOptions options, NodeDisk disk,
                                                      ledger::Genesis genesis, NodeKeys keys,
                                                      Clock clock) {
  std::unique_ptr<LedgerNode> node(new LedgerNode(std::move(options), std::move(disk),
                                                  std::move(genesis), std::move(keys),
                                                  std::move(clock)));
  if (auto ok = node->load(); !ok) return std::move(ok).error();
  if (auto ok = node->recover_journal(); !ok) return std::move(ok).error();
  node->driver_ = std::thread([raw = node.get()] { raw->drive(); });
  node->journal_thread_ = std::thread([raw = node.get()] { raw->sync_journal(); });
  return node;
}

Result<void> LedgerNode::load() {
  const ledger::KvStore& store = *disk_.store;
  auto known = read_meta(store, "genesis");
  if (!known) return std::move(known).error();
  if (!*known || **known != genesis_->ledger_id.view()) {
    return Error{Errc::wrong_ledger, "the database holds ledger " + to_hex(known->value_or("")) +
                                         ", the genesis document is of " +
                                         to_hex(genesis_->ledger_id)};
  }
  auto tip = read_row<agreement::Tip>(store, chain_key::meta("tip"));
  if (!tip) return std::move(tip).error();
  auto frontier_bytes = read_meta(store, "frontier");
  if (!frontier_bytes) return std::move(frontier_bytes).error();
  if (!*tip || !*frontier_bytes) return Error{Errc::corrupt, "the database has no tip"};
  auto indexed = store.get(Family::derived, ledger::derived_height_key());
  if (!indexed) return std::move(indexed).error();
  if (!*indexed || **indexed != u64_key((*tip)->height)) {
    return Error{Errc::corrupt, "the indexes do not reach the tip's height " + std::to_string((*tip)->height) +
                                    ": rebuild them from the log with qinglud reindex"};
  }
  auto frontier = ledger::Frontier::decode(**frontier_bytes);
  if (!frontier) return std::move(frontier).error();
  if (frontier->size() != (*tip)->log_size || frontier->root() != (*tip)->log_root) {
    return Error{Errc::corrupt, "the log's frontier is not that of the tip at size " +
                                    std::to_string((*tip)->log_size)};
  }
  // F20, F21: the block that the tip names is read back and must be the one that was signed.
  auto seal = ledger::seal_at(store, (*tip)->height);
  if (!seal) return std::move(seal).error();
  const bool genesis_tip = (*tip)->height == 0;
  if (!*seal || (*seal)->index + 1 != (*tip)->log_size ||
      (*seal)->seal.state_root != (*tip)->state_root ||
      (!genesis_tip && ledger::block_hash((*seal)->bytes) != (*tip)->block_hash)) {
    return Error{Errc::corrupt, "the stored seal of height " + std::to_string((*tip)->height) +
                                    " is not the one that was signed"};
  }
  auto state_root = ledger::trie_root(store);
  if (!state_root) return std::move(state_root).error();
  if (*state_root != (*tip)->state_root) {
    return Error{Errc::corrupt, "the state's root is not that of the seal at height " +
                                    std::to_string((*tip)->height)};
  }
  frontier_ = std::move(*frontier);
  if (auto ok = check_guard(**tip); !ok) return ok;

  auto image = read_chain_image(store, **tip);
  if (!image) return std::move(image).error();
  auto head = read_row<agreement::HeadRow>(store, chain_key::head((*tip)->log_size));
  if (!head) return std::move(head).error();

  const auto& members = genesis_->validators.members;
  const auto self = std::ranges::find(members, options_.member, &ledger::Validator::id);
  if (self == members.end()) {
    return Error{Errc::usage, options_.member + " is no member of the validator set"};
  }
  if (self->vote_key != keys_.vote.public_key() || self->cosign_key != keys_.cosign.public_key() ||
      self->log_key != keys_.log.public_key() || self->intake_key != keys_.intake.public_key()) {
    return Error{Errc::usage, "the keys are not those of " + options_.member + " in the set"};
  }
  if (members.size() != 1) {
    return Error{Errc::unsupported, "this version runs a ledger of one validator"};
  }
  const auto verify = [](const PublicKey& key, BytesView message, const Signature& signature) {
    return crypto::verify(key, message, signature);
  };
  engine_ = std::make_unique<agreement::Engine>(
      genesis_->validators, static_cast<std::size_t>(self - members.begin()), genesis_->ledger_id,
      genesis_->origin, signers_of(keys_, genesis_->origin), verify);

  auto fresh = std::make_shared<Snapshot>();
  fresh->genesis = genesis_;
  fresh->on_damage = [this](const Error& error) { halt(error); };
  fresh->state = {store.snapshot(), nullptr, cache_, cache_->generation()};
  const agreement::Tip& t = **tip;
  fresh->head = {t.height, t.log_size, t.log_root, t.state_root, t.time_ms,
                 *head ? (*head)->newest : std::string()};
  snapshot_ = std::move(fresh);
  // Executes again what was voted for and is not final, and cosigns the tip anew; from here on the
  // engine owns the chain rows.
  run_engine(agreement::Start{std::move(*image)});
  if (halted_) return *halted_;
  return {};
}

Result<void> LedgerNode::check_guard(const agreement::Tip& tip) {
  auto bytes = read_meta(*disk_.store, "step");
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return Error{Errc::corrupt, "the database has no step counter"};
  step_ = BinaryReader(**bytes).u64();
  const ledger::GuardState guard = disk_.guard->state();
  if (guard.step == step_) return {};
  // Every Persist writes the database first and the guard after, and nothing is said before both: a
  // guard one step behind is what a crash between the two leaves.
  if (guard.step + 1 == step_) {
    return disk_.guard->write({step_, tip.height, guard.payload});
  }
  return Error{Errc::corrupt, "the guard file stands at step " + std::to_string(guard.step) +
                                  " (height " + std::to_string(guard.height) +
                                  "), the database at step " + std::to_string(step_) + " (height " +
                                  std::to_string(tip.height) +
                                  "): one of them is an older copy. With one validator there is no "
                                  "peer to fetch from: restore data directory and guard from the "
                                  "same backup"};
}

Result<void> LedgerNode::recover_journal() {
  for (const Bytes& row : disk_.journalled) {
    auto journalled = read_journal_row(row);
    if (!journalled) continue;  // rows carry checksums: this one is of another version
    auto unit = parse(journalled->submission, genesis_->limits);
    if (!std::holds_alternative<ledger::Unit>(unit)) continue;
    auto known = std::make_shared<ledger::Unit>(std::move(std::get<ledger::Unit>(unit)));
    auto logged = ledger::find_record_index(*disk_.store, known->main.id);
    if (!logged) return std::move(logged).error();  // a promise is never dropped unread
    if (*logged || pool_.find(known->main.id)) continue;
    // Of two bodies with one nonce the one that came first was taken in, here as at intake.
    if (auto admitted = pool_.admits(*known); !admitted && admitted.error().code == Errc::conflict) continue;
    pool_.add(std::move(known), journalled->received_ms);
  }
  disk_.journalled.clear();
  // `expired` is a fact of the ledger, so it holds after a restart too.
  for (const Digest& id : pool_.expired_by(snapshot_->head.time_ms)) {
    const auto pending = pool_.take(id);
    pool_.remember(expired_status(id), *pending->unit);
  }
  return {};
}

void LedgerNode::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_driver_.notify_all();
  wake_journal_.notify_all();
  if (driver_.joinable()) driver_.join();
  if (journal_thread_.joinable()) journal_thread_.join();
  keep_time();  // for what reached the journal after the driver had ended
}

// --- the driver ---------------------------------------------------------------------------------

void LedgerNode::drive() {
  recosign_at_ms_ = clock_() + options_.recosign_ms;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_driver_.wait_for(lock, until_next_timer(), [&] {
        return stopping_ || (!halted_ && pool_.waiting());
      });
    }
    if (auto failed = disk_.store->failure()) halt(std::move(*failed));
    keep_time();
    bool waiting = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (halted_) continue;
      waiting = pool_.waiting();
    }
    if (waiting) run_engine(agreement::PoolHint{true});
    fire_timers();
    if (options_.recosign_ms > 0 && clock_() >= recosign_at_ms_) {
      recosign_at_ms_ = clock_() + options_.recosign_ms;
      run_engine(agreement::RecosignDue{});
    }
  }
}

std::chrono::milliseconds LedgerNode::until_next_timer() const {
  std::int64_t wait_ms = 100;  // also for stop, timeouts of submitters and a store that failed by itself
  const std::int64_t now = clock_();
  for (const auto& [timer, due_ms] : timers_) wait_ms = std::min(wait_ms, std::max<std::int64_t>(due_ms - now, 0));
  return std::chrono::milliseconds(wait_ms);
}

void LedgerNode::fire_timers() {
  const auto due = [&](const auto& each) { return each.second <= clock_(); };
  for (auto at = std::ranges::find_if(timers_, due); at != timers_.end(); at = std::ranges::find_if(timers_, due)) {
    const agreement::Timer timer = at->first;
    timers_.erase(at);
    run_engine(agreement::TimerFired{timer});
  }
}

void LedgerNode::keep_time() {
  const std::int64_t now = clock_();
  std::vector<Timeout> late;
  {
    const std::lock_guard lock(mutex_);
    pool_.let_rest(now);
    const bool over = stopping_ || halted_;  // nothing more becomes final here
    while (!timeouts_.empty() && (over || timeouts_.begin()->first <= now)) {
      late.push_back(std::move(timeouts_.begin()->second));
      timeouts_.erase(timeouts_.begin());
    }
  }
  for (const Timeout& timeout : late) {
    if (std::exchange(*timeout.answered, true)) continue;
    auto status = status_of(timeout.record_id);
    if (status && *status) {
      timeout.done(std::move(**status));
    } else {
      timeout.done(Error{Errc::unavailable, "the outcome is open: ask again by record id"});
    }
  }
}

void LedgerNode::run_engine(agreement::Input input) {
  std::deque<agreement::Input> inputs;
  inputs.push_back(std::move(input));
  while (!inputs.empty()) {
    const agreement::Input next = std::move(inputs.front());
    inputs.pop_front();
    bool grew = false;
    for (agreement::Output& output : engine_->step(next, clock_())) {
      grew = grew || std::holds_alternative<agreement::Committed>(output);
      auto answer = carry_out(output);
      if (!answer) return halt(std::move(answer).error());
      if (*answer) inputs.push_back(std::move(**answer));
    }
    publish();
    if (!grew) continue;
    keep_time();  // while records keep coming, this is the only place that sees the clock
    const std::lock_guard lock(mutex_);
    if (stopping_ || halted_) return;
    inputs.push_back(agreement::PoolHint{pool_.waiting()});
  }
}

Result<std::optional<agreement::Input>> LedgerNode::carry_out(agreement::Output& output) {
  using Answer = std::optional<agreement::Input>;
  if (auto* rows = std::get_if<agreement::Persist>(&output)) {
    if (auto ok = persist(std::move(*rows)); !ok) return std::move(ok).error();
  } else if (const auto* build_order = std::get_if<agreement::Build>(&output)) {
    auto built = build(*build_order);
    if (!built) return std::move(built).error();
    return Answer(std::move(*built));
  } else if (const auto* order = std::get_if<agreement::Execute>(&output)) {
    auto executed = execute(*order);
    if (!executed) return std::move(executed).error();
    return Answer(std::move(*executed));
  } else if (auto* done = std::get_if<agreement::Committed>(&output)) {
    committed(std::move(*done));
  } else if (auto* newer = std::get_if<agreement::Cosigned>(&output)) {
    fresh_snapshot().head.checkpoint = std::move(newer->checkpoint);
  } else if (const auto* timer = std::get_if<agreement::SetTimer>(&output)) {
    timers_[timer->timer] = clock_() + timer->after_ms;
  } else if (const auto* cancelled = std::get_if<agreement::CancelTimer>(&output)) {
    timers_.erase(cancelled->timer);
  } else if (const auto* diverged = std::get_if<agreement::Diverged>(&output)) {
    return Error{Errc::corrupt, "the quorum's block " + to_hex(diverged->block_hash) +
                                    " is not what this node comes to: " + diverged->why};
  } else if (const auto* liar = std::get_if<agreement::Misbehaviour>(&output)) {
    return Error{Errc::corrupt, genesis_->validators.members[liar->signer].id +
                                    " has signed a contradiction (E" + std::to_string(liar->code) + ")"};
  }
  // Send and Lookup are for other members. A ledger of one validator, the only one that load()
  // accepts, has none, so the engine never says them; a channel between nodes will carry them out here.
  return Answer();
}

ledger::StateView LedgerNode::state_after(const Digest& base) const {
  return candidates_.state_after(base, newest()->state);
}

const ledger::Frontier& LedgerNode::frontier_after(const Digest& base) const {
  const Candidate* candidate = candidates_.find(base);
  return candidate ? candidate->sealed.frontier : frontier_;
}

Result<agreement::Built> LedgerNode::build(const agreement::Build& order) {
  const std::uint64_t judged_height = newest()->head.height;
  const ledger::StateView parent = state_after(order.base);
  const std::int64_t time_ms = std::max(clock_(), order.parent.time_ms + 1);
  std::vector<std::shared_ptr<ledger::Unit>> units;
  {
    const std::lock_guard lock(mutex_);
    units = pool_.oldest(std::max<std::size_t>(options_.block_units_max >> order.halvings, 1));
  }
  ledger::BlockBuilder builder(parent, genesis_->ledger_id, genesis_->limits,
                               order.parent.log_size, time_ms);
  Candidate candidate{order.view, order.base, {}, {}, true};
  for (const auto& unit : units) {
    if (!builder.fits(*unit)) break;
    const std::uint64_t index = order.parent.log_size + builder.entry_count();
    auto judgement = builder.add(*unit);
    if (!judgement) return std::move(judgement).error();
    if (judgement->accepted()) {
      RecordStatus status;
      status.id = unit->main.id;
      status.state = State::final;
      status.index = index;
      status.height = order.parent.height + 1;
      status.time_ms = time_ms;
      if (!unit->batch) status.flags = std::move(judgement->flags[0]);
      candidate.units.push_back(std::move(status));
      continue;
    }
    // Refused on the records before it in this block or in candidates, or on the finalized state? Only the latter
    // is an answer (agreement.md §2.8); the former waits for the next block.
    std::optional<RecordStatus> alone;
    if (builder.entry_count() > 0 || parent.pending) {
      auto judged = judge_alone(*unit, time_ms);
      if (!judged) return std::move(judged).error();
      alone = std::move(*judged);
      if (!alone) continue;
    } else {
      alone = refusal_status(unit->main.id, std::move(judgement->issues), judgement->member, judged_height);
    }
    const bool stale = std::ranges::any_of(alone->issues, [](const auto& issue) {
      return issue.code == "STALE" || issue.detail.starts_with("STALE: ");
    });
    std::optional<Pending> refused;
    {
      const std::lock_guard lock(mutex_);
      if (stale) {
        pool_.stop_pursuing(unit->main.id);  // only a final block's time can say `expired`
      } else if ((refused = pool_.take(unit->main.id))) {
        pool_.remember(*alone, *unit);
      }
    }
    // Whoever is answered may ask the node at once, so the lock is open.
    if (refused) answer(std::move(*refused), *alone);
  }
  if (builder.entry_count() == 0) return agreement::Built{};
  auto executed = std::move(builder).finish();
  if (!executed) return std::move(executed).error();
  ledger::Seal seal;
  seal.ledger = genesis_->ledger_id;
  seal.epoch = order.epoch;
  seal.view = order.view;
  seal.height = order.parent.height + 1;
  seal.parent = order.parent.block_hash;
  seal.parent_view = order.parent.view;
  seal.proposer = order.proposer;
  seal.time_ms = time_ms;
  seal.record_count = executed->entries.size();
  seal.records_root = executed->records_root;
  seal.log_size_before = order.parent.log_size;
  seal.log_root_before = order.parent.log_root;
  seal.state_root = executed->state_root;
  seal.next_valset_hash = order.next_valset_hash;
  seal.justification_hash = ledger::justification_hash(order.justification);
  agreement::BuiltBlock block;
  block.seal = ledger::encode_seal(seal);
  block.block_hash = ledger::block_hash(block.seal);
  // One of one sends its block to nobody and has it final in the step that takes it: megabytes spared.
  if (genesis_->validators.n() > 1) block.body = ledger::encode_body(executed->entries);
  auto sealed = ledger::seal_block(parent.reader(), std::move(*executed), frontier_after(order.base), block.seal, seal.height);
  if (!sealed) return std::move(sealed).error();
  block.after = tip_after(seal, block.block_hash, sealed->frontier);
  candidate.sealed = std::move(*sealed);
  candidates_.add(block.block_hash, std::move(candidate));
  return agreement::Built{std::move(block)};
}

Result<agreement::Executed> LedgerNode::execute(const agreement::Execute& order) {
  using Verdict = agreement::Executed::Verdict;
  const auto seal = ledger::decode_seal(order.seal);
  QL_CHECK(static_cast<bool>(seal));  // the engine has read it
  const auto entries = ledger::decode_body(order.body);
  if (!entries || !is_body_of(*entries, *seal)) {
    // One of one has its bodies from its own store alone, and nobody to ask for a whole one.
    if (genesis_->validators.n() == 1) {
      return Error{Errc::corrupt, "the stored entries of block " + to_hex(order.block_hash) + " are not those that its seal names"};
    }
    return agreement::Executed{order.block_hash, Verdict::not_its_body, {}, {}};
  }
  auto sealed = ledger::replay_block(state_after(order.base), *genesis_, frontier_after(order.base), *entries, order.seal);
  if (!sealed && sealed.error().code != Errc::malformed) return std::move(sealed).error();
  if (!sealed) return agreement::Executed{order.block_hash, Verdict::invalid, {}, sealed.error().detail};
  Candidate candidate{seal->view, order.base, std::move(*sealed), {}, false};
  const auto units = ledger::units_of(*entries, genesis_->limits);
  QL_CHECK(static_cast<bool>(units));  // the replay has read them
  for (const ledger::Unit& unit : *units) candidate.units.emplace_back().id = unit.main.id;
  const agreement::Tip after = tip_after(*seal, order.block_hash, candidate.sealed.frontier);
  candidates_.add(order.block_hash, std::move(candidate));
  return agreement::Executed{order.block_hash, Verdict::valid, after, {}};
}

Result<void> LedgerNode::persist(agreement::Persist order) {
  ledger::KvBatch batch = std::move(order.batch);
  std::vector<Candidate> blocks;
  for (const Digest& hash : order.commits) {
    blocks.push_back(candidates_.take(hash));
    batch.append(std::move(blocks.back().sealed.batch));
  }
  batch.put(Family::chain, chain_key::meta("step"), u64_key(step_ + 1));
  if (auto ok = disk_.store->write(batch, ledger::Sync::yes); !ok) return ok;
  ++step_;
  // A step that changed neither votes nor cosignature leaves what the guard holds of them.
  const Bytes payload = order.guard.empty() ? disk_.guard->state().payload : std::move(order.guard);
  if (auto ok = disk_.guard->write({step_, engine_->tip().height, payload}); !ok) return ok;
  Snapshot& fresh = fresh_snapshot();
  fresh.state.committed = disk_.store->snapshot();
  for (Candidate& block : blocks) {
    fresh.state.generation = cache_->commit(block.sealed.cache_rows);
    frontier_ = std::move(block.sealed.frontier);
    final_.push_back(std::move(block));
  }
  return {};
}

std::shared_ptr<const Snapshot> LedgerNode::newest() const { return fresh_ ? fresh_ : snapshot(); }

Snapshot& LedgerNode::fresh_snapshot() {
  if (!fresh_) fresh_ = std::make_shared<Snapshot>(*snapshot());
  return *fresh_;
}

void LedgerNode::committed(agreement::Committed done) {
  const agreement::Tip& tip = done.tip;
  // Cosigned follows, at once or when a quorum has done it too.
  fresh_snapshot().head = {tip.height, tip.log_size, tip.log_root, tip.state_root, tip.time_ms, {}};
  finality_note_ = std::move(done.finality_note);
  candidates_.drop_until(tip.view);
}

void LedgerNode::publish() {
  if (!fresh_) return;
  const std::shared_ptr<const Snapshot> fresh = std::exchange(fresh_, nullptr);
  std::vector<Candidate> blocks = std::exchange(final_, {});

  struct Outcome {
    Pending pending;
    RecordStatus status;
    bool judged_here = true;
  };
  std::vector<Outcome> outcomes;
  {
    const std::lock_guard lock(mutex_);
    snapshot_ = fresh;
    for (Candidate& block : blocks) {
      for (RecordStatus& status : block.units) {
        auto pending = pool_.take(status.id);
        if (pending) outcomes.push_back({std::move(*pending), std::move(status), block.built_here});
      }
    }
    if (!blocks.empty()) {
      for (const Digest& id : pool_.expired_by(fresh->head.time_ms)) {
        auto pending = pool_.take(id);
        pool_.remember(expired_status(id), *pending->unit);
        outcomes.push_back({std::move(*pending), expired_status(id)});
      }
    }
    if (disk_.journal->size() > pool_.bytes() + options_.journal_slack) {
      compact_ = true;
      wake_journal_.notify_one();
    }
  }
  ledger::LogReader log(fresh->state.reader(), fresh->head.size);
  for (auto& [pending, status, judged_here] : outcomes) {
    if (pending.waiters.empty()) continue;
    if (!judged_here) {
      auto read = final_status(fresh, status.id);
      if (!read) return halt(read.error());
      status = std::move(**read);
    } else if (status.state == State::final) {
      auto path = log.inclusion_path(status.index, fresh->head.size);
      if (!path) return halt(path.error());
      status.cosigned = !fresh->head.checkpoint.empty();
      status.finality = {finality_note_, fresh->head.size, std::move(*path)};
    }
    answer(std::move(pending), status);
  }
}

void LedgerNode::answer(Pending pending, const RecordStatus& status) {
  for (const auto& waiter : pending.waiters) waiter(status);
}

void LedgerNode::halt(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (halted_) return;
    halted_ = error;
  }
  if (options_.on_halt) options_.on_halt(error);
}

Result<std::optional<RecordStatus>> LedgerNode::judge_alone(ledger::Unit& unit, std::int64_t time_ms) const {
  const auto base = newest();
  ledger::Overlay state(base->state);
  auto judgement = ledger::judge(unit, state, {genesis_->ledger_id, time_ms, base->head.size});
  if (!judgement) return std::move(judgement).error();
  if (judgement->accepted()) return std::optional<RecordStatus>();
  return std::optional(refusal_status(unit.main.id, std::move(judgement->issues), judgement->member, base->head.height));
}

// --- the journal --------------------------------------------------------------------------------

void LedgerNode::sync_journal() {
  for (;;) {
    std::deque<Arrival> arrivals;
    bool compact = false;
    Result<void> ok;
    {
      std::unique_lock lock(mutex_);
      wake_journal_.wait(lock, [&] { return stopping_ || compact_ || !arrivals_.empty(); });
      if (arrivals_.empty() && stopping_) return;
      arrivals.swap(arrivals_);
      compact = std::exchange(compact_, false);
      if (halted_) ok = closed_error();
    }
    if (ok && !arrivals.empty()) {
      // One sync for all that arrived while the last one ran. One that failed is never tried again (F12).
      std::vector<Bytes> rows;
      for (const Arrival& arrival : arrivals) rows.push_back(journal_row(*arrival.unit, arrival.received_ms));
      ok = disk_.journal->append(rows);
      if (!ok) halt(ok.error());
    }
    for (Arrival& arrival : arrivals) {
      if (ok) {
        enter_pool(std::move(arrival));
      } else {
        arrival.done(ok.error());
      }
    }
    if (compact && ok) compact_journal();
  }
}

void LedgerNode::enter_pool(Arrival arrival) {
  const Digest& id = arrival.unit->main.id;
  std::optional<RecordStatus> status;
  std::shared_ptr<const Snapshot> logged_at;
  Result<std::optional<std::uint64_t>> logged = std::optional<std::uint64_t>();
  {
    const std::lock_guard lock(mutex_);
    Pending* pending = pool_.find(id);
    // The same record may have become final on another way in since this one was judged.
    if (!pending && snapshot_ != arrival.judged_on) {
      logged_at = snapshot_;
      logged = ledger::find_record_index(snapshot_->state.reader(), id);
    }
    if (!pending && logged && !*logged) {
      if (auto admitted = pool_.admits(*arrival.unit); !admitted && admitted.error().code == Errc::conflict) {
        status = replay_status(id, admitted.error().detail, snapshot_->head.height);
      } else {
        pending = &pool_.add(arrival.unit, arrival.received_ms);
      }
    }
    if (pending && arrival.waits) {
      wait_for(*pending, id, arrival.received_ms + arrival.timeout_ms, std::exchange(arrival.done, nullptr));
    } else if (pending) {
      status = pending_status(*pending, id);
    }
  }
  wake_driver_.notify_one();
  if (!arrival.done) return;
  if (status) return arrival.done(std::move(*status));
  if (!logged) return arrival.done(std::move(logged).error());
  auto final = final_status(logged_at, id);
  if (!final) return arrival.done(std::move(final).error());
  arrival.done(std::move(**final));
}

void LedgerNode::wait_for(Pending& pending, const Digest& record_id, std::int64_t until_ms, Done done) {
  const auto answered = std::make_shared<bool>(false);
  pending.waiters.push_back([answered, done](const RecordStatus& status) {
    if (!std::exchange(*answered, true)) done(status);
  });
  timeouts_.emplace(until_ms, Timeout{record_id, answered, std::move(done)});
}

void LedgerNode::compact_journal() {
  std::vector<Bytes> rows;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& unit : pool_.all()) {
      const Pending* pending = std::as_const(pool_).find(unit->main.id);
      rows.push_back(journal_row(*unit, pending->received_ms));
    }
  }
  if (auto ok = disk_.journal->rewrite(rows); !ok) halt(ok.error());
}

// --- the ports ----------------------------------------------------------------------------------

void LedgerNode::submit(api::Submission submission, api::Wait wait, std::int64_t timeout_ms,
                        Done done) {
  auto parsed = parse(submission, genesis_->limits);
  const auto base = snapshot();
  if (auto* refusal = std::get_if<ledger::Refusal>(&parsed)) {
    done(refusal_status(Digest{}, std::move(refusal->issues), refusal->member, base->head.height));
    return;
  }
  auto unit = std::make_shared<ledger::Unit>(std::move(std::get<ledger::Unit>(parsed)));
  if (!budget_.take(unit->signed_by, submission.from, clock_())) {
    done(over_budget());
    return;
  }
  const Digest id = unit->main.id;
  // The same body again is the same record, whatever its signatures: answer with its state (F61).
  auto logged = final_status(base, id);
  if (!logged || *logged) {
    if (!logged) {
      done(std::move(logged).error());
    } else {
      done(std::move(**logged));
    }
    return;
  }
  const std::int64_t now = clock_();
  const bool waits = wait == api::Wait::final || wait == api::Wait::cosigned;
  {
    std::unique_lock lock(mutex_);
    if (stopping_ || halted_) {
      Error closed = closed_error();
      lock.unlock();
      done(std::move(closed));
      return;
    }
    if (Pending* pending = pool_.find(id)) {
      if (waits) {
        wait_for(*pending, id, now + timeout_ms, std::move(done));
        return;
      }
      RecordStatus status = pending_status(*pending, id);
      lock.unlock();
      done(std::move(status));
      return;
    }
    const Result<void> admitted = pool_.admits(*unit);
    if (!admitted) {
      lock.unlock();
      if (admitted.error().code == Errc::conflict) {
        done(replay_status(id, admitted.error().detail, base->head.height));
      } else {
        done(admitted.error());
      }
      return;
    }
  }
  ledger::Overlay state(base->state);
  auto judgement = ledger::judge(
      *unit, state,
      {genesis_->ledger_id, std::max(now, base->head.time_ms + 1), base->head.size});
  if (!judgement) {
    done(std::move(judgement).error());
    return;
  }
  if (!judgement->accepted()) {
    RecordStatus status = refusal_status(id, std::move(judgement->issues), judgement->member,
                                         base->head.height);
    if (signed_by_registered_keys(*unit)) {
      const std::lock_guard lock(mutex_);
      pool_.remember(status, *unit);
    }
    done(std::move(status));
    return;
  }
  Arrival arrival{unit, now, base, waits, timeout_ms, std::move(done)};
  {
    std::unique_lock lock(mutex_);
    if (stopping_ || halted_) {
      Error closed = closed_error();
      lock.unlock();
      arrival.done(std::move(closed));
      return;
    }
    arrivals_.push_back(std::move(arrival));
  }
  wake_journal_.notify_one();
}

Error LedgerNode::closed_error() const {
  return {Errc::unavailable, halted_ ? "the node has halted: " + halted_->detail : "the node is stopping"};
}

Result<RecordStatus> LedgerNode::dry_run(const api::Submission& submission) {
  const auto base = snapshot();
  auto parsed = parse(submission, genesis_->limits);
  if (auto* refusal = std::get_if<ledger::Refusal>(&parsed)) {
    return refusal_status(Digest{}, std::move(refusal->issues), refusal->member, base->head.height);
  }
  auto& unit = std::get<ledger::Unit>(parsed);
  if (!budget_.take(unit.signed_by, submission.from, clock_())) return over_budget();
  ledger::Overlay state(base->state);
  auto judgement = ledger::judge(
      unit, state,
      {genesis_->ledger_id, std::max(clock_(), base->head.time_ms + 1), base->head.size},
      ledger::Answer::all_problems);
  if (!judgement) return std::move(judgement).error();
  if (!judgement->accepted()) {
    return refusal_status(unit.main.id, std::move(judgement->issues), judgement->member,
                          base->head.height);
  }
  RecordStatus status;
  status.id = unit.main.id;
  for (const auto& flags : judgement->flags) {
    status.flags.insert(status.flags.end(), flags.begin(), flags.end());
  }
  return status;
}

Result<std::optional<RecordStatus>> LedgerNode::status_of(const Digest& record_id) {
  // Pool and chain are looked at in one moment, in which a record is in one of them.
  std::shared_ptr<const Snapshot> current;
  std::optional<RecordStatus> remembered;
  {
    const std::lock_guard lock(mutex_);
    if (const Pending* pending = std::as_const(pool_).find(record_id)) {
      return std::optional<RecordStatus>(pending_status(*pending, record_id));
    }
    if (const RecordStatus* status = pool_.remembered(record_id)) remembered = *status;
    current = snapshot_;
  }
  auto logged = final_status(current, record_id);
  if (!logged || *logged) return logged;
  return remembered;
}

Result<std::optional<RecordStatus>> LedgerNode::final_status(
    const std::shared_ptr<const Snapshot>& current, const Digest& record_id) const {
  const ledger::KvReader& reader = current->state.reader();
  auto index = ledger::find_record_index(reader, record_id);
  if (!index) return std::move(index).error();
  if (!*index) return std::optional<RecordStatus>();
  auto seal = ledger::seal_of_entry(reader, **index);
  if (!seal) return std::move(seal).error();
  RecordStatus status;
  status.id = record_id;
  status.state = State::final;
  status.cosigned = !current->head.checkpoint.empty();
  status.index = **index;
  status.height = seal->seal.height;
  status.time_ms = seal->seal.time_ms;
  const auto view = make_ledger_view(current);
  auto record = view->record(record_id);
  if (!record) return std::move(record).error();
  if (*record) status.flags = std::move((*record)->flags);
  auto note = view->finality_note(status.height);
  if (!note) return std::move(note).error();
  auto path = view->inclusion(status.index, current->head.size);
  if (!path) return std::move(path).error();
  status.finality = {note->value_or(""), current->head.size, std::move(*path)};
  return std::optional<RecordStatus>(std::move(status));
}

RecordStatus LedgerNode::pending_status(const Pending& pending, const Digest& record_id) const {
  RecordStatus status;
  status.id = record_id;
  status.receipt = ledger::sign_receipt({genesis_->ledger_id, pending.unit->main.id, options_.member,
                                         pending.received_ms, pending.expires_at},
                                        keys_.intake);
  status.pursued = pending.pursued;
  status.lapsed = clock_() > 1000 * pending.expires_at;
  return status;
}

std::shared_ptr<const Snapshot> LedgerNode::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

std::shared_ptr<const api::LedgerView> LedgerNode::view() const { return make_ledger_view(snapshot()); }

api::NodeStatus LedgerNode::status() const {
  const ledger::ValidatorSet& set = genesis_->validators;
  api::NodeStatus status;
  status.member = options_.member;
  status.validators = set.n();
  status.quorum = set.quorum();
  status.may_fail = set.n() - set.quorum();
  const std::lock_guard lock(mutex_);
  status.pool_units = pool_.units();
  status.pool_bytes = pool_.bytes();
  status.serving = !halted_;
  if (halted_) status.halted = halted_->detail;
  return status;
}

}  // namespace qinglu::node
