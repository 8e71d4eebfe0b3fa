# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Xen on QEMU's board with domains that the device tree describes (dom0less), and what it prints.

The tree is QEMU's own with another node "chosen"; images lie in RAM where QEMU's loader puts them.
"""
import os
import re
import struct
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools", "lib"))
from guestconsole import Console, Hang  # noqa: E402

QEMU = "qemu-system-aarch64"
FIRST_IMAGE = 0x50000000
IMAGE_ALIGN = 2 << 20
XEN_ARGUMENTS = "console=dtuart dtuart=/pl011@9000000 loglvl=all guest_loglvl=all bootscrub=0"
SWITCH = b"\x01\x01\x01"  # Xen's console: input goes to the next domain, after the last one to Xen itself
FOCUS = r"\*\*\* Serial input to (DOM\d+|Xen)"
LINE = r"(?:\(XEN\) )?DOM(\d+): (.*)"
DUMP, DESTROY = b"5", b"6"  # debug keys
V5 = ('xen,vgic = "v5";',)  # properties of a domain on the virtual GICv5
ENHANCED = ('xen,enhanced = "no-xenstore";',)  # and of one that shall find event channels
# Linux's watchdogs go by time: on a busy machine a domain that has its share of too few CPUs sets them off.
LINUX = "console=ttyAMA0 panic=-1 nowatchdog rcupdate.rcu_cpu_stall_suppress=1"
PIECE = 126  # characters that Xen buffers of a domain's line
# An assertion or crash of the hypervisor, on whichever CPU; no domain can bring its GICv5 to its death either.
PANIC = (r"\(XEN\) (Panic on CPU|Assertion '.*' failed|.*Unhandled EL2|.*UBSAN:|Xen BUG at|Xen WARN at|"
         r".*virtual GICv5 is dead)")


class Domain:
    """One domain of the device tree. `properties` are lines of its node, as dtc reads them."""

    def __init__(self, kernel, initrd=None, arguments="", cpus=1, memory=256, properties=()):
        self.kernel, self.initrd, self.arguments = kernel, initrd, arguments
        self.cpus, self.memory, self.properties = cpus, memory, properties


class Images:
    """Files in the board's RAM, each once."""

    def __init__(self):
        self.next, self.at = FIRST_IMAGE, {}

    def place(self, path):
        """Address and size."""
        size = os.path.getsize(path)
        if path not in self.at:
            self.at[path] = self.next
            self.next += -(-size // IMAGE_ALIGN) * IMAGE_ALIGN
        return self.at[path], size

    def options(self):
        """What tells QEMU."""
        words = []
        for path, at in self.at.items():
            words += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
        return words


def module(images, kind, path, arguments=""):
    """The node of an image of a domain."""
    at, size = images.place(path)
    bootargs = f'bootargs = "{arguments}";' if arguments else ""
    return (f'module@{at:x} {{ compatible = "multiboot,{kind}", "multiboot,module"; '
            f"reg = <0x0 {at:#x} 0x0 {size:#x}>; {bootargs} }};")


def domain_node(images, number, domain):
    """The node of a domain without dom0's privileges."""
    lines = [f"domU{number} {{", 'compatible = "xen,domain"; #address-cells = <2>; #size-cells = <2>; vpl011;',
             f"memory = <0x0 {domain.memory * 1024:#x}>; cpus = <{domain.cpus}>;", *domain.properties,
             module(images, "kernel", domain.kernel, domain.arguments)]
    if domain.initrd:
        lines.append(module(images, "ramdisk", domain.initrd))
    return "\n".join(lines + ["};"])


def chosen(images, domains, arguments):
    """The source of the node that replaces QEMU's own."""
    lines = ["/ { /delete-node/ chosen; };", "/ { chosen { #address-cells = <2>; #size-cells = <2>;",
             f'xen,xen-bootargs = "{XEN_ARGUMENTS} {arguments}";']
    lines += [domain_node(images, n + 1, domain) for n, domain in enumerate(domains)]
    return "\n".join(lines + ["}; };"]) + "\n"


def board(cpu, cpus, memory):
    """QEMU's options for the machine itself."""
    return ["-M", "virt,virtualization=on,gic-version=3", "-cpu", cpu, "-smp", str(cpus), "-m", str(memory),
            "-nodefaults", "-display", "none", "-no-reboot"]


def make_tree(folder, machine, images, domains, arguments):
    """Dumps the board's tree, changes it, and returns the path of the result."""
    dumped, source, tree = (os.path.join(folder, name) for name in ("qemu.dtb", "xen.dts", "xen.dtb"))
    dump = machine[:]
    dump[dump.index("-M") + 1] += f",dumpdtb={dumped}"
    subprocess.run(dump, check=True, stderr=subprocess.DEVNULL)
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", dumped], check=True, capture_output=True,
                          text=True).stdout
    with open(source, "w", encoding="utf-8") as f:
        f.write(text + chosen(images, domains, arguments))
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", tree, source], check=True)
    return tree


class Machine(Console):
    """Lines go to a log, too. Whatever is not as it must be ends the test.

    Xen prefixes a domain's lines as long as that domain does not have the terminal's input, so it is kept by Xen and
    given to a domain only to type something.
    """

    def __init__(self, folder, xen, domains, cpu="cortex-a57", cpus=2, memory=2048, arguments="", parallel=True,
                 qemu=QEMU, more=(), **limits):
        """Not `parallel`: the CPUs take turns, which is quicker where guests wait for each other by looking. `more`:
        options of `qemu`."""
        os.makedirs(folder, exist_ok=True)
        self.log = open(os.path.join(folder, "log"), "w", encoding="utf-8")
        self.focus, self.typing, self.to_type = None, False, []
        machine, images = [qemu] + board(cpu, cpus, memory), Images()
        tree = make_tree(folder, machine, images, domains, arguments)
        machine += [] if parallel else ["-accel", "tcg,thread=single"]
        command = machine + ["-kernel", xen, "-dtb", tree, "-serial", "stdio", "-monitor", "none"] + images.options()
        command += more
        with open(os.path.join(folder, "command"), "w", encoding="utf-8") as f:
            f.write("\n".join(command) + "\n")
        super().__init__(command, **limits)

    def type_to(self, who, data):
        """Types bytes to "Xen" or to "DOM<n>", as soon as it has the input."""
        self.to_type.append((who, data))
        self._switch()

    def _switch(self):
        """Towards whom there is something to type to, else towards Xen; one switch at a time."""
        if self.focus is None or self.typing:
            return
        data = b""
        while self.to_type and self.to_type[0][0] == self.focus:
            data += self.to_type.pop(0)[1]
        target = self.to_type[0][0] if self.to_type else "Xen"
        if target != self.focus:
            self.typing = True
            # In one piece: what a domain says while it still has the input, nobody knows to be from it.
            data += SWITCH
        if data:
            self.type(data)

    def lines(self):
        """Lines without the carriage returns; a panic of Xen is the end."""
        try:
            for line in super().lines():
                line = line.replace("\r", "")
                self.log.write(line + "\n")
                self.log.flush()
                if re.search(PANIC, line):
                    self.rest()
                    self.fail(line)
                focus = re.search(FOCUS, line)
                if focus:
                    self.focus, self.typing = focus[1], False
                    self._switch()
                yield line
        except Hang as error:
            self.fail(str(error))

    def said(self):
        """Each line with the number of the domain that it is from, 0: Xen. Long ones of domains come in pieces."""
        begun = {}
        for line in self.lines():
            match = re.match(LINE, line)
            if not match:
                yield 0, line.removeprefix("(XEN) ")
                continue
            number, text = int(match[1]), begun.pop(int(match[1]), "") + match[2]
            if len(match[2]) == PIECE:
                begun[number] = text
            else:
                yield number, text

    def rest(self):
        """What comes after a panic goes to the log: Xen says why."""
        self.silence = 5
        try:
            for line in super().lines():
                self.log.write(line + "\n")
        except Hang:
            self.log.flush()

    def fail(self, text):
        """Ends the test."""
        self.stop()
        sys.exit(f"WRONG: {text}; see {self.log.name}")

    def stop(self):
        """Xen does not end by itself when its domains have."""
        self.process.kill()
        self.close()
        self.log.flush()


def output_of(*command):
    """The last line that a command prints; a skip is passed on."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode == 77:
        print(f"SKIPPED: no network: {os.path.basename(command[0])} {' '.join(command[1:3])}")
        sys.exit(77)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: see above")
    return done.stdout.splitlines()[-1]


def build_xen(folder, version, configuration):
    """Image of a Xen; `folder` is the tests' common one."""
    return output_of(os.path.join(TOP, "tests", "xen", "build"), version, configuration, folder)


def linux_files(folder):
    """Debian's kernel as it comes and rewritten, and the initial ramdisk."""
    kernel = output_of(os.path.join(TOP, "tools", "fetch"), "kernel")
    busybox = output_of(os.path.join(TOP, "tools", "fetch"), "busybox")
    rewritten, initrd = os.path.join(folder, "Image.v5"), os.path.join(folder, "initrd")
    os.makedirs(folder, exist_ok=True)
    output_of(os.path.join(TOP, "tools", "gicv5-rewrite"), "-q", kernel, rewritten)
    subprocess.run([os.path.join(TOP, "tests", "linux-guest", "mkinitramfs"), initrd, busybox], check=True)
    return kernel, rewritten, initrd


def bare_image(folder, elf):
    """A bare-metal guest, rewritten, as a file that Xen loads."""
    os.makedirs(folder, exist_ok=True)
    rewritten = os.path.join(folder, os.path.basename(elf))
    output_of(os.path.join(TOP, "tools", "gicv5-rewrite"), "-q", elf, rewritten)
    image = os.path.splitext(rewritten)[0] + ".img"
    subprocess.run(["aarch64-linux-gnu-objcopy", "-O", "binary", rewritten, image], check=True)
    return image


def hostile_image(folder, elf, seed, operations):
    """The hostile guest, with what it shall do in its header."""
    image = bare_image(folder, elf)
    with open(image, "r+b") as f:
        f.seek(32)
        f.write(struct.pack("<QQ", seed, operations))
    return image


class Linux:
    """A domain of Linux that runs the programme of tests/linux-guest: what it has shown, and what is wrong."""

    ARGUMENTS = LINUX + " demo=batch demo_cpus={} demo_gic={}"

    def __init__(self, gic, cpus):
        self.gic, self.cpus = gic, cpus
        self.failed, self.rows, self.done, self.off = [], [], None, False

    def domain(self, files, arguments=""):
        """For Machine; `files` as of linux_files()."""
        kernel, rewritten, initrd = files
        words = self.ARGUMENTS.format(self.cpus, self.gic[1:]) + " " + arguments
        if self.gic == "v5":
            return Domain(rewritten, initrd, words, self.cpus, properties=V5 + ENHANCED)
        return Domain(kernel, initrd, words, self.cpus)

    def line(self, machine, number, text):
        """One line of the domain with that number."""
        if "demo: type 'hello'" in text:
            machine.type_to(f"DOM{number}", b"hello\r")
        elif "demo: FAIL" in text:
            self.failed.append(text)
        elif "demo: /proc/interrupts after" in text:
            self.rows = []
        elif "reboot: Power down" in text:
            self.off = True
        self.done = self.done or re.search(r"demo: done, (\d+) passed, (\d+) failed", text)
        self.rows.append(text)

    def wrong(self):
        """What is not as it must be."""
        found = list(self.failed)
        if not self.done or not int(self.done[1]) or int(self.done[2]):
            found.append(self.done[0] if self.done else "did not come to its end")
        chip = "GICv5-" if self.gic == "v5" else "GICv3 "
        rows = [rf"{chip}(PPI)? +27 Level +arch_timer", rf"{chip}(SPI)? +\d+ Level +uart-pl011"]
        if self.gic == "v5":
            rows.append(r"GICv5-PPI +3 Edge +events")
        for row in rows:
            if not any(re.search(row, text) for text in self.rows):
                found.append(f"no row {row} in /proc/interrupts")
        return found


class Worker:
    """A domain of Linux that does the rounds of tests/linux-guest, which have no end: what it has shown."""

    ARGUMENTS = LINUX + " demo=rounds"

    def __init__(self, gic, cpus):
        self.gic, self.cpus, self.rounds, self.failed = gic, cpus, 0, []

    def domain(self, files):
        """For Machine; `files` as of linux_files()."""
        kernel, rewritten, initrd = files
        if self.gic == "v5":
            return Domain(rewritten, initrd, self.ARGUMENTS, self.cpus, properties=V5)
        return Domain(kernel, initrd, self.ARGUMENTS, self.cpus)

    def line(self, text):
        """One line of the domain."""
        if re.search(r"demo: round \d+ ok", text):
            self.rounds += 1
        elif re.search(r"demo: round \d+ FAILED|Kernel panic|BUG:|WARNING:", text):
            self.failed.append(text)

    def wrong(self):
        """What is not as it must be."""
        return self.failed + ([] if self.rounds else ["did not do one round"])


class Checks:
    """A bare-metal domain that says "<name>: PASS" or "FAIL" of each thing that it checks, and how many failed."""

    def __init__(self, name):
        self.name = name
        self.passed, self.failed, self.end = [], [], None

    def line(self, text):
        """One line of the domain."""
        if text.startswith(f"{self.name}: PASS "):
            self.passed.append(text)
        elif text.startswith(f"{self.name}: FAIL ") or "payload: unexpected" in text:
            self.failed.append(text)
        self.end = self.end or re.search(rf"{self.name}: end, (\d+) failed", text)

    def verdict(self, machine, passes):
        """Says what is wrong; the test's status. `passes`: how many things it has to have checked."""
        for text in self.failed:
            print(f"WRONG {text}; see {machine.log.name}")
        print(f"{len(self.passed)} passed, {len(self.failed)} failed")
        return 0 if len(self.passed) == passes and not self.failed and self.end[1] == "0" else 1


def counters(machine, domain, other=None):
    """Sums over the vCPUs of a domain, as Xen's debug key says; lines of domains go to `other`."""
    machine.type_to("Xen", DUMP)
    sums = {}
    for number, text in machine.said():
        if number and other:
            other(number, text)
        match = re.search(rf"vGICv5 counters d{domain}v(\d+) (.*)", text)
        words = match[2].split() if match else []
        for name, value in zip(words[::2], words[1::2]):
            sums[name] = sums.get(name, 0) + int(value)
        if "vGICv5 dump done" in text:
            return sums
    return machine.fail("the machine ended")


def verdict(machine, guests):
    """Says what is wrong with any of them, by number, and how far all came; the test's status."""
    wrong = [f"DOM{number}: {text}" for number, guest in guests.items() for text in guest.wrong()]
    for text in wrong:
        print(f"WRONG {text}; see {machine.log.name}")
    print("; ".join(guest.done[0] for guest in guests.values() if guest.done))
    return 1 if wrong else 0
