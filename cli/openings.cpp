// SPDX-License-Identifier: Apache-2.0
#include "cli/openings.hpp"

#include <algorithm>

#include "cli/keys.hpp"
#include "cli/output.hpp"
#include "cli/private_fields.hpp"
#include "cli/records.hpp"
#include "cli/verified.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/erasure.hpp"
#include "ledger/codec/openings_request.hpp"

namespace qinglu::cli {
namespace {

using ledger::Value;

int fail(const Settings& settings, const Error& error) { return report_error(settings, error, exit_code_of(error)); }

/// One member's word, as it stands after checking.
enum class Word { verified, unknown_key, wrong };

Word check_word(const Value& statement, const std::string& notice, const std::optional<ledger::Trust>& trust, std::string& member) {
  const Bytes bytes = ledger::to_canonical(statement);
  const auto said = ledger::parse_erasure(bytes);
  if (!said) return Word::wrong;
  member = said->node;
  if (!trust || !trust->validators) return Word::unknown_key;
  const auto known = std::ranges::find(trust->validators->members, member, &ledger::Validator::id);
  if (known == trust->validators->members.end()) return Word::unknown_key;
  const bool holds = said->ledger_id == trust->ledger_id && to_sha256_id(said->notice) == notice && ledger::verify_erasure(bytes, known->intake_key);
  return holds ? Word::verified : Word::wrong;
}

}  // namespace

int openings_keep(const Settings& settings, const std::string& file) {
  const auto openings = read_openings(file);
  if (!openings) return fail(settings, openings.error());
  auto node = node_of(settings);
  if (!node) return report_error(settings, node.error(), kUsage);
  const std::string record = to_sha256_id(openings->record);
  auto answer = node->post("/v1/records/" + record + "/openings", ledger::encode_openings(*openings));
  if (!answer) return fail(settings, answer.error());
  if (!answer->ok()) return report_answer(settings, "openings.keep", *answer);
  Output out(settings, "openings.keep");
  for (const Value& name : answer->body.items_of("kept")) out.line(name.text());
  out.document(std::move(answer->body));
  return kOk;
}

int openings_read(const Settings& settings, const std::string& record, const std::string& output, bool force) {
  const auto id = from_sha256_id(record);
  if (!id) return report_error(settings, {Errc::usage, "a record id is sha256: and 64 lower-case hex digits"}, kUsage);
  auto place = choose_key(settings);
  if (!place) return fail(settings, place.error());
  auto node = node_of(settings);
  if (!node) return report_error(settings, node.error(), kUsage);
  auto status = node->get("/v1/status");
  if (!status) return fail(settings, status.error());
  const auto ledger_id = from_sha256_id(status->body.text_of("ledger_id"));
  if (!status->ok() || !ledger_id) return report_answer(settings, "openings.read", *status);
  auto key = open_key(settings, *place);
  if (!key) return fail(settings, key.error());
  const ledger::OpeningsRequest request{*ledger_id, *id, place->party, place->key_id, std::string(status->body.text_of("member")), now_ms()};
  auto answer = node->post("/v1/records/" + record + "/openings/read", ledger::sign_openings_request(request, key->key));
  if (!answer) return fail(settings, answer.error());
  if (!answer->ok()) return report_answer(settings, "openings.read", *answer);
  if (auto ok = write_output(output, ledger::to_canonical(answer->body) + "\n", force, Access::owner); !ok) return fail(settings, ok.error());
  Output out(settings, "openings.read");
  out.document(Value(Value::Members{{"file", output}, {"record", record}}));
  out.line(output);
  return kOk;
}

int erasure_status(const Settings& settings, const std::string& notice) {
  auto node = node_of(settings);
  if (!node) return report_error(settings, node.error(), kUsage);
  auto trust = read_trust(settings);
  if (!trust) return fail(settings, trust.error());
  auto answer = node->get("/v1/erasures/" + notice);
  if (!answer) return fail(settings, answer.error());
  if (!answer->ok()) return report_answer(settings, "privacy.erased", *answer);
  Output out(settings, "privacy.erased");
  int code = kOk;
  Value::Items members;
  const auto tell = [&](std::string_view member, const char* word, const std::string& text) {
    out.line(padded(std::string(member), 40) + text);
    members.emplace_back(Value::Members{{"member", member}, {"state", word}});
  };
  for (const Value& statement : answer->body.items_of("acknowledgements")) {
    std::string member = "?";
    switch (check_word(statement, notice, *trust, member)) {
      case Word::verified: tell(member, "erased", out.good(settings.say("已删除（签名有效）", "erased, signature verified"))); break;
      case Word::unknown_key:
        tell(member, "unverified", settings.say("已删除（信任文件无其密钥，签名未核）", "erased; the trust file has no key of it, signature not checked"));
        if (code == kOk) code = kUndecided;
        break;
      case Word::wrong:
        tell(member, "wrong", out.bad(settings.say("确认不成立", "the acknowledgement does not hold")));
        code = kRefuted;
        break;
    }
  }
  for (const Value& member : answer->body.items_of("outstanding")) {
    tell(member.text(), "outstanding", settings.say("尚未确认", "outstanding"));
    if (code == kOk) code = kUndecided;
  }
  out.document(Value(Value::Members{{"acknowledgements", *answer->body.find("acknowledgements")}, {"members", std::move(members)}, {"notice", notice}}));
  return code;
}

}  // namespace qinglu::cli
