#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The payload of tests/guest, or another guest that logs as it does, as a domain of Xen, with the same log as in a VM of
the EL2 shell.

Usage: payload.py FOLDER XEN-VERSION CONFIGURATION PAYLOAD-ELF SHELL-IMAGE PAYLOAD-IMAGE [PROPERTY...]
A PROPERTY is a name without a value, for the domain's node.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "guest"))
from shelllog import shell_log  # noqa: E402
from xenmachine import TOP, V5, Domain, Machine, bare_image, build_xen  # noqa: E402


def xen_log(folder, xen, elf, properties):
    """The payload for Xen's board, here."""
    path = os.path.join(folder, "xen.log")
    machine = Machine(folder, xen, [Domain(bare_image(folder, elf), cpus=2, memory=64, properties=properties)],
                      parallel=False)
    with open(path, "w", encoding="utf-8") as f:
        for number, text in machine.said():
            if number == 1:
                f.write(text + "\n")
            if "payload: end" in text:
                break
    machine.stop()
    return path


def main():
    """Entry point."""
    folder, version, configuration, elf, shell, image = sys.argv[1:7]
    properties = V5 + tuple(f"{name};" for name in sys.argv[7:])
    xen = build_xen(folder, version, configuration)
    folder = os.path.join(folder, f"{os.path.splitext(os.path.basename(elf))[0]}-{version}")
    os.makedirs(folder, exist_ok=True)
    logs = shell_log(folder, shell, image), xen_log(folder, xen, elf, properties)
    compare = os.path.join(TOP, "tests", "guest", "compare.py")
    return subprocess.run([sys.executable, compare, *logs, os.path.join(HERE, "differences.txt")],
                          check=False).returncode


sys.exit(main())
