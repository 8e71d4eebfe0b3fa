# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The file of a saved VM (doxygen/vmfile.md): taken apart, put together, and damaged."""
import struct

FACTOR, M64 = 0x9E3779B97F4A7C15, (1 << 64) - 1
HEADER = struct.Struct("<8sIIQQ16sIIQ")
SECTION = struct.Struct("<16sIIQQQ")
FRONT = 4096

# Offsets in the sections "machine", "vcpu", "uart", "line".
MIDR, CTR, DCZID, FREQUENCY, IDREGS, VIRTUAL_COUNT = 0, 8, 16, 24, 32, 112
ON, PSTATE, TIMER = 0, 264, 464
RIS, QUEUED = 28, 36
LENGTH = 0

EL2H, EL1H_DAIF, ANY_A32 = 0x3C9, 0x3C5, 0x10
SINGLE_STEP = 1 << 21
ALL_FEATURES = 0x1111111111110011
GIC_REASONS = "damaged, or of a VM|cannot do what its guest"


def checksum(data):
    """Of bytes whose number is a multiple of 8."""
    total = 0
    for word, in struct.iter_unpack("<Q", data):
        total = (total ^ word) * FACTOR & M64
        total ^= total >> 32
    return total


class Saved:
    """A saved VM taken apart: `sections` is a list of [kind, index, bytes]."""

    def __init__(self, data):
        self.magic, self.version, count, _, _, self.name, self.vcpus, _, self.ram = HEADER.unpack_from(data)
        self.sections = []
        for i in range(count):
            kind, index, _, offset, size, _ = SECTION.unpack_from(data, HEADER.size + i * SECTION.size)
            self.sections.append([kind.rstrip(b"\0").decode(), index, data[offset:offset + size]])

    def section(self, kind, index=0):
        """The list."""
        return next(section for section in self.sections if section[:2] == [kind, index])

    def patch(self, kind, offset, new, index=0):
        """Overwrites bytes of a section."""
        section = self.section(kind, index)
        section[2] = section[2][:offset] + new + section[2][offset + len(new):]

    def memory(self, kind, index=0):
        """The memory that a section holds."""
        data = self.section(kind, index)[2]
        memory = bytearray(struct.unpack_from("<Q", data)[0])
        at = 16
        while at < len(data):
            offset, size = struct.unpack_from("<QQ", data, at)
            memory[offset:offset + size] = data[at + 16:at + 16 + size]
            at += 16 + size
        return bytes(memory)

    def build(self):
        """The file, with sizes and checksums that are right."""
        table, body = b"", b""
        for kind, index, data in self.sections:
            table += SECTION.pack(kind.encode(), index, 0, FRONT + len(body), len(data), checksum(data))
            body += data
        head = [self.magic, self.version, len(self.sections), FRONT + len(body), 0, self.name, self.vcpus, 0, self.ram]
        table = table.ljust(FRONT - HEADER.size, b"\0")
        head[4] = checksum(HEADER.pack(*head) + table)
        return HEADER.pack(*head) + table + body


def read(path):
    """The bytes of a file that this module understands."""
    with open(path, "rb") as f:
        data = f.read()
    if Saved(data).build() != data:
        raise SystemExit(f"WRONG: {path} is not as the tests understand it")
    return data


# ---- Other files made of one, with checksums that are right ----

def u64(*values):
    """Little-endian numbers."""
    return struct.pack(f"<{len(values)}Q", *values)


def patched(data, kind, offset, new, index=0):
    """With other bytes in a section."""
    saved = Saved(data)
    saved.patch(kind, offset, new, index)
    return saved.build()


def changed(data, **members):
    """With something else in the header."""
    saved = Saved(data)
    for name, value in members.items():
        setattr(saved, name, value)
    return saved.build()


def with_sections(data, change):
    """With other sections: `change` is given the list."""
    saved = Saved(data)
    change(saved.sections)
    return saved.build()


def with_ram(data, *runs):
    """With these pieces of memory: offset, size, and how many bytes there are."""
    saved = Saved(data)
    saved.section("ram")[2] = u64(saved.ram, 0) + b"".join(u64(offset, size) + bytes(length)
                                                           for offset, size, length in runs)
    return saved.build()


def without(data, kind, index=0):
    """Without that section."""
    saved = Saved(data)
    saved.sections.remove(saved.section(kind, index))
    return saved.build()


def flipped(data, kind, offset, bit=0):
    """With one bit of a section the other way."""
    return patched(data, kind, offset, bytes([Saved(data).section(kind)[2][offset] ^ 1 << bit]))


# ---- What no reader takes: label, file, a pattern of what it has to say ----

def _shapes(data, generator):
    at = generator.randrange(FRONT, len(data))
    yield "cut off", data[:at], "shorter or longer"
    yield "short", data[:4000], "too early"
    yield "longer", data + bytes(8), "shorter or longer"
    yield f"bit at {at}", data[:at] + bytes([data[at] ^ 1]) + data[at + 1:], "checksum"
    yield "not finished", b"\0" + data[1:], "no saved VM, or its saving was not finished"
    yield "no file", b"\0" * 8192, "no saved VM"
    yield "magic", changed(data, magic=b"VGICV5VN"), "no saved VM"
    yield "version", changed(data, version=2), "another version"
    yield "odd memory", changed(data, ram=4096), "what cannot be"
    yield "three vCPUs", changed(data, vcpus=3), "a vCPU is missing|number of vCPUs"
    yield "without a vCPU", without(data, "vcpu", 1), "a vCPU is missing"
    yield "without memory", without(data, "ram"), "section is missing"
    yield "memory twice", with_sections(data, lambda s: s.append(s[-1])), "has a device that .* has not"
    yield "unknown device", with_sections(data, lambda s: s.append(["floppy", 0, bytes(8)])), "has a device that .* has not"


def _machine(data):
    yield "frequency", patched(data, "machine", FREQUENCY, u64(1000)), "another frequency"
    yield "DC ZVA", patched(data, "machine", DCZID, u64(9)), "DC ZVA"
    yield "cache lines", patched(data, "machine", CTR, u64(0xF000F)), "CTR_EL0"
    yield "features", patched(data, "machine", IDREGS, u64(ALL_FEATURES)), "has features"
    yield "EL2", patched(data, "vcpu", PSTATE, u64(EL2H)), "no guest can be in"
    yield "AArch32", patched(data, "vcpu", PSTATE, u64(ANY_A32)), "no guest can be in"
    yield "single step", patched(data, "vcpu", PSTATE, u64(EL1H_DAIF | SINGLE_STEP)), "no guest can be in"
    yield "half on", patched(data, "vcpu", ON, u64(2), 1), "neither on nor off"
    yield "timer", patched(data, "vcpu", TIMER, u64(4)), "timer has bits"
    yield "UART", patched(data, "uart", QUEUED, struct.pack("<I", 2000)), "UART is in a state"
    yield "line", patched(data, "line", LENGTH, struct.pack("<I", 240)), "line that it prints"


def _memory(data):
    page, end = 4096, Saved(data).ram
    for label, runs in (("beyond", [(1 << 40, page, page)]), ("over the end", [(end - page, 2 * page, 2 * page)]),
                        ("backwards", [(2 * page, page, page), (0, page, page)]), ("not whole pages", [(0, 8, 8)]),
                        ("in an empty run", [(0, 0, 0)]), ("more than the section", [(0, 2 * page, page)])):
        yield f"memory {label}", with_ram(data, *runs), "where there is none"
    cut = Saved(data)
    cut.section("ram")[2] = u64(cut.ram, 0, 0)
    yield "memory cut off", cut.build(), "too early"


def damaged(data, generator):
    """Of a VM with two vCPUs, both on."""
    yield from _shapes(data, generator)
    yield from _machine(data)
    yield from _memory(data)


def damaged_gic(data, generator, flips=1, cuts=1):
    """The interrupt controller's section, which is for the library to judge."""
    gic = Saved(data).section("gic")[2]
    for _ in range(flips):
        at, bit = generator.randrange(len(gic)), generator.randrange(8)
        yield f"gic bit {bit} at {at}", flipped(data, "gic", at, bit), GIC_REASONS
    for _ in range(cuts):
        length = generator.randrange(1, len(gic) // 8) * 8
        saved = Saved(data)
        saved.section("gic")[2] = gic[:length]
        yield f"gic cut to {length}", saved.build(), GIC_REASONS
