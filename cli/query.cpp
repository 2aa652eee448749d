// SPDX-License-Identifier: Apache-2.0
#include "cli/query.hpp"

#include <iostream>

#include "api/client/client.hpp"
#include "cli/output.hpp"
#include "cli/records.hpp"
#include "cli/title_chain.hpp"
#include "cli/verified.hpp"
#include "cli/why.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/schema.hpp"
#include "ledger/catalog/statistics.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::cli {
namespace {

using ledger::Value;

/// Fetches a view below a verified head; the exit code where there is none.
std::optional<Value> fetch(const Settings& settings, const std::string& target, std::string_view command,
                           const std::string& subject, int& code) {
  auto node = node_of(settings);
  if (!node) {
    code = report_error(settings, node.error(), kUsage);
    return std::nullopt;
  }
  if (const auto refused = refuse_unverified(settings, command, subject, *node)) {
    code = *refused;
    return std::nullopt;
  }
  auto answer = node->get(target);
  if (!answer) {
    code = report_error(settings, answer.error(), exit_code_of(answer.error()));
    return std::nullopt;
  }
  if (!answer->ok()) {
    code = report_answer(settings, command, *answer);
    return std::nullopt;
  }
  return std::move(answer->body);
}

void print_members(Output& out, const Value& row) {
  for (const auto& member : row.members()) {
    const std::string text = member.value.is_string() ? member.value.text() : ledger::to_canonical(member.value);
    out.line("  " + padded(member.key, 18) + "  " + text);
  }
}

void print_timeline(Output& out, const Value::Items& items) {
  for (const Value& item : items) {
    std::string flags;
    for (const Value& flag : item.items_of("flags")) flags += " [" + std::string(flag.text_of("code")) + "]";
    out.line("  " + padded(item.text_of("event_date"), 12) + padded(item.text_of("type"), 24) +
             std::string(item.text_of("id")) + flags);
  }
}

/// `12,345.60` of fen.
std::string yuan(std::int64_t fen) {
  std::string text = std::to_string(fen / 100);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text + "." + std::to_string(100 + fen % 100).substr(1);
}

std::string sums(const Settings& settings, const Value& cell) {
  if (cell.boolean_of("suppressed")) return settings.say("  金额不列（过少）", "  sum not shown: too few");
  if (!cell.find("fen")) return {};
  std::string text = settings.say("  金额 ", "  RMB ") + yuan(cell.integer_of("fen"));
  if (cell.find("tech_fen")) text += settings.say("，技术交易额 ", ", technology ") + yuan(cell.integer_of("tech_fen"));
  if (cell.integer_of("stated") != cell.integer_of("count")) {
    text += settings.say("（其中写明金额的 ", " (stated by ") + std::to_string(cell.integer_of("stated")) + settings.say("）", ")");
  }
  return text;
}

}  // namespace

bool is_synthetic(api::Client& node, std::string_view subject) {
  const bool party = subject.starts_with("org:") || subject.starts_with("per:");
  auto answer = node.get((party ? "/v1/parties/" : "/v1/subjects/") + api::encode_target(subject));
  const Value* row = answer && answer->ok() ? answer->body.find("row") : nullptr;
  return row && row->boolean_of("synthetic");
}

std::string synthetic_mark(const Settings& settings) {
  return settings.say("合成数据，为演示而造", "synthetic data, made up for a demonstration");
}

int show_status(const Settings& settings, bool explain) {
  // A node's state is its own word; only where nothing is believed beforehand it stands alone.
  auto trust = read_trust(settings);
  if (!trust) return report_error(settings, trust.error(), exit_code_of(trust.error()));
  Settings asking = settings;
  asking.unverified = settings.unverified || !*trust;
  int code = kOk;
  auto body = fetch(asking, "/v1/status", "status", "", code);
  if (!body) return code;
  body->set("verified", Value(!asking.unverified));
  Output out(settings, "status");
  out.line(std::string(body->text_of("member")) + "  " + settings.node);
  if (asking.unverified) {
    out.line(settings.say("未验证：没有信任文件，或键入了 --unverified", "unverified: no trust file, or --unverified was typed"));
  }
  out.line(settings.say("账本 ", "ledger ") + std::string(body->text_of("ledger_id")));
  out.line(settings.say("高度 ", "height ") + std::to_string(body->integer_of("height")) +
           settings.say("，日志 ", ", log ") + std::to_string(body->integer_of("log_size")) +
           settings.say(" 条，规则包 ", " entries, rule pack ") + std::to_string(body->integer_of("rule_pack")));
  out.line(settings.say("待确认 ", "pending ") + std::to_string(body->integer_of("pool_units")));
  const bool serving = body->boolean_of("serving");
  const bool healthy = serving && body->integer_of("lacking") == 0 && body->text_of("abstaining").empty() &&
                       body->items_of("contradictions").empty();
  if (explain || !healthy) {
    for (const std::string& sentence : why(*body, settings.language())) out.line(sentence);
  }
  const int result = serving ? kOk : kUnreachable;
  out.document(std::move(*body));
  return result;
}

int show_subject(const Settings& settings, const std::string& key) {
  std::string wanted = key;
  if (key.find(':') == key.npos) {
    // A number as people write it: CN, ZL, dots, a missing check character.
    const auto number = ledger::read_app_no(key);
    if (!number) return report_error(settings, {Errc::usage, key + " is no subject key and no application number"}, kUsage);
    wanted = "pat:" + number->normal;
  }
  int code = kOk;
  auto body = fetch(settings, "/v1/subjects/" + api::encode_target(wanted), "patent.show", wanted, code);
  if (!body) return code;
  Output out(settings, "patent.show");
  std::string head = wanted;
  if (wanted.starts_with("pat:")) head += "  " + ledger::display_app_no(std::string_view(wanted).substr(4));
  out.line(out.strong(head));
  if (body->boolean_of("synthetic")) out.line(out.bad(synthetic_mark(settings)));
  if (const Value* derived = body->find("derived")) {
    out.line(settings.say("当前状态 ", "status ") + out.strong(derived->text_of("status")) +
             settings.say("（截至 ", " (as of ") + std::string(derived->text_of("on")) + settings.say("）", ")"));
  }
  if (const Value* row = body->find("row")) print_members(out, *row);
  out.line(settings.say("经过", "timeline"));
  print_timeline(out, body->items_of("timeline"));
  out.document(std::move(*body));
  return kOk;
}

int show_title(const Settings& settings, const std::string& key) {
  std::vector<Value> events;
  int code = kOk;
  for (std::uint64_t from = 0;;) {
    auto page = fetch(settings, "/v1/history?subject=" + api::encode_target(key) + "&category=0&limit=500&from=" + std::to_string(from),
                      "foreign.title", key, code);
    if (!page) return code;
    for (const Value& line : page->items_of("items")) {
      if (line.text_of("type") != "foreign.event") continue;
      const std::string id(line.text_of("id"));
      auto record = fetch(settings, "/v1/records/" + id, "foreign.title", key, code);
      if (!record) return code;
      const Value* entry = record->find("entry");
      const Value* body = entry ? entry->find("body") : nullptr;
      if (!body || to_sha256_id(ledger::record_id_of(ledger::to_canonical(*body))) != id) {
        return report_error(settings, {Errc::malformed, "the node's record " + id + " is another one"}, kRefuted);
      }
      events.push_back(*body->find("data"));
    }
    const std::int64_t next = page->integer_of("next", -1);
    if (next <= static_cast<std::int64_t>(from)) break;
    from = static_cast<std::uint64_t>(next);
  }
  const TitleChain chain = title_chain(std::move(events));
  Output out(settings, "foreign.title");
  const auto joined = [](const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : "; ") + name;
    return text;
  };
  out.line(out.strong(key));
  out.line(settings.say("该局所报告，本账本不作裁断", "as that office reported it; the ledger rules on nothing of it"));
  out.line(settings.say("  持有人 ", "  holders  ") + (chain.holders.empty() ? settings.say("未知，或为自然人", "unknown, or persons") : joined(chain.holders)));
  out.line(settings.say("  移转 ", "  links    ") + joined(chain.links));
  for (const auto& lien : chain.liens) {
    out.line(settings.say("  担保 ", "  lien     ") + lien.ref + "  " + joined(lien.secured) + "  " +
             (lien.released_by.empty() ? out.bad(settings.say("未解除", "open")) : settings.say("已由其解除：", "released by ") + lien.released_by));
  }
  for (const auto& flag : chain.flags) {
    out.line("  " + out.bad(flag.code) + "  " + flag.ref + (flag.blocking.empty() ? "" : " / " + flag.blocking));
  }
  Value document = to_value(chain);
  document.set("subject", Value(key));
  out.document(std::move(document));
  return kOk;
}

int show_party(const Settings& settings, const std::string& id) {
  int code = kOk;
  auto body = fetch(settings, "/v1/parties/" + api::encode_target(id), "party.show", id, code);
  if (!body) return code;
  Output out(settings, "party.show");
  out.line(out.strong(id));
  const Value* row = body->find("row");
  if (row && row->boolean_of("synthetic")) out.line(out.bad(synthetic_mark(settings)));
  if (row) print_members(out, *row);
  for (const Value& key : body->items_of("keys")) {
    out.line(settings.say("  密钥 ", "  key ") + std::string(key.text_of("key_id")) + "  " + std::string(key.text_of("pub")));
  }
  for (const Value& role : body->items_of("roles")) {
    out.line(settings.say("  角色 ", "  role ") + std::string(role.text_of("role")));
  }
  if (const Value* history = body->find("history")) print_timeline(out, history->items_of("items"));
  out.document(std::move(*body));
  return kOk;
}

int show_statistics(const Settings& settings, const std::string& query, const std::string& from, const std::string& until) {
  const auto months = ledger::parse_months(from, until);
  if (!months) {
    return report_error(settings, {Errc::usage, "--from and --until are months, YYYY-MM, at most " + std::to_string(ledger::kMonthsMax)}, kUsage);
  }
  int code = kOk;
  auto body = fetch(settings, "/v1/stats/" + api::encode_target(query) + "?from=" + from + "&until=" + until, "stat.show", query, code);
  if (!body) return code;
  // The digest is ours: what is printed is what a snapshot of these months would have to state.
  const Value result(body->items_of("result"));
  if (to_sha256_id(ledger::statistic_hash(query, *months, result)) != body->text_of("result_hash")) {
    return report_error(settings, {Errc::malformed, "the node's digest is not that of its result"}, kRefuted);
  }
  Output out(settings, "stat.show");
  out.line(out.strong(query) + "  " + from + " .. " + until);
  std::string_view shown;
  for (const Value& cell : result.items()) {
    const ledger::Indicator* indicator = ledger::find_indicator(cell.text_of("indicator"));
    if (cell.text_of("indicator") != shown) {
      shown = cell.text_of("indicator");
      out.line("  " + std::string(shown) + (indicator ? "  " + std::string(settings.say(indicator->zh, indicator->en)) : std::string()));
    }
    out.line("    " + padded(cell.text_of("class", "-"), 22) + padded(cell.boolean_of("green") ? "green" : "", 7) +
             std::to_string(cell.integer_of("count")) + sums(settings, cell));
  }
  if (result.items().empty()) out.line(settings.say("  没有可计的记录", "  nothing counts"));
  out.line(settings.say("摘要 ", "digest ") + std::string(body->text_of("result_hash")));
  out.document(std::move(*body));
  return kOk;
}

int schema_ls(const Settings& settings, bool markdown) {
  if (markdown) {
    std::cout << ledger::records_markdown();
    return kOk;
  }
  Output out(settings, "schema.ls");
  Value::Items items;
  for (const ledger::RecordType* type : ledger::record_types()) {
    out.line(padded(type->name, 26) + std::string(settings.say(type->zh, type->en)));
    items.push_back(Value(Value::Members{{"en", type->en}, {"type", type->name}, {"zh", type->zh}}));
  }
  out.document(Value(Value::Members{{"types", std::move(items)}}));
  return kOk;
}

int schema_show(const Settings& settings, const std::string& name) {
  const ledger::RecordType* type = ledger::find_record_type(name);
  if (!type) return report_error(settings, {Errc::not_found, "no record type " + name + ": qinglu schema ls"}, kNotFound);
  std::cout << ledger::json_schema(*type);
  return kOk;
}

}  // namespace qinglu::cli
