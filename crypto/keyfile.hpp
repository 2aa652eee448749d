// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "crypto/ed25519.hpp"

namespace qinglu::crypto {

/// Work that Argon2id asks of whoever guesses passphrases.   Source: reliability.md §5.4.
struct KeyCost {
  std::uint64_t ops = 0;  ///< passes
  std::uint64_t mem = 0;  ///< bytes
  bool operator==(const KeyCost&) const = default;
};
inline constexpr KeyCost kCostModerate{3, std::uint64_t{256} << 20};  ///< members: about 1 s
inline constexpr KeyCost kCostSensitive{4, std::uint64_t{1} << 30};   ///< validators: about 4 s

/// What a key file says without its passphrase.
struct KeyInfo {
  PublicKey pub;
  std::string purpose;           ///< `[a-z]{1,20}`: vote, cosign, log, intake, transport, record
  std::optional<Digest> ledger;  ///< the one ledger that the key is for, where it is bound to one
  KeyCost cost;
  bool operator==(const KeyInfo&) const = default;
};

/// Text of a key file: canonical JSON {box, kdf, ledger?, mem, nonce, ops, pub, purpose, salt,
/// suite, v}. The seed is sealed by XChaCha20-Poly1305 under Argon2id of the passphrase, with every
/// other member as associated data. Errors: usage: empty passphrase, purpose of another form, cost
/// out of bounds; unavailable: not enough memory.   Source: reliability.md §5.4.
Result<std::string> seal_key(const SigningKey& key, std::string_view purpose,
                             const std::optional<Digest>& ledger, BytesView passphrase,
                             KeyCost cost = kCostModerate);

/// Errors: corrupt: not the exact form; limit: the file asks for more work than SENSITIVE times
/// four.
Result<KeyInfo> read_key_info(BytesView text);

/// Errors: as read_key_info(); denied: wrong passphrase (or the sealed bytes were altered: the two
/// cannot be told apart); corrupt: the sealed key is not that of `pub`; unavailable: no memory.
Result<SigningKey> open_key(BytesView text, BytesView passphrase);

/// Writes a new file of mode 0600: temporary file, fsync, link into place, fsync of the directory.
/// Errors: conflict: a file of that name exists; io.
Result<void> save_key_file(const std::string& path, BytesView text);

/// Text of a key file that nobody but its owner can read.
/// Errors: not_found; io; denied: group or others may read it, or it is another user's; limit.
Result<std::string> read_key_file(const std::string& path);

/// read_key_file(), the ledger compared, open_key().
/// Errors: theirs; wrong_ledger: bound to another ledger than `ledger` (both ids in the sentence).
Result<SigningKey> load_key_file(const std::string& path, const std::optional<Digest>& ledger,
                                 BytesView passphrase);

}  // namespace qinglu::crypto
