// SPDX-License-Identifier: Apache-2.0
#include "crypto/cosignature.hpp"

#include "crypto/base/binary.hpp"
#include "crypto/checkpoint.hpp"
#include "tests/crypto/started.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::crypto {
namespace {

SigningKey seeded(int seed) { return SigningKey::from_seed(Bytes(32, static_cast<char>(seed))); }

std::string log_vkey(int seed) {
  return format_vkey(make_note_key("log.example", NoteKeyType::ed25519, seeded(seed).public_key()));
}

std::string witness_name(int seed) { return "w" + std::to_string(seed) + ".example"; }

std::string witness_vkey(int seed) {
  return format_vkey(
      make_note_key(witness_name(seed), NoteKeyType::cosignature, seeded(seed).public_key()));
}

/// One log (seed 1) and witnesses w11…w14, of which two must have cosigned.
std::string sample_policy() {
  std::string text = "log " + log_vkey(1) + "\n";
  std::string group = "group all-of-us 2";
  for (int seed = 11; seed <= 14; ++seed) {
    text += "witness w" + std::to_string(seed) + " " + witness_vkey(seed) + "\n";
    group += " w" + std::to_string(seed);
  }
  return text + group + "\nquorum all-of-us\n";
}

const std::string kText = format_checkpoint({"log.example", 3, Digest{}});

Note note_of(std::initializer_list<int> witnesses) {
  Note note{kText, {sign_note(kText, "log.example", seeded(1))}};
  for (int seed : witnesses) {
    note.lines.push_back(cosign(kText, witness_name(seed), seeded(seed), 1790000000));
  }
  return note;
}

}  // namespace

TEST_CASE("a cosignature covers its time and the whole checkpoint", "[cosignature]") {
  const NoteKey key = *parse_vkey(witness_vkey(11));
  const NoteLine line = cosign(kText, key.name, seeded(11), 1790000000);
  REQUIRE(line.is_of(key));
  CHECK(line.signature.size() == 72);
  CHECK(cosignature_message(1790000000, "body\n") == "cosignature/v1\ntime 1790000000\nbody\n");
  CHECK(verify_cosignature(kText, line, key) == std::uint64_t{1790000000});
  CHECK_FALSE(verify_cosignature(kText + "x\n", line, key));
  for (std::size_t i = 0; i < line.signature.size(); ++i) {
    NoteLine broken = line;
    broken.signature[i] = static_cast<char>(broken.signature[i] ^ 1);
    CHECK_FALSE(verify_cosignature(kText, broken, key));
  }
  NoteLine longer = line;
  longer.signature.push_back('\0');
  CHECK_FALSE(verify_cosignature(kText, longer, key));
  NoteLine shorter = line;
  shorter.signature.pop_back();
  CHECK_FALSE(verify_cosignature(kText, shorter, key));
}

TEST_CASE("a cosignature with time 0 or past 2^53-1 is refused although its signature holds",
          "[cosignature]") {
  const NoteKey key = *parse_vkey(witness_vkey(11));
  for (const std::uint64_t time : {std::uint64_t{0}, std::uint64_t{1} << 53, std::uint64_t{1} << 63}) {
    const Signature signature = seeded(11).sign({cosignature_message(time, kText)});
    const NoteLine line{key.name, key.id, BinaryWriter().u64(time).raw(signature).bytes()};
    CHECK_FALSE(verify_cosignature(kText, line, key));
  }
}

TEST_CASE("a policy counts the witnesses that hold and names the key that fails", "[policy]") {
  const auto policy = parse_policy(sample_policy());
  REQUIRE(policy);
  REQUIRE((policy->logs.size() == 1 && policy->witnesses.size() == 4));

  CHECK(judge(*policy, note_of({11, 13})).accepted());
  CHECK_FALSE(judge(*policy, note_of({12})).quorum);
  CHECK_FALSE(judge(*policy, note_of({})).quorum);
  // Unknown keys do not count, whoever they sign for.
  CHECK_FALSE(judge(*policy, note_of({12, 21, 22})).accepted());

  Note unsigned_log = note_of({11, 12});
  unsigned_log.lines.erase(unsigned_log.lines.begin());
  const PolicyVerdict no_log = judge(*policy, unsigned_log);
  CHECK((no_log.quorum && no_log.logs.empty() && !no_log.accepted()));

  Note one_fails = note_of({11, 12, 13});
  one_fails.lines[2].signature.back() ^= 1;
  const PolicyVerdict failing = judge(*policy, one_fails);
  CHECK(failing.quorum);
  CHECK(failing.failed == witness_name(12));
  CHECK_FALSE(failing.accepted());

  // Half of a known pair (name, id) is an unknown key.
  Note half_known = note_of({11, 12});
  half_known.lines[2].name = witness_name(13);
  const PolicyVerdict half = judge(*policy, half_known);
  CHECK(half.failed.empty());
  CHECK(half.witnesses.size() == 1);
}

TEST_CASE("groups of groups, all, any and thresholds are counted as written", "[policy]") {
  const auto policy =
      parse_policy("# two houses\n\n  log\t" + log_vkey(1) + " https://log.example/ \n" +
                   "witness x1 " + witness_vkey(11) + "\nwitness x2 " + witness_vkey(12) +
                   " https://w.example/\ngroup x all x1 x2\n" + "witness y1 " + witness_vkey(13) +
                   "\nwitness y2 " + witness_vkey(14) + "\ngroup y any y1 y2\ngroup both 2 x y\n" +
                   "quorum both\n");
  REQUIRE(policy);
  CHECK(judge(*policy, note_of({11, 12, 14})).quorum);
  CHECK_FALSE(judge(*policy, note_of({11, 13, 14})).quorum);
  CHECK_FALSE(judge(*policy, note_of({11, 12})).quorum);
}

TEST_CASE("a policy that is not strict is refused", "[policy]") {
  const std::string log = "log " + log_vkey(1) + "\n";
  const std::string w1 = "witness w1 " + witness_vkey(11) + "\n";
  const std::string w2 = "witness w2 " + witness_vkey(12) + "\n";
  REQUIRE(parse_policy(log + w1 + "quorum w1\n"));
  const std::string bad[] = {
      "",
      log,
      log + w1,
      w1 + "quorum w1\n",                   // no log
      log + w1 + "quorum none\n",           // proves nothing
      log + w1 + "quorum w2\n",             // not defined
      log + "quorum w1\n" + w1,             // defined later
      log + w1 + "quorum w1\nquorum w1\n",  // twice
      log + w1 + "quorum w1",               // no final LF
      log + w1 + "quorum w1 w1\n",          // too many items
      log + w1 + "quorum\n",                // too few
      log + w1 + "quorum w1\r\n",           // control character
      log + w1 + "quorum w1\x7f\n",
      log + log + w1 + "quorum w1\n",  // key twice
      log + w1 + "witness w2 " + witness_vkey(11) + "\nquorum w1\n",
      log + w1 + "witness w1 " + witness_vkey(12) + "\nquorum w1\n",  // name twice
      log + "witness none " + witness_vkey(11) + "\nquorum none\n",
      log + "witness w1 " + log_vkey(11) + "\nquorum w1\n",   // type of a log
      "log " + witness_vkey(11) + "\n" + w2 + "quorum w2\n",  // type of a witness
      "log " + log_vkey(11) + "\n" + w1 + "quorum w1\n",      // one key as log and as witness
      log + w1 + "group g 0 w1\nquorum g\n",
      log + w1 + "group g 2 w1\nquorum g\n",
      log + w1 + "group g 01 w1\nquorum g\n",
      log + w1 + "group g any\nquorum g\n",
      log + w1 + "group g any w2\nquorum g\n" + w2,
      log + w1 + "group g any none\nquorum g\n",
      log + w1 + "group g any g\nquorum g\n",
      log + w1 + "group g any w1 w1\nquorum g\n",               // member twice
      log + w1 + "group g any w1\ngroup h any w1\nquorum h\n",  // member of two groups
      log + w1 + "group w1 any w1\nquorum w1\n",                // name of a witness
      log + w1 + "group none any w1\nquorum w1\n",
      log + w1 + "threshold 1\nquorum w1\n",  // unknown keyword
      "log\n" + w1 + "quorum w1\n",
      "log vkey\n" + w1 + "quorum w1\n",
      "log " + log_vkey(1) + " url url\n" + w1 + "quorum w1\n",
  };
  for (const std::string& text : bad) {
    INFO(text);
    CHECK_FALSE(parse_policy(text));
  }
}

TEST_CASE("a policy of 64 members with their log keys is read", "[policy]") {
  std::string text;
  std::string group = "group validators 43";
  for (int i = 0; i < 64; ++i) {
    text += "log " + log_vkey(i + 1) + "\nwitness v" + std::to_string(i) + " " +
            witness_vkey(i + 101) + "\n";
    group += " v" + std::to_string(i);
  }
  const auto policy = parse_policy(text + group + "\nquorum validators\n");
  REQUIRE(policy);
  CHECK(policy->logs.size() == 64);
  CHECK(policy->groups[0].threshold == 43);
}

}  // namespace qinglu::crypto
