// SPDX-License-Identifier: Apache-2.0
#include "tests/api/served_ledger.hpp"

#include "api/problem.hpp"
#include "api/router.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::test {
namespace {

class GatedStore final : public ledger::KvStore {
 public:
  GatedStore(std::unique_ptr<KvStore> store, std::shared_ptr<Gate> gate)
      : store_(std::move(store)), gate_(std::move(gate)) {}

  Result<std::optional<Bytes>> get(ledger::Family family, BytesView key) const override {
    return store_->get(family, key);
  }
  Result<void> scan(ledger::Family family, BytesView from, BytesView until,
                    const std::function<bool(BytesView, BytesView)>& visit) const override {
    return store_->scan(family, from, until, visit);
  }
  Result<void> write(const ledger::KvBatch& batch, ledger::Sync sync) override {
    if (auto ok = gate_->pass(); !ok) return ok;
    return store_->write(batch, sync);
  }
  std::shared_ptr<const ledger::KvReader> snapshot() const override { return store_->snapshot(); }

 private:
  std::unique_ptr<KvStore> store_;
  std::shared_ptr<Gate> gate_;
};

bool announced(std::string_view method, std::string_view target, unsigned status) {
  const api::Route* route = api::find_route(method, target.substr(0, target.find('?')));
  if (!route) return status == 400 || status == 404 || status == 405 || status == 413;
  const std::string all = " " + std::string(route->statuses) + " " + std::string(api::kCommonStatuses) + " ";
  return all.find(" " + std::to_string(status) + " ") != std::string::npos;
}

}  // namespace

void Gate::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::wait_for_writer() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return held_ > 0; });
}

void Gate::break_disk() {
  const std::lock_guard lock(mutex_);
  broken_ = true;
}

Result<void> Gate::pass() {
  std::unique_lock lock(mutex_);
  ++held_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
  --held_;
  if (broken_) return Error{Errc::io, "the disk is dead"};
  return {};
}

Json Reply::json() const {
  INFO(body);
  REQUIRE(Json::accept(body));
  return Json::parse(body);
}

std::string Reply::header(std::string_view name) const {
  for (const auto& [each, value] : headers) {
    if (api::lower(each) == name) return value;
  }
  return {};
}

api::HttpOptions ServedLedger::http_options() {
  api::HttpOptions options;
  options.port = 0;
  options.body_bytes = api::body_limit;
  options.requests_per_second = 0;
  return options;
}

ServedLedger::ServedLedger(api::HttpOptions http, node::NodeOptions options) : gate_(std::make_shared<Gate>()) {
  ledger_.create();
  auto disk = node::open_disk(ledger_.config());
  REQUIRE(disk);
  disk->store = std::make_unique<GatedStore>(std::move(disk->store), gate_);
  REQUIRE(ledger_.start_on(std::move(*disk), std::move(options)));
  ledger_.set_second(1);
  auto server = api::HttpServer::start(
      std::move(http),
      [this](api::HttpRequest request, api::HttpReply reply) { api::dispatch(ledger_.node(), request, reply); },
      api::answer_fault);
  REQUIRE(server);
  server_ = std::move(*server);
  auto client = api::HttpClient::to("http://127.0.0.1:" + std::to_string(port()));
  REQUIRE(client);
  client_ = std::make_unique<api::HttpClient>(std::move(*client));
}

ServedLedger::~ServedLedger() {
  gate_->open();
  server_->stop();
}

Reply ServedLedger::send(std::string_view method, std::string_view target, std::string body, std::string_view type,
                         const Headers& headers) {
  auto response = client_->request(method, target, std::move(body), type, {.headers = headers});
  INFO(method << " " << target);
  if (!response) FAIL(response.error().detail);
  CHECK(announced(method, target, response->status));
  return {response->status, response->content_type, response->body, response->headers};
}

Reply ServedLedger::submit(const SignedUnit& unit, std::string_view query) {
  const std::string path = unit.bodies.empty() ? "/v1/records" : "/v1/batches";
  return post(path + std::string(query), submission_text(unit));
}

Json ServedLedger::record(const SignedUnit& unit) {
  const Reply reply = submit(unit);
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  REQUIRE(reply.json()["state"] == "final");
  return reply.json();
}

std::uint64_t ServedLedger::log_size() { return get("/v1/status").json()["log_size"]; }

std::string submission_text(const SignedUnit& unit) {
  std::string text = unit.entry;
  for (const Bytes& body : unit.bodies) text += "\n" + body;
  return text;
}

void check_problem(const Reply& reply, unsigned status, std::string_view code) {
  INFO(reply.body);
  const std::string wanted = std::to_string(status) + " " + std::string(code);
  const Json problem = reply.json();
  const std::string found = std::to_string(reply.status) + " " + problem.value("code", "no code");
  CHECK(found == wanted);
  if (found != wanted) return;
  CHECK(reply.type == "application/problem+json");
  CHECK(problem["status"] == status);
  CHECK(problem["type"] == "/v1/problems/" + std::string(code));
  CHECK(problem["instance"].get<std::string>().starts_with("/"));
  CHECK_FALSE(problem["title"].get<std::string>().empty());
  CHECK_FALSE(problem["detail"].get<std::string>().empty());
  CHECK_FALSE(problem["rule"].get<std::string>().empty());
  CHECK(problem["blocking"].is_array());
  REQUIRE_FALSE(problem["errors"].empty());
  CHECK(problem["errors"][0]["code"] == code);
  for (const Json& each : problem["errors"]) {
    CHECK(each["pointer"].is_string());
    for (const char* both : {"text", "next"}) {
      CHECK_FALSE(each[both]["zh"].get<std::string>().empty());
      CHECK_FALSE(each[both]["en"].get<std::string>().empty());
    }
    CHECK_FALSE(each["basis"]["law"].get<std::string>().empty());
    CHECK_FALSE(each["basis"]["article"].get<std::string>().empty());
  }
  const bool later = status == 429 || status == 503;
  CHECK(reply.header("retry-after").empty() != later);
  CHECK(reply.header("cache-control") == "no-store");
}

}  // namespace qinglu::test
