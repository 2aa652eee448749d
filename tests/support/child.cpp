// SPDX-License-Identifier: Apache-2.0
#include "tests/support/child.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace qinglu::test {

::pid_t start_child(const std::string& test_case, const std::string& argument, int& pipe) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const ::pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    // Only async-signal-safe steps lie between here and exec, setenv before any thread excepted.
    // Of a copy: the end itself may be 3, and closes at exec.
    if (::dup2(::dup(ends[1]), 3) == 3 && ::setenv("QINGLU_CHILD", argument.c_str(), 1) == 0) {
      const int devnull = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
      ::dup2(devnull, STDOUT_FILENO);
      ::execl("/proc/self/exe", "test", test_case.c_str(), static_cast<char*>(nullptr));
    }
    ::_exit(127);
  }
  ::close(ends[1]);
  pipe = ends[0];
  return child;
}

int wait_child(::pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace qinglu::test
