#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Kill and restart a VM many times: each time it starts as the first time, and nothing is lost.

Usage: restart.py FOLDER SHELL-IMAGE PAYLOAD-IMAGE [TIMES]

The guest is the payload, killed while its interrupts come. Compared are the memory, host LPIs and VM IDs in use while it is off, and the VM's ID
and its doorbells while it runs.
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools", "lib"))
from guestconsole import ESCAPE, Console  # noqa: E402


def prepare(folder, shell, payload):
    subprocess.run([os.path.join(TOP, "tools", "demo"), "--prepare", folder, "--shell", shell, "--payload", payload,
                    "--cpus", "2"], check=True, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "command"), encoding="utf-8") as f:
        return f.read().splitlines()


def answer(console, command):
    """What the monitor prints for a command, while it keeps the terminal."""
    console.type(command.encode() + b"\rend-of-answer\r")
    lines = []
    for line in console.lines():
        if line.startswith("unknown: end-of-answer"):
            return lines
        lines.append(line)
    sys.exit("the machine ended: " + "\n".join(lines[-5:]))


def wait_until_off(console):
    for _ in range(1000):
        if any("vm0: off" in line for line in answer(console, "vms")):
            return
    sys.exit("vm0 does not stop")


def state(console):
    """Everything that must come back."""
    counters = answer(console, "counters")
    return [line for line in counters if re.match(r"  (heap_bytes|pool_bytes|host_lpis|vm_ids) ", line)]


def identity(console):
    return [line.strip() for line in answer(console, "vm")
            if re.search(r"VM ID", line)] + re.findall(r"doorbell LPI \d+", "\n".join(answer(console, "vm")))


def main():
    folder, shell, payload = sys.argv[1:4]
    times = int(sys.argv[4]) if len(sys.argv) > 4 else 50
    console = Console(prepare(folder, shell, payload))
    first = None
    for i in range(times):
        console.wait_for("^block: ")
        console.type(ESCAPE)
        running = identity(console)
        answer(console, "kill")
        wait_until_off(console)
        now = running, state(console)
        first = first or now
        if now != first:
            sys.exit(f"after {i + 1} kills:\n{now}\ninstead of\n{first}")
        answer(console, "restart")
        console.type(b"\r")
    console.wait_for("^payload: end")
    # After a kill the machine stays on without a VM.
    console.type(ESCAPE + b"off\r")
    for _ in console.lines():
        pass
    if console.close():
        sys.exit("the machine did not end well")
    print(f"{times} kills and restarts: {first}")


main()
