#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Domains that cannot be had: Xen says what is wrong with each and does not build it; the others are built and run.

Usage: badinput.py FOLDER XEN-VERSION CONFIGURATION PAYLOAD-ELF
With the configuration "native" there is no GICv5 at all, with "off" no virtual one either, else the test transport's.
"""
import os
import sys

from xenmachine import V5, Domain, Machine, bare_image, build_xen, linux_files

RUNS = "Booting Linux on physical CPU"
PAYLOAD_RUNS = "payload: begin"

# CPUs, properties, and what Xen has to say; {} is the name of the domain's node.
WRONG_PROPERTIES = [
    (1, ('xen,vgic = "v7";',), '{}: xen,vgic has to be "native", "v2", "v3" or "v5"'),
    (1, ("xen,vgic = <5>;",), '{}: xen,vgic has to be "native", "v2", "v3" or "v5"'),
    (1, ("xen,vgic;",), '{}: xen,vgic has to be "native", "v2", "v3" or "v5"'),
    (1, ('xen,vgic = "v5 ";',), '{}: xen,vgic has to be "native", "v2", "v3" or "v5"'),
    (0, V5, "{}: cpus = 0, with a GICv5 it can be 1 to"),
    (129, V5, "{}: cpus = 129, with a GICv5 it can be 1 to"),
    (4096, V5, "{}: cpus = 4096, with a GICv5 it can be 1 to"),
    (1, V5 + ("nr_spis = <4097>;",), "{}: nr_spis = 4097, with a GICv5 at most 4096"),
    (1, V5 + ("nr_spis = <0xffffffff>;",), "{}: nr_spis = 4294967295, with a GICv5 at most 4096"),
    (1, V5 + ("nr_spis = <0>;",), "{}: nr_spis = 0, vpl011 needs one"),
    (4097, ('xen,vgic = "v3";',), '{}: xen,vgic = "v3" with 4097 vCPUs cannot be had on this host'),
    (9, ('xen,vgic = "v2";',), '{}: xen,vgic = "v2" with 9 vCPUs cannot be had on this host'),
    # The board's GICv3 is no GICv2 as well, which comes out when the domain is created.
    (1, ('xen,vgic = "v2";',), "{}: cannot be created with the interrupt controller of xen,vgic (-19)"),
]
# ITS and IWB.
WRONG_PROPERTIES += [
    (1, V5 + ('xen,vgic-its = "yes";',), "{}: xen,vgic-its takes no value"),
    (1, V5 + ("xen,vgic-its = <16>;", "xen,vgic-iwb;"), "{}: xen,vgic-its takes no value"),
    (1, V5 + ("xen,vgic-its;", "xen,vgic-iwb = <32>;"), "{}: xen,vgic-iwb takes no value"),
    (1, V5 + ("xen,vgic-iwb;",), "{}: xen,vgic-iwb needs xen,vgic-its"),
    (1, ("xen,vgic-its;",), '{}: xen,vgic-its needs xen,vgic = "v5"'),
    (1, ('xen,vgic = "v3";', "xen,vgic-its;", "xen,vgic-iwb;"), '{}: xen,vgic-its needs xen,vgic = "v5"'),
    (1, ('xen,vgic = "native";', "xen,vgic-iwb;"), '{}: xen,vgic-iwb needs xen,vgic = "v5"'),
]
WRONG_PROPERTIES += [(1, V5 + ("xen,saved;",), "{}: xen,saved is for a Xen with CONFIG_VGIC_V5_TEST_SAVE")]
NO_GICV5 = [(1, V5, '{}: xen,vgic = "v5", but this host has no GICv5'),
            (2, V5 + ("nr_spis = <64>;",), '{}: xen,vgic = "v5", but this host has no GICv5')]
NO_SYMBOL = [(1, V5, "{}: xen,vgic is for a Xen with CONFIG_VGIC_V5"),
             (1, ('xen,vgic = "native";',), "{}: xen,vgic is for a Xen with CONFIG_VGIC_V5"),
             (1, ("xen,vgic-its;",), "{}: xen,vgic is for a Xen with CONFIG_VGIC_V5"),
             (1, ("xen,saved;",), "{}: xen,vgic is for a Xen with CONFIG_VGIC_V5")]
CASES = {"native": NO_GICV5, "off": NO_SYMBOL}


def follow(machine, missing, runs):
    """Until Xen has said all of `missing` and the good domains, in this order, all of `runs`."""
    built = 0
    for number, text in machine.said():
        if number == 0:
            missing -= {want for want in missing if want in text}
        elif number > len(runs):
            machine.fail(f"there is a domain {number}: {text}")
        elif runs[number - 1] and runs[number - 1] in text:
            runs[number - 1] = None
            built += 1
        if built == len(runs) and not missing:
            return
        # The good domains run after all domains have been built: what has not been said will not be.
        if built == len(runs) and missing:
            machine.fail(f"Xen did not say: {sorted(missing)}")


def good_domains(configuration, kernel, payload):
    """Domains that have to be built, and what they say."""
    arguments = "console=ttyAMA0 earlycon=pl011,0x22000000"
    good, runs = [Domain(kernel, None, arguments)], [RUNS]
    if configuration != "off":
        good.append(Domain(kernel, None, arguments, properties=('xen,vgic = "v3";',)))
        runs.append(RUNS)
    if configuration not in CASES:
        good.append(Domain(payload, cpus=2, memory=64, properties=V5 + ("nr_spis = <4096>;",)))
        runs.append(PAYLOAD_RUNS)
    return good, runs


def main():
    """Entry point."""
    folder, version, configuration, elf = sys.argv[1:5]
    xen = build_xen(folder, version, configuration)
    kernel, _, _ = linux_files(folder)
    own = os.path.join(folder, f"badinput-{version}-{configuration}")
    cases = CASES.get(configuration, WRONG_PROPERTIES)
    domains = [Domain(kernel, cpus=cpus, memory=128, properties=properties) for cpus, properties, _ in cases]
    want = {text.format(f"domU{n + 1}") for n, (_, _, text) in enumerate(cases)}
    want |= {f"domU{n + 1}: this domain is not built" for n in range(len(cases))}
    good, runs = good_domains(configuration, kernel, bare_image(own, elf))
    machine = Machine(own, xen, domains + good)
    follow(machine, want, runs)
    machine.stop()
    print(f"{len(cases)} domains refused, {len(good)} built")
    return 0


sys.exit(main())
