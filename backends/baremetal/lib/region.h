/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A first-fit allocator over one range of memory: the shell's heap, and the pool of guests' RAM.
 *
 * Free blocks are listed by address in the blocks themselves and merged when they touch. Callers know the size of
 * what they give back, so there are no headers and every alignment costs nothing.
 */
#ifndef SHELL_REGION_H
#define SHELL_REGION_H

#include "../shell.h"

#define REGION_GRANULE 64

struct region_block {
	struct region_block *next;
	size_t bytes;
};

struct region {
	shell_lock_t lock;
	struct region_block *free;
	size_t used;
};

/** Makes a range free. Both ends are multiples of REGION_GRANULE. */
void region_add(struct region *region, uint64_t start, uint64_t bytes);

/** Highest place that fits, not zeroed. @return NULL: there is none. */
void *region_take(struct region *region, size_t bytes, size_t align);

/** That very range. @return false: not all of it is free. */
bool region_take_at(struct region *region, uint64_t start, size_t bytes);

/** Gives back a range that was taken. */
void region_give(struct region *region, void *memory, size_t bytes);

extern struct region shell_heap; /* tables and objects */
extern struct region shell_pool; /* guests' RAM */

#endif
