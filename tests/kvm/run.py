#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One boot of the host kernel with a suite of programs: each must end as it should, and the kernel must not complain.

Usage: run.py FOLDER SUITE CPU [PROGRAM...]

FOLDER is that of ./build. SUITE is one of the names below, CPU a model of QEMU's: max (VHE) or cortex-a57 (nVHE).
With PROGRAMs only these of the suite run. Everything that the console said is in FOLDER/SUITE-CPU.log.
"""
import os
import sys

import hostkernel

# {suite: {program: (command, expected status, what its output must have, or None)}}
SUITES = {
    # Guests with a GICv3, on a host that can do both.
    "gicv3": {
        "vgic_init": ("vgic_init", 0, None),
        "vgic_irq": ("vgic_irq", 0, None),
        "arch_timer": ("arch_timer -n 2 -i 2 -e 500000", 0, None),
    },
}


def programs_of(folder, commands):
    """The files that commands need, {in the ramdisk: here}."""
    found = {}
    for words in commands:
        for word in words.split():
            path = os.path.join(folder, "programs", word)
            if os.path.isfile(path):
                found["programs/" + word] = path
    return found


def wrong_of(result, suite):
    wrong = [] if result.done else ["the machine did not come to its end"]
    for name, (_, expected, text) in suite.items():
        status, output = result.programs.get(name, (None, []))
        if status != expected:
            wrong.append(f"{name} returned {status} instead of {expected}")
        if text and not any(text in line for line in output):
            wrong.append(f"{name} did not say '{text}'")
        if wrong and status != expected:
            wrong.extend("  " + line for line in output[-20:])
    return wrong + [f"kernel: {line}" for line in result.trouble()]


def main():
    if len(sys.argv) < 4 or sys.argv[2] not in SUITES:
        print(__doc__, "\nSuites:", *SUITES)
        return 2
    folder, name, cpu = sys.argv[1:4]
    suite = {program: how for program, how in SUITES[name].items() if program in (sys.argv[4:] or SUITES[name])}
    base = os.path.join(folder, f"{name}-{cpu}")
    tests = [(program, command) for program, (command, _, _) in suite.items()]
    hostkernel.make_ramdisk(base + ".cpio", programs_of(folder, [command for _, command in tests]), tests)
    result = hostkernel.boot(base + ".log", os.path.join(folder, "debug/arch/arm64/boot/Image"), base + ".cpio", cpu)
    wrong = wrong_of(result, suite)
    for text in wrong:
        print("WRONG:", text)
    print(f"{name} on {cpu}: {len(suite)} programs, {len(wrong)} wrong; the console's log is {base}.log")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
