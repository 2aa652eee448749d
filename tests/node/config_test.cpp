// SPDX-License-Identifier: Apache-2.0
// Configuration errors (F99): each refuses with the field that is wrong.
#include "node/config.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "tests/node/running_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/says.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using test::RunningLedger;
using test::says;
using test::TempDir;
namespace fs = std::filesystem;

namespace {

Result<node::Config> load(const std::string& text) {
  TempDir dir;
  std::ofstream(dir.path() + "/qinglud.toml") << text;
  return node::load_config(dir.path());
}

/// The office's genesis with one thing changed.
Result<Genesis> founded_by(const std::vector<node::Identity>& identities) {
  return node::make_genesis(identities, {"ledger.example/qinglu", test::office_genesis().rule_pack, test::kLedgerBeginMs});
}

node::Identity second_identity() {
  node::Identity second = test::office_identity();
  const auto key = [](char purpose) { return crypto::SigningKey::from_seed(Bytes(32, purpose)).public_key(); };
  second.party.id = second.validator.party = test::kApplicantParty;
  second.party.roles.clear();
  second.party.keys[0].pub = key('5');
  second.validator.id = "university.example";
  second.validator.vote_key = key('1');
  second.validator.cosign_key = key('2');
  second.validator.log_key = key('3');
  second.validator.intake_key = key('4');
  second.validator.transport_key_hash = crypto::sha256("another transport key");
  return second;
}

/// A program of this build and what it says.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments, const char* language = "en") {
    std::array<int, 2> secret{}, said{};
    REQUIRE(::pipe2(secret.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(said.data(), O_CLOEXEC) == 0);
    const std::string path = (fs::read_symlink("/proc/self/exe").parent_path() / "qinglud").string();
    std::vector<char*> argv = {const_cast<char*>(path.c_str())};
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      ::dup2(said[1], STDOUT_FILENO);
      ::dup2(said[1], STDERR_FILENO);
      ::dup2(::dup(secret[0]), 5);  // of a copy: the end itself may be 5, and closes at exec
      ::setenv("QINGLU_LANG", language, 1);
      ::execv(path.c_str(), argv.data());
      ::_exit(127);
    }
    ::close(secret[0]);
    ::close(said[1]);
    REQUIRE(::write(secret[1], "a passphrase\n", 13) == 13);
    ::close(secret[1]);
    out_ = said[0];
  }
  ~Program() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(out_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  std::string line() {
    std::string text;
    for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) text.push_back(c);
    return text;
  }
  /// Everything that it says until it ends.
  std::string all() {
    std::string text;
    for (char c = 0; ::read(out_, &c, 1) == 1;) text.push_back(c);
    return text;
  }
  int exit_code() {
    int status = 0;
    REQUIRE(::waitpid(std::exchange(child_, -1), &status, 0) > 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  void interrupt() const { ::kill(child_, SIGTERM); }
  ::pid_t pid() const { return child_; }

 private:
  ::pid_t child_ = -1;
  int out_ = -1;
};

bool holds(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

void replace_in(const std::string& path, const std::string& old, const std::string& fresh) {
  std::ifstream in(path);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::size_t at = text.find(old);
  REQUIRE(at != text.npos);
  text.replace(at, old.size(), fresh);
  std::ofstream(path, std::ios::trunc) << text;
}

}  // namespace

TEST_CASE("the template of the configuration states the defaults", "[node][config]") {
  const auto config = load(node::config_template("ip-office.example"));
  REQUIRE(config);
  const node::Config defaults;
  CHECK(config->member == "ip-office.example");
  CHECK(config->recosign_ms == defaults.recosign_ms);
  CHECK(config->block_units == defaults.block_units);
  CHECK(config->http.address == defaults.http.address);
  CHECK(config->http.port == defaults.http.port);
  CHECK(config->http.threads == defaults.http.threads);
  CHECK(config->http.header_bytes == defaults.http.header_bytes);
  CHECK(config->http.header_ms == defaults.http.header_ms);
  CHECK(config->http.body_ms == defaults.http.body_ms);
  CHECK(config->http.idle_ms == defaults.http.idle_ms);
  CHECK(config->http.write_ms == defaults.http.write_ms);
  CHECK(config->http.connections == defaults.http.connections);
  CHECK(config->http.connections_per_address == defaults.http.connections_per_address);
  CHECK(config->http.requests_per_second == defaults.http.requests_per_second);
  CHECK(config->http.burst == defaults.http.burst);
  CHECK(config->peers.listen.empty());
  CHECK(config->peers.queue_messages == defaults.peers.queue_messages);
  CHECK(config->peers.queue_bytes == defaults.peers.queue_bytes);
  CHECK(config->peers.connect_ms == defaults.peers.connect_ms);
  CHECK(config->peers.handshake_ms == defaults.peers.handshake_ms);
  CHECK(config->peers.ping_ms == defaults.peers.ping_ms);
  CHECK(config->peers.silence_ms == defaults.peers.silence_ms);
  CHECK(config->peers.write_ms == defaults.peers.write_ms);
  CHECK(config->peers.retry_min_ms == defaults.peers.retry_min_ms);
  CHECK(config->peers.retry_max_ms == defaults.peers.retry_max_ms);
  CHECK(config->pool.units_max == defaults.pool.units_max);
  CHECK(config->pool.bytes_max == defaults.pool.bytes_max);
  CHECK(config->pool.units_per_submitter == defaults.pool.units_per_submitter);
  CHECK(config->pool.pursued_ms == defaults.pool.pursued_ms);
  CHECK(config->pool.refusals_max == defaults.pool.refusals_max);
  CHECK(config->pool.refusals_per_submitter == defaults.pool.refusals_per_submitter);
}

TEST_CASE("a configuration that is wrong is refused with the field named [F99]", "[node][config][F99]") {
  struct Case {
    std::string text;
    Errc code;
    std::string says;
  };
  const std::string member = "[node]\nmember = \"ip-office.example\"\n";
  const auto wrong = GENERATE_COPY(values<Case>({
      {"", Errc::usage, "node.member is missing"},
      {"[node]\nmember = \"\"\n", Errc::usage, "node.member must be a text"},
      {"[node]\nmember = 3\n", Errc::usage, "node.member must be a text"},
      {member + "membre = 3\n", Errc::usage, "node.membre is unknown"},
      {member + "[nodes]\n", Errc::usage, "[nodes] is unknown"},
      {"http = 3\n" + member, Errc::usage, "[http] must be a table"},
      {member + "block_units = 0\n", Errc::usage, "node.block_units must be an integer from 1 to 10000"},
      {member + "block_units = 10001\n", Errc::usage, "node.block_units must be an integer from 1 to 10000"},
      {member + "recosign_ms = -1\n", Errc::usage, "node.recosign_ms must be an integer from 0 to 86400000"},
      {member + "[http]\nport = 65536\n", Errc::usage, "http.port must be an integer from 0 to 65535"},
      {member + "[http]\nport = 80.5\n", Errc::usage, "http.port must be an integer"},
      {member + "[http]\nport = \"80\"\n", Errc::usage, "http.port must be an integer"},
      {member + "[http]\nthreads = 0\n", Errc::usage, "http.threads must be an integer from 1 to 64"},
      {member + "[http]\nburst = -0.5\n", Errc::usage, "http.burst must be a number of at least 0"},
      {member + "[http]\nrequests_per_second = nan\n", Errc::usage, "http.requests_per_second must be a number"},
      {member + "[peers]\nlisten = \"7280\"\n", Errc::usage, "peers.listen must be host:port"},
      {member + "[peers]\nlisten = \"::1:7280\"\n", Errc::usage, "peers.listen must be host:port"},
      {member + "[peers]\naddresses = 3\n", Errc::usage, "peers.addresses must be a table of texts"},
      {member + "[peers]\naddresses = { \"b.example\" = 3 }\n", Errc::usage, "peers.addresses must be a table of texts"},
      {member + "[peers.addresses]\n\"b.example\" = \"b\"\n", Errc::usage, "peers.addresses: that of b.example must be host:port"},
      {member + "[peers]\nqueue_bytes = 1\n", Errc::usage, "peers.queue_bytes must be an integer from 33554432"},
      {member + "[peers]\nping_ms = 20000\n", Errc::usage, "peers.silence_ms must be greater than peers.ping_ms"},
      {member + "[peers]\nretry_max_ms = 10\n", Errc::usage, "peers.retry_max_ms must not be less than peers.retry_min_ms"},
      {member + "[pool]\nbytes_max = 1\n", Errc::usage, "pool.bytes_max must be an integer from 1048576"},
      {member + "[pool]\nunits_max = 9223372036854775808\n", Errc::malformed, "qinglud.toml:4:"},
      {member + "[pool\n", Errc::malformed, "qinglud.toml:3:"},
      {member + "member = \"twice\"\n", Errc::malformed, "qinglud.toml:3:"},
  }));
  const auto config = load(wrong.text);
  INFO(wrong.text);
  REQUIRE_FALSE(config);
  INFO(config.error().detail);
  CHECK(config.error().code == wrong.code);
  CHECK(says(config.error(), wrong.says));
}

TEST_CASE("members may be reached elsewhere than the set says", "[node][config]") {
  const auto config = load(
      "[node]\nmember = \"a.example\"\n[peers]\nlisten = \"0.0.0.0:7280\"\n"
      "addresses = { \"b.example\" = \"10.0.0.5:7280\", \"c.example\" = \"[::1]:1\" }\n");
  REQUIRE(config);
  CHECK(config->peers.listen == "0.0.0.0:7280");
  CHECK(config->peers.addresses == std::map<std::string, std::string>{{"b.example", "10.0.0.5:7280"}, {"c.example", "[::1]:1"}});
}

TEST_CASE("an address for peers is a host and a port", "[node][config][F99]") {
  struct Case {
    std::string text, host;
    unsigned port;
  };
  for (const Case& good : {Case{"127.0.0.1:7280", "127.0.0.1", 7280}, Case{"node-1.ip-office.example:1", "node-1.ip-office.example", 1},
                           Case{"[::1]:65535", "::1", 65535}}) {
    const auto read = node::parse_host_port(good.text);
    INFO(good.text);
    REQUIRE(read);
    CHECK(read->host == good.host);
    CHECK(read->port == good.port);
  }
  for (const char* bad : {"", ":", ":7280", "host", "host:", "host:0", "host:65536", "host:+1", "host:1x", "::1:7280", "[]:1",
                          "a b:1", "http://host:1"}) {
    INFO(bad);
    CHECK_FALSE(node::parse_host_port(bad));
  }
}

TEST_CASE("a directory without a configuration is no node [F99]", "[node][config][F99]") {
  TempDir dir;
  const auto config = node::load_config(dir.path());
  REQUIRE_FALSE(config);
  CHECK(config.error().code == Errc::not_found);
  CHECK(says(config.error(), "qinglud.toml"));
}

TEST_CASE("a genesis document with a wrong validator set is refused and names what is wrong [F99]", "[node][F99]") {
  node::Identity office = test::office_identity();
  SECTION("an empty set") {
    const auto genesis = founded_by({});
    REQUIRE_FALSE(genesis);
    CHECK((says(genesis.error(), "parties") || says(genesis.error(), "members")));
  }
  SECTION("one key for two purposes") {
    office.validator.cosign_key = office.validator.vote_key;
    const auto genesis = founded_by({office});
    REQUIRE_FALSE(genesis);
    CHECK(says(genesis.error(), "ip-office.example: a public key stands twice"));
  }
  SECTION("a validator's key that also signs records") {
    office.party.keys[0].pub = office.validator.intake_key;
    const auto genesis = founded_by({office});
    REQUIRE_FALSE(genesis);
    CHECK(says(genesis.error(), "a public key of ip-office.example stands twice"));
  }
  SECTION("a key of another member") {
    node::Identity second = second_identity();
    second.validator.log_key = office.validator.log_key;
    const auto genesis = founded_by({office, second});
    REQUIRE_FALSE(genesis);
    CHECK(says(genesis.error(), "university.example: a public key stands twice"));
  }
  SECTION("the same institution twice") {
    const auto genesis = founded_by({office, office});
    REQUIRE_FALSE(genesis);
    CHECK(says(genesis.error(), "a public key of " + test::kOfficeParty + " stands twice"));
  }
  SECTION("a key that may not be enrolled") {
    office.validator.vote_key = PublicKey{};
    const auto genesis = founded_by({office});
    REQUIRE_FALSE(genesis);
    CHECK(says(genesis.error(), "a key of ip-office.example may not be enrolled"));
  }
}

TEST_CASE("a node refuses another ledger, member or key than its own [F99]", "[node][F99]") {
  RunningLedger ledger;
  ledger.create();
  const auto start = [&](node::NodeOptions options, const Genesis& genesis, node::NodeKeys keys) {
    auto disk = node::open_disk(ledger.config());
    REQUIRE(disk);
    auto started = node::LedgerNode::start(std::move(options), std::move(*disk), genesis, std::move(keys), ledger.clock());
    REQUIRE_FALSE(started);
    return started.error();
  };
  SECTION("the genesis document of another ledger: both hashes are shown") {
    const auto other = founded_by({test::office_identity()});
    REQUIRE(other);
    const Error error = start(test::office_options(), *other, test::office_keys());
    CHECK(error.code == Errc::wrong_ledger);
    CHECK(says(error, to_hex(other->ledger_id)));
    CHECK(says(error, to_hex(ledger.ledger_id())));
  }
  SECTION("no member of the set") {
    node::NodeOptions options = test::office_options();
    options.member = "exchange.example";
    const Error error = start(options, test::office_genesis(), test::office_keys());
    CHECK(error.code == Errc::usage);
    CHECK(says(error, "exchange.example is no member of the validator set"));
  }
  SECTION("a key file of another member, whichever purpose it is for") {
    const int purpose = GENERATE(0, 1, 2, 3);
    node::NodeKeys keys = test::office_keys();
    crypto::SigningKey* const of[] = {&keys.vote, &keys.cosign, &keys.log, &keys.intake};
    *of[purpose] = crypto::SigningKey::from_seed(Bytes(32, '1'));
    const Error error = start(test::office_options(), test::office_genesis(), std::move(keys));
    CHECK(error.code == Errc::usage);
    CHECK(says(error, "the keys are not those of ip-office.example in the set"));
  }
  REQUIRE(ledger.start());  // and nothing was spoilt
}

TEST_CASE("a node of one validator says that it tolerates no fault [F99]", "[node][F99]") {
  RunningLedger ledger;
  const auto status = ledger.founded().node().status();
  CHECK(status.validators == 1);
  CHECK(status.quorum == 1);
  CHECK(status.may_fail == 0);
}

TEST_CASE("a node of several validators does not start without a channel to the others [F99]", "[node][F99]") {
  const auto genesis = founded_by({test::office_identity(), second_identity()});
  REQUIRE(genesis);
  RunningLedger ledger;
  REQUIRE(node::create_ledger(ledger.config(), *genesis));
  auto disk = node::open_disk(ledger.config());
  REQUIRE(disk);
  const auto started = node::LedgerNode::start(test::office_options(), std::move(*disk), *genesis, test::office_keys(),
                                               ledger.clock());
  REQUIRE_FALSE(started);
  CHECK(started.error().code == Errc::usage);
}

TEST_CASE("qinglud: init, create, run, and every start that it refuses [F09] [F18] [F99]",
          "[node][program][F09][F18][F99]") {
  TempDir dir;
  const std::string at = dir.path() + "/node";
  {
    Program init({"init", "--dir", at, "--member", "ip-office.example", "--party", test::kOfficeParty, "--name", "示例局",
                  "--role", "IPO:50", "--kdf", "interactive", "--passphrase-fd", "5"});
    const std::string said = init.all();
    INFO(said);
    REQUIRE(init.exit_code() == 0);
  }
  replace_in(at + "/qinglud.toml", "port = 7180", "port = 0");
  const std::string pack = dir.path() + "/pack.json";
  std::ofstream(pack) << test::read_test_file("data/rulepack-1.json");
  const std::vector<std::string> create = {"network", "create", "--dir", at, "--origin", "ledger.example/qinglu",
                                           "--rule-pack", pack};
  {
    Program made(create);
    const std::string said = made.all();
    INFO(said);
    REQUIRE(made.exit_code() == 0);
    CHECK(holds(said, "One validator, quorum 1: no node may fail."));
  }
  {
    Program again(create);
    CHECK(holds(again.all(), "exists already"));
    CHECK(again.exit_code() == 7);
  }
  const std::vector<std::string> run = {"run", "--dir", at, "--passphrase-fd", "5"};
  {
    Program node(run);
    const std::string serving = node.line();
    INFO(serving);
    REQUIRE(holds(serving, "\"event\":\"serving\""));
    CHECK(holds(serving, "\"quorum\":1,\"tolerates\":0"));
    Program second(run);
    const std::string said = second.all();
    INFO(said);
    CHECK(holds(said, "is in use by process " + std::to_string(node.pid()) + " [CONFLICT]"));
    CHECK(second.exit_code() == 12);
    node.interrupt();
    CHECK(holds(node.all(), "\"event\":\"stopped\""));
    CHECK(node.exit_code() == 0);
  }
  const auto refused = [&](int code, const std::string& part, const char* language = "en") {
    Program node(run, language);
    const std::string said = node.all();
    INFO(said);
    CHECK(holds(said, part));
    CHECK(node.exit_code() == code);
  };
  replace_in(at + "/qinglud.toml", "port = 0", "prot = 0");
  refused(78, "http.prot is unknown");
  replace_in(at + "/qinglud.toml", "prot = 0", "port = 0");
  replace_in(at + "/genesis.json", "\"origin\":\"ledger.example", "\"origin\":\"another.example");
  refused(78, "[WRONG_LEDGER]");
  replace_in(at + "/genesis.json", "\"origin\":\"another.example", "\"origin\":\"ledger.example");
  fs::rename(at + "/data", at + "/moved");
  refused(12, "绝不新建账本", "zh");
  CHECK_FALSE(fs::exists(at + "/data"));
}

TEST_CASE("qinglud: two institutions found a network and each joins it [F99]", "[node][program][founding][F99]") {
  TempDir dir;
  const std::string pack = dir.path() + "/pack.json";
  std::ofstream(pack) << test::read_test_file("data/rulepack-1.json");
  const auto says_so = [](std::vector<std::string> words, int code, const std::string& part, const char* language = "en") {
    Program program(std::move(words), language);
    const std::string said = program.all();
    INFO(said);
    CHECK(holds(said, part));
    CHECK(program.exit_code() == code);
    return said;
  };
  const std::string office = dir.path() + "/office", exchange = dir.path() + "/exchange", desk = dir.path() + "/desk";
  const auto init = [&](const std::string& at, const char* member, const std::string& party, const char* port) {
    return std::vector<std::string>{"init", "--dir", at, "--member", member, "--party", party, "--name", "示例", "--address",
                                    std::string("127.0.0.1:") + port, "--kdf", "interactive", "--passphrase-fd", "5"};
  };
  says_so(init(office, "ip-office.example", test::kOfficeParty, "no port"), 2, "is no host:port");
  const std::string own = says_so(init(office, "ip-office.example", test::kOfficeParty, "7280"), 0,
                                  "hand identity.json to the one that coordinates");
  says_so(init(exchange, "exchange.example", test::kApplicantParty, "7281"), 0, "把 identity.json 交给召集机构", "zh");
  const std::vector<std::string> create = {"network", "create", "--dir", desk, "--identity", office + "/identity.json", "--identity",
                                           exchange + "/identity.json", "--origin", "ledger.example/qinglu", "--rule-pack", pack};
  const std::string made = says_so(create, 0, "2 validators, quorum 2: none may fail");
  const std::string eight = own.substr(own.find("eight words: ") + 13, own.find('\n', own.find("eight words: ")) - own.find("eight words: ") - 13);
  CHECK(holds(made, "  ip-office.example  " + eight + "\n"));  // what the coordinator holds is what the office made
  says_so(create, 7, "exists already");
  const auto join = [&](const std::string& at, const std::string& genesis) {
    return std::vector<std::string>{"network", "join", "--dir", at, "--genesis", genesis, "--founders", desk + "/founders.json"};
  };
  const std::string genesis = desk + "/genesis.json";
  says_so(join(office, dir.path() + "/none.json"), 5, "does not exist");
  const std::string words = made.substr(made.find("to each other: "), made.find('\n', made.find("to each other: ")) - made.find("to each other: "));
  says_so(join(office, genesis), 0, words);  // the same eight words at every institution
  says_so(join(exchange, genesis), 0, "法定人数 2：不能容忍任何节点故障", "zh");
  says_so(join(office, genesis), 7, "never overwritten");
  says_so({"check", "--dir", exchange}, 0, "are whole");
  says_so({"policy", "--dir", exchange}, 0, "\ngroup validators 2 v0 v1\nquorum validators\n");
  says_so({"network", "create", "--dir", dir.path() + "/net", "--nodes", "2", "--identity", genesis, "--origin", "x", "--rule-pack", pack}, 2,
          "leave out --identity");
}
