/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "virtio_blk.h"

#include <string.h>

#define BLK_TYPE 2
#define BLK_CLASS 0x018000 /* mass storage, other */

/* clang-format off */
enum blk_request_type { BLK_IN = 0, BLK_OUT = 1, BLK_FLUSH = 4, BLK_GET_ID = 8 };

enum blk_status { BLK_OK = 0, BLK_ERROR = 1, BLK_UNSUPPORTED = 2 };

/* VERSION_1 beside the device's own features. */
enum blk_feature {
	BLK_F_SIZE_MAX = 1, BLK_F_SEG_MAX = 2, BLK_F_BLK_SIZE = 6, BLK_F_FLUSH = 9, BLK_F_MQ = 12, BLK_F_VERSION_1 = 32,
};
/* clang-format on */

#define FEATURE(bit) ((uint64_t)1 << (bit))

struct blk_header {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};

struct transfer {
	const struct virtq_chain *chain;
	const struct virtq_memory *memory;
	uint64_t data_bytes; /* that the device may write, without the status */
	uint64_t written;    /* of them, from the beginning on */
};

/* The part of the disk that a request is for, or NULL. */
static uint8_t *place(const struct virtio_blk *blk, uint64_t sector, uint64_t bytes)
{
	if (bytes % BLK_SECTOR || bytes > BLK_MAX_BYTES || bytes > blk->bytes ||
	    sector > (blk->bytes - bytes) / BLK_SECTOR)
		return NULL;
	return blk->disk + sector * BLK_SECTOR;
}

static enum blk_status put(struct transfer *transfer, const void *from, uint64_t bytes)
{
	if (!virtq_copy_to(transfer->chain, transfer->memory, 0, from, bytes))
		return BLK_ERROR;
	transfer->written = bytes;
	return BLK_OK;
}

static enum blk_status read_disk(const struct virtio_blk *blk, struct transfer *transfer, uint64_t sector)
{
	const uint8_t *from = place(blk, sector, transfer->data_bytes);

	return from ? put(transfer, from, transfer->data_bytes) : BLK_ERROR;
}

static enum blk_status write_disk(struct virtio_blk *blk, const struct transfer *transfer, uint64_t sector)
{
	uint64_t bytes = transfer->chain->read_bytes - sizeof(struct blk_header);
	uint8_t *to = place(blk, sector, bytes);

	if (!to || !virtq_copy_from(transfer->chain, transfer->memory, sizeof(struct blk_header), to, bytes))
		return BLK_ERROR;
	return BLK_OK;
}

static enum blk_status read_serial(const struct virtio_blk *blk, struct transfer *transfer)
{
	return put(transfer, blk->serial,
		   transfer->data_bytes < BLK_SERIAL_BYTES ? transfer->data_bytes : BLK_SERIAL_BYTES);
}

static enum blk_status carry_out(struct virtio_blk *blk, struct transfer *transfer,
				 const struct blk_header *header)
{
	switch (header->type) {
	case BLK_IN:
		return read_disk(blk, transfer, header->sector);
	case BLK_OUT:
		return write_disk(blk, transfer, header->sector);
	case BLK_FLUSH:
		return BLK_OK;
	case BLK_GET_ID:
		return read_serial(blk, transfer);
	default:
		return BLK_UNSUPPORTED;
	}
}

/* How a request is cut into segments is the driver's choice (2.7.4.1): its last byte is the status. */
static bool process(void *ctx, const struct virtq_chain *chain, const struct virtq_memory *memory,
		    uint32_t *written)
{
	struct transfer transfer = {.chain = chain, .memory = memory};
	struct blk_header header;
	uint8_t status;

	if (!chain->write_bytes || !virtq_copy_from(chain, memory, 0, &header, sizeof(header)))
		return false;
	transfer.data_bytes = chain->write_bytes - 1;
	status = (uint8_t)carry_out(ctx, &transfer, &header);
	/* What is said to be written has no hole: the status counts if all before it was written. */
	*written = (uint32_t)transfer.written + (transfer.written == transfer.data_bytes ? 1 : 0);
	return virtq_copy_to(chain, memory, transfer.data_bytes, &status, 1);
}

struct virtio_device virtio_blk_init(struct virtio_blk *blk, void *disk, uint64_t bytes, const char *serial,
				     uint16_t queues, uint16_t vectors)
{
	size_t length = strlen(serial);

	*blk = (struct virtio_blk){.disk = disk, .bytes = bytes};
	memcpy(blk->serial, serial, length < BLK_SERIAL_BYTES ? length : BLK_SERIAL_BYTES);
	blk->config = (struct blk_config){
		.capacity = bytes / BLK_SECTOR,
		.size_max = BLK_MAX_SEGMENT_BYTES,
		.seg_max = BLK_MAX_SEGMENTS,
		.block_bytes = BLK_SECTOR,
		.queues = queues,
	};
	return (struct virtio_device){
		.type = BLK_TYPE,
		.queues = queues,
		.vectors = vectors,
		.class = BLK_CLASS,
		.features = FEATURE(BLK_F_SIZE_MAX) | FEATURE(BLK_F_SEG_MAX) | FEATURE(BLK_F_BLK_SIZE) |
			    FEATURE(BLK_F_FLUSH) | FEATURE(BLK_F_MQ) | FEATURE(BLK_F_VERSION_1),
		.config = &blk->config,
		.config_bytes = 36,
		.process = process,
		.ctx = blk,
	};
}
