// SPDX-License-Identifier: Apache-2.0
// test_adversary: the node of an institution that lies, or whose clock is wrong, or whose disk is slow. For tests and the
// demonstration; it is in no release.
#include <CLI/CLI.hpp>

#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/ed25519.hpp"
#include "ledger/kv/kv_store.hpp"
#include "node/qinglud/serve.hpp"
#include "node/setup.hpp"
#include "tests/adversary/liar.hpp"

namespace {

using namespace qinglu;

/// The wall clock as a file sets it: `OFFSET_MS [RATE]`, read at every look, so that a test moves the hands.
node::Clock clock_of(const std::string& file) {
  if (file.empty()) return wall_clock_ms;
  const std::int64_t began = wall_clock_ms();
  return [file, began] {
    std::int64_t offset_ms = 0;
    double rate = 1.0;
    std::ifstream in(file);
    in >> offset_ms >> rate;
    if (rate == 0.0) rate = 1.0;  // there was none
    const std::int64_t now = wall_clock_ms();
    return now + offset_ms + static_cast<std::int64_t>((rate - 1.0) * static_cast<double>(now - began));
  };
}

/// A store whose disk takes its time for every synced write.
class SlowStore final : public ledger::KvStore {
 public:
  SlowStore(std::unique_ptr<ledger::KvStore> inner, std::int64_t ms) : inner_(std::move(inner)), ms_(ms) {}
  Result<std::optional<Bytes>> get(ledger::Family family, BytesView key) const override { return inner_->get(family, key); }
  Result<void> scan(ledger::Family family, BytesView from, BytesView until,
                    const std::function<bool(BytesView, BytesView)>& visit) const override {
    return inner_->scan(family, from, until, visit);
  }
  Result<void> write(const ledger::KvBatch& batch, ledger::Sync sync) override {
    if (sync == ledger::Sync::yes) std::this_thread::sleep_for(std::chrono::milliseconds(ms_));
    return inner_->write(batch, sync);
  }
  std::shared_ptr<const ledger::KvReader> snapshot() const override { return inner_->snapshot(); }
  std::optional<Error> failure() const override { return inner_->failure(); }

 private:
  const std::unique_ptr<ledger::KvStore> inner_;
  const std::int64_t ms_;
};

}  // namespace

int main(int argc, char** argv) {
  crypto::start();
  harden();
  std::string dir;
  std::string clock_file;
  int passphrase_fd = -1;
  std::int64_t slow_ms = 0;
  std::vector<std::string> lies;
  std::vector<std::string> silent_to;
  CLI::App app("test_adversary — a node that lies, for tests");
  app.add_option("--dir", dir, "directory of the node")->required();
  app.add_option("--passphrase-fd", passphrase_fd, "read the passphrase from this descriptor");
  app.add_option("--lie", lies, "any of: " + test::names_of_lies());
  app.add_option("--silent-to", silent_to, "a member that gets nothing");
  app.add_option("--clock-file", clock_file, "`OFFSET_MS [RATE]` of the wall clock, read at every look");
  app.add_option("--slow-disk", slow_ms, "milliseconds that every synced write takes longer");
  CLI11_PARSE(app, argc, argv);

  test::LiarOptions options;
  options.silent_to = {silent_to.begin(), silent_to.end()};
  for (const std::string& name : lies) {
    const auto lie = test::lie_named(name);
    if (!lie) {
      std::cerr << "no lie " << name << ": " << test::names_of_lies() << "\n";
      return kUsage;
    }
    options.lies.insert(*lie);
  }
  Substitutes other;
  if (slow_ms > 0) other.store = [&](auto store) { return std::make_unique<SlowStore>(std::move(store), slow_ms); };
  other.clock = clock_of(clock_file);
  other.channel = [&](std::unique_ptr<node::Channel> channel, const node::Config& config, const ledger::Genesis& genesis,
                      BytesView passphrase) {
    auto keys = node::load_keys(config, passphrase);
    if (!channel || !keys) return channel;
    return test::make_liar(std::move(channel), options, config.member, genesis, std::move(*keys));
  };
  return serve(dir, passphrase_fd, other);
}
