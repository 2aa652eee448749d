// SPDX-License-Identifier: Apache-2.0
#include "node/openings.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/sealed.hpp"
#include "ledger/store/file.hpp"

namespace qinglu::node {
namespace {

namespace fs = std::filesystem;
using ledger::Family;

constexpr std::size_t kNameBytes = 16;  ///< of a key file: random, so that it says nothing of the record
constexpr std::string_view kSuffix = ".key";
constexpr char kRows = 'o';  ///< of Family::priv: `o ‖ record id`

Bytes row_key(const Digest& record) { return kRows + Bytes(record.view()); }

}  // namespace

/// `key name (16) ‖ sealed bytes`.
struct Openings::Row {
  Bytes key_name;
  Bytes sealed;
};

std::string Openings::path_of(BytesView key_name) const { return keys_ + "/" + to_hex(key_name) + std::string(kSuffix); }

Result<std::optional<Openings::Row>> Openings::row(const Digest& record) const {
  auto bytes = store_.get(Family::priv, row_key(record));
  if (!bytes) return std::move(bytes).error();
  if (!*bytes) return std::optional<Row>();
  if ((*bytes)->size() < kNameBytes) return Error{Errc::corrupt, "a row of openings is cut short"};
  return std::optional(Row{(*bytes)->substr(0, kNameBytes), (*bytes)->substr(kNameBytes)});
}

Result<std::optional<ledger::Openings>> Openings::find(const Digest& record) const {
  auto held = row(record);
  if (!held) return std::move(held).error();
  if (!*held) return std::optional<ledger::Openings>();
  auto file = ledger::File::open(path_of((*held)->key_name));
  if (!file) return Error{Errc::corrupt, "the key of the openings of " + to_sha256_id(record) + " is gone: " + file.error().detail};
  auto key = file->read_at(0, crypto::SealKey::kSize);
  if (!key) return std::move(key).error();
  auto text = crypto::open_sealed(crypto::SealKey::from(*key), record, (*held)->sealed);
  if (!text) return std::move(text).error();
  auto openings = ledger::decode_openings(*text);
  if (!openings) return std::move(openings).error();
  return std::optional(*std::move(openings));
}

Result<void> Openings::keep(const ledger::Openings& openings) {
  auto held = find(openings.record);
  if (!held) return std::move(held).error();
  ledger::Openings all = openings;
  for (const ledger::Opening& each : *held ? (*held)->openings : std::vector<ledger::Opening>()) {
    if (std::ranges::find(openings.openings, each.name, &ledger::Opening::name) == openings.openings.end()) all.openings.push_back(each);
  }
  if (all.openings.size() > ledger::kOpeningsMax) return Error{Errc::limit, "more openings than a record may have"};
  return replace(openings.record, all);
}

Result<void> Openings::erase(const Digest& record, std::span<const std::string> fields) {
  auto held = find(record);
  if (!held && held.error().code != Errc::corrupt) return std::move(held).error();
  if (!held) return replace(record, std::nullopt);  // what cannot be opened is destroyed whole
  if (!*held) return {};
  const auto erased = [&](const ledger::Opening& each) { return std::ranges::find(fields, ledger::field_of(each)) != fields.end(); };
  if (std::erase_if((*held)->openings, erased) == 0) return {};
  return replace(record, (*held)->openings.empty() ? std::nullopt : *held);
}

Result<void> Openings::replace(const Digest& record, const std::optional<ledger::Openings>& openings) {
  auto old = row(record);
  if (!old) return std::move(old).error();
  ledger::KvBatch batch;
  if (openings) {
    const Bytes name = crypto::random_bytes(kNameBytes);
    const auto key = crypto::SealKey::from(crypto::random_bytes(crypto::SealKey::kSize));
    std::error_code failed;
    fs::create_directories(keys_, failed);
    if (failed) return Error{Errc::io, "cannot create " + keys_ + ": " + failed.message()};
    auto file = ledger::File::create(path_of(name));
    if (!file) return std::move(file).error();
    if (auto ok = file->write_at(0, key.view()); !ok) return ok;
    if (auto ok = file->sync(); !ok) return ok;
    if (auto ok = ledger::sync_directory_of(file->path()); !ok) return ok;
    batch.put(Family::priv, row_key(record), name + crypto::seal(key, record, ledger::encode_openings(*openings)));
  } else {
    batch.erase(Family::priv, row_key(record));
  }
  if (auto ok = store_.write(batch, ledger::Sync::yes); !ok) return ok;
  return *old ? destroy(path_of((*old)->key_name)) : Result<void>();
}

Result<void> Openings::destroy(const std::string& path) {
  auto file = ledger::File::open(path);
  if (!file) return file.error().code == Errc::not_found ? Result<void>() : Result<void>(std::move(file).error());
  // Where the disk writes in place the key is gone by this; elsewhere the name is.
  if (auto ok = file->write_at(0, crypto::random_bytes(crypto::SealKey::kSize)); !ok) return ok;
  if (auto ok = file->sync(); !ok) return ok;
  std::error_code failed;
  fs::remove(path, failed);
  if (failed) return Error{Errc::io, "cannot remove " + path + ": " + failed.message()};
  return ledger::sync_directory_of(path);
}

Result<std::vector<Digest>> Openings::records() const {
  std::vector<Digest> records;
  auto ok = store_.scan(Family::priv, Bytes(1, kRows), Bytes(1, kRows + 1), [&](BytesView key, BytesView) {
    if (key.size() == 1 + Digest::kSize) records.push_back(Digest::from(key.substr(1)));
    return true;
  });
  if (!ok) return std::move(ok).error();
  return records;
}

Result<void> Openings::sweep() {
  std::set<std::string> named;
  auto held = records();
  if (!held) return std::move(held).error();
  for (const Digest& record : *held) {
    auto known = row(record);
    if (!known) return std::move(known).error();
    if (*known) named.insert(path_of((*known)->key_name));
  }
  std::error_code failed;
  std::vector<std::string> orphans;
  for (fs::directory_iterator at(keys_, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string path = keys_ + "/" + at->path().filename().string();
    if (path.ends_with(kSuffix) && !named.contains(path)) orphans.push_back(path);
  }
  for (const std::string& path : orphans) {
    if (auto ok = destroy(path); !ok) return ok;
  }
  return {};
}

}  // namespace qinglu::node
