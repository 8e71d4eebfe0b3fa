#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The project's own rules: licence tags, layering, sizes of functions and files, no host names.

Usage: rules.py FOLDER
Prints one line for each breach, and the distribution of function lengths. Exit status 1 if there is a breach.
"""
import os
import re
import statistics
import subprocess
import sys

DUAL = "GPL-2.0-only OR BSD-2-Clause"
GPL = "GPL-2.0-only"
GPL_FOLDERS = ("backends/linux-kvm/", "backends/xen/")
# Files that cannot carry a comment, stored inputs, licence texts.
NO_TAG = re.compile(r"(^LICENSES/|/corpus/|\.json$|\.md$|^\.gitignore$|^\.clang-format$|\.dts\.golden$|\.txt$)")
MAX_FUNCTION, MAX_P90, MAX_MEDIAN, MAX_FILE = 80, 40, 15, 700
PRODUCT = ("core/", "hal/", "backends/", "include/")

# What a folder may include, besides headers that lie in it. The first match counts.
INCLUDES = [
    ("include/vgicv5/arch/", r"vgicv5/arch/|vgicv5_types\.h$"),
    ("include/", r"vgicv5/|vgicv5_types\.h$|vgicv5_port\.h$"),
    ("core/", r"vgicv5/|vgicv5_types\.h$|vgicv5_port\.h$"),
    ("hal/soft/", r"vgicv5/arch/|vgicv5_soft/|vgicv5_types\.h$"),
]
HOST_CONDITION = re.compile(r"#\s*(?:if|ifdef|ifndef|elif)\b.*\b(__KERNEL__|__XEN__|__linux__|_WIN32|__unix__|__STDC_HOSTED__)\b")
CORE_FORBIDDEN = re.compile(r"\b(float|double|malloc|free|printf|alloca|BUG|BUG_ON|panic)\b\s*\(?")
URL = re.compile(r"https?://[^\s)\"'>]+")
URL_ALLOWED = re.compile(r"https?://developer\.arm\.com/|http://www\.gnu\.org/|https?://(example|localhost)\b")
MIRROR = re.compile(r"\b(?:deb|ftp|security|snapshot)\.debian\.org\b")


def project_files(top):
    """Names of all files of the project, from the index and the new ones, without what is ignored."""
    out = subprocess.run(["git", "-C", top, "ls-files", "--cached", "--others", "--exclude-standard"],
                         capture_output=True, text=True, check=True).stdout
    return sorted(name for name in set(out.split("\n")) if name and os.path.isfile(os.path.join(top, name)))


def without_comments(text):
    """C text with comments and string contents blanked, line structure kept."""
    def blank(match):
        s = match.group(0)
        return '""' if s.startswith('"') else re.sub(r"[^\n]", " ", s)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.DOTALL)


def functions(code):
    """(name, first line, lines) of each function: from its brace in column 1 to the closing one."""
    lines = code.split("\n")
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            head = " ".join(lines[max(0, start - 6):start - 1])
            names = re.findall(r"([A-Za-z_]\w*)\(", head)
            yield (names[0] if names else "?", start, number - start + 1)
            start = None


def check_tag(name, text):
    if NO_TAG.search(name) or not text.strip():
        return
    first = "\n".join(text.split("\n")[:4])
    wanted = GPL if name.startswith(GPL_FOLDERS) else DUAL
    if not re.search(r"SPDX-License-Identifier: " + re.escape(wanted) + r"( \*/)?$", first, re.MULTILINE):
        yield f"{name}: no SPDX tag '{wanted}' at the top"


def check_includes(name, code, names):
    allowed = next((pattern for folder, pattern in INCLUDES if name.startswith(folder)), None)
    if allowed is None:
        return
    for number, line in enumerate(code.split("\n"), 1):
        found = re.match(r'\s*#\s*include\s*[<"]([^>"]+)', line)
        if not found:
            continue
        header = found.group(1)
        own = os.path.normpath(os.path.join(os.path.dirname(name), header))
        layer = "/".join(name.split("/")[:2 if name.startswith("hal/") else 1]) + "/"
        if own in names and own.startswith(layer) or layer + header in names:
            continue
        if not re.match(allowed, header):
            yield f"{name}:{number}: includes {header}, which this layer may not"


def check_core(name, code):
    if not name.startswith(("core/", "include/vgicv5/")):
        return
    for number, line in enumerate(code.split("\n"), 1):
        if HOST_CONDITION.search(line):
            yield f"{name}:{number}: conditional on a host"
        found = CORE_FORBIDDEN.search(line)
        if found and not line.lstrip().startswith("#"):
            yield f"{name}:{number}: '{found.group(1)}' in the core"


def check_sizes(name, text, lengths):
    count = text.count("\n")
    if count > MAX_FILE:
        yield f"{name}: {count} lines, more than {MAX_FILE}"
    for function, line, length in functions(text):
        if name.startswith(PRODUCT):
            lengths.append(length)
        if length > MAX_FUNCTION:
            yield f"{name}:{line}: {function} has {length} lines, more than {MAX_FUNCTION}"


def check_hosts(name, text):
    if name.startswith("LICENSES/") or name == "tests/style/rules.py":
        return
    for number, line in enumerate(text.split("\n"), 1):
        for url in URL.findall(line):
            if not URL_ALLOWED.match(url):
                yield f"{name}:{number}: URL {url}"
        if MIRROR.search(line):
            yield f"{name}:{number}: name of a mirror"


def check_documented(name, text):
    """Each prototype of a public header follows a doc block, or another prototype under the same block."""
    if not name.endswith(".h") or not re.match(r"include/vgicv5/[^/]*$|hal/soft/include/", name):
        return
    lines = text.split("\n")
    before = ""
    for number, line in enumerate(lines, 1):
        if re.match(r"[a-z][^#=]*\b\w+\([^;]*", line) and not line.startswith(("typedef", "static", "enum")):
            if not (before.endswith("*/") or before.endswith(");")):
                yield f"{name}:{number}: no doc block: {line.strip()}"
        if line.strip():
            before = line.strip()
        elif not before.endswith("*/"):
            before = ""


def check_port(top):
    """The port has at most 25 extern functions (include/vgicv5/port.h)."""
    path = os.path.join(top, "include/vgicv5/port.h")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            count = len(set(re.findall(r"\b(vgicv5_port_\w+)\(", without_comments(file.read()))))
        if count > 25:
            yield f"include/vgicv5/port.h: {count} extern functions, more than 25"


def check_distribution(lengths):
    if len(lengths) < 10:
        return
    p90 = sorted(lengths)[len(lengths) * 9 // 10]
    median = statistics.median(lengths)
    print(f"functions of the product: {len(lengths)}, median {median:g} lines, nine in ten <= {p90}, longest {max(lengths)}")
    if median > MAX_MEDIAN or p90 > MAX_P90:
        yield f"function lengths: median {median:g} (<= {MAX_MEDIAN}), nine in ten {p90} (<= {MAX_P90})"


def check_file(top, name, names, lengths):
    with open(os.path.join(top, name), encoding="utf-8", errors="replace") as file:
        text = file.read()
    yield from check_tag(name, text)
    yield from check_hosts(name, text)
    if name.endswith((".c", ".h")):
        code = without_comments(text)
        yield from check_includes(name, without_comments_only(text), names)
        yield from check_core(name, code)
        yield from check_documented(name, text)
        yield from check_sizes(name, text, lengths)


def without_comments_only(text):
    """C text without comments, but with strings: #include "..." stays."""
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.DOTALL)


def main():
    top = sys.argv[1]
    names = project_files(top)
    known = set(names)
    lengths = []
    breaches = []
    for name in names:
        breaches += check_file(top, name, known, lengths)
    breaches += check_port(top)
    breaches += check_distribution(lengths)
    for breach in breaches:
        print(breach)
    print(f"{len(names)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


sys.exit(main())
