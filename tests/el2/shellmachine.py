# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The shell's machine as the tests of this folder use it: made by tools/demo, driven through the monitor."""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools", "lib"))
from guestconsole import ESCAPE, Console, Hang  # noqa: E402


KEPT = ("heap_bytes", "pool_bytes", "host_lpis", "vm_ids")  # counters of what VMs take and must give back
POLLS = 1000


class Machine(Console):
    """Its lines go to a log. Whatever is not as it must be ends the test."""

    def __init__(self, folder, *options, parallel=False, more=(), **limits):
        """`parallel`: the CPUs of a bare-metal guest run at once, too. `more`: options of QEMU."""
        os.makedirs(folder, exist_ok=True)
        self.log = open(os.path.join(folder, "log"), "w", encoding="utf-8")
        status = subprocess.run([os.path.join(TOP, "tools", "demo"), "--batch", "--prepare", folder, *options],
                                check=False, stderr=self.log).returncode
        if status == 77:
            print("SKIPPED: no network: the guest's kernel is not in the cache")
            sys.exit(77)
        if status:
            sys.exit(f"tools/demo failed: see {self.log.name}")
        with open(os.path.join(folder, "command"), encoding="utf-8") as f:
            command = f.read().splitlines()
        if parallel and "tcg,thread=single" in command:
            command[command.index("tcg,thread=single")] = "tcg,thread=multi"
        super().__init__([*command, *more], **limits)

    def lines(self):
        try:
            for line in super().lines():
                self.log.write(line + "\n")
                self.log.flush()
                if "[shell] PANIC" in line:
                    self.fail(line)
                yield line
        except Hang as error:
            self.fail(str(error))

    def fail(self, text):
        self.process.kill()
        sys.exit(f"WRONG: {text}; see {self.log.name}")

    def ask(self, command, other=None):
        """What the monitor answers; lines of guests in between go to `other`."""
        self.type(ESCAPE + command.encode() + b"\rend-of-answer\r\r")
        answer = []
        for line in self.lines():
            if "unknown: end-of-answer" in line:
                return answer
            # What is typed is echoed a character at a time: a guest's line may begin in the middle of it. With one
            # VM its lines have no name in front.
            if line.startswith("  "):
                answer.append(line.strip())
            elif other:
                other(line)
        return self.fail("the machine ended while the monitor was asked")

    def counters(self, vm, other=None):
        """The monitor's counters of a VM."""
        pairs = [line.split() for line in self.ask(f"counters {vm}", other)]
        found = {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2}
        if "exits" not in found or "heap_bytes" not in found:
            self.fail(f"the monitor has no counters of vm{vm}: {pairs}")
        return found

    def state(self, vm, other=None):
        """What the monitor says a VM is: running, off ..."""
        for line in self.ask("vms", other):
            match = re.match(rf"{vm} vm{vm}: (\w+)", line)
            if match:
                return match[1]
        return self.fail(f"the monitor does not know vm{vm}")

    def kill(self, vm, other=None):
        """Kills a VM and waits until it is off."""
        self.ask(f"kill {vm}", other)
        if not any(self.state(vm, other) == "off" for _ in range(POLLS)):
            self.fail(f"vm{vm} cannot be killed")

    def kept(self, vm, other=None, names=KEPT):
        """What is in use, of all VMs."""
        counters = self.counters(vm, other)
        return {name: counters[name] for name in names}

    def off(self):
        """Powers the machine off by the monitor; its exit status must be 0."""
        self.type(ESCAPE + b"off\r")
        for _ in self.lines():
            pass
        if self.close():
            self.fail("the machine ended badly")
