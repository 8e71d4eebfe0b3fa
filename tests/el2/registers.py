#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A guest that holds values in all its registers (guests/registers.c) is saved, killed and restored.

Usage: registers.py FOLDER SHELL-IMAGE REGISTERS-IMAGE TIMES
"""
import os
import sys

from savedmachine import SavingMachine
from savedrounds import HeldRegisters


def more(machine, held):
    """Both CPUs have done at least one more round."""
    start = held.rounds
    while held.rounds[0] <= start[0] or held.rounds[1] <= start[1]:
        held.line(machine.until(held.LINE).string)


def main():
    folder, shell, image, times = *sys.argv[1:4], int(sys.argv[4])
    name = os.path.join(folder, "registers.vm")
    machine = SavingMachine(os.path.join(folder, "machine"), "--shell", shell, "--payload", image, "--cpus", "2", "--mem",
                            "128", "--save", name, parallel=True)
    guest = HeldRegisters(machine)
    machine.guest_line = guest.line
    more(machine, guest)
    for _ in range(times):
        machine.must_save(0, name)
        rounds = guest.rounds
        machine.guest_line = lambda line: None
        machine.kill(0)
        machine.must_restore(0, name)
        machine.guest_line, guest.rounds = guest.line, rounds
        more(machine, guest)
    machine.off()
    print(f"{guest.rounds[0]} and {guest.rounds[1]} rounds, saved and restored {times} times")


main()
