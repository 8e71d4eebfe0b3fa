#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The reader takes a state made by hand from doxygen/state.md, and refuses it with any one rule of the page broken.

Usage: test_reader.py
"""
import copy
import random
import sys

import reader
from reader import S_IWB, S_ITS, S_LPI, S_LPI_L2, S_SPI, S_VCPU, S_VIRS, S_VM, Bad

PPIS = 1 << 3 | 1 << 27 | 1 << 30


def vcpu(vpe):
    value = {name: 0 for name, _ in reader.VCPU}
    value.update({"VPE": vpe, "IRS_PE_CR0": 1, "ICH_VMCR_EL2": 0xF8000001, "ICH_APR_EL2": 0x10,
                  "ICC_ICSR_EL1": 1, "enabled": PPIS, "Edge pending": 1 << 3, "lines": 1 << 27,
                  "priorities": bytes(8 if PPIS >> n & 1 else 0 for n in range(128))})
    return value


def good():
    """Two vCPUs, 70 SPIs, a two-level LPI table of 2^12, an ITS and an IWB, a section of unknown type."""
    vm = {name: 0 for name, _ in reader.VM}
    vm.update({"IRS_IDR0": 1 | 2 << 2, "IRS_IDR1": 4 << 20 | 2 << 16 | 2, "IRS_IDR2": 16 | 1 << 5 | 10 << 6 | 1 << 10,
               "ICC_IDR0_EL1": 4 << 4 | 1, "SPIs": 70, "vCPUs": 2, "visible PPIs": PPIS, "Edge PPIs": 1 << 3})
    virs = {"IRS_IST_BASER": 0x40000001, "IRS_IST_CFGR": 1 << 16 | 12, "IRS_CR0": 1, "IRS_CR1": 0, "IRS_SPI_SELR": 7,
            "IRS_PE_SELR": 1}
    spi = {"count": 70, "flags": 0, "trigger mode Level": 1 << 69 | 2, "line asserted": 2,
           "registered for end of interrupt": 6, "registered and in flight": 6, "in flight, line fallen": 4,
           "entries": {1: 5 << 16 | 8 << 11 | 0xD, 2: 8 << 11 | 8, 3: 8 << 11 | 8, 69: 0xC}}
    lpi = {"ID bits": 12, "flags": 0, "entries": {0: 8, 1023: 9, 1024: 5 << 16 | 8, 1025: 8}}
    its = {name: 0 for name, _ in reader.ITS}
    its.update({"address": 0x8080000, "widths": 16 | 8 << 8, "ITS_DT_BASER": 0x41000000, "ITS_CR0": 1})
    iwb = {"address": 0x8080000, "DeviceID": 5, "wires": 64, "IWB_CR0": 1, "enabled": 3, "trigger mode Level": 1 << 63,
           "lines": 1 << 63, "handling mode due": 1, "LPIs due": [1023]}
    known = ((S_VM, vm), (S_VIRS, virs), (S_VCPU, vcpu(0)), (S_VCPU, vcpu(5)), (S_ITS, its), (S_IWB, iwb),
             (S_SPI, spi), (S_LPI_L2, [0, 1]), (S_LPI, lpi))
    return [(kind, 1, value) for kind, value in known[:4]] + [(77, 0, b"whatever")] + [
        (kind, 1, value) for kind, value in known[4:]]


def place(state, kind, which=0):
    return [i for i, section in enumerate(state) if section[0] == kind][which]


def setting(kind, name, new, which=0):
    def breakage(state):
        state[place(state, kind, which)][2][name] = new
    return breakage


def entry(kind, number, new):
    def breakage(state):
        state[place(state, kind)][2]["entries"][number] = new
    return breakage


def without(kind):
    def breakage(state):
        del state[place(state, kind)]
    return breakage


def swapped(first, second):
    def breakage(state):
        a, b = place(state, first), place(state, second)
        state[a], state[b] = state[b], state[a]
    return breakage


def twice(kind):
    def breakage(state):
        state.insert(place(state, kind), copy.deepcopy(state[place(state, kind)]))
    return breakage


def flags(kind, new):
    def breakage(state):
        i = place(state, kind)
        state[i] = (kind, new, state[i][2])
    return breakage


def tables(new):
    def breakage(state):
        i = place(state, S_LPI_L2)
        state[i] = (S_LPI_L2, 1, new)
    return breakage


BROKEN = [
    (setting(S_VM, "IRS_IDR0", 2), "INT_DOM"),
    (setting(S_VM, "IRS_IDR0", 1 | 8 << 2), "PA_RANGE"),
    (setting(S_VM, "IRS_IDR1", 3), "PE_CNT"),
    (setting(S_VM, "IRS_IDR2", 16), "LPI"),
    (setting(S_VM, "ICC_IDR0_EL1", 3 << 4), "PRI_BITS"),
    (setting(S_VM, "vCPUs", 0), "vCPUs"),
    (setting(S_VM, "Edge PPIs", 1), "not visible"),
    (setting(S_VM, "SPIs", 71), "number of SPIs"),
    (setting(S_VM, "SPIs", 0), "SPI section"),
    (setting(S_VIRS, "IRS_CR0", 3), "IRS_CR0"),
    (setting(S_VIRS, "IRS_IST_BASER", 0), "LPI"),
    (setting(S_VIRS, "IRS_IST_CFGR", 12), "LPI_L2"),
    (setting(S_VIRS, "IRS_IST_CFGR", 1 << 16 | 11), "ID bits"),
    (setting(S_VCPU, "VPE", 6), "not in order"),
    (setting(S_VCPU, "IRS_PE_CR0", 0), "PE_CR0"),
    (setting(S_VCPU, "ICH_VMCR_EL2", 2), "VMCR"),
    (setting(S_VCPU, "enabled", 1), "not visible"),
    (setting(S_VCPU, "Edge pending", 1 << 27), "not Edge"),
    (setting(S_VCPU, "lines", 1 << 3), "line of an Edge"),
    (setting(S_VCPU, "priorities", bytes([0] * 127 + [32])), "priority"),
    (setting(S_VCPU, "priorities", bytes([1] + [0] * 127)), "priority of a PPI"),
    (setting(S_SPI, "count", 69), "SPI"),
    (setting(S_SPI, "flags", 2), "reserved flags"),
    (setting(S_SPI, "line asserted", 1 << 70), "a bit of an SPI"),
    (setting(S_SPI, "registered and in flight", 1), "without being registered"),
    (setting(S_SPI, "in flight, line fallen", 2 | 1), "not in flight"),
    (entry(S_SPI, 70, 8), "beyond"),
    (entry(S_SPI, 0, 0x20), "reserved bits"),
    (entry(S_SPI, 0, 0x10), "1ofN"),
    (entry(S_SPI, 0, 6 << 16), "vCPU that there is not"),
    (entry(S_LPI, 4096, 8), "beyond"),
    (tables([0, 1, 4]), "beyond the last"),
    (setting(S_ITS, "ITS_CR0", 2), "ITS"),
    (setting(S_ITS, "address", 1), "no such ITS"),
    (setting(S_IWB, "IWB_CR0", 2), "IWB"),
    (setting(S_IWB, "LPIs due", []), "handling mode is due"),
    (setting(S_IWB, "LPIs due", [1, 2, 3]), "handling mode is due"),
    (without(S_VM), "missing"),
    (without(S_VIRS), "missing"),
    (without(S_VCPU), "VCPU"),
    (without(S_SPI), "SPI"),
    (without(S_LPI_L2), "LPI_L2"),
    (without(S_LPI), "LPI"),
    (swapped(S_VM, S_VIRS), "order"),
    (swapped(S_ITS, S_IWB), "order"),
    (twice(S_SPI), "twice"),
    (twice(S_VCPU), "twice"),
    (flags(77, 1), "unknown type"),
    (flags(77, 2), "reserved flags"),
    (flags(S_LPI, 0), "not required"),
]


def refused(data, text, what):
    try:
        reader.parse(data)
    except Bad as error:
        if text not in str(error):
            sys.exit(f"{what}: refused for another reason: {error}, not {text!r}")
        return
    sys.exit(f"{what}: not refused, but {text!r} is wrong")


def test_rules():
    for number, (breakage, text) in enumerate(BROKEN):
        state = good()
        breakage(state)
        refused(reader.encode(state), text, f"rule {number}")
    return len(BROKEN)


def with_checksum(data):
    return data[:-8] + reader.checksum(data[:-8]).to_bytes(8, "little")


def test_frame(data):
    """The header, END, lengths."""
    changes = ((0, 1), (8, 2), (12, 40), (16, 8), (24, 1), (len(data) - 16, 3))
    for at, new in changes:
        damaged = data[:at] + bytes([data[at] ^ new]) + data[at + 1:]
        refused(with_checksum(damaged), "", f"changed at {at}")
    refused(data[:-8], "", "cut off")
    refused(data + bytes(8), "", "longer")
    generator = random.Random(1)
    for _ in range(500):
        at = generator.randrange(len(data))
        refused(data[:at] + bytes([data[at] ^ 1 << generator.randrange(8)]) + data[at + 1:], "", f"bit flipped at {at}")
        refused(data[:at], "", f"cut off at {at}")


def words(*numbers):
    return b"".join(number.to_bytes(4, "little") for number in numbers)


def test_runs(data):
    """A reader takes any runs, a writer makes the longest."""
    two = reader.take_entries(words(1, 1, 8, 2, 1, 8), 8, "test")
    if two != {1: 8, 2: 8} or reader.give_entries(two) != words(1, 2, 8, 8):
        sys.exit(f"runs: {two}")
    # Empty; cut off; not in order; padding that is not zero.
    for raw in (words(1, 0), words(1, 2, 8), words(2, 1, 8, 1, 1, 8), words(1, 1, 8, 1)):
        try:
            reader.take_entries(raw, 8, "test")
        except Bad:
            continue
        sys.exit(f"the runs {raw.hex()} were taken")
    text = "\n".join("\n".join(reader.section_lines(kind, value)) for kind, _, value in reader.parse(data))
    for line in ("vCPU, VPE 5", "  SPI 1: priority 8, pending, enabled, Level, to VPE 5", "  SPI 2-3: priority 8, enabled, "
                 "Edge, to VPE 0", "valid L2 tables of LPIs: 0-1", "unknown section 77, 8 bytes"):
        if line not in text.split("\n"):
            sys.exit(f"printed without {line!r}:\n{text}")


def main():
    data = reader.encode(good())
    if reader.encode(reader.parse(data)) != data:
        sys.exit("read and written again it is other bytes")
    rules = test_rules()
    test_frame(data)
    test_runs(data)
    print(f"{rules} broken rules refused, each for its reason")


main()
