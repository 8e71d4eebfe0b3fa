#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""GICv5 domains are destroyed, each at another moment; their neighbours must not notice, and all must come back.

Usage: destroy.py FOLDER XEN-VERSION CONFIGURATION HOSTILE-ELF

Without a toolstack nothing destroys a domain: the test transport's debug key does, always the first one that is left.
"""
import os
import re
import sys

from xenmachine import DESTROY, DUMP, V5, Domain, Machine, Worker, build_xen, hostile_image, linux_files

ENDLESS = 0xffffffff
ROUNDS_AFTERWARDS = 2              # of each neighbour; the first one may have begun before
VICTIM_CPUS = 2
# More than at boot that may stay after the last domain, once for all of them: a second level of the VM table, and what
# the software GICv5 remembers of tables and LPIs that it has seen (each VM takes about 4 KiB).
STAYS = {"pages": 1, "bytes": 16384}
# What the domains to be destroyed say at their moments, in the order of their numbers.
MOMENTS = [("right after boot", "hostile: seed"), ("in the midst of random operations", "hostile: cpu0 at"),
           ("with one vCPU in WFI, the other one busy", "hostile: end"), ("at work", "demo: round 2 ok")]
NEIGHBOURS = {5: ("v5", 1), 6: ("v3", 1)}


class Watch:
    """What all have said."""

    def __init__(self, machine):
        self.machine, self.said = machine, machine.said()
        self.seen, self.gone, self.in_use = set(), [], {}
        self.neighbours = {number: Worker(*what) for number, what in NEIGHBOURS.items()}

    def next(self):
        """The next line: domain and text, after a look at it."""
        number, text = next(self.said, (None, None))
        if number is None:
            self.machine.fail("the machine ended")
        if number in self.gone:
            self.machine.fail(f"domain {number} is destroyed and still speaks: {text}")
        if number == 0:
            match = re.match(r"vGICv5 in use.*?: (.*)|\s+(VM IDs in use: .*)", text)
            words = match[1].split() if match and match[1] else match[2].rsplit(" ", 1) if match else []
            self.in_use.update(zip(words[::2], words[1::2]))
        elif number in self.neighbours:
            self.neighbours[number].line(text)
            for wrong in self.neighbours[number].failed:
                self.machine.fail(f"domain {number}, with {self.gone} destroyed: {wrong}")
        elif "payload: unexpected" in text:
            self.machine.fail(f"domain {number}: {text}")
        elif MOMENTS[number - 1][1] in text:
            self.seen.add(number)
        return number, text

    def wait(self, condition):
        """Until it holds."""
        while not condition():
            self.next()

    def wait_for(self, pattern):
        """A line of Xen; the match."""
        while True:
            number, text = self.next()
            match = re.search(pattern, text)
            if number == 0 and match:
                return match

    def dump(self):
        """What is in use, by name."""
        self.machine.type_to("Xen", DUMP)
        self.wait_for("vGICv5 dump done")
        return {name: int(value) if value.isdigit() else value for name, value in self.in_use.items()}

    def destroy(self, number):
        """The first one that is left has to be this one."""
        self.machine.type_to("Xen", DESTROY)
        match = self.wait_for(r"vGICv5: destroyed d(\d+) \((-?\d+)\)")
        if (int(match[1]), int(match[2])) != (number, 0):
            self.machine.fail(f"domain {number} was to be destroyed, and: {match[0]}")
        self.gone.append(number)


def work_on(watch, everyone):
    """Neighbours do some rounds from here: all, or those that have come so far already."""
    want = {worker: worker.rounds + ROUNDS_AFTERWARDS for worker in watch.neighbours.values()
            if everyone or worker.rounds}
    watch.wait(lambda: all(worker.rounds >= rounds for worker, rounds in want.items()))


def must_be(machine, what, now, want):
    """Ends the test unless all is in use that should be, and no more."""
    wrong = [f"{name} {now.get(name)} instead of {value}" for name, value in want.items() if now.get(name) != value]
    if wrong:
        machine.fail(f"{what}: in use: {', '.join(wrong)}")


def destroy_all(watch):
    """One after the other; each time less is in use. Then the neighbour with a GICv5, and nothing is left.

    Memory is looked at only then, as those that are left may take some at any time.
    """
    machine = watch.machine
    watch.wait_for("vGICv5 in use below")
    boot = dict(watch.in_use)
    for number, (moment, _) in enumerate(MOMENTS, 1):
        watch.wait(lambda n=number: n in watch.seen)
        before = watch.dump()
        watch.destroy(number)
        after = watch.dump()
        must_be(machine, moment, after, {"domains": before["domains"] - 1,
                                         "doorbells": before["doorbells"] - VICTIM_CPUS})
        print(f"domain {number} destroyed {moment}: {before} before, {after} afterwards")
        work_on(watch, number == len(MOMENTS))
    watch.destroy(min(NEIGHBOURS))
    last = watch.dump()
    must_be(machine, "after the last domain", last, {"VM IDs in use:": "none", "domains": 0, "doorbells": 0})
    for name, most in STAYS.items():
        if not 0 <= last[name] - int(boot[name]) <= most:
            machine.fail(f"after the last domain: {name} {last[name]}, at boot {boot[name]}")
    return last


def domains(own, elf, files):
    """All, in the order of their numbers."""
    bare = [Domain(hostile_image(os.path.join(own, str(operations)), elf, 2, operations), cpus=VICTIM_CPUS, memory=64,
                   properties=V5) for operations in (ENDLESS, 0)]
    return [bare[0], bare[0], bare[1], Worker("v5", VICTIM_CPUS).domain(files)] + [
        Worker(*what).domain(files) for what in NEIGHBOURS.values()]


def main():
    """Entry point."""
    folder, version, configuration, elf = sys.argv[1:5]
    xen = build_xen(folder, version, configuration)
    files = linux_files(folder)
    own = os.path.join(folder, f"destroy-{version}")
    machine = Machine(own, xen, domains(own, elf, files), arguments="guest_loglvl=none", silence=200)
    watch = Watch(machine)
    print(f"after the last one: {destroy_all(watch)}")
    del watch.neighbours[min(NEIGHBOURS)]
    work_on(watch, True)
    machine.stop()
    return 0


sys.exit(main())
