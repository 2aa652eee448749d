// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "tests/support/random.hpp"

namespace qinglu::test {

/// One change that a process made to the files below a directory; each is a write point.
struct DiskOp {
  enum class Kind { create, write, truncate, sync, rename, unlink, sync_names };
  Kind kind;
  std::string name;  ///< path of the file, or of the directory for sync_names
  std::string to;    ///< rename
  std::size_t file = 0;
  std::uint64_t offset = 0;  ///< write; truncate: the new size
  Bytes bytes;
};
using DiskOps = std::vector<DiskOp>;

/// What a disk holds: files with what was synced of them and what was done since, and names likewise.
class DiskImage {
 public:
  /// The regular files of a directory, all of them durable.
  static DiskImage of(const std::string& root);

  void apply(const DiskOp& op);
  /// Files as they are now: what kill -9 leaves, as the kernel keeps its pages.
  void write_now(const std::string& root, const std::string& copy) const;
  /// Files after a power cut: of each, what was synced and a random prefix of what came after, the last
  /// write torn; names likewise.
  void write_after_power_cut(const std::string& root, const std::string& copy, Random& random) const;

 private:
  friend class DiskTrace;
  struct File {
    Bytes durable;
    DiskOps pending;
  };
  using Names = std::map<std::string, std::size_t>;
  static void change(Names& names, const DiskOp& op);
  static void change(Bytes& content, const DiskOp& op, std::size_t bytes_kept);
  void write(const Names& names, const std::map<std::size_t, Bytes>& contents, const std::string& root,
             const std::string& copy) const;

  std::map<std::size_t, File> files_;
  Names names_;          // as they are now
  Names durable_names_;  // as of the last sync of each directory
  DiskOps pending_names_;
};

/// Watches what this process does to the files below one directory, and can make the disk fail.
///
/// The test program defines open, write, pwrite, ftruncate, fsync, fdatasync, rename, unlink and close
/// itself, so that RocksDB, guard and journal all pass here without a seam in the product; each call is
/// carried out and noted under one lock.   Source: reliability.md §4.3, §4.4 (the preload alternative).
class DiskTrace {
 public:
  /// Begins to note what happens below `root`; one at a time.
  explicit DiskTrace(std::string root);
  ~DiskTrace();
  DiskTrace(const DiskTrace&) = delete;
  DiskTrace& operator=(const DiskTrace&) = delete;

  /// Changes so far: the number of the next write point.
  std::size_t points() const;
  DiskOps ops() const;

  /// From write point `point` on, calls that change files whose path contains `part` fail with `error`
  /// (errno); `times`: how many. With ENOSPC the first write leaves half of its bytes, and syncs succeed.
  void fail_from(std::size_t point, int error, std::string part = {}, std::size_t times = SIZE_MAX);
  /// As fail_from(), for syncs only: the next ones of such files.
  void fail_syncs(int error, std::string part, std::size_t times);
  void heal();
  /// Calls that were made to fail; the file of the first of them, and how many changes came before it.
  std::size_t failures() const;
  std::string first_failure() const;
  std::size_t first_failure_point() const;

  /// While one lives, syncs return at once: for checks that no crash follows.
  class SyncsSkipped {
   public:
    SyncsSkipped();
    ~SyncsSkipped();
    SyncsSkipped(const SyncsSkipped&) = delete;
    SyncsSkipped& operator=(const SyncsSkipped&) = delete;
  };

  // The calls, as the interposed functions hand them on, one at a time.
  int open(const char* path, int flags, unsigned mode);
  void close(int fd);
  long write(int fd, const void* data, std::size_t count, std::optional<std::int64_t> offset);
  int truncate(int fd, std::int64_t size);
  int sync(int fd, bool data_only);
  int rename(const char* from, const char* to);
  int unlink(const char* path);
  bool watches(int fd) const;
  bool watches(const char* path) const;

 private:
  struct Open {
    std::string path;
    std::size_t file = 0;
    bool append = false;
    bool directory = false;
  };
  int failure(const std::string& path, bool sync);
  void note(DiskOp op);
  std::size_t file_at(const std::string& path);

  std::string root_;
  DiskOps ops_;
  std::map<int, Open> open_;
  std::map<std::string, std::size_t> names_;
  std::size_t next_file_ = 0;
  std::size_t fail_point_ = SIZE_MAX;
  bool fail_syncs_only_ = false;
  std::string fail_part_;
  std::size_t fail_times_ = 0;
  int fail_errno_ = 0;
  bool half_written_ = false;
  std::size_t failures_ = 0;
  std::string first_failure_;
  std::size_t first_failure_point_ = 0;
};

}  // namespace qinglu::test
