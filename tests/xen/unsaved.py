#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Domains with state that no file has are not saved, and files do not become such domains; Xen says why, and goes on.

Usage: unsaved.py FOLDER XEN-VERSION CONFIGURATION PAYLOAD-ELF CHECKS-ELF
Both guests are for the plain board.
"""
import os
import re
import shutil
import sys

from savingxen import PLAIN, SAVE, SavingXen, saved_domain
from xenmachine import DESTROY, ENHANCED, Domain, bare_image, build_xen, hostile_image

MEMORY = 64
ITS, IWB = ("xen,vgic-its;",), ("xen,vgic-iwb;",)
# Of the first domains, in their order; the one behind them is saved.
REASONS = ["it has an ITS", "it has event channels", "it has mapped Xen's shared page"]
# More properties of a saved domain's node, and what Xen has to say.
WRONG_NODES = [(ITS, "xen,vgic-its is not in any file"), (ITS + IWB, "xen,vgic-its is not in any file"),
               (IWB, "xen,vgic-iwb is not in any file"), (ENHANCED, "xen,enhanced is not in any file")]


def checks_image(folder, elf, close):
    """The guest with event channels; `close`: it has closed them when it ends."""
    path = os.path.join(folder, f"checks{close}.img")
    shutil.copy(hostile_image(folder, elf, close, 0), path)
    return path


def refuse_all(folder, xen, payload, checks):
    """Tries to save each, and destroys it; then the last one's file."""
    domains = [Domain(payload, cpus=2, memory=MEMORY, properties=PLAIN + ITS)]
    domains += [Domain(checks_image(folder, checks, close), cpus=2, memory=MEMORY, properties=PLAIN) for close in (0, 1)]
    domains += [Domain(payload, cpus=2, memory=MEMORY, properties=PLAIN)]
    machine = SavingXen(os.path.join(folder, "refused"), xen, domains)
    ended = set()
    while not {2, 3} <= ended:
        number, text = next(machine.from_xen, (None, "the machine ended"))
        if number is None or "checks: FAIL" in text:
            machine.fail(text)
        if "checks: end, 0 failed" in text:
            ended.add(number)
    for number, reason in enumerate(REASONS, 1):
        machine.type_to("Xen", SAVE)
        said = machine.until(r"vGICv5: (?:d(\d+) )?(not saved: .*|saved)")
        if (said[1], said[2]) != (str(number), f"not saved: {reason}"):
            machine.fail(f"domain {number} must not be saved, as {reason}: {said[0]}")
        machine.type_to("Xen", DESTROY)
        machine.until(rf"vGICv5: destroyed d{number} \(0\)")
    machine.type_to("Xen", SAVE)
    machine.until(r"vGICv5: d4 saved")
    machine.stop()
    return machine.prefix + ".d4"


def refuse_nodes(folder, xen, payload, name):
    """A file for a domain that would have what the file has not; another domain is built."""
    bad = []
    for more, _ in WRONG_NODES:
        domain = saved_domain(name)
        domain.properties += more
        bad.append(domain)
    machine = SavingXen(os.path.join(folder, "nodes"), xen, bad + [Domain(payload, cpus=2, memory=MEMORY, properties=PLAIN)])
    said = {}
    for number, text in machine.from_xen:
        match = re.match(r"domU(\d+): xen,saved: (.*)", text) if number == 0 else None
        if match:
            said[int(match[1])] = match[2]
        if number > 1:
            machine.fail(f"there is a domain {number}: {text}")
        if number == 1:
            break
    machine.stop()
    want = {number: reason for number, (_, reason) in enumerate(WRONG_NODES, 1)}
    if said != want:
        sys.exit(f"WRONG: Xen said {said}, not {want}")


def main():
    """Entry point."""
    folder, version, configuration, payload, checks = sys.argv[1:6]
    xen = build_xen(folder, version, configuration)
    own = os.path.abspath(os.path.join(folder, "unsaved"))
    image = bare_image(own, payload)
    refuse_nodes(own, xen, image, refuse_all(own, xen, image, checks))
    print(f"{len(REASONS)} domains not saved, {len(WRONG_NODES)} not built, each for its reason")
    return 0


sys.exit(main())
