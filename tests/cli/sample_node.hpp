// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "api/http/http_server.hpp"
#include "tests/evidence/sample_ledger.hpp"

namespace qinglu::test {

/// A server that answers for a SampleLedger as a node would, and lies where a test tells it to.
class SampleNode {
 public:
  SampleNode(const SampleLedger& ledger, std::uint64_t record);
  std::string address() const;

  /// Serves the ledger as it was at this size.
  void serve_size(std::uint64_t size);
  /// Serves another ledger from now on.
  void serve(const SampleLedger& ledger, std::uint64_t record);
  /// Changes an answer before it leaves: `(path, body)`.
  void lie(std::function<void(const std::string&, std::string&)> lie);

 private:
  api::HttpResponse answer(const api::HttpRequest& request);

  std::mutex mutex_;
  const SampleLedger* ledger_;
  std::uint64_t record_;  ///< index of the record that is asked for
  std::uint64_t size_;
  std::function<void(const std::string&, std::string&)> lie_;
  std::unique_ptr<api::HttpServer> server_;
};

/// Finality note of the block that holds `index`, with the votes of these members.
std::string finality_note(const SampleLedger& ledger, std::uint64_t index, std::vector<std::size_t> voters = {0, 1, 2});
std::string record_id(const SampleLedger& ledger, std::uint64_t index);

}  // namespace qinglu::test
