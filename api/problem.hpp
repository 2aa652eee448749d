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

/// What can be wrong with a request rather than with a record: one code of the interface.
struct RequestCode {
  std::string_view code;
  unsigned status;
  int exit;
  std::string_view zh;  ///< what is wrong
  std::string_view en;
  std::string_view next_zh;  ///< what to do
  std::string_view next_en;
};
/// Every one of them, ascending by code. Together with ledger::messages() they are all codes there are.
std::span<const RequestCode> request_codes();
const RequestCode* find_request_code(std::string_view code);

/// HTTP status and exit code of a code: the one table of ecosystem.md §4.3.
unsigned http_status_of(std::string_view code);
int exit_code_of(std::string_view code);

/// The language that a request asks for; Chinese when it asks for neither.
ledger::Language language_of(const HttpRequest& request);

/// One issue in both languages: {basis, blocking, code, detail, next, pointer, rule, text}.
ledger::Value issue_value(const ledger::Issue& issue);

/// RFC 9457 body of a refusal: the first issue decides, `errors` holds all.
HttpResponse refusal_problem(const HttpRequest& request, const RecordStatus& status);

/// RFC 9457 body for a request that cannot be answered. Requires: a registered code.
HttpResponse problem(const HttpRequest& request, std::string_view code, std::string detail = {});
/// The same for an Error of ours: not_found, limit and usage are the asker's; the rest is 503.
HttpResponse problem(const HttpRequest& request, const Error& error);
/// The same for what the server refuses before any handler.
HttpResponse answer_fault(HttpFault fault, const HttpRequest& request);

}  // namespace qinglu::api
