// SPDX-License-Identifier: Apache-2.0
#include "cli/evidence_additions.hpp"

#include <algorithm>
#include <iostream>

#include "cli/output.hpp"
#include "cli/verifier/files_beside.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/timestamp_token.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/evidence/additions.hpp"
#include "ledger/evidence/evidence_file.hpp"

namespace qinglu::cli {
namespace {

constexpr std::uint64_t kAttachmentMax = (std::uint64_t{1} << 53) - 1;

Result<ledger::Evidence> read_evidence(BytesView bytes) {
  ledger::Evidence evidence;
  if (const auto bad = ledger::decode_evidence(bytes, evidence)) return Error{Errc::malformed, bad->detail};
  return evidence;
}

/// What the records of the file say of one with this digest and size.
std::optional<ledger::NamedFile> named_by(const ledger::Evidence& evidence, const ledger::GivenFile& file) {
  for (const auto& record : evidence.records) {
    const auto entry = ledger::parse_entry(record.entry);
    if (!entry) continue;
    for (ledger::NamedFile& named : ledger::named_files(entry->body())) {
      if (named.sha256 == file.sha256 && named.size == file.size) return std::move(named);
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Bytes> with_attachments(BytesView bytes, const std::vector<std::string>& paths) {
  auto evidence = read_evidence(bytes);
  if (!evidence) return std::move(evidence).error();
  for (const std::string& path : paths) {
    const auto file = read_given_file(path, kAttachmentMax);
    if (!file) return Error{Errc::not_found, path + " cannot be read"};
    const std::string name = path.substr(path.rfind('/') + 1);
    const auto named = named_by(*evidence, *file);
    if (!named) return Error{Errc::usage, "no record in the evidence names " + path + ", " + to_sha256_id(file->sha256)};
    auto& list = evidence->attachments;
    const auto at = std::ranges::lower_bound(list, name, {}, &ledger::Evidence::Attachment::name);
    if (!ledger::is_attachment_name(name) || (at != list.end() && at->name == name)) {
      return Error{Errc::usage, path + ": the name cannot stand beside the evidence, or does twice"};
    }
    list.insert(at, {name, named->media, file->sha256, named->sm3, file->size});
  }
  evidence->issuer.reset();
  return ledger::encode_evidence(*evidence);
}

int evidence_timestamp(const Settings& settings, const std::string& file, const std::string& answer, const std::string& output, bool force) {
  const auto refuse = [&settings](const Error& error, int code) { return report_error(settings, error, code); };
  auto bytes = read_input(file, ledger::kEvidenceLimits.bytes_max);
  if (!bytes) return refuse(bytes.error(), exit_code_of(bytes.error()));
  auto evidence = read_evidence(*bytes);
  if (!evidence) return refuse({Errc::malformed, file + ": " + evidence.error().detail}, kRefuted);
  const Digest imprint = crypto::sha256(evidence->checkpoint);
  Bytes made = crypto::timestamp_query(imprint);
  ledger::Value told(ledger::Value::Members{{"file", output}, {"imprint", to_hex(imprint)}});
  if (!answer.empty()) {
    auto response = read_input(answer, 1u << 20);
    if (!response) return refuse(response.error(), exit_code_of(response.error()));
    auto token = crypto::timestamp_token_in(*response);
    if (!token) return refuse({token.error().code, answer + ": " + token.error().detail}, kRefuted);
    const auto read = crypto::read_timestamp_token(*token);
    if (!read) return refuse({read.error().code, answer + ": " + read.error().detail}, kRefuted);
    if (read->imprint != imprint) return refuse({Errc::malformed, answer + " stamps something else than the checkpoint of " + file}, kRefuted);
    const auto same = [&](const auto& stamp) { return stamp.token == *token; };
    if (std::ranges::none_of(evidence->timestamps, same)) evidence->timestamps.push_back({*std::move(token)});
    evidence->issuer.reset();
    made = ledger::encode_evidence(*evidence);
    told.set("time_ms", read->time_ms);
  }
  if (output == "-") {
    std::cout << made;
    return kOk;
  }
  if (auto ok = write_output(output, made, force); !ok) return refuse(ok.error(), exit_code_of(ok.error()));
  Output out(settings, "evidence.timestamp");
  out.document(std::move(told));
  out.line(output + "  sha256:" + to_hex(imprint));
  return kOk;
}

}  // namespace qinglu::cli
