#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Domains whose file is damaged, cut off, of another shape or made by an enemy are not built, and Xen says why; the
others run on.

Usage: damaged.py FOLDER XEN-VERSION CONFIGURATION PAYLOAD-ELF [SEED]
"""
import os
import random
import re
import struct
import sys

from savingxen import PLAIN, SavingXen, saved_domain
from xenmachine import Domain, bare_image, build_xen

from savedfile import MIDR, QUEUED, damaged, damaged_gic, patched, read

MEMORY = 64  # MiB
AT_ONCE = 24  # Xen takes 32 modules
LINES = 200  # that the payload says after its restore, at least


def variants(data, generator):
    """Label, file, what Xen has to say."""
    yield from damaged(data, generator)
    yield from damaged_gic(data, generator)
    yield "model", patched(data, "machine", MIDR, b"\x99"), "another model"
    yield "typed", patched(data, "uart", QUEUED, struct.pack("<I", 33)), "more characters"


def other_shapes(name):
    """Domains that are not like the file; what Xen has to say."""
    good = saved_domain(name)
    yield Domain(name, cpus=3, memory=good.memory, properties=good.properties), "number of vCPUs"
    yield Domain(name, cpus=2, memory=good.memory * 2, properties=good.properties), "size of memory"
    few = tuple("nr_spis = <64>;" if "nr_spis" in text else text for text in good.properties)
    yield Domain(name, cpus=2, memory=good.memory, properties=few), "of another shape"
    yield Domain(name, cpus=2, memory=good.memory, properties=('xen,vgic = "v3";', "xen,saved;")), "needs xen,vgic"


def make_file(folder, xen, image):
    """A payload in the middle of its work."""
    machine = SavingXen(os.path.join(folder, "source"), xen, [Domain(image, cpus=2, memory=MEMORY, properties=PLAIN)],
                        parallel=False)
    machine.until("block: ", 1)
    name = machine.save()
    machine.stop()
    return name, read(name)


def write_variants(folder, data, generator):
    for number, (label, bad, reason) in enumerate(variants(data, generator)):
        path = os.path.join(folder, f"bad{number}.vm")
        with open(path, "wb") as f:
            f.write(bad)
        yield label, Domain(path, cpus=2, memory=MEMORY, properties=PLAIN + ("xen,saved;",)), reason


def must_be_refused(folder, xen, name, bad, image):
    """Domains (label, domain, reason) between one that goes on and one that starts; both get on with their work."""
    domains = [saved_domain(name)] + [domain for _, domain, _ in bad] + [
        Domain(image, cpus=2, memory=MEMORY, properties=PLAIN)]
    machine = SavingXen(folder, xen, domains, parallel=False)
    lines, said = {1: 0, 2: 0}, {}
    for number, text in machine.from_xen:
        match = re.match(r"domU(\d+): (xen,saved.*)", text) if number == 0 else None
        if match:
            said[int(match[1])] = match[2]
        elif number:
            lines[number] += 1
        if min(lines.values()) >= LINES:
            break
    machine.stop()
    wrong = [f"{label}: {said.get(n)!r}, and should be refused for {reason!r}"
             for n, (label, _, reason) in enumerate(bad, 2) if not re.search(reason, said.get(n, ""))]
    if wrong or len(said) != len(bad):
        sys.exit("WRONG: " + "\n".join(wrong + [f"{len(said)} refusals, not {len(bad)}"]))


def main():
    """Entry point."""
    folder, version, configuration, elf = sys.argv[1:5]
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    xen = build_xen(folder, version, configuration)
    own = os.path.abspath(os.path.join(folder, "damaged"))
    image = bare_image(own, elf)
    name, data = make_file(own, xen, image)
    bad = list(write_variants(own, data, random.Random(seed)))
    bad += [(reason, domain, reason) for domain, reason in other_shapes(name)]
    for at in range(0, len(bad), AT_ONCE):
        must_be_refused(os.path.join(own, f"machine{at}"), xen, name, bad[at:at + AT_ONCE], image)
    print(f"{len(bad)} domains not built, each for its reason; the file that was not damaged goes on, beside a domain of its "
          "own")
    return 0


sys.exit(main())
