// SPDX-License-Identifier: Apache-2.0
// What was put to a file from outside the log, or taken from a record for ever: time-stamps, files beside it,
// erased fields.
#include <map>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/evidence/additions.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {
namespace {

std::string place(std::string_view array, std::size_t i) { return "/" + std::string(array) + "/" + std::to_string(i); }

std::string id_of(const EntryWork& record) { return to_sha256_id(record_id_of(record.entry->body_bytes)); }

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
  std::set<std::pair<std::string, std::string>> gone;  // record id, field: by any notice that is shown
  std::vector<std::set<std::pair<std::string, std::string>>> by(v.records.size());
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    by[i] = erased_fields(v.records[i].entry->body());
    gone.insert(by[i].begin(), by[i].end());
  }
  const auto names = [&v](const auto& fields, std::size_t record, const std::string& name) {
    const std::string id = id_of(v.records[record]);
    return fields.contains(std::pair(id, name)) || fields.contains(std::pair(id, name + "_commit"));
  };
  for (std::size_t i = 0; i < v.evidence.erased.size(); ++i) {
    const auto& field = v.evidence.erased[i];
    if (names(by[field.notice_ref], field.record_ref, field.name)) continue;
    return failure(Check::erased, place("erased", i) + ": no notice of erasure there names " + field.name + " of that record");
  }
  for (std::size_t i = 0; i < v.evidence.disclosures.size(); ++i) {
    const auto& shown = v.evidence.disclosures[i];
    if (!names(gone, shown.record_ref, shown.name)) continue;
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
  std::multimap<std::pair<Digest, std::uint64_t>, std::pair<std::size_t, NamedFile>> named;
  if (!v.evidence.attachments.empty()) {
    for (std::size_t i = 0; i < v.records.size(); ++i) {
      for (NamedFile& file : named_files(v.records[i].entry->body())) {
        const std::pair key(file.sha256, file.size);
        named.emplace(key, std::pair(i, std::move(file)));
      }
    }
  }
  std::map<std::string_view, const GivenFile*> given;
  for (const GivenFile& file : v.options.files) given.emplace(file.name, &file);
  for (std::size_t i = 0; i < v.evidence.attachments.size(); ++i) {
    const auto& file = v.evidence.attachments[i];
    const auto refuse = [&](const char* why) { return failure(Check::attachment, place("attachments", i) + " " + why); };
    const auto [begin, end] = named.equal_range({file.sha256, file.size});
    const auto by = std::find_if(begin, end, [&](const auto& each) {
      const NamedFile& said = each.second.second;
      return said.media == file.media && (!file.sm3 || said.sm3 == file.sm3);
    });
    if (by == end) return refuse("is a file that no shown record names");
    const auto found = given.find(file.name);
    if (found != given.end() && (found->second->size != file.size || found->second->sha256 != file.sha256)) {
      return refuse("is not the file that is given under its name");
    }
    v.attachment_records.push_back(by->second.first);
  }
  return std::nullopt;
}

}  // namespace qinglu::ledger
