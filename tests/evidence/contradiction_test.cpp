// SPDX-License-Identifier: Apache-2.0
// Files that name a member: what proves a contradiction, and what proves none.
#include <array>
#include <functional>
#include <string>
#include <utility>

#include "crypto/base/binary.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/contradiction.hpp"
#include "ledger/evidence/contradiction_report.hpp"
#include "tests/evidence/sample_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using ledger::Contradiction;
using test::SampleLedger;

namespace {

constexpr int kVote = 0x10, kCosign = 0x20;
constexpr std::uint64_t kView = 7;

/// A ledger of four members, of whom the fourth lies.
struct World {
  SampleLedger ledger;
  crypto::SigningKey vote = ledger.member_key(1, 3, kVote);
  crypto::SigningKey cosigning = ledger.member_key(1, 3, kCosign);
  Bytes trust = ledger::encode_trust(ledger.trust());

  static Digest block(int n) { return crypto::sha256("block " + std::to_string(n)); }
  Bytes vote_bytes(std::string_view domain, int n, std::uint64_t view = kView, std::uint64_t epoch = 1) const {
    BinaryWriter out;
    out.raw(domain).raw(ledger.ledger_id().view()).u64(epoch).u64(view);
    if (domain != crypto::domain::kNullify) out.raw(block(n).view());
    return std::move(out).bytes();
  }
  Bytes propose(int n) const { return vote_bytes(crypto::domain::kPropose, n); }
  Bytes notarize(int n, std::uint64_t view = kView, std::uint64_t epoch = 1) const {
    return vote_bytes(crypto::domain::kNotarize, n, view, epoch);
  }
  Bytes nullify(std::uint64_t view = kView) const { return vote_bytes(crypto::domain::kNullify, 0, view); }
  Bytes finalize(int n, int root = 0, std::uint64_t view = kView) const {
    return crypto::format_finality_text({ledger.origin(), 9, block(100 + root), block(200), 1, view, block(n), block(300)});
  }
  Bytes cosign(std::uint64_t size, int root) const {
    return crypto::cosignature_message(1'790'000'000, crypto::format_checkpoint({ledger.origin(), size, block(root)}));
  }
  Contradiction said(const std::string& code, const Bytes& first, const Bytes& second) const {
    const crypto::SigningKey& key = code == "E6" ? cosigning : vote;
    return {code, ledger.ledger_id(), ledger.origin(), "member-3.example", key.public_key(), {first, key.sign({first})}, {second, key.sign({second})}};
  }
  ledger::ContradictionReport judge(const Contradiction& c) const {
    return ledger::verify_contradiction(ledger::encode_contradiction(c), trust);
  }
};

}  // namespace

TEST_CASE("two statements that no honest member signs both are proven, for each code", "[contradiction][F43][F44]") {
  const World w;
  const std::pair<const char*, std::pair<Bytes, Bytes>> cases[] = {
      {"E1", {w.propose(1), w.propose(2)}},     {"E2", {w.notarize(1), w.notarize(2)}},
      {"E3", {w.nullify(), w.finalize(1)}},     {"E3", {w.finalize(1), w.nullify()}},
      {"E4", {w.finalize(1), w.finalize(2)}},   {"E4", {w.finalize(1), w.finalize(1, 1)}},
      {"E5", {w.notarize(1), w.finalize(2)}},   {"E5", {w.finalize(2), w.notarize(1)}},
      {"E6", {w.cosign(9, 1), w.cosign(9, 2)}}};
  for (const auto& [code, pair] : cases) {
    CAPTURE(code);
    const auto report = w.judge(w.said(code, pair.first, pair.second));
    CHECK(report.exit_code() == 0);
    for (const auto language : {ledger::Language::zh, ledger::Language::en}) {
      const std::string text = render_text(report, language, true);
      CHECK(text.find("member-3.example") != std::string::npos);
      CHECK(text.find(std::string(code) + ": ") != std::string::npos);
    }
    const ledger::Value json = ledger::render_json(report);
    CHECK(json.text_of("verdict") == "verified");
    CHECK(json.find("facts")->text_of("code") == code);
    CHECK(json.find("facts")->items_of("statements").size() == 2);
  }
}

TEST_CASE("statements that an honest member signs both name nobody", "[contradiction][F56]") {
  const World w;
  const std::pair<const char*, std::pair<Bytes, Bytes>> cases[] = {
      {"E1", {w.propose(1), w.propose(1)}},                       // the same
      {"E1", {w.propose(1), w.notarize(1)}},                      // a leader does both
      {"E1", {w.notarize(1), w.notarize(2)}},                     // another code's
      {"E2", {w.notarize(1), w.notarize(1)}},                     {"E2", {w.notarize(1), w.notarize(2, kView + 1)}},
      {"E2", {w.notarize(1), w.notarize(2, kView, 2)}},           {"E3", {w.nullify(), w.finalize(1, 0, kView + 1)}},
      {"E3", {w.nullify(), w.notarize(1)}},                       // a view that took too long
      {"E3", {w.nullify(), w.nullify()}},                         {"E4", {w.finalize(1), w.finalize(1)}},
      {"E4", {w.finalize(1), w.finalize(2, 0, kView + 1)}},       {"E5", {w.notarize(1), w.finalize(1)}},
      {"E5", {w.notarize(1), w.finalize(2, 0, kView + 1)}},       {"E6", {w.cosign(9, 1), w.cosign(10, 2)}},
      {"E6", {w.cosign(9, 1), w.cosign(9, 1)}}};
  for (const auto& [code, pair] : cases) {
    CAPTURE(code, &pair - &cases[0].second);
    const auto report = w.judge(w.said(code, pair.first, pair.second));
    CHECK(report.exit_code() == 1);
    CHECK(render_text(report, ledger::Language::en, true).find("C06_CONTRADICTION") != std::string::npos);
  }
}

TEST_CASE("a file that blames somebody falsely is refuted, and one that cannot be told is undecided", "[contradiction][F56]") {
  const World w;
  const Contradiction good = w.said("E2", w.notarize(1), w.notarize(2));
  struct Case {
    const char* what;
    std::function<void(Contradiction&)> change;
    int exit;
    const char* code;
  };
  const crypto::SigningKey other = w.ledger.member_key(1, 0, kVote);
  const Case cases[] = {
      {"another member's name", [](Contradiction& c) { c.member = "member-0.example"; }, 1, "C04_MEMBER"},
      {"a name that no member has", [](Contradiction& c) { c.member = "nobody.example"; }, 1, "C04_MEMBER"},
      {"a key that somebody made",
       [&](Contradiction& c) {
         const auto made = crypto::SigningKey::from_seed(Bytes(32, 'x'));
         c.key = made.public_key();
         c.first.signature = made.sign({c.first.bytes});
         c.second.signature = made.sign({c.second.bytes});
       },
       1, "C04_MEMBER"},
      {"one signature of another member", [&](Contradiction& c) { c.second.signature = other.sign({c.second.bytes}); }, 1, "C05_SIGNATURES"},
      {"bytes that were not signed", [&](Contradiction& c) { c.second.bytes = w.notarize(3); }, 1, "C05_SIGNATURES"},
      {"bytes of no statement",
       [&](Contradiction& c) {
         c.second.bytes = "hello";
         c.second.signature = w.vote.sign({c.second.bytes});
       },
       1, "C01_FILE"},
      {"a view that no block can have",
       [&](Contradiction& c) {
         c.first.bytes = w.notarize(1, ~std::uint64_t{0});
         c.second.bytes = w.notarize(2, ~std::uint64_t{0});
         c.first.signature = w.vote.sign({c.first.bytes});
         c.second.signature = w.vote.sign({c.second.bytes});
       },
       1, "C01_FILE"},
      {"another ledger",
       [](Contradiction& c) {
         c.origin = "other.example/qinglu";
         c.ledger_id = crypto::sha256("other");
       },
       1, "C01_FILE"},
      {"a code of a later version", [](Contradiction& c) { c.code = "E9"; }, 3, "C01_FILE"},
      {"a later epoch's key",
       [&](Contradiction& c) {
         const auto later = w.ledger.member_key(2, 3, kVote);
         c.key = later.public_key();
         c.first.bytes = w.notarize(1, kView, 2);
         c.second.bytes = w.notarize(2, kView, 2);
         c.first.signature = later.sign({c.first.bytes});
         c.second.signature = later.sign({c.second.bytes});
       },
       3, "C04_MEMBER"}};
  for (const Case& each : cases) {
    CAPTURE(each.what);
    Contradiction c = good;
    each.change(c);
    const auto report = w.judge(c);
    CHECK(report.exit_code() == each.exit);
    CHECK(report.said.empty());
    CHECK(render_text(report, ledger::Language::zh, false).find(each.code) != std::string::npos);
    CHECK(ledger::render_json(report).find("facts") == nullptr);
  }
  const Bytes file = ledger::encode_contradiction(good);
  CHECK(ledger::verify_contradiction(file, {}).exit_code() == 3);
  CHECK(ledger::verify_contradiction(file, "{}").exit_code() == 3);
  ledger::Trust bare = w.ledger.trust();
  bare.validators.reset();
  CHECK(ledger::verify_contradiction(file, ledger::encode_trust(bare)).exit_code() == 3);
  ledger::Trust elsewhere = w.ledger.trust();
  elsewhere.ledger_id = crypto::sha256("another ledger");
  CHECK(ledger::verify_contradiction(file, ledger::encode_trust(elsewhere)).exit_code() == 1);
}

TEST_CASE("a contradiction has the frozen bytes, and none of them may change", "[contradiction][formats]") {
  const World w;
  const Bytes frozen = test::read_test_file("vectors/qinglu/contradiction_e2.json");
  CHECK(ledger::encode_contradiction(w.said("E2", w.notarize(1), w.notarize(2))) == frozen);
  CHECK(ledger::is_contradiction(frozen));
  CHECK(ledger::verify_contradiction(frozen, w.trust).exit_code() == 0);
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    Bytes bent = frozen;
    bent[i] = static_cast<char>(bent[i] ^ 1);
    CHECK(ledger::verify_contradiction(bent, w.trust).exit_code() != 0);
  }
  CHECK_FALSE(ledger::is_contradiction(ledger::encode_evidence(ledger::Evidence{})));
  CHECK_FALSE(ledger::is_contradiction("no file at all"));
}
