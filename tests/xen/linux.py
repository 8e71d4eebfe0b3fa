#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian's Linux in domains of Xen: each must pass the whole programme of tests/linux-guest and power off.

Usage: linux.py [--cpu MODEL] [--host-cpus N] NAME FOLDER XEN-VERSION CONFIGURATION DOMAIN...
DOMAIN: v5:CPUS, on the virtual GICv5, or v3:CPUS, on Xen's own GICv3.
"""
import argparse
import os
import sys

from xenmachine import Linux, Machine, build_xen, linux_files, verdict


def follow(machine, guests):
    """Until all are off."""
    for number, text in machine.said():
        if number in guests:
            guests[number].line(machine, number, text)
        if all(guest.off for guest in guests.values()):
            return


def main():
    """Entry point."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cpu", default="cortex-a57")
    parser.add_argument("--host-cpus", type=int, default=2)
    for name in ("name", "folder", "version", "configuration"):
        parser.add_argument(name)
    parser.add_argument("domains", nargs="+")
    options = parser.parse_args()
    specs = [spec.split(":") for spec in options.domains]
    guests = {n + 1: Linux(gic, int(cpus)) for n, (gic, cpus) in enumerate(specs)}
    xen = build_xen(options.folder, options.version, options.configuration)
    files = linux_files(options.folder)
    machine = Machine(os.path.join(options.folder, options.name), xen,
                      [guest.domain(files) for guest in guests.values()], cpu=options.cpu,
                      cpus=options.host_cpus, memory=1024 + 256 * len(guests))
    follow(machine, guests)
    machine.stop()
    return verdict(machine, guests)


sys.exit(main())
