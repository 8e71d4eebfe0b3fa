/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief AArch64 system registers as the shell uses them.
 */
#ifndef SHELL_SYSREG_H
#define SHELL_SYSREG_H

#include <vgicv5_types.h>

#define READ_SYSREG(name)                                                 \
	({                                                                \
		uint64_t sysreg_value_;                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(sysreg_value_)); \
		sysreg_value_;                                            \
	})
#define WRITE_SYSREG(name, value) __asm__ volatile("msr " #name ", %x0" : : "rZ"((uint64_t)(value)))

static inline void isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

static inline void dsb_sy(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

static inline void dsb_ish(void)
{
	__asm__ volatile("dsb ish" : : : "memory");
}

#define BIT(n) ((uint64_t)1 << (n))

/** Bits hi to lo of a value. */
static inline uint64_t bits(uint64_t value, unsigned int hi, unsigned int lo)
{
	return (value >> lo) & (~(uint64_t)0 >> (63 - (hi - lo)));
}

/* HCR_EL2. */
#define HCR_VM BIT(0)
#define HCR_SWIO BIT(1)
#define HCR_FMO BIT(3)
#define HCR_IMO BIT(4)
#define HCR_AMO BIT(5)
#define HCR_VI BIT(7)
#define HCR_FB BIT(9)
#define HCR_BSU_ISH BIT(10)
#define HCR_TWI BIT(13)
#define HCR_TWE BIT(14)
#define HCR_TID3 BIT(18)
#define HCR_TSC BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR BIT(21)
#define HCR_RW BIT(31)

/* ESR_ELx. */
#define ESR_EC(esr) ((unsigned int)bits(esr, 31, 26))
#define ESR_ISS(esr) ((uint32_t)bits(esr, 24, 0))
#define ESR_IL BIT(25)

enum esr_ec {
	EC_UNKNOWN = 0x00,
	EC_WFX = 0x01,
	EC_SVC64 = 0x15,
	EC_HVC64 = 0x16,
	EC_SMC64 = 0x17,
	EC_SYSREG = 0x18,
	EC_IABT_LOWER = 0x20,
	EC_IABT_SAME = 0x21,
	EC_DABT_LOWER = 0x24,
	EC_DABT_SAME = 0x25,
	EC_STEP_LOWER = 0x32,
};

#define ISS_WFX_WFE BIT(0)

/* Aborts: ISS. */
#define ISS_ISV BIT(24)
#define ISS_SSE BIT(21)
#define ISS_SF BIT(15)
#define ISS_S1PTW BIT(7)
#define ISS_CM BIT(8)
#define ISS_WNR BIT(6)
#define ISS_FSC_TYPE(iss) bits(iss, 5, 2)
#define FSC_TRANSLATION 1u
#define FSC_ACCESS 2u
#define FSC_PERMISSION 3u
#define ISS_EXTERNAL_ABORT 0x10u

/* PSTATE in SPSR_ELx. */
#define PSTATE_MODE 0xfu
#define PSTATE_EL0T 0x0u
#define PSTATE_EL1T 0x4u
#define PSTATE_EL1H 0x5u
#define PSTATE_A32 BIT(4)
#define PSTATE_DAIF 0x3c0u
#define PSTATE_I BIT(7)
#define PSTATE_SS BIT(21)
#define PSTATE_PAN BIT(22)

#endif
