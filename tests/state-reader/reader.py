#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Reads a saved GICv5 state, prints it so that a person can read it, and writes it again.

Usage: reader.py FILE...            print
       reader.py --check FILE...    only check, and that writing it again gives the same bytes

A file of the EL2 shell's monitor (a whole VM) is taken as well: its interrupt controller's section.
Written from doxygen/state.md and the architecture's registers alone, so that it shows what the page leaves open.
Exit status 1: one of the files is not such a state; why is printed.
"""
import itertools
import struct
import sys

MAGIC = b"vgicv5\x1a\n"
HEADER = struct.Struct("<8sIIQQ")
SECTION = struct.Struct("<IIQ")
REQUIRED = 1
STRAY = 1
S_VM, S_VIRS, S_VCPU, S_ITS, S_IWB, S_SPI, S_LPI_L2, S_LPI = range(1, 9)
END = 255
MAX_SPIS, MAX_VCPUS, MAX_TABLES = 65536, 512, 1 << 24
M32 = 0xFFFFFFFF

# Sections with a fixed layout: (name, format). No name: reserved.
VM = (("IRS_IDR0", "I"), ("IRS_IDR1", "I"), ("IRS_IDR2", "I"), ("ICC_IDR0_EL1", "I"), ("SPIs", "I"), ("vCPUs", "I"),
      ("visible PPIs", "Q"), ("visible PPIs 64", "Q"), ("Edge PPIs", "Q"), ("Edge PPIs 64", "Q"))
VIRS = (("IRS_IST_BASER", "Q"), ("IRS_IST_CFGR", "I"), ("IRS_CR0", "I"), ("IRS_CR1", "I"), ("IRS_SPI_SELR", "I"),
        ("IRS_PE_SELR", "I"), (None, "I"))
BITMAPS = ("enabled", "active", "Edge pending", "lines")
VCPU = (("VPE", "I"), ("IRS_PE_CR0", "I"), ("ICH_VMCR_EL2", "Q"), ("ICH_APR_EL2", "Q"), ("ICC_ICSR_EL1", "Q"),
        *((f"{name}{word}", "Q") for name in BITMAPS for word in ("", " 64")), ("priorities", "128s"))
ITS = (("address", "Q"), ("ITSID", "I"), ("widths", "I"), ("ITS_DT_BASER", "Q"), ("ITS_DT_CFGR", "I"),
       ("ITS_CR0", "I"), ("ITS_CR1", "I"), ("ITS_DIDR", "I"), ("ITS_EIDR", "I"), ("ITS_GEN_EVENT_DIDR", "I"),
       ("ITS_GEN_EVENT_EIDR", "I"), (None, "I"), ("ITS_READ_EVENT_DATAR", "Q"), ("ITS_SWERR_STATUSR", "Q"),
       ("ITS_SWERR_SYNDROMER0", "Q"), ("ITS_SWERR_SYNDROMER1", "Q"))
IWB = (("address", "Q"), ("DeviceID", "I"), ("wires", "I"), ("IWB_CR0", "I"), (None, "I"))
IWB_WORDS = ("enabled", "trigger mode Level", "lines", "handling mode due")
SPI_MAPS = ("trigger mode Level", "line asserted", "registered for end of interrupt", "registered and in flight",
            "in flight, line fallen")

# Fields of the architecture's registers that decide what else is in a state, or that people look for.
FIELDS = {
    "IRS_IDR0": (("IRSID", 31, 16), ("MPAM2", 13, 13), ("SWE", 12, 12), ("MPAM", 11, 11), ("MEC", 10, 10),
                 ("SETLPI", 9, 9), ("VIRT_ONE_N", 8, 8), ("ONE_N", 7, 7), ("VIRT", 6, 6), ("PA_RANGE", 5, 2),
                 ("INT_DOM", 1, 0)),
    "IRS_IDR1": (("PRI_BITS", 22, 20), ("IAFFID_BITS", 19, 16), ("PE_CNT", 15, 0)),
    "IRS_IDR2": (("ISTMD_SZ", 19, 15), ("ISTMD", 14, 14), ("IST_L2SZ", 13, 11), ("IST_LEVELS", 10, 10),
                 ("MIN_LPI_ID_BITS", 9, 6), ("LPI", 5, 5), ("ID_BITS", 4, 0)),
    "ICC_IDR0_EL1": (("GCIE_LEGACY", 11, 8), ("PRI_BITS", 7, 4), ("ID_BITS", 3, 0)),
    "IRS_IST_BASER": (("VALID", 0, 0),),
    "IRS_IST_CFGR": (("STRUCTURE", 16, 16), ("ISTSZ", 8, 7), ("L2SZ", 6, 5), ("LPI_ID_BITS", 4, 0)),
    "ICH_VMCR_EL2": (("VPMR", 31, 27), ("EN", 0, 0)),
    "ITS_DT_CFGR": (("STRUCTURE", 16, 16), ("L2SZ", 7, 6), ("DEVICEID_BITS", 5, 0)),
}


class Bad(Exception):
    """Not a state as the page describes it."""


def want(condition, text):
    if not condition:
        raise Bad(text)


def field(register, name, value):
    hi, lo = next((hi, lo) for field_name, hi, lo in FIELDS[register] if field_name == name)
    return value >> lo & ((1 << (hi - lo + 1)) - 1)


def members(word):
    """Numbers of the bits that are set."""
    return [n for n in range(word.bit_length()) if word >> n & 1]


def spans(numbers):
    """Runs of consecutive numbers: (first, count)."""
    for _, run in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = list(run)
        yield run[0][1], len(run)


# ---- Fixed layouts ----

def layout_format(layout):
    return struct.Struct("<" + "".join(kind for _, kind in layout))


def take(layout, body, what):
    """The fields at the beginning of a body, and the rest of it."""
    form = layout_format(layout)
    want(len(body) >= form.size, f"{what}: shorter than {form.size} bytes")
    values = {}
    for (name, _), value in zip(layout, form.unpack_from(body)):
        if name is None:
            want(value == 0, f"{what}: a reserved field is not zero")
        else:
            values[name] = value
    return values, body[form.size:]


def take_all(layout, body, what):
    values, rest = take(layout, body, what)
    want(not rest, f"{what}: longer than its fields")
    return values


def give(layout, values):
    return layout_format(layout).pack(*(values[name] if name else 0 for name, _ in layout))


# ---- Runs ----

def take_entries(body, limit, what):
    """Runs of entries: {ID: entry}."""
    entries, at, least = {}, 0, 0
    while len(body) - at >= 8:
        first, count = struct.unpack_from("<II", body, at)
        at += 8
        want(count >= 1, f"{what}: an empty run")
        want(first >= least, f"{what}: runs are not in order, or overlap")
        want(first + count <= limit, f"{what}: a run goes beyond ID {limit - 1}")
        want(at + 4 * count <= len(body), f"{what}: a run is cut off")
        entries.update(enumerate(struct.unpack_from(f"<{count}I", body, at), first))
        at += 4 * count
        least = first + count
    want(body[at:] in (b"", bytes(4)), f"{what}: padding is not zero")
    return entries


def give_entries(entries):
    body = b""
    for first, count in spans(sorted(entries)):
        body += struct.pack(f"<II{count}I", first, count, *(entries[first + i] for i in range(count)))
    return body + bytes(-len(body) % 8)


def take_pairs(body, what):
    """Runs of numbers: a list of them."""
    numbers, after = [], -1
    want(len(body) % 8 == 0, f"{what}: not whole runs")
    for first, count in struct.iter_unpack("<II", body):
        want(count >= 1, f"{what}: an empty run")
        want(first > after, f"{what}: runs are not in order, or adjacent")
        after = first + count
        want(after <= MAX_TABLES, f"{what}: a run beyond the last table")
        numbers += range(first, after)
    return numbers


# ---- Sections: body -> value, and back ----

def take_spi(body):
    value, rest = take((("count", "I"), ("flags", "I")), body, "SPI")
    want(1 <= value["count"] <= MAX_SPIS, "SPI: number of SPIs")
    words = (value["count"] + 63) // 64
    for name in SPI_MAPS:
        want(len(rest) >= 8 * words, "SPI: shorter than its bitmaps")
        value[name] = int.from_bytes(rest[:8 * words], "little")
        want(value[name] >> value["count"] == 0, f"SPI: {name}: a bit of an SPI that there is not")
        rest = rest[8 * words:]
    value["entries"] = take_entries(rest, value["count"], "SPI")
    return value


def give_spi(value):
    words = (value["count"] + 63) // 64
    maps = b"".join(value[name].to_bytes(8 * words, "little") for name in SPI_MAPS)
    return struct.pack("<II", value["count"], value["flags"]) + maps + give_entries(value["entries"])


def take_lpi(body):
    value, rest = take((("ID bits", "I"), ("flags", "I")), body, "LPI")
    want(value["ID bits"] <= 24, "LPI: ID bits")
    value["entries"] = take_entries(rest, 1 << value["ID bits"], "LPI")
    return value


def give_lpi(value):
    return struct.pack("<II", value["ID bits"], value["flags"]) + give_entries(value["entries"])


def give_lpi_l2(tables):
    return b"".join(struct.pack("<II", first, count) for first, count in spans(tables))


def take_iwb(body):
    value, rest = take(IWB, body, "IWB")
    size = value["wires"] // 8
    want(size and value["wires"] % 32 == 0 and len(rest) >= 4 * size, "IWB: number of wires and size do not agree")
    for i, name in enumerate(IWB_WORDS):
        value[name] = int.from_bytes(rest[i * size:(i + 1) * size], "little")
    rest = rest[4 * size:]
    count = len(members(value["handling mode due"]))
    want(len(rest) == (4 * count + 7) // 8 * 8 and not any(rest[4 * count:]),
         "IWB: as many LPIs as wires whose handling mode is due")
    value["LPIs due"] = list(struct.unpack_from(f"<{count}I", rest))
    return value


def give_iwb(value):
    words = b"".join(value[name].to_bytes(value["wires"] // 8, "little") for name in IWB_WORDS)
    lpis = b"".join(lpi.to_bytes(4, "little") for lpi in value["LPIs due"])
    return give(IWB, value) + words + lpis + bytes(-len(lpis) % 8)


def plain(name, layout):
    return name, lambda body: take_all(layout, body, name), lambda value: give(layout, value)


KINDS = {
    S_VM: plain("VM", VM),
    S_VIRS: plain("VIRS", VIRS),
    S_VCPU: plain("VCPU", VCPU),
    S_ITS: plain("ITS", ITS),
    S_IWB: ("IWB", take_iwb, give_iwb),
    S_SPI: ("SPI", take_spi, give_spi),
    S_LPI_L2: ("LPI_L2", lambda body: take_pairs(body, "LPI_L2"), give_lpi_l2),
    S_LPI: ("LPI", take_lpi, give_lpi),
}
KEYS = {S_VCPU: ("VPE",), S_ITS: ("address",), S_IWB: ("address", "DeviceID")}


# ---- The whole ----

def checksum(data):
    words = [word for word, in struct.iter_unpack("<I", data)]
    sums = list(itertools.accumulate(words, initial=1))
    return (sum(sums[1:]) & M32) << 32 | sums[-1] & M32


def split(data):
    """The sections as (type, flags, body); END is checked and left out."""
    want(len(data) >= HEADER.size and data[:8] == MAGIC, "it does not begin as a state does")
    _, version, size, total, reserved = HEADER.unpack_from(data)
    want(version == 1, f"version {version}")
    want(size == HEADER.size and reserved == 0, "the header says what it cannot")
    want(total == len(data) and total % 8 == 0, f"it is {len(data)} bytes long and says {total}")
    sections, at = [], HEADER.size
    while True:
        want(len(data) - at >= SECTION.size, "there is no END section")
        kind, flags, size = SECTION.unpack_from(data, at)
        at += SECTION.size
        want(not flags & ~REQUIRED, f"section {kind}: reserved flags")
        want(size % 8 == 0 and size <= len(data) - at, f"section {kind}: its size is wrong")
        if kind == END:
            break
        sections.append((kind, flags, data[at:at + size]))
        at += size
    want(flags == REQUIRED and size == 8 and at + 8 == len(data), "END is not at the end, or not as it must be")
    want(int.from_bytes(data[at:], "little") == checksum(data[:at]), "the checksum is wrong")
    return sections


def parse(data):
    """A list of (type, flags, value); the value of an unknown type is its body."""
    state = []
    for kind, flags, body in split(data):
        if kind in KINDS:
            want(flags == REQUIRED, f"{KINDS[kind][0]}: not required")
            state.append((kind, flags, KINDS[kind][1](body)))
        else:
            want(not flags & REQUIRED, f"section of unknown type {kind} is required")
            state.append((kind, flags, body))
    check_order([(kind, value) for kind, _, value in state if kind in KINDS])
    check_whole({kind: [v for k, _, v in state if k == kind] for kind in KINDS})
    return state


def encode(state):
    data = b""
    for kind, flags, value in state:
        body = KINDS[kind][2](value) if kind in KINDS else value
        data += SECTION.pack(kind, flags, len(body)) + body
    total = HEADER.size + len(data) + SECTION.size + 8
    data = HEADER.pack(MAGIC, 1, HEADER.size, total, 0) + data + SECTION.pack(END, REQUIRED, 8)
    return data + checksum(data).to_bytes(8, "little")


# ---- What must agree ----

def check_order(sections):
    before = (0,)
    for kind, value in sections:
        now = (kind, *(value[key] for key in KEYS.get(kind, ())))
        want(now > before, f"{KINDS[kind][0]}: not in order, or twice")
        before = now


def check_whole(found):
    want(len(found[S_VM]) == 1 and len(found[S_VIRS]) == 1, "VM or VIRS is missing")
    vm, virs = found[S_VM][0], found[S_VIRS][0]
    check_vm(vm)
    want(len(found[S_VCPU]) == vm["vCPUs"], "the number of VCPU sections")
    want(virs["IRS_CR0"] <= 1, "VIRS: IRS_CR0")
    for vcpu in found[S_VCPU]:
        check_vcpu(vm, vcpu)
    check_tables(vm, virs, found)
    for its in found[S_ITS]:
        want(not its["ITSID"] >> 16 and not its["widths"] >> 16 and its["ITS_CR0"] <= 1, "ITS: reserved bits")
    for iwb in found[S_IWB]:
        want(iwb["IWB_CR0"] <= 1, "IWB: reserved bits")
        want(iwb["address"] in [its["address"] for its in found[S_ITS]], "IWB: no such ITS")


# What the page says of every state.
FIXED = (("IRS_IDR0", "INT_DOM", 1), ("IRS_IDR0", "IRSID", 0), ("IRS_IDR0", "VIRT", 0), ("IRS_IDR0", "VIRT_ONE_N", 0),
         ("IRS_IDR0", "MEC", 0), ("IRS_IDR0", "MPAM", 0), ("IRS_IDR0", "MPAM2", 0), ("IRS_IDR0", "SWE", 0),
         ("IRS_IDR2", "LPI", 1), ("IRS_IDR2", "ISTMD", 0), ("IRS_IDR2", "ISTMD_SZ", 0), ("ICC_IDR0_EL1", "PRI_BITS", 4),
         ("ICC_IDR0_EL1", "GCIE_LEGACY", 0))


def check_vm(vm):
    want(vm["SPIs"] <= MAX_SPIS, "VM: number of SPIs")
    want(1 <= vm["vCPUs"] <= MAX_VCPUS, "VM: number of vCPUs")
    for register, name, value in FIXED:
        want(field(register, name, vm[register]) == value, f"VM: {register}.{name} is not {value}")
    want(field("IRS_IDR0", "PA_RANGE", vm["IRS_IDR0"]) <= 7, "VM: IRS_IDR0.PA_RANGE")
    want(field("IRS_IDR1", "PE_CNT", vm["IRS_IDR1"]) == vm["vCPUs"], "VM: IRS_IDR1.PE_CNT")
    for word in ("", " 64"):
        want(not vm["Edge PPIs" + word] & ~vm["visible PPIs" + word], "VM: Edge PPIs that are not visible")


def check_vcpu(vm, vcpu):
    what = f"VCPU {vcpu['VPE']}"
    one_n = field("IRS_IDR0", "ONE_N", vm["IRS_IDR0"])
    want(vcpu["IRS_PE_CR0"] <= 1 and (one_n or vcpu["IRS_PE_CR0"] == 1), f"{what}: IRS_PE_CR0")
    want(not vcpu["ICH_VMCR_EL2"] & ~0xF8000001, f"{what}: reserved bits of ICH_VMCR_EL2")
    for name in BITMAPS:
        for word in ("", " 64"):
            want(not vcpu[name + word] & ~vm["visible PPIs" + word], f"{what}: {name}: a PPI that is not visible")
    for word in ("", " 64"):
        edge = vm["Edge PPIs" + word]
        want(not vcpu["Edge pending" + word] & ~edge, f"{what}: a PPI that is not Edge among those that are")
        want(not vcpu["lines" + word] & edge, f"{what}: the line of an Edge PPI")
    want(max(vcpu["priorities"]) <= 31, f"{what}: priority")
    visible = vm["visible PPIs"] | vm["visible PPIs 64"] << 64
    want(not any(p for n, p in enumerate(vcpu["priorities"]) if not visible >> n & 1), f"{what}: priority of a PPI "
         "that is not visible")


def check_tables(vm, virs, found):
    valid = field("IRS_IST_BASER", "VALID", virs["IRS_IST_BASER"])
    cfgr = virs["IRS_IST_CFGR"]
    two_level = valid and field("IRS_IST_CFGR", "STRUCTURE", cfgr)
    want(len(found[S_SPI]) == bool(vm["SPIs"]), "SPI section and number of SPIs do not agree")
    want(len(found[S_LPI_L2]) == bool(two_level), "LPI_L2 section and IRS_IST_CFGR do not agree")
    want(len(found[S_LPI]) == valid, "LPI section and IRS_IST_BASER do not agree")
    vpes = {vcpu["VPE"] for vcpu in found[S_VCPU]}
    for kind in (S_SPI, S_LPI):
        for section in found[kind]:
            check_entries(vm, section, vpes, KINDS[kind][0])
    if found[S_SPI]:
        check_spi(vm, found[S_SPI][0])
    if valid:
        want(found[S_LPI][0]["ID bits"] == lpi_id_bits(vm, cfgr), "LPI: ID bits do not agree with IRS_IST_CFGR")
    if two_level:
        check_l2(found[S_LPI][0], found[S_LPI_L2][0], cfgr)


def lpi_id_bits(vm, cfgr):
    least = field("IRS_IDR2", "MIN_LPI_ID_BITS", vm["IRS_IDR2"])
    most = field("IRS_IDR2", "ID_BITS", vm["IRS_IDR2"])
    return min(max(field("IRS_IST_CFGR", "LPI_ID_BITS", cfgr), least), most)


def check_entries(vm, section, vpes, what):
    one_n = field("IRS_IDR0", "ONE_N", vm["IRS_IDR0"])
    want(not section["flags"] & ~STRAY, f"{what}: reserved flags")
    for number, entry in section["entries"].items():
        want(not entry & 0x1E0, f"{what} {number}: reserved bits")
        want(one_n or not entry & 0x10, f"{what} {number}: 1ofN, which the guest does not have")
        stray = not entry & 0x10 and entry >> 16 and entry >> 16 not in vpes
        want(not stray or section["flags"] & STRAY, f"{what} {number}: for a vCPU that there is not")


def check_spi(vm, spi):
    want(spi["count"] == vm["SPIs"], "SPI: another number of SPIs than in VM")
    want(not spi["registered and in flight"] & ~spi["registered for end of interrupt"],
         "SPI: in flight without being registered")
    want(not spi["in flight, line fallen"] & ~spi["registered and in flight"], "SPI: line fallen, not in flight")


def l2_bits(cfgr):
    istsz = field("IRS_IST_CFGR", "ISTSZ", cfgr)
    return 10 - (0 if istsz == 3 else istsz) + 2 * field("IRS_IST_CFGR", "L2SZ", cfgr)


def check_l2(lpi, tables, cfgr):
    bits = l2_bits(cfgr)
    want(not tables or tables[-1] << bits < 1 << lpi["ID bits"], "LPI_L2: a table beyond the last LPI")


# ---- For people ----

def register_text(name, value):
    fields = ", ".join(f"{field_name} {field(name, field_name, value)}" for field_name, _, _ in FIELDS.get(name, ())
                       if field(name, field_name, value))
    return f"  {name} {value:#x}" + (f" ({fields})" if fields else "")


def set_text(numbers):
    texts = [str(first) if count == 1 else f"{first}-{first + count - 1}" for first, count in spans(numbers)]
    return " ".join(texts) or "none"


def entry_text(entry):
    words = [name for bit, name in ((0, "pending"), (1, "active"), (3, "enabled")) if entry >> bit & 1]
    words.append("Level" if entry >> 2 & 1 else "Edge")
    words.append("1ofN" if entry >> 4 & 1 else f"to VPE {entry >> 16}")
    return f"priority {entry >> 11 & 31}, " + ", ".join(words)


def entries_lines(name, entries):
    """Neighbours that are alike on one line."""
    items = sorted(entries.items())
    for _, run in itertools.groupby(enumerate(items), lambda pair: (pair[1][0] - pair[0], pair[1][1])):
        run = [pair[1] for pair in run]
        numbers = str(run[0][0]) if len(run) == 1 else f"{run[0][0]}-{run[-1][0]}"
        yield f"  {name} {numbers}: {entry_text(run[0][1])}"


def vcpu_lines(vcpu):
    for name in ("IRS_PE_CR0", "ICH_VMCR_EL2", "ICH_APR_EL2", "ICC_ICSR_EL1"):
        yield register_text(name, vcpu[name])
    for name in BITMAPS:
        yield f"  PPIs, {name}: {set_text(members(vcpu[name] | vcpu[name + ' 64'] << 64))}"
    given = {n: p for n, p in enumerate(vcpu["priorities"]) if p}
    yield "  PPI priorities: " + (", ".join(f"{n}: {p}" for n, p in given.items()) or "all 0")


def fields_lines(value):
    for name, number in value.items():
        if isinstance(number, int):
            yield register_text(name, number)


def section_lines(kind, value):
    if kind == S_VCPU:
        yield f"vCPU, VPE {value['VPE']}"
        yield from vcpu_lines(value)
    elif kind == S_LPI_L2:
        yield f"valid L2 tables of LPIs: {set_text(value)}"
    elif kind in (S_SPI, S_LPI):
        name = KINDS[kind][0]
        yield f"{name}s: {value.get('count') or 1 << value['ID bits']}, {len(value['entries'])} with an entry"
        for bitmap in SPI_MAPS if kind == S_SPI else ():
            yield f"  {bitmap}: {set_text(members(value[bitmap]))}"
        yield from entries_lines(name, value["entries"])
    elif kind == S_IWB:
        yield (f"IWB, DeviceID {value['DeviceID']}, {value['wires']} wires, ITS at {value['address']:#x}, "
               f"CR0 {value['IWB_CR0']}")
        for name in IWB_WORDS:
            yield f"  {name}: {set_text(members(value[name]))}"
        yield "  LPIs of these: " + (" ".join(map(str, value["LPIs due"])) or "none")
    elif kind in KINDS:
        yield KINDS[kind][0]
        yield from fields_lines(value)
    else:
        yield f"unknown section {kind}, {len(value)} bytes"


# ---- Files ----

def from_shell(data):
    """The state in a VM that the EL2 shell saved (doxygen/shell.md); other data as it is."""
    if data[:8] != b"VGICV5VM":
        return data
    for i in range(struct.unpack_from("<I", data, 12)[0]):
        kind, _, _, offset, size, _ = struct.unpack_from("<16sIIQQQ", data, 64 + 48 * i)
        if kind.rstrip(b"\0") == b"gic":
            # The section is padded to whole words of 8 bytes, as a state is anyway.
            return data[offset:offset + size]
    raise Bad("the saved VM has no interrupt controller")


def show(name, only_check):
    with open(name, "rb") as f:
        data = from_shell(f.read())
    state = parse(data)
    want(encode(state) == data, "written again it is other bytes: no writer that follows the page made it")
    if only_check:
        return
    print(f"{name}: {len(data)} bytes")
    for kind, _, value in state:
        print("\n".join(section_lines(kind, value)))


def main(arguments):
    only_check = arguments[:1] == ["--check"]
    names = arguments[only_check:]
    if not names or names[0].startswith("-"):
        sys.exit(__doc__)
    wrong = 0
    for name in names:
        try:
            show(name, only_check)
        except (Bad, OSError, struct.error) as error:
            print(f"{name}: {error}", file=sys.stderr)
            wrong = 1
    if only_check and not wrong:
        print(f"{len(names)} states are as the page says, and the same bytes when they are written again")
    sys.exit(wrong)


if __name__ == "__main__":
    main(sys.argv[1:])
