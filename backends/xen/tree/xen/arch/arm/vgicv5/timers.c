/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of a domain's timers: levels.
 *
 * Xen takes the interrupt of the virtual timer and keeps it from coming again
 * by IMASK, which other domains know about. For a GICv5 domain the host's
 * interrupt is disabled instead, until the line is seen low again: the guest
 * does not trap when it programs the timer, but it does when it deactivates.
 */
#include <xen/irq.h>
#include <xen/percpu.h>
#include <xen/sched.h>
#include <xen/time.h>

#include <asm/time.h>

#include "private.h"

#include <vgicv5/arch/intid.h>

#define FIRED (CNTx_CTL_ENABLE | CNTx_CTL_PENDING)

/* The host's virtual timer interrupt is disabled on this CPU. */
static DEFINE_PER_CPU(bool, held);

static void hold(bool on)
{
    struct irq_desc *desc = irq_to_desc(timer_get_irq(TIMER_VIRT_PPI));

    if ( this_cpu(held) == on )
        return;

    this_cpu(held) = on;
    spin_lock(&desc->lock);
    if ( on )
        desc->handler->disable(desc);
    else
        desc->handler->enable(desc);
    spin_unlock(&desc->lock);
}

static bool asserted(unsigned int ctl)
{
    return (ctl & (FIRED | CNTx_CTL_MASK)) == FIRED;
}

static void set_line(struct vcpu *v, unsigned int ppi, bool level)
{
    struct vgicv5_vcpu *core = &v->arch.vgic.v5->core;

    if ( !!(VGICV5_READ_ONCE(core->line[0]) & (1UL << ppi)) != level )
        (void)vgicv5_inject_ppi(core, ppi, level);
}

void vgic_v5_vtimer_interrupt(struct vcpu *v)
{
    unsigned long flags;

    local_irq_save(flags);
    hold(true);
    set_line(v, GICV5_PPI_CNTV, true);
    local_irq_restore(flags);
}

void vgic_v5_timers_sync(struct vcpu *v)
{
    bool level = asserted(READ_SYSREG(CNTV_CTL_EL0));

    set_line(v, GICV5_PPI_CNTV, level);
    if ( !level )
        hold(false);

    set_line(v, GICV5_PPI_CNTP, asserted(v->arch.phys_timer.ctl));
}

void vgic_v5_timers_leave(void)
{
    hold(false);
}

void vgic_v5_timers_redrive(struct vcpu *v)
{
    const struct vtimer *virt = &v->arch.virt_timer;
    uint64_t count = get_cycles() - v->domain->arch.virt_timer_base.offset;
    unsigned int ctl = virt->ctl & ~CNTx_CTL_PENDING;

    if ( count >= virt->cval )
        ctl |= CNTx_CTL_PENDING;

    set_line(v, GICV5_PPI_CNTV, asserted(ctl));
    set_line(v, GICV5_PPI_CNTP, asserted(v->arch.phys_timer.ctl));
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
