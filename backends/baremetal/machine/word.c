// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A64 words of GICv5, and the HVCs that stand for them in a guest without the hardware. Both are system
 * instructions: bits 31:22 are fixed, 21 is the direction, 20:5 the packed encoding, 4:0 the register.
 */
#include "machine.h"

#include <vgicv5/arch/insn.h>

#define WORD_SYSTEM 0xd500c000u /* with CRn = 12 */
#define WORD_SYSTEM_MASK 0xffc0f000u
#define WORD_READ BIT(21)
#define WORD_HVC 0xd4000002u

static bool is_register(unsigned int encoding, bool read)
{
#define MATCH_RO(name)     \
	case GICV5_##name: \
		return read;
#define MATCH_RW(name)     \
	case GICV5_##name: \
		return true;
#define MATCH(name, op0, op1, crn, crm, op2, access) MATCH_##access(name)
	switch (encoding) {
		GICV5_SYSREGS_ICC(MATCH)
	default:
		return false;
	}
}

static bool is_instruction(unsigned int encoding, bool read)
{
#define MATCH_SYS(name, op1, crm, op2) \
	case GICV5_GIC_##name:         \
		return !read;
#define MATCH_SYSL(name, op1, crm, op2) \
	case GICV5_GIC_##name:          \
		return read;
#define MATCH_GSB(name, op1, crm, op2) \
	case GICV5_GSB_##name:         \
		return !read;
	switch (encoding) {
		GICV5_INSNS_CD(MATCH_SYS)
		GICV5_INSNS_EOI(MATCH_SYS)
		GICV5_INSNS_ACK(MATCH_SYSL)
		GICV5_INSNS_GSB(MATCH_GSB)
	default:
		return false;
	}
}

bool gic_word(uint32_t word)
{
	unsigned int encoding = (unsigned int)bits(word, 20, 5);
	bool read = word & WORD_READ;

	if ((word & WORD_SYSTEM_MASK) != WORD_SYSTEM)
		return false;
	return is_register(encoding, read) || is_instruction(encoding, read);
}

/* Immediate: 15 mark; 14 SYS or SYSL; 13 read or write; 12 op1; 11:8 CRm; 7:5 op2; 4:0 Rt. */
uint32_t gic_word_to_hvc(uint32_t word)
{
	bool read = word & WORD_READ;
	bool sys = bits(word, 20, 19) == 1;
	uint32_t kind = sys ? (read ? 3u : 2u) : (read ? 0u : 1u);
	uint32_t op1 = (uint32_t)bits(word, 18, 16);
	uint32_t crm_op2 = (uint32_t)bits(word, 11, 5);

	return WORD_HVC | (GIC_HVC_MARK | kind << 13 | op1 << 12 | crm_op2 << 5 | (word & 0x1f)) << 5;
}

void gic_access_from_hvc(uint32_t imm, struct gic_access *access)
{
	unsigned int kind = (unsigned int)bits(imm, 14, 13);
	unsigned int op0 = kind >= 2 ? 1 : 3;

	access->encoding = GICV5_ENC(op0, (unsigned int)bits(imm, 12, 12), 12u,
				     (unsigned int)bits(imm, 11, 8), (unsigned int)bits(imm, 7, 5));
	access->rt = imm & 0x1f;
	access->read = kind == 0 || kind == 3;
}

uint32_t hvc_to_gic_word(uint32_t hvc)
{
	struct gic_access access;

	gic_access_from_hvc((uint32_t)bits(hvc, 20, 5), &access);
	return 0xd5000000u | (access.read ? (uint32_t)WORD_READ : 0) | access.encoding << 5 | access.rt;
}
