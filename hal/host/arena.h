/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Physical memory of a machine: one range with an allocator.
 *
 * Blocks are kept apart by a cache line; under the address sanitizer all that is not allocated is poisoned.
 */
#ifndef HAL_HOST_ARENA_H
#define HAL_HOST_ARENA_H

#include <pthread.h>

#include <vgicv5_types.h>

#define ARENA_PA 0x80000000ull

struct arena_block;

struct arena {
	uint8_t *base;
	size_t bytes;
	pthread_mutex_t mutex;
	struct arena_block *blocks; /* by address */
};

bool arena_init(struct arena *arena, size_t bytes);
void arena_fini(struct arena *arena);

/* Not zeroed. */
void *arena_alloc(struct arena *arena, size_t bytes, size_t align);
void arena_free(struct arena *arena, void *memory, size_t bytes);

uint64_t arena_pa(const struct arena *arena, const void *memory);

/* NULL if the range is not inside. */
void *arena_va(const struct arena *arena, uint64_t pa, size_t bytes);

#endif
