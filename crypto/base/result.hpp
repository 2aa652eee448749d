// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "crypto/base/check.hpp"

namespace qinglu {

/// What went wrong, in one word that programs can rely on. Numbers are stable.
enum class Errc : std::uint16_t {
  malformed = 1,      ///< bytes are not of the form they claim (`offset` says where)
  limit = 2,          ///< a size or count is over its bound
  bad_signature = 3,  ///< a signature does not verify, or its key is unacceptable
  not_found = 4,      ///< the thing asked for does not exist
  conflict = 5,       ///< it exists already, or something else holds it
  denied = 6,         ///< permission, passphrase or file mode
  io = 7,             ///< the operating system or the store failed
  corrupt = 8,        ///< stored bytes contradict their checksum or each other
  unsupported = 9,    ///< a format, suite or version of the future
  wrong_ledger = 10,  ///< made for another ledger
  unavailable = 11,   ///< overloaded or not reachable; try again later
  usage = 12,         ///< the caller's arguments make no sense
};

/// Stable spelling of a code, e.g. `BAD_SIGNATURE`.
std::string_view name(Errc code);

/// A failure that input, a peer, the disk or a user caused. Bugs are QL_CHECKs.
struct Error {
  Errc code{};
  std::string detail;                     ///< one English sentence without a final full stop
  std::optional<std::uint64_t> offset{};  ///< byte offset in the input, where there is one
};

/// A value or the Error that prevented it. Same member names as std::expected.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() & {
    QL_CHECK(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    QL_CHECK(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  const Error& error() const& {
    QL_CHECK(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }
  Error error() && {
    QL_CHECK(state_.index() == 1);
    return std::move(*std::get_if<1>(&state_));
  }
  /// The one way to drop a result on purpose; `reason` makes it searchable.
  void ignore([[maybe_unused]] std::string_view reason) && {}

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_.has_value(); }
  const Error& error() const& {
    QL_CHECK(error_.has_value());
    return *error_;
  }
  Error error() && {
    QL_CHECK(error_.has_value());
    return std::move(*error_);
  }
  void ignore([[maybe_unused]] std::string_view reason) && {}

 private:
  std::optional<Error> error_;
};

}  // namespace qinglu
