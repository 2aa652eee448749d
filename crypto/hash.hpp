// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <initializer_list>
#include <string_view>

#include "crypto/base/bytes.hpp"

namespace qinglu::crypto {

/// SHA-256 over the concatenation of `parts` (suite 1).
///
/// One header, two backends chosen at link time: OpenSSL EVP with a reused context
/// (`hash_openssl.cpp`, in qinglud and qinglu) and libsodium (`hash_sodium.cpp`, in qinglu-verify).
/// Threads: may be called concurrently.   Source: FIPS 180-4.
Digest sha256(std::initializer_list<BytesView> parts);
Digest sha256(BytesView bytes);

/// SHA-256 over the pieces that `next` gives, one after another; an empty one is the end.
Digest sha256_of(const std::function<BytesView()>& next);

/// Name of the backend that is linked, for `--version` and the benchmarks.
std::string_view hash_backend();

/// First bytes that keep the hashed things apart; never change: part of evidence bytes.
/// Source: evidence.md §7.6 (table of tags), RFC 6962 §2.1.
enum class HashTag : char {
  log_leaf = 0x00,
  log_node = 0x01,
  state_leaf = 0x02,
  state_node = 0x03,
  state_value = 0x04,
  private_field = 0x05,
  private_leaf = 0x06,
  private_node = 0x07,
};

/// SHA-256(tag ‖ a ‖ b).
Digest tagged_hash(HashTag tag, BytesView a, BytesView b = {});

/// Domain strings `"qinglu/<purpose>/1\0"`: every signature and hash purpose has one, and none is
/// a prefix of another. Never change.   Source: evidence.md §7.6.
namespace domain {
using namespace std::string_view_literals;
inline constexpr std::string_view kGenesis = "qinglu/genesis/1\0"sv;
inline constexpr std::string_view kRecord = "qinglu/record/1\0"sv;
inline constexpr std::string_view kBatch = "qinglu/batch/1\0"sv;
inline constexpr std::string_view kStateKey = "qinglu/state-key/1\0"sv;
inline constexpr std::string_view kSubject = "qinglu/subject/1\0"sv;
inline constexpr std::string_view kSalt = "qinglu/salt/1\0"sv;
inline constexpr std::string_view kDek = "qinglu/dek/1\0"sv;
inline constexpr std::string_view kIssuer = "qinglu/issuer/1\0"sv;
inline constexpr std::string_view kReceipt = "qinglu/receipt/1\0"sv;
inline constexpr std::string_view kValset = "qinglu/valset/1\0"sv;
inline constexpr std::string_view kBlock = "qinglu/block/1\0"sv;
inline constexpr std::string_view kJustification = "qinglu/justification/1\0"sv;
inline constexpr std::string_view kPropose = "qinglu/propose/1\0"sv;
inline constexpr std::string_view kNotarize = "qinglu/notarize/1\0"sv;
inline constexpr std::string_view kNullify = "qinglu/nullify/1\0"sv;
inline constexpr std::string_view kLeader = "qinglu/leader/1\0"sv;
inline constexpr std::string_view kPossession = "qinglu/possession/1\0"sv;
inline constexpr std::string_view kApphash = "qinglu/apphash/1\0"sv;
inline constexpr std::string_view kVouch = "qinglu/vouch/1\0"sv;
inline constexpr std::string_view kErasure = "qinglu/erasure/1\0"sv;
inline constexpr std::string_view kOpeningsRequest = "qinglu/openings-request/1\0"sv;
inline constexpr std::string_view kAll[] = {kGenesis, kRecord,        kBatch,   kStateKey, kSubject,
                                            kSalt,    kDek,           kIssuer,  kReceipt,  kValset,
                                            kBlock,   kJustification, kPropose, kNotarize, kNullify,
                                            kLeader,  kPossession,    kApphash, kVouch,    kErasure,
                                            kOpeningsRequest};
}  // namespace domain

}  // namespace qinglu::crypto
