#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A domain that does random things to its GICv5, on a Xen with assertions, beside Linux, which must pass its programme.

Usage: hostile.py FOLDER XEN-VERSION CONFIGURATION HOSTILE-ELF [SEED [OPERATIONS]]
"""
import os
import re
import sys

from xenmachine import V5, Domain, Linux, Machine, build_xen, hostile_image, linux_files, verdict

END = r"hostile: end after (\d+) operations, (\d+) refused, (\d+) interrupts"
COUNTERS = r"vGICv5 counters d1v(\d+) (.*)"


def follow(machine, linux):
    """To the end of both; the hostile guest's last line."""
    end = None
    for number, text in machine.said():
        if number == 1:
            end = end or re.search(END, text)
            if "payload: unexpected" in text:
                machine.fail(text)
        elif number == 2:
            linux.line(machine, number, text)
        if end and linux.off:
            return end
    return machine.fail("the machine ended")


def counters(machine):
    """Sums over the hostile guest's vCPUs."""
    machine.type_to("Xen", b"5")
    sums = {}
    for _, text in machine.said():
        match = re.search(COUNTERS, text)
        words = match[2].split() if match else []
        for name, value in zip(words[::2], words[1::2]):
            sums[name] = sums.get(name, 0) + int(value)
        if "vGICv5 dump done" in text:
            return sums
    return machine.fail("the machine ended")


def wrong_with(end, sums, operations):
    """A guest that does nothing, or to which everything is refused, shows nothing."""
    done, refused, interrupts = (int(n) for n in end.groups())
    wrong = []
    if done != operations:
        wrong.append(f"{done} of {operations} operations were carried out")
    if not done // 20 < refused < done * 19 // 20 or not interrupts:
        wrong.append(end[0])
    for name in ("instructions", "traps", "frame_accesses"):
        if sums.get(name, 0) < done // 50:
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
    linux = Linux("v5", 2)
    own = os.path.join(folder, "hostile")
    hostile = Domain(hostile_image(own, elf, seed, operations), cpus=2, memory=64, properties=V5)
    machine = Machine(own, xen, [hostile, linux.domain(files)], arguments="guest_loglvl=error")
    end = follow(machine, linux)
    sums = counters(machine)
    machine.stop()
    wrong = wrong_with(end, sums, operations)
    for text in wrong:
        print(f"WRONG {text}; see {machine.log.name}")
    print(f"{end[0]}; {sums}")
    return verdict(machine, {2: linux}) or (1 if wrong else 0)


sys.exit(main())
