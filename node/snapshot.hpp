// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crypto/base/result.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/kv/kv_store.hpp"
#include "node/agreement/chain_rows.hpp"
#include "node/snapshot_format.hpp"

namespace qinglu::node {

/// Told now and then: done, in all. False: stop, the work ends with `unavailable`.
using SnapshotProgress = std::function<bool(std::uint64_t done, std::uint64_t all)>;

/// Writes the snapshot of a height into `dir`, which must not exist: chunks and manifest in a temporary
/// directory beside it, synced, then renamed. Holds one chunk and what of the state has changed since
/// the height.
/// `present`: one moment of the store, at or above the height.
/// Errors: not_found (no such height, its finality or the former state is not there); conflict; limit;
/// unavailable (stopped); those of the reader; io.
Result<SnapshotManifest> export_snapshot(std::shared_ptr<const ledger::KvReader> present, const ledger::Genesis& genesis,
                                         std::uint64_t height, const std::string& dir, const SnapshotProgress& progress = nullptr);

/// What an import has proven.
struct SnapshotProven {
  agreement::Tip tip;        ///< the height, or the block above it that the finalization is of
  std::uint64_t epochs = 0;  ///< validator sets that were followed, genesis included
  std::uint64_t blocks = 0;
  std::uint64_t rows = 0;
  std::uint64_t certificates = 0;
};

/// Fills `into`, an empty store, from a snapshot of the genesis document's ledger, believing nothing:
/// log root, trie, histories and indexes are made anew from entries and rows and compared with the
/// seal of the height; every finalization is verified under the set of its epoch, and each set is the
/// one that the finalized end of the epoch before names. The rules are not judged again (replay_store()).
/// On an error `into` is to be thrown away. The record of own votes is the caller's matter.
/// Errors: wrong_ledger; corrupt, bad_signature, malformed, saying what; those of source and store.
Result<SnapshotProven> import_snapshot(const SnapshotManifest& manifest, const ChunkSource& source, const ledger::Genesis& genesis,
                                       ledger::KvStore& into, const SnapshotProgress& progress = nullptr);

/// The genesis document that a snapshot begins with.   Errors: those of its first chunk; malformed.
Result<ledger::Genesis> genesis_of(const SnapshotManifest& manifest, const ChunkSource& source);

/// The manifest in a directory, or the file itself.   Errors: not_found, io, those of decode_manifest().
Result<SnapshotManifest> read_manifest(const std::string& path);
/// The chunks beside a manifest.
ChunkSource chunks_in(const std::string& path);

}  // namespace qinglu::node
