#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian's Linux in a domain with ITS and IWB, its console a wire of that: it must pass the whole programme of
tests/linux-guest, and no line that is typed to it may be lost while its interrupt moves.

Usage: wires.py FOLDER XEN-VERSION CONFIGURATION
"""
import os
import re
import sys

from xenmachine import Linux, Machine, build_xen, linux_files, verdict

CPUS = 2
MOVES = 20
ROW = r" *\d+: +(\d+) +(\d+) +\S*GICv5-IWB\S* +0 Level +uart-pl011"


class Wired(Linux):
    """A domain whose console is a wire."""

    ARGUMENTS = Linux.ARGUMENTS + f" demo_console=its@3040000 demo_moves={MOVES}"

    def __init__(self):
        super().__init__("v5", CPUS)
        self.typed, self.counts = 0, None

    def domain(self, files, arguments=""):
        """As of Linux, and with ITS and IWB."""
        domain = super().domain(files, arguments)
        domain.properties += ("xen,vgic-its;", "xen,vgic-iwb;")
        return domain

    def line(self, machine, number, text):
        """One line."""
        super().line(machine, number, text)
        match = re.search(r"demo: type (line \d+)$", text)
        if match:
            self.typed += 1
            machine.type_to(f"DOM{number}", match[1].encode() + b"\r")
        match = re.match(ROW, text)
        if match:
            self.counts = int(match[1]), int(match[2])

    def wrong(self):
        """What is not as it must be; the row of the UART is another one than that of an SPI."""
        found = [text for text in super().wrong() if "uart-pl011" not in text]
        if not self.counts or min(self.counts) < MOVES // 2:
            found.append(f"interrupts of the console on the CPUs: {self.counts}")
        return found


def main():
    """Entry point."""
    folder, version, configuration = sys.argv[1:4]
    xen = build_xen(folder, version, configuration)
    files = linux_files(folder)
    wired = Wired()
    machine = Machine(os.path.join(folder, f"wires-{version}"), xen, [wired.domain(files)])
    for number, text in machine.said():
        # A line of Xen that is not at its end when the domain's begins takes that with it; with the input, the only
        # domain is not named.
        _, merged, rest = text.rpartition("DOM1: ")
        if number or merged or text.startswith("demo: "):
            wired.line(machine, 1, rest if merged else text)
        if wired.off:
            break
    machine.stop()
    print(f"{wired.typed} lines typed, interrupts of the console on the CPUs: {wired.counts}")
    return verdict(machine, {1: wired})


sys.exit(main())
