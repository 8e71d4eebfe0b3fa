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

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5_types.h>

#include "../common/vgicv5_builtins.h"

struct vgicv5_pcpu;

#include <vgicv5_platform.h>

#ifndef VGICV5_ASSERT
#define VGICV5_ASSERT(cond) ((void)sizeof(!(cond)))
#endif

/* ---- Registers: one named accessor each, the number is in the instruction ---- */

#define VGICV5_PORT_READ(name, op0, op1, crn, crm, op2)                                                 \
	static inline uint64_t vgicv5_read_##name(void)                                                 \
	{                                                                                               \
		uint64_t value;                                                                         \
		__asm__ volatile("mrs %0, S" #op0 "_" #op1 "_C" #crn "_C" #crm "_" #op2 : "=r"(value)); \
		return value;                                                                           \
	}
#define VGICV5_PORT_WRITE(name, op0, op1, crn, crm, op2)                                    \
	static inline void vgicv5_write_##name(uint64_t value)                              \
	{                                                                                   \
		__asm__ volatile("msr S" #op0 "_" #op1 "_C" #crn "_C" #crm "_" #op2 ", %x0" \
				 :                                                          \
				 : "rZ"(value));                                            \
	}
#define VGICV5_PORT_ACCESS_RO(...) VGICV5_PORT_READ(__VA_ARGS__)
#define VGICV5_PORT_ACCESS_RW(...) VGICV5_PORT_READ(__VA_ARGS__) VGICV5_PORT_WRITE(__VA_ARGS__)
#define VGICV5_PORT_SYSREG(name, op0, op1, crn, crm, op2, access) \
	VGICV5_PORT_ACCESS_##access(name, op0, op1, crn, crm, op2)

GICV5_SYSREGS_ICC(VGICV5_PORT_SYSREG)
GICV5_SYSREGS_ICH(VGICV5_PORT_SYSREG)

/* ---- GIC instructions ---- */

#define VGICV5_PORT_GIC(name, op1, crm, op2)                                     \
	static inline void vgicv5_gic_##name(uint64_t operand)                   \
	{                                                                        \
		__asm__ volatile("sys #" #op1 ", C12, C" #crm ", #" #op2 ", %x0" \
				 :                                               \
				 : "r"(operand)                                  \
				 : "memory");                                    \
	}
#define VGICV5_PORT_GICR(name, op1, crm, op2)                                                              \
	static inline uint64_t vgicv5_gicr_##name(void)                                                    \
	{                                                                                                  \
		uint64_t value;                                                                            \
		__asm__ volatile("sysl %0, #" #op1 ", C12, C" #crm ", #" #op2 : "=r"(value) : : "memory"); \
		return value;                                                                              \
	}
/* Rt must be xzr itself: a zero in a register is another encoding. */
#define VGICV5_PORT_GIC_XZR(name, op1, crm, op2)                                                  \
	static inline void vgicv5_gic_##name(void)                                                \
	{                                                                                         \
		__asm__ volatile("sys #" #op1 ", C12, C" #crm ", #" #op2 ", xzr" : : : "memory"); \
	}
#define VGICV5_PORT_GSB(name, op1, crm, op2)                                                      \
	static inline void vgicv5_gsb_##name(void)                                                \
	{                                                                                         \
		__asm__ volatile("sys #" #op1 ", C12, C" #crm ", #" #op2 ", xzr" : : : "memory"); \
	}

GICV5_INSNS_CD(VGICV5_PORT_GIC)
GICV5_INSNS_VD(VGICV5_PORT_GIC)
GICV5_INSNS_EOI(VGICV5_PORT_GIC_XZR)
GICV5_INSNS_ACK(VGICV5_PORT_GICR)
GICV5_INSNS_GSB(VGICV5_PORT_GSB)

/* ---- Barriers ---- */

static inline void vgicv5_isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

/*
 * Not DSB ISHST: system register writes and GIC instructions are ordered after a DSB of any kind, and the IRS may
 * be outside the inner shareable domain.
 */
static inline void vgicv5_dsb_st(void)
{
	__asm__ volatile("dsb st" : : : "memory");
}

static inline void vgicv5_dsb_sy(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

/*
 * ---- IRS frames ----
 *
 * One load or store with a plain base register each, so that a data abort's syndrome is valid (ISV) and a trap
 * handler can emulate it.
 */

static inline uint32_t vgicv5_mmio_read32(const volatile void *address)
{
	uint32_t value;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline uint64_t vgicv5_mmio_read64(const volatile void *address)
{
	uint64_t value;

	__asm__ volatile("ldr %x0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void vgicv5_mmio_write32(volatile void *address, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]" : : "rZ"(value), "r"(address) : "memory");
}

static inline void vgicv5_mmio_write64(volatile void *address, uint64_t value)
{
	__asm__ volatile("str %x0, [%1]" : : "rZ"(value), "r"(address) : "memory");
}

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

/* ---- Caches ---- */

static inline size_t vgicv5_cache_line(void)
{
#ifdef VGICV5_CACHE_LINE
	return VGICV5_CACHE_LINE;
#else
	uint64_t ctr;

	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	return (size_t)4 << (ctr >> 16 & 0xf); /* DminLine: log2 of words */
#endif
}

static inline void vgicv5_cache_maintain(const void *start, size_t bytes)
{
	size_t line = vgicv5_cache_line();
	uintptr_t address = (uintptr_t)start & ~(uintptr_t)(line - 1);

	for (; address < (uintptr_t)start + bytes; address += line)
		__asm__ volatile("dc civac, %0" : : "r"(address) : "memory");
	vgicv5_dsb_sy();
}

#endif
