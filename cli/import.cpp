// SPDX-License-Identifier: Apache-2.0
#include "cli/import.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "api/client/client.hpp"
#include "cli/event_map.hpp"
#include "cli/foreign_patent.hpp"
#include "cli/output.hpp"
#include "cli/records.hpp"
#include "cli/title_chain.hpp"
#include "cli/verified.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/deadlines.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"

namespace qinglu::cli {
namespace {

namespace fs = std::filesystem;
using ledger::Value;

constexpr std::size_t kSourceMax = 1u << 30;
constexpr std::size_t kBatchBytes = 1'000'000;  // manifest and wrappers stay below 1 MiB
constexpr std::string_view kGreenScheme = "CPC-Y02";

/// What became of one row of the input.
struct Outcome {
  std::string where;
  std::string key;    ///< subject, where the row got that far
  std::string state;  ///< final, pending, exists, refused, left_out, ignored, duplicate
  std::string detail;
};

struct Source {
  std::string name;
  std::string sha256;
};

/// One right or event to file: its row, and the bodies made of it.
struct Filing {
  std::size_t outcome;  ///< position in the list of outcomes
  std::string subject;
  std::vector<std::string> bodies;
};

/// What makes an event one: without a reference of its office, its text too.
std::string event_key(const Value& data) {
  const std::string_view ref = data.text_of("office_ref");
  std::string key;
  for (const std::string_view part : {data.text_of("fpat"), data.text_of("code"), data.text_of("date"), ref.empty() ? data.text_of("text_hash") : ref}) {
    key += std::string(part) + " ";
  }
  key.pop_back();
  return key;
}

Value text_items(const std::vector<std::string>& texts) {
  Value::Items items;
  for (const std::string& text : texts) items.push_back(Value(text));
  return Value(std::move(items));
}

Value data_of(const ForeignPatent& patent, const Source& source) {
  Value dates;
  const std::pair<const char*, const std::string*> named[] = {{"filing", &patent.filing},
                                                              {"grant", &patent.grant},
                                                              {"priority", &patent.priority},
                                                              {"publication", &patent.publication}};
  for (const auto& [name, date] : named) {
    if (!date->empty()) dates.set(name, Value(*date));
  }
  Value::Items organisations;
  for (const auto& each : patent.organisations) {
    Value item(Value::Members{{"name", each.name}, {"role", each.role}});
    if (!each.country.empty()) item.set("country", Value(each.country));
    organisations.push_back(std::move(item));
  }
  Value data(Value::Members{
      {"dates", std::move(dates)},
      {"kind", patent.kind},
      {"number", patent.number},
      {"office", patent.office},
      {"organisations", std::move(organisations)},
      {"source", Value(Value::Members{{"name", source.name}, {"sha256", source.sha256}})},
      {"title", patent.title}});
  if (patent.raw_number != patent.number) data.set("raw_number", Value(patent.raw_number));
  if (patent.raw_kind != patent.kind) data.set("raw_kind", Value(patent.raw_kind));
  if (!patent.ipc.empty()) data.set("ipc", text_items(patent.ipc));
  if (!patent.cpc.empty()) data.set("cpc", text_items(patent.cpc));
  if (!patent.family.empty()) data.set("family", Value(patent.family));
  return data;
}

std::vector<std::string> green_codes(const ForeignPatent& patent) {
  std::set<std::string> codes;
  for (const std::string& symbol : patent.cpc) {
    if (symbol.starts_with("Y02") || symbol.starts_with("Y04S")) codes.insert(symbol.substr(0, 4));
  }
  return {codes.begin(), codes.end()};
}

/// Directory of signed batches: `NNNN.batch` is signed and perhaps sent, `NNNN.done` is answered.
class Journal {
 public:
  explicit Journal(std::string directory) : directory_(std::move(directory)) {}

  bool exists() const {
    std::error_code ignored;
    return fs::exists(directory_, ignored) && !fs::is_empty(directory_, ignored);
  }
  std::vector<std::string> with(std::string_view extension) const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator(directory_, ignored)) {
      if (file.path().extension() == extension) names.push_back(file.path().string());
    }
    std::ranges::sort(names);
    return names;
  }
  Result<std::string> write(const std::string& batch) {
    const std::size_t number = with(".batch").size() + with(".done").size() + with(".void").size();
    std::string name = std::to_string(number);
    name.insert(0, name.size() < 4 ? 4 - name.size() : 0, '0');
    const std::string path = directory_ + "/" + name + ".batch";
    if (auto ok = write_output(path, batch + "\n", false); !ok) return std::move(ok).error();
    return path;
  }
  /// `.done`: its records are on the ledger. `.void`: it was refused as a whole.
  void close(const std::string& path, std::string_view extension) {
    std::error_code ignored;
    fs::rename(path, fs::path(path).replace_extension(extension), ignored);
  }

 private:
  std::string directory_;
};

/// Rights and events that the bodies of a journalled batch file.
std::set<std::string> keys_in(const std::string& batch) {
  std::set<std::string> keys;
  std::size_t at = batch.find('\n');
  while (at != batch.npos && at + 1 < batch.size()) {
    const std::size_t end = std::min(batch.find('\n', at + 1), batch.size());
    auto body = ledger::parse_canonical(std::string_view(batch).substr(at + 1, end - at - 1), ledger::kBodyLimits);
    if (body && body->text_of("type") == "foreign.register") {
      for (const Value& subject : body->items_of("subjects")) keys.insert(subject.text());
    } else if (body && body->text_of("type") == "foreign.event") {
      keys.insert(event_key(*body->find("data")));
    }
    at = end < batch.size() ? end : batch.npos;
  }
  return keys;
}

class Import {
 public:
  Import(const Settings& settings, const ImportOptions& options) : settings_(settings), options_(options) {}

  int run() {
    if (const int code = read(); code != kOk) return code;
    if (options_.dry_run) {
      map_events();
      return report();
    }
    auto node = node_of(settings_);
    if (!node) return report_error(settings_, node.error(), kUsage);
    node_.emplace(std::move(*node));
    auto place = choose_key(settings_);
    if (!place) return report_error(settings_, place.error(), exit_code_of(place.error()));
    Journal journal(journal_directory());
    std::map<std::string, std::string> journalled;
    if (journal.exists()) {
      if (!options_.resume) {
        return report_error(settings_, {Errc::conflict, journal_directory() + " holds an earlier import of these files: --resume goes on with it"}, kConflict);
      }
    }
    if (const auto code = refuse_wrong_ledger(settings_, "patent.import", "", *node_)) return *code;
    auto facts = ledger_facts(*node_);
    if (!facts) return report_error(settings_, facts.error(), exit_code_of(facts.error()));
    if (const int code = resend(journal, journalled); code != kOk) return code;
    if (const int code = draft(*facts, place->party, journalled); code != kOk) return code;
    map_events();
    if (const int code = draft_events(*facts, place->party, journalled); code != kOk) return code;
    if (!filings_.empty()) {
      const std::string question = settings_.say("签名，专利和事件数 ", "sign, rights and events: ") + std::to_string(filings_.size()) + "?";
      if (auto ok = confirm(settings_, question); !ok) return report_error(settings_, ok.error(), exit_code_of(ok.error()));
      auto key = open_key(settings_, *place);
      if (!key) return report_error(settings_, key.error(), exit_code_of(key.error()));
      if (const int code = file_all(journal, *key, *facts); code != kOk) {
        write_results().ignore("the reason of the end has been said; the journal holds what was sent");
        return code;
      }
    }
    return report();
  }

 private:
  std::string journal_directory() const {
    return options_.journal.empty() ? settings_.state + "/import/" + inputs_digest_.substr(0, 16) : options_.journal;
  }

  int read() {
    if (!options_.event_map.empty()) {
      auto text = read_input(options_.event_map, kSourceMax);
      if (!text) return report_error(settings_, text.error(), exit_code_of(text.error()));
      auto map = EventMap::read(*text);
      if (!map) return report_error(settings_, {map.error().code, options_.event_map + ": " + map.error().detail}, kUsage);
      map_.emplace(std::move(*map));
    }
    std::string digests;
    for (const std::string& path : options_.files) {
      auto text = read_input(path, kSourceMax);
      if (!text) return report_error(settings_, text.error(), exit_code_of(text.error()));
      const Source source{fs::path(path).filename().string(), to_sha256_id(crypto::sha256(*text))};
      digests += source.sha256;
      for (ImportRow& row : read_source(*text, source.name)) {
        Outcome outcome{row.where, "", row.ignored ? "ignored" : "left_out", row.problem};
        if (row.patent) {
          outcome.key = row.patent->key();
          outcome.state = "read";
          if (!seen_.insert(outcome.key).second) {
            outcome.state = "duplicate";
            outcome.detail = "the input names it earlier";
          } else {
            patents_.push_back({outcomes_.size(), std::move(*row.patent), source});
          }
        }
        outcomes_.push_back(std::move(outcome));
        for (std::size_t i = 0; map_ && i < row.events.size(); ++i) {
          events_.push_back({outcomes_.size(), std::move(row.events[i]), source, {}});
          outcomes_.push_back({row.where + " event " + std::to_string(i + 1), "", "read", ""});
        }
      }
    }
    inputs_digest_ = to_hex(crypto::sha256(digests));
    return kOk;
  }

  /// Sends what an interrupted run had signed, byte for byte: the same record ids, no duplicates.
  int resend(Journal& journal, std::map<std::string, std::string>& journalled) {
    for (std::string_view extension : {".done", ".batch"}) {
      for (const std::string& path : journal.with(extension)) {
        auto text = read_input(path, 2u << 20);
        if (!text) return report_error(settings_, text.error(), exit_code_of(text.error()));
        while (text->ends_with('\n')) text->pop_back();
        std::string state = "final";
        if (extension == ".batch") {
          const Sent sent = send(*text);
          if (sent.code != kOk) return sent.code;
          if (!sent.answer.ok()) {
            // Refused as a whole (a member exists meanwhile, or it has expired): its rows are signed anew.
            journal.close(path, ".void");
            continue;
          }
          state = sent.answer.body.text_of("state");
          if (state == "final") journal.close(path, ".done");
        }
        for (const std::string& key : keys_in(*text)) journalled[key] = state;
      }
    }
    return kOk;
  }

  int draft(const LedgerFacts& facts, const std::string& party, const std::map<std::string, std::string>& journalled) {
    const ledger::RecordType& foreign = *ledger::find_record_type("foreign.register");
    const ledger::RecordType& green = *ledger::find_record_type("patent.green_tag");
    Progress progress(settings_, settings_.say("核对", "checking"), patents_.size());
    std::uint64_t done = 0;
    for (auto& [position, patent, source] : patents_) {
      progress.step(++done);
      Outcome& outcome = outcomes_[position];
      if (const auto at = journalled.find(outcome.key); at != journalled.end()) {
        outcome.state = at->second;
        outcome.detail = "filed by the interrupted run";
        continue;
      }
      RecordOptions record;
      record.role = options_.role.empty() ? "IPO" : options_.role;
      record.ledger_id = facts.ledger_id;
      record.rule_pack = facts.rule_pack;
      record.event_date = !patent.grant.empty() ? patent.grant
                          : !patent.publication.empty() ? patent.publication
                                                        : patent.filing;
      auto body = draft_body(foreign, record, data_of(patent, source), party, nullptr);
      if (!body) {
        outcome.state = "left_out";
        outcome.detail = body.error().detail;
        continue;
      }
      Filing filing{position, outcome.key, {ledger::to_canonical(*body)}};
      const auto codes = green_codes(patent);
      if (options_.green && !codes.empty()) {
        record.event_date.clear();
        Value data(Value::Members{{"by", "AUTO"},
                                  {"codes", text_items(codes)},
                                  {"evidence", source.sha256},
                                  {"fpat", outcome.key},
                                  {"scheme", kGreenScheme}});
        auto tag = draft_body(green, record, std::move(data), party, nullptr);
        if (!tag) return report_error(settings_, tag.error(), kUsage);
        filing.bodies.push_back(ledger::to_canonical(*tag));
        ++green_;
      }
      filings_.push_back(std::move(filing));
    }
    return kOk;
  }

  /// The right that an event is of: one of this input, or one that is on the ledger already; else empty.
  std::string right_of(const ForeignEvent& event) {
    std::vector<std::string> keys;
    for (const std::string& kind : event.kinds) keys.push_back("fpat:" + event.office + "/" + event.number + "-" + kind);
    for (const std::string& key : keys) {
      if (seen_.contains(key)) return key;
    }
    for (const std::string& key : keys) {
      auto [at, asked] = on_ledger_.try_emplace(key, false);
      if (asked && node_) {
        auto answer = node_->get("/v1/subjects/" + api::encode_target(key));
        at->second = answer && answer->ok();
      }
      if (at->second) return key;
    }
    return {};
  }

  /// Names every event's right and maps it. By day, so that what an event refers to is there before it.
  void map_events() {
    std::set<std::string> keys;
    for (EventRead& each : events_) {
      Outcome& outcome = outcomes_[each.outcome];
      persons_ += each.event.persons;
      const std::string right = right_of(each.event);
      if (right.empty() || !ledger::parse_date(each.event.date)) {
        outcome.state = "left_out";
        outcome.detail = right.empty() ? "its right is neither in the input nor on the ledger" : "no date that exists";
        continue;
      }
      each.data = map_->data_of(each.event, right, Value(Value::Members{{"name", each.source.name}, {"sha256", each.source.sha256}}));
      outcome.key = event_key(each.data);
      if (!keys.insert(outcome.key).second) {
        outcome.state = "duplicate";
        outcome.detail = "the input names it earlier";
        continue;
      }
      titles_[right].push_back(each.data);
      if (!map_->of(each.event)) ++unmapped_[std::string(each.data.text_of("code"))];
    }
    std::ranges::stable_sort(events_, {}, [](const EventRead& each) { return each.event.date; });
  }

  int draft_events(const LedgerFacts& facts, const std::string& party, const std::map<std::string, std::string>& journalled) {
    const ledger::RecordType& type = *ledger::find_record_type("foreign.event");
    for (const EventRead& each : events_) {
      Outcome& outcome = outcomes_[each.outcome];
      if (outcome.state != "read") continue;
      if (const auto at = journalled.find(outcome.key); at != journalled.end()) {
        outcome.state = at->second;
        outcome.detail = "filed by the interrupted run";
        continue;
      }
      RecordOptions record;
      record.role = options_.role.empty() ? "IPO" : options_.role;
      record.ledger_id = facts.ledger_id;
      record.rule_pack = facts.rule_pack;
      auto body = draft_body(type, record, each.data, party, nullptr);
      if (!body) {
        outcome.state = "left_out";
        outcome.detail = body.error().detail;
        continue;
      }
      filings_.push_back({each.outcome, std::string(each.data.text_of("fpat")), {ledger::to_canonical(*body)}});
    }
    return kOk;
  }

  /// What a node made of a batch.
  struct Sent {
    int code = kOk;        ///< not kOk: the import ends here, and the reason has been said
    api::Answer answer{};  ///< final and proven, pending, or refused as a whole
  };

  Sent send(const std::string& batch) {
    const auto id = id_of_submission(batch);
    if (!id) return {report_error(settings_, id.error(), kInternal)};
    auto answer = node_->submit("/v1/batches?wait=final&timeout=" + std::to_string(settings_.timeout_ms) + "ms", batch);
    if (!answer) return {report_error(settings_, answer.error(), kUnknownOutcome)};
    // Overload is no verdict: the batch stays in the journal.
    if (exit_code_of_status(answer->status) == kUnreachable) {
      return {report_error(settings_, {Errc::unavailable, std::string(answer->body.text_of("title"))}, kUnreachable)};
    }
    if (answer->ok()) {
      const auto code = refuse_unproven(settings_, "patent.import", *node_, *id, answer->body);
      if (code) return {*code};
    }
    return {kOk, std::move(*answer)};
  }

  int file_all(Journal& journal, const OpenKey& key, const LedgerFacts& facts) {
    Progress progress(settings_, settings_.say("提交", "filing"), filings_.size());
    std::size_t next = 0;
    while (next < filings_.size()) {
      std::vector<Filing*> batch;
      std::size_t bytes = 0;
      std::size_t records = 0;
      while (next < filings_.size()) {
        Filing& filing = filings_[next];
        std::size_t size = 0;
        for (const std::string& body : filing.bodies) size += body.size() + ledger::kMemberWrapperMax;
        if (!batch.empty() && (bytes + size > kBatchBytes || records + filing.bodies.size() > ledger::kBatchCountMax)) break;
        bytes += size;
        records += filing.bodies.size();
        if (outcomes_[filing.outcome].state != "left_out") batch.push_back(&filing);
        ++next;
      }
      if (const int code = file_batch(journal, key, facts, std::move(batch)); code != kOk) return code;
      progress.step(next);
    }
    return kOk;
  }

  /// Signs, journals and sends one batch; a refused row leaves it and the rest is signed anew.
  int file_batch(Journal& journal, const OpenKey& key, const LedgerFacts& facts, std::vector<Filing*> batch) {
    while (!batch.empty()) {
      std::vector<std::string> bodies;
      std::vector<Filing*> owner;
      std::int64_t expires = INT64_MAX;
      for (Filing* filing : batch) {
        for (const std::string& body : filing->bodies) {
          auto parsed = ledger::parse_canonical(body, ledger::kBodyLimits);
          expires = std::min(expires, parsed->integer_of("expires_at"));
          bodies.push_back(body);
          owner.push_back(filing);
        }
      }
      auto signed_batch = sign_batch(key, facts.ledger_id, expires, bodies);
      if (!signed_batch) return report_error(settings_, signed_batch.error(), kInternal);
      auto path = journal.write(*signed_batch);
      if (!path) return report_error(settings_, path.error(), kInternal);
      Sent sent = send(*signed_batch);
      const Value& body = sent.answer.body;
      if (sent.code != kOk || sent.answer.ok()) {
        const std::string state(sent.code == kOk ? body.text_of("state") : "pending");
        for (Filing* filing : batch) outcomes_[filing->outcome].state = state;
        if (state == "final") journal.close(*path, ".done");
        return sent.code;
      }
      journal.close(*path, ".void");
      const auto n = body.integer_of("n", -1);
      if (n < 0 || static_cast<std::size_t>(n) >= owner.size()) {
        return report_answer(settings_, "patent.import", sent.answer);
      }
      Filing* culprit = owner[static_cast<std::size_t>(n)];
      Outcome& outcome = outcomes_[culprit->outcome];
      outcome.detail = body.text_of("detail");
      const bool exists = outcome.detail.starts_with("FOREIGN_EXISTS") || outcome.detail.starts_with("FOREIGN_EVENT_EXISTS");
      outcome.state = exists ? "exists" : "refused";
      if (!exists && outcome.key == culprit->subject) leave_out_events_of(culprit->subject, batch);
      std::erase(batch, culprit);
    }
    return kOk;
  }

  /// A right was refused: its events need not be tried one by one.
  void leave_out_events_of(const std::string& subject, std::vector<Filing*>& batch) {
    for (Filing& filing : filings_) {
      Outcome& outcome = outcomes_[filing.outcome];
      if (filing.subject != subject || outcome.key == subject || outcome.state != "read") continue;
      outcome.state = "left_out";
      outcome.detail = "its right was refused";
      std::erase(batch, &filing);
    }
  }

  /// One line per row of the input: nothing is left without an answer.
  Result<void> write_results() const {
    std::string lines;
    for (const Outcome& outcome : outcomes_) {
      Value line(Value::Members{{"row", outcome.where}, {"state", outcome.state}});
      if (!outcome.key.empty()) line.set("key", Value(outcome.key));
      if (!outcome.detail.empty()) line.set("detail", Value(outcome.detail));
      lines += ledger::to_canonical(line) + "\n";
    }
    for (const auto& [right, events] : titles_) {
      const TitleChain chain = title_chain(events);
      if (chain.silent()) continue;
      Value line = to_value(chain);
      line.set("title", Value(right));
      lines += ledger::to_canonical(line) + "\n";
    }
    return write_output(results_path(), lines, true);
  }
  std::string results_path() const { return journal_directory() + "/results.jsonl"; }

  int report() {
    std::map<std::string, std::int64_t> counts;
    for (const Outcome& outcome : outcomes_) ++counts[outcome.state];
    Output out(settings_, "patent.import");
    Value summary;
    for (const auto& [state, count] : counts) {
      summary.set(state, Value(count));
      out.line("  " + padded(state, 12) + std::to_string(count));
    }
    if (options_.green) out.line(settings_.say("  绿色标识 ", "  green tags  ") + std::to_string(green_));
    for (const Outcome& outcome : outcomes_) {
      if (outcome.state == "refused" || outcome.state == "left_out") {
        out.line("  " + outcome.where + ": " + outcome.detail);
      }
    }
    Value document(Value::Members{{"green_tags", green_}, {"rows", static_cast<std::int64_t>(outcomes_.size())}, {"states", std::move(summary)}});
    if (map_) document.set("events", report_events(out));
    if (!options_.dry_run) {
      if (auto ok = write_results(); !ok) return report_error(settings_, ok.error(), kInternal);
      document.set("results", Value(results_path()));
      out.line(settings_.say("逐行结果：", "per row: ") + results_path());
    }
    out.document(std::move(document));
    if (counts.contains("refused")) return kRefused;
    return counts.contains("pending") ? kUnknownOutcome : kOk;
  }

  /// How many events no row maps, and what the recordings say of title: chains that follow and chains that do not.
  Value report_events(Output& out) const {
    std::int64_t unmapped = 0;
    for (const auto& [code, count] : unmapped_) unmapped += count;
    std::int64_t follow = 0;
    std::int64_t flagged = 0;
    std::int64_t open = 0;
    std::int64_t released = 0;
    std::map<std::string, std::int64_t> flags;
    for (const auto& [right, events] : titles_) {
      const TitleChain chain = title_chain(events);
      if (chain.silent()) continue;
      ++(chain.follows() ? follow : flagged);
      for (const auto& lien : chain.liens) ++(lien.released_by.empty() ? open : released);
      for (const auto& flag : chain.flags) ++flags[flag.code];
    }
    out.line(settings_.say("事件：未映射（按 OTHER 原样保存） ", "events: not mapped, kept raw as OTHER: ") + std::to_string(unmapped) +
             settings_.say("，略去的自然人姓名 ", ", names of persons left out: ") + std::to_string(persons_));
    out.line(settings_.say("权属链：衔接 ", "chains of title: follow ") + std::to_string(follow) + settings_.say("，有标记 ", ", flagged ") +
             std::to_string(flagged) + settings_.say("；担保：未解除 ", "; liens: open ") + std::to_string(open) +
             settings_.say("，已解除 ", ", released ") + std::to_string(released));
    Value::Members of_title{{"flagged", flagged}, {"follow", follow}, {"liens_open", open}, {"liens_released", released}};
    Value by_code(Value::Members{});
    for (const auto& [code, count] : flags) {
      std::string member = code;
      for (char& c : member) c = c == '_' ? c : static_cast<char>(c - 'A' + 'a');
      by_code.set(member, Value(count));
      out.line("  " + padded(code, 24) + std::to_string(count));
    }
    Value titles(std::move(of_title));
    titles.set("flags", std::move(by_code));
    return Value(Value::Members{{"persons_left_out", static_cast<std::int64_t>(persons_)}, {"titles", std::move(titles)}, {"unmapped", unmapped}});
  }

  struct EventRead {
    std::size_t outcome;
    ForeignEvent event;
    Source source;
    Value data;
  };
  struct Read {
    std::size_t outcome;
    ForeignPatent patent;
    Source source;
  };

  const Settings& settings_;
  const ImportOptions& options_;
  std::optional<api::Client> node_;
  std::vector<Outcome> outcomes_;
  std::vector<Read> patents_;
  std::set<std::string> seen_;
  std::optional<EventMap> map_;
  std::vector<EventRead> events_;
  std::map<std::string, bool> on_ledger_;
  std::map<std::string, std::vector<Value>> titles_;  ///< right -> `data` of its events
  std::map<std::string, std::int64_t> unmapped_;
  std::size_t persons_ = 0;
  std::vector<Filing> filings_;
  std::string inputs_digest_;
  std::int64_t green_ = 0;
};

}  // namespace

int patent_import(const Settings& settings, const ImportOptions& options) {
  return Import(settings, options).run();
}

}  // namespace qinglu::cli
