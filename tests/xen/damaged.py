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

from savedmachine import Saved

# Offsets in the sections "machine", "vcpu", "uart", "line" (doxygen/vmfile.md).
MIDR, FREQUENCY, IDREGS = 0, 24, 32
ON, PSTATE, TIMER = 0, 264, 464
QUEUED, LENGTH = 36, 0
EL2H, ALL_FEATURES = 0x3C9, 0x1111111111110011
RAM = 64 << 20


def u64(*values):
    return struct.pack(f"<{len(values)}Q", *values)


def patched(data, kind, offset, new, index=0):
    saved = Saved(data)
    saved.patch(kind, offset, new, index)
    return saved.build()


def changed(data, change):
    saved = Saved(data)
    change(saved)
    return saved.build()


def with_ram(data, *runs):
    def change(saved):
        saved.section("ram")[2] = u64(RAM, 0) + b"".join(u64(offset, size) + bytes(length)
                                                         for offset, size, length in runs)
    return changed(data, change)


def variants(data, generator):
    """Label, file, what Xen has to say."""
    gic = len(Saved(data).section("gic")[2])
    yield "cut off", data[:generator.randrange(4096, len(data))], "shorter or longer"
    yield "short", data[:4000], "too early"
    at = generator.randrange(4096, len(data))
    yield f"bit at {at}", data[:at] + bytes([data[at] ^ 1]) + data[at + 1:], "checksum"
    yield "no file", b"\0" * 8192, "no saved VM"
    yield "version", changed(data, lambda s: setattr(s, "version", 2)), "another version"
    yield "without memory", changed(data, lambda s: s.sections.pop()), "section is missing"
    yield "floppy", changed(data, lambda s: s.sections.append(["floppy", 0, bytes(8)])), "plain board"
    yield "model", patched(data, "machine", MIDR, b"\x99"), "another model"
    yield "frequency", patched(data, "machine", FREQUENCY, u64(1000)), "another frequency"
    yield "features", patched(data, "machine", IDREGS, u64(ALL_FEATURES)), "has features"
    yield "EL2", patched(data, "vcpu", PSTATE, u64(EL2H)), "no guest can be in"
    yield "half on", patched(data, "vcpu", ON, u64(2), 1), "neither on nor off"
    yield "timer", patched(data, "vcpu", TIMER, u64(4)), "timer has bits"
    yield "UART", patched(data, "uart", QUEUED, struct.pack("<I", 33)), "more characters"
    yield "line", patched(data, "line", LENGTH, struct.pack("<I", 240)), "line that it prints"
    yield "memory beyond", with_ram(data, (1 << 40, 4096, 4096)), "where there is none"
    yield "memory backwards", with_ram(data, (8192, 4096, 4096), (0, 4096, 4096)), "where there is none"
    yield "memory over the end", with_ram(data, (RAM - 4096, 8192, 8192)), "where there is none"
    at = generator.randrange(gic)
    old = Saved(data).section("gic")[2][at]
    yield f"gic bit at {at}", patched(data, "gic", at, bytes([old ^ 1])), "damaged, or of a VM|cannot do"
    yield "gic cut", changed(data, lambda s: s.section("gic").__setitem__(2, s.section("gic")[2][:gic // 16 * 8])), \
        "damaged, or of a VM"


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
    machine = SavingXen(os.path.join(folder, "source"), xen, [Domain(image, cpus=2, memory=RAM >> 20, properties=PLAIN)],
                        parallel=False)
    machine.until("block: ", 1)
    name = machine.save()
    machine.stop()
    with open(name, "rb") as f:
        data = f.read()
    if Saved(data).build() != data:
        sys.exit(f"WRONG: {name} is not as this test understands it")
    return name, data


def write_variants(folder, data, generator):
    for number, (label, damaged, reason) in enumerate(variants(data, generator)):
        path = os.path.join(folder, f"bad{number}.vm")
        with open(path, "wb") as f:
            f.write(damaged)
        yield label, Domain(path, cpus=2, memory=RAM >> 20, properties=PLAIN + ("xen,saved;",)), reason


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
    domains = [saved_domain(name)] + [domain for _, domain, _ in bad] + [
        Domain(image, cpus=2, memory=RAM >> 20, properties=PLAIN)]
    machine = SavingXen(os.path.join(own, "machine"), xen, domains, parallel=False)
    ended, said = set(), {}
    for number, text in machine.from_xen:
        match = re.match(r"domU(\d+): (xen,saved.*)", text) if number == 0 else None
        if match:
            said[int(match[1])] = match[2]
        if "payload: end" in text:
            ended.add(number)
        if ended == {1, 2}:
            break
    machine.stop()
    wrong = [f"{label}: {said.get(n)!r}, and should be refused for {reason!r}"
             for n, (label, _, reason) in enumerate(bad, 2) if not re.search(reason, said.get(n, ""))]
    if wrong or len(said) != len(bad):
        sys.exit("WRONG: " + "\n".join(wrong + [f"{len(said)} refusals, not {len(bad)}"]))
    print(f"{len(bad)} domains not built, each for its reason; the file that was not damaged goes on, beside a domain of its "
          "own")
    return 0


sys.exit(main())
