#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A KVM guest with an ITS is moved with MSIs under way: each arrives once.

Usage: messages.py FOLDER SHELL-IMAGE KVM-FOLDER MESSAGES-ELF [SEED]

The guest (guests/messages.c) is saved first when all its events are pending, then while they come and go, and ends in a third
VM. The EL2 shell, which gives no guest of this board an ITS, refuses the file.
"""
import os
import random
import struct
import sys

from hosts import MODEL, TOP, Guest, Kvm, Nobody, check_state
from savedfile import QUEUED, Saved, patched, read

from savedmachine import SavingMachine  # noqa: E402

sys.path.insert(0, os.path.join(TOP, "tests", "state-reader"))
import reader  # noqa: E402

EVENTS, ROUNDS, MESSAGES = 24, 24, 40  # as in guests/messages.c
TYPED = b"\r"


class Lines:
    """What the guest has said, which depends on nothing."""

    machine, heard = Nobody, ()
    wanted = ([f"messages: {EVENTS} pending"] + [f"messages: round {n + 1}" for n in range(ROUNDS)] +
              [f"messages: end, {EVENTS + ROUNDS * MESSAGES} messages, 0 wrong"])

    def __init__(self):
        self.count = 0

    def line(self, text):
        """The next one."""
        if " is late" in text:
            print(text, flush=True)
            return
        if self.done() or text != self.wanted[self.count]:
            Nobody.fail(f"the guest says {text!r} after {self.count} lines that were right")
        self.count += 1

    def done(self):
        """It has counted them all."""
        return self.count == len(self.wanted)


def gic_of(data):
    """Sections of the interrupt controller's state."""
    return {kind: value for kind, _, value in reader.parse(Saved(data).section("gic")[2])}


def check_pending(data):
    """Every event's LPI, of its CPU; and there is an ITS."""
    sections = gic_of(data)
    if reader.S_ITS not in sections:
        Nobody.fail("the file has no ITS")
    pending = {lpi: entry >> 16 for lpi, entry in sections[reader.S_LPI]["entries"].items() if entry & 1}
    if pending != {lpi: lpi % 2 for lpi in range(EVENTS)}:
        Nobody.fail(f"pending when it was saved: {pending}")


def refused_by_shell(folder, image, name):
    """Its plain board has no ITS."""
    machine = SavingMachine(os.path.join(folder, "shell"), "--shell", image, "--cpu", MODEL, "--restore", name)
    said = machine.until(r"vm0: (not restored|restored) from \S+(.*)")
    if said[1] != "not restored" or "of another shape" not in said[2]:
        machine.fail(f"not refused, but: {said[0]}")
    machine.process.kill()
    machine.close()


def main():
    """Entry point."""
    if len(sys.argv) < 5:
        print(__doc__)
        return 2
    folder, shell, builds, elf = sys.argv[1:5]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    generator = random.Random(seed)
    folder = os.path.abspath(os.path.join(folder, "messages"))
    os.makedirs(folder, exist_ok=True)
    kvm, lines = Kvm(folder, Guest(folder, elf, its=True), builds), Lines()
    held, amid = os.path.join(folder, "held.vm"), os.path.join(folder, "amid.vm")
    # The first line is that it begins.
    kvm.go(None, held, lines, lines=2, seconds=generator.random())
    data = read(held)
    check_state(held)
    check_pending(data)
    refused_by_shell(folder, shell, held)
    with open(held, "wb") as f:
        f.write(patched(data, "uart", QUEUED, struct.pack("<I", len(TYPED)) + TYPED))
    kvm.go(held, amid, lines, lines=generator.randrange(2, ROUNDS // 2), seconds=generator.random())
    entries = gic_of(read(amid))[reader.S_LPI]["entries"].values()
    print(f"saved with {EVENTS} MSIs pending, then after round {lines.count - 1} with {sum(e & 1 for e in entries)}", flush=True)
    kvm.go(amid, None, lines)
    print(lines.wanted[-1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
