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

constexpr std::string_view kEnvironment = R"(QINGLU_NODE      address of a node            节点地址
QINGLU_KEYS      directory of key files       密钥目录
QINGLU_KEY       signing key                  签名密钥
QINGLU_TRUST     trust file                   信任文件
QINGLU_STATE     receipts and journals        回执与日志目录
QINGLU_PROFILE   profile of config.toml       配置档
QINGLU_LANG      zh or en                     语言
NO_COLOR         no colours                   不用颜色
A flag wins over the environment, the environment over the profile in
$XDG_CONFIG_HOME/qinglu/config.toml or /etc/qinglu/config.toml.
标志优先于环境变量，环境变量优先于配置文件。
)";

constexpr std::string_view kTrust = R"(A trust file says which ledger and whose keys you believe, before you open any evidence.
Make it from the genesis document that the institutions publish, compare the eight words by
telephone or in the gazette, and keep it: qinglu trust pin genesis.json -o trust.json
Evidence never brings its own trust.
信任文件说明在打开证据之前相信哪个账本、哪些密钥。用各机构公布的创世文件生成，电话或公报核对
八个词后妥善保存。证据文件不自带信任。
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

int print_help(const Settings& settings, const std::string& topic) {
  if (topic == "exit-codes") {
    std::cout << kExitCodes;
  } else if (topic == "environment") {
    std::cout << kEnvironment;
  } else if (topic == "trust") {
    std::cout << kTrust;
  } else {
    return report_error(settings, {Errc::usage, "topics: exit-codes, environment, trust"}, kUsage);
  }
  return kOk;
}

int print_template(const ledger::RecordType& type) {
  std::cout << ledger::to_canonical(ledger::example_data(type)) << "\n";
  return kOk;
}

int unknown_noun(const Settings& settings, const std::string& word, const std::set<std::string>& known) {
  std::string nearest;
  std::size_t best = 3;
  for (const std::string& name : known) {
    if (const std::size_t distance = edit_distance(word, name); distance < best) {
      best = distance;
      nearest = name;
    }
  }
  std::string text = "no command " + word;
  if (!nearest.empty()) text += "; did you mean " + nearest + "?";
  return report_error(settings, {Errc::usage, text}, kUsage);
}

}  // namespace qinglu::cli
