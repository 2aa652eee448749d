// SPDX-License-Identifier: Apache-2.0
#include "crypto/note.hpp"

#include <nlohmann/json.hpp>

#include "crypto/base/encoding.hpp"
#include "tests/crypto/started.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

namespace qinglu::crypto {
namespace {

const std::string kText = "This is an example message.\n";
const std::string kLine =
    "\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

NoteKey example_key() {
  return *parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
}

Errc code_of(BytesView note) {
  const auto parsed = parse_note(note);
  REQUIRE_FALSE(parsed);
  return parsed.error().code;
}

}  // namespace

TEST_CASE("the example of the signed-note specification verifies", "[note]") {
  const auto note = parse_note(kText + "\n" + kLine);
  REQUIRE(note);
  CHECK(note->text == kText);
  REQUIRE(note->lines.size() == 1);
  REQUIRE(note->lines[0].is_of(example_key()));
  CHECK(verify_note_line(note->text, note->lines[0], example_key()));
  CHECK_FALSE(verify_note_line("Another text.\n", note->lines[0], example_key()));
  CHECK(format_note(*note) == kText + "\n" + kLine);
}

TEST_CASE("the note of Go's sumdb verifies", "[note]") {
  const auto vector =
      nlohmann::json::parse(test::read_test_file("vectors/note/go_sumdb_note.json"))[0];
  const auto key = parse_vkey(vector["vkey"].get<std::string>());
  REQUIRE(key);
  CHECK(format_vkey(*key) == vector["vkey"].get<std::string>());
  const auto note = parse_note(vector["note"].get<std::string>());
  REQUIRE(note);
  CHECK(note->text == vector["text"].get<std::string>());
  REQUIRE(note->lines[0].is_of(*key));
  CHECK(verify_note_line(note->text, note->lines[0], *key));
  // Its secret key gives the same line: base64 of type byte and seed behind the fourth plus sign.
  const std::string skey = vector["skey"];
  const Bytes body = *from_base64(skey.substr(skey.find("+AYEK") + 1));
  const SigningKey signer = SigningKey::from_seed(BytesView(body).substr(1));
  CHECK(sign_note(note->text, key->name, signer) == note->lines[0]);
}

TEST_CASE("a vkey whose key id is not that of its key is refused", "[note]") {
  const std::string good = format_vkey(example_key());
  CHECK(parse_vkey(good));
  for (const char* bad :
       {"", "name", "name+530d903a", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example.com/foo+530d903a+", "example.com/foo+530d903a+AQ=="}) {
    INFO(bad);
    CHECK_FALSE(parse_vkey(bad));
  }
  // Type byte 0x06 has no key of ours.
  const auto other =
      parse_vkey("example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  REQUIRE_FALSE(other);
  CHECK(other.error().code == Errc::unsupported);
}

TEST_CASE("one key under two types has two key ids", "[note]") {
  const PublicKey key = example_key().key;
  CHECK(note_key_id("a", NoteKeyType::ed25519, key) !=
        note_key_id("a", NoteKeyType::cosignature, key));
  CHECK(note_key_id("a", NoteKeyType::ed25519, key) != note_key_id("b", NoteKeyType::ed25519, key));
}

TEST_CASE("key names hold no space of Unicode, no plus sign and no control character", "[note]") {
  for (const char* good : {"a", "example.com/foo", "\u4e2d\u56fd.cn", "a\u2014b"}) {
    CHECK(is_note_key_name(good));
  }
  for (const char* bad : {"", "a b", "a+b", "a\nb", "a\tb", "a\u00a0b", "a\u3000b", "a\u2028b",
                          "a\u0085", "\xff", "\xed\xa0\x80"}) {
    INFO(bad);
    CHECK_FALSE(is_note_key_name(bad));
  }
}

TEST_CASE("a note is split at its last empty line", "[note]") {
  const std::string text = "one\n\ntwo\n\n\nthree\n";
  const auto note = parse_note(text + "\n" + kLine);
  REQUIRE(note);
  CHECK(note->text == text);
  const auto only_blank = parse_note("\n\n" + kLine);
  REQUIRE(only_blank);
  CHECK(only_blank->text == "\n");
}

TEST_CASE("grammar errors of a note are told apart from a failing signature", "[note]") {
  CHECK(code_of("") == Errc::malformed);
  CHECK(code_of(kText) == Errc::malformed);
  CHECK(code_of(kText + "\n") == Errc::malformed);
  CHECK(code_of(kText + kLine) == Errc::malformed);
  CHECK(code_of(kText + "\n" + kLine.substr(0, kLine.size() - 1)) == Errc::malformed);
  CHECK(code_of(kText + "\n" + kLine + "\n") == Errc::malformed);
  CHECK(code_of(kText + "\n-" + kLine.substr(3)) == Errc::malformed);
  CHECK(code_of(kText + "\n\u2014 example.com/foo\n") == Errc::malformed);
  CHECK(code_of(kText + "\n\u2014 example.com/foo \n") == Errc::malformed);
  CHECK(code_of(kText + "\n\u2014 example.com/foo Uw2QOg==\n") == Errc::malformed);  // no signature
  CHECK(code_of(kText + "\n\u2014 a+b Uw2QOgAA\n") == Errc::malformed);
  CHECK(code_of(kText + "\n\u2014  Uw2QOgAA\n") == Errc::malformed);
  CHECK(code_of("tab\there\n\n" + kLine) == Errc::malformed);
  CHECK(code_of("nul" + std::string(1, '\0') + "\n\n" + kLine) == Errc::malformed);
  CHECK(code_of("\xc0\xaf\n\n" + kLine) == Errc::malformed);
  CHECK(code_of(kText + "\n" + kLine + kLine) == Errc::conflict);

  Note many{kText, {}};
  for (int i = 0; i < 64; ++i) many.lines.push_back({"k" + std::to_string(i), {}, "s"});
  CHECK(parse_note(format_note(many)));
  many.lines.push_back({"k64", {}, "s"});
  CHECK(code_of(format_note(many)) == Errc::limit);
}

TEST_CASE("a signature of the wrong length does not verify", "[note]") {
  NoteLine line{"example.com/foo", example_key().id, "short"};
  CHECK_FALSE(verify_note_line(kText, line, example_key()));
}

}  // namespace qinglu::crypto
