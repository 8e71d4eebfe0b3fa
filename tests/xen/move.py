#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A running guest is moved between Xens, and between Xen and the EL2 shell, and notices nothing.

Usage: move.py WHAT FOLDER XEN-VERSION CONFIGURATION PAYLOAD-ELF SHELL-IMAGE [SEED]

WHAT is
  xen      the payload, Xen -> Xen several times: the same lines as when it is left alone
  payload  the payload, shell -> Xen -> shell -> Xen: the lines of the one or the other
  linux    Linux at work (tests/linux-guest/rounds), shell -> Xen -> shell, then started in Xen -> shell
The guest is rewritten before it starts, as Xen on a host without GICv5 needs it.
"""
import os
import random
import struct
import sys
import time

from savingxen import PLAIN, SavingXen, saved_domain
from xenmachine import LINUX, Domain, Linux, bare_image, build_xen, linux_files

from savedmachine import Log, Saved, SavingMachine  # noqa: E402
from savedrounds import MachineRounds, Rounds  # noqa: E402

BEGIN, END = "payload: begin", "payload: end"
MODEL = "cortex-a57"
ROUNDS = 3  # in which a line that has arrived must be heard
TIMES = 6  # moves from Xen to Xen
VIRTUAL_COUNT, FREQUENCY = 112, 24  # offsets in the section "machine"
QUEUED = 36  # offset in the section "uart": number of characters, then these


class Test:
    """Where things are, and how machines are started."""

    def __init__(self, folder, xen, shell, generator):
        self.folder, self.xen_image, self.shell_image, self.generator = folder, xen, shell, generator
        self.count = 0

    def file(self, name):
        return os.path.join(self.folder, name)

    def xen(self, *domains, **options):
        self.count += 1
        return SavingXen(self.file(f"{self.count}-xen"), self.xen_image, list(domains), cpu=MODEL, **options)

    def shell(self, *options):
        self.count += 1
        return SavingMachine(self.file(f"{self.count}-shell"), "--shell", self.shell_image, "--cpu", MODEL, *options)

    def moment(self, longest):
        """Some time, so that it is saved wherever it happens to be."""
        time.sleep(self.generator.random() * longest)


class Either(Log):
    """What the guest says must be the next line of one of two logs. They are as long as each other."""

    def __init__(self, machine, first, second):
        super().__init__(machine, list(zip(first, second)))

    def line(self, text):
        if self.ended() or not text.endswith(self.wanted[self.at]):
            super_line = self.wanted[self.at] if not self.ended() else "nothing"
            if text and not self.is_monitors(text):
                self.machine.fail(f"the guest says {text!r} instead of {super_line}")
        else:
            self.at += 1


class Nobody:
    """In the place of a machine that nobody types to."""

    typed_lines = ()

    @staticmethod
    def fail(text):
        sys.exit(f"WRONG: {text}")


# ---- The payload ----

def xen_alone(test, image):
    machine = test.xen(Domain(image, cpus=2, memory=128, properties=PLAIN), parallel=False)
    lines = []
    machine.until(BEGIN, 1)
    machine.guest_line = lines.append
    lines.append(machine.until(END, 1).string)
    machine.stop()
    return lines


def shell_alone(test, image):
    machine = test.shell("--board", "plain", "--payload", image, "--cpus", "2", "--mem", "128")
    lines = []
    machine.until(BEGIN)
    machine.guest_line = lines.append
    lines.append(machine.until(END).string)
    machine.off()
    return lines


def save_in_xen(test, machine, log, lines):
    """The file, after so many lines at most; the machine is gone."""
    log.machine, machine.guest_line = machine, log.line
    for _ in range(test.generator.randrange(lines)):
        log.line(machine.until("", 1).string)
    test.moment(0.1)
    name = machine.save()
    machine.stop()
    log.machine = Nobody
    print(f"Xen: saved after line {log.at}", flush=True)
    return name


def save_in_shell(test, machine, log, name, longest):
    log.machine, machine.guest_line = machine, log.line
    test.moment(longest)
    machine.pause(0)
    machine.must_save(0, name)
    machine.guest_line = lambda line: None
    machine.off()
    log.machine = Nobody
    print(f"shell: saved after line {log.at}", flush=True)
    return name


def end_in_xen(test, name, log):
    machine = test.xen(saved_domain(name), parallel=False)
    log.machine, machine.guest_line = machine, log.line
    while not log.ended():
        log.line(machine.until("", 1).string)
    machine.stop()


def xen_to_xen(test, image):
    wanted = xen_alone(test, image)
    log = Log(Nobody, wanted)
    machine = test.xen(Domain(image, cpus=2, memory=128, properties=PLAIN), parallel=False)
    machine.until(BEGIN, 1)
    for _ in range(TIMES):
        name = save_in_xen(test, machine, log, len(wanted) // TIMES)
        machine = test.xen(saved_domain(name), parallel=False)
    machine.stop()
    end_in_xen(test, name, log)
    print(f"{len(wanted)} lines are the same with {TIMES} moves in between")


def payload(test, image):
    log = Either(Nobody, shell_alone(test, image), xen_alone(test, image))
    machine = test.shell("--board", "plain", "--payload", image, "--cpus", "2", "--mem", "128", "--save",
                         test.file("1.vm"))
    machine.until(BEGIN)
    name = save_in_shell(test, machine, log, test.file("1.vm"), 0.3)
    name = save_in_xen(test, test.xen(saved_domain(name), parallel=False), log, len(log.wanted) // 3)
    machine = test.shell("--restore", name, "--save", test.file("2.vm"))
    machine.until("vm0: restored from")
    name = save_in_shell(test, machine, log, test.file("2.vm"), 0.3)
    end_in_xen(test, name, log)
    print(f"{len(log.wanted)} lines are right with three moves in between")


# ---- Linux ----

class XenRounds(Rounds):
    """Of the first domain."""

    def __init__(self, machine, last=0, uptime=0):
        super().__init__(machine.fail, last, uptime)
        self.machine = machine
        machine.guest_line = self.line

    def more(self, count):
        end = self.last + count
        while self.last < end:
            self.line(self.machine.until("", 1).string)

    def listens(self, word):
        """A line that is typed comes back."""
        self.machine.type_to("DOM1", word.encode() + b"\r")
        while word not in self.heard:
            self.more(1)


def beside(machine, neighbour):
    """A domain that the others must not disturb."""
    machine.other_line = lambda number, text: neighbour.line(machine, number, text)


def must_be_well(machine, neighbour):
    while not neighbour.off:
        neighbour.line(machine, 2, machine.until("", 2).string)
    wrong = neighbour.wrong()
    if wrong:
        machine.fail(f"the domain beside it: {wrong}")


def works_in_xen(test, machine, rounds):
    """It works for a while, hears what is typed, and is saved at some moment: the file."""
    rounds.more(3)
    rounds.listens("in Xen")
    test.moment(0.5)
    return machine.save()


def back_in_shell(test, name, rounds):
    machine = test.shell("--restore", name)
    machine.until("vm0: restored from")
    again = MachineRounds(machine, rounds.last, rounds.uptime)
    again.more(3)
    again.listens("back")
    machine.off()
    return again.last - rounds.last


def let_wait(name, word):
    """In the file a line has arrived that the guest was not told of: the reader has to drive the UART's line."""
    with open(name, "rb") as f:
        saved = Saved(f.read())
    saved.patch("uart", QUEUED, struct.pack("<I", len(word) + 1) + word.encode() + b"\r")
    with open(name, "wb") as f:
        f.write(saved.build())


def clock_of(name):
    """The virtual count in a file, and its frequency."""
    with open(name, "rb") as f:
        machine = Saved(f.read()).section("machine")[2]
    return struct.unpack_from("<Q", machine, VIRTUAL_COUNT)[0], struct.unpack_from("<Q", machine, FREQUENCY)[0]


def clock_goes_on(test, name):
    """Restored and saved at once: the virtual count has not gone back, and on by no more than the time that passed."""
    start = time.monotonic()
    machine = test.xen(saved_domain(name))
    (before, frequency), (after, _) = clock_of(name), clock_of(machine.save())
    passed = time.monotonic() - start
    machine.stop()
    if not 0 <= after - before <= passed * frequency:
        Nobody.fail(f"virtual count {before}, then {after}, after {passed} s at most")


def through_xen(test, files):
    """From the shell to Xen, where it has a neighbour, and back."""
    machine = test.shell("--board", "plain", "--kernel", files[1], "--cpus", "2", "--mem", "192", "--programme", "rounds",
                         "--save", test.file("linux.vm"))
    rounds = MachineRounds(machine)
    rounds.more(2)
    test.moment(0.5)
    machine.pause(0)
    machine.must_save(0, test.file("linux.vm"))
    machine.guest_line = lambda line: None
    machine.off()
    clock_goes_on(test, test.file("linux.vm"))
    let_wait(test.file("linux.vm"), "it waited")
    neighbour = Linux("v3", 1)
    machine = test.xen(saved_domain(test.file("linux.vm")), neighbour.domain(files))
    beside(machine, neighbour)
    in_xen = XenRounds(machine, rounds.last, rounds.uptime)
    in_xen.more(ROUNDS)
    if "it waited" not in in_xen.heard:
        machine.fail("the line that had arrived was not heard")
    name = works_in_xen(test, machine, in_xen)
    left = Rounds(Nobody.fail, in_xen.last, in_xen.uptime)
    must_be_well(machine, neighbour)
    machine.stop()
    print(f"rounds: {rounds.last} in the shell, {left.last - rounds.last} in Xen, {back_in_shell(test, name, left)} in the "
          "shell", flush=True)


def from_xen(test, files):
    """Started in Xen, then moved to another Xen and to the shell."""
    machine = test.xen(Domain(files[1], files[2], LINUX + " demo=rounds", cpus=2, memory=192, properties=PLAIN))
    rounds = XenRounds(machine)
    rounds.more(1)
    first = works_in_xen(test, machine, rounds)
    machine.stop()
    machine = test.xen(saved_domain(first))
    rounds = XenRounds(machine, rounds.last, rounds.uptime)
    name = works_in_xen(test, machine, rounds)
    machine.stop()
    print(f"rounds: {rounds.last} in two Xens, {back_in_shell(test, name, rounds)} in the shell", flush=True)


def linux(test):
    files = linux_files(test.folder)
    through_xen(test, files)
    from_xen(test, files)


def main():
    """Entry point."""
    if len(sys.argv) < 7 or sys.argv[1] not in ("xen", "payload", "linux"):
        print(__doc__)
        return 2
    what, folder, version, configuration, elf, shell = sys.argv[1:7]
    seed = int(sys.argv[7]) if len(sys.argv) > 7 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    xen = build_xen(folder, version, configuration)
    test = Test(os.path.abspath(os.path.join(folder, f"move-{what}")), xen, shell, random.Random(seed))
    if what == "linux":
        linux(test)
    else:
        (xen_to_xen if what == "xen" else payload)(test, bare_image(test.folder, elf))
    return 0


if __name__ == "__main__":
    sys.exit(main())
