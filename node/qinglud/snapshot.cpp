// SPDX-License-Identifier: Apache-2.0
#include "node/qinglud/snapshot.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/http/http_client.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/trust.hpp"
#include "ledger/log/tiles.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/config.hpp"
#include "node/founding.hpp"
#include "node/qinglud/program.hpp"
#include "node/setup.hpp"
#include "node/snapshot.hpp"
#include "node/snapshot_keeper.hpp"

namespace qinglu {
namespace {

using ledger::Value;
namespace fs = std::filesystem;

/// A snapshot that is not what it says is denied (4); the rest as everywhere.
int refuse_snapshot(const Error& error) {
  const bool false_snapshot = error.code == Errc::corrupt || error.code == Errc::bad_signature || error.code == Errc::malformed ||
                              error.code == Errc::limit;
  if (error.code == Errc::wrong_ledger || error.code == Errc::unsupported) return fail(error, kConfiguration);
  return fail(error, false_snapshot ? kDenied : code_of(error));
}

Value facts_of(const node::SnapshotManifest& m) {
  return Value(Value::Members{{"block", to_sha256_id(m.block)},
                              {"chunks", static_cast<std::uint64_t>(m.chunk_count())},
                              {"content", to_sha256_id(node::content_hash(m))},
                              {"epoch", m.epoch},
                              {"height", m.height},
                              {"ledger_id", to_sha256_id(m.ledger)},
                              {"log_root", to_sha256_id(m.log_root)},
                              {"log_size", m.log_size},
                              {"state_root", to_sha256_id(m.state_root)},
                              {"time_ms", m.time_ms}});
}

void print_facts(const node::SnapshotManifest& m) {
  std::cout << say("账本 ", "Ledger ") << to_sha256_id(m.ledger) << "\n"
            << say("八个核对词：", "Its eight words: ") << ledger::fingerprint_words(m.ledger) << "\n"
            << say("高度 ", "Height ") << m.height << say("，日志 ", ", log ") << m.log_size << say(" 条，分块 ", " entries, chunks ")
            << m.chunk_count() << "\n"
            << say("各节点应相同的内容哈希：", "Content, the same on every node: ") << to_sha256_id(node::content_hash(m)) << "\n";
}

/// A store that goes away with the object, beside what it is made from or where TMPDIR says.
struct ScratchStore {
  static Result<ScratchStore> make(const std::string& file) {
    const char* tmp = std::getenv("TMPDIR");
    std::error_code failed;
    const fs::path at = fs::canonical(file, failed);
    const fs::path beside = fs::is_directory(at) ? at.parent_path() : at.parent_path().parent_path();
    const std::string path = (tmp && *tmp ? std::string(tmp) : beside.string()) + "/qinglud-verify-" + std::to_string(::getpid());
    auto store = ledger::RocksStore::create(path);
    if (!store) return std::move(store).error();
    return ScratchStore(path, std::move(*store));
  }
  ScratchStore(std::string at, std::unique_ptr<ledger::RocksStore> made) : path(std::move(at)), store(std::move(made)) {}
  ScratchStore(ScratchStore&&) = default;
  ~ScratchStore() {
    if (!store) return;
    store.reset();
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::string path;
  std::unique_ptr<ledger::RocksStore> store;
};

/// One node that serves snapshots, asked again while it is busy.
class Source {
 public:
  static Result<Source> to(const std::string& url) {
    auto http = api::HttpClient::to(url);
    if (!http) return std::move(http).error();
    return Source(url, std::move(*http));
  }
  const std::string& url() const { return url_; }

  Result<Bytes> get(const std::string& target, std::size_t bytes_max) {
    constexpr int kAttempts = 40;
    for (int attempt = 1;; ++attempt) {
      api::HttpClient::Options options;
      options.body_max = bytes_max;
      auto response = http_.request("GET", target, {}, {}, options);
      if (!response) return Error{response.error().code, url_ + ": " + response.error().detail};
      if (response->status == 200) return std::move(response->body);
      if (response->status != 429 || attempt == kAttempts) {
        return Error{response->status == 404 ? Errc::not_found : Errc::unavailable,
                     url_ + target + ": HTTP " + std::to_string(response->status)};
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
  }

 private:
  Source(std::string url, api::HttpClient http) : url_(std::move(url)), http_(std::move(http)) {}
  std::string url_;
  api::HttpClient http_;
};

}  // namespace

struct SnapshotCommands::State {
  CLI::App *list = nullptr, *make = nullptr, *verify = nullptr, *fetch = nullptr, *restore = nullptr;
  std::string dir = ".", file, genesis, trust;
  std::vector<std::string> from;
  std::uint64_t height = 0;
  bool json = false, accept_loss = false, keep = false;

  int run_list() const;
  int run_make() const;
  int run_verify() const;
  int run_fetch() const;
  int run_restore() const;

  node::SnapshotProgress progress() const;
  /// The genesis document that was named, or the one that lies in the directory already.
  Result<ledger::Genesis> trusted_genesis(const std::string& beside) const;
  int restore_from(const node::Config& config, const ledger::Genesis& document, const node::SnapshotManifest& manifest,
                   const node::ChunkSource& source, const char* schema) const;
  Result<node::SnapshotManifest> download(const std::string& to, const Digest& ledger) const;
  Result<void> download_chunks(std::vector<Source>& sources, std::size_t first, const node::SnapshotManifest& manifest, const std::string& to) const;
};

node::SnapshotProgress SnapshotCommands::State::progress() const {
  if (json || ::isatty(STDERR_FILENO) == 0) return nullptr;
  return [](std::uint64_t done, std::uint64_t all) {
    std::cerr << "\r" << (all == 0 ? 100 : done * 100 / all) << " %" << (done >= all ? "\n" : "") << std::flush;
    return true;
  };
}

Result<ledger::Genesis> SnapshotCommands::State::trusted_genesis(const std::string& beside) const {
  const std::string path = genesis.empty() ? beside : genesis;
  auto bytes = node::read_file(path, ledger::kEntryLimits.bytes_max);
  if (!bytes) return std::move(bytes).error();
  auto document = ledger::decode_genesis(*bytes);
  if (!document) return Error{document.error().code, path + ": " + document.error().detail};
  return document;
}

int SnapshotCommands::State::run_list() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), config.error().code == Errc::not_found ? kNotFound : kConfiguration);
  const auto held = node::snapshots_in(config->snapshots_path());
  if (json) {
    Value::Items items;
    for (const api::SnapshotFacts& each : held) {
      items.push_back(Value(Value::Members{{"bytes", each.bytes},
                                           {"chunks", static_cast<std::uint64_t>(each.chunks)},
                                           {"content", to_sha256_id(each.content)},
                                           {"dir", config->snapshots_path() + "/" + std::to_string(each.height)},
                                           {"height", each.height},
                                           {"log_size", each.log_size}}));
    }
    print(Value(Value::Members{{"schema", "qinglud.snapshot.list/v1"}, {"snapshots", std::move(items)}}));
    return 0;
  }
  if (held.empty()) std::cout << say("没有快照。下一步：qinglud snapshot make --dir ", "There is none. Next: qinglud snapshot make --dir ") << dir << "\n";
  for (const api::SnapshotFacts& each : held) {
    std::cout << each.height << "  " << each.bytes << say(" 字节  ", " bytes  ") << to_sha256_id(each.content) << "\n";
  }
  return 0;
}

int SnapshotCommands::State::run_make() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), config.error().code == Errc::not_found ? kNotFound : kConfiguration);
  auto document = node::load_genesis_file(*config);
  if (!document) return refuse_snapshot(document.error());
  auto opened = ledger::RocksStore::open_read_only(config->store_path());
  if (!opened) return fail(opened.error(), opened.error().code == Errc::unavailable ? kUnreachable : kHalted);
  const std::shared_ptr<const ledger::KvReader> store = std::move(*opened);
  std::uint64_t at = height;
  if (at == 0) {
    auto tip = store->get(ledger::Family::chain, agreement::chain_key::meta("tip"));
    if (!tip) return refuse_snapshot(tip.error());
    auto decoded = agreement::Tip::decode(tip->value_or(Bytes()));
    if (!decoded) return fail(decoded.error(), kHalted);
    at = decoded->height;
  }
  const std::string to = config->snapshots_path() + "/" + std::to_string(at);
  auto made = node::export_snapshot(store, *document, at, to, progress());
  if (!made) return fail(made.error(), made.error().code == Errc::corrupt ? kHalted : code_of(made.error()));
  if (json) {
    Value facts = facts_of(*made);
    facts.set("dir", Value(to));
    facts.set("schema", Value("qinglud.snapshot.make/v1"));
    print(facts);
    return 0;
  }
  print_facts(*made);
  std::cout << to << "\n";
  return 0;
}

int SnapshotCommands::State::run_verify() const {
  auto manifest = node::read_manifest(file);
  if (!manifest) return refuse_snapshot(manifest.error());
  const node::ChunkSource chunks = node::chunks_in(file);
  // Without anything that the reader trusts, the document in the snapshot itself: it proves the rest
  // against the ledger whose words are shown.
  auto document = genesis.empty() ? node::genesis_of(*manifest, chunks) : trusted_genesis(genesis);
  if (!document) return refuse_snapshot(document.error());
  std::optional<ledger::Trust> believed;
  if (!trust.empty()) {
    auto bytes = node::read_file(trust, std::size_t{1} << 20);
    if (!bytes) return refuse_snapshot(bytes.error());
    auto read = ledger::decode_trust(*bytes);
    if (!read) return refuse_snapshot({read.error().code, trust + ": " + read.error().detail});
    if (read->ledger_id != document->ledger_id) {
      return refuse_snapshot({Errc::wrong_ledger, "the snapshot is of ledger " + to_hex(document->ledger_id) + ", the trust file of " + to_hex(read->ledger_id)});
    }
    believed = std::move(*read);
  }
  auto scratch = ScratchStore::make(file);
  if (!scratch) return fail(scratch.error(), code_of(scratch.error()));
  auto proven = node::import_snapshot(*manifest, chunks, *document, *scratch->store, progress());
  if (!proven) return refuse_snapshot(proven.error());
  if (believed && believed->floor) {
    auto root = ledger::LogReader(*scratch->store, proven->tip.log_size).root(believed->floor->size);
    if (!root || *root != believed->floor->root) {
      return refuse_snapshot({Errc::corrupt, "the log does not hold the tree of size " + std::to_string(believed->floor->size) + " that the trust file names"});
    }
  }
  const bool trusted = !genesis.empty() || believed.has_value();
  if (json) {
    Value facts = facts_of(*manifest);
    facts.set("certificates", Value(proven->certificates));
    facts.set("epochs", Value(proven->epochs));
    facts.set("rows", Value(proven->rows));
    facts.set("schema", Value("qinglud.snapshot.verify/v1"));
    facts.set("trusted", Value(trusted));
    print(facts);
    return 0;
  }
  print_facts(*manifest);
  if (chinese()) {
    std::cout << "已证明：分块、日志根、状态根、历史与索引、区块链，以及 " << proven->certificates << " 份终局证书（验证节点集 " << proven->epochs
              << " 届）\n未检查：规则与各记录的签名（恢复后 qinglud check --full）\n";
    if (!trusted) std::cout << "未指定 --genesis 或 --trust：请核对上面的八个词。\n";
  } else {
    std::cout << "Proven: chunks, log root, state root, histories and indexes, chain of blocks, " << proven->certificates
              << " finalizations under " << proven->epochs << " validator sets\n"
                 "Not judged: the rules and the records' own signatures (qinglud check --full, once restored)\n";
    if (!trusted) std::cout << "Neither --genesis nor --trust was given: compare the eight words above.\n";
  }
  return 0;
}

int SnapshotCommands::State::restore_from(const node::Config& config, const ledger::Genesis& document, const node::SnapshotManifest& manifest,
                                          const node::ChunkSource& source, const char* schema) const {
  const auto& members = document.validators.members;
  const bool founder = std::ranges::find(members, config.member, &ledger::Validator::id) != members.end();
  if (founder) {
    if (auto ok = node::check_own_keys(config, document); !ok) return refuse_snapshot(ok.error());
  }
  if (founder && members.size() == 1 && !accept_loss) {
    return fail({Errc::usage, "with one validator nobody else has what was recorded above height " + std::to_string(manifest.height) +
                                  ", and what it signed for those heights cannot be taken back: --accept-loss says that this is understood"},
                kUsage);
  }
  auto proven = node::restore_ledger(config, document, manifest, source, progress());
  if (!proven) return refuse_snapshot(proven.error());
  if (json) {
    Value facts = facts_of(manifest);
    facts.set("restored_height", Value(proven->tip.height));
    facts.set("schema", Value(schema));
    print(facts);
    return 0;
  }
  print_facts(manifest);
  std::cout << say("已恢复到高度 ", "Restored at height ") << proven->tip.height
            << say("。成员节点先不投票，待法定人数的其他成员答复后再投票。\n下一步：qinglud run --dir ",
                   ". A member does not vote until a quorum of the others has answered.\nNext: qinglud run --dir ")
            << config.dir << "\n";
  return 0;
}

int SnapshotCommands::State::run_restore() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), config.error().code == Errc::not_found ? kNotFound : kConfiguration);
  auto document = trusted_genesis(config->genesis_path());
  if (!document) return refuse_snapshot(document.error());
  auto manifest = node::read_manifest(file);
  if (!manifest) return refuse_snapshot(manifest.error());
  return restore_from(*config, *document, *manifest, node::chunks_in(file), "qinglud.snapshot.restore/v1");
}

/// Every chunk that is not there and right already, from the first source that gives it; the manifest's
/// own source is asked first.
Result<void> SnapshotCommands::State::download_chunks(std::vector<Source>& sources, std::size_t first, const node::SnapshotManifest& manifest,
                                                      const std::string& to) const {
  const auto tell = progress();
  for (std::size_t n = 0; n < manifest.chunk_count(); ++n) {
    const std::string path = to + "/" + node::chunk_name(n);
    if (auto there = node::read_file(path, node::kChunkBytes); there && node::check_chunk(manifest, n, *there)) continue;
    Error failed{Errc::unavailable, "no source"};
    bool got = false;
    for (std::size_t k = 0; k < sources.size() && !got; ++k) {
      Source& source = sources[(first + k) % sources.size()];
      auto chunk = source.get("/v1/snapshots/" + std::to_string(manifest.height) + "/chunks/" + std::to_string(n), node::kChunkBytes);
      Result<void> right = chunk ? node::check_chunk(manifest, n, *chunk) : Result<void>(chunk.error());
      if (right) {
        if (auto ok = node::write_file(path, *chunk, true); !ok) return ok;
        got = true;
        continue;
      }
      // The proof is each node's own, so another node's differs without anybody's fault.
      const bool own = k > 0 && manifest.chunk(n).section == "proof";
      failed = {right.error().code, chunk ? source.url() + ": " + right.error().detail : right.error().detail};
      if (!own) std::cerr << say("警告：", "warning: ") << failed.detail << "\n";
    }
    if (!got) return failed;
    if (tell) tell(n + 1, manifest.chunk_count());
  }
  return {};
}

/// The newest snapshot that a source has, or that of the height asked for, complete in `to`.
Result<node::SnapshotManifest> SnapshotCommands::State::download(const std::string& to, const Digest& ledger) const {
  std::vector<Source> sources;
  for (const std::string& url : from) {
    auto source = Source::to(url);
    if (!source) return std::move(source).error();
    sources.push_back(std::move(*source));
  }
  Error failed{Errc::not_found, "no source holds a snapshot"};
  std::vector<std::pair<std::uint64_t, std::size_t>> offers;  // height, source
  for (std::size_t k = 0; k < sources.size(); ++k) {
    auto bytes = sources[k].get("/v1/snapshots", std::size_t{1} << 20);
    auto document = bytes ? ledger::parse_canonical(*bytes, ledger::kEvidenceLimits) : Result<Value>(bytes.error());
    if (!document) {
      failed = document.error();
      std::cerr << say("警告：", "warning: ") << failed.detail << "\n";
      continue;
    }
    for (const Value& each : document->items_of("snapshots")) {
      const auto at = static_cast<std::uint64_t>(each.integer_of("height"));
      if (height == 0 || at == height) offers.emplace_back(at, k);
    }
  }
  std::ranges::stable_sort(offers, std::greater<>(), &std::pair<std::uint64_t, std::size_t>::first);
  for (const auto& [at, k] : offers) {
    auto bytes = sources[k].get("/v1/snapshots/" + std::to_string(at) + "/manifest", node::kManifestBytesMax);
    auto manifest = bytes ? node::decode_manifest(*bytes) : Result<node::SnapshotManifest>(bytes.error());
    if (manifest && manifest->ledger != ledger) manifest = Error{Errc::wrong_ledger, "it serves another ledger"};
    if (manifest && manifest->height != at) manifest = Error{Errc::corrupt, "its manifest is of another height"};
    Result<void> whole = manifest ? Result<void>() : Result<void>(Error{manifest.error().code, sources[k].url() + ": " + manifest.error().detail});
    if (whole) {
      std::error_code ignored;
      fs::create_directories(to, ignored);
      whole = download_chunks(sources, k, *manifest, to);
    }
    if (whole) whole = node::write_file(to + "/manifest.json", *bytes, true);
    if (whole) return manifest;
    failed = whole.error();
    std::cerr << say("警告：", "warning: ") << failed.detail << "\n";
  }
  return failed;
}

int SnapshotCommands::State::run_fetch() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), config.error().code == Errc::not_found ? kNotFound : kConfiguration);
  auto document = trusted_genesis(config->genesis_path());
  if (!document) return refuse_snapshot(document.error());
  if (fs::exists(config->data_path())) return fail({Errc::conflict, config->data_path() + " exists already"}, kConflict);
  const std::string to = dir + "/fetched";
  auto manifest = download(to, document->ledger_id);
  if (!manifest) return refuse_snapshot(manifest.error());
  const int code = restore_from(*config, *document, *manifest, node::chunks_in(to), "qinglud.snapshot.fetch/v1");
  std::error_code ignored;
  // What was refused is not kept: the next run would only refuse it again.
  if (!keep && code != kUsage) fs::remove_all(to, ignored);
  return code;
}

SnapshotCommands::SnapshotCommands(CLI::App& app) : state_(std::make_unique<State>()) {
  State& s = *state_;
  CLI::App* snapshot = app.add_subcommand("snapshot", "snapshots of the ledger / 账本快照");
  snapshot->require_subcommand(1);
  const auto command = [&](const char* name, const char* help, bool with_dir) {
    CLI::App* sub = snapshot->add_subcommand(name, help);
    if (with_dir) sub->add_option("--dir", s.dir, "directory of the node / 节点目录")->required();
    sub->add_flag("--json", s.json, "one JSON document / 输出 JSON");
    return sub;
  };
  s.list = command("list", "the snapshots that a node holds / 列出快照", true);
  s.make = command("make", "make a snapshot now; the node may run / 立即制作快照（节点可在运行）", true);
  s.make->add_option("--height", s.height, "of which height; default: the newest / 高度，默认最新");
  s.verify = command("verify", "prove a snapshot offline / 离线验证快照", false);
  s.verify->add_option("FILE", s.file, "directory of the snapshot, or its manifest.json / 快照目录或清单")->required();
  s.verify->add_option("--genesis", s.genesis, "genesis document that you trust / 可信的创世文件");
  s.verify->add_option("--trust", s.trust, "trust file / 信任文件");
  s.restore = command("restore", "make a node's ledger from a snapshot / 由快照建立本节点账本", true);
  s.restore->add_option("FILE", s.file, "directory of the snapshot, or its manifest.json / 快照目录或清单")->required();
  s.fetch = command("fetch", "fetch a snapshot from other nodes and restore it; goes on where it was broken off / 从其他节点下载快照并恢复，可续传", true);
  s.fetch->add_option("--from", s.from, "http://host:port of a node (repeatable) / 来源节点（可重复）")->required();
  s.fetch->add_option("--height", s.height, "of which height; default: the newest / 高度，默认最新");
  s.fetch->add_flag("--keep", s.keep, "keep what was fetched in DIR/fetched / 保留下载内容");
  for (CLI::App* sub : {s.restore, s.fetch}) {
    sub->add_option("--genesis", s.genesis, "genesis document, unless DIR holds it / 创世文件（目录中没有时）");
    sub->add_flag("--accept-loss", s.accept_loss, "one validator alone: what is newer than the snapshot is lost / 单节点：快照之后的记录将丢失");
  }
}

SnapshotCommands::~SnapshotCommands() = default;

int SnapshotCommands::run() {
  if (*state_->list) return state_->run_list();
  if (*state_->make) return state_->run_make();
  if (*state_->verify) return state_->run_verify();
  if (*state_->fetch) return state_->run_fetch();
  if (*state_->restore) return state_->run_restore();
  return -1;
}

}  // namespace qinglu
