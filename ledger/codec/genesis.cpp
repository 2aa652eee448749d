// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/genesis.hpp"

#include <algorithm>
#include <set>

#include "crypto/checkpoint.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::ledger {
namespace {

Result<Genesis::Party> parse_party(const Value& value, std::set<Bytes>& keys) {
  Fields f(value, "genesis party");
  Genesis::Party party;
  party.id = f.text("id");
  party.name = f.text("name");
  const Value::Items& key_items = f.array("keys", 1, 16);
  if (f.has("roles")) {
    for (const Value& item : f.array("roles", 1, 32)) {
      Fields role(item, "genesis role");
      Genesis::RoleGrant grant{role.text("role"), role.object("scope")};
      if (auto ok = role.finish({"role", "scope"}); !ok) return std::move(ok).error();
      if (!party.roles.empty() && party.roles.back().role >= grant.role) {
        return Error{Errc::malformed, "genesis roles must ascend", item.begin()};
      }
      party.roles.push_back(std::move(grant));
    }
  }
  for (const Value& item : key_items) {
    Fields k(item, "genesis key");
    Genesis::Key key{k.text("key_id"), k.hex<PublicKey>("pub")};
    k.literal("suite", 1);
    if (auto ok = k.finish({"key_id", "pub", "suite"}); !ok) return std::move(ok).error();
    if (!party.keys.empty() && party.keys.back().key_id >= key.key_id) {
      return Error{Errc::malformed, "genesis keys must ascend by key id", item.begin()};
    }
    if (!crypto::may_enrol(key.pub)) {
      return Error{Errc::bad_signature, "genesis: the key is no point of the prime-order group",
                   item.begin()};
    }
    if (!keys.insert(Bytes(key.pub.view())).second) {
      return Error{Errc::conflict, "genesis: a public key of " + party.id + " stands twice", item.begin()};
    }
    party.keys.push_back(std::move(key));
  }
  if (auto ok = f.finish({"id", "keys", "name"}, {"roles"}); !ok) return std::move(ok).error();
  return party;
}

}  // namespace

Result<Genesis> decode_genesis(BytesView bytes) {
  auto document = parse_canonical(bytes);
  if (!document) return std::move(document).error();
  Fields f(*document, "genesis");
  f.literal("format", "qinglu-genesis/1");
  f.literal("suite", 1);
  Genesis g;
  g.nonce = f.text("nonce");
  g.origin = f.text("origin");
  g.time_ms = static_cast<std::int64_t>(f.unsigned_integer("time_ms", 1));
  g.snapshot_every = f.unsigned_integer("snapshot_every", 1);
  g.rule_pack = f.object("rule_pack");
  const Value& validators = f.object("validators");
  const Value::Items& parties = f.array("parties", 1, 256);
  Fields limits(f.object("limits"), "genesis limits");
  g.limits.activation_lead = limits.unsigned_integer("activation_lead", 1);
  g.limits.batch_bytes = limits.unsigned_integer("batch_bytes", 65'536);
  g.limits.batch_records = limits.unsigned_integer("batch_records", 1);
  g.limits.block_bytes = limits.unsigned_integer("block_bytes", 65'536);
  g.limits.block_records = limits.unsigned_integer("block_records", 1);
  g.limits.message_bytes = limits.unsigned_integer("message_bytes", 65'536);
  if (auto ok = f.finish({"format", "limits", "nonce", "origin", "parties", "rule_pack",
                          "snapshot_every", "suite", "time_ms", "validators"});
      !ok) {
    return std::move(ok).error();
  }
  if (auto ok = limits.finish({"activation_lead", "batch_bytes", "batch_records", "block_bytes",
                               "block_records", "message_bytes"});
      !ok) {
    return std::move(ok).error();
  }
  if (g.limits.batch_records > kBatchCountMax || g.limits.block_bytes < g.limits.batch_bytes ||
      g.limits.message_bytes < g.limits.block_bytes ||
      g.limits.block_records < g.limits.batch_records) {
    return Error{Errc::malformed, "genesis limits contradict each other"};
  }
  if (g.nonce.size() != 32 || !from_hex(g.nonce)) {
    return Error{Errc::malformed, "genesis: `nonce` must be 32 lower-case hex digits"};
  }
  if (!crypto::is_origin(g.origin)) return Error{Errc::malformed, "genesis: `origin` is not acceptable"};
  Fields pack(g.rule_pack, "genesis rule_pack");
  pack.unsigned_integer("id", 1);
  pack.object("params");
  pack.array("source_docs", 1, 64);
  if (auto ok = pack.finish({"id", "params", "source_docs"}); !ok) return std::move(ok).error();

  std::set<Bytes> keys;
  for (const Value& item : parties) {
    auto party = parse_party(item, keys);
    if (!party) return std::move(party).error();
    if (!g.parties.empty() && g.parties.back().id >= party->id) {
      return Error{Errc::malformed, "genesis parties must ascend by id", item.begin()};
    }
    g.parties.push_back(std::move(*party));
  }
  auto set = parse_validator_set(validators, g.origin);
  if (!set) return std::move(set).error();
  g.validators = std::move(*set);
  if (g.validators.epoch != 1) return Error{Errc::malformed, "genesis: the first epoch is 1"};
  for (const Validator& v : g.validators.members) {
    if (std::ranges::find(g.parties, v.party, &Genesis::Party::id) == g.parties.end()) {
      return Error{Errc::malformed, "genesis: " + v.party + " is a validator but no party"};
    }
    for (const PublicKey& key : {v.vote_key, v.cosign_key, v.log_key, v.intake_key}) {
      if (!crypto::may_enrol(key)) {
        return Error{Errc::bad_signature, "genesis: a key of " + v.id + " may not be enrolled"};
      }
      if (!keys.insert(Bytes(key.view())).second) {
        return Error{Errc::conflict, "genesis: a public key of " + v.id + " stands twice"};
      }
    }
  }
  g.bytes = Bytes(bytes);
  g.validator_bytes = Bytes(bytes.substr(validators.begin(), validators.end() - validators.begin()));
  g.ledger_id = crypto::sha256({crypto::domain::kGenesis, bytes});
  g.valset_hash = valset_hash(g.validator_bytes);
  return g;
}

Bytes encode_genesis(const Genesis& g) {
  Value::Items parties;
  for (const auto& party : g.parties) {
    Value::Items keys;
    for (const auto& key : party.keys) {
      keys.push_back(Value(
          Value::Members{{"key_id", key.key_id}, {"pub", to_hex(key.pub)}, {"suite", 1}}));
    }
    Value item(Value::Members{{"id", party.id}, {"keys", std::move(keys)}, {"name", party.name}});
    Value::Items roles;
    for (const auto& grant : party.roles) {
      roles.push_back(Value(Value::Members{{"role", grant.role}, {"scope", grant.scope}}));
    }
    if (!roles.empty()) item.set("roles", Value(std::move(roles)));
    parties.push_back(std::move(item));
  }
  const LedgerLimits& l = g.limits;
  return to_canonical(Value(
      Value::Members{{"format", "qinglu-genesis/1"},
                     {"limits", Value(Value::Members{{"activation_lead", l.activation_lead},
                                                     {"batch_bytes", l.batch_bytes},
                                                     {"batch_records", l.batch_records},
                                                     {"block_bytes", l.block_bytes},
                                                     {"block_records", l.block_records},
                                                     {"message_bytes", l.message_bytes}})},
                     {"nonce", g.nonce},
                     {"origin", g.origin},
                     {"parties", std::move(parties)},
                     {"rule_pack", g.rule_pack},
                     {"snapshot_every", g.snapshot_every},
                     {"suite", 1},
                     {"time_ms", g.time_ms},
                     {"validators", to_value(g.validators)}}));
}

Seal genesis_seal(const Genesis& genesis, const Digest& state_root) {
  Seal seal;
  seal.ledger = genesis.ledger_id;
  seal.parent = genesis.ledger_id;
  seal.time_ms = genesis.time_ms;
  seal.epoch_end = true;
  seal.record_count = 1;
  seal.records_root = crypto::log_leaf_hash(genesis.bytes);
  seal.log_root_before = crypto::empty_log_root();
  seal.state_root = state_root;
  seal.next_valset_hash = genesis.valset_hash;
  seal.justification_hash = justification_hash(BytesView("\0\0\0\0", 4));
  return seal;
}

std::string fingerprint_words(const Digest& ledger_id) {
  // 2,048 words of two syllables (16 onsets x 8 vowels, then 16 finals): easy to say, none to ship.
  static constexpr std::string_view kOnset[] = {"b", "d", "f", "g", "h", "j", "k", "l",
                                                "m", "n", "p", "r", "s", "t", "w", "z"};
  static constexpr std::string_view kVowel[] = {"a", "e", "i", "o", "u", "ai", "ei", "ou"};
  static constexpr std::string_view kFinal[] = {"ban", "den", "fin", "gol", "han", "jin", "kar", "lin",
                                                "mon", "nar", "pen", "ril", "san", "tor", "wen", "zul"};
  std::string words;
  for (unsigned word = 0; word < 8; ++word) {
    unsigned bits = 0;
    for (unsigned i = 0; i < 11; ++i) {
      const unsigned bit = word * 11 + i;
      bits = bits * 2 + ((static_cast<unsigned>(ledger_id.octets[bit / 8]) >> (7 - bit % 8)) & 1u);
    }
    if (word > 0) words.push_back(' ');
    words.append(kOnset[bits >> 7]).append(kVowel[(bits >> 4) & 7]).append(kFinal[bits & 15]);
  }
  return words;
}

}  // namespace qinglu::ledger
