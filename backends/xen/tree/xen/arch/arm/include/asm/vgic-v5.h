/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual GICv5 for domains: what the rest of Xen calls.
 *
 * The interrupt controller itself is the imported library in
 * arch/arm/vgicv5/lib; see arch/arm/vgicv5/README.source.
 *
 * Interrupt numbers (virq) of a GICv5 domain: below 32 the architected PPI of
 * that number, from 32 on SPI (virq - 32), or, if the domain has an IWB, wire
 * (virq - 32) of that.
 */
#ifndef __ASM_ARM_VGIC_V5_H__
#define __ASM_ARM_VGIC_V5_H__

#include <xen/device_tree.h>
#include <xen/errno.h>
#include <xen/kconfig.h>
#include <xen/lib.h>
#include <xen/types.h>

struct cpu_user_regs;
struct domain;
struct kernel_info;
struct vcpu;
struct vgic_v5_domain;
struct vgic_v5_vcpu;
struct xen_domctl_createdomain;
union hsr;

/* GIC_V5 is a number of its own only where domains can have it. */
#define vgic_is_v5(d) \
    (IS_ENABLED(CONFIG_VGIC_V5) && (d)->arch.vgic.version == GIC_V5)

/* ICH_HCR_EL2.TC, TALL0 and TALL1 of a GICv3: its CPU interface traps. */
#define VGIC_V5_GICH_HCR_TRAPS 0x1c00UL

/* The event channel upcall: SW_PPI, as 31 is the trace buffer's. */
#define VGIC_V5_EVTCHN_PPI 3

/* vpl011 of such a domain. */
#ifdef CONFIG_VGIC_V5_TEST_SAVE
#define VGIC_V5_VPL011_BASE 0x09000000UL
#define VGIC_V5_VPL011_VIRQ 33 /* SPI 1 */
#else
#define VGIC_V5_VPL011_BASE GUEST_PL011_BASE
#define VGIC_V5_VPL011_VIRQ GUEST_VPL011_SPI
#endif

/*
 * Flags of domain_create(), beside those of xen/domain.h: the domain has an
 * ITS, and the lines of its emulated devices are wires of an IWB.
 */
#define CDF_VGIC_V5_ITS (1U << 16)
#define CDF_VGIC_V5_IWB (1U << 17)

/* 0 if this host cannot have GICv5 domains. */
unsigned int vgic_v5_max_vcpus(void);

/*
 * Life cycle. domain_init() makes everything, vCPUs included; the memory
 * stays until the last of domain_free() and the vCPUs' vcpu_free().
 */
int vgic_v5_register(struct domain *d);
int vgic_v5_domain_init(struct domain *d, unsigned int nr_spis);
void vgic_v5_domain_free(struct domain *d);
int vgic_v5_vcpu_init(struct vcpu *v);
void vgic_v5_vcpu_free(struct vcpu *v);
void vgic_v5_vcpu_reset(struct vcpu *v);

/* Any context. */
void vgic_v5_inject_irq(struct domain *d, struct vcpu *v, unsigned int virq,
                        bool level);

/*
 * A device's MSI: what it would write to which address. Any context, under any
 * lock but those of scheduler, tasklets and virtual GICv5; the caller has a
 * reference to the domain, or the domain's RCU read lock. What comes while the
 * guest has its ITS disabled is lost, and so is an event that it has not
 * mapped: then its ITS says why.
 * 0: injected or on its way. -ENODEV: the domain has no ITS, or is dying.
 * -EINVAL: not the address of its ITS. -EBUSY: too many different events wait
 * for the guest's tables to be read; nothing was done. -EIO: the virtual GICv5
 * is dead.
 */
int vgic_v5_inject_msi(struct domain *d, paddr_t address, uint32_t device_id,
                       uint32_t event_id);

/* The virtual timer of current has fired. */
void vgic_v5_vtimer_interrupt(struct vcpu *v);

/* current only. */
bool vgic_v5_pending_irq(struct vcpu *v);
bool vgic_v5_evtchn_irq_pending(struct vcpu *v);

/* Context switch; interrupts off. */
void vgic_v5_save(struct vcpu *v);
void vgic_v5_restore(struct vcpu *v);

/* First and last step around the hypervisor, for current. */
void vgic_v5_sync_from_guest(struct vcpu *v);
void vgic_v5_sync_to_guest(void);

/*
 * Traps of current. True: handled, whatever came of it. pfr0 is what domains
 * see of ID_AA64PFR0_EL1 otherwise. An HVC is looked at
 * by the test transport only.
 */
bool vgic_v5_trap_sysreg(struct cpu_user_regs *regs, const union hsr hsr,
                         register_t pfr0);
#ifdef CONFIG_VGIC_V5_TEST_TRANSPORT
bool vgic_v5_trap_hvc(struct cpu_user_regs *regs, const union hsr hsr);
#else
static inline bool vgic_v5_trap_hvc(struct cpu_user_regs *regs,
                                    const union hsr hsr)
{
    return false;
}
#endif

void vgic_v5_dump_vcpu(struct vcpu *v);

/*
 * The state of a paused domain's virtual GICv5, in the library's format; no
 * lock held, may take long. A failure changes nothing, but for -EIO.
 *
 * Whoever saves a domain pauses it first. Event channels, vpl011 and timers
 * of vCPUs that had blocked may still inject: then it is in the state, or
 * -EBUSY asks for another try. What is injected later is not in there.
 *
 * A domain to be restored has never run. After the restore vpl011 and the
 * timers (vgic_v5_timers_redrive()) drive their lines as they are now, then
 * the domain may be unpaused.
 *
 * -EBUSY: not paused, not fresh, or an interrupt came; -EINVAL: damaged, or of
 * a domain of another shape; -EOPNOTSUPP: this host cannot show what the guest
 * was shown; -ENOSPC: `size` is too small; -ENOMEM; -EIO: the IRS failed, the
 * domain can only be destroyed. The reason of a refusal is printed.
 */
int vgic_v5_state_size(struct domain *d, size_t *bytes);
int vgic_v5_state_save(struct domain *d, void *state, size_t size,
                       size_t *bytes);
int vgic_v5_state_restore(struct domain *d, const void *state, size_t bytes);
/* Whether a domain with as many vCPUs and SPIs could take it. */
int vgic_v5_state_check(unsigned int nr_vcpus, unsigned int nr_spis,
                        const void *state, size_t bytes);

/* Device tree of a domain. Results as those of libfdt. */
int vgic_v5_make_domU_node(const struct kernel_info *kinfo);
int vgic_v5_make_cpu_phandle(void *fdt, unsigned int vcpu_id);
void vgic_v5_set_interrupt(__be32 *cells, unsigned int virq,
                           unsigned int type);
/* Properties of the node of an emulated device that has one line, a level. */
int vgic_v5_make_device_interrupt(const struct kernel_info *kinfo,
                                  unsigned int virq);

/*
 * Reads the properties that pick a domain's interrupt controller; adds to the
 * flags of domain_create(). False: the domain cannot be built, and it has been
 * said why.
 */
#ifdef CONFIG_VGIC_V5
bool vgic_v5_dom0less_config(const struct dt_device_node *node,
                             struct xen_domctl_createdomain *config,
                             unsigned int *flags);

/*
 * A domain could not be created. True: because of that property, which can
 * ask for what only then is found missing; it has been said, and the domain's
 * number is free again.
 */
bool vgic_v5_dom0less_failed(const struct dt_device_node *node, long error);
#else
static inline bool
vgic_v5_dom0less_config(const struct dt_device_node *node,
                        struct xen_domctl_createdomain *config,
                        unsigned int *flags)
{
    if ( !dt_find_property(node, "xen,vgic", NULL) &&
         !dt_find_property(node, "xen,vgic-its", NULL) &&
         !dt_find_property(node, "xen,vgic-iwb", NULL) &&
         !dt_find_property(node, "xen,saved", NULL) )
        return true;

    printk(XENLOG_ERR "%s: xen,vgic is for a Xen with CONFIG_VGIC_V5\n"
           "%s: this domain is not built\n",
           dt_node_name(node), dt_node_name(node));

    return false;
}

static inline bool
vgic_v5_dom0less_failed(const struct dt_device_node *node, long error)
{
    return false;
}
#endif

/*
 * For tests: the registers of a PL011 that vpl011 does not have, for guests
 * that came from elsewhere and use them. False: there is none.
 */
#ifdef CONFIG_VGIC_V5_TEST_SAVE
bool vgic_v5_uart_read(const struct domain *d, unsigned int offset,
                       register_t *r);
bool vgic_v5_uart_write(struct domain *d, unsigned int offset, register_t r);
#endif

/*
 * For tests: a domain that goes on from a file (vgicv5/saved_read.c). The
 * check says what is wrong; nothing has been made then.
 */
#ifdef CONFIG_VGIC_V5_TEST_SAVE
bool vgic_v5_is_saved(const struct dt_device_node *node);
bool vgic_v5_saved_check(const struct dt_device_node *node,
                         unsigned int nr_vcpus, unsigned int nr_spis);
int vgic_v5_construct_saved(struct domain *d,
                            const struct dt_device_node *node);
#else
static inline bool vgic_v5_is_saved(const struct dt_device_node *node)
{
    return false;
}

static inline bool vgic_v5_saved_check(const struct dt_device_node *node,
                                       unsigned int nr_vcpus,
                                       unsigned int nr_spis)
{
    return false;
}

static inline int vgic_v5_construct_saved(struct domain *d,
                                          const struct dt_device_node *node)
{
    return -EOPNOTSUPP;
}
#endif

#endif /* __ASM_ARM_VGIC_V5_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
