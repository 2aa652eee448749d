// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/base/result.hpp"
#include "crypto/keyfile.hpp"
#include "ledger/codec/genesis.hpp"
#include "node/config.hpp"
#include "node/node.hpp"
#include "node/snapshot.hpp"

namespace qinglu::node {

/// What an institution states of itself before a ledger exists; `identity.json`, public.
///
/// Every key signs the statement, which proves that its owner holds it.
struct Identity {
  ledger::Validator validator;
  ledger::Genesis::Party party;
};

Bytes encode_identity(const Identity& identity, const std::vector<const crypto::SigningKey*>& keys);
/// Errors: malformed, bad_signature (a key that does not prove possession).
Result<Identity> decode_identity(BytesView bytes);

struct InitOptions {
  std::string dir;
  std::string member;   ///< member id
  std::string party;    ///< `org:<uscc>`
  std::string name;     ///< of the institution
  std::string address;  ///< host:port for peers
  std::uint16_t http_port = 7180;
  std::vector<ledger::Genesis::RoleGrant> roles;
  crypto::KeyCost cost;
};

/// Makes the six keys of an institution (vote, cosign, log, intake, transport, record), its
/// configuration and its identity in a new directory. Secret halves are sealed under `passphrase`.
/// Errors: conflict: the directory is not empty; usage; io.
Result<Identity> init_node(const InitOptions& options, BytesView passphrase);

struct CreateOptions {
  std::string origin;
  ledger::Value rule_pack;  ///< {id, params, source_docs}
  std::int64_t time_ms = 0;
  std::uint64_t snapshot_every = 10'000;  ///< heights between snapshots
};

/// Genesis document of a network of these institutions.
/// Errors: malformed: whatever decode_genesis() or load_genesis() would refuse.
Result<ledger::Genesis> make_genesis(const std::vector<Identity>& identities,
                                     const CreateOptions& options);

/// Whether this node has signed for the ledger before, on a disk that is gone.
enum class OwnVotes : bool { none, doubtful };

/// Makes store, guard and journal of a node for a genesis document, explicitly and only here. With
/// doubtful votes of its own the node starts in abstain mode, and a guard file that is still there is
/// set aside.
/// Errors: conflict: one of them exists, or another genesis document; io.
Result<void> create_ledger(const Config& config, const ledger::Genesis& genesis, OwnVotes votes = OwnVotes::none);

/// Makes store, guard and journal of a node from a snapshot of the genesis document's ledger, as
/// import_snapshot() proves it. The record of own votes is not in a snapshot: a member of a set of
/// several starts in abstain mode, and votes again once a quorum of others has said how far it may have
/// voted. Until all is there nothing lies where a start would look for a ledger; a second run begins anew.
/// Errors: conflict: there is a ledger already; those of import_snapshot(); io.
Result<SnapshotProven> restore_ledger(const Config& config, const ledger::Genesis& genesis, const SnapshotManifest& manifest,
                                      const ChunkSource& source, const SnapshotProgress& progress = nullptr);

/// Opens what create_ledger() made. Never creates.
/// Errors: not_found, corrupt, conflict (another process has it), unsupported, io.
Result<NodeDisk> open_disk(const Config& config);

/// Reads genesis.json of a node's directory.
Result<ledger::Genesis> load_genesis_file(const Config& config);

/// Opens the four signing keys of a node.
/// Errors: those of crypto::load_key_file().
Result<NodeKeys> load_keys(const Config& config, BytesView passphrase);
/// Opens the keys that a scheduled set brings in; nullopt: there are none.   Errors: as load_keys().
Result<std::optional<NodeKeys>> load_next_keys(const Config& config, BytesView passphrase);
/// Opens the key of its connections to the other members.   Errors: as load_keys().
Result<crypto::SigningKey> load_transport_key(const Config& config, BytesView passphrase);

/// Reads a whole file of at most `bytes_max`.
Result<Bytes> read_file(const std::string& path, std::size_t bytes_max);
/// Temporary file, fsync, rename, fsync of the directory. Refuses to overwrite unless told.
Result<void> write_file(const std::string& path, BytesView bytes, bool overwrite);

}  // namespace qinglu::node
