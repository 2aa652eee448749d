// SPDX-License-Identifier: Apache-2.0
#include "node/chain_image.hpp"

#include <optional>
#include <utility>

#include "crypto/base/binary.hpp"

namespace qinglu::node {
namespace {

using ledger::Family;
namespace chain_key = agreement::chain_key;

constexpr std::uint8_t kNotarization = 5;
constexpr std::uint8_t kNullification = 6;
constexpr std::uint8_t kFinalization = 7;

/// Hands every chain row of `from` ≤ key < `until` to `take`, which may fail.
template <class Take>
Result<void> each_row(const ledger::KvReader& store, const Bytes& from, const Bytes& until, Take take) {
  Result<void> taken;
  auto ok = store.scan(Family::chain, from, until, [&](BytesView key, BytesView value) {
    taken = take(key, value);
    return static_cast<bool>(taken);
  });
  return ok ? taken : ok;
}

Result<void> read_votes(const ledger::KvReader& store, agreement::DurableImage& image) {
  const std::uint64_t epoch = image.tip.epoch;
  const std::size_t prefix = chain_key::votes(epoch, 0).size() - sizeof(std::uint64_t);
  return each_row(store, chain_key::votes(epoch, 0), chain_key::votes(epoch + 1, 0),
                  [&](BytesView key, BytesView value) -> Result<void> {
                    auto row = agreement::VoteRow::decode(value);
                    if (!row) return std::move(row).error();
                    image.votes.emplace(BinaryReader(key.substr(prefix)).u64(), std::move(*row));
                    return {};
                  });
}

Result<void> read_certificates(const ledger::KvReader& store, agreement::DurableImage& image) {
  const agreement::Tip& tip = image.tip;
  for (const std::uint8_t kind : {kNotarization, kNullification, kFinalization}) {
    const std::uint64_t from = kind == kFinalization ? tip.view : tip.view + 1;
    auto ok = each_row(store, chain_key::certificate(kind, tip.epoch, from),
                       chain_key::certificate(kind, tip.epoch + 1, 0), [&](BytesView, BytesView value) -> Result<void> {
                         image.certificates.emplace_back(value);
                         return {};
                       });
    if (!ok) return ok;
  }
  return {};
}

Result<void> read_candidates(const ledger::KvReader& store, agreement::DurableImage& image) {
  const agreement::Tip& tip = image.tip;
  return each_row(store, chain_key::block(tip.epoch, tip.view + 1, Digest{}), chain_key::block(tip.epoch + 1, 0, Digest{}),
                  [&](BytesView, BytesView value) -> Result<void> {
                    auto row = agreement::BlockRow::decode(value);
                    if (!row) return std::move(row).error();
                    if (row->final) return Error{Errc::corrupt, "a final block lies above the tip"};
                    image.candidates.push_back({std::move(row->seal), std::move(row->justification), std::move(row->entries)});
                    return {};
                  });
}

/// The tip's notarization, or the finalization where that came alone.
Result<Bytes> read_tip_certificate(const ledger::KvReader& store, const agreement::Tip& tip) {
  if (tip.view == 0) return Bytes();  // the epoch's genesis needs none
  for (const std::uint8_t kind : {kNotarization, kFinalization}) {
    auto bytes = store.get(Family::chain, chain_key::certificate(kind, tip.epoch, tip.view));
    if (!bytes) return std::move(bytes).error();
    if (*bytes) return std::move(**bytes);
  }
  return Error{Errc::corrupt, "the tip's certificate is missing"};
}

}  // namespace

Result<agreement::DurableImage> read_chain_image(const ledger::KvReader& store, const agreement::Tip& tip) {
  agreement::DurableImage image;
  image.tip = tip;
  auto certificate = read_tip_certificate(store, tip);
  if (!certificate) return std::move(certificate).error();
  image.tip_certificate = std::move(*certificate);
  auto cosigned = read_row<agreement::CosignRow>(store, chain_key::cosign());
  if (!cosigned) return std::move(cosigned).error();
  if (*cosigned) image.cosigned = **cosigned;
  auto epoch = read_row<agreement::EpochRow>(store, chain_key::meta("epoch"));
  if (!epoch) return std::move(epoch).error();
  if (*epoch) image.epoch = std::move(**epoch);
  auto abstain = read_row<agreement::AbstainRow>(store, chain_key::meta("abstain"));
  if (!abstain) return std::move(abstain).error();
  image.abstain = std::move(*abstain);
  auto head = read_row<agreement::HeadRow>(store, chain_key::head(tip.log_size));
  if (!head) return std::move(head).error();
  if (*head) image.first_note = std::move((*head)->first);
  if (auto ok = read_votes(store, image); !ok) return std::move(ok).error();
  if (auto ok = read_certificates(store, image); !ok) return std::move(ok).error();
  if (auto ok = read_candidates(store, image); !ok) return std::move(ok).error();
  return image;
}

}  // namespace qinglu::node
