#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""ctest's lines as they come; its summary is kept for the end.

Usage: ctest ... | ctestlines.py SUMMARY
Tests that run ctest themselves print summaries too: only the last one goes into the file SUMMARY.
"""
import re
import sys


def main():
    kept = []
    for line in iter(sys.stdin.readline, ""):
        if kept and re.match(r" *\d+/\d+ Test +#", line):
            print("".join(kept), end="")
            kept = []
        if kept or re.match(r"\d+% tests passed", line):
            kept.append(line)
        else:
            print(line, end="", flush=True)
    with open(sys.argv[1], "w", encoding="utf-8") as summary:
        summary.writelines(kept)


if __name__ == "__main__":
    sys.exit(main())
