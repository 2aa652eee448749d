#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Demands that builds of two compilers come to the same runs, event by event.

usage: same_runs.py SIM SIM [--seeds N]
"""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def hashes(program, seeds):
    text = subprocess.run([program, "--seeds", seeds, "--hash"], check=True, capture_output=True, text=True).stdout
    return [line for line in text.splitlines() if len(line.split()) == 2 and len(line.split()[1]) == 64]


def main():
    seeds = sys.argv[4] if sys.argv[3:4] == ["--seeds"] else "50"
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda program: hashes(program, seeds), sys.argv[1:3])
    differing = [a.split()[0] for a, b in zip(first, second) if a != b]
    if differing or len(first) != int(seeds) or len(second) != int(seeds):
        sys.exit(f"seeds that run otherwise: {', '.join(differing) or 'missing'}")
    print(f"{seeds} seeds run the same in both builds")


if __name__ == "__main__":
    main()
