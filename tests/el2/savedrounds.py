# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What guests say that are saved and restored in their course, checked: Linux with tests/linux-guest/rounds, and the guest that
holds values in all its registers (guests/registers.c)."""
import re

ROUND = re.compile(r"demo: round (\d+) (.*)")


class Rounds:
    """The rounds' numbers have no gap and no clock goes back; whatever is wrong goes to `fail`."""

    def __init__(self, fail, last=0, uptime=0):
        self.fail, self.last, self.uptime, self.heard = fail, last, uptime, []

    def line(self, text):
        heard = re.search(r"demo: heard (.*)", text)
        if heard:
            self.heard.append(heard[1])
        match = ROUND.search(text)
        if not match:
            return
        number, rest = int(match[1]), match[2]
        if not rest.startswith("ok"):
            self.fail(text)
        if self.last is not None and number != self.last + 1:
            self.fail(f"round {number} after round {self.last}")
        uptime = int(re.search(r"uptime (\d+)", rest)[1])
        if uptime <= self.uptime:
            self.fail(f"uptime {uptime} after {self.uptime}")
        self.last, self.uptime = number, uptime


class MachineRounds(Rounds):
    """Of the guest of a SavingMachine."""

    def __init__(self, machine, last=0, uptime=0):
        super().__init__(machine.fail, last, uptime)
        self.machine = machine
        self.saved = None  # round and uptime when it was saved last
        machine.guest_line = self.line

    def more(self, count):
        """Waits for that many rounds."""
        end = (self.last or 0) + count
        for line in self.machine.lines():
            self.line(line)
            if self.last is not None and self.last >= end:
                return

    def listens(self, word):
        """A line that is typed comes back."""
        self.machine.type(word.encode() + b"\r")
        while word not in self.heard:
            self.more(1)


class HeldRegisters:
    """How far it is on each CPU, and that nothing of it got lost; whatever is wrong goes to the machine."""

    LINE = r"registers: (\d+) and (\d+) rounds, (\d+) failed"

    def __init__(self, machine):
        self.machine, self.rounds, self.count = machine, (0, 0), 0

    def line(self, text):
        if "registers: FAIL" in text or "payload: unexpected" in text:
            self.machine.fail(text)
        match = re.search(self.LINE, text)
        if match:
            now = int(match[1]), int(match[2])
            if now[0] <= self.rounds[0] or now[1] < self.rounds[1]:
                self.machine.fail(f"{text} after {self.rounds}")
            self.rounds = now
            self.count += 1
