// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <optional>

#include "api/openapi.hpp"
#include "api/problem.hpp"
#include "api/router.hpp"
#include "api/views.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "ledger/catalog/schema.hpp"
#include "ledger/catalog/statistics.hpp"
#include "ledger/catalog/validators.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/evidence/question.hpp"

namespace qinglu::api {
namespace {

using ledger::Value;

constexpr std::int64_t kTimeoutMaxMs = 60'000;
constexpr std::size_t kPageMax = 500;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kCoseMedia = "application/cose";
constexpr std::string_view kEvidenceMedia = "application/vnd.qinglu.evidence+json";

void answer(const HttpReply& reply, const Value& body) {
  HttpResponse response;
  response.body = ledger::to_canonical(body);
  reply(std::move(response));
}

void answer_bytes(const HttpReply& reply, Bytes body, std::string_view content_type) {
  HttpResponse response;
  response.content_type = std::string(content_type);
  response.body = std::move(body);
  reply(std::move(response));
}

/// A number that can come back in an answer: JSON of the profile ends at 2^53 − 1.
std::optional<std::uint64_t> number(const Call& call, std::string_view name) {
  const auto value = parse_decimal(call.request.parameter(name));
  return value && *value <= crypto::kTreeSizeMax ? value : std::nullopt;
}

/// `10s`, `1500ms` or plain seconds; 10 s when it is not given.
std::optional<std::int64_t> timeout_of(const Call& call) {
  std::string_view text = call.request.parameter("timeout");
  if (text.empty()) return 10'000;
  std::int64_t unit = 1'000;
  if (text.ends_with("ms")) {
    unit = 1;
    text.remove_suffix(2);
  } else if (text.ends_with("s")) {
    text.remove_suffix(1);
  }
  const auto value = parse_decimal(text);
  if (!value || *value > static_cast<std::uint64_t>(kTimeoutMaxMs)) return std::nullopt;
  const std::int64_t ms = static_cast<std::int64_t>(*value) * unit;
  return ms <= kTimeoutMaxMs ? std::optional(ms) : std::nullopt;
}

std::optional<Wait> wait_of(const Call& call) {
  const std::string_view text = call.request.parameter("wait");
  if (text.empty() || text == "pending") return Wait::pending;
  if (text == "none") return Wait::none;
  if (text == "final") return Wait::final;
  if (text == "cosigned") return Wait::cosigned;
  return std::nullopt;
}

/// Answer to a submission: 200 final or expired, 202 pending, a problem for everything else.
HttpResponse submission_response(const HttpRequest& request, const RecordStatus& status) {
  if (status.state == State::refused) return refusal_problem(request, status);
  HttpResponse response;
  response.status = status.state == State::pending ? 202 : 200;
  Value body = status_value(status);
  if (status.state == State::final) {
    // `final` comes with its proof: the finality note of the block and the inclusion path.
    QL_CHECK(status.finality.has_value());
    body.set("finality_note", Value(status.finality->note));
    body.set("proof", inclusion_value(status.index, status.finality->size, status.finality->path));
  }
  response.body = ledger::to_canonical(body);
  response.headers.emplace_back("Location", "/v1/records/" + to_sha256_id(status.id));
  return response;
}

/// Why a submission was not judged.
HttpResponse not_taken(const HttpRequest& request, const Node& node, const Error& error) {
  if (error.code == Errc::limit) return problem(request, "KEY_BUDGET");
  if (error.code == Errc::denied) return problem(request, "OBSERVER", error.detail);
  if (error.code == Errc::unavailable && !node.status().serving) {
    return problem(request, "HALTED", node.status().halted);
  }
  return problem(request, error);
}

/// What of a request an answer that comes later still needs.
HttpRequest without_body(const HttpRequest& request) {
  return {request.method, request.path, request.query, request.headers, {}, request.address};
}

void submit(const Call& call, const HttpReply& reply, Submission submission) {
  const auto wait = wait_of(call);
  const auto timeout = timeout_of(call);
  if (!wait) return reply(problem(call.request, "USAGE", "`wait` is none, pending, final or cosigned"));
  if (!timeout) return reply(problem(call.request, "USAGE", "`timeout` is at most 60s"));
  Node& node = call.node;
  node.submit(std::move(submission), *wait, *timeout,
              [&node, reply, request = without_body(call.request)](Result<RecordStatus> status) {
                if (!status) return reply(not_taken(request, node, status.error()));
                reply(submission_response(request, *status));
              });
}

void dry_run(const Call& call, const HttpReply& reply, const Submission& submission) {
  auto status = call.node.dry_run(submission);
  if (!status) return reply(not_taken(call.request, call.node, status.error()));
  if (status->state == State::refused) return reply(refusal_problem(call.request, *status));
  Value body = status_value(*status);
  body.set("state", Value("acceptable"));
  answer(reply, body);
}

/// One item per line: the manifest entry, then each body.
std::optional<Submission> batch_from(const HttpRequest& request) {
  Submission submission;
  submission.from = request.address;
  submission.batch = true;
  std::string_view rest = request.body;
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  bool first = true;
  while (!rest.empty() || first) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (first) {
      submission.entry = Bytes(rest.substr(0, end));
    } else {
      if (submission.bodies.size() > ledger::kBatchCountMax) return std::nullopt;
      submission.bodies.emplace_back(rest.substr(0, end));
    }
    first = false;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return submission;
}

void post_record(const Call& call, const HttpReply& reply) {
  submit(call, reply, Submission{call.request.body, {}, false, call.request.address});
}
void check_record(const Call& call, const HttpReply& reply) {
  dry_run(call, reply, Submission{call.request.body, {}, false, call.request.address});
}
void post_batch(const Call& call, const HttpReply& reply) {
  auto submission = batch_from(call.request);
  if (!submission) return reply(problem(call.request, "BATCH_COUNT", "more lines than a batch may have"));
  submit(call, reply, std::move(*submission));
}
void check_batch(const Call& call, const HttpReply& reply) {
  auto submission = batch_from(call.request);
  if (!submission) return reply(problem(call.request, "BATCH_COUNT", "more lines than a batch may have"));
  dry_run(call, reply, *submission);
}

std::optional<Digest> record_id(const Call& call, const HttpReply& reply) {
  auto id = from_sha256_id(call.parts[0]);
  if (!id) reply(problem(call.request, "USAGE", "a record id is sha256: and 64 lower-case hex digits"));
  return id;
}

void get_record(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  auto status = call.node.status_of(*id);
  if (!status) return reply(problem(call.request, status.error()));
  if (!*status) return reply(problem(call.request, "NOT_FOUND", "this node knows no such record"));
  Value body = status_value(**status);
  if ((*status)->state == State::final) {
    const auto view = call.node.view();
    auto record = view->record(*id);
    if (!record) return reply(problem(call.request, record.error()));
    if (*record) {
      auto entry = ledger::parse_canonical((*record)->entry);
      if (!entry) return reply(problem(call.request, "STORE_FAILED", "the stored entry does not parse"));
      body.set("entry", std::move(*entry));
      hide_restricted(*view, *id, body);
    }
  }
  answer(reply, body);
}

/// Calls `use` with the logged record, or answers why there is none.
template <class Use>
void with_record(const Call& call, const HttpReply& reply, Use use) {
  const auto id = record_id(call, reply);
  if (!id) return;
  auto record = call.view->record(*id);
  if (!record) return reply(problem(call.request, record.error()));
  if (!*record) return reply(problem(call.request, "NOT_FOUND", "the log holds no such record"));
  use(**record);
}

void get_entry(const Call& call, const HttpReply& reply) {
  with_record(call, reply, [&](LoggedRecord& record) {
    answer_bytes(reply, std::move(record.entry), "application/vnd.qinglu.entry+json");
  });
}

void get_record_proof(const Call& call, const HttpReply& reply) {
  with_record(call, reply, [&](const LoggedRecord& record) {
    auto path = call.view->inclusion(record.index, call.view->head().size);
    if (!path) return reply(problem(call.request, path.error()));
    Value body = inclusion_value(record.index, call.view->head().size, *path);
    body.set("checkpoint", Value(call.view->head().checkpoint));
    answer(reply, body);
  });
}

HttpResponse openings_problem(const HttpRequest& request, const Error& error) {
  switch (error.code) {
    case Errc::denied:
    case Errc::bad_signature:
    case Errc::wrong_ledger: return problem(request, "OPENINGS_DENIED", error.detail);
    case Errc::unsupported: return problem(request, "NOT_FOUND", error.detail);
    default: return problem(request, error);
  }
}

void post_openings(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  const auto openings = ledger::decode_openings(call.request.body);
  if (!openings) return reply(problem(call.request, openings.error()));
  if (openings->record != *id) return reply(problem(call.request, "USAGE", "the openings are of another record"));
  if (auto kept = call.node.keep_openings(*openings); !kept) return reply(openings_problem(call.request, kept.error()));
  Value::Items names;
  for (const ledger::Opening& each : openings->openings) names.emplace_back(each.name);
  answer(reply, Value(Value::Members{{"kept", std::move(names)}, {"record", to_sha256_id(*id)}}));
}

void read_openings(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  const auto openings = call.node.openings(call.request.body);
  if (!openings) return reply(openings_problem(call.request, openings.error()));
  if (openings->record != *id) return reply(problem(call.request, "USAGE", "the request is for another record"));
  answer_bytes(reply, ledger::encode_openings(*openings), kJson);
}

void get_erasure(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  const auto status = call.node.erasure(*id);
  if (!status) return reply(problem(call.request, status.error()));
  Value::Items said;
  for (const Bytes& each : status->acknowledgements) {
    auto statement = ledger::parse_canonical(each);
    if (!statement) return reply(problem(call.request, "STORE_FAILED", "a stored acknowledgement does not parse"));
    said.push_back(*std::move(statement));
  }
  Value::Items outstanding(status->outstanding.begin(), status->outstanding.end());
  answer(reply, Value(Value::Members{{"acknowledgements", std::move(said)}, {"notice", to_sha256_id(*id)}, {"outstanding", std::move(outstanding)}}));
}

void get_evidence(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  auto file = call.view->record_evidence(*id);
  if (!file) return reply(problem(call.request, file.error()));
  answer_bytes(reply, std::move(*file), kEvidenceMedia);
}

void get_claim_evidence(const Call& call, const HttpReply& reply) {
  const auto request = ledger::read_request([&](std::string_view name) { return call.request.parameter(name); });
  if (!request) return reply(problem(call.request, request.error()));
  auto file = call.view->evidence(*request);
  if (!file) return reply(problem(call.request, file.error()));
  answer_bytes(reply, std::move(*file), kEvidenceMedia);
}

void get_receipt(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  auto status = call.node.status_of(*id);
  if (!status) return reply(problem(call.request, status.error()));
  if (!*status || (*status)->receipt.empty()) {
    return reply(problem(call.request, "NOT_FOUND", "this node holds no receipt for it"));
  }
  answer_bytes(reply, (*status)->receipt, "application/json");
}

void get_cose_receipt(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  auto receipt = call.node.inclusion_receipt(*call.view, *id);
  if (receipt) return answer_bytes(reply, std::move(*receipt), kCoseMedia);
  const Error& error = receipt.error();
  reply(error.code == Errc::denied ? problem(call.request, "OBSERVER", error.detail) : problem(call.request, error));
}

void get_subject(const Call& call, const HttpReply& reply) {
  auto body = subject_value(*call.view, call.parts[0]);
  if (!body) return reply(problem(call.request, body.error()));
  answer(reply, *body);
}

void get_party(const Call& call, const HttpReply& reply) {
  auto body = party_value(*call.view, call.parts[0]);
  if (!body) return reply(problem(call.request, body.error()));
  answer(reply, *body);
}

void get_history(const Call& call, const HttpReply& reply) {
  const std::string_view subject = call.request.parameter("subject");
  const auto category = call.request.parameter("category").empty() ? 0 : number(call, "category");
  const auto from = call.request.parameter("from").empty() ? 0 : number(call, "from");
  const auto limit = call.request.parameter("limit").empty() ? 100 : number(call, "limit");
  if (subject.empty() || !category || *category > 6 || !from || !limit || *limit == 0 || *limit > kPageMax) {
    return reply(problem(call.request, "USAGE", "subject, category 0..6, from, and limit 1..500"));
  }
  auto body = history_value(*call.view, subject, static_cast<std::uint8_t>(*category), *from, *limit);
  if (!body) return reply(problem(call.request, body.error()));
  answer(reply, *body);
}

void get_statistics(const Call& call, const HttpReply& reply) {
  const auto queries = ledger::statistic_queries();
  if (std::ranges::find(queries, std::string_view(call.parts[0])) == queries.end()) {
    return reply(problem(call.request, "NOT_FOUND", "no such group of indicators"));
  }
  const auto months = ledger::parse_months(call.request.parameter("from"), call.request.parameter("until"));
  if (!months) {
    return reply(problem(call.request, "USAGE", "`from` and `until` are months, YYYY-MM, at most " + std::to_string(ledger::kMonthsMax)));
  }
  auto body = statistics_value(*call.view, call.parts[0], *months);
  if (!body) return reply(problem(call.request, body.error()));
  answer(reply, *body);
}

void get_inclusion(const Call& call, const HttpReply& reply) {
  const auto leaf = number(call, "leaf");
  const auto size = call.request.parameter("size").empty() ? call.view->head().size : number(call, "size");
  if (!leaf || !size) return reply(problem(call.request, "USAGE", "`leaf` and `size` are decimal numbers"));
  auto path = call.view->inclusion(*leaf, *size);
  if (!path) return reply(problem(call.request, path.error()));
  answer(reply, inclusion_value(*leaf, *size, *path));
}

void get_consistency(const Call& call, const HttpReply& reply) {
  const auto from = number(call, "from");
  const auto to = call.request.parameter("to").empty() ? call.view->head().size : number(call, "to");
  if (!from || !to) return reply(problem(call.request, "USAGE", "`from` and `to` are decimal numbers"));
  auto path = call.view->consistency(*from, *to);
  if (!path) return reply(problem(call.request, path.error()));
  answer(reply, Value(Value::Members{{"from", *from}, {"path", path_value(*path)}, {"to", *to}}));
}

void get_state_proof(const Call& call, const HttpReply& reply) {
  const auto row = ledger::read_row_name(call.request.parameter("ns"), call.request.parameter("key"));
  if (!row) return reply(problem(call.request, row.error()));
  auto proof = call.view->state_proof(*row);
  if (!proof) return reply(problem(call.request, proof.error()));
  auto body = ledger::parse_canonical(proof->proof);
  QL_CHECK(static_cast<bool>(body));
  body->set("key", Value(to_base64(row->key)));
  body->set("ns", Value(std::string(1, static_cast<char>(row->ns))));
  body->set("seal_index", Value(proof->seal_index));
  if (proof->value) body->set("value", Value(to_base64(*proof->value)));
  answer(reply, *body);
}

void get_checkpoint(const Call& call, const HttpReply& reply) {
  // A network of several that begins: genesis is there, and nobody else yet.
  if (call.view->head().checkpoint.empty()) {
    return reply(problem(call.request, "NOT_COSIGNED", "this node knows of no checkpoint that a quorum has cosigned"));
  }
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = call.view->head().checkpoint;
  reply(std::move(response));
}

void get_policy(const Call& call, const HttpReply& reply) {
  const std::string& origin = call.view->genesis().origin;
  const auto set = ledger::validators_in_force(call.view->rows(), origin);
  if (!set) return reply(problem(call.request, Error{Errc::corrupt, "the state has no validator set"}));
  answer_bytes(reply, ledger::policy_text(*set, origin), "text/plain; charset=utf-8");
}

void get_validators(const Call& call, const HttpReply& reply) {
  const ledger::RowReader& rows = call.view->rows();
  const auto set = ledger::validators_in_force(rows, call.view->genesis().origin);
  if (!set) return reply(problem(call.request, Error{Errc::corrupt, "the state has no validator set"}));
  const Value document = to_value(*set);
  Value body(Value::Members{{"epoch", set->epoch},
                            {"may_fail", static_cast<std::uint64_t>(set->faults())},
                            {"quorum", static_cast<std::uint64_t>(set->quorum())},
                            {"set", document},
                            {"set_hash", to_sha256_id(ledger::valset_hash(ledger::to_canonical(document)))}});
  if (const auto pending = ledger::pending_set(rows)) {
    body.set("scheduled", Value(Value::Members{{"epoch", pending->epoch},
                                               {"from_height", *pending->row->find("from_height")},
                                               {"ready", *pending->row->find("ready")},
                                               {"record", *pending->row->find("record")},
                                               {"set", *pending->row->find("set")},
                                               {"set_hash", to_sha256_id(pending->hash)}}));
  }
  answer(reply, body);
}

void get_policy_chain(const Call& call, const HttpReply& reply) {
  auto chain = call.view->policy_chain();
  if (!chain) return reply(problem(call.request, chain.error()));
  answer_bytes(reply, std::move(*chain), "application/json");
}

void get_tile(const Call& call, const HttpReply& reply) {
  auto tile = call.view->tile(call.parts[0]);
  if (!tile && tile.error().code == Errc::malformed) return reply(problem(call.request, "NOT_FOUND", "no such tile"));
  if (!tile) return reply(problem(call.request, tile.error()));
  answer_bytes(reply, std::move(*tile), "application/octet-stream");
}

void get_snapshots(const Call& call, const HttpReply& reply) {
  Value::Items items;
  for (const SnapshotFacts& each : call.node.snapshots()) {
    items.push_back(Value(Value::Members{{"bytes", each.bytes},
                                         {"chunks", static_cast<std::uint64_t>(each.chunks)},
                                         {"content", to_sha256_id(each.content)},
                                         {"height", each.height},
                                         {"log_size", each.log_size},
                                         {"state_root", to_sha256_id(each.state_root)},
                                         {"time_ms", each.time_ms}}));
  }
  answer(reply, Value(Value::Members{{"schema", "qinglu.snapshots/v1"}, {"snapshots", std::move(items)}}));
}

/// The manifest, or the chunk that the path's second part names.
void get_snapshot_file(const Call& call, const HttpReply& reply) {
  const auto height = parse_decimal(call.parts[0]);
  const bool manifest = call.parts.size() == 1;
  const auto chunk = manifest ? std::optional<std::uint64_t>() : parse_decimal(call.parts[1]);
  if (!height || (!manifest && !chunk)) return reply(problem(call.request, "NOT_FOUND", "heights and chunks are numbers"));
  auto bytes = call.node.snapshot_file(*height, chunk);
  if (!bytes) return reply(problem(call.request, bytes.error()));
  answer_bytes(reply, std::move(*bytes), manifest ? "application/json" : "application/octet-stream");
}

void get_block(const Call& call, const HttpReply& reply) {
  const auto height = parse_decimal(call.parts[0]);
  if (!height) return reply(problem(call.request, "USAGE", "a height is a decimal number"));
  auto seal = call.view->seal(*height);
  if (!seal) return reply(problem(call.request, seal.error()));
  if (!*seal) return reply(problem(call.request, "NOT_FOUND", "no block of this height"));
  auto note = call.view->finality_note(*height);
  if (!note) return reply(problem(call.request, note.error()));
  auto parsed = ledger::parse_canonical(**seal);
  if (!parsed) return reply(problem(call.request, "STORE_FAILED", "the stored seal does not parse"));
  Value body(Value::Members{{"height", *height}, {"seal", std::move(*parsed)}});
  if (*note) body.set("finality_note", Value(**note));
  answer(reply, body);
}

void get_genesis(const Call& call, const HttpReply& reply) {
  answer_bytes(reply, call.view->genesis().bytes, "application/json");
}

void get_root(const Call& call, const HttpReply& reply) {
  Value::Items links;
  for (const Route& route : routes()) {
    links.push_back(Value(Value::Members{
        {"method", route.method},
        {"path", route.pattern},
        {"purpose", Value::Members{{"en", route.en}, {"zh", route.zh}}}}));
  }
  answer(reply,
         Value(Value::Members{{"ledger_id", to_sha256_id(call.view->genesis().ledger_id)},
                              {"links", std::move(links)},
                              {"member", call.node.status().member},
                              {"origin", call.view->genesis().origin}}));
}

void get_status(const Call& call, const HttpReply& reply) {
  answer(reply, node_value(*call.view, call.node.status()));
}

void get_livez(const Call&, const HttpReply& reply) {
  reply(HttpResponse{200, "application/json", "{\"alive\":true}", {}});
}

void get_readyz(const Call& call, const HttpReply& reply) {
  const NodeStatus status = call.node.status();
  if (!status.serving) return reply(problem(call.request, "HALTED", status.halted));
  reply(HttpResponse{200, "application/json", "{\"ready\":true}", {}});
}

void get_schemas(const Call&, const HttpReply& reply) {
  Value::Items names;
  for (const ledger::RecordType* type : ledger::record_types()) names.push_back(Value(type->name));
  answer(reply, Value(Value::Members{{"schemas", std::move(names)}}));
}

void get_schema(const Call& call, const HttpReply& reply) {
  const ledger::RecordType* type = ledger::find_record_type(call.parts[0]);
  if (!type) return reply(problem(call.request, "NOT_FOUND", "no record type of this name"));
  answer_bytes(reply, ledger::json_schema(*type), "application/schema+json");
}

void get_problem(const Call& call, const HttpReply& reply) {
  const std::string& code = call.parts[0];
  if (!ledger::find_message(code) && !find_request_code(code)) {
    return reply(problem(call.request, "NOT_FOUND", "no such code"));
  }
  Value body = issue_value({code, "", "", {}, {}, {}});
  body.erase("pointer");
  body.set("exit", Value(exit_code_of(code)));
  body.set("status", Value(static_cast<std::int64_t>(http_status_of(code))));
  answer(reply, body);
}

void get_openapi(const Call&, const HttpReply& reply) {
  answer_bytes(reply, Bytes(openapi_document()), "application/json");
}

using enum Freshness;

constexpr Route kRoutes[] = {
    {"GET", "/v1", get_root, kJson, content, "", "200 304",
     "本表：全部路径", "this list of every path"},
    {"GET", "/v1/status", get_status, kJson, none, "", "200",
     "高度、检查点、法定人数、待处理提交", "height, checkpoint, quorum, pool"},
    {"POST", "/v1/records", post_record, kJson, none, "wait timeout", "200 202 403 409 415 422",
     "提交一条记录", "submit a record entry"},
    {"POST", "/v1/records/check", check_record, kJson, none, "", "200 403 409 415 422",
     "试运行：一次列出全部问题，不产生效果", "dry run: all problems at once, no effect"},
    {"POST", "/v1/batches", post_batch, kJson, none, "wait timeout", "200 202 403 409 415 422",
     "提交一个批次：先批次清单，再逐行各记录", "submit a batch: manifest entry, then one body per line"},
    {"POST", "/v1/batches/check", check_batch, kJson, none, "", "200 403 409 415 422",
     "试运行一个批次", "dry run of a batch"},
    {"GET", "/v1/records/{id}", get_record, kJson, none, "", "200 404",
     "记录的状态；终局后附记录本身", "state of a record, with its entry once final"},
    {"GET", "/v1/records/{id}/entry", get_entry, "application/vnd.qinglu.entry+json", immutable, "", "200 304 404",
     "所存的原始字节", "exact stored bytes"},
    {"GET", "/v1/records/{id}/proof", get_record_proof, kJson, content, "", "200 304 404",
     "在检查点下的包含证明", "inclusion proof under the checkpoint"},
    {"GET", "/v1/records/{id}/receipt", get_receipt, kJson, none, "", "200 404",
     "本节点的接收回执", "intake receipt of this node"},
    {"POST", "/v1/records/{id}/openings", post_openings, kJson, none, "", "200 403 404 415",
     "把保密字段的开示材料交由本节点保存（链下，可删除）", "leave openings of confidential fields with this node, off the log and erasable"},
    {"POST", "/v1/records/{id}/openings/read", read_openings, kJson, none, "", "200 403 404 415",
     "经签名请求取回开示材料：限签署方和法院", "openings for a signed request, by a signer of the record or a court"},
    {"GET", "/v1/erasures/{id}", get_erasure, kJson, none, "", "200 404",
     "各成员对个人信息删除通知的签名确认，以及尚未确认者", "members' signed acknowledgements of a notice of erasure, and who is outstanding"},
    {"GET", "/v1/records/{id}/receipt.cose", get_cose_receipt, kCoseMedia, content, "", "200 304 403 404",
     "包含证明的 COSE 回执，由本节点签名", "COSE receipt of its inclusion, signed by this node"},
    {"GET", "/v1/records/{id}/evidence", get_evidence, kEvidenceMedia, content, "", "200 304 404",
     "该记录的证据文件", "evidence file for the record"},
    {"GET", "/v1/evidence", get_claim_evidence, kEvidenceMedia, head, "question claim subject kind category ns key as_of since from_seq withhold",
     "200 304 400 404 409", "不存在、状态、完整历史或一致性的证据文件", "evidence file for an absence, a state row, a complete history, or consistency"},
    {"GET", "/v1/patents/{key*}", get_subject, kJson, head, "", "200 304 404",
     "专利（pat:、fpat:、cmt:）及其时间线", "a patent (pat:, fpat:, cmt:) with its timeline"},
    {"GET", "/v1/subjects/{key*}", get_subject, kJson, head, "", "200 304 404",
     "任一客体及其时间线", "any subject with its timeline"},
    {"GET", "/v1/parties/{id}", get_party, kJson, head, "", "200 304 404",
     "主体及其密钥、角色", "a party, its keys and roles"},
    {"GET", "/v1/history", get_history, kJson, head, "subject category from limit", "200 304",
     "客体完整清单中的一页", "a page of a subject's complete list"},
    {"GET", "/v1/stats/{query}", get_statistics, kJson, head, "from until", "200 304 404",
     "一类统计在若干月的合计", "statistics of a group of indicators over some months"},
    {"GET", "/v1/proof/inclusion", get_inclusion, kJson, head, "leaf size", "200 304 404",
     "包含证明", "inclusion proof of a log entry"},
    {"GET", "/v1/proof/consistency", get_consistency, kJson, head, "from to", "200 304 404",
     "一致性证明", "consistency proof between two sizes"},
    {"GET", "/v1/proof/state", get_state_proof, kJson, head, "ns key", "200 304",
     "状态行存在或不存在的证明", "presence or absence of a state row"},
    {"GET", "/v1/checkpoint", get_checkpoint, "text/plain", content, "", "200 304 503",
     "经联署的 C2SP 检查点", "C2SP checkpoint, cosigned"},
    {"GET", "/v1/policy", get_policy, "text/plain", content, "", "200 304",
     "现任验证节点集的 C2SP 策略", "C2SP tlog-policy of the validators in force"},
    {"GET", "/v1/policy-chain", get_policy_chain, kJson, content, "", "200 304",
     "从创世到现任的验证节点集的逐届证明", "the steps from the validator set of genesis to the one in force"},
    {"GET", "/v1/validators", get_validators, kJson, content, "", "200 304",
     "现任与待生效的验证节点集", "the validator set in force and the scheduled one"},
    {"GET", "/v1/tile/{path*}", get_tile, "application/octet-stream", immutable, "", "200 304 404",
     "C2SP tlog-tiles 的哈希块和记录块", "C2SP tlog-tiles: hashes and entry bundles"},
    {"GET", "/v1/blocks/{height}", get_block, kJson, immutable, "", "200 304 404",
     "区块的封条和终局说明", "seal and finality note of a block"},
    {"GET", "/v1/snapshots", get_snapshots, kJson, none, "", "200",
     "本节点保存的快照", "the snapshots that this node holds"},
    {"GET", "/v1/snapshots/{height}/manifest", get_snapshot_file, kJson, content, "", "200 304 404",
     "快照清单：根、终局说明、分块哈希", "manifest of a snapshot: roots, finality note, hashes of its chunks"},
    {"GET", "/v1/snapshots/{height}/chunks/{n}", get_snapshot_file, "application/octet-stream", content, "", "200 304 404",
     "快照的一个分块", "one chunk of a snapshot"},
    {"GET", "/v1/genesis", get_genesis, kJson, immutable, "", "200 304",
     "创世文件，即日志第 0 条", "the genesis document, log entry 0"},
    {"GET", "/v1/schemas", get_schemas, kJson, content, "", "200 304",
     "全部记录类型的名称", "names of all record types"},
    {"GET", "/v1/schemas/{name}", get_schema, "application/schema+json", content, "", "200 304 404",
     "记录类型的 JSON Schema", "JSON Schema of a record type"},
    {"GET", "/v1/problems/{code}", get_problem, kJson, content, "", "200 304 404",
     "代码的含义，中英文", "what a code means, in both languages"},
    {"GET", "/v1/openapi.json", get_openapi, kJson, content, "", "200 304",
     "本接口的 OpenAPI 3.1 描述", "this interface as OpenAPI 3.1"},
    {"GET", "/livez", get_livez, kJson, none, "", "200",
     "进程在应答", "the process answers"},
    {"GET", "/readyz", get_readyz, kJson, none, "", "200",
     "节点接收提交", "the node takes submissions"},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace qinglu::api
