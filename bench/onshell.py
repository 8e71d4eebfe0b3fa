# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The same as of a domain of Xen, of a VM of the EL2 shell."""
import os
import struct
import sys

from traced import Trace, addresses, core_range, per_event

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "el2"))
from shellmachine import Machine  # noqa: E402

RAM = 0x40000000  # of a VM
HEADER_SHARED = 32
# The shell's machine carries the guest's instructions out by itself; what it does not is an exit, as of the core.
LEAVE, EXIT = "guest_leave", "vgicv5_vcpu_exit"


def trace_of(folder, guest):
    """For the shell in this build folder, and this guest."""
    image = os.path.join(folder, "shell.elf")
    at = addresses(image, (LEAVE, EXIT))
    mark = RAM + addresses(guest, ["bench_mark"])["bench_mark"]
    core = core_range(image, [os.path.join(folder, "libshell_core.a")])
    return Trace(core, {at[LEAVE]: "exit", at[EXIT]: EXIT, mark: "mark"}, lambda seen: EXIT not in seen), mark


def make_image(guest, target, shared):
    """The guest as the shell loads it."""
    with open(os.path.splitext(guest)[0] + ".img", "rb") as f:
        data = bytearray(f.read())
    struct.pack_into("<Q", data, HEADER_SHARED, shared)
    with open(target, "wb") as f:
        f.write(data)


def measure(folder, shell, guest):
    """Yields (name, value). `shell`: the folder in which it has been built."""
    for cpus in 2, 1:
        own = os.path.join(folder, f"bench-{cpus}")
        os.makedirs(own, exist_ok=True)
        image = os.path.join(own, "events.img")
        make_image(guest, image, cpus == 1)

        def run(options):
            machine = Machine(own, "--shell", os.path.join(shell, "shell.img"), "--payload", image, "--cpus", "2",
                              "--host-cpus", str(cpus), "--cpu", "cortex-a57", more=["-singlestep"] + options)
            try:
                yield from machine.lines()
            finally:
                machine.process.kill()
                machine.close()

        yield from per_event(own, *trace_of(shell, guest), run)
