// SPDX-License-Identifier: Apache-2.0
#include "crypto/checkpoint.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/merkle.hpp"
#include "tests/crypto/started.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::crypto {
namespace {

/// The worked vector of evidence.md §1.10, accepted by Go's sumdb packages.
const std::string kProof =
    "c2sp.org/tlog-proof@v1\n"
    "index 5\n"
    "4/xhsimX2iSB/tWu1E/YKdvUyNH5pt75w0DiEhlhg+k=\n"
    "dDMOxo77ghQfn3KW3M5XO3vuF+iZPoboIaT7hyVvgaA=\n"
    "VQcmZi2PEzD1dmUTPcWs3MBK3Q2V32plYgXiT33KphE=\n"
    "\n"
    "ledger.example.cn/greenip\n"
    "7\n"
    "ZlCXn2yHiq2F84Dsicnip68Q0qZKqWqJGKp/UHsg+Y4=\n"
    "\n"
    "\u2014 ledger.example.cn/greenip "
    "7uEJn/ldi2bPmfIL9WFZnpO4TPFqSxbdqwPabjxKjDKHwPlIUF60QrjXURG+j9FQCphqHwWj9w1K2jDnjHjs/mSMCwg=\n"
    "\u2014 ip-office.example.cn/validator-1 "
    "1Y89NQAAAABqsTuAE/cxLse85HSh0e1gwiJdoWaX2/o7ZCMVwUDA6LSAXkvoFFO+PLq1nYe0Ap99gjSG+Gp6iWtOrMxmVx"
    "TjpEuKDA==\n";
const std::string kPolicy =
    "log ledger.example.cn/greenip+eee1099f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n"
    "witness v0 "
    "ip-office.example.cn/validator-1+d58f3d35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU\n"
    "group validators 1 v0\n"
    "quorum validators\n";

}  // namespace

TEST_CASE("the worked tlog-proof is read, verified and written again byte for byte",
          "[checkpoint]") {
  REQUIRE(kProof.size() == 506);
  const auto proof = parse_tlog_proof(kProof);
  REQUIRE(proof);
  CHECK(proof->checkpoint.size() == 339);
  CHECK(format_tlog_proof(*proof) == kProof);

  const auto note = parse_note(proof->checkpoint);
  REQUIRE(note);
  const auto checkpoint = parse_checkpoint(note->text);
  REQUIRE(checkpoint);
  CHECK(checkpoint->origin == "ledger.example.cn/greenip");
  CHECK(checkpoint->size == 7);
  CHECK(format_checkpoint(*checkpoint) == note->text);
  CHECK(verify_inclusion(proof->index, checkpoint->size, log_leaf_hash("record 5"), proof->path,
                         checkpoint->root));

  const auto policy = parse_policy(kPolicy);
  REQUIRE(policy);
  const PolicyVerdict verdict = judge(*policy, *note);
  CHECK(verdict.accepted());
  CHECK(verdict.logs == std::vector<std::size_t>{0});
  REQUIRE(verdict.witnesses.size() == 1);
  CHECK(verdict.witnesses[0].time == 1790000000);
}

TEST_CASE("the same seeds give the worked note again", "[checkpoint]") {
  std::vector<Digest> leaves;
  for (int i = 0; i < 7; ++i) leaves.push_back(log_leaf_hash("record " + std::to_string(i)));
  const std::string text = format_checkpoint({"ledger.example.cn/greenip", 7, log_root(leaves)});
  const SigningKey log = SigningKey::from_seed(Bytes(32, '\x01'));
  const SigningKey validator = SigningKey::from_seed(Bytes(32, '\x02'));
  const Note note{text,
                  {sign_note(text, "ledger.example.cn/greenip", log),
                   cosign(text, "ip-office.example.cn/validator-1", validator, 1790000000)}};
  CHECK(format_tlog_proof({5, inclusion_path(leaves, 5), format_note(note)}) == kProof);
}

TEST_CASE("a checkpoint has three lines and no others", "[checkpoint]") {
  const std::string root = "ZlCXn2yHiq2F84Dsicnip68Q0qZKqWqJGKp/UHsg+Y4=\n";
  CHECK(parse_checkpoint("o\n0\n" + root));
  CHECK(parse_checkpoint("o\n9007199254740991\n" + root));
  for (const std::string& bad :
       {std::string(), std::string("o\n"), std::string("o\n7\n"), "\n7\n" + root, "o\n07\n" + root,
        "o\n+7\n" + root, "o\n\n" + root, "o\n7 \n" + root, "o\n9007199254740992\n" + root,
        "o\n99999999999999999999999\n" + root, "o\n7\n" + root.substr(0, 44),
        "o\n7\n" + root + "x\n", "o\n7\n" + root + "\n", "o\r\n7\n" + root,
        std::string("o\n7\nAAAA\n"), "o\n7\n" + root.substr(1)}) {
    INFO(bad);
    CHECK_FALSE(parse_checkpoint(bad));
  }
}

TEST_CASE("origins and member ids follow one pattern with its exclusions", "[checkpoint]") {
  for (const char* good : {"ledger.example/qinglu", "a", "court-1.example", "a/b/c/d", "a/_._",
                           "a/vote.x", "final", "vote"}) {
    INFO(good);
    CHECK(is_member_id(good));
    CHECK(is_origin(good));
  }
  for (const std::string& bad :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"),
        std::string("a/b/c/d/e"), std::string("A"), std::string("a_b"), std::string("a\nb"),
        std::string("a b"), std::string("a+b"), std::string("a/vote"), std::string("a/final"),
        std::string("a/b/final"), std::string("/final"), std::string(101, 'a'),
        "a/" + std::string(41, 'b')}) {
    INFO(bad);
    CHECK_FALSE(is_member_id(bad));
    CHECK_FALSE(is_origin(bad));
  }
  CHECK(is_member_id("cosignature/v1"));
  CHECK_FALSE(is_origin("cosignature/v1"));
}

TEST_CASE("the finality text of the worked vector is read and written again", "[checkpoint]") {
  const std::string text =
      "ledger.example/qinglu/final\n5\nACs0D6DugR5TuVkoCoCWccIZe+BMLX3t7FNtpxT3pCM=\n"
      "state IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=\n"
      "final 1 1 d8c3bb0f0d8540854d2261552451cfcf43a2e01107baa2d235a2d86369c81ea1\n"
      "next 5929b4b08fd72ab97e357b2cbbabb4432ad7010082c6dec191c6e8572b2b2743\n";
  const auto parsed = parse_finality_text(text);
  REQUIRE(parsed);
  CHECK(parsed->origin == "ledger.example/qinglu");
  CHECK(parsed->size == 5);
  CHECK((parsed->epoch == 1 && parsed->view == 1));
  CHECK(format_finality_text(*parsed) == text);
  CHECK_FALSE(parse_checkpoint(text));

  const NoteLine vote =
      sign_note(text, "court-1.example/vote", SigningKey::from_seed(Bytes(32, '\x10')));
  CHECK(format_note_line(vote) ==
        "\u2014 court-1.example/vote "
        "BNV4rdfpRc3RzW9vkko/GZMloYInKrVmdi7w0+k5pvZKWE+DlADSECkNTMc1q5YqDSiI5m1upK1lxUPLFzQUiJCDRA"
        "o=\n");

  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string shorter = text;
    shorter.erase(i, 1);
    const auto other = parse_finality_text(shorter);
    if (other) CHECK(format_finality_text(*other) == shorter);
  }
  CHECK_FALSE(parse_finality_text("/final" + text.substr(text.find('\n'))));
  CHECK_FALSE(parse_finality_text(text + "more\n"));
}

TEST_CASE("a tlog-proof of another form is refused", "[checkpoint]") {
  CHECK_FALSE(parse_tlog_proof(""));
  CHECK_FALSE(parse_tlog_proof("c2sp.org/tlog-proof@v1\nindex 0\n"));
  CHECK_FALSE(parse_tlog_proof("c2sp.org/tlog-proof@v1\nindex 0\n\n"));
  CHECK(parse_tlog_proof("c2sp.org/tlog-proof@v1\nindex 0\n\nx"));
  CHECK_FALSE(parse_tlog_proof("c2sp.org/tlog-proof@v1\nindex 00\n\nx"));
  CHECK_FALSE(parse_tlog_proof("c2sp.org/tlog-proof@v2\nindex 0\n\nx"));
  CHECK_FALSE(parse_tlog_proof("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\nx"));
  CHECK_FALSE(parse_tlog_proof("c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx"));
  TlogProof deep{0, std::vector<Digest>(53), "x"};
  CHECK(parse_tlog_proof(format_tlog_proof(deep)));
  deep.path.emplace_back();
  const auto refused = parse_tlog_proof(format_tlog_proof(deep));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::limit);
}

}  // namespace qinglu::crypto
