#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A domain that does random things to its GICv5, on a Xen with assertions, beside Linuxes that have to go on working.

Usage: hostile.py FOLDER XEN-VERSION CONFIGURATION HOSTILE-ELF [SEED [OPERATIONS]]

It goes on until its two vCPUs have done that many operations, and each neighbour some rounds of work meanwhile.
"""
import os
import re
import sys

from xenmachine import V5, Domain, Machine, Worker, build_xen, counters, hostile_image, linux_files

CPUS = 2
ENDLESS = 0xffffffff
REPORT = r"hostile: cpu0 at (\d+) operations, (\d+) refused, (\d+) interrupts"
NEIGHBOURS = {2: ("v5", 2), 3: ("v3", 1)}
ROUNDS = 3
STUCK = 30  # rounds of all neighbours in which the hostile guest does not get on


class Watch:
    """What all have said."""

    def __init__(self, machine):
        self.machine = machine
        self.neighbours = {number: Worker(*what) for number, what in NEIGHBOURS.items()}
        self.report = None

    def line(self, number, text):
        """A line of a domain."""
        if number in self.neighbours:
            self.neighbours[number].line(text)
            for wrong in self.neighbours[number].failed:
                self.machine.fail(f"domain {number}: {wrong}")
        elif number == 1:
            match = re.match(REPORT, text)
            self.report = [int(n) for n in match.groups()] if match else self.report
            if "payload: unexpected" in text:
                self.machine.fail(text)

    def worked(self, rounds):
        """Whether each neighbour has done that many."""
        return all(worker.rounds >= rounds for worker in self.neighbours.values())


def follow(machine, watch, operations):
    """To the end."""
    last, seen = None, 0
    for number, text in machine.said():
        if number:
            watch.line(number, text)
        if watch.report and watch.report[0] * CPUS >= operations and watch.worked(ROUNDS):
            return
        if watch.report != last:
            last, seen = watch.report, max(worker.rounds for worker in watch.neighbours.values())
        if watch.worked(seen + STUCK):
            machine.fail(f"no more operations after {last}, while the neighbours did {STUCK} rounds each")
    machine.fail("the machine ended")


def goes_on(machine, watch):
    """Whether it still does something: a report and a round of each neighbour from here."""
    done, rounds = watch.report[0], {worker: worker.rounds for worker in watch.neighbours.values()}
    for number, text in machine.said():
        if number:
            watch.line(number, text)
        if watch.report[0] > done and all(worker.rounds > before for worker, before in rounds.items()):
            return
    machine.fail("the machine ended")


def wrong_with(report, sums):
    """A guest that does nothing, or to which everything is refused, shows nothing."""
    done, refused, interrupts = report
    wrong = []
    if not done // 20 < refused < done * 19 // 20 or not interrupts:
        wrong.append(f"of {done} operations {refused} were refused, and it took {interrupts} interrupts")
    for name in ("instructions", "traps", "frame_accesses"):
        if sums.get(name, 0) < done * CPUS // 50:
            wrong.append(f"only {sums.get(name)} {name}")
    return wrong


def main():
    """Entry point."""
    folder, version, configuration, elf = sys.argv[1:5]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    operations = int(sys.argv[6]) if len(sys.argv) > 6 else 100000
    print(f"seed {seed}, {operations} operations")
    xen = build_xen(folder, version, configuration)
    files = linux_files(folder)
    own = os.path.join(folder, f"hostile-{configuration}")
    hostile = Domain(hostile_image(own, elf, seed, ENDLESS), cpus=CPUS, memory=64, properties=V5)
    neighbours = [Worker(*what).domain(files) for what in NEIGHBOURS.values()]
    machine = Machine(own, xen, [hostile] + neighbours, arguments="guest_loglvl=error", silence=200)
    watch = Watch(machine)
    follow(machine, watch, operations)
    sums = counters(machine, 1, watch.line)
    goes_on(machine, watch)
    machine.stop()
    wrong = wrong_with(watch.report, sums)
    for text in wrong:
        print(f"WRONG {text}; see {machine.log.name}")
    print(f"cpu0: {watch.report[0]} operations, {watch.report[1]} refused, {watch.report[2]} interrupts; {sums}; rounds "
          + ", ".join(f"{worker.gic} {worker.rounds}" for worker in watch.neighbours.values()))
    return 1 if wrong else 0


sys.exit(main())
