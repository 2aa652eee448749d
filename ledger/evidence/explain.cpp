// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/explain.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/merkle.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::ledger {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

class Explainer {
 public:
  explicit Explainer(const Verification& v) : v_(v) {}

  std::vector<Report::Step> run() {
    const Evidence& e = v_.evidence;
    for (const ReliedNote& note : v_.notes) signatures(note);
    seal("/seal", e.seal);
    for (std::size_t i = 0; i < e.seals.size(); ++i) seal("/seals/" + number(i), e.seals[i]);
    for (std::size_t i = 0; i < e.state.size(); ++i) row(i);
    for (const EntryWork& work : v_.batches) entry(work, Check::batch_inclusion);
    for (const EntryWork& work : v_.records) entry(work, Check::record_inclusion);
    for (std::size_t i = 0; i < v_.records.size(); ++i) record(i);
    for (std::size_t i = 0; i < e.history.size(); ++i) list(i);
    for (const auto& shown : e.disclosures) disclosure(shown);
    for (std::size_t i = 0; i < e.timestamps.size(); ++i) timestamp(i);
    for (const auto* trees : {&e.consistency, &e.first_quorum}) {
      for (const auto& older : *trees) consistency(older);
    }
    return std::move(steps_);
  }

 private:
  void say(Check check, std::string text) { steps_.push_back({check, std::move(text)}); }

  void signatures(const ReliedNote& note) {
    say(Check::checkpoint_body, note.where + ": tree of size " + number(note.tree.size) + ", root " + to_hex(note.tree.root) +
                                    "; SHA-256 of the note " + to_hex(crypto::sha256(note.text)));
    const crypto::Policy& policy = v_.policies[note.policy].policy;
    for (const std::size_t log : note.verdict.logs) {
      say(Check::log_signature, note.where + ": Ed25519 by " + to_hex(policy.logs[log].key) + " over the note's " +
                                    number(note.note.text.size()) + " bytes of text, SHA-256 " + to_hex(crypto::sha256(note.note.text)));
    }
    for (const auto& cosigned : note.verdict.witnesses) {
      const crypto::NoteKey& key = policy.witnesses[cosigned.witness].key;
      say(Check::quorum, note.where + ": " + key.name + " " + to_hex(key.key) + " over \"cosignature/v1\\ntime " + number(cosigned.time) +
                             "\\n\" || text");
    }
  }

  /// The audit path step by step.   Source: RFC 9162 §2.1.3.2.
  void path(Check check, const std::string& where, BytesView leaf, std::uint64_t index, const crypto::Checkpoint& tree,
            const std::vector<Digest>& siblings) {
    Digest hash = crypto::log_leaf_hash(leaf);
    say(check, where + ": SHA-256(00 || " + number(leaf.size()) + " bytes of the entry) = " + to_hex(hash) + ", leaf " + number(index) + " of " +
                   number(tree.size));
    std::uint64_t at = index;
    std::uint64_t last = tree.size - 1;
    for (const Digest& sibling : siblings) {
      const bool left = (at & 1) != 0 || at == last;
      const std::string pair = left ? to_hex(sibling) + " || " + to_hex(hash) : to_hex(hash) + " || " + to_hex(sibling);
      hash = left ? crypto::log_node_hash(sibling, hash) : crypto::log_node_hash(hash, sibling);
      if (left) {
        while ((at & 1) == 0 && at != 0) {
          at >>= 1;
          last >>= 1;
        }
      }
      at >>= 1;
      last >>= 1;
      say(check, "  SHA-256(01 || " + pair + ") = " + to_hex(hash));
    }
    say(check, "  = root " + to_hex(tree.root));
  }

  void seal(const std::string& where, const Evidence::ProvenSeal& proven) {
    path(Check::seal_inclusion, where, proven.entry, proven.index, v_.head(), proven.path);
    const auto content = decode_seal(proven.entry);
    say(Check::seal_content, where + ": height " + number(content->height) + ", entries " + number(content->log_size_before) + " to " +
                                 number(proven.index - 1) + ", state_root " + to_hex(content->state_root));
  }

  void row(std::size_t i) {
    const Evidence::Row& shown = v_.evidence.state[i];
    const Digest place = crypto::state_path(shown.ns, shown.key);
    const std::string where = "/state/" + number(i);
    say(Check::state_root, where + ": path SHA-256(\"qinglu/state-key/1\\0\" || '" + std::string(1, shown.ns) + "' || key) = " + to_hex(place) +
                               ", depth " + number(shown.proof.depth) + ", root " + to_hex(v_.seal(shown.seal_ref).state_root));
    if (shown.value) {
      say(Check::state_value, where + ": SHA-256(04 || " + number(shown.value->size()) + " bytes of the value) = " +
                                  to_hex(crypto::state_value_hash(*shown.value)));
    } else {
      say(Check::state_value, where + ": absent, the path ends at " +
                                  (shown.proof.terminal ? "the leaf of path " + to_hex(shown.proof.terminal->path) : std::string("an empty subtree")));
    }
  }

  void entry(const EntryWork& work, Check check) {
    path(check, work.where, *work.bytes, work.proof.index, v_.notes[work.note].tree, work.proof.path);
  }

  void record(std::size_t i) {
    const EntryWork& work = v_.records[i];
    const EntryWork& signed_entry = v_.signed_entry(i);
    const bool member = work.entry->form == EntryForm::member;
    say(Check::record_canonical, work.where + ": record id = SHA-256(body) = " + to_hex(crypto::sha256(work.entry->body_bytes)));
    if (member) {
      say(Check::batch_path, work.where + ": SHA-256(00 || body) = " + to_hex(crypto::log_leaf_hash(work.entry->body_bytes)) + ", leaf " +
                                 number(work.entry->n) + " of the batch's root " + std::string(signed_entry.entry->body().text_of("root")));
    }
    const ProvenRows rows(v_.rows, signed_entry.proof.index);
    for (const EntrySignature& signature : signed_entry.entry->signatures) {
      const auto key = rows.find(key_row(signature.party, signature.key_id));
      say(member ? Check::batch_signature : Check::record_signature,
          work.where + ": " + signature.party + " / " + signature.key_id + (key ? " " + std::string(key->text_of("pub")) : std::string(" (the new key)")) +
              " over \"qinglu/" + (member ? "batch" : "record") + "/1\\0\" || ledger id || " + number(signed_entry.entry->body_bytes.size()) + " bytes of the body");
    }
  }

  void list(std::size_t i) {
    const Evidence::List& told = v_.evidence.history[i];
    const std::string where = "/history/" + number(i);
    for (std::size_t n = 0; n < told.leaves.size(); ++n) {
      const SubjectLeaf& leaf = told.leaves[n];
      say(Check::list_root, where + ": line " + number(told.from_seq + n) + ": SHA-256(00 || " + to_hex(leaf.encode()) + ") = " + to_hex(leaf.hash()));
    }
    const ProvenRows::Row* row = claimed_row(v_, list_row(told.id, v_.evidence.claim.subject->kind));
    const auto list = proven_list(row->value.get(), static_cast<Category>(told.category));
    say(Check::list_root, where + ": RFC 6962 root of the " + number(list->count) + " lines = " + to_hex(list->root));
  }

  void disclosure(const Evidence::Disclosure& shown) {
    say(Check::disclosure, v_.records[shown.record_ref].where + ": " + shown.name + ": SHA-256(05 || u16 " + number(shown.name.size()) + " || name || salt " +
                               to_hex(shown.salt) + " || u32 " + number(shown.value.size()) + " || value) = " +
                               to_hex(crypto::field_commitment(shown.name, shown.salt, shown.value)));
  }

  void timestamp(std::size_t i) {
    const crypto::TimestampToken& token = v_.timestamps[i];
    say(Check::timestamp, "/timestamps/" + number(i) + ": SHA-256 of /checkpoint = " + to_hex(token.imprint) + ", stamped at " +
                              std::to_string(token.time_ms) + " ms, serial " + token.serial + ", certificate of SHA-256 " + to_hex(token.certificate));
  }

  void consistency(const Evidence::OlderTree& older) {
    const crypto::Checkpoint& tree = v_.note(older.note).tree;
    say(Check::consistency, "RFC 9162 2.1.4.2: size " + number(tree.size) + ", root " + to_hex(tree.root) + " to size " +
                                number(v_.head().size) + ", root " + to_hex(v_.head().root) + ", " + number(older.path.size()) + " hashes");
  }

  const Verification& v_;
  std::vector<Report::Step> steps_;
};

}  // namespace

std::vector<Report::Step> explain(const Verification& v) { return Explainer(v).run(); }

}  // namespace qinglu::ledger
