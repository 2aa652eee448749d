// SPDX-License-Identifier: Apache-2.0
#include "cli/why.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

namespace qinglu::cli {
namespace {

using ledger::Value;

constexpr std::int64_t kClockOffMs = 2'000;  ///< votes are given within 10 s (agreement.md, "time")

class Sentences {
 public:
  Sentences(const Value& status, ledger::Language language)
      : status_(status), zh_(language == ledger::Language::zh), members_(status.items_of("members")) {}

  std::vector<std::string> all() {
    if (!status_.boolean_of("serving")) add("已停机：" + text("halted"), "halted: " + text("halted"));
    numbers();
    if (const std::string reason = text("abstaining"); !reason.empty()) {
      add("本节点运行但不投票：" + reason, "this node runs but does not vote: " + reason);
      operators();
    }
    missing();
    clocks();
    behind();
    contradictions();
    waiting();
    return std::move(lines_);
  }

 private:
  void add(const std::string& zh, const std::string& en) { lines_.push_back(zh_ ? zh : en); }
  std::string text(std::string_view key) const { return std::string(status_.text_of(key)); }
  std::int64_t number(std::string_view key) const { return status_.integer_of(key); }
  std::string list(const std::vector<std::string>& names) const {
    std::string joined;
    for (const std::string& name : names) joined += (joined.empty() ? "" : zh_ ? "、" : ", ") + name;
    return joined;
  }
  static bool is_self(const Value& member) { return member.boolean_of("self"); }

  void numbers() {
    const std::string n = std::to_string(number("validators")), q = std::to_string(number("quorum"));
    const std::int64_t lacking = number("lacking"), left = number("may_fail");
    add("验证节点 " + n + " 个，法定人数 " + q, n + " validators, quorum " + q);
    if (lacking > 0) {
      std::vector<std::string> names;
      for (const Value& member : members_) {
        if (!member.boolean_of("connected")) names.emplace_back(member.text_of("id"));
      }
      const std::string k = std::to_string(lacking);
      add("在下列成员中再有 " + k + " 个恢复之前，任何提交都不能终局：" + list(names),
          "nothing can become final until " + k + " more of these come back: " + list(names));
    } else if (left == 0) {
      add("再有一个成员故障，就不能再终局", "no more may fail: without one more member nothing becomes final");
    } else {
      add("还可容忍 " + std::to_string(left) + " 个故障", std::to_string(left) + " more may fail");
    }
    if (number("validators") < 4) {
      add("少于 4 个验证节点的网络不能容忍任何故障", "a network of fewer than 4 validators tolerates no fault");
    }
  }

  /// An enquiry needs a quorum of others; where there are not so many, only their operators are left.
  void operators() {
    if (!status_.boolean_of("asks_operators")) return;
    const auto others = std::ranges::count_if(members_, [](const Value& m) { return !is_self(m) && m.boolean_of("connected"); });
    if (others >= number("quorum")) return;
    const std::string needed = std::to_string(number("quorum") - 1), q = std::to_string(number("quorum"));
    add("可应答的其他成员不足 " + q + " 个，须由其他 " + needed + " 个成员的运维人员作证：把 abstention/request.json 交给他们"
            "（qinglud network vouch），再运行 qinglud network end-abstention",
        "fewer than " + q + " others can answer, so the operators of " + needed + " others must vouch: hand them "
            "abstention/request.json (qinglud network vouch), then run qinglud network end-abstention");
  }

  void missing() {
    for (const Value& member : members_) {
      if (is_self(member) || member.boolean_of("connected")) continue;
      const std::string id(member.text_of("id"));
      const std::string problem(member.text_of("problem"));
      const std::string because = problem.empty() ? "" : (zh_ ? "（" + problem + "）" : " (" + problem + ")");
      if (member.boolean_of("heard")) {
        const std::string since = duration(member.integer_of("silent_ms"));
        add("失联：" + id + "，已 " + since + " 没有消息" + because, "missing: " + id + ", silent for " + since + because);
      } else {
        add("失联：" + id + "，自本节点启动以来没有消息" + because,
            "missing: " + id + ", not heard since this node started" + because);
      }
    }
  }

  void clocks() {
    std::size_t others = 0;
    std::vector<std::string> off;
    for (const Value& member : members_) {
      if (is_self(member) || !member.boolean_of("connected")) continue;
      ++others;
      const std::int64_t ms = member.integer_of("clock_offset_ms");
      if (ms >= -kClockOffMs && ms <= kClockOffMs) continue;
      const std::string id(member.text_of("id"));
      const std::string by = duration(ms < 0 ? -ms : ms);
      off.push_back(id);
      if (ms > 0) {
        add("时钟偏差：" + id + " 比本节点快 " + by, "clock: " + id + " is " + by + " ahead of this node");
      } else {
        add("时钟偏差：" + id + " 比本节点慢 " + by, "clock: " + id + " is " + by + " behind this node");
      }
    }
    // One clock against many: the one is likelier to be wrong.
    if (off.size() >= 2 && 2 * off.size() > others) {
      add("多数成员的时钟与本节点不同：请检查本节点的时钟", "most clocks differ from this node's: check the clock of this node");
    }
  }

  void behind() {
    std::int64_t highest = number("height");
    std::string who;
    for (const Value& member : members_) {
      if (is_self(member) || member.integer_of("height") <= highest) continue;
      highest = member.integer_of("height");
      who = member.text_of("id");
    }
    if (who.empty()) return;
    const std::string mine = std::to_string(number("height")), theirs = std::to_string(highest);
    add("本节点落后：高度 " + mine + "，" + who + " 称已到 " + theirs,
        "this node is behind: height " + mine + ", " + who + " says " + theirs);
  }

  void contradictions() {
    std::set<std::pair<std::string, std::string>> told;
    for (const Value& each : status_.items_of("contradictions")) {
      const std::string member(each.text_of("member")), code(each.text_of("code")), file(each.text_of("file"));
      if (!told.emplace(member, code).second) continue;  // one file proves it; the others lie beside it
      add("自相矛盾的签名：" + member + "（" + code + "）" + (file.empty() ? "，证据文件未能保存" : "，证据在节点目录的 " + file),
          "contradiction: " + member + " signed what cannot both be honest (" + code + "); " +
              (file.empty() ? "the evidence could not be kept" : "evidence in the node's directory: " + file));
    }
  }

  void waiting() {
    if (!status_.boolean_of("serving")) return;
    const std::string units = std::to_string(number("pool_units"));
    if (number("pool_units") == 0) {
      add("没有等待的提交：空闲时不出块", "nothing waits: an idle network makes no blocks");
    } else if (number("lacking") > 0) {
      add(units + " 个提交在等待法定人数", units + " submissions wait for a quorum");
    } else {
      const std::string view = std::to_string(number("view"));
      add(units + " 个提交在等待出块（视图 " + view + "）", units + " submissions wait for a block (view " + view + ")");
    }
  }

  std::string duration(std::int64_t ms) const {
    const std::int64_t seconds = ms / 1'000;
    if (seconds < 120) return std::to_string(seconds) + (zh_ ? " 秒" : " s");
    if (seconds < 7'200) return std::to_string(seconds / 60) + (zh_ ? " 分钟" : " min");
    return std::to_string(seconds / 3'600) + (zh_ ? " 小时" : " h");
  }

  const Value& status_;
  bool zh_;
  const Value::Items& members_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> why(const Value& status, ledger::Language language) { return Sentences(status, language).all(); }

}  // namespace qinglu::cli
