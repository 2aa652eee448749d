#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Explores the models exhaustively, and every planted error until it is found.

simplex.pml   the vote rules: safety with one liar of four, accountability with two
abstain.pml   the bound of a member that has lost its record of votes

usage: check_models.py [--views N]    of simplex.pml: default 2; 3 takes long
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MUTANTS = {1: "finalize allowed after nullify (V2)", 2: "two blocks notarized in a view (V1)",
           3: "finalize without notarization (V3)", 4: "skipped views without nullification (R3.1, V4)",
           5: "a quorum of two of four", 6: "votes forgotten in a crash (persist before send)"}
# Of these, planted with two liars, a fork would name nobody or an honest member.
UNJUST = (1, 3)
ABSTAIN_MUTANTS = {("-DUNSEEN=1",): "votes above m + 1", ("-DUNSEEN=0",): "votes above m",
                   ("-DMUTANT=1",): "a view is voted in before it is entered (R4)",
                   ("-DMUTANT=2",): "votes before the view's certificate is durable"}


def explore(directory, model, *choices):
    """(states, errors) of one exhaustive search."""
    work = pathlib.Path(tempfile.mkdtemp(dir=directory))
    shutil.copy(HERE / model, work / "m.pml")
    subprocess.run(["spin", *choices, "-a", "m.pml"], cwd=work, check=True, capture_output=True)
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
    count = 0

    def holds(directory, what, *choices):
        nonlocal count
        count += 1
        states, errors = explore(directory, *choices)
        print(f"{what}: {states} states, {errors} errors", flush=True)
        if errors:
            bad.append(what)

    def found(directory, what, *choices):
        nonlocal count
        count += 1
        states, errors = explore(directory, *choices)
        print(f"planted: {what}: {'found' if errors else 'NOT FOUND'} after {states} states", flush=True)
        if not errors:
            bad.append(what)

    with tempfile.TemporaryDirectory() as directory:
        simplex = ("simplex.pml", f"-DVIEWS={views}")
        holds(directory, "safety, one liar of four", *simplex, "-DLIARS=1")
        holds(directory, "accountability, two liars of four", *simplex, "-DLIARS=2")
        for mutant, what in MUTANTS.items():
            found(directory, what, *simplex, "-DLIARS=1", f"-DMUTANT={mutant}")
        for mutant in UNJUST:
            found(directory, MUTANTS[mutant] + ", two liars: nobody is named, or an honest member", *simplex, "-DLIARS=2", f"-DMUTANT={mutant}")
        holds(directory, "abstaining up to m + 2", "abstain.pml")
        for choices, what in ABSTAIN_MUTANTS.items():
            found(directory, what, "abstain.pml", *choices)
    print(f"{count - len(bad)} passed, {len(bad)} failed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
