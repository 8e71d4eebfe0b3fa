#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Compares two logs of the payload line by line.

usage: compare.py FIRST SECOND DIFFERENCES

DIFFERENCES lists what may differ. Each entry is one or more lines '# why', then a line '- REGEX' for the line of
the first log and a line '+ REGEX' for the line of the second; both must match whole lines. An entry that is not
used is an error, so that the list does not outlive its reasons.
"""
import re
import sys


class Rule:
    def __init__(self, why, first, second):
        self.why = why
        self.first = re.compile(first)
        self.second = re.compile(second)
        self.uses = 0

    def allows(self, first, second):
        return bool(self.first.fullmatch(first) and self.second.fullmatch(second))


def read_rules(path):
    rules, why, first = [], [], None
    for number, line in enumerate(open(path), 1):
        line = line.rstrip("\n")
        if line.startswith("# "):
            why.append(line[2:])
        elif line.startswith("- "):
            first = line[2:]
        elif line.startswith("+ ") and first is not None and why:
            rules.append(Rule(" ".join(why), first, line[2:]))
            first = None
        elif line:
            sys.exit(f"{path}:{number}: not understood: {line}")
        else:
            why = []
    return rules


def read_log(path):
    """The lines from the payload's first to its last."""
    lines = [line.rstrip("\r\n") for line in open(path, errors="replace")]
    try:
        first = lines.index("payload: begin")
        last = next(i for i, line in enumerate(lines) if line.startswith("payload: end"))
    except (ValueError, StopIteration):
        tail = "\n".join(lines[-5:])
        sys.exit(f"{path}: the payload did not run to its end; last lines:\n{tail}")
    return lines[first:last + 1]


def compare(first, second, rules):
    bad = 0
    for number in range(max(len(first), len(second))):
        a = first[number] if number < len(first) else "(no line)"
        b = second[number] if number < len(second) else "(no line)"
        if a == b:
            continue
        rule = next((r for r in rules if r.allows(a, b)), None)
        if rule:
            rule.uses += 1
            continue
        bad += 1
        if bad <= 20:
            print(f"line {number + 1} differs:\n- {a}\n+ {b}")
    return bad


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    first, second = read_log(sys.argv[1]), read_log(sys.argv[2])
    rules = read_rules(sys.argv[3])
    bad = compare(first, second, rules)
    for rule in rules:
        print(f"{rule.uses} lines differ as allowed: {rule.why}")
    unused = [rule for rule in rules if not rule.uses]
    for rule in unused:
        print(f"not seen any more, remove it: {rule.why}")
    print(f"{len(first)} and {len(second)} lines, {bad} differences that nothing allows")
    sys.exit(1 if bad or unused else 0)


main()
