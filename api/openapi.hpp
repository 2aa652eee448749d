// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace qinglu::api {

/// The bytes of api/openapi.json.
std::string_view openapi_document();

}  // namespace qinglu::api
