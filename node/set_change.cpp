// SPDX-License-Identifier: Apache-2.0
#include "node/set_change.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/store/file.hpp"

namespace qinglu::node {
namespace {

using ledger::Value;
namespace fs = std::filesystem;

constexpr std::size_t kFaultTolerant = 4;
constexpr std::string_view kRotated[] = {"cosign", "intake", "log", "vote"};

/// A member's public keys by purpose, in the order in which the record proves them.
std::vector<std::pair<std::string_view, PublicKey>> keys_of(const ledger::Validator& member) {
  return {{"cosign", member.cosign_key}, {"intake", member.intake_key}, {"log", member.log_key}, {"vote", member.vote_key}};
}

const crypto::SigningKey& key_for(const NodeKeys& keys, std::string_view purpose) {
  if (purpose == "cosign") return keys.cosign;
  if (purpose == "intake") return keys.intake;
  return purpose == "log" ? keys.log : keys.vote;
}

std::string key_path(const std::string& directory, std::string_view purpose) {
  return directory + "/" + std::string(purpose) + ".key";
}

}  // namespace

Result<Value> compose_change(const ledger::ValidatorSet& present, std::string_view origin, const std::vector<Identity>& join,
                             const std::vector<std::string>& leave, std::uint64_t from_height) {
  ledger::ValidatorSet next = present;
  ++next.epoch;
  for (const std::string& id : leave) {
    if (std::erase_if(next.members, [&](const auto& member) { return member.id == id; }) == 0) {
      return Error{Errc::usage, id + " is no member of the set in force"};
    }
  }
  for (const Identity& identity : join) {
    std::erase_if(next.members, [&](const auto& member) { return member.id == identity.validator.id; });
    next.members.push_back(identity.validator);
  }
  if (join.empty() && leave.empty()) return Error{Errc::usage, "nothing changes: name who joins or leaves"};
  std::ranges::sort(next.members, {}, &ledger::Validator::id);
  Value set = to_value(next);
  // Read back as the record's rule will read it.
  auto document = ledger::parse_canonical(ledger::to_canonical(set));
  if (auto parsed = document ? ledger::parse_validator_set(*document, origin) : Result<ledger::ValidatorSet>(document.error()); !parsed) {
    return std::move(parsed).error();
  }
  Value data(Value::Members{{"from_height", from_height}, {"set", std::move(set)}});
  if (next.n() < kFaultTolerant) data.set("tolerates_none", Value(true));
  return data;
}

Result<Value> prove_change(Value data, const ledger::ValidatorSet& present, std::string_view origin, const Digest& ledger_id,
                           const std::string& member, const NodeKeys& keys) {
  const Value* document = data.find("set");
  if (!document) return Error{Errc::malformed, "the data of a validator.change has a set"};
  auto set = ledger::parse_validator_set(*document, origin);
  if (!set) return std::move(set).error();
  const auto self = std::ranges::find(set->members, member, &ledger::Validator::id);
  if (self == set->members.end()) return Error{Errc::usage, member + " is no member of that set"};
  const auto before = std::ranges::find(present.members, member, &ledger::Validator::id);
  const Bytes message = Bytes(crypto::domain::kPossession) + Bytes(ledger_id.view()) +
                        Bytes(ledger::valset_hash(ledger::to_canonical(*document)).view());
  std::map<std::pair<std::string, std::string>, Value> proofs;
  for (const Value& proof : data.items_of("possession")) {
    proofs.emplace(std::pair(std::string(proof.text_of("member")), std::string(proof.text_of("key"))), proof);
  }
  for (const auto& [purpose, key] : keys_of(*self)) {
    if (key_for(keys, purpose).public_key() != key) {
      return Error{Errc::usage, "the " + std::string(purpose) + " key of " + member + " in that set is not the one at hand"};
    }
    if (before != present.members.end() && keys_of(*before) == keys_of(*self)) continue;
    const Bytes proof = Bytes(1, '\1') + Bytes(key_for(keys, purpose).sign({message}).view());
    proofs.insert_or_assign(std::pair(member, std::string(purpose)),
                            Value(Value::Members{{"key", purpose}, {"member", member}, {"proof", to_base64(proof)}}));
  }
  Value::Items items;
  for (auto& [which, proof] : proofs) items.push_back(std::move(proof));
  if (!items.empty()) data.set("possession", Value(std::move(items)));
  return data;
}

Result<Identity> rotate_keys(const Config& config, BytesView passphrase, crypto::KeyCost cost) {
  auto bytes = read_file(config.dir + "/identity.json", ledger::kEntryLimits.bytes_max);
  if (!bytes) return std::move(bytes).error();
  auto identity = decode_identity(*bytes);
  if (!identity) return std::move(identity).error();
  auto record = crypto::load_key_file(key_path(config.keys_path(), "record"), std::nullopt, passphrase);
  if (!record) return std::move(record).error();
  std::error_code failed;
  if (fs::exists(config.next_keys_path())) return Error{Errc::conflict, config.next_keys_path() + " exists already"};
  // Made aside and renamed, so that a run that is cut off leaves no half of it.
  const std::string making = config.next_keys_path() + ".new";
  fs::remove_all(making, failed);
  fs::create_directories(making, failed);
  if (failed) return Error{Errc::io, "cannot create " + making + ": " + failed.message()};
  fs::permissions(making, fs::perms::owner_all, failed);
  std::map<std::string, crypto::SigningKey, std::less<>> keys;
  for (const std::string_view purpose : kRotated) {
    auto key = crypto::SigningKey::generate();
    auto text = crypto::seal_key(key, purpose, std::nullopt, passphrase, cost);
    if (!text) return std::move(text).error();
    if (auto ok = crypto::save_key_file(key_path(making, purpose), *text); !ok) return std::move(ok).error();
    keys.emplace(purpose, std::move(key));
  }
  const auto pub = [&](std::string_view purpose) { return keys.find(purpose)->second.public_key(); };
  ledger::Validator& validator = identity->validator;
  validator.vote_key = pub("vote");
  validator.cosign_key = pub("cosign");
  validator.log_key = pub("log");
  validator.intake_key = pub("intake");
  std::vector<const crypto::SigningKey*> provers;
  for (const std::string_view purpose : {"vote", "cosign", "log", "intake"}) provers.push_back(&keys.find(purpose)->second);
  provers.push_back(&*record);
  if (auto ok = write_file(making + "/identity.json", encode_identity(*identity, provers), false); !ok) return std::move(ok).error();
  fs::rename(making, config.next_keys_path(), failed);
  if (failed) return Error{Errc::io, "cannot rename " + making + ": " + failed.message()};
  if (auto ok = ledger::sync_directory_of(config.next_keys_path()); !ok) return std::move(ok).error();
  return identity;
}

Result<void> adopt_next_keys(const Config& config) {
  std::error_code failed;
  for (const std::string_view purpose : kRotated) {
    fs::rename(key_path(config.next_keys_path(), purpose), key_path(config.keys_path(), purpose), failed);
    if (failed && fs::exists(key_path(config.next_keys_path(), purpose))) {
      return Error{Errc::io, "cannot put the next " + std::string(purpose) + " key in its place: " + failed.message()};
    }
  }
  const std::string identity = config.next_keys_path() + "/identity.json";
  if (fs::exists(identity)) fs::rename(identity, config.dir + "/identity.json", failed);
  fs::remove_all(config.next_keys_path(), failed);
  return ledger::sync_directory_of(key_path(config.keys_path(), "vote"));
}

}  // namespace qinglu::node
