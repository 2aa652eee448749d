// SPDX-License-Identifier: Apache-2.0
// The worked vector of docs/formats/finality.md, made by another implementation.
#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/codec/seal.hpp"
#include "node/agreement/certificate.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::agreement;

namespace {

crypto::SigningKey vote_key(std::size_t member) {
  return crypto::SigningKey::from_seed(std::string(32, static_cast<char>(0x10 + member)));
}

ledger::Genesis genesis() {
  return ledger::decode_genesis(test::read_test_file("vectors/qinglu/genesis.json")).value();
}

Certificate certify(const Statement& statement, const ledger::Genesis& g) {
  Certificate certificate{statement, {}};
  const Bytes message = signed_bytes(statement, g.ledger_id, g.origin);
  for (const std::size_t member : {0u, 1u, 3u}) {
    certificate.signatures.emplace_back(member, vote_key(member).sign({message}));
  }
  return certificate;
}

Statement about_block_1(Statement::Kind kind) {
  Statement s;
  s.kind = kind;
  s.epoch = 1;
  s.view = 1;
  s.block_hash = ledger::block_hash(test::read_test_file("vectors/qinglu/seal_1.json"));
  s.size = 5;
  s.root = *fixed_from_base64<Digest>("ACs0D6DugR5TuVkoCoCWccIZe+BMLX3t7FNtpxT3pCM=");
  s.state_root = *fixed_from_base64<Digest>("IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=");
  s.next_valset_hash = genesis().valset_hash;
  return s;
}

}  // namespace

TEST_CASE("certificates have the frozen bytes", "[agreement][formats]") {
  crypto::start();
  const ledger::Genesis g = genesis();
  const auto digest_of = [&](Statement::Kind kind) {
    return to_hex(crypto::sha256(certify(about_block_1(kind), g).encode(4)));
  };
  CHECK(digest_of(Statement::Kind::notarize) == "4a397b88bba313b456e50522de05625f739e86270f695b7c327f7482333a0753");
  CHECK(digest_of(Statement::Kind::nullify) == "0ff7547b2ac77889985bec5e4e4fd63b0a241a71b8eda3a2a47b6b2597a42748");
  CHECK(digest_of(Statement::Kind::finalize) == "e5e1fdbe41775ead775e194e55c25e69c78c7fd948d3854be8607c6b160d19b4");
}

TEST_CASE("a finalization converts to the frozen finality note", "[agreement][formats]") {
  const ledger::Genesis g = genesis();
  CHECK(finality_note(certify(about_block_1(Statement::Kind::finalize), g), g.validators, g.ledger_id, g.origin) ==
        test::read_test_file("vectors/qinglu/finality_note_1.txt"));
}

TEST_CASE("forged and short certificates are refused by the one verifier", "[agreement]") {
  const ledger::Genesis g = genesis();
  const Certificate good = certify(about_block_1(Statement::Kind::notarize), g);
  const Bytes bytes = good.encode(4);
  const auto read = Certificate::decode(bytes, g.validators);
  REQUIRE(read);
  CHECK(verify_certificate(*read, g.validators, g.ledger_id, g.origin));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes forged = bytes;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    const auto decoded = Certificate::decode(forged, g.validators);
    if (decoded) CHECK_FALSE(verify_certificate(*decoded, g.validators, g.ledger_id, g.origin));
  }
  Certificate short_one = good;
  short_one.signatures.pop_back();
  CHECK_FALSE(Certificate::decode(short_one.encode(4), g.validators));
  CHECK_FALSE(Certificate::decode(bytes.substr(0, bytes.size() - 1), g.validators));
  CHECK_FALSE(Certificate::decode(bytes + "x", g.validators));
}

TEST_CASE("the order of leaders follows from the epoch's genesis hash", "[agreement][formats]") {
  const Digest ledger_id = genesis().ledger_id;
  const auto order = [&](const Digest& seed, std::size_t n) {
    std::string text;
    for (std::uint64_t view = 1; view <= n; ++view) text += std::to_string(leader(seed, n, view)) + " ";
    return text;
  };
  CHECK(order(ledger_id, 4) == "0 3 1 2 ");
  CHECK(order(ledger_id, 7) == "0 4 6 2 3 5 1 ");
  CHECK(order(ledger_id, 10) == "0 4 8 2 3 5 1 6 9 7 ");
  CHECK(order(*fixed_from_hex<Digest>(std::string(64, '1')), 7) == "0 6 2 4 3 5 1 ");
  CHECK(leader(ledger_id, 4, 5) == leader(ledger_id, 4, 1));
}
