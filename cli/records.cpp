// SPDX-License-Identifier: Apache-2.0
#include "cli/records.hpp"

#include <algorithm>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <set>

#include "cli/nfc.hpp"
#include "cli/output.hpp"
#include "cli/private_fields.hpp"
#include "cli/query.hpp"
#include "cli/verified.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/apply/unit.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/messages.hpp"
#include "ledger/catalog/privacy.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"

namespace qinglu::cli {
namespace {

using ledger::Field;
using ledger::FieldType;
using ledger::Shape;
using ledger::Value;

constexpr std::size_t kFileMax = 2u << 20;

/// Records that a draft refers to, fetched from the node; rows are not needed for drafts.
class RemoteRows final : public ledger::RowReader {
 public:
  explicit RemoteRows(api::Client& node) : node_(node) {}

  std::shared_ptr<const Value> find(const ledger::RowKey&) const override { return nullptr; }
  std::shared_ptr<const ledger::FoundRecord> find_record(const Digest& id) const override {
    auto answer = node_.get("/v1/records/" + to_sha256_id(id));
    if (!answer) {
      status_ = answer.error();
      return nullptr;
    }
    const Value* entry = answer->ok() ? answer->body.find("entry") : nullptr;
    const Value* body = entry ? entry->find("body") : nullptr;
    if (!body) return nullptr;
    auto found = std::make_shared<ledger::FoundRecord>();
    found->index = static_cast<std::uint64_t>(answer->body.integer_of("index"));
    found->body = *body;
    return found;
  }
  Result<void> status() const override { return status_ ? Result<void>(*status_) : Result<void>(); }

 private:
  api::Client& node_;
  mutable std::optional<Error> status_;
};

std::string flag_of(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

Result<Value> value_from(const Field& field, const std::string& text, const std::string& flag);

/// `party=org:…,share=5000` into the members of an object field.
Result<Value> object_from(const Field& field, const std::string& text, const std::string& flag) {
  if (text.starts_with("{")) {
    auto parsed = ledger::parse_canonical(text);
    if (!parsed) return Error{Errc::usage, "--" + flag + ": " + parsed.error().detail};
    return parsed;
  }
  Value object;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = pair.find('=');
    const std::string name(pair.substr(0, equals));
    const auto at = std::ranges::find(field.members, std::string_view(name), &Field::name);
    if (equals == pair.npos || at == field.members.end()) {
      std::string known;
      for (const Field& member : field.members) known += (known.empty() ? "" : ", ") + std::string(member.name);
      return Error{Errc::usage, "--" + flag + " takes NAME=VALUE,…  with " + known};
    }
    auto value = value_from(*at, std::string(pair.substr(equals + 1)), flag + "." + name);
    if (!value) return value;
    if (at->shape != Shape::one) value = Value(Value::Items{std::move(*value)});
    object.set(name, std::move(*value));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return object;
}

Result<Value> value_from(const Field& field, const std::string& text, const std::string& flag) {
  switch (field.type) {
    case FieldType::boolean:
      if (text == "true" || text == "yes") return Value(true);
      if (text == "false" || text == "no") return Value(false);
      return Error{Errc::usage, "--" + flag + " is true or false"};
    case FieldType::integer:
    case FieldType::basis_points: {
      // Few numbers have a sign: the offset of a clock.
      const bool negative = field.min < 0 && text.starts_with("-");
      const auto number = parse_decimal(std::string_view(text).substr(negative ? 1 : 0));
      if (!number || *number > static_cast<std::uint64_t>(INT64_C(9007199254740991))) {
        return Error{Errc::usage, "--" + flag + " is a whole number"};
      }
      const auto size = static_cast<std::int64_t>(*number);
      return Value(negative ? -size : size);
    }
    case FieldType::money: {
      // 1200.50 yuan is written 120050fen or 1200.50; other currencies as 12500.00USD.
      if (text.ends_with("fen")) {
        const auto fen = parse_decimal(std::string_view(text).substr(0, text.size() - 3));
        if (!fen) return Error{Errc::usage, "--" + flag + ": whole fen, e.g. 120050fen"};
        return Value(Value::Members{{"fen", *fen}});
      }
      if (text.size() > 3 && text.back() >= 'A' && text.back() <= 'Z') {
        return Value(Value::Members{{"amount", text.substr(0, text.size() - 3)}, {"cur", text.substr(text.size() - 3)}});
      }
      const std::size_t dot = std::min(text.find('.'), text.size());
      std::string cents = dot < text.size() ? text.substr(dot + 1) : "";
      if (cents.size() > 2) return Error{Errc::usage, "--" + flag + ": yuan with at most two decimals"};
      cents.resize(2, '0');
      std::string digits = text.substr(0, dot) + cents;
      const std::size_t first = digits.find_first_not_of('0');
      digits = first == digits.npos ? "0" : digits.substr(first);
      const auto fen = dot == 0 ? std::nullopt : parse_decimal(digits);
      if (!fen) return Error{Errc::usage, "--" + flag + ": an amount in yuan, e.g. 900.00"};
      return Value(Value::Members{{"fen", *fen}});
    }
    case FieldType::object: return object_from(field, text, flag);
    case FieldType::any: {
      auto parsed = ledger::parse_canonical(text, ledger::kEvidenceLimits);
      if (!parsed) return Error{Errc::usage, "--" + flag + ": canonical JSON object: " + parsed.error().detail};
      return parsed;
    }
    default: return Value(text);
  }
}

/// The first role of the type that the submitter holds, as the node tells; else the first one.
std::string role_of(const ledger::RecordType& type, const std::string& submitter, api::Client* node) {
  std::string fallback(name(type.signers.roles.front()));
  if (!node || type.signers.roles.size() == 1) return fallback;
  auto party = node->get("/v1/parties/" + api::encode_target(submitter));
  if (!party || !party->ok()) return fallback;
  for (const ledger::Role role : type.signers.roles) {
    const bool held = std::ranges::any_of(party->body.items_of("roles"), [&](const Value& each) {
      return each.text_of("role") == name(role);
    });
    if (held) return std::string(name(role));
  }
  const Value* row = party->body.find("row");
  for (const ledger::Role role : type.signers.roles) {
    if (role == ledger::Role::agent && row && row->find("agency_code")) return "AGENT";
    if (role == ledger::Role::party) return "PARTY";
  }
  return fallback;
}

std::string today() { return ledger::to_string(ledger::shanghai_date(now_ms())); }

/// Warns of texts that other programs may not find again; they are signed as they are.
void warn_not_nfc(const Settings& settings, const std::string& pointer, const Value& value) {
  if (value.is_string() && first_not_nfc(value.text())) {
    std::cerr << settings.say("注意：", "note: ") << pointer
              << settings.say(" 的文字可能不是 Unicode NFC 形式，将原样签名\n",
                              " may not be in Unicode form NFC; it is signed as it is\n");
  }
  if (value.is_object()) {
    for (const auto& member : value.members()) warn_not_nfc(settings, pointer + "/" + member.key, member.value);
  }
  if (value.is_array()) {
    for (const Value& item : value.items()) warn_not_nfc(settings, pointer, item);
  }
}

/// Short form of a body for the person who is about to sign it.
void show_summary(const Settings& settings, const ledger::RecordType& type, const Value& body) {
  warn_not_nfc(settings, "/data", *body.find("data"));
  if (settings.json || settings.quiet) return;
  std::ostream& out = std::cerr;
  out << settings.say(type.zh, type.en) << "  (" << type.name << ")\n";
  for (const auto& member : body.find("data")->members()) {
    const std::string text = cut(member.value.is_string() ? member.value.text() : ledger::to_canonical(member.value), 120);
    const auto field = std::ranges::find(type.fields, std::string_view(member.key), &Field::name);
    const std::string label = field == type.fields.end()
                                  ? member.key
                                  : std::string(settings.say(field->zh, field->en));
    out << "  " << padded(label.empty() ? member.key : label, 24) << "  " << text << "\n";
  }
}

/// Problems as lines: sentence, article, next step.
void print_issues(const Settings& settings, Output& out, const Value::Items& errors) {
  const char* lang = settings.language() == ledger::Language::zh ? "zh" : "en";
  for (const Value& error : errors) {
    const Value* text = error.find("text");
    const Value* next = error.find("next");
    const Value* basis = error.find("basis");
    out.line(out.bad(settings.say("拒绝 ", "refused ")) + std::string(error.text_of("code")) + "  " +
             std::string(text ? text->text_of(lang) : error.text_of("detail")));
    if (!error.text_of("pointer").empty()) {
      out.line(settings.say("  字段  ", "  field  ") + std::string(error.text_of("pointer")));
    }
    if (basis) {
      out.line(settings.say("  依据  ", "  basis  ") + std::string(basis->text_of("law")) + " " +
               std::string(basis->text_of("article")));
    }
    for (const Value& id : error.items_of("blocking")) {
      out.line(settings.say("  阻碍  ", "  blocking  ") + id.text());
    }
    if (next) out.line(settings.say("  下一步  ", "  next  ") + std::string(next->text_of(lang)));
  }
}

/// Keeps the node's receipt, so that a promise survives this terminal.
void keep_receipt(const Settings& settings, const Value& body) {
  const Value* receipt = body.find("receipt");
  if (!receipt) return;
  std::string id(body.text_of("id"));
  std::ranges::replace(id, ':', '-');
  write_output(settings.state + "/receipts/" + id + ".json", ledger::to_canonical(*receipt), true)
      .ignore("the node holds the receipt too");
}

std::string submit_target(const Settings& settings, const char* path) {
  return std::string(path) + "?wait=" + settings.wait + "&timeout=" + std::to_string(settings.timeout_ms) + "ms";
}

/// Entry or batch file: bodies on further lines make it a batch.
bool is_batch_file(const std::string& text) {
  return text.find("\"type\":\"batch\"") != text.npos && text.find('\n') + 1 < text.size();
}

int submit_text(const Settings& settings, std::string_view command, std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  auto id = id_of_submission(text);
  if (!id) return report_error(settings, id.error(), kUsage);
  auto node = node_of(settings);
  if (!node) return report_error(settings, node.error(), kUsage);
  if (const auto code = refuse_wrong_ledger(settings, command, *id, *node)) return *code;
  const bool batch = is_batch_file(text);
  auto answer = node->submit(submit_target(settings, batch ? "/v1/batches" : "/v1/records"), text);
  if (!answer) {
    // It may have arrived: the record id makes sending again harmless.
    const std::string again = settings.say("；结果未知，重试无害：", "; the outcome is unknown, sending again is safe: ");
    return report_error(settings, {answer.error().code, answer.error().detail + again + *id}, kUnknownOutcome);
  }
  if (answer->ok()) keep_receipt(settings, answer->body);
  return report_state(settings, command, *node, *id, *answer);
}

int check_locally(const Settings& settings, const std::string& entry) {
  auto unit = ledger::parse_record_unit(entry);
  std::vector<ledger::Issue> issues;
  if (auto* refusal = std::get_if<ledger::Refusal>(&unit)) {
    issues = refusal->issues;
  } else {
    issues = std::get<ledger::Unit>(unit).main.form;
  }
  Output out(settings, "record.check");
  Value::Items errors;
  for (const auto& issue : issues) {
    const ledger::Message* message = ledger::find_message(issue.code);
    Value text(Value::Members{{"en", ledger::sentence(issue, ledger::Language::en)},
                              {"zh", ledger::sentence(issue, ledger::Language::zh)}});
    Value item(Value::Members{{"code", issue.code}, {"pointer", issue.pointer}, {"text", std::move(text)}});
    if (message) {
      item.set("next", Value(Value::Members{{"en", message->next_en}, {"zh", message->next_zh}}));
    }
    errors.push_back(std::move(item));
  }
  if (errors.empty()) {
    out.line(out.good(settings.say("格式无误（本地检查不看账本状态）", "the form holds (a local check does not see the ledger)")));
  }
  print_issues(settings, out, errors);
  const int code = errors.empty() ? kOk : kRefused;
  out.document(Value(Value::Members{{"errors", std::move(errors)}}));
  return code;
}

}  // namespace

Result<std::string> id_of_submission(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  const auto entry = ledger::parse_entry(first);
  if (!entry) return Error{Errc::usage, "no entry {body, sigs}: " + entry.error().detail};
  if (entry->body_bytes.empty()) return Error{Errc::usage, "no record or batch"};
  return to_sha256_id(ledger::record_id_of(entry->body_bytes));
}

std::optional<int> refuse_wrong_ledger(const Settings& settings, std::string_view command, const std::string& id,
                                       api::Client& node) {
  if (settings.unverified) return std::nullopt;
  Verifier verifier(settings, node);
  auto outcome = verifier.ledger();
  if (!outcome) return report_error(settings, outcome.error(), exit_code_of(outcome.error()));
  if (!*outcome) return std::nullopt;
  return report_failure(settings, command, id, **outcome, "");
}

Result<LedgerFacts> ledger_facts(api::Client& node) {
  auto answer = node.get("/v1/status");
  if (!answer) return std::move(answer).error();
  LedgerFacts facts;
  facts.ledger_id = answer->body.text_of("ledger_id");
  facts.rule_pack = answer->body.integer_of("rule_pack");
  if (!answer->ok() || facts.ledger_id.empty() || facts.rule_pack == 0) {
    return Error{Errc::unavailable, "the node does not tell ledger id and rule pack"};
  }
  return facts;
}

Result<Value> data_from(const ledger::RecordType& type, const RecordOptions& options) {
  Value data;
  if (!options.from.empty()) {
    auto text = read_input(options.from, kFileMax);
    if (!text) return std::move(text).error();
    while (text->ends_with('\n')) text->pop_back();
    auto parsed = ledger::parse_canonical(*text);
    if (!parsed) {
      return Error{Errc::usage, options.from + ": byte " + std::to_string(parsed.error().offset.value_or(0)) +
                                    ": " + parsed.error().detail};
    }
    data = std::move(*parsed);
  }
  for (const auto& [name, texts] : options.fields) {
    const auto field = std::ranges::find(type.fields, std::string_view(name), &Field::name);
    QL_CHECK(field != type.fields.end());
    Value::Items items;
    for (const std::string& text : texts) {
      auto value = value_from(*field, text, flag_of(name));
      if (!value) return value;
      items.push_back(std::move(*value));
    }
    if (field->shape == Shape::one) {
      if (items.size() != 1) return Error{Errc::usage, "--" + flag_of(name) + " is given once"};
      data.set(name, std::move(items[0]));
      continue;
    }
    if (field->shape == Shape::set) {
      std::ranges::sort(items, {}, [](const Value& item) { return ledger::to_canonical(item); });
      items.erase(std::unique(items.begin(), items.end()), items.end());
    }
    data.set(name, Value(std::move(items)));
  }
  return data;
}

Result<Value> draft_body(const ledger::RecordType& type, const RecordOptions& options, Value data,
                         const std::string& party, api::Client* node) {
  LedgerFacts facts{options.ledger_id, options.rule_pack};
  if (facts.ledger_id.empty() || facts.rule_pack == 0) {
    if (!node) return Error{Errc::usage, "without a node: --ledger-id and --pack are needed"};
    auto found = ledger_facts(*node);
    if (!found) return std::move(found).error();
    facts = std::move(*found);
  }
  const std::string submitter = options.submitter.empty() ? party : options.submitter;
  std::set<std::string> signers(options.signers.begin(), options.signers.end());
  if (signers.empty()) {
    signers.insert(submitter);
    for (std::string_view field : type.signers.must_sign) {
      const Value* value = data.find(field);
      if (value && value->is_string()) signers.insert(value->text());
      if (value && value->is_array()) {
        for (const Value& item : value->items()) {
          if (item.is_string()) signers.insert(item.text());
        }
      }
    }
  }
  Value::Items signer_items;
  for (const std::string& signer : signers) signer_items.push_back(Value(signer));
  std::string role = options.role;
  if (role.empty()) role = role_of(type, submitter, node);
  std::string day = options.event_date;
  if (day.empty() && !type.date_field.empty()) day = data.text_of(type.date_field);
  if (day.empty()) day = today();
  Value body(Value::Members{{"class", options.record_class},
                            {"data", std::move(data)},
                            {"event_date", day},
                            {"expires_at", now_ms() / 1000 + options.valid_s},
                            {"ledger_id", facts.ledger_id},
                            {"nonce", to_hex(crypto::random_bytes(16))},
                            {"role", role},
                            {"rule_pack", facts.rule_pack},
                            {"signers", std::move(signer_items)},
                            {"submitter", submitter},
                            {"type", type.name},
                            {"v", 1}});
  if (!options.acting_for.empty()) body.set("acting_for", Value(options.acting_for));
  if (!options.supersedes.empty()) body.set("supersedes", Value(options.supersedes));
  Value::Items basis;
  for (const std::string& text : options.basis) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos) return Error{Errc::usage, "--basis is LAW:ARTICLE, e.g. PL:28"};
    basis.push_back(Value(Value::Members{{"article", text.substr(colon + 1)}, {"law", text.substr(0, colon)}}));
  }
  if (!basis.empty()) body.set("basis", Value(std::move(basis)));
  // A placeholder so that the form can be asked before subjects are derived from it.
  body.set("subjects", Value(Value::Items{Value(submitter)}));
  for (const auto& issue : ledger::check_form(body)) {
    return Error{Errc::usage, issue.code + " " + issue.pointer + ": " +
                                  ledger::sentence(issue, ledger::Language::en)};
  }
  std::vector<std::string> subjects;
  if (node) {
    const RemoteRows rows(*node);
    subjects = ledger::derive_subjects(type, body, rows);
    if (auto ok = rows.status(); !ok) return std::move(ok).error();
  } else {
    subjects = ledger::derive_subjects(type, body);
  }
  Value::Items keys;
  for (const std::string& key : subjects) keys.push_back(Value(key));
  body.set("subjects", Value(std::move(keys)));
  return body;
}

int exit_code_of_status(unsigned status) {
  switch (status) {
    case 401:
    case 403: return kDenied;
    case 404: return kNotFound;
    case 409: return kConflict;
    case 429:
    case 503: return kUnreachable;
    default: return kRefused;
  }
}

int report_answer(const Settings& settings, std::string_view command, const api::Answer& answer) {
  Output out(settings, std::string(command));
  out.document(answer.body);
  const Value& body = answer.body;
  const std::string_view state = body.text_of("state");
  if (!answer.ok()) {
    const auto& errors = body.items_of("errors");
    if (!errors.empty()) {
      print_issues(settings, out, errors);
    } else {
      out.line(out.bad(std::string(body.text_of("code"))) + "  " + std::string(body.text_of("title")));
    }
    return exit_code_of_status(answer.status);
  }
  if (state == "final") {
    out.line(out.good(settings.say("已最终确认 ", "final ")) + std::string(body.text_of("id")) +
             (body.boolean_of("verified") ? "" : settings.say("（仅为节点自述，未验证）", "  (the node's word alone, unverified)")));
    out.line(settings.say("  高度 ", "  height ") + std::to_string(body.integer_of("height")) +
             settings.say("，日志序号 ", ", log index ") + std::to_string(body.integer_of("index")));
  } else if (state == "pending") {
    out.line(settings.say("待确认 ", "pending ") + std::string(body.text_of("id")));
  } else if (state == "acceptable") {
    out.line(out.good(settings.say("可以接受 ", "acceptable ")) + std::string(body.text_of("id")));
  } else {
    out.line(std::string(state) + " " + std::string(body.text_of("id")));
  }
  for (const Value& flag : body.items_of("flags")) {
    const Value* text = flag.find("text");
    out.line(settings.say("  标记 ", "  flag ") + std::string(flag.text_of("code")) + "  " +
             std::string(text ? text->text_of(settings.say("zh", "en")) : ""));
  }
  if (state == "expired" || state == "refused") return kRefused;
  const bool wanted_final = settings.wait == "final" || settings.wait == "cosigned";
  return state == "pending" && wanted_final ? kUnknownOutcome : kOk;
}

std::optional<int> refuse_unproven(const Settings& settings, std::string_view command, api::Client& node,
                                   const std::string& id, Value& body) {
  if (body.text_of("state") != "final") return std::nullopt;
  body.set("verified", Value(!settings.unverified));
  if (settings.unverified) return std::nullopt;
  Verifier verifier(settings, node);
  const auto number = [&body](std::string_view name) { return static_cast<std::uint64_t>(body.integer_of(name)); };
  auto outcome = verifier.record(id, number("height"), number("index"));
  if (!outcome) return report_error(settings, outcome.error(), exit_code_of(outcome.error()));
  if (*outcome) return report_failure(settings, command, id, **outcome, verifier.proof_file());
  body.set("id", Value(id));
  body.set("time_ms", Value(verifier.time_ms()));
  // What is shown is the entry that was proven, not the one that the answer held.
  if (body.find("entry")) body.set("entry", ledger::parse_canonical(verifier.entry()).value());
  return std::nullopt;
}

int report_state(const Settings& settings, std::string_view command, api::Client& node, const std::string& id,
                 const api::Answer& answer) {
  api::Answer proven = answer;
  if (answer.ok()) {
    if (const auto code = refuse_unproven(settings, command, node, id, proven.body)) return *code;
  }
  return report_answer(settings, command, proven);
}

int run_record(const Settings& settings, const ledger::RecordType& type, const RecordOptions& options,
               const SendOptions& send) {
  auto data = data_from(type, options);
  if (!data) return report_error(settings, data.error(), kUsage);
  const auto committed = commit_fields(type, options.confidential, *data);
  if (!committed) return report_error(settings, committed.error(), kUsage);
  std::optional<KeyPlace> place;
  std::string party = options.submitter;
  if (!send.draft_only || party.empty()) {
    auto chosen = choose_key(settings);
    if (!chosen) return report_error(settings, chosen.error(), exit_code_of(chosen.error()));
    place = std::move(*chosen);
    if (party.empty()) party = place->party;
  }
  std::optional<api::Client> node;
  const bool offline = !options.ledger_id.empty() && options.rule_pack != 0;
  if (!offline) {
    auto client = node_of(settings);
    if (!client) return report_error(settings, client.error(), kUsage);
    node.emplace(std::move(*client));
    if (const auto code = refuse_wrong_ledger(settings, type.name, "", *node)) return *code;
  }
  auto body = draft_body(type, options, std::move(*data), party, node ? &*node : nullptr);
  if (!body) return report_error(settings, body.error(), exit_code_of(body.error()));
  for (const auto& member : committed->envelope.members()) body->set(member.key, member.value);
  show_summary(settings, type, *body);
  const std::string text = ledger::to_canonical(*body);
  if (!committed->openings.empty() && send.dry_run.empty()) {
    // Before anything leaves: a commitment whose salt is lost can never be opened.
    const auto kept = keep_openings(settings, to_sha256_id(ledger::record_id_of(text)), committed->openings);
    if (!kept) return report_error(settings, kept.error(), exit_code_of(kept.error()));
    if (!settings.quiet) std::cerr << settings.say("保密字段的开示材料，请妥善保存：", "what opens the confidential fields, keep it: ") << *kept << "\n";
  }

  const auto deliver = [&](const std::string& file, std::string_view command) {
    if (send.output.empty()) {
      std::cout << file << "\n";
      return kOk;
    }
    if (auto ok = write_output(send.output, file + "\n", send.force); !ok) {
      return report_error(settings, ok.error(), exit_code_of(ok.error()));
    }
    Output out(settings, std::string(command));
    out.document(Value(Value::Members{{"file", send.output}, {"id", to_sha256_id(ledger::record_id_of(text))}}));
    out.line(send.output + "  " + to_sha256_id(ledger::record_id_of(text)));
    return kOk;
  };
  // A draft is the entry without signatures: every signer adds theirs with `record sign`.
  if (send.draft_only) return deliver("{\"body\":" + text + ",\"sigs\":[]}", "record.draft");

  if (send.dry_run.empty()) {
    if (auto ok = confirm(settings, settings.say("签名？", "sign?")); !ok) return report_error(settings, ok.error(), exit_code_of(ok.error()));
  }
  auto key = open_key(settings, *place);
  if (!key) return report_error(settings, key.error(), exit_code_of(key.error()));
  const auto ledger_id = from_sha256_id(body->text_of("ledger_id"));
  if (!ledger_id) return report_error(settings, {Errc::usage, "the ledger id has no form"}, kUsage);
  const Signature signature = key->key.sign({crypto::domain::kRecord, *ledger_id, text});
  const std::string entry = ledger::make_entry(text, {{place->party, place->key_id, signature}});
  if (send.dry_run == "local") return check_locally(settings, entry);
  if (send.sign_only) return deliver(entry, "record.sign");
  if (send.dry_run == "node") {
    auto answer = node->post("/v1/records/check", entry);
    if (!answer) return report_error(settings, answer.error(), exit_code_of(answer.error()));
    return report_answer(settings, "record.check", *answer);
  }
  return submit_text(settings, std::string(type.name), entry);
}

int record_sign(const Settings& settings, const std::string& file, const SendOptions& send) {
  auto text = read_input(file, kFileMax);
  if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
  while (text->ends_with('\n')) text->pop_back();
  auto document = ledger::parse_canonical(*text);
  const Value* body = document ? document->find("body") : nullptr;
  const Value* sigs = document ? document->find("sigs") : nullptr;
  if (!body || !sigs || !sigs->is_array()) {
    return report_error(settings, {Errc::usage, file + " is no draft or entry {body, sigs}"}, kUsage);
  }
  const std::string body_text = text->substr(body->begin(), body->end() - body->begin());
  std::vector<ledger::EntrySignature> signatures;
  for (const Value& item : sigs->items()) {
    const auto signature = fixed_from_base64<Signature>(item.text_of("sig"));
    if (!signature) return report_error(settings, {Errc::usage, file + ": a signature has no form"}, kUsage);
    signatures.push_back({std::string(item.text_of("party")), std::string(item.text_of("key_id")), *signature});
  }
  auto place = choose_key(settings);
  if (!place) return report_error(settings, place.error(), exit_code_of(place.error()));
  const auto ledger_id = from_sha256_id(body->text_of("ledger_id"));
  const ledger::RecordType* type = ledger::find_record_type(body->text_of("type"));
  const Value* data = body->find("data");
  if (!ledger_id || !type || !data || !data->is_object()) {
    return report_error(settings, {Errc::usage, file + ": no body of a record"}, kUsage);
  }
  show_summary(settings, *type, *body);
  if (auto ok = confirm(settings, settings.say("签名？", "sign?")); !ok) return report_error(settings, ok.error(), exit_code_of(ok.error()));
  auto key = open_key(settings, *place);
  if (!key) return report_error(settings, key.error(), exit_code_of(key.error()));
  std::erase_if(signatures, [&](const auto& s) { return s.party == place->party && s.key_id == place->key_id; });
  signatures.push_back({place->party, place->key_id,
                        key->key.sign({crypto::domain::kRecord, *ledger_id, body_text})});
  const std::string entry = ledger::make_entry(body_text, std::move(signatures));
  const std::string output = send.output.empty() ? file : send.output;
  if (output == "-") {
    std::cout << entry << "\n";
    return kOk;
  }
  if (auto ok = write_output(output, entry + "\n", send.force || output == file); !ok) {
    return report_error(settings, ok.error(), exit_code_of(ok.error()));
  }
  Output out(settings, "record.sign");
  out.document(Value(Value::Members{{"file", output}, {"id", to_sha256_id(ledger::record_id_of(body_text))}}));
  out.line(settings.say("已签名 ", "signed ") + output);
  return kOk;
}

int record_submit(const Settings& settings, const std::string& file, const SendOptions& send) {
  auto text = read_input(file, kFileMax);
  if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
  if (send.dry_run == "local") {
    while (text->ends_with('\n')) text->pop_back();
    return check_locally(settings, *text);
  }
  if (send.dry_run == "node") {
    while (text->ends_with('\n')) text->pop_back();
    auto node = node_of(settings);
    if (!node) return report_error(settings, node.error(), kUsage);
    auto answer = node->post(is_batch_file(*text) ? "/v1/batches/check" : "/v1/records/check", *text);
    if (!answer) return report_error(settings, answer.error(), exit_code_of(answer.error()));
    return report_answer(settings, "record.check", *answer);
  }
  return submit_text(settings, "record.submit", std::move(*text));
}

int record_show(const Settings& settings, const std::string& id_or_file) {
  Value document;
  bool synthetic = false;
  if (from_sha256_id(id_or_file)) {
    auto node = node_of(settings);
    if (!node) return report_error(settings, node.error(), kUsage);
    auto answer = node->get("/v1/records/" + id_or_file);
    if (!answer) return report_error(settings, answer.error(), exit_code_of(answer.error()));
    if (!answer->ok()) return report_answer(settings, "record.show", *answer);
    document = std::move(answer->body);
    if (const auto code = refuse_unproven(settings, "record.show", *node, id_or_file, document)) return *code;
    Value* shown = document.find("entry") ? document.find("entry")->find("body") : nullptr;
    // What was proven is whole; what may not be shown (privacy.*) is not.
    if (shown && document.find("privacy")) {
      const Value privacy(Value::Members{{"fields", *document.find("privacy")}});
      *shown = ledger::shown_body(std::move(*shown), &privacy);
    }
    if (shown) {
      synthetic = std::ranges::any_of(shown->items_of("subjects"), [&](const Value& subject) {
        return subject.is_string() && !subject.text().starts_with("per:") && is_synthetic(*node, subject.text());
      });
    }
    document.set("synthetic", Value(synthetic));
  } else {
    auto text = read_input(id_or_file, kFileMax);
    if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
    while (text->ends_with('\n')) text->pop_back();
    auto parsed = ledger::parse_canonical(*text);
    if (!parsed) return report_error(settings, {Errc::usage, id_or_file + ": " + parsed.error().detail}, kUsage);
    document.set("entry", std::move(*parsed));
  }
  Output out(settings, "record.show");
  const Value* entry = document.find("entry");
  const Value* body = entry ? entry->find("body") : nullptr;
  if (!document.text_of("state").empty()) {
    const bool unproven = document.text_of("state") == "final" && !document.boolean_of("verified");
    out.line(out.strong(document.text_of("id")) + "  " + std::string(document.text_of("state")) +
             (unproven ? settings.say("（仅为节点自述，未验证）", "  (the node's word alone, unverified)") : ""));
  }
  if (document.find("height")) {
    out.line(settings.say("高度 ", "height ") + std::to_string(document.integer_of("height")) +
             settings.say("，日志序号 ", ", log index ") + std::to_string(document.integer_of("index")));
  }
  if (body) {
    const ledger::RecordType* type = ledger::find_record_type(body->text_of("type"));
    out.line(std::string(body->text_of("type")) + (type ? "  " + std::string(settings.say(type->zh, type->en)) : ""));
    for (std::string_view member : {"event_date", "submitter", "acting_for", "role", "class"}) {
      if (!body->text_of(member).empty()) {
        out.line("  " + padded(member, 20) + "  " + std::string(body->text_of(member)));
      }
    }
    if (const Value* data = body->find("data")) {
      for (const auto& member : data->members()) {
        const std::string text = member.value.is_string() ? member.value.text() : ledger::to_canonical(member.value);
        out.line("  " + padded(member.key, 20) + "  " + text);
      }
      synthetic = synthetic || data->boolean_of("synthetic");
    }
    if (synthetic) out.line(out.bad(synthetic_mark(settings)));
  }
  for (const Value& flag : document.items_of("flags")) out.line(settings.say("  标记 ", "  flag ") + std::string(flag.text_of("code")));
  out.document(std::move(document));
  return kOk;
}

int record_wait(const Settings& settings, const std::string& id) {
  if (!from_sha256_id(id)) return report_error(settings, {Errc::usage, id + " is no record id (sha256:…)"}, kUsage);
  auto node = node_of(settings);
  if (!node) return report_error(settings, node.error(), kUsage);
  const std::int64_t deadline = now_ms() + settings.timeout_ms;
  for (;;) {
    auto answer = node->get("/v1/records/" + id);
    if (!answer) return report_error(settings, answer.error(), exit_code_of(answer.error()));
    const bool open = answer->ok() && answer->body.text_of("state") == "pending";
    if (!open || now_ms() >= deadline) {
      Settings as_final = settings;
      as_final.wait = "final";
      return report_state(as_final, "record.wait", *node, id, *answer);
    }
    ::usleep(100'000);
  }
}

int record_ls(const Settings& settings, const std::string& subject, int category, std::uint64_t from,
              std::uint64_t limit) {
  auto node = node_of(settings);
  if (!node) return report_error(settings, node.error(), kUsage);
  if (const auto code = refuse_unverified(settings, "record.ls", subject, *node)) return *code;
  auto answer = node->get("/v1/history?subject=" + api::encode_target(subject) + "&category=" +
                          std::to_string(category) + "&from=" + std::to_string(from) +
                          "&limit=" + std::to_string(limit));
  if (!answer) return report_error(settings, answer.error(), exit_code_of(answer.error()));
  if (!answer->ok()) return report_answer(settings, "record.ls", *answer);
  answer->body.set("synthetic", Value(is_synthetic(*node, subject)));
  Output out(settings, "record.ls");
  if (answer->body.boolean_of("synthetic")) out.line(out.bad(synthetic_mark(settings)));
  out.line(settings.say("共 ", "") + std::to_string(answer->body.integer_of("count")) + settings.say(" 条", " records"));
  for (const Value& item : answer->body.items_of("items")) {
    out.line(padded(std::to_string(item.integer_of("seq")), 6) + padded(item.text_of("event_date"), 12) +
             padded(item.text_of("type"), 24) + std::string(item.text_of("id")));
  }
  out.document(std::move(answer->body));
  return kOk;
}

Result<std::string> sign_batch(const OpenKey& key, const std::string& ledger_id, std::int64_t expires_at,
                               const std::vector<std::string>& bodies) {
  const auto ledger = from_sha256_id(ledger_id);
  if (!ledger) return Error{Errc::usage, "the ledger id has no form"};
  if (bodies.empty() || bodies.size() > ledger::kBatchCountMax) {
    return Error{Errc::usage, "a batch has 1 to 1000 members"};
  }
  const std::vector<BytesView> views(bodies.begin(), bodies.end());
  const Value manifest(Value::Members{{"count", static_cast<std::int64_t>(bodies.size())},
                                      {"expires_at", expires_at},
                                      {"ledger_id", ledger_id},
                                      {"nonce", to_hex(crypto::random_bytes(16))},
                                      {"root", to_sha256_id(ledger::batch_root(views))},
                                      {"signers", Value::Items{Value(key.place.party)}},
                                      {"submitter", key.place.party},
                                      {"type", "batch"},
                                      {"v", 1}});
  const std::string body = ledger::to_canonical(manifest);
  const Signature signature = key.key.sign({crypto::domain::kBatch, *ledger, body});
  std::string text = ledger::make_entry(body, {{key.place.party, key.place.key_id, signature}});
  for (const std::string& member : bodies) text.append("\n").append(member);
  return text;
}

int batch_sign(const Settings& settings, const std::string& bodies_file, const SendOptions& send) {
  auto text = read_input(bodies_file, kFileMax);
  if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
  std::vector<std::string> bodies;
  std::string ledger_id;
  std::int64_t expires_at = 0;
  std::size_t line = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string body(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++line;
    if (body.empty()) continue;
    auto parsed = ledger::parse_canonical(body, ledger::kBodyLimits);
    const std::string where = bodies_file + ":" + std::to_string(line) + ": ";
    if (!parsed) return report_error(settings, {Errc::usage, where + parsed.error().detail}, kUsage);
    // A draft {body, sigs:[]} stands for its body.
    if (const Value* inner = parsed->find("body")) {
      body = body.substr(inner->begin(), inner->end() - inner->begin());
      parsed = Value(*inner);
    }
    if (auto issues = ledger::check_form(*parsed); !issues.empty()) {
      return report_error(settings, {Errc::usage, where + issues[0].code + " " + issues[0].pointer + " " + issues[0].detail}, kUsage);
    }
    ledger_id = parsed->text_of("ledger_id");
    const std::int64_t expires = parsed->integer_of("expires_at");
    expires_at = expires_at == 0 ? expires : std::min(expires_at, expires);
    bodies.push_back(std::move(body));
  }
  auto place = choose_key(settings);
  if (!place) return report_error(settings, place.error(), exit_code_of(place.error()));
  const std::string question = settings.say("签名，记录数 ", "sign, records: ") + std::to_string(bodies.size()) + "?";
  if (auto ok = confirm(settings, question); !ok) return report_error(settings, ok.error(), exit_code_of(ok.error()));
  auto key = open_key(settings, *place);
  if (!key) return report_error(settings, key.error(), exit_code_of(key.error()));
  auto batch = sign_batch(*key, ledger_id, expires_at, bodies);
  if (!batch) return report_error(settings, batch.error(), kUsage);
  if (send.output.empty()) {
    std::cout << *batch << "\n";
    return kOk;
  }
  if (auto ok = write_output(send.output, *batch + "\n", send.force); !ok) {
    return report_error(settings, ok.error(), exit_code_of(ok.error()));
  }
  Output out(settings, "batch.sign");
  out.document(Value(Value::Members{{"count", static_cast<std::int64_t>(bodies.size())}, {"file", send.output}}));
  out.line(settings.say("一个签名，", "one signature, ") + std::to_string(bodies.size()) +
           settings.say(" 条记录：", " records: ") + send.output);
  return kOk;
}

int batch_submit(const Settings& settings, const std::string& file, const SendOptions& send) {
  return record_submit(settings, file, send);
}

}  // namespace qinglu::cli
