// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/statement.hpp"

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::ledger {

Bytes SignedStatement::sign(const Value& body, std::string_view domain, const Digest& ledger_id, const crypto::SigningKey& key) {
  const Bytes bytes = to_canonical(body);
  return "{\"body\":" + bytes + ",\"sig\":\"" + to_base64(key.sign({domain, ledger_id, bytes})) + "\",\"suite\":1}";
}

Result<SignedStatement> SignedStatement::parse(BytesView bytes, std::string_view what) {
  auto document = parse_canonical(bytes);
  if (!document) return std::move(document).error();
  SignedStatement statement;
  statement.bytes_ = bytes;
  statement.what_ = what;
  statement.document_ = *std::move(document);
  Fields outer(statement.document_, what);
  outer.literal("suite", 1);
  outer.object("body");
  const auto signature = fixed_from_base64<Signature>(outer.text("sig"));
  if (!signature) outer.fail("sig", "must be base64 of 64 bytes");
  if (auto ok = outer.finish({"body", "sig", "suite"}); !ok) return std::move(ok).error();
  statement.signature_ = *signature;
  return statement;
}

const Value& SignedStatement::body() const { return *document_.find("body"); }

Result<void> SignedStatement::verify(const PublicKey& key, std::string_view domain, const Digest& ledger_id) const {
  const BytesView slice = bytes_.substr(body().begin(), body().end() - body().begin());
  if (crypto::verify(key, {domain, ledger_id, slice}, signature_)) return {};
  return Error{Errc::bad_signature, "the signature of the " + std::string(what_) + " does not verify"};
}

}  // namespace qinglu::ledger
