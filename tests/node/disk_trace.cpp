// SPDX-License-Identifier: Apache-2.0
#include "tests/node/disk_trace.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/base/check.hpp"

namespace qinglu::test {
namespace {

// Held while a call is carried out and noted, so that the order of notes is that of the changes, and so
// that a trace cannot end under a call of RocksDB's own threads.
std::mutex gate;
DiskTrace* watching = nullptr;
std::atomic<bool> anyone_watches{false};
std::atomic<int> syncs_skipped{0};

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

int raw_sync(int fd, bool data_only) {
  if (syncs_skipped.load() > 0) return 0;
  return static_cast<int>(::syscall(data_only ? SYS_fdatasync : SYS_fsync, fd));
}

}  // namespace

// --- what a disk holds --------------------------------------------------------------------------

DiskImage DiskImage::of(const std::string& root) {
  DiskImage image;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    std::ifstream in(path, std::ios::binary);
    const std::size_t file = image.files_.size();
    image.files_[file].durable.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    image.names_[path] = file;
  }
  image.durable_names_ = image.names_;
  return image;
}

void DiskImage::change(Names& names, const DiskOp& op) {
  if (op.kind == DiskOp::Kind::create) {
    names[op.name] = op.file;
    return;
  }
  const auto at = names.find(op.name);
  if (at == names.end()) return;
  const std::size_t file = at->second;
  names.erase(at);
  if (op.kind == DiskOp::Kind::rename) names[op.to] = file;
}

void DiskImage::change(Bytes& content, const DiskOp& op, std::size_t bytes_kept) {
  if (op.kind == DiskOp::Kind::truncate) {
    content.resize(op.offset, '\0');
    return;
  }
  const std::size_t count = std::min(bytes_kept, op.bytes.size());
  content.resize(std::max<std::size_t>(content.size(), op.offset + count), '\0');
  content.replace(op.offset, count, op.bytes, 0, count);
}

void DiskImage::apply(const DiskOp& op) {
  using Kind = DiskOp::Kind;
  switch (op.kind) {
    case Kind::create:
    case Kind::rename:
    case Kind::unlink:
      files_.try_emplace(op.file);
      change(names_, op);
      pending_names_.push_back(op);
      break;
    case Kind::write:
    case Kind::truncate: files_[op.file].pending.push_back(op); break;
    case Kind::sync:
      for (const DiskOp& done : files_[op.file].pending) change(files_[op.file].durable, done, SIZE_MAX);
      files_[op.file].pending.clear();
      break;
    case Kind::sync_names:
      std::erase_if(pending_names_, [&](const DiskOp& done) {
        if (directory_of(done.name) != op.name) return false;
        change(durable_names_, done);
        return true;
      });
      break;
  }
}

void DiskImage::write_now(const std::string& root, const std::string& copy) const {
  std::map<std::size_t, Bytes> contents;
  for (const auto& [path, file] : names_) {
    Bytes& content = contents[file] = files_.at(file).durable;
    for (const DiskOp& op : files_.at(file).pending) change(content, op, SIZE_MAX);
  }
  write(names_, contents, root, copy);
}

void DiskImage::write_after_power_cut(const std::string& root, const std::string& copy, Random& random) const {
  Names names = durable_names_;
  // The journal of a file system keeps the order of changes of names.
  const std::uint64_t names_kept = random.below(pending_names_.size() + 1);
  for (std::size_t i = 0; i < names_kept; ++i) change(names, pending_names_[i]);
  std::map<std::size_t, Bytes> contents;
  for (const auto& [path, file] : names) {
    const File& held = files_.at(file);
    Bytes& content = contents[file] = held.durable;
    const std::uint64_t kept = random.below(held.pending.size() + 1);
    for (std::size_t i = 0; i < kept; ++i) change(content, held.pending[i], SIZE_MAX);
    if (kept < held.pending.size() && held.pending[kept].kind == DiskOp::Kind::write && random.below(2) == 0) {
      change(content, held.pending[kept], random.below(held.pending[kept].bytes.size() + 1));
    }
  }
  write(names, contents, root, copy);
}

void DiskImage::write(const Names& names, const std::map<std::size_t, Bytes>& contents, const std::string& root,
                      const std::string& copy) const {
  for (const auto& [path, file] : names) {
    const std::filesystem::path target = copy + path.substr(root.size());
    std::filesystem::create_directories(target.parent_path());
    std::ofstream out(target, std::ios::binary | std::ios::trunc);
    const Bytes& content = contents.at(file);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    QL_CHECK(out.good());
  }
}

// --- watching -----------------------------------------------------------------------------------

DiskTrace::DiskTrace(std::string root) : root_(std::move(root)) {
  const DiskImage before = DiskImage::of(root_);
  names_ = before.names_;
  next_file_ = before.files_.size();
  const std::lock_guard lock(gate);
  QL_CHECK(watching == nullptr);
  watching = this;
  anyone_watches = true;
}

DiskTrace::~DiskTrace() {
  const std::lock_guard lock(gate);
  watching = nullptr;
  anyone_watches = false;
}

std::size_t DiskTrace::points() const {
  const std::lock_guard lock(gate);
  return ops_.size();
}

DiskOps DiskTrace::ops() const {
  const std::lock_guard lock(gate);
  return ops_;
}

void DiskTrace::fail_from(std::size_t point, int error, std::string part, std::size_t times) {
  const std::lock_guard lock(gate);
  fail_point_ = point;
  fail_errno_ = error;
  fail_part_ = std::move(part);
  fail_times_ = times;
  fail_syncs_only_ = false;
  half_written_ = false;
}

void DiskTrace::fail_syncs(int error, std::string part, std::size_t times) {
  fail_from(0, error, std::move(part), times);
  const std::lock_guard lock(gate);
  fail_syncs_only_ = true;
}

void DiskTrace::heal() { fail_from(SIZE_MAX, 0, {}, 0); }

std::size_t DiskTrace::failures() const {
  const std::lock_guard lock(gate);
  return failures_;
}

std::string DiskTrace::first_failure() const {
  const std::lock_guard lock(gate);
  return first_failure_;
}

std::size_t DiskTrace::first_failure_point() const {
  const std::lock_guard lock(gate);
  return first_failure_point_;
}

DiskTrace::SyncsSkipped::SyncsSkipped() { ++syncs_skipped; }
DiskTrace::SyncsSkipped::~SyncsSkipped() { --syncs_skipped; }

int DiskTrace::failure(const std::string& path, bool sync) {
  if (ops_.size() < fail_point_ || fail_times_ == 0 || path.find(fail_part_) == path.npos) return 0;
  if (sync ? fail_errno_ == ENOSPC : fail_syncs_only_) return 0;
  --fail_times_;
  if (failures_++ == 0) {
    first_failure_ = path;
    first_failure_point_ = ops_.size();
  }
  return fail_errno_;
}

void DiskTrace::note(DiskOp op) { ops_.push_back(std::move(op)); }

bool DiskTrace::watches(const char* path) const {
  const std::string_view name(path);
  return name.starts_with(root_) && name.size() > root_.size() && name[root_.size()] == '/';
}

bool DiskTrace::watches(int fd) const {
  return open_.contains(fd);
}

std::size_t DiskTrace::file_at(const std::string& path) {
  const auto [at, fresh] = names_.try_emplace(path, next_file_);
  if (fresh) ++next_file_;
  return at->second;
}

int DiskTrace::open(const char* path, int flags, unsigned mode) {
  const bool makes = (flags & O_CREAT) != 0 && !names_.contains(path);
  const int error = makes || (flags & O_TRUNC) != 0 ? failure(path, false) : 0;
  if (error != 0) {
    errno = error;
    return -1;
  }
  const int fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (fd < 0) return fd;
  struct stat status {};
  ::fstat(fd, &status);
  if (S_ISDIR(status.st_mode)) {
    open_[fd] = {path, 0, false, true};
    return fd;
  }
  const std::size_t file = file_at(path);
  open_[fd] = {path, file, (flags & O_APPEND) != 0, false};
  if (makes) note({DiskOp::Kind::create, path, {}, file, 0, {}});
  if ((flags & O_TRUNC) != 0 && !makes) note({DiskOp::Kind::truncate, path, {}, file, 0, {}});
  return fd;
}

void DiskTrace::close(int fd) {
  open_.erase(fd);
}

long DiskTrace::write(int fd, const void* data, std::size_t count, std::optional<std::int64_t> offset) {
  const Open& file = open_.at(fd);
  if (const int error = failure(file.path, false); error != 0) {
    if (error != ENOSPC || half_written_ || count < 2) {
      errno = error;
      return -1;
    }
    half_written_ = true;
    count /= 2;
  }
  std::int64_t at = 0;
  if (offset) {
    at = *offset;
  } else if (file.append) {
    struct stat status {};
    ::fstat(fd, &status);
    at = status.st_size;
  } else {
    at = ::syscall(SYS_lseek, fd, 0, SEEK_CUR);
  }
  const long written = offset ? ::syscall(SYS_pwrite64, fd, data, count, *offset) : ::syscall(SYS_write, fd, data, count);
  if (written > 0) {
    note({DiskOp::Kind::write, file.path, {}, file.file, static_cast<std::uint64_t>(at),
          Bytes(static_cast<const char*>(data), static_cast<std::size_t>(written))});
  }
  return written;
}

int DiskTrace::truncate(int fd, std::int64_t size) {
  const Open& file = open_.at(fd);
  if (const int error = failure(file.path, false); error != 0) {
    errno = error;
    return -1;
  }
  const int done = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  if (done == 0) note({DiskOp::Kind::truncate, file.path, {}, file.file, static_cast<std::uint64_t>(size), {}});
  return done;
}

int DiskTrace::sync(int fd, bool data_only) {
  const Open& file = open_.at(fd);
  if (const int error = failure(file.path, true); error != 0) {
    errno = error;
    return -1;
  }
  const int done = raw_sync(fd, data_only);
  if (done == 0) note({file.directory ? DiskOp::Kind::sync_names : DiskOp::Kind::sync, file.path, {}, file.file, 0, {}});
  return done;
}

int DiskTrace::rename(const char* from, const char* to) {
  if (const int error = failure(to, false); error != 0) {
    errno = error;
    return -1;
  }
  const int done = static_cast<int>(::syscall(SYS_rename, from, to));
  if (done != 0) return done;
  const std::size_t file = file_at(from);
  names_.erase(from);
  names_[to] = file;
  note({DiskOp::Kind::rename, from, to, file, 0, {}});
  return done;
}

int DiskTrace::unlink(const char* path) {
  const int done = static_cast<int>(::syscall(SYS_unlink, path));
  if (done != 0) return done;
  const std::size_t file = file_at(path);
  names_.erase(path);
  note({DiskOp::Kind::unlink, path, {}, file, 0, {}});
  return done;
}

}  // namespace qinglu::test

// --- the interposed functions -------------------------------------------------------------------
// Labels give them their names in the program's symbol table, where they come before libc's; the
// names in the source differ because the headers declare and sometimes define the real ones.

namespace {

/// Calls `watched` with the trace that watches `what` (a descriptor or a path), else `raw`.
template <class What, class Watched, class Raw>
auto watch(const What& what, Watched watched, Raw raw) -> decltype(raw()) {
  if (qinglu::test::anyone_watches.load()) {
    const std::lock_guard lock(qinglu::test::gate);
    qinglu::test::DiskTrace* trace = qinglu::test::watching;
    if (trace != nullptr && trace->watches(what)) return watched(*trace);
  }
  return raw();
}

}  // namespace

#define QINGLU_INTERPOSE(type, name, parameters)                                                        \
  extern "C" __attribute__((visibility("default"), used)) type qinglu_##name parameters __asm__(#name); \
  type qinglu_##name parameters

#define QINGLU_OPEN(name)                                                                  \
  QINGLU_INTERPOSE(int, name, (const char* path, int flags, ...)) {                        \
    va_list more;                                                                          \
    va_start(more, flags);                                                                 \
    const unsigned mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, unsigned) : 0; \
    va_end(more);                                                                          \
    return watch(                                                                          \
        path, [&](auto& trace) { return trace.open(path, flags, mode); },                  \
        [&] { return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode)); }); \
  }

QINGLU_OPEN(open)
QINGLU_OPEN(open64)

QINGLU_INTERPOSE(int, close, (int fd)) {
  return watch(
      fd,
      [&](auto& trace) {
        trace.close(fd);
        return static_cast<int>(::syscall(SYS_close, fd));
      },
      [&] { return static_cast<int>(::syscall(SYS_close, fd)); });
}
QINGLU_INTERPOSE(::ssize_t, write, (int fd, const void* data, std::size_t count)) {
  return watch(
      fd, [&](auto& trace) { return trace.write(fd, data, count, std::nullopt); },
      [&] { return ::syscall(SYS_write, fd, data, count); });
}
QINGLU_INTERPOSE(::ssize_t, pwrite, (int fd, const void* data, std::size_t count, ::off_t offset)) {
  return watch(
      fd, [&](auto& trace) { return trace.write(fd, data, count, offset); },
      [&] { return ::syscall(SYS_pwrite64, fd, data, count, offset); });
}
QINGLU_INTERPOSE(int, ftruncate, (int fd, ::off_t size)) {
  return watch(
      fd, [&](auto& trace) { return trace.truncate(fd, size); },
      [&] { return static_cast<int>(::syscall(SYS_ftruncate, fd, size)); });
}
QINGLU_INTERPOSE(int, fdatasync, (int fd)) {
  return watch(
      fd, [&](auto& trace) { return trace.sync(fd, true); }, [&] { return qinglu::test::raw_sync(fd, true); });
}
QINGLU_INTERPOSE(int, fsync, (int fd)) {
  return watch(
      fd, [&](auto& trace) { return trace.sync(fd, false); }, [&] { return qinglu::test::raw_sync(fd, false); });
}
QINGLU_INTERPOSE(int, rename, (const char* from, const char* to)) {
  return watch(
      to, [&](auto& trace) { return trace.rename(from, to); },
      [&] { return static_cast<int>(::syscall(SYS_rename, from, to)); });
}
QINGLU_INTERPOSE(int, unlink, (const char* path)) {
  return watch(
      path, [&](auto& trace) { return trace.unlink(path); },
      [&] { return static_cast<int>(::syscall(SYS_unlink, path)); });
}
