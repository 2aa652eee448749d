// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <optional>

#include "api/problem.hpp"
#include "api/router.hpp"
#include "api/views.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/schema.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"

namespace qinglu::api {
namespace {

using ledger::Value;

constexpr std::int64_t kTimeoutMaxMs = 60'000;
constexpr std::size_t kPageMax = 500;

ledger::Language language_of(const HttpRequest& request) {
  return request.header("accept-language").starts_with("en") ? ledger::Language::en
                                                              : ledger::Language::zh;
}

/// Marks of the ledger and the moment that every read carries (ecosystem.md §5.1).
void mark(HttpResponse& response, const LedgerView& view) {
  const Head& head = view.head();
  const std::string text = view.genesis().origin + "\n" + std::to_string(head.size) + "\n" +
                           to_base64(head.root) + "\n";
  response.headers.emplace_back("Qinglu-Ledger", to_sha256_id(view.genesis().ledger_id));
  response.headers.emplace_back("Qinglu-Height", std::to_string(head.height));
  response.headers.emplace_back("Qinglu-Checkpoint", to_sha256_id(crypto::sha256(text)));
}

void answer(const LedgerView& view, const HttpReply& reply, const Value& body, unsigned status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = ledger::to_canonical(body);
  mark(response, view);
  reply(std::move(response));
}

void answer_bytes(const LedgerView& view, const HttpReply& reply, Bytes body,
                  std::string content_type, bool immutable) {
  HttpResponse response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  if (immutable) {
    response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  }
  mark(response, view);
  reply(std::move(response));
}

std::optional<std::uint64_t> number(const Call& call, std::string_view name) {
  return parse_decimal(call.request.parameter(name));
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

bool is_json(const HttpRequest& request) {
  const std::string_view type = request.header("content-type");
  return type.starts_with("application/json") || type.starts_with("application/x-ndjson") ||
         type.starts_with("application/vnd.qinglu.entry+json");
}

/// Answer to a submission: 200 final, 202 pending, a problem for everything else.
HttpResponse submission_response(const LedgerView& view, const RecordStatus& status,
                                 ledger::Language language) {
  if (status.state == State::refused) return refusal_problem(status, language);
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
  mark(response, view);
  return response;
}

void submit(const Call& call, const HttpReply& reply, Submission submission) {
  const auto wait = wait_of(call);
  const auto timeout = timeout_of(call);
  if (!wait) return reply(problem(400, "USAGE", "`wait` is none, pending, final or cosigned"));
  if (!timeout) return reply(problem(400, "USAGE", "`timeout` is at most 60s"));
  if (!is_json(call.request)) return reply(problem(415, "MEDIA_TYPE", "submissions are application/json"));
  Node& node = call.node;
  const ledger::Language language = language_of(call.request);
  node.submit(std::move(submission), *wait, *timeout,
              [&node, reply, language](Result<RecordStatus> status) {
                if (!status) return reply(problem(status.error()));
                reply(submission_response(*node.view(), *status, language));
              });
}

void dry_run(const Call& call, const HttpReply& reply, const Submission& submission) {
  if (!is_json(call.request)) return reply(problem(415, "MEDIA_TYPE", "submissions are application/json"));
  auto status = call.node.dry_run(submission);
  if (!status) return reply(problem(status.error()));
  if (status->state == State::refused) return reply(refusal_problem(*status, language_of(call.request)));
  Value body = status_value(*status);
  body.set("state", Value("acceptable"));
  answer(*call.node.view(), reply, body);
}

/// One item per line: the manifest entry, then each body.
std::optional<Submission> batch_from(const std::string& body) {
  Submission submission;
  submission.batch = true;
  std::string_view rest = body;
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
  submit(call, reply, Submission{call.request.body, {}, false});
}
void check_record(const Call& call, const HttpReply& reply) {
  dry_run(call, reply, Submission{call.request.body, {}, false});
}
void post_batch(const Call& call, const HttpReply& reply) {
  auto submission = batch_from(call.request.body);
  if (!submission) return reply(problem(422, "BATCH_COUNT", "more lines than a batch may have"));
  submit(call, reply, std::move(*submission));
}
void check_batch(const Call& call, const HttpReply& reply) {
  auto submission = batch_from(call.request.body);
  if (!submission) return reply(problem(422, "BATCH_COUNT", "more lines than a batch may have"));
  dry_run(call, reply, *submission);
}

std::optional<Digest> record_id(const Call& call, const HttpReply& reply) {
  auto id = from_sha256_id(call.parts[0]);
  if (!id) reply(problem(400, "USAGE", "a record id is sha256: and 64 lower-case hex digits"));
  return id;
}

void get_record(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  auto status = call.node.status_of(*id);
  if (!status) return reply(problem(status.error()));
  if (!*status) return reply(problem(404, "NOT_FOUND", "this node knows no such record"));
  const auto view = call.node.view();
  Value body = status_value(**status);
  if ((*status)->state == State::final) {
    auto record = view->record(*id);
    if (!record) return reply(problem(record.error()));
    if (*record) {
      auto entry = ledger::parse_canonical((*record)->entry);
      if (!entry) return reply(problem(503, "CORRUPT", "the stored entry does not parse"));
      body.set("entry", std::move(*entry));
    }
  }
  answer(*view, reply, body);
}

/// Calls `use` with the logged record, or answers why there is none.
template <class Use>
void with_record(const Call& call, const HttpReply& reply, Use use) {
  const auto id = record_id(call, reply);
  if (!id) return;
  const auto view = call.node.view();
  auto record = view->record(*id);
  if (!record) return reply(problem(record.error()));
  if (!*record) return reply(problem(404, "NOT_FOUND", "the log holds no such record"));
  use(*view, *id, **record);
}

void get_entry(const Call& call, const HttpReply& reply) {
  with_record(call, reply, [&](const LedgerView& view, const Digest&, LoggedRecord& record) {
    answer_bytes(view, reply, std::move(record.entry), "application/vnd.qinglu.entry+json", true);
  });
}

void get_record_proof(const Call& call, const HttpReply& reply) {
  with_record(call, reply, [&](const LedgerView& view, const Digest&, const LoggedRecord& record) {
    auto path = view.inclusion(record.index, view.head().size);
    if (!path) return reply(problem(path.error()));
    Value body = inclusion_value(record.index, view.head().size, *path);
    body.set("checkpoint", Value(view.head().checkpoint));
    answer(view, reply, body);
  });
}

void get_evidence(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  const auto view = call.node.view();
  auto file = view->record_evidence(*id);
  if (!file) return reply(problem(file.error()));
  answer_bytes(*view, reply, std::move(*file), "application/vnd.qinglu.evidence+json", false);
}

void get_receipt(const Call& call, const HttpReply& reply) {
  const auto id = record_id(call, reply);
  if (!id) return;
  auto status = call.node.status_of(*id);
  if (!status) return reply(problem(status.error()));
  if (!*status || (*status)->receipt.empty()) {
    return reply(problem(404, "NOT_FOUND", "this node holds no receipt for it"));
  }
  answer_bytes(*call.node.view(), reply, (*status)->receipt, "application/json", false);
}

void get_subject(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  auto body = subject_value(*view, call.parts[0]);
  if (!body) return reply(problem(body.error()));
  answer(*view, reply, *body);
}

void get_party(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  auto body = party_value(*view, call.parts[0]);
  if (!body) return reply(problem(body.error()));
  answer(*view, reply, *body);
}

void get_history(const Call& call, const HttpReply& reply) {
  const std::string_view subject = call.request.parameter("subject");
  const auto category = call.request.parameter("category").empty() ? 0 : number(call, "category");
  const auto from = call.request.parameter("from").empty() ? 0 : number(call, "from");
  const auto limit = call.request.parameter("limit").empty() ? 100 : number(call, "limit");
  if (subject.empty() || !category || *category > 6 || !from || !limit || *limit > kPageMax) {
    return reply(problem(400, "USAGE", "subject, category 0..6, from and limit up to 500"));
  }
  const auto view = call.node.view();
  auto body = history_value(*view, subject, static_cast<std::uint8_t>(*category), *from, *limit);
  if (!body) return reply(problem(body.error()));
  answer(*view, reply, *body);
}

void get_inclusion(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  const auto leaf = number(call, "leaf");
  const auto size = call.request.parameter("size").empty() ? view->head().size : number(call, "size");
  if (!leaf || !size) return reply(problem(400, "USAGE", "`leaf` and `size` are decimal numbers"));
  auto path = view->inclusion(*leaf, *size);
  if (!path) return reply(problem(path.error()));
  answer(*view, reply, inclusion_value(*leaf, *size, *path));
}

void get_consistency(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  const auto from = number(call, "from");
  const auto to = call.request.parameter("to").empty() ? view->head().size : number(call, "to");
  if (!from || !to) return reply(problem(400, "USAGE", "`from` and `to` are decimal numbers"));
  auto path = view->consistency(*from, *to);
  if (!path) return reply(problem(path.error()));
  answer(*view, reply, Value(Value::Members{{"from", *from}, {"path", path_value(*path)}, {"to", *to}}));
}

void get_state_proof(const Call& call, const HttpReply& reply) {
  const std::string_view ns = call.request.parameter("ns");
  auto key = from_base64(call.request.parameter("key"));
  static constexpr std::string_view kNamespaces = "PKRMVLTSEHFA";
  if (ns.size() != 1 || kNamespaces.find(ns[0]) == kNamespaces.npos || !key) {
    return reply(problem(400, "USAGE", "`ns` is one letter of PKRMVLTSEHFA, `key` base64 of the key bytes"));
  }
  const auto view = call.node.view();
  auto proof = view->state_proof({static_cast<ledger::Namespace>(ns[0]), *key});
  if (!proof) return reply(problem(proof.error()));
  auto body = ledger::parse_canonical(proof->proof);
  QL_CHECK(static_cast<bool>(body));
  body->set("key", Value(to_base64(*key)));
  body->set("ns", Value(ns));
  body->set("seal_index", Value(proof->seal_index));
  if (proof->value) body->set("value", Value(to_base64(*proof->value)));
  answer(*view, reply, *body);
}

void get_checkpoint(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = view->head().checkpoint;
  response.headers.emplace_back("Cache-Control", "max-age=1");
  mark(response, *view);
  reply(std::move(response));
}

void get_tile(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  auto tile = view->tile(call.parts[0]);
  if (!tile) return reply(problem(tile.error()));
  answer_bytes(*view, reply, std::move(*tile), "application/octet-stream", true);
}

void get_block(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  const auto height = parse_decimal(call.parts[0]);
  if (!height) return reply(problem(400, "USAGE", "a height is a decimal number"));
  auto seal = view->seal(*height);
  if (!seal) return reply(problem(seal.error()));
  if (!*seal) return reply(problem(404, "NOT_FOUND", "no block of this height"));
  auto note = view->finality_note(*height);
  if (!note) return reply(problem(note.error()));
  auto parsed = ledger::parse_canonical(**seal);
  if (!parsed) return reply(problem(503, "CORRUPT", "the stored seal does not parse"));
  Value body(Value::Members{{"height", *height}, {"seal", std::move(*parsed)}});
  if (*note) body.set("finality_note", Value(**note));
  answer(*view, reply, body);
}

void get_genesis(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  answer_bytes(*view, reply, view->genesis().bytes, "application/json", true);
}

void get_root(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  Value::Items links;
  for (const Route& route : routes()) {
    links.push_back(Value(Value::Members{
        {"method", route.method}, {"path", route.pattern}, {"purpose", route.purpose}}));
  }
  answer(*view, reply,
         Value(Value::Members{{"ledger_id", to_sha256_id(view->genesis().ledger_id)},
                              {"links", std::move(links)},
                              {"member", call.node.status().member},
                              {"origin", view->genesis().origin}}));
}

void get_status(const Call& call, const HttpReply& reply) {
  const auto view = call.node.view();
  answer(*view, reply, node_value(*view, call.node.status()));
}

void get_livez(const Call&, const HttpReply& reply) {
  reply(HttpResponse{200, "application/json", "{\"alive\":true}", {}});
}

void get_readyz(const Call& call, const HttpReply& reply) {
  const NodeStatus status = call.node.status();
  if (!status.serving) return reply(problem(503, "HALTED", status.halted));
  reply(HttpResponse{200, "application/json", "{\"ready\":true}", {}});
}

void get_schemas(const Call& call, const HttpReply& reply) {
  Value::Items names;
  for (const ledger::RecordType* type : ledger::record_types()) names.push_back(Value(type->name));
  answer(*call.node.view(), reply, Value(Value::Members{{"schemas", std::move(names)}}));
}

void get_schema(const Call& call, const HttpReply& reply) {
  const ledger::RecordType* type = ledger::find_record_type(call.parts[0]);
  if (!type) return reply(problem(404, "NOT_FOUND", "no record type of this name"));
  answer_bytes(*call.node.view(), reply, ledger::json_schema(*type), "application/schema+json", false);
}

void get_problem(const Call& call, const HttpReply& reply) {
  const ledger::Message* message = ledger::find_message(call.parts[0]);
  if (!message) return reply(problem(404, "NOT_FOUND", "no such code"));
  answer(*call.node.view(), reply, issue_value({std::string(message->code), "", "", {}, {}, {}}));
}

constexpr Route kRoutes[] = {
    {"GET", "/v1", get_root, "this list"},
    {"GET", "/v1/status", get_status, "height, checkpoint, quorum, pool"},
    {"POST", "/v1/records", post_record, "submit a record entry; ?wait=none|pending|final|cosigned&timeout=10s"},
    {"POST", "/v1/records/check", check_record, "dry run: all problems at once, no effect"},
    {"POST", "/v1/batches", post_batch, "submit a batch: manifest entry, then one body per line"},
    {"POST", "/v1/batches/check", check_batch, "dry run of a batch"},
    {"GET", "/v1/records/{id}", get_record, "state of a record, with its entry once final"},
    {"GET", "/v1/records/{id}/entry", get_entry, "exact stored bytes"},
    {"GET", "/v1/records/{id}/proof", get_record_proof, "inclusion proof under the checkpoint"},
    {"GET", "/v1/records/{id}/receipt", get_receipt, "intake receipt of this node"},
    {"GET", "/v1/records/{id}/evidence", get_evidence, "evidence file for the record"},
    {"GET", "/v1/patents/{key*}", get_subject, "a patent (pat:, fpat:, cmt:) with its timeline"},
    {"GET", "/v1/subjects/{key*}", get_subject, "any subject with its timeline"},
    {"GET", "/v1/parties/{id}", get_party, "a party, its keys and roles"},
    {"GET", "/v1/history", get_history, "lines of a subject's complete list; ?subject&category&from&limit"},
    {"GET", "/v1/proof/inclusion", get_inclusion, "?leaf&size"},
    {"GET", "/v1/proof/consistency", get_consistency, "?from&to"},
    {"GET", "/v1/proof/state", get_state_proof, "presence or absence of a state row; ?ns&key"},
    {"GET", "/v1/checkpoint", get_checkpoint, "C2SP checkpoint, cosigned"},
    {"GET", "/v1/tile/{path*}", get_tile, "C2SP tlog-tiles"},
    {"GET", "/v1/blocks/{height}", get_block, "seal and finality note of a block"},
    {"GET", "/v1/genesis", get_genesis, "the genesis document, log entry 0"},
    {"GET", "/v1/schemas", get_schemas, "names of all record types"},
    {"GET", "/v1/schemas/{name}", get_schema, "JSON Schema of a record type"},
    {"GET", "/v1/problems/{code}", get_problem, "what a code means, in both languages"},
    {"GET", "/livez", get_livez, "the process answers"},
    {"GET", "/readyz", get_readyz, "the node takes submissions"},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace qinglu::api
