/* SPDX-License-Identifier: GPL-2.0-only */
/* Device trees: the properties that ask for an ITS and an IWB, their nodes. */
#include <xen/device_tree.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/libfdt/libfdt.h>
#include <xen/sched.h>

#include <asm/kernel.h>
#include <asm/vgic.h>

#include "private.h"
#include "fdt.h"
#include "its.h"

#include <public/device_tree_defs.h>

/* Behind the host's own and before those of the CPUs. */
#define PHANDLE_MSI (GUEST_PHANDLE_GIC + 32)
#define PHANDLE_IWB (GUEST_PHANDLE_GIC + 33)

/* ---- The host's tree ---- */

/* A property without a value. False: it is wrong, and it has been said why. */
static bool __init read_flag(const struct dt_device_node *node,
                             const char *name, unsigned int flag,
                             unsigned int *flags)
{
    const struct dt_property *property = dt_find_property(node, name, NULL);

    if ( !property )
        return true;

    if ( property->length )
    {
        printk(XENLOG_ERR "%s: %s takes no value\n", dt_node_name(node), name);
        return false;
    }

    *flags |= flag;

    return true;
}

bool __init vgic_v5_read_its_config(const struct dt_device_node *node,
                                    uint8_t version, unsigned int *flags)
{
    const char *domain = dt_node_name(node);

    if ( !read_flag(node, "xen,vgic-its", CDF_VGIC_V5_ITS, flags) ||
         !read_flag(node, "xen,vgic-iwb", CDF_VGIC_V5_IWB, flags) )
        return false;

    if ( (*flags & (CDF_VGIC_V5_ITS | CDF_VGIC_V5_IWB)) &&
         version != XEN_DOMCTL_CONFIG_GIC_V5 )
        printk(XENLOG_ERR "%s: xen,vgic-%s needs xen,vgic = \"v5\"\n", domain,
               (*flags & CDF_VGIC_V5_ITS) ? "its" : "iwb");
    else if ( (*flags & CDF_VGIC_V5_IWB) && !(*flags & CDF_VGIC_V5_ITS) )
        printk(XENLOG_ERR "%s: xen,vgic-iwb needs xen,vgic-its\n", domain);
    else
        return true;

    return false;
}

/* ---- The domain's tree ---- */

/* Its MSIs go to the node of the translate frame. */
static int __init add_translate_frame(void *fdt)
{
    int res = vgic_v5_begin_frame(fdt, "msi-controller",
                                  VGIC_V5_ITS_TRANSLATER);

    if ( !res )
        res = fdt_property_string(fdt, "reg-names", "ns-translate");
    if ( !res )
        res = fdt_property_cell(fdt, "#msi-cells", 1);
    if ( !res )
        res = fdt_property(fdt, "msi-controller", NULL, 0);
    if ( !res )
        res = fdt_property_cell(fdt, "phandle", PHANDLE_MSI);
    if ( !res )
        res = fdt_end_node(fdt);

    return res;
}

int __init vgic_v5_add_its(void *fdt, const struct domain *d)
{
    int res;

    if ( !d->arch.vgic.v5->its )
        return 0;

    res = vgic_v5_begin_frame(fdt, "its", VGIC_V5_ITS_BASE);
    if ( !res )
        res = fdt_property_string(fdt, "compatible", "arm,gic-v5-its");
    if ( !res )
        res = fdt_property_string(fdt, "reg-names", "ns-config");
    if ( !res )
        res = vgic_v5_add_cells(fdt);
    if ( !res )
        res = add_translate_frame(fdt);
    if ( !res )
        res = fdt_end_node(fdt);

    return res;
}

/* A device of its own, beside the interrupt controller. */
int __init vgic_v5_add_iwb(void *fdt, const struct domain *d)
{
    const __be32 msi_parent[] = {
        cpu_to_be32(PHANDLE_MSI), cpu_to_be32(VGIC_V5_IWB_DEVICE),
    };
    int res;

    if ( !d->arch.vgic.v5->iwb )
        return 0;

    res = vgic_v5_begin_frame(fdt, "interrupt-controller", VGIC_V5_IWB_BASE);
    if ( !res )
        res = fdt_property_string(fdt, "compatible", "arm,gic-v5-iwb");
    if ( !res )
        res = fdt_property_cell(fdt, "#address-cells", 0);
    if ( !res )
        res = fdt_property_cell(fdt, "#interrupt-cells", 2);
    if ( !res )
        res = fdt_property(fdt, "interrupt-controller", NULL, 0);
    if ( !res )
        res = fdt_property(fdt, "msi-parent", msi_parent, sizeof(msi_parent));
    if ( !res )
        res = fdt_property_cell(fdt, "phandle", PHANDLE_IWB);
    if ( !res )
        res = fdt_end_node(fdt);

    return res;
}

int __init vgic_v5_make_device_interrupt(const struct kernel_info *kinfo,
                                         unsigned int virq)
{
    bool wire = kinfo->d->arch.vgic.v5->iwb;
    __be32 cells[3], *cell = cells;
    int res;

    if ( wire )
    {
        dt_set_cell(&cell, 1, virq - NR_LOCAL_IRQS);
        dt_set_cell(&cell, 1, DT_IRQ_TYPE_LEVEL_HIGH);
    }
    else
    {
        vgic_v5_set_interrupt(cells, virq, DT_IRQ_TYPE_LEVEL_HIGH);
        cell += ARRAY_SIZE(cells);
    }

    res = fdt_property(kinfo->fdt, "interrupts", cells,
                       (cell - cells) * sizeof(cells[0]));
    if ( !res )
        res = fdt_property_cell(kinfo->fdt, "interrupt-parent",
                                wire ? PHANDLE_IWB : kinfo->phandle_gic);

    return res;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
