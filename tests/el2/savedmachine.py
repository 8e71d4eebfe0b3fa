# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The shell's machine with a monitor that saves and restores; and the file that it writes (doxygen/vmfile.md)."""
import re
import struct

from shellmachine import ESCAPE, Machine

FACTOR, M64 = 0x9E3779B97F4A7C15, (1 << 64) - 1
HEADER = struct.Struct("<8sIIQQ16sIIQ")
SECTION = struct.Struct("<16sIIQQQ")
FRONT = 4096


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


class Log:
    """Compares what the guest says with what it must say, line by line."""

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


def checksum(data):
    total = 0
    for word, in struct.iter_unpack("<Q", data):
        total = (total ^ word) * FACTOR & M64
        total ^= total >> 32
    return total


class Saved:
    """A saved VM taken apart: `sections` is a list of [kind, index, bytes]."""

    def __init__(self, data):
        self.magic, self.version, count, _, _, self.name, self.vcpus, _, self.ram = HEADER.unpack_from(data)
        self.sections = []
        for i in range(count):
            kind, index, _, offset, size, _ = SECTION.unpack_from(data, HEADER.size + i * SECTION.size)
            self.sections.append([kind.rstrip(b"\0").decode(), index, data[offset:offset + size]])

    def section(self, kind, index=0):
        return next(section for section in self.sections if section[:2] == [kind, index])

    def patch(self, kind, offset, new, index=0):
        """Overwrites bytes of a section."""
        section = self.section(kind, index)
        section[2] = section[2][:offset] + new + section[2][offset + len(new):]

    def memory(self, kind, index=0):
        """The memory that a section holds."""
        data = self.section(kind, index)[2]
        memory = bytearray(struct.unpack_from("<Q", data)[0])
        at = 16
        while at < len(data):
            offset, size = struct.unpack_from("<QQ", data, at)
            memory[offset:offset + size] = data[at + 16:at + 16 + size]
            at += 16 + size
        return bytes(memory)

    def build(self):
        """The file, with sizes and checksums that are right."""
        table, body = b"", b""
        for kind, index, data in self.sections:
            table += SECTION.pack(kind.encode(), index, 0, FRONT + len(body), len(data), checksum(data))
            body += data
        head = [self.magic, self.version, len(self.sections), FRONT + len(body), 0, self.name, self.vcpus, 0, self.ram]
        table = table.ljust(FRONT - HEADER.size, b"\0")
        head[4] = checksum(HEADER.pack(*head) + table)
        return HEADER.pack(*head) + table + body
