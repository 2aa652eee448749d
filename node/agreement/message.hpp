// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "crypto/base/bytes.hpp"
#include "crypto/base/result.hpp"
#include "node/agreement/certificate.hpp"

namespace qinglu::agreement {

// What members say to each other.   Source: agreement.md §2.3.

/// Notarize, Nullify or Finalize: one member's signature under a statement.
struct Vote {
  Statement statement;
  std::size_t signer = 0;
  Signature signature;
  bool operator==(const Vote&) const = default;
};

/// A leader's block, whole: `body` holds its units, empty for an empty block.
struct Propose {
  Bytes seal;
  Bytes justification;
  Bytes body;
  Signature proposed;   ///< over propose_bytes()
  Signature notarized;  ///< the leader's own Notarize
  bool operator==(const Propose&) const = default;
};

/// A notarization, nullification or finalization in its one encoding.
struct CertificateMessage {
  Bytes certificate;
  bool operator==(const CertificateMessage&) const = default;
};

/// A member's cosignature on the plain checkpoint of a size.
struct Cosign {
  std::uint64_t size = 0;
  Digest root;
  std::uint64_t time_s = 0;
  std::size_t signer = 0;
  Signature signature;
  bool operator==(const Cosign&) const = default;
};

/// Where a member stands; sent every second, signed by nobody.
struct Status {
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  std::uint64_t finalized_epoch = 0;
  std::uint64_t finalized_view = 0;
  std::uint64_t finalized_height = 0;
  std::uint64_t cosigned_size = 0;  ///< newest checkpoint that it knows a quorum's cosignatures of
  std::int64_t time_ms = 0;
  std::uint32_t pool_bytes = 0;  ///< this and the next: the driver's to fill in
  std::string version;           ///< of the software, at most kVersionMax bytes
  bool operator==(const Status&) const = default;
};

struct GetBlock {
  Digest block_hash;
  bool operator==(const GetBlock&) const = default;
};
struct BlockMessage {
  Bytes seal;
  Bytes justification;
  Bytes body;
  bool operator==(const BlockMessage&) const = default;
};

/// Asks for every certificate of the views from…to that the other holds.
struct GetCerts {
  std::uint64_t epoch = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool operator==(const GetCerts&) const = default;
};
struct Certs {
  std::vector<Bytes> certificates;
  bool operator==(const Certs&) const = default;
};

/// Asks for final blocks of an epoch, those of views above `after_view`, empty ones too.
struct GetRange {
  std::uint64_t epoch = 0;
  std::uint64_t after_view = 0;
  bool operator==(const GetRange&) const = default;
};
/// Final blocks in their order. The last one is the block of `finalization` (kind 7), so that whoever
/// gets them can tell all of them by one certificate and the chain of hashes.
struct Range {
  std::vector<BlockMessage> blocks;
  Bytes finalization;
  bool operator==(const Range&) const = default;
};

/// Asks for what the others know of the sender's own votes (abstain mode).
using EnquiryId = std::array<unsigned char, 16>;
struct Enquiry {
  EnquiryId id{};
  bool operator==(const Enquiry&) const = default;
};
struct EnquiryAnswer {
  EnquiryId id{};
  bool abstains = false;    ///< the answer of a member that abstains itself does not count
  Bytes certificate;        ///< the highest that it holds, by (epoch, view); empty: none
  std::vector<Bytes> said;  ///< encoded messages: votes and the newest cosignature by the asker
  bool operator==(const EnquiryAnswer&) const = default;
};

using Message = std::variant<Vote, Propose, CertificateMessage, Cosign, Status, GetBlock, BlockMessage, GetCerts, Certs,
                             GetRange, Range, Enquiry, EnquiryAnswer>;

/// Bounds of one message.   Source: overview.md §4.
inline constexpr std::size_t kMessageMax = 16u << 20;
inline constexpr std::size_t kCertsMax = 4'096;
inline constexpr std::size_t kVersionMax = 64;
inline constexpr std::size_t kRangeBytes = 1u << 20;  ///< where a Range is cut, at the next finalization
inline constexpr std::size_t kRangeBlocksMax = 8'192;
inline constexpr std::size_t kSaidMax = 512;

/// `u8 type ‖ payload`, as it lies in a frame.
Bytes encode(const Message& message);
/// Errors: malformed with the offset: unknown type, lengths, a suite other than 1; limit.
Result<Message> decode_message(BytesView bytes);

}  // namespace qinglu::agreement
