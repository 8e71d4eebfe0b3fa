#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian's Linux in domains of Xen: each must pass the whole programme of tests/linux-guest and power off.

Usage: linux.py [--cpu MODEL] [--host-cpus N] NAME FOLDER XEN-VERSION CONFIGURATION DOMAIN...
DOMAIN: v5:CPUS, on the virtual GICv5, or v3:CPUS, on Xen's own GICv3.
"""
import argparse
import os
import re
import sys

from xenmachine import Domain, Machine, build_xen, linux_files

V5 = ('xen,vgic = "v5";',)
ARGUMENTS = "console=ttyAMA0 panic=-1 demo=batch demo_cpus={} demo_gic={}"


class Guest:
    """What one domain must show."""

    def __init__(self, spec):
        self.gic, cpus = spec.split(":")
        self.cpus = int(cpus)
        self.failed, self.rows, self.done, self.off = [], [], None, False

    def domain(self, files):
        kernel, rewritten, initrd = files
        v5 = self.gic == "v5"
        return Domain(rewritten if v5 else kernel, initrd, ARGUMENTS.format(self.cpus, self.gic[1:]), self.cpus,
                      properties=V5 if v5 else ())

    def line(self, machine, number, text):
        if "demo: type 'hello'" in text:
            machine.type_to(f"DOM{number}", b"hello\r")
        elif "demo: FAIL" in text:
            self.failed.append(text)
        elif "demo: /proc/interrupts after" in text:
            self.rows = []
        elif "reboot: Power down" in text:
            self.off = True
        self.done = self.done or re.search(r"demo: done, (\d+) passed, (\d+) failed", text)
        self.rows.append(text)

    def wrong(self):
        """What is not as it must be."""
        found = list(self.failed)
        if not self.done or not int(self.done[1]) or int(self.done[2]):
            found.append(self.done[0] if self.done else "did not come to its end")
        chip = "GICv5-" if self.gic == "v5" else "GICv3 "
        for row in (rf"{chip}(PPI)? +27 Level +arch_timer", rf"{chip}(SPI)? +\d+ Level +uart-pl011"):
            if not any(re.search(row, text) for text in self.rows):
                found.append(f"no row {row} in /proc/interrupts")
        return found


def follow(machine, guests):
    """Until all are off."""
    for number, text in machine.said():
        if 1 <= number <= len(guests):
            guests[number - 1].line(machine, number, text)
        if all(guest.off for guest in guests):
            return


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cpu", default="cortex-a57")
    parser.add_argument("--host-cpus", type=int, default=2)
    parser.add_argument("words", nargs=3, metavar="NAME FOLDER XEN-VERSION")
    parser.add_argument("configuration")
    parser.add_argument("domains", nargs="+")
    options = parser.parse_args()
    name, folder, version = options.words
    guests = [Guest(spec) for spec in options.domains]
    xen = build_xen(folder, version, options.configuration)
    files = linux_files(folder)
    machine = Machine(os.path.join(folder, name), xen, [guest.domain(files) for guest in guests], cpu=options.cpu,
                      cpus=options.host_cpus, memory=1024 + 256 * len(guests))
    follow(machine, guests)
    machine.stop()
    wrong = [f"DOM{n + 1}: {text}" for n, guest in enumerate(guests) for text in guest.wrong()]
    for text in wrong:
        print(f"WRONG {text}; see {machine.log.name}")
    print("; ".join(guest.done[0] for guest in guests if guest.done))
    return 1 if wrong else 0


sys.exit(main())
