// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/report.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/report_words.hpp"
#include "ledger/log/sublog.hpp"

namespace qinglu::ledger {
namespace {

/// A sentence in the reader's language.
struct Words {
  Language language;
  std::string operator()(const char* zh, const char* en) const {
    return language == Language::zh ? zh : en;
  }
  std::string operator()(const Text& text) const { return text.in(language); }
};

std::string digits(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
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

/// Writes the statement, one line for each fact.
class Statement {
 public:
  Statement(const Report::Facts& facts, const Words& say) : f_(facts), say_(say) {}

  std::string text() {
    line(say_("声明", "claim"), say_(claim_sentence(f_)));
    if (f_.subject) {
      line(say_("对象", "subject"), f_.subject->id);
      for (const std::string& alias : f_.aliases) line(say_("别名", "also known as"), alias);
    }
    if (f_.row) row();
    for (const Report::List& each : f_.lists) list(each);
    for (const Report::Record& each : f_.records) record(each);
    for (const Report::OlderTree& each : f_.older) {
      line(say_("较早的树", "older tree"), say_("大小 ", "size ") + std::to_string(each.size) + say_("，根 ", ", root ") + to_hex(each.root));
      append_cosigners(out_, each.cosigners);
    }
    for (const Report::Attachment& each : f_.attachments) attachment(each);
    line(say_("账本", "ledger"), to_sha256_id(f_.ledger_id));
    line(say_("日志", "log"), f_.origin);
    if (f_.as_of.size != f_.size) line(say_("截至", "as of"), say_(moment(f_.as_of)));
    line(f_.as_of.size != f_.size ? say_("检查点", "checkpoint") : say_("截至", "as of"),
         say_("大小 ", "size ") + std::to_string(f_.size) + say_("，高度 ", ", height ") + std::to_string(f_.head_height) +
             say_("，根 ", ", root ") + to_hex(f_.root));
    out_ += "  " + say_("联署机构", "cosigned by") + ":\n";
    append_cosigners(out_, f_.cosigners);
    for (const Report::Timestamp& each : f_.timestamps) timestamp(each);
    out_ += "  " +
            say_("未证明：内容真实、密钥背后之人、账本外的事件、所列标识之外的完整性、角色的管辖范围（由受理时的法定数机构审查）",
                 "not proven: that the contents are true, who holds a key, events outside the ledger, completeness beyond "
                 "the ids named, scopes of roles (judged by the quorum that accepted the record)") +
            "\n";
    return std::move(out_);
  }

 private:
  void line(const std::string& label, const std::string& value) { out_ += "  " + label + ": " + value + "\n"; }

  void attachment(const Report::Attachment& file) {
    line(say_("附件", "attachment"), plain_name(file.name) + say_("，", ", ") + plain_name(file.media) + say_("，", ", ") +
                                         std::to_string(file.size) + say_(" 字节，", " bytes, ") + to_sha256_id(file.sha256));
    line(say_("  载明于记录", "  named by record"), to_sha256_id(file.record));
    out_ += "    " + (file.given ? say_("文件已出示，与之相符", "the file was given, and is that one") : say_("文件未出示", "the file is not shown")) + "\n";
  }

  void timestamp(const Report::Timestamp& token) {
    line(say_("检查点的时间戳", "time-stamp of the checkpoint"), stamped_time(token));
    line(say_("  机构（证书自称）", "  authority, as its certificate says"), token.tsa.empty() ? say_("未写明", "not stated") : plain_name(token.tsa));
    line(say_("  策略", "  policy"), token.policy);
    out_ += "    " +
            (token.signature_checked ? say_("其签名已按内附证书核验", "its signature was checked, by the certificate inside")
                                     : say_("其签名本程序未核验", "its signature was not checked by this program")) +
            say_("；证书由谁签发未予判断。取出 token（base64）后可另行核验：", "; who issued the certificate is not judged. Take out its token (base64), then: ") +
            "\n      openssl ts -verify -digest " + to_hex(token.imprint) + " -in token.der -token_in -CAfile ROOT.pem -attime " +
            std::to_string(token.time_ms / 1000) + "\n";
  }

  void row() {
    line(say_("状态行", "state row"), row_name(f_.row->key));
    if (f_.row->value) line(say_("内容", "contents"), visible(to_canonical(*f_.row->value)));
  }

  void list(const Report::List& told) {
    line(say_("清单", "list"), told.id + say_("，", ", ") + say_(category_name(told.category)) + say_("：共 ", ": ") +
                                  std::to_string(told.count) + say_(" 条", " records"));
    if (told.from_seq > 0) {
      line(say_("所示部分", "part shown"), say_("自第 ", "from number ") + std::to_string(told.from_seq + 1) + say_(" 条起", " on"));
    }
    std::uint64_t number = told.from_seq;
    for (const auto& entry : told.lines) {
      out_ += "    " + std::to_string(++number) + "  " + say_("日志位置 ", "log index ") + std::to_string(entry.index);
      if (entry.record) {
        const Report::Record& shown = f_.records[*entry.record];
        out_ += "  " + format_instant(shown.block_time_ms / 1000) + "  " + shown.type + "  " + to_sha256_id(shown.id);
      } else {
        out_ += "  " + say_("（未出示）", "(withheld)");
      }
      if (entry.flags & SubjectLeaf::kSealed) out_ += say_("  不公开", "  sealed");
      if (entry.flags & SubjectLeaf::kSupersedes) out_ += say_("  取代前一记录", "  supersedes another");
      out_ += "\n";
    }
  }

  void record(const Report::Record& r) {
    line(say_("记录", "record"), to_sha256_id(r.id));
    line(say_("类型", "type"), r.type + " (" + (say_.language == Language::zh ? r.title_zh : r.title_en) + ")");
    line(say_("提交者", "submitter"), r.submitter);
    line(say_("日志位置", "log index"), std::to_string(r.index));
    line(say_("区块高度", "block height"), std::to_string(r.height));
    line(say_("区块时间", "block time"), format_instant(r.block_time_ms / 1000));
    if (r.recorded_at) {
      line(say_("入账时间不早于", "recorded not before"), format_instant(r.recorded_at->from));
      line(say_("入账时间不晚于", "recorded not after"), format_instant(r.recorded_at->until));
      out_ += "  " + say_("首个法定数联署机构", "institutions of the first quorum") + ":\n";
      append_cosigners(out_, r.first_quorum);
    } else {
      out_ += "  " + say_("入账时间区间未出示", "the interval of recording is not shown") + "\n";
    }
    if (r.batch) {
      line(say_("批次", "batch"), say_("一次签署覆盖 ", "one signature covers ") + std::to_string(r.batch->count) +
                                     say_(" 条记录，本条为第 ", " records; this is number ") + std::to_string(r.batch->n + 1));
    }
    out_ += "  " + say_("签署", "signed by") + ":\n";
    for (const auto& signer : r.signers) {
      out_ += "    " + signer.party + "  " + signer.key_id + "  " + to_hex(signer.pub) + "\n";
      if (signer.compromised_from) {
        out_ += "      " + say_("该密钥后被报失密，自 ", "reported compromised from ") + format_instant(*signer.compromised_from) + "\n";
      }
    }
    const Value* data = r.body.find("data");
    if (data && data->boolean_of("synthetic")) {
      line(say_("合成数据", "synthetic data"), say_("为演示而造，非真实权利", "made up for a demonstration, no real right"));
    }
    line(say_("内容", "contents"), visible(to_canonical(r.body)));
    for (const auto& shown : r.disclosed) line(say_("披露的保密字段 ", "confidential field shown, ") + shown.name, visible(to_canonical(shown.value)));
    for (const auto& field : r.erased) {
      line(say_("已删除的字段 ", "erased field, ") + field.name,
           say_("日志位置 ", "at index ") + std::to_string(field.index) + say_("，由 ", " by ") + field.by + say_("，", " on ") + field.date +
               say_("，个人信息保护法第四十七条，通知 ", ", PIPL 47, notice ") + to_sha256_id(field.notice));
    }
  }

  const Report::Facts& f_;
  const Words& say_;
  std::string out_;
};

Value cosigners_value(const std::vector<Report::Cosigner>& cosigners) {
  Value::Items items;
  for (const auto& cosigner : cosigners) {
    Value item(Value::Members{{"name", cosigner.name}, {"time", cosigner.time}});
    if (!cosigner.party.empty()) item.set("party", cosigner.party);
    items.push_back(std::move(item));
  }
  return items;
}

Value record_value(const Report::Record& r) {
  Value::Items signers;
  for (const auto& signer : r.signers) {
    Value value(Value::Members{
        {"key_id", signer.key_id}, {"party", signer.party}, {"pub", to_hex(signer.pub)}});
    if (signer.compromised_from) value.set("compromised_from", *signer.compromised_from);
    signers.push_back(std::move(value));
  }
  Value value(Value::Members{{"block_time_ms", r.block_time_ms},
                             {"body", r.body},
                             {"height", r.height},
                             {"id", to_sha256_id(r.id)},
                             {"index", r.index},
                             {"signers", std::move(signers)},
                             {"submitter", r.submitter},
                             {"type", r.type}});
  if (r.batch) {
    value.set("batch", Value::Members{{"count", r.batch->count},
                                      {"manifest_index", r.batch->manifest_index},
                                      {"n", r.batch->n}});
  }
  if (r.recorded_at) {
    value.set("first_quorum", cosigners_value(r.first_quorum));
    value.set("recorded_at",
              Value::Members{{"from", r.recorded_at->from}, {"until", r.recorded_at->until}});
  }
  Value::Items disclosed;
  for (const auto& shown : r.disclosed) disclosed.emplace_back(Value::Members{{"name", shown.name}, {"value", shown.value}});
  if (!disclosed.empty()) value.set("disclosed", std::move(disclosed));
  Value::Items erased;
  for (const auto& field : r.erased) {
    erased.emplace_back(Value::Members{{"by", field.by}, {"date", field.date}, {"index", field.index}, {"name", field.name}, {"notice", to_sha256_id(field.notice)}});
  }
  if (!erased.empty()) value.set("erased", std::move(erased));
  return value;
}

Value moment_value(const Report::Moment& at) {
  return Value::Members{{"height", at.height}, {"size", at.size}, {"time_ms", at.time_ms}};
}

Value list_value(const Report::List& told, const std::vector<Report::Record>& records) {
  Value::Items lines;
  std::uint64_t seq = told.from_seq;
  for (const auto& entry : told.lines) {
    Value line(Value::Members{{"flags", static_cast<std::int64_t>(entry.flags)}, {"index", entry.index}, {"seq", seq++}});
    if (entry.record) line.set("record", to_sha256_id(records[*entry.record].id));
    lines.push_back(std::move(line));
  }
  return Value::Members{{"category", static_cast<std::int64_t>(told.category)},
                        {"count", told.count},
                        {"from_seq", told.from_seq},
                        {"id", told.id},
                        {"lines", std::move(lines)}};
}

Value timestamp_value(const Report::Timestamp& token) {
  Value value(Value::Members{{"imprint", to_hex(token.imprint)}, {"policy", token.policy}, {"signature_checked", token.signature_checked}, {"time_ms", token.time_ms}, {"tsa", token.tsa}});
  if (token.accuracy_us) value.set("accuracy_us", *token.accuracy_us);
  return value;
}

Value attachment_value(const Report::Attachment& file) {
  return Value::Members{{"given", file.given}, {"media", file.media}, {"name", file.name}, {"record", to_sha256_id(file.record)},
                        {"sha256", to_sha256_id(file.sha256)}, {"size", file.size}};
}

Value facts_value(const Report::Facts& f) {
  Value value(Value::Members{{"as_of", moment_value(f.as_of)},
                             {"claim", name(f.claim)},
                             {"cosigners", cosigners_value(f.cosigners)},
                             {"head_height", f.head_height},
                             {"ledger_id", to_sha256_id(f.ledger_id)},
                             {"institutions", static_cast<std::uint64_t>(f.institutions)},
                             {"origin", f.origin},
                             {"quorum", static_cast<std::uint64_t>(f.quorum)},
                             {"root", to_hex(f.root)},
                             {"size", f.size}});
  const auto set_all = [&value](std::string_view key, const auto& list, auto one) {
    Value::Items items;
    for (const auto& item : list) items.push_back(one(item));
    if (!items.empty()) value.set(key, std::move(items));
  };
  set_all("records", f.records, record_value);
  set_all("aliases", f.aliases, [](const std::string& id) { return Value(id); });
  set_all("lists", f.lists, [&f](const Report::List& told) { return list_value(told, f.records); });
  set_all("older", f.older, [](const Report::OlderTree& tree) {
    return Value(Value::Members{{"cosigners", cosigners_value(tree.cosigners)}, {"root", to_hex(tree.root)}, {"size", tree.size}});
  });
  if (f.subject) {
    Value::Items categories;
    for (const Category category : f.subject->categories) categories.emplace_back(static_cast<std::int64_t>(category));
    value.set("subject", Value::Members{{"categories", std::move(categories)},
                                        {"id", f.subject->id},
                                        {"kind", static_cast<std::int64_t>(f.subject->kind)}});
  }
  set_all("timestamps", f.timestamps, timestamp_value);
  set_all("attachments", f.attachments, attachment_value);
  if (f.since) value.set("since", moment_value(*f.since));
  if (f.row) {
    Value row(Value::Members{{"key", to_base64(f.row->key.key)}, {"ns", std::string(1, static_cast<char>(f.row->key.ns))}});
    if (f.row->value) row.set("value", *f.row->value);
    value.set("row", std::move(row));
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
  std::string out = say(verdict_of(report)) + "\n";
  out += "  " + say("文件 SHA-256", "SHA-256 of the file") + ": " + to_hex(report.file_hash) + "\n";
  if (report.trust_hash) {
    out += "  " + say("信任锚 SHA-256", "SHA-256 of the trust file") + ": " +
           to_hex(*report.trust_hash) + "\n";
  }
  if (report.facts) out += Statement(*report.facts, say).text();
  for (const auto& asked : report.asked) {
    if (explain || asked.failure) out += check_line(asked, say);
    for (const auto& step : report.steps) {
      if (step.check == asked.check) out += "      " + visible(step.text) + "\n";
    }
  }
  return out;
}

Value render_json(const Report& report, bool strict) {
  Value::Items checks;
  for (const auto& asked : report.asked) {
    Value check(
        Value::Members{{"code", info_of(asked.check).code}, {"ok", !asked.failure.has_value()}});
    Value::Items steps;
    for (const auto& step : report.steps) {
      if (step.check == asked.check) steps.emplace_back(visible(step.text));
    }
    if (!steps.empty()) check.set("steps", std::move(steps));
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
