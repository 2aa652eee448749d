#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Explores the model of the vote rules exhaustively, and every planted error until it is found.

usage: check_models.py [--views N]    default 2; 3 takes long
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

MODEL = pathlib.Path(__file__).with_name("simplex.pml")
MUTANTS = {1: "finalize allowed after nullify (V2)", 2: "two blocks notarized in a view (V1)",
           3: "finalize without notarization (V3)", 4: "skipped views without nullification (R3.1, V4)",
           5: "a quorum of two of four", 6: "votes forgotten in a crash (persist before send)"}


def explore(directory, views, liars, mutant):
    """(states, errors) of one exhaustive search."""
    work = pathlib.Path(tempfile.mkdtemp(dir=directory))
    shutil.copy(MODEL, work / "m.pml")
    subprocess.run(["spin", f"-DVIEWS={views}", f"-DLIARS={liars}", f"-DMUTANT={mutant}", "-a", "m.pml"], cwd=work,
                   check=True, capture_output=True)
    subprocess.run(["gcc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-DMEMLIM=8000", "-o", "pan", "pan.c"], cwd=work, check=True)
    text = subprocess.run(["./pan", "-m1000000"], cwd=work, capture_output=True, text=True).stdout
    errors = int(re.search(r"errors: (\d+)", text).group(1))
    states = int(float(re.search(r"([\d.e+]+) states, stored", text).group(1)))
    if errors == 0 and ("max search depth too small" in text or "out of memory" in text):
        sys.exit(f"the search was not complete:\n{text}")
    return states, errors


def main():
    views = int(sys.argv[2]) if sys.argv[1:2] == ["--views"] else 2
    bad = []
    with tempfile.TemporaryDirectory() as directory:
        for liars, what in ((1, "safety, one liar of four"), (2, "accountability, two liars of four")):
            states, errors = explore(directory, views, liars, 0)
            print(f"{what}: {states} states, {errors} errors")
            if errors:
                bad.append(what)
        for mutant, what in MUTANTS.items():
            states, errors = explore(directory, views, 1, mutant)
            print(f"planted: {what}: {'found' if errors else 'NOT FOUND'} after {states} states")
            if not errors:
                bad.append(what)
    print(f"{2 + len(MUTANTS) - len(bad)} passed, {len(bad)} failed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
