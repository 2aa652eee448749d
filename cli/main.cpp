// SPDX-License-Identifier: Apache-2.0
// qinglu: file, look up, prove and verify from the command line.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <iostream>

#include "cli/commands.hpp"
#include "cli/settings.hpp"
#include "crypto/ed25519.hpp"

int main(int argc, char** argv) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::signal(SIGPIPE, SIG_IGN);
  qinglu::cli::end_on_interrupt();
  try {
    qinglu::crypto::start();
    return qinglu::cli::run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "internal error: " << e.what() << "\n";
    return qinglu::cli::kInternal;
  }
}
