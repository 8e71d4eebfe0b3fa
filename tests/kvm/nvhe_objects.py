#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the library has in the nVHE object of a kernel built without the test transport may be used at EL2.

Usage: nvhe_objects.py OBJECTS

OBJECTS is the kernel's output folder. Looked at are the objects of core/hyp for nVHE, and their functions in the
linked kvm_nvhe.o: no indirect branch, no absolute address (the host's, of no use at EL2), and nothing called or read
that the nVHE object does not have itself.
"""
import glob
import os
import re
import subprocess
import sys

import hostkernel

PREFIX = "__kvm_nvhe_"
INDIRECT = re.compile(r"(br|blr|bra[ab]z?|blra[ab]z?)\b")
# Sections that are not part of EL2's code and data: the kernel has them for all its objects.
IGNORED = re.compile(r"\.(debug|discard|eh_frame|init|modinfo|export_symbol|comment|note)|__(bug|ex|mcount|patchable)")


def tool(name, *arguments):
    """Output of a binutil."""
    return subprocess.run(["aarch64-linux-gnu-" + name, *arguments], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def functions(path):
    """{function: [line of objdump: instruction or relocation]}"""
    found, name = {}, None
    for line in tool("objdump", "-dr", "--no-show-raw-insn", path).splitlines():
        head = re.match(r"[0-9a-f]+ <([^>]+)>:$", line)
        if head:
            name = head[1]
            found[name] = []
        elif name and "\t" in line:
            found[name].append(line.split("\t", 1)[1].strip())
    return found


def undefined(path):
    """Symbols that an object needs of others."""
    return {line.split()[-1] for line in tool("nm", "-u", path).splitlines() if line.strip()}


def wrong_in_function(name, lines, outside):
    """Complaints about one function, none if all is well."""
    for line in lines:
        relocation = re.search(r"(R_AARCH64_\w+)\s+(\S+)", line)
        if relocation:
            symbol = re.split(r"[+-]0x", relocation[2])[0]
            if re.match(r"R_AARCH64_ABS\d", relocation[1]):
                yield f"{name}: absolute address of {symbol}"
            if symbol in outside:
                yield f"{name}: {symbol} is not in the nVHE object"
        elif INDIRECT.match(line):
            yield f"{name}: indirect branch: {line}"


def wrong_in_data(path):
    """Absolute relocations anywhere in an object."""
    section = None
    for line in tool("readelf", "-rW", path).splitlines():
        head = re.match(r"Relocation section '\.rela(\S+)'", line)
        section = head[1] if head else section
        if re.search(r"R_AARCH64_ABS\d", line) and not IGNORED.match(section):
            yield f"{os.path.basename(path)}: absolute address in {section}: {line.split()[-1]}"


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    kvm = os.path.join(sys.argv[1], "arch/arm64/kvm")
    linked = os.path.join(kvm, "hyp/nvhe/kvm_nvhe.o")
    objects = glob.glob(os.path.join(kvm, "vgicv5/core/hyp/*.nvhe.o"))
    mine = set().union(*(functions(path) for path in objects))
    body = {name: lines for name, lines in functions(linked).items() if name.removeprefix(PREFIX) in mine}
    wrong = [text for path in objects for text in wrong_in_data(path)]
    wrong += [text for name, lines in body.items() for text in wrong_in_function(name, lines, undefined(linked))]
    if not {PREFIX + "vgicv5_hyp_enter", PREFIX + "vgicv5_hyp_exit"} <= set(body):
        wrong.append(f"enter and exit are not in {linked}")
    return hostkernel.verdict(wrong, f"{len(body)} functions of core/hyp in the nVHE object, {len(wrong)} wrong")


if __name__ == "__main__":
    sys.exit(main())
