#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Linux saved in the middle of its disk I/O, killed and restored: no request is lost, none is carried out twice.

Usage: inflight.py FOLDER SHELL-IMAGE TIMES [SEED]

Three writers (tests/linux-guest/inflight) say what they are about to write and what they have read back. Each saved disk is
held against that: a pass that was said to end is on it whole; where a pass under way has not written, there is still the
pass before. It is saved again and again until a request is under way: the device has not answered it, or the guest has not
been told of the answer. After the restore each writer goes on with the pass it was in, and its request comes back. What the
saves came in the middle of is printed.
"""
import os
import random
import re
import struct
import sys
import time
from collections import Counter

from savedmachine import SavingMachine
from savedfile import Saved
from shellmachine import TOP

sys.path.insert(0, os.path.join(TOP, "tests", "state-reader"))
import reader  # noqa: E402

WRITERS = {0: ("disk0", 0), 1: ("disk0", 1), 2: ("disk1", 0)}
PART, BLOCK = 512, 512
RAM = 0x40000000
IPIS = 16  # LPIs below are Linux's IPIs: eight for each of two CPUs
QUEUES, QUEUE_AT, QUEUE_BYTES = 4, 520, 40  # of struct virtio_pci_state
SAVES = 100  # at most, until a request is under way
STUCK = 20  # passes of others
SAID = re.compile(r"demo: writer (\d) pass (\d+) (begins|ends|FAILED.*)")


class Writers:
    """What they have said: of each the last pass that began, and the last one that ended."""

    def __init__(self, machine):
        self.machine = machine
        self.began, self.ended = dict.fromkeys(WRITERS, 0), dict.fromkeys(WRITERS, 0)
        machine.guest_line = self.line

    def line(self, text):
        match = SAID.search(text)
        if not match:
            return
        writer, number, what = int(match[1]), int(match[2]), match[3]
        if what == "begins":
            expected, said = self.ended[writer] + 1, self.began
        else:
            expected, said = self.began[writer], self.ended
        if what.startswith("FAILED") or number != expected or number == said[writer]:
            self.machine.fail(f"{text!r} when pass {self.began[writer]} had begun and {self.ended[writer]} ended")
        said[writer] = number

    def all_more(self, count):
        """Waits until each has ended that many passes more."""
        before = dict(self.ended)
        for line in self.machine.lines():
            self.line(line)
            passes = {writer: number - before[writer] for writer, number in self.ended.items()}
            if min(passes.values()) >= count:
                return
            if max(passes.values()) >= count + STUCK:
                self.machine.fail(f"a writer is stuck: passes since the restore {passes}")

    def more_lines(self, count):
        """Waits until one of them has begun or ended a pass that many times."""
        goal = sum(self.began.values()) + sum(self.ended.values()) + count
        for line in self.machine.lines():
            self.line(line)
            if sum(self.began.values()) + sum(self.ended.values()) >= goal:
                return

    def state(self):
        return dict(self.began), dict(self.ended)

    def go_back_to(self, state):
        self.began, self.ended = dict(state[0]), dict(state[1])


def passes_on(disk, writer, place):
    """The pass that each block of a writer's part is from, 0 where it is still empty; None: mixed or somebody else's."""
    for i in range(PART):
        block = disk[(place * PART + i) * BLOCK:(place * PART + i + 1) * BLOCK]
        match = re.match(rb"w(\d) (\d{12})\n", block)
        if not match:
            yield None if any(block) else 0
        else:
            yield int(match[2]) if int(match[1]) == writer and block == match[0] * (BLOCK // 16) else None


def check_disk(machine, disks, writers):
    """Of the pass under way some of the part, the rest of the one before; Linux writes whole pages and begins where it
    likes. @return parts with both."""
    torn = 0
    for writer, (name, place) in WRITERS.items():
        found = Counter(passes_on(disks[name], writer, place))
        began, ended = writers.began[writer], writers.ended[writer]
        if set(found) - {began, ended}:
            machine.fail(f"writer {writer} began pass {began}, ended {ended}, and on the disk are blocks of {dict(found)}")
        torn += len(found) > 1
    return torn


def unanswered(saved, ram):
    """Requests that the guest has put into a queue and the device has not answered."""
    count = 0
    for name in ("disk0", "disk1"):
        state = saved.section(name)[2]
        for queue in range(QUEUES):
            avail, used, _, _, enabled = struct.unpack_from("<QQHHH", state, QUEUE_AT + queue * QUEUE_BYTES + 8)
            if enabled:
                offered, answered = (struct.unpack_from("<H", ram, ring - RAM + 2)[0] for ring in (avail, used))
                count += (offered - answered) & 0xffff
    return count


def messages(saved):
    """MSIs that are pending: answers that the guest has not heard of yet. Of LPIs the first are IPIs."""
    for kind, _, value in reader.parse(saved.section("gic")[2]):
        if kind == reader.S_LPI:
            return sum(entry & 1 for lpi, entry in value["entries"].items() if lpi >= IPIS)
    sys.exit("WRONG: the guest has no LPIs")


def look(machine, name, writers):
    """What of the saved VM's I/O was under way: parts that were half written, requests, interrupts."""
    with open(name, "rb") as f:
        saved = Saved(f.read())
    disks = {disk: saved.memory(disk, 1) for disk in ("disk0", "disk1")}
    return check_disk(machine, disks, writers), unanswered(saved, saved.memory("ram")), messages(saved)


def save_amid(machine, writers, name, generator):
    """Saves at random moments until one has a request under way: what was found, and what the writers had said."""
    for _ in range(SAVES):
        writers.more_lines(1)
        time.sleep(generator.random() * 0.3)
        machine.must_save(0, name)
        found = look(machine, name, writers)
        if found[1] or found[2]:
            return found, writers.state()
    return machine.fail(f"no request was under way in {SAVES} saves")


def cycle(machine, writers, name, generator):
    """Saves, kills, restores."""
    found, state = save_amid(machine, writers, name, generator)
    # What it has said since is not in the file.
    machine.guest_line = lambda line: None
    machine.kill(0)
    machine.must_restore(0, name)
    writers.go_back_to(state)
    machine.guest_line = writers.line
    writers.all_more(1)
    return found


def main():
    folder, shell, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
    generator = random.Random(seed)
    print(f"seed {seed}", flush=True)
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, "inflight.vm")
    machine = SavingMachine(folder, "--shell", shell, "--cpus", "2", "--mem", "192", "--programme", "inflight", "--save", name)
    writers = Writers(machine)
    writers.all_more(1)
    found = [cycle(machine, writers, name, generator) for _ in range(times)]
    machine.off()
    os.remove(name)
    torn, requests, interrupts = (sum(counts) for counts in zip(*found))
    print(f"{times} times saved and restored, {sum(writers.ended.values())} passes; found under way: {torn} parts half written, "
          f"{requests} requests not answered, {interrupts} interrupts pending")


main()
