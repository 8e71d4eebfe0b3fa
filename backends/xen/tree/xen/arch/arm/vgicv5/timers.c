/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of a domain's timers.
 *
 * Xen raises them when a timer fires: it takes the virtual timer's interrupt
 * and masks it in CNTV_CTL_EL0, and it emulates the physical timer. Nobody
 * tells when a guest has quieted a timer, so the lines are looked at before
 * the guest runs and, as IMASK may be Xen's own, when the guest deactivates.
 */
#include <xen/sched.h>
#include <xen/time.h>

#include <asm/time.h>

#include "private.h"

#include <vgicv5/arch/intid.h>

#define FIRED (CNTx_CTL_ENABLE | CNTx_CTL_PENDING)

static bool line(const struct vcpu *v, unsigned int ppi)
{
    return VGICV5_READ_ONCE(v->arch.vgic.v5->core.line[0]) & (1UL << ppi);
}

static void lower(struct vcpu *v, unsigned int ppi)
{
    vgicv5_inject_ppi(&v->arch.vgic.v5->core, ppi, false);
}

static bool phys_line(const struct vcpu *v)
{
    return (v->arch.phys_timer.ctl & (FIRED | CNTx_CTL_MASK)) == FIRED;
}

void vgic_v5_timers_sync(struct vcpu *v)
{
    if ( line(v, GICV5_PPI_CNTV) &&
         (READ_SYSREG(CNTV_CTL_EL0) & FIRED) != FIRED )
        lower(v, GICV5_PPI_CNTV);

    if ( line(v, GICV5_PPI_CNTP) != phys_line(v) )
        vgicv5_inject_ppi(&v->arch.vgic.v5->core, GICV5_PPI_CNTP,
                          phys_line(v));
}

/*
 * A guest that has masked its timer is served. One that has not, and whose
 * timer is still asserted, meets Xen's mask: it is taken away, and the
 * interrupt comes again, as from hardware.
 */
void vgic_v5_timers_deactivate(struct vcpu *v, unsigned int ppi)
{
    if ( ppi == GICV5_PPI_CNTV && line(v, ppi) )
        lower(v, ppi);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
