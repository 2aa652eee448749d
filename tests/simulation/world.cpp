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

PublicKey stub_key(std::size_t member, char purpose) {
  return PublicKey::from(crypto::sha256({Bytes(1, purpose), u64_key(member)}).view());
}

ledger::ValidatorSet validators(std::size_t n) {
  ledger::ValidatorSet set;
  set.epoch = 1;
  for (std::size_t i = 0; i < n; ++i) {
    ledger::Validator v;
    v.id = "m" + std::to_string(100 + i) + ".example";
    v.party = "org:" + std::to_string(i);
    v.vote_key = stub_key(i, 'v');
    v.cosign_key = stub_key(i, 'c');
    v.log_key = stub_key(i, 'l');
    v.intake_key = stub_key(i, 'i');
    set.members.push_back(std::move(v));
  }
  return set;
}

Signers signers_of(std::size_t member) {
  return {[member](BytesView message) { return stub_sign(stub_key(member, 'v'), message); },
          [member](std::string_view text) {
            const auto key = crypto::make_note_key(kOrigin, crypto::NoteKeyType::ed25519, stub_key(member, 'l'));
            return crypto::NoteLine{key.name, key.id, Bytes(stub_sign(key.key, text).view())};
          },
          [member](std::string_view text, std::uint64_t time) {
            return stub_sign(stub_key(member, 'c'), crypto::cosignature_message(time, text));
          }};
}

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
  tip.next_valset_hash = crypto::sha256("set");
  tip.time_ms = kStartMs;
  return tip;
}

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
  if (seal.state_root != after.state_root) return std::nullopt;
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

  std::size_t index;
  bool liar;
  int twin;  ///< 0, or which of two honest copies with one key
  std::int64_t clock_offset = 0;
  std::set<std::uint64_t> pool;
  Disk disk;

  const Engine* engine() const { return engine_.get(); }

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
  explicit World(const Plan& given) : plan(given), random(given.seed), set(validators(given.n)), checkers(set, ledger_id(), kOrigin, stub_verify) {}

  Report run();

  void at(std::int64_t when, std::function<void()> happen) { events_.push({when, sequence_++, std::move(happen)}); }
  void after(std::int64_t delay, std::function<void()> happen) { at(now + delay, std::move(happen)); }
  bool chance(std::uint64_t share) { return share > 0 && random.below(1'000) < share; }
  bool healed() const { return now >= plan.heal_at; }

  void transmit(std::size_t from, std::size_t to, const Message& message);
  void lie(const Node& from, std::size_t to, const Message& message);
  void note(std::string_view what, std::uint64_t a, std::uint64_t b, BytesView bytes = {}) {
    hash_ = crypto::sha256({hash_, what, u64_key(a), u64_key(b), u64_key(static_cast<std::uint64_t>(now)), crypto::sha256(bytes)});
  }
  void mark(const std::string& name) { ++report.marks[name]; }

  const Plan plan;
  Random random;
  const ledger::ValidatorSet set;
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
  void tick(std::size_t node);  // every second from now on
  void finish();

  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t sequence_ = 0;
  Digest hash_{};
};

Node::Node(World& world, std::size_t given, bool lies, int which) : index(given), liar(lies), twin(which), world_(world) {}

std::int64_t Node::now() const { return kStartMs + world_.now + clock_offset; }

DurableImage Node::image() const {
  DurableImage image;
  image.tip = disk.tip;
  const auto row = [&](const Bytes& key) -> std::optional<Bytes> {
    const auto at = disk.rows.find(key);
    return at == disk.rows.end() ? std::nullopt : std::optional(at->second);
  };
  if (image.tip.view > 0) {
    auto certificate = row(chain_key::certificate(5, 1, image.tip.view));
    const auto decoded = certificate ? Certificate::decode(*certificate, world_.set) : Result<Certificate>(Error{});
    if (!decoded || decoded->statement.block_hash != image.tip.block_hash) certificate = row(chain_key::certificate(7, 1, image.tip.view));
    QL_CHECK(certificate.has_value());
    image.tip_certificate = *certificate;
  }
  if (const auto bytes = row(chain_key::cosign())) image.cosigned = *CosignRow::decode(*bytes);
  if (const auto bytes = row(chain_key::head(image.tip.log_size))) image.first_note = HeadRow::decode(*bytes)->first;
  for (const auto& [key, value] : disk.rows) {
    BinaryReader in(BytesView(key).substr(1));
    if (key[0] == 'v') {
      in.u64();
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
  engine_ = std::make_unique<Engine>(world_.set, index, ledger_id(), kOrigin, signers_of(index), stub_verify);
  world_.note("start", index, disk.tip.height);
  step(Start{image()});
}

void Node::crash() {
  engine_.reset();
  ++generation_;
  world_.mark("crash");
  world_.note("crash", index, 0);
  world_.after(static_cast<std::int64_t>(500 + world_.random.below(8'000)), [this] {
    if (up()) return;
    if (world_.random.below(2) == 0) clock_offset = -clock_offset;  // machines come back with other clocks
    start();
  });
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
  for (std::size_t to = 0; to < world_.plan.n; ++to) {
    if (to != index) world_.transmit(index, to, status);
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
  step(Received{from, std::move(*message)});
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
    if (!liar) world_.checkers.committed(index, hash, block.records);
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
    if (liar || !change.value || change.key[0] != 'v') continue;
    BinaryReader in(BytesView(change.key).substr(9));
    const std::uint64_t view = in.u64();
    const VoteRow row = *VoteRow::decode(*change.value);
    world_.checkers.durable(index, view, row, row.notarized && disk.rows.contains(chain_key::block(1, view, *row.notarized)));
  }
  if (const auto tip = disk.rows.find(chain_key::meta("tip")); tip != disk.rows.end()) disk.tip = *Tip::decode(tip->second);
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
  seal.next_valset_hash = order.next_valset_hash;
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

void Node::step(Input first) {
  std::deque<Input> inputs;
  inputs.push_back(std::move(first));
  while (!inputs.empty() && up()) {
    const Input input = std::move(inputs.front());
    inputs.pop_front();
    ++world_.report.steps;
    for (const Output& output : engine_->step(input, now())) {
      if (const auto* order = std::get_if<Persist>(&output)) {
        if (!persist(*order)) return;
      } else if (const auto* message = std::get_if<Send>(&output)) {
        if (!liar) world_.checkers.sent(index, message->message);
        for (std::size_t to = 0; to < world_.plan.n; ++to) {
          if (to == index || (message->to && *message->to != to)) continue;
          if (liar) {
            world_.lie(*this, to, message->message);
          } else {
            world_.transmit(index, to, message->message);
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
          Bytes body = row->entries;
          // A final block's entries lie in the log.
          const auto seal = ledger::decode_seal(row->seal);
          if (row->final && !seal->empty) {
            Records records;
            std::uint64_t size = 2;
            for (const auto& block : world_.checkers.chain()) {
              if (size == seal->log_size_before) records = block.records;
              size += block.records.size() + 1;
            }
            body = encode_records(records);
          }
          world_.transmit(index, lookup->peer, BlockMessage{row->seal, row->justification, body});
        }
      } else if (const auto* found = std::get_if<Misbehaviour>(&output)) {
        world_.mark("E" + std::to_string(found->code));
        if (!liar) world_.checkers.accused(index, *found);
      } else if (const auto* diverged = std::get_if<Diverged>(&output)) {
        if (!liar) world_.checkers.fail("member " + std::to_string(index) + " diverged: " + diverged->why);
      } else if (std::get_if<Committed>(&output)) {
        hinted_ = false;  // the engine has forgotten the hint
      } else if (const auto* cosigned = std::get_if<Cosigned>(&output)) {
        if (!liar) world_.checkers.cosigned(index, cosigned->size, cosigned->checkpoint);
      }
    }
    if (inputs.empty() && up() && waits() != hinted_) {
      hinted_ = waits();
      inputs.push_back(PoolHint{hinted_});
    }
  }
}

void World::transmit(std::size_t from, std::size_t to, const Message& message) {
  Bytes bytes = encode(message);
  note("send", from, to, bytes);
  const bool status = std::holds_alternative<Status>(message);
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
    const std::int64_t delay = plan.delay_min + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * plan.delay_mean + 1)));
    after(delay, [this, from, to, bytes] {
      for (auto& node : nodes) {
        if (node->index == to && node->up()) node->deliver(from, bytes);
      }
    });
  }
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
  const Signers signers = signers_of(from);
  const auto vote = [&](Statement s) {
    transmit(from, to, Vote{s, from, signers.vote(signed_bytes(s, ledger_id(), kOrigin))});
  };
  if (healed() || !chance(plan.tamper)) return transmit(from, to, message);
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
      auto seal = ledger::decode_seal(proposal->seal);
      seal->time_ms += 1 + static_cast<std::int64_t>(random.below(3));
      Propose other = *proposal;
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
      return transmit(from, to, other);
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
  std::ranges::fill(side, 0);
  cut.clear();
  if (!healed() && chance(plan.partitions)) {
    mark("partition");
    switch (random.below(4)) {
      case 0: side[random.below(plan.n)] = 1; break;  // one alone
      case 1:
        for (int& each : side) each = static_cast<int>(random.below(2));
        break;
      case 2:
        for (int& each : side) each = static_cast<int>(random.below(3));
        break;
      case 3: {  // one direction only
        const std::size_t a = random.below(plan.n);
        for (std::size_t b = 0; b < plan.n; ++b) cut.insert({a, b});
        break;
      }
    }
  }
  if (!healed()) after(static_cast<std::int64_t>(1'000 + random.below(4'000)), [this] { partition(); });
}

void World::tick(std::size_t node) {
  nodes[node]->tick();
  after(1'000, [this, node] { tick(node); });
}

Report World::run() {
  side.assign(plan.n, 0);
  for (std::size_t i = 0; i < plan.n + (plan.twins ? plan.liars : 0); ++i) {
    const bool second = i >= plan.n;
    const std::size_t member = second ? i - plan.n : i;
    nodes.push_back(std::make_unique<Node>(*this, member, member < plan.liars, plan.twins && member < plan.liars ? 1 + second : 0));
    if (plan.skew > 0) {
      nodes[i]->clock_offset = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * plan.skew + 1))) - plan.skew;
    }
  }
  for (auto& node : nodes) node->start();
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
      if (!node->up()) node->start();
    }
  });
  while (!events_.empty() && events_.top().at <= plan.end_at && checkers.failure().empty()) {
    const Event event = events_.top();
    events_.pop();
    now = event.at;
    event.happen();
    for (const auto& node : nodes) {
      if (node->liar || !node->engine()) continue;
      checkers.progress(node->index, now, node->disk.committed.size());
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
    }
  }
  for (const auto& node : nodes) {
    if (!node->liar) checkers.ended(node->index, node->disk.committed, plan.records);
  }
  checkers.quiet_since(plan.end_at);
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
  return plan;
}

std::string Plan::describe() const {
  std::ostringstream out;
  out << "seed " << seed << ": n " << n << ", liars " << liars << ", delay " << delay_min << "+" << delay_mean << " ms, loss " << loss
      << ", duplicates " << duplicates << ", corruption " << corruption << ", crash " << crash << ", partitions " << partitions
      << (twins ? ", twins" : "") << ", tamper " << tamper << " (of 1000), skew " << skew << " ms, records " << records;
  return out.str();
}

Report run(const Plan& plan) { return World(plan).run(); }

}  // namespace qinglu::sim
