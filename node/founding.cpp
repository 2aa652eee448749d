// SPDX-License-Identifier: Apache-2.0
#include "node/founding.hpp"

#include <algorithm>
#include <filesystem>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"
#include "ledger/model/numbers.hpp"
#include "node/peers/certificate.hpp"

namespace qinglu::node {
namespace {

using ledger::Value;
namespace fs = std::filesystem;

Error differs(std::string what) { return {Errc::wrong_ledger, "genesis: " + std::move(what)}; }

bool same_validator(const ledger::Validator& a, const ledger::Validator& b) {
  return a.id == b.id && a.party == b.party && a.vote_key == b.vote_key && a.cosign_key == b.cosign_key &&
         a.log_key == b.log_key && a.intake_key == b.intake_key && a.transport_key_hash == b.transport_key_hash &&
         a.address == b.address;
}

bool same_party(const ledger::Genesis::Party& a, const ledger::Genesis::Party& b) {
  return a.id == b.id && a.name == b.name &&
         std::ranges::equal(a.keys, b.keys, [](const auto& x, const auto& y) { return x.key_id == y.key_id && x.pub == y.pub; }) &&
         std::ranges::equal(a.roles, b.roles, [](const auto& x, const auto& y) {
           return x.role == y.role && ledger::to_canonical(x.scope) == ledger::to_canonical(y.scope);
         });
}

/// The code of a made-up institution ("QL" in it) with the check characters that hold.
std::string with_checks(const std::string& first_16) {
  for (const char inner : std::string_view("0123456789X")) {
    for (const char outer : std::string_view("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
      std::string code = first_16 + inner + outer;
      if (ledger::organisation_code_check_holds(code) && ledger::uscc_check_holds(code)) return code;
    }
  }
  return first_16 + "00";
}

}  // namespace

Bytes encode_founders(const std::vector<Bytes>& identities) {
  Value::Items items;
  for (const Bytes& identity : identities) items.push_back(ledger::parse_canonical(identity).value());
  return ledger::to_canonical(Value(
      Value::Members{{"format", "qinglu-founders/1"}, {"identities", std::move(items)}, {"suite", 1}}));
}

Result<std::vector<Identity>> decode_founders(BytesView bytes) {
  auto document = ledger::parse_canonical(bytes, ledger::kEvidenceLimits);
  if (!document) return std::move(document).error();
  ledger::Fields fields(*document, "founders");
  fields.literal("format", "qinglu-founders/1");
  fields.literal("suite", 1);
  const Value::Items& items = fields.array("identities", 1, ledger::kValidatorsMax);
  if (auto ok = fields.finish({"format", "identities", "suite"}); !ok) return std::move(ok).error();
  std::vector<Identity> founders;
  for (const Value& item : items) {
    auto identity = decode_identity(ledger::to_canonical(item));
    if (!identity) {
      return Error{identity.error().code,
                   "founder " + std::to_string(founders.size() + 1) + ": " + identity.error().detail};
    }
    founders.push_back(std::move(*identity));
  }
  return founders;
}

Result<void> check_founders(const ledger::Genesis& genesis, const std::vector<Identity>& founders) {
  for (const Identity& founder : founders) {
    const std::string& id = founder.validator.id;
    const auto member = std::ranges::find(genesis.validators.members, id, &ledger::Validator::id);
    if (member == genesis.validators.members.end()) return differs(id + " is a founder but no validator");
    if (!same_validator(*member, founder.validator)) return differs(id + " stated other keys or another address than the validator set holds");
    const auto party = std::ranges::find(genesis.parties, founder.party.id, &ledger::Genesis::Party::id);
    if (party == genesis.parties.end() || !same_party(*party, founder.party)) {
      return differs("party " + founder.party.id + " is not as " + id + " stated it");
    }
  }
  // Ids are unique in the set, and each founder was found in it: equal numbers leave nobody over.
  std::vector<std::string> ids;
  for (const Identity& founder : founders) ids.push_back(founder.validator.id);
  std::ranges::sort(ids);
  if (std::ranges::adjacent_find(ids) != ids.end()) return differs("a founder stands twice");
  for (const ledger::Validator& member : genesis.validators.members) {
    if (!std::ranges::binary_search(ids, member.id)) return differs("no founder proves the keys of " + member.id);
  }
  if (genesis.parties.size() != founders.size()) return differs("holds a party that is no founder's");
  return {};
}

Result<void> check_own_keys(const Config& config, const ledger::Genesis& genesis) {
  const auto member = std::ranges::find(genesis.validators.members, config.member, &ledger::Validator::id);
  if (member == genesis.validators.members.end()) return differs(config.member + " is no validator");
  const auto party = std::ranges::find(genesis.parties, member->party, &ledger::Genesis::Party::id);
  for (const std::string purpose : {"cosign", "intake", "log", "record", "transport", "vote"}) {
    const std::string path = config.keys_path() + "/" + purpose + ".key";
    auto text = crypto::read_key_file(path);
    if (!text) return std::move(text).error();
    auto info = crypto::read_key_info(*text);
    if (!info) return Error{info.error().code, path + ": " + info.error().detail};
    const bool holds =
        purpose == "cosign"      ? info->pub == member->cosign_key
        : purpose == "intake"    ? info->pub == member->intake_key
        : purpose == "log"       ? info->pub == member->log_key
        : purpose == "vote"      ? info->pub == member->vote_key
        : purpose == "transport" ? transport_key_hash(info->pub) == member->transport_key_hash
                                 : std::ranges::any_of(party->keys, [&](const auto& key) { return key.pub == info->pub; });
    if (!holds) return differs("the " + purpose + " key of " + config.member + " is not the one in " + path);
  }
  return {};
}

namespace {

Result<ledger::Genesis> checked_genesis(BytesView genesis_bytes, BytesView founders_bytes) {
  auto genesis = ledger::decode_genesis(genesis_bytes);
  if (!genesis) return Error{genesis.error().code, "genesis: " + genesis.error().detail};
  auto founders = decode_founders(founders_bytes);
  if (!founders) return std::move(founders).error();
  if (auto ok = check_founders(*genesis, *founders); !ok) return std::move(ok).error();
  return genesis;
}

}  // namespace

Result<ledger::Genesis> join_network(const Config& config, BytesView genesis_bytes, BytesView founders_bytes, OwnVotes votes) {
  auto genesis = checked_genesis(genesis_bytes, founders_bytes);
  if (!genesis) return genesis;
  if (auto ok = check_own_keys(config, *genesis); !ok) return std::move(ok).error();
  if (votes == OwnVotes::doubtful && genesis->validators.n() == 1) {
    return Error{Errc::usage, "one validator has no peers to rejoin: restore data directory and guard from the same backup, or a snapshot"};
  }
  if (auto ok = create_ledger(config, *genesis, votes); !ok) return std::move(ok).error();
  return genesis;
}

Result<ledger::Genesis> join_as_observer(const Config& config, BytesView genesis_bytes, BytesView founders_bytes) {
  auto genesis = checked_genesis(genesis_bytes, founders_bytes);
  if (!genesis) return genesis;
  if (std::ranges::find(genesis->validators.members, config.member, &ledger::Validator::id) != genesis->validators.members.end()) {
    return Error{Errc::usage, config.member + " is a member of the founding set, which is joined without --observer"};
  }
  if (auto ok = create_ledger(config, *genesis); !ok) return std::move(ok).error();
  return genesis;
}

std::vector<LocalMember> sample_members(std::size_t n) {
  const auto region = [] {
    Value scope;
    scope.set("region", Value("50"));
    return scope;
  };
  std::vector<LocalMember> members = {
      {"ip-office.example", "org:11500000QL000009XA", "示例市知识产权局", {{"IPO", region()}}},
      {"exchange.example", "org:91500000QL0001033J", "示例技术交易所", {{"EXCH", region()}}}};
  for (std::size_t k = 1; members.size() < n; ++k) {
    const std::string number = std::to_string(k);
    const std::string party = with_checks("11500000QL0002" + std::string(2 - number.size(), '0') + number);
    members.push_back({"court-" + std::to_string(k) + ".example", "org:" + party,
                       "示例法院（" + std::to_string(k) + "）", {{"COURT", region()}}});
  }
  members.resize(n);
  return members;
}

Result<std::vector<Bytes>> init_local_network(const LocalOptions& options, BytesView passphrase) {
  const std::size_t n = options.members.size();
  const auto fits = [&](std::uint16_t first) { return first == 0 || first + n - 1 <= 65'535; };
  if (options.peer_port == 0 || !fits(options.peer_port) || !fits(options.http_port)) {
    return Error{Errc::usage, "the ports of " + std::to_string(n) + " nodes do not fit below 65536"};
  }
  const std::size_t distance = options.peer_port > options.http_port
                                   ? static_cast<std::size_t>(options.peer_port - options.http_port)
                                   : static_cast<std::size_t>(options.http_port - options.peer_port);
  if (options.http_port != 0 && distance < n) {
    return Error{Errc::usage, "the ports for peers and for HTTP overlap: leave " + std::to_string(n) + " between them"};
  }
  std::error_code failed;
  if (fs::exists(options.dir) && !fs::is_empty(options.dir, failed)) {
    return Error{Errc::conflict, options.dir + " is not empty"};
  }
  std::vector<Bytes> identities;
  for (std::size_t i = 0; i < n; ++i) {
    const LocalMember& member = options.members[i];
    InitOptions init;
    init.dir = options.dir + "/" + member.member;
    init.member = member.member;
    init.party = member.party;
    init.name = member.name;
    init.roles = member.roles;
    init.cost = options.cost;
    init.address = "127.0.0.1:" + std::to_string(options.peer_port + i);
    init.http_port = options.http_port == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(options.http_port + i);
    if (auto made = init_node(init, passphrase); !made) return std::move(made).error();
    auto bytes = read_file(init.dir + "/identity.json", ledger::kEntryLimits.bytes_max);
    if (!bytes) return std::move(bytes).error();
    identities.push_back(std::move(*bytes));
  }
  return identities;
}

}  // namespace qinglu::node
