#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A domain counts the MSIs that Xen sends it from all its contexts while it maps, moves and invalidates; a neighbour
that does the same is destroyed amid it.

Usage: its.py FOLDER XEN-VERSION CONFIGURATION ITS-ELF [SEED [MSIS]]
"""
import os
import re
import shutil
import sys

from xenmachine import V5, Checks, Domain, Machine, build_xen, hostile_image

ITS = V5 + ("xen,vgic-its;",)
DESTROY = b"6"
ENDLESS = 0xfffffff0
PASSES = 8  # what the guest checks


def follow(machine, counter):
    """To the counter's end; the victim is destroyed as soon as it is in the thick of it."""
    gone = False
    for number, text in machine.said():
        if number == 1 and gone:
            machine.fail(f"the domain that was destroyed still speaks: {text}")
        if number == 1 and "its: 1000 asked for" in text:
            machine.type_to("Xen", DESTROY)
        if number == 1 and "its: FAIL" in text:
            machine.fail(f"domain 1: {text}")
        if number == 2:
            counter.line(text)
        match = re.search(r"vGICv5: destroyed d1 \((-?\d+)\)", text)
        if number == 0 and match:
            gone = True
            if int(match[1]):
                machine.fail(text)
        if counter.end and gone:
            return


def main():
    """Entry point."""
    folder, version, configuration, elf = sys.argv[1:5]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    number = int(sys.argv[6]) if len(sys.argv) > 6 else 3000
    print(f"seed {seed}")
    xen = build_xen(folder, version, configuration)
    own = os.path.join(folder, f"its-{version}")
    victim = os.path.join(own, "victim.img")
    shutil.copy(hostile_image(own, elf, seed + 1, ENDLESS), victim)
    image = hostile_image(own, elf, seed, number)
    machine = Machine(own, xen, [Domain(path, cpus=2, memory=64, properties=ITS) for path in (victim, image)])
    counter = Checks("its")
    follow(machine, counter)
    machine.stop()
    return counter.verdict(machine, PASSES)


sys.exit(main())
