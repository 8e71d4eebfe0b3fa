// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * MRS, MSR, SYS and SYSL are system instructions: bits 31:22 are fixed, 21 is the direction, 20:5 the packed encoding,
 * 4:0 the register.
 */
#include <vgicv5/arch/insn.h>
#include <vgicv5_soft/word.h>

#define WORD_SYSTEM 0xd500c000u /* with CRn = 12 */
#define WORD_SYSTEM_MASK 0xffc0f000u
#define WORD_READ 0x00200000u
#define WORD_SYSTEM_ANY 0xd5000000u
#define WORD_HVC 0xd4000002u

static uint32_t bits(uint32_t value, unsigned int hi, unsigned int lo)
{
	return value >> lo & ((1u << (hi - lo + 1)) - 1);
}

/* An instruction that is there to be read (MRS, SYSL), to be written (MSR, SYS), or both. */
struct direction {
	uint16_t encoding;
	bool read;
	bool write;
};

#define DIRECTION_RO true, false
#define DIRECTION_RW true, true
#define REGISTER(name, op0, op1, crn, crm, op2, access) {GICV5_##name, DIRECTION_##access},
#define SYS(name, op1, crm, op2) {GICV5_GIC_##name, false, true},
#define SYSL(name, op1, crm, op2) {GICV5_GIC_##name, true, false},
#define GSB(name, op1, crm, op2) {GICV5_GSB_##name, false, true},

/* clang-format off */
static const struct direction directions[] = {
	GICV5_SYSREGS_ICC(REGISTER)
	GICV5_INSNS_CD(SYS)
	GICV5_INSNS_EOI(SYS)
	GICV5_INSNS_ACK(SYSL)
	GICV5_INSNS_GSB(GSB)
};
/* clang-format on */

bool vgicv5_word(uint32_t word)
{
	unsigned int encoding = bits(word, 20, 5);
	size_t i;

	if ((word & WORD_SYSTEM_MASK) != WORD_SYSTEM)
		return false;
	for (i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
		if (directions[i].encoding == encoding)
			return word & WORD_READ ? directions[i].read : directions[i].write;
	return false;
}

uint32_t vgicv5_word_to_hvc(uint32_t word)
{
	bool read = word & WORD_READ;
	bool sys = bits(word, 20, 19) == 1;
	uint32_t kind = sys ? (read ? 3u : 2u) : (read ? 0u : 1u);
	uint32_t op1 = bits(word, 18, 16);
	uint32_t crm_op2 = bits(word, 11, 5);

	return WORD_HVC | (VGICV5_HVC_MARK | kind << 13 | op1 << 12 | crm_op2 << 5 | (word & 0x1f)) << 5;
}

void vgicv5_hvc_access(uint32_t imm, struct vgicv5_word_access *access)
{
	unsigned int kind = bits(imm, 14, 13);
	unsigned int op0 = kind >= 2 ? 1 : 3;

	access->encoding = GICV5_ENC(op0, bits(imm, 12, 12), 12u, bits(imm, 11, 8), bits(imm, 7, 5));
	access->rt = imm & 0x1f;
	access->read = kind == 0 || kind == 3;
}

uint32_t vgicv5_hvc_to_word(uint32_t hvc)
{
	struct vgicv5_word_access access;

	vgicv5_hvc_access(bits(hvc, 20, 5), &access);
	return WORD_SYSTEM_ANY | (access.read ? WORD_READ : 0) | access.encoding << 5 | access.rt;
}
