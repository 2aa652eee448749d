// SPDX-License-Identifier: Apache-2.0
#include "ledger/store/guard.hpp"

#include <array>
#include <optional>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/hash.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::string_view kMagic = "QLGUARD1";
// magic ‖ u64 step ‖ u64 height ‖ u32 payload length ‖ payload ‖ SHA-256 of all before
constexpr std::size_t kFixed = kMagic.size() + 8 + 8 + 4 + Digest::kSize;
constexpr std::size_t kPage = 4096;  // slots share no page, so a torn write spares the other
constexpr std::size_t kSlotSize = (kFixed + Guard::kPayloadMax + kPage - 1) / kPage * kPage;

Bytes encode(const GuardState& state) {
  BinaryWriter out;
  out.raw(kMagic).u64(state.step).u64(state.height).bytes32(state.payload);
  const Digest checksum = crypto::sha256(out.bytes());
  return out.raw(checksum).bytes();
}

std::optional<GuardState> decode(BytesView slot) {
  BinaryReader in(slot);
  GuardState state;
  if (in.raw(kMagic.size()) != kMagic) return std::nullopt;
  state.step = in.u64();
  state.height = in.u64();
  state.payload = Bytes(in.bytes32());
  const std::size_t covered = in.offset();
  const Digest checksum = in.digest();
  if (in.failed() || crypto::sha256(slot.substr(0, covered)) != checksum) return std::nullopt;
  return state;
}

Result<void> check_size(const GuardState& state) {
  if (state.payload.size() <= Guard::kPayloadMax) return {};
  return Error{Errc::limit,
               "a guard payload of " + std::to_string(state.payload.size()) + " bytes"};
}

}  // namespace

Result<Guard> Guard::create(const std::string& path, const GuardState& state) {
  if (auto fits = check_size(state); !fits) return std::move(fits).error();
  auto file = File::create(path);
  if (!file) return std::move(file).error();
  // Both slots get their full length now: later writes then change no metadata.
  Bytes slots = encode(state);
  slots.resize(2 * kSlotSize, '\0');
  if (auto done = file->write_at(0, slots); !done) return std::move(done).error();
  if (auto done = file->sync(); !done) return std::move(done).error();
  if (auto done = sync_directory_of(path); !done) return std::move(done).error();
  return Guard(std::move(*file), state, 0);
}

Result<Guard> Guard::open(const std::string& path) {
  auto file = File::open(path);
  if (!file) return std::move(file).error();
  auto size = file->size();
  if (!size) return std::move(size).error();
  if (*size != 2 * kSlotSize) return Error{Errc::corrupt, path + " has not the size of a guard"};
  std::optional<GuardState> newest;
  unsigned newest_slot = 0;
  for (unsigned slot = 0; slot < 2; ++slot) {
    auto bytes = file->read_at(slot * kSlotSize, kSlotSize);
    if (!bytes) return std::move(bytes).error();
    auto state = decode(*bytes);
    if (state && (!newest || state->step > newest->step)) {
      newest = std::move(state);
      newest_slot = slot;
    }
  }
  if (!newest) return Error{Errc::corrupt, path + ": neither slot is whole"};
  return Guard(std::move(*file), std::move(*newest), newest_slot);
}

Result<void> Guard::write(GuardState state) {
  QL_CHECK(state.step > state_.step);
  if (auto fits = check_size(state); !fits) return fits;
  const unsigned slot = 1 - slot_;
  if (auto done = file_.write_at(slot * kSlotSize, encode(state)); !done) return done;
  if (auto done = file_.sync(); !done) return done;
  slot_ = slot;
  state_ = std::move(state);
  return {};
}

}  // namespace qinglu::ledger
