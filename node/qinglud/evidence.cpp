// SPDX-License-Identifier: Apache-2.0
#include "node/qinglud/evidence.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <limits>
#include <map>
#include <string>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/question.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/config.hpp"
#include "node/ledger_view.hpp"
#include "node/qinglud/program.hpp"
#include "node/setup.hpp"

namespace qinglu {

using ledger::Value;

struct EvidenceCommand::State {
  CLI::App* command = nullptr;
  std::string dir = ".";
  std::string output;
  std::string record;
  std::map<std::string, std::string, std::less<>> parameters;  ///< of GET /v1/evidence
  bool json = false;
  bool force = false;
};

namespace {

/// Flag, parameter of GET /v1/evidence, help.
constexpr struct {
  const char* flag;
  const char* parameter;
  const char* help;
} kParameters[] = {
    {"--question", "question", "question in legal words (qinglu evidence questions) / 法律问题"},
    {"--subject", "subject", "subject key / 客体编号"},
    {"--claim", "claim", "absence, state-value, history or consistency / 声明种类"},
    {"--category", "category", "categories of the list: 0 all, 1 filing … as 2,5 / 类别"},
    {"--kind", "kind", "agency: its list as an agent / 代理机构清单"},
    {"--ns", "ns", "namespace of the state row / 状态行命名空间"},
    {"--key", "key", "key of the state row, base64 / 状态行的键"},
    {"--as-of", "as_of", "as of this height, however far back / 截至高度"},
    {"--since", "since", "nothing since this height; consistency from it / 自该高度起"},
    {"--from-seq", "from_seq", "the list from this number on / 清单起始条"},
    {"--withhold", "withhold", "records: hashes of the list alone / 不出示记录"},
};

Result<Bytes> build(const node::Config& config, const std::string& record, const ledger::Parameters& parameters) {
  ledger::EvidenceRequest request;
  if (!record.empty()) {
    const auto id = from_sha256_id(record);
    if (!id) return Error{Errc::usage, "a record id is sha256: and 64 lower-case hex digits"};
    request.record_id = *id;
  } else {
    auto read = ledger::read_request(parameters);
    if (!read) return std::move(read).error();
    request = *std::move(read);
  }
  auto genesis = node::load_genesis_file(config);
  if (!genesis) return std::move(genesis).error();
  auto store = ledger::RocksStore::open_read_only(config.store_path());
  if (!store) return std::move(store).error();
  auto at = node::stored_snapshot((*store)->snapshot(), std::make_shared<const ledger::Genesis>(*std::move(genesis)));
  if (!at) return std::move(at).error();
  if (at->head.checkpoint.empty()) return Error{Errc::unavailable, "a quorum has not cosigned the newest block yet: try again"};
  at->undo = {std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::size_t>::max()};
  return node::make_ledger_view(std::make_shared<const node::Snapshot>(*std::move(at)))->evidence(request);
}

}  // namespace

EvidenceCommand::EvidenceCommand(CLI::App& app) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.command = app.add_subcommand("evidence", "evidence from this node's store, as of any height / 由本节点的存储导出证据，可截至任一高度");
  s.command->add_option("--dir", s.dir, "directory of the node / 节点目录")->required();
  s.command->add_flag("--json", s.json, "one JSON document / 输出 JSON");
  s.command->add_option("--record", s.record, "record id / 记录编号");
  for (const auto& each : kParameters) s.command->add_option(each.flag, s.parameters[each.parameter], each.help);
  s.command->add_option("-o,--output", s.output, "file to write / 输出文件")->required();
  s.command->add_flag("--force", s.force, "overwrite / 覆盖");
}

EvidenceCommand::~EvidenceCommand() = default;

int EvidenceCommand::run() {
  const State& s = *state_;
  if (!s.command->parsed()) return -1;
  auto config = node::load_config(s.dir);
  if (!config) return fail(config.error(), kConfiguration);
  const auto file = build(*config, s.record, [&](std::string_view name) {
    const auto at = s.parameters.find(name);
    return at == s.parameters.end() ? std::string_view() : std::string_view(at->second);
  });
  if (!file) return fail(file.error(), code_of(file.error()));
  if (auto ok = node::write_file(s.output, *file, s.force); !ok) return fail(ok.error(), code_of(ok.error()));
  const std::string digest = to_sha256_id(crypto::sha256(*file));
  if (s.json) {
    std::cout << ledger::to_canonical(Value(Value::Members{{"bytes", file->size()}, {"file", s.output}, {"schema", "qinglud.evidence/v1"}, {"sha256", digest}})) << "\n";
  } else {
    std::cout << s.output << "  " << file->size() << say(" 字节", " bytes") << "\n" << digest << "\n";
  }
  return 0;
}

}  // namespace qinglu
