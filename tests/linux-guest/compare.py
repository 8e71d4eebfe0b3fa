#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Hold what a kernel says of its interrupts on the shell against what it says on QEMU's own GICv5.

Usage: compare.py NATIVE-LOG SHELL-LOG DIFFERENCES

Compared are the kernel's lines about the GICv5 and the rows of /proc/interrupts without numbers that the kernel
chooses: chip, hardware number, trigger and name, and whether anything was counted where both must count. A line of
DIFFERENCES allows one more (+) or one fewer (-) line on the shell; '#' lines before it say why. An entry that is not
used is an error.
"""
import re
import sys


def facts(path):
    """Lines that must be equal."""
    found, rows = set(), False
    for line in open(path, errors="replace"):
        line = line.rstrip()
        if line.startswith("demo: kernel: "):
            found.add(line[len("demo: "):])
        if line.startswith("demo: /proc/interrupts"):
            rows = line.endswith("after")
        elif line.startswith("demo:"):
            rows = False
        elif rows:
            found.update(row_facts(line))
    if not any(fact.startswith("row: GICv5") for fact in found):
        sys.exit(f"{path}: no rows of /proc/interrupts")
    return found


def row_facts(line):
    label, colon, rest = line.strip().partition(":")
    match = re.match(r"((?:\s*\d+)+)\s+(\S.*)$", rest)
    if not colon or not match:
        return
    # On several CPUs and one alike: the numbers before the chip are counts.
    counts = [int(n) for n in match[1].split()]
    what = " ".join(match[2].split())
    if label.startswith("IPI"):
        yield f"row: {label} {what}"
        if label in ("IPI0", "IPI1"):
            yield f"counted: {label} {sum(counts) > 0}"
    else:
        yield f"row: {what}"
        if "arch_timer" in what:
            yield f"counted on every CPU: arch_timer {min(counts) > 0}"


def read_differences(path):
    allowed, why = {}, False
    for number, line in enumerate(open(path), 1):
        line = line.rstrip("\n")
        if line[:2] in ("+ ", "- ") and why:
            allowed[line] = False
        elif line.startswith("#"):
            why = True
        elif line:
            sys.exit(f"{path}:{number}: not understood, or without a reason: {line}")
        else:
            why = False
    return allowed


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    native, shell = facts(sys.argv[1]), facts(sys.argv[2])
    allowed = read_differences(sys.argv[3])
    bad = 0
    for line in [f"- {fact}" for fact in sorted(native - shell)] + [f"+ {fact}" for fact in sorted(shell - native)]:
        if line in allowed:
            allowed[line] = True
        else:
            bad += 1
            print(f"not allowed: {line}")
    unused = [line for line, used in allowed.items() if not used]
    for line in unused:
        print(f"not seen any more, remove it: {line}")
    print(f"{len(native & shell)} facts are the same, {bad} differ, {len(allowed)} differences are named")
    return 1 if bad or unused else 0


sys.exit(main())
