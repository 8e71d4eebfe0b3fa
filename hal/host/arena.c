// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Physical memory of a machine.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"
#include "host_internal.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#define ARENA_ALIGN ((size_t)2 << 20) /* of the range itself: bounds the alignment of blocks */

struct arena_block {
	struct arena_block *next;
	size_t offset;
	size_t bytes;
};

bool arena_init(struct arena *arena, size_t bytes)
{
	size_t mapped = bytes + ARENA_ALIGN;
	uint8_t *memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t skip;

	if (memory == MAP_FAILED)
		return false;
	skip = (ARENA_ALIGN - (uintptr_t)memory % ARENA_ALIGN) % ARENA_ALIGN;
	if (skip)
		munmap(memory, skip);
	munmap(memory + skip + bytes, mapped - skip - bytes);
	arena->base = memory + skip;
	arena->bytes = bytes;
	arena->blocks = NULL;
	pthread_mutex_init(&arena->mutex, NULL);
	POISON(arena->base, bytes);
	return true;
}

void arena_fini(struct arena *arena)
{
	struct arena_block *block;

	while ((block = arena->blocks)) {
		arena->blocks = block->next;
		free(block);
	}
	UNPOISON(arena->base, arena->bytes);
	munmap(arena->base, arena->bytes);
	pthread_mutex_destroy(&arena->mutex);
}

/* First fit. The link after which a block of that size goes, or NULL; `*offset` is its place. */
static struct arena_block **find_gap(struct arena *arena, size_t bytes, size_t align, size_t *offset)
{
	struct arena_block **link = &arena->blocks;
	size_t start = 0;

	for (;;) {
		size_t end = *link ? (*link)->offset : arena->bytes;

		start = (start + align - 1) & ~(align - 1);
		if (start <= end && bytes + HAL_HOST_CACHE_LINE <= end - start) {
			*offset = start;
			return link;
		}
		if (!*link)
			return NULL;
		start = (*link)->offset + (*link)->bytes + HAL_HOST_CACHE_LINE;
		link = &(*link)->next;
	}
}

static struct arena_block *insert_block(struct arena *arena, size_t bytes, size_t align)
{
	struct arena_block *block = malloc(sizeof(*block));
	struct arena_block **link;

	if (!block)
		return NULL;
	pthread_mutex_lock(&arena->mutex);
	link = find_gap(arena, bytes, align, &block->offset);
	if (link) {
		block->bytes = bytes;
		block->next = *link;
		*link = block;
	}
	pthread_mutex_unlock(&arena->mutex);
	if (!link) {
		free(block);
		return NULL;
	}
	return block;
}

void *arena_alloc(struct arena *arena, size_t bytes, size_t align)
{
	const struct arena_block *block = insert_block(arena, bytes, align);

	if (!block)
		return NULL;
	UNPOISON(arena->base + block->offset, bytes);
	return arena->base + block->offset;
}

void arena_free(struct arena *arena, void *memory, size_t bytes)
{
	struct arena_block **link;
	struct arena_block *block;

	pthread_mutex_lock(&arena->mutex);
	for (link = &arena->blocks; *link && arena->base + (*link)->offset != memory; link = &(*link)->next)
		;
	block = *link;
	if (!block || block->bytes != bytes)
		hal_host_die("free of %zu bytes at %p: not allocated so", bytes, memory);
	POISON(memory, bytes);
	*link = block->next;
	pthread_mutex_unlock(&arena->mutex);
	free(block);
}

uint64_t arena_pa(const struct arena *arena, const void *memory)
{
	size_t offset = (size_t)((const uint8_t *)memory - arena->base);

	if (offset >= arena->bytes)
		hal_host_die("physical address of %p asked, which is not memory of the port", memory);
	return ARENA_PA + offset;
}

void *arena_va(const struct arena *arena, uint64_t pa, size_t bytes)
{
	if (pa < ARENA_PA || pa - ARENA_PA >= arena->bytes || bytes > arena->bytes - (size_t)(pa - ARENA_PA))
		return NULL;
	return arena->base + (pa - ARENA_PA);
}
