#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Kill and restart a VM many times: each time it starts as the first time, and nothing is lost.

Usage: restart.py FOLDER SHELL-IMAGE PAYLOAD-IMAGE [TIMES]

The guest is the payload, killed while its interrupts come. Compared are the memory, host LPIs and VM IDs in use while it is off, and the VM's ID
and its doorbells while it runs.
"""
import re
import sys

from shellmachine import Machine


def identity(machine):
    """The VM's ID and the doorbells of its vCPUs."""
    lines = machine.ask("vm 0")
    return [line for line in lines if "VM ID" in line] + re.findall(r"doorbell LPI \d+", "\n".join(lines))


def main():
    folder, shell, payload = sys.argv[1:4]
    times = int(sys.argv[4]) if len(sys.argv) > 4 else 50
    machine = Machine(folder, "--shell", shell, "--payload", payload, "--cpus", "2")
    first = None
    for i in range(times):
        machine.wait_for("^block: ")
        running = identity(machine)
        machine.kill(0)
        now = running, machine.kept(0)
        first = first or now
        if now != first:
            machine.fail(f"after {i + 1} kills {now} instead of {first}")
        machine.ask("restart 0")
    machine.wait_for("^payload: end")
    # After a kill the machine stays on without a VM.
    machine.off()
    print(f"{times} kills and restarts: {first}")


main()
