/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "priority.h"

unsigned int vgicv5_priority_mask(uint64_t vmcr, uint64_t apr)
{
	unsigned int running;
	unsigned int masked;

	if (!GICV5_GET(ICH_VMCR_EL2_EN, vmcr))
		return 0;
	/* The bit above the field stands for the idle priority (D_XMBQZ). */
	running = (unsigned int)__builtin_ctzll(apr | 1ull << GICV5_PRIORITY_LEVELS);
	masked = (unsigned int)GICV5_GET(ICH_VMCR_EL2_VPMR, vmcr) + 1;
	return running < masked ? running : masked;
}

#define EACH_BYTE 0x0101010101010101ull
#define TOP_BITS 0x8080808080808080ull
#define PRIORITY_FIELDS 0x1f1f1f1f1f1f1f1full
#define BIT_OF_BYTE 0x8040201008040201ull /* byte n: bit n */

bool vgicv5_priority_any_below(uint64_t priorities, unsigned int which, unsigned int mask)
{
	/* A byte's top bit survives the subtraction iff its priority is not below the mask; no byte borrows. */
	uint64_t not_below = ((priorities & PRIORITY_FIELDS) | TOP_BITS) - mask * EACH_BYTE;
	uint64_t chosen = ((which * EACH_BYTE) & BIT_OF_BYTE) + ~TOP_BITS;

	/* 0x7f plus the byte's own bit reaches the top bit iff the bit was there; no byte carries. */
	return (chosen & ~not_below & TOP_BITS) != 0;
}
