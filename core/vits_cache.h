/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the look-up of a translation and its keeping share (vits_cache.c). */
#ifndef VGICV5_CORE_VITS_CACHE_H
#define VGICV5_CORE_VITS_CACHE_H

#include <vgicv5/arch/tables.h>
#include <vgicv5/vits.h>

#define VITS_NEVER (~(uint64_t)0)
#define VITS_LPI_BITS (GICV5_L2_ITTE_LPI_ID_HI - GICV5_L2_ITTE_LPI_ID_LO + 1)
#define VITS_EVENT_BITS 16 /* at most; the tag has the upper eight */

_Static_assert(VITS_LPI_BITS + 32 + VITS_EVENT_BITS - VGICV5_VITS_CACHE_BITS <= 64,
	       "a translation is 64 bits");
_Static_assert(sizeof(struct vgicv5_vits_entry) <= 16, "a cached translation takes at most 16 bytes");

static inline uint64_t vits_tag(uint32_t device_id, uint32_t event_id)
{
	return (uint64_t)device_id << 8 | event_id >> 8;
}

/*
 * The tag and the place of an entry together are DeviceID and EventID: the low eight bits of the EventID are those of
 * the place, exclusive or with those of the DeviceID. Neighbouring events, and the first eight of each device on a bus,
 * have places of their own.
 */
static inline uint32_t vits_slot(uint32_t device_id, uint32_t event_id)
{
	return (event_id ^ device_id) % VGICV5_VITS_CACHE_SIZE;
}

static inline uint32_t vits_group(uint32_t device_id)
{
	return device_id % VGICV5_VITS_GROUPS;
}

static inline bool vits_holds(const struct vgicv5_vits *vits, uint32_t device_id, uint64_t stamp)
{
	return stamp > VGICV5_LOAD_ACQUIRE(&vits->changed[vits_group(device_id)]);
}

/* Whether the LPI of an event is known. Wait-free. */
static inline bool vits_cached(const struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id,
			       uint32_t *lpi)
{
	const struct vgicv5_vits_entry *entry = &vits->cache[vits_slot(device_id, event_id)];
	uint64_t stamp = VGICV5_LOAD_ACQUIRE(&entry->stamp);
	uint64_t translation = VGICV5_LOAD_ACQUIRE(&entry->translation);

	*lpi = (uint32_t)GICV5_GET(L2_ITTE_LPI_ID, translation);
	return translation >> VITS_LPI_BITS == vits_tag(device_id, event_id) &&
	       !(event_id >> VITS_EVENT_BITS) && VGICV5_LOAD_ACQUIRE(&entry->stamp) == stamp &&
	       vits_holds(vits, device_id, stamp);
}

/* ---- Events under way ---- */

static inline uint64_t *vits_begin(struct vgicv5_vits *vits)
{
	uint64_t *in_flight = VGICV5_READ_ONCE(vits->counting);

	vgicv5_fetch_add(in_flight, 1);
	return in_flight;
}

static inline void vits_end(uint64_t *in_flight)
{
	vgicv5_fetch_add(in_flight, ~(uint64_t)0);
}

#endif
