#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Files of saved VMs that are damaged, cut off or made by an enemy are refused, and nothing else happens.

Usage: damaged.py FOLDER SHELL-IMAGE PAYLOAD-IMAGE [SEED]

VM 0 is saved in the middle of its work; then VM 1, which is off, is to be restored from what became of the file.
"""
import os
import random
import re
import struct
import sys

from savedmachine import SECTION, Saved, SavingMachine
from shellmachine import Machine

# Offsets in the sections "machine", "vcpu", "uart", "line" (doxygen/vmfile.md).
CTR, DCZID, FREQUENCY, IDREGS = 8, 16, 24, 32
ON, PSTATE, TIMER = 0, 264, 464
QUEUED, LENGTH = 36, 0
EL2H, EL1H_DAIF = 0x3C9, 0x3C5
ALL_FEATURES = 0x1111111111110011
RAM = 128 << 20


def u64(*values):
    return struct.pack(f"<{len(values)}Q", *values)


def patched(data, kind, offset, new, index=0):
    saved = Saved(data)
    saved.patch(kind, offset, new, index)
    return saved.build()


def changed(data, **members):
    saved = Saved(data)
    for name, value in members.items():
        setattr(saved, name, value)
    return saved.build()


def with_sections(data, change):
    saved = Saved(data)
    change(saved.sections)
    return saved.build()


def with_ram(data, *runs):
    saved = Saved(data)
    saved.section("ram")[2] = u64(RAM, 0) + b"".join(u64(offset, size) + bytes(length) for offset, size, length in runs)
    return saved.build()


def shapes(data):
    """What a header or a table can say."""
    yield "version", changed(data, version=2), "another version"
    yield "magic", changed(data, magic=b"VGICV5VN"), "no saved VM"
    yield "nine vCPUs", changed(data, vcpus=9), "more vCPUs"
    yield "odd memory", changed(data, ram=4096), "what cannot be"
    yield "three vCPUs", changed(data, vcpus=3), "a vCPU is missing"
    yield "too much memory", changed(data, ram=1 << 38), "no room"
    yield "without memory", with_sections(data, lambda s: s.pop()), "section is missing"
    yield "memory twice", with_sections(data, lambda s: s.append(s[-1])), "device that this VM has not"
    yield "unknown device", with_sections(data, lambda s: s.append(["floppy", 0, bytes(8)])), "device that this VM has not"
    yield "without UART", with_sections(data, lambda s: s.remove(next(x for x in s if x[0] == "uart"))), "is not in the file"
    yield "longer", data + bytes(8), "shorter or longer"
    yield "empty", b"", "too early"


def contents(data):
    """What sections can say, with checksums that are right."""
    yield "EL2", patched(data, "vcpu", PSTATE, u64(EL2H)), "no guest can be in"
    yield "AArch32", patched(data, "vcpu", PSTATE, u64(0x10)), "no guest can be in"
    yield "single step", patched(data, "vcpu", PSTATE, u64(EL1H_DAIF | 1 << 21)), "no guest can be in"
    yield "half on", patched(data, "vcpu", ON, u64(2)), "neither on nor off"
    yield "timer", patched(data, "vcpu", TIMER, u64(4)), "timer has bits"
    yield "frequency", patched(data, "machine", FREQUENCY, u64(1000)), "another frequency"
    yield "DC ZVA", patched(data, "machine", DCZID, u64(9)), "DC ZVA"
    yield "cache lines", patched(data, "machine", CTR, u64(0xF000F)), "CTR_EL0"
    yield "features", patched(data, "machine", IDREGS, u64(ALL_FEATURES)), "has features"
    yield "UART", patched(data, "uart", QUEUED, struct.pack("<I", 2000)), "UART"
    yield "line", patched(data, "line", LENGTH, struct.pack("<I", 240)), "line that it prints"
    yield "memory beyond", with_ram(data, (1 << 40, 4096, 4096)), "where there is none"
    yield "memory over the end", with_ram(data, (RAM - 4096, 8192, 8192)), "where there is none"
    yield "memory backwards", with_ram(data, (8192, 4096, 4096), (0, 4096, 4096)), "where there is none"
    yield "memory not whole pages", with_ram(data, (0, 8, 8)), "where there is none"
    yield "no memory in a run", with_ram(data, (0, 0, 0)), "where there is none"
    yield "more than the section", with_ram(data, (0, 8192, 4096)), "where there is none"
    yield "run cut off", with_sections(data, cut_run), "too early"
    yield "disk of another size", patched(data, "disk0", 0, u64(4096, 0), 1), "another size"
    yield "another disk", patched(data, "disk0", 0, b"\0\0\0\0"), "another one"


def cut_run(sections):
    sections[-1][2] = u64(RAM, 0, 0)


def of_the_library(data, generator):
    """The interrupt controller's section is for the library to judge."""
    gic = Saved(data).section("gic")[2]
    for _ in range(10):
        at = generator.randrange(len(gic))
        yield f"gic bit at {at}", patched(data, "gic", at, bytes([gic[at] ^ 1 << generator.randrange(8)])), "."
    for _ in range(3):
        length = generator.randrange(1, len(gic) // 8) * 8
        saved = Saved(data)
        saved.section("gic")[2] = gic[:length]
        yield f"gic cut to {length}", saved.build(), "."


def places(data, generator):
    """Somewhere in the front and in each section."""
    yield generator.randrange(64)
    for i in range(struct.unpack_from("<I", data, 12)[0]):
        _, _, _, offset, size, _ = SECTION.unpack_from(data, 64 + i * SECTION.size)
        yield 64 + i * SECTION.size + generator.randrange(SECTION.size)
        yield offset + generator.randrange(size)
        yield offset + size - 1


def by_chance(data, generator):
    for at in places(data, generator):
        yield f"bit at {at}", data[:at] + bytes([data[at] ^ 1 << generator.randrange(8)]) + data[at + 1:], "."
        yield f"cut at {at}", data[:at], "."


def must_be_refused(machine, name, data, generator):
    count = 0
    for variants in (shapes(data), contents(data), of_the_library(data, generator), by_chance(data, generator)):
        for label, damaged, reason in variants:
            with open(name, "wb") as f:
                f.write(damaged)
            wrong = machine.restore(1, name)
            if not wrong or not re.search(reason, wrong):
                machine.fail(f"{label}: {'refused: ' + wrong if wrong else 'taken'}, and should be refused for {reason!r}")
            count += 1
    return count


def heap(machine):
    return machine.counters(0, machine.guest_line)["heap_bytes"]


def without_semihosting(folder, shell, payload):
    machine = Machine(os.path.join(folder, "deaf"), "--shell", shell, "--payload", payload, "--cpus", "2")
    machine.wait_for("block: ")
    for command in ("save 0 x.vm", "restore 1 x.vm"):
        answer = machine.ask(command)
        if not any("need semihosting" in line for line in answer):
            machine.fail(f"'{command}' without semihosting: {answer}")
    machine.wait_for("payload: end")


def main():
    folder, shell, payload = sys.argv[1:4]
    generator = random.Random(seed := int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32))
    print(f"seed {seed}", flush=True)
    good, bad = os.path.join(folder, "good.vm"), os.path.join(folder, "bad.vm")
    machine = SavingMachine(os.path.join(folder, "machine"), "--shell", shell, "--payload", payload, "--cpus", "2", "--vms", "2",
                            "--mem", "128", "--save", good)
    machine.until(r"\[vm0\] block: ")
    machine.must_save(0, good)
    # So that the heap is this test's alone.
    machine.ask("pause 0", machine.guest_line)
    machine.kill(1)
    with open(good, "rb") as f:
        data = f.read()
    if Saved(data).build() != data:
        machine.fail("the file is not as this test understands it")
    if "cannot be opened" not in (machine.restore(1, os.path.join(folder, "nothing")) or ""):
        machine.fail("a file that is not there was opened")
    if "not off" not in (machine.restore(0, good) or ""):
        machine.fail("a VM that runs was restored")
    machine.must_restore(1, good)
    machine.kill(1)
    before = heap(machine)
    count = must_be_refused(machine, bad, data, generator)
    machine.must_restore(1, good)
    machine.kill(1)
    if heap(machine) != before:
        machine.fail(f"heap in use: {before} before, {heap(machine)} after {count} refusals")
    machine.must_restore(1, good)
    machine.until(r"\[vm1\] payload: end")
    machine.off()
    without_semihosting(folder, shell, payload)
    print(f"{count} files refused; the one that was not damaged is taken before and after")


main()
