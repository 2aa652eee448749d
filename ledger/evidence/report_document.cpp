// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/report_document.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/evidence/court_questions.hpp"
#include "ledger/evidence/report_contents.hpp"
#include "ledger/log/sublog.hpp"

namespace qinglu::ledger {
namespace {

using Tone = Document::Tone;
using Cell = Document::Cell;
using Table = Document::Table;

Text visible(const Text& text) { return {ledger::visible(text.zh), ledger::visible(text.en)}; }
Cell words(const Text& text, Tone tone = Tone::plain) { return Cell::of_words(text, tone); }
Cell literal(std::string_view text) { return Cell::of_literal(text); }
std::string number(std::uint64_t n) { return std::to_string(n); }
Text joined(const Text& a, const Text& b) { return {a.zh + b.zh, a.en + " " + b.en}; }

/// What the claim reaches, and what it does not.
Text scope_of(const Report::Facts& f) {
  switch (f.claim) {
    case Claim::Type::record: return {"下列内容由所列密钥签署，在所示时间区间内进入日志，此后未变；内容是否属实不在证明之内。",
                                      "What is below was signed with the keys named, entered the log within the interval shown, and has not changed since; whether it is true is not proven."};
    case Claim::Type::absence:
    case Claim::Type::history: return {"范围：本账本截至所示高度，所列标识及类别；账本之外的事件不在其内。",
                                       "Scope: this ledger up to the height shown, the ids and categories named; events outside the ledger are not covered."};
    case Claim::Type::state_value: return {"范围：账本由截至所示高度已受理的全部记录推得的状态。",
                                           "Scope: the state that the ledger derived from all records accepted up to the height shown."};
    case Claim::Type::consistency: return {"即：较早的树之后只有增补，未有删改。", "That is: since the older trees nothing was removed or changed, only added."};
  }
  return {};
}

Text statement_of(const Report& report) {
  if (const Failure* decisive = report.decisive()) {
    const CheckInfo& info = info_of(decisive->check);
    const std::string code(info.code);
    const std::string detail = decisive->detail;
    switch (decisive->cls) {
      case CheckClass::undecided:
        return {"缺少 " + code + "（" + std::string(info.zh) + "）所需，不能判定；这不是否定。" + detail,
                "What " + code + " (" + std::string(info.en) + ") asks for is missing, so this cannot be decided; it is no refutation. " + detail};
      case CheckClass::fork:
        return {"同一密钥签署了两份互相矛盾的日志。请保存本文件：它证明此事。" + detail,
                "One key signed two logs that contradict each other. Keep the file: it proves that. " + detail};
      default:
        return {"检查 " + code + "（" + std::string(info.zh) + "）未通过，文件所称不成立，故不列任何事实。" + detail,
                "Check " + code + " (" + std::string(info.en) + ") does not hold, so the file is not what it claims; no facts are shown. " + detail};
    }
  }
  const Text claim = claim_sentence(*report.facts);
  std::string en = claim.en + ".";
  if (en[0] >= 'a' && en[0] <= 'z') en[0] = static_cast<char>(en[0] - 'a' + 'A');
  return joined({claim.zh + "。", en}, scope_of(*report.facts));
}

/// Local time of the courts beside UTC.
Text instant(std::int64_t seconds) {
  std::string local = format_instant(seconds + 8 * 3600);
  if (local.size() == 20) {
    local[10] = ' ';
    local.pop_back();
  }
  const std::string utc = format_instant(seconds);
  return {"北京时间 " + local, utc};
}

/// Appends blocks to a document, in the order in which a court reads them.
class Writer {
 public:
  Writer(const Report& report, Document& out) : report_(report), out_(out) {}

  void write() {
    warnings();
    if (report_.facts) proven(*report_.facts);
    identities();
    if (report_.facts) institutions(*report_.facts);
    if (report_.facts) additions(*report_.facts);
    questions();
    limits();
    repeat();
    if (report_.facts) contents(*report_.facts);
  }

 private:
  void heading(const Text& text) { out_.blocks.push_back(Document::Heading{visible(text)}); }
  void paragraph(const Text& text, Tone tone = Tone::plain) { out_.blocks.push_back(Document::Paragraph{visible(text), tone}); }
  void table(Table table) {
    if (!table.rows.empty()) out_.blocks.push_back(std::move(table));
  }
  static Table facts_table() { return {{22, 78}, {}, {}}; }

  void warnings() {
    for (const auto& asked : report_.asked) {
      if (!asked.failure || !report_.verified()) continue;
      const CheckInfo& info = info_of(asked.check);
      const std::string code(info.code);
      const std::string detail = asked.failure->detail;
      paragraph({"提示 " + code + "：" + std::string(info.zh) + "。" + detail, "Warning " + code + ": " + std::string(info.en) + ". " + detail}, Tone::open);
    }
    if (!report_.facts) return;
    for (const Interest& each : interests(*report_.facts)) {
      if (each.capacity != Interest::Capacity::party) continue;  // told at article 17(2)
      const std::string who = each.name + " (" + each.party + ")";
      paragraph({"注意：联署机构 " + who + " 同时是所证事项的当事人。", "Note: the cosigner " + who + " is also a party to what is proven."}, Tone::bad);
    }
    const auto& row = report_.facts->row;
    if (row && row->value && row->value->boolean_of("synthetic")) {
      paragraph({"合成数据：该状态行为演示而造，非真实权利。", "Synthetic data: the row was made up for a demonstration; no real right."}, Tone::bad);
    }
    for (const auto& record : report_.facts->records) {
      const Value* data = record.body.find("data");
      if (!data || !data->boolean_of("synthetic")) continue;
      paragraph({"合成数据：记录 " + to_sha256_id(record.id) + " 为演示而造，非真实权利。", "Synthetic data: record " + to_sha256_id(record.id) + " was made up for a demonstration; no real right."}, Tone::bad);
    }
  }

  void proven(const Report::Facts& f) {
    heading({"证明了什么", "What is proven"});
    Table table = facts_table();
    const auto row = [&](const Text& label, Cell cell) { table.rows.push_back({words(label), std::move(cell)}); };
    row({"截至", "as of"}, words(moment(f.as_of)));
    if (f.since) row({"自", "since"}, words(moment(*f.since)));
    if (f.subject) {
      row({"对象", "subject"}, literal(f.subject->id));
      for (const std::string& alias : f.aliases) row({"别名", "also known as"}, literal(alias));
    }
    for (const Report::List& list : f.lists) {
      const Text name = category_name(list.category);
      const std::string n = number(list.count);
      Text told = {list.id + "，" + name.zh + "：共 " + n + " 条", list.id + ", " + name.en + ": " + n + " records"};
      if (list.from_seq > 0) {
        const std::string from = number(list.from_seq + 1);
        told = {told.zh + "，所示自第 " + from + " 条起", told.en + ", shown from number " + from + " on"};
      }
      row({"清单", "list"}, words(told));
    }
    if (f.claim == Claim::Type::record) record_facts(f.records.front(), table);
    for (const Report::OlderTree& older : f.older) {
      row({"较早的树", "older tree"}, literal("size " + number(older.size) + ", root " + to_hex(older.root)));
    }
    this->table(std::move(table));
  }

  /// Where and when a record entered, and by whom.
  static void record_facts(const Report::Record& r, Table& table) {
    const auto row = [&](const Text& label, Cell cell) { table.rows.push_back({words(label), std::move(cell)}); };
    row({"记录", "record"}, literal(to_sha256_id(r.id)));
    row({"类型", "type"}, words({r.title_zh + "（" + r.type + "）", r.title_en + " (" + r.type + ")"}));
    row({"提交方", "submitter"}, literal(r.submitter));
    for (const auto& signer : r.signers) {
      row({"签署", "signed by"}, literal(signer.party + "  " + signer.key_id + "  " + to_hex(signer.pub)));
      if (!signer.compromised_from) continue;
      const std::string since = format_instant(*signer.compromised_from);
      row({"密钥", "key"}, words({"该密钥后被报失密，自 " + since + " 起", "reported compromised later, from " + since}, Tone::open));
    }
    if (r.batch) {
      const std::string n = number(r.batch->n + 1);
      const std::string all = number(r.batch->count);
      row({"批次", "batch"}, words({"一次签署覆盖 " + all + " 条记录，本条为第 " + n + " 条", "one signature covers " + all + " records; this is number " + n}));
    }
    const std::string index = number(r.index);
    const std::string height = number(r.height);
    const std::string time = format_instant(r.block_time_ms / 1000);
    row({"位置", "place"}, words({"日志位置 " + index + "，区块高度 " + height + "，区块时间 " + time, "log index " + index + ", block height " + height + ", block time " + time}));
    if (!r.recorded_at) {
      row({"入账时间", "recorded at"}, words({"区间未出示；区块时间由提议者填写、经法定数确认", "the interval is not shown; the block time is the proposer's, confirmed by the quorum"}));
      return;
    }
    const Text from = instant(r.recorded_at->from);
    const Text until = instant(r.recorded_at->until);
    row({"入账不早于", "recorded not before"}, words(joined(from, {"，前一区块的时间", "(the block before)"})));
    row({"入账不晚于", "recorded not after"}, words(joined(until, {"，首个法定数联署时间的中位数", "(median of the first quorum)"})));
  }

  void identities() {
    heading({"文件与账本", "Files and ledger"});
    Table table = facts_table();
    const auto row = [&](const Text& label, const std::string& value) { table.rows.push_back({words(label), literal(value)}); };
    row({"证据文件 SHA-256", "evidence file"}, to_hex(report_.file_hash));
    row({"信任文件 SHA-256", "trust file"}, report_.trust_hash ? to_hex(*report_.trust_hash) : "—");
    if (report_.facts) {
      const Report::Facts& f = *report_.facts;
      row({"账本", "ledger"}, to_sha256_id(f.ledger_id));
      row({"日志", "log"}, f.origin);
      row({"检查点", "checkpoint"}, "size " + number(f.size) + ", height " + number(f.head_height) + ", root " + to_hex(f.root));
    }
    // By the numbers of their codes; --explain has the names.
    std::string passed, failed;
    for (const auto& asked : report_.asked) {
      const std::string_view code = info_of(asked.check).code;
      std::string& list = asked.failure ? failed : passed;
      list += list.empty() ? "" : " ";
      list += asked.failure || code[0] != 'E' ? code : code.substr(0, 3);
    }
    if (!failed.empty()) row({"未通过的检查", "not passed"}, failed);
    row({"通过的检查", "checks passed"}, passed.empty() ? "—" : passed);
    this->table(std::move(table));
    if (report_.trust_hash) {
      paragraph({"信任文件须取自机构公布之处，请核对其 SHA-256。", "The trust file comes from the institutions, not from a party: compare its SHA-256."});
    }
  }

  /// Who stands for the checkpoint, and where it concerns one record for its first quorum.
  void institutions(const Report::Facts& f) {
    heading({"联署机构", "Institutions that cosigned"});
    const bool with_first = f.claim == Claim::Type::record && !f.records.front().first_quorum.empty();
    Table table{with_first ? std::vector<int>{38, 26, 18, 18} : std::vector<int>{46, 32, 22}, {{"机构", "institution"}, {"主体标识", "party"}, {"联署检查点", "cosigned at"}}, {}};
    if (with_first) table.head.push_back({"首个法定数", "first quorum at"});
    const std::vector<Interest> found = interests(f);
    const auto row_of = [&](const Report::Cosigner& cosigner) -> std::vector<Cell>& {
      for (auto& row : table.rows) {
        if (row[0].text.en == cosigner.name) return row;
      }
      const auto at = std::ranges::find(found, cosigner.name, &Interest::name);
      const bool party = at != found.end() && at->capacity == Interest::Capacity::party;
      Cell who = cosigner.party.empty() ? words({"未载", "not stated"}) : literal(cosigner.party);
      if (party) {
        who = literal(cosigner.party + " 当事人 party");
        who.tone = Tone::bad;
      }
      table.rows.push_back({literal(cosigner.name), std::move(who)});
      table.rows.back().resize(table.head.size(), literal("—"));
      return table.rows.back();
    };
    const auto time = [](const Report::Cosigner& cosigner) { return literal(format_instant(static_cast<std::int64_t>(cosigner.time))); };
    for (const auto& cosigner : f.cosigners) row_of(cosigner)[2] = time(cosigner);
    if (with_first) {
      for (const auto& cosigner : f.records.front().first_quorum) row_of(cosigner)[3] = time(cosigner);
    }
    this->table(std::move(table));
    const std::string n = number(f.cosigners.size());
    const std::string all = number(f.institutions);
    const std::string quorum = number(f.quorum);
    paragraph({all + " 家机构中 " + n + " 家联署检查点，须 " + quorum + " 家。时间为协调世界时（北京时间减 8 小时）。",
               n + " of " + all + " institutions cosigned the checkpoint; " + quorum + " are needed. Times: UTC, by their clocks."});
  }

  /// Time-stamp tokens over the checkpoint, and files that go with the evidence file.
  void additions(const Report::Facts& f) {
    if (f.timestamps.empty() && f.attachments.empty()) return;
    heading({"时间戳与附件", "Time-stamps and files"});
    Table table{{22, 52, 26}, {}, {}};
    for (const auto& token : f.timestamps) {
      table.rows.push_back({words({"检查点的时间戳", "time-stamp of the checkpoint"}), literal(stamped_time(token) + "  " + plain_name(token.tsa) + "  " + token.policy),
                            token.signature_checked ? words({"签名已按内附证书核验", "signature checked by the certificate inside"})
                                                    : words({"签名本程序未核验", "signature not checked by this program"}, Tone::open)});
    }
    for (const auto& file : f.attachments) {
      table.rows.push_back({words({"附件", "file"}), literal(plain_name(file.name) + "  " + number(file.size) + " B  " + to_sha256_id(file.sha256)),
                            file.given ? words({"已出示，与记录所载相符", "shown, and the one that the record names"}, Tone::good) : words({"未出示", "not shown"}, Tone::open)});
    }
    this->table(std::move(table));
    if (!f.timestamps.empty()) {
      paragraph({"证书由谁签发，本程序不作判断。", "Who issued an authority's certificate is not judged here."});
    }
  }

  void questions() {
    heading({"《人民法院在线诉讼规则》第十六条至第十九条", "Online Litigation Rules of the people's courts, articles 16 to 19"});
    Table table{{7, 24, 11, 58}, {{"条", "article"}, {"问题", "question"}, {"结果", "answer"}, {"依据", "reason"}}, {}};
    for (const CourtAnswer& each : court_answers(report_)) {
      Cell mark;
      switch (each.mark) {
        case CourtAnswer::Mark::pass: mark = words({"通过", "pass"}, Tone::good); break;
        case CourtAnswer::Mark::unknown: mark = words({"未知", "unknown"}, Tone::open); break;
        case CourtAnswer::Mark::fail: mark = words({"不通过", "fail"}, Tone::bad); break;
      }
      table.rows.push_back({literal(each.article), words(each.question), std::move(mark), words(each.reason)});
    }
    this->table(std::move(table));
  }

  void limits() {
    heading({"未证明什么", "What is not proven"});
    paragraph({"内容真实；密钥背后之人；账本之外的事件；所列标识之外的完整性；角色的管辖范围（受理时由法定数机构审查）；若无信任文件所载基准树，则不排除历任机构以旧密钥另造分支。本报告陈述核验所见，不认定证据真实、合法或有效。",
               "That the contents are true; who holds a key; events outside the ledger; completeness beyond the ids named; scopes of roles (judged by the quorum that accepted the record); without a floor in the trust file, that a quorum of former key holders made no branch of their own. This report states what was found; it does not say that the evidence is true, lawful or valid."});
  }

  void repeat() {
    heading({"如何用其他工具重做", "How to repeat it with other tools"});
    Table table{{40, 60}, {}, {}};
    const auto row = [&](const Text& purpose, const std::string& command) { table.rows.push_back({words(purpose), literal(command)}); };
    row({"文件摘要", "digests of the files"}, "sha256sum FILE TRUST");
    row({"本核验程序，逐项列出", "this verifier, step by step"}, "qinglu-verify FILE --trust TRUST --explain");
    row({"另一语言的第二核验程序", "second verifier, of another language"}, "python3 verify.py FILE --trust TRUST --explain");
    row({"浏览器，离线", "in a browser, offline"}, "verify.html");
    row({"拆开，供 Go、openssl 核验", "unpacked for Go and openssl"}, "qinglu evidence unpack FILE -d DIR");
    row({"时间戳令牌", "time-stamp tokens"}, "openssl ts -verify -token_in -in timestamp-0.tst -data checkpoint -CAfile ROOT.pem");
    this->table(std::move(table));
  }

  void contents(const Report::Facts& f) {
    if (f.row) {
      heading({"状态行", "State row"});
      table(row_contents(*f.row));
    }
    for (const Report::List& list : f.lists) history(list, f);
    for (const Report::Record& record : f.records) {
      if (f.claim == Claim::Type::record) {
        heading({"记录内容", "Contents of the record"});
      } else {
        heading({"记录 " + number(record.index), "Record " + number(record.index)});
        Table facts = facts_table();
        record_facts(record, facts);
        table(std::move(facts));
      }
      table(record_contents(record));
    }
  }

  void history(const Report::List& list, const Report::Facts& f) {
    const Text name = category_name(list.category);
    heading({"清单：" + list.id + "，" + name.zh, "List: " + list.id + ", " + name.en});
    Table table{{5, 9, 17, 23, 46}, {{"序号", "no."}, {"位置", "index"}, {"区块时间", "block time"}, {"类型", "type"}, {"记录", "record"}}, {}};
    std::uint64_t seq = list.from_seq;
    for (const auto& line : list.lines) {
      std::vector<Cell> row = {literal(number(++seq)), literal(number(line.index))};
      if (line.record) {
        const Report::Record& record = f.records[*line.record];
        row.push_back(literal(format_instant(record.block_time_ms / 1000)));
        row.push_back(words({record.title_zh + flags_zh(line.flags), record.title_en + flags_en(line.flags)}));
        row.push_back(literal(to_sha256_id(record.id)));
      } else {
        row.push_back(literal("—"));
        row.push_back(words({"未出示" + flags_zh(line.flags), "withheld" + flags_en(line.flags)}, Tone::open));
        row.push_back(literal("—"));
      }
      table.rows.push_back(std::move(row));
    }
    this->table(std::move(table));
  }

  static std::string flags_zh(std::uint8_t flags) {
    return std::string(flags & SubjectLeaf::kSealed ? "；不公开" : "") + (flags & SubjectLeaf::kSupersedes ? "；取代前一记录" : "");
  }
  static std::string flags_en(std::uint8_t flags) {
    return std::string(flags & SubjectLeaf::kSealed ? "; sealed" : "") + (flags & SubjectLeaf::kSupersedes ? "; supersedes another" : "");
  }

  const Report& report_;
  Document& out_;
};

/// A paragraph of the text rendering: both languages, or one where they do not differ.
void append_both(std::string& out, const Text& text, std::string_view indent) {
  const auto append = [&](const std::string& sentence) {
    out += indent;
    for (const char c : sentence) {
      out.push_back(c);
      if (c == '\n') out += indent;
    }
    out += "\n";
  };
  append(text.zh);
  if (text.en != text.zh) append(text.en);
}

void append_row(std::string& out, const std::vector<Cell>& row) {
  std::string line;
  std::string second;
  for (const Cell& cell : row) {
    line += (line.empty() ? "" : " | ") + cell.text.zh;
    second += (second.empty() ? "" : " | ") + cell.text.en;
  }
  append_both(out, {line, second}, "  ");
}

}  // namespace

Document::Cell Document::Cell::of_words(const Text& content, Tone tone) { return {visible(content), false, tone}; }

Document::Cell Document::Cell::of_literal(std::string_view content) { return {same(ledger::visible(content)), true, Tone::plain}; }

Document report_document(const Report& report) {
  Document document;
  document.title = {"青录 证据核验报告", "Qinglu report of a verification"};
  document.verdict = verdict_of(report);
  document.tone = report.verified() ? (report.warned() ? Tone::open : Tone::good) : report.decisive()->cls == CheckClass::undecided ? Tone::open : Tone::bad;
  document.statement = visible(statement_of(report));
  document.scanned = to_sha256_id(report.file_hash);
  if (report.facts) {
    std::uint64_t newest = 0;
    for (const auto& cosigner : report.facts->cosigners) newest = std::max(newest, cosigner.time);
    document.time = static_cast<std::int64_t>(newest);
  }
  Writer(report, document).write();
  return document;
}

std::string render_document_text(const Document& document) {
  std::string out;
  append_both(out, document.title, "");
  out += "\n";
  append_both(out, document.verdict, "");
  append_both(out, document.statement, "");
  for (const auto& block : document.blocks) {
    if (const auto* heading = std::get_if<Document::Heading>(&block)) {
      out += "\n";
      append_both(out, {"# " + heading->text.zh, "# " + heading->text.en}, "");
    } else if (const auto* paragraph = std::get_if<Document::Paragraph>(&block)) {
      append_both(out, paragraph->text, "  ");
    } else {
      for (const auto& row : std::get<Table>(block).rows) append_row(out, row);
    }
  }
  return out;
}

}  // namespace qinglu::ledger
