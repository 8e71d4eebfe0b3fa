#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The payload of tests/guest as a KVM guest says the same as on the GICv5 that QEMU itself has.

Usage: payload.py FOLDER CPU PAYLOAD-ELF

FOLDER is that of ./build, CPU the host's. Both logs are in FOLDER; what may differ is in payload-differences.txt.
"""
import os
import subprocess
import sys

import hostkernel
import run


def make_image(elf, image):
    """Rewritten, and then an Image."""
    tool = os.path.join(hostkernel.TOP, "tools/gicv5-rewrite")
    subprocess.run([tool, "-q", elf, image + ".elf"], check=True)
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", image + ".elf", image], check=True)


def run_native(elf, log):
    """On QEMU 11.1's own GICv5; a CPU without non-maskable interrupts, which KVM's guests do not have either."""
    image = log + ".img"
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", elf, image], check=True)
    hostkernel.fetch("qemu")
    with open(log, "w", encoding="utf-8") as f:
        subprocess.run([os.path.join(hostkernel.TOP, "tools/demo"), "--batch", "--native", "--payload", image, "--cpus",
                        "2", "--cpu", "cortex-a57"], check=True, stdin=subprocess.DEVNULL, stdout=f, stderr=f,
                       env={**os.environ, "VGICV5_DEMO_DIR": os.path.dirname(log)})


def main():
    if len(sys.argv) != 4:
        print(__doc__)
        return 2
    folder, cpu, elf = sys.argv[1:]
    run.skip_without_network(folder)
    base = os.path.join(folder, f"payload-{cpu}")
    native, guest = base + ".native.log", base + ".guest.log"
    make_image(elf, base + ".img")
    run_native(elf, native)
    files = {**run.programs_of(folder, []), "guest/payload": base + ".img"}
    hostkernel.make_ramdisk(base + ".cpio", files, [("payload", "vmm -c 2 -m 64 /guest/payload")])
    result = hostkernel.boot(base + ".log", run.kernel_of(folder), base + ".cpio", cpu, mem=512)
    status, lines = result.programs.get("payload", (None, []))
    with open(guest, "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)
    for text in result.trouble() + ([] if status == 0 and result.done else [f"the VMM returned {status}"]):
        print("WRONG:", text)
        status = 1
    tests = os.path.join(hostkernel.TOP, "tests")
    same = subprocess.run([sys.executable, os.path.join(tests, "guest/compare.py"), native, guest,
                           os.path.join(tests, "kvm/payload-differences.txt")], check=False).returncode
    return 1 if status or same else 0


if __name__ == "__main__":
    sys.exit(main())
