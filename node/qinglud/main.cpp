// SPDX-License-Identifier: Apache-2.0
// qinglud: the node of an institution.
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <string>

#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/audit.hpp"
#include "node/config.hpp"
#include "node/qinglud/evidence.hpp"
#include "node/qinglud/network.hpp"
#include "node/qinglud/program.hpp"
#include "node/qinglud/snapshot.hpp"
#include "node/qinglud/serve.hpp"
#include "node/setup.hpp"

namespace {

using namespace qinglu;

struct Arguments {
  std::string dir = ".";
  int passphrase_fd = -1;
  bool json = false;
  bool full = false;  // check
};

/// Shows how far a long check has come, on a terminal only.
node::Progress progress_line(const Arguments& args) {
  if (args.json || ::isatty(STDERR_FILENO) == 0) return nullptr;
  return [](std::uint64_t done, std::uint64_t all) {
    std::cerr << "\r" << done << "/" << all << (done == all ? "\n" : "") << std::flush;
  };
}

/// A store that holds what a replay derives; goes away with the object.
struct Scratch {
  static Result<Scratch> make(const node::Config& config) {
    const std::string path = config.dir + "/data/replay";
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);  // left by a run that was killed
    auto store = ledger::RocksStore::create(path);
    if (!store) return std::move(store).error();
    return Scratch{path, std::move(*store)};
  }
  Scratch(std::string at, std::unique_ptr<ledger::RocksStore> made) : path(std::move(at)), store(std::move(made)) {}
  Scratch(Scratch&&) = default;
  ~Scratch() {
    if (!store) return;
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::string path;
  std::unique_ptr<ledger::RocksStore> store;
};

int report_audit(const Arguments& args, const node::AuditReport& report, const char* schema, const char* zh,
                 const char* en) {
  if (args.json) {
    std::cout << "{\"entries\":" << report.log_size << ",\"full\":" << (args.full ? "true" : "false")
              << ",\"height\":" << report.height << ",\"schema\":\"" << schema << "\",\"state_root\":\""
              << to_sha256_id(report.state_root) << "\"}\n";
  } else if (chinese()) {
    std::cout << zh << "：高度 " << report.height << "，日志 " << report.log_size << " 条\n";
  } else {
    std::cout << en << ": height " << report.height << ", log " << report.log_size << " entries\n";
  }
  return 0;
}

int run_check(const Arguments& args) {
  auto config = node::load_config(args.dir);
  if (!config) return fail(config.error(), kConfiguration);
  auto genesis = node::load_genesis_file(*config);
  if (!genesis) return refuse_start(genesis.error(), *config);
  auto store = ledger::RocksStore::open_read_only(config->store_path());
  if (!store && store.error().code == Errc::unavailable) return fail(store.error(), kUnreachable);
  if (!store) return refuse_start(store.error(), *config);
  auto guard = ledger::Guard::open(config->guard_path());
  if (!guard) return refuse_start(guard.error(), *config);
  auto report = node::check_store(**store, *genesis);
  if (report && args.full) {
    auto scratch = Scratch::make(*config);
    if (!scratch) return fail(scratch.error(), code_of(scratch.error()));
    report = node::replay_store(**store, *genesis, *scratch->store, progress_line(args));
    if (report) {
      if (auto ok = node::compare_derived(**store, *scratch->store); !ok) report = ok.error();
    }
  }
  if (!report) return refuse_start(report.error(), *config);
  return args.full ? report_audit(args, *report, "qinglud.check/v1", "全部区块已重新执行，配置与数据完好",
                                  "Every block was executed anew; configuration and data are whole")
                   : report_audit(args, *report, "qinglud.check/v1", "配置与数据完好", "Configuration and data are whole");
}

int run_reindex(const Arguments& args) {
  auto config = node::load_config(args.dir);
  if (!config) return fail(config.error(), kConfiguration);
  auto genesis = node::load_genesis_file(*config);
  if (!genesis) return refuse_start(genesis.error(), *config);
  auto store = ledger::RocksStore::open(config->store_path());
  if (!store) return refuse_start(store.error(), *config);
  auto scratch = Scratch::make(*config);
  if (!scratch) return fail(scratch.error(), code_of(scratch.error()));
  auto report = node::replay_store(**store, *genesis, *scratch->store, progress_line(args));
  if (!report) return refuse_start(report.error(), *config);
  if (auto ok = node::rebuild_indexes(**store, *scratch->store); !ok) return refuse_start(ok.error(), *config);
  return report_audit(args, *report, "qinglud.reindex/v1", "索引已从日志重建", "The indexes are rebuilt from the log");
}

int run(int argc, char** argv) {
  crypto::start();
  harden();

  Arguments args;
  CLI::App app("qinglud — node of an institution on the Qinglu ledger / 青录节点");
  app.require_subcommand(1);
  app.set_version_flag("-V,--version", std::string("qinglud ") + QINGLU_VERSION);
  const auto common = [&](CLI::App* command) {
    command->add_option("--dir", args.dir, "directory of the node / 节点目录")->required();
    command->add_flag("--json", args.json, "one JSON document / 输出 JSON");
  };
  const auto secret = [&](CLI::App* command) {
    command->add_option("--passphrase-fd", args.passphrase_fd, "read the passphrase from this descriptor / 口令的文件描述符");
  };
  NetworkCommands founding(app);
  SnapshotCommands snapshots(app);
  EvidenceCommand evidence(app);
  CLI::App* start = app.add_subcommand("run", "run the node / 运行节点");
  common(start);
  secret(start);
  CLI::App* check = app.add_subcommand("check", "check configuration and data / 检查配置与数据");
  common(check);
  check->add_flag("--full", args.full, "execute every block anew and compare everything / 重新执行全部区块并比对");
  CLI::App* reindex = app.add_subcommand("reindex", "rebuild the indexes from the log / 从日志重建索引");
  common(reindex);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return kUsage;
  }
  if (const int code = founding.run(); code >= 0) return code;
  if (const int code = snapshots.run(); code >= 0) return code;
  if (const int code = evidence.run(); code >= 0) return code;
  if (*start) return serve(args.dir, args.passphrase_fd);
  if (*reindex) return run_reindex(args);
  return run_check(args);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "internal error: " << e.what() << "\n";
    return kInternal;
  }
}
