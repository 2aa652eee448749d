// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string>

#include "crypto/ed25519.hpp"
#include "tests/support/files.hpp"

namespace qinglu::test {

/// A home of its own, so that no setting of this machine reaches a test.
class Home {
 public:
  Home() {
    crypto::start();
    for (const char* name : {"QINGLU_NODE", "QINGLU_KEYS", "QINGLU_KEY", "QINGLU_TRUST", "QINGLU_STATE", "QINGLU_PROFILE",
                             "XDG_DATA_HOME", "CREDENTIALS_DIRECTORY", "LC_ALL", "LC_MESSAGES", "LANG"}) {
      ::unsetenv(name);
    }
    set("HOME", path());
    set("XDG_CONFIG_HOME", path() + "/config");
    set("QINGLU_LANG", "en");
  }
  const std::string& path() const { return directory_.path(); }
  static void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

 private:
  TempDir directory_;
};

}  // namespace qinglu::test
