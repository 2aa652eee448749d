#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the module into the page, and allows by hash exactly the one script and the one style that stand in it.

Prints size and SHA-256 of page and module: what institutions publish.
"""
import argparse
import base64
import hashlib
import pathlib
import re

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--version", required=True)
parser.add_argument("--module", required=True, type=pathlib.Path)
parser.add_argument("--out", required=True, type=pathlib.Path)
asked = parser.parse_args()

page = (pathlib.Path(__file__).parent / "verify.html.in").read_text(encoding="utf-8")


def allowed(tag):
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


module = asked.module.read_bytes()
page = (page
        .replace("@CSP@", f"default-src 'none'; script-src {allowed('script')} 'wasm-unsafe-eval'; style-src {allowed('style')}; "
                          "base-uri 'none'; form-action 'none'")
        .replace("@VERSION@", asked.version)
        .replace("@MODULE@", base64.b64encode(module).decode()))
asked.out.write_bytes(page.encode())
for name, content in (("page", page.encode()), ("module", module)):
    print(f"{name}: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
