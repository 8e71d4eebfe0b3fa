/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest with an ITS: its memory, its tables, and what its driver does.
 *
 * Tables are written byte by byte, little-endian, with numbers written down here and not those of the library's
 * definitions, so that a slip in one of the two is seen.
 */
#ifndef TESTS_CORE_ITS_GUEST_H
#define TESTS_CORE_ITS_GUEST_H

#include <vgicv5/arch/its.h>
#include <vgicv5/viwb.h>

#include "world.h"

#define ITS_MEMORY ((size_t)4 << 20)
#define ITS_GPA 0x80000000u
#define ITS_BASE 0x3000000u
#define ITS_DEVICE_BITS 12
#define ITS_EVENT_BITS 11
#define ITS_LPI_BITS 14
#define ITS_IWB_DEVICE 0x3c9
#define ITS_WIRES 96

/* One shape of tables. */
struct its_shape {
	const char *name;
	bool dt_two_level;
	bool itt_two_level;
	unsigned int l2sz;
	unsigned int reads; /* entries on the way to an LPI */
};

extern const struct its_shape its_shapes[];
extern const unsigned int its_shape_count;

struct its_guest {
	struct world world;
	struct world_vm *vm;
	struct vgicv5_vits vits;
	struct vgicv5_viwb viwb; /* disabled, as after a reset */
	const struct its_shape *shape;
	uint64_t next; /* guest memory that is not used yet */
};

extern unsigned char its_memory[ITS_MEMORY];

/*
 * World, two vCPUs, the first on PE 0, with LPIs, ITS enabled with an empty device table. `direct` may be NULL.
 */
void its_up(struct its_guest *g, const struct its_shape *shape, const struct vgicv5_vits_direct_ops *direct);
void its_down(struct its_guest *g);

uint64_t its_load(uint64_t gpa);
void its_store(uint64_t gpa, uint64_t entry);

/* Guest-physical address of the entries of a device and of an event; tables are made where they are missing. */
uint64_t its_dte(struct its_guest *g, uint32_t device);
uint64_t its_itte(struct its_guest *g, uint32_t device, uint32_t event);
/* Valid L2_ITTE of an LPI. */
uint64_t its_entry(uint32_t lpi);
void its_map(struct its_guest *g, uint32_t device, uint32_t event, uint32_t lpi);

uint64_t its_read(struct its_guest *g, uint32_t offset);
void its_write(struct its_guest *g, uint32_t offset, uint64_t value);
void its_invalidate_event(struct its_guest *g, uint32_t device, uint32_t event, uint32_t command);
void its_invalidate_device(struct its_guest *g, uint32_t device, uint32_t command);

uint32_t its_iwb_read(struct its_guest *g, uint32_t offset);
void its_iwb_write(struct its_guest *g, uint32_t offset, uint32_t value);

/* Whether an LPI is pending; then it is no more. */
bool its_take(struct its_guest *g, uint32_t lpi);

/* Guest reads, and locks of any kind, of this thread since it was last asked. */
unsigned int its_guest_reads(void);
unsigned int its_locks(void);

#endif
