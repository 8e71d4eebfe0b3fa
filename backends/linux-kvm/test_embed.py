#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""embed on the sources of Debian's Linux: put in, taken out, refused.

Usage: test_embed.py FOLDER

Of the kernel only what hooks touch is unpacked, into FOLDER, once. Without network the test is skipped (status 77).
"""
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tarfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from hooks import HOOKS  # noqa: E402

TOP = HERE.parent.parent
FOLDER = None
OURS = "arch/arm64/kvm/vgicv5"


def unpack(folder):
    """The hooked files of the kernel, in FOLDER/linux."""
    done = subprocess.run([TOP / "tools/fetch", "linux-source"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 77:
        print("SKIPPED: no network: the sources of Linux are not in the cache")
        sys.exit(77)
    if done.returncode:
        sys.exit("tools/fetch linux-source failed")
    wanted = {hook.path for hook in HOOKS} | {"Makefile"}
    stamp = f"{done.stdout.strip()} {sorted(wanted)}"
    if (folder / "stamp").is_file() and (folder / "stamp").read_text(encoding="utf-8") == stamp:
        return
    shutil.rmtree(folder / "linux", ignore_errors=True)
    with tarfile.open(done.stdout.strip()) as tar:
        for member in tar:
            path = member.name.partition("/")[2]
            if path in wanted:
                member.name = path
                tar.extract(member, folder / "linux")
                wanted.remove(path)
            if not wanted:
                break
    (folder / "stamp").write_text(stamp, encoding="utf-8")


def state(tree):
    """Everything in a tree: path to mode and content."""
    return {
        str(path.relative_to(tree)): (path.lstat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in tree.rglob("*")
        if path.is_file()
    }


def embed(*arguments):
    """Status and what was said."""
    done = subprocess.run([HERE / "embed", *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class Embed(unittest.TestCase):
    """On a fresh copy of the tree each."""

    def setUp(self):
        self.tree = FOLDER / "tree"
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.copytree(FOLDER / "linux", self.tree)
        self.before = state(self.tree)

    def refused(self, word, *arguments):
        """The call fails, says why, and changes nothing."""
        before = state(self.tree)
        status, text = embed(*arguments)
        self.assertEqual((status, word in text, "nothing has been changed" in text), (1, True, True), text)
        self.assertEqual(state(self.tree), before)

    def round_trip(self, *options):
        """In and out."""
        self.assertEqual(embed("add", *options, self.tree), (0, ""))
        self.assertEqual(embed("check", self.tree), (0, "embedded\n"))
        after = state(self.tree)
        changed = {path for path in self.before if after[path] != self.before[path]}
        self.assertEqual(changed, {hook.path for hook in HOOKS})
        for path in ("core/vm.c", "core/hyp/switch.c", "glue/vm.c", "include/vgicv5/arch/irs.h", "Kconfig"):
            self.assertIn(f"{OURS}/{path}", after)
        self.assertEqual(embed("remove", self.tree), (0, ""))
        self.assertEqual(state(self.tree), self.before)
        self.assertFalse((self.tree / OURS).exists())
        self.assertEqual(embed("check", self.tree), (0, "can be embedded into\n"))

    def test_copies(self):
        """Copied files are plain files with the content that they have here."""
        self.round_trip()
        embed("add", self.tree)
        copy = self.tree / OURS / "core/vm.c"
        self.assertFalse(copy.is_symlink())
        self.assertEqual(copy.read_bytes(), (TOP / "core/vm.c").read_bytes())

    def test_links(self):
        """Links lead here."""
        self.round_trip("--link")
        embed("add", "--link", self.tree)
        self.assertEqual((self.tree / OURS / "core/vm.c").resolve(), TOP / "core/vm.c")

    def test_order(self):
        """Twice, or out before in."""
        self.refused("nothing to remove", "remove", self.tree)
        embed("add", self.tree)
        self.refused("embed remove first", "add", self.tree)

    def test_unknown_trees(self):
        """Each place must be there once; the last hook that fails must not leave the first."""
        for hook in HOOKS:
            path = self.tree / hook.path
            text = path.read_text(encoding="utf-8")
            for wrong in (text.replace(hook.before, "\n"), text + hook.before):
                path.write_text(wrong, encoding="utf-8")
                self.refused(hook.path, "add", self.tree)
                self.refused(hook.path, "check", self.tree)
            path.write_text(text, encoding="utf-8")

    def test_hook_changed_meanwhile(self):
        """A hook that somebody has edited is not taken out by guess."""
        embed("add", self.tree)
        path = self.tree / HOOKS[-1].path
        path.write_text(path.read_text(encoding="utf-8").replace(HOOKS[-1].after, "edited\n"), encoding="utf-8")
        self.refused(HOOKS[-1].path, "remove", self.tree)

    def test_missing_file(self):
        """A file that a hook needs is not there."""
        (self.tree / HOOKS[-1].path).unlink()
        self.refused("is missing", "add", self.tree)

    def test_file_in_the_way(self):
        """Nothing of the tree is overwritten."""
        path = self.tree / "include/kvm/arm_vgicv5.h"
        path.write_text("somebody else's\n", encoding="utf-8")
        self.refused("exists in the tree", "add", self.tree)

    def test_no_linux(self):
        """Some other folder."""
        status, text = embed("add", FOLDER)
        self.assertEqual((status, "not a Linux tree" in text), (1, True), text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    FOLDER = pathlib.Path(sys.argv.pop()).resolve()
    FOLDER.mkdir(parents=True, exist_ok=True)
    unpack(FOLDER)
    unittest.main(verbosity=2)
