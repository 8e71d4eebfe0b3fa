#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian's Linux in domains of Xen: each must pass the whole programme of tests/linux-guest and power off.

Usage: linux.py [--cpu MODEL] [--host-cpus N] [--moves N] [--xen ARGUMENTS] NAME FOLDER XEN-VERSION CONFIGURATION DOMAIN...
DOMAIN: v5:CPUS, on the virtual GICv5, or v3:CPUS, on Xen's own GICv3.
--moves: so often at least the vCPUs of each GICv5 domain have to have moved from one of Xen's CPUs to another.
"""
import argparse
import os
import sys

from xenmachine import Linux, Machine, build_xen, counters, linux_files, verdict


def follow(machine, guests):
    """Until all are off."""
    for number, text in machine.said():
        if number in guests:
            guests[number].line(machine, number, text)
        if all(guest.off for guest in guests.values()):
            return


def arguments():
    """The command line's."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--cpu", default="cortex-a57")
    parser.add_argument("--host-cpus", type=int, default=2)
    parser.add_argument("--moves", type=int, default=0)
    parser.add_argument("--xen", default="")
    for name in ("name", "folder", "version", "configuration"):
        parser.add_argument(name)
    parser.add_argument("domains", nargs="+")
    return parser.parse_args()


def too_few(machine, guests, moves):
    """Says what has happened to the GICv5 domains; whether one of them moved less often than it should."""
    wrong = False
    for number, guest in guests.items():
        if guest.gic == "v5":
            sums = counters(machine, number)
            print(f"DOM{number}: {sums}")
            wrong = wrong or sums["moves"] < moves or not sums["ticks"] or (guest.cpus > 1 and not sums["ipis"])
    if wrong:
        print(f"WRONG: too few moves (at least {moves} are wanted) or interrupts")
    return wrong


def main():
    """Entry point."""
    options = arguments()
    specs = [spec.split(":") for spec in options.domains]
    guests = {n + 1: Linux(gic, int(cpus)) for n, (gic, cpus) in enumerate(specs)}
    xen = build_xen(options.folder, options.version, options.configuration)
    files = linux_files(options.folder)
    machine = Machine(os.path.join(options.folder, options.name), xen,
                      [guest.domain(files) for guest in guests.values()], cpu=options.cpu,
                      cpus=options.host_cpus, memory=1024 + 256 * len(guests), arguments=options.xen)
    follow(machine, guests)
    wrong = too_few(machine, guests, options.moves)
    machine.stop()
    return 1 if verdict(machine, guests) or wrong else 0


sys.exit(main())
