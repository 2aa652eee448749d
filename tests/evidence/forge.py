#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes evidence files of ledgers that never were, with keys of its own, to ask both verifiers what no honest ledger
leads to: any signers, any rows. Trees and tries are built top down by their definitions, not as verify.py folds them.

A verifier executes no record, so that entries and rows need not fit each other. Keys are SHA-256 of a name; the same
calls give the same bytes (Ed25519 and RSA with PKCS #1 v1.5 are deterministic).
"""
import base64
import copy
import datetime
import functools
import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGIN = "forge.example/log"
NOW = 1_790_000_000  # POSIX seconds
PARTIES = [f"org:91500000QL000{i}000{c}" for i, c in enumerate("ABCDEFGH")]
AGENT, IPO, OWNER, OTHER = PARTIES[4:]  # the first four have a member of the set each


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(raw):
    return base64.b64encode(raw).decode()


def canonical(value):
    """Canonical JSON; bytes stay what they are, for what must not be canonical."""
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


@functools.cache
def secret(name):
    return Ed25519PrivateKey.from_private_bytes(sha(name.encode()))


def public(name):
    return secret(name).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def split(n):
    """The largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1


def root(leaves):
    """RFC 6962 over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    k = split(len(leaves))
    return sha(b"\1", root(leaves[:k]), root(leaves[k:]))


def inclusion(leaves, i):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return inclusion(leaves[:k], i) + [root(leaves[k:])] if i < k else inclusion(leaves[k:], i - k) + [root(leaves[:k])]


def consistency(leaves, m, whole=True):
    n = len(leaves)
    if m == n:
        return [] if whole else [root(leaves)]
    k = split(n)
    if m <= k:
        return consistency(leaves[:k], m, whole) + [root(leaves[k:])]
    return consistency(leaves[k:], m - k, False) + [root(leaves[:k])]


def bit(path, i):
    return path[i // 8] >> (7 - i % 8) & 1


def trie(rows, depth=0):
    """Root of {path: value hash}, by the definition of state-trie.md."""
    if not rows:
        return bytes(32)
    if len(rows) == 1:
        (path, vh), = rows.items()
        return sha(b"\2", path, vh)
    halves = [{p: v for p, v in rows.items() if bit(p, depth) == side} for side in (0, 1)]
    return sha(b"\3", trie(halves[0], depth + 1), trie(halves[1], depth + 1))


def row_proof(rows, ns, key):
    """A state proof of evidence.md, present or absent; `rows`: {(ns, key): object}."""
    path_of = lambda ns, key: sha(b"qinglu/state-key/1\0", ns.encode(), key)
    here = {path_of(*k): sha(b"\4", canonical(v)) for k, v in rows.items()}
    path, depth, siblings, mask = path_of(ns, key), 0, [], 0
    while len(here) > 1:
        beside = {p: v for p, v in here.items() if bit(p, depth) != bit(path, depth)}
        here = {p: v for p, v in here.items() if bit(p, depth) == bit(path, depth)}
        mask, depth = mask << 1 | bool(beside), depth + 1
        if beside:
            siblings.append(b64(trie(beside, depth)))
    size = (depth + 7) // 8
    proof = {"ns": ns, "key": b64(key), "depth": depth, "siblings": siblings, "terminal": {"kind": "empty"},
             "mask": b64((mask << (size * 8 - depth)).to_bytes(size, "big"))}
    if here:
        (found, vh), = here.items()
        proof["terminal"] = {"kind": "leaf", "path": b64(found), "vh": b64(vh)}
        if found == path:
            proof["value"] = b64(canonical(rows[ns, key]))
    return proof


def vkey(name, kind, key):
    return f"{name}+{sha(name.encode(), bytes([10, kind]), key)[:4].hex()}+{b64(bytes([kind]) + key)}"


def note(text, *signers):
    """A signed note; signers: (name, kind, secret's name) or with the time of a cosignature; kind 1 or 4."""
    lines = []
    for i, (name, kind, who, *time) in enumerate(signers):
        head = sha(name.encode(), bytes([10, kind]), public(who))[:4]
        time = time[0] if time else NOW + 1000 + i
        message = text if kind == 1 else f"cosignature/v1\ntime {time}\n{text}"
        stamp = time.to_bytes(8, "big") if kind == 4 else b""
        lines.append(f"\u2014 {name} {b64(head + stamp + secret(who).sign(message.encode()))}\n")
    return text + "\n" + "".join(lines)


def valset(epoch, n=4):
    """Set of an epoch: member i of epoch e has the keys `vote/e/i`, `log/e/i`, …"""
    key = lambda what, i: public(f"{what}/{epoch}/{i}").hex()
    return {"format": "qinglu-valset/1", "suite": 1, "epoch": epoch, "members": [
        {"address": f"127.0.0.1:{i}", "id": f"m{i}.example", "index": i, "party": PARTIES[i], "suite": 1, "weight": 1,
         "transport_key_hash": key("transport", i), "vote_key": key("vote", i), "log_key": key("log", i),
         "cosign_key": key("cosign", i), "intake_key": key("intake", i)} for i in range(n)]}


def policy(members):
    lines = [f"log {vkey(ORIGIN, 1, bytes.fromhex(m['log_key']))}" for m in members["members"]]
    lines += [f"witness v{m['index']} {vkey(m['id'], 4, bytes.fromhex(m['cosign_key']))}" for m in members["members"]]
    n = len(members["members"])
    names = " ".join(f"v{i}" for i in range(n))
    return "\n".join([*lines, f"group validators {n - (n - 1) // 3} {names}", "quorum validators", ""])


class Ledger:
    """Entries, and at each seal the state. `rows` is what the next seal commits to."""

    def __init__(self, genesis=b'{"format":"forged"}', members=valset):
        """members: the set of an epoch."""
        self.members = members
        self.entries, self.seals, self.rows, self.epoch = [genesis], [], {}, 0
        self.id = sha(b"qinglu/genesis/1\0", self.entries[0])
        self.name = "sha256:" + self.id.hex()
        for party in PARTIES:
            self.rows["K", party.encode() + b"\0k1"] = {"pub": public(party).hex(), "suite": 1, "windows": [{"from_index": 0}]}
        self.rows["R", IPO.encode() + b"\0IPO"] = {"grants": [{"from_index": 0}]}
        self.rows["V", bytes(8)] = {"epoch": 1}
        self.rows["V", (1).to_bytes(8, "big")] = {"from_size": 2, "set": members(1)}
        self.seal([], end=True)  # of genesis: its one record is entry 0
        self.epoch = 1

    def leaves(self, size=None):
        return [sha(b"\0", entry) for entry in self.entries[:size]]

    def seal(self, records, end=False, **change):
        """Appends a block; returns the index of its first record. `change`: members of its seal."""
        before = len(self.entries) if self.seals else 0
        self.entries += records
        number, height = len(self.entries) - before, len(self.seals)
        parent = sha(b"qinglu/block/1\0", self.seals[-1]["entry"]).hex() if self.seals else self.id.hex()
        value = {"empty": False, "epoch": self.epoch, "epoch_end": end, "format": "qinglu-seal/1", "height": height,
                 "justification_hash": "00" * 32, "ledger": self.id.hex(), "log_root_before": "00" * 32,
                 "log_size_before": before, "next_valset_hash": sha(b"qinglu/valset/1\0", canonical(self.members(self.epoch + end))).hex(),
                 "parent": parent, "parent_view": 0, "proposer": 0, "record_count": number, "records_root": "00" * 32,
                 "state_root": trie({sha(b"qinglu/state-key/1\0", ns.encode(), key): sha(b"\4", canonical(row))
                                     for (ns, key), row in self.rows.items()}).hex(),
                 "suite": 1, "time_ms": NOW * 1000 + height, "view": min(height, 1)} | change
        self.seals.append({"entry": canonical(value), "index": len(self.entries), "rows": dict(self.rows), "value": value})
        self.entries.append(canonical(value))
        return before

    def end_epoch(self, **change):
        """A block that ends the epoch; returns the step of a policy chain, its `consistency` to be put in."""
        self.seal([canonical({"filler": len(self.entries)})], end=True, **change)
        seal, size, nxt = self.seals[-1], len(self.entries), self.members(self.epoch + 1)
        value = seal["value"]
        text = (f"{ORIGIN}/final\n{size}\n{b64(root(self.leaves()))}\nstate {b64(bytes.fromhex(value['state_root']))}\n"
                f"final {self.epoch} {value['view']} {sha(b'qinglu/block/1' + bytes(1), seal['entry']).hex()}\n"
                f"next {value['next_valset_hash']}\n")
        votes = [(f"m{i}.example/vote", 1, f"vote/{self.epoch}/{i}") for i in range(min(3, len(nxt["members"])))]
        step = {"note": note(text, *votes), "set": b64(canonical(nxt)), "policy": policy(nxt),
                "seal": {"entry": b64(seal["entry"]), "path": list(map(b64, inclusion(self.leaves(), size - 1)))}}
        self.epoch += 1
        return step, size

    def checkpoint(self, size=None, epoch=None, cosigners=(0, 1, 2)):
        size, epoch = size or len(self.entries), epoch or self.epoch
        text = f"{ORIGIN}\n{size}\n{b64(root(self.leaves(size)))}\n"
        return note(text, (ORIGIN, 1, f"log/{epoch}/0"), *((f"m{i}.example", 4, f"cosign/{epoch}/{i}") for i in cosigners))

    def body(self, kind, data, signers, **more):
        """A body with an envelope of its own; `more` replaces members, None takes one out."""
        value = {"v": 1, "type": kind, "ledger_id": self.name, "nonce": "00" * 16, "expires_at": NOW, "rule_pack": 1,
                 "class": "PUBLIC", "submitter": signers[0], "signers": sorted(signers), "role": "PARTY",
                 "event_date": "2026-09-01", "subjects": [OWNER], "data": data} | more
        return {name: member for name, member in value.items() if member is not None}

    def sign(self, body, keys, domain=b"qinglu/record/1\0"):
        """The entry of a body; keys: (party, key id) or (party, key id, secret's name)."""
        sigs = [{"key_id": key[1], "party": key[0], "suite": 1,
                 "sig": b64(secret(key[-1] if len(key) > 2 else key[0]).sign(domain + self.id + canonical(body)))}
                for key in sorted(keys)]
        return canonical({"body": body, "sigs": sigs})

    def evidence(self, claim, records=(), rows=(), steps=(), epoch=None, **more):
        """records: indices; rows: (ns, key) or (ns, key, seal's number); steps: of end_epoch()."""
        leaves, size = self.leaves(), len(self.entries)
        path = lambda i: list(map(b64, inclusion(leaves, i)))
        head = self.checkpoint(epoch=epoch)
        placed = lambda seal: {"entry": b64(seal["entry"]), "index": seal["index"], "path": path(seal["index"])}
        seals, state, shown, chain = [], [], [], []

        def ref(number):
            if self.seals[number] is self.seals[-1]:
                return {}
            if number not in seals:
                seals.append(number)
            return {"seal_ref": seals.index(number)}

        for i in records:
            proof = "".join(f"{hash_}\n" for hash_ in path(i))
            block = next(n for n, seal in enumerate(self.seals) if seal["index"] > i)
            shown.append({"entry": b64(self.entries[i]), "role": "claim",
                          "tlog_proof": f"c2sp.org/tlog-proof@v1\nindex {i}\n{proof}\n{head}"} | ref(block))
        for ns, key, *number in rows:
            number = number[0] if number else len(self.seals) - 1
            state.append(row_proof(self.seals[number]["rows"], ns, key) | ref(number))
        for (step, at), nxt in zip(steps, [at for _, at in steps[1:]] + [size]):
            chain.append(step | {"consistency": list(map(b64, consistency(self.leaves(nxt), at)))})
        file = {"format": "qinglu-evidence/1", "suite": 1, "claim": {"as_of_size": size} | claim, "origin": ORIGIN,
                "ledger_id": self.name, "policy_chain": chain, "checkpoint": head, "seal": placed(self.seals[-1]),
                "seals": [placed(self.seals[n]) for n in seals], "first_quorum": [], "records": shown, "batches": [],
                "state": state} | more
        return canonical(file)

    def trust(self, epoch=1):
        members = self.members(epoch)
        return canonical({"format": "qinglu-trust/1", "suite": 1, "ledger_id": self.name, "origin": ORIGIN, "epoch": epoch,
                          "policy": policy(members), "validators": members})


# ---- cases: name, evidence, trust, and the check that fails (None: it is verified; or with the verdict, "verified": a warning)

DAY = "2026-09-01"
GRANT = {"party": OWNER, "role": "COURT", "scope": {"region": "50"}, "from": DAY}
MANDATE = {"principal": OWNER, "agent": AGENT, "powers": ["ALL"], "from": DAY}
COMMIT = {"type": "INV", "doc_commit": "sha256:" + "11" * 32, "applicant_commit": "sha256:" + "22" * 32}
REGISTER = {"kind": "ORG", "name": "示例", "region": "50", "uscc": "91500000QL0002010E"}
SUBJECT = "pat:202610123456X"


def k_row(party, key_id="k1"):
    return "K", party.encode() + b"\0" + key_id.encode()


def row_key(ns, *parts):
    return ns, b"\0".join(part.encode() for part in parts)


def one_record(kind, data, signers, keys=None, rows=(), shown=None, **more):
    """A ledger of one record. `keys`: as of sign(), else k1 of each signer; `rows`: what the state has besides, or
    None in a value's place for a row to take out; `shown`: rows to show, else those of the keys and all of `rows`."""
    ledger = Ledger()
    for key, value in dict(rows).items():
        ledger.rows[key] = value
    ledger.rows = {key: value for key, value in ledger.rows.items() if value is not None}
    keys = [(party, "k1") for party in signers] if keys is None else keys
    x = ledger.seal([ledger.sign(ledger.body(kind, data, signers, **more), keys)])
    if shown is None:
        shown = list(dict.fromkeys([k_row(*key[:2]) for key in keys if len(key) < 3] + list(dict(rows))))
    return ledger.evidence({"type": "record", "record_ref": 0}, [x], shown), ledger.trust()


def authorised():
    """Who had to sign, of evidence.md: each rule kept and broken."""
    E43, E42, E04, E45 = "E43_SIGNER_NOT_AUTHORISED", "E42_RECORD_SIGNATURE", "E04_FIELDS", "E45_BATCH_FORM"
    commit = lambda **more: one_record("patent.commit", COMMIT, [OWNER], **more)
    window = lambda **span: {k_row(OWNER): {"pub": public(OWNER).hex(), "suite": 1, "windows": [span]}}
    yield "a party for itself", *commit(), None
    yield "a key whose window begins behind the record", *commit(rows=window(from_index=3)), E43
    yield "a key whose window begins with the record", *commit(rows=window(from_index=2)), None
    yield "a key whose window ends at the record", *commit(rows=window(from_index=0, until_index=2)), E43
    yield "a key whose window ends behind the record", *commit(rows=window(from_index=0, until_index=3)), None
    yield "a key that nobody has", *commit(keys=[(OWNER, "k9")], rows={k_row(OWNER, "k9"): None}, shown=[k_row(OWNER, "k9")]), E42
    yield "a key of which the file says nothing", *commit(shown=[]), E04
    yield "another's signature", *commit(keys=[(OTHER, "k1")]), E43
    yield "one signer who did not sign", *one_record("patent.commit", COMMIT, [OWNER, OTHER], keys=[(OWNER, "k1")]), E43
    yield "two keys of one party", *commit(keys=[(OWNER, "k1"), (OWNER, "k2", OWNER)], shown=[k_row(OWNER), k_row(OWNER, "k2")],
                                           rows={k_row(OWNER, "k2"): {"pub": public(OWNER).hex(), "suite": 1, "windows": [{"from_index": 0}]}}), E43
    yield "a signer that has no place", *one_record("patent.commit", COMMIT, [OWNER, OTHER]), E43
    yield "a submitter that is no signer", *commit(submitter=OTHER), E43
    yield "a role that is none of the type's", *commit(role="IPO"), E43
    yield "a role that is none", *commit(role="KING"), E45
    yield "a day that does not exist", *commit(event_date="2026-02-30"), E45
    yield "subjects out of order", *commit(subjects=[OTHER, OWNER]), E45
    yield "a subject twice", *commit(subjects=[OWNER, OWNER]), E45
    yield "a member of the envelope too many", *commit(colour="green"), E45
    yield "a member of the envelope too few", *commit(nonce=None), E45
    yield "references", *commit(refs=["sha256:" + "33" * 32], supersedes="sha256:" + "44" * 32), None
    yield "references twice", *commit(refs=["sha256:" + "33" * 32] * 2), E45
    yield "no references", *commit(refs=[]), E45
    yield "a basis", *commit(basis=[{"law": "PL", "article": "22"}]), None
    yield "a basis without an article", *commit(basis=[{"law": "PL"}]), E45
    yield "an attachment", *commit(attach=[{"media": "text/plain", "name": "a", "sha256": "sha256:" + "55" * 32, "size": 3}]), None
    yield "another ledger", *commit(ledger_id="sha256:" + "00" * 32), E45
    yield "a type of the future", *one_record("patent.dream", COMMIT, [OWNER]), "E03_FORMAT_UNSUPPORTED"

    grant = lambda **more: {row_key("R", IPO, "IPO"): {"grants": [{"from_index": 0} | more]}}
    register = lambda rows: one_record("party.register", REGISTER, [IPO], role="IPO", rows=rows, subjects=["org:91500000QL0002010E"])
    yield "an office with its role", *register(grant()), None
    yield "an office whose role is over", *register(grant(until_index=2)), E43
    yield "an office whose role begins later", *register(grant(**{"from_index": 3})), E43
    yield "an office on the first day of its role", *register(grant(**{"from": DAY, "until": DAY})), None
    yield "an office the day after its role", *register(grant(until="2026-08-31")), E43
    yield "an office the day before its role", *register(grant(**{"from": "2026-09-02"})), E43
    yield "an office without a role", *register({row_key("R", IPO, "IPO"): None}), E43

    yield "a mandate that both sign", *one_record("mandate.grant", MANDATE, [OWNER, AGENT]), None
    yield "a mandate that one signs", *one_record("mandate.grant", MANDATE, [OWNER]), E43
    yield "a mandate that a third signs too", *one_record("mandate.grant", MANDATE, [OWNER, AGENT, OTHER]), E43

    def agent(kind="patent.commit", data=COMMIT, rows=True, **grant):
        m = {row_key("M", OWNER, AGENT): {"grants": [{"from": DAY, "from_index": 0, "powers": ["FILING"]} | grant]} if rows else None}
        return one_record(kind, data, [AGENT], acting_for=OWNER, role="AGENT", rows=m)
    yield "an agent with a mandate", *agent(), None
    yield "an agent for all", *agent(powers=["ALL"]), None
    yield "an agent for something else", *agent(powers=["MARKET"]), E43
    yield "an agent whose mandate is over", *agent(until_index=2), E43
    yield "an agent before its mandate", *agent(**{"from": "2026-09-02"}), E43
    yield "an agent for this subject", *agent(subject=OWNER), None
    yield "an agent for another subject", *agent(subject=OTHER), E43
    yield "an agent without a mandate", *agent(rows=False), E43
    yield "an agent in what has none", *agent(kind="key.compromise", data={"party": OWNER, "key_id": "k1", "compromised_from": 5}), E43

    new = {"party": OWNER, "key_id": "k2", "suite": 1, "pub": public("new key").hex()}
    proof, role = (OWNER, "k2", "new key"), {"role": "IPO", "rows": grant()}
    yield "a key, added by owner and office", *one_record("key.add", new, [IPO, OWNER], [(IPO, "k1"), (OWNER, "k1"), proof], **role), None
    yield "a first key", *one_record("key.add", new, [IPO, OWNER], [(IPO, "k1"), proof], **role), None
    yield "a key without proof of possession", *one_record("key.add", new, [IPO, OWNER], [(IPO, "k1"), (OWNER, "k1")], **role), E43
    yield "a key whose proof is another's", *one_record("key.add", new, [IPO, OWNER], [(IPO, "k1"), (OWNER, "k2", "old key")],
                                                     role="IPO", rows=grant(), shown=[k_row(IPO), row_key("R", IPO, "IPO")]), E42
    yield "a key whose owner is no signer", *one_record("key.add", new, [IPO], [(IPO, "k1"), proof], **role), E43
    yield "a key that an owner adds alone", *one_record("key.add", new, [OWNER], [(OWNER, "k1"), proof], role="GOV"), None
    yield "a key that signs for itself alone", *one_record("key.add", new, [OWNER], [proof], role="GOV"), E43
    rotated = new | {"old_key_id": "k1"}
    yield "a key, changed", *one_record("key.rotate", rotated, [IPO, OWNER], [(IPO, "k1"), (OWNER, "k1"), proof], **role), None
    yield "another type with a key of no row", *one_record("key.compromise", {"party": OWNER, "key_id": "k2", "compromised_from": 5}, [OWNER],
                                                          [proof], shown=[k_row(OWNER, "k2")]), E42

    directory, first = ("V", bytes(8)), ("V", (1).to_bytes(8, "big"))
    sets = {directory: {"epoch": 1}, first: {"from_size": 2, "set": valset(1)}}
    council = lambda parties, rows=sets, **more: one_record("role.grant", GRANT, parties, role="GOV", rows=rows, **more)
    yield "a council of three of four", *council(PARTIES[:3]), None
    yield "a council of two of four", *council(PARTIES[:2]), E43
    yield "a council with a stranger", *council([*PARTIES[:3], OTHER]), E43
    yield "a council of which the file shows no set", *council(PARTIES[:3], shown=[k_row(p) for p in PARTIES[:3]]), E04
    changed = {"from_height": 5, "from_size": 9, "ready": [{"member": "m0.example", "time_ms": 5}], "record": "sha256:" + "66" * 32}
    yield "a council that came by a record", *council(PARTIES[:3], rows=sets | {first: changed | {"set": valset(1)}}), None


def rows_and_lists():
    E52, E53, E55, E60 = ("E52_STATE_VALUE_MISMATCH", "E53_CLAIMED_ABSENT_IS_PRESENT", "E55_CLAIM_MISMATCH", "E60_SUBJECT_ID")

    def row(key, value):
        ledger = Ledger()
        ledger.rows[key] = value
        ledger.seal([b'{"filler":1}'])
        claim = {"type": "state-value", "state_key": {"ns": key[0], "key": b64(key[1])}}
        return ledger.evidence(claim, rows=[key]), ledger.trust()
    public_key = "K", b"\0" + b"ab" * 32
    pending = {"from_height": 5, "ready": [], "record": "sha256:" + "66" * 32, "set": valset(2)}
    windows = lambda *spans: {"pub": "ab" * 32, "suite": 1, "windows": list(spans)}
    yield "a public key's row", *row(public_key, {"party": OWNER, "purpose": "record"}), None
    yield "a validator key's row", *row(public_key, {"epoch": 2, "party": OWNER, "purpose": "vote"}), None
    yield "a set that waits", *row(("V", (2).to_bytes(8, "big")), pending), None
    yield "windows", *row(k_row("x"), windows({"from_index": 1, "until_index": 3}, {"from_index": 3})), None
    yield "windows that overlap", *row(k_row("x"), windows({"from_index": 1, "until_index": 4}, {"from_index": 3})), E52
    yield "no window", *row(k_row("x"), windows()), E52
    yield "a window behind an open one", *row(k_row("x"), windows({"from_index": 1}, {"from_index": 3})), E52
    yield "lists without list 0", *row(("H", b"x"), {"lists": [{"category": 1, "count": 1, "last_index": 1, "root": "sha256:" + "00" * 32}]}), E52
    yield "a row of any other namespace", *row(("Z", b"x"), {"a": 1}), None

    def silence(subject, kind, rows, shown, categories=(0,), **more):
        ledger = Ledger()
        ledger.rows |= rows
        ledger.seal([b'{"filler":1}'])
        claim = {"type": "absence", "subject": {"id": subject, "kind": kind, "categories": list(categories)}} | more
        return ledger.evidence(claim, rows=shown), ledger.trust()
    lists = lambda *categories: {"lists": [{"category": c, "count": 1, "last_index": 0, "root": "sha256:" + "00" * 32} for c in categories]}
    a, h, cmt = row_key("A", SUBJECT), row_key("H", SUBJECT), "cmt:" + "ab" * 32
    yield "nothing about a patent", *silence(SUBJECT, 2, {}, [a, h]), None
    yield "nothing about a patent, its alias row not shown", *silence(SUBJECT, 2, {}, [h]), E60
    yield "nothing about a patent, its list not shown", *silence(SUBJECT, 2, {}, [a]), E60
    yield "a patent as a party", *silence(SUBJECT, 1, {}, [a, h]), E55
    yield "a number that is no patent's", *silence("pat:202640123456X", 2, {}, [row_key("A", "pat:202640123456X"), row_key("H", "pat:202640123456X")]), E55
    yield "something in another category", *silence(SUBJECT, 2, {h: lists(0, 3)}, [a, h], [2, 4]), None
    yield "something in this category", *silence(SUBJECT, 2, {h: lists(0, 3)}, [a, h], [2, 3]), E53
    alias = {a: {"ids": [cmt, SUBJECT]}, row_key("A", cmt): {"ids": [cmt, SUBJECT]}}
    yield "nothing under both names", *silence(SUBJECT, 2, alias, [a, h, row_key("H", cmt)]), None
    yield "nothing under one name", *silence(SUBJECT, 2, alias, [a, h]), E60
    yield "something under the other name", *silence(SUBJECT, 2, alias | {row_key("H", cmt): lists(0)}, [a, h, row_key("H", cmt)]), E53
    agency = row_key("H", "agt:" + AGENT)
    yield "nothing by an agency", *silence(AGENT, 5, {row_key("H", AGENT): lists(0)}, [row_key("A", AGENT), agency]), None
    yield "something by an agency", *silence(AGENT, 5, {agency: lists(0)}, [row_key("A", AGENT), agency]), E53
    no_agency = "org:nobody"
    yield "nothing by an agency that is none", *silence(no_agency, 5, {}, [row_key("A", no_agency), row_key("H", "agt:" + no_agency)]), E55
    yield "a person as an agency", *silence("per:" + "ab" * 32, 5, {}, [row_key("A", "per:" + "ab" * 32), row_key("H", "agt:per:" + "ab" * 32)]), E55
    yield "an agency's list as a party's", *silence(AGENT, 5, {}, [row_key("A", AGENT), row_key("H", AGENT)]), E60

    for flags, more in ((0, {}), (1, {"class": "SEALED"}), (2, {"supersedes": "sha256:" + "44" * 32}),
                        (3, {"class": "SEALED", "supersedes": "sha256:" + "44" * 32})):
        for told in (0, 1, 2, 3, 4):
            ledger = Ledger()
            entry = ledger.sign(ledger.body("patent.commit", COMMIT, [OWNER], **more), [(OWNER, "k1")])
            leaf = (2).to_bytes(8, "big") + sha(b"\0", entry) + bytes([told])
            ledger.rows[row_key("H", OWNER)] = {"lists": [{"category": 0, "count": 1, "last_index": 2, "root": "sha256:" + root([sha(b"\0", leaf)]).hex()}]}
            ledger.seal([entry])
            part = {"id": OWNER, "category": 0, "state_ref": 1, "from_seq": 0, "prefix_range": [], "leaves": [b64(leaf)],
                    "records": [{"seq": 0, "record_ref": 0}]}
            claim = {"type": "history", "subject": {"id": OWNER, "kind": 1, "categories": [0]}, "all_disclosed": True}
            file = ledger.evidence(claim, [2], [row_key("A", OWNER), row_key("H", OWNER), k_row(OWNER)], history=[part])
            yield f"flags {flags} told as {told}", file, ledger.trust(), None if flags == told else "E05_ENCODING" if told > 3 else "E64_HISTORY_RECORD_MISMATCH"


    def listed(indices, last):
        """A list of two leaves whose records are withheld."""
        ledger = Ledger()
        leaves = [i.to_bytes(8, "big") + bytes([i]) * 32 + bytes(1) for i in indices]
        whole = root([sha(b"\0", leaf) for leaf in leaves])
        ledger.rows[row_key("H", OWNER)] = {"lists": [{"category": 0, "count": 2, "last_index": last, "root": "sha256:" + whole.hex()}]}
        ledger.seal([b'{"filler":1}', b'{"filler":2}'])
        part = {"id": OWNER, "category": 0, "state_ref": 1, "from_seq": 0, "prefix_range": [], "leaves": list(map(b64, leaves)), "records": []}
        claim = {"type": "history", "subject": {"id": OWNER, "kind": 1, "categories": [0]}}
        return ledger.evidence(claim, rows=[row_key("A", OWNER), row_key("H", OWNER)], history=[part]), ledger.trust()
    yield "a list whose records are withheld", *listed((0, 3), 3), None
    yield "a list out of order", *listed((3, 0), 0), "E63_HISTORY_ORDER"
    yield "a list with a record twice", *listed((3, 3), 3), "E63_HISTORY_ORDER"
    yield "a list whose last record is another", *listed((0, 2), 3), "E63_HISTORY_ORDER"
    yield "a list that knows the future", *listed((0, 4), 4), "E63_HISTORY_ORDER"


def entries():
    """Entries and batches of forms that no ledger takes."""
    E41, E45 = "E41_RECORD_NOT_CANONICAL", "E45_BATCH_FORM"

    def raw(make):
        ledger = Ledger()
        good = ledger.sign(ledger.body("patent.commit", COMMIT, [OWNER]), [(OWNER, "k1")])
        x = ledger.seal([make(good)])
        return ledger.evidence({"type": "record", "record_ref": 0}, [x], [k_row(OWNER)]), ledger.trust()
    edited = lambda change: lambda good: canonical(change(json.loads(good)))
    yield "an entry with a blank", *raw(lambda good: good + b" "), E41
    yield "an entry with a byte order mark", *raw(lambda good: b"\xef\xbb\xbf" + good), E41
    yield "an entry that is too long", *raw(edited(lambda v: v | {"z": "z" * 61_440})), E41
    yield "an entry with a number that is no integer", *raw(lambda good: good.replace(b'"v":1}', b'"v":1.0}')), E41
    yield "an entry with a direction mark", *raw(edited(lambda v: v | {"z": "\u202e"})), E41
    yield "an entry with another member", *raw(edited(lambda v: v | {"z": 1})), E45
    yield "an entry without signatures", *raw(edited(lambda v: v | {"sigs": []})), E45
    yield "signatures of another suite", *raw(edited(lambda v: v | {"sigs": [v["sigs"][0] | {"suite": 2}]})), E45
    yield "a signature that is too short", *raw(edited(lambda v: v | {"sigs": [v["sigs"][0] | {"sig": "AAAA"}]})), E45
    yield "a signature twice", *raw(edited(lambda v: v | {"sigs": v["sigs"] * 2})), E45
    yield "a changed word", *raw(lambda good: good.replace(b'"INV"', b'"DES"')), "E42_RECORD_SIGNATURE"

    def member(kind="patent.commit", data=COMMIT, n=1, count=3, signers=(OWNER,), role="PARTY", batch=2, **more):
        ledger = Ledger()
        bodies = [ledger.body(kind, data, list(signers), role=role, nonce=f"{i:032x}") for i in range(3)]
        leaves = [sha(b"\0", canonical(body)) for body in bodies]
        manifest = {"count": count, "expires_at": NOW, "ledger_id": ledger.name, "nonce": "00" * 16, "signers": list(signers),
                    "root": "sha256:" + root(leaves).hex(), "submitter": signers[0], "type": "batch", "v": 1} | more
        x = ledger.seal([ledger.sign(manifest, [(party, "k1") for party in signers], b"qinglu/batch/1\0"),
                         *(canonical({"batch": batch, "body": body, "n": i}) for i, body in enumerate(bodies))])
        file = json.loads(ledger.evidence({"type": "record", "record_ref": 0}, [x + 1 + n, x], [k_row(p) for p in signers]))
        entry = file["records"].pop()
        file["batches"] = [{"entry": entry["entry"], "tlog_proof": entry["tlog_proof"]}]
        file["records"][0]["batch"] = {"ref": 0, "path": list(map(b64, inclusion(leaves, n)))}
        return canonical(file), ledger.trust()
    yield "the second of a batch", *member(), None
    yield "the third of a batch", *member(n=2), None
    yield "one beyond the count", *member(n=2, count=2), "E47_BATCH_POSITION"
    yield "a batch of none", *member(count=0), E45
    yield "a batch of too many", *member(count=1001), E45
    yield "a batch of another count", *member(count=5), "E48_BATCH_PATH"
    yield "a batch of another place", *member(batch=1), "E47_BATCH_POSITION"
    yield "a batch with one more word", *member(note="x"), E45
    yield "a batch of a type that stands alone", *member("key.compromise", {"party": OWNER, "key_id": "k1", "compromised_from": 5}), E45
    yield "a batch signed in another name", *member(submitter=OTHER), None
    yield "a batch of others", *member(signers=[OTHER]), None


def random_record(chance):
    """A record of random signers, roles and rows: about half of what can be wrong is wrong in one of some places."""
    pool, often = [OWNER, OTHER, AGENT, IPO], lambda p=0.85: chance.random() < p
    span = lambda: {"from_index": chance.choice([0, 0, 0, 2, 3])} | ({} if often() else {"until_index": chance.choice([2, 3, 9])})
    def spans():
        first = span()
        last = first.get("until_index", 0)
        return [first] if often() or not last or last < first["from_index"] else [first, {"from_index": last}]
    dates = lambda: ({"from": chance.choice(["2026-08-31", DAY, "2026-09-02"])} | ({} if often() else {"until": chance.choice(["2026-08-31", DAY])}))
    new = {"party": chance.choice(pool), "key_id": "k2", "suite": 1, "pub": public("new key").hex()}
    kind, data, role = chance.choice([
        ("patent.commit", COMMIT, "PARTY"), ("patent.commit", COMMIT, "AGENT"), ("mandate.grant", MANDATE, "PARTY"),
        ("key.add", new, "IPO"), ("key.rotate", new | {"old_key_id": "k1"}, "GOV"), ("party.register", REGISTER, "IPO"),
        ("role.grant", GRANT, "GOV"), ("key.compromise", {"party": OWNER, "key_id": "k1", "compromised_from": 5}, "PARTY")])
    signers = chance.sample(pool, chance.choice([1, 1, 2, 3]))
    if kind == "mandate.grant" and often():
        signers = [OWNER, AGENT] + [OTHER] * (not often())
    if kind == "role.grant":
        signers = chance.sample(PARTIES[:4], chance.choice([2, 3, 3, 4])) + [OWNER] * (not often())
    if role == "IPO" and often():
        signers = [IPO] + [party for party in signers if party != IPO]
    keys = [(party, "k1") for party in signers if often(0.95)] or [(OWNER, "k1")]
    if kind.startswith("key.") and kind != "key.compromise" and often():
        keys.append((new["party"], "k2", "new key"))
        signers += [new["party"]] * (new["party"] not in signers and often())
    more, rows = {"role": role if often() else chance.choice(["PARTY", "AGENT", "GOV", "IPO"])}, {}
    if role == "AGENT" or not often(0.95):
        more["acting_for"] = chance.choice(pool)
        powers = chance.choice([["ALL"], ["FILING"], ["FILING", "MARKET"], ["MARKET"]])
        grant = span() | {"from": DAY} | dates() | {"powers": powers}
        rows[row_key("M", more["acting_for"], signers[0])] = {"grants": [
            grant | ({} if often() else {"subject": chance.choice(pool)})]} if often() else None
    for party in dict.fromkeys(key[0] for key in keys if key[1] == "k1"):
        if not often(0.8):
            rows[k_row(party)] = {"pub": public(party).hex(), "suite": 1, "windows": spans()}
    if more["role"] == "IPO":
        rows[row_key("R", signers[0], "IPO")] = {"grants": [span() | dates()]} if often() else None
    if kind == "role.grant":
        rows |= {("V", bytes(8)): {"epoch": 1}, ("V", (1).to_bytes(8, "big")): {"from_size": 2, "set": valset(1)}}
    if not often(0.95):
        more["submitter"] = chance.choice(pool)
    if not often(0.9):
        more["class"] = "SEALED"
    shown = list(dict.fromkeys([k_row(*key[:2]) for key in keys if len(key) < 3] + list(rows)))
    shown = [row for row in shown if often(0.98)]
    rows = {key: row for key, row in rows.items()
            if row is None or all(s["from_index"] <= s.get("until_index", 99) for s in row.get("windows", row.get("grants", [])))}
    return one_record(kind, data, signers, keys, rows, shown, **more)


def disclosures():
    E70, slots = "E70_DISCLOSURE_MISMATCH", ["abstract", "inventors", "ipc", "agent_ref", "doc_list", "note"]
    value, salt = canonical({"zh": "一种装置"}), bytes([4]) * 32
    commit = lambda name, value=value: sha(b"\5", len(name).to_bytes(2, "big"), name.encode(), salt, len(value).to_bytes(4, "big"), value)
    leaf = lambda slot, c: sha(b"\6", bytes([slot]), c)
    leaves = [leaf(i, commit("ipc") if i == 2 else bytes([160 + i]) * 32) for i in range(8)]
    pairs = [sha(b"\7", leaves[i], leaves[i + 1]) for i in (0, 2, 4, 6)]
    fours = [sha(b"\7", pairs[0], pairs[1]), sha(b"\7", pairs[2], pairs[3])]
    path, private_root = [leaves[3], pairs[0], fours[1]], sha(b"\7", *fours)

    def shown(private=True, **more):
        ledger = Ledger()
        private = {"private_root": "sha256:" + private_root.hex(), "private_width": 8} if private is True else private
        data = COMMIT | {"doc_commit": "sha256:" + commit("doc").hex()}
        x = ledger.seal([ledger.sign(ledger.body("patent.commit", data, [OWNER], **private), [(OWNER, "k1")])])
        field = {"record_ref": 0, "name": "ipc", "value": b64(value), "salt": b64(salt), "path": list(map(b64, path))} | more
        return ledger.evidence({"type": "record", "record_ref": 0}, [x], [k_row(OWNER)], disclosures=[field]), ledger.trust()
    assert slots.index("ipc") == 2
    yield "a confidential field", *shown(), None
    yield "a committed field of data", *shown(name="doc", path=[]), None
    def worded(word):
        """A committed field of data that is no object."""
        ledger = Ledger()
        data = COMMIT | {"doc_commit": "sha256:" + commit("doc", word).hex()}
        x = ledger.seal([ledger.sign(ledger.body("patent.commit", data, [OWNER]), [(OWNER, "k1")])])
        field = {"record_ref": 0, "name": "doc", "value": b64(word), "salt": b64(salt), "path": []}
        return ledger.evidence({"type": "record", "record_ref": 0}, [x], [k_row(OWNER)], disclosures=[field]), ledger.trust()
    for word in ('"半年一付"', "5", "-5", "true", '["a",1]', "[]", '""'):
        yield f"a field that is {word}", *worded(word.encode()), None
    for word in ("", "null", "5.0", "05", " 5", '"a" ', "半年", '"\\u0061"', "9007199254740992", '"\u202e"', "[" * 17 + "]" * 17, '"' + "a" * 61_439 + '"'):
        yield f"a field that is no value, {word[:30]}", *worded(word.encode()), E70
    yield "another value", *shown(value=b64(canonical({"zh": "一种方法"}))), E70
    yield "another salt", *shown(salt=b64(bytes(32))), E70
    yield "under another name", *shown(name="note"), E70
    yield "under a name that is no slot", *shown(name="ipd"), E70
    yield "a path that is too short", *shown(path=list(map(b64, path[:2]))), E70
    yield "a field of data under another name", *shown(name="applicant", path=[]), E70
    yield "a record without a private section", *shown(private={}), E70
    yield "a width that is not the type's", *shown(private={"private_root": "sha256:" + private_root.hex(), "private_width": 16}), "E45_BATCH_FORM"
    yield "a width without a root", *shown(private={"private_width": 8}), "E45_BATCH_FORM"


# ---- a time-stamp authority

def der(tag, *parts):
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, len(body)]) + body if len(body) < 128 else bytes([tag, 0x80 | len(size)]) + size + body


SHA256 = der(0x30, bytes.fromhex("0609608648016503040201"), b"\5\0")
RSA = der(0x30, bytes.fromhex("06092a864886f70d010101"), b"\5\0")
TST_INFO, SIGNED_DATA = bytes.fromhex("060b2a864886f70d0109100104"), bytes.fromhex("06092a864886f70d010702")
ATTRIBUTE = {name: bytes.fromhex("060" + tail) for name, tail in (
    ("content-type", "92a864886f70d010903"), ("message-digest", "92a864886f70d010904"), ("certificate", "b2a864886f70d010910022f"))}


@functools.cache
def authority(common_name="Forged Time"):
    """RSA key of 2,048 bits and certificate of the forgers' time-stamp authority."""
    def prime(name):
        small = [n for n in range(3, 2000, 2) if all(n % m for m in range(3, int(n**0.5) + 1, 2))]
        n = int.from_bytes(b"".join(sha(name.encode(), bytes([i])) for i in range(4)), "big") | 3 << 1022 | 1
        while (any(n % m == 0 for m in small) or n % 65537 == 1 or any(pow(a, n - 1, n) != 1 for a in (2, 3, 5))):
            n += 2
        return n
    p, q, e = prime("tsa/p"), prime("tsa/q"), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, p * q))
    key = numbers.private_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
            .not_valid_before(datetime.datetime(2026, 1, 1)).not_valid_after(datetime.datetime(2040, 1, 1))
            .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(key, hashes.SHA256()))
    return key, made.public_bytes(Encoding.DER), made.issuer.public_bytes()


def token(stamped, time, fraction="", name="Forged Time"):
    """A token of RFC 3161 over these bytes at this time (POSIX seconds, and a fraction as text: ".5")."""
    key, certificate, issuer = authority(name)
    moment = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y%m%d%H%M%S") + fraction + "Z"
    info = der(0x30, b"\2\1\1", bytes.fromhex("06022a03"), der(0x30, SHA256, der(4, sha(stamped))), b"\2\1\5",
               der(0x18, moment.encode()), der(0x30, b"\2\1\1"))
    signed = sorted([der(0x30, ATTRIBUTE["content-type"], der(0x31, TST_INFO)),
                     der(0x30, ATTRIBUTE["message-digest"], der(0x31, der(4, sha(info)))),
                     der(0x30, ATTRIBUTE["certificate"], der(0x31, der(0x30, der(0x30, der(0x30, der(4, sha(certificate)))))))])
    signature = key.sign(der(0x31, *signed), padding.PKCS1v15(), hashes.SHA256())
    signer = der(0x30, b"\2\1\1", der(0x30, issuer, b"\2\1\7"), SHA256, der(0xA0, *signed), RSA, der(4, signature))
    data = der(0x30, b"\2\1\3", der(0x31, SHA256), der(0x30, TST_INFO, der(0xA0, der(4, info))), der(0xA0, certificate), der(0x31, signer))
    return der(0x30, SIGNED_DATA, der(0xA0, data))


def timestamps():
    E90, late = "E90_TIMESTAMP", ("E90_TIMESTAMP", "verified")

    def stamped(make, alg="rfc3161", times=1):
        raw, trust = one_record("patent.commit", COMMIT, [OWNER])
        file = json.loads(raw)
        stamps = [{"alg": alg, "token": b64(make(file["checkpoint"].encode()))}] * times
        return canonical(file | {"timestamps": stamps}), trust
    at = lambda time, fraction="": lambda note: token(note, time, fraction)
    yield "a time-stamp", *stamped(at(NOW + 2000)), None
    yield "a time-stamp with a fraction of a second", *stamped(at(NOW + 2000, ".125")), None
    yield "a time-stamp twice", *stamped(at(NOW + 2000), times=2), None
    yield "time-stamps without end", *stamped(at(NOW + 2000), times=65), "E05_ENCODING"
    yield "no time-stamps", *stamped(at(NOW), times=0), "E04_FIELDS"
    yield "a time-stamp of the seal's time", *stamped(at(NOW)), None
    yield "a time-stamp sixty seconds before the seal", *stamped(at(NOW - 60, ".001")), None
    yield "a time-stamp more than sixty seconds before the seal", *stamped(at(NOW - 60)), late
    yield "a time-stamp of the year before", *stamped(at(1_767_225_599)), E90  # the certificate was not valid yet
    yield "a time-stamp of another note", *stamped(lambda note: token(note + b"\n", NOW + 2000)), E90
    yield "a time-stamp of the note's text alone", *stamped(lambda note: token(note[:note.index(b"\n\n") + 1], NOW + 2000)), E90
    yield "a time-stamp and a byte", *stamped(lambda note: token(note, NOW + 2000) + b"\0"), E90
    yield "a time-stamp of a name with a direction mark", *stamped(lambda note: token(note, NOW + 2000, name="\u202eemiT")), None
    yield "a time-stamp cut short", *stamped(lambda note: token(note, NOW + 2000)[:-1]), E90
    yield "a time-stamp of nothing", *stamped(lambda note: b""), E90
    yield "a time-stamp that is too long", *stamped(lambda note: der(0x30, bytes(16_384))), E90
    yield "a time-stamp whose content was changed", *stamped(lambda note: token(note, NOW + 2000).replace(b"20260921", b"20260922")), E90
    yield "a time-stamp of the future", *stamped(at(NOW), alg="rfc9999"), "E03_FORMAT_UNSUPPORTED"


def attachments():
    E92, E05 = "E92_ATTACHMENT", "E05_ENCODING"
    digest, sm3 = "sha256:" + "55" * 32, "sm3:" + "66" * 32
    exhibit = {"digest": {"sha256": digest, "sm3": sm3}, "size": 3, "media": "text/plain", "source": "s", "method": "m",
               "tool": {"name": "t", "ver": "1", "hash": "sha256:" + "77" * 32}, "operator_commit": "sha256:" + "11" * 32,
               "captured_at": "2026-09-01T00:00:00Z", "clock_source": "NTP", "clock_offset_ms": 0, "env_check_hash": "sha256:" + "22" * 32,
               "custody": [{"party": OWNER, "from": "2026-09-01T00:00:00Z"}]}

    def shown(names=("a.txt",), deposit=False, **more):
        made = (one_record("evidence.deposit", exhibit, [OWNER]) if deposit else one_record(
            "patent.commit", COMMIT, [OWNER], attach=[{"media": "text/plain", "name": "x", "sha256": digest, "size": 3, "sm3": sm3}]))
        file = {"media": "text/plain", "sha256": digest, "size": 3} | more
        return canonical(json.loads(made[0]) | {"attachments": [{"name": name} | file for name in names]}), made[1]
    for deposit in (False, True):
        of = " of a deposit" if deposit else ""
        yield "a file beside" + of, *shown(deposit=deposit), None
        yield "a file beside, with its SM3" + of, *shown(deposit=deposit, sm3=sm3), None
        yield "a file beside, with another SM3" + of, *shown(deposit=deposit, sm3="sm3:" + "67" * 32), E92
        yield "a file that no record names" + of, *shown(deposit=deposit, sha256="sha256:" + "56" * 32), E92
        yield "a file of another size" + of, *shown(deposit=deposit, size=4), E92
        yield "a file of another kind" + of, *shown(deposit=deposit, media="text/html"), E92
    yield "a file beside, with an empty SM3", *shown(sm3=""), E05
    yield "one file under two names", *shown(["a.txt", "b.txt"]), None
    yield "files out of order", *shown(["b.txt", "a.txt"]), E05
    yield "a name twice", *shown(["a.txt", "a.txt"]), E05
    yield "no files", *shown([]), "E04_FIELDS"
    for name in ("", ".", "..", ".hidden", "../a.txt", "a/b", "a\\b", "C:a", "a\nb", "a\x7fb", "文" * 86):
        yield f"a file named {name!r}", *shown([name]), E05
    for name in ("合同 (1).pdf", "文" * 85, "a..b", "\u0430.txt"):
        yield f"a file named {name!r}", *shown([name]), None
    yield "a file named with a direction mark", *shown(["a\u202efdp.exe"]), "E02_JSON_NOT_STRICT"
    yield "a size that is none", *shown(size=-1), E05


def erasures():
    E71, E70 = "E71_ERASED_FIELD", "E70_DISCLOSURE_MISMATCH"
    value, salt = canonical({"zh": "张三"}), bytes([4]) * 32
    commit = lambda name: "sha256:" + sha(b"\5", len(name).to_bytes(2, "big"), name.encode(), salt, len(value).to_bytes(4, "big"), value).hex()
    data = COMMIT | {name + "_commit": commit(name) for name in ("doc", "applicant")}

    def erased(fields=("applicant_commit",), lines=(("applicant_commit", 1),), shown=(), of=0):
        """Two records alike, and a notice that names `fields` of record `of`; lines: (name, notice_ref)."""
        ledger = Ledger()
        office = PARTIES[0]
        bodies = [ledger.body("patent.commit", data, [OWNER], nonce=f"{i:032x}") for i in range(2)]
        notice = ledger.body("privacy.erase_notice", {
            "subject_commit": commit("applicant"), "basis": "PIPL 47", "date": DAY,
            "fields": [{"record": "sha256:" + sha(canonical(bodies[of])).hex(), "field": name} for name in fields]}, [office], role="GOV")
        x = ledger.seal([ledger.sign(body, [(OWNER, "k1")]) for body in bodies] + [ledger.sign(notice, [(office, "k1")])])
        more = {"erased": [{"record_ref": 0, "name": name, "notice_ref": ref} for name, ref in lines]} if lines else {}
        if shown:
            more["disclosures"] = [{"record_ref": ref, "name": name, "value": b64(value), "salt": b64(salt), "path": []} for name, ref in shown]
        file = json.loads(ledger.evidence({"type": "record", "record_ref": 0}, [x, x + 2, x + 1], [k_row(OWNER), k_row(office)], **more))
        for record in file["records"][1:]:
            record["role"] = "context"
        return canonical(file), ledger.trust()
    yield "an erased field", *erased(), None
    yield "an erased field by half its name", *erased(lines=[("applicant", 1)]), E71
    yield "an erased private slot", *erased(["abstract"], [("abstract", 1)]), None
    yield "two erased fields", *erased(["applicant_commit", "doc_commit"], [("applicant_commit", 1), ("doc_commit", 1)]), None
    yield "a notice and no line", *erased(lines=[]), None
    yield "a field that no notice names", *erased(lines=[("doc_commit", 1)]), E71
    yield "a field of another record", *erased(of=1), E71
    yield "a notice that is none", *erased(lines=[("applicant_commit", 0)]), E71
    yield "a notice that is not there", *erased(lines=[("applicant_commit", 3)]), "E05_ENCODING"
    yield "an erased field, shown", *erased(shown=[("applicant", 0)]), E71
    yield "an erased field, shown, its line left out", *erased(lines=[], shown=[("applicant", 0)]), E71
    yield "an erased field, and another shown", *erased(shown=[("doc", 0)]), None
    yield "an erased field, and another record's shown", *erased(shown=[("applicant", 2)]), None
    yield "a private slot erased, and the field of its name shown", *erased(["applicant"], [("applicant", 1)], [("applicant", 0)]), None
    yield "an erased field, and one shown that was not committed to", *erased(shown=[("ipc", 0)]), E70


def chains():
    def chain(changes, trusted=1, cut=0, epoch=None, after=True):
        ledger = Ledger()
        steps = [ledger.end_epoch() for _ in range(changes)]
        if after:
            ledger.seal([b'{"filler":9}'])
        key = k_row(OWNER)
        claim = {"type": "state-value", "state_key": {"ns": "K", "key": b64(key[1])}}
        return ledger.evidence(claim, rows=[key], steps=steps[cut:], epoch=epoch), ledger.trust(trusted)
    yield "two changes of the set", *chain(2), None
    yield "two changes, trust in the second set", *chain(2, trusted=2, cut=1), None
    yield "two changes, trust in the third set", *chain(2, trusted=3, cut=2), None
    yield "two changes, the first left out", *chain(2, cut=1), "E13_POLICY_CHAIN"
    yield "the head ends an epoch, signed by the members before", *chain(1, epoch=1, after=False), None
    yield "the head ends an epoch, signed by the members after", *chain(1, epoch=2, after=False), None
    yield "a head behind the change, signed by the members before", *chain(1, epoch=1), "E22_LOG_SIGNATURE"


def mixtures():
    """Parts of two ledgers, two epochs, two checkpoints in one file; quorums of one key (F81)."""
    def told(genesis=b'{"format":"forged"}', **more):
        ledger = Ledger(genesis)
        ledger.rows["Z", genesis] = {"a": 1}
        x = ledger.seal([ledger.sign(ledger.body("patent.commit", COMMIT, [OWNER]), [(OWNER, "k1")]), b'{"filler":1}'])
        return json.loads(ledger.evidence({"type": "record", "record_ref": 0}, [x], [k_row(OWNER)], **more)), ledger.trust()
    (good, trust), (other, _), (foreign, other_trust) = told(), told(b'{"format":"forged elsewhere"}'), told(b'{"format":"forged elsewhere"}', epoch=7)
    yield "a file and its trust", canonical(good), trust, None
    yield "a file of another ledger", canonical(good), other_trust, "E11_WRONG_LEDGER"
    yield "another ledger's file in this one's name", canonical(foreign | {"ledger_id": good["ledger_id"]}), trust, "E22_LOG_SIGNATURE"
    for part, check in (("checkpoint", "E31_SEAL_INCLUSION"), ("seal", "E31_SEAL_INCLUSION"), ("state", "E51_STATE_ROOT_MISMATCH"),
                        ("records", "E40_RECORD_INCLUSION")):
        mixed = json.loads(canonical(good))
        mixed[part] = copy.deepcopy(other[part])
        for record in mixed["records"]:  # under one head, whose ever it is
            record["tlog_proof"] = record["tlog_proof"].split("\n\n", 1)[0] + "\n\n" + mixed["checkpoint"]
        yield f"another ledger's {part}, of the same size and keys", canonical(mixed), trust, check
    mixed = json.loads(canonical(good))
    mixed["records"] = foreign["records"]
    yield "another ledger's record under its own head", canonical(mixed), trust, "E22_LOG_SIGNATURE"
    mixed["records"] = other["records"]
    yield "another history's record under its own head, by the same keys", canonical(mixed), trust, "E81_FORK_EVIDENCE"

    ledger = Ledger()
    x = ledger.seal([ledger.sign(ledger.body("patent.commit", COMMIT, [OWNER]), [(OWNER, "k1")])])
    at = len(ledger.entries)
    old_head, old_path = ledger.checkpoint(), list(map(b64, inclusion(ledger.leaves(), x)))
    ledger.seal([b'{"filler":1}', b'{"filler":2}'])
    tie = list(map(b64, consistency(ledger.leaves(), at)))

    def two(note, path, **more):
        file = json.loads(ledger.evidence({"type": "record", "record_ref": 0}, [x], [k_row(OWNER)], **more))
        lines = "".join(f"{each}\n" for each in path)
        file["records"][0]["tlog_proof"] = f"c2sp.org/tlog-proof@v1\nindex {x}\n{lines}\n{note or file['checkpoint']}"
        return canonical(file), ledger.trust()
    older = [{"note": old_head, "path": tie}]
    yield "a path of the older head under the newer", *two(None, old_path), "E40_RECORD_INCLUSION"
    yield "an older head that nothing ties to the newer", *two(old_head, old_path), "E44_DIFFERENT_HEAD"
    yield "an older head, tied", *two(old_head, old_path, consistency=older), None
    yield "an older head, tied by a path that is too long", *two(old_head, old_path, consistency=[{"note": old_head, "path": tie + tie[:1]}]), "E80_CONSISTENCY"
    yield "an older head, tied by nothing", *two(old_head, old_path, consistency=[{"note": old_head, "path": []}]), "E80_CONSISTENCY"

    def epochs(change):
        ledger = Ledger()
        steps = [ledger.end_epoch() for _ in range(2)]
        ledger.seal([b'{"filler":9}'])
        key = k_row(OWNER)
        claim = {"type": "state-value", "state_key": {"ns": "K", "key": b64(key[1])}}
        file = json.loads(ledger.evidence(claim, rows=[key], steps=steps))
        change(file["policy_chain"])
        return canonical(file), ledger.trust()
    E13 = "E13_POLICY_CHAIN"
    yield "two epochs in the wrong order", *epochs(lambda chain: chain.reverse()), E13
    yield "one epoch twice", *epochs(lambda chain: chain.insert(1, chain[0])), E13
    yield "the set of one epoch in the step of another", *epochs(lambda chain: chain[0].update(set=chain[1]["set"])), E13
    yield "the policy of one epoch in the step of another", *epochs(lambda chain: chain[0].update(policy=chain[1]["policy"])), E13
    yield "the note of one epoch in the step of another", *epochs(lambda chain: chain[0].update(note=chain[1]["note"])), E13
    one_vote = lambda chain: chain[0].update(note=chain[0]["note"] + chain[0]["note"].split("\n")[-2] + "\n")
    yield "a vote twice", *epochs(one_vote), E13

    lines = policy(valset(1)).split("\n")
    twice = lines[4].replace(" v0 ", " v9 ")  # one key, a name of its own in the policy
    renamed = f"witness v9 {vkey('m9.example', 4, public('cosign/1/0'))}"  # and under another name of the key too
    for name, line in (("under two names", twice), ("under two key names", renamed)):
        text = "\n".join(lines[:8] + [line, "group validators 3 v0 v9 v1 v2 v3"] + lines[-2:])
        yield f"a policy of one key {name}", *epochs(lambda chain: chain[0].update(policy=text)), "E12_POLICY_SYNTAX"
    def cosigned(*cosigners):
        file = json.loads(canonical(good))
        text = file["checkpoint"].split("\n\n")[0] + "\n"
        head = note(text, (ORIGIN, 1, "log/1/0"), *cosigners)
        file["records"][0]["tlog_proof"] = file["records"][0]["tlog_proof"].replace(file["checkpoint"], head)
        return canonical(file | {"checkpoint": head}), trust
    member = lambda i, key=None: (f"m{i}.example", 4, f"cosign/1/{i if key is None else key}")
    yield "a quorum", *cosigned(member(0), member(1), member(3)), None
    yield "a quorum of one key twice, at two times", *cosigned(member(0), member(1), member(1)), "E23_BAD_KNOWN_SIGNATURE"
    yield "a quorum of one key under two names", *cosigned(member(0), member(1), member(2, 1)), "E24_QUORUM_NOT_MET"
    yield "no quorum", *cosigned(member(0), member(1)), "E24_QUORUM_NOT_MET"
    yield "a quorum with a stranger", *cosigned(member(0), member(1), ("m9.example", 4, "stranger")), "E24_QUORUM_NOT_MET"

    deep = lambda depth: canonical(good | {"zz": functools.reduce(lambda inner, _: [inner], range(depth - 2), [])})
    yield "depth 16", deep(16), trust, "E04_FIELDS"
    yield "depth 17", deep(17), trust, "E02_JSON_NOT_STRICT"
    yield "depth 100,000", canonical(good)[:-1] + b',"zz":' + b"[" * 100_000 + b"]" * 100_000 + b"}", trust, "E02_JSON_NOT_STRICT"


def false_proofs():
    """Proofs that a careless verifier would take: of inner nodes, of absence, of empty trees (F81)."""
    E40, E50, E51, E52 = "E40_RECORD_INCLUSION", "E50_STATE_PROOF_SHAPE", "E51_STATE_ROOT_MISMATCH", "E52_STATE_VALUE_MISMATCH"
    ledger = Ledger()
    x = ledger.seal([ledger.sign(ledger.body("patent.commit", COMMIT, [OWNER]), [(OWNER, "k1")]), b'{"filler":1}'])
    good = json.loads(ledger.evidence({"type": "record", "record_ref": 0}, [x], [k_row(OWNER)]))
    leaves, head = ledger.leaves(), good["checkpoint"]

    def proof(entry, index, path, note=head):
        lines = "".join(f"{each}\n" for each in path)
        record = {"entry": b64(entry), "role": "claim", "tlog_proof": f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n{note}"}
        return canonical(good | {"records": [record]}), ledger.trust()
    path = list(map(b64, inclusion(leaves, x)))
    yield "a proof", *proof(ledger.entries[x], x, path), None
    yield "an inner node as an entry", *proof(leaves[2] + leaves[3], 1, path[1:]), E40
    yield "an inner node as an entry, with its tag", *proof(b"\1" + leaves[2] + leaves[3], 1, path[1:]), E40
    yield "a proof with a hash too many", *proof(ledger.entries[x], x, path + path[:1]), E40
    yield "a proof with a hash too few", *proof(ledger.entries[x], x, path[:-1]), E40
    yield "a proof without hashes", *proof(ledger.entries[x], x, []), E40
    yield "a proof of a place outside the tree", *proof(ledger.entries[x], len(leaves), path), E40
    yield "a proof of a place beside", *proof(ledger.entries[x], x + 1, path), E40
    yield "a proof of a tree of another size", *proof(ledger.entries[x], x, list(map(b64, inclusion(leaves[:4], x)))), E40

    def absent(change, row=None, present=True):
        """Row K of the owner, which is there, as if it were not; or one that is not there."""
        ledger = Ledger()
        ledger.seal([b'{"filler":1}'])
        key = row or k_row(OWNER)
        claim = {"type": "absence", "state_key": {"ns": key[0], "key": b64(key[1])}}
        file = json.loads(ledger.evidence(claim, rows=[key]))
        assert ("value" in file["state"][0]) == present
        change(file["state"][0])
        return canonical(file), ledger.trust()

    def cut(shown, levels=1, empty=True):
        """The proof ends higher up."""
        depth = shown["depth"] - levels
        bits = "".join(f"{byte:08b}" for byte in base64.b64decode(shown["mask"]))[:depth]
        size = (depth + 7) // 8
        shown |= {"depth": depth, "siblings": shown["siblings"][:bits.count("1")],
                  "mask": b64(int(bits.ljust(size * 8, "0") or "0", 2).to_bytes(size, "big"))}
        shown.pop("value", None)
        if empty:
            shown["terminal"] = {"kind": "empty"}

    def beside(shown):
        """Ends at another's leaf, which is not on the way."""
        path = bytearray(base64.b64decode(shown["terminal"]["path"]))
        path[0] ^= 0x80
        shown["terminal"]["path"] = b64(bytes(path))
        del shown["value"]
    nobody = k_row("org:nobody")
    yield "no such row", *absent(lambda shown: None, nobody, False), None
    yield "a row that is there", *absent(lambda shown: None), "E53_CLAIMED_ABSENT_IS_PRESENT"
    yield "a row that is there, its value left out", *absent(lambda shown: shown.pop("value")), E52
    yield "a row that is there, an empty subtree in its place", *absent(lambda shown: (shown.pop("value"), shown.update(terminal={"kind": "empty"}))), E51
    yield "a row that is there, the proof cut above it", *absent(cut), E51
    yield "a row that is there, the proof cut above it, its leaf kept", *absent(lambda shown: cut(shown, empty=False)), E51
    yield "a row that is there, in an empty state", *absent(lambda shown: cut(shown, shown["depth"])), E51
    yield "a row that is there, another's leaf in its place", *absent(beside), E50
    yield "no such row, a value all the same", *absent(lambda shown: shown.update(value=b64(b'{"a":1}')), nobody, False), E52
    yield "no such row, its sibling twice", *absent(lambda shown: shown["siblings"].append(shown["siblings"][-1]), nobody, False), E50
    yield "no such row, an empty sibling", *absent(lambda shown: shown["siblings"].__setitem__(0, b64(bytes(32))), nobody, False), E50
    yield "no such row, siblings changed about", *absent(lambda shown: shown["siblings"].reverse(), nobody, False), E51
    yield "no such row, a state without siblings", *absent(lambda shown: cut(shown, shown["depth"]), nobody, False), E51


def readings():
    """What the two verifiers once read differently on one page, and no group above asks."""
    E05, E10, E12, E13 = "E05_ENCODING", "E10_NO_TRUST_ANCHOR", "E12_POLICY_SYNTAX", "E13_POLICY_CHAIN"
    E22, E23, E24, E45, E52 = ("E22_LOG_SIGNATURE", "E23_BAD_KNOWN_SIGNATURE", "E24_QUORUM_NOT_MET", "E45_BATCH_FORM",
                               "E52_STATE_VALUE_MISMATCH")
    key = k_row(OWNER)
    row_claim = lambda ns, of: {"type": "state-value", "state_key": {"ns": ns, "key": b64(of)}}
    log, cosigned = (ORIGIN, 1, "log/1/0"), [(f"m{i}.example", 4, f"cosign/1/{i}") for i in range(3)]
    wrong = lambda line: line[:-12] + ("A" if line[-12] != "A" else "B") + line[-11:]
    text_of = lambda signed: signed.split("\n\n")[0] + "\n"

    def grown():
        ledger = Ledger()
        x = ledger.seal([ledger.sign(ledger.body("patent.commit", COMMIT, [OWNER]), [(OWNER, "k1")])])
        at, older = len(ledger.entries), ledger.checkpoint()
        ledger.seal([b'{"filler":1}'])
        return ledger, x, older, list(map(b64, consistency(ledger.leaves(), at)))
    ledger, x, older, tie = grown()
    floor = {"size": int(older.split("\n")[1]), "root": "sha256:" + base64.b64decode(older.split("\n")[2]).hex()}
    trust = canonical(json.loads(ledger.trust()) | {"floor": floor})
    for name, signers, check in (("signed", [log, *cosigned], None), ("signed by nobody known", [("nobody", 1, "nobody")], (E22, "undecided")),
                                 ("without a quorum", [log, *cosigned[:2]], E24)):
        tree = {"note": note(text_of(older), *signers), "path": tie}
        yield f"the claim that the floor is a prefix, {name}", ledger.evidence({"type": "consistency"}, consistency=[tree]), trust, check

    def record(change=lambda file: None, **more):
        file = json.loads(ledger.evidence({"type": "record", "record_ref": 0}, [x], [key], **more))
        change(file)
        return canonical(file), ledger.trust()

    def head(change, proof=None):
        """`change`: of the head; of the same note in the record's proof, unless `proof` says another."""
        def both(file):
            file["records"][0]["tlog_proof"] = file["records"][0]["tlog_proof"].replace(file["checkpoint"], (proof or change)(file["checkpoint"]))
            file["checkpoint"] = change(file["checkpoint"])
        return both
    last = lambda signed: signed.split("\n")[-2] + "\n"
    strange = [{"note": note(text_of(older), ("nobody", 1, "nobody"), *cosigned), "path": tie}]
    badly = lambda signed: signed.replace(signed.split("\n")[4], wrong(signed.split("\n")[4]))
    yield "a proof without a checkpoint", *record(head(lambda signed: signed, lambda signed: "")), E05
    yield "a line twice, and then one that is none", *record(head(lambda signed: signed + last(signed) + "none\n")), E23
    yield "a line twice in the head, and a proof's note without an end", *record(head(lambda signed: signed + last(signed), lambda signed: signed[:-1])), E23
    yield "a first quorum of no known log", *record(first_quorum=strange), E22
    yield "a first quorum of no known log, and a proof's note that the log signed wrongly", *record(
        head(lambda signed: signed, badly), first_quorum=strange), (E22, "refuted")

    def at_the_end(*signers, bad=None):
        """The head ends an epoch; `bad`: one more signer, whose line does not hold."""
        ledger = Ledger()
        steps = [ledger.end_epoch()]
        file = json.loads(ledger.evidence(row_claim("K", key[1]), rows=[key], steps=steps))
        file["checkpoint"] = note(text_of(file["checkpoint"]), *signers)
        if bad:
            file["checkpoint"] += wrong(last(note("", bad)))
        return canonical(file), ledger.trust()
    after = [(ORIGIN, 1, "log/2/0"), *((f"m{i}.example", 4, f"cosign/2/{i}") for i in range(3))]
    yield "the end of an epoch, and a wrong cosignature of the members before", *at_the_end(*after, bad=cosigned[0]), E23
    yield "the end of an epoch, and a wrong signature of the log before", *at_the_end(*after, bad=log), E22
    yield "the end of an epoch, and a wrong cosignature of the members after", *at_the_end(log, *cosigned, bad=after[1]), E23

    def step(change):
        """The finality note of an epoch's end, changed and signed again."""
        ledger = Ledger()
        steps = [ledger.end_epoch()]
        ledger.seal([b'{"filler":9}'])
        steps[0][0]["note"] = change(steps[0][0]["note"])
        return ledger.evidence(row_claim("K", key[1]), rows=[key], steps=steps), ledger.trust()
    voted = lambda old, new: lambda signed: note(text_of(signed).replace(old, new), *((f"m{i}.example/vote", 1, f"vote/1/{i}") for i in range(3)))
    yield "a step whose note is of another view", *step(voted("final 1 1 ", "final 1 2 ")), E13
    yield "a step whose note is of another block", *step(lambda signed: voted(signed.split("\n")[4][-64:], "11" * 32)(signed)), E13
    yield "a step whose note a stranger signed twice", *step(lambda signed: signed + 2 * last(note("", ("nobody", 1, "nobody")))), E13

    for name, change, check in (("a floor of size 0", {"floor": floor | {"size": 0}}, E10), ("an empty policy", {"policy": ""}, E10),
                                ("a key whose name has a blank of U+3000", {"policy": policy(valset(1)) + "witness w " + vkey("w\u3000", 4, public("w")) + "\n"}, E12),
                                ("256 witnesses", {"policy": witnesses(256)}, None), ("257 witnesses", {"policy": witnesses(257)}, E12)):
        trusted = {name: value for name, value in json.loads(ledger.trust()).items() if name != "validators"} | change
        yield f"a trust file of {name}", ledger.evidence(row_claim("K", key[1]), rows=[key]), canonical(trusted), check

    def head_seal(**change):
        ledger = Ledger()
        ledger.seal([b'{"filler":1}'])
        last = ledger.seals[-1]
        last["entry"] = ledger.entries[-1] = canonical(last["value"] | change)
        return ledger.evidence(row_claim("K", key[1]), rows=[key]), ledger.trust()
    yield "a head's seal of a later epoch", *head_seal(epoch=9), ("E14_POLICY_NOT_IN_FORCE", "undecided")
    yield "a head's seal of a later epoch and another format", *head_seal(epoch=9, format="qinglu-seal/2"), "E32_SEAL_CONTENT"

    def row(ns, of, value):
        ledger = Ledger()
        ledger.rows[ns, of] = value
        ledger.seal([b'{"filler":1}'])
        return ledger.evidence(row_claim(ns, of), rows=[(ns, of)]), ledger.trust()
    yield "a row of 61,440 bytes", *row("Z", b"long", {"a": "x" * 61_432}), None
    yield "a row of 61,441 bytes", *row("Z", b"long", {"a": "x" * 61_433}), E52
    yield "a mandate whose powers are a text", *row(*row_key("M", OWNER, AGENT), {"grants": [{"from": DAY, "from_index": 0, "powers": "ALL"}]}), E52
    yield "a role whose scope is a text", *row(*row_key("R", IPO, "IPO"), {"grants": [{"from_index": 0, "scope": "50"}]}), E52
    yield "an alias set of others", *row(*row_key("A", SUBJECT), {"ids": ["cmt:" + "ab" * 32, "cmt:" + "cd" * 32]}), E52
    yield "a key that is no text, and aliases", *row("A", b"\xff", {"ids": [SUBJECT]}), E52
    yield "a set in the directory's place", *row("V", bytes(8), {"from_size": 2, "set": valset(1)}), E52
    yield "a set with a member of the log's name", *row("V", bytes([0] * 7 + [3]), {"set": valset(3) | {
        "members": [valset(3)["members"][0] | {"id": ORIGIN}]}}), E52

    other = "pat:202610123456\u0663"
    yield "a number with a digit of another script", ledger.evidence({"type": "absence", "subject": {"id": other, "kind": 2, "categories": [0]}}, rows=[
        row_key("A", other), row_key("H", other)]), ledger.trust(), "E55_CLAIM_MISMATCH"
    file = lambda name: {"attach": [{"media": "text/plain", "name": name, "sha256": "sha256:" + "55" * 32, "size": 3}]}
    commit = lambda **more: one_record("patent.commit", COMMIT, [OWNER], **more)
    yield "a file whose name has 2,000 bytes", *commit(**file("a" * 2000)), None
    yield "a file whose name has 2,001 bytes", *commit(**file("a" * 2001)), E45
    yield "a record of no type", *commit(type=None), E45
    yield "a record of a later type, in another ledger", *commit(type="patent.dream", ledger_id="sha256:" + "00" * 32), "E03_FORMAT_UNSUPPORTED"
    new = k_row(OWNER, "k2")
    yield "a record of a later type, without signatures", *one_record("patent.dream", COMMIT, [OWNER], keys=[]), E45
    yield "a new key that was reported compromised", *one_record(
        "key.add", {"party": OWNER, "key_id": "k2", "suite": 1, "pub": public("new key").hex()}, [IPO, OWNER], role="IPO",
        keys=[(IPO, "k1"), (OWNER, "k2", "new key")], shown=[k_row(IPO), row_key("R", IPO, "IPO"), new],
        rows={new: {"pub": public("new key").hex(), "suite": 1, "windows": [{"from_index": 3}], "compromised_from": 5}}), ("E94_KEY_COMPROMISED", "verified")


def witnesses(n):
    """A policy of `n` witnesses, the members of the first set among them."""
    more = [f"witness w{i} {vkey(f'w{i}.example', 4, public(f'w{i}'))}" for i in range(n - 4)]
    return "\n".join([*more, policy(valset(1))])


def cases():
    for group in (authorised, rows_and_lists, entries, disclosures, erasures, attachments, timestamps, chains,
                  mixtures, false_proofs, readings):
        yield from group()
