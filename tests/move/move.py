#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A running guest is moved from one hypervisor to the next, and notices nothing.

Usage: move.py FOLDER WHAT ROUTE SHELL-IMAGE KVM-FOLDER XEN-FOLDER [ELF] [SEED]

WHAT is
  payload    the payload of tests/guest, in ELF: the lines that it says when it is left alone
  registers  a guest that holds values in all its registers (tests/el2/guests/registers.c), in ELF: none changes
  linux      Linux at work (tests/linux-guest/rounds): no round is missing, its clocks do not go back, timers and IPIs
             reach every CPU, and it hears what is typed, after each move
ROUTE has a letter for each hypervisor that the guest runs on in turn: S the EL2 shell, K KVM, X Xen. Linux starts on S or
X. KVM-FOLDER and XEN-FOLDER are those of the builds of these tests. Each file on the way is looked at: tools/state
understands it, and the virtual counter has gone on by no more than the time that has passed.
"""
import os
import random
import struct
import sys
import time

from hosts import MODEL, Guest, Nobody, check_state, hosts
from savedfile import FREQUENCY, VIRTUAL_COUNT, Saved

from savedmachine import BEGIN, END, Log, SavingMachine, payload_alone  # noqa: E402
from savedrounds import HeldRegisters, Rounds  # noqa: E402
from savingxen import PLAIN, SavingXen  # noqa: E402
from xenmachine import Domain, Linux  # noqa: E402

# How many of the payload's lines it stays: each character under KVM is two exits to the VMM.
KVM_LINES = 40, 120
# Of the lines that are left, in hypervisors that do not mind.
SHARE = 3
ROUNDS = 3
LINES = 4  # of the guest that holds values, each after some rounds
SECONDS = 0.3


# ---- Watchers ----

class PayloadLines(Log):
    """The next line that it must say."""

    heard = ()

    def __init__(self, wanted):
        super().__init__(Nobody, wanted)

    @property
    def count(self):
        """Lines that were right."""
        return self.at

    done = Log.ended


class Registers(HeldRegisters):
    """Lines of a guest that has no end."""

    heard = ()

    def __init__(self):
        super().__init__(Nobody)

    @staticmethod
    def done():
        """Never."""
        return False


class LinuxRounds(Rounds):
    """Rounds that went well."""

    def __init__(self):
        super().__init__(self.wrong)
        self.machine = Nobody

    def wrong(self, text):
        """Ends the test."""
        self.machine.fail(text)

    @property
    def count(self):
        """The last one's number."""
        return self.last

    @staticmethod
    def done():
        """Never: the last hypervisor of a route is left once the guest has heard something there."""
        return False


# ---- What the payload says when it is left alone ----

def alone(guest, shell, xen):
    """Of each line what it is in the shell, and in Xen, whose ID registers are others."""
    machine = SavingMachine(shell.path("alone"), "--shell", shell.image, "--cpu", MODEL, "--board", "plain", "--payload",
                            guest.image, "--cpus", "2", "--mem", str(guest.memory))
    first, second = payload_alone(machine), []
    machine = SavingXen(xen.path("alone"), xen.image, [Domain(guest.image, cpus=2, memory=guest.memory, properties=PLAIN)],
                        cpu=MODEL, parallel=False)
    machine.until(BEGIN, 1)
    machine.guest_line = second.append
    second.append(machine.until(END, 1).string)
    machine.stop()
    if len(first) != len(second):
        Nobody.fail(f"alone it says {len(first)} lines in the shell, {len(second)} in Xen")
    return list(zip(first, second))


# ---- The way ----

def clock_of(name):
    """The virtual count in a file, and its frequency."""
    with open(name, "rb") as f:
        machine = Saved(f.read()).section("machine")[2]
    return struct.unpack_from("<Q", machine, VIRTUAL_COUNT)[0], struct.unpack_from("<Q", machine, FREQUENCY)[0]


def check_file(source, target, passed):
    """What every file must be like; `passed`: seconds since the other one was made, at most."""
    check_state(target)
    if source:
        (before, frequency), (after, _) = clock_of(source), clock_of(target)
        if not 0 < after - before <= passed * frequency:
            Nobody.fail(f"virtual count {before} in {source}, {after} in {target}, {passed:.1f} s later at most")


class Way:
    """From one hypervisor to the next."""

    def __init__(self, folder, all_hosts, watcher):
        self.folder, self.hosts, self.watcher = folder, all_hosts, watcher
        self.source, self.steps = None, 0

    def go(self, letter, last, **how):
        """One of them. A last one's guest is saved no more, unless it would have no end."""
        self.steps += 1
        target = None if last else os.path.join(self.folder, f"{self.steps}.vm")
        before, start = self.watcher.count, time.monotonic()
        self.hosts[letter].go(self.source, target, self.watcher, **how)
        if target:
            check_file(self.source, target, time.monotonic() - start)
        print(f"{self.hosts[letter].name}: {self.watcher.count - before}, {time.monotonic() - start:.0f} s", flush=True)
        if self.source:
            os.remove(self.source)
        self.source = target


def move_payload(way, route, generator):
    """Somewhere on the way it must still have something to say."""
    for at, letter in enumerate(route):
        left = len(way.watcher.wanted) - way.watcher.count
        lines = generator.randrange(*KVM_LINES) if letter == "K" else generator.randrange(left // SHARE)
        way.go(letter, at == len(route) - 1, lines=lines, seconds=generator.random() * SECONDS)
        if at < len(route) - 1 and way.watcher.done():
            Nobody.fail("the payload was at its end before it was moved")
    print(f"{len(way.watcher.wanted)} lines are right on the way {route}")


def move_registers(way, route, generator):
    """Both CPUs must get on everywhere."""
    for letter in route:
        before = way.watcher.rounds[1]
        way.go(letter, False, lines=LINES, seconds=generator.random() * SECONDS)
        if way.watcher.rounds[1] <= before:
            Nobody.fail("CPU 1 does not get on")
    os.remove(way.source)
    print(f"{way.watcher.rounds[0]} and {way.watcher.rounds[1]} rounds on the way {route}")


def move_linux(way, route, generator):
    """In the first Xen it has a neighbour that must not notice anything either."""
    for at, letter in enumerate(route):
        if letter == "X" and at == route.index("X") and at:
            way.hosts["X"].neighbour = Linux("v3", 1)
        way.watcher.heard.clear()
        # Under KVM the line is typed after the first round.
        lines = ROUNDS + 5 if letter == "K" else ROUNDS
        way.go(letter, False, lines=lines, seconds=generator.random() * SECONDS, word=f"word{at}")
    os.remove(way.source)
    print(f"{way.watcher.count} rounds on the way {route}")


def start_way(folder, what, paths):
    """A way without a step yet, and what goes it; `paths` as on the command line."""
    shell, kvm, xen, *elf = paths
    guest = Guest(folder, *elf, memory=192 if what == "linux" else 128, parallel=what == "registers")
    all_hosts = hosts(folder, guest, shell, kvm, xen)
    if what == "payload":
        return Way(folder, all_hosts, PayloadLines(alone(guest, all_hosts["S"], all_hosts["X"]))), move_payload
    if what == "registers":
        return Way(folder, all_hosts, Registers()), move_registers
    return Way(folder, all_hosts, LinuxRounds()), move_linux


def main():
    """Entry point."""
    what, route = sys.argv[2:4] if len(sys.argv) > 3 else ("", "")
    paths = sys.argv[4:7 if what == "linux" else 8]
    if what not in ("payload", "registers", "linux") or set(route) - set("SKX") or len(paths) < 3:
        print(__doc__)
        return 2
    left = sys.argv[4 + len(paths):]
    seed = int(left[0]) if left else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    folder = os.path.abspath(os.path.join(sys.argv[1], f"{what}-{route}"))
    os.makedirs(folder, exist_ok=True)
    way, go = start_way(folder, what, paths)
    go(way, route, random.Random(seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
