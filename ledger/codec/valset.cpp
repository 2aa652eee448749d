// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/valset.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::ledger {
crypto::NoteKey vote_note_key(const Validator& member) {
  return crypto::make_note_key(member.id + "/vote", crypto::NoteKeyType::ed25519, member.vote_key);
}

crypto::NoteKey cosign_note_key(const Validator& member) {
  return crypto::make_note_key(member.id, crypto::NoteKeyType::cosignature, member.cosign_key);
}

crypto::NoteKey log_note_key(const Validator& member, std::string_view origin) {
  return crypto::make_note_key(origin, crypto::NoteKeyType::ed25519, member.log_key);
}

Result<ValidatorSet> parse_validator_set(const Value& document, std::string_view origin) {
  Fields set(document, "validator set");
  set.literal("format", "qinglu-valset/1");
  set.literal("suite", 1);
  ValidatorSet result;
  result.epoch = set.unsigned_integer("epoch", 1);
  const Value::Items& members = set.array("members", 1, kValidatorsMax);
  if (auto ok = set.finish({"epoch", "format", "members", "suite"}); !ok) {
    return std::move(ok).error();
  }
  std::set<Bytes> keys;
  std::set<std::pair<std::string, crypto::NoteKeyId>> note_keys;
  for (std::size_t i = 0; i < members.size(); ++i) {
    Fields member(members[i], "validator set member");
    Validator v;
    member.literal("index", static_cast<std::int64_t>(i));
    member.literal("suite", 1);
    member.literal("weight", 1);
    v.id = member.text("id");
    v.party = member.text("party");
    v.address = member.text("address");
    v.vote_key = member.hex<PublicKey>("vote_key");
    v.cosign_key = member.hex<PublicKey>("cosign_key");
    v.log_key = member.hex<PublicKey>("log_key");
    v.intake_key = member.hex<PublicKey>("intake_key");
    v.transport_key_hash = member.hex<Digest>("transport_key_hash");
    if (auto ok = member.finish({"address", "cosign_key", "id", "index", "intake_key", "log_key",
                                 "party", "suite", "transport_key_hash", "vote_key", "weight"});
        !ok) {
      return std::move(ok).error();
    }
    const auto refuse = [&](std::string why) {
      return Error{Errc::malformed, "validator set member " + v.id + ": " + why, members[i].begin()};
    };
    if (!crypto::is_member_id(v.id) || v.id == origin) return refuse("the id is not acceptable");
    if (!result.members.empty() && result.members.back().id >= v.id) {
      return refuse("members must ascend by id");
    }
    for (const Validator& other : result.members) {
      if (other.party == v.party) return refuse("the party has a vote already");
      if (other.transport_key_hash == v.transport_key_hash) return refuse("a transport key twice");
    }
    for (const PublicKey& key : {v.vote_key, v.cosign_key, v.log_key, v.intake_key}) {
      if (!keys.insert(Bytes(key.view())).second) return refuse("a public key stands twice");
    }
    for (const auto& key : {vote_note_key(v), cosign_note_key(v), log_note_key(v, origin)}) {
      if (!note_keys.emplace(key.name, key.id).second) {
        return refuse("two keys of one note name share a key id");
      }
    }
    result.members.push_back(std::move(v));
  }
  return result;
}

Value to_value(const ValidatorSet& set) {
  Value::Items members;
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    const Validator& v = set.members[i];
    members.push_back(Value(Value::Members{{"address", v.address},
                                           {"cosign_key", to_hex(v.cosign_key)},
                                           {"id", v.id},
                                           {"index", static_cast<std::int64_t>(i)},
                                           {"intake_key", to_hex(v.intake_key)},
                                           {"log_key", to_hex(v.log_key)},
                                           {"party", v.party},
                                           {"suite", 1},
                                           {"transport_key_hash", to_hex(v.transport_key_hash)},
                                           {"vote_key", to_hex(v.vote_key)},
                                           {"weight", 1}}));
  }
  return Value(Value::Members{{"epoch", set.epoch},
                              {"format", "qinglu-valset/1"},
                              {"members", std::move(members)},
                              {"suite", 1}});
}

Digest valset_hash(BytesView set_bytes) {
  return crypto::sha256({crypto::domain::kValset, set_bytes});
}

std::string policy_text(const ValidatorSet& set, std::string_view origin) {
  std::string text;
  for (const Validator& v : set.members) {
    text += "log " + crypto::format_vkey(log_note_key(v, origin)) + "\n";
  }
  std::string group = "group validators " + std::to_string(set.quorum());
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    const Validator& v = set.members[i];
    const std::string name = "v" + std::to_string(i);
    text += "witness " + name + " " + crypto::format_vkey(cosign_note_key(v)) + "\n";
    group += " " + name;
  }
  return text + group + "\nquorum validators\n";
}

}  // namespace qinglu::ledger
