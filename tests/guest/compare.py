#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Compares two logs of the payload line by line.

usage: compare.py FIRST SECOND DIFFERENCES

DIFFERENCES lists what may differ. Each entry is one or more lines '# why', then either a line '- REGEX' for the line
of the first log and a line '+ REGEX' for the line of the second, both of which must match whole lines; or a line
'skip REGEX': blocks whose name matches are not compared if one of the logs says "id: not offered" in them. An entry
that is not used is an error, so that the list does not outlive its reasons.
"""
import re
import sys


class Rule:
    def __init__(self, why, first=None, second=None, skip=None):
        self.why = why
        self.first, self.second, self.skip = first, second, skip
        self.uses = 0

    def allows_lines(self, first, second):
        return self.first is not None and re.fullmatch(self.first, first) and re.fullmatch(self.second, second)

    def allows_skip(self, block):
        return self.skip is not None and re.fullmatch(self.skip, block)


def read_rules(path):
    rules, why, first = [], [], None
    for number, line in enumerate(open(path), 1):
        line = line.rstrip("\n")
        if line.startswith("# "):
            why.append(line[2:])
        elif line.startswith("- "):
            first = line[2:]
        elif line.startswith("+ ") and first is not None and why:
            rules.append(Rule(" ".join(why), first=first, second=line[2:]))
            first = None
        elif line.startswith("skip ") and why:
            rules.append(Rule(" ".join(why), skip=line[5:]))
        elif line:
            sys.exit(f"{path}:{number}: not understood: {line}")
        else:
            why = []
    return rules


def read_blocks(path):
    """The payload's blocks: a list of (name, lines)."""
    lines = [line.rstrip("\r\n") for line in open(path, errors="replace")]
    if "payload: begin" not in lines or not any(line.startswith("payload: end") for line in lines):
        tail = "\n".join(lines[-5:])
        sys.exit(f"{path}: the payload did not run to its end; last lines:\n{tail}")
    blocks = []
    for line in lines[lines.index("payload: begin") + 1:]:
        if line.startswith("payload: end"):
            break
        if line.startswith("block: "):
            blocks.append((line[7:], []))
        else:
            blocks[-1][1].append(line)
    return blocks


class Comparison:
    def __init__(self, rules):
        self.rules = rules
        self.bad = 0
        self.lines = 0

    def complain(self, text):
        self.bad += 1
        if self.bad <= 20:
            print(text)

    def skipped(self, name, first, second):
        if not any(line.startswith("id: not offered") for line in first + second):
            return False
        rule = next((r for r in self.rules if r.allows_skip(name)), None)
        if rule:
            rule.uses += 1
        return rule is not None

    def compare_block(self, name, first, second):
        if first != second and self.skipped(name, first, second):
            return
        for i in range(max(len(first), len(second))):
            a = first[i] if i < len(first) else "(no line)"
            b = second[i] if i < len(second) else "(no line)"
            self.lines += 1
            if a == b:
                continue
            rule = next((r for r in self.rules if r.allows_lines(a, b)), None)
            if rule:
                rule.uses += 1
            else:
                self.complain(f"block {name}, line {i + 1}:\n- {a}\n+ {b}")

    def compare(self, first, second):
        if [name for name, _ in first] != [name for name, _ in second]:
            self.complain("the two logs do not have the same blocks")
        for (name, a), (_, b) in zip(first, second):
            self.compare_block(name, a, b)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    rules = read_rules(sys.argv[3])
    comparison = Comparison(rules)
    comparison.compare(read_blocks(sys.argv[1]), read_blocks(sys.argv[2]))
    unused = [rule for rule in rules if not rule.uses]
    for rule in rules:
        print(f"allowed {rule.uses} times: {rule.why}" if rule.uses else f"not seen any more, remove it: {rule.why}")
    print(f"{comparison.lines} lines compared, {comparison.bad} differences that nothing allows")
    sys.exit(1 if comparison.bad or unused else 0)


main()
