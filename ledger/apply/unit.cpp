// SPDX-License-Identifier: Apache-2.0
#include "ledger/apply/unit.hpp"

#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::ledger {
namespace {

Issue make_issue(std::string code, std::string pointer, std::string detail) {
  return {std::move(code), std::move(pointer), std::move(detail), {}, {}, {}};
}

Refusal refused(std::string code, std::string pointer, std::string detail) {
  return {{make_issue(std::move(code), std::move(pointer), std::move(detail))}, {}};
}

/// Bytes that are not what they must be: where, and why.
Refusal not_canonical(const Error& error) {
  const std::string at = error.offset ? "byte " + std::to_string(*error.offset) + ": " : "";
  const bool too_long = error.code == Errc::limit && error.offset &&
                        (*error.offset == kEntryBytesMax || *error.offset == kMemberBodyBytesMax);
  return refused(too_long ? "SIZE_LIMIT" : "NOT_CANONICAL", "", at + error.detail);
}

Refusal of_member(std::size_t n, Issue cause) {
  cause.detail = cause.code + ": " + cause.detail;
  cause.code = "BATCH_MEMBER_REFUSED";
  return {{std::move(cause)}, n};
}

/// Fills what follows from a body's bytes.
void complete(Unit::Body& body) {
  body.id = record_id_of(body.bytes);
  body.type = find_record_type(body.value.text_of("type"));
  body.form = check_form(body.value);
}

}  // namespace

std::size_t Unit::byte_count() const {
  std::size_t bytes = entry.size();
  for (const Body& member : members) bytes += member.bytes.size() + kMemberWrapperMax;
  return bytes;
}

std::variant<Unit, Refusal> parse_record_unit(BytesView entry) {
  auto parsed = parse_entry(entry);
  if (!parsed) return not_canonical(parsed.error());
  if (parsed->form != EntryForm::record) {
    return refused("NOT_CANONICAL", "", "the entry is no single record");
  }
  Unit unit;
  unit.entry = Bytes(entry);
  unit.hash = crypto::log_leaf_hash(entry);
  unit.main.bytes = Bytes(parsed->body_bytes);
  unit.main.value = std::move(*parsed->root.find("body"));
  unit.signatures = std::move(parsed->signatures);
  complete(unit.main);
  for (const auto& s : unit.signatures) unit.signed_by.emplace_back(s.party, s.key_id);
  unit.verified.resize(unit.signatures.size());
  return unit;
}

std::variant<Unit, Refusal> parse_batch_unit(BytesView manifest,
                                             const std::vector<BytesView>& bodies,
                                             std::size_t bytes_max) {
  auto parsed = parse_entry(manifest);
  if (!parsed) return not_canonical(parsed.error());
  if (parsed->form != EntryForm::manifest) {
    return refused("NOT_CANONICAL", "", "the first entry is no batch manifest");
  }
  Unit unit;
  unit.batch = true;
  unit.entry = Bytes(manifest);
  unit.hash = crypto::log_leaf_hash(manifest);
  unit.main.bytes = Bytes(parsed->body_bytes);
  unit.main.value = std::move(*parsed->root.find("body"));
  unit.main.id = record_id_of(unit.main.bytes);
  unit.main.form = check_manifest_form(unit.main.value);
  unit.signatures = std::move(parsed->signatures);
  for (const auto& s : unit.signatures) unit.signed_by.emplace_back(s.party, s.key_id);
  unit.verified.resize(unit.signatures.size());
  if (!unit.main.form.empty()) return Refusal{unit.main.form, {}};

  const auto count = static_cast<std::uint64_t>(unit.main.value.integer_of("count"));
  if (bodies.size() != count) {
    return refused("BATCH_COUNT", "/count",
                   std::to_string(bodies.size()) + " bodies, count " + std::to_string(count));
  }
  std::size_t total = manifest.size();
  for (BytesView body : bodies) total += body.size() + kMemberWrapperMax;
  if (total > bytes_max) {
    return refused("BATCH_TOO_LARGE", "",
                   std::to_string(total) + " of " + std::to_string(bytes_max) + " bytes");
  }
  const std::string_view root = unit.main.value.text_of("root");
  if (const std::string found = to_sha256_id(batch_root(bodies)); found != root) {
    return refused("BATCH_ROOT_MISMATCH", "/root", found);
  }
  const Value& signers = *unit.main.value.find("signers");
  std::set<Digest> ids = {unit.main.id};
  unit.members.reserve(bodies.size());
  for (std::size_t n = 0; n < bodies.size(); ++n) {
    auto value = parse_canonical(bodies[n], kBodyLimits);
    if (!value) return of_member(n, not_canonical(value.error()).issues[0]);
    Unit::Body& member = unit.members.emplace_back();
    member.bytes = Bytes(bodies[n]);
    member.value = std::move(*value);
    complete(member);
    const std::string_view type = member.value.text_of("type");
    if (type == "batch" || (member.type && !member.type->in_batch)) {
      return Refusal{{make_issue("BATCH_TYPE_NOT_ALLOWED", "/type", std::string(type))}, n};
    }
    if (!ids.insert(member.id).second) {
      return Refusal{{make_issue("BATCH_DUPLICATE_MEMBER", "", to_sha256_id(member.id))}, n};
    }
    if (!member.form.empty()) return of_member(n, member.form[0]);
    if (const Value& own = *member.value.find("signers"); !(own == signers)) {
      // Fewer than the manifest's: a signature is missing; others: nobody let them sign.
      const bool fewer = own.items().size() < signers.items().size();
      return of_member(n, make_issue(fewer ? "MISSING_SIGNATURE" : "ROLE_NOT_PERMITTED", "/signers",
                                     "differ from the manifest's"));
    }
  }
  return unit;
}

std::vector<Issue> verify_unit_signatures(Unit& unit, const Digest& ledger_id,
                                          const RowReader& rows) {
  std::vector<Issue> issues;
  const auto new_key =
      unit.main.type ? new_key_signature(*unit.main.type, unit.main.value) : std::nullopt;
  const std::string_view domain = unit.batch ? crypto::domain::kBatch : crypto::domain::kRecord;
  for (std::size_t i = 0; i < unit.signatures.size(); ++i) {
    const auto& s = unit.signatures[i];
    std::optional<PublicKey> key;
    if (unit.signed_by[i] == new_key) {
      key = fixed_from_hex<PublicKey>(unit.main.value.find("data")->text_of("pub"));
    } else if (const auto row = rows.find(key_row(s.party, s.key_id))) {
      key = fixed_from_hex<PublicKey>(row->text_of("pub"));
    }
    if (!key || unit.verified[i] == key) continue;
    if (crypto::verify(*key, {domain, ledger_id, unit.main.bytes}, s.signature)) {
      unit.verified[i] = key;
    } else {
      issues.push_back(make_issue("BAD_SIGNATURE", "/sigs/" + std::to_string(i),
                                  s.party + " / " + s.key_id));
    }
  }
  return issues;
}

}  // namespace qinglu::ledger
