/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A64 words of GICv5, and the HVCs that stand for them in a guest on a CPU without FEAT_GCIE.
 *
 * Such a CPU takes a GICv5 instruction of EL1 as undefined, to EL1: no trap of EL2 sees it. So it is replaced by
 * an HVC whose immediate says all of it:
 *
 * | bits | what |
 * | --- | --- |
 * | 15 | 1: the mark |
 * | 14:13 | 0 MRS, 1 MSR, 2 SYS, 3 SYSL |
 * | 12 | op1, which is 0 or 1 |
 * | 11:8 | CRm |
 * | 7:5 | op2 |
 * | 4:0 | Rt |
 *
 * CRn is 12 for all of them. Pure functions, any context.
 */
#ifndef VGICV5_SOFT_WORD_H
#define VGICV5_SOFT_WORD_H

#include <vgicv5_types.h>

#define VGICV5_HVC_MARK 0x8000u

/** Whether an A64 word is a GICv5 instruction or register access of EL1. */
bool vgicv5_word(uint32_t word);

/** The HVC for a word for which vgicv5_word() holds. */
uint32_t vgicv5_word_to_hvc(uint32_t word);

/** The word for an HVC whose immediate has the mark; vgicv5_word() need not hold for it. */
uint32_t vgicv5_hvc_to_word(uint32_t hvc);

/** What an immediate says. */
struct vgicv5_word_access {
	unsigned int encoding; /**< GICV5_ENC() form */
	unsigned int rt;
	bool read; /**< MRS or SYSL */
};

/** Takes an immediate with the mark apart. */
void vgicv5_hvc_access(uint32_t imm, struct vgicv5_word_access *access);

#endif
