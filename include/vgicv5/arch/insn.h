/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief GIC instructions: encodings and operands.
 *
 * All are SYS or SYSL with op0 = 1 and CRn = 12. X(name, op1, CRm, op2) for each, in four lists by form, because
 * the forms differ in what a port must generate: an operand register, a literal xzr, or a result.
 */
#ifndef VGICV5_ARCH_INSN_H
#define VGICV5_ARCH_INSN_H

#include <vgicv5/arch/sysreg.h>

/* clang-format off */
/* The operations that exist in every domain, once: D is the prefix of the names, op1 selects the domain. */
#define GICV5_INSNS_OF_DOMAIN(X, D, op1) \
	X(D##DIS, op1, 1, 0)  \
	X(D##EN, op1, 1, 1)   \
	X(D##PRI, op1, 1, 2)  \
	X(D##AFF, op1, 1, 3)  \
	X(D##PEND, op1, 1, 4) \
	X(D##RCFG, op1, 1, 5) \
	X(D##DI, op1, 2, 0)   \
	X(D##HM, op1, 2, 1)

/* GIC CDxx: current interrupt domain, EL1 and up. */
#define GICV5_INSNS_CD(X) GICV5_INSNS_OF_DOMAIN(X, CD, 0)

/* GIC VDxx: virtual interrupt domain, EL2 and up. */
#define GICV5_INSNS_VD(X) GICV5_INSNS_OF_DOMAIN(X, VD, 4)

/* GIC LDxx: logical interrupt domain, EL3. */
#define GICV5_INSNS_LD(X) GICV5_INSNS_OF_DOMAIN(X, LD, 6)

/* GIC CDEOI ignores its operand, and must be encoded with a literal xzr. */
#define GICV5_INSNS_EOI(X) \
	X(CDEOI, 0, 1, 7)

/* GICR: acknowledge, result in a register. */
#define GICV5_INSNS_ACK(X) \
	X(CDIA, 0, 3, 0)   \
	X(CDNMIA, 0, 3, 1)

/* GSB: barriers, Rt = 31. */
#define GICV5_INSNS_GSB(X) \
	X(SYS, 0, 0, 0) \
	X(ACK, 0, 0, 1)

/** All SYS forms with an operand. */
#define GICV5_INSNS_OPERAND(X) GICV5_INSNS_CD(X) GICV5_INSNS_VD(X) GICV5_INSNS_LD(X)

/* Operand and result fields. INSN: common to all. VD and LD forms use the layout of the CD form, but for VDPEND. */
#define GICV5_INSN_FIELDS(X) \
	X(INSN, TYPE, 31, 29)      \
	X(INSN, ID, 23, 0)         \
	X(CDAFF, IAFFID, 47, 32)   \
	X(CDAFF, IRM, 28, 28)      \
	X(CDPEND, PENDING, 32, 32) \
	X(CDPRI, PRIORITY, 39, 35) \
	X(CDHM, HM, 32, 32)        \
	X(CDIA, VALID, 32, 32)     \
	X(CDIA, TYPE, 31, 29)      \
	X(CDIA, ID, 23, 0)         \
	X(VDPEND, PENDING, 63, 63) \
	X(VDPEND, VM, 47, 32)      \
	X(VDPEND, TYPE, 31, 29)    \
	X(VDPEND, ID, 23, 0)
/* clang-format on */

enum { GICV5_INSN_FIELDS(GICV5_FIELD_CONSTANTS) };

#define GICV5_INSN_CONSTANT(name, op1, crm, op2) GICV5_GIC_##name = GICV5_ENC(1, op1, 12, crm, op2),
#define GICV5_GSB_CONSTANT(name, op1, crm, op2) GICV5_GSB_##name = GICV5_ENC(1, op1, 12, crm, op2),

/** `GICV5_GIC_<operation>` and `GICV5_GSB_<barrier>`: packed encodings, as for system registers. */
enum gicv5_insn {
	GICV5_INSNS_OPERAND(GICV5_INSN_CONSTANT) GICV5_INSNS_EOI(GICV5_INSN_CONSTANT)
		GICV5_INSNS_ACK(GICV5_INSN_CONSTANT) GICV5_INSNS_GSB(GICV5_GSB_CONSTANT)
};

#endif
