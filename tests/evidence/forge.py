#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes evidence files of ledgers that never were, with keys of its own, to ask both verifiers what no honest ledger
leads to: any signers, any rows. Trees and tries are built top down by their definitions, not as verify.py folds them.

A verifier executes no record, so that entries and rows need not fit each other. Keys are SHA-256 of a name; the same
calls give the same bytes (Ed25519 is deterministic).
"""
import base64
import functools
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "forge.example/log"
NOW = 1_790_000_000  # POSIX seconds
PARTIES = [f"org:91500000QL000{i}000{c}" for i, c in enumerate("ABCDEFGH")]
AGENT, IPO, OWNER, OTHER = PARTIES[4:]  # the first four have a member of the set each


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(raw):
    return base64.b64encode(raw).decode()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


@functools.cache
def secret(name):
    return Ed25519PrivateKey.from_private_bytes(sha(name.encode()))


def public(name):
    return secret(name).public_key().public_bytes_raw()


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
    """A signed note; signers: (name, kind, secret's name), kind 1 or 4."""
    lines = []
    for i, (name, kind, who) in enumerate(signers):
        head = sha(name.encode(), bytes([10, kind]), public(who))[:4]
        time = NOW + 1000 + i
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

    def __init__(self):
        self.entries, self.seals, self.rows, self.epoch = [b'{"format":"forged"}'], [], {}, 0
        self.id = sha(b"qinglu/genesis/1\0", self.entries[0])
        self.name = "sha256:" + self.id.hex()
        for party in PARTIES:
            self.rows["K", party.encode() + b"\0k1"] = {"pub": public(party).hex(), "suite": 1, "windows": [{"from_index": 0}]}
        self.rows["R", IPO.encode() + b"\0IPO"] = {"grants": [{"from_index": 0}]}
        self.rows["V", bytes(8)] = {"epoch": 1}
        self.rows["V", (1).to_bytes(8, "big")] = {"from_size": 2, "set": valset(1)}
        self.seal([], end=True)  # of genesis: its one record is entry 0
        self.epoch = 1

    def leaves(self, size=None):
        return [sha(b"\0", entry) for entry in self.entries[:size]]

    def seal(self, records, end=False):
        """Appends a block; returns the index of its first record."""
        before = len(self.entries) if self.seals else 0
        self.entries += records
        number, height = len(self.entries) - before, len(self.seals)
        parent = sha(b"qinglu/block/1\0", self.seals[-1]["entry"]).hex() if self.seals else self.id.hex()
        value = {"empty": False, "epoch": self.epoch, "epoch_end": end, "format": "qinglu-seal/1", "height": height,
                 "justification_hash": "00" * 32, "ledger": self.id.hex(), "log_root_before": "00" * 32,
                 "log_size_before": before, "next_valset_hash": sha(b"qinglu/valset/1\0", canonical(valset(self.epoch + end))).hex(),
                 "parent": parent, "parent_view": 0, "proposer": 0, "record_count": number, "records_root": "00" * 32,
                 "state_root": trie({sha(b"qinglu/state-key/1\0", ns.encode(), key): sha(b"\4", canonical(row))
                                     for (ns, key), row in self.rows.items()}).hex(),
                 "suite": 1, "time_ms": NOW * 1000 + height, "view": min(height, 1)}
        self.seals.append({"entry": canonical(value), "index": len(self.entries), "rows": dict(self.rows), "value": value})
        self.entries.append(canonical(value))
        return before

    def end_epoch(self):
        """A block that ends the epoch; returns the step of a policy chain, its `consistency` to be put in."""
        self.seal([canonical({"filler": len(self.entries)})], end=True)
        seal, size, nxt = self.seals[-1], len(self.entries), valset(self.epoch + 1)
        value = seal["value"]
        text = (f"{ORIGIN}/final\n{size}\n{b64(root(self.leaves()))}\nstate {b64(bytes.fromhex(value['state_root']))}\n"
                f"final {self.epoch} {value['view']} {sha(b'qinglu/block/1' + bytes(1), seal['entry']).hex()}\n"
                f"next {value['next_valset_hash']}\n")
        votes = [(f"m{i}.example/vote", 1, f"vote/{self.epoch}/{i}") for i in range(3)]
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
        members = valset(epoch)
        return canonical({"format": "qinglu-trust/1", "suite": 1, "ledger_id": self.name, "origin": ORIGIN, "epoch": epoch,
                          "policy": policy(members), "validators": members})
