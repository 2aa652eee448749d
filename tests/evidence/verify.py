#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second verifier of evidence files (*.qinglu.json), written from docs/formats and the C2SP pages.

It shares no code with qinglu-verify. The first draft came from the pages; where the two then differed and the pages left
it open, the C++ was looked into, the page mended and this file brought into line. So it is independent in its code, not in
every reading.

usage: verify.py FILE... --trust TRUST [--attachments DIR] [--json] [--explain]
       attachments are looked for in DIR, else beside each FILE
exit:  0 verified, 1 refuted, 2 usage, 3 undecided, 5 file not found, 10 fork, 70 this program failed; of several files
       the worst of 10, 1, 3, 0

It asks the checks of docs/formats/evidence.md in the order of that table, under their names, and stops at the first
that fails; a warning does not stop. It differs from qinglu-verify in this, and in nothing else that is known:
- the fields of `data` are not held against the record's type, and no text is searched for personal data: only the
  envelope is asked (E45), and what signing needs;
- it has no --policy, --now, --max-age, --strict: CHECKPOINT_TOO_OLD is not asked, E25 and E90 not against a clock;
- it checks the signatures of time-stamps, which qinglu-verify cannot;
- it writes no statement, only the claim; and it does not judge statements about members (contradiction.md).
Needs Python 3.11 and the package `cryptography` (for signatures alone). Dates: YYYY-MM-DD; times of seals: milliseconds;
times of cosignatures: seconds. Sizes and indices are those of the log.
"""
import base64
import datetime
import hashlib
import json
import pathlib
import re
import struct
import sys

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

SIGNERS = json.loads((pathlib.Path(__file__).resolve().parents[2] / "docs/formats/signers.json").read_text("utf-8"))
EXITS = {"verified": 0, "refuted": 1, "undecided": 3, "fork": 10}
LIMIT = 1 << 53  # sizes, indices and numbers stay below


class Fail(Exception):
    """A check that does not hold: its class, why, and its name where it is not the check being asked."""

    def __init__(self, why, verdict="refuted", code=None):
        super().__init__(why)
        self.why, self.verdict, self.code = why, verdict, code


def need(condition, why, verdict="refuted", code=None):
    if not condition:
        raise Fail(why, verdict, code)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unb64(text):
    """RFC 4648 §4, padded, spare bits zero: the one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Fail(f"no base64: {text[:40]!r}") from None
    need(base64.b64encode(raw).decode() == text, f"not the one spelling in base64: {text[:40]!r}")
    return raw


def unhash(text):
    raw = unb64(text)
    need(len(raw) == 32, "a hash has 32 bytes")
    return raw


def undigest(text):
    """`sha256:` and 64 hex digits."""
    need(re.fullmatch(r"sha256:[0-9a-f]{64}", text), f"no digest: {text[:80]!r}")
    return bytes.fromhex(text[7:])


# ---- Ed25519 -----------------------------------------------------------------------------------------------------

P = 2**255 - 19
Y8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER_Y = {0, 1, P - 1, Y8, P - Y8}  # of the eight points whose order divides 8


def signed_by(key, signature, message):
    """Suite 1: RFC 8032 without cofactor. cryptography (OpenSSL) refuses S >= L and compares R byte by byte, but takes
    a key that is not canonical and points of small order: those are refused here (record.md, Signatures)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r = (int.from_bytes(x, "little") & (2**255 - 1) for x in (key, signature[:32]))
    if a >= P or a in SMALL_ORDER_Y or r % P in SMALL_ORDER_Y:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# ---- canonical JSON ----------------------------------------------------------------------------------------------

KEY = re.compile(r"[a-z][a-z0-9_]{0,47}")
BAD_CHARACTER = re.compile("[\x00-\x09\x0b-\x1f\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff"
                           + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]")


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def strict(raw, items=4096, size=61_440, kind=dict):
    """The value of canonical JSON (record.md), one object, within the limits of an entry unless others are given:
    `items` of an array, `size` in bytes; `kind` object: of any kind."""
    need(len(raw) <= size, f"more than {size} bytes")

    def refuse(_):
        raise Fail("a number that is no integer")

    def members(pairs):
        names = [name for name, _ in pairs]
        need(all(KEY.fullmatch(name) for name in names), "name of a member")
        need(all(a < b for a, b in zip(names, names[1:])), "members do not ascend")
        need(len(names) <= 256, "too many members")
        return dict(pairs)

    def walk(value, depth):
        need(depth <= 16, "too deep")
        if isinstance(value, dict):
            for member in value.values():
                walk(member, depth + 1)
        elif isinstance(value, list):
            need(len(value) <= items, "too many items")
            for item in value:
                walk(item, depth + 1)
        elif isinstance(value, str):
            need(not BAD_CHARACTER.search(value), "a character that no text may hold")
        else:
            need(value is not None, "null")
            need(abs(value) < LIMIT, "number out of range")

    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=members, parse_float=refuse, parse_constant=refuse)
        again = canonical(value)
    except (ValueError, RecursionError):
        raise Fail("no JSON") from None
    need(isinstance(value, kind), "no object")
    need(again == raw, "not the canonical form")
    walk(value, 1)
    return value


# ---- forms of evidence and trust ---------------------------------------------------------------------------------
# A form is an object of forms ("name?" may be left out), [form] for an array, or the name of a kind.

NOTE_SEAL = {"entry": "b64", "path": ["hash"]}
PLACED_SEAL = NOTE_SEAL | {"index": "int"}
TERMINAL = {"empty": {"kind": "terminal_kind"}, "leaf": {"kind": "terminal_kind", "path": "hash", "vh": "hash"}}
EVIDENCE = {
    "format": "str", "suite": "int", "origin": "str", "ledger_id": "digest", "claim": "claim",
    "policy_chain": [{"note": "str", "seal": NOTE_SEAL, "set": "b64", "policy": "str", "consistency": ["hash"]}],
    "checkpoint": "str", "seal": PLACED_SEAL, "seals": [PLACED_SEAL],
    "first_quorum": [{"note": "str", "path": ["hash"]}],
    "records": [{"entry": "b64", "tlog_proof": "proof", "role": "role", "seal_ref?": "int",
                 "batch?": {"ref": "int", "path": ["hash"]}}],
    "batches": [{"entry": "b64", "tlog_proof": "proof"}],
    "state": [{"ns": "letter", "key": "b64", "depth": "depth", "mask": "b64", "siblings": ["hash"],
               "terminal": "terminal", "value?": "b64", "seal_ref?": "int"}],
    "history?": [{"id": "str", "category": "category", "state_ref": "int", "from_seq": "int", "prefix_range": ["hash"],
                  "leaves": ["line"], "records": [{"seq": "int", "record_ref": "int"}]}],
    "erased?": [{"record_ref": "int", "name": "str", "notice_ref": "int"}],
    "attachments?": [{"name": "file_name", "media": "str", "sha256": "digest", "sm3?": "word", "size": "int"}],
    "timestamps?": [{"alg": "str", "token": "b64"}],
    "disclosures?": [{"record_ref": "int", "name": "field_name", "value": "b64", "salt": "hash", "path": ["hash"]}],
    "consistency?": [{"note": "str", "path": ["hash"]}],
    "issuer?": {"name": "str", "software": "str", "time": "str", "suite": "one", "key": "hex", "sig": "sig"},
}
RESERVED = {"receipts"}
SUBJECT = {"id": "str", "kind": "subject_kind", "categories": "categories"}
CLAIM = {"type": "str", "as_of_size": "int"}
STATE_KEY = CLAIM | {"state_key": {"ns": "letter", "key": "b64"}}
CLAIMS = {
    "record": CLAIM | {"record_ref": "int"},
    "absence": CLAIM | {"subject": SUBJECT, "from_seal_ref?": "int"},
    "state-value": STATE_KEY,
    "history": CLAIM | {"subject": SUBJECT, "from_seq?": "positive", "all_disclosed?": "true"},
    "consistency": CLAIM,
}
TRUST = {"format": "str", "suite": "int", "ledger_id": "digest", "origin": "origin", "epoch": "positive", "policy": "word",
         "validators?": "object", "floor?": {"size": "positive", "root": "digest"}}


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


NUMBERS = {"int": (0, LIMIT), "one": (1, 1), "positive": (1, LIMIT), "depth": (0, 256), "subject_kind": (0, 6),
           "category": (0, 6)}
JSON_TYPES = {"true": bool, "object": dict, "categories": list} | dict.fromkeys(NUMBERS, int)  # any other: a string


def decode_sized(size):
    def decode(text):
        raw = unb64(text)
        need(len(raw) == size, f"{size} bytes wanted")
        return raw
    return decode


def decode_line(text):
    raw = decode_sized(41)(text)
    need(raw[40] < 4, "an unknown flag")
    return raw


def decode_hex(text):
    need(re.fullmatch("[0-9a-f]{64}", text), "64 hex digits wanted")
    return bytes.fromhex(text)


def fits(condition):
    def decode(value):
        need(condition(value), f"{value!r} is not of its kind")
        return value
    return decode


DECODERS = {
    "b64": lambda text: unb64(text), "hash": lambda text: unhash(text), "digest": undigest, "hex": decode_hex,
    "sig": decode_sized(64), "line": decode_line, "proof": lambda text: tlog_proof(text),
    "true": fits(lambda v: v), "letter": fits(lambda v: len(v) == 1 and v.isascii()),
    "role": fits(lambda v: v in ("claim", "context")), "terminal_kind": fits(lambda v: v in ("empty", "leaf")),
    "word": fits(lambda v: v), "field_name": fits(lambda v: len(v.encode()) <= 128),
    "origin": fits(lambda v: MEMBER_ID.fullmatch(v) and v != "cosignature/v1"),
    "file_name": fits(lambda v: 1 <= len(v.encode()) <= 255 and v[0] != "." and not re.search(r"[\x00-\x1f\x7f/\\:]", v)),
    "categories": fits(lambda v: v and all(is_int(c) and 0 <= c <= 6 for c in v) and v == sorted(set(v))),
} | {kind: fits(lambda v, low=low, high=high: low <= v <= high) for kind, (low, high) in NUMBERS.items()}


def form(value, wanted, at, missing=None):
    """Holds `value` against a form. With a list (E04): members and their JSON types; what is missing is added to the
    list. Without (E05): what they say, and returns it with bytes decoded."""
    decode = missing is None
    if wanted == "claim":
        need(isinstance(value, dict), f"{at}: no object")
        kind = value.get("type", "record")
        wanted = STATE_KEY if kind == "absence" and "state_key" in value else CLAIMS[kind]
    if wanted == "terminal":
        need(isinstance(value, dict), f"{at}: no object")
        wanted = TERMINAL["leaf" if value.get("kind") == "leaf" else "empty"]
    if isinstance(wanted, dict):
        need(isinstance(value, dict), f"{at}: no object")
        names = {name.rstrip("?"): name for name in wanted}
        for name in value:
            need(name in names, f"{at}/{name} is no member")
        lacking = [f"{at}/{name} is missing" for name, optional in names.items() if name == optional and name not in value]
        need(not decode or not lacking, ", ".join(lacking))
        if not decode:
            missing += lacking
        return {name: form(value[name], wanted[names[name]], f"{at}/{name}", missing) for name in value}
    if isinstance(wanted, list):
        need(isinstance(value, list), f"{at}: no array")
        if isinstance(wanted[0], dict) or decode:  # what stands in an array of strings is its content
            return [form(item, wanted[0], f"{at}/{i}", missing) for i, item in enumerate(value)]
        return value
    of_type = is_int if wanted in NUMBERS else lambda v: isinstance(v, JSON_TYPES.get(wanted, str))
    need(of_type(value), f"{at}: {wanted} wanted")
    try:
        return DECODERS.get(wanted, lambda v: v)(value) if decode else value
    except Fail as fail:
        raise Fail(f"{at}: {fail.why}") from None


# ---- C2SP: notes, checkpoints, policies, tlog-proofs -------------------------------------------------------------

class Note:
    """A C2SP signed note: `text` with its last newline, `lines` of signatures (name, key id, signature). A key with two
    lines fails under the name E23, unless the note stands in E13."""

    def __init__(self, whole, twice="E23"):
        need(not re.search("[\x00-\x09\x0b-\x1f]", whole), "control character")
        need(whole.endswith("\n"), "last line is not ended")
        cut = whole.rfind("\n\n")
        need(cut >= 0, "no blank line before the signatures")
        self.text, self.lines, seen = whole[:cut + 1], [], set()
        for line in whole[cut + 2:-1].split("\n"):
            m = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
            need(m and is_key_name(m[1]), "signature line")
            raw = unb64(m[2])
            need(len(raw) > 4, "signature too short")
            need((m[1], raw[:4]) not in seen, f"{m[1]} signed twice", code=twice)
            seen.add((m[1], raw[:4]))
            self.lines.append((m[1], raw[:4], raw[4:]))
            need(len(self.lines) <= 64, "more than 64 signature lines")

    def checkpoint(self, origin):
        """Size and root of a checkpoint of this log: exactly three lines."""
        lines = self.text[:-1].split("\n")
        need(len(lines) == 3, "a checkpoint has three lines")
        need(lines[0] == origin, f"of log {lines[0]}")
        return decimal(lines[1]), unhash(lines[2])


def is_key_name(name):
    return name and "+" not in name and not re.search(r"\s", name)


def decimal(text):
    need(re.fullmatch("0|[1-9][0-9]{0,15}", text) and int(text) < LIMIT, f"no size: {text!r}")
    return int(text)


def tlog_proof(text):
    lines = text.split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "first line of the proof")
    need(lines and lines[0].startswith("index "), "line `index` of the proof")
    index = decimal(lines.pop(0)[6:])
    need("" in lines, "no blank line before the checkpoint")
    end = lines.index("")
    need(end <= 53, "more than 53 hashes")
    note = "\n".join(lines[end + 1:])
    need(note, "no checkpoint")
    return {"index": index, "path": [unhash(line) for line in lines[:end]], "note": note}


def key_id(name, kind, key):
    return sha(name.encode(), b"\n", bytes([kind]), key)[:4]


class Policy:
    """A C2SP policy: who a checkpoint must be signed by. `keys`: (name, key id) -> (kind, key, name in the policy)."""

    def __init__(self, text, origin):
        self.text, self.keys, self.groups, self.quorum, used = text, {}, {}, None, set()
        names, grouped, counts = set(), set(), dict.fromkeys(("log", "witness", "group"), 0)
        need(text.endswith("\n"), "last line is not ended")
        need(not re.search("[\x00-\x08\x0b-\x1f\x7f]", text), "control character")
        for line in text[:-1].split("\n"):
            words = line.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if not words or words[0].startswith("#"):
                continue
            word, words = words[0], words[1:]
            if word in counts:
                counts[word] += 1
                need(counts[word] <= 256, f"more than 256 lines `{word}`")
            if word == "log":
                need(1 <= len(words) <= 2, "line `log`")
                name, identifier, key = self.vkey(words[0], 1)
                need(name == origin, f"log {name} is not the origin")
                self.keys[name, identifier] = (1, key, None)
                need(key not in used, "a key stands twice")
                used.add(key)
            elif word == "witness":
                need(2 <= len(words) <= 3 and words[0] not in names | {"none"}, "line `witness`")
                name, identifier, key = self.vkey(words[1], 4)
                need((name, identifier) not in self.keys and key not in used, "a key stands twice")
                self.keys[name, identifier] = (4, key, words[0])
                used.add(key)
                names.add(words[0])
            elif word == "group":
                need(len(words) >= 3 and words[0] not in names | {"none"}, "line `group`")
                name, threshold, *members = words
                need(all(member in names and member not in grouped for member in members)
                     and len(set(members)) == len(members), "members of a group")
                grouped |= set(members)
                k = {"any": "1", "all": str(len(members))}.get(threshold, threshold)
                need(re.fullmatch("[1-9][0-9]{0,5}", k) and int(k) <= len(members), "threshold of a group")
                self.groups[name] = (int(k), members)
                names.add(name)
            elif word == "quorum":
                need(len(words) == 1 and self.quorum is None and words[0] in names, "line `quorum`")
                self.quorum = words[0]
            else:
                raise Fail(f"unknown line `{word}`")
        need(self.quorum is not None, "no quorum")
        need(any(kind == 1 for kind, _, _ in self.keys.values()), "no log")

    @staticmethod
    def vkey(text, kind):
        parts = text.split("+", 2)
        need(len(parts) == 3 and is_key_name(parts[0]) and re.fullmatch("[0-9a-f]{8}", parts[1]), "verifier key")
        raw = unb64(parts[2])
        need(len(raw) == 33 and raw[0] == kind, "kind of a verifier key")
        need(key_id(parts[0], kind, raw[1:]).hex() == parts[1], "key id")
        return parts[0], bytes.fromhex(parts[1]), raw[1:]

    def met_by(self, cosigned, name=None):
        """Whether witnesses of these names of the policy are a quorum."""
        name = name or self.quorum
        if name not in self.groups:
            return name in cosigned
        k, members = self.groups[name]
        return sum(self.met_by(cosigned, member) for member in members) >= k


def cosigned_at(kind, key, signature, text):
    """Time of a cosignature (0x04) that holds, 0 of a log signature (0x01) that holds, None of any other."""
    if kind == 1:
        return 0 if signed_by(key, signature, text.encode()) else None
    if len(signature) != 72:
        return None
    time = int.from_bytes(signature[:8], "big")
    return time if 0 < time < LIMIT and signed_by(key, signature[8:], f"cosignature/v1\ntime {time}\n{text}".encode()) else None


# ---- trees -------------------------------------------------------------------------------------------------------

def node(left, right):
    return sha(b"\1", left, right)


def inclusion_root(index, size, leaf, path):
    """RFC 9162 §2.1.3.2, which says the same as RFC 6962 §2.1.1."""
    need(index < size, "index outside the tree")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        need(sn > 0, "inclusion path is too long")
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "inclusion path is too short")
    return r


def included(entry, index, size, root, path):
    need(inclusion_root(index, size, sha(b"\0", entry), path) == root, "inclusion path does not lead to the root")


def consistent(size, root, size2, root2, path):
    """RFC 9162 §2.1.4.2: the tree (size, root) is a prefix of (size2, root2)."""
    need(0 < size <= size2, "a prefix is not larger than its tree")
    if size == size2:
        need(not path and root == root2, "one size, two trees")
        return
    path = path if size & (size - 1) else [root, *path]
    need(path, "consistency path is empty")
    fn, sn = size - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for p in path[1:]:
        need(sn > 0, "consistency path is too long")
        if fn & 1 or fn == sn:
            fr, sr = node(p, fr), node(p, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and fr == root and sr == root2, "consistency path does not lead to both roots")


def range_root(size, hashes, leaves):
    """Root over a compact range of `size` leaves and the leaf hashes that follow (log.md, Frontier)."""
    stack = list(hashes)
    for leaf in leaves:
        n, h = size, leaf
        while n & 1:
            h, n = node(stack.pop(), h), n >> 1
        stack.append(h)
        size += 1
    root = stack.pop()
    while stack:
        root = node(stack.pop(), root)
    return root


EMPTY = bytes(32)


def trie_root(row):
    """What a state proof folds to (state-trie.md, Proof); refuses a shape that is none (E50)."""
    path = sha(b"qinglu/state-key/1\0", row["ns"].encode(), row["key"])
    bit = lambda raw, i: raw[i // 8] >> (7 - i % 8) & 1
    depth, mask = row["depth"], row["mask"]
    need(len(mask) == (depth + 7) // 8, "length of the mask")
    bits = [bit(mask, i) for i in range(len(mask) * 8)]
    need(not any(bits[depth:]), "spare bits of the mask")
    need(sum(bits) == len(row["siblings"]), "as many siblings as bits of the mask")
    need(EMPTY not in row["siblings"], "an empty sibling")
    terminal, row["present"] = row["terminal"], False
    h = EMPTY
    if terminal["kind"] == "leaf":
        need(all(bit(terminal["path"], i) == bit(path, i) for i in range(depth)), "terminal leaf beside the path")
        h, row["present"] = sha(b"\2", terminal["path"], terminal["vh"]), terminal["path"] == path
    siblings = list(row["siblings"])
    for i in reversed(range(depth)):
        sibling = siblings.pop() if bits[i] else EMPTY
        h = sha(b"\3", sibling, h) if bit(path, i) else sha(b"\3", h, sibling)
    return h


# ---- time-stamp tokens (timestamp.md) ----------------------------------------------------------------------------

INTEGER, BITS, OCTETS, NULL, OID, BOOLEAN, SEQUENCE, SET, UTC, TIME = 2, 3, 4, 5, 6, 1, 0x30, 0x31, 0x17, 0x18


def oid(text):
    """Content of an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, text.split("."))
    out = b""
    for number in (first * 40 + second, *rest):
        octets = [number & 0x7F]
        while number := number >> 7:
            octets.insert(0, number & 0x7F | 0x80)
        out += bytes(octets)
    return out


DIGESTS = {  # identifier: its hash, RSA with it, ECDSA with it
    oid("2.16.840.1.101.3.4.2.1"): (hashes.SHA256(), oid("1.2.840.113549.1.1.11"), oid("1.2.840.10045.4.3.2")),
    oid("2.16.840.1.101.3.4.2.2"): (hashes.SHA384(), oid("1.2.840.113549.1.1.12"), oid("1.2.840.10045.4.3.3")),
    oid("2.16.840.1.101.3.4.2.3"): (hashes.SHA512(), oid("1.2.840.113549.1.1.13"), oid("1.2.840.10045.4.3.4")),
}
SHA256, RSA, EC_KEY = oid("2.16.840.1.101.3.4.2.1"), oid("1.2.840.113549.1.1.1"), oid("1.2.840.10045.2.1")
POINTS = {oid("1.2.840.10045.3.1.7"): 65, oid("1.3.132.0.34"): 97}  # bytes of an uncompressed point
TST_INFO, PKCS9 = oid("1.2.840.113549.1.9.16.1.4"), "1.2.840.113549.1.9."


def digest_of(algorithm, raw):
    return hashlib.new(DIGESTS[algorithm][0].name, raw).digest()


class Der:
    """The elements of a constructed value, read from the left."""

    def __init__(self, raw):
        self.left = raw

    def any(self):
        """Tag, content, the whole."""
        raw = self.left
        need(len(raw) >= 2 and raw[0] & 0x1F != 0x1F, "DER: tag")
        start, length = 2, raw[1]
        if length >= 0x80:
            start += length & 0x7F
            need(3 <= start <= 5 and len(raw) >= start and raw[2] != 0, "DER: length")
            length = int.from_bytes(raw[2:start], "big")
            need(length >= 0x80, "DER: a length that could be shorter")
        need(len(raw) - start >= length, "DER: cut short")
        self.left = raw[start + length:]
        return raw[0], raw[start:start + length], raw[:start + length]

    def take(self, tag):
        found, content, self.whole = self.any()
        need(found == tag, f"DER: tag {tag:#x} wanted")
        return content

    def inside(self, tag):
        return Der(self.take(tag))

    def at(self, tag):
        return self.left[:1] == bytes([tag])

    def end(self):
        need(not self.left, "DER: something left over")

    def natural(self):
        raw = self.take(INTEGER)
        need(raw and raw[0] < 0x80 and (len(raw) == 1 or raw[0] or raw[1] >= 0x80), "DER: no natural number")
        return raw

    def algorithm(self):
        part = self.inside(SEQUENCE)
        name = part.take(OID)
        if part.left:
            need(part.take(NULL) == b"", "DER: parameters")
        part.end()
        return name


def der_time(tag, raw):
    """Milliseconds since 1970 of a GeneralizedTime or UTCTime; None where it is none."""
    text = raw.decode("latin-1")
    if tag == UTC and text:
        text = ("20" if text[0] < "5" else "19") + text
    m = re.fullmatch(r"([0-9]{14})(?:\.([0-9]*[1-9]))?Z" if tag == TIME else "([0-9]{14})()Z", text)
    try:
        moment = datetime.datetime.strptime(m[1], "%Y%m%d%H%M%S") if m and tag in (UTC, TIME) else None
    except ValueError:
        moment = None
    if not moment:
        return None
    seconds = (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)
    return seconds * 1000 + int(((m[2] or "") + "000")[:3])


def der_certificate(raw):
    part, found = Der(raw), {"purposes": 0, "stamps": False, "signs": True}
    outer = part.inside(SEQUENCE)
    found["whole"] = part.whole
    body = outer.inside(SEQUENCE)
    need(body.inside(0xA0).take(INTEGER) == b"\2", "version of a certificate")
    found["serial"] = body.take(INTEGER)
    body.take(SEQUENCE)
    body.take(SEQUENCE)
    found["issuer"] = body.whole
    validity = body.inside(SEQUENCE)
    found["from"], found["until"] = der_time(*validity.any()[:2]), der_time(*validity.any()[:2])
    validity.end()
    body.take(SEQUENCE)
    body.take(SEQUENCE)
    found["key"] = body.whole
    while body.left and not body.at(0xA3):
        body.any()
    if body.left:
        outside = body.inside(0xA3)
        extensions = outside.inside(SEQUENCE)
        while extensions.left:
            extension = extensions.inside(SEQUENCE)
            name, critical = extension.take(OID), extension.at(BOOLEAN)
            need(not critical or extension.take(BOOLEAN) == b"\xff", "DER: BOOLEAN")
            value = Der(extension.take(OCTETS))
            extension.end()
            if name == oid("2.5.29.15"):
                bits = value.take(BITS)
                need(len(bits) >= 2, "key usage")
                found["signs"] = bool(bits[1] & 0xC0)
            elif name == oid("2.5.29.37"):
                words = value.inside(SEQUENCE)
                found["purposes"] += 1
                found["stamps"] = critical and words.take(OID) == oid("1.3.6.1.5.5.7.3.8") and not words.left
        outside.end()
    body.end()
    outer.take(SEQUENCE)
    outer.take(BITS)
    outer.end()
    return found


def der_key(raw):
    """`rsa`, `ecdsa`, None for a key that is not on the list."""
    info = Der(raw).inside(SEQUENCE)
    name = info.inside(SEQUENCE)
    kind, (_, _, parameters) = name.take(OID), name.any()
    name.end()
    bits = info.take(BITS)
    info.end()
    if bits[:1] != b"\0":
        return None
    if kind == RSA and parameters == b"\5\0":
        outer = Der(bits[1:])
        numbers = outer.inside(SEQUENCE)
        outer.end()
        modulus, exponent = numbers.natural(), numbers.natural()
        numbers.end()
        n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
        return "rsa" if len(exponent) <= 4 and e & 1 and e > 1 and n & 1 and 2048 <= n.bit_length() <= 8192 else None
    if kind == EC_KEY:
        return "ecdsa" if POINTS.get(Der(parameters).take(OID)) == len(bits) - 1 and bits[1] == 4 else None
    return None


def der_holds(kind, key, hash_, message, signature):
    try:
        public = load_der_public_key(key)
        if kind == "rsa" and isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), hash_)
        elif kind == "ecdsa" and isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, message, ec.ECDSA(hash_))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def tst_info(raw):
    """Imprint and time in milliseconds of a TSTInfo."""
    outer = Der(raw)
    info = outer.inside(SEQUENCE)
    outer.end()
    need(info.take(INTEGER) == b"\1", "version of a TSTInfo")
    policy, number, length, begun = info.take(OID), 0, 0, False
    for octet in policy:
        need((begun or octet != 0x80) and number < 1 << 48, "policy")
        number, begun = number << 7 | octet & 0x7F, octet >= 0x80
        if not begun:
            first = min(number // 40, 2)
            length += len(str(number) if length else f"{first}.{number - first * 40}") + (length > 0)
            number = 0
    need(policy and not begun and length <= 128, "policy")
    part = info.inside(SEQUENCE)
    need(part.algorithm() == SHA256, "an imprint of another hash")
    imprint = part.take(OCTETS)
    part.end()
    need(len(imprint) == 32 and len(info.natural()) <= 21, "imprint or serial number")
    time = der_time(TIME, info.take(TIME))
    need(time is not None and time >= 0, "genTime")
    if info.at(SEQUENCE):
        info.any()
    need(not info.at(BOOLEAN) or info.any()[1] == b"\xff", "ordering")
    for tag in (INTEGER, 0xA0):
        if info.at(tag):
            info.any()
    if info.at(0xA1):
        extensions = info.inside(0xA1)
        while extensions.left:
            extension = extensions.inside(SEQUENCE)
            extension.take(OID)
            need(not extension.at(BOOLEAN), "a critical extension")
            while extension.left:
                extension.any()
    info.end()
    return imprint, time


def timestamp(raw, signed_too=True):
    """Imprint and time (ms) of a token that holds."""
    need(len(raw) <= 16_384, "token too long")
    outer = Der(raw)
    info = outer.inside(SEQUENCE)
    outer.end()
    need(info.take(OID) == oid("1.2.840.113549.1.7.2"), "no signed data")
    explicit = info.inside(0xA0)
    info.end()
    data = explicit.inside(SEQUENCE)
    explicit.end()
    need(data.take(INTEGER) == b"\3", "version of the signed data")
    part = data.inside(SET)
    announced = part.algorithm()
    part.end()
    part = data.inside(SEQUENCE)
    need(part.take(OID) == TST_INFO, "no TSTInfo")
    explicit = part.inside(0xA0)
    part.end()
    content = explicit.take(OCTETS)
    explicit.end()
    certificates = []
    if data.at(0xA0):
        part = data.inside(0xA0)
        while part.left:
            part.take(SEQUENCE)
            certificates.append(der_certificate(part.whole))
    if data.at(0xA1):
        data.any()
    part = data.inside(SET)
    data.end()
    signer = part.inside(SEQUENCE)
    part.end()
    need(signer.take(INTEGER) == b"\1", "version of the signer")
    part = signer.inside(SEQUENCE)
    part.take(SEQUENCE)
    issuer, serial = part.whole, part.take(INTEGER)
    part.end()
    digest = signer.algorithm()
    need(digest == announced and digest in DIGESTS, "digest algorithm")
    listed = signer.inside(0xA0)
    signed = b"\x31" + signer.whole[1:]
    algorithm, signature = signer.algorithm(), signer.take(OCTETS)
    if signer.at(0xA1):
        signer.any()
    signer.end()
    attributes, last = {}, b""
    names = {oid(PKCS9 + tail): tail for tail in ("3", "4", "16.2.47")}
    while listed.left:
        part = listed.inside(SEQUENCE)
        need(listed.whole > last, "order of the attributes")
        last = listed.whole
        name, values = part.take(OID), part.inside(SET)
        part.end()
        if name in names:
            need(names[name] not in attributes, "an attribute twice")
            attributes[names[name]] = values.any()[2]
            values.end()
    need(len(attributes) == 3, "an attribute is missing")
    need(Der(attributes["3"]).take(OID) == TST_INFO, "content-type")
    need(Der(attributes["4"]).take(OCTETS) == digest_of(digest, content), "message-digest")
    by = next((each for each in certificates if (each["issuer"], each["serial"]) == (issuer, serial)), None)
    need(by, "the signer's certificate is not there")
    part = Der(attributes["16.2.47"]).inside(SEQUENCE).inside(SEQUENCE).inside(SEQUENCE)
    id_by = part.algorithm() if part.at(SEQUENCE) else SHA256
    need(id_by in DIGESTS and part.take(OCTETS) == digest_of(id_by, by["whole"]), "another certificate")
    need(by["stamps"] and by["purposes"] == 1 and by["signs"], "the certificate is not for time-stamping alone")
    imprint, time = tst_info(content)
    need(None not in (by["from"], by["until"]) and by["from"] <= time <= by["until"], "the certificate was not valid")
    kind, (hash_, with_rsa, with_ecdsa) = der_key(by["key"]), DIGESTS[digest]
    need(algorithm in {"rsa": (RSA, with_rsa), "ecdsa": (with_ecdsa,)}.get(kind, ()), "key or signature algorithm")
    if kind == "ecdsa":
        outer = Der(signature)
        part = outer.inside(SEQUENCE)
        outer.end()
        part.natural()
        part.natural()
        part.end()
    need(not signed_too or der_holds(kind, by["key"], hash_, signed, signature), "the signature does not hold")
    return imprint, time


# ---- the verifier ------------------------------------------------------------------------------------------------

SEAL = {"empty": bool, "epoch": int, "epoch_end": bool, "format": str, "height": int, "justification_hash": bytes,
        "ledger": bytes, "log_root_before": bytes, "log_size_before": int, "next_valset_hash": bytes, "parent": bytes,
        "parent_view": int, "proposer": int, "record_count": int, "records_root": bytes, "state_root": bytes,
        "suite": int, "time_ms": int, "view": int}
BODY = {"v": int, "type": str, "ledger_id": str, "nonce": str, "expires_at": int, "rule_pack": int, "class": str,
        "submitter": str, "signers": list, "role": str, "event_date": str, "subjects": list, "data": dict}
BODY_OPTIONAL = {"acting_for": str, "basis": list, "refs": list, "supersedes": "digest", "private_root": "digest",
                 "private_width": int, "ct_hash": "digest", "key_commit": "digest", "wraps_hash": "digest", "attach": list}
MEMBER_ID = re.compile(r"(?!.*/(vote|final)$)[a-z0-9.-]{1,100}(/[a-z0-9._-]{1,40}){0,3}")
MEMBER = {"address": str, "cosign_key": bytes, "id": str, "index": int, "intake_key": bytes, "log_key": bytes, "party": str,
          "suite": int, "transport_key_hash": bytes, "vote_key": bytes, "weight": int}
MANIFEST = {"count": int, "expires_at": int, "ledger_id": str, "nonce": str, "root": str, "signers": list,
            "submitter": str, "type": str, "v": int}


KINDS = {int: lambda v: is_int(v) and v >= 0, str: lambda v: isinstance(v, str) and v,
         bytes: lambda v: isinstance(v, str) and re.fullmatch("[0-9a-f]{64}", v),
         "digest": lambda v: isinstance(v, str) and RECORD_ID.fullmatch(v)}


def kinds(value, required, optional=()):
    """Exactly these members, each of its kind: of KINDS (a number from 0, a text that is not empty, 64 hex digits, and
    these behind `sha256:`), else of that JSON type."""
    need(isinstance(value, dict), "no object")
    known = required | dict(optional)
    need(required.keys() <= value.keys() <= known.keys(), f"members {sorted(value.keys() ^ required.keys())}")
    for name, kind in known.items():
        v = value.get(name)
        if name in value:
            need(KINDS[kind](v) if kind in KINDS else isinstance(v, kind), f"member {name}")


USCC, LOCAL = "[0-9A-HJ-NPQRTUWXY]{18}", "[A-Za-z0-9._-]{1,40}"
SUBJECT_KEYS = {kind: re.compile(pattern, re.ASCII) for kind, pattern in {  # record.md, Ids and keys
    0: "(?!)",
    1: f"org:{USCC}|per:[0-9a-f]{{64}}",
    2: r"pat:((8[5-9]|9\d|0[0-3])[12389]\d{5}|(19|20)\d\d[12389]\d{7})[\dX]"
       r"|fpat:(?!CN)[A-Z]{2}/[0-9A-Z]{1,20}-[A-Z]\d?|cmt:[0-9a-f]{64}",
    3: f"ctr:{USCC}/{LOCAL}",
    4: f"case:{USCC}/{LOCAL}",
    5: f"org:{USCC}",
    6: f"rec:{LOCAL}/({LOCAL}|{USCC}/{LOCAL}|org:{USCC})|tgt:{LOCAL}"
       f"|(lst|dem|res|prj|all|loan|pol|cert|fac|evt|fund|std|dat):{USCC}/{LOCAL}",
}.items()}
PARTY, RECORD_ID = SUBJECT_KEYS[1], re.compile("sha256:[0-9a-f]{64}")
ANY_SUBJECT = re.compile("|".join(SUBJECT_KEYS[kind].pattern for kind in (1, 2, 3, 4, 6)), re.ASCII)
ROLES = {role for law in SIGNERS.values() for role in law["roles"]}


def ids(value, pattern, most):
    """1 to `most` texts of a form, ascending, each once."""
    return (isinstance(value, list) and 1 <= len(value) <= most and all(isinstance(v, str) for v in value)
            and value == sorted(set(value)) and all(pattern.fullmatch(v) for v in value))


def day_exists(text):
    try:
        return re.fullmatch(r"(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}", text) and datetime.date.fromisoformat(text)
    except ValueError:
        return False


def entry_form(entry):
    """A body with the signatures over it, or a member's with its place in a batch (record.md)."""
    kinds(entry, {"batch": int, "body": dict, "n": int} if "batch" in entry else {"body": dict, "sigs": list})
    sigs = entry.get("sigs", [])
    for sig in sigs:
        kinds(sig, {"key_id": str, "party": str, "sig": str, "suite": int})
        need(sig["suite"] == 1 and len(unb64(sig["sig"])) == 64, "form of a signature")
    order = [(sig["party"], sig["key_id"]) for sig in sigs]
    need("batch" in entry or sigs and order == sorted(set(order)), "signatures do not ascend")


def body_form(body):
    """The envelope of a record's body (record.md); what `data` holds by its type is not asked."""
    kinds(body, BODY, BODY_OPTIONAL)
    need(body["v"] == 1 and body["rule_pack"] >= 1 and body["data"], "v, rule_pack or data")
    need(body["class"] in ("PUBLIC", "PARTIES", "SEALED") and body["role"] in ROLES, "class or role")
    need(day_exists(body["event_date"]), "event_date")
    need(ids(body["subjects"], ANY_SUBJECT, 64), "subjects")
    need(ids(body.get("refs", ["sha256:" + "0" * 64]), RECORD_ID, 64), "refs")
    need("acting_for" not in body or PARTY.fullmatch(body["acting_for"]), "acting_for")
    for name, most, required, optional in (
            ("basis", 16, {"article": str, "law": str}, {"doc_no": str}),
            ("attach", 64, {"media": str, "name": str, "sha256": "digest", "size": int}, {"sm3": str, "store_hint": str})):
        if name in body:
            need(1 <= len(body[name]) <= most, name)
            for item in body[name]:
                kinds(item, required, optional)
                need(all(len(str(v).encode()) <= 2000 for v in item.values()), f"a text in {name} is too long")
    if body.keys() & {"private_root", "private_width", "ct_hash", "key_commit", "wraps_hash"}:
        slots = len(SIGNERS[body["type"]]["private_slots"])
        need(slots and "private_root" in body, "a private section where the type has none, or without its root")
        need(body.get("private_width") == next(w for w in (8, 16, 32) if slots <= w), "private_width")


def holds(grant, x, day):
    return (grant["from_index"] <= x < grant.get("until_index", LIMIT)
            and grant.get("from", "") <= day <= grant.get("until", "9999-12-31"))


def named_files(body):
    """What a record names outside the log: (sha256, size, media) of each, with its sm3 or None."""
    found = [(item, item) for item in body.get("attach", [])]
    if body["type"] == "evidence.deposit" and isinstance(body["data"].get("digest"), dict):
        found.append((body["data"]["digest"], body["data"]))
    return [((digests.get("sha256"), item.get("size"), item.get("media")), digests.get("sm3")) for digests, item in found]


def erased_fields(body):
    """(record id, field) of each that a notice of erasure names."""
    fields = body["data"].get("fields") if body["type"] == "privacy.erase_notice" else None
    return [(item.get("record"), item.get("field")) for item in fields if isinstance(item, dict)] if isinstance(fields, list) else []


def read_seal(entry):
    """The members of a seal by their form (seal.md), whatever its ledger and place."""
    seal = strict(entry)
    kinds(seal, SEAL)
    need(seal["format"] == "qinglu-seal/1" and seal["suite"] == 1, "format of a seal")
    need(seal["empty"] == (seal["record_count"] == 0), "`empty` and `record_count`")
    return seal


class Verifier:
    """One file against one trust file. `given`: {name: (size, SHA-256)} of the attachments that are there;
    `stamps_signed` False: signatures of time-stamps are not checked, as by qinglu-verify. `checks` afterwards: [{code, ok, class?, detail?}], `verdict`."""

    ORDER = ("E01_FILE_MALFORMED E02_JSON_NOT_STRICT E03_FORMAT_UNSUPPORTED E04_FIELDS E05_ENCODING E10_NO_TRUST_ANCHOR "
             "E11_WRONG_LEDGER E12_POLICY_SYNTAX E13_POLICY_CHAIN E14_POLICY_NOT_IN_FORCE E20_NOTE_SYNTAX "
             "E21_CHECKPOINT_BODY E22_LOG_SIGNATURE E23_BAD_KNOWN_SIGNATURE E24_QUORUM_NOT_MET E25_TIME_IMPLAUSIBLE "
             "E81_FORK_EVIDENCE E30_SEAL_POSITION E31_SEAL_INCLUSION E32_SEAL_CONTENT E50_STATE_PROOF_SHAPE "
             "E51_STATE_ROOT_MISMATCH E52_STATE_VALUE_MISMATCH E40_RECORD_INCLUSION E33_SEAL_NOT_OF_RECORD "
             "E41_RECORD_NOT_CANONICAL E45_BATCH_FORM E46_BATCH_MANIFEST_INCLUSION E47_BATCH_POSITION E48_BATCH_PATH "
             "E49_BATCH_SIGNATURE E42_RECORD_SIGNATURE E43_SIGNER_NOT_AUTHORISED E44_DIFFERENT_HEAD E55_CLAIM_MISMATCH "
             "E53_CLAIMED_ABSENT_IS_PRESENT E54_CLAIMED_PRESENT_IS_ABSENT E60_SUBJECT_ID E61_HISTORY_COUNT "
             "E62_HISTORY_ROOT E63_HISTORY_ORDER E64_HISTORY_RECORD_MISMATCH E65_HISTORY_PARTIAL "
             "E70_DISCLOSURE_MISMATCH E71_ERASED_FIELD E80_CONSISTENCY E90_TIMESTAMP E92_ATTACHMENT E93_ISSUER_SIGNATURE E94_KEY_COMPROMISED").split()

    def __init__(self, raw, trust_raw, given=(), stamps_signed=True):
        self.raw, self.trust_raw, self.given, self.stamps_signed = raw, trust_raw, dict(given), stamps_signed
        self.checks, self.verdict = [], "verified"
        for code in self.ORDER:
            try:
                getattr(self, code[:3])()
                self.checks.append({"code": code, "ok": True})
            except Fail as fail:
                name = next((c for c in self.ORDER if c[:3] == fail.code), code)
                self.checks.append({"code": name, "ok": False, "class": fail.verdict, "detail": fail.why})
                if fail.verdict != "warning":
                    self.verdict = fail.verdict
                    return

    # -- the file

    def E01(self):
        need(len(self.raw) <= 64 << 20, "more than 64 MiB")
        need(not self.raw.startswith(b"\xef\xbb\xbf"), "a byte order mark")
        try:
            self.raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Fail("no UTF-8") from None

    def E02(self):
        self.json = strict(self.raw, 1_000_000, 64 << 20)

    def E03(self):
        file, claim = self.json, self.json.get("claim")
        need(file.get("format") == "qinglu-evidence/1", "format", "undecided")
        need(is_int(file.get("suite")) and file["suite"] == 1, "suite", "undecided")
        need(not RESERVED & file.keys(), "reserved members", "undecided")
        stamps = file.get("timestamps")
        for stamp in stamps if isinstance(stamps, list) else ():
            alg = stamp.get("alg") if isinstance(stamp, dict) else None
            need(not isinstance(alg, str) or alg == "rfc3161", "a time-stamp of another kind", "undecided")
        if isinstance(claim, dict):
            need(claim.get("type", "record") in list(CLAIMS), "type of the claim", "undecided")

    def E04(self):
        form(self.json, EVIDENCE, "", missing := [])
        for name in (name[:-1] for name, wanted in EVIDENCE.items() if name.endswith("?") and isinstance(wanted, list)):
            need(self.json.get(name, [0]), f"/{name} is empty")
        need(not missing, ", ".join(missing[:1]), "undecided")

    def E05(self):
        file = self.file = form(self.json, EVIDENCE, "")
        claim, self.records, self.rows = file["claim"], file["records"], file["state"]
        refer = lambda ref, array, what: need(ref is None or ref < len(file[array]), f"{what}: no such place in {array}")
        refer(claim.get("record_ref"), "records", "/claim/record_ref")
        refer(claim.get("from_seal_ref"), "seals", "/claim/from_seal_ref")
        for shown in self.records + self.rows:
            refer(shown.get("seal_ref"), "seals", "seal_ref")
        for record in self.records:
            refer(record.get("batch", {}).get("ref"), "batches", "batch/ref")
        for part in file.get("history", []):
            refer(part["state_ref"], "state", "state_ref")
            for shown in part["records"]:
                refer(shown["record_ref"], "records", "record_ref")
        for shown in file.get("disclosures", []) + file.get("erased", []):
            refer(shown["record_ref"], "records", "record_ref")
            refer(shown.get("notice_ref"), "records", "notice_ref")
        names = [part["name"].encode() for part in file.get("attachments", [])]
        need(names == sorted(set(names)), "names of attachments do not ascend")
        need(len(file.get("timestamps", [])) <= 64, "more than 64 time-stamps")

    # -- the trust file, policies, notes

    def E10(self):
        try:
            trust = strict(self.trust_raw, size=1 << 20)
            self.trust = form(trust, TRUST, "")
            need(trust["format"] == "qinglu-trust/1" and trust["suite"] == 1, "format of the trust file")
            if "validators" in trust:
                need(policy_text(trust["validators"], trust["origin"]) == trust["policy"],
                     "its validators do not generate its policy")
                need(trust["validators"]["epoch"] == trust["epoch"], "epoch of its validators")
            need("validators" in trust or not self.file["policy_chain"], "no validators to judge later sets by")
        except Fail as fail:
            raise Fail(fail.why, "undecided") from None

    def E11(self):
        self.ledger, self.origin = self.trust["ledger_id"], self.trust["origin"]
        need(self.file["ledger_id"] == self.ledger, "another ledger")
        need(self.file["origin"] == self.origin, "another log")

    def E12(self):
        """self.policies: (policy, first size that it may judge), in order of epochs."""
        try:
            self.policies = [(Policy(self.trust["policy"], self.origin), 0)]
        except Fail as fail:
            raise Fail("trust file: " + fail.why, "undecided") from None
        self.later = [Policy(step["policy"], self.origin) for step in self.file["policy_chain"]]

    def E13(self):
        members, epoch, before = self.trust.get("validators"), self.trust["epoch"], None
        for step, policy in zip(self.file["policy_chain"], self.later):
            note = Note(step["note"], "E13")
            lines = note.text[:-1].split("\n")
            need(len(lines) == 6 and lines[0] == self.origin + "/final", "form of a finality note")
            size, root = decimal(lines[1]), unhash(lines[2])
            m = re.fullmatch("final ([0-9]+) ([0-9]+) ([0-9a-f]{64})", lines[4])
            need(m and lines[3].startswith("state ") and re.fullmatch("next [0-9a-f]{64}", lines[5]),
                 "form of a finality note")
            need(decimal(m[1]) == epoch, "a step is left out, or stands twice")
            if before:
                need(before[0] < size, "sizes do not grow")
                consistent(*before[:2], size, root, before[2])
            votes, keys = set(), {}
            for member in members["members"]:
                key, name = bytes.fromhex(member["vote_key"]), member["id"] + "/vote"
                keys[name, key_id(name, 1, key)] = key
            for name, identifier, signature in note.lines:
                key = keys.get((name, identifier))
                need(key is None or signed_by(key, signature, note.text.encode()), f"the vote of {name} does not hold")
                votes |= {name} if key else set()
            n = len(members["members"])
            need(len(votes) >= n - (n - 1) // 3, "not enough votes")
            entry = step["seal"]["entry"]
            included(entry, size - 1, size, root, step["seal"]["path"])
            seal = self.seal_of(entry, size - 1)
            need(seal["epoch"] == epoch and seal["epoch_end"], "not the seal of an epoch's end")
            need(sha(b"qinglu/block/1\0", entry).hex() == m[3] and seal["view"] == decimal(m[2])
                 and bytes.fromhex(seal["state_root"]) == unhash(lines[3][6:])
                 and seal["next_valset_hash"] == lines[5][5:], "the note is not of this seal")
            need(sha(b"qinglu/valset/1\0", step["set"]).hex() == lines[5][5:], "not the set that was announced")
            members, epoch, before = strict(step["set"]), epoch + 1, (size, root, step["consistency"])
            need(members.get("epoch") == epoch, "epoch of the set")
            need(policy_text(members, self.origin) == step["policy"], "the set does not generate the policy")
            self.policies.append((policy, size))
        self.epoch = epoch
        head = self.tree_of(self.file["checkpoint"])
        if before and head:  # else E20 or E21 will say it
            consistent(*before[:2], *head, before[2])

    def E14(self):
        head = self.tree_of(self.file["checkpoint"])
        seal = self.head_seal()
        if not seal:
            return
        epoch = seal["epoch"]
        need(epoch == self.epoch or (seal["epoch_end"] and epoch + 1 == self.epoch),
             f"policy of epoch {self.epoch}, head of {epoch}", "undecided" if epoch > self.epoch else "refuted")
        floor = self.trust.get("floor")
        if floor and head:
            need(head[0] >= floor["size"], "the head is older than the trusted floor")
            if head[0] == floor["size"]:
                need(head[1] == floor["root"], "the head is not the trusted floor")
            else:
                trees = [self.tree_of(part["note"]) for part in self.file.get("consistency", [])]
                need((floor["size"], floor["root"]) in trees, "no path from the trusted floor", "undecided")

    def head_seal(self):
        """The members of the head's seal before it is verified; None where it is no seal, which E32 will say."""
        try:
            return read_seal(self.file["seal"]["entry"])
        except Fail:
            return None

    def tree_of(self, note):
        """Size and root of a note, of whatever origin; None where it is no checkpoint. E20 and E21 will say what is."""
        try:
            note = Note(note)
            return note.checkpoint(note.text.split("\n")[0])
        except Fail:
            return None

    def E20(self):
        """self.notes: text of every checkpoint in the file -> its note, whether a quorum is asked of it, and later its
        tree (size, root), the keys that hold, with times."""
        file, self.notes = self.file, {}
        older, quorums = ([part["note"] for part in file.get(name, [])] for name in ("consistency", "first_quorum"))
        asked = {file["checkpoint"], *quorums, *older * (file["claim"]["type"] == "consistency")}
        proofs = [part["tlog_proof"]["note"] for part in self.records + file["batches"]]
        for text in dict.fromkeys([file["checkpoint"], *proofs, *older, *quorums]):
            self.notes[text] = {"note": Note(text), "asked": text in asked}

    def E21(self):
        for note in self.notes.values():
            note["tree"] = note["note"].checkpoint(self.origin)
        self.head = self.notes[self.file["checkpoint"]]["tree"]

    def tree(self, part):
        """Size and root of the checkpoint in a tlog-proof, or beside a path."""
        return self.notes[part["note"]]["tree"]

    def judges(self, size):
        """The policies that may judge a tree of this size: one, or two at the size where an epoch ended."""
        ends = [first for _, first in self.policies[1:]] + [LIMIT]
        return [policy for (policy, first), end in zip(self.policies, ends) if first <= size <= end]

    def E22(self):
        floor = self.trust.get("floor")
        for note in self.notes.values():
            note["floor"] = bool(floor) and not note["asked"] and note["tree"] == (floor["size"], floor["root"])
            note["good"], note["bad"] = {}, []
            for policy in self.judges(note["tree"][0]):
                for name, identifier, signature in note["note"].lines:
                    kind, key, _ = policy.keys.get((name, identifier), (0, b"", None))
                    time = cosigned_at(kind, key, signature, note["note"].text) if kind else None
                    if time is not None:
                        note["good"][kind, key] = time
                    elif kind:
                        note["bad"].append((kind, name))
            if not note["floor"]:
                need(all(kind != 1 for kind, _ in note["bad"]), "the signature of a log key does not hold")
                need(any(kind == 1 for kind, _ in note["good"]), "no known log key signed", "undecided")

    def E23(self):
        for note in self.notes.values():
            need(note["floor"] or not note["bad"], f"signatures that do not hold: {note['bad']}")

    def E24(self):
        for note in self.notes.values():
            met = not note["asked"] or any(self.satisfied(policy, note) for policy in self.judges(note["tree"][0]))
            need(met, f"tree of size {note['tree'][0]}: no quorum", "undecided")

    @staticmethod
    def satisfied(policy, note):
        """Whether this one policy has a log and a quorum on a note: what another policy knows does not count."""
        signed = [policy.keys[line[:2]] for line in note["note"].lines if policy.keys.get(line[:2], (0, b""))[:2] in note["good"]]
        return any(kind == 1 for kind, _, _ in signed) and policy.met_by({name for kind, _, name in signed if kind == 4})

    def E25(self):
        times = [time for (kind, _), time in self.notes[self.file["checkpoint"]]["good"].items() if kind == 4]
        seal = self.head_seal()
        need(not seal or not times or min(times) + 60 >= seal["time_ms"] // 1000, "a cosignature is older than its seal", "warning")
        for note in self.notes.values():
            times = [time for (kind, _), time in note["good"].items() if kind == 4]
            need(not times or max(times) - min(times) <= 86_400, "cosignatures are a day apart", "warning")

    def E81(self):
        notes = list(self.notes.values())
        for i, one in enumerate(notes):
            for other in notes[:i]:
                if one["tree"][0] == other["tree"][0] and one["tree"] != other["tree"]:
                    need(not one["good"].keys() & other["good"].keys(), "one key signed two trees of one size", "fork")

    # -- seals and rows

    def E30(self):
        head, others = self.file["seal"], self.file["seals"]
        need(head["index"] == self.head[0] - 1, "the head's seal is not the last leaf")
        need(all(seal["index"] < head["index"] for seal in others), "a seal that is not before the head's")

    def E31(self):
        for seal in [self.file["seal"], *self.file["seals"]]:
            included(seal["entry"], seal["index"], *self.head, seal["path"])

    def seal_of(self, entry, index):
        """The seal in this entry at this index of the log (seal.md)."""
        seal = read_seal(entry)
        need(bytes.fromhex(seal["ledger"]) == self.ledger, "a seal of another ledger")
        need(seal["log_size_before"] + seal["record_count"] == index, "a seal in another place")
        need(seal["record_count"] > 0, "an empty block has no seal in the log")
        need((seal["height"] == 0) == (index == 1), "height 0 at index 1 only")
        need(all((seal[name] == 0) == (seal["height"] == 0) for name in ("epoch", "view")), "epoch and view 0 at height 0 only")
        return seal

    def E32(self):
        for seal in [self.file["seal"], *self.file["seals"]]:
            seal |= self.seal_of(seal["entry"], seal["index"]) | {"entry": seal["entry"]}

    def seal_for(self, part):
        ref = part.get("seal_ref")
        return self.file["seal"] if ref is None else self.file["seals"][ref]

    def E50(self):
        for row in self.rows:
            row["root"] = trie_root(row)

    def E51(self):
        for row in self.rows:
            need(row["root"].hex() == self.seal_for(row)["state_root"], "not the state of its seal")

    def E52(self):
        for row in self.rows:
            need(row["present"] == ("value" in row), "a value where there is none, or none where there is one")
            row["index"] = self.seal_for(row)["index"]
            if row["present"]:
                need(sha(b"\4", row["value"]) == row["terminal"]["vh"], "not the value that the proof is of")
                row["json"] = strict(row["value"])
                row_form(row["ns"], row["key"], row["json"], self.origin)

    def row(self, ns, key, x, needed=True):
        """The row under the nearest seal after x: its object, None where it is shown absent."""
        shown = [row for row in self.rows if (row["ns"], row["key"]) == (ns, key) and row["index"] > x]
        need(shown or not needed, f"row {ns} of {key} is not shown", "undecided", "E04")
        return min(shown, key=lambda row: row["index"], default={}).get("json")

    # -- records

    def E40(self):
        for record in self.records:
            proof = record["tlog_proof"]
            included(record["entry"], proof["index"], *self.tree(proof), proof["path"])

    def E33(self):
        for record in self.records:
            seal = self.seal_for(record)
            need(seal["log_size_before"] <= record["tlog_proof"]["index"] < seal["index"], "a record outside its seal's block")

    def E41(self):
        for part in self.records + self.file["batches"]:
            part["json"] = strict(part["entry"])

    def E45(self):
        for part in self.file["batches"] + self.records:
            entry_form(part["json"])
            part["body"] = part["json"]["body"]
        for i, batch in enumerate(self.file["batches"]):
            body = batch["body"]
            kinds(body, MANIFEST)
            need("sigs" in batch["json"] and body["type"] == "batch" and body["v"] == 1, "no manifest")
            self.envelope(body)
            need(1 <= body["count"] <= 1000, "number of members")
            undigest(body["root"])
            need(any(record.get("batch", {}).get("ref") == i for record in self.records), "a batch of no record")
        for record in self.records:
            body, member, kind = record["body"], "batch" in record, record["body"].get("type")
            need(member == ("batch" in record["json"]), "`batch` exactly at a member")
            need(isinstance(kind, str) and (member or kind != "batch"), "no record")
            need(kind in SIGNERS, f"type {kind} is not known", "undecided", "E03")  # before all else that its body has
            body_form(body)
            self.envelope(body)
            record["batch_of"] = self.file["batches"][record["batch"]["ref"]] if member else None
            record["sigs"] = (record["batch_of"] or record)["json"]["sigs"]
            need(not member or SIGNERS[kind]["in_batch"], "a type that stands in no batch")
            need(not member or body["signers"] == record["batch_of"]["body"]["signers"], "signers of member and manifest")

    def envelope(self, body):
        need(undigest(body["ledger_id"]) == self.ledger, "of another ledger")
        need(re.fullmatch("[0-9a-f]{32}", body["nonce"]), "nonce")
        need(PARTY.fullmatch(body["submitter"]), "submitter")
        need(ids(body["signers"], PARTY, 80), "signers")

    def E46(self):
        for batch in self.file["batches"]:
            proof = batch["tlog_proof"]
            included(batch["entry"], proof["index"], *self.tree(proof), proof["path"])

    def members(self):
        return [record for record in self.records if record["batch_of"]]

    def E47(self):
        for record in self.members():
            batch, entry = record["batch_of"], record["json"]
            need(batch["tlog_proof"]["index"] == entry["batch"], "another manifest")
            need(record["tlog_proof"]["index"] == entry["batch"] + 1 + entry["n"], "another place")
            need(entry["n"] < batch["body"]["count"] <= 1000, "place in the batch")

    def E48(self):
        for record in self.members():
            leaf, body = sha(b"\0", canonical(record["body"])), record["batch_of"]["body"]
            root = inclusion_root(record["json"]["n"], body["count"], leaf, record["batch"]["path"])
            need(root == undigest(body["root"]), "the body is not in the batch")

    def signatures(self, body, sigs, domain, x):
        message = domain + self.ledger + canonical(body)
        for sig in sigs:
            source = body["data"] if self.is_new_key(body, sig) else self.key_row(sig, x)
            need(source, f"{sig['party']} / {sig['key_id']} is no registered key")
            pub = source.get("pub")
            need(isinstance(pub, str) and re.fullmatch("[0-9a-f]{64}", pub), "form of the key")
            need(signed_by(bytes.fromhex(pub), unb64(sig["sig"]), message),
                 f"the signature of {sig['party']} / {sig['key_id']} does not hold")

    def key_row(self, sig, x, needed=True):
        return self.row("K", sig["party"].encode() + b"\0" + sig["key_id"].encode(), x, needed)

    @staticmethod
    def is_new_key(body, sig):
        return body["type"] in ("key.add", "key.rotate") and (
            (sig["party"], sig["key_id"]) == (body["data"].get("party"), body["data"].get("key_id")))

    def E49(self):
        for batch in self.file["batches"]:
            self.signatures(batch["body"], batch["json"]["sigs"], b"qinglu/batch/1\0", batch["tlog_proof"]["index"])

    def E42(self):
        for record in self.records:
            if not record["batch_of"]:
                self.signatures(record["body"], record["sigs"], b"qinglu/record/1\0", record["tlog_proof"]["index"])

    def E43(self):
        for record in self.records:
            x = record["tlog_proof"]["index"] if not record["batch_of"] else record["json"]["batch"]
            self.authorised(record["body"], record["sigs"], x)

    def authorised(self, body, sigs, x):
        """evidence.md, Who had to sign; the numbers are those of that list."""
        law, data, signers, day = SIGNERS[body["type"]], body["data"], body["signers"], body["event_date"]
        submitter, role_row, mandate_row, council = body["submitter"], None, None, set()
        proofs = [sig for sig in sigs if self.is_new_key(body, sig)]  # 1
        others = [sig for sig in sigs if sig not in proofs]
        keys = [self.key_row(sig, x) for sig in others]  # every row that is asked for must be there before one is judged
        if body["role"] in law["roles"] and body["role"] not in ("PARTY", "AGENT", "GOV"):
            role_row = self.row("R", submitter.encode() + b"\0" + body["role"].encode(), x)
        if law["council"]:
            directory = self.row("V", bytes(8), x)
            row = directory and self.row("V", struct.pack(">Q", directory["epoch"]), x)
            council = {m["party"] for m in row["set"]["members"]} if row else set()
        if "acting_for" in body:
            mandate_row = self.row("M", body["acting_for"].encode() + b"\0" + submitter.encode(), x)
        parties = {sig["party"] for sig in others}
        need(len(parties) == len(others), "a party signs more than once")
        if body["type"] in ("key.add", "key.rotate"):
            need(proofs and data["party"] in signers, "the new key did not sign")
            parties |= {data["party"]} if data["party"] != submitter else set()
        need(parties == set(signers), f"signatures of {sorted(parties)}, signers {signers}")
        need(submitter in signers, "the submitter did not sign")
        for sig, row in zip(others, keys):  # 2
            need(row and any(w["from_index"] <= x < w.get("until_index", LIMIT) for w in row["windows"]),
                 f"{sig['party']} / {sig['key_id']} was no key at {x}")
        need(body["role"] in law["roles"], f"role {body['role']}")  # 3
        if body["role"] not in ("PARTY", "AGENT", "GOV"):
            need(role_row and any(holds(g, x, day) for g in role_row["grants"]),
                 f"{submitter} had not the role {body['role']}")
        if not law["by_rule"]:  # 4
            must, may = named(data, law["must_sign"]), named(data, law["may_sign"])
            need(must <= set(signers), f"{sorted(must - set(signers))} did not sign")
            if law["council"]:
                n = len(council)
                need(n and len(council & set(signers)) >= n - (n - 1) // 3, "not enough of the council signed")
            need(set(signers) <= must | may | council | {submitter}, "a party that has no place here signed")
        if "acting_for" in body:  # 5
            need(law["mandate"], "a type that has no agent")
            need(mandate_row and any(holds(g, x, day) and any(power in (law["mandate"], "ALL") for power in g["powers"])
                             and g.get("subject", body["subjects"][0] if body["subjects"] else None) in body["subjects"] + [None]
                             for g in mandate_row["grants"]), "no mandate")

    def E44(self):
        heads = [self.file["checkpoint"]] + [part["note"] for part in self.file.get("consistency", [])]
        for part in self.records + self.file["batches"]:
            need(part["tlog_proof"]["note"] in heads, "an older head without a path to this one", "undecided")

    # -- the claim

    def E55(self):
        file, claim = self.file, self.file["claim"]
        self.type, self.subject = claim["type"], claim.get("subject")
        moments = [file["seal"]] + file["seals"] * (self.type not in ("record", "consistency"))
        at = [seal for seal in moments if seal["index"] + 1 == claim["as_of_size"]]
        need(at, "no seal of that size is shown")
        self.moment = at[0]["index"]
        if "from_seal_ref" in claim:
            self.since = file["seals"][claim["from_seal_ref"]]["index"]
            need(self.since < self.moment, "the earlier moment is not earlier")
        need("history" not in file or self.type == "history", "`history` in a history alone")
        need(self.type != "consistency" or file.get("consistency"), "a consistency without trees")
        self.shown = None
        if "state_key" in claim:
            key = claim["state_key"]
            self.shown = self.row_now(key["ns"], key["key"])
            need(self.shown, "the row of the claim is not shown under its seal")
        if self.subject:
            need(SUBJECT_KEYS[self.subject["kind"]].fullmatch(self.subject["id"]), "`kind` does not fit the id")
        claimed = {claim["record_ref"]} if self.type == "record" else set()
        for part in file.get("history", []):
            row = self.rows[part["state_ref"]]
            need(row["index"] == self.moment and (row["ns"], row["key"]) == ("H", self.list_key(part["id"])),
                 "a list that is not on its row")
            claimed |= {shown["record_ref"] for shown in part["records"]}
        for i, record in enumerate(self.records):
            need((record["role"] == "claim") == (i in claimed), "`role` of a record")

    def row_now(self, ns, key):
        return next((row for row in self.rows if (row["ns"], row["key"], row["index"]) == (ns, key, self.moment)), None)

    def list_key(self, name):
        return ("agt:" if self.subject["kind"] == 5 else "").encode() + name.encode()

    def ids(self):
        """The alias set of the subject, itself alone where it has none (or where E60 will say that it is not shown)."""
        row = self.row_now("A", self.subject["id"].encode())
        return row["json"]["ids"] if row and row["present"] else [self.subject["id"]]

    def lists(self):
        """(id, category) -> list of the H row, for what the claim speaks of and the file shows."""
        found = {}
        for name in self.ids():
            row = self.row_now("H", self.list_key(name))
            for part in row["json"]["lists"] if row and row["present"] else []:
                if part["category"] in self.subject["categories"]:
                    found[name, part["category"]] = part
        return found

    def E53(self):
        if self.type == "absence":
            need(not self.shown or not self.shown["present"], "the row is there")
            for part in self.lists().values() if self.subject else ():
                need("from_seal_ref" in self.file["claim"] and part["last_index"] < self.since, "there is a record")

    def E54(self):
        need(self.type != "state-value" or self.shown["present"], "there is no such row")
        need(self.type != "history" or "history" in self.file, "no list is shown")

    def E60(self):
        if self.subject:
            need(self.row_now("A", self.subject["id"].encode()), "row A of the subject is not shown")
            for name in self.ids():
                need(self.row_now("H", self.list_key(name)), f"row H of {name} is not shown")
        if self.type == "history":
            shown = [(part["id"], part["category"]) for part in self.file["history"]]
            need(len(set(shown)) == len(shown) and set(shown) == self.lists().keys(), "not one list for each id and category")

    def parts(self):
        """Each list that is shown, with what its H row says of it."""
        return [(part, self.lists()[part["id"], part["category"]]) for part in self.file.get("history", [])]

    def E61(self):
        for part, row in self.parts():
            need(part["leaves"] and part["from_seq"] + len(part["leaves"]) == row["count"], "number of leaves")
            need(len(part["prefix_range"]) == part["from_seq"].bit_count(), "number of hashes before them")

    def E62(self):
        for part, row in self.parts():
            root = range_root(part["from_seq"], part["prefix_range"], [sha(b"\0", leaf) for leaf in part["leaves"]])
            need(root == undigest(row["root"]), "the leaves do not lead to the list's root")

    def E63(self):
        for part, row in self.parts():
            indices = [int.from_bytes(leaf[:8], "big") for leaf in part["leaves"]]
            need(all(a < b for a, b in zip(indices, indices[1:])), "indices do not rise")
            need(indices[-1] == row["last_index"] < self.moment, "the last index")

    def E64(self):
        for part, _ in self.parts():
            seqs = [shown["seq"] for shown in part["records"]]
            need(all(a < b for a, b in zip(seqs, seqs[1:])), "numbers do not rise")
            for shown in part["records"]:
                record, place = self.records[shown["record_ref"]], shown["seq"] - part["from_seq"]
                need(0 <= place < len(part["leaves"]), "a number outside the list")
                flags = (record["body"]["class"] == "SEALED") | ("supersedes" in record["body"]) << 1
                line = struct.pack(">Q", record["tlog_proof"]["index"]) + sha(b"\0", record["entry"]) + bytes([flags])
                need(part["leaves"][place] == line, "not the record of its leaf")

    def E65(self):
        parts, claim = self.file.get("history", []), self.file["claim"]
        need("from_seq" not in claim or len(parts) == 1, "only the end of more than one list")
        for part in parts:
            need(part["from_seq"] == claim.get("from_seq", 0), "not from the number that is claimed")
            need("all_disclosed" not in claim or len(part["records"]) == len(part["leaves"]), "a record is withheld")

    def E70(self):
        for shown in self.file.get("disclosures", []):
            strict(shown["value"], kind=object)
            body, name, value = self.records[shown["record_ref"]]["body"], shown["name"].encode(), shown["value"]
            sized = lambda raw, size: len(raw).to_bytes(size, "big") + raw
            c = sha(b"\5", sized(name, 2), shown["salt"], sized(value, 4))
            if not shown["path"]:
                need(body["data"].get(shown["name"] + "_commit") == "sha256:" + c.hex(), "not what the record committed to")
                continue
            slots = SIGNERS[body["type"]]["private_slots"]
            need(shown["name"] in slots and "private_root" in body, "the record has no such field")
            slot = slots.index(shown["name"])
            need(1 << len(shown["path"]) == body.get("private_width"), "length of the path")
            h = sha(b"\6", bytes([slot]), c)
            for sibling in shown["path"]:
                h, slot = sha(b"\7", sibling, h) if slot & 1 else sha(b"\7", h, sibling), slot >> 1
            need(h == undigest(body["private_root"]), "not what the record committed to")

    def record_id(self, ref):
        return "sha256:" + sha(canonical(self.records[ref]["body"])).hex()

    def E71(self):
        by = [erased_fields(record["body"]) for record in self.records]
        gone = sum(by, [])
        for field in self.file.get("erased", []):
            need((self.record_id(field["record_ref"]), field["name"]) in by[field["notice_ref"]],
                 f"no notice of the erasure of {field['name']}")
        for shown in self.file.get("disclosures", []):
            field = shown["name"] + "_commit" * (not shown["path"])
            need((self.record_id(shown["record_ref"]), field) not in gone, f"{shown['name']} was erased")

    def E90(self):
        late = False
        for stamp in self.file.get("timestamps", []):
            imprint, time = timestamp(stamp["token"], self.stamps_signed)
            need(imprint == sha(self.file["checkpoint"].encode()), "not of this checkpoint")
            late |= time + 60_000 < self.file["seal"]["time_ms"]
        need(not late, "a time-stamp is older than what it stamps", "warning")

    def E92(self):
        named = [file for record in self.records for file in named_files(record["body"])]
        for part in self.file.get("attachments", []):
            wanted = "sha256:" + part["sha256"].hex(), part["size"], part["media"]
            said = [sm3 for key, sm3 in named if key == wanted]
            need(said and ("sm3" not in part or part["sm3"] in said), f"no record names {part['name']}")
            given = self.given.get(part["name"], (part["size"], part["sha256"]))
            need(given == (part["size"], part["sha256"]), f"{part['name']} is another file")

    def E80(self):
        for part in self.file.get("consistency", []) + self.file["first_quorum"]:
            consistent(*self.tree(part), *self.head, part["path"])

    def E93(self):
        issuer = self.file.get("issuer")
        if issuer:
            bare = dict(self.json, issuer={k: v for k, v in self.json["issuer"].items() if k != "sig"})
            need(issuer["suite"] == 1 and signed_by(issuer["key"], issuer["sig"],
                 b"qinglu/issuer/1\0" + self.ledger + canonical(bare)), "the issuer's signature does not hold", "warning")

    def E94(self):
        for record in self.records:
            x = record["json"]["batch"] if record["batch_of"] else record["tlog_proof"]["index"]
            for sig in record["sigs"]:
                since = (self.key_row(sig, x, needed=False) or {}).get("compromised_from", LIMIT)
                need(since * 1000 > self.seal_for(record)["time_ms"], f"{sig['party']} / {sig['key_id']}", "warning")


def named(data, fields):
    """The parties that these fields of `data` name: a party id, a list of ids, or of objects with a `party`."""
    found = set()
    for field in fields:
        value = data.get(field, [])
        for item in value if isinstance(value, list) else [value]:
            party = item.get("party") if isinstance(item, dict) else item
            found |= set() if party is None else {str(party)}  # what is no text is no signer either
    return found


def policy_text(members, origin):
    """The policy that a validator set generates (genesis.md); refuses a set without the form of one."""
    try:
        kinds(members, {"format": str, "suite": int, "epoch": int, "members": list})
        need(members["format"] == "qinglu-valset/1" and members["suite"] == 1, "format of a validator set")
        need(members["epoch"] >= 1, "epoch of a validator set")
        for i, m in enumerate(members["members"]):
            kinds(m, MEMBER)
            need(m["index"] == i and m["weight"] == m["suite"] == 1 and m["id"] != origin, "member of a set")
        alone = [m[name] for m in members["members"] for name in ("vote_key", "cosign_key", "log_key", "intake_key")]
        for values in (alone, [m["party"] for m in members["members"]], [m["transport_key_hash"] for m in members["members"]]):
            need(len(set(values)) == len(values), "a key or a party stands twice in a set")
        keys = [(m["id"], bytes.fromhex(m["log_key"]), bytes.fromhex(m["cosign_key"])) for m in members["members"]]
        need(ids([name for name, _, _ in keys], MEMBER_ID, 64), "order of members")
    except Fail as fail:
        raise Fail("validator set: " + fail.why) from None
    vkey = lambda name, kind, key: f"{name}+{key_id(name, kind, key).hex()}+{base64.b64encode(bytes([kind]) + key).decode()}"
    lines = [f"log {vkey(origin, 1, log)}" for _, log, _ in keys]
    lines += [f"witness v{i} {vkey(name, 4, key)}" for i, (name, _, key) in enumerate(keys)]
    q = len(keys) - (len(keys) - 1) // 3
    lines += [f"group validators {q} " + " ".join(f"v{i}" for i in range(len(keys))), "quorum validators"]
    return "\n".join(lines) + "\n"


def row_form(ns, key, value, origin):
    """The members of the rows that the checks read (state.md): K, R, M, V, H, A."""
    spans = []
    if ns == "K" and not key.startswith(b"\0"):
        kinds(value, {"pub": bytes, "suite": int, "windows": list}, {"compromised_from": int})
        need(value["suite"] == 1, "suite")
        spans = value["windows"]
        for span in spans:
            kinds(span, {"from_index": int}, {"until_index": int})
        need(all(a.get("until_index", LIMIT) <= b["from_index"] for a, b in zip(spans, spans[1:])), "windows")
    elif ns == "K":
        kinds(value, {"party": str, "purpose": str}, {"epoch": int})
    elif ns in "RM":
        kinds(value, {"grants": list})
        spans, more = value["grants"], {"until": str, "until_index": int}
        for span in spans:
            if ns == "R":
                kinds(span, {"from_index": int}, more | {"from": str, "scope": dict})
            else:
                kinds(span, {"from_index": int, "from": str, "powers": list}, more | {"subject": str})
    elif ns == "V":
        if key == bytes(8):
            kinds(value, {"epoch": int})
        else:
            kinds(value, {"set": dict}, {"from_size": int, "from_height": int, "record": str, "ready": list})
            policy_text(value["set"], origin)
    elif ns == "H":
        kinds(value, {"lists": list})
        for part in value["lists"]:
            kinds(part, {"category": int, "count": int, "last_index": int, "root": str})
            undigest(part["root"])
            need(part["count"] >= 1, "an empty list")
        categories = [part["category"] for part in value["lists"]]
        need(categories and categories == sorted(set(categories)) and categories[0] == 0 and categories[-1] <= 6, "order of lists")
    elif ns == "A":
        kinds(value, {"ids": list})
        need(ids(value["ids"], ANY_SUBJECT, 4096) and key in [name.encode() for name in value["ids"]], "row A")
    need(spans or ns not in "RM" and "windows" not in value, "no window, no grant")
    need(all(span["from_index"] <= span.get("until_index", LIMIT) for span in spans), "a span that ends before it begins")


def files_beside(raw, folder):
    """{name: (size, SHA-256)} of the attachments that lie in the folder."""
    try:
        parts = form(strict(raw, 1_000_000, 64 << 20).get("attachments", []), EVIDENCE["attachments?"], "")
    except Fail:
        return {}  # which the verifier will say
    found = {part["name"]: folder / part["name"] for part in parts}
    return {name: (path.stat().st_size, sha(path.read_bytes())) for name, path in found.items() if path.is_file()}


def main(arguments):
    files, trust, flags, folder = [], None, set(), None
    while arguments:
        word = arguments.pop(0)
        if word == "--trust" and arguments:
            trust = arguments.pop(0)
        elif word == "--attachments" and arguments:
            folder = arguments.pop(0)
        elif word in ("--json", "--explain"):
            flags.add(word)
        elif word.startswith("-"):
            files = []
            break
        else:
            files.append(word)
    if not files or trust is None:
        print(__doc__, file=sys.stderr)
        return 2
    worst = 0
    for name in files:
        try:
            raw = pathlib.Path(name).read_bytes()
            given = files_beside(raw, pathlib.Path(folder) if folder else pathlib.Path(name).parent)
            report = Verifier(raw, pathlib.Path(trust).read_bytes(), given)
        except OSError as error:
            print(error, file=sys.stderr)
            return 5
        except Exception as error:  # a fault of this program says nothing about the file
            print(f"{name}: verify.py failed: {error!r}", file=sys.stderr)
            return 70
        code = EXITS[report.verdict]
        worst = max(worst, code, key=lambda c: (0, 3, 1, 10).index(c))
        if "--json" in flags:
            print(json.dumps({"file": name, "verdict": report.verdict, "exit_code": code, "checks": report.checks}))
            continue
        print(f"{name}: {report.verdict}")
        if report.verdict == "verified":
            print("  claim:", json.dumps(report.json["claim"], ensure_ascii=False))
        for check in report.checks:
            if not check["ok"] or "--explain" in flags:
                print(f"  {'ok  ' if check['ok'] else check['class']:9} {check['code']} {check.get('detail', '')}")
    if "--explain" in flags:
        print("Not asked: the fields of `data` by record type, clocks, a policy of your own (see --help).")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
