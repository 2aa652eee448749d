// SPDX-License-Identifier: Apache-2.0
// Evidence of a real node: how large the files are and how long the node takes to make one, at rest and
// while records are written; growth with the number of subjects. Bounds of this machine in the same run.
// usage: evidence_bench [--bin DIR] [--subjects N] [--samples N] [--rate N]
// Text to stderr, one JSON object to stdout. Reader, writer and node share the machine's cores.
#include <signal.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "api/client/client.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/evidence/trust.hpp"
#include "ledger/evidence/verify.hpp"
#include "tests/bench/load.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::bench;
using ledger::Value;

namespace {

struct Options {
  std::string bin = "build/release/bin";
  std::size_t subjects = 100'000;
  std::size_t samples = 500;
  std::size_t rate = 300;  ///< records a second, one signature each, in the run under load
};

/// A number that walks over the subjects without a pattern.
std::size_t pick(std::size_t i, std::size_t n) { return i * 2'654'435'761u % n; }

struct Measured {
  std::vector<double> seconds, check_seconds, bytes;
};

class Reader {
 public:
  Reader(std::uint16_t port, std::string trust)
      : node_(need(api::Client::to("http://127.0.0.1:" + std::to_string(port), 60'000))), trust_(std::move(trust)) {}

  /// Asks for a file, which must verify.
  void ask(const std::string& target, Measured& measured) {
    auto start = Clock::now();
    const Bytes file = need(node_.download(target));
    measured.seconds.push_back(seconds_since(start));
    start = Clock::now();
    if (ledger::verify(file, trust_, {}).exit_code(false) != 0) stop(target + " does not verify");
    measured.check_seconds.push_back(seconds_since(start));
    measured.bytes.push_back(static_cast<double>(file.size()));
  }
  Bytes get(const std::string& target) { return need(node_.download(target)); }

 private:
  api::Client node_;
  std::string trust_;
};

Value show(const char* what, const Measured& measured) {
  const auto at = [](const std::vector<double>& values, double share) { return percentile(values, share); };
  std::fprintf(stderr, "  %-34s %8.0f bytes (largest %.0f); made in p50 %.2f ms, p99 %.2f ms; checked in %.2f ms\n", what, at(measured.bytes, 0.5),
               at(measured.bytes, 1), at(measured.seconds, 0.5) * 1e3, at(measured.seconds, 0.99) * 1e3, at(measured.check_seconds, 0.5) * 1e3);
  return Value(Value::Members{{"bytes_max", whole(at(measured.bytes, 1))},
                              {"bytes_p50", whole(at(measured.bytes, 0.5))},
                              {"check_us", whole(at(measured.check_seconds, 0.5) * 1e6)},
                              {"p50_us", whole(at(measured.seconds, 0.5) * 1e6)},
                              {"p99_us", whole(at(measured.seconds, 0.99) * 1e6)}});
}

Value run(const Options& options) {
  LoneNode lone(options.bin);
  Server& node = lone.server;
  Records& records = lone.records;
  Loader({node.port()}, 1).send({post_record(records.offices())});

  const auto genesis = need(ledger::decode_genesis(read_all(lone.dir + "/genesis.json")));
  Reader reader(node.port(), ledger::encode_trust(ledger::trust_of(genesis)));
  const double verify_rate = bare_verify_rate(1'000);
  const double sync_seconds = bare_sync_seconds(lone.directory.path());

  Value::Items stages;
  std::vector<std::string> ids;  // of members of batches
  for (std::size_t stage = options.subjects / 100;; stage *= 10) {
    {
      Loader loader({node.port()}, 4);
      while (records.made() < stage) {
        std::vector<std::string> requests;
        while (requests.size() < 10 && records.made() < stage) requests.push_back(post_batch(records.batch(std::min(kBatchMembers, stage - records.made()))));
        loader.send(requests);
      }
    }
    std::vector<std::string> singles;
    for (std::size_t i = 0; i < 20; ++i) {
      const std::string entry = records.single();
      singles.push_back(records.id_of(entry));
      Loader({node.port()}, 1).send({post_record(entry)});
    }
    std::fprintf(stderr, "%zu subjects\n", records.made());
    Measured record, absence, listed;
    const std::size_t n = records.made();
    for (std::size_t i = 0; i < options.samples; ++i) {
      reader.ask("/v1/records/" + singles[i % singles.size()] + "/evidence", record);
      reader.ask("/v1/evidence?claim=absence&subject=" + api::encode_target(Records::subject(pick(i, n))) + "&category=2,4,5", absence);
      reader.ask("/v1/evidence?claim=history&subject=" + api::encode_target(Records::subject(pick(i, n))) + "&category=0&withhold=records", listed);
    }
    stages.emplace_back(Value::Members{{"absence", show("absence, three categories", absence)},
                                       {"history", show("history of one record, withheld", listed)},
                                       {"record", show("record, one signature", record)},
                                       {"subjects", n}});
    if (stage >= options.subjects) break;
  }

  // Evidence is secured about one right, a thousand times.
  const std::string watched = Records::subject(0);
  for (const std::size_t count : {500u, 499u}) Loader({node.port()}, 1).send({post_batch(records.deposits(count, watched))});
  Measured thousand, thousand_withheld;
  for (int i = 0; i < 5; ++i) {
    const std::string target = "/v1/evidence?claim=history&category=0&subject=" + api::encode_target(watched);
    reader.ask(target, thousand);
    reader.ask(target + "&withhold=records", thousand_withheld);
  }
  Value history(Value::Members{{"shown", show("history of 1,000 records, shown", thousand)},
                               {"withheld", show("the same, withheld", thousand_withheld)}});

  // Proofs while records are written.
  std::vector<std::string> writes;
  for (std::size_t i = 0; i < options.rate * 10; ++i) writes.push_back(post_record(records.single()));
  std::atomic<bool> writing{true};
  std::thread writer([&] {
    Loader({node.port()}, 64).send(writes, static_cast<double>(options.rate));
    writing = false;
  });
  Measured record, absence;
  const std::size_t n = options.subjects;
  for (std::size_t i = 0; writing; ++i) {
    reader.ask("/v1/evidence?claim=absence&subject=" + api::encode_target(Records::subject(pick(i, n))) + "&category=2,4,5", absence);
    reader.ask("/v1/evidence?claim=history&subject=" + api::encode_target(Records::subject(pick(i, n))) + "&category=0", record);
  }
  writer.join();
  std::fprintf(stderr, "while %zu records a second are written (%zu proofs); a sync takes %.2f ms, a verification %.0f us\n", options.rate,
               2 * record.seconds.size(), sync_seconds * 1e3, 1e6 / verify_rate);
  Value load(Value::Members{{"absence", show("absence, three categories", absence)},
                            {"history", show("history of one record, shown", record)},
                            {"records_per_second", options.rate}});
  return Value(Value::Members{{"history_of_1000", std::move(history)},
                              {"stages", std::move(stages)},
                              {"sync_us", whole(sync_seconds * 1e6)},
                              {"under_load", std::move(load)},
                              {"verify_per_second", whole(verify_rate)}});
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  crypto::start();
  Options options;
  read_options(argc, argv, {{"--bin", &options.bin}, {"--subjects", &options.subjects}, {"--samples", &options.samples}, {"--rate", &options.rate}});
  std::printf("%s\n", ledger::to_canonical(run(options)).c_str());
  return 0;
}
