#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the arrows between folders: every include is judged against dependencies.json.

A file belongs to the longest row that is a prefix of its path. Fails on a folder without a row, a row
or `may` entry without a folder, a circle in the table, an include that no row allows, one of ours that
resolves to no file, and a computed include.
"""
import graphlib
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = json.loads((ROOT / "tests/arch/dependencies.json").read_text())
FOLDERS = TABLE["folders"]
OUTSIDE = TABLE["outside_headers"]
TOP = sorted({name.split("/")[0] for name in FOLDERS})


def row_of(path):
    fitting = [f for f in FOLDERS if path == f or path.startswith(f + "/")]
    return max(fitting, key=len) if fitting else None


def without_comments(text):
    """Comments and raw strings go, string literals stay (an include is one)."""
    text = re.sub(r"\\\n", "", text)
    text = re.sub(r'R"([^(\s]*)\(.*?\)\1"', '""', text, flags=re.S)
    return re.sub(r'//[^\n]*|/\*.*?\*/', lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def sources():
    for top in TOP:
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".cpp", ".hpp", ".h"):
                yield path.relative_to(ROOT).as_posix()


def check():
    problems = []
    for name, row in FOLDERS.items():
        if not (ROOT / name).is_dir():
            problems.append(f"dependencies.json: row {name} names no folder")
        for other in row["may"]:
            if other != "*" and other not in FOLDERS:
                problems.append(f"dependencies.json: {name} may include {other}, which has no row")
    try:
        tuple(graphlib.TopologicalSorter(
            {n: [m for m in r["may"] if m != "*"] for n, r in FOLDERS.items()}).static_order())
    except graphlib.CycleError as error:
        problems.append("dependencies.json: a circle: " + " -> ".join(error.args[1]))

    for path in sources():
        folder = row_of(path.rsplit("/", 1)[0])
        if folder is None:
            problems.append(f"{path}: its folder has no row in dependencies.json")
            continue
        row = FOLDERS[folder]
        text = without_comments((ROOT / path).read_text())
        for number, line in enumerate(text.split("\n"), 1):
            directive = re.match(r"\s*#\s*include\s*(.*)", line)
            if not directive:
                continue
            named = re.match(r'[<"]([^>"]+)[>"]', directive.group(1))
            where = f"{path}:{number}: {line.strip()}"
            if not named:
                problems.append(f"{where}: a computed include cannot be judged")
                continue
            target = named.group(1)
            if target.split("/")[0] in TOP or target.startswith("."):
                if not (ROOT / target).is_file():
                    problems.append(f"{where}: no such file")
                    continue
                owner = row_of(target.rsplit("/", 1)[0])
                if owner != folder and owner not in row["may"] and "*" not in row["may"]:
                    problems.append(f"{where}: {folder} may include {', '.join(row['may']) or 'nothing'}")
                continue
            for library, prefixes in OUTSIDE.items():
                if any(target == p or (p.endswith("/") and target.startswith(p)) for p in prefixes):
                    if library not in row["outside"] and "*" not in row["outside"]:
                        problems.append(f"{where}: {library} is not allowed in {folder}")
    return problems


if __name__ == "__main__":
    found = check()
    print("\n".join(found) if found else f"{len(FOLDERS)} folders, every include allowed")
    sys.exit(1 if found else 0)
