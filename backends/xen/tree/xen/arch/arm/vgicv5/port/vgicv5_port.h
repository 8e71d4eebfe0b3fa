/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tier 0 of the library's port: Xen's locks, barriers and messages.
 *
 * Registers, GIC instructions and IRS frames are those of the CPU, or, with
 * the test transport, of the software GICv5.
 */
#ifndef VGICV5_PORT_H
#define VGICV5_PORT_H

#include <xen/lib.h>
#include <xen/spinlock.h>

#include <asm/sysregs.h>

/* Registers of a GICv3 to Xen; the library makes names of its own of them. */
#undef ICC_SRE_EL1
#undef ICH_HCR_EL2
#undef ICH_MISR_EL2
#undef ICH_VMCR_EL2
#undef ICH_VTR_EL2

#include <vgicv5_types.h>

#include <vgicv5_builtins.h>

#ifdef CONFIG_VGIC_V5_TEST_TRANSPORT

#include <vgicv5_soft/port_access.h>

static inline void vgicv5_isb(void)
{
    isb();
}

static inline void vgicv5_dsb_st(void)
{
    dsb(st);
}

static inline void vgicv5_dsb_sy(void)
{
    dsb(sy);
}

/* The software GICv5 reads through the caches. */
static inline void vgicv5_cache_maintain(const void *start, size_t bytes)
{
}

#else
#include <vgicv5_aarch64.h>
#endif

/* Interrupt safe in every use, so that DEBUG_LOCKS sees one kind of use. */
typedef spinlock_t vgicv5_lock_t;

static inline void vgicv5_lock_init(vgicv5_lock_t *lock)
{
    spin_lock_init(lock);
}

static inline unsigned long vgicv5_lock(vgicv5_lock_t *lock)
{
    unsigned long flags;

    spin_lock_irqsave(lock, flags);

    return flags;
}

static inline void vgicv5_unlock(vgicv5_lock_t *lock, unsigned long flags)
{
    spin_unlock_irqrestore(lock, flags);
}

static inline void vgicv5_assert_locked(const vgicv5_lock_t *lock)
{
    ASSERT(spin_is_locked((spinlock_t *)lock));
}

/*
 * Nothing sleeps in Xen. Interrupts stay on, as the library allocates memory
 * under its mutexes and Xen's allocators insist on that.
 */
typedef spinlock_t vgicv5_mutex_t;

static inline void vgicv5_mutex_init(vgicv5_mutex_t *mutex)
{
    spin_lock_init(mutex);
}

static inline void vgicv5_mutex_lock(vgicv5_mutex_t *mutex)
{
    spin_lock(mutex);
}

static inline void vgicv5_mutex_unlock(vgicv5_mutex_t *mutex)
{
    spin_unlock(mutex);
}

static inline void vgicv5_mutex_assert(const vgicv5_mutex_t *mutex)
{
    ASSERT(spin_is_locked((spinlock_t *)mutex));
}

struct vgicv5_pcpu *vgic_v5_this_pcpu(void);

static inline struct vgicv5_pcpu *vgicv5_this_pcpu(void)
{
    return vgic_v5_this_pcpu();
}

/* "info" is what guests can cause: rate limited, and off by default. */
#define vgicv5_error(fmt, ...) \
    printk(XENLOG_ERR "vGICv5: " fmt "\n", ## __VA_ARGS__)
#define vgicv5_info(fmt, ...) \
    printk(XENLOG_G_INFO "vGICv5: " fmt "\n", ## __VA_ARGS__)

#define VGICV5_ASSERT(cond) ASSERT(cond)

#endif

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
