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
  return parse(http_.request("GET", target, {}, {}, {.timeout_ms = timeout_ms_, .headers = {}}));
}

Result<Answer> Client::post(const std::string& target, std::string body) {
  // The node holds an answer back while the submitter waits; the socket waits a little longer.
  return parse(http_.request("POST", target, std::move(body), "application/json",
                             {.timeout_ms = timeout_ms_ + 5'000, .headers = {}}));
}

Result<Bytes> Client::download(const std::string& target) {
  auto response = http_.request("GET", target, {}, {}, {.timeout_ms = timeout_ms_, .headers = {}});
  if (!response) return std::move(response).error();
  if (response->status == 404) return Error{Errc::not_found, "the node has no " + target};
  if (response->status != 200) {
    return Error{Errc::io, "HTTP " + std::to_string(response->status) + ": " + response->body.substr(0, 300)};
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
