// SPDX-License-Identifier: Apache-2.0
#include "crypto/commitment.hpp"

#include <sodium.h>

#include <bit>

#include "crypto/base/binary.hpp"
#include "crypto/hash.hpp"

namespace qinglu::crypto {
namespace {

/// SHA-256(0x06 ‖ u8 slot ‖ c): the slot is bound, so that no field is committed to twice.
Digest private_leaf(std::size_t slot, const Digest& commitment) {
  const char position = static_cast<char>(slot);
  return tagged_hash(HashTag::private_leaf, BytesView(&position, 1), commitment);
}

Digest private_node(const Digest& left, const Digest& right) {
  return tagged_hash(HashTag::private_node, left, right);
}

}  // namespace

Salt field_salt(const RecordSecret& secret, std::string_view name) {
  Bytes message(domain::kSalt);
  message.append(name);
  Salt salt;
  crypto_generichash(salt.data(), Salt::kSize,
                     reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                     secret.data(), RecordSecret::kSize);
  return salt;
}

Digest field_commitment(std::string_view name, const Salt& salt, BytesView value) {
  BinaryWriter writer;
  writer.bytes16(name).raw(salt).bytes32(value);
  return tagged_hash(HashTag::private_field, writer.bytes());
}

bool is_private_width(std::size_t width) { return width == 8 || width == 16 || width == 32; }

Digest private_root(std::span<const Digest> slots) {
  QL_CHECK(is_private_width(slots.size()));
  std::vector<Digest> level;
  for (std::size_t i = 0; i < slots.size(); ++i) level.push_back(private_leaf(i, slots[i]));
  for (; level.size() > 1; level.resize(level.size() / 2)) {
    for (std::size_t i = 0; i < level.size(); i += 2) {
      level[i / 2] = private_node(level[i], level[i + 1]);
    }
  }
  return level[0];
}

std::vector<Digest> private_path(std::span<const Digest> slots, std::size_t slot) {
  QL_CHECK(is_private_width(slots.size()) && slot < slots.size());
  std::vector<Digest> level;
  std::vector<Digest> path;
  for (std::size_t i = 0; i < slots.size(); ++i) level.push_back(private_leaf(i, slots[i]));
  for (; level.size() > 1; level.resize(level.size() / 2)) {
    path.push_back(level[slot ^ 1]);
    slot /= 2;
    for (std::size_t i = 0; i < level.size(); i += 2) {
      level[i / 2] = private_node(level[i], level[i + 1]);
    }
  }
  return path;
}

Result<void> verify_private_slot(std::size_t slot, std::size_t width, const Digest& commitment,
                                 std::span<const Digest> path, const Digest& root) {
  if (!is_private_width(width) || slot >= width) {
    return Error{Errc::malformed, "slot is not one of the private section"};
  }
  if (path.size() != static_cast<std::size_t>(std::bit_width(width - 1))) {
    return Error{Errc::malformed, "path of a private field has a wrong length"};
  }
  Digest hash = private_leaf(slot, commitment);
  for (const Digest& sibling : path) {
    hash = slot % 2 == 0 ? private_node(hash, sibling) : private_node(sibling, hash);
    slot /= 2;
  }
  if (hash != root) return Error{Errc::malformed, "private field does not lead to the root"};
  return {};
}

}  // namespace qinglu::crypto
