// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/verification.hpp"

namespace qinglu::ledger {
namespace {

/// Inclusion in the tree of the note that the proof itself carries.
Outcome check_inclusion(const Verification& v, const EntryWork& work, Check check) {
  const crypto::Checkpoint& tree = v.notes[work.note].tree;
  const auto ok = crypto::verify_inclusion(
      work.proof.index, tree.size, crypto::log_leaf_hash(*work.bytes), work.proof.path, tree.root);
  if (!ok) return failure(check, work.where + ": " + ok.error().detail);
  return std::nullopt;
}

Failure bad_form(const EntryWork& work, const std::string& why) {
  return failure(Check::batch_form, work.where + ": " + why);
}

std::string text_of(const Issue& issue) {
  std::string text = issue.code;
  if (!issue.pointer.empty()) text += " " + issue.pointer;
  if (!issue.detail.empty()) text += " (" + issue.detail + ")";
  return text;
}

/// The form of one record or batch member, and what its type is.
Outcome check_record_form(const Verification& v, std::size_t i, EntryWork& work) {
  const auto& shown = v.evidence.records[i];
  const Entry& entry = *work.entry;
  if (entry.form != EntryForm::record && entry.form != EntryForm::member) {
    return bad_form(work, "the entry is no record");
  }
  if ((entry.form == EntryForm::member) != shown.member.has_value()) {
    return bad_form(work, shown.member ? "a manifest is given for a single record"
                                       : "no manifest is given for a batch member");
  }
  const Value& body = entry.body();
  // A later version's type is told as such, whatever else this version would say of its form.
  const Value* type = body.find("type");
  if (!type || !type->is_string()) return bad_form(work, "the body names no type");
  work.type = find_record_type(type->text());
  if (!work.type) {
    return failure(Check::format, work.where + ": this program does not know the record type " +
                                      type->text());
  }
  if (body.text_of("ledger_id") != to_sha256_id(v.evidence.ledger_id)) {
    return bad_form(work, "the body is of another ledger");
  }
  if (const auto issues = check_form(body); !issues.empty())
    return bad_form(work, text_of(issues[0]));
  if (shown.member) {
    const Value& manifest = v.batches[shown.member->ref].entry->body();
    if (!work.type->in_batch) return bad_form(work, "a type that no batch may hold");
    if (!(body.items_of("signers") == manifest.items_of("signers"))) {
      return bad_form(work, "signers differ from those of the manifest");
    }
  }
  return std::nullopt;
}

/// The public key of each signature, as the rows prove it.
Outcome check_signatures(const Verification& v, const EntryWork& work,
                         const std::optional<SignedBy>& new_key, BytesView domain, Check check) {
  const Entry& entry = *work.entry;
  const ProvenRows rows(v.rows, work.proof.index);
  for (const EntrySignature& signature : entry.signatures) {
    const std::string who = signature.party + " / " + signature.key_id;
    std::string_view hex;
    std::shared_ptr<const Value> row;
    if (new_key && *new_key == SignedBy{signature.party, signature.key_id}) {
      hex = entry.body().find("data")->text_of("pub");
    } else {
      row = rows.find(key_row(signature.party, signature.key_id));
      if (rows.missing()) return row_missing(*rows.missing());
      if (!row) return failure(check, work.where + ": " + who + " is no registered key");
      hex = row->text_of("pub");
    }
    const auto key = fixed_from_hex<PublicKey>(hex);
    if (!key || !crypto::verify(*key, {domain, v.evidence.ledger_id, entry.body_bytes},
                                signature.signature)) {
      return failure(check, work.where + ": the signature of " + who + " does not hold");
    }
  }
  return std::nullopt;
}

}  // namespace

const ProvenRows::Row* nearest_row(const std::vector<ProvenRows::Row>& rows, const RowKey& row, std::uint64_t seal_index) {
  const auto at = std::ranges::lower_bound(rows, std::pair(row, seal_index), {}, [](const ProvenRows::Row& proven) {
    return std::pair(proven.key, proven.seal_index);
  });
  return at != rows.end() && at->key == row ? &*at : nullptr;
}

std::shared_ptr<const Value> ProvenRows::find(const RowKey& row) const {
  if (const Row* shown = nearest_row(rows_, row, index_ + 1)) return shown->value;
  if (!missing_) missing_ = row;
  return nullptr;
}

std::string name_of(const RowKey& row) {
  const auto printable = [](char c) { return c == '\0' || (c > ' ' && c < 0x7f); };
  std::string key = std::ranges::all_of(row.key, printable) ? row.key : to_hex(row.key);
  std::ranges::replace(key, '\0', '/');
  return std::string(1, static_cast<char>(row.ns)) + " " + key;
}

Failure row_missing(const RowKey& row) {
  return failure(Check::fields, CheckClass::undecided,
                 "/state shows nothing about row " + name_of(row));
}

std::vector<SignedBy> signed_by(const Entry& entry) {
  std::vector<SignedBy> result;
  for (const EntrySignature& s : entry.signatures) result.emplace_back(s.party, s.key_id);
  return result;
}

Outcome check_record_inclusion(Verification& v) {
  for (const EntryWork& work : v.records) {
    if (Outcome bad = check_inclusion(v, work, Check::record_inclusion)) return bad;
  }
  return std::nullopt;
}

Outcome check_seals_of_records(Verification& v) {
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    const Seal& seal = v.seal(v.evidence.records[i].seal_ref);
    const std::uint64_t index = v.records[i].proof.index;
    if (index < seal.log_size_before || index >= seal.index()) {
      return failure(Check::seal_of_record,
                     v.records[i].where + ": index " + std::to_string(index) +
                         " is not in the block of entries " + std::to_string(seal.log_size_before) +
                         " to " + std::to_string(seal.index() - 1));
    }
  }
  return std::nullopt;
}

Outcome check_canonical_entries(Verification& v) {
  for (auto* works : {&v.records, &v.batches}) {
    for (EntryWork& work : *works) {
      const auto document = parse_canonical(*work.bytes, kEntryLimits);
      if (!document)
        return failure(Check::record_canonical, work.where + ": " + document.error().detail);
    }
  }
  return std::nullopt;
}

Outcome check_entry_forms(Verification& v) {
  for (auto* works : {&v.batches, &v.records}) {
    for (EntryWork& work : *works) {
      auto entry = parse_entry(*work.bytes);
      if (!entry) return bad_form(work, entry.error().detail);
      work.entry = *std::move(entry);
    }
  }
  for (std::size_t i = 0; i < v.batches.size(); ++i) {
    const EntryWork& work = v.batches[i];
    if (work.entry->form != EntryForm::manifest) return bad_form(work, "the entry is no manifest");
    const Value& body = work.entry->body();
    if (const auto issues = check_manifest_form(body); !issues.empty())
      return bad_form(work, text_of(issues[0]));
    if (body.text_of("ledger_id") != to_sha256_id(v.evidence.ledger_id)) {
      return bad_form(work, "the manifest is of another ledger");
    }
    const bool used = std::ranges::any_of(v.evidence.records, [i](const auto& record) {
      return record.member && record.member->ref == i;
    });
    if (!used) return bad_form(work, "no record shown is of this batch");
  }
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    if (Outcome bad = check_record_form(v, i, v.records[i])) return bad;
  }
  return std::nullopt;
}

Outcome check_batch_inclusion(Verification& v) {
  for (const EntryWork& work : v.batches) {
    if (Outcome bad = check_inclusion(v, work, Check::batch_inclusion)) return bad;
  }
  return std::nullopt;
}

Outcome check_batch_positions(Verification& v) {
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    if (!v.evidence.records[i].member) continue;
    const Entry& member = *v.records[i].entry;
    const EntryWork& manifest = v.signed_entry(i);
    const std::int64_t count = manifest.entry->body().integer_of("count");
    const auto refuse = [&](const char* why) {
      return failure(Check::batch_position, v.records[i].where + ": " + why);
    };
    if (count < 1 || static_cast<std::size_t>(count) > kBatchCountMax)
      return refuse("count of the batch");
    if (member.n >= static_cast<std::uint64_t>(count)) return refuse("position beyond the batch");
    if (manifest.proof.index != member.batch) return refuse("the manifest is of another batch");
    if (v.records[i].proof.index != member.batch + 1 + member.n)
      return refuse("the member stands elsewhere");
  }
  return std::nullopt;
}

Outcome check_batch_paths(Verification& v) {
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    const auto& shown = v.evidence.records[i].member;
    if (!shown) continue;
    const Entry& member = *v.records[i].entry;
    const Value& manifest = v.signed_entry(i).entry->body();
    const auto root = from_sha256_id(manifest.text_of("root"));
    const auto count = static_cast<std::uint64_t>(manifest.integer_of("count"));
    if (!root ||
        !crypto::verify_inclusion(member.n, count, crypto::log_leaf_hash(member.body_bytes),
                                  shown->path, *root)) {
      return failure(Check::batch_path,
                     v.records[i].where + ": the body does not lead to the batch's root");
    }
  }
  return std::nullopt;
}

Outcome check_batch_signatures(Verification& v) {
  for (const EntryWork& work : v.batches) {
    if (Outcome bad = check_signatures(v, work, std::nullopt, crypto::domain::kBatch,
                                       Check::batch_signature)) {
      return bad;
    }
  }
  return std::nullopt;
}

Outcome check_record_signatures(Verification& v) {
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    if (v.evidence.records[i].member) continue;
    const EntryWork& work = v.records[i];
    const auto new_key = new_key_signature(*work.type, work.entry->body());
    if (Outcome bad =
            check_signatures(v, work, new_key, crypto::domain::kRecord, Check::record_signature)) {
      return bad;
    }
  }
  return std::nullopt;
}

Outcome check_authority(Verification& v) {
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    const EntryWork& signed_entry = v.signed_entry(i);
    const std::uint64_t index = signed_entry.proof.index;
    const ProvenRows rows(v.rows, index);
    const auto issues = check_signers(*v.records[i].type, v.records[i].entry->body(),
                                      signed_by(*signed_entry.entry), index, rows);
    // Where a row is not shown at all, the issues say nothing about the record.
    if (rows.missing()) return row_missing(*rows.missing());
    if (!issues.empty())
      return failure(Check::signers, v.records[i].where + ": " + text_of(issues[0]));
  }
  return std::nullopt;
}

Outcome check_issuer(Verification& v) {
  if (!v.evidence.issuer) return std::nullopt;
  const auto& issuer = *v.evidence.issuer;
  if (crypto::verify(issuer.key, issuer_message(v.evidence), issuer.sig)) return std::nullopt;
  return failure(Check::issuer, "the signature of the issuer does not hold");
}

Outcome check_compromised_keys(Verification& v) {
  for (std::size_t i = 0; i < v.records.size(); ++i) {
    const EntryWork& work = v.signed_entry(i);
    const ProvenRows rows(v.rows, work.proof.index);
    for (const SignedBy& by : signed_by(*work.entry)) {
      const auto row = rows.find(key_row(by.first, by.second));
      const Value* from = row ? row->find("compromised_from") : nullptr;
      if (from && v.seal(v.evidence.records[i].seal_ref).time_ms / 1000 >= from->integer()) {
        return failure(Check::compromised_key, v.records[i].where + ": key " + by.first + " / " +
                                                   by.second + " was reported compromised from " +
                                                   format_instant(from->integer()));
      }
    }
  }
  return std::nullopt;
}

}  // namespace qinglu::ledger
