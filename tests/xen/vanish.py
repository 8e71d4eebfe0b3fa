#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""With its symbol off the virtual GICv5 vanishes: the objects of Xen are to the byte those of a Xen as it comes.

Usage: vanish.py FOLDER XEN-VERSION

Xen's messages hold line numbers, so the Xen as it comes has blank lines where the other one has lines of ours.
"""
import difflib
import os
import subprocess
import sys

from xenmachine import TOP, build_xen

# Who reads the domains' nodes refuses the property, and Xen carries its own configuration.
DIFFERENT = {"4.17": {"arch/arm/domain_build.o", "common/config_data.o"},
             "4.20": {"arch/arm/dom0less-build.o", "common/config_data.o"}}
STRIP = ["aarch64-linux-gnu-objcopy", "--strip-debug"]


def read(path):
    """Bytes of a file."""
    with open(path, "rb") as f:
        return f.read()


def files(folder, ending):
    """Names below a folder."""
    return {os.path.relpath(os.path.join(place, name), folder) for place, _, names in os.walk(folder) for name in names
            if name.endswith(ending)}


def objects(folder):
    """Those of one source each."""
    return {name for name in files(folder, ".o")
            if not name.startswith("tools/") and not name.endswith((".init.o", "built_in.o", "prelink.o"))}


def padded(stock, ours):
    """The lines of `stock` with blank ones, so that each has the number that it has in `ours`."""
    lines = []
    for what, low, high, first, last in difflib.SequenceMatcher(None, stock, ours, False).get_opcodes():
        lines += stock[low:high]
        more = (last - first) - (high - low)
        if what != "equal" and more < 0:
            sys.exit(f"WRONG: {-more} lines are gone before line {high}: {stock[low:high]}")
        lines += [b"\n"] * more
    return lines


def pad(stock, ours):
    """All sources of Xen that have been changed; status of the command."""
    for name in files(os.path.join(stock, "xen"), (".c", ".h")):
        paths = [os.path.join(tree, "xen", name) for tree in (stock, ours)]
        texts = [read(path) for path in paths]
        if texts[0] != texts[1]:
            with open(paths[0], "wb") as f:
                f.writelines(padded(*[text.splitlines(True) for text in texts]))


def code(path):
    """An object without what is for debuggers only."""
    bare = path + ".bare"
    subprocess.run(STRIP + [path, bare], check=True)
    text = read(bare)
    os.unlink(bare)
    return text


def main():
    """Entry point."""
    if sys.argv[1] == "--pad":
        pad(*sys.argv[2:])
        return 0
    folder, version = sys.argv[1:]
    off, stock = (os.path.dirname(build_xen(folder, version, name)) for name in ("off", "stock"))
    names = objects(stock)
    wrong = [f"{name} is in one of them only" for name in sorted(objects(off) ^ names)]
    names &= objects(off)
    different = {name for name in names if code(os.path.join(stock, name)) != code(os.path.join(off, name))}
    wrong += [f"{name} differs" for name in sorted(different - DIFFERENT[version])]
    for text in wrong:
        print(f"WRONG: {text}")
    print(f"{len(names)} objects, {len(different)} differ: {' '.join(sorted(different))}")
    return 1 if wrong or len(names) < 100 else 0


sys.exit(main())
