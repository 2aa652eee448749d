// SPDX-License-Identifier: Apache-2.0
#include "cli/help.hpp"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>

#include "ledger/catalog/schema.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::cli {
namespace {

constexpr std::string_view kExitCodes = R"(0    ok            success; verified, also with warnings    成功；验证通过
1    refuted       the answer is no, and it is proven       已证否
2    usage         wrong command, flag or argument          用法错误
3    undecided     cannot tell from what is at hand         无法判断
4    denied        not authorised, or the key is locked     无权或密钥锁定
5    not found     the thing asked for does not exist       不存在
6    refused       the rules refuse the record              被规则拒绝
7    conflict      the subject's state has moved            状态冲突
8    unreachable   no node reached, or overloaded           无法连接
9    unknown       timed out; running again is safe         结果未知，可重试
10   fork          equivocation detected, proof written     分叉
11   warnings      verified with warnings, with --strict    有警告
12   halted        the node stopped for safety              节点停机
70   internal      an unexpected exception                  内部错误
78   configuration configuration wrong                      配置错误
130  interrupted   by the user                              中断
)";

constexpr std::string_view kEnvironment = R"(QINGLU_NODE      address of a node                    节点地址
QINGLU_KEYS      directory of key files               密钥目录
QINGLU_KEY       signing key                          签名密钥
QINGLU_TRUST     trust file                           信任文件
QINGLU_STATE     receipts, journals, last checkpoint  回执、批次日志、最近检查点
QINGLU_PROFILE   profile of config.toml               配置档
QINGLU_LANG      zh or en                             语言
NO_COLOR         no colours                           不用颜色
A flag wins over the environment, the environment over the profile in
$XDG_CONFIG_HOME/qinglu/config.toml or /etc/qinglu/config.toml: node, keys, key, trust, state, lang
below [profile.NAME]; default_profile names one. What came from where: qinglu config show --origin
标志优先于环境变量，环境变量优先于配置文件。
A passphrase comes from the terminal, --passphrase-fd or the systemd credential qinglu-passphrase,
never from an argument or the environment. 口令不经参数或环境变量传递。
)";

constexpr std::string_view kTrust = R"(A trust file says which ledger and whose keys you believe, before you open any evidence.
Make it from the genesis document that the institutions publish, compare the eight words by
telephone or in the gazette, and keep it: qinglu trust pin genesis.json
Without -o it becomes the default, $XDG_CONFIG_HOME/qinglu/trust.json. Evidence never brings its own.

`final` is printed only when it is proven: the votes of a quorum of the trusted validators on the
block, the path of this very record's entry to the block's root, and a checkpoint cosigned under the
policy of which that tree is a prefix. What does not hold ends with 1 and the name of the check; what
cannot be told without a trust file ends with 3. --unverified takes the node's word and says so.
--explain prints each step with its hashes. Lists and rows are the node's word below a verified head.

The checkpoint last seen is kept for each ledger in the state directory. A head that is older, or not
grown out of it, ends with 10, and both signed heads are written to a file: keep it, it is the proof.
--no-state neither reads nor keeps it.

信任文件说明在打开证据之前相信哪个账本、哪些密钥。用各机构公布的创世文件生成，电话或公报核对
八个词后妥善保存。证据文件不自带信任。只有证明成立才显示“已最终确认”：区块得到受信验证人的法定
数投票，本条记录包含于该区块的树，联署检查点由该树增长而来。不成立为 1 并指明检查项；没有信任文件
为 3；--unverified 只采信节点自述并如实标明。本机保存每个账本最近见过的检查点，遇到更旧或不一致
的，以 10 结束，并把两份签名写入文件作为证据。
)";

constexpr std::string_view kPrivacy = R"(What enters the log stays for ever, on every node. Before you sign:
- Natural persons never enter as names: inventors and applicants who are persons stand as salted
  commitments (sha256:…). Keep the salts; without them nobody can open a commitment, nor can you.
- `qinglu patent import` reads organisations only; persons, streets and postcodes are not even read.
- --class PARTIES and SEALED mark who may read a record at a node; the entry itself is in the log.
- The node sees your address and what you ask for; evidence files are verified without any network.
写入日志的内容永久保存于每个节点。自然人不以姓名入链，只以加盐承诺出现，盐由您自己保管；导入专利
数据时只读取机构名称。证据文件可离线验证，不需要网络。
)";

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view help_text(std::string_view topic) {
  if (topic == "exit-codes") return kExitCodes;
  if (topic == "environment") return kEnvironment;
  if (topic == "trust") return kTrust;
  if (topic == "privacy") return kPrivacy;
  return {};
}

int print_help(const Settings& settings, const std::string& topic) {
  const std::string_view text = help_text(topic);
  if (text.empty()) return report_error(settings, {Errc::usage, "topics: exit-codes, environment, trust, privacy"}, kUsage);
  std::cout << text;
  return kOk;
}

int print_template(const ledger::RecordType& type) {
  std::cout << ledger::to_canonical(ledger::example_data(type)) << "\n";
  return kOk;
}

int unknown_word(const Settings& settings, const std::string& before, const std::string& word,
                 const std::set<std::string>& known) {
  std::string nearest;
  std::size_t best = 3;
  for (const std::string& name : known) {
    if (const std::size_t distance = edit_distance(word, name); distance < best) {
      best = distance;
      nearest = name;
    }
  }
  std::string text = settings.say("没有命令 ", "no command ") + before + word;
  if (!nearest.empty()) text += settings.say("；是否为 ", "; did you mean ") + before + nearest + settings.say("？", "?");
  return report_error(settings, {Errc::usage, text}, kUsage);
}

}  // namespace qinglu::cli
