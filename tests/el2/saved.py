#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Linux at work, saved, killed and restored again and again; then restored on machines of another kind.

Usage: saved.py FOLDER SHELL-IMAGE TIMES [SEED]

Whenever it is saved it goes on where it was: rounds are counted without a gap, clocks do not go back, timers, IPIs,
the console and the disk work (tests/linux-guest/rounds says what that means). Nothing of the shell is lost meanwhile.
"""
import os
import random
import sys
import time

from savedmachine import SavingMachine
from savedrounds import MachineRounds
from shellmachine import TOP

MODEL, NEWER_MODEL, NEWEST_MODEL = "cortex-a57", "neoverse-n1", "max"


def cycle(machine, rounds, name, generator, number):
    """Saves at a random moment, kills, restores."""
    time.sleep(generator.random() * 0.5)
    if number % 3 == 0:
        machine.ask("pause 0", rounds.line)
    machine.must_save(0, name)
    last, uptime = rounds.saved = rounds.last, rounds.uptime
    # What it does from here on is not in the file.
    machine.guest_line = lambda line: None
    machine.kill(0)
    machine.must_restore(0, name)
    machine.guest_line = rounds.line
    rounds.last, rounds.uptime = last, uptime
    rounds.more(1)
    if number % 10 == 0:
        rounds.listens(f"cycle {number}")


def many(folder, shell, times, generator, name):
    machine = SavingMachine(os.path.join(folder, "source"), "--shell", shell, "--cpus", "2", "--mem", "192", "--cpu", MODEL,
                            "--programme", "rounds", "--save", name)
    rounds = MachineRounds(machine)
    rounds.more(2)
    for number in range(times):
        cycle(machine, rounds, name, generator, number)
    # A VM that was restored is killed and restored once more: with the same memory in use each time.
    before = None
    for _ in range(2):
        machine.guest_line = lambda line: None
        machine.kill(0)
        now = machine.kept(0, machine.guest_line)
        if before and now != before:
            machine.fail(f"in use while the VM is off: {before}, then {now}")
        before = now
        machine.must_restore(0, name)
    machine.off()
    return rounds


def elsewhere(folder, shell, name, last, uptime, options):
    """The same file on another machine."""
    label = "-".join(options).replace("=", "-").strip("-")
    machine = SavingMachine(os.path.join(folder, label), "--shell", shell, "--restore", name, *options)
    rounds = MachineRounds(machine, last, uptime)
    machine.until(r"vm0: restored from")
    rounds.more(3)
    rounds.listens("elsewhere")
    machine.off()
    print(f"restored with {' '.join(options)}: {rounds.last - last} rounds")


def refused(folder, shell, name, options, reason):
    label = "refused" + "-".join(options).replace("=", "-")
    machine = SavingMachine(os.path.join(folder, label), "--shell", shell, "--restore", name, *options)
    said = machine.until(r"vm0: (not restored|restored) from \S+(.*)")
    if said[1] != "not restored" or reason not in said[2]:
        machine.fail(f"not refused for {reason!r}, but: {said[0]}")
    machine.until("no VM runs")
    for _ in machine.lines():
        pass
    machine.close()
    print(f"refused with {' '.join(options)}: {reason}")


def main():
    folder, shell, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, "linux.vm")
    rounds = many(folder, shell, times, random.Random(seed), name)
    print(f"{times} times saved and restored, {rounds.last} rounds", flush=True)
    check = os.system(f"{os.path.join(TOP, 'tools', 'state')} --check '{name}' >/dev/null")
    if check:
        sys.exit("tools/state does not understand the interrupt controller's state")
    last, uptime = rounds.saved
    for options in (("--cpu", MODEL, "--host-cpus", "1"), ("--cpu", NEWER_MODEL, "--host-cpus", "4"),
                    ("--cpu", MODEL, "--gic", "lpi_bits=20", "--gic", "ist_levels=0"),
                    ("--cpu", NEWEST_MODEL, "--gic", "istmd=1")):
        elsewhere(folder, shell, name, last, uptime, options)
    refused(folder, shell, name, ("--cpu", MODEL, "--gic", "lpi_bits=15"), "what its guest was shown")
    os.remove(name)
    print("Linux goes on where it was saved")


main()
