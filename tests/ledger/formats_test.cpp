// SPDX-License-Identifier: Apache-2.0
// Frozen bytes: a failure here means that evidence of earlier years would no longer verify.
#include "crypto/base/encoding.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/opening.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/codec/erasure.hpp"
#include "ledger/codec/openings_request.hpp"
#include "ledger/codec/receipt.hpp"
#include "ledger/codec/seal.hpp"
#include "ledger/model/rows.hpp"
#include "crypto/trie_proof.hpp"
#include "ledger/proving/cose_receipt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace qinglu;
using namespace qinglu::ledger;

namespace {

Digest digest(std::string_view hex) { return fixed_from_hex<Digest>(hex).value(); }
std::string vector_file(const std::string& name) { return test::read_test_file("vectors/qinglu/" + name); }

Digest state_root_of_vector() { return digest(std::string(64, '2').replace(0, 64, "2121212121212121212121212121212121212121212121212121212121212121")); }

}  // namespace

TEST_CASE("the genesis document and its seal have the frozen bytes", "[formats][genesis]") {
  crypto::start();
  const std::string bytes = vector_file("genesis.json");
  REQUIRE(bytes.size() == 3'396);
  const auto genesis = decode_genesis(bytes);
  REQUIRE(genesis);
  CHECK(to_hex(genesis->ledger_id) == "881303fb1c33420dc6206bad02191ba2c7fec5e0fa1ff7476208d579298f2d94");
  CHECK(to_hex(genesis->valset_hash) == "5929b4b08fd72ab97e357b2cbbabb4432ad7010082c6dec191c6e8572b2b2743");
  CHECK(genesis->validator_bytes.size() == 2'139);
  CHECK(genesis->validators.quorum() == 3);
  CHECK(encode_genesis(*genesis) == bytes);

  const Bytes seal = encode_seal(genesis_seal(*genesis, state_root_of_vector()));
  CHECK(seal == vector_file("genesis_seal.json"));
  CHECK(seal.size() == 760);
  const Digest leaves[] = {crypto::log_leaf_hash(bytes), crypto::log_leaf_hash(seal)};
  CHECK(to_hex(leaves[0]) == "34e346d7f16d39813e80bff278ac4724b11012edd7779bc5919699020af6b71c");
  CHECK(to_hex(leaves[1]) == "3c55bd4af003a380c86f109ec708213db7f3be77d12c6de93305c9aeccfafa9e");
  CHECK(to_hex(crypto::log_root(leaves)) == "0dad5697437db9b15a3d30be655411697534991fb966be723a49694ae77d3e8b");
}

TEST_CASE("a seal is read and written byte for byte, and its hash is the frozen one", "[formats][seal]") {
  const std::string bytes = vector_file("seal_1.json");
  const auto seal = decode_seal(bytes);
  REQUIRE(seal);
  CHECK(encode_seal(*seal) == bytes);
  CHECK(to_hex(block_hash(bytes)) == "d8c3bb0f0d8540854d2261552451cfcf43a2e01107baa2d235a2d86369c81ea1");
  CHECK(to_hex(justification_hash(BytesView("\0\0\0\0", 4))) ==
        "444ccc03f3727ff73b7a1612a8b3d62d5b9c2a80c25ebf367585e4d18d61ffc4");
}

TEST_CASE("a seal with a twentieth member, or one of nineteen missing, is refused", "[formats][seal]") {
  std::string bytes = vector_file("seal_1.json");
  auto value = parse_canonical(bytes);
  REQUIRE(value);
  const Value complete = *value;
  for (const auto& member : complete.members()) {
    Value without = *value;
    without.erase(member.key);
    CHECK_FALSE(decode_seal(to_canonical(without)));
  }
  value->set("extra", Value(1));
  CHECK_FALSE(decode_seal(to_canonical(*value)));
}

TEST_CASE("the batch vector: bodies, root, manifest and member entries", "[formats][batch]") {
  const std::string text = vector_file("batch_bodies.txt");
  std::vector<BytesView> bodies;
  for (BytesView rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    bodies.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  REQUIRE(bodies.size() == 3);
  CHECK(to_hex(record_id_of(bodies[0])) == "e1792fce5e0f7f6eedba5578e05d1415d9b7cc8750d0dd55aa3015ecc8c36c1f");
  CHECK(to_hex(record_id_of(bodies[1])) == "8b927c1d2ec4a141b70b64680c0da4306206e216d3346759666e61ff010c7b77");
  CHECK(to_hex(record_id_of(bodies[2])) == "9b670720ceeca3f736ae8914c6fb8e06c01fbb9bc9db5c01fa8e326497ff1977");
  CHECK(to_hex(batch_root(bodies)) == "f5f1530a3be386e83e423cd0e16714c82cb92d8b26a15b653a1a6de8712ae5bf");

  const std::string manifest = vector_file("batch_manifest.json");
  const auto entry = parse_entry(manifest);
  REQUIRE(entry);
  CHECK(entry->form == EntryForm::manifest);
  CHECK(entry->body_bytes.size() == 312);
  CHECK(to_hex(crypto::log_leaf_hash(manifest)) == "fb344ca1dabc21e033fc7b92a1749d4266ee761bf782203df052fe77066382b8");
  CHECK(make_entry(entry->body_bytes, entry->signatures) == manifest);
  const auto key = fixed_from_hex<PublicKey>("ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1");
  const Digest ledger = digest(std::string(64, '1'));
  CHECK(crypto::verify(*key, {crypto::domain::kBatch, ledger, entry->body_bytes}, entry->signatures[0].signature));
  CHECK_FALSE(crypto::verify(*key, {crypto::domain::kRecord, ledger, entry->body_bytes}, entry->signatures[0].signature));

  const char* leaves[] = {"969d593988796e70fae460d8695937c6be3de9c936b263ddda94f621f82d553b",
                          "d1db3120817b26e34870ad69698c571b3a45a35d26173f7ae1d5f4f63e7e6b69",
                          "0e29d7f1835ccc6f0c596880a6db1e1760857e948fb91f0220ab171adfd3a6cb"};
  for (std::uint64_t n = 0; n < 3; ++n) {
    const Bytes member = make_member_entry(40, bodies[n], n);
    CHECK(to_hex(crypto::log_leaf_hash(member)) == leaves[n]);
    const auto parsed = parse_entry(member);
    REQUIRE(parsed);
    CHECK(parsed->form == EntryForm::member);
    CHECK(parsed->body_bytes == bodies[n]);
  }
}

TEST_CASE("a single record's signature and entry are the frozen ones", "[formats][record]") {
  crypto::start();
  const auto key = crypto::SigningKey::from_seed(std::string(32, '\x03'));
  const Bytes body = "{\"signers\":[\"org:test\"],\"text\":\"甲\",\"type\":\"test.note\",\"v\":1}";
  const Signature signature = key.sign({crypto::domain::kRecord, digest(std::string(64, '1')), body});
  const Bytes entry = make_entry(body, {{"org:test", "k1", signature}});
  CHECK(to_hex(crypto::log_leaf_hash(entry)) == "f0ba2498ff102fca6c4823bc5b97c6f5a1a911df4075bc50967809d702c0c0dd");
  const auto parsed = parse_entry(entry);
  REQUIRE(parsed);
  CHECK(parsed->form == EntryForm::record);
  CHECK(parsed->body_bytes == body);
}

TEST_CASE("the example body of an acceptance has the frozen record id", "[formats][record]") {
  const std::string body = vector_file("body_patent_accept.json");
  CHECK(body.size() == 739);
  CHECK(to_sha256_id(record_id_of(body)) == "sha256:404f7ff2d3353cc7ea3a48a99e3f0e909238c8b9ae46f56a6ab9bba20e91ccc8");
  CHECK(parse_canonical(body, kBodyLimits));
}

TEST_CASE("a receipt has the frozen bytes, and only its node's key verifies it", "[formats][receipt]") {
  crypto::start();
  const auto key = crypto::SigningKey::from_seed(std::string(32, '\x50'));
  const Receipt receipt{digest(std::string(64, '1')), digest(std::string(64, '2')), "ip-office.example",
                        1'790'000'000'123, 1'790'003'600};
  const Bytes bytes = sign_receipt(receipt, key);
  CHECK(to_hex(crypto::sha256(bytes)) == "22b5718b6aa0432d27e3258f8b6973ec4c50b34383aa04a05cbd68dece3710e8");
  const auto read = verify_receipt(bytes, key.public_key());
  REQUIRE(read);
  CHECK(read->record_id == receipt.record_id);
  CHECK(read->valid_until == receipt.valid_until);
  const auto other = crypto::SigningKey::from_seed(std::string(32, '\x51'));
  CHECK_FALSE(verify_receipt(bytes, other.public_key()));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes forged = bytes;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    CHECK_FALSE(verify_receipt(forged, key.public_key()));
  }
}

TEST_CASE("an acknowledgement of an erasure has the frozen bytes, and only its node's key verifies it", "[formats][erasure]") {
  crypto::start();
  const auto key = crypto::SigningKey::from_seed(std::string(32, '\x50'));
  const Erasure erasure{digest(std::string(64, '1')), digest(std::string(64, '2')), "ip-office.example",
                        {{digest(std::string(64, '3')), "operator_commit"}, {digest(std::string(64, '3')), "fee"}}, 1'790'000'000'123};
  const Bytes bytes = sign_erasure(erasure, key);
  CHECK(to_hex(crypto::sha256(bytes)) == "24195255ab994ee50260910cbb53921b14ea062ba8d973753703a1cc8aa486bc");
  const auto read = verify_erasure(bytes, key.public_key());
  REQUIRE(read);
  CHECK(read->notice == erasure.notice);
  CHECK(read->fields == erasure.fields);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes forged = bytes;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    CHECK_FALSE(verify_erasure(forged, key.public_key()));
  }
}

TEST_CASE("openings and requests for them have one form", "[formats][openings]") {
  crypto::start();
  const Openings openings{digest(std::string(64, '3')), {{"fee", Value(30'000'000), crypto::Salt::from(std::string(32, '\x04')), {digest(std::string(64, '5'))}}}};
  const Bytes bytes = encode_openings(openings);
  CHECK(to_hex(crypto::sha256(bytes)) == "1aaeda25ac1f7201c5ac45ffdc2fe54fe4ebd385d26e9c4d48816aa728a41d49");
  const auto read = decode_openings(bytes);
  REQUIRE(read);
  CHECK(encode_openings(*read) == bytes);
  Openings twice = openings;
  twice.openings.push_back(openings.openings[0]);
  CHECK_FALSE(decode_openings(encode_openings(twice)));
  CHECK_FALSE(decode_openings(encode_openings({openings.record, {}})));

  const auto key = crypto::SigningKey::from_seed(std::string(32, '\x50'));
  const Bytes request = sign_openings_request({digest(std::string(64, '1')), openings.record, "org:test", "k1", "court.example", 1'790'000'000'123}, key);
  CHECK(to_hex(crypto::sha256(request)) == "3cc220cf8df1bd9682114917b3d7f8dcf6623f490e755156e46fa1ab1acba256");
  const auto asked = read_openings_request(request);
  REQUIRE(asked);
  CHECK(asked->verify(key.public_key()));
  CHECK(asked->request.party == "org:test");
  CHECK_FALSE(asked->verify(crypto::SigningKey::from_seed(std::string(32, '\x51')).public_key()));
}

// Both made with Python's cbor2 and cryptography.
TEST_CASE("COSE receipts have the frozen bytes", "[formats][receipt]") {
  const auto key = crypto::SigningKey::from_seed(std::string(32, '\x50'));
  CHECK(to_hex(cose_key_thumbprint(key.public_key())) == "437b3a9bef71371fe253d601ad0c057da7851f340e326fbbec2ee38d0f8a4f85");
  InclusionReceipt receipt{"ledger.example/qinglu", digest(std::string(64, '2')), 70'000, digest(std::string(64, '7')), 300, {}};
  for (const char c : {'3', '4', '5', '6'}) receipt.path.push_back(digest(std::string(64, c)));
  CHECK(to_hex(crypto::sha256(sign_inclusion_receipt(receipt, key))) == "57710bc94977a3c2dc9aa26136cadadf07192e4c529dea7f1eb3fd788d5a2834");
  receipt.size = std::uint64_t{1} << 40;
  receipt.index = 23;
  CHECK(to_hex(crypto::sha256(sign_inclusion_receipt(receipt, key))) == "0c79a2f611ea88349bf941c7206aef93c0cfdb6fbd6b2215e4efa99b1b87f03e");
}

TEST_CASE("the keys of state rows have the frozen paths", "[formats][state]") {
  const auto path = [](const RowKey& row) { return to_hex(crypto::state_path(static_cast<char>(row.ns), row.key)); };
  CHECK(path(history_row("pat:202610123456X")) == "204d1d85faded1e0d9456928ff5b4f160b0412913a12cd5a776aee6a04275672");
  CHECK(path(alias_row("pat:202610123456X")) == "617f49d780a68872629bb32436e5f3e55c8990a7a94f93610c379b747384a353");
  CHECK(path(key_row("org:test", "k1")) == "42c25ebb3e3362765da5e5f0cb628a3332b8583116312294367f58f2d9930530");
  CHECK(path(history_row("agt:org:test")) == "4e5db5fc9da752c1a8daa37f4f60f58e161d49bbc1cd644c4f0575a3f579dbde");
}

TEST_CASE("the policy of a validator set is the frozen text and is read back whole", "[formats][policy]") {
  const Genesis genesis = decode_genesis(vector_file("genesis.json")).value();
  const std::string text = policy_text(genesis.validators, genesis.origin);
  CHECK(text == vector_file("policy.txt"));
  const auto policy = crypto::parse_policy(text);
  REQUIRE(policy);
  REQUIRE(policy->witnesses.size() == genesis.validators.n());
  REQUIRE(policy->logs.size() == genesis.validators.n());
  for (std::size_t i = 0; i < genesis.validators.n(); ++i) {
    CHECK(policy->witnesses[i].key == cosign_note_key(genesis.validators.members[i]));
    CHECK(policy->logs[i] == log_note_key(genesis.validators.members[i], genesis.origin));
  }
  CHECK(policy->groups.at(0).threshold == genesis.validators.quorum());
  CHECK(policy->quorum == policy->groups[0].name);
}
