/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Memory of a software GICv5 from the C library (vgicv5_soft_ops.alloc, free), for tests that do not count it.
 */
#ifndef VGICV5_TESTS_SOFT_HEAP_H
#define VGICV5_TESTS_SOFT_HEAP_H

#include <stdlib.h>

static inline void *heap_alloc(void *ctx, size_t bytes)
{
	(void)ctx;
	return calloc(1, bytes);
}

static inline void heap_free(void *ctx, void *memory, size_t bytes)
{
	(void)ctx;
	(void)bytes;
	free(memory);
}

#endif
