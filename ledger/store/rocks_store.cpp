// SPDX-License-Identifier: Apache-2.0
#include "ledger/store/rocks_store.hpp"

#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/store/rocks_store_internal.hpp"

namespace qinglu::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kBlockCache = 64 * kMiB;
constexpr std::size_t kWriteBuffers = 64 * kMiB;  // of all families together
constexpr std::size_t kWriteBuffer = 16 * kMiB;   // of one family
constexpr std::size_t kWalMax = 128 * kMiB;
constexpr std::size_t kTestBuffer = 64 * 1024;
constexpr std::uint64_t kBlobMin = 512;  // shorter entries stay in the tables
constexpr std::size_t kProtectionBytes = 8;
constexpr int kBloomBits = 10;
constexpr int kLooks = 20;  // at a store that its owner changes meanwhile
constexpr std::string_view kSchemaKey = "mschema";  // Family::chain, prefix `m` (meta)

constexpr std::array kFamilies = {Family::entries, Family::tiles, Family::rows,    Family::nodes,
                                  Family::undo,    Family::chain, Family::derived, Family::priv};
static_assert(kFamilies.size() == kFamilyCount);

rocksdb::Slice slice(BytesView bytes) { return {bytes.data(), bytes.size()}; }
BytesView view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Error error_of(const rocksdb::Status& status, std::string where) {
  const bool corrupt = status.IsCorruption();
  return {corrupt ? Errc::corrupt : Errc::io, std::move(where) + ": " + status.ToString()};
}

std::string place(Family family, BytesView key) {
  return std::string(name(family)) + "[" + to_hex(key) + "]";
}

/// The first failure that forbids writing; set by writers and RocksDB's background threads.
class Failure {
 public:
  void set(Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  std::optional<Error> get() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Error> error_;
};

class Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(std::shared_ptr<Failure> failure) : failure_(std::move(failure)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    failure_->set(error_of(*status, "the store's background work failed"));
  }
  // A disk that has space again is written by the next start, not behind a node that has halted (F13).
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) override {
    *automatic = false;
  }

 private:
  std::shared_ptr<Failure> failure_;
};

/// RocksDB's own LOG file is not written: on a full disk its second line ends the process by an
/// assertion, where reads are to go on (F13). What matters of it arrives through Listener.
class NoInfoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::DBOptions db_options(RocksOpen mode, rocksdb::Env* env, bool small_buffers,
                              std::shared_ptr<Failure> failure) {
  rocksdb::DBOptions options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = mode == RocksOpen::create;
  options.create_missing_column_families = mode != RocksOpen::read_only;
  // Mode 0 refuses a flipped bit that the default mode answers with a silently shorter history.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.verify_sst_unique_id_in_manifest = true;
  options.paranoid_checks = true;
  options.manual_wal_flush = false;
  options.recycle_log_file_num = 0;
  options.allow_mmap_reads = false;
  options.allow_mmap_writes = false;
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  options.max_bgerror_resume_count = 0;
  options.listeners.push_back(std::make_shared<Listener>(std::move(failure)));
  options.db_write_buffer_size = small_buffers ? 4 * kTestBuffer : kWriteBuffers;
  options.max_total_wal_size = small_buffers ? 4 * kTestBuffer : kWalMax;
  options.max_open_files = -1;  // descriptors are taken once and kept (F16)
  options.max_background_jobs = 2;
  options.info_log = std::make_shared<NoInfoLog>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family, bool small_buffers,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Indexes and filters live in the cache, else their memory has no bound, and in parts, else one
  // look-up in a large store would load hundreds of kilobytes of them.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_top_level_index_and_filter = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = small_buffers ? kTestBuffer : kWriteBuffer;
  options.max_write_buffer_number = 3;
  // Most look-ups in the newest writes find nothing there.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  // A write comes in the order of its keys, so that each is looked for from where the last one went.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(0));
  switch (family) {
    case Family::entries:
      options.enable_blob_files = true;
      options.min_blob_size = kBlobMin;
      options.blob_compression_type = rocksdb::kLZ4Compression;
      options.compression = rocksdb::kLZ4Compression;
      break;
    case Family::undo: options.compression = rocksdb::kZSTD; break;
    case Family::rows:
    case Family::chain: options.compression = rocksdb::kLZ4Compression; break;
    // Hashes and ciphertext do not compress.
    case Family::tiles:
    case Family::nodes:
    case Family::derived:
    case Family::priv: options.compression = rocksdb::kNoCompression; break;
  }
  return options;
}

/// Why RocksDB refused to open, in our words.
Error open_error(const rocksdb::Status& status, const std::string& path) {
  const std::string text = status.ToString();
  if (text.find("lock hold by current process") != std::string::npos) {
    return {Errc::conflict,
            path + " is already open in this process (" + std::to_string(::getpid()) + ")"};
  }
  if (text.find("While lock file") != std::string::npos) {
    // Not reached by the holder itself: closing the file here would drop its own lock.
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const int fd = ::open((path + "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
    const bool asked = fd >= 0 && ::fcntl(fd, F_GETLK, &lock) == 0;
    if (fd >= 0) ::close(fd);
    const std::string holder = asked && lock.l_type != F_UNLCK
                                   ? "process " + std::to_string(lock.l_pid)
                                   : "another process";
    return {Errc::conflict, path + " is in use by " + holder};
  }
  // A refused start is about stored bytes unless the system says otherwise.
  const bool damaged = status.IsCorruption() || status.IsInvalidArgument() || status.IsNotFound();
  return {damaged ? Errc::corrupt : Errc::io, path + ": " + text};
}

}  // namespace

class RocksStore::Core {
  using Handles = std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount + 1>;  // default last

 public:
  Core(std::string path, bool read_only, bool small_buffers)
      : path_(std::move(path)), read_only_(read_only), small_buffers_(small_buffers) {}
  ~Core() {
    if (failure_->get()) {
      // RocksDB 7.8 loses references of families when a log cannot be switched, and asserts on them
      // when it is closed. The process is to end now, and the kernel closes well enough.
      static auto& abandoned = *new std::vector<std::pair<std::unique_ptr<rocksdb::DB>, Handles>>;
      static std::mutex mutex;
      const std::lock_guard lock(mutex);
      abandoned.emplace_back(std::move(db_), handles_);
      return;
    }
    close();
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Result<void> open(RocksOpen mode, rocksdb::Env* env) {
    const rocksdb::DBOptions options = db_options(mode, env, small_buffers_, failure_);
    if (mode == RocksOpen::read_only) return open_read_only(options);
    if (mode == RocksOpen::existing) {
      if (auto whole = check_families(options); !whole) return whole;
    }
    return open_rocks(options);
  }

  Result<std::optional<Bytes>> get(Family family, BytesView key,
                                   const rocksdb::Snapshot* snapshot) const {
    rocksdb::PinnableSlice value;
    const auto status = db_->Get(read_options(snapshot), handle(family), slice(key), &value);
    if (status.IsNotFound()) return std::optional<Bytes>{};
    if (!status.ok()) return error_of(status, place(family, key));
    return std::optional<Bytes>{Bytes(view(value))};
  }

  Result<void> scan(Family family, BytesView from, BytesView until,
                    const rocksdb::Snapshot* snapshot,
                    const std::function<bool(BytesView, BytesView)>& visit) const {
    rocksdb::ReadOptions options = read_options(snapshot);
    const rocksdb::Slice bound = slice(until);
    if (!until.empty()) options.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options, handle(family)));
    Bytes last(from);
    for (row->Seek(slice(from)); row->Valid(); row->Next()) {
      last.assign(row->key().data(), row->key().size());
      if (!visit(view(row->key()), view(row->value()))) break;
    }
    if (!row->status().ok()) return error_of(row->status(), place(family, last) + " and after");
    return {};
  }

  Result<void> write(const KvBatch& batch, Sync sync) {
    if (read_only_) return Error{Errc::denied, path_ + " is open for reading only"};
    if (auto failure = failure_->get()) return *failure;
    rocksdb::WriteBatch rows(0, 0, kProtectionBytes, 0);
    rocksdb::Status status;
    std::vector<const KvChange*> ordered;
    ordered.reserve(batch.changes().size());
    for (const KvChange& change : batch.changes()) ordered.push_back(&change);
    // Stable: of two changes of a row the later one stays the later.
    std::ranges::stable_sort(ordered, {}, [](const KvChange* change) { return std::pair(change->family, BytesView(change->key)); });
    for (const KvChange* each : ordered) {
      const KvChange& change = *each;
      status = change.value
                   ? rows.Put(handle(change.family), slice(change.key), slice(*change.value))
                   : rows.Delete(handle(change.family), slice(change.key));
      if (!status.ok()) break;
    }
    if (status.ok()) {
      rocksdb::WriteOptions options;
      options.sync = sync == Sync::yes;
      status = db_->Write(options, &rows);
    }
    if (status.ok()) return {};
    Error error = error_of(status, "a write to " + path_ + " failed");
    failure_->set(error);
    return error;
  }

  Result<void> drop(Family family) {
    if (read_only_) return Error{Errc::denied, path_ + " is open for reading only"};
    auto*& dropped = handles_[static_cast<std::size_t>(family)];
    rocksdb::Status status = db_->DropColumnFamily(dropped);
    if (!status.ok()) return error_of(status, "dropping " + std::string(name(family)));
    db_->DestroyColumnFamilyHandle(dropped).PermitUncheckedError();
    dropped = nullptr;
    status = db_->CreateColumnFamily(family_options(family, small_buffers_, cache_),
                                     std::string(name(family)), &dropped);
    if (!status.ok()) return error_of(status, "making " + std::string(name(family)) + " anew");
    return {};
  }

  Result<void> compact(Family family) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    const auto status = db_->CompactRange(options, handle(family), nullptr, nullptr);
    if (!status.ok()) return error_of(status, "compacting " + std::string(name(family)));
    return {};
  }

  FamilyUsage usage(Family family) const {
    using Properties = rocksdb::DB::Properties;
    auto number = [&](const std::string& property) {
      std::uint64_t value = 0;
      return db_->GetIntProperty(handle(family), property, &value) ? value : 0;
    };
    return {number(Properties::kTotalSstFilesSize), number(Properties::kTotalBlobFileSize),
            number(Properties::kCurSizeAllMemTables), number(Properties::kEstimateNumKeys)};
  }

  const rocksdb::Snapshot* take_snapshot() const { return db_->GetSnapshot(); }
  void release_snapshot(const rocksdb::Snapshot* snapshot) const { db_->ReleaseSnapshot(snapshot); }
  std::optional<Error> failure() const { return failure_->get(); }

 private:
  Result<void> open_rocks(const rocksdb::DBOptions& options) {
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (Family family : kFamilies) {
      families.emplace_back(std::string(name(family)),
                            family_options(family, small_buffers_, cache_));
    }
    families.emplace_back(rocksdb::kDefaultColumnFamilyName,  // RocksDB insists on it
                          family_options(Family::chain, small_buffers_, cache_));
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status =
        read_only_
            ? rocksdb::DB::OpenForReadOnly(options, path_, families, &handles, &db)
            : rocksdb::DB::Open(options, path_, families, &handles, &db);
    if (!status.ok()) return open_error(status, path_);
    db_.reset(db);
    std::copy(handles.begin(), handles.end(), handles_.begin());
    return {};
  }

  // The owner of a store may replace tables and logs after the list of them has been read: what is
  // found then is missing files, or rows of the log without those before them. Files go only after
  // a new list is written, so what was opened between two equal lists is one whole state; and all
  // tables stay open (max_open_files).
  Result<void> open_read_only(const rocksdb::DBOptions& options) {
    for (int look = 0; look < kLooks; ++look) {
      const auto before = list_of_files(options.env);
      auto opened = open_rocks(options);
      const auto after = list_of_files(options.env);
      if (before == after && (before || !opened)) return opened;
      if (opened) close();
    }
    return Error{Errc::unavailable, path_ + " changes faster than it can be read: try again"};
  }

  /// Which list of files (MANIFEST) is in force and how long it is, for it only grows; none when there
  /// is none, because of damage or because it was replaced just now.
  std::optional<std::pair<std::string, std::uint64_t>> list_of_files(rocksdb::Env* env) const {
    std::string name;
    std::uint64_t length = 0;
    if (!rocksdb::ReadFileToString(env, path_ + "/CURRENT", &name).ok()) return std::nullopt;
    if (name.ends_with('\n')) name.pop_back();
    if (!env->GetFileSize(path_ + "/" + name, &length).ok()) return std::nullopt;
    return std::pair(std::move(name), length);
  }

  void close() {
    for (auto*& handle : handles_) {
      if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
      handle = nullptr;
    }
    if (db_) db_->Close().PermitUncheckedError();
    db_.reset();
  }

  // Only `derived` may be missing: a crash in drop_family() leaves it so.
  Result<void> check_families(const rocksdb::DBOptions& options) const {
    std::vector<std::string> present;
    const auto status = rocksdb::DB::ListColumnFamilies(options, path_, &present);
    if (!status.ok()) return open_error(status, path_);
    for (Family family : kFamilies) {
      const bool found = std::find(present.begin(), present.end(), name(family)) != present.end();
      if (!found && family != Family::derived) {
        return Error{Errc::corrupt, path_ + " lacks the family " + std::string(name(family))};
      }
    }
    return {};
  }

  rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return handles_[static_cast<std::size_t>(family)];
  }
  static rocksdb::ReadOptions read_options(const rocksdb::Snapshot* snapshot) {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    options.snapshot = snapshot;
    return options;
  }

  std::string path_;
  bool read_only_;
  bool small_buffers_;
  std::shared_ptr<Failure> failure_ = std::make_shared<Failure>();
  std::shared_ptr<rocksdb::Cache> cache_ = rocksdb::NewLRUCache(kBlockCache);
  std::unique_ptr<rocksdb::DB> db_;
  Handles handles_{};
};

class RocksStore::Snapshot final : public KvReader {
 public:
  explicit Snapshot(std::shared_ptr<Core> core)
      : core_(std::move(core)), snapshot_(core_->take_snapshot()) {}
  ~Snapshot() override { core_->release_snapshot(snapshot_); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  Result<std::optional<Bytes>> get(Family family, BytesView key) const override {
    return core_->get(family, key, snapshot_);
  }
  Result<void> scan(Family family, BytesView from, BytesView until,
                    const std::function<bool(BytesView, BytesView)>& visit) const override {
    return core_->scan(family, from, until, snapshot_, visit);
  }

 private:
  std::shared_ptr<Core> core_;
  const rocksdb::Snapshot* snapshot_;
};

Result<std::unique_ptr<RocksStore>> RocksStoreAccess::open(const std::string& path, RocksOpen mode,
                                                           rocksdb::Env* env, bool small_buffers) {
  std::error_code failed;
  const bool empty = !fs::exists(path, failed) || fs::is_empty(path, failed);
  if (failed) return Error{Errc::io, path + ": " + failed.message()};
  if (mode == RocksOpen::create) {
    if (!empty)
      return Error{Errc::conflict, path + " is not empty: a ledger is never made over it"};
    fs::create_directories(path, failed);
    if (failed) return Error{Errc::io, path + ": " + failed.message()};
  } else {
    if (empty) return Error{Errc::not_found, path + " holds no ledger"};
    if (!fs::exists(path + "/CURRENT", failed)) {
      return Error{Errc::corrupt, path + "/CURRENT is missing"};
    }
  }
  auto core = std::make_shared<RocksStore::Core>(path, mode == RocksOpen::read_only, small_buffers);
  if (auto opened = core->open(mode, env); !opened) return std::move(opened).error();
  if (mode == RocksOpen::create) {
    KvBatch batch;
    batch.put(Family::chain, Bytes(kSchemaKey), BinaryWriter().u32(kStoreSchema).bytes());
    if (auto done = core->write(batch, Sync::yes); !done) return std::move(done).error();
  } else {
    auto bytes = core->get(Family::chain, kSchemaKey, nullptr);
    if (!bytes) return std::move(bytes).error();
    BinaryReader in(*bytes ? BytesView(**bytes) : BytesView());
    const std::uint32_t schema = in.u32();
    if (!in.finish()) return Error{Errc::corrupt, path + " does not say which schema it has"};
    if (schema != kStoreSchema) {
      return Error{Errc::unsupported, path + " has store schema " + std::to_string(schema) +
                                          "; this program knows " + std::to_string(kStoreSchema)};
    }
  }
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(core)));
}

Result<std::unique_ptr<RocksStore>> RocksStore::create(const std::string& path) {
  return RocksStoreAccess::open(path, RocksOpen::create, nullptr, false);
}
Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::string& path) {
  return RocksStoreAccess::open(path, RocksOpen::existing, nullptr, false);
}
Result<std::unique_ptr<RocksStore>> RocksStore::open_read_only(const std::string& path) {
  return RocksStoreAccess::open(path, RocksOpen::read_only, nullptr, false);
}

RocksStore::RocksStore(std::shared_ptr<Core> core) : core_(std::move(core)) {}
RocksStore::~RocksStore() = default;

Result<std::optional<Bytes>> RocksStore::get(Family family, BytesView key) const {
  return core_->get(family, key, nullptr);
}
Result<void> RocksStore::scan(Family family, BytesView from, BytesView until,
                              const std::function<bool(BytesView, BytesView)>& visit) const {
  return core_->scan(family, from, until, nullptr, visit);
}
Result<void> RocksStore::write(const KvBatch& batch, Sync sync) {
  return core_->write(batch, sync);
}

std::shared_ptr<const KvReader> RocksStore::snapshot() const {
  return std::make_shared<const Snapshot>(core_);
}

Result<void> RocksStore::drop_family(Family family) {
  QL_CHECK(family == Family::derived);
  return core_->drop(family);
}
Result<void> RocksStore::compact(Family family) { return core_->compact(family); }

std::array<FamilyUsage, kFamilyCount> RocksStore::usage() const {
  std::array<FamilyUsage, kFamilyCount> result;
  for (Family family : kFamilies) result[static_cast<std::size_t>(family)] = core_->usage(family);
  return result;
}

std::optional<Error> RocksStore::failure() const { return core_->failure(); }

}  // namespace qinglu::ledger
