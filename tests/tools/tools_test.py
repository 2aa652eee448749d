#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evidence and nodes in the hands of tools that we did not write.

usage: tools_test.py --bin DIR --dir DIR readme|go|cose
readme   `evidence unpack` and the commands of its README.txt: sha256sum, openssl, Python
go       the same parts and a node's checkpoint and tiles, read with golang.org/x/mod/sumdb (tests/tools/*.go);
         needs Debian's golang-go and golang-golang-x-mod-dev, else exits with 77: not run
cose     a node's COSE receipt (RFC 9942), read by cose_check.py and by the library ruby-cose; needs Debian's
         python3-cbor2, python3-cryptography and ruby-cose, else 77

Good files must pass. Of these, with a byte turned, a hash, a signature or a policy changed, none may.
"""
import argparse
import base64
import collections
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import urllib.request

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "evidence"), str(TESTS / "cli"), str(TESTS / "tools")]
from both_verifiers import FROZEN, apply_failure, frozen_bases  # noqa: E402
from black_box import IPO, BlackBox, canonical  # noqa: E402

DEBIAN_PYTHON = "/usr/bin/python3"  # the interpreter that runs the tests may be another, without Debian's modules
GO_PACKAGES = pathlib.Path("/usr/share/gocode")  # of Debian
# What of the checks (docs/formats/evidence.md) lies in C2SP texts, so that their tools see it too. The others are ours.
C2SP_CHECKS = {"E21_CHECKPOINT_BODY", "E22_LOG_SIGNATURE", "E23_BAD_KNOWN_SIGNATURE", "E24_QUORUM_NOT_MET",
               "E31_SEAL_INCLUSION", "E40_RECORD_INCLUSION", "E46_BATCH_MANIFEST_INCLUSION", "E80_CONSISTENCY"}
PASSED_OVER = {"E23-refuted-2",    # the same signature twice: note.Open reads the first alone
               "E24-undecided-2"}  # a quorum that the head has and the note said to be the first with one has not


ANOTHER_LOG = json.loads((TESTS / "vectors/note/go_sumdb_note.json").read_text("utf-8"))[0]["vkey"]


class NotRun(Exception):
    pass


class Test:
    def __init__(self, asked):
        self.bin, self.dir = asked.bin.resolve(), asked.dir.resolve()
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("QINGLU_")} | {
            "XDG_CONFIG_HOME": str(self.dir / "config"), "QINGLU_LANG": "en"}

    def unpack(self, evidence, directory, *flags, trust=None, ends=0):
        run = subprocess.run([self.bin / "qinglu", "evidence", "unpack", evidence, "-d", directory, *flags,
                              *(["--trust", trust] if trust else [])], env=self.env, capture_output=True, text=True)
        assert run.returncode == ends, f"unpack of {evidence} ended with {run.returncode}, not {ends}: {run.stderr}"
        return run.stdout

    def unpacked(self, name, raw, trust):
        """A directory with the parts of an evidence file."""
        evidence, trusted, parts = (self.dir / f"{name}{end}" for end in (".qinglu.json", ".trust.json", ""))
        evidence.write_bytes(raw)
        trusted.write_bytes(trust)
        self.unpack(evidence, parts, trust=trusted)
        return parts

    def good(self):
        return {name: self.unpacked(name, *files) for name, files in frozen_bases().items()}


# ---- damage: each takes a directory of parts, changes one of them, and says which

def turned(raw, bit):
    return raw[:bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1:]


def turn(path, at):
    """A bit of byte `at` of a file; of its last one where `at` is -1."""
    raw = path.read_bytes()
    path.write_bytes(turned(raw, 8 * (at % len(raw))))
    return path.name


def turn_hash(path, line):
    """A bit of a hash that stands alone in a line."""
    lines = path.read_text("utf-8").split("\n")
    digest = bytearray(base64.b64decode(lines[line]))
    digest[13] ^= 4
    lines[line] = base64.b64encode(digest).decode()
    path.write_text("\n".join(lines), "utf-8")
    return f"{path.name} line {line}"


def turn_signature(path, number):
    lines = path.read_text("utf-8").split("\n")
    signed = [n for n, line in enumerate(lines) if line.startswith("— ")]
    dash, name, sig = lines[signed[number]].split(" ")
    raw = bytearray(base64.b64decode(sig))
    raw[-20] ^= 32
    lines[signed[number]] = f"{dash} {name} {base64.b64encode(raw).decode()}"
    path.write_text("\n".join(lines), "utf-8")
    return f"{path.name} signature {number}"


def rewrite(path, change):
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before, path
    path.write_text(after, "utf-8")
    return path.name


def change_row(directory, member, change):
    """A row of trie.json that is present, and under the head's seal."""
    trie = json.loads((directory / "trie.json").read_text("utf-8"))
    row = next(row for row in trie["state"] if "value" in row and "seal_ref" not in row and row["siblings"])
    row[member] = change(row[member])
    if row[member] is None:
        del row[member]
    (directory / "trie.json").write_text(json.dumps(trie), "utf-8")
    return f"trie.json {row['ns']} {member}"


def with_a_path(directory):
    """An add-checkpoint with at least one hash, if there is one."""
    return next((path for path in directory.glob("*.add-checkpoint") if path.read_text("utf-8").split("\n")[1]), None)


def signed_by_just_enough(directory):
    """Whether one cosignature less is too few; the log's line is one more. A quorum of one member has no group."""
    quorum = re.search(r"^group validators ([0-9]+) (.*)$", (directory / "policy.txt").read_text(), re.M) or ("", "1", "v0")
    return int(quorum[1]) == (directory / "checkpoint").read_text("utf-8").count("— ") - 1, int(quorum[1]) < len(quorum[2].split())


def proof_of(directory):
    return max(directory.glob("*.tlog-proof"), key=lambda path: (path.name.startswith("record"), path.name))


ENTRY_DAMAGE = {
    "a byte of an entry": lambda d: turn(proof_of(d).with_suffix(".json"), 40),
    "the last byte of an entry": lambda d: turn(proof_of(d).with_suffix(".json"), -1),
    "a hash of a path": lambda d: turn_hash(proof_of(d), 2),
    "one hash less": lambda d: rewrite(proof_of(d), lambda text: text.replace(text.split("\n")[2] + "\n", "", 1)),
    "another place": lambda d: rewrite(proof_of(d), lambda text: text.replace("\nindex ", "\nindex 1", 1)),
}
HEAD_DAMAGE = {
    "the root": lambda d: turn_hash(d / "checkpoint", 2),
    "the size": lambda d: rewrite(d / "checkpoint", lambda text: text.replace("\n", "\n1", 1)),
    "the origin": lambda d: turn(d / "checkpoint", 0),
    "the log's signature": lambda d: turn_signature(d / "checkpoint", 0),
    "a cosignature": lambda d: turn_signature(d / "checkpoint", -1),
}
POLICY_DAMAGE = {"another log": lambda d: rewrite(d / "policy.txt", lambda text: f"log {ANOTHER_LOG}\n" + re.sub("log .*\n", "", text))}
FEW_DAMAGE = {"a signature less": lambda d: rewrite(d / "checkpoint", lambda text: text.rstrip("\n").rpartition("\n")[0] + "\n")}
ALL_DAMAGE = {"a quorum of all": lambda d: rewrite(d / "policy.txt", lambda text: re.sub("validators [0-9]+", "validators all", text))}
STATE_DAMAGE = {
    "the value of a row": lambda d: change_row(d, "value", lambda value: base64.b64encode(turned(base64.b64decode(value), 99)).decode()),
    "a row said to be absent": lambda d: change_row(d, "value", lambda _: None),
    "another key": lambda d: change_row(d, "key", lambda _: "YQ=="),
    "a sibling": lambda d: change_row(d, "siblings", lambda found: [base64.b64encode(turned(base64.b64decode(found[0]), 7)).decode(), *found[1:]]),
    "a sibling less": lambda d: change_row(d, "siblings", lambda found: found[1:]),
    "the state root": lambda d: rewrite(d / "seal.json", lambda text: re.sub('("state_root":"[0-9a-f]{63}).', r"\1x", text)),
}
OLDER_DAMAGE = {
    "a hash of a consistency proof": lambda d: turn_hash(with_a_path(d), 1),
    "the root of an older head": lambda d: turn_hash(with_a_path(d).with_suffix(".checkpoint"), 2),
}


def damaged(directory, damage):
    """(what was changed, a copy of the directory with it) for each damage."""
    for what, change in damage.items():
        copy = directory.with_name(directory.name + ".damaged")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(directory, copy)
        yield f"{directory.name}: {what}: {change(copy)}", copy


# ---- readme

def commands(directory):
    """The parts of README.txt that run as they are: between lines of four dashes."""
    parts = (directory / "README.txt").read_text("utf-8").split("\n----\n")
    assert len(parts) == 9, "four commands"
    return parts[1::2]


def shell(directory, command):
    return subprocess.run(["sh", "-c", command], cwd=directory, capture_output=True, text=True)


Said = collections.namedtuple("Said", "unchanged signed included excluded proven unproven")


def readme_says(directory):
    """What the commands say: (files unchanged, keys whose signature holds, entries in, not in the log, rows proven, not)."""
    sums, signatures, inclusion, state = (shell(directory, command) for command in commands(directory))
    return Said(sums.returncode == 0, signatures.stdout.count("Signature Verified Successfully"),
                inclusion.stdout.count(" included\n"), inclusion.stdout.count(" NOT INCLUDED\n") + (inclusion.returncode != 0),
                state.stdout.count(" proven\n"), state.stdout.count(" NOT PROVEN\n") + (state.returncode != 0))


def readme(test):
    count = 0
    for name, directory in test.good().items():
        entries, signers = len(list(directory.glob("*.tlog-proof"))), (directory / "checkpoint").read_text("utf-8").count("— ")
        rows = len(json.loads((FROZEN / f"{name}.qinglu.json").read_bytes())["state"])
        said = readme_says(directory)
        assert said == (True, signers, entries, 0, rows, 0) and entries and signers > 1, f"{name}: README.txt's commands say {said}"
        assert {path.name for path in directory.iterdir()} == {"SHA256SUMS"} | {
            line.split("  ")[1] for line in (directory / "SHA256SUMS").read_text().splitlines()}, name
        check_bytes(directory, json.loads((FROZEN / f"{name}.qinglu.json").read_bytes()))
        count += 1
    base = test.dir / "record-under-older-head"
    good = readme_says(base)
    for damage, seen in ((ENTRY_DAMAGE, lambda said: said.excluded), (HEAD_DAMAGE, lambda said: said.signed < good.signed),
                         (STATE_DAMAGE, lambda said: said.unproven)):
        for what, copy in damaged(base, damage):
            said = readme_says(copy)
            assert seen(said) and not said.unchanged, f"{what}: README.txt's commands say {said}"
    refusals(test)
    print(f"README.txt: {count} good files, {len(ENTRY_DAMAGE | HEAD_DAMAGE | STATE_DAMAGE)} damaged ones")


def check_bytes(directory, document):
    """The parts are the file's own bytes."""
    def same(name, expected):
        expected = expected.encode() if isinstance(expected, str) else expected
        assert (directory / name).read_bytes() == expected, f"{directory.name}: {name}"

    same("checkpoint", document["checkpoint"])
    same("seal.json", base64.b64decode(document["seal"]["entry"]))
    for n, seal in enumerate(document["seals"]):
        same(f"seal-{n}.json", base64.b64decode(seal["entry"]))
    for stem, items in (("record", document["records"]), ("manifest", document["batches"])):
        for n, item in enumerate(items):
            same(f"{stem}-{n}.json", base64.b64decode(item["entry"]))
            same(f"{stem}-{n}.tlog-proof", item["tlog_proof"])
    for stem, items in (("consistency", document.get("consistency", [])), ("first-quorum", document["first_quorum"]),
                        ("step", document["policy_chain"])):
        for n, item in enumerate(items):
            same(f"{stem}-{n}.checkpoint", item["note"])
            assert (directory / f"{stem}-{n}.add-checkpoint").exists()
    for n, step in enumerate(document["policy_chain"]):
        same(f"step-{n}.validators.json", base64.b64decode(step["set"]))
        same(f"step-{n}.policy.txt", step["policy"])
        same("policy.txt", document["policy_chain"][-1]["policy"])
    for name, member in (("trie.json", "state"), ("disclosures.json", "disclosures")):
        if document.get(member):
            same(name, json.dumps({member: document[member]}, ensure_ascii=False, separators=(",", ":")))
        else:
            assert not (directory / name).exists()
    for n, listed in enumerate(document.get("history", [])):
        lines = (directory / f"history-{n}.txt").read_text("utf-8").splitlines()[3 + len(listed["prefix_range"]):]
        shown = {item["seq"]: f"record-{item['record_ref']}.json" for item in listed["records"]}
        for seq, (leaf, line) in enumerate(zip(listed["leaves"], lines, strict=True), listed["from_seq"]):
            raw = base64.b64decode(leaf)
            words = [str(seq), str(int.from_bytes(raw[:8], "big")), raw[8:40].hex(), str(raw[40])]
            assert line.split() == words + [shown[n] for n in [seq] if n in shown], f"{directory.name}: {line}"
    batches = [{"manifest": item["batch"]["ref"], "path": item["batch"]["path"], "record": n}
               for n, item in enumerate(document["records"]) if "batch" in item]
    if batches:
        assert json.loads((directory / "batch.json").read_bytes()) == {"members": batches}


def refusals(test):
    evidence, trust = test.dir / "record.qinglu.json", test.dir / "record.trust.json"
    test.unpack(evidence, test.dir / "record", trust=trust, ends=7)  # not empty
    test.unpack(evidence, test.dir / "record", "--force", trust=trust)
    broken = test.dir / "broken.qinglu.json"
    broken.write_bytes(evidence.read_bytes() + b" ")
    test.unpack(broken, test.dir / "broken", trust=trust, ends=1)
    assert not (test.dir / "broken").exists(), "something of a file that does not decode was written"
    other = json.loads(trust.read_bytes())
    other["ledger_id"] = "sha256:" + "0" * 64
    other.pop("validators", None)
    (test.dir / "other.trust.json").write_text(json.dumps(other, ensure_ascii=False, separators=(",", ":"), sort_keys=True), "utf-8")
    test.unpack(evidence, test.dir / "other", trust=test.dir / "other.trust.json", ends=2)
    assert "no policy.txt" in test.unpack(evidence, test.dir / "alone")
    assert not (test.dir / "alone/policy.txt").exists()


# ---- go

def build_go(test):
    go = shutil.which("go", path="/usr/bin:" + os.environ.get("PATH", ""))
    if go is None or not (GO_PACKAGES / "src/golang.org/x/mod/sumdb/tlog").exists():
        raise NotRun("no Go with golang.org/x/mod: apt-get install golang-go golang-golang-x-mod-dev")
    program = test.dir / "tools"
    subprocess.run([go, "build", "-o", program, "."], cwd=TESTS / "tools", check=True, env=os.environ | {
        "GO111MODULE": "off", "GOPATH": str(GO_PACKAGES), "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOCACHE": str(test.dir / "go-cache")})
    return program


def go_says(program, *arguments):
    run = subprocess.run([program, *arguments], capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    return run.returncode == 0, run.stdout + run.stderr


def go(test):
    program = build_go(test)
    good = test.good()
    refused = 0
    for name, directory in good.items():
        held, said = go_says(program, "unpacked", directory)
        assert held and said.count(": entry ") == len(list(directory.glob("*.tlog-proof"))), f"{name}: {said}"
        damage = ENTRY_DAMAGE | HEAD_DAMAGE | POLICY_DAMAGE | (OLDER_DAMAGE if with_a_path(directory) else {})
        just_enough, some_did_not = signed_by_just_enough(directory)
        if just_enough:
            damage |= FEW_DAMAGE
        if just_enough and some_did_not:
            damage |= ALL_DAMAGE
        for what, copy in damaged(directory, damage):
            held, said = go_says(program, "unpacked", copy)
            assert not held, f"{what}: {said}"
            refused += 1
    seen, bases = 0, frozen_bases()
    for failure in json.loads((FROZEN / "failures.json").read_text("utf-8")):
        if failure["name"] in PASSED_OVER or failure["check"] not in C2SP_CHECKS and failure["verdict"] != "verified":
            continue
        held, said = go_says(program, "unpacked", test.unpacked(failure["name"], *apply_failure(failure, bases)))
        assert held == (failure["verdict"] == "verified"), f"{failure['name']}, {failure['verdict']} by {failure['check']}: {said}"
        seen += 1
    print(f"Go: {len(good)} good files, {refused} damaged ones, {seen} of the frozen failures")
    with serving(test) as node:
        go_reads(test, program, node)


def go_reads(test, program, node):
    """A log of more than two full tiles, from its checkpoint and tiles alone."""
    url, policy = node.address + "/v1", test.dir / "node.policy.txt"
    policy.write_text(node.get("/v1/policy"))
    evidence, parts = test.dir / "served.qinglu.json", test.dir / "served"
    node.must("qinglu", "evidence", "export", node.record, "-o", evidence)
    test.unpack(evidence, parts, trust=node.dir / "trust.json")
    held, said = go_says(program, "unpacked", parts)
    assert held, said
    assert (parts / "policy.txt").read_text() == policy.read_text()
    held, said = go_says(program, "node", url, policy, parts / "record-0.json")
    size = json.loads(node.must("qinglu", "status", "--json"))["log_size"]
    assert held and size > 512 and f"{size} entries lead to the root" in said, said
    print("Go: " + said.strip().replace("\n", "; "))
    never = test.dir / "never.json"
    never.write_bytes((parts / "record-0.json").read_bytes() + b"\n")
    held, said = go_says(program, "node", url, policy, never)
    assert not held and "never.json is not in the log" in said, said
    # The same log through a proxy that lies in one byte of one answer.
    for what in ("/v1/checkpoint", "/v1/tile/0/000", "/v1/tile/0/001", "/v1/tile/1/000.p/", "/v1/tile/entries/001"):
        with lying(node.address, what) as url:
            held, said = go_says(program, "node", url + "/v1", policy)
            assert not held, f"{what}: {said}"


# ---- cose

def cose(test):
    try:
        import cose_check
    except ImportError as missing:
        if sys.executable != DEBIAN_PYTHON and os.path.exists(DEBIAN_PYTHON):
            os.execv(DEBIAN_PYTHON, [DEBIAN_PYTHON, *sys.argv])
        raise NotRun("no Python with cbor2: apt-get install python3-cbor2 python3-cryptography") from missing
    if shutil.which("ruby") is None or subprocess.run(["ruby", "-e", "require 'cose'"], capture_output=True).returncode != 0:
        raise NotRun("no Ruby with cose: apt-get install ruby-cose")

    with serving(test, rights=3) as node:
        file = test.dir / "receipt.cose"
        node.must("qinglu", "evidence", "receipt", node.record, "-o", file)
        entry, validators, checkpoint = map(node.get, (f"/v1/records/{node.record}/entry", "/v1/validators", "/v1/checkpoint"))
        with urllib.request.urlopen(f"{node.address}/v1/records/{node.record}/receipt.cose") as answer:
            assert answer.headers["Content-Type"] == "application/cose" and answer.read() == file.read_bytes()
    receipt, entry, validators = file.read_bytes(), entry.encode(), json.loads(validators)
    held = cose_check.check(receipt, entry, validators, checkpoint)

    def library_accepts(raw, root):
        file.write_bytes(raw)
        run = subprocess.run(["ruby", TESTS / "tools/cose_check.rb", file, held.kid.hex(), held.key.hex(), root.hex()],
                             capture_output=True, text=True)
        assert run.returncode == 0 or run.returncode == 1 and run.stderr.startswith("refused"), run.stderr
        return run.returncode == 0

    assert library_accepts(receipt, held.root)
    assert not library_accepts(receipt, turned(held.root, 9))
    protected, signature = receipt.index(held.kid), len(receipt) - 64
    for at in (protected, signature, len(receipt) - 1):
        assert not library_accepts(turned(receipt, 8 * at), held.root), at
    print(f"COSE: {held.member} signed entry {held.index} of {held.size}; ruby-cose agrees")

    def refuses(what, *changed):
        try:
            said = cose_check.check(*changed)
        except cose_check.Refused:
            return
        raise AssertionError(f"{what}: {said}")

    for at in range(8 * len(receipt)):
        refuses(f"bit {at} of the receipt", turned(receipt, at), entry, validators, checkpoint)
    for at in range(8 * len(entry)):
        refuses(f"bit {at} of the entry", receipt, turned(entry, at), validators, checkpoint)
    refuses("a byte more", receipt + b"\0", entry, validators, checkpoint)
    refuses("another tree", receipt, entry, validators, checkpoint.replace("\n", "\n1", 1))
    validators["set"]["members"][0]["intake_key"] = validators["set"]["members"][0]["log_key"]
    refuses("another key", receipt, entry, validators, checkpoint)


@contextlib.contextmanager
def lying(address, prefix):
    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with urllib.request.urlopen(address + self.path) as answer:
                body = bytearray(answer.read())
            if self.path.startswith(prefix):
                body[40] ^= 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Served(BlackBox):
    """One node with some hundred records."""

    def get(self, path):
        with urllib.request.urlopen(self.address + path) as answer:
            return answer.read().decode()

    def fill(self, rights):
        self.tables()
        self.record = json.loads(self.must("qinglu", *self.party(), "--key", IPO, "--json", passphrase=True))["id"]
        rows = self.dir / "rows.jsonl"
        rows.write_text("".join(canonical({
            "guid": "x", "publicationReferenceDocumentNumber": str(7_000_000 + n), "kindCode": ["B1"], "type": "USPAT",
            "datePublished": "2008-01-01T00:00:00Z", "inventionTitle": "x", "assigneeName": ["Example Inc."]}) + "\n" for n in range(rights)))
        self.must("qinglu", "patent", "import", rows, "--journal", self.dir / "journal", "--key", IPO, passphrase=True)


@contextlib.contextmanager
def serving(test, rights=700):
    node = Served(argparse.Namespace(bin=test.bin, dir=test.dir / "node", exit=True, json=True, lang="en", port=0))
    try:
        node.bring_up()
        node.fill(rights)
        yield node
    finally:
        node.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--dir", type=pathlib.Path, required=True)
    suites = {"readme": readme, "go": go, "cose": cose}
    arguments.add_argument("suite", choices=suites)
    asked = arguments.parse_args()
    try:
        suites[asked.suite](Test(asked))
    except NotRun as reason:
        print(f"NOT RUN: {reason}", file=sys.stderr)
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
