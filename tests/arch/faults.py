#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of faults: docs/faults.md follows from the ids in the names of tests.

usage: faults.py [--write]   without it: compares, and fails when a fault that is due has no test
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/faults.md"
CASE = re.compile(r'TEST_CASE\(\s*"((?:[^"\\]|\\.)*)"\s*(?:,\s*((?:"[^"]*"\s*)+))?\)', re.S)
PYTHON_CASE = re.compile(r'^\s*def test_\w+\(.*\):\s*\n\s*"""([^"]*)"""', re.M)
FAULT = re.compile(r"\bF(\d{2,3})\b")


def cases():
    """(file, sentence, ids) of every test that names a fault."""
    for path in sorted((ROOT / "tests").rglob("*_test.*")):
        if path.suffix == ".pyc":
            continue
        text = path.read_text()
        found = ([(m.group(1), m.group(1) + (m.group(2) or "")) for m in CASE.finditer(text)] if path.suffix == ".cpp"
                 else [(m.group(1), m.group(1)) for m in PYTHON_CASE.finditer(text)])
        for name, tagged in found:
            ids = sorted({"F" + i for i in FAULT.findall(tagged)})
            if ids:
                sentence = re.sub(r"^(F\d+[ ,:]*)+|\s*\[F\d+\]", "", name).strip()
                yield path.relative_to(ROOT), sentence, ids


def main():
    faults = json.loads((ROOT / "tests/arch/faults.json").read_text())
    tests = {}
    for path, sentence, ids in cases():
        for each in ids:
            if each not in faults:
                sys.exit(f"{path}: {each} is no fault of the list")
            tests.setdefault(each, []).append(f"{sentence} (`{path}`)")
    lines = ["# Faults", "", "What may go wrong, and the tests that name it (`tests/arch/faults.py --write` makes this page; "
             "`./check` fails when it is out of date). A dash: comes with a later issue.", "",
             "| id | fault | tests |", "|---|---|---|"]
    for fault, (_, what) in faults.items():
        lines.append(f"| {fault} | {what} | {'<br>'.join(tests.get(fault, ['–']))} |")
    page = "\n".join(lines) + "\n"
    missing = [fault for fault, (due, _) in faults.items() if due == "now" and fault not in tests]
    if missing:
        sys.exit("no test names " + ", ".join(missing))
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        sys.exit("docs/faults.md is out of date: tests/arch/faults.py --write")
    print(f"{len(tests)} faults are named by tests")


if __name__ == "__main__":
    main()
