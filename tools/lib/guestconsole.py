# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A machine whose console is the standard input and output of a program: lines as they come, and typing."""
import os
import re
import select
import subprocess
import time

ESCAPE = b"\x1d"


class Hang(Exception):
    """The machine said nothing for too long, or took too long in all."""


class Console:
    """Runs a command; its output is read line by line. Nothing here decides by time but what gives a hang up."""

    def __init__(self, command, silence=400, timeout=1800):
        self.start = time.monotonic()
        self.silence, self.end = silence, self.start + timeout
        self.pending = b""
        self.whole = []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)

    def type(self, data):
        """Types bytes; a machine that has gone away does not read them, which its end will show."""
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def monitor(self, command):
        """Runs a command of the shell's monitor and leaves it again."""
        self.type(ESCAPE + command.encode() + b"\r\r")

    def _more(self):
        wait = min(self.silence, self.end - time.monotonic())
        if wait <= 0 or not select.select([self.process.stdout], [], [], wait)[0]:
            raise Hang("no output for %u s" % self.silence if wait == self.silence else "out of time")
        return os.read(self.process.stdout.fileno(), 65536)

    def lines(self):
        """Each line as text, without its end; the last one when the program ends. May be left and called again."""
        data = b"?"
        while data:
            while self.whole:
                yield self.whole.pop(0).rstrip(b"\r").decode(errors="replace")
            data = self._more()
            *self.whole, self.pending = (self.pending + data).split(b"\n")
        if self.pending:
            yield self.pending.decode(errors="replace")

    def wait_for(self, pattern):
        """Lines up to the first one that matches; returns the match."""
        for line in self.lines():
            match = re.search(pattern, line)
            if match:
                return match
        raise Hang(f"the machine ended before it said {pattern!r}")

    def close(self):
        """Ends the program if it has not ended by itself; its exit status."""
        if self.process.poll() is None:
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.stdin.close()
        return self.process.wait()
