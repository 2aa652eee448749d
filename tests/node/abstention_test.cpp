// SPDX-License-Identifier: Apache-2.0
// The operators' way out of an abstention: what they state, and why a statement does not count.
#include "node/abstention.hpp"

#include <filesystem>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/store/rocks_store.hpp"
#include "node/setup.hpp"
#include "tests/node/members.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using ledger::Value;
using test::Members;

namespace {

/// Three members whose third has lost its disk; blocks were made before.
struct Lost {
  Members members{3};
  node::VouchRequest request;

  Lost() {
    for (std::uint64_t i = 1; i <= 2; ++i) members.submit(0, test::sign_record(test::company_body(members.genesis().ledger_id, i)), api::Wait::final).must(api::State::final);
    request = {members.genesis().ledger_id, 1, members.id(2), crypto::sha256("this abstention")};
    for (std::size_t i = 0; i < 3; ++i) members.stop(i);
  }
  std::unique_ptr<ledger::RocksStore> store(std::size_t i) const {
    auto opened = ledger::RocksStore::open_read_only(members.config(i).store_path());
    REQUIRE(opened);
    return std::move(*opened);
  }
  Result<Bytes> vouch(std::size_t i, const node::VouchRequest& asked) const {
    return node::vouch(*store(i), members.genesis(), asked, members.id(i), Members::keys(i).vote);
  }
  Bytes vouched(std::size_t i) const { return vouch(i, request).value(); }
  Result<node::Vouched> check(const Bytes& statement, const node::VouchRequest& asked) const {
    return node::check_vouch(statement, asked, members.genesis().validators, members.genesis().origin);
  }
  Result<node::Release> check(const std::vector<Bytes>& statements) const {
    return node::check_vouches(node::encode_vouches(statements), request, members.genesis().validators, members.genesis().origin);
  }
  /// The statement with one member changed, signed again by `by`.
  Bytes again(const Bytes& statement, const char* name, std::optional<Value> value, std::size_t by) const {
    const Value former = ledger::parse_canonical(statement).value();
    Value changed(Value::Members{});
    for (const std::string_view each : {"certificate", "format", "request", "signer"}) {
      if (each != name) changed.set(each, *former.find(each));
    }
    if (value) changed.set(name, std::move(*value));
    const Signature signature = Members::keys(by).vote.sign({crypto::domain::kVouch, ledger::to_canonical(changed)});
    changed.set("signature", Value(to_base64(signature.view())));
    return ledger::to_canonical(changed);
  }
};

template <class T>
bool refused(const Result<T>& result, Errc code, const std::string& why) {
  if (result) return false;
  UNSCOPED_INFO(result.error().detail);
  return result.error().code == code && result.error().detail.find(why) != std::string::npos;
}

}  // namespace

TEST_CASE("members of a quorum vouch with the highest certificate that they hold", "[node][abstain]") {
  const Lost lost;
  const auto by_a = lost.check(lost.vouched(0), lost.request);
  REQUIRE(by_a);
  CHECK(by_a->signer == lost.members.id(0));
  CHECK(by_a->view >= 2);
  const auto release = lost.check({lost.vouched(0), lost.vouched(1)});
  REQUIRE(release);
  CHECK(release->view >= by_a->view);
  CHECK(release->signers == lost.members.id(0) + ", " + lost.members.id(1));
  CHECK(refused(lost.check({lost.vouched(1)}), Errc::limit, "2 other members must vouch, there are 1"));
  CHECK(refused(lost.check({lost.vouched(1), lost.vouched(1)}), Errc::conflict, "two statements"));
}

TEST_CASE("a statement for another ledger, epoch, member or abstention does not count", "[node][abstain]") {
  const Lost lost;
  const Bytes statement = lost.vouched(0);
  const auto asked = [&](auto change) {
    node::VouchRequest other = lost.request;
    change(other);
    return lost.check(statement, other);
  };
  CHECK(refused(asked([](auto& r) { r.ledger_id = crypto::sha256("another"); }), Errc::wrong_ledger, "another ledger"));
  CHECK(refused(asked([](auto& r) { r.epoch = 2; }), Errc::wrong_ledger, "epoch 1"));
  CHECK(refused(asked([&](auto& r) { r.member = lost.members.id(1); }), Errc::usage, "it is for"));
  CHECK(refused(asked([](auto& r) { r.nonce = crypto::sha256("the one before"); }), Errc::conflict, "another request"));
}

TEST_CASE("a statement that its signer or a quorum has not signed does not count", "[node][abstain]") {
  const Lost lost;
  const Bytes statement = lost.vouched(0);
  const Value document = ledger::parse_canonical(statement).value();
  CHECK(refused(lost.check(lost.again(statement, "signer", Value(lost.members.id(1)), 0), lost.request), Errc::bad_signature, "is not"));
  CHECK(refused(lost.check(lost.again(statement, "signer", Value("stranger.example"), 0), lost.request), Errc::usage, "no member"));
  CHECK(refused(lost.check(lost.again(statement, "signer", Value(lost.members.id(2)), 2), lost.request), Errc::usage, "for itself"));
  Bytes certificate = from_base64(document.text_of("certificate")).value();
  certificate.back() = static_cast<char>(certificate.back() ^ 1);
  CHECK(refused(lost.check(lost.again(statement, "certificate", Value(to_base64(certificate)), 0), lost.request), Errc::bad_signature, "its certificate"));
  CHECK(lost.check(lost.again(statement, "certificate", std::nullopt, 0), lost.request)->view == 0);  // a lower one is no forgery
  for (std::size_t length = 0; length < statement.size(); length += 7) CHECK_FALSE(lost.check(statement.substr(0, length), lost.request));
}

TEST_CASE("a member vouches only for another of its set, and not while it abstains itself", "[node][abstain]") {
  Lost lost;
  const auto asked = [&](auto change) {
    node::VouchRequest other = lost.request;
    change(other);
    return lost.vouch(0, other);
  };
  CHECK(refused(asked([](auto& r) { r.ledger_id = crypto::sha256("another"); }), Errc::wrong_ledger, "another ledger"));
  CHECK(refused(asked([](auto& r) { r.epoch = 2; }), Errc::wrong_ledger, "epoch 2"));
  CHECK(refused(asked([&](auto& r) { r.member = lost.members.id(0); }), Errc::usage, "others vouch for it"));
  CHECK(refused(asked([](auto& r) { r.member = "stranger.example"; }), Errc::usage, "no member"));
  std::filesystem::remove_all(lost.members.config(1).data_path());
  REQUIRE(node::create_ledger(lost.members.config(1), lost.members.genesis(), node::OwnVotes::doubtful));
  CHECK(refused(lost.vouch(1, lost.request), Errc::conflict, "abstains itself"));
}

TEST_CASE("a vouch request reads back as it was written, and nothing else is one", "[node][abstain]") {
  const node::VouchRequest request{crypto::sha256("ledger"), 3, "court-1.example", crypto::sha256("nonce")};
  const Bytes bytes = node::encode_vouch_request(request);
  CHECK(node::decode_vouch_request(bytes).value() == request);
  CHECK_FALSE(node::decode_vouch_request(bytes + " "));
  CHECK_FALSE(node::decode_vouch_request("{}"));
}
