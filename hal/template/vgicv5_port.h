/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Tier 0 of the smallest port that compiles. Copy it, and fill in each TODO.
 *
 * It does nothing: registers read as zero, locks do not lock. See vgicv5/port.h for what each name must do. An
 * AArch64 hypervisor has the registers, instructions, barriers and MMIO below ready in hal/aarch64 and replaces
 * the locks, the current CPU and the messages by its own.
 */
#ifndef VGICV5_PORT_H
#define VGICV5_PORT_H

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5_types.h>

/* Keep this if your compiler is GCC or Clang and your host has no atomics of its own. */
#include "../common/vgicv5_builtins.h"

struct vgicv5_pcpu;

/* TODO: MRS and MSR, with the number in the instruction: S<op0>_<op1>_C<crn>_C<crm>_<op2>. */
#define VGICV5_PORT_ACCESS_RO(name)                     \
	static inline uint64_t vgicv5_read_##name(void) \
	{                                               \
		return 0;                               \
	}
#define VGICV5_PORT_ACCESS_RW(name)                            \
	VGICV5_PORT_ACCESS_RO(name)                            \
	static inline void vgicv5_write_##name(uint64_t value) \
	{                                                      \
		(void)value;                                   \
	}
#define VGICV5_PORT_SYSREG(name, op0, op1, crn, crm, op2, access) VGICV5_PORT_ACCESS_##access(name)

GICV5_SYSREGS_ICC(VGICV5_PORT_SYSREG)
GICV5_SYSREGS_ICH(VGICV5_PORT_SYSREG)

/* TODO: SYS #op1, C12, C<crm>, #op2, <Xt>; CDEOI and the barriers with a literal xzr; SYSL for the GICR forms. */
#define VGICV5_PORT_GIC(name, op1, crm, op2)                   \
	static inline void vgicv5_gic_##name(uint64_t operand) \
	{                                                      \
		(void)operand;                                 \
	}
#define VGICV5_PORT_GIC_XZR(name, op1, crm, op2)   \
	static inline void vgicv5_gic_##name(void) \
	{                                          \
	}
#define VGICV5_PORT_GICR(name, op1, crm, op2)           \
	static inline uint64_t vgicv5_gicr_##name(void) \
	{                                               \
		return 0;                               \
	}
#define VGICV5_PORT_GSB(name, op1, crm, op2)       \
	static inline void vgicv5_gsb_##name(void) \
	{                                          \
	}

GICV5_INSNS_CD(VGICV5_PORT_GIC)
GICV5_INSNS_VD(VGICV5_PORT_GIC)
GICV5_INSNS_EOI(VGICV5_PORT_GIC_XZR)
GICV5_INSNS_ACK(VGICV5_PORT_GICR)
GICV5_INSNS_GSB(VGICV5_PORT_GSB)

/* TODO: ISB; DSB ST; DSB SY. */
static inline void vgicv5_isb(void)
{
}

static inline void vgicv5_dsb_st(void)
{
}

static inline void vgicv5_dsb_sy(void)
{
}

/* These will do where device memory is mapped as such; replace them if your host has accessors of its own. */
static inline uint32_t vgicv5_mmio_read32(const volatile void *address)
{
	return *(const volatile uint32_t *)address;
}

static inline uint64_t vgicv5_mmio_read64(const volatile void *address)
{
	return *(const volatile uint64_t *)address;
}

static inline void vgicv5_mmio_write32(volatile void *address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static inline void vgicv5_mmio_write64(volatile void *address, uint64_t value)
{
	*(volatile uint64_t *)address = value;
}

/* TODO: your spinlock, taken with interrupts off; `flags` is what unlock needs to restore them. */
typedef struct {
	uint32_t taken;
} vgicv5_lock_t;

static inline void vgicv5_lock_init(vgicv5_lock_t *lock)
{
	lock->taken = 0;
}

static inline unsigned long vgicv5_lock(vgicv5_lock_t *lock)
{
	lock->taken = 1;
	return 0;
}

static inline void vgicv5_unlock(vgicv5_lock_t *lock, unsigned long flags)
{
	(void)flags;
	lock->taken = 0;
}

static inline void vgicv5_assert_locked(const vgicv5_lock_t *lock)
{
	(void)lock;
}

/* TODO: your sleeping lock, or a spinlock where nothing sleeps. */
typedef struct {
	uint32_t taken;
} vgicv5_mutex_t;

static inline void vgicv5_mutex_init(vgicv5_mutex_t *mutex)
{
	mutex->taken = 0;
}

static inline void vgicv5_mutex_lock(vgicv5_mutex_t *mutex)
{
	mutex->taken = 1;
}

static inline void vgicv5_mutex_unlock(vgicv5_mutex_t *mutex)
{
	mutex->taken = 0;
}

static inline void vgicv5_mutex_assert(const vgicv5_mutex_t *mutex)
{
	(void)mutex;
}

/* TODO: this CPU's element of your array of struct vgicv5_pcpu. */
static inline struct vgicv5_pcpu *vgicv5_this_pcpu(void)
{
	return NULL;
}

/* TODO: DC CIVAC for each line, then DSB SY. Never called if the IRS is coherent. */
static inline void vgicv5_cache_maintain(const void *start, size_t bytes)
{
	(void)start;
	(void)bytes;
}

/* TODO: your log. Functions or macros. */
__attribute__((format(printf, 1, 2))) static inline void vgicv5_error(const char *format, ...)
{
	(void)format;
}

__attribute__((format(printf, 1, 2))) static inline void vgicv5_info(const char *format, ...)
{
	(void)format;
}

/* TODO, if you like: stop here. Only mistakes of the library come to it. */
#define VGICV5_ASSERT(cond) ((void)sizeof(!(cond)))

#endif
