#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Domains are destroyed amid what they do to their GICv5; their neighbours must not notice, and all must come back.

Usage: destroy.py FOLDER XEN-VERSION CONFIGURATION HOSTILE-ELF

Without a toolstack nothing destroys a domain: the test transport's debug key does, always the first one that is left.
"""
import os
import re
import sys

from xenmachine import V5, Domain, Linux, Machine, build_xen, hostile_image, linux_files, verdict

DESTROY, DUMP = b"6", b"5"
# When domains 1 and 2 have to go: as soon as they run, and later.
MOMENTS = {1: "hostile: seed", 2: "hostile: cpu0 at"}
ENDLESS = 0xffffffff


class Killer:
    """Presses the key at the first domain's moment, then at the second one's."""

    def __init__(self, machine):
        self.machine, self.left, self.asked, self.gone = machine, sorted(MOMENTS), False, []
        self.seen = set()

    def line(self, number, text):
        """A line of any domain or of Xen."""
        if number in MOMENTS and MOMENTS[number] in text:
            self.seen.add(number)
        match = re.search(r"vGICv5: destroyed d(\d+) \((-?\d+)\)", text)
        if number == 0 and match:
            self.destroyed(int(match[1]), int(match[2]))
        if number in self.gone:
            self.machine.fail(f"domain {number} still speaks: {text}")
        if self.left and self.left[0] in self.seen and not self.asked:
            self.asked = True
            self.machine.type_to("Xen", DESTROY)

    def destroyed(self, number, status):
        """Xen says so."""
        if status or not self.left or number != self.left.pop(0):
            self.machine.fail(f"destroyed domain {number} with status {status}")
        self.gone.append(number)
        self.asked = False


def follow(machine, guests):
    """Until both are gone and the others are off."""
    killer = Killer(machine)
    for number, text in machine.said():
        killer.line(number, text)
        if number in guests:
            guests[number].line(machine, number, text)
        if not killer.left and all(guest.off for guest in guests.values()):
            return


def nothing_is_left(machine):
    """The last GICv5 domain goes, too: then no VM may be left, and Xen must still answer."""
    machine.type_to("Xen", DESTROY + DUMP)
    used = None
    for _, text in machine.said():
        match = re.search(r"VM IDs in use: (.*)", text)
        used = match[1] if match else used
        if "vGICv5 dump done" in text:
            break
    if used is None or used.strip() not in ("none", "0 of them", ""):
        machine.fail(f"after the last domain: VM IDs in use: {used}")


def main():
    """Entry point."""
    folder, version, configuration, elf = sys.argv[1:5]
    xen = build_xen(folder, version, configuration)
    files = linux_files(folder)
    own = os.path.join(folder, "destroy")
    victim = Domain(hostile_image(own, elf, 2, ENDLESS), cpus=2, memory=64, properties=V5)
    guests = {3: Linux("v5", 2), 4: Linux("v3", 1)}
    machine = Machine(own, xen, [victim, victim] + [guest.domain(files) for guest in guests.values()],
                      arguments="guest_loglvl=error")
    follow(machine, guests)
    nothing_is_left(machine)
    machine.stop()
    return verdict(machine, guests)


sys.exit(main())
