// SPDX-License-Identifier: Apache-2.0
#include "api/problem.hpp"

#include <algorithm>
#include <iterator>

#include "api/http/http_client.hpp"
#include "api/negotiation.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::api {
namespace {

using ledger::Issue;
using ledger::Language;
using ledger::Value;

constexpr RequestCode kRequestCodes[] = {
    {"BUSY", 429, 8, "节点暂时不能接收提交", "the node cannot take the submission now", "稍后重试，重复提交无害",
     "try again shortly; submitting twice is harmless"},
    {"CLAIM_FALSE", 409, 2, "账本所载与所要证明者相反", "the ledger says the opposite of what is to be proven",
     "改为索取历史清单或状态行", "ask for the history or the row instead"},
    {"HALTED", 503, 8, "节点已为安全停止，只供查询", "the node has halted for safety and only answers reads",
     "改用其他节点，并通知运行方", "use another node, and tell the operator"},
    {"HEADER_LIMIT", 431, 2, "请求头过大", "the request's header is too large", "减少请求头", "send less header"},
    {"HOST_NOT_ALLOWED", 421, 2, "本节点不以该主机名提供服务", "this node does not answer to that host name",
     "使用节点公布的地址；运行方可在 [http] hosts 中登记该名称",
     "use the address that the node publishes; its operator can add the name to [http] hosts"},
    {"HTTP_MALFORMED", 400, 2, "不是合格的 HTTP/1.1 请求", "this is no well-formed HTTP/1.1 request",
     "检查客户端或代理", "check the client or the proxy"},
    {"KEY_BUDGET", 429, 8, "该密钥提交过于频繁", "this key submits too often", "稍后重试，或改为批量提交",
     "try again shortly, or submit a batch"},
    {"MEDIA_TYPE", 415, 2, "提交的内容须为 application/json", "submissions are application/json",
     "填写 Content-Type: application/json", "send Content-Type: application/json"},
    {"METHOD_NOT_ALLOWED", 405, 2, "该路径不支持此方法", "this path does not take that method",
     "按 Allow 所列的方法请求", "use a method that Allow names"},
    {"NOT_ACCEPTABLE", 406, 2, "不能以所要求的媒体类型回答", "no answer of the media type asked for",
     "放宽 Accept", "widen Accept"},
    {"NOT_COSIGNED", 503, 8, "法定数机构尚未联署任何检查点", "no checkpoint has been cosigned by a quorum yet",
     "法定数成员上线后重试；qinglu status --why --unverified 说明在等谁",
     "try again once a quorum of members is there; qinglu status --why --unverified says who is missing"},
    {"NOT_FOUND", 404, 5, "没有所查询的内容", "what was asked for is not here", "核对路径和编号",
     "check the path and the id"},
    {"OBSERVER", 403, 4, "本节点是观察节点，不接收提交，也不签发回执",
     "this node observes: it takes no submissions and signs no receipts", "改向现任集合的成员节点提出", "ask a member of the set in force"},
    {"OPENINGS_DENIED", 403, 4, "不予保存或出示该记录的保密字段", "the confidential fields of this record are not kept for, or shown to, whoever asks",
     "由记录的签署方或法院以有效密钥提出；已限制、更正或删除的字段不再出示",
     "a signer of the record or a court asks, with a key in force; fields that are restricted, corrected or erased are shown no more"},
    {"RATE_LIMIT", 429, 8, "该地址请求过于频繁", "too many requests from this address", "稍后重试",
     "try again shortly"},
    {"STORE_FAILED", 503, 8, "节点的存储不能回答", "the node's store cannot answer", "改用其他节点，并通知运行方",
     "use another node, and tell the operator"},
    {"TARGET_MALFORMED", 400, 2, "请求目标不合格", "the request target is malformed",
     "使用以 / 开头的路径，并正确转义", "use a path that begins with /, rightly escaped"},
    {"USAGE", 400, 2, "参数有误", "a parameter is wrong", "对照 /v1/openapi.json", "compare with /v1/openapi.json"}};

HttpResponse problem_response(unsigned status, const Value& body, Language language) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = ledger::to_canonical(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Language", language == Language::zh ? "zh" : "en");
  response.headers.emplace_back("Vary", "Accept-Language");
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::string_view rule_name(ledger::CodeClass rule) {
  switch (rule) {
    case ledger::CodeClass::form: return "form";
    case ledger::CodeClass::computed: return "computed";
    case ledger::CodeClass::programme: return "programme";
    case ledger::CodeClass::law: return "law";
    case ledger::CodeClass::flag: return "flag";
  }
  return "form";
}

/// A member's refusal carries its own code before the colon of the detail.
std::string_view decisive_code(const Issue& issue) {
  if (issue.code != "BATCH_MEMBER_REFUSED") return issue.code;
  const std::string_view detail = issue.detail;
  return detail.substr(0, detail.find(':'));
}

std::string told(const Issue& issue, Language language) {
  const RequestCode* own = find_request_code(issue.code);
  if (!own) return ledger::sentence(issue, language);
  const bool chinese = language == Language::zh;
  std::string text(chinese ? own->zh : own->en);
  if (!issue.detail.empty()) text += (chinese ? "：" : ": ") + issue.detail;
  return text;
}

Value texts(std::string zh, std::string en) {
  return Value(Value::Members{{"en", std::move(en)}, {"zh", std::move(zh)}});
}

/// The members that every problem has, decided by the first of its issues.
Value problem_value(const HttpRequest& request, unsigned status, const std::vector<Issue>& issues) {
  const Issue& first = issues.front();
  const std::string title = told(first, language_of(request));
  Value body = issue_value(first);
  if (!body.find("detail")) body.set("detail", Value(title));
  if (!body.find("blocking")) body.set("blocking", Value(Value::Items{}));
  body.set("instance", Value(encode_target(request.path)));
  body.set("status", Value(static_cast<std::int64_t>(status)));
  body.set("title", Value(title));
  body.set("type", Value("/v1/problems/" + first.code));
  Value::Items errors;
  for (const Issue& issue : issues) errors.push_back(issue_value(issue));
  body.set("errors", Value(std::move(errors)));
  return body;
}

}  // namespace

std::span<const RequestCode> request_codes() { return kRequestCodes; }

const RequestCode* find_request_code(std::string_view code) {
  const auto at = std::ranges::lower_bound(kRequestCodes, code, {}, &RequestCode::code);
  return at != std::end(kRequestCodes) && at->code == code ? at : nullptr;
}

int exit_code_of(std::string_view code) {
  if (const RequestCode* own = find_request_code(code)) return own->exit;
  const ledger::Message* message = ledger::find_message(code);
  return message ? static_cast<int>(message->exit) : 6;
}

unsigned http_status_of(std::string_view code) {
  if (const RequestCode* own = find_request_code(code)) return own->status;
  if (code == "NOT_CANONICAL" || code == "SCHEMA_INVALID") return 400;
  if (code == "SIZE_LIMIT" || code == "BATCH_TOO_LARGE") return 413;
  switch (exit_code_of(code)) {
    case 4: return 403;
    case 7: return 409;
    default: return 422;
  }
}

Language language_of(const HttpRequest& request) {
  for (const std::string& wanted : preferences(request.header("accept-language"))) {
    if (wanted == "en" || wanted.starts_with("en-")) return Language::en;
    if (wanted == "zh" || wanted.starts_with("zh-")) return Language::zh;
  }
  return Language::zh;
}

Value issue_value(const Issue& issue) {
  Value value(Value::Members{{"code", issue.code},
                             {"pointer", issue.pointer},
                             {"text", texts(told(issue, Language::zh), told(issue, Language::en))}});
  if (const RequestCode* own = find_request_code(issue.code)) {
    value.set("next", texts(std::string(own->next_zh), std::string(own->next_en)));
    value.set("rule", Value("request"));
    const bool newer = own->status == 429 || own->status == 431;
    value.set("basis", Value(Value::Members{{"article", newer ? "6585" : "9110"}, {"law", "RFC"}}));
  } else if (const ledger::Message* message = ledger::find_message(issue.code)) {
    value.set("basis", Value(Value::Members{
                           {"article", issue.article.empty() ? Value(message->article) : Value(issue.article)},
                           {"law", issue.law.empty() ? Value(message->law) : Value(issue.law)}}));
    value.set("next", texts(std::string(message->next_zh), std::string(message->next_en)));
    value.set("rule", Value(rule_name(message->code_class)));
  }
  if (!issue.detail.empty()) value.set("detail", issue.detail);
  if (!issue.blocking.empty()) {
    Value::Items blocking;
    for (const std::string& id : issue.blocking) blocking.push_back(Value(id));
    value.set("blocking", Value(std::move(blocking)));
  }
  return value;
}

HttpResponse refusal_problem(const HttpRequest& request, const RecordStatus& status) {
  QL_CHECK(!status.issues.empty());
  const unsigned http = http_status_of(decisive_code(status.issues.front()));
  Value body = problem_value(request, http, status.issues);
  body.set("state", Value("refused"));
  body.set("height", Value(status.judged_height));
  if (status.id != Digest{}) body.set("record_id", Value(to_sha256_id(status.id)));
  if (status.member) body.set("n", Value(static_cast<std::uint64_t>(*status.member)));
  return problem_response(http, body, language_of(request));
}

HttpResponse problem(const HttpRequest& request, std::string_view code, std::string detail) {
  const unsigned status = http_status_of(code);
  const Issue issue{std::string(code), "", std::move(detail), {}, {}, {}};
  return problem_response(status, problem_value(request, status, {issue}), language_of(request));
}

HttpResponse problem(const HttpRequest& request, const Error& error) {
  switch (error.code) {
    case Errc::malformed:
    case Errc::usage: return problem(request, "USAGE", error.detail);
    case Errc::not_found: return problem(request, "NOT_FOUND", error.detail);
    case Errc::conflict: return problem(request, "CLAIM_FALSE", error.detail);
    case Errc::limit: return problem(request, "SIZE_LIMIT", error.detail);
    case Errc::unavailable: return problem(request, "BUSY", error.detail);
    default: return problem(request, "STORE_FAILED", error.detail);
  }
}

HttpResponse answer_fault(HttpFault fault, const HttpRequest& request) {
  switch (fault) {
    case HttpFault::target: return problem(request, "TARGET_MALFORMED");
    case HttpFault::host: return problem(request, "HOST_NOT_ALLOWED");
    case HttpFault::header_size: return problem(request, "HEADER_LIMIT");
    case HttpFault::body_size: return problem(request, "SIZE_LIMIT", "the body");
    case HttpFault::rate: return problem(request, "RATE_LIMIT");
    case HttpFault::malformed: break;
  }
  return problem(request, "HTTP_MALFORMED");
}

}  // namespace qinglu::api
