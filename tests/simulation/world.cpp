// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <queue>
#include <sstream>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/seal.hpp"
#include "node/agreement/range.hpp"
#include "tests/simulation/checkers.hpp"

namespace qinglu::sim {
namespace {

using namespace agreement;
using test::Random;

constexpr std::int64_t kStartMs = 1'790'000'000'000;
constexpr const char* kOrigin = "sim.example/qinglu";

Digest ledger_id() { return crypto::sha256("simulated ledger"); }

// --- signatures ---------------------------------------------------------------------------------
// A keyed hash whose key only its owner calls sign() with: as unforgeable as the real thing here, and
// a thousand times cheaper.

Signature stub_sign(const PublicKey& key, BytesView message) {
  const Digest half = crypto::sha256({"stub signature", key, message});
  return Signature::from(Bytes(half.view()) + Bytes(half.view()));
}

bool stub_verify(const PublicKey& key, BytesView message, const Signature& signature) {
  return stub_sign(key, message) == signature;
}

using KeyOwner = std::pair<std::size_t, std::size_t>;  // node, and which of its keys

PublicKey stub_key(KeyOwner owner, char purpose) {
  return PublicKey::from(crypto::sha256({Bytes(1, purpose), u64_key(owner.first), u64_key(owner.second)}).view());
}

ledger::ValidatorSet validators(std::uint64_t epoch, const Plan::Members& members) {
  ledger::ValidatorSet set;
  set.epoch = epoch;
  for (const KeyOwner& owner : members) {
    ledger::Validator v;
    v.id = "m" + std::to_string(100 + owner.first) + ".example";
    v.party = "org:" + std::to_string(owner.first);
    v.vote_key = stub_key(owner, 'v');
    v.cosign_key = stub_key(owner, 'c');
    v.log_key = stub_key(owner, 'l');
    v.intake_key = stub_key(owner, 'i');
    set.members.push_back(std::move(v));
  }
  return set;
}

Signers signers_of(KeyOwner owner) {
  return {[owner](BytesView message) { return stub_sign(stub_key(owner, 'v'), message); },
          [owner](std::string_view text) {
            const auto key = crypto::make_note_key(kOrigin, crypto::NoteKeyType::ed25519, stub_key(owner, 'l'));
            return crypto::NoteLine{key.name, key.id, Bytes(stub_sign(key.key, text).view())};
          },
          [owner](std::string_view text, std::uint64_t time) {
            return stub_sign(stub_key(owner, 'c'), crypto::cosignature_message(time, text));
          }};
}

Digest set_hash(std::uint64_t epoch) { return crypto::sha256({"set", u64_key(epoch)}); }

/// A record that schedules the end of an epoch: the first block with records behind it is the last one.
constexpr std::uint64_t kChange = 1'000'000;

// --- the application: records are numbers, the state is a hash over all that was agreed ------------

using Records = std::vector<std::uint64_t>;

Bytes encode_records(const Records& records) {
  BinaryWriter out;
  for (std::uint64_t record : records) out.u64(record);
  return std::move(out).bytes();
}

Records decode_records(BytesView body) {
  Records records;
  BinaryReader in(body);
  while (in.left() >= 8) records.push_back(in.u64());
  return records;
}

Tip genesis_tip() {
  Tip tip;
  tip.block_hash = ledger_id();
  tip.log_size = 2;
  tip.log_root = crypto::sha256("log");
  tip.state_root = crypto::sha256("state");
  tip.next_valset_hash = set_hash(1);
  tip.time_ms = kStartMs;
  return tip;
}

bool ends_epoch(std::uint64_t epoch, const std::set<std::uint64_t>& before) { return before.contains(kChange + epoch); }

/// The tip after a block; nullopt: it is invalid.
std::optional<Tip> execute(const Tip& parent, const ledger::Seal& seal, const Digest& hash, BytesView body,
                           const std::set<std::uint64_t>& before) {
  const Records records = decode_records(body);
  if (records.size() * 8 != body.size() || records.size() != seal.record_count) return std::nullopt;
  std::set<std::uint64_t> seen = before;
  for (std::uint64_t record : records) {
    if (!seen.insert(record).second) return std::nullopt;  // a block with a refused record is invalid
  }
  Tip after = parent;
  after.view = seal.view;
  after.height = parent.height + 1;
  after.block_hash = hash;
  after.log_size = parent.log_size + records.size() + 1;
  after.log_root = crypto::sha256({"log", parent.log_root, body});
  after.state_root = crypto::sha256({"state", parent.state_root, body});
  after.time_ms = seal.time_ms;
  after.next_valset_hash = ends_epoch(seal.epoch, before) ? set_hash(seal.epoch + 1) : parent.next_valset_hash;
  if (seal.state_root != after.state_root || seal.next_valset_hash != after.next_valset_hash) return std::nullopt;
  return after;
}

// --- a node -------------------------------------------------------------------------------------

struct Candidate {
  Tip after;
  Digest parent;
  Records records;
};

/// What survives a crash: rows of the chain family, and the records committed.
struct Disk {
  std::map<Bytes, Bytes> rows;
  Records committed;
  Tip tip = genesis_tip();
};

class World;

class Node {
 public:
  Node(World& world, std::size_t index, bool liar, int twin = 0);
  void start();
  void crash();
  bool up() const { return engine_ != nullptr; }
  void deliver(std::size_t from, const Bytes& bytes);
  void fire(Timer timer, std::uint64_t generation);
  void submit(std::uint64_t record);
  void tick();
  void retire() {
    asleep = true;
    retired = true;
    engine_.reset();
  }
  bool retired = false;
  bool copy = false;
  bool afflicted = false;
  /// A crash after which the disk is not what it was.
  void spoil_disk();

  std::size_t index;  ///< of the node, in no set

  bool liar;
  int twin;  ///< 0, or which of two honest copies with one key
  std::int64_t clock_offset = 0;
  std::set<std::uint64_t> pool;
  Disk disk;
  std::string doubt;       ///< told to the next start
  std::optional<Disk> old;  ///< a backup
  bool asleep = false;
  bool unreliable = false;  ///< its votes may contradict what it has forgotten; its chain must not
  int camp = 0;             ///< in a fork only the same camp is heard

  const Engine* engine() const { return engine_.get(); }
  std::uint64_t epoch() const { return disk.tip.epoch; }
  std::optional<std::size_t> seat() const;  ///< in the set of its epoch
  bool votes_count() const { return !liar && !unreliable; }

 private:
  void step(Input input);
  bool persist(const Persist& order);
  Built build(const Build& order);
  Executed run(const Execute& order);
  void hint();
  bool waits() const;
  std::set<std::uint64_t> chain_records(Digest hash) const;
  DurableImage image() const;
  std::int64_t now() const;
  std::size_t peer_of(std::size_t node) const;
  std::size_t node_of(std::size_t peer) const;
  BlockMessage whole_block(const BlockRow& row) const;
  void answer(const LookupRange& question);

  World& world_;
  std::unique_ptr<Engine> engine_;
  std::map<Digest, Candidate> candidates_;
  std::map<Timer, std::uint64_t> timers_;
  std::uint64_t generation_ = 0;
  bool hinted_ = false;
};

// --- the world ----------------------------------------------------------------------------------

struct Event {
  std::int64_t at;
  std::uint64_t sequence;
  std::function<void()> happen;
  bool operator>(const Event& other) const { return std::pair(at, sequence) > std::pair(other.at, other.sequence); }
};

class World {
 public:
  explicit World(const Plan& given) : plan(given), random(given.seed), checkers(sets, members, ledger_id(), kOrigin, stub_verify) {
    members = plan.sets();
    for (std::size_t i = 0; i < members.size(); ++i) sets.push_back(validators(i + 1, members[i]));
  }

  Report run();

  void at(std::int64_t when, std::function<void()> happen) { events_.push({when, sequence_++, std::move(happen)}); }
  void after(std::int64_t delay, std::function<void()> happen) { at(now + delay, std::move(happen)); }
  bool chance(std::uint64_t share) { return share > 0 && random.below(1'000) < share; }
  bool healed() const { return now >= plan.heal_at; }

  void transmit(std::size_t from, std::size_t to, const Message& message, int camp = 0);
  std::size_t size() const { return plan.n + plan.observers; }
  void lie(const Node& from, std::size_t to, const Message& message);
  void echo(const Node& liar, std::size_t to, const Statement& heard);
  void propose_another(const Node& liar, std::size_t to, const Propose& proposal, std::int64_t later_ms);
  void note(std::string_view what, std::uint64_t a, std::uint64_t b, BytesView bytes = {}) {
    hash_ = crypto::sha256({hash_, what, u64_key(a), u64_key(b), u64_key(static_cast<std::uint64_t>(now)), crypto::sha256(bytes)});
  }
  void mark(const std::string& name) { ++report.marks[name]; }

  const Plan plan;
  Random random;
  std::vector<Plan::Members> members;  // by epoch, from epoch 1 on
  std::vector<ledger::ValidatorSet> sets;
  Checkers checkers;
  std::int64_t now = 0;
  std::vector<std::unique_ptr<Node>> nodes;
  Report report;
  /// Sides of the present partition, by member; equal sides hear each other.
  std::vector<int> side;
  std::set<std::pair<std::size_t, std::size_t>> cut;  // one direction
  std::vector<Statement> seen_finals;                 // texts that some honest member has signed

 private:
  void partition();
  void spoil();
  void hide();
  std::uint64_t hidden_view_ = 0;
  int hiding_ = 0;
  void tick(std::size_t node);  // every second from now on
  void finish();

  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t sequence_ = 0;
  Digest hash_{};
};

Node::Node(World& world, std::size_t given, bool lies, int which) : index(given), liar(lies), twin(which), world_(world) {}

std::int64_t Node::now() const { return kStartMs + world_.now + clock_offset; }

std::optional<std::size_t> Node::seat() const {
  const auto& members = world_.members[epoch() - 1];
  const auto at = std::ranges::find(members, index, &KeyOwner::first);
  return at == members.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - members.begin()));
}

std::size_t Node::peer_of(std::size_t node) const {
  const auto& members = world_.members[epoch() - 1];
  const auto at = std::ranges::find(members, node, &KeyOwner::first);
  return at == members.end() ? members.size() + node : static_cast<std::size_t>(at - members.begin());
}

std::size_t Node::node_of(std::size_t peer) const {
  const auto& members = world_.members[epoch() - 1];
  return peer < members.size() ? members[peer].first : peer - members.size();
}

DurableImage Node::image() const {
  DurableImage image;
  image.tip = disk.tip;
  image.doubt = doubt;
  image.nonce = crypto::sha256({"nonce", u64_key(world_.random.next())});
  const std::uint64_t epoch = disk.tip.epoch;
  const auto row = [&](const Bytes& key) -> std::optional<Bytes> {
    const auto at = disk.rows.find(key);
    return at == disk.rows.end() ? std::nullopt : std::optional(at->second);
  };
  if (image.tip.view > 0) {
    auto certificate = row(chain_key::certificate(5, epoch, image.tip.view));
    const auto decoded = certificate ? Certificate::decode(*certificate, world_.sets[epoch - 1]) : Result<Certificate>(Error{});
    if (!decoded || decoded->statement.block_hash != image.tip.block_hash) certificate = row(chain_key::certificate(7, epoch, image.tip.view));
    QL_CHECK(certificate.has_value());
    image.tip_certificate = *certificate;
  }
  if (const auto bytes = row(chain_key::meta("epoch"))) image.epoch = *EpochRow::decode(*bytes);
  if (const auto bytes = row(chain_key::meta("abstain"))) image.abstain = *AbstainRow::decode(*bytes);
  if (const auto bytes = row(chain_key::cosign())) image.cosigned = *CosignRow::decode(*bytes);
  if (const auto bytes = row(chain_key::head(image.tip.log_size))) image.first_note = HeadRow::decode(*bytes)->first;
  for (const auto& [key, value] : disk.rows) {
    BinaryReader in(BytesView(key).substr(key[0] == 'c' ? 2 : 1));
    if ((key[0] != 'v' && key[0] != 'c' && key[0] != 'b') || in.u64() != epoch) continue;
    if (key[0] == 'v') {
      const std::uint64_t view = in.u64();
      image.votes.emplace(view, *VoteRow::decode(value));
    } else if (key[0] == 'c') {
      image.certificates.push_back(value);
    } else if (key[0] == 'b') {
      const auto block = BlockRow::decode(value);
      if (!block->final) image.candidates.push_back({block->seal, block->justification, block->entries});
    }
  }
  return image;
}

void Node::start() {
  candidates_.clear();
  timers_.clear();
  hinted_ = false;
  Timing timing;
  timing.heeds_twins = !liar;
  const auto at = seat();
  engine_ = std::make_unique<Engine>(world_.sets[epoch() - 1], at, ledger_id(), kOrigin, at ? signers_of(world_.members[epoch() - 1][*at]) : Signers{},
                                     stub_verify, timing);
  world_.note("start", index, disk.tip.height);
  step(Start{image()});
}

void Node::crash() {
  engine_.reset();
  ++generation_;
  world_.mark("crash");
  world_.note("crash", index, 0);
  world_.after(static_cast<std::int64_t>(500 + world_.random.below(8'000)), [this] {
    if (up() || asleep) return;
    if (world_.random.below(2) == 0) clock_offset = -clock_offset;  // machines come back with other clocks
    start();
  });
}

void Node::spoil_disk() {
  if (up()) crash();
  switch (world_.plan.disk) {
    case Plan::Disk::lost: disk = {}; doubt = "the disk is new"; break;
    case Plan::Disk::older: disk = old ? *old : Disk{}; doubt = "the guard is ahead of the database"; break;
    case Plan::Disk::restored: disk = old ? *old : Disk{}; break;
    case Plan::Disk::copied:
    case Plan::Disk::sound: return;
  }
  world_.mark(doubt.empty() ? "restored" : "disk lost or older");
  world_.checkers.forgot(index, disk.committed.size());
  for (const auto& [key, value] : disk.rows) {
    if (key[0] != 'v' || unreliable) continue;
    BinaryReader in(BytesView(key).substr(1));
    const std::uint64_t epoch = in.u64();
    world_.checkers.durable(index, {epoch, in.u64()}, *VoteRow::decode(value), true);
  }
}

void Node::submit(std::uint64_t record) {
  if (std::ranges::find(disk.committed, record) != disk.committed.end()) return;
  pool.insert(record);
  hint();
}

std::set<std::uint64_t> Node::chain_records(Digest hash) const {
  std::set<std::uint64_t> records(disk.committed.begin(), disk.committed.end());
  for (auto at = candidates_.find(hash); at != candidates_.end(); at = candidates_.find(hash)) {
    records.insert(at->second.records.begin(), at->second.records.end());
    hash = at->second.parent;
  }
  return records;
}

void Node::hint() {
  if (!up() || waits() == hinted_) return;
  hinted_ = waits();
  step(PoolHint{hinted_});
}

void Node::tick() {
  if (!up()) return;
  // Own pending records are gossiped again; a lost one reaches the others in the end.
  const Status status = engine_->status(now());
  for (std::size_t to = 0; to < world_.size(); ++to) {
    if (to != index) world_.transmit(index, to, status, camp);
  }
  if (engine_->abstaining()) world_.mark("abstains");
  if (world_.chance(world_.plan.opinions)) {
    Absent absent;
    for (std::size_t i = 0; i < world_.plan.n; ++i) {
      if (world_.random.below(3) == 0) absent.members.insert(i);
    }
    world_.mark("thought absent");
    step(std::move(absent));
  } else if (world_.plan.opinions > 0 && world_.now >= world_.plan.heal_at) {
    step(Absent{});
  }
  hint();
}

void Node::deliver(std::size_t from, const Bytes& bytes) {
  if (!up()) return;
  auto message = decode_message(bytes);
  if (!message) {
    world_.mark("message refused");
    return;
  }
  const auto* vote = std::get_if<Vote>(&*message);
  if (liar && camp == 0 && world_.plan.adaptive && vote && vote->signer == peer_of(from)) world_.echo(*this, from, vote->statement);
  step(Received{peer_of(from), std::move(*message)});
}

void Node::fire(Timer timer, std::uint64_t generation) {
  const auto at = timers_.find(timer);
  if (!up() || at == timers_.end() || at->second != generation) return;
  timers_.erase(at);
  step(TimerFired{timer});
}

bool Node::persist(const Persist& order) {
  const bool crashes = !world_.healed() && world_.chance(world_.plan.crash);
  if (crashes && world_.random.below(2) == 0) {
    crash();  // before the write
    return false;
  }
  for (const Digest& hash : order.commits) {
    const Candidate& block = candidates_.at(hash);
    disk.committed.insert(disk.committed.end(), block.records.begin(), block.records.end());
    if (!liar && !world_.plan.fork && !copy) world_.checkers.committed(index, hash, block.records);
    for (std::uint64_t record : block.records) pool.erase(record);
  }
  for (const ledger::KvChange& change : order.batch.changes()) {
    if (change.value) {
      disk.rows[change.key] = *change.value;
    } else {
      disk.rows.erase(change.key);
    }
  }
  for (const ledger::KvChange& change : order.batch.changes()) {
    if (!votes_count() || !change.value || change.key[0] != 'v') continue;
    BinaryReader in(BytesView(change.key).substr(1));
    const std::uint64_t epoch = in.u64();
    const std::uint64_t view = in.u64();
    const VoteRow row = *VoteRow::decode(*change.value);
    const auto tip = disk.rows.find(chain_key::meta("tip"));
    // What the new tip leaves behind is dead, and let go: blocks above an epoch's end, and beside the chain.
    const auto left = tip != disk.rows.end() ? std::pair(Tip::decode(tip->second)->epoch, Tip::decode(tip->second)->view) : std::pair(std::uint64_t{0}, std::uint64_t{0});
    const bool ends = left >= std::pair(epoch, view);
    world_.checkers.durable(index, {epoch, view}, row, ends || (row.notarized && disk.rows.contains(chain_key::block(epoch, view, *row.notarized))));
  }
  if (disk.rows.contains(chain_key::meta("abstain"))) doubt.clear();  // what was told is durable
  const std::uint64_t former = disk.tip.epoch;
  if (const auto tip = disk.rows.find(chain_key::meta("tip")); tip != disk.rows.end()) disk.tip = *Tip::decode(tip->second);
  if (disk.tip.epoch != former) {
    world_.mark("epoch ended");
    world_.checkers.switched(index, disk.tip);
  }
  world_.note("persist", index, disk.tip.view, disk.tip.block_hash);
  if (crashes) {
    crash();  // after the write, before anything leaves
    return false;
  }
  return true;
}

Built Node::build(const Build& order) {
  const auto taken = chain_records(order.base);
  Records records;
  for (std::uint64_t record : pool) {
    if (!taken.contains(record) && records.size() < 3) records.push_back(record);
  }
  if (records.empty()) return {};
  const Bytes body = encode_records(records);
  ledger::Seal seal;
  seal.ledger = ledger_id();
  seal.epoch = order.epoch;
  seal.view = order.view;
  seal.height = order.parent.height + 1;
  seal.parent = order.parent.block_hash;
  seal.parent_view = order.parent.view;
  seal.proposer = order.proposer;
  seal.time_ms = std::max(now(), order.parent.time_ms + 1);
  seal.record_count = records.size();
  seal.records_root = crypto::sha256(body);
  seal.log_size_before = order.parent.log_size;
  seal.log_root_before = order.parent.log_root;
  seal.state_root = crypto::sha256({"state", order.parent.state_root, body});
  seal.epoch_end = ends_epoch(order.epoch, taken);
  seal.next_valset_hash = seal.epoch_end ? set_hash(order.epoch + 1) : order.next_valset_hash;
  seal.justification_hash = ledger::justification_hash(order.justification);
  BuiltBlock block;
  block.seal = ledger::encode_seal(seal);
  block.block_hash = ledger::block_hash(block.seal);
  block.body = body;
  block.after = *execute(order.parent, seal, block.block_hash, body, taken);
  candidates_[block.block_hash] = {block.after, order.base, records};
  return {std::move(block)};
}

Executed Node::run(const Execute& order) {
  using Verdict = Executed::Verdict;
  const auto seal = ledger::decode_seal(order.seal);
  if (seal->records_root != crypto::sha256(order.body)) return {order.block_hash, Verdict::not_its_body, {}, {}};
  auto after = execute(order.parent, *seal, order.block_hash, order.body, chain_records(order.base));
  if (!after) return {order.block_hash, Verdict::invalid, {}, "refused"};
  candidates_[order.block_hash] = {*after, order.base, decode_records(order.body)};
  return {order.block_hash, Verdict::valid, *after, {}};
}

/// Records that wait and are in no block of the notarized chain.
bool Node::waits() const {
  std::set<std::uint64_t> taken(disk.committed.begin(), disk.committed.end());
  for (const Digest& hash : engine_->notarized_chain()) {
    if (const auto at = candidates_.find(hash); at != candidates_.end()) taken.insert(at->second.records.begin(), at->second.records.end());
  }
  return std::ranges::any_of(pool, [&](std::uint64_t record) { return !taken.contains(record); });
}

BlockMessage Node::whole_block(const BlockRow& row) const {
  Bytes body = row.entries;
  // A final block's entries lie in the log.
  const auto seal = ledger::decode_seal(row.seal);
  if (row.final && !seal->empty) {
    std::uint64_t skip = seal->log_size_before - 2 - (seal->height - 1);  // records before it
    BinaryWriter out;
    for (std::uint64_t i = 0; i < seal->record_count; ++i) out.u64(disk.committed[skip + i]);
    body = std::move(out).bytes();
  }
  return {row.seal, row.justification, body};
}

void Node::answer(const LookupRange& question) {
  RangeBuilder builder;
  for (const auto& [key, value] : disk.rows) {
    if (key[0] != 'b') continue;
    BinaryReader in(BytesView(key).substr(1));
    const std::uint64_t epoch = in.u64();
    const std::uint64_t view = in.u64();
    const auto row = BlockRow::decode(value);
    if (epoch != question.epoch || view <= question.after_view || !row->final) continue;
    const auto certificate = disk.rows.find(chain_key::certificate(7, epoch, view));
    if (!builder.add(whole_block(*row), certificate == disk.rows.end() ? Bytes() : certificate->second)) break;
  }
  Range answer = std::move(builder).finish();
  world_.mark("range");
  if (!liar) {
    world_.transmit(index, node_of(question.peer), answer, camp);
  } else if (!answer.blocks.empty() && !world_.plan.never_finalizes) {  // a liar's: cut, another body, or another block under a forged certificate
    const std::uint64_t lie = world_.random.below(3);
    if (lie == 0) {
      answer.blocks.pop_back();
    } else if (lie == 1) {
      answer.blocks[0].body += "x";
    } else {
      auto seal = ledger::decode_seal(answer.blocks.back().seal);
      ++seal->time_ms;
      answer.blocks.back().seal = ledger::encode_seal(*seal);
      const auto& set = world_.sets[question.epoch - 1];
      auto certificate = Certificate::decode(answer.finalization, set);
      certificate->statement.block_hash = ledger::block_hash(answer.blocks.back().seal);
      answer.finalization = certificate->encode(set.n());
    }
    world_.mark("false range");
    world_.transmit(index, node_of(question.peer), answer, camp);
  }
}

void Node::step(Input first) {
  std::deque<Input> inputs;
  inputs.push_back(std::move(first));
  while (!inputs.empty() && up()) {
    const Input input = std::move(inputs.front());
    inputs.pop_front();
    ++world_.report.steps;
    const std::uint64_t former = epoch();
    bool ended = false;
    for (const Output& output : engine_->step(input, now())) {
      if (const auto* order = std::get_if<Persist>(&output)) {
        if (!persist(*order)) return;
      } else if (const auto* message = std::get_if<Send>(&output)) {
        if (votes_count() && !world_.plan.fork) world_.checkers.sent(index, former, message->message);
        for (std::size_t to = 0; to < world_.size(); ++to) {
          if (to == index || (message->to && node_of(*message->to) != to)) continue;
          if (liar && camp == 0) {
            world_.lie(*this, to, message->message);
          } else {
            world_.transmit(index, to, message->message, camp);
          }
        }
      } else if (const auto* timer = std::get_if<SetTimer>(&output)) {
        const std::uint64_t generation = ++generation_;
        timers_[timer->timer] = generation;
        world_.after(timer->after_ms, [this, which = timer->timer, generation] { fire(which, generation); });
      } else if (const auto* cancelled = std::get_if<CancelTimer>(&output)) {
        timers_.erase(cancelled->timer);
      } else if (const auto* build_order = std::get_if<Build>(&output)) {
        inputs.push_back(build(*build_order));
      } else if (const auto* execute_order = std::get_if<Execute>(&output)) {
        inputs.push_back(run(*execute_order));
      } else if (const auto* lookup = std::get_if<Lookup>(&output)) {
        for (const auto& [key, value] : disk.rows) {
          if (key[0] != 'b') continue;
          const auto row = BlockRow::decode(value);
          if (ledger::block_hash(row->seal) != lookup->block_hash) continue;
          world_.transmit(index, node_of(lookup->peer), whole_block(*row), camp);
        }
      } else if (const auto* range = std::get_if<LookupRange>(&output)) {
        answer(*range);
      } else if (const auto* found = std::get_if<Misbehaviour>(&output)) {
        world_.mark("E" + std::to_string(found->code));
        if (!liar) world_.checkers.accused(index, *found);
      } else if (std::get_if<Impersonated>(&output)) {
        world_.mark("impersonated");
        if (votes_count()) world_.checkers.fail("member " + std::to_string(index) + " meets a vote of its own that it did not cast");
      } else if (std::get_if<EpochEnded>(&output)) {
        ended = true;
      } else if (const auto* diverged = std::get_if<Diverged>(&output)) {
        if (!liar) world_.checkers.fail("member " + std::to_string(index) + " diverged: " + diverged->why);
      } else if (std::get_if<Committed>(&output)) {
        hinted_ = false;  // the engine has forgotten the hint
      } else if (const auto* cosigned = std::get_if<Cosigned>(&output)) {
        if (votes_count()) world_.checkers.cosigned(index, former, seat() && !afflicted, cosigned->size, cosigned->checkpoint);
      }
    }
    if (ended) {
      start();
      return;
    }
    if (inputs.empty() && up() && waits() != hinted_) {
      hinted_ = waits();
      inputs.push_back(PoolHint{hinted_});
    }
  }
}

void World::transmit(std::size_t from, std::size_t to, const Message& message, int camp) {
  if (std::holds_alternative<GetBlock>(message)) mark("block asked for");
  if (plan.slow_bodies > 0 && from == plan.n - 1 && std::holds_alternative<Propose>(message)) return;
  Bytes bytes = encode(message);
  note("send", from, to, bytes);
  const bool status = std::holds_alternative<Status>(message);
  if (const char* since = std::getenv("QINGLU_SIM_TRACE"); since && !status && now >= std::atoll(since)) {
    std::printf("  %lld ms: %zu to %zu: type %d, %zu bytes\n", static_cast<long long>(now), from, to, bytes.empty() ? 0 : bytes[0], bytes.size());
  }
  if (!status) checkers.traffic(now);
  if (!healed()) {
    if (side[from] != side[to] || cut.contains({from, to}) || chance(plan.loss)) return;
    if (chance(plan.corruption) && !bytes.empty()) {
      bytes[random.below(bytes.size())] ^= static_cast<char>(1 + random.below(255));
      mark("corrupted");
    }
  }
  const int copies = !healed() && chance(plan.duplicates) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    std::int64_t delay = plan.delay_min + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * plan.delay_mean + 1)));
    if (to == plan.n - 1 && std::holds_alternative<Propose>(message)) delay += plan.slow_bodies;
    after(delay, [this, from, to, bytes, camp] {
      for (auto& node : nodes) {
        if (node->index == to && node->camp == camp && node->up()) node->deliver(from, bytes);
      }
    });
  }
}

/// What a member hears from a liar that watches: its own vote again, whatever others were told.
void World::echo(const Node& liar, std::size_t to, const Statement& heard) {
  const auto seat = liar.seat();
  if (!seat || healed() || heard.epoch != liar.epoch()) return;
  mark("echo");
  const Signers signers = signers_of(members[liar.epoch() - 1][*seat]);
  transmit(liar.index, to, Vote{heard, *seat, signers.vote(signed_bytes(heard, ledger_id(), kOrigin))});
}

/// Another block of the same view, notarized by the liar too.
void World::propose_another(const Node& liar, std::size_t to, const Propose& proposal, std::int64_t later_ms) {
  const Signers signers = signers_of(members[liar.epoch() - 1][*liar.seat()]);
  auto seal = ledger::decode_seal(proposal.seal);
  seal->time_ms += later_ms;
  Propose other = proposal;
  other.seal = ledger::encode_seal(*seal);
  const Digest hash = ledger::block_hash(other.seal);
  Statement s;
  s.kind = Statement::Kind::notarize;
  s.epoch = seal->epoch;
  s.view = seal->view;
  s.block_hash = hash;
  other.proposed = signers.vote(propose_bytes(ledger_id(), seal->epoch, seal->view, hash));
  other.notarized = signers.vote(signed_bytes(s, ledger_id(), kOrigin));
  mark("equivocation");
  transmit(liar.index, to, other);
}

/// A liar's way of sending: the honest message, nothing, or what suits it, to each member apart.
void World::lie(const Node& liar, std::size_t to, const Message& message) {
  const std::size_t from = liar.index;
  if (liar.twin != 0) {
    // Each member hears one of the two, and not always the same one.
    const auto turn = static_cast<std::uint64_t>(now / 2'000) + to * (plan.seed % 3);
    if (healed() || static_cast<int>(turn % 2) + 1 == liar.twin) transmit(from, to, message);
    return;
  }
  const auto* vote_sent = std::get_if<Vote>(&message);
  const auto* shown = std::get_if<CertificateMessage>(&message);
  if (plan.never_finalizes && ((vote_sent && vote_sent->statement.kind == Statement::Kind::finalize) || (shown && shown->certificate[0] == 7) ||
                               std::holds_alternative<Certs>(message))) {
    return;
  }
  const auto seat = liar.seat();
  if (plan.adaptive && seat && !healed()) {
    // One block to each half, no certificate to anybody; votes only as an echo.
    if (vote_sent || shown || std::holds_alternative<Certs>(message)) return;
    if (const auto* proposal = std::get_if<Propose>(&message); proposal && to % 2 == 1) return propose_another(liar, to, *proposal, 1);
    return transmit(from, to, message);
  }
  if (!seat || healed() || !chance(plan.tamper)) return transmit(from, to, message);
  const Signers signers = signers_of(members[liar.epoch() - 1][*seat]);
  const auto vote = [&](Statement s) {
    transmit(from, to, Vote{s, *seat, signers.vote(signed_bytes(s, ledger_id(), kOrigin))});
  };
  switch (random.below(5)) {
    case 0: mark("withheld"); return;
    case 1: {  // both votes of the view, to whom it may please
      const auto* honest = std::get_if<Vote>(&message);
      if (!honest) break;
      Statement s = honest->statement;
      mark("double vote");
      transmit(from, to, message);
      Statement nullify;
      nullify.kind = Statement::Kind::nullify;
      nullify.epoch = s.epoch;
      nullify.view = s.view;
      vote(nullify);
      for (const Statement& final : seen_finals) {
        if (final.view == s.view) vote(final);
      }
      return;
    }
    case 2: {  // another block to this member
      const auto* proposal = std::get_if<Propose>(&message);
      if (!proposal) break;
      return propose_another(liar, to, *proposal, 1 + static_cast<std::int64_t>(random.below(3)));
    }
    case 3: {  // late
      const auto delay = static_cast<std::int64_t>(random.below(6'000));
      mark("late");
      after(delay, [this, from, to, message] { transmit(from, to, message); });
      return;
    }
    case 4: {  // a false state under a right hash
      const auto* honest = std::get_if<Vote>(&message);
      if (!honest || honest->statement.kind != Statement::Kind::finalize) break;
      Statement s = honest->statement;
      s.state_root = crypto::sha256("a lie");
      mark("false root");
      return vote(s);
    }
  }
  transmit(from, to, message);
}

void World::partition() {
  if (plan.hidden_vote && !healed()) return;  // it cuts by itself
  std::ranges::fill(side, 0);
  cut.clear();
  if (!healed() && chance(plan.partitions)) {
    mark("partition");
    switch (random.below(4)) {
      case 0: side[random.below(size())] = 1; break;  // one alone
      case 1:
        for (int& each : side) each = static_cast<int>(random.below(2));
        break;
      case 2:
        for (int& each : side) each = static_cast<int>(random.below(3));
        break;
      case 3: {  // one direction only
        const std::size_t a = random.below(size());
        for (std::size_t b = 0; b < size(); ++b) cut.insert({a, b});
        break;
      }
    }
  }
  if (!healed()) after(static_cast<std::int64_t>(1'000 + random.below(4'000)), [this] { partition(); });
}

/// The worst case of abstaining: member 0 alone sees a view end, votes as the next one's leader, and
/// forgets it; the others, who do not hear each other, answer with the view before.
void World::hide() {
  Node& member = *nodes[0];
  const auto view = [&](std::size_t i) { return nodes[i]->engine() ? nodes[i]->engine()->view() : 0; };
  if (hiding_ == 0) {
    const std::uint64_t present = view(1);
    if (present > 0 && view(2) == present && view(3) == present && agreement::leader(ledger_id(), 4, present + 1) == 0) {
      hiding_ = 1;
      hidden_view_ = present + 1;
      for (std::size_t a = 0; a < 4; ++a) {
        for (std::size_t b = 1; b < 4; ++b) cut.insert({a, b});
      }
    }
  } else if (hiding_ == 1 && member.disk.rows.contains(chain_key::votes(1, hidden_view_))) {
    hiding_ = 2;
    mark("hidden vote");
    member.spoil_disk();
    for (std::size_t b = 1; b < 4; ++b) cut.erase({0, b});
  } else if (hiding_ == 2 && member.up()) {
    const auto& abstains = member.engine()->abstaining();
    if (abstains && abstains->state == AbstainRow::State::doubtful) return after(5, [this] { hide(); });
    cut.clear();
    return;
  }
  if (!healed()) after(5, [this] { hide(); });
}

/// Once a run, on members that count among the f faulty ones.
void World::spoil() {
  if (plan.hidden_vote) at(5'000, [this] { hide(); });
  if (plan.afflicted == 0 || plan.hidden_vote) return;
  const auto when = static_cast<std::int64_t>(5'000 + random.below(static_cast<std::uint64_t>(plan.heal_at - 15'000)));
  const auto before = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(when)));
  for (std::size_t i = plan.liars; i < plan.liars + plan.afflicted; ++i) {
    Node& node = *nodes[i];
    at(before, [&node] { node.old = node.disk; });
    at(when + static_cast<std::int64_t>(random.below(500)), [this, &node] {
      if (plan.disk != Plan::Disk::copied) return node.spoil_disk();
      auto copy = std::make_unique<Node>(*this, node.index, false, 0);
      copy->disk = node.disk;
      copy->unreliable = copy->copy = true;
      mark("copied");
      nodes.push_back(std::move(copy));
      nodes.back()->start();
      after(500, [this, last = nodes.size() - 1] { tick(last); });
      // One of the two is found and taken from the network.
      Node* second = nodes.back().get();
      at(plan.heal_at - 1'000, [second] { second->retire(); });
    });
  }
}

void World::tick(std::size_t node) {
  nodes[node]->tick();
  after(1'000, [this, node] { tick(node); });
}

Report World::run() {
  side.assign(size(), 0);
  nodes.reserve(3 * size());  // events hold references into it
  const std::size_t copies = plan.twins || plan.fork ? plan.liars : 0;
  for (std::size_t i = 0; i < size() + copies; ++i) {
    const bool second = i >= size();
    const std::size_t member = second ? i - size() : i;
    nodes.push_back(std::make_unique<Node>(*this, member, member < plan.liars, plan.twins && member < plan.liars ? 1 + second : 0));
    if (plan.skew > 0) {
      nodes[i]->clock_offset = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * plan.skew + 1))) - plan.skew;
    }
  }
  if (plan.fork) {  // liars have a foot in both camps
    for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i]->camp = i >= size() || (i >= plan.liars && i % 2 == 1) ? 2 : 1;
  }
  for (const auto& node : nodes) {
    node->afflicted = node->index >= plan.liars && node->index < plan.liars + plan.afflicted;
    node->unreliable = node->afflicted && (plan.disk == Plan::Disk::restored || plan.disk == Plan::Disk::copied);
    if (node->votes_count()) checkers.honest(node->index);
  }
  spoil();
  if (plan.sleeper) nodes[plan.n - 1]->asleep = true;
  for (auto& node : nodes) {
    if (!node->asleep) node->start();
  }
  for (std::uint64_t record = 1; record <= plan.changes; ++record) {
    const auto when = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(plan.heal_at)));
    checkers.submitted(kChange + record);
    for (auto& node : nodes) {
      at(when + static_cast<std::int64_t>(random.below(2'500)), [&node, record] { node->submit(kChange + record); });
    }
  }
  for (std::uint64_t record = 1; record <= plan.records; ++record) {
    at(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(plan.heal_at))), [this, record] {
      checkers.submitted(record);
      // Gossip: everybody hears of it, some of them late.
      for (auto& node : nodes) {
        after(static_cast<std::int64_t>(random.below(2'500)), [&node, record] { node->submit(record); });
      }
    });
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    after(static_cast<std::int64_t>(random.below(1'000)), [this, i] { tick(i); });
  }
  partition();
  if (plan.skew > 0) {
    for (auto& node : nodes) {
      at(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(plan.heal_at))), [this, &node] {
        node->clock_offset = -node->clock_offset;  // a clock that is set, forwards or back
        mark("clock set");
      });
    }
  }
  at(plan.heal_at, [this] {
    partition();
    for (auto& node : nodes) {
      if (node->retired) continue;
      node->asleep = false;
      if (!node->up()) node->start();
    }
  });
  while (!events_.empty() && events_.top().at <= plan.end_at && checkers.failure().empty()) {
    const Event event = events_.top();
    events_.pop();
    now = event.at;
    event.happen();
    for (const auto& node : nodes) {
      if (node->liar || node->copy || !node->engine()) continue;
      if (!plan.fork) checkers.progress(node->index, now, node->disk.committed.size());
    }
  }
  finish();
  return std::move(report);
}

void World::finish() {
  if (std::getenv("QINGLU_SIM_TRACE")) {
    for (const auto& node : nodes) {
      if (!node->engine()) continue;
      const Status s = node->engine()->status(0);
      std::printf("  member %zu: view %llu, finalized view %llu, tip view %llu height %llu, pool %zu%s\n", node->index,
                  static_cast<unsigned long long>(s.view), static_cast<unsigned long long>(s.finalized_view),
                  static_cast<unsigned long long>(node->disk.tip.view), static_cast<unsigned long long>(node->disk.tip.height),
                  node->pool.size(), node->liar ? ", liar" : "");
      if (const auto& abstains = node->engine()->abstaining()) {
        std::printf("    abstains (%d) until view %llu: %s\n", static_cast<int>(abstains->state),
                    static_cast<unsigned long long>(abstains->until), abstains->reason.c_str());
      }
    }
  }
  for (const auto& node : nodes) {
    if (!node->liar && !node->copy && !plan.fork) checkers.ended(node->index, node->disk.committed, plan.records + plan.changes);
  }
  if (plan.fork) {
    std::map<std::size_t, Checkers::Shown> chains;
    for (const auto& node : nodes) {
      if (node->liar) continue;
      for (const auto& [key, value] : node->disk.rows) {
        if (key[0] == 'b' && BlockRow::decode(value)->final) chains[node->index].blocks.push_back(*BlockRow::decode(value));
        if (key[0] == 'c' && key[1] == 7) chains[node->index].finalizations.push_back(value);
      }
    }
    checkers.accountable(chains, plan.liars);
  } else {
    checkers.quiet_since(plan.end_at);
  }
  // No round trip for each block: whoever is far behind asks for ranges.
  if (plan.records >= 500 && report.marks["block asked for"] > 50) {
    checkers.fail(std::to_string(report.marks["block asked for"]) + " blocks asked for one by one");
  }
  report.failure = checkers.failure();
  report.finished_ms = checkers.finished_ms();
  report.events = hash_;
  for (const auto& [name, count] : checkers.marks()) report.marks[name] += count;
}

}  // namespace

Plan Plan::draw(std::uint64_t seed) {
  Random random(seed ^ 0x51a7u);
  Plan plan;
  plan.seed = seed;
  const std::size_t sizes[] = {4, 4, 4, 4, 7, 1, 3, 5};
  plan.n = sizes[random.below(8)];
  const std::size_t faults = (plan.n - 1) / 3;
  plan.liars = random.below(2) == 0 ? faults : 0;
  plan.delay_min = static_cast<std::int64_t>(1 + random.below(50));
  plan.delay_mean = static_cast<std::int64_t>(random.below(10) == 0 ? 300 + random.below(400) : 1 + random.below(150));
  plan.loss = random.below(3) == 0 ? 0 : random.below(300);
  plan.duplicates = random.below(2) == 0 ? 0 : random.below(500);
  plan.corruption = random.below(3) == 0 ? random.below(20) : 0;
  plan.crash = random.below(2) == 0 ? 0 : random.below(30);
  plan.partitions = random.below(2) == 0 ? 0 : random.below(700);
  plan.tamper = plan.liars > 0 ? 100 + random.below(700) : 0;
  plan.twins = plan.liars > 0 && random.below(4) == 0;
  plan.skew = random.below(3) == 0 ? static_cast<std::int64_t>(random.below(4'900)) : 0;
  plan.records = 4 + random.below(12);
  const std::size_t spare = faults - plan.liars;
  if (spare > 0 && random.below(3) == 0) {
    plan.disk = static_cast<Disk>(1 + random.below(4));
    plan.afflicted = plan.disk == Disk::copied ? 1 : 1 + random.below(spare);
  }
  plan.observers = random.below(3) == 0 ? 1 + random.below(2) : 0;
  plan.changes = random.below(3) == 0 && plan.n > 1 ? 1 + random.below(3) : 0;
  plan.sleeper = plan.n > plan.liars + plan.afflicted + 1 && random.below(5) == 0;
  if (plan.sleeper && random.below(2) == 0) plan.records += 40;
  plan.opinions = random.below(3) == 0 ? random.below(400) : 0;
  plan.adaptive = plan.liars > 0 && !plan.twins && seed % 3 == 0;
  // Two places that chance seldom comes to.
  if (seed % 16 == 5) {  // finality needs a member that gets its bodies after everybody has notarized
    Plan slow;
    slow.seed = seed;
    slow.liars = 1;
    slow.never_finalizes = true;
    slow.delay_mean = static_cast<std::int64_t>(1 + random.below(40));
    slow.slow_bodies = static_cast<std::int64_t>(300 + random.below(600));
    slow.records = plan.records;
    return slow;
  }
  if (seed % 16 == 11) {  // every hop takes longer than a leader waits before it flushes
    Plan far;
    far.seed = seed;
    far.delay_min = static_cast<std::int64_t>(820 + random.below(400));
    far.delay_mean = static_cast<std::int64_t>(random.below(40));
    far.records = plan.records;
    return far;
  }
  if (seed % 16 == 9) {
    Plan hidden;
    hidden.seed = seed;
    hidden.hidden_vote = true;
    hidden.disk = Disk::lost;
    hidden.afflicted = 1;
    hidden.delay_mean = static_cast<std::int64_t>(1 + random.below(60));
    hidden.records = 20;
    return hidden;
  }
  if (seed % 64 == 13) {  // hundreds of blocks behind
    Plan asleep;
    asleep.seed = seed;
    asleep.sleeper = true;
    asleep.delay_mean = static_cast<std::int64_t>(1 + random.below(5));
    asleep.records = 500;
    asleep.end_at = 120'000;
    return asleep;
  }
  return plan;
}

Plan Plan::draw_fork(std::uint64_t seed) {
  Random random(seed ^ 0xf02cu);
  Plan plan;
  plan.seed = seed;
  plan.n = random.below(4) == 0 ? 7 : 4;
  plan.liars = plan.n == 7 ? 4 : 2;  // n = 7: a half of 2 honest and the 4 liars hold 6 ≥ 5; the other 5
  plan.delay_mean = static_cast<std::int64_t>(1 + random.below(400));
  plan.loss = random.below(200);
  plan.fork = true;
  plan.heal_at = 40'000;
  plan.end_at = 80'000;
  return plan;
}

std::vector<Plan::Members> Plan::sets() const {
  Random random(seed ^ 0xe90c4u);
  std::vector<Members> sets(1);
  for (std::size_t i = 0; i < n; ++i) sets[0].emplace_back(i, 0);
  while (sets.size() <= changes) {
    Members next = sets.back();
    const std::size_t some = random.below(next.size());
    std::vector<std::size_t> outside;
    for (std::size_t i = 0; i < n + observers; ++i) {
      if (std::ranges::find(next, i, &Members::value_type::first) == next.end()) outside.push_back(i);
    }
    const std::uint64_t what = random.below(4);
    if (what == 0 && !outside.empty()) {
      next.emplace_back(outside[random.below(outside.size())], sets.size());
    } else if (what == 1 && next.size() > 2) {
      next.erase(next.begin() + static_cast<std::ptrdiff_t>(some));
    } else if (what == 2 && !outside.empty()) {
      next[some] = {outside[random.below(outside.size())], sets.size()};
    } else {
      next[some].second = sets.size();  // other keys
    }
    std::ranges::sort(next);
    // Those that may fail count among the f of every set.
    const auto weak = static_cast<std::size_t>(std::ranges::count_if(next, [&](const auto& each) { return each.first < liars + afflicted; }));
    if (fork || weak <= (next.size() - 1) / 3) sets.push_back(std::move(next));
  }
  return sets;
}

std::string Plan::describe() const {
  std::ostringstream out;
  out << "seed " << seed << ": n " << n << ", liars " << liars << ", delay " << delay_min << "+" << delay_mean << " ms, loss " << loss
      << ", duplicates " << duplicates << ", corruption " << corruption << ", crash " << crash << ", partitions " << partitions
      << (twins ? ", twins" : "") << (adaptive ? ", adaptive" : "") << ", tamper " << tamper << " (of 1000), skew " << skew << " ms, records " << records
      << ", observers " << observers << ", changes " << changes << (sleeper ? ", sleeper" : "") << ", disk " << static_cast<int>(disk) << " of " << afflicted
      << ", slow bodies " << slow_bodies << " ms" << (never_finalizes ? ", never finalizes" : "") << (hidden_vote ? ", hidden vote" : "") << ", opinions " << opinions << (fork ? ", fork" : "");
  return out.str();
}

Report run(const Plan& plan) { return World(plan).run(); }

}  // namespace qinglu::sim
