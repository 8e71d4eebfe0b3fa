/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "virtio_driver.h"

#include <stdlib.h>

struct virtio_pci virtio;
struct virtio_pci_state state;
struct virtio_blk blk;
struct seen seen;
uint8_t *ram;
uint8_t *disk;

static void *map(void *ctx, uint64_t address, uint64_t bytes, bool write)
{
	uint64_t offset = address - RAM_BASE;

	(void)write;
	assert_ptr_equal(ctx, &seen);
	return offset <= RAM_BYTES && bytes <= RAM_BYTES - offset ? ram + offset : NULL;
}

static void send(void *ctx, uint64_t address, uint32_t data)
{
	assert_ptr_equal(ctx, &seen);
	seen.messages++;
	seen.address = address;
	seen.data = data;
}

uint8_t pattern(uint32_t offset)
{
	return (uint8_t)(offset * 7 + offset / 512 * 13 + 1);
}

int power_up(void **unused)
{
	const struct virtq_memory memory = {.map = map, .ctx = &seen};
	struct virtio_device device;
	uint32_t i;

	(void)unused;
	memset(&seen, 0, sizeof(seen));
	ram = calloc(1, RAM_BYTES);
	disk = malloc(DISK_BYTES);
	for (i = 0; i < DISK_BYTES; i++)
		disk[i] = pattern(i);
	device = virtio_blk_init(&blk, disk, DISK_BYTES, "a serial number that is too long", QUEUES, VECTORS);
	virtio_pci_init(&virtio, &state, &device, &memory, send);
	return 0;
}

int power_down(void **unused)
{
	(void)unused;
	free(ram);
	free(disk);
	return 0;
}

uint64_t get(uint32_t offset, unsigned int bytes)
{
	return virtio_pci_bar_read(&virtio, offset, bytes);
}

void put(uint32_t offset, unsigned int bytes, uint64_t value)
{
	virtio_pci_bar_write(&virtio, offset, bytes, value);
}

void *at(uint64_t address)
{
	return ram + (address - RAM_BASE);
}

static void set_vectors(void)
{
	unsigned int i;

	for (i = 0; i < VECTORS; i++) {
		put(TABLE + 16 * i, 8, 0x8000 + 0x100 * i);
		put(TABLE + 16 * i + 8, 8, i);
	}
	virtio_pci_config_write(&virtio, virtio.msix_at + 2u, 2, 0x8000);
	put(COMMON + CONFIG_VECTOR, 2, 0);
}

int ready(void **unused)
{
	power_up(unused);
	virtio_pci_config_write(&virtio, PCI_COMMAND, 2, PCI_COMMAND_MASTER | PCI_COMMAND_MEMORY);
	set_vectors();
	put(COMMON + STATUS, 1, ACKNOWLEDGE | DRIVER);
	put(COMMON + DRIVER_SELECT, 4, 1);
	put(COMMON + DRIVER_FEATURE, 4, 1);
	put(COMMON + STATUS, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	put(COMMON + QUEUE_SELECT, 2, 0);
	put(COMMON + QUEUE_SIZE, 2, RING_SIZE);
	put(COMMON + QUEUE_VECTOR, 2, 1);
	put(COMMON + QUEUE_DESC, 8, DESC);
	put(COMMON + QUEUE_DRIVER, 4, AVAIL);
	put(COMMON + QUEUE_DRIVER + 4, 4, 0);
	put(COMMON + QUEUE_DEVICE, 8, USED);
	put(COMMON + QUEUE_ENABLE, 2, 1);
	put(COMMON + STATUS, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
	return 0;
}

void describe(unsigned int index, uint64_t address, uint32_t bytes, uint16_t flags, uint16_t next)
{
	const struct desc desc = {address, bytes, flags, next};

	memcpy(at(DESC + 16 * index), &desc, sizeof(desc));
}

void offer(uint16_t head)
{
	uint16_t *index = at(AVAIL + 2);

	memcpy(at(AVAIL + 4 + 2 * (*index % RING_SIZE)), &head, 2);
	++*index;
}

void notify(void)
{
	put(NOTIFY, 2, 0);
}

uint16_t used_count(void)
{
	return *(uint16_t *)at(USED + 2);
}

uint32_t used_bytes(uint16_t n)
{
	return *(uint32_t *)at(USED + 4 + 8 * (n % RING_SIZE) + 4);
}

void header(uint32_t type, uint64_t sector)
{
	const uint64_t words[2] = {type, sector};

	memcpy(at(DATA), words, sizeof(words));
	*(uint8_t *)at(DATA + 0xf0) = 0xff;
}

uint8_t status(void)
{
	return *(uint8_t *)at(DATA + 0xf0);
}

uint8_t request(uint32_t type, uint64_t sector, uint32_t bytes)
{
	header(type, sector);
	describe(0, DATA, 16, NEXT, bytes ? 1 : 2);
	describe(1, DATA + 0x100, bytes, type == 1 ? NEXT : NEXT | WRITE, 2);
	describe(2, DATA + 0xf0, 1, WRITE, 0);
	offer(0);
	notify();
	return status();
}

uint64_t next_random(uint64_t *seed)
{
	/* xorshift64*; 0 would stay 0. */
	uint64_t x = *seed ? *seed : 1;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*seed = x;
	return x * 0x2545f4914f6cdd1du >> 16;
}
