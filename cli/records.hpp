// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/client/client.hpp"
#include "cli/keys.hpp"
#include "cli/settings.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::cli {

/// What a person says of a record beside its fields.
struct RecordOptions {
  std::string role;        ///< default: the first role that the type permits
  std::string event_date;  ///< default: the type's date field, else today in Asia/Shanghai
  std::string acting_for;
  std::string record_class = "PUBLIC";
  std::string submitter;   ///< default: the signing key's party
  std::vector<std::string> signers;  ///< default: the submitter and who the table says must sign
  std::int64_t valid_s = 7 * 86'400;  ///< `expires_at` is this long from now
  std::string supersedes;
  std::vector<std::string> basis;     ///< LAW:ARTICLE
  std::string from;        ///< JSON file with `data`, or `-`
  std::vector<std::pair<std::string, std::vector<std::string>>> fields;  ///< flag name -> values
  std::vector<std::string> confidential;  ///< NAME=VALUE, committed to; see cli/private_fields.hpp
  // without a node:
  std::string ledger_id;
  std::int64_t rule_pack = 0;
};

/// How the record leaves this program.
struct SendOptions {
  std::string dry_run;    ///< empty, `local` or `node`
  bool sign_only = false;
  bool draft_only = false;
  std::string output;     ///< file for --sign-only and drafts
  bool force = false;
};

/// `data` of a type from flags and --from.
/// Errors: usage, naming the flag.
Result<ledger::Value> data_from(const ledger::RecordType& type, const RecordOptions& options);

/// Complete body: envelope, subjects derived, canonical.
/// Errors: usage; those of the node (ledger id, rule pack, referenced records).
Result<ledger::Value> draft_body(const ledger::RecordType& type, const RecordOptions& options,
                                 ledger::Value data, const std::string& party, api::Client* node);

/// `qinglu family act`: draft, show, sign, submit, wait, keep the receipt.
int run_record(const Settings& settings, const ledger::RecordType& type, const RecordOptions& options,
               const SendOptions& send);

int record_sign(const Settings& settings, const std::string& file, const SendOptions& send);
int record_submit(const Settings& settings, const std::string& file, const SendOptions& send);
int record_show(const Settings& settings, const std::string& id_or_file);
int record_wait(const Settings& settings, const std::string& id);
int record_ls(const Settings& settings, const std::string& subject, int category, std::uint64_t from,
              std::uint64_t limit);

int batch_sign(const Settings& settings, const std::string& bodies_file, const SendOptions& send);
int batch_submit(const Settings& settings, const std::string& file, const SendOptions& send);

/// Signs bodies (canonical, one submitter) as one batch: manifest entry and bodies, one per line.
Result<std::string> sign_batch(const OpenKey& key, const std::string& ledger_id, std::int64_t expires_at,
                               const std::vector<std::string>& bodies);

/// Id of an entry, or of a batch's manifest: what the answers are held against.   Errors: usage.
Result<std::string> id_of_submission(std::string_view text);
/// The exit code where the node serves another ledger than the trusted one: nothing is signed for it
/// or sent to it.
std::optional<int> refuse_wrong_ledger(const Settings& settings, std::string_view command, const std::string& id,
                                       api::Client& node);

/// Prints what a node answered and returns its exit code.
int report_answer(const Settings& settings, std::string_view command, const api::Answer& answer);
/// The same for the record of this id; `final` only once the proof of it holds (unless --unverified).
int report_state(const Settings& settings, std::string_view command, api::Client& node, const std::string& id,
                 const api::Answer& answer);
/// The exit code where a node's `final` in `body` does not hold, after saying so; else `body` says
/// whether it was verified.
std::optional<int> refuse_unproven(const Settings& settings, std::string_view command, api::Client& node,
                                   const std::string& id, ledger::Value& body);
/// Exit code of an answer that is no success.   Source: ecosystem.md §4.3.
int exit_code_of_status(unsigned status);

/// Facts of the ledger that drafts need.
struct LedgerFacts {
  std::string ledger_id;
  std::int64_t rule_pack = 0;
};
Result<LedgerFacts> ledger_facts(api::Client& node);

}  // namespace qinglu::cli
