// SPDX-License-Identifier: Apache-2.0
// The ledger's answers to acts, one JSON line for each line of the standard input, so that a second
// implementation of the rules can be compared with them. It knows no law: an act is signed by whom the
// line names and goes through judge() as every submission does.
//
//   {"reset":{"parties":[{"id","kind","name","region"?,"agency_code"?,"registrar"?,"roles":[..]?},..],
//             "council":[id,..],"pack":{..},"tables":[{..},..],"time_ms":n}}      -> {"ready":true}
//   {"type","data","by","role","signers":[..]?,"event_date","time_ms","acting_for"?}
//             -> {"id","refused":[issue,..]} or {"id","flags":[issue,..]}
//   {"rows":[["S","pat:.."],["E","pat:..","<id>"],..]}                            -> {"rows":[row or false,..]}
//   {"times":true}      -> {"times":{family:{"acts":n,"ns":n},..}}: accepted acts; CPU of judging, signatures left out
//   {"catalogue":true}  -> {"codes":[{"code","class"}],"reasons":[{"type","code","law","article"},..]}
#include <time.h>

#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "crypto/base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "ledger/apply/judge.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/catalog/messages.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/codec/valset.hpp"
#include "ledger/kv/memory_store.hpp"
#include "ledger/model/rows.hpp"
#include "tests/support/signed_records.hpp"

using namespace qinglu;
using namespace qinglu::ledger;

namespace {

Value issues_value(const std::vector<Issue>& issues) {
  Value::Items items;
  for (const Issue& issue : issues) {
    Value item(Value::Members{{"code", issue.code}, {"detail", issue.detail}, {"pointer", issue.pointer}});
    Value::Items blocking(issue.blocking.begin(), issue.blocking.end());
    item.set("blocking", std::move(blocking));
    items.push_back(std::move(item));
  }
  return items;
}

std::int64_t cpu_ns() {
  timespec now{};
  QL_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

class Ledger {
 public:
  explicit Ledger(const Value& world) : ledger_id_(crypto::sha256("a ledger for the rules")) {
    for (const Value& party : world.items_of("parties")) enrol(party);
    ValidatorSet set;
    set.epoch = 1;
    for (const Value& party : world.items_of("council")) {
      Validator member;
      member.id = member.party = party.text();
      set.members.push_back(std::move(member));
    }
    put(validators_row(0), Value::Members{{"epoch", 1}});
    put(validators_row(1), Value::Members{{"from_size", 2}, {"set", to_value(set)}});
    Value pack = *world.find("pack");
    pack.set("effective_ms", 0);
    put(rule_pack_row(1), pack);
    put(rule_pack_row(0), Value::Members{{"packs", Value::Items{Value::Members{{"effective_ms", 0}, {"id", 1}}}}});
    for (const Value& table : world.items_of("tables")) {
      const Value answer = act(Value::Members{{"type", "table.publish"}, {"data", table}, {"role", "GOV"},
                                              {"by", world.items_of("council")[0]}, {"signers", *world.find("council")},
                                              {"event_date", "2026-01-01"}, {"time_ms", *world.find("time_ms")}});
      QL_CHECK(answer.find("flags") != nullptr);
    }
  }

  Value act(const Value& line) {
    const RecordType* type = find_record_type(line.text_of("type"));
    if (!type) return Value::Members{{"unknown_type", line.text_of("type")}};
    const std::int64_t time_ms = line.integer_of("time_ms");
    Value body(Value::Members{{"class", "PUBLIC"},
                              {"data", *line.find("data")},
                              {"event_date", line.text_of("event_date")},
                              {"expires_at", time_ms / 1000 + 3600},
                              {"ledger_id", to_sha256_id(ledger_id_)},
                              {"nonce", to_hex(crypto::sha256("nonce " + std::to_string(index_))).substr(0, 32)},
                              {"role", line.text_of("role")},
                              {"rule_pack", 1},
                              {"signers", line.find("signers") ? *line.find("signers") : Value(Value::Items{line.text_of("by")})},
                              {"subjects", Value::Items{line.text_of("by")}},
                              {"submitter", line.text_of("by")},
                              {"type", line.text_of("type")},
                              {"v", 1}});
    if (const Value* principal = line.find("acting_for")) body.set("acting_for", *principal);
    if (check_form(body).empty()) {
      const auto subjects = derive_subjects(*type, body, overlay_);
      body.set("subjects", Value::Items(subjects.begin(), subjects.end()));
    }
    const test::SignedUnit made = test::sign_record(body);
    auto parsed = parse_record_unit(made.entry);
    Value answer(Value::Members{{"id", to_sha256_id(made.id)}});
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
      answer.set("refused", issues_value(refusal->issues));
      return answer;
    }
    units_.push_back(std::move(std::get<Unit>(parsed)));  // the overlay keeps a pointer to an accepted body
    const Place place{ledger_id_, time_ms, index_, index_, "ledger.example/qinglu", 10};
    // judge() does not verify again what is verified; so the signatures stay out of the time.
    verify_unit_signatures(units_.back(), ledger_id_, overlay_);
    const std::int64_t start = cpu_ns();
    auto judged = judge(units_.back(), overlay_, place);
    const std::int64_t taken = cpu_ns() - start;
    QL_CHECK(judged);
    if (!judged->accepted()) {
      units_.pop_back();
      answer.set("refused", issues_value(judged->issues));
      return answer;
    }
    ++index_;
    const std::string family(type->name.substr(0, type->name.find('.')));
    times_[family].acts += 1;
    times_[family].ns += taken;
    answer.set("flags", issues_value(judged->flags[0]));
    return answer;
  }

  Value times() const {
    Value::Members families;
    for (const auto& [family, time] : times_) families.push_back({family, Value::Members{{"acts", time.acts}, {"ns", time.ns}}});
    return Value::Members{{"times", std::move(families)}};
  }

  Value rows(const Value& names) const {
    Value::Items found;
    for (const Value& name : names.items()) {
      const auto& parts = name.items();
      RowKey key{static_cast<Namespace>(parts[0].text()[0]), parts[1].text()};
      for (std::size_t i = 2; i < parts.size(); ++i) key.key += std::string(1, '\0') + parts[i].text();
      const auto row = overlay_.find(key);
      found.push_back(row ? *row : Value(false));
    }
    return Value::Members{{"rows", std::move(found)}};
  }

 private:
  void put(const RowKey& key, Value value) { QL_CHECK(overlay_.set(key, std::move(value))); }

  /// A party as genesis knows it, with key `k1` and its roles.
  void enrol(const Value& party) {
    const std::string id(party.text_of("id"));
    const std::string pub = to_hex(test::record_key(id).public_key());
    Value row(Value::Members{{"first_index", 0}, {"key_count", 1}, {"open_keys", Value::Items{"k1"}}, {"status", "ACTIVE"}});
    for (const char* name : {"agency_code", "kind", "name", "region", "registrar"}) {
      if (const Value* value = party.find(name)) row.set(name, *value);
    }
    put(party_row(id), row);
    put(key_row(id, "k1"), Value::Members{{"pub", pub}, {"suite", 1}, {"windows", Value::Items{Value::Members{{"from_index", 0}}}}});
    put(key_row("", pub), Value::Members{{"party", id}, {"purpose", "record"}});
    for (const Value& role : party.items_of("roles")) {
      put(role_row(id, role.text_of("role")),
          Value::Members{{"grants", Value::Items{Value::Members{{"from_index", 0}, {"scope", *role.find("scope")}}}}});
    }
  }

  Digest ledger_id_;
  MemoryStore store_;
  Overlay overlay_{StateView{store_.snapshot()}};
  std::deque<Unit> units_;
  std::uint64_t index_ = 2;

  struct Time {
    std::int64_t acts = 0, ns = 0;
  };
  std::map<std::string, Time> times_;
};

Value catalogue() {
  Value::Items codes, reasons;
  for (const Message& message : messages()) {
    static constexpr const char* kClasses[] = {"form", "computed", "programme", "law", "flag"};
    codes.push_back(Value::Members{{"article", message.article}, {"class", kClasses[static_cast<int>(message.code_class)]},
                                   {"code", message.code}, {"law", message.law}});
  }
  for (const RecordType* type : record_types()) {
    for (const Precondition& reason : type->preconditions) {
      reasons.push_back(Value::Members{{"article", reason.article}, {"code", reason.code}, {"law", reason.law}, {"type", type->name}});
    }
  }
  return Value::Members{{"codes", std::move(codes)}, {"reasons", std::move(reasons)}};
}

}  // namespace

int main() {
  crypto::start();
  std::ios::sync_with_stdio(false);
  std::unique_ptr<Ledger> ledger;
  for (std::string line; std::getline(std::cin, line);) {
    const auto asked = parse_canonical(line, kEvidenceLimits);
    if (!asked) {
      std::cerr << "law_driver: not canonical: " << line << '\n';
      return 2;
    }
    Value answer;
    if (const Value* world = asked->find("reset")) {
      ledger = std::make_unique<Ledger>(*world);
      answer = Value::Members{{"ready", true}};
    } else if (asked->find("catalogue")) {
      answer = catalogue();
    } else if (!ledger) {
      std::cerr << "law_driver: no ledger yet\n";
      return 2;
    } else if (asked->find("times")) {
      answer = ledger->times();
    } else if (const Value* names = asked->find("rows")) {
      answer = ledger->rows(*names);
    } else {
      answer = ledger->act(*asked);
    }
    std::cout << to_canonical(answer) << '\n' << std::flush;
  }
  return 0;
}
