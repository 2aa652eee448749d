// SPDX-License-Identifier: Apache-2.0
#include "tests/node/members.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <set>
#include <thread>

#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::test {

// --- wires --------------------------------------------------------------------------------------

struct Wires::Shared {
  struct End {
    node::Channel::Received received;
    std::deque<std::pair<std::string, std::shared_ptr<const Bytes>>> queue;
    std::condition_variable arrived;
    bool stopped = false;
    std::thread thread;
  };
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<End>> ends;
  std::set<std::pair<std::string, std::string>> cuts;
  Tap tap;
};

namespace {

class Wire final : public node::Channel {
 public:
  using Send = std::function<void(const std::string&, std::shared_ptr<const Bytes>)>;
  Wire(std::function<void(Received)> start, Send send, std::function<std::vector<node::PeerState>()> peers, std::function<void()> stop)
      : start_(std::move(start)), send_(std::move(send)), peers_(std::move(peers)), stop_(std::move(stop)) {}
  ~Wire() override { stop_(); }

  void start(Received received) override { start_(std::move(received)); }
  void send(const std::string& to, std::shared_ptr<const Bytes> message) override { send_(to, std::move(message)); }
  std::vector<node::PeerState> peers() const override { return peers_(); }
  void stop() override { stop_(); }

 private:
  std::function<void(Received)> start_;
  Send send_;
  std::function<std::vector<node::PeerState>()> peers_;
  std::function<void()> stop_;
};

}  // namespace

Wires::Wires() : shared_(std::make_shared<Shared>()) {}
Wires::~Wires() = default;

std::unique_ptr<node::Channel> Wires::channel(const std::string& id) {
  const auto shared = shared_;
  const auto end = std::make_shared<Shared::End>();
  const auto start = [shared, end, id](node::Channel::Received received) {
    end->received = std::move(received);
    const std::lock_guard lock(shared->mutex);
    shared->ends[id] = end;
    end->thread = std::thread([shared, end] {
      std::unique_lock waiting(shared->mutex);
      for (;;) {
        end->arrived.wait(waiting, [&] { return end->stopped || !end->queue.empty(); });
        if (end->stopped) return;
        const auto [from, message] = end->queue.front();
        end->queue.pop_front();
        waiting.unlock();
        end->received(from, *message);
        waiting.lock();
      }
    });
  };
  const auto send = [shared, id](const std::string& to, std::shared_ptr<const Bytes> message) {
    const std::lock_guard lock(shared->mutex);
    const auto at = shared->ends.find(to);
    if (at == shared->ends.end() || shared->cuts.contains({id, to})) return;
    if (shared->tap) {
      for (Bytes& changed : shared->tap(id, to, *message)) {
        at->second->queue.emplace_back(id, std::make_shared<const Bytes>(std::move(changed)));
      }
    } else {
      at->second->queue.emplace_back(id, std::move(message));
    }
    at->second->arrived.notify_one();
  };
  const auto peers = [shared, id] {
    std::vector<node::PeerState> states;
    const std::lock_guard lock(shared->mutex);
    for (const auto& [other, ignored] : shared->ends) {
      if (other == id) continue;
      node::PeerState state;
      state.id = other;
      state.connected = state.heard = !shared->cuts.contains({other, id});
      states.push_back(std::move(state));
    }
    return states;
  };
  const auto stop = [shared, end, id] {
    {
      const std::lock_guard lock(shared->mutex);
      end->stopped = true;
      const auto at = shared->ends.find(id);
      if (at != shared->ends.end() && at->second == end) shared->ends.erase(at);
    }
    end->arrived.notify_all();
    if (end->thread.joinable()) end->thread.join();
  };
  return std::make_unique<Wire>(start, send, peers, stop);
}

void Wires::cut(const std::string& a, const std::string& b, bool cut) {
  const std::lock_guard lock(shared_->mutex);
  if (cut) {
    shared_->cuts.emplace(a, b);
  } else {
    shared_->cuts.erase({a, b});
  }
}

void Wires::tap(Tap tap) {
  const std::lock_guard lock(shared_->mutex);
  shared_->tap = std::move(tap);
}

// --- members ------------------------------------------------------------------------------------

namespace {

crypto::SigningKey member_key(std::size_t i, std::string_view purpose) {
  return crypto::SigningKey::from_seed(Bytes(crypto::sha256({purpose, Bytes(1, static_cast<char>('0' + i))}).view()));
}

}  // namespace

node::NodeKeys Members::keys(std::size_t i) {
  return {member_key(i, "vote"), member_key(i, "cosign"), member_key(i, "log"), member_key(i, "intake")};
}

Members::Members(std::size_t founders, std::size_t candidates, std::uint64_t snapshot_every) {
  const std::size_t n = founders + candidates;
  crypto::start();
  std::vector<node::Identity> identities;
  for (std::size_t i = 0; i < n; ++i) {
    const node::NodeKeys own = keys(i);
    node::Identity identity = office_identity();
    identity.validator.id = "member-" + std::string(1, static_cast<char>('a' + i)) + ".example";
    identity.validator.vote_key = own.vote.public_key();
    identity.validator.cosign_key = own.cosign.public_key();
    identity.validator.log_key = own.log.public_key();
    identity.validator.intake_key = own.intake.public_key();
    identity.validator.transport_key_hash = crypto::sha256({"transport", Bytes(1, static_cast<char>('0' + i))});
    identity.validator.address = "127.0.0.1:" + std::to_string(7300 + i);
    if (i > 0) {
      const std::vector<std::string> parties = {"org:12500000QL0000014H", "org:11500000QL00010175", "org:11500000QL00010250",
                                                "org:91500000QL0001033J", "org:11500000QL0001041M"};
      REQUIRE(i - 1 < parties.size());
      identity.party.id = parties[i - 1];
      identity.party.name = "成员 " + std::to_string(i);
      identity.party.keys = {{"k1", record_key(identity.party.id).public_key()}};
      identity.party.roles.clear();
    }
    identity.validator.party = identity.party.id;
    identities.push_back(std::move(identity));
  }
  auto pack = ledger::parse_canonical(read_test_file("data/rulepack-1.json"));
  REQUIRE(pack);
  auto made = node::make_genesis(identities, {"ledger.example/qinglu", *pack, kLedgerBeginMs - 1, snapshot_every});
  if (!made) FAIL(made.error().detail);
  everybody_ = made->validators.members;
  made->validators.members.resize(founders);
  auto founded = ledger::decode_genesis(ledger::encode_genesis(*made));
  REQUIRE(founded);
  genesis_ = *founded;
  nodes_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto created = node::create_ledger(config(i), genesis_);
    REQUIRE(created);
  }
  for (std::size_t i = 0; i < n; ++i) start(i);
}

node::Config Members::config(std::size_t i) const {
  node::Config config;
  config.dir = nodes_[i].dir.path();
  config.member = id(i);
  return config;
}

void Members::start(std::size_t i, const Adjust& adjust) {
  auto started = try_start(i, adjust);
  if (!started) FAIL(started.error().detail);
}

Result<void> Members::try_start(std::size_t i, const Adjust& adjust) {
  node::NodeOptions options;
  options.member = id(i);
  options.pool.submissions_per_second = 0;
  options.evidence_dir = evidence_dir(i);
  options.snapshot_dir = config(i).snapshots_path();
  options.openings_dir = config(i).openings_path();
  if (adjust) adjust(options);
  auto disk = node::open_disk(config(i));
  if (!disk) return std::move(disk).error();
  // The wall clock of a test ledger runs from when it was founded.
  static const std::int64_t began = node::monotonic_ms();
  auto started = node::LedgerNode::start(std::move(options), std::move(*disk), genesis_, keys(i),
                                         [] { return kLedgerBeginMs + node::monotonic_ms() - began; }, wires_.channel(id(i)));
  if (!started) return std::move(started).error();
  nodes_[i].node = std::move(*started);
  return {};
}

Answer Members::submit(std::size_t i, const SignedUnit& unit, api::Wait wait) {
  Answer answer;
  nodes_[i].node->submit(submission_of(unit), wait, 50'000, answer.done());
  return answer;
}

void Members::eventually(const std::string& what, const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!holds()) {
    INFO("waiting until " << what);
    REQUIRE(std::chrono::steady_clock::now() < until);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Members::everybody_has(const Digest& record_id) const {
  for (std::size_t i = 0; i < n(); ++i) {
    if (!nodes_[i].node) continue;
    eventually(id(i) + " has the record", [&] {
      const auto status = nodes_[i].node->status_of(record_id);
      return status && *status && (*status)->state == api::State::final && (*status)->cosigned;
    });
  }
}

}  // namespace qinglu::test
