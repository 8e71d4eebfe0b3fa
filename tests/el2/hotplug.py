#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A CPU of a Linux guest goes off and on again many times; Linux passes its programme, and the shell loses nothing.

Usage: hotplug.py FOLDER SHELL-IMAGE [CYCLES]
"""
import re
import sys

from shellmachine import Machine

CALLS = 3  # of each cycle: CPU_OFF, AFFINITY_INFO until it is off, CPU_ON
LEAK = 64  # bytes of each cycle: less than anything that the shell allocates


def main():
    folder, shell = sys.argv[1:3]
    cycles = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    # The kernel's own lines about each CPU are left out: they would be most of the work.
    machine = Machine(folder, "--shell", shell, "--cpus", "2", "--mem", "256", "--hotplug", str(cycles),
                      "--append", "quiet", silence=600)
    wrong, before, after, done = [], None, None, None

    def line(text):
        nonlocal done
        if "demo: FAIL" in text:
            wrong.append(text)
        done = done or re.search(r"demo: done, (\d+) passed, (\d+) failed", text)

    for text in machine.lines():
        line(text)
        if "demo: PASS ipi:" in text:
            before = machine.counters(0, line)
        elif f"PASS hotplug: {cycles} cycle(s)" in text:
            after = machine.counters(0, line)
        elif "demo: type 'hello'" in text:
            machine.type(b"hello\r")
    if machine.close():
        wrong.append("the machine ended badly")
    if not done or not before or not after:
        machine.fail(f"the programme did not come to its end: {done}")
    grown = {name: after[name] - before[name] for name in after}
    if grown["exits_hvc"] < CALLS * cycles:
        wrong.append(f"{grown['exits_hvc']} calls for {cycles} cycles")
    if grown["pool_bytes"] or grown["host_lpis"] or grown["undefined"]:
        wrong.append("RAM, LPIs or undefined instructions grew")
    if grown["heap_bytes"] > LEAK * cycles:
        wrong.append("memory was lost")
    if after["doorbells_fired"] > after["doorbells_requested"]:
        wrong.append("more doorbells fired than were requested")
    print(f"{cycles} cycles:", *[f"{name}+{grown[name]}" for name in sorted(grown)])
    for text in wrong:
        print(f"WRONG {text}; see {machine.log.name}")
    print(done[0])
    return 1 if wrong or int(done[1]) == 0 or int(done[2]) else 0


sys.exit(main())
