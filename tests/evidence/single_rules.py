#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One rule broken, or just kept, and nothing else: a verifier that leaves out the rule says something else.

bases(): good files of one forged ledger; cases(files): (name, base, parts, check), each a small patch of a good file of
tests/vectors/evidence, in the form of failures*.json. `check`: what fails; None: nothing does, though a reading that is
too strict would have it. both_verifiers.py --write freezes them.

How they stay small: records, seals and rows that are wrong lie in one block of one ledger, whose good file shows
another record; a patch shows the wrong one in its place, and the rows of all signers are there already.
"""
import base64
import hashlib
import json

import forge
from forge import (AGENT, COMMIT, DAY, GRANT, IPO, MANDATE, NOW, ORIGIN, OTHER, OWNER, PARTIES, b64, canonical, inclusion, k_row,
                   note, public, row_key, row_proof, sha, valset, vkey)

CHECKS = ("E03_FORMAT_UNSUPPORTED", "E04_FIELDS", "E05_ENCODING", "E10_NO_TRUST_ANCHOR", "E12_POLICY_SYNTAX", "E13_POLICY_CHAIN",
          "E14_POLICY_NOT_IN_FORCE", "E20_NOTE_SYNTAX", "E21_CHECKPOINT_BODY", "E22_LOG_SIGNATURE", "E23_BAD_KNOWN_SIGNATURE",
          "E24_QUORUM_NOT_MET", "E25_TIME_IMPLAUSIBLE", "E32_SEAL_CONTENT", "E33_SEAL_NOT_OF_RECORD", "E41_RECORD_NOT_CANONICAL",
          "E42_RECORD_SIGNATURE", "E43_SIGNER_NOT_AUTHORISED", "E44_DIFFERENT_HEAD", "E45_BATCH_FORM", "E52_STATE_VALUE_MISMATCH",
          "E53_CLAIMED_ABSENT_IS_PRESENT", "E55_CLAIM_MISMATCH", "E60_SUBJECT_ID", "E70_DISCLOSURE_MISMATCH", "E81_FORK_EVIDENCE")
(E03, E04, E05, E10, E12, E13, E14, E20, E21, E22, E23, E24, E25, E32, E33, E41, E42, E43, E44, E45, E52, E53, E55, E60, E70, E81) = CHECKS
RECORD = b"qinglu/record/1\0"
COMPROMISE = {"party": OWNER, "key_id": "k1", "compromised_from": 5}  # the shortest record
ID = "sha256:" + "33" * 32


def put(path, value):
    return {"op": "replace", "path": path, "value": value}


def add(path, value):
    return {"op": "add", "path": path, "value": value}


def gone(path):
    return {"op": "remove", "path": path}


# ---- one block of many wrong records, seals and rows

ONE_WITNESS = "".join(f"{line}\n" for line in (
    f"log {vkey(ORIGIN, 1, public('log/1/0'))}", f"witness v0 {vkey('m0.example', 4, public('cosign/1/0'))}", "quorum v0"))


class Block:
    """Gathers entries and rows of a block that is not sealed yet, and what to ask of each."""

    def __init__(self, ledger):
        self.ledger, self.entries = ledger, []
        self.told, self.rows = [], []  # (name, check, index, what it is), (name, check, ns, key)
        self.also = {}  # index: what else its patch does

    @property
    def x(self):
        """Index that the next entry gets."""
        return len(self.ledger.entries) + len(self.entries)

    def record(self, name, check, kind="key.compromise", data=COMPROMISE, signers=(OWNER,), keys=None, change=None, **more):
        """keys: as of Ledger.sign(), else k1 of each signer; change: of the entry, as an object."""
        entry = self.ledger.sign(self.ledger.body(kind, data, list(signers), **more), keys or [(party, "k1") for party in signers])
        self.entry(name, check, canonical(change(json.loads(entry))) if change else entry)

    def entry(self, name, check, entry, what="record"):
        self.told.append((name, check, self.x, what))
        self.entries.append(entry)

    def batch(self, name, check, kind, data, keys, **more):
        """A batch of one record, and its manifest before it."""
        body = self.ledger.body(kind, data, [OWNER])
        manifest = {name: body[name] for name in ("expires_at", "ledger_id", "nonce", "signers", "submitter", "v")} | {
            "count": 1, "root": "sha256:" + sha(b"\0", canonical(body)).hex(), "type": "batch"}
        self.entry(name, check, self.ledger.sign(manifest, keys, b"qinglu/batch/1\0"), "batch")
        self.entries.append(canonical({"batch": self.x - 1, "body": body, "n": 0} | more))

    def seal(self, name, check, **change):
        """An entry that has the form of the seal of a block of one record, but for `change`."""
        value = self.ledger.seals[1]["value"] | {"log_size_before": self.x - 1, "record_count": 1} | change
        self.entry(name, check, canonical(value), "seal")

    def row(self, name, check, ns, key, value):
        """A row of the state, shown besides."""
        self.ledger.rows[ns, key] = value
        self.rows.append((name, check, ns, key))


def scalar(name):
    """The secret scalar of a key of forge.secret()."""
    half = bytearray(hashlib.sha512(sha(name.encode())).digest()[:32])
    half[0] &= 248
    half[31] = half[31] & 127 | 64
    return int.from_bytes(half, "little")


ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = (1).to_bytes(32, "little")


def less_than_strict(block):
    """Signatures that hold by the equation, and that only a strict Ed25519 refuses (record.md, Signatures)."""
    def signed(name, check, key, make):
        key_id = "e" + sha(name.encode()).hex()[:4]
        block.ledger.rows[k_row(OWNER, key_id)] = {"pub": key.hex(), "suite": 1, "windows": [{"from_index": 0}]}
        for nonce in range(64):
            body = block.ledger.body("key.compromise", COMPROMISE, [OWNER], nonce=f"{nonce:032x}")
            signature = make(RECORD + block.ledger.id + canonical(body))
            if signature:
                break
        block.entry(name, check, canonical({"body": body, "sigs": [{"key_id": key_id, "party": OWNER, "suite": 1, "sig": b64(signature)}]}))
        return k_row(OWNER, key_id)
    k, r = scalar(OWNER), scalar("r")
    hashed = lambda message, key, point: int.from_bytes(hashlib.sha512(point + key + message).digest(), "little") % ORDER
    number = lambda n: n.to_bytes(32, "little")
    whole = int.from_bytes(public(OWNER), "little")  # plus the point of order 2: (x, y) becomes (-x, -y)
    mixed = ((2**255 - 19 - whole % 2**255) | (~whole >> 255 & 1) << 255).to_bytes(32, "little")
    yield signed("a key of order 1", E42, IDENTITY, lambda message: public("r") + number(r % ORDER))
    yield signed("a key of order 1, not canonical", E42, (2**255 - 18).to_bytes(32, "little"), lambda message: public("r") + number(r % ORDER))
    yield signed("a point R of order 1", E42, public(OWNER), lambda message: IDENTITY + number(hashed(message, public(OWNER), IDENTITY) * k % ORDER))
    yield signed("S that is not reduced", E42, public(OWNER),
                 lambda message: public("r") + number((r + hashed(message, public(OWNER), public("r")) * k) % ORDER + ORDER))

    def of_mixed(odd):
        def make(message):
            h = hashed(message, mixed, public("r"))
            return public("r") + number((r + h * k) % ORDER) if h % 2 == odd else None
        return make
    yield signed("a key of mixed order, the equation holds", None, mixed, of_mixed(0))
    yield signed("a key of mixed order, the equation holds with the cofactor alone", E42, mixed, of_mixed(1))


def windows(*spans):
    return {"pub": public(OWNER).hex(), "suite": 1, "windows": [dict(zip(("from_index", "until_index"), span)) for span in spans]}


def authorised(block):
    """Who had to sign (E43): yields the rows to show."""
    rows, record = block.ledger.rows, block.record
    at = block.x
    rows[k_row(OWNER, "k2")] = windows((at + 1, at + 3), (at + 4,))
    for name, check in (("begins behind the record", E43), ("begins with the record", None), ("ends behind the record", None), ("ends at the record", E43)):
        record(f"a key whose window {name}", check, keys=[(OWNER, "k2", OWNER)])
    yield k_row(OWNER, "k2")

    record("a party that signs with two keys", E43, keys=[(OWNER, "k1"), (OWNER, "k2", OWNER)])
    record("a submitter that has not signed", E43, submitter=OTHER)
    record("a signer that has not signed", E43, signers=[OWNER, OTHER], keys=[(OWNER, "k1")])
    record("a signer that has no business here", E43, signers=[OWNER, OTHER])

    office, nobody, broker = row_key("R", IPO, "IPO"), row_key("R", OTHER, "IPO"), row_key("R", IPO, "EXCH")
    rows[office] = {"grants": [{"from_index": 0, "from": DAY, "until": "2026-09-10"}]}
    register = lambda name, check, **more: record(name, check, "party.register", forge.REGISTER, **{
        "signers": [IPO], "role": "IPO", "subjects": ["org:91500000QL0002010E"]} | more)
    for day, said, check in (("2026-08-31", "day before its", E43), ("2026-09-10", "last day of its", None),
                             ("2026-09-11", "day after its", E43)):
        register(f"an office on the {said} role", check, event_date=day)
    rows[broker] = {"grants": [{"from_index": 0, "until_index": block.x}]}
    register("an office whose role ends at the record", E43, role="EXCH")
    register("an office that nobody granted a role", E43, signers=[OTHER])
    yield from (office, nobody, broker)

    record("what both must sign", None, "mandate.grant", MANDATE, [OWNER, AGENT])
    record("what both must sign, by one", E43, "mandate.grant", MANDATE, [OWNER])
    record("what both must sign, signed by one", E43, "mandate.grant", MANDATE, [OWNER, AGENT], [(OWNER, "k1")])
    record("what both must sign, signed by one and a stranger", E43, "mandate.grant", MANDATE, [OWNER, AGENT], [(OTHER, "k1"), (OWNER, "k1")])

    rows[row_key("M", OWNER, AGENT)] = {"grants": [{"from": DAY, "until": "2026-09-10", "from_index": 0, "powers": ["FILING"], "subject": OTHER}]}
    rows[row_key("M", OTHER, AGENT)] = {"grants": [{"from": DAY, "from_index": 0, "until_index": block.x, "powers": ["ALL"]}]}
    rows[row_key("M", IPO, AGENT)] = {"grants": [{"from": DAY, "from_index": 0, "powers": ["ANNUITY", "MARKET"]}]}
    act = lambda name, check, of=OTHER, kind="patent.commit", data=COMMIT, **more: record(
        name, check, kind, data, [AGENT], acting_for=of, **{"role": "AGENT", "subjects": [OTHER]} | more)
    act("an agent whose mandate ends at the record", E43)
    act("an agent on the last day of its mandate", None, OWNER, event_date="2026-09-10")
    act("an agent on the day after its mandate", E43, OWNER, event_date="2026-09-11")
    act("an agent that signs as a party", None, OWNER, role="PARTY")
    act("an agent for another subject", E43, OWNER, subjects=[OWNER])
    act("an agent with other powers", E43, IPO)
    act("an agent that nobody sent", E43, AGENT)
    record("an agent of nobody", None, "patent.commit", COMMIT, [AGENT], role="AGENT")
    record("an agent in a type that has none", E43, signers=[AGENT], acting_for=OTHER)
    yield from (row_key("M", of, AGENT) for of in (OWNER, OTHER, IPO, AGENT))

    new = {"party": OWNER, "key_id": "k9", "suite": 1, "pub": public("new key").hex()}
    proof = (OWNER, "k9", "new key")
    key = lambda name, check, signers, keys, role="IPO": record(name, check, "key.add", new, signers, keys, role=role)
    key("a new key, its party signs by it alone", None, [IPO, OWNER], [(IPO, "k1"), proof])
    key("a new key without proof of possession", E43, [IPO, OWNER], [(IPO, "k1"), (OWNER, "k1")])
    key("a new key whose party is no signer", E43, [IPO], [(IPO, "k1"), proof])
    key("a new key that submits itself", E43, [OWNER], [proof], "GOV")

    council = lambda name, check, parties: record(name, check, "role.grant", GRANT, parties, role="GOV")
    council("three of a council of four", None, PARTIES[:3])
    council("two of a council of four", E43, PARTIES[:2])
    rows[k_row(OWNER, "k4")] = windows((block.x, block.x + 1))
    block.batch("a batch whose key ends behind its manifest", None, "patent.commit", COMMIT, [(OWNER, "k4", OWNER)])
    block.batch("a batch of a type that stands alone", E45, "key.compromise", COMPROMISE, [(OWNER, "k1")])
    block.batch("a member of a batch with another member", E45, "patent.commit", COMMIT, [(OWNER, "k1")], colour="green")
    yield k_row(OWNER, "k4")
    yield from (("V", bytes(8)), ("V", (1).to_bytes(8, "big")))


def envelopes(block):
    """Form of a record (E45): each member of the envelope (record.md)."""
    basis, file = {"law": "PL", "article": "22"}, {"media": "text/plain", "name": "a", "sha256": ID, "size": 3}
    for name, change in {
            "a nonce in capitals": {"nonce": "0" * 31 + "A"},
            "rule pack 0": {"rule_pack": 0},
            "a class that is none": {"class": "SECRET"},
            "a role that is none": {"role": "KING"},
            "a day that does not exist": {"event_date": "2026-02-29"},
            "a day of another millennium": {"event_date": "3000-01-01"},
            "a principal that is none": {"acting_for": "org:x"},
            "no data": {"data": {}},
            "a subject that is none": {"subjects": ["pat:1"]},
            "a reference that is none": {"refs": ["x"]},
            "a record superseded that is none": {"supersedes": "x"}, "another ledger": {"ledger_id": "sha256:" + "00" * 32},
            "another member": {"colour": "green"},
            "an empty basis": {"basis": []},
            "no files": {"attach": []},
            "a basis without an article": {"basis": [{"law": "PL"}]},
            "a law without a name": {"basis": [basis | {"law": ""}]}, "a file whose digest is none": {"attach": [file | {"sha256": "x"}]},
            "a file of a size below zero": {"attach": [file | {"size": -1}]},
            "a signer twice": {"signers": [OWNER, OWNER]}, "a submitter that is none": {"submitter": "org:x"}}.items():
        block.record(f"a record with {name}", E45, change=lambda entry, change=change: entry | {"body": entry["body"] | change})
    block.record("a leap day, subjects of three kinds, a reference, a basis and a file", None, event_date="2028-02-29", attach=[file], refs=[ID],
                 subjects=["case:91500000QL0001000A/x", "cmt:" + "ab" * 32, "pat:202610123456X"], supersedes=ID, basis=[basis | {"doc_no": "5"}])
    one = lambda entry: entry["sigs"][0]
    for name, sigs in (("a signature with another member", lambda entry: [one(entry) | {"time": 5}]),
                       ("a signature of a key without a name", lambda entry: [one(entry) | {"key_id": ""}]),
                       ("a signature of another suite", lambda entry: [one(entry) | {"suite": 2}])):
        block.record(name, E45, change=lambda entry, sigs=sigs: entry | {"sigs": sigs(entry)})
    block.record("signatures that descend", E45, keys=[(OTHER, "k1"), (OWNER, "k1")], change=lambda entry: entry | {"sigs": entry["sigs"][::-1]})
    block.record("an entry with another member", E45, change=lambda entry: entry | {"colour": "green"})
    block.record("a record of a type of the future, whatever its form", E03, change=lambda entry: entry | {"body": {"type": "patent.dream"}})
    block.record("a record of type batch", E45, change=lambda entry: entry | {"body": entry["body"] | {"type": "batch"}})
    block.record("a private section of another width", E45, "patent.commit", COMMIT, private_root=ID, private_width=16)
    block.record("a private section in a type that has none", E45, private_root=ID, private_width=8)


def fields_of_records(block):
    """Confidential fields (E70) whose commitment is right."""
    salt = bytes([4]) * 32
    commit = lambda name, value: sha(b"\5", len(name).to_bytes(2, "big"), name.encode(), salt, len(value).to_bytes(4, "big"), value)
    shown = lambda name, value, path=(): [add("/disclosures", [{"record_ref": 0, "name": name, "value": b64(value), "salt": b64(salt), "path": list(path)}])]
    block.record("a field that is no canonical JSON", E70, "patent.commit", COMMIT | {"doc_commit": "sha256:" + commit("doc", b"5.0").hex()})
    block.also[block.x - 1] = shown("doc", b"5.0")
    node = sha(b"\6", bytes(1), commit("abstract", b"5"))
    for _ in range(2):
        node = sha(b"\7", node, bytes(32))
    block.record("a field of a tree of another width", E70, "patent.commit", COMMIT, private_root="sha256:" + node.hex(), private_width=8)
    block.also[block.x - 1] = shown("abstract", b"5", [b64(bytes(32))] * 2)


def rows_of_no_form(block):
    """Form of rows (E52, state.md)."""
    key = {"pub": "ab" * 32, "suite": 1, "windows": [{"from_index": 1}]}
    spans = lambda *list_: key | {"windows": list(list_)}
    grant, mandate = {"from_index": 1}, {"from": DAY, "from_index": 1, "powers": ["FILING"]}
    history = lambda *lists: {"lists": [{"category": c, "count": n, "last_index": 1, "root": ID} for c, n in lists]}
    set_ = valset(2, 1)
    scheduled = {"from_height": 5, "ready": [], "record": ID, "set": set_}
    patent = "pat:202610123456X"
    for ns, what, values in (
            ("K", "a key", {"in capitals": key | {"pub": "AB" * 32}, "of suite 2": key | {"suite": 2}, "compromised at a text": key | {"compromised_from": "5"},
                            "with another member": key | {"colour": 1},
                            "without windows": spans(),
                            "with a window of another member": spans({"from_index": 1, "colour": 1}),
                            "with windows that overlap": spans({"from_index": 1, "until_index": 3}, {"from_index": 2}),
                            "with a window behind an open one": spans({"from_index": 1}, {"from_index": 3}),
                            "with a window that ends before it begins": spans({"from_index": 3, "until_index": 2})}),
            ("R", "a role", {"without grants": {"grants": []}, "with another member": {"grants": [grant], "colour": 1},
                             "with a grant of another member": {"grants": [grant | {"colour": 1}]},
                             "from no place": {"grants": [{}]},
                             "whose scope is a text": {"grants": [grant | {"scope": "50"}]}}),
            ("M", "a mandate", {"from no day": {"grants": [{"from_index": 1, "powers": ["FILING"]}]}, "for a number": {"grants": [mandate | {"subject": 5}]},
                                "without powers": {"grants": [{"from": DAY, "from_index": 1}]},
                                "whose powers are a text": {"grants": [mandate | {"powers": "ALL"}]}}),
            ("V", "a set", {"that is none": {"from_size": 2}, "with another member": {"from_size": 2, "set": set_, "colour": 1},
                            "of no member": {"from_size": 2, "set": set_ | {"members": []}}, "from a height that is a text": scheduled | {"from_height": "5"}}),
            ("H", "a history", {"without lists": history(), "without list 0": history((1, 1)),
                                "of an empty list": history((0, 0)), "of a list twice": history((0, 1), (0, 1)),
                                "of list 7": history((0, 1), (7, 1)), "with another member": history((0, 1)) | {"colour": 1},
                                "of a root that is none": {"lists": [history((0, 1))["lists"][0] | {"root": "x"}]}})):
        for number, (name, value) in enumerate(values.items()):
            place = {"K": OWNER.encode() + b"\0x%d" % number, "V": (100 + number).to_bytes(8, "big")}.get(ns, b"row %d" % number)
            block.row(f"{what} {name}", E52, ns, place, value)
    rows = {("V", bytes(8)): {"epoch": 1, "colour": 1}}  # alone in the state of a seal of its own
    block.seal("a directory of sets with another member", E52,
               state_root=forge.trie({sha(b"qinglu/state-key/1\0V", bytes(8)): sha(b"\4", canonical(rows["V", bytes(8)]))}).hex())
    block.also[block.x - 1] = [add("/state/-", row_proof(rows, "V", bytes(8)) | {"seal_ref": 1})]
    block.row("an alias without itself", E52, "A", b"case:91500000QL0001000A/x", {"ids": [OWNER, patent]})
    block.row("an alias that is no key", E52, "A", b"x", {"ids": [OWNER, "x"]})
    block.row("aliases that descend", E52, "A", patent.encode(), {"ids": [patent, OWNER]})
    for name, value in (("of no party", {"purpose": "vote"}), ("with another member", {"party": OWNER, "purpose": "vote", "colour": 1})):
        block.row(f"a public key {name}", E52, "K", b"\0" + sha(name.encode()).hex().encode(), value)
    block.row("a row that is no canonical JSON", E52, "Z", b"raw", b'{"a": 1}')
    block.row("a row that is no object", E52, "Z", b"list", b"[]")
    block.row("a public key's row", None, "K", b"\0" + b"cd" * 32, {"party": OWNER, "purpose": "record"})
    block.row("windows that touch", None, "K", OWNER.encode() + b"\0touch", spans({"from_index": 1, "until_index": 3}, {"from_index": 3}))
    block.row("a set that waits", None, "V", (90).to_bytes(8, "big"), scheduled | {"ready": [{"member": "m0.example", "time_ms": 5}]})
    block.row("a row of a namespace of the future", None, "Z", b"x", {"a": 1})


def seals(block):
    """What a seal says (E32, seal.md), of seals that are in the log."""
    for name, change in (("of another format", {"format": "qinglu-seal/2"}), ("with another member", {"colour": 1}), ("of another ledger", {"ledger": "00" * 32}), ("that is empty", {"empty": True}),
                         ("of another place", {"log_size_before": 2}), ("of height 0", {"height": 0}), ("of epoch 0", {"epoch": 0}), ("of view 0", {"view": 0})):
        block.seal(f"a seal {name}", E32, **change)
    block.seal("a seal of no record", E32, empty=True, record_count=0, log_size_before=block.x)
    block.entry("a seal that is no canonical JSON", E32, b"{} ", "seal")
    block.seal("a seal that nobody needs", None)


def forged_block():
    """((the block's good file, its trust file), its cases)."""
    ledger = forge.Ledger()
    ledger.rows["V", bytes(8)] = {"epoch": 9}
    ledger.rows[k_row(OWNER, "k3")] = windows((0, 3))
    before = [ledger.sign(ledger.body("role.grant", GRANT, PARTIES[:3], role="GOV"), [(party, "k1") for party in PARTIES[:3]]),
              ledger.sign(ledger.body("key.compromise", COMPROMISE, [OWNER]), [(OWNER, "k3", OWNER)])]
    ledger.seal(before)
    ledger.rows["V", bytes(8)] = {"epoch": 1}
    early = [(*k_row(party), 1) for party in PARTIES[:3]] + [("V", bytes(8), 1), ("V", (9).to_bytes(8, "big"), 1), (*k_row(OWNER, "k3"), 1)]
    ledger.rows[k_row(OWNER, "k3")] = windows((0, 4))

    block = Block(ledger)
    first = block.x
    block.record("", None)
    shown = [k_row(party) for party in (*PARTIES[:3], AGENT, IPO, OWNER, OTHER)] + [k_row(OWNER, "k3")]
    shown += [*authorised(block), *less_than_strict(block)]
    envelopes(block)
    fields_of_records(block)
    seals(block)
    rows_of_no_form(block)
    ledger.seal(block.entries)
    file = json.loads(ledger.evidence({"type": "record", "record_ref": 0}, [first], [*early, *shown]))
    text = file["checkpoint"].split("\n\n")[0] + "\n"
    head = note(text, (ORIGIN, 1, "log/1/0"), ("m0.example", 4, "cosign/1/0"))
    leaves = ledger.leaves()
    path = lambda i: list(map(b64, inclusion(leaves, i)))
    proof = lambda i: f"c2sp.org/tlog-proof@v1\nindex {i}\n" + "".join(f"{h}\n" for h in path(i)) + f"\n{head}"
    file |= {"checkpoint": head}
    file["records"][0]["tlog_proof"] = proof(first)
    trust = canonical({"format": "qinglu-trust/1", "suite": 1, "ledger_id": ledger.name, "origin": ORIGIN, "epoch": 1, "policy": ONE_WITNESS})

    def record(i):
        return [put("/records/0/entry", b64(ledger.entries[i])), put("/records/0/tlog_proof", proof(i))]
    cases = [("a council of which the state has no set", E43, [*record(2), add("/records/0/seal_ref", 0)]),
             ("a key that only a later seal's row lets sign", E43, [*record(3), add("/records/0/seal_ref", 0)]),
             ("a record behind the block of its seal", E33, [add("/records/0/seal_ref", 0)])]
    for name, check, i, what in block.told[1:]:
        placed = {"entry": b64(ledger.entries[i]), "index": i, "path": path(i)}
        if what == "seal":
            cases.append((name, check, [add("/seals/-", placed), *block.also.get(i, [])]))
        elif what == "batch":
            cases.append((name, check, [*record(i + 1), add("/records/0/batch", {"ref": 0, "path": []}),
                                        add("/batches/-", {"entry": placed["entry"], "tlog_proof": proof(i)})]))
        else:
            cases.append((name, check, record(i) + block.also.get(i, [])))
        if name == "a seal that nobody needs":
            cases.append(("a record before the block of its seal", E33, [add("/seals/-", placed), add("/records/0/seal_ref", 1)]))
    place = lambda key: next(i for i, row in enumerate(file["state"]) if row["key"] == b64(key[1]) and "seal_ref" not in row)
    without = next(i for name, _, i, _ in block.told if name == "an office that nobody granted a role")
    cases.append(("an office of whose role the file says nothing", E04, [*record(without), gone(f"/state/{place(row_key('R', OTHER, 'IPO'))}")]))
    cases.append(("a key's row under a seal before the record alone", E04, [
        gone(f"/state/{place(k_row(OWNER))}"), add("/state/-", row_proof(ledger.seals[1]["rows"], *k_row(OWNER)) | {"seal_ref": 0})]))
    for name, check, ns, key in block.rows:
        cases.append((name, check, [add("/state/-", row_proof(ledger.rows, ns, key))]))
    return (canonical(file), trust), cases


# ---- small patches of other good files

def parsed(files, base):
    raw, trust = files[base]
    return json.loads(raw), json.loads(trust)


def fields(files):
    """Members (E04) and what they say (E05)."""
    short = b64(bytes(31))
    for base, what, path, value in (
            ("record", "a claim that is a number", "/claim", 5), ("record", "records that are no array", "/records", {}),
            ("record", "a record that is a number", "/records/0", 5), ("record", "a checkpoint that is a number", "/checkpoint", 5),
            ("record", "a size that is a text", "/claim/as_of_size", "9"),
            ("attachment", "attachments: none", "/attachments", []), ("disclosure", "disclosures: none", "/disclosures", []),
            ("erased-field", "erased: none", "/erased", []), ("history", "history: none", "/history", []),
            ("history", "all disclosed: a text", "/claim/all_disclosed", "true"),
            ("consistency", "consistency: none", "/consistency", []), ("state-value", "a value that is a number", "/state/0/value", 5)):
        yield what, base, [put(path, value)], E04
    for base, what, path, value in (
            ("state-value", "a sibling that is a number", "/state/0/siblings/0", 5), ("state-value", "a sibling of 31 bytes", "/state/0/siblings/0", short),
            ("state-value", "a mask that is no base64", "/state/0/mask", "****"),
            ("record", "an index below zero", "/seal/index", -1), ("record", "a record reference below zero", "/claim/record_ref", -1),
            ("record", "a ledger id in capitals", "/ledger_id", "sha256:" + "AB" * 32),
            ("absence-of-records", "kind 7", "/claim/subject/kind", 7), ("absence-of-records", "no categories", "/claim/subject/categories", []),
            ("absence-of-records", "category 7", "/claim/subject/categories", [7]), ("absence-of-records", "a category twice", "/claim/subject/categories", [0, 0]),
            ("absence-of-records", "a category that is a text", "/claim/subject/categories", ["0"]),
            ("state-value", "a namespace of two letters", "/state/0/ns", "KK"), ("state-value", "no namespace", "/claim/state_key/ns", ""),
            ("history-from-a-number", "from number 0", "/claim/from_seq", 0), ("record", "a role that is none", "/records/0/role", "proof"),
            ("state-value", "a depth of 257", "/state/0/depth", 257), ("absence-of-row", "a terminal of another kind", "/state/0/terminal", {"kind": "branch"}),
            ("history", "a list of category 7", "/history/0/category", 7), ("history", "a line of 40 bytes", "/history/0/leaves/0", b64(bytes(40))),
            ("history", "a line that is a number", "/history/0/leaves/0", 5), ("disclosure", "a salt of 31 bytes", "/disclosures/0/salt", short),
            ("attachment", "a file without a name", "/attachments/0/name", ""), ("attachment", "a name with a slash", "/attachments/0/name", "a/b"),
            ("disclosure", "a field of a name of 129 bytes", "/disclosures/0/name", "x" * 129),
            ("history", "all disclosed: false", "/claim/all_disclosed", False),
            ("attachment", "a name of two lines", "/attachments/0/name", "a\nb"),
            ("exhibit", "an empty SM3", "/attachments/0/sm3", ""), ("attachment", "a size below zero", "/attachments/0/size", -1),
            ("record", "an issuer's key in capitals", "/issuer/key", "AB" * 32), ("record", "an issuer's signature of 63 bytes", "/issuer/sig", b64(bytes(63))),
            ("record", "an issuer of suite 2", "/issuer/suite", 2)):
        yield what, base, [put(path, value)], E05
    attachment = parsed(files, "attachment")[0]["attachments"][0]
    for what, patch in (("of suite 2", put("/suite", 2)), ("of no suite", gone("/suite")), ("of no format", gone("/format")), ("of format 1", put("/format", 1))):
        yield f"a file {what}", "record", [patch], E03
    yield "a time-stamp of the future", "record", [add("/timestamps", [{"alg": "rfc9999", "token": ""}])], E03
    line = base64.b64decode(parsed(files, "history")[0]["history"][0]["leaves"][0])
    yield "a line with a flag of the future", "history", [put("/history/0/leaves/0", b64(line[:40] + bytes([line[40] | 4])))], E05
    yield "a member too few, and one too many", "record", [gone("/batches"), add("/seal/colour", 1)], E04
    yield "a file twice", "attachment", [add("/attachments/-", attachment)], E05
    yield "65 time-stamps", "attachment", [add("/timestamps", [{"alg": "rfc3161", "token": ""}] * 65)], E05
    proof = parsed(files, "record")[0]["records"][0]["tlog_proof"]
    (version, index, *_), head = proof.split("\n"), proof.split("\n\n", 1)[1]
    for what, changed in (("of another version", proof.replace("@v1", "@v2")), ("with extra data", proof.replace("\n", f"\nextra {b64(b'x')}\n", 1)),
                          ("of 54 hashes", f"{version}\n{index}\n" + f"{b64(bytes(32))}\n" * 54 + f"\n{head}"),
                          ("without a place", proof.replace(index + "\n", ""))):
        yield f"a proof {what}", "record", [put("/records/0/tlog_proof", changed)], E05


def claims(files):
    """What a claim says (E55, E53, E52)."""
    record, since, history = (parsed(files, base)[0] for base in ("record", "absence-since", "history"))
    yield "a record as of an older seal", "record", [put("/claim/as_of_size", record["seals"][0]["index"] + 1), gone("/issuer")], E55
    yield "a moment of no seal", "state-value", [put("/claim/as_of_size", 20)], E55
    yield "since the moment itself", "absence-since", [put("/claim/as_of_size", since["seals"][0]["index"] + 1)], E55
    yield "a kind that does not fit", "absence-by-an-agency", [put("/claim/subject/kind", 6)], E55
    yield "an agency's list as a party's", "absence-by-an-agency", [put("/claim/subject/kind", 1)], E60
    subject = history["claim"]["subject"]
    yield "a history beside another claim", "history", [put("/claim", {"type": "absence", "as_of_size": history["claim"]["as_of_size"], "subject": subject})], E55
    rows = [i for i, row in enumerate(history["state"]) if row["ns"] != "H"]
    yield "a list on a row that is no list", "history", [put("/history/0/state_ref", rows[0])], E55
    yield "a list of another subject", "history", [put("/history/0/id", OTHER)], E55
    yield "the record of the claim as context", "record", [put("/records/0/role", "context"), gone("/issuer")], E55
    yield "a context record as one of the claim", "erased-field", [put("/records/1/role", "claim")], E55
    yield "a row of another key", "state-value", [put("/claim/state_key/key", b64(b"x"))], E55
    yield "a row that is there, as absent", "state-value", [put("/claim/type", "absence")], E53
    value = parsed(files, "state-value")[0]["state"][0]["value"]
    yield "a row without its value", "state-value", [gone("/state/0/value")], E52
    yield "a row with another's value", "state-value", [put("/state/0/value", b64(canonical(json.loads(base64.b64decode(value)) | {"first_index": 3})))], E52
    yield "an absent row with a value", "absence-of-row", [add("/state/0/value", value)], E52
    yield "a row that is shown twice", "state-value", [add("/state/-", parsed(files, "state-value")[0]["state"][0])], None
    yield "a tree that is shown twice", "consistency", [add("/consistency/-", parsed(files, "consistency")[0]["consistency"][0])], None
    yield "a field that is shown twice", "disclosure", [add("/disclosures/-", parsed(files, "disclosure")[0]["disclosures"][0])], None
    yield "an erased field that is named twice", "erased-field", [add("/erased/-", parsed(files, "erased-field")[0]["erased"][0])], None
    yield "a field of data under a name that nothing committed to", "disclosure-of-a-commitment", [put("/disclosures/0/name", "inventors")], E70


def batches(files):
    """Manifests (E45): asked before their place and their signatures."""
    file, _ = parsed(files, "batch-member")
    manifest = json.loads(base64.b64decode(file["batches"][0]["entry"]))
    shown = lambda changed: [put("/batches/0/entry", b64(canonical(changed)))]
    body = lambda **change: shown(manifest | {"body": manifest["body"] | change})
    for what, patch in (("with another member", shown(manifest | {"colour": 1})), ("whose body has another member", body(colour="x")),
                        ("of version 2", body(v=2)), ("of another type", body(type="batch.open")), ("of count 0", body(count=0)),
                        ("of 1001 members", body(count=1001)), ("of a root that is none", body(root="x")), ("of another ledger", body(ledger_id=ID)),
                        ("of a nonce that is none", body(nonce="x")),
                        ("of a time below zero", body(expires_at=-1)),
                        ("of no signers", body(signers=[])),
                        ("without signatures", shown(manifest | {"sigs": []})),
                        ("of other signers", body(signers=[OTHER])),
                        ("of one more signer", body(signers=[*manifest["body"]["signers"], "per:" + "ab" * 32])),
                        ("that is no object", shown([]))):
        yield f"a manifest {what}", "batch-member", patch, E41 if what == "that is no object" else E45
    yield "a manifest of no member", "batch-member", [add("/batches/-", file["batches"][0])], E45
    yield "a member without its manifest", "batch-member", [gone("/records/0/batch"), put("/batches", [])], E45
    yield "a manifest under a head with one more signature", "batch-member", [put("/batches/0/tlog_proof", file["batches"][0]["tlog_proof"] + UNKNOWN)], E44


UNKNOWN = f"\u2014 x.example {b64(bytes(5))}\n"  # a line of nobody


def notes(files):
    """Notes, their signatures and times (E20 to E25)."""
    base = "absence-by-an-agency"
    text, lines = parsed(files, base)[0]["checkpoint"].split("\n\n")
    text += "\n"
    shown = lambda checkpoint: [put("/checkpoint", checkpoint)]
    log = lambda i=0: (ORIGIN, 1, f"log/1/{i}")
    member = lambda i, *time: (f"m{i}.example", 4, f"cosign/1/{i}", *time)
    quorum = [member(i) for i in range(3)]
    for what, head, check in (
            ("without signatures", text, E20), ("without a line of a signature", text + "\n", E20),
            ("with a line of no signature", text + "\n" + lines + "x\n", E20),
            ("with a hyphen for the dash", text + "\n" + lines + UNKNOWN.replace("\u2014", "-"), E20),
            ("with a third word", text + "\n" + lines + UNKNOWN.replace("\n", " x\n"), E20),
            ("with a plus in a name", text + "\n" + lines + UNKNOWN.replace("x.", "x+"), E20),
            ("with a signature that is no base64", text + "\n" + lines + "\u2014 x ****\n", E20),
            ("with a signature of 4 bytes", text + "\n" + lines + f"\u2014 x {b64(bytes(4))}\n", E20),
            ("of 65 lines", text + "\n" + lines + "".join(UNKNOWN.replace("x.example", f"x{i}") for i in range(61)), E20),
            ("of 64 lines", text + "\n" + lines + "".join(UNKNOWN.replace("x.example", f"x{i}") for i in range(60)), None),
            ("with one line of nobody twice", text + "\n" + lines + UNKNOWN * 2, E23),
            ("that no log signed, with one line of nobody twice", note(text, *quorum) + UNKNOWN * 2, E23),
            ("with a fourth line", note(text + "x\n", log(), *quorum), E21), ("of another origin", note(text.replace("forge.", "other."), log(), *quorum), E21),
            ("of a size with a zero before", note(text.replace("\n", "\n0", 1), log(), *quorum), E21),
            ("of a root of 31 bytes", note("\n".join([*text.split("\n")[:2], b64(bytes(31)), ""]), log(), *quorum), E21),
            ("that two logs signed, one wrongly", note(text, log(), *quorum) + note("x\n", log(1)).split("\n\n")[1], E22),
            ("that a second log signed", note(text, log(1), *quorum), None), ("that no log signed", note(text, *quorum), E22),
            ("that a fourth member signed wrongly", note(text, log(), *quorum) + note("x\n", member(3)).split("\n\n")[1], E23),
            ("that a fourth member cosigned at time 0", note(text, log(), *quorum, member(3, 0)), E23),
            ("that a fourth member cosigned at time 2^53", note(text, log(), *quorum, member(3, 1 << 53)), E23),
            ("that two of four cosigned", note(text, log(), member(0), member(1)), E24),
            ("that two of four and a stranger cosigned", note(text, log(), member(0), member(1), ("m2.example", 4, "stranger")), E24),
            ("cosigned 60 seconds before its seal", note(text, log(), member(0), member(1), member(2, NOW - 60)), None),
            ("cosigned 61 seconds before its seal", note(text, log(), member(0), member(1), member(2, NOW - 61)), E25),
            ("cosigned 24 hours apart", note(text, log(), member(0), member(1, NOW), member(2, NOW + 86_400)), None),
            ("cosigned 24 hours and a second apart", note(text, log(), member(0), member(1, NOW), member(2, NOW + 86_401)), E25),
            ("cosigned by a stranger in another year", note(text, log(), *quorum, ("x.example", 4, "stranger", 5)), None)):
        yield f"a head {what}", base, shown(head), check


def trusts(files):
    """Trust files (E10) and what a policy may say (E12)."""
    base = "absence-by-an-agency"
    for what, path, value in (
            ("of another format", "/format", "qinglu-trust/2"), ("of suite 2", "/suite", 2), ("of a ledger id that is none", "/ledger_id", "x"),
            ("of an origin that is a number", "/origin", 5),
            ("of an origin in capitals", "/origin", "FORGE.example"),
            ("of an epoch that is a text", "/epoch", "1"),
            ("of another epoch than its set", "/epoch", 2),
            ("whose policy is a number", "/policy", 5), ("of a set of another format", "/validators/format", "qinglu-valset/2"),
            ("of a set of suite 2", "/validators/suite", 2), ("of a set that is a text", "/validators", "x"),
            ("of a member in another place", "/validators/members/0/index", 1), ("of a member of suite 2", "/validators/members/0/suite", 2),
            ("of a member of weight 2", "/validators/members/0/weight", 2), ("of a member whose address is a number", "/validators/members/0/address", 5),
            ("of two members of one party", "/validators/members/0/party", PARTIES[1]),
            ("of a key that is none", "/validators/members/0/vote_key", "x"), ("of a key for two things", "/validators/members/0/vote_key", public("log/1/0").hex()),
            ("of another key than its policy's", "/validators/members/0/log_key", "ab" * 32)):
        yield f"a trust file {what}", base, {"trust_patch": [put(path, value)]}, E10
    for what, patch in (("with another member", add("/colour", 1)),
                        ("without a policy", gone("/policy")),
                        ("of a set with another member", add("/validators/colour", 1)),
                        ("of a member with another member", add("/validators/members/0/colour", 1)), ("of a floor without a root", add("/floor", {"size": 2})),
                        ("of an empty floor", add("/floor", {"size": 0, "root": ID})),
                        ("of a floor below zero", add("/floor", {"size": -1, "root": ID})),
                        ("of a floor whose root is none", add("/floor", {"size": 2, "root": "x"}))):
        yield f"a trust file {what}", base, {"trust_patch": [patch]}, E10
    yield "a trust file without a set, beside a chain", "policy-chain-of-two", {"trust_patch": [gone("/validators")]}, E10
    yield "a trust file without a set", base, {"trust_patch": [gone("/validators")]}, None
    size = parsed(files, base)[0]["claim"]["as_of_size"]
    yield "a floor of the head's size and another root", base, {"trust_patch": [add("/floor", {"size": size, "root": ID})]}, E14
    yield "a trust file of epoch 0", "block-of-many", {"trust_patch": [put("/epoch", 0)]}, E10
    yield "a floor that `consistency` has with another root", "record-on-floor", {"trust_patch": [put("/floor/root", ID)]}, E14

    log, witness, quorum = ONE_WITNESS[:-1].split("\n")
    key = witness.split(" ")[2]
    more = f"witness v1 {vkey('m1.example', 4, public('cosign/1/1'))}"
    for what, lines, check in (
            ("without a last newline", [log, witness, quorum, "# end"], E12), ("with a log line of four words", [log + " a b", witness, quorum], E12),
            ("with a log key that is none", [log[:-3] + "AA=", witness, quorum], E12),
            ("with a log of another origin", [log, f"log {vkey('other.example', 1, public('x'))}", witness, quorum], E12),
            ("with a log twice", [log, log, witness, quorum], E12), ("without a log", [witness, quorum], E12),
            ("with a log's key that cosigns", [log, witness, f"witness v1 {vkey('m1.example', 4, public('log/1/0'))}", quorum], E12),
            ("with a witness without a key", [log, witness, "witness v1", quorum], E12),
            ("with a witness key of kind 1", [log, witness, f"witness v1 {vkey('m1.example', 1, public('cosign/1/1'))}", quorum], E12),
            ("with a witness named none", [log, witness, more.replace("v1", "none"), quorum], E12),
            ("with two witnesses of one name", [log, witness, more.replace("v1", "v0"), quorum], E12),
            ("with a key under two names", [log, witness, f"witness v1 {key}", quorum], E12),
            ("with a group of nobody", [log, witness, "group g 1", quorum], E12), ("with a threshold of 0", [log, witness, "group g 0 v0", quorum], E12),
            ("with a threshold of 2 of 1", [log, witness, "group g 2 v0", quorum], E12),
            ("with a group of a stranger", [log, witness, "group g 1 v0 v9", quorum], E12),
            ("with a member twice in a group", [log, witness, "group g 1 v0 v0", quorum], E12),
            ("with a member in two groups", [log, witness, "group g 1 v0", "group h 1 v0", quorum], E12),
            ("with a group of a witness's name", [log, witness, more, "group v1 1 v0", quorum], E12),
            ("without a quorum", [log, witness], E12),
            ("with quorum none", [log, witness, "quorum none"], E12),
            ("with an unknown quorum", [log, witness, "quorum v9"], E12),
            ("with a quorum twice", [log, witness, quorum, quorum], E12), ("with a word of the future", [log, witness, "delay 5", quorum], E12),
            ("with comments, blanks and an address", ["# who", "", log, f"  witness  v0 {key} https://m0.example/", more, quorum], None),
            ("with groups of groups", [log, witness, more, "group g any v1", "group h 1 g v0", "quorum h"], None),
            ("with a group that wants all", [log, witness, more, "group g all v0 v1", "quorum g"], E24)):
        text = "".join(f"{line}\n" for line in lines).removesuffix("end\n")
        yield f"a policy {what}", "block-of-many", {"trust_patch": [put("/policy", text)]}, check


def lone(epoch):
    return valset(epoch, 1)


def chained(members=lone, cut=0, signs=None, filler=True, **change):
    """A ledger of two epochs of one member, of three and their first step left out with `cut`; `signs`: the epoch whose
    keys sign the head; `change`: members of the seal that ends epoch 1."""
    ledger = forge.Ledger(members=members)
    steps = [ledger.end_epoch(**change)]
    if cut:
        steps.append(ledger.end_epoch())
    if filler:
        ledger.seal([b'{"filler":9}'])
    text = ledger.checkpoint().split("\n\n")[0] + "\n"
    signs = signs or ledger.epoch
    head = note(text, (ORIGIN, 1, f"log/{signs}/0"), ("m0.example", 4, f"cosign/{signs}/0"))
    key = k_row(OWNER)
    claim = {"type": "state-value", "state_key": {"ns": "K", "key": b64(key[1])}}
    return canonical(json.loads(ledger.evidence(claim, rows=[key], steps=steps[cut:])) | {"checkpoint": head}), ledger.trust()


def chains(files):
    """Steps of a policy chain (E13), and who judges a head that ends an epoch."""
    base = "policy-chain-of-one-member"
    file, trust = parsed(files, base)
    step = file["policy_chain"][0]
    text = step["note"].split("\n\n")[0] + "\n"
    vote = ("m0.example/vote", 1, "vote/1/0")
    at = "/policy_chain/0"
    note_of = lambda *lines: note("\n".join([*lines, ""]), vote)
    origin, size, tree, state, final, announced = text[:-1].split("\n")
    word, epoch, view, block = final.split(" ")
    other = "ab" * 32
    for what, changed in (
            ("has no signatures", text),
            ("has a seventh line", note(text + "x\n", vote)),
            ("is of another log", note_of("other.example/final", size, tree, state, final, announced)),
            ("is a checkpoint's", note_of(ORIGIN, size, tree, state, final, announced)),
            ("has a size with a zero before", note_of(origin, "0" + size, tree, state, final, announced)),
            ("has no word state", note_of(origin, size, tree, state.replace("state", "root"), final, announced)),
            ("has another state", note_of(origin, size, tree, f"state {b64(bytes(32))}", final, announced)),
            ("has an epoch with a zero before", note_of(origin, size, tree, state, f"final 0{epoch} {view} {block}", announced)),
            ("has another epoch", note_of(origin, size, tree, state, f"final 2 {view} {block}", announced)),
            ("has another view", note_of(origin, size, tree, state, f"final {epoch} 7 {block}", announced)),
            ("has another block", note_of(origin, size, tree, state, f"final {epoch} {view} {other}", announced))):
        yield f"a step whose note {what}", base, [put(at + "/note", changed)], E13
    moved = lone(2)
    moved["members"][0]["address"] = "127.0.0.1:9"
    of_moved = f"next {sha(b'qinglu/valset/1' + bytes(1), canonical(moved)).hex()}"
    yield ("a step whose note and set are others than the seal's", base,
           [put(at + "/note", note_of(origin, size, tree, state, final, of_moved)), put(at + "/set", b64(canonical(moved)))], E13)
    for what, patch, check in (
            ("of another set than the note's", put(at + "/set", b64(canonical(moved))), E13), ("of a set that is none", put(at + "/set", b64(b"{}")), E13),
            ("of a set that is no JSON", put(at + "/set", b64(b"x")), E13), ("of another policy than the set's", put(at + "/policy", step["policy"] + "# 2\n"), E13),
            ("that a stranger signed too", put(at + "/note", step["note"] + UNKNOWN), None),
            ("with a path to the head that is too long", put(at + "/consistency", step["consistency"] + [b64(bytes(32))]), E13)):
        yield f"a step {what}", base, [patch], check

    def whole(made):
        """A patch of all that is another in a ledger of its own."""
        new = map(json.loads, made)
        return {part: [put(f"/{name}", value) for name, value in document.items() if value != old[name]]
                for part, document, old in zip(("patch", "trust_patch"), new, (file, trust))}
    yield "a step whose seal ends no epoch", base, {"patch": whole(chained(epoch_end=False))["patch"]}, E13
    yield "a step whose seal has another member", base, {"patch": whole(chained(colour=1))["patch"]}, E13
    yield "a step of another epoch than the set before", base, whole(chained(lambda epoch: lone(2) | {"epoch": epoch}, cut=1, signs=2)), E13
    text = parsed(files, "head-that-ends-an-epoch")[0]["checkpoint"].split("\n\n")[0] + "\n"
    for what, cosigned, check in (("the members before", 1, None), ("its log before and the members after", 2, E24)):
        head = note(text, (ORIGIN, 1, "log/1/0"), ("m0.example", 4, f"cosign/{cosigned}/0"))
        yield f"a head that ends an epoch, by {what}", "head-that-ends-an-epoch", [put("/checkpoint", head)], check
    wrong = note(text, (ORIGIN, 1, "log/2/0")) + note("x\n", ("m0.example", 4, "cosign/2/0")).split("\n\n")[1]
    yield "a head that ends an epoch, cosigned wrongly by the members after", "head-that-ends-an-epoch", [put("/checkpoint", wrong)], E23
    both = note(text, *((ORIGIN, 1, f"log/{i}/0") for i in (1, 2)), ("m0.example", 4, "cosign/2/0"))
    other = note("\n".join([*text.split("\n")[:2], b64(bytes(32)), ""]), (ORIGIN, 1, "log/1/0"))
    yield ("another tree of a head that ends an epoch, by the log key before", "head-that-ends-an-epoch",
           [put("/checkpoint", both), add("/consistency", [{"note": other, "path": []}])], E81)


def heads(files):
    """Records under other heads (E44, E81)."""
    base = "block-of-many"
    file, trust = parsed(files, base)
    proof = file["records"][0]["tlog_proof"]
    yield "a record under a head with one more signature", base, [put("/records/0/tlog_proof", proof + UNKNOWN)], E44
    entry = base64.b64decode(file["records"][0]["entry"])
    size = file["claim"]["as_of_size"]
    path, text = [], f"{ORIGIN}\n{size}\n"
    index = int(proof.split("\n")[1][6:])
    h, i, n = sha(b"\0", entry), index, size - 1
    while n:  # an inclusion path of zeros
        if i % 2 or i < n:
            path.append(b64(bytes(32)))
            h = sha(b"\1", bytes(32), h) if i % 2 or i == n else sha(b"\1", h, bytes(32))
        i, n = i // 2, n // 2
    told = lambda log: [put("/records/0/tlog_proof", f"c2sp.org/tlog-proof@v1\nindex {index}\n" + "".join(f"{p}\n" for p in path) + "\n"
                            + note(f"{text}{b64(h)}\n", (ORIGIN, 1, log)))]
    yield "another tree of the head's size, by the same log key", base, told("log/1/0"), E81
    second = [put("/policy", f"log {vkey(ORIGIN, 1, public('log/1/1'))}\n{trust['policy']}")]
    yield "another tree of the head's size, by another log key", base, {"patch": told("log/1/1"), "trust_patch": second}, E44


def cases(files):
    """(what, base, parts, check) of all; `files`: {name: (evidence, trust)} of the good ones."""
    for what, check, patch in forged_block()[1]:
        yield what, "block-of-many", {"patch": patch}, check
    for group in (fields, claims, batches, notes, trusts, chains, heads):
        for what, base, patch, check in group(files):
            yield what, base, patch if isinstance(patch, dict) else {"patch": patch}, check


def bases():
    return {"block-of-many": forged_block()[0], "policy-chain-of-one-member": chained(), "head-that-ends-an-epoch": chained(filler=False)}
