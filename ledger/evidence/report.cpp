// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/report.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::ledger {
namespace {

/// A sentence in the reader's language.
struct Words {
  Language language;
  std::string operator()(const char* zh, const char* en) const {
    return language == Language::zh ? zh : en;
  }
};

std::string digits(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

/// Characters that could move or hide others on a screen stand as U+XXXX.
std::string visible(std::string_view text) {
  std::string out;
  while (const auto bad = first_forbidden_code_point(text)) {
    out.append(text.substr(0, *bad));
    const CodePoint c = code_point_at(text, *bad);
    constexpr std::string_view kHex = "0123456789ABCDEF";
    out += "<U+";
    for (int shift = 16; shift >= 0; shift -= 4) {
      if (shift == 16 && c.value < 0x10000) continue;
      out.push_back(kHex[(c.value >> shift) & 15]);
    }
    out += ">";
    text.remove_prefix(*bad + c.length);
  }
  return out.append(text);
}

std::string verdict_line(const Report& report, const Words& say) {
  if (report.verified()) {
    return report.warned() ? say("已验证，有提示", "VERIFIED, with warnings")
                           : say("已验证", "VERIFIED");
  }
  switch (report.decisive()->cls) {
    case CheckClass::fork: return say("发现分叉", "FORK DETECTED");
    case CheckClass::undecided: return say("无法判定", "UNDECIDED");
    default: return say("验证不成立", "REFUTED");
  }
}

std::string check_line(const Report::Asked& asked, const Words& say) {
  const CheckInfo& info = info_of(asked.check);
  const std::string what(say.language == Language::zh ? info.zh : info.en);
  if (!asked.failure) return "  ok  " + std::string(info.code) + "  " + what + "\n";
  return "  !!  " + std::string(info.code) + "  " + say("未通过：", "failed: ") + what +
         "\n      " + std::string(name(asked.failure->cls)) + ": " +
         visible(asked.failure->detail) + "\n";
}

void append_cosigners(std::string& out, const std::vector<Report::Cosigner>& cosigners) {
  for (const auto& cosigner : cosigners) {
    out += "    " + cosigner.name + "  " +
           format_instant(static_cast<std::int64_t>(cosigner.time)) + "\n";
  }
}

std::string facts_text(const Report::Facts& f, const Words& say) {
  std::string out;
  const auto line = [&out](const std::string& label, const std::string& value) {
    out += "  " + label + ": " + value + "\n";
  };
  const std::string title = say.language == Language::zh ? f.title_zh : f.title_en;
  line(say("记录", "record"), to_sha256_id(f.record_id));
  line(say("类型", "type"), f.type + " (" + title + ")");
  line(say("提交者", "submitter"), f.submitter);
  line(say("日志位置", "log index"), std::to_string(f.index));
  line(say("区块高度", "block height"), std::to_string(f.height));
  line(say("区块时间", "block time"), format_instant(f.block_time_ms / 1000));
  if (f.recorded_at) {
    line(say("入账时间不早于", "recorded not before"), format_instant(f.recorded_at->from));
    line(say("入账时间不晚于", "recorded not after"), format_instant(f.recorded_at->until));
    out += "  " + say("首个法定数联署机构", "institutions of the first quorum") + ":\n";
    append_cosigners(out, f.first_quorum);
  } else {
    out += "  " + say("入账时间区间未出示", "the interval of recording is not shown") + "\n";
  }
  if (f.batch) {
    line(say("批次", "batch"), say("一次签署覆盖 ", "one signature covers ") +
                                   std::to_string(f.batch->count) +
                                   say(" 条记录，本条为第 ", " records; this is number ") +
                                   std::to_string(f.batch->n + 1));
  }
  out += "  " + say("签署", "signed by") + ":\n";
  for (const auto& signer : f.signers) {
    out += "    " + signer.party + "  " + signer.key_id + "  " + to_hex(signer.pub) + "\n";
    if (signer.compromised_from) {
      out += "      " + say("该密钥后被报失密，自 ", "reported compromised from ") +
             format_instant(*signer.compromised_from) + "\n";
    }
  }
  line(say("账本", "ledger"), to_sha256_id(f.ledger_id));
  line(say("日志", "log"), f.origin);
  line(say("截至", "as of"), say("大小 ", "size ") + std::to_string(f.size) +
                                 say("，高度 ", ", height ") + std::to_string(f.head_height) +
                                 say("，根 ", ", root ") + to_hex(f.root));
  out += "  " + say("联署机构", "cosigned by") + ":\n";
  append_cosigners(out, f.cosigners);
  const Value* data = f.body.find("data");
  if (data && data->boolean_of("synthetic")) {
    line(say("合成数据", "synthetic data"), say("为演示而造，非真实权利", "made up for a demonstration, no real right"));
  }
  line(say("内容", "contents"), visible(to_canonical(f.body)));
  out += say(
      "  "
      "未证明：内容真实、密钥背后之人、账本外的事件、角色的管辖范围（由受理时的法定数机构审查）\n",
      "  not proven: that the contents are true, who holds a key, events outside the ledger, "
      "scopes of "
      "roles (judged by the quorum that accepted the record)\n");
  return out;
}

Value cosigners_value(const std::vector<Report::Cosigner>& cosigners) {
  Value::Items items;
  for (const auto& cosigner : cosigners) {
    items.emplace_back(Value::Members{{"name", cosigner.name}, {"time", cosigner.time}});
  }
  return items;
}

Value facts_value(const Report::Facts& f) {
  Value::Items signers;
  for (const auto& signer : f.signers) {
    Value value(Value::Members{
        {"key_id", signer.key_id}, {"party", signer.party}, {"pub", to_hex(signer.pub)}});
    if (signer.compromised_from) value.set("compromised_from", *signer.compromised_from);
    signers.push_back(std::move(value));
  }
  Value value(Value::Members{{"block_time_ms", f.block_time_ms},
                             {"body", f.body},
                             {"cosigners", cosigners_value(f.cosigners)},
                             {"head_height", f.head_height},
                             {"height", f.height},
                             {"index", f.index},
                             {"ledger_id", to_sha256_id(f.ledger_id)},
                             {"origin", f.origin},
                             {"record_id", to_sha256_id(f.record_id)},
                             {"root", to_hex(f.root)},
                             {"signers", std::move(signers)},
                             {"size", f.size},
                             {"submitter", f.submitter},
                             {"type", f.type}});
  if (f.batch) {
    value.set("batch", Value::Members{{"count", f.batch->count},
                                      {"manifest_index", f.batch->manifest_index},
                                      {"n", f.batch->n}});
  }
  if (f.recorded_at) {
    value.set("first_quorum", cosigners_value(f.first_quorum));
    value.set("recorded_at",
              Value::Members{{"from", f.recorded_at->from}, {"until", f.recorded_at->until}});
  }
  return value;
}

}  // namespace

bool Report::warned() const {
  return std::ranges::any_of(asked, [](const Asked& a) { return a.failure.has_value(); });
}

const Failure* Report::decisive() const {
  if (verified() || asked.empty() || !asked.back().failure) return nullptr;
  return &*asked.back().failure;
}

int Report::exit_code(bool strict) const {
  if (verified()) return strict && warned() ? 11 : 0;
  const Failure* failure = decisive();
  if (failure && failure->cls == CheckClass::fork) return 10;
  return failure && failure->cls == CheckClass::undecided ? 3 : 1;
}

std::string format_instant(std::int64_t seconds) {
  constexpr std::int64_t kDay = 86'400;
  constexpr std::int64_t kYear10000 = 253'402'300'800;
  if (seconds < 0 || seconds >= kYear10000) return std::to_string(seconds);
  // Days since 1970 to a date: Howard Hinnant, "chrono-compatible low-level date algorithms".
  const std::int64_t days = seconds / kDay + 719'468;
  const std::int64_t era = days / 146'097;
  const std::int64_t of_era = days % 146'097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;  // month counted from March
  const std::int64_t day = of_year - (153 * shifted + 2) / 5 + 1;
  const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const std::int64_t of_day = seconds % kDay;
  return digits(year, 4) + "-" + digits(month, 2) + "-" + digits(day, 2) + "T" +
         digits(of_day / 3600, 2) + ":" + digits(of_day / 60 % 60, 2) + ":" +
         digits(of_day % 60, 2) + "Z";
}

std::string render_text(const Report& report, Language language, bool explain) {
  const Words say{language};
  std::string out = verdict_line(report, say) + "\n";
  out += "  " + say("文件 SHA-256", "SHA-256 of the file") + ": " + to_hex(report.file_hash) + "\n";
  if (report.trust_hash) {
    out += "  " + say("信任锚 SHA-256", "SHA-256 of the trust file") + ": " +
           to_hex(*report.trust_hash) + "\n";
  }
  if (report.facts) out += facts_text(*report.facts, say);
  for (const auto& asked : report.asked) {
    if (explain || asked.failure) out += check_line(asked, say);
  }
  return out;
}

Value render_json(const Report& report, bool strict) {
  Value::Items checks;
  for (const auto& asked : report.asked) {
    Value check(
        Value::Members{{"code", info_of(asked.check).code}, {"ok", !asked.failure.has_value()}});
    if (asked.failure) {
      check.set("class", name(asked.failure->cls));
      check.set("detail", visible(asked.failure->detail));
    }
    checks.push_back(std::move(check));
  }
  Value value(Value::Members{{"checks", std::move(checks)},
                             {"exit_code", report.exit_code(strict)},
                             {"file_sha256", to_hex(report.file_hash)},
                             {"verdict", report.verified() ? std::string_view("verified")
                                                           : name(report.decisive()->cls)}});
  if (report.trust_hash) value.set("trust_sha256", to_hex(*report.trust_hash));
  if (report.facts) value.set("facts", facts_value(*report.facts));
  return value;
}

}  // namespace qinglu::ledger
