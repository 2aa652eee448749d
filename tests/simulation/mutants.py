#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants one error after another into the agreement and demands that the simulation finds it.

usage: mutants.py BUILD [--seeds N] [--only TEXT] [--from NUMBER]
BUILD is a configured build directory with qinglu_sim built; TEXT is part of a mutant's name.
"""
import pathlib
import shlex
import json
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# (what is planted, file below node/agreement, the text as it is, the text as it would be)
MUTANTS = [
    ("V1: a second Notarize in a view", "votes.cpp", "return !spent(view) && !row.notarized && (!row.proposed", "return !spent(view) && (!row.proposed"),
    ("V2: Finalize after Nullify", "votes.cpp", "!row.finalized && !row.nullified && row.notarized == block", "!row.finalized && row.notarized == block"),
    ("V3: Finalize without an own Notarize", "votes.cpp", "!row.nullified && row.notarized == block", "!row.nullified"),
    ("V4: Notarize before the body is durable", "engine.cpp", "  block->durable = true;  // V4: finish() writes the row before the vote leaves\n", ""),
    ("votes that are not synced", "engine.cpp", "    persist_.batch.put(ledger::Family::chain, chain_key::votes(set_.epoch, view), own_.at(view).encode());\n", "    (void)view;\n"),
    ("votes that a restart forgets", "engine.cpp", "  for (const auto& [view, row] : image.votes) own_.load(view, row);\n", ""),
    ("the tip is not written", "engine.cpp", '  batch.put(Family::chain, chain_key::meta("tip"), tip_.encode());\n', ""),
    ("the cosign row is not written", "engine.cpp", "  persist_.batch.put(ledger::Family::chain, chain_key::cosign(), cosigned_.encode());\n", ""),
    ("cosignature times follow the clock back", "engine.cpp", "std::max({now_s, seal_s, cosigned_.time_s})", "std::max({now_s, seal_s})"),
    ("f+1 votes make a certificate", "engine.cpp", "round(view).ballots.certificate(s, set_.quorum())", "round(view).ballots.certificate(s, set_.faults() + 1)"),
    ("Finalize is counted by hash, not by text", "ballots.cpp", "    const auto at = std::ranges::find(votes, statement, &Vote::statement);",
     "    const auto at = std::ranges::find_if(votes, [&](const Vote& v) { return v.statement.kind == statement.kind && v.statement.block_hash == statement.block_hash; });"),
    ("signatures of votes are not checked", "engine.cpp", "  if (!genuine(vote)) return;\n", ""),
    ("signatures of certificates are not checked", "engine.cpp", "verify_(set_.members[each.first].vote_key, message, each.second);", "(each.first < set_.n() && !message.empty());"),
    ("the first body that comes is the block's", "engine.cpp", "      blocks_.erase(executed.block_hash);\n", ""),
    ("a justification is taken under any seal", "engine.cpp", "  if (seal->justification_hash != ledger::justification_hash(justification)) return hash;\n", ""),
    ("no late Notarize (R5)", "engine.cpp", "  if (!certified) {\n    const bool here", "  {\n    const bool here"),
    ("nobody asks and nobody answers who is behind (R9)", "engine_help.cpp", "void Engine::on_status(std::size_t from, const Status& status) {\n", "void Engine::on_status(std::size_t from, const Status& status) {\n  return;\n"),
    ("nothing is sent again (R7)", "engine.cpp", "    case Timer::retry: return retry();", "    case Timer::retry: return;"),
    ("a view is left only by a timer (R7)", "engine.cpp", "    case Timer::advance:\n      cast_nullify();\n", "    case Timer::advance:\n"),
    ("a member that catches up stops at K", "engine.cpp", "block->seal.view <= finalized_ || unfinal_blocks", "unfinal_blocks"),
    ("a missing block is fetched once", "engine.cpp", "  fetched_.clear();\n", ""),
    ("who gave a view up for others' sake repeats its votes", "engine.cpp", "(called && !given_up)", "called"),
    ("a repeated vote goes unanswered", "engine.cpp", "  for (const Vote& own : *votes) send(own, from);\n", ""),
    ("empty blocks call for the next (R2)", "engine.cpp", "    if (!block->seal.empty) ++count;", "    ++count;"),
    ("a jump over views leaves the timers", "engine.cpp", "  for (Timer timer : {Timer::lead, Timer::advance, Timer::batch, Timer::flush, Timer::early}) disarm(timer);\n", ""),
    ("a dangling block is never flushed (R3)", "engine.cpp", "    if (flush_over_) return build(*parent, true);\n", ""),
    ("contradictions of liars go unnoticed", "ballots.cpp", "if (code == 0 ||", "if (code < 9 ||"),
    ("a Range is believed without its certificate", "engine_help.cpp", "      finalization->statement.view <= tip_.view || !verified(*finalization)) {", "      finalization->statement.view <= tip_.view) {"),
    ("no Range is ever answered to", "engine_help.cpp", "  if (ranging_ != from || ended_) return;", "  if (ranging_ != from || !ended_) return;"),
    ("records behind the end of an epoch", "engine.cpp", "waiting_ && !ends(*state) && unfinal", "waiting_ && unfinal"),
    ("the next epoch begins with the finalized block, not with the one that ends", "engine.cpp", "if (end.log_size == 0 && ends(after)) end = after;", "if (ends(after)) end = after;"),
    ("the switch of epochs is not durable", "engine.cpp", '  persist_.batch.put(Family::chain, chain_key::meta("tip"), next.encode());\n', ""),
    ("leaders of every epoch in the first one's order", "engine.cpp", "epoch_.epoch == 1 ? ledger_id_ : epoch_.genesis", "ledger_id_"),
    ("the bound of abstaining is max + 1", "engine_abstain.cpp", "kUnseen = 2;", "kUnseen = 1;"),
    ("the bound of abstaining is max", "engine_abstain.cpp", "kUnseen = 2;", "kUnseen = 0;"),
    ("an abstaining member cosigns", "engine.cpp", "if (!self_ || diverged_ || ended_ || abstain_) return;", "if (!self_ || diverged_ || ended_) return;"),
    ("abstaining is forgotten by a restart", "engine.cpp", "  if (self_) resume_abstaining(image);\n", "  if (self_ && !image.doubt.empty()) resume_abstaining(image);\n"),
    ("late votes below the bound", "engine_abstain.cpp", "  own_.spend_until(until);\n", ""),
    ("a certificate is never relayed", "engine.cpp", "      if (!has_shown(peer, s)) send(", "      if (false) send("),
    ("a certificate is relayed to everybody", "engine.cpp", "      if (!has_shown(peer, s)) send(", "      send("),
    ("another's vote, passed on, shows what one holds", "engine.cpp", "s.epoch == set_.epoch && vote->signer == from && s.view > 0", "s.epoch == set_.epoch && s.view > 0"),
    ("late votes are forgotten", "ballots.cpp", "  if (std::ranges::find(aside_, vote) == aside_.end()) aside_.push_back(vote);\n", ""),
    ("late votes prove something unverified", "engine.cpp", "    if (genuine(other)) take_vote(other);", "    take_vote(other);"),
    ("a late vote stands for the true one", "ballots.cpp", "each.signature != vote.signature : contra", "false : contra"),
    ("whoever passes a late vote on is believed", "engine.cpp", "counted->statement == s && from == vote.signer && ballots", "counted->statement == s && ballots"),
    ("late cosignatures are forgotten", "engine.cpp", "    late_cosigns_.insert_or_assign(message.signer, message);", "    "),
    ("a vote under one's own key goes unnoticed", "engine_abstain.cpp", "  outputs_.push_back(Impersonated{s, message});\n", ""),
]


def compiler(build):
    """The command that compiles engine.cpp in this build."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"].endswith("node/agreement/engine.cpp"):
            words = shlex.split(entry["command"])
            return [w for w in words if not w.endswith("ccache")], pathlib.Path(entry["directory"])
    sys.exit("the build does not compile node/agreement/engine.cpp")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
    seeds = options.get("--seeds", "3000")
    only = options.get("--only", "")
    first = int(options.get("--from", "1"))
    command, cwd = compiler(build)
    objects = sorted((build / "tests/CMakeFiles/qinglu_sim.dir/simulation").glob("*.o"))
    libraries = [build / "node/libqinglu_agreement.a", build / "ledger/libqinglu_ledger.a", build / "crypto/libqinglu_crypto.a"]
    hashes = sorted((build / "crypto/CMakeFiles/qinglu_hash_openssl.dir").glob("*.o"))
    missed = []
    with tempfile.TemporaryDirectory() as work:
        for number, (what, name, old, new) in enumerate(MUTANTS, 1):
            if only not in what or number < first:
                continue
            source = ROOT / "node/agreement" / name
            text = source.read_text()
            if text.count(old) != 1:
                sys.exit(f"mutant {number} ({what}) no longer fits {name}")
            mutated = pathlib.Path(work) / name
            mutated.write_text(text.replace(old, new))
            obj = pathlib.Path(work) / "mutant.o"
            words = [str(mutated) if w.endswith("node/agreement/engine.cpp") else w for w in command]
            words = words[:words.index("-o")] + ["-o", str(obj)] + words[words.index("-o") + 2:]
            words = ["-O1" if w == "-O3" else w for w in words if not w.startswith(("-MF", "-MT", "-MD")) and not w.endswith(".o.d")]
            words.append("-w")
            words = [w for i, w in enumerate(words) if not (w.endswith("engine.cpp.o") and words[i - 1] != "-o")]
            subprocess.run(words, cwd=cwd, check=True)
            program = pathlib.Path(work) / "sim"
            subprocess.run([words[0], "-o", str(program), *map(str, objects), str(obj), *map(str, libraries), *map(str, hashes),
                            "-lsodium", "-lcrypto", "-lpthread"], check=True)
            try:
                done = subprocess.run([str(program), "--seeds", seeds, "--stop-at-first"], capture_output=True, text=True, timeout=300)
                found = done.returncode != 0
                reason = next((line.strip() for line in done.stdout.splitlines() if line.startswith("  ")), "a broken invariant stopped it")
            except subprocess.TimeoutExpired:
                found, reason = True, "it no longer ends"
            print(f"{number:2}. {what}: {'found: ' + reason if found else 'NOT FOUND'}", flush=True)
            if not found:
                missed.append(what)
    print(f"{len(MUTANTS) - len(missed)} passed, {len(missed)} failed")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
