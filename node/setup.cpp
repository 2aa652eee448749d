// SPDX-License-Identifier: Apache-2.0
#include "node/setup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"
#include "ledger/model/ids.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/final_chain.hpp"
#include "node/peers/certificate.hpp"

namespace qinglu::node {
namespace {

using ledger::Value;
namespace fs = std::filesystem;

constexpr std::string_view kPurposes[] = {"cosign", "intake", "log", "record", "transport", "vote"};

Error system_error(const std::string& act, const std::string& path) {
  return {Errc::io, act + " " + path + ": " + std::strerror(errno)};
}

/// What the keys of an identity sign: there is no ledger yet, so its place holds zeros.
Bytes possession_message(const Value& statement) {
  const Digest no_ledger{};
  const Digest digest = crypto::sha256(ledger::to_canonical(statement));
  return Bytes(crypto::domain::kPossession) + Bytes(no_ledger.view()) + Bytes(digest.view());
}

Value statement_of(const Identity& identity) {
  Value::Items keys;
  for (const auto& key : identity.party.keys) {
    keys.push_back(Value(Value::Members{{"key_id", key.key_id}, {"pub", to_hex(key.pub)}, {"suite", 1}}));
  }
  Value::Items roles;
  for (const auto& grant : identity.party.roles) {
    roles.push_back(Value(Value::Members{{"role", grant.role}, {"scope", grant.scope}}));
  }
  Value party(Value::Members{{"id", identity.party.id}, {"keys", std::move(keys)}, {"name", identity.party.name}});
  if (!roles.empty()) party.set("roles", Value(std::move(roles)));
  const ledger::Validator& v = identity.validator;
  Value validator(Value::Members{{"address", v.address},
                                 {"cosign_key", to_hex(v.cosign_key)},
                                 {"id", v.id},
                                 {"intake_key", to_hex(v.intake_key)},
                                 {"log_key", to_hex(v.log_key)},
                                 {"transport_key_hash", to_hex(v.transport_key_hash)},
                                 {"vote_key", to_hex(v.vote_key)}});
  return Value(Value::Members{{"party", std::move(party)}, {"validator", std::move(validator)}});
}

}  // namespace

Result<Bytes> read_file(const std::string& path, std::size_t bytes_max) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return Error{Errc::not_found, path + " does not exist"};
  if (const auto size = fs::file_size(path, ignored); !ignored && size > bytes_max) {
    return Error{Errc::limit, path + " has more than " + std::to_string(bytes_max) + " bytes"};
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{Errc::io, "cannot read " + path};
  Bytes bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (bytes.size() > bytes_max) return Error{Errc::limit, path + " is too long"};
  return bytes;
}

Result<void> write_file(const std::string& path, BytesView bytes, bool overwrite) {
  if (!overwrite && fs::exists(path)) return Error{Errc::conflict, path + " exists already"};
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return system_error("cannot create", temporary);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      ::close(fd);
      return system_error("cannot write", temporary);
    }
    done += static_cast<std::size_t>(n);
  }
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) return system_error("cannot sync", temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error("cannot rename", temporary);
  return ledger::sync_directory_of(path);
}

Bytes encode_identity(const Identity& identity, const std::vector<const crypto::SigningKey*>& keys) {
  const Value statement = statement_of(identity);
  const Bytes message = possession_message(statement);
  Value::Items proofs;
  for (const crypto::SigningKey* key : keys) {
    proofs.push_back(Value(Value::Members{{"pub", to_hex(key->public_key())},
                                          {"sig", to_base64(key->sign({message}))}}));
  }
  return ledger::to_canonical(Value(Value::Members{{"format", "qinglu-identity/1"},
                                                   {"proofs", std::move(proofs)},
                                                   {"statement", statement},
                                                   {"suite", 1}}));
}

Result<Identity> decode_identity(BytesView bytes) {
  auto document = ledger::parse_canonical(bytes);
  if (!document) return std::move(document).error();
  ledger::Fields outer(*document, "identity");
  outer.literal("format", "qinglu-identity/1");
  outer.literal("suite", 1);
  const Value& statement = outer.object("statement");
  const Value::Items& proofs = outer.array("proofs", 5, 5);
  if (auto ok = outer.finish({"format", "proofs", "statement", "suite"}); !ok) return std::move(ok).error();
  ledger::Fields parts(statement, "identity statement");
  const Value& party_value = parts.object("party");
  const Value& validator_value = parts.object("validator");
  if (auto ok = parts.finish({"party", "validator"}); !ok) return std::move(ok).error();

  Identity identity;
  ledger::Fields v(validator_value, "identity validator");
  identity.validator.address = v.text("address");
  identity.validator.id = v.text("id");
  identity.validator.cosign_key = v.hex<PublicKey>("cosign_key");
  identity.validator.intake_key = v.hex<PublicKey>("intake_key");
  identity.validator.log_key = v.hex<PublicKey>("log_key");
  identity.validator.vote_key = v.hex<PublicKey>("vote_key");
  identity.validator.transport_key_hash = v.hex<Digest>("transport_key_hash");
  if (auto ok = v.finish({"address", "cosign_key", "id", "intake_key", "log_key",
                          "transport_key_hash", "vote_key"});
      !ok) {
    return std::move(ok).error();
  }
  ledger::Fields p(party_value, "identity party");
  identity.party.id = p.text("id");
  identity.party.name = p.text("name");
  identity.validator.party = identity.party.id;
  for (const Value& item : p.array("keys", 1, 1)) {
    ledger::Fields key(item, "identity key");
    identity.party.keys.push_back({key.text("key_id"), key.hex<PublicKey>("pub")});
    key.literal("suite", 1);
    if (auto ok = key.finish({"key_id", "pub", "suite"}); !ok) return std::move(ok).error();
  }
  if (p.has("roles")) {
    for (const Value& item : p.array("roles", 1, 32)) {
      ledger::Fields role(item, "identity role");
      identity.party.roles.push_back({role.text("role"), role.object("scope")});
      if (auto ok = role.finish({"role", "scope"}); !ok) return std::move(ok).error();
    }
  }
  if (auto ok = p.finish({"id", "keys", "name"}, {"roles"}); !ok) return std::move(ok).error();

  const Bytes message = possession_message(statement);
  std::vector<PublicKey> proven;
  for (const Value& item : proofs) {
    ledger::Fields proof(item, "identity proof");
    const auto key = proof.hex<PublicKey>("pub");
    const auto signature = fixed_from_base64<Signature>(proof.text("sig"));
    if (auto ok = proof.finish({"pub", "sig"}); !ok) return std::move(ok).error();
    if (!signature || !crypto::may_enrol(key) || !crypto::verify(key, message, *signature)) {
      return Error{Errc::bad_signature, "identity: a key does not prove possession"};
    }
    proven.push_back(key);
  }
  for (const PublicKey& key : {identity.validator.vote_key, identity.validator.cosign_key,
                               identity.validator.log_key, identity.validator.intake_key,
                               identity.party.keys[0].pub}) {
    if (std::ranges::find(proven, key) == proven.end()) {
      return Error{Errc::bad_signature, "identity: a key lacks its proof of possession"};
    }
  }
  return identity;
}

Result<Identity> init_node(const InitOptions& options, BytesView passphrase) {
  if (!crypto::is_member_id(options.member)) {
    return Error{Errc::usage, options.member + " is no member id: lower-case letters, digits, dots, hyphens"};
  }
  if (!ledger::is_party_id(options.party) || !options.party.starts_with("org:")) {
    return Error{Errc::usage, options.party + " is no organisation's id (org:<18 characters>)"};
  }
  if (auto address = parse_host_port(options.address); !address) return std::move(address).error();
  std::error_code failed;
  if (fs::exists(options.dir) && !fs::is_empty(options.dir, failed)) {
    return Error{Errc::conflict, options.dir + " is not empty"};
  }
  const std::string keys_dir = options.dir + "/keys";
  fs::create_directories(keys_dir, failed);
  if (failed) return Error{Errc::io, "cannot create " + keys_dir + ": " + failed.message()};
  fs::permissions(keys_dir, fs::perms::owner_all, failed);

  std::map<std::string, crypto::SigningKey, std::less<>> keys;
  for (std::string_view purpose : kPurposes) {
    auto key = crypto::SigningKey::generate();
    auto text = crypto::seal_key(key, purpose, std::nullopt, passphrase, options.cost);
    if (!text) return std::move(text).error();
    if (auto ok = crypto::save_key_file(keys_dir + "/" + std::string(purpose) + ".key", *text); !ok) {
      return std::move(ok).error();
    }
    keys.emplace(purpose, std::move(key));
  }
  const auto pub = [&](std::string_view purpose) { return keys.find(purpose)->second.public_key(); };
  Identity identity;
  identity.validator = {options.member, options.party, pub("vote"),
                        pub("cosign"),  pub("log"),    pub("intake"),
                        transport_key_hash(pub("transport")), options.address};
  identity.party = {options.party, options.name, options.roles, {{"k1", pub("record")}}};
  std::vector<const crypto::SigningKey*> provers;
  for (std::string_view purpose : {"vote", "cosign", "log", "intake", "record"}) {
    provers.push_back(&keys.find(purpose)->second);
  }
  if (auto ok = write_file(options.dir + "/identity.json", encode_identity(identity, provers), false); !ok) {
    return std::move(ok).error();
  }
  if (auto ok = write_file(options.dir + "/qinglud.toml", config_template(options.member, options.http_port), false); !ok) {
    return std::move(ok).error();
  }
  return identity;
}

Result<ledger::Genesis> make_genesis(const std::vector<Identity>& identities,
                                     const CreateOptions& options) {
  ledger::Genesis genesis;
  genesis.nonce = to_hex(crypto::random_bytes(16));
  genesis.origin = options.origin;
  genesis.time_ms = options.time_ms;
  genesis.snapshot_every = options.snapshot_every;
  genesis.rule_pack = options.rule_pack;
  genesis.validators.epoch = 1;
  for (const Identity& identity : identities) {
    genesis.parties.push_back(identity.party);
    genesis.validators.members.push_back(identity.validator);
  }
  std::ranges::sort(genesis.parties, {}, &ledger::Genesis::Party::id);
  std::ranges::sort(genesis.validators.members, {}, &ledger::Validator::id);
  auto decoded = ledger::decode_genesis(ledger::encode_genesis(genesis));
  if (!decoded) return decoded;
  if (auto state = ledger::load_genesis(*decoded); !state) return std::move(state).error();
  return decoded;
}

namespace {

/// The record of own votes is gone: whoever starts from here abstains first.
void put_doubt(ledger::KvBatch& batch, std::uint64_t epoch, std::string reason) {
  const agreement::AbstainRow row{agreement::AbstainRow::State::doubtful, epoch, 0, std::move(reason)};
  batch.put(ledger::Family::chain, agreement::chain_key::meta("abstain"), row.encode());
}

Result<void> write_genesis(const Config& config, const ledger::Genesis& genesis) {
  // The document itself may lie there already, as it came.
  const auto there = read_file(config.genesis_path(), ledger::kEntryLimits.bytes_max);
  if (there && *there == genesis.bytes) return {};
  return write_file(config.genesis_path(), genesis.bytes, false);
}

Result<void> make_directory_of(const std::string& path) {
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  if (failed) return Error{Errc::io, "cannot create the directory of " + path + ": " + failed.message()};
  return {};
}

/// A guard file whose ledger is gone says nothing more to a node that abstains; nobody deletes it.
Result<void> set_guard_aside(const Config& config) {
  const std::string aside = config.guard_path() + ".former";
  std::error_code failed;
  if (!fs::exists(config.guard_path())) return {};
  fs::rename(config.guard_path(), aside, failed);
  if (failed) return Error{Errc::io, "cannot rename " + config.guard_path() + ": " + failed.message()};
  return ledger::sync_directory_of(aside);
}

Result<void> nothing_there(std::initializer_list<std::string> paths) {
  for (const std::string& path : paths) {
    if (fs::exists(path)) return Error{Errc::conflict, path + " exists already"};
  }
  return {};
}

}  // namespace

Result<void> create_ledger(const Config& config, const ledger::Genesis& genesis, OwnVotes votes) {
  auto batch = genesis_batch(genesis);
  if (!batch) return std::move(batch).error();
  if (auto ok = nothing_there({config.store_path(), config.journal_path()}); !ok) return ok;
  if (votes == OwnVotes::doubtful) {
    put_doubt(*batch, genesis.validators.epoch, "this member rejoined without its record of own votes");
    if (auto ok = set_guard_aside(config); !ok) return ok;
  }
  if (auto ok = nothing_there({config.guard_path()}); !ok) return ok;
  for (const std::string& path : {config.store_path(), config.guard_path()}) {
    if (auto ok = make_directory_of(path); !ok) return ok;
  }
  if (auto ok = write_genesis(config, genesis); !ok) return ok;
  auto store = ledger::RocksStore::create(config.store_path());
  if (!store) return std::move(store).error();
  if (auto ok = (*store)->write(*batch, ledger::Sync::yes); !ok) return ok;
  auto journal = ledger::Journal::create(config.journal_path());
  if (!journal) return std::move(journal).error();
  // The guard comes last: while it is missing no start takes the directory for a ledger.
  auto guard = ledger::Guard::create(config.guard_path(), {0, 0, {}});
  if (!guard) return std::move(guard).error();
  return {};
}

Result<SnapshotProven> restore_ledger(const Config& config, const ledger::Genesis& genesis, const SnapshotManifest& manifest,
                                      const ChunkSource& source, const SnapshotProgress& progress) {
  // Store and journal appear under their names together, and only when they are whole.
  Config making = config;
  making.data_name = config.data_name + ".restoring";
  if (auto ok = nothing_there({config.data_path()}); !ok) return std::move(ok).error();
  std::error_code failed;
  fs::remove_all(making.data_path(), failed);  // left by a run that was killed
  for (const std::string& path : {making.store_path(), config.guard_path()}) {
    if (auto ok = make_directory_of(path); !ok) return std::move(ok).error();
  }
  const auto build = [&]() -> Result<SnapshotProven> {
    auto store = ledger::RocksStore::create(making.store_path());
    if (!store) return std::move(store).error();
    auto proven = import_snapshot(manifest, source, genesis, **store, progress);
    if (!proven) return proven;
    auto set = validators_of(**store, genesis, proven->tip.epoch);
    if (!set) return std::move(set).error();
    const bool member = std::ranges::find(set->members, config.member, &ledger::Validator::id) != set->members.end();
    if (member && set->n() > 1) {
      ledger::KvBatch batch;
      put_doubt(batch, proven->tip.epoch, "this member was restored from a snapshot, which holds no record of own votes");
      if (auto ok = (*store)->write(batch, ledger::Sync::yes); !ok) return std::move(ok).error();
    }
    auto journal = ledger::Journal::create(making.journal_path());
    if (!journal) return std::move(journal).error();
    return proven;
  };
  auto proven = build();
  if (!proven) {
    fs::remove_all(making.data_path(), failed);
    return proven;
  }
  if (auto ok = write_genesis(config, genesis); !ok) return std::move(ok).error();
  if (auto ok = set_guard_aside(config); !ok) return std::move(ok).error();
  fs::rename(making.data_path(), config.data_path(), failed);
  if (failed) return Error{Errc::io, "cannot rename " + making.data_path() + ": " + failed.message()};
  if (auto ok = ledger::sync_directory_of(config.data_path()); !ok) return std::move(ok).error();
  auto guard = ledger::Guard::create(config.guard_path(), {0, proven->tip.height, {}});
  if (!guard) return std::move(guard).error();
  return proven;
}

Result<NodeDisk> open_disk(const Config& config) {
  auto guard = ledger::Guard::open(config.guard_path());
  const bool lost = !guard && (guard.error().code == Errc::not_found || guard.error().code == Errc::corrupt);
  if (!guard && !lost) return std::move(guard).error();
  auto store = ledger::RocksStore::open(config.store_path());
  if (!store) return lost ? std::move(guard).error() : std::move(store).error();
  auto journal = ledger::Journal::recover(config.journal_path());
  if (!journal) return std::move(journal).error();
  NodeDisk disk;
  disk.store = std::move(*store);
  disk.guard_path = config.guard_path();
  if (guard) {
    disk.guard = std::make_unique<ledger::Guard>(std::move(*guard));
  } else {
    disk.guard_fault = guard.error();
  }
  disk.journal = std::make_unique<ledger::Journal>(std::move(journal->journal));
  disk.journalled = std::move(journal->rows);
  return disk;
}

Result<ledger::Genesis> load_genesis_file(const Config& config) {
  auto bytes = read_file(config.genesis_path(), ledger::kEntryLimits.bytes_max);
  if (!bytes) return std::move(bytes).error();
  auto genesis = ledger::decode_genesis(*bytes);
  if (!genesis) {
    return Error{genesis.error().code, config.genesis_path() + ": " + genesis.error().detail};
  }
  return genesis;
}

namespace {

Result<crypto::SigningKey> load_key(const std::string& directory, std::string_view purpose, BytesView passphrase) {
  return crypto::load_key_file(directory + "/" + std::string(purpose) + ".key", std::nullopt, passphrase);
}

Result<NodeKeys> load_keys_of(const std::string& directory, BytesView passphrase) {
  auto vote = load_key(directory, "vote", passphrase);
  if (!vote) return std::move(vote).error();
  auto cosign = load_key(directory, "cosign", passphrase);
  if (!cosign) return std::move(cosign).error();
  auto log = load_key(directory, "log", passphrase);
  if (!log) return std::move(log).error();
  auto intake = load_key(directory, "intake", passphrase);
  if (!intake) return std::move(intake).error();
  return NodeKeys{std::move(*vote), std::move(*cosign), std::move(*log), std::move(*intake)};
}

}  // namespace

Result<NodeKeys> load_keys(const Config& config, BytesView passphrase) { return load_keys_of(config.keys_path(), passphrase); }

Result<std::optional<NodeKeys>> load_next_keys(const Config& config, BytesView passphrase) {
  if (!fs::exists(config.next_keys_path())) return std::optional<NodeKeys>();
  auto keys = load_keys_of(config.next_keys_path(), passphrase);
  if (!keys) return std::move(keys).error();
  return std::optional<NodeKeys>(std::move(*keys));
}

Result<crypto::SigningKey> load_transport_key(const Config& config, BytesView passphrase) {
  return load_key(config.keys_path(), "transport", passphrase);
}

}  // namespace qinglu::node
