/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "priority.h"

#include <vgicv5_port.h>

#define PPIS_PER_GROUP 8
#define GROUPS_PER_WORD 8
#define GROUP_BITS 0xffull

#define EACH_BYTE 0x0101010101010101ull
#define TOP_BITS 0x8080808080808080ull
#define PRIORITY_FIELDS 0x1f1f1f1f1f1f1f1full
#define BIT_OF_BYTE 0x8040201008040201ull /* byte n: bit n */

/* Eight PPIs at once. The top bit of a byte of the result is set iff its PPI counts and its priority is below. */
static uint64_t below(uint64_t priorities, uint64_t which, uint64_t mask_bytes)
{
	/* A byte's top bit survives the subtraction iff its priority is not below the mask; no byte borrows. */
	uint64_t not_below = ((priorities & PRIORITY_FIELDS) | TOP_BITS) - mask_bytes;
	/* 0x7f plus the byte's own bit reaches the top bit iff the bit was there; no byte carries. */
	uint64_t chosen = ((which * EACH_BYTE) & BIT_OF_BYTE) + ~TOP_BITS;

	return chosen & ~not_below & TOP_BITS;
}

/* Visits groups that hold a candidate only, however many PPIs there are. */
static bool any_below(const uint64_t *priorities, uint64_t which, uint64_t mask_bytes)
{
	while (which) {
		unsigned int first = (unsigned int)__builtin_ctzll(which) & ~(PPIS_PER_GROUP - 1u);
		if (below(VGICV5_READ_ONCE(priorities[first / PPIS_PER_GROUP]), which >> first & GROUP_BITS,
			  mask_bytes))
			return true;
		which &= ~(GROUP_BITS << first);
	}
	return false;
}

bool vgicv5_priority_lets_any(const uint64_t *priorities, uint64_t low, uint64_t high, unsigned int mask)
{
	uint64_t mask_bytes = mask * EACH_BYTE;

	if (low && any_below(priorities, low, mask_bytes))
		return true;
	return high && any_below(&priorities[GROUPS_PER_WORD], high, mask_bytes);
}
