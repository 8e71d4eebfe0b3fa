/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A64 words that the bare-metal guests of the shell's tests make at run time.
 */
#ifndef CODE_H
#define CODE_H

#include <vgicv5/arch/insn.h>

#define PAGE 4096u
#define PAGE_WORDS (PAGE / 4)

/** Encodings of what a guest may use: X-macro lists without their arguments. */
#define SYSREG_ENCODING(name, ...) GICV5_##name,
#define INSN_ENCODING(name, ...) GICV5_GIC_##name,
#define GSB_ENCODING(name, ...) GICV5_GSB_##name,
#define OWN_ENCODINGS                      \
	GICV5_SYSREGS_ICC(SYSREG_ENCODING) \
	GICV5_INSNS_CD(INSN_ENCODING)      \
	GICV5_INSNS_EOI(INSN_ENCODING) GICV5_INSNS_ACK(INSN_ENCODING) GICV5_INSNS_GSB(GSB_ENCODING)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define WORD_RET 0xd65f03c0u
#define WORD_NOP 0xd503201fu
#define WORD_READ (1u << 21)
#define SYSTEM_WORDS (1u << 18)

/** All system instructions with CRn = 12, which are those of GICv5 and more: index 0 to SYSTEM_WORDS - 1. */
static inline uint32_t word_system(uint32_t index)
{
	return 0xd500c000u | (index >> 12) << 16 | (index & 0xfff);
}

/** MRS or SYSL, MSR or SYS, with a packed encoding (GICV5_ENC). */
static inline uint32_t word_access(unsigned int encoding, bool read, unsigned int rt)
{
	return 0xd5000000u | (read ? WORD_READ : 0) | encoding << 5 | rt;
}

static inline uint32_t word_hvc(unsigned int immediate)
{
	return 0xd4000002u | immediate << 5;
}

static inline uint32_t word_smc(unsigned int immediate)
{
	return 0xd4000003u | immediate << 5;
}

/** MOVZ of 16 bits. */
static inline uint32_t word_mov(unsigned int rd, unsigned int value)
{
	return 0xd2800000u | value << 5 | rd;
}

/** 64 bits from register `rn` plus 8 * `index`. */
static inline uint32_t word_load(unsigned int rt, unsigned int rn, unsigned int index)
{
	return 0xf9400000u | index << 10 | rn << 5 | rt;
}

/** What was written as data may be executed now. */
static inline void code_sync(const void *code, unsigned int bytes)
{
	const char *at = code;
	unsigned int i;

	for (i = 0; i < bytes; i += 16)
		__asm__ volatile("dc cvau, %0" : : "r"(at + i) : "memory");
	__asm__ volatile("dsb ish" : : : "memory");
	for (i = 0; i < bytes; i += 16)
		__asm__ volatile("ic ivau, %0" : : "r"(at + i) : "memory");
	__asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

#endif
