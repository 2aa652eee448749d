// SPDX-License-Identifier: Apache-2.0
#include "cli/verified.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

#include "cli/output.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/evidence/evidence_file.hpp"
#include "ledger/evidence/finality.hpp"
#include "ledger/evidence/verify.hpp"

namespace qinglu::cli {
namespace {

namespace fs = std::filesystem;
using ledger::Check;
using ledger::CheckClass;
using ledger::failure;
using ledger::Outcome;
using ledger::Value;

constexpr std::size_t kTrustMax = 1u << 20;
constexpr auto kCatchUpPause = std::chrono::milliseconds(100);

/// Path of hashes in an answer; nullopt when it has no form.
std::optional<std::vector<Digest>> path_of(const Value& body) {
  const Value* items = body.find("path");
  if (!items || !items->is_array()) return std::nullopt;
  std::vector<Digest> path;
  for (const Value& item : items->items()) {
    const auto hash = item.is_string() ? fixed_from_base64<Digest>(item.text()) : std::nullopt;
    if (!hash) return std::nullopt;
    path.push_back(*hash);
  }
  return path;
}

/// The body of a good answer, else why there is none.
Result<Value> fetch(api::Client& node, const std::string& target) {
  auto answer = node.get(target);
  if (!answer) return std::move(answer).error();
  if (answer->ok()) return std::move(answer->body);
  return Error{Errc::unavailable, "the node answers HTTP " + std::to_string(answer->status) + " to " + target};
}

std::string plain(const crypto::Checkpoint& tree) {
  return "size " + std::to_string(tree.size) + ", root " + to_hex(tree.root);
}

std::string seen_path(const Settings& settings, const ledger::Trust& trust) {
  return settings.state + "/seen/" + to_hex(trust.ledger_id) + ".checkpoint";
}

/// The newest set that was followed; its floor is the tree with which its epoch began.
std::string followed_path(const Settings& settings, const ledger::Trust& trust) {
  return settings.state + "/seen/" + to_hex(trust.ledger_id) + ".set.json";
}

int exit_of(CheckClass cls) {
  switch (cls) {
    case CheckClass::undecided: return kUndecided;
    case CheckClass::fork: return kFork;
    default: return kRefuted;
  }
}

/// What a person does about a failed check.
std::string next_step(const Settings& settings, const ledger::Failure& bad) {
  if (bad.check == Check::trust) {
    return settings.say("qinglu trust pin genesis.json（核对八个词），或键入 --unverified",
                        "qinglu trust pin genesis.json (compare the eight words), or type --unverified");
  }
  if (bad.cls == CheckClass::fork) {
    return settings.say("保存该文件，停止使用此节点，通知各机构", "keep the file, stop using this node, tell the institutions");
  }
  if (bad.cls == CheckClass::undecided) {
    return settings.say("换一个节点再试，或取得更新的信任文件", "ask another node, or get a newer trust file");
  }
  return settings.say("不要依赖此节点的回答", "do not rely on this node's answer");
}

}  // namespace

Result<std::string> read_trust_text(const Settings& settings) {
  std::error_code ignored;
  const bool absent = settings.trust.empty() ||
                      (settings.trust == default_trust_path() && !fs::exists(settings.trust, ignored));
  if (absent) return std::string();
  auto text = read_input(settings.trust, kTrustMax);
  while (text && text->ends_with('\n')) text->pop_back();
  return text;
}

Result<std::optional<ledger::Trust>> read_trust(const Settings& settings) {
  const auto text = read_trust_text(settings);
  if (!text) return text.error();
  if (text->empty()) return std::optional<ledger::Trust>();
  auto trust = ledger::decode_trust(*text);
  if (!trust) return Error{Errc::malformed, settings.trust + ": " + trust.error().detail};
  return std::optional(std::move(*trust));
}

void Verifier::step(const std::string& text) {
  if (settings_.explain) std::cerr << ++steps_ << ". " << text << "\n";
}

Result<Outcome> Verifier::trust() {
  if (trust_) return Outcome();
  auto read = read_trust(settings_);
  if (!read && read.error().code == Errc::malformed) return Outcome(failure(Check::trust, read.error().detail));
  if (!read) return std::move(read).error();
  if (!*read) return Outcome(failure(Check::trust, "no trust file: nothing that a node says can be verified"));
  pinned_ = std::move(**read);
  trust_ = pinned_;
  trust_->floor.reset();  // of the evidence's own, not of an epoch's beginning
  step("trust " + settings_.trust + ": ledger " + to_sha256_id(trust_->ledger_id) + ", log " + trust_->origin +
       ", epoch " + std::to_string(trust_->epoch));
  const std::string path = followed_path(settings_, *trust_);
  std::error_code ignored;
  if (settings_.no_state || !fs::exists(path, ignored)) return Outcome();
  auto text = read_input(path, kTrustMax);
  if (!text) return std::move(text).error();
  auto followed = ledger::decode_trust(*text);
  if (!followed || followed->ledger_id != trust_->ledger_id || followed->origin != trust_->origin) {
    return Outcome(failure(Check::consistency, CheckClass::undecided, path + " is damaged"));
  }
  if (followed->epoch > trust_->epoch) trust_ = std::move(*followed);
  return Outcome();
}

Result<Outcome> Verifier::ledger() {
  if (auto read = read_trust(settings_); read && !*read) return Outcome();
  if (auto outcome = trust(); !outcome || *outcome) return outcome;
  auto status = fetch(node_, "/v1/status");
  if (!status) return std::move(status).error();
  const auto id = from_sha256_id(status->text_of("ledger_id"));
  if (id == trust_->ledger_id) return Outcome();
  return Outcome(failure(Check::ledger, "the node serves ledger " + std::string(status->text_of("ledger_id")) +
                                            ", trust is in " + to_sha256_id(trust_->ledger_id)));
}

Result<Outcome> Verifier::follow() {
  auto file = node_.download("/v1/policy-chain");
  if (!file && file.error().code == Errc::not_found) return Outcome();  // a node of an older release
  if (!file) return std::move(file).error();
  std::vector<ledger::Evidence::PolicyStep> chain;
  if (Outcome bad = ledger::decode_policy_chain(*file, chain)) return bad;
  const std::uint64_t known = trust_->epoch;
  ledger::Trust newest = *trust_;
  if (Outcome bad = ledger::follow_sets(chain, newest)) return bad;
  if (newest.epoch == known) return Outcome();
  step("followed the validator sets from epoch " + std::to_string(known) + " to " + std::to_string(newest.epoch) +
       ", each voted by the one before");
  trust_ = std::move(newest);
  return Outcome();
}

Result<Outcome> Verifier::judge(const std::string& note, crypto::Checkpoint& tree) {
  Outcome bad = ledger::check_head(note, *trust_, tree);
  if (!bad || bad->cls != CheckClass::undecided || !trust_->validators) return bad;
  // Unknown keys are those of another ledger, which is the answer then, or of a later set.
  if (auto other = ledger(); !other || *other) return other;
  const std::uint64_t known = trust_->epoch;
  if (auto outcome = follow(); !outcome || *outcome) return outcome;
  if (trust_->epoch == known) return bad;
  if (bad = ledger::check_head(note, *trust_, tree); bad) return bad;
  const ledger::Trust::Floor& floor = *trust_->floor;
  if (tree.size < floor.size) return Outcome(failure(Check::policy_in_force, "the head is older than the set that signs it"));
  if (auto outcome = prefix({trust_->origin, floor.size, floor.root}, tree); !outcome || *outcome) return outcome;
  if (settings_.no_state) return Outcome();
  if (auto ok = write_output(followed_path(settings_, *trust_), ledger::encode_trust(*trust_), true); !ok) return std::move(ok).error();
  return Outcome();
}

Result<Outcome> Verifier::head() {
  if (auto outcome = trust(); !outcome || *outcome) return outcome;
  auto note = node_.download("/v1/checkpoint");
  if (!note) return std::move(note).error();
  crypto::Checkpoint tree;
  if (auto outcome = judge(*note, tree); !outcome || *outcome) return outcome;
  step("checkpoint cosigned under the policy: " + plain(tree));
  return against_last_seen(std::move(*note), std::move(tree));
}

Result<Outcome> Verifier::record(const std::string& id, std::uint64_t height, std::uint64_t index) {
  if (auto outcome = trust(); !outcome || *outcome) return outcome;
  auto entry = node_.download("/v1/records/" + id + "/entry");
  // A node shows what a quorum has cosigned; of several members that is a moment after `final`.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::milliseconds(settings_.timeout_ms);
  while (!entry && entry.error().code == Errc::not_found && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    entry = node_.download("/v1/records/" + id + "/entry");
  }
  if (!entry && entry.error().code == Errc::not_found) {
    return Outcome(failure(Check::record_inclusion, CheckClass::undecided, "the node calls it final and does not show it"));
  }
  if (!entry) return std::move(entry).error();
  entry_ = std::move(*entry);
  const auto parsed = ledger::parse_entry(entry_);
  if (!parsed || parsed->body_bytes.empty()) {
    return Outcome(failure(Check::record_canonical, parsed ? "no record" : parsed.error().detail));
  }
  const std::string served = to_sha256_id(ledger::record_id_of(parsed->body_bytes));
  if (served != id) return Outcome(failure(Check::record_inclusion, "asked for " + id + ", served " + served));
  step("entry of " + std::to_string(entry_.size()) + " bytes, SHA-256 of its body " + served + ", leaf hash " +
       to_hex(crypto::log_leaf_hash(entry_)));
  bool other_epoch = false;
  auto outcome = in_block(height, index, other_epoch);
  return other_epoch ? by_evidence(id, index) : outcome;
}

Result<Outcome> Verifier::in_block(std::uint64_t height, std::uint64_t index, bool& other_epoch) {
  auto block = fetch(node_, "/v1/blocks/" + std::to_string(height));
  if (!block) return std::move(block).error();
  const Value* seal_value = block->find("seal");
  auto seal = seal_value ? ledger::seal_from(*seal_value) : Result<ledger::Seal>(Error{Errc::malformed, "no seal"});
  if (!seal) return Outcome(failure(Check::seal_content, seal.error().detail));
  ledger::FinalBlock final_block;
  if (Outcome bad = ledger::check_final_block(block->text_of("finality_note"), *seal, *trust_, final_block)) {
    other_epoch = bad->check == Check::policy_in_force;
    return bad;
  }
  const crypto::Checkpoint tree{trust_->origin, final_block.text.size, final_block.text.root};
  step("finality note of view " + std::to_string(final_block.text.view) + " with the votes of the quorum: " +
       plain(tree) + ", block " + to_hex(final_block.text.block_hash));
  if (seal->height != height || index < seal->log_size_before || index >= seal->index()) {
    return Outcome(failure(Check::seal_of_record, "log index " + std::to_string(index) +
                                                      " is not in the block of height " + std::to_string(seal->height)));
  }
  time_ms_ = seal->time_ms;
  if (auto outcome = included(index, tree); !outcome || *outcome) return outcome;
  auto note = node_.download("/v1/checkpoint");
  if (!note) return std::move(note).error();
  crypto::Checkpoint served;
  if (auto outcome = judge(*note, served); !outcome || *outcome) return outcome;
  step("checkpoint cosigned under the policy: " + plain(served));
  // The cosigned head may be behind a block that is final already, and then must be a prefix of it.
  const bool ahead = served.size >= tree.size;
  auto outcome = prefix(ahead ? tree : served, ahead ? served : tree);
  if (!outcome) return outcome;
  if (*outcome) return Outcome(forked(std::string(block->text_of("finality_note")), *note, (*outcome)->detail));
  return against_last_seen(std::move(*note), std::move(served));
}

/// For epochs after that of the trust file: the evidence file brings the chain of validator sets.
Result<Outcome> Verifier::by_evidence(const std::string& id, std::uint64_t index) {
  auto file = node_.download("/v1/records/" + id + "/evidence");
  if (!file) return std::move(file).error();
  const ledger::Report report = ledger::verify(*file, ledger::encode_trust(*pinned_), {});
  if (!report.verified()) return Outcome(*report.decisive());
  const auto& shown = report.facts->records;
  if (shown.size() != 1 || to_sha256_id(shown[0].id) != id || shown[0].index != index) {
    return Outcome(failure(Check::claim, "the evidence is about another record"));
  }
  step("evidence file verified: " + to_sha256_id(report.file_hash));
  time_ms_ = shown[0].block_time_ms;
  ledger::Evidence evidence;
  if (Outcome bad = ledger::decode_evidence(*file, evidence)) return bad;
  return against_last_seen(evidence.checkpoint, {trust_->origin, report.facts->size, report.facts->root});
}

Result<Outcome> Verifier::included(std::uint64_t index, const crypto::Checkpoint& tree) {
  auto body = fetch(node_, "/v1/proof/inclusion?leaf=" + std::to_string(index) + "&size=" + std::to_string(tree.size));
  if (!body) return std::move(body).error();
  const auto path = path_of(*body);
  if (!path) return Outcome(failure(Check::encoding, "an inclusion path without form"));
  const auto held = crypto::verify_inclusion(index, tree.size, crypto::log_leaf_hash(entry_), *path, tree.root);
  if (!held) return Outcome(failure(Check::record_inclusion, held.error().detail));
  step("inclusion of leaf " + std::to_string(index) + " by " + std::to_string(path->size()) + " hashes in " + plain(tree));
  return Outcome();
}

Result<Outcome> Verifier::prefix(const crypto::Checkpoint& older, const crypto::Checkpoint& newer) {
  const std::string what = "tree of " + plain(older) + " is no prefix of that of " + plain(newer);
  if (older.size == newer.size) {
    return older.root == newer.root ? Outcome() : Outcome(failure(Check::fork, what));
  }
  auto body = fetch(node_, "/v1/proof/consistency?from=" + std::to_string(older.size) + "&to=" + std::to_string(newer.size));
  if (!body) return std::move(body).error();
  const auto path = path_of(*body);
  const bool held = path && crypto::verify_consistency(older.size, older.root, newer.size, newer.root, *path);
  if (!held) return Outcome(failure(Check::fork, what));
  step("consistency by " + std::to_string(path->size()) + " hashes from size " + std::to_string(older.size) + " to " +
       std::to_string(newer.size));
  return Outcome();
}

Result<Outcome> Verifier::against_last_seen(std::string note, crypto::Checkpoint tree) {
  if (settings_.no_state) return Outcome();
  const std::string path = seen_path(settings_, *trust_);
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    auto text = read_input(path, kTrustMax);
    if (!text) return std::move(text).error();
    crypto::Checkpoint seen;
    const auto old_note = crypto::parse_note(*text);
    const auto old_tree = old_note ? crypto::parse_checkpoint(old_note->text) : Result<crypto::Checkpoint>(old_note.error());
    if (!old_tree) {
      return Outcome(failure(Check::consistency, CheckClass::undecided, path + " is damaged: " + old_tree.error().detail));
    }
    // A node may lag behind the one asked before; it has until --timeout to catch up.
    const std::int64_t deadline = now_ms() + settings_.timeout_ms;
    while (tree.size < old_tree->size && now_ms() < deadline) {
      std::this_thread::sleep_for(kCatchUpPause);
      auto newer = node_.download("/v1/checkpoint");
      if (!newer) return std::move(newer).error();
      note = std::move(*newer);
      if (auto outcome = judge(note, tree); !outcome || *outcome) return outcome;
    }
    if (tree.size < old_tree->size) {
      return Outcome(forked(*text, note, "the log had size " + std::to_string(old_tree->size) + " and now has " +
                                             std::to_string(tree.size) + ": an older copy is served"));
    }
    auto outcome = prefix(*old_tree, tree);
    if (!outcome) return outcome;
    if (*outcome) return Outcome(forked(*text, note, (*outcome)->detail));
    if (tree.size == old_tree->size) return Outcome();
  }
  if (auto ok = write_output(path, note, true); !ok) return std::move(ok).error();
  return Outcome();
}

ledger::Failure Verifier::forked(const std::string& seen, const std::string& now, const std::string& why) {
  const Value proof(Value::Members{{"ledger_id", to_sha256_id(trust_->ledger_id)},
                                   {"node", settings_.node},
                                   {"noticed_ms", now_ms()},
                                   {"notes", Value::Items{Value(seen), Value(now)}}});
  const std::string path = settings_.state + "/forks/" + to_hex(trust_->ledger_id).substr(0, 16) + "-" +
                           std::to_string(now_ms()) + ".json";
  std::string detail = why;
  if (auto ok = write_output(path, ledger::to_canonical(proof) + "\n", false); ok) {
    proof_file_ = path;
  } else {
    detail += "; " + ok.error().detail;
  }
  return failure(Check::fork, detail);
}

int report_failure(const Settings& settings, std::string_view command, const std::string& subject,
                   const ledger::Failure& bad, const std::string& proof_file) {
  const auto& info = ledger::info_of(bad.check);
  const int code = exit_of(bad.cls);
  Output out(settings, std::string(command));
  Value document(Value::Members{{"check", info.code},
                                {"class", name(bad.cls)},
                                {"detail", bad.detail},
                                {"exit", static_cast<std::int64_t>(code)},
                                {"next", next_step(settings, bad)},
                                {"state", name(bad.cls)},
                                {"verified", false}});
  if (!subject.empty()) document.set("id", Value(subject));
  if (!proof_file.empty()) document.set("proof", Value(proof_file));
  out.document(std::move(document));
  const char* verdict = bad.cls == CheckClass::undecided ? settings.say("无法判定 ", "undecided ")
                        : bad.cls == CheckClass::fork    ? settings.say("发现分叉 ", "fork ")
                                                         : settings.say("验证不成立 ", "refuted ");
  out.line(out.bad(verdict) + subject);
  out.line("  " + std::string(info.code) + "  " + std::string(settings.say(info.zh, info.en)));
  out.line("  " + bad.detail);
  if (!proof_file.empty()) out.line(settings.say("  两份签名：", "  both signed heads: ") + proof_file);
  out.line(settings.say("  下一步  ", "  next  ") + next_step(settings, bad));
  return code;
}

std::optional<int> refuse_unverified(const Settings& settings, std::string_view command, const std::string& subject,
                                     api::Client& node) {
  if (settings.unverified) {
    std::cerr << settings.say("未验证：以下只是节点自己的说法\n", "unverified: what follows is the node's word alone\n");
    return std::nullopt;
  }
  Verifier verifier(settings, node);
  auto outcome = verifier.head();
  if (!outcome) return report_error(settings, outcome.error(), exit_code_of(outcome.error()));
  if (!*outcome) return std::nullopt;
  return report_failure(settings, command, subject, **outcome, verifier.proof_file());
}

}  // namespace qinglu::cli
