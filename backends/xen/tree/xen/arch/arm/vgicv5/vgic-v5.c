/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual GICv5 of a domain: life cycle, injection, context switch. */
#include <xen/err.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/xmalloc.h>

#include <asm/event.h>
#include <asm/vgic.h>

#include "private.h"
#include "its.h"

#include <vgicv5/arch/intid.h>

#define PPI_BIT(ppi)   (1UL << (ppi))
#define VISIBLE_PPIS   (PPI_BIT(GICV5_PPI_SW) | PPI_BIT(GICV5_PPI_CNTV) | \
                        PPI_BIT(GICV5_PPI_CNTP))

/*
 * LPIs are a guest's IPIs; Linux has 16 for each vCPU. Not less than other
 * hypervisors show, so that their guests can go on here.
 */
#define MAX_LPI_ID_BITS 16

unsigned int vgic_v5_max_vcpus(void)
{
    if ( !vgic_v5_available() )
        return 0;

    return min_t(unsigned int, vgic_v5_host.caps.max_vpes, VGICV5_MAX_VPES);
}

/* ---- Life cycle ---- */

int vgic_v5_register(struct domain *d)
{
    if ( !vgic_v5_available() )
    {
        printk(XENLOG_G_ERR "%pd: this host has no GICv5\n", d);
        return -ENODEV;
    }

    return 0;
}

/* Runs where a domain may be crashed: no lock, interrupts on. */
static void vm_died(void *data)
{
    struct vgic_v5_domain *vd = data;

    domain_crash(vd->d);
}

static void put_domain_data(struct vgic_v5_domain *vd)
{
    if ( --vd->references )
        return;

    vgic_v5_iwb_free(vd);
    vgic_v5_its_free(vd);
    xfree(vd->vcpus);
    xfree(vd);
    atomic_dec(&vgic_v5_in_use.domains);
}

int vgic_v5_make_vm(struct vgic_v5_domain *vd, unsigned int nr_spis)
{
    const struct vgicv5_vm_config config = {
        .spi_count = nr_spis,
        .ppi_visible = { VISIBLE_PPIS, 0 },
        .max_lpi_id_bits = max_t(uint8_t, MAX_LPI_ID_BITS,
                                 vgic_v5_host.caps.min_lpi_id_bits),
    };
    unsigned int i;
    int error;

    error = vgicv5_vm_init(&vd->core, &vgic_v5_host, &config);

    for ( i = 0; !error && i < vd->nr_vcpus; i++ )
    {
        vd->vcpus[i].owner = vd;
        error = vgicv5_vcpu_init(&vd->vcpus[i].core, &vd->core, i);
    }

    if ( !error )
        error = vgic_v5_its_init(vd);
    if ( !error )
        error = vgic_v5_iwb_init(vd, nr_spis);
    if ( !error )
        error = vgicv5_vm_start(&vd->core);

    if ( error )
        printk(XENLOG_G_ERR "%pd: virtual GICv5: %s\n", vd->d,
               vgicv5_strerror(error));

    return vgic_v5_errno(error);
}

int vgic_v5_domain_init(struct domain *d, unsigned int nr_spis)
{
    struct vgic_v5_domain *vd;
    int rc = -ENOMEM;

    if ( nr_spis > VGIC_V5_MAX_SPIS )
    {
        printk(XENLOG_G_ERR "%pd: %u SPIs, a virtual GICv5 has at most %u\n",
               d, nr_spis, VGIC_V5_MAX_SPIS);
        return -EINVAL;
    }

    d->arch.vgic.nr_spis = nr_spis;
    d->arch.vgic.allocated_irqs =
        xzalloc_array(unsigned long, BITS_TO_LONGS(vgic_num_irqs(d)));
    vd = xzalloc(struct vgic_v5_domain);
    if ( !vd )
        return -ENOMEM;

    atomic_inc(&vgic_v5_in_use.domains);
    vd->d = d;
    vd->references = 1;
    vd->nr_vcpus = d->max_vcpus;
    vgic_v5_shown_init(vd);
    vd->vcpus = xzalloc_array(struct vgic_v5_vcpu, d->max_vcpus);
    softirq_tasklet_init(&vd->died, vm_died, vd);
    if ( vd->vcpus && d->arch.vgic.allocated_irqs )
        rc = vgic_v5_make_vm(vd, nr_spis);

    /* Whatever was made, vgic_v5_domain_free() frees. */
    d->arch.vgic.v5 = vd;
    if ( rc )
        return rc;

    vgic_v5_register_frame(d);
    vgic_v5_its_register_frames(vd);
    vgic_v5_iwb_register_frame(vd);

    return 0;
}

/*
 * No vCPU runs any more and, as the domain has been dying for longer than an
 * RCU grace period, no injection is under way. Timers that have not been
 * killed yet find is_dying, or, if the domain never came to life, are idle.
 */
void vgic_v5_domain_free(struct domain *d)
{
    struct vgic_v5_domain *vd = d->arch.vgic.v5;
    int error;

    XFREE(d->arch.vgic.allocated_irqs);
    if ( !vd )
        return;

    tasklet_kill(&vd->died);
    vgic_v5_its_stop(vd);
    vgic_v5_iwb_stop(vd);
    error = vgicv5_vm_destroy(&vd->core);
    if ( error )
    {
        /* The IRS may still use the tables: what they belong to stays. */
        printk(XENLOG_ERR "%pd: virtual GICv5 not freed: %s\n", d,
               vgicv5_strerror(error));
        vd->references++;
    }

    put_domain_data(vd);
}

int vgic_v5_vcpu_init(struct vcpu *v)
{
    struct vgic_v5_domain *vd = v->domain->arch.vgic.v5;
    struct vgic_v5_vcpu *vv = &vd->vcpus[v->vcpu_id];

    vd->references++;
    v->arch.vgic.v5 = vv;
    write_atomic(&vv->v, v);

    return 0;
}

void vgic_v5_vcpu_free(struct vcpu *v)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;

    if ( !vv )
        return;

    v->arch.vgic.v5 = NULL;
    write_atomic(&vv->v, NULL);
    put_domain_data(vv->owner);
}

/* CPU_ON of a vCPU that is off, but may still be on its way to being off. */
void vgic_v5_vcpu_reset(struct vcpu *v)
{
    if ( v == current )
        return;

    vcpu_pause(v);
    vgicv5_vcpu_reset(&v->arch.vgic.v5->core);
    vcpu_unpause(v);
}

/* ---- Injection ---- */

/* A failure is a line that the domain does not have, or a VM that is dead. */
void vgic_v5_inject_irq(struct domain *d, struct vcpu *v, unsigned int virq,
                        bool level)
{
    struct vgic_v5_domain *vd = d->arch.vgic.v5;

    if ( !vd || d->is_dying )
        return;

    if ( virq >= NR_LOCAL_IRQS && vd->iwb )
        vgic_v5_iwb_set_wire(vd, virq - NR_LOCAL_IRQS, level);
    else if ( virq >= NR_LOCAL_IRQS )
        (void)vgicv5_inject_spi(&vd->core, virq - NR_LOCAL_IRQS, level);
    else if ( v && v->arch.vgic.v5 )
        (void)vgicv5_inject_ppi(&v->arch.vgic.v5->core, virq, level);
    else
        ASSERT_UNREACHABLE();
}

/*
 * An interrupt ends WFI whether PSTATE masks it or not. What was injected and
 * not handed over yet is handed over for the look.
 */
bool vgic_v5_pending_irq(struct vcpu *v)
{
    struct vgicv5_vcpu *core = &v->arch.vgic.v5->core;
    unsigned long flags;
    bool pending;

    ASSERT(v == current);

    local_irq_save(flags);
    vgic_v5_timers_sync(v);
    if ( vgicv5_vcpu_enter(core) )
        pending = true; /* dead: does not wait for anything */
    else
    {
        pending = GICV5_GET(ICH_HPPIR_EL2_HPPIV, vgicv5_read_ICH_HPPIR_EL2());
        vgicv5_vcpu_exit(core);
    }
    local_irq_restore(flags);

    return pending;
}

/* As of the other vGICs: true if the upcall is not on its way. */
bool vgic_v5_evtchn_irq_pending(struct vcpu *v)
{
    const struct vgicv5_vcpu *core = &v->arch.vgic.v5->core;
    uint64_t bit = PPI_BIT(v->domain->arch.evtchn_irq);
    unsigned long flags;
    uint64_t on_its_way;

    ASSERT(v == current);

    local_irq_save(flags);
    on_its_way = VGICV5_READ_ONCE(core->latch[0]) |
                 vgicv5_read_ICH_PPI_PENDR0_EL2() |
                 vgicv5_read_ICH_PPI_ACTIVER0_EL2();
    local_irq_restore(flags);

    return !(on_its_way & bit);
}

/* ---- Running ---- */

/*
 * VPF_blocked is set before this, and the library's put is a full barrier, so
 * either the last look below sees an interrupt or its sender sees a blocked
 * vCPU.
 */
void vgic_v5_save(struct vcpu *v)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;
    bool blocked = test_bit(_VPF_blocked, &v->pause_flags);

    vgic_v5_timers_leave();
    vgicv5_vcpu_put(&vv->core,
                    blocked ? VGICV5_PUT_IDLE : VGICV5_PUT_PREEMPTED);
    if ( !blocked )
        return;

    vv->counters.blocks++;
    if ( vgicv5_vcpu_runnable(&vv->core) )
        vcpu_unblock(v);
}

/* A failure kills the VM: vgicv5_port_vm_dead(). */
void vgic_v5_restore(struct vcpu *v)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;

    if ( vv->cpu != smp_processor_id() )
        vv->counters.moves++;
    vv->cpu = smp_processor_id();

    (void)vgicv5_vcpu_load(&vv->core);
}

void vgic_v5_sync_from_guest(struct vcpu *v)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;
    unsigned long flags;

    vv->counters.exits++;
    local_irq_save(flags);
    vgicv5_vcpu_exit(&vv->core);
    local_irq_restore(flags);
}

/*
 * A dead VM cannot be entered, but there is no way back from here. Its vCPU
 * runs on without a resident VPE, which harms nobody, until the tasklet that
 * has been scheduled crashes the domain.
 */
void vgic_v5_sync_to_guest(void)
{
    struct vcpu *v = current;

    vgic_v5_timers_sync(v);
    (void)vgicv5_vcpu_enter(&v->arch.vgic.v5->core);
    vgic_v5_machine_to_guest(v);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
