#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Looks at what compilers make of the code that must stay straight: objects.py WHAT [--update] [FILE...]

  hot FILE...  the world switch and what enter, exit and injection use, for AArch64: no indirect branch, no absolute
               address, no symbol but those of the files named and of objects_allow.txt (core/hyp/: of core/hyp/), and
               exactly the number of system instructions that objects_budget.txt gives for each function. --update
               rewrites the budget from what is seen.
  probe        each accessor of hal/aarch64 is the one instruction that the architecture's lists say.
  template     core and hal/template compile and link to an object that needs nothing.

Run in the project's top folder; compiles into the folder that OBJECTS_DIR names.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

HERE = "tests/unit/"
OUT = os.environ.get("OBJECTS_DIR", "build/objects")
WARN = "-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wdeclaration-after-statement -Wvla -Werror"
COMMON = f"-std=c11 -O2 -ffreestanding -nostdinc {WARN} -Iinclude -Icore"
A64 = "-mgeneral-regs-only -mno-outline-atomics -mbranch-protection=standard -Ihal/aarch64 -Itests/unit/platform"
CROSS = "aarch64-linux-gnu-"
COMPILERS = {"gcc": CROSS + "gcc", "clang": "clang --target=aarch64-linux-gnu"}
TEXT_LIMIT = 1536  # bytes of enter and exit together
FAILURES = []

INDIRECT = re.compile(r"^(br|blr|braa|brab|braaz|brabz|blraa|blrab|blraaz|blrabz)$")
SYSTEM = {
    "mrs": re.compile(r"^mrs\s+\w+, s3_[0-7]_c12_"),
    "msr": re.compile(r"^msr\s+s3_[0-7]_c12_"),
    "gic": re.compile(r"^sysl?\s.*c12,", re.I),
    "isb": re.compile(r"^isb"),
    "dsb": re.compile(r"^dsb"),
}


def fail(text):
    FAILURES.append(text)
    print("FAIL:", text)


def run(command):
    return subprocess.run(command.split(), check=True, capture_output=True, text=True).stdout


def compile_to(compiler, flags, source, name):
    target = f"{OUT}/{name}.o"
    done = subprocess.run(f"{compiler} {COMMON} {flags} -c {source} -o {target}".split(), capture_output=True, text=True)
    if done.returncode:
        fail(f"{source} with {compiler}:\n{done.stderr}")
        return None
    return target


def functions(obj):
    """{function: [(word, instruction text), ...]}"""
    found, name = {}, None
    for line in run(f"{CROSS}objdump -d --no-show-raw-insn {obj}").splitlines():
        head = re.match(r"^[0-9a-f]+ <([^>]+)>:$", line)
        if head:
            name = head.group(1)
            found[name] = []
        elif name and re.match(r"^\s+[0-9a-f]+:\t", line):
            found[name].append(line.split("\t", 1)[1].replace("\t", " ").strip())
    return found


def words(obj):
    """{function: [instruction word, ...]}"""
    found, name = {}, None
    for line in run(f"{CROSS}objdump -d {obj}").splitlines():
        head = re.match(r"^[0-9a-f]+ <([^>]+)>:$", line)
        body = re.match(r"^\s+[0-9a-f]+:\s+([0-9a-f]{8})\s", line)
        if head:
            name = head.group(1)
            found[name] = []
        elif body:
            found[name].append(int(body.group(1), 16))
    return found


def undefined(obj):
    return {line.split()[-1] for line in run(f"{CROSS}nm -u {obj}").splitlines() if line.strip()}


def defined(obj):
    return {line.split()[-1] for line in run(f"{CROSS}nm -g --defined-only {obj}").splitlines() if line.strip()}


def code_size(obj, names):
    total = 0
    for line in run(f"{CROSS}nm -S {obj}").splitlines():
        part = line.split()
        if len(part) == 4 and part[3].split(".")[0] in names:
            total += int(part[1], 16)
    return total


def read_table(path):
    """Lines `key: words`, # comments."""
    table = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.split("#")[0].strip()
            if line:
                key, _, rest = line.partition(":")
                table[key.strip()] = rest.split()
    return table


# ---- hot ----

def check_hot_object(where, obj):
    for name, body in functions(obj).items():
        for text in body:
            if INDIRECT.match(text.split()[0]):
                fail(f"{where}: indirect branch in {name}: {text}")
    for line in run(f"{CROSS}readelf -rW {obj}").splitlines():
        if "R_AARCH64_ABS64" in line and "debug" not in line:
            fail(f"{where}: absolute relocation: {line}")
    for word in (word for body in words(obj).values() for word in body):
        if word & 0xffffffe0 == 0xd508c1e0 and word != 0xd508c1ff:
            fail(f"{where}: GIC CDEOI with a register operand: 0x{word:08x}")


def check_symbols(compiler, objects, allow, used):
    """core/hyp may need core/hyp only; the others each other, and what the list allows."""
    for source, obj in objects.items():
        isolated = source.startswith("core/hyp/")
        group = set().union(*(defined(other) for name, other in objects.items()
                              if not isolated or name.startswith("core/hyp/")))
        outside = undefined(obj) - group
        used.setdefault(source, set()).update(outside)
        extra = outside - set(allow.get(source, []))
        if extra:
            fail(f"{source} ({compiler}): undefined symbols that objects_allow.txt does not list: "
                 f"{' '.join(sorted(extra))}")


def check_allow_used(allow, used):
    for source, names in allow.items():
        stale = set(names) - used.get(source, set())
        if stale:
            fail(f"objects_allow.txt lists for {source}, but no compiler needs: {' '.join(sorted(stale))}")


def budget_of(source, compiler, obj):
    lines = {}
    for name, body in functions(obj).items():
        seen = {kind: sum(1 for text in body if pattern.match(text)) for kind, pattern in SYSTEM.items()}
        if any(seen.values()):
            lines[f"{compiler} {source} {name}"] = [f"{kind}={n}" for kind, n in seen.items() if n]
    return lines


def write_budget(path, budget):
    with open(path, "w", encoding="utf-8") as out:
        out.write("# System instructions of each hot function, as compiled with -O2 (static counts: a conditional one\n"
                  "# counts whether or not it is executed). Kept by objects.py hot --update; a change needs a reason.\n")
        for key, counts in sorted(budget.items()):
            out.write(f"{key}: {' '.join(counts)}\n")


def check_budget(path, budget):
    wanted = read_table(path)
    for key in sorted(set(wanted) | set(budget)):
        if wanted.get(key) != budget.get(key):
            fail(f"budget of {key}: recorded {wanted.get(key)}, seen {budget.get(key)}")


def check_size(compiler, objects):
    entry = {"vgicv5_hyp_enter", "vgicv5_hyp_exit", "vgicv5_vcpu_enter", "vgicv5_vcpu_exit"}
    size = sum(code_size(obj, entry) for obj in objects.values())
    print(f"{compiler}: enter and exit are {size} bytes of {TEXT_LIMIT}")
    if not 0 < size <= TEXT_LIMIT:
        fail(f"{compiler}: enter and exit are {size} bytes")


def hot(sources, update):
    path = HERE + "objects_budget.txt"
    allow = read_table(HERE + "objects_allow.txt")
    budget, used = {}, {}
    for compiler, command in COMPILERS.items():
        objects = {source: compile_to(command, A64, source, f"hot-{compiler}-" + source.replace("/", "_"))
                   for source in sources}
        if None in objects.values():
            continue
        for source, obj in objects.items():
            check_hot_object(f"{source} ({compiler})", obj)
            budget.update(budget_of(source, compiler, obj))
        check_symbols(compiler, objects, allow, used)
        check_size(compiler, objects)
    check_allow_used(allow, used)
    if update:
        write_budget(path, budget)
    check_budget(path, budget)


# ---- probe ----

def lists(path, pattern):
    with open(path, encoding="utf-8") as text:
        return re.findall(pattern, text.read())


def expected_words():
    """{probe function: instruction word with Rt = 0, or the whole word for xzr forms}"""
    expect = {}
    register = r"X\((IC[CH]_\w+_EL[12]), (\d+), (\d+), (\d+), (\d+), (\d+), (R[OW])\)"
    for name, op0, op1, crn, crm, op2, access in lists("include/vgicv5/arch/sysreg.h", register):
        if re.match(r"ICC_SRE|ICH_HCR|ICH_VTR|ICH_MISR", name):
            continue
        fields = (int(op0) & 1) << 19 | int(op1) << 16 | int(crn) << 12 | int(crm) << 8 | int(op2) << 5
        expect["probe_mrs_" + name] = 0xd5300000 | fields
        if access == "RW":
            expect["probe_msr_" + name] = 0xd5100000 | fields
    # From the architecture's own table of opcode words, not from our lists.
    expect.update({"probe_sys_CDAFF": 0xd508c160, "probe_sys_VDPEND": 0xd50cc180, "probe_sysl_CDIA": 0xd528c300,
                   "probe_sysl_CDNMIA": 0xd528c320, "probe_gsb_SYS": 0xd508c01f, "probe_gsb_ACK": 0xd508c03f,
                   "probe_xzr_CDEOI": 0xd508c1ff})
    for name, crm, op2 in lists("include/vgicv5/arch/insn.h", r"X\(D##(\w+), op1, (\d), (\d)\)"):
        for domain, op1 in (("CD", 0), ("VD", 4)):
            expect.setdefault("probe_sys_" + domain + name,
                              0xd5080000 | op1 << 16 | 12 << 12 | int(crm) << 8 | int(op2) << 5)
    return expect


def probe_mmio(compiler, obj):
    for name, body in functions(obj).items():
        if not name.startswith("probe_mmio"):
            continue
        for text in body:
            if re.match(r"^(ld|st)", text) and not re.match(r"^(ldr|str) [wx]\w+, \[x\d+\]$", text):
                fail(f"{compiler}: {name} uses an addressing mode that a syndrome does not tell: {text}")
        if sum(1 for text in body if re.match(r"^(ld|st)", text)) != 2:
            fail(f"{compiler}: {name} does not make two accesses")


def probe_order(compiler, obj):
    for name, body in functions(obj).items():
        if name.startswith("probe_order"):
            text = "\n".join(body)
            if not re.search(r"stlxr.*dmb ish\n.*\bldr ", text, re.S):
                fail(f"{compiler}: {name}: no barrier between the atomic and the later load")


def probe():
    expect = expected_words()
    for compiler, command in COMPILERS.items():
        obj = compile_to(command, A64, HERE + "objects_probe.c", f"probe-{compiler}")
        if not obj:
            continue
        seen = words(obj)
        probed = {name for name in seen if re.match(r"probe_(mrs|msr|sysl?|xzr|gsb)_", name)}
        for name in sorted(probed ^ set(expect)):
            fail(f"{compiler}: {name} is {'not expected' if name in probed else 'missing'}")
        for name in sorted(probed & set(expect)):
            system = [word for word in seen[name] if word >> 22 == 0xd5000000 >> 22 and word >> 12 != 0xd5032]
            mask = 0xffffffff if re.match(r"probe_(xzr|gsb)", name) else 0xffffffe0
            if [word & mask for word in system] != [expect[name]]:
                fail(f"{compiler}: {name} is {[hex(word) for word in system]}, not {expect[name]:#x}")
        probe_mmio(compiler, obj)
        probe_order(compiler, obj)
        print(f"{compiler}: {len(probed)} accessors")


# ---- template ----

def template():
    flags = {"x86-64 gcc": ("gcc", "", "ld"), "x86-64 clang": ("clang", "", "ld"),
             "aarch64 gcc": (CROSS + "gcc", "-mno-outline-atomics", CROSS + "ld"),
             "aarch64 clang": ("clang --target=aarch64-linux-gnu", "-mno-outline-atomics", CROSS + "ld")}
    sources = sorted(glob.glob("core/*.c") + glob.glob("core/hyp/*.c") + glob.glob("hal/template/*.c"))
    # What a compiler may call by itself in a freestanding environment, and every embedder must have.
    # my_*: the hypervisor around the example hal/template/embed.c.
    compiler_calls = {"memcpy", "memset", "memmove", "memcmp"}
    for where, (compiler, option, linker) in flags.items():
        objects = [compile_to(compiler, option + " -Ihal/template", source,
                              "template-" + where.replace(" ", "-") + "-" + source.replace("/", "_"))
                   for source in sources]
        if None in objects:
            continue
        linked = f"{OUT}/template-{where.replace(' ', '-')}.o"
        run(f"{linker} -r -o {linked} " + " ".join(objects))
        missing = {name for name in undefined(linked) - compiler_calls if not name.startswith("my_")}
        if missing:
            fail(f"{where}: core and hal/template need {' '.join(sorted(missing))}")
        print(f"{where}: {len(objects)} objects")
    lines = sum(len(open(path, encoding="utf-8").readlines()) for path in glob.glob("hal/template/*.[ch]"))
    print(f"hal/template: {lines} lines")
    if lines > 500:
        fail(f"hal/template has {lines} lines, more than 500")


def main():
    for tool in ("gcc", "clang", CROSS + "gcc", CROSS + "objdump"):
        if not shutil.which(tool):
            print(f"SKIPPED: no {tool}")
            sys.exit(77)
    os.makedirs(OUT, exist_ok=True)
    what, args = sys.argv[1], sys.argv[2:]
    if what == "hot":
        hot([arg for arg in args if arg != "--update"], "--update" in args)
    elif what == "probe":
        probe()
    else:
        template()
    sys.exit(1 if FAILURES else 0)


main()
