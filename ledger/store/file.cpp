// SPDX-License-Identifier: Apache-2.0
#include "ledger/store/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace qinglu::ledger {
namespace {

Error system_error(const std::string& path, const char* act) {
  const int code = errno;
  const Errc errc = code == ENOENT ? Errc::not_found : code == EEXIST ? Errc::conflict : Errc::io;
  return {errc, path + ": " + act + ": " + std::generic_category().message(code)};
}

}  // namespace

Result<File> File::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return system_error(path, "open");
  return File(path, fd);
}

Result<File> File::create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return system_error(path, "create");
  return File(path, fd);
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Error File::failure(const char* act) const { return system_error(path_, act); }

Result<std::uint64_t> File::size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return failure("stat");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<Bytes> File::read_at(std::uint64_t offset, std::size_t count) const {
  Bytes bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ::ssize_t got =
        ::pread(fd_, bytes.data() + done, count - done, static_cast<::off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read");
    if (got == 0) return Error{Errc::io, path_ + " ends too early", offset + done};
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<void> File::write_at(std::uint64_t offset, BytesView bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ::ssize_t put = ::pwrite(fd_, bytes.data() + done, bytes.size() - done,
                                   static_cast<::off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failure("write");
    done += static_cast<std::size_t>(put);
  }
  return {};
}

Result<void> File::truncate(std::uint64_t size) {
  if (::ftruncate(fd_, static_cast<::off_t>(size)) != 0) return failure("truncate");
  return {};
}

Result<void> File::sync() {
  if (::fdatasync(fd_) != 0) return failure("sync");
  return {};
}

Result<void> sync_directory_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const std::string directory = parent.empty() ? std::string(".") : parent.string();
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_error(directory, "open");
  const bool synced = ::fsync(fd) == 0;
  const Error error = synced ? Error{} : system_error(directory, "sync");
  ::close(fd);
  if (!synced) return error;
  return {};
}

}  // namespace qinglu::ledger
