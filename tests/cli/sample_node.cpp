// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/sample_node.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/note.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"

namespace qinglu::test {

using ledger::Value;

namespace {

constexpr int kVote = 0x10;

Value hashes(const std::vector<Digest>& path) {
  Value::Items items;
  for (const Digest& hash : path) items.emplace_back(to_base64(hash));
  return items;
}

}  // namespace

std::string finality_note(const SampleLedger& ledger, std::uint64_t index, std::vector<std::size_t> voters) {
  const ledger::Seal seal = ledger.seal_of(index);
  const crypto::Checkpoint tree = ledger.tree(seal.index() + 1);
  const std::string text = crypto::format_finality_text({ledger.origin(), tree.size, tree.root, seal.state_root, seal.epoch,
                                                         seal.view, ledger::block_hash(ledger::encode_seal(seal)),
                                                         seal.next_valset_hash});
  crypto::Note note{text, {}};
  for (const std::size_t voter : voters) {
    note.lines.push_back(crypto::sign_note(text, ledger.validators(seal.epoch).members[voter].id + "/vote",
                                           ledger.member_key(seal.epoch, voter, kVote)));
  }
  return crypto::format_note(note);
}

std::string record_id(const SampleLedger& ledger, std::uint64_t index) {
  return to_sha256_id(ledger::record_id_of(ledger::parse_entry(ledger.entry(index))->body_bytes));
}

SampleNode::SampleNode(const SampleLedger& ledger, std::uint64_t record)
    : ledger_(&ledger), record_(record), size_(ledger.size()) {
  api::HttpOptions options;
  options.port = 0;
  options.requests_per_second = 0;
  options.body_bytes = [](std::string_view, std::string_view) { return std::size_t{2} << 20; };
  server_ = std::move(*api::HttpServer::start(std::move(options), [this](api::HttpRequest request, api::HttpReply reply) {
    const std::lock_guard lock(mutex_);
    api::HttpResponse response = answer(request);
    if (lie_) lie_(request.path, response.body);
    reply(std::move(response));
  }));
}

std::string SampleNode::address() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

void SampleNode::serve_size(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  size_ = size;
}

void SampleNode::serve(const SampleLedger& ledger, std::uint64_t record) {
  const std::lock_guard lock(mutex_);
  ledger_ = &ledger;
  record_ = record;
  size_ = ledger.size();
}

void SampleNode::lie(std::function<void(const std::string&, std::string&)> lie) {
  const std::lock_guard lock(mutex_);
  lie_ = std::move(lie);
}

api::HttpResponse SampleNode::answer(const api::HttpRequest& request) {
  const auto number = [&](std::string_view name) { return *parse_decimal(request.parameter(name)); };
  const auto json = [](Value body) { return api::HttpResponse{200, "application/json", ledger::to_canonical(body), {}}; };
  const ledger::Seal seal = ledger_->seal_of(record_);
  const std::string& path = request.path;
  if (path == "/v1/checkpoint") return {200, "text/plain", ledger_->note(size_), {}};
  if (path == "/v1/status") {
    return json(Value::Members{{"ledger_id", to_sha256_id(ledger_->ledger_id())}, {"rule_pack", 1}, {"serving", true}});
  }
  if (path == "/v1/policy-chain") {
    const Value evidence = *ledger::parse_canonical(ledger::encode_evidence(ledger_->evidence(record_, size_)), ledger::kEvidenceLimits);
    return json(Value::Members{{"policy_chain", *evidence.find("policy_chain")}});
  }
  if (path == "/v1/proof/inclusion") {
    return json(Value::Members{{"path", hashes(ledger_->path(number("leaf"), number("size")))}});
  }
  if (path == "/v1/proof/consistency") {
    return json(Value::Members{{"path", hashes(ledger_->consistency(number("from"), number("to")))}});
  }
  if (path.starts_with("/v1/blocks/")) {
    return json(Value::Members{{"finality_note", finality_note(*ledger_, record_)},
                               {"seal", *ledger::parse_canonical(ledger::encode_seal(seal))}});
  }
  if (path.ends_with("/entry")) return {200, "application/json", ledger_->entry(record_), {}};
  if (path.ends_with("/evidence")) {
    return {200, "application/json", ledger::encode_evidence(ledger_->evidence(record_, size_)), {}};
  }
  if (path.starts_with("/v1/records")) {
    return json(Value::Members{{"entry", *ledger::parse_canonical(ledger_->entry(record_))},
                               {"height", seal.height},
                               {"id", record_id(*ledger_, record_)},
                               {"index", record_},
                               {"state", "final"},
                               {"time_ms", seal.time_ms}});
  }
  return {404, "application/problem+json", "{\"code\":\"NOT_FOUND\",\"title\":\"no such thing\"}", {}};
}

}  // namespace qinglu::test
