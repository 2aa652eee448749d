// SPDX-License-Identifier: Apache-2.0
#include "crypto/cosignature.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"

namespace qinglu::crypto {
namespace {

constexpr std::uint64_t kTimeMax = (std::uint64_t{1} << 53) - 1;  // as every number of ours; C2SP has 2^63 - 1
constexpr std::size_t kLinesMax = 256;

/// Runs of characters between spaces and tabs.
std::vector<std::string> split_items(std::string_view line) {
  std::vector<std::string> items;
  constexpr std::string_view kBlank = " \t";
  std::size_t begin = line.find_first_not_of(kBlank);
  while (begin != line.npos) {
    const std::size_t end = std::min(line.find_first_of(kBlank, begin), line.size());
    items.emplace_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(kBlank, end);
  }
  return items;
}

/// Collects the lines of one policy. Each method returns why a line is refused, or nothing.
class PolicyBuilder {
 public:
  std::string add(const std::vector<std::string>& items) {
    const std::string& keyword = items[0];
    if (keyword == "log") return add_log(items);
    if (keyword == "witness") return add_witness(items);
    if (keyword == "group") return add_group(items);
    if (keyword == "quorum") return set_quorum(items);
    return "unknown keyword";
  }

  Result<Policy> finish(std::size_t end) && {
    if (policy_.logs.empty()) return Error{Errc::malformed, "policy has no log line", end};
    if (policy_.quorum.empty()) return Error{Errc::malformed, "policy has no quorum line", end};
    return std::move(policy_);
  }

 private:
  std::string add_log(const std::vector<std::string>& items) {
    if (items.size() < 2 || items.size() > 3) return "log line has no two or three items";
    auto key = parse_vkey(items[1]);
    if (!key) return key.error().detail;
    if (key->type != NoteKeyType::ed25519) return "key of a log must have type 0x01";
    if (std::string why = claim_key(*key); !why.empty()) return why;
    if (policy_.logs.size() == kLinesMax) return "too many log lines";
    policy_.logs.push_back(*std::move(key));
    return {};
  }

  std::string add_witness(const std::vector<std::string>& items) {
    if (items.size() < 3 || items.size() > 4) return "witness line has no three or four items";
    auto key = parse_vkey(items[2]);
    if (!key) return key.error().detail;
    if (key->type != NoteKeyType::cosignature) return "key of a witness must have type 0x04";
    if (std::string why = claim_key(*key); !why.empty()) return why;
    if (!define(items[1])) return "name is defined already";
    if (policy_.witnesses.size() == kLinesMax) return "too many witness lines";
    policy_.witnesses.push_back({items[1], *std::move(key)});
    return {};
  }

  std::string add_group(const std::vector<std::string>& items) {
    if (items.size() < 4) return "group line has no member";
    const std::size_t size = items.size() - 3;
    std::optional<std::uint64_t> threshold = parse_decimal(items[2]);
    if (items[2] == "all") threshold = size;
    if (items[2] == "any") threshold = 1;
    if (!threshold || *threshold < 1 || *threshold > size) return "threshold is not 1..n";
    Policy::Group group{items[1], static_cast<std::size_t>(*threshold), {}};
    for (std::size_t i = 3; i < items.size(); ++i) {
      if (!names_.contains(items[i])) return "group member is not defined on an earlier line";
      if (!grouped_.insert(items[i]).second) return "name is a member of a group already";
      group.members.push_back(items[i]);
    }
    if (!define(items[1])) return "name is defined already";
    if (policy_.groups.size() == kLinesMax) return "too many group lines";
    policy_.groups.push_back(std::move(group));
    return {};
  }

  std::string set_quorum(const std::vector<std::string>& items) {
    if (items.size() != 2) return "quorum line has no two items";
    if (!policy_.quorum.empty()) return "second quorum line";
    if (items[1] == kNone) return "quorum none proves nothing";
    if (!names_.contains(items[1])) return "quorum is not defined on an earlier line";
    policy_.quorum = items[1];
    return {};
  }

  bool define(const std::string& name) { return name != kNone && names_.insert(name).second; }

  std::string claim_key(const NoteKey& key) {
    if (!keys_.insert(key.key).second) return "public key stands twice";
    if (!ids_.insert({key.name, key.id}).second) return "two keys of one name share a key id";
    return {};
  }

  static constexpr std::string_view kNone = "none";
  Policy policy_;
  std::set<std::string> names_;
  std::set<std::string> grouped_;
  std::set<PublicKey> keys_;
  std::set<std::pair<std::string, NoteKeyId>> ids_;
};

}  // namespace

std::string cosignature_message(std::uint64_t time, std::string_view checkpoint_text) {
  return "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(checkpoint_text);
}

NoteLine cosign(std::string_view checkpoint_text, std::string_view name, const SigningKey& key,
                std::uint64_t time) {
  QL_CHECK(checkpoint_text.ends_with('\n') && time > 0 && time <= kTimeMax);
  const Signature signature = key.sign({cosignature_message(time, checkpoint_text)});
  return {std::string(name), note_key_id(name, NoteKeyType::cosignature, key.public_key()),
          BinaryWriter().u64(time).raw(signature).bytes()};
}

std::optional<std::uint64_t> verify_cosignature(std::string_view checkpoint_text,
                                                const NoteLine& line, const NoteKey& key) {
  QL_CHECK(line.is_of(key) && key.type == NoteKeyType::cosignature);
  BinaryReader reader(line.signature);
  const std::uint64_t time = reader.u64();
  const BytesView signature = reader.raw(Signature::kSize);
  // A returned cosignature of a whole tree never has time 0; it would claim no freshness.
  if (!reader.finish() || time == 0 || time > kTimeMax) return std::nullopt;
  if (!verify(key.key, cosignature_message(time, checkpoint_text), Signature::from(signature))) {
    return std::nullopt;
  }
  return time;
}

Result<Policy> parse_policy(BytesView text) {
  PolicyBuilder builder;
  std::size_t offset = 0;
  while (offset < text.size()) {
    const std::size_t end = text.find('\n', offset);
    if (end == text.npos) return Error{Errc::malformed, "last line is not ended", offset};
    const std::string_view line = text.substr(offset, end - offset);
    const bool plain = std::ranges::all_of(line, [](char c) {
      return c == '\t' || (static_cast<std::uint8_t>(c) >= 0x20 && c != 0x7f);
    });
    if (!plain) return Error{Errc::malformed, "control character in a policy", offset};
    const std::vector<std::string> items = split_items(line);
    if (!items.empty() && !items[0].starts_with('#')) {
      if (std::string why = builder.add(items); !why.empty()) {
        return Error{why.starts_with("too many") ? Errc::limit : Errc::malformed, why, offset};
      }
    }
    offset = end + 1;
  }
  return std::move(builder).finish(text.size());
}

PolicyVerdict judge(const Policy& policy, const Note& note) {
  PolicyVerdict verdict;
  const auto line_of = [&note](const NoteKey& key) {
    return std::ranges::find_if(note.lines, [&key](const NoteLine& l) { return l.is_of(key); });
  };
  for (std::size_t i = 0; i < policy.logs.size(); ++i) {
    const auto line = line_of(policy.logs[i]);
    if (line == note.lines.end()) continue;
    if (verify_note_line(note.text, *line, policy.logs[i])) {
      verdict.logs.push_back(i);
    } else if (verdict.failed.empty()) {
      verdict.failed = policy.logs[i].name;
    }
  }
  std::set<std::string> satisfied;
  for (std::size_t i = 0; i < policy.witnesses.size(); ++i) {
    const Policy::Witness& witness = policy.witnesses[i];
    const auto line = line_of(witness.key);
    if (line == note.lines.end()) continue;
    if (const auto time = verify_cosignature(note.text, *line, witness.key)) {
      verdict.witnesses.push_back({i, *time});
      satisfied.insert(witness.name);
    } else if (verdict.failed.empty()) {
      verdict.failed = witness.key.name;
    }
  }
  for (const Policy::Group& group : policy.groups) {
    const auto have = std::ranges::count_if(
        group.members, [&](const std::string& member) { return satisfied.contains(member); });
    if (static_cast<std::size_t>(have) >= group.threshold) satisfied.insert(group.name);
  }
  verdict.quorum = satisfied.contains(policy.quorum);
  return verdict;
}

}  // namespace qinglu::crypto
