#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The output of a make into a log, and a line of progress for every hundred of its steps.

Usage: make ... | steps.py LOG
"""
import re
import sys


def main():
    steps = 0
    with open(sys.argv[1], "w", encoding="utf-8", errors="replace") as log:
        for line in iter(sys.stdin.readline, ""):
            log.write(line)
            if not re.match(r"  [A-Z]+ ", line):
                continue
            steps += 1
            if steps % 100 == 0:
                print(f"kvm: step {steps}: {line}", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
