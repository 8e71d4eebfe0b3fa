/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bitmaps of 64-bit words, which others may look at or change at the same time. */
#ifndef VGICV5_CORE_BITMAP_H
#define VGICV5_CORE_BITMAP_H

#include <vgicv5_port.h>

#define VGICV5_BITMAP_WORDS(bits) (((size_t)(bits) + 63) / 64)

static inline size_t vgicv5_bitmap_bytes(uint32_t bits)
{
	return VGICV5_BITMAP_WORDS(bits) * sizeof(uint64_t);
}

static inline uint64_t vgicv5_bitmap_bit(uint32_t n)
{
	return (uint64_t)1 << n % 64;
}

static inline bool vgicv5_bitmap_test(const uint64_t *bitmap, uint32_t n)
{
	return VGICV5_READ_ONCE(bitmap[n / 64]) >> n % 64 & 1;
}

/* Atomic and fully ordered. @return whether the bit was set before. */
static inline bool vgicv5_bitmap_change(uint64_t *bitmap, uint32_t n, bool to)
{
	uint64_t *word = &bitmap[n / 64];
	uint64_t bit = vgicv5_bitmap_bit(n);

	return ((to ? vgicv5_fetch_or(word, bit) : vgicv5_fetch_andnot(word, bit)) & bit) != 0;
}

#endif
