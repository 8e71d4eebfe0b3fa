#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A guest whose data looks like GICv5 instructions and that changes its code (guests/words.c).

Usage: words.py FOLDER SHELL-IMAGE WORDS-IMAGE
"""
import sys

from shellmachine import Machine


def main():
    folder, shell, image = sys.argv[1:4]
    machine = Machine(folder, "--shell", shell, "--cpus", "2", "--mem", "128", "--payload", image, parallel=True)
    end = machine.wait_for(r"words: end, (\d+) passed, (\d+) failed|payload: unexpected.*")
    for _ in machine.lines():
        pass
    if machine.close():
        machine.fail("the machine ended badly")
    print(end[0])
    with open(machine.log.name, encoding="utf-8") as f:
        print(*[line.rstrip() for line in f if "words: FAIL" in line][:20], sep="\n")
    return 0 if end[1] and int(end[1]) > 0 and int(end[2]) == 0 else 1


sys.exit(main())
