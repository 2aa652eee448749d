// SPDX-License-Identifier: Apache-2.0
#include "api/client/client.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "ledger/codec/canonical_json.hpp"

namespace qinglu::api {

Result<Client> Client::to(const std::string& url, std::int64_t timeout_ms) {
  auto http = HttpClient::to(url);
  if (!http) return std::move(http).error();
  return Client(std::move(*http), timeout_ms);
}

Result<HttpResponse> Client::call(std::string_view method, const std::string& target, std::string body,
                                  std::string_view content_type, std::int64_t timeout_ms) {
  if (watch_) watch_(method, target, body, std::nullopt);
  auto response = http_.request(method, target, std::move(body), content_type, {.timeout_ms = timeout_ms, .headers = {}});
  if (watch_) watch_(method, target, {}, response ? response->status : 0u);
  return response;
}

Result<Answer> Client::parse(Result<HttpResponse> response) {
  if (!response) return std::move(response).error();
  auto body = ledger::parse_canonical(response->body, ledger::kEvidenceLimits);
  if (!body) {
    return Error{Errc::malformed, "the node's answer (HTTP " + std::to_string(response->status) +
                                      ") is no JSON of the profile: " + body.error().detail};
  }
  return Answer{response->status, std::move(*body)};
}

Result<Answer> Client::get(const std::string& target) {
  return parse(call("GET", target, {}, {}, timeout_ms_));
}

Result<Answer> Client::post(const std::string& target, std::string body) {
  // The node holds an answer back while the submitter waits; the socket waits a little longer.
  return parse(call("POST", target, std::move(body), "application/json", timeout_ms_ + 5'000));
}

Result<Bytes> Client::download(const std::string& target) {
  auto response = call("GET", target, {}, {}, timeout_ms_);
  if (!response) return std::move(response).error();
  if (response->status == 404) return Error{Errc::not_found, "the node has no " + target};
  if (response->status != 200) {
    const bool busy = response->status == 429 || response->status == 503;
    return Error{busy ? Errc::unavailable : Errc::io, "HTTP " + std::to_string(response->status) + ": " + response->body.substr(0, 300)};
  }
  return std::move(response->body);
}

Result<Answer> Client::submit(const std::string& target, const std::string& body) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms_);
  auto pause = std::chrono::milliseconds(50);
  for (;;) {
    auto answer = post(target, body);
    const bool busy = answer && (answer->status == 429 || answer->status == 503);
    if (!busy || std::chrono::steady_clock::now() + pause > deadline) return answer;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(2'000));
  }
}

}  // namespace qinglu::api
