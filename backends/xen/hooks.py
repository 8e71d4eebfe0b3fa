# SPDX-License-Identifier: GPL-2.0-only
"""The places of a Xen tree that the virtual GICv5 changes.

A hook is a file (or the names it has had) and one or more ways to change it, each a few words to be found there and what
takes their place; the first way whose words are in the file, exactly once, counts. So one list serves all the versions
of Xen that are known.
"""
import collections

Hook = collections.namedtuple("Hook", "patch file ways")
# `only`: words that the file has to have as well, elsewhere.
Way = collections.namedtuple("Way", "found text only")

ARM = "xen/arch/arm/"


def replace(patch, name, *ways):
    """`ways`: pairs of what is found and what takes its place."""
    return Hook(patch, name, [Way(words, text, "") for words, text in ways])


def after(patch, name, *pairs):
    """`pairs`: what is found, and what comes behind it."""
    return Hook(patch, name, [Way(words, words + text, "") for words, text in pairs])


def before(patch, name, *pairs):
    """`pairs`: what is found, and what comes before it."""
    return Hook(patch, name, [Way(words, text + words, "") for words, text in pairs])


def each(kind, patch, name, *pairs):
    """One hook for each pair, all of that kind and in that file."""
    return [kind(patch, name, pair) for pair in pairs]


def v5(domain, *lines):
    """What a GICv5 domain does, and mostly nothing else: lines of C behind the question whether it is one."""
    if len(lines) == 1:
        return f"    if ( vgic_is_v5({domain}) )\n        {lines[0]}\n\n"
    return f"    if ( vgic_is_v5({domain}) )\n    {{\n" + "".join(f"        {line}\n" for line in lines) + "    }\n\n"


REGISTER = v5("d", "*mmio_count = 3; /* IRS, ITS and IWB */", "return vgic_v5_register(d);")

VGIC = [
    after("dispatch", "xen/include/public/arch-arm.h",
          ("#define XEN_DOMCTL_CONFIG_GIC_V3        2\n", "#define XEN_DOMCTL_CONFIG_GIC_V5        3\n")),
    after("dispatch", ARM + "include/asm/gic.h", ("    GIC_V2,\n    GIC_V3,\n", "    GIC_V5,\n")),
    before("dispatch", ARM + "include/asm/vgic.h",
           ("    /* Base address for guest GIC */\n",
            "#ifdef CONFIG_VGIC_V5\n"
            "    struct vgic_v5_domain *v5; /* GICv5 only, instead of all of the above */\n#endif\n")),
    before("dispatch", ARM + "include/asm/vgic.h",
           ("    /* GICv3: redistributor base and flags for this vCPU */\n",
            "#ifdef CONFIG_VGIC_V5\n"
            "    struct vgic_v5_vcpu *v5; /* GICv5 only, instead of all else */\n#endif\n\n")),
    before("dispatch", ARM + "include/asm/vgic.h",
           ("#endif /* __ASM_ARM_VGIC_H__ */\n", "#include <asm/vgic-v5.h>\n\n")),
    after("dispatch", ARM + "vgic.c",
          ("int domain_vgic_register(struct domain *d, unsigned int *mmio_count)\n{\n", REGISTER),
          ("int domain_vgic_register(struct domain *d, int *mmio_count)\n{\n", REGISTER)),
    *each(before, "dispatch", ARM + "vgic.c",
          ("    d->arch.vgic.ctlr = 0;\n", v5("d", "return vgic_v5_domain_init(d, nr_spis);")),
          ("    for ( i = 0; i < (d->arch.vgic.nr_spis); i++ )\n    {\n        struct pending_irq *p = spi_to",
           v5("d", "vgic_v5_domain_free(d);", "return;")),
          ("    v->arch.vgic.private_irqs = xzalloc(struct vgic_irq_rank);\n",
           v5("v->domain", "return vgic_v5_vcpu_init(v);")),
          ("    xfree(v->arch.vgic.private_irqs);\n    return 0;\n", v5("v->domain", "vgic_v5_vcpu_free(v);")),
          ("    /*\n     * We don't migrate LPIs at the moment.\n     * If we ever",
           "    /* No interrupt of a GICv5 domain is tied to one of the host. */\n" + v5("d", "return;")),
          ("    spin_lock_irqsave(&v->arch.vgic.lock, flags);\n"
           "    list_for_each_entry_safe ( p, t, &v->arch.vgic.inflight_irqs, inflight )\n        list_del_init",
           v5("v->domain", "vgic_v5_vcpu_reset(v);", "return;")),
          ("    /*\n     * For edge triggered interrupts we always ignore a \"falling edge\".\n",
           v5("d", "vgic_v5_inject_irq(d, v, virq, level);", "return;")),
          ("    p = irq_to_pending(v, v->domain->arch.evtchn_irq);\n",
           v5("v->domain", "return vgic_v5_evtchn_irq_pending(v);")),
          ("    ASSERT(v->domain->arch.vgic.handler->emulate_reg != NULL);\n",
           "    /* Registers of a GICv3: not for a GICv5 domain. */\n" + v5("v->domain", "return false;")),
          ("    default:\n        return 0;\n    }\n}\n",
           "#ifdef CONFIG_VGIC_V5\n    case XEN_DOMCTL_CONFIG_GIC_V5:\n        return vgic_v5_max_vcpus();\n#endif\n\n")),
]

GIC_VGIC = [
    *each(before, "dispatch", ARM + "gic-vgic.c",
          ("    gic_hw_ops->update_hcr_status(GICH_HCR_UIE, false);\n",
           v5("v->domain", "vgic_v5_sync_from_guest(v);", "return;")),
          ("    mask_priority = gic_hw_ops->read_vmcr_priority();\n",
           v5("v->domain", "return vgic_v5_pending_irq(v);")[:-1] +
           "    /* The debug key that destroys domains runs in the idle domain. */\n"
           "    if ( IS_ENABLED(CONFIG_VGIC_V5_TEST_TRANSPORT) && is_idle_vcpu(v) )\n        return 0;\n\n"),
          ("    gic_restore_pending_irqs(current);\n",
           v5("current->domain", "vgic_v5_sync_to_guest();", "return;")),
          ("    list_for_each_entry ( p, &v->arch.vgic.inflight_irqs, inflight )\n        printk",
           v5("v->domain", "vgic_v5_dump_vcpu(v);", "return;")),
          ("    ASSERT(!v && virq >= 32);\n", v5("d", "return NULL;"))),
]

SWITCH = [
    # The host's GIC is parked with empty list registers, as its vCPU state is all zero.
    *each(before, "dispatch", ARM + "gic.c",
          ("    v->arch.lr_mask = this_cpu(lr_mask);\n", v5("v->domain", "vgic_v5_save(v);")),
          ("    this_cpu(lr_mask) = v->arch.lr_mask;\n", v5("v->domain", "vgic_v5_restore(v);"))),
    replace("dispatch", ARM + "gic-v3.c",
            ("     * GICv2\n     */\n    if ( v->domain->arch.vgic.version == GIC_V2 )\n",
             "     * GICv2 or GICv5\n     */\n    if ( v->domain->arch.vgic.version == GIC_V2 ||\n"
             "         vgic_is_v5(v->domain) )\n")),
    before("dispatch", ARM + "gic-v3.c",
           ("    WRITE_SYSREG(v->arch.gic.v3.vmcr, ICH_VMCR_EL2);\n    restore_aprn_regs(&v->arch.gic);\n",
            "#ifdef CONFIG_VGIC_V5\n"
            "    /*\n     * ICC_SRE_EL2.Enable is RAO/WI where there is no GICv2 mode, so the\n"
            "     * CPU interface has to be closed to a GICv5 domain by traps.\n     */\n"
            "    val = READ_SYSREG(ICH_HCR_EL2) & ~VGIC_V5_GICH_HCR_TRAPS;\n"
            "    if ( vgic_is_v5(v->domain) )\n        val |= VGIC_V5_GICH_HCR_TRAPS;\n"
            "    WRITE_SYSREG(val, ICH_HCR_EL2);\n#endif\n\n")),
    before("dispatch", ARM + "irq.c",
           ("    /* Only routing to virtual SPIs is supported */\n",
            v5("d", "printk(XENLOG_G_ERR", "       \"%pd: no IRQ can be routed to a virtual GICv5 yet\\n\", d);",
               "return -EOPNOTSUPP;"))),
]

DOMAIN = [
    after("domain", ARM + "domain.c",
          ("        d->arch.vgic.version = GIC_V3;\n        break;\n",
           "\n#ifdef CONFIG_VGIC_V5\n    case XEN_DOMCTL_CONFIG_GIC_V5:\n        d->arch.vgic.version = GIC_V5;\n"
           "        break;\n#endif\n")),
    replace("domain", ARM + "domain.c",
            ("        d->arch.evtchn_irq = GUEST_EVTCHN_PPI;\n",
             "        d->arch.evtchn_irq = vgic_is_v5(d) ? VGIC_V5_EVTCHN_PPI\n"
             "                                           : GUEST_EVTCHN_PPI;\n")),
    replace("domain", ARM + "domain.c",
            ("        if ( !vgic_reserve_virq(d, GUEST_EVTCHN_PPI) )\n",
             "        if ( !vgic_reserve_virq(d, d->arch.evtchn_irq) )\n")),
    after("domain", ARM + "time.c",
          ("    perfc_incr(virt_timer_irqs);\n",
           "\n" + v5("current->domain", "vgic_v5_vtimer_interrupt(current);", "return;")[:-1])),
    replace("domain", ARM + "vtimer.c",
            ("    t->ctl |= CNTx_CTL_MASK;\n    vgic_inject_irq(",
             "    /* A GICv5 domain sees what it wrote: its line is a level. */\n"
             "    if ( !vgic_is_v5(t->v->domain) )\n        t->ctl |= CNTx_CTL_MASK;\n    vgic_inject_irq(")),
    before("domain", ARM + "vpl011.c",
           ("#ifndef CONFIG_NEW_VGIC\n    /*\n     * TODO: PL011 interrupts are level triggered which",
            v5("d", "vgic_inject_irq(d, NULL, vpl011->virq, uartmis);", "return;"))),
    replace("domain", ARM + "vpl011.c",
            ("        vpl011->base_addr = GUEST_PL011_BASE;\n        vpl011->virq = GUEST_VPL011_SPI;\n",
             "        vpl011->base_addr = vgic_is_v5(d) ? VGIC_V5_VPL011_BASE\n"
             "                                          : GUEST_PL011_BASE;\n"
             "        vpl011->virq = vgic_is_v5(d) ? VGIC_V5_VPL011_VIRQ\n"
             "                                     : GUEST_VPL011_SPI;\n")),
    before("domain", ARM + "vpl011.c",
           ("        gprintk(XENLOG_ERR, \"vpl011: unhandled read",
            "#ifdef CONFIG_VGIC_V5_TEST_SAVE\n"
            "        if ( vgic_v5_uart_read(d, vpl011_reg, r) )\n            return 1;\n#endif\n\n")),
    before("domain", ARM + "vpl011.c",
           ("        gprintk(XENLOG_ERR, \"vpl011: unhandled write",
            "#ifdef CONFIG_VGIC_V5_TEST_SAVE\n"
            "        if ( vgic_v5_uart_write(d, vpl011_reg, r) )\n            return 1;\n#endif\n\n")),
]

SWITCH_SYSREG = "    struct vcpu *v = current;\n\n    switch ( hsr.bits & HSR_SYSREG_REGS_MASK )\n"


def sysreg_way(cpuinfo):
    """Before the switch over the registers; `cpuinfo` is what the version calls the registers that domains see."""
    head, tail = SWITCH_SYSREG.split("\n\n")
    found = cpuinfo + "."
    text = (head + "\n\n    if ( vgic_is_v5(v->domain) &&\n"
            "         vgic_v5_trap_sysreg(regs, hsr, %s.pfr64.bits[0]) )\n        return;\n\n" % cpuinfo + tail)
    return Way(SWITCH_SYSREG, text, found)


TRAPS = [
    Hook("traps", ARM + "arm64/vsysreg.c", [sysreg_way("domain_cpuinfo"), sysreg_way("guest_cpuinfo")]),
    after("traps", ARM + "traps.c",
          ("        perfc_incr(trap_hvc64);\n",
           "        if ( vgic_is_v5(current->domain) && vgic_v5_trap_hvc(regs, hsr) )\n            return;\n")),
]

CONFIG = ("\n        /*\n         * The variable max_init_domid is initialized with zero, so here it's\n",
          "\n        if ( !vgic_v5_dom0less_config(node, &d_cfg, &flags) )\n            continue;\n")
CREATED = ("        d = domain_create(++max_init_domid, &d_cfg, flags);\n",
           "        if ( IS_ERR(d) && vgic_v5_dom0less_failed(node, PTR_ERR(d)) )\n            continue;\n")
MAKE_NODE = ("    switch ( kinfo->d->arch.vgic.version )\n    {\n#ifdef CONFIG_GICV3\n    case GIC_V3:\n        return make_gicv3",
             v5("kinfo->d", "return vgic_v5_make_domU_node(kinfo);"))
UART = ("    set_interrupt(intr, d->arch.vpl011.virq, 0xf, DT_IRQ_TYPE_LEVEL_HIGH);\n\n"
        "    res = fdt_property(fdt, \"interrupts\", intr, sizeof (intr));\n    if ( res )\n        return res;\n\n"
        "    res = fdt_property_cell(fdt, \"interrupt-parent\",\n"
        "                            kinfo->phandle_gic);\n",
        "    if ( vgic_is_v5(d) )\n"
        "        res = vgic_v5_make_device_interrupt(kinfo, d->arch.vpl011.virq);\n"
        "    else\n    {\n"
        "        set_interrupt(intr, d->arch.vpl011.virq, 0xf,\n"
        "                      DT_IRQ_TYPE_LEVEL_HIGH);\n"
        "        res = fdt_property(fdt, \"interrupts\", intr, sizeof (intr));\n"
        "        if ( !res )\n"
        "            res = fdt_property_cell(fdt, \"interrupt-parent\",\n"
        "                                    kinfo->phandle_gic);\n"
        "    }\n")
DOM0LESS = (ARM + "dom0less-build.c", ARM + "domain_build.c")  # since 4.18, and before

SAVED = ("    rc = dt_property_read_u64(node, \"memory\", &mem);\n    if ( !rc )\n",
         "    if ( vgic_v5_is_saved(node) )\n        return vgic_v5_construct_saved(d, node);\n\n")

TREE = [
    after("dom0less", "SUPPORT.md",
          ("Extension to the GICv3 interrupt controller to support MSI.\n\n    Status: Experimental\n",
           "\n### ARM/Virtual GICv5\n\nA GICv5 in place of a GICv2 or GICv3 for domains built by dom0less. There is no\n"
           "driver of a physical GICv5, so it needs the test transport.\n\n    Status: Experimental\n")),
    before("dom0less", "docs/misc/arm/device-tree/booting.txt",
           ("- nr_spis\n\n    Optional. A 32-bit integer",
            "- xen,vgic\n\n    Optional. A string: which interrupt controller the domain has, \"native\"\n"
            "    (as the host's, also if it is missing), \"v2\", \"v3\" or \"v5\". The last\n"
            "    needs CONFIG_VGIC_V5. A domain whose choice this host cannot offer is\n"
            "    not built.\n\n"
            "- xen,vgic-its\n\n"
            "    Optional, without a value, for a GICv5 only: the domain has an ITS.\n\n"
            "- xen,vgic-iwb\n\n"
            "    Optional, without a value, with xen,vgic-its only: the interrupts of the\n"
            "    domain's emulated devices are wires of an IWB and not SPIs.\n\n")),
    before("dom0less", DOM0LESS, CONFIG),
    after("dom0less", DOM0LESS, CREATED),
    before("dom0less", DOM0LESS, SAVED),
    before("dom0less", DOM0LESS, MAKE_NODE),
    replace("dom0less", DOM0LESS, UART),
    replace("dom0less", ARM + "domain_build.c",
            ("    set_interrupt(intr, d->arch.evtchn_irq, 0xf, DT_IRQ_TYPE_LEVEL_LOW);\n",
             "    if ( vgic_is_v5(d) )\n"
             "        vgic_v5_set_interrupt(intr, d->arch.evtchn_irq, 0);\n"
             "    else\n"
             "        set_interrupt(intr, d->arch.evtchn_irq, 0xf, DT_IRQ_TYPE_LEVEL_LOW);\n")),
    after("dom0less", ARM + "domain_build.c",
          ("    set_interrupt(intrs[2], irq[TIMER_VIRT_PPI], 0xf, DT_IRQ_TYPE_LEVEL_LOW);\n",
           "\n    if ( vgic_is_v5(kinfo->d) )\n    {\n"
           "        vgic_v5_set_interrupt(intrs[0], irq[TIMER_PHYS_SECURE_PPI], 0);\n"
           "        vgic_v5_set_interrupt(intrs[1], irq[TIMER_PHYS_NONSECURE_PPI], 0);\n"
           "        vgic_v5_set_interrupt(intrs[2], irq[TIMER_VIRT_PPI], 0);\n    }\n")),
    before("dom0less", ARM + "domain_build.c",
           ("        if ( is_64bit_domain(d) )\n        {\n"
            "            res = fdt_property_string(fdt, \"enable-method\", \"psci\");\n",
            "        if ( vgic_is_v5(d) )\n        {\n"
            "            res = vgic_v5_make_cpu_phandle(fdt, cpu);\n"
            "            if ( res )\n                return res;\n        }\n\n")),
]

BUILD = [
    before("dom0less", ARM + "Kconfig", ("source \"arch/arm/tee/Kconfig\"\n", "source \"arch/arm/vgicv5/Kconfig\"\n\n")),
    after("dom0less", ARM + "Makefile", ("obj-$(CONFIG_TEE) += tee/\n", "obj-$(CONFIG_VGIC_V5) += vgicv5/\n")),
]

ALL = BUILD + VGIC + GIC_VGIC + SWITCH + DOMAIN + TRAPS + TREE

# The patches of a series, in order, each with its subject and its message. Files come with "library" and "glue".
PATCHES = [
    ("library", "arm: import libvgicv5",
     """The core of a virtual GICv5 and a software GICv5, unchanged from
libvgicv5. Not built before the last patch. README.source says where it
is from, COPYING why its licence is not the one of this tree."""),
    ("glue", "arm: port of libvgicv5, virtual GICv5 of a domain",
     """Locks, memory, kicks and guest memory for the library, and the model
of a domain's GICv5 on top of it, all in one folder. Nothing calls it
yet, and nothing builds it before the last patch: its Kconfig symbol
is not there.

Xen has no driver of a physical GICv5, so a domain can have a GICv5 only
with the test transport, in which a software GICv5 stands in for the
hardware."""),
    ("dispatch", "arm: vgic: a third kind of virtual GIC",
     """The functions that the rest of Xen calls ask whether the domain has
a GICv5 before they do what they do for GICv2 and GICv3. A GICv5 domain
has no pending_irq, no ranks and no list registers, and the CPU interface
of a GICv3 is closed to it."""),
    ("domain", "arm: domains with a GICv5",
     """The event channel upcall of such a domain is PPI 3, the software PPI:
of the PPIs that are the architecture's, 31 is the trace buffer's. The
line of vpl011 is a level, as it should be."""),
    ("traps", "arm: traps of domains with a GICv5",
     """ID registers, the registers and instructions of the GICv5, and, for
the test transport, the HVCs that stand for them."""),
    ("dom0less", "arm: dom0less: property that picks a domain's GIC",
     """With this the virtual GICv5 can be configured and used: "xen,vgic" in
the node of a domain is "native", which is the default, "v2", "v3" or
"v5". A domain that asks for what cannot be had is not built, and Xen
says why."""),
]
