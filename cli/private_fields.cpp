// SPDX-License-Identifier: Apache-2.0
#include "cli/private_fields.hpp"

#include <algorithm>
#include <iostream>
#include <set>

#include "cli/output.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/evidence/evidence_file.hpp"

namespace qinglu::cli {
namespace {

using ledger::Opening;
using ledger::Value;

/// Text as it stands, unless it is JSON of another kind than a string.
Value value_of(const std::string& text) {
  auto parsed = ledger::parse_canonical_value(text);
  return parsed && !parsed->is_string() ? *std::move(parsed) : Value(text);
}

}  // namespace

Result<ledger::Openings> read_openings(const std::string& file) {
  auto text = read_input(file, ledger::kOpeningsBytesMax);
  if (!text) return std::move(text).error();
  while (text->ends_with('\n')) text->pop_back();
  auto openings = ledger::decode_openings(*text);
  if (!openings) return Error{Errc::usage, file + " is no file of openings: " + openings.error().detail};
  return openings;
}

Result<Committed> commit_fields(const ledger::RecordType& type, const std::vector<std::string>& texts, Value& data) {
  const auto secret = crypto::RecordSecret::from(crypto::random_bytes(crypto::RecordSecret::kSize));
  std::vector<std::pair<std::string, Value>> slots;
  Committed committed;
  std::vector<std::string> seen;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos) return Error{Errc::usage, "--private is NAME=VALUE"};
    std::string name = text.substr(0, equals);
    std::ranges::replace(name, '-', '_');
    if (std::ranges::find(seen, name) != seen.end()) return Error{Errc::usage, "--private " + name + " is given once"};
    seen.push_back(name);
    Value value = value_of(text.substr(equals + 1));
    if (std::ranges::find(type.fields, name + "_commit", &ledger::Field::name) != type.fields.end()) {
      const crypto::Salt salt = crypto::field_salt(secret, name);
      data.set(name + "_commit", to_sha256_id(crypto::field_commitment(name, salt, ledger::to_canonical(value))));
      committed.openings.push_back({std::move(name), std::move(value), salt, {}});
    } else if (std::ranges::find(type.private_slots, name) != type.private_slots.end()) {
      slots.emplace_back(std::move(name), std::move(value));
    } else {
      std::string known;
      for (const std::string_view slot : type.private_slots) known += (known.empty() ? "" : ", ") + std::string(slot);
      return Error{Errc::usage, std::string(type.name) + " has no confidential field " + name + (known.empty() ? "" : "; it has " + known)};
    }
  }
  if (slots.empty()) return committed;
  std::vector<Digest> filler(ledger::private_width(type));
  for (Digest& each : filler) each = Digest::from(crypto::random_bytes(Digest::kSize));
  auto section = ledger::PrivateSection::make(type, secret, slots, filler);
  if (!section) return std::move(section).error();
  section->put_into(committed.envelope);
  for (const auto& [name, value] : slots) committed.openings.push_back(*section->open(name));
  return committed;
}

Result<std::string> keep_openings(const Settings& settings, const std::string& record_id, const std::vector<Opening>& openings) {
  std::string stem = record_id;
  std::ranges::replace(stem, ':', '-');
  const std::string file = settings.state + "/openings/" + stem + ".json";
  if (auto ok = write_output(file, ledger::encode_openings({*from_sha256_id(record_id), openings}) + "\n", true, Access::owner); !ok) return std::move(ok).error();
  return file;
}

int evidence_disclose(const Settings& settings, const std::string& file, const std::string& openings_file,
                      const std::vector<std::string>& names, const std::string& output, bool force) {
  auto openings = read_openings(openings_file);
  if (!openings) return report_error(settings, openings.error(), exit_code_of(openings.error()));
  auto bytes = read_input(file, ledger::kEvidenceLimits.bytes_max);
  if (!bytes) return report_error(settings, bytes.error(), exit_code_of(bytes.error()));
  ledger::Evidence evidence;
  if (const auto bad = ledger::decode_evidence(*bytes, evidence)) {
    return report_error(settings, {Errc::malformed, file + ": " + bad->detail}, kRefuted);
  }
  std::optional<std::size_t> position;
  Value body;
  std::set<std::pair<std::string, std::string>> gone;
  for (std::size_t i = 0; i < evidence.records.size(); ++i) {
    const auto entry = ledger::parse_entry(evidence.records[i].entry);
    if (entry) gone.merge(ledger::erased_fields(entry->body()));
    if (!entry || position || ledger::record_id_of(entry->body_bytes) != openings->record) continue;
    position = i;
    body = entry->body();
  }
  if (!position) return report_error(settings, {Errc::usage, file + " does not show " + to_sha256_id(openings->record)}, kUsage);
  for (const std::string& name : names) {
    const auto opening = std::ranges::find(openings->openings, name, &Opening::name);
    if (opening == openings->openings.end()) return report_error(settings, {Errc::usage, openings_file + " opens no " + name}, kUsage);
    if (auto opened = ledger::open_field(body, *opening); !opened) {
      return report_error(settings, {Errc::malformed, name + ": " + opened.error().detail}, kRefuted);
    }
    if (gone.contains({to_sha256_id(openings->record), ledger::field_of(*opening)})) {
      return report_error(settings, {Errc::denied, name + " was erased (PIPL 47) and is shown to nobody"}, kDenied);
    }
    std::erase_if(evidence.disclosures, [&](const auto& shown) { return shown.record_ref == *position && shown.name == name; });
    evidence.disclosures.push_back({*position, name, ledger::to_canonical(opening->value), opening->salt, opening->path});
  }
  evidence.issuer.reset();  // whose signature was over the file without them
  if (auto ok = write_output(output, ledger::encode_evidence(evidence), force); !ok) {
    return report_error(settings, ok.error(), exit_code_of(ok.error()));
  }
  Output out(settings, "evidence.disclose");
  Value::Items shown(names.begin(), names.end());
  out.document(Value(Value::Members{{"fields", std::move(shown)}, {"file", output}, {"record", to_sha256_id(openings->record)}}));
  out.line(output);
  return kOk;
}

}  // namespace qinglu::cli
