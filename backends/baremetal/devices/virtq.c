/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "virtq.h"

#include <string.h>

/* clang-format off */
enum virtq_flags {
	VIRTQ_DESC_NEXT = 1, VIRTQ_DESC_WRITE = 2,
	VIRTQ_AVAIL_NO_INTERRUPT = 1,
};
/* clang-format on */

/* What the driver writes, as it lies in memory: little-endian, as we are. */
struct virtq_desc {
	uint64_t address;
	uint32_t bytes;
	uint16_t flags;
	uint16_t next;
};

struct virtq_used {
	uint32_t head;
	uint32_t bytes;
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the rings are little-endian");

/* Offsets in the rings. */
#define RING_FLAGS 0
#define RING_INDEX 2
#define RING_ENTRIES 4

static bool load16(const struct virtq_memory *memory, uint64_t address, uint16_t *value)
{
	const uint16_t *at = memory->map(memory->ctx, address, sizeof(*at), false);

	if (!at || address % sizeof(*at))
		return false;
	*value = __atomic_load_n(at, __ATOMIC_ACQUIRE);
	return true;
}

static bool size_is_good(const struct virtq_state *queue)
{
	return queue->size && queue->size <= VIRTQ_MAX_SIZE && !(queue->size & (queue->size - 1));
}

/* ---- Taking ---- */

static bool load_desc(const struct virtq_state *queue, const struct virtq_memory *memory, uint16_t index,
		      struct virtq_desc *desc)
{
	uint64_t address = queue->desc + (uint64_t)index * sizeof(*desc);
	const void *at = memory->map(memory->ctx, address, sizeof(*desc), false);

	if (!at || index >= queue->size || queue->desc % sizeof(*desc))
		return false;
	memcpy(desc, at, sizeof(*desc));
	return true;
}

/* What the device writes comes last (2.7.4.2), and nothing is negotiated that other flags would be for. */
static bool append(struct virtq_chain *chain, const struct virtq_memory *memory,
		   const struct virtq_desc *desc)
{
	bool write = desc->flags & VIRTQ_DESC_WRITE;

	if (desc->flags & ~(VIRTQ_DESC_NEXT | VIRTQ_DESC_WRITE) ||
	    (!write && chain->readable != chain->count))
		return false;
	if (!memory->map(memory->ctx, desc->address, desc->bytes, false))
		return false;
	chain->segment[chain->count++] = (struct virtq_segment){desc->address, desc->bytes};
	if (write) {
		chain->write_bytes += desc->bytes;
	} else {
		chain->read_bytes += desc->bytes;
		chain->readable = chain->count;
	}
	return true;
}

/* No chain is longer than the queue (2.7.5.2): a loop ends there. */
static bool collect(const struct virtq_state *queue, const struct virtq_memory *memory,
		    struct virtq_chain *chain)
{
	struct virtq_desc desc = {.next = chain->head};

	do {
		if (chain->count == queue->size || !load_desc(queue, memory, desc.next, &desc) ||
		    !append(chain, memory, &desc))
			return false;
	} while (desc.flags & VIRTQ_DESC_NEXT);
	return true;
}

enum virtq_result virtq_take(struct virtq_state *queue, const struct virtq_memory *memory,
			     struct virtq_chain *chain)
{
	uint16_t index;

	if (!size_is_good(queue) || !load16(memory, queue->avail + RING_INDEX, &index))
		return VIRTQ_BROKEN;
	if (index == queue->next)
		return VIRTQ_EMPTY;
	if ((uint16_t)(index - queue->next) > queue->size)
		return VIRTQ_BROKEN;
	*chain = (struct virtq_chain){.count = 0};
	if (!load16(memory, queue->avail + RING_ENTRIES + 2u * (queue->next % queue->size), &chain->head) ||
	    !collect(queue, memory, chain))
		return VIRTQ_BROKEN;
	queue->next++;
	return VIRTQ_CHAIN;
}

/* ---- Giving back ---- */

bool virtq_give(struct virtq_state *queue, const struct virtq_memory *memory, const struct virtq_chain *chain,
		uint32_t written)
{
	uint64_t address =
		queue->used + RING_ENTRIES + sizeof(struct virtq_used) * (queue->done % queue->size);
	struct virtq_used *entry = memory->map(memory->ctx, address, sizeof(*entry), true);
	uint16_t *index = memory->map(memory->ctx, queue->used + RING_INDEX, sizeof(*index), true);

	if (!entry || !index || queue->used % 4)
		return false;
	*entry = (struct virtq_used){chain->head, written};
	queue->done++;
	__atomic_store_n(index, queue->done, __ATOMIC_RELEASE);
	return true;
}

bool virtq_wants_interrupt(const struct virtq_state *queue, const struct virtq_memory *memory)
{
	uint16_t flags;

	/* A driver that has just cleared the flag looks at the index after that: one of us sees the other's write. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return load16(memory, queue->avail + RING_FLAGS, &flags) && !(flags & VIRTQ_AVAIL_NO_INTERRUPT);
}

/* ---- Contents ---- */

/* One direction at a time: segments `first` to `last` are one piece of memory with holes in between. */
static bool copy(const struct virtq_chain *chain, const struct virtq_memory *memory, bool write,
		 uint64_t offset, uint8_t *buffer, uint64_t bytes)
{
	unsigned int i = write ? chain->readable : 0;
	unsigned int last = write ? chain->count : chain->readable;

	for (; bytes && i < last; i++) {
		const struct virtq_segment *segment = &chain->segment[i];
		uint64_t part = segment->bytes > offset ? segment->bytes - offset : 0;
		void *at;

		if (part > bytes)
			part = bytes;
		at = part ? memory->map(memory->ctx, segment->address + offset, part, write) : NULL;
		if (part && !at)
			return false;
		if (part)
			memcpy(write ? at : buffer, write ? buffer : at, part);
		offset -= part ? offset : segment->bytes;
		buffer += part;
		bytes -= part;
	}
	return !bytes;
}

bool virtq_copy_from(const struct virtq_chain *chain, const struct virtq_memory *memory, uint64_t offset,
		     void *to, uint64_t bytes)
{
	return copy(chain, memory, false, offset, to, bytes);
}

bool virtq_copy_to(const struct virtq_chain *chain, const struct virtq_memory *memory, uint64_t offset,
		   const void *from, uint64_t bytes)
{
	/* Only read from, in that direction. */
	return copy(chain, memory, true, offset, (uint8_t *)(uintptr_t)from, bytes);
}
