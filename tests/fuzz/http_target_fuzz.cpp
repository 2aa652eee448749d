// SPDX-License-Identifier: Apache-2.0
// Request targets: what is accepted has an absolute path that climbs nowhere.
#include <cstdint>
#include <string_view>

#include "api/http/http.hpp"
#include "crypto/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  qinglu::api::HttpRequest request;
  if (!qinglu::api::split_target({reinterpret_cast<const char*>(data), size}, request)) return 0;
  QL_CHECK(request.path.starts_with('/'));
  QL_CHECK(request.path.find("/../") == std::string::npos && request.path.find('\0') == std::string::npos);
  return 0;
}
