/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A driver for the shell's PCI disks, on the development host: guest memory, one disk, its rings.
 */
#ifndef VIRTIO_DRIVER_H
#define VIRTIO_DRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "virtio_blk.h"

#define RAM_BASE 0x40000000u
#define RAM_BYTES 0x20000u
#define DISK_BYTES 0x10000u
#define QUEUES 4u
#define VECTORS 5u
#define RING_SIZE 8u

/* Where the rings of queue 0 and the data lie. */
#define DESC RAM_BASE
#define AVAIL (RAM_BASE + 0x1000)
#define USED (RAM_BASE + 0x2000)
#define DATA (RAM_BASE + 0x4000)

/* clang-format off */
enum { COMMON = 0x0000, ISR = 0x1000, DEVICE = 0x2000, NOTIFY = 0x3000, TABLE = 0x4000, PENDING = 0x5000 };
enum {
	FEATURE_SELECT = 0x00, FEATURE = 0x04, DRIVER_SELECT = 0x08, DRIVER_FEATURE = 0x0c, CONFIG_VECTOR = 0x10,
	QUEUE_COUNT = 0x12, STATUS = 0x14, QUEUE_SELECT = 0x16, QUEUE_SIZE = 0x18, QUEUE_VECTOR = 0x1a,
	QUEUE_ENABLE = 0x1c, QUEUE_DESC = 0x20, QUEUE_DRIVER = 0x28, QUEUE_DEVICE = 0x30,
};
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 0x40 };
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };
/* clang-format on */

struct desc {
	uint64_t address;
	uint32_t bytes;
	uint16_t flags;
	uint16_t next;
};

/** What the device has done. */
struct seen {
	unsigned int messages;
	uint64_t address;
	uint32_t data;
};

extern struct virtio_pci virtio;
extern struct virtio_pci_state state;
extern struct virtio_blk blk;
extern struct seen seen;
extern uint8_t *ram;
extern uint8_t *disk;

/** A device after power-up, memory zeroed, disk with a pattern; and the end of it. */
int power_up(void **unused);
int power_down(void **unused);

/** The same, with queue 0 ready: MSI-X on, vector n has address 0x8000 + 0x100 * n and data n, none is masked. */
int ready(void **unused);

/** The byte of the disk's pattern at an offset. */
uint8_t pattern(uint32_t offset);

/** Registers in BAR 0. */
uint64_t get(uint32_t offset, unsigned int bytes);
void put(uint32_t offset, unsigned int bytes, uint64_t value);

/** Memory of the guest. */
void *at(uint64_t address);

/** Puts a descriptor; makes the chain that begins at `head` available; tells the device. */
void describe(unsigned int index, uint64_t address, uint32_t bytes, uint16_t flags, uint16_t next);
void offer(uint16_t head);
void notify(void);

/** The used ring: how many, and the length that entry `n` says. */
uint16_t used_count(void);
uint32_t used_bytes(uint16_t n);

/** Puts a request's header at DATA; the buffer of data is at DATA + 0x100, the status at DATA + 0xf0. */
void header(uint32_t type, uint64_t sector);
uint8_t status(void);

/** A plain request of three descriptors. @return its status. */
uint8_t request(uint32_t type, uint64_t sector, uint32_t bytes);

/** A generator: the same seed, the same numbers. */
uint64_t next_random(uint64_t *seed);

#endif
