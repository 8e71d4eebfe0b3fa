#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A domain checks what its GICv5 gets from Xen alone: exceptions at the right address, timers and event channels on
their PPIs, interrupts that wake a vCPU or interrupt a busy one.

Usage: checks.py FOLDER XEN-VERSION CONFIGURATION CPU-MODEL CHECKS-ELF
"""
import os
import sys

from xenmachine import V5, Checks, Domain, Machine, bare_image, build_xen

PASSES = 29  # what the guest checks, some of it on both CPUs


def main():
    """Entry point."""
    folder, version, configuration, model, elf = sys.argv[1:6]
    xen = build_xen(folder, version, configuration)
    own = os.path.join(folder, f"checks-{version}-{configuration}")
    machine = Machine(own, xen, [Domain(bare_image(own, elf), cpus=2, memory=64, properties=V5)], cpu=model,
                      arguments="guest_loglvl=none", silence=200)
    checks = Checks("checks")
    for number, text in machine.said():
        if number == 1:
            checks.line(text)
        if checks.end:
            break
    machine.stop()
    return checks.verdict(machine, PASSES)


sys.exit(main())
