// SPDX-License-Identifier: Apache-2.0
#include "api/problem.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::api {
namespace {

using ledger::Value;

HttpResponse problem_response(unsigned status, Value body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = ledger::to_canonical(body);
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Value texts(std::string zh, std::string en) {
  return Value(Value::Members{{"en", std::move(en)}, {"zh", std::move(zh)}});
}

/// A member's refusal carries its own code before the colon of the detail.
std::string_view decisive_code(const ledger::Issue& issue) {
  if (issue.code != "BATCH_MEMBER_REFUSED") return issue.code;
  const std::string_view detail = issue.detail;
  return detail.substr(0, detail.find(':'));
}

}  // namespace

int exit_code_of(std::string_view code) {
  const ledger::Message* message = ledger::find_message(code);
  return message ? static_cast<int>(message->exit) : 6;
}

unsigned http_status_of(std::string_view code) {
  if (code == "NOT_CANONICAL" || code == "SCHEMA_INVALID") return 400;
  if (code == "SIZE_LIMIT" || code == "BATCH_TOO_LARGE") return 413;
  switch (exit_code_of(code)) {
    case 4: return 403;
    case 7: return 409;
    default: return 422;
  }
}

Value issue_value(const ledger::Issue& issue) {
  using ledger::Language;
  const ledger::Message* message = ledger::find_message(issue.code);
  Value value(Value::Members{
      {"code", issue.code},
      {"pointer", issue.pointer},
      {"text", texts(ledger::sentence(issue, Language::zh), ledger::sentence(issue, Language::en))}});
  if (message) {
    value.set("basis", Value(Value::Members{
                           {"article", issue.article.empty() ? Value(message->article) : Value(issue.article)},
                           {"law", issue.law.empty() ? Value(message->law) : Value(issue.law)}}));
    value.set("next", texts(std::string(message->next_zh), std::string(message->next_en)));
  }
  if (!issue.detail.empty()) value.set("detail", issue.detail);
  if (!issue.blocking.empty()) {
    Value::Items blocking;
    for (const std::string& id : issue.blocking) blocking.push_back(Value(id));
    value.set("blocking", Value(std::move(blocking)));
  }
  return value;
}

HttpResponse refusal_problem(const RecordStatus& status, ledger::Language language) {
  QL_CHECK(!status.issues.empty());
  const ledger::Issue& first = status.issues.front();
  const unsigned http = http_status_of(decisive_code(first));
  Value body = issue_value(first);
  body.set("type", Value("/v1/problems/" + first.code));
  body.set("title", Value(ledger::sentence(first, language)));
  body.set("status", Value(static_cast<std::int64_t>(http)));
  body.set("state", Value("refused"));
  body.set("height", Value(status.judged_height));
  if (status.id != Digest{}) body.set("record_id", Value(to_sha256_id(status.id)));
  if (status.member) body.set("n", Value(static_cast<std::uint64_t>(*status.member)));
  Value::Items errors;
  for (const ledger::Issue& issue : status.issues) errors.push_back(issue_value(issue));
  body.set("errors", Value(std::move(errors)));
  return problem_response(http, std::move(body));
}

HttpResponse problem(unsigned status, std::string_view code, std::string_view detail) {
  return problem_response(status, Value(Value::Members{{"code", code},
                                                       {"detail", detail},
                                                       {"status", static_cast<std::int64_t>(status)},
                                                       {"title", detail},
                                                       {"type", "/v1/problems/" + std::string(code)}}));
}

HttpResponse problem(const Error& error) {
  switch (error.code) {
    case Errc::malformed:
    case Errc::usage: return problem(400, name(error.code), error.detail);
    case Errc::not_found: return problem(404, name(error.code), error.detail);
    case Errc::limit: return problem(413, name(error.code), error.detail);
    case Errc::denied: return problem(403, name(error.code), error.detail);
    case Errc::conflict: return problem(409, name(error.code), error.detail);
    case Errc::unavailable: return problem(429, name(error.code), error.detail);
    default: return problem(503, name(error.code), error.detail);
  }
}

}  // namespace qinglu::api
