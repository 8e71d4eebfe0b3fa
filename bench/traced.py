# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a hypervisor on QEMU executes between two marks of a guest: exits, and instructions of the core.

QEMU executes one instruction at a time and logs those in chosen ranges of addresses. It counts virtual time in
instructions, so that two runs are the same whatever else the machine does.
"""
import os
import re
import subprocess

# Beside the option for single steps, which not all versions call the same. `sleep=off`: with all CPUs waiting, the next timer is now.
OPTIONS = ["-icount", "shift=4,sleep=off", "-d", "exec,nochain"]
TRACE = re.compile(r"Trace (\d+): \S+ \[[0-9a-f]+/([0-9a-f]+)/")
# Behind an instruction that was not executed, because an interrupt came first or the CPU's turn ended.
STOPPED = "Stopped execution"


class Wrong(Exception):
    """What was traced is not what it should be."""


def symbols(path):
    """Sorted (address, name) of the functions of a file."""
    out = subprocess.run(["aarch64-linux-gnu-nm", "-n", path], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^([0-9a-f]+) [tT] (\S+)$", out, re.M)
    # Marks of sections and of the assembler are no functions.
    return [(int(address, 16), name) for address, name in found if name[0] not in "$."]


def core_range(image, objects):
    """First address of the core in an image, and the one behind it; its objects are linked one behind the other."""
    core = {name for path in objects for _, name in symbols(path)}
    functions = symbols(image)
    middle = next((n for n, (_, name) in enumerate(functions) if name == "vgicv5_vcpu_enter"), None)
    if middle is None:
        raise Wrong(f"{image} has no vgicv5_vcpu_enter(): was it renamed?")
    first = last = middle
    while functions[first - 1][1] in core:
        first -= 1
    while functions[last][1] in core:
        last += 1
    return functions[first][0], functions[last][0]


def addresses(image, names):
    """Where functions begin."""
    found = {name: address for address, name in symbols(image) if name in names}
    missing = set(names) - found.keys()
    if missing:
        raise Wrong(f"{image} has no {', '.join(sorted(missing))}: renamed, or inlined?")
    return found


class Exit:
    """One of a guest, until the next one on the same CPU of the host."""

    def __init__(self, exits=0):
        self.exits, self.instructions, self.seen = exits, 0, []


class Trace:
    """Sorts what QEMU logs by exits.

    `events`: address of an event -> its name. "exit" begins one, "mark" is the guest's; any other is noted in the
    exit, and emulated(names in the order in which they were seen) says what it was.
    """

    def __init__(self, core, events, emulated):
        self.core, self.events, self.emulated = core, events, emulated
        self.cpus, self.phases = {}, []
        self.sums = self._nothing()

    @staticmethod
    def _nothing():
        return {"exits": 0, "emulated": 0, "insn": 0, "insn_emulated": 0}

    def filter(self):
        """For QEMU's -dfilter."""
        ranges = [self.core] + [(address, address + 4) for address in self.events]
        return ",".join(f"{start:#x}..{end - 1:#x}" for start, end in ranges)

    def _add(self, ended):
        emulated = self.emulated(ended.seen)
        self.sums["emulated" if emulated else "exits"] += ended.exits
        self.sums["insn_emulated" if emulated else "insn"] += ended.instructions

    def _event(self, cpu, name):
        if name == "exit":
            self._add(self.cpus.get(cpu, Exit()))
            self.cpus[cpu] = Exit(1)
        elif name != "mark":
            self.cpus.setdefault(cpu, Exit()).seen.append(name)
        else:
            for current in self.cpus.values():
                self._add(current)
                current.exits = current.instructions = 0
            self.phases.append(self.sums)
            self.sums = self._nothing()

    def _execute(self, cpu, address):
        if self.core[0] <= address < self.core[1]:
            self.cpus.setdefault(cpu, Exit()).instructions += 1
        if address in self.events:
            self._event(cpu, self.events[address])

    def read(self, lines):
        """All of a log. Returns the sums between each two marks of a pair."""
        last = None
        for line in lines:
            match = TRACE.match(line)
            if match:
                if last:
                    self._execute(*last)
                last = match[1], int(match[2], 16)
            elif line.startswith(STOPPED):
                last = None
        if last:
            self._execute(*last)
        return self.phases[1::2]


def said(lines):
    """What bench/guest/events.c says: where it marks, and (name, number of events) of its phases."""
    mark, phases = None, []
    for line in lines:
        match = re.search(r"bench: (\w+) ?(\w*)", line)
        if not match:
            continue
        if match[1] == "mark":
            mark = int(match[2], 16)
        elif match[1] == "end":
            return mark, phases
        else:
            phases.append((match[1], int(match[2])))
    raise Wrong("the guest did not come to its end")


def per_event(folder, trace, mark, run):
    """Yields (name, value) of the guest's phases. run(QEMU's options) yields its lines, and ends the machine."""
    path = os.path.join(folder, "trace")
    lines = run(OPTIONS + ["-D", path, "-dfilter", trace.filter()])
    at, phases = said(lines)
    lines.close()
    if at != mark:
        raise Wrong(f"the guest marks at {at:#x}, not at {mark:#x}")
    with open(path, encoding="utf-8", errors="replace") as f:
        sums = trace.read(f)
    os.unlink(path)
    if len(sums) != len(phases):
        raise Wrong(f"{len(phases)} phases, but {len(sums)} pairs of marks in QEMU's log")
    for (name, events), counted in zip(phases, sums):
        for what, value in counted.items():
            yield f"{name}.{what}", round(value / events, 2)
