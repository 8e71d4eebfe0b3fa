#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A guest that sleeps until it is told of what was typed, and that holds interrupts which nobody takes, is moved.

Usage: listen.py FOLDER ROUTE SHELL-IMAGE KVM-FOLDER XEN-FOLDER LISTENER-ELF

In each file on the ROUTE (see move.py) a line has arrived for the guest (guests/listener.c) meanwhile: nothing but the level of
the restored UART can wake it. Then it says what became of the interrupts that it holds: pending ones of each type, a latched
PPI of one CPU, an active one.
"""
import os
import struct
import sys

from hosts import Guest, Nobody, check_state, hosts
from savedfile import QUEUED, RIS, patched, read

RECEIVED = 0x50  # in RIS: a character, and that no more have come
END = "."


class Said:
    """What the guest has said."""

    machine, heard = Nobody, ()

    def __init__(self):
        self.lines = []

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
        return len(self.lines) == 2 and f"heard '{END}'" in self.lines[0]


def arrives(name, word):
    """In the file."""
    typed = word.encode() + b"\r"
    data = patched(read(name), "uart", QUEUED, struct.pack("<I", len(typed)) + typed)
    with open(name, "wb") as f:
        f.write(patched(data, "uart", RIS, struct.pack("<I", RECEIVED)))


def main():
    """Entry point."""
    if len(sys.argv) != 7:
        print(__doc__)
        return 2
    folder, route, shell, kvm, xen, elf = sys.argv[1:]
    folder = os.path.abspath(os.path.join(folder, "listen"))
    os.makedirs(folder, exist_ok=True)
    guest, said = Guest(folder, elf), Said()
    all_hosts = hosts(folder, guest, shell, kvm, xen)
    files = [os.path.join(folder, f"{at}.vm") for at in range(len(route))]
    all_hosts[route[0]].go(None, files[0], said, lines=1, seconds=0.2)
    held = said.lines[0]
    for at, letter in enumerate(route[1:], 1):
        word = END if at == len(route) - 1 else f"word {at}"
        check_state(files[at - 1])
        arrives(files[at - 1], word)
        said.lines.clear()
        all_hosts[letter].go(files[at - 1], None if word == END else files[at], said, lines=2, seconds=0.2)
        os.remove(files[at - 1])
        wanted = [f"listener: heard '{word}', 1 interrupts", held]
        if said.lines != wanted:
            Nobody.fail(f"{all_hosts[letter].name}: the guest says {said.lines} instead of {wanted}")
        print(f"{all_hosts[letter].name}: {said.lines}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
