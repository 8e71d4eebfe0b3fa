// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "region.h"

#include "string.h"

struct region shell_heap;
struct region shell_pool;

static size_t rounded(size_t bytes)
{
	return (bytes + REGION_GRANULE - 1) & ~(size_t)(REGION_GRANULE - 1);
}

static uint64_t end_of(const struct region_block *block)
{
	return (uintptr_t)block + block->bytes;
}

static void merge_with_next(struct region_block *block)
{
	if (!block->next || end_of(block) != (uintptr_t)block->next)
		return;
	block->bytes += block->next->bytes;
	block->next = block->next->next;
}

static void insert(struct region *region, uint64_t start, size_t bytes)
{
	struct region_block *block = (struct region_block *)(uintptr_t)start;
	struct region_block *before = NULL;
	struct region_block **link = &region->free;

	while (*link && (uintptr_t)*link < start) {
		before = *link;
		link = &before->next;
	}
	block->next = *link;
	block->bytes = bytes;
	*link = block;
	merge_with_next(block);
	if (before)
		merge_with_next(before);
}

/* Cuts [start, start + bytes) out of the block that *link points at. */
static void cut(struct region_block **link, uint64_t start, size_t bytes)
{
	struct region_block *block = *link;
	uint64_t end = end_of(block);
	struct region_block *tail;

	if (end > start + bytes) {
		tail = (struct region_block *)(uintptr_t)(start + bytes);
		tail->next = block->next;
		tail->bytes = (size_t)(end - start - bytes);
		block->next = tail;
	}
	if (start == (uintptr_t)block)
		*link = block->next;
	else
		block->bytes = (size_t)(start - (uintptr_t)block);
}

void region_add(struct region *region, uint64_t start, uint64_t bytes)
{
	shell_lock(&region->lock);
	if (bytes >= REGION_GRANULE)
		insert(region, start, (size_t)bytes);
	shell_unlock(&region->lock);
}

void *region_take(struct region *region, size_t bytes, size_t align)
{
	struct region_block **link;
	struct region_block **best = NULL;
	uint64_t start;
	uint64_t best_start = 0;

	bytes = rounded(bytes);
	if (align < REGION_GRANULE)
		align = REGION_GRANULE;
	shell_lock(&region->lock);
	for (link = &region->free; *link; link = &(*link)->next) {
		if ((*link)->bytes < bytes)
			continue;
		start = (end_of(*link) - bytes) & ~(uint64_t)(align - 1);
		if (start >= (uintptr_t)*link) {
			best = link;
			best_start = start;
		}
	}
	if (best) {
		cut(best, best_start, bytes);
		region->used += bytes;
	}
	shell_unlock(&region->lock);
	return best ? (void *)(uintptr_t)best_start : NULL;
}

bool region_take_at(struct region *region, uint64_t start, size_t bytes)
{
	struct region_block **link;
	bool found = false;

	bytes = rounded(bytes);
	shell_lock(&region->lock);
	for (link = &region->free; *link && !found; link = found ? link : &(*link)->next)
		found = (uintptr_t)*link <= start && end_of(*link) >= start + bytes;
	if (found) {
		cut(link, start, bytes);
		region->used += bytes;
	}
	shell_unlock(&region->lock);
	return found;
}

void region_give(struct region *region, void *memory, size_t bytes)
{
	bytes = rounded(bytes);
	shell_lock(&region->lock);
	insert(region, (uintptr_t)memory, bytes);
	region->used -= bytes;
	shell_unlock(&region->lock);
}

void *shell_alloc(size_t bytes, size_t align)
{
	void *memory = region_take(&shell_heap, bytes, align);

	if (memory)
		memset(memory, 0, bytes);
	return memory;
}

void shell_free(void *memory, size_t bytes)
{
	if (memory)
		region_give(&shell_heap, memory, bytes);
}

size_t shell_heap_used(void)
{
	return shell_heap.used;
}

size_t shell_pool_used(void)
{
	return shell_pool.used;
}
