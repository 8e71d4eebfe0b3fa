#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the library takes, the reader takes too, of states that a fuzzer made. (The library may refuse more: it asks
whether a state fits the host and the VM.)

Usage: agree.py FUZZ-STATE-PROGRAM FOLDER-OF-INPUTS WORK-FOLDER
"""
import os
import shutil
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


def judged(program, folder):
    """What the library takes of the inputs of a folder, and what it does not take."""
    names = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    result = subprocess.run([program, "--judge", *names], check=False, capture_output=True, text=True)
    verdicts = dict(reversed(line.split(" ", 1)) for line in result.stdout.splitlines() if line[0] in "-0123456789")
    if result.returncode or len(verdicts) != len(names):
        sys.exit(f"{len(names)} inputs, {len(verdicts)} verdicts:\n{result.stderr[-4000:]}")
    taken = [name for name in names if verdicts[name] == "0"]
    return taken, [name for name in names if name not in taken]


def swept(program, folder):
    """States whose words were changed one by one, and that the library takes."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    result = subprocess.run([program, "--sweep", folder], check=False, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"the sweep failed:\n{result.stderr[-4000:]}")
    print(result.stdout.splitlines()[-1])
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def main():
    program, folder, work = sys.argv[1:4]
    taken, refused = judged(program, folder)
    taken += swept(program, work)
    wrong = [f"{name}: {reader_says(name)}" for name in taken if reader_says(name)]
    both = sum(1 for name in refused if reader_says(name))
    if wrong:
        sys.exit("taken by the library, refused by the reader:\n" + "\n".join(wrong[:20]))
    print(f"{len(taken)} taken by both, {both} refused by both, {len(refused) - both} good states of other VMs")


main()
