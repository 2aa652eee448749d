#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a COSE receipt of inclusion (RFC 9942) with cbor2 and cryptography; written from docs/formats/receipt-cose.md.

usage: cose_check.py RECEIPT ENTRY VALIDATORS CHECKPOINT
RECEIPT     GET /v1/records/{id}/receipt.cose; ENTRY: …/entry; VALIDATORS: GET /v1/validators; CHECKPOINT: GET /v1/checkpoint
Exit code: 0 it holds, and who signed; 1 it does not, and why.
"""
import base64
import collections
import hashlib
import json
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALG, KID, CWT_CLAIMS, VDS, VDP = 1, 4, 15, 395, 396
EDDSA, RFC9162_SHA256, INCLUSION = -8, 1, -1
ISSUER, SUBJECT = 1, 2


Held = collections.namedtuple("Held", "member index size kid key root")  # kid, key, root: bytes


class Refused(Exception):
    pass


def ask(holds, why):
    if not holds:
        raise Refused(why)


def decoded(raw, what):
    try:
        value = cbor2.loads(raw)
        again = cbor2.dumps(value, canonical=True)  # of a break where none belongs it writes nothing either
    except Exception as problem:  # whatever the decoder of damaged bytes throws
        raise Refused(f"{what}: {problem}") from problem
    ask(again == raw, f"{what}: not the deterministic encoding")
    return value


def sha256(raw):
    return hashlib.sha256(raw).digest()


def root_of(entry, size, index, path):
    """RFC 9162 §2.1.3.2."""
    ask(0 <= index < size, "the index is not below the size")
    n, last, digest = index, size - 1, sha256(b"\0" + entry)
    for sibling in path:
        ask(last > 0, "the path is too long")
        if n % 2 or n == last:
            digest = sha256(b"\1" + sibling + digest)
            while n and n % 2 == 0:
                n, last = n // 2, last // 2
        else:
            digest = sha256(b"\1" + digest + sibling)
        n, last = n // 2, last // 2
    ask(last == 0, "the path is too short")
    return digest


def thumbprint(key):
    """RFC 9679: SHA-256 over kty OKP, crv Ed25519, x."""
    return sha256(cbor2.dumps({1: 1, -1: 6, -2: key}, canonical=True))


def check(receipt, entry, validators, checkpoint):
    """What the receipt says, once everything holds. Raises Refused."""
    message = decoded(receipt, "receipt")
    ask(isinstance(message, cbor2.CBORTag) and message.tag == 18, "no COSE_Sign1")
    ask(isinstance(message.value, (list, tuple)) and len(message.value) == 4, "no COSE_Sign1")
    protected, unprotected, payload, signature = message.value
    ask(isinstance(protected, bytes) and payload is None and isinstance(signature, bytes), "form of the COSE_Sign1")
    header = decoded(protected, "protected header")
    ask(isinstance(header, dict) and set(header) == {ALG, KID, CWT_CLAIMS, VDS}, "labels of the protected header")
    ask(header[ALG] == EDDSA and header[VDS] == RFC9162_SHA256, "algorithm or data structure")
    try:
        [proof] = unprotected[VDP][INCLUSION]
        ask(len(unprotected) == len(unprotected[VDP]) == 1, "unprotected header")
        size, index, path = decoded(proof, "inclusion proof")
        ask(all(type(n) is int for n in (size, index)) and path and all(type(h) is bytes and len(h) == 32 for h in path), "proof")
    except (KeyError, TypeError, ValueError) as problem:
        raise Refused(f"inclusion proof: {problem!r}") from problem
    root = root_of(entry, size, index, path)
    signers = [member for member in validators["set"]["members"] if thumbprint(bytes.fromhex(member["intake_key"])) == header[KID]]
    ask(len(signers) == 1, "the key is no member's")
    key = bytes.fromhex(signers[0]["intake_key"])
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, cbor2.dumps(["Signature1", protected, b"", root]))
    except InvalidSignature as problem:
        raise Refused("the signature") from problem
    origin, said_size, said_root = checkpoint.split("\n")[:3]
    ask((str(size), base64.b64encode(root).decode()) == (said_size, said_root), "another tree than the checkpoint's")
    body = json.dumps(json.loads(entry)["body"], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    ask(header[CWT_CLAIMS] == {ISSUER: origin, SUBJECT: "sha256:" + sha256(body.encode()).hex()}, "issuer or subject")
    return Held(signers[0]["id"], index, size, header[KID], key, root)


def main():
    receipt, entry, validators, checkpoint = (open(name, "rb").read() for name in sys.argv[1:5])
    try:
        held = check(receipt, entry, json.loads(validators), checkpoint.decode())
        print(f"{held.member}: entry {held.index} of {held.size}")
    except Refused as why:
        print(f"refused: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main())
