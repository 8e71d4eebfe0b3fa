/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual IWB of a domain: wires of emulated devices that are LPIs.
 *
 * A wire may change in any context, but if the library does not know its LPI
 * the guest's tables have to be read, which waits for a softirq. While a wire
 * waits its changes are only noted, and the softirq goes by what the wire is
 * when it looks, so that no change overtakes a later one.
 */
#include <xen/bitmap.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>

#include <asm/mmio.h>

#include "private.h"
#include "its.h"

#define WIRES_PER_REGISTER 32U

struct vgic_v5_iwb {
    struct vgicv5_viwb core;
    struct domain *d;
    struct tasklet worker;
    spinlock_t lock; /* all below */
    unsigned int nr_wires;
    unsigned long *line;
    unsigned long *waits; /* for the softirq */
    unsigned long *rose;  /* since it waits: an edge that must not be lost */
};

/* ---- Frame ---- */

static int iwb_read(struct vcpu *v, mmio_info_t *info, register_t *r,
                    void *priv)
{
    struct vgic_v5_iwb *iwb = priv;

    v->arch.vgic.v5->counters.frame_accesses++;
    *r = vgicv5_viwb_read(&iwb->core, info->gpa - VGIC_V5_IWB_BASE,
                          1U << info->dabt.size);

    return 1;
}

static int iwb_write(struct vcpu *v, mmio_info_t *info, register_t r,
                     void *priv)
{
    struct vgic_v5_iwb *iwb = priv;

    v->arch.vgic.v5->counters.frame_accesses++;
    vgicv5_viwb_write(&iwb->core, info->gpa - VGIC_V5_IWB_BASE,
                      1U << info->dabt.size, r);

    return 1;
}

static const struct mmio_handler_ops iwb_ops = {
    .read = iwb_read,
    .write = iwb_write,
};

/* ---- Wires ---- */

void vgic_v5_iwb_set_wire(struct vgic_v5_domain *vd, unsigned int wire,
                          bool level)
{
    struct vgic_v5_iwb *iwb = vd->iwb;
    unsigned long flags;

    if ( wire >= iwb->nr_wires )
        return;

    spin_lock_irqsave(&iwb->lock, flags);
    if ( level )
        __set_bit(wire, iwb->line);
    else
        __clear_bit(wire, iwb->line);

    if ( !test_bit(wire, iwb->waits) &&
         vgicv5_viwb_set_wire_cached(&iwb->core, wire, level) == VGICV5_BUSY )
        __set_bit(wire, iwb->waits);

    if ( test_bit(wire, iwb->waits) )
    {
        if ( level )
            __set_bit(wire, iwb->rose);
        tasklet_schedule(&iwb->worker);
    }
    spin_unlock_irqrestore(&iwb->lock, flags);
}

/* True: it changed meanwhile, and waits on. */
static bool settle(struct vgic_v5_iwb *iwb, unsigned int wire)
{
    unsigned long flags;
    bool rose, level, again;

    spin_lock_irqsave(&iwb->lock, flags);
    rose = __test_and_clear_bit(wire, iwb->rose);
    level = test_bit(wire, iwb->line);
    spin_unlock_irqrestore(&iwb->lock, flags);

    if ( rose )
        (void)vgicv5_viwb_set_wire(&iwb->core, wire, true);
    (void)vgicv5_viwb_set_wire(&iwb->core, wire, level);

    spin_lock_irqsave(&iwb->lock, flags);
    again = test_bit(wire, iwb->rose) || test_bit(wire, iwb->line) != level;
    if ( !again )
        __clear_bit(wire, iwb->waits);
    spin_unlock_irqrestore(&iwb->lock, flags);

    return again;
}

/* A softirq: no lock, interrupts on. Each wire once. */
static void work(void *data)
{
    struct vgic_v5_iwb *iwb = data;
    unsigned int wire;
    bool again = false;

    for ( wire = find_first_bit(iwb->waits, iwb->nr_wires);
          wire < iwb->nr_wires && !iwb->d->is_dying;
          wire = find_next_bit(iwb->waits, iwb->nr_wires, wire + 1) )
        again |= settle(iwb, wire);

    if ( again )
        tasklet_schedule(&iwb->worker);
}

/* ---- Life cycle ---- */

static bool allocate(struct vgic_v5_iwb *iwb)
{
    size_t longs = BITS_TO_LONGS(iwb->nr_wires);

    iwb->line = xzalloc_array(unsigned long, 3 * longs);
    iwb->waits = iwb->line + longs;
    iwb->rose = iwb->waits + longs;

    return iwb->line;
}

int vgic_v5_iwb_init(struct vgic_v5_domain *vd, unsigned int nr_spis)
{
    struct vgicv5_viwb_config config = {
        .vits = vgic_v5_its_core(vd),
        .device_id = VGIC_V5_IWB_DEVICE,
        .wire_count = ROUNDUP(max(nr_spis, 1U), WIRES_PER_REGISTER),
        .iwben = true, /* there is no firmware to do it */
    };
    struct vgic_v5_iwb *iwb;

    if ( !vgic_v5_asks_for(vd, CDF_VGIC_V5_IWB) )
        return VGICV5_OK;

    iwb = xzalloc(struct vgic_v5_iwb);
    if ( !iwb )
        return VGICV5_NO_MEMORY;

    iwb->d = vd->d;
    iwb->nr_wires = config.wire_count;
    spin_lock_init(&iwb->lock);
    softirq_tasklet_init(&iwb->worker, work, iwb);
    vd->iwb = iwb;
    if ( !allocate(iwb) )
        return VGICV5_NO_MEMORY;

    return vgicv5_viwb_init(&iwb->core, &config);
}

void vgic_v5_iwb_register_frame(struct vgic_v5_domain *vd)
{
    if ( vd->iwb )
        register_mmio_handler(vd->d, &iwb_ops, VGIC_V5_IWB_BASE,
                              VGICV5_VIWB_SIZE, vd->iwb);
}

/* No wire changes any more. */
void vgic_v5_iwb_stop(struct vgic_v5_domain *vd)
{
    if ( vd->iwb )
        tasklet_kill(&vd->iwb->worker);
}

/* After the VM has been destroyed. */
void vgic_v5_iwb_free(struct vgic_v5_domain *vd)
{
    if ( vd->iwb )
        xfree(vd->iwb->line);
    XFREE(vd->iwb);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
