// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/timestamp_token.hpp"
#include "ledger/catalog/evidence_deposit.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::ledger {
namespace {

bool is_sm3(std::string_view text) {
  return text.starts_with("sm3:") && fixed_from_hex<Digest>(text.substr(4)).has_value();
}

/// The exhibit is named by its digest, and is among the attachments where there are any.   Source: OLR 16.
void check_digest(const RuleInput& in, Verdict& verdict) {
  const Value& digest = *in.data.find("digest");
  const Value* sha256 = digest.find("sha256");
  if (!sha256) return raise(verdict, issue("DIGEST_MISSING", "/data/digest/sha256"));
  if (digest.find("sm3") && !is_sm3(digest.text_of("sm3"))) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/digest/sm3", "sm3: + 64 hex"));
  }
  const Value::Items& attached = in.body.items_of("attach");
  const bool listed = std::ranges::any_of(attached, [&](const Value& each) {
    return each.text_of("sha256") == sha256->text() && each.integer_of("size") == in.data.integer_of("size");
  });
  if (!attached.empty() && !listed) raise(verdict, issue("DIGEST_MISSING", "/attach", sha256->text()));
}

/// The subjects named are there and public; of the cases among them, those in which the depositor is a
/// party: an interest that a court weighs.   Source: OLR 17(2); domain.md 6.10.
Value::Items related_interests(const RuleInput& in, Verdict& verdict) {
  Value::Items interests;
  for (const Value& each : in.data.items_of("related")) {
    const std::string& key = each.text();
    if (key.starts_with("org:") || key.starts_with("per:")) {
      if (!in.rows.find(party_row(key))) raise(verdict, issue("SUBJECT_NOT_FOUND", "/data/related", key));
      continue;
    }
    const auto row = require_subject(in, verdict, key, "/data/related");
    if (!row) continue;
    if ((key.starts_with("pat:") && !is_published(*row)) || key.starts_with("cmt:")) {
      raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/related", key));
    }
    if (!key.starts_with("case:")) continue;
    const std::string_view who = depositor_of(in.body);
    if (names_party(row->items_of("claimants"), who) || names_party(row->items_of("respondents"), who)) {
      interests.push_back(each);
    }
  }
  return interests;
}

void deposit(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  check_digest(in, verdict);
  const std::int64_t captured = *parse_instant(in.data.text_of("captured_at"));
  if (captured > in.block_time_ms) {
    raise(verdict, issue("FUTURE_EVENT_DATE", "/data/captured_at", std::string(in.data.text_of("captured_at"))));
  }
  check_custody(in, verdict, in.body, in.data.items_of("custody"), "/data/custody");
  Value row(Value::Members{{"captured_at", *in.data.find("captured_at")},
                           {"digest", *in.data.find("digest")},
                           {"holder", depositor_of(in.body)},
                           {"since", to_string(shanghai_date(captured))}});
  set_list(row, "interest", related_interests(in, verdict));
  verdict.set(encumbrance_row(depositor_of(in.body), to_sha256_id(in.record_id)), std::move(row));
}

/// The record that `data.target` names, which the framework has asked for, and of a deposit its row.
struct Target {
  std::shared_ptr<const FoundRecord> record;
  RowKey key;
  std::shared_ptr<const Value> deposit;
};

Target target_of(const RuleInput& in) {
  const std::string_view id = in.data.text_of("target");
  Target target{in.rows.find_record(*from_sha256_id(id)), {}, {}};
  if (target.record && target.record->body.text_of("type") == "evidence.deposit") {
    target.key = encumbrance_row(depositor_of(target.record->body), id);
    target.deposit = in.rows.find(target.key);
  }
  return target;
}

/// Who speaks is who is named.
void check_own_word(const RuleInput& in, Verdict& verdict, std::string_view field) {
  if (in.data.text_of(field) == in.body.text_of("submitter")) return;
  raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/" + std::string(field), std::string(in.body.text_of("submitter"))));
}

/// Keeps what others say of a record in a row of its own, so that nobody can fill another's.
void keep_beside(const RuleInput& in, Verdict& verdict, Value row) {
  verdict.set(encumbrance_row(in.data.text_of("target"), to_sha256_id(in.record_id)), std::move(row));
}

/// Whether the table of certificates, where one is in force, has the token's for this authority and
/// day. nullopt: there is no table.   Source: domain.md 6.10; docs/decisions/0009.
std::optional<bool> is_listed(const RuleInput& in, const crypto::TimestampToken& token) {
  const TableView table = table_at(in.rows, "TSA_CERTIFICATES", today(in));
  if (table.version == 0) return std::nullopt;
  const std::string certificate = to_sha256_id(token.certificate);
  const std::string day = to_string(shanghai_date(token.time_ms));
  for (const auto& part : table.parts) {
    for (const Value& row : part->items_of("rows")) {
      const bool runs = row.text_of("from", day) <= day && day <= row.text_of("until", day);
      if (runs && row.text_of("party") == in.data.text_of("tsa") && row.text_of("sha256") == certificate) return true;
    }
  }
  return false;
}

void timestamp(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  check_own_word(in, verdict, "tsa");
  const auto invalid = [&](std::string detail) { raise(verdict, issue("TSA_TOKEN_INVALID", "/data/token", std::move(detail))); };
  const auto token = crypto::read_timestamp_token(*from_base64(in.data.text_of("token")));
  if (!token) return invalid(token.error().detail);
  QL_CHECK(token->signature_checked);  // else nodes would differ: all of them link OpenSSL
  const Target target = target_of(in);
  const Value* digest = target.deposit ? target.deposit->find("digest") : nullptr;
  const std::string imprint = to_sha256_id(token->imprint);
  const bool of_record = imprint == in.data.text_of("target");
  if (!of_record && !(digest && digest->text_of("sha256") == imprint)) invalid(imprint);
  const auto listed = is_listed(in, *token);
  if (listed == false) invalid(to_sha256_id(token->certificate));
  if (token->time_ms > in.block_time_ms) {
    raise(verdict, issue("FUTURE_EVENT_DATE", "/data/token", std::to_string(token->time_ms)));
  }
  if (target.deposit && token->time_ms < *parse_instant(target.deposit->text_of("captured_at"))) {
    raise(verdict, issue("CUSTODY_GAP", "/data/token", std::string(target.deposit->text_of("captured_at"))));
  }
  Value row(Value::Members{{"certificate", to_sha256_id(token->certificate)},
                           {"policy", token->policy},
                           {"serial", token->serial},
                           {"stamps", of_record ? "RECORD" : "EXHIBIT"},
                           {"time_ms", token->time_ms},
                           {"tsa", *in.data.find("tsa")}});
  // A name that no text of the ledger may hold is left out, else nobody could read the row.
  if (!token->tsa.empty() && !first_forbidden_code_point(token->tsa)) row.set("tsa_name", token->tsa);
  if (listed) row.set("listed", true);
  keep_beside(in, verdict, std::move(row));
}

void notarise(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  check_own_word(in, verdict, "notary");
  const auto day = past_date(in, verdict, "date");
  const Target target = target_of(in);
  if (!target.deposit || !day) return raise(verdict, issue("REF_WRONG_TYPE", "/data/target"));
  const Date captured = shanghai_date(*parse_instant(target.deposit->text_of("captured_at")));
  if (*day < captured) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + to_string(captured)));
  }
  Value row;
  copy(in, row, {"date", "deed_no", "hash", "notary"});
  keep_beside(in, verdict, std::move(row));
}

/// Each link of the chain joins the last one: who hands over is the holder.   Source: OLR 17, 18.
void transfer(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  const Target target = target_of(in);
  if (!target.deposit || !day) return raise(verdict, issue("REF_WRONG_TYPE", "/data/target"));
  const std::string_view from = in.data.text_of("from");
  if (in.data.text_of("to") == from) raise(verdict, issue("SCHEMA_INVALID", "/data/to", std::string(from)));
  const std::string_view holder = target.deposit->text_of("holder");
  if (from != holder) {
    Issue broken = issue("STATE_FORBIDS", "/data/from", std::string(holder));
    broken.blocking.emplace_back(target.deposit->text_of("transfer", in.data.text_of("target")));
    broken.law = "OLR";
    broken.article = "17, 18";
    raise(verdict, std::move(broken));
  }
  const std::string_view since = target.deposit->text_of("since");
  if (to_string(*day) < since) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + std::string(since)));
  }
  Value row = *target.deposit;
  row.set("holder", *in.data.find("to"));
  row.set("since", to_string(*day));
  row.set("transfer", to_sha256_id(in.record_id));
  row.set("transfers", row.integer_of("transfers") + 1);
  verdict.set(target.key, std::move(row));
}

void verify(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  const Target target = target_of(in);
  if (!target.record || !day) return;
  const std::string_view earlier = target.record->body.text_of("event_date");
  if (to_string(*day) < earlier) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + std::string(earlier)));
  }
  Value row;
  copy(in, row, {"date", "report_hash", "result"});
  row.set("by", in.body.text_of("submitter"));
  keep_beside(in, verdict, std::move(row));
}

}  // namespace

Rule evidence_rule(std::string_view type) {
  if (type == "evidence.deposit") return deposit;
  if (type == "evidence.notarise") return notarise;
  if (type == "evidence.timestamp") return timestamp;
  if (type == "evidence.transfer") return transfer;
  return type == "evidence.verify" ? verify : nullptr;
}

}  // namespace qinglu::ledger
