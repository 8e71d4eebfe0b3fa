# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The shell's machine with a monitor that saves and restores, and what the payload says in it."""
import os
import re
import sys

from shellmachine import ESCAPE, TOP, Machine

sys.path.insert(0, os.path.join(TOP, "tests", "move"))

BEGIN, END = "payload: begin", "payload: end"  # of tests/guest


class SavingMachine(Machine):
    """Guests' lines go to `guest_line` whatever is asked meanwhile."""

    guest_line = staticmethod(lambda line: None)

    def __init__(self, *options, **limits):
        self.typed_lines = []
        super().__init__(*options, **limits)

    def until(self, pattern):
        """Reads up to the line that matches; returns the match."""
        for line in self.lines():
            match = re.search(pattern, line)
            if match:
                return match
            self.guest_line(line)
        return self.fail(f"the machine ended before it said {pattern!r}")

    def command(self, text, pattern):
        """Opens the monitor, has it do something, leaves it. Guests' lines up to its answer count as before it."""
        self.typed_lines.append(text)
        self.type(ESCAPE + text.encode() + b"\r\r")
        return self.until(pattern)

    def pause(self, vm):
        """What the guest has said when this returns is all that it says until it is resumed."""
        self.typed_lines += [f"pause {vm}", "end-of-answer"]
        self.type(ESCAPE + f"pause {vm}\rend-of-answer\r\r".encode())
        self.until("unknown: end-of-answer")

    def save(self, vm, name):
        """Its result: None, or why it was not done. Whose guest is not paused may say more before it is known."""
        return self.command(f"save {vm} {name}", rf"vm{vm} (?:not saved: (.*)|saved in)")[1]

    def restore(self, vm, name):
        return self.command(f"restore {vm} {name}", rf"vm{vm} (?:not restored: (.*)|restored in)")[1]

    def must_save(self, vm, name):
        wrong = self.save(vm, name)
        if wrong:
            self.fail(f"vm{vm} is not saved: {wrong}")

    def must_restore(self, vm, name):
        wrong = self.restore(vm, name)
        if wrong:
            self.fail(f"vm{vm} is not restored: {wrong}")

    def kill(self, vm):
        super().kill(vm, self.guest_line)


def payload_alone(machine):
    """All that the payload says after its first line, when nothing happens to it."""
    lines = []
    machine.until(BEGIN)
    machine.guest_line = lines.append
    lines.append(machine.until(END).string)
    for _ in machine.lines():
        pass
    machine.close()
    return lines


class Log:
    """Compares what the guest says with what it must say, line by line. A line may be a tuple of what will do."""

    def __init__(self, machine, wanted):
        self.machine, self.wanted, self.at = machine, wanted, 0
        machine.guest_line = self.line

    def line(self, text):
        # A guest's line may begin in the middle of what is typed to the monitor.
        if not self.ended() and text.endswith(self.wanted[self.at]):
            self.at += 1
        elif text and not self.is_monitors(text):
            next_line = "nothing" if self.ended() else repr(self.wanted[self.at])
            self.machine.fail(f"the guest says {text!r} instead of {next_line}")

    def is_monitors(self, text):
        return (text.startswith(("  ", "Monitor:", "unknown:", "[shell]")) or "monitor>" in text or
                any(typed.endswith(text) for typed in self.machine.typed_lines))

    def ended(self):
        return self.at == len(self.wanted)
