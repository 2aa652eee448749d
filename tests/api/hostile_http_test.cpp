// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <fstream>
#include <thread>

#include "tests/api/raw_socket.hpp"
#include "tests/api/served_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using test::check_problem;
using test::RawSocket;
using test::Reply;
using test::ServedLedger;
using test::status_in;

namespace {

const std::string kHost = "Host: localhost\r\n";
const std::string kJson = "Content-Type: application/json\r\n";

std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + headers + "\r\n";
}

std::string post(const std::string& headers, const std::string& body = {}) {
  return "POST /v1/records HTTP/1.1\r\n" + kHost + kJson + headers + "\r\n" + body;
}

/// What a fresh connection gets for these bytes, up to the close.
std::string answer_to(const ServedLedger& ledger, const std::string& bytes) {
  RawSocket socket(ledger.port());
  socket.send(bytes);
  return socket.read_to_end();
}

std::size_t responses_in(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = text.find("HTTP/1.1 "); at != text.npos; at = text.find("HTTP/1.1 ", at + 1)) {
    count += text[at + 9] >= '1' && text[at + 9] <= '5';
  }
  return count;
}

/// Bytes of memory that this process holds from the heap.
std::size_t heap_bytes() { return mallinfo2().uordblks; }

}  // namespace

TEST_CASE("a request over a limit is refused and its connection ends", "[http][F82]") {
  ServedLedger ledger;
  const auto refused = [&](int status, const std::string& bytes) {
    INFO(bytes.substr(0, 200));
    const std::string answer = answer_to(ledger, bytes);
    CHECK(status_in(answer) == status);
    CHECK(responses_in(answer) == 1);
    CHECK(answer.find("Connection: close") != answer.npos);
    CHECK(answer.find("application/problem+json") != answer.npos);
    CHECK(ledger.get("/livez").status == 200);  // others are not affected
  };
  SECTION("a body over the route's limit, announced or sent") {
    refused(413, post("Content-Length: 262145\r\n"));
    refused(413, post("Content-Length: 18446744073709551615\r\n"));
    refused(413, post("Transfer-Encoding: chunked\r\n", "40001\r\n" + std::string(0x40001, 'x') + "\r\n0\r\n\r\n"));
    refused(413, "GET /v1/status HTTP/1.1\r\n" + kHost + "Content-Length: 1\r\n\r\nx");
    refused(413, "POST /v1/nowhere HTTP/1.1\r\n" + kHost + "Content-Length: 1\r\n\r\nx");
  }
  SECTION("a header over 8 KiB, as one line or as 10,000") {
    refused(431, get("/v1/status", "X-Long: " + std::string(9'000, 'x') + "\r\n"));
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
    refused(431, get("/v1/status", many));
    refused(431, get("/" + std::string(9'000, 'a')));
    refused(431, std::string(20'000, 'A'));
  }
  SECTION("chunks that never end, grow past counting, or are no chunks") {
    refused(400, post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\nx"));
    refused(400, post("Transfer-Encoding: chunked\r\n", "xyz\r\n"));
    refused(400, post("Transfer-Encoding: chunked\r\n", "-1\r\nx\r\n"));
    refused(400, post("Transfer-Encoding: chunked\r\n", "1;" + std::string(300'000, 'e')));
    refused(400, post("Transfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(300'000, 't')));
    refused(413, post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFF\r\n" + std::string(1000, 'x')));
  }
}

TEST_CASE("a request that two readers could read in two ways is refused", "[http][F82]") {
  ServedLedger ledger;
  const std::string hidden = get("/v1/status");
  const std::string bytes = GENERATE_REF(
      post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden),
      post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + hidden),
      post("Content-Length: 0\r\nContent-Length: " + std::to_string(hidden.size()) + "\r\n", hidden),
      post("Content-Length: 0\r\nContent-Length: 0\r\n", hidden), post("Content-Length: 0, 0\r\n", hidden),
      post("Content-Length: +0\r\n", hidden), post("Content-Length: -1\r\n", hidden),
      post("Content-Length: 0x0\r\n", hidden), post("Content-Length: \r\n", hidden),
      post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n" + hidden),
      post("Transfer-Encoding: identity\r\n", hidden), post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n" + hidden),
      post("Transfer-Encoding: xchunked\r\n", hidden), post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + hidden),
      post("Transfer-Encoding:\x0b" "chunked\r\n", "0\r\n\r\n" + hidden),
      get("/v1/status", "X-Folded: a\r\n b\r\n"), get("/v1/status", "X-Folded: a\r\n\tContent-Length: 5\r\n"),
      get("/v1/status", "No colon\r\n"), get("/v1/status", ": no name\r\n"), get("/v1/status", "X Y: z\r\n"),
      get("/v1/status", std::string("X: a\0b\r\n", 8)), std::string("GET /v1/status HTTP/1.1\nHost: localhost\n\n\r\n\r\n"),
      std::string("GET /v1/status HTTP/1.1\r\n\r\n"), get("/v1/status", "Host: localhost\r\n"),
      std::string("GET /v1/status HTTP/2.0\r\n" + kHost + "\r\n"), std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      std::string("GET /v1/status\r\n\r\n"), std::string("\x16\x03\x01\x02\x00\x01\r\n\r\n", 10), std::string("\r\n\r\n"));
  INFO(bytes);
  const std::string answer = answer_to(ledger, bytes);
  CHECK(status_in(answer) == 400);
  CHECK(responses_in(answer) == 1);  // what is hidden behind it is never answered
  CHECK(ledger.get("/livez").status == 200);
}

TEST_CASE("methods and targets that the interface does not know are answered, not guessed", "[http][F82]") {
  ServedLedger ledger;
  const auto status = [&](const std::string& line) {
    return status_in(answer_to(ledger, line + " HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n"));
  };
  CHECK(status("DELETE /v1/status") == 405);
  CHECK(status("BREW /v1/status") == 405);
  CHECK(status("TRACE /v1/status") == 405);
  CHECK(status("OPTIONS /v1/records") == 405);
  CHECK(status("PUT /v1/nowhere") == 404);
  CHECK(status("get /v1/status") == 405);
  CHECK(status("G(T /v1/status") == 400);
  CHECK(status("GET http://localhost/v1/status") == 400);
  CHECK(status("GET localhost/v1/status") == 400);
  CHECK(status("GET *") == 400);
  CHECK(status("CONNECT localhost:80") == 400);
  CHECK(status("GET /v1/status#fragment") == 400);
  CHECK(status("GET /v1/status?a b") == 400);
  CHECK(status("GET /v1/status?%zz") == 400);
  CHECK(status("GET /v1/status?x=%") == 400);
  CHECK(status("GET /v1/subjects/%ff") == 400);
  CHECK(status("GET /v1/subjects/%7f") == 400);
  check_problem(ledger.send("PATCH", "/v1/status"), 405, "METHOD_NOT_ALLOWED");
  CHECK(ledger.send("PATCH", "/v1/status").header("allow") == "GET, HEAD");
}

TEST_CASE("a flood of pipelined requests is answered in order within bounded memory", "[http][F82]") {
  ServedLedger ledger;
  ledger.get("/livez");
  const std::size_t before = heap_bytes();
  RawSocket flood(ledger.port());
  constexpr std::size_t kRequests = 20'000;
  std::thread sender([&] {
    std::string many;
    for (int i = 0; i < 100; ++i) many += get("/livez");
    for (std::size_t sent = 0; sent < kRequests; sent += 100) flood.send(many);
  });
  std::size_t most = 0;
  std::size_t answered = 0;
  for (; answered < kRequests; ++answered) {
    if (status_in(flood.read_response()) != 200) break;
    if (answered % 500 != 0) continue;
    most = std::max(most, heap_bytes());
    CHECK(ledger.get("/readyz").status == 200);
  }
  sender.join();
  CHECK(answered == kRequests);
  CHECK(most < before + (8u << 20));
}

TEST_CASE("a peer that keeps a request unfinished or does not read is closed at the deadline", "[http][F83]") {
  api::HttpOptions http = ServedLedger::http_options();
  http.header_ms = http.body_ms = http.idle_ms = http.write_ms = 150;
  ServedLedger ledger(http);
  SECTION("silent from the start") {
    RawSocket slow(ledger.port());
    CHECK(slow.read_to_end().empty());
  }
  SECTION("half a header, then a byte now and then") {
    RawSocket slow(ledger.port());
    const std::string header = get("/v1/status", "X-Slow: " + std::string(2'000, 'x') + "\r\n");
    bool open = slow.send(header.substr(0, 40));
    // The deadline is for the whole header: each byte in time does not make it longer.
    for (std::size_t at = 40; open && at < header.size() - 4; ++at) {
      open = slow.send(header.substr(at, 1));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    CHECK_FALSE(open);
  }
  SECTION("half a body") {
    RawSocket slow(ledger.port());
    slow.send(post("Content-Length: 1000\r\n", "{\"body\":"));
    CHECK(slow.read_to_end().empty());
  }
  SECTION("half a chunk") {
    RawSocket slow(ledger.port());
    slow.send(post("Transfer-Encoding: chunked\r\n", "10\r\n{\"body\":"));
    CHECK(slow.read_to_end().empty());
  }
  SECTION("answers that nobody reads") {
    RawSocket slow(ledger.port(), 4096);
    const std::string request = get("/v1/openapi.json");
    bool open = true;
    for (int i = 0; open && i < 100'000; ++i) open = slow.send(request);
    CHECK_FALSE(open);
  }
  CHECK(ledger.get("/livez").status == 200);
}

TEST_CASE("connections are capped, and an honest client still gets in", "[http][F84]") {
  api::HttpOptions http = ServedLedger::http_options();
  const bool by_address = GENERATE(false, true);
  http.connections = by_address ? 1'000 : 16;
  http.connections_per_address = by_address ? 16 : 1'000;
  ServedLedger ledger(http);
  std::vector<RawSocket> idle;
  for (int i = 0; i < 200; ++i) {
    idle.emplace_back(ledger.port());
    // Some say nothing, some stop in the header, some in the body.
    if (i % 3 == 1) idle.back().send("GET /v1/status HTTP/1.1\r\n");
    if (i % 3 == 2) idle.back().send(post("Content-Length: 100\r\n", "{"));
  }
  CHECK(ledger.get("/livez").status == 200);
  // The first came first and went first.
  for (std::size_t i = 0; i < 150; ++i) CHECK(idle[i].read_to_end().empty());
}

TEST_CASE("a submission that waits is no idle connection and is not closed for a newcomer", "[http][F84]") {
  api::HttpOptions http = ServedLedger::http_options();
  http.connections = 4;
  ServedLedger ledger(http);
  ledger.gate().close();
  RawSocket waiting(ledger.port());
  const std::string entry = test::story_unit(ledger.id(), 1).entry;
  waiting.send("POST /v1/records?wait=final HTTP/1.1\r\n" + kHost + kJson + "Content-Length: " +
               std::to_string(entry.size()) + "\r\n\r\n" + entry);
  while (ledger.get("/v1/status").json()["pool_units"] == 0) std::this_thread::yield();
  std::vector<RawSocket> idle;
  for (int i = 0; i < 20; ++i) idle.emplace_back(ledger.port());
  for (std::size_t i = 0; i < 10; ++i) CHECK(idle[i].read_to_end().empty());
  ledger.gate().open();
  const std::string answer = waiting.read_response();
  CHECK(status_in(answer) == 200);
  CHECK(answer.find("\"state\":\"final\"") != answer.npos);
}

TEST_CASE("no path climbs out of the table of routes", "[http][F86]") {
  ServedLedger ledger;
  for (const std::string target :
       {"/../etc/passwd", "/v1/../../etc/passwd", "/v1/tile/../../../etc/passwd", "/%2e%2e%2fetc%2fpasswd",
        "/v1/tile/%2e%2e%2f%2e%2e%2fetc/passwd", "/v1/tile/..%2f..%2fetc/passwd", "/v1/schemas/..", "/v1//status",
        "/v1/status%00", "/v1/schemas/%00.json", "/v1/tile/0/000%0a", "//etc/passwd", "/etc/passwd",
        "/v1/tile//etc/passwd", "/v1/schemas/%2fetc%2fpasswd", "/.", "/v1/./status", "/v1/status/",
        "/v1/tile/0/000/../../../etc/passwd"}) {
    INFO(target);
    const std::string answer = answer_to(ledger, get(target, "Connection: close\r\n"));
    const bool refused = status_in(answer) == 404 || status_in(answer) == 400;
    CHECK(refused);
    CHECK(answer.find("root:") == answer.npos);
  }
}

TEST_CASE("a page of another site can neither read nor submit", "[http][F88][F89]") {
  api::HttpOptions http = ServedLedger::http_options();
  http.hosts = {"Ledger.Example", "2001:db8::1"};
  ServedLedger ledger(http);
  const std::string port = ":" + std::to_string(ledger.port());
  const auto as_host = [&](const std::string& host) {
    return answer_to(ledger, "GET /v1/status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  };
  for (const std::string& host : {std::string("localhost"), "localhost" + port, "127.0.0.1" + port, "[::1]" + port,
                                  std::string("ledger.example"), "LEDGER.EXAMPLE" + port, "[2001:db8::1]" + port}) {
    INFO(host);
    CHECK(status_in(as_host(host)) == 200);
  }
  for (const std::string& host : {std::string("evil.example"), "evil.example" + port, std::string("localhost.evil.example"),
                                  std::string("127.0.0.1.evil.example"), std::string("ledger.example.evil"),
                                  std::string("localhost@evil.example"), std::string("localhost:80:80"), std::string(),
                                  std::string("[::1]evil"), std::string("localhost:x")}) {
    INFO(host);
    const std::string answer = as_host(host);
    CHECK(status_in(answer) == 421);
    CHECK(answer.find("HOST_NOT_ALLOWED") != answer.npos);
  }
  // A form can send these types without asking first; a submission must be JSON.
  const std::string entry = test::story_unit(ledger.id(), 1).entry;
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx",
                           "text/plain; application/json", ""}) {
    INFO(type);
    for (const char* path : {"/v1/records", "/v1/records/check", "/v1/batches", "/v1/batches/check"}) {
      check_problem(ledger.send("POST", path, entry, type), 415, "MEDIA_TYPE");
    }
  }
  CHECK(ledger.log_size() == 2);
  // Nothing allows another origin.
  const test::Headers foreign = {{"Origin", "http://evil.example"}, {"Access-Control-Request-Method", "POST"}};
  for (const char* method : {"GET", "OPTIONS"}) {
    const Reply reply = ledger.send(method, "/v1/status", {}, {}, foreign);
    for (const auto& [name, value] : reply.headers) CHECK_FALSE(api::lower(name).starts_with("access-control-"));
    CHECK(reply.header("set-cookie").empty());
    CHECK(reply.header("x-content-type-options") == "nosniff");
  }
}

TEST_CASE("an address that asks too often is told to wait, and is served again later", "[http][F93]") {
  api::HttpOptions http = ServedLedger::http_options();
  http.requests_per_second = 20;
  http.burst = 5;
  ServedLedger ledger(http);
  // Pipelined, they arrive faster than twenty a second on any machine.
  RawSocket flood(ledger.port());
  std::string many;
  for (int i = 0; i < 200; ++i) many += get("/livez");
  flood.send(many);
  int served = 0;
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string answer = flood.read_response();
    served += status_in(answer) == 200;
    if (status_in(answer) != 429) continue;
    ++refused;
    CHECK(answer.find("Retry-After: ") != answer.npos);
    CHECK(answer.find("RATE_LIMIT") != answer.npos);
  }
  CHECK(served >= 5);
  CHECK(refused > 0);
  CHECK(served + refused == 200);
  while (ledger.get("/livez").status != 200) std::this_thread::yield();
}
