/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual ITS of a domain: its frames, and MSIs from any context of Xen.
 *
 * An MSI whose translation the library knows goes in at once. For any other
 * the guest's tables have to be read, which takes the lock of the domain's
 * p2m, so it waits in a queue for a softirq. MSIs are edges: one that waits
 * already stands for all of its kind, as a pending interrupt would.
 */
#include <xen/errno.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>

#include <asm/mmio.h>

#include "private.h"
#include "its.h"

#include <vgicv5/arch/its.h>

#define QUEUE_SIZE 64U

struct msi {
    uint32_t device_id;
    uint32_t event_id;
};

struct vgic_v5_its {
    struct vgicv5_vits core;
    struct domain *d;
    struct tasklet worker;
    spinlock_t lock; /* the queue */
    unsigned int first; /* of those that wait */
    unsigned int waiting;
    struct msi queue[QUEUE_SIZE];
};

/* ---- Frames ---- */

static int its_read(struct vcpu *v, mmio_info_t *info, register_t *r,
                    void *priv)
{
    struct vgic_v5_its *its = priv;

    v->arch.vgic.v5->counters.frame_accesses++;
    *r = vgicv5_vits_read(&its->core, info->gpa - VGIC_V5_ITS_BASE,
                          1U << info->dabt.size);

    return 1;
}

static int its_write(struct vcpu *v, mmio_info_t *info, register_t r,
                     void *priv)
{
    struct vgic_v5_its *its = priv;

    v->arch.vgic.v5->counters.frame_accesses++;
    vgicv5_vits_write(&its->core, info->gpa - VGIC_V5_ITS_BASE,
                      1U << info->dabt.size, r);

    return 1;
}

static const struct mmio_handler_ops its_ops = {
    .read = its_read,
    .write = its_write,
};

/* ---- MSIs ---- */

static bool take(struct vgic_v5_its *its, struct msi *msi)
{
    unsigned long flags;
    bool any;

    spin_lock_irqsave(&its->lock, flags);
    any = its->waiting;
    if ( any )
    {
        *msi = its->queue[its->first];
        its->first = (its->first + 1) % QUEUE_SIZE;
        its->waiting--;
    }
    spin_unlock_irqrestore(&its->lock, flags);

    return any;
}

/* A softirq: no lock, interrupts on. No more at once than the queue holds. */
static void work(void *data)
{
    struct vgic_v5_its *its = data;
    struct msi msi;
    unsigned int i;

    for ( i = 0; i < QUEUE_SIZE; i++ )
    {
        if ( its->d->is_dying || !take(its, &msi) )
            return;

        /* What the guest has not mapped is lost, and its ITS says why. */
        (void)vgicv5_inject_msi(&its->core, msi.device_id, msi.event_id);
    }

    tasklet_schedule(&its->worker);
}

/* Its place from the first one on; a new one's if it does not wait yet. */
static unsigned int place(const struct vgic_v5_its *its, const struct msi *msi)
{
    const struct msi *other;
    unsigned int i;

    for ( i = 0; i < its->waiting; i++ )
    {
        other = &its->queue[(its->first + i) % QUEUE_SIZE];
        if ( other->device_id == msi->device_id &&
             other->event_id == msi->event_id )
            break;
    }

    return i;
}

static int put(struct vgic_v5_its *its, const struct msi *msi)
{
    unsigned long flags;
    unsigned int n;

    spin_lock_irqsave(&its->lock, flags);
    n = place(its, msi);
    if ( n == its->waiting && n < QUEUE_SIZE )
    {
        its->queue[(its->first + n) % QUEUE_SIZE] = *msi;
        its->waiting++;
    }
    spin_unlock_irqrestore(&its->lock, flags);
    tasklet_schedule(&its->worker);

    return n < QUEUE_SIZE ? 0 : -EBUSY;
}

int vgic_v5_inject_msi(struct domain *d, paddr_t address, uint32_t device_id,
                       uint32_t event_id)
{
    const struct msi msi = { .device_id = device_id, .event_id = event_id };
    struct vgic_v5_domain *vd;
    int error;

    if ( !vgic_is_v5(d) || d->is_dying )
        return -ENODEV;

    vd = d->arch.vgic.v5;
    if ( !vd || !vd->its )
        return -ENODEV;

    if ( address != VGIC_V5_ITS_TRANSLATER )
        return -EINVAL;

    error = vgicv5_inject_msi_cached(&vd->its->core, device_id, event_id);
    if ( error != VGICV5_BUSY )
        return vgic_v5_errno(error);

    return put(vd->its, &msi);
}

/* ---- Life cycle ---- */

/* Before the VM starts. */
int vgic_v5_its_init(struct vgic_v5_domain *vd)
{
    const struct vgicv5_vits_config config = { .base = VGIC_V5_ITS_BASE };
    struct vgic_v5_its *its;

    if ( !vgic_v5_asks_for(vd, CDF_VGIC_V5_ITS) )
        return VGICV5_OK;

    its = xzalloc(struct vgic_v5_its);
    if ( !its )
        return VGICV5_NO_MEMORY;

    its->d = vd->d;
    spin_lock_init(&its->lock);
    softirq_tasklet_init(&its->worker, work, its);
    vd->its = its;

    return vgicv5_vits_init(&its->core, &vd->core, &config);
}

struct vgicv5_vits *vgic_v5_its_core(const struct vgic_v5_domain *vd)
{
    return vd->its ? &vd->its->core : NULL;
}

void vgic_v5_its_register_frames(struct vgic_v5_domain *vd)
{
    if ( vd->its )
        register_mmio_handler(vd->d, &its_ops, VGIC_V5_ITS_BASE,
                              VGICV5_VITS_SIZE, vd->its);
}

/* No injection is under way; what still waits is lost with the domain. */
void vgic_v5_its_stop(struct vgic_v5_domain *vd)
{
    if ( vd->its )
        tasklet_kill(&vd->its->worker);
}

/* After the VM has been destroyed. */
void vgic_v5_its_free(struct vgic_v5_domain *vd)
{
    XFREE(vd->its);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
