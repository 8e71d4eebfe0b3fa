#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A running guest is moved between the EL2 shell and KVM, both ways, and notices nothing.

Usage: move.py FOLDER WHAT CPU SHELL-IMAGE PAYLOAD-ELF [SEED]

FOLDER is that of ./build, CPU that of all machines. WHAT is
  payload    shell -> KVM -> shell -> KVM -> shell, and KVM -> shell: the same lines as when it is left alone; and
             files that KVM must refuse
  linux      shell -> KVM -> shell: Linux at work (tests/linux-guest/rounds)
The guest is rewritten before it starts (tools/gicv5-rewrite), as KVM on a host without GICv5 needs it.
"""
import os
import random
import subprocess
import sys
import time

import hostkernel
import payload
import run

sys.path.insert(0, os.path.join(hostkernel.TOP, "tests", "el2"))
from savedmachine import Log, Saved, SavingMachine  # noqa: E402
from savedrounds import MachineRounds, Rounds  # noqa: E402

SEMIHOSTING = ("-semihosting-config", "enable=on,target=native,userspace=on")
BEGIN, END = "payload: begin", "payload: end"
SAVED, REFUSED = 4, 5


class Test:
    """Where things are, and what all machines have."""

    def __init__(self, folder, cpu, shell, what):
        self.folder, self.cpu, self.shell = folder, cpu, shell
        self.base = os.path.abspath(os.path.join(folder, f"move-{what}-{cpu}"))
        self.count = 0

    def file(self, name):
        return f"{self.base}.{name}"

    def start(self, *options):
        """A machine with the shell."""
        self.count += 1
        return SavingMachine(self.file(f"shell{self.count}"), "--shell", self.shell, "--cpu", self.cpu, *options)

    def host(self, tests, files):
        """A machine with KVM, with more files: {name: (status, [line])} of `tests`, [(name, command)]."""
        self.count += 1
        log, ramdisk = self.file(f"kvm{self.count}.log"), self.file(f"kvm{self.count}.cpio")
        hostkernel.make_ramdisk(ramdisk, {**run.programs_of(self.folder, ["hostfile"]), **files}, tests)
        result = hostkernel.boot(log, run.kernel_of(self.folder), ramdisk, self.cpu, more=SEMIHOSTING)
        os.remove(ramdisk)
        trouble = result.trouble()
        if trouble or not result.done:
            self.fail(f"KVM: {trouble or 'the machine did not come to its end'}; see {log}")
        return result.programs

    def kvm(self, line, *words, files=None):
        """A guest under KVM: what ./moved is told. Its lines go to `line`; its status, and all lines."""
        programs = self.host([("moved", "sh /moved " + " ".join(words))], files or {})
        status, lines = programs.get("moved", (None, []))
        for text in lines:
            if not text.startswith("vmm: "):
                line(text)
        print(f"KVM: {len(lines)} lines, status {status}", flush=True)
        return status, lines

    def kvm_saves(self, line, *words, files=None):
        """The same with a file that it is saved to."""
        status, lines = self.kvm(line, *words, files=files)
        if status != SAVED:
            self.fail(f"the VMM returned {status}, not {SAVED}: {lines[-5:]}")

        tool = os.path.join(hostkernel.TOP, "tools", "state")
        if subprocess.run([tool, "--check", words[1]], check=False, stdout=subprocess.DEVNULL).returncode:
            self.fail(f"tools/state does not understand the interrupt controller's state in {words[1]}")

    @staticmethod
    def fail(text):
        sys.exit(f"WRONG: {text}")


class Silence:
    """In the place of a machine that nobody types to."""

    typed_lines = ()
    fail = staticmethod(Test.fail)


def save(machine, name):
    """Paused, so that what it says up to here, and nothing more, is not said again after the restore."""
    machine.pause(0)
    machine.must_save(0, name)
    machine.guest_line = lambda text: None
    machine.off()


# ---- The payload ----

def alone(test, image):
    machine = test.start("--board", "plain", "--payload", image, "--cpus", "2", "--mem", "128")
    machine.until(BEGIN)
    lines = []
    for line in machine.lines():
        lines.append(line)
        if line.startswith(END):
            break
    for _ in machine.lines():
        pass
    machine.close()
    return lines


def move_payload(test, generator, elf):
    image = test.file("img")
    payload.make_image(elf, image)
    wanted = alone(test, image)
    around(test, generator, image, wanted)
    born_under_kvm(test, generator, image, wanted)


def around(test, generator, image, wanted):
    names = [test.file(f"{n}.vm") for n in range(4)]
    machine = test.start("--board", "plain", "--payload", image, "--cpus", "2", "--mem", "128", "--save", names[0])
    machine.until(BEGIN)
    log = Log(machine, wanted)
    save_in_shell(machine, log, names[0], generator)
    refused(test, names[0])
    under_kvm(test, log, generator, names[0], names[1])
    machine = test.start("--restore", names[1], "--save", names[2])
    machine.until("vm0: restored from")
    log.machine, machine.guest_line = machine, log.line
    save_in_shell(machine, log, names[2], generator)
    under_kvm(test, log, generator, names[2], names[3])
    to_the_end(test, log, names[3])
    for name in names:
        os.remove(name)
    print(f"{len(wanted)} lines are the same with four moves in between", flush=True)


def born_under_kvm(test, generator, image, wanted):
    name = test.file("born.vm")
    log = Log(Silence, [BEGIN] + wanted)
    under_kvm(test, log, generator, "/guest/payload", name, {"guest/payload": image})
    to_the_end(test, log, name)
    os.remove(name)
    print("and when it starts under KVM and is moved once", flush=True)


def to_the_end(test, log, name):
    """In the shell."""
    machine = test.start("--restore", name)
    machine.until("vm0: restored from")
    log.machine, machine.guest_line = machine, log.line
    while not log.ended():
        log.line(machine.until(".*").string)
    machine.off()


def under_kvm(test, log, generator, source, target, files=None):
    """Each character is two exits to the VMM: it does not stay for long."""
    log.machine, before = Silence, log.at
    test.kvm_saves(log.line, source, target, str(generator.randrange(40, 120)), str(generator.randrange(200)), files=files)
    if log.at < before + 39:
        test.fail(f"under KVM the guest said {log.at - before} lines only")


def save_in_shell(machine, log, name, generator):
    stop = log.at + generator.randrange((len(log.wanted) - log.at) // 2)
    while log.at < stop:
        log.line(machine.until(".*").string)
    time.sleep(generator.random() * 0.1)
    if log.ended():
        machine.fail("the payload was at its end before it was saved")
    save(machine, name)
    print(f"shell: saved after line {log.at}", flush=True)


# ---- Damage ----

def flipped(saved, kind, offset, index=0):
    """One bit of a section is another one; the checksums of the file are right."""
    old = saved.section(kind, index)[2][offset]
    saved.patch(kind, offset, bytes([old ^ 1]), index)
    return saved.build()


def damaged(data):
    """Reason, file: what must be refused. Offsets are those of doxygen/vmfile.md and state.md."""
    yield "its saving was not finished", b"\0" + data[1:]
    yield "shorter or longer", data[:-8]
    yield "checksum is wrong", data[:-1] + bytes([data[-1] ^ 1])
    yield "interrupt controller's state is damaged", flipped(Saved(data), "gic", 60)
    yield "interrupt controller cannot do", flipped(Saved(data), "gic", 8)
    yield "no guest can be in", flipped(Saved(data), "vcpu", 264 + 4)
    yield "its CPU has features", flipped(Saved(data), "machine", 32 + 3)
    yield "another frequency", flipped(Saved(data), "machine", 24)
    yield "UART", flipped(Saved(data), "uart", 36 + 2)
    yield "where there is none", flipped(Saved(data), "ram", 16)
    without = Saved(data)
    without.sections.remove(without.section("vcpu", 1))
    yield "a vCPU is missing", without.build()


def refused(test, name):
    """The VMM says why, and no VM runs."""
    with open(name, "rb") as f:
        cases = list(damaged(f.read()))
    files, tests = {}, []
    for number, (_, data) in enumerate(cases):
        files[f"bad/{number}.vm"] = test.file(f"bad{number}.vm")
        with open(files[f"bad/{number}.vm"], "wb") as f:
            f.write(data)
        tests.append((f"bad{number}", f"vmm -r /bad/{number}.vm"))
    programs = test.host(tests, files)
    for path in files.values():
        os.remove(path)
    for number, (reason, _) in enumerate(cases):
        status, lines = programs.get(f"bad{number}", (None, []))
        if status != REFUSED or len(lines) != 1 or reason not in lines[0]:
            test.fail(f"not refused for {reason!r}: the VMM returned {status}: {lines[-3:]}")
    print(f"{len(cases)} damaged files refused", flush=True)


# ---- Linux ----

def move_linux(test, generator):
    names = [test.file(f"{n}.vm") for n in range(2)]
    kernel = test.file("Image")
    subprocess.run([os.path.join(hostkernel.TOP, "tools/gicv5-rewrite"), "-q", hostkernel.fetch("kernel"), kernel], check=True)
    machine = test.start("--board", "plain", "--kernel", kernel, "--cpus", "2", "--mem", "192", "--programme", "rounds",
                         "--save", names[0])
    rounds = MachineRounds(machine)
    rounds.more(2)
    time.sleep(generator.random() * 0.5)
    save(machine, names[0])
    last, uptime = rounds.last, rounds.uptime
    under_kvm = Rounds(test.fail, last, uptime)
    test.kvm_saves(under_kvm.line, names[0], names[1], "8", str(generator.randrange(300)), "hello")
    if under_kvm.last < last + 4 or "hello" not in under_kvm.heard:
        test.fail(f"under KVM: rounds {last} to {under_kvm.last}, heard {under_kvm.heard}")
    machine = test.start("--restore", names[1])
    machine.until("vm0: restored from")
    rounds = MachineRounds(machine, under_kvm.last, under_kvm.uptime)
    rounds.more(3)
    rounds.listens("back")
    machine.off()
    print(f"rounds: {last} in the shell, {under_kvm.last - last} under KVM, {rounds.last - under_kvm.last} in the shell")


def main():
    if len(sys.argv) < 6 or sys.argv[2] not in ("payload", "linux"):
        print(__doc__)
        return 2
    folder, what, cpu, shell, elf = sys.argv[1:6]
    run.skip_without_network(folder)
    seed = int(sys.argv[6]) if len(sys.argv) > 6 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    test = Test(folder, cpu, shell, what)
    if what == "payload":
        move_payload(test, random.Random(seed), elf)
    else:
        move_linux(test, random.Random(seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
