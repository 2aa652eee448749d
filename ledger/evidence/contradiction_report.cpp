// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/contradiction_report.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/trust.hpp"

namespace qinglu::ledger {
namespace {

using Asked = ContradictionReport::Asked;
using Failed = ContradictionReport::Failed;

using Row = ContradictionCheck;
constexpr std::array<Row, 6> kAsked = {{
    {"C01_FILE", "文件格式正确", "the file has its form"},
    {"C02_TRUST", "给出了含验证人集合的信任锚", "a trust anchor with the validator set is given"},
    {"C03_LEDGER", "账本与信任锚一致", "the ledger is that of the trust anchor"},
    {"C04_MEMBER", "密钥属于所指成员", "the key is the member's"},
    {"C05_SIGNATURES", "两个签名均有效", "both signatures hold"},
    {"C06_CONTRADICTION", "两项陈述相互矛盾", "the two statements contradict each other"},
}};

/// What each code says of a member.
constexpr std::array<Row, 6> kCodes = {{
    {"E1", "在同一视图提出两个区块", "proposed two blocks in one view"},
    {"E2", "在同一视图公证两个区块", "notarized two blocks in one view"},
    {"E3", "对同一视图既作废又最终确认", "nullified and finalized one view"},
    {"E4", "在同一视图最终确认两个结果", "finalized two outcomes in one view"},
    {"E5", "公证一个区块而最终确认另一个", "notarized one block and finalized another in one view"},
    {"E6", "对同一大小联署两个不同的日志根", "cosigned two roots of the log at one size"},
}};

struct KindName {
  std::string_view name;
  std::string_view zh;
};
constexpr std::array<KindName, 5> kKinds = {
    {{"propose", "提议"}, {"notarize", "公证"}, {"nullify", "作废"}, {"finalize", "最终确认"}, {"cosign", "联署"}}};
const KindName& kind_of(const Said& said) { return kKinds[static_cast<std::size_t>(said.kind)]; }

/// Control and direction characters of a stranger's file must not reach a screen.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  return out;
}

std::optional<Failed> find_fault(BytesView file, BytesView trust_bytes, ContradictionReport& report) {
  const auto fail = [](Asked at, CheckClass cls, std::string detail) { return Failed{at, cls, std::move(detail)}; };
  using enum CheckClass;
  auto decoded = decode_contradiction(file);
  if (!decoded) return fail(Asked::file, refuted, decoded.error().detail);
  report.contradiction = std::move(*decoded);
  const Contradiction& c = *report.contradiction;
  if (std::ranges::find(kCodes, c.code, &Row::code) == kCodes.end()) {
    return fail(Asked::file, undecided, "code " + printable(c.code) + " is not known to this program");
  }
  const auto first = read_statement(c.first.bytes, c.ledger_id, c.origin);
  const auto second = read_statement(c.second.bytes, c.ledger_id, c.origin);
  if (!first || !second) return fail(Asked::file, refuted, (first ? second : first).error().detail);
  if (trust_bytes.empty()) return fail(Asked::trust, undecided, "no trust file was given");
  const auto trust = decode_trust(trust_bytes);
  if (!trust) return fail(Asked::trust, undecided, trust.error().detail);
  if (!trust->validators) return fail(Asked::trust, undecided, "the trust file holds no validator set");
  if (trust->ledger_id != c.ledger_id || trust->origin != c.origin) {
    return fail(Asked::ledger, refuted, "it is of " + printable(c.origin) + ", the trust file of " + trust->origin);
  }
  const auto& members = trust->validators->members;
  const auto member = std::ranges::find(members, c.member, &Validator::id);
  const bool cosigned = c.code == "E6";
  if (member == members.end() || (cosigned ? member->cosign_key : member->vote_key) != c.key) {
    // Which set was in force when a log was cosigned, a cosignature does not say.
    const bool other_set = cosigned || first->epoch != trust->epoch;
    return fail(Asked::member, other_set ? undecided : refuted,
                "the set of epoch " + std::to_string(trust->epoch) + " has no " + printable(c.member) + " with key " + to_hex(c.key));
  }
  if (auto ok = check_contradiction(c); !ok) {
    return fail(ok.error().code == Errc::bad_signature ? Asked::signatures : Asked::contradiction, refuted, ok.error().detail);
  }
  report.said = {*first, *second};
  return std::nullopt;
}

std::string sentence(const Said& said, bool zh) {
  std::string out(zh ? kind_of(said).zh : kind_of(said).name);
  out += "  ";
  if (said.kind == Said::Kind::cosign) {
    return out + (zh ? "大小 " : "size ") + std::to_string(said.size) + (zh ? "，根 " : ", root ") + to_hex(said.root);
  }
  out += (zh ? "第 " : "epoch ") + std::to_string(said.epoch) + (zh ? " 届，视图 " : ", view ") + std::to_string(said.view);
  if (said.kind != Said::Kind::nullify) out += (zh ? "，区块 " : ", block ") + to_hex(said.block_hash);
  return out;
}

}  // namespace

int ContradictionReport::exit_code() const {
  if (!failed) return 0;
  return failed->cls == CheckClass::undecided ? 3 : 1;
}

bool is_contradiction(BytesView file) {
  const auto document = parse_canonical(file);
  return document && document->text_of("format").starts_with("qinglu-contradiction/");
}

ContradictionReport verify_contradiction(BytesView file, BytesView trust) {
  ContradictionReport report;
  report.file_hash = crypto::sha256(file);
  if (!trust.empty()) report.trust_hash = crypto::sha256(trust);
  report.failed = find_fault(file, trust, report);
  return report;
}

std::span<const ContradictionCheck> contradiction_checks() { return kAsked; }

std::string render_text(const ContradictionReport& report, Language language, bool explain) {
  const bool zh = language == Language::zh;
  const auto say = [zh](std::string_view chinese, std::string_view english) { return std::string(zh ? chinese : english); };
  std::string out = report.verified()                                ? say("已证实：成员自相矛盾", "PROVEN: a member contradicts itself")
                    : report.failed->cls == CheckClass::undecided ? say("无法判定", "UNDECIDED")
                                                                     : say("验证不成立", "REFUTED");
  out += "\n  " + say("文件 SHA-256", "SHA-256 of the file") + ": " + to_hex(report.file_hash) + "\n";
  if (report.trust_hash) out += "  " + say("信任锚 SHA-256", "SHA-256 of the trust file") + ": " + to_hex(*report.trust_hash) + "\n";
  if (report.verified()) {
    const Contradiction& c = *report.contradiction;
    const auto& code = *std::ranges::find(kCodes, c.code, &Row::code);
    out += "  " + say("成员", "member") + ": " + c.member + "\n";
    out += "  " + c.code + ": " + say(code.zh, code.en) + "\n";
    for (const Said& said : report.said) out += "    " + sentence(said, zh) + "\n";
    out += "  " + say("密钥", "key") + ": " + to_hex(c.key) + "\n";
    out += "  " + say("账本", "ledger") + ": " + to_sha256_id(c.ledger_id) + "  " + c.origin + "\n";
    out += say("  未证明：密钥由何人使用、是否出于故意\n", "  not proven: who used the key, and whether on purpose\n");
  }
  for (std::size_t i = 0; i < kAsked.size(); ++i) {
    const auto asked = static_cast<Asked>(i);
    const Row& row = kAsked[i];
    const bool here = report.failed && report.failed->at == asked;
    if (here) {
      out += "  !!  " + std::string(row.code) + "  " + say("未通过：", "failed: ") + say(row.zh, row.en) + "\n      " +
             std::string(name(report.failed->cls)) + ": " + report.failed->detail + "\n";
      break;
    }
    if (explain) out += "  ok  " + std::string(row.code) + "  " + say(row.zh, row.en) + "\n";
  }
  return out;
}

Value render_json(const ContradictionReport& report) {
  Value::Items checks;
  for (std::size_t i = 0; i < kAsked.size(); ++i) {
    const bool here = report.failed && report.failed->at == static_cast<Asked>(i);
    Value check(Value::Members{{"code", kAsked[i].code}, {"ok", !here}});
    if (here) {
      check.set("class", name(report.failed->cls));
      check.set("detail", report.failed->detail);
    }
    checks.push_back(std::move(check));
    if (here) break;
  }
  Value value(Value::Members{{"checks", std::move(checks)},
                             {"exit_code", report.exit_code()},
                             {"file_sha256", to_hex(report.file_hash)},
                             {"verdict", report.verified() ? std::string_view("verified") : name(report.failed->cls)}});
  if (report.trust_hash) value.set("trust_sha256", to_hex(*report.trust_hash));
  if (report.verified()) {
    const Contradiction& c = *report.contradiction;
    Value::Items statements;
    for (const Said& said : report.said) {
      Value each(Value::Members{{"kind", kind_of(said).name}});
      if (said.kind == Said::Kind::cosign) {
        each.set("root", to_hex(said.root));
        each.set("size", said.size);
      } else {
        each.set("epoch", said.epoch);
        each.set("view", said.view);
        if (said.kind != Said::Kind::nullify) each.set("block_hash", to_hex(said.block_hash));
      }
      statements.push_back(std::move(each));
    }
    value.set("facts", Value::Members{{"code", c.code},
                                      {"key", to_hex(c.key)},
                                      {"ledger_id", to_sha256_id(c.ledger_id)},
                                      {"member", c.member},
                                      {"origin", c.origin},
                                      {"statements", std::move(statements)}});
  }
  return value;
}

}  // namespace qinglu::ledger
