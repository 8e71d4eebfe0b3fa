# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The hypervisors that a guest is moved between: one way to start it, to let it go on, and to save it.

Each is a class with
  go(source, target, watcher, lines, seconds, word)
which starts the guest (source None) or goes on with one from a file, gives all that it says to `watcher`, types `word`
if there is one, and when the watcher has heard it and counted so many lines more, saves the guest some seconds later,
after which it is gone. Without `target` it goes on until the watcher is done.
A watcher has line(text), count, heard, done(), and what is wrong goes to its `machine`.
"""
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
for folder in ("el2", "kvm", "xen"):
    sys.path.insert(0, os.path.join(TOP, "tests", folder))
import hostkernel  # noqa: E402
import run  # noqa: E402
from savedmachine import SavingMachine  # noqa: E402
from savingxen import PLAIN, SavingXen, saved_domain  # noqa: E402
from xenmachine import LINUX, Domain, bare_image, build_xen, linux_files  # noqa: E402

MODEL = "cortex-a57"
SEMIHOSTING = ("-semihosting-config", "enable=on,target=native,userspace=on")
SAVED = 4  # status of the VMM
BEGIN = r"\b\w+: begin$"  # first line of a bare-metal guest


class Nobody:
    """In the place of a machine that nobody types to."""

    typed_lines = ()

    @staticmethod
    def fail(text):
        """Ends the test."""
        sys.exit(f"WRONG: {text}")


class Guest:
    """Rewritten before it starts, as hosts without a GICv5 need it; its memory is in MiB."""

    def __init__(self, folder, elf=None, memory=128, its=False, parallel=False):
        """`elf`: a bare-metal guest. Without one Linux at work (tests/linux-guest/rounds). `its`: KVM gives it one. Not
        `parallel`: its CPUs take turns, which is quicker where they wait for each other by looking."""
        self.linux, self.memory, self.initrd, self.its = not elf, memory, None, its
        self.parallel = parallel or self.linux
        if elf:
            self.image = bare_image(folder, elf)
        else:
            _, self.image, self.initrd = linux_files(folder)


class Host:
    """What all have: a folder for logs, the guest, and a number for each machine."""

    count = 0

    def __init__(self, folder, guest):
        self.folder, self.guest = folder, guest

    def path(self, name):
        """Of the log or folder of a new machine."""
        Host.count += 1
        return os.path.join(self.folder, f"{Host.count}-{name}")


class Live(Host):
    """A hypervisor whose guest is watched while it runs."""

    def go(self, source, target, watcher, lines=0, seconds=0, word=None):
        """See above."""
        machine = self.start(source, target)
        watcher.machine, machine.guest_line = machine, watcher.line
        # Whoever has just started does not listen before there is a line of its work.
        while word and not source and not watcher.count:
            watcher.line(self.next_line(machine))
        goal = watcher.count + lines
        if word:
            self.type(machine, word)
        while not watcher.done() and (not target or watcher.count < goal or (word and word not in watcher.heard)):
            watcher.line(self.next_line(machine))
        if target:
            time.sleep(seconds)
            self.save(machine, target)
        else:
            self.stop(machine)
        watcher.machine = Nobody


class Shell(Live):
    """The EL2 shell."""

    name = "the shell"

    def __init__(self, folder, guest, image):
        super().__init__(folder, guest)
        self.image = image

    def start(self, source, target):
        """A machine whose guest is about to say something."""
        if source:
            options = ["--restore", source]
        elif self.guest.linux:
            options = ["--board", "plain", "--kernel", self.guest.image, "--programme", "rounds"]
        else:
            options = ["--board", "plain", "--payload", self.guest.image]
        if not source:
            options += ["--cpus", "2", "--mem", str(self.guest.memory)]
        options += ["--save", target] if target else []
        machine = SavingMachine(self.path("shell"), "--shell", self.image, "--cpu", MODEL, *options,
                                parallel=self.guest.parallel)
        if source:
            machine.until("vm0: restored from")
        elif not self.guest.linux:
            machine.until(BEGIN)
        return machine

    @staticmethod
    def next_line(machine):
        """Of anybody."""
        return machine.until("").string

    @staticmethod
    def type(machine, word):
        """With a carriage return."""
        machine.type(word.encode() + b"\r")

    @staticmethod
    def save(machine, target):
        """Paused, so that what it says up to here, and nothing more, is not said again after the restore."""
        machine.pause(0)
        machine.must_save(0, target)
        machine.guest_line = lambda text: None
        machine.off()

    @staticmethod
    def stop(machine):
        """The machine's power."""
        machine.off()


class Xen(Live):
    """Xen with the guest as its first domain, and perhaps another one beside it."""

    name = "Xen"

    def __init__(self, folder, guest, builds, version="4.20", configuration="saving"):
        super().__init__(folder, guest)
        self.image = build_xen(builds, version, configuration)
        self.neighbour = None  # of the next machine: a domain of xenmachine.Linux

    def start(self, source, _target):
        """A machine whose guest is about to say something."""
        guest = self.guest
        if source:
            domain = saved_domain(source)
        else:
            domain = Domain(guest.image, guest.initrd, LINUX + " demo=rounds" if guest.linux else "", cpus=2,
                            memory=guest.memory, properties=PLAIN)
        domains = [domain] + ([self.neighbour.domain(linux_files(self.folder))] if self.neighbour else [])
        machine = SavingXen(self.path("xen"), self.image, domains, cpu=MODEL, parallel=guest.parallel)
        if self.neighbour:
            machine.other_line = lambda number, text: self.neighbour.line(machine, number, text)
        if not source and not guest.linux:
            machine.until(BEGIN, 1)
        return machine

    @staticmethod
    def next_line(machine):
        """Of the guest."""
        return machine.until("", 1).string

    @staticmethod
    def type(machine, word):
        """With a carriage return."""
        machine.type_to("DOM1", word.encode() + b"\r")

    def save(self, machine, target):
        """And the end of the machine; a neighbour must have come to its own end."""
        os.replace(machine.save(), target)
        machine.guest_line = lambda text: None
        self.stop(machine)

    def stop(self, machine):
        """The machine's power."""
        other, self.neighbour = self.neighbour, None
        while other and not other.off:
            other.line(machine, 2, machine.until("", 2).string)
        if other and other.wrong():
            machine.fail(f"the domain beside it: {other.wrong()}")
        machine.stop()


class Kvm(Host):
    """KVM with tests/kvm/vmm: the guest's lines are read when the machine has come to its end."""

    name = "KVM"

    def __init__(self, folder, guest, builds):
        super().__init__(folder, guest)
        run.skip_without_network(builds)
        self.builds = builds

    def programs(self, commands, files=None):
        """Boots, and runs [(name, command)] with more files: {name: (status, [line])}."""
        path = self.path("kvm")
        hostkernel.make_ramdisk(path + ".cpio", {**run.programs_of(self.builds, ["hostfile"]), **(files or {})}, commands)
        result = hostkernel.boot(path + ".log", run.kernel_of(self.builds), path + ".cpio", MODEL, more=SEMIHOSTING)
        os.remove(path + ".cpio")
        trouble = result.trouble()
        if trouble or not result.done:
            Nobody.fail(f"KVM: {trouble or 'the machine did not come to its end'}; see {path}.log")
        return result.programs

    def moved(self, source, target=None, lines=0, seconds=0, word=None):
        """What tests/kvm/moved is told; its status and lines."""
        image = "guest/its" if self.guest.its else "guest/image"
        words, files = ["sh", "/moved", source or "/" + image], {}
        if target:
            words += [target, str(lines), str(int(1000 * seconds))] + ([word] if word else [])
        if not source:
            files = {image: self.guest.image}
        return self.programs([("moved", " ".join(words))], files).get("moved", (None, []))

    def go(self, source, target, watcher, lines=0, seconds=0, word=None):
        """See above, but for lines: all that the guest says, of which half count. A guest that is not saved ends by
        itself. Bare-metal guests can be started."""
        watcher.machine, before = Nobody, watcher.count
        status, said = self.moved(source, target, lines, seconds, word)
        begun = bool(source)
        for text in said:
            if begun and not text.startswith("vmm: "):
                watcher.line(text)
            begun = begun or re.search(BEGIN, text)
        if status != (SAVED if target else 0):
            Nobody.fail(f"the VMM returned {status}: {said[-5:]}")
        if target and (watcher.count < before + lines // 2 or (word and word not in watcher.heard)):
            Nobody.fail(f"under KVM the guest said {watcher.count - before} lines of {lines}, heard {watcher.heard}")
        if not target and not watcher.done():
            Nobody.fail(f"under KVM the guest ended after {watcher.count} lines")


def check_state(name):
    """tools/state, which is a reader of its own, understands the interrupt controller's state."""
    tool = os.path.join(TOP, "tools", "state")
    if subprocess.run([tool, "--check", name], check=False, stdout=subprocess.DEVNULL).returncode:
        Nobody.fail(f"tools/state does not understand the interrupt controller's state in {name}")


def hosts(folder, guest, shell, kvm_builds, xen_builds):
    """All three, by a letter: S, K, X."""
    return {"S": Shell(folder, guest, shell), "K": Kvm(folder, guest, kvm_builds), "X": Xen(folder, guest, xen_builds)}
