// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/court_questions.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/catalog/evidence_deposit.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::ledger {
namespace {

using Mark = CourtAnswer::Mark;
using Capacity = Interest::Capacity;

/// Members of bodies and rows that name who acts by office and not on its own behalf.
constexpr std::string_view kOfficial[] = {"body", "court", "from_body", "notary", "registrar", "to_body", "tsa"};

/// Everybody whom the proven facts name, in the least innocent capacity.
class Named {
 public:
  explicit Named(const Report::Facts& facts) {
    if (facts.subject) add(facts.subject->id, Capacity::party);
    for (const std::string& alias : facts.aliases) add(alias, Capacity::party);
    for (const Report::Record& each : facts.records) record(each);
    if (facts.row) row(*facts.row);
  }

  const Capacity* find(const std::string& party) const {
    const auto at = named_.find(party);
    return at == named_.end() ? nullptr : &at->second;
  }

 private:
  void add(std::string_view text, Capacity capacity) {
    if (!text.starts_with("org:") && !text.starts_with("per:")) return;
    const auto [at, fresh] = named_.emplace(text, capacity);
    if (!fresh) at->second = std::min(at->second, capacity);
  }

  void walk(const Value& value, Capacity capacity) {
    if (value.is_string()) add(value.text(), capacity);
    if (value.is_array()) {
      for (const Value& item : value.items()) walk(item, capacity);
    }
    if (!value.is_object()) return;
    for (const auto& member : value.members()) {
      const bool official = std::ranges::find(kOfficial, member.key) != std::end(kOfficial);
      walk(member.value, official ? Capacity::official : capacity);
    }
  }

  void record(const Report::Record& r) {
    Role role{};
    const bool authority = role_from(r.body.text_of("role"), role) && is_authority(role);
    add(r.submitter, authority ? Capacity::official : Capacity::party);
    for (const auto& signer : r.signers) {
      add(signer.party, authority && signer.party == r.submitter ? Capacity::official : Capacity::party);
    }
    for (const char* key : {"acting_for", "data", "subjects"}) {
      if (const Value* value = r.body.find(key)) walk(*value, Capacity::party);
    }
    for (const auto& shown : r.disclosed) walk(shown.value, Capacity::party);
  }

  void row(const Report::Row& row) {
    std::string_view key = row.key.key;
    while (!key.empty()) {
      const std::size_t end = std::min(key.find('\0'), key.size());
      add(key.substr(0, end), Capacity::party);
      key.remove_prefix(std::min(end + 1, key.size()));
    }
    if (row.value) walk(*row.value, Capacity::party);
  }

  std::map<std::string, Capacity> named_;
};

std::string count(std::size_t n) { return std::to_string(n); }

CourtAnswer consistency(const Report& report) {
  CourtAnswer answer{"16", {"技术核验一致，入链后未被篡改", "Consistent, unaltered since the entry"}, Mark::unknown, {}};
  if (const Failure* decisive = report.decisive()) {
    const CheckInfo& info = info_of(decisive->check);
    const std::string code(info.code);
    answer.mark = decisive->cls == CheckClass::undecided ? Mark::unknown : Mark::fail;
    answer.reason = {"核验止于 " + code + "（" + std::string(info.zh) + "）", "verification ended at " + code + " (" + std::string(info.en) + ")"};
    return answer;
  }
  const Report::Facts& f = *report.facts;
  const auto passed = static_cast<std::size_t>(std::ranges::count_if(report.asked, [](const auto& a) { return !a.failure; }));
  const std::size_t warned = report.asked.size() - passed;
  answer.mark = Mark::pass;
  const std::string cosigned = count(f.cosigners.size());
  answer.reason = {count(passed) + " 项检查重算通过（摘要、签名、至检查点根的路径）；" + cosigned + " 家机构联署，须 " + count(f.quorum) + " 家",
                   count(passed) + " checks recomputed and passed; " + cosigned + " institutions cosigned the checkpoint, " + count(f.quorum) + " are needed"};
  if (warned > 0) {
    answer.reason.zh += "；另有 " + count(warned) + " 项提示，见上";
    answer.reason.en += "; " + count(warned) + " warnings, see above";
  }
  return answer;
}

CourtAnswer platform(const Report& report) {
  CourtAnswer answer{"17(1)", {"存证平台是否符合国家有关规定", "Platform complies with state rules"}, Mark::unknown,
                     {"文件不含平台的备案、安全评估，由运营机构另行出示", "filings and assessments of the platform are not in the file"}};
  if (report.facts) {
    answer.reason.zh = "账本由 " + count(report.facts->institutions) + " 家机构共同运营；" + answer.reason.zh;
    answer.reason.en = count(report.facts->institutions) + " institutions run the ledger; " + answer.reason.en;
  }
  return answer;
}

CourtAnswer interest(const Report& report) {
  CourtAnswer answer{"17(2)", {"当事人与平台有无利害关系、不当干预", "Interest in the case, interference"}, Mark::unknown, {}};
  if (!report.facts) {
    answer.reason = {"未证明任何事项，无从比对", "nothing is proven, so there is nothing to compare"};
    return answer;
  }
  const Report::Facts& f = *report.facts;
  const std::vector<Interest> found = interests(f);
  std::string parties, officials;
  for (const Interest& each : found) {
    std::string& names = each.capacity == Capacity::party ? parties : officials;
    names += (names.empty() ? "" : ", ") + each.name + " (" + each.party + ")";
  }
  if (!parties.empty()) {
    const auto is_party = [&](const Report::Cosigner& cosigner) {
      return std::ranges::any_of(found, [&](const Interest& i) { return i.name == cosigner.name && i.capacity == Capacity::party; });
    };
    const std::string free = count(f.cosigners.size() - static_cast<std::size_t>(std::ranges::count_if(f.cosigners, is_party)));
    answer.mark = Mark::fail;
    answer.reason = {"联署机构同时是所证事项的当事人：" + parties + "；检查点的其余联署机构 " + free + " 家（至少须 " + count(f.quorum) + " 家）",
                     "cosigner that is also a party to what is proven: " + parties + "; " + free + " others cosigned the checkpoint (" + count(f.quorum) + " are needed)"};
    return answer;
  }
  if (!officials.empty()) {
    answer.reason = {"以职权出现：" + officials + "；是否有利害关系由法院认定",
                     "appears by its office: " + officials + "; for the court to weigh"};
    return answer;
  }
  if (std::ranges::any_of(f.cosigners, [](const auto& c) { return c.party.empty(); })) {
    answer.reason = {"信任文件未载联署机构的主体标识，无从比对", "the trust file does not say who the cosigners are in records"};
    return answer;
  }
  answer.mark = Mark::pass;
  answer.reason = {"所证事项中未出现任何联署机构（已逐一比对提交方、签署方、内容所列主体）；股权等其他关系不在文件之内",
                   "no cosigner is named in what is proven (submitter, signers and everybody named were compared); other ties, such as shares, are not in the file"};
  return answer;
}

CourtAnswer system() {
  return {"17(3)", {"系统是否清洁、安全、可靠、可用", "System clean, secure, reliable"}, Mark::unknown,
                     {"文件不含节点的软件摘要、运行日志、等级保护测评", "no digest of the nodes' software, no log or assessment of their operation is in the file"}};
}

CourtAnswer technique(const Report& report) {
  CourtAnswer answer{"17(4)", {"存证技术和过程是否符合标准", "Technique and process meet standards"}, Mark::unknown, {}};
  if (report.verified()) {
    answer.reason = {"SHA-256、Ed25519、RFC 6962、C2SP 检查点，均可重算；文件不含按标准所作的测评",
                     "SHA-256, Ed25519, RFC 6962, C2SP checkpoints: recomputable; no assessment in the file"};
  } else {
    answer.reason = {"核验未完成", "the verification did not come to its end"};
  }
  return answer;
}

/// What a deposit says of the time before it entered the log.
void judge_deposit(const Report::Record& record, CourtAnswer& answer) {
  const Value& data = *record.body.find("data");
  const std::string offset = std::to_string(data.integer_of("clock_offset_ms"));
  const std::string captured = std::string(data.text_of("captured_at"));
  const std::string clock = visible(data.text_of("clock_source"));
  const std::string links = count(data.items_of("custody").size());
  const Text capture = {"取得于 " + captured + "，时钟 " + clock + "，偏差 " + offset + " 毫秒",
                        "captured at " + captured + ", clock " + clock + ", offset " + offset + " ms"};
  const auto gaps = custody_gaps(record.body, data.items_of("custody"), record.block_time_ms);
  if (gaps.empty()) {
    answer.mark = Mark::pass;
    answer.reason = {"存证载明来源、方法、工具、环境检查（" + capture.zh + "）；保管 " + links + " 段，自取得至入账连续，止于存证方。均为存证方所述",
                     "the deposit states source, method, tool and check of the environment (" + capture.en + "); custody of " + links + " links without a gap up to the depositor. All as the depositor states it"};
    return;
  }
  std::string where_zh, where_en;
  for (const CustodyGap& gap : gaps) {
    const std::string link = count(gap.link + 1);
    where_zh += (where_zh.empty() ? "第 " : "、第 ") + link + " 段（" + visible(gap.detail) + "）";
    where_en += (where_en.empty() ? "link " : ", link ") + link + " (" + visible(gap.detail) + ")";
  }
  answer.mark = Mark::fail;
  answer.reason = {"保管经过有缺口或不止于存证方：" + where_zh + "；" + capture.zh,
                   "the custody has a gap or does not end with the depositor: " + where_en + "; " + capture.en};
}

CourtAnswer before_the_chain(const Report& report) {
  CourtAnswer answer{"18", {"上链前来源、生成、存储是否有说明", "Source and keeping before the entry"}, Mark::unknown, {}};
  if (!report.facts) {
    answer.reason = {"未证明任何事项", "nothing is proven"};
    return answer;
  }
  bool deposits = false;
  for (const Report::Record& record : report.facts->records) {
    if (record.type != "evidence.deposit" || answer.mark == Mark::fail) continue;  // a gap in one is told
    deposits = true;
    judge_deposit(record, answer);
  }
  if (deposits) return answer;
  if (report.facts->records.empty()) {
    answer.reason = {"所证为账本自身的状态，不涉及上链前的数据", "what is proven is the ledger's own state; no data from before it is concerned"};
  } else {
    answer.reason = {"所示记录不含取证和保管经过；所述事实和日期是提交方的陈述",
                     "no capture or custody in the records shown; facts and dates are what the submitter says"};
  }
  return answer;
}

CourtAnswer expert(const Report& report) {
  CourtAnswer answer{"19", {"能否由专业人员另行核验", "Experts can verify it otherwise"}, Mark::unknown, {}};
  if (report.verified()) {
    answer.mark = Mark::pass;
    answer.reason = {"凭本文件和信任文件即可脱离平台重算；格式公开；第二核验程序不共享代码",
                     "file and trust file suffice; formats are published; a second verifier shares no code"};
  } else {
    answer.reason = {"可用下列工具重做，以查明本次结果的原因", "the tools below can repeat it, to learn the reason of this result"};
  }
  return answer;
}

}  // namespace

std::vector<Interest> interests(const Report::Facts& facts) {
  const Named named(facts);
  std::vector<Interest> found;
  const auto look = [&](const std::vector<Report::Cosigner>& cosigners) {
    for (const auto& cosigner : cosigners) {
      const Capacity* capacity = cosigner.party.empty() ? nullptr : named.find(cosigner.party);
      const bool known = std::ranges::find(found, cosigner.name, &Interest::name) != found.end();
      if (capacity && !known) found.push_back({cosigner.name, cosigner.party, *capacity});
    }
  };
  look(facts.cosigners);
  for (const auto& record : facts.records) look(record.first_quorum);
  for (const auto& older : facts.older) look(older.cosigners);
  return found;
}

std::vector<CourtAnswer> court_answers(const Report& report) {
  return {consistency(report), platform(report), interest(report), system(), technique(report), before_the_chain(report), expert(report)};
}

}  // namespace qinglu::ledger
