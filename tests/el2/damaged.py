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

from savedmachine import SavingMachine
from savedfile import SECTION, changed, damaged, damaged_gic, patched, read, u64, with_sections, without
from shellmachine import Machine


def of_a_shell(data):
    """What a VM of the shell's has, and the limits of the shell."""
    yield "nine vCPUs", changed(data, vcpus=9), "more vCPUs"
    yield "too much memory", changed(data, ram=1 << 38), "no room"
    yield "without UART", without(data, "uart"), "is not in the file"
    yield "disk of another size", patched(data, "disk0", 0, u64(4096, 0), 1), "another size"
    yield "another disk", patched(data, "disk0", 0, b"\0\0\0\0"), "another one"
    yield "disk twice", with_sections(data, lambda s: s.append(next(x for x in s if x[0] == "disk0"))), "has not"
    yield "empty", b"", "too early"


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
    for variants in (damaged(data, generator), of_a_shell(data), damaged_gic(data, generator, 10, 3), by_chance(data, generator)):
        for label, bad, reason in variants:
            with open(name, "wb") as f:
                f.write(bad)
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
    data = read(good)
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
