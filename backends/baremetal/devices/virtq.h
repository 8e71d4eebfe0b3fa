/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The device's side of a split virtqueue (virtio 1.2, section 2.7).
 *
 * Guest memory is another's: indices and descriptors are read once and checked, everything that is walked has a
 * bound, and what makes no sense breaks the queue and nothing else.
 */
#ifndef SHELL_VIRTQ_H
#define SHELL_VIRTQ_H

#include <vgicv5_types.h>

#define VIRTQ_MAX_SIZE 32u

/** Access to the memory of the guest. */
struct virtq_memory {
	/**
	 * Where `bytes` bytes of it can be accessed, or NULL if not all of them are RAM. `write`: they are about to be
	 * written.
	 */
	void *(*map)(void *ctx, uint64_t address, uint64_t bytes, bool write);
	void *ctx;
};

/** State of a queue: plain data. */
struct virtq_state {
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
	uint16_t size;
	uint16_t vector;
	uint16_t enabled;
	uint16_t next; /**< free-running index of the next available buffer */
	uint16_t done; /**< free-running index of the next used buffer */
	uint16_t zero[3];
};

/** One piece of a buffer. */
struct virtq_segment {
	uint64_t address;
	uint32_t bytes;
};

/** A buffer: first what the device reads, then what it writes. */
struct virtq_chain {
	uint16_t head;
	unsigned int readable; /**< segments */
	unsigned int count;
	uint64_t read_bytes;
	uint64_t write_bytes;
	struct virtq_segment segment[VIRTQ_MAX_SIZE];
};

enum virtq_result { VIRTQ_EMPTY, VIRTQ_CHAIN, VIRTQ_BROKEN };

/** Takes the next buffer. VIRTQ_BROKEN: the driver made something up that cannot be; nothing is taken. */
enum virtq_result virtq_take(struct virtq_state *queue, const struct virtq_memory *memory,
			     struct virtq_chain *chain);

/** Gives it back with `written` bytes. @return false: broken. */
bool virtq_give(struct virtq_state *queue, const struct virtq_memory *memory, const struct virtq_chain *chain,
		uint32_t written);

/** Whether the driver wants to be interrupted; false also if the queue is broken. After virtq_give(). */
bool virtq_wants_interrupt(const struct virtq_state *queue, const struct virtq_memory *memory);

/**
 * Copies from what the device reads, or to what it writes, from `offset` bytes on.
 * @return false: the chain is shorter, or the memory is not RAM.
 */
bool virtq_copy_from(const struct virtq_chain *chain, const struct virtq_memory *memory, uint64_t offset,
		     void *to, uint64_t bytes);
bool virtq_copy_to(const struct virtq_chain *chain, const struct virtq_memory *memory, uint64_t offset,
		   const void *from, uint64_t bytes);

#endif
