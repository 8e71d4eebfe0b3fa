# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A machine with a Xen that writes its first GICv5 domain to a file, and domains that go on from such files."""
import os
import re
import sys

from xenmachine import TOP, V5, Domain, Machine

sys.path.insert(0, os.path.join(TOP, "tests", "move"))
from savedfile import HEADER  # noqa: E402

SEMIHOSTING = ("-semihosting-config", "enable=on,target=native")
SAVE = b"7"
PLAIN = V5 + ("nr_spis = <256>;",)  # properties of a domain like those of other hypervisors with the plain board
MIB = 1 << 20


def saved_domain(name):
    """A domain that goes on from a file; its size stands in it."""
    with open(name, "rb") as f:
        header = HEADER.unpack(f.read(HEADER.size))
    vcpus, memory = header[6], header[8] // MIB
    return Domain(name, cpus=vcpus, memory=memory, properties=PLAIN + ("xen,saved;",))


class SavingXen(Machine):
    """Lines of the first domain go to `guest_line`, those of others to `other_line(number, text)`."""

    typed_lines = ()
    other_line = staticmethod(lambda number, text: None)

    def __init__(self, folder, xen, domains, **options):
        self.guest_line = lambda line: None
        self.prefix = os.path.join(folder, "saved")
        # Input goes to Xen from the beginning: what a domain says while it has the input is without its number.
        arguments = f"conswitch=ax vgicv5_save={self.prefix}"
        super().__init__(folder, xen, domains, arguments=arguments, more=SEMIHOSTING, **options)
        self.from_xen = self.said()

    def until(self, pattern, number=0):
        """Reads up to the line of that domain, or of Xen, that matches; returns the match."""
        for speaker, text in self.from_xen:
            match = re.search(pattern, text) if speaker == number else None
            if match:
                return match
            if speaker == 1:
                self.guest_line(text)
            elif speaker:
                self.other_line(speaker, text)
        return self.fail(f"the machine ended before it said {pattern!r}")

    def save(self):
        """Saves the first domain; the file. What it says before is in its state."""
        self.type_to("Xen", SAVE)
        wrong = self.until(r"vGICv5: (?:d1 )?(?:not saved: (.*)|saved)")[1]
        if wrong:
            self.fail(f"the domain is not saved: {wrong}")
        return self.prefix + ".d1"
