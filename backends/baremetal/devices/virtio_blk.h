/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A disk in memory, as a virtio device (virtio 1.2, section 5.2).
 */
#ifndef SHELL_VIRTIO_BLK_H
#define SHELL_VIRTIO_BLK_H

#include "virtio_pci.h"

#define BLK_SECTOR 512u
#define BLK_MAX_SEGMENTS 14u
#define BLK_MAX_SEGMENT_BYTES 4096u
/** The most data of one request: what the configuration allows, and what bounds the work of one notification. */
#define BLK_MAX_BYTES (BLK_MAX_SEGMENTS * BLK_MAX_SEGMENT_BYTES)
#define BLK_SERIAL_BYTES 20u

/** Device configuration, as it lies in memory. */
struct blk_config {
	uint64_t capacity; /**< in sectors */
	uint32_t size_max;
	uint32_t seg_max;
	uint32_t geometry;
	uint32_t block_bytes;
	uint64_t topology;
	uint16_t write_back;
	uint16_t queues;
	uint32_t zero;
};

/** One disk. */
struct virtio_blk {
	struct blk_config config;
	uint8_t *disk;
	uint64_t bytes;
	char serial[BLK_SERIAL_BYTES];
};

/**
 * A disk whose content is `disk`, `bytes` bytes, a multiple of BLK_SECTOR. `serial` is cut to BLK_SERIAL_BYTES.
 * @return the device, with `blk` as its context.
 */
struct virtio_device virtio_blk_init(struct virtio_blk *blk, void *disk, uint64_t bytes, const char *serial,
				     uint16_t queues, uint16_t vectors);

#endif
