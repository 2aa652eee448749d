// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <set>

#include "cli/evidence.hpp"
#include "cli/evidence_additions.hpp"
#include "cli/help.hpp"
#include "cli/import.hpp"
#include "cli/keys.hpp"
#include "cli/openings.hpp"
#include "cli/private_fields.hpp"
#include "cli/manual.hpp"
#include "cli/output.hpp"
#include "cli/query.hpp"
#include "cli/records.hpp"
#include "cli/settings.hpp"
#include "cli/unpack.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/table.hpp"

namespace qinglu::cli {
namespace {

/// Everything that flags write into; one command runs per process.
struct State {
  Settings settings;
  RecordOptions record;
  SendOptions send;
  KeyNew key;
  VerifyFlags verify;
  std::string answer;
  bool query = false;  // what evidence timestamp does where there is no answer
  ExportFlags export_flags;
  std::string openings;
  ImportOptions import;
  std::string argument;
  std::vector<std::string> arguments;
  std::string timeout = "30s";
  std::string max_age;
  std::int64_t now = -1;
  bool show_template = false;
  bool why = false;
  bool markdown = false;
  int category = 0;
  std::uint64_t from = 0;
  std::uint64_t limit = 50;
  std::string first_month;
  std::string last_month;
  bool origin = false;
  std::string fields;
  std::vector<Origin> origins;
  std::vector<std::pair<std::string, std::vector<std::string>>> field_texts;
  std::function<int()> command;
};

std::string flag_of(std::string_view name) {
  std::string flag(name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string family_of(const ledger::RecordType& type) {
  const std::size_t dot = type.name.find('.');
  return flag_of(type.name.substr(0, dot));
}

std::string act_of(const ledger::RecordType& type) {
  const std::size_t dot = type.name.find('.');
  return dot == type.name.npos ? std::string() : flag_of(type.name.substr(dot + 1));
}

void add_settings(CLI::App& app, State& state) {
  Settings& s = state.settings;
  app.add_option("--node", s.node, "address of a node / 节点地址")->capture_default_str();
  app.add_option("--keys", s.keys, "directory of key files / 密钥目录");
  app.add_option("--key", s.key, "signing key: PARTY/KEY_ID or a key file / 签名密钥");
  app.add_option("--trust", s.trust, "trust file / 信任文件");
  app.add_option("--state", s.state, "directory for receipts and journals / 回执与日志目录");
  app.add_option("--profile", s.profile, "profile of the configuration file / 配置档");
  app.add_option("--lang", s.lang, "zh or en / 语言")->check(CLI::IsMember({"zh", "en"}));
  app.add_option("--passphrase-fd", s.passphrase_fd, "read the passphrase from this descriptor / 口令的文件描述符");
  app.add_option("--wait", s.wait, "none, pending, final or cosigned / 等待到何种状态")
      ->check(CLI::IsMember({"none", "pending", "final", "cosigned"}));
  app.add_option("--timeout", state.timeout, "e.g. 30s / 超时");
  app.add_flag("--json", s.json, "one JSON document on stdout / 输出 JSON");
  app.add_option("--fields", state.fields, "with --json: these members only; without a value: their names / 只输出这些成员")
      ->expected(0, 1);
  app.add_option("--color", s.colour, "auto, always or never / 颜色")->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("--unverified", s.unverified, "take the node's word / 只采信节点自述");
  app.add_flag("--no-state", s.no_state, "neither read nor keep the last checkpoint / 不读写最近检查点");
  app.add_flag("--explain", s.explain, "each step of a verification / 逐步说明验证");
  app.add_flag("--curl", s.curl, "print the equivalent HTTP calls on stderr / 输出等价的 HTTP 调用");
  app.add_flag("-v,--verbose", s.verbose, "each call to the node on stderr / 显示每次调用");
  app.add_flag("-q,--quiet", s.quiet, "print nothing for people / 安静");
  app.add_flag("-y,--yes", s.yes, "sign without asking / 签名时不再询问");
}

void add_output(CLI::App& app, State& state) {
  app.add_option("-o,--output", state.send.output, "write to this file / 输出文件");
  app.add_flag("--force", state.send.force, "overwrite / 覆盖");
}

/// `--name`, or `--record-name` where the type has a field of that name.
std::string envelope_flag(const CLI::App& app, const std::string& name) {
  return (app.get_option_no_throw("--" + name) ? "--record-" : "--") + name;
}

/// Envelope options of a record that is drafted here. Fields of the type come first and win a name.
void add_envelope(CLI::App& app, State& state) {
  RecordOptions& r = state.record;
  const auto add = [&](const char* name, auto& value, const char* help) {
    app.add_option(envelope_flag(app, name), value, help)->group("Record");
  };
  add("role", r.role, "role used / 角色");
  add("event-date", r.event_date, "legal date, YYYY-MM-DD / 法律日期");
  add("acting-for", r.acting_for, "principal, under a mandate / 委托人");
  add("class", r.record_class, "PUBLIC, PARTIES or SEALED / 公开级别");
  add("submitter", r.submitter, "party that speaks / 提交方");
  add("signer", r.signers, "a party that signs (repeatable) / 签署方");
  add("private", r.confidential, "NAME=VALUE of a confidential field: only a commitment enters (repeatable) / 保密字段");
  add("supersedes", r.supersedes, "record that this one corrects / 更正对象");
  add("basis", r.basis, "LAW:ARTICLE (repeatable) / 法律依据");
  add("valid", r.valid_s, "seconds until it may no longer enter / 有效秒数");
  add("ledger-id", r.ledger_id, "for drafts without a node / 账本标识");
  add("pack", r.rule_pack, "rule pack id, for drafts without a node / 规则包编号");
}

void add_send(CLI::App& app, State& state) {
  app.add_option("--dry-run", state.send.dry_run, "check only: local or node / 只检查")
      ->check(CLI::IsMember({"local", "node"}));
}

/// `qinglu family act`, or `qinglu family` for a type without acts: everything follows from its table.
void add_act(CLI::App& parent, const ledger::RecordType& type, State& state) {
  CLI::App* act = parent.add_subcommand(act_of(type).empty() ? family_of(type) : verb_of(type), std::string(type.en) + " / " + std::string(type.zh));
  // Sized once: the options keep pointers into it.
  const std::size_t first = state.field_texts.size();
  for (const auto& field : type.fields) state.field_texts.emplace_back(std::string(field.name), std::vector<std::string>{});
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const auto& field = type.fields[i];
    std::string help = std::string(field.en) + " / " + std::string(field.zh) + (field.required ? " *" : "");
    if (field.type == ledger::FieldType::choice) {
      help += ":";
      for (std::string_view word : field.allowed) help += " " + std::string(word);
    }
    if (field.type == ledger::FieldType::object) {
      help += " (NAME=VALUE,…:";
      for (const auto& member : field.members) help += " " + std::string(member.name);
      help += ")";
    }
    act->add_option("--" + flag_of(field.name), state.field_texts[first + i].second, help)->expected(1, 4096)->group("Fields");
  }
  // `--record-from` works for every type, also where the record has a field `from`.
  act->add_option(act->get_option_no_throw("--from") ? "--record-from" : "--from,--record-from", state.record.from, "`data` as canonical JSON from a file or - / 从文件读取");
  act->add_flag("--template", state.show_template, "print example data / 打印示例");
  act->add_flag("--sign-only", state.send.sign_only, "sign and write the entry, do not submit / 只签名");
  act->add_flag("--draft", state.send.draft_only, "write the unsigned draft / 只起草");
  add_envelope(*act, state);
  add_send(*act, state);
  add_output(*act, state);
  act->callback([&state, &type] {
    state.command = [&state, &type] {
      if (state.show_template) return print_template(type);
      for (auto& [name, texts] : state.field_texts) {
        if (!texts.empty()) state.record.fields.emplace_back(name, texts);
      }
      return run_record(state.settings, type, state.record, state.send);
    };
  });
}

CLI::App* verb(CLI::App& noun, const char* name, const char* help, State& state, std::function<int()> run) {
  CLI::App* command = noun.add_subcommand(name, help);
  command->callback([&state, run = std::move(run)] { state.command = run; });
  return command;
}

void add_key(CLI::App& noun, State& state) {
  const auto named = [&](CLI::App* command) {
    command->add_option("--party", state.key.party, "party id / 主体标识")->required();
    command->add_option("--key-id", state.key.key_id, "name of the key / 密钥名称")->required();
  };
  CLI::App* fresh = verb(noun, "new", "make a key / 生成密钥", state, [&] { return key_new(state.settings, state.key); });
  named(fresh);
  fresh->add_option("--kdf", state.key.kdf, "interactive, moderate or sensitive / 口令强化等级")
      ->check(CLI::IsMember({"interactive", "moderate", "sensitive"}));
  verb(noun, "ls", "keys at hand / 列出密钥", state, [&] { return key_ls(state.settings); });
  verb(noun, "show", "one key's public half / 显示公钥", state, [&] { return key_show(state.settings, state.argument); })
      ->add_option("which", state.argument, "PARTY/KEY_ID");
  CLI::App* taken = verb(noun, "import", "take a key file in / 导入密钥文件", state,
                         [&] { return key_import(state.settings, state.key, state.argument); });
  named(taken);
  taken->add_option("file", state.argument, "key file / 密钥文件")->required();
}

void add_record(CLI::App& noun, State& state) {
  CLI::App* draft = verb(noun, "draft", "draft a record of any type / 起草记录", state, [&] {
    const ledger::RecordType* type = ledger::find_record_type(state.argument);
    if (!type) {
      return report_error(state.settings, {Errc::usage, "no record type " + state.argument + ": qinglu schema ls"}, kUsage);
    }
    state.send.draft_only = true;
    return run_record(state.settings, *type, state.record, state.send);
  });
  draft->add_option("type", state.argument, "family.act")->required();
  draft->add_option("--from", state.record.from, "`data` as canonical JSON from a file or -")->required();
  add_envelope(*draft, state);
  add_output(*draft, state);
  CLI::App* sign = verb(noun, "sign", "add a signature to a draft / 签名", state,
                        [&] { return record_sign(state.settings, state.argument, state.send); });
  sign->add_option("file", state.argument, "draft or entry file")->required();
  add_output(*sign, state);
  CLI::App* submit = verb(noun, "submit", "hand an entry to a node / 提交", state,
                          [&] { return record_submit(state.settings, state.argument, state.send); });
  submit->add_option("file", state.argument, "entry file, or -")->required();
  add_send(*submit, state);
  verb(noun, "show", "a record by id, or a file / 查看记录", state, [&] { return record_show(state.settings, state.argument); })
      ->add_option("id", state.argument, "sha256:… or a file")->required();
  verb(noun, "wait", "wait until a record is final / 等待确认", state, [&] { return record_wait(state.settings, state.argument); })
      ->add_option("id", state.argument, "sha256:…")->required();
  CLI::App* list = verb(noun, "ls", "a subject's records / 列出记录", state, [&] {
    return record_ls(state.settings, state.argument, state.category, state.from, state.limit);
  });
  list->add_option("subject", state.argument, "subject key, e.g. pat:…, org:…")->required();
  list->add_option("--category", state.category, "0 all, 1 filing, 2 infringement, 3 market, 4 finance, 5 dispute, 6 other")
      ->check(CLI::Range(0, 6));
  list->add_option("--from", state.from, "first sequence number");
  list->add_option("--limit", state.limit, "at most 500")->check(CLI::Range(1, 500));
}

void add_batch(CLI::App& noun, State& state) {
  CLI::App* sign = verb(noun, "sign", "one signature over many bodies / 批量签名", state,
                        [&] { return batch_sign(state.settings, state.argument, state.send); });
  sign->add_option("file", state.argument, "bodies or drafts, one per line")->required();
  add_output(*sign, state);
  CLI::App* submit = verb(noun, "submit", "hand a signed batch to a node / 提交批次", state,
                          [&] { return batch_submit(state.settings, state.argument, state.send); });
  submit->add_option("file", state.argument, "batch file, or -")->required();
  add_send(*submit, state);
}

void add_patent(CLI::App& noun, State& state) {
  verb(noun, "show", "a patent and its timeline / 查看专利", state, [&] { return show_subject(state.settings, state.argument); })
      ->add_option("key", state.argument, "pat:…, fpat:…, cmt:… or an application number")->required();
  CLI::App* import = verb(noun, "import", "file real patent data as foreign.register / 导入专利数据", state,
                          [&] { return patent_import(state.settings, state.import); });
  import->add_option("files", state.import.files, "USPTO grant XML (also weekly files), JSON lines, assignments, board answers; DOCDB and OPS legal XML")->required();
  import->add_option("--journal", state.import.journal, "directory of signed batches / 批次日志目录");
  import->add_flag("--resume", state.import.resume, "go on with an interrupted import / 续传");
  import->add_flag("--check", state.import.dry_run, "read and check only / 只检查");
  import->add_option("--role", state.import.role, "role used / 角色");
  import->add_option("--event-map", state.import.event_map, "table FOREIGN_EVENT_MAP as published: file events too / 事件对照表");
  import->add_flag("--green", state.import.green, "tag CPC Y02 and Y04S classes / 标注绿色分类");
}

void add_evidence(CLI::App& noun, State& state) {
  CLI::App* out = verb(noun, "export", "one file that proves a record, an absence, a state, a history / 导出证据", state, [&] {
    return evidence_export(state.settings, state.argument, state.export_flags, state.send.output, state.send.force);
  });
  ExportFlags& claim = state.export_flags;
  out->add_option("id", state.argument, "record id, or subject key / 记录编号或客体编号");
  out->add_option("--question", claim.question, "question in legal words, see: evidence questions / 法律问题");
  out->add_option("--claim", claim.claim, "absence, state-value, history or consistency / 声明种类");
  out->add_option("--category", claim.category, "categories of the list: 0 all, 1 filing … as 2,5 / 类别");
  out->add_option("--kind", claim.kind, "agency: its list as an agent / 代理机构清单");
  out->add_option("--ns", claim.ns, "namespace of the state row / 状态行命名空间");
  out->add_option("--key", claim.key, "key of the state row, base64 / 状态行的键");
  out->add_option("--as-of", claim.as_of, "as of this height, else now / 截至高度");
  out->add_option("--since", claim.since, "nothing since this height; consistency from it / 自该高度起");
  out->add_option("--from-seq", claim.from_seq, "the list from this number on / 清单起始条");
  out->add_option("--attach", claim.attach, "list this file, which a record shown names (repeatable) / 附件");
  out->add_flag("--withhold", claim.withhold, "hashes of the list alone, no record / 不出示记录");
  out->add_option("-o,--output", state.send.output, "file to write / 输出文件")->required();
  out->add_flag("--force", state.send.force, "overwrite / 覆盖");
  CLI::App* disclose = verb(noun, "disclose", "show confidential fields in an evidence file / 披露保密字段", state, [&] {
    return evidence_disclose(state.settings, state.argument, state.openings, state.arguments, state.send.output, state.send.force);
  });
  disclose->add_option("file", state.argument, "evidence file that shows the record / 证据文件")->required();
  disclose->add_option("--openings", state.openings, "what the record's author kept / 开示材料")->required();
  disclose->add_option("--field", state.arguments, "field to show (repeatable) / 字段")->required();
  disclose->add_option("-o,--output", state.send.output, "file to write / 输出文件")->required();
  disclose->add_flag("--force", state.send.force, "overwrite / 覆盖");
  CLI::App* receipt = verb(noun, "receipt", "COSE receipt of a record, signed by the node (RFC 9942) / 节点签名的 COSE 回执", state, [&] {
    return evidence_receipt(state.settings, state.argument, state.send.output, state.send.force);
  });
  receipt->add_option("id", state.argument, "record id / 记录编号")->required();
  receipt->add_option("-o,--output", state.send.output, "file to write / 输出文件")->required();
  receipt->add_flag("--force", state.send.force, "overwrite / 覆盖");
  CLI::App* unpack = verb(noun, "unpack", "take a file apart for tools that are not ours / 拆开供他人之工具查验", state, [&] {
    return evidence_unpack(state.settings, state.argument, state.send.output, state.send.force);
  });
  unpack->add_option("file", state.argument, "evidence file / 证据文件")->required();
  unpack->add_option("-d,--directory", state.send.output, "empty or new directory / 空目录或新目录")->required();
  unpack->add_flag("--force", state.send.force, "write into a directory that is not empty / 写入非空目录");
  CLI::App* stamp = verb(noun, "timestamp", "have an evidence file's checkpoint stamped by a time-stamp authority / 检查点时间戳", state, [&] {
    return evidence_timestamp(state.settings, state.argument, state.answer, state.send.output, state.send.force);
  });
  stamp->add_option("file", state.argument, "evidence file / 证据文件")->required();
  CLI::Option_group* which = stamp->add_option_group("which");
  which->add_flag("--query", state.query, "write the request to the authority (RFC 3161) / 生成时间戳请求");
  which->add_option("--token", state.answer, "put in the authority's answer, or a token / 加入时间戳");
  which->require_option(1);
  stamp->add_option("-o,--output", state.send.output, "file to write / 输出文件")->required();
  stamp->add_flag("--force", state.send.force, "overwrite / 覆盖");
  verb(noun, "questions", "what --question may be / 可提的问题", state, [&] { return evidence_questions(state.settings); });
  CLI::App* in = verb(noun, "verify", "check evidence files offline / 离线验证", state, [&] {
    if (!state.max_age.empty()) {
      state.verify.max_age_s = duration_s(state.max_age);
      if (!state.verify.max_age_s) return report_error(state.settings, {Errc::usage, "--max-age: 3600, 90m, 24h, 7d"}, kUsage);
    }
    if (state.now >= 0) state.verify.now = state.now;
    return evidence_verify(state.settings, state.arguments, state.verify);
  });
  in->add_option("files", state.arguments, "evidence files")->required();
  in->add_option("--attachments", state.verify.attachments, "folder of the files that the evidence lists, else its own / 附件目录");
  in->add_option("--policy", state.verify.policy, "your own C2SP policy, in addition");
  in->add_option("--now", state.now, "POSIX time after which no cosignature may lie");
  in->add_option("--max-age", state.max_age, "newest cosignature at most this old");
  in->add_flag("--strict", state.verify.strict, "warnings end with 11");
}

struct Builtin {
  std::string_view noun;
  std::string_view help;
  void (*add)(CLI::App&, State&);
};

int show_version(const Settings& settings) {
  Output out(settings, "version");
  out.document(ledger::Value(ledger::Value::Members{
      {"hash", crypto::hash_backend()}, {"suite", 1}, {"version", QINGLU_VERSION}}));
  out.line("qinglu " QINGLU_VERSION ", suite 1, hash " + std::string(crypto::hash_backend()));
  return kOk;
}

int show_config(const State& state) {
  Output out(state.settings, "config.show");
  ledger::Value document;
  for (const Origin& each : state.origins) {
    out.line(padded(each.name, 8) + each.value + (state.origin ? "  (" + each.from + ")" : ""));
    ledger::Value item(each.value);
    if (state.origin) item = ledger::Value(ledger::Value::Members{{"from", each.from}, {"value", each.value}});
    document.set(each.name, std::move(item));
  }
  out.document(std::move(document));
  return kOk;
}

int show_config_path(const Settings& settings) {
  Output out(settings, "config.path");
  ledger::Value::Items items;
  for (const std::string& path : config_paths()) {
    out.line(path);
    items.push_back(ledger::Value(path));
  }
  out.document(ledger::Value(ledger::Value::Members{{"paths", std::move(items)}}));
  return kOk;
}

/// A generated text, or why there is none.
int print_text(const Settings& settings, const std::optional<std::string>& text, const std::string& what) {
  if (!text) return report_error(settings, {Errc::usage, what}, kUsage);
  std::cout << *text;
  return kOk;
}

/// Commands without a verb.
struct Single {
  std::string_view name;
  std::string_view help;
  void (*options)(CLI::App&, State&);
  int (*run)(State&);
};

constexpr Single kSingles[] = {
    {"completion", "completion script of a shell / 命令补全",
     [](CLI::App& command, State& state) {
       command.add_option("shell", state.argument, "bash, zsh or fish")->required();
     },
     [](State& state) {
       return print_text(state.settings, completion_script(CommandTree::whole(), state.argument), "bash, zsh or fish");
     }},
    {"help", "topics: exit-codes, environment, trust, privacy / 帮助主题",
     [](CLI::App& command, State& state) {
       command.add_option("topic", state.argument, "exit-codes, environment, trust or privacy");
     },
     [](State& state) { return print_help(state.settings, state.argument); }},
    {"man", "manual page of a noun, or of all / 手册页",
     [](CLI::App& command, State& state) { command.add_option("noun", state.argument, "none: qinglu.1"); },
     [](State& state) {
       return print_text(state.settings, manual_page(CommandTree::whole(), state.argument), "no noun " + state.argument);
     }},
    {"status", "state of the ledger and the node / 状态",
     [](CLI::App& command, State& state) {
       command.add_flag("--why", state.why, "what the network waits for / 在等什么");
     },
     [](State& state) { return show_status(state.settings, state.why); }},
    {"version", "of this program / 版本", [](CLI::App&, State&) {},
     [](State& state) { return show_version(state.settings); }},
};

constexpr Builtin kBuiltins[] = {
    {"batch", "many records under one signature / 批量", add_batch},
    {"config", "settings and where they come from / 配置",
     [](CLI::App& noun, State& state) {
       verb(noun, "show", "values of all settings / 查看设置", state, [&] { return show_config(state); })
           ->add_flag("--origin", state.origin, "where each comes from / 显示来源");
       verb(noun, "path", "files that are read / 配置文件位置", state, [&] { return show_config_path(state.settings); });
     }},
    {"evidence", "proofs to carry away / 证据", add_evidence},
    {"key", "keys, local and on the ledger / 密钥", add_key},
    {"openings", "confidential fields that a node keeps for you / 保密字段的开示材料",
     [](CLI::App& noun, State& state) {
       verb(noun, "keep", "leave a file of openings with the node / 交由节点保存", state, [&] { return openings_keep(state.settings, state.argument); })
           ->add_option("file", state.argument, "what the record's author kept / 开示材料")->required();
       CLI::App* read = verb(noun, "read", "ask the node for those of a record: signers of it and courts / 向节点索取", state, [&] {
         return openings_read(state.settings, state.argument, state.send.output, state.send.force);
       });
       read->add_option("record", state.argument, "record id / 记录编号")->required();
       read->add_option("-o,--output", state.send.output, "file to write / 输出文件")->required();
       read->add_flag("--force", state.send.force, "overwrite / 覆盖");
     }},
    {"party", "parties / 主体",
     [](CLI::App& noun, State& state) {
       verb(noun, "show", "a party, its keys and roles / 查看主体", state,
            [&] { return show_party(state.settings, state.argument); })
           ->add_option("id", state.argument, "org:… or per:…")->required();
     }},
    {"patent", "patents / 专利", add_patent},
    {"foreign", "foreign rights / 境外专利",
     [](CLI::App& noun, State& state) {
       verb(noun, "show", "a foreign right / 查看境外专利", state,
            [&] { return show_subject(state.settings, state.argument); })
           ->add_option("key", state.argument, "fpat:…")->required();
       verb(noun, "title", "chain of title and liens, as its office reported / 权属链与担保", state,
            [&] { return show_title(state.settings, state.argument); })
           ->add_option("key", state.argument, "fpat:…")->required();
     }},
    {"privacy", "personal data / 个人信息",
     [](CLI::App& noun, State& state) {
       verb(noun, "erased", "who has signed that nothing is held any more / 各成员的删除确认", state, [&] {
         return erasure_status(state.settings, state.argument);
       })->add_option("notice", state.argument, "record id of the notice of erasure / 删除通知的记录编号")->required();
     }},
    {"record", "records of any type / 记录", add_record},
    {"schema", "record types / 记录类型",
     [](CLI::App& noun, State& state) {
       verb(noun, "ls", "all types / 全部类型", state, [&] { return schema_ls(state.settings, state.markdown); })
           ->add_flag("--markdown", state.markdown, "docs/records.md");
       verb(noun, "show", "JSON Schema of a type", state, [&] { return schema_show(state.settings, state.argument); })
           ->add_option("type", state.argument, "family.act")->required();
     }},
    {"stat", "statistics / 统计",
     [](CLI::App& noun, State& state) {
       CLI::App* show = verb(noun, "show", "numbers of some months, as of the newest block / 查看统计", state, [&] {
         return show_statistics(state.settings, state.argument, state.first_month, state.last_month);
       });
       show->add_option("query", state.argument, "CASES, CONTRACTS, FASTTRACK, LICENSES, MARKET, PATENTS, PLEDGES, PRESERVATIONS or TRANSFERS")->required();
       show->add_option("--from", state.first_month, "first month, YYYY-MM / 首月")->required();
       show->add_option("--until", state.last_month, "last month, included / 末月（含）")->required();
     }},
    {"trust", "what you believe beforehand / 信任文件",
     [](CLI::App& noun, State& state) {
       CLI::App* pin = verb(noun, "pin", "trust file from a genesis document / 由创世文件生成", state, [&] {
         return trust_pin(state.settings, state.argument, state.send.output, state.send.force);
       });
       pin->add_option("genesis", state.argument, "genesis.json")->required();
       pin->add_option("-o,--output", state.send.output, "file to write; default: where every command looks");
       pin->add_flag("--force", state.send.force, "overwrite");
       verb(noun, "show", "what a trust file says", state, [&] { return trust_show(state.settings); });
     }},
};

/// Builds the commands of one noun; `all`: of every noun; neither: their names only.
void build(CLI::App& app, const std::string& wanted, bool all, State& state) {
  std::size_t fields = 0;
  for (const ledger::RecordType* type : ledger::record_types()) fields += type->fields.size();
  state.field_texts.reserve(fields);
  for (const std::string& name : nouns()) {
    if (!all && !wanted.empty() && name != wanted) continue;
    const auto single = std::ranges::find(kSingles, std::string_view(name), &Single::name);
    if (single != std::end(kSingles)) {
      CLI::App* command = app.add_subcommand(name, std::string(single->help));
      single->options(*command, state);
      command->callback([&state, run = single->run] { state.command = [&state, run] { return run(state); }; });
      continue;
    }
    if (const ledger::RecordType* type = ledger::find_record_type(name)) {
      add_act(app, *type, state);
      continue;
    }
    const auto builtin = std::ranges::find(kBuiltins, std::string_view(name), &Builtin::noun);
    const bool known = builtin != std::end(kBuiltins);
    CLI::App* noun = app.add_subcommand(name, known ? std::string(builtin->help) : std::string());
    noun->require_subcommand(1);
    if (!all && wanted.empty()) continue;
    if (known) builtin->add(*noun, state);
    for (const ledger::RecordType* type : ledger::record_types()) {
      if (family_of(*type) == name && !act_of(*type).empty()) add_act(*noun, *type, state);
    }
  }
}

/// The parts of a list that are not empty.
std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(mark), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// The words of a command line that are neither options nor their values.
std::vector<std::string> plain_words(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("-")) {
      words.push_back(word);
      continue;
    }
    const CLI::Option* option = word.find('=') == word.npos ? app.get_option_no_throw(word) : nullptr;
    if (option && option->get_items_expected_min() > 0) ++i;
  }
  return words;
}

/// Words that name no noun, or no verb of it; the exit code after saying so.
std::optional<int> unknown_command(const CLI::App& app, const std::vector<std::string>& words, const State& state) {
  if (words.empty()) return std::nullopt;
  if (!nouns().contains(words[0])) return unknown_word(state.settings, "", words[0], nouns());
  std::set<std::string> verbs;
  for (const CLI::App* noun : app.get_subcommands({})) {
    for (const CLI::App* each : noun->get_subcommands({})) verbs.insert(each->get_name());
  }
  if (verbs.empty() || words.size() < 2 || verbs.contains(words[1])) return std::nullopt;
  return unknown_word(state.settings, words[0] + " ", words[1], verbs);
}

}  // namespace

struct CommandTree::Impl {
  CLI::App app{"qinglu — file, look up, prove and verify on the Qinglu ledger / 青录命令行"};
  State state;
};

std::string verb_of(const ledger::RecordType& type) {
  // Two acts have the names of what is done to evidence files.
  const bool taken = type.name == "evidence.timestamp" || type.name == "evidence.verify";
  return (taken ? "file-" : "") + act_of(type);
}

CommandTree::CommandTree() : impl_(std::make_unique<Impl>()) {
  impl_->app.name("qinglu");
  impl_->app.set_version_flag("-V,--version", std::string("qinglu ") + QINGLU_VERSION);
  impl_->app.require_subcommand(1);
  impl_->app.fallthrough();
  add_settings(impl_->app, impl_->state);
}

CommandTree::CommandTree(const std::string& noun) : CommandTree() { build(impl_->app, noun, false, impl_->state); }

CommandTree CommandTree::whole() {
  CommandTree tree;
  build(tree.impl_->app, "", true, tree.impl_->state);
  return tree;
}

CommandTree::CommandTree(CommandTree&&) noexcept = default;
CommandTree::~CommandTree() = default;
const CLI::App& CommandTree::app() const { return impl_->app; }

std::set<std::string> nouns() {
  std::set<std::string> all;
  for (const Single& single : kSingles) all.emplace(single.name);
  for (const Builtin& builtin : kBuiltins) all.emplace(builtin.noun);
  for (const ledger::RecordType* type : ledger::record_types()) all.insert(family_of(*type));
  return all;
}

std::optional<std::uint64_t> duration_s(std::string_view text) {
  std::uint64_t unit = 1;
  if (!text.empty()) {
    switch (text.back()) {
      case 's': text.remove_suffix(1); break;
      case 'm': unit = 60; text.remove_suffix(1); break;
      case 'h': unit = 3'600; text.remove_suffix(1); break;
      case 'd': unit = 86'400; text.remove_suffix(1); break;
      default: break;
    }
  }
  const auto value = parse_decimal(text);
  if (!value || *value > 1'000'000'000) return std::nullopt;
  return *value * unit;
}

int run(int argc, char** argv) {
  CommandTree options;
  const auto words = plain_words(options.app(), argc, argv);
  // Only the noun that is named is built, so that a command starts in milliseconds.
  CommandTree tree(!words.empty() && nouns().contains(words[0]) ? words[0] : "");
  CLI::App& app = tree.impl_->app;
  State& state = tree.impl_->state;
  if (const auto code = unknown_command(app, words, state)) return *code;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e, std::cout, std::cerr);
    return kUsage;
  }
  Settings& settings = state.settings;
  const auto given = [&app](const char* flag) { return app.get_option(flag)->count() > 0; };
  if (given("--fields")) {
    settings.fields = split(state.fields, ',');
    settings.json = true;
  }
  auto origins = layer_settings(settings, given);
  if (!origins) return report_error(settings, origins.error(), kConfiguration);
  state.origins = std::move(*origins);
  const auto seconds = duration_s(state.timeout);
  if (!seconds || *seconds == 0 || *seconds > 60) {
    return report_error(settings, {Errc::usage, "--timeout is 1s to 60s"}, kUsage);
  }
  settings.timeout_ms = static_cast<std::int64_t>(*seconds) * 1000;
  return state.command();
}

}  // namespace qinglu::cli
