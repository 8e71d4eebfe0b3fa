#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One boot of the host kernel with a suite of programs: each must end as it should, and the kernel must not complain.

Usage: run.py FOLDER SUITE CPU [PROGRAM...]

FOLDER is that of ./build. SUITE is one of the names below, CPU a model of QEMU's: max (VHE) or cortex-a57 (nVHE).
With PROGRAMs only these of the suite run. Everything that the console said is in FOLDER/SUITE-CPU.log.
"""
import os
import re
import subprocess
import sys

import hostkernel

LINUX = r"demo: done, [1-9]\d* passed, 0 failed"
# With the line of its driver of ITSs before that.
LINUX_ITS = r"GICv5 ITS: ITS its@8080000 enabled.*" + LINUX

# {suite: {program: (command, expected status, a pattern that its output must have, or None)}}
SUITES = {
    # Guests with a GICv3, on a host that can do both.
    "gicv3": {
        "vgic_init": ("vgic_init", 0, None),
        "vgic_irq": ("vgic_irq", 0, None),
        # The margin is for a busy machine: the program waits as long for each interrupt.
        "arch_timer": ("arch_timer -n 2 -i 2 -e 500000", 0, None),
    },
    # The kernel's own programs, unmodified in source, rewritten for the transport. Skipping would be status 4. Those of
    # Linux 7.3 know no IRS and give it no address: see OPTIONS.
    "gicv5": {
        "vgic_v5": ("vgic_v5", 0, "Running VGIC_V5 tests"),
        "no-vgic": ("no-vgic", 0, "Testing no-vgic-v5"),
    },
    # Ours.
    "own": {
        "attributes": ("attributes", 0, "attributes: all 9 passed"),
        "interrupts": ("interrupts", 0, "interrupts: all 9 passed"),
        "state": ("state", 0, "state: all 5 passed"),
        "moved": ("moved", 0, "moved: all 4 passed"),
        "restart": ("restart", 0, "restart: all passed"),
        "dumps": ("dumps", 0, "dumps: passed"),
        "pmu": ("pmu", 0, "pmu: passed"),
    },
    # MSIs by virtual ITSs, and the end of level interrupts.
    "msi": {
        "itss": ("itss", 0, "itss: all 5 passed"),
        "msi": ("msi", 0, "msi: all 6 passed"),
        "resample": ("resample", 0, "resample: all 8 passed"),
        "leaks": ("sh /leaks", 0, "leaks: none"),
    },
    # CTRL_INIT with allocations that fail; then no object of the kernel without an owner.
    "failures": {
        "failures": ("failures", 0, "failures: passed"),
        "leaks": ("sh /leaks", 0, "leaks: none"),
    },
    # States with random damage.
    "damage": {
        "damage": ("damage 3000 1", 0, "damage: passed"),
        "leaks": ("sh /leaks", 0, "leaks: none"),
    },
    # VMs killed at any moment.
    "storm": {
        "storm": ("storm 200 1", 0, "storm: end"),
        "leaks": ("sh /leaks", 0, "leaks: none"),
    },
    # What the kernel tested at boot.
    "kunit": {
        "results": ("sh /kunit", 0, "kunit: passed"),
        "leaks": ("sh /leaks", 0, "leaks: none"),
    },
    # Debian's Linux.
    "linux": {
        "one": ("sh /linux 1 -t", 0, LINUX_ITS),
        "two": ("sh /linux 2 -t", 0, LINUX_ITS),
        "four": ("sh /linux 4 -t", 0, LINUX_ITS),
    },
}

# {suite: what the host kernel's command line has more}
OPTIONS = {"gicv5": "kvm-arm.vgicv5_irs=optional", "kunit": "kunit.enable=1 kunit.autorun=1", "storm": "page_poison=1"}

# {suite: complaints of the kernel that are its own affair}
KNOWN = {
    # /proc/irq of an interrupt for whose files there was no memory.
    "failures": re.compile(r"WARNING: \S*fs/proc/generic.c:\d+ at remove_proc_entry"),
}


def kernel_of(folder):
    """The host kernel."""
    return os.path.join(folder, "debug/arch/arm64/boot/Image")


def programs_of(folder, commands):
    """The files that commands need, {in the ramdisk: here}."""
    found = {}
    for words in commands + ["vmm", "keepvm"]:
        for word in words.split():
            path = os.path.join(folder, "programs", word)
            if os.path.isfile(path):
                found["programs/" + word] = path
    return found


def linux_files(folder):
    """Debian's kernel, rewritten, and its ramdisk."""
    image, initrd = os.path.join(folder, "guest.Image"), os.path.join(folder, "guest.initrd")
    subprocess.run([os.path.join(hostkernel.TOP, "tools/gicv5-rewrite"), "-q", hostkernel.fetch("kernel"), image],
                   check=True)
    subprocess.run([os.path.join(hostkernel.TOP, "tests/linux-guest/mkinitramfs"), initrd,
                    hostkernel.fetch("busybox")], check=True)
    return {"guest/Image": image, "guest/initrd": initrd}


def wrong_of(result, suite, trouble):
    """What is not as the suite says, and the kernel's complaints, as lines."""
    wrong = [] if result.done else ["the machine did not come to its end"]
    for name, (_, expected, text) in suite.items():
        status, output = result.programs.get(name, (None, []))
        if status == expected and (not text or re.search(text, "\n".join(output), re.S)):
            continue
        wrong.append(f"{name} returned {status}, expected {expected}" + (f" and output with '{text}'" if text else ""))
        wrong.extend("  " + line for line in output[-20:])
    return wrong + [f"kernel: {line}" for line in trouble]


def skip_without_network(folder):
    """Where nothing could be built there is nothing to run."""
    path = os.path.join(folder, "no-network")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            print("SKIPPED:", f.read().strip())
        sys.exit(77)


def main():
    if len(sys.argv) < 4 or sys.argv[2] not in SUITES:
        print(__doc__, "\nSuites:", *SUITES)
        return 2
    folder, name, cpu = sys.argv[1:4]
    skip_without_network(folder)
    suite = {program: how for program, how in SUITES[name].items() if program in (sys.argv[4:] or SUITES[name])}
    base = os.path.join(folder, f"{name}-{cpu}")
    tests = [(program, command) for program, (command, _, _) in suite.items()]
    files = programs_of(folder, [command for _, command in tests])
    if name == "linux":
        files.update(linux_files(folder))
    hostkernel.make_ramdisk(base + ".cpio", files, tests)
    result = hostkernel.boot(base + ".log", kernel_of(folder), base + ".cpio", cpu, mem=1536 if name == "linux" else 512,
                             append=OPTIONS.get(name, ""))
    known = KNOWN.get(name)
    wrong = wrong_of(result, suite, [line for line in result.trouble() if not known or not known.search(line)])
    return hostkernel.verdict(
        wrong, f"{name} on {cpu}: {len(suite)} programs, {len(wrong)} wrong; the console's log is {base}.log")


if __name__ == "__main__":
    sys.exit(main())
