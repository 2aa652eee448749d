// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/entry.hpp"

#include <algorithm>
#include <tuple>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"

namespace qinglu::ledger {
namespace {

Error malformed(std::string why, const Value& at) {
  return {Errc::malformed, std::move(why), at.begin()};
}

bool has_exactly(const Value& object, std::initializer_list<std::string_view> keys) {
  return object.is_object() && std::ranges::equal(object.members(), keys, {}, [](const auto& m) {
           return std::string_view(m.key);
         });
}

Result<std::vector<EntrySignature>> parse_signatures(const Value& sigs) {
  if (!sigs.is_array() || sigs.items().empty()) {
    return malformed("`sigs` must be an array of at least one signature", sigs);
  }
  std::vector<EntrySignature> result;
  for (const Value& item : sigs.items()) {
    if (!has_exactly(item, {"key_id", "party", "sig", "suite"})) {
      return malformed("a signature has exactly key_id, party, sig, suite", item);
    }
    if (item.integer_of("suite") != 1) return malformed("unknown signature suite", item);
    const auto signature = fixed_from_base64<Signature>(item.text_of("sig"));
    if (!signature) return malformed("`sig` is not the base64 of 64 bytes", item);
    EntrySignature parsed{std::string(item.text_of("party")), std::string(item.text_of("key_id")),
                          *signature};
    if (parsed.party.empty() || parsed.key_id.empty()) {
      return malformed("a signature names its party and key", item);
    }
    if (!result.empty()) {
      const auto& last = result.back();
      if (std::tie(last.party, last.key_id) >= std::tie(parsed.party, parsed.key_id)) {
        return malformed("signatures ascend by party and key id, each pair once", item);
      }
    }
    result.push_back(std::move(parsed));
  }
  return result;
}

}  // namespace

const Value& Entry::body() const {
  const Value* body = root.find("body");
  QL_CHECK(body != nullptr);
  return *body;
}

Result<Entry> parse_entry(BytesView bytes) {
  auto parsed = parse_canonical(bytes, kEntryLimits);
  if (!parsed) return std::move(parsed).error();
  Entry entry{EntryForm::record, std::move(*parsed), {}, {}};
  const Value& root = entry.root;

  if (const Value* format = root.find("format")) {
    if (*format == Value("qinglu-seal/1")) {
      entry.form = EntryForm::seal;
    } else if (*format == Value("qinglu-genesis/1")) {
      entry.form = EntryForm::genesis;
    } else {
      return malformed("unknown `format`", *format);
    }
    return entry;
  }
  const bool member = has_exactly(root, {"batch", "body", "n"});
  if (!member && !has_exactly(root, {"body", "sigs"})) {
    return malformed("an entry of no known form", root);
  }
  const Value& body = entry.body();
  if (!body.is_object()) return malformed("`body` must be an object", body);
  entry.body_bytes = bytes.substr(body.begin(), body.end() - body.begin());
  if (member) {
    entry.form = EntryForm::member;
    const Value& batch = *root.find("batch");
    const Value& n = *root.find("n");
    if (!batch.is_integer() || batch.integer() < 0) return malformed("`batch` is no index", batch);
    if (!n.is_integer() || n.integer() < 0) return malformed("`n` is no position", n);
    entry.batch = static_cast<std::uint64_t>(batch.integer());
    entry.n = static_cast<std::uint64_t>(n.integer());
    return entry;
  }
  if (body.text_of("type") == "batch") entry.form = EntryForm::manifest;
  auto signatures = parse_signatures(*root.find("sigs"));
  if (!signatures) return std::move(signatures).error();
  entry.signatures = std::move(*signatures);
  return entry;
}

Bytes make_entry(BytesView body, std::vector<EntrySignature> signatures) {
  std::ranges::sort(signatures, {}, [](const auto& s) { return std::tie(s.party, s.key_id); });
  Value::Items sigs;
  for (const auto& s : signatures) {
    sigs.push_back(Value(Value::Members{
        {"key_id", s.key_id}, {"party", s.party}, {"sig", to_base64(s.signature)}, {"suite", 1}}));
  }
  Bytes entry = "{\"body\":";
  entry.append(body).append(",\"sigs\":").append(to_canonical(Value(std::move(sigs)))).append("}");
  return entry;
}

Bytes make_member_entry(std::uint64_t batch, BytesView body, std::uint64_t n) {
  Bytes entry = "{\"batch\":" + std::to_string(batch) + ",\"body\":";
  entry.append(body).append(",\"n\":").append(std::to_string(n)).append("}");
  return entry;
}

Digest record_id_of(BytesView body) { return crypto::sha256(body); }

Digest batch_root(const std::vector<BytesView>& bodies) {
  std::vector<Digest> leaves;
  leaves.reserve(bodies.size());
  for (BytesView body : bodies) leaves.push_back(crypto::log_leaf_hash(body));
  return crypto::log_root(leaves);
}

std::optional<BytesView> member_body(BytesView entry) {
  constexpr std::string_view kOpen = "{\"batch\":", kBody = ",\"body\":", kNumber = ",\"n\":";
  const std::size_t begin = entry.find(kBody), end = entry.rfind(kNumber);
  if (!entry.starts_with(kOpen) || begin == entry.npos || end == entry.npos || end < begin + kBody.size()) return std::nullopt;
  return entry.substr(begin + kBody.size(), end - begin - kBody.size());
}

}  // namespace qinglu::ledger
