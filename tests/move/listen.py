#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The level of the UART's interrupt after a restore: a guest that sleeps until it is told of what was typed.

Usage: listen.py FOLDER ROUTE SHELL-IMAGE KVM-FOLDER XEN-FOLDER LISTENER-ELF

The guest (guests/listener.c) is saved in the shell while it sleeps. In copies of the file a line has arrived meanwhile; nothing
but the restored UART can tell the guest. ROUTE: the hypervisors that each go on with the file (see move.py).
"""
import os
import struct
import sys

from hosts import Guest, Nobody, hosts
from savedfile import QUEUED, RIS, patched, read

RECEIVED = 0x50  # in RIS: a character, and that no more have come
WORD = "it waited"


class Said:
    """What the guest has said."""

    machine, heard = Nobody, ()

    def __init__(self, end):
        self.end, self.lines = end, []

    @property
    def count(self):
        """Lines of the guest's own."""
        return len(self.lines)

    def line(self, text):
        """Others' lines may be between."""
        if "listener: " in text:
            self.lines.append(text[text.index("listener: "):])

    def done(self):
        """It has said its last word."""
        return self.end in self.lines


def main():
    """Entry point."""
    if len(sys.argv) != 7:
        print(__doc__)
        return 2
    folder, route, shell, kvm, xen, elf = sys.argv[1:]
    folder = os.path.abspath(os.path.join(folder, "listen"))
    os.makedirs(folder, exist_ok=True)
    guest = Guest(folder, elf, memory=64)
    all_hosts = hosts(folder, guest, shell, kvm, xen)
    name, told = os.path.join(folder, "asleep.vm"), os.path.join(folder, "told.vm")
    all_hosts["S"].go(None, name, Said(None), lines=1, seconds=0.2)
    typed = WORD.encode() + b"\r"
    data = patched(read(name), "uart", QUEUED, struct.pack("<I", len(typed)) + typed)
    with open(told, "wb") as f:
        f.write(patched(data, "uart", RIS, struct.pack("<I", RECEIVED)))
    for letter in route:
        said = Said(f"listener: heard '{WORD}', 1 interrupts")
        all_hosts[letter].go(told, None, said)
        if said.lines != [said.end]:
            Nobody.fail(f"{all_hosts[letter].name}: the guest says {said.lines}")
        print(f"{all_hosts[letter].name}: {said.end}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
