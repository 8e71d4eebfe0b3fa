#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The software GICv5 as freestanding C.

Usage: freestanding.py SOURCES BUILD
Compiles hal/soft without any system header, by each compiler there is and with and without optimisation: nothing but
the model's own symbols may be left undefined. Then looks for recursion in the call graph that gcc writes; calls
through pointers are not in it.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-ffreestanding", "-nostdinc"]
INCLUDES = ["include", "hal/soft/include", "hal/template", "hal/common"]
# Compiler, its nm, further flags.
COMPILERS = [
    ("gcc", "nm", []),
    ("clang", "nm", []),
    ("aarch64-linux-gnu-gcc", "aarch64-linux-gnu-nm", ["-mgeneral-regs-only", "-mno-outline-atomics"]),
]


def compile_all(top, build, compiler, flags):
    """Compiles every file into the folder `build`; the objects."""
    shutil.rmtree(build, ignore_errors=True)
    os.makedirs(build)
    objects = []
    for source in sorted(glob.glob(os.path.join(top, "hal/soft/*.c"))):
        objects.append(os.path.join(build, os.path.basename(source)[:-2] + ".o"))
        include = [arg for folder in INCLUDES for arg in ("-I", os.path.join(top, folder))]
        # A compiler cache would not write the call graph.
        subprocess.run([compiler, *FLAGS, *flags, *include, "-c", source, "-o", objects[-1]], check=True,
                       env={**os.environ, "CCACHE_DISABLE": "1"})
    return objects


def undefined(nm, objects):
    """Symbols that no object defines."""
    needed, defined = set(), set()
    for line in subprocess.run([nm, "-A", *objects], capture_output=True, text=True, check=True).stdout.split("\n"):
        match = re.search(r" ([A-Za-z]) (\S+)$", line)
        if match:
            (needed if match.group(1) == "U" else defined).add(match.group(2))
    return needed - defined


def cycles(folder):
    """Functions that can reach themselves by direct calls."""
    calls = {}
    for name in glob.glob(os.path.join(folder, "*.ci")):
        with open(name, encoding="utf-8") as graph:
            for source, target in re.findall(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', graph.read()):
                calls.setdefault(source, set()).add(target)
    found = []
    for start in calls:
        seen, todo = set(), list(calls[start])
        while todo:
            function = todo.pop()
            if function not in seen:
                seen.add(function)
                todo += calls.get(function, ())
        if start in seen:
            found.append(start)
    return sorted(found), len(calls)


def main():
    top, build = sys.argv[1:]
    failed = False
    for compiler, nm, flags in COMPILERS:
        if not shutil.which(compiler):
            print(f"FAIL: {compiler} is not there")
            failed = True
            continue
        for level in ("-O0", "-O2"):
            left = undefined(nm, compile_all(top, build, compiler, [*flags, level]))
            print(f"{compiler} {level}: {'undefined: ' + ' '.join(sorted(left)) if left else 'nothing undefined'}")
            failed |= bool(left)
    compile_all(top, build, "gcc", ["-O0", "-fcallgraph-info"])
    found, count = cycles(build)
    print(f"{count} functions call others directly; recursive: {' '.join(found) or 'none'}")
    shutil.rmtree(build)
    return 1 if failed or found or count < 100 else 0


sys.exit(main())
