// SPDX-License-Identifier: Apache-2.0
#include "tests/support/signed_records.hpp"

#include "crypto/base/check.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/catalog/schema.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/model/numbers.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random.hpp"

namespace qinglu::test {

using namespace ledger;

namespace {

constexpr std::int64_t kExpiresAt = kLedgerBeginMs / 1000 + 86'400;

Value parsed(std::string_view text) {
  auto value = parse_canonical(text);
  QL_CHECK(value);
  return std::move(*value);
}

std::string digits(std::uint64_t number, std::size_t count) {
  const std::string text = std::to_string(number);
  return std::string(count - text.size(), '0') + text;
}

std::string hash_of(std::string_view what, std::uint64_t n) {
  return to_sha256_id(crypto::sha256(std::string(what) + std::to_string(n)));
}

std::string nonce_text(std::uint64_t nonce) {
  return to_hex(crypto::sha256("nonce " + std::to_string(nonce))).substr(0, 32);
}

std::string company_uscc(std::uint64_t n) {
  for (const char check : std::string_view("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
    const std::string uscc = "91500000QL" + digits(2 * n + 100, 7) + check;
    if (is_uscc_form(uscc) && uscc_check_holds(uscc)) return uscc;
  }
  QL_CHECK(false);
  return {};
}

std::string app_no(std::uint64_t n) {
  const std::string twelve = "20261" + digits(n, 7);
  return twelve + app_no_check(twelve);
}

Value organisation(std::string name, std::string_view uscc) {
  return Value::Members{{"kind", "ORG"}, {"name", std::move(name)}, {"region", "50"}, {"uscc", uscc}};
}

/// A made-up right with classes enough to fill the store's small buffers within some blocks.
Value foreign_body(const Digest& ledger_id, std::uint64_t n) {
  Random random(n);
  Value::Items ipc;
  for (int i = 0; i < 90; ++i) {
    // One draw a statement: compilers differ in the order of a sum's parts.
    const auto last = random.below(100);
    const auto middle = 1 + random.below(99);
    const auto first = 1 + random.below(27);
    ipc.emplace_back("F" + digits(first, 2) + "D" + std::to_string(middle) + "/" + digits(last, 2));
  }
  Value data(Value::Members{
      {"dates", Value::Members{{"publication", "2020-02-04"}}},
      {"ipc", std::move(ipc)},
      {"kind", "B2"},
      {"number", std::to_string(10'000'000 + n)},
      {"office", "US"},
      {"organisations", Value::Items{Value::Members{{"name", "Example Works " + std::to_string(n)}, {"role", "ASSIGNEE"}}}},
      {"source", Value::Members{{"name", "made up"}, {"sha256", hash_of("source", n)}}},
      {"synthetic", true},
      {"title", "Heat recovery device " + std::to_string(n)}});
  return record_body(ledger_id, "foreign.register", std::move(data), 1'000'000 + n);
}

SignedUnit key_of_applicant(const Digest& ledger_id) {
  Value body = record_body(ledger_id, "key.add",
                           Value::Members{{"key_id", "k1"},
                                          {"party", kApplicantParty},
                                          {"pub", to_hex(record_key(kApplicantParty).public_key())},
                                          {"suite", 1}},
                           3);
  body.set("signers", Value::Items{kOfficeParty, kApplicantParty});
  return sign_record(body);
}

SignedUnit commitment(const Digest& ledger_id, std::uint64_t n) {
  Value body = record_body(ledger_id, "patent.commit",
                           Value::Members{{"applicant_commit", hash_of("applicant", n)},
                                          {"doc_commit", hash_of("documents", n)},
                                          {"type", "INV"}},
                           n);
  body.set("role", "PARTY");
  body.set("signers", Value::Items{kApplicantParty});
  body.set("submitter", kApplicantParty);
  return sign_record(body);
}

Value application_body(const Digest& ledger_id, std::uint64_t n) {
  return record_body(ledger_id, "patent.accept",
                     Value::Members{{"app_no", app_no(n)},
                                    {"applicant_count", 1},
                                    {"filing_date", "2026-11-20"},
                                    {"title_commit", hash_of("title", n)},
                                    {"type", "INV"}},
                     n);
}

}  // namespace

crypto::SigningKey record_key(std::string_view party) {
  return crypto::SigningKey::from_seed(BytesView(crypto::sha256("key of " + std::string(party))));
}

Value record_body(const Digest& ledger_id, std::string_view type, Value data, std::uint64_t nonce) {
  const RecordType* known = find_record_type(type);
  QL_CHECK(known != nullptr);
  Value body(Value::Members{{"class", "PUBLIC"},
                            {"data", std::move(data)},
                            {"event_date", "2026-11-23"},
                            {"expires_at", kExpiresAt},
                            {"ledger_id", to_sha256_id(ledger_id)},
                            {"nonce", nonce_text(nonce)},
                            {"role", "IPO"},
                            {"rule_pack", 1},
                            {"signers", Value::Items{kOfficeParty}},
                            {"submitter", kOfficeParty},
                            {"type", type},
                            {"v", 1}});
  Value::Items subjects;
  for (const std::string& subject : derive_subjects(*known, body)) subjects.emplace_back(subject);
  body.set("subjects", std::move(subjects));
  return body;
}

SignedUnit sign_record(const Value& body) {
  const Bytes bytes = to_canonical(body);
  const auto ledger_id = from_sha256_id(body.text_of("ledger_id"));
  QL_CHECK(ledger_id.has_value());
  std::vector<EntrySignature> signatures;
  for (const Value& signer : body.items_of("signers")) {
    signatures.push_back({signer.text(), "k1",
                          record_key(signer.text()).sign({crypto::domain::kRecord, *ledger_id, bytes})});
  }
  return {make_entry(bytes, std::move(signatures)), {}, record_id_of(bytes)};
}

SignedUnit sign_batch(const Digest& ledger_id, const std::vector<Value>& bodies, std::uint64_t nonce) {
  SignedUnit batch;
  for (const Value& body : bodies) batch.bodies.push_back(to_canonical(body));
  const Bytes manifest = to_canonical(
      Value::Members{{"count", static_cast<std::int64_t>(bodies.size())},
                     {"expires_at", kExpiresAt},
                     {"ledger_id", to_sha256_id(ledger_id)},
                     {"nonce", nonce_text(nonce)},
                     {"root", to_sha256_id(batch_root({batch.bodies.begin(), batch.bodies.end()}))},
                     {"signers", Value::Items{kOfficeParty}},
                     {"submitter", kOfficeParty},
                     {"type", "batch"},
                     {"v", 1}});
  const auto signature = record_key(kOfficeParty).sign({crypto::domain::kBatch, ledger_id, manifest});
  batch.entry = make_entry(manifest, {{kOfficeParty, "k1", signature}});
  batch.id = record_id_of(manifest);
  return batch;
}

Value company_body(const Digest& ledger_id, std::uint64_t n) {
  return record_body(ledger_id, "party.register",
                     organisation("示例" + std::to_string(n) + "公司", company_uscc(n)), 2'000'000 + n);
}

SignedUnit story_unit(const Digest& ledger_id, std::uint64_t n) {
  switch (n) {
    case 1: {
      Value body = record_body(ledger_id, "table.publish", parsed(read_test_file("data/tables/ST3_OFFICES.json")), n);
      body.set("role", "GOV");
      return sign_record(body);
    }
    case 2:
      return sign_record(record_body(ledger_id, "party.register",
                                     organisation("示例大学", kApplicantParty.substr(4)), n));
    case 3: return key_of_applicant(ledger_id);
    default: break;
  }
  switch (n % 6) {
    case 0: {
      std::vector<Value> bodies;
      for (std::uint64_t i = 1; i <= 3; ++i) bodies.push_back(foreign_body(ledger_id, 4 * n + i));
      return sign_batch(ledger_id, bodies, n);
    }
    case 1: return sign_record(application_body(ledger_id, n));
    case 2:
      return sign_record(record_body(
          ledger_id, "patent.prelim_result",
          Value::Members{{"date", "2026-11-23"}, {"kind", "PASSED"}, {"pat", "pat:" + app_no(n - 1)}}, n));
    case 3: return commitment(ledger_id, n);
    case 4: return sign_record(foreign_body(ledger_id, 4 * n));
    default: return sign_record(company_body(ledger_id, n));
  }
}

}  // namespace qinglu::test
