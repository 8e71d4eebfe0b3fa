# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Exits, and instructions of the core, for each timer tick and each IPI of a domain of Xen."""
import glob
import os
import sys

from traced import Trace, addresses, core_range, per_event

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "xen"))
from xenmachine import V5, Domain, Machine, build_xen, hostile_image, output_of  # noqa: E402

VERSION, CONFIGURATION = "4.20", "release"
# Debian 12's would never let the others run when one of Xen's CPUs waits for them by looking.
QEMU = "qemu"
SINGLE_STEP = ["-accel", "tcg,one-insn-per-tb=on"]
RAM = 0x40000000  # of a domain; the image lies at its beginning
# Of backends/xen. What an exit was for shows in what is called behind it.
EXIT, HVC, TRAP, TASKLET, DOORBELL = ("vgic_v5_sync_from_guest", "vgic_v5_trap_hvc", "vgic_v5_trap",
                                      "handle_interrupts", "vgicv5_doorbell_fired")
OTHERS = "vgic_v5_save", "vgic_v5_vtimer_interrupt"


def emulated(seen):
    """Whether an exit is one of the test transport only: a CPU with GICv5 would have carried out the instruction, its
    IRS signalled the interrupt."""
    if not seen:
        return False
    if seen[0] == HVC:
        return TRAP not in seen
    return seen[0] == TASKLET and DOORBELL not in seen


def trace_of(xen, guest):
    """For this Xen and this guest."""
    objects = os.path.dirname(xen)
    image = os.path.join(objects, "xen-syms")
    core = glob.glob(os.path.join(objects, "arch/arm/vgicv5/lib/core/**/*.o"), recursive=True)
    names = EXIT, HVC, TRAP, TASKLET, DOORBELL, *OTHERS
    events = {address: name for name, address in addresses(image, names).items()}
    events[addresses(image, [EXIT])[EXIT]] = "exit"
    mark = RAM + addresses(guest, ["bench_mark"])["bench_mark"]
    events[mark] = "mark"
    return Trace(core_range(image, core), events, emulated), mark


def measure(folder, guest):
    """Yields (name, value). Xen is built in `folder`."""
    xen = build_xen(folder, VERSION, CONFIGURATION)
    qemu = output_of(os.path.join(TOP, "tools", "fetch"), QEMU)
    for cpus in 2, 1:
        own = os.path.join(folder, f"bench-{cpus}")
        image = hostile_image(own, guest, cpus == 1, 0)

        def run(options):
            machine = Machine(own, xen, [Domain(image, cpus=2, memory=64, properties=V5)], cpus=cpus,
                              qemu=qemu, more=SINGLE_STEP + options)
            try:
                yield from (text for number, text in machine.said() if number == 1)
            finally:
                machine.stop()

        yield from per_event(own, *trace_of(xen, guest), run)
