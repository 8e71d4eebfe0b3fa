#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the library takes, the reader takes too, of states that a fuzzer made. (The library may refuse more: it asks
whether a state fits the host and the VM.)

Usage: agree.py FUZZ-STATE-PROGRAM FOLDER-OF-INPUTS
"""
import os
import subprocess
import sys

import reader


def reader_says(name):
    """None, or why it refuses the state. The first two bytes of an input are no part of it."""
    with open(name, "rb") as f:
        data = f.read()[2:]
    try:
        reader.parse(data)
    except reader.Bad as error:
        return str(error)
    return None


def main():
    program, folder = sys.argv[1:3]
    names = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    result = subprocess.run([program, "--judge", *names], check=True, capture_output=True, text=True)
    verdicts = dict(reversed(line.split(" ", 1)) for line in result.stdout.splitlines() if line[0] in "-0123456789")
    if len(verdicts) != len(names):
        sys.exit(f"{len(names)} inputs, {len(verdicts)} verdicts:\n{result.stdout}{result.stderr}")
    taken = [name for name, verdict in verdicts.items() if verdict == "0"]
    wrong = [f"{name}: {reader_says(name)}" for name in taken if reader_says(name)]
    both = sum(1 for name in names if name not in taken and reader_says(name))
    if wrong:
        sys.exit("taken by the library, refused by the reader:\n" + "\n".join(wrong))
    print(f"{len(taken)} taken by both, {both} refused by both, {len(names) - len(taken) - both} good states of other VMs")


main()
