#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Files of saved guests that are damaged, cut off or made up: the VMM says why, and no VM runs.

Usage: damaged.py FOLDER SHELL-IMAGE PAYLOAD-ELF [SEED]

FOLDER is that of ./build. The guest is saved in the EL2 shell, in the middle of its work.
"""
import os
import random
import re
import sys

import hostkernel

sys.path.insert(0, os.path.join(hostkernel.TOP, "tests", "move"))
from hosts import Guest, Kvm, Nobody, Shell  # noqa: E402
from savedfile import damaged, damaged_gic, read  # noqa: E402

REFUSED = 5  # status of the VMM


class Lines:
    """Counts what the guest says."""

    machine, heard, count = Nobody, (), 0

    def line(self, _text):
        """Whatever it is."""
        self.count += 1

    @staticmethod
    def done():
        """Never."""
        return False


def main():
    """Entry point."""
    if len(sys.argv) < 4:
        print(__doc__)
        return 2
    builds, shell, elf = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    generator = random.Random(seed)
    folder = os.path.abspath(os.path.join(builds, "damaged"))
    os.makedirs(folder, exist_ok=True)
    guest, name = Guest(folder, elf), os.path.join(folder, "good.vm")
    Shell(folder, guest, shell).go(None, name, Lines(), lines=500)
    data = read(name)
    cases = [*damaged(data, generator), *damaged_gic(data, generator)]
    commands = []
    for number, (_, bad, _) in enumerate(cases):
        path = os.path.join(folder, f"bad{number}.vm")
        with open(path, "wb") as f:
            f.write(bad)
        commands.append((f"bad{number}", f"sh /moved {path}"))
    programs = Kvm(folder, guest, builds).programs(commands)
    for number, (label, _, reason) in enumerate(cases):
        status, lines = programs.get(f"bad{number}", (None, []))
        if status != REFUSED or len(lines) != 1 or not re.search(reason, lines[0]):
            Nobody.fail(f"{label}: not refused for {reason!r}: the VMM returned {status}: {lines[-3:]}")
        os.remove(os.path.join(folder, f"bad{number}.vm"))
    print(f"{len(cases)} files refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
