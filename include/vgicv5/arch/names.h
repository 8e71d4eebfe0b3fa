/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Names of registers, instructions and fields, and A64 instruction words, for dumps and trap handlers.
 *
 * All of it is generated from the X-macro lists of this folder. Nothing here allocates, calls libc or keeps state:
 * every function may be called in any context. The tables and strings cost a few KiB where they are used, so hot code
 * and the isolated part of the core do without.
 */
#ifndef VGICV5_ARCH_NAMES_H
#define VGICV5_ARCH_NAMES_H

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5/arch/tables.h>

/* clang-format off */
#define GICV5_NAME_OF_SYSREG(name, op0, op1, crn, crm, op2, access) case GICV5_##name: return #name;
#define GICV5_NAME_OF_GIC(name, op1, crm, op2) case GICV5_GIC_##name: return "GIC " #name;
#define GICV5_NAME_OF_GICR(name, op1, crm, op2) case GICV5_GIC_##name: return "GICR " #name;
#define GICV5_NAME_OF_GSB(name, op1, crm, op2) case GICV5_GSB_##name: return "GSB " #name;
#define GICV5_NAME_OF_REG(name, offset, width, access) case offset: return #name;
#define GICV5_FIELD_ENTRY(reg, field, hi, lo) { #reg, #field, (hi), (lo) },
/* clang-format on */

/**
 * Name of a system register or GIC instruction.
 * @param encoding packed as by GICV5_ENC()
 * @return for instance "ICH_VMCR_EL2", "GIC VDPEND", "GICR CDIA" or "GSB SYS"; NULL for any other encoding.
 */
static inline const char *gicv5_encoding_name(uint32_t encoding)
{
	switch (encoding) {
		GICV5_SYSREGS(GICV5_NAME_OF_SYSREG)
		GICV5_INSNS_OPERAND(GICV5_NAME_OF_GIC)
		GICV5_INSNS_EOI(GICV5_NAME_OF_GIC)
		GICV5_INSNS_ACK(GICV5_NAME_OF_GICR)
		GICV5_INSNS_GSB(GICV5_NAME_OF_GSB)
	default:
		return NULL;
	}
}

/** Name of the register at a byte offset of an IRS CONFIG frame; NULL if none starts there. */
static inline const char *gicv5_irs_reg_name(uint32_t offset)
{
	switch (offset) {
		GICV5_IRS_REGS(GICV5_NAME_OF_REG)
	default:
		return NULL;
	}
}

/** Name of the register at a byte offset of an ITS CONFIG frame; NULL if none starts there. */
static inline const char *gicv5_its_reg_name(uint32_t offset)
{
	switch (offset) {
		GICV5_ITS_REGS(GICV5_NAME_OF_REG)
	default:
		return NULL;
	}
}

/** Name of the register at a byte offset of an IWB frame, the arrays of one bit per wire left out; or NULL. */
static inline const char *gicv5_iwb_reg_name(uint32_t offset)
{
	switch (offset) {
		GICV5_IWB_REGS(GICV5_NAME_OF_REG)
	default:
		return NULL;
	}
}

/**
 * One field out of the fields of all registers, instruction operands and table entries.
 * @param index from 0 on, in the order of the lists; a register's fields follow one another, highest bits first
 * @return NULL after the last one.
 */
static inline const struct gicv5_field *gicv5_field_at(size_t index)
{
	static const struct gicv5_field fields[] = {
		GICV5_SYSREG_FIELDS(GICV5_FIELD_ENTRY) GICV5_INSN_FIELDS(GICV5_FIELD_ENTRY)
			GICV5_IRS_FIELDS(GICV5_FIELD_ENTRY) GICV5_ITS_FIELDS(GICV5_FIELD_ENTRY)
				GICV5_IWB_FIELDS(GICV5_FIELD_ENTRY) GICV5_TABLE_FIELDS(GICV5_FIELD_ENTRY)};

	return index < sizeof(fields) / sizeof(fields[0]) ? &fields[index] : NULL;
}

/** Whether two strings are the same. */
static inline bool gicv5_same_name(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/** Where gicv5_describe() writes; private to it. */
struct gicv5_text {
	char *at;
	char *end;
};

/** Appends a string as far as it fits; private to gicv5_describe(). */
static inline void gicv5_text_string(struct gicv5_text *text, const char *s)
{
	while (*s && text->at < text->end)
		*text->at++ = *s++;
}

/** Appends a number in hexadecimal; private to gicv5_describe(). */
static inline void gicv5_text_hex(struct gicv5_text *text, uint64_t value)
{
	char digits[19] = "0x";
	unsigned int n = 2;
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		digits[n++] = "0123456789abcdef"[(value >> shift) & 15];
	digits[n] = '\0';
	gicv5_text_string(text, digits);
}

/**
 * Writes the fields of a value as text, for instance "V=0x1 DB=0x0 VPE=0x3 VM=0x7". Bits that no field covers follow
 * as "other=", if any of them is set. A value without known fields is one number.
 * @param to gets the text, always terminated, cut where it does not fit
 * @param size of `to` in bytes, at least 1
 * @param reg register, instruction or table entry as the lists name it: "ICH_CONTEXTR_EL2", "VDPEND", "IRS_CR0", "L2_ISTE"
 * @return the length of the text.
 */
static inline size_t gicv5_describe(char *to, size_t size, const char *reg, uint64_t value)
{
	struct gicv5_text text = {to, to + size - 1};
	const struct gicv5_field *field;
	uint64_t other = value;
	size_t i;

	for (i = 0; (field = gicv5_field_at(i)); i++) {
		uint64_t mask = GICV5_BITS(field->hi, field->lo);

		if (!gicv5_same_name(field->reg, reg))
			continue;
		if (text.at != to)
			gicv5_text_string(&text, " ");
		gicv5_text_string(&text, field->name);
		gicv5_text_string(&text, "=");
		gicv5_text_hex(&text, (value & mask) >> field->lo);
		other &= ~mask;
	}
	if (text.at != to && other)
		gicv5_text_string(&text, " other=");
	if (text.at == to || other)
		gicv5_text_hex(&text, other);
	*text.at = '\0';
	return (size_t)(text.at - to);
}

/* A64 instruction words: 1101 0101 00 L op0 op1 CRn CRm op2 Rt; SYS and SYSL have op0 = 1, MSR and MRS 2 or 3. */
#define GICV5_A64_SYSTEM ((uint32_t)0xd5000000)
#define GICV5_A64_SYSTEM_MASK ((uint32_t)0xffc00000)
#define GICV5_A64_L ((uint32_t)1 << 21)
#define GICV5_A64_ENC_LO 5
#define GICV5_A64_RT_MASK ((uint32_t)0x1f)

/** An MRS, MSR, SYS or SYSL instruction. */
struct gicv5_a64 {
	uint32_t encoding; /**< as by GICV5_ENC() */
	bool read;	   /**< MRS or SYSL: Rt is written */
	unsigned int rt;   /**< 0 to 30, or 31 for xzr */
};

/** The instruction word of an MRS, MSR, SYS or SYSL. */
static inline uint32_t gicv5_a64_encode(const struct gicv5_a64 *insn)
{
	return GICV5_A64_SYSTEM | (insn->read ? GICV5_A64_L : 0) | insn->encoding << GICV5_A64_ENC_LO |
	       (insn->rt & GICV5_A64_RT_MASK);
}

/**
 * Takes an instruction word apart.
 * @return false if it is no MRS, MSR (register), SYS or SYSL; `*insn` is then untouched.
 */
static inline bool gicv5_a64_decode(uint32_t word, struct gicv5_a64 *insn)
{
	uint32_t encoding = (word & ~GICV5_A64_SYSTEM_MASK & ~GICV5_A64_L) >> GICV5_A64_ENC_LO;

	/* op0 = 0 is MSR (immediate), hints and barriers. */
	if ((word & GICV5_A64_SYSTEM_MASK) != GICV5_A64_SYSTEM || encoding < GICV5_ENC(1u, 0, 0, 0, 0))
		return false;
	insn->encoding = encoding;
	insn->read = word & GICV5_A64_L;
	insn->rt = word & GICV5_A64_RT_MASK;
	return true;
}

#endif
