/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Accesses of a guest to a frame of registers: which register, which half, at which width.
 *
 * A 32-bit register takes 32-bit accesses. A 64-bit register takes 64-bit accesses, and 32-bit accesses to either
 * half; a write to one half leaves the other half as it is. Everything else reads as zero and writes nothing.
 */
#ifndef VGICV5_CORE_FRAME_H
#define VGICV5_CORE_FRAME_H

#include <vgicv5/arch/irs.h>

static inline bool vgicv5_frame_aligned(uint32_t offset, unsigned int bytes)
{
	return (bytes == 4 || bytes == 8) && !(offset & (bytes - 1));
}

/* What an access of `bytes`, `shift` bits up in a register, reads of its value. */
static inline uint64_t vgicv5_frame_part(uint64_t value, unsigned int shift, unsigned int bytes)
{
	value >>= shift;
	return bytes == 4 ? (uint32_t)value : value;
}

/* What such an access makes of a register that held `old`. */
static inline uint64_t vgicv5_frame_merge(uint64_t old, uint64_t value, unsigned int shift,
					  unsigned int bytes)
{
	uint64_t mask = bytes == 8 ? ~(uint64_t)0 : GICV5_BITS(31, 0) << shift;

	return (old & ~mask) | (value << shift & mask);
}

/* PA_RANGE of an ID register, for that many address bits. */
static inline unsigned int vgicv5_pa_range(unsigned int pa_bits)
{
	static const uint8_t bits[] = {GICV5_PA_RANGE_BITS};
	unsigned int range = 0;

	while (range + 1 < sizeof(bits) && bits[range] < pa_bits)
		range++;
	return range;
}

#endif
