/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Tier 0 on the kernel's primitives.
 *
 * The registers are the hardware's at EL2 (VHE, and the nVHE object), a hypercall away in an nVHE host, and the
 * software GICv5's with CONFIG_KVM_VGICV5_TRANSPORT.
 */
#ifndef VGICV5_PORT_H
#define VGICV5_PORT_H

#include <vgicv5_types.h>

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/spinlock.h>

#include <asm/barrier.h>
#include <asm/cacheflush.h>

#ifdef CONFIG_KVM_VGICV5_TRANSPORT
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

static inline void vgicv5_cache_maintain(const void *start, size_t bytes)
{
	dcache_clean_inval_poc((unsigned long)start, (unsigned long)start + bytes);
}
#else
#include "../hal/aarch64/vgicv5_aarch64.h"
#include "vgicv5_far.h"
#endif

/* ---- Single copies and atomics: those that return a value are fully ordered ---- */

#define VGICV5_READ_ONCE(x) READ_ONCE(x)
#define VGICV5_WRITE_ONCE(x, v) WRITE_ONCE(x, v)
#define VGICV5_LOAD_ACQUIRE(p) smp_load_acquire(p)
#define VGICV5_STORE_RELEASE(p, v) smp_store_release(p, v)

static inline uint64_t vgicv5_fetch_or(uint64_t *p, uint64_t v)
{
	return (uint64_t)atomic64_fetch_or((s64)v, (atomic64_t *)p);
}

static inline uint64_t vgicv5_fetch_andnot(uint64_t *p, uint64_t v)
{
	return (uint64_t)atomic64_fetch_andnot((s64)v, (atomic64_t *)p);
}

static inline uint64_t vgicv5_exchange(uint64_t *p, uint64_t v)
{
	return (uint64_t)atomic64_xchg((atomic64_t *)p, (s64)v);
}

static inline uint64_t vgicv5_fetch_add(uint64_t *p, uint64_t v)
{
	return (uint64_t)atomic64_fetch_add((s64)v, (atomic64_t *)p);
}

static inline bool vgicv5_compare_exchange(uint64_t *p, uint64_t expected, uint64_t desired)
{
	/* A failed cmpxchg() orders nothing; the contract asks for the order either way. */
	bool done = atomic64_cmpxchg((atomic64_t *)p, (s64)expected, (s64)desired) == (s64)expected;

	if (!done)
		smp_mb();
	return done;
}

/* ---- Locks: macros where lockdep tells the locks apart by the place of their initialisation ---- */

typedef raw_spinlock_t vgicv5_lock_t;
typedef struct mutex vgicv5_mutex_t;

#define vgicv5_lock_init(lock) raw_spin_lock_init(lock)
#define vgicv5_mutex_init(mutex) mutex_init(mutex)

static inline unsigned long vgicv5_lock(vgicv5_lock_t *lock) __acquires(lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	return flags;
}

static inline void vgicv5_unlock(vgicv5_lock_t *lock, unsigned long flags) __releases(lock)
{
	raw_spin_unlock_irqrestore(lock, flags);
}

static inline void vgicv5_assert_locked(const vgicv5_lock_t *lock)
{
	lockdep_assert_held(lock);
}

static inline void vgicv5_mutex_lock(vgicv5_mutex_t *mutex)
{
	mutex_lock(mutex);
}

static inline void vgicv5_mutex_unlock(vgicv5_mutex_t *mutex)
{
	mutex_unlock(mutex);
}

static inline void vgicv5_mutex_assert(const vgicv5_mutex_t *mutex)
{
	lockdep_assert_held(mutex);
}

/* ---- This CPU, messages ---- */

struct vgicv5_pcpu;

struct vgicv5_pcpu *vgicv5_kvm_this_pcpu(void);

static inline struct vgicv5_pcpu *vgicv5_this_pcpu(void)
{
	return vgicv5_kvm_this_pcpu();
}

#define vgicv5_error(fmt, ...) pr_err_ratelimited("kvm: vgicv5: " fmt "\n", ##__VA_ARGS__)
#define vgicv5_info(fmt, ...) pr_info_ratelimited("kvm: vgicv5: " fmt "\n", ##__VA_ARGS__)
#define VGICV5_ASSERT(cond) WARN_ON_ONCE(!(cond))

#endif
