// SPDX-License-Identifier: Apache-2.0
#include "ledger/apply/judge.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/catalog/check_form.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/signers.hpp"
#include "ledger/catalog/statistics.hpp"
#include "ledger/codec/entry.hpp"

namespace qinglu::ledger {
namespace {

Issue make_issue(std::string code, std::string pointer, std::string detail,
                 std::vector<std::string> blocking = {}) {
  return {std::move(code), std::move(pointer), std::move(detail), std::move(blocking), {}, {}};
}

/// One record's way through the checks, stage by stage.
class RecordJudge {
 public:
  RecordJudge(const Unit::Body& body, const std::vector<SignedBy>& signed_by, Overlay& state,
              const Place& place, std::uint64_t index, Answer answer)
      : body_(body),
        value_(body.value),
        signed_by_(signed_by),
        state_(state),
        place_(place),
        index_(index),
        answer_(answer) {}

  /// Runs all stages. Rows are set only when nothing was refused.
  void run() {
    if (!body_.form.empty()) {
      issues_ = body_.form;
      return;
    }
    if (go_on()) check_replay();
    if (go_on()) append(check_signers(*body_.type, value_, signed_by_, index_, state_));
    if (go_on()) check_parties();
    if (go_on()) check_references();
    if (go_on()) check_subjects();
    // A rule may take registered parties and existing references for granted.
    if (go_on() && sound_) apply_rule();
  }

  std::vector<Issue>& issues() { return issues_; }
  std::vector<Issue>& flags() { return flags_; }

 private:
  bool go_on() const { return issues_.empty() || answer_ == Answer::all_problems; }
  void append(std::vector<Issue> more) {
    for (Issue& issue : more) issues_.push_back(std::move(issue));
  }

  void unsound(Issue issue) {
    sound_ = false;
    issues_.push_back(std::move(issue));
  }

  void check_replay() {
    if (value_.text_of("ledger_id") != to_sha256_id(place_.ledger_id)) {
      issues_.push_back(
          make_issue("WRONG_LEDGER", "/ledger_id", "this ledger is " + to_sha256_id(place_.ledger_id)));
    }
    if (state_.find_record(body_.id)) {
      issues_.push_back(make_issue("DUPLICATE_RECORD", "", to_sha256_id(body_.id), {to_sha256_id(body_.id)}));
    }
    pack_ = rule_pack_at(state_, place_.time_ms);
    const std::int64_t expires_at = value_.integer_of("expires_at");
    if (place_.time_ms > 1000 * expires_at) {
      issues_.push_back(make_issue("STALE", "/expires_at", "block time " + std::to_string(place_.time_ms) + " ms"));
    }
    const auto pack_id = static_cast<std::uint64_t>(value_.integer_of("rule_pack"));
    if (!pack_ || !state_.find(rule_pack_row(pack_id))) {
      issues_.push_back(make_issue("RULE_PACK_UNKNOWN", "/rule_pack", std::to_string(pack_id)));
      return;
    }
    const std::int64_t longest = pack_->integer("max_validity");
    if (expires_at > place_.time_ms / 1000 + longest) {
      issues_.push_back(make_issue("SCHEMA_INVALID", "/expires_at",
                                   "more than " + std::to_string(longest) + " s ahead of block time"));
    }
  }

  bool registered(std::string_view party) const {
    const auto row = state_.find(party_row(party));
    return row && row->text_of("status") == "ACTIVE";
  }

  void check_parties() {
    for (const Value& signer : value_.items_of("signers")) {
      if (!registered(signer.text())) {
        unsound(make_issue("UNKNOWN_PARTY", "/signers", signer.text()));
      }
    }
    for (const auto& [party, pointer] : named_parties(*body_.type, value_)) {
      if (!registered(party)) unsound(make_issue("UNKNOWN_PARTY", pointer, party));
    }
    if (value_.text_of("role") == "AGENT" && !agency()) {
      issues_.push_back(make_issue("ROLE_NOT_PERMITTED", "/role",
                                   std::string(value_.text_of("submitter")) + " has no agency code"));
    }
  }

  bool agency() const {
    const auto row = state_.find(party_row(value_.text_of("submitter")));
    return row && row->find("agency_code");
  }

  void check_references() {
    for (const Reference& reference : references(*body_.type, value_)) {
      const auto found = state_.find_record(reference.record_id);
      const std::string id = to_sha256_id(reference.record_id);
      if (!found) {
        unsound(make_issue("REF_NOT_FOUND", reference.pointer, id));
      } else if (!reference.allowed.empty() &&
                 std::ranges::find(reference.allowed, found->body.text_of("type")) == reference.allowed.end()) {
        unsound(make_issue("REF_WRONG_TYPE", reference.pointer,
                           std::string(found->body.text_of("type")), {id}));
      }
    }
  }

  void check_subjects() {
    const auto derived = derive_subjects(*body_.type, value_, state_);
    const auto& stated = value_.items_of("subjects");
    const bool equal = std::ranges::equal(stated, derived, {}, &Value::text);
    if (equal) return;
    std::string expected;
    for (const std::string& key : derived) expected += (expected.empty() ? "" : ", ") + key;
    issues_.push_back(make_issue("SUBJECTS_MISMATCH", "/subjects", expected));
  }

  void apply_rule() {
    if (!pack_) return;
    Role role{};
    const bool known_role = role_from(value_.text_of("role"), role);
    // On a record that competent authorities alone sign, codes of class law are flags.
    Verdict verdict(known_role && is_authority(role) && value_.items_of("signers").size() == 1);
    const Rule rule = find_rule(body_.type->name);
    QL_CHECK(rule != nullptr);
    const RuleInput input{value_,           *value_.find("data"), *body_.type, state_,         *pack_,
                          place_.ledger_id, body_.id,             index_,      place_.time_ms, signed_by_,
                          place_.height,    place_.origin,        place_.activation_lead};
    rule(input, verdict);
    append(verdict.issues());
    if (!issues_.empty()) return;
    count_record(input, verdict);
    for (RowChange& change : verdict.changes()) {
      if (auto ok = state_.set(change.row, std::move(change.value)); !ok) {
        issues_.push_back(make_issue("SIZE_LIMIT", "/data", ok.error().detail));
        return;
      }
    }
    flags_ = verdict.flags();
  }

  const Unit::Body& body_;
  const Value& value_;
  const std::vector<SignedBy>& signed_by_;
  Overlay& state_;
  const Place& place_;
  std::uint64_t index_;
  Answer answer_;
  std::optional<RulePack> pack_;
  bool sound_ = true;
  std::vector<Issue> issues_;
  std::vector<Issue> flags_;
};

Value flags_value(const std::vector<Issue>& flags) {
  Value::Items items;
  for (const Issue& flag : flags) {
    Value item(Value::Members{{"code", flag.code}, {"pointer", flag.pointer}});
    if (!flag.detail.empty()) item.set("detail", flag.detail);
    if (!flag.law.empty()) item.set("law", flag.law);
    if (!flag.article.empty()) item.set("article", flag.article);
    if (!flag.blocking.empty()) {
      Value::Items blocking;
      for (const std::string& id : flag.blocking) blocking.push_back(Value(id));
      item.set("blocking", Value(std::move(blocking)));
    }
    items.push_back(std::move(item));
  }
  return Value(Value::Members{{"flags", std::move(items)}});
}

/// Records an accepted body: flags, id, and a leaf in the lists of every subject.
void record(const Unit::Body& body, const std::vector<Issue>& flags, std::uint64_t index,
            const Digest& leaf_hash, Overlay& state) {
  if (!flags.empty()) {
    const auto ok = state.set(flags_row(body.id), flags_value(flags));
    QL_CHECK(static_cast<bool>(ok));  // a handful of short flags
  }
  SubjectLeaf leaf{index, leaf_hash, 0};
  if (body.value.text_of("class") == "SEALED") leaf.flags |= SubjectLeaf::kSealed;
  if (body.value.find("supersedes")) leaf.flags |= SubjectLeaf::kSupersedes;
  const auto category = static_cast<std::uint8_t>(category_of(*body.type, body.value, state));
  for (const Value& subject : body.value.items_of("subjects")) {
    state.append_history(subject.text(), category, leaf);
  }
  // An agency's own list comes from the submitter, not from `subjects` (domain.md 6.1, kind 5).
  const std::string_view submitter = body.value.text_of("submitter");
  const bool as_agent = body.value.find("acting_for") || body.value.text_of("role") == "AGENT";
  if (as_agent) {
    const auto row = state.find(party_row(submitter));
    if (row && row->find("agency_code")) {
      state.append_history("agt:" + std::string(submitter), category, leaf);
    }
  }
  state.add_record(body.id, index, body.value);
}

Judgement refused(std::vector<Issue> issues, std::optional<std::size_t> member = {}) {
  Judgement judgement;
  if (member) {
    for (Issue& issue : issues) {
      issue.detail = issue.code + ": " + issue.detail;
      issue.code = "BATCH_MEMBER_REFUSED";
    }
  }
  judgement.issues = std::move(issues);
  judgement.member = member;
  return judgement;
}

/// Replay, expiry and ledger of a manifest; its signers are judged with each member.
std::vector<Issue> judge_manifest(const Unit& unit, const Overlay& state, const Place& place) {
  std::vector<Issue> issues;
  const Value& manifest = unit.main.value;
  if (manifest.text_of("ledger_id") != to_sha256_id(place.ledger_id)) {
    issues.push_back(make_issue("WRONG_LEDGER", "/ledger_id", "this ledger is " + to_sha256_id(place.ledger_id)));
  }
  if (state.find_record(unit.main.id)) {
    issues.push_back(make_issue("DUPLICATE_RECORD", "", to_sha256_id(unit.main.id)));
  }
  if (place.time_ms > 1000 * manifest.integer_of("expires_at")) {
    issues.push_back(make_issue("STALE", "/expires_at", "block time " + std::to_string(place.time_ms) + " ms"));
  }
  return issues;
}

}  // namespace

Place place_in(const Genesis& genesis, std::int64_t time_ms, std::uint64_t index, std::uint64_t height) {
  return {genesis.ledger_id, time_ms, index, height, genesis.origin, genesis.limits.activation_lead};
}

Result<Judgement> judge(Unit& unit, Overlay& state, const Place& place, Answer answer) {
  const auto start = state.savepoint();
  Judgement judgement;
  judgement.entries.push_back(unit.entry);
  judgement.leaf_hashes.push_back(unit.hash);

  const auto give_up = [&](Judgement refusal) -> Result<Judgement> {
    state.rollback(start);
    if (auto ok = state.status(); !ok) return std::move(ok).error();
    return refusal;
  };

  auto signature_issues = unit.main.form.empty() ? verify_unit_signatures(unit, place.ledger_id, state)
                                                 : std::vector<Issue>{};
  if (!unit.batch) {
    RecordJudge one(unit.main, unit.signed_by, state, place, place.index, answer);
    one.run();
    // Replay and expiry are answered before signatures, the rest after (domain.md 6.2).
    auto& issues = one.issues();
    if (!signature_issues.empty()) {
      const auto late = std::ranges::find_if(issues, [](const Issue& issue) {
        return issue.code != "WRONG_LEDGER" && issue.code != "DUPLICATE_RECORD" &&
               issue.code != "STALE" && issue.code != "RULE_PACK_UNKNOWN" &&
               issue.pointer != "/expires_at";
      });
      issues.insert(late, signature_issues.begin(), signature_issues.end());
    }
    if (!issues.empty()) return give_up(refused(std::move(issues)));
    record(unit.main, one.flags(), place.index, unit.hash, state);
    judgement.flags.push_back(std::move(one.flags()));
  } else {
    auto issues = judge_manifest(unit, state, place);
    issues.insert(issues.end(), signature_issues.begin(), signature_issues.end());
    if (!issues.empty()) return give_up(refused(std::move(issues)));
    state.add_record(unit.main.id, place.index, unit.main.value);
    for (std::size_t n = 0; n < unit.members.size(); ++n) {
      const Unit::Body& member = unit.members[n];
      const std::uint64_t index = place.index + 1 + n;
      RecordJudge each(member, unit.signed_by, state, place, index, answer);
      each.run();
      if (!each.issues().empty()) return give_up(refused(std::move(each.issues()), n));
      Bytes entry = make_member_entry(place.index, member.bytes, n);
      const Digest leaf = crypto::log_leaf_hash(entry);
      record(member, each.flags(), index, leaf, state);
      judgement.flags.push_back(std::move(each.flags()));
      judgement.entries.push_back(std::move(entry));
      judgement.leaf_hashes.push_back(leaf);
    }
  }
  if (auto ok = state.status(); !ok) {
    state.rollback(start);
    return std::move(ok).error();
  }
  return judgement;
}

}  // namespace qinglu::ledger
