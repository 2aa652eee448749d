// SPDX-License-Identifier: Apache-2.0
#include "tests/node/running_ledger.hpp"

#include <chrono>
#include <filesystem>

#include "crypto/base/binary.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/store/rocks_store.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::test {

using namespace ledger;

namespace {

constexpr char kMember[] = "ip-office.example";

crypto::SigningKey node_key(char purpose) { return crypto::SigningKey::from_seed(Bytes(32, purpose)); }

}  // namespace

node::NodeKeys office_keys() {
  crypto::start();
  return {node_key('V'), node_key('C'), node_key('L'), node_key('I')};
}

node::Identity office_identity() {
  const node::NodeKeys keys = office_keys();
  node::Identity identity;
  identity.validator = {kMember,
                        kOfficeParty,
                        keys.vote.public_key(),
                        keys.cosign.public_key(),
                        keys.log.public_key(),
                        keys.intake.public_key(),
                        crypto::sha256("transport key"),
                        "127.0.0.1:7280"};
  identity.party = {kOfficeParty,
                    "示例市知识产权局",
                    {{"IPO", Value(Value::Members{{"region", "50"}})}},
                    {{"k1", record_key(kOfficeParty).public_key()}}};
  return identity;
}

const Genesis& office_genesis() {
  static const Genesis genesis = [] {
    auto pack = parse_canonical(read_test_file("data/rulepack-1.json"));
    REQUIRE(pack);
    auto made = node::make_genesis({office_identity()}, {"ledger.example/qinglu", *pack, kLedgerBeginMs - 1});
    REQUIRE(made);
    made->nonce = Bytes(32, '7');  // a ledger that is the same on every run
    auto fixed = decode_genesis(encode_genesis(*made));
    REQUIRE(fixed);
    return *fixed;
  }();
  return genesis;
}

node::NodeOptions office_options() {
  node::NodeOptions options;
  options.member = kMember;
  options.recosign_ms = 0;
  options.pool.submissions_per_second = 0;  // its clock stands still
  return options;
}

api::Submission submission_of(const SignedUnit& unit) {
  return {unit.entry, unit.bodies, !unit.bodies.empty()};
}

api::Submitter::Done Answer::done() const {
  return [box = box_](Result<api::RecordStatus> answer) {
    const std::lock_guard lock(box->mutex);
    ++box->calls;
    if (!box->answer) box->answer = std::move(answer);
    box->arrived.notify_all();
  };
}

Result<api::RecordStatus> Answer::get() const {
  std::unique_lock lock(box_->mutex);
  const bool came = box_->arrived.wait_for(lock, std::chrono::minutes(1), [&] { return box_->answer.has_value(); });
  REQUIRE(came);
  return *box_->answer;
}

api::RecordStatus Answer::must(api::State state) const {
  auto answer = get();
  if (!answer) FAIL(answer.error().detail);
  for (const Issue& issue : answer->issues) UNSCOPED_INFO(issue.code << " " << issue.pointer << " " << issue.detail);
  REQUIRE(name(answer->state) == name(state));
  return *answer;
}

int Answer::calls() const {
  const std::lock_guard lock(box_->mutex);
  return box_->calls;
}

RunningLedger::RunningLedger(std::string dir)
    : dir_(std::move(dir)), clock_(std::make_shared<std::atomic<std::int64_t>>(kLedgerBeginMs)) {
  if (dir_.empty()) dir_ = own_.emplace().path();
}

RunningLedger::~RunningLedger() = default;

node::Config RunningLedger::config() const {
  node::Config config;
  config.dir = dir_;
  config.member = kMember;
  return config;
}

void RunningLedger::create() {
  const auto made = node::create_ledger(config(), office_genesis());
  REQUIRE(made);
}

Result<void> RunningLedger::start(node::NodeOptions options) {
  auto disk = node::open_disk(config());
  if (!disk) return std::move(disk).error();
  return start_on(std::move(*disk), std::move(options));
}

Result<void> RunningLedger::start_on(node::NodeDisk disk, node::NodeOptions options) {
  options.monotonic = clock();
  auto started = node::LedgerNode::start(std::move(options), std::move(disk), office_genesis(), office_keys(), clock());
  if (!started) return std::move(started).error();
  node_ = std::move(*started);
  return {};
}

RunningLedger& RunningLedger::founded(node::NodeOptions options) {
  create();
  const auto started = start(std::move(options));
  REQUIRE(started);
  return *this;
}

node::Clock RunningLedger::clock() const {
  return [clock = clock_] { return clock->load(); };
}

Answer RunningLedger::submit(const SignedUnit& unit, api::Wait wait, std::int64_t timeout_ms) {
  Answer answer;
  node_->submit(submission_of(unit), wait, timeout_ms, answer.done());
  return answer;
}

api::RecordStatus RunningLedger::record(const SignedUnit& unit) {
  return submit(unit, api::Wait::final).must(api::State::final);
}

void RunningLedger::tell(std::uint64_t from, std::uint64_t until) {
  for (std::uint64_t n = from; n <= until; ++n) {
    set_second(n);
    INFO("story unit " << n);
    REQUIRE(record(story_unit(ledger_id(), n)).height == n);
  }
}

api::RecordStatus RunningLedger::status_of(const Digest& id) const {
  auto status = node_->status_of(id);
  REQUIRE(status);
  REQUIRE(*status);
  return **status;
}

Digest block_content(const KvReader& reader) {
  Digest content{};
  for (std::size_t family = 0; family < kFamilyCount; ++family) {
    const bool chain = static_cast<Family>(family) == Family::chain;
    BinaryWriter rows;
    const auto scanned = reader.scan(static_cast<Family>(family), {}, {}, [&](BytesView key, BytesView value) {
      const bool of_restarts = chain && (key == "mstep" || key == "s" || key.starts_with("h"));
      if (!of_restarts) rows.bytes32(key).bytes32(value);
      return true;
    });
    REQUIRE(scanned);
    content = crypto::sha256({content, rows.bytes()});
  }
  return content;
}

std::unique_ptr<KvStore> open_store(const node::Config& config) {
  auto store = RocksStore::open(config.store_path());
  REQUIRE(store);
  return std::move(*store);
}

}  // namespace qinglu::test
