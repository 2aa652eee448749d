// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "tests/support/random.hpp"

namespace qinglu::test {

/// The real file system with a disk that dies: every create, append, sync, truncate, rename and
/// delete is a write point; from one of them on everything fails.   Source: reliability.md §4.4.
class FaultFs final : public rocksdb::FileSystemWrapper {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  enum class Fault { dead_disk, no_space };

  FaultFs() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  static const char* kClassName() { return "QingluFaultFs"; }
  const char* Name() const override { return kClassName(); }

  /// Fails from write point `first_failing` (counted from 0) on. An append that fails first leaves
  /// half of its bytes behind.
  void fail_from(std::uint64_t first_failing, Fault fault = Fault::dead_disk);
  void heal() { fail_from(kNever); }
  std::uint64_t write_points() const;

  /// Power loss: of each file of `directory`, `copy` keeps what was synced and a random part of the
  /// rest.
  void lose_unsynced(const std::string& directory, const std::string& copy, Random& random);

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* dbg) override;

 private:
  friend class FaultFile;
  struct Written {
    std::uint64_t length = 0;
    std::uint64_t synced = 0;
  };

  /// Counts a write point; not ok when the disk has failed. `first` = it fails just now.
  rocksdb::IOStatus point(bool* first = nullptr);
  std::shared_ptr<Written> track(const std::string& name);

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Written>> files_;
  std::uint64_t points_ = 0;
  std::uint64_t first_failing_ = kNever;
  Fault fault_ = Fault::dead_disk;
};

/// An environment on `fs`, with a clock that never sleeps: RocksDB waits a second after each failed
/// background job. Lives until the process ends, as stores whose disk has failed do.
rocksdb::Env* make_fault_env(std::shared_ptr<FaultFs> fs);

}  // namespace qinglu::test
