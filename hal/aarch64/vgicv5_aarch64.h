/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The real instructions of AArch64: registers, GIC instructions, barriers, frame accesses, cache maintenance.
 *
 * The part of tier 0 that any hypervisor on AArch64 can take as it is, beside its own locks and atomics.
 * `VGICV5_CACHE_LINE`, bytes of the smallest data cache line, may be defined before; otherwise CTR_EL0 is asked.
 */
#ifndef VGICV5_AARCH64_H
#define VGICV5_AARCH64_H

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5_types.h>

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
