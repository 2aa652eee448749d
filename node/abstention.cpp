// SPDX-License-Identifier: Apache-2.0
#include "node/abstention.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"
#include "node/agreement/certificate.hpp"
#include "node/chain_image.hpp"
#include "node/final_chain.hpp"

namespace qinglu::node {
namespace {

using ledger::Value;
using ledger::ValidatorSet;
namespace chain_key = agreement::chain_key;

constexpr std::string_view kRequestFormat = "qinglu-vouch-request/1";
constexpr std::string_view kVouchFormat = "qinglu-vouch/1";
constexpr std::string_view kVouchesFormat = "qinglu-vouches/1";
constexpr std::size_t kMembersMax = 64;

Value to_value(const VouchRequest& request) {
  return Value(Value::Members{{"epoch", request.epoch},
                              {"format", kRequestFormat},
                              {"ledger_id", to_sha256_id(request.ledger_id)},
                              {"member", request.member},
                              {"nonce", to_hex(request.nonce)}});
}

Result<VouchRequest> request_of(const Value& document) {
  ledger::Fields f(document, "vouch request");
  f.literal("format", kRequestFormat);
  VouchRequest request;
  request.epoch = f.unsigned_integer("epoch", 1);
  request.ledger_id = f.sha256_id("ledger_id");
  request.member = f.text("member");
  request.nonce = f.hex<Digest>("nonce");
  if (auto ok = f.finish({"epoch", "format", "ledger_id", "member", "nonce"}); !ok) return std::move(ok).error();
  return request;
}

Bytes signed_message(const Value& statement) { return Bytes(crypto::domain::kVouch) + ledger::to_canonical(statement); }

const ledger::Validator* member_of(const ValidatorSet& set, const std::string& id) {
  const auto at = std::ranges::find(set.members, id, &ledger::Validator::id);
  return at == set.members.end() ? nullptr : &*at;
}

/// The view that a certificate proves: 0 for none, and for the one that led into the epoch.
Result<std::uint64_t> certified_view(const Bytes& bytes, const VouchRequest& request, const ValidatorSet& set,
                                     const std::string& origin) {
  if (bytes.empty()) return std::uint64_t{0};
  auto certificate = agreement::Certificate::decode(bytes, set);
  if (!certificate) return std::move(certificate).error();
  if (certificate->statement.epoch != request.epoch) return Error{Errc::wrong_ledger, "its certificate is of another epoch"};
  if (auto ok = agreement::verify_certificate(*certificate, set, request.ledger_id, origin); !ok) {
    return Error{Errc::bad_signature, "its certificate: " + ok.error().detail};
  }
  return certificate->statement.view;
}

/// Of the tip's epoch; empty when none is certified there yet.
Bytes highest_certificate(const agreement::DurableImage& image, const ValidatorSet& set) {
  Bytes highest = image.tip_certificate;
  std::uint64_t view = image.tip.view;
  for (const Bytes& bytes : image.certificates) {
    const auto certificate = agreement::Certificate::decode(bytes, set);
    if (certificate && certificate->statement.view > view) {
      view = certificate->statement.view;
      highest = bytes;
    }
  }
  return highest;
}

}  // namespace

Bytes encode_vouch_request(const VouchRequest& request) { return ledger::to_canonical(to_value(request)); }

Result<VouchRequest> decode_vouch_request(BytesView bytes) {
  auto document = ledger::parse_canonical(bytes);
  if (!document) return std::move(document).error();
  return request_of(*document);
}

Result<Bytes> vouch(const ledger::KvReader& store, const ledger::Genesis& genesis, const VouchRequest& request,
                    const std::string& signer, const crypto::SigningKey& vote) {
  if (request.ledger_id != genesis.ledger_id) return Error{Errc::wrong_ledger, "the request is of another ledger"};
  if (request.member == signer) return Error{Errc::usage, "the request is this member's own: others vouch for it"};
  auto tip = read_row<agreement::Tip>(store, chain_key::meta("tip"));
  if (!tip) return std::move(tip).error();
  if (!*tip) return Error{Errc::corrupt, "the database has no tip"};
  if ((*tip)->epoch != request.epoch) {
    return Error{Errc::wrong_ledger, "the request is of epoch " + std::to_string(request.epoch) + ", this node is in epoch " +
                                         std::to_string((*tip)->epoch)};
  }
  auto set = validators_of(store, genesis, request.epoch);
  if (!set) return std::move(set).error();
  if (!member_of(*set, request.member)) return Error{Errc::usage, request.member + " is no member of the set in force"};
  const ledger::Validator* self = member_of(*set, signer);
  if (!self) return Error{Errc::usage, signer + " is no member of the set in force"};
  if (self->vote_key != vote.public_key()) return Error{Errc::usage, "the vote key is not that of " + signer + " in the set"};
  auto image = read_chain_image(store, **tip);
  if (!image) return std::move(image).error();
  // Who does not know its own votes may not know the certificates that it held either.
  if (image->abstain && image->abstain->state != agreement::AbstainRow::State::over) {
    return Error{Errc::conflict, signer + " abstains itself (" + image->abstain->reason + "): its word does not count"};
  }
  Value statement(Value::Members{{"format", kVouchFormat}, {"request", to_value(request)}, {"signer", signer}});
  // An epoch in which nothing is certified yet has none.
  if (const Bytes highest = highest_certificate(*image, *set); !highest.empty()) statement.set("certificate", Value(to_base64(highest)));
  const Signature signature = vote.sign({signed_message(statement)});
  statement.set("signature", Value(to_base64(signature.view())));
  return ledger::to_canonical(statement);
}

Result<Vouched> check_vouch(BytesView bytes, const VouchRequest& request, const ValidatorSet& set, const std::string& origin) {
  auto document = ledger::parse_canonical(bytes);
  if (!document) return std::move(document).error();
  ledger::Fields f(*document, "vouch");
  f.literal("format", kVouchFormat);
  const std::string certificate_text = f.has("certificate") ? f.text("certificate") : std::string();
  const std::string signature_text = f.text("signature"), signer = f.text("signer");
  const Value& asked_value = f.object("request");
  if (auto ok = f.finish({"format", "request", "signature", "signer"}, {"certificate"}); !ok) return std::move(ok).error();
  auto asked = request_of(asked_value);
  if (!asked) return std::move(asked).error();
  const auto certificate = from_base64(certificate_text);
  const auto signature = fixed_from_base64<Signature>(signature_text);
  if (!certificate || !signature) return Error{Errc::malformed, "certificate and signature are base64"};

  if (asked->ledger_id != request.ledger_id) return Error{Errc::wrong_ledger, "it is of another ledger"};
  if (asked->member != request.member) return Error{Errc::usage, "it is for " + asked->member + ", not for " + request.member};
  if (asked->epoch != request.epoch) {
    return Error{Errc::wrong_ledger, "it is of epoch " + std::to_string(asked->epoch) + ", this node is in epoch " +
                                         std::to_string(request.epoch)};
  }
  if (asked->nonce != request.nonce) {
    return Error{Errc::conflict, "it answers another request: the node has started or begun to abstain anew since"};
  }
  if (signer == request.member) return Error{Errc::usage, "it is signed by " + signer + " for itself"};
  const ledger::Validator* by = member_of(set, signer);
  if (!by) return Error{Errc::usage, signer + " is no member of the set in force"};
  Value statement(Value::Members{{"format", kVouchFormat}, {"request", asked_value}, {"signer", signer}});
  if (!certificate_text.empty()) statement.set("certificate", Value(certificate_text));
  if (!crypto::verify(by->vote_key, signed_message(statement), *signature)) {
    return Error{Errc::bad_signature, "the signature is not " + signer + "'s"};
  }
  auto view = certified_view(*certificate, request, set, origin);
  if (!view) return std::move(view).error();
  return Vouched{signer, *view};
}

Bytes encode_vouches(const std::vector<Bytes>& statements) {
  Value::Items items;
  for (const Bytes& each : statements) items.emplace_back(to_base64(each));
  return ledger::to_canonical(Value(Value::Members{{"format", kVouchesFormat}, {"vouches", std::move(items)}}));
}

Result<Release> check_vouches(BytesView bytes, const VouchRequest& request, const ValidatorSet& set, const std::string& origin) {
  auto document = ledger::parse_canonical(bytes);
  if (!document) return std::move(document).error();
  ledger::Fields f(*document, "vouches");
  f.literal("format", kVouchesFormat);
  const Value::Items& items = f.array("vouches", 0, kMembersMax);
  if (auto ok = f.finish({"format", "vouches"}); !ok) return std::move(ok).error();
  Release release;
  std::set<std::string> signers;
  for (const Value& item : items) {
    const auto statement = from_base64(item.is_string() ? item.text() : std::string_view("?"));
    if (!statement) return Error{Errc::malformed, "vouches are base64"};
    auto vouched = check_vouch(*statement, request, set, origin);
    if (!vouched) return std::move(vouched).error();
    if (!signers.insert(vouched->signer).second) return Error{Errc::conflict, "two statements of " + vouched->signer};
    release.view = std::max(release.view, vouched->view);
    release.signers += (release.signers.empty() ? "" : ", ") + vouched->signer;
  }
  // With this member, whose operator applies them, a quorum says so.
  if (signers.size() + 1 < set.quorum()) {
    return Error{Errc::limit, std::to_string(set.quorum() - 1) + " other members must vouch, there are " + std::to_string(signers.size())};
  }
  return release;
}

}  // namespace qinglu::node
