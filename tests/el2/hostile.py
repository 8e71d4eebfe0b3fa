#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A guest that does a million random things to its GICv5, beside Linux, which must pass its whole programme.

Usage: hostile.py FOLDER SHELL-IMAGE HOSTILE-IMAGE [SEED [OPERATIONS]]
"""
import os
import random
import re
import struct
import sys

from shellmachine import ESCAPE, Machine

HEADER_SEED = 32  # bytes into the image's header
KILLS = 10        # of the hostile guest, before it may come to its end


def make_image(image, target, seed, operations):
    with open(image, "rb") as f:
        data = bytearray(f.read())
    struct.pack_into("<QQ", data, HEADER_SEED, seed, operations)
    with open(target, "wb") as f:
        f.write(data)


class Watch:
    """What both guests have said."""

    def __init__(self, machine):
        self.machine = machine
        self.linux = self.hostile = None
        self.failed = []
        self.reports = self.infos = 0

    def line(self, text):
        if "demo: type 'hello'" in text:
            self.machine.type(ESCAPE + b"console 0\rhello\r")
        elif "demo: FAIL" in text:
            self.failed.append(text)
        elif "hostile: cpu0 at" in text:
            self.reports += 1
        elif "[vgicv5] info" in text:
            self.infos += 1
        elif "payload: unexpected" in text:
            self.failed.append(text)
        self.linux = self.linux or re.search(r"demo: done, (\d+) passed, (\d+) failed", text)
        self.hostile = self.hostile or re.search(r"hostile: end after (\d+) operations, (\d+) refused, (\d+) int",
                                                 text)

    def both_end(self):
        return self.linux and self.hostile


def follow(machine, watch):
    """To the end of both; at each report of the hostile guest the monitor must answer, and the guest go on."""
    exits = reports = 0
    for line in machine.lines():
        watch.line(line)
        if watch.both_end():
            return
        if watch.reports != reports:
            reports = watch.reports
            now = machine.counters(1, watch.line)["exits"]
            if now <= exits:
                machine.fail(f"the hostile guest had {exits} exits, and now {now}")
            exits = now
            if watch.both_end():
                return
    machine.fail(f"the machine ended; Linux: {watch.linux}, hostile guest: {watch.hostile}")


def kill_and_restart(machine, watch, seed, operations):
    """In the middle of whatever it does; what is counted for all VMs must come back."""
    random.seed(seed)
    first = None
    for i in range(KILLS):
        before = machine.counters(1, watch.line)["gic_emulated"]
        until = before + random.randrange(1, operations // 50)
        while machine.counters(1, watch.line)["gic_emulated"] < until:
            pass
        machine.kill(1, watch.line)
        now = machine.kept(1, watch.line, ("host_lpis", "vm_ids", "pool_bytes"))
        first = first or now
        if now != first:
            machine.fail(f"after {i + 1} kills {now} instead of {first}")
        machine.ask("restart 1", watch.line)


def check(machine, watch, operations):
    done, refused, interrupts = (int(n) for n in watch.hostile.groups())
    counters = machine.counters(1, watch.line)
    wrong = list(watch.failed)
    if int(watch.linux[1]) == 0 or int(watch.linux[2]):
        wrong.append(watch.linux[0])
    if done != operations:
        wrong.append(f"{done} of {operations} operations were carried out")
    # A guest that does nothing, or to which everything is refused, shows nothing.
    for name, least in (("gic_emulated", done // 20), ("exits_mmio", done // 20), ("exits_hvc", done // 20),
                        ("exits_smc", done // 50), ("undefined", done // 20), ("injected_wire", done // 5000)):
        if counters[name] < least:
            wrong.append(f"only {counters[name]} {name}")
    if not done // 20 < refused < done * 19 // 20 or not interrupts:
        wrong.append(watch.hostile[0])
    if not 0 < watch.infos < 500:
        wrong.append(f"{watch.infos} messages about the guest's tables: none, or so many that it owns the terminal")
    machine.kill(1, watch.line)
    while machine.state(0, watch.line) != "off":
        pass
    machine.off()
    return wrong


def main():
    folder, shell, image = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    operations = int(sys.argv[5]) if len(sys.argv) > 5 else 1000000
    os.makedirs(folder, exist_ok=True)
    print(f"seed {seed}, {operations} operations")
    target = os.path.join(folder, "hostile.img")
    make_image(image, target, seed, operations)
    machine = Machine(folder, "--shell", shell, "--vms", "2", "--cpus", "2", "--mem", "256", "--beside", target)
    watch = Watch(machine)
    kill_and_restart(machine, watch, seed, operations)
    follow(machine, watch)
    wrong = check(machine, watch, operations)
    for text in wrong:
        print(f"WRONG {text}; see {machine.log.name}")
    print(f"{watch.linux[0]}; {watch.hostile[0]}")
    return 1 if wrong else 0


sys.exit(main())
