#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Interrupts of devices: exits for those of an assigned level line, none for MSIs and wires, and a VM that dies in between.

Usage: lines.py FOLDER SHELL-IMAGE [DEATHS]

The guest reads 500 blocks of the virtio-mmio disk and of a PCI disk, and sends 200 through the UART behind its IWB, while
the monitor counts.
"""
import re
import sys

from shellmachine import POLLS, Machine

DEATHS = 3
BLOCKS, SENT = 500, 200


def phases(machine, until=None):
    """The counters over each phase; `until`: only up to the beginning of that one, which is let go."""
    found = {}
    begin = None
    for line in machine.lines():
        match = re.search(r"demo: measure (\w+) (begin|end) (.*)", line)
        if not match:
            continue
        now = {name: int(n) for name, n in re.findall(r"(\w+)=(\d+)", match[3])}
        if match[2] == "begin" and match[1] == until:
            machine.type(b"go\r")
            return found
        now.update(machine.counters(0))
        if match[2] == "begin":
            begin = now
        else:
            found[match[1]] = {name: now[name] - begin[name] for name in now}
        machine.type(b"go\r")
        if match[1] == "wires" and match[2] == "end":
            return found
    return machine.fail("the guest ended before its last phase")


def show(name, delta):
    text = " ".join(f"{key} {delta[key]}" for key in ("lines", "msis", "wires", "timer", "ipis", "line_ends", "gic_traps",
                                                      "injected_spi", "injected_msi", "injected_wire", "exits"))
    print(f"{name}: {text}")


def check_lines(delta):
    """One deactivation is trapped for each interrupt, and those of others that fall while it is in flight."""
    others = delta["timer"] + delta["ipis"] + 10
    if delta["lines"] != BLOCKS or delta["line_ends"] != BLOCKS:
        yield f"{delta['lines']} interrupts of the line, {delta['line_ends']} ends of them, for {BLOCKS} blocks"
    if not delta["line_ends"] <= delta["gic_traps"] <= delta["line_ends"] + others:
        yield f"{delta['gic_traps']} traps for {delta['line_ends']} ends"


def check_msis(delta):
    if delta["msis"] != BLOCKS or delta["injected_msi"] != BLOCKS:
        yield f"{delta['msis']} MSIs, {delta['injected_msi']} sent, for {BLOCKS} blocks"


def check_wires(delta):
    """A rise for each interrupt, a fall for each rise."""
    if not SENT <= delta["wires"] <= delta["injected_wire"] / 2:
        yield f"{delta['wires']} interrupts of the wire, {delta['injected_wire']} changes of it, for {SENT} blocks"


def check_untrapped(delta):
    """Nobody registered for these: their deactivation is nobody's business, as the line is not in flight."""
    if delta["line_ends"] or delta["gic_traps"]:
        yield f"{delta['gic_traps']} traps, {delta['line_ends']} ends where none was to be seen"


def die(machine):
    """The VM ends in the middle of its reads, line in flight or not, and starts anew."""
    phases(machine, "lines")
    before = machine.counters(0)["line_ends"]
    if not any(machine.counters(0)["line_ends"] >= before + 10 for _ in range(POLLS)):
        machine.fail("the disk is not read")
    machine.kill(0)
    now = machine.kept(0)
    machine.ask("restart 0")
    return now


def main():
    folder, shell = sys.argv[1:3]
    deaths = int(sys.argv[3]) if len(sys.argv) > 3 else DEATHS
    machine = Machine(folder, "--shell", shell, "--cpus", "2", "--programme", "measure",
                      "--append", "demo_phases=lines,msis,wires")
    wrong = []
    left = [die(machine) for _ in range(deaths)]
    wrong += [f"after a death {now} instead of {left[0]}" for now in left if now != left[0]]
    found = phases(machine)
    for name, checks in (("lines", (check_lines,)), ("msis", (check_msis, check_untrapped)),
                         ("wires", (check_wires, check_untrapped))):
        show(name, found[name])
        for check in checks:
            wrong += check(found[name])
    machine.off()
    for text in wrong:
        print(f"WRONG {text}; see {machine.log.name}")
    return 1 if wrong else 0


sys.exit(main())
