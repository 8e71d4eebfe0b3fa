#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The library writes states of many VMs; the reader understands them and says of each interrupt what its guest was told.

Usage: compare.py WRITE-STATES-PROGRAM FOLDER
"""
import glob
import os
import re
import subprocess
import sys

import reader

ENTRY = re.compile(r"  ((?:SPI|LPI) )(\d+)(?:-(\d+))?(: .*)")


def said(data):
    """A line for each interrupt, as the reader prints them; all of them apart."""
    lines = set()
    for kind, _, value in reader.parse(data):
        for line in reader.section_lines(kind, value):
            match = ENTRY.match(line)
            if match:
                first, last = int(match[2]), int(match[3] or match[2])
                lines.update(f"{match[1]}{number}{match[4]}" for number in range(first, last + 1))
    return lines


def check(name):
    with open(name, "rb") as f:
        data = f.read()
    try:
        state = reader.parse(data)
    except reader.Bad as error:
        sys.exit(f"{name}: the reader refuses it: {error}")
    if reader.encode(state) != data:
        sys.exit(f"{name}: written again it is other bytes")
    with open(name[:-len("state")] + "text", encoding="utf-8") as f:
        told = set(f.read().splitlines())
    if said(data) != told:
        sys.exit(f"{name}: only the reader says {sorted(said(data) - told)}, only the guest was told "
                 f"{sorted(told - said(data))}")
    return len(told)


def main():
    program, folder = sys.argv[1:3]
    for name in glob.glob(os.path.join(folder, "*")):
        os.remove(name)
    result = subprocess.run([program, folder], check=False, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{program}: {result.stdout}{result.stderr}")
    names = glob.glob(os.path.join(folder, "*.state"))
    interrupts = sum(check(name) for name in names)
    if not names or not interrupts:
        sys.exit(f"{len(names)} states with {interrupts} interrupts: nothing was compared")
    print(f"{len(names)} states, {interrupts} interrupts")


main()
