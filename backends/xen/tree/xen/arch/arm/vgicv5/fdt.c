/* SPDX-License-Identifier: GPL-2.0-only */
/* Device trees: the host's, which asks for a GICv5, and the domain's. */
#include <xen/device_tree.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/libfdt/libfdt.h>
#include <xen/sched.h>
#include <xen/string.h>

#include <asm/kernel.h>
#include <asm/setup.h>
#include <asm/vgic.h>

#include "private.h"
#include "fdt.h"

#include <vgicv5/arch/irs.h>

#include <public/arch-arm.h>
#include <public/device_tree_defs.h>

/* ---- The host's tree ---- */

static bool __init pick_version(const char *name, uint8_t *version)
{
    static const struct {
        const char *name;
        uint8_t version;
    } versions[] __initconst = {
        { "native", XEN_DOMCTL_CONFIG_GIC_NATIVE },
        { "v2", XEN_DOMCTL_CONFIG_GIC_V2 },
        { "v3", XEN_DOMCTL_CONFIG_GIC_V3 },
        { "v5", XEN_DOMCTL_CONFIG_GIC_V5 },
    };
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(versions); i++ )
        if ( !strcmp(name, versions[i].name) )
        {
            *version = versions[i].version;
            return true;
        }

    return false;
}

static bool __init check_v5(const char *domain,
                            const struct xen_domctl_createdomain *config)
{
    unsigned int max = min_t(unsigned int, vgic_v5_max_vcpus(),
                             MAX_VIRT_CPUS);

    if ( !vgic_v5_available() )
        printk(XENLOG_ERR "%s: xen,vgic = \"v5\", but this host has no GICv5\n",
               domain);
    else if ( !config->max_vcpus || config->max_vcpus > max )
        printk(XENLOG_ERR "%s: cpus = %u, with a GICv5 it can be 1 to %u\n",
               domain, config->max_vcpus, max);
    else if ( config->arch.nr_spis > VGIC_V5_MAX_SPIS )
        printk(XENLOG_ERR "%s: nr_spis = %u, with a GICv5 at most %u\n",
               domain, config->arch.nr_spis, VGIC_V5_MAX_SPIS);
    else
        return true;

    return false;
}

static bool __init read_config(const struct dt_device_node *node,
                               struct xen_domctl_createdomain *config)
{
    const char *domain = dt_node_name(node), *name;
    int rc = dt_property_read_string(node, "xen,vgic", &name);

    if ( rc == -EINVAL ) /* no such property */
        return true;

    if ( rc || !pick_version(name, &config->arch.gic_version) )
    {
        printk(XENLOG_ERR
               "%s: xen,vgic has to be \"native\", \"v2\", \"v3\" or \"v5\"\n",
               domain);
        return false;
    }

    if ( config->arch.gic_version == XEN_DOMCTL_CONFIG_GIC_V5 )
        return check_v5(domain, config);

    if ( config->arch.gic_version != XEN_DOMCTL_CONFIG_GIC_NATIVE &&
         config->max_vcpus > vgic_max_vcpus(config->arch.gic_version) )
    {
        printk(XENLOG_ERR
               "%s: xen,vgic = \"%s\" with %u vCPUs cannot be had on this host\n",
               domain, name, config->max_vcpus);
        return false;
    }

    return true;
}

/* vpl011 has the first SPI: Xen would stop for want of it. */
static bool __init check_vpl011(const struct dt_device_node *node,
                                const struct xen_domctl_createdomain *config)
{
    if ( config->arch.gic_version != XEN_DOMCTL_CONFIG_GIC_V5 ||
         config->arch.nr_spis > VGIC_V5_VPL011_VIRQ - NR_LOCAL_IRQS ||
         !dt_property_read_bool(node, "vpl011") )
        return true;

    printk(XENLOG_ERR "%s: nr_spis = %u, vpl011 needs one\n",
           dt_node_name(node), config->arch.nr_spis);

    return false;
}

/*
 * Its file, if it has one, must be for a domain like this. What no file has
 * the state of would be missing.
 */
static bool __init check_saved(const struct dt_device_node *node,
                               const struct xen_domctl_createdomain *config)
{
    static const char *const without[] __initconst = {
        "xen,vgic-its", "xen,vgic-iwb", "xen,enhanced",
    };
    unsigned int i;

    if ( !dt_find_property(node, "xen,saved", NULL) )
        return true;

    if ( !IS_ENABLED(CONFIG_VGIC_V5_TEST_SAVE) )
    {
        printk(XENLOG_ERR
               "%s: xen,saved is for a Xen with CONFIG_VGIC_V5_TEST_SAVE\n",
               dt_node_name(node));
        return false;
    }

    if ( config->arch.gic_version != XEN_DOMCTL_CONFIG_GIC_V5 )
    {
        printk(XENLOG_ERR "%s: xen,saved needs xen,vgic = \"v5\"\n",
               dt_node_name(node));
        return false;
    }

    for ( i = 0; i < ARRAY_SIZE(without); i++ )
        if ( dt_find_property(node, without[i], NULL) )
        {
            printk(XENLOG_ERR "%s: xen,saved: %s is not in any file\n",
                   dt_node_name(node), without[i]);
            return false;
        }

    return vgic_v5_saved_check(node, config->max_vcpus, config->arch.nr_spis);
}

bool __init vgic_v5_dom0less_config(const struct dt_device_node *node,
                                    struct xen_domctl_createdomain *config,
                                    unsigned int *flags)
{
    if ( read_config(node, config) && check_vpl011(node, config) &&
         check_saved(node, config) &&
         vgic_v5_read_its_config(node, config->arch.gic_version, flags) )
        return true;

    printk(XENLOG_ERR "%s: this domain is not built\n", dt_node_name(node));

    return false;
}

bool __init vgic_v5_dom0less_failed(const struct dt_device_node *node,
                                    long error)
{
    if ( !dt_find_property(node, "xen,vgic", NULL) )
        return false;

    printk(XENLOG_ERR
           "%s: cannot be created with the interrupt controller of xen,vgic (%ld)\n"
           "%s: this domain is not built\n",
           dt_node_name(node), error, dt_node_name(node));
    max_init_domid--;

    return true;
}

/* ---- The domain's tree ---- */

/* Type cells of the arm,gic-v5 binding. */
#define CELL_PPI 1
#define CELL_SPI 3

void __init vgic_v5_set_interrupt(__be32 *cells, unsigned int virq,
                                  unsigned int type)
{
    bool ppi = virq < NR_LOCAL_IRQS;

    /* The handling mode of a PPI is the architecture's (R_CFSKX). */
    if ( ppi )
        type = virq == VGIC_V5_EVTCHN_PPI ? DT_IRQ_TYPE_EDGE_RISING
                                          : DT_IRQ_TYPE_LEVEL_HIGH;

    dt_set_cell(&cells, 1, ppi ? CELL_PPI : CELL_SPI);
    dt_set_cell(&cells, 1, ppi ? virq : virq - NR_LOCAL_IRQS);
    dt_set_cell(&cells, 1, type);
}

/* Behind those that Xen uses itself. */
static uint32_t __init cpu_phandle(unsigned int vcpu_id)
{
    return GUEST_PHANDLE_GIC + 64 + vcpu_id;
}

int __init vgic_v5_make_cpu_phandle(void *fdt, unsigned int vcpu_id)
{
    return fdt_property_cell(fdt, "phandle", cpu_phandle(vcpu_id));
}

int __init vgic_v5_add_cells(void *fdt)
{
    int res = fdt_property_cell(fdt, "#address-cells",
                                GUEST_ROOT_ADDRESS_CELLS);

    if ( !res )
        res = fdt_property_cell(fdt, "#size-cells", GUEST_ROOT_SIZE_CELLS);
    if ( !res )
        res = fdt_property(fdt, "ranges", NULL, 0);

    return res;
}

/* Interrupts of vCPU n go to IAFFID n, which is its VPE ID. */
static int __init add_cpus(void *fdt, const struct domain *d)
{
    static __be32 __initdata cpus[MAX_VIRT_CPUS];
    static __be16 __initdata iaffids[MAX_VIRT_CPUS];
    unsigned int i;
    int res;

    for ( i = 0; i < d->max_vcpus; i++ )
    {
        cpus[i] = cpu_to_be32(cpu_phandle(i));
        iaffids[i] = cpu_to_be16(i);
    }

    res = fdt_property(fdt, "cpus", cpus, i * sizeof(cpus[0]));
    if ( !res )
        res = fdt_property(fdt, "arm,iaffids", iaffids,
                           i * sizeof(iaffids[0]));

    return res;
}

int __init vgic_v5_begin_frame(void *fdt, const char *name, uint64_t base)
{
    __be32 reg[GUEST_ROOT_ADDRESS_CELLS + GUEST_ROOT_SIZE_CELLS];
    __be32 *cells = reg;
    char full_name[40];
    int res;

    snprintf(full_name, sizeof(full_name), "%s@%"PRIx64, name, base);
    dt_child_set_range(&cells, GUEST_ROOT_ADDRESS_CELLS, GUEST_ROOT_SIZE_CELLS,
                       base, GICV5_FRAME_SIZE);

    res = fdt_begin_node(fdt, full_name);
    if ( !res )
        res = fdt_property(fdt, "reg", reg, sizeof(reg));

    return res;
}

static int __init add_irs(void *fdt, const struct domain *d)
{
    int res = vgic_v5_begin_frame(fdt, "irs", VGIC_V5_IRS_BASE);

    if ( !res )
        res = fdt_property_string(fdt, "compatible", "arm,gic-v5-irs");
    if ( !res )
        res = fdt_property_string(fdt, "reg-names", "ns-config");
    if ( !res )
        res = vgic_v5_add_cells(fdt);
    if ( !res )
        res = add_cpus(fdt, d);
    if ( !res )
        res = vgic_v5_add_its(fdt, d);
    if ( !res )
        res = fdt_end_node(fdt);

    return res;
}

int __init vgic_v5_make_domU_node(const struct kernel_info *kinfo)
{
    void *fdt = kinfo->fdt;
    int res = fdt_begin_node(fdt, "interrupt-controller");

    if ( !res )
        res = fdt_property_string(fdt, "compatible", "arm,gic-v5");
    if ( !res )
        res = fdt_property(fdt, "interrupt-controller", NULL, 0);
    if ( !res )
        res = fdt_property_cell(fdt, "#interrupt-cells", 3);
    if ( !res )
        res = fdt_property_cell(fdt, "phandle", kinfo->phandle_gic);
    if ( !res )
        res = vgic_v5_add_cells(fdt);
    if ( !res )
        res = add_irs(fdt, kinfo->d);
    if ( !res )
        res = fdt_end_node(fdt);
    if ( !res )
        res = vgic_v5_add_iwb(fdt, kinfo->d);

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
