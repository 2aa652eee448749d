// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/http/http_client.hpp"
#include "api/http/http_server.hpp"
#include "tests/node/running_ledger.hpp"

namespace qinglu::test {

using Json = nlohmann::json;
using Headers = std::vector<std::pair<std::string, std::string>>;

/// Holds back every write of a node's store, so that its submissions stay pending, or lets it fail.
class Gate {
 public:
  void close();
  void open();
  /// Waits until a write stands before the closed gate.
  void wait_for_writer();
  /// From now on the disk is dead.
  void break_disk();
  Result<void> pass();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  bool broken_ = false;
  int held_ = 0;
};

/// An answer, with what tests look at.
struct Reply {
  unsigned status = 0;
  std::string type;
  std::string body;
  Headers headers;

  Json json() const;
  /// Value of a header; empty when it is not there.
  std::string header(std::string_view name) const;
};

/// A node of one validator behind the product's HTTP server on a free port of loopback.
class ServedLedger {
 public:
  explicit ServedLedger(api::HttpOptions http = http_options(), node::NodeOptions node = office_options());
  ~ServedLedger();

  /// Free port, no bound on the rate; the rest as the product has it.
  static api::HttpOptions http_options();

  RunningLedger& ledger() { return ledger_; }
  const Digest& id() const { return ledger_.ledger_id(); }
  Gate& gate() { return *gate_; }
  std::uint16_t port() const { return server_->port(); }

  /// Every answer must have a status that the table of routes announces.
  Reply send(std::string_view method, std::string_view target, std::string body = {}, std::string_view type = {},
             const Headers& headers = {});
  Reply get(std::string_view target, const Headers& headers = {}) { return send("GET", target, {}, {}, headers); }
  Reply post(std::string_view target, std::string body) {
    return send("POST", target, std::move(body), "application/json");
  }
  /// Submits a record or a batch.
  Reply submit(const SignedUnit& unit, std::string_view query = "?wait=final");
  /// submit() that must be final; its JSON.
  Json record(const SignedUnit& unit);
  std::uint64_t log_size();

 private:
  std::shared_ptr<Gate> gate_;
  RunningLedger ledger_;
  std::unique_ptr<api::HttpServer> server_;
  std::unique_ptr<api::HttpClient> client_;
};

/// Body of a POST: the entry, and a batch's bodies a line each.
std::string submission_text(const SignedUnit& unit);

/// The answer must be complete RFC 9457 problem details of this status and code.
void check_problem(const Reply& reply, unsigned status, std::string_view code);

}  // namespace qinglu::test
