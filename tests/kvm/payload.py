#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The payload of tests/guest as a KVM guest, with the same log as in a VM of the EL2 shell.

Usage: payload.py FOLDER CPU PAYLOAD-ELF SHELL-IMAGE PAYLOAD-IMAGE

FOLDER is that of ./build, CPU the host's. Both logs are in FOLDER; what may differ is in payload-differences.txt.
"""
import os
import subprocess
import sys

import hostkernel
import run

sys.path.insert(0, os.path.join(hostkernel.TOP, "tests/guest"))
from shelllog import shell_log  # noqa: E402


def make_image(elf, image):
    """Rewritten, and then an Image."""
    tool = os.path.join(hostkernel.TOP, "tools/gicv5-rewrite")
    subprocess.run([tool, "-q", elf, image + ".elf"], check=True)
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", image + ".elf", image], check=True)


def kvm_log(folder, cpu, elf):
    """Runs it in the VMM. (path of the log, [what was wrong])"""
    base = os.path.join(folder, f"payload-{cpu}")
    make_image(elf, base + ".img")
    files = {**run.programs_of(folder, []), "guest/payload": base + ".img"}
    hostkernel.make_ramdisk(base + ".cpio", files, [("payload", "vmm -c 2 -m 64 /guest/payload")])
    result = hostkernel.boot(base + ".log", run.kernel_of(folder), base + ".cpio", cpu, mem=512)
    status, lines = result.programs.get("payload", (None, []))
    with open(base + ".guest.log", "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)
    return base + ".guest.log", result.trouble() + ([] if status == 0 and result.done else
                                                    [f"the VMM returned {status}"])


def main():
    if len(sys.argv) != 6:
        print(__doc__)
        return 2
    folder, cpu, elf, shell, image = sys.argv[1:]
    run.skip_without_network(folder)
    guest, wrong = kvm_log(folder, cpu, elf)
    for text in wrong:
        print("WRONG:", text)
    compare = os.path.join(hostkernel.TOP, "tests/guest/compare.py")
    here = os.path.join(hostkernel.HERE, "payload-differences.txt")
    same = subprocess.run([sys.executable, compare, shell_log(folder, shell, image), guest, here], check=False)
    return 1 if wrong or same.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
