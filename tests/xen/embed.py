#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""backends/xen/embed on a real Xen tree: in, out again to the byte, the patch series, and refusals that change nothing.

Usage: embed.py FOLDER XEN-VERSION
"""
import glob
import os
import shutil
import subprocess
import sys

from xenmachine import TOP, output_of

EMBED = os.path.join(TOP, "backends", "xen", "embed")
LIB = "xen/arch/arm/vgicv5/lib"


def contents(tree):
    """Name: bytes and mode, or None for a folder, of all that is in a tree."""
    found = {}
    for folder, folders, names in os.walk(tree):
        for name in folders:
            found[os.path.relpath(os.path.join(folder, name), tree)] = None
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                found[os.path.relpath(path, tree)] = os.readlink(path)
                continue
            with open(path, "rb") as f:
                found[os.path.relpath(path, tree)] = (f.read(), os.stat(path).st_mode)
    return found


def differences(first, second, modes=True):
    """Names of what two trees do not have in common; bytes only, if not `modes`."""
    if not modes:
        first, second = ({name: what[0] if isinstance(what, tuple) else what for name, what in tree.items()}
                         for tree in (first, second))
    return sorted(name for name in first.keys() | second.keys()
                  if name not in first or name not in second or first[name] != second[name])


def embed(*words):
    """Status and what it says."""
    done = subprocess.run([EMBED, *words], check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def must(condition, text):
    """Ends the test unless it holds."""
    if not condition:
        sys.exit(f"WRONG: {text}")


def refused(tree, what, *words, where=""):
    """It must say no with a reason, and leave everything as it is; looks at a part of the tree only, if given."""
    before = contents(os.path.join(tree, where))
    status, said = embed(*words, tree)
    must(status == 1, f"{what}: status {status}, not 1: {said}")
    must(len(said.strip()) > len(tree) + 20 and "Traceback" not in said, f"{what}: no reason is given: {said}")
    changed = differences(before, contents(os.path.join(tree, where)))
    must(not changed, f"{what}: refused, but {changed} differ")


def check_library(tree):
    """What is the library's is in the tree as it is here."""
    count = 0
    for folder in ("core", "include", "hal"):
        for path in glob.glob(os.path.join(tree, LIB, folder, "**", "*.[ch]"), recursive=True):
            original = os.path.join(TOP, os.path.relpath(path, os.path.join(tree, LIB)))
            with open(path, "rb") as f, open(original, "rb") as g:
                must(f.read() == g.read(), f"{path} differs from {original}")
            count += 1
    must(count > 50, f"only {count} files of the library are in the tree")
    return count


def damage(tree, name):
    """Three ways in which a file can be another one than is known: empty, gone, and twice itself."""
    path, kept = os.path.join(tree, name), os.path.join(tree, "kept")
    with open(path, "rb") as f:
        text = f.read()
    shutil.copy2(path, kept)
    for what, data in (("empty", b""), ("doubled", text + text)):
        with open(path, "wb") as f:
            f.write(data)
        refused(tree, f"{name} {what}", "add", where="xen/arch/arm")
    os.unlink(path)
    refused(tree, f"{name} missing", "add", where="xen/arch/arm")
    shutil.move(kept, path)


def apply_patches(tree, folder):
    """With patch(1), as a maintainer might."""
    for path in sorted(glob.glob(os.path.join(folder, "*.patch"))):
        with open(path, encoding="utf-8") as f:
            subprocess.run(["patch", "-p1", "--quiet", "--no-backup-if-mismatch", "-F", "0"], cwd=tree, stdin=f, check=True)


def mail_patches(tree, folder):
    """With git am, as a committer would: what does not apply, or has no author, subject or text, ends it."""
    git = ["git", "-C", tree, "-c", "user.name=NAME", "-c", "user.email=ADDRESS", "-c", "core.autocrlf=false"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "stock"],
                  ["am", "-q", *sorted(glob.glob(os.path.join(os.path.abspath(folder), "*.patch")))]):
        subprocess.run(git + words, check=True)
    done = subprocess.run(git + ["rev-list", "--count", "HEAD"], check=True, capture_output=True, text=True)
    must(int(done.stdout) == 1 + len(os.listdir(folder)), f"git am made {done.stdout.strip()} commits")
    shutil.rmtree(os.path.join(tree, ".git"))


def main():
    folder, version = sys.argv[1], sys.argv[2]
    tar = output_of(os.path.join(TOP, "tools", "fetch"), f"xen-{version}")
    tree = os.path.join(folder, f"embed-{version}")
    shutil.rmtree(tree, ignore_errors=True)
    os.makedirs(tree)
    refused(tree, "an empty folder", "add")
    subprocess.run(["tar", "-xf", tar, "-C", tree, "--strip-components=1"], check=True)
    # Only the hypervisor and its documentation: the rest is left alone, and slow to look at.
    for name in ("tools", "stubdom", "automation"):
        shutil.rmtree(os.path.join(tree, name))
    stock = contents(tree)
    refused(tree, "a tree without it", "remove")
    must(embed("check", tree)[0] == 0, "check refuses a tree that is known")
    must(not differences(stock, contents(tree)), "check changes something")

    patches = os.path.join(folder, f"patches-{version}")
    shutil.rmtree(patches, ignore_errors=True)
    status, said = embed("add", "--patches", patches, tree)
    must(status == 0 and not differences(stock, contents(tree)), f"--patches: {said}")
    status, said = embed("add", tree)
    must(status == 0, f"add: {said}")
    print(said.strip())
    added = contents(tree)
    changed = [name for name in differences(stock, added) if name in stock]
    new = [name for name in differences(stock, added) if name not in stock]
    print(f"{len(changed)} files changed, {len(new)} new, {check_library(tree)} of the library")
    refused(tree, "a tree that has it", "add")

    status, said = embed("remove", tree)
    must(status == 0, f"remove: {said}")
    must(not differences(stock, contents(tree)), f"after remove: {differences(stock, contents(tree))} differ")
    for name in changed:
        damage(tree, name)
    must(not differences(stock, contents(tree)), "the test itself is wrong")
    apply_patches(tree, patches)
    must(not differences(added, contents(tree)), f"patches: {differences(added, contents(tree))} differ")
    embed("remove", tree)
    mail_patches(tree, patches)
    # Git has modes of its own.
    wrong = differences(added, contents(tree), modes=False)
    must(not wrong, f"git am: {wrong} differ")
    shutil.rmtree(tree)
    return 0


sys.exit(main())
