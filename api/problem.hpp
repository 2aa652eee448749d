// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/http/http.hpp"
#include "api/ports/ports.hpp"
#include "crypto/base/result.hpp"
#include "ledger/catalog/messages.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::api {

/// HTTP status and exit code of a refusal code: the one table of ecosystem.md §4.3.
unsigned http_status_of(std::string_view code);
int exit_code_of(std::string_view code);

/// One issue in both languages: {blocking, code, detail, law, article, next, pointer, text}.
ledger::Value issue_value(const ledger::Issue& issue);

/// RFC 9457 body of a refusal: the first issue decides, `errors` holds all.
HttpResponse refusal_problem(const RecordStatus& status, ledger::Language language);

/// RFC 9457 body for a request that cannot be answered. `code` is stable; `detail` a sentence.
HttpResponse problem(unsigned status, std::string_view code, std::string_view detail);
/// The same for an Error of ours (503 for io and corrupt, 404 not_found, 429 unavailable, …).
HttpResponse problem(const Error& error);

}  // namespace qinglu::api
