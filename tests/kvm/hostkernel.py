# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The host kernel of the KVM tests in QEMU: a ramdisk with programs, one boot, what each program said and returned."""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tools", "lib"))
from guestconsole import Console, Hang  # noqa: E402

# What a kernel says when it has found a mistake of its own.
TROUBLE = re.compile(r"WARNING: |BUG: |\bBUG at |INFO: (possible|trying|task|rcu|suspicious)|suspicious RCU|Oops|"
                     r"Unable to handle|Internal error|Kernel panic|ODEBUG|UBSAN|\[ BUG|inconsistent lock|"
                     r"(list_add|list_del) corruption|pagealloc: |refcount_t:|kmemleak: [1-9]|Object padding|Redzone|"
                     r"rcu_(preempt|sched) .*stall|scheduling while atomic|sleeping function|HYP panic|VM dead")


def fetch(what):
    """Path of a thing of tools/fetch; without network the test is skipped."""
    done = subprocess.run([os.path.join(TOP, "tools", "fetch"), what], check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode == 77:
        print(f"SKIPPED: no network: {what} is not in the cache")
        sys.exit(77)
    if done.returncode:
        sys.exit(f"tools/fetch {what} failed")
    return done.stdout.strip()


def verdict(wrong, summary):
    """Says what is wrong, and the summary. @return the exit status."""
    for text in wrong:
        print("WRONG:", text)
    print(summary)
    return 1 if wrong else 0


def make_ramdisk(target, files, tests):
    """`files` {path in the ramdisk: path here}, `tests` [(name, command)]."""
    root = target + ".root"
    shutil.rmtree(root, ignore_errors=True)
    for folder in ("bin", "dev", "proc", "sys", "tmp", "programs"):
        os.makedirs(os.path.join(root, folder))
    scripts = {name: os.path.join(HERE, name) for name in ("init", "leaks", "kunit", "linux", "moved")}
    files = {**scripts, "bin/busybox": fetch("busybox"), **files}
    for path, source in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        shutil.copyfile(source, os.path.join(root, path))
        os.chmod(os.path.join(root, path), 0o755)
    with open(os.path.join(root, "tests"), "w", encoding="utf-8") as f:
        f.writelines(f"{name} {command}\n" for name, command in tests)
    names = "\n".join(os.path.relpath(os.path.join(where, name), root)
                      for where, folders, plain in os.walk(root) for name in folders + plain)
    with open(target, "wb") as f:
        subprocess.run(["cpio", "--quiet", "-R", "0:0", "-H", "newc", "-o"], input=names.encode(), stdout=f, cwd=root,
                       check=True)
    shutil.rmtree(root)


def command(kernel, ramdisk, cpu, cpus=2, mem=1024, append="", more=()):
    """QEMU's command line; -cpu max has VHE, cortex-a57 has not."""
    return ["qemu-system-aarch64", "-M", "virt,virtualization=on,gic-version=3", "-cpu", cpu, "-smp", str(cpus),
            "-m", str(mem), "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot", "-kernel", kernel,
            "-initrd", ramdisk, "-append", f"console=ttyAMA0 panic=-1 panic_print=0x20 {append}", *more]


class Result:
    """Of one boot: {name: (status, [line])} of the programs, and the kernel's log."""

    def __init__(self):
        self.programs, self.log, self.done = {}, [], False

    def line(self, text, state):
        """Sorts one line; `state` is the name of the program that runs, or "log"."""
        match = re.match(r"kvm: (begin|end|log|done) ?(\S*) ?(\d*)$", text)
        if not match:
            if state == "log":
                self.log.append(text)
            elif state:
                self.programs[state][1].append(text)
            return state
        if match[1] == "begin":
            self.programs[match[2]] = (None, [])
            return match[2]
        if match[1] == "end":
            self.programs[match[2]] = (int(match[3]), self.programs[match[2]][1])
            return None
        self.done = self.done or match[1] == "done"
        return "log" if match[1] == "log" else None

    def trouble(self):
        """Lines in which the kernel complains, wherever they are."""
        lines = self.log + [line for _, output in self.programs.values() for line in output]
        return [line for line in lines if TROUBLE.search(line)]


def boot(log_path, *machine, silence=400, timeout=2400, **options):
    """Boots, and returns the Result; the console goes to a file."""
    result, state = Result(), None
    with open(log_path, "w", encoding="utf-8") as log:
        console = Console(command(*machine, **options), silence=silence, timeout=timeout)
        try:
            for line in console.lines():
                log.write(line + "\n")
                log.flush()
                state = result.line(line, state)
        except Hang as error:
            log.write(f"HANG: {error}\n")
            print(f"WRONG: {error}, in {state}")
            console.process.kill()
        console.close()
    return result
