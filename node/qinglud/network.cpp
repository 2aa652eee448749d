// SPDX-License-Identifier: Apache-2.0
#include "node/qinglud/network.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/abstention.hpp"
#include "node/config.hpp"
#include "node/final_chain.hpp"
#include "node/founding.hpp"
#include "node/qinglud/program.hpp"
#include "node/set_change.hpp"
#include "node/setup.hpp"

namespace qinglu {
namespace {

using ledger::Value;
namespace fs = std::filesystem;

crypto::KeyCost cost_named(const std::string& name) {
  if (name == "interactive") return {2, std::uint64_t{64} << 20};
  if (name == "sensitive") return crypto::kCostSensitive;
  return crypto::kCostModerate;
}

/// What is wrong with documents of a network is configuration (78); the rest as everywhere.
int refuse_document(const Error& error) {
  const bool document = error.code == Errc::malformed || error.code == Errc::bad_signature ||
                        error.code == Errc::wrong_ledger || error.code == Errc::limit ||
                        error.code == Errc::unsupported || error.code == Errc::corrupt;
  return fail(error, document ? kConfiguration : code_of(error));
}

/// Words for an identity or a ledger, which people read to each other over the telephone.
std::string words_of(BytesView bytes) { return ledger::fingerprint_words(crypto::sha256(bytes)); }

/// How many may fail, in a sentence.
std::string arithmetic(const ledger::ValidatorSet& set) {
  const std::string n = std::to_string(set.n()), q = std::to_string(set.quorum()), f = std::to_string(set.faults());
  if (set.n() == 1) return say("一个验证节点，法定人数 1：不能容忍任何节点故障。", "One validator, quorum 1: no node may fail.");
  if (chinese()) {
    return n + " 个验证节点，法定人数 " + q + "：" +
           (set.faults() == 0 ? "不能容忍任何节点故障（至少 4 个才可容忍 1 个）。" : "可容忍 " + f + " 个节点故障。");
  }
  return n + " validators, quorum " + q + ": " +
         (set.faults() == 0 ? "none may fail (four are needed so that one may)." : f + " may fail.");
}

Value facts_of(const ledger::Genesis& genesis, const char* schema) {
  Value::Items members;
  for (const ledger::Validator& member : genesis.validators.members) {
    members.push_back(Value(Value::Members{{"address", member.address}, {"member", member.id}, {"party", member.party}}));
  }
  return Value(Value::Members{{"fingerprint", ledger::fingerprint_words(genesis.ledger_id)},
                              {"ledger_id", to_sha256_id(genesis.ledger_id)},
                              {"may_fail", static_cast<std::uint64_t>(genesis.validators.faults())},
                              {"members", std::move(members)},
                              {"origin", genesis.origin},
                              {"quorum", static_cast<std::uint64_t>(genesis.validators.quorum())},
                              {"schema", schema},
                              {"validators", static_cast<std::uint64_t>(genesis.validators.n())}});
}

void print_facts(const ledger::Genesis& genesis) {
  std::cout << say("账本 ", "Ledger ") << to_sha256_id(genesis.ledger_id) << "\n"
            << say("请各机构电话核对八个词：", "Read these eight words to each other: ")
            << ledger::fingerprint_words(genesis.ledger_id) << "\n";
  for (const ledger::Validator& member : genesis.validators.members) {
    const auto party = std::ranges::find(genesis.parties, member.party, &ledger::Genesis::Party::id);
    std::cout << "  " << member.id << "  " << member.address << "  " << member.party << "  " << party->name << "\n";
  }
  std::cout << arithmetic(genesis.validators) << "\n";
}

}  // namespace

struct NetworkCommands::State {
  CLI::App *init = nullptr, *create = nullptr, *join = nullptr, *policy = nullptr, *change = nullptr, *prove = nullptr, *rotate = nullptr,
           *vouch = nullptr, *release = nullptr;
  std::string dir = ".";
  int passphrase_fd = -1;
  bool json = false;
  // init
  std::string member, party, name, address = "127.0.0.1:7280", kdf;
  std::vector<std::string> roles;
  int http_port = 7180;
  // network
  std::string origin, rule_pack, genesis, founders;
  std::vector<std::string> identities;
  int nodes = 0, peer_port = 7280;
  std::uint64_t snapshot_every = 10'000;
  bool rejoin = false, observer = false;
  // changes of the set
  std::string validators, output;
  std::vector<std::string> leave;
  std::uint64_t from_height = 0;
  // the way out of an abstention
  std::string request;
  std::vector<std::string> statements;

  int run_init() const;
  int run_create() const;
  int run_join() const;
  int run_policy() const;
  int run_change() const;
  int run_prove() const;
  int run_rotate() const;
  int run_vouch() const;
  int run_release() const;

  /// Where a change of the set is made: this node's directory, its ledger, the set in force there.
  struct Seat {
    node::Config config;
    ledger::Genesis genesis;
    ledger::ValidatorSet present;
  };
  Result<Seat> seat() const;

  Result<std::vector<Bytes>> identities_to_found() const;
};

int NetworkCommands::State::run_init() const {
  node::InitOptions options;
  options.dir = dir;
  options.member = member;
  options.party = party;
  options.name = name;
  options.address = address;
  options.http_port = static_cast<std::uint16_t>(http_port);
  options.cost = cost_named(kdf);
  for (const std::string& text : roles) {
    // ROLE or ROLE:region
    const std::size_t colon = text.find(':');
    Value scope;
    if (colon != text.npos) scope.set("region", Value(text.substr(colon + 1)));
    options.roles.push_back({text.substr(0, colon), std::move(scope)});
  }
  std::ranges::sort(options.roles, {}, &ledger::Genesis::RoleGrant::role);
  auto secret = passphrase(passphrase_fd, true);
  if (!secret) return refuse_document(secret.error());
  auto identity = node::init_node(options, *secret);
  if (!identity) return refuse_document(identity.error());
  const std::string path = dir + "/identity.json";
  auto bytes = node::read_file(path, ledger::kEntryLimits.bytes_max);
  if (!bytes) return refuse_document(bytes.error());
  if (json) {
    print(Value(Value::Members{{"address", address},
                               {"dir", dir},
                               {"fingerprint", words_of(*bytes)},
                               {"identity", ledger::parse_canonical(*bytes).value()},
                               {"member", member},
                               {"party", party},
                               {"schema", "qinglud.init/v1"}}));
    return 0;
  }
  std::cout << say("已生成密钥：", "Keys made for ") << member << "  " << party << "  " << name << "  " << address << "\n"
            << say("公开的身份文件：", "Public identity: ") << path << "\n"
            << say("其八个核对词：", "Its eight words: ") << words_of(*bytes) << "\n";
  if (chinese()) {
    std::cout << "下一步（多个机构）：把 identity.json 交给召集机构，它运行\n"
                 "  qinglud network create --dir DIR --identity FILE … --origin ORIGIN --rule-pack FILE\n"
                 "随后各机构：qinglud network join --dir " << dir << " --genesis FILE --founders FILE\n"
                 "下一步（独自一个）：qinglud network create --dir " << dir << " --origin ORIGIN --rule-pack FILE\n";
  } else {
    std::cout << "Next, with other institutions: hand identity.json to the one that coordinates; it runs\n"
                 "  qinglud network create --dir DIR --identity FILE ... --origin ORIGIN --rule-pack FILE\n"
                 "then each institution: qinglud network join --dir " << dir << " --genesis FILE --founders FILE\n"
                 "Next, alone: qinglud network create --dir " << dir << " --origin ORIGIN --rule-pack FILE\n";
  }
  return 0;
}

/// Identity files whose proofs hold.
Result<std::vector<Bytes>> read_identities(const std::vector<std::string>& paths) {
  std::vector<Bytes> all;
  for (const std::string& path : paths) {
    auto bytes = node::read_file(path, ledger::kEntryLimits.bytes_max);
    if (!bytes) return std::move(bytes).error();
    while (bytes->ends_with('\n')) bytes->pop_back();
    if (auto identity = node::decode_identity(*bytes); !identity) {
      return Error{identity.error().code, path + ": " + identity.error().detail};
    }
    all.push_back(std::move(*bytes));
  }
  return all;
}

/// Identities from the files that were named, from a whole local network, or the node's own.
Result<std::vector<Bytes>> NetworkCommands::State::identities_to_found() const {
  if (nodes > 0) {
    auto secret = passphrase(passphrase_fd, true);
    if (!secret) return std::move(secret).error();
    node::LocalOptions local;
    local.dir = dir;
    local.members = node::sample_members(static_cast<std::size_t>(nodes));
    local.peer_port = static_cast<std::uint16_t>(peer_port);
    local.http_port = static_cast<std::uint16_t>(http_port);
    local.cost = cost_named(kdf);
    return node::init_local_network(local, *secret);
  }
  std::vector<std::string> paths = identities;
  if (paths.empty()) paths.push_back(dir + "/identity.json");
  return read_identities(paths);
}

int NetworkCommands::State::run_create() const {
  if (nodes > 0 && !identities.empty()) return fail({Errc::usage, "--nodes makes identities of its own: leave out --identity"}, kUsage);
  auto pack_bytes = node::read_file(rule_pack, ledger::kEntryLimits.bytes_max);
  if (!pack_bytes) return refuse_document(pack_bytes.error());
  while (pack_bytes->ends_with('\n')) pack_bytes->pop_back();
  auto pack = ledger::parse_canonical(*pack_bytes);
  if (!pack) {
    return refuse_document({pack.error().code, rule_pack + ": byte " + std::to_string(pack.error().offset.value_or(0)) + ": " +
                                          pack.error().detail});
  }
  for (const char* file : {"/genesis.json", "/founders.json"}) {
    if (fs::exists(dir + file)) return fail({Errc::conflict, dir + file + " exists already"}, kConflict);
  }
  auto stated_bytes = identities_to_found();
  if (!stated_bytes) return refuse_document(stated_bytes.error());
  const Bytes founders_bytes = node::encode_founders(*stated_bytes);
  auto stated = node::decode_founders(founders_bytes);
  if (!stated) return refuse_document(stated.error());
  for (const node::Identity& founder : *stated) {
    for (const node::Identity& other : *stated) {
      if (&other < &founder && other.validator.address == founder.validator.address) {
        return refuse_document({Errc::usage, other.validator.id + " and " + founder.validator.id + " have the same address " +
                                        founder.validator.address + ": qinglud init --address"});
      }
    }
  }
  auto made = node::make_genesis(*stated, {origin, *pack, wall_clock_ms(), snapshot_every});
  if (!made) return refuse_document(made.error());

  // Alone, the ledger follows at once; of several, each institution joins on its own machine.
  std::vector<std::string> homes;
  if (nodes > 0) {
    for (const node::Identity& founder : *stated) homes.push_back(dir + "/" + founder.validator.id);
  } else if (identities.empty()) {
    homes.push_back(dir);
  }
  std::error_code failed;
  fs::create_directories(dir, failed);
  if (failed) return fail({Errc::io, "cannot create " + dir + ": " + failed.message()}, kInternal);
  for (const std::string& home : homes) {
    auto config = node::load_config(home);
    if (!config) return fail(config.error(), kConfiguration);
    if (auto ok = node::join_network(*config, made->bytes, founders_bytes); !ok) return refuse_document(ok.error());
  }
  if (homes.empty() || nodes > 0) {
    if (auto ok = node::write_file(dir + "/genesis.json", made->bytes, false); !ok) return refuse_document(ok.error());
  }
  if (auto ok = node::write_file(dir + "/founders.json", founders_bytes, false); !ok) return refuse_document(ok.error());

  if (json) {
    Value facts = facts_of(*made, "qinglud.network.create/v1");
    facts.set("founders", Value(dir + "/founders.json"));
    facts.set("genesis", Value(dir + "/genesis.json"));
    Value::Items words;
    for (std::size_t i = 0; i < stated->size(); ++i) {
      words.push_back(Value(Value::Members{{"fingerprint", words_of((*stated_bytes)[i])}, {"member", (*stated)[i].validator.id}}));
    }
    facts.set("identities", Value(std::move(words)));
    Value::Items dirs;
    for (const std::string& home : homes) dirs.emplace_back(home);
    facts.set("joined", Value(std::move(dirs)));
    print(facts);
    return 0;
  }
  print_facts(*made);
  if (homes.empty()) {
    std::cout << say("各机构身份文件的八个核对词，须与其自己看到的一致：\n",
                     "The eight words of each identity file, which must be those that its institution saw:\n");
    for (std::size_t i = 0; i < stated->size(); ++i) {
      std::cout << "  " << (*stated)[i].validator.id << "  " << words_of((*stated_bytes)[i]) << "\n";
    }
    std::cout << say("下一步：把 ", "Next: hand ") << dir << "/genesis.json" << say(" 与 ", " and ") << dir << "/founders.json"
              << say(" 交给每个机构，各机构运行\n  qinglud network join --dir DIR --genesis genesis.json --founders founders.json\n",
                     " to every institution; each runs\n  qinglud network join --dir DIR --genesis genesis.json --founders founders.json\n");
  } else {
    std::cout << say("下一步：\n", "Next:\n");
    for (const std::string& home : homes) std::cout << "  qinglud run --dir " << home << "\n";
  }
  return 0;
}

int NetworkCommands::State::run_join() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), config.error().code == Errc::not_found ? kNotFound : kConfiguration);
  auto genesis_bytes = node::read_file(genesis, ledger::kEntryLimits.bytes_max);
  if (!genesis_bytes) return refuse_document(genesis_bytes.error());
  auto founders_bytes = node::read_file(founders, std::size_t{1} << 20);
  if (!founders_bytes) return refuse_document(founders_bytes.error());
  auto joined = observer ? node::join_as_observer(*config, *genesis_bytes, *founders_bytes)
                         : node::join_network(*config, *genesis_bytes, *founders_bytes, rejoin ? node::OwnVotes::doubtful : node::OwnVotes::none);
  if (!joined) {
    const int code = refuse_document(joined.error());
    const Errc why = joined.error().code;
    if (why == Errc::conflict) {
      std::cerr << say("此目录已有账本，绝不覆盖。下一步：qinglud check --dir ",
                       "This directory holds a ledger, which is never overwritten. Next: qinglud check --dir ")
                << dir << "\n";
    } else if (code == kConfiguration) {
      std::cerr << say("没有加入。下一步：请召集机构用各机构最新的 identity.json 重新运行 network create，再电话核对八个词\n",
                       "Not joined. Next: have the coordinator run network create anew from every institution's own "
                       "identity.json, then compare the eight words by telephone\n");
    }
    return code;
  }
  // Beside the genesis document, for auditors; a copy that is already there is the same or the operator's own affair.
  if (!fs::exists(dir + "/founders.json")) {
    if (auto ok = node::write_file(dir + "/founders.json", *founders_bytes, false); !ok) return refuse_document(ok.error());
  }
  if (json) {
    Value facts = facts_of(*joined, "qinglud.network.join/v1");
    facts.set("member", Value(config->member));
    facts.set("observer", Value(observer));
    facts.set("rejoined", Value(rejoin));
    print(facts);
    return 0;
  }
  print_facts(*joined);
  if (observer) {
    std::cout << say("各机构的密钥证明都成立。本节点只跟随，不投票；请成员在 [peers] observers 中登记本节点的传输密钥哈希（identity.json 的 transport_key_hash）。\n下一步：qinglud run --dir ",
                     "Every founder's proofs hold. This node follows without a vote; have members enter its transport_key_hash "
                     "(identity.json) under [peers] observers.\nNext: qinglud run --dir ")
              << dir << "\n";
    return 0;
  }
  if (rejoin) {
    std::cout << say("本节点不记得自己投过的票：先不投票，待法定人数的其他成员答复后再投票（三个及以下成员时无法自行结束）。\n",
                     "This node does not remember its own votes: it does not vote until a quorum of the others has answered "
                     "(with three members or fewer that never ends by itself).\n");
  }
  std::cout << say("每个机构的密钥证明都成立，本机构的密钥在其中。八个词与各机构核对一致后才运行。\n下一步：qinglud run --dir ",
                   "Every founder's proofs hold, and this institution's keys are among them. Run only when the eight words are "
                   "the same at every institution.\nNext: qinglud run --dir ")
            << dir << "\n";
  return 0;
}

int NetworkCommands::State::run_policy() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), config.error().code == Errc::not_found ? kNotFound : kConfiguration);
  auto document = node::load_genesis_file(*config);
  if (!document) return refuse_document(document.error());
  const std::string text = ledger::policy_text(document->validators, document->origin);
  if (json) {
    print(Value(Value::Members{{"epoch", document->validators.epoch},
                               {"ledger_id", to_sha256_id(document->ledger_id)},
                               {"policy", text},
                               {"schema", "qinglud.policy/v1"}}));
  } else {
    std::cout << text;
  }
  return 0;
}

Result<NetworkCommands::State::Seat> NetworkCommands::State::seat() const {
  auto config = node::load_config(dir);
  if (!config) return std::move(config).error();
  auto document_of_ledger = node::load_genesis_file(*config);
  if (!document_of_ledger) return std::move(document_of_ledger).error();
  // The set in force stands in what GET /v1/validators answered.
  auto bytes = node::read_file(validators, std::size_t{1} << 20);
  if (!bytes) return std::move(bytes).error();
  while (bytes->ends_with('\n')) bytes->pop_back();
  auto document = ledger::parse_canonical(*bytes);
  if (!document) return Error{document.error().code, validators + ": " + document.error().detail};
  const Value* set = document->find("set");
  auto present = ledger::parse_validator_set(set ? *set : *document, document_of_ledger->origin);
  if (!present) return Error{present.error().code, validators + ": " + present.error().detail};
  return Seat{std::move(*config), std::move(*document_of_ledger), std::move(*present)};
}

int NetworkCommands::State::run_change() const {
  auto at = seat();
  if (!at) return refuse_document(at.error());
  auto stated = read_identities(identities);
  if (!stated) return refuse_document(stated.error());
  std::vector<node::Identity> join_as;
  for (const Bytes& bytes : *stated) join_as.push_back(node::decode_identity(bytes).value());
  auto data = node::compose_change(at->present, at->genesis.origin, join_as, leave, from_height);
  if (!data) return refuse_document(data.error());
  if (auto ok = node::write_file(output, ledger::to_canonical(*data), false); !ok) return refuse_document(ok.error());
  const std::size_t n = data->find("set")->items_of("members").size();
  std::cout << say("新集合 ", "The new set: ") << n << say(" 个成员，法定人数 ", " members, quorum ") << n - (n - 1) / 3
            << say("，可容忍 ", ", ") << (n - 1) / 3 << say(" 个故障\n", " may fail\n");
  std::cout << say("下一步：带来新密钥的每个成员运行 qinglud network prove --dir DIR --validators FILE --change ",
                   "Next: each member that brings new keys runs qinglud network prove --dir DIR --validators FILE --change ")
            << output << say("；然后由法定人数签名提交：qinglu validator change --from ",
                             "; then a quorum signs and submits: qinglu validator change --from ")
            << output << "\n";
  return 0;
}

int NetworkCommands::State::run_prove() const {
  auto at = seat();
  if (!at) return refuse_document(at.error());
  auto bytes = node::read_file(output, ledger::kEntryLimits.bytes_max);
  if (!bytes) return refuse_document(bytes.error());
  auto data = ledger::parse_canonical(*bytes);
  if (!data) return refuse_document({data.error().code, output + ": " + data.error().detail});
  auto secret = passphrase(passphrase_fd, false);
  if (!secret) return fail(secret.error(), kDenied);
  auto next = node::load_next_keys(at->config, *secret);
  if (!next) return refuse_document(next.error());
  auto keys = *next ? Result<node::NodeKeys>(std::move(**next)) : node::load_keys(at->config, *secret);
  if (!keys) return refuse_document(keys.error());
  auto proven = node::prove_change(std::move(*data), at->present, at->genesis.origin, at->genesis.ledger_id, at->config.member, *keys);
  if (!proven) return refuse_document(proven.error());
  if (auto ok = node::write_file(output, ledger::to_canonical(*proven), true); !ok) return refuse_document(ok.error());
  std::cout << say("已加入持有证明：", "Proofs of possession added for ") << at->config.member << "\n";
  return 0;
}

int NetworkCommands::State::run_rotate() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), kConfiguration);
  auto secret = passphrase(passphrase_fd, false);
  if (!secret) return fail(secret.error(), kDenied);
  auto identity = node::rotate_keys(*config, *secret, cost_named(kdf));
  if (!identity) return refuse_document(identity.error());
  std::cout << say("新密钥已生成：", "Next keys made: ") << config->next_keys_path()
            << say("\n下一步：以其中的 identity.json 变更集合（qinglud network change --identity），并重启节点；新集合生效时新密钥自动就位，旧密钥销毁\n",
                   "\nNext: change the set with the identity.json in it (qinglud network change --identity) and restart the node; "
                   "when the set takes effect the next keys take their place and the former ones are destroyed\n");
  return 0;
}

/// A document of the operators as it came, with the end of line that an editor may have added taken off.
Result<Bytes> read_document(const std::string& path) {
  auto bytes = node::read_file(path, node::kVouchesMax);
  while (bytes && bytes->ends_with('\n')) bytes->pop_back();
  return bytes;
}

int NetworkCommands::State::run_vouch() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), kConfiguration);
  auto document = node::load_genesis_file(*config);
  if (!document) return refuse_document(document.error());
  auto bytes = read_document(request);
  if (!bytes) return refuse_document(bytes.error());
  auto asked = node::decode_vouch_request(*bytes);
  if (!asked) return refuse_document({asked.error().code, request + ": " + asked.error().detail});
  auto secret = passphrase(passphrase_fd, false);
  if (!secret) return fail(secret.error(), kDenied);
  auto keys = node::load_keys(*config, *secret);
  if (!keys) return refuse_document(keys.error());
  auto store = ledger::RocksStore::open_read_only(config->store_path());
  if (!store) return refuse_document(store.error());
  auto statement = node::vouch(**store, *document, *asked, config->member, keys->vote);
  if (!statement) return refuse_document({statement.error().code, request + ": " + statement.error().detail});
  if (auto ok = node::write_file(output, *statement, false); !ok) return refuse_document(ok.error());
  std::cout << say("已为 ", "Vouched for ") << asked->member << say(" 作证：", ": ") << output
            << say("\n下一步：交给该成员的运维人员，他运行 qinglud network end-abstention\n",
                   "\nNext: hand it to that member's operator, who runs qinglud network end-abstention\n");
  return 0;
}

int NetworkCommands::State::run_release() const {
  auto config = node::load_config(dir);
  if (!config) return fail(config.error(), kConfiguration);
  auto document = node::load_genesis_file(*config);
  if (!document) return refuse_document(document.error());
  const std::string request_path = config->abstention_path() + node::kRequestFile;
  if (!fs::exists(request_path)) {
    return refuse_document({Errc::not_found, "there is no " + request_path + ": this node does not run, or does not doubt its own votes"});
  }
  auto bytes = node::read_file(request_path, node::kVouchesMax);
  if (!bytes) return refuse_document(bytes.error());
  auto asked = node::decode_vouch_request(*bytes);
  if (!asked) return refuse_document({asked.error().code, request_path + ": " + asked.error().detail});
  auto store = ledger::RocksStore::open_read_only(config->store_path());
  if (!store) return refuse_document(store.error());
  auto set = node::validators_of(**store, *document, asked->epoch);
  if (!set) return refuse_document(set.error());
  std::vector<Bytes> vouched;
  for (const std::string& path : statements) {
    auto statement = read_document(path);
    if (!statement) return refuse_document(statement.error());
    if (auto ok = node::check_vouch(*statement, *asked, *set, document->origin); !ok) {
      return refuse_document({ok.error().code, path + ": " + ok.error().detail});
    }
    vouched.push_back(std::move(*statement));
  }
  const Bytes all = node::encode_vouches(vouched);
  if (auto ok = node::check_vouches(all, *asked, *set, document->origin); !ok) return refuse_document(ok.error());
  const std::string handed = config->abstention_path() + node::kVouchesFile, applied = config->abstention_path() + node::kAppliedFile;
  std::error_code ignored;
  fs::remove(applied, ignored);  // of an abstention before
  if (auto ok = node::write_file(handed, all, true); !ok) return refuse_document(ok.error());
  // The running node takes it away when it has judged it; the request goes once it votes again.
  constexpr int kPatience = 300;
  for (int i = 0; i < kPatience && fs::exists(request_path) && fs::exists(handed); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (!fs::exists(handed) && fs::exists(applied)) {
    std::cout << say("节点已接受证词，重新投票：", "The node has taken the statements and votes again: ") << config->member << "\n";
    return 0;
  }
  const bool waits = fs::remove(handed, ignored);
  return fail({Errc::unavailable, waits ? "the node does not run, or does not hear enough other members; see qinglu status --why"
                                        : "the node has refused them; its log says why"},
              kUnreachable);
}

NetworkCommands::NetworkCommands(CLI::App& app) : state_(std::make_unique<State>()) {
  State& s = *state_;
  const auto common = [&](CLI::App* command) {
    command->add_option("--dir", s.dir, "directory of the node / 节点目录")->required();
    command->add_flag("--json", s.json, "one JSON document / 输出 JSON");
  };
  const auto secret = [&](CLI::App* command) {
    command->add_option("--passphrase-fd", s.passphrase_fd, "read the passphrase from this descriptor / 口令的文件描述符");
  };
  const auto kdf = [&](CLI::App* command, const char* help) {
    command->add_option("--kdf", s.kdf, help)->check(CLI::IsMember({"interactive", "moderate", "sensitive"}));
  };
  s.init = app.add_subcommand("init", "make an institution's keys and identity / 生成机构密钥与身份");
  common(s.init);
  secret(s.init);
  s.init->add_option("--member", s.member, "member id, e.g. ip-office.example / 成员标识")->required();
  s.init->add_option("--party", s.party, "org:<uscc> / 机构标识")->required();
  s.init->add_option("--name", s.name, "name of the institution / 机构名称")->required();
  s.init->add_option("--role", s.roles, "role with region, e.g. IPO:50 (repeatable) / 角色");
  s.init->add_option("--address", s.address, "host:port at which other members reach this node / 其他成员连接本节点的地址");
  s.init->add_option("--http-port", s.http_port, "port of the HTTP API; 0: any free one / HTTP 接口端口")->check(CLI::Range(0, 65'535));
  kdf(s.init, "interactive, moderate (default) or sensitive / 口令强化等级");

  CLI::App* network = app.add_subcommand("network", "found a network / 创建网络");
  network->require_subcommand(1);
  s.create = network->add_subcommand("create", "genesis document of one or several institutions / 一个或多个机构的创世文件");
  common(s.create);
  secret(s.create);
  s.create->add_option("--origin", s.origin, "the log's origin, e.g. ledger.example/qinglu / 日志来源名")->required();
  s.create->add_option("--rule-pack", s.rule_pack, "first rule pack (JSON) / 首个规则包")->required();
  s.create->add_option("--identity", s.identities, "identity.json of a founder (repeatable); without it, of --dir alone / 创始机构的身份文件（可重复）");
  s.create->add_option("--nodes", s.nodes, "make a whole local network of so many nodes under --dir, for trials / 在 --dir 下建立整个本地试验网络")
      ->check(CLI::Range(1, 64));
  s.create->add_option("--peer-port", s.peer_port, "with --nodes: port for peers of the first, the others follow / 首个节点的对等端口")
      ->check(CLI::Range(1, 65'535));
  s.create->add_option("--http-port", s.http_port, "with --nodes: HTTP port of the first, the others follow; 0: any / 首个节点的 HTTP 端口")
      ->check(CLI::Range(0, 65'535));
  s.create->add_option("--snapshot-every", s.snapshot_every, "heights between snapshots, for ever / 快照间隔（区块高度），此后不变")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
  kdf(s.create, "with --nodes: interactive, moderate (default) or sensitive / 口令强化等级");
  s.join = network->add_subcommand("join", "check a genesis document and its founders, make the empty ledger / 核对创世文件与创始机构并建立空账本");
  common(s.join);
  s.join->add_option("--genesis", s.genesis, "genesis.json of the coordinator / 召集机构的创世文件")->required();
  s.join->add_option("--founders", s.founders, "founders.json beside it / 同附的创始机构文件")->required();
  s.join->add_flag("--observer", s.observer, "follow without a vote / 作为观察节点，只跟随不投票");
  s.join->add_flag("--rejoin", s.rejoin, "this member has run before and lost its data: abstain first / 本成员曾运行且丢失数据：先不投票")->excludes(s.join->get_option("--observer"));
  s.change = network->add_subcommand("change", "data of a change of the validator set / 生成集合变更的数据");
  common(s.change);
  s.change->add_option("--validators", s.validators, "what GET /v1/validators answered / 现任集合")->required();
  s.change->add_option("--identity", s.identities, "identity.json of who joins, or comes with new keys (repeatable) / 加入者的身份文件（可重复）");
  s.change->add_option("--remove", s.leave, "member id that leaves (repeatable) / 退出的成员（可重复）");
  s.change->add_option("--from-height", s.from_height, "height from which it may take effect / 起始高度")->required();
  s.change->add_option("-o,--output", s.output, "file for the data / 输出文件")->required();
  s.prove = network->add_subcommand("prove", "add this member's proofs of possession to a change / 为集合变更加入本成员的持有证明");
  common(s.prove);
  secret(s.prove);
  s.prove->add_option("--validators", s.validators, "what GET /v1/validators answered / 现任集合")->required();
  s.prove->add_option("--change", s.output, "file that network change made / 变更数据文件")->required();
  s.rotate = network->add_subcommand("rotate-keys", "make this member's next keys / 生成本成员的下一套密钥");
  common(s.rotate);
  secret(s.rotate);
  kdf(s.rotate, "interactive, moderate (default) or sensitive / 口令强化等级");
  s.vouch = network->add_subcommand("vouch", "say for a member that abstains what this node holds / 为不投票的成员作证");
  common(s.vouch);
  secret(s.vouch);
  s.vouch->add_option("--request", s.request, "abstention/request.json of that member's node / 该成员节点的请求文件")->required();
  s.vouch->add_option("-o,--output", s.output, "file for the statement / 输出文件")->required();
  s.release = network->add_subcommand("end-abstention", "hand this node what other members vouch for / 把其他成员的证词交给本节点");
  common(s.release);
  s.release->add_option("FILE", s.statements, "statement of another member, by its network vouch / 其他成员的证词")->required();
  s.policy = app.add_subcommand("policy", "policy for verifiers of C2SP checkpoints (tlog-policy) / 供检查点验证者使用的策略文本");
  common(s.policy);
}

NetworkCommands::~NetworkCommands() = default;

int NetworkCommands::run() {
  if (*state_->init) return state_->run_init();
  if (*state_->create) return state_->run_create();
  if (*state_->join) return state_->run_join();
  if (*state_->policy) return state_->run_policy();
  if (*state_->change) return state_->run_change();
  if (*state_->prove) return state_->run_prove();
  if (*state_->rotate) return state_->run_rotate();
  if (*state_->vouch) return state_->run_vouch();
  if (*state_->release) return state_->run_release();
  return -1;
}

}  // namespace qinglu
