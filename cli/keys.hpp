// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/settings.hpp"
#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/keyfile.hpp"

namespace qinglu::cli {

/// A key file under the key directory: `<party with _ for :>/<key id>.key`.
struct KeyPlace {
  std::string party;
  std::string key_id;
  std::string path;
};

/// A key that is open for signing.
struct OpenKey {
  KeyPlace place;
  crypto::SigningKey key;
};

KeyPlace place_of(const Settings& settings, const std::string& party, const std::string& key_id);
/// All key files, ascending by party and key id.
std::vector<KeyPlace> list_keys(const Settings& settings);

/// The key that --key names (`<party>/<key id>`, `<party>`, or a path), or the only one there is.
/// Errors: not_found, usage (several: name one), denied (locked or readable by others).
Result<KeyPlace> choose_key(const Settings& settings);
Result<OpenKey> open_key(const Settings& settings, const KeyPlace& place);

struct KeyNew {
  std::string party, key_id, kdf = "moderate";
};
int key_new(const Settings& settings, const KeyNew& options);
int key_ls(const Settings& settings);
int key_show(const Settings& settings, const std::string& which);
/// Takes a key file made elsewhere (`qinglud init`) into the key directory.
int key_import(const Settings& settings, const KeyNew& options, const std::string& path);

}  // namespace qinglu::cli
