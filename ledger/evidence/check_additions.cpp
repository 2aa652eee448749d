// SPDX-License-Identifier: Apache-2.0
// What was put to a file from outside the log, or taken from a record for ever: time-stamps, files beside it,
// erased fields.
#include <map>
#include <set>
#include <tuple>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/opening.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/evidence/additions.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {
namespace {

std::string place(std::string_view array, std::size_t i) { return "/" + std::string(array) + "/" + std::to_string(i); }

}  // namespace

std::vector<NamedFile> named_files(const Value& body) {
  std::vector<NamedFile> files;
  const auto add = [&files](const Value& digests, const Value& item) {
    const auto sha256 = from_sha256_id(digests.text_of("sha256"));
    if (!sha256) return;
    NamedFile file{std::string(item.text_of("media")), *sha256, std::nullopt, static_cast<std::uint64_t>(item.integer_of("size"))};
    if (digests.find("sm3")) file.sm3 = digests.text_of("sm3");
    files.push_back(std::move(file));
  };
  for (const Value& item : body.items_of("attach")) add(item, item);
  const Value* data = body.find("data");
  const Value* digest = body.text_of("type") == "evidence.deposit" && data ? data->find("digest") : nullptr;
  if (digest) add(*digest, *data);
  return files;
}

Outcome check_erased(Verification& v) {
  if (v.evidence.erased.empty() && v.evidence.disclosures.empty()) return std::nullopt;
  std::set<std::pair<std::string, std::string>> gone;  // record id, field: by any notice that is shown
  std::vector<std::set<std::pair<std::string, std::string>>> by;
  std::vector<std::string> ids;
  for (const EntryWork& record : v.records) {
    ids.push_back(to_sha256_id(record_id_of(record.entry->body_bytes)));
    by.push_back(erased_fields(record.entry->body()));
    gone.insert(by.back().begin(), by.back().end());
  }
  for (std::size_t i = 0; i < v.evidence.erased.size(); ++i) {
    const auto& field = v.evidence.erased[i];
    if (by[field.notice_ref].contains({ids[field.record_ref], field.name})) continue;
    return failure(Check::erased, place("erased", i) + ": no notice of erasure there names " + field.name + " of that record");
  }
  for (std::size_t i = 0; i < v.evidence.disclosures.size(); ++i) {
    const auto& shown = v.evidence.disclosures[i];
    if (!gone.contains({ids[shown.record_ref], field_of(shown.name, shown.path)})) continue;
    return failure(Check::erased, place("disclosures", i) + ": " + shown.name + " was erased");
  }
  return std::nullopt;
}

Outcome check_timestamps(Verification& v) {
  const Digest imprint = crypto::sha256(v.evidence.checkpoint);
  Outcome late;
  for (std::size_t i = 0; i < v.evidence.timestamps.size(); ++i) {
    const std::string where = place("timestamps", i);
    auto token = crypto::read_timestamp_token(v.evidence.timestamps[i].token);
    if (!token) return failure(Check::timestamp, where + ": " + token.error().detail);
    if (token->imprint != imprint) return failure(Check::timestamp, where + ": stamps something else than the checkpoint");
    // The imprint itself shows that the note was there first. An earlier time shows that one of two clocks is
    // wrong, which nobody in the file can decide, and which makes nothing untrue that the log says.
    const std::int64_t earliest = v.head_seal.time_ms - static_cast<std::int64_t>(kClockSkewSeconds) * 1000;
    const bool future = v.options.now && token->time_ms / 1000 > *v.options.now;
    if (!late && (future || token->time_ms < earliest)) {
      late = failure(Check::timestamp, CheckClass::warning,
                     where + (future ? ": is of a later time than now" : ": is of an earlier time than the seal that it stamps"));
    }
    v.timestamps.push_back(*std::move(token));
  }
  return late;
}

Outcome check_attachments(Verification& v) {
  // Digest, size, media type, SM3 ("" where it is not stated): the first record that names it so.
  std::map<std::tuple<Digest, std::uint64_t, std::string, std::string>, std::size_t> named;
  for (std::size_t i = 0; i < v.records.size() && !v.evidence.attachments.empty(); ++i) {
    for (const NamedFile& file : named_files(v.records[i].entry->body())) {
      named.emplace(std::tuple(file.sha256, file.size, file.media, file.sm3.value_or("")), i);
      named.emplace(std::tuple(file.sha256, file.size, file.media, ""), i);
    }
  }
  std::map<std::string_view, const GivenFile*> given;
  for (const GivenFile& file : v.options.files) given.emplace(file.name, &file);
  for (std::size_t i = 0; i < v.evidence.attachments.size(); ++i) {
    const auto& file = v.evidence.attachments[i];
    const auto refuse = [&](const char* why) { return failure(Check::attachment, place("attachments", i) + " " + why); };
    const auto by = named.find(std::tuple(file.sha256, file.size, file.media, file.sm3.value_or("")));
    if (by == named.end()) return refuse("is a file that no shown record names");
    const auto found = given.find(file.name);
    if (found != given.end() && (found->second->size != file.size || found->second->sha256 != file.sha256)) {
      return refuse("is not the file that is given under its name");
    }
    v.attachment_records.push_back(by->second);
  }
  return std::nullopt;
}

}  // namespace qinglu::ledger
