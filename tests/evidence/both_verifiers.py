#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the two verifiers of evidence files against each other: qinglu-verify (C++) and verify.py (from the pages).

usage: both_verifiers.py --bin DIR --dir DIR [--seed N] [--damaged N] [--keep] [--write]
--bin      where qinglu-verify and test_evidence are; --dir: a folder for what is made on the way
--seed     of damage and signers, drawn and printed if not given; --damaged: how many damaged files (default 1500)
--keep     takes what the C++ tests dumped at the last run, without running them again
--write    adds to tests/vectors/evidence what BASES, FORGED, the checks and single_rules.py have now and it has not yet;
           changes nothing there

1. every verdict that the C++ tests asked for: same verdict, same exit code, same failing checks;
2. good files with a bit turned, a member taken, changed, added: the same;
3. the frozen files of tests/vectors/evidence: both say what is written there, and README.md has their digests;
4. evidence of ledgers that never were (forge.py): both say what stands beside each case,
   and the same of records whose signers and rows are drawn;
5. Ed25519 where implementations differ (CCTV): verify.py accepts what suite 1 accepts;
6. files of 64 MiB and one byte more: the same of both, qinglu-verify within 1 GiB of memory.
"""
import argparse
import base64
import collections
import copy
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import forge
import single_rules
import verify

TESTS = pathlib.Path(__file__).resolve().parents[1]
FROZEN = TESTS / "vectors/evidence"

# Where the C++ verifier refuses by the form of a record type, which verify.py does not know: the detail of its check
# begins so, and what verify.py then says is not asked.
TYPE_FORM = ("E45_BATCH_FORM", "SCHEMA_INVALID /data")


# (qinglu-verify, verify.py): same verdict, another name, and why that is left so.
OTHER_NAME = {
    ("E20_NOTE_SYNTAX", "E21_CHECKPOINT_BODY"): "with a policy_chain qinglu-verify reads the head's body early, as a note",
    ("E20_NOTE_SYNTAX", "E23_BAD_KNOWN_SIGNATURE"): "the same, of a key that signed the head twice",
}


def canonical(value):
    """Canonical JSON of anything that JSON can say; unlike verify.canonical it sorts."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def outcome(checks, verdict, exit_code):
    return verdict, exit_code, tuple(check["code"] for check in checks if not check["ok"])


def in_python(raw, trust, **more):
    report = verify.Verifier(raw, trust, **more)
    return outcome(report.checks, report.verdict, verify.EXITS[report.verdict])


def in_cpp(program, files, trust):
    """What qinglu-verify says of each file: (outcome, whether only the form of a type failed)."""
    run = subprocess.run([program, "--json", "--lang", "en", "--trust", trust, *files], capture_output=True, text=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(lines) == len(files), run.stderr
    return [(outcome(line["checks"], line["verdict"], line["exit_code"]), type_form(line["checks"])) for line in lines]


def type_form(checks):
    return any(not check["ok"] and check["code"] == TYPE_FORM[0] and TYPE_FORM[1] in check.get("detail", "")
               for check in checks)


class Tally:
    def __init__(self):
        self.asked, self.differences, self.by_type_form, self.reached = 0, [], [], collections.Counter()

    def compare(self, name, python, cpp, only_type_form=False):
        self.asked += 1
        self.reached[cpp[2][-1] if cpp[2] else "verified"] += 1
        if only_type_form:
            self.by_type_form.append(name)
        elif python != cpp and not (python[:2] == cpp[:2] and (cpp[2][-1:] + python[2][-1:]) in OTHER_NAME):
            self.differences.append(f"{name}: qinglu-verify {cpp}, verify.py {python}")

    def tell(self, title):
        print(f"{title}: {self.asked} files, {len(self.differences)} differences, "
              f"{len(self.by_type_form)} refused by the form of a type alone {self.by_type_form or ''}")
        for difference in self.differences[:20]:
            print("  " + difference)
        return not self.differences


# ---- 1: the verdicts of the C++ tests

def dump(binary, directory, again):
    """Runs the C++ tests; returns [(evidence, trust, verdict)] of all that they asked, as bytes, bytes and JSON."""
    if again:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        run = subprocess.run([binary, "[evidence]"], env=dict(os.environ, QINGLU_VECTORS=str(directory)), capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{binary} failed:\n{run.stdout}{run.stderr}")
    found = []
    for path in sorted(directory.glob("*.verdict.json"), key=lambda p: int(p.name.split(".")[0])):
        stem = str(path).removesuffix(".verdict.json")
        found.append((pathlib.Path(stem + ".qinglu.json").read_bytes(), pathlib.Path(stem + ".trust.json").read_bytes(),
                      json.loads(path.read_text("utf-8"))))
    assert len(found) > 100, "the tests left no vectors"
    return found


def compare_dumped(vectors):
    tally = Tally()
    for number, (raw, trust, said) in enumerate(vectors, 1):
        cpp = outcome(said["checks"], said["verdict"], said["exit_code"])
        tally.compare(str(number), in_python(raw, trust), cpp, type_form(said["checks"]))
    return tally


# ---- 2: damage

def places(value, at=()):
    """Every place in a document, as a path."""
    if at:
        yield at
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*at, key))


ODD = [True, False, 0, 1, 7, -1, "", [], {}, "x", [0], [{}], None, 2**53, "sha256:" + "0" * 64, "org:1"]
NAMES = ["attachments", "erased", "receipts", "timestamps", "sm3", "zz", "value", "seal_ref", "batch", "from_seq", "subject",
         "state_key", "all_disclosed", "from_seal_ref", "record_ref", "history", "consistency", "disclosures"]


def damaged_text(text, chance):
    try:
        raw = bytearray(base64.b64decode(text, validate=True))
    except ValueError:
        raw = bytearray()
    if raw and chance.random() < 0.6:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        return base64.b64encode(raw[:chance.choice([len(raw)] * 3 + [len(raw) - 1])]).decode()
    i = chance.randrange(len(text) + 1)
    return text[:i] + chance.choice("aA0+/= \n\u202e\u00e9-:x") + text[i + chance.randrange(2):]


def damaged(raw, chance):
    """A damaged file, and how. Rare members are as likely as those of which there are many."""
    if chance.random() < 0.2:
        at, bit = chance.randrange(len(raw)), chance.randrange(8)
        return raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1:], f"bit {bit} of byte {at}"
    document = json.loads(raw)
    shapes = collections.defaultdict(list)
    for at in places(document):
        shapes[tuple("*" if isinstance(key, int) else key for key in at)].append(at)
    at = chance.choice(shapes[chance.choice(sorted(shapes))])
    parent, key = document, at[-1]
    for step in at[:-1]:
        parent = parent[step]
    value, act = parent[key], chance.randrange(7)
    if act == 0:
        del parent[key]
    elif act == 1:
        parent[key] = copy.deepcopy(chance.choice(ODD))
    elif act == 2 and isinstance(parent, dict):
        parent[chance.choice(NAMES)] = copy.deepcopy(chance.choice(ODD))
    elif act == 2:
        parent.insert(key, copy.deepcopy(value))
    elif isinstance(value, bool):
        parent[key] = not value
    elif isinstance(value, int):
        parent[key] = value + chance.choice([-2, -1, 1, 2, 3, 10])
    elif isinstance(value, str):
        parent[key] = damaged_text(value, chance)
    elif isinstance(value, list) and value:
        chance.choice([value.pop, lambda: value.pop(0), value.reverse, lambda: chance.shuffle(value)])()
    elif isinstance(value, dict) and value:
        del value[chance.choice(sorted(value))]
    return canonical(document), f"{'/'.join(map(str, at))}, act {act}"


def compare_damaged(program, good, seed, count, directory):
    """Both verifiers on damaged files; `good`: [(evidence, trust)]."""
    chance, tally = random.Random(seed), Tally()
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    made = collections.defaultdict(list)
    for number in range(count):
        base = chance.randrange(len(good))
        raw, how = damaged(good[base][0], chance)
        path = directory / f"{number}.qinglu.json"
        path.write_bytes(raw)
        made[base].append((path, raw, how))
    for base, files in made.items():
        trust = directory / f"{base}.trust.json"
        trust.write_bytes(good[base][1])
        for (path, raw, how), (cpp, only_form) in zip(files, in_cpp(program, [path for path, _, _ in files], trust)):
            tally.compare(f"{path} ({how})", in_python(raw, good[base][1], stamps_signed=False), cpp, only_form)
    return tally


# ---- 3: frozen files

def patched(document, patch):
    """RFC 6902, of which replace, remove and add are used."""
    document = copy.deepcopy(document)
    for step in patch:
        keys = [key.replace("~1", "/").replace("~0", "~") for key in step["path"].split("/")[1:]]
        if not keys:
            document = copy.deepcopy(step["value"])
            continue
        parent = document
        for key in keys[:-1]:
            parent = parent[int(key) if isinstance(parent, list) else key]
        key = keys[-1] if isinstance(parent, dict) else len(parent) if keys[-1] == "-" else int(keys[-1])
        if step["op"] == "remove":
            del parent[key]
        elif step["op"] == "add" and isinstance(parent, list):
            parent.insert(key, copy.deepcopy(step["value"]))
        else:
            parent[key] = copy.deepcopy(step["value"])
    return document


def difference(old, new, at=""):
    """The RFC 6902 patch that makes `new` of `old`."""
    if type(old) is type(new) and isinstance(old, dict):
        escaped = lambda key: key.replace("~", "~0").replace("/", "~1")
        patch = [{"op": "remove", "path": f"{at}/{escaped(key)}"} for key in old if key not in new]
        for key in new:
            place = f"{at}/{escaped(key)}"
            patch += (difference(old[key], new[key], place) if key in old
                      else [{"op": "add", "path": place, "value": new[key]}])
        return patch
    if type(old) is type(new) and isinstance(old, list):
        patch = []
        for i, (a, b) in enumerate(zip(old, new)):
            patch += difference(a, b, f"{at}/{i}")
        patch += [{"op": "remove", "path": f"{at}/{i}"} for i in reversed(range(len(new), len(old)))]
        return patch + [{"op": "add", "path": f"{at}/-", "value": item} for item in new[len(old):]]
    same = type(old) is type(new) and old == new
    return [] if same else [{"op": "replace", "path": at, "value": new}]


def apply_failure(failure, bases):
    """The bytes of the evidence file and the trust file of an entry of failures.json."""
    raw, trust = bases[failure["base"]]
    files = []
    for document, part in ((raw, "patch"), (trust, "trust_patch")):
        files.append(canonical(patched(json.loads(document), failure[part])) if part in failure else document)
    for insert in failure.get("bytes", []):
        files[0] = files[0][:insert["at"]] + bytes.fromhex(insert["hex"]) + files[0][insert["at"]:]
    return files


def frozen_bases():
    return {path.name.removesuffix(".qinglu.json"):
            (path.read_bytes(), pathlib.Path(str(path).replace(".qinglu.json", ".trust.json")).read_bytes())
            for path in sorted(FROZEN.glob("*.qinglu.json"))}


def frozen_failures():
    return [failure for path in sorted(FROZEN.glob("failures*.json")) for failure in json.loads(path.read_text("utf-8"))]


def compare_frozen(program, directory):
    """What both say of the frozen files against what is written there."""
    bases, failures, problems = frozen_bases(), frozen_failures(), []
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    cases = [(name, *files, ("verified", 0, ())) for name, files in bases.items()]
    for failure in failures:
        cases.append((failure["name"], *apply_failure(failure, bases),
                      (failure["verdict"], failure["exit"], (failure["check"],) if "check" in failure else ())))
    for name, raw, trust, expected in cases:
        paths = directory / f"{name}.qinglu.json", directory / f"{name}.trust.json"
        for path, content in zip(paths, (raw, trust)):
            path.write_bytes(content)
        cpp, only_form = in_cpp(program, paths[:1], paths[1])[0]
        python = in_python(raw, trust)
        problems += [f"{name}: qinglu-verify says {cpp}, frozen is {expected}"] * (cpp != expected)
        problems += [f"{name}: verify.py says {python}, frozen is {expected}"] * (python != expected and not only_form)
    readme = (FROZEN / "README.md").read_text("utf-8")
    for path in sorted(FROZEN.glob("*.json")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        problems += [f"README.md has another digest of {path.name}"] * (f"| `{path.name}` | `{digest}` |" not in readme)
    print(f"frozen: {len(bases)} good files, {len(failures)} failures, {len(problems)} problems")
    for problem in problems:
        print("  " + problem)
    return not problems and len(bases) >= 12


# ---- 4: forged ledgers

def compare_forged(program, directory):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    problems, asked = [], 0
    for name, raw, trust, check in forge.cases():
        paths = directory / f"{asked}.qinglu.json", directory / f"{asked}.trust.json"
        for path, content in zip(paths, (raw, trust)):
            path.write_bytes(content)
        asked += 1
        code, verdict = check if isinstance(check, tuple) else (check, None if check else "verified")
        for who, said in (("qinglu-verify", in_cpp(program, paths[:1], paths[1])[0][0]), ("verify.py", in_python(raw, trust))):
            fits = said[2] == ((code,) if code else ()) and (said[0] == verdict if verdict else said[0] != "verified")
            problems += [f"{name} ({paths[0]}): {who} says {said}, not {check or 'verified'}"] * (not fits)
    print(f"forged: {asked} cases, {len(problems)} problems")
    for problem in problems:
        print("  " + problem)
    return not problems and asked > 100


def compare_signers(program, seed, count, directory):
    """Records whose signers, roles, mandates and rows are drawn: one ledger's trust file for all of them."""
    chance, tally, files, trust = random.Random(seed), Tally(), [], None
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for number in range(count):
        raw, trust = forge.random_record(chance)
        files.append((directory / f"{number}.qinglu.json", raw))
        files[-1][0].write_bytes(raw)
    (directory / "trust.json").write_bytes(trust)
    answers = in_cpp(program, [path for path, _ in files], directory / "trust.json")
    for (path, raw), (cpp, only_form) in zip(files, answers):
        tally.compare(str(path), in_python(raw, trust), cpp, only_form)
    return tally


# ---- 5: Ed25519

def compare_ed25519():
    """The 914 edge cases of CCTV: suite 1 accepts those that libsodium's strict check accepts."""
    cases = json.loads((TESTS / "vectors/cctv/ed25519vectors.json").read_text("utf-8"))
    accepted = set(json.loads((TESTS / "vectors/cctv/libsodium_1_0_18_accepted.json").read_text("utf-8"))["accepted_numbers"])
    wrong = [case["number"] for case in cases if (case["number"] in accepted) != verify.signed_by(
        bytes.fromhex(case["key"]), bytes.fromhex(case["sig"]), case["msg"].encode())]
    print(f"Ed25519: {len(cases)} edge cases, {len(accepted)} to accept, wrong: {wrong}")
    return not wrong


# ---- 6: the longest files

def compare_longest(program, directory):
    """A file of 64 MiB is read, one byte more is not; lists as long as a file can hold them come to an end."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    raw, trust = next((raw, trust) for name, raw, trust, _ in forge.cases() if name == "a party for itself")
    (directory / "trust.json").write_bytes(trust)
    file, problems, limit = json.loads(raw), 0, 64 << 20

    def filled(extra):
        issuer = {"name": "", "software": "s", "time": "t", "suite": 1, "key": "ab" * 32, "sig": base64.b64encode(bytes(64)).decode()}
        size = len(canonical(file | {"issuer": issuer}))
        return canonical(file | {"issuer": issuer | {"name": "x" * (limit + extra - size)}})

    def repeated(name, item):
        return canonical(file | {name: [item] * min(1_000_000, (limit - len(raw)) // (len(canonical(item)) + 1) - 1)})
    record = file["records"][0] | {"role": "context"}
    for name, content, expected in (
            ("64 MiB", filled(0), ("verified", "E93_ISSUER_SIGNATURE")), ("64 MiB and a byte", filled(1), ("refuted", "E01_FILE_MALFORMED")),
            ("one row for ever", repeated("state", file["state"][0]), ("verified", None)),
            ("one note for ever", repeated("first_quorum", {"note": file["checkpoint"], "path": []}), ("verified", None)),
            ("ten thousand notes", canonical(file | {"first_quorum": [
                {"note": f"{file['checkpoint']}\u2014 x{i}.example {base64.b64encode(bytes(68)).decode()}\n", "path": []} for i in range(10_000)]}),
             ("verified", None)),
            ("one erased field for ever", repeated("erased", {"record_ref": 0, "name": "x", "notice_ref": 0}), ("refuted", "E71_ERASED_FIELD")),
            ("one more record for ever", canonical(file | {"records": file["records"] + [record] * 4000}), ("verified", None))):
        path = directory / "long.qinglu.json"
        path.write_bytes(content)
        command = ["sh", "-c", 'ulimit -v 1048576 && exec "$@"', "sh", program, "--json", "--trust", directory / "trust.json", path]
        done = subprocess.run(command, capture_output=True, check=False)
        line = json.loads(done.stdout or b"{}")
        said = line.get("verdict"), next((check["code"] for check in line.get("checks", []) if not check["ok"]), None)
        if said != expected:
            problems += 1
            print(f"  {name}, {len(content)} bytes: qinglu-verify says {said}, exit {done.returncode}, not {expected}: {done.stderr[-200:]}")
        if "MiB" in name:
            python = in_python(content, trust)
            problems += (python[0], *python[2]) != expected
        path.unlink()
    print(f"longest: 7 files, {problems} problems")
    return not problems


# ---- --write

BASES = {  # name: what a dumped file must be to be frozen under it; the first that is
    "record": lambda f: f.type == "record" and f.ns == "KR" and f.plain,
    "record-by-agent": lambda f: f.type == "record" and f.ns == "KM" and f.plain,
    "record-under-older-head": lambda f: f.type == "record" and f.older and not f.floor and not f.chain,
    "record-on-floor": lambda f: f.type == "record" and f.older and f.floor,
    "batch-member": lambda f: f.type == "record" and f.members and not f.chain,
    "policy-chain": lambda f: f.type == "record" and f.chain == 1,
    "absence-of-records": lambda f: f.type == "absence" and f.kind == 1 and not f.since and f.now,
    "absence-of-unknown-patent": lambda f: f.type == "absence" and f.kind == 2,
    "absence-since": lambda f: f.type == "absence" and f.since,
    "absence-at-earlier-height": lambda f: f.type == "absence" and f.kind and not f.now,
    "absence-of-row": lambda f: f.type == "absence" and not f.kind,
    "state-value": lambda f: f.type == "state-value" and f.now,
    "state-at-earlier-height": lambda f: f.type == "state-value" and not f.now,
    "history": lambda f: f.type == "history" and f.from_seq is None and f.disclosed and f.now and f.categories == [0],
    "history-of-two-categories": lambda f: f.type == "history" and len(f.categories) == 2,
    "history-withheld": lambda f: f.type == "history" and not f.disclosed,
    "history-from-a-number": lambda f: f.type == "history" and f.from_seq is not None,
    "history-at-earlier-height": lambda f: f.type == "history" and not f.now,
    "consistency": lambda f: f.type == "consistency",
}
FORGED = {  # name: a case of forge.py
    "disclosure": "a confidential field", "disclosure-of-a-commitment": "a committed field of data",
    "council": "a council that came by a record", "key-rotation": "a key, changed",
    "policy-chain-of-two": "two changes of the set", "absence-by-an-agency": "nothing by an agency",
    "absence-under-two-names": "nothing under both names", "history-of-a-sealed-correction": "flags 3 told as 3",
    "time-stamp": "a time-stamp with a fraction of a second", "attachment": "a file named '合同 (1).pdf'",
    "exhibit": "a file beside, with its SM3 of a deposit", "erased-field": "an erased field, and another shown",
    "erased-private-slot": "an erased private slot",
}
# What no test of the C++ side asks for, by hand: name, base, what is wrong.
BY_HAND = [
    ("byte-order-mark", "record", {"bytes": [{"at": 0, "hex": "efbbbf"}]}),
    ("white-space", "record", {"bytes": [{"at": 1, "hex": "20"}]}),
    ("another-format", "record", {"patch": [{"op": "replace", "path": "/format", "value": "qinglu-evidence/2"}]}),
    ("a-claim-of-the-future", "record", {"patch": [{"op": "replace", "path": "/claim/type", "value": "ownership"}]}),
    ("a-reserved-member", "record", {"patch": [{"op": "add", "path": "/receipts", "value": []}]}),
    ("a-member-too-many", "record", {"patch": [{"op": "add", "path": "/colour", "value": "green"}]}),
    ("a-member-too-few", "record", {"patch": [{"op": "remove", "path": "/batches"}]}),
    ("base64-with-spare-bits", "state-value", {"patch": [{"op": "replace", "path": "/state/0/mask", "value": "4B=="}]}),
    ("reference-to-nowhere", "record", {"patch": [{"op": "replace", "path": "/claim/record_ref", "value": 1}]}),
]


class Features:
    def __init__(self, raw, trust):
        file, trust = json.loads(raw), json.loads(trust)
        claim, subject = file["claim"], file["claim"].get("subject", {})
        self.type, self.kind, self.categories = claim["type"], subject.get("kind"), subject.get("categories", [])
        self.now = claim["as_of_size"] == file["seal"]["index"] + 1
        self.since, self.from_seq = "from_seal_ref" in claim, claim.get("from_seq")
        self.disclosed = "all_disclosed" in claim
        self.ns = "".join(row["ns"] for row in file["state"])
        self.members = any("batch" in record for record in file["records"])
        self.chain, self.older, self.floor = len(file["policy_chain"]), "consistency" in file, "floor" in trust
        self.plain = not (self.members or self.chain or self.older or self.floor)


def write(vectors):
    """Each addition of failures has a file of its own, so that no byte of an older one changes."""
    old_failures, bases = frozen_failures(), frozen_bases()
    known = {(failure.get("check"), failure["verdict"]) for failure in old_failures}
    good = [(raw, trust) for raw, trust, said in vectors if said["exit_code"] == 0 and all(c["ok"] for c in said["checks"])]
    forged = {name: (raw, trust) for name, raw, trust, _ in forge.cases()}
    for name, fits in BASES.items():
        if name not in bases:
            bases[name] = next((raw, trust) for raw, trust in good if fits(Features(raw, trust)))
    bases = {name: forged[case] for name, case in FORGED.items()} | single_rules.bases() | bases
    for name, raw, trust, check in forge.cases():
        if check:
            report = verify.Verifier(raw, trust)
            vectors.append((raw, trust, {"checks": [dict(check, why=name) for check in report.checks],
                                         "verdict": report.verdict, "exit_code": verify.EXITS[report.verdict]}))
    for name, files in bases.items():
        for kind, content in zip(("qinglu", "trust"), files):
            path = FROZEN / f"{name}.{kind}.json"
            if not path.exists():
                path.write_bytes(content)
    candidates = collections.defaultdict(list)
    for raw, trust, said in vectors:
        failed = [check for check in said["checks"] if not check["ok"]]
        if len(failed) != 1 or (failed[0]["code"], said["verdict"]) in known:
            continue
        try:
            document, trusted = json.loads(raw), json.loads(trust or b"{}")
        except ValueError:
            continue
        if in_python(raw, trust, stamps_signed=False)[0] != said["verdict"]:
            continue  # what qinglu-verify cannot say
        tries = []
        for name, (base, base_trust) in bases.items():
            parts = {"patch": difference(json.loads(base), document),
                     "trust_patch": difference(json.loads(base_trust), trusted)}
            parts = {part: patch for part, patch in parts.items() if patch}
            tries.append((len(canonical(parts)), name, parts))
        size, name, parts = min(tries, key=lambda t: t[:2])
        entry = {"name": "", "base": name, **parts, "verdict": said["verdict"], "check": failed[0]["code"],
                 "exit": said["exit_code"], "why": failed[0].get("why") or failed[0].get("detail", "")}
        candidates[failed[0]["code"], said["verdict"]].append((size, entry))
    failures = []
    for name, base, wrong in BY_HAND:
        if name not in {failure["name"] for failure in old_failures}:
            entry = {"name": name, "base": base, **wrong}
            verdict, code, checks = in_python(*apply_failure(entry, bases))
            failures.append({**entry, "verdict": verdict, "check": checks[0], "exit": code, "why": name.replace("-", " ")})
    for (check, verdict), found in candidates.items():
        found.sort(key=lambda pair: pair[0])
        for number, (_, entry) in enumerate(found[:4], 1):  # the smallest say it best
            failures.append({**entry, "name": f"{check[:3]}-{verdict}-{number}"})
    told = {failure["why"] for failure in old_failures}
    rules = [case for case in single_rules.cases(bases) if case[0] not in told]
    for number, (why, base, parts, check) in enumerate(rules, 1):
        entry = {"name": f"{check[:3] if check else 'holds'}-rule-{number}", "base": base, **parts}
        verdict, code, checks = in_python(*apply_failure(entry, bases))
        assert checks == ((check,) if check else ()), f"{why}: {verdict} {checks}, not {check}"
        failures.append({**entry, "verdict": verdict, **({"check": check} if check else {}), "exit": code, "why": why})
    failures.sort(key=lambda failure: (failure.get("check", ""), failure["name"]))
    if failures:
        lines = ",\n".join(json.dumps(failure, ensure_ascii=False, separators=(",", ":")) for failure in failures)
        number = len(list(FROZEN.glob("failures*.json"))) + 1
        (FROZEN / f"failures{f'-{number}' if number > 1 else ''}.json").write_text(f"[\n{lines}\n]\n", "utf-8")
    table = "".join(f"| `{path.name}` | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |\n"
                    for path in sorted(FROZEN.glob("*.json")))
    head = (FROZEN / "README.md").read_text("utf-8").split("| file | SHA-256 |")[0]
    (FROZEN / "README.md").write_text(f"{head}| file | SHA-256 |\n|---|---|\n{table}", "utf-8")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--dir", type=pathlib.Path, required=True)
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument("--damaged", type=int, default=1500)
    arguments.add_argument("--keep", action="store_true")
    arguments.add_argument("--write", action="store_true")
    given = arguments.parse_args()
    program = given.bin / "qinglu-verify"
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    vectors = dump(given.bin / "test_evidence", given.dir / "dumped", not given.keep)
    if given.write:
        write(list(vectors))
    good = [(raw, trust) for raw, trust, said in vectors if said["exit_code"] == 0]
    good += frozen_bases().values()
    results = [compare_dumped(vectors).tell("the verdicts of the C++ tests")]
    results.append(compare_frozen(program, given.dir / "frozen"))
    damage = compare_damaged(program, good, seed, given.damaged, given.dir / "damaged")
    results.append(damage.tell(f"damaged, --seed {seed}"))
    signers = compare_signers(program, seed, given.damaged // 3, given.dir / "signers")
    results.append(signers.tell(f"drawn signers, --seed {seed}"))
    reached = damage.reached + signers.reached
    print("  reached: " + ", ".join(f"{code} {number}" for code, number in sorted(reached.items())))
    results.append(compare_forged(program, given.dir / "forged"))
    results.append(compare_ed25519())
    results.append(compare_longest(program, given.dir / "longest"))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
