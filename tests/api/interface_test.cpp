// SPDX-License-Identifier: Apache-2.0
// The interface as described and as it is: OpenAPI, the pages of docs/, codes, negotiation, caching.
#include <algorithm>
#include <fstream>
#include <set>

#include "api/negotiation.hpp"
#include "api/openapi.hpp"
#include "api/problem.hpp"
#include "api/router.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/messages.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/api/raw_socket.hpp"
#include "tests/api/served_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using test::check_problem;
using test::Headers;
using test::Json;
using test::Reply;
using test::ServedLedger;
using test::story_unit;

namespace {

std::set<std::string> words(std::string_view text) {
  std::set<std::string> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) all.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

/// `/v1/tile/{path*}` as OpenAPI writes it.
std::string openapi_path(const api::Route& route) {
  std::string path(route.pattern);
  std::erase(path, '*');
  return path;
}

std::set<std::string> path_parameters(std::string_view path) {
  std::set<std::string> names;
  for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
    names.emplace(path.substr(at + 1, path.find('}', at) - at - 1));
  }
  return names;
}

const Json& resolved(const Json& document, const Json& part) {
  if (!part.contains("$ref")) return part;
  return document.at(Json::json_pointer(part["$ref"].get<std::string>().substr(1)));
}

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  return type == "boolean" && value.is_boolean();
}

/// Whether an answer has the members that a schema demands, no others, and of the right kinds.
void check_schema(const Json& document, const Json& reference, const Json& value) {
  const Json& schema = resolved(document, reference);
  if (schema.contains("type")) CHECK(is_of_type(value, schema["type"]));
  if (schema.contains("enum")) CHECK(std::ranges::find(schema["enum"], value) != schema["enum"].end());
  if (schema.contains("items")) {
    for (const Json& item : value) check_schema(document, schema["items"], item);
  }
  if (!schema.contains("properties")) return;
  for (const Json& name : schema.value("required", Json::array())) {
    INFO("required: " << name);
    CHECK(value.contains(name));
  }
  for (const auto& [name, member] : value.items()) {
    INFO("member: " << name);
    CHECK(schema["properties"].contains(name));
    if (schema["properties"].contains(name)) check_schema(document, schema["properties"][name], member);
  }
}

std::string errors_markdown() {
  std::string text =
      "# Codes\n\n"
      "Made from `ledger/catalog/messages` and `api/problem`; a test compares (`test_api \"[write]\"` writes it anew).\n"
      "Every code at run time: `/v1/problems/CODE`. Exit codes of the command line: `qinglu help exit-codes`.\n\n"
      "## 记录的拒绝与标记 / Refusals and flags of records\n\n"
      "| code | HTTP | exit | class | basis | 中文 | English | 下一步 | next |\n|---|---|---|---|---|---|---|---|---|\n";
  const auto line = [&](std::string_view code, std::string_view rule, const std::string& basis, const std::string& zh,
                        const std::string& en, std::string_view next_zh, std::string_view next_en) {
    const bool flag = rule == "flag";
    text += "| `" + std::string(code) + "` | " + (flag ? "–" : std::to_string(api::http_status_of(code))) + " | " +
            (flag ? "0" : std::to_string(api::exit_code_of(code))) + " | " + std::string(rule) + " | " + basis + " | " +
            zh + " | " + en + " | " + std::string(next_zh) + " | " + std::string(next_en) + " |\n";
  };
  for (const ledger::Message& each : ledger::messages()) {
    const ledger::Issue issue{std::string(each.code), "", "", {}, {}, {}};
    const Json value = Json::parse(ledger::to_canonical(api::issue_value(issue)));
    line(each.code, value["rule"].get<std::string>(), std::string(each.law) + " " + std::string(each.article),
         value["text"]["zh"], value["text"]["en"], each.next_zh, each.next_en);
  }
  text +=
      "\n## 请求本身的问题 / Problems of a request itself\n\n"
      "| code | HTTP | exit | class | basis | 中文 | English | 下一步 | next |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const api::RequestCode& each : api::request_codes()) {
    const ledger::Issue issue{std::string(each.code), "", "", {}, {}, {}};
    const Json basis = Json::parse(ledger::to_canonical(api::issue_value(issue)))["basis"];
    line(each.code, "request", basis["law"].get<std::string>() + " " + basis["article"].get<std::string>(),
         std::string(each.zh), std::string(each.en), each.next_zh, each.next_en);
  }
  return text;
}

}  // namespace

TEST_CASE("OpenAPI describes the table of routes, and nothing else", "[api][docs]") {
  const Json document = Json::parse(api::openapi_document());
  CHECK(document["openapi"] == "3.1.0");
  std::set<std::string> described;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) described.insert(method + " " + path);
  }
  std::set<std::string> operation_ids;
  for (const api::Route& route : api::routes()) {
    const std::string path = openapi_path(route);
    const std::string method = api::lower(route.method);
    INFO(method << " " << path);
    REQUIRE(described.erase(method + " " + path) == 1);
    const Json& operation = document["paths"][path][method];
    CHECK(operation["summary"] == std::string(route.zh) + " / " + std::string(route.en));
    CHECK(operation_ids.insert(operation["operationId"]).second);
    std::set<std::string> in_query;
    std::set<std::string> in_path;
    for (const Json& parameter : operation.value("parameters", Json::array())) {
      (parameter["in"] == "query" ? in_query : in_path).insert(parameter["name"]);
      CHECK(parameter["description"].get<std::string>().find(" / ") != std::string::npos);
    }
    CHECK(in_query == words(route.parameters));
    CHECK(in_path == path_parameters(path));
    CHECK(operation.contains("requestBody") == (route.method == "POST"));
    std::set<std::string> statuses;
    for (const auto& [status, response] : operation["responses"].items()) {
      statuses.insert(status);
      const Json& described_response = resolved(document, response);
      CHECK(described_response["description"].get<std::string>().find(" / ") != std::string::npos);
      if (status.starts_with("2")) CHECK(described_response["content"].contains(std::string(route.media_type)));
      if (status.starts_with("4")) CHECK(described_response["content"].contains("application/problem+json"));
    }
    std::set<std::string> of_table = words(route.statuses);
    of_table.merge(words(api::kCommonStatuses));
    CHECK(statuses == of_table);
  }
  INFO("described, but not in the table:");
  CHECK(described.empty());
}

TEST_CASE("answers have the form that OpenAPI gives them", "[api][docs]") {
  ServedLedger served;
  for (std::uint64_t n = 1; n <= 8; ++n) served.record(story_unit(served.id(), n));
  CHECK(served.get("/v1/openapi.json").body == api::openapi_document());
  const Json document = Json::parse(api::openapi_document());
  const std::string record = "/v1/records/" + to_sha256_id(story_unit(served.id(), 8).id);
  const auto examined = served.get(record).json();
  const std::string patent = examined["entry"]["body"]["data"]["pat"];
  for (const std::string& target :
       {std::string("/v1"), std::string("/v1/status"), record, record + "/proof", "/v1/patents/" + patent,
        "/v1/subjects/" + patent, "/v1/parties/" + test::kOfficeParty, "/v1/history?subject=" + patent + "&limit=1",
        std::string("/v1/stats/PATENTS?from=2022-01&until=2026-12"), std::string("/v1/proof/inclusion?leaf=1"), std::string("/v1/proof/consistency?from=2"),
        std::string("/v1/proof/state?ns=S&key=YQ%3D%3D"), std::string("/v1/blocks/1"),
        std::string("/v1/problems/STATE_FORBIDS"), std::string("/v1/problems/RATE_LIMIT")}) {
    INFO(target);
    const Reply reply = served.get(target);
    REQUIRE(reply.status == 200);
    const api::Route* route = api::find_route("GET", target.substr(0, target.find('?')));
    const Json& response = document["paths"][openapi_path(*route)]["get"]["responses"]["200"];
    check_schema(document, response["content"]["application/json"]["schema"], reply.json());
    for (const auto& [name, header] : response["headers"].items()) CHECK_FALSE(reply.header(api::lower(name)).empty());
  }
  const Reply problem = served.get("/v1/records/x");
  for (const Json& part : document["components"]["schemas"]["Problem"]["allOf"]) {
    for (const Json& name : resolved(document, part)["required"]) CHECK(problem.json().contains(name));
  }
}

TEST_CASE("docs/api.md has every route with a line to try, and no other", "[api][docs]") {
  const std::string page = test::read_test_file("../docs/api.md");
  std::size_t headings = 0;
  for (std::size_t at = page.find("\n### "); at != page.npos; at = page.find("\n### ", at + 1)) ++headings;
  CHECK(headings == api::routes().size());
  for (const api::Route& route : api::routes()) {
    const std::string heading = "\n### `" + std::string(route.method) + " " + std::string(route.pattern) + "`\n" +
                                std::string(route.zh) + " / " + std::string(route.en) + "\n";
    INFO(heading);
    const std::size_t begin = page.find(heading);
    REQUIRE(begin != page.npos);
    const std::string section = page.substr(begin, page.find("\n### ", begin + 1) - begin);
    const std::string fixed(route.pattern.substr(0, route.pattern.find('{')));
    CHECK(section.find("\ncurl ") != section.npos);
    CHECK(section.find("$NODE" + fixed) != section.npos);
    CHECK((route.method == "POST") == (section.find("--data-binary") != section.npos));
    for (const std::string& name : words(route.parameters)) {
      INFO(name);
      CHECK(section.find(name) != section.npos);
    }
  }
}

TEST_CASE("docs/errors.md is what the registries say", "[api][docs]") {
  CHECK(test::read_test_file("../docs/errors.md") == errors_markdown());
}

TEST_CASE("write docs/errors.md", "[.][write]") {
  std::ofstream(std::string(QINGLU_TESTS) + "/../docs/errors.md") << errors_markdown();
}

TEST_CASE("one table leads from every code to its HTTP status and exit code", "[api]") {
  // ecosystem.md 4.3, as far as this version has the codes.
  const std::set<std::string_view> denied = {"BAD_SIGNATURE",       "UNKNOWN_PARTY",     "KEY_REVOKED",
                                             "KEY_OUTSIDE_WINDOW",  "ROLE_NOT_PERMITTED", "SCOPE_NOT_PERMITTED",
                                             "MANDATE_SCOPE",       "MISSING_SIGNATURE",  "QUORUM_MISSING"};
  const std::set<std::string_view> conflict = {"CASE_STATE_FORBIDS", "OWNER_MISMATCH", "REPLAY", "STATE_FORBIDS"};
  const std::set<std::string_view> form = {"NOT_CANONICAL", "SCHEMA_INVALID"};
  const std::set<std::string_view> size = {"SIZE_LIMIT", "BATCH_TOO_LARGE"};
  std::size_t known = 0;
  for (const ledger::Message& each : ledger::messages()) {
    INFO(std::string(each.code));
    CHECK(api::find_request_code(each.code) == nullptr);
    const std::pair<unsigned, int> found = {api::http_status_of(each.code), api::exit_code_of(each.code)};
    std::pair<unsigned, int> wanted = {422, 6};
    if (denied.contains(each.code)) wanted = {403, 4};
    if (conflict.contains(each.code) || each.code.ends_with("_EXISTS")) wanted = {409, 7};
    if (form.contains(each.code)) wanted = {400, 6};
    if (size.contains(each.code)) wanted = {413, 6};
    if (wanted.first != 422) ++known;
    CHECK(found == wanted);
  }
  CHECK(known >= denied.size() + conflict.size() + form.size() + size.size());
  std::string_view before;
  for (const api::RequestCode& each : api::request_codes()) {
    INFO(std::string(each.code));
    CHECK(before < each.code);
    before = each.code;
    CHECK(api::http_status_of(each.code) == each.status);
    const bool later = each.status == 429 || each.status == 503;
    CHECK(api::exit_code_of(each.code) == (later ? 8 : each.status == 404 ? 5 : each.status == 403 ? 4 : 2));
    for (const std::string_view text : {each.zh, each.en, each.next_zh, each.next_en}) CHECK_FALSE(text.empty());
  }
}

TEST_CASE("a problem speaks the asker's language and names the request", "[api]") {
  ServedLedger served;
  CHECK(served.get("/v1/subjects/pat:%E4%B8%93").json()["instance"] == "/v1/subjects/pat:%E4%B8%93");
  const auto language = [&](const std::string& languages) {
    return served.get("/v1/subjects/x", {{"Accept-Language", languages}}).header("content-language");
  };
  CHECK(language("") == "zh");
  CHECK(language("en") == "en");
  CHECK(language("en-GB,zh;q=0.9") == "en");
  CHECK(language("en;q=0.2, zh-CN;q=0.8") == "zh");
  CHECK(language("fr, en;q=0.5") == "en");
  CHECK(language("fr") == "zh");
  CHECK(language("english") == "zh");
  CHECK(language("en;q=0") == "zh");
  const Reply english = served.get("/v1/subjects/x", {{"Accept-Language", "en"}});
  CHECK(english.json()["title"] == english.json()["text"]["en"]);
  const Reply chinese = served.get("/v1/subjects/x");
  CHECK(chinese.json()["title"] == chinese.json()["text"]["zh"]);
  CHECK(chinese.header("vary") == "Accept-Language");
  check_problem(chinese, 404, "NOT_FOUND");
  check_problem(served.get("/v1/nowhere"), 404, "NOT_FOUND");
  check_problem(served.get("/v1/problems/NO_SUCH"), 404, "NOT_FOUND");
  check_problem(served.get("/v1/schemas/no.such"), 404, "NOT_FOUND");
}

TEST_CASE("an answer comes in the media type asked for, or not at all", "[api]") {
  ServedLedger served;
  const auto status = [&](const char* target, const char* accept) {
    return served.get(target, {{"Accept", accept}}).status;
  };
  for (const char* accept : {"*/*", "application/*", "application/json", "APPLICATION/JSON", "text/html, */*;q=0.1",
                             "application/json;q=0.5", "text/html;q=0.9,application/json;charset=utf-8;q=0.2", ""}) {
    INFO(accept);
    CHECK(status("/v1/status", accept) == 200);
  }
  for (const char* accept : {"text/html", "application/xml", "text/*", "application/json;q=0", "json", "application/jsonx"}) {
    INFO(accept);
    check_problem(served.get("/v1/status", {{"Accept", accept}}), 406, "NOT_ACCEPTABLE");
  }
  CHECK(status("/v1/checkpoint", "text/plain") == 200);
  CHECK(status("/v1/checkpoint", "application/json") == 406);
  CHECK(status("/v1/tile/0/000.p/1", "application/octet-stream") == 200);
  CHECK(status("/v1/schemas/patent.accept", "application/json") == 200);
  CHECK(status("/v1/schemas/patent.accept", "application/schema+json") == 200);
  CHECK(api::preferences("b;q=0.5, a, c;q=0.75;x=y, d;q=0") == std::vector<std::string>{"a", "c", "b"});
  CHECK(api::preferences("a;q=1.5000, b;q=x, c;q=, d;q=0.0001, e;q=.5, f;q=10").empty());
  CHECK(api::preferences(",,;q=1,").empty());
}

TEST_CASE("what has not changed is not sent again", "[api]") {
  ServedLedger served;
  for (const std::uint64_t n : {1u, 2u, 3u, 7u}) served.record(story_unit(served.id(), n));
  const std::string record = "/v1/records/" + to_sha256_id(story_unit(served.id(), 7).id);
  const std::string patent = served.get(record).json()["entry"]["body"]["subjects"][0];
  const auto etag_of = [&](const std::string& target) {
    const Reply first = served.get(target);
    INFO(target);
    REQUIRE(first.status == 200);
    const std::string etag = first.header("etag");
    REQUIRE_FALSE(etag.empty());
    for (const std::string& known : {etag, "\"other\", " + etag, "W/" + etag, std::string("*")}) {
      const Reply again = served.get(target, {{"If-None-Match", known}});
      CHECK(again.status == 304);
      CHECK(again.body.empty());
      CHECK(again.header("etag") == etag);
      CHECK(again.header("cache-control") == first.header("cache-control"));
      CHECK(again.header("qinglu-height") == first.header("qinglu-height"));
    }
    CHECK(served.get(target, {{"If-None-Match", "\"other\""}}).body == first.body);
    return etag;
  };
  const std::vector<std::string> immutable = {record + "/entry", "/v1/tile/0/000.p/4", "/v1/tile/entries/000.p/4",
                                              "/v1/blocks/2", "/v1/genesis"};
  const std::vector<std::string> of_head = {"/v1/patents/" + patent, "/v1/subjects/" + patent, "/v1/parties/" + test::kOfficeParty,
                                            "/v1/history?subject=" + test::kApplicantParty, "/v1/proof/inclusion?leaf=1",
                                            "/v1/proof/consistency?from=2", "/v1/proof/state?ns=S&key=YQ%3D%3D"};
  std::map<std::string, std::string> before;
  for (const std::string& target : immutable) {
    before[target] = etag_of(target);
    CHECK(before[target] == "\"" + to_hex(crypto::sha256(served.get(target).body)) + "\"");
    CHECK(served.get(target).header("cache-control") == "public, max-age=31536000, immutable");
  }
  for (const std::string& target : of_head) {
    before[target] = etag_of(target);
    CHECK(before[target].starts_with("\"4-"));
    CHECK(served.get(target).header("cache-control") == "no-cache");
  }
  const std::string checkpoint = etag_of("/v1/checkpoint");
  CHECK(served.get("/v1/status").header("etag").empty());
  CHECK(served.get("/v1/status").header("cache-control") == "no-store");
  CHECK(served.get(record).header("etag").empty());
  served.record(story_unit(served.id(), 4));
  for (const std::string& target : immutable) CHECK(etag_of(target) == before[target]);
  for (const std::string& target : of_head) {
    CHECK(served.get(target, {{"If-None-Match", before[target]}}).status == 200);
    CHECK(etag_of(target).starts_with("\"5-"));
  }
  CHECK(etag_of("/v1/checkpoint") != checkpoint);
  // A 404 is never taken for "unchanged".
  CHECK(served.get("/v1/blocks/99", {{"If-None-Match", "*"}}).status == 404);
}

TEST_CASE("every answer names the ledger, the height and the checkpoint", "[api]") {
  ServedLedger served;
  served.record(story_unit(served.id(), 1));
  const Reply status = served.get("/v1/status");
  const Json body = status.json();
  const std::string text = test::office_genesis().origin + "\n" + std::to_string(body["log_size"].get<int>()) + "\n";
  CHECK(status.header("qinglu-ledger") == body["ledger_id"]);
  CHECK(status.header("qinglu-height") == "1");
  const auto root = from_sha256_id(body["log_root"].get<std::string>());
  REQUIRE(root);
  CHECK(status.header("qinglu-checkpoint") == to_sha256_id(crypto::sha256(text + to_base64(*root) + "\n")));
  for (const char* target : {"/v1", "/v1/checkpoint", "/v1/genesis", "/v1/schemas", "/v1/blocks/99", "/livez"}) {
    INFO(target);
    CHECK(served.get(target).header("qinglu-height") == "1");
  }
  CHECK(served.submit(story_unit(served.id(), 2)).header("qinglu-height") == "2");
}

TEST_CASE("HEAD gets every header of GET and no body", "[api]") {
  ServedLedger served;
  served.record(story_unit(served.id(), 1));
  for (const char* target : {"/v1", "/v1/status", "/v1/checkpoint", "/v1/genesis", "/v1/openapi.json", "/livez",
                             "/v1/tile/0/000.p/3", "/v1/nowhere", "/v1/records/x"}) {
    INFO(target);
    const Reply full = served.get(target);
    const Reply head = served.send("HEAD", target);
    CHECK(head.status == full.status);
    CHECK(head.body.empty());
    CHECK(head.header("content-length") == std::to_string(full.body.size()));
    CHECK(head.header("etag") == full.header("etag"));
    CHECK(head.type == full.type);
  }
  // Over the wire: the next answer follows at once behind the blank line.
  test::RawSocket socket(served.port());
  socket.send("HEAD /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
              "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string both = socket.read_to_end();
  const std::size_t blank = both.find("\r\n\r\n");
  REQUIRE(blank != both.npos);
  CHECK(both.substr(blank + 4, 12) == "HTTP/1.1 200");
  CHECK(both.ends_with("{\"alive\":true}"));
}
