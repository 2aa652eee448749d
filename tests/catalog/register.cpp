// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/register.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/messages.hpp"
#include "ledger/catalog/statistics.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/numbers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

namespace qinglu::test {

using namespace qinglu::ledger;

namespace {

const std::string kLedgerId = "sha256:" + std::string(64, '1');
const Digest kLedger = *from_sha256_id(kLedgerId);

std::string joined(const std::vector<Issue>& issues) {
  std::set<std::string> codes;
  for (const Issue& each : issues) codes.insert(each.code);
  std::string text;
  for (const std::string& code : codes) text += (text.empty() ? "" : " ") + code;
  return text;
}

/// Codes that the framework may answer to any record; every other one a table must announce.
bool is_generic(std::string_view code) {
  static const std::set<std::string_view> generic = {
      "AMOUNT_INVALID", "BAD_SIGNATURE",      "FUTURE_EVENT_DATE",     "KEY_OUTSIDE_WINDOW",
      "KEY_REVOKED",    "LATE_ENTRY",         "MANDATE_SCOPE",         "MISSING_SIGNATURE",
      "QUORUM_MISSING", "ROLE_NOT_PERMITTED", "REF_NOT_FOUND",         "REF_WRONG_TYPE",
      "SCHEMA_INVALID", "UNKNOWN_PARTY",      "PERSONAL_DATA_ON_CHAIN"};
  return generic.contains(code);
}

void check_announced(const RecordType& type, const std::vector<Issue>& issues) {
  for (const Issue& each : issues) {
    INFO(std::string(type.name) + " answers " + each.code + " at " + each.pointer);
    const bool announced = std::ranges::find(type.preconditions, each.code, &Precondition::code) !=
                           type.preconditions.end();
    CHECK(find_message(each.code) != nullptr);
    CHECK((announced || is_generic(each.code)));
  }
}

}  // namespace

Value json(std::string_view text) {
  auto value = parse_canonical(text);
  INFO(std::string(text));
  REQUIRE(value);
  return *value;
}

Value list_of(const std::string& text) { return *json("{\"l\":" + text + "}").find("l"); }

std::string org(std::string_view body) {
  for (const char check : std::string_view("0123456789ABCDEFGHJKLMNPQRTUWXY")) {
    const std::string uscc = std::string(body) + check;
    if (is_uscc_form(uscc) && uscc_check_holds(uscc)) return "org:" + uscc;
  }
  FAIL("no check character for " + std::string(body));
  return {};
}

const std::string kIpo = "org:11500000QL000009XA";
const std::string kExchange = org("91500000QL0000023");
const std::string kCourt = org("11500000QL0000031");
const std::string kRegistry = org("11500000QL000004X");
const std::string kAgency = org("91500000QL0000052");
const std::string kUniversity = "org:12500000QL0000014H";
const std::string kCompany = "org:91500112MAQL000116";

Act::Act(std::string_view type, Value data) {
  body_ = json(
      R"({"class":"PUBLIC","event_date":"2026-11-23","expires_at":1795485600,"role":"IPO","rule_pack":1,"v":1})");
  body_.set("type", type);
  body_.set("data", std::move(data));
  body_.set("ledger_id", kLedgerId);
  by(kIpo, "IPO");
}

Act& Act::by(std::string_view party, std::string_view role) {
  body_.set("submitter", party);
  body_.set("role", role);
  body_.set("signers", Value::Items{Value(party)});
  return *this;
}

Act& Act::with(std::initializer_list<std::string_view> parties) {
  std::set<std::string> all;
  for (const Value& signer : body_.items_of("signers")) all.insert(signer.text());
  for (const std::string_view party : parties) all.insert(std::string(party));
  body_.set("signers", Value::Items(all.begin(), all.end()));
  return *this;
}

Act& Act::acting_for(std::string_view principal) { return envelope("acting_for", principal); }

Act& Act::key(std::string_view party, std::string_view key_id) {
  extra_.emplace_back(party, key_id);
  return *this;
}

Act& Act::without_key(std::string_view party) {
  keyless_.emplace_back(party);
  return *this;
}

Act& Act::on(std::string_view event_date) { return envelope("event_date", event_date); }

Act& Act::set(std::string_view field, Value value) {
  body_.find("data")->set(field, std::move(value));
  return *this;
}

Act& Act::envelope(std::string_view member, Value value) {
  body_.set(member, std::move(value));
  return *this;
}

std::string Outcome::codes() const { return joined(issues); }
std::string Outcome::flag_codes() const { return joined(flags); }

crypto::SigningKey validator_key(std::string_view party, std::string_view purpose) {
  crypto::start();
  return crypto::SigningKey::from_seed(Bytes(crypto::sha256({party, purpose}).view()));
}

ValidatorSet validators_of(std::uint64_t epoch, const std::vector<std::string>& parties) {
  ValidatorSet set;
  set.epoch = epoch;
  for (const std::string& party : parties) {
    std::string id = "m-" + party.substr(4) + ".example";
    std::ranges::transform(id, id.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto pub = [&](std::string_view purpose) { return validator_key(party, purpose).public_key(); };
    set.members.push_back({id, party, pub("vote"), pub("cosign"), pub("log"), pub("intake"), crypto::sha256(id), "127.0.0.1:7280"});
  }
  std::ranges::sort(set.members, {}, &Validator::id);
  return set;
}

std::vector<std::pair<std::string, PublicKey>> keys_of(const Validator& member) {
  return {{"cosign", member.cosign_key}, {"intake", member.intake_key}, {"log", member.log_key}, {"vote", member.vote_key}};
}

Act change_to(const ValidatorSet& set, const ValidatorSet& before, std::int64_t from_height) {
  const Bytes message = Bytes(crypto::domain::kPossession) + Bytes(kLedger.view()) +
                        Bytes(valset_hash(to_canonical(to_value(set))).view());
  Value::Items proofs;
  for (const Validator& member : set.members) {
    const auto former = std::ranges::find(before.members, member.id, &Validator::id);
    for (const auto& [purpose, key] : keys_of(member)) {
      if (former != before.members.end() && keys_of(*former) == keys_of(member)) continue;
      const Bytes proof = Bytes(1, '\1') + Bytes(validator_key(member.party, purpose).sign({message}).view());
      proofs.emplace_back(Value::Members{{"key", purpose}, {"member", member.id}, {"proof", to_base64(proof)}});
    }
  }
  Value data(Value::Members{{"from_height", from_height}, {"set", to_value(set)}});
  if (!proofs.empty()) data.set("possession", Value(std::move(proofs)));
  if (set.n() < 4) data.set("tolerates_none", Value(true));
  return Act("validator.change", std::move(data)).by(kIpo, "GOV").with({kExchange, kCourt});
}

Register::Register() {
  today("2026-11-23");
  for (const std::string& id :
       {kIpo, kExchange, kCourt, kRegistry, kAgency, kUniversity, kCompany}) {
    const std::string pub = to_hex(crypto::sha256(id));
    Value row = json(
        R"({"first_index":0,"key_count":1,"kind":"PUBLIC_BODY","open_keys":["k1"],"status":"ACTIVE"})");
    row.set("name", id);
    put(party_row(id), row);
    Value key = json(R"({"suite":1,"windows":[{"from_index":0}]})");
    key.set("pub", pub);
    put(key_row(id, "k1"), key);
    put(key_row("", pub), Value(Value::Members{{"party", id}, {"purpose", "record"}}));
  }
  Value agency = party(kAgency);
  agency.set("agency_code", "50201");
  agency.set("registrar", kExchange);
  put(party_row(kAgency), agency);
  for (const std::string& id : {kUniversity, kCompany}) {
    Value registered = party(id);
    registered.set("registrar", kExchange);
    put(party_row(id), registered);
  }
  const Value granted = json(R"({"grants":[{"from_index":0,"scope":{"region":"50"}}]})");
  put(role_row(kIpo, "IPO"), granted);
  put(role_row(kExchange, "EXCH"), granted);
  put(role_row(kCourt, "COURT"), granted);
  put(role_row(kRegistry, "CERT"), granted);
  put(validators_row(0), json(R"({"epoch":1})"));
  const ValidatorSet council = validators_of(1, {kIpo, kExchange, kCourt, kRegistry});
  for (const Validator& member : council.members) {
    for (const auto& [purpose, key] : keys_of(member)) {
      put(key_row("", to_hex(key)), Value(Value::Members{{"party", member.party}, {"purpose", purpose}}));
    }
  }
  put(validators_row(1), Value(Value::Members{{"from_size", 2}, {"set", to_value(council)}}));

  Value pack = json(read_test_file("data/rulepack-1.json"));
  pack.set("effective_ms", 0);
  put(rule_pack_row(1), pack);
  put(rule_pack_row(0), json(R"({"packs":[{"effective_ms":0,"id":1}]})"));
  for (const char* name : {"FEES", "GREEN_SCHEMES", "HOLIDAYS", "IPC_GREEN", "ST3_OFFICES"}) {
    must(Act("table.publish", read_test_file("data/tables/" + std::string(name) + ".json"))
             .by(kIpo, "GOV")
             .with({kExchange, kCourt}));
  }
}

std::shared_ptr<const Value> Register::find(const RowKey& row) const {
  const auto at = rows_.find(row);
  return at == rows_.end() ? nullptr : at->second;
}

std::optional<Digest> Register::log_root(std::uint64_t size) const {
  if (size == 0 || size > index_) return std::nullopt;
  return crypto::sha256({"the log at size", std::to_string(size)});
}

Register& Register::at_height(std::uint64_t height) {
  height_ = height;
  return *this;
}

std::shared_ptr<const FoundRecord> Register::find_record(const Digest& record_id) const {
  const auto at = records_.find(record_id);
  return at == records_.end() ? nullptr : at->second;
}

Register& Register::today(std::string_view date) {
  const auto day = parse_date(date);
  REQUIRE(day);
  time_ms_ = shanghai_midnight_ms(*day) + 12 * 3'600'000;
  return *this;
}

Outcome Register::submit(const Act& act) {
  Outcome out;
  Value body = act.body_;
  body.set("nonce", to_hex(crypto::sha256(std::to_string(index_))).substr(0, 32));
  body.set("subjects", Value::Items{"org:11500000QL000009XA"});
  const Digest id = crypto::sha256(to_canonical(body));
  out.id = to_sha256_id(id);
  out.issues = check_form(body);
  const RecordType* type = find_record_type(body.text_of("type"));
  REQUIRE(type != nullptr);
  if (!out.accepted()) return out;

  const auto subjects = derive_subjects(*type, body, *this);
  body.set("subjects", Value::Items(subjects.begin(), subjects.end()));
  std::vector<SignedBy> signed_by = act.extra_;
  for (const Value& signer : body.items_of("signers")) {
    if (std::ranges::find(act.keyless_, signer.text()) == act.keyless_.end()) {
      signed_by.emplace_back(signer.text(), "k1");
    }
  }
  std::ranges::sort(signed_by);
  out.issues = check_signers(*type, body, signed_by, index_, *this);
  for (const auto& [party, pointer] : named_parties(*type, body)) {
    if (!find(party_row(party)))
      out.issues.push_back({"UNKNOWN_PARTY", pointer, party, {}, {}, {}});
  }
  for (const Reference& each : references(*type, body)) {
    if (!find_record(each.record_id))
      out.issues.push_back({"REF_NOT_FOUND", each.pointer, "", {}, {}, {}});
  }
  if (!out.accepted()) return out;

  Role role{};
  REQUIRE(role_from(body.text_of("role"), role));
  const bool authority = (role == Role::ipo || role == Role::court || role == Role::admin) &&
                         body.items_of("signers").size() == 1;
  Verdict verdict(authority);
  const RulePack in_force = pack();
  const RuleInput input{body,     *body.find("data"), *type, *this,   in_force, kLedger, id, index_, time_ms_,
                        signed_by, height_,           kOrigin, kActivationLead};
  const Rule rule = find_rule(type->name);
  REQUIRE(rule != nullptr);
  rule(input, verdict);
  out.issues = verdict.issues();
  out.flags = verdict.flags();
  check_announced(*type, out.issues);
  check_announced(*type, out.flags);
  if (!out.accepted()) return out;

  count_record(input, verdict);
  for (RowChange& change : verdict.changes()) {
    CHECK(to_canonical(change.value).size() <= 60u * 1024);
    put(change.row, std::move(change.value));
  }
  if (!out.flags.empty()) {
    Value::Items flags;
    for (const Issue& each : out.flags) {
      flags.push_back(Value(Value::Members{{"code", each.code}, {"pointer", each.pointer}}));
    }
    put(flags_row(id), Value(Value::Members{{"flags", std::move(flags)}}));
  }
  records_[id] = std::make_shared<FoundRecord>(FoundRecord{index_, body});
  ++index_;
  return out;
}

std::string Register::must(const Act& act) {
  const Outcome out = submit(act);
  for (const Issue& each : out.issues)
    UNSCOPED_INFO(each.code + " " + each.pointer + " " + each.detail);
  for (const Issue& each : out.flags)
    UNSCOPED_INFO("flag " + each.code + " " + each.pointer + " " + each.detail);
  REQUIRE((out.accepted() && out.flags.empty()));
  return out.id;
}

Value Register::row(std::string_view subject) const {
  const auto found = find(subject_row(subject));
  INFO(std::string(subject));
  REQUIRE(found != nullptr);
  return *found;
}

std::string Register::status_of(std::string_view subject) const {
  return std::string(row(subject).text_of("status"));
}

Value Register::party(std::string_view id) const {
  const auto found = find(party_row(id));
  REQUIRE(found != nullptr);
  return *found;
}

RulePack Register::pack() const {
  const auto in_force = rule_pack_at(*this, time_ms_);
  REQUIRE(in_force.has_value());
  return *in_force;
}

void Register::put(const RowKey& key, Value value) {
  rows_[key] = std::make_shared<const Value>(std::move(value));
}

}  // namespace qinglu::test
