#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A guest that holds values in all its registers (guests/registers.c) is saved, killed and restored.

Usage: registers.py FOLDER SHELL-IMAGE REGISTERS-IMAGE TIMES
"""
import os
import re
import sys

from savedmachine import SavingMachine

LINE = r"registers: (\d+) and (\d+) rounds, (\d+) failed"


class Guest:
    """How far it is, and that nothing of it got lost."""

    def __init__(self, machine):
        self.machine, self.rounds = machine, (0, 0)
        machine.guest_line = self.line

    def line(self, text):
        if "registers: FAIL" in text or "payload: unexpected" in text:
            self.machine.fail(text)
        match = re.search(LINE, text)
        if match:
            now = int(match[1]), int(match[2])
            if now[0] <= self.rounds[0] or now[1] < self.rounds[1]:
                self.machine.fail(f"{text} after {self.rounds}")
            self.rounds = now

    def more(self):
        """Both CPUs have done at least one more round."""
        start = self.rounds
        while self.rounds[0] <= start[0] or self.rounds[1] <= start[1]:
            self.line(self.machine.until(LINE).string)


def main():
    folder, shell, image, times = *sys.argv[1:4], int(sys.argv[4])
    name = os.path.join(folder, "registers.vm")
    machine = SavingMachine(os.path.join(folder, "machine"), "--shell", shell, "--payload", image, "--cpus", "2", "--mem",
                            "128", "--save", name, parallel=True)
    guest = Guest(machine)
    guest.more()
    for _ in range(times):
        machine.must_save(0, name)
        rounds = guest.rounds
        machine.guest_line = lambda line: None
        machine.kill(0)
        machine.must_restore(0, name)
        machine.guest_line, guest.rounds = guest.line, rounds
        guest.more()
    machine.off()
    print(f"{guest.rounds[0]} and {guest.rounds[1]} rounds, saved and restored {times} times")


main()
