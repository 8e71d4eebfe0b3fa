/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Tier 0 for AArch64 at EL2 without an operating system: the real instructions.
 *
 * What depends on the embedder is in one header that it supplies, `vgicv5_platform.h`, found by include path:
 *
 * | name | meaning |
 * | --- | --- |
 * | `static inline struct vgicv5_pcpu *vgicv5_this_pcpu(void)` | this CPU's object, from TPIDR_EL2 or the like |
 * | `void vgicv5_error(const char *, ...)`, `vgicv5_info` | functions or macros; formats as in vgicv5/port.h |
 * | `VGICV5_ASSERT(cond)` | may be left undefined: then it is no code |
 * | `VGICV5_TRACE(point, vm_id, a, b)` | may be left undefined: then trace points are no code (vgicv5/debug.h) |
 * | `VGICV5_CACHE_LINE` | bytes of the smallest data cache line, a power of two; may be left undefined: then CTR_EL0 is asked each time |
 *
 * Build with -mno-outline-atomics and -mgeneral-regs-only. The MMU must be on with the locks in normal cacheable
 * memory: exclusive accesses need it.
 */
#ifndef VGICV5_PORT_H
#define VGICV5_PORT_H

#include <vgicv5_types.h>

#include "../common/vgicv5_builtins.h"

struct vgicv5_pcpu;

#include <vgicv5_platform.h>

#include "vgicv5_aarch64.h"

#ifndef VGICV5_ASSERT
#define VGICV5_ASSERT(cond) ((void)sizeof(!(cond)))
#endif

/* ---- Locks ---- */

/* A ticket lock: fair, and `next != owner` says that somebody holds it. */
typedef struct {
	uint32_t next;
	uint32_t owner;
} vgicv5_lock_t;

/* Nothing sleeps here: a mutex is the same lock with interrupts left alone. */
typedef vgicv5_lock_t vgicv5_mutex_t;

static inline void vgicv5_mutex_init(vgicv5_mutex_t *mutex)
{
	mutex->next = 0;
	mutex->owner = 0;
}

static inline void vgicv5_mutex_lock(vgicv5_mutex_t *mutex)
{
	uint32_t ticket = __atomic_fetch_add(&mutex->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&mutex->owner, __ATOMIC_ACQUIRE) != ticket)
		__asm__ volatile("yield" : : : "memory");
}

static inline void vgicv5_mutex_unlock(vgicv5_mutex_t *mutex)
{
	__atomic_store_n(&mutex->owner, mutex->owner + 1, __ATOMIC_RELEASE);
}

static inline void vgicv5_mutex_assert(const vgicv5_mutex_t *mutex)
{
	VGICV5_ASSERT(__atomic_load_n(&mutex->next, __ATOMIC_RELAXED) !=
		      __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED));
	(void)mutex;
}

static inline void vgicv5_lock_init(vgicv5_lock_t *lock)
{
	vgicv5_mutex_init(lock);
}

static inline unsigned long vgicv5_lock(vgicv5_lock_t *lock)
{
	unsigned long daif;

	__asm__ volatile("mrs %0, daif\n\tmsr daifset, #3" : "=r"(daif) : : "memory");
	vgicv5_mutex_lock(lock);
	return daif;
}

static inline void vgicv5_unlock(vgicv5_lock_t *lock, unsigned long daif)
{
	vgicv5_mutex_unlock(lock);
	__asm__ volatile("msr daif, %0" : : "r"(daif) : "memory");
}

static inline void vgicv5_assert_locked(const vgicv5_lock_t *lock)
{
	vgicv5_mutex_assert(lock);
}

#endif
