/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Tier 0 on a POSIX host: every access is a call that is counted and forwarded to the bound machine.
 *
 * Tests steer it with vgicv5_host_port.h. The calls are out of line on purpose: what a profiler attributes to a
 * function of the library itself (exclusive cost) is the library's own, and everything named hal_host_* is not.
 */
#ifndef VGICV5_PORT_H
#define VGICV5_PORT_H

#include <pthread.h>

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5_types.h>

#include "../common/vgicv5_builtins.h"

struct vgicv5_pcpu;

/* ---- Names of registers and instructions, dense ---- */

#define HAL_HOST_REG_CONSTANT(name, op0, op1, crn, crm, op2, access) HAL_HOST_##name,
#define HAL_HOST_GIC_CONSTANT(name, op1, crm, op2) HAL_HOST_GIC_##name,
#define HAL_HOST_GSB_CONSTANT(name, op1, crm, op2) HAL_HOST_GSB_##name,

enum hal_host_reg {
	GICV5_SYSREGS_ICC(HAL_HOST_REG_CONSTANT) GICV5_SYSREGS_ICH(HAL_HOST_REG_CONSTANT) HAL_HOST_REG_COUNT
};

enum hal_host_insn {
	GICV5_INSNS_CD(HAL_HOST_GIC_CONSTANT) GICV5_INSNS_VD(HAL_HOST_GIC_CONSTANT)
		GICV5_INSNS_EOI(HAL_HOST_GIC_CONSTANT) GICV5_INSNS_ACK(HAL_HOST_GIC_CONSTANT)
			GICV5_INSNS_GSB(HAL_HOST_GSB_CONSTANT) HAL_HOST_INSN_COUNT
};

uint64_t hal_host_read(enum hal_host_reg reg);
void hal_host_write(enum hal_host_reg reg, uint64_t value);
void hal_host_gic(enum hal_host_insn insn, uint64_t operand);
uint64_t hal_host_gicr(enum hal_host_insn insn);
void hal_host_isb(void);
void hal_host_dsb_st(void);
void hal_host_dsb_sy(void);

uint64_t hal_host_mmio_read(const volatile void *address, unsigned int bytes);
void hal_host_mmio_write(volatile void *address, unsigned int bytes, uint64_t value);

#define VGICV5_CALL_READ(name) hal_host_read(HAL_HOST_##name)
#define VGICV5_CALL_WRITE(name, value) hal_host_write(HAL_HOST_##name, value)
#define VGICV5_CALL_GIC(name, operand) hal_host_gic(HAL_HOST_##name, operand)
#define VGICV5_CALL_GICR(name) hal_host_gicr(HAL_HOST_##name)
#define VGICV5_CALL_MMIO_READ(address, bytes) hal_host_mmio_read(address, bytes)
#define VGICV5_CALL_MMIO_WRITE(address, bytes, value) hal_host_mmio_write(address, bytes, value)

#include <vgicv5/arch/accessors.h>

/* ---- Barriers ---- */

static inline void vgicv5_isb(void)
{
	hal_host_isb();
}

static inline void vgicv5_dsb_st(void)
{
	hal_host_dsb_st();
}

static inline void vgicv5_dsb_sy(void)
{
	hal_host_dsb_sy();
}

/* ---- Locks: the order of the library is checked, a breach aborts ---- */

struct hal_host_mutex {
	pthread_mutex_t mutex;
	uintptr_t owner; /* of the thread that holds it, or 0 */
};

typedef struct {
	struct hal_host_mutex m;
} vgicv5_lock_t;

typedef struct {
	struct hal_host_mutex m;
} vgicv5_mutex_t;

void hal_host_mutex_init(struct hal_host_mutex *m);
void hal_host_lock(struct hal_host_mutex *m);
void hal_host_unlock(struct hal_host_mutex *m);
void hal_host_mutex_lock(struct hal_host_mutex *m);
void hal_host_mutex_unlock(struct hal_host_mutex *m);
void hal_host_assert_held(const struct hal_host_mutex *m);

static inline void vgicv5_lock_init(vgicv5_lock_t *lock)
{
	hal_host_mutex_init(&lock->m);
}

static inline unsigned long vgicv5_lock(vgicv5_lock_t *lock)
{
	hal_host_lock(&lock->m);
	return 0;
}

static inline void vgicv5_unlock(vgicv5_lock_t *lock, unsigned long flags)
{
	(void)flags;
	hal_host_unlock(&lock->m);
}

static inline void vgicv5_assert_locked(const vgicv5_lock_t *lock)
{
	hal_host_assert_held(&lock->m);
}

static inline void vgicv5_mutex_init(vgicv5_mutex_t *mutex)
{
	hal_host_mutex_init(&mutex->m);
}

static inline void vgicv5_mutex_lock(vgicv5_mutex_t *mutex)
{
	hal_host_mutex_lock(&mutex->m);
}

static inline void vgicv5_mutex_unlock(vgicv5_mutex_t *mutex)
{
	hal_host_mutex_unlock(&mutex->m);
}

static inline void vgicv5_mutex_assert(const vgicv5_mutex_t *mutex)
{
	hal_host_assert_held(&mutex->m);
}

/* ---- The rest ---- */

struct vgicv5_pcpu *hal_host_this_pcpu(void);
void hal_host_cache_maintain(const void *start, size_t bytes);
void hal_host_assert_failed(const char *expression, const char *file, int line) __attribute__((noreturn));

static inline struct vgicv5_pcpu *vgicv5_this_pcpu(void)
{
	return hal_host_this_pcpu();
}

static inline void vgicv5_cache_maintain(const void *start, size_t bytes)
{
	hal_host_cache_maintain(start, bytes);
}

void vgicv5_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vgicv5_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

void hal_host_trace(unsigned int point, uint32_t vm, uint64_t a, uint64_t b);

#define VGICV5_TRACE(point, vm_id, a, b) hal_host_trace(VGICV5_TRACE_##point, (vm_id), (a), (b))

#define VGICV5_ASSERT(cond) ((cond) ? (void)0 : hal_host_assert_failed(#cond, __FILE__, __LINE__))

#endif
