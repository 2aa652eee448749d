// SPDX-License-Identifier: Apache-2.0
// One node end to end: real qinglud, records submitted over HTTP by many connections with wait=final,
// verified, executed, synced. Every figure stands beside a bound of this machine measured in the same
// run. usage: load_bench [--bin DIR] [--singles N] [--batches N] [--latency N] [--connections N]
// Text to stderr, one JSON object to stdout. Loader and node share the machine's cores.
#include <signal.h>

#include <fstream>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/store/rocks_store.hpp"
#include "tests/bench/load.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::bench;
using ledger::Value;

namespace {

struct Options {
  std::string bin = "build/release/bin";
  std::size_t singles = 40'000;
  std::size_t batches = 100;
  std::size_t latency = 1'000;
  std::size_t connections = 128;
};

Value run(const Options& options) {
  LoneNode lone(options.bin);
  Server& node = lone.server;
  Records& records = lone.records;

  const std::string sample = records.single();
  const double verify_rate = bare_verify_rate(sample.size());
  const double sync_seconds = bare_sync_seconds(lone.directory.path());
  std::fprintf(stderr, "bounds of this run: %.0f Ed25519 verifications/s on one core, a sync takes %.2f ms\n", verify_rate,
               sync_seconds * 1e3);

  std::vector<std::string> requests = {post_record(records.offices())};
  Loader({node.port()}, 1).send(requests);
  requests.clear();
  for (std::size_t i = 0; i < options.latency; ++i) requests.push_back(post_record(records.single()));
  std::vector<double> alone = Loader({node.port()}, 1).send(requests);
  const double p50 = percentile(alone, 0.5);
  const double p99 = percentile(std::move(alone), 0.99);
  std::fprintf(stderr, "one outstanding: p50 %.2f ms, p99 %.2f ms = %.1f and %.1f syncs (entry of %zu bytes)\n", p50 * 1e3,
               p99 * 1e3, p50 / sync_seconds, p99 / sync_seconds, sample.size());

  requests.clear();
  for (std::size_t i = 0; i < options.singles; ++i) requests.push_back(post_record(records.single()));
  double cpu = node.cpu_seconds();
  auto start = Clock::now();
  const auto many = Loader({node.port()}, options.connections).send(requests);
  const double single_rate = static_cast<double>(options.singles) / seconds_since(start);
  const double single_cpu = (node.cpu_seconds() - cpu) / static_cast<double>(options.singles);
  std::fprintf(stderr,
               "single signatures, %zu connections: %.0f records/s = %.2f of the verify rate; p50 %.1f ms, p99 %.1f ms; the "
               "node's CPU %.0f us a record = %.1f verifications\n",
               options.connections, single_rate, single_rate / verify_rate, percentile(many, 0.5) * 1e3,
               percentile(many, 0.99) * 1e3, single_cpu * 1e6, single_cpu * verify_rate);

  // Made in portions, else the loader would need gigabytes.
  double batch_seconds = 0;
  cpu = node.cpu_seconds();
  {
    Loader loader({node.port()}, 8);
    for (std::size_t done = 0; done < options.batches;) {
      requests.clear();
      while (requests.size() < 50 && done + requests.size() < options.batches) {
        requests.push_back(post_batch(records.batch(kBatchMembers)));
      }
      start = Clock::now();
      loader.send(requests);
      batch_seconds += seconds_since(start);
      done += requests.size();
    }
  }
  const double batched = static_cast<double>(options.batches * kBatchMembers);
  const double batch_rate = batched / batch_seconds;
  const double batch_cpu = (node.cpu_seconds() - cpu) / batched;
  std::fprintf(stderr, "batches of %zu, 8 connections: %.0f records/s = %.2f of the verify rate; the node's CPU %.0f us a record\n",
               kBatchMembers, batch_rate, batch_rate / verify_rate, batch_cpu * 1e6);

  const std::size_t total = options.latency + options.singles + options.batches * kBatchMembers;
  const std::size_t peak = node.memory_kib("VmHWM");
  const std::size_t resident = node.memory_kib("VmRSS");
  std::fprintf(stderr, "after %zu records: node's memory peak %zu MiB, now %zu MiB\n", total, peak / 1024, resident / 1024);
  node.end(SIGTERM);

  auto store = need(ledger::RocksStore::open(node.store_path()));
  for (std::size_t family = 0; family < ledger::kFamilyCount; ++family) {
    need(store->compact(static_cast<ledger::Family>(family)));
  }
  Value::Members purposes;
  std::uint64_t sum = 0;
  const auto usage = store->usage();
  for (std::size_t family = 0; family < ledger::kFamilyCount; ++family) {
    const std::uint64_t bytes = (usage[family].table_bytes + usage[family].blob_bytes) / total;
    sum += bytes;
    purposes.push_back({std::string(name(static_cast<ledger::Family>(family))), bytes});
    std::fprintf(stderr, "  %-8s %5llu bytes a record on disk\n", purposes.back().key.c_str(),
                 static_cast<unsigned long long>(bytes));
  }
  return Value(Value::Members{{"batch_cpu_ns", whole(batch_cpu * 1e9)},
                              {"batch_records_per_second", whole(batch_rate)},
                              {"batch_to_verify_milli", whole(batch_rate / verify_rate * 1e3)},
                              {"bytes_per_record", Value(std::move(purposes))},
                              {"bytes_per_record_sum", sum},
                              {"entry_bytes", sample.size()},
                              {"latency_p50_us", whole(p50 * 1e6)},
                              {"latency_p99_us", whole(p99 * 1e6)},
                              {"memory_peak_kib", peak},
                              {"records", total},
                              {"single_cpu_ns", whole(single_cpu * 1e9)},
                              {"single_records_per_second", whole(single_rate)},
                              {"single_to_verify_milli", whole(single_rate / verify_rate * 1e3)},
                              {"sync_us", whole(sync_seconds * 1e6)},
                              {"verify_per_second", whole(verify_rate)}});
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  crypto::start();
  Options options;
  read_options(argc, argv, {{"--bin", &options.bin}, {"--singles", &options.singles}, {"--batches", &options.batches}, {"--latency", &options.latency}, {"--connections", &options.connections}});
  std::printf("%s\n", ledger::to_canonical(run(options)).c_str());
  return 0;
}
