// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/verify.hpp"
#include "tests/evidence/judged.hpp"

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "tests/crypto/started.hpp"
#include "tests/evidence/sample_ledger.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::test {
namespace {

using namespace ledger;

/// Three blocks: office, agency, office; then an idle one on top.
struct Sample {
  SampleLedger ledger;
  std::uint64_t office_index;
  std::uint64_t agency_index;

  Sample() {
    office_index =
        ledger.add_block({ledger.record(ledger.office_body(1), {SampleLedger::kOffice}),
                          ledger.record(ledger.office_body(2), {SampleLedger::kOffice})});
    agency_index =
        ledger.add_block({ledger.record(ledger.agency_body(3), {SampleLedger::kAgency})});
    ledger.add_block({ledger.record(ledger.office_body(4), {SampleLedger::kOffice})});
  }
};

Report verified_by(const SampleLedger& ledger, const Evidence& evidence,
                   const VerifyOptions& options = {}) {
  return judged(encode_evidence(evidence), encode_trust(ledger.trust()), options);
}

/// Code of the failure that decided, or of the first warning; `ok` when there is none.
std::string code_of(const Report& report) {
  for (const auto& asked : report.asked) {
    if (asked.failure) return std::string(info_of(asked.check).code);
  }
  return "ok";
}

std::string all_failures(const Report& report) { return render_text(report, Language::en, false); }

}  // namespace

TEST_CASE("a record is verified with its block, its interval and its signers", "[evidence]") {
  const Sample s;
  const Report report = verified_by(s.ledger, s.ledger.evidence(s.office_index));
  INFO(all_failures(report));
  REQUIRE(report.verified());
  CHECK_FALSE(report.warned());
  CHECK(report.exit_code(true) == 0);
  CHECK(report.asked.size() == check_table().size());
  const Report::Facts& facts = *report.facts;
  REQUIRE(facts.records.size() == 1);
  const Report::Record& f = facts.records[0];
  CHECK(f.index == s.office_index);
  CHECK(f.id == record_id_of(s.ledger.office_body(1)));
  CHECK(f.type == "party.register");
  CHECK(f.submitter == SampleLedger::kOffice);
  CHECK(f.height == 1);
  CHECK(f.block_time_ms == SampleLedger::kStartMs + 1000);
  CHECK(facts.cosigners.size() == 3);
  REQUIRE(f.signers.size() == 1);
  CHECK(f.signers[0].pub == SampleLedger::key_of(SampleLedger::kOffice).public_key());
  // From the genesis seal to the median of the first quorum, which signed 2, 3 and 4 s after the
  // block.
  REQUIRE(f.recorded_at);
  CHECK(f.recorded_at->from == SampleLedger::kStartMs / 1000);
  CHECK(f.recorded_at->until == SampleLedger::kStartMs / 1000 + 4);
  CHECK_FALSE(f.batch);
}

TEST_CASE("a record under a mandate needs the mandate's row", "[evidence]") {
  const Sample s;
  Evidence e = s.ledger.evidence(s.agency_index);
  INFO(all_failures(verified_by(s.ledger, e)));
  REQUIRE(verified_by(s.ledger, e).verified());
  std::erase_if(e.state, [](const auto& row) { return row.ns == 'M'; });
  const Report report = verified_by(s.ledger, e);
  CHECK(code_of(report) == "E04_FIELDS");
  CHECK(report.exit_code(false) == 3);
}

TEST_CASE("a batch member is verified with its manifest and its place", "[evidence]") {
  Sample s;
  const std::uint64_t manifest = s.ledger.add_batch(
      {s.ledger.office_body(11), s.ledger.office_body(12), s.ledger.office_body(13)});
  for (std::uint64_t n = 0; n < 3; ++n) {
    const Report report = verified_by(s.ledger, s.ledger.evidence(manifest + 1 + n));
    INFO(all_failures(report));
    REQUIRE(report.verified());
    REQUIRE(report.facts->records[0].batch);
    CHECK(report.facts->records[0].batch->n == n);
    CHECK(report.facts->records[0].batch->count == 3);
    CHECK(report.facts->records[0].batch->manifest_index == manifest);
  }
}

TEST_CASE("later sets are believed step by step from the trusted one", "[evidence]") {
  Sample s;
  s.ledger.change_validators({s.ledger.record(s.ledger.office_body(20), {SampleLedger::kOffice})});
  const std::uint64_t end = s.ledger.size();
  const std::uint64_t index =
      s.ledger.add_block({s.ledger.record(s.ledger.office_body(21), {SampleLedger::kOffice})});
  for (const std::uint64_t each : {s.office_index, index}) {
    const Evidence e = s.ledger.evidence(each);
    REQUIRE(e.policy_chain.size() == 1);
    const Report report = verified_by(s.ledger, e);
    INFO(all_failures(report));
    CHECK(report.verified());
  }
  // At the size that ends the epoch, and for older trees, the trusted set still judges.
  CHECK(verified_by(s.ledger, s.ledger.evidence(s.office_index, end)).verified());

  SECTION("a step left out is undecided, as the chain ends before the head") {
    Evidence e = s.ledger.evidence(index);
    e.policy_chain.clear();
    const Report report = verified_by(s.ledger, e);
    CHECK(code_of(report) == "E14_POLICY_NOT_IN_FORCE");
    CHECK(report.exit_code(false) == 3);
  }
  SECTION("every part of a step is bound") {
    const auto refused = [&](auto change) {
      Evidence e = s.ledger.evidence(index);
      change(e.policy_chain[0]);
      return code_of(verified_by(s.ledger, e));
    };
    CHECK(refused([](auto& step) { step.consistency.pop_back(); }) == "E13_POLICY_CHAIN");
    CHECK(refused([](auto& step) { step.seal_path.pop_back(); }) == "E13_POLICY_CHAIN");
    CHECK(refused([](auto& step) { step.set += " "; }) == "E13_POLICY_CHAIN");
    CHECK(refused([&](auto& step) { step.set = to_canonical(to_value(s.ledger.validators(1))); }) ==
          "E13_POLICY_CHAIN");
    CHECK(refused([](auto& step) { step.policy += "# \n"; }) == "E13_POLICY_CHAIN");
    CHECK(refused([](auto& step) { step.policy += "quorum"; }) == "E12_POLICY_SYNTAX");
    CHECK(refused([&](auto& step) { step.seal_entry = s.ledger.entry(s.ledger.size() - 1); }) ==
          "E13_POLICY_CHAIN");
    CHECK(refused([&](auto& step) {
            crypto::Note note = *crypto::parse_note(step.note);
            note.lines.pop_back();
            step.note = crypto::format_note(note);
          }) == "E13_POLICY_CHAIN");
    CHECK(refused([&](auto& step) {
            crypto::Note note = *crypto::parse_note(step.note);
            note.lines[1].signature[0] = static_cast<char>(note.lines[1].signature[0] ^ 1);
            step.note = crypto::format_note(note);
          }) == "E13_POLICY_CHAIN");
    Evidence e = s.ledger.evidence(index);
    e.policy_chain.push_back(e.policy_chain[0]);
    CHECK(code_of(verified_by(s.ledger, e)) == "E13_POLICY_CHAIN");
  }
  SECTION("without validators in the trust file no later set is believed") {
    Trust trust = s.ledger.trust();
    trust.validators.reset();
    const Report report =
        judged(encode_evidence(s.ledger.evidence(index)), encode_trust(trust), {});
    CHECK(code_of(report) == "E10_NO_TRUST_ANCHOR");
  }
  SECTION("old members' cosignatures over a new head do not count") {
    Evidence e = s.ledger.evidence(index);
    const std::string old =
        s.ledger.note_over(s.ledger.tree(s.ledger.size()), 1, {0, 1, 2}, 1'790'000'010);
    e.records[0].tlog_proof.replace(e.records[0].tlog_proof.find(e.checkpoint), e.checkpoint.size(),
                                    old);
    e.checkpoint = old;
    const Report report = verified_by(s.ledger, e);
    CHECK(code_of(report) == "E22_LOG_SIGNATURE");
    CHECK(report.exit_code(false) == 3);
  }
}

TEST_CASE("each check that can fail does so under its own name and class", "[evidence]") {
  Sample s;
  const SampleLedger& ledger = s.ledger;
  const std::uint64_t manifest =
      s.ledger.add_batch({ledger.office_body(11), ledger.office_body(12), ledger.office_body(13)});
  s.ledger.add_block({ledger.record(ledger.office_body(14), {SampleLedger::kOffice})});
  const Evidence good = ledger.evidence(s.office_index);
  const Evidence batch = ledger.evidence(manifest + 2);
  REQUIRE(verified_by(ledger, good).verified());
  REQUIRE(verified_by(ledger, batch).verified());

  const auto with_checkpoint = [](Evidence& e, const std::string& note) {
    for (auto* proof : {&e.records[0].tlog_proof})
      proof->replace(proof->find(e.checkpoint), e.checkpoint.size(), note);
    e.checkpoint = note;
  };
  const auto reproof = [&](Evidence& e, std::uint64_t index) {
    e.records[0].tlog_proof =
        crypto::format_tlog_proof({index, ledger.path(index, ledger.size()), e.checkpoint});
  };
  /// Replaces the claimed entry by one that is in no log: fails at E40 unless it stands in it.
  struct Case {
    const char* code;
    int exit_code;
    Evidence evidence;
  };
  std::vector<Case> cases;
  const auto add = [&](const char* code, int exit_code, const Evidence& base, auto change) {
    Evidence e = base;
    change(e);
    cases.push_back({code, exit_code, std::move(e)});
  };
  add("E11_WRONG_LEDGER", 1, good, [](Evidence& e) { e.ledger_id.octets[0] ^= 1; });
  add("E11_WRONG_LEDGER", 1, good, [](Evidence& e) { e.origin = "another.example"; });
  add("E20_NOTE_SYNTAX", 1, good, [&](Evidence& e) { e.checkpoint.pop_back(); });
  add("E21_CHECKPOINT_BODY", 1, good, [&](Evidence& e) {
    crypto::Note note = *crypto::parse_note(e.checkpoint);
    note.text += "extension\n";
    with_checkpoint(e, crypto::format_note(note));
  });
  add("E21_CHECKPOINT_BODY", 1, good, [&](Evidence& e) {
    with_checkpoint(
        e, ledger.note_over({"another.example", 5, Digest{}}, 1, {0, 1, 2}, 1'790'000'010));
  });
  add("E22_LOG_SIGNATURE", 3, good, [&](Evidence& e) {
    crypto::Note note = *crypto::parse_note(e.checkpoint);
    note.lines.erase(note.lines.begin());
    with_checkpoint(e, crypto::format_note(note));
  });
  add("E22_LOG_SIGNATURE", 1, good, [&](Evidence& e) {
    crypto::Note note = *crypto::parse_note(e.checkpoint);
    note.lines[0].signature[9] = static_cast<char>(note.lines[0].signature[9] ^ 1);
    with_checkpoint(e, crypto::format_note(note));
  });
  add("E23_BAD_KNOWN_SIGNATURE", 1, good, [&](Evidence& e) {
    crypto::Note note = *crypto::parse_note(e.checkpoint);
    note.lines[2].signature[20] = static_cast<char>(note.lines[2].signature[20] ^ 1);
    with_checkpoint(e, crypto::format_note(note));
  });
  add("E23_BAD_KNOWN_SIGNATURE", 1, good, [&](Evidence& e) {
    crypto::Note note = *crypto::parse_note(e.checkpoint);
    note.lines.push_back(note.lines.back());
    with_checkpoint(e, crypto::format_note(note));
  });
  add("E24_QUORUM_NOT_MET", 3, good, [&](Evidence& e) {
    with_checkpoint(e, ledger.note(ledger.size(), {0, 1}));
  });
  add("E24_QUORUM_NOT_MET", 3, good, [&](Evidence& e) {
    e.first_quorum[0].note = ledger.note(5, {0, 3});
  });
  add("E25_TIME_IMPLAUSIBLE", 0, good, [&](Evidence& e) {
    with_checkpoint(e, ledger.note(ledger.size(), {0, 1, 2}, 1'780'000'000));
    sign_as_issuer(e, SampleLedger::key_of(SampleLedger::kOffice));
  });
  add("E81_FORK_EVIDENCE", 10, good, [&](Evidence& e) {
    e.consistency.push_back(
        {ledger.note_over({ledger.origin(), ledger.size(), Digest{}}, 1, {}, 1), {}});
  });
  add("E22_LOG_SIGNATURE", 3, good, [&](Evidence& e) {  // an unsigned note is no fork
    crypto::Note note =
        *crypto::parse_note(ledger.note_over({ledger.origin(), ledger.size(), Digest{}}, 1, {}, 1));
    note.lines[0].name = "stranger.example";
    e.consistency.push_back({crypto::format_note(note), {}});
  });
  add("E30_SEAL_POSITION", 1, good, [&](Evidence& e) { e.seal = e.seals[0]; });
  add("E30_SEAL_POSITION", 1, good, [&](Evidence& e) { e.seals[0] = e.seal; });
  add("E31_SEAL_INCLUSION", 1, good, [&](Evidence& e) { e.seals[0].index += 1; });
  add("E31_SEAL_INCLUSION", 1, good, [&](Evidence& e) { e.seal.path[0].octets[3] ^= 1; });
  add("E32_SEAL_CONTENT", 1, good, [&](Evidence& e) {  // a record in the place of a seal
    e.seals[0] = ledger.proven_seal(s.office_index, ledger.size());
  });
  add("E33_SEAL_NOT_OF_RECORD", 1, good, [](Evidence& e) { e.records[0].seal_ref = 0; });
  add("E33_SEAL_NOT_OF_RECORD", 1, good, [](Evidence& e) { e.records[0].seal_ref.reset(); });
  add("E50_STATE_PROOF_SHAPE", 1, good, [](Evidence& e) { e.state[0].proof.siblings.pop_back(); });
  add("E51_STATE_ROOT_MISMATCH", 1, good,
      [](Evidence& e) { e.state[0].proof.siblings[0].octets[0] ^= 1; });
  add("E52_STATE_VALUE_MISMATCH", 1, good, [](Evidence& e) { e.state[0].value.reset(); });
  add("E52_STATE_VALUE_MISMATCH", 1, good, [](Evidence& e) { e.state[0].value->back() = ' '; });
  add("E40_RECORD_INCLUSION", 1, good,
      [&](Evidence& e) { e.records[0].entry = ledger.entry(s.office_index + 1); });
  add("E40_RECORD_INCLUSION", 1, good, [&](Evidence& e) { reproof(e, s.office_index + 1); });
  add("E45_BATCH_FORM", 1, good, [&](Evidence& e) {
    e.batches = batch.batches;
    e.records[0].member = batch.records[0].member;
  });
  add("E45_BATCH_FORM", 1, good, [&](Evidence& e) { e.batches = batch.batches; });
  add("E45_BATCH_FORM", 1, batch, [&](Evidence& e) { e.records[0].member.reset(); });
  add("E45_BATCH_FORM", 1, batch,
      [&](Evidence& e) { e.batches[0].entry = ledger.entry(s.office_index); });
  add("E46_BATCH_MANIFEST_INCLUSION", 1, batch,
      [&](Evidence& e) { e.batches[0].tlog_proof = e.records[0].tlog_proof; });
  add("E48_BATCH_PATH", 1, batch, [](Evidence& e) { e.records[0].member->path.pop_back(); });
  add("E48_BATCH_PATH", 1, batch, [](Evidence& e) { e.records[0].member->path[0].octets[1] ^= 1; });
  add("E04_FIELDS", 3, good, [](Evidence& e) { e.state.clear(); });
  add("E44_DIFFERENT_HEAD", 3, good, [&](Evidence& e) {
    const std::uint64_t older = ledger.size() - 2;
    e.records[0].tlog_proof = crypto::format_tlog_proof(
        {s.office_index, ledger.path(s.office_index, older), ledger.note(older)});
  });
  add("E55_CLAIM_MISMATCH", 1, good, [](Evidence& e) { e.claim.as_of_size -= 1; });
  add("E55_CLAIM_MISMATCH", 1, good, [](Evidence& e) { e.records[0].claimed = false; });
  add("E80_CONSISTENCY", 1, good, [](Evidence& e) { e.first_quorum[0].path.pop_back(); });
  add("E93_ISSUER_SIGNATURE", 0, good, [](Evidence& e) { e.issuer->name = "another"; });
  for (const Case& each : cases) {
    const Report report = verified_by(ledger, each.evidence);
    INFO(each.code << "\n" << all_failures(report));
    CHECK(code_of(report) == each.code);
    CHECK(report.exit_code(false) == each.exit_code);
    CHECK(report.exit_code(true) != 0);
    CHECK(report.verified() == (each.exit_code == 0));
  }
}

TEST_CASE("wrong records that a quorum let in are still told by name", "[evidence]") {
  // What honest members would never accept; the verifier does not lean on them.
  Sample s;
  SampleLedger& ledger = s.ledger;
  const auto code_for = [&](const Bytes& entry) {
    const std::uint64_t index = ledger.add_block({entry});
    return code_of(verified_by(ledger, ledger.evidence(index)));
  };
  const Bytes body = ledger.office_body(30);
  const auto changed = [&](auto change) {
    Value value = *parse_canonical(body);
    change(value);
    return to_canonical(value);
  };
  CHECK(code_for(ledger.record(body, {SampleLedger::kOffice})) == "ok");

  Bytes broken = ledger.record(body, {SampleLedger::kOffice});
  broken[broken.find("\"sig\":\"") + 12] ^= 1;
  CHECK(code_for(broken) == "E42_RECORD_SIGNATURE");
  // Signed for another ledger, or as a batch.
  const Signature elsewhere =
      SampleLedger::key_of(SampleLedger::kOffice).sign({"qinglu/record/1", body});
  CHECK(code_for(make_entry(body, {{SampleLedger::kOffice, "k1", elsewhere}})) ==
        "E42_RECORD_SIGNATURE");
  // A key that is proven not to exist.
  CHECK(code_for(make_entry(body, {{SampleLedger::kOffice, "k2", elsewhere}})) ==
        "E42_RECORD_SIGNATURE");
  // A signer too many; none of the signers; a role that nobody granted.
  CHECK(code_for(ledger.record(body, {SampleLedger::kOffice, SampleLedger::kCompany})) ==
        "E43_SIGNER_NOT_AUTHORISED");
  CHECK(code_for(ledger.record(body, {SampleLedger::kCompany})) == "E43_SIGNER_NOT_AUTHORISED");
  CHECK(code_for(ledger.record(changed([](Value& v) { v.set("role", "EXCH"); }),
                               {SampleLedger::kOffice})) == "E43_SIGNER_NOT_AUTHORISED");
  // Another ledger's record.
  CHECK(
      code_for(ledger.record(changed([](Value& v) { v.set("ledger_id", to_sha256_id(Digest{})); }),
                             {SampleLedger::kOffice})) == "E45_BATCH_FORM");
  CHECK(code_for(ledger.record(changed([](Value& v) { v.erase("nonce"); }),
                               {SampleLedger::kOffice})) == "E45_BATCH_FORM");
}

TEST_CASE("a batch that is torn, moved or ill-signed is told by name", "[evidence]") {
  Sample s;
  SampleLedger& ledger = s.ledger;
  const std::vector<Bytes> bodies = {ledger.office_body(50), ledger.office_body(51)};
  const std::uint64_t whole = ledger.add_batch(bodies);
  const Bytes manifest = ledger.entry(whole);
  const auto code_of_member = [&](const std::vector<Bytes>& entries, std::size_t member) {
    const std::uint64_t first = ledger.add_block(entries);
    return code_of(verified_by(ledger, ledger.evidence(first + member)));
  };
  const auto member = [&](std::uint64_t n, const Bytes& body) {
    return make_member_entry(ledger.size(), body, n);
  };

  CHECK(code_of_member({manifest, member(0, bodies[0]), member(1, bodies[1])}, 2) == "ok");
  // In the other order, the bodies stand where the root does not put them.
  CHECK(code_of_member({manifest, member(0, bodies[1]), member(1, bodies[0])}, 1) ==
        "E48_BATCH_PATH");
  {
    const std::uint64_t first = ledger.size();
    ledger.add_block(
        {manifest, make_member_entry(first, bodies[1], 1), make_member_entry(first, bodies[0], 0)});
    Evidence e = ledger.evidence(first + 1);
    CHECK(code_of(verified_by(ledger, e)) == "E47_BATCH_POSITION");
    // The same entries with another batch's manifest, also genuine.
    e = ledger.evidence(whole + 1);
    e.batches[0].tlog_proof =
        crypto::format_tlog_proof({first, ledger.path(first, ledger.size()), e.checkpoint});
    CHECK(code_of(verified_by(ledger, e)) == "E47_BATCH_POSITION");
  }
  Bytes ill_signed = manifest;
  ill_signed[ill_signed.find("\"sig\":\"") + 12] ^= 1;
  CHECK(code_of_member({ill_signed, member(0, bodies[0]), member(1, bodies[1])}, 1) ==
        "E49_BATCH_SIGNATURE");
  // Signed as a record would be: neither signature serves as the other.
  const Entry parsed = *parse_entry(manifest);
  const Bytes as_record = ledger.record(parsed.body_bytes, {SampleLedger::kOffice});
  CHECK(code_of_member({as_record, member(0, bodies[0]), member(1, bodies[1])}, 1) ==
        "E49_BATCH_SIGNATURE");
  // A member whose signers are not the manifest's.
  CHECK(code_of_member({manifest, member(0, ledger.agency_body(52))}, 1) == "E45_BATCH_FORM");
}

TEST_CASE("a key is judged by its windows at the record's index", "[evidence]") {
  Sample s;
  SampleLedger& ledger = s.ledger;
  const auto window = [](std::uint64_t from, std::uint64_t until) {
    return Value(Value::Items{Value::Members{{"from_index", from}, {"until_index", until}}});
  };
  const auto key = [&](Value windows) {
    return Value(
        Value::Members{{"pub", to_hex(SampleLedger::key_of(SampleLedger::kOffice).public_key())},
                       {"suite", 1},
                       {"windows", std::move(windows)}});
  };
  const RowKey row = key_row(SampleLedger::kOffice, "k1");
  const auto code_now = [&] {
    ledger.add_block({ledger.record(ledger.office_body(40), {SampleLedger::kOffice})});
    return code_of(verified_by(ledger, ledger.evidence(s.office_index)));
  };
  ledger.set_row(row, key(window(s.office_index, s.office_index + 1)));
  CHECK(code_now() == "ok");
  ledger.set_row(row, key(window(0, s.office_index)));
  CHECK(code_now() == "E43_SIGNER_NOT_AUTHORISED");
  ledger.set_row(row, key(window(s.office_index + 1, 1000)));
  CHECK(code_now() == "E43_SIGNER_NOT_AUTHORISED");

  // Reported compromised: a warning where the block's time is not before the reported one.
  Value compromised = key(window(0, 1000));
  compromised.set("compromised_from", SampleLedger::kStartMs / 1000 + 2);
  ledger.set_row(row, compromised);
  CHECK(code_now() == "ok");
  compromised.set("compromised_from", SampleLedger::kStartMs / 1000 + 1);
  ledger.set_row(row, compromised);
  CHECK(code_now() == "E94_KEY_COMPROMISED");
  // A row of another form proves nothing.
  compromised.set("windows", "always");
  ledger.set_row(row, compromised);
  CHECK(code_now() == "E52_STATE_VALUE_MISMATCH");
}

TEST_CASE("trust comes from outside the file", "[evidence]") {
  const Sample s;
  const Bytes file = encode_evidence(s.ledger.evidence(s.office_index));
  CHECK(code_of(judged(file, "", {})) == "E10_NO_TRUST_ANCHOR");
  CHECK(judged(file, "", {}).exit_code(false) == 3);
  CHECK(code_of(judged(file, "{}", {})) == "E10_NO_TRUST_ANCHOR");
  Trust trust = s.ledger.trust();
  trust.ledger_id.octets[5] ^= 1;
  CHECK(code_of(judged(file, encode_trust(trust), {})) == "E11_WRONG_LEDGER");
  trust = s.ledger.trust();
  trust.policy += "\n";
  CHECK(code_of(judged(file, encode_trust(trust), {})) == "E10_NO_TRUST_ANCHOR");
  trust.validators.reset();
  CHECK(judged(file, encode_trust(trust), {}).verified());
  trust.policy = "quorum none\n";
  CHECK(code_of(judged(file, encode_trust(trust), {})) == "E12_POLICY_SYNTAX");
  trust = s.ledger.trust();
  trust.validators.reset();
  trust.epoch = 7;
  CHECK(code_of(judged(file, encode_trust(trust), {})) == "E14_POLICY_NOT_IN_FORCE");
  CHECK(judged(file, encode_trust(trust), {}).exit_code(false) == 1);
}

TEST_CASE("a floor must be a prefix of the head", "[evidence]") {
  const Sample s;
  const SampleLedger& ledger = s.ledger;
  Evidence e = ledger.evidence(s.office_index);
  Trust trust = ledger.trust();
  const auto code = [&] { return code_of(judged(encode_evidence(e), encode_trust(trust), {})); };

  trust.floor = {ledger.size(), ledger.tree(ledger.size()).root};
  CHECK(code() == "ok");
  trust.floor->root.octets[0] ^= 1;
  CHECK(code() == "E14_POLICY_NOT_IN_FORCE");
  trust.floor = {ledger.size() + 1, Digest{}};
  CHECK(code() == "E14_POLICY_NOT_IN_FORCE");
  trust.floor = {2, ledger.tree(2).root};
  CHECK(code() == "E14_POLICY_NOT_IN_FORCE");
  CHECK(judged(encode_evidence(e), encode_trust(trust), {}).exit_code(false) == 3);
  // Nobody needs to have signed the floor's note.
  crypto::Note unsigned_note{crypto::format_checkpoint(ledger.tree(2)), {{"nobody", {}, "x"}}};
  e.consistency.push_back(
      {crypto::format_note(unsigned_note), ledger.consistency(2, ledger.size())});
  sign_as_issuer(e, SampleLedger::key_of(SampleLedger::kOffice));
  CHECK(code() == "ok");
  e.consistency[0].path[0].octets[0] ^= 1;
  CHECK(code() == "E80_CONSISTENCY");
}

TEST_CASE("a record proven under an older head is tied to the present one", "[evidence]") {
  const Sample s;
  const SampleLedger& ledger = s.ledger;
  Evidence e = ledger.evidence(s.office_index);
  const std::uint64_t older = 5;
  e.records[0].tlog_proof = crypto::format_tlog_proof(
      {s.office_index, ledger.path(s.office_index, older), ledger.note(older)});
  e.consistency.push_back({ledger.note(older), ledger.consistency(older, ledger.size())});
  sign_as_issuer(e, SampleLedger::key_of(SampleLedger::kOffice));
  INFO(all_failures(verified_by(ledger, e)));
  CHECK(verified_by(ledger, e).verified());
}

TEST_CASE("the reader's own policy, clock and patience are asked in addition", "[evidence]") {
  const Sample s;
  const Evidence e = s.ledger.evidence(s.office_index);
  VerifyOptions options;
  // A court that wants member 2 among the cosigners, then one that wants member 3.
  const ValidatorSet set = s.ledger.validators(1);
  const auto policy = [&](std::size_t member) {
    return "log " + crypto::format_vkey(log_note_key(set.members[0], s.ledger.origin())) +
           "\nwitness w " + crypto::format_vkey(cosign_note_key(set.members[member])) +
           "\nquorum w\n";
  };
  options.policy = policy(2);
  CHECK(verified_by(s.ledger, e, options).verified());
  options.policy = policy(3);
  CHECK(code_of(verified_by(s.ledger, e, options)) == "E24_QUORUM_NOT_MET");
  options.policy = "nonsense\n";
  CHECK(verified_by(s.ledger, e, options).exit_code(false) == 3);

  options = {};
  options.now = SampleLedger::kStartMs / 1000 + 3600;
  options.max_age = 7200;
  CHECK(code_of(verified_by(s.ledger, e, options)) == "ok");
  options.max_age = 60;
  CHECK(code_of(verified_by(s.ledger, e, options)) == "CHECKPOINT_TOO_OLD");
  CHECK(verified_by(s.ledger, e, options).exit_code(false) == 3);
  options = {};
  options.now = SampleLedger::kStartMs / 1000;
  CHECK(code_of(verified_by(s.ledger, e, options)) == "E25_TIME_IMPLAUSIBLE");
  CHECK(verified_by(s.ledger, e, options).exit_code(true) == 11);
}

TEST_CASE("without the first quorum or the seal before it, no interval is shown", "[evidence]") {
  const Sample s;
  Evidence e = s.ledger.evidence(s.office_index);
  e.first_quorum.clear();
  Report report = verified_by(s.ledger, e);
  REQUIRE(report.verified());
  CHECK_FALSE(report.facts->records[0].recorded_at);
  CHECK(render_text(report, Language::en, false).find("interval of recording is not shown") !=
        std::string::npos);
  e = s.ledger.evidence(s.office_index);
  e.seals[0] = e.seals[1];
  report = verified_by(s.ledger, e);
  REQUIRE(report.verified());
  CHECK_FALSE(report.facts->records[0].recorded_at);
}

TEST_CASE("instants are written as dates", "[evidence]") {
  CHECK(format_instant(0) == "1970-01-01T00:00:00Z");
  CHECK(format_instant(951'782'400) == "2000-02-29T00:00:00Z");
  CHECK(format_instant(1'790'000'000) == "2026-09-21T14:13:20Z");
  CHECK(format_instant(253'402'300'799) == "9999-12-31T23:59:59Z");
  CHECK(format_instant(253'402'300'800) == "253402300800");
  CHECK(format_instant(-1) == "-1");
}

TEST_CASE("the report says the same in both languages and in JSON", "[evidence]") {
  const Sample s;
  const Report report = verified_by(s.ledger, s.ledger.evidence(s.office_index));
  const std::string zh = render_text(report, Language::zh, true);
  const std::string en = render_text(report, Language::en, true);
  for (const CheckInfo& info : check_table()) {
    CHECK(zh.find(info.code) != std::string::npos);
    CHECK(en.find(info.code) != std::string::npos);
  }
  CHECK(zh.starts_with("已验证\n"));
  CHECK(en.starts_with("VERIFIED\n"));
  const Value json = render_json(report, false);
  const auto parsed = parse_canonical(to_canonical(json), kEvidenceLimits);
  REQUIRE(parsed);
  CHECK(json.text_of("verdict") == "verified");
  CHECK(json.items_of("checks").size() == check_table().size());
  CHECK(json.find("facts")->items_of("records")[0].text_of("id") == to_sha256_id(report.facts->records[0].id));
}

}  // namespace qinglu::test
