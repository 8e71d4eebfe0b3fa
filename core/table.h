/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that is shared with the IRS, and small arithmetic of tables.
 *
 * With an IRS that does not snoop, memory is cleaned and invalidated after the CPU wrote it and before it reads what
 * the IRS may have written. Entries that the IRS sets VALID share cache lines with entries that software writes;
 * before such a write the line is taken anew, so that a stale neighbour is not pushed over what the IRS wrote.
 */
#ifndef VGICV5_CORE_TABLE_H
#define VGICV5_CORE_TABLE_H

#include <vgicv5/arch/tables.h>
#include <vgicv5/host.h>
#include <vgicv5/port.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tables, the guest's too, are little-endian");

#define VGICV5_TABLE_ALIGN 64 /* least alignment asked of the port */

/* The smallest n with 2^n >= value; 0 for 0 and 1. */
static inline unsigned int vgicv5_log2_up(uint64_t value)
{
	unsigned int bits = 0;

	while (bits < 63 && ((uint64_t)1 << bits) < value)
		bits++;
	return bits;
}

static inline void vgicv5_table_publish(const struct vgicv5_host *host, const void *table, size_t bytes)
{
	if (!host->coherent)
		vgicv5_cache_maintain(table, bytes);
}

static inline void vgicv5_table_acquire(const struct vgicv5_host *host, const void *table, size_t bytes)
{
	if (!host->coherent)
		vgicv5_cache_maintain(table, bytes);
}

/* Writes one doubleword of a table that the IRS may be writing next to. */
static inline void vgicv5_table_write(const struct vgicv5_host *host, uint64_t *entry, uint64_t value)
{
	vgicv5_table_acquire(host, entry, sizeof(*entry));
	VGICV5_WRITE_ONCE(*entry, value);
	vgicv5_table_publish(host, entry, sizeof(*entry));
}

static inline uint64_t vgicv5_table_read(const struct vgicv5_host *host, const uint64_t *entry)
{
	vgicv5_table_acquire(host, entry, sizeof(*entry));
	return VGICV5_READ_ONCE(*entry);
}

/*
 * Zeroed memory for the IRS, aligned to the next power of two of its size and visible to the IRS. NULL where there
 * is none, or none that the IRS can address.
 */
void *vgicv5_table_alloc(const struct vgicv5_host *host, size_t bytes);

#endif
