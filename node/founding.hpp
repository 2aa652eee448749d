// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "crypto/base/result.hpp"
#include "ledger/codec/genesis.hpp"
#include "node/setup.hpp"

namespace qinglu::node {

/// `founders.json`, beside the genesis document: the identities of all founders as they handed them
/// in, with the proofs that each holds its keys.   Source: agreement.md §2.1, decision 0007.
Bytes encode_founders(const std::vector<Bytes>& identities);
/// The identities, each with its proofs checked, in the order of the file.
/// Errors: malformed, bad_signature; the sentence says which founder.
Result<std::vector<Identity>> decode_founders(BytesView bytes);

/// Whether the founders are exactly the members and parties of the genesis document.
/// Errors: wrong_ledger: what differs, and for whom.
Result<void> check_founders(const ledger::Genesis& genesis, const std::vector<Identity>& founders);

/// Whether the genesis document names this node's own keys, and the configured member holds them. The
/// public halves are read from the key files, so no passphrase is needed.
/// Errors: wrong_ledger: the member, or the purpose whose key is another; those of read_key_file().
Result<void> check_own_keys(const Config& config, const ledger::Genesis& genesis);

/// An institution joins: checks everything, then creates its empty ledger. One that rejoins after it
/// has lost its disk may have voted before: it starts in abstain mode.
/// Errors: those of the checks, and of create_ledger(); usage: there is nobody to rejoin.
Result<ledger::Genesis> join_network(const Config& config, BytesView genesis, BytesView founders, OwnVotes votes = OwnVotes::none);

/// A node in no set joins: the same checks but those of its own keys; its ledger follows without a vote.
/// Errors: as join_network(); usage: it is a founder.
Result<ledger::Genesis> join_as_observer(const Config& config, BytesView genesis, BytesView founders);

/// One institution of a network that is made whole on one machine, for tests and demonstrations.
struct LocalMember {
  std::string member;
  std::string party;
  std::string name;
  std::vector<ledger::Genesis::RoleGrant> roles;
};
/// The IP office, the exchange, and courts for the rest.   Requires: 1 ≤ n ≤ 64.
std::vector<LocalMember> sample_members(std::size_t n);

struct LocalOptions {
  std::string dir;
  std::vector<LocalMember> members;
  std::uint16_t peer_port = 7280;  ///< of the first member; the others follow
  std::uint16_t http_port = 7180;  ///< of the first member; the others follow; 0: any free ones
  crypto::KeyCost cost;
};
/// Keys, identity and configuration of every member in a directory `dir/MEMBER` of its own.
/// Errors: usage: the ports do not fit; those of init_node().
Result<std::vector<Bytes>> init_local_network(const LocalOptions& options, BytesView passphrase);

}  // namespace qinglu::node
