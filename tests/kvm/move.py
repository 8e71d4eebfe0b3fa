#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A running guest is moved between the EL2 shell and KVM, both ways, and notices nothing.

Usage: move.py FOLDER WHAT CPU SHELL-IMAGE PAYLOAD-ELF [SEED]

FOLDER is that of ./build, CPU that of all machines. WHAT is
  payload    shell -> KVM -> shell -> KVM -> shell: the same lines as when it is left alone
  linux      shell -> KVM -> shell: Linux at work (tests/linux-guest/rounds); and files that KVM must refuse
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

    def kvm(self, line, *words):
        """A machine with KVM that goes on with a guest: what ./moved is told. Its lines go to `line`; its status."""
        self.count += 1
        log, ramdisk = self.file(f"kvm{self.count}.log"), self.file(f"kvm{self.count}.cpio")
        hostkernel.make_ramdisk(ramdisk, run.programs_of(self.folder, ["hostfile"]),
                                [("moved", "sh /moved " + " ".join(words))])
        result = hostkernel.boot(log, run.kernel_of(self.folder), ramdisk, self.cpu, more=SEMIHOSTING)
        os.remove(ramdisk)
        status, lines = result.programs.get("moved", (None, []))
        trouble = result.trouble()
        if trouble or not result.done:
            self.fail(f"KVM: {trouble or 'the machine did not come to its end'}; see {log}")
        for text in lines:
            if not text.startswith("vmm: "):
                line(text)
        print(f"KVM: {len(lines)} lines, status {status}", flush=True)
        return status, lines

    def kvm_saves(self, line, *words):
        status, lines = self.kvm(line, *words)
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
    names = [test.file(f"{n}.vm") for n in range(4)]
    machine = test.start("--board", "plain", "--payload", image, "--cpus", "2", "--mem", "128", "--save", names[0])
    machine.until(BEGIN)
    log = Log(machine, wanted)
    save_in_shell(machine, log, names[0], generator)
    under_kvm(test, log, generator, names[0], names[1])
    machine = test.start("--restore", names[1], "--save", names[2])
    machine.until("vm0: restored from")
    log.machine, machine.guest_line = machine, log.line
    save_in_shell(machine, log, names[2], generator)
    under_kvm(test, log, generator, names[2], names[3])
    machine = test.start("--restore", names[3])
    machine.until("vm0: restored from")
    log.machine, machine.guest_line = machine, log.line
    while not log.ended():
        log.line(machine.until(".*").string)
    machine.off()
    for name in names:
        os.remove(name)
    print(f"{len(wanted)} lines are the same with four moves in between")


def under_kvm(test, log, generator, source, target):
    """Each character is two exits to the VMM: it does not stay for long."""
    log.machine, before = Silence, log.at
    test.kvm_saves(log.line, source, target, str(generator.randrange(40, 120)), str(generator.randrange(200)))
    if log.at < before + 39:
        test.fail(f"under KVM the guest said {log.at - before} lines only")


def save_in_shell(machine, log, name, generator):
    stop = log.at + generator.randrange((len(log.wanted) - log.at) // 2)
    while log.at < stop:
        log.line(machine.until(".*").string)
    time.sleep(generator.random() * 0.1)
    if log.ended():
        machine.fail("the payload was at its end before it was saved")
    machine.must_save(0, name)
    machine.guest_line = lambda line: None
    machine.off()
    print(f"shell: saved after line {log.at}", flush=True)


# ---- Linux ----

def refused(test, name, kind, offset, reason):
    """A bit of a section is another one; the checksums of the file are right."""
    with open(name, "rb") as f:
        saved = Saved(f.read())
    old = saved.section(kind)[2][offset]
    saved.patch(kind, offset, bytes([old ^ 1]))
    bad = test.file("bad.vm")
    with open(bad, "wb") as f:
        f.write(saved.build())
    status, lines = test.kvm(lambda line: None, bad)
    os.remove(bad)
    if status != REFUSED or not any(reason in line for line in lines):
        test.fail(f"{kind} damaged at {offset}: the VMM returned {status}: {lines[-3:]}")
    print(f"refused: {reason}", flush=True)


def move_linux(test, generator):
    names = [test.file(f"{n}.vm") for n in range(2)]
    kernel = test.file("Image")
    subprocess.run([os.path.join(hostkernel.TOP, "tools/gicv5-rewrite"), "-q", hostkernel.fetch("kernel"), kernel], check=True)
    machine = test.start("--board", "plain", "--kernel", kernel, "--cpus", "2", "--mem", "192", "--programme", "rounds",
                         "--save", names[0])
    rounds = MachineRounds(machine)
    rounds.more(2)
    time.sleep(generator.random() * 0.5)
    machine.must_save(0, names[0])
    last, uptime = rounds.last, rounds.uptime
    machine.guest_line = lambda line: None
    machine.off()
    under_kvm = Rounds(test.fail, last, uptime)
    test.kvm_saves(under_kvm.line, names[0], names[1], "8", str(generator.randrange(300)), "hello")
    if under_kvm.last < last + 4 or "hello" not in under_kvm.heard:
        test.fail(f"under KVM: rounds {last} to {under_kvm.last}, heard {under_kvm.heard}")
    refused(test, names[0], "gic", 60, "interrupt controller")
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
