// SPDX-License-Identifier: Apache-2.0
// Every answer that claims to prove something is recomputed with the crypto library alone.
#include "api/views.hpp"
#include "crypto/base/binary.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "crypto/note.hpp"
#include "crypto/trie_proof.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/receipt.hpp"
#include "ledger/evidence/trust.hpp"
#include "ledger/evidence/verify.hpp"
#include "ledger/proving/cose_receipt.hpp"
#include "tests/api/served_ledger.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using test::check_problem;
using test::Json;
using test::Reply;
using test::ServedLedger;
using test::story_unit;

namespace {

Digest hash_in(const Json& base64) {
  const auto hash = fixed_from_base64<Digest>(base64.get<std::string>());
  REQUIRE(hash.has_value());
  return *hash;
}

std::vector<Digest> path_in(const Json& path) {
  std::vector<Digest> hashes;
  for (const Json& each : path) hashes.push_back(hash_in(each));
  return hashes;
}

std::string number(std::uint64_t n) { return std::to_string(n); }

/// A reader that trusts nothing but the checkpoint: it keeps the whole log, taken from entry bundles.
struct Reader {
  explicit Reader(ServedLedger& from) : served(from) { refresh(); }

  void refresh() {
    const Reply reply = served.get("/v1/checkpoint");
    REQUIRE(reply.status == 200);
    CHECK(reply.type == "text/plain; charset=utf-8");
    const auto note = crypto::parse_note(reply.body);
    REQUIRE(note);
    const auto checkpoint = crypto::parse_checkpoint(note->text);
    REQUIRE(checkpoint);
    head = *checkpoint;
    entries.clear();
    leaves.clear();
    for (std::uint64_t n = 0; n * 256 < head.size; ++n) {
      const std::uint64_t width = std::min<std::uint64_t>(256, head.size - n * 256);
      read_bundle(served.get("/v1/tile/entries/" + tile(n, width)), width);
    }
    for (const Bytes& entry : entries) leaves.push_back(crypto::log_leaf_hash(entry));
    REQUIRE(crypto::log_root(leaves) == head.root);
  }

  static std::string tile(std::uint64_t n, std::uint64_t width) {
    const std::string digits = "00" + number(n);
    return digits.substr(digits.size() - 3) + (width == 256 ? "" : ".p/" + number(width));
  }

  void read_bundle(const Reply& reply, std::uint64_t width) {
    REQUIRE(reply.status == 200);
    CHECK(reply.type == "application/octet-stream");
    std::string_view rest = reply.body;
    for (std::uint64_t i = 0; i < width; ++i) {
      REQUIRE(rest.size() >= 2);
      const std::size_t length = static_cast<unsigned char>(rest[0]) * 256u + static_cast<unsigned char>(rest[1]);
      REQUIRE(rest.size() >= 2 + length);
      entries.emplace_back(rest.substr(2, length));
      rest.remove_prefix(2 + length);
    }
    CHECK(rest.empty());
  }

  Digest root(std::uint64_t size) const { return crypto::log_root(std::span(leaves).first(size)); }

  ServedLedger& served;
  crypto::Checkpoint head;
  std::vector<Bytes> entries;
  std::vector<Digest> leaves;
};

ServedLedger& told(ServedLedger& served, std::uint64_t until) {
  for (std::uint64_t n = 1; n <= until; ++n) {
    served.ledger().set_second(n);
    served.record(story_unit(served.id(), n));
  }
  return served;
}

/// What the state of the newest block says of a row: folds the proof to the root in the seal.
crypto::TrieAnswer answer_about(ServedLedger& served, const Reader& reader, char ns, const std::string& key) {
  std::string escaped;
  for (const char c : to_base64(key)) escaped += c == '+' ? "%2B" : c == '=' ? "%3D" : std::string(1, c);
  const Json proof = served.get(std::string("/v1/proof/state?ns=") + ns + "&key=" + escaped).json();
  crypto::TrieProof trie;
  trie.depth = proof["depth"];
  trie.mask = *from_base64(proof["mask"].get<std::string>());
  trie.siblings = path_in(proof["siblings"]);
  if (proof["terminal"]["kind"] == "leaf") {
    trie.terminal = {hash_in(proof["terminal"]["path"]), hash_in(proof["terminal"]["vh"])};
  }
  const Digest path = crypto::state_path(ns, key);
  REQUIRE(crypto::check_trie_proof_shape(trie, path));
  const std::uint64_t seal_index = proof["seal_index"];
  REQUIRE(seal_index < reader.entries.size());
  const auto seal = ledger::decode_seal(reader.entries[seal_index]);
  REQUIRE(seal);
  CHECK(crypto::fold_trie_proof(trie, path) == seal->state_root);
  const auto answer = crypto::trie_answer(trie, path);
  CHECK((answer == crypto::TrieAnswer::present) == proof.contains("value"));
  if (proof.contains("value")) {
    CHECK(crypto::state_value_hash(*from_base64(proof["value"].get<std::string>())) == trie.terminal->value_hash);
  }
  return answer;
}

}  // namespace

TEST_CASE("the log rebuilt from entry bundles has the checkpoint's root", "[api][reads]") {
  ServedLedger served;
  told(served, 12);
  const Reader reader(served);
  const Json status = served.get("/v1/status").json();
  CHECK(reader.head.size == status["log_size"]);
  CHECK(to_sha256_id(reader.head.root) == status["log_root"]);
  CHECK(served.get("/v1/genesis").body == reader.entries[0]);
  CHECK(to_sha256_id(crypto::sha256({crypto::domain::kGenesis, reader.entries[0]})) == status["ledger_id"]);
  for (std::uint64_t height = 0; height <= 12; ++height) {
    const Json block = served.get("/v1/blocks/" + number(height)).json();
    const auto seal = ledger::seal_from(*ledger::parse_canonical(block["seal"].dump()));
    REQUIRE(seal);
    CHECK(seal->height == height);
    CHECK(block.contains("finality_note") == (height > 0));
    const std::uint64_t at = seal->log_size_before + seal->record_count;
    CHECK(ledger::encode_seal(*seal) == reader.entries[at]);
    CHECK(seal->log_root_before == (seal->log_size_before == 0 ? crypto::empty_log_root() : reader.root(seal->log_size_before)));
  }
  check_problem(served.get("/v1/blocks/13"), 404, "NOT_FOUND");
  check_problem(served.get("/v1/blocks/18446744073709551615"), 404, "NOT_FOUND");
  check_problem(served.get("/v1/blocks/-1"), 400, "USAGE");
  check_problem(served.get("/v1/blocks/01"), 400, "USAGE");
}

TEST_CASE("inclusion and consistency paths hold at every size", "[api][reads]") {
  ServedLedger served;
  told(served, 7);
  const Reader reader(served);
  for (std::uint64_t size = 1; size <= reader.head.size; ++size) {
    for (std::uint64_t leaf = 0; leaf < size; ++leaf) {
      const Json proof = served.get("/v1/proof/inclusion?leaf=" + number(leaf) + "&size=" + number(size)).json();
      INFO(proof.dump());
      CHECK(crypto::verify_inclusion(leaf, size, reader.leaves[leaf], path_in(proof["path"]), reader.root(size)));
    }
    const Json proof = served.get("/v1/proof/consistency?from=" + number(size)).json();
    CHECK(proof["to"] == reader.head.size);
    CHECK(crypto::verify_consistency(size, reader.root(size), reader.head.size, reader.head.root, path_in(proof["path"])));
  }
  const std::string beyond = number(reader.head.size + 1);
  for (const std::string& target : {"/v1/proof/inclusion?leaf=" + number(reader.head.size), "/v1/proof/inclusion?leaf=0&size=" + beyond,
                                    std::string("/v1/proof/inclusion?leaf=5&size=5"),
                                    std::string("/v1/proof/inclusion?leaf=9007199254740991"),
                                    "/v1/proof/consistency?from=1&to=" + beyond, std::string("/v1/proof/consistency?from=0"),
                                    std::string("/v1/proof/consistency?from=5&to=4")}) {
    INFO(target);
    check_problem(served.get(target), 404, "NOT_FOUND");
  }
  for (const char* target : {"/v1/proof/inclusion", "/v1/proof/inclusion?leaf=-1", "/v1/proof/inclusion?leaf=1.0",
                             "/v1/proof/inclusion?leaf=9007199254740992", "/v1/proof/inclusion?leaf=18446744073709551616", "/v1/proof/inclusion?leaf=0&size=x",
                             "/v1/proof/consistency", "/v1/proof/consistency?from=1&to=0x2"}) {
    INFO(target);
    check_problem(served.get(target), 400, "USAGE");
  }
}

TEST_CASE("tiles hold the hashes of the log, whole and in part", "[api][reads]") {
  ServedLedger served;
  std::vector<ledger::Value> bodies;
  for (std::uint64_t n = 0; n < 290; ++n) bodies.push_back(test::company_body(served.id(), 1'000 + n));
  served.record(test::sign_batch(served.id(), bodies, 20));
  const Reader reader(served);
  REQUIRE(reader.head.size == 294);  // genesis, its seal, manifest, members, seal
  const auto hashes = [&](std::uint64_t from, std::uint64_t count) {
    Bytes all;
    for (std::uint64_t i = from; i < from + count; ++i) all += reader.leaves[i].view();
    return all;
  };
  const Reply full = served.get("/v1/tile/0/000");
  CHECK(full.body == hashes(0, 256));
  CHECK(full.header("cache-control").find("immutable") != std::string::npos);
  for (const std::uint64_t width : {1u, 2u, 37u, 38u}) {
    CHECK(served.get("/v1/tile/0/001.p/" + number(width)).body == hashes(256, width));
  }
  CHECK(served.get("/v1/tile/0/000.p/255").body == hashes(0, 255));  // a former part of a full tile
  CHECK(served.get("/v1/tile/1/000.p/1").body == Bytes(reader.root(256).view()));
  CHECK(served.get("/v1/tile/entries/000.p/2").body.substr(2, reader.entries[0].size()) == reader.entries[0]);
  for (const char* path :
       {"0/001", "0/001.p/39", "0/002", "0/002.p/1", "1/000", "1/000.p/2", "2/000.p/1", "63/000.p/1", "entries/001",
        "entries/001.p/39", "entries/x001/000", "0/x001/000", "64/000", "0/000.p/0", "0/000.p/256", "0/000.p/257",
        "0/0", "0/0000", "0/-01", "00/000", "0/000.p/01", "entries/000.p", "0/000/", "0", "x"}) {
    INFO(path);
    check_problem(served.get("/v1/tile/" + std::string(path)), 404, "NOT_FOUND");
  }
}

TEST_CASE("state proofs show rows present and absent", "[api][reads]") {
  ServedLedger served;
  told(served, 8);
  const Reader reader(served);
  const std::string patent = served.get(served.record(story_unit(served.id(), 7))["id"].get<std::string>().insert(0, "/v1/records/"))
                                 .json()["entry"]["body"]["subjects"][0];
  REQUIRE(patent.starts_with("pat:"));
  using crypto::TrieAnswer;
  CHECK(answer_about(served, reader, 'S', patent) == TrieAnswer::present);
  CHECK(answer_about(served, reader, 'P', test::kOfficeParty) == TrieAnswer::present);
  CHECK(answer_about(served, reader, 'H', patent) == TrieAnswer::present);
  CHECK(answer_about(served, reader, 'S', patent + "x") == TrieAnswer::absent);
  CHECK(answer_about(served, reader, 'E', patent) == TrieAnswer::absent);
  CHECK(answer_about(served, reader, 'S', "") == TrieAnswer::absent);
  CHECK(answer_about(served, reader, 'F', std::string(1'000, '\xff')) == TrieAnswer::absent);
  for (const char* target : {"/v1/proof/state", "/v1/proof/state?ns=S&key=%2", "/v1/proof/state?ns=Z&key=YQ%3D%3D",
                             "/v1/proof/state?ns=SS&key=YQ%3D%3D", "/v1/proof/state?ns=S&key=YQ", "/v1/proof/state?ns=S&key=YR%3D%3D",
                             "/v1/proof/state?key=YQ%3D%3D"}) {
    INFO(target);
    const Reply reply = served.get(target);
    check_problem(reply, 400, std::string_view(target).ends_with("%2") ? "TARGET_MALFORMED" : "USAGE");
  }
}

TEST_CASE("a record is shown in each of its states, with what proves it", "[api][reads]") {
  ServedLedger served;
  const auto unit = story_unit(served.id(), 1);
  const std::string path = "/v1/records/" + to_sha256_id(unit.id);
  for (const char* part : {"", "/entry", "/proof", "/receipt", "/receipt.cose", "/evidence"}) {
    check_problem(served.get(path + part), 404, "NOT_FOUND");
  }
  served.gate().close();
  served.submit(unit, "?wait=pending");
  CHECK(served.get(path).json()["state"] == "pending");
  const auto receipt = ledger::verify_receipt(served.get(path + "/receipt").body, test::office_keys().intake.public_key());
  REQUIRE(receipt);
  CHECK(receipt->record_id == unit.id);
  for (const char* part : {"/entry", "/proof", "/receipt.cose", "/evidence"}) check_problem(served.get(path + part), 404, "NOT_FOUND");
  served.gate().open();
  served.record(unit);
  const Json shown = served.get(path).json();
  CHECK(shown["state"] == "final");
  CHECK(shown["height"] == 1);
  const Reader reader(served);
  const Reply entry = served.get(path + "/entry");
  CHECK(entry.type == "application/vnd.qinglu.entry+json");
  CHECK(entry.body == unit.entry);
  CHECK(shown["entry"].dump(-1, ' ', false) == unit.entry);
  const Json proof = served.get(path + "/proof").json();
  CHECK(proof["leaf"] == shown["index"]);
  CHECK(crypto::verify_inclusion(proof["leaf"], proof["size"], crypto::log_leaf_hash(unit.entry), path_in(proof["path"]),
                                 reader.head.root));
  const Reply cose = served.get(path + "/receipt.cose");  // read in full by tests/tools
  CHECK(cose.type == "application/cose");
  CHECK(cose.body == ledger::sign_inclusion_receipt({test::office_genesis().origin, unit.id, proof["size"], reader.head.root, proof["leaf"],
                                                     path_in(proof["path"])},
                                                    test::office_keys().intake));
  const Reply evidence = served.get(path + "/evidence");
  CHECK(evidence.type == "application/vnd.qinglu.evidence+json");
  const ledger::Genesis& genesis = test::office_genesis();
  const auto report = ledger::verify(evidence.body, ledger::encode_trust(ledger::trust_of(genesis)), {});
  CHECK(report.exit_code(true) == 0);
  for (const char* id : {"sha256:00", "sha256", "SHA256:" , "x"}) {
    check_problem(served.get("/v1/records/" + std::string(id)), 400, "USAGE");
  }
}

TEST_CASE("a patent is shown with its row, its derived status and its timeline", "[api][reads]") {
  ServedLedger served;
  told(served, 8);
  const Json accepted = served.record(story_unit(served.id(), 7));
  const Json examined = served.record(story_unit(served.id(), 8));
  const std::string patent =
      served.get("/v1/records/" + accepted["id"].get<std::string>()).json()["entry"]["body"]["subjects"][0];
  for (const char* collection : {"/v1/patents/", "/v1/subjects/"}) {
    const Json shown = served.get(collection + patent).json();
    CHECK(shown["key"] == patent);
    CHECK(shown["row"]["status"] == "PRELIM");
    CHECK(shown["derived"]["status"] == "PRELIM");
    CHECK(shown["record_count"] == 2);
    REQUIRE(shown["timeline"].size() == 2);
    CHECK(shown["timeline"][0]["id"] == accepted["id"]);
    CHECK(shown["timeline"][0]["type"] == "patent.accept");
    CHECK(shown["timeline"][1]["id"] == examined["id"]);
    CHECK(shown["timeline"][1]["type"] == "patent.prelim_result");
    CHECK(shown["timeline"][1]["index"] == examined["index"]);
  }
  // A key may hold slashes and be escaped.
  const Json foreign = served.record(story_unit(served.id(), 4));
  const std::string right =
      served.get("/v1/records/" + foreign["id"].get<std::string>()).json()["entry"]["body"]["subjects"][0];
  REQUIRE(right.starts_with("fpat:US/"));
  CHECK(served.get("/v1/patents/" + right).json()["synthetic"] == true);
  CHECK(served.get("/v1/patents/fpat%3AUS%2F" + right.substr(8)).json()["key"] == right);
  check_problem(served.get("/v1/patents/pat:2026100000001"), 404, "NOT_FOUND");
  check_problem(served.get("/v1/patents"), 404, "NOT_FOUND");

  const Json party = served.get("/v1/parties/" + test::kApplicantParty).json();
  CHECK(party["row"]["status"] == "ACTIVE");
  REQUIRE(party["keys"].size() == 1);
  CHECK(party["keys"][0]["key_id"] == "k1");
  CHECK(party["keys"][0]["pub"] == to_hex(test::record_key(test::kApplicantParty).public_key()));
  CHECK(party["roles"].empty());
  CHECK(served.get("/v1/parties/" + test::kOfficeParty).json()["roles"][0]["role"] == "IPO");
  check_problem(served.get("/v1/parties/org:nobody"), 404, "NOT_FOUND");
}

TEST_CASE("statistics are those of the state's rows, as a snapshot would state them", "[api][reads]") {
  ServedLedger served;
  told(served, 8);
  const std::string patent = served.get("/v1/records/" + to_sha256_id(story_unit(served.id(), 8).id)).json()["entry"]["body"]["data"]["pat"];
  const std::string filed = served.get("/v1/subjects/" + patent).json()["row"]["filing_date"];
  const std::string month = filed.substr(0, 7);
  const Json answer = served.get("/v1/stats/PATENTS?from=" + month + "&until=" + month).json();
  CHECK(answer["from"] == month + "-01");
  REQUIRE(answer["result"].size() == 1);
  CHECK(answer["result"][0] == Json::parse(R"({"class":"INV","count":1,"indicator":"patent.filed"})"));
  const Bytes key = Bytes(month) + Bytes(1, '\0') + Bytes("patent.filed");
  const Json row = served.get("/v1/proof/state?ns=N&key=" + api::encode_target(to_base64(key))).json();
  CHECK(Json::parse(*from_base64(row["value"].get<std::string>()))["cells"][0]["count"] == 1);
  CHECK(served.get("/v1/stats/MARKET?from=2026-01&until=2026-12").json()["result"].empty());
  check_problem(served.get("/v1/stats/WEATHER?from=2026-01&until=2026-12"), 404, "NOT_FOUND");
  for (const char* query : {"", "?from=2026-01", "?from=2026-13&until=2026-12", "?from=2026-02&until=2026-01", "?from=2016-01&until=2026-01",
                            "?from=2026-01-01&until=2026-12-31", "?from=2026-01&until=2026-12&by=day"}) {
    INFO(query);
    check_problem(served.get("/v1/stats/PATENTS" + std::string(query)), 400, "USAGE");
  }
}

TEST_CASE("pages of a history join to the same list while the list grows", "[api][reads]") {
  ServedLedger served;
  told(served, 3);
  const std::string list = "/v1/history?subject=" + test::kApplicantParty;
  std::vector<std::uint64_t> paged;
  std::uint64_t from = 0;
  std::uint64_t nonce = 5'000;
  for (;;) {
    const Json page = served.get(list + "&limit=1&from=" + number(from)).json();
    for (const Json& line : page["items"]) {
      CHECK(line["seq"] == paged.size());
      paged.push_back(line["index"]);
    }
    if (!page.contains("next")) break;
    from = page["next"];
    if (nonce == 5'003) continue;
    ledger::Value body = test::record_body(served.id(), "patent.commit",
                                           ledger::Value::Members{{"applicant_commit", "sha256:" + std::string(64, 'a')},
                                                                  {"doc_commit", "sha256:" + std::string(60, 'b') + number(nonce)},
                                                                  {"type", "INV"}},
                                           nonce);
    ++nonce;
    body.set("submitter", test::kApplicantParty);
    body.set("role", "PARTY");
    body.set("signers", ledger::Value::Items{test::kApplicantParty});
    served.record(test::sign_record(body));
  }
  const Json whole = served.get(list + "&limit=500").json();
  CHECK(whole["count"] == paged.size());
  REQUIRE(whole["items"].size() == paged.size());
  const Reader reader(served);
  for (std::size_t i = 0; i < paged.size(); ++i) {
    CHECK(whole["items"][i]["index"] == paged[i]);
    CHECK(whole["items"][i]["leaf_hash"] == to_sha256_id(reader.leaves[paged[i]]));
  }
  CHECK(served.get(list + "&from=9007199254740991").json()["items"].empty());
  CHECK(served.get("/v1/history?subject=nobody").json()["count"] == 0);
  for (const char* query : {"", "?subject=", "?subject=x&limit=0", "?subject=x&limit=501", "?subject=x&category=7",
                            "?subject=x&from=-1", "?subject=x&from=9007199254740992", "?subject=x&from=18446744073709551615", "?subject=x&order=asc"}) {
    INFO(query);
    check_problem(served.get("/v1/history" + std::string(query)), 400, "USAGE");
  }
}

TEST_CASE("the policy that a node serves judges its own checkpoint", "[api][reads][policy]") {
  ServedLedger served;
  told(served, 2);
  const Reply reply = served.get("/v1/policy");
  CHECK(reply.type == "text/plain; charset=utf-8");
  const auto policy = crypto::parse_policy(reply.body);
  REQUIRE(policy);
  const auto note = crypto::parse_note(served.get("/v1/checkpoint").body);
  REQUIRE(note);
  CHECK(crypto::judge(*policy, *note).accepted());
}

TEST_CASE("what may still fail is counted from the members that are there [F33]", "[api][reads][F33]") {
  struct Case {
    std::size_t n, quorum, there, may_fail, lacking;
  };
  for (const Case& each : {Case{4, 3, 4, 1, 0}, Case{4, 3, 3, 0, 0}, Case{4, 3, 2, 0, 1}, Case{4, 3, 0, 0, 3}, Case{7, 5, 7, 2, 0},
                           Case{3, 3, 3, 0, 0}, Case{2, 2, 1, 0, 1}, Case{1, 1, 1, 0, 0}}) {
    api::NodeStatus status;
    status.validators = each.n;
    status.quorum = each.quorum;
    for (std::size_t i = 0; i < each.n; ++i) {
      api::MemberStatus member;
      member.self = i == 0;
      member.connected = i < each.there;
      status.members.push_back(member);
    }
    const api::Standing standing = api::standing_of(status);
    INFO(each.n << " members, " << each.there << " there");
    CHECK(standing.voting == each.there);
    CHECK(standing.may_fail == each.may_fail);
    CHECK(standing.lacking == each.lacking);
  }
}

TEST_CASE("a node says of its fellow members what it knows, and what is wrong with itself", "[api][reads]") {
  test::RunningLedger ledger;
  api::NodeStatus status;
  status.member = "ip-office.example";
  status.validators = 2;
  status.quorum = 2;
  status.epoch = 1;
  status.view = 9;
  status.abstaining = "it catches up";
  api::MemberStatus self, other;
  self.id = "ip-office.example";
  self.self = true;
  other.id = "exchange.example";
  other.heard = true;
  other.silent_ms = 4'000;
  other.height = 12;
  other.clock_offset_ms = -2'500;
  other.problem = "connection refused";
  status.members = {self, other};
  status.contradictions = {{"exchange.example", "E2", "evidence/1.json"}};
  const Json value = Json::parse(ledger::to_canonical(api::node_value(*ledger.founded().node().view(), status)));
  CHECK(value["lacking"] == 2);
  CHECK(value["abstaining"] == "it catches up");
  CHECK(value["view"] == 9);
  REQUIRE(value["members"].size() == 2);
  CHECK(value["members"][0]["self"] == true);
  CHECK_FALSE(value["members"][0].contains("silent_ms"));  // never heard: no time to state
  CHECK(value["members"][1]["silent_ms"] == 4'000);
  CHECK(value["members"][1]["clock_offset_ms"] == -2'500);
  CHECK(value["members"][1]["problem"] == "connection refused");
  CHECK(value["contradictions"][0]["file"] == "evidence/1.json");
}

TEST_CASE("what a privacy record restricts is shown to no reader, and its entry is served as it was signed", "[api][reads]") {
  ServedLedger served;
  const auto unit = test::sign_record(test::company_body(served.id(), 1));
  served.record(unit);
  const std::string id = to_sha256_id(unit.id);
  const std::string path = "/v1/records/" + id;
  const std::string name = served.get(path).json()["entry"]["body"]["data"]["name"];
  CHECK_FALSE(served.get(path).json().contains("privacy"));

  ledger::Value data(ledger::Value::Members{{"basis", "PIPL 47"}, {"date", "2026-11-23"}, {"subject_commit", "sha256:" + std::string(64, '6')}});
  data.set("fields", ledger::Value::Items{ledger::Value(ledger::Value::Members{{"field", "name"}, {"record", id}})});
  ledger::Value body = test::record_body(served.id(), "privacy.restrict", std::move(data), 2);
  body.set("role", "GOV");
  served.record(test::sign_record(body));

  const Reply shown = served.get(path);
  CHECK(shown.json()["entry"]["body"]["data"]["name"] == "restricted");
  CHECK(shown.json()["privacy"][0]["field"] == "name");
  CHECK(shown.body.find(name) == std::string::npos);
  CHECK(served.get(path + "/entry").body == unit.entry);
  const std::string subject = shown.json()["entry"]["body"]["subjects"][0];
  const Json party = served.get("/v1/parties/" + subject).json();
  CHECK(party["history"]["items"][0]["privacy"][0]["state"] == "RESTRICTED");
  CHECK(party["row"]["name"] == "restricted");
}
