# SPDX-License-Identifier: Apache-2.0
"""Numbers and commitments.   Source: QLR 1.2 (ZC 0006, GB 32100); docs/formats/record.md."""
import hashlib
import json
import re

TYPE_DIGITS = {"INV": "18", "UM": "29", "DES": "3"}


def app_check(twelve):
    r = sum(int(d) * w for d, w in zip(twelve, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])) % 11
    return "X" if r == 10 else str(r)


def kind_fits(number, kind_of_patent, granted):
    digit, letters = {"INV": ("1", "B" if granted else "A"), "UM": ("2", "U"), "DES": ("3", "S")}[kind_of_patent]
    return re.fullmatch("CN%s\\d{8}%s\\d?" % (digit, letters), number) is not None


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def commitment(name, salt, value):
    text = canonical(value).encode()
    data = b"\x05" + len(name).to_bytes(2, "big") + name.encode() + bytes.fromhex(salt) + len(text).to_bytes(4, "big") + text
    return "sha256:" + hashlib.sha256(data).hexdigest()
