// SPDX-License-Identifier: Apache-2.0
#include "tests/store/fault_fs.hpp"

#include <rocksdb/system_clock.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

namespace qinglu::test {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

/// Counts the write points of one file and notes how far it has been synced.
class FaultFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(FaultFs& fs, std::unique_ptr<FSWritableFile> file,
            std::shared_ptr<FaultFs::Written> written)
      : FSWritableFileOwnerWrapper(std::move(file)), fs_(fs), written_(std::move(written)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* dbg) override {
    bool first = false;
    const IOStatus point = fs_.point(&first);
    const std::size_t count = point.ok() ? data.size() : first ? data.size() / 2 : 0;
    if (count == 0 && !point.ok()) return point;
    const IOStatus done =
        FSWritableFileOwnerWrapper::Append(Slice(data.data(), count), options, dbg);
    if (done.ok()) {
      const std::lock_guard lock(fs_.mutex_);
      written_->length += count;
    }
    return point.ok() ? done : point;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* dbg) override {
    return Append(data, options, dbg);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* dbg) override {
    if (IOStatus point = fs_.point(); !point.ok()) return point;
    return FSWritableFileOwnerWrapper::Truncate(size, options, dbg);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* dbg) override {
    return synced([&] { return FSWritableFileOwnerWrapper::Sync(options, dbg); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* dbg) override {
    return synced([&] { return FSWritableFileOwnerWrapper::Fsync(options, dbg); });
  }

 private:
  template <class Act>
  IOStatus synced(Act act) {
    std::uint64_t length = 0;
    {
      const std::lock_guard lock(fs_.mutex_);
      length = written_->length;
    }
    if (IOStatus point = fs_.point(); !point.ok()) return point;
    const IOStatus done = act();
    if (done.ok()) {
      const std::lock_guard lock(fs_.mutex_);
      written_->synced = std::max(written_->synced, length);
    }
    return done;
  }

  FaultFs& fs_;
  std::shared_ptr<FaultFs::Written> written_;
};

void FaultFs::fail_from(std::uint64_t first_failing, Fault fault) {
  const std::lock_guard lock(mutex_);
  first_failing_ = first_failing;
  fault_ = fault;
}

std::uint64_t FaultFs::write_points() const {
  const std::lock_guard lock(mutex_);
  return points_;
}

void FaultFs::lose_unsynced(const std::string& directory, const std::string& copy, Random& random) {
  const std::lock_guard lock(mutex_);
  for (const auto& file : std::filesystem::directory_iterator(copy)) {
    const auto written = files_.find(directory + "/" + file.path().filename().string());
    if (written == files_.end()) continue;
    const auto [length, synced] = *written->second;
    if (length == synced) continue;
    std::filesystem::resize_file(file.path(), synced + random.below(length - synced + 1));
  }
}

IOStatus FaultFs::point(bool* first) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = points_++;
  if (number < first_failing_) return IOStatus::OK();
  if (first != nullptr) *first = number == first_failing_;
  return fault_ == Fault::no_space ? IOStatus::NoSpace("the disk is full")
                                   : IOStatus::IOError("the disk is dead");
}

std::shared_ptr<FaultFs::Written> FaultFs::track(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto written = std::make_shared<Written>();
  files_[name] = written;
  return written;
}

IOStatus FaultFs::NewWritableFile(const std::string& name, const FileOptions& options,
                                  std::unique_ptr<FSWritableFile>* result, IODebugContext* dbg) {
  if (IOStatus failed = point(); !failed.ok()) return failed;
  std::unique_ptr<FSWritableFile> file;
  IOStatus made = FileSystemWrapper::NewWritableFile(name, options, &file, dbg);
  if (made.ok()) *result = std::make_unique<FaultFile>(*this, std::move(file), track(name));
  return made;
}

IOStatus FaultFs::ReopenWritableFile(const std::string&, const FileOptions&,
                                     std::unique_ptr<FSWritableFile>*, IODebugContext*) {
  return IOStatus::NotSupported("not used by the store");
}

IOStatus FaultFs::ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                                    std::unique_ptr<FSWritableFile>*, IODebugContext*) {
  return IOStatus::NotSupported("not used by the store");
}

IOStatus FaultFs::RenameFile(const std::string& from, const std::string& to,
                             const IOOptions& options, IODebugContext* dbg) {
  if (IOStatus failed = point(); !failed.ok()) return failed;
  IOStatus renamed = FileSystemWrapper::RenameFile(from, to, options, dbg);
  const std::lock_guard lock(mutex_);
  if (auto file = files_.find(from); renamed.ok() && file != files_.end()) {
    files_[to] = file->second;
    files_.erase(file);
  }
  return renamed;
}

IOStatus FaultFs::DeleteFile(const std::string& name, const IOOptions& options,
                             IODebugContext* dbg) {
  if (IOStatus failed = point(); !failed.ok()) return failed;
  IOStatus deleted = FileSystemWrapper::DeleteFile(name, options, dbg);
  const std::lock_guard lock(mutex_);
  if (deleted.ok()) files_.erase(name);
  return deleted;
}

namespace {

class ImpatientClock final : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "QingluImpatientClock"; }
  void SleepForMicroseconds(int) override {}
};

class FaultEnv final : public rocksdb::EnvWrapper {
 public:
  explicit FaultEnv(std::unique_ptr<rocksdb::Env> env) : EnvWrapper(std::move(env)) {
    system_clock_ = std::make_shared<ImpatientClock>();
  }
  const char* Name() const override { return "QingluFaultEnv"; }
};

}  // namespace

rocksdb::Env* make_fault_env(std::shared_ptr<FaultFs> fs) {
  static auto& envs = *new std::vector<std::unique_ptr<rocksdb::Env>>;
  envs.push_back(std::make_unique<FaultEnv>(rocksdb::NewCompositeEnv(fs)));
  return envs.back().get();
}

}  // namespace qinglu::test
