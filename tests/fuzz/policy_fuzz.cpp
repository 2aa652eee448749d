// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "crypto/cosignature.hpp"

namespace crypto = qinglu::crypto;

/// Whatever the words: a policy that is read has a log and a quorum, every threshold can be met,
/// and a note that nobody signed is never accepted.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto policy = crypto::parse_policy({reinterpret_cast<const char*>(data), size});
  if (!policy) return 0;
  QL_CHECK(!policy->logs.empty() && !policy->quorum.empty());
  std::set<std::string> names;
  std::set<std::string> members;
  for (const auto& witness : policy->witnesses) QL_CHECK(names.insert(witness.name).second);
  for (const auto& group : policy->groups) {
    QL_CHECK(group.threshold >= 1 && group.threshold <= group.members.size());
    for (const auto& member : group.members) QL_CHECK(members.insert(member).second);
    QL_CHECK(names.insert(group.name).second);
  }
  QL_CHECK(names.contains(policy->quorum) && std::ranges::includes(names, members));
  const crypto::PolicyVerdict verdict = crypto::judge(*policy, {"text\n", {}});
  QL_CHECK(!verdict.quorum && !verdict.accepted() && verdict.failed.empty());
  return 0;
}
